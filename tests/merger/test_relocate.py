"""Stage relocate on a part of the synthetic roster and of the real units of 2025, with hand-worked parts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from merger.relocation import communes
from merger.relocation.figures import OUTCOMES
from merger.relocation.kept_pay import KeptPay
from merger.relocation.people import lookup, read_people, read_travel, yearly_travel_vnd
from merger.relocation.severance import SeveranceLaw
from merger.stages import relocate
from merger.stages.stage import InfeasibleError
from merger.tables import TABLES
from solvers.problem import Stop
from tests.merger.relocation_sample import earlier_tables, locked, sample_of

STOP = Stop()


@pytest.fixture(scope="module")
def sample(inputs):
    return sample_of(inputs)


@pytest.fixture(scope="module")
def tables(inputs):
    return earlier_tables(inputs)


@pytest.fixture(scope="module")
def result(sample, tables):
    return relocate.run(sample, tables, STOP)


def test_every_person_has_exactly_one_outcome(sample, result):
    """Each person of the roster appears once, and the outcomes add up to the people present."""
    staff = result.tables["staff"]
    assert sorted(staff["person_id"]) == sorted(sample.staff["person_id"])
    assert set(staff["outcome"]) <= set(OUTCOMES)
    figures = result.record.figures
    assert sum(figures[f"{name}_people"] for name in OUTCOMES) == len(sample.staff) == figures["people"]
    assert list(staff.columns) == list(TABLES["staff"].columns)
    assert list(result.tables["posts"].columns) == list(TABLES["posts"].columns)


def test_posts_and_staff_agree(result):
    """A held post names its holder and the holder names the post; nobody holds two."""
    posts, staff = result.tables["posts"], result.tables["staff"].set_index("person_id")
    held = posts[posts["person_id"] != ""]
    assert held["person_id"].is_unique
    assert (staff.loc[held["person_id"], "post_id"].to_numpy() == held["post_id"].to_numpy()).all()
    assert (staff["post_id"] != "").sum() == len(held)
    assert (staff.loc[held["person_id"], "site_after"].to_numpy() == held["site_id"].to_numpy()).all()


def test_outcomes_follow_the_phase_of_the_post(result):
    """Placed people hold establishment posts, kept people transitional ones, ended people none."""
    phase = result.tables["posts"].set_index("post_id")["phase"]
    staff = result.tables["staff"]
    for outcome, wanted in (("placed", "establishment"), ("transitional", "transitional")):
        ids = staff.loc[staff["outcome"] == outcome, "post_id"]
        assert set(phase.loc[ids]) == {wanted}
    assert (staff.loc[staff["outcome"] == "contract_ends", "post_id"] == "").all()
    # Who retires by age before the five years end keeps a transitional post until then, or has none any more.
    until = staff.loc[(staff["outcome"] == "retires") & (staff["post_id"] != ""), "post_id"]
    assert set(phase.loc[until]) == {"transitional"}
    ended = staff["level"].eq("nonprofessional")
    assert (staff["outcome"].eq("contract_ends") == ended).all()


def test_establishment_of_communes_is_the_legal_one(inputs, tables, result):
    """Each unit has the government posts of the published formula, 17 Party and 8 Front posts."""
    posts, units = result.tables["posts"], tables["new_units"]["new_id"]
    by_law = posts[(posts["level"] == "commune") & (posts["phase"] == "establishment")]
    wanted = int(inputs.reference.loc[units, "gov_staff_formula"].sum())
    n = len(units)
    assert by_law.groupby("bloc").size().to_dict() == {"government": wanted, "party": 17 * n, "front": 8 * n}


def test_leaders_stay_within_the_caps(sample, tables, result):
    """No new division has more establishment deputies than its cap, none more than one head."""
    posts = result.tables["posts"]
    led = posts[(posts["phase"] == "establishment") & (posts["new_agency_id"] != "")]
    count = led.groupby(["body_id", "role"]).size().unstack(fill_value=0)
    cap = tables["new_divisions"].set_index("new_division_id")["deputies_cap"].reindex(count.index).fillna(4)
    assert (count["deputy"] <= cap).all()
    assert (count["head"] == 1).all()
    # People present are never exceeded (Art 11(2)): only a head post may stand empty.
    vacant = led[led["person_id"] == ""]
    assert set(vacant["role"]) <= {"head"}


def test_commune_posts_respect_the_largest_distance(sample, result):
    """Nobody in a commune post lives farther by road than the scenario's limit."""
    posts, staff = result.tables["posts"], result.tables["staff"]
    local = staff[staff["post_id"].isin(posts.loc[posts["level"] == "commune", "post_id"])]
    assert local["km_after"].max() <= sample.scenario.relocate.max_commune_move_km + 0.01


