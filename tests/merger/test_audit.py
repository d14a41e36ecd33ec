"""The audit passes a plan that holds all rules, and each check fails when its rule is broken."""

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import merger.audit
from merger.audit import Case, audit_tables
from merger.audit.report import LISTED, REGISTRY
from merger.audit.territory import bare_name
from merger.audit.timing import days_of_work, is_working, working_days_after
from merger.tables import empty
from scenarios.schema import Locks


def put(case: Case, table: str, row: int, **cells) -> None:
    """Overwrite cells of one row."""
    for column, value in cells.items():
        frame = case.tables[table]
        if not isinstance(value, str) or frame[column].dtype != object:
            frame[column] = frame[column].astype(object)
        frame.iloc[row, frame.columns.get_loc(column)] = value


def drop(case: Case, table: str, row: int = 0) -> None:
    case.tables[table] = case.tables[table].drop(case.tables[table].index[row])


def told(case: Case, **figures) -> None:
    """What the record of stage arrange tells of its one objective, travel."""
    row = {"objective": "travel", "unit": "person-minutes", "best": "least", **figures}
    case.manifest["stages"] = {"arrange": {"figures": {"objectives": [row]}}}


def run(check_id: str, case: Case):
    return next(r for r in REGISTRY if r.id == check_id).run(case)


def twice(case: Case, table: str, row: int = 0) -> None:
    case.tables[table] = pd.concat([case.tables[table], case.tables[table].iloc[[row]]], ignore_index=True)


def with_options(case: Case, **sections) -> Case:
    return replace(case, inputs=_with_scenario(case, case.inputs.scenario.model_copy(update=sections)))


def _with_scenario(case: Case, scenario):
    inputs = replace(case.inputs, scenario=scenario)
    put = ("traffic", "roads", *(f"{n}_{t}" for n in ("unit", "site") for t in ("travel", "minutes", "minutes_peak")))
    for name in (*put, "roads_with", "unit_nodes", "site_nodes", "travel_time_checks"):
        inputs.__dict__[name] = case.inputs.__dict__[name]
    return inputs


def test_a_good_plan_passes_every_check(small_case):
    """No check complains about a plan in order, and each says what it looked at."""
    report = audit_tables(small_case)
    assert {c.id: c.violations for c in report.failed} == {}
    assert report.passed
    assert report["units-partition"].detail == "6 old units"
    ids = [c.id for c in report.checks]
    assert len(ids) == len(set(ids)) == len(REGISTRY)
    assert all(c.title_vi and c.title_en for c in report.checks)


