"""Work plans of the bodies: who answers for what, calendars, weekly lists, the project file."""

from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from merger.tables import TABLES
from merger.workplans.bodies import bodies_of, slug
from merger.workplans.ics import Issue, events_of, write_calendars, write_ics
from merger.workplans.msproject import write_project
from merger.workplans.project_reader import read_project, recomputed
from merger.workplans.weekly import _tabs, listed_weeks, write_weekly

PLACE = "Hải Phòng"
UNITS = {"trucks": 6, "working_group": 3}


def tasks(*rows: dict) -> pd.DataFrame:
    """A timetable of some rows."""
    blank = dict.fromkeys(TABLES["timetable"].columns, "")
    blank |= {"legal_late_days": 0, "target_late_days": 0, "slack_days": 3, "critical": False, "fixed": False}
    blank |= {"late_share": float("nan"), "kind": "move", "label": "proposed"}
    return pd.DataFrame([blank | {"title_vi": r["task_id"], "title_en": r["task_id"]} | r for r in rows])


@pytest.fixture
def table():
    """National Day and its eve are holidays: 29 August and 3 to 5 September are four working days."""
    return tasks(
        {"task_id": "day", "owner": "Quốc hội", "start": "2025-08-28", "finish": "2025-08-28", "working_days": 1,
         "fixed": True},
        {"task_id": "review", "owner": "Sở Nội vụ; Sở Tài chính", "start": "2025-08-29", "finish": "2025-09-05",
         "working_days": 4, "predecessors": "day", "resources": "working_group=2", "legal_limit": "2025-09-15",
         "target": "2025-09-08", "partner": "Sở Tư pháp", "place": "Bắc Sông Cấm"},
        {"task_id": "move", "owner": "Sở Nội vụ Hải Phòng", "start": "2025-09-13", "finish": "2025-09-14",
         "working_days": 2, "predecessors": "review;day", "lags": "review=2..10", "resources": "trucks=4",
         "target": "2025-09-10", "target_late_days": 2, "critical": True, "slack_days": 0},
        {"task_id": "centre", "owner": "Đảng ủy, UBND Xã An", "start": "2025-09-15", "finish": "2025-09-15",
         "working_days": 1},
        {"task_id": "hall", "owner": "UBND xã An", "start": "2025-09-16", "finish": "2025-09-16", "working_days": 1},
    )  # fmt: skip


def test_one_body_for_several_spellings(table):
    """Sở Nội vụ and Sở Nội vụ Hải Phòng are one; party and people's committee of a commune too; local ones last."""
    found = {b.name: (sorted(b.tasks["task_id"]), b.leads, b.local) for b in bodies_of(table, PLACE)}
    assert found == {
        "Sở Nội vụ Hải Phòng": (["move", "review"], ("review", "move"), False),
        "Quốc hội": (["day"], ("day",), False),
        "Sở Tài chính": (["review"], (), False),
        "Xã An": (["centre", "hall"], ("centre", "hall"), True),
    }


@pytest.mark.parametrize(
    ("owner", "name", "local"),
    [
        ("UBND thành phố Hải Phòng", "UBND thành phố Hải Phòng", False),
        ("UBND thành phố", "UBND thành phố", False),
        ("UBND thành phố Hải Dương", "Thành phố Hải Dương", True),
        ("UBND huyện An Lão", "Huyện An Lão", True),
        ("UBND 114 xã, phường, đặc khu", "UBND 114 xã, phường, đặc khu", False),
        ("Đảng ủy, UBND Đặc khu Cát Hải", "Đặc khu Cát Hải", True),
    ],
)
def test_local_bodies(owner, name, local):
    """Communes and former districts are local, the merged city is not."""
    row = tasks({"task_id": "x", "owner": owner, "start": "2025-09-15", "finish": "2025-09-15"})
    assert [(b.name, b.local) for b in bodies_of(row, PLACE)] == [(name, local)]


def test_a_task_without_owner_is_kept():
    """It stands under a body that says that nobody was told to do it."""
    lone = tasks({"task_id": "x", "owner": "", "start": "2025-09-15", "finish": "2025-09-15"})
    assert [(b.name, b.leads) for b in bodies_of(lone, PLACE)] == [("Chưa phân công", ("x",))]


@given(st.lists(st.text(min_size=1, max_size=90), max_size=12, unique=True))
def test_file_names_are_safe_and_unique(names):
    """Only a-z, 0-9 and hyphens, one file a body."""
    rows = [{"task_id": f"t{k}", "owner": n.replace(";", ","), "start": "2025-09-15", "finish": "2025-09-15"}
            for k, n in enumerate(names)]  # fmt: skip
    if rows:
        slugs = [b.slug for b in bodies_of(tasks(*rows), PLACE)]
        assert len(set(slugs)) == len(slugs)
        assert all(s and set(s) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for s in slugs)


