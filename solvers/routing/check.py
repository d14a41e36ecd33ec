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
    used = [0] * len(problem.vehicles)
    spent = total = 0.0
    rides: list[dict[int, float]] = []
    for number, route in enumerate(solution.routes):
        used[route.vehicle] += 1
        ride, length, wrong = _driven(problem, route, f"route {number}")
        faults += wrong
        rides.append(ride)
        kind = problem.vehicles[route.vehicle]
        money = problem.days * (kind.day_vnd + kind.km_vnd * length)
        spent += money
        total += money + problem.days * kind.shadow_km_vnd * length
    for v, kind in enumerate(problem.vehicles):
        if used[v] > kind.fleet:
            faults.append(f"{used[v]} vehicles of type {kind.id}, available {kind.fleet}")
    planned = tuple(route.riders for route in solution.routes)
    ways = [(planned, solution.by_mode), *((r.riders, r.by_mode) for r in solution.others)]
    if len(ways) != len(problem.others) + 1:
        return [*faults, f"{len(ways)} demands answered, {len(problem.others) + 1} asked"]
    chances = [1.0 - sum(d.probability for d in problem.others), *(d.probability for d in problem.others)]
    most = [problem.riders_max, *(d.riders_max for d in problem.others)]
    for k, (riders, by_mode) in enumerate(ways):
        wrong, cost, public = _demand(
            problem, solution.routes, rides, (riders, by_mode), most=most[k], name=f"demand {k}: " if k else ""
        )
        faults += wrong
        total += chances[k] * cost
        spent += chances[k] * public
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


def _driven(problem: RoutingProblem, route, where: str) -> tuple[dict[int, float], float, list[str]]:
    """Ride of each stop (both ways), km of both trips, and what is wrong with the way of a route."""
    faults = []
    stops = list(route.sequence)
    if len(set(stops)) != len(stops) or not stops or any(not 0 <= s < problem.n_stops for s in stops):
        return {}, 0.0, [f"{where}: stops {stops} repeat or do not exist"]
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
    return ride, length, faults


def _demand(problem, routes, rides, chosen, *, most, name: str) -> tuple[list[str], float, float]:
    """What is wrong in one demand, the cost of its riders and modes, and their public money."""
    faults: list[str] = []
    riders_of, by_mode = chosen
    cost = public = 0.0
    carried = [0] * len(problem.people)
    for number, (route, ride, riders) in enumerate(zip(routes, rides, riders_of, strict=True)):
        where, load = f"{name}route {number}", 0
        for group, stop, count in riders:
            if count < 1 or stop not in ride or not math.isfinite(problem.access_cost[group][stop]):
                faults.append(f"{where}: group {group} cannot board at stop {stop} ({count} persons)")
                continue
            if problem.depot[group] != route.depot:
                faults.append(f"{where}: group {group} works elsewhere")
            load += count
            carried[group] += count
            cost += count * (problem.access_cost[group][stop] + problem.minute_cost[group] * ride[stop])
        least = 0 if name else problem.min_riders
        if not least <= load <= problem.vehicles[route.vehicle].seats:
            seats = problem.vehicles[route.vehicle].seats
            faults.append(f"{where}: {load} riders, seats {seats}, at least {least}")
    for group, people in enumerate(problem.people):
        elsewhere = [int(row[group]) for row in by_mode]
        if min(elsewhere, default=0) < 0 or sum(elsewhere) + carried[group] != people:
            faults.append(f"{name}group {group}: {sum(elsewhere) + carried[group]} persons go, {people} there are")
        together = carried[group] + sum(n for n, m in zip(elsewhere, problem.modes, strict=True) if m.collective)
        if together > most[group]:
            faults.append(f"{name}group {group}: {together} ride with others, at most {most[group]}")
    for m, mode in enumerate(problem.modes):
        for group, count in enumerate(by_mode[m]):
            if count > 0 and not math.isfinite(mode.cost[group]):
                faults.append(f"{name}group {group} cannot use mode {mode.id}")
            elif count > 0:
                public += count * mode.public[group]
                cost += count * mode.cost[group]
        count = int(sum(by_mode[m]))
        if mode.capacity is not None and count > mode.capacity:
            faults.append(f"{name}mode {mode.id}: {count} persons, capacity {mode.capacity}")
    return faults, cost, public