def test_the_optimum_is_proven(result):
    """Bound and objective meet, over all posts in reach and not only the arcs that were built."""
    record = result.record
    assert record.status == "optimal"
    assert record.gap == 0
    assert record.objective == record.bound


def test_rules_and_reasons_are_filled(sample, result):
    """Every rule id exists, every person has a reason in both languages, few sentences serve all."""
    staff = result.tables["staff"]
    assert set(result.record.rules_hit) <= set(sample.law)
    assert (staff[["reason_vi", "reason_en"]] != "").all().all()
    assert staff["reason_vi"].nunique() <= 15
    assert set(staff["label"]) == {"SYNTHETIC"}
    assert all(f.vi and f.en for f in result.record.findings)


def test_entitlement_is_eligibility_with_its_price(result):
    """The budget is take-up x eligible money, and non-professional staff have no entitlement here."""
    staff, figures = result.tables["staff"], result.record.figures
    early = staff[staff["entitlement"] == "early_retirement"]
    assert figures["early_retirement_eligible_people"] == len(early) > 0
    assert figures["early_retirement_eligible_vnd"] == early["entitlement_vnd"].sum()
    share = figures["early_retirement_take_up_ratio"]
    assert figures["early_retirement_expected_vnd"] == round(share * early["entitlement_vnd"].sum())
    assert figures["early_retirement_eligible_later_vnd"] < figures["early_retirement_eligible_vnd"]
    assert (staff.loc[staff["level"] == "nonprofessional", "entitlement"] == "none").all()
    # Bodies that stay alone are not directly affected, so their people cannot resign with a benefit.
    assert "resignation" not in set(staff.loc[staff["body_before"].str.contains("benh-vien"), "entitlement"])


def test_same_input_same_answer(sample, tables, result):
    """A second run gives identical tables."""
    again = relocate.run(sample, tables, STOP)
    for name in ("posts", "staff"):
        pd.testing.assert_frame_equal(again.tables[name], result.tables[name])


def test_a_locked_person_gets_the_locked_unit(inputs, tables, result, sample):
    """A lock to a unit in reach holds even where it costs more, and is given as the reason."""
    staff = result.tables["staff"].set_index("person_id")
    posts = result.tables["posts"].set_index("post_id")
    local = staff[(staff["level"] == "commune") & (staff["outcome"] == "placed")]
    person = local.index[0]
    home, now = local.at[person, "home_code"], posts.at[local.at[person, "post_id"], "new_unit_id"]
    travel = read_travel(inputs)
    seats = tables["new_units"].set_index("new_id")["seat_code"]
    km = pd.Series(lookup(np.repeat(travel.units.get_loc(home), len(seats)), seats.to_numpy(), travel)[0], seats.index)
    other = km[(km < 20) & (km.index != now)].idxmax()
    chosen = (np.arange(len(sample.staff)) % 10 == 0) | sample.staff["person_id"].eq(person)
    few = replace(sample, staff=sample.staff[chosen].reset_index(drop=True))
    done = relocate.run(locked(few, {person: other}), tables, STOP).tables["staff"].set_index("person_id")
    assert done.at[person, "site_after"] == other
    assert done.at[person, "reason_en"] == "Kept by a decision locked in the scenario"


def test_locks_that_cannot_hold_are_named(sample, tables):
    """A lock beyond the distance, an unknown person and an unknown target are refused by name."""
    few = replace(sample, staff=sample.staff.iloc[::20].reset_index(drop=True))
    with pytest.raises(InfeasibleError, match="no such person"):
        relocate.run(locked(few, {"XX-1": "10507"}), tables, STOP)
    person = few.staff.loc[few.staff["level"] == "commune", "person_id"].iloc[0]
    with pytest.raises(InfeasibleError, match="neither a new division nor a new unit"):
        relocate.run(locked(few, {person: "nowhere"}), tables, STOP)
    # Bạch Long Vĩ has no road: nobody of the mainland can be there within the distance.
    island = tables["units"].set_index("old_code").at["318", "new_id"]
    with pytest.raises(InfeasibleError, match="max_commune_move_km"):
        relocate.run(locked(few, {person: island}), tables, STOP)


