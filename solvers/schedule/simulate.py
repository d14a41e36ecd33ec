"""What becomes of a planned schedule when tasks take longer or shorter: many runs at once.

Policy of every run (that of a railway timetable): no task starts before its planned day, as people and rooms are
booked for it; nor before its predecessors have ended, with their lags, nor before the tasks from which it takes over
units of a resource. It then starts on the next day of its calendar on which it may. Events keep their day: one
whose papers come too late is missed, and what follows it goes on from its day. Largest lags can be exceeded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from solvers.problem import ProblemError
from solvers.schedule.problem import NONE, Ints, ScheduleProblem
from solvers.schedule.slack import resource_order

WEEK = 7
Table = NDArray[np.int32]
LIMITS = ("legal", "target", "event")


@dataclass(frozen=True)
class Runs:
    """Outcome of simulated runs, all (n, runs).

    start : index of the first day on the task's calendar. finish : last day; of an event its own day.
    arrival : of an event the last day on which a predecessor ends, at least the day before it; else the finish.
    """

    start: Table
    finish: Table
    arrival: Table


@dataclass(frozen=True)
class Network:
    """A plan prepared for simulation. `start` and `finish`: (n,) planned days; they must keep the order.

    `handovers` are pairs (i, j) where j takes over units from i; by default those of `resource_order`. They keep
    resources within their capacity however tasks slip, but do not see units that are away on some days only.
    """

    problem: ScheduleProblem
    start: Ints
    finish: Ints
    handovers: tuple[tuple[int, int], ...] | None = None

    def __post_init__(self) -> None:
        p = self.problem
        if len(self.start) != len(p.names) or len(self.finish) != len(p.names):
            raise ProblemError("Network needs a planned start and finish of every task.")
        for j, (before, _) in enumerate(self.into):
            if (self.finish[before] >= self.start[j]).any():
                raise ProblemError(f"{p.names[j]} is planned to start before a predecessor has ended.")

    @cached_property
    def into(self) -> tuple[tuple[Ints, Ints], ...]:
        """Per task: what it waits for (predecessors and hand-overs, each once) and the least lag after each."""
        p = self.problem
        pairs = resource_order(p, self.start, self.finish) if self.handovers is None else self.handovers
        lags: list[dict[int, int]] = [{} for _ in p.names]
        for i, j, lag in [*zip(p.before.tolist(), p.after.tolist(), p.lag.tolist(), strict=True),
                          *((i, j, 0) for i, j in pairs)]:  # fmt: skip
            lags[j][i] = max(lag, lags[j].get(i, 0))
        return tuple(
            (np.array(sorted(own), dtype=np.int64), np.array([own[i] for i in sorted(own)], dtype=np.int64))
            for own in lags
        )

    @cached_property
    def order(self) -> list[int]:
        """Tasks by planned start: everything a task waits for comes before it."""
        return sorted(range(len(self.problem.names)), key=lambda i: (int(self.start[i]), i))

    @cached_property
    def period(self) -> int:
        """Days in whole weeks after which the calendars are taken to repeat, once, for work beyond their end."""
        days = np.concatenate(self.problem.calendars)
        return -(-int(days.max() - days.min() + 1) // WEEK) * WEEK

    @cached_property
    def calendars(self) -> tuple[Ints, ...]:
        """The calendars, each followed by itself one period later."""
        return tuple(np.concatenate([c, c + self.period]) for c in self.problem.calendars)

    @cached_property
    def first_day(self) -> int:
        """Day of the first entry of the tables in `passed`."""
        return min(int(np.concatenate(self.problem.calendars).min()), int(self.start.min(initial=0))) - 1

    @cached_property
    def passed(self) -> tuple[Table, ...]:
        """Per calendar: number of its days up to a day, for every day from `first_day` on."""
        last = max(int(c[-1]) for c in self.calendars)
        every = np.arange(self.first_day, max(last, int(self.finish.max(initial=0))) + 1)
        return tuple(np.searchsorted(c, every, side="right").astype(np.int32) for c in self.calendars)

    def days_passed(self, c: int, day: Table | Ints) -> Table:
        """Number of days of calendar c up to a day, which is the index of the first one after it."""
        table = self.passed[c]
        return table[np.clip(np.asarray(day) - self.first_day, 0, len(table) - 1)]

    @cached_property
    def planned_index(self) -> Ints:
        """(n,) planned first day as an index of the task's calendar (0 for events)."""
        p = self.problem
        return np.array(
            [0 if p.is_fixed(i) else p.first_index(p.calendar[i], int(self.start[i])) for i in range(len(p.names))]
        )

    @cached_property
    def planned_days(self) -> Ints:
        """(n,) planned days of work."""
        p = self.problem
        last = [0 if p.is_fixed(i) else p.first_index(p.calendar[i], int(self.finish[i])) for i in range(len(p.names))]
        return np.array(last, dtype=np.int64) - self.planned_index + 1

    @cached_property
    def start_table(self) -> tuple[Table | None, ...]:
        """Per task with own start days: the next index on which it may start, for every index of its calendar."""
        p, known, tables = self.problem, {}, []
        for i, days in enumerate(p.starts):
            key = (int(p.calendar[i]), days)
            if days and key not in known:
                calendar = self.calendars[key[0]]
                own = np.array(sorted(days), dtype=np.int64)
                index = np.searchsorted(calendar, np.concatenate([own, own + self.period]))
                index = np.append(index, len(calendar) - 1)  # no later start day: the last day of all
                every = np.arange(len(calendar))
                known[key] = index[np.searchsorted(index[:-1], every)].astype(np.int32)
            tables.append(known[key] if days else None)
        return tuple(tables)

    @cached_property
    def limits(self) -> dict[str, Ints]:
        """`limit_days` by kind."""
        return {kind: limit_days(self, kind) for kind in LIMITS}

    def next_start(self, j: int, index: Table) -> Table:
        """First index from `index` on at which task j may start."""
        index = np.minimum(index, len(self.calendars[self.problem.calendar[j]]) - 1)
        table = self.start_table[j]
        return index if table is None else table[index]

    def followers(self, tasks: Ints) -> list[int]:
        """The tasks and all that wait for them, in order of the plan."""
        touched = np.zeros(len(self.problem.names), dtype=bool)
        touched[tasks] = True
        for j in self.order:
            touched[j] |= touched[self.into[j][0]].any()
        return [j for j in self.order if touched[j]]


