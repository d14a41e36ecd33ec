"""The routing problem of the solver, and the tables of routes and stops with times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from geodata.rail import TrainRide, clock, minute_of_day
from geodata.travel import default_cache, travel_table
from merger.commuting.groups import site_node
from merger.commuting.prices import KG_TONNE, Price, is_entitled, time_vnd
from merger.commuting.stops import access_to_stops, candidate_stops
from merger.inputs import Inputs
from scenarios.schema import Commute
from solvers.routing.solve import Demand, Mode, RoutingProblem, RoutingSolution, VehicleType

STATION_NODE = 0


@dataclass(frozen=True)
class ShuttleNetwork:
    """Stops (in order of stop_id) and depots of the routing problem, and the way to each stop.

    `stops` has stop_id, name, node (position in the graph), lon, lat; `depots` the site_ids; `reach` (G, S)
    is the one way access in minutes, inf where out of reach; `access_vnd` (G, S) its cost a person and month.
    """

    stops: pd.DataFrame
    depots: tuple[str, ...]
    reach: np.ndarray
    access_vnd: np.ndarray
    problem: RoutingProblem


def shuttle_network(inputs: Inputs, groups: pd.DataFrame, prices: dict[str, Price]) -> ShuttleNetwork:
    """Candidate stops near entitled people of sites with enough of them, and the problem over stops and
    modes.
    """
    options, money = inputs.scenario.commute, inputs.scenario.prices
    entitled = is_entitled(inputs, groups)
    demand = groups[entitled].groupby("site_id")["people"].sum()
    served = sorted(demand[demand >= options.min_riders_route].index)
    rides = entitled & groups["site_id"].isin(served).to_numpy()
    stops = candidate_stops(inputs, groups[rides])
    depots = tuple(sorted(set(groups["site_id"])))
    depot_nodes = [int(groups.loc[groups["site_id"] == site, "node"].iloc[0]) for site in depots]
    nodes = np.array([*stops["node"].tolist(), *depot_nodes], int)
    # Coaches keep to roads: most ferries of the region carry no cars, or nobody knows.
    by_road = travel_table(inputs.roads.without_ferries(), nodes, nodes, cache=default_cache())
    reach, access_vnd = access_to_stops(inputs, groups, stops)
    closed = ~rides
    reach[closed], access_vnd[closed] = np.inf, np.inf
    days = groups["days"].to_numpy(float)
    minute = time_vnd(inputs, np.ones(len(groups)), days)
    waits = options.wait_minutes
    access_cost = access_vnd + minute[:, None] * (2 * reach + waits)
    planned, others = _demands(groups, options)
    problem = RoutingProblem(
        minutes=np.round(by_road.minutes * inputs.traffic.peak, 4),
        km=np.round(by_road.km, 4),
        n_stops=len(stops),
        people=groups["people"].to_numpy(int),
        depot=np.array([len(stops) + depots.index(site) for site in groups["site_id"]], int),
        minute_cost=minute,
        access_cost=access_cost,
        riders_max=planned,
        modes=tuple(
            Mode(p.id, p.total, np.where(np.isfinite(p.public), p.public, 0.0), p.capacity, p.collective)
            for p in prices.values()
        ),
        vehicles=tuple(
            VehicleType(v.id, v.seats, v.fixed_vnd_day, v.km_vnd, v.fleet, co2_vnd(v.co2_kg_km, options))
            for v in options.vehicles
        ),
        days=money.working_days_month,
        max_ride=options.longest_ride_minutes,
        min_riders=least_riders(options),
        dwell=options.dwell_minutes,
        max_stops=options.max_stops_route,
        max_driving=60 * options.driver_hours_day,
        budget=options.budget_vnd_month,
        others=others,
    )
    return ShuttleNetwork(stops, depots, reach, access_vnd, problem)


def least_riders(options: Commute) -> int:
    """Expected riders of a vehicle for which as many people registered as a route needs."""
    return max(int(np.ceil(options.min_riders_route * options.take_up - 1e-9)), 1)


def co2_vnd(kg: float, options: Commute) -> float:
    """What CO2 weighs in the choice, VND."""
    return kg * options.co2_vnd_tonne / KG_TONNE


def _demands(groups: pd.DataFrame, options: Commute) -> tuple[np.ndarray, tuple[Demand, ...]]:
    """Most riders of each group in the planned demand, and the further demands.

    Riders are people times the take-up, whose uncertainty is told by three points: the expected share, and those
    sqrt(3) standard deviations below and above with a sixth of the weight each (Gauss and Hermite, exact up to the
    fifth moment of a normal distribution).
    """
    people = groups["people"].to_numpy(int)
    expected = options.take_up
    away = np.sqrt(3.0) * options.take_up_sd
    others = [] if not away else [max(expected - away, 0.0), min(expected + away, 1.0)]
    return riders_of(people, expected), tuple(Demand(1 / 6, riders_of(people, share)) for share in others)


def riders_of(people: np.ndarray, share: float) -> np.ndarray:
    """Riders of each group so that their share of all is the take-up (largest remainder)."""
    exact = people * share
    whole = np.floor(exact + 1e-9).astype(int)
    short = round(float(exact.sum())) - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: max(short, 0)]] += 1
    return np.minimum(whole, people)


def route_tables(
    inputs: Inputs, network: ShuttleNetwork, solution: RoutingSolution, label: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables `routes` and `stops` of the shuttles, one route a vehicle, in order of site, first stop and
    load.
    """
    options, problem = inputs.scenario.commute, network.problem
    routes, stops = [], []
    vehicles: dict[tuple[int, tuple[int, ...]], int] = {}
    for route_id, route in zip(route_ids(solution), solution.routes, strict=True):
        number = vehicles[route.depot, route.sequence] = vehicles.get((route.depot, route.sequence), 0) + 1
        site = network.depots[route.depot - problem.n_stops]
        kind = problem.vehicles[route.vehicle]
        morning, evening = problem.ride_minutes(route.sequence, route.depot)
        arrive = minute_of_day(options.arrive_by) - options.wait_minutes
        leave = minute_of_day(options.leave_from) + options.wait_minutes
        names = [network.stops["name"].iat[s] for s in route.sequence]
        way = [*route.sequence, route.depot]
        boarding = [sum(n for _, stop, n in route.riders if stop == s) for s in route.sequence]
        times = [arrive - ride for ride in morning] + [arrive]
        back = [leave, *[leave + ride - problem.dwell for ride in evening[::-1]]]
        rows = partial(_stop_rows, inputs, network, route_id=route_id, site=site, label=label)
        stops += rows(direction="morning", way=way, times=times, counts=[*boarding, 0])
        stops += rows(direction="evening", way=way[::-1], times=back, counts=[0, *boarding[::-1]])
        routes.append({
            "route_id": route_id, "name_vi": _name(names[0], site_name(inputs, site), number),
            "mode": "shuttle", "site_id": site, "vehicle": kind.id, "seats": kind.seats, "riders": route.load,
            "stops": len(route.sequence), "km": round(float(problem.km[way[:-1], way[1:]].sum()), 2),
            "minutes": round(float(morning[0]), 1), "depart": clock(times[0]), "arrive": clock(arrive),
            "return_depart": clock(leave), "driver_minutes": round(float(morning[0] + evening[0]), 1),
            "cost_vnd_day": route_day_vnd(network, route), "label": label,
        })  # fmt: skip
    return pd.DataFrame(routes), pd.DataFrame(stops)


