"""What a scenario changes in the task network: durations, first days and ways set by hand, days wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from geodata.faults import Fault, InputError, did_you_mean
from merger.inputs import Inputs
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.progress import days_before, progressed
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
    tasks = progressed(tasks, inputs, calendar, faults)
    if faults:
        raise InputError(faults)
    return _wanted(tasks, inputs, options.status_date)


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


def _wanted(tasks: Sequence[Task], inputs: Inputs, status: date | None) -> list[Task]:
    """The days of the plan before, which the new one is to keep where it can."""
    before = {key: first for key, (first, _) in days_before(inputs).items()}
    moved = []
    for task in tasks:
        wanted = status if task.state == "begun" else before.get(task.id)
        moved.append(task if task.fixed is not None or wanted is None else replace(task, wanted=wanted))
    return moved
