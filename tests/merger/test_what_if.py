"""Slips, ways and days set by hand, progress made and the plan before, on a task network of five tasks."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from geodata.faults import InputError
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.problem import schedule_problem
from merger.timetabling.tasks import Task, Way
from merger.timetabling.what_if import changed_tasks, check_names
from solvers.problem import Stop
from solvers.schedule.check import check_schedule
from solvers.schedule.solve import solve_schedule

CALENDAR = WorkCalendar(date(2025, 1, 1), date(2027, 12, 31))


def task(key, days=2, **more):
    basic = {"title_vi": key, "title_en": key, "owner": "Sở Nội vụ", "kind": "staff", "origin": "plan"}
    return Task(id=key, days=days, **{**basic, **more})


TASKS = [
    task("dl-2025-06-30-1", 1, fixed=date(2025, 6, 30)),
    task("agency.audit:a", 4, resources=(("audit_team", 1),), ways=(Way("contractor", 3, 9_000_000),)),
    task("agency.audit:b", 4, resources=(("audit_team", 1),), ways=(Way("contractor", 3, 5_000_000),)),
    task("agency.seal:a", 2, after=("agency.audit:a",), within=(("agency.audit:a", 3),)),
    task("agency.move:a", 1, calendar="weekend", after=("agency.seal:a", "dl-2025-06-30-1")),
]


@pytest.fixture
def with_settings(geography):
    """Inputs with options of the timetable, a table of progress and a plan before."""

    def make(progress=(), before=(), **options):
        timetable = geography.scenario.timetable.model_copy(update=options)
        inputs = replace(geography, scenario=geography.scenario.model_copy(update={"timetable": timetable}))
        columns = ["task_id", "started", "finished", "days_left"]
        inputs.__dict__["progress"] = pd.DataFrame(progress, columns=columns, dtype=object)
        inputs.__dict__["timetable_before"] = pd.DataFrame(before, columns=["task_id", "start", "finish"], dtype=object)
        return inputs

    return make


def changed(inputs):
    return {t.id: t for t in changed_tasks(TASKS, inputs, CALENDAR)}


def test_nothing_set_changes_nothing(with_settings):
    assert list(changed(with_settings()).values()) == TASKS


def test_a_slip_is_for_one_task_or_a_whole_type(with_settings):
    """The contractor's days grow alike: 3 of 4 days become 6 of 8."""
    tasks = changed(with_settings(duration={"agency.audit": 8, "agency.audit:b": 5}))
    assert [tasks[f"agency.audit:{k}"].days for k in "ab"] == [8, 5]
    assert tasks["agency.audit:a"].ways[0].days == 6


def test_a_way_can_be_set(with_settings):
    tasks = changed(with_settings(mode={"agency.audit:a": "contractor", "agency.audit:b": "own"}))
    a, b = tasks["agency.audit:a"], tasks["agency.audit:b"]
    assert (a.days, a.mode, a.cost_vnd, a.resources, a.ways) == (3, "contractor", 9_000_000, (), ())
    assert (b.days, b.mode, b.ways) == (4, "own", ())


def test_all_that_does_not_fit_is_told_at_once(with_settings):
    inputs = with_settings(
        duration={"agency.adit": 3, "dl-2025-06-30-1": 2, "agency.seal": 0},
        mode={"agency.seal:a": "contractor"},
        not_before={"agency.move:z": date(2025, 7, 1)},
    )
    with pytest.raises(InputError) as error:
        changed(inputs)
    told = [str(f) for f in error.value.faults]
    assert len(told) == 5
    assert any("agency.adit" in t and "agency.audit" in t for t in told)
    with pytest.raises(InputError, match=r"agency\.adit") as error:
        check_names(inputs)
    assert len(error.value.faults) == 1  # of the others the type exists


