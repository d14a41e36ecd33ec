"""Why a task of a finished schedule is where it is: the chain of tasks and resources that drives it.

A task's cause is found by a shift: it is put on the allowed start before its own, all others in place, and what is
then broken is what it waits for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from solvers.schedule.problem import NONE, Ints, ScheduleProblem
from solvers.schedule.slack import units_in_use


class Cause(StrEnum):
    """What a task waits for."""

    ORDER = "order"  # a task before it
    LAG = "lag"  # the least days after a task before it
    EVENT = "event"  # an event with a fixed day before it
    UNITS = "units"  # units of a resource, handed over by another task
    FOLLOWER = "follower"  # a later task must follow within its largest lag
    RELEASE = "release"  # the first day on which it may start
    START_DAY = "start_day"  # one of the days on which it may start
    FIXED = "fixed"  # it is an event itself


@dataclass(frozen=True)
class Link:
    """A task and its cause.

    `source` is the task behind the cause (-1: none), `resource` what it hands over (-1: nothing). `spare` counts
    allowed starts to the left that nothing forbids: 0 when the task is tight against its cause.
    """

    task: int
    cause: Cause
    source: int = -1
    resource: int = -1
    spare: int = 0


class Drivers:
    """Causes and chains of one schedule (start and finish days)."""

    def __init__(self, p: ScheduleProblem, start: Ints, finish: Ints):
        self.p, self.start, self.finish = p, start, finish
        self.use = units_in_use(p, start, finish)

    def chain(self, last: int) -> list[Link]:
        """Links from `last` back to an event, a release or a start day; no task twice."""
        links = [self.cause(last)]
        seen = {last}
        while links[-1].source >= 0:
            seen.add(links[-1].source)
            links.append(self.cause(links[-1].source, frozenset(seen)))
        return links

    def cause(self, i: int, without: frozenset[int] = frozenset()) -> Link:
        """What task i waits for, tasks in `without` left aside."""
        p = self.p
        if p.is_fixed(i):
            return Link(i, Cause.FIXED)
        allowed = p.allowed(i)
        at = int(np.searchsorted(allowed, p.first_index(p.calendar[i], int(self.start[i]))))
        for spare in range(at):
            found = self._broken(i, int(allowed[at - 1 - spare]), without)
            if found is not None:
                cause, source, resource = found
                return Link(i, cause, source, resource, spare)
        first = int(p.days(i)[allowed[0]])
        release = p.first_index(p.calendar[i], int(p.release[i]))
        bound = p.starts[i] and int(p.days(i)[min(release, len(p.days(i)) - 1)]) < first
        return Link(i, Cause.START_DAY if bound else Cause.RELEASE, spare=at)

    def _broken(self, i: int, index: int, without: frozenset[int]) -> tuple[Cause, int, int] | None:
        """Constraint that forbids a start at `index`; of several the one that ends last, then a task before."""
        found = self._by_order(i, index, without) + self._by_units(i, index, without)
        if found:
            _, _, cause, source, resource = max(found, key=lambda f: (f[0], f[1], -f[3]))
            return cause, source, resource
        return self._by_follower(i, index, without)

    def _by_order(self, i: int, index: int, without: frozenset[int]) -> list[tuple[int, int, Cause, int, int]]:
        p, c, found = self.p, int(self.p.calendar[i]), []
        for k in p.into[i]:
            j = int(p.before[k])
            after = p.index_after(c, int(self.finish[j]))
            if j in without or index >= after + int(p.lag[k]):
                continue
            cause = Cause.LAG if index >= after else Cause.EVENT if p.is_fixed(j) else Cause.ORDER
            found.append((after + int(p.lag[k]), 1, cause, j, -1))
        return found

    def _by_units(self, i: int, index: int, without: frozenset[int]) -> list[tuple[int, int, Cause, int, int]]:
        """Tasks that hold units on a day which is short, and end before task i starts."""
        p, c, d = self.p, int(self.p.calendar[i]), int(self.p.duration[i])
        if not p.demand[i].any():
            return []
        own = p.first_index(c, int(self.start[i]))
        others = self.use[c][index : index + d].copy()
        others[max(0, own - index) :] -= p.demand[i]
        short = others + p.demand[i] > p.units[c][index : index + d]
        found = []
        for k in np.flatnonzero(short.any(axis=0) & (p.demand[i] > 0)).tolist():
            day = int(p.calendars[c][index + int(np.flatnonzero(short[:, k])[-1])])
            holds = (p.demand[:, k] > 0) & (p.calendar == c) & (self.start <= day) & (self.finish >= day)
            for j in np.flatnonzero(holds & (self.finish < self.start[i])).tolist():
                if j != i and j not in without:
                    found.append((p.index_after(c, int(self.finish[j])), 0, Cause.UNITS, j, k))
        return found

    def _by_follower(self, i: int, index: int, without: frozenset[int]) -> tuple[Cause, int, int] | None:
        p = self.p
        last = int(p.days(i)[index + int(p.duration[i]) - 1])
        for k in p.out[i]:
            j, most = int(p.after[k]), int(p.max_lag[k])
            if most == NONE or j in without:
                continue
            c = int(p.calendar[j])
            if p.first_index(c, int(self.start[j])) - p.index_after(c, last) > most:
                return Cause.FOLLOWER, j, -1
        return None
