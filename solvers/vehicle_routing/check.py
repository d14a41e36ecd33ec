"""Independent check of vehicle routes: shares no code with the engines, counts again in plain Python."""

from __future__ import annotations

from itertools import pairwise

from solvers.problem import Status
from solvers.vehicle_routing.problem import VehicleRoutingProblem, VehicleRoutingSolution


def check_vehicle_routing(problem: VehicleRoutingProblem, solution: VehicleRoutingSolution) -> list[str]:
    """Violations in plain sentences; empty when the solution keeps the conditions and its own claims."""
    if solution.routes is None:
        silent = solution.status in (Status.INFEASIBLE, Status.UNKNOWN) and solution.objective is None
        return [] if silent else ["a solution is claimed without routes"]
    faults: list[str] = []
    if solution.status not in (Status.OPTIMAL, Status.FEASIBLE):
        faults.append(f"routes come with the status {solution.status}")
    n = len(problem.demands)
    visits = [0] * n
    used = [0] * len(problem.vehicles)
    cost = 0
    for number, route in enumerate(solution.routes, 1):
        where = f"route {number}"
        if not 0 <= route.vehicle < len(problem.vehicles):
            faults.append(f"{where}: no type of vehicle {route.vehicle}")
            continue
        if not route.clients or any(not 0 < c < n for c in route.clients):
            faults.append(f"{where}: clients {list(route.clients)} are none or do not exist")
            continue
        kind = problem.vehicles[route.vehicle]
        used[route.vehicle] += 1
        load = length = 0
        place = 0
        for client in (*route.clients, 0):
            length += int(problem.distances[place][client])
            load += int(problem.demands[client])
            visits[client] += 1
            place = client
        if load > kind.capacity:
            faults.append(f"{where}: load {load} exceeds the capacity {kind.capacity}")
        if kind.max_clients is not None and len(route.clients) > kind.max_clients:
            faults.append(f"{where}: {len(route.clients)} clients, allowed {kind.max_clients}")
        if kind.max_distance is not None and length > kind.max_distance:
            faults.append(f"{where}: distance {length} exceeds {kind.max_distance}")
        cost += kind.fixed_cost + kind.distance_cost * length
        faults += [f"{where}: {fault}" for fault in _check_times(problem, route.clients, kind.max_duration)]
    faults += [f"client {c}: {visits[c]} visits" for c in range(1, n) if visits[c] != 1]
    for kind, number in zip(problem.vehicles, used, strict=True):
        if kind.number is not None and number > kind.number:
            faults.append(f"{number} vehicles of type {kind.id}, available {kind.number}")
    if solution.objective is None or abs(solution.objective - cost) > 1e-6:
        faults.append(f"objective {solution.objective} is not the cost {cost} of the routes")
    if solution.bound is not None and solution.bound > cost + 1e-6:
        faults.append(f"bound {solution.bound} is above the cost {cost}")
    if solution.status == Status.OPTIMAL and (solution.bound is None or solution.bound < cost - 1e-6):
        faults.append("called optimal without a bound that proves it")
    return faults


def _check_times(problem: VehicleRoutingProblem, clients: tuple[int, ...], longest: int | None) -> list[str]:
    """Windows and duration: times forward as early as possible, then back from the return as late as possible."""
    if problem.durations is None:
        return []
    path = [0, *clients, 0]
    ways = [int(problem.durations[a][b]) for a, b in pairwise(path)]
    stays = [0 if problem.service is None else int(problem.service[node]) for node in path]
    early, late = [0] * len(path), [float("inf")] * len(path)
    if problem.windows is not None:
        early = [int(problem.windows[node][0]) for node in path]
        late = [int(problem.windows[node][1]) for node in path]
    start = early[0]
    for i, way in enumerate(ways):
        start = max(start + stays[i] + way, early[i + 1])
        if start > late[i + 1]:
            return [f"node {path[i + 1]} is reached at {start}, after {late[i + 1]}"]
    end = leave = start
    for i in reversed(range(len(ways))):
        leave = min(leave - ways[i] - stays[i], late[i])
    if longest is not None and end - leave > longest:
        return [f"duration {end - leave} exceeds {longest}"]
    return []