def simulate(net: Network, days: Table, base: Runs | None = None, changed: Ints | None = None) -> Runs:
    """Run the plan with the durations `days`, (n, runs).

    With `base`, the outcome of durations that differ for the tasks `changed` alone, only these and what waits for
    them are worked out again.
    """
    if base is None:
        parts = [np.zeros(days.shape, dtype=np.int32) for _ in range(3)]
        order = net.order
    else:
        parts = [base.start.copy(), base.finish.copy(), base.arrival.copy()]
        order = net.followers(np.zeros(0, dtype=np.int64) if changed is None else changed)
    start, finish, arrival = parts
    p = net.problem
    for j in order:
        before, lag = net.into[j]
        if p.is_fixed(j):
            finish[j] = p.fixed[j]
            arrival[j] = np.maximum(finish[before].max(axis=0, initial=NONE), p.fixed[j] - 1)
            continue
        c = int(p.calendar[j])
        index = np.full(days.shape[1], net.planned_index[j], dtype=np.int32)
        for least in np.unique(lag):
            index = np.maximum(index, net.days_passed(c, finish[before[lag == least]].max(axis=0)) + np.int32(least))
        start[j] = net.next_start(j, index)
        last = np.minimum(start[j] + days[j] - 1, len(net.calendars[c]) - 1)
        finish[j] = arrival[j] = net.calendars[c][last]
    return Runs(start, finish, arrival)


def beyond(net: Network, runs: Runs) -> float:
    """Share of runs in which some task ends after the calendars of the problem, on their repetition."""
    last = max(int(c[-1]) for c in net.problem.calendars)
    late = (runs.finish > last) & (net.problem.fixed == NONE)[:, None]
    return float(late.any(axis=0).mean()) if runs.finish.shape[1] else 0.0


