"""Checks of stage timetable: days, order, limits, resources."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from functools import cache

import holidays
import pandas as pd

from merger.audit.report import Case, Violations, check, filled, items, shown


@cache
def _public_holidays(first_year: int, last_year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=range(first_year, last_year + 1))


@cache
def is_working(day: date) -> bool:
    """Whether offices work: Monday to Friday without holidays, or a Saturday worked in the place of one."""
    calendar = _public_holidays(day.year - 1, day.year + 1)
    if day in calendar.weekend_workdays:
        return True
    return day.weekday() < 5 and day not in calendar


def days_of_work(start: date, finish: date, working: bool) -> list[date]:
    """Days from start to finish on which a task goes on: working days, or days off for work on weekends."""
    calendar = _public_holidays(start.year - 1, finish.year + 1)
    every = [start + timedelta(days=n) for n in range((finish - start).days + 1)]
    if working:
        return [d for d in every if is_working(d)]
    return [d for d in every if d.weekday() >= 5 and not is_working(d) and d not in calendar]


def working_days_after(limit: date, finish: date) -> int:
    """Working days later than a limit, up to and including the finish; a weekend after it counts as one."""
    return max(1, len(days_of_work(limit + timedelta(days=1), finish, True))) if finish > limit else 0


def dated(case: Case) -> pd.DataFrame:
    """The timetable by task with dates as dates (None where empty)."""
    rows = case.tables["timetable"].drop_duplicates("task_id").set_index("task_id", drop=False).copy()
    for column in ("start", "finish", "legal_limit", "target"):
        rows[column] = [date.fromisoformat(v) if isinstance(v, str) and v else None for v in rows[column]]
    return rows


@check(
    "timetable-days",
    "Ngày làm việc đúng lịch Việt Nam",
    "Tasks lie on working days of the Vietnamese calendar",
    "timetable",
)
def days(case: Case) -> Violations:
    """Start and finish are days of work, the number between them fits, inside the span of the plan."""
    bounds = case.inputs.scenario.dates
    ids = case.tables["timetable"]["task_id"]
    if ids.duplicated().any():
        yield f"tasks twice: {shown(set(ids[ids.duplicated()]))}"
    for row in dated(case).itertuples():
        if row.fixed or row.state == "done":
            continue
        if row.finish < row.start:
            yield f"{row.task_id} ends on {row.finish}, before it starts on {row.start}"
            continue
        work = days_of_work(row.start, row.finish, is_working(row.finish))
        begun = row.state == "begun"  # its first day is a fact, and its days are those left
        if not work or (work[0] != row.start and not begun) or work[-1] != row.finish:
            yield f"{row.task_id}: {row.start} or {row.finish} is not a day of work"
        elif len(work) != row.working_days and not begun:
            yield f"{row.task_id}: {row.working_days} days of work, the calendar gives {len(work)}"
        if (row.start < bounds.start and not begun) or row.finish > bounds.end:
            yield f"{row.task_id}: {row.start} to {row.finish} is outside the plan"
    return f"{len(ids)} tasks"


@check("timetable-order", "Trình tự công việc được giữ", "Precedence is kept", "timetable")
def order(case: Case) -> Violations:
    """Every predecessor exists and ends before the task starts (on the same day at the latest for events)."""
    rows = dated(case)
    links = 0
    for row in rows.itertuples():
        for before in items(row.predecessors):
            links += 1
            if before not in rows.index:
                yield f"{row.task_id}: predecessor {before} does not exist"
                continue
            event = row.fixed or rows.at[before, "fixed"]
            finish = rows.at[before, "finish"]
            if finish > row.start or (finish == row.start and not event):
                yield f"{row.task_id} starts on {row.start}, its predecessor {before} ends on {finish}"
        yield from _lags(row, rows)
    return f"{links} links"


def _lags(row, rows: pd.DataFrame) -> Violations:
    """Days of the task's own calendar left free after its predecessors, against the least and the most."""
    for told in items(row.lags):
        before, _, days = told.rpartition("=")
        least, _, most = days.partition("..")
        if before not in items(row.predecessors):
            yield f"{row.task_id}: a lag after {before}, which is no predecessor"
            continue
        gap = days_of_work(rows.at[before, "finish"] + timedelta(days=1), row.start, is_working(row.start))
        between = len([d for d in gap if d < row.start])
        if between < int(least) or (most and between > int(most)):
            yield f"{row.task_id} starts {between} days after {before}, not {days}"


