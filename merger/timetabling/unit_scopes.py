"""Items of the territory: new communes with the works on their offices, and the districts that end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.timetabling.items import Item, in_sentence, records


def unit_items(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Item]:
    """New commune-level units; the group is the district of the seat, which works for them until it ends."""
    rows = sorted(records(tables, "new_units"), key=lambda r: str(r["new_id"]))
    works = office_works(inputs, rows)
    district = inputs.units["district"]
    return [
        Item(
            str(row["new_id"]),
            {
                "unit": in_sentence(str(row["new_name"])),
                "unit_en": str(row["new_name"]),
                "members": str(int(row["n_members"])),
                "district": in_sentence(str(district.get(str(row["seat_code"]), "") or "cấp huyện")),
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


def district_items(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Item]:
    """Districts before, with the old and the new units whose seat lies in them."""
    if not records(tables, "new_units"):
        return []
    seats = [str(row["seat_code"]) for row in records(tables, "new_units")]
    new = inputs.units["district"].reindex(seats).value_counts()
    items = []
    for name, old in sorted(inputs.units["district"].value_counts().items()):
        if not name:
            continue
        words = {"district": in_sentence(str(name)), "district_en": str(name), "units": str(int(new.get(name, 0)))}
        amounts = {"old_units": float(old), "units": float(new.get(name, 0))}
        items.append(Item(str(name), words, amounts, group=str(name)))
    return items
