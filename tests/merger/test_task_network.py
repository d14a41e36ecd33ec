"""The task network of the shipped case: all dates and programmes, one lead body a task, handovers, councils, lags."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.stages.timetable import _lags
from merger.timetabling.bodies import bodies_in, lead_and_partners, names_of_bodies
from merger.timetabling.problem import schedule_problem, work_calendar
from merger.timetabling.task import Way
from merger.timetabling.task_types import days_after, documents_handed_over, task_types
from merger.timetabling.tasks import COUNCIL, PROGRAMME_KINDS, build_tasks
from scenarios.schema import Sitting

HOME, LAW, ZONE = "so-noi-vu-hai-phong-moi", "so-tu-phap-hai-phong-moi", "dang-bo-ubnd-tp"
NAMES = {HOME: "Sở Nội vụ Hải Phòng (mới)", LAW: "Sở Tư pháp Hải Phòng (mới)", ZONE: "Đảng bộ UBND TP"}


@pytest.fixture(scope="module")
def frames(geography):
    """Two agencies, of which one moves; one commune of each kind of district; every programme with a successor."""
    rows = geography.programmes[geography.programmes["kind"] != "body"]
    successors = [(HOME, LAW, ZONE)[k % 3] for k in range(len(rows))]
    return {
        "structure": pd.DataFrame(
            {
                "division_id": ["d1", "d2"],
                "new_agency_id": [HOME, LAW],
                "staff": [100, 40],
                "site_before": ["hd-provincial-centre-old", "bac-song-cam"],
                "site_id": ["bac-song-cam", "bac-song-cam"],
            }
        ),
        "new_agencies": pd.DataFrame(
            {
                "new_agency_id": [HOME, LAW],
                "new_agency": [NAMES[HOME], NAMES[LAW]],
                "new_agency_en": ["Department of Home Affairs", "Department of Justice"],
                "kind": "department",
                "predecessors": ["so-noi-vu-hai-duong;so-noi-vu-hai-phong", "so-tu-phap-hai-duong"],
            }
        ),
        "new_units": pd.DataFrame(
            {
                "new_id": ["10516", "11311"],
                "new_name": ["Phường Hải Dương", "Phường Hồng Bàng"],
                "seat_code": ["10516", "11311"],
                "members": ["10516;10525", "11311"],
                "n_members": [2, 1],
                "population": [40_000, 90_000],
            }
        ),
        "mandates": pd.DataFrame(
            {
                "mandate_id": [*rows["programme_id"], "function-of-its-own"],
                "title_vi": [*rows["title_vi"], "Chức năng"],
                "title_en": [*rows["title"], "function"],
                "holders_before": "so-noi-vu-hai-duong;so-noi-vu-hai-phong",
                "successor_id": [*successors, HOME],
                "successor": [NAMES[s] for s in [*successors, HOME]],
            }
        ),
    }


@pytest.fixture(scope="module")
def planner(geography):
    """The shipped tables, with files in the divisions of the two agencies."""
    divisions = pd.DataFrame({"division_id": ["d1", "d2"], "archive_m": [600.0, 90.0]})
    return replace(geography, divisions=divisions)


@pytest.fixture(scope="module")
def tasks(planner, frames):
    """Tasks by id."""
    return {task.id: task for task in build_tasks(planner, frames)}


def test_every_dated_step_and_programme_is_there_with_its_role(tasks, geography):
    """An event keeps its day, a legal step and a target have the date as that limit and as no other."""
    for row in geography.deadlines.to_dict("records"):
        task = tasks[row["deadline_id"]]
        limits = {"event": task.fixed, "legal": task.legal, "target": task.target}
        assert limits.pop(row["role"]) == date.fromisoformat(str(row["date"]))
        assert set(limits.values()) == {None}
    rows = geography.programmes[geography.programmes["kind"].isin(PROGRAMME_KINDS)]
    assert set(rows["programme_id"]) <= set(tasks)


@pytest.mark.parametrize(
    ("key", "day", "role"),
    [
        ("dl-2025-06-15-1", "2025-06-15", "target"),  # political report, second draft
        ("dl-2025-08-31-1", "2025-08-31", "target"),  # comments
        ("dl-2025-09-30-1", "2025-09-30", "target"),  # papers of the congress
        ("dl-2025-07-10-1", "2025-07-10", "target"),  # project of the agencies
        ("dl-2025-07-15-1", "2025-07-15", "target"),  # commune bodies
        ("city.commune-report", "2025-08-15", "legal"),
        ("unit.party:10516", "2025-08-15", "legal"),
        ("dl-2025-08-15-1", "2025-08-15", "target"),  # province bodies
        ("dl-2025-09-15-1", "2025-09-15", "legal"),
        ("dl-2026-03-15-1", "2026-03-15", "fixed"),  # benefits halve
        ("dl-2026-06-12-1", "2026-06-12", "fixed"),
        ("dl-2026-06-16-1", "2026-06-16", "fixed"),
        ("city.benefits-7a", "2026-03-15", "target"),
        ("city.benefits-province", "2026-06-12", "target"),
        ("city.benefits-commune", "2026-06-16", "target"),
        ("surplus.2025", "2025-12-31", "target"),
        ("surplus.2028", "2028-12-31", "target"),
        ("dl-2030-06-12-1", "2030-06-12", "legal"),  # numbers and deputies at the rule
        ("dl-2030-06-16-1", "2030-06-16", "legal"),
    ],
)
def test_the_dates_of_the_issue(tasks, key, day, role):
    """Dates that the law or the joint conference names, each in its role."""
    assert getattr(tasks[key], role) == date.fromisoformat(day)


def test_the_steps_follow_one_another(tasks):
    """Consultation, votes, dossiers, Government, Assembly; report, comments, papers, congress; appointments first."""
    chains = [
        ("city.consultation", "dl-2025-04-28-1", "dl-2025-05-01-1", "dl-2025-05-09-1", "dl-2025-05-30-1"),
        ("dl-2025-05-30-1", "dl-2025-06-12-1", "dl-2025-06-16-1", "dl-2025-06-30-1", "dl-2025-07-01-1"),
        ("jc-task-15", "dl-2025-06-15-1", "jc-task-16", "dl-2025-08-31-1", "jc-task-17", "dl-2025-09-26-1"),
        ("agency.decision", "agency.leaders", "agency.seal"),
        ("unit.party", "unit.organisation", "unit.seal", "unit.account"),
        ("district.inventory", "district.audit", "district.handover"),
        ("system.data", "system.migrate", "system.test", "system.rehearsal", "system.cutover"),
    ]
    item = {"agency": f":{HOME}", "unit": ":10516", "district": ":Thành phố Hải Dương", "system": ":portal"}
    for chain in chains:
        ids = [key + item.get(key.split(".")[0], "") for key in chain]
        for before, after in pairwise(ids):
            assert before in tasks[after].after, (before, after)


def test_predecessors_exist_and_have_no_cycle(tasks, planner):
    """The solver's problem, which refuses unknown tasks and cycles, can be built, and its order has every task."""
    assert all(set(task.after) <= set(tasks) for task in tasks.values())
    problem = schedule_problem(list(tasks.values()), work_calendar(planner), planner)
    assert len(problem.order) == len(tasks)


