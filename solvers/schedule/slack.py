"""How far each task of a finished schedule may slip: alone (free slack), or pushing others (total slack).

Slack is counted in days of the first calendar, like lateness, also for tasks on another calendar: a weekend task that
may slip to the next weekend has 5. It ends at the last day of the calendars when nothing else limits it.
"""

from __future__ import annotations

import numpy as np

from solvers.schedule.bounds import day_before_start
from solvers.schedule.problem import NONE, Ints, ScheduleProblem


def resource_order(p: ScheduleProblem, start: Ints, finish: Ints) -> list[tuple[int, int]]:
    """Pairs (i, j): j takes over units of a resource from i. Each unit goes to the task that it has waited
    longest for.

    A schedule that keeps these pairs and the order of tasks cannot overdraw a resource, however tasks slip.
    """
    pairs: set[tuple[int, int]] = set()
    for k in range(len(p.resources)):
        for c in range(len(p.calendars)):
            users = [i for i in range(len(p.names)) if p.demand[i, k] and p.calendar[i] == c and not p.is_fixed(i)]
            users.sort(key=lambda i: (start[i], finish[i], i))
            last: list[int] = [-1] * int(p.capacity[k])
            for j in users:
                last.sort(key=lambda i: -1 if i < 0 else int(finish[i]))
                for unit in range(int(p.demand[j, k])):
                    if last[unit] >= 0:
                        pairs.add((last[unit], j))
                    last[unit] = j
    return sorted(pairs)


def units_in_use(p: ScheduleProblem, start: Ints, finish: Ints) -> tuple[Ints, ...]:
    """Per calendar: (its days, resources), units at work on each day."""
    use = tuple(np.zeros((len(days), len(p.resources)), dtype=np.int64) for days in p.calendars)
    for i in np.flatnonzero(p.demand.any(axis=1)).tolist():
        c = int(p.calendar[i])
        use[c][p.first_index(c, int(start[i])) : p.index_after(c, int(finish[i]))] += p.demand[i]
    return use


def total_slack(p: ScheduleProblem, start: Ints, finish: Ints) -> Ints:
    """Days of the first calendar that each task may slip before its own or a later task's limit is missed.

    Tasks that it pushes keep their order on every resource, and a task before it with a largest lag is put off with
    it. The limit of a task is the earlier of its legal limit and its target. Negative where a limit is missed
    already; never below the free slack where none is. Events have 0.
    """
    latest = _latest_finish(p, start, finish)
    slack = np.array([_between(p, int(finish[i]), int(latest[i])) for i in range(len(p.names))], dtype=np.int64)
    slack[p.fixed != NONE] = 0
    # Another free unit may let a task slip alone further than the order of hand-overs does.
    free = free_slack(p, start, finish)
    return np.where(free > 0, np.maximum(slack, free), slack)


def free_slack(p: ScheduleProblem, start: Ints, finish: Ints) -> Ints:
    """Days of the first calendar that each task may slip before another task has to move or its own limit is missed.

    All other tasks stay in place. Every start up to that day keeps the order, the smallest and largest lags, events
    and the units of every resource; the first allowed start after it does not. 0 for events and for tasks that miss
    their limit already.
    """
    use = units_in_use(p, start, finish)
    limit = limits(p)
    slack = np.zeros(len(p.names), dtype=np.int64)
    for i in range(len(p.names)):
        if not p.is_fixed(i) and finish[i] <= limit[i]:
            slack[i] = _between(p, int(finish[i]), _last_alone(p, i, (start, finish), use, int(limit[i])))
    return slack


def slipped(p: ScheduleProblem, start: Ints, finish: Ints, i: int, days: int) -> tuple[Ints, Ints] | None:
    """Start and finish days when task i ends `days` (of the first calendar) later and pushes what follows.

    The order on every resource is kept, and a task before one with a largest lag is put off with it. Events stay
    where they are, even when work that must precede them no longer does. None when a task finds no place before the
    calendars end.
    """
    s, f = start.copy(), finish.copy()
    waits: list[list[tuple[int, int]]] = [[] for _ in p.names]  # (task before, least days between)
    for k in range(len(p.before)):
        waits[p.after[k]].append((int(p.before[k]), int(p.lag[k])))
    for before, after in resource_order(p, start, finish):
        waits[after].append((before, 0))
    least = np.array([p.first_index(c, int(day)) for c, day in zip(p.calendar, start, strict=True)], dtype=np.int64)
    wanted = p.index_after(0, int(finish[i])) + days
    ends = np.array([p.index_after(0, int(day)) for day in p.days(i)])
    least[i] = max(least[i], int(np.searchsorted(ends, wanted)) - int(p.duration[i]) + 1)
    order = sorted((j for j in range(len(p.names)) if not p.is_fixed(j)), key=lambda j: (int(start[j]), j))
    moved = True
    while moved:
        for j in order:
            c, allowed = int(p.calendar[j]), p.allowed(j)
            first = max([int(least[j]), *(p.index_after(c, int(f[b])) + lag for b, lag in waits[j])])
            at = int(np.searchsorted(allowed, first))
            if first > p.first_index(c, int(s[j])):
                if at == len(allowed):
                    return None
                s[j], f[j] = p.days(j)[allowed[at]], p.days(j)[allowed[at] + p.duration[j] - 1]
        moved = _put_off(p, s, f, least)
    return s, f


