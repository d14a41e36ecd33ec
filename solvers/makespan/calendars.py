"""The least last day of a project on several calendars, with events, largest lags and start days: CP-SAT."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Status, Stop
from solvers.schedule.bounds import earliest
from solvers.schedule.model import ScheduleModel, cp_solver
from solvers.schedule.problem import NONE, Ints, ScheduleProblem
from solvers.schedule.start import serial_schedule


def calendar_makespan(p: ScheduleProblem, stop: Stop) -> tuple[Status, Ints | None, int]:
    """Status, start days (None: no schedule found) and a lower bound on the last day."""
    began = time.perf_counter()
    moving = [i for i in range(len(p.names)) if not p.is_fixed(i)]
    days = earliest(p)
    if days is None:
        return Status.INFEASIBLE, None, 0
    if not moving:
        return Status.FEASIBLE, p.fixed.copy(), int(p.fixed.max())
    floor = int(days[1][moving].max())
    # Without limits to keep in mind serial generation goes by the end of the project alone.
    soft = replace(p, legal=np.where(p.hard, p.legal, NONE), target=np.full(len(p.names), NONE))
    first = serial_schedule(soft, stop.seed)
    start = None if first is None else first[0]
    if first is not None and int(first[1][moving].max()) <= floor:
        return Status.FEASIBLE, start, floor
    model = ScheduleModel(soft)
    limit = max(int(c[-1]) for c in p.calendars) if first is None else int(first[1][moving].max())
    last = model.cp.new_int_var(floor, limit, "last")
    for i in moving:
        if i in model.start and not _followed(p, i):
            model.cp.add(last >= _last_day(p, model, i))
    model.cp.minimize(last)
    if start is not None:
        model.hint(start, np.zeros(len(p.names), dtype=np.int64))
    solver = cp_solver(stop, stop.work if stop.work is not None else stop.seconds, _left(stop, began))
    solver.parameters.relative_gap_limit = 0.0
    solver.parameters.interleave_search = stop.threads == 1
    if stop.work is None:
        solver.parameters.ClearField("max_deterministic_time")
    status = solver.solve(model.cp)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        start = model.days(solver)[0]
    if status == cp_model.INFEASIBLE:
        return (Status.INFEASIBLE, None, 0) if start is None else (Status.FEASIBLE, start, floor)
    bound = max(floor, round(solver.best_objective_bound)) if status != cp_model.MODEL_INVALID else floor
    return (Status.UNKNOWN, None, floor) if start is None else (Status.FEASIBLE, start, bound)


def _left(stop: Stop, began: float) -> float:
    return stop.seconds - (time.perf_counter() - began)


def _followed(p: ScheduleProblem, i: int) -> bool:
    """Whether a task that is no event ends after this one anyway."""
    return any(not p.is_fixed(int(p.after[k])) for k in p.out[i])


def _last_day(p: ScheduleProblem, model: ScheduleModel, i: int) -> cp_model.IntVar:
    """Day number of the last day of work of a task."""
    allowed, d = p.allowed(i), int(p.duration[i])
    low, high = int(allowed[0]) + d - 1, int(allowed[-1]) + d - 1
    values = p.days(i)[low : high + 1].tolist()
    day = model.cp.new_int_var(values[0], values[-1], f"last{i}")
    model.cp.add_element(model.start[i] + d - 1 - low, values, day)
    return day
