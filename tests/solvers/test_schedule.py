"""Project scheduling: small cases worked by hand, bounds, slack, conflicts, and random projects."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.problem import ProblemError, Status, Stop
from solvers.schedule.bounds import earliest, least_cost
from solvers.schedule.check import check_schedule
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.slack import resource_order, total_slack
from solvers.schedule.solution import cost_of
from solvers.schedule.solve import solve_schedule
from solvers.schedule.start import serial_schedule

STOP = Stop(seconds=30, work=4)
# Day 0 is a Monday: 20 weeks of five working days and two weekend days.
DAYS = np.arange(140)
WORKING, WEEKEND = DAYS[DAYS % 7 < 5], DAYS[DAYS % 7 >= 5]


def project(durations, order=(), *, capacity=(), demand=(), **columns):
    """A project of tasks a, b, c, ... on working days; `columns` map a field to {task: value}."""
    n = len(durations)
    names = "abcdefghijklmnopqrstuvwxyz"[:n]
    filled = {
        "calendar": 0,
        "release": 0,
        "fixed": NONE,
        "legal": NONE,
        "target": NONE,
        "hard": False,
        "legal_price": 100,
        "target_price": 1,
        "weight": 1,
    }
    arrays = {
        name: np.array(
            [columns.get(name, {}).get(t, value) for t in names], dtype=type(value) if name == "hard" else int
        )
        for name, value in filled.items()
    }
    arcs = [(names.index(a), names.index(b), *rest) for a, b, *rest in order]
    lags = [(*arc, 0, NONE)[2:4] for arc in arcs]
    return ScheduleProblem(
        names=tuple(names),
        calendars=(WORKING, WEEKEND),
        duration=np.array(durations),
        starts=tuple(columns.get("starts", {}).get(t, ()) for t in names),
        before=np.array([arc[0] for arc in arcs], dtype=int),
        after=np.array([arc[1] for arc in arcs], dtype=int),
        lag=np.array([lag for lag, _ in lags], dtype=int),
        max_lag=np.array([most for _, most in lags], dtype=int),
        resources=tuple(f"r{k}" for k in range(len(capacity))),
        capacity=np.array(capacity, dtype=int),
        demand=np.array(demand, dtype=int).reshape(n, len(capacity)),
        **arrays,
    )


def solved(p):
    s = solve_schedule(p, STOP)
    assert check_schedule(p, s) == []
    return s


def test_a_chain_skips_the_weekend():
    """Three days then three days from Monday: days 0-2, then Thursday, Friday and Monday (3, 4, 7)."""
    s = solved(project([3, 3], ["ab"]))
    assert s.start.tolist() == [0, 3]
    assert s.finish.tolist() == [2, 7]
    assert s.status is Status.OPTIMAL


def test_two_tasks_share_one_team():
    """With one team, the task with a target on day 1 goes first although it comes second by name."""
    p = project([2, 2], capacity=[1], demand=[[1], [1]], target={"b": 1})
    s = solved(p)
    assert s.start.tolist() == [2, 0]
    assert s.objective == 0


def test_legal_limits_outrank_targets_whatever_the_prices():
    """One team, both due on day 1: b has the legal limit, so a is 2 days late at 10,000 a day."""
    p = project(
        [2, 2], capacity=[1], demand=[[1], [1]], target={"a": 1}, legal={"b": 1}, target_price={"a": 10_000},
        legal_price={"b": 1},
    )  # fmt: skip
    s = solved(p)
    assert s.start.tolist() == [2, 0]
    assert (s.parts.legal, s.parts.target) == (0, 20_000)
    assert s.status is Status.OPTIMAL


def test_a_weekend_move_lies_between_two_working_weeks():
    """Work until Friday (day 4), the move on Saturday and Sunday (5, 6), the next work on Monday (7)."""
    p = project([5, 2, 1], ["ab", "bc"], calendar={"b": 1}, starts={"b": (5, 12, 19)})
    s = solved(p)
    assert s.start.tolist() == [0, 5, 7]
    assert s.finish.tolist() == [4, 6, 7]


def test_a_weekend_after_the_limit_counts_as_one_day_late():
    """A limit on Friday 4 and a move on Saturday 5: no working day between, but late by one."""
    p = project([5, 1], ["ab"], calendar={"b": 1}, legal={"b": 4})
    assert solved(p).parts.legal == 100


def test_lateness_counts_working_days():
    """Four days from Thursday 3 on end on Tuesday 8; a target on Friday 4 is missed by two days."""
    assert solved(project([4], release={"a": 3}, target={"a": 4})).parts.target == 2


def test_the_follower_keeps_the_largest_lag():
    """c needs the team after b and must start at most one day after a: a waits, though it could start.

    Team of one: b takes days 0-4 (target), then c on day 7. One free day at most, so a ends on day 3 or 4.
    """
    p = project([1, 5, 1], [("a", "c", 0, 1)], capacity=[1], demand=[[0], [1], [1]], target={"b": 4}, release={"c": 0})
    s = solved(p)
    assert s.start[2] == 7
    assert s.finish[0] in (3, 4)


def test_a_smallest_lag_leaves_days_free():
    """Two working days between Friday 4 and the next task: Monday and Tuesday are free, start on day 9."""
    assert solved(project([5, 1], [("a", "b", 2, NONE)])).start[1] == 9


def test_events_stay_and_work_goes_around_them():
    """An event on Sunday 6: its predecessor ends before it, its follower starts on Monday 7."""
    p = project([2, 1, 1], ["ab", "bc"], fixed={"b": 6})
    s = solved(p)
    assert s.start.tolist() == [0, 6, 7]


def test_late_work_has_a_proven_cost():
    """Four tasks of 2 days, two teams, all due on day 1: two end on day 1, two on day 3: 2 x 2 = 4."""
    p = project([2] * 4, capacity=[2], demand=[[1]] * 4, target=dict.fromkeys("abcd", 1))
    s = solved(p)
    assert (s.objective, s.bound, s.status) == (4, 4, Status.OPTIMAL)


def test_the_bound_without_search_counts_shared_work():
    """As above, without CP-SAT: the j-th end is not before the j smallest works over the two teams.

    These are 1, 2, 3 and 4 days, and no task ends before 2. Ends after 2, 2, 3, 4 days against 2 days make
    0 + 0 + 1 + 2 = 3 days late at least (the true least is 4).
    """
    p = project([2] * 4, capacity=[2], demand=[[1]] * 4, target=dict.fromkeys("abcd", 1))
    assert least_cost(p).target == 3


def test_earliest_days_count_the_work_of_all_predecessors():
    """Three tasks of 2 days on one team take 6 days, so the fourth starts on the seventh, day 8."""
    p = project([2, 2, 2, 1], ["ad", "bd", "cd"], capacity=[1], demand=[[1], [1], [1], [0]])
    start, _ = earliest(p)
    assert start[3] == 8


def test_a_conflict_names_what_cannot_hold_together():
    """One team, two tasks of 3 days due by law on day 3: they conflict, c does not."""
    p = project(
        [3, 3, 1], capacity=[1, 5], demand=[[1, 0], [1, 0], [0, 1]], legal={"a": 3, "b": 3, "c": 9},
        hard={"a": True, "b": True, "c": True},
    )  # fmt: skip
    s = solve_schedule(p, STOP)
    assert s.status is Status.INFEASIBLE
    assert s.conflict == ("resource r0", "limit of a", "limit of b")


def test_an_event_before_its_work_is_a_conflict():
    """Five days of work cannot end before an event on day 3."""
    s = solve_schedule(project([5, 1], ["ab"], fixed={"b": 3}), STOP)
    assert s.status is Status.INFEASIBLE
    assert s.conflict == ("day of b", "order")


def test_slack_runs_through_followers_and_shared_teams():
    """a (2 days) before b (2 days, target day 8 = seventh working day): b can end 3 days later, and so can a.

    c uses the team after a without a limit of its own; d, with no team and no limit, can slip to the end.
    """
    p = project([2, 2, 2, 1], ["ab"], capacity=[1], demand=[[1], [0], [1], [0]], target={"b": 8})
    start, finish = np.array([0, 2, 2, 0]), np.array([1, 3, 3, 0])
    assert resource_order(p, start, finish) == [(0, 2)]
    slack = total_slack(p, start, finish)
    assert slack[:2].tolist() == [3, 3]
    assert slack[3] == len(WORKING) - 1


def test_missed_limits_show_as_negative_slack():
    """A task that ends on day 3 with a target on day 1 has -2, and so has the task before it."""
    p = project([2, 2], ["ab"], target={"b": 1})
    assert total_slack(p, np.array([0, 2]), np.array([1, 3])).tolist() == [-2, -2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"duration": np.array([0, 1])}, "at least 1 day"),
        ({"names": ("a", "a")}, "distinct"),
        ({"after": np.array([0])}, "cycle"),
        ({"capacity": np.array([0])}, "needs 1 units of r0"),
        ({"calendars": (WORKING, WORKING)}, "share a day"),
        ({"starts": ((5,), ())}, "not a day of its calendar"),
        ({"release": np.array([0])}, "must have 2 entries"),
    ],
)
def test_a_problem_that_is_not_well_posed_says_why(change, message):
    """Each fault of the input is named when the problem is made."""
    p = project([1, 1], ["ab"], capacity=[1], demand=[[1], [0]])
    with pytest.raises(ProblemError, match=message):
        replace(p, **change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"finish": np.array([0, 2])}, "works 1 days instead of 2"),
        ({"start": np.array([0, 1]), "finish": np.array([1, 1])}, "2 units of r0"),
        ({"start": np.array([0, 5]), "finish": np.array([1, 5])}, "off its calendar"),
        ({"objective": 7.0}, "objective is 7"),
        ({"bound": 7.0}, "bound 7.0 is above"),
    ],
)
def test_the_checker_sees_what_is_wrong(change, message):
    """A right schedule passes; each change to it is reported."""
    p = project([2, 1], capacity=[1], demand=[[1], [1]])
    s = solved(p)
    assert s.start.tolist() in ([0, 2], [1, 0])
    base = replace(s, start=np.array([0, 2]), finish=np.array([1, 2]), parts=replace(s.parts, finish=2 + 3))
    assert check_schedule(p, base) == []
    assert any(message in fault for fault in check_schedule(p, replace(base, **change)))


def test_the_same_seed_gives_the_same_schedule():
    """Two solves of a project with a choice of equal schedules agree in every day."""
    p = project([2, 3, 2, 1, 4, 2], ["ac"], capacity=[2], demand=[[1]] * 6, target=dict.fromkeys("abcdef", 3))
    one, two = solved(p), solved(p)
    assert one.start.tolist() == two.start.tolist()
    assert one.objective == two.objective


@st.composite
def projects(draw):
    n = draw(st.integers(2, 9))
    names = "abcdefghi"[:n]
    days = st.integers(0, 25)
    calendar = {t: draw(st.integers(0, 1)) for t in names}
    order = [(a, b) for j, b in enumerate(names) for a in names[:j] if draw(st.integers(0, 4)) == 0]
    return project(
        [draw(st.integers(1, 4)) for _ in names],
        order,
        capacity=[2, 3],
        demand=[[draw(st.integers(0, 2)), draw(st.integers(0, 1))] for _ in names],
        calendar=calendar,
        release={t: draw(st.integers(0, 9)) for t in names},
        legal={t: draw(days) for t in names if draw(st.booleans())},
        target={t: draw(days) for t in names if draw(st.booleans())},
    )


@given(projects())
@settings(max_examples=15, deadline=None)
def test_every_schedule_is_sound_and_no_bound_is_above_it(p):
    """On random projects: the checker finds nothing, no bound passes its cost, never worse than serial."""
    s = solve_schedule(p, Stop(seconds=30, work=1.5))
    assert check_schedule(p, s) == []
    floor, (_, _, start) = least_cost(p), serial_schedule(p, 1)
    assert floor.legal <= s.bounds.legal <= s.parts.legal
    assert s.bound <= s.objective
    assert s.bounds.finish <= s.parts.finish
    assert (s.parts.legal, s.parts.target) <= (start.legal, start.target)
    assert cost_of(p, s.start, s.finish) == s.parts


@given(projects())
@settings(max_examples=10, deadline=None)
def test_slack_is_real(p):
    """A task put off by its slack, with all that waits for it pushed on, misses no limit that held before."""
    start, finish, _ = serial_schedule(p, 1)
    slack = total_slack(p, start, finish)
    waits = [*zip(p.before.tolist(), p.after.tolist(), strict=True), *resource_order(p, start, finish)]
    for i in range(len(p.names)):
        if slack[i] <= 0 or p.calendar[i] == 1:
            continue
        pushed = finish.copy()
        for j in sorted(range(len(p.names)), key=lambda j: (int(start[j]), j)):
            days, c = p.days(j), p.calendar[j]
            first = p.first_index(c, int(start[j])) + (int(slack[i]) if j == i else 0)
            first = max([first, *(p.index_after(c, int(pushed[k])) for k, after in waits if after == j)])
            pushed[j] = days[first + p.duration[j] - 1]
        for limit in (p.legal, p.target):
            held = (limit != NONE) & (finish <= limit)
            assert (pushed[held] <= limit[held]).all()
