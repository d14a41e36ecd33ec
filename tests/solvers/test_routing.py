"""Routes and modes for commuters: an instance worked by hand, limits, the checker, invariants."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.linear import LinearModel, solve_linear
from solvers.problem import ProblemError, Status, Stop
from solvers.routing.check import check_routing
from solvers.routing.columns import route_pool
from solvers.routing.master import direct_bound, relax
from solvers.routing.solve import Demand, Mode, Ridership, Route, RoutingProblem, VehicleType, solve_routing

EXACT = Stop(seconds=20, gap=0.0)

# A -10- B -10- C -20- office -30- D  (minutes, both ways); half a km a minute. Ten people live at each stop.
A, B, C, D, OFFICE = range(5)
PLACE = np.array([0.0, 10.0, 20.0, 70.0, 40.0])


def problem(**changes) -> RoutingProblem:
    """Own vehicle: 200 a person. A bus: 40 seats, 1,000 a day and 10 a km; one day; rides of at most 50
    minutes.
    """
    minutes = np.abs(PLACE[:, None] - PLACE[None, :])
    access = np.full((4, 4), np.inf)
    np.fill_diagonal(access, 0.0)
    stated = {
        "minutes": minutes,
        "km": minutes / 2,
        "n_stops": 4,
        "people": np.full(4, 10),
        "depot": np.full(4, OFFICE),
        "minute_cost": np.zeros(4),
        "access_cost": access,
        "riders_max": np.full(4, 10),
        "modes": (Mode("own", np.full(4, 200.0), np.zeros(4)),),
        "vehicles": (VehicleType("bus", 40, 1_000.0, 10.0, 9),),
        "days": 1.0,
        "max_ride": 50.0,
        "max_stops": 4,
    }
    return RoutingProblem(**stated | changes)


def routes_of(solution) -> list[tuple[tuple[int, ...], int]]:
    return sorted((route.sequence, route.load) for route in solution.routes)


def test_one_bus_collects_three_stops_and_another_the_fourth():
    """A-B-C-office is 40 min and 20 km, D-office 30 min and 15 km; D can't join the others (70 min and more).

    Bus one: 1,000 + 10 x 40 km (both trips) = 1,400; bus two: 1,000 + 10 x 30 km = 1,300. Own vehicles
    would cost 30 x 200 = 6,000 and 10 x 200 = 2,000, so both buses run: 2,700.
    """
    solution = solve_routing(problem(), EXACT)
    assert solution.status == Status.OPTIMAL
    assert solution.objective == pytest.approx(2_700)
    assert solution.bound == pytest.approx(2_700)
    assert routes_of(solution) == [((A, B, C), 30), ((D,), 10)]
    assert check_routing(problem(), solution) == []


def test_a_bus_that_is_dearer_than_own_vehicles_does_not_run():
    """With own vehicles at 120, D's people pay 1,200 and a bus costs 1,300; A, B, C save 3,600 - 1,400."""
    cheap = problem(modes=(Mode("own", np.full(4, 120.0), np.zeros(4)),))
    solution = solve_routing(cheap, EXACT)
    assert routes_of(solution) == [((A, B, C), 30)]
    assert solution.objective == pytest.approx(1_400 + 1_200)


def test_the_value_of_time_counts_both_trips_for_each_rider():
    """At 1 a minute A rides 2 x 40, B 2 x 30, C 2 x 20 minutes: 10 x 180 = 1,800 more; D 600."""
    solution = solve_routing(
        problem(minute_cost=np.ones(4), modes=(Mode("own", np.full(4, 500.0), np.zeros(4)),)), EXACT
    )
    assert solution.objective == pytest.approx(2_700 + 1_800 + 600)


