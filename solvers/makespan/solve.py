"""The least day on which the last task of a project ends, with a valid lower bound.

On one axis of days (`plain_project`): bounds without search, an evolution of serial schedules, CP-SAT on the whole,
then for what is left evolution and CP-SAT together, the latter first raising the bound and then improving
neighbourhoods. With one thread they take turns by counted work, so runs repeat; with more they run side by side and
tell each other what they find. Everything else (several calendars, events, largest lags, own start days) goes to
CP-SAT on the model of `solve_schedule`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from solvers.makespan.calendars import calendar_makespan
from solvers.makespan.project import plain_project
from solvers.makespan.shortest import shortest
from solvers.problem import ProblemError, Solution, Status, Stop
from solvers.schedule.problem import Ints, ScheduleProblem


@dataclass(frozen=True)
class MakespanSolution(Solution):
    """Start and finish day of every task.

    `objective` is the day on which the last task ends that is not an event with a fixed day; `bound` is a lower bound
    on that day. Limits that are not hard, targets and prices play no part.
    """

    start: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    finish: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def solve_makespan(problem: ScheduleProblem, stop: Stop) -> MakespanSolution:
    """Schedule all tasks so that the last of them ends as early as possible.

    Returns
    -------
    status optimal when bound and day agree, or lie within `stop.gap` of the days from the first release on;
    infeasible when order, resources, hard limits and calendars leave no schedule (which of them: see
    `solve_schedule`); unknown when none was found in time. Deterministic for one thread and a given seed and
    `stop.work`.
    """
    if problem.ways:
        raise ProblemError("solve_makespan: decide the ways first, with ScheduleProblem.chosen.")
    began = time.perf_counter()
    if not len(problem.names):
        return MakespanSolution(Status.OPTIMAL, 0.0, 0.0)
    project = plain_project(problem)
    if project is None:
        status, start, bound = calendar_makespan(problem, stop)
    else:
        indexes, length = shortest(project, stop)
        days = problem.calendars[int(problem.calendar[0])]
        if project.makespan(indexes) > len(days):
            # The calendar ends before the best schedule: with a proof when its length is below the bound.
            proven = length > len(days)
            return MakespanSolution(
                Status.INFEASIBLE if proven else Status.UNKNOWN, seconds=time.perf_counter() - began
            )
        start, bound = days[np.array(indexes)], int(days[length - 1])
        status = Status.FEASIBLE
    seconds = time.perf_counter() - began
    if start is None:
        return MakespanSolution(status, seconds=seconds)
    finish = finish_days(problem, start)
    moving = [i for i in range(len(problem.names)) if not problem.is_fixed(i)]
    last = int(finish[moving].max() if moving else finish.max())
    bound = min(bound, last)
    first = min(int(problem.release[moving].min()), last) if moving else last
    optimal = last - bound <= stop.gap * max(1, last - first)
    return MakespanSolution(
        Status.OPTIMAL if optimal else Status.FEASIBLE, float(last), float(bound), seconds, start=start, finish=finish
    )


def finish_days(p: ScheduleProblem, start: Ints) -> Ints:
    """Last day of work of each task."""
    finish = start.copy()
    for i in range(len(p.names)):
        if not p.is_fixed(i):
            finish[i] = p.days(i)[p.first_index(p.calendar[i], int(start[i])) + int(p.duration[i]) - 1]
    return finish
