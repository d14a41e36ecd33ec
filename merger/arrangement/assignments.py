"""Arrangements to be scored: of a plan, of the real reforms, from a file.

An assignment is a frame with one row for each old unit and new unit that shares it:

old_code, new_id : codes, text
share : share of the old unit's people and land in (0, 1]; 1 when the column is missing
share_population, share_area : instead of `share` where they differ; population, area_km2 : instead of any
share
seat_code : old unit whose centre is the seat, the same in all rows of a new unit ("" for none); or
seat_lon, seat_lat : degrees of the seat; without any seat the best one is taken
origin_lon, origin_lat : where the people of the row live (degrees); the old unit's settlement centre when
empty
kind : dac_khu for a special zone (else found by the law and by the zones of the scenario)
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.faults import Fault, InputError, did_you_mean, shown
from geodata.tables import read_text_table
from merger.inputs import Inputs

SHARE_TOLERANCE = 1e-3


def plan_assignment(units: pd.DataFrame) -> pd.DataFrame:
    """Assignment of a plan's table `units`: whole units, with the plan's seats."""
    return units[["old_code", "new_id", "seat_code"]].reset_index(drop=True)


def reference_assignment(inputs: Inputs) -> pd.DataFrame:
    """Real arrangement of the scenario's reference (2025), with its published seats and the shares of the
    crosswalk.

    The people of a part that does not hold the old unit's settlement centre start from a point inside that
    part, so
    that a divided unit is not charged with the way to a seat that its other half uses. Raises InputError
    without a
    crosswalk and reference units.
    """
    if inputs.crosswalk is None or inputs.reference is None:
        raise InputError.single(
            inputs.scenario.name,
            "the scenario has no reference arrangement",
            "set data.crosswalk and units_reference",
        )
    cross, new = inputs.crosswalk, inputs.reference
    frame = cross[["old_code", "new_code", "share_population", "share_area", "population", "area_km2"]]
    frame = frame.rename(columns={"new_code": "new_id"}).reset_index(drop=True)
    frame["seat_lon"] = new["seat_lon"].reindex(frame["new_id"]).to_numpy()
    frame["seat_lat"] = new["seat_lat"].reindex(frame["new_id"]).to_numpy()
    frame["kind"] = new["kind"].reindex(frame["new_id"]).to_numpy()
    origins = _part_points(inputs, frame)
    frame["origin_lon"], frame["origin_lat"] = origins[:, 0], origins[:, 1]
    return frame


def _part_points(inputs: Inputs, frame: pd.DataFrame) -> np.ndarray:
    """Points (rows, 2) inside the parts of divided units that lack the settlement centre; nan elsewhere."""
    points = np.full((len(frame), 2), np.nan)
    divided = frame.index[frame["old_code"].duplicated(keep=False)]
    old = inputs.units.loc[frame.loc[divided, "old_code"]]
    new = inputs.reference.geometry.loc[frame.loc[divided, "new_id"]]
    centre = gpd.points_from_xy(old["centre_lon"], old["centre_lat"])
    elsewhere = ~new.reset_index(drop=True).covers(gpd.GeoSeries(centre, crs=new.crs)).to_numpy()
    pieces = old.geometry.reset_index(drop=True).intersection(new.reset_index(drop=True))
    usable = elsewhere & ~pieces.is_empty.to_numpy()
    inside = pieces[usable].representative_point()
    points[divided[usable]] = np.column_stack([inside.x, inside.y])
    return points


def read_assignment(path: Path, inputs: Inputs) -> pd.DataFrame:
    """Read an assignment from CSV or XLSX: columns old_code, new_id and optionally share, seat_code; others
    are ignored.

    Raises InputError with every fault: missing columns, unknown, missing or repeated units, shares outside
    (0, 1] or
    not summing to 1, seats that are not a member of their new unit.
    """
    table = read_text_table(path)
    place = shown(path)
    missing = [c for c in ("old_code", "new_id") if c not in table.header]
    if missing:
        raise InputError(Fault(place, 1, field=c, message="column is missing", remedy="add it") for c in missing)
    frame = pd.DataFrame(
        {c: list(table.column(c)) for c in ("old_code", "new_id", "share", "seat_code") if c in table.header}
    )
    rows = frame.assign(
        line=list(table.lines),
        share=pd.to_numeric(frame["share"], errors="coerce") if "share" in frame else 1.0,
        seat_code=frame.get("seat_code", ""),
    )
    faults = _row_faults(rows, inputs, place)
    faults += _unit_faults(rows, inputs, place, divided="share" in frame)
    faults += _seat_faults(rows, place)
    if faults:
        raise InputError(faults)
    return rows.drop(columns="line")


def _row_faults(rows: pd.DataFrame, inputs: Inputs, path: str) -> list[Fault]:
    faults, known = [], set(inputs.units.index)
    seen: dict[tuple[str, str], int] = {}
    for row in rows.itertuples():
        if row.old_code not in known:
            message, remedy = f"no old unit {row.old_code!r}", _code_remedy(row.old_code, known)
            faults.append(Fault(path, row.line, field="old_code", message=message, remedy=remedy))
        if not row.new_id:
            faults.append(Fault(path, row.line, field="new_id", message="is empty", remedy="name the new unit"))
        if not 0 < row.share <= 1 + SHARE_TOLERANCE:
            message = "is not a number above 0 and up to 1"
            faults.append(Fault(path, row.line, field="share", message=message, remedy="0.25 for a quarter"))
        if (row.old_code, row.new_id) in seen:
            message = f"unit {row.old_code} in {row.new_id} repeats row {seen[row.old_code, row.new_id]}"
            faults.append(Fault(path, row.line, field="old_code", message=message, remedy="keep one of the rows"))
        seen.setdefault((row.old_code, row.new_id), row.line)
    return faults


def _code_remedy(code: str, known: set[str]) -> str:
    padded = sorted(k for k in known if k.lstrip("0") == code.lstrip("0"))
    if padded:
        return f"write {padded[0]} as text: leading zeros were lost"
    return did_you_mean(code, known) or "use a code of the units table"


# Missing units that are named one by one.
MISSING_SHOWN = 10


def _unit_faults(rows: pd.DataFrame, inputs: Inputs, path: str, *, divided: bool) -> list[Fault]:
    """Every old unit occurs, and its shares sum to 1."""
    names, present = inputs.units["name_full"], set(rows["old_code"])
    absent = [code for code in inputs.units.index if code not in present]
    faults = [
        Fault(path, field="old_code", message=f"unit {code} {names[code]} is missing", remedy="add a row for it")
        for code in absent[:MISSING_SHOWN]
    ]
    if len(absent) > MISSING_SHOWN:
        message = f"{len(absent) - MISSING_SHOWN} more of the {len(names)} units are missing"
        faults.append(Fault(path, field="old_code", message=message, remedy="give every unit a row"))
    once = rows.drop_duplicates(["old_code", "new_id"])
    for code, own in once[once["old_code"].isin(names.index)].groupby("old_code"):
        total = float(own["share"].sum())
        if len(own) > 1 and not divided:
            message = f"unit {code} lies in {len(own)} new units without shares"
            remedy = "keep one row, or add the column share"
        elif abs(total - 1) > SHARE_TOLERANCE and own["share"].notna().all():
            message, remedy = f"shares of unit {code} sum to {total:.4g}", "make them sum to 1"
        else:
            continue
        faults.append(Fault(path, int(own["line"].iloc[-1]), field="share", message=message, remedy=remedy))
    return faults


def _seat_faults(rows: pd.DataFrame, path: str) -> list[Fault]:
    faults = []
    for new_id, own in rows.groupby("new_id", sort=False):
        named, members = own[own["seat_code"] != ""], set(own["old_code"])
        for row in named[~named["seat_code"].isin(members)].itertuples():
            message = f"seat {row.seat_code} is no member of {new_id}"
            faults.append(Fault(path, row.line, field="seat_code", message=message, remedy="name a member, or none"))
        if named["seat_code"].nunique() > 1:
            line, message = int(named["line"].iloc[-1]), f"{new_id} has more than one seat"
            faults.append(Fault(path, line, field="seat_code", message=message, remedy="name one seat"))
    return faults
