"""Vehicle routing with capacities, time windows and several types of vehicle (CVRP, VRPTW, heterogeneous fleet).

Every client is visited once, by a vehicle that leaves the depot and returns to it:

    minimise   sum over the routes of   fixed cost + distance cost x length

subject to capacity, number of vehicles, time windows (a vehicle that comes early waits), and the largest duration
and distance of a route. All figures are whole numbers, so that engines and checker agree to the last unit; scale
them before (kilometres to metres, money to its smallest unit). A route may start at its first client instead of the
depot: give row 0 of the matrices zeros.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solvers.problem import ProblemError, Solution

# Sums over a route must stay exact in the floating-point and 64-bit arithmetic of all engines.
LARGEST = 2**40


@dataclass(frozen=True)
class VehicleType:
    """Vehicles that are alike.

    Parameters
    ----------
    id : name in messages.
    capacity : largest sum of demands on a route, in the unit of the demands.
    number : vehicles available, None for as many as there are clients.
    fixed_cost : cost of a vehicle that leaves the depot.
    distance_cost : cost of one unit of distance.
    max_duration : longest time from leaving the depot to the return, waiting and service included, or None.
    max_distance : longest route, or None.
    max_clients : most clients of a route, or None.
    """

    id: str
    capacity: int
    number: int | None = None
    fixed_cost: int = 0
    distance_cost: int = 1
    max_duration: int | None = None
    max_distance: int | None = None
    max_clients: int | None = None

    def __post_init__(self) -> None:
        names = ("capacity", "number", "fixed_cost", "distance_cost", "max_duration", "max_distance", "max_clients")
        for name in names:
            value = getattr(self, name)
            if value is not None and (int(value) != value or not 0 <= value <= LARGEST):
                raise ProblemError(f"VehicleType {self.id}: {name} must be a whole number from 0 to 2^40, not {value}.")


@dataclass(frozen=True)
class VehicleRoutingProblem:
    """Data of one depot (node 0) and n - 1 clients (nodes 1 to n - 1); whole numbers.

    Parameters
    ----------
    distances : (n, n) from row to column; not necessarily symmetric; the diagonal does not count.
    demands : (n,) load of each client; 0 for the depot.
    vehicles : types of vehicle.
    durations : (n, n) travel times; None where time does not matter.
    windows : (n, 2) earliest and latest start of service; for the depot the earliest departure and the latest
        return. None: any time.
    service : (n,) duration of service; 0 for the depot. None: no time.
    """

    distances: np.ndarray
    demands: np.ndarray
    vehicles: tuple[VehicleType, ...]
    durations: np.ndarray | None = None
    windows: np.ndarray | None = None
    service: np.ndarray | None = None

    def __post_init__(self) -> None:
        n = len(np.asarray(self.demands))
        shapes = {"distances": (n, n), "demands": (n,), "durations": (n, n), "windows": (n, 2), "service": (n,)}
        for name, shape in shapes.items():
            given = getattr(self, name)
            if given is None:
                continue
            values = np.asarray(given)
            if values.shape != shape:
                raise ProblemError(
                    f"VehicleRoutingProblem.{name} must have the shape {shape} for {n} nodes, not {values.shape}."
                )
            if values.size and not np.issubdtype(values.dtype, np.integer):
                raise ProblemError(f"VehicleRoutingProblem.{name} must hold whole numbers.")
            if values.size and (values.min() < 0 or values.max() > LARGEST):
                raise ProblemError(f"VehicleRoutingProblem.{name} must lie between 0 and 2^40.")
            # A copy of its own, so that nobody changes the problem afterwards.
            values = values.astype(np.int64)
            if name in ("distances", "durations"):
                np.fill_diagonal(values, 0)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if n == 0:
            raise ProblemError("VehicleRoutingProblem needs a depot: node 0.")
        if self.demands[0] or (self.service is not None and self.service[0]):
            raise ProblemError("VehicleRoutingProblem: the depot (node 0) has neither demand nor service time.")
        if self.windows is not None and (self.windows[:, 0] > self.windows[:, 1]).any():
            node = int(np.flatnonzero(self.windows[:, 0] > self.windows[:, 1])[0])
            raise ProblemError(f"VehicleRoutingProblem.windows: the window of node {node} ends before it begins.")
        if n > 1 and not self.vehicles:
            raise ProblemError("VehicleRoutingProblem needs at least one type of vehicle.")
        if len({v.id for v in self.vehicles}) != len(self.vehicles):
            raise ProblemError("VehicleRoutingProblem: types of vehicle need different ids.")
        timed = self.windows is not None or self.service is not None
        if self.durations is None and (timed or any(v.max_duration is not None for v in self.vehicles)):
            raise ProblemError("VehicleRoutingProblem: windows, service and max_duration need durations.")

    @property
    def clients(self) -> int:
        """Number of clients."""
        return len(self.demands) - 1

    def number(self, vehicle: int) -> int:
        """Vehicles of a type that can be of use: no more than clients."""
        given = self.vehicles[vehicle].number
        return self.clients if given is None else min(given, self.clients)


@dataclass(frozen=True)
class Route:
    """One vehicle: position of its type, clients in the order of visit, without the depot."""

    vehicle: int
    clients: tuple[int, ...]


@dataclass(frozen=True)
class VehicleRoutingSolution(Solution):
    """Routes, ordered by type and clients; None when no solution was found."""

    routes: tuple[Route, ...] | None = field(default=None, repr=False)


def route_cost(problem: VehicleRoutingProblem, route: Route) -> int:
    """Fixed cost and cost of the distance, depot to depot."""
    path = np.array([0, *route.clients, 0])
    kind = problem.vehicles[route.vehicle]
    return kind.fixed_cost + kind.distance_cost * int(problem.distances[path[:-1], path[1:]].sum())
