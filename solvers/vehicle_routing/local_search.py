"""PyVRP as an engine: its iterated local search as it is, and one that starts well and remembers routes.

PyVRP (Wouda, Lan, Kool, INFORMS Journal on Computing 2024) is an iterated local search with late acceptance, which
also walks through solutions that break limits at a price. Its own first prices are half the largest it allows and
take some 40,000 searches to come down to where they balance: most of a short run. Here they start at the size of
the costs, and `explore` can go on from given routes.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass, field

import numpy as np
import pyvrp
from pyvrp import IteratedLocalSearch, IteratedLocalSearchParams, PenaltyManager, PenaltyParams
from pyvrp.search import OPERATORS, LocalSearch, PerturbationManager, compute_neighbours

from solvers.problem import Stop
from solvers.vehicle_routing.problem import Route, VehicleRoutingProblem, route_cost

# Routes remembered at most.
REMEMBERED = 60_000
# First prices of a broken limit, as multiples of a leg's cost: with 1 feasible routes come late, with 16 the search
# is as stiff as with PyVRP's own (measured at 4 and 12 s on five public instances with 100 to 200 clients).
FIRST_PRICE = 4.0
# Iterations without a better solution after which a search is given up for a new one.
IDLE = 10_000
# Iterations without a better solution after which a search counts as settled.
SETTLED = 1500


@dataclass(frozen=True)
class Task:
    """A local search to run.

    `iterations` None: until `deadline` (time.time(), so that another process can read it), or until `latest` where
    the search still finds better solutions: one that is stopped while it cools down has wasted its time. `start`
    routes to go on from, or None for a random solution improved once. `patience` is the length of the history that a
    new solution is compared with: longer ones cool down more slowly and end lower. Routes are remembered from
    feasible solutions that cost at most the share `within` more than the best of their search.
    """

    problem: VehicleRoutingProblem
    seed: int
    iterations: int | None
    deadline: float
    start: tuple[Route, ...] | None = None
    patience: int = 300
    within: float = 0.02
    latest: float = 0.0


@dataclass(frozen=True)
class Found:
    """The best feasible routes or None, and all routes met in good feasible solutions with their cost."""

    routes: tuple[Route, ...] | None
    met: dict[Route, int] = field(repr=False)


def search_plainly(problem: VehicleRoutingProblem, stop: Stop) -> tuple[Route, ...] | None:
    """PyVRP with its own parameters, on one thread. Stop.work is the number of its iterations."""
    task = Task(problem, stop.seed, None if stop.work is None else int(stop.work), time.time() + stop.seconds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = pyvrp.solve(to_pyvrp(problem), _until(task), seed=stop.seed, collect_stats=False)
    return from_pyvrp(result.best) if result.best.is_feasible() else None


def explore(task: Task) -> Found:
    """Iterated local searches one after the other, the first from the start of the task, the next from random routes.

    Each ends when it has not found a better solution for long. Deterministic where iterations end the last one.
    """
    data = to_pyvrp(task.problem)
    random = pyvrp.RandomNumberGenerator(task.seed)
    search = LocalSearch(data, random, compute_neighbours(data), PerturbationManager())
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    prices = PenaltyManager(first_prices(task.problem), PenaltyParams())
    memory = _Memory(task.within)
    parameters = IteratedLocalSearchParams(history_length=task.patience, callbacks=memory)
    end = _until(task)
    start = None if task.start is None else _stated(data, task.start)
    best: pyvrp.Solution | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while best is None or not end(0):
            if start is None:
                start = pyvrp.Solution.make_random(data, random)
                start = search(start, prices.max_cost_evaluator(), exhaustive=True)
            memory.keep(start)
            ils = IteratedLocalSearch(data, prices, search, start, parameters)
            found = ils.run(_Idle(end), collect_stats=False).best
            if best is None or (not found.is_feasible(), cost_of(found)) < (not best.is_feasible(), cost_of(best)):
                best = found
            start = None
    if not best.is_feasible():
        return Found(None, memory.routes)
    routes = from_pyvrp(best)
    return Found(routes, memory.routes | {route: route_cost(task.problem, route) for route in routes})


def first_prices(problem: VehicleRoutingProblem) -> tuple[list[float], float, float]:
    """Prices of a unit of load (and of a client, where these are limited), time and distance above a limit.

    FIRST_PRICE times what a unit costs within the limits: its share of a mean leg and of a vehicle used to the full.
    """
    leg = max(kind.distance_cost for kind in problem.vehicles) * float(np.mean(problem.distances))

    def price(mean: float, limit: str) -> float:
        limited = [(kind.fixed_cost, getattr(kind, limit)) for kind in problem.vehicles]
        vehicle = max((cost / max(most, 1) for cost, most in limited if most is not None), default=0.0)
        return FIRST_PRICE * (leg / max(mean, 1.0) + vehicle)

    loads = [price(float(np.mean(problem.demands[1:])), "capacity")]
    if _counts_clients(problem):
        loads.append(price(1.0, "max_clients"))
    passed = 1.0 if problem.durations is None else float(np.mean(problem.durations))
    return loads, price(passed, "max_duration"), price(float(np.mean(problem.distances)), "max_distance")


def to_pyvrp(problem: VehicleRoutingProblem) -> pyvrp.ProblemData:
    """The problem in PyVRP's terms; client i is node i + 1, a limit of clients a second load of one each."""
    one = [1] if _counts_clients(problem) else []
    n = len(problem.demands)
    durations = np.zeros((n, n), np.int64) if problem.durations is None else problem.durations

    def window(node: int) -> dict[str, int]:
        if problem.windows is None:
            return {}
        early, late = problem.windows[node].tolist()
        return {"tw_early": early, "tw_late": late}

    clients = [
        pyvrp.Client(
            node,
            delivery=[int(problem.demands[node]), *one],
            service_duration=0 if problem.service is None else int(problem.service[node]),
            **window(node),
        )
        for node in range(1, n)
    ]
    kinds = []
    for position, kind in enumerate(problem.vehicles):
        limits = {}
        if kind.max_duration is not None:
            limits["shift_duration"] = kind.max_duration
        if kind.max_distance is not None:
            limits["max_distance"] = kind.max_distance
        most = problem.clients if kind.max_clients is None else kind.max_clients
        kinds.append(
            pyvrp.VehicleType(
                num_available=problem.number(position),
                capacity=[kind.capacity, *(most * c for c in one)],
                fixed_cost=kind.fixed_cost,
                unit_distance_cost=kind.distance_cost,
                **limits,
            )
        )
    places = [pyvrp.Location(0, 0) for _ in range(n)]
    return pyvrp.ProblemData(places, clients, [pyvrp.Depot(0, **window(0))], kinds, [problem.distances], [durations])