def test_slug():
    """Vietnamese letters lose their marks; long names end at a whole word."""
    assert slug("Sở Y tế") == "so-y-te"
    assert slug("Đảng bộ UBND TP") == "dang-bo-ubnd-tp"
    assert slug("Ban Thường vụ Thành ủy Hải Phòng và Ban Thường vụ Tỉnh ủy Hải Dương").endswith("-tinh-uy")


def test_calendars_read_back(table, tmp_path):
    """One file a body, whole days, alarms 14 and 3 days before the law and 3 before the target at 8:00 in Viet Nam."""
    events = events_of(table, "vi", Issue(date(2025, 4, 14)))
    write_calendars(bodies_of(table, PLACE), events, tmp_path / "c")
    index = pd.read_csv(tmp_path / "c" / "index.csv")
    assert index["tasks"].tolist() == [2, 1, 1, 2]
    events = Calendar.from_ical((tmp_path / "c" / "so-noi-vu-hai-phong.ics").read_bytes()).walk("VEVENT")
    review = next(e for e in events if e["summary"] == "review")
    assert (review["dtstart"].dt, review["dtend"].dt) == (date(2025, 8, 29), date(2025, 9, 6))
    assert str(review["location"]) == "Bắc Sông Cấm"
    told = sorted(a["trigger"].dt for a in review.walk("VALARM"))
    assert [f"{d:%m-%d %H}" for d in told] == ["09-01 01", "09-05 01", "09-12 01"]
    assert all(isinstance(d, datetime) for d in told)


def test_a_new_plan_changes_events_and_does_not_double_them(table, tmp_path):
    """Same uids; a later status date gives a later stamp and a greater sequence."""
    start, found = date(2025, 4, 14), []
    for status in (None, date(2025, 6, 2), date(2025, 6, 9)):
        write_ics(table, tmp_path / "t.ics", issue=Issue.of(table, start, status))
        event = Calendar.from_ical((tmp_path / "t.ics").read_bytes()).walk("VEVENT")[0]
        found.append((str(event["uid"]), int(event["sequence"]), event["last-modified"].dt.date()))
    assert [u for u, *_ in found] == ["day@merger-planning"] * 3
    # 14 April to 2 June are 49 days, to 9 June 56.
    assert [s for _, s, _ in found] == [0, 50, 57]
    assert [d for *_, d in found] == [date(2025, 8, 28), date(2025, 6, 2), date(2025, 6, 9)]


def test_weeks_of_a_task():
    """From a Friday to the next Monday are two weeks; of a year-long task the ends and one week a month are listed."""
    assert listed_weeks(date(2025, 8, 29), date(2025, 9, 1)) == [date(2025, 8, 25), date(2025, 9, 1)]
    year = listed_weeks(date(2025, 1, 1), date(2025, 12, 31))
    assert (year[0], year[-1]) == (date(2024, 12, 30), date(2025, 12, 29))
    assert len(year) == 2 + 12


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)), st.integers(0, 900))
def test_listed_weeks_cover_both_ends(start, days):
    """Mondays in order, the first and last week of the task among them."""
    finish = date.fromordinal(start.toordinal() + days)
    weeks = listed_weeks(start, finish)
    assert weeks == sorted(set(weeks))
    assert {w.weekday() for w in weeks} == {0}
    assert weeks[0] <= start <= date.fromordinal(weeks[0].toordinal() + 6)
    assert weeks[-1] <= finish <= date.fromordinal(weeks[-1].toordinal() + 6)


