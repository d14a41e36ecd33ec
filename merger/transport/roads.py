"""Lines along real roads: quickest paths of the road graph with the bends of its edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from geodata.roads import RoadGraph

Point = tuple[float, float]
# How far around a leg its quickest path is looked for, minutes of free flow: most legs are short, so a short reach
# is tried first.
LEG_REACH_MINUTES = (12.0, 40.0, 150.0)


class Tracer:
    """Draws quickest paths of a road graph; each leg is looked for once.

    `bends`: coordinates of the edges by (u, v) node ids; an edge without any is drawn straight.
    """

    def __init__(self, graph: RoadGraph, bends: Mapping[tuple[int, int], Sequence[Point]]):
        self.graph, self.bends = graph, bends
        self.legs: dict[tuple[int, int], list[Point]] = {}

    @classmethod
    def of_edges(cls, graph: RoadGraph, edges: gpd.GeoDataFrame) -> Tracer:
        """With the bends of road_edges.parquet (u, v, oneway, minutes_free_flow, geometry), of parallel edges those of
        the quickest one; edges open both ways are drawn backwards too."""
        both = edges[~edges["oneway"].astype(bool)]
        back = both.assign(u=both["v"], v=both["u"], geometry=shapely.reverse(both.geometry.to_numpy()))
        arcs = pd.concat([edges, back], ignore_index=True)
        arcs = arcs.sort_values(["u", "v", "minutes_free_flow"], kind="stable").drop_duplicates(["u", "v"])
        keys = zip(arcs["u"].tolist(), arcs["v"].tolist(), strict=True)
        return cls(graph, _Coordinates(dict(zip(keys, arcs.geometry.to_numpy(), strict=True))))

    def line(self, nodes: Sequence[int]) -> list[Point]:
        """Longitudes and latitudes through nodes (ids) in their order, no point twice in a row."""
        places = self.graph.index_of(list(nodes)).tolist() if len(nodes) else []
        path = [p for a, b in pairwise(places) if a != b for p in self._leg(a, b)]
        return [p for i, p in enumerate(path) if i == 0 or p != path[i - 1]]

    def _leg(self, origin: int, target: int) -> list[Point]:
        if (origin, target) not in self.legs:
            nodes = _quickest(self.graph, origin, target)
            self.legs[origin, target] = [p for u, v in pairwise(nodes) for p in self._bend(u, v)]
        return self.legs[origin, target]

    def _bend(self, u: int, v: int) -> list[Point]:
        own = self.bends.get((int(self.graph.node_ids[u]), int(self.graph.node_ids[v])))
        return list(own) if own is not None else [(float(self.graph.lon[n]), float(self.graph.lat[n])) for n in (u, v)]


class _Coordinates(dict):
    """Coordinates of shapes by key, taken out of a shape only when asked for: few of the edges are drawn."""

    def get(self, key, default=None):
        """Coordinates of one edge."""
        return [(x, y) for x, y, *_ in self[key].coords] if key in self else default


def read_edges(path: Path) -> gpd.GeoDataFrame:
    """Edges of the road graph with what lines and map layers need."""
    return gpd.read_parquet(path, columns=["u", "v", "oneway", "highway", "ref", "minutes_free_flow", "geometry"])


def route_lines(tracer: Tracer, stops: pd.DataFrame) -> dict[tuple[str, str], list[Point]]:
    """Line of each trip, by route and direction, from its stops (table `stops`) in order of sequence.

    Where a stop is not on the road graph (stations) the line goes straight from stop to stop. Trips with fewer than two
    distinct points have none.
    """
    lines = {}
    for key, own in stops.sort_values(["route_id", "direction", "sequence"]).groupby(["route_id", "direction"]):
        on_roads = own["road_node"].gt(0).all()
        straight = zip(own["lon"].astype(float), own["lat"].astype(float), strict=True)
        line = tracer.line(own["road_node"].astype(int).tolist()) if on_roads else list(straight)
        if len(set(line)) > 1:
            lines[key] = line
    return lines


def _quickest(graph: RoadGraph, origin: int, target: int) -> list[int]:
    """Quickest path between neighbouring stops; both ends alone where no path is found."""
    for reach in LEG_REACH_MINUTES:
        _, before = dijkstra(graph.minutes, indices=origin, return_predecessors=True, limit=reach)
        nodes = [target]
        while nodes[-1] != origin and before[nodes[-1]] >= 0:
            nodes.append(int(before[nodes[-1]]))
        if nodes[-1] == origin:
            return nodes[::-1]
    return [origin, target]
