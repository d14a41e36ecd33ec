"""Independent check of regions: shares no code with the solver, walks and counts again in plain Python."""

from __future__ import annotations

import math

from solvers.problem import Status
from solvers.regions.problem import RegionProblem, RegionSolution


def check_regions(problem: RegionProblem, solution: RegionSolution) -> list[str]:
    """Violations in plain sentences; empty when the solution keeps the conditions and its own claims."""
    if not len(solution.region):
        silent = solution.status in (Status.INFEASIBLE, Status.UNKNOWN)
        return [] if silent or problem.n == 0 else ["a solution is claimed without regions"]
    place = [int(r) for r in solution.region]
    count = len(solution.seat)
    if len(place) != problem.n or min(place) < 0 or max(place) >= count:
        return ["not every unit lies in exactly one region"]
    members: list[list[int]] = [[] for _ in range(count)]
    for unit, r in enumerate(place):
        members[r].append(unit)
    if not all(members):
        return ["a region has no unit"]
    given = [sorted(f.members) for f in problem.fixed]
    faults = [f"fixed region {units} is changed" for units in given if units not in members]
    neighbours: dict[int, set[int]] = {u: set() for u in range(problem.n)}
    for a, b in problem.edges.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    undecided = 0
    for r, units in enumerate(members):
        free = units not in given
        faults += [f"region {r} ({units}): {fault}" for fault in _region_faults(problem, units, neighbours, free)]
        undecided += free and _standing(problem, units) == "undecided"
        expected = _standing(problem, units) if free else "fixed"
        if solution.standing[r] != expected:
            faults.append(f"region {r} ({units}): said to be {solution.standing[r]}, is {expected}")
        faults += [f"region {r} ({units}): {fault}" for fault in _seat_faults(problem, solution, r, units, free)]
    if undecided > problem.max_undecided:
        faults.append(f"{undecided} regions need a decision, {problem.max_undecided} allowed")
    for g, wanted in enumerate(problem.regions):
        found = sum(1 for units in members if int(problem.group[units[0]]) == g)
        if found != wanted:
            faults.append(f"group {g} has {found} regions, {wanted} wanted")
    faults += _lock_faults(problem, place, members)
    return faults + _claim_faults(solution)


def _region_faults(p: RegionProblem, units: list[int], neighbours: dict[int, set[int]], free: bool) -> list[str]:
    faults = []
    if len({int(p.group[u]) for u in units}) > 1:
        faults.append("crosses the line between groups")
    if free and len(units) > p.max_members:
        faults.append(f"has more than {p.max_members} units")
    if free and p.max_area is not None and math.fsum(p.area[u] for u in units) > p.max_area * (1 + 1e-6):
        faults.append(f"is larger than {p.max_area}")
    if (
        free
        and p.max_population is not None
        and math.fsum(p.population[u] for u in units) > p.max_population * (1 + 1e-6)
    ):
        faults.append(f"has more than {p.max_population} people")
    must_hang_together = free or any(f.connected and sorted(f.members) == units for f in p.fixed)
    reached, stack = {units[0]}, [units[0]]
    while stack:
        for other in neighbours[stack.pop()]:
            if other in units and other not in reached:
                reached.add(other)
                stack.append(other)
    if must_hang_together and len(reached) != len(units):
        faults.append("is not connected")
    return faults


def _standing(p: RegionProblem, units: list[int]) -> str:
    kind = max(int(p.unit_class[u]) for u in units)
    area, people = math.fsum(p.area[u] for u in units), math.fsum(p.population[u] for u in units)
    if area * (1 + 1e-9) >= p.area_floor[kind] and people * (1 + 1e-9) >= p.population_floor[kind]:
        return "meets"
    return "exempt" if p.exempt_from_members is not None and len(units) >= p.exempt_from_members else "undecided"


def _seat_faults(p: RegionProblem, s: RegionSolution, r: int, units: list[int], free: bool) -> list[str]:
    seat, faults = int(s.seat[r]), []
    if seat not in units:
        return ["its seat lies in another region"]
    if seat in p.forbidden_seat:
        faults.append("its seat is a forbidden one")
    faults += [f"unit {u} must be the seat" for u in units if u in p.fixed_seat and u != seat]
    way = [float(p.minutes[u, seat]) for u in units]
    if free and any(math.isinf(w) for w in way):
        faults.append("a unit has no way to the seat")
    pairs = [float(p.population[u]) * w for u, w in zip(units, way, strict=True) if not math.isinf(w)]
    if not math.isclose(math.fsum(pairs), float(s.cost[r]), rel_tol=1e-9, abs_tol=1e-6):
        faults.append(f"costs {math.fsum(pairs)}, said to cost {s.cost[r]}")
    return faults


def _lock_faults(p: RegionProblem, place: list[int], members: list[list[int]]) -> list[str]:
    faults = [f"units {list(s)} must join and do not" for s in p.must_join if len({place[u] for u in s}) > 1]
    faults += [f"units {list(s)} must not join and do" for s in p.must_not_join if len({place[u] for u in s}) < len(s)]
    return faults + [f"unit {u} is not whole and alone" for u in p.keep_whole if len(members[place[u]]) > 1]


def _claim_faults(s: RegionSolution) -> list[str]:
    if s.objective is None:
        return ["regions without an objective"]
    faults = []
    if not math.isclose(math.fsum(float(c) for c in s.cost), s.objective, rel_tol=1e-9, abs_tol=1e-6):
        faults.append("the objective is not the sum of the regions' costs")
    if s.bound is not None and s.bound > s.objective * (1 + 1e-9) + 1e-6:
        faults.append("the bound is above the objective")
    if s.status is Status.OPTIMAL and (s.gap is None or s.gap > 1e-6):
        faults.append("said to be optimal with a gap")
    return faults
