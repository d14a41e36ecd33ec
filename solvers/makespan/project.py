"""A project on one axis of days: what the fast searches for the least makespan work on.

Most projects have one calendar in use, no largest lags, no fixed events and no start days of their own. Then only
indexes matter, forward and backward are alike, and a schedule is a list of start indexes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solvers.schedule.problem import NONE, ScheduleProblem

Arcs = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class Project:
    """Tasks on one axis.

    Parameters
    ----------
    duration, release : (n,) days and first start index. before : per task its (predecessor, days left free between).
    demand : (n, r). capacity : (r,).
    """

    duration: tuple[int, ...]
    release: tuple[int, ...]
    before: Arcs
    demand: tuple[tuple[int, ...], ...]
    capacity: tuple[int, ...]

    @cached_property
    def n(self) -> int:
        """Number of tasks."""
        return len(self.duration)

    @cached_property
    def after(self) -> Arcs:
        """Per task its (successor, days left free between)."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.duration]
        for j, arcs in enumerate(self.before):
            for i, lag in arcs:
                found[i].append((j, lag))
        return tuple(tuple(arcs) for arcs in found)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Tasks, each after its predecessors."""
        waiting = [len(arcs) for arcs in self.before]
        ready = [i for i, w in enumerate(waiting) if w == 0]
        for i in ready:
            for j, _ in self.after[i]:
                waiting[j] -= 1
                if waiting[j] == 0:
                    ready.append(j)
        return tuple(ready)

    @cached_property
    def head(self) -> tuple[int, ...]:
        """Earliest start of each task by order and release."""
        head = list(self.release)
        for j in self.order:
            for i, lag in self.before[j]:
                head[j] = max(head[j], head[i] + self.duration[i] + lag)
        return tuple(head)

    @cached_property
    def tail(self) -> tuple[int, ...]:
        """Least days from the end of each task to the end of the project, by order."""
        tail = [0] * self.n
        for i in reversed(self.order):
            for j, lag in self.after[i]:
                tail[i] = max(tail[i], lag + self.duration[j] + tail[j])
        return tuple(tail)

    @cached_property
    def ancestors(self) -> tuple[int, ...]:
        """Per task a set of bits: all tasks that must end before it starts."""
        bits = [0] * self.n
        for j in self.order:
            for i, _ in self.before[j]:
                bits[j] |= bits[i] | 1 << i
        return tuple(bits)

    def makespan(self, start: list[int]) -> int:
        """Index after the last day of work."""
        return max((s + d for s, d in zip(start, self.duration, strict=True)), default=0)

    def backward(self) -> Project:
        """The project with time running the other way; releases, which become deadlines, are left out."""
        return Project(self.duration, (0,) * self.n, self.after, self.demand, self.capacity)


def plain_project(p: ScheduleProblem) -> Project | None:
    """The project of a problem in which indexes of one calendar say everything, or None.

    That is: one calendar in use, no events with a fixed day, no largest lags, no own start days, no absences, no
    hard limits.
    """
    n = len(p.names)
    if n == 0 or (p.calendar != p.calendar[0]).any() or (p.fixed != NONE).any() or (p.max_lag != NONE).any():
        return None
    if any(p.starts) or p.absences or (p.hard & (p.legal != NONE)).any():
        return None
    c = int(p.calendar[0])
    before = [tuple((int(p.before[k]), int(p.lag[k])) for k in arcs) for arcs in p.into]
    used = np.flatnonzero(p.demand.any(axis=0))
    return Project(
        duration=tuple(p.duration.tolist()),
        release=tuple(p.first_index(c, int(day)) for day in p.release),
        before=tuple(before),
        demand=tuple(map(tuple, p.demand[:, used].tolist())),
        capacity=tuple(p.capacity[used].tolist()),
    )
