"""Two districts of a planar graph, exactly, where few edges are cut.

Two connected districts are parted by a simple cycle through the faces of the drawing (a bond is a cycle of the dual).
A flow that brings all weight to one node tells the weight on the far side of a cycle from the edges it crosses alone.
So cycles up to a cost are all found by joining two half paths at a time, met in the middle; the least cost not yet
searched is a lower bound.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import networkx as nx
import numpy as np

from solvers.districting.problem import DistrictingProblem

# Half paths from all faces together that one level may take; growth of the cost from level to level.
PATHS, GROWTH = 2_000_000, 1.15


@dataclass(frozen=True)
class HalfPaths:
    """Paths from one face that end at another: weight crossed, cost, faces as bits, edges."""

    weight: np.ndarray
    cost: np.ndarray
    faces: list[int]
    edges: list[tuple[int, ...]]


class TooManyPathsError(Exception):
    """The half paths of a level are too many, or the time is up."""


def two_districts(
    problem: DistrictingProblem, limit: int | None, deadline: float
) -> tuple[np.ndarray | None, int] | None:
    """Best labels of cost below `limit` (None: none is that cheap) and a valid bound; None where it does not apply.

    The bound is the cost of the labels, or `limit` when none is below it, or less when paths or time ran out.
    """
    dual = _Dual.of(problem)
    if dual is None:
        return None
    level, bound = int(min(dual.cost)), int(min(dual.cost))
    while limit is None or bound < limit:
        level = level if limit is None else min(level, limit - 1)
        try:
            best = dual.best_cycle(level, deadline)
        except TooManyPathsError:
            return None, bound
        if best is not None:
            return dual.labels(best[1]), best[0]
        if level >= sum(dual.cost):
            return None, level + 1
        bound, level = level + 1, max(level + 1, int(level * GROWTH))
    return None, bound


class _Dual:
    """Faces of a planar drawing, joined across each edge of the graph."""

    def __init__(self, problem: DistrictingProblem, graph: nx.Graph, drawing: nx.PlanarEmbedding):
        self.graph, self.ends = graph, list(graph.edges)
        self.cost = [graph.edges[e]["cost"] for e in self.ends]
        total = int(problem.weight.sum())
        self.least = max(problem.lower, total - problem.upper, 0)
        self.most = min(problem.upper, total - problem.lower)
        face: dict[tuple[int, int], int] = {}
        count = 0
        for half in drawing.edges:
            if half not in face:
                marked: set = set()
                drawing.traverse_face(*half, mark_half_edges=marked)
                face |= dict.fromkeys(marked, count)
                count += 1
        flow = _flow_to_root(graph, problem.weight)
        # Arcs: next face, edge, weight crossed with the tail of the edge on the left hand.
        self.arcs: list[list[tuple[int, int, int]]] = [[] for _ in range(count)]
        for e, (u, v) in enumerate(self.ends):
            amount = flow.get((u, v), 0) - flow.get((v, u), 0)
            self.arcs[face[u, v]].append((face[v, u], e, amount))
            self.arcs[face[v, u]].append((face[u, v], e, -amount))

    @classmethod
    def of(cls, problem: DistrictingProblem) -> _Dual | None:
        """None unless there are two districts, every edge costs something, and the graph is connected and planar."""
        graph = nx.Graph()
        graph.add_nodes_from(range(problem.n))
        for (a, b), cost in zip(problem.edges.tolist(), problem.edge_cost.tolist(), strict=True):
            known = graph.edges[a, b]["cost"] if graph.has_edge(a, b) else 0
            graph.add_edge(a, b, cost=known + cost)
        if problem.districts != 2 or graph.number_of_edges() == 0 or not nx.is_connected(graph):
            return None
        if min(cost for _, _, cost in graph.edges(data="cost")) < 1:
            return None
        planar, drawing = nx.check_planarity(graph)
        return cls(problem, graph, drawing) if planar else None

    def best_cycle(self, level: int, deadline: float) -> tuple[int, tuple[int, ...]] | None:
        """Cost and edges of the cheapest cycle up to cost `level` within the window."""
        best, room = None, PATHS
        gone = [False] * len(self.arcs)
        # Faces with many sides first: each cycle is sought from the first of its faces, so they are no waypoints later.
        for start in sorted(range(len(self.arcs)), key=lambda f: (-len(self.arcs[f]), f)):
            if time.perf_counter() > deadline:
                raise TooManyPathsError
            halves, used = self._half_paths(start, level // 2, gone, room)
            room -= used
            best = self._join(halves, level, best)
            gone[start] = True
        return best

    def _half_paths(self, start: int, level: int, gone: list[bool], room: int) -> tuple[dict[int, HalfPaths], int]:
        """Simple paths from `start` up to cost `level`, by their last face, and their number."""
        found: dict[int, list[tuple[int, int, int, tuple[int, ...]]]] = {}
        stack, used = [(start, 0, 0, 1 << start, ())], 0
        while stack:
            at, weight, cost, faces, edges = stack.pop()
            found.setdefault(at, []).append((weight, cost, faces, edges))
            used += 1
            if used > room:
                raise TooManyPathsError
            for to, e, amount in self.arcs[at]:
                if cost + self.cost[e] <= level and not gone[to] and not faces >> to & 1:
                    stack.append((to, weight + amount, cost + self.cost[e], faces | 1 << to, (*edges, e)))
        halves = {}
        for at, paths in found.items():
            paths.sort(key=lambda p: (p[0], p[1], p[3]))
            weight, cost, faces, edges = zip(*paths, strict=True)
            halves[at] = HalfPaths(np.array(weight), np.array(cost), list(faces), list(edges))
        return halves, used

    def _join(self, halves: dict[int, HalfPaths], level: int, best: tuple | None) -> tuple | None:
        """Close two half paths by an edge between their last faces; the better of that and `best`."""
        for at, first in halves.items():
            for to, e, amount in self.arcs[at]:
                second = halves.get(to)
                if second is None:
                    continue
                # Weight of the cycle: first + amount - second, from `least` to `most`.
                lowest = np.searchsorted(second.weight, first.weight + amount - self.most, "left")
                highest = np.searchsorted(second.weight, first.weight + amount - self.least, "right")
                for i in np.flatnonzero(highest > lowest).tolist():
                    allowed = level if best is None else best[0] - 1
                    part = slice(int(lowest[i]), int(highest[i]))
                    cost = second.cost[part] + first.cost[i] + self.cost[e]
                    for j in (np.flatnonzero(cost <= allowed) + part.start).tolist():
                        # The two halves share their first face only, and the closing edge is in neither.
                        shared = first.faces[i] & second.faces[j]
                        if shared & (shared - 1) or e in first.edges[i] or e in second.edges[j]:
                            continue
                        price = int(second.cost[j] + first.cost[i] + self.cost[e])
                        if best is None or price < best[0]:
                            best = price, (*first.edges[i], e, *second.edges[j])
        return best

    def labels(self, cycle: tuple[int, ...]) -> np.ndarray:
        """The two sides of a cycle."""
        rest = self.graph.copy()
        rest.remove_edges_from([self.ends[e] for e in cycle])
        labels = np.ones(len(rest), dtype=int)
        labels[list(nx.node_connected_component(rest, 0))] = 0
        return labels


def _flow_to_root(graph: nx.Graph, weight: np.ndarray) -> dict[tuple[int, int], int]:
    """Weight that passes each edge, tail to head, when all goes to node 0 along a tree."""
    below = [int(w) for w in weight]
    flow = {}
    for parent, child in reversed(list(nx.bfs_edges(graph, 0))):
        flow[child, parent] = below[child]
        below[parent] += below[child]
    return flow
