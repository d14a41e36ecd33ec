"""A part of the synthetic roster with hand-made tables of the earlier stages, for tests of stage relocate."""

from dataclasses import replace

import numpy as np
import pandas as pd

from merger.relocation.staffing import division_deputies

# A dense city, an island reached by ferry and one without a road: local staff of these districts, all
# others thinned.
DISTRICTS = ("Quận Hồng Bàng", "Quận Lê Chân", "Quận Ngô Quyền", "Huyện Cát Hải", "Huyện Bạch Long Vĩ")


def earlier_tables(inputs):
    """Tables of arrange and consolidate: the real units of 2025, and divisions joined by agency and field."""
    parts = inputs.crosswalk.sort_values(["old_code", "share_population"], ascending=[True, False])
    new_of = parts.drop_duplicates("old_code").set_index("old_code")["new_code"]
    old = inputs.units[inputs.units["district"].isin(DISTRICTS)]
    units = pd.DataFrame({"old_code": old.index, "district": old["district"], "new_id": old.index.map(new_of)})
    first = units.groupby("new_id")["old_code"].min()
    real = inputs.reference
    new_units = pd.DataFrame(
        {
            "new_id": first.index,
            "new_name": real.loc[first.index, "name_full"].to_numpy(),
            "kind": real.loc[first.index, "kind"].to_numpy(),
            "side": real.loc[first.index, "side"].to_numpy(),
            "population": real.loc[first.index, "population"].to_numpy(),
            "seat_code": [code if code in old.index else first[code] for code in first.index],
        }
    )
    agencies = inputs.agencies.set_index("agency_id")
    d = inputs.divisions
    agency = d["agency_id"].map(agencies["successor_id"])
    alone = d["kind"].eq("service_unit")
    structure = pd.DataFrame(
        {
            "division_id": d["division_id"],
            "new_agency_id": agency,
            "new_division_id": np.where(alone, d["division_id"], agency + "--" + d["field"]),
            "new_division": d["division"],
            "field": d["field"],
            "staff": d["staff"],
            "site_id": np.where(alone, d["site_id"], "bac-song-cam"),
        }
    )
    structure.loc[d["kind"].eq("leadership"), "new_division_id"] += "--lanh-dao"
    by_division = structure.groupby("new_division_id", as_index=False).agg(
        new_division=("new_division", "first"),
        new_agency_id=("new_agency_id", "first"),
        field=("field", "first"),
        site_id=("site_id", "first"),
        staff=("staff", "sum"),
    )
    by_division["deputies_cap"] = [division_deputies(n, inputs.law)[0] for n in by_division["staff"]]
    by_agency = pd.DataFrame({"new_agency_id": sorted(agency.unique())})
    by_agency["new_agency"] = by_agency["new_agency_id"].map(agencies["name_vi"])
    by_agency["new_agency_en"] = by_agency["new_agency_id"].map(agencies["name_en"])
    by_agency["kind"] = by_agency["new_agency_id"].map(agencies["kind"])
    by_agency = by_agency.assign(site_id="bac-song-cam", deputies_cap=4, rules="")
    by_division = by_division.assign(min_posts=0, rules="")
    return {
        "units": units,
        "new_units": new_units,
        "structure": structure,
        "new_divisions": by_division,
        "new_agencies": by_agency,
    }


def sample_of(inputs):
    """The local staff of a few districts and every sixth person of provincial bodies."""
    staff = inputs.staff
    local = staff["unit_code"].map(inputs.units["district"]).isin(DISTRICTS)
    sixth = staff["unit_code"].eq("") & (np.arange(len(staff)) % 6 == 0)
    return replace(inputs, staff=staff[local | sixth].reset_index(drop=True))


def locked(inputs, locks):
    scenario = inputs.scenario
    return replace(
        inputs,
        scenario=scenario.model_copy(update={"locks": scenario.locks.model_copy(update={"fixed_post": locks})}),
    )
