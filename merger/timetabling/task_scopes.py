"""What the tasks of a plan are about: the city, Party committees, agencies, mandates, communes, districts, systems and
shuttle routes.

Each item carries names for titles and amounts of work (persons, metres of files, mandates, ...). Tables of
stages that did not run, or that a scenario does not have, give no items.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from merger.inputs import Inputs
from merger.timetabling.agency_scopes import agency_items, mandate_items, party_items
from merger.timetabling.items import Item, records
from merger.timetabling.unit_scopes import district_items, unit_items


def all_items(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> dict[str, list[Item]]:
    """Items of every scope, in the order of their ids."""
    return {
        "city": [_city(inputs, tables)],
        "party": party_items(inputs),
        "agency": agency_items(inputs, tables),
        "mandate": mandate_items(inputs, tables),
        "unit": unit_items(inputs, tables),
        "district": district_items(inputs, tables),
        "system": _systems(inputs),
        "route": _routes(tables),
    }


def _city(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> Item:
    amounts: dict[str, float] = {
        "mandates": max(1, len(records(tables, "mandates"))),
        "units": max(1, len(records(tables, "new_units"))),
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
    for row in records(tables, "staff"):
        level = "leavers_province" if row["level"] in ("province", "service") else "leavers_commune"
        leavers[level] += share.get(row["entitlement"], 0.0)
    return leavers


def _systems(inputs: Inputs) -> list[Item]:
    if inputs.it_systems.empty:
        return []
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
    rows = sorted(records(tables, "routes"), key=lambda r: str(r["route_id"]))
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
