"""Planning again from a status date: what is done, what goes on, what has not begun.

The table of progress says it for the tasks in it. Any other task of the plan before is taken to have gone as planned,
as long as all that it waits for is done; else it has not begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
import pandas as pd

from geodata.faults import Fault, did_you_mean
from merger.inputs import Inputs
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.task import Task


@dataclass(frozen=True)
class Report:
    """What is known of a task: its first and last day (None: not begun, not done), days of work left if told."""

    started: date | None
    finished: date | None = None
    days_left: int | None = None


def progressed(tasks: Sequence[Task], inputs: Inputs, calendar: WorkCalendar, faults: list[Fault]) -> list[Task]:
    """The tasks as they stand on the status date: those done are facts, of those begun only the days left remain.

    Without a status date the tasks as they are; a table of progress then is a fault.
    """
    status = inputs.scenario.timetable.status_date
    if status is None:
        if len(inputs.progress):
            remedy = "write the day of the progress"
            faults.append(Fault("timetable.status_date", message="is not given", remedy=remedy))
        return list(tasks)
    reports = _told(tasks, inputs, status, faults)
    known = _assumed(tasks, reports, days_before(inputs), status)
    stands = [_stand(task, known.get(task.id), status, calendar) for task in tasks]
    past = {task.id for task in stands if task.fixed is not None and task.fixed < status}
    free = {task.id for task in stands if task.fixed is None}
    return [_released(task, status, past, free) for task in stands]


def days_before(inputs: Inputs) -> dict[str, tuple[date, date]]:
    """First and last day of each task in the plan before."""
    rows = inputs.timetable_before.to_dict("records")
    return {str(row["task_id"]): (_day(row["start"]), _day(row["finish"])) for row in rows}


def _told(tasks: Sequence[Task], inputs: Inputs, status: date, faults: list[Fault]) -> dict[str, Report]:
    """The rows of the table of progress; adds every row that does not fit to `faults`."""
    by_id, place = {task.id: task for task in tasks}, str(inputs.scenario.data.progress)
    told = {}
    for line, row in enumerate(inputs.progress.to_dict("records"), start=2):
        key, started, finished = str(row["task_id"]), _day(row["started"]), _day(row.get("finished"))
        left = row.get("days_left")
        fault = _fault(by_id, key, (started, finished), status)
        if fault:
            column, message, remedy = fault
            faults.append(Fault(place, line, 0, column, message, remedy))
        told[key] = Report(started, finished, None if left is None or pd.isna(left) or left == "" else int(left))
    return told


def _fault(
    by_id: Mapping[str, Task], key: str, days: tuple[date | None, date | None], status: date
) -> tuple[str, str, str] | None:
    started, finished = days
    if key not in by_id:
        return "task_id", f'unknown task "{key}"', did_you_mean(key, by_id)
    if by_id[key].fixed is not None:
        return "task_id", f'"{key}" is an event with a fixed day', "take the row out"
    if started is None:
        return ("started", "is empty although the task is finished", "write its first day") if finished else None
    if started > status or (finished is not None and finished > status):
        return "started", f"after the status date {status}", "correct the day, or the status date"
    if finished is not None and finished < started:
        return "finished", f"{finished} is before the start {started}", "correct one of the two"
    return None


def _assumed(
    tasks: Sequence[Task], told: Mapping[str, Report], before: Mapping[str, tuple[date, date]], status: date
) -> dict[str, Report]:
    """`told`, and for the other tasks what the plan before says, as far as what they wait for is done."""
    by_id, known = {task.id: task for task in tasks}, dict(told)
    order = TopologicalSorter({task.id: task.after for task in tasks}).static_order()
    done = {task.id for task in tasks if task.fixed is not None and task.fixed <= status}
    for key in order:
        if key not in by_id:
            continue
        if key not in known and key in before and by_id[key].fixed is None and done.issuperset(by_id[key].after):
            first, last = before[key]
            if first < status:
                known[key] = Report(first, last if last < status else None)
        if key in known and known[key].finished is not None:
            done.add(key)
    return known


def _stand(task: Task, report: Report | None, status: date, calendar: WorkCalendar) -> Task:
    """The task as it stands: a fact when done, its days left when begun."""
    if report is None or report.started is None or task.fixed is not None:
        return task
    free = {"after": (), "within": (), "lags": (), "starts": (), "ways": ()}
    if report.finished is not None:
        return replace(task, state="done", started=report.started, fixed=report.finished, days=1, resources=(), **free)
    days = report.days_left or _days_left(task, report.started, status, calendar)
    return replace(task, state="begun", started=report.started, days=days, **free)


def _days_left(task: Task, started: date, status: date, calendar: WorkCalendar) -> int:
    days = calendar.weekend if task.calendar == "weekend" else calendar.working
    gone = int(np.searchsorted(days, calendar.number(status)) - np.searchsorted(days, calendar.number(started)))
    return max(1, task.days - gone)


def _released(task: Task, status: date, past: set[str], free: set[str]) -> Task:
    """Nothing that has not begun starts before the status date; what lies behind it can hold nothing up any more."""
    if task.fixed is None:
        # A follower that should have come close behind work already done comes as soon as it can.
        within = tuple((i, days) for i, days in task.within if i in free)
        return replace(task, release=max(status, task.release or status), within=within)
    if task.id in past:
        return replace(task, after=tuple(i for i in task.after if i in past))
    return task


def _day(value: Any) -> date | None:
    text = "" if value is None or pd.isna(value) else str(value)
    return date.fromisoformat(text[:10]) if text else None
