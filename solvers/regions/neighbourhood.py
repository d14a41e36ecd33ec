"""Better plans nearby: free the regions around one and search among the promising sets of their units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.problem import Status, Stop
from solvers.regions.dive import completion
from solvers.regions.master import Master, Prices
from solvers.regions.problem import Objective
from solvers.regions.sets import RegionSets, joined
from solvers.set_partition_cp import minimise_by_cp

WORK = 1.0  # deterministic seconds of CP-SAT for one neighbourhood
SETS = 2_000
UNITS = 40  # to begin with
GROW, SHRINK, LARGEST = 1.15, 1.25, 4.0  # when solved without gain, when not solved; largest in units of UNITS
POOR = 0.7  # share of neighbourhoods around a region that costs more than it must
CLOSE = 1e-9


class Neighbourhoods:
    """Neighbourhoods of one objective.

    `tie` (0 for none): weight of the later objective at which it decides among equals only; `say`: its weight in the
    choice of promising sets.
    """

    def __init__(self, master: Master, prices: Prices, later: Objective, *, counts: bool, say: float, seed: int):
        self.master, self.prices, self.later, self.counts, self.say = master, prices, later, counts, say
        self.rng = np.random.default_rng(seed)
        self.units = float(UNITS)

    def improve(self, plan: RegionSets, stop: Stop) -> RegionSets | None:
        """A better plan from one neighbourhood; None without gain."""
        inside = self._around(plan, int(self.units))
        kept, freed = plan.take(np.flatnonzero(~inside)), plan.take(np.flatnonzero(inside))
        sets = joined(self._within(freed), freed)
        program = completion(self.master, kept, sets)
        if self.counts:
            tie = 0.5 / max(float(np.abs(freed.objective(self.later)).sum()), 1e-9)
            program = replace(program, cost=program.cost + tie * sets.objective(self.later) / self.master.scale)
        now = float(program.cost[-len(freed) :].sum())
        first = np.arange(len(sets) - len(freed), len(sets))
        choice = minimise_by_cp(program, replace(stop, work=WORK), first)
        gained = choice.objective is not None and choice.objective < now - CLOSE * max(abs(now), 1.0)
        if choice.status not in (Status.OPTIMAL, Status.INFEASIBLE):
            self.units = max(self.units / SHRINK, UNITS / 2)
        elif not gained:
            self.units = min(self.units * GROW, LARGEST * UNITS)
        return joined(kept, sets.take(choice.chosen)) if gained else None

    def _around(self, plan: RegionSets, units: int) -> np.ndarray:
        """(r,) regions near a region drawn at random, until they hold so many units."""
        near, n = self.master.ground.near, self.master.ground.problem.n
        place = np.full(n + 1, -1)
        place[plan.members] = np.arange(len(plan))[:, None]
        inside = np.zeros(len(plan), dtype=bool)
        queue = [self._drawn(plan)]
        inside[queue[0]] = True
        held = int(plan.count[queue[0]])
        while queue and held < units:
            members = list(plan.row(queue.pop(0)))
            others = np.unique(place[np.flatnonzero(near[members].any(axis=0))])
            for other in self.rng.permutation(others[others >= 0]).tolist():
                if not inside[other] and held < units:
                    inside[other] = True
                    held += int(plan.count[other])
                    queue.append(other)
        return inside

    def _drawn(self, plan: RegionSets) -> int:
        """A region; where the objective only counts, mostly one that costs more than it must."""
        value = plan.objective(self.master.objective)
        poor = np.flatnonzero(value > value.min())
        if self.counts and len(poor) and self.rng.random() < POOR:
            return int(self.rng.choice(poor))
        return int(self.rng.integers(len(plan)))

    def _within(self, freed: RegionSets) -> RegionSets:
        """Sets of the pool that use freed units only, the most promising of them."""
        n, pool = self.master.ground.problem.n, self.master.pool
        open_to = np.zeros(n + 1, dtype=bool)
        open_to[freed.members] = True
        open_to[n] = True
        rows = np.flatnonzero(open_to[pool.members].all(axis=1))
        if len(rows) > SETS:
            own = pool.take(rows)
            rank = self.prices.reduced(own)
            if self.say:
                rank = rank + self.say * own.objective(self.later)
            rows = rows[np.argsort(rank, kind="stable")[:SETS]]
        return pool.take(np.sort(rows))
