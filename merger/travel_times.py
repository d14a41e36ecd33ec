"""Tables of travel times for planners: every home area to every site, and the published times beside the model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.rail import minute_of_day, train_rides
from geodata.traffic import fit_table, held_out
from geodata.travel import default_cache, travel_table
from merger.commuting.prices import access_minutes_and_vnd
from merger.commuting.train import CENTRE_KIND, station_node
from merger.inputs import Inputs
from merger.tables import conform

LABEL = "estimated"


def travel_tables(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Tables `travel` and `travel_checks` of a plan; they depend on no stage. None without roads or sites."""
    if not inputs.has_roads or inputs.sites.empty:
        return {}
    return {"travel": travel_times(inputs), "travel_checks": travel_checks(inputs)}


def travel_times(inputs: Inputs) -> pd.DataFrame:
    """One row a home area and site: km and minutes by road in each state of traffic, minutes by train.

    Empty where there is no road or ferry, or no train that fits the working hours.
    """
    homes, sites = len(inputs.units), len(inputs.sites)
    grids = {
        "km": np.round(inputs.site_travel.km, 2),
        "minutes_free_flow": np.round(inputs.site_travel.minutes, 1),
        "minutes_normal": np.round(inputs.site_minutes, 1),
        "minutes_peak": np.round(inputs.site_minutes_peak, 1),
        "minutes_by_train": np.round(train_minutes(inputs), 1),
    }
    frame = pd.DataFrame({
        "old_code": np.repeat(inputs.units.index.to_numpy(), sites),
        "old_name": np.repeat(inputs.units["name_full"].to_numpy(), sites),
        "site_id": np.tile(inputs.sites["site_id"].to_numpy(), homes),
        **{name: np.where(np.isfinite(grid), grid, np.nan).ravel() for name, grid in grids.items()},
        "label": LABEL,
    })  # fmt: skip
    return conform("travel", frame)


def train_minutes(inputs: Inputs) -> np.ndarray:
    """Morning minutes from door to door by the commuter train (units, sites), inf where it cannot be used.

    Own way to the station (on foot or by own vehicle), the train, then the connecting bus to the administrative centre
    or a walk; on the ride with the shortest way that arrives in time and can be caught back. Entitlement
    is not asked.
    """
    options = inputs.scenario.commute
    best = np.full((len(inputs.units), len(inputs.sites)), np.inf)
    arrive_by, leave_from = minute_of_day(options.arrive_by), minute_of_day(options.leave_from)
    for ride in train_rides(inputs.stations, options.train_timetable):
        access, link = _access(inputs, ride.board_id), _link(inputs, ride.alight_id)
        arrive = ride.morning_arrives + options.transfer_minutes + link
        fits = (arrive <= arrive_by) & (leave_from + link + options.transfer_minutes <= ride.evening_departs)
        door = access[:, None] + options.transfer_minutes + np.where(fits, arrive - ride.morning_departs, np.inf)
        best = np.minimum(best, door)
    return best


def _access(inputs: Inputs, station: str) -> np.ndarray:
    """Minutes from each unit centre to a station, inf beyond the longest way."""
    homes, at = inputs.unit_nodes.to_numpy(), [station_node(inputs, station)]
    way = travel_table(inputs.roads, homes, at, factor=inputs.traffic.peak, cache=default_cache())
    longest = inputs.scenario.commute.station_km
    return access_minutes_and_vnd(inputs, way.minutes[:, 0], way.km[:, 0], np.ones(len(homes)), longest)[0]


def _link(inputs: Inputs, station: str) -> np.ndarray:
    """Minutes from a station to each site: on foot when near, by the connecting bus to the centre, else inf."""
    options, nodes, at = inputs.scenario.commute, inputs.site_nodes.to_numpy(), [station_node(inputs, station)]
    way = travel_table(inputs.roads, at, nodes, factor=inputs.traffic.peak, cache=default_cache())
    km, minutes = way.km[0], way.minutes[0]
    by_bus = np.where(inputs.sites["kind"] == CENTRE_KIND, minutes, np.inf)
    return np.where(km <= options.walk_to_stop_km, km / options.walk_kmh * 60, by_bus)


def travel_checks(inputs: Inputs) -> pd.DataFrame:
    """Each published travel time beside the model (geodata.traffic.fit_table), minutes to a tenth."""
    checks = inputs.travel_time_checks
    fitted = fit_table(checks, inputs.traffic)
    frame = fitted.assign(
        km=fitted["km"].astype(float).round(2),
        factor=fitted["factor"].astype(float).round(4),
        minutes_held_out=held_out(checks),
        inside=fitted["outside"].eq(0),
        source=checks.get("source", ""),
        label=LABEL,
    )
    minutes = [
        "minutes_free_flow",
        "minutes_normal",
        "minutes_peak",
        "minutes_model",
        "minutes_held_out",
        "residual",
        "outside",
    ]
    frame[minutes] = frame[minutes].astype(float).round(1)
    return conform("travel_checks", frame)
