"""Stage commute on the real roads, train and tariff, with a few fabricated people."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geodata.faults import InputError
from geodata.rail import minute_of_day
from geodata.shipped import resolve
from geodata.tables import read_table, read_units
from merger.commuting.groups import group_people, people_concerned
from merger.commuting.modes import mode_prices
from merger.disclosure import is_masked
from merger.inputs import Inputs
from merger.stages import commute
from merger.stages.stage import StageResult
from merger.tables import TABLES
from scenarios.law import read_law
from scenarios.schema import Scenario
from solvers.problem import Stop

SHIPPED = Path(__file__).parents[2] / "scenarios" / "shipped" / "hai-phong-2025"
STOP = Stop(seconds=30, work=5, gap=0.01)
# Wards of Hải Dương: Cẩm Thượng (by the station), Thanh Bình, Trần Phú; Chí Linh: Sao Đỏ; Kim Thành: Phú
# Thái.
CITY, FAR = ("10507", "10531", "10525"), "10549"
OLD, NEW = "hd-provincial-centre-old", "bac-song-cam"


@cache
def base_inputs() -> Inputs:
    scenario = Scenario(name="test", title={"vi": "thử", "en": "test"})
    names = [
        "adjacency",
        "sites",
        "stations",
        "agencies",
        "programmes",
        "deadlines",
        "allowances",
        "totals",
        "housing",
    ]
    return Inputs(
        scenario=scenario,
        folder=SHIPPED,
        law=read_law(SHIPPED / "law"),
        units=read_units(resolve(scenario.data.units.file, SHIPPED)),
        reference=None,
        crosswalk=None,
        surplus_offices=pd.DataFrame(),
        it_systems=pd.DataFrame(),
        synthetic=frozenset({"staff"}),
        **{n: read_table(resolve(getattr(scenario.data, n), SHIPPED)) for n in names},
    )


def people(*rows: tuple[str, str, int], site: str = NEW) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(roster, table staff) with so many people of each (home, wish); the first of each home is protected."""
    inputs = base_inputs()
    roster, staff = [], []
    for home, wish, count in rows:
        for _ in range(count):
            person = f"P{len(staff):04d}"
            roster.append({"person_id": person, "wish": wish, "protected": "pregnant" if len(staff) == 0 else ""})
            km = float(
                inputs.site_travel.km[inputs.units.index.get_loc(home), list(inputs.sites["site_id"]).index(NEW)]
            )
            blank = dict.fromkeys(TABLES["staff"].columns, "")
            staff.append(
                blank
                | {
                    "person_id": person,
                    "home_code": home,
                    "outcome": "placed",
                    "site_before": OLD,
                    "site_after": site,
                }
                | {
                    "km_before": 3.0,
                    "km_after": km,
                    "minutes_before": 8.0,
                    "minutes_after": 60.0,
                    "rules": "x.rule",
                }
            )
    return pd.DataFrame(roster), pd.DataFrame(staff)


def run(*rows: tuple[str, str, int], site: str = NEW, tables: dict | None = None, **options) -> StageResult:
    """The stage with everybody sure to ride and routes from twelve people on, unless options say otherwise."""
    roster, staff = people(*rows, site=site)
    inputs = base_inputs()
    options = {"take_up": 1.0, "take_up_sd": 0.0, "min_riders_route": 12, "time_prices": []} | options
    scenario = inputs.scenario.model_copy(update={"commute": type(inputs.scenario.commute).model_validate(options)})
    inputs = replace(inputs, scenario=scenario, staff=roster, **(tables or {}))
    return commute.run(inputs, {"staff": staff}, STOP)


@cache
def usual() -> StageResult:
    return run(
        (CITY[0], "daily", 60),
        (CITY[1], "daily", 50),
        (CITY[2], "irregular", 30),
        (FAR, "not_stated", 12),
        (NEAR, "daily", 3),
    )


# Bắc Sông Cấm itself lies in this unit: less than 15 km.
NEAR = "11560"


