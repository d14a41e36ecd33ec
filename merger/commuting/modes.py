"""What each way to work costs a group: public money, private money and time, a person and month."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geodata.faults import InputError
from geodata.rail import TrainRide, minute_of_day, train_rides
from geodata.travel import default_cache, travel_table
from merger.inputs import Inputs
from scenarios.schema import Commute

# Wishes that leave room for living near the site.
MAY_STAY = ("irregular", "not_stated")
CENTRE_KIND = "administrative centre"


@dataclass(frozen=True)
class Price:
    """One mode for every group: VND a person and month, arrays (G,); `public` is inf where the mode is not
    open.

    `weight` counts in the choice but is no money (living apart, an entitled person left without support).
    `minutes` is the morning way from door to door; `rules` are the ids that set the amounts, per group.
    """

    id: str
    public: np.ndarray
    private: np.ndarray
    time: np.ndarray
    minutes: np.ndarray
    rules: tuple[str, ...]
    weight: np.ndarray
    capacity: int | None = None
    ride: tuple[TrainRide | None, ...] = field(default=())

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


def mode_prices(inputs: Inputs, groups: pd.DataFrame) -> dict[str, Price]:
    """Prices of all modes but the shuttle: train, flat, rent, own, none."""
    tariff = Tariff(inputs)
    options = inputs.scenario.commute
    allowance, tiers = tariff.tiers(options.travel_allowances, groups["km"].to_numpy())
    entitled = is_entitled(inputs, groups)
    prices = {
        "train": _train(inputs, groups, tariff, entitled),
        **_near_site(inputs, groups, tariff, entitled),
        "own": _own(inputs, groups, allowance, tiers, entitled),
        "none": _none(inputs, groups, entitled),
    }
    return {name: price for name, price in prices.items() if price is not None}


def is_entitled(inputs: Inputs, groups: pd.DataFrame) -> np.ndarray:
    """Groups far enough from the new workplace for support, with a way to get there."""
    tariff, options = Tariff(inputs), inputs.scenario.commute
    tiers = tariff.tiers(options.travel_allowances, groups["km"].to_numpy())[1]
    far = np.isfinite(groups["km"].to_numpy()) & (groups["km"].to_numpy() >= options.min_km)
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
    reach = np.where(on_foot, km / options.walk_kmh * 60, minutes)
    reach = np.where(on_foot | (km <= longest_km), reach, np.inf)
    return reach, np.where(on_foot, 0.0, drive_vnd(inputs, 2 * km, days))


def _own(inputs, groups, allowance, tiers, entitled) -> Price:
    km, minutes, days = (groups[c].to_numpy(float) for c in ("km", "minutes", "days"))
    spent = drive_vnd(inputs, 2 * np.where(entitled, km, 0.0), days)
    return Price(
        id="own",
        public=np.where(entitled, allowance, np.inf),
        # What the allowance exceeds the cost of driving by stays public money: the person is not charged
        # less than 0.
        private=np.maximum(spent - allowance, 0.0),
        time=time_vnd(inputs, 2 * np.where(entitled, minutes, 0.0), days),
        minutes=minutes,
        rules=tiers,
        weight=np.zeros(len(groups)),
    )


def _none(inputs, groups, entitled) -> Price:
    km, minutes, days = (groups[c].to_numpy(float) for c in ("km", "minutes", "days"))
    reached = np.isfinite(km)
    return Price(
        id="none",
        public=np.zeros(len(groups)),
        private=drive_vnd(inputs, 2 * np.where(reached, km, 0.0), days),
        time=time_vnd(inputs, 2 * np.where(reached, minutes, 0.0), days),
        minutes=minutes,
        rules=("",) * len(groups),
        weight=np.where(entitled, inputs.scenario.commute.unserved_vnd_month, 0.0),
    )


def _near_site(inputs, groups, tariff, entitled) -> dict[str, Price]:
    """Living near the site on working days: a rented room with the rent support, or a flat that the city
    reserved.
    """
    options = inputs.scenario.commute
    if options.rent_allowance is None:
        return {}
    km, minutes, days = (groups[c].to_numpy(float) for c in ("km", "minutes", "days"))
    may = entitled & groups["wish"].isin(MAY_STAY).to_numpy() & (km >= tariff.floor_km(options.rent_allowance))
    trips = np.full(len(groups), options.trips_home_month)
    home_vnd = drive_vnd(inputs, 2 * np.where(may, km, 0.0), trips)
    home_time = time_vnd(inputs, 2 * np.where(may, minutes, 0.0), trips)
    support = tariff.vnd(options.rent_allowance)
    apart = np.full(len(groups), options.apart_vnd_month)
    rules = (options.rent_allowance,) * len(groups)
    rent = Price(
        id="rent",
        public=np.where(may, support, np.inf),
        private=home_vnd + max(options.rent_market_vnd_month - support, 0.0),
        time=home_time + time_vnd(inputs, np.full(len(groups), 2 * options.local_minutes), days),
        minutes=np.full(len(groups), options.local_minutes),
        rules=rules,
        weight=apart,
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
        public=np.where(near, options.flat_public_vnd_month, np.inf),
        private=home_vnd + drive_vnd(inputs, 2 * local_km, days),
        time=home_time + time_vnd(inputs, 2 * local, days),
        minutes=local,
        rules=("",) * len(groups),
        weight=apart,
        capacity=flats,
    )
    return {"flat": flat, "rent": rent}


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


def _train(inputs: Inputs, groups: pd.DataFrame, tariff: Tariff, entitled: np.ndarray) -> Price | None:
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
    seats = int(min(r.seats for r in taken if r is not None) * options.train_seat_share)
    return Price("train", public, private, time, door, tuple(rules), np.zeros(size), seats, tuple(taken))


def _fares(options: Commute, tariff: Tariff, days: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Cheaper of the monthly ticket and single tickets for the days of the month, with its id."""
    single = 2 * days * tariff.vnd(options.train_single_fare)
    month = tariff.vnd(options.train_month_fare)
    by_month = month <= single
    ids = [options.train_month_fare if m else options.train_single_fare for m in by_month]
    return np.where(by_month, month, single), ids


def _station_access(inputs: Inputs, groups: pd.DataFrame, station: str) -> tuple[np.ndarray, np.ndarray]:
    homes, at = inputs.unit_nodes.to_numpy(), [station_node(inputs, station)]
    table = travel_table(inputs.roads, homes, at, factor=inputs.traffic.peak, cache=default_cache())
    row = inputs.units.index.get_indexer(groups["home_code"])
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
