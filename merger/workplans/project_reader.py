"""Reads a Microsoft Project XML file back. It shares nothing with the writer, so that it can check it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree as Xml

NS = {"p": "http://schemas.microsoft.com/project"}
DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)S")
FINISH_TO_START = "1"
LONGEST_PAUSE = 400  # days without work after which a calendar is taken for empty


@dataclass(frozen=True)
class Calendar:
    """Days of work: `week` holds those of the week (0 Monday), `odd` the single days that differ from it."""

    week: frozenset[int]
    odd: dict[date, bool]

    def works(self, day: date) -> bool:
        """Whether there is work on a day."""
        return self.odd.get(day, day.weekday() in self.week)

    def finish(self, start: date, days: int) -> date:
        """Last of `days` days of work from `start` on."""
        when = self.next(start)
        for _ in range(days - 1):
            when = self.next(when + timedelta(days=1))
        return when

    def next(self, day: date) -> date:
        """First day of work on or after a day."""
        for k in range(LONGEST_PAUSE):
            if self.works(day + timedelta(days=k)):
                return day + timedelta(days=k)
        raise ValueError(f"a calendar without a day of work from {day} on")


@dataclass(frozen=True)
class ProjectTask:
    """One row that is no summary; `fields` are its own fields by alias, `links` (uid of predecessor, lag in days)."""

    uid: str
    name: str
    start: datetime
    finish: datetime
    days: float
    milestone: bool
    critical: bool
    constraint: int
    constraint_date: datetime | None
    deadline: date | None
    calendar: str
    links: tuple[tuple[str, float], ...]
    fields: dict[str, str]
    notes: str


@dataclass(frozen=True)
class ProjectFile:
    """What a file holds: tasks, summaries (WBS, name), calendars by uid, units of resources, assignments."""

    tasks: dict[str, ProjectTask]
    summaries: list[tuple[str, str]]
    calendars: dict[str, Calendar]
    resources: dict[str, float]
    assignments: dict[str, dict[str, float]]


def read_project(path: Path) -> ProjectFile:
    """Read a file; tasks and assignments by uid of the task, resources by their code.

    Raises ValueError where a link is not finish-to-start or a duration is not in whole hours, minutes and seconds.
    """
    root = Xml.parse(path).getroot()
    hours = float(_text(root, "MinutesPerDay")) / 60
    alias = {
        _text(f, "FieldID"): _text(f, "Alias") for f in root.iterfind("p:ExtendedAttributes/p:ExtendedAttribute", NS)
    }
    rows = list(root.iterfind("p:Tasks/p:Task", NS))
    summaries = [(_text(r, "WBS"), _text(r, "Name")) for r in rows if _text(r, "Summary") == "1"]
    tasks = {_text(r, "UID"): _task(r, hours, alias) for r in rows if _text(r, "Summary") != "1"}
    resources = list(root.iterfind("p:Resources/p:Resource", NS))
    codes = {_text(r, "UID"): _text(r, "Code") for r in resources}
    assignments: dict[str, dict[str, float]] = {}
    for a in root.iterfind("p:Assignments/p:Assignment", NS):
        own = assignments.setdefault(_text(a, "TaskUID"), {})
        own[codes[_text(a, "ResourceUID")]] = float(_text(a, "Units"))
    return ProjectFile(
        tasks,
        summaries,
        {_text(c, "UID"): _calendar(c) for c in root.iterfind("p:Calendars/p:Calendar", NS)},
        {_text(r, "Code"): float(_text(r, "MaxUnits")) for r in resources},
        assignments,
    )


def recomputed(project: ProjectFile) -> dict[str, tuple[date, date]]:
    """First and last day of each task as a program finds them that starts all as early as links and constraints allow.

    Raises ValueError when links form a circle.
    """
    found: dict[str, tuple[date, date]] = {}
    waiting = dict(project.tasks)
    while waiting:
        ready = [t for t in waiting.values() if all(uid in found for uid, _ in t.links)]
        if not ready:
            raise ValueError(f"links form a circle among {sorted(waiting)[:5]}")
        for task in ready:
            found[task.uid] = _earliest(project, task, found)
            del waiting[task.uid]
    return found


def _earliest(project: ProjectFile, task: ProjectTask, found: dict[str, tuple[date, date]]) -> tuple[date, date]:
    if task.constraint == 2:  # must start on
        return task.constraint_date.date(), task.constraint_date.date()
    calendar = project.calendars[task.calendar]
    earliest = [task.constraint_date.date()] if task.constraint_date else []
    for uid, lag in task.links:
        before = project.tasks[uid]
        # After an event at the opening of a day, the day itself is left.
        opens = before.milestone and before.finish.time() < time(12)
        first = found[uid][1] + timedelta(days=0 if opens else 1)
        for _ in range(int(lag)):
            first = calendar.next(first) + timedelta(days=1)
        earliest.append(first)
    start = calendar.next(max(earliest))
    return start, calendar.finish(start, round(task.days))


def _task(row: Xml.Element, hours: float, alias: dict[str, str]) -> ProjectTask:
    links = []
    for link in row.iterfind("p:PredecessorLink", NS):
        if _text(link, "Type") != FINISH_TO_START:
            raise ValueError(f"task {_text(row, 'UID')}: a link that is not finish-to-start")
        links.append((_text(link, "PredecessorUID"), float(_text(link, "LinkLag")) / 10 / 60 / hours))
    found = DURATION.fullmatch(_text(row, "Duration"))
    if not found:
        raise ValueError(f"task {_text(row, 'UID')}: duration {_text(row, 'Duration')}")
    h, m, s = map(int, found.groups())
    limit = _text(row, "Deadline")
    moment = _text(row, "ConstraintDate")
    own = row.iterfind("p:ExtendedAttribute", NS)
    return ProjectTask(
        _text(row, "UID"),
        _text(row, "Name"),
        datetime.fromisoformat(_text(row, "Start")),
        datetime.fromisoformat(_text(row, "Finish")),
        (h + m / 60 + s / 3600) / hours,
        _text(row, "Milestone") == "1",
        _text(row, "Critical") == "1",
        int(_text(row, "ConstraintType")),
        datetime.fromisoformat(moment) if moment else None,
        datetime.fromisoformat(limit).date() if limit else None,
        _text(row, "CalendarUID"),
        tuple(links),
        {alias[_text(a, "FieldID")]: _text(a, "Value") for a in own},
        _text(row, "Notes"),
    )


def _calendar(node: Xml.Element) -> Calendar:
    """Days of the week (1 Sunday in the file), and single days from both forms in which the format has them."""
    week, odd = set(), {}
    for entry in (*node.iterfind("p:WeekDays/p:WeekDay", NS), *node.iterfind("p:Exceptions/p:Exception", NS)):
        kind, works = _text(entry, "DayType"), _text(entry, "DayWorking") == "1"
        if kind not in ("", "0"):
            week |= {(int(kind) + 5) % 7} if works else set()
            continue
        first, last = (
            datetime.fromisoformat(_text(entry.find("p:TimePeriod", NS), edge)).date()
            for edge in ("FromDate", "ToDate")
        )
        odd |= {first + timedelta(days=k): works for k in range((last - first).days + 1)}
    return Calendar(frozenset(week), odd)


def _text(node: Xml.Element | None, name: str) -> str:
    found = None if node is None else node.find(f"p:{name}", NS)
    return "" if found is None or found.text is None else found.text
