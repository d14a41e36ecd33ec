"""Large neighbourhoods of a schedule, solved with CP-SAT: some tasks free, the order of all others kept."""

from __future__ import annotations

import random

from ortools.sat.python import cp_model

from solvers.schedule.project import Project


def kept_order(p: Project, start: list[int], free: set[int]) -> list[tuple[int, int]]:
    """Arcs (i, j) that keep the resource order of all tasks that are not free.

    Every unit of every resource is handed from task to task by rising starts, so the tasks of these arcs never
    overdraw a resource, whenever they start (chaining of Policella et al. 2004).
    """
    arcs: set[tuple[int, int]] = set()
    order = [i for i in sorted(range(p.n), key=start.__getitem__) if i not in free]
    for k, capacity in enumerate(p.capacity):
        units = [-1] * capacity  # last task on each unit
        ends = [0] * capacity
        for j in order:
            want = p.demand[j][k]
            if not want:
                continue
            idle = [u for u in range(capacity) if ends[u] <= start[j]]
            # First units whose last task comes before anyway, then those idle for the shortest time.
            bits = p.ancestors[j]
            idle.sort(key=lambda u: (units[u] >= 0 and not bits >> units[u] & 1, -ends[u]))
            for u in idle[:want]:
                if units[u] >= 0 and not bits >> units[u] & 1:
                    arcs.add((units[u], j))
                units[u], ends[u] = j, start[j] + p.duration[j]
    return sorted(arcs)


class ProjectModel:
    """CP-SAT model of a project that ends by `limit`: all of it, or with the order of some tasks kept."""

    def __init__(self, p: Project, limit: int, arcs: list[tuple[int, int]] = ()):
        self.p, self.cp = p, cp_model.CpModel()
        d = p.duration
        head, tail = list(p.head), list(p.tail)
        before: list[list[tuple[int, int]]] = [list(a) for a in p.before]
        for i, j in arcs:
            before[j].append((i, 0))
        order = _topological(p.n, before)
        for j in order:
            for i, lag in before[j]:
                head[j] = max(head[j], head[i] + d[i] + lag)
        for j in reversed(order):
            for i, lag in before[j]:
                tail[i] = max(tail[i], lag + d[j] + tail[j])
        self.open = all(head[i] + d[i] + tail[i] <= limit for i in range(p.n))
        if not self.open:
            return
        self.floor = max((head[i] + d[i] + tail[i] for i in range(p.n)), default=0)
        self.start = [self.cp.new_int_var(head[i], limit - tail[i] - d[i], "") for i in range(p.n)]
        for j in range(p.n):
            for i, lag in before[j]:
                self.cp.add(self.start[j] >= self.start[i] + d[i] + lag)
        spans = [self.cp.new_fixed_size_interval_var(s, x, "") for s, x in zip(self.start, d, strict=True)]
        for k, capacity in enumerate(p.capacity):
            users = [i for i in range(p.n) if p.demand[i][k]]
            if sum(p.demand[i][k] for i in users) > capacity:
                self.cp.add_cumulative([spans[i] for i in users], [p.demand[i][k] for i in users], capacity)
        self.makespan = self.cp.new_int_var(self.floor, limit, "")
        for i in range(p.n):
            if not p.after[i]:
                self.cp.add(self.makespan >= self.start[i] + d[i])

    def hint(self, start: list[int]) -> None:
        """Offer a schedule as the place to begin."""
        for variable, day in zip(self.start, start, strict=True):
            self.cp.add_hint(variable, day)

    def starts(self, solver: cp_model.CpSolver) -> list[int]:
        """Start of each task in the solution found."""
        return [solver.value(v) for v in self.start]


def _topological(n: int, before: list[list[tuple[int, int]]]) -> list[int]:
    waiting = [len(arcs) for arcs in before]
    after: list[list[int]] = [[] for _ in range(n)]
    for j, arcs in enumerate(before):
        for i, _ in arcs:
            after[i].append(j)
    ready = [i for i, w in enumerate(waiting) if w == 0]
    for i in ready:
        for j in after[i]:
            waiting[j] -= 1
            if waiting[j] == 0:
                ready.append(j)
    return ready


def time_window(p: Project, start: list[int], size: int, rand: random.Random) -> set[int]:
    """The `size` tasks nearest to a random day."""
    middle = rand.randrange(max(1, p.makespan(start)))
    distance = [max(start[i] - middle, middle - start[i] - p.duration[i], 0) for i in range(p.n)]
    return set(sorted(range(p.n), key=lambda i: (distance[i], rand.random()))[:size])
