"""Why no timetable holds, in a planner's words: the events, limits and resources of a conflict, and the chain to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.tasks import Task
from solvers.schedule.bounds import ready_index
from solvers.schedule.problem import ScheduleProblem

SHOWN = 6  # tasks of the chain that are named


def reasons(
    conflict: Sequence[str], tasks: Sequence[Task], p: ScheduleProblem, calendar: WorkCalendar
) -> tuple[str, ...]:
    """The rules that cannot hold together, named as in `solvers.schedule.conflict`, as sentences."""
    by_id = {task.id: (k, task) for k, task in enumerate(tasks)}
    told = []
    for rule in conflict:
        kind, _, name = rule.partition(" of ")
        if kind == "day" and name in by_id:
            k, task = by_id[name]
            told.append(f"“{task.title_en}” ({name}) is fixed on {task.fixed}{_chain(p, k, tasks, calendar)}")
        elif kind == "limit" and name in by_id:
            task = by_id[name][1]
            told.append(f"“{task.title_en}” ({name}) must end by {task.legal}")
        elif rule.startswith("resource "):
            resource = rule.removeprefix("resource ")
            told.append(f"there are {p.capacity[p.resources.index(resource)]} units of {resource}")
        elif rule.startswith("budget "):
            told.append(f"the budget of {rule.removeprefix('budget ')}")
        else:
            told.append("the order of tasks" if rule == "order" else rule)
    return tuple(told)


def _chain(p: ScheduleProblem, k: int, tasks: Sequence[Task], calendar: WorkCalendar) -> str:
    """The tasks that keep an event from its day by their order alone, and the day on which they end at the earliest."""
    finish = np.zeros(len(p.names), dtype=np.int64)
    waited: dict[int, int] = {}
    for i in p.order:
        if p.is_fixed(i):
            finish[i] = p.fixed[i]
        else:
            allowed = p.allowed(i)
            at = min(int(np.searchsorted(allowed, ready_index(p, i, finish))), len(allowed) - 1)
            finish[i] = p.days(i)[int(allowed[at]) + int(p.duration[i]) - 1]
        earlier = [int(p.before[arc]) for arc in p.into[i]]
        if earlier:
            waited[i] = max(earlier, key=lambda j: (int(finish[j]), -j))
    last = waited.get(k)
    if last is None or finish[last] < p.fixed[k]:
        return ""
    chain = [last]
    while chain[-1] in waited and len(chain) < SHOWN:
        chain.append(waited[chain[-1]])
    names = " -> ".join(tasks[i].id for i in reversed(chain))
    return f"; before it, {names} ends on {calendar.day(finish[last])} at the earliest"
