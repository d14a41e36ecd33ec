"""`python -m benchmarks schedule`: least makespan of PSPLIB projects, ours beside a bare CP-SAT model.

Both have the same wall time and number of threads, one after the other. The bare model is the textbook one: an interval
a task, the order, a cumulative constraint a resource, CP-SAT's own settings. Every schedule is checked against the
file's own numbers before it is printed. Gaps in percent: to the own bound, (makespan - bound) / bound, and to the best
known makespan.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from ortools.sat.python import cp_model

from benchmarks.instances import InstanceError, best_known
from benchmarks.project_instances import SUFFIXES, ProjectInstance, read_project
from solvers.makespan.solve import solve_makespan
from solvers.problem import Stop

METHODS = ("ours", "bare CP-SAT")
MEAN = "mean"


@dataclass(frozen=True)
class Answer:
    """Start of every activity (day 0 first; None: no schedule found), makespan, lower bound, seconds of wall time."""

    starts: list[int] | None
    makespan: int
    bound: int
    seconds: float


def instances(folder: Path, seconds: float, threads: int, out: Path | None) -> None:
    """One row an instance of the folder, then the means of each family; starts are written to `out` as JSON."""
    files = sorted((p for p in folder.iterdir() if p.suffix in SUFFIXES), key=lambda p: _natural(p.stem))
    if not files:
        sys.exit(f"{folder}: no instance ({' or '.join(SUFFIXES)}) in this folder")
    try:
        read = [read_project(path) for path in files]
        known = best_known(folder)
    except (InstanceError, ValueError, KeyError) as e:
        sys.exit(f"{e}")
    print(
        f"{seconds:g} s of wall time and {threads} thread(s) for each; gaps in %: to the own bound, to the best known"
    )
    titles = " ".join(f"{title:>11} {'bound':>6} {'gap':>6} {'known':>6} {'s':>5}" for title in METHODS)
    print(f"{'instance':16} {'tasks':>5} {'best':>6} {titles}")
    gaps: dict[str, list[list[float | None]]] = {}
    for instance in read:
        best = known.get(instance.name)
        answers = [solve(instance, Stop(seconds, threads=threads)) for solve in (ours, bare)]
        rows = [_gaps(answer, best) for answer in answers]
        gaps.setdefault(instance.name.split("_")[0], []).append([g for row in rows for g in row])
        cells = " ".join(_cells(answer, row) for answer, row in zip(answers, rows, strict=True))
        tasks = sum(d > 0 for d in instance.duration)
        print(f"{instance.name:16} {tasks:5} {'-' if best is None else f'{best:.0f}':>6} {cells}", flush=True)
        if out is not None:
            _write(out, instance.name, answers)
    for family, rows in gaps.items():
        means = [_mean(column) for column in zip(*rows, strict=True)]
        cells = " ".join(f"{'':11} {'':6} {means[2 * k]:>6} {means[2 * k + 1]:>6} {'':5}" for k in range(len(METHODS)))
        print(f"{f'{MEAN} {family} ({len(rows)})':16} {'':5} {'':6} {cells}".rstrip())


def ours(instance: ProjectInstance, stop: Stop) -> Answer:
    """The answer of `solve_makespan`; SystemExit when the check finds a fault."""
    problem, tasks = instance.problem()
    began = time.perf_counter()
    solution = solve_makespan(problem, stop)
    seconds = time.perf_counter() - began
    if solution.objective is None:
        return Answer(None, 0, 0, seconds)
    starts = instance.starts({i: int(day) - 1 for i, day in zip(tasks, solution.start, strict=True)})
    return _checked(instance, METHODS[0], Answer(starts, int(solution.objective), int(solution.bound), seconds))


def bare(instance: ProjectInstance, stop: Stop) -> Answer:
    """The answer of the textbook model; SystemExit when the check finds a fault."""
    began = time.perf_counter()
    model, horizon = cp_model.CpModel(), sum(instance.duration)
    start = [model.new_int_var(0, horizon, f"s{i}") for i in range(len(instance.duration))]
    spans = [
        model.new_fixed_size_interval_var(s, d, f"v{i}")
        for i, (s, d) in enumerate(zip(start, instance.duration, strict=True))
    ]
    for i, after in enumerate(instance.successors):
        for j in after:
            model.add(start[j] >= start[i] + instance.duration[i])
    for k, capacity in enumerate(instance.capacity):
        model.add_cumulative(spans, [row[k] for row in instance.demand], capacity)
    makespan = model.new_int_var(0, horizon, "makespan")
    model.add_max_equality(makespan, [s + d for s, d in zip(start, instance.duration, strict=True)])
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = stop.threads
    solver.parameters.random_seed = stop.seed
    solver.parameters.max_time_in_seconds = stop.seconds
    status = solver.solve(model)
    seconds = time.perf_counter() - began
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, 0, 0, seconds)
    answer = Answer(
        [solver.value(s) for s in start], solver.value(makespan), round(solver.best_objective_bound), seconds
    )
    return _checked(instance, METHODS[1], answer)


def _checked(instance: ProjectInstance, method: str, answer: Answer) -> Answer:
    faults = instance.faults(answer.starts)
    end = max(s + d for s, d in zip(answer.starts, instance.duration, strict=True))
    if end != answer.makespan:
        faults.append(f"the schedule ends on day {end}, not {answer.makespan}")
    if answer.bound > answer.makespan:
        faults.append(f"the bound {answer.bound} is above the makespan {answer.makespan}")
    if faults:
        sys.exit(f"{instance.name}: the answer of {method} failed its check: " + "; ".join(faults[:3]))
    return answer


def _gaps(answer: Answer, best: float | None) -> list[float | None]:
    """Gap to the own bound and to the best known, in percent."""
    if answer.starts is None:
        return [None, None]
    over = None if best is None else 100 * (answer.makespan - best) / max(best, 1)
    return [100 * (answer.makespan - answer.bound) / max(answer.bound, 1), over]


def _cells(answer: Answer, gaps: list[float | None]) -> str:
    if answer.starts is None:
        return f"{'-':>11} {'-':>6} {'-':>6} {'-':>6} {answer.seconds:5.1f}"
    own, over = ("-" if g is None else f"{g:.2f}" for g in gaps)
    return f"{answer.makespan:11} {answer.bound:6} {own:>6} {over:>6} {answer.seconds:5.1f}"


def _mean(column: tuple[float | None, ...]) -> str:
    known = [g for g in column if g is not None]
    return f"{fmean(known):.3f}" if known else "-"


def _write(out: Path, name: str, answers: list[Answer]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for suffix, answer in zip(("", ".bare"), answers, strict=True):
        if answer.starts is not None:
            text = json.dumps({"instance": name, "starts": answer.starts})
            (out / f"{name}{suffix}.json").write_text(text + "\n", encoding="utf-8")


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key by which j30_2 stands before j30_10 and j30 before j120."""
    parts = name.lower().replace("j", "_").split("_")
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
