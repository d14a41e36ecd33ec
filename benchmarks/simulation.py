"""`python -m benchmarks simulate PLAN`: seconds of the simulated risk of a plan's timetable, step by step.

The network is read from the table `timetable` of the plan folder, so nothing is solved again.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from merger.inputs import inputs_of
from merger.plan import read_plan
from merger.timetabling.calendars import WorkCalendar
from scenarios.schema import Timetable
from solvers.schedule.durations import ThreePoint, draw_days
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.protect import Limit, likely_candidates, rank_protection
from solvers.schedule.simulate import LIMITS, Network, driving, lateness_cost, limit_days, missed, simulate

CANDIDATES = 60
MARGIN_DAYS = 730


def timing(folder: Path, runs: int) -> None:
    """Print one row a step, then the total."""
    plan = read_plan(folder)
    inputs = inputs_of(plan)
    rows = plan.tables["timetable"].fillna(
        {"predecessors": "", "resources": "", "legal_limit": "", "target": "", "lags": ""}
    )
    options = inputs.scenario.timetable
    started = time.perf_counter()
    net = network(rows, options)
    seconds = {"network": time.perf_counter() - started}

    def step(name, function, *arguments):
        begun = time.perf_counter()
        result = function(*arguments)
        seconds[name] = time.perf_counter() - begun
        return result

    groups = np.stack([pd.factorize(rows[c])[0] for c in ("kind", "owner")], axis=1)
    likely = net.planned_days
    free = net.problem.fixed == NONE
    low, high = (np.where(free, rows[c].fillna(1).to_numpy(np.int64), likely) for c in ("low_days", "high_days"))
    points = ThreePoint(np.minimum(low, likely), likely, np.maximum(high, likely), groups, options.risk_correlation)
    days = step("durations", draw_days, points, runs, inputs.scenario.seed)
    outcome = step("runs", simulate, net, days)
    cost = step("cost", lateness_cost, net, outcome)
    late = step("misses", missed, net, outcome)
    _, weight = step("chains", driving, net, outcome, late, cost)
    limits = [Limit(kind, np.flatnonzero(limit_days(net, kind) != NONE)) for kind in LIMITS]
    chosen = likely_candidates(net, days, weight, CANDIDATES)
    sets = [np.array([i]) for i in chosen]
    step(f"protecting {len(chosen)}", rank_protection, net, days, limits, np.ones(len(limits), dtype=bool), sets)
    print(f"{len(rows)} tasks, {len(net.problem.before)} links, {runs} runs")
    for name, value in [*seconds.items(), ("total", sum(seconds.values()))]:
        print(f"{name:20} {value:8.3f} s")


def network(rows: pd.DataFrame, options: Timetable) -> Network:
    """The plan as the table has it; work on days off may begin where its weekends open."""
    dated = [[date.fromisoformat(str(d)) if d else None for d in rows[c]] for c in ("start", "legal_limit", "target")]
    first = min(d for column in dated for d in column if d is not None)
    last = max(date.fromisoformat(str(d)) for d in rows["finish"])
    calendar = WorkCalendar(first, date.fromordinal(last.toordinal() + MARGIN_DAYS))
    start, legal, target = (np.array([NONE if d is None else calendar.number(d) for d in own]) for own in dated)
    finish = np.array([calendar.number(date.fromisoformat(str(d))) for d in rows["finish"]])
    fixed = rows["fixed"].to_numpy(bool)
    weekend = ~fixed & np.isin(start, calendar.weekend)
    place = {key: k for k, key in enumerate(rows["task_id"])}
    links = [(place[i], k) for k, cell in enumerate(rows["predecessors"]) for i in str(cell).split(";") if i]
    least, most = {}, {}
    for k, cell in enumerate(rows["lags"]):
        for before, _, lag in (part.rpartition("=") for part in str(cell).split(";") if part):
            low, _, high = lag.partition("..")
            least[place[before], k], most[place[before], k] = int(low), int(high) if high else NONE
    names = tuple(options.working_groups)
    demand = np.zeros((len(rows), len(names)), dtype=np.int64)
    for k, cell in enumerate(rows["resources"]):
        for name, _, units in (part.partition("=") for part in str(cell).split(";") if part):
            demand[k, names.index(name)] = int(units)
    days = np.where(fixed, 1, rows["working_days"].to_numpy(np.int64))
    n = len(rows)
    problem = ScheduleProblem(
        names=tuple(place),
        calendars=(calendar.working, calendar.weekend),
        calendar=weekend.astype(np.int64),
        duration=days,
        release=np.zeros(n, dtype=np.int64),
        fixed=np.where(fixed, start, NONE),
        legal=legal,
        target=target,
        hard=np.zeros(n, dtype=bool),
        legal_price=np.full(n, round(options.late_legal_vnd_day)),
        target_price=np.full(n, round(options.late_target_vnd_day)),
        weight=np.ones(n, dtype=np.int64),
        starts=tuple(calendar.weekend_starts(int(d), 0) if w else () for d, w in zip(days, weekend, strict=True)),
        before=np.array([i for i, _ in links], dtype=np.int64),
        after=np.array([j for _, j in links], dtype=np.int64),
        lag=np.array([least.get(link, 0) for link in links], dtype=np.int64),
        max_lag=np.array([most.get(link, NONE) for link in links], dtype=np.int64),
        resources=names,
        capacity=np.array([options.working_groups[name] for name in names], dtype=np.int64),
        demand=demand,
    )
    return Network(problem, start, finish)
