"""What every plan within a limit has in common, proven: no such plan parts two units, or lacks a region.

Every plan within the limit is made of the sets whose reduced cost leaves room for it. The ones that would keep two
units together (or the region itself) are forbidden and the relaxation is solved again: when its value exceeds the
limit, no plan within the limit does without them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from solvers.column_lp import ColumnLP
from solvers.problem import Stop
from solvers.regions.master import TOLERANCE, Cheaper, Master, dual_value
from solvers.regions.sets import incidence

FORBIDDEN = 50.0  # cost of a forbidden set, and of a row that is not met, in mean values of a set
FIRST, PRICED = 4_000, 500  # sets that the relaxation starts with, and sets taken into it at a time


@dataclass(frozen=True)
class Settled:
    """`pairs` (n, n): together in every plan within the limit. `value` (n,): no plan without the region of the unit has
    a smaller objective (the limit at most; without the fixed regions, which are inf).
    """

    pairs: np.ndarray
    value: np.ndarray


def proven_settled(
    master: Master, listed: Cheaper, region: np.ndarray, together: np.ndarray, *, limit: float, stop: Stop
) -> Settled:
    """What is proven of the regions of a plan and of their pairs.

    `listed`: all sets below the distance of the limit from the bound. `region` (n,): the plan. `together` (n, n): pairs
    to look at, all of them in one region of the plan.
    """
    ground, proof = master.ground, _Proof(master, listed, limit, stop)
    n = ground.problem.n
    value, linked = np.where(ground.taken, np.inf, -np.inf), np.zeros((n, n), dtype=bool)
    for r in np.unique(region[ground.free]):
        own = np.flatnonzero(region == r)
        value[own] = proof.without_region(own)
        if value[own[0]] >= limit:
            linked[np.ix_(own, own)] = True
            continue
        for a, b in _links(ground.near & together, own):
            linked[a, b] = proof.without_pair(a, b) >= limit
    _, part = connected_components(csr_matrix(linked | (ground.taken[:, None] & together)), directed=False)
    return Settled(part[:, None] == part[None, :], value)


def _links(near: np.ndarray, own: np.ndarray) -> list[tuple[int, int]]:
    """Neighbours among some units, as few as tie together what is tied together."""
    inside = csr_matrix(near[np.ix_(own, own)])
    _, part = connected_components(inside, directed=False)
    links = []
    for first in np.unique(part, return_index=True)[1]:
        order, before = breadth_first_order(inside, first, directed=False)
        links += [(int(own[before[k]]), int(own[k])) for k in order[1:]]
    return links


class _Proof:
    """The relaxation over all sets that a plan within the limit can have."""

    def __init__(self, master: Master, listed: Cheaper, limit: float, stop: Stop):
        self.master, self.sets, self.limit, self.stop = master, listed.sets, limit, stop
        self.began = time.perf_counter()
        self.holds = incidence(self.sets)
        self.program = master.program(self.sets)
        self.most = master.ground.problem.total[1]
        self.lp = ColumnLP(self.program.lower, self.program.upper, FORBIDDEN)
        self.taken, self.own = np.empty(0, dtype=int), np.zeros(len(self.sets), dtype=bool)
        self._take(np.argsort(listed.reduced, kind="stable")[:FIRST])

    def without_pair(self, a: int, b: int) -> float:
        """Bound for the plans that part two units; it is the limit where no plan within the limit does."""
        return self._bound(self._members_of([a, b]) == 2, enough=self.limit)

    def without_region(self, members: np.ndarray) -> float:
        """Bound for the plans without a region, the limit at most."""
        return self._bound((self._members_of(members) == len(members)) & (self.sets.count == len(members)))

    def _members_of(self, units: np.ndarray | list[int]) -> np.ndarray:
        wanted = np.zeros(self.holds.shape[1])
        wanted[units] = 1.0
        return self.holds @ wanted

    def _bound(self, barred: np.ndarray, enough: float = -np.inf) -> float:
        """Valid bound for plans without the barred sets (c,) bool, the limit at most, -inf without one.

        None is sought once it is plain that it stays below `enough`.
        """
        own = np.flatnonzero(barred[self.taken])
        self.lp.set_cost(own, np.full(len(own), FORBIDDEN))
        value = self._priced(barred, enough)
        self.lp.set_cost(own, self.program.cost[self.taken[own]])
        return min(value, self.limit)

    def _priced(self, barred: np.ndarray, enough: float) -> float:
        scale = self.master.scale
        while True:
            left = self.stop.seconds - (time.perf_counter() - self.began)
            solved = self.lp.solve(replace(self.stop, seconds=left)) if left > 0 else None
            if solved is None or solved[0] * scale < enough:
                return -np.inf
            duals = solved[1]
            reduced = self.program.cost - self.program.matrix.T @ duals
            reduced[barred | self.own] = 0.0
            new = np.flatnonzero(reduced < -TOLERANCE)
            if not len(new):
                # Each of the regions may still cost a little less than its price.
                return (dual_value(self.program, duals) - self.most * TOLERANCE) * scale
            self._take(new[np.argsort(reduced[new], kind="stable")[:PRICED]])

    def _take(self, rows: np.ndarray) -> None:
        part = self.sets.take(rows)
        program = self.master.program(part)
        self.lp.add(program.matrix, program.cost)
        self.taken = np.concatenate([self.taken, rows])
        self.own[rows] = True
