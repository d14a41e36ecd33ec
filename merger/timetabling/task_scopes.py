"""What the tasks of a plan are about: the city, its agencies, communes, districts, systems and shuttle
routes.

Each item carries names for titles and amounts of work (persons, metres of files, mandates, ...). Tables of
stages that did not run, or that a scenario does not have, give no items.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from merger.inputs import Inputs

NEW_SUFFIX = " (mới)"


@dataclass(frozen=True)
class Item:
    """One thing that tasks are about. `words` fill titles, `amounts` are units of work, `group` is its
    district."""

    id: str
    words: Mapping[str, str]
    amounts: Mapping[str, float]
    label: str = "proposed"
    group: str = ""
    only: frozenset[str] = field(default_factory=frozenset)  # task types of a choice that apply, e.g. unit.repair


def all_items(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> dict[str, list[Item]]:
    """Items of every scope, in the order of their ids."""
    return {
        "city": [_city(inputs, tables)],
        "agency": _agencies(inputs, tables),
        "unit": _units(inputs, tables),
        "district": _districts(inputs, tables),
        "system": _systems(inputs),
        "route": _routes(tables),
    }


def _rows(tables: Mapping[str, pd.DataFrame], name: str) -> list[dict]:
    frame = tables.get(name)
    if frame is None or frame.empty:
        return []
    return frame.to_dict("records")


def _city(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> Item:
    amounts: dict[str, float] = {
        "mandates": max(1, len(_rows(tables, "mandates"))),
        "units": max(1, len(_rows(tables, "new_units"))),
    }
    for row in inputs.surplus_offices.to_dict("records"):
        if row["unit"] == "sites":
            amounts[f"surplus:{row['key']}"] = float(row["value"])
    amounts |= _leavers(inputs, tables)
    return Item("", {}, amounts)


def _leavers(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Persons expected to choose a benefit, by level of the body that they leave."""
    options = inputs.scenario.relocate
    share = {
        "early_retirement": options.take_up_early_retirement,
        "resignation": options.take_up_resignation,
    }
    leavers = {"leavers_province": 1.0, "leavers_commune": 1.0}  # at least the decisions that nobody leaves
    for row in _rows(tables, "staff"):
        level = "leavers_province" if row["level"] in ("province", "service") else "leavers_commune"
        leavers[level] += share.get(row["entitlement"], 0.0)
    return leavers


def _agencies(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Item]:
    """New agencies with a staff of their own. Persons and files that move are those whose division changes
    site."""
    options = inputs.scenario.timetable
    structure = pd.DataFrame(_rows(tables, "structure"))
    metres = dict(zip(inputs.divisions.get("division_id", []), inputs.divisions.get("archive_m", []), strict=True))
    mandates = _mandates_by_agency(tables)
    label = "SYNTHETIC" if inputs.synthetic & {"divisions", "staff"} else "proposed"
    items = []
    for row in _rows(tables, "new_agencies"):
        own = structure[structure["new_agency_id"] == row["new_agency_id"]] if len(structure) else structure
        if not len(own) or not own["staff"].sum():
            continue
        archive = float(sum(metres.get(d, 0.0) for d in own["division_id"]))
        moves = own[own["site_before"] != own["site_id"]]
        moving = float(moves["staff"].sum())
        moving_m = options.archive_move_share * float(sum(metres.get(d, 0.0) for d in moves["division_id"]))
        name = str(row["new_agency"]).removesuffix(NEW_SUFFIX)
        amounts = {
            "staff": float(own["staff"].sum()),
            "divisions_before": float(len(own)),
            "archive_m": archive,
            "moving_staff": moving,
            "truck_days": moving / options.desks_truck_day + moving_m / options.archive_m_truck_day,
            "digitise_lines": archive * options.digitise_share * options.pages_per_m / options.pages_line_day,
            "mandates": float(mandates.get(row["new_agency_id"], 0)),
        }
        words = {
            "agency": name,
            "agency_en": str(row["new_agency_en"]),
            "archive": f"{archive:.0f}",
            "moving": f"{moving:.0f}",
        }
        items.append(Item(str(row["new_agency_id"]), words, amounts, label))
    return sorted(items, key=lambda item: item.id)


