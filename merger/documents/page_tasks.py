"""What the page shows of the timetable: families of tasks with their tasks, the bodies, and days off."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from geodata.maps import plain
from merger.documents.facts import grouped_tasks
from merger.documents.wording import plain_name
from merger.inputs import Inputs
from merger.plan import Plan
from merger.timetabling.calendars import WorkCalendar
from merger.workplans.bodies import bodies_of

OF_TASK = (
    "title_vi", "title_en", "owner", "start", "finish", "legal_limit", "target", "slack_days", "legal_late_days",
    "critical", "fixed",
)  # fmt: skip


def timetable_data(plan: Plan, inputs: Inputs) -> dict[str, Any]:
    """`tasks`: families, those of several tasks with `members`; `bodies`, to which tasks point; `holidays`."""
    if "timetable" not in plan.tables or plan.tables["timetable"].empty:
        return {"tasks": [], "bodies": [], "holidays": []}
    tasks = plan.tables["timetable"].sort_values(["start", "finish", "task_id"])
    family = tasks["task_id"].astype(str).str.split(":").str[0]
    bodies = bodies_of(tasks, inputs.scenario.documents.place)
    answers: dict[str, list[int]] = {}
    for k, body in enumerate(bodies):
        for task in body.tasks["task_id"]:
            answers.setdefault(task, []).append(k)
    tasks = tasks.assign(
        family=family,
        critical=tasks["critical"].astype(bool),
        fixed=tasks["fixed"].astype(bool),
        bodies=tasks["task_id"].map(answers),
    )
    own = {name: _records(group[[*OF_TASK, "bodies"]]) for name, group in tasks.groupby("family")}
    rows = _records(grouped_tasks(tasks)[["family", "tasks", *(c for c in OF_TASK if c != "slack_days")]])
    for row in rows:
        members = own[row.pop("family")]
        row["slack_days"] = min(m["slack_days"] for m in members)
        row["members"], row["bodies"] = (members, []) if len(members) > 1 else ([], members[0]["bodies"])
    return {
        "tasks": rows,
        "bodies": [{"name": b.name, "local": b.local, "tasks": len(b.tasks)} for b in bodies],
        "holidays": _holidays(tasks["start"].min(), tasks["finish"].max()),
    }


def _holidays(first: str, last: str) -> list[str]:
    """Public holidays of the years in which tasks lie."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = WorkCalendar(begin, end).public_holidays
    return [d.isoformat() for d in sorted(days) if begin <= d <= end]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{k: _cell(k, v) for k, v in row.items()} for row in frame.to_dict("records")]


def _cell(name: str, value: Any) -> Any:
    if name == "bodies":
        return value
    shown = plain(value)
    return plain_name(shown) if name == "owner" and shown else "" if shown is None else shown
