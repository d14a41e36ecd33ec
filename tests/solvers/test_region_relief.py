"""Giving way at one rule of a conflict: hand-worked on the path of four units of test_regions."""

import numpy as np
import pytest

from solvers.problem import Stop
from solvers.regions.check import check_regions
from solvers.regions.problem import Objective, RegionProblem
from solvers.regions.relief import reliefs
from solvers.regions.solve import solve_regions

STOP = Stop(seconds=20)


def path_problem(**changes):
    """Four units in a row: 0 -1- 1 -1- 2 -2- 3 (minutes on the links), 10, 20, 30, 50 people, no floors."""
    at = np.array([0, 1, 2, 4.0])
    values = {
        "population": [10, 20, 30, 50],
        "area": [1, 2, 3, 4],
        "unit_class": [0, 0, 0, 0],
        "group": [0, 0, 0, 0],
        "edges": [(0, 1), (1, 2), (2, 3)],
        "minutes": np.abs(at[:, None] - at[None, :]),
        "regions": (2,),
        "area_floor": (0.0,),
        "population_floor": (0.0,),
        "exempt_from_members": None,
    }
    return RegionProblem(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # One region of four, seat 2: 20 + 20 + 100 = 140; {0,1,2}{3} costs 40.
        ({"regions": (1,), "max_members": 3}, [("regions[0]", 2, 40), ("max_members", 4, 140)]),
        # Without the join {0}{1,2,3} costs 20 + 100 = 120; with it {0,1,2}{3} costs 40.
        ({"keep_whole": (0,), "must_join": ((0, 1),)}, [("keep_whole[0]", None, 40), ("must_join[0]", None, 120)]),
        # 110 people never make two regions of 60: one of them undecided (40), or one region of all (140).
        ({"population_floor": (60.0,)}, [("floors", 1, 40), ("regions[0]", 1, 140)]),
        # Unit 3 alone has 4 km2: three regions then cost 10 ({0,1}{2}{3}).
        ({"max_area": 3.5, "regions": (3,)}, [("max_area", 4, 10)]),
        ({"total_regions": 1}, [("regions[0]", 1, 140), ("total_regions", 2, 40)]),
    ],
)
def test_ways_to_give_way_the_best_first(changes, expected):
    """Each rule of the conflict, what it has to be, and the travel then, ranked by travel."""
    problem = path_problem(**changes)
    found = reliefs(problem, solve_regions(problem, STOP).conflict, STOP)
    told = [(r.rule, r.number, r.values[0]) for r in found]
    assert told == sorted(expected, key=lambda row: row[2])
    assert all(r.helps for r in found)


def test_what_does_not_help_comes_last():
    """Two contradictions at once: giving way at one lock of the first leaves the second."""
    problem = path_problem(must_join=((0, 1), (2, 3)), keep_whole=(0, 3))
    found = reliefs(problem, ("must_join[0]", "keep_whole[0]"), STOP)
    assert [(r.rule, r.helps, r.values) for r in found] == [
        ("must_join[0]", False, ()),
        ("keep_whole[0]", False, ()),
    ]


def test_the_seat_is_the_best_among_equals():
    """Any seat costs the same by the first objective: then it is the one with the least travel."""
    problem = path_problem(seat_cost=[1, 1, 1, 1], objectives=(Objective({"seats": 1}), Objective({"travel": 1})))
    s = solve_regions(problem, STOP)
    assert (s.values, s.bounds, s.seat.tolist()) == ((2.0, 40.0), (2.0, 40.0), [1, 3])
    assert check_regions(problem, s) == []
