"""Columns of the region problem: connected sets with their floors, best seats and the rules they keep."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csc_matrix, vstack

from solvers.regions.connected_sets import connected_sets
from solvers.regions.problem import EXEMPT, MEETS, UNDECIDED, RegionProblem
from solvers.set_partition import Program

# Areas and populations are sums of rounded figures: a floor is met when missed by no more than this share.
FLOOR_TOLERANCE = 1e-9


class RegionColumns:
    """All connected sets of the free units, with the tests that tell which of them the rules allow."""

    def __init__(self, problem: RegionProblem):
        self.problem = problem
        fixed = {u for r in problem.fixed for u in r.members}
        self.free = np.array([u for u in range(problem.n) if u not in fixed], dtype=int)
        blocks = [self._enumerate(g) for g in range(len(problem.regions))]
        width = problem.max_members
        # Shorter rows are padded with n: one extra unit without people, area, class or name.
        self.members = np.vstack([b for group in blocks for b in group] or [np.empty((0, width), np.int32)])
        self.size = (self.members < problem.n).sum(axis=1)
        self.group = problem.group[self.members[:, 0]] if len(self.members) else np.empty(0, int)
        self.area = self._sum(problem.area)
        self.people = people = self._sum(problem.population)
        kind = np.append(problem.unit_class, -1)[self.members].max(axis=1, initial=-1)
        area_floor, people_floor = np.array(problem.area_floor), np.array(problem.population_floor)
        slack = 1 - FLOOR_TOLERANCE
        self.meets = (self.area >= area_floor[kind] * slack) & (people >= people_floor[kind] * slack)
        from_members = problem.exempt_from_members
        self.exempt = self.size >= from_members if from_members is not None else np.zeros(len(kind), bool)

    def _enumerate(self, group: int) -> list[np.ndarray]:
        p = self.problem
        units = self.free[p.group[self.free] == group]
        local = np.full(p.n, -1)
        local[units] = np.arange(len(units))
        edges = local[p.edges]
        sets = connected_sets(len(units), edges[(edges >= 0).all(axis=1)], p.max_members)
        padded = [np.full((len(s), p.max_members), p.n, dtype=np.int32) for s in sets]
        for target, rows in zip(padded, sets, strict=True):
            target[:, : rows.shape[1]] = units[rows]
        return padded

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.append(values, 0.0)[self.members].sum(axis=1)

    def _count(self, units: Iterable[int]) -> np.ndarray:
        inside = np.zeros(self.problem.n + 1, dtype=np.int32)
        inside[list(units)] = 1
        return inside[self.members].sum(axis=1)

    def legal(self, active: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions of the sets that the active rules allow; cost and seat of every set."""
        p, on = self.problem, set(active)
        good = np.ones(len(self.members), dtype=bool)
        for i, units in enumerate(p.must_join):
            if f"must_join[{i}]" in on:
                count = self._count(units)
                good &= (count == 0) | (count == len(units))
        for i, units in enumerate(p.must_not_join):
            if f"must_not_join[{i}]" in on:
                good &= self._count(units) <= 1
        whole = [u for u in p.keep_whole if f"keep_whole[{u}]" in on]
        if whole:
            good &= (self._count(whole) == 0) | (self.size == 1)
        if "max_area" in on:
            good &= self.area <= p.max_area * (1 + FLOOR_TOLERANCE)
        if "max_population" in on:
            good &= self.people <= p.max_population * (1 + FLOOR_TOLERANCE)
        if "floors" in on and p.max_undecided == 0:
            good &= self.meets | self.exempt
        must = [u for u in p.fixed_seat if f"fixed_seat[{u}]" in on]
        must_not = [u for u in p.forbidden_seat if f"forbidden_seat[{u}]" in on]
        cost, seat = self._seats(must, must_not)
        return np.flatnonzero(good & np.isfinite(cost)), cost, seat

    def _seats(self, must: list[int], must_not: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Cheapest allowed seat of every set, the first by unit order among equals; inf without one."""
        p = self.problem
        weighted = np.zeros((p.n + 1, p.n + 1))
        # A unit without people costs nothing, but it still needs a way to its seat.
        weighted[: p.n, : p.n] = np.where(np.isinf(p.minutes), np.inf, p.population[:, None] * p.minutes)
        weighted[: p.n, p.n] = np.inf
        weighted[p.n, p.n] = np.inf
        weighted[: p.n, must_not] = np.inf
        required = np.zeros(p.n + 1, dtype=bool)
        required[must] = True
        any_required = required[self.members].any(axis=1) if must else np.zeros(len(self.members), bool)
        best = np.full(len(self.members), np.inf)
        seat = np.full(len(self.members), -1)
        for j in range(self.members.shape[1]):
            at = self.members[:, j]
            cost = np.zeros(len(at))
            for i in range(self.members.shape[1]):
                cost += weighted[self.members[:, i], at]
            cost[any_required & ~required[at]] = np.inf
            better = cost < best
            best[better], seat[better] = cost[better], at[better]
        if must:
            best[required[self.members].sum(axis=1) > 1] = np.inf
        return best, seat

    def program(self, legal: np.ndarray, cost: np.ndarray, active: tuple[str, ...]) -> Program:
        """Set partitioning over the legal sets."""
        p, on = self.problem, set(active)
        rows, keep = self.members[legal], self.members[legal] < p.n
        row_of = np.full(p.n + 1, -1)
        row_of[self.free] = np.arange(len(self.free))
        pointer = np.concatenate([[0], np.cumsum(keep.sum(axis=1))])
        cells = row_of[rows[keep]]
        parts = [csc_matrix((np.ones(len(cells)), cells, pointer), shape=(len(self.free), len(legal)))]
        lower, upper = [np.ones(len(self.free))], [np.ones(len(self.free))]
        wanted = np.array(p.regions) - np.bincount(
            [int(p.group[r.members[0]]) for r in p.fixed], minlength=len(p.regions)
        )
        for g, count in enumerate(wanted):
            if f"regions[{g}]" in on:
                parts.append(csc_matrix((self.group[legal] == g).astype(float)[None, :]))
                lower.append(np.array([float(count)]))
                upper.append(np.array([float(count)]))
        if "floors" in on and p.max_undecided > 0:
            neither = ~(self.meets | self.exempt)[legal]
            parts.append(csc_matrix(neither.astype(float)[None, :]))
            lower.append(np.array([0.0]))
            upper.append(np.array([float(p.max_undecided)]))
        return Program(vstack(parts).tocsc(), np.concatenate(lower), np.concatenate(upper), np.asarray(cost))

    def row(self, i: int) -> tuple[int, ...]:
        """Members of one set."""
        return tuple(self.members[i, : self.size[i]].tolist())

    def standing(self, i: int) -> str:
        """How one set stands to the floors."""
        return MEETS if self.meets[i] else EXEMPT if self.exempt[i] else UNDECIDED
