"""Ways to do tasks, budgets, absences, wanted days and calm use of resources: small cases worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.problem import ProblemError, Status, Stop
from solvers.schedule.check import check_schedule
from solvers.schedule.problem import Absence, Way
from solvers.schedule.solution import peaks
from solvers.schedule.solve import solve_schedule
from solvers.schedule.strain import least_peaks, least_strain
from tests.solvers.test_schedule import STOP, WORKING, project


def solved(p):
    s = solve_schedule(p, STOP)
    assert check_schedule(p, s) == []
    return s


def contractor(task, duration, cost, use=()):
    """A way that needs none of the one resource."""
    return Way(task, duration, np.array([0]), cost, use)


def test_a_contractor_is_paid_only_when_it_is_late_without():
    """One team, two tasks of 3 days, both wanted by day 2 (Wednesday): one of them goes to the contractor, the cheaper.

    Without contractors the second ends on day 7 (Monday next but one week day 6): 3 working days late.
    """
    p = project([3, 3], capacity=[1], demand=[[1], [1]], target={"a": 2, "b": 2})
    assert solved(p).parts.target == 3
    q = replace(p, ways=(contractor(0, 3, 70), contractor(1, 3, 50)))
    s = solved(q)
    assert (s.parts.target, s.parts.money) == (0, 50)
    assert s.way.tolist() == [0, 1]
    assert s.status is Status.OPTIMAL
    assert s.objective == s.bound == 50
    # With targets that one team can meet nothing is paid.
    assert solved(replace(q, target=np.array([2, 7]))).parts.money == 0


def test_a_budget_limits_the_contractors():
    """Three tasks for one team by day 2: two must go out at 50 and 60; a budget of 70 pays only one, so one is late."""
    ways = (contractor(0, 3, 50, (50,)), contractor(1, 3, 60, (60,)), contractor(2, 3, 90, (90,)))
    p = project([3, 3, 3], capacity=[1], demand=[[1]] * 3, target=dict.fromkeys("abc", 2))
    p = replace(p, ways=ways, budgets=("money",), budget=np.array([110]))
    assert solved(p).parts.key[1:3] == (0, 110)
    s = solved(replace(p, budget=np.array([70])))
    # The second task of the team ends on day 7, three working days after day 2.
    assert s.parts.key[1:3] == (3, 50)


def test_a_longer_way_may_be_chosen_when_it_frees_the_team():
    """The contractor takes 5 days instead of 2, still by day 4: the team does the other task on time."""
    p = project([2, 4], capacity=[1], demand=[[1], [1]], target={"a": 4, "b": 3})
    s = solved(replace(p, ways=(contractor(0, 5, 10),)))
    assert (s.parts.target, s.parts.money, s.finish.tolist()) == (0, 10, [4, 3])


def test_nobody_works_while_the_team_is_away():
    """Two units, one of them away on days 0 and 1: one of two tasks of 2 days waits until day 2."""
    p = project([2, 2], capacity=[2], demand=[[1], [1]])
    assert sorted(solved(p).start.tolist()) == [0, 0]
    s = solved(replace(p, absences=(Absence(0, 0, 1, 1),)))
    assert sorted(s.start.tolist()) == [0, 2]


def test_strain_is_avoided_when_there_is_time():
    """Three tasks of 2 days by day 7 (six working days): one unit is enough, so the second is left free."""
    p = project([2, 2, 2], capacity=[2], demand=[[1]] * 3, target=dict.fromkeys("abc", 7))
    p = replace(p, comfort=np.array([1]), strain_price=np.array([5]))
    s = solved(p)
    assert s.parts.strain == s.bounds.strain == 0
    assert peaks(p, s.start, s.finish, s.way).tolist() == [1]
    # By day 4 (five working days) one unit cannot do six days of work: the peak is 2, proven.
    s = solved(replace(p, target=np.array([4, 4, 4])))
    assert s.parts.strain == s.bounds.strain == 5


def test_packing_bound_counts_whole_tasks():
    """Ten days hold three tasks of 3 days a unit, so seven such tasks need 3 units, though 21 / 10 days of work are
    2.1 units and rounded up 3; ten tasks need 4 (30 / 10 = 3 by work alone)."""
    p = project([3] * 10, capacity=[10], demand=[[1]] * 10, target=dict.fromkeys("abcdefghij", int(WORKING[9])))
    p = replace(p, comfort=np.array([1]), strain_price=np.array([1]))
    found = least_peaks(p, STOP)
    assert found[0].bound == found[0].peak == 4
    assert least_strain(p, found) == 3


def test_planning_again_keeps_the_days_wanted():
    """a was to run on day 0, b on day 1, c on day 3; a now takes 3 days: b moves by two days, c by one (day 4)."""
    p = project([1, 1, 1], ["ab", "bc"], weight=dict.fromkeys("abc", 1))
    p = replace(p, wanted=np.array([0, 1, 3]), move_price=np.array([1, 1, 1]))
    s = solved(p)
    assert (s.start.tolist(), s.parts.change) == ([0, 1, 3], 0)
    s = solved(replace(p, duration=np.array([3, 1, 1])))
    assert (s.start.tolist(), s.parts.change, s.bounds.change) == ([0, 3, 4], 3, 3)


def test_ways_and_absences_must_fit():
    p = project([2], capacity=[1], demand=[[1]])
    with pytest.raises(ProblemError, match="a day of work"):
        replace(p, ways=(Way(0, 0, np.array([0])),))
    with pytest.raises(ProblemError, match="more of a resource"):
        replace(p, ways=(Way(0, 1, np.array([2])),))
    with pytest.raises(ProblemError, match="no task"):
        replace(p, ways=(Way(3, 1, np.array([0])),))
    with pytest.raises(ProblemError, match="absences"):
        replace(p, absences=(Absence(4, 0, 1, 1),))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"way": np.array([1, 0])}, "works 3 days instead of 1"),
        ({"way": np.array([0, 2])}, "way of doing a task that does not exist"),
        ({"objective": 1.0}, "the objective is 1.0, not 50"),
        ({"start": np.array([0, 3]), "finish": np.array([2, 7])}, "parts of the cost"),
    ],
)
def test_the_checker_sees_wrong_ways(change, message):
    p = project([3, 3], capacity=[1], demand=[[1], [1]], target={"a": 2, "b": 2})
    p = replace(p, ways=(contractor(0, 1, 70), contractor(1, 3, 50)))
    s = solved(p)
    assert s.way.tolist() == [0, 1]
    assert any(message in fault for fault in check_schedule(p, replace(s, **change)))


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_random_projects_with_ways_are_right(data):
    """The checker accepts every answer, bounds stay below, and a longer budget never costs more lateness."""
    n = data.draw(st.integers(2, 6))
    durations = data.draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    targets = data.draw(st.lists(st.integers(0, 11), min_size=n, max_size=n))
    p = project(durations, capacity=[2], demand=[[data.draw(st.integers(0, 2))] for _ in range(n)])
    ways = tuple(
        contractor(i, data.draw(st.integers(1, 6)), cost, (cost,))
        for i in range(n)
        if (cost := data.draw(st.integers(0, 9)))
    )
    budget = data.draw(st.integers(0, 20))
    p = replace(p, target=np.array(targets), ways=ways, budgets=("m",), budget=np.array([budget]))
    p = replace(p, comfort=np.array([1]), strain_price=np.array([3]))
    late = []
    for more in (0, 10):
        s = solve_schedule(replace(p, budget=np.array([budget + more])), Stop(seconds=20, work=2))
        assert check_schedule(replace(p, budget=np.array([budget + more])), s) == []
        assert all(b <= c for b, c in zip(s.bounds.key, s.parts.key, strict=True))
        late.append((s.parts.target, s.status))
    if all(status is Status.OPTIMAL for _, status in late):
        assert late[1][0] <= late[0][0]
