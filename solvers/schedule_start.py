"""A good schedule at once: serial schedule generation with several priority rules, and bounds without resources."""

from __future__ import annotations

import heapq

import numpy as np

from solvers.schedule_problem import NONE, Cost, Ints, ScheduleProblem, cost_of

REPAIRS = 40  # rounds in which a task is put off so that a follower with a largest lag can keep up


def earliest(p: ScheduleProblem) -> tuple[Ints, Ints] | None:
    """Earliest start and finish day of each task by order alone; None when a task then has no room left."""
    start = np.zeros(len(p.names), dtype=np.int64)
    finish = np.zeros(len(p.names), dtype=np.int64)
    for i in p.order:
        if p.is_fixed(i):
            start[i] = finish[i] = p.fixed[i]
            continue
        index = _pick(p, i, _ready_index(p, i, finish))
        if index is None:
            return None
        start[i], finish[i] = p.days(i)[index], p.days(i)[index + p.duration[i] - 1]
    return start, finish


def least_cost(p: ScheduleProblem) -> Cost | None:
    """Lower bounds on the three parts of the cost by order alone, or None when the order alone is infeasible."""
    days = earliest(p)
    return None if days is None else cost_of(p, *days)


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


def serial_schedule(p: ScheduleProblem, seed: int, passes: int = 6) -> tuple[Ints, Ints, Cost] | None:
    """Best of several serial schedules (start days, finish days, cost); None when none keeps all constraints.

    Rules: latest finish for the legal limits, for the targets, for both, then the best one with seeded noise.
    """
    both = np.where(
        p.legal == NONE, p.target, np.where(p.target == NONE, p.legal, np.minimum(p.legal, p.target))
    )
    rules = [latest_finish(p, both), latest_finish(p, p.legal), latest_finish(p, p.target)]
    rng = np.random.default_rng(seed)
    best: tuple[Ints, Ints, Cost] | None = None
    for k in range(max(passes, len(rules))):
        rule = rules[k] if k < len(rules) else rules[0] + rng.integers(0, 15, len(p.names))
        found = _with_repairs(p, rule)
        if found is None:
            continue
        cost = cost_of(p, *found)
        if best is None or cost.key < best[2].key:
            best = (*found, cost)
    return best


def _with_repairs(p: ScheduleProblem, rule: Ints) -> tuple[Ints, Ints] | None:
    put_off = np.full(len(p.names), NONE, dtype=np.int64)
    for _ in range(REPAIRS):
        found = _serial(p, rule, put_off)
        if found is None:
            return None
        start, finish = found
        late = _overdue(p, start, finish)
        if not late:
            return found if _keeps_hard(p, start, finish) else None
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
    if (p.hard & (p.legal != NONE) & (finish > p.legal)).any():
        return False
    return all(start[j] > finish[i] for i, j in zip(p.before, p.after, strict=True) if p.is_fixed(int(j)))


def _serial(p: ScheduleProblem, rule: Ints, put_off: Ints) -> tuple[Ints, Ints] | None:
    n = len(p.names)
    start, finish = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    free = [np.tile(p.capacity, (len(c), 1)) for c in p.calendars]
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
            ready = max(_ready_index(p, i, finish), p.first_index(p.calendar[i], int(put_off[i])))
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


def _ready_index(p: ScheduleProblem, i: int, finish: Ints) -> int:
    """First index of the task's calendar that its release and its predecessors leave open."""
    c = p.calendar[i]
    index = p.first_index(c, int(p.release[i]))
    for k in p.into[i]:
        index = max(index, p.index_after(c, int(finish[p.before[k]])) + int(p.lag[k]))
    return index


def _pick(p: ScheduleProblem, i: int, ready: int) -> int | None:
    """First allowed start index from `ready` on."""
    allowed = p.allowed(i)
    at = int(np.searchsorted(allowed, ready))
    return int(allowed[at]) if at < len(allowed) else None


def _place(p: ScheduleProblem, i: int, ready: int, free: Ints) -> int | None:
    """First allowed start index with all resources free on every day; books them."""
    need, d = p.demand[i], int(p.duration[i])
    used = np.flatnonzero(need)
    allowed = p.allowed(i)
    allowed = allowed[np.searchsorted(allowed, ready) :]
    if len(allowed) == 0:
        return None
    if len(used) == 0:
        return int(allowed[0])
    enough = (free[:, used] >= need[used]).all(axis=1)
    # runs[k]: days in a row from k on with enough left of everything
    blocked = np.concatenate([[0], np.cumsum(~enough)])
    fits = allowed[blocked[allowed + d] == blocked[allowed]]
    if len(fits) == 0:
        return None
    index = int(fits[0])
    free[index : index + d] -= need
    return index
