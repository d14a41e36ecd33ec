"""Checks of the folder `workplans`: the project file, the calendars and the weekly lists tell the table's tasks."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as Xml

import pandas as pd

from geodata.text import restored
from merger.audit.report import Case, Violations, check, filled, items, shown
from merger.audit.timing import days_of_work, is_working
from merger.plan import WORKPLANS
from merger.workplans.project_reader import ProjectFile, ProjectTask, read_project, recomputed

KNOWN = re.compile(r"gantt\.(vi|en)\.docx|weekly\.xlsx|project\.xml|calendars/(index\.csv|[a-z0-9-]+\.ics)")
UID = "@merger-planning"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WITH_ALARM = ("legal_limit", "target")


@check(
    "workplans-folder",
    "Thư mục workplans chỉ có tệp được phép",
    "The folder workplans holds known files alone",
    folder=True,
)
def folder(case: Case) -> Violations:
    """No stray file."""
    names = sorted(p.relative_to(_at(case)).as_posix() for p in _at(case).rglob("*") if p.is_file())
    for name in names:
        if not KNOWN.fullmatch(name):
            yield f"{WORKPLANS}/{name} does not belong there"
    return f"{len(names)} files"


@check(
    "workplans-project",
    "project.xml đọc lại khớp với tiến độ và tính lại ra cùng ngày",
    "project.xml reads back as the timetable and gives the same dates when computed again",
    "timetable",
    folder=True,
)
def project(case: Case) -> Violations:
    """Tasks, days, links, lags, limits, resources and owners; dates computed again from links and constraints."""
    path = _at(case) / "project.xml"
    if not path.exists():
        return "no project.xml"
    read = read_project(path)
    by_id = {t.fields.get("Mã việc", ""): t for t in read.tasks.values()}
    rows = _table(case)
    if differ := set(by_id) ^ set(rows):
        yield f"tasks of project.xml and of the timetable differ: {shown(differ)}"
    names = {t.uid: task for task, t in by_id.items()}
    again = recomputed(read)
    for task in sorted(set(by_id) & set(rows)):
        yield from _compared(rows[task], by_id[task], read, names)
        first, last = again[by_id[task].uid]
        if (first.isoformat(), last.isoformat()) != (rows[task]["start"], rows[task]["finish"]):
            yield f"{task}: computed again from project.xml it lies from {first} to {last}"
    groups = case.inputs.scenario.timetable.working_groups
    if read.resources != {name: float(units) for name, units in groups.items()}:
        yield "units of resources in project.xml are not those of the scenario"
    return f"{len(by_id)} tasks, {sum(len(t.links) for t in by_id.values())} links"


def _days(row: dict) -> int:
    """Days of work of a task from its first to its last day; the table has only those left of one that goes on."""
    if row["fixed"] or row["state"] != "begun":
        return 0 if row["fixed"] else int(row["working_days"])
    start, finish = (date.fromisoformat(row[c]) for c in ("start", "finish"))
    return max(int(row["working_days"]), len(days_of_work(start, finish, is_working(finish))))


def _compared(row: dict, task: ProjectTask, read: ProjectFile, names: dict[str, str]) -> Iterator[str]:
    """What a task says against its row."""
    least = {i: int(v.split("..")[0]) for i, v in (part.split("=") for part in items(row["lags"]))}
    limit = "" if row["fixed"] else row["legal_limit"] or row["target"]
    told = {
        "title_vi": (row["title_vi"], task.name),
        "start": (row["start"], task.start.date().isoformat()),
        "finish": (row["finish"], task.finish.date().isoformat()),
        "working_days": (_days(row), task.days),
        "fixed": (bool(row["fixed"]), task.milestone),
        "critical": (bool(row["critical"]), task.critical),
        "predecessors": (
            {(i, least.get(i, 0)) for i in items(row["predecessors"])},
            {(names.get(uid, uid), lag) for uid, lag in task.links},
        ),
        "resources": (
            {i: float(n) for i, n in (part.split("=") for part in items(row["resources"]))},
            read.assignments.get(task.uid, {}),
        ),
        "limit": (limit, task.deadline.isoformat() if task.deadline else ""),
    }
    alias = {"owner": "Chủ trì", "legal_limit": "Thời hạn theo luật", "target": "Mục tiêu", "partner": "Phối hợp"}
    told |= {c: (row[c], task.fields.get(name, "")) for c, name in alias.items()}
    for column, (wanted, found) in told.items():
        if wanted != found:
            yield f"{row['task_id']}: {column} is {wanted}, project.xml says {found}"


@check(
    "workplans-calendars",
    "Lịch của từng cơ quan khớp với tiến độ, nhắc trước thời hạn",
    "Calendars of the bodies agree with the timetable and remind before limits",
    "timetable",
    folder=True,
)
def calendars(case: Case) -> Violations:
    """Events of every file against the table; each task in the calendar of each owner; alarms before the limit."""
    at = _at(case) / "calendars"
    if not at.exists():
        return "no calendars"
    rows, seen = _table(case), dict.fromkeys(_table(case), 0)
    with (at / "index.csv").open(encoding="utf-8", newline="") as file:
        index = [{k: restored(v) for k, v in r.items()} for r in csv.DictReader(file)]
    files = {p.name for p in at.glob("*.ics")}
    if differ := files ^ {r["file"] for r in index}:
        yield f"files that the index lacks, or that are not there: {shown(differ)}"
    for entry in (r for r in index if r["file"] in files):
        events = list(_events(at / entry["file"]))
        if len(events) != int(entry["tasks"]):
            yield f"{entry['file']}: {len(events)} events, the index says {entry['tasks']}"
        for event in events:
            task = event["UID"][0].removesuffix(UID)
            if task not in rows:
                yield f"{entry['file']}: unknown task {task}"
                continue
            seen[task] += 1
            yield from (f"{entry['file']}: {fault}" for fault in _event_faults(event, rows[task]))
    yield from _uncovered(rows, seen)
    yield from _overall(case, rows)
    return f"{len(index)} calendars, {sum(seen.values())} events"


def _uncovered(rows: dict[str, dict], seen: dict[str, int]) -> Iterator[str]:
    for task, times in seen.items():
        owners = max(1, len({o.strip() for o in items(rows[task]["owner"])}))
        if not 1 <= times <= owners:
            yield f"{task}: in {times} calendars, it has {owners} owners"


def _overall(case: Case, rows: dict[str, dict]) -> Iterator[str]:
    path = case.path / "timetable.ics"
    events = list(_events(path)) if path.exists() else []
    for event in events:
        task = event.get("UID", [""])[0].removesuffix(UID)
        if task in rows:
            yield from (f"timetable.ics: {fault}" for fault in _event_faults(event, rows[task], alarms=False))
        else:
            yield f"timetable.ics: unknown task {task}"


def _event_faults(event: dict[str, list[str]], row: dict, *, alarms: bool = True) -> Iterator[str]:
    """Days and title of an event; an alarm before each limit, none after it."""
    start, end = (_date(event[name][0]) for name in ("DTSTART", "DTEND"))
    if (start.isoformat(), (end - timedelta(days=1)).isoformat()) != (row["start"], row["finish"]):
        yield f"{row['task_id']} from {start} to {end - timedelta(days=1)}, the timetable says {row['start']}"
    if event["SUMMARY"][0] != row["title_vi"]:
        yield f"{row['task_id']} has the title {event['SUMMARY'][0]}"
    limits = [] if row["fixed"] else [date.fromisoformat(row[c]) for c in WITH_ALARM if row[c]]
    told = [_date(v) for v in event.get("TRIGGER", [])]
    if alarms and limits and not all(any(a < limit for a in told) for limit in limits):
        yield f"{row['task_id']} has no alarm before a limit"


def _events(path: Path) -> Iterator[dict[str, list[str]]]:
    """Events of an iCalendar file: values by name, those of its alarms among them, text as it was before escaping."""
    lines = re.sub(r"\r?\n[ \t]", "", path.read_bytes().decode("utf-8")).splitlines()
    event: dict[str, list[str]] | None = None
    depth = 0
    for line in lines:
        name, _, value = line.partition(":")
        name = name.partition(";")[0]
        depth += (name == "BEGIN") - (name == "END")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT" and event is not None:
            yield event
            event = None
        elif event is not None and (depth == 2 or name == "TRIGGER"):
            event.setdefault(name, []).append(re.sub(r"\\([\\;,nN])", _plain, value))


def _plain(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]


def _date(value: str) -> date:
    return date.fromisoformat(f"{value[:4]}-{value[4:6]}-{value[6:8]}")


@check(
    "workplans-weekly",
    "weekly.xlsx có đủ các việc",
    "weekly.xlsx holds every task",
    "timetable",
    folder=True,
)
def weekly(case: Case) -> Violations:
    """Every title occurs in the texts of the workbook."""
    path = _at(case) / "weekly.xlsx"
    if not path.exists():
        return "no weekly.xlsx"
    with zipfile.ZipFile(path) as archive:
        root = Xml.fromstring(archive.read("xl/sharedStrings.xml"))
    texts = {"".join(t.text or "" for t in s.iter(f"{SHEET}t")) for s in root.iter(f"{SHEET}si")}
    titles = {str(r["title_vi"]) for r in _table(case).values()} - {""}
    if missing := titles - texts:
        yield f"tasks that no list names: {shown(missing)}"
    return f"{len(titles)} titles"


def _at(case: Case) -> Path:
    return case.path / WORKPLANS


def _table(case: Case) -> dict[str, dict]:
    """Rows of the timetable by task, empty cells as ""."""
    frame: pd.DataFrame = case.tables["timetable"]
    texts = frame.astype(object).where(frame.apply(filled), "")
    return {r["task_id"]: r for r in texts.to_dict("records")}