def test_everybody_concerned_is_in_exactly_one_row_and_money_adds_up():
    """155 people; the sums of the groups, of the routes and of the persons agree to the last đồng."""
    tables = usual().tables
    rows, staff, routes = tables["commute"], tables["staff"], tables["routes"]
    assert rows["riders"].sum() == len(staff) == 155
    assert staff["support"].value_counts().to_dict() == rows.groupby("mode")["riders"].sum().to_dict()
    assert staff["support_vnd_month"].sum() == rows["public_vnd_month"].sum()
    shuttles = rows[rows["mode"] == "shuttle"]
    for route in routes[routes["mode"] == "shuttle"].itertuples():
        own = shuttles[shuttles["route_id"] == route.route_id]
        assert own["riders"].sum() == route.riders
        assert own["public_vnd_month"].sum() == round(route.cost_vnd_day * 22)
    assert set(rows["label"]) == {"SYNTHETIC"}


def test_shuttles_arrive_in_time_and_their_stops_count_the_riders():
    """Stops in order of time, loads never above the seats, everybody who boards gets off at the site."""
    routes, stops = usual().tables["routes"], usual().tables["stops"]
    shuttles = routes[routes["mode"] == "shuttle"]
    assert len(shuttles)
    for route in shuttles.itertuples():
        assert minute_of_day(route.arrive) <= minute_of_day("07:30")
        assert minute_of_day(route.return_depart) >= minute_of_day("17:00")
        assert route.riders <= route.seats
        assert abs(minute_of_day(route.arrive) - minute_of_day(route.depart) - route.minutes) <= 1
        for direction in ("morning", "evening"):
            trip = stops[(stops["route_id"] == route.route_id) & (stops["direction"] == direction)]
            times = [minute_of_day(t) for t in trip["time"]]
            assert times == sorted(times)
            assert trip["boarding"].sum() == route.riders == trip["load"].max()
            assert trip["load"].iat[-1] == 0
            assert trip["km"].is_monotonic_increasing
        morning = stops[(stops["route_id"] == route.route_id) & (stops["direction"] == "morning")]
        assert (morning["time"].iat[0], morning["time"].iat[-1]) == (route.depart, route.arrive)
        assert morning["stop_id"].iat[-1] == NEW


def test_people_below_the_first_tier_get_nothing_and_are_told_why():
    """Three people of Thủy Nguyên live within 15 km: mode none, with the allowance that sets the limit."""
    rows = usual().tables["commute"]
    row = rows[rows["home_code"] == NEAR].iloc[0]
    assert (row["mode"], row["riders"], row["public_vnd_month"]) == ("none", 3, 0)
    assert "hp-travel-15" in row["reason_vi"]
    assert "dưới 15 km" in row["reason_vi"]
    # The table is internal; the figures, which the public sees, do not tell three people.
    assert usual().record.figures["not_entitled_people"] == "<5"


def test_the_record_is_honest_and_compares_with_other_policies():
    """Bound below objective; allowances only cost the sum of the tiers: 140 x and 12 x the tier of their
    distance.
    """
    record = usual().record
    assert record.bound <= record.objective
    assert record.unit == "VND/month"
    figures = record.figures
    shown = {m: n for m, n in figures["by_mode_people"].items() if not is_masked(n)}
    hidden = sorted(set(figures["by_mode_people"]) - set(shown))
    told = usual().tables["commute"].groupby("mode")["riders"].sum()
    assert figures["concerned_people"] == told.sum() == 155
    assert {m: n for m, n in shown.items() if n} == told.drop(hidden).to_dict()
    # The three of mode none, and one other mode that keeps them from being computed.
    assert figures["by_mode_people"]["none"] == "<5"
    assert len(hidden) == 2
    rows, tariff = usual().tables["commute"], base_inputs().allowances.set_index("allowance_id")["amount_vnd"]
    tier = {"hp-travel-15": (15, 30), "hp-travel-30": (30, 45), "hp-travel-45": (45, np.inf)}
    expected = sum(
        float(tariff[name]) * rows.loc[(rows["km"] >= low) & (rows["km"] < high), "riders"].sum()
        for name, (low, high) in tier.items()
    )
    assert figures["policies"]["allowances_only"]["public_vnd_month"] == expected
    assert figures["policies"]["nothing"]["public_vnd_month"] == 0
    assert figures["policies"]["plan"]["public_vnd_month"] == rows["public_vnd_month"].sum()
    assert figures["policies"]["plan"]["total_vnd_month"] < figures["policies"]["allowances_only"]["total_vnd_month"]
    assert all(finding.vi and finding.en for finding in record.findings)


