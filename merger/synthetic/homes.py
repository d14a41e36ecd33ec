"""Homes near today's workplace, and couples, of the SYNTHETIC roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from merger.synthetic.tables import LEVELS, assumptions

if TYPE_CHECKING:
    from merger.inputs import Inputs


def draw_homes(people: pd.DataFrame, inputs: Inputs, random: np.random.Generator) -> np.ndarray:
    """Unit of each home: population x exp(-road km / decay) within `max_km` of the workplace.

    A workplace without roads to anywhere (an island) houses its people in its own unit.
    """
    ours = assumptions()["homes"]
    codes = np.sort(inputs.units.index.to_numpy(object))
    row = inputs.units.index.get_indexer(codes)
    population = inputs.units["population"].to_numpy(float)[row]
    unit_km, site_km = inputs.unit_travel.km[row], inputs.site_travel.km[row]
    unit_at = {c: i for i, c in enumerate(inputs.units.index)}
    site_at = {c: i for i, c in enumerate(inputs.sites["site_id"])}
    site_unit = inputs.sites.set_index("site_id")["unit_before"]

    draw = random.random(len(people))
    home = np.full(len(people), "", object)
    place = np.where(people["site_id"] != "", people["site_id"], people["unit_code"])
    for level in LEVELS:
        of_level = np.flatnonzero(people["level"] == level)
        for name, who in pd.Series(of_level).groupby(place[of_level], sort=True):
            at_site = name in site_at
            own = site_unit[name] if at_site else name
            km = site_km[:, site_at[name]] if at_site else unit_km[:, unit_at[name]]
            km = np.where(codes == own, np.minimum(km, ours["own_unit_km"]), np.maximum(km, ours["own_unit_km"]))
            km = np.where(codes == own, np.where(np.isfinite(km), km, ours["own_unit_km"]), km)
            near = km <= ours["max_km"]
            weight = np.where(near, population * np.exp(-np.where(near, km, 0) / ours["decay_km"][level]), 0.0)
            cumulative = np.cumsum(weight)
            hit = np.searchsorted(cumulative, draw[who] * cumulative[-1], side="right")
            home[who] = codes[np.minimum(hit, len(codes) - 1)]
    return home


def pair_couples(people: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
    """Partner of each person, or "": a man and a woman of one side and home, ages close; always mutual."""
    ours = assumptions()["people"]
    looks = random.random(len(people)) < ours["couple_candidates"]
    pool = people.loc[looks, ["person_id", "side", "home_code", "sex", "age_months"]]
    pool = pool.sort_values(["side", "home_code", "sex", "age_months", "person_id"], kind="stable")
    pool["turn"] = pool.groupby(["side", "home_code", "sex"]).cumcount()
    women, men = pool[pool["sex"] == "f"], pool[pool["sex"] == "m"]
    pairs = women.merge(men, on=["side", "home_code", "turn"], suffixes=("_f", "_m"))
    gap = (pairs["age_months_f"] - pairs["age_months_m"]).abs()
    pairs = pairs[gap <= ours["couple_age_gap_years"] * 12]
    partner = dict(zip(pairs["person_id_f"], pairs["person_id_m"], strict=True))
    partner |= {m: f for f, m in partner.items()}
    return people["person_id"].map(partner).fillna("").to_numpy(object)
