"""What plans within a limit have in common: regions, and pairs of neighbours in one region.

What all plans found have in common is put to the test: further plans within the limit are sought that break as much of
it as possible. What is left is proven when a search among all sets that a plan within the limit can have ends without a
plan that breaks any of it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, triu, vstack
from scipy.sparse.csgraph import connected_components

from solvers.problem import Status, Stop
from solvers.regions.sets import RegionSets, incidence
from solvers.set_partition import Choice, Program, minimise_small

TESTS = 20  # searches for plans that break what is shared
ENOUGH = 0.1  # relative gap at which such a plan breaks enough
PROOF_NODES = 10  # branch-and-bound nodes of the last search, in those of the others


@dataclass(frozen=True)
class Settled:
    """`together` (n, n) bool: in one region in all plans found; `certain` (n, n): in all plans within the limit.

    `whole` (n,): in the same region in all plans found; `whole_for_certain` (n,): in all plans within the limit.
    `tested`: plans found by the tests.
    """

    together: np.ndarray
    certain: np.ndarray
    whole: np.ndarray
    whole_for_certain: np.ndarray
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

    def held(self, sets: RegionSets) -> np.ndarray:
        """(c,) how much of it each set has."""
        inside = incidence(sets)
        pairs = triu(csr_matrix(self.pairs & self.near), 1).tocsr().astype(float)
        both = np.asarray((inside @ pairs).multiply(inside).sum(axis=1)).ravel()
        return both + np.array([sets.row(i) in self.regions for i in range(len(sets))], dtype=float)


@dataclass(frozen=True)
class Field:
    """Sets and the program over them: every objective within its limit, the last objective as the cost."""

    sets: RegionSets
    program: Program


def settled_in(found: list[RegionSets], likely: Field, every: Field | None, stop: Stop) -> Settled:
    """What the plans found share, after tests: first over likely sets, then over all that matter.

    `every`: all sets that a plan within the limit can have; None: nothing can be proven. `stop.work`: nodes of a test.
    """
    began = time.perf_counter()
    shared, tested, none = _Shared(found[0]), [], False
    for plan in found[1:]:
        shared.keep(plan)
    tests = [(_break_most, likely), (_break_any, likely), *([(_break_any, every)] if every else [])]
    for test, field in tests:
        going = True
        while going and len(shared) and len(tested) < TESTS and time.perf_counter() - began < stop.seconds:
            left = replace(stop, seconds=stop.seconds - (time.perf_counter() - began))
            choice = test(shared.held(field.sets), len(shared), field.program, left)
            none = field is every and choice.status is Status.INFEASIBLE
            plan = None if choice.objective is None else field.sets.take(choice.chosen)
            going = plan is not None and shared.keep(plan)
            tested += [plan] if going else []
    return _settled(shared, tuple(tested), proven=every is not None and (none or not len(shared)))


def _break_most(held: np.ndarray, count: int, program: Program, stop: Stop) -> Choice:
    """Search for the plan that has least of what is shared."""
    return minimise_small(replace(program, cost=held / max(count, 1)), replace(stop, gap=ENOUGH))


def _break_any(held: np.ndarray, count: int, program: Program, stop: Stop) -> Choice:
    """Search for the best plan that lacks something of what is shared."""
    matrix = vstack([program.matrix, csr_matrix(held[None, :])]).tocsc()
    lower, upper = np.append(program.lower, 0.0), np.append(program.upper, count - 1.0)
    work = None if stop.work is None else PROOF_NODES * stop.work
    return minimise_small(Program(matrix, lower, upper, program.cost), replace(stop, work=work, gap=ENOUGH))


def _settled(shared: _Shared, tested: tuple[RegionSets, ...], *, proven: bool) -> Settled:
    whole = np.zeros(shared.n, dtype=bool)
    whole[[u for region in shared.regions for u in region]] = True
    certain = np.eye(shared.n, dtype=bool)
    if proven:
        # Neighbours were put to the test: pairs further apart hang together through them.
        _, part = connected_components(csr_matrix(shared.pairs & shared.near), directed=False)
        certain = part[:, None] == part[None, :]
    return Settled(shared.pairs, certain, whole, whole & proven, tested)