def limit_days(net: Network, kind: str) -> Ints:
    """(n,) last day of each task for a kind of limit (one of LIMITS), or NONE.

    What an event waits for must end on the day before it; an event that waits for nothing has no limit.
    """
    p = net.problem
    if kind != "event":
        return np.asarray(getattr(p, kind), dtype=np.int64)
    waits = np.array([len(before) > 0 for before, _ in net.into], dtype=bool)
    return np.where((p.fixed != NONE) & waits, p.fixed - 1, NONE).astype(np.int64)


def late_days(net: Network, runs: Runs, tasks: Ints, kind: str) -> Table:
    """(len(tasks), runs) days of the first calendar after each task's limit of a kind, at least 1 if it is missed."""
    limit = net.limits[kind][tasks][:, None]
    day = (runs.arrival if kind == "event" else runs.finish)[tasks]
    late = net.days_passed(0, day) - net.days_passed(0, limit)
    return np.where((limit != NONE) & (day > limit), np.maximum(late, 1), 0).astype(np.int32)


def lateness_cost(net: Network, runs: Runs, tasks: Ints | None = None) -> NDArray[np.float64]:
    """(len(tasks), runs) price of each task's late days, legal and target; a missed event costs as a legal limit.

    `tasks` None: all.
    """
    own = np.arange(len(net.problem.names)) if tasks is None else tasks
    cost = np.zeros((len(own), runs.finish.shape[1]))
    for kind in LIMITS:
        price = net.problem.target_price if kind == "target" else net.problem.legal_price
        rows = np.flatnonzero(net.limits[kind][own] != NONE)
        cost[rows] += price[own[rows]][:, None] * late_days(net, runs, own[rows], kind)
    return cost


def missed(net: Network, runs: Runs) -> NDArray[np.bool_]:
    """(n, runs) whether each task misses one of its limits."""
    late = np.zeros(runs.finish.shape, dtype=bool)
    for kind in LIMITS:
        tasks = np.flatnonzero(net.limits[kind] != NONE)
        late[tasks] |= late_days(net, runs, tasks, kind) > 0
    return late


def driving(
    net: Network, runs: Runs, late: NDArray[np.bool_], cost: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Trace misses back through what each task waited for.

    `late` marks, (n, runs), the misses to trace (all: `missed`) and `cost` is what they cost (`lateness_cost`).
    Returns (n, runs) whether a task lies on the chain behind a miss, and the cost that hangs on it (each miss counted
    once a path, so this only ranks tasks). A task that starts on its planned day waited for nothing; one that starts
    later waited for all those that alone would have made it start then.
    """
    behind = late.copy()
    weight = cost.astype(np.float32)
    p = net.problem
    for j in reversed(net.order):
        before, lag = net.into[j]
        cols = np.flatnonzero(behind[j])
        if len(before) == 0 or len(cols) == 0:
            continue
        ends = runs.finish[before][:, cols]
        if p.is_fixed(j):
            binds = ends >= p.fixed[j]
        else:
            c = int(p.calendar[j])
            index = net.next_start(j, net.days_passed(c, ends) + lag[:, None].astype(np.int32))
            begun = runs.start[j, cols]
            binds = (index == begun) & (begun > net.planned_index[j])
        at = np.ix_(before, cols)
        behind[at] |= binds
        weight[at] += binds * weight[j, cols]
    return behind, weight


def lags_exceeded(net: Network, runs: Runs) -> NDArray[np.float64]:
    """(m,) share of runs in which each order constraint's largest lag is exceeded; 0 where it has none."""
    p = net.problem
    share = np.zeros(len(p.before))
    for k in np.flatnonzero(p.max_lag != NONE):
        i, j = int(p.before[k]), int(p.after[k])
        between = runs.start[j] - net.days_passed(int(p.calendar[j]), runs.finish[i])
        share[k] = (between > p.max_lag[k]).mean()
    return share
