"""Assignment of persons to post groups: hand-worked flows, fixed pairs, prices, and random cases."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.assignment.check import check_assignment
from solvers.assignment.solve import AssignmentProblem, chosen_post, next_best, solve_assignment
from solvers.problem import ProblemError, Status, Stop

STOP = Stop()


def problem(costs, capacity, surplus, fixed=(), supply=None):
    """A dense problem from a matrix of costs (None: no arc)."""
    arcs = [(p, g, c) for p, row in enumerate(costs) for g, c in enumerate(row) if c is not None]
    person, post, cost = (np.array(x, dtype=np.int64) for x in zip(*arcs, strict=True))
    supply = np.ones(len(costs), np.int64) if supply is None else np.array(supply)
    return AssignmentProblem(supply, np.array(capacity), person, post, cost, np.array(surplus), tuple(fixed))


def test_three_persons_two_posts():
    """The cheapest person for the surplus is left out, and the answer carries its proof."""
    # A on 0, B on 1, C surplus: 1+4+9 = 14; A on 0, C on 1, B surplus: 1+3+9 = 13; B on 0, C on 1, A surplus:
    # 2+3+9 = 14; the crossed ones are dearer. So A and C are placed, B is surplus: 13.
    p = problem([[1, 6], [2, 4], [7, 3]], [1, 1], [9, 9, 9])
    s = solve_assignment(p, STOP)
    assert (s.status, s.objective, s.bound, s.gap) == (Status.OPTIMAL, 13.0, 13.0, 0.0)
    assert chosen_post(p, s).tolist() == [0, -1, 1]
    assert check_assignment(p, s) == []


def test_prices_say_what_one_more_post_saves():
    """The dual price of a full post group equals the saving when it gets one more post."""
    costs, surplus = [[10, 30], [20, 50], [40, 90]], [100, 100, 100]
    p = problem(costs, [1, 1], surplus)
    s = solve_assignment(p, STOP)
    for g in range(2):
        more = [1, 1]
        more[g] += 1
        saved = s.objective - solve_assignment(problem(costs, more, surplus), STOP).objective
        assert s.post_price[g] == saved
    # A on 1 (30), B on 0 (20), C surplus (100): 150. One more post 0: C takes it (40) and the rest stays:
    # 90, saves 60. One more post 1: best is still A on 1, B on 1 (50), C on 0 (40): 120, or A 30, B 20, C
    # 90 on 1: 140; saves 30.
    assert s.objective == 150.0
    assert s.post_price.tolist() == [60, 30]


def test_next_best_is_the_loss_when_overruled():
    """The extra cost of the next-best choice equals what forbidding the chosen arc really costs here."""
    p = problem([[1, 6], [2, 4], [7, 3]], [1, 1], [9, 9, 9])
    s = solve_assignment(p, STOP)
    post, extra = next_best(p, s)
    without = problem([[None, 6], [2, 4], [7, 3]], [1, 1], [9, 9, 9])
    real = solve_assignment(without, STOP).objective - s.objective
    assert 0 <= extra[0] <= real
    assert post[0] in (1, -1)


def test_fixed_pair_is_kept_at_any_cost():
    """A lock overrides cost: the dear pair stays and the others adjust."""
    p = problem([[1, 6], [2, 4], [7, 3]], [1, 1], [9, 9, 9], fixed=[(2, 0)])
    s = solve_assignment(p, STOP)
    # C on 0 costs 7; post 1 goes to B (4) and A is surplus (9): 20; or A (6) and B surplus (9): 22.
    assert s.objective == 20.0
    assert chosen_post(p, s).tolist() == [-1, 1, 0]
    assert check_assignment(p, s) == []


def test_fixed_pairs_beyond_capacity_are_infeasible_by_name():
    """Two locks on one post cannot hold; the answer names the post group."""
    s = solve_assignment(problem([[1], [1]], [1], [5, 5], fixed=[(0, 0), (1, 0)]), STOP)
    assert s.status is Status.INFEASIBLE
    assert s.conflict == ("capacity of post group 0 with the fixed pairs on it",)


def test_groups_of_persons_split_over_posts():
    """A group of 5 like persons fills two post groups and the rest is surplus."""
    p = problem([[1, 2]], [2, 2], [10], supply=[5])
    s = solve_assignment(p, STOP)
    assert s.flow.tolist() == [2, 2]
    assert s.surplus.tolist() == [1]
    assert s.objective == 2 * 1 + 2 * 2 + 10
    with pytest.raises(ProblemError, match="single persons"):
        chosen_post(p, s)


def test_a_post_group_without_posts_is_never_used():
    """Zero capacity is a closed group, and the proof still holds."""
    p = problem([[0, 5]], [0, 1], [50])
    s = solve_assignment(p, STOP)
    assert chosen_post(p, s).tolist() == [1]
    assert check_assignment(p, s) == []
    # Opening post 0 would move the only person from cost 5 to cost 0: it is worth 5; post 1 is worth 50 - 5
    # more to nobody, since one person fills one post.
    assert s.post_price.tolist() == [5, 0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"arc_post": np.array([2])}, "outside"),
        ({"supply": np.array([-1])}, "negative"),
        ({"arc_cost": np.array([1.5])}, "integers"),
        ({"surplus_cost": np.array([1, 2])}, "2 values for 1"),
        ({"fixed": ((0, 1),)}, "not among the arcs"),
        ({"arc_cost": np.array([2**59])}, "too large"),
    ],
)
def test_bad_problems_are_refused_in_words(change, words):
    """Each malformed field is named in one sentence."""
    good = {
        "supply": np.array([1]),
        "capacity": np.array([1, 1]),
        "arc_person": np.array([0]),
        "arc_post": np.array([0]),
        "arc_cost": np.array([1]),
        "surplus_cost": np.array([1]),
    }
    with pytest.raises(ProblemError, match=words):
        AssignmentProblem(**(good | change))


def test_the_checker_sees_tampering():
    """A moved person, a wrong objective and a wrong bound are each reported."""
    p = problem([[1, 6], [2, 4]], [1, 1], [9, 9])
    s = solve_assignment(p, STOP)
    both_on_first = type(s)(**{**s.__dict__, "flow": np.array([1, 0, 1, 0])})
    assert any("2 persons for 1 posts" in f for f in check_assignment(p, both_on_first))
    assert check_assignment(p, type(s)(**{**s.__dict__, "bound": s.bound - 1}))
    assert check_assignment(p, type(s)(**{**s.__dict__, "objective": s.objective - 1}))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda g: st.tuples(
            st.lists(st.lists(st.integers(-5, 20), min_size=g, max_size=g), min_size=1, max_size=4),
            st.lists(st.integers(0, 2), min_size=g, max_size=g),
        )
    ),
    st.lists(st.integers(0, 25), min_size=4, max_size=4),
)
def test_optimum_equals_enumeration(case, surplus):
    """On small cases the flow is as cheap as the best of all assignments, and passes its check."""
    costs, capacity = case
    n, g = len(costs), len(capacity)
    p = problem(costs, capacity, surplus[:n])
    s = solve_assignment(p, STOP)
    best = min(
        sum(surplus[i] if c == g else costs[i][c] for i, c in enumerate(choice))
        for choice in product(range(g + 1), repeat=n)
        if all(choice.count(k) <= capacity[k] for k in range(g))
    )
    assert s.objective == best
    assert s.status is Status.OPTIMAL
    assert check_assignment(p, s) == []


def test_order_of_arcs_does_not_matter():
    """Shuffled arcs give the same persons the same posts, ties included."""
    rng = np.random.default_rng(3)
    person, post = (a.ravel() for a in np.meshgrid(np.arange(40), np.arange(9), indexing="ij"))
    cost = rng.integers(1, 4, 360)
    fields = (np.ones(40, np.int64), np.full(9, 3))
    a = AssignmentProblem(*fields, person, post, cost, np.full(40, 9))
    shuffled = rng.permutation(360)
    b = AssignmentProblem(*fields, person[shuffled], post[shuffled], cost[shuffled], np.full(40, 9))
    first, second = solve_assignment(a, STOP), solve_assignment(b, STOP)
    assert chosen_post(a, first).tolist() == chosen_post(b, second).tolist()
