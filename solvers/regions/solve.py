"""Connected regions over a planar graph: which units join, and which of them holds the seat.

Set partitioning over connected sets of any size. The linear relaxation is solved by column generation with exact
pricing (`master`, `cheap_sets`), so its bound holds for all regions and not only for those up to a size. Whole regions
come from a dive, neighbourhoods, and a search among all sets whose reduced cost still allows a better plan (`search`);
when that search is finished, the plan is proven to be the best. Objectives are minimised one after the other.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solvers.problem import Status, Stop
from solvers.regions.conflict import fixed_contradiction, smallest_conflict
from solvers.regions.master import Kept, Master
from solvers.regions.problem import (
    BY_SEAT,
    FIXED,
    PARTS,
    TRAVEL,
    FixedRegion,
    Objective,
    RegionProblem,
    RegionSolution,
    rule_names,
)
from solvers.regions.search import Found, Search
from solvers.regions.sets import Ground, RegionSets
from solvers.regions.start import first_sets

__all__ = ["FixedRegion", "Objective", "RegionProblem", "RegionSolution", "rule_names", "solve_regions"]

OPTIMAL_WITHIN = 1e-7


def solve_regions(
    problem: RegionProblem, stop: Stop, start: np.ndarray | None = None, *, explain: bool = True
) -> RegionSolution:
    """Best regions by the objectives in their order.

    `start` (n,): region of each unit in a plan to begin with, if it is legal. `stop.work` is the number of
    neighbourhoods for each objective. `conflict` of an infeasible problem holds names as given by `rule_names`; not
    `explain`: where no plan is found, do not look for the reason, which may take longer (the status is then unknown).
    """
    began = time.perf_counter()
    contradiction = fixed_contradiction(problem)
    if contradiction:
        return RegionSolution(Status.INFEASIBLE, seconds=time.perf_counter() - began, conflict=contradiction)
    ground = Ground(problem, rule_names(problem))
    pool = RegionSets(ground, first_sets(ground))
    best = None if start is None else plan_sets(ground, start)
    kept: tuple[Kept, ...] = ()
    found: Found | None = None
    bounds: list[float | None] = []
    seats_open = False
    for position, objective in enumerate(problem.objectives):
        master = Master(ground, objective, kept, pool)
        relaxed = master.relax(replace(stop, seconds=_left(stop, began, problem, position)))
        if not relaxed.met:
            break
        later = problem.objectives[position + 1] if position + 1 < len(problem.objectives) else Objective({TRAVEL: 1.0})
        share = replace(stop, seconds=_left(stop, began, problem, position))
        found = Search(master, relaxed, later, share, best).run()
        if found.sets is None:
            break
        bounds.append(None if seats_open and _by_seat(objective) else found.bound)
        # A set has the seat that is best for the earlier objectives: as long as these could be better, another seat may
        # serve the later ones, and what is known of them holds no more.
        seats_open |= _by_seat(objective) and not _proven(found.value, found.bound)
        best, pool = found.sets, master.pool
        kept = (*kept, Kept(objective, found.value))
    if best is None:
        if not explain:
            return RegionSolution(Status.UNKNOWN, seconds=time.perf_counter() - began)
        return _without_plan(problem, stop, began)
    return solution_of(ground, best, bounds, found, time.perf_counter() - began)


def _by_seat(objective: Objective) -> bool:
    return any(objective.weights.get(m) for m in BY_SEAT)


def _proven(value: float, bound: float | None) -> bool:
    return bound is not None and value - bound <= OPTIMAL_WITHIN * max(abs(value), 1.0)


def _left(stop: Stop, began: float, problem: RegionProblem, position: int) -> float:
    """Seconds for an objective: those left, shared with the objectives that come after it."""
    left = stop.seconds - (time.perf_counter() - began)
    return max(left / (len(problem.objectives) - position), 1.0)


def plan_sets(ground: Ground, region: np.ndarray) -> RegionSets | None:
    """The regions of a plan without the fixed ones; None when a region is not legal."""
    p = ground.problem
    groups = [np.flatnonzero((region == r) & ~ground.taken) for r in np.unique(region[~ground.taken])]
    wide = max((len(g) for g in groups), default=1)
    members = np.full((len(groups), wide), p.n, dtype=np.int32)
    for row, units in zip(members, groups, strict=True):
        row[: len(units)] = units
    sets = RegionSets(ground, members)
    return sets if sets.legal.all() and all(_hangs_together(ground, g) for g in groups) else None


def _hangs_together(ground: Ground, units: np.ndarray) -> bool:
    reached = np.zeros(ground.problem.n, dtype=bool)
    reached[units[:1]] = True
    inside = np.zeros_like(reached)
    inside[units] = True
    while True:
        more = ground.near[reached].any(axis=0) & inside & ~reached
        if not more.any():
            return bool(reached[units].all())
        reached |= more


def _without_plan(problem: RegionProblem, stop: Stop, began: float) -> RegionSolution:
    """No plan was found: because there is none, with the rules to blame, or because the limit came first."""
    blame = smallest_conflict(problem, replace(stop, seconds=max(stop.seconds, 10.0)))
    if blame is None:
        return RegionSolution(Status.UNKNOWN, seconds=time.perf_counter() - began)
    return RegionSolution(
        Status.INFEASIBLE,
        seconds=time.perf_counter() - began,
        restriction=f"regions of at most {blame.largest} units" if blame.largest < problem.n else "",
        conflict=blame.rules,
        columns=blame.columns,
        uncovered=blame.uncovered,
    )


def solution_of(
    ground: Ground, chosen: RegionSets, bounds: list[float | None], found: Found | None, seconds: float
) -> RegionSolution:
    p = ground.problem
    cost = chosen.measure(TRAVEL)
    rows = [(chosen.row(i), int(chosen.seat[i]), float(cost[i]), chosen.standing(i)) for i in range(len(chosen))]
    rows += [(r.members, *fixed_seat(p, r.members), FIXED) for r in p.fixed]
    rows.sort(key=lambda row: min(row[0]))
    region = np.full(p.n, -1)
    for r, (members, *_rest) in enumerate(rows):
        region[list(members)] = r
    # What the fixed regions add to an objective is the same in every plan: only their travel and their number count.
    given = [fixed_value(p, objective) for objective in p.objectives]
    values = [float(chosen.objective(o).sum()) + g for o, g in zip(p.objectives, given, strict=True)]
    lower = [None if b is None else b + g for b, g in zip([*bounds, *[None] * len(values)], given, strict=False)]
    proven = all(_proven(v, b) for v, b in zip(values, lower, strict=True))
    lower = [v if proven or (b is not None and b > v) else b for v, b in zip(values, lower, strict=True)]
    return RegionSolution(
        Status.OPTIMAL if proven else Status.FEASIBLE,
        objective=values[-1],
        bound=lower[-1],
        seconds=seconds,
        region=region,
        seat=np.array([row[1] for row in rows], dtype=int),
        standing=tuple(row[3] for row in rows),
        cost=np.array([row[2] for row in rows]),
        values=tuple(values),
        bounds=tuple(lower),
        columns=found.columns if found else 0,
    )


def fixed_seat(problem: RegionProblem, members: tuple[int, ...]) -> tuple[int, float]:
    """Seat of a fixed region and its travel: fewest people without a way to it, then the least travel."""
    ids = np.array(sorted(members))
    must = [u for u in ids if u in problem.fixed_seat]
    seats = must or [u for u in ids if u not in problem.forbidden_seat]
    block = problem.minutes[np.ix_(ids, seats)]
    cut = np.isinf(block)
    people = problem.population[ids][:, None]
    lost, cost = (people * cut).sum(axis=0), (people * np.where(cut, 0.0, block)).sum(axis=0)
    best = int(np.lexsort((np.arange(len(seats)), cost, lost))[0])
    return int(seats[best]), float(cost[best])


def fixed_value(problem: RegionProblem, objective: Objective) -> float:
    """What is the same in every plan: the travel of the fixed regions, and one part of every divided unit."""
    travel = sum(fixed_seat(problem, r.members)[1] for r in problem.fixed)
    ground = Ground(problem, ())
    divided = len(np.unique(ground.origin[ground.free][ground.divided[ground.free]]))
    return objective.weights.get(TRAVEL, 0.0) * travel - objective.weights.get(PARTS, 0.0) * divided