@check(
    "timetable-limits",
    "Thời hạn luật định được giữ; số ngày chậm tính đúng",
    "Legal limits hold; late days are right",
    "timetable",
)
def limits(case: Case) -> Violations:
    """No task later than its legal limit; late days counted again in working days."""
    for row in dated(case).itertuples():
        for limit, column in ((row.legal_limit, "legal_late_days"), (row.target, "target_late_days")):
            late = working_days_after(limit, row.finish) if limit and not row.fixed else 0
            told = getattr(row, column)
            if int(0 if pd.isna(told) else told) != late:
                yield f"{row.task_id}: {column} {told}, computed {late}"
            if late and column == "legal_late_days":
                yield f"{row.task_id} ends on {row.finish}, {late} working days after the legal limit {limit}"


def _at_work(row) -> list[date]:
    """Days on which a task needs its resources: of one that has begun, those left at the end."""
    days = days_of_work(row.start, row.finish, is_working(row.finish))
    return days[-int(row.working_days) :] if row.state == "begun" else days


@check(
    "timetable-resources",
    "Nguồn lực mỗi ngày không vượt khả năng",
    "Resources within their capacity on every day",
    "timetable",
)
def resources(case: Case) -> Violations:
    """Units in use on each day of work of each task, day by day, against the scenario's units that are not away."""
    options = case.inputs.scenario.timetable
    capacity = options.working_groups
    use: dict[tuple[str, date], int] = defaultdict(int)
    for row in dated(case).itertuples():
        wanted = [w.split("=") for w in items(row.resources)]
        for name, units in wanted:
            if name not in capacity:
                yield f"{row.task_id}: unknown resource {name}"
            for day in _at_work(row):
                use[name, day] += int(units)
    for (name, day), units in sorted(use.items()):
        away = sum(a.units for a in options.absences if a.resource == name and a.first <= day <= a.last)
        if name in capacity and units > max(0, capacity[name] - away):
            yield f"{name}: {units} units on {day}, there are {max(0, capacity[name] - away)}"
    return f"{len(use)} resource days"


@check(
    "timetable-deadlines",
    "Đủ mọi thời hạn; mốc cố định đúng ngày",
    "All deadlines are there, events on their day",
    "timetable",
)
def deadlines(case: Case) -> Violations:
    """Each row of deadlines.csv is a task or limits one; events and limits carry the date of the row."""
    rows, source = dated(case), case.inputs.deadlines.set_index("deadline_id")
    there = set(rows["task_id"]) | set(rows["deadline_id"])
    if missing := set(source.index) - there:
        yield f"deadlines that are not in the timetable: {shown(missing)}"
    named = rows[filled(rows["deadline_id"])]
    if unknown := set(named["deadline_id"]) - set(source.index):
        yield f"unknown deadlines: {shown(unknown)}"
    for row in named[named["deadline_id"].isin(source.index)].itertuples():
        day = date.fromisoformat(str(source.at[row.deadline_id, "date"]))
        if row.fixed and row.origin == "deadline" and row.start != day:
            yield f"{row.task_id} is an event of {day}, the timetable says {row.start}"
        if not row.fixed and day not in {row.legal_limit, row.target}:
            yield f"{row.task_id}: neither limit is the date {day} of {row.deadline_id}"
    return f"{len(source)} deadlines"
