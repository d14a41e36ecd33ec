"""What holds an old unit where it is: five communes worked by hand."""

import numpy as np
import pytest

from merger.arrangement.model import ArrangeModel
from merger.arrangement.moves import moves_of
from merger.arrangement.otherwise import Placement, best_otherwise
from merger.arrangement.standards import EXEMPTION, Standards
from solvers.problem import Status, Stop
from solvers.regions.problem import RegionProblem

STANDARDS = Standards(
    target_rules=("standards.target.xa_other",),
    area_km2=(0.0,),
    population=(30.0,),
    kinds=("xa",),
    type_rules=("standards.result_type_if_xa_or_thi_tran",),
    exempt_from=3,
)


def model_of(**changes):
    """Units 0 - 1 - 2 - 3 - 4 in a row, one minute apart; 10, 20, 15, 20, 30 people; a new unit needs 30 or three."""
    at = np.arange(5.0)
    values = {
        "population": [10, 20, 15, 20, 30],
        "area": [1.0] * 5,
        "unit_class": [0] * 5,
        "group": [0] * 5,
        "edges": [(0, 1), (1, 2), (2, 3), (3, 4)],
        "minutes": np.abs(at[:, None] - at[None, :]),
        "regions": (2,),
        "area_floor": (0.0,),
        "population_floor": (30.0,),
    }
    return ArrangeModel(RegionProblem(**(values | changes)), tuple("abcde"), ("side",), (), STANDARDS)


# {0,1,2} with its seat in 1 costs 10 + 15 = 25; {3,4} with its seat in 4 costs 20.
REGION, SEAT = np.array([0, 0, 0, 1, 1]), np.array([1, 1, 1, 4, 4])


def test_a_move_that_keeps_all_rules_is_priced():
    """2 to {3,4}: {0,1} costs 10; {2,3,4} with its seat in 3: 15 + 30 = 45. 55 for 45 before: 10 more."""
    (move,) = moves_of(model_of(), REGION, 2)
    assert (move.target, move.extra, move.holds) == (1, 10.0, ())


def test_the_floor_holds_a_unit_with_the_article():
    """With a floor of 35 people, {0,1} would be left with 30, and two units are not exempt."""
    standards = Standards(("r",), (0.0,), (35.0,), ("xa",), ("t",), 3)
    model = model_of(population_floor=(35.0,))
    model = ArrangeModel(model.problem, model.codes, model.sides, model.zones, standards)
    (move,) = moves_of(model, REGION, 2)
    assert [h.rule for h in move.holds] == [EXEMPTION]


@pytest.mark.parametrize(
    ("changes", "unit", "words"),
    [
        ({"must_join": ((1, 2),)}, 2, "lock: must join"),
        ({"must_not_join": ((2, 4),)}, 2, "lock: must not join"),
        ({"max_members": 2}, 2, "more than 2 old units"),
        ({"max_population": 60.0}, 2, "ceiling on the population"),
        ({"max_area": 2.5}, 2, "ceiling on the area"),
        # 1 borders no other region; joined to 4 by a ford it would leave 0 and 2 apart
        ({"edges": [(0, 1), (1, 2), (2, 3), (3, 4), (1, 4)]}, 1, "one piece"),
        ({"fixed_seat": (2, 4)}, 2, "two fixed seats"),
    ],
)
def test_every_rule_is_named(changes, unit, words):
    """The rule that the move would break is told in words."""
    (move,) = moves_of(model_of(**changes), REGION, unit)
    assert any(words in h.en for h in move.holds)


def test_the_best_plan_otherwise():
    """Without 1 beside 2: {0,1}{2,3,4} at 10 + 45 = 55 is the only plan left; 10 more than 45, proven."""
    model, place = model_of(), Placement(REGION, SEAT)
    other = best_otherwise(model, place, 2, moves_of(model, REGION, 2), Stop(20))
    assert other.partner == 1
    assert other.solution.status is Status.OPTIMAL
    assert (other.extra, other.at_least) == (10.0, 10.0)
    assert other.seat_after.tolist() == [1, 1, 3, 3, 3] or other.seat_after.tolist() == [0, 0, 3, 3, 3]


def test_nothing_otherwise_where_a_lock_forbids_it():
    """1 and 2 must join: no plan without 1 beside 2."""
    model = model_of(must_join=((1, 2),))
    other = best_otherwise(model, Placement(REGION, SEAT), 2, moves_of(model, REGION, 2), Stop(20))
    assert other.solution.status is Status.INFEASIBLE
    assert not len(other.seat_after)
