"""Prices of a way to work, a person and month: the tariff, entitlement, time, driving, the way to a stop."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geodata.faults import InputError
from geodata.rail import TrainRide
from merger.inputs import Inputs

FROM_KM = "commute.support_from_km"
KG_TONNE = 1_000.0


@dataclass(frozen=True)
class Price:
    """One mode for every group: VND a person and month, arrays (G,); `public` is inf where the mode is not
    open.

    `weight` counts in the choice but is no money (living apart, an entitled person left without support). `co2` is kg.
    `minutes` is the morning way from door to door; `rules` are the ids that set the amounts, per group.
    """

    id: str
    public: np.ndarray
    private: np.ndarray
    time: np.ndarray
    minutes: np.ndarray
    rules: tuple[str, ...]
    weight: np.ndarray
    co2: np.ndarray
    capacity: int | None = None
    ride: tuple[TrainRide | None, ...] = field(default=())
    collective: bool = False

    @property
    def total(self) -> np.ndarray:
        """What the choice weighs, inf where the mode is not open."""
        return self.public + self.private + self.time + self.weight


class Tariff:
    """Amounts of commute_allowances.csv by id; an unknown id is an input error that names it."""

    def __init__(self, inputs: Inputs):
        self._rows = inputs.allowances.set_index("allowance_id", drop=False)
        self._path = inputs.path("allowances")

    def row(self, allowance_id: str) -> pd.Series:
        """Row of an allowance or fare."""
        if allowance_id not in self._rows.index:
            raise InputError.single(
                self._path,
                f"no allowance {allowance_id}, which the commute section names",
                "add the row or change the id in the scenario",
            )
        return self._rows.loc[allowance_id]

    def vnd(self, allowance_id: str) -> float:
        """Amount in VND, per what the row says."""
        return float(self.row(allowance_id)["amount_vnd"])

    def floor_km(self, allowance_id: str) -> float:
        """Distance from which the allowance is paid."""
        return float(pd.to_numeric(pd.Series([self.row(allowance_id)["min_km"]])).fillna(0.0).iloc[0])

    def tiers(self, ids: tuple[str, ...], km: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
        """Amount and id of the tier that covers each distance: 0 and "" below the first."""
        amount, names = np.zeros(len(km)), np.full(len(km), "", dtype=object)
        for allowance_id in sorted(ids, key=self.floor_km):
            reached = np.isfinite(km) & (km >= self.floor_km(allowance_id))
            amount[reached], names[reached] = self.vnd(allowance_id), allowance_id
        return amount, tuple(names)


def is_entitled(inputs: Inputs, groups: pd.DataFrame) -> np.ndarray:
    """Groups far enough from the new workplace for support, with a way to get there."""
    tiers = Tariff(inputs).tiers(inputs.scenario.commute.travel_allowances, groups["km"].to_numpy())[1]
    far = np.isfinite(groups["km"].to_numpy()) & (groups["km"].to_numpy() >= inputs.law.value(FROM_KM))
    return far & np.array([bool(t) for t in tiers])


def time_vnd(inputs: Inputs, minutes_day: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Price of travel time a month."""
    return minutes_day * days * inputs.scenario.prices.person_hour_vnd / 60


def drive_vnd(inputs: Inputs, km_day: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Cost of an own vehicle a month."""
    return km_day * days * inputs.scenario.prices.vehicle_km_vnd


def access_minutes_and_vnd(
    inputs: Inputs, minutes: np.ndarray, km: np.ndarray, days: np.ndarray, longest_km: float
) -> tuple[np.ndarray, np.ndarray]:
    """Way to a stop or station, one way minutes and VND a month: on foot when near, else by own vehicle; inf
    too far.

    `minutes` are those in peak traffic.
    """
    options = inputs.scenario.commute
    on_foot = km <= options.walk_to_stop_km
    reach = np.where(on_foot, km / options.walk_kmh * 60, minutes + options.feeder_minutes)
    reach = np.where(on_foot | (km <= longest_km), reach, np.inf)
    return reach, np.where(on_foot, 0.0, drive_vnd(inputs, 2 * km, days) + days * options.feeder_vnd_day)


def co2_weight(inputs: Inputs, kg: np.ndarray) -> np.ndarray:
    """What CO2 weighs in the choice, VND."""
    return kg * inputs.scenario.commute.co2_vnd_tonne / KG_TONNE


def own_co2(inputs: Inputs, km_day: np.ndarray, days: np.ndarray) -> np.ndarray:
    """CO2 of an own vehicle, kg a month."""
    return km_day * days * inputs.scenario.commute.own_co2_kg_km
