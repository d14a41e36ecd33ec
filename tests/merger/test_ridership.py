"""Uncertain take-up, weekly rules, budget and limits of the commute on the real roads, with a few fabricated people."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.commuting.budget import _first_month, _large
from merger.commuting.homes import area_of_people, home_areas
from merger.commuting.limits import in_words
from merger.commuting.routes import least_riders, riders_of
from merger.stages.commute import draft
from merger.stages.stage import StageResult
from scenarios.schema import Commute
from tests.merger.test_commute import CITY, FAR, NEAR, STOP, base_inputs, people, run

ROUTES_FROM = 12


@cache
def unsure() -> StageResult:
    """Seven of ten ride, with a wide spread; routes from twelve registered on; two prices of time besides one's own."""
    return run(
        (CITY[0], "daily", 60),
        (CITY[1], "daily", 50),
        (CITY[2], "irregular", 30),
        (FAR, "not_stated", 12),
        (NEAR, "daily", 3),
        take_up=0.7,
        take_up_sd=0.2,
        time_prices=(0.2, 20.0),
    )


def test_three_demands_have_the_mean_and_the_deviation_of_the_take_up():
    """0.7 with 0.2: points at 0.7 and 0.7 -+ 0.2 x sqrt 3 = 0.354 and (cut at 1) 1.0, weights 2/3, 1/6, 1/6."""
    risk = unsure().tables["demand_risk"].drop_duplicates("realised").set_index("realised")
    assert risk["realised_take_up"].to_dict() == pytest.approx({"low": 0.354, "expected": 0.7, "high": 1.0}, abs=0.01)
    assert risk["probability"].to_dict() == pytest.approx({"low": 1 / 6, "expected": 2 / 3, "high": 1 / 6}, abs=1e-4)


@given(people=st.lists(st.integers(1, 40), min_size=1, max_size=30), share=st.floats(0, 1))
def test_riders_of_a_share_are_whole_and_add_up(people, share):
    """Whoever the groups are, their riders are the share of all, rounded, and nobody rides twice."""
    riders = riders_of(np.array(people), share)
    assert abs(riders.sum() - share * sum(people)) <= 0.5 + 1e-6
    assert ((riders >= 0) & (riders <= people)).all()


def test_the_smallest_ridership_counts_those_registered():
    """40 registered at 70 % are 28 riders; 12 at 50 % six; never below one."""
    assert least_riders(Commute(min_riders_route=40, take_up=0.7)) == 28
    assert least_riders(Commute(min_riders_route=12, take_up=0.5)) == 6
    assert least_riders(Commute(min_riders_route=1, take_up=0.1)) == 1


def test_vehicles_for_one_demand_cost_more_in_another():
    """What is best for a demand has no regret there; the plan is the cheapest on average, to the last percent."""
    risk = unsure().tables["demand_risk"]
    assert (risk["regret_vnd_month"] >= 0).all()
    assert set(risk["planned"]) == {"low", "expected", "high", "plan"}
    expected = risk.drop_duplicates("planned").set_index("planned")["expected_vnd_month"]
    assert expected["plan"] <= 1.01 * expected.min()


def test_more_riders_need_no_more_money_than_fewer():
    """A rider on a seat that is paid already draws no allowance: public money falls as the take-up rises."""
    weeks = unsure().tables["ridership"].sort_values("take_up")
    assert weeks["take_up"].tolist() == pytest.approx([0.525, 0.7, 1.0])
    assert weeks["public_vnd_month"].is_monotonic_decreasing
    assert weeks["shuttle_riders"].is_monotonic_increasing
    assert (weeks["shuttle_riders"] <= weeks["seats"]).all()


def test_a_vehicle_is_kept_from_the_riders_who_pay_for_it():
    """pays_from allowances make its hire: 22 days over what its own riders would draw (1.8 to 3.6 million)."""
    tables = unsure().tables
    rules = tables["route_rules"].merge(tables["routes"], on="route_id", suffixes=("", "_of_route"))
    assert len(rules)
    assert (rules["name_vi"] == rules["name_vi_of_route"]).all()
    month = rules["cost_vnd_day"] * 22
    assert (rules["pays_from"] >= np.floor(month / 3_600_000)).all()
    assert (rules["pays_from"] <= np.ceil(month / 1_800_000)).all()
    assert (rules["registered"] * 0.7 - rules["riders_expected"]).abs().max() <= 0.7
    assert (rules["registered"] >= ROUTES_FROM - 1).all()


