"""Plans that are nearly as good and as unlike as possible, and what all such plans have in common.

Modelling to generate alternatives: with every objective allowed to lose a share of its value, each further plan is the
one least like the plans found so far. The likeness of a set is that of the region it shares most people with, so it
adds up over sets and the search stays a set partitioning.

No plan within the gap holds a set whose reduced cost exceeds the distance of the limit from the bound. The sets below
are enumerated; where none of them parts two units, these are together in every plan within the gap, found or not.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, vstack

from solvers.problem import Status, Stop
from solvers.regions.master import Cheaper, Kept, Master, Relaxation
from solvers.regions.problem import RegionProblem, RegionSolution, rule_names
from solvers.regions.search import Found
from solvers.regions.sets import Ground, RegionSets, incidence, joined
from solvers.regions.settled import proven_settled
from solvers.regions.solve import fixed_value, plan_sets, solution_of
from solvers.regions.start import first_sets
from solvers.set_partition import Program, minimise_small

SETS = 12_000  # of the search for one plan: those of least reduced cost
SHARES = (1.0, 0.5, 0.25, 0.1, 0.0)  # of the room below the limit, until all sets below it can be listed
NODES = 200  # branch-and-bound nodes for one plan
ENOUGH = 0.02  # relative gap in likeness at which a plan is unlike enough


@dataclass(frozen=True)
class Alternatives:
    """Further plans and what they share.

    `plans`: the given plan first. `limits`: largest value of each objective. `new_people` (plans,): people in regions
    of no earlier plan. `together` (n, n) bool: in one region in all plans found. `ever` (n, n): in one of them.
    `certain` (n, n): in one region in every plan within the limits, found or not. `settled` (n,): the region of the
    unit is the same in all plans found. `at_least` (n,): by how much the last objective is worse, at least, in any plan
    without the region of the unit; as much as the limit allows where no plan within the limits lacks it, inf for fixed
    regions.
    """

    plans: tuple[RegionSolution, ...]
    limits: tuple[float, ...]
    new_people: np.ndarray
    together: np.ndarray
    ever: np.ndarray
    certain: np.ndarray
    settled: np.ndarray
    at_least: np.ndarray

    @property
    def settled_for_certain(self) -> np.ndarray:
        """(n,) the region of the unit is in every plan within the limits."""
        return self.at_least >= (self.limits[-1] - self.plans[0].values[-1]) * (1 - 1e-9)


def find_alternatives(
    problem: RegionProblem, solution: RegionSolution, number: int, allowed: float, stop: Stop
) -> Alternatives:
    """At most so many further plans, each objective at most the share `allowed` worse than in the solution.

    Fewer when no plan within the limits differs from those found, or when the time is over. `stop.work`: nodes of
    branch and bound for each plan (None: NODES).
    """
    began = time.perf_counter()
    ground = Ground(problem, rule_names(problem))
    first = plan_sets(ground, solution.region)
    if first is None:
        raise ValueError("the plan to start from breaks the rules of the problem")
    limits = tuple(v + allowed * abs(v) for v in solution.values)
    master, relaxed = _relaxed(ground, limits, first, stop)
    room = _own_limits(problem, limits)[-1] - relaxed.bound if relaxed.bound is not None else 0.0
    room += 1e-9 * abs(limits[-1])
    listed, share = _listed(master, relaxed, room)
    sets = _candidates(master, relaxed, listed, room, first)
    search = _Search(master, sets, limits, replace(stop, work=NODES if stop.work is None else stop.work))
    found = [first]
    while len(found) <= number and time.perf_counter() - began < stop.seconds:
        unlike = search.least_like(found, max(stop.seconds - (time.perf_counter() - began), 1.0))
        if unlike is None:
            break
        found.append(unlike)
    plans = (solution, *(_plan(ground, s, solution) for s in found[1:]))
    same = [plan.region[:, None] == plan.region[None, :] for plan in plans]
    together, ever = np.logical_and.reduce(same), np.logical_or.reduce(same)
    certain = ground.taken[:, None] & together | np.eye(problem.n, dtype=bool)
    at_least = np.zeros(problem.n)
    at_least[ground.taken] = np.inf
    if listed is not None and share == 1.0:
        left = replace(stop, seconds=max(stop.seconds - (time.perf_counter() - began), 1.0))
        limit, value = _own_limits(problem, limits)[-1], _own_limits(problem, solution.values)[-1]
        settled = proven_settled(master, listed, solution.region, together, limit=limit, stop=left)
        certain, at_least = settled.pairs, np.maximum(settled.value - value, 0.0)
    return Alternatives(
        plans=plans,
        limits=limits,
        new_people=_new_people(problem, found),
        together=together,
        ever=ever,
        certain=certain,
        settled=(together == ever).all(axis=1),
        at_least=at_least,
    )


def _relaxed(ground: Ground, limits: tuple[float, ...], first: RegionSets, stop: Stop) -> tuple[Master, Relaxation]:
    """The relaxation of the last objective with the earlier ones at their limits."""
    p, own = ground.problem, _own_limits(ground.problem, limits)
    kept = tuple(Kept(o, v) for o, v in zip(p.objectives[:-1], own[:-1], strict=True))
    master = Master(ground, p.objectives[-1], kept, joined(RegionSets(ground, first_sets(ground)), first))
    return master, master.relax(stop)


def _own_limits(problem: RegionProblem, limits: tuple[float, ...]) -> list[float]:
    """The limits without what the fixed regions cost."""
    return [v - fixed_value(problem, o) for v, o in zip(limits, problem.objectives, strict=True)]


def _listed(master: Master, relaxed: Relaxation, room: float) -> tuple[Cheaper | None, float]:
    """All sets below the room, or below the largest share of it for which they can be listed."""
    if relaxed.bound is None or not relaxed.met:
        return None, 0.0
    for share in SHARES:
        found = master.cheaper(relaxed.prices, max(room * share, 0.0), partial=False)
        if found.complete:
            return found, share
    return None, 0.0


def _candidates(
    master: Master, relaxed: Relaxation, listed: Cheaper | None, room: float, first: RegionSets
) -> RegionSets:
    """The sets of least reduced cost, the regions of the plan among them."""
    if listed is not None:
        master.add(listed.sets)
    reduced = relaxed.prices.reduced(master.pool)
    rank = np.argsort(reduced, kind="stable")[:SETS]
    return _without_twins(joined(first, master.pool.take(np.sort(rank[reduced[rank] <= max(room, 0.0)]))))


def _without_twins(sets: RegionSets) -> RegionSets:
    _, at = np.unique(sets.members, axis=0, return_index=True)
    return sets.take(np.sort(at))


class _Search:
    """Plans over given sets with every objective within its limit."""

    def __init__(self, master: Master, sets: RegionSets, limits: tuple[float, ...], stop: Stop):
        p = master.ground.problem
        self.people, self.sets, self.stop = p.population, sets, stop
        kept = tuple(Kept(o, v) for o, v in zip(p.objectives, _own_limits(p, limits), strict=True))
        bounded = Master(master.ground, master.objective, kept, sets)
        self.program = bounded.program(sets)

    def least_like(self, found: list[RegionSets], seconds: float) -> RegionSets | None:
        """The plan least like those found; None when there is no other."""
        like = likeness(self.sets, found, self.people)
        rows = self._not_again(found)
        program = _with_rows(
            Program(self.program.matrix, self.program.lower, self.program.upper, like / max(self.people.sum(), 1e-9)),
            rows,
            np.array([len(s) - 1 for s in found], dtype=float),
        )
        choice = minimise_small(program, replace(self.stop, seconds=seconds, gap=ENOUGH))
        return None if choice.objective is None else self.sets.take(choice.chosen)

    def _not_again(self, found: list[RegionSets]) -> csr_matrix:
        """(plans, sets) 1 where a set is a region of the plan: not all of them may be chosen together."""
        regions = [{s.row(i) for i in range(len(s))} for s in found]
        own = [self.sets.row(i) for i in range(len(self.sets))]
        return csr_matrix(np.array([[row in r for row in own] for r in regions], dtype=float))


def _with_rows(program: Program, rows: csr_matrix, most: np.ndarray) -> Program:
    matrix = vstack([program.matrix, rows]).tocsc()
    lower = np.concatenate([program.lower, np.full(len(most), -np.inf)])
    return Program(matrix, lower, np.concatenate([program.upper, most]), program.cost)


def likeness(sets: RegionSets, found: list[RegionSets], people: np.ndarray) -> np.ndarray:
    """(c,) people of each set times its likeness to the region of a plan that is most like it.

    Likeness of two sets: people in both over people in either, so 1 for the same set and 0 for sets apart.
    """
    own = incidence(sets)
    size = own @ people
    best = np.zeros(len(sets))
    for plan in found:
        other = incidence(plan)
        both = (own.multiply(people[None, :]).tocsr() @ other.T).tocoo()
        either = size[both.row] + (other @ people)[both.col] - both.data
        np.maximum.at(best, both.row, both.data / np.maximum(either, 1e-9))
    return best * size


def _plan(ground: Ground, chosen: RegionSets, solution: RegionSolution) -> RegionSolution:
    """A plan as a solution; the bound of the first objective holds for it too."""
    plan = solution_of(ground, chosen, [], Found(chosen, None, None, 0), 0.0)
    bounds = (solution.bounds[0], *[None] * (len(plan.values) - 1))
    same = bounds[-1] is not None and bounds[-1] == plan.objective
    return replace(plan, bounds=bounds, bound=bounds[-1], status=Status.OPTIMAL if same else Status.FEASIBLE)


def _new_people(problem: RegionProblem, found: list[RegionSets]) -> np.ndarray:
    """(plans,) people in regions of no earlier plan."""
    regions = [{s.row(i) for i in range(len(s))} for s in found]
    people = np.zeros(len(found))
    for k in range(1, len(found)):
        new = regions[k].difference(*regions[:k])
        people[k] = problem.population[[u for region in new for u in region]].sum()
    return people
