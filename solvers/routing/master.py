"""The integer programme over a pool of routes, and the bound over all routes.

Columns: x[g, s] persons of group g at stop s; u[r, s, w] riders of route r who board at s and value a minute
at w; y[r, v] vehicles of type v on route r; z[m, g] persons of group g in mode m. With y fixed, what remains
is a flow of people, so the programme keeps only y whole, and a second one makes the people whole.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from solvers.linear import LinearModel, solve_linear
from solvers.problem import Status, Stop
from solvers.routing.columns import Column, shortest, usable_stops
from solvers.routing.problem import Route, RoutingProblem, RoutingSolution, objective_of

# Money in the programmes is in units of 1,000 VND, so that coefficients lie near one another.
UNIT = 1_000.0
# Routes of the first relaxation, and most routes that join it at a time.
FIRST_ROUTES = 300
ROUTES_A_ROUND = 300
TOLERANCE = 1e-6


@dataclass
class _People:
    """Positions of the columns and rows that all programmes share."""

    x: np.ndarray
    x_group: np.ndarray
    x_stop: np.ndarray
    z: np.ndarray
    z_mode: np.ndarray
    z_group: np.ndarray
    balance: dict[tuple[int, int, int], int]
    budget: int | None
    fleet: np.ndarray


def value_classes(problem: RoutingProblem) -> np.ndarray:
    """Class of each group by its value of a minute, numbered from 0 in ascending order."""
    return np.unique(problem.minute_cost, return_inverse=True)[1]


def choose(problem: RoutingProblem, pool: tuple[Column, ...], stop: Stop) -> RoutingSolution | None:
    """Best vehicles and modes for a pool; None where none was found in time.

    `pool_bound` is the bound of the programme (VND a month): valid for every choice from the pool.
    """
    model, people, routes = _programme(problem, pool, whole_people=False)
    answer = solve_linear(model, stop)
    bound = None if answer.bound is None else answer.bound * UNIT
    if answer.values is None:
        return None
    counts = np.rint(answer.values[routes.y]).astype(int)
    model, people, routes = _programme(problem, pool, whole_people=True, counts=counts)
    whole = solve_linear(model, replace(stop, work=None))
    if whole.values is None:
        return None
    chosen, by_mode = _read(problem, pool, people, routes, values=whole.values, counts=counts)
    return RoutingSolution(
        Status.FEASIBLE,
        objective_of(problem, chosen, by_mode),
        routes=chosen,
        by_mode=by_mode,
        pool_bound=bound,
    )


def direct_bound(problem: RoutingProblem, stop: Stop) -> float | None:
    """Lower bound over all sequences of stops, VND a month.

    A rider from stop s takes a seat for at least the direct ride, and a full vehicle over the shortest way
    from s is the cheapest seat any route can give him. So people who buy seats one by one on full direct
    vehicles, as a linear programme, never pay more than in the best plan.
    """
    minutes, km = shortest(problem.minutes), shortest(problem.km)
    model = LinearModel()
    people = _add_people(problem, model, whole=False, whole_modes=False)
    classes = value_classes(problem)
    price = np.unique(problem.minute_cost)
    for depot in sorted(set(problem.depot.tolist())):
        for s in usable_stops(problem, depot):
            ride = minutes[s, depot] + minutes[depot, s] + 2 * problem.dwell
            length = km[s, depot] + km[depot, s]
            for w in sorted(set(classes[problem.depot == depot].tolist())):
                row = people.balance.get((depot, s, w))
                if row is None:
                    continue
                for v, kind in enumerate(problem.vehicles):
                    if kind.seats < problem.min_riders:
                        continue
                    seat = problem.days * (kind.day_vnd + kind.km_vnd * length) / kind.seats
                    f = model.add_columns((seat + price[w] * ride) / UNIT)
                    model.add_entries(row, f, -1.0)
                    model.add_entries(people.fleet[v], f, 1.0 / kind.seats)
                    if people.budget is not None:
                        model.add_entries(people.budget, f, seat / UNIT)
    answer = solve_linear(model, stop)
    return None if answer.status != Status.OPTIMAL or answer.bound is None else answer.bound * UNIT


@dataclass
class _Routes:
    """Positions of the columns of the routes: y (pool, vehicles) and for each route its u as (column, stop,
    class).
    """

    y: np.ndarray
    u: list[list[tuple[int, int, int]]]


def relax(problem: RoutingProblem, pool: tuple[Column, ...], stop: Stop) -> tuple[float | None, np.ndarray]:
    """Linear bound over a pool (VND a month, None out of time) and the reduced cost of each of its routes.

    Solved on a part of the pool; routes that its dual prices call for are added until none is left.
    """
    began = time.perf_counter()
    limits = _Limits(problem, pool)
    taken = np.zeros(len(pool), bool)
    taken[:FIRST_ROUTES] = True
    while True:
        part = np.flatnonzero(taken)
        model, people, _ = _programme(problem, tuple(pool[i] for i in part), whole_people=False, relaxed=True)
        left = stop.seconds - (time.perf_counter() - began)
        answer = solve_linear(model, replace(stop, seconds=max(left, 1.0)))
        if answer.status != Status.OPTIMAL or answer.duals is None:
            return None, np.zeros(len(pool))
        reduced = limits.reduced_costs(people, answer.duals)
        missing = np.flatnonzero(~taken & (reduced < -TOLERANCE))
        if not len(missing):
            return answer.objective * UNIT, reduced * UNIT
        taken[missing[np.argsort(reduced[missing], kind="stable")[:ROUTES_A_ROUND]]] = True


class _Limits:
    """Best filling of a vehicle at given prices: stops by gain, each up to the people who reach it."""

    def __init__(self, problem: RoutingProblem, pool: tuple[Column, ...]):
        self._problem, self._pool = problem, pool
        self._price = np.unique(problem.minute_cost) / UNIT
        self._kinds = [v for v, k in enumerate(problem.vehicles) if k.seats >= problem.min_riders and k.fleet > 0]
        self._rides = [sum(problem.ride_minutes(sequence, depot)) for depot, sequence in pool]
        self._cost = [
            [problem.vehicle_vnd_month(v, sequence, depot) / UNIT for v in self._kinds] for depot, sequence in pool
        ]
        self._reached = _reached(problem, pool)
        self._alone = _reached_alone(problem, pool)

    def reduced_costs(self, people: _People, duals: np.ndarray) -> np.ndarray:
        """Reduced cost of the best vehicle on each route, in the unit of the programme."""
        budget = 0.0 if people.budget is None else duals[people.budget]
        fleet = duals[people.fleet] if len(people.fleet) else np.zeros(0)
        result = np.full(len(self._pool), np.inf)
        for r, (depot, sequence) in enumerate(self._pool):
            gains = [
                (self._gain(people, duals, depot, s, ride), s) for s, ride in zip(sequence, self._rides[r], strict=True)
            ]
            gains.sort(reverse=True)
            for v, cost in zip(self._kinds, self._cost[r], strict=True):
                left = min(self._problem.vehicles[v].seats, self._reached[r])
                filled = 0.0
                for gain, s in gains:
                    riders = min(left, self._alone[depot, s])
                    if gain <= 0 or riders <= 0:
                        break
                    filled += gain * riders
                    left -= riders
                result[r] = min(result[r], cost * (1 - budget) - fleet[v] - filled)
        return result

    def _gain(self, people: _People, duals: np.ndarray, depot: int, stop: int, ride: float) -> float:
        """What a rider who boards at the stop is worth beyond his time, at best of all values of time."""
        rows = [(w, people.balance.get((depot, stop, w))) for w in range(len(self._price))]
        return max((-duals[row] - self._price[w] * ride for w, row in rows if row is not None), default=-np.inf)


def _programme(
    problem, pool, *, whole_people: bool, counts: np.ndarray | None = None, relaxed: bool = False
) -> tuple[LinearModel, _People, _Routes]:
    """The programme over a pool: with `counts` the vehicles are given, with `relaxed` nothing is whole."""
    model = LinearModel()
    # A budget cuts persons of other modes in parts: with those whole, the rest is a flow again.
    budgeted = problem.budget is not None and not relaxed
    people = _add_people(problem, model, whole=whole_people, whole_modes=whole_people or budgeted)
    price = np.unique(problem.minute_cost)
    kinds = problem.vehicles
    cost = np.array([[problem.vehicle_vnd_month(v, q, d) for v in range(len(kinds))] for d, q in pool])
    cost = cost.reshape(len(pool), len(kinds))
    usable = np.array([k.fleet if k.seats >= problem.min_riders else 0 for k in kinds], float)
    low = np.zeros(cost.shape) if counts is None else counts
    high = np.broadcast_to(usable, cost.shape) if counts is None else counts
    y = model.add_columns(cost.ravel() / UNIT, lower=low.ravel(), upper=high.ravel(), integer=not relaxed)
    y = y.reshape(cost.shape)
    # No vehicle takes more than can reach its stops: far tighter than its seats where few people live.
    reached = _reached(problem, pool)
    seats = np.minimum(np.array([k.seats for k in kinds], float)[None, :], reached[:, None])
    full = model.add_rows(np.full(len(pool), -np.inf), 0.0)
    least = model.add_rows(np.zeros(len(pool)), np.inf)
    model.add_entries(full[:, None], y, -seats)
    model.add_entries(least[:, None], y, -float(problem.min_riders))
    model.add_entries(people.fleet[None, :], y, 1.0)
    if people.budget is not None:
        model.add_entries(people.budget, y.ravel(), cost.ravel() / UNIT)
    u: list[list[tuple[int, int, int]]] = []
    costs, rows, keys = [], [], []
    for r, (depot, sequence) in enumerate(pool):
        ride = sum(problem.ride_minutes(sequence, depot))
        for s, minutes in zip(sequence, ride, strict=True):
            for w in range(len(price)):
                row = people.balance.get((depot, s, w))
                if row is not None:
                    costs.append(price[w] * minutes / UNIT)
                    rows.append(row)
                    keys.append((r, s, w))
        u.append([])
    columns = model.add_columns(np.array(costs), integer=whole_people) if costs else np.empty(0, int)
    for column, (r, s, w) in zip(columns.tolist(), keys, strict=True):
        u[r].append((column, s, w))
    if costs:
        of_route, stop_of = np.array([r for r, _, _ in keys]), np.array([s for _, s, _ in keys])
        model.add_entries(np.array(rows), columns, -1.0)
        model.add_entries(full[of_route], columns, 1.0)
        model.add_entries(least[of_route], columns, 1.0)
        _tie_stops_to_vehicles(problem, pool, model, y=y, columns=columns, of_route=of_route, stop_of=stop_of)
    return model, people, _Routes(y, u)


def _reached(problem: RoutingProblem, pool) -> np.ndarray:
    """People who can reach a stop of each route."""
    near = np.isfinite(problem.access_cost)
    return np.array(
        [
            problem.riders_max[(problem.depot == depot) & near[:, list(sequence)].any(axis=1)].sum()
            for depot, sequence in pool
        ],
        float,
    )


def _reached_alone(problem: RoutingProblem, pool) -> dict[tuple[int, int], int]:
    """People who can reach each stop, by depot and stop."""
    keys = sorted({(depot, s) for depot, sequence in pool for s in sequence})
    counts = _reached(problem, [(depot, (s,)) for depot, s in keys])
    return {key: int(n) for key, n in zip(keys, counts, strict=True)}


def _tie_stops_to_vehicles(problem: RoutingProblem, pool, model: LinearModel, *, y, columns, of_route, stop_of) -> None:
    """Riders of a stop on a route are at most the people who reach the stop, times the vehicles of the route.

    It follows from the other rows when vehicles are whole, but keeps the relaxation from running a third
    of a vehicle for the third of its seats that a small place can fill.
    """
    most = max((v.seats for v in problem.vehicles), default=0)
    alone = _reached_alone(problem, pool)
    wanted = {}
    for r, (depot, sequence) in enumerate(pool):
        for s in sequence:
            if alone[depot, s] < most:
                wanted[r, s] = alone[depot, s]
    if not wanted:
        return
    rows = model.add_rows(np.full(len(wanted), -np.inf), 0.0)
    row_of = dict(zip(wanted, rows.tolist(), strict=True))
    used = np.array([(int(r), int(s)) in row_of for r, s in zip(of_route, stop_of, strict=True)])
    at = [row_of[int(r), int(s)] for r, s in zip(of_route[used], stop_of[used], strict=True)]
    model.add_entries(np.array(at, int), columns[used], 1.0)
    people = np.array(list(wanted.values()), float)
    seats = np.array([v.seats for v in problem.vehicles], float)
    routes = np.array([r for r, _ in wanted])
    model.add_entries(rows[:, None], y[routes], -np.minimum(people[:, None], seats[None, :]))


def _add_people(problem: RoutingProblem, model: LinearModel, *, whole: bool, whole_modes: bool) -> _People:
    """Groups, stops they can reach and other modes, with the rows that hold them together."""
    classes = value_classes(problem)
    usable = np.zeros((len(problem.people), problem.n_stops), bool)
    for depot in sorted(set(problem.depot.tolist())):
        usable[np.ix_(problem.depot == depot, usable_stops(problem, depot))] = True
    usable &= np.isfinite(problem.access_cost) & (problem.riders_max > 0)[:, None]
    x_group, x_stop = np.nonzero(usable)
    limits = problem.riders_max[x_group]
    x = (
        model.add_columns(problem.access_cost[x_group, x_stop] / UNIT, upper=limits, integer=whole)
        if len(x_group)
        else np.empty(0, int)
    )
    z_mode, z_group = np.nonzero(np.array([np.isfinite(m.cost) for m in problem.modes]))
    z_cost = np.array([m.cost for m in problem.modes])[z_mode, z_group]
    z = model.add_columns(z_cost / UNIT, upper=problem.people[z_group], integer=whole_modes)
    everyone = model.add_rows(problem.people, problem.people)
    model.add_entries(everyone[z_group], z, 1.0)
    capped = [m for m, mode in enumerate(problem.modes) if mode.capacity is not None]
    for m in capped:
        row = model.add_rows(-np.inf, problem.modes[m].capacity)
        model.add_entries(row, z[z_mode == m], 1.0)
    fleet = (
        model.add_rows(np.full(len(problem.vehicles), -np.inf), [v.fleet for v in problem.vehicles])
        if problem.vehicles
        else np.empty(0, int)
    )
    budget = None
    if problem.budget is not None:
        budget = int(model.add_rows(-np.inf, problem.budget / UNIT)[0])
        public = np.array([m.public for m in problem.modes])[z_mode, z_group]
        model.add_entries(budget, z, public / UNIT)
    balance: dict[tuple[int, int, int], int] = {}
    if len(x_group):
        model.add_entries(everyone[x_group], x, 1.0)
        most = model.add_rows(np.full(len(problem.people), -np.inf), problem.riders_max)
        model.add_entries(most[x_group], x, 1.0)
        keys = np.column_stack([problem.depot[x_group], x_stop, classes[x_group]])
        distinct, of = np.unique(keys, axis=0, return_inverse=True)
        rows = model.add_rows(np.zeros(len(distinct)), 0.0)
        model.add_entries(rows[of.ravel()], x, 1.0)
        balance = {tuple(key): int(row) for key, row in zip(distinct.tolist(), rows, strict=True)}
    return _People(x, x_group, x_stop, z, z_mode, z_group, balance, budget, fleet)


def _read(problem, pool, people: _People, routes: _Routes, *, values, counts) -> tuple[tuple[Route, ...], np.ndarray]:
    """Whole persons on whole vehicles: waiting people of a stop board its routes in order of the pool."""
    classes = value_classes(problem)
    by_mode = np.zeros((len(problem.modes), len(problem.people)), int)
    by_mode[people.z_mode, people.z_group] = np.rint(values[people.z]).astype(int)
    waiting: dict[tuple[int, int, int], list[list[int]]] = {}
    for g, s, n in zip(people.x_group, people.x_stop, np.rint(values[people.x]).astype(int), strict=True):
        if n > 0:
            waiting.setdefault((int(problem.depot[g]), int(s), int(classes[g])), []).append([int(g), int(n)])
    chosen: list[Route] = []
    for r, (depot, sequence) in enumerate(pool):
        if not counts[r].any():
            continue
        riders = []
        for column, s, w in routes.u[r]:
            riders += [(g, s, n) for g, n in _take(waiting.get((depot, s, w), []), int(np.rint(values[column])))]
        vehicles = [v for v in range(len(problem.vehicles)) for _ in range(counts[r, v])]
        chosen += _split(problem, depot, sequence, riders, vehicles)
    return tuple(chosen), by_mode


def _take(queue: list[list[int]], wanted: int) -> list[tuple[int, int]]:
    """Take persons from the front of a queue of [group, persons]."""
    taken = []
    while wanted > 0 and queue:
        n = min(wanted, queue[0][1])
        taken.append((queue[0][0], n))
        queue[0][1] -= n
        wanted -= n
        if not queue[0][1]:
            queue.pop(0)
    return taken


def _split(problem, depot, sequence, riders, vehicles) -> list[Route]:
    """Riders of one sequence onto its vehicles, far stops first, so that a vehicle calls at few stops."""
    order = {s: i for i, s in enumerate(sequence)}
    queue = [[k, n] for k, (_, _, n) in sorted(enumerate(riders), key=lambda item: (order[item[1][1]], item[0]))]
    left = sum(n for _, n in queue)
    result = []
    for i, v in enumerate(vehicles):
        reserved = problem.min_riders * (len(vehicles) - i - 1)
        taken = _take(queue, min(problem.vehicles[v].seats, left - reserved))
        left -= sum(n for _, n in taken)
        mine = tuple((riders[k][0], riders[k][1], n) for k, n in taken)
        used = tuple(s for s in sequence if any(stop == s for _, stop, _ in mine))
        shorter = used and problem.is_runnable(used, depot)
        cheaper = shorter and problem.day_km(used, depot) <= problem.day_km(sequence, depot)
        result.append(Route(v, used if cheaper else sequence, depot, mine))
    return result
