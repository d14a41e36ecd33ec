"""The tasks of a timetable as a scheduling problem: days by number, prices, shared resources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from merger.inputs import Inputs
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.tasks import Task
from solvers.schedule.problem import NONE, Absence, Ints, ScheduleProblem, Way

MARGIN_DAYS = 730  # days after the end of the plan in which late work can still be shown
CALENDARS = ("working", "weekend")
TIE_WEIGHT = {"working": 2, "weekend": 5}  # a weekend day later is two and a half working days later
CONTRACTORS = "contractors"  # budget that pays for work by contractors
PAUSE = 10  # a day by which begun work is held up weighs as many days by which other work moves


def work_calendar(inputs: Inputs) -> WorkCalendar:
    """Days from the first dated step to two years after the end of the plan."""
    dates = [date.fromisoformat(str(day)) for day in inputs.deadlines["date"]]
    first = min([inputs.scenario.dates.start, *dates])
    return WorkCalendar(first, inputs.scenario.dates.end + timedelta(days=MARGIN_DAYS))


def schedule_problem(tasks: Sequence[Task], calendar: WorkCalendar, inputs: Inputs) -> ScheduleProblem:
    """The tasks as plain arrays, in their order; legal limits are priced, above all targets."""
    options = inputs.scenario.timetable
    n, names = len(tasks), tuple(options.working_groups)
    capacity = np.array([options.working_groups[name] for name in names], dtype=np.int64)
    starts = tuple(_starts(task, task.days, calendar, inputs) for task in tasks)
    before, after, lag, max_lag = _order(tasks)
    ways = tuple(_ways(tasks, names, calendar, inputs))
    limited = options.contractor_budget_vnd is not None
    budget = (options.contractor_budget_vnd or 0) - sum(task.cost_vnd for task in tasks)
    return ScheduleProblem(
        names=tuple(task.id for task in tasks),
        calendars=(calendar.working, calendar.weekend),
        calendar=np.array([CALENDARS.index(task.calendar) for task in tasks], dtype=np.int64),
        duration=np.array([task.days for task in tasks], dtype=np.int64),
        release=np.array([calendar.number(_release(task, inputs)) for task in tasks], dtype=np.int64),
        fixed=_numbers(calendar, [task.fixed for task in tasks]),
        legal=_numbers(calendar, [task.legal for task in tasks]),
        target=_numbers(calendar, [task.target for task in tasks]),
        hard=np.zeros(n, dtype=bool),
        legal_price=np.full(n, round(options.late_legal_vnd_day), dtype=np.int64),
        target_price=np.full(n, round(options.late_target_vnd_day), dtype=np.int64),
        weight=np.array([TIE_WEIGHT[task.calendar] for task in tasks], dtype=np.int64),
        starts=starts,
        before=before,
        after=after,
        lag=lag,
        max_lag=max_lag,
        resources=names,
        capacity=capacity,
        demand=np.array([_units(task.resources, names) for task in tasks], dtype=np.int64).reshape(n, len(names)),
        ways=ways,
        budgets=(CONTRACTORS,) if limited else (),
        budget=np.array([max(0, round(budget))] if limited else [], dtype=np.int64),
        absences=tuple(
            Absence(names.index(a.resource), calendar.number(a.first), calendar.number(a.last), a.units)
            for a in options.absences
            if a.resource in names
        ),
        comfort=np.ceil(options.comfortable_share * capacity - 1e-9).astype(np.int64),
        strain_price=np.array([round(options.unit_vnd_day.get(name, 0)) for name in names], dtype=np.int64),
        wanted=_numbers(calendar, [task.wanted for task in tasks]),
        move_price=np.array(
            [round(options.move_vnd_day) * (PAUSE if task.state == "begun" else 1) for task in tasks], dtype=np.int64
        ),
    )


def _release(task: Task, inputs: Inputs) -> date:
    return task.release or inputs.scenario.dates.start


def _starts(task: Task, days: int, calendar: WorkCalendar, inputs: Inputs) -> tuple[int, ...]:
    """Days on which the task may start, such as sittings of the council; (): on any day of its calendar."""
    if task.starts:
        return tuple(np.intersect1d([calendar.number(day) for day in task.starts], calendar.working).tolist())
    if task.calendar != "weekend":
        return ()
    return calendar.weekend_starts(days, calendar.number(_release(task, inputs)))


def _units(resources: Sequence[tuple[str, int]], names: tuple[str, ...]) -> Ints:
    wanted = dict(resources)
    return np.array([wanted.get(name, 0) for name in names], dtype=np.int64)


def _order(tasks: Sequence[Task]) -> tuple[Ints, Ints, Ints, Ints]:
    """Order constraints: earlier task, later task, least and largest number of days between them."""
    place = {task.id: k for k, task in enumerate(tasks)}
    arcs = [
        (place[i], k, dict(t.lags).get(i, 0), dict(t.within).get(i, NONE)) for k, t in enumerate(tasks) for i in t.after
    ]
    columns = zip(*arcs, strict=True) if arcs else ((),) * 4
    before, after, lag, max_lag = (np.array(column, dtype=np.int64) for column in columns)
    return before, after, lag, max_lag


def _ways(tasks: Sequence[Task], names: tuple[str, ...], calendar: WorkCalendar, inputs: Inputs):
    """Further ways to do tasks, in the order of the tasks and of `Task.ways`."""
    limited = inputs.scenario.timetable.contractor_budget_vnd is not None
    for k, task in enumerate(tasks):
        for way in task.ways:
            yield Way(
                k,
                way.days,
                _units(way.resources, names),
                way.cost_vnd,
                (way.cost_vnd,) if limited else (),
                _starts(task, way.days, calendar, inputs),
            )


def _numbers(calendar: WorkCalendar, days: Sequence[date | None]) -> Ints:
    return np.array([NONE if day is None else calendar.number(day) for day in days], dtype=np.int64)