# Check that must fail: how the plan is broken.
BROKEN = {
    "units-partition": [
        lambda c: drop(c, "units", 1),
        lambda c: twice(c, "units"),
        lambda c: put(c, "units", 0, old_code="99999"),
    ],
    "units-members": [
        lambda c: put(c, "new_units", 0, seat_code="20002"),
        lambda c: put(c, "new_units", 0, members="10001;10002"),
        lambda c: put(c, "units", 0, standard="exempt"),
    ],
    # 10001 and 10003 do not touch without 10002 between them
    # Travel: 8,000 x 8.25 + 7,000 x 16.5 + 20,000 x 8.25 = 346,500 person-minutes
    "units-objectives": [
        lambda c: told(c, value=340_000, bound=340_000, proven=True),
        lambda c: told(c, value=346_500, bound=346_600, proven=False),
        lambda c: told(c, value=346_500, bound=340_000, proven=True),
    ],
    "units-contiguity": [lambda c: put(c, "units", 1, new_id="20001")],
    "units-sides": [
        lambda c: put(c, "units", 2, new_id="20001"),
        lambda c: put(c, "units", 0, side="hai_phong"),
        lambda c: put(c, "new_units", 0, side="hai_phong"),
    ],
    "units-special-zones": [
        lambda c: put(c, "new_units", 2, kind="xa"),
        lambda c: put(c, "new_units", 0, kind="dac_khu"),
        lambda c: put(c, "units", 4, new_id="30001"),
    ],
    "units-kind": [lambda c: put(c, "new_units", 1, kind="xa")],
    "units-size": [
        lambda c: put(c, "new_units", 0, population=24_001),
        lambda c: put(c, "units", 0, area_km2=13.0),
    ],
    "units-standards": [
        lambda c: put(c, "new_units", 0, standard="exempt"),
        lambda c: put(c, "new_units", 1, population_ratio=1.5),
        lambda c: put(c, "new_units", 2, standard="meets"),
    ],
    "units-names": [lambda c: put(c, "new_units", 1, new_name="Phường An Bình")],
    "units-travel": [
        lambda c: put(c, "units", 1, minutes_to_seat=1.0),
        lambda c: put(c, "units", 1, km_to_seat=np.nan),
        lambda c: put(c, "new_units", 0, person_km=1.0),
    ],
    "units-alternatives": [
        lambda c: drop(c, "alternatives"),
        lambda c: put(c, "alternatives", 0, seat_code="10002"),
        lambda c: put(c, "alternatives", 0, same=False),
        lambda c: put(c, "alternatives", 1, minutes_to_seat=1.0),
        # across the old province line, and the side of 10002 left with a unit in two parts
        lambda c: put(c, "alternatives", 1, new_id="20001", seat_code="20001"),
        # the same seats for less person-minutes in the plan than the gap bridges
        lambda c: put(c, "new_units", 0, person_minutes=0.0),
    ],
    "units-settled": [
        lambda c: drop(c, "settled"),
        lambda c: put(c, "settled", 0, new_id="20001"),
        lambda c: put(c, "settled", 0, always_with="10002"),
        lambda c: put(c, "settled", 0, always_with="10002;10003;20001"),
        lambda c: put(c, "settled", 3, grouping="certain"),
        lambda c: put(c, "settled", 0, always_with="10002", found_with="10003"),
        lambda c: put(c, "alternatives", 4, new_id="10001"),
    ],
    "structure-successors": [
        lambda c: drop(c, "structure"),
        lambda c: twice(c, "structure"),
        lambda c: put(c, "structure", 0, new_division_id="nowhere"),
        lambda c: put(c, "structure", 0, new_agency_id="so-y-te-hai-phong-moi"),
    ],
    "structure-predecessors": [lambda c: put(c, "new_agencies", 0, predecessors="")],
    "structure-departments": [
        lambda c: drop(c, "new_agencies", 3),
        lambda c: [twice(c, "new_agencies", 5) for _ in range(3)],
    ],
    "structure-sums": [
        lambda c: put(c, "structure", 0, staff=5),
        lambda c: put(c, "new_agencies", 0, staff=9),
        lambda c: put(c, "new_divisions", 0, staff=9),
    ],
    "structure-division-size": [
        lambda c: put(c, "new_divisions", 0, staff=5),
        lambda c: put(c, "new_divisions", 0, min_posts=4),
    ],
    # 8 persons: one deputy; two provinces: 3 + 1 deputies of a department
    "structure-deputies": [
        lambda c: put(c, "new_divisions", 0, deputies_cap=2),
        lambda c: put(c, "new_agencies", 0, deputies_cap=5),
        lambda c: put(c, "new_agencies", 0, leaders=6),
        # no more deputies than the agency above: 0 above, 1 below
        lambda c: put(c, "new_agencies", 0, deputies_cap=0, leaders=1),
    ],
    # 8 persons a division, at least 6: one alone has 4; a gap of 1 % of 100 million is 1 million
    "structure-alternatives": [
        lambda c: drop(c, "structure_alternatives"),
        lambda c: put(c, "structure_alternatives", 0, new_division_key="alone"),
        lambda c: put(c, "structure_alternatives", 0, same=False),
        lambda c: (
            c.manifest.update(stages={"consolidate": {"objective": 100_000_000}}),
            put(c, "structure_alternatives", 0, extra_vnd=1_002_000),
        ),
    ],
    "site-tradeoff": [
        lambda c: put(c, "site_tradeoff", 1, total_vnd=9_002_000),
        lambda c: put(c, "site_tradeoff", 0, divisions_staying=1),
        lambda c: put(c, "site_tradeoff", 0, floor_main_m2=1),
        lambda c: c.manifest.update(stages={"consolidate": {"objective": 100_000_000}}),
    ],
    "structure-sites": [
        lambda c: put(c, "structure", 0, site_id="nowhere"),
        lambda c: put(c, "structure", 0, site_id="old-hd"),
    ],
    "structure-locks": [
        lambda c: [put(c, "structure", i, site_id="old-hd") for i in range(2)],
    ],
    "mandates": [
        lambda c: put(c, "mandates", 0, successor_id="nobody"),
        lambda c: put(c, "mandates", 0, mandate_id="p-9"),
        lambda c: twice(c, "mandates"),
        lambda c: put(c, "mandates", 0, title_vi=""),
        lambda c: put(c, "structure", 0, field="thuy-san"),
        lambda c: put(c, "mandates", 1, holders_before=""),
    ],
    "staff-everybody": [
        lambda c: drop(c, "staff"),
        lambda c: twice(c, "staff"),
        lambda c: put(c, "staff", 0, home_code="20001"),
        lambda c: put(c, "staff", 0, body_before="elsewhere"),
    ],
    "posts-one-person": [
        lambda c: put(c, "posts", 1, person_id=c.tables["posts"]["person_id"].iloc[0]),
        lambda c: put(c, "staff", 0, post_id=""),
        lambda c: twice(c, "posts"),
    ],
    "staff-outcomes": [
        lambda c: put(c, "staff", 0, outcome="transitional"),
        lambda c: put(c, "staff", 0, outcome="unplaced"),
        lambda c: put(c, "staff", 0, outcome="promoted"),
        lambda c: put(c, "staff", 0, outcome="contract_ends", post_id=""),
        lambda c: put(c, "staff", 98, outcome="placed", post_id="xa-20001-front-00"),
    ],
    # a man of January 1980 is 62 in January 2042; one of March 1964 is 61 years and 3 months in June 2025
    "staff-retirement": [
        lambda c: put(c, "staff", 0, outcome="retires", post_id=""),
        lambda c: put(c, "staff", 97, outcome="placed", post_id="xa-20001-front-00"),
    ],
    "posts-bodies": [
        lambda c: put(c, "posts", 0, body_id="nowhere"),
        lambda c: put(c, "posts", 0, site_id="old-hd"),
        lambda c: put(c, "posts", 0, field="juggling"),
        lambda c: put(c, "posts", 0, role="king"),
        lambda c: put(c, "posts", -1, new_unit_id="99999"),
        lambda c: [put(c, "posts", i, role="head") for i in range(8)],
    ],
    "posts-deputies": [lambda c: [put(c, "posts", i, role="deputy") for i in range(8)]],
    "posts-groups": [
        lambda c: put(c, "post_groups", 0, held=9),
        lambda c: put(c, "post_groups", 0, posts=1),
        lambda c: drop(c, "post_groups"),
    ],
    # No leader in the roster: any kept allowance is too much.
    "staff-kept-pay": [lambda c: put(c, "staff", 0, kept_pay_vnd=1_000_000)],
    "staff-trim-path": [
        lambda c: put(c, "trim_path", 0, before_people=7, after_people=7),
        lambda c: put(c, "trim_path", 2, after_people=3),
        lambda c: put(c, "trim_path", 3, before_people=1, transferred_people=1),
    ],
    "posts-commune-establishment": [
        lambda c: drop(c, "posts", -1),
        lambda c: put(c, "posts", -1, bloc="party"),
        lambda c: put(c, "new_units", 1, population=60_000),
    ],
    "ceilings": [
        lambda c: put(c, "ceilings", 0, used=97),
        lambda c: put(c, "ceilings", 2, binding=True),
        lambda c: put(c, "ceilings", 3, used=48),
        lambda c: put(c, "ceilings", 4, rule="staffing.no_such_rule"),
        lambda c: put(c, "ceilings", 4, above=2),
    ],
    "equity": [
        lambda c: put(c, "equity", 1, people=3),
        lambda c: put(c, "equity", 1, retires=np.nan),
        lambda c: put(c, "equity", 1, suppressed="people"),
    ],
    "posts-total": [
        lambda c: twice(c, "posts"),
        lambda c: twice(c, "posts", -1),
    ],
    "posts-not-above-present": [
        lambda c: put(c, "staff", 96, post_id=c.tables["posts"].at[0, "post_id"]),
    ],
    "staff-places": [
        lambda c: put(c, "staff", 0, site_after="old-hd"),
        lambda c: put(c, "staff", 0, km_after=3.0),
        lambda c: put(c, "staff", 0, km_before=np.nan),
    ],
    "commute-people": [
        lambda c: put(c, "commute", 0, riders=47),
        lambda c: put(c, "staff", 0, support="own"),
        lambda c: put(c, "commute", 0, mode="rocket"),
    ],
    "commute-distance": [lambda c: put(c, "commute", 0, km=30.0)],
    "commute-allowances": [
        lambda c: put(c, "commute", 0, mode="own"),
        lambda c: put(c, "commute", 0, mode="none"),
        lambda c: put(c, "commute", 0, rules="hp-travel-99"),
        lambda c: put(c, "commute", 0, mode="own", public_vnd_month=48 * 2_700_000, limit=""),
        lambda c: put(c, "commute", 0, mode="second_site"),
        lambda c: put(c, "commute", 0, mode="rent", km=20.0, public_vnd_month=48 * 2_700_000),
    ],
    "routes-seats": [
        lambda c: put(c, "routes", 0, seats=45),
        lambda c: put(c, "routes", 0, riders=40),
        lambda c: put(c, "routes", 0, route_id="s-2"),
        lambda c: put(c, "commute", 0, mode="own"),
        lambda c: twice(c, "routes"),
        lambda c: [put(c, "routes", 0, riders=2), put(c, "commute", 0, riders=2)],
    ],
    "stops-load": [
        lambda c: put(c, "stops", 0, load=40),
        lambda c: put(c, "stops", 0, boarding=40),
        lambda c: put(c, "stops", 0, sequence=3),
        lambda c: drop(c, "stops", 3),
        lambda c: put(c, "routes", 0, seats=30),
        lambda c: [drop(c, "stops", 0) for _ in range(2)],
    ],
    "stops-times": [
        lambda c: put(c, "stops", 0, time="07:30"),
        lambda c: put(c, "stops", 1, time="07:25"),
        lambda c: put(c, "routes", 0, arrive="07:45"),
        lambda c: put(c, "routes", 0, minutes=50.0),
        lambda c: put(c, "routes", 0, km=20.0),
        lambda c: [put(c, "stops", 0, time="06:00"), put(c, "routes", 0, depart="06:00", minutes=80.0)],
    ],
    # 45 minutes at peak factor 1.3 are 58.5 minutes
    "travel-times": [
        lambda c: drop(c, "travel"),
        lambda c: put(c, "travel", 0, km=2.1),
        lambda c: put(c, "travel", 0, minutes_free_flow=4.0),
        lambda c: put(c, "travel", 1, minutes_normal=72.0),
        lambda c: put(c, "travel", 1, minutes_peak=90.0),
        lambda c: put(c, "travel", 11, minutes_peak=90.0),
    ],
    "travel-checks": [
        lambda c: put(c, "travel_checks", 0, factor=1.13),
        lambda c: put(c, "travel_checks", 0, minutes_model=56.0),
        lambda c: put(c, "travel_checks", 1, published_low=66),
        lambda c: put(c, "travel_checks", 1, outside=2.0),
    ],
    "projects-savings": [
        lambda c: put(c, "projects", 0, all_people=40),
        lambda c: put(c, "projects", 0, plan_people=49),
        lambda c: put(c, "projects", 0, all_minutes_month=41_000),
        lambda c: put(c, "projects", 0, all_vnd_month=60_000_000),
        lambda c: put(c, "projects", 0, enabled=True),
        lambda c: put(c, "projects", 1, all_longer=5_000),
        lambda c: put(c, "projects", 0, rank=3),
        lambda c: put(c, "projects", 0, payback_years=9.0),
    ],
    "stops-roads": [
        lambda c: put(c, "stops", 1, km=40.0),
        lambda c: put(c, "stops", 0, time="06:40"),
    ],
    "passengers-lists": [
        lambda c: drop(c, "passengers"),
        lambda c: twice(c, "passengers"),
        lambda c: put(c, "passengers", 0, person_id="HP-00004"),
        lambda c: put(c, "passengers", 0, group_id="10001|main|daily"),
        lambda c: put(c, "passengers", 0, mode="train"),
        lambda c: put(c, "passengers", 0, stop_id="main"),
        lambda c: put(c, "passengers", 0, evening="17:05"),
        lambda c: put(c, "routes", 0, seats=47),
        lambda c: put(c, "stops", 3, boarding=47),
    ],
    "boardings-add-up": [
        lambda c: put(c, "boardings", 0, riders=47),
        lambda c: put(c, "boardings", 0, stop_id="main"),
        lambda c: put(c, "boardings", 0, riders=0),
    ],
    "route-rules": [
        lambda c: drop(c, "route_rules", 0),
        lambda c: twice(c, "route_rules"),
        lambda c: put(c, "route_rules", 0, riders_expected=40),
        lambda c: put(c, "route_rules", 0, registered=60),
        lambda c: put(c, "route_rules", 0, riders_high=49),
        lambda c: put(c, "route_rules", 0, keep_from=-1),
        lambda c: put(c, "route_rules", 0, smallest_vehicle="29"),
        # 10 million a day on 22 days are 220 million: not 18 allowances of at most 3.6 million.
        lambda c: put(c, "routes", 0, cost_vnd_day=10_000_000),
    ],
    "ridership-weeks": [
        lambda c: drop(c, "ridership", 0),
        lambda c: put(c, "ridership", 1, take_up=0.9),
        lambda c: put(c, "ridership", 1, seats=45),
        lambda c: put(c, "ridership", 1, shuttle_riders=49),
        lambda c: put(c, "ridership", 1, vehicles_full=2),
    ],
    "demand-risk": [
        lambda c: put(c, "demand_risk", 1, regret_vnd_month=5),
        lambda c: put(c, "demand_risk", 1, probability=0.5),
        lambda c: put(c, "demand_risk", 1, expected_vnd_month=120),
        lambda c: drop(c, "demand_risk", 1),
        lambda c: put(c, "demand_risk", 0, planned="best"),
    ],
    "commute-budget": [
        lambda c: drop(c, "commute_budget", 0),
        lambda c: put(c, "commute_budget", 1, people=40),
        lambda c: put(c, "commute_budget", 2, public_vnd_month=40_000_000),
        lambda c: put(c, "commute_budget", 0, public_vnd_12_months=1),
        lambda c: put(c, "commute", 0, public_vnd_month=40_000_000),
    ],
    "budget-curve": [
        lambda c: put(c, "budget_curve", 2, efficient=True),
        lambda c: put(c, "budget_curve", 0, efficient=False),
        lambda c: put(c, "budget_curve", 0, time_price=1.0),
    ],
    "timetable-days": [
        lambda c: put(c, "timetable", 2, finish="2025-09-02"),
        lambda c: put(c, "timetable", 2, working_days=6),
        lambda c: put(c, "timetable", 2, finish="2025-08-01"),
        lambda c: put(c, "timetable", 3, finish="2035-09-14"),
        lambda c: twice(c, "timetable"),
    ],
    "timetable-order": [
        lambda c: put(c, "timetable", 2, predecessors="settle"),
        lambda c: put(c, "timetable", 2, predecessors="nothing"),
        lambda c: put(c, "timetable", 3, start="2025-09-05"),
        lambda c: put(c, "timetable", 3, lags="review=1..2"),
        lambda c: put(c, "timetable", 3, start="2025-09-11", finish="2025-09-18"),
        lambda c: put(c, "timetable", 3, lags="move=0"),
    ],
    "timetable-limits": [
        lambda c: put(c, "timetable", 3, finish="2025-09-16", working_days=7),
        lambda c: put(c, "timetable", 4, target_late_days=0),
    ],
    # two tasks share two units on 8 and 9 September
    "timetable-resources": [
        lambda c: put(c, "timetable", 4, resources="working_group=2"),
        lambda c: put(c, "timetable", 4, resources="elephants=1"),
    ],
    "timetable-settings": [lambda c: put(c, "timetable", 2, cost_vnd=5)],
    "timetable-progress": [lambda c: put(c, "timetable", 2, state="done")],
    "timetable-changes": [
        lambda c: put(c, "schedule_changes", 0, start="2025-08-28"),
        lambda c: put(c, "schedule_changes", 0, days_later=2),
        lambda c: put(c, "schedule_changes", 0, change="gone"),
        lambda c: put(c, "schedule_changes", 0, start_before="2025-08-29", finish_before="2025-09-05", days_later=0),
    ],
    "timetable-deadlines": [
        lambda c: put(c, "timetable", 3, deadline_id=""),
        lambda c: put(c, "timetable", 0, start="2025-07-02", finish="2025-07-02"),
        lambda c: put(c, "timetable", 3, legal_limit="2025-10-15"),
        lambda c: put(c, "timetable", 1, deadline_id="d-unknown"),
    ],
    "risk-limits": [
        lambda c: drop(c, "deadline_risk", 1),
        lambda c: put(c, "deadline_risk", 1, limit_id="2025-09-09"),
        lambda c: put(c, "deadline_risk", 0, tasks=2),
        lambda c: put(c, "deadline_risk", 0, weakest="nothing"),
        # with something to wait for, the event can be missed and needs a row
        lambda c: put(c, "timetable", 0, predecessors="move"),
    ],
    "risk-shares": [
        lambda c: put(c, "deadline_risk", 0, hold_share=1.1),
        lambda c: put(c, "deadline_risk", 0, late_6_20_share=0.1),
        lambda c: put(c, "deadline_risk", 1, expected_late_days=0.9),
        lambda c: put(c, "deadline_risk", 0, runs=2_000),
        lambda c: put(c, "deadline_risk", 0, hold_low=0.8),
        lambda c: put(c, "deadline_risk", 0, finish_p80="2025-09-16"),
        lambda c: put(c, "deadline_risk", 0, finish_p95="2025-09-12"),
        lambda c: put(c, "timetable", 3, driving_share=-0.1),
        lambda c: put(c, "protect", 0, overrun_share=3.0),
    ],
    "risk-tasks": [
        lambda c: put(c, "timetable", 3, late_share=np.nan),
        lambda c: put(c, "timetable", 1, late_share=0.5),
        lambda c: put(c, "timetable", 3, driving_share=0.05),
        lambda c: put(c, "timetable", 2, finish_p80="2025-09-04"),
        lambda c: put(c, "timetable", 3, finish_p80="2025-09-16"),
        lambda c: put(c, "deadline_risk", 0, hold_share=0.8),
        lambda c: put(c, "deadline_risk", 0, hold_share=0.95),
    ],
    "risk-protect": [
        lambda c: put(c, "protect", 1, saved_vnd=5e8),
        lambda c: put(c, "protect", 1, rank=3),
        lambda c: put(c, "protect", 0, item="nothing"),
        lambda c: put(c, "protect", 0, driving_share=0.2),
        lambda c: put(c, "protect", 0, limit_id="d-event"),
        lambda c: put(c, "protect", 0, hold_share=0.5),
        lambda c: put(c, "protect", 0, hold_share_kept=0.8),
        lambda c: put(c, "protect", 1, saved_vnd=0),
    ],
    # settle starts on the working day after review; train has missed its target
    "timetable-slack": [
        lambda c: put(c, "timetable", 1, free_slack_days=36),
        lambda c: put(c, "timetable", 2, free_slack_days=1, slack_days=1),
        lambda c: put(c, "timetable", 3, free_slack_days=1, slack_days=1),
        lambda c: put(c, "timetable", 4, free_slack_days=1),
        lambda c: put(c, "timetable", 0, slack_days=1),
    ],
    "timetable-causes": [
        lambda c: put(c, "timetable", 1, cause="order"),
        lambda c: put(c, "timetable", 1, cause_task="review"),
        lambda c: put(c, "timetable", 2, cause="fixed"),
        lambda c: put(c, "timetable", 3, cause_task=""),
        lambda c: put(c, "timetable", 4, cause="units=trucks"),
        lambda c: put(c, "timetable", 4, cause="order"),
        lambda c: put(c, "timetable", 4, cause="follower"),
        lambda c: put(c, "timetable", 4, early_days=-1),
    ],
    "timetable-chains": [
        lambda c: drop(c, "deadlines", 0),
        lambda c: put(c, "deadlines", 0, late_days=0),
        lambda c: put(c, "deadlines", 0, spare_days=1),
        lambda c: put(c, "deadlines", 0, finish="2025-09-08", late_days=0),
        lambda c: put(c, "deadlines", 1, tasks=2),
        lambda c: put(c, "deadlines", 1, chain="review;train"),
        lambda c: put(c, "deadlines", 1, chain="move;settle"),
        lambda c: put(c, "deadlines", 1, causes="order;order"),
        lambda c: put(c, "deadlines", 1, last_task="train", chain="review;train", causes="release;units=working_group"),
    ],
    "timetable-relief": [
        lambda c: put(c, "relief", 0, late_days=2),
        lambda c: put(c, "relief", 0, late_after_days=2),
        lambda c: put(c, "relief", 0, amount=0),
        lambda c: put(c, "relief", 1, amount=2),
        lambda c: put(c, "relief", 0, deadline="d-legal", force="legal"),
    ],
    "timetable-signing": [
        lambda c: put(c, "signing", 0, seal="2025-06-25"),
        lambda c: put(c, "signing", 0, can_sign="2025-06-27", earliest="2025-06-27"),
        lambda c: put(c, "signing", 0, can_sign="2025-07-02"),
        lambda c: put(c, "signing", 0, earliest="2025-07-02"),
        lambda c: drop(c, "signing"),
    ],
    # 4 persons of the Hải Dương division on Saturday and Sunday, with the one truck
    "timetable-moves": [
        lambda c: put(c, "moves", 0, day="2025-07-05"),
        lambda c: drop(c, "moves"),
        lambda c: put(c, "moves", 0, persons=3, desks=3),
        lambda c: put(c, "moves", 0, desks=1),
        lambda c: put(c, "moves", 1, trucks=2),
        lambda c: put(c, "moves", 0, from_sites="main"),
    ],
    "files-tables": [
        lambda c: put(c, "staff", 0, label="proposed"),
        lambda c: put(c, "units", 0, label="guessed"),
        lambda c: twice(c, "routes"),
        lambda c: c.tables["units"].insert(0, "colour", "red"),
    ],
    "files-references": [
        lambda c: put(c, "commute", 0, route_id="s-9"),
        lambda c: put(c, "posts", 0, person_id="HD-77777"),
    ],
    "files-rules": [lambda c: put(c, "units", 0, rules="standards.no_such_rule")],
    "files-totals": [
        lambda c: put(c, "staff", 0, support_vnd_month=9_000_000),
        lambda c: put(c, "posts", 0, person_id=""),
    ],
}
CASES = [(name, i) for name, ways in BROKEN.items() for i in range(len(ways))]


