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
    faults += _count_faults(problem, members)
    faults += _lock_faults(problem, place, members)
    return faults + _claim_faults(problem, solution, members, given)


def _count_faults(p: RegionProblem, members: list[list[int]]) -> list[str]:
    faults = []
    for g, wanted in enumerate(p.regions):
        least, most = wanted if isinstance(wanted, tuple) else (wanted, wanted)
        found = sum(1 for units in members if int(p.group[units[0]]) == g)
        if not least <= found <= most:
            faults.append(f"group {g} has {found} regions, {least} to {most} wanted")
    if p.total_regions is not None:
        least, most = p.total_regions if isinstance(p.total_regions, tuple) else (p.total_regions,) * 2
        if not least <= len(members) <= most:
            faults.append(f"{len(members)} regions in all, {least} to {most} wanted")
    return faults


def _region_faults(p: RegionProblem, units: list[int], neighbours: dict[int, set[int]], free: bool) -> list[str]:
    faults = []
    if len({int(p.group[u]) for u in units}) > 1:
        faults.append("crosses the line between groups")
    if free and p.max_members is not None and len(_origins(p, units)) > p.max_members:
        faults.append(f"has more than {p.max_members} units")
    ceilings = [("population", p.population, p.max_population), ("area", p.area, p.max_area)]
    ceilings += [(q.name, q.value, q.ceiling) for q in p.quantities]
    for name, value, ceiling in ceilings:
        if free and ceiling is not None and math.fsum(float(value[u]) for u in units) > ceiling * (1 + 1e-6):
            faults.append(f"has more {name} than {ceiling}")
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


def _origins(p: RegionProblem, units: list[int]) -> set[int]:
    return {u if p.origin is None else int(p.origin[u]) for u in units}


def _meets(p: RegionProblem, units: list[int]) -> bool:
    kind = max(int(p.unit_class[u]) for u in units)
    floors = [(p.area, p.area_floor), (p.population, p.population_floor)]
    floors += [(q.value, q.floor) for q in p.quantities]
    return all(math.fsum(float(v[u]) for u in units) * (1 + 1e-9) >= floor[kind] for v, floor in floors)


def _standing(p: RegionProblem, units: list[int]) -> str:
    if _meets(p, units):
        return "meets"
    waived = bool(p.waived_class) and p.waived_class[max(int(p.unit_class[u]) for u in units)]
    joined = p.exempt_from_members is not None and len(_origins(p, units)) >= p.exempt_from_members
    return "exempt" if waived or joined else "undecided"


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


def _claim_faults(p: RegionProblem, s: RegionSolution, members: list[list[int]], given: list[list[int]]) -> list[str]:
    if s.objective is None or len(s.values) != len(p.objectives) or s.objective != s.values[-1]:
        return ["regions without the value of every objective: the last of them is the objective"]
    faults = []
    if s.bound is not None and s.bound > s.objective * (1 + 1e-9) + 1e-6:
        faults.append("the bound is above the objective")
    for i, (objective, said, bound) in enumerate(zip(p.objectives, s.values, s.bounds, strict=True)):
        found = sum(w * _measure(p, s, name, members, given) for name, w in objective.weights.items())
        if not math.isclose(found, said, rel_tol=1e-9, abs_tol=1e-6):
            faults.append(f"objective {i} is {found}, said to be {said}")
        if bound is not None and bound > said + 1e-9 * abs(said) + 1e-6:
            faults.append(f"the bound of objective {i} is above its value")
    if s.status is Status.OPTIMAL and (s.gap is None or s.gap > 1e-6):
        faults.append("said to be optimal with a gap")
    return faults


def _measure(p: RegionProblem, s: RegionSolution, name: str, members: list[list[int]], given: list[list[int]]) -> float:
    """A measure over all regions; fixed ones add their travel alone, a divided unit counts from its second region."""
    total = 0.0
    if name == "parts":
        whole = [u if p.origin is None else int(p.origin[u]) for u in range(p.n)]
        fixed = {u for units in given for u in units}
        total -= len({w for u, w in enumerate(whole) if u not in fixed and whole.count(w) > 1})
    for r, units in enumerate(members):
        if units in given:
            total += float(s.cost[r]) if name == "travel" else 0.0
        else:
            total += _region_measure(p, name, units, int(s.seat[r]), float(s.cost[r]))
    return total


def _region_measure(p: RegionProblem, name: str, units: list[int], seat: int, travel: float) -> float:
    if name == "balance":
        people = math.fsum(float(p.population[u]) for u in units)
        g = int(p.group[units[0]])
        if p.population_target is not None:
            return abs(people - float(p.population_target[g]))
        least = p.regions[g][0] if isinstance(p.regions[g], tuple) else p.regions[g]
        return abs(people - math.fsum(float(p.population[u]) for u in range(p.n) if p.group[u] == g) / max(least, 1))
    if name == "border":
        pairs = zip(p.edges.tolist(), p.border_length.tolist(), strict=True)
        return math.fsum(length / 2 for (a, b), length in pairs if (a in units) != (b in units))
    if name == "changed":
        return math.fsum(float(p.population[u]) for u in units if p.seat_before[u] not in (-1, seat))
    if name == "crossed":
        return len({int(p.district[u]) for u in units}) - 1
    if name == "parts":
        whole = [u if p.origin is None else int(p.origin[u]) for u in range(p.n)]
        return len({whole[u] for u in units if whole.count(whole[u]) > 1})
    counted = {
        "travel": travel,
        "seats": 0.0 if p.seat_cost is None else float(p.seat_cost[seat]),
        "met": _meets(p, units),
        "unmet": not _meets(p, units),
        "open": _standing(p, units) == "undecided",
        "regions": 1,
    }
    return float(counted[name])
