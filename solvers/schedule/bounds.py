"""What no schedule can beat: earliest and latest days by order and resources, and lower bounds on the
cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.schedule.problem import NONE, Ints, ScheduleProblem
from solvers.schedule.solution import Cost


def ready_index(p: ScheduleProblem, i: int, finish: Ints) -> int:
    """First index of the task's calendar that its release and its predecessors' finish days leave open."""
    c = p.calendar[i]
    index = p.first_index(c, int(p.release[i]))
    for k in p.into[i]:
        index = max(index, p.index_after(c, int(finish[p.before[k]])) + int(p.lag[k]))
    return index


def ancestors(p: ScheduleProblem) -> NDArray[np.bool_]:
    """(n, n): row i marks every task that must end before task i starts."""
    n = len(p.names)
    found = np.zeros((n, n), dtype=bool)
    for i in p.order:
        for k in p.into[i]:
            j = int(p.before[k])
            found[i] |= found[j]
            found[i, j] = True
    return found


def earliest(p: ScheduleProblem) -> tuple[Ints, Ints] | None:
    """Earliest start and finish day of each task; None when a task then has no room left.

    By order, and by the resources of all the tasks before it: together they cannot be done sooner than their
    work divided by the capacity, whatever their sequence.
    """
    start = np.zeros(len(p.names), dtype=np.int64)
    finish = np.zeros(len(p.names), dtype=np.int64)
    before = ancestors(p)
    groups = [g for g in _groups(p) if len(g[2]) > 1]
    for i in p.order:
        if p.is_fixed(i):
            start[i] = finish[i] = p.fixed[i]
            continue
        ready = ready_index(p, i, finish)
        for k, c, users in groups:
            earlier = users[before[i, users]]
            if len(earlier) > 1:
                end = _work_end(p, k, c, earlier, start)
                ready = max(ready, p.index_after(p.calendar[i], end))
        allowed = p.allowed(i)
        at = int(np.searchsorted(allowed, ready))
        if at == len(allowed):
            return None
        index = int(allowed[at])
        start[i], finish[i] = p.days(i)[index], p.days(i)[index + p.duration[i] - 1]
    return start, finish


def _groups(p: ScheduleProblem) -> list[tuple[int, int, Ints]]:
    """Resource, calendar and users, for each resource on each calendar."""
    free = p.fixed == NONE
    return [
        (k, c, np.flatnonzero(free & (p.demand[:, k] > 0) & (p.calendar == c)))
        for k in range(len(p.resources))
        for c in range(len(p.calendars))
    ]


def _work_end(p: ScheduleProblem, k: int, c: int, tasks: Ints, start: Ints) -> int:
    """Day before which the tasks cannot all have ended, by the units of resource k that they need."""
    first = np.searchsorted(p.calendars[c], start[tasks])
    order = np.argsort(-first, kind="stable")
    work = np.cumsum((p.demand[tasks, k] * p.duration[tasks])[order])
    end = int((first[order] - (-work // p.capacity[k])).max())
    return int(p.calendars[c][min(end, len(p.calendars[c])) - 1])


def least_cost(problem: ScheduleProblem) -> Cost | None:
    """Valid lower bounds on the parts of the cost, or None when order alone leaves a task no room.

    Tasks that share a resource are taken together: the j-th of them to end cannot end before the j smallest
    amounts of work are done, and pairing these days with the limits in rising order gives the least possible
    lateness.
    """
    p = problem.relaxed
    days = earliest(p)
    if days is None:
        return None
    teams = _teams(p)
    legal = _least_late(p, teams, days, (p.legal, p.legal_price))
    target = _least_late(p, teams, days, (p.target, p.target_price))
    ends = np.array([0 if p.is_fixed(i) else p.index_after(p.calendar[i], int(day)) for i, day in enumerate(days[1])])
    total = int((p.weight * ends).sum())
    for k, c, members in teams:
        more = int(_ends_together(p, (k, c, members), days).sum() - ends[members].sum())
        total += int(p.weight[members].min()) * max(0, more)
    lone = p.demand.max(axis=0, initial=0)
    strain = int((p.strain_price * np.maximum(lone - p.comfort, 0)).sum())
    return Cost(legal, target, 0, _least_change(p, days[0]), strain, total)


def _least_change(p: ScheduleProblem, start: Ints) -> int:
    """Cost of the moves of tasks that cannot start as early as wanted."""
    held = [
        int(p.move_price[i]) * max(0, p.first_index(c, int(start[i])) - p.first_index(c, int(p.wanted[i])))
        for i, c in enumerate(p.calendar)
        if p.wanted[i] != NONE and not p.is_fixed(i)
    ]
    return sum(held)


def _teams(p: ScheduleProblem) -> list[tuple[int, int, Ints]]:
    """As `_groups`, but each task only with the busiest of its resources."""
    taken = np.zeros(len(p.names), dtype=bool)
    teams = []
    for k, c, users in sorted(_groups(p), key=lambda g: (-_load(p, g), g[0], g[1])):
        members = users[~taken[users]]
        if len(members) > 1:
            taken[members] = True
            teams.append((k, c, members))
    return teams


def _least_late(
    p: ScheduleProblem, teams: list[tuple[int, int, Ints]], days: tuple[Ints, Ints], part: tuple[Ints, Ints]
) -> int:
    limit, price = part
    lone = np.array([price[i] * p.late(int(day), int(limit[i])) for i, day in enumerate(days[1])])
    total = int(lone.sum())
    for k, c, members in teams:
        limited = members[(limit[members] != NONE) & (price[members] > 0)]
        if len(limited) < 2:
            continue
        ends = np.minimum(_ends_together(p, (k, c, limited), days), len(p.calendars[c]))
        latest = np.searchsorted(p.calendars[0], p.calendars[c][ends - 1], side="right")
        on_time = np.searchsorted(p.calendars[0], np.sort(limit[limited]), side="right")
        late = int(np.maximum(latest - on_time, 0).sum())
        total += max(0, int(price[limited].min()) * late - int(lone[limited].sum()))
    return total


def _load(p: ScheduleProblem, group: tuple[int, int, Ints]) -> float:
    k, _, users = group
    return float((p.demand[users, k] * p.duration[users]).sum() / max(1, p.capacity[k]))


def _ends_together(p: ScheduleProblem, group: tuple[int, int, Ints], days: tuple[Ints, Ints]) -> Ints:
    """Rising end indexes (exclusive): the j-th end of these tasks in any schedule is at or after entry j."""
    k, c, tasks = group
    start, finish = days
    alone = np.sort(np.searchsorted(p.calendars[c], finish[tasks], side="right"))
    first = int(np.searchsorted(p.calendars[c], start[tasks].min()))
    work = np.cumsum(np.sort(p.demand[tasks, k] * p.duration[tasks]))
    return np.maximum(alone, first - (-work // p.capacity[k]))


def latest_finish(p: ScheduleProblem, limit: Ints) -> Ints:
    """Latest finish day of each task so that all `limit` days (NONE: none) hold, by order alone."""
    last_day = max(int(c[-1]) for c in p.calendars)
    late = np.where(limit == NONE, last_day, limit).astype(np.int64)
    for i in reversed(p.order):
        if p.is_fixed(i):
            late[i] = p.fixed[i]
            continue
        for k in p.out[i]:
            j = int(p.after[k])
            late[i] = min(late[i], day_before_start(p, j, int(late[j]), int(p.lag[k])))
    return late


def day_before_start(p: ScheduleProblem, j: int, finish: int, lag: int) -> int:
    """Last day on which a predecessor of j may end when j ends on `finish` at the latest."""
    if p.is_fixed(j):
        return int(p.fixed[j]) - 1
    index = p.index_after(p.calendar[j], finish) - int(p.duration[j]) - lag
    days = p.days(j)
    return int(days[index]) - 1 if index >= 0 else int(days[0]) + index - 1