def _put_off(p: ScheduleProblem, start: Ints, finish: Ints, least: Ints) -> bool:
    """Raise the least start index of tasks that a follower has left behind by more than its largest lag."""
    moved = False
    for k in np.flatnonzero(p.max_lag != NONE).tolist():
        i, j = int(p.before[k]), int(p.after[k])
        c = int(p.calendar[j])
        if p.is_fixed(i) or p.first_index(c, int(start[j])) - p.index_after(c, int(finish[i])) <= p.max_lag[k]:
            continue
        least[i] = p.first_index(int(p.calendar[i]), int(start[i])) + 1
        moved = True
    return moved


def _last_alone(p: ScheduleProblem, i: int, schedule: tuple[Ints, Ints], use: tuple[Ints, ...], limit: int) -> int:
    """Last day on which task i can end so that it can also start on every allowed day before, others in place."""
    start, finish = schedule
    c, d, days = int(p.calendar[i]), int(p.duration[i]), p.days(i)
    own = p.first_index(c, int(start[i]))
    allowed = p.allowed(i)
    later = allowed[np.searchsorted(allowed, own, side="right") :]
    last = limit
    for k in p.out[i]:
        j = int(p.after[k])
        last = min(last, day_before_start(p, j, int(finish[j]), int(p.lag[k])))
    fits = days[later + d - 1] <= last
    for k in p.into[i]:
        if p.max_lag[k] != NONE:
            fits &= later <= p.index_after(c, int(finish[p.before[k]])) + p.max_lag[k]
    if p.demand[i].any():
        others = use[c].copy()
        others[own : own + d] -= p.demand[i]
        short = np.concatenate([[0], np.cumsum((others + p.demand[i] > p.units[c]).any(axis=1))])
        fits &= short[later + d] == short[later]
    stop = int(np.argmin(fits)) if not fits.all() else len(later)
    return int(days[later[stop - 1] + d - 1]) if stop else int(finish[i])


def limits(p: ScheduleProblem) -> Ints:
    """Earlier of both limits of each task; the last day of all calendars without any."""
    last_day = max(int(c[-1]) for c in p.calendars)
    limit = np.where(p.legal == NONE, p.target, np.where(p.target == NONE, p.legal, np.minimum(p.legal, p.target)))
    return np.where(limit == NONE, last_day, limit).astype(np.int64)


def _latest_finish(p: ScheduleProblem, start: Ints, finish: Ints) -> Ints:
    """Latest finish days that keep all limits, the order of tasks, their lags and the order on every resource."""
    latest = limits(p)
    handed: dict[int, list[int]] = {}
    for i, j in resource_order(p, start, finish):
        handed.setdefault(i, []).append(j)
    # Every pair runs forward in time, so falling start days are a valid backward order; only a largest lag ties an
    # earlier task to a later one and asks for another round.
    order = sorted(range(len(p.names)), key=lambda i: (-int(start[i]), -i))
    while True:
        before = latest.copy()
        for i in order:
            latest[i] = p.fixed[i] if p.is_fixed(i) else _latest_of(p, i, latest, handed.get(i, []))
        if (latest == before).all():
            return latest


def _latest_of(p: ScheduleProblem, i: int, latest: Ints, handed: list[int]) -> int:
    last = int(latest[i])
    for k in p.out[i]:
        j = int(p.after[k])
        last = min(last, day_before_start(p, j, int(latest[j]), int(p.lag[k])))
    for j in handed:
        last = min(last, day_before_start(p, j, int(latest[j]), 0))
    c, days = int(p.calendar[i]), p.days(i)
    for k in p.into[i]:
        if p.max_lag[k] != NONE:
            end = p.index_after(c, int(latest[p.before[k]])) + int(p.max_lag[k] + p.duration[i])
            last = min(last, int(days[min(end, len(days)) - 1]))
    return _finish_by(p, i, last)


def _finish_by(p: ScheduleProblem, i: int, day: int) -> int:
    """Last day up to `day` on which task i can end, or `day` itself when it cannot end by then at all."""
    allowed = p.allowed(i)
    ends = p.days(i)[allowed + p.duration[i] - 1]
    at = int(np.searchsorted(ends, day, side="right"))
    return int(ends[at - 1]) if at else day


def _between(p: ScheduleProblem, finish: int, latest: int) -> int:
    return p.index_after(0, latest) - p.index_after(0, finish)
