"""Columns of every table of a plan folder: the contract between the stages, the audit and the documents.

Types: `text`, `int`, `km`, `minutes`, `vnd`, `km2`, `m2`, `date` (ISO 8601), `time` (HH:MM), `bool`, `ratio`, `list`
(text items joined by ";"), `degrees`. Empty means unknown or not applicable. `count` is a number of persons: in files
for the public "<5" where it is too small to show and "*" where it would give such a number away (merger.disclosure).

Internal tables hold rows about single persons or few of them. They lie in the folder `internal` of a plan and never
reach files meant for the public; a grouped one has, under the same name beside that folder, a form for the public in
which persons are joined to groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Table:
    """One CSV file of a plan: columns as {name: (type, meaning)}; `key` is unique.

    `internal` means personal data; `grouped` that there is also a form for the public, with the same columns.
    """

    key: tuple[str, ...]
    columns: dict[str, tuple[str, str]]
    internal: bool = False
    grouped: bool = False


LABEL = ("text", "official, estimated, reconstructed, SYNTHETIC or proposed")

TABLES: dict[str, Table] = {
    "units": Table(
        ("old_code",),
        {
            "old_code": ("text", "code of the old unit"),
            "old_name": ("text", "name with type"),
            "district": ("text", "district before"),
            "side": ("text", "hai_duong or hai_phong"),
            "new_id": ("text", "code of the new unit (that of its seat)"),
            "new_name": ("text", "proposed name with type"),
            "kind": ("text", "xa, phuong or dac_khu"),
            "seat_code": ("text", "old unit that holds the seat"),
            "population": ("int", "persons, estimated"),
            "area_km2": ("km2", "estimated"),
            "minutes_to_seat": ("minutes", "from the settlement centre by road, normal traffic"),
            "km_to_seat": ("km", "by road"),
            "standard": ("text", "of the new unit: meets, exempt, needs_decision, special"),
            "rules": ("list", "rule ids that decided"),
            "label": LABEL,
        },
    ),
    "new_units": Table(
        ("new_id",),
        {
            "new_id": ("text", "code of the seat's old unit"),
            "new_name": ("text", "proposed name with type"),
            "kind": ("text", "xa, phuong or dac_khu"),
            "side": ("text", "side of the old province line"),
            "seat_code": ("text", "old unit that holds the seat"),
            "seat_lon": ("degrees", "settlement centre of the seat unit"),
            "seat_lat": ("degrees", ""),
            "members": ("list", "codes of the old units"),
            "n_members": ("int", ""),
            "area_km2": ("km2", ""),
            "population": ("int", ""),
            "area_ratio": ("ratio", "area over the floor of Art 5(1); empty for special zones"),
            "population_ratio": ("ratio", "population over the floor of Art 5(1)"),
            "standard": ("text", "meets, exempt (Art 5(2)), needs_decision (Art 5(3)), special"),
            "person_minutes": ("minutes", "sum over residents of minutes to the seat"),
            "person_km": ("km", "sum over residents of km to the seat by road"),
            "rules": ("list", "rule ids that decided"),
            "label": LABEL,
        },
    ),
    "structure": Table(
        ("division_id",),
        {
            "division_id": ("text", "division before"),
            "division": ("text", "name"),
            "agency_id": ("text", "agency before"),
            "agency": ("text", "name"),
            "side": ("text", ""),
            "field": ("text", "field of work"),
            "staff": ("int", "persons before"),
            "site_before": ("text", "site_id"),
            "new_division_id": ("text", ""),
            "new_division": ("text", "name"),
            "new_agency_id": ("text", ""),
            "new_agency": ("text", "name"),
            "site_id": ("text", "site after"),
            "reason_vi": ("text", "why, in a planner's words"),
            "reason_en": ("text", ""),
            "alternative_vi": ("text", "the next best place and what it costs more"),
            "alternative_en": ("text", ""),
            "alternative_vnd": (
                "vnd",
                "extra cost over the horizon, a lower bound; the words say whether it is exact",
            ),
            "rules": ("list", ""),
            "label": LABEL,
        },
    ),
    "new_agencies": Table(
        ("new_agency_id",),
        {
            "new_agency_id": ("text", "id in agencies.csv"),
            "new_agency": ("text", "Vietnamese name"),
            "new_agency_en": ("text", ""),
            "kind": ("text", "as in agencies.csv"),
            "parent_id": ("text", ""),
            "predecessors": ("list", "agency ids before"),
            "divisions": ("int", "divisions after"),
            "divisions_before": ("int", ""),
            "staff": ("int", "persons of the predecessors"),
            "leaders": ("int", "head and deputies in the establishment"),
            "deputies_cap": ("int", "largest number of deputies by law"),
            "site_id": ("text", "main site"),
            "floor_m2": ("m2", "area needed"),
            "rules": ("list", ""),
            "label": LABEL,
        },
    ),
    "new_divisions": Table(
        ("new_division_id",),
        {
            "new_division_id": ("text", ""),
            "new_division": ("text", "name"),
            "new_agency_id": ("text", ""),
            "field": ("text", ""),
            "site_id": ("text", ""),
            "staff": ("int", "persons of the predecessors"),
            "deputies_cap": ("int", "largest number of deputies by law"),
            "min_posts": ("int", "smallest size by law"),
            "stay_site_id": ("text", "second site where staying would pay most; empty: none allowed"),
            "stay_gain_vnd": ("vnd", "gain over the horizon if this division alone stayed there; below 0: a loss"),
            "rules": ("list", ""),
            "label": LABEL,
        },
    ),
    "site_tradeoff": Table(
        ("share",),
        {
            "share": ("ratio", "largest share of divisions that may stay at second sites"),
            "divisions_after": ("int", "divisions of the centre after the merger"),
            "divisions_staying": ("int", "of them at second sites"),
            "people_staying": ("int", "persons of these"),
            "total_vnd": ("vnd", "whole cost of the best structure over the horizon"),
            "travel_vnd": ("vnd", "travel of staff"),
            "coordination_vnd": ("vnd", "trips between sites"),
            "moves_vnd": ("vnd", "desks moved"),
            "people_moving": ("int", "persons whose desk moves to another site"),
            "floor_main_m2": ("m2", "area needed at the main site"),
            "floors": ("list", "area needed at each site: site=m2"),
            "status": ("text", "optimal: proven"),
            "gap": ("ratio", ""),
            "label": LABEL,
        },
    ),
    "structure_alternatives": Table(
        ("alternative", "division_id"),
        {
            "alternative": (
                "int",
                "1, 2, ...: near-optimal structures, those that differ most among the ones examined",
            ),
            "division_id": ("text", "division before"),
            "division": ("text", "name"),
            "agency": ("text", "agency before"),
            "continues": ("text", "division before whose successor it is in"),
            "new_division_key": (
                "text",
                "new agency and the division it continues: equal for those in one new division",
            ),
            "new_agency_id": ("text", ""),
            "new_agency": ("text", "name"),
            "site_id": ("text", ""),
            "same": ("bool", "as in the proposal"),
            "settled": ("bool", "the same in the proposal and in all alternatives"),
            "extra_vnd": ("vnd", "cost above the proposal over the horizon"),
            "label": LABEL,
        },
    ),
    "mandates": Table(
        ("mandate_id",),
        {
            "mandate_id": ("text", ""),
            "kind": ("text", "function, programme, task, model, duty, register, it_system, archive, ..."),
            "title_vi": ("text", ""),
            "title_en": ("text", ""),
            "holders_before": ("list", "bodies or divisions that held it"),
            "sides": ("list", "sides that held it"),
            "successor_id": ("text", "the one accountable body or division after"),
            "successor": ("text", "its name"),
            "basis": ("text", "law, official or ours"),
            "reason_vi": ("text", "why it goes there, with the neighbours that decided"),
            "reason_en": ("text", ""),
            "due": ("date", ""),
            "label": LABEL,
        },
    ),
    "posts": Table(
        ("post_id",),
        {
            "post_id": ("text", ""),
            "body_id": ("text", "new division, new agency (leaders) or commune body"),
            "body": ("text", "name"),
            "new_agency_id": ("text", "empty at commune level"),
            "new_unit_id": ("text", "empty at province level"),
            "level": ("text", "province, commune or service"),
            "role": ("text", "head, deputy or staff"),
            "field": ("text", ""),
            "bloc": ("text", "government, party or front"),
            "site_id": ("text", "site (province) or new unit id (commune)"),
            "phase": ("text", "establishment, or transitional: above it until the end of the five years"),
            "person_id": ("text", "holder; empty when vacant"),
            "rule": ("text", "rule id that creates the post"),
            "label": LABEL,
        },
        internal=True,
    ),
    "staff": Table(
        ("person_id",),
        {
            "person_id": ("text", ""),
            "side": ("text", ""),
            "level": ("text", "before: province, service, district, commune or nonprofessional"),
            "body_before": ("text", "division or unit before"),
            "field": ("text", ""),
            "home_code": ("text", "old unit of the home"),
            "post_id": ("text", "empty without a post"),
            "outcome": (
                "text",
                "placed, transitional, retires (by age: before the start, or kept until then), contract_ends, unplaced",
            ),
            "site_before": ("text", ""),
            "site_after": ("text", ""),
            "km_before": ("km", "home to workplace by road"),
            "km_after": ("km", ""),
            "minutes_before": ("minutes", "normal traffic"),
            "minutes_after": ("minutes", ""),
            "support": ("text", "mode after stage commute: none, own, shuttle, train, rent, ..."),
            "support_vnd_month": (
                "vnd",
                "public money a month; of a shuttle, the person's share of its cost",
            ),
            "entitlement": ("text", "early_retirement, resignation or none: eligibility, not a decision"),
            "entitlement_vnd": ("vnd", "benefit if chosen in the first 12 months"),
            "cost_vnd": ("vnd", "yearly cost of the way to work: time, vehicle, fares and public money"),
            "kept_pay_vnd": ("vnd", "allowance kept after a loss of rank, in all (Resolution 76/2025, Art 11(4))"),
            "reason_vi": ("text", ""),
            "reason_en": ("text", ""),
            "rules": ("list", ""),
            "label": LABEL,
        },
        internal=True,
    ),
    "ceilings": Table(
        ("rule", "subject_id"),
        {
            "rule": ("text", "rule id of the ceiling"),
            "subject_id": ("text", "city, communes, a side, new agency, new division or new unit"),
            "subject_vi": ("text", "its name"),
            "subject_en": ("text", ""),
            "unit": ("text", "posts, people, departments, years, months"),
            "sense": ("text", "most, least, or about"),
            "limit": ("int", "figure in force; an average times the number of subjects"),
            "used": ("int", "what the plan uses; empty where it plans no such post"),
            "slack": ("int", "what is left of it"),
            "binding": ("bool", "nothing is left"),
            "above": ("int", "persons kept above it for five years, or who keep their pay; empty: too few to show"),
            "above_all": ("int", "the same for all subjects of the rule"),
            "label": LABEL,
        },
    ),
    "equity": Table(
        ("dimension", "group"),
        {
            "dimension": ("text", "all, side, level, sex, role, rank, age, district (of the home), protected, couple"),
            "group": ("text", "key of the group"),
            "group_vi": ("text", "its name"),
            "group_en": ("text", ""),
            "people": ("int", "persons on the roster; empty: suppressed, like every empty count of this table"),
            "contract_ends": ("int", "non-professional work ends"),
            "change_site": ("int", "work at another place than before"),
            "mean_km_before": ("km", "home to work by road, of those with a post"),
            "mean_km_after": ("km", ""),
            "mean_km_farther": ("km", "after less before"),
            "farther_15_km": ("int", "work farther from home than before by 15 km or more"),
            "leaders_before": ("int", "heads and deputies before"),
            "lost_leading_post": ("int", "of them with a lower post, or with none"),
            "above_establishment": ("int", "kept above the establishment"),
            "retires": ("int", "reach the age before the start, or while kept above the establishment"),
            "suppressed": ("list", "columns that are empty because a group is too small to show"),
            "label": LABEL,
        },
    ),
    "post_groups": Table(
        ("group_id",),
        {
            "group_id": ("text", "body and role; NEW_ID--transitional: places above the establishment of a unit"),
            "level": ("text", "province, commune or service"),
            "body_id": ("text", "new division, new agency (leaders) or commune body"),
            "body": ("text", "name"),
            "new_unit_id": ("text", "empty at province level"),
            "new_agency_id": ("text", "empty at commune level"),
            "role": ("text", "head, deputy, staff or transitional"),
            "posts": ("int", "posts, or places above the establishment"),
            "held": ("int", "persons placed"),
            "price_vnd_year": ("vnd", "what one more post would save, a year (dual price)"),
            "candidates": ("int", "commune level: present staff within distance and of a rank it is open to"),
            "specialists": ("int", "of these, persons of the body's field"),
            "missing": ("text", "vacant because of: rank, distance, elsewhere (candidates are needed elsewhere)"),
            "label": LABEL,
        },
        internal=True,
    ),
    "headcount": Table(
        ("measure", "level", "group"),
        {
            "measure": ("text", "outcome, entitlement, km_before or km_after (home to work, classes of km)"),
            "level": ("text", "before, as in staff; all: every level"),
            "group": ("text", "outcome, entitlement or class of km (from-to, unknown); all: every group"),
            "people": ("count", "persons; measures of km: of those placed or transitional"),
            "entitlement_vnd": ("vnd", "sum of the benefits where the measure is entitlement"),
            "label": LABEL,
        },
    ),
    "post_counts": Table(
        ("level", "bloc", "role", "phase"),
        {
            "level": ("text", "province, commune or service"),
            "bloc": ("text", "government, party or front; empty: all of them"),
            "role": ("text", "head, deputy or staff"),
            "phase": ("text", "establishment or transitional"),
            "posts": ("count", "posts; above the establishment they are as many as persons"),
            "vacant": ("int", "posts without a holder"),
            "label": LABEL,
        },
    ),
    "trim_path": Table(
        ("group", "side", "year"),
        {
            "group": ("text", "province or commune"),
            "side": ("text", "side of the communes; both for the province"),
            "year": ("int", "1 July of the year before to 1 July of this one"),
            "before_people": ("count", "above the establishment at the start, expected"),
            "retired_by_age_people": ("count", ""),
            "take_up_people": ("count", "leave with a benefit of Decree 178 at the scenario's take-up"),
            "transferred_people": ("count", "into vacant or freed posts"),
            "after_people": ("count", "above the establishment at the end"),
            "benefit_vnd": ("vnd", "expected leaving benefits of the surplus"),
            "pay_vnd": ("vnd", "expected pay by coefficients of those above the establishment"),
            "label": LABEL,
        },
        internal=True,
        grouped=True,
    ),
    "commute": Table(
        ("group_id", "mode", "route_id"),
        {
            "group_id": ("text", "home unit, site and wish; public form: home unit (or district, side, all) and site"),
            "home_code": ("text", ""),
            "home": ("text", "name"),
            "site_id": ("text", ""),
            "wish": ("text", "daily, irregular or not_stated"),
            "mode": ("text", "shuttle, train, own, rent, flat, none"),
            "route_id": ("text", "shuttle route or empty"),
            "riders": ("count", ""),
            "km": ("km", "home to site by road"),
            "minutes": ("minutes", "door to door, one way, morning"),
            "public_vnd_month": ("vnd", "public money for all riders of the row; public form: mean of its mode"),
            "private_vnd_month": ("vnd", "paid by the riders"),
            "time_vnd_month": ("vnd", "person-time at the scenario's price"),
            "reason_vi": ("text", ""),
            "reason_en": ("text", ""),
            "rules": ("list", "allowance ids and rule ids"),
            "label": LABEL,
        },
        internal=True,
        grouped=True,
    ),
    "routes": Table(
        ("route_id",),
        {
            "route_id": ("text", ""),
            "name_vi": ("text", ""),
            "mode": ("text", "shuttle or train"),
            "site_id": ("text", ""),
            "vehicle": ("text", "vehicle type"),
            "seats": ("int", ""),
            "riders": ("count", ""),
            "stops": ("int", ""),
            "km": ("km", "one way"),
            "minutes": ("minutes", "one way in peak traffic, first stop to site"),
            "depart": ("time", "morning, first stop"),
            "arrive": ("time", "morning, site"),
            "return_depart": ("time", "evening"),
            "driver_minutes": ("minutes", "driving a day, both trips; empty for trains"),
            "cost_vnd_day": ("vnd", "public money a day; fares of its riders for a train"),
            "label": LABEL,
        },
        internal=True,
        grouped=True,
    ),
    "stops": Table(
        ("route_id", "direction", "sequence"),
        {
            "route_id": ("text", ""),
            "direction": ("text", "morning or evening"),
            "sequence": ("int", "1, 2, ..."),
            "stop_id": ("text", ""),
            "name": ("text", ""),
            "lon": ("degrees", ""),
            "lat": ("degrees", ""),
            "road_node": ("int", "node id; 0 for stations"),
            "time": ("time", ""),
            "boarding": ("count", "persons who get on (morning) or off (evening)"),
            "load": ("count", "persons on board when leaving"),
            "km": ("km", "from the first stop"),
            "label": LABEL,
        },
        internal=True,
        grouped=True,
    ),
    "passengers": Table(
        ("person_id",),
        {
            "person_id": ("text", "who rides a shuttle or a train"),
            "group_id": ("text", "as in the internal form of commute"),
            "route_id": ("text", ""),
            "stop_id": ("text", "where the person boards in the morning and gets off in the evening"),
            "stop": ("text", "its name"),
            "morning": ("time", "departure from the stop"),
            "evening": ("time", "back at the stop"),
            "mode": ("text", "shuttle or train"),
            "label": LABEL,
        },
        internal=True,
    ),
    "timetable": Table(
        ("task_id",),
        {
            "task_id": ("text", ""),
            "title_vi": ("text", ""),
            "title_en": ("text", ""),
            "owner": ("text", "body that answers for it (Vietnamese)"),
            "kind": (
                "text",
                "law, approval, organisation, staff, assets, move, archive, digital, party, commute, ...",
            ),
            "origin": ("text", "deadline, programme or plan"),
            "start": ("date", "first working day"),
            "finish": ("date", "last working day"),
            "working_days": ("int", ""),
            "predecessors": ("list", "task ids"),
            "resources": ("list", "resource=units"),
            "deadline_id": ("text", "row of deadlines.csv that limits it"),
            "legal_limit": ("date", "hard"),
            "target": ("date", "soft"),
            "legal_late_days": ("int", "working days after the legal limit"),
            "target_late_days": ("int", "working days after the target"),
            "slack_days": (
                "int",
                "working days it may slip before its own or a later task's limit is missed",
            ),
            "critical": ("bool", "no slack, and not an event"),
            "fixed": ("bool", "event with a fixed date"),
            "label": LABEL,
        },
    ),
}


def empty(name: str) -> pd.DataFrame:
    """An empty frame with the columns of a table."""
    return pd.DataFrame(columns=list(TABLES[name].columns))


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Put the columns in order and the rows in order of the key; a missing or extra column is a programming error."""
    table = TABLES[name]
    missing, extra = set(table.columns) - set(frame.columns), set(frame.columns) - set(table.columns)
    if missing or extra:
        raise ValueError(f"table {name}: missing columns {sorted(missing)}, unexpected {sorted(extra)}")
    ordered = frame[list(table.columns)].sort_values(list(table.key), kind="stable").reset_index(drop=True)
    if ordered.duplicated(list(table.key)).any():
        twice = ordered.loc[ordered.duplicated(list(table.key)), list(table.key)].head(3).to_dict("records")
        raise ValueError(f"table {name}: key {table.key} not unique, e.g. {twice}")
    return ordered
