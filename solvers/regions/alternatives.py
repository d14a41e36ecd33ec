"""Plans that are nearly as good and as unlike as possible, and what all such plans have in common.

Modelling to generate alternatives: with every objective allowed to lose a share of its value, each further plan is the
one least like the plans found so far. The likeness of a set is that of the region it shares most people with, so it
adds up over sets and the search stays a set partitioning.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, vstack

from solvers.problem import Status, Stop
from solvers.regions.master import Kept, Master, Relaxation
from solvers.regions.problem import RegionProblem, RegionSolution, rule_names
from solvers.regions.search import Found
from solvers.regions.sets import Ground, RegionSets, incidence, joined
from solvers.regions.settled import Limited, settled_in
from solvers.regions.solve import fixed_value, plan_sets, solution_of
from solvers.regions.start import first_sets
from solvers.set_partition import Program, minimise_small

SETS = 12_000  # of the search for one plan: those of least reduced cost
SHARES = (1.0, 0.5, 0.25)  # of the room below the limit, until all sets below it can be listed
NODES = 200  # branch-and-bound nodes for one plan
ENOUGH = 0.02  # relative gap in likeness at which a plan is unlike enough


@dataclass(frozen=True)
class Alternatives:
    """Further plans and what they share.

    `plans`: the given plan first. `limits`: largest value of each objective. `new_people` (plans,): people in regions
    of no earlier plan. `tested`: number of plans within the limits that were looked at besides, to find out what is
    settled. Of pairs (n, n): `together` in one region in all plans found, `certain` in every plan within the limits.
    `settled` (n,): the region of the unit is the same in all plans found.
    """

    plans: tuple[RegionSolution, ...]
    limits: tuple[float, ...]
    new_people: np.ndarray
    tested: int
    together: np.ndarray
    certain: np.ndarray
    settled: np.ndarray


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
    room = 0.0 if relaxed.bound is None else _own_limits(problem, limits)[-1] - relaxed.bound + 1e-9 * abs(limits[-1])
    work = replace(stop, work=NODES if stop.work is None else stop.work)

    def left(part: float = 1.0) -> Stop:
        return replace(work, seconds=max(part * (stop.seconds - (time.perf_counter() - began)), 1.0))

    sets = _candidates(master, relaxed, room, first)
    limited = Limited(master, tuple(_own_limits(problem, limits)))
    program = limited.program(sets)
    found = [first]
    while len(found) <= number and time.perf_counter() - began < stop.seconds:
        unlike = _least_like(found, sets, program, left(0.5))
        if unlike is None:
            break
        found.append(unlike)
    settled = settled_in(found, sets, limited, left())
    return Alternatives(
        plans=(solution, *(_plan(ground, s, solution) for s in found[1:])),
        limits=limits,
        new_people=_new_people(problem, found),
        tested=len(settled.tested),
        together=settled.together | _fixed(ground, solution),
        certain=settled.certain | _fixed(ground, solution),
        settled=settled.whole | ground.taken,
    )


def _fixed(ground: Ground, solution: RegionSolution) -> np.ndarray:
    """(n, n) units in one fixed region."""
    return ground.taken[:, None] & (solution.region[:, None] == solution.region[None, :])


def _relaxed(ground: Ground, limits: tuple[float, ...], first: RegionSets, stop: Stop) -> tuple[Master, Relaxation]:
    """The relaxation of the last objective with the earlier ones at their limits."""
    p, own = ground.problem, _own_limits(ground.problem, limits)
    kept = tuple(Kept(o, v) for o, v in zip(p.objectives[:-1], own[:-1], strict=True))
    master = Master(ground, p.objectives[-1], kept, joined(RegionSets(ground, first_sets(ground)), first))
    return master, master.relax(stop)


def _own_limits(problem: RegionProblem, limits: tuple[float, ...]) -> list[float]:
    """The limits without what the fixed regions cost."""
    return [v - fixed_value(problem, o) for v, o in zip(limits, problem.objectives, strict=True)]


def _candidates(master: Master, relaxed: Relaxation, room: float, first: RegionSets) -> RegionSets:
    """The sets of least reduced cost, the regions of the plan among them."""
    for share in SHARES:
        listed = master.cheaper(relaxed.prices, room * share, partial=False)
        if listed.complete:
            master.add(listed.sets)
            break
    reduced = relaxed.prices.reduced(master.pool)
    rank = np.argsort(reduced, kind="stable")[:SETS]
    return _without_twins(joined(first, master.pool.take(np.sort(rank[reduced[rank] <= room]))))


def _without_twins(sets: RegionSets) -> RegionSets:
    _, at = np.unique(sets.members, axis=0, return_index=True)
    return sets.take(np.sort(at))


def _least_like(found: list[RegionSets], sets: RegionSets, program: Program, stop: Stop) -> RegionSets | None:
    """The plan least like those found; None when there is no other."""
    people = sets.ground.problem.population
    regions = [{s.row(i) for i in range(len(s))} for s in found]
    own = [sets.row(i) for i in range(len(sets))]
    # Not all regions of a plan found may be chosen together.
    again = csr_matrix(np.array([[row in r for row in own] for r in regions], dtype=float))
    most = np.array([len(s) - 1.0 for s in found])
    unlike = Program(
        vstack([program.matrix, again]).tocsc(),
        np.concatenate([program.lower, np.zeros(len(found))]),
        np.concatenate([program.upper, most]),
        likeness(sets, found, people) / max(people.sum(), 1e-9),
    )
    choice = minimise_small(unlike, replace(stop, gap=ENOUGH))
    return None if choice.objective is None else sets.take(choice.chosen)


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