def test_dwell_at_stops_counts_in_the_longest_ride():
    """Four minutes at each of three stops make A's ride 52 minutes: above 50, so A-B-C in one bus is not
    allowed.
    """
    slow = problem(dwell=4.0)
    solution = solve_routing(slow, EXACT)
    assert (A, B, C) not in [route.sequence for route in solution.routes]
    assert all(max(slow.ride_minutes(r.sequence, r.depot)[0]) <= 50 for r in solution.routes)
    assert check_routing(slow, solution) == []


def test_seats_limit_the_riders_of_a_bus():
    """A bus of 20 seats takes two stops; a second one for the third stop pays (1,200 at C against 2,000)."""
    small = problem(vehicles=(VehicleType("van", 20, 1_000.0, 10.0, 9),))
    solution = solve_routing(small, EXACT)
    # A+B: 1,000 + 10 x 40 = 1,400; C: 1,000 + 10 x 20 = 1,200; D 1,300.
    assert solution.objective == pytest.approx(3_900)
    assert max(route.load for route in solution.routes) <= 20


def test_the_smallest_ridership_keeps_a_bus_from_running():
    """With at least 15 riders no bus runs for D alone: its ten people drive (2,000)."""
    solution = solve_routing(problem(min_riders=15), EXACT)
    assert routes_of(solution) == [((A, B, C), 30)]
    assert solution.by_mode[0].tolist() == [0, 0, 0, 10]


def test_the_fleet_is_not_exceeded():
    """With one bus it goes where it saves most: A-B-C saves 6,000 - 1,400, D only 2,000 - 1,300."""
    solution = solve_routing(problem(vehicles=(VehicleType("bus", 40, 1_000.0, 10.0, 1),)), EXACT)
    assert routes_of(solution) == [((A, B, C), 30)]
    assert solution.objective == pytest.approx(1_400 + 2_000)


def test_the_budget_counts_buses_and_public_money_of_modes():
    """With 2,000 of public money only one bus (1,400) is possible; the remaining 600 pay six allowances of
    100.
    """
    modes = (
        Mode("own", np.full(4, 200.0), np.full(4, 100.0)),
        Mode("none", np.full(4, 10_000.0), np.zeros(4)),
    )
    tight = problem(modes=modes, budget=2_000.0)
    solution = solve_routing(tight, EXACT)
    assert routes_of(solution) == [((A, B, C), 30)]
    assert solution.by_mode.tolist() == [[0, 0, 0, 6], [0, 0, 0, 4]]
    assert check_routing(tight, solution) == []


def test_a_budget_does_not_cut_a_person_in_parts():
    """A bus to C (13 km a day) and 15 allowances cost 604 + 900 = 1,504, four above the budget of 1,500.

    With a fifteenth of a person unsupported it would look cheapest (2,904 in all); a whole one costs 900.
    So the five of C go to the next stop at 24 each, the bus runs 5 km: 540 + 15 x 150 + 120 = 2,910, public
    1,440."""
    near, far = [0.0, 0.0, 8.0, 0.0, 5.0], [8.0, 8.0, 0.0, 8.0, 13.0]
    minutes = np.array([near, near, far, near, [5.0, 5.0, 13.0, 5.0, 0.0]])
    access = np.where(minutes[:4, :4] <= 12, 3 * minutes[:4, :4], np.inf)
    modes = (Mode("own", np.full(4, 150.0), np.full(4, 60.0)), Mode("none", np.full(4, 900.0), np.zeros(4)))
    stated = problem(
        minutes=minutes,
        km=minutes / 2,
        people=np.array([1, 1, 5, 14]),
        riders_max=np.array([0, 0, 5, 1]),
        access_cost=access,
        modes=modes,
        vehicles=(VehicleType("large", 10, 500.0, 8.0, 2),),
        max_ride=20.0,
        dwell=1.0,
        budget=1_500.0,
    )
    solution = solve_routing(stated, EXACT)
    assert solution.objective == pytest.approx(2_910)
    assert check_routing(stated, solution) == []