def test_type_costs_by_hand(inputs):
    """Own body 0, other body 15, bloc 40, level lost 25, gained 10 million; no leading post for staff."""
    slots = pd.DataFrame(
        [
            ("kinh-te", "staff", "government", 0),
            ("van-phong", "staff", "government", 0),
            ("mttq", "staff", "front", 0),
            ("kinh-te", "deputy", "government", 1),
            ("ubnd", "deputy", "government", 3),
        ],
        columns=["body", "role", "bloc", "level"],
    )
    types = pd.DataFrame({"commune_body": "kinh-te", "bloc": "government", "level_of_rank": [0, 2]})
    types["leadership_coefficient"] = [0.0, 0.25]
    kept = replace(KeptPay.read(inputs), months=0)
    cost = communes.type_costs(types, slots, inputs.scenario.relocate, kept) / 1e6
    assert cost[0].tolist() == [0, 15, 40, np.inf, np.inf]
    # Level 2: staff loses two levels (50), deputy of a division one (25), vice chair gains one (10).
    assert cost[1].tolist() == [50, 65, 90, 25, 10]


def test_yearly_travel_by_hand(inputs):
    """30 minutes and 10 km: 528 trips of 0.5 h x 60,000 + 10 km x 3,000 = 60,000 make 31,680,000 VND."""
    assert yearly_travel_vnd(30, 10, inputs.scenario) == pytest.approx(31_680_000)


def test_rank_protection_and_retirement_of_people(sample, tables):
    """Levels follow the leadership coefficient, multipliers the largest case, and staff have level 0."""
    people = read_people(sample, tables, SeveranceLaw(sample.law))
    assert (people.loc[people["role"] == "staff", "level_of_rank"] == 0).all()
    assert (people.loc[people["role"] != "staff", "level_of_rank"] >= 1).all()
    disabled = people["protected"].str.contains("disability")
    assert (people.loc[disabled, "multiplier"] == 2.0).all()
    assert people.loc[people["protected"].eq("") & people["partner_id"].eq(""), "multiplier"].eq(1).all()


def test_nobody_is_turned_out_where_only_one_unit_is_in_reach():
    """Three people reach only unit 0, which has 1 post and by share 1 more place: room becomes 2."""
    near = np.array([[1.0, np.inf], [1.0, np.inf], [1.0, np.inf], [1.0, 2.0]])
    capacity = np.array([[1, 1], [5, 5]])
    assert communes._room(near, capacity).tolist() == [[1, 2], [5, 5]]


def test_prices_of_commute_are_taken_where_they_are_cheaper(inputs):
    """Twelve months of 1 + 0.5 + 0.5 million for two riders are 12 million each; a dearer way and a unit stay."""
    plain = read_travel(inputs)
    home, other = inputs.units.index[0], inputs.units.index[1]
    site = inputs.sites["site_id"].iloc[0]
    rows = [
        (home, site, "shuttle", 1, 600_000, 300_000, 300_000),
        (home, site, "own", 1, 400_000, 200_000, 200_000),
        (other, site, "own", 1, 900_000_000, 0, 0),
        (home, other, "shuttle", 2, 1, 0, 0),
    ]
    columns = ["home_code", "site_id", "mode", "riders", "public_vnd_month", "private_vnd_month", "time_vnd_month"]
    fed = read_travel(inputs, pd.DataFrame(rows, columns=columns))
    assert fed.site_vnd[0, 0] == min(12_000_000, plain.site_vnd[0, 0])
    assert fed.site_vnd[1, 0] == plain.site_vnd[1, 0]
    np.testing.assert_array_equal(fed.site_vnd[2:], plain.site_vnd[2:])
    np.testing.assert_array_equal(fed.unit_vnd, plain.unit_vnd)
    assert plain.site_vnd[0, 0] > 12_000_000
