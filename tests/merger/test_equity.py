"""Outcomes by group, and small groups that nobody can compute back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.audit import audit_tables
from merger.documents.equity_facts import differences, measures, shown_groups
from merger.relocation.equity import COUNTS, MEANS, equity_table
from merger.relocation.suppression import determined_cells, suppress
from merger.tables import TABLES, conform

UNITS = pd.DataFrame({"district": ["Huyện A", "Huyện B"]}, index=["1", "2"])


def roster(n, **columns):
    """`n` specialists, men born in 1980, who live in unit 1, keep their site and have a post 5 km from home."""
    who = {"side": "hai_duong", "level": "province", "role": "staff", "rank": "chuyen_vien", "is_leader": False}
    who |= {"sex": "m", "born": "1980-07", "home_code": "1", "protected": "", "partner_id": ""}
    before = {"site_id": "here", "unit_code": "", "km_before": 5.0}
    after = {"post_id": "p", "site_after": "here", "km_after": 5.0, "outcome": "placed"}
    after |= {"lost_rank": False, "surplus": False}
    base = who | before | after | columns
    return pd.DataFrame([base] * n)


def by(table, dimension):
    return table[table["dimension"] == dimension].set_index("group")


def test_groups_by_hand():
    """20 men stay, 10 women move 20 km farther to another site, 6 of them lose a leading post, 5 are above."""
    women = roster(10, sex="f", site_after="there", km_after=25.0)
    women.loc[:5, ["role", "lost_rank"]] = ["head", True]
    women.loc[:4, "surplus"] = True
    table = equity_table(pd.concat([roster(20), women], ignore_index=True), UNITS)
    conform("equity", table)
    sex = by(table, "sex")
    assert sex.loc["f", ["people", "change_site", "farther_15_km", "leaders_before"]].tolist() == [10, 10, 10, 6]
    assert sex.loc["f", ["lost_leading_post", "above_establishment", "retires"]].tolist() == [6, 5, 0]
    assert sex.loc["m", ["people", "change_site", "lost_leading_post"]].tolist() == [20, 0, 0]
    assert sex.loc["f", list(MEANS)].tolist() == [5.0, 25.0, 20.0]
    total = by(table, "all").loc["all"]
    assert (total["people"], total["mean_km_farther"]) == (30, pytest.approx(200 / 30))


def test_farther_begins_at_15_km():
    """14.99 km farther does not count, 15 km does."""
    people = pd.concat([roster(6, km_after=19.99), roster(7, km_after=20.0)], ignore_index=True)
    assert by(equity_table(people, UNITS), "all").at["all", "farther_15_km"] == 7


def test_ages_are_taken_on_the_day_of_effect():
    """Born in July 1995: 30 on 1 July 2025; in August: still 29. Born in July 1970: 55."""
    people = pd.concat([roster(6, born=b) for b in ("1995-07", "1995-08", "1970-07")], ignore_index=True)
    ages = by(equity_table(people, UNITS), "age")["people"].to_dict()
    assert ages == {"under_30": 6, "30_39": 6, "55_up": 6}


def test_a_small_group_and_its_complement_are_hidden():
    """3 of 33 women: their number would follow from the total and that of the men, so both are hidden."""
    table = equity_table(pd.concat([roster(30), roster(3, sex="f")], ignore_index=True), UNITS)
    sex = by(table, "sex")
    assert sex["people"].isna().all()
    assert sex.loc["f", [*COUNTS, *MEANS]].isna().all()
    assert "people" in sex.at["m", "suppressed"].split(";")
    assert by(table, "all").at["all", "people"] == 33


def test_a_hidden_mean_is_no_sum_in_disguise():
    """Two of three districts' means are hidden where one of them rests on 2 people with a way to work."""
    few = roster(12, home_code="2", post_id="", km_after=np.nan)
    few.loc[:1, ["post_id", "km_after"]] = ["p", 9.0]
    units = pd.DataFrame({"district": ["A", "B", "C"]}, index=["1", "2", "3"])
    people = pd.concat([roster(30), few, roster(20, home_code="3")], ignore_index=True)
    district = by(equity_table(people, units), "district")
    assert district["mean_km_after"].isna().sum() == 2
    assert district["people"].notna().all()