def test_every_task_says_who_where_and_on_what(tasks):
    """One lead body and titles in both languages everywhere; partners, place and documents for all but dated steps."""
    for task in tasks.values():
        assert all((task.owner, task.title_vi, task.title_en)), task.id
        assert ";" not in task.owner
        words = (task.owner, task.partner, task.place, task.documents, task.title_vi, task.title_en)
        assert not any("{" in word or "nan" in word.split() for word in words)
        assert task.owner not in task.partner.split("; ")
        if task.origin != "deadline":
            assert all((task.partner, task.place, task.documents)), task.id


def test_bodies_are_written_in_one_way(tasks):
    """Owners are names of the list, or bodies of a commune or district; none is a short or a foreign form of one."""
    known = names_of_bodies()
    local = ("UBND phường ", "UBND xã ", "UBND huyện ", "UBND quận ", "UBND thành phố ", "UBND thị xã ", "Đảng ủy ")
    for owner in {task.owner for task in tasks.values()}:
        assert known.get(owner, (owner,)) == (owner,)
        assert owner in known or owner.startswith(local), owner


def test_lead_and_partners():
    """ "UBND hai bên" stands for two bodies: the first leads, the other takes part; nobody is named twice."""
    lead, partner = lead_and_partners("UBND hai bên", ["Sở Nội vụ; UBND tỉnh Hải Dương", "Sở Nội vụ Hải Phòng (mới)"])
    assert (lead, partner) == ("UBND thành phố Hải Phòng", "UBND tỉnh Hải Dương; Sở Nội vụ Hải Phòng")
    assert lead_and_partners("Cơ quan lạ") == ("Cơ quan lạ", "")


@given(st.lists(st.sampled_from(sorted(names_of_bodies())), max_size=6))
def test_naming_bodies_again_changes_nothing(names):
    """The names found are written in the one way, so finding them again gives the same."""
    found = bodies_in("; ".join(names))
    assert bodies_in("; ".join(found)) == found
    assert len(set(found)) == len(found)


def test_each_mandate_of_the_three_documents_is_handed_over_once(tasks, frames):
    """r05, r7 and jc: one task a mandate, by its successor, after the leaders of the successor's own agency."""
    assert documents_handed_over() == {"jc", "r05", "r7"}
    wanted = {
        key: name
        for key, name in zip(frames["mandates"]["mandate_id"], frames["mandates"]["successor"], strict=True)
        if key.split("-")[0] in ("jc", "r05", "r7")
    }
    handed = [task for task in tasks.values() if task.id.startswith("mandate.")]
    assert sorted(task.id.split(":")[1] for task in handed) == sorted(wanted)
    for task in handed:
        key = task.id.split(":")[1]
        assert [task.owner] == bodies_in(wanted[key])
        assert "Sở Nội vụ Hải Dương" in task.partner.split("; ")
    assert tasks["mandate.r7:r7"].title_vi.count("Nghị quyết số 7/NQ-CP") >= 1
    for task in handed:
        leaders = [i for i in task.after if i.startswith("agency.leaders:")]
        agencies = [f"agency.leaders:{i}" for i in (HOME, LAW) if [task.owner] == bodies_in(NAMES[i])]
        assert leaders == agencies


