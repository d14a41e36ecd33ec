"""Routes and modes for commuters: all routes that can pay, priced by a linear programme, chosen by an integer
one.

The pool holds every sequence of stops that keeps to the longest ride and can pay for itself; a linear
programme over it gives a bound for the problem as stated and the reduced cost of each route. The routes
with the smallest reduced costs enter the integer programme that chooses vehicles and modes; where these
are all, its own, sharper bound is valid too. Where there are too many sequences, the pool holds those with
the smallest detours and those that vehicle routing generates, routes close to the chosen ones (a stop inserted, two
vehicles merged) join it, and the bound is that of people who buy single seats on full direct vehicles, which no
sequence can undercut.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solvers.problem import Status, Stop
from solvers.routing.columns import nearby_routes, route_pool
from solvers.routing.generated import generated_routes
from solvers.routing.master import choose, direct_bound, relax
from solvers.routing.problem import (
    Column,
    Demand,
    Mode,
    Ridership,
    Route,
    RoutingProblem,
    RoutingSolution,
    VehicleType,
    objective_of,
)
from solvers.routing.recourse import with_routes

# Routes that enter the integer programme: all where there are few, else those with the smallest reduced costs
# (more of them only slow the search down: of 18,440 routes, 200 gave a plan 0.3 % better than 120 in a third more
# time).
ALL_ROUTES = 400
SEARCHED_ROUTES = 200
# Part of the time in which vehicle routing generates routes for an incomplete pool.
GENERATING = 0.2
# Times an incomplete pool is enlarged around the chosen routes and the programme solved again.
ROUNDS = 2
TOLERANCE = 1e-6
RESTRICTION = "the given stops and demands; every sequence of stops is covered by the bound"

__all__ = ["Demand", "Mode", "Ridership", "Route", "RoutingProblem", "RoutingSolution", "VehicleType", "solve_routing"]


def solve_routing(problem: RoutingProblem, stop: Stop) -> RoutingSolution:
    """Choose routes and modes. Stop.work limits branch-and-bound nodes of each integer programme.

    Depots share only the fleet, the capacity of modes and the budget: without a budget each is solved
    alone, and all together only when their answers ask for more than there is. Deterministic for the same
    input and seed as long as the time limit is not reached. The objective is VND a month.
    """
    began = time.perf_counter()
    if not len(problem.people):
        nobody = np.zeros((len(problem.modes), 0), int)
        others = tuple(Ridership((), nobody) for _ in problem.others)
        return RoutingSolution(Status.OPTIMAL, 0.0, 0.0, by_mode=nobody, others=others)
    depots = sorted(set(problem.depot.tolist()))
    if problem.budget is None and len(depots) > 1:
        joined = _solve_apart(problem, depots, stop)
        if joined is not None:
            return replace(joined, seconds=time.perf_counter() - began)
    left = max(stop.seconds - (time.perf_counter() - began), 1.0)
    solution = _solve_together(problem, replace(stop, seconds=left))
    return replace(solution, seconds=time.perf_counter() - began)


def _solve_apart(problem: RoutingProblem, depots: list[int], stop: Stop) -> RoutingSolution | None:
    """Each depot with the whole fleet and capacity; None when the answers together exceed them.

    The sum of the bounds is a bound: no depot does better with a part of the fleet than with all of it.
    """
    members = [np.flatnonzero(problem.depot == depot) for depot in depots]
    began = time.perf_counter()
    parts = []
    for groups in members:
        left = max(stop.seconds - (time.perf_counter() - began), 1.0)
        parts.append(_solve_together(_of_groups(problem, groups), replace(stop, seconds=left)))
    if any(part.by_mode is None or part.bound is None for part in parts):
        return None
    routes = tuple(
        replace(r, riders=_moved(r.riders, own)) for own, part in zip(members, parts, strict=True) for r in part.routes
    )
    by_mode = _side_by_side(problem, members, [part.by_mode for part in parts])
    others = tuple(
        Ridership(
            tuple(
                _moved(riders, own)
                for own, part in zip(members, parts, strict=True)
                for riders in part.others[k].riders
            ),
            _side_by_side(problem, members, [part.others[k].by_mode for part in parts]),
        )
        for k in range(len(problem.others))
    )
    used = np.bincount([route.vehicle for route in routes], minlength=len(problem.vehicles))
    if any(n > kind.fleet for n, kind in zip(used, problem.vehicles, strict=False)):
        return None
    for modes in (by_mode, *(ridership.by_mode for ridership in others)):
        totals = zip(problem.modes, modes.sum(axis=1), strict=True)
        if any(mode.capacity is not None and n > mode.capacity for mode, n in totals):
            return None
    return RoutingSolution(
        Status.OPTIMAL if all(part.status == Status.OPTIMAL for part in parts) else Status.FEASIBLE,
        objective_of(problem, routes, by_mode, others),
        sum(part.bound for part in parts),
        restriction=RESTRICTION,
        routes=routes,
        by_mode=by_mode,
        others=others,
        columns=tuple(column for part in parts for column in part.columns),
        pool_size=sum(part.pool_size for part in parts),
        pool_complete=all(part.pool_complete for part in parts),
    )


def _moved(riders: tuple[tuple[int, int, int], ...], groups: np.ndarray) -> tuple[tuple[int, int, int], ...]:
    """Riders with the numbers that their groups have in the whole problem."""
    return tuple((int(groups[g]), s, n) for g, s, n in riders)


def _side_by_side(problem: RoutingProblem, members: list[np.ndarray], parts: list[np.ndarray]) -> np.ndarray:
    """Persons of each group in each mode, put together from the parts."""
    by_mode = np.zeros((len(problem.modes), len(problem.people)), int)
    for groups, part in zip(members, parts, strict=True):
        by_mode[:, groups] = part
    return by_mode


def _of_groups(problem: RoutingProblem, groups: np.ndarray) -> RoutingProblem:
    """The problem of some of the groups."""
    return replace(
        problem,
        people=problem.people[groups],
        depot=problem.depot[groups],
        minute_cost=problem.minute_cost[groups],
        access_cost=problem.access_cost[groups],
        riders_max=problem.riders_max[groups],
        others=tuple(replace(demand, riders_max=demand.riders_max[groups]) for demand in problem.others),
        modes=tuple(replace(mode, cost=mode.cost[groups], public=mode.public[groups]) for mode in problem.modes),
    )


def _solve_together(problem: RoutingProblem, stop: Stop) -> RoutingSolution:
    """All depots of the problem in one programme."""
    began = time.perf_counter()

    def left(share: float = 1.0) -> Stop:
        return replace(stop, seconds=max(share * (stop.seconds - (time.perf_counter() - began)), 1.0))

    pool = route_pool(problem)
    if not pool.complete:
        known = set(pool.columns)
        met = generated_routes(problem, replace(left(GENERATING), work=None))
        pool = replace(pool, columns=(*pool.columns, *(column for column in met if column not in known)))
    # The planned demand alone ranks the routes in a fraction of the time; over a part of the routes that is enough.
    bound, reduced = relax(replace(problem, others=()), pool.columns, left())
    if problem.others and pool.complete and bound is not None:
        bound, reduced = relax(problem, pool.columns, left(), likely=np.argsort(reduced, kind="stable"))
    if not pool.complete or bound is None:
        bound = direct_bound(problem, left())
    searched = len(pool.columns) if len(pool.columns) <= ALL_ROUTES else SEARCHED_ROUTES
    order = np.argsort(reduced, kind="stable")[:searched]
    columns = tuple(pool.columns[i] for i in np.sort(order))
    whole = pool.complete and len(columns) == len(pool.columns)
    best: RoutingSolution | None = None
    for _ in range(1 if pool.complete else ROUNDS):
        found = _better(problem, columns, left(1.0 if pool.complete else 0.5))
        if found is None or (best is not None and found.objective >= best.objective):
            break
        best = found
        known = set(columns)
        extra = [column for column in nearby_routes(problem, best.routes) if column not in known]
        if not extra or time.perf_counter() - began >= stop.seconds:
            break
        columns = (*columns, *extra)
    seconds = time.perf_counter() - began
    size = len(pool.columns)
    if best is None:
        return RoutingSolution(Status.UNKNOWN, None, bound, seconds, RESTRICTION, pool_size=size)
    if whole and best.pool_bound is not None:
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
        columns=columns,
    )


def _better(problem: RoutingProblem, columns: tuple[Column, ...], stop: Stop) -> RoutingSolution | None:
    """The best of vehicles chosen for all demands at once and of those chosen for the planned one alone.

    The second programme is much smaller, so its search goes further in the same number of nodes.
    """
    found = choose(problem, columns, stop)
    if not problem.others:
        return found
    planned = choose(replace(problem, others=()), columns, stop)
    if planned is None:
        return found
    tried = with_routes(problem, planned.routes, stop)
    if tried is None or (found is not None and tried.objective >= found.objective):
        return found
    return replace(tried, pool_bound=None if found is None else found.pool_bound)
