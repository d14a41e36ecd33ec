"""Structures: items to slots to sites, against hand-worked examples and brute force."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.problem import ProblemError, Status, Stop
from solvers.structure.alternatives import Surroundings
from solvers.structure.check import check_structure
from solvers.structure.problem import StructureProblem, StructureSolution
from solvers.structure.solve import solve_shares, solve_structure

STOP = Stop(seconds=20)


def problem(sizes, hosts=None, teams=None, **changes):
    """Items that may all join each other inside their host; slot j continues item j; one site unless
    changed.
    """
    n = len(sizes)
    hosts = [0] * n if hosts is None else hosts
    arcs = [(i, j) for j in range(n) for i in range(n) if hosts[i] == hosts[j] and (sizes[i], -i) <= (sizes[j], -j)]
    base = {
        "size": np.array(sizes),
        "floor": np.array(sizes) * 10,
        "team": np.array(teams if teams is not None else [-1] * n),
        "slot_host": np.array(hosts),
        "slot_anchor": np.arange(n),
        "slot_min": np.zeros(n, int),
        "slot_max": np.full(n, 1000),
        "slot_schedule": np.zeros(n, int),
        "slot_counted": np.ones(n, bool),
        "schedules": (((0, 2), (10, 3), (15, 4)),),
        "arcs": np.array(arcs),
        "arc_cost": np.array([0 if i == j else 1 for i, j in arcs]),
        "item_site_cost": np.zeros((n, 1), int),
        "slot_site_cost": np.zeros((n, 1), int),
        "slot_site_allowed": np.ones((n, 1), bool),
        "site_capacity": np.array([-1]),
        "second_site": np.zeros(1, bool),
        "host_max_slots": np.full(max(hosts) + 1, -1),
        "host_cost": np.zeros(max(hosts) + 1, int),
        "host_mandatory": np.zeros(max(hosts) + 1, bool),
        "host_group": np.full(max(hosts) + 1, -1),
        "group_max": np.zeros(0, int),
        "post_cost": 100,
        "mixed_cost": 0,
        "split_cost": 0,
    }
    return StructureProblem(**(base | changes))


def two_sites(sizes, **changes):
    """The same with a main site (0) and a second site (1) where everybody works today (a move costs 5
    each).
    """
    n = len(sizes)
    base = {
        "item_site_cost": np.column_stack([np.array(sizes) * 5, np.zeros(n, int)]),
        "slot_site_cost": np.zeros((n, 2), int),
        "slot_site_allowed": np.ones((n, 2), bool),
        "site_capacity": np.array([-1, -1]),
        "second_site": np.array([False, True]),
    }
    return problem(sizes, **(base | changes))


def solved(p):
    """Solution that has passed the independent check."""
    solution = solve_structure(p, STOP)
    assert check_structure(p, solution) == []
    return solution


def test_leading_posts_step_with_size():
    """Two divisions of 8 and 7 cost 2+2 posts apart; together 15 persons need 4: joining saves nothing,
    costs 1.
    """
    solution = solved(problem([8, 7]))
    assert solution.status is Status.OPTIMAL
    assert solution.slot_of_item.tolist() == [0, 1]
    assert solution.objective == 400


def test_merging_saves_posts():
    """20 and 16 persons: 4+4 posts apart, 4 together, and one handover of cost 1: 401; the larger one
    continues.
    """
    solution = solved(problem([16, 20]))
    assert solution.slot_of_item.tolist() == [1, 1]
    assert solution.objective == 401
    assert solution.bound == 401


def test_mixed_teams_stop_the_merger():
    """The saving of 4 posts (400) is less than the price of a mixed team (500): they stay apart at 8
    posts.
    """
    solution = solved(problem([16, 20], teams=[0, 1], mixed_cost=500))
    assert solution.objective == 800


def test_split_team_is_joined_where_posts_alone_would_not():
    """8 and 7 of one team: apart 400 + 50 for the split, together 401."""
    solution = solved(problem([8, 7], teams=[0, 0], split_cost=50))
    assert solution.objective == 401


def test_smallest_size_forces_and_its_price_frees():
    """5 persons are too few for a minimum of 6: joined with 9 (14 persons, 3 posts, 301); for 10 it may
    stay.
    """
    tight = problem([9, 5], slot_min=np.array([6, 6]), mixed_cost=400, teams=[0, 1])
    assert solved(tight).objective == 701  # 3 posts + handover + mixed team
    assert solved(replace(tight, small_cost=10)).objective == 410  # 2 + 2 posts + exception


def test_largest_size_keeps_apart():
    """20 and 16 may not join in a slot for 30."""
    assert solved(problem([16, 20], slot_max=np.array([30, 30]))).objective == 800


def test_number_of_slots_per_host():
    """Three of 4 persons in at most one slot: 12 persons, 3 posts, two handovers."""
    solution = solved(problem([4, 4, 4], host_max_slots=np.array([1])))
    assert solution.objective == 302
    assert (solution.site_of_slot >= 0).sum() == 1


def test_second_site_share():
    """Free choice leaves all at the second site (0); with half of two slots there, the smaller moves: 8 x
    5 = 40.
    """
    assert solved(two_sites([8, 9])).objective == 400
    half = solved(two_sites([8, 9], second_share=0.5))
    assert half.objective == 440
    assert half.site_of_slot.tolist() == [0, 1]
    assert solved(two_sites([8, 9], second_share=0.0)).objective == 400 + 17 * 5


def test_capacity_ties_hosts_together():
    """Two hosts, room for 90 at the second site: only the larger (floor 90) stays, the other moves for 8 x
    5.
    """
    p = two_sites([8, 9], hosts=[0, 1], site_capacity=np.array([-1, 90]))
    solution = solved(p)
    assert solution.status is Status.OPTIMAL
    assert solution.objective == 440


def test_host_ceiling_closes_the_dearer_host():
    """An item of host 1 may also go to host 0: with a ceiling of one open host it does, at its arc cost of
    7.
    """
    base = problem([9, 8], hosts=[0, 1])
    p = replace(
        base,
        arcs=np.array([[0, 0], [1, 1], [1, 0]]),
        arc_cost=np.array([0, 0, 7]),
        host_group=np.array([0, 0]),
        group_max=np.array([1]),
    )
    assert solved(p).slot_of_item.tolist() == [0, 0]
    assert solved(p).objective == 400 + 7  # 17 persons, 4 posts
    assert solved(replace(p, group_max=np.array([2]))).objective == 400  # 2 + 2 posts, two hosts


def test_lock_and_mandatory_host():
    """A lock keeps the item in host 1 though host 0 is cheaper; a mandatory host opens the same way."""
    base = replace(
        problem([9, 5], hosts=[0, 1]),
        arcs=np.array([[0, 0], [1, 1], [1, 0]]),
        arc_cost=np.array([0, 0, 0]),
        host_cost=np.array([0, 50]),
    )
    assert solved(base).objective == 300
    assert solved(replace(base, fixed_host=((1, 1),))).objective == 450
    assert solved(replace(base, host_mandatory=np.array([False, True]))).objective == 450


def test_conflict_names_only_the_rules_in_conflict():
    """No room at the main site and no second site allowed: exactly these two rules; the sizes are not
    blamed.
    """
    p = two_sites([8, 9], second_share=0.0, site_capacity=np.array([100, -1]), slot_min=np.array([6, 6]))
    solution = solve_structure(p, STOP)
    assert solution.status is Status.INFEASIBLE
    assert set(solution.conflict) == {"site_capacity:0", "second_site_share"}


def test_conflict_of_a_lock_with_the_smallest_size():
    """A lock that leaves 5 persons alone in a host with a minimum of 6 is named together with that
    minimum.
    """
    p = replace(
        problem([9, 5], hosts=[0, 1], slot_min=np.array([6, 6])),
        arcs=np.array([[0, 0], [1, 1], [1, 0]]),
        arc_cost=np.array([0, 0, 0]),
        fixed_host=((1, 1),),
    )
    assert set(solve_structure(p, STOP).conflict) == {"fixed_host:1", "smallest_size:1"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slot_host": np.array([0, 3])}, "slot_host"),
        ({"arc_cost": np.array([0, -1, 0])}, "arc_cost"),
        ({"second_share": 1.5}, "second_share"),
        ({"schedules": (((5, 2),),)}, "schedule"),
        ({"fixed_host": ((0, 5),)}, "fixed_host"),
        ({"slot_max": np.array([1, -1])}, "slot_max"),
    ],
)
def test_bad_problems_are_refused(change, words):
    """A problem that is not well posed is refused with the name of the field."""
    with pytest.raises(ProblemError, match=words):
        problem([8, 7], **change)


def test_check_finds_what_is_broken():
    """The independent check sees a wrong objective, a division below its minimum and a full site."""
    p = two_sites([8, 9], slot_min=np.array([6, 6]))
    good = solved(p)
    assert check_structure(p, replace(good, objective=good.objective - 1, bound=0.0))
    assert check_structure(replace(p, slot_min=np.array([9, 6])), good)
    assert check_structure(replace(p, site_capacity=np.array([-1, 100])), good)


def test_pairing_wins_over_the_price_of_mixing():
    """8 and 7 of two teams stay apart at 400; paired: 4 posts, handover 1, mixed team 500, in all 901."""
    apart = problem([8, 7], teams=[0, 1], mixed_cost=500)
    assert solved(apart).objective == 400
    assert solved(replace(apart, together=((0, 1),))).objective == 901


def test_kept_apart_though_joining_saves():
    """20 and 16 persons join at 401; kept apart they cost 4 + 4 posts."""
    assert solved(problem([16, 20], apart=((0, 1),))).objective == 800


def test_site_of_an_item_is_kept_and_does_not_use_up_the_share():
    """Item 1 stays at the second site by decision though the share is 0; item 0 moves for 8 x 5.

    Both joined at the second site would cost 17 persons, 4 posts and a handover: 401, less than 2 + 2 posts and 40.
    """
    p = two_sites([8, 9], second_share=0.0, fixed_item_site=((1, 1),), apart=((0, 1),))
    solution = solved(p)
    assert solution.site_of_slot.tolist() == [0, 1]
    assert solution.objective == 440
    assert solved(replace(p, apart=())).objective == 401
    free = StructureSolution(
        Status.FEASIBLE, objective=440.0, slot_of_item=np.array([0, 1]), site_of_slot=np.array([0, 1])
    )
    assert check_structure(replace(p, fixed_item_site=()), free)


def test_equipment_is_a_resource_like_floor():
    """Each needs a room, the second site has one: the larger stays, the smaller moves for 8 x 5."""
    p = two_sites([8, 9], equipment_use=np.array([[1, 1]]), equipment_room=np.array([[-1, 1]]), apart=((0, 1),))
    assert solved(p).objective == 440
    none = replace(p, equipment_room=np.array([[0, 1]]))
    assert set(solve_structure(none, STOP).conflict) == {"equipment:0:0", "equipment:0:1"}


def test_conflict_of_pairing_and_apartness():
    """The two decisions are named, nothing else."""
    p = problem([8, 7, 9], together=((0, 1),), apart=((1, 0),))
    assert set(solve_structure(p, STOP).conflict) == {"together:0", "apart:0"}


def test_shares_are_solved_as_if_each_stood_alone():
    """The curve of test_second_site_share: 485, 440 and 400 for no, half and all."""
    found = solve_shares(two_sites([8, 9]), (0.0, 0.5, 1.0), STOP)
    assert [s.objective for s in found] == [485, 440, 400]
    assert all(s.status is Status.OPTIMAL for s in found)


def test_next_choice_of_each_item():
    """20 and 16 join at 401 (site: main). Each elsewhere means apart: 4 + 4 posts, 399 more."""
    p = problem([16, 20])
    around = Surroundings(p, solved(p), STOP)
    assert around.next.slot[0] == 0
    assert around.next.extra[0] == 399
    assert around.next.exact[0]
    assert around.next.slot[1] == -1  # the larger one continues in any case
    assert np.isinf(around.next.found[1])


def test_near_optimal_structures_differ_within_the_gap():
    """Joined 401, apart 800: 100 % above the best allows the other one, 90 % does not, and there is no third."""
    p = problem([16, 20])
    around = Surroundings(p, solved(p), STOP)
    assert around.near_optimal(0.9, 3) == []
    (other,) = around.near_optimal(1.0, 3)
    assert other.slot_of_item.tolist() == [0, 1]
    assert other.objective == 800
    assert check_structure(p, other) == []


def every_structure(p):
    """All structures that keep the rules, by trying everything: (cost, slot of item, site of slot)."""
    n_items, n_slots, n_sites, _ = p.shape
    choices = [[j for i2, j in p.arcs.tolist() if i2 == i] for i in range(n_items)]
    for slots in product(*choices):
        opened = sorted(set(slots))
        for sites in product(range(n_sites), repeat=len(opened)):
            site_of_slot = np.full(n_slots, -1)
            site_of_slot[opened] = sites
            cost = _value(p, np.array(slots), site_of_slot)
            if cost is not None:
                yield cost, slots, site_of_slot


def brute_force(p):
    """Cost of the cheapest structure."""
    return min((cost for cost, *_ in every_structure(p)), default=None)


def _value(p, slot_of_item, site_of_slot):
    """Cost of one structure from the definition, None when it breaks a rule."""
    probe = StructureSolution(Status.FEASIBLE, objective=0.0, slot_of_item=slot_of_item, site_of_slot=site_of_slot)
    faults = check_structure(p, probe)
    off = [f for f in faults if f.startswith("the objective")]
    if len(faults) > len(off):
        return None
    return int(off[0].split()[-1]) if off else 0


@st.composite
def small_problems(draw):
    """Up to four items in one or two hosts, two sites, all rules that tie hosts together."""
    sizes = draw(st.lists(st.integers(3, 18), min_size=2, max_size=4))
    n = len(sizes)
    hosts = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    hosts[0] = 0
    cost = draw(st.lists(st.integers(0, 30), min_size=2 * n, max_size=2 * n))
    pair = tuple(i for i in range(n) if hosts[i] == 0)[:2]
    return two_sites(
        sizes,
        hosts=hosts,
        teams=draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n)),
        item_site_cost=np.array(cost).reshape(n, 2),
        slot_min=np.full(n, draw(st.sampled_from([0, 6]))),
        site_capacity=np.array([draw(st.sampled_from([-1, 120, 250])), draw(st.sampled_from([-1, 90]))]),
        second_share=draw(st.sampled_from([0.0, 0.34, 0.5, 1.0])),
        mixed_cost=draw(st.integers(0, 200)),
        split_cost=draw(st.integers(0, 200)),
        post_cost=draw(st.sampled_from([10, 100])),
        together=((pair,) if len(pair) == 2 and draw(st.booleans()) else ()),
        apart=((tuple(range(n)),) if draw(st.booleans()) else ()),
        fixed_item_site=draw(st.sampled_from([(), ((0, 1),), ((1, 0),)])),
        equipment_use=np.ones((1, n), int),
        equipment_room=np.array([[draw(st.sampled_from([-1, 2])), draw(st.sampled_from([-1, 0, 1]))]]),
    )


@settings(max_examples=25, deadline=None)
@given(small_problems())
def test_agrees_with_brute_force(p):
    """On small problems the solver finds the cheapest structure, or none exactly where there is none."""
    solution = solve_structure(p, STOP)
    assert check_structure(p, solution) == []
    expected = brute_force(p)
    if expected is None:
        assert solution.status is Status.INFEASIBLE
        assert solution.conflict
    else:
        assert solution.status is Status.OPTIMAL
        assert solution.objective == expected


@settings(max_examples=25, deadline=None)
@given(small_problems())
def test_next_choices_bound_what_brute_force_finds(p):
    """Each item elsewhere costs at least `extra` more, and no more than the structure found."""
    solution = solve_structure(p, STOP)
    if solution.status is not Status.OPTIMAL:
        return
    around = Surroundings(p, solution, STOP)
    rest = list(every_structure(p))
    for i, own in enumerate(solution.slot_of_item.tolist()):
        here = (own, solution.site_of_slot[own])
        other = [cost for cost, slots, sites in rest if (slots[i], sites[slots[i]]) != here]
        true = min(other) - solution.objective if other else np.inf
        if around.next.slot[i] >= 0:
            assert around.next.extra[i] <= true + 1e-6
            assert true <= around.next.found[i] + 1e-6
        else:
            assert not other
    for structure in around.near_optimal(0.2, 2):
        assert check_structure(p, structure) == []
        assert structure.objective <= 1.2 * solution.objective + 1e-6


def test_same_answer_twice():
    """The same problem, seed and thread give the same decisions."""
    p = two_sites([8, 9, 8, 7, 12], teams=[0, 1, 0, 1, 2], mixed_cost=30, split_cost=60, second_share=0.5)
    first, second = solved(p), solved(p)
    assert first.slot_of_item.tolist() == second.slot_of_item.tolist()
    assert first.site_of_slot.tolist() == second.site_of_slot.tolist()


def test_a_site_of_a_host_binds_the_slots_that_may_sit_there():
    """Item 1 is tied to site 1; the decision for site 0 moves item 0 only, and is no conflict."""
    allowed = np.array([[True, True], [False, True]])
    p = two_sites([8, 9], slot_site_allowed=allowed, fixed_site=((0, 0),), apart=((0, 1),))
    s = solved(p)
    assert s.site_of_slot[s.slot_of_item].tolist() == [0, 1]
    assert any("decided for site 0" in f for f in check_structure(p, solved(replace(p, fixed_site=()))))
