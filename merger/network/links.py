"""Transport links of the graph model: roads that quickest ways use, ferries, railway, routes and stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from geodata.roads import RoadGraph
from merger.inputs import Inputs
from merger.network.posts import workplace

# Columns of the stations table with times of the morning train, newest first.
TRAIN_TIMES = ("hp15_2025_11", "hp15_2025_09_22")
# A stop this near to a station (about 10 m) is at the station.
SAME_PLACE_DEGREES = 1e-4


def add_links(graph: nx.MultiDiGraph, inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> None:
    """Links by road and ferry between unit centres, sites and stations; railway; routes with their stops."""
    _stations(graph, inputs)
    if inputs.has_roads:
        _roads(graph, inputs, _sites_in_use(inputs, tables), _units_worked_in(inputs, tables))
    if "routes" in tables and "stops" in tables:
        _routes(graph, tables["routes"], tables["stops"])


def _sites_in_use(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Main site, second sites, and wherever new divisions sit."""
    options = inputs.scenario.consolidate
    used = [options.main_site, *options.stay_sites.values()]
    if "new_divisions" in tables:
        used += sorted(set(tables["new_divisions"]["site_id"]))
    known = set(inputs.sites["site_id"])
    return [s for s in dict.fromkeys(used) if s in known]


def _units_worked_in(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Old units that hold the seat of a new unit to which somebody of the commute table travels."""
    if "commute" not in tables or "new_units" not in tables:
        return []
    used = set(tables["commute"]["site_id"])
    seats = tables["new_units"]
    return sorted(set(seats.loc[seats["new_id"].isin(used), "seat_code"]) & set(inputs.units.index))


def _stations(graph: nx.MultiDiGraph, inputs: Inputs) -> None:
    stations = list(inputs.stations.itertuples())
    for s in stations:
        graph.add_node(
            f"station:{s.station_id}",
            kind="station",
            name=s.name,
            period="both",
            lon=float(s.lon),
            lat=float(s.lat),
        )
    times = [_minutes(s) for s in stations]
    stops = [(s, t) for s, t in zip(stations, times, strict=True) if t is not None]
    for (a, start), (b, end) in pairwise(stops):
        for u, v in ((a, b), (b, a)):
            graph.add_edge(
                f"station:{u.station_id}",
                f"station:{v.station_id}",
                kind="link",
                mode="rail",
                name="HP15/HP16",
                minutes=float(end - start),
            )


def _minutes(station) -> int | None:
    """Minute of the day at which the morning train calls, None where it does not."""
    for column in TRAIN_TIMES:
        text = str(getattr(station, column, "") or "")
        if ":" in text:
            hours, minutes = text.split(":")[:2]
            return 60 * int(hours) + int(minutes)
    return None


def _roads(graph: nx.MultiDiGraph, inputs: Inputs, sites: list[str], units: list[str]) -> None:
    """Union of the quickest ways from unit centres and stations to sites and stations, chains joined."""
    roads = inputs.roads
    stations = roads.index_of(inputs.stations["road_node"])
    ends = {int(inputs.site_nodes[s]): f"site:{s}" for s in sites}
    starts = [*inputs.unit_nodes.to_numpy(int).tolist(), *stations.tolist()]
    seats = inputs.unit_nodes.loc[units].to_numpy(int).tolist()
    after = _next_nodes(roads, starts, [*ends, *stations.tolist(), *seats])
    names = _edge_names(inputs, roads, after)
    keys = set(starts) | set(ends) | set(stations.tolist()) | {n for arc in roads.is_ferry for n in arc}
    for u, v, metres, minutes, mode, name in _chains(roads, after, keys, names):
        ends_of = [_junction(graph, roads, n) for n in (u, v)]
        graph.add_edge(
            *ends_of, kind="link", mode=mode, name=name, km=round(metres / 1000, 3), minutes=round(minutes, 3)
        )
    access = [(f"unit_before:{c}", int(n)) for c, n in inputs.unit_nodes.items()]
    access += [(f"station:{s}", int(n)) for s, n in zip(inputs.stations["station_id"], stations, strict=True)]
    access += [(f"site:{s}", int(inputs.site_nodes[s])) for s in sites]
    for place, node in access:
        junction = _junction(graph, roads, node)
        for u, v in ((place, junction), (junction, place)):
            graph.add_edge(u, v, kind="link", mode="road", name="", km=0.0, minutes=0.0)


def _junction(graph: nx.MultiDiGraph, roads: RoadGraph, node: int) -> str:
    name = f"junction:{roads.node_ids[node]}"
    if name not in graph:
        lon, lat = round(float(roads.lon[node]), 6), round(float(roads.lat[node]), 6)
        graph.add_node(name, kind="junction", name="", period="both", lon=lon, lat=lat)
    return name


def _next_nodes(roads: RoadGraph, starts: list[int], targets: list[int]) -> dict[int, list[int]]:
    """For every node on a quickest way to some target: the nodes that follow it, in order."""
    targets = list(dict.fromkeys(targets))
    _, towards = dijkstra(roads.minutes.T.tocsr(), indices=targets, return_predecessors=True)
    arcs: set[tuple[int, int]] = set()
    for row, target in zip(towards, targets, strict=True):
        seen: set[int] = set()
        for start in starts:
            node = start
            while node != target and node not in seen and row[node] >= 0:
                seen.add(node)
                arcs.add((node, int(row[node])))
                node = int(row[node])
    after: dict[int, list[int]] = {}
    for u, v in sorted(arcs):
        after.setdefault(u, []).append(v)
    return after


def _chains(roads: RoadGraph, after: dict[int, list[int]], keys: set[int], names: dict):
    """Arcs between key nodes (ends, ferry landings, forks and confluences): runs of single arcs joined."""
    incoming = Counter(v for following in after.values() for v in following)
    bends = {n for n, following in after.items() if len(following) == 1 and incoming[n] == 1 and n not in keys}
    for u in sorted(set(after) - bends):
        for first in after[u]:
            metres = minutes = 0.0
            carried: Counter = Counter()
            at, node = u, first
            while True:
                length = float(roads.metres[at, node])
                metres, minutes = metres + length, minutes + float(roads.minutes[at, node])
                carried[names.get((at, node), "")] += length
                if node not in bends:
                    break
                at, node = node, after[node][0]
            mode = "ferry" if (at, node) in roads.is_ferry else "road"
            named = [(length, name) for name, length in carried.items() if name]
            yield u, node, metres, minutes, mode, max(named)[1] if named else ""


def _edge_names(inputs: Inputs, roads: RoadGraph, after: dict[int, list[int]]) -> dict[tuple[int, int], str]:
    """Road number or name of each used arc."""
    table = pd.read_parquet(inputs.path("roads_edges"), columns=["u", "v", "name", "ref"])
    table["title"] = table["ref"].fillna("").where(table["ref"].fillna("") != "", table["name"].fillna(""))
    table = table[table["title"] != ""]
    used = {(u, v) for u, following in after.items() for v in following}
    at = pd.Series(np.arange(len(roads.node_ids)), index=roads.node_ids)
    u, v = at.reindex(table["u"]).to_numpy(), at.reindex(table["v"]).to_numpy()
    names = {}
    for a, b, title in zip(u, v, table["title"], strict=True):
        for arc in ((a, b), (b, a)):
            if arc in used:
                names.setdefault((int(arc[0]), int(arc[1])), str(title))
    return names


def _routes(graph: nx.MultiDiGraph, routes: pd.DataFrame, stops: pd.DataFrame) -> None:
    """Routes, their stops, and the morning rides between stops to the site."""
    for row in routes.itertuples():
        node = f"route:{row.route_id}"
        graph.add_node(
            node,
            kind="route",
            name=row.name_vi,
            period="after",
            mode=row.mode,
            seats=int(row.seats),
            riders=int(row.riders),
            label=row.label,
        )
        graph.add_edge(node, workplace(graph, row.site_id), kind="serves")
    mode = dict(zip(routes["route_id"], routes["mode"], strict=True))
    morning = stops[stops["direction"] == "morning"].sort_values(["route_id", "sequence"], kind="stable")
    for route, group in morning.groupby("route_id", sort=True):
        rows = list(group.itertuples())
        nodes = [_stop(graph, row) for row in rows]
        for node in dict.fromkeys(nodes):
            graph.add_edge(f"route:{route}", node, kind="stops_at")
        for n, (a, b) in enumerate(pairwise(rows)):
            graph.add_edge(
                nodes[n],
                nodes[n + 1],
                kind="link",
                mode=mode.get(route, "shuttle"),
                route=route,
                sequence=int(a.sequence),
                km=round(float(b.km) - float(a.km), 3),
                minutes=float(_clock(b.time) - _clock(a.time)),
                load=int(a.load),
            )


def _stop(graph: nx.MultiDiGraph, row) -> str:
    node = f"stop:{row.stop_id}"
    if node not in graph:
        lon, lat = round(float(row.lon), 6), round(float(row.lat), 6)
        graph.add_node(node, kind="stop", name=row.name, period="after", lon=lon, lat=lat)
        for station, data in list(graph.nodes(data=True)):
            if data["kind"] == "station" and _same_place(data, lon, lat):
                graph.add_edge(node, station, kind="at")
    return node


def _same_place(data: dict, lon: float, lat: float) -> bool:
    return abs(data["lon"] - lon) + abs(data["lat"] - lat) < SAME_PLACE_DEGREES


def _clock(text: str) -> int:
    hours, minutes = str(text).split(":")[:2]
    return 60 * int(hours) + int(minutes)