def test_columns_and_order_are_those_of_the_contract(inputs):
    """The table has the columns of merger.tables, on one side of a merger too."""
    table = equity_table(roster(40), UNITS)
    assert set(table.columns) == set(TABLES["equity"].columns)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=9), st.integers(2, 7))
def test_no_hidden_cell_follows_from_the_total(counts, smallest):
    """Small counts are hidden, and of what is hidden no cell is determined and no sum is small."""
    if sum(counts) < smallest:
        return
    cells = np.array(counts)
    hidden = suppress(cells, [range(len(cells))], smallest)
    assert hidden[(cells > 0) & (cells < smallest)].all()
    assert hidden.sum() != 1
    assert not determined_cells(hidden, [range(len(cells))]).any()
    if hidden.any():
        assert cells[hidden].sum() >= smallest or hidden.all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=2, max_size=5))
def test_sums_of_rows_and_columns_together_give_nothing_away(table):
    """Rows and columns of a small table with all margins shown: the hidden cells stay free."""
    cells = np.array(table)
    at = np.arange(cells.size).reshape(cells.shape)
    sums = [*at.tolist(), *at.T.tolist()]
    hidden = suppress(cells.ravel(), sums, 5)
    free = ~determined_cells(hidden, sums)
    # A margin below 5 would be hidden itself; where all margins are large, no hidden cell is determined.
    if all(cells.ravel()[s].sum() >= 5 for s in sums):
        assert free[hidden].all()


def test_determined_cells_by_hand():
    """One unknown in a sum is determined, two are not, and two sums over the same two determine neither."""
    one = np.array([True, False, False])
    assert determined_cells(one, [[0, 1, 2]]).tolist() == [True, False, False]
    two = np.array([True, True, False])
    assert not determined_cells(two, [[0, 1, 2]]).any()
    assert determined_cells(two, [[0, 1, 2], [0, 2]]).tolist() == [True, True, False]


def test_shares_leave_out_those_whose_work_ends():
    """10 of 40 contracts end; 15 of the other 30 move: one half, not three eighths."""
    people = pd.concat([roster(15), roster(15, site_after="there"),
                        roster(10, outcome="contract_ends", post_id="", level="nonprofessional")],
                       ignore_index=True)  # fmt: skip
    table = equity_table(people, UNITS)
    assert measures(table)["change_site"].iloc[0] == pytest.approx(0.5)
    assert "nonprofessional" not in set(shown_groups(table)["group"])


def test_differences_name_the_groups_far_from_the_average():
    """Women move twice as often as the average: named with ratio and share, in both languages."""
    people = pd.concat([roster(60), roster(60, sex="f", site_after="there")], ignore_index=True)
    table = equity_table(people, UNITS)
    en, vi = (differences(table, lang) for lang in ("en", "vi"))
    assert "women 100.0 % (2.0 times the average)" in en[0]
    assert "nữ 100,0% (2,0 lần bình quân)" in vi[0]
    assert en[-1].startswith("Women / men: change workplace 100.0 % / 0.0 %")


def test_the_audit_finds_a_small_group_that_is_given_away(small_case):
    """The table as made passes; a small count that is shown, or a lone hidden cell, does not."""
    made = equity_table(pd.concat([roster(30), roster(3, sex="f")], ignore_index=True), UNITS)
    small_case.tables["equity"] = made
    assert audit_tables(small_case)["equity"].passed
    at = {key: i for i, key in enumerate(made["group"])}
    shown, lone = made.copy(), made.copy()
    shown.loc[at["f"], "people"] = 3
    lone.loc[at["m"], "people"] = 30
    for wrong, words in ((shown, "small counts are shown"), (lone, "1 cells hidden")):
        small_case.tables["equity"] = wrong
        assert any(words in v for v in audit_tables(small_case)["equity"].violations)


@pytest.mark.xdist_group("plan")
def test_the_shipped_plan_shows_no_small_count(shipped_plan):
    """Every shown count is nothing or at least 5, and no partition hides exactly one cell of a column."""
    table = shipped_plan.tables["equity"]
    counts = table[list(COUNTS)].astype(float)
    assert not ((counts > 0) & (counts < 5)).any(axis=None)
    for dimension in ("side", "level", "sex", "age", "district"):
        own = counts[table["dimension"] == dimension]
        assert (own.isna().sum() != 1).all()
        assert (own.sum() <= counts[table["dimension"] == "all"].iloc[0]).all()
    assert len(table[table["dimension"] == "district"]) == 27
