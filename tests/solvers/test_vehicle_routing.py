"""Vehicle routing: four clients worked by hand, limits, engines, recombination, the checker, invariants."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.problem import ProblemError, Status, Stop
from solvers.vehicle_routing.check import check_vehicle_routing
from solvers.vehicle_routing.local_search import Task, explore, first_prices
from solvers.vehicle_routing.recombine import recombine
from solvers.vehicle_routing.solve import (
    ENGINES,
    Route,
    VehicleRoutingProblem,
    VehicleRoutingSolution,
    VehicleType,
    solve_vehicle_routing,
)
from solvers.vehicle_routing.worker import Worker

# A line: D (-3), C (-1), depot (0), A (1), B (2); every client has a demand of one.
A, B, C, D = 1, 2, 3, 4
PLACE = np.array([0, 1, 2, -1, -3])
LINE = np.abs(PLACE[:, None] - PLACE[None, :])
BRIEFLY = Stop(seconds=20, work=60)


def problem(*vehicles: VehicleType, **changes) -> VehicleRoutingProblem:
    stated = {"distances": LINE, "demands": np.array([0, 1, 1, 1, 1]), "vehicles": vehicles or (VehicleType("van", 2),)}
    return VehicleRoutingProblem(**stated | changes)


def stop_for(engine: str) -> Stop:
    # OR-Tools goes on until its time ends where it finds too few solutions.
    return Stop(seconds=0.3, work=60) if engine == "ortools" else BRIEFLY


def members(solution: VehicleRoutingSolution) -> list[tuple[int, frozenset[int]]]:
    return sorted(((r.vehicle, frozenset(r.clients)) for r in solution.routes), key=lambda m: (m[0], sorted(m[1])))


@pytest.mark.parametrize("engine", ENGINES)
def test_two_vans_take_a_side_each(engine):
    """With two places a van: A and B 0-1-2-0 = 4, C and D 0-1-3-0 = 6; any mix of sides is longer than 10."""
    solution = solve_vehicle_routing(problem(), stop_for(engine), engine=engine)
    assert (solution.status, solution.objective, solution.bound) == (Status.FEASIBLE, 10.0, None)
    assert members(solution) == [(0, {A, B}), (0, {C, D})]
    assert check_vehicle_routing(problem(), solution) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("vehicle", "cost", "vans"),
    [
        # One tour of both sides is as long as two tours: 10, and one fixed cost instead of two.
        (VehicleType("van", 4, fixed_cost=5), 15, 1),
        (VehicleType("van", 4, fixed_cost=5, distance_cost=3), 35, 1),
        # 10 is too long for one van: a side each.
        (VehicleType("van", 4, fixed_cost=5, max_distance=6), 20, 2),
        (VehicleType("van", 4, fixed_cost=5, max_duration=6), 20, 2),
        # One client each: 2 + 4 + 2 + 6.
        (VehicleType("van", 4, max_clients=1), 14, 4),
    ],
)
def test_costs_and_limits_of_a_route(engine, vehicle, cost, vans):
    """Fixed cost, cost of distance, longest distance and duration, most clients."""
    stated = problem(vehicle, durations=LINE)
    solution = solve_vehicle_routing(stated, stop_for(engine), engine=engine)
    assert (solution.objective, len(solution.routes)) == (cost, vans)
    assert check_vehicle_routing(stated, solution) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_windows_order_the_visits_and_waiting_counts_as_duration(engine):
    """B by 2, A from 5: B at 2, A at 3, wait to 5, back at 6; left at 0 because B allows no later start.

    That is 4 long and lasts 6. With at most 5, each of A and B needs its own van: 2 + 4 instead of 4.
    """
    windows = np.array([[0, 20], [5, 9], [0, 2], [0, 20], [0, 20]])
    timed = problem(durations=LINE, windows=windows)
    solution = solve_vehicle_routing(timed, stop_for(engine), engine=engine)
    assert solution.objective == 10
    assert (B, A) in [route.clients for route in solution.routes]
    # C and D last 6: with 5, D (6 alone) would be out of reach, so only A and B are left in the shorter problem.
    side = [0, A, B]
    shorter = VehicleRoutingProblem(
        LINE[np.ix_(side, side)],
        np.array([0, 1, 1]),
        (VehicleType("van", 2, max_duration=5),),
        LINE[np.ix_(side, side)],
        windows[side],
    )
    apart = solve_vehicle_routing(shorter, stop_for(engine), engine=engine)
    assert (apart.objective, len(apart.routes)) == (6, 2)
    assert check_vehicle_routing(shorter, apart) == []
    together = VehicleRoutingSolution(Status.FEASIBLE, 4.0, routes=(Route(0, (B, A)),))
    assert check_vehicle_routing(shorter, together) == ["route 1: duration 6 exceeds 5"]


def test_a_later_departure_shortens_the_duration():
    """A from 5 and nobody else: leave at 4, back at 6, duration 2, although the depot opens at 0."""
    alone = VehicleRoutingProblem(
        LINE[:2, :2],
        np.array([0, 1]),
        (VehicleType("van", 1, max_duration=2),),
        LINE[:2, :2],
        np.array([[0, 9], [5, 9]]),
    )
    solution = solve_vehicle_routing(alone, BRIEFLY)
    assert solution.objective == 2
    assert check_vehicle_routing(alone, solution) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_types_of_vehicle_are_chosen_by_cost_and_number(engine):
    """A lorry for all costs 10 + 1; bikes for one each 14. Without a lorry the bikes go, under their own number."""
    bike, lorry = VehicleType("bike", 1), VehicleType("lorry", 4, number=1, fixed_cost=1)
    solution = solve_vehicle_routing(problem(bike, lorry), stop_for(engine), engine=engine)
    assert solution.objective == 11
    assert members(solution) == [(1, {A, B, C, D})]
    none = problem(replace(lorry, number=0), bike)
    solution = solve_vehicle_routing(none, stop_for(engine), engine=engine)
    assert solution.objective == 14
    assert {route.vehicle for route in solution.routes} == {1}
    assert check_vehicle_routing(none, solution) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_route_may_start_at_its_first_client(engine):
    """With row 0 at zero, one van takes B, A on the way in: 1 + 1; C and D: 2 + 1; in all 5."""
    inward = LINE.copy()
    inward[0] = 0
    solution = solve_vehicle_routing(problem(distances=inward), stop_for(engine), engine=engine)
    assert [route.clients for route in solution.routes] == [(B, A), (D, C)]
    assert solution.objective == 5


def test_nobody_and_the_impossible_are_answers():
    """No client: nothing to do, proven. A demand, a total or a window that nothing can meet is named."""
    nobody = VehicleRoutingProblem(np.zeros((1, 1), int), np.zeros(1, int), ())
    assert solve_vehicle_routing(nobody, BRIEFLY).status == Status.OPTIMAL
    heavy = solve_vehicle_routing(problem(demands=np.array([0, 1, 3, 1, 1])), BRIEFLY)
    assert (heavy.status, heavy.conflict) == (Status.INFEASIBLE, ("demand of client 2 above every capacity",))
    few = solve_vehicle_routing(problem(VehicleType("van", 3, number=1)), BRIEFLY)
    assert few.conflict == ("total demand 4 above the capacity 3 of all vehicles",)
    late = np.array([[0, 20], [0, 20], [0, 20], [0, 20], [0, 2]])
    missed = solve_vehicle_routing(problem(durations=LINE, windows=late), BRIEFLY)
    assert missed.conflict == ("window of client 4 ends before it can be reached",)
    parked = solve_vehicle_routing(problem(VehicleType("van", 3, number=0)), BRIEFLY)
    assert parked.conflict == ("no vehicle is available",)
    assert check_vehicle_routing(problem(), parked) == []


def test_no_routes_found_is_unknown():
    """D is 6 away and back, no route may be longer than 5: the searches find nothing and claim nothing."""
    short = problem(VehicleType("van", 2, max_distance=5))
    for engine in ENGINES:
        solution = solve_vehicle_routing(short, stop_for(engine), engine=engine)
        assert (solution.status, solution.routes) == (Status.UNKNOWN, None)


def test_routes_of_different_solutions_are_recombined():
    """One solution is good on the east side (4 + 2 + 6 = 12), one on the west (2 + 4 + 6 = 12): both sides 10."""
    east = {Route(0, (A, B)): 4, Route(0, (C,)): 2, Route(0, (D,)): 6}
    west = {Route(0, (A,)): 2, Route(0, (B,)): 4, Route(0, (C, D)): 6}
    best = recombine(problem(), east | west, tuple(east), BRIEFLY)
    assert set(best) == {Route(0, (A, B)), Route(0, (C, D))}
    # With one van and two bikes for one client each, the sides cannot both have the van.
    kinds = (VehicleType("van", 2, number=1), VehicleType("bike", 1, number=2))
    east = {Route(0, (A, B)): 4, Route(1, (C,)): 2, Route(1, (D,)): 6}
    west = {Route(1, (A,)): 2, Route(1, (B,)): 4, Route(0, (C, D)): 6}
    assert recombine(problem(*kinds), east | west, tuple(east), BRIEFLY) == tuple(east)


def test_first_prices_are_four_times_the_cost_within_the_limits():
    """Mean of the 25 distances: 2 x (1+2+1+3 + 1+2+4 + 3+5 + 2) / 25 = 1.92, a leg; mean demand 1; 5 for 2 places."""
    load, passed, length = first_prices(problem(VehicleType("van", 2, fixed_cost=5)))
    assert load == [pytest.approx(4 * (1.92 + 2.5))]
    assert passed == pytest.approx(4 * 1.92)
    assert length == pytest.approx(4 * 1.0)


def scattered(n: int) -> VehicleRoutingProblem:
    random = np.random.default_rng(7)
    place = random.integers(0, 1000, (n, 2))
    distances = np.rint(np.linalg.norm(place[:, None] - place[None], axis=2)).astype(int)
    demands = random.integers(1, 20, n)
    demands[0] = 0
    return VehicleRoutingProblem(distances, demands, (VehicleType("van", 60),))


@pytest.mark.parametrize("threads", [1, 2])
def test_work_makes_runs_repeatable(threads):
    """Forty clients, 60 iterations a search: two runs agree to the last visit, with a second process as well."""
    stated = scattered(41)
    stop = Stop(seconds=120, work=60, threads=threads)
    first, again = solve_vehicle_routing(stated, stop), solve_vehicle_routing(stated, stop)
    assert first.routes == again.routes
    assert check_vehicle_routing(stated, first) == []
    # The search alone, without recombination and what follows, is no better.
    alone = explore(Task(stated, stop.seed, 60, float("inf")))
    assert first.objective <= sum(alone.met[route] for route in alone.routes)


def test_a_search_goes_on_from_given_routes():
    """Without an iteration to spend, the start is the answer, and its routes are among those met."""
    start = (Route(0, (A, C)), Route(0, (B, D)))
    found = explore(Task(problem(), 1, 0, float("inf"), start))
    assert set(found.routes) == set(start)
    # 0-1-(-1)-0 = 4; 0-2-(-3)-0 = 10.
    assert found.met == {start[0]: 4, start[1]: 10}


def test_a_worker_that_died_is_told():
    """The parent does not wait for ever."""
    with Worker() as worker:
        worker._child.kill()
        with pytest.raises(RuntimeError, match="ended with code"):
            worker.answer()


def test_two_processes_from_a_bare_script():
    """A script without a guard around its main part, read from the command line, is not run a second time."""
    script = (
        "import numpy as np\n"
        "from solvers.problem import Stop\n"
        "from solvers.vehicle_routing.solve import *\n"
        "stated = VehicleRoutingProblem(np.array([[0, 3], [3, 0]]), np.array([0, 1]), (VehicleType('van', 1),))\n"
        "print(solve_vehicle_routing(stated, Stop(60, work=5, threads=2)).objective)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "6.0\n"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"distances": LINE[:4]}, "distances must have the shape"),
        ({"distances": LINE / 2}, "whole numbers"),
        ({"distances": -LINE}, "between 0 and"),
        ({"demands": np.array([1, 1, 1, 1, 1])}, "the depot"),
        ({"windows": np.zeros((5, 2), int)}, "need durations"),
        ({"durations": LINE, "windows": np.array([[0, 9], [0, 9], [3, 2], [0, 9], [0, 9]])}, "node 2 ends before"),
        ({"vehicles": ()}, "at least one type"),
        ({"vehicles": (VehicleType("van", 1), VehicleType("van", 2))}, "different ids"),
        ({"vehicles": (VehicleType("van", 1, max_duration=3),)}, "need durations"),
    ],
)
def test_a_problem_that_is_not_well_posed_is_refused_in_one_sentence(changes, sentence):
    """Each fault names its field."""
    with pytest.raises(ProblemError, match=sentence):
        problem(**changes)


def test_vehicles_and_engines_that_do_not_exist_are_refused():
    """A negative capacity, half a vehicle, an unknown engine."""
    with pytest.raises(ProblemError, match="capacity"):
        VehicleType("van", -1)
    with pytest.raises(ProblemError, match="number"):
        VehicleType("van", 1, number=1.5)
    with pytest.raises(ProblemError, match="no engine magic, only pool"):
        solve_vehicle_routing(problem(), BRIEFLY, engine="magic")


@pytest.mark.parametrize(
    ("kind", "changes", "fault"),
    [
        ({}, {"routes": (Route(0, (A, B)), Route(0, (C,)))}, "client 4: 0 visits"),
        ({}, {"routes": (Route(0, (A, B)), Route(0, (C, D)), Route(0, (A,)))}, "client 1: 2 visits"),
        ({}, {"routes": (Route(0, (A, B)), Route(0, (C, D)), Route(0, ()))}, "none or do not exist"),
        ({}, {"routes": (Route(0, (A, B)), Route(0, (C, D, 5)))}, "none or do not exist"),
        ({}, {"routes": (Route(0, (A, B)), Route(1, (C, D)))}, "no type of vehicle 1"),
        ({}, {"objective": 9.0}, "is not the cost 10"),
        ({}, {"objective": None}, "is not the cost 10"),
        ({}, {"bound": 11.0}, "is above the cost 10"),
        ({}, {"status": Status.OPTIMAL, "bound": 9.0}, "without a bound that proves it"),
        ({}, {"status": Status.UNKNOWN}, "come with the status unknown"),
        ({}, {"routes": None}, "claimed without routes"),
        ({"capacity": 1}, {}, "load 2 exceeds the capacity 1"),
        ({"number": 1}, {}, "2 vehicles of type van, available 1"),
        ({"max_distance": 5}, {}, "distance 6 exceeds 5"),
        ({"max_clients": 1}, {}, "2 clients, allowed 1"),
        # 6 on the way and 3 of service at D.
        ({"max_duration": 8}, {}, "duration 9 exceeds 8"),
    ],
)
def test_the_checker_finds_each_kind_of_fault(kind, changes, fault):
    """The answer A-B, C-D of cost 10 is broken in one place, or a limit drawn tighter under it."""
    stated = problem(
        VehicleType(**{"id": "van", "capacity": 2} | kind), durations=LINE, service=np.array([0, 0, 0, 0, 3])
    )
    good = VehicleRoutingSolution(Status.FEASIBLE, 10.0, routes=(Route(0, (A, B)), Route(0, (C, D))))
    assert any(fault in f for f in check_vehicle_routing(stated, replace(good, **changes)))
    if not kind:
        assert check_vehicle_routing(stated, good) == []


def test_the_checker_finds_a_visit_and_a_return_after_the_window():
    """C at 1, served for 3, D at 6 by the latest 5; back at the depot at 9 by the latest 8."""
    good = VehicleRoutingSolution(Status.FEASIBLE, 10.0, routes=(Route(0, (A, B)), Route(0, (C, D))))
    for node, latest, fault in [(D, 5, "node 4 is reached at 6, after 5"), (0, 8, "node 0 is reached at 9, after 8")]:
        windows = np.array([[0, 20]] * 5)
        windows[node, 1] = latest
        timed = problem(durations=LINE, windows=windows, service=np.array([0, 0, 0, 3, 0]))
        assert check_vehicle_routing(timed, good) == [f"route 2: {fault}"]


@st.composite
def small(draw) -> VehicleRoutingProblem:
    """Four clients with random ways (no triangle inequality), windows, service, one type of vehicle with limits."""
    ways = np.array(draw(st.lists(st.integers(0, 20), min_size=50, max_size=50))).reshape(2, 5, 5)
    early = np.array([0, *draw(st.lists(st.integers(0, 30), min_size=4, max_size=4))])
    width = np.array([90, *draw(st.lists(st.integers(5, 60), min_size=4, max_size=4))])
    vehicle = VehicleType(
        "van",
        draw(st.integers(4, 10)),
        draw(st.sampled_from([None, 2, 3])),
        draw(st.sampled_from([0, 7])),
        draw(st.sampled_from([1, 3])),
        draw(st.sampled_from([None, 50])),
        draw(st.sampled_from([None, 40])),
        draw(st.sampled_from([None, 2])),
    )
    demands = np.array([0, *draw(st.lists(st.integers(0, 4), min_size=4, max_size=4))])
    service = np.array([0, *draw(st.lists(st.integers(0, 5), min_size=4, max_size=4))])
    return VehicleRoutingProblem(ways[0], demands, (vehicle,), ways[1], np.stack([early, early + width], 1), service)


def cheapest(stated: VehicleRoutingProblem) -> float | None:
    """By trying every order and every cut of it into routes, with the checker as judge."""
    best = None
    for order, cuts in product(permutations(range(1, 5)), product([False, True], repeat=3)):
        routes, route = [], [order[0]]
        for client, cut in zip(order[1:], cuts, strict=True):
            if cut:
                routes.append(Route(0, tuple(route)))
                route = []
            route.append(client)
        routes = (*routes, Route(0, tuple(route)))
        kind = stated.vehicles[0]
        cost = 0
        for r in routes:
            path = [0, *r.clients, 0]
            cost += kind.fixed_cost + kind.distance_cost * sum(stated.distances[path[:-1], path[1:]].tolist())
        good = not check_vehicle_routing(stated, VehicleRoutingSolution(Status.FEASIBLE, float(cost), routes=routes))
        if good and (best is None or cost < best):
            best = cost
    return best


@settings(max_examples=30, deadline=None)
@given(small())
def test_our_answers_pass_the_checker_and_none_is_below_the_best(stated):
    """Whatever the instance: feasible, never below the enumerated best, and infeasible only where nothing is."""
    best = cheapest(stated)
    solution = solve_vehicle_routing(stated, Stop(seconds=20, work=100))
    assert check_vehicle_routing(stated, solution) == []
    if best is None:
        assert solution.routes is None
    elif solution.routes is not None:
        assert solution.objective >= best
    if solution.status == Status.INFEASIBLE:
        assert best is None


@settings(max_examples=8, deadline=None)
@given(small(), st.sampled_from(["pyvrp", "ortools"]))
def test_answers_of_the_other_engines_pass_the_checker(stated, engine):
    """The same problem means the same to each engine."""
    solution = solve_vehicle_routing(stated, Stop(seconds=0.2, work=50), engine=engine)
    assert check_vehicle_routing(stated, solution) == []