@pytest.mark.parametrize(("check_id", "way"), CASES)
def test_check_fails_when_its_rule_is_broken(small_case, check_id, way):
    """The right check reports the damage, in a sentence."""
    BROKEN[check_id][way](small_case)
    result = run(check_id, small_case)
    assert not result.passed
    assert result.violations
    assert not any("could not be examined" in v for v in result.violations[:1])


def test_every_check_on_tables_can_fail():
    """No check without a way to break it; those on files and on locks have tests of their own."""
    on_files = {r.id for r in REGISTRY if r.needs_folder}
    own_tests = {"units-locks", "staff-locks", "staff-balance", "staff-wishes", "structure-equipment"}
    assert {r.id for r in REGISTRY} - on_files - own_tests == set(BROKEN)


LOCKS = {
    "units-locks": [
        {"must_join": (("10001", "20001"),)},
        {"must_not_join": (("10001", "10002"),)},
        {"fixed_seat": ("10002",)},
        {"forbidden_seat": ("10001",)},
        {"keep_whole": ("10001",)},
    ],
    "structure-locks": [
        {"fixed_successor": {"so-y-te-hai-duong": "so-noi-vu-hai-phong-moi"}},
        {"fixed_site": {"so-y-te-hai-phong-moi": "old-hd"}},
        {"fixed_site": {"so-y-te-hai-duong--phong": "old-hd"}},
        {"pair": (("so-y-te-hai-duong--phong", "so-noi-vu-hai-duong--phong"),)},
        {"keep_apart": (("so-y-te-hai-duong--phong", "so-y-te-hai-phong--phong"),)},
    ],
    "structure-alternatives": [{"pair": (("so-y-te-hai-duong--phong", "so-noi-vu-hai-duong--phong"),)}],
    "staff-locks": [
        {"fixed_post": {"HD-00000": "so-y-te-hai-phong-moi--phong"}},
        {"fixed_post": {"HP-00098": "20001"}},
    ],
}


