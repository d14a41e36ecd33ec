"""What plans within a limit have in common: regions, and pairs of neighbours in one region.

What all plans found have in common is put to the test: further plans within the limit are sought that break as much of
it as possible. Of the pairs left, those with most people are forbidden in turn: where no plan within the limit does
without one, every plan within the limit has it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, triu
from scipy.sparse.csgraph import breadth_first_order, connected_components

from solvers.problem import Status, Stop
from solvers.regions.master import Kept, Master
from solvers.regions.problem import rule_names
from solvers.regions.sets import Ground, RegionSets, incidence
from solvers.set_partition import Choice, Program, minimise_small

TESTS = 20  # searches for plans that break what is shared
PROOFS = 30  # pairs tested one by one, those with most people first
ENOUGH = 0.1  # relative gap at which such a plan breaks enough
ROUNDING = 1e-6  # by which reduced costs may be off, as a share of the room for them
MOST = 60_000  # sets of the search for a plan that parts two units
PROOF_NODES = 10  # branch-and-bound nodes of the last search, in those of the others


@dataclass(frozen=True)
class Settled:
    """`together` (n, n) bool: in one region in all plans found; `certain` (n, n): in all plans within the limit.

    `whole` (n,): in the same region in all plans found. `tested`: plans found by the tests.
    """

    together: np.ndarray
    certain: np.ndarray
    whole: np.ndarray
    tested: tuple[RegionSets, ...]


class _Shared:
    """Regions and pairs of neighbours that all plans so far have."""

    def __init__(self, first: RegionSets):
        self.n = first.ground.problem.n
        self.regions = {first.row(i) for i in range(len(first))}
        inside = incidence(first)
        self.pairs = (inside.T @ inside).toarray() > 0
        self.near = first.ground.near

    def keep(self, plan: RegionSets) -> bool:
        """Leave out what a further plan does not have; whether that is anything."""
        before = len(self)
        self.regions &= {plan.row(i) for i in range(len(plan))}
        inside = incidence(plan)
        self.pairs &= (inside.T @ inside).toarray() > 0
        return len(self) < before

    def __len__(self) -> int:
        return len(self.regions) + int(np.triu(self.pairs & self.near, 1).sum())

    def links(self) -> list[tuple[int, int]]:
        """Pairs of neighbours shared, as few as tie together what is tied together."""
        inside = csr_matrix(self.pairs & self.near)
        _, part = connected_components(inside, directed=False)
        links = []
        for first in np.unique(part, return_index=True)[1]:
            order, before = breadth_first_order(inside, first, directed=False)
            links += [(int(before[u]), int(u)) for u in order[1:]]
        return links

    def held(self, sets: RegionSets) -> np.ndarray:
        """(c,) how much of it each set has."""
        inside = incidence(sets)
        pairs = triu(csr_matrix(self.pairs & self.near), 1).tocsr().astype(float)
        both = np.asarray((inside @ pairs).multiply(inside).sum(axis=1)).ravel()
        return both + np.array([sets.row(i) in self.regions for i in range(len(sets))], dtype=float)


@dataclass(frozen=True)
class Limited:
    """Plans over the pool of a master with every objective at most its limit (without the fixed regions)."""

    master: Master
    limits: tuple[float, ...]

    def program(self, sets: RegionSets) -> Program:
        """The rows over given sets, the last objective as the cost."""
        p = self.master.ground.problem
        kept = tuple(Kept(o, v) for o, v in zip(p.objectives, self.limits, strict=True))
        return Master(self.master.ground, self.master.objective, kept, sets).program(sets)


def settled_in(found: list[RegionSets], likely: RegionSets, limited: Limited, stop: Stop) -> Settled:
    """What the plans found share, after tests over likely sets and of one pair after the other.

    `stop.work`: nodes of a test; at most half of `stop.seconds` goes to the tests over all pairs at once.
    """
    began = time.perf_counter()
    shared, tested = _Shared(found[0]), []
    for plan in found[1:]:
        shared.keep(plan)

    def left(part: float) -> float:
        return part * stop.seconds - (time.perf_counter() - began)

    program, going = limited.program(likely), True
    while going and len(shared) and len(tested) < TESTS and left(0.5) > 0:
        choice = _break_most(shared.held(likely), program, replace(stop, seconds=left(0.5)))
        plan = None if choice.objective is None else likely.take(choice.chosen)
        going = plan is not None and shared.keep(plan)
        tested += [plan] if going else []
    certain = np.zeros((shared.n, shared.n), dtype=bool)
    people = found[0].ground.problem.population
    links = sorted(shared.links(), key=lambda pair: (-people[list(pair)].sum(), pair))
    for a, b in links[:PROOFS]:
        if shared.pairs[a, b] and left(1.0) > 0:
            none, plan = _part(limited, likely, (a, b), replace(stop, seconds=left(1.0)))
            certain[a, b] = none
            tested += [plan] if plan is not None and shared.keep(plan) else []
    return _settled(shared, certain, tuple(tested))


def _break_most(held: np.ndarray, program: Program, stop: Stop) -> Choice:
    """Search for the plan that has least of what is shared."""
    return minimise_small(replace(program, cost=held / max(held.sum(), 1.0)), replace(stop, gap=ENOUGH))


def _part(limited: Limited, likely: RegionSets, pair: tuple[int, int], stop: Stop) -> tuple[bool, RegionSets | None]:
    """Whether it is proven that no plan within the limit parts two units; a plan that does, if one was found."""
    own, problem = limited.master, limited.master.ground.problem
    if any(set(pair) <= set(group) for group in problem.must_join):
        return True, None
    apart = replace(problem, must_not_join=(*problem.must_not_join, pair))
    ground = Ground(apart, rule_names(apart))
    master = Master(ground, own.objective, own.kept, RegionSets(ground, likely.members))
    relaxed = master.relax(stop)
    if relaxed.bound is None:
        return False, None
    room = limited.limits[-1] - relaxed.bound
    if room < 0:
        return True, None
    listed = master.cheaper(relaxed.prices, room * (1 + ROUNDING), partial=False)
    if not listed.complete or len(listed.sets) > MOST:
        return False, None
    work = replace(stop, work=None if stop.work is None else PROOF_NODES * stop.work)
    program = Limited(master, limited.limits).program(listed.sets)
    choice = minimise_small(program, replace(work, gap=1.0))
    none = False
    if choice.status is Status.INFEASIBLE:
        # A dense row at its limit is hard on tolerances: the best plan without that row must say the same.
        choice = minimise_small(master.program(listed.sets), work)
        beyond = choice.bound is not None and choice.bound * master.scale > limited.limits[-1]
        none = beyond or choice.status is Status.INFEASIBLE
        if none or choice.objective is None or choice.objective * master.scale > limited.limits[-1]:
            return none, None
    found = None if choice.objective is None else listed.sets.take(choice.chosen)
    return False, None if found is None else RegionSets(likely.ground, found.members)


def _settled(shared: _Shared, linked: np.ndarray, tested: tuple[RegionSets, ...]) -> Settled:
    """`linked` (n, n): neighbours proven; pairs further apart hang together through them."""
    whole = np.zeros(shared.n, dtype=bool)
    whole[[u for region in shared.regions for u in region]] = True
    _, part = connected_components(csr_matrix(linked), directed=False)
    return Settled(shared.pairs, part[:, None] == part[None, :], whole, tested)