def test_weekly_lists(table, small_case, tmp_path):
    """What begins, ends, by when, and what it still waits for; one sheet a city body, one for all local ones."""
    write_weekly(table, bodies_of(table, PLACE), small_case.inputs, tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    assert book.sheetnames == ["Tổng hợp", "Sở Nội vụ Hải Phòng", "Quốc hội", "Sở Tài chính", "Xã, phường, đặc khu"]
    sheet = book["Sở Nội vụ Hải Phòng"]
    heads = [c.value for c in sheet[2]]
    rows = [dict(zip(heads, (c.value for c in r), strict=True)) for r in sheet.iter_rows(min_row=4)]
    assert [(r["Tuần"], r["Công việc"], r["Trong tuần này"]) for r in rows] == [
        ("35/2025", "review", "bắt đầu"),
        ("36/2025", "review", "kết thúc"),
        ("37/2025", "move", "bắt đầu, kết thúc"),
    ]
    assert rows[0]["Phối hợp"] == "Sở Tài chính; Sở Tư pháp"
    # The target of 8 September is earlier than the limit of the 15th.
    assert (rows[0]["Thời hạn"], rows[0]["Loại thời hạn"]) == (datetime(2025, 9, 8), "mục tiêu")
    # In the week of 25 August the event of the 28th is still to come; a week later nothing is.
    assert rows[0][heads[15]] == "day (Quốc hội, xong 28/08/2025)"
    assert rows[1][heads[15]] is None
    assert (sheet.freeze_panes, sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("E4", "landscape", 9)
    assert sheet.auto_filter.ref == "A3:R6"
    local = book["Xã, phường, đặc khu"]
    assert [local.cell(r, 6).value for r in (4, 5)] == [None, None]  # no body is its own partner
    assert [local.cell(r, 3).value for r in (4, 5)] == ["Xã An", "Xã An"]


def test_names_of_sheets():
    """Whole words of at most 31 characters without marks that Excel refuses, none twice."""
    names = ["Sở Khoa học và Công nghệ Hải Phòng", "A/B", "Ban Thường vụ Thành ủy Hải Phòng và Tỉnh ủy", "a b"]
    assert _tabs(names, PLACE) == ["Sở Khoa học và Công nghệ", "A B", "Ban Thường vụ Thành ủy Hải", "a b 2"]


@pytest.fixture
def project(table, tmp_path):
    """The table written and read back, tasks by id."""
    path = tmp_path / "project.xml"
    write_project(table, bodies_of(table, PLACE), UNITS, path, title="Hợp nhất", made=date(2025, 4, 14))
    read = read_project(path)
    return read, {t.fields["Mã việc"]: t for t in read.tasks.values()}


def test_project_file_reads_back(project):
    """Days, length, links with lags, limits, constraints and assignments."""
    read, found = project
    review, move, day = found["review"], found["move"], found["day"]
    assert (review.start, review.finish, review.days) == (datetime(2025, 8, 29, 8), datetime(2025, 9, 5, 17), 4)
    assert (review.constraint, review.constraint_date) == (4, datetime(2025, 8, 29, 8))
    assert review.deadline == date(2025, 9, 15)  # the law before the target
    assert move.deadline == date(2025, 9, 10)
    assert (day.milestone, day.days, day.constraint) == (True, 0, 2)
    assert dict(move.links) == {review.uid: 2.0, day.uid: 0.0}
    assert move.fields["Khoảng cách giữa các việc"] == "review=2..10"
    assert read.assignments == {review.uid: {"working_group": 2.0}, move.uid: {"trucks": 4.0}}
    assert read.resources == {"trucks": 6.0, "working_group": 3.0}
    assert review.notes.startswith("Chủ trì: Sở Nội vụ; Sở Tài chính\nPhối hợp: Sở Tư pháp\nĐịa điểm: Bắc Sông Cấm")


def test_summary_rows_are_bodies(project):
    """City bodies that lead tasks, then one row with the local bodies below."""
    read, _ = project
    assert read.summaries == [
        ("0", "Hợp nhất"),
        ("1", "Sở Nội vụ Hải Phòng"),
        ("2", "Quốc hội"),
        ("3", "Xã, phường, đặc khu và cấp huyện cũ"),
        ("3.1", "Xã An"),
    ]


def test_calendars_of_the_project_know_the_holidays(project):
    """2 September 2025 is a day off; moves go on Saturdays and Sundays; events on any day."""
    read, _ = project
    working, weekend, every = (read.calendars[k] for k in ("1", "2", "3"))
    assert not working.works(date(2025, 9, 2))
    assert working.works(date(2025, 9, 3))
    assert weekend.works(date(2025, 9, 13))
    assert not weekend.works(date(2025, 9, 12))
    assert every.works(date(2025, 9, 2))


def test_a_program_that_computes_again_finds_the_same_dates(project):
    """From links, lags, calendars and constraints alone."""
    read, found = project
    again = {k: recomputed(read)[t.uid] for k, t in found.items()}
    assert again == {k: (t.start.date(), t.finish.date()) for k, t in found.items()}


def test_an_event_after_work_of_the_same_day_is_at_its_end(tmp_path):
    """Work of the day ends at 17:00; the event that needs it is then."""
    rows = tasks(
        {"task_id": "a", "owner": "Sở A", "start": "2025-09-15", "finish": "2025-09-15", "working_days": 1},
        {"task_id": "b", "owner": "Sở A", "start": "2025-09-15", "finish": "2025-09-15", "working_days": 1,
         "fixed": True, "predecessors": "a"},
    )  # fmt: skip
    write_project(rows, bodies_of(rows, PLACE), {}, tmp_path / "p.xml", title="x", made=date(2025, 4, 14))
    event = next(t for t in read_project(tmp_path / "p.xml").tasks.values() if t.milestone)
    assert event.start == datetime(2025, 9, 15, 17)


def test_equal_tables_give_equal_bytes(table, small_case, tmp_path):
    """Project file and workbook depend on the table alone."""
    bodies = bodies_of(table, PLACE)
    for name in ("a", "b"):
        write_project(table, bodies, UNITS, tmp_path / f"{name}.xml", title="x", made=date(2025, 4, 14))
        write_weekly(table, bodies, small_case.inputs, tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xml").read_bytes() == (tmp_path / "b.xml").read_bytes()
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