@pytest.mark.parametrize(("check_id", "lock"), [(k, v) for k, ways in LOCKS.items() for v in ways])
def test_broken_locks_are_found(small_case, check_id, lock):
    """A lock that the plan does not keep is reported."""
    result = run(check_id, with_options(small_case, locks=Locks(**lock)))
    assert not result.passed
    assert "broken" in result.violations[0]


def test_equipment_beyond_what_a_site_has_is_found(small_case):
    """24 divisions with 10 m of files each need 240 m at the main site; two of a department need a room each.

    A kind that another site names is missing at the main site unless named there; without kinds nothing is asked.
    """
    options = small_case.inputs.scenario.consolidate

    def with_equipment(sites, needs):
        changed = options.model_copy(update={"site_equipment": sites, "division_equipment": needs})
        return run("structure-equipment", with_options(small_case, consolidate=changed))

    assert with_equipment({}, {}).passed
    assert with_equipment({"main": {"archive_m": 240}}, {}).passed
    assert "240 archive_m needed, there are 239" in with_equipment({"main": {"archive_m": 239}}, {}).violations[0]
    rooms = {f"so-y-te-{side}--phong": {"room": 1} for side in ("hai-duong", "hai-phong")}
    assert with_equipment({"main": {"room": 2}}, rooms).passed
    assert "2 room needed, there are 0" in with_equipment({"old-hd": {"room": 2}}, rooms).violations[0]


