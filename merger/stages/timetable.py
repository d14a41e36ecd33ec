"""Stage timetable: when each task runs, who does it, which limits hold and with what slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.stages.stage import InfeasibleError, Record, StageResult
from merger.tables import conform
from merger.timetabling.answers import Scheduled, answer_tables, task_answers
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.findings import figures, findings
from merger.timetabling.infeasible import reasons
from merger.timetabling.problem import schedule_problem, work_calendar
from merger.timetabling.replanning import change_frame
from merger.timetabling.risk import assess
from merger.timetabling.tasks import RULES, Task, build_tasks
from merger.timetabling.what_if import changed_tasks
from solvers.problem import Status, Stop
from solvers.schedule.check import check_schedule
from solvers.schedule.problem import ScheduleProblem
from solvers.schedule.simulate import Network
from solvers.schedule.slack import total_slack
from solvers.schedule.solution import ScheduleSolution
from solvers.schedule.solve import solve_schedule


def run(inputs: Inputs, tables: Mapping[str, pd.DataFrame], stop: Stop) -> StageResult:
    """Build the task network, schedule it and report lateness, slack and the critical chain.

    Raises InfeasibleError when events, order and hard limits cannot hold together.
    """
    calendar = work_calendar(inputs)
    tasks = changed_tasks(build_tasks(inputs, tables), inputs, calendar)
    problem = schedule_problem(tasks, calendar, inputs)
    solution = solve_schedule(problem, stop)
    if solution.status in (Status.INFEASIBLE, Status.UNKNOWN):
        told = reasons(solution.conflict, tasks, problem, calendar)
        raise InfeasibleError("timetable", told or ("no timetable was found within the limit of the stage",))
    faults = check_schedule(problem, solution)
    if faults:
        raise RuntimeError("timetable: the checker rejects the schedule: " + "; ".join(faults[:5]))
    decided = [_in_way(task, way) for task, way in zip(tasks, solution.way.tolist(), strict=True)]
    unused = tuple(way for way in problem.ways if solution.way[way.task] == 0)
    tasks, problem = decided, problem.chosen(solution.way)
    slack = total_slack(problem, solution.start, solution.finish)
    scheduled = Scheduled(inputs, tasks, problem, solution, slack, calendar, unused)
    risk = assess(tasks, Network(problem, solution.start, solution.finish), calendar, inputs)
    table = risk.added_to(timetable_frame(tasks, problem, solution, slack, calendar))
    table = table.assign(**task_answers(scheduled, table["task_id"]))
    answers = answer_tables(scheduled, tables)
    record = Record.of(
        solution,
        "VND",
        rules_hit=tuple(rule for rule in RULES if rule in inputs.law),
        findings=(*findings(tasks, table, problem, solution, answers), *risk.findings),
        figures={**figures(table, problem, solution, answers), "risk": risk.figures},
    )
    changes = {} if inputs.timetable_before.empty else {"schedule_changes": change_frame(table, inputs)}
    return StageResult({"timetable": table, **answers, **risk.tables, **changes}, record)


def _in_way(task: Task, way: int) -> Task:
    """The task as the solver has decided to do it: 0 as it stands, else a further way."""
    if way == 0:
        return task
    chosen = task.ways[way - 1]
    return replace(task, days=chosen.days, resources=chosen.resources, mode=chosen.name, cost_vnd=chosen.cost_vnd)


def timetable_frame(
    tasks: list[Task], p: ScheduleProblem, s: ScheduleSolution, slack: np.ndarray, calendar: WorkCalendar
) -> pd.DataFrame:
    """The table `timetable` of a plan; `task_answers` fills free slack and causes."""
    rows = []
    for k, task in enumerate(tasks):
        start, finish = task.started or calendar.day(s.start[k]), calendar.day(s.finish[k])
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
                "state": task.state,
                "start": start.isoformat(),
                "finish": finish.isoformat(),
                "working_days": max(1, calendar.working_days_between(start, finish))
                if task.state == "done"
                else task.days,
                "mode": task.mode,
                "cost_vnd": task.cost_vnd,
                "predecessors": ";".join(task.after),
                "lags": ";".join(_lags(task)),
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
                "fixed": task.fixed is not None and task.state == "planned",
                "low_days": task.low_days,
                "high_days": task.high_days,
                "late_share": np.nan,
                "driving_share": np.nan,
                "finish_p80": "",
                "label": task.label,
            }
        )
    return conform("timetable", pd.DataFrame(rows))


def _lags(task: Task) -> list[str]:
    """PREDECESSOR=LEAST or =LEAST..MOST for each predecessor after which days must, or may only, be left free."""
    least, most = dict(task.lags), dict(task.within)
    return [
        f"{i}={least.get(i, 0)}" + (f"..{most[i]}" if i in most else "")
        for i in task.after
        if i in most or least.get(i, 0)
    ]
