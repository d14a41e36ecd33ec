"""Shuttles and other ways to work for groups of people: which routes run, and who goes how.

People of a group (same start, same depot, same value of time) either board a shuttle at a stop they can
reach, or use another mode with a price a person (train, own vehicle, rent, nothing at all). A shuttle is a
sequence of stops that ends at the depot in the morning and runs back in the evening; one vehicle makes both
trips.

    minimise  cost of the vehicles + ride and access cost of their riders + cost of the other modes

subject to seats, longest ride, smallest ridership, fleet, capacity of modes and a ceiling on public money.
How many of those offered a seat ride is uncertain: vehicles are chosen once, before it is known, and in every scenario
of demand each person then goes the best way that is open to him. The objective is the expected cost over the scenarios
(sample average approximation; Kleywegt, Shapiro, Homem-de-Mello 2002). This module states the problem; solve.py
solves it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.problem import ProblemError, Solution


@dataclass(frozen=True)
class VehicleType:
    """A vehicle type: seats for passengers, VND a day of hire, VND a km, number available.

    `shadow_km_vnd` weighs a km further (a price of CO2, say) without any money that counts against the budget.
    """

    id: str
    seats: int
    day_vnd: float
    km_vnd: float
    fleet: int
    shadow_km_vnd: float = 0.0

    @property
    def km_cost(self) -> float:
        """What a km weighs in the choice."""
        return self.km_vnd + self.shadow_km_vnd


@dataclass(frozen=True)
class Mode:
    """A way to work without a shuttle. `cost` (G,) is VND a person and month, inf where a group can't use it.

    `public` (G,) is the part that counts against the budget; `capacity` the most people of all groups, or
    None. A `collective` mode takes only those who ride with others: its people count against `riders_max`.
    """

    id: str
    cost: np.ndarray
    public: np.ndarray
    capacity: int | None = None
    collective: bool = False


@dataclass(frozen=True)
class Demand:
    """A scenario besides the planned one: its probability, and most riders of each group (G,) in it."""

    probability: float
    riders_max: np.ndarray


@dataclass(frozen=True)
class RoutingProblem:
    """Data of the choice of routes and modes, for one month.

    Parameters
    ----------
    minutes, km : (n, n) travel between nodes, inf where there is none; nodes 0..n_stops-1 are stops, the
    rest depots.
    n_stops : number of stops.
    people, depot : (G,) persons of each group and the node of its depot.
    minute_cost : (G,) VND a person and month for each minute of ride; morning and evening minutes are added
    up.
    access_cost : (G, n_stops) VND a person and month to reach the stop and come back, inf where out of reach.
    riders_max : (G,) most persons of the group who ride a shuttle or a collective mode, in the planned demand.
    modes : other modes; one at least must take every group without public money and without capacity.
    vehicles : types of vehicle.
    days : days a month on which vehicles run.
    max_ride, dwell : longest ride and stay at a stop, minutes.
    min_riders : smallest number of riders of a vehicle in the planned demand.
    max_stops : largest number of stops of a route.
    max_driving : longest driving of a vehicle a day, minutes, both trips.
    budget : ceiling on public money (expected over the scenarios), VND a month, or None.
    others : further scenarios of demand; the planned one has the rest of the probability.
    """

    minutes: np.ndarray
    km: np.ndarray
    n_stops: int
    people: np.ndarray
    depot: np.ndarray
    minute_cost: np.ndarray
    access_cost: np.ndarray
    riders_max: np.ndarray
    modes: tuple[Mode, ...]
    vehicles: tuple[VehicleType, ...]
    days: float
    max_ride: float
    min_riders: int = 1
    dwell: float = 0.0
    max_stops: int = 6
    max_driving: float = 600.0
    budget: float | None = None
    others: tuple[Demand, ...] = ()

    def __post_init__(self) -> None:
        n, groups = len(self.minutes), len(self.people)
        if self.minutes.shape != (n, n) or self.km.shape != (n, n):
            raise ProblemError("minutes and km must be square matrices of the same size.")
        if not 0 <= self.n_stops <= n:
            raise ProblemError(f"n_stops is {self.n_stops}, but there are {n} nodes.")
        if np.isnan(self.minutes).any() or np.isnan(self.km).any() or (self.minutes < 0).any() or (self.km < 0).any():
            raise ProblemError("minutes and km must not be negative or missing.")
        for name in ("depot", "minute_cost", "riders_max"):
            if getattr(self, name).shape != (groups,):
                raise ProblemError(f"{name} needs one value for each of the {groups} groups.")
        if self.access_cost.shape != (groups, self.n_stops):
            raise ProblemError(f"access_cost must have {groups} rows and {self.n_stops} columns.")
        if groups and (self.people.min() < 1 or (self.riders_max < 0).any() or (self.riders_max > self.people).any()):
            raise ProblemError("Every group needs at least one person, and riders_max between 0 and its people.")
        for demand in self.others:
            if demand.riders_max.shape != (groups,) or demand.probability <= 0:
                raise ProblemError("Every further demand needs a probability above 0 and riders for each group.")
            if (demand.riders_max < 0).any() or (demand.riders_max > self.people).any():
                raise ProblemError("In every demand, the riders of a group are between 0 and its people.")
        if sum(demand.probability for demand in self.others) >= 1:
            raise ProblemError("The probabilities of the further demands must leave some for the planned one.")
        if groups and (self.depot.min() < self.n_stops or self.depot.max() >= n):
            raise ProblemError("Every depot must be a node after the stops.")
        if any(mode.cost.shape != (groups,) or mode.public.shape != (groups,) for mode in self.modes):
            raise ProblemError(f"Every mode needs a cost and public money for each of the {groups} groups.")
        free = [mode for mode in self.modes if mode.capacity is None]
        if groups and not any(np.isfinite(m.cost).all() and not m.public.any() for m in free):
            raise ProblemError("One mode must take every group without public money and without a limit of capacity.")
        if any(
            v.seats < 1 or v.fleet < 0 or v.day_vnd < 0 or min(v.km_vnd, v.shadow_km_vnd) < 0 for v in self.vehicles
        ):
            raise ProblemError("Vehicles need at least one seat and no negative fleet or price.")
        if len({v.id for v in self.vehicles}) != len(self.vehicles) or len({m.id for m in self.modes}) != len(
            self.modes
        ):
            raise ProblemError("Vehicle types and modes need different ids.")
        if self.days <= 0 or self.max_ride <= 0 or self.min_riders < 1 or self.max_stops < 1 or self.dwell < 0:
            raise ProblemError("days, max_ride, min_riders and max_stops must be positive, dwell not negative.")

    @property
    def demands(self) -> tuple[Demand, ...]:
        """All scenarios, the planned one first."""
        rest = 1.0 - sum(demand.probability for demand in self.others)
        return (Demand(rest, self.riders_max), *self.others)

    def ride_minutes(self, sequence: tuple[int, ...], depot: int) -> tuple[np.ndarray, np.ndarray]:
        """Morning and evening ride from and to each stop of the sequence, stays at stops included."""
        nodes = [*sequence, depot]
        legs = self.minutes[nodes[:-1], nodes[1:]] + self.dwell
        back = self.minutes[nodes[1:], nodes[:-1]] + self.dwell
        return np.cumsum(legs[::-1])[::-1], np.cumsum(back[::-1])[::-1]

    def day_km(self, sequence: tuple[int, ...], depot: int) -> float:
        """Km of both trips."""
        nodes = [*sequence, depot]
        return float(self.km[nodes[:-1], nodes[1:]].sum() + self.km[nodes[1:], nodes[:-1]].sum())

    def vehicle_vnd_month(self, vehicle: int, sequence: tuple[int, ...], depot: int) -> float:
        """What one vehicle on the sequence weighs, VND a month."""
        kind = self.vehicles[vehicle]
        return self.days * (kind.day_vnd + kind.km_cost * self.day_km(sequence, depot))

    def public_vnd_month(self, vehicle: int, sequence: tuple[int, ...], depot: int) -> float:
        """Public money of one vehicle on the sequence, VND a month."""
        kind = self.vehicles[vehicle]
        return self.days * (kind.day_vnd + kind.km_vnd * self.day_km(sequence, depot))

    def is_runnable(self, sequence: tuple[int, ...], depot: int) -> bool:
        """Whether both trips keep to the longest ride and the driving of a day."""
        morning, evening = self.ride_minutes(sequence, depot)
        longest = max(morning[0], evening[0])
        return bool(longest <= self.max_ride + 1e-9 and morning[0] + evening[0] <= self.max_driving + 1e-9)


@dataclass(frozen=True)
class Route:
    """One vehicle: its type, stops in morning order, depot, and riders as (group, stop, persons)."""

    vehicle: int
    sequence: tuple[int, ...]
    depot: int
    riders: tuple[tuple[int, int, int], ...]

    @property
    def load(self) -> int:
        """Riders of the vehicle."""
        return sum(n for _, _, n in self.riders)


@dataclass(frozen=True)
class Ridership:
    """Who goes how in one demand: riders of each route as (group, stop, persons), `by_mode` (M, G)."""

    riders: tuple[tuple[tuple[int, int, int], ...], ...]
    by_mode: np.ndarray


# A sequence of stops and its depot.
Column = tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class RoutingSolution(Solution):
    """Routes with their riders, and `by_mode` (M, G): persons of each group in each other mode.

    These are of the planned demand; `others` has the same for each further one. `pool_size` and `pool_bound` tell how
    many sequences the programme chose from, and its bound for that pool; `pool_complete` that the pool holds every
    sequence that keeps to the limits. `columns` are the sequences that the search for whole vehicles chose from.
    """

    routes: tuple[Route, ...] = ()
    by_mode: np.ndarray | None = None
    others: tuple[Ridership, ...] = ()
    pool_size: int = 0
    pool_bound: float | None = None
    pool_complete: bool = False
    columns: tuple[Column, ...] = ()


def fixed_cost(problem: RoutingProblem, routes: tuple[Route, ...]) -> float:
    """Cost of the vehicles, VND a month."""
    return float(sum(problem.vehicle_vnd_month(r.vehicle, r.sequence, r.depot) for r in routes))


def people_cost(problem: RoutingProblem, routes: tuple[Route, ...], ridership: Ridership) -> float:
    """Cost of riders and modes in one demand, VND a month."""
    total = sum(
        float(mode.cost[used] @ ridership.by_mode[m][used])
        for m, mode in enumerate(problem.modes)
        if (used := ridership.by_mode[m] > 0).any()
    )
    for route, riders in zip(routes, ridership.riders, strict=True):
        morning, evening = problem.ride_minutes(route.sequence, route.depot)
        ride = dict(zip(route.sequence, morning + evening, strict=True))
        total += sum(n * (problem.access_cost[g, s] + problem.minute_cost[g] * ride[s]) for g, s, n in riders)
    return float(total)


def objective_of(
    problem: RoutingProblem, routes: tuple[Route, ...], by_mode: np.ndarray, others: tuple[Ridership, ...] = ()
) -> float:
    """Cost of the vehicles and expected cost of riders and modes, VND a month."""
    planned = Ridership(tuple(route.riders for route in routes), by_mode)
    return fixed_cost(problem, routes) + sum(
        demand.probability * people_cost(problem, routes, ridership)
        for demand, ridership in zip(problem.demands, (planned, *others), strict=True)
    )
