"""How much slower traffic is than free flow: a factor for normal and one for peak hours, fitted to published times.

Weighted least squares through the origin (Aitken 1936, On least squares and linear combination of observations): the
published middle y of each check over the model's free-flow minutes m, with half the width of the published band as the
spread of y. Factors multiply the minutes of roads; ferries keep theirs (geodata.roads.RoadGraph.in_traffic).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geodata.roads import RoadGraph
from geodata.travel import travel_table

# The two states of traffic, as column `traffic` of the checks names them.
NORMAL, PEAK = "normal", "peak"
# A time published without a band is taken as known to this, minutes.
LEAST_HALF_WIDTH = 1.0


@dataclass(frozen=True)
class Fit:
    """A fitted factor, its standard error (nan from a single check) and the number of checks it rests on."""

    factor: float
    standard_error: float
    checks: int


@dataclass(frozen=True)
class Traffic:
    """Factors in force, and the fits to the checks by state of traffic (those that have checks).

    `given` names the states whose factor is the planner's own instead of the fitted one.
    """

    normal: float
    peak: float
    fits: Mapping[str, Fit] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def factor(self, state: str) -> float:
        """Factor in force of a state of traffic."""
        return {NORMAL: self.normal, PEAK: self.peak}[state]


def fit_factor(minutes, low, high) -> Fit:
    """Factor between free-flow `minutes` and published bands `low` to `high`, all in minutes, one entry a check.

    f = sum(w m y) / sum(w m2) with y = (low + high) / 2 and w = 1 / (half the width)2; its standard error from the
    weighted residuals with one degree of freedom less than checks. Raises ValueError without any check.
    """
    minutes, low, high = (np.asarray(x, float) for x in (minutes, low, high))
    if not len(minutes):
        raise ValueError("no check to fit a factor to")
    middle = (low + high) / 2
    weight = 1 / np.maximum((high - low) / 2, LEAST_HALF_WIDTH) ** 2
    strength = float(weight @ minutes**2)
    factor = float(weight @ (minutes * middle)) / strength
    freedom = len(minutes) - 1
    variance = float(weight @ (middle - factor * minutes) ** 2) / freedom if freedom else np.nan
    return Fit(factor, float(np.sqrt(variance / strength)), len(minutes))


def calibrate(measured: pd.DataFrame, normal: float | None = None, peak: float | None = None) -> Traffic:
    """Factors fitted to the checks of each state (`measured`, of `measure`), or the planner's own where given.

    Raises ValueError, naming the state, where a factor is neither given nor has a check.
    """
    given = {state: own for state, own in ((NORMAL, normal), (PEAK, peak)) if own is not None}
    fits = {}
    for state, own in measured.groupby("traffic", sort=True):
        fits[state] = fit_factor(own["minutes_free_flow"], own["published_minutes_low"], own["published_minutes_high"])
    if missing := [state for state in (NORMAL, PEAK) if state not in given and state not in fits]:
        raise ValueError(f"no published travel time for {' and '.join(missing)} traffic")
    normal, peak = (given[s] if s in given else fits[s].factor for s in (NORMAL, PEAK))
    return Traffic(normal, peak, fits, frozenset(given))


def measure(roads: RoadGraph, checks: pd.DataFrame) -> pd.DataFrame:
    """The checks with `minutes_free_flow` and `km` of the quickest way on a graph, which should have no ferries.

    `checks` has the columns of travel_time_checks.csv. Raises KeyError for unknown nodes and ValueError for checks
    between places that no road joins.
    """
    origins, targets = roads.index_of(checks["from_node"]), roads.index_of(checks["to_node"])
    starts, row = np.unique(origins, return_inverse=True)
    ends, column = np.unique(targets, return_inverse=True)
    table = travel_table(roads, starts, ends)
    minutes = table.minutes[row, column]
    if not np.isfinite(minutes).all():
        lost = checks.loc[~np.isfinite(minutes), "check_id"].tolist()
        raise ValueError(f"no road between the ends of the travel time checks {', '.join(map(str, lost))}")
    return checks.assign(minutes_free_flow=minutes, km=table.km[row, column])


def fit_table(measured: pd.DataFrame, traffic: Traffic) -> pd.DataFrame:
    """Each check beside the model in its state of traffic, minutes; rows as in `measured`.

    `minutes_model`: free flow times the factor in force; `residual`: model less the published middle; `outside`: how
    far the model lies above (+) or below (-) the published band, 0 inside.
    """
    factor = measured["traffic"].map(traffic.factor)
    model = measured["minutes_free_flow"] * factor
    low, high = measured["published_minutes_low"], measured["published_minutes_high"]
    return pd.DataFrame({
        "check_id": measured["check_id"], "origin": measured["origin"], "destination": measured["destination"],
        "traffic": measured["traffic"], "km": measured["km"], "minutes_free_flow": measured["minutes_free_flow"],
        "minutes_normal": measured["minutes_free_flow"] * traffic.normal,
        "minutes_peak": measured["minutes_free_flow"] * traffic.peak,
        "factor": factor, "minutes_model": model, "published_low": low, "published_high": high,
        "residual": model - (low + high) / 2, "outside": model - model.clip(low, high),
    })  # fmt: skip


def held_out(measured: pd.DataFrame) -> pd.Series:
    """Minutes of each check by a factor fitted to the other checks of its state alone; nan where there are none."""
    minutes = pd.Series(np.nan, measured.index)
    for at in measured.index:
        rest = measured[(measured["traffic"] == measured.at[at, "traffic"]) & (measured.index != at)]
        if len(rest):
            bands = (rest[c] for c in ("minutes_free_flow", "published_minutes_low", "published_minutes_high"))
            minutes[at] = measured.at[at, "minutes_free_flow"] * fit_factor(*bands).factor
    return minutes


def root_mean_square(residuals) -> float:
    """Root mean square of residuals, minutes."""
    return float(np.sqrt(np.mean(np.square(np.asarray(residuals, float)))))