def test_a_mode_with_capacity_takes_no_more():
    """A train for 50 with five seats takes five of D's people; the other five still share a bus or drive."""
    train = Mode("train", np.array([np.inf, np.inf, np.inf, 50.0]), np.zeros(4), capacity=5)
    solution = solve_routing(problem(modes=(train, Mode("own", np.full(4, 200.0), np.zeros(4)))), EXACT)
    # Five on the train (250) and five driving (1,000) = 1,250, less than the bus at 1,300.
    assert solution.by_mode[:, D].tolist() == [5, 5]
    assert solution.objective == pytest.approx(1_400 + 1_250)


def test_riders_max_keeps_people_off_the_bus():
    """Half of each group would ride: the bus carries 15 people at most from A, B, C."""
    shy = problem(riders_max=np.full(4, 5))
    solution = solve_routing(shy, EXACT)
    assert routes_of(solution) == [((A, B, C), 15)]
    assert solution.by_mode[0].tolist() == [5, 5, 5, 10]


def test_vehicles_are_chosen_before_the_riders_are_known():
    """D only: all ten ride in half of the cases, two in the other half; a van of 2 seats costs 250, a bus 1,300.

    Bus: 1,300 + 0.5 x 0 + 0.5 x 8 x 200 = 2,100. Van (100 a day, 5 a km, 30 km: 250): 250 + 0.5 x 8 x 200 +
    0.5 x 8 x 200 = 1,850. Neither: 2,000. If all ten were sure to come, the bus alone would do: 1,300.
    """
    only_d = problem(
        people=np.array([1, 1, 1, 10]),
        riders_max=np.array([0, 0, 0, 10]),
        vehicles=(VehicleType("van", 2, 100.0, 5.0, 1), VehicleType("bus", 40, 1_000.0, 10.0, 1)),
        others=(Demand(0.5, np.array([0, 0, 0, 2])),),
    )
    solution = solve_routing(only_d, EXACT)
    assert [(r.vehicle, r.load) for r in solution.routes] == [(0, 2)]
    assert solution.objective == solution.bound == pytest.approx(3 * 200 + 1_850)
    assert solution.others[0].riders == (((D, D, 2),),)
    assert check_routing(only_d, solution) == []
    sure = solve_routing(replace(only_d, others=()), EXACT)
    assert [(r.vehicle, r.load) for r in sure.routes] == [(1, 10)]


def test_a_collective_mode_takes_only_those_who_ride_with_others():
    """The train costs nothing, but five of each ten drive whatever happens: 4 x 5 x 200."""
    train = Mode("train", np.zeros(4), np.zeros(4), collective=True)
    solution = solve_routing(problem(modes=(*problem().modes, train), riders_max=np.full(4, 5)), EXACT)
    assert solution.objective == pytest.approx(4_000)
    assert solution.by_mode.tolist() == [[5] * 4, [5] * 4]


def test_people_walk_to_a_neighbour_stop_when_that_is_cheaper():
    """A's people can reach B for 5 each (50): the bus need not go to A (10 km less at 10: 100 saved)."""
    access = problem().access_cost.copy()
    access[A, B] = 5.0
    solution = solve_routing(problem(access_cost=access), EXACT)
    assert routes_of(solution) == [((B, C), 30), ((D,), 10)]
    assert solution.objective == pytest.approx(2_700 - 100 + 50)


def test_several_vehicles_on_one_route_each_keep_seats_and_ridership():
    """Ninety people at A need three buses of 40 seats; with at least 25 a bus, loads are 25 to 40."""
    many = problem(people=np.array([90, 10, 10, 10]), riders_max=np.array([90, 0, 0, 0]), min_riders=25)
    solution = solve_routing(many, EXACT)
    loads = [route.load for route in solution.routes]
    assert sum(loads) == 90
    assert all(25 <= load <= 40 for load in loads)
    assert check_routing(many, solution) == []


