"""A good schedule at once: serial schedule generation, with priorities that learn from what came out late."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np

from solvers.schedule.bounds import latest_finish, ready_index
from solvers.schedule.problem import NONE, Ints, ScheduleProblem
from solvers.schedule.solution import Cost, cost_of

REPAIRS = 40  # rounds in which a task is put off so that a follower with a largest lag can keep up
PASSES = 25
NOISE = 4  # days by which priorities are shaken in a learning pass


def serial_schedule(
    p: ScheduleProblem, seed: int, pattern: Ints | None = None, passes: int = PASSES
) -> tuple[Ints, Ints, Cost] | None:
    """Best of several serial schedules (start days, finish days, cost); None when none keeps all constraints.

    First the days wanted, where there are any, then the classical rules: latest finish and latest start for the legal
    limits, the targets and both. Then, from the best, passes in which tasks that came out late get a higher priority,
    with seeded noise. Every task is done in its first way. `pattern`: start days (NONE: any) tried as priorities first.
    """
    best: tuple[Ints, Ints, Cost] | None = None
    priority = np.zeros(len(p.names), dtype=np.int64)
    for rule, not_before in _rules(p, pattern):
        found = _with_repairs(p, rule, not_before)
        if found is not None and (best is None or found[2].key < best[2].key):
            best, priority = found, rule
    anywhen = np.full(len(p.names), NONE, dtype=np.int64)
    rng = np.random.default_rng(seed)
    for _ in range(passes if best is not None and best[2].legal + best[2].target else 0):
        trial = priority + rng.integers(-NOISE, NOISE + 1, len(p.names))
        for i in _late_tasks(p, best[1]):
            trial[i] -= rng.integers(0, 2 * NOISE + 2 * int(best[1][i] - _limit(p, i)))
        found = _with_repairs(p, trial, anywhen)
        if found is not None and found[2].key <= best[2].key:
            best, priority = found, trial
    return best


def schedule_by(p: ScheduleProblem, priority: Ints) -> tuple[Ints, Ints, Cost] | None:
    """One serial schedule (start days, finish days, cost), the smallest priority first; None when none keeps all
    constraints."""
    return _with_repairs(p, priority, np.full(len(p.names), NONE, dtype=np.int64))


def _rules(p: ScheduleProblem, pattern: Ints | None) -> Iterator[tuple[Ints, Ints]]:
    """Priorities, each with the days before which tasks are not placed."""
    anywhen = np.full(len(p.names), NONE, dtype=np.int64)
    if (p.wanted != NONE).any():
        last = int(p.wanted.max()) + 1
        wanted = np.where(p.wanted == NONE, last, p.wanted)
        yield wanted, p.wanted
        yield wanted, anywhen
    both = np.array([_limit(p, i) for i in range(len(p.names))], dtype=np.int64)
    finishes = [latest_finish(p, limit) for limit in (both, p.legal, p.target)]
    if pattern is not None:
        rule = np.where(pattern == NONE, finishes[0] - p.duration, pattern)
        yield rule, pattern
        yield rule, anywhen
    for latest in finishes:
        yield latest, anywhen
    for latest in finishes:
        yield latest - p.duration, anywhen


def _limit(p: ScheduleProblem, i: int) -> int:
    limits = [int(v) for v in (p.legal[i], p.target[i]) if v != NONE]
    return min(limits, default=NONE)


def _late_tasks(p: ScheduleProblem, finish: Ints) -> list[int]:
    return [i for i in range(len(p.names)) if not p.is_fixed(i) and p.late(int(finish[i]), _limit(p, i))]


def _with_repairs(p: ScheduleProblem, rule: Ints, not_before: Ints) -> tuple[Ints, Ints, Cost] | None:
    put_off = not_before.copy()
    for _ in range(REPAIRS):
        found = _serial(p, rule, put_off)
        if found is None:
            return None
        start, finish = found
        late = _overdue(p, start, finish)
        if not late:
            return (start, finish, cost_of(p, start, finish)) if _keeps_hard(p, start, finish) else None
        for i, day in late:
            put_off[i] = max(put_off[i], day)
    return None


def _overdue(p: ScheduleProblem, start: Ints, finish: Ints) -> list[tuple[int, int]]:
    """Tasks whose follower starts after the largest lag, each with the day from which to try again."""
    late = []
    for k in np.flatnonzero(p.max_lag != NONE):
        i, j = int(p.before[k]), int(p.after[k])
        gap = p.first_index(p.calendar[j], int(start[j])) - p.index_after(p.calendar[j], int(finish[i]))
        if gap > p.max_lag[k] and not p.is_fixed(i):
            late.append((i, int(start[i]) + 1))
    return late


def _keeps_hard(p: ScheduleProblem, start: Ints, finish: Ints) -> bool:
    """Whether hard limits, events and the largest lags after events hold too: serial generation does not see
    them."""
    if (p.hard & (p.legal != NONE) & (finish > p.legal)).any():
        return False
    for k in range(len(p.before)):
        i, j = int(p.before[k]), int(p.after[k])
        if p.is_fixed(j) and start[j] <= finish[i]:
            return False
        if p.is_fixed(i) and p.max_lag[k] != NONE:
            gap = p.first_index(p.calendar[j], int(start[j])) - p.index_after(p.calendar[j], int(finish[i]))
            if gap > p.max_lag[k]:
                return False
    return True


def _serial(p: ScheduleProblem, rule: Ints, put_off: Ints) -> tuple[Ints, Ints] | None:
    n = len(p.names)
    start, finish = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    free = [units.copy() for units in p.units]
    waiting = np.array([len(k) for k in p.into])
    followers = {int(p.after[k]) for k in np.flatnonzero(p.max_lag != NONE)}
    # Events first (they use nothing), then tasks that must follow closely, then by the rule.
    heap = [(_rank(p, i, followers), int(rule[i]), i) for i in range(n) if waiting[i] == 0]
    heapq.heapify(heap)
    while heap:
        _, _, i = heapq.heappop(heap)
        if p.is_fixed(i):
            start[i] = finish[i] = p.fixed[i]
        else:
            ready = max(ready_index(p, i, finish), p.first_index(p.calendar[i], int(put_off[i])))
            index = _place(p, i, ready, free[p.calendar[i]])
            if index is None:
                return None
            start[i], finish[i] = p.days(i)[index], p.days(i)[index + p.duration[i] - 1]
        for k in p.out[i]:
            j = int(p.after[k])
            waiting[j] -= 1
            if waiting[j] == 0:
                heapq.heappush(heap, (_rank(p, j, followers), int(rule[j]), j))
    return start, finish


def _rank(p: ScheduleProblem, i: int, followers: set[int]) -> int:
    if p.is_fixed(i):
        return 0
    return 1 if i in followers else 2


def _place(p: ScheduleProblem, i: int, ready: int, free: Ints) -> int | None:
    """First allowed start index from `ready` on with all resources free on every day; books them."""
    need, d = p.demand[i], int(p.duration[i])
    used = np.flatnonzero(need)
    allowed = p.allowed(i)
    allowed = allowed[np.searchsorted(allowed, ready) :]
    if len(allowed) == 0:
        return None
    if len(used) == 0:
        return int(allowed[0])
    enough = (free[:, used] >= need[used]).all(axis=1)
    # A start fits when no day of the run is short of anything: equal counts of short days before and after
    # it.
    short = np.concatenate([[0], np.cumsum(~enough)])
    fits = allowed[short[allowed + d] == short[allowed]]
    if len(fits) == 0:
        return None
    index = int(fits[0])
    free[index : index + d] -= need
    return index
