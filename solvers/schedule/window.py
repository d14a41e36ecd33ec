"""CP-SAT on a project: the whole of it, or large neighbourhoods in which the order of most tasks is kept."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from solvers.schedule.project import Project


class ProjectModel:
    """Model of a project that ends by `limit`, with further arcs (before, after) that keep some of its order.

    `open` tells whether the arcs leave every task room; without room nothing else is built.
    """

    def __init__(self, p: Project, limit: int, floor: int = 0, arcs: Iterable[tuple[int, int]] = ()):
        self.cp = cp_model.CpModel()
        d = p.duration
        before = [list(pairs) for pairs in p.before]
        for i, j in arcs:
            before[j].append((i, 0))
        kept = Project(d, p.release, tuple(map(tuple, before)), p.demand, p.capacity)
        head, tail = kept.head, kept.tail
        self.open = all(head[i] + d[i] + tail[i] <= limit for i in range(p.n))
        if not self.open:
            return
        self.start = [self.cp.new_int_var(head[i], limit - tail[i] - d[i], "") for i in range(p.n)]
        for j, pairs in enumerate(before):
            for i, lag in pairs:
                self.cp.add(self.start[j] >= self.start[i] + d[i] + lag)
        spans = [self.cp.new_fixed_size_interval_var(s, x, "") for s, x in zip(self.start, d, strict=True)]
        for k, capacity in enumerate(p.capacity):
            users = [i for i in range(p.n) if p.demand[i][k]]
            if sum(p.demand[i][k] for i in users) > capacity:
                self.cp.add_cumulative([spans[i] for i in users], [p.demand[i][k] for i in users], capacity)
        least = max(floor, *(h + x + t for h, x, t in zip(head, d, tail, strict=True)))
        self.makespan = self.cp.new_int_var(least, max(least, limit), "")
        for i in range(p.n):
            if not p.after[i]:
                self.cp.add(self.makespan >= self.start[i] + d[i])

    def hint(self, start: Sequence[int]) -> None:
        """Offer a schedule as the place to begin."""
        for variable, day in zip(self.start, start, strict=True):
            self.cp.add_hint(variable, day)

    def starts(self, solver: cp_model.CpSolver) -> list[int]:
        """Start of each task in the solution found."""
        return [solver.value(v) for v in self.start]


def kept_order(p: Project, start: Sequence[int], free: set[int]) -> list[tuple[int, int]]:
    """Arcs (before, after) that keep the resource order of all tasks but the free ones.

    Every unit of every resource is handed on from task to task by rising starts, so the tasks of these arcs never
    overdraw a resource, whenever they start (chaining; Policella, Smith, Cesta and Oddi 2004).
    """
    arcs: set[tuple[int, int]] = set()
    order = [i for i in sorted(range(p.n), key=start.__getitem__) if i not in free]
    for k, capacity in enumerate(p.capacity):
        last, ends = [-1] * capacity, [0] * capacity  # last task on each unit, and its end
        for j in order:
            want = p.demand[j][k]
            if not want:
                continue
            bits = p.ancestors[j]
            idle = [u for u in range(capacity) if ends[u] <= start[j]]
            # First units whose last task comes before anyway, then those idle for the shortest time.
            idle.sort(key=lambda u, bits=bits: (last[u] >= 0 and not bits >> last[u] & 1, -ends[u]))
            for u in idle[:want]:
                if last[u] >= 0 and not bits >> last[u] & 1:
                    arcs.add((last[u], j))
                last[u], ends[u] = j, start[j] + p.duration[j]
    return sorted(arcs)


def nearby(p: Project, start: Sequence[int], size: int, rand: random.Random) -> set[int]:
    """The `size` tasks nearest in time to a random day."""
    day = rand.randrange(max(1, p.makespan(start)))
    distance = [max(s - day, day - s - d, 0) for s, d in zip(start, p.duration, strict=True)]
    return set(sorted(range(p.n), key=lambda i: (distance[i], rand.random()))[:size])
