"""Vehicle routing by one of several engines behind one interface.

An engine takes a problem and a stop and returns routes, or None when it found none that keep to the limits. Another
one needs a module with such a function and a line in `ENGINES`. Problem, solution and checker know no engine.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Protocol

import numpy as np

from solvers.problem import ProblemError, Status, Stop
from solvers.vehicle_routing.local_search import search_plainly
from solvers.vehicle_routing.ortools_engine import search_with_ortools
from solvers.vehicle_routing.pooled import search_with_pool
from solvers.vehicle_routing.problem import (
    Route,
    VehicleRoutingProblem,
    VehicleRoutingSolution,
    VehicleType,
    route_cost,
)

__all__ = [
    "ENGINES",
    "Route",
    "VehicleRoutingProblem",
    "VehicleRoutingSolution",
    "VehicleType",
    "solve_vehicle_routing",
]


class Engine(Protocol):
    """Searches for routes; None when none are found."""

    def __call__(self, problem: VehicleRoutingProblem, stop: Stop) -> tuple[Route, ...] | None: ...


ENGINES: dict[str, Engine] = {
    "pool": search_with_pool,
    "pyvrp": search_plainly,
    "ortools": search_with_ortools,
}


def solve_vehicle_routing(
    problem: VehicleRoutingProblem, stop: Stop, *, engine: str = "pool"
) -> VehicleRoutingSolution:
    """Routes at small cost, by the engine named: "pool" (this package's own), "pyvrp" or "ortools".

    Deterministic for the same problem, seed, threads and engine where Stop.work ends the search (iterations of each
    local search; solutions looked at by OR-Tools) before Stop.seconds does. Without Stop.work the search takes all
    of Stop.seconds. `bound` is None but for what is proven outright: nobody to visit, or no way to visit somebody;
    `conflict` then says who and why. Raises ProblemError for an engine that is not known.
    """
    if engine not in ENGINES:
        raise ProblemError(f"solve_vehicle_routing knows no engine {engine}, only {', '.join(ENGINES)}.")
    began = time.perf_counter()
    if not problem.clients:
        return VehicleRoutingSolution(Status.OPTIMAL, 0.0, 0.0, routes=())
    conflict = _impossible(problem)
    if conflict:
        return VehicleRoutingSolution(Status.INFEASIBLE, seconds=time.perf_counter() - began, conflict=conflict)
    # Engines need not know types without a vehicle.
    present = [k for k in range(len(problem.vehicles)) if problem.number(k)]
    routes = ENGINES[engine](replace(problem, vehicles=tuple(problem.vehicles[k] for k in present)), stop)
    seconds = time.perf_counter() - began
    if routes is None:
        return VehicleRoutingSolution(Status.UNKNOWN, seconds=seconds)
    ordered = tuple(
        sorted((Route(present[r.vehicle], r.clients) for r in routes), key=lambda r: (r.vehicle, r.clients))
    )
    objective = float(sum(route_cost(problem, route) for route in ordered))
    return VehicleRoutingSolution(Status.FEASIBLE, objective, seconds=seconds, routes=ordered)


def _impossible(problem: VehicleRoutingProblem) -> tuple[str, ...]:
    """What no routes can keep to, whatever the order: demands above all capacities, windows out of reach."""
    if not any(problem.number(k) for k in range(len(problem.vehicles))):
        return ("no vehicle is available",)
    room = [kind.capacity if problem.number(k) else 0 for k, kind in enumerate(problem.vehicles)]
    reasons = [f"demand of client {c} above every capacity" for c in np.flatnonzero(problem.demands > max(room))]
    total = sum(kind.capacity * problem.number(k) for k, kind in enumerate(problem.vehicles))
    if problem.demands.sum() > total:
        reasons.append(f"total demand {problem.demands.sum()} above the capacity {total} of all vehicles")
    if problem.windows is not None:
        # Quickest ways over any nodes: without the triangle inequality a detour may be quicker.
        reach = _quickest(problem.durations)[0] + problem.windows[0, 0]
        late = np.flatnonzero(reach > problem.windows[:, 1])
        reasons += [f"window of client {c} ends before it can be reached" for c in late if c]
    return tuple(reasons)


def _quickest(durations: np.ndarray) -> np.ndarray:
    """Shortest durations over any sequence of nodes (Floyd and Warshall)."""
    closed = durations.copy()
    for k in range(len(closed)):
        np.minimum(closed, closed[:, k, None] + closed[None, k], out=closed)
    return closed