def test_a_side_without_its_share_of_leaders_is_found_where_no_price_allows_it(small_case):
    """Four leaders, three of one side; at 0.5 each side has two. The side above the establishment had one more."""
    agency = "so-y-te-hai-phong-moi"
    posts = small_case.tables["posts"]
    own = [n for n, a in enumerate(posts["new_agency_id"]) if a == agency]
    side = small_case.inputs.staff.set_index("person_id")["side"]
    theirs = [n for n in own if side[posts["person_id"].iloc[n]] == "hai_duong"]
    ours = [n for n in own if n not in theirs]
    leaders = [*ours[:3], *theirs[:2]]
    for n in leaders:
        put(small_case, "posts", n, role="deputy", body_id=agency)
    put(small_case, "posts", theirs[1], phase="transitional")
    options = small_case.inputs.scenario.relocate
    priced = options.model_copy(update={"side_balance_share": 0.5})
    assert run("staff-balance", with_options(small_case, relocate=priced)).passed
    strict = priced.model_copy(update={"side_balance_vnd_year": None})
    result = run("staff-balance", with_options(small_case, relocate=strict))
    assert result.violations == (f"a side has fewer leaders than its share: {agency}/hai_duong",)
    # With both of them in the establishment the share holds.
    put(small_case, "posts", theirs[1], phase="establishment")
    assert run("staff-balance", with_options(small_case, relocate=strict)).passed


