"""The timetable as iCalendar files (RFC 5545): one of all tasks, and one a body with alarms before its limits."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from icalendar import Alarm, Calendar, Event

from geodata.text import neutralise
from merger import tables
from merger.workplans.bodies import Body

INDEX = "index.csv"
ALARM = re.compile(rb"BEGIN:VALARM\r\n.*?END:VALARM\r\n", re.DOTALL)
# Days before a limit on which calendars of a body remind, and the hour in UTC: eight in Viet Nam.
LEGAL_ALARMS, TARGET_ALARMS, ALARM_HOUR = (14, 3), (3,), 1

SHOWN = 5  # predecessors named in an event
TEXT = {
    "vi": {
        "name": "Tiến độ sắp xếp",
        "owner": "Cơ quan chủ trì",
        "partner": "Phối hợp",
        "documents": "Tài liệu",
        "legal_limit": "Thời hạn theo luật",
        "target": "Mục tiêu",
        "slack": "Dự phòng (ngày làm việc)",
        "after": "Sau các việc",
        "more": "và {n} việc khác",
        "label": "Nguồn",
        "late": "Chậm so với thời hạn (ngày làm việc)",
    },
    "en": {
        "name": "Timetable of the merger",
        "owner": "Responsible",
        "partner": "With",
        "documents": "Documents",
        "legal_limit": "Legal limit",
        "target": "Target",
        "slack": "Slack (working days)",
        "after": "After",
        "more": "and {n} more",
        "label": "Basis",
        "late": "Late (working days)",
    },
}


@dataclass(frozen=True)
class Issue:
    """When the events were last decided: a new plan of the same tasks has a later day, so that programs update them.

    `sequence` is the revision number of RFC 5545: 0 for the first plan, then greater with every later status date.
    """

    day: date
    sequence: int = 0

    @classmethod
    def of(cls, timetable: pd.DataFrame, start: date, status: date | None) -> Issue:
        """The issue of a plan that starts on a day and was last re-planned on `status`, if at all."""
        if status is None:
            return cls(min((_date(v) for v in timetable["start"]), default=start))
        return cls(status, max(1, (status - start).days + 1))

    @property
    def moment(self) -> datetime:
        """Midnight UTC of the day."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)


def write_ics(
    timetable: pd.DataFrame,
    path: Path,
    lang: str = "vi",
    issue: Issue | None = None,
    events: Mapping[str, bytes] | None = None,
) -> None:
    """Write the timetable as whole-day events, one a task, in the order of the table; without alarms, it is for all.

    `timetable` has the columns of `merger.tables`. The file depends on its arguments alone: `issue` (by
    default the first start) stands for the time of writing, and uids come from the task ids, so that a later
    plan changes the events and does not double them. `events` may be given to save making them again.
    """
    tables.conform("timetable", timetable)
    issue = issue or Issue.of(timetable, date(2025, 1, 1), None)
    events = events_of(timetable, lang, issue) if events is None else events
    _write(path, TEXT[lang]["name"], (ALARM.sub(b"", e) for e in events.values()), lang)


def write_calendars(bodies: list[Body], events: Mapping[str, bytes], folder: Path, lang: str = "vi") -> None:
    """Write one calendar a body into an empty folder, with alarms before limits, and the list of the files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with (folder / INDEX).open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("owner", "file", "tasks"))
        for body in bodies:
            name = f"{body.slug}.ics"
            rows.writerow((neutralise(body.name), name, len(body.tasks)))
            own = (events[i] for i in body.tasks["task_id"])
            _write(folder / name, f"{TEXT[lang]['name']}: {body.name}", own, lang)


def _write(path: Path, name: str, events: Iterable[bytes], lang: str) -> None:
    calendar = Calendar()
    calendar.add("prodid", "-//merger-planning//timetable//" + lang.upper())
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    end = b"END:VCALENDAR\r\n"
    part = path.with_name(path.name + ".part")
    part.write_bytes(calendar.to_ical().removesuffix(end) + b"".join(events) + end)
    os.replace(part, path)


def events_of(timetable: pd.DataFrame, lang: str, issue: Issue) -> dict[str, bytes]:
    """Events by task id with their alarms, as bytes: several calendars hold the same ones."""
    words = TEXT[lang]
    rows = timetable.to_dict("records")
    titles = {row["task_id"]: row["title_vi" if lang == "vi" else "title_en"] for row in rows}
    return {row["task_id"]: _event(row, titles, words, issue).to_ical() for row in rows}


def _event(row: dict, titles: dict[str, str], words: dict[str, str], issue: Issue) -> Event:
    event = Event()
    event.add("uid", f"{row['task_id']}@merger-planning")
    event.add("dtstamp", issue.moment)
    event.add("last-modified", issue.moment)
    event.add("sequence", issue.sequence)
    event.add("dtstart", _date(row["start"]))
    event.add("dtend", _date(row["finish"]) + timedelta(days=1))
    event.add("summary", titles[row["task_id"]])
    event.add("description", "\n".join(_lines(row, titles, words)))
    if _filled(row["place"]):
        event.add("location", row["place"])
    event.add("categories", [str(row["kind"])])
    event.add("transp", "TRANSPARENT")
    if row["critical"] is True or str(row["critical"]) == "True":
        event.add("priority", 1)
    if str(row["fixed"]) != "True":
        for alarm in _alarms(row, titles[row["task_id"]], words):
            event.add_component(alarm)
    return event


def _alarms(row: dict, title: str, words: dict[str, str]) -> Iterable[Alarm]:
    """Reminders on the morning of some days before each limit."""
    for column, days in (("legal_limit", LEGAL_ALARMS), ("target", TARGET_ALARMS)):
        if not _filled(row[column]):
            continue
        limit = _date(row[column])
        for before in days:
            when = limit - timedelta(days=before)
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            moment = datetime(when.year, when.month, when.day, ALARM_HOUR, tzinfo=UTC)
            alarm.add("trigger", moment, parameters={"VALUE": "DATE-TIME"})  # without it, a duration
            alarm.add("description", f"{words[column]} {limit:%d/%m/%Y}: {title}")
            yield alarm


def _lines(row: dict, titles: dict[str, str], words: dict[str, str]) -> Iterable[str]:
    yield f"{words['owner']}: {row['owner']}"
    for word in ("partner", "documents"):
        if _filled(row[word]):
            yield f"{words[word]}: {row[word]}"
    for word in ("legal_limit", "target"):
        if _filled(row[word]):
            yield f"{words[word]}: {_date(row[word]):%d/%m/%Y}"
    if _filled(row["predecessors"]):
        before = str(row["predecessors"]).split(";")
        told = [titles.get(key, key) for key in before[:SHOWN]]
        if len(before) > SHOWN:
            told.append(words["more"].format(n=len(before) - SHOWN))
        yield f"{words['after']}: {'; '.join(told)}"
    late = max(int(row["legal_late_days"] or 0), int(row["target_late_days"] or 0))
    yield f"{words['late']}: {late}" if late else f"{words['slack']}: {int(row['slack_days'] or 0)}"
    yield f"{words['label']}: {row['label']}"


def _filled(cell: object) -> bool:
    return bool(pd.notna(cell)) and cell != ""


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))
