"""Least makespan: cases worked by hand, random projects beside a plain search, bounds, repeatability."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.makespan.energy import least_makespan
from solvers.makespan.evolve import Evolution
from solvers.makespan.project import plain_project
from solvers.makespan.serial import Generator
from solvers.makespan.shortest import shortest
from solvers.makespan.solve import solve_makespan
from solvers.makespan.window import kept_order, nearby
from solvers.problem import Status, Stop
from solvers.schedule.check import check_schedule
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.solution import ScheduleSolution, cost_of

STOP = Stop(seconds=60, work=0.5)
DAYS = np.arange(140)


def project(durations, order=(), capacity=(), demand=(), calendars=(DAYS,), **columns):
    """Tasks a, b, c, ...; arcs (before, after[, lag[, largest lag]]); `columns` map a field to {task: value}."""
    n = len(durations)
    names = "abcdefghijklmnopqrstuvwxyz"[:n]
    arcs = [(names.index(a), names.index(b), *rest, *(0, NONE)[len(rest) :]) for a, b, *rest in order]
    filled = {"calendar": 0, "release": 0, "fixed": NONE, "legal": NONE, "hard": False}
    given_ = {f: np.array([columns.get(f, {}).get(t, v) for t in names]) for f, v in filled.items()}
    zero = np.zeros(n, np.int64)
    before, after, lag, most = (np.array([arc[k] for arc in arcs], np.int64) for k in range(4))
    return ScheduleProblem(
        names=tuple(names),
        calendars=calendars,
        duration=np.array(durations),
        target=np.full(n, NONE),
        legal_price=zero,
        target_price=zero,
        weight=zero,
        starts=tuple(columns.get("starts", {}).get(t, ()) for t in names),
        before=before,
        after=after,
        lag=lag,
        max_lag=most,
        resources=tuple(f"r{k}" for k in range(len(capacity))),
        capacity=np.array(capacity, np.int64),
        demand=np.array(demand, np.int64).reshape(n, len(capacity)),
        **given_,
    )


def faults(p, s):
    """Faults by the checker of schedules, which knows no makespan."""
    return faults_of(p, s.start, s.finish)


def faults_of(p, start, finish):
    cost, way = cost_of(p, start, finish), np.zeros(len(p.names), dtype=int)
    total = float(cost.legal + cost.target)
    whole = ScheduleSolution(Status.FEASIBLE, total, start=start, finish=finish, way=way, parts=cost)
    return check_schedule(p, whole)


def solved(p, stop=STOP):
    s = solve_makespan(p, stop)
    assert faults(p, s) == []
    assert s.bound <= s.objective == s.finish[p.fixed == NONE].max()
    return s


def by_search(p):
    """Least makespan of a plain project: serial schedules of all lists hold an optimum."""
    plain = plain_project(p)
    lists = [
        order
        for order in permutations(range(plain.n))
        if all(order.index(i) < order.index(j) for j in range(plain.n) for i, _ in plain.before[j])
    ]
    return min(_naive(plain, order) for order in lists)


def _naive(p, order):
    """Makespan of one serial schedule, day by day, without packed numbers."""
    use, start = {}, {}
    for j in order:
        t = max([p.release[j], *(start[i] + p.duration[i] + lag for i, lag in p.before[j])])
        while any(
            use.get((day, k), 0) + p.demand[j][k] > p.capacity[k]
            for day in range(t, t + p.duration[j])
            for k in range(len(p.capacity))
        ):
            t += 1
        start[j] = t
        for day in range(t, t + p.duration[j]):
            for k in range(len(p.capacity)):
                use[day, k] = use.get((day, k), 0) + p.demand[j][k]
    return max(start[j] + p.duration[j] for j in range(p.n))


def test_tasks_that_share_one_team_follow_each_other():
    """2 + 3 + 4 days for one team: the last ends on day 8, the ninth day."""
    s = solved(project([2, 3, 4], capacity=[1], demand=[[1], [1], [1]]))
    assert (s.status, s.objective, s.bound) == (Status.OPTIMAL, 8, 8)


def test_work_is_packed():
    """Two units; a (1 unit, 4 days), b and c (1 unit, 2 days), d (2 units, 1 day): 4 days beside each other, then d."""
    s = solved(project([4, 2, 2, 1], capacity=[2], demand=[[1], [1], [1], [2]]))
    assert (s.status, s.objective) == (Status.OPTIMAL, 4)


def test_lags_and_releases_count():
    """a ends on day 1 and leaves three days free; b may start on day 5; c on day 9 at the earliest."""
    s = solved(project([2, 3, 1], ["ab", ("a", "b", 3)], release={"c": 9}))
    assert s.start.tolist() == [0, 5, 9]
    assert (s.objective, s.bound) == (9, 9)


def test_days_are_those_of_the_calendar():
    """Days 0 to 4 and 7 to 11 are worked: seven days of work end on day 8."""
    week = DAYS[DAYS % 7 < 5]
    s = solved(project([7], calendars=(week,)))
    assert (s.objective, s.status) == (8, Status.OPTIMAL)


def test_two_calendars_an_event_and_a_largest_lag():
    """b moves at a weekend after a (days 0, 1): days 5, 6; c follows within two working days of b and after the event
    on day 8, so on day 9, and b waits for no weekend more."""
    week, end = DAYS[DAYS % 7 < 5], DAYS[DAYS % 7 >= 5]
    p = project(
        [2, 2, 1, 1],
        ["ab", ("b", "c", 0, 2), "dc"],
        calendars=(week, end),
        calendar={"b": 1},
        fixed={"d": 8},
    )
    s = solved(p)
    assert s.start.tolist() == [0, 5, 9, 8]
    assert (s.objective, s.bound, s.status) == (9, 9, Status.OPTIMAL)


def test_own_start_days():
    """The council sits on days 3 and 10; a needs four days before."""
    s = solved(project([4, 1], ["ab"], starts={"b": (3, 10)}))
    assert (s.start.tolist(), s.objective) == ([0, 10], 10)


def test_a_calendar_that_is_too_short_is_infeasible():
    """Six days of work for one team in five days."""
    p = project([3, 3], capacity=[1], demand=[[1], [1]], calendars=(np.arange(5),))
    s = solve_makespan(p, STOP)
    assert (s.status, s.objective) == (Status.INFEASIBLE, None)
    assert solve_makespan(replace(p, hard=np.array([True, False]), legal=np.array([1, NONE])), STOP).objective is None


def test_no_tasks():
    assert solve_makespan(project([]), STOP).status == Status.OPTIMAL


def test_bounds_by_hand():
    """Chain a, b: 5. Work of c, d, e (2 of 3 units, 2 days each): no two together, 6 days, and f (1 day) after all."""
    p = project([2, 3, 2, 2, 2, 1], ["ab", "cf", "df", "ef"], [3], [[0], [0], [2], [2], [2], [0]])
    assert least_makespan(plain_project(p)) == 7
    # Without f's order the work of the three alone stands: 6.
    assert (
        least_makespan(
            plain_project(replace(p, before=p.before[:1], after=p.after[:1], lag=p.lag[:1], max_lag=p.max_lag[:1]))
        )
        == 6
    )


@st.composite
def projects(draw, most=6):
    n = draw(st.integers(1, most))
    names = "abcdefghijklmnop"[:n]
    order = [
        (a, b, draw(st.integers(0, 2))) for j, b in enumerate(names) for a in names[:j] if draw(st.integers(0, 3)) == 0
    ]
    return project(
        [draw(st.integers(1, 5)) for _ in names],
        order,
        capacity=[3, 2],
        demand=[[draw(st.integers(0, 3)), draw(st.integers(0, 2))] for _ in names],
        release={t: draw(st.integers(0, 6)) for t in names},
    )


@given(projects())
@settings(max_examples=25, deadline=None)
def test_as_short_as_by_plain_search(p):
    """Optimal, and of the length that a search over all lists finds."""
    s = solved(p)
    assert (s.status, s.objective) == (Status.OPTIMAL, by_search(p) - 1)


@given(projects(), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_both_paths_agree(p, day):
    """An event beside the project, which nothing waits for, sends it the general way: the same last day."""
    names = (*p.names, "event")
    fields = {
        f: np.append(getattr(p, f), v)
        for f, v in (
            ("calendar", 0),
            ("duration", 1),
            ("release", 0),
            ("fixed", day),
            ("legal", NONE),
            ("target", NONE),
            ("hard", False),
            ("legal_price", 0),
            ("target_price", 0),
            ("weight", 0),
        )
    }
    demand = np.vstack([p.demand, np.zeros((1, 2), np.int64)])
    fields |= {"wanted": np.zeros(0, dtype=int), "move_price": np.zeros(0, dtype=int)}
    general = replace(p, names=names, starts=((),) * len(names), demand=demand, **fields)
    assert solved(general).objective == solved(p).objective


@given(projects(14), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_evolution_and_kept_order_are_sound(p, seed):
    """Every schedule of the evolution keeps order and resources; justification makes none longer; with the kept order
    of all tasks the schedule needs no resources to be sound."""
    plain = plain_project(p)
    evolution = Evolution(plain, seed, population=8)
    for _ in range(6):
        evolution.generation()
    schedules = [*evolution.elite(4), evolution.justified(evolution.best)]
    for start in schedules:
        order = sorted(range(plain.n), key=start.__getitem__)
        # A sound schedule built in its own order never gets longer; a day later somewhere would show here.
        assert _naive(plain, order) <= plain.makespan(start)
        days = np.array(start)
        assert faults_of(p, days, days + p.duration - 1) == []
    assert plain.makespan(schedules[-1]) <= evolution.makespan
    assert least_makespan(plain) <= evolution.makespan
    arcs = kept_order(plain, evolution.best, set())
    before = [list(pairs) for pairs in plain.before]
    for i, j in arcs:
        before[j].append((i, 0))
    tied = replace(plain, before=tuple(map(tuple, before)), demand=((),) * plain.n, capacity=())
    days = np.array(Generator(tied).forward(list(tied.order)))
    assert faults_of(p, days, days + p.duration - 1) == []
    assert len(nearby(plain, evolution.best, 3, evolution.random)[0]) == min(3, plain.n)


def random_project(n, seed):
    """A project that takes some search: few units, many arcs."""
    rng = np.random.default_rng(seed)
    names = "abcdefghijklmnopqrstuvwxyz"[:n]
    order = [(names[i], names[j]) for j in range(n) for i in range(max(0, j - 6), j) if rng.random() < 0.25]
    return project(
        rng.integers(1, 11, n).tolist(),
        order,
        [12, 12],
        rng.integers(0, 11, (n, 2)).tolist(),
        calendars=(np.arange(400),),
    )


def test_one_thread_repeats_itself_and_two_agree():
    """The same work from the same seed: the same days; two threads reach the same proven length."""
    p = random_project(24, 3)
    one, two = (solved(p, Stop(seconds=120, work=0.3)) for _ in range(2))
    assert one.start.tolist() == two.start.tolist()
    assert (one.objective, one.bound) == (two.objective, two.bound)
    both = solved(p, Stop(seconds=20, threads=2))
    assert both.status == Status.OPTIMAL
    assert one.bound <= both.objective <= one.objective


@pytest.mark.parametrize("threads", [1, 2])
def test_the_later_methods_run_and_stay_sound(threads):
    """With the quick methods cut short, bounds and neighbourhoods have their turn and never cross."""
    plain = plain_project(random_project(26, 5))
    start, bound = shortest(plain, Stop(seconds=20, work=0.4, threads=threads))
    days = np.array(start)
    p = random_project(26, 5)
    assert faults_of(p, days, days + p.duration - 1) == []
    assert least_makespan(plain) <= bound <= plain.makespan(start)
