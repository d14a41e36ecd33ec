"""Simulated schedules: shares worked by hand, a slow loop day by day, and what must hold for any project."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.problem import ProblemError
from solvers.schedule.durations import ThreePoint, day_shares, draw_days
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.protect import Limit, likely_candidates, limit_lateness, rank_protection
from solvers.schedule.simulate import (
    LIMITS,
    Network,
    beyond,
    driving,
    lags_exceeded,
    late_days,
    lateness_cost,
    limit_days,
    missed,
    simulate,
)
from solvers.schedule.slack import resource_order

# Day 0 is a Monday: 20 weeks of five working days and two weekend days.
DAYS = np.arange(140)
WORKING, WEEKEND = DAYS[DAYS % 7 < 5], DAYS[DAYS % 7 >= 5]
MONDAYS = tuple(range(0, 140, 7))


def project(n, order=(), *, capacity=(), demand=(), **columns):
    """Tasks a, b, c, ... ; `columns` map a field to {task: value}, `order` holds (before, after, lag, largest lag)."""
    names = "abcdefghij"[:n]
    default = {"calendar": 0, "duration": 1, "release": 0, "fixed": NONE, "legal": NONE, "target": NONE}
    default |= {"legal_price": 100, "target_price": 1, "weight": 1}
    arrays = {
        name: np.array([columns.get(name, {}).get(t, value) for t in names], dtype=int)
        for name, value in default.items()
    }
    arcs = [(names.index(a[0]), names.index(a[1]), *(a[2:] or (0, NONE))) for a in order]
    return ScheduleProblem(
        names=tuple(names),
        calendars=(WORKING, WEEKEND),
        hard=np.zeros(n, dtype=bool),
        starts=tuple(columns.get("starts", {}).get(t, ()) for t in names),
        before=np.array([a[0] for a in arcs], dtype=int),
        after=np.array([a[1] for a in arcs], dtype=int),
        lag=np.array([a[2] for a in arcs], dtype=int),
        max_lag=np.array([a[3] for a in arcs], dtype=int),
        resources=tuple(f"r{k}" for k in range(len(capacity))),
        capacity=np.array(capacity, dtype=int),
        demand=np.array(demand, dtype=int).reshape(n, len(capacity)),
        **arrays,
    )


def network(p, start):
    """The plan in which task i starts on day start[i] and takes its planned duration."""
    finish = [
        day if p.is_fixed(i) else int(p.days(i)[p.first_index(p.calendar[i], day) + p.duration[i] - 1])
        for i, day in enumerate(start)
    ]
    return Network(p, np.array(start), np.array(finish))


def traced(net, runs):
    """All misses traced back."""
    return driving(net, runs, missed(net, runs), lateness_cost(net, runs))


def column(*days):
    """Durations of one run."""
    return np.array(days, dtype=np.int32)[:, None]


def points(low, likely, high, groups=None, correlation=0.0):
    """Three-point durations of some tasks."""
    groups = np.zeros((len(low), 0), dtype=int) if groups is None else np.array(groups)
    return ThreePoint(np.array(low), np.array(likely), np.array(high), groups, correlation)


def test_one_two_or_three_days():
    """X = 1 + 2 B, B ~ Beta(3, 3). One day has the chance E[(2 - X)+] = 2 E[(1/2 - B)+] =
    60 x integral from 0 to 1/2 of (1/2 - b) b^2 (1 - b)^2 = 60 x 1/384 = 5/32; three days the same by symmetry."""
    assert day_shares(1, 2, 3) == pytest.approx([5 / 32, 27 / 32])


def test_one_day_that_may_become_two():
    """The mean of PERT(1, 1, 2) is (1 + 4 + 2) / 6 = 7/6, so two days have the chance 1/6 (plain rounding: 1/32)."""
    assert day_shares(1, 1, 2) == pytest.approx([5 / 6])


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 60))
def test_whole_days_keep_the_mean_of_pert(low, more, most):
    """Sum of the chances of more than d days, over d, is (low + 4 likely + high) / 6."""
    likely, high = low + more, low + more + most
    shares = day_shares(low, likely, high)
    assert low + (1 - shares).sum() == pytest.approx((low + 4 * likely + high) / 6)
    assert (np.diff(shares) >= -1e-12).all()


def test_draws_have_the_shares():
    """20,000 draws of 1/2/3: one day in 15.6 %, with a standard error of 0.26 %."""
    days = draw_days(points([1], [2], [3]), 20_000, seed=3)[0]
    assert np.bincount(days, minlength=4)[1:] / 20_000 == pytest.approx([5 / 32, 22 / 32, 5 / 32], abs=0.011)


def test_tasks_of_one_group_run_late_together():
    """All of the variance shared: equal durations in every run; none shared: seldom all alike."""
    same = draw_days(points([5] * 3, [10] * 3, [20] * 3, [[0], [0], [0]], 1.0), 200, seed=1)
    assert (same[0] == same[1:]).all()
    own = draw_days(points([5] * 3, [10] * 3, [20] * 3, [[0], [0], [0]], 0.0), 200, seed=1)
    assert (own[0] == own[1]).mean() < 0.5
    assert np.corrcoef(own)[0, 1] == pytest.approx(0, abs=0.25)


def test_each_factor_carries_its_part():
    """Correlation 0.6 over two factors: tasks that share one have 0.3, that share both 0.6, that share none 0."""
    groups = [[0, 0], [0, 1], [1, 0], [0, 0]]
    days = draw_days(points([100] * 4, [200] * 4, [300] * 4, groups, 0.6), 20_000, seed=5)
    found = np.corrcoef(days)
    assert found[0, 3] == pytest.approx(0.6, abs=0.03)
    assert found[0, 1] == pytest.approx(0.3, abs=0.03)
    assert found[1, 2] == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("wrong", [([0], [1], [2]), ([2], [1], [2]), ([1], [3], [2])])
def test_durations_out_of_order_are_refused(wrong):
    with pytest.raises(ProblemError):
        points(*wrong)


def test_two_tasks_in_a_row():
    """a (1/2/3 days) then b (1 day), planned for days 0-1 and 2, due on day 2: late exactly when a takes three."""
    p = project(2, ["ab"], duration={"a": 2}, legal={"b": 2})
    net = network(p, [0, 2])
    days = draw_days(points([1, 1], [2, 1], [3, 1]), 5_000, seed=2)
    runs = simulate(net, days)
    late = late_days(net, runs, np.array([1]), "legal")[0]
    assert (late == (days[0] == 3)).all()
    assert late.mean() == pytest.approx(5 / 32, abs=0.02)
    assert (runs.finish[1] == np.where(days[0] == 3, 3, 2)).all()  # never before its planned day


def test_overruns_cross_the_weekend():
    """a ends on Friday 4 as planned, or on Monday 7 when it takes a day more; b follows on 7 or 8."""
    p = project(2, ["ab"], duration={"a": 5})
    assert simulate(network(p, [0, 7]), column(6, 1)).finish[:, 0].tolist() == [7, 8]


def test_a_weekend_move_waits_for_its_next_start_day():
    """The move (two weekend days, opening on Saturdays) is put off by a week when a ends on Monday 7."""
    starts = {"b": tuple(range(5, 140, 7))}
    p = project(2, ["ab"], duration={"a": 5, "b": 2}, calendar={"b": 1}, starts=starts, target={"b": 6})
    net = network(p, [0, 5])
    runs = simulate(net, column(6, 2))
    assert runs.finish[:, 0].tolist() == [7, 13]
    assert late_days(net, runs, np.array([1]), "target").tolist() == [[5]]  # working days 7 to 11


def test_units_are_handed_over_in_the_planned_order():
    """One team: b waits for a although nothing else makes it wait."""
    p = project(2, capacity=[1], demand=[[1], [1]], duration={"a": 2, "b": 2})
    net = network(p, [0, 2])
    assert simulate(net, column(4, 2)).finish[:, 0].tolist() == [3, 7]
    assert simulate(Network(p, net.start, net.finish, ()), column(4, 2)).finish[:, 0].tolist() == [3, 3]


def test_an_event_keeps_its_day_and_is_missed():
    """The sitting is on day 3; its papers end on day 3, a day too late; what follows it is not put off."""
    p = project(3, ["ab", "bc"], duration={"a": 3}, fixed={"b": 3})
    net = network(p, [0, 3, 4])
    runs = simulate(net, column(4, 1, 1))
    assert runs.finish[:, 0].tolist() == [3, 3, 4]
    assert late_days(net, runs, np.array([1]), "event").tolist() == [[1]]
    assert lateness_cost(net, runs).sum() == 100
    behind, _ = traced(net, runs)
    assert behind[:, 0].tolist() == [True, True, False]


def test_an_event_that_waits_for_nothing_is_no_limit():
    """Nothing can make it late."""
    net = network(project(2, ["ab"], fixed={"a": 3}), [3, 4])
    assert limit_days(net, "event").tolist() == [NONE, NONE]


def test_work_done_keeps_its_day_and_its_limit():
    """Work that has ended on day 3 (a fixed day) is late for its limit on day 1 by two days in every run."""
    net = network(project(1, fixed={"a": 3}, legal={"a": 1}), [3])
    runs = simulate(net, column(1))
    assert late_days(net, runs, np.array([0]), "legal").tolist() == [[2]]
    assert missed(net, runs).tolist() == [[True]]


def test_largest_lags_can_be_exceeded():
    """b starts at most two days after a. a ends early on day 0, b keeps its day 4: three days between."""
    p = project(2, [("a", "b", 0, 2)], duration={"a": 2})
    net = network(p, [0, 4])
    days = np.array([[1, 2, 2, 2], [1, 1, 1, 1]], dtype=np.int32)
    assert lags_exceeded(net, simulate(net, days)).tolist() == [0.25]


def test_the_chain_leads_back_to_what_it_waited_for():
    """c waits for a and b; a overruns by two days, b by one: a alone drives c, which is late."""
    p = project(3, ["ac", "bc"], duration={"a": 2, "b": 2}, legal={"c": 2})
    net = network(p, [0, 0, 2])
    runs = simulate(net, column(4, 3, 1))
    behind, weight = traced(net, runs)
    assert behind[:, 0].tolist() == [True, False, True]
    assert weight[:, 0].tolist() == [200, 0, 200]  # c ends on day 4, two days late


def test_protecting_the_cause_is_worth_the_lateness():
    """As above: with a kept, b makes c late by one day, so half of the cost is saved; with both kept, all of it."""
    p = project(3, ["ac", "bc"], duration={"a": 2, "b": 2}, legal={"c": 2})
    net = network(p, [0, 0, 2])
    days = column(4, 3, 1)
    sets = [np.array([0]), np.array([1]), np.array([2]), np.array([0, 1])]
    found = rank_protection(net, days, [Limit("legal", np.array([2]))], np.array([True]), sets)
    assert [(x.candidate, x.cost_saved, x.days_saved.sum(), x.hold_watched) for x in found] == [
        (3, 200, 2, 1),
        (0, 100, 1, 0),
    ]
    weight = traced(net, simulate(net, days))[1]
    assert likely_candidates(net, days, weight, 5) == [0]


def test_work_beyond_the_calendar_goes_on_and_is_told():
    """20 weeks end on day 137; two days from there on end on the Monday after, day 140."""
    net = network(project(1), [137 - 1])
    runs = simulate(net, np.array([[1, 3]], dtype=np.int32))
    assert runs.finish[0].tolist() == [136, 140]
    assert beyond(net, runs) == 0.5


def test_a_plan_in_the_wrong_order_is_refused():
    p = project(2, ["ab"])
    with pytest.raises(ProblemError, match="before a predecessor"):
        Network(p, np.array([3, 3]), np.array([3, 3]))


# -- any project ------------------------------------------------------------------------------------------------------


@st.composite
def plans(draw):
    """A random small project with a plan that keeps the order and the capacity, and durations of four runs."""
    n = draw(st.integers(2, 7))
    names = "abcdefghij"[:n]
    numbers = st.integers(0, 3)
    calendar = {t: draw(st.integers(0, 1)) if draw(st.booleans()) else 0 for t in names}
    events = {t: draw(st.integers(0, 4)) == 0 for t in names}
    columns = {
        "calendar": {t: 0 if events[t] else calendar[t] for t in names},
        "duration": {t: 1 if events[t] else draw(st.integers(1, 4)) for t in names},
    }
    starts = {t: MONDAYS for t in names if columns["calendar"][t] == 0 and not events[t] and draw(st.booleans())}
    order = [
        (a, b, 0 if events[b] else draw(numbers), NONE)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        if draw(st.integers(0, 2)) == 0
    ]
    demand = [[0 if events[t] else draw(st.integers(0, 2))] for t in names]
    # Serial plan: every task after all before it ended, so that resources are never shared in the plan.
    gaps = [draw(numbers) for _ in names]
    p = project(n, order, capacity=[2], demand=demand, starts=starts, **columns)
    start, day = [], 0
    lag = {}
    for k in range(len(p.after)):
        lag[int(p.after[k])] = max(lag.get(int(p.after[k]), 0), int(p.lag[k]))
    for i in range(n):
        if events[names[i]]:
            start.append(day + gaps[i])
            day = start[-1] + 1
            continue
        index = p.first_index(p.calendar[i], day) + gaps[i] + lag.get(i, 0)
        allowed = p.allowed(i)
        index = int(allowed[np.searchsorted(allowed, index)])
        start.append(int(p.days(i)[index]))
        day = int(p.days(i)[index + p.duration[i] - 1]) + 1
    limits = {k: {t: draw(st.integers(0, 40)) for t in names if draw(st.booleans())} for k in ("legal", "target")}
    fixed = {t: start[i] for i, t in enumerate(names) if events[t]}
    p = project(n, order, capacity=[2], demand=demand, starts=starts, fixed=fixed, **columns, **limits)
    days = np.array([[draw(st.integers(1, 6)) for _ in range(4)] for _ in range(n)], dtype=np.int32)
    days[[i for i in range(n) if p.is_fixed(i)]] = 1
    return network(p, start), days


def slow_run(net, days):
    """Finish days of one run, stepping day by day; events: (own day, late or not)."""
    p = net.problem
    finish, missed_events = {}, set()
    pairs = resource_order(p, net.start, net.finish)
    sets = [set(c.tolist()) for c in p.calendars]
    for j in sorted(range(len(p.names)), key=lambda j: (net.start[j], j)):
        waits = [(int(p.before[k]), int(p.lag[k])) for k in range(len(p.before)) if p.after[k] == j]
        waits += [(i, 0) for i, b in pairs if b == j]
        if p.fixed[j] != NONE:
            finish[j] = int(p.fixed[j])
            if any(finish[i] >= finish[j] for i, _ in waits):
                missed_events.add(j)
            continue
        work, day = sets[p.calendar[j]], int(net.start[j])
        while True:
            free = all(day > finish[i] and sum(d in work for d in range(finish[i] + 1, day)) >= lag for i, lag in waits)
            if day in work and free and (not p.starts[j] or day in p.starts[j]):
                break
            day += 1
        left = int(days[j])
        while True:
            left -= day in work
            if left == 0:
                break
            day += 1
        finish[j] = day
    return finish, missed_events


@settings(max_examples=150, deadline=None)
@given(plans())
def test_equals_the_slow_loop(case):
    """All runs at once give exactly what stepping through each run day by day gives; so do lateness and its cost."""
    net, days = case
    runs = simulate(net, days)
    p = net.problem
    cost = lateness_cost(net, runs)
    for r in range(days.shape[1]):
        finish, missed_events = slow_run(net, days[:, r])
        assert runs.finish[:, r].tolist() == [finish[i] for i in range(len(p.names))]
        late = np.array([late_days(net, runs, np.array([i]), "event")[0, r] > 0 for i in range(len(p.names))])
        assert set(np.flatnonzero(late)) == missed_events
        free = [i for i in range(len(p.names)) if not p.is_fixed(i)]
        legal = sum(100 * p.late(finish[i], int(p.legal[i])) for i in free)
        target = sum(p.late(finish[i], int(p.target[i])) for i in free)
        assert cost[free, r].sum() == legal + target


@settings(max_examples=60, deadline=None)
@given(plans(), st.integers(0, 6), st.integers(0, 3))
def test_longer_work_never_ends_earlier(case, task, more):
    """A day more of any task in a run moves nothing forward, so no limit gets likelier to hold."""
    net, days = case
    task %= len(days)
    if net.problem.is_fixed(task):
        return
    longer = days.copy()
    longer[task] += more
    base = simulate(net, days)
    after = simulate(net, longer, base, np.array([task]))
    assert (after.arrival >= base.arrival).all()
    assert (missed(net, after) >= missed(net, base)).all()
    assert (after.finish == simulate(net, longer).finish).all()  # working out the followers alone changes nothing


@settings(max_examples=40, deadline=None)
@given(plans(), st.integers(0, 1000), st.floats(0, 1))
def test_a_larger_high_limit_never_helps(case, seed, correlation):
    """Durations that are at least the plan: with the same seed, more that can go wrong makes no limit hold more
    often; equal seeds give equal runs."""
    net, _ = case
    likely = net.planned_days
    free = net.problem.fixed == NONE
    shares = []
    for factor in (1, 2, 3):
        own = points(likely, likely, np.where(free, factor * likely, likely), [[i % 2] for i in range(len(likely))],
                     correlation)  # fmt: skip
        days = draw_days(own, 50, seed)
        assert (days == draw_days(own, 50, seed)).all()
        limits = [Limit(kind, np.flatnonzero(limit_days(net, kind) != NONE)) for kind in LIMITS]
        shares.append((limit_lateness(net, simulate(net, days), limits) == 0).mean(axis=1))
    assert (np.diff(shares, axis=0) <= 0).all()


@settings(max_examples=60, deadline=None)
@given(plans())
def test_a_chain_begins_with_a_cause(case):
    """Every miss has a task behind it that overran, or that the plan itself had late; nothing else is behind one."""
    net, days = case
    runs = simulate(net, days)
    behind, weight = traced(net, runs)
    late = missed(net, runs)
    assert (behind >= late).all()
    assert (behind.any(axis=0) == late.any(axis=0)).all()
    assert ((weight > 0) <= behind).all()
    planned = simulate(net, np.maximum(net.planned_days, 1).astype(np.int32)[:, None])
    overran = behind & (days > net.planned_days[:, None])
    explained = overran.any(axis=0) | missed(net, planned).any()
    assert (explained >= late.any(axis=0)).all()


@settings(max_examples=40, deadline=None)
@given(plans())
def test_protection_is_what_a_run_without_the_overrun_says(case):
    """The saving told is the difference of two whole simulations; candidates that save nothing are not told."""
    net, days = case
    sets = [np.array([i]) for i in range(len(days))]
    limits = [Limit(kind, np.flatnonzero(limit_days(net, kind) != NONE)) for kind in LIMITS]
    told = {x.candidate: x for x in rank_protection(net, days, limits, np.ones(3, dtype=bool), sets)}
    before = lateness_cost(net, simulate(net, days)).sum(axis=0).mean()
    for i in range(len(days)):
        kept = days.copy()
        kept[i] = np.minimum(kept[i], net.planned_days[i])
        runs = simulate(net, kept)
        saved = before - lateness_cost(net, runs).sum(axis=0).mean()
        assert saved == pytest.approx(told[i].cost_saved if i in told else 0)
        if i in told:
            assert (told[i].hold == (limit_lateness(net, runs, limits) == 0).mean(axis=1)).all()
