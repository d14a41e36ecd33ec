"""Living near the new site on working days: a rented room with rent support, or a flat that the city reserved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.travel import default_cache, travel_table
from merger.commuting.prices import Price, co2_weight, drive_vnd, own_co2, time_vnd
from merger.inputs import Inputs

# Wishes that leave room for living near the site.
MAY_STAY = ("irregular", "not_stated")
EXCLUSIVE = "commute.rent_excludes_travel"


def near_site_prices(inputs, groups, tariff, entitled) -> dict[str, Price]:
    """Prices of rent and flat; with `rent_excludes_travel` off, the travel allowance is paid as well."""
    options = inputs.scenario.commute
    if options.rent_allowance is None:
        return {}
    km, minutes, days = (groups[c].to_numpy(float) for c in ("km", "minutes", "days"))
    may = entitled & groups["wish"].isin(MAY_STAY).to_numpy() & (km >= tariff.floor_km(options.rent_allowance))
    trips = np.full(len(groups), options.trips_home_month)
    home_vnd = drive_vnd(inputs, 2 * np.where(may, km, 0.0), trips)
    home_time = time_vnd(inputs, 2 * np.where(may, minutes, 0.0), trips)
    support = tariff.vnd(options.rent_allowance)
    co2 = own_co2(inputs, 2 * np.where(may, km, 0.0), trips)
    apart = options.apart_vnd_month + co2_weight(inputs, co2)
    also, rules = _travel_too(inputs, groups, tariff)
    rent = Price(
        id="rent",
        public=np.where(may, support + also, np.inf),
        private=np.maximum(home_vnd + max(options.rent_market_vnd_month - support, 0.0) - also, 0.0),
        time=home_time + time_vnd(inputs, np.full(len(groups), 2 * options.local_minutes), days),
        minutes=np.full(len(groups), options.local_minutes),
        rules=tuple(";".join(filter(None, [options.rent_allowance, EXCLUSIVE, tier])) for tier in rules),
        weight=apart,
        co2=co2,
    )
    flats, node = _reserved_flats(inputs)
    if not flats:
        return {"rent": rent}
    peak = inputs.traffic.peak
    way = travel_table(inputs.roads, [node], groups["node"].to_numpy(), factor=peak, cache=default_cache())
    local, local_km = way.minutes[0], way.km[0]
    near = may & np.isfinite(local) & (local < minutes)
    local, local_km = np.where(near, local, 0.0), np.where(near, local_km, 0.0)
    flat = Price(
        id="flat",
        public=np.where(near, options.flat_public_vnd_month + also, np.inf),
        private=np.maximum(home_vnd + drive_vnd(inputs, 2 * local_km, days) - also, 0.0),
        time=home_time + time_vnd(inputs, 2 * local, days),
        minutes=local,
        rules=tuple(";".join(filter(None, [EXCLUSIVE, tier])) for tier in rules),
        weight=apart,
        co2=co2 + own_co2(inputs, 2 * local_km, days),
        capacity=flats,
    )
    return {"flat": flat, "rent": rent}


def _travel_too(inputs: Inputs, groups: pd.DataFrame, tariff) -> tuple[np.ndarray, tuple[str, ...]]:
    """Travel allowance that is paid beside rent support, and its tier: none where one excludes the other."""
    if inputs.law.value(EXCLUSIVE):
        return np.zeros(len(groups)), ("",) * len(groups)
    return tariff.tiers(inputs.scenario.commute.travel_allowances, groups["km"].to_numpy())


def _reserved_flats(inputs: Inputs) -> tuple[int, int]:
    """Flats that housing.csv gives as reserved, at the place of the largest project, and its road node."""
    housing = inputs.housing
    flats = pd.to_numeric(housing["flats"]).fillna(0).astype(int)
    lon, lat = pd.to_numeric(housing["lon"]), pd.to_numeric(housing["lat"])
    usable = housing["status"].astype(str).str.startswith("reserved") & lon.notna() & lat.notna() & (flats > 0)
    if not usable.any():
        return 0, -1
    place = flats[usable].idxmax()
    node, _ = inputs.roads.nearest(lon[place], lat[place])
    return int(flats[place]), int(node[0])
