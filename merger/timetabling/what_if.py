"""What a scenario changes in the task network: durations, first days and ways set by hand, progress, days wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geodata.faults import Fault, InputError, did_you_mean
from merger.inputs import Inputs
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.tasks import Task, task_types

OWN = "own"


def changed_tasks(tasks: Sequence[Task], inputs: Inputs, calendar: WorkCalendar) -> list[Task]:
    """The tasks with everything that the scenario sets for them: what-if options first, then the progress made.

    Raises InputError with every task, mode or day that does not fit.
    """
    options = inputs.scenario.timetable
    faults: list[Fault] = []
    for name, change in CHANGES.items():
        tasks = _set(tasks, name, getattr(options, name), change, faults)
    tasks = _progressed(tasks, inputs, calendar, faults)
    if faults:
        raise InputError(faults)
    return _wanted(_released(tasks, options.status_date), inputs, options.status_date)


def check_names(inputs: Inputs) -> None:
    """Raise InputError for what-if options whose kind of task no plan has: told before any stage runs."""
    known = {*task_types().index, *inputs.deadlines["deadline_id"], *inputs.programmes["programme_id"]}
    faults = [
        _unknown(name, key, known)
        for name in CHANGES
        for key in getattr(inputs.scenario.timetable, name)
        if key.split(":")[0] not in known
    ]
    if faults:
        raise InputError(faults)


def _with_days(task: Task, days: int) -> Task:
    """The task with other days of work; further ways to do it are longer or shorter by the same share."""
    if task.fixed is not None:
        raise ValueError("is an event of one day")
    if days < 1:
        raise ValueError("needs at least 1 day")
    ways = tuple(replace(way, days=max(1, round(way.days * days / task.days))) for way in task.ways)
    return replace(task, days=days, ways=ways)


def _with_release(task: Task, day: date) -> Task:
    if task.fixed is not None:
        raise ValueError("is an event whose day is fixed")
    return replace(task, release=day if task.release is None else max(day, task.release))


def _in_mode(task: Task, mode: str) -> Task:
    """The task done in one way only."""
    if mode == OWN:
        return replace(task, ways=())
    way = next((way for way in task.ways if way.name == mode), None)
    if way is None:
        raise ValueError(f"cannot be done as {mode}; it can as {', '.join([OWN, *(w.name for w in task.ways)])}")
    return replace(task, days=way.days, resources=way.resources, mode=mode, cost_vnd=way.cost_vnd, ways=())


CHANGES: dict[str, Callable[[Task, Any], Task]] = {
    "duration": _with_days,
    "not_before": _with_release,
    "mode": _in_mode,
}


def _set(
    tasks: Sequence[Task],
    name: str,
    values: Mapping[str, Any],
    change: Callable[[Task, Any], Task],
    faults: list[Fault],
) -> list[Task]:
    """Change the tasks that an option names, by their id or by their type."""
    met: set[str] = set()
    changed = list(tasks)
    for k, task in enumerate(tasks):
        key = task.id if task.id in values else task.id.split(":")[0]
        if key not in values:
            continue
        met.add(key)
        try:
            changed[k] = change(task, values[key])
        except ValueError as error:
            message = f'"{task.id}" {error}'
            faults.append(Fault(f"timetable.{name}", message=message, remedy="correct it or take it out"))
    faults += [_unknown(name, key, [t.id for t in tasks]) for key in sorted(set(values) - met)]
    return changed


def _unknown(name: str, key: str, known: Iterable[str]) -> Fault:
    return Fault(f"timetable.{name}", message=f'unknown task or type of task "{key}"', remedy=did_you_mean(key, known))


def _progressed(tasks: Sequence[Task], inputs: Inputs, calendar: WorkCalendar, faults: list[Fault]) -> list[Task]:
    """Tasks done are events of the past; of those begun only the days left remain, from the status date on."""
    rows = inputs.progress.to_dict("records")
    if not rows:
        return list(tasks)
    status, place = inputs.scenario.timetable.status_date, str(inputs.scenario.data.progress)
    if status is None:
        faults.append(Fault("timetable.status_date", message="is not given", remedy="write the day of the progress"))
        return list(tasks)
    by_id = {task.id: task for task in tasks}
    for line, row in enumerate(rows, start=2):
        key, started, finished = str(row["task_id"]), _day(row["started"]), _day(row.get("finished"))
        task = by_id.get(key)

        def fault(column: str, message: str, remedy: str, line: int = line) -> None:
            faults.append(Fault(place, line, 0, column, message, remedy))

        if task is None:
            fault("task_id", f'unknown task "{key}"', did_you_mean(key, by_id))
        elif task.fixed is not None:
            fault("task_id", f'"{key}" is an event with a fixed day', "take the row out")
        elif started > status or (finished is not None and finished > status):
            fault("started", f"after the status date {status}", "correct the day, or the status date")
        elif finished is not None and finished < started:
            fault("finished", f"{finished} is before the start {started}", "correct one of the two")
        elif finished is not None:
            by_id[key] = replace(
                task,
                state="done",
                started=started,
                fixed=finished,
                days=1,
                resources=(),
                ways=(),
                after=(),
                within=(),
                lags=(),
                starts=(),
            )
        else:
            days = _days_left(row, task, started, status, calendar)
            by_id[key] = replace(
                task, state="begun", started=started, days=days, ways=(), after=(), within=(), lags=(), starts=()
            )
    return [by_id[task.id] for task in tasks]


def _day(value: Any) -> date | None:
    text = "" if value is None or pd.isna(value) else str(value)
    return date.fromisoformat(text[:10]) if text else None


def _days_left(row: Mapping[str, Any], task: Task, started: date, status: date, calendar: WorkCalendar) -> int:
    left = row.get("days_left")
    if left is not None and pd.notna(left) and str(left):
        return int(left)
    days = calendar.working if task.calendar == "working" else calendar.weekend
    gone = int(np.searchsorted(days, calendar.number(status)) - np.searchsorted(days, calendar.number(started)))
    return max(1, task.days - gone)


def _released(tasks: Sequence[Task], status: date | None) -> list[Task]:
    """Nothing that has not begun starts before the status date; what lies behind it can hold nothing up any more."""
    if status is None:
        return list(tasks)
    past = {task.id for task in tasks if task.fixed is not None and task.fixed < status}
    free = {task.id for task in tasks if task.fixed is None}
    return [_from(task, status, past, free) for task in tasks]


def _from(task: Task, status: date, past: set[str], free: set[str]) -> Task:
    if task.fixed is None:
        # A follower that should have come close behind work already done comes as soon as it can.
        within = tuple((i, days) for i, days in task.within if i in free)
        return replace(task, release=max(status, task.release or status), within=within)
    if task.id in past:
        return replace(task, after=tuple(i for i in task.after if i in past))
    return task


def _wanted(tasks: Sequence[Task], inputs: Inputs, status: date | None) -> list[Task]:
    """The days of the plan before, which the new one is to keep where it can."""
    rows = inputs.timetable_before.to_dict("records")
    before = {str(row["task_id"]): _day(row["start"]) for row in rows}
    moved = []
    for task in tasks:
        wanted = status if task.state == "begun" else before.get(task.id)
        moved.append(task if task.fixed is not None or wanted is None else replace(task, wanted=wanted))
    return moved
