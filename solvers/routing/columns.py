"""Routes to choose from: sequences of stops towards a depot that keep to the longest ride."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from solvers.routing.problem import Column, Route, RoutingProblem

# Routes of several stops kept for one depot, and routes of one length that are grown further: where there are
# more, those with the smallest sums of detours.
POOL_OF_DEPOT = 20_000
GROWN_OF_DEPOT = 20_000
# Stops tried at every place of a chosen route: the nearest to its stops.
NEAREST_STOPS = 6


@dataclass(frozen=True)
class Pool:
    """Routes to choose from; `complete` when no other sequence of the stops keeps to the limits."""

    columns: tuple[Column, ...]
    complete: bool


def route_pool(problem: RoutingProblem) -> Pool:
    """Routes that can be part of a best plan: all, or where there are too many, those with small detours."""
    columns: list[Column] = []
    complete = True
    for depot in sorted(set(problem.depot.tolist())):
        worth = _Worth(problem, depot)
        direct = {s: _direct(problem, depot, s) for s in usable_stops(problem, depot)}
        level = list(direct.values())
        kept = [partial for partial in level if worth.pays(partial)]
        columns += [(depot, partial.sequence) for partial in kept]
        ranked: list[_Partial] = []
        while level and len(level[0].sequence) < problem.max_stops:
            level = [partial for partial in level if worth.pays_longer(partial)]
            level = sorted(_undominated(_prepended(problem, direct, level), same_first=True), key=_rank)
            complete = complete and len(level) <= GROWN_OF_DEPOT
            level = level[:GROWN_OF_DEPOT]
            ranked += [partial for partial in level if worth.pays(partial)]
        ranked = sorted(_undominated(ranked, same_first=False), key=_rank)
        complete = complete and len(ranked) <= POOL_OF_DEPOT
        columns += [(depot, partial.sequence) for partial in ranked[:POOL_OF_DEPOT]]
    return Pool(tuple(columns), complete)


class _Worth:
    """Whether a route can pay for itself: what its riders save at most, against the cheapest vehicle for
    them.

    If even all who gain by it, taking the seats with the largest gains, save less than the vehicle costs,
    then every plan with the route becomes cheaper without it, its riders going by the mode that takes
    everybody. So leaving such routes out loses nothing. The same test with the shortest rides that any
    longer route could offer tells whether a route is worth growing. With several demands, the expected saving
    is at most that of the mean riders (it is concave in them: a linear programme by its right-hand sides).
    """

    def __init__(self, problem: RoutingProblem, depot: int):
        self._problem = problem
        riders = mean_riders(problem)
        own = (problem.depot == depot) & (riders > 0)
        free = [m for m in problem.modes if m.capacity is None]
        if problem.budget is not None:
            free = [m for m in free if not m.public.any()]
        otherwise = np.min([m.cost[own] for m in free], axis=0)
        # Only the stops within reach of each group: few of all pairs, in order of the groups.
        group, self._stop = np.nonzero(np.isfinite(problem.access_cost[own]))
        self._first = np.flatnonzero(np.diff(group, prepend=-1))
        self._gain = (otherwise[:, None] - problem.access_cost[own])[group, self._stop]
        self._minute = problem.minute_cost[own][group]
        self._people = riders[own][group[self._first]]
        self._depot = depot
        self._kinds = [v for v in problem.vehicles if v.seats >= problem.min_riders and v.fleet > 0]
        self._between = shortest(problem.minutes) + shortest(problem.minutes).T

    def pays(self, partial: _Partial) -> bool:
        """Whether the route may be part of a best plan."""
        rides = np.full(self._problem.n_stops, np.inf)
        rides[list(partial.sequence)] = partial.rides
        return self._worthwhile(rides, partial.day_km)

    def pays_longer(self, partial: _Partial) -> bool:
        """Whether the route, or one with more stops before its first, may be part of a best plan."""
        ahead = self._between[:, partial.sequence[0]][: self._problem.n_stops] + self._problem.dwell
        rides = ahead + partial.rides[0]
        rides[list(partial.sequence)] = partial.rides
        return self._worthwhile(rides, partial.day_km)

    def _worthwhile(self, rides: np.ndarray, day_km: float) -> bool:
        if not len(self._first):
            return False
        ride = rides[self._stop]
        with np.errstate(invalid="ignore"):
            gains = np.where(np.isfinite(ride), self._gain - self._minute * ride, -np.inf)
        best = np.maximum(np.maximum.reduceat(gains, self._first), 0.0)
        order = np.argsort(-best, kind="stable")
        seats = np.cumsum(self._people[order])
        saved = np.concatenate([[0.0], np.cumsum((best * self._people)[order])])
        riders = np.concatenate([[0], seats])
        for kind in self._kinds:
            most = float(np.interp(kind.seats, riders, saved))
            if most >= self._problem.days * (kind.day_vnd + kind.km_cost * day_km):
                return True
        return False


def mean_riders(problem: RoutingProblem) -> np.ndarray:
    """Expected most riders of each group."""
    return np.sum([demand.probability * demand.riders_max for demand in problem.demands], axis=0)


def usable_stops(problem: RoutingProblem, depot: int) -> list[int]:
    """Stops that riders to the depot can reach and from which a direct vehicle keeps to the longest ride."""
    riders = (problem.depot == depot) & (mean_riders(problem) > 0)
    reached = np.isfinite(problem.access_cost[riders]).any(axis=0)
    return [int(s) for s in np.flatnonzero(reached) if problem.is_runnable((int(s),), depot)]


def nearby_routes(problem: RoutingProblem, routes: tuple[Route, ...]) -> list[Column]:
    """Routes one step from the chosen ones: a near stop inserted, two part-filled vehicles merged, a stop
    left out.
    """
    most = max((v.seats for v in problem.vehicles), default=0)
    usable = {depot: usable_stops(problem, depot) for depot in sorted({r.depot for r in routes})}
    found: dict[Column, None] = {}
    for depot, stops in usable.items():
        own = sorted({r.sequence for r in routes if r.depot == depot})
        for sequence in own:
            near = sorted((s for s in stops if s not in sequence), key=lambda s: (_nearness(problem, sequence, s), s))
            for s in near[:NEAREST_STOPS]:
                found |= dict.fromkeys(_with_parts(problem, depot, _inserted(problem, depot, sequence, s)))
        loads = {q: min(r.load for r in routes if r.depot == depot and r.sequence == q) for q in own}
        for a, b in combinations(own, 2):
            if loads[a] + loads[b] <= most:
                merged: tuple[int, ...] | None = a
                for s in b:
                    if merged is not None and s not in merged:
                        merged = _inserted(problem, depot, merged, s)
                found |= dict.fromkeys(_with_parts(problem, depot, merged))
    return list(found)


@dataclass(frozen=True)
class _Partial:
    """A sequence with the rides of its stops (both ways added), those from its first stop, km of both trips,
    and the sum over its stops of ride above the direct ride.
    """

    sequence: tuple[int, ...]
    rides: tuple[float, ...]
    morning: float
    evening: float
    day_km: float
    detour: float


def _rank(partial: _Partial) -> tuple[float, tuple[int, ...]]:
    return partial.detour, partial.sequence


def _direct(problem: RoutingProblem, depot: int, stop: int) -> _Partial:
    morning, evening = (float(way[0]) for way in problem.ride_minutes((stop,), depot))
    return _Partial((stop,), (morning + evening,), morning, evening, problem.day_km((stop,), depot), 0.0)


def _prepended(problem: RoutingProblem, direct: dict[int, _Partial], level: list[_Partial]) -> list[_Partial]:
    """Sequences with one more stop at the start; the rides of the later stops stay as they are."""
    out, back = problem.minutes.tolist(), problem.minutes.T.tolist()
    both_km = (problem.km + problem.km.T).tolist()
    grown = []
    for partial in level:
        first = partial.sequence[0]
        for s, alone in direct.items():
            morning = out[s][first] + problem.dwell + partial.morning
            evening = back[s][first] + problem.dwell + partial.evening
            if max(morning, evening) > problem.max_ride or morning + evening > problem.max_driving:
                continue
            if s not in partial.sequence:
                ride = morning + evening
                detour = round(partial.detour + ride - alone.rides[0], 6)
                day_km = partial.day_km + both_km[s][first]
                rides = (ride, *partial.rides)
                grown.append(_Partial((s, *partial.sequence), rides, morning, evening, day_km, detour))
    return grown


def _undominated(routes: list[_Partial], *, same_first: bool) -> list[_Partial]:
    """Of routes over the same stops, those that no other order beats in all rides and in km.

    With `same_first` only orders that begin at the same stop are compared, so that what grows from a route
    left out is beaten by what grows from the one that beats it.
    """
    orders: dict[tuple[frozenset[int], int], list[_Partial]] = {}
    for partial in routes:
        first = partial.sequence[0] if same_first else -1
        orders.setdefault((frozenset(partial.sequence), first), []).append(partial)
    kept = []
    for rivals in orders.values():
        rivals.sort(key=_rank)
        best: list[tuple[np.ndarray, _Partial]] = []
        for partial in rivals:
            ride = dict(zip(partial.sequence, partial.rides, strict=True))
            figures = np.array([*(ride[s] for s in sorted(ride)), partial.morning, partial.evening, partial.day_km])
            if not any((other <= figures).all() for other, _ in best):
                best.append((figures, partial))
        kept += [partial for _, partial in best]
    return kept


def shortest(distance: np.ndarray) -> np.ndarray:
    """Shortest distances over any sequence of nodes (Floyd and Warshall)."""
    closed = distance.copy()
    np.fill_diagonal(closed, 0.0)
    for k in range(len(closed)):
        np.minimum(closed, closed[:, k, None] + closed[None, k], out=closed)
    return closed


def _nearness(problem: RoutingProblem, sequence: tuple[int, ...], stop: int) -> float:
    places = list(sequence)
    return float(min(problem.minutes[places, stop].min(), problem.minutes[stop, places].min()))


def _inserted(problem: RoutingProblem, depot: int, sequence: tuple[int, ...], stop: int) -> tuple[int, ...] | None:
    """The stop at the place where both trips grow least, or None where no place keeps to the limits."""
    if len(sequence) >= problem.max_stops:
        return None
    options = [(*sequence[:i], stop, *sequence[i:]) for i in range(len(sequence) + 1)]
    options = [o for o in options if problem.is_runnable(o, depot)]
    if not options:
        return None
    return min(options, key=lambda o: (round(float(sum(m[0] for m in problem.ride_minutes(o, depot))), 6), o))


def _with_parts(problem: RoutingProblem, depot: int, sequence: tuple[int, ...] | None) -> Iterable[Column]:
    """The sequence and those with one stop left out, so that a programme can drop a stop it doesn't need."""
    if sequence is None:
        return
    yield depot, sequence
    for i in range(len(sequence)):
        part = sequence[:i] + sequence[i + 1 :]
        if part and problem.is_runnable(part, depot):
            yield depot, part