def _counts_clients(problem: VehicleRoutingProblem) -> bool:
    return any(kind.max_clients is not None for kind in problem.vehicles)


def cost_of(solution: pyvrp.Solution) -> int:
    """Fixed costs and distance costs."""
    return solution.distance_cost() + solution.fixed_vehicle_cost()


def from_pyvrp(solution: pyvrp.Solution) -> tuple[Route, ...]:
    """The routes that serve clients."""
    return tuple(_read(route) for route in solution.routes() if route.num_clients())


def _read(route: pyvrp.Route) -> Route:
    return Route(route.vehicle_type(), tuple(a.idx + 1 for a in route if a.is_client()))


def _stated(data: pyvrp.ProblemData, routes: tuple[Route, ...]) -> pyvrp.Solution:
    return pyvrp.Solution(data, [pyvrp.Route(data, [c - 1 for c in route.clients], route.vehicle) for route in routes])


def _until(task: Task):
    """PyVRP's stopping criterion: so many iterations, or the deadline."""
    done = 0

    def reached(best_cost: int, idle: int = SETTLED) -> bool:
        nonlocal done
        done += 1
        enough = task.iterations is not None and done > task.iterations
        return enough or time.time() >= (task.deadline if idle >= SETTLED else max(task.deadline, task.latest))

    return reached


class _Idle:
    """Stopping criterion of one search: the end of all, or no better solution for long."""

    def __init__(self, end) -> None:
        self._end, self._best, self._idle = end, None, 0

    def __call__(self, best_cost: int) -> bool:
        better = self._best is None or best_cost < self._best
        self._best, self._idle = (best_cost, 0) if better else (self._best, self._idle + 1)
        return self._end(best_cost, self._idle) or self._idle > IDLE


class _Memory:
    """Callbacks that remember the routes of good feasible solutions.

    A route costs more to read than to sign by its figures, and few are new: those with a known signature are passed
    over, at the risk of missing another route with the same figures.
    """

    def __init__(self, within: float) -> None:
        self._within = within
        self.routes: dict[Route, int] = {}
        self._signed: set[tuple[int, ...]] = set()

    def keep(self, solution: pyvrp.Solution) -> None:
        if not solution.is_feasible():
            return
        for route in solution.routes():
            figures = (route.vehicle_type(), route.distance(), route.delivery()[0], route.duration())
            if figures in self._signed or not route.num_clients():
                continue
            self._signed.add(figures)
            self.routes[_read(route)] = route.distance_cost() + route.fixed_vehicle_cost()

    def on_start(self, search: IteratedLocalSearch) -> None: ...

    def on_end(self, result) -> None: ...

    def on_restart(self, best: pyvrp.Solution) -> None: ...

    def on_best(self, best: pyvrp.Solution) -> None:
        self.keep(best)

    def on_iteration(self, current, candidate: pyvrp.Solution, best: pyvrp.Solution, cost_evaluator) -> None:
        if len(self.routes) < REMEMBERED and candidate.is_feasible():
            limit = (1 + self._within) * cost_of(best)
            if cost_of(candidate) <= limit:
                self.keep(candidate)
