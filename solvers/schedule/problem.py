"""Project scheduling on several calendars: the problem, its solution and the arithmetic of days both share.

Days are integers counted from any origin. A calendar is the increasing list of days on which work of one sort
can be done (working days, weekends). Calendars share no day, so a resource is never wanted on two calendars
on the same day and each calendar can be scheduled on its own compressed axis: the k-th day of the calendar is
index k.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from solvers.problem import ProblemError, Solution

NONE = -(10**6)  # no fixed day, no limit, no largest lag

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ScheduleProblem:
    """Tasks with durations, limits, order and shared resources.

    Parameters
    ----------
    names : (n,) one distinct name a task, used to name conflicts.
    calendars : increasing day numbers of each calendar, pairwise disjoint. Lateness is counted in days of
        the first one.
    calendar : (n,) calendar of each task.
    duration : (n,) days of its calendar, at least 1.
    release : (n,) first day on which it may start.
    fixed : (n,) the day of an event that cannot move (any day, one day long, no resources), or NONE.
    legal : (n,) last day by law, or NONE. target : (n,) last day wanted, or NONE.
    hard : (n,) whether the legal limit must hold; otherwise each day late costs legal_price.
    legal_price, target_price : (n,) cost of one day late. Legal lateness counts before everything else,
        whatever the prices.
    weight : (n,) cost of finishing one day of its calendar later; only breaks ties between equal lateness.
    starts : per task the days on which it may start, or () for any day of its calendar.
    before, after : (m,) task before[k] ends before after[k] starts.
    lag : (m,) days of the later task's calendar left free between them, at least.
    max_lag : (m,) largest number of such days, or NONE.
    resources : (r,) names. capacity : (r,) units on every day. demand : (n, r) units on each day of work.
    """

    names: tuple[str, ...]
    calendars: tuple[Ints, ...]
    calendar: Ints
    duration: Ints
    release: Ints
    fixed: Ints
    legal: Ints
    target: Ints
    hard: NDArray[np.bool_]
    legal_price: Ints
    target_price: Ints
    weight: Ints
    starts: tuple[tuple[int, ...], ...]
    before: Ints
    after: Ints
    lag: Ints
    max_lag: Ints
    resources: tuple[str, ...]
    capacity: Ints
    demand: Ints

    def __post_init__(self) -> None:
        n, m, r = len(self.names), len(self.before), len(self.resources)
        if len(set(self.names)) != n:
            raise ProblemError("ScheduleProblem.names must be distinct.")
        per_task = "calendar duration release fixed legal target hard legal_price target_price weight starts"
        for size, fields in ((n, per_task), (m, "after lag max_lag"), (r, "capacity")):
            for name in fields.split():
                if len(getattr(self, name)) != size:
                    raise ProblemError(f"ScheduleProblem.{name} must have {size} entries.")
        if self.demand.shape != (n, r):
            raise ProblemError(f"ScheduleProblem.demand must have shape ({n}, {r}), not {self.demand.shape}.")
        self._check_calendars()
        for name in ("legal_price", "target_price", "weight", "lag", "demand", "capacity"):
            if (getattr(self, name) < 0).any():
                raise ProblemError(f"ScheduleProblem.{name} must not be negative.")
        if n and (self.duration < 1).any():
            raise ProblemError("ScheduleProblem.duration must be at least 1 day.")
        if n and ((self.calendar < 0) | (self.calendar >= len(self.calendars))).any():
            raise ProblemError("ScheduleProblem.calendar names a calendar that does not exist.")
        if m and (min(self.before.min(), self.after.min()) < 0 or max(self.before.max(), self.after.max()) >= n):
            raise ProblemError("ScheduleProblem.before and after must be task numbers.")
        self._check_tasks()
        if len(self.order) < n:
            loop = sorted(set(range(n)) - set(self.order))
            raise ProblemError(f"The order of tasks has a cycle among: {', '.join(self.names[i] for i in loop[:8])}.")

    def _check_calendars(self) -> None:
        if not self.calendars or any(len(c) == 0 for c in self.calendars):
            raise ProblemError("ScheduleProblem.calendars needs at least one calendar and a day in each.")
        if any((np.diff(c) <= 0).any() for c in self.calendars):
            raise ProblemError("ScheduleProblem.calendars must list days in increasing order.")
        days = np.concatenate(self.calendars)
        if len(np.unique(days)) != len(days):
            raise ProblemError("ScheduleProblem.calendars must not share a day.")

    def _check_tasks(self) -> None:
        fixed = self.fixed != NONE
        for i in np.flatnonzero(fixed):
            if self.demand[i].any() or self.duration[i] != 1:
                raise ProblemError(f"{self.names[i]}: an event with a fixed day takes one day and no resources.")
        over = self.demand > self.capacity
        if over.any():
            i, k = np.argwhere(over)[0]
            raise ProblemError(
                f"{self.names[i]} needs {self.demand[i, k]} units of {self.resources[k]}, "
                f"which has only {self.capacity[k]}."
            )
        for k in range(len(self.before)):
            if fixed[self.after[k]] and (self.lag[k] != 0 or self.max_lag[k] != NONE):
                raise ProblemError(f"{self.names[self.after[k]]}: no lags before an event with a fixed day.")
            if self.max_lag[k] != NONE and self.max_lag[k] < self.lag[k]:
                raise ProblemError(f"{self.names[self.after[k]]}: the largest lag is below the smallest.")
        for i, days in enumerate(self.starts):
            if days and not np.isin(days, self.calendars[self.calendar[i]]).all():
                raise ProblemError(f"{self.names[i]}: a start day is not a day of its calendar.")

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Task numbers so that every task comes after its predecessors; ties by number. Shorter than n if
        cyclic."""
        n = len(self.names)
        waiting = np.bincount(self.after, minlength=n) if len(self.after) else np.zeros(n, dtype=int)
        ready = [i for i in range(n) if waiting[i] == 0]
        done: list[int] = []
        while ready:
            i = ready.pop()
            done.append(i)
            for k in self.out[i]:
                waiting[self.after[k]] -= 1
                if waiting[self.after[k]] == 0:
                    ready.append(int(self.after[k]))
        return tuple(done)

    @cached_property
    def out(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the order constraints that leave each task."""
        return _group(self.before, len(self.names))

    @cached_property
    def into(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the order constraints that enter each task."""
        return _group(self.after, len(self.names))

    def is_fixed(self, i: int) -> bool:
        """Whether the task is an event with a fixed day."""
        return bool(self.fixed[i] != NONE)

    def days(self, i: int) -> Ints:
        """Days of the task's calendar."""
        return self.calendars[self.calendar[i]]

    def first_index(self, c: int, day: int) -> int:
        """Index of the first day of calendar c on or after `day`."""
        return bisect_left(self._day_lists[c], day)

    def index_after(self, c: int, day: int) -> int:
        """Index of the first day of calendar c after `day`, which is also the number of its days up to it."""
        return bisect_right(self._day_lists[c], day)

    @cached_property
    def _day_lists(self) -> tuple[list[int], ...]:
        return tuple(c.tolist() for c in self.calendars)  # bisect on lists is much faster than on arrays

    def allowed(self, i: int) -> Ints:
        """Indexes at which a task may start, by release, calendar end and its own start days alone."""
        return self._allowed[i]

    @cached_property
    def _allowed(self) -> tuple[Ints, ...]:
        return tuple(self._starts_of(i) for i in range(len(self.names)))

    def _starts_of(self, i: int) -> Ints:
        days = self.days(i)
        first, last = self.first_index(self.calendar[i], self.release[i]), len(days) - int(self.duration[i])
        if self.starts[i]:
            index = np.searchsorted(days, np.array(sorted(self.starts[i])))
            return index[(index >= first) & (index <= last)].astype(np.int64)
        return np.arange(first, last + 1, dtype=np.int64)

    def late(self, finish: int, limit: int) -> int:
        """Days of the first calendar after `limit` up to `finish`; at least 1 when `finish` is later."""
        if limit == NONE or finish <= limit:
            return 0
        return max(1, self.index_after(0, finish) - self.index_after(0, limit))


@dataclass(frozen=True)
class ScheduleSolution(Solution):
    """Start and finish day of every task.

    `objective` is the cost of lateness (legal and target, at their prices); `bound` is a lower bound on the
    cost of every schedule with as little legal lateness as possible. `legal_cost`, `target_cost` are its
    parts. `finish_cost` is the tie-break (weighted finish indexes) and `finish_bound` a lower bound on it for
    the lateness reached.
    """

    start: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    finish: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    legal_cost: int = 0
    legal_bound: int = 0
    target_cost: int = 0
    finish_cost: int = 0
    finish_bound: float | None = None


@dataclass(frozen=True)
class Cost:
    """Lateness and tie-break of a schedule, compared in this order."""

    legal: int
    target: int
    finish: int

    @property
    def key(self) -> tuple[int, int, int]:
        """Sort key."""
        return self.legal, self.target, self.finish


def cost_of(p: ScheduleProblem, start: Ints, finish: Ints) -> Cost:
    """Cost of a schedule given as days."""
    legal = target = ends = 0
    for i in range(len(p.names)):
        legal += int(p.legal_price[i]) * p.late(int(finish[i]), int(p.legal[i]))
        target += int(p.target_price[i]) * p.late(int(finish[i]), int(p.target[i]))
        if not p.is_fixed(i):
            ends += int(p.weight[i]) * p.index_after(p.calendar[i], int(finish[i]))
    return Cost(legal, target, ends)


def _group(ends: Ints, n: int) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = [[] for _ in range(n)]
    for k, i in enumerate(ends):
        groups[i].append(k)
    return tuple(tuple(g) for g in groups)
