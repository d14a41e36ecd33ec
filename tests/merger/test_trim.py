"""The five-year trim path: one group by hand, take-up needed, money, balance."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from merger.relocation.trim import needed_take_up, surplus_at_end, trim_path

START = 12 * 2025 + 6
GROUP = ("commune", "hai_phong")


def people(rows):
    """Rows (outcome, surplus, entitlement, months to retirement) of staff of one group; pay 10 million a month."""
    frame = pd.DataFrame(rows, columns=["outcome", "surplus", "entitlement", "months"])
    return frame.assign(
        group=GROUP[0],
        side=GROUP[1],
        role="staff",
        retires=START + frame["months"],
        entitlement_vnd=frame["entitlement"].map(
            {"none": 0, "early_retirement": 900_000_000, "resignation": 500_000_000}
        ),
        pay_vnd=10_000_000.0,
    )


FIVE = [
    ("retires", True, "none", 6),
    ("transitional", True, "early_retirement", 120),
    ("transitional", True, "none", 200),
    ("transitional", True, "none", 200),
    ("placed", False, "none", 18),
]


def test_trim_path_by_hand(inputs):
    """Four kept: one retires in year 1, one leaves with chance 0.5, vacant and freed posts take the rest."""
    path = trim_path(people(FIVE), {GROUP: 1}, inputs, "SYNTHETIC")
    # Year 1: 4 - 1 by age - 0.5 take-up - 1 into the vacant post = 1.5; year 2: a placed person retires, 0.5 left.
    assert path["after_people"].tolist() == [round(1.5), 0, 0, 0, 0]
    assert path["retired_by_age_people"].tolist() == [1, 0, 0, 0, 0]
    assert path["transferred_people"].tolist() == [1, 1, 0, 0, 0]
    # Benefit: 0.5 x 900 million in year 1. Pay: 12 x 10 million for the mean of 4 and 1.5, then of 1.5 and 0.5.
    assert path["benefit_vnd"].tolist() == [450_000_000, 0, 0, 0, 0]
    assert path["pay_vnd"].tolist()[:2] == [330_000_000, 120_000_000]
    assert path["year"].tolist() == [2026, 2027, 2028, 2029, 2030]
    assert surplus_at_end(path)["surplus_at_end_people"] == 0


def test_take_up_that_is_needed(inputs):
    """Three above, two may leave, nothing vacant: even both leaving is not enough; with one vacancy 76 % is."""
    three = people([("transitional", True, "resignation", 200)] * 2 + [("transitional", True, "none", 200)])
    assert needed_take_up(three, {GROUP: 0}, inputs) == {"commune|hai_phong": None}
    # 3 - 2 x share - 1 < 0.5 from a share above 0.75 on.
    assert needed_take_up(three, {GROUP: 1}, inputs) == {"commune|hai_phong": 0.76}
    assert needed_take_up(people(FIVE), {GROUP: 4}, inputs) == {"commune|hai_phong": 0.0}


def test_province_staff_free_no_leading_post(inputs):
    """In the province only leaders above the cap wait, so only retiring leaders free a place."""
    rows = people([("transitional", True, "none", 200), ("placed", False, "none", 6)]).assign(group="province")
    province = ("province", "both")
    assert trim_path(rows, {province: 0}, inputs, "x")["after_people"].tolist() == [1] * 5
    leaders = rows.assign(role=["deputy", "head"])
    assert trim_path(leaders, {province: 0}, inputs, "x")["after_people"].tolist() == [0] * 5


person = st.tuples(
    st.sampled_from(["placed", "transitional"]),
    st.just(False),
    st.sampled_from(["none", "early_retirement", "resignation"]),
    st.integers(1, 300),
).map(lambda p: (p[0], p[0] == "transitional", p[2], p[3]))


@given(rows=st.lists(person, min_size=1, max_size=40), vacant=st.integers(0, 10))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_surplus_never_grows_and_balances(inputs, rows, vacant):
    """Each year starts where the last one ended, falls by what is shown (rounded), and never below nothing."""
    path = trim_path(people(rows), {GROUP: vacant}, inputs, "x")
    assert path["before_people"].iloc[0] == sum(r[1] for r in rows)
    assert (path["after_people"] <= path["before_people"]).all()
    assert (path["after_people"] >= 0).all()
    assert path["before_people"].tolist()[1:] == path["after_people"].tolist()[:-1]
    gone = path["retired_by_age_people"] + path["take_up_people"] + path["transferred_people"]
    assert ((path["before_people"] - gone - path["after_people"]).abs() <= 2.5).all()  # five roundings
    if not sum(r[1] for r in rows):
        assert path["pay_vnd"].tolist() == pytest.approx([0] * 5)