def test_wishes_and_couples_are_counted_again(small_case):
    """HD-00096 works in unit 10001: a wish for it is granted; figures that say otherwise are found."""
    staff = small_case.inputs.staff
    staff["wish_code"] = np.where(staff["person_id"] == "HD-00096", "10003", "")
    staff["partner_id"] = ""
    figures = {"wishes_granted": 1, "couples_both_far": 0}
    told = replace(small_case, manifest={"stages": {"relocate": {"figures": figures}}})
    assert run("staff-wishes", told).passed
    figures |= {"wishes_granted": 2, "couples_both_far": 1}
    assert len(run("staff-wishes", told).violations) == 2


def test_kept_locks_pass(small_case):
    """Locks that the plan keeps raise nothing."""
    locks = Locks(
        must_join=(("10001", "10003"),),
        must_not_join=(("10001", "20001"),),
        fixed_seat=("20001",),
        keep_whole=("30001",),
        fixed_post={"HD-00000": "van-phong-ubnd-hai-phong-moi--phong", "HD-00096": "10001"},
    )
    assert audit_tables(with_options(small_case, locks=locks)).passed


def test_waiver_of_three_members(small_case):
    """Below the floors, three members are exempt (Art 5(2)); two members need a decision (Art 5(3))."""
    case = replace(small_case, inputs=_thin(small_case, "10001"))
    put(case, "new_units", 0, population_ratio=1.5 / 2, standard="exempt", population=12_000)
    case.tables["units"]["standard"] = case.tables["units"]["new_id"].map(
        {"10001": "exempt", "20001": "meets", "30001": "special"}
    )
    assert run("units-standards", case).passed
    case = replace(small_case, inputs=_thin(small_case, "20001"))
    put(case, "new_units", 0, population_ratio=1.5, standard="meets", population=24_000)
    # 25,000 / 45,000 = 0.5556 with two members: the Standing Committee decides; none is allowed
    put(case, "new_units", 1, population_ratio=0.5556, standard="needs_decision")
    assert run("units-standards", case).violations == ("1 units need a decision, the scenario allows 0",)


