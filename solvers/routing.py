"""Routes and modes for commuters: a pool of routes, an integer programme over it, and routes found by
insertion.

The pool holds all sequences of stops that keep to the longest ride where they are few; then the programme's
own bound holds for the problem as stated. Where they are too many, it holds the direct routes and those with
the smallest detours; routes close to the chosen ones (a stop inserted, two vehicles merged) join until the
choice no longer improves, and the bound is that of people who buy single seats on full direct vehicles,
which no sequence can undercut.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solvers.problem import Status, Stop
from solvers.routing_columns import nearby_routes, route_pool
from solvers.routing_master import choose, direct_bound
from solvers.routing_problem import Mode, Route, RoutingProblem, RoutingSolution, VehicleType

# Times the pool is enlarged around the chosen routes and the programme solved again.
ROUNDS = 4
TOLERANCE = 1e-6
RESTRICTION = "the given stops; every sequence of them is covered by the bound"

__all__ = ["Mode", "Route", "RoutingProblem", "RoutingSolution", "VehicleType", "solve_routing"]


def solve_routing(problem: RoutingProblem, stop: Stop) -> RoutingSolution:
    """Choose routes and modes. Stop.work limits branch-and-bound nodes of each integer programme.

    Deterministic for the same input and seed as long as the time limit is not reached. The objective is VND
    a month.
    """
    began = time.perf_counter()
    if not len(problem.people):
        return RoutingSolution(Status.OPTIMAL, 0.0, 0.0, 0.0, by_mode=np.zeros((len(problem.modes), 0), int))

    def left(share: float = 1.0) -> Stop:
        return replace(stop, seconds=max(share * (stop.seconds - (time.perf_counter() - began)), 1.0))

    bound = direct_bound(problem, left())
    pool = route_pool(problem)
    best: RoutingSolution | None = None
    for _ in range(ROUNDS):
        found = choose(problem, pool.columns, left(1.0 if pool.complete else 0.5))
        if found is None or (best is not None and found.objective >= best.objective * (1 - stop.gap / 10)):
            break
        best = found
        known = set(pool.columns)
        extra = [column for column in nearby_routes(problem, best.routes) if column not in known]
        if pool.complete or not extra or time.perf_counter() - began >= stop.seconds:
            break
        pool = replace(pool, columns=(*pool.columns, *extra))
    seconds = time.perf_counter() - began
    size = len(pool.columns)
    if best is None:
        return RoutingSolution(Status.UNKNOWN, None, bound, seconds, RESTRICTION, pool_size=size)
    if pool.complete and best.pool_bound is not None:
        bound = best.pool_bound if bound is None else max(bound, best.pool_bound)
    proven = None if bound is None else min(bound, best.objective)
    closed = proven is not None and best.objective - proven <= TOLERANCE * max(1.0, abs(best.objective))
    return replace(
        best,
        status=Status.OPTIMAL if closed else Status.FEASIBLE,
        bound=proven,
        seconds=seconds,
        restriction=RESTRICTION,
        pool_size=size,
        pool_complete=pool.complete,
    )
