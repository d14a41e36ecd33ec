"""The task network and its timetable, on the shipped tables with a small organisation made by hand."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from merger.stages import timetable
from merger.stages.stage import InfeasibleError
from merger.timetabling.items import days_of_work
from merger.timetabling.task_types import task_types
from merger.timetabling.tasks import build_tasks, months_after
from merger.timetabling.unit_scopes import office_works
from solvers.problem import Stop

STOP = Stop(seconds=60, work=0.5)


@pytest.fixture(scope="module")
def frames():
    """Two agencies (one moves 100 persons), three communes, one shuttle, as earlier stages hand them on."""
    structure = pd.DataFrame(
        {
            "division_id": ["d1", "d2"],
            "new_agency_id": ["so-noi-vu-hai-phong-moi", "so-tu-phap-hai-phong-moi"],
            "staff": [100, 40],
            "site_before": ["hd-provincial-centre-old", "bac-song-cam"],
            "site_id": ["bac-song-cam", "bac-song-cam"],
        }
    )
    agencies = pd.DataFrame(
        {
            "new_agency_id": ["so-noi-vu-hai-phong-moi", "so-tu-phap-hai-phong-moi"],
            "new_agency": ["Sở Nội vụ Hải Phòng (mới)", "Sở Tư pháp Hải Phòng (mới)"],
            "new_agency_en": ["Department of Home Affairs", "Department of Justice"],
        }
    )
    units = pd.DataFrame(
        {
            "new_id": ["10516", "11311", "10606"],
            "new_name": ["Phường Hải Dương", "Phường Hồng Bàng", "Xã Nam Sách"],
            "seat_code": ["10516", "11311", "10606"],
            "members": ["10516;10525", "11311", "10606;10609;10612"],
            "n_members": [2, 1, 3],
            "population": [40_000, 90_000, 30_000],
        }
    )
    mandates = pd.DataFrame(
        {
            "mandate_id": ["jc-task-06", "x"],
            "successor_id": ["so-noi-vu-hai-phong-moi", "so-tu-phap-hai-phong-moi"],
            "successor": ["Sở Nội vụ Hải Phòng", "Sở Tư pháp Hải Phòng"],
        }
    )
    routes = pd.DataFrame(
        {
            "route_id": ["r1"],
            "name_vi": ["Hải Dương - Bắc Sông Cấm"],
            "mode": ["shuttle"],
            "riders": [30],
            "label": "proposed",
        }
    )
    return {
        "structure": structure,
        "new_agencies": agencies,
        "new_units": units,
        "mandates": mandates,
        "routes": routes,
    }


@pytest.fixture(scope="module")
def planner(geography):
    """The shipped tables, with 600 m of files in the division that moves."""
    divisions = pd.DataFrame({"division_id": ["d1", "d2"], "archive_m": [600.0, 90.0]})
    return replace(geography, divisions=divisions, synthetic=frozenset({"divisions"}))


@pytest.fixture(scope="module")
def tasks(planner, frames):
    """Tasks by id."""
    return {task.id: task for task in build_tasks(planner, frames)}


@pytest.fixture(scope="module")
def result(planner, frames):
    """The solved stage."""
    return timetable.run(planner, frames, STOP)


def test_types_name_only_what_exists(geography):
    """Every `after`, limit and release of task_types.csv and deadlines.csv exists."""
    types, steps = task_types(), set(geography.deadlines["deadline_id"])
    known = set(types["type"]) | steps | set(geography.programmes["programme_id"])
    for cell in [*types["after"], *geography.deadlines["after_ids"]]:
        assert {token for token in str(cell).split(";") if token} <= known
    for cell in [*types["legal"], *types["target"], *types["release"]]:
        token = cell.split("|")[-1]
        if token.startswith("months:"):
            assert token.removeprefix("months:") in geography.law
        elif token and token not in steps:
            date.fromisoformat(token)


def test_types_use_resources_that_the_scenario_has(geography):
    """No type asks for a resource that the options do not name."""
    groups = set(geography.scenario.timetable.working_groups)
    used = {token.partition("=")[0] for cell in task_types()["resources"] for token in cell.split(";") if token}
    assert used <= groups


def test_every_deadline_and_task_of_the_programmes_is_there(tasks, geography):
    """52 dated steps and the tasks of programmes.csv, each with an owner and titles."""
    wanted = set(geography.deadlines["deadline_id"])
    wanted |= set(geography.programmes.loc[geography.programmes["kind"].isin(["task", "programme"]), "programme_id"])
    assert wanted <= set(tasks)
    assert all(task.owner and task.title_vi and task.title_en for task in tasks.values())


def test_a_move_is_sized_by_persons_and_files(tasks):
    """100 desks / 20 + 0.2 x 600 m / 60 = 5 + 2 = 7 truck days: 4 trucks for one weekend."""
    move = tasks["agency.move:so-noi-vu-hai-phong-moi"]
    assert move.resources == (("trucks", 4),)
    assert (move.days, move.calendar) == (2, "weekend")
    assert move.label == "SYNTHETIC"


def test_nobody_moves_without_a_change_of_site(tasks):
    """The agency whose division stays has no move; its digitisation waits for the inventory."""
    assert "agency.move:so-tu-phap-hai-phong-moi" not in tasks
    assert tasks["agency.digitise:so-tu-phap-hai-phong-moi"].after == ("agency.archive:so-tu-phap-hai-phong-moi",)


def test_the_commune_waits_for_its_own_tasks(tasks):
    """The service centre follows the organisation of the same unit; districts wait for all their units."""
    assert tasks["unit.centre:10606"].after == ("unit.organisation:10606",)
    assert "unit.organisation:10606" in tasks["district.postings:Huyện Nam Sách"].after
    assert "unit.organisation:10516" not in tasks["district.postings:Huyện Nam Sách"].after


def test_limits_come_from_the_deadlines(tasks):
    """Conclusion 157 sets 15 August as the target, Resolution 76 sets 15 September as the limit of a move."""
    move = tasks["agency.move:so-noi-vu-hai-phong-moi"]
    assert (move.target, move.legal) == (date(2025, 8, 15), date(2025, 9, 15))
    assert move.deadline_id == "dl-2025-09-15-1"


def test_pay_protection_ends_after_the_months_of_the_law(tasks, planner):
    """Six months from 1 July 2025 end on 31 December 2025, whatever deadlines.csv says."""
    assert tasks["city.pay-review"].target == date(2025, 12, 31)
    assert months_after(date(2025, 8, 31), 6) == date(2026, 2, 27)  # a period from the 31st ends before the 28th
    assert months_after(date(2025, 7, 1), 60) == date(2030, 6, 30)


def test_the_successor_of_a_mandate_owns_its_task(tasks):
    """jc-task-06 names no leader, so the accountable successor answers; jc-task-15 keeps its leader."""
    assert tasks["jc-task-06"].owner == "Sở Nội vụ Hải Phòng"
    assert tasks["jc-task-15"].owner == "Tổ biên tập Báo cáo chính trị"


def test_office_works_follow_need(planner):
    """Of 114 units: 25 repairs, 8 new builds for the largest without a district seat, else renovation."""
    rows = [
        {"new_id": f"{k:03d}", "members": "10606" if k == 113 else "x", "population": 1_000.0 * k} for k in range(114)
    ]
    works = office_works(planner, rows)
    kinds = list(works.values())
    assert [kinds.count(f"unit.{k}") for k in ("repair", "renovate", "new-build")] == [25, 81, 8]
    assert works["113"] == "unit.repair"  # the largest of all, but in a former district seat
    assert works["112"] == "unit.new-build"
    assert works["000"] == "unit.repair"


@pytest.mark.parametrize(
    ("amount", "per_day", "shortest", "longest", "days"),
    [(100, 40, 2, 12, 3), (10, 40, 2, 12, 2), (1000, 40, 2, 12, 12), (7, 0, 5, 5, 5), (80, 40, 1, 0, 2)],
)
def test_days_of_work(amount, per_day, shortest, longest, days):
    """Rounded up, within the shortest and longest duration; 0 as the longest means no cap."""
    assert days_of_work(amount, per_day, shortest, longest) == days


def test_the_timetable_keeps_the_law(result):
    """On the small organisation all legal limits hold and nothing is late, which is the optimum: cost 0,
    bound 0."""
    figures = result.record.figures
    assert (figures["legal_late_days"], figures["target_late_days"]) == (0, 0)
    assert (result.record.status, result.record.objective, result.record.bound) == ("optimal", 0, 0)
    assert any("thời hạn theo luật" in finding.vi for finding in result.record.findings)


def test_moves_are_at_weekends_after_their_leaders_are_appointed(result):
    """The move lies on Saturday and Sunday, after the head is appointed, and set-up follows within four
    working days."""
    rows = result.tables["timetable"].set_index("task_id")
    move = rows.loc["agency.move:so-noi-vu-hai-phong-moi"]
    start, finish = date.fromisoformat(move["start"]), date.fromisoformat(move["finish"])
    assert (start.weekday(), finish.weekday()) == (5, 6)
    assert rows.at["agency.leaders:so-noi-vu-hai-phong-moi", "finish"] < move["start"]
    setup = date.fromisoformat(rows.at["agency.setup:so-noi-vu-hai-phong-moi", "start"])
    assert 1 <= (setup - finish).days <= 7


def test_events_keep_their_day(result, geography):
    """Every step that is an event runs on its own date, even on a Sunday."""
    rows = result.tables["timetable"].set_index("task_id")
    events = geography.deadlines[geography.deadlines["role"] == "event"]
    assert list(rows.loc[events["deadline_id"], "start"]) == list(events["date"])
    assert rows.loc[events["deadline_id"], "fixed"].all()


def test_too_few_trucks_make_moves_late_and_say_so(planner, frames):
    """With one truck, 7 truck days take 7 weekend days from 28 June, so the first body misses 30 June in a
    finding."""
    options = planner.scenario.timetable
    groups = {**options.working_groups, "trucks": 1}
    first, own = ("so-noi-vu-hai-phong-moi",), {"agency.move": "own"}  # a contractor would help out
    options = options.model_copy(update={"working_groups": groups, "first_to_move": first, "mode": own})
    scenario = planner.scenario.model_copy(update={"timetable": options})
    result = timetable.run(replace(planner, scenario=scenario), frames, STOP)
    row = result.tables["timetable"].set_index("task_id").loc["agency.move:so-noi-vu-hai-phong-moi"]
    # 28, 29 June, 5, 6, 12, 13, 19 July; late by the working days 1 to 18 July: 4 + 5 + 5.
    assert (row["start"], row["finish"], row["target_late_days"]) == ("2025-06-28", "2025-07-19", 14)
    assert any(finding.item == row.name for finding in result.record.findings)


def test_a_step_that_comes_too_late_for_an_event_is_infeasible(planner):
    """When the Government already passes the dossiers on 15 April, the council's vote cannot come before
    it."""
    deadlines = planner.deadlines.copy()
    deadlines.loc[deadlines["deadline_id"] == "dl-2025-05-09-1", "date"] = "2025-04-15"
    with pytest.raises(InfeasibleError, match=r"dl-2025-05-09-1\) is fixed on 2025-04-15; before it"):
        timetable.run(replace(planner, deadlines=deadlines), {}, STOP)


def test_a_scenario_without_earlier_stages_has_a_timetable(planner):
    """Deadlines, programmes and systems are scheduled even when no table of another stage is there."""
    table = timetable.run(planner, {}, STOP).tables["timetable"]
    assert not table["task_id"].str.startswith(("agency.", "unit.", "district.")).any()
    assert (table["task_id"].str.startswith("system.")).sum() == 6 * 12
