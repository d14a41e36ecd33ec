"""The integer programme over a pool of routes, and the bound over all routes.

Columns: y[r, v] vehicles of type v on route r; and for each demand x[g, s] persons of group g at stop s, u[r, s, w]
riders of route r who board at s and value a minute at w, z[m, g] persons of group g in mode m. With y fixed, what
remains is a flow of people in each demand, so the programme keeps only y whole, and a second one makes the people
whole.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from solvers.linear import LinearModel, solve_linear
from solvers.problem import Status, Stop
from solvers.routing.columns import shortest, usable_stops
from solvers.routing.problem import Column, Demand, Ridership, Route, RoutingProblem, RoutingSolution, objective_of

# Money in the programmes is in units of 1,000 VND, so that coefficients lie near one another.
UNIT = 1_000.0
# Routes of the first relaxation, and most routes that join it at a time.
FIRST_ROUTES = 300
ROUTES_A_ROUND = 300
TOLERANCE = 1e-6


@dataclass
class _People:
    """Positions of the columns and rows of one demand that all programmes share."""

    demand: Demand
    x: np.ndarray
    x_group: np.ndarray
    x_stop: np.ndarray
    z: np.ndarray
    z_mode: np.ndarray
    z_group: np.ndarray
    balance: dict[tuple[int, int, int], int]


@dataclass
class _Shared:
    """Rows of the programme that hold all demands together: vehicles of each type, public money (or None)."""

    fleet: np.ndarray
    budget: int | None


def value_classes(problem: RoutingProblem) -> np.ndarray:
    """Class of each group by its value of a minute, numbered from 0 in ascending order."""
    return np.unique(problem.minute_cost, return_inverse=True)[1]


def choose(problem: RoutingProblem, pool: tuple[Column, ...], stop: Stop) -> RoutingSolution | None:
    """Best vehicles and modes for a pool; None where none was found in time.

    `pool_bound` is the bound of the programme (VND a month): valid for every choice from the pool.
    """
    model, _, _, routes = _programme(problem, pool, whole_people=False)
    answer = solve_linear(model, stop)
    bound = None if answer.bound is None else answer.bound * UNIT
    if answer.values is None:
        return None
    counts = np.rint(answer.values[routes.y]).astype(int)
    best = with_vehicles(problem, pool, counts, stop)
    return None if best is None else replace(best, pool_bound=bound)


def with_vehicles(
    problem: RoutingProblem, pool: tuple[Column, ...], counts: np.ndarray, stop: Stop, *, least: bool = True
) -> RoutingSolution | None:
    """Who goes how in each demand with given vehicles, `counts` (pool, types); None where the limits allow nothing.

    Without `least`, the vehicles run however few ride them, and by all their stops.
    """
    used = np.flatnonzero(counts.sum(axis=1))
    lines, counts = tuple(pool[r] for r in used), counts[used]
    model, blocks, _, routes = _programme(problem, lines, whole_people=True, counts=counts, least=least)
    whole = solve_linear(model, replace(stop, work=None))
    if whole.values is None:
        return None
    boarded = [_boarded(problem, lines, people, routes.u[k], whole.values) for k, people in enumerate(blocks)]
    chosen, others = _split(problem, lines, counts, boarded, problem.min_riders if least else 0)
    by_mode = [_by_mode(problem, people, whole.values) for people in blocks]
    ridership = tuple(Ridership(riders, modes) for riders, modes in zip(others, by_mode[1:], strict=True))
    return RoutingSolution(
        Status.FEASIBLE,
        objective_of(problem, chosen, by_mode[0], ridership),
        routes=chosen,
        by_mode=by_mode[0],
        others=ridership,
    )


def direct_bound(problem: RoutingProblem, stop: Stop) -> float | None:
    """Lower bound over all sequences of stops, VND a month.

    A rider from stop s takes a seat for at least the direct ride, and a full vehicle over the shortest way
    from s is the cheapest seat any route can give him. So people who buy seats one by one on full direct
    vehicles, as a linear programme, never pay more than in the best plan. With several demands a seat is hired once,
    for the demand that needs most seats, and its km are at least the expected ones of its riders' direct ways.
    """
    minutes, km = shortest(problem.minutes), shortest(problem.km)
    model = LinearModel()
    shared = _add_shared(problem, model)
    blocks = [_add_people(problem, model, shared, d, whole=False, whole_modes=False) for d in problem.demands]
    classes = value_classes(problem)
    price = np.unique(problem.minute_cost)
    for depot in sorted(set(problem.depot.tolist())):
        present = sorted(set(classes[problem.depot == depot].tolist()))
        for v, kind in enumerate(problem.vehicles):
            if kind.seats < problem.min_riders:
                continue
            hire = problem.days * kind.day_vnd / kind.seats / UNIT
            seats = model.add_columns(hire)
            model.add_entries(shared.fleet[v], seats, 1.0 / kind.seats)
            if shared.budget is not None:
                model.add_entries(shared.budget, seats, hire)
            for people in blocks:
                hired = model.add_rows(-np.inf, 0.0)
                model.add_entries(hired, seats, -1.0)
                for s in usable_stops(problem, depot):
                    ride = minutes[s, depot] + minutes[depot, s] + 2 * problem.dwell
                    seat_km = problem.days * (km[s, depot] + km[depot, s]) / kind.seats / UNIT
                    chance = people.demand.probability
                    for w in present:
                        row = people.balance.get((depot, s, w))
                        if row is not None:
                            f = model.add_columns(chance * (seat_km * kind.km_cost + price[w] * ride / UNIT))
                            model.add_entries([row, hired[0]], f, [-1.0, 1.0])
                            if shared.budget is not None:
                                model.add_entries(shared.budget, f, chance * seat_km * kind.km_vnd)
    answer = solve_linear(model, stop)
    return None if answer.status != Status.OPTIMAL or answer.bound is None else answer.bound * UNIT


@dataclass
class _Routes:
    """Positions of the columns of the routes: y (pool, vehicles) and for each demand and route its u as (column,
    stop, class).
    """

    y: np.ndarray
    u: list[list[list[tuple[int, int, int]]]]


def relax(
    problem: RoutingProblem, pool: tuple[Column, ...], stop: Stop, likely: np.ndarray | None = None
) -> tuple[float | None, np.ndarray]:
    """Linear bound over a pool (VND a month, None out of time) and the reduced cost of each of its routes.

    Solved on a part of the pool, at first the `likely` routes (positions, best first); routes that its dual prices call
    for are added until none is left.
    """
    began = time.perf_counter()
    limits = _Limits(problem, pool)
    taken = np.zeros(len(pool), bool)
    taken[(np.arange(len(pool)) if likely is None else likely)[:FIRST_ROUTES]] = True
    while True:
        part = np.flatnonzero(taken)
        lines = tuple(pool[i] for i in part)
        model, blocks, shared, _ = _programme(problem, lines, whole_people=False, relaxed=True)
        left = stop.seconds - (time.perf_counter() - began)
        answer = solve_linear(model, replace(stop, seconds=max(left, 1.0)))
        if answer.status != Status.OPTIMAL or answer.duals is None:
            return None, np.zeros(len(pool))
        reduced = limits.reduced_costs(blocks, shared, answer.duals)
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
        self._public = [
            [problem.public_vnd_month(v, sequence, depot) / UNIT for v in self._kinds] for depot, sequence in pool
        ]
        self._cost = [
            [problem.vehicle_vnd_month(v, sequence, depot) / UNIT for v in self._kinds] for depot, sequence in pool
        ]
        self._reached = [_reached(problem, demand, pool) for demand in problem.demands]
        self._alone = [_reached_alone(problem, demand, pool) for demand in problem.demands]

    def reduced_costs(self, blocks: list[_People], shared: _Shared, duals: np.ndarray) -> np.ndarray:
        """Reduced cost of the best vehicle on each route, in the unit of the programme."""
        budget = 0.0 if shared.budget is None else duals[shared.budget]
        fleet = duals[shared.fleet] if len(shared.fleet) else np.zeros(0)
        result = np.full(len(self._pool), np.inf)
        for r, (depot, sequence) in enumerate(self._pool):
            gains = [self._gains(people, duals, depot, sequence, self._rides[r]) for people in blocks]
            for v, cost, public in zip(self._kinds, self._cost[r], self._public[r], strict=True):
                seats = self._problem.vehicles[v].seats
                filled = sum(self._filled(k, r, seats, gain) for k, gain in enumerate(gains))
                result[r] = min(result[r], cost - public * budget - fleet[v] - filled)
        return result

    def _filled(self, k: int, r: int, seats: int, gains: list[tuple[float, int]]) -> float:
        """What the riders of demand k on a vehicle of route r are worth at most."""
        depot = self._pool[r][0]
        left, filled = min(seats, self._reached[k][r]), 0.0
        for gain, s in gains:
            riders = min(left, self._alone[k][depot, s])
            if gain <= 0 or riders <= 0:
                break
            filled += gain * riders
            left -= riders
        return filled

    def _gains(self, people: _People, duals: np.ndarray, depot: int, sequence, rides) -> list[tuple[float, int]]:
        """Stops with what a rider who boards there is worth beyond his time, at best of all values of time."""
        chance, gains = people.demand.probability, []
        for s, ride in zip(sequence, rides, strict=True):
            rows = [(w, people.balance.get((depot, s, w))) for w in range(len(self._price))]
            worth = [-duals[row] - chance * self._price[w] * ride for w, row in rows if row is not None]
            gains.append((max(worth, default=-np.inf), s))
        return sorted(gains, reverse=True)


def _programme(
    problem, pool, *, whole_people: bool, counts: np.ndarray | None = None, relaxed: bool = False, least: bool = True
) -> tuple[LinearModel, list[_People], _Shared, _Routes]:
    """The programme over a pool: with `counts` the vehicles are given, with `relaxed` nothing is whole."""
    model = LinearModel()
    shared = _add_shared(problem, model)
    # With a budget the modes are whole too where one demand makes that cheap: what remains is a flow again.
    modes = whole_people or (problem.budget is not None and not relaxed and not problem.others)
    blocks = [_add_people(problem, model, shared, d, whole=whole_people, whole_modes=modes) for d in problem.demands]
    kinds = problem.vehicles
    cost = np.array([[problem.vehicle_vnd_month(v, q, d) for v in range(len(kinds))] for d, q in pool])
    cost = cost.reshape(len(pool), len(kinds))
    usable = np.array([k.fleet if k.seats >= problem.min_riders else 0 for k in kinds], float)
    low = np.zeros(cost.shape) if counts is None else counts
    high = np.broadcast_to(usable, cost.shape) if counts is None else counts
    y = model.add_columns(cost.ravel() / UNIT, lower=low.ravel(), upper=high.ravel(), integer=not relaxed)
    y = y.reshape(cost.shape)
    model.add_entries(shared.fleet[None, :], y, 1.0)
    if shared.budget is not None:
        public = np.array([[problem.public_vnd_month(v, q, d) for v in range(len(kinds))] for d, q in pool])
        model.add_entries(shared.budget, y.ravel(), public.ravel() / UNIT)
    u = [
        _add_riders(problem, pool, model, people, y=y, whole=whole_people, least=least and k == 0)
        for k, people in enumerate(blocks)
    ]
    return model, blocks, shared, _Routes(y, u)


def _add_riders(problem, pool, model, people: _People, *, y, whole: bool, least: bool) -> list[list[tuple]]:
    """Riders of one demand on the routes; the smallest ridership (`least`) is one of the planned demand."""
    chance, price = people.demand.probability, np.unique(problem.minute_cost)
    # No vehicle takes more than can reach its stops: far tighter than its seats where few people live.
    reached = _reached(problem, people.demand, pool)
    seats = np.minimum(np.array([k.seats for k in problem.vehicles], float)[None, :], reached[:, None])
    full = model.add_rows(np.full(len(pool), -np.inf), 0.0)
    model.add_entries(full[:, None], y, -seats)
    enough = None
    if least:
        enough = model.add_rows(np.zeros(len(pool)), np.inf)
        model.add_entries(enough[:, None], y, -float(problem.min_riders))
    u: list[list[tuple[int, int, int]]] = [[] for _ in pool]
    costs, rows, keys = [], [], []
    for r, (depot, sequence) in enumerate(pool):
        ride = sum(problem.ride_minutes(sequence, depot))
        for s, minutes in zip(sequence, ride, strict=True):
            for w in range(len(price)):
                row = people.balance.get((depot, s, w))
                if row is not None:
                    costs.append(chance * price[w] * minutes / UNIT)
                    rows.append(row)
                    keys.append((r, s, w))
    if not costs:
        return u
    columns = model.add_columns(np.array(costs), integer=whole)
    for column, (r, s, w) in zip(columns.tolist(), keys, strict=True):
        u[r].append((column, s, w))
    of_route, stop_of = np.array([r for r, _, _ in keys]), np.array([s for _, s, _ in keys])
    model.add_entries(np.array(rows), columns, -1.0)
    model.add_entries(full[of_route], columns, 1.0)
    if enough is not None:
        model.add_entries(enough[of_route], columns, 1.0)
    _tie_stops_to_vehicles(
        problem, people.demand, pool, model, y=y, columns=columns, of_route=of_route, stop_of=stop_of
    )
    return u


def _reached(problem: RoutingProblem, demand: Demand, pool) -> np.ndarray:
    """People who can reach a stop of each route."""
    near = np.isfinite(problem.access_cost)
    return np.array(
        [
            demand.riders_max[(problem.depot == depot) & near[:, list(sequence)].any(axis=1)].sum()
            for depot, sequence in pool
        ],
        float,
    )


def _reached_alone(problem: RoutingProblem, demand: Demand, pool) -> dict[tuple[int, int], int]:
    """People who can reach each stop, by depot and stop."""
    keys = sorted({(depot, s) for depot, sequence in pool for s in sequence})
    counts = _reached(problem, demand, [(depot, (s,)) for depot, s in keys])
    return {key: int(n) for key, n in zip(keys, counts, strict=True)}


def _tie_stops_to_vehicles(problem, demand: Demand, pool, model: LinearModel, *, y, columns, of_route, stop_of) -> None:
    """Riders of a stop on a route are at most the people who reach the stop, times the vehicles of the route.

    It follows from the other rows when vehicles are whole, but keeps the relaxation from running a third
    of a vehicle for the third of its seats that a small place can fill.
    """
    most = max((v.seats for v in problem.vehicles), default=0)
    alone = _reached_alone(problem, demand, pool)
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


def _add_shared(problem: RoutingProblem, model: LinearModel) -> _Shared:
    """Rows of the fleet and of the budget."""
    fleet = (
        model.add_rows(np.full(len(problem.vehicles), -np.inf), [v.fleet for v in problem.vehicles])
        if problem.vehicles
        else np.empty(0, int)
    )
    budget = None if problem.budget is None else int(model.add_rows(-np.inf, problem.budget / UNIT)[0])
    return _Shared(fleet, budget)


def _add_people(
    problem: RoutingProblem, model: LinearModel, shared: _Shared, demand: Demand, *, whole: bool, whole_modes: bool
) -> _People:
    """Groups, stops they can reach and other modes in one demand, with the rows that hold them together."""
    classes = value_classes(problem)
    usable = np.zeros((len(problem.people), problem.n_stops), bool)
    for depot in sorted(set(problem.depot.tolist())):
        usable[np.ix_(problem.depot == depot, usable_stops(problem, depot))] = True
    usable &= np.isfinite(problem.access_cost) & (demand.riders_max > 0)[:, None]
    x_group, x_stop = np.nonzero(usable)
    limits = demand.riders_max[x_group]
    chance = demand.probability
    x = (
        model.add_columns(chance * problem.access_cost[x_group, x_stop] / UNIT, upper=limits, integer=whole)
        if len(x_group)
        else np.empty(0, int)
    )
    z_mode, z_group = np.nonzero(np.array([np.isfinite(m.cost) for m in problem.modes]))
    z_cost = np.array([m.cost for m in problem.modes])[z_mode, z_group]
    z = model.add_columns(chance * z_cost / UNIT, upper=problem.people[z_group], integer=whole_modes)
    everyone = model.add_rows(problem.people, problem.people)
    model.add_entries(everyone[z_group], z, 1.0)
    for m in [m for m, mode in enumerate(problem.modes) if mode.capacity is not None]:
        row = model.add_rows(-np.inf, problem.modes[m].capacity)
        model.add_entries(row, z[z_mode == m], 1.0)
    if shared.budget is not None:
        public = np.array([m.public for m in problem.modes])[z_mode, z_group]
        model.add_entries(shared.budget, z, chance * public / UNIT)
    together = np.array([m.collective for m in problem.modes], bool)[z_mode]
    if len(x_group) or together.any():
        most = model.add_rows(np.full(len(problem.people), -np.inf), demand.riders_max)
        model.add_entries(most[x_group], x, 1.0)
        model.add_entries(most[z_group[together]], z[together], 1.0)
    balance: dict[tuple[int, int, int], int] = {}
    if len(x_group):
        model.add_entries(everyone[x_group], x, 1.0)
        keys = np.column_stack([problem.depot[x_group], x_stop, classes[x_group]])
        distinct, of = np.unique(keys, axis=0, return_inverse=True)
        rows = model.add_rows(np.zeros(len(distinct)), 0.0)
        model.add_entries(rows[of.ravel()], x, 1.0)
        balance = {tuple(key): int(row) for key, row in zip(distinct.tolist(), rows, strict=True)}
    return _People(demand, x, x_group, x_stop, z, z_mode, z_group, balance)


def _by_mode(problem, people: _People, values) -> np.ndarray:
    """Whole persons of each group (columns) in each mode (rows)."""
    by_mode = np.zeros((len(problem.modes), len(problem.people)), int)
    by_mode[people.z_mode, people.z_group] = np.rint(values[people.z]).astype(int)
    return by_mode


def _boarded(problem, pool, people: _People, u, values) -> list[list[tuple[int, int, int]]]:
    """Riders of each route as (group, stop, persons): waiting people of a stop board its routes in their order."""
    classes = value_classes(problem)
    waiting: dict[tuple[int, int, int], list[list[int]]] = {}
    for g, s, n in zip(people.x_group, people.x_stop, np.rint(values[people.x]).astype(int), strict=True):
        if n > 0:
            waiting.setdefault((int(problem.depot[g]), int(s), int(classes[g])), []).append([int(g), int(n)])
    boarded = []
    for (depot, _), own in zip(pool, u, strict=True):
        riders = []
        for column, s, w in own:
            riders += [(g, s, n) for g, n in _take(waiting.get((depot, s, w), []), int(np.rint(values[column])))]
        boarded.append(riders)
    return boarded


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


def _split(problem, pool, counts, boarded, least: int) -> tuple[tuple[Route, ...], list[tuple]]:
    """Riders of each sequence onto its vehicles: routes with those of the planned demand, and the riders of others.

    A vehicle that no one needs at a stop, in any demand, leaves the stop out where its way is then shorter.
    """
    routes: list[Route] = []
    others: list[list[tuple]] = [[] for _ in boarded[1:]]
    for r, (depot, sequence) in enumerate(pool):
        vehicles = [v for v in range(len(problem.vehicles)) for _ in range(counts[r, v])]
        loads = [
            _onto_vehicles(problem, sequence, vehicles, own[r], least if k == 0 else 0) for k, own in enumerate(boarded)
        ]
        for i, v in enumerate(vehicles):
            mine = [load[i] for load in loads]
            wanted = {stop for riders in mine for _, stop, _ in riders}
            used = tuple(s for s in sequence if s in wanted)
            shorter = used and problem.is_runnable(used, depot)
            cheaper = least and shorter and problem.day_km(used, depot) <= problem.day_km(sequence, depot)
            routes.append(Route(v, used if cheaper else sequence, depot, mine[0]))
            for kept, riders in zip(others, mine[1:], strict=True):
                kept.append(riders)
    return tuple(routes), [tuple(kept) for kept in others]


def _onto_vehicles(problem, sequence, vehicles, riders, least: int) -> list[tuple[tuple[int, int, int], ...]]:
    """Riders of one sequence onto its vehicles, far stops first, so that a vehicle calls at few stops."""
    order = {s: i for i, s in enumerate(sequence)}
    queue = [[k, n] for k, (_, _, n) in sorted(enumerate(riders), key=lambda item: (order[item[1][1]], item[0]))]
    left = sum(n for _, n in queue)
    loads = []
    for i, v in enumerate(vehicles):
        reserved = least * (len(vehicles) - i - 1)
        taken = _take(queue, min(problem.vehicles[v].seats, left - reserved))
        left -= sum(n for _, n in taken)
        loads.append(tuple((riders[k][0], riders[k][1], n) for k, n in taken))
    return loads
