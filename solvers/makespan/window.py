"""CP-SAT on a project: the whole of it, or large neighbourhoods in which the order of most tasks is kept."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from solvers.makespan.project import Project


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


def nearby(p: Project, start: Sequence[int], size: int, rand: random.Random) -> tuple[set[int], int]:
    """The `size` tasks nearest in time to a random day, and that day."""
    day = rand.randrange(max(1, p.makespan(start)))
    distance = [max(s - day, day - s - d, 0) for s, d in zip(start, p.duration, strict=True)]
    return set(sorted(range(p.n), key=lambda i: (distance[i], rand.random()))[:size]), day


class WindowModel:
    """Whether freeing some tasks around a day makes room for an end by `limit`.

    The tasks before stand as early and those after as late as their order lets them, so only the free tasks are
    variables. That loses little: whatever the free tasks do, the others can do no better. A kept task between two
    free ones in the order is freed as well. `open` tells whether the order alone leaves every task room.
    """

    def __init__(self, p: Project, limit: int, start: Sequence[int], free: set[int], day: int):
        self.p, self.cp = p, cp_model.CpModel()
        arcs = kept_order(p, start, free)
        before = [list(pairs) for pairs in p.before]
        for i, j in arcs:
            before[j].append((i, 0))
        kept = Project(p.duration, p.release, tuple(map(tuple, before)), p.demand, p.capacity)
        d, head = p.duration, kept.head
        late = [limit - t - x for t, x in zip(kept.tail, d, strict=True)]
        self.open = all(h <= x for h, x in zip(head, late, strict=True))
        if not self.open:
            return
        self.place, free = _places(kept, free, start, day, late)
        self.start = {i: self.cp.new_int_var(head[i], late[i], "") for i in sorted(free)}
        for j, variable in self.start.items():
            for i, lag in before[j]:
                if i in free:
                    self.cp.add(variable >= self.start[i] + d[i] + lag)
        spans = {i: self.cp.new_fixed_size_interval_var(s, d[i], "") for i, s in self.start.items()}
        first, last = min(head[i] for i in free), max(late[i] + d[i] for i in free)
        for k in range(len(p.capacity)):
            self._resource(k, spans, first, last)

    def starts(self, solver: cp_model.CpSolver) -> list[int]:
        """Start of each task in the solution found."""
        return [solver.value(self.start[i]) if i in self.start else self.place[i] for i in range(self.p.n)]

    def _resource(self, k: int, spans: dict[int, cp_model.IntervalVar], first: int, last: int) -> None:
        """What the kept tasks leave of a resource, from the first to the last day of the free ones."""
        p, capacity = self.p, self.p.capacity[k]
        users = [i for i in spans if p.demand[i][k]]
        load = [0] * (last - first)
        for i, begin in self.place.items():
            if p.demand[i][k]:
                for day in range(max(begin, first), min(begin + p.duration[i], last)):
                    load[day - first] += p.demand[i][k]
        if not users or sum(p.demand[i][k] for i in users) + max(load) <= capacity:
            return
        intervals, demands = [spans[i] for i in users], [p.demand[i][k] for i in users]
        day = 0
        while day < len(load):
            end = day
            while end < len(load) and load[end] == load[day]:
                end += 1
            if load[day]:
                intervals.append(self.cp.new_fixed_size_interval_var(first + day, end - day, ""))
                demands.append(load[day])
            day = end
        self.cp.add_cumulative(intervals, demands, capacity)


def _places(
    kept: Project, free: set[int], start: Sequence[int], day: int, late: list[int]
) -> tuple[dict[int, int], set[int]]:
    """Where the kept tasks stand, and the free ones with those between them in the order."""
    bits = sum(1 << i for i in free)
    above = [bool(kept.ancestors[i] & bits) for i in range(kept.n)]
    below = [False] * kept.n
    for i in reversed(kept.order):
        below[i] = any(below[j] or j in free for j, _ in kept.after[i])
    freed = free | {i for i in range(kept.n) if above[i] and below[i]}
    place = {
        i: late[i] if above[i] or (not below[i] and start[i] >= day) else kept.head[i]
        for i in range(kept.n)
        if i not in freed
    }
    return place, freed
