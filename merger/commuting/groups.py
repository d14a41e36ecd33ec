"""Who is concerned by commute support, grouped by home unit, site and wish, with the way to work."""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.commuting.homes import area_of_people, home_areas
from merger.commuting.prices import FROM_KM
from merger.inputs import Inputs
from scenarios.schema import Commute

WEEKS_MONTH = 52 / 12


def people_concerned(inputs: Inputs, staff: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table staff of those whose workplace moved and who either are on the list or live far from
    it.

    Columns added: `wish` and `protected` of the roster, `area`, `home_node` and `group_id`. In order of person_id.
    """
    roster = inputs.staff.set_index("person_id")
    people = staff.copy()
    for column in ("wish", "protected"):
        given = roster[column] if column in roster.columns else pd.Series("", index=roster.index)
        people[column] = people["person_id"].map(given).fillna("")
    known = set(inputs.sites["site_id"]) | set(inputs.units.index)
    moved = (
        people["site_after"].isin(known)
        & (people["site_after"] != people["site_before"])
        & people["home_code"].isin(inputs.units.index)
    )
    far = pd.to_numeric(people["km_after"]).fillna(0.0) >= inputs.law.value(FROM_KM)
    people = people[moved & ((people["wish"] != "") | far)].sort_values("person_id", kind="stable")
    people = people.reset_index(drop=True)
    areas = home_areas(inputs, people["home_code"].value_counts())
    people["area"] = area_of_people(people, areas)
    people["home_node"] = [
        int(areas[code][0][area]) if code in areas else int(inputs.unit_nodes[code])
        for code, area in zip(people["home_code"], people["area"], strict=True)
    ]
    home = people["home_code"].where(
        ~people["home_code"].isin(areas), people["home_code"] + "#" + (people["area"] + 1).astype(str)
    )
    people["group_id"] = home + "|" + people["site_after"] + "|" + people["wish"]
    return people


def group_people(inputs: Inputs, people: pd.DataFrame) -> pd.DataFrame:
    """One row a group in order of group_id: home_code, area, home_node, home, site_id, wish, people, km, minutes, days,
    node.

    `km` and `minutes` (peak) are one way from the home unit's centre (by which the allowance is told), inf where no
    road or ferry leads; `home_node` and `node` are road nodes of home area and site (positions in the graph).
    """
    frame = (
        people.groupby("group_id", sort=True)
        .agg(
            home_code=("home_code", "first"),
            area=("area", "first"),
            home_node=("home_node", "first"),
            site_id=("site_after", "first"),
            wish=("wish", "first"),
            people=("person_id", "size"),
        )
        .reset_index()
    )
    frame["home"] = inputs.units["name_full"].reindex(frame["home_code"]).to_numpy()
    minutes, km = travel_to(inputs, frame["home_code"], frame["site_id"])
    options = inputs.scenario.commute
    frame["km"], frame["minutes"] = km, minutes
    frame["days"] = [days_month(options, inputs.scenario.prices.working_days_month, w) for w in frame["wish"]]
    frame["node"] = [site_node(inputs, site) for site in frame["site_id"]]
    return frame


def days_month(options: Commute, working_days: float, wish: str) -> float:
    """Commuting days a month; people who stated no wish are taken to come every working day."""
    return min(working_days, options.irregular_days_week * WEEKS_MONTH) if wish == "irregular" else working_days


def site_node(inputs: Inputs, site: str) -> int:
    """Road node of a site, or of the unit centre where the workplace is a commune-level unit."""
    nodes = inputs.site_nodes if site in inputs.site_nodes.index else inputs.unit_nodes
    return int(nodes[site])


def travel_to(inputs: Inputs, homes: pd.Series, sites: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Minutes in peak traffic and km from each home unit to each workplace (site or commune-level unit)."""
    row = inputs.units.index.get_indexer(homes)
    at_site = inputs.site_nodes.index.get_indexer(sites)
    at_unit = inputs.units.index.get_indexer(sites)
    minutes, km = np.full(len(homes), np.inf), np.full(len(homes), np.inf)
    is_site = at_site >= 0
    if is_site.any():
        minutes[is_site] = inputs.site_minutes_peak[row[is_site], at_site[is_site]]
        km[is_site] = inputs.site_travel.km[row[is_site], at_site[is_site]]
    if (~is_site).any():
        minutes[~is_site] = inputs.unit_minutes_peak[row[~is_site], at_unit[~is_site]]
        km[~is_site] = inputs.unit_travel.km[row[~is_site], at_unit[~is_site]]
    return minutes, km
