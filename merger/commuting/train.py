"""The commuter train for each group: own way to the station, train, connecting bus."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.rail import TrainRide, minute_of_day, train_rides
from geodata.travel import default_cache, travel_table
from merger.commuting.prices import Price, Tariff, access_minutes_and_vnd, co2_weight, time_vnd
from merger.inputs import Inputs
from scenarios.schema import Commute

CENTRE_KIND = "administrative centre"


def train_price(inputs: Inputs, groups: pd.DataFrame, tariff: Tariff, entitled: np.ndarray) -> Price | None:
    """Own way to the station, train, connecting bus; each group takes the ride with the least total."""
    options: Commute = inputs.scenario.commute
    rides = train_rides(inputs.stations, options.train_timetable)
    if not rides:
        return None
    days = groups["days"].to_numpy(float)
    fare, fare_rules = _fares(options, tariff, days)
    size = len(groups)
    best = np.full(size, np.inf)
    public, private, time, door = (np.full(size, np.inf) for _ in range(4))
    taken: list[TrainRide | None] = [None] * size
    rules = [""] * size
    for ride in rides:
        access, access_vnd = _station_access(inputs, groups, ride.board_id)
        link, by_bus = _site_link(inputs, groups, ride.alight_id)
        arrive = ride.morning_arrives + options.transfer_minutes + link
        back = minute_of_day(options.leave_from) + link + options.transfer_minutes
        fits = entitled & (arrive <= minute_of_day(options.arrive_by)) & (back <= ride.evening_departs)
        fits &= np.isfinite(access) & np.isfinite(link)
        morning = arrive - ride.morning_departs + options.transfer_minutes + access
        evening = ride.evening_arrives - minute_of_day(options.leave_from) + access
        bus = np.where(by_bus, 2 * days * tariff.vnd(options.link_bus_fare), 0.0)
        with np.errstate(invalid="ignore"):
            hours = time_vnd(inputs, np.where(fits, morning + evening, 0.0), days)
            weighed = np.where(fits, fare + bus + access_vnd + hours, np.inf)
        for g in np.flatnonzero(weighed < best):
            best[g], public[g], private[g], time[g] = weighed[g], fare[g] + bus[g], access_vnd[g], hours[g]
            door[g], taken[g] = morning[g], ride
            rules[g] = ";".join([fare_rules[g], *([options.link_bus_fare] if by_bus[g] else [])])
    if not np.isfinite(best).any():
        return None
    closed = ~np.isfinite(best)
    private[closed], time[closed] = 0.0, 0.0
    co2 = np.where(closed, 0.0, 2 * groups["km"].to_numpy(float) * days * options.train_co2_kg_km)
    seats = int(min(r.seats for r in taken if r is not None) * options.train_seat_share)
    return Price(
        "train", public, private, time, door, tuple(rules), co2_weight(inputs, co2), co2, seats, tuple(taken), True
    )


def _fares(options: Commute, tariff: Tariff, days: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Cheaper of the monthly ticket and single tickets for the days of the month, with its id."""
    single = 2 * days * tariff.vnd(options.train_single_fare)
    month = tariff.vnd(options.train_month_fare)
    by_month = month <= single
    ids = [options.train_month_fare if m else options.train_single_fare for m in by_month]
    return np.where(by_month, month, single), ids


def _station_access(inputs: Inputs, groups: pd.DataFrame, station: str) -> tuple[np.ndarray, np.ndarray]:
    homes, row = np.unique(groups["home_node"].to_numpy(int), return_inverse=True)
    table = travel_table(
        inputs.roads, homes, [station_node(inputs, station)], factor=inputs.traffic.peak, cache=default_cache()
    )
    days = groups["days"].to_numpy(float)
    longest = inputs.scenario.commute.station_km
    return access_minutes_and_vnd(inputs, table.minutes[row, 0], table.km[row, 0], days, longest)


def _site_link(inputs: Inputs, groups: pd.DataFrame, station: str) -> tuple[np.ndarray, np.ndarray]:
    """Minutes from a station to each group's site and whether the connecting bus is needed; inf where none
    runs.

    The connecting bus runs to the administrative centre; other sites are reached from the train on foot only.
    """
    options = inputs.scenario.commute
    nodes, back = np.unique(groups["node"].to_numpy(), return_inverse=True)
    at, peak = [station_node(inputs, station)], inputs.traffic.peak
    way = travel_table(inputs.roads, at, nodes, factor=peak, cache=default_cache())
    minutes, km = way.minutes[0][back], way.km[0][back]
    centre = groups["site_id"].isin(inputs.sites.loc[inputs.sites["kind"] == CENTRE_KIND, "site_id"]).to_numpy()
    walk = km <= options.walk_to_stop_km
    link = np.where(walk, km / options.walk_kmh * 60, np.where(centre, minutes, np.inf))
    return link, centre & ~walk


def station_node(inputs: Inputs, station: str) -> int:
    """Road node (position in the graph) of a railway station."""
    row = inputs.stations.set_index("station_id").loc[station]
    return int(inputs.roads.index_of([int(row["road_node"])])[0])
