"""Stage timetable: when each task runs, who does it, which limits hold and with what slack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from merger.calendars import WorkCalendar
from merger.inputs import Inputs
from merger.stages.stage import Finding, InfeasibleError, Record, StageResult
from merger.tables import conform
from merger.tasks import RULES, Task, build_tasks
from solvers.check_schedule import check_schedule
from solvers.problem import Status, Stop
from solvers.schedule import solve_schedule
from solvers.schedule_problem import NONE, ScheduleProblem, ScheduleSolution
from solvers.schedule_slack import resource_order, total_slack

MARGIN_DAYS = 730  # days after the end of the plan in which late work can still be shown
CALENDARS = ("working", "weekend")
TIE_WEIGHT = {"working": 2, "weekend": 5}  # a weekend day later is two and a half working days later
SHOWN = 12  # tasks of the critical chain and late tasks named in the record


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
    table = timetable_frame(tasks, problem, solution, slack, calendar)
    record = Record.of(
        solution,
        "VND",
        rules_hit=tuple(rule for rule in RULES if rule in inputs.law),
        findings=tuple(_findings(tasks, table, problem, solution, inputs)),
        figures=_figures(tasks, table, problem, solution),
    )
    return StageResult({"timetable": table}, record)


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
    """The table `timetable` of a plan."""
    rows = []
    for k, task in enumerate(tasks):
        start, finish = calendar.day(s.start[k]), calendar.day(s.finish[k])
        rows.append(
            {
                "task_id": task.id,
                "title_vi": task.title_vi,
                "title_en": task.title_en,
                "owner": task.owner,
                "kind": task.kind,
                "origin": task.origin,
                "start": start.isoformat(),
                "finish": finish.isoformat(),
                "working_days": task.days,
                "predecessors": ";".join(task.after),
                "resources": ";".join(f"{name}={units}" for name, units in task.resources),
                "deadline_id": task.deadline_id,
                "legal_limit": task.legal.isoformat() if task.legal else "",
                "target": task.target.isoformat() if task.target else "",
                "legal_late_days": p.late(int(s.finish[k]), int(p.legal[k])),
                "target_late_days": p.late(int(s.finish[k]), int(p.target[k])),
                "slack_days": int(slack[k]),
                "critical": bool(slack[k] <= 0 and task.fixed is None),
                "fixed": task.fixed is not None,
                "label": task.label,
            }
        )
    return conform("timetable", pd.DataFrame(rows))


def critical_chain(p: ScheduleProblem, s: ScheduleSolution, slack: np.ndarray) -> list[int]:
    """Chain of tasks behind the tightest limit: from the last task of least slack back through what it waited for."""
    free = [k for k in range(len(p.names)) if not p.is_fixed(k)]
    if not free:
        return []
    least = min(int(slack[k]) for k in free)
    waits: dict[int, list[int]] = {}
    for i, j in [
        *zip(p.before.tolist(), p.after.tolist(), strict=True),
        *resource_order(p, s.start, s.finish),
    ]:
        waits.setdefault(j, []).append(i)
    last = max((k for k in free if slack[k] == least), key=lambda k: (int(s.finish[k]), -k))
    chain = [last]
    while True:
        earlier = [i for i in waits.get(chain[-1], []) if not p.is_fixed(i) and slack[i] <= least]
        if not earlier:
            return chain[::-1]
        chain.append(max(earlier, key=lambda i: (int(s.finish[i]), -i)))


def _figures(tasks: list[Task], table: pd.DataFrame, p: ScheduleProblem, s: ScheduleSolution) -> dict:
    slack = table.set_index("task_id")["slack_days"].reindex(p.names).to_numpy()
    free = table[~table["fixed"]]
    chain = critical_chain(p, s, slack)
    load = {
        name: round(float(_peak(p, s, k)) / float(p.capacity[k]), 2)
        for k, name in enumerate(p.resources)
        if p.demand[:, k].any()
    }
    return {
        "tasks": len(table),
        "events": int(table["fixed"].sum()),
        "tasks_by_origin": {str(k): int(v) for k, v in table["origin"].value_counts().sort_index().items()},
        "legal_late_tasks": int((table["legal_late_days"] > 0).sum()),
        "legal_late_days": int(table["legal_late_days"].sum()),
        "target_late_tasks": int((table["target_late_days"] > 0).sum()),
        "target_late_days": int(table["target_late_days"].sum()),
        "critical_tasks": int(table["critical"].sum()),
        "first_start": str(free["start"].min()) if len(free) else "",
        "last_finish": str(free["finish"].max()) if len(free) else "",
        "makespan_working_days": _makespan(p, s),
        "critical_chain": [p.names[k] for k in chain[-SHOWN:]],
        "critical_chain_slack_days": int(slack[chain[-1]]) if chain else None,
        "resource_peak_ratio": load,
        "legal_late_cost_vnd": s.legal_cost,
        "legal_late_bound_vnd": s.legal_bound,
        "target_late_cost_vnd": s.target_cost,
        "early_finish_gap": _tie_gap(s),
    }


def _peak(p: ScheduleProblem, s: ScheduleSolution, k: int) -> int:
    """Most units of a resource in use on one day; each calendar has its own days."""
    peak = 0
    for c, days in enumerate(p.calendars):
        load = np.zeros(len(days) + 1, dtype=np.int64)
        for i in np.flatnonzero((p.demand[:, k] > 0) & (p.calendar == c)):
            load[p.first_index(c, int(s.start[i]))] += p.demand[i, k]
            load[p.index_after(c, int(s.finish[i]))] -= p.demand[i, k]
        peak = max(peak, int(np.cumsum(load).max()))
    return peak


def _makespan(p: ScheduleProblem, s: ScheduleSolution) -> int:
    free = p.fixed == NONE
    if not free.any():
        return 0
    return p.index_after(0, int(s.finish[free].max())) - p.first_index(0, int(s.start[free].min()))


def _tie_gap(s: ScheduleSolution) -> float | None:
    if s.finish_bound is None or s.finish_cost == 0:
        return None
    return round((s.finish_cost - s.finish_bound) / s.finish_cost, 4)


def _findings(
    tasks: list[Task], table: pd.DataFrame, p: ScheduleProblem, s: ScheduleSolution, inputs: Inputs
) -> list[Finding]:
    rows = table.set_index("task_id")
    found = []
    for task in tasks:
        late = int(rows.at[task.id, "legal_late_days"])
        if late:
            found.append(
                Finding(
                    f"“{task.title_vi}” ({task.owner}) xong ngày {rows.at[task.id, 'finish']}, "
                    f"chậm {late} ngày làm việc so với thời hạn theo luật {task.legal}.",
                    f"“{task.title_en}” ends on {rows.at[task.id, 'finish']}, "
                    f"{late} working days after its legal limit {task.legal}.",
                    item=task.id,
                )
            )
    found += _late_targets(tasks, rows)
    if not s.legal_cost:
        limits = int((table["legal_limit"] != "").sum())
        found.append(
            Finding(f"Toàn bộ {limits} thời hạn theo luật được bảo đảm.", f"All {limits} legal limits hold.")
        )
    return found


def _late_targets(tasks: list[Task], rows: pd.DataFrame) -> list[Finding]:
    """One finding for each kind of late work: how many tasks, how late, the latest of them."""
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        if rows.at[task.id, "target_late_days"] > 0:
            groups.setdefault(task.id.split(":")[0], []).append(task)
    found = []
    for kind in sorted(groups, key=lambda g: -max(int(rows.at[t.id, "target_late_days"]) for t in groups[g]))[
        :SHOWN
    ]:
        worst = max(groups[kind], key=lambda t: (int(rows.at[t.id, "target_late_days"]), t.id))
        late, finish = int(rows.at[worst.id, "target_late_days"]), rows.at[worst.id, "finish"]
        n = len(groups[kind])
        found.append(
            Finding(
                f"{n} việc chậm so với mục tiêu; chậm nhất “{worst.title_vi}”: xong ngày {finish}, "
                f"sau mục tiêu {worst.target} là {late} ngày làm việc.",
                f"{n} tasks miss their target; the latest, “{worst.title_en}”, ends on {finish}, "
                f"{late} working days after its target {worst.target}.",
                item=worst.id,
            )
        )
    return found