def test_two_offices_have_their_own_buses():
    """People of D work at A's place: nobody is mixed into a bus to another office."""
    split = problem(
        minutes=np.abs(np.append(PLACE, 0.0)[:, None] - np.append(PLACE, 0.0)[None, :]),
        km=np.abs(np.append(PLACE, 0.0)[:, None] - np.append(PLACE, 0.0)[None, :]) / 2,
        depot=np.array([OFFICE, OFFICE, 5, 5]),
        max_ride=80.0,
    )
    solution = solve_routing(split, EXACT)
    assert check_routing(split, solution) == []
    assert {route.depot for route in solution.routes} <= {OFFICE, 5}
    for route in solution.routes:
        assert {int(split.depot[g]) for g, _, _ in route.riders} == {route.depot}


def test_the_pool_is_complete_where_routes_are_few():
    """Every runnable sequence that brute force finds is in the pool, unless it can't pay or another order
    beats it.
    """
    stated = problem()
    pool = route_pool(stated)
    runnable = {o for n in (1, 2, 3, 4) for o in permutations(range(4), n) if stated.is_runnable(o, OFFICE)}
    assert pool.complete
    kept = {sequence for _, sequence in pool.columns}
    # Towards the office A-B, A-C, B-C and A-B-C are the best orders of their stops; each single stop pays by
    # itself.
    assert kept == {(A,), (B,), (C,), (D,), (A, B), (A, C), (B, C), (A, B, C)}
    assert kept < runnable
    assert len(pool.columns) == len(kept)


def test_routes_that_cannot_pay_for_themselves_are_left_out():
    """At 120 a person by own vehicle, D's ten save at most 1,200 by a bus of 1,300; all else can pay."""
    pool = route_pool(problem(modes=(Mode("own", np.full(4, 120.0), np.zeros(4)),)))
    assert (OFFICE, (D,)) not in pool.columns
    assert (OFFICE, (A, B)) in pool.columns


def test_an_incomplete_pool_says_so_and_its_bound_is_that_of_all_routes(monkeypatch):
    """With room for two routes of several stops, the bound is that of single seats on full buses."""
    monkeypatch.setattr("solvers.routing.columns.POOL_OF_DEPOT", 2)
    solution = solve_routing(problem(), EXACT)
    assert not solution.pool_complete
    assert solution.objective == pytest.approx(2_700)  # found by inserting stops into the routes chosen first
    # Seats by distance, both trips: A (1,000 + 400)/40 = 35, B 32.5, C 30, D 32.5; ten of each: 1,300.
    assert solution.bound == pytest.approx(1_300)
    assert solution.status == Status.FEASIBLE


def test_few_routes_in_the_search_keep_the_bound_of_all_routes(monkeypatch):
    """With three of eight routes in the integer programme, the linear bound over all of them still holds."""
    monkeypatch.setattr("solvers.routing.solve.ALL_ROUTES", 3)
    monkeypatch.setattr("solvers.routing.solve.SEARCHED_ROUTES", 3)
    solution = solve_routing(problem(), EXACT)
    assert solution.pool_complete
    assert solution.pool_size == 8
    assert solution.bound <= 2_700 + 1e-6
    assert solution.objective >= 2_700 - 1e-6


def test_the_linear_bound_over_the_pool_is_worked_by_hand():
    """A, B, C together can fill 30 of 40 seats, so the bus costs 1,400 whole; D's ten fill one bus at 1,300.

    With seats cut to the people who can reach a route's stops, the relaxation already needs both buses:
    2,700.
    """
    stated = problem()
    bound, reduced = relax(stated, route_pool(stated).columns, EXACT)
    assert bound == pytest.approx(2_700)
    assert reduced.min() >= -1e-3


def test_the_direct_bound_is_worked_by_hand():
    """Ten seats each at 35, 32.5, 30 and 32.5 make 1,300."""
    assert direct_bound(problem(), EXACT) == pytest.approx(1_300)