def test_amounts_come_from_the_table_and_not_from_the_code():
    """With tiers of one đồng and no vehicles, allowances cost one đồng a person."""
    cheap = base_inputs().allowances.copy()
    cheap.loc[cheap["kind"] == "travel", "amount_vnd"] = 1
    result = run((CITY[0], "daily", 20), tables={"allowances": cheap}, vehicles=[], train_seat_share=0)
    assert result.tables["commute"]["mode"].tolist() == ["own"]
    assert result.tables["commute"]["public_vnd_month"].sum() == 20
    assert result.record.rules_hit == ("hp-travel-45",)


def test_the_train_costs_its_monthly_ticket_and_the_bus_twice_a_day():
    """Without vehicles twenty people of Cẩm Thượng, by the station, take the train: 800,000 + 22 x 2 x 10,000
    each.
    """
    result = run((CITY[0], "daily", 20), vehicles=[])
    row = result.tables["commute"].iloc[0]
    assert (row["mode"], row["route_id"]) == ("train", "train-01")
    assert row["public_vnd_month"] == 20 * (800_000 + 22 * 2 * 10_000)
    assert row["rules"] == "fare-month-nov;fare-link-bus"
    stops = result.tables["stops"]
    assert stops["time"].tolist() == ["17:51", "18:35", "06:00", "06:55"]
    assert set(stops["road_node"]) == {0}
    assert result.tables["routes"]["riders"].tolist() == [20]


def test_irregular_commuters_pay_single_tickets_when_those_are_cheaper():
    """Once a week: 4.33 days x 2 x 55,000 = 476,667 a month, less than the monthly ticket."""
    result = run((CITY[0], "irregular", 5), vehicles=[], irregular_days_week=1)
    row = result.tables["commute"].iloc[0]
    assert row["mode"] == "train"
    assert "fare-single" in row["rules"]
    assert row["public_vnd_month"] == 5 * round(52 / 12 * 2 * (55_000 + 10_000))


def test_an_early_start_of_work_rules_the_train_out():
    """HP15 reaches Thượng Lý at 06:55; nobody is at Bắc Sông Cấm by 07:00."""
    result = run((CITY[0], "daily", 5), vehicles=[], arrive_by="07:00")
    assert result.tables["commute"]["mode"].tolist() == ["own"]


def test_a_budget_that_is_too_small_is_named_as_the_reason():
    """Five million a month pay one allowance of 3.6 million; the others are left, and the reason says so."""
    result = run((CITY[0], "daily", 4), vehicles=[], train_seat_share=0, budget_vnd_month=5_000_000)
    rows = result.tables["commute"].set_index("mode")
    assert rows.loc["own", "riders"] == 1
    assert rows.loc["none", "riders"] == 3
    assert "5.000.000" in rows.loc["none", "reason_vi"]
    assert result.record.figures["unserved_people"] == "<5"
    assert any("fewer than 5 entitled people" in finding.en for finding in result.record.findings)


def test_people_under_protection_are_served_first():
    """One seat of support for four people: the pregnant colleague gets it."""
    result = run((CITY[0], "daily", 4), vehicles=[], train_seat_share=0, budget_vnd_month=5_000_000)
    staff = result.tables["staff"].set_index("person_id")["support"]
    assert staff.to_dict() == {"P0000": "own", "P0001": "none", "P0002": "none", "P0003": "none"}


