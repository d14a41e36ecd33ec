"""The folder `workplans` of a plan: what the bodies work with, from the public timetable alone."""

from __future__ import annotations

from pathlib import Path

from merger.disclosure import public_view
from merger.inputs import Inputs
from merger.plan import WORKPLANS, Plan
from merger.workplans.bodies import bodies_of
from merger.workplans.ics import Issue, events_of, write_calendars, write_ics
from merger.workplans.msproject import write_project
from merger.workplans.weekly import write_weekly

CALENDARS = "calendars"


def workplans_folder(plan: Plan) -> Path | None:
    """The folder, made if it is not there; None for a plan without tasks."""
    if "timetable" not in plan.tables or plan.tables["timetable"].empty:
        return None
    folder = plan.path / WORKPLANS
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_workplans(plan: Plan, inputs: Inputs) -> None:
    """Write the overall calendar beside the tables; in the folder, calendars, weekly lists and the project file."""
    folder = workplans_folder(plan)
    if folder is None:
        return
    tasks = public_view(plan, inputs).tables["timetable"]
    texts = [c for c in tasks.columns if tasks[c].dtype == object or str(tasks[c].dtype).startswith("str")]
    tasks = tasks.assign(**{c: tasks[c].astype(object).where(tasks[c].notna(), "") for c in texts})
    scenario = inputs.scenario
    issue = Issue.of(tasks, scenario.dates.start, scenario.timetable.status_date)
    events = events_of(tasks, "vi", issue)
    write_ics(tasks, plan.path / "timetable.ics", "vi", issue, events)
    bodies = bodies_of(tasks, scenario.documents.place)
    write_calendars(bodies, events, folder / CALENDARS)
    write_weekly(tasks, bodies, inputs, folder / "weekly.xlsx")
    capacity = scenario.timetable.working_groups
    made = scenario.timetable.status_date or scenario.dates.start
    write_project(tasks, bodies, capacity, folder / "project.xml", title=scenario.title.vi, made=made)
