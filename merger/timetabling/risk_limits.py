"""Limits that tasks share: which tasks a dated step or a date limits, by law, as a target or as an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from merger.timetabling.tasks import Task
from solvers.schedule.problem import NONE
from solvers.schedule.protect import Limit
from solvers.schedule.simulate import LIMITS, Network, limit_days


@dataclass(frozen=True)
class NamedLimit:
    """A limit with its words. `id` is a row of deadlines.csv, or the ISO date where no row fits."""

    id: str
    title_vi: str
    title_en: str
    day: date
    limit: Limit


def named_limits(tasks: list[Task], net: Network, deadlines: pd.DataFrame) -> list[NamedLimit]:
    """Every limit of the timetable, by kind and date. An event that waits for nothing is none."""
    steps = {str(row["deadline_id"]): row for row in deadlines.to_dict("records")}
    found: dict[tuple[str, date, str], list[int]] = {}
    for kind in LIMITS:
        for k in np.flatnonzero(limit_days(net, kind) != NONE):
            task = tasks[k]
            day = {"legal": task.legal, "target": task.target, "event": task.fixed}[kind]
            key = task.id if kind == "event" else limit_id(task.deadline_id, kind, day, steps)
            found.setdefault((kind, day, key), []).append(int(k))
    return [
        NamedLimit(key, *_titles(key, day, [tasks[k] for k in own], steps), day, Limit(kind, np.array(own)))
        for (kind, day, key), own in sorted(found.items(), key=lambda item: (LIMITS.index(item[0][0]), item[0][1:]))
    ]


def limit_id(deadline_id: str, kind: str, day: date, steps: dict[str, dict]) -> str:
    """The task's own dated step when the date is that of it; else the only one of this kind on the date; else the
    date."""
    if deadline_id in steps and str(steps[deadline_id]["date"]) == day.isoformat():
        return deadline_id
    fitting = [key for key, row in steps.items() if str(row["date"]) == day.isoformat() and row.get("role") == kind]
    return fitting[0] if len(fitting) == 1 else day.isoformat()


def _titles(key: str, day: date, own: list[Task], steps: dict[str, dict]) -> tuple[str, str]:
    if key in steps:
        return str(steps[key].get("task_vi") or steps[key]["task"]), str(steps[key]["task"])
    if len(own) == 1:
        return own[0].title_vi, own[0].title_en
    return f"{len(own)} việc phải xong đến ngày {day:%d/%m/%Y}", f"{len(own)} tasks due by {day.isoformat()}"
