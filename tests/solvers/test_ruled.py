"""Assignment under rules: hand-worked couples, teams and balance, brute force on random cases, tampered answers."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.assignment.check_ruled import check_ruled
from solvers.assignment.ruled import LinearRules, RuledProblem, lagrangian_bound, solve_ruled
from solvers.assignment.solve import AssignmentProblem
from solvers.problem import ProblemError, Status, Stop

STOP = Stop(seconds=30)
INF = np.inf


def flow(costs, capacity, surplus):
    """A dense flow from a matrix of costs; arc p * G + g."""
    persons, posts = np.shape(costs)
    person, post = np.divmod(np.arange(persons * posts), posts)
    return AssignmentProblem(
        np.ones(persons, np.int64), np.array(capacity), person, post, np.ravel(costs), np.full(persons, surplus)
    )


def rules(rows, extras=(), *, group="rule"):
    """Rules from rows (lower, upper, {arc: value}, {extra: value}) and extras (cost, upper, integer)."""
    arcs = [(r, a, v) for r, row in enumerate(rows) for a, v in row[2].items()]
    more = [(r, e, v) for r, row in enumerate(rows) for e, v in row[3].items()]
    arc_row, arc, arc_value = (np.array([x[i] for x in arcs]) for i in range(3))
    extra_row, extra, extra_value = (np.array([x[i] for x in more], int if i < 2 else float) for i in range(3))
    return LinearRules(
        lower=np.array([r[0] for r in rows], float),
        upper=np.array([r[1] for r in rows], float),
        arc_row=arc_row,
        arc=arc,
        arc_value=arc_value.astype(float),
        extra_cost=np.array([e[0] for e in extras], float),
        extra_upper=np.array([e[1] for e in extras], float),
        extra_integer=np.array([e[2] for e in extras], bool),
        extra_row=extra_row,
        extra=extra,
        extra_value=extra_value,
        group=(group,) * len(rows),
    )


def test_a_couple_is_not_sent_away_twice():
    """Post 0 is near (one place), post 1 far (two places); A and B are a couple, C is single."""
    # Costs: A 1/9, B 2/5, C 3/9. Without the rule the near place saves A 8, B 3, C 6: A takes it, B and C go far:
    # 1+5+9 = 15. The couple then has one far member, which is allowed, so the rule changes nothing.
    p = RuledProblem(flow([[1, 9], [2, 5], [3, 9]], [1, 2], 100), rules([(-INF, 1, {1: 1, 3: 1}, {})]))
    s = solve_ruled(p, STOP)
    assert (s.status, s.objective, s.free_objective) == (Status.OPTIMAL, 15.0, 15.0)
    # With C as the one who gains most (3/20: saves 17) the flow sends A and B far: 9+5+3 = 17. The rule keeps one of
    # the couple near: A near 1+5+20 = 26, or B near 9+2+20 = 31. So 26: the rule costs 9.
    p = RuledProblem(flow([[1, 9], [2, 5], [3, 20]], [1, 2], 100), rules([(-INF, 1, {1: 1, 3: 1}, {})]))
    s = solve_ruled(p, STOP)
    assert (s.status, s.objective, s.free_objective, s.bound) == (Status.OPTIMAL, 26.0, 17.0, 26.0)
    assert s.flow.reshape(3, 2).argmax(axis=1).tolist() == [0, 1, 1]
    assert check_ruled(p, s) == []


def test_a_rule_with_a_price_is_broken_where_that_is_cheaper():
    """The same couple at a price of 4 for both far: 17 + 4 = 21 beats 26."""
    p = RuledProblem(
        flow([[1, 9], [2, 5], [3, 20]], [1, 2], 100),
        rules([(-INF, 1, {1: 1, 3: 1}, {0: -1.0})], [(4.0, 1.0, False)]),
    )
    s = solve_ruled(p, STOP)
    assert (s.status, s.objective, s.extra.tolist()) == (Status.OPTIMAL, 21.0, [1.0])
    assert check_ruled(p, s) == []


def test_a_team_stays_together_at_a_price():
    """A and B are a team; each post group used by the team costs 6."""
    # Costs A 0/4, B 5/0: apart 0 + 0 + 2 x 6 = 12; together on 0: 5 + 6 = 11; together on 1: 4 + 6 = 10.
    rows = [(-INF, 0, {a: 1}, {a % 2: -1.0}) for a in range(4)]
    p = RuledProblem(flow([[0, 4], [5, 0]], [2, 2], 50), rules(rows, [(6.0, 1.0, True), (6.0, 1.0, True)]))
    s = solve_ruled(p, STOP)
    assert (s.status, s.objective) == (Status.OPTIMAL, 10.0)
    assert s.flow.reshape(2, 2)[:, 1].tolist() == [1, 1]
    assert check_ruled(p, s) == []


def test_rules_that_cannot_hold_are_named():
    """Both must be near, but there is one near place; the harmless rule is not named."""
    both_near = rules([(2, INF, {0: 1, 2: 1}, {})], group="near")
    harmless = rules([(-INF, 5, {0: 1}, {})], group="harmless")
    joined = LinearRules(
        **{
            name: (
                both_near.group + harmless.group
                if name == "group"
                else np.concatenate([getattr(both_near, name), getattr(harmless, name) + (name == "arc_row")])
            )
            for name in LinearRules.__dataclass_fields__
        }
    )
    s = solve_ruled(RuledProblem(flow([[1, 9], [2, 5]], [1, 2], 100), joined), STOP)
    assert (s.status, s.conflict, s.objective) == (Status.INFEASIBLE, ("near",), None)


@st.composite
def small(draw):
    """Three to five persons, two or three posts, up to three rules with or without a price."""
    persons, posts = draw(st.integers(3, 5)), draw(st.integers(2, 3))
    number = st.integers(0, 30)
    costs = draw(st.lists(number, min_size=persons * posts, max_size=persons * posts))
    capacity = draw(st.lists(st.integers(1, 2), min_size=posts, max_size=posts))
    rows, extras = [], []
    for r in range(draw(st.integers(1, 3))):
        arcs = draw(st.lists(st.integers(0, persons * posts - 1), min_size=2, max_size=5, unique=True))
        entries, more = dict.fromkeys(arcs, 1), {}
        if draw(st.booleans()):
            extras.append((float(draw(number)), 3.0, draw(st.booleans())))
            more = {len(extras) - 1: -1.0 if r % 2 else 1.0}
        rows.append((-INF, 1, entries, more) if r % 2 else (1, INF, entries, more))
    return RuledProblem(flow(np.reshape(costs, (persons, posts)), capacity, 40), rules(rows, extras))


def brute(p):
    """Best cost over all placements; an extra column stands in one row only, so its value follows."""
    posts, best = len(p.flow.capacity), INF
    r = p.rules
    for choice in product(range(posts + 1), repeat=len(p.flow.supply)):
        used = np.bincount([c for c in choice if c < posts], minlength=posts)
        if np.any(used > p.flow.capacity):
            continue
        x = np.zeros(len(p.flow.arc_cost))
        for person, c in enumerate(choice):
            if c < posts:
                x[person * posts + c] = 1
        cost = float(x @ p.flow.arc_cost) + 40 * sum(c == posts for c in choice)
        for row in range(len(r.lower)):
            done = sum(v * x[a] for q, a, v in zip(r.arc_row, r.arc, r.arc_value, strict=True) if q == row)
            short = max(r.lower[row] - done, done - r.upper[row], 0.0)
            mine = [e for q, e in zip(r.extra_row, r.extra, strict=True) if q == row]
            if short > 0:
                cost += r.extra_cost[mine[0]] * short if mine and short <= 3 else INF
        best = min(best, cost)
    return best


@given(small())
@settings(max_examples=60, deadline=None)
def test_as_good_as_trying_everything(p):
    """Optimum, bound and check agree with all placements tried one by one."""
    s, best = solve_ruled(p, STOP), brute(p)
    if best == INF:
        assert s.status is Status.INFEASIBLE
        return
    assert s.objective == pytest.approx(best)
    assert s.bound <= best + 1e-6
    assert check_ruled(p, s) == []


@given(
    small(), st.lists(st.floats(-20, 20), min_size=3, max_size=3), st.lists(st.floats(0, 20), min_size=3, max_size=3)
)
@settings(max_examples=60, deadline=None)
def test_any_prices_give_a_lower_bound(p, rule_price, post_price):
    """The Lagrangian value never passes the optimum, whatever the prices."""
    value = lagrangian_bound(
        p, np.array(rule_price[: len(p.rules.lower)]), np.array(post_price[: len(p.flow.capacity)])
    )
    assert value <= brute(p) + 1e-6


def test_a_larger_case_is_proven_within_its_gap_and_the_same_each_time():
    """300 persons, 40 couples, 30 teams: the gap is tiny and two runs agree."""
    random = np.random.default_rng(5)
    costs = random.integers(0, 100, (300, 12))
    arc = np.arange(3600).reshape(300, 12)
    rows, extras = [], []
    for c in range(40):
        extras.append((35.0, 1.0, False))
        rows.append((-INF, 1, dict.fromkeys([*arc[2 * c, 6:], *arc[2 * c + 1, 6:]], 1), {c: -1.0}))
    for t in range(30):
        for g in range(12):
            extras.append((25.0, 1.0, True))
            for p in range(100 + 3 * t, 103 + 3 * t):
                rows.append((-INF, 0, {arc[p, g]: 1}, {len(extras) - 1: -1.0}))
    problem = RuledProblem(flow(costs, [24] * 12, 500), rules(rows, extras))
    s = solve_ruled(problem, replace(STOP, gap=0.01))
    assert check_ruled(problem, s) == []
    assert s.gap <= 0.01
    assert s.objective > s.free_objective
    assert solve_ruled(problem, replace(STOP, gap=0.01)).flow.tolist() == s.flow.tolist()


def test_the_check_sees_a_tampered_answer():
    """A broken rule, a false objective and a bound beyond its prices are all named."""
    p = RuledProblem(flow([[1, 9], [2, 5], [3, 20]], [1, 2], 100), rules([(-INF, 1, {1: 1, 3: 1}, {})]))
    s = solve_ruled(p, STOP)
    away = replace(s, flow=np.array([0, 1, 0, 1, 1, 0]))
    assert any("row 0 (rule)" in f for f in check_ruled(p, away))
    assert any("objective" in f for f in check_ruled(p, replace(s, objective=25.0)))
    assert any("bound" in f for f in check_ruled(p, replace(s, bound=25.9, bound_price=np.zeros(2))))


def test_bad_rules_are_refused_in_words():
    """Lengths, positions and open extra columns."""
    good = rules([(-INF, 1, {0: 1}, {})])
    with pytest.raises(ProblemError, match="outside the arcs"):
        RuledProblem(flow([[1]], [1], 5), rules([(-INF, 1, {7: 1}, {})]))
    with pytest.raises(ProblemError, match="lower must not exceed"):
        replace(good, lower=np.array([2.0]))
    with pytest.raises(ProblemError, match="must be finite"):
        replace(good, extra_cost=np.ones(1), extra_upper=np.array([INF]), extra_integer=np.zeros(1, bool))
    with pytest.raises(ProblemError, match="group has 0 values"):
        replace(good, group=())
