"""How far each task of a finished schedule may slip, with the order of work on every resource kept."""

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


def total_slack(p: ScheduleProblem, start: Ints, finish: Ints) -> Ints:
    """Days of the first calendar that each task may slip before its own or a later task's limit is missed.

    The limit of a task is the earlier of its legal limit and its target. Negative where a limit is missed
    already. Largest lags are left aside: the earlier task can be put off together with the later one. Events
    have 0.
    """
    limit = np.where(p.legal == NONE, p.target, np.where(p.target == NONE, p.legal, np.minimum(p.legal, p.target)))
    last_day = max(int(c[-1]) for c in p.calendars)
    latest = np.where(limit == NONE, last_day, limit).astype(np.int64)
    handed: dict[int, list[int]] = {}
    for i, j in resource_order(p, start, finish):
        handed.setdefault(i, []).append(j)
    # Every pair runs forward in time, so falling start days are a valid backward order.
    for i in sorted(range(len(p.names)), key=lambda i: (-int(start[i]), -i)):
        if p.is_fixed(i):
            latest[i] = p.fixed[i]
            continue
        for k in p.out[i]:
            j = int(p.after[k])
            latest[i] = min(latest[i], day_before_start(p, j, int(latest[j]), int(p.lag[k])))
        for j in handed.get(i, []):
            latest[i] = min(latest[i], day_before_start(p, j, int(latest[j]), 0))
        latest[i] = _finish_by(p, i, int(latest[i]))
    slack = np.array([_between(p, int(finish[i]), int(latest[i])) for i in range(len(p.names))], dtype=np.int64)
    slack[p.fixed != NONE] = 0
    return slack


def _finish_by(p: ScheduleProblem, i: int, day: int) -> int:
    """Last day up to `day` on which task i can end, or `day` itself when it cannot end by then at all."""
    allowed = p.allowed(i)
    ends = p.days(i)[allowed + p.duration[i] - 1]
    at = int(np.searchsorted(ends, day, side="right"))
    return int(ends[at - 1]) if at else day


def _between(p: ScheduleProblem, finish: int, latest: int) -> int:
    return p.index_after(0, latest) - p.index_after(0, finish)
