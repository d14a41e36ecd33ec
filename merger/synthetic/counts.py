"""People of each side and level: published totals, filled up by ratios where none is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geodata.faults import InputError

if TYPE_CHECKING:
    from merger.inputs import Inputs

PUBLISHED = {
    "district": "district_staff_present",
    "commune": "commune_staff_present",
    "nonprofessional": "commune_nonprofessional",
    "province": "staff_to_move",
}


def sides_of(inputs: Inputs) -> list[str]:
    """Sides of the scenario, in alphabetical order."""
    return sorted(inputs.units["side"].unique())


def communes_of(units: pd.DataFrame) -> pd.DataFrame:
    """Units with a commune-level administration (an island district without communes has none), by code."""
    return units[units["kind"] != "huyen_dao"].sort_index()


def published(inputs: Inputs, key: str, side: str | None = None) -> int | None:
    """A published total by key (and side), None when there is none."""
    rows = inputs.totals[inputs.totals["key"] == key]
    if side is not None:
        rows = rows[rows["side"] == side]
    return None if rows.empty else int(rows["value"].iloc[0])


def headcounts(inputs: Inputs) -> dict[str, dict[str, int]]:
    """People by side and level; each side adds up to its published total `staff_present_SIDE`.

    Where a level is published for one side only, the other side gets the same ratio: district staff per
    district, commune staff and non-professionals per commune, provincial staff per resident. Service units
    take the rest.
    Raises InputError when a total is missing or too small.
    """
    sides = sides_of(inputs)
    base = {
        "district": {s: inputs.units.loc[inputs.units["side"] == s, "district"].nunique() for s in sides},
        "commune": {s: int((communes_of(inputs.units)["side"] == s).sum()) for s in sides},
        "province": {s: int(inputs.units.loc[inputs.units["side"] == s, "population"].sum()) for s in sides},
    }
    base["nonprofessional"] = base["commune"]
    counts: dict[str, dict[str, int]] = {s: {} for s in sides}
    for level, key in PUBLISHED.items():
        known = {s: published(inputs, key, s) for s in sides}
        given = {s: v for s, v in known.items() if v is not None}
        if not given:
            raise _missing(inputs, key)
        ratio = sum(given.values()) / sum(base[level][s] for s in given)
        for s in sides:
            value = known[s]
            counts[s][level] = round(ratio * base[level][s]) if value is None else value
    for s in sides:
        total = published(inputs, f"staff_present_{s}")
        if total is None:
            raise _missing(inputs, f"staff_present_{s}")
        counts[s]["service"] = total - sum(counts[s].values())
        if counts[s]["service"] < 0:
            raise InputError.single(
                inputs.path("totals"),
                f"staff_present_{s} is {total}, less than its province, district and commune staff together",
                "correct the total, or give your own roster in data.staff",
            )
    return counts


def _missing(inputs: Inputs, key: str) -> InputError:
    return InputError.single(
        inputs.path("totals"),
        f"no row {key}, so no staff can be generated",
        "add the row, or give data.staff",
    )
