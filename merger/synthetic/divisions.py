"""SYNTHETIC divisions inside the real bodies before the merger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.faults import InputError
from merger.synthetic.counts import headcounts, sides_of
from merger.synthetic.tables import (
    DIVISION_COLUMNS,
    LABEL,
    apportion,
    assumptions,
    bodies,
    division_templates,
)

if TYPE_CHECKING:
    from merger.inputs import Inputs

ARCHIVE_M_LEADER = 1.0
LEADERSHIP_CODE = "lanh-dao"


def generate_divisions(inputs: Inputs) -> pd.DataFrame:
    """Divisions of all bodies before, with the columns of `DIVISION_COLUMNS`, ordered by id.

    `staff` of the kinds leadership, division and sub_department adds up to the provincial staff of the side,
    that of service_unit to its service staff. Bodies that the scenario's agencies table lacks are left out.
    Raises InputError when no body of a side is known or the staff cannot cover the smallest sizes.
    """
    counts = headcounts(inputs)
    parts = []
    for side in sides_of(inputs):
        table = _divisions_of(inputs, side)
        if table.empty:
            raise InputError.single(
                inputs.path("agencies"),
                f"no body of {side} is known to the generator of divisions",
                "give your own divisions in data.divisions",
            )
        floors = table["kind"].map(assumptions()["divisions"]["min_staff"]).fillna(0).to_numpy(int)
        service = (table["kind"] == "service_unit").to_numpy()
        leaders = (table["kind"] == "leadership").to_numpy()
        staff = table["weight"].to_numpy(int).copy()
        totals = (
            (~service & ~leaders, counts[side]["province"] - int(staff[leaders].sum())),
            (service, counts[side]["service"]),
        )
        for chosen, total in totals:
            try:
                staff[chosen] = apportion(staff[chosen], total, floors[chosen])
            except ValueError as e:
                message, remedy = f"staff of {side}: {e}", "give your own divisions in data.divisions"
                raise InputError.single(inputs.path("totals"), message, remedy) from e
        table["staff"] = staff
        table["archive_m"] = np.round(staff * table["metres_person"].to_numpy(float)).astype(int)
        parts.append(table)
    result = pd.concat(parts, ignore_index=True)
    result["label"] = LABEL
    return result[list(DIVISION_COLUMNS)].sort_values("division_id", kind="stable").reset_index(drop=True)


def division_ids() -> frozenset[str]:
    """Ids of all divisions that the generator can make, leading bodies included."""
    known, templates = bodies().set_index("body"), division_templates()
    found: set[str] = set()
    for side in (c for c in known.columns if f"site_{c}" in templates.columns):
        agency = known[side][known[side] != ""]
        found |= {f"{a}--{LEADERSHIP_CODE}" for a in agency[known["leaders"].reindex(agency.index) != ""]}
        own = templates[(templates[side] > 0) & templates["body"].isin(agency.index)]
        found |= {f"{agency[r.body]}--{r.code}" for r in own.itertuples()}
    return frozenset(found)


def _divisions_of(inputs: Inputs, side: str) -> pd.DataFrame:
    """Divisions of one side before scaling: `weight` (staff of the template) and `metres_person` besides."""
    known = bodies()
    if side not in known.columns:
        return pd.DataFrame()
    before = inputs.agencies[inputs.agencies["period"] == "before"].set_index("agency_id")
    known = known[(known[side] != "") & known[side].isin(before.index)].set_index("body")
    stay = inputs.scenario.consolidate.stay_sites.get(side, "")
    seat = before["seat_site_id"].reindex(known[side]).to_numpy()
    known = known.assign(site=np.where(seat == "", stay, seat))

    body = division_templates()
    body = body[body["body"].isin(known.index) & (body[side] > 0)]
    body = body.rename(columns={side: "weight", f"site_{side}": "own_site"})
    body["agency_id"] = known.loc[body["body"], side].to_numpy()
    body["site_id"] = np.where(body["own_site"] != "", body["own_site"], known.loc[body["body"], "site"].to_numpy())

    top = known[known["leaders"] != ""]
    leaders = pd.DataFrame(
        {
            "code": LEADERSHIP_CODE,
            "division": top["leaders"].to_numpy(),
            "division_en": top["leaders_en"].to_numpy(),
            "kind": "leadership",
            "field": top["field"].to_numpy(),
            "weight": top[f"deputies_{side}"].to_numpy() + 1,
            "metres_person": ARCHIVE_M_LEADER,
            "agency_id": top[side].to_numpy(),
            "site_id": top["site"].to_numpy(),
        }
    )
    table = pd.concat([leaders, body[list(leaders.columns)]], ignore_index=True)
    table["division_id"] = table["agency_id"] + "--" + table["code"]
    return table
