"""Rules of the placement: couples, teams, balance of sides, protected cases, wishes, kept pay; by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from merger.relocation import communes
from merger.relocation.kept_pay import KeptPay
from merger.relocation.people import _protect
from merger.relocation.pricing import COST_UNIT_VND, CommuneArcs
from merger.relocation.rules import CommuneRules, balance_rows, couples, teams
from scenarios.schema import Couple, Protected, Relocate, SmallChild
from solvers.assignment.check_ruled import check_ruled
from solvers.assignment.ruled import RuledProblem, solve_ruled
from solvers.assignment.solve import chosen_post
from solvers.problem import Status, Stop

MILLION = 1_000_000
STOP = Stop(seconds=20)


def roster(**columns):
    """Four persons of one unit; columns are overridden by position."""
    frame = pd.DataFrame({"person_id": ["A", "B", "C", "D"], "partner_id": "", "team": "", "protected": ""})
    return frame.assign(unit_code="1", division_id="", **columns)


def place(people, near, km, options, capacity):
    """Units chosen by four persons of one type with one slot a unit; costs in million VND a year."""
    near, capacity = np.array(near, float) * MILLION, np.array(capacity)
    arcs = CommuneArcs(near, np.zeros(4, int), np.zeros((1, 1)), np.full(4, 500.0 * MILLION), capacity)
    costs = SimpleNamespace(near=near, km=np.array(km, float))
    arcs.widen(np.arange(4), 5, 1)
    rules = CommuneRules(people, costs, options)
    problem = RuledProblem(arcs.problem(100_000), rules.rows(arcs, COST_UNIT_VND))
    solution = solve_ruled(problem, STOP)
    assert check_ruled(problem, solution) == []
    unit = chosen_post(problem.flow, solution) // 2
    millions = (solution.objective - rules.constant(COST_UNIT_VND)) * COST_UNIT_VND / MILLION
    return unit.tolist(), millions, rules.kept(unit), solution.status


def test_spouses_are_not_both_sent_far():
    """Unit 0 is near with two posts, unit 1 is 30 km away with two; A and B are spouses."""
    people = roster(partner_id=["B", "A", "", ""])
    # By travel alone C and D (saving 30 each) stay near, A and B (saving 20) go far: 20 + 20 + 0 + 0 = 40.
    near, km = [[0, 20], [0, 20], [0, 30], [0, 30]], [[1, 30]] * 4
    options = Relocate(couple=Couple(both_far_vnd_year=0))
    assert place(people, near, km, options, [[2, 0], [2, 0]])[:2] == ([1, 1, 0, 0], 40.0)
    # A price of 30 million makes it 70; one spouse near and C or D far costs 20 + 30 = 50.
    unit, cost, kept, status = place(people, near, km, Relocate(), [[2, 0], [2, 0]])
    assert (cost, kept["couples_both_far"], status) == (50.0, 0, Status.OPTIMAL)
    assert unit.count(0) == 2
    assert sorted(unit[:2]) == [0, 1]
    # At 5 million the rule is broken: 45.
    cheap = Relocate(couple=Couple(both_far_vnd_year=5 * MILLION))
    assert place(people, near, km, cheap, [[2, 0], [2, 0]])[1] == 45.0
    # Forbidden, it holds whatever it costs.
    near[2][1] = near[3][1] = 900
    strict = Relocate(couple=Couple(both_far_vnd_year=None))
    unit, cost, kept, _ = place(people, near, km, strict, [[2, 0], [2, 0]])
    assert kept["couples_both_far"] == 0
    # One spouse far (20), the other near; of C and D one goes far at 900, or above the establishment: not open here.
    assert cost == 920.0


def test_a_team_is_spread_only_where_that_pays():
    """A, B, C are a team; D is alone. Each further unit costs 12 million."""
    people = roster(team=["x", "x", "x", ""])
    near, km = [[0, 10], [0, 10], [15, 0], [0, 0]], [[1, 1]] * 4
    # Apart: A, B in 0, C in 1: 0 + 12. Together in 0: 15; in 1: 20. So apart (12); with C at 11: together (11).
    assert place(people, near, km, Relocate(), [[4, 0], [4, 0]])[1] == 12.0
    near[2][0] = 11
    unit, cost, kept, _ = place(people, near, km, Relocate(), [[4, 0], [4, 0]])
    assert (cost, unit[:3], kept["teams_together"]) == (11.0, [0, 0, 0], 1)
    near[2][0] = 100
    unit, cost, kept, _ = place(people, near, km, Relocate(keep_team_vnd_year=None), [[4, 0], [4, 0]])
    assert (cost, unit[:3]) == (20.0, [1, 1, 1])


def test_who_is_a_couple_and_a_team():
    """Each couple once, a spouse outside the frame none; a team needs two persons of one unit."""
    people = roster(partner_id=["B", "A", "Z", ""], team=["x", "y", "y", "x"])
    assert couples(people) == [(0, 1)]
    assert [t.tolist() for t in teams(people)] == [[0, 3], [1, 2]]
    assert teams(people.assign(unit_code=["1", "2", "3", "4"])) == []


def test_balance_asks_each_side_for_the_whole_part_of_its_share():
    """Five leading posts at 0.3 ask for one (1.5 rounded down); a side with no candidate is asked nothing."""
    arcs = pd.DataFrame(
        {
            "person": [0, 1, 2, 3, 4, 5, 6],
            "side": ["hd", "hp", "hp", "hp", "hp", "hp", "hp"],
            "group": ["g", "g", "g", "g", "g", "g", "h"],
        }
    )
    rules, asked = balance_rows(arcs, pd.Series({"g": 5, "h": 3}), Relocate(), COST_UNIT_VND)
    assert asked.to_numpy().tolist() == [["g", "hd", 5, 1], ["g", "hp", 5, 1]]
    assert rules.lower.tolist() == [1, 1]
    assert rules.arc[rules.arc_row == 0].tolist() == [0]
    assert rules.extra_cost.tolist() == [6000.0, 6000.0]
    strict, _ = balance_rows(arcs, pd.Series({"g": 5, "h": 3}), Relocate(side_balance_vnd_year=None), COST_UNIT_VND)
    assert len(strict.extra_cost) == 0
    off, none = balance_rows(arcs, pd.Series({"g": 5}), Relocate(side_balance_share=0), COST_UNIT_VND)
    assert (len(off.lower), len(none)) == (0, 0)


def test_of_several_protected_cases_the_strictest_counts():
    """Small child: x 1.5, 20 km; disability: x 2, 10 km; a spouse: x 1.25. A scenario may change each."""
    people = roster(partner_id=["B", "A", "", ""], protected=["small_child", "", "small_child;disability", "pregnant"])
    _protect(people, Relocate())
    assert people["multiplier"].tolist() == [1.5, 1.25, 2.0, 1.5]
    assert people["most_km"].tolist() == [20, np.inf, 10, 15]
    assert people["surplus_multiplier"].tolist() == [1.0, 1.0, 1.5, 1.5]
    people = roster(protected=["small_child", "", "", ""])
    _protect(people, Relocate(protected=Protected(small_child=SmallChild(travel_multiplier=3, max_km=None))))
    assert (people["multiplier"][0], people["most_km"][0], people["beyond_vnd"][0]) == (3.0, np.inf, 0.0)


def test_kept_pay_by_hand(inputs):
    """0.6 to a deputy head of division (0.4): 0.2 x 2,340,000 x 6; to a plain post: 0.6 x 2,340,000 x 6."""
    kept = KeptPay.read(inputs)
    assert kept.vnd(0.6, kept.deputy, True) == pytest.approx(2_808_000)
    assert kept.vnd(0.6, 0.0, True) == pytest.approx(8_424_000)
    assert kept.vnd(0.6, 0.0, False) == 0
    assert kept.vnd(0.3, kept.deputy, True) == 0
    # Five years from 1 July 2025 to 1 July 2030 have 1,826 days.
    assert kept.year_vnd(0.6, 0.0, True) == pytest.approx(8_424_000 / (1826 / 365.25))


def test_wishes_and_limits_of_protected_cases_change_the_place(inputs):
    """Costs of one person in two units: a wish elsewhere and a way beyond the limit are priced."""
    seats = inputs.units.index[[0, 1]]
    tables = {
        "units": pd.DataFrame({"old_code": seats, "district": "x", "new_id": seats}),
        "new_units": pd.DataFrame({"new_id": seats, "seat_code": seats}),
    }
    one = {
        "home": [0], "multiplier": 1.0, "unit_code": seats[0], "level": "commune", "lock": "", "wish_code": seats[1],
        "most_km": 1.0, "beyond_vnd": 60e6, "far_spouse": False,
    }  # fmt: skip
    kilometres = np.array([[0.5, 3.0], [3.0, 0.5]])
    travel = SimpleNamespace(units=pd.Index(seats), unit_km=kilometres, unit_vnd=kilometres * 1e6)
    posts = SimpleNamespace(units=pd.Index(seats))
    near, km, own, wish = communes._unit_costs(pd.DataFrame(one), posts, tables, inputs, travel)
    # Own unit: 0.5 travel + 8 (not the wish). The wished unit: 3 travel + 12 (leaves its area) + 60 (beyond 1 km).
    assert (near / 1e6).tolist() == [[8.5, 75.0]]
    assert (own.tolist(), wish.tolist(), km.tolist()) == ([0], [1], [[0.5, 3.0]])
