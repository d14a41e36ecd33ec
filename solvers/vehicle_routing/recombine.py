"""The best choice among routes met by searches: set partitioning over them."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_matrix

from solvers.linear import LinearAnswer, LinearModel, solve_linear
from solvers.problem import Stop
from solvers.vehicle_routing.problem import Route, VehicleRoutingProblem, route_cost

# Routes in the integer programme, those with the smallest reduced costs: with 3,000 it takes 20 s and more where 1,000
# take one, and finds nothing else.
SEARCHED = 1500


def recombine(
    problem: VehicleRoutingProblem, met: dict[Route, int], best: tuple[Route, ...], stop: Stop
) -> tuple[Route, ...]:
    """Routes that visit each client once at least cost, chosen among those met; `best` when none are cheaper.

    `met` holds the cost of each route. Of routes with the same type and clients the
    cheapest counts. A route whose reduced cost exceeds the distance of `best` from the linear bound is in no cheaper
    choice and left out. Stop.work is the number of branch-and-bound nodes.
    """
    began = time.perf_counter()
    met = met | {route: route_cost(problem, route) for route in best}
    columns = _best_orders(met)
    known = sum(met[route] for route in best)
    program = _program(problem, columns, met)
    every = np.arange(len(columns))
    relaxed = _solve(program, every, stop, integer=False)
    if relaxed.duals is None:
        return best
    reduced = program.cost - program.matrix.T @ relaxed.duals
    order = np.argsort(reduced, kind="stable")[:SEARCHED]
    taken = np.sort(order[reduced[order] < known - relaxed.objective])
    left = stop.seconds - (time.perf_counter() - began)
    if not len(taken) or left <= 0:
        return best
    answer = _solve(program, taken, replace(stop, seconds=left), integer=True)
    if answer.values is None or answer.objective >= known - 0.5:
        return best
    return tuple(columns[i] for i in taken[answer.values > 0.5])


@dataclass(frozen=True)
class _Program:
    """minimise cost.x subject to lower <= matrix x <= upper, one column a route."""

    matrix: csc_matrix
    lower: np.ndarray
    upper: np.ndarray
    cost: np.ndarray


def _solve(program: _Program, taken: np.ndarray, stop: Stop, *, integer: bool) -> LinearAnswer:
    """On the taken columns; the relaxation leaves out x <= 1, which the rows imply."""
    part = program.matrix[:, taken].tocoo()
    model = LinearModel()
    model.add_columns(program.cost[taken], upper=1.0 if integer else np.inf, integer=integer)
    model.add_rows(program.lower, program.upper)
    model.add_entries(part.row, part.col, part.data)
    return solve_linear(model, stop, presolve=not integer)


def _program(problem: VehicleRoutingProblem, columns: list[Route], met: dict[Route, int]) -> _Program:
    """One row a client (visited once), one row a type of vehicle (no more than there are)."""
    clients, kinds = problem.clients, len(problem.vehicles)
    used = [np.array([*(c - 1 for c in route.clients), clients + route.vehicle]) for route in columns]
    rows = np.concatenate(used)
    starts = np.concatenate([[0], np.cumsum([len(u) for u in used])])
    once = np.ones(clients)
    available = np.array([float(problem.number(kind)) for kind in range(kinds)])
    return _Program(
        csc_matrix((np.ones(len(rows)), rows, starts), shape=(clients + kinds, len(columns))),
        np.concatenate([once, np.zeros(kinds)]),
        np.concatenate([once, available]),
        np.array([met[route] for route in columns], float),
    )


def _best_orders(met: dict[Route, int]) -> list[Route]:
    best: dict[tuple[int, frozenset[int]], Route] = {}
    for route in sorted(met, key=lambda r: (met[r], r.vehicle, r.clients)):
        best.setdefault((route.vehicle, frozenset(route.clients)), route)
    return list(best.values())