def _thin(case: Case, new_id: str):
    """Inputs with half the population in the members of a new unit."""
    units = case.inputs.units.copy()
    mine = case.tables["units"].loc[case.tables["units"]["new_id"] == new_id, "old_code"]
    units.loc[mine, "population"] //= 2
    return replace(case.inputs, units=units)


def test_site_too_small(small_case):
    """96 persons x 12 m2 + 240 m of files x 0.2 m2 = 1,200 m2 do not fit into 1,199."""
    sites = small_case.inputs.sites
    for area, passes in ((1_200, True), (1_199, False)):
        inputs = replace(small_case.inputs, sites=sites.assign(floor_m2=[1_000.0, area]))
        assert run("structure-sites", replace(small_case, inputs=inputs)).passed is passes


def test_a_stop_too_far_from_home(small_case):
    """Were all homes at the main site, the stop would be 44 km away from them; the limit is 5 km."""
    case = with_options(small_case)
    case.inputs.__dict__["unit_nodes"] = case.inputs.unit_nodes * 0 + 1
    words = "stops too far from home: 10002|main|daily at 10002"
    assert run("passengers-lists", case).violations == (words,)


def test_a_stop_too_far_from_all_of_a_parted_home(small_case):
    """The stop lies 0.05 degrees or 5.2 km west of the land of 10002, within 5 km and the tolerance; 0.1 is too far."""
    for name in ("passengers", "commute", "boardings"):
        small_case.tables[name]["group_id"] = "10002#2|main|daily"
    assert run("passengers-lists", small_case).violations == ()
    small_case.tables["stops"]["lon"] -= 0.05
    words = "stops too far from home: 10002#2|main|daily at 10002"
    assert run("passengers-lists", small_case).violations == (words,)


