"""The timetable as a Microsoft Project XML file (MSPDI), which ProjectLibre and other programs open.

Elements stand in the order of Microsoft's schema (mspdi_pj12.xsd). Each task may not start before its planned day and
each event must be on its day, so that a program that computes the schedule again comes to the same dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pandas as pd

from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.findings import RESOURCES
from merger.workplans.bodies import Body

NAMESPACE = "http://schemas.microsoft.com/project"
HOURS = 8
OPEN, CLOSE = "08:00:00", "17:00:00"
SHIFTS = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))
WORKING, WEEKEND, EVERY_DAY = 1, 2, 3
CALENDAR_NAMES = {WORKING: "Ngày làm việc", WEEKEND: "Ngày nghỉ cuối tuần (di chuyển)", EVERY_DAY: "Mọi ngày"}
FIRST_RESOURCE_CALENDAR = 101
LAG_DAY = HOURS * 60 * 10  # tenths of a minute
FINISH_TO_START, DAYS, FIXED_DURATION = 1, 7, 1
MUST_START_ON, START_NOT_EARLIER = 2, 4
MARGIN_DAYS = 366
# Own fields of tasks: their numbers in the format, their names, and the columns of the table that they hold.
FIELDS = {
    "task_id": ("188743731", "Text1", "Mã việc"),
    "owner": ("188743734", "Text2", "Chủ trì"),
    "partner": ("188743737", "Text3", "Phối hợp"),
    "legal_limit": ("188743740", "Text4", "Thời hạn theo luật"),
    "target": ("188743743", "Text5", "Mục tiêu"),
    "lags": ("188743746", "Text6", "Khoảng cách giữa các việc"),
    "title_en": ("188743747", "Text7", "Task (English)"),
}
NOTES = (
    ("owner", "Chủ trì"),
    ("partner", "Phối hợp"),
    ("place", "Địa điểm"),
    ("documents", "Tài liệu, sản phẩm"),
    ("legal_limit", "Thời hạn theo luật"),
    ("target", "Mục tiêu"),
)
LOCAL_GROUP = "Xã, phường, đặc khu và cấp huyện cũ"


def write_project(
    timetable: pd.DataFrame, bodies: list[Body], capacity: Mapping[str, int], path: Path, *, title: str, made: date
) -> None:
    """Write the file. Summary rows are the bodies that lead tasks; local ones lie under one row.

    `capacity` are units of each resource that tasks name; `made` stands for the day of writing.
    """
    rows = timetable.to_dict("records")
    calendar = WorkCalendar(
        min(_day(r["start"]) for r in rows), max(_day(r["finish"]) for r in rows) + timedelta(days=MARGIN_DAYS)
    )
    root = Xml.Element("Project", xmlns=NAMESPACE)
    _project(root, rows, title, made)
    _calendars(root, calendar, list(capacity))
    uids = _tasks(root, rows, bodies, calendar, title)
    resources = _resources(root, capacity)
    _assignments(root, rows, uids, resources)
    Xml.indent(root, "")
    Path(path).write_bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _add(parent: Xml.Element, *pairs: tuple[str, Any]) -> Xml.Element:
    """Children with text, in order; None is left out."""
    for name, value in pairs:
        if value is not None:
            Xml.SubElement(parent, name).text = str(value)
    return parent


def _project(root: Xml.Element, rows: list[dict], title: str, made: date) -> None:
    _add(
        root,
        ("SaveVersion", 12), ("Name", "project.xml"), ("Title", title), ("CreationDate", f"{made}T00:00:00"),
        ("ScheduleFromStart", 1),
        ("StartDate", f"{min(r['start'] for r in rows)}T{OPEN}"),
        ("FinishDate", f"{max(r['finish'] for r in rows)}T{CLOSE}"),
        ("CalendarUID", WORKING), ("DefaultStartTime", OPEN), ("DefaultFinishTime", CLOSE),
        ("MinutesPerDay", HOURS * 60), ("MinutesPerWeek", HOURS * 60 * 5), ("DaysPerMonth", 20),
        ("DefaultTaskType", FIXED_DURATION), ("DurationFormat", DAYS), ("HonorConstraints", 1),
        ("NewTasksEffortDriven", 0), ("NewTasksEstimated", 0),
    )  # fmt: skip
    fields = Xml.SubElement(root, "ExtendedAttributes")
    for number, name, alias in FIELDS.values():
        _add(Xml.SubElement(fields, "ExtendedAttribute"), ("FieldID", number), ("FieldName", name), ("Alias", alias))


def _calendars(root: Xml.Element, calendar: WorkCalendar, resources: list[str]) -> None:
    """Working days, weekends for moves, every day for events, and one calendar a resource: its tasks decide."""
    box = Xml.SubElement(root, "Calendars")
    days = [calendar.day(k) for k in range(calendar.number(calendar.last) + 1)]
    weekends = set(calendar.weekend.tolist())
    usual = {
        WORKING: (lambda d: d.weekday() < 5, calendar.is_working),
        WEEKEND: (lambda d: d.weekday() >= 5, lambda d: calendar.number(d) in weekends),
        EVERY_DAY: (lambda d: True, lambda d: True),
    }
    for uid, (week, works) in usual.items():
        node = _add(
            Xml.SubElement(box, "Calendar"), ("UID", uid), ("Name", CALENDAR_NAMES[uid]), ("IsBaseCalendar", 1),
            ("BaseCalendarUID", -1),
        )  # fmt: skip
        odd = [(d, works(d)) for d in days if works(d) != week(d)]
        _week(Xml.SubElement(node, "WeekDays"), week, odd)
        if odd:
            _exceptions(Xml.SubElement(node, "Exceptions"), odd, calendar)
    for k, name in enumerate(resources):
        _add(
            Xml.SubElement(box, "Calendar"), ("UID", FIRST_RESOURCE_CALENDAR + k), ("Name", _resource_name(name)),
            ("IsBaseCalendar", 0), ("BaseCalendarUID", EVERY_DAY),
        )  # fmt: skip


def _week(box: Xml.Element, week, odd: list[tuple[date, bool]]) -> None:
    """Days of the week from Sunday on, then the exceptions as programs before 2007 read them."""
    sunday = date(2025, 1, 5)
    for k in range(7):
        node = _add(
            Xml.SubElement(box, "WeekDay"), ("DayType", k + 1), ("DayWorking", int(week(sunday + timedelta(days=k))))
        )
        if week(sunday + timedelta(days=k)):
            _shifts(node)
    for when, works in odd:
        node = _add(Xml.SubElement(box, "WeekDay"), ("DayType", 0), ("DayWorking", int(works)))
        _period(node, when)
        if works:
            _shifts(node)


def _exceptions(box: Xml.Element, odd: list[tuple[date, bool]], calendar: WorkCalendar) -> None:
    for when, works in odd:
        node = _add(Xml.SubElement(box, "Exception"), ("EnteredByOccurrences", 0))
        _period(node, when)
        name = str(calendar.public_holidays.get(when) or ("Làm bù" if works else "Làm bù vào ngày này"))
        _add(node, ("Occurrences", 1), ("Name", name), ("Type", 1), ("DayWorking", int(works)))
        if works:
            _shifts(node)


def _period(node: Xml.Element, when: date) -> None:
    period = Xml.SubElement(node, "TimePeriod")
    _add(period, ("FromDate", f"{when}T00:00:00"), ("ToDate", f"{when}T23:59:00"))


def _shifts(node: Xml.Element) -> None:
    times = Xml.SubElement(node, "WorkingTimes")
    for start, end in SHIFTS:
        _add(Xml.SubElement(times, "WorkingTime"), ("FromTime", start), ("ToTime", end))


def _tasks(
    root: Xml.Element, rows: list[dict], bodies: list[Body], calendar: WorkCalendar, title: str
) -> dict[str, int]:
    """All rows of the project; returns the uid of each task."""
    box = Xml.SubElement(root, "Tasks")
    order, by_id = _outline(rows, bodies), {r["task_id"]: r for r in rows}
    uids = {r["task_id"]: k for k, (_, r, _, _) in enumerate(order, start=1) if r is not None}
    known = _Known(uids, _event_moments(rows, by_id), calendar)
    _summary(box, 0, ("0", 0, title), rows, calendar)
    for uid, (wbs, row, name, own) in enumerate(order, start=1):
        level = wbs.count(".") + 1
        if row is None:
            _summary(box, uid, (wbs, level, name), own, calendar)
        else:
            _task(box, (wbs, level), row, known)
    return uids


Line = tuple[str, dict | None, str, list[dict]]


def _outline(rows: list[dict], bodies: list[Body]) -> list[Line]:
    """Summary rows and tasks in order: (WBS, task or None, name, tasks below)."""
    leads: dict[str, list[dict]] = {b.name: [] for b in bodies}
    by_id = {r["task_id"]: r for r in rows}
    for body in bodies:
        leads[body.name] = [by_id[i] for i in body.leads]
    groups: list[Line] = []
    city = [b for b in bodies if not b.local and leads[b.name]]
    local = [b for b in bodies if b.local and leads[b.name]]
    for k, body in enumerate(city, start=1):
        groups += _branch(str(k), body.name, leads[body.name])
    if local:
        top = len(city) + 1
        groups.append((str(top), None, LOCAL_GROUP, [r for b in local for r in leads[b.name]]))
        for k, body in enumerate(local, start=1):
            groups += _branch(f"{top}.{k}", body.name, leads[body.name])
    return groups


def _branch(wbs: str, name: str, rows: list[dict]) -> Iterable[Line]:
    yield wbs, None, name, rows
    ordered = sorted(rows, key=lambda r: (r["start"], r["finish"], r["task_id"]))
    for k, row in enumerate(ordered, start=1):
        yield f"{wbs}.{k}", row, "", []


def _event_moments(rows: list[dict], by_id: dict[str, dict]) -> dict[str, str]:
    """Hour of each event: at the opening of its day, or at the close where work ends on that day before it."""
    begun = {(i, r["start"]) for r in rows for i in _items(r["predecessors"])}
    out = {}
    for row in rows:
        if row["fixed"]:
            ends = any(by_id[i]["finish"] == row["start"] for i in _items(row["predecessors"]) if i in by_id)
            early = not ends or (row["task_id"], row["start"]) in begun
            out[row["task_id"]] = OPEN if early else CLOSE
    return out


def _summary(box: Xml.Element, uid: int, at: tuple[str, int, str], own: list[dict], calendar: WorkCalendar) -> None:
    wbs, level, name = at
    start, finish = min(r["start"] for r in own), max(r["finish"] for r in own)
    days = calendar.working_days_between(_day(start), _day(finish))
    node = Xml.SubElement(box, "Task")
    _add(
        node,
        ("UID", uid), ("ID", uid), ("Name", name), ("Type", FIXED_DURATION), ("IsNull", 0), ("WBS", wbs),
        ("OutlineNumber", wbs), ("OutlineLevel", level), ("Priority", 500), ("Start", f"{start}T{OPEN}"),
        ("Finish", f"{finish}T{CLOSE}"), ("Duration", _hours(days)), ("DurationFormat", DAYS), ("EffortDriven", 0),
        ("Estimated", 0), ("Milestone", 0), ("Summary", 1), ("ConstraintType", 0), ("CalendarUID", -1),
    )  # fmt: skip


@dataclass(frozen=True)
class _Known:
    """What all tasks need: uids, hours of the events, days of work."""

    uids: dict[str, int]
    moments: dict[str, str]
    calendar: WorkCalendar


def _task(box: Xml.Element, at: tuple[str, int], row: dict, known: _Known) -> None:
    uids, moments, calendar = known.uids, known.moments, known.calendar
    uid = uids[row["task_id"]]
    event = bool(row["fixed"])
    start = f"{row['start']}T{moments[row['task_id']] if event else OPEN}"
    finish = start if event else f"{row['finish']}T{CLOSE}"
    own = EVERY_DAY if event else WORKING if calendar.is_working(_day(row["start"])) else WEEKEND
    days, gone = (0, 0) if event else _days(row, calendar)
    limit = row["legal_limit"] or row["target"]
    node = Xml.SubElement(box, "Task")
    _add(
        node,
        ("UID", uid), ("ID", uid), ("Name", row["title_vi"]), ("Type", FIXED_DURATION), ("IsNull", 0), ("WBS", at[0]),
        ("OutlineNumber", at[0]), ("OutlineLevel", at[1]), ("Priority", 500), ("Start", start), ("Finish", finish),
        ("Duration", _hours(days)), ("DurationFormat", DAYS), ("EffortDriven", 0), ("Estimated", 0),
        ("Milestone", int(event)), ("Summary", 0), ("Critical", int(bool(row["critical"]))), 
        ("PercentComplete", 100 * gone // days if days else 0), ("ActualDuration", _hours(gone)),
        ("RemainingDuration", _hours(days - gone)),
        ("ConstraintType", MUST_START_ON if event else START_NOT_EARLIER), ("CalendarUID", own),
        ("ConstraintDate", start), ("Deadline", f"{limit}T{CLOSE}" if limit and not event else None),
        ("IgnoreResourceCalendar", 1), ("Notes", _notes(row)),
    )  # fmt: skip
    least = dict(part.split("=", 1) for part in _items(row["lags"]))
    for before in _items(row["predecessors"]):
        lag = int(least.get(before, "0").split("..")[0])
        _add(
            Xml.SubElement(node, "PredecessorLink"), ("PredecessorUID", uids[before]), ("Type", FINISH_TO_START),
            ("CrossProject", 0), ("LinkLag", lag * LAG_DAY), ("LagFormat", DAYS),
        )  # fmt: skip
    for column, (number, *_) in FIELDS.items():
        if row[column]:
            _add(Xml.SubElement(node, "ExtendedAttribute"), ("FieldID", number), ("Value", row[column]))


def _days(row: dict, calendar: WorkCalendar) -> tuple[int, int]:
    """Days of work of a task in all, and those gone when the plan was made again."""
    days = int(row["working_days"])
    if row["state"] == "begun":  # working_days are those left
        whole = max(days, calendar.days_between(_day(row["start"]), _day(row["finish"])))
        return whole, whole - days
    return days, days if row["state"] == "done" else 0


def _notes(row: dict) -> str:
    return "\n".join(f"{word}: {row[column]}" for column, word in NOTES if row[column])


def _resources(root: Xml.Element, capacity: Mapping[str, int]) -> dict[str, int]:
    box = Xml.SubElement(root, "Resources")
    for k, (name, units) in enumerate(capacity.items(), start=1):
        _add(
            Xml.SubElement(box, "Resource"), ("UID", k), ("ID", k), ("Name", _resource_name(name)), ("Type", 1),
            ("IsNull", 0), ("Initials", name), ("Code", name), ("MaxUnits", f"{units:.2f}"),
            ("CalendarUID", FIRST_RESOURCE_CALENDAR + k - 1),
        )  # fmt: skip
    return {name: k for k, name in enumerate(capacity, start=1)}


def _assignments(root: Xml.Element, rows: list[dict], uids: dict[str, int], resources: dict[str, int]) -> None:
    box = Xml.SubElement(root, "Assignments")
    wanted = [
        (row, *part.split("=", 1)) for row in sorted(rows, key=lambda r: uids[r["task_id"]])
        for part in _items(row["resources"])
    ]  # fmt: skip
    for k, (row, name, units) in enumerate(wanted, start=1):
        work = _hours(int(row["working_days"]) * int(units))
        _add(
            Xml.SubElement(box, "Assignment"), ("UID", k), ("TaskUID", uids[row["task_id"]]),
            ("ResourceUID", resources[name]), ("Finish", f"{row['finish']}T{CLOSE}"), ("RegularWork", work),
            ("RemainingWork", work), ("Start", f"{row['start']}T{OPEN}"), ("Units", f"{int(units):.2f}"),
            ("Work", work),
        )  # fmt: skip


def _resource_name(name: str) -> str:
    return RESOURCES[name][0] if name in RESOURCES else name


def _hours(days: int) -> str:
    return f"PT{HOURS * int(days)}H0M0S"


def _items(cell: object) -> list[str]:
    return [x for x in str(cell or "").split(";") if x]


def _day(value: str) -> date:
    return date.fromisoformat(value)
