"""Whole regions for one objective: a first plan, neighbourhoods around it, and all sets that can still matter."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from solvers.problem import Stop
from solvers.regions.dive import dive
from solvers.regions.master import Master, Relaxation
from solvers.regions.neighbourhood import Neighbourhoods
from solvers.regions.problem import CROSSED, MET, OPEN, PARTS, REGIONS, UNMET, Objective
from solvers.regions.sets import RegionSets, joined
from solvers.set_partition import Program, minimise_small

PROMISING = 6_000  # sets of a first search over all units
EXACT_SOON, EXACT = 40_000, 120_000  # sets of a search among all that can still matter, before and after the others
FIRST_NODES, NODES = 1, 20_000  # branch-and-bound nodes of the first and of the last search
# Weight of the later objective when it guides a first plan: its least value counts as this share of the value sought.
BLENDS = (0.22, 0.35, 1.0)
COUNTED = (MET, UNMET, OPEN, REGIONS, CROSSED, PARTS)
PATIENCE = 60  # neighbourhoods without gain after which the search ends
# Of the seconds, when they end: a dive, other first searches, the first try of a proof, the neighbourhoods.
DIVE_SHARE, FIRST_SHARE, SOON_SHARE, NEAR_SHARE = 0.7, 0.45, 0.55, 0.8
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
        self.counts = all(m in COUNTED and float(w).is_integer() for m, w in master.objective.weights.items())
        self.bound = self._rounded(relaxed.bound)
        self.best = start
        self.columns = 0
        self.say = 0.0

    def run(self) -> Found:
        """First plan, then what can be proven at once, then neighbourhoods, then all sets that can still matter."""
        if not self._done():
            self._first_counted() if self.counts else self.first()
        if not self._done():
            self._exact(SOON_SHARE, EXACT_SOON)
        if not self._done() and self.best is not None:
            self._neighbourhoods()
            if not self._done():
                self._exact(1.0, EXACT)
        value = None if self.best is None else self._value(self.best)
        bound = self.bound if value is None or self.bound is None else min(self.bound, value)
        return Found(self.best, value, bound, self.columns)

    def first(self) -> None:
        """A dive, then a search among the sets of least reduced cost."""
        if self.best is None:
            plan = dive(self.master, self.relaxed, self._left(DIVE_SHARE))
            if plan is not None:
                self._keep(plan)
        if not self._done():
            self._promising(self.master, self.relaxed)

    def _first_counted(self) -> None:
        """Where the objective only counts, sets of equal cost abound: the later objective guides to compact ones."""
        later = Master(self.master.ground, self.later, self.master.kept, self.master.pool)
        guide = Search(later, later.relax(self._left(FIRST_SHARE)), self.later, self._left(FIRST_SHARE), self.best)
        guide.first()
        if guide.best is None:
            return
        self._keep(guide.best)
        least = abs(float(guide.best.objective(self.later).sum())) or 1.0
        sought = max(abs(self.relaxed.value), 1.0)
        for share in BLENDS:
            self.say = share * sought / least
            if self._late(FIRST_SHARE):
                return
            weights = dict(self.master.objective.weights)
            for name, weight in self.later.weights.items():
                weights[name] = weights.get(name, 0.0) + self.say * weight
            mixed = Master(self.master.ground, Objective(weights), self.master.kept, self.master.pool)
            if self._promising(mixed, mixed.relax(self._left(FIRST_SHARE))):
                return

    def _promising(self, master: Master, relaxed: Relaxation) -> bool:
        """Search among the sets of least reduced cost of a relaxation; whether a plan was found."""
        reduced = relaxed.prices.reduced(master.pool)
        sets = master.pool.take(np.sort(np.argsort(reduced, kind="stable")[:PROMISING]))
        if self.best is not None and master is self.master:
            sets = joined(sets, self.best)
        choice = minimise_small(master.program(sets), replace(self._left(FIRST_SHARE), work=FIRST_NODES))
        if choice.objective is None:
            return False
        self._keep(sets.take(choice.chosen))
        return True

    def _exact(self, share: float, most: int) -> None:
        """All sets whose reduced cost does not exceed the distance of the best plan from the bound."""
        if self.best is None or self.relaxed.bound is None:
            return
        gap = self._value(self.best) - self.relaxed.bound
        if self.counts:
            gap -= 1 - 1e-6
        threshold = max(gap, 0.0) * (1 + 1e-6) + CLOSE * self.master.scale
        for part in (1.0, 0.5, 0.25):
            found = self.master.cheaper(self.relaxed.prices, threshold * part, partial=False)
            if found.complete and len(found.sets) <= most:
                break
        else:
            return
        sets = joined(found.sets, self.best)
        before = self._value(self.best)
        proven = self._solve(self.master.program(sets), sets, replace(self._left(share), work=NODES))
        if proven is None:
            return
        # A plan with any other set costs the bound and the threshold at least.
        outside = self.relaxed.bound + threshold * part if part < 1 else before
        self.bound = self._rounded(max(self.bound, min(proven, outside)))

    def _neighbourhoods(self) -> None:
        near = Neighbourhoods(
            self.master, self.relaxed.prices, self.later, counts=self.counts, say=self.say, seed=self.stop.seed
        )
        failures, tries = 0, 0
        most = math.inf if self.stop.work is None else self.stop.work
        while not self._done() and not self._late(NEAR_SHARE) and failures < PATIENCE and tries < most:
            better = near.improve(self.best, self._left(1.0))
            failures, tries = 0 if better is not None else failures + 1, tries + 1
            if better is not None:
                self._keep(better)

    def _solve(self, program: Program, sets: RegionSets, stop: Stop) -> float | None:
        """Search among given sets, keep a better plan; the valid bound for them, None without an answer."""
        self.columns = len(sets)
        choice = minimise_small(program, stop)
        if choice.objective is not None:
            self._keep(sets.take(choice.chosen))
        return None if choice.bound is None else choice.bound * self.master.scale

    def _keep(self, sets: RegionSets) -> None:
        if self.best is None or self._key(sets) < self._key(self.best):
            self.best = sets

    def _key(self, sets: RegionSets) -> tuple[float, float]:
        value = self._value(sets)
        return (round(value) if self.counts else value), float(sets.objective(self.later).sum())

    def _value(self, sets: RegionSets) -> float:
        return float(sets.objective(self.master.objective).sum())

    def _rounded(self, bound: float | None) -> float | None:
        return float(math.ceil(bound - 1e-6)) if self.counts and bound is not None else bound

    def _done(self) -> bool:
        if self._late(1.0):
            return True
        if self.best is None or self.bound is None:
            return False
        value = self._value(self.best)
        return value - self.bound <= max(self.stop.gap * abs(value), CLOSE * max(abs(value), self.master.scale))

    def _late(self, share: float) -> bool:
        return time.perf_counter() - self.began > share * self.stop.seconds

    def _left(self, share: float) -> Stop:
        left = share * self.stop.seconds - (time.perf_counter() - self.began)
        return replace(self.stop, seconds=max(1.0, left))