def test_dearer_time_buys_minutes():
    """Along the curve a higher price of time never gives a slower way."""
    curve = unsure().tables["budget_curve"].sort_values("time_price")
    assert curve["time_price"].tolist() == [0.2, 1.0, 20.0]
    assert curve["mean_minutes"].iloc[0] >= curve["mean_minutes"].iloc[-1]
    assert curve["efficient"].any()


def test_the_budget_adds_up_over_modes_and_sides():
    """People and public money of the modes are those of the plan; doing nothing costs no public money."""
    rows = unsure().tables["commute_budget"].set_index(["dimension", "key"])
    plan = rows.loc[("policy", "plan")]
    assert rows.loc["mode", "people"].sum() == plan["people"] == 155
    assert rows.loc["mode", "public_vnd_month"].sum() == pytest.approx(plan["public_vnd_month"], abs=200)
    assert rows.loc[("policy", "nothing"), "public_vnd_24_months"] == 0
    only = rows.loc[("policy", "allowances_only")]
    assert only["public_vnd_12_months"] == 12 * only["public_vnd_month"]
    assert rows.loc["agency"].index.tolist() == ["communes"]


def test_the_first_month_counts_its_weeks():
    """4 1/3 weeks: one at 100, one at 50, the rest at 80: (100 + 50 + 2.333 x 80) / 4.333 = 77.7."""
    weeks = pd.DataFrame({"public_vnd_month": [100.0, 50.0, 80.0]})
    assert _first_month(weeks, 80.0) == pytest.approx((100 + 50 + 7 / 3 * 80) / (13 / 3))
    assert _first_month(weeks.iloc[:0], 80.0) == 80.0
    # A ramp longer than the month: only the weeks inside it count.
    assert _first_month(pd.DataFrame({"public_vnd_month": [60.0] * 4 + [90.0, 1.0]}), 1.0) == pytest.approx(
        (4 * 60 + 90 / 3) / (13 / 3)
    )


@given(sizes=st.lists(st.integers(1, 12), min_size=1, max_size=8), smallest=st.integers(1, 6))
@settings(max_examples=60)
def test_no_group_of_the_budget_is_too_small(sizes, smallest):
    """Small agencies are joined until every row has enough people, if there are so many at all."""
    keys = pd.Series([f"a{i}" for i, n in enumerate(sizes) for _ in range(n)])
    counts = _large(keys, smallest).value_counts()
    assert counts.sum() == sum(sizes)
    assert counts.min() >= min(smallest, sum(sizes))


def test_people_who_do_not_ride_are_told_the_limit():
    """Below 15 km: not entitled; the others of a group that rides: the take-up; every sentence can be said."""
    rows = unsure().tables["commute"]
    assert set(rows.loc[rows["home_code"] == NEAR, "limit"]) == {"below_km"}
    riding = set(rows.loc[rows["mode"] == "shuttle", "group_id"])
    own = rows[(rows["mode"] == "own") & rows["group_id"].isin(riding)]
    assert len(own)
    assert set(own["limit"]) == {"take_up"}
    assert (rows.loc[rows["mode"].isin(["shuttle", "train"]), "limit"] == "").all()


def test_too_few_for_a_site_and_no_stop_are_told_apart():
    """Eleven people of a site that needs twelve; with feeders of nothing nobody reaches a stop on foot from afar."""
    few = run((FAR, "daily", 11)).tables["commute"]
    assert set(few["limit"]) == {"few_at_site"}
    ride = run((FAR, "daily", 20), longest_ride_minutes=20, train_seat_share=0).tables["commute"]
    assert set(ride["limit"]) == {"longest_ride"}


