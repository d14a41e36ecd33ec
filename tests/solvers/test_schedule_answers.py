"""Free slack, causes and chains, slips, and what must give: small cases worked by hand, and random projects."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from solvers.problem import Status
from solvers.schedule.check import check_schedule
from solvers.schedule.drivers import Cause, Drivers
from solvers.schedule.problem import NONE, Way
from solvers.schedule.relief import relief, units_together
from solvers.schedule.remedies import KINDS, Missed, Remedy
from solvers.schedule.slack import free_slack, resource_order, slipped, total_slack
from solvers.schedule.solution import ScheduleSolution, cost_of
from solvers.schedule.start import serial_schedule
from tests.solvers.test_schedule import WORKING, project, projects


def days(p, *start):
    """Start days as given and the finish days that follow."""
    start = np.array(start)
    ends = [p.days(i)[p.first_index(p.calendar[i], int(s)) + p.duration[i] - 1] for i, s in enumerate(start)]
    return start, np.array(ends)


def faults(p, start, finish):
    """What the independent checker says of a schedule, its cost left aside."""
    cost, way = cost_of(p, start, finish), np.zeros(len(p.names), dtype=int)
    objective = float(cost.legal + cost.target)
    s = ScheduleSolution(Status.FEASIBLE, objective, start=start, finish=finish, way=way, parts=cost)
    return check_schedule(p, s)


def test_free_slack_ends_where_the_next_task_begins():
    """a ends on Tuesday 1, b starts on Friday 4: Wednesday and Thursday are free. b has a target on Tuesday 8.

    b (2 days) ends on Monday 7 and may slip one day; a then 2 + 1 days in all.
    """
    p = project([2, 2], ["ab"], target={"b": 8})
    start, finish = days(p, 0, 4)
    assert free_slack(p, start, finish).tolist() == [2, 1]
    assert total_slack(p, start, finish).tolist() == [3, 1]


def test_a_smallest_lag_takes_free_slack():
    """As above, but one working day must stay free between them: a may slip one day less."""
    p = project([2, 2], [("a", "b", 1, NONE)], target={"b": 8})
    start, finish = days(p, 0, 4)
    assert free_slack(p, start, finish).tolist() == [1, 1]
    assert total_slack(p, start, finish).tolist() == [2, 1]


def test_a_largest_lag_ties_a_task_to_the_one_before():
    """b must follow a within one working day: with a on days 0-1 and b on day 2, b alone may slip to day 3.

    a has a target on Thursday 3 and can end two days later, so b (no limit) can slip three days in all: a ends on
    day 3, one day (Friday 4) stays free, b is on Monday 7; slipping from Wednesday 2 to Monday 7 is 3 working days.
    """
    p = project([2, 1], [("a", "b", 0, 1)], target={"a": 3})
    start, finish = days(p, 0, 2)
    assert free_slack(p, start, finish).tolist() == [0, 1]
    assert total_slack(p, start, finish).tolist() == [2, 3]


def test_a_weekend_task_slips_by_weekends():
    """The move on Saturday 5 may be on Sunday 6 (no working day later) or next Saturday 12 (five); c waits on Monday
    14, and next Sunday 13 is five working days later as well."""
    p = project([5, 1, 1], ["ab", "bc"], calendar={"b": 1})
    start, finish = days(p, 0, 5, 14)
    assert free_slack(p, start, finish)[:2].tolist() == [0, 5]


def test_free_slack_sees_the_units_of_others():
    """One team: a on days 0-1, b on days 4 and 7. a may slip to days 2-3, then b would have to move."""
    p = project([2, 2], capacity=[1], demand=[[1], [1]])
    assert free_slack(p, *days(p, 0, 4))[0] == 2


def test_another_free_unit_gives_slack_that_hand_overs_do_not():
    """Two teams: a (days 0-1) and c (0-2), then b (3) takes over from a and d (4) from c.

    By hand-overs a must end before b. But b can use the team of c and d that of b, so a alone may go to the end.
    """
    p = project([2, 3, 1, 1], capacity=[2], demand=[[1]] * 4)
    start, finish = days(p, 0, 0, 3, 4)
    assert resource_order(p, start, finish) == [(0, 2), (1, 3)]
    assert free_slack(p, start, finish)[0] == total_slack(p, start, finish)[0] == len(WORKING) - 2


def test_events_and_missed_limits_have_no_free_slack():
    """An event stays; a task that misses its target already has none, though nothing follows it."""
    p = project([1, 2], fixed={"a": 3}, target={"b": 0})
    start, finish = np.array([3, 0]), np.array([3, 1])
    assert free_slack(p, start, finish).tolist() == [0, 0]
    assert total_slack(p, start, finish).tolist() == [0, -1]


def test_each_cause_is_named():
    """Event a; b after it; c after b with a lag of one day; d takes the team over from c; e may start on day 9.

    f starts on Saturdays only, and Sunday 6 is its release; g waits for its close follower h, which waits for d.
    """
    p = project(
        [1, 1, 1, 1, 1, 1, 1, 1],
        ["ab", ("b", "c", 1, NONE), ("g", "h", 0, 0), "dh"],
        fixed={"a": 1}, release={"e": 9, "f": 6}, calendar={"f": 1}, starts={"f": (5, 12)},
        capacity=[1], demand=[[0], [0], [1], [1], [0], [0], [0], [0]],
    )  # fmt: skip
    # a event day 1; b day 2; c day 4 (3 stays free); d takes the team on day 7; e day 9; f day 12; g day 7; h day 8.
    start, finish = days(p, 1, 2, 4, 7, 9, 12, 7, 8)
    links = [Drivers(p, start, finish).cause(i) for i in range(8)]
    assert [link.cause for link in links] == [
        Cause.FIXED, Cause.EVENT, Cause.LAG, Cause.UNITS, Cause.RELEASE, Cause.START_DAY, Cause.FOLLOWER, Cause.ORDER,
    ]  # fmt: skip
    assert [link.source for link in links] == [-1, 0, 1, 2, -1, -1, 7, 3]
    assert links[3].resource == 0
    assert all(link.spare == 0 for link in links)
    chain = Drivers(p, start, finish).chain(6)
    # g waits for its follower h, h for d, d for the team of c, c for b, b for the event.
    assert [p.names[link.task] for link in chain] == list("ghdcba")


def test_room_to_the_left_is_told():
    """b could start on day 2 but starts on day 4: two allowed starts to spare, then a is in its way."""
    p = project([2, 1], ["ab"])
    link = Drivers(p, *days(p, 0, 4)).cause(1)
    assert (link.cause, link.source, link.spare) == (Cause.ORDER, 0, 2)


def test_a_slip_pushes_what_follows():
    """a, b and c in a row on days 0-1, 2 and 4: a two days later pushes b from 2 to 4 and c from 4 to 7."""
    p = project([2, 1, 1], ["ab", "bc"])
    start, finish = slipped(p, *days(p, 0, 2, 4), 0, 2)
    assert start.tolist() == [2, 4, 7]
    assert finish.tolist() == [3, 4, 7]


def test_a_slip_pulls_the_task_that_must_be_followed_closely():
    """b must follow a at once: b three days later puts a off as well, from day 0 to day 3."""
    p = project([1, 1], [("a", "b", 0, 0)])
    start, _ = slipped(p, *days(p, 0, 1), 1, 3)
    assert start.tolist() == [3, 4]


def _solution_with(p, start, finish, i, first):
    """The schedule with task i alone put on a start index."""
    s, f = start.copy(), finish.copy()
    s[i], f[i] = p.days(i)[first], p.days(i)[first + p.duration[i] - 1]
    return s, f


@given(projects())
@settings(max_examples=40, deadline=None)
def test_free_slack_is_exact(p):
    """Alone by its free slack a task leaves the plan valid and its limits held; on the next start it does not."""
    start, finish, _ = serial_schedule(p, 1)
    free, total = free_slack(p, start, finish), total_slack(p, start, finish)
    for i in range(len(p.names)):
        assert free[i] <= max(0, total[i])
        limits = [int(v) for v in (p.legal[i], p.target[i]) if v != NONE]
        if any(finish[i] > v for v in limits):
            assert free[i] == 0
            continue
        allowed, d = p.allowed(i), p.duration[i]
        own = p.first_index(p.calendar[i], int(start[i]))
        for first in allowed[allowed > own].tolist():
            last = int(p.days(i)[first + d - 1])
            slip = p.index_after(0, last) - p.index_after(0, int(finish[i]))
            moved = _solution_with(p, start, finish, i, first)
            held = not faults(p, *moved) and all(last <= v for v in limits)
            if slip > free[i]:
                assert not held
                break
            # Several weekend days are equally many working days later: the last of them may already be too late.
            assert held or (slip == free[i] and p.calendar[i] == 1)


@given(projects())
@settings(max_examples=25, deadline=None)
def test_a_slip_by_the_total_slack_misses_no_limit(p):
    """Pushing what follows, the plan stays valid and every limit that held still holds."""
    start, finish, _ = serial_schedule(p, 1)
    total = total_slack(p, start, finish)
    free = free_slack(p, start, finish)
    for i in np.flatnonzero(total > 0).tolist():
        if free[i] == total[i]:
            continue  # alone: the exact test above
        pushed = slipped(p, start, finish, i, int(total[i]))
        assert pushed is not None
        assert faults(p, *pushed) == []
        for limit in (p.legal, p.target):
            held = (limit != NONE) & (finish <= limit)
            assert (pushed[1][held] <= limit[held]).all()


@given(projects())
@settings(max_examples=40, deadline=None)
def test_one_start_earlier_breaks_what_the_cause_names(p):
    """A task without spare put on the allowed start before its own breaks the plan; a chain names no task twice."""
    start, finish, _ = serial_schedule(p, 1)
    drivers = Drivers(p, start, finish)
    for i in range(len(p.names)):
        link = drivers.cause(i)
        allowed = p.allowed(i)
        at = int(np.searchsorted(allowed, p.first_index(p.calendar[i], int(start[i]))))
        for back in range(1, at + 1):
            moved = _solution_with(p, start, finish, i, int(allowed[at - back]))
            assert bool(faults(p, *moved)) == (back == link.spare + 1)
            if back == link.spare + 1:
                break
        chain = [step.task for step in drivers.chain(i)]
        assert len(set(chain)) == len(chain)


def late_teams():
    """Four tasks of 2 days on one team, all due on day 3: two end in time, the others on days 7 and 9."""
    due, price = dict.fromkeys("abcd", 3), dict.fromkeys("abcd", 10)
    p = project([2] * 4, capacity=[1], demand=[[1]] * 4, target=due, target_price=price)
    start, finish = days(p, 0, 2, 4, 8)
    return p, start, finish, Missed("day 3", p.target, p.target_price)


def test_one_more_team_is_the_least_that_does():
    """Eight team days due in four: two teams. The second works two tasks, 4 days at a price of 7: 28.

    The limit moved by 4 working days (Friday 4 to Wednesday 9) costs 10 x (2 + 4) = 60.
    """
    p, start, finish, missed = late_teams()
    assert missed.days(p, finish) == 4
    found = {r.kind: r for r in relief(p, start, finish, missed, np.array([7]))}
    assert found["units"] == Remedy("units", "r0", 1, 4, 0, 28, 0, True)
    assert found["limit"] == Remedy("limit", "day 3", 4, 4, 0, 60, 0, False)


def test_two_tasks_given_to_contractors_do():
    """Four tasks of 2 days for one team in four days: two must go out. All are on the chain; its first two, a (30)
    and b (40), are enough: 70."""
    p, start, finish, missed = late_teams()
    ways = tuple(Way(i, 2, np.array([0]), cost) for i, cost in enumerate((30, 40, 50, 50)))
    found = {r.kind: r for r in relief(p, start, finish, missed, np.array([7]), ways=ways)}
    assert found["way"] == Remedy("way", "day 3", 2, 4, 0, 70, 0, True)


def test_no_number_of_units_helps_a_task_that_is_too_long():
    """a (6 days) then b on the team, due on day 4: alone it is late. Units are ruled out by the bound, two days less
    of a (6 to 4, then b on Friday 4) do: at 2 x 3 = 6 a day."""
    p = project([6, 1, 1], ["ab"], capacity=[2], demand=[[2], [1], [2]], target={"b": 4}, target_price={"b": 10})
    start, finish = days(p, 1, 9, 0)
    found = relief(p, start, finish, Missed("b", p.target, p.target_price), np.array([3]))
    by_kind = {(r.kind, r.item): r for r in found}
    assert ("units", "r0") not in by_kind or not by_kind["units", "r0"].holds
    assert by_kind["duration", "a"].holds
    assert (by_kind["duration", "a"].amount, by_kind["duration", "a"].proven) == (2, True)
    assert by_kind["duration", "a"].price == 2 * 2 * 3


def test_an_earlier_event_a_dropped_order_and_an_earlier_release_may_do():
    """b waits for the event a on day 4 and is due on day 4: the event one day earlier, or b not waiting for it."""
    p = project([1, 1], ["ab"], fixed={"a": 4}, target={"b": 4})
    found = {r.kind: r for r in relief(p, *days(p, 4, 7), Missed("b", p.target, p.target_price), np.zeros(0, int))}
    assert (found["event"].amount, found["event"].holds, found["event"].proven) == (1, True, True)
    assert (found["order"].item, found["order"].holds) == ("a>b", True)
    late = project([2], release={"a": 3}, target={"a": 3})
    missed = Missed("a", late.target, late.target_price)
    found = {r.kind: r for r in relief(late, *days(late, 3), missed, np.zeros(0, int))}
    assert (found["release"].amount, found["release"].holds, found["release"].proven) == (1, True, True)


def test_another_sequence_is_told_before_money_is_spent():
    """b is due first but comes second: nothing has to be bought."""
    p = project([3, 2], capacity=[1], demand=[[1], [1]], target={"b": 1})
    start, finish = days(p, 0, 3)
    found = relief(p, start, finish, Missed("b", p.target, p.target_price), np.array([1]))
    assert [r.kind for r in found] == ["sequence", "limit"]


def test_a_limit_that_holds_needs_nothing():
    """No remedies without lateness."""
    p = project([1], target={"a": 3})
    assert relief(p, *days(p, 0), Missed("a", p.target, p.target_price), np.zeros(0, int)) == []


def test_several_resources_together():
    """Two pairs, each on a team of its own, all due on day 1: one more unit of both, 2 days of work on each."""
    demand = [[1, 0], [1, 0], [0, 1], [0, 1]]
    p = project([2] * 4, capacity=[1, 1], demand=demand, target=dict.fromkeys("abcd", 1))
    schedule = days(p, 0, 2, 0, 2)
    missed = Missed("all", p.target, p.target_price)
    found = units_together(p, schedule, missed, np.array([5, 7]), np.array([1, 1]))
    assert (found.item, found.late_after, found.price) == ("r0=1+r1=1", 0, 2 * 5 + 2 * 7)


@given(projects())
@settings(max_examples=15, deadline=None)
def test_remedies_are_in_order_and_keep_their_word(p):
    """Those that hold come first; none makes the others dearer; the limit moved always holds."""
    start, finish, _ = serial_schedule(p, 1)
    late = (p.target != NONE) & (finish > p.target)
    if not late.any():
        return
    missed = Missed("all", np.where(late, p.target, NONE), p.target_price)
    found = relief(p, start, finish, missed, np.array([1, 1]), schedules=30)
    assert [r.holds for r in found] == sorted((r.holds for r in found), reverse=True)
    assert all(r.others <= 0 and 0 <= r.late_after <= r.late and r.amount >= 1 for r in found)
    assert next(r for r in found if r.kind == "limit").late_after == 0


def test_kinds_of_remedies_are_functions_of_the_case():
    """Each entry of KINDS is called with the case alone."""
    assert len(KINDS) == len({kind.__name__ for kind in KINDS}) >= 4


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_question_has_the_same_answer(seed):
    """Remedies depend on the number of trials only."""
    p, start, finish, missed = late_teams()
    p = replace(p, release=p.release + seed)
    start, finish = days(p, 1 + seed, 3 + seed, 9, 15)
    one, two = (relief(p, start, finish, missed, np.array([7])) for _ in range(2))
    assert one == two
