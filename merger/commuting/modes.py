"""What each way to work costs a group: own vehicle, days at a second site, nothing; and all of them together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.travel import default_cache, travel_table
from merger.commuting.groups import WEEKS_MONTH
from merger.commuting.near_site import near_site_prices
from merger.commuting.prices import (
    Price,
    Tariff,
    co2_weight,
    drive_vnd,
    is_entitled,
    own_co2,
    time_vnd,
)
from merger.commuting.train import train_price
from merger.inputs import Inputs


def mode_prices(inputs: Inputs, groups: pd.DataFrame) -> dict[str, Price]:
    """Prices of all modes but the shuttle: train, flat, rent, own, second_site, none."""
    tariff = Tariff(inputs)
    options = inputs.scenario.commute
    allowance, tiers = tariff.tiers(options.travel_allowances, groups["km"].to_numpy())
    entitled = is_entitled(inputs, groups)
    prices = {
        "train": train_price(inputs, groups, tariff, entitled),
        **near_site_prices(inputs, groups, tariff, entitled),
        "own": _own(inputs, groups, allowance, tiers, entitled),
        "second_site": _second_site(inputs, groups, allowance, tiers, entitled),
        "none": _none(inputs, groups, entitled),
    }
    return {name: price for name, price in prices.items() if price is not None}


def _own(inputs, groups, allowance, tiers, entitled) -> Price:
    km, minutes, days = (groups[c].to_numpy(float) for c in ("km", "minutes", "days"))
    way = 2 * np.where(entitled, km, 0.0)
    spent, co2 = drive_vnd(inputs, way, days), own_co2(inputs, way, days)
    return Price(
        id="own",
        public=np.where(entitled, allowance, np.inf),
        # What the allowance exceeds the cost of driving by stays public money: the person is not charged
        # less than 0.
        private=np.maximum(spent - allowance, 0.0),
        time=time_vnd(inputs, 2 * np.where(entitled, minutes, 0.0), days),
        minutes=minutes,
        rules=tiers,
        weight=co2_weight(inputs, co2),
        co2=co2,
    )


def _second_site(inputs, groups, allowance, tiers, entitled) -> Price | None:
    """Some days a week at the site nearest home (or at home), the others by own vehicle with the allowance."""
    options = inputs.scenario.commute
    places = int(options.second_site_share * groups.loc[entitled, "people"].sum())
    if not places:
        return None
    km, minutes, days = (groups[c].to_numpy(float) for c in ("km", "minutes", "days"))
    homes, peak = groups["home_node"].to_numpy(int), inputs.traffic.peak
    near = travel_table(inputs.roads, homes, inputs.site_nodes, factor=peak, cache=default_cache())
    at = near.minutes.argmin(axis=1)
    row = np.arange(len(groups))
    near_minutes, near_km = near.minutes[row, at], near.km[row, at]
    away = np.minimum(options.second_site_days_week * WEEKS_MONTH, days)
    open_to = entitled & np.isfinite(near_minutes) & (near_minutes < minutes)
    ways = [(np.where(open_to, km, 0.0), days - away), (np.where(open_to, near_km, 0.0), away)]
    spent = sum(drive_vnd(inputs, 2 * way, on) for way, on in ways)
    co2 = sum(own_co2(inputs, 2 * way, on) for way, on in ways)
    spread = np.where(open_to, minutes, 0.0) * (days - away) + np.where(open_to, near_minutes, 0.0) * away
    return Price(
        id="second_site",
        public=np.where(open_to, allowance + options.second_site_public_vnd_month, np.inf),
        private=np.maximum(spent - allowance, 0.0),
        time=time_vnd(inputs, 2 * spread, np.ones(len(groups))),
        minutes=spread / days,
        rules=tiers,
        weight=away * options.second_site_vnd_day + co2_weight(inputs, co2),
        co2=co2,
        capacity=places,
    )


def _none(inputs, groups, entitled) -> Price:
    km, minutes, days = (groups[c].to_numpy(float) for c in ("km", "minutes", "days"))
    reached = np.isfinite(km)
    co2 = own_co2(inputs, 2 * np.where(reached, km, 0.0), days)
    return Price(
        id="none",
        public=np.zeros(len(groups)),
        private=drive_vnd(inputs, 2 * np.where(reached, km, 0.0), days),
        time=time_vnd(inputs, 2 * np.where(reached, minutes, 0.0), days),
        minutes=minutes,
        rules=("",) * len(groups),
        weight=np.where(entitled, inputs.scenario.commute.unserved_vnd_month, 0.0) + co2_weight(inputs, co2),
        co2=co2,
    )