def test_every_limit_has_words():
    """Each limit gives a Vietnamese and an English sentence, with its figures in."""
    for limit in ("no_road", "below_km", "budget", "few_at_site", "no_stop", "longest_ride", "few_on_route", "take_up"):
        vi, en = in_words(limit, base_inputs(), 12.3)
        assert vi.endswith(".")
        assert en.endswith(".")
    assert "12.3 km" in in_words("below_km", base_inputs(), 12.3)[1]


def test_a_large_commune_is_cut_into_home_areas_on_its_streets():
    """120 people, 40 an area: three areas on road nodes of the commune, shares that add up to one."""
    inputs = base_inputs()
    areas = home_areas(inputs, pd.Series({CITY[0]: 120, FAR: 40}))
    assert list(areas) == [CITY[0]]
    nodes, shares = areas[CITY[0]]
    assert len(nodes) == len(set(nodes.tolist())) == len(shares) == 3
    assert shares.sum() == pytest.approx(1.0)
    assert (np.diff(shares) <= 1e-12).all()
    centre = inputs.units.loc[CITY[0]]
    assert np.abs(inputs.roads.lon[nodes] - centre["centre_lon"]).max() < 0.05
    again, _ = home_areas(inputs, pd.Series({CITY[0]: 120}))[CITY[0]]
    assert again.tolist() == nodes.tolist()


@given(count=st.integers(1, 60))
@settings(max_examples=30)
def test_people_are_spread_over_the_areas_by_their_shares(count):
    """Of n persons each area gets its share, to within two; other communes stay in area 0."""
    shares = np.array([0.5, 0.3, 0.2])
    people = pd.DataFrame({"home_code": ["a"] * count + ["b"]})
    area = area_of_people(people, {"a": (np.arange(3), shares)})
    assert area[-1] == 0
    assert (np.abs(np.bincount(area[:-1], minlength=3) - shares * count) <= 2).all()


def test_boardings_tell_who_gets_on_where():
    """By group and route they are the riders; by route and stop those who board in the morning."""
    tables = unsure().tables
    rides = tables["commute"][tables["commute"]["mode"].isin(["shuttle", "train"])]
    told = tables["boardings"].groupby(["group_id", "route_id"])["riders"].sum()
    assert told.to_dict() == rides.set_index(["group_id", "route_id"])["riders"].to_dict()


def test_days_at_a_second_site_are_open_to_a_stated_share():
    """A fifth of 40 people: eight work two days a week near home, pay less for the way, and draw the allowance."""
    result = run((FAR, "daily", 40), vehicles=[], train_seat_share=0, second_site_share=0.2)
    rows = result.tables["commute"].set_index("mode")
    assert rows.loc["second_site", "riders"] == 8
    second, own = rows.loc["second_site"], rows.loc["own"]
    assert second["minutes"] < own["minutes"]
    assert second["public_vnd_month"] / 8 == own["public_vnd_month"] / 32 + 500_000
    assert "second_site" not in set(run((FAR, "daily", 40), vehicles=[]).tables["commute"]["mode"])


def test_a_price_of_co2_favours_shared_vehicles_and_moves_no_money():
    """At 100 million VND a tonne nobody who could ride drives; public money is still hire and allowances alone."""
    free, dear = (run((CITY[0], "daily", 30), co2_vnd_tonne=price) for price in (0, 100_000_000))
    cost = {name: r.record.figures["co2_t_month"] for name, r in (("free", free), ("dear", dear))}
    assert cost["dear"] <= cost["free"]
    rows, staff = dear.tables["commute"], dear.tables["staff"]
    assert rows["public_vnd_month"].sum() == staff["support_vnd_month"].sum()


def test_a_draft_prices_the_ways_as_the_expected_demand_alone():
    """The table of the draft is that of the stage when the take-up is sure, and nothing else is decided."""
    roster, staff = people((CITY[0], "daily", 30))
    options = {"take_up": 1.0, "take_up_sd": 0.2, "min_riders_route": 12}
    inputs = base_inputs()
    scenario = inputs.scenario.model_copy(update={"commute": Commute.model_validate(options)})
    inputs = replace(inputs, scenario=scenario, staff=roster)
    table = draft(inputs, {"staff": staff}, STOP)
    sure = run((CITY[0], "daily", 30)).tables["commute"]
    pd.testing.assert_frame_equal(table, sure)
