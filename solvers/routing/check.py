"""Independent check of routes and modes: recounts people, seats, times, fleet, money. Shares no code with
the solver.
"""

from __future__ import annotations

import math

from solvers.routing.problem import RoutingProblem, RoutingSolution

SLACK = 1e-6


def check_routing(problem: RoutingProblem, solution: RoutingSolution) -> list[str]:
    """Violations of the problem's rules by a solution, in words; empty when there are none."""
    if solution.by_mode is None:
        return [] if not solution.routes else ["routes without modes"]
    faults: list[str] = []
    carried = [0] * len(problem.people)
    used = [0] * len(problem.vehicles)
    spent = total = 0.0
    for number, route in enumerate(solution.routes):
        where = f"route {number}"
        kind = problem.vehicles[route.vehicle]
        used[route.vehicle] += 1
        stops = list(route.sequence)
        if len(set(stops)) != len(stops) or not stops or any(not 0 <= s < problem.n_stops for s in stops):
            faults.append(f"{where}: stops {stops} repeat or do not exist")
            continue
        if len(stops) > problem.max_stops:
            faults.append(f"{where}: {len(stops)} stops, allowed {problem.max_stops}")
        path = [*stops, route.depot]
        out = back = length = 0.0
        ride = {}
        for a, b in reversed([(path[i], path[i + 1]) for i in range(len(stops))]):
            out += problem.minutes[a][b] + problem.dwell
            back += problem.minutes[b][a] + problem.dwell
            length += problem.km[a][b] + problem.km[b][a]
            ride[a] = out + back
        if max(out, back) > problem.max_ride + SLACK or out + back > problem.max_driving + SLACK:
            faults.append(f"{where}: {out:.1f} and {back:.1f} minutes exceed the longest ride or the driving of a day")
        load = 0
        for group, stop, count in route.riders:
            if count < 1 or stop not in ride or not math.isfinite(problem.access_cost[group][stop]):
                faults.append(f"{where}: group {group} cannot board at stop {stop} ({count} persons)")
                continue
            if problem.depot[group] != route.depot:
                faults.append(f"{where}: group {group} works elsewhere")
            load += count
            carried[group] += count
            total += count * (problem.access_cost[group][stop] + problem.minute_cost[group] * ride[stop])
        if not problem.min_riders <= load <= kind.seats:
            faults.append(f"{where}: {load} riders, seats {kind.seats}, at least {problem.min_riders}")
        cost = problem.days * (kind.day_vnd + kind.km_vnd * length)
        spent += cost
        total += cost
    for v, kind in enumerate(problem.vehicles):
        if used[v] > kind.fleet:
            faults.append(f"{used[v]} vehicles of type {kind.id}, available {kind.fleet}")
    faults += _check_people(problem, solution, carried)
    for m, mode in enumerate(problem.modes):
        for group, count in enumerate(solution.by_mode[m]):
            if count > 0:
                spent += count * mode.public[group]
                total += count * mode.cost[group]
    if problem.budget is not None and spent > problem.budget * (1 + SLACK):
        faults.append(f"public money {spent:.0f} exceeds the budget {problem.budget:.0f}")
    if solution.objective is None or abs(total - solution.objective) > SLACK * max(1.0, abs(total)):
        faults.append(f"objective {solution.objective}, recounted {total:.0f}")
    if (
        solution.bound is not None
        and solution.objective is not None
        and solution.bound > solution.objective * (1 + SLACK)
    ):
        faults.append(f"bound {solution.bound:.0f} above the objective {solution.objective:.0f}")
    return faults


def _check_people(problem: RoutingProblem, solution: RoutingSolution, carried: list[int]) -> list[str]:
    faults = []
    for group, people in enumerate(problem.people):
        elsewhere = [int(row[group]) for row in solution.by_mode]
        if min(elsewhere, default=0) < 0 or sum(elsewhere) + carried[group] != people:
            faults.append(f"group {group}: {sum(elsewhere) + carried[group]} persons go, {people} there are")
        if carried[group] > problem.riders_max[group]:
            faults.append(f"group {group}: {carried[group]} shuttle riders, at most {problem.riders_max[group]}")
        for m, mode in enumerate(problem.modes):
            if elsewhere[m] > 0 and not math.isfinite(mode.cost[group]):
                faults.append(f"group {group} cannot use mode {mode.id}")
    for m, mode in enumerate(problem.modes):
        count = int(sum(solution.by_mode[m]))
        if mode.capacity is not None and count > mode.capacity:
            faults.append(f"mode {mode.id}: {count} persons, capacity {mode.capacity}")
    return faults