def test_the_other_mandates_go_over_together(tasks, frames):
    """(mandates of an agency that are not handed over one by one) / 3 a day, at least 2 days, at most 10."""
    rows = frames["mandates"]
    own = rows[rows["successor_id"] == HOME]["mandate_id"]
    others = sum(key.split("-")[0] not in ("jc", "r05", "r7") for key in own)
    assert tasks[f"agency.mandates:{HOME}"].days == min(10, max(2, -(-others // 3)))


def test_a_programme_waits_for_its_own_handover(tasks):
    """Not for the handovers of all other programmes."""
    assert tasks["r7-programme-03"].after == ("mandate.r7:r7-programme-03",)


def test_votes_of_the_council_are_on_sittings_only(planner, tasks):
    """The vote of 28 April, the allowance and the tasks of calendar council may start on sitting days only."""
    known = {s.day for s in planner.scenario.timetable.council_sittings if s.basis == "known"}
    assert known == {date(2025, 4, 28), date(2025, 12, 10)}
    votes = {"dl-2025-04-28-1", "dl-2025-12-10-1"}
    votes |= set(task_types().index[task_types()["calendar"] == COUNCIL])
    assert {task.id for task in tasks.values() if task.starts} == votes
    calendar, problem = work_calendar(planner), schedule_problem(list(tasks.values()), work_calendar(planner), planner)
    for key in votes:
        days = problem.starts[problem.names.index(key)]
        assert {calendar.day(d) for d in days} == {s.day for s in planner.scenario.timetable.council_sittings}


def test_a_sitting_on_a_day_off_is_no_day_of_work(planner, frames):
    """1 May 2025 is a public holiday: only 5 May is left of the two sittings."""
    sittings = (Sitting(day=date(2025, 5, 1)), Sitting(day=date(2025, 5, 5)))
    options = planner.scenario.timetable.model_copy(update={"council_sittings": sittings})
    own = replace(planner, scenario=planner.scenario.model_copy(update={"timetable": options}))
    vote = [replace(t, after=()) for t in build_tasks(own, frames) if t.id == "dl-2025-04-28-1"]
    calendar = work_calendar(own)
    assert [calendar.day(d) for d in schedule_problem(vote, calendar, own).starts[0]] == [date(2025, 5, 5)]


def test_least_and_most_days_between_tasks(tasks, planner):
    """Works wait 8 days for their tender, the seal comes within 10; the table shows LEAST and LEAST..MOST."""
    works = next(task for task in tasks.values() if task.id in ("unit.renovate:10516", "unit.repair:10516"))
    assert _lags(works) == ["unit.organisation:10516=8"]
    assert _lags(tasks["unit.seal:10516"]) == ["unit.organisation:10516=0..10"]
    problem = schedule_problem(list(tasks.values()), work_calendar(planner), planner)
    names = problem.names
    lag = {(names[i], names[j]): k for i, j, k in zip(problem.before, problem.after, problem.lag, strict=True)}
    assert lag["unit.organisation:10516", works.id] == 8
    assert lag["jc-task-26", "city.council-policies"] == 5
    assert days_after("a:b:3; c:1") == [("a:b", 3), ("c", 1)]


def test_a_contractor_is_a_second_way(tasks):
    """600 m listed by own staff take 600 / 150 = 4 days; a contractor takes 0.6 x 4 = 2.4, so 3 days, for
    600 x 350,000 VND. A move of 7 truck days in 2 days on 4 trucks takes him 1 day without them, for 7 x 6 million."""
    archive = tasks[f"agency.archive:{HOME}"]
    assert (archive.days, archive.ways) == (4, (Way("contractor", 3, 210_000_000, ()),))
    move = tasks[f"agency.move:{HOME}"]
    assert (move.days, move.ways) == (2, (Way("contractor", 1, 42_000_000, ()),))
    assert not tasks[f"agency.leaders:{HOME}"].ways


def test_ways_and_shares_of_the_types_make_sense():
    """Shortest and longest duration lie around the planned one; a contractor is no slower and frees what is used."""
    types = task_types()
    assert types["low"].between(0.5, 1).all()
    assert types["high"].between(1, 3).all()
    bought = types[types["contractor_share"] > 0]
    assert {"agency.digitise", "agency.archive", "agency.move", "agency.audit", "city.boundary-files"} <= set(
        bought.index
    )
    assert {"unit.repair", "unit.renovate", "unit.new-build"} <= set(bought.index)
    assert bought["contractor_share"].between(0.1, 1).all()
    assert (bought["contractor_vnd"] > 0).all()
    for row in types.to_dict("records"):
        used = {token.partition("=")[0] for token in row["resources"].split(";")}
        assert {name for name in row["contractor_frees"].split(";") if name} <= used
