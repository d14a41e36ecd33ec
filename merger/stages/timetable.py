"""Stage timetable: when each task runs, who does it, which limits hold and with what slack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.stages.stage import InfeasibleError, Record, StageResult
from merger.tables import conform
from merger.timetabling.answers import Scheduled, answer_tables, task_answers
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.findings import figures, findings
from merger.timetabling.tasks import RULES, Task, build_tasks
from solvers.problem import Status, Stop
from solvers.schedule.check import check_schedule
from solvers.schedule.problem import NONE, ScheduleProblem, ScheduleSolution
from solvers.schedule.slack import total_slack
from solvers.schedule.solve import solve_schedule

MARGIN_DAYS = 730  # days after the end of the plan in which late work can still be shown
CALENDARS = ("working", "weekend")
TIE_WEIGHT = {"working": 2, "weekend": 5}  # a weekend day later is two and a half working days later


def run(inputs: Inputs, tables: Mapping[str, pd.DataFrame], stop: Stop) -> StageResult:
    """Build the task network, schedule it and report lateness, slack and the critical chain.

    Raises InfeasibleError when events, order and hard limits cannot hold together.
    """
    tasks = build_tasks(inputs, tables)
    calendar = work_calendar(inputs)
    problem = schedule_problem(tasks, calendar, inputs)
    solution = solve_schedule(problem, stop)
    if solution.status in (Status.INFEASIBLE, Status.UNKNOWN):
        reasons = solution.conflict or ("no timetable was found within the limit of the stage",)
        raise InfeasibleError("timetable", reasons)
    faults = check_schedule(problem, solution)
    if faults:
        raise RuntimeError("timetable: the checker rejects the schedule: " + "; ".join(faults[:5]))
    slack = total_slack(problem, solution.start, solution.finish)
    scheduled = Scheduled(inputs, tasks, problem, solution, slack, calendar)
    table = timetable_frame(tasks, problem, solution, slack, calendar)
    table = table.assign(**task_answers(scheduled, table["task_id"]))
    answers = answer_tables(scheduled, tables)
    record = Record.of(
        solution,
        "VND",
        rules_hit=tuple(rule for rule in RULES if rule in inputs.law),
        findings=tuple(findings(tasks, table, problem, solution, answers)),
        figures=figures(table, problem, solution, answers),
    )
    return StageResult({"timetable": table, **answers}, record)


def work_calendar(inputs: Inputs) -> WorkCalendar:
    """Days from the first dated step to two years after the end of the plan."""
    dates = [date.fromisoformat(str(day)) for day in inputs.deadlines["date"]]
    first = min([inputs.scenario.dates.start, *dates])
    return WorkCalendar(first, inputs.scenario.dates.end + timedelta(days=MARGIN_DAYS))


def schedule_problem(tasks: list[Task], calendar: WorkCalendar, inputs: Inputs) -> ScheduleProblem:
    """The tasks as plain arrays, in their order; legal limits are priced, above all targets."""
    options = inputs.scenario.timetable
    place = {task.id: k for k, task in enumerate(tasks)}
    arcs = [(place[i], k, dict(task.within).get(i, NONE)) for k, task in enumerate(tasks) for i in task.after]
    before, after, largest = (
        (np.array(column, dtype=np.int64) for column in zip(*arcs, strict=True))
        if arcs
        else (np.zeros(0, dtype=np.int64),) * 3
    )
    names = tuple(options.working_groups)
    demand = np.zeros((len(tasks), len(names)), dtype=np.int64)
    for k, task in enumerate(tasks):
        for name, units in task.resources:
            demand[k, names.index(name)] = units
    n = len(tasks)
    release = [calendar.number(task.release or inputs.scenario.dates.start) for task in tasks]
    return ScheduleProblem(
        names=tuple(task.id for task in tasks),
        calendars=(calendar.working, calendar.weekend),
        calendar=np.array([CALENDARS.index(task.calendar) for task in tasks], dtype=np.int64),
        duration=np.array([task.days for task in tasks], dtype=np.int64),
        release=np.array(release, dtype=np.int64),
        fixed=_numbers(calendar, [task.fixed for task in tasks]),
        legal=_numbers(calendar, [task.legal for task in tasks]),
        target=_numbers(calendar, [task.target for task in tasks]),
        hard=np.zeros(n, dtype=bool),
        legal_price=np.full(n, round(options.late_legal_vnd_day), dtype=np.int64),
        target_price=np.full(n, round(options.late_target_vnd_day), dtype=np.int64),
        weight=np.array([TIE_WEIGHT[task.calendar] for task in tasks], dtype=np.int64),
        starts=tuple(
            calendar.weekend_starts(task.days, first) if task.calendar == "weekend" else ()
            for task, first in zip(tasks, release, strict=True)
        ),
        before=before,
        after=after,
        lag=np.zeros(len(arcs), dtype=np.int64),
        max_lag=largest,
        resources=names,
        capacity=np.array([options.working_groups[name] for name in names], dtype=np.int64),
        demand=demand,
    )


def _numbers(calendar: WorkCalendar, days: list[date | None]) -> np.ndarray:
    return np.array([NONE if day is None else calendar.number(day) for day in days], dtype=np.int64)


def timetable_frame(
    tasks: list[Task], p: ScheduleProblem, s: ScheduleSolution, slack: np.ndarray, calendar: WorkCalendar
) -> pd.DataFrame:
    """The table `timetable` of a plan; `task_answers` fills free slack and causes."""
    rows = []
    for k, task in enumerate(tasks):
        start, finish = calendar.day(s.start[k]), calendar.day(s.finish[k])
        rows.append(
            {
                "task_id": task.id,
                "title_vi": task.title_vi,
                "title_en": task.title_en,
                "owner": task.owner,
                "partner": task.partner,
                "place": task.place,
                "documents": task.documents,
                "kind": task.kind,
                "origin": task.origin,
                "start": start.isoformat(),
                "finish": finish.isoformat(),
                "working_days": task.days,
                "mode": "own",
                "cost_vnd": 0,
                "predecessors": ";".join(task.after),
                "lags": ";".join(f"{i}=0..{most}" for i, most in task.within),
                "resources": ";".join(f"{name}={units}" for name, units in task.resources),
                "deadline_id": task.deadline_id,
                "legal_limit": task.legal.isoformat() if task.legal else "",
                "target": task.target.isoformat() if task.target else "",
                "legal_late_days": p.late(int(s.finish[k]), int(p.legal[k])),
                "target_late_days": p.late(int(s.finish[k]), int(p.target[k])),
                "slack_days": int(slack[k]),
                "free_slack_days": 0,
                "cause": "",
                "cause_task": "",
                "early_days": 0,
                "critical": bool(slack[k] <= 0 and task.fixed is None),
                "fixed": task.fixed is not None,
                "low_days": task.low_days,
                "high_days": task.high_days,
                "late_share": np.nan,
                "driving_share": np.nan,
                "finish_p80": "",
                "label": task.label,
            }
        )
    return conform("timetable", pd.DataFrame(rows))
