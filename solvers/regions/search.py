"""Whole regions for one objective: the sets that can still matter, and neighbourhoods around the best plan so far."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from solvers.column_lp import ColumnLP
from solvers.problem import Status, Stop
from solvers.regions.master import Master, Prices, Relaxation
from solvers.regions.problem import CROSSED, MET, OPEN, PARTS, REGIONS, UNMET, Objective
from solvers.regions.sets import RegionSets, joined
from solvers.set_partition import Program, minimise_small
from solvers.set_partition_cp import minimise_by_cp

PROMISING = 6_000  # sets of a first search over all units
LIKELY, FIXED_AT_ONCE, DIVE_PRICED, DIVE_ROUNDS, LAST_UNITS = 0.95, 3, 1_000, 5, 60  # of a dive
FREED = (60, 100, 150, 210)  # units of the search that ends a dive, more and more
EXACT = 120_000  # sets of the last search, at most
NODES = 2_000  # branch-and-bound nodes of a search over all units
NEIGHBOUR_WORK = 1.0  # deterministic seconds of CP-SAT for one neighbourhood
NEIGHBOUR_SETS = 2_000
UNITS = 40  # of a neighbourhood to begin with
BLENDS = (0.3, 1.5, 8.0)  # weight of the later objective in a dive, in mean values of a set, more and more
WHOLE_MEASURES = (MET, UNMET, OPEN, REGIONS, CROSSED, PARTS)
PATIENCE = 60  # neighbourhoods without gain after which the search ends
CLOSE = 1e-9


@dataclass(frozen=True)
class Found:
    """Chosen sets (None without any), value, and a valid lower bound (None without one)."""

    sets: RegionSets | None
    value: float | None
    bound: float | None
    columns: int


class Search:
    """Looks for whole regions with the least objective; among equals the least of the later one."""

    def __init__(self, master: Master, relaxed: Relaxation, later: Objective, stop: Stop, start: RegionSets | None):
        self.master, self.relaxed, self.later, self.stop = master, relaxed, later, stop
        self.began = time.perf_counter()
        self.rng = np.random.default_rng(stop.seed)
        self.whole = all(m in WHOLE_MEASURES and float(w).is_integer() for m, w in master.objective.weights.items())
        self.bound = self._rounded(relaxed.bound)
        self.best = start
        self.columns = 0

    def run(self) -> Found:
        """First a dive, then neighbourhoods, then all sets that can still matter."""
        for blend in BLENDS if self.whole else BLENDS[:1]:
            if self.best is None and not self._late():
                self._dive(blend)
        if not self.whole and not self._done():
            self._promising()
            self._exact()
        if not self._done() and self.best is not None:
            self._neighbourhoods()
            if not self._done():
                self._exact()
        value = None if self.best is None else self._value(self.best)
        bound = self.bound if value is None or self.bound is None else min(self.bound, value)
        return Found(self.best, value, bound, self.columns)

    def _promising(self) -> None:
        """The sets of least reduced cost."""
        reduced = self.relaxed.prices.reduced(self.master.pool)
        sets = self.master.pool.take(np.sort(np.argsort(reduced, kind="stable")[:PROMISING]))
        if self.best is not None:
            sets = joined(sets, self.best)
        self._solve(self.master.program(sets), sets, NODES)

    def _dive(self, blend: float) -> None:
        """Take the sets that the relaxation likes best, a few at a time; then a search for the last units."""
        prices, master, relaxed = self._blended(blend)
        lp, taken = relaxed.lp, relaxed.taken
        n = master.ground.problem.n
        used = np.zeros(n + 1, dtype=bool)
        fixed: list[int] = []
        while not self._late():
            solved = lp.solve(self._left())
            if solved is None:
                return
            _, _, x, _ = solved
            left = int(len(master.ground.free) - used[:n].sum())
            if left <= LAST_UNITS:
                break
            likely = np.argsort(-x, kind="stable")
            likely = [k for k in likely[x[likely] > 1e-6].tolist() if not used[list(master.pool.row(taken[k]))].any()]
            chosen = [k for k in likely if x[k] > LIKELY] or likely[:FIXED_AT_ONCE]
            if not chosen:
                break
            for k in chosen:
                row = list(master.pool.row(taken[k]))
                if not used[row].any():
                    used[row] = True
                    fixed.append(int(taken[k]))
                    lp.fix(k)
            taken = self._priced(master, lp, taken, used)
        self._complete_dive(master, prices, fixed)

    def _priced(self, master: Master, lp: ColumnLP, taken: np.ndarray, used: np.ndarray) -> np.ndarray:
        """Give the relaxation what the units left can gain from; a row that nothing can meet asks for more rounds."""
        for _ in range(DIVE_ROUNDS):
            solved = lp.solve(self._left())
            if solved is None:
                return taken
            extra = master.known_cheaper(master.prices(solved[1]), taken)
            extra = extra[~used[master.pool.members[extra]].any(axis=1)][:DIVE_PRICED]
            if not len(extra):
                return taken
            master.extend(lp, extra)
            taken = np.concatenate([taken, extra])
            if solved[3] < CLOSE:
                return taken
        return taken

    def _complete_dive(self, master: Master, prices: Prices, fixed: list[int]) -> None:
        """Search for the units left; when none is found, the last sets taken are given up again, more and more."""
        n = master.ground.problem.n
        for most in FREED:
            kept = self._kept_far(master, fixed, most)
            used = np.zeros(n + 1, dtype=bool)
            used[kept.members] = True
            used[-1] = False
            rows = np.flatnonzero(~used[master.pool.members].any(axis=1))
            own = master.pool.take(rows)
            rank = np.argsort(prices.reduced(own), kind="stable")[: 2 * NEIGHBOUR_SETS]
            sets = own.take(np.sort(rank))
            choice = minimise_small(_rest(master, kept, sets, 0.0, self.later), replace(self._left(), work=NODES))
            if choice.objective is not None:
                self._keep(joined(kept, sets.take(choice.chosen)))
                return
            if self._late():
                return

    def _kept_far(self, master: Master, fixed: list[int], most: int) -> RegionSets:
        """The sets of a dive without those next to the units left, ring by ring, until so many units are free."""
        n, sets = master.ground.problem.n, master.pool.take(np.array(fixed, dtype=int))
        place = np.full(n + 1, -1)
        place[sets.members] = np.arange(len(sets))[:, None]
        free = np.zeros(n, dtype=bool)
        free[master.ground.free] = True
        free &= place[:n] < 0
        kept = np.ones(len(sets), dtype=bool)
        while free.sum() < most and kept.any():
            beside = place[np.flatnonzero(master.ground.near[free].any(axis=0) & ~free)]
            beside = np.unique(beside[beside >= 0])
            if not len(beside):
                break
            for r in beside.tolist():
                if free.sum() < most:
                    kept[r] = False
                    free[sets.members[r, : sets.count[r]]] = True
                    place[sets.members[r, : sets.count[r]]] = -1
        return sets.take(np.flatnonzero(kept))

    def _blended(self, share: float) -> tuple[Prices, Master, Relaxation]:
        """The relaxation; where the objective only counts, one in which the later objective makes sets compact."""
        if not self.whole:
            return self.relaxed.prices, self.master, self.relaxed
        mixed = Master(self.master.ground, self._blend(share), self.master.kept, self.master.pool)
        relaxed = mixed.relax(self._left())
        return relaxed.prices, mixed, relaxed

    def _blend(self, share: float) -> Objective:
        """The objective and so much of the later one that it has a fair say."""
        sample = self.best if self.best is not None else self.master.pool
        typical = float(np.mean(sample.objective(self.later))) or 1.0
        weight = share / typical
        weights = dict(self.master.objective.weights)
        for name, w in self.later.weights.items():
            weights[name] = weights.get(name, 0.0) + weight * w
        return Objective(weights)

    def _tie(self, around: RegionSets) -> float:
        """Weight of the later objective at which it decides among equals only."""
        return 0.5 / max(float(np.abs(around.objective(self.later)).sum()), 1e-9) if self.whole else 0.0

    def _exact(self) -> None:
        """All sets whose reduced cost does not exceed the distance of the best plan from the bound."""
        if self.best is None or self.relaxed.bound is None:
            return
        gap = self._value(self.best) - self.relaxed.bound
        if self.whole:
            gap -= 1 - 1e-6
        threshold = max(gap, 0.0) * (1 + 1e-6) + 1e-9 * self.master.scale
        for share in (1.0, 0.5, 0.25):
            found = self.master.cheaper(self.relaxed.prices, threshold * share, partial=False)
            if found.complete and len(found.sets) <= EXACT:
                break
        else:
            return
        sets = joined(found.sets, self.best)
        before = self._value(self.best)
        proven = self._solve(self.master.program(sets), sets, 10 * NODES)
        if proven is None:
            return
        # A plan with any other set costs the bound and the threshold at least.
        outside = self.relaxed.bound + threshold * share if share < 1 else before
        self.bound = self._rounded(max(self.bound, min(proven, outside)))

    def _neighbourhoods(self) -> None:
        failures, units, tries = 0, float(UNITS), 0
        most = math.inf if self.stop.work is None else self.stop.work
        while not self._done() and failures < PATIENCE and tries < most:
            tries += 1
            gained, proven = self._neighbourhood(int(units))
            failures = 0 if gained else failures + 1
            if not proven:
                units = max(units / 1.25, UNITS / 2)
            elif not gained:
                units = min(units * 1.15, 4.0 * UNITS)

    def _neighbourhood(self, units: int) -> tuple[bool, bool]:
        """Free the regions around one drawn at random; whether the plan got better, whether the search was finished."""
        inside = self._around(units)
        kept = self.best.take(np.flatnonzero(~inside))
        freed = self.best.take(np.flatnonzero(inside))
        sets = joined(self._within(freed), freed)
        program = _rest(self.master, kept, sets, self._tie(freed), self.later)
        now = program.cost[-len(freed) :].sum()
        first = np.arange(len(sets) - len(freed), len(sets))
        choice = minimise_by_cp(program, replace(self._left(), work=NEIGHBOUR_WORK), first)
        finished = choice.status in (Status.OPTIMAL, Status.INFEASIBLE)
        if choice.objective is None or choice.objective > now - CLOSE * max(abs(now), 1.0):
            return False, finished
        self.best = joined(kept, sets.take(choice.chosen))
        return True, finished

    def _around(self, units: int) -> np.ndarray:
        """(r,) regions near a region drawn at random, until they hold so many units."""
        best, near = self.best, self.master.ground.near
        n = self.master.ground.problem.n
        place = np.full(n + 1, -1)
        place[best.members] = np.arange(len(best))[:, None]
        inside = np.zeros(len(best), dtype=bool)
        queue = [self._drawn()]
        inside[queue[0]] = True
        held = int(best.count[queue[0]])
        while queue and held < units:
            r = queue.pop(0)
            members = best.members[r, : best.count[r]]
            others = np.unique(place[np.flatnonzero(near[members].any(axis=0))])
            for other in self.rng.permutation(others[others >= 0]).tolist():
                if not inside[other] and held < units:
                    inside[other] = True
                    held += int(best.count[other])
                    queue.append(other)
        return inside

    def _drawn(self) -> int:
        """A region; where the objective only counts, mostly one that costs more than it must."""
        value = self.best.objective(self.master.objective)
        poor = np.flatnonzero(value > value.min())
        if self.whole and len(poor) and self.rng.random() < 0.7:
            return int(self.rng.choice(poor))
        return int(self.rng.integers(len(self.best)))

    def _within(self, freed: RegionSets) -> RegionSets:
        """Sets of the pool that use freed units only, the most promising of them."""
        n, pool = self.master.ground.problem.n, self.master.pool
        open_to = np.zeros(n + 1, dtype=bool)
        open_to[freed.members] = True
        open_to[n] = True
        rows = np.flatnonzero(open_to[pool.members].all(axis=1))
        if len(rows) > NEIGHBOUR_SETS:
            own = pool.take(rows)
            rank = self.relaxed.prices.reduced(own)
            if self.whole:
                rank = rank + self._blend_weight() * own.objective(self.later)
            rows = rows[np.argsort(rank, kind="stable")[:NEIGHBOUR_SETS]]
        return pool.take(np.sort(rows))

    def _blend_weight(self) -> float:
        typical = float(np.mean(self.best.objective(self.later))) or 1.0
        return BLENDS[0] / typical

    def _solve(self, program: Program, sets: RegionSets, nodes: int) -> float | None:
        """Search among given sets, keep a better plan; the valid bound for them, None without an answer."""
        self.columns = len(sets)
        choice = minimise_small(program, replace(self._left(), work=nodes))
        if choice.objective is not None:
            self._keep(sets.take(choice.chosen))
        return None if choice.bound is None else choice.bound * self.master.scale

    def _keep(self, sets: RegionSets) -> None:
        if self.best is None or self._key(sets) < self._key(self.best):
            self.best = sets

    def _key(self, sets: RegionSets) -> tuple[float, float]:
        value = self._value(sets)
        return (round(value) if self.whole else value), float(sets.objective(self.later).sum())

    def _value(self, sets: RegionSets) -> float:
        return float(sets.objective(self.master.objective).sum())

    def _rounded(self, bound: float | None) -> float | None:
        return float(math.ceil(bound - 1e-6)) if self.whole and bound is not None else bound

    def _done(self) -> bool:
        if self._late():
            return True
        if self.best is None or self.bound is None:
            return False
        value = self._value(self.best)
        return value - self.bound <= max(self.stop.gap * abs(value), CLOSE * max(abs(value), self.master.scale))

    def _late(self) -> bool:
        return time.perf_counter() - self.began > self.stop.seconds

    def _left(self) -> Stop:
        return replace(self.stop, seconds=max(1.0, self.stop.seconds - (time.perf_counter() - self.began)))


def _rest(master: Master, kept: RegionSets, sets: RegionSets, tie: float, later: Objective) -> Program:
    """The program over `sets` that completes the sets kept."""
    program, done = master.program(sets), np.asarray(master.program(kept).matrix.sum(axis=1)).ravel()
    rows = np.ones(len(done), dtype=bool)
    rows[master.row_of[kept.members[kept.members < master.ground.problem.n]]] = False
    cost = program.cost + tie * sets.objective(later) / master.scale if tie else program.cost
    return Program(program.matrix[rows], program.lower[rows] - done[rows], program.upper[rows] - done[rows], cost)