def test_budget_is_a_ceiling(small_case):
    """48 million VND a month do not fit under 47 million."""
    commute = small_case.inputs.scenario.commute.model_copy(update={"budget_vnd_month": 47e6})
    violations = run("commute-allowances", with_options(small_case, commute=commute)).violations
    assert violations == ("48,000,000 VND a month, the ceiling is 47,000,000",)


def test_a_plan_in_which_nobody_travels(small_case):
    """No routes, no riders: there is nothing to put on a list, and that is no fault."""
    for name in ("commute", "routes", "stops", "passengers"):
        small_case.tables[name] = empty(name)
    small_case.tables["staff"]["support"] = "none"
    assert run("passengers-lists", small_case).violations == ()
    small_case.tables["staff"].loc[0, "support"] = "shuttle"
    assert run("passengers-lists", small_case).violations == ("on no list, or without a shuttle or train: HD-00000",)


def test_missing_tables_leave_nothing_to_examine(small_case):
    """A plan of one stage passes the checks of the others, which say that they had nothing."""
    only = {k: v for k, v in small_case.tables.items() if k in ("units", "new_units")}
    report = audit_tables(replace(small_case, tables=only))
    assert report.passed
    assert report["stops-load"].detail == "not in this plan: routes, stops"


def test_who_retires_during_the_plan_is_kept_above_the_establishment(small_case):
    """Born in March 1964: 61y3m in June 2025, too old for a post; in March 1966: 61y9m in December 2027."""
    put(small_case, "posts", -1, phase="transitional", person_id="HP-00097")
    put(small_case, "staff", 97, post_id=small_case.tables["posts"]["post_id"].iloc[-1])
    assert run("staff-outcomes", small_case).passed
    assert run("staff-retirement", small_case).violations == ("hold a post beyond retirement age: HP-00097",)
    younger = small_case.inputs.staff.assign(
        born=small_case.inputs.staff["born"].where(small_case.inputs.staff["person_id"] != "HP-00097", "1966-03")
    )
    case = replace(small_case, inputs=replace(small_case.inputs, staff=younger))
    assert run("staff-retirement", case).passed
    put(small_case, "posts", -1, phase="establishment")
    assert not run("staff-outcomes", small_case).passed


def test_long_lists_are_cut(small_case):
    """Of many violations the first are listed and the rest counted."""
    small_case.tables["mandates"] = pd.concat(
        [small_case.tables["mandates"].assign(mandate_id=f"p-{i}") for i in (1, *range(100, 130))] * 2,
        ignore_index=True,
    )
    violations = run("mandates", small_case).violations
    assert len(violations) == LISTED + 1
    assert violations[-1] == "and 11 more"


def test_damage_that_breaks_a_look_up_is_a_finding(small_case):
    """A table with broken text does not stop the audit."""
    put(small_case, "stops", 0, time="soon")
    result = run("stops-times", small_case)
    assert not result.passed
    assert "could not be examined to the end" in result.violations[-1]


def test_vietnamese_calendar():
    """Reunification Day 2025 with the day swapped for it, National Day, weekends."""
    assert not is_working(date(2025, 4, 30))
    assert not is_working(date(2025, 5, 2))
    assert is_working(date(2025, 4, 26))  # Saturday worked instead of 2 May
    assert not is_working(date(2025, 9, 2))
    assert not is_working(date(2025, 9, 6))
    assert len(days_of_work(date(2025, 8, 29), date(2025, 9, 5), True)) == 4
    assert days_of_work(date(2025, 7, 4), date(2025, 7, 7), False) == [date(2025, 7, 5), date(2025, 7, 6)]
    assert working_days_after(date(2025, 9, 5), date(2025, 9, 9)) == 2
    assert working_days_after(date(2025, 9, 5), date(2025, 9, 7)) == 1  # a weekend late is late
    assert working_days_after(date(2025, 9, 9), date(2025, 9, 5)) == 0


def test_names_are_compared_without_their_type():
    """Xã An Bình and phường AN BÌNH are the same name."""
    assert bare_name("Xã An Bình") == bare_name("phường AN BÌNH") == "an bình"
    assert bare_name("Đặc khu Cát Hải") == "cát hải"


def test_audit_imports_no_solver_and_no_stage():
    """The audit stands on its own: a mistake of the planner cannot hide in it."""
    for path in Path(merger.audit.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            bad = (
                "solvers",
                "merger.stages",
                "merger.arrangement.standards",
                "merger.relocation.staffing",
                "merger.arrangement.score",
                "merger.relocation",
                "merger.commute",
                "merger.consolidation.problem",
                "merger.consolidation.divisions",
                "merger.timetabling.tasks",
                "merger.timetabling.calendars",
            )
            assert not [n for n in names if n.startswith(bad)], path
