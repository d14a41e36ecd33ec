"""Routes to choose from: sequences of stops towards a depot that keep to the longest ride."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from solvers.routing_problem import Route, RoutingProblem

# A sequence of stops and its depot.
Column = tuple[int, tuple[int, ...]]
# With at most so many routes of several stops for a depot, all are kept; else those with the smallest sums of
# detours, fewer, because the programme is solved again with routes close to the chosen ones.
ALL_OF_DEPOT = 600
FEW_OF_DEPOT = 250
# Routes of one length that are grown further.
GROWN_OF_DEPOT = 3000
# Stops tried at every place of a chosen route: the nearest to its stops.
NEAREST_STOPS = 6


@dataclass(frozen=True)
class Pool:
    """Routes to choose from; `complete` when no other sequence of the stops keeps to the limits."""

    columns: tuple[Column, ...]
    complete: bool


def route_pool(problem: RoutingProblem) -> Pool:
    """All routes where there are few; else all direct ones and those with the smallest detours, by depot."""
    columns: list[Column] = []
    complete = True
    for depot in sorted(set(problem.depot.tolist())):
        level = [_direct(problem, depot, s) for s in usable_stops(problem, depot)]
        direct = {partial.sequence[0]: partial for partial in level}
        columns += [(depot, partial.sequence) for partial in level]
        ranked: list[_Partial] = []
        while level and len(level[0].sequence) < problem.max_stops:
            level = sorted(
                _prepended(problem, direct, level), key=lambda partial: (partial.detour, partial.sequence)
            )
            ranked += level
            complete = complete and len(level) <= GROWN_OF_DEPOT
            level = level[:GROWN_OF_DEPOT]
        ranked.sort(key=lambda partial: (partial.detour, partial.sequence))
        if len(ranked) > ALL_OF_DEPOT:
            complete, ranked = False, ranked[:FEW_OF_DEPOT]
        columns += [(depot, partial.sequence) for partial in ranked]
    return Pool(tuple(columns), complete)


def usable_stops(problem: RoutingProblem, depot: int) -> list[int]:
    """Stops that riders to the depot can reach and from which a direct vehicle keeps to the longest ride."""
    riders = (problem.depot == depot) & (problem.riders_max > 0)
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
            near = sorted(
                (s for s in stops if s not in sequence), key=lambda s: (_nearness(problem, sequence, s), s)
            )
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
    """A sequence with the rides from its first stop and the sum over its stops of ride above the direct
    ride.
    """

    sequence: tuple[int, ...]
    morning: float
    evening: float
    detour: float


def _direct(problem: RoutingProblem, depot: int, stop: int) -> _Partial:
    morning, evening = problem.ride_minutes((stop,), depot)
    return _Partial((stop,), float(morning[0]), float(evening[0]), 0.0)


def _prepended(problem: RoutingProblem, direct: dict[int, _Partial], level: list[_Partial]) -> list[_Partial]:
    """Sequences with one more stop at the start; the rides of the later stops stay as they are."""
    out, back = problem.minutes.tolist(), problem.minutes.T.tolist()
    grown = []
    for partial in level:
        first = partial.sequence[0]
        for s, alone in direct.items():
            morning = out[s][first] + problem.dwell + partial.morning
            evening = back[s][first] + problem.dwell + partial.evening
            if max(morning, evening) > problem.max_ride or morning + evening > problem.max_driving:
                continue
            if s not in partial.sequence:
                detour = partial.detour + morning + evening - alone.morning - alone.evening
                grown.append(_Partial((s, *partial.sequence), morning, evening, round(detour, 6)))
    return grown


def _nearness(problem: RoutingProblem, sequence: tuple[int, ...], stop: int) -> float:
    places = list(sequence)
    return float(min(problem.minutes[places, stop].min(), problem.minutes[stop, places].min()))


def _inserted(
    problem: RoutingProblem, depot: int, sequence: tuple[int, ...], stop: int
) -> tuple[int, ...] | None:
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