def test_nobody_is_an_answer():
    """Without people there is nothing to run."""
    empty = problem(
        people=np.empty(0, int), depot=np.empty(0, int), minute_cost=np.empty(0),
        access_cost=np.empty((0, 4)),
        riders_max=np.empty(0, int), modes=(Mode("own", np.empty(0), np.empty(0)),),
    )  # fmt: skip
    solution = solve_routing(empty, EXACT)
    assert (solution.status, solution.objective, solution.routes) == (Status.OPTIMAL, 0.0, ())


def test_without_vehicles_everybody_takes_another_mode():
    """Forty people at 200."""
    solution = solve_routing(problem(vehicles=()), EXACT)
    assert solution.objective == pytest.approx(8_000)
    assert solution.status == Status.OPTIMAL


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"people": np.array([10, 10, 10, 0])}, "at least one person"),
        ({"riders_max": np.array([11, 0, 0, 0])}, "riders_max between"),
        ({"others": (Demand(0.0, np.zeros(4, int)),)}, "probability above 0"),
        ({"others": (Demand(0.5, np.full(4, 11)),)}, "between 0 and its people"),
        ({"others": (Demand(1.0, np.zeros(4, int)),)}, "leave some"),
        ({"depot": np.zeros(4, int)}, "node after the stops"),
        ({"access_cost": np.zeros((4, 3))}, "4 rows and 4 columns"),
        (
            {"modes": (Mode("train", np.full(4, 1.0), np.zeros(4), capacity=3),)},
            "without a limit of capacity",
        ),
        ({"km": np.full((5, 5), -1.0)}, "must not be negative"),
        ({"days": 0.0}, "must be positive"),
        ({"vehicles": (VehicleType("bus", 0, 1.0, 1.0, 1),)}, "at least one seat"),
    ],
)
def test_a_problem_that_is_not_well_posed_is_refused_in_one_sentence(changes, sentence):
    """Each fault names its field."""
    with pytest.raises(ProblemError, match=sentence):
        problem(**changes)


def test_the_checker_finds_each_kind_of_violation():
    """Tampered solutions: overloaded bus, lost people, forbidden stop, wrong objective, bound too high, too
    long a ride.
    """
    stated = problem()
    good = solve_routing(stated, EXACT)
    assert any(
        "seats" in f for f in check_routing(replace(stated, vehicles=(VehicleType("bus", 20, 1e3, 10.0, 9),)), good)
    )
    assert any("persons go" in f for f in check_routing(stated, replace(good, by_mode=good.by_mode + 1)))
    wrong = (Route(0, (A,), OFFICE, ((B, A, 10),)), *good.routes[1:])
    assert any("cannot board" in f for f in check_routing(stated, replace(good, routes=wrong)))
    assert any("recounted" in f for f in check_routing(stated, replace(good, objective=good.objective + 50)))
    assert any("above the objective" in f for f in check_routing(stated, replace(good, bound=good.objective + 50)))
    assert any("longest ride" in f for f in check_routing(replace(stated, max_ride=35.0), good))
    assert any(
        "available" in f for f in check_routing(replace(stated, vehicles=(VehicleType("bus", 40, 1e3, 10.0, 1),)), good)
    )
    assert any("budget" in f for f in check_routing(replace(stated, budget=100.0), good))
    assert any("cannot use" in f for f in check_routing(*_without_own(stated, good)))
    assert any("demands answered" in f for f in check_routing(replace(stated, others=(_half(stated),)), good))
    asked = replace(stated, others=(_half(stated),))
    both = solve_routing(asked, EXACT)
    nobody = Ridership(both.others[0].riders, 0 * both.others[0].by_mode)
    assert any("demand 1: group" in f for f in check_routing(asked, replace(both, others=(nobody,))))
    fewer = replace(asked, others=(Demand(0.5, np.zeros(4, int)),))
    assert any("ride with others" in f for f in check_routing(fewer, both))


