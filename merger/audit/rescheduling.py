"""Checks of what a scenario sets in the timetable by hand: slips, ways of doing tasks, progress, planning again."""

from __future__ import annotations

from datetime import date

import pandas as pd

from merger.audit.report import Case, Violations, check
from merger.audit.timing import dated

OWN = "own"


def _setting(values: dict, task_id: str):
    """What an option says of a task: by its id, else by its type."""
    return values.get(task_id, values.get(task_id.split(":", maxsplit=1)[0]))


@check(
    "timetable-settings",
    "Thời gian, ngày bắt đầu, cách làm do kịch bản ấn định được giữ",
    "Durations, first days and ways set by the scenario are kept",
    "timetable",
)
def settings(case: Case) -> Violations:
    """Each task that an option names has the days, first day and way that it says; contractors within their budget."""
    options = case.inputs.scenario.timetable
    met = 0
    for row in dated(case).itertuples():
        if row.fixed or row.state != "planned":
            continue
        days, first, mode = (_setting(v, row.task_id) for v in (options.duration, options.not_before, options.mode))
        met += sum(v is not None for v in (days, first, mode))
        if days is not None and row.mode == OWN and row.working_days != days:
            yield f"{row.task_id}: {row.working_days} days, the scenario says {days}"
        if first is not None and row.start < first:
            yield f"{row.task_id} starts on {row.start}, the scenario says not before {first}"
        if mode is not None and row.mode != mode:
            yield f"{row.task_id} is done as {row.mode}, the scenario says {mode}"
        if options.status_date is not None and row.start < options.status_date:
            yield f"{row.task_id} has not begun but starts on {row.start}, before the status date"
    rows = case.tables["timetable"]
    if paid := rows[(rows["mode"] == OWN) & (pd.to_numeric(rows["cost_vnd"]) != 0)]["task_id"].tolist():
        yield f"own work that costs money: {paid[:5]}"
    spent, most = pd.to_numeric(rows["cost_vnd"]).sum(), options.contractor_budget_vnd
    if most is not None and spent > most:
        yield f"contractors cost {spent:,.0f} VND, the budget is {most:,.0f}"
    return f"{met} settings"


@check(
    "timetable-progress",
    "Tiến độ đã báo cáo được ghi đúng",
    "Progress reported is kept as it is",
    "timetable",
)
def progress(case: Case) -> Violations:
    """Tasks reported are marked so, on their days; others done or begun have the days of the plan before."""
    rows = dated(case)
    told = {str(r["task_id"]): r for r in case.inputs.progress.to_dict("records")}
    before = {str(r["task_id"]): r for r in case.inputs.timetable_before.to_dict("records")}
    for row in rows[rows["state"] != "planned"].itertuples():
        source = told.get(row.task_id)
        if source is None:
            was = before.get(row.task_id)
            if case.inputs.scenario.timetable.status_date is None:
                yield f"{row.task_id} is {row.state}, but there is no status date"
            elif was is not None and _day(was["start"]) != row.start:
                yield f"{row.task_id} is {row.state} since {row.start}, the plan before says {was['start']}"
            continue
        finished = _day(source.get("finished"))
        state = "done" if finished else "begun"
        if row.state != state:
            yield f"{row.task_id} is {row.state}, reported {state}"
        if row.start != _day(source["started"]):
            yield f"{row.task_id} began on {row.start}, reported {source['started']}"
        if finished and row.finish != finished:
            yield f"{row.task_id} ended on {row.finish}, reported {finished}"
    begun = {key for key, r in told.items() if _day(r["started"])}
    if missing := begun - set(rows[rows["state"] != "planned"]["task_id"]):
        yield f"reported but not marked: {sorted(missing)[:5]}"
    return f"{len(told)} tasks reported"


def _day(value: object) -> date | None:
    text = "" if value is None or pd.isna(value) else str(value)
    return date.fromisoformat(text[:10]) if text else None


@check(
    "timetable-changes",
    "Bảng thay đổi tiến độ khớp với tiến độ mới",
    "The table of changes agrees with the new timetable",
    "schedule_changes",
    "timetable",
)
def changes(case: Case) -> Violations:
    """New days as in the timetable, days moved computed again; no change is one that changes nothing."""
    rows = dated(case)
    for row in case.tables["schedule_changes"].itertuples():
        there = row.task_id in rows.index
        if there == (row.change == "gone"):
            yield f"{row.task_id} is told as {row.change}"
            continue
        if there and (row.start, row.finish) != tuple(str(rows.at[row.task_id, c]) for c in ("start", "finish")):
            yield f"{row.task_id}: {row.start} to {row.finish} is not what the timetable says"
        if row.change in ("moved", "reported"):
            days = (date.fromisoformat(row.finish) - date.fromisoformat(row.finish_before)).days
            if days != row.days_later:
                yield f"{row.task_id}: {row.days_later} days later, computed {days}"
            if (row.start, row.finish) == (row.start_before, row.finish_before):
                yield f"{row.task_id} is told as {row.change}, but nothing changes"
    return f"{len(case.tables['schedule_changes'])} changes"
