"""The engine of this package: searches side by side, and the best choice among all routes they met.

Good routes of different searches seldom fit into one solution by chance; set partitioning finds where they do
(Rochat and Taillard, Journal of Heuristics 1995; Subramanian, Uchoa and Ochi, Computers & Operations Research 2013).
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace

from solvers.problem import Stop
from solvers.vehicle_routing.local_search import Found, Task, explore
from solvers.vehicle_routing.problem import Route, VehicleRoutingProblem, route_cost
from solvers.vehicle_routing.recombine import recombine
from solvers.vehicle_routing.worker import Worker

# Shares of the time at which the searches end and the recombination ends; the rest goes on from what it gave.
SEARCHED, RECOMBINED = 0.85, 0.9
# Iterations of the last search as a share of the first, and nodes of the recombination, where work is limited.
LAST_SHARE, NODES = 0.15, 200
# Patience of the searches, in turn: the first ends lowest in a long run, the second in a short one.
PATIENCE, LAST_PATIENCE = (300, 100), 100


def search_with_pool(problem: VehicleRoutingProblem, stop: Stop) -> tuple[Route, ...] | None:
    """One search a thread (the first in this process), recombined, and a last search from the best routes.

    Where time ends the searches, one that still finds better solutions goes on to the end instead.

    Stop.work is the number of iterations of each search; with it, and as long as Stop.seconds is not reached, the
    answer depends on problem, seed and threads alone.
    """
    began = time.time()
    if stop.work is None:
        ends, iterations = (SEARCHED, RECOMBINED, 1.0), (None, None)
    else:
        ends, iterations = (1.0, 1.0, 1.0), (max(int(stop.work), 1), max(int(LAST_SHARE * stop.work), 1))
    searched, recombined, end = (began + share * stop.seconds for share in ends)

    with ExitStack() as stack:
        workers = [stack.enter_context(Worker()) for _ in range(stop.threads - 1)]
        tasks = [
            Task(
                problem,
                stop.seed + thread,
                iterations[0],
                searched,
                patience=PATIENCE[thread % len(PATIENCE)],
                latest=end,
            )
            for thread in range(stop.threads)
        ]
        found = _explore(tasks, workers)
        best = _best(problem, [f.routes for f in found])
        if best is None:
            return None
        met: dict[Route, int] = {}
        for f in found:
            met |= f.met
        left = recombined - time.time()
        if left > 0:
            nodes = None if stop.work is None else NODES
            best = recombine(problem, met, best, Stop(left, work=nodes, seed=stop.seed))
        tasks = [replace(t, iterations=iterations[1], deadline=end, start=best, patience=LAST_PATIENCE) for t in tasks]
        again = _explore(tasks, workers)
    return _best(problem, [best, *(f.routes for f in again)])


def _explore(tasks: list[Task], workers: list[Worker]) -> list[Found]:
    """The first task in this process, each other one by a worker."""
    for worker, task in zip(workers, tasks[1:], strict=True):
        worker.ask(task)
    return [explore(tasks[0]), *(worker.answer() for worker in workers)]


def _best(problem: VehicleRoutingProblem, found: list[tuple[Route, ...] | None]) -> tuple[Route, ...] | None:
    """The cheapest; the first of equals."""
    routes = [r for r in found if r is not None]
    return min(routes, key=lambda r: sum(route_cost(problem, route) for route in r), default=None)