def test_take_up_keeps_some_people_off_the_shuttle():
    """At a take-up of a half, 30 of 60 may ride."""
    result = run((CITY[0], "daily", 60), take_up=0.5, train_seat_share=0)
    rows = result.tables["commute"].groupby("mode")["riders"].sum()
    assert rows["shuttle"] <= 30
    assert rows.sum() == 60


def test_commune_staff_far_from_their_new_unit_are_concerned_too():
    """Twelve people of Cẩm Thượng posted to Sao Đỏ, 30 km away, count without any wish; nobody stated one."""
    result = run((CITY[0], "", 13), site=FAR)
    rows = result.tables["commute"]
    assert rows["riders"].sum() == 13
    assert set(rows["site_id"]) == {FAR}
    assert (rows["wish"] == "").all()
    assert not set(rows["mode"]) & {"rent", "flat", "train"}


def test_people_whose_workplace_stays_or_who_left_are_not_concerned():
    """Same site before and after, or no post: no support, and the stage returns empty tables."""
    roster, staff = people((CITY[0], "daily", 2))
    staff.loc[0, "site_after"] = OLD
    staff.loc[1, ["outcome", "site_after"]] = ["retires", ""]
    result = commute.run(replace(base_inputs(), staff=roster), {"staff": staff}, STOP)
    assert result.tables["commute"].empty
    assert set(result.tables["staff"]["support"]) == {"none"}
    assert result.record.figures == {"concerned_people": 0}


def test_an_island_without_a_road_is_told_so():
    """Bạch Long Vĩ has no road or ferry to the site in the data."""
    roster, staff = people((CITY[0], "daily", 1))
    staff["home_code"] = "318"
    result = commute.run(replace(base_inputs(), staff=roster), {"staff": staff}, STOP)
    row = result.tables["commute"].iloc[0]
    assert row["mode"] == "none"
    assert "đường bộ hoặc phà" in row["reason_vi"]


def test_living_near_the_site_is_open_only_to_those_who_do_not_wish_to_travel_daily():
    """With living apart weighed at nothing, the irregular rent or take a flat; the daily ones never do."""
    result = run((CITY[0], "daily", 5), (CITY[1], "not_stated", 5), vehicles=[], train_seat_share=0, apart_vnd_month=0)
    modes = result.tables["commute"].set_index("wish")["mode"]
    assert modes["daily"] == "own"
    assert modes["not_stated"] in ("rent", "flat")


def test_an_unknown_allowance_is_an_input_error_that_names_it():
    """A typing mistake in the scenario is not a crash."""
    with pytest.raises(InputError, match="hp-travel-99"):
        run((CITY[0], "daily", 1), travel_allowances=["hp-travel-99"])


def test_time_and_driving_are_priced_by_the_scenario():
    """Own vehicle: 2 x km x 22 x 3,000 less the allowance; 2 x peak minutes x 22 x 1,000 of time."""
    roster, staff = people((CITY[0], "daily", 1))
    inputs = replace(base_inputs(), staff=roster)
    groups = group_people(inputs, people_concerned(inputs, staff))
    own = mode_prices(inputs, groups)["own"]
    km, minutes = float(groups["km"].iat[0]), float(groups["minutes"].iat[0])
    assert km == pytest.approx(47.9, abs=0.1)
    assert own.private[0] == pytest.approx(2 * km * 22 * 3_000 - own.public[0])
    assert own.time[0] == pytest.approx(2 * minutes * 22 * 1_000)


def test_the_same_input_gives_the_same_tables():
    """Byte for byte."""
    rows = ((CITY[0], "daily", 60), (CITY[1], "irregular", 20))
    first, second = run(*rows), run(*rows)
    for name in first.tables:
        assert first.tables[name].to_csv() == second.tables[name].to_csv()