def _mandates_by_agency(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    home = {row["new_division_id"]: row["new_agency_id"] for row in _rows(tables, "new_divisions")}
    count: dict[str, int] = {}
    for row in _rows(tables, "mandates"):
        agency = home.get(row["successor_id"], row["successor_id"])
        count[agency] = count.get(agency, 0) + 1
    return count


def _units(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Item]:
    rows = sorted(_rows(tables, "new_units"), key=lambda r: str(r["new_id"]))
    works = office_works(inputs, rows)
    district = inputs.units["district"]
    return [
        Item(
            str(row["new_id"]),
            {
                "unit": str(row["new_name"]),
                "unit_en": str(row["new_name"]),
                "members": str(int(row["n_members"])),
            },
            {
                "members": float(row["n_members"]),
                "old_offices": float(row["n_members"]) - 1,
                "population": float(row["population"]),
            },
            group=str(district.get(str(row["seat_code"]), "")),
            only=frozenset([works[str(row["new_id"])]]),
        )
        for row in rows
    ]


WORKS = {
    "works_repair": "unit.repair",
    "works_renovate_extend": "unit.renovate",
    "works_new_build": "unit.new-build",
}


def office_works(inputs: Inputs, rows: list[dict]) -> dict[str, str]:
    """Kind of works for each commune office, in the published proportions (25 repairs, 81 renovations, 8 new
    builds).

    By need, a rule of this project: a former district seat needs a repair only, then the smallest
    populations; the largest populations without a district seat get a new building.
    """
    published = inputs.surplus_offices.set_index("key")["value"]
    wanted = np.array([float(published.get(key, 0)) for key in WORKS])
    if wanted.sum() == 0:
        return {str(row["new_id"]): "unit.renovate" for row in rows}
    exact = wanted / wanted.sum() * len(rows)
    repair, _, build = np.floor(exact + 0.5).astype(int)
    seats = set(inputs.sites.loc[inputs.sites["kind"] == "former district seat", "unit_before"])
    roomy = {str(row["new_id"]): bool(seats & set(str(row["members"]).split(";"))) for row in rows}
    by_need = sorted(
        rows, key=lambda row: (not roomy[str(row["new_id"])], float(row["population"]), str(row["new_id"]))
    )
    ids = [str(row["new_id"]) for row in by_need]
    last = len(ids) - int(build)
    return {
        unit: "unit.repair" if k < repair else "unit.new-build" if k >= last else "unit.renovate"
        for k, unit in enumerate(ids)
    }


def _districts(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Item]:
    if not _rows(tables, "new_units"):
        return []
    seats = [str(row["seat_code"]) for row in _rows(tables, "new_units")]
    new = inputs.units["district"].reindex(seats).value_counts()
    items = []
    for name, old in sorted(inputs.units["district"].value_counts().items()):
        if not name:
            continue
        words = {"district": str(name), "district_en": str(name)}
        items.append(
            Item(str(name), words, {"old_units": float(old), "units": float(new.get(name, 0))}, group=str(name))
        )
    return items


def _systems(inputs: Inputs) -> list[Item]:
    rows = inputs.it_systems.sort_values("system_id").to_dict("records")
    return [
        Item(
            str(row["system_id"]),
            {"system": str(row.get("name_vi") or row["name"]), "system_en": str(row["name"])},
            {},
        )
        for row in rows
    ]


def _routes(tables: Mapping[str, pd.DataFrame]) -> list[Item]:
    rows = sorted(_rows(tables, "routes"), key=lambda r: str(r["route_id"]))
    return [
        Item(
            str(row["route_id"]),
            {
                "route": str(row["name_vi"]),
                "route_en": str(row["name_vi"]),
                "riders": str(int(row["riders"])),
            },
            {"riders": float(row["riders"])},
            label=str(row["label"]),
        )
        for row in rows
        if row["mode"] == "shuttle"
    ]


def days_of_work(amount: float, per_day: float, shortest: int, longest: int) -> int:
    """Whole days for an amount of work at a daily rate, within the given shortest and longest duration."""
    days = math.ceil(amount / per_day - 1e-9) if per_day else shortest
    days = max(days, shortest, 1)
    return min(days, longest) if longest else days
