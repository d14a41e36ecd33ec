"""Schedules of a project from lists of tasks, in well under a millisecond for a hundred tasks.

The free units of all resources on a day are packed into one whole number, with a guard bit above each resource's
field: taking a demand off clears the guard bit of every resource that is short, so one subtraction and one mask
tell whether a task fits on a day.
"""

from __future__ import annotations

from solvers.makespan.project import Project


class Generator:
    """Serial schedule generation for one project, forward and backward."""

    def __init__(self, p: Project):
        self.p = p
        self.duration = p.duration
        shift = 0
        self._guards = full = 0
        need = [0] * p.n
        for k, capacity in enumerate(p.capacity):
            width = max(capacity, 1).bit_length()
            for i in range(p.n):
                need[i] |= p.demand[i][k] << shift
            full |= capacity << shift
            self._guards |= 1 << (shift + width)
            shift += width + 1
        self._need, self._full = tuple(need), full | self._guards
        # Every task can be done after all others, so no schedule is longer than this.
        lags = max((lag for arcs in p.before for _, lag in arcs), default=0)
        self._length = max(p.release, default=0) + sum(p.duration) + p.n * lags + 1
        self._back = None

    def forward(self, order: list[int]) -> list[int]:
        """Start of each task when tasks are placed as early as possible, in an order in which predecessors come
        first."""
        return self._place(order, self.p.before, self.p.release)

    def _place(self, order: list[int], before, release: tuple[int, ...]) -> list[int]:
        duration, need, guards = self.duration, self._need, self._guards
        free = [self._full] * self._length
        start, end = [0] * len(duration), [0] * len(duration)
        for j in order:
            t = release[j]
            for i, lag in before[j]:
                ready = end[i] + lag
                if ready > t:  # noqa: PLR1730  a call of max() takes longer
                    t = ready
            d, units = duration[j], need[j]
            stop = t + d
            if units:
                known = t  # days from here on to the old end are known to fit
                day = stop - 1
                while day >= known:
                    if (free[day] - units) & guards == guards:
                        day -= 1
                    else:
                        known, t = stop, day + 1
                        stop = t + d
                        day = stop - 1
                for day in range(t, stop):
                    free[day] -= units
            start[j] = t
            end[j] = stop
        return start