def test_progress_makes_facts(with_settings):
    """Status on Wednesday, 2 July: a was done on Monday, b began on Monday (two of its four days are gone)."""
    progress = [
        ("agency.audit:a", "2025-06-25", "2025-06-30", None),
        ("agency.audit:b", "2025-06-30", "", None),
        ("agency.seal:a", "", "", None),
    ]
    before = [("agency.seal:a", "2025-07-01", "2025-07-02"), ("agency.move:a", "2025-07-05", "2025-07-05")]
    tasks = changed(with_settings(progress, before, status_date=date(2025, 7, 2)))
    a, b, seal = (tasks[k] for k in ("agency.audit:a", "agency.audit:b", "agency.seal:a"))
    assert (a.state, a.fixed, a.resources) == ("done", date(2025, 6, 30), ())
    assert (b.state, b.days, b.release, b.wanted) == ("begun", 2, date(2025, 7, 2), date(2025, 7, 2))
    # The largest lag after work that is done no longer holds the seal.
    assert (seal.release, seal.within, seal.wanted) == (date(2025, 7, 2), (), date(2025, 7, 1))
    inputs = with_settings(progress, before, status_date=date(2025, 7, 2))
    p = schedule_problem(list(tasks.values()), CALENDAR, inputs)
    s = solve_schedule(p, Stop(seconds=20, work=2))
    assert check_schedule(p, s) == []
    days = dict(
        zip(p.names, ((CALENDAR.day(x), CALENDAR.day(y)) for x, y in zip(s.start, s.finish, strict=True)), strict=True)
    )
    assert days["agency.audit:b"] == (date(2025, 7, 2), date(2025, 7, 3))
    assert days["agency.seal:a"] == (date(2025, 7, 2), date(2025, 7, 3))
    assert days["agency.move:a"] == (date(2025, 7, 5), date(2025, 7, 5))  # as before


def test_what_is_not_reported_went_as_planned(with_settings):
    """Status on 4 July. b was planned for 30 June to 3 July: done. a has not begun, so its seal has not either,
    although it was planned for 1 and 2 July; the move was planned for tomorrow."""
    before = [
        ("agency.audit:a", "2025-06-25", "2025-06-30"),
        ("agency.audit:b", "2025-06-30", "2025-07-03"),
        ("agency.seal:a", "2025-07-01", "2025-07-02"),
        ("agency.move:a", "2025-07-05", "2025-07-05"),
    ]
    tasks = changed(with_settings([("agency.audit:a", "", "", None)], before, status_date=date(2025, 7, 4)))
    assert {k: t.state for k, t in tasks.items() if t.state != "planned"} == {"agency.audit:b": "done"}
    assert tasks["agency.audit:b"].fixed == date(2025, 7, 3)
    # With nothing reported all of them went as planned.
    tasks = changed(with_settings([], before, status_date=date(2025, 7, 2)))
    assert {k: t.state for k, t in tasks.items()} == {
        "dl-2025-06-30-1": "planned",
        "agency.audit:a": "done",
        "agency.audit:b": "begun",
        "agency.seal:a": "begun",
        "agency.move:a": "planned",
    }
    assert (tasks["agency.audit:b"].days, tasks["agency.seal:a"].days) == (2, 1)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("agency.audit:x", "2025-06-25", "", None), "unknown task"),
        (("dl-2025-06-30-1", "2025-06-25", "", None), "event"),
        (("agency.audit:a", "2025-07-03", "", None), "after the status date"),
        (("agency.audit:a", "2025-06-25", "2025-06-24", None), "before the start"),
        (("agency.audit:a", "", "2025-06-24", None), "write its first day"),
    ],
)
def test_wrong_progress_is_refused(with_settings, row, words):
    with pytest.raises(InputError, match=words):
        changed(with_settings([row], status_date=date(2025, 7, 2)))


def test_progress_needs_its_day(with_settings):
    with pytest.raises(InputError, match="status_date"):
        changed(with_settings([("agency.audit:a", "2025-06-25", "", None)]))