def _name(first_stop: str, site: str, vehicle: int) -> str:
    """Name of a route; the second and further vehicles over the same stops carry their number."""
    return f"{first_stop} – {site}" + (f", xe {vehicle}" if vehicle > 1 else "")


def route_day_vnd(network: ShuttleNetwork, route) -> int:
    """Cost of a vehicle a day, whole VND."""
    problem = network.problem
    return round(problem.public_vnd_month(route.vehicle, route.sequence, route.depot) / problem.days)


def route_ids(solution: RoutingSolution) -> list[str]:
    """Ids of the shuttles in order of the solution: site, then number."""
    return [f"shuttle-{i + 1:03d}" for i in range(len(solution.routes))]


def train_tables(
    inputs: Inputs,
    riders: dict[tuple[TrainRide, str], int],
    public_vnd_month: dict[tuple[TrainRide, str], int],
    label: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables `routes` and `stops` of the train, one route a ride and site; km by rail are not published."""
    stations = inputs.stations.set_index("station_id")
    days = inputs.scenario.prices.working_days_month
    routes, stops = [], []
    ordered = sorted(riders, key=lambda k: (k[0].board_id, k[0].alight_id, k[1]))
    for number, (ride, site) in enumerate(ordered, start=1):
        count, route_id = riders[ride, site], f"train-{number:02d}"
        board, alight = (stations.at[station, "name"] for station in (ride.board_id, ride.alight_id))
        routes.append({
            "route_id": route_id, "name_vi": f"Tàu HP15/HP16: {board} – {alight}", "mode": "train",
            "site_id": site, "vehicle": "HP15/HP16", "seats": ride.seats, "riders": count, "stops": 2,
            "km": np.nan, "minutes": ride.morning_arrives - ride.morning_departs,
            "depart": clock(ride.morning_departs), "arrive": clock(ride.morning_arrives),
            "return_depart": clock(ride.evening_departs),
            "driver_minutes": np.nan, "cost_vnd_day": round(public_vnd_month[ride, site] / days),
            "label": label,
        })  # fmt: skip
        calls = [("morning", 1, ride.board_id, ride.morning_departs, count, count),
                 ("morning", 2, ride.alight_id, ride.morning_arrives, 0, 0),
                 ("evening", 1, ride.alight_id, ride.evening_departs, 0, count),
                 ("evening", 2, ride.board_id, ride.evening_arrives, count, 0)]  # fmt: skip
        for direction, sequence, station, time, boarding, load in calls:
            stops.append({
                "route_id": route_id, "direction": direction, "sequence": sequence,
                "stop_id": f"ga-{station}", "name": f"Ga {stations.at[station, 'name']}",
                "lon": float(stations.at[station, "lon"]), "lat": float(stations.at[station, "lat"]),
                "road_node": STATION_NODE, "time": clock(time), "boarding": boarding,
                "load": load, "km": np.nan, "label": label,
            })  # fmt: skip
    return pd.DataFrame(routes), pd.DataFrame(stops)


def site_name(inputs: Inputs, site: str) -> str:
    """Vietnamese name of a site, or of the unit whose seat is the workplace."""
    names = inputs.sites.set_index("site_id")["name"]
    return str(names[site]) if site in names.index else str(inputs.units.at[site, "name_full"])


def _stop_rows(inputs, network, *, route_id, site, label, direction, way, times, counts) -> list[dict]:
    """Rows of one trip; the workplace is its last stop in the morning and its first in the evening."""
    problem, roads = network.problem, inputs.roads
    rows, load, km = [], 0, 0.0
    if direction == "evening":
        load = sum(counts)
    for i, (node, time, count) in enumerate(zip(way, times, counts, strict=True)):
        if i:
            km += float(problem.km[way[i - 1], node])
        at_site = node >= problem.n_stops
        load = 0 if at_site and direction == "morning" else load + (count if direction == "morning" else -count)
        place = network.stops.iloc[node] if not at_site else None
        position = int(place["node"]) if place is not None else site_node(inputs, site)
        rows.append({
            "route_id": route_id, "direction": direction, "sequence": i + 1,
            "stop_id": site if place is None else place["stop_id"],
            "name": site_name(inputs, site) if place is None else place["name"],
            "lon": float(roads.lon[position]), "lat": float(roads.lat[position]),
            "road_node": int(roads.node_ids[position]), "time": clock(time), "boarding": int(count), "load":
            int(load), "km": round(km, 2), "label": label,
        })  # fmt: skip
    return rows
