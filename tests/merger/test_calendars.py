"""Working days with Vietnamese holidays, weekends for moves, and the iCalendar file."""

from datetime import date

import pandas as pd
import pytest
from icalendar import Calendar

from merger.tables import TABLES
from merger.timetabling.calendars import WorkCalendar
from merger.workplans.ics import write_ics

APRIL = WorkCalendar(date(2025, 4, 21), date(2025, 5, 11))


def test_public_holidays_are_no_working_days():
    """30 April, 1 May and the bridge day 2 May 2025 are off, and the Saturday 26 April is worked instead."""
    assert not APRIL.is_working(date(2025, 4, 30))
    assert not APRIL.is_working(date(2025, 5, 1))
    assert not APRIL.is_working(date(2025, 5, 2))
    assert APRIL.is_working(date(2025, 4, 26))


def test_working_days_of_three_weeks():
    """21 April to 11 May 2025: 15 weekdays - 3 holidays + 1 Saturday worked = 13."""
    assert len(APRIL.working) == 13
    assert APRIL.working_days_between(date(2025, 4, 28), date(2025, 5, 5)) == 3  # 28, 29 April and 5 May


def test_weekends_leave_out_saturdays_that_are_worked():
    """Of the six weekend days, 26 April is a day of work; no day is on both calendars."""
    weekend = [APRIL.day(n) for n in APRIL.weekend]
    assert weekend == [
        date(2025, 4, 27),
        date(2025, 5, 3),
        date(2025, 5, 4),
        date(2025, 5, 10),
        date(2025, 5, 11),
    ]
    assert not set(APRIL.working) & set(APRIL.weekend)


def test_long_moves_start_with_the_weekend():
    """A move of two days starts on Saturday (27 April opens its weekend, as the 26th is worked); one day, any
    day."""
    first = APRIL.number(date(2025, 4, 25))
    assert [APRIL.day(n) for n in APRIL.weekend_starts(2, first)] == [
        date(2025, 4, 27),
        date(2025, 5, 3),
        date(2025, 5, 10),
    ]
    assert len(APRIL.weekend_starts(1, first)) == 5


def test_numbers_and_days_are_inverse():
    """A day has the same number back, also before the origin."""
    assert APRIL.day(APRIL.number(date(2025, 1, 1))) == date(2025, 1, 1)
    assert APRIL.number(date(2025, 4, 20)) == -1


@pytest.fixture
def timetable():
    """Two tasks, the second after the first."""
    row = dict.fromkeys(TABLES["timetable"].columns, "")
    common = {"legal_late_days": 0, "target_late_days": 0, "slack_days": 3, "critical": False, "fixed": False}
    one = {"task_id": "a", "title_vi": "Kiểm kê hồ sơ", "title_en": "Inventory", "owner": "Sở Nội vụ"}
    two = {"task_id": "b", "title_vi": "Di chuyển trụ sở", "title_en": "Move", "owner": "Sở Xây dựng"}
    return pd.DataFrame(
        [
            row | common | one | {"start": "2025-06-23", "finish": "2025-06-27"},
            row | common | two | {"start": "2025-06-28", "finish": "2025-06-29", "predecessors": "a", "critical": True},
        ]
    )


def test_calendar_file_reads_back(timetable, tmp_path):
    """Each task is a whole-day event whose end is the day after the finish; predecessors appear by title."""
    write_ics(timetable, tmp_path / "t.ics", "vi")
    events = Calendar.from_ical((tmp_path / "t.ics").read_bytes()).walk("VEVENT")
    assert [str(e["summary"]) for e in events] == ["Kiểm kê hồ sơ", "Di chuyển trụ sở"]
    assert events[1]["dtstart"].dt == date(2025, 6, 28)
    assert events[1]["dtend"].dt == date(2025, 6, 30)
    assert "Sau các việc: Kiểm kê hồ sơ" in str(events[1]["description"])
    assert int(events[1]["priority"]) == 1


def test_calendar_file_does_not_depend_on_the_day_of_writing(timetable, tmp_path):
    """Two writings of a table are byte-identical, and the stamp is the first start."""
    write_ics(timetable, tmp_path / "one.ics", "en")
    write_ics(timetable, tmp_path / "two.ics", "en")
    text = (tmp_path / "one.ics").read_bytes()
    assert text == (tmp_path / "two.ics").read_bytes()
    assert b"DTSTAMP:20250623T000000Z" in text


def test_calendar_file_refuses_another_table(timetable, tmp_path):
    """A missing column is an error before anything is written."""
    with pytest.raises(ValueError, match="owner"):
        write_ics(timetable.drop(columns="owner"), tmp_path / "t.ics")
    assert not list(tmp_path.iterdir())
