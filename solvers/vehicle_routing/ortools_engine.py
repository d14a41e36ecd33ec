"""OR-Tools routing as an engine: cheapest insertion, then guided local search."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from solvers.problem import Stop
from solvers.vehicle_routing.problem import LARGEST, Route, VehicleRoutingProblem


def search_with_ortools(problem: VehicleRoutingProblem, stop: Stop) -> tuple[Route, ...] | None:
    """OR-Tools routing on one thread. Stop.work is the number of solutions it looks at; it takes no seed."""
    kinds = [kind for kind in range(len(problem.vehicles)) for _ in range(problem.number(kind))]
    manager = pywrapcp.RoutingIndexManager(len(problem.demands), len(kinds), 0)
    model = pywrapcp.RoutingModel(manager)
    _add_costs(problem, model, kinds)
    _add_loads(problem, model, kinds)
    _add_distance(problem, model, kinds)
    _add_times(problem, model, manager, kinds)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromTimedelta(timedelta(seconds=stop.seconds))
    if stop.work is not None:
        parameters.solution_limit = max(int(stop.work), 1)
    answer = model.SolveWithParameters(parameters)
    return None if answer is None else _read(model, manager, answer, kinds)


def _add_costs(problem: VehicleRoutingProblem, model, kinds: list[int]) -> None:
    arcs = {}
    for vehicle, kind in enumerate(kinds):
        price = problem.vehicles[kind].distance_cost
        if price not in arcs:
            arcs[price] = model.RegisterTransitMatrix((problem.distances * price).tolist())
        model.SetArcCostEvaluatorOfVehicle(arcs[price], vehicle)
        model.SetFixedCostOfVehicle(problem.vehicles[kind].fixed_cost, vehicle)


def _add_loads(problem: VehicleRoutingProblem, model, kinds: list[int]) -> None:
    load = model.RegisterUnaryTransitVector(problem.demands.tolist())
    capacities = [problem.vehicles[kind].capacity for kind in kinds]
    model.AddDimensionWithVehicleCapacity(load, 0, capacities, True, "load")

    limits = [problem.vehicles[kind].max_clients for kind in kinds]
    if any(limit is not None for limit in limits):
        visit = model.RegisterUnaryTransitVector([0] + [1] * problem.clients)
        most = [problem.clients if limit is None else limit for limit in limits]
        model.AddDimensionWithVehicleCapacity(visit, 0, most, True, "visits")


def _add_distance(problem: VehicleRoutingProblem, model, kinds: list[int]) -> None:
    limits = [problem.vehicles[kind].max_distance for kind in kinds]
    if any(limit is not None for limit in limits):
        length = model.RegisterTransitMatrix(problem.distances.tolist())
        most = [LARGEST if limit is None else limit for limit in limits]
        model.AddDimensionWithVehicleCapacity(length, 0, most, True, "distance")


def _add_times(problem: VehicleRoutingProblem, model, manager, kinds: list[int]) -> None:
    """Time at a node is the start of its service; waiting is slack."""
    limits = [problem.vehicles[kind].max_duration for kind in kinds]
    if problem.windows is None and all(limit is None for limit in limits):
        return
    stays = np.zeros(len(problem.demands), np.int64) if problem.service is None else problem.service
    passing = model.RegisterTransitMatrix((problem.durations + stays[:, None]).tolist())
    model.AddDimension(passing, LARGEST, LARGEST, False, "time")
    times = model.GetDimensionOrDie("time")
    if problem.windows is not None:
        for node, (early, late) in enumerate(problem.windows.tolist()):
            if node:
                times.CumulVar(manager.NodeToIndex(node)).SetRange(early, late)
        for vehicle in range(len(kinds)):
            times.CumulVar(model.Start(vehicle)).SetRange(*problem.windows[0].tolist())
            times.CumulVar(model.End(vehicle)).SetRange(*problem.windows[0].tolist())
    for vehicle, limit in enumerate(limits):
        if limit is not None:
            times.SetSpanUpperBoundForVehicle(limit, vehicle)


def _read(model, manager, answer, kinds: list[int]) -> tuple[Route, ...]:
    routes = []
    for vehicle, kind in enumerate(kinds):
        clients, index = [], answer.Value(model.NextVar(model.Start(vehicle)))
        while not model.IsEnd(index):
            clients.append(manager.IndexToNode(index))
            index = answer.Value(model.NextVar(index))
        if clients:
            routes.append(Route(kind, tuple(clients)))
    return tuple(routes)
