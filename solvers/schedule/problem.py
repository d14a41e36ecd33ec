"""Project scheduling on several calendars: the problem, its solution and the arithmetic of days both share.

Days are integers counted from any origin. A calendar is the increasing list of days on which work of one sort
can be done (working days, weekends). Calendars share no day, so a resource is never wanted on two calendars
on the same day and each calendar can be scheduled on its own compressed axis: the k-th day of the calendar is
index k.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from solvers.problem import ProblemError

NONE = -(10**6)  # no fixed day, no limit, no largest lag

PRICES = ("legal_price", "target_price", "weight", "strain_price", "move_price")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Way:
    """A further way to do a task: other days of work, other resources, money on top of the first way's.

    `demand` (r,) and `use` (b,) as in the problem; `starts` its own start days, or () for any day of the calendar.
    """

    task: int
    duration: int
    demand: Ints
    cost: int = 0
    use: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Absence:
    """Units of a resource that are away from the first to the last of some days."""

    resource: int
    first: int
    last: int
    units: int


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class ScheduleProblem:
    """Tasks with durations, limits, order and shared resources, and ways to do them.

    Its cost has six parts, compared in this order: legal lateness, target lateness, money (further ways), change
    (days by which starts move from those wanted), strain (peaks of resources above what is comfortable) and early
    ends.

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
    ways : further ways to do tasks; `duration`, `demand` and `starts` are those of the first way of each task, which
        costs nothing and uses no budget.
    budgets : (b,) names. budget : (b,) most of each that the ways chosen may use.
    absences : units away on some days.
    comfort : (r,) units whose use is no strain, or empty: all. strain_price : (r,) cost of each unit of the peak above.
    wanted : (n,) start day wanted, or NONE; empty: none. move_price : (n,) cost of each day of its calendar that the
        start moves away from it.
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
    ways: tuple[Way, ...] = ()
    budgets: tuple[str, ...] = ()
    budget: Ints = field(default_factory=_no_ints)
    absences: tuple[Absence, ...] = ()
    comfort: Ints = field(default_factory=_no_ints)
    strain_price: Ints = field(default_factory=_no_ints)
    wanted: Ints = field(default_factory=_no_ints)
    move_price: Ints = field(default_factory=_no_ints)

    def __post_init__(self) -> None:
        n, m, r = len(self.names), len(self.before), len(self.resources)
        self._fill(n, r)
        if len(set(self.names)) != n:
            raise ProblemError("ScheduleProblem.names must be distinct.")
        per_task = "calendar duration release fixed legal target hard legal_price target_price weight starts"
        per_task += " wanted move_price"
        for size, names in (
            (n, per_task),
            (m, "after lag max_lag"),
            (r, "capacity comfort strain_price"),
            (len(self.budgets), "budget"),
        ):
            for name in names.split():
                if len(getattr(self, name)) != size:
                    raise ProblemError(f"ScheduleProblem.{name} must have {size} entries.")
        if self.demand.shape != (n, r):
            raise ProblemError(f"ScheduleProblem.demand must have shape ({n}, {r}), not {self.demand.shape}.")
        self._check_calendars()
        for name in (*PRICES, "lag", "demand", "capacity", "comfort", "budget"):
            if (getattr(self, name) < 0).any():
                raise ProblemError(f"ScheduleProblem.{name} must not be negative.")
        if n and (self.duration < 1).any():
            raise ProblemError("ScheduleProblem.duration must be at least 1 day.")
        if n and ((self.calendar < 0) | (self.calendar >= len(self.calendars))).any():
            raise ProblemError("ScheduleProblem.calendar names a calendar that does not exist.")
        if m and (min(self.before.min(), self.after.min()) < 0 or max(self.before.max(), self.after.max()) >= n):
            raise ProblemError("ScheduleProblem.before and after must be task numbers.")
        self._check_tasks()
        self._check_ways()
        if len(self.order) < n:
            loop = sorted(set(range(n)) - set(self.order))
            raise ProblemError(f"The order of tasks has a cycle among: {', '.join(self.names[i] for i in loop[:8])}.")

    def _fill(self, n: int, r: int) -> None:
        """Put arrays in the place of those left empty."""
        empty = {"comfort": self.capacity, "strain_price": np.zeros(r, dtype=np.int64)}
        empty |= {"wanted": np.full(n, NONE, dtype=np.int64), "move_price": np.zeros(n, dtype=np.int64)}
        for name, array in empty.items():
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, array)

    def _check_ways(self) -> None:
        for way in self.ways:
            if not 0 <= way.task < len(self.names) or self.fixed[way.task] != NONE:
                raise ProblemError(f"ScheduleProblem.ways: {way.task} is no task that can be done in several ways.")
            name = self.names[way.task]
            if way.duration < 1 or way.cost < 0 or len(way.use) not in (0, len(self.budgets)):
                raise ProblemError(f"{name}: a way needs a day of work, no negative cost, and its use of each budget.")
            if len(way.demand) != len(self.resources) or (np.array(way.demand) > self.capacity).any():
                raise ProblemError(f"{name}: a way needs more of a resource than there is.")
            if way.starts and not np.isin(way.starts, self.calendars[self.calendar[way.task]]).all():
                raise ProblemError(f"{name}: a start day of a way is not a day of its calendar.")
        for absence in self.absences:
            if not 0 <= absence.resource < len(self.resources) or absence.units < 0:
                raise ProblemError("ScheduleProblem.absences must name a resource and units.")

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

    @cached_property
    def ways_of(self) -> tuple[tuple[Way, ...], ...]:
        """All ways of each task, the first one first."""
        found = [[Way(i, int(self.duration[i]), self.demand[i], starts=self.starts[i])] for i in range(len(self.names))]
        for way in self.ways:
            found[way.task].append(way)
        return tuple(tuple(ways) for ways in found)

    def chosen(self, way: Ints) -> ScheduleProblem:
        """The problem with the ways of doing tasks decided: `way[i]` counts in `ways_of[i]`."""
        if not self.ways:
            return self
        picked = [self.ways_of[i][k] for i, k in enumerate(way.tolist())]
        return self._with(picked)

    @cached_property
    def relaxed(self) -> ScheduleProblem:
        """One way a task with the fewest days and units of any of them: no schedule does better than its bounds."""
        if not self.ways:
            return self
        return self._with(
            [
                Way(
                    i,
                    min(w.duration for w in ways),
                    np.min([w.demand for w in ways], axis=0),
                    starts=() if any(not w.starts for w in ways) else tuple({d for w in ways for d in w.starts}),
                )
                for i, ways in enumerate(self.ways_of)
            ]
        )

    def _with(self, ways: list[Way]) -> ScheduleProblem:
        return replace(
            self,
            duration=np.array([w.duration for w in ways], dtype=np.int64),
            demand=np.array([w.demand for w in ways], dtype=np.int64).reshape(self.demand.shape),
            starts=tuple(w.starts for w in ways),
            ways=(),
        )

    @cached_property
    def units(self) -> tuple[Ints, ...]:
        """For each calendar (days, r) units of each resource that are there, absences taken off."""
        found = []
        for days in self.calendars:
            units = np.tile(self.capacity, (len(days), 1))
            for a in self.absences:
                away = (days >= a.first) & (days <= a.last)
                units[away, a.resource] = np.maximum(units[away, a.resource] - a.units, 0)
            found.append(units)
        return tuple(found)

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
        return tuple(self.allowed_by(i, self.ways_of[i][0]) for i in range(len(self.names)))

    def allowed_by(self, i: int, way: Way) -> Ints:
        """Indexes at which a task may start when it is done in a certain way."""
        days = self.days(i)
        first, last = self.first_index(self.calendar[i], self.release[i]), len(days) - way.duration
        if way.starts:
            index = np.searchsorted(days, np.array(sorted(way.starts)))
            return index[(index >= first) & (index <= last)].astype(np.int64)
        return np.arange(first, last + 1, dtype=np.int64)

    def late(self, finish: int, limit: int) -> int:
        """Days of the first calendar after `limit` up to `finish`; at least 1 when `finish` is later."""
        if limit == NONE or finish <= limit:
            return 0
        return max(1, self.index_after(0, finish) - self.index_after(0, limit))


def _group(ends: Ints, n: int) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = [[] for _ in range(n)]
    for k, i in enumerate(ends):
        groups[i].append(k)
    return tuple(tuple(g) for g in groups)
