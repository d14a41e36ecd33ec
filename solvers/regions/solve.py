"""Connected regions over a planar graph: which units join, and which of them holds the seat.

Set partitioning over connected sets. A column is a connected set of at most `max_members` units of one group
with its
best allowed seat; its cost is the sum over units of population times minutes to the seat. The master takes
every unit
once, the wanted number of regions in every group, and at most `max_undecided` regions that neither meet the
floors
nor are exempt from them. All columns are enumerated and priced, so the bound holds for all regions of that
size.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solvers.problem import Status, Stop
from solvers.regions.columns import RegionColumns
from solvers.regions.problem import FIXED, FixedRegion, RegionProblem, RegionSolution, rule_names
from solvers.set_partition import is_feasible, minimise

__all__ = ["FixedRegion", "RegionProblem", "RegionSolution", "rule_names", "solve_regions"]


def solve_regions(problem: RegionProblem, stop: Stop) -> RegionSolution:
    """Cheapest regions. `conflict` of an infeasible problem holds names as given by `rule_names`."""
    began = time.perf_counter()
    contradiction = _fixed_contradiction(problem)
    if contradiction:
        return RegionSolution(Status.INFEASIBLE, seconds=time.perf_counter() - began, conflict=contradiction)
    columns = RegionColumns(problem)
    active = rule_names(problem)
    legal, cost, seat = columns.legal(active)
    choice = minimise(columns.program(legal, cost[legal], active), replace(stop, seconds=_left(stop, began)))
    said = f"regions of at most {problem.max_members} units"
    if choice.status is Status.INFEASIBLE:
        conflict = _conflict(columns, active, stop)
        alone = tuple(np.setdiff1d(columns.free, np.unique(columns.members[legal])).tolist())
        return RegionSolution(
            Status.INFEASIBLE,
            seconds=time.perf_counter() - began,
            restriction=said,
            conflict=conflict,
            columns=len(legal),
            uncovered=alone,
        )
    fixed = [(r.members, *_fixed_seat(problem, r.members), FIXED) for r in problem.fixed]
    constant = sum(f[2] for f in fixed)
    shared = {
        "bound": None if choice.bound is None else choice.bound + constant,
        "seconds": time.perf_counter() - began,
        "restriction": said,
        "columns": len(legal),
    }
    if choice.objective is None:
        return RegionSolution(choice.status, **shared)
    chosen = legal[choice.chosen]
    open_regions = [(columns.row(i), int(seat[i]), float(cost[i]), columns.standing(i)) for i in chosen]
    return _solution(problem, choice.status, sorted([*fixed, *open_regions], key=lambda r: min(r[0])), shared)


def _fixed_seat(problem: RegionProblem, members: tuple[int, ...]) -> tuple[int, float]:
    """Seat of a fixed region: fewest people without a way to it, then the least travel."""
    ids = np.array(sorted(members))
    must = [u for u in ids if u in problem.fixed_seat]
    seats = must or [u for u in ids if u not in problem.forbidden_seat]
    block = problem.minutes[np.ix_(ids, seats)]
    cut = np.isinf(block)
    people = problem.population[ids][:, None]
    lost, cost = (people * cut).sum(axis=0), (people * np.where(cut, 0.0, block)).sum(axis=0)
    best = int(np.lexsort((np.arange(len(seats)), cost, lost))[0])
    return int(seats[best]), float(cost[best])


def _fixed_contradiction(p: RegionProblem) -> tuple[str, ...]:
    """First lock that contradicts a fixed region, with that region's name; empty without one."""
    for i, region in enumerate(p.fixed):
        inside, name = set(region.members), f"fixed[{i}]"
        for j, units in enumerate(p.must_join):
            if inside & set(units) and not set(units) <= inside:
                return (f"must_join[{j}]", name)
        for j, units in enumerate(p.must_not_join):
            if len(inside & set(units)) > 1:
                return (f"must_not_join[{j}]", name)
        for u in p.keep_whole:
            if u in inside and len(inside) > 1:
                return (f"keep_whole[{u}]", name)
        seats = [u for u in p.fixed_seat if u in inside]
        if len(seats) > 1:
            return (*(f"fixed_seat[{u}]" for u in seats), name)
        both = [u for u in seats if u in p.forbidden_seat]
        if both:
            return (f"fixed_seat[{both[0]}]", f"forbidden_seat[{both[0]}]")
        if inside <= set(p.forbidden_seat):
            return (*(f"forbidden_seat[{u}]" for u in sorted(inside)), name)
        if region.connected and not _is_connected(sorted(inside), p.edges):
            return (name, "contiguity")
    return ()


def _is_connected(members: list[int], edges: np.ndarray) -> bool:
    seen, stack, inside = {members[0]}, [members[0]], set(members)
    while stack:
        unit = stack.pop()
        touching = edges[(edges == unit).any(axis=1)]
        for other in touching.sum(axis=1) - unit:
            if int(other) in inside and int(other) not in seen:
                seen.add(int(other))
                stack.append(int(other))
    return len(seen) == len(inside)


def _conflict(columns: RegionColumns, names: tuple[str, ...], stop: Stop) -> tuple[str, ...]:
    """Deletion filter: drop every rule whose absence does not help; the rest cannot hold together.

    Each test is a feasibility search of its own; one that meets its limit keeps the rule, so the answer may
    then name
    more than needed, never less. Without any rule every unit alone is a solution, so the filter always ends.
    """

    def blocked(active: tuple[str, ...]) -> bool:
        legal, cost, _ = columns.legal(active)
        return is_feasible(columns.program(legal, cost[legal], active), stop) is False

    kept = names
    for name in names:
        without = tuple(k for k in kept if k != name)
        if blocked(without):
            kept = without
    return (*kept, "max_members") if _size_matters(columns.problem, kept) else kept


def _size_matters(p: RegionProblem, conflict: tuple[str, ...]) -> bool:
    """Whether the cap on members alone already forbids what a named rule asks."""
    for name in conflict:
        kind, _, index = name.rstrip("]").partition("[")
        if kind == "must_join" and len(p.must_join[int(index)]) > p.max_members:
            return True
        if kind == "regions":
            g = int(index)
            fixed = [r for r in p.fixed if p.group[r.members[0]] == g]
            units = int((p.group == g).sum()) - sum(len(r.members) for r in fixed)
            if (p.regions[g] - len(fixed)) * p.max_members < units:
                return True
    return False


def _left(stop: Stop, began: float) -> float:
    return max(stop.seconds - (time.perf_counter() - began), 1.0)


def _solution(problem: RegionProblem, status: Status, regions: list, shared: dict) -> RegionSolution:
    region = np.full(problem.n, -1)
    for r, (members, *_rest) in enumerate(regions):
        region[list(members)] = r
    cost = np.array([r[2] for r in regions])
    objective = float(cost.sum())
    if status is Status.OPTIMAL:
        shared = shared | {"bound": objective}
    return RegionSolution(
        status,
        objective=objective,
        region=region,
        seat=np.array([r[1] for r in regions], dtype=int),
        standing=tuple(r[3] for r in regions),
        cost=cost,
        **shared,
    )
