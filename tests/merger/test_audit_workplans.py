"""Checks of the folder workplans: a sound folder passes, each damage is found by the right check."""

import zipfile
from dataclasses import replace

import pytest

from merger.audit.report import REGISTRY


@pytest.fixture
def case(small_case, write_plans, tmp_path):
    """The small plan with its work plans."""
    write_plans(small_case, tmp_path)
    return replace(small_case, path=tmp_path)


def run(check_id: str, case):
    return next(r for r in REGISTRY if r.id == check_id).run(case)


IDS = ("workplans-folder", "workplans-project", "workplans-calendars", "workplans-weekly")


@pytest.mark.parametrize("check_id", IDS)
def test_a_sound_folder_passes(case, check_id):
    """Four checks, with something to look at."""
    result = run(check_id, case)
    assert result.violations == ()
    assert result.detail[0] != "0"


def test_what_was_looked_at(case):
    """Nine tasks with five links; seven calendars, for one move has two owners and four tasks none."""
    assert run("workplans-project", case).detail == "9 tasks, 5 links"
    assert run("workplans-calendars", case).detail == "7 calendars, 10 events"


# Replacement in a file, and the beginning of what the check says.
BROKEN = [
    ("workplans-project", "project.xml", "<Name>Tập huấn</Name>", "<Name>Khác</Name>", "train: title_vi"),
    ("workplans-project", "project.xml", "<Value>settle</Value>", "<Value>other</Value>", "tasks of project.xml"),
    # 6 days of work become 7: the length differs, and the task ends later when computed again.
    ("workplans-project", "project.xml", "<Duration>PT48H0M0S", "<Duration>PT56H0M0S", "settle: computed again"),
    ("workplans-project", "project.xml", "<Deadline>2025-09-15", "<Deadline>2025-09-16", "settle: limit"),
    # A day of lag moves every task that has a predecessor, or would.
    ("workplans-project", "project.xml", "<LinkLag>0", "<LinkLag>4800", "move: predecessors"),
    ("workplans-project", "project.xml", "<Units>2.00", "<Units>1.00", "review: resources"),
    ("workplans-project", "project.xml", "<MaxUnits>", "<MaxUnits>9", "units of resources"),
    # Without days off, four days of work from 29 August end on 1 September.
    ("workplans-project", "project.xml", "<DayWorking>0", "<DayWorking>1", "review: computed again"),
    ("workplans-project", "project.xml", "<Value>UBND Phường Bình Hàn", "<Value>UBND Xã", "train: owner"),
    ("workplans-project", "project.xml", "<Milestone>1", "<Milestone>0", "d-event: fixed"),
    ("workplans-calendars", "calendars/so-tai-chinh.ics", "DTEND;VALUE=DATE:20250916", "DTEND;VALUE=DATE:20250917",
     "so-tai-chinh.ics: settle from"),
    ("workplans-calendars", "calendars/so-tai-chinh.ics", "SUMMARY:", "SUMMARY:x", "so-tai-chinh.ics: settle has the"),
    ("workplans-calendars", "calendars/so-tai-chinh.ics", "DATE-TIME:20250", "DATE-TIME:20260",
     "so-tai-chinh.ics: settle has no alarm"),
    ("workplans-calendars", "calendars/so-tai-chinh.ics", "UID:settle", "UID:train", "so-tai-chinh.ics: train"),
    ("workplans-calendars", "calendars/index.csv", "so-tai-chinh.ics,1", "so-tai-chinh.ics,2", "so-tai-chinh.ics: 1"),
    ("workplans-calendars", "calendars/index.csv", "so-tai-chinh.ics", "other.ics", "files that the index lacks"),
    ("workplans-calendars", "../timetable.ics", "DTSTART;VALUE=DATE:20250829", "DTSTART;VALUE=DATE:20250828",
     "timetable.ics: review from"),
]  # fmt: skip


@pytest.mark.parametrize("damage", BROKEN)
def test_damage_is_found(case, damage):
    """The check names the task or the file."""
    check_id, name, old, new, says = damage
    path = case.path / "workplans" / name
    text = path.read_bytes().decode("utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new).encode("utf-8"))
    found = run(check_id, case).violations
    assert any(v.startswith(says) for v in found), found


def test_a_missing_calendar_is_found(case):
    """A task that no calendar holds."""
    (case.path / "workplans" / "calendars" / "so-tai-chinh.ics").unlink()
    found = run("workplans-calendars", case).violations
    assert "settle: in 0 calendars, it has 1 owners" in found


def test_a_stray_file_is_found(case):
    """A list of persons does not belong there."""
    (case.path / "workplans" / "staff.csv").write_text("x", encoding="utf-8")
    assert run("workplans-folder", case).violations == ("workplans/staff.csv does not belong there",)


def test_a_task_that_no_list_names(case):
    """The weekly lists must name each task."""
    path = case.path / "workplans" / "weekly.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace("Tập huấn".encode(), b"x"))
    assert run("workplans-weekly", case).violations == ("tasks that no list names: Tập huấn",)