def _half(stated):
    return Demand(0.5, stated.riders_max // 2)


def _without_own(stated, good):
    modes = (Mode("own", np.full(4, np.inf), np.zeros(4)), Mode("none", np.full(4, 1.0), np.zeros(4)))
    by_mode = np.vstack([good.by_mode + 1, good.by_mode])
    return replace(stated, modes=modes), replace(good, by_mode=by_mode)


@st.composite
def instances(draw):
    """Four stops and an office in a square of 40 minutes, groups with random people, seats, prices and
    limits.
    """
    place = np.array([[draw(st.integers(0, 40)), draw(st.integers(0, 40))] for _ in range(5)], float)
    minutes = np.abs(place[:, None] - place[None, :]).sum(axis=2)
    people = np.array([draw(st.integers(1, 30)) for _ in range(4)])
    access = np.where(minutes[:4, :4] <= 12, 3 * minutes[:4, :4], np.inf)
    seats = draw(st.integers(5, 25))
    return problem(
        minutes=minutes,
        km=minutes / 2,
        people=people,
        riders_max=np.array([draw(st.integers(0, int(n))) for n in people]),
        minute_cost=np.array([draw(st.sampled_from([0.0, 0.5, 1.0])) for _ in range(4)]),
        access_cost=access,
        vehicles=(
            VehicleType("small", seats, 300.0, 5.0, draw(st.integers(0, 4))),
            VehicleType("large", 2 * seats, 500.0, 8.0, 2),
        ),
        modes=(
            Mode("own", np.full(4, 150.0), np.full(4, 60.0)),
            Mode("train", np.full(4, 70.0), np.full(4, 40.0), capacity=9, collective=True),
            Mode("none", np.full(4, 900.0), np.zeros(4)),
        ),
        min_riders=draw(st.integers(1, 6)),
        max_ride=float(draw(st.integers(20, 70))),
        dwell=1.0,
        budget=draw(st.sampled_from([None, 1_500.0, 3_000.0])),
        others=tuple(
            Demand(chance, np.array([draw(st.integers(0, int(n))) for n in people]))
            for chance in draw(st.sampled_from([(), (0.5,), (0.2, 0.3)]))
        ),
    )


@settings(max_examples=40, deadline=None)
@given(instances())
def test_every_answer_passes_the_checker_and_is_no_worse_than_no_buses(stated):
    """Whatever the instance: rules hold, the bound is below, and buses are only used when they pay."""
    solution = solve_routing(stated, EXACT)
    assert check_routing(stated, solution) == []
    assert solution.bound is not None
    assert solution.bound <= solution.objective * (1 + 1e-6)
    without = solve_routing(replace(stated, vehicles=()), EXACT)
    assert solution.objective <= without.objective + 1e-6
    assert direct_bound(stated, EXACT) <= solution.objective + 1e-3


@settings(max_examples=8, deadline=None)
@given(instances())
def test_looser_limits_never_cost_more_and_the_same_input_gives_the_same_answer(stated):
    """A longer ride and no budget keep every choice; two runs agree to the last rider."""
    first, again = solve_routing(stated, EXACT), solve_routing(stated, EXACT)
    assert first.routes == again.routes
    assert np.array_equal(first.by_mode, again.by_mode)
    loose = solve_routing(replace(stated, max_ride=stated.max_ride + 20, budget=None), EXACT)
    assert loose.objective <= first.objective + 1e-3


def test_a_linear_model_reports_infeasible_and_optimal():
    """x >= 3 with x <= 2 has no solution; without the row, the cheapest whole x >= 1.5 is 2."""
    model = LinearModel()
    x = model.add_columns([1.0], lower=1.5, upper=2.0, integer=True)
    row = model.add_rows(0.0, np.inf)
    model.add_entries(row, x, 1.0)
    answer = solve_linear(model, EXACT)
    assert (answer.status, answer.objective, answer.bound) == (
        Status.OPTIMAL,
        pytest.approx(2.0),
        pytest.approx(2.0),
    )
    model.add_entries(model.add_rows(3.0, np.inf), x, 1.0)
    assert solve_linear(model, EXACT).status == Status.INFEASIBLE
