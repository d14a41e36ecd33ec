"""What given vehicles do: in the demands of a problem, or in another one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from solvers.problem import Stop
from solvers.routing.master import with_vehicles
from solvers.routing.problem import Column, Route, RoutingProblem, RoutingSolution


def with_routes(problem: RoutingProblem, routes: tuple[Route, ...], stop: Stop) -> RoutingSolution | None:
    """The best each person can do when exactly the vehicles of `routes` run; None where a limit or the time forbids."""
    lines, counts = _lines(problem, routes)
    return with_vehicles(problem, lines, counts, stop)


def in_demand(
    problem: RoutingProblem, routes: tuple[Route, ...], riders_max: np.ndarray, stop: Stop
) -> RoutingSolution | None:
    """The same when so many people of each group ride with others, `riders_max` (G,).

    The smallest ridership and the budget do not bind: vehicles that are hired run, however few come, and what is due
    is paid. Routes come back in the order given. None where nothing was found in the time of `stop`.
    """
    lines, counts = _lines(problem, routes)
    asked = replace(problem, riders_max=riders_max, others=(), budget=None)
    found = with_vehicles(asked, lines, counts, stop, least=False)
    if found is None:
        return None
    vehicles: dict[tuple, list[Route]] = {}
    for route in found.routes:
        vehicles.setdefault((route.depot, route.sequence, route.vehicle), []).append(route)
    return replace(found, routes=tuple(vehicles[r.depot, r.sequence, r.vehicle].pop(0) for r in routes))


def _lines(problem: RoutingProblem, routes: tuple[Route, ...]) -> tuple[tuple[Column, ...], np.ndarray]:
    """Sequences of the routes, and vehicles on each (lines, types)."""
    used = Counter((route.depot, route.sequence, route.vehicle) for route in routes)
    lines = tuple(sorted({(depot, sequence) for depot, sequence, _ in used}))
    counts = [[used[depot, sequence, v] for v in range(len(problem.vehicles))] for depot, sequence in lines]
    return lines, np.array(counts, int).reshape(len(lines), len(problem.vehicles))
