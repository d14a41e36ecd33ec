"""Days of work: Vietnamese working days and weekends, and the timetable as an iCalendar file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import holidays
import numpy as np
import pandas as pd
from icalendar import Calendar, Event

from merger import tables


@dataclass(frozen=True)
class WorkCalendar:
    """Days from `origin` to `last`, numbered from 0, split into working days and weekend days for moves.

    Working days are Monday to Friday without public holidays, and the Saturdays worked in their place.
    Weekend days are the other Saturdays and Sundays that are not public holidays.
    """

    origin: date
    last: date

    @cached_property
    def public_holidays(self) -> holidays.HolidayBase:
        """Vietnamese public holidays, with days moved by decision of the Government as far as they are
        known."""
        years = range(self.origin.year, self.last.year + 1)
        return holidays.country_holidays("VN", years=years, language="vi")

    def number(self, day: date) -> int:
        """Number of a day; days before the origin are negative."""
        return (day - self.origin).days

    def day(self, number: int) -> date:
        """Day of a number."""
        return self.origin + timedelta(days=int(number))

    def is_working(self, day: date) -> bool:
        """Whether offices work on the day."""
        if day in self.public_holidays.weekend_workdays:
            return True
        return day.weekday() < 5 and day not in self.public_holidays

    @cached_property
    def working(self) -> np.ndarray:
        """Numbers of all working days."""
        return self._numbers(self.is_working)

    @cached_property
    def weekend(self) -> np.ndarray:
        """Numbers of all days off on which furniture and files can be moved."""
        return self._numbers(lambda d: d.weekday() >= 5 and not self.is_working(d) and d not in self.public_holidays)

    def weekend_starts(self, days: int, first: int) -> tuple[int, ...]:
        """Days from `first` on where a move of `days` weekend days may begin: so that it crosses no working
        week.

        A move of one day may be on any weekend day; a longer one begins on the first day of a weekend.
        """
        weekend = self.weekend
        if days == 1:
            return tuple(int(d) for d in weekend if d >= first)
        opens = np.concatenate([[True], np.diff(weekend) > 1])
        return tuple(int(d) for d, o in zip(weekend, opens, strict=True) if o and d >= first)

    def working_days_between(self, first: date, last: date) -> int:
        """Number of working days from first to last, both included."""
        low, high = np.searchsorted(self.working, [self.number(first), self.number(last) + 1])
        return int(high - low)

    def _numbers(self, keep) -> np.ndarray:
        total = (self.last - self.origin).days + 1
        return np.array([k for k in range(total) if keep(self.day(k))], dtype=np.int64)


SHOWN = 5  # predecessors named in an event
TEXT = {
    "vi": {
        "name": "Tiến độ sắp xếp",
        "owner": "Cơ quan chủ trì",
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
        "legal_limit": "Legal limit",
        "target": "Target",
        "slack": "Slack (working days)",
        "after": "After",
        "more": "and {n} more",
        "label": "Basis",
        "late": "Late (working days)",
    },
}


def write_ics(timetable: pd.DataFrame, path: Path, lang: str = "vi", stamp: date | None = None) -> None:
    """Write the timetable as whole-day events, one a task, in the order of the table.

    `timetable` has the columns of `merger.tables`. The file depends on its arguments alone: `stamp` (by
    default the first start) stands for the time of writing, and uids come from the task ids.
    """
    tables.conform("timetable", timetable)
    words = TEXT[lang]
    calendar = Calendar()
    calendar.add("prodid", "-//merger-planning//timetable//" + lang.upper())
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", words["name"])
    rows = timetable.to_dict("records")
    first = stamp or min((_date(r["start"]) for r in rows), default=date(2025, 1, 1))
    written = datetime(first.year, first.month, first.day, tzinfo=UTC)
    titles = {row["task_id"]: row["title_vi" if lang == "vi" else "title_en"] for row in rows}
    for row in rows:
        calendar.add_component(_event(row, titles, words, written))
    part = path.with_name(path.name + ".part")
    part.write_bytes(calendar.to_ical())
    os.replace(part, path)


def _event(row: dict, titles: dict[str, str], words: dict[str, str], written: datetime) -> Event:
    event = Event()
    event.add("uid", f"{row['task_id']}@merger-planning")
    event.add("dtstamp", written)
    event.add("dtstart", _date(row["start"]))
    event.add("dtend", _date(row["finish"]) + timedelta(days=1))
    event.add("summary", titles[row["task_id"]])
    event.add("description", "\n".join(_lines(row, titles, words)))
    event.add("categories", [str(row["kind"])])
    event.add("transp", "TRANSPARENT")
    if row["critical"] is True or str(row["critical"]) == "True":
        event.add("priority", 1)
    return event


def _lines(row: dict, titles: dict[str, str], words: dict[str, str]) -> Iterable[str]:
    yield f"{words['owner']}: {row['owner']}"
    for word in ("legal_limit", "target"):
        if pd.notna(row[word]) and row[word] != "":
            yield f"{words[word]}: {row[word]}"
    if pd.notna(row["predecessors"]) and row["predecessors"]:
        before = str(row["predecessors"]).split(";")
        told = [titles.get(key, key) for key in before[:SHOWN]]
        if len(before) > SHOWN:
            told.append(words["more"].format(n=len(before) - SHOWN))
        yield f"{words['after']}: {'; '.join(told)}"
    late = max(int(row["legal_late_days"] or 0), int(row["target_late_days"] or 0))
    yield f"{words['late']}: {late}" if late else f"{words['slack']}: {int(row['slack_days'] or 0)}"
    yield f"{words['label']}: {row['label']}"


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))
