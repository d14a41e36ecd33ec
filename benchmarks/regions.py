"""`python -m benchmarks regions`: regions of areas, ours beside spopt's MaxPHeuristic and a plain greedy.

Max-p (the most regions above a floor) for all three, with the same wall time each, one after the other. What a file is
asked for: the options, or the convention in best_known.csv. Every answer is checked against the file's own numbers
before it is printed. Gap in percent: (bound - value) / value for the most regions, (value - bound) / value for the
least cost.
"""

from __future__ import annotations

import heapq
import importlib.util
import json
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.instances import InstanceError, best_known
from benchmarks.region_instances import GRAPH, RegionInstance, Task, instance_files, read_regions, stated_tasks
from solvers.districting.check import check_districting
from solvers.districting.problem import DistrictingProblem
from solvers.districting.solve import solve_districting
from solvers.maxp.check import check_maxp
from solvers.maxp.problem import MaxPProblem, MaxPSolution
from solvers.maxp.solve import solve_maxp
from solvers.problem import Status, Stop
from solvers.regions.check import check_regions
from solvers.regions.solve import RegionProblem, solve_regions

OURS, SPOPT, GREEDY = "ours", "spopt", "greedy"
MISSING = "not installed"


@dataclass(frozen=True)
class Answer:
    """Value, bound (None: no bound), region of each area (None: no answer), seconds; `remark` instead of a value."""

    value: float | None
    bound: float | None
    labels: list[int] | None
    seconds: float
    remark: str = ""


def instances(
    folder: Path, seconds: float, threads: int, asked: Task, *, only: str | None = None, out: Path | None = None
) -> None:
    """One row an instance and method; our labels are written to `out` as [{"instance", "labels"}]."""
    files = [path for path in instance_files(folder) if only in (None, path.stem)]
    if not files:
        sys.exit(f"{folder}: no instance{f' {only}' if only else ''} (.shp, .gpkg, .csv with _edges.csv, .json)")
    stated, known, written = stated_tasks(folder), best_known(folder), []
    print(f"{seconds:g} s of wall time for each method, {threads} thread(s) for ours; gap to the own bound in %")
    print(f"{'instance':16} {'areas':>5} {'method':8} {'value':>13} {'bound':>13} {'gap':>6} {'best':>8} {'s':>6}")
    for path in files:
        try:
            instance = read_regions(path)
            task = _task(path, asked, stated.get(path.stem))
            answers = _answers(instance, task, Stop(seconds, threads=threads))
        except InstanceError as e:
            print(f"{path.stem:16} {e}", flush=True)
            continue
        best = known.get(path.stem) if task == stated.get(path.stem) else None
        for method, answer in answers.items():
            print(f"{instance.name:16} {instance.n:5} {method:8} {_cells(answer, best, task)}", flush=True)
        if answers[OURS].labels is not None:
            written.append({"instance": instance.name, "labels": answers[OURS].labels})
        if out is not None:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(written) + "\n", encoding="utf-8")


def _task(path: Path, asked: Task, stated: Task | None) -> Task:
    """What the options ask for, else what best_known.csv states."""
    if asked.floor is not None:
        return asked
    if asked.regions is not None:
        return Task(districts=asked.regions) if path.suffix.lower() == GRAPH else asked
    if stated is None:
        raise InstanceError(f"{path}: give --floor-column and --floor, or --regions; best_known.csv says nothing")
    return stated


def _answers(instance: RegionInstance, task: Task, stop: Stop) -> dict[str, Answer]:
    if task.districts is not None:
        return {OURS: solve_districts(instance, task.districts, *task.window(instance), stop)}
    if task.regions is not None:
        return {OURS: solve_fixed(instance, task.regions, stop)}
    problem = MaxPProblem(instance.column(task.floor_column), instance.edges, task.floor)
    return {OURS: ours(problem, stop), SPOPT: spopt(problem, stop), GREEDY: greedy(problem, stop)}


def solve_fixed(instance: RegionInstance, k: int, stop: Stop) -> Answer:
    """K connected regions, least weight times straight distance to the seat, in the unit of the file's coordinates.

    The weight is the population where the file has one, else 1.
    """
    if instance.centres is None:
        raise InstanceError(f"{instance.name}: no coordinates to measure distances by")
    weight = instance.population if instance.has_population else np.ones(instance.n)
    away = np.linalg.norm(instance.centres[:, None, :] - instance.centres[None, :, :], axis=2)
    nothing = np.zeros(instance.n)
    problem = RegionProblem(
        population=weight,
        area=nothing,
        unit_class=nothing,
        group=nothing,
        edges=instance.edges,
        minutes=away,
        regions=(k,),
        area_floor=(0.0,),
        population_floor=(0.0,),
    )
    solution = solve_regions(problem, stop)
    faults = check_regions(problem, solution)
    if faults:
        sys.exit(f"our answer failed its check: {'; '.join(faults[:3])}")
    if solution.objective is None:
        return Answer(None, None, None, solution.seconds, f"{solution.status}: {', '.join(solution.conflict)}")
    return Answer(solution.objective, solution.bound, solution.region.tolist(), solution.seconds)


def solve_districts(instance: RegionInstance, k: int, lower: int, upper: int, stop: Stop) -> Answer:
    """K connected districts with lower <= population <= upper, fewest cut edges."""
    problem = DistrictingProblem(instance.population.astype(int), instance.edges, k, lower, upper)
    solution = solve_districting(problem, stop)
    faults = check_districting(problem, solution)
    if faults:
        sys.exit(f"our answer failed its check: {'; '.join(faults[:3])}")
    if solution.objective is None:
        return Answer(None, None, None, solution.seconds, f"{solution.status}: {', '.join(solution.conflict)}")
    return Answer(solution.objective, solution.bound, solution.labels.tolist(), solution.seconds)


def ours(problem: MaxPProblem, stop: Stop) -> Answer:
    """The answer of `solve_maxp`."""
    solution = solve_maxp(problem, stop)
    if solution.status is Status.INFEASIBLE:
        return Answer(None, None, None, solution.seconds, f"infeasible: {', '.join(solution.conflict)}")
    return _checked(problem, OURS, solution)


def spopt(problem: MaxPProblem, stop: Stop) -> Answer:
    """Best of what MaxPHeuristic finds in the time, on one thread, in a process that is then ended."""
    if importlib.util.find_spec("spopt") is None:
        return Answer(None, None, None, 0.0, MISSING)
    asked = {
        "weight": problem.weight.tolist(),
        "edges": problem.edges.tolist(),
        "floor": problem.floor,
        "seed": stop.seed,
    }
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.spopt_maxp"]
    try:
        lines = subprocess.run(
            command, input=json.dumps(asked), capture_output=True, text=True, timeout=stop.seconds, check=False
        ).stdout
    except subprocess.TimeoutExpired as e:
        lines = e.stdout.decode() if isinstance(e.stdout, bytes) else e.stdout or ""
    seconds = time.perf_counter() - began
    found = [json.loads(line) for line in lines.splitlines() if line.endswith("}")]
    if not found:
        return Answer(None, None, None, seconds, "no answer in time" if seconds >= stop.seconds else "failed")
    best = max(found, key=lambda answer: answer["regions"])
    return _from_labels(problem, SPOPT, best["labels"], seconds)


def greedy(problem: MaxPProblem, stop: Stop) -> Answer:
    """Regions grown one after the other, with random starts until the time is over; the best is kept."""
    began, random, best = time.perf_counter(), np.random.default_rng(stop.seed), None
    neighbours: list[list[int]] = [[] for _ in range(problem.n)]
    for a, b in problem.edges.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    while best is None or time.perf_counter() - began < stop.seconds:
        labels = _grown(problem, neighbours, random)
        if best is None or max(labels) > max(best):
            best = labels
    seconds = time.perf_counter() - began
    if min(best) < 0:
        return Answer(None, None, None, seconds, "areas without a region")
    return _from_labels(problem, GREEDY, best, seconds)


def _grown(problem: MaxPProblem, neighbours: list[list[int]], random: np.random.Generator) -> list[int]:
    """Start at a random free area and add the heaviest free neighbour until the floor is reached; rests are joined."""
    labels, count, weight = [-1] * problem.n, 0, problem.weight
    for start in random.permutation(problem.n).tolist():
        if labels[start] >= 0:
            continue
        members, total, edge = [], 0.0, [(0.0, start)]
        seen = {start}
        while edge and total < problem.floor:
            area = heapq.heappop(edge)[1]
            members.append(area)
            total += weight[area]
            for other in neighbours[area]:
                if labels[other] < 0 and other not in seen:
                    seen.add(other)
                    heapq.heappush(edge, (-weight[other], other))
        if total >= problem.floor:
            for area in members:
                labels[area] = count
            count += 1
    waiting = [area for area in range(problem.n) if labels[area] >= 0]
    for area in waiting:
        for other in neighbours[area]:
            if labels[other] < 0:
                labels[other] = labels[area]
                waiting.append(other)
    return labels


def _from_labels(problem: MaxPProblem, method: str, labels: list[int], seconds: float) -> Answer:
    numbered = np.unique(labels, return_inverse=True)[1]
    count = int(numbered.max()) + 1
    solution = MaxPSolution(Status.FEASIBLE, -count, -problem.n - 1, seconds, labels=numbered)
    return replace(_checked(problem, method, solution), bound=None)


def _checked(problem: MaxPProblem, method: str, solution: MaxPSolution) -> Answer:
    """The answer, or SystemExit when the check finds a fault in ours; others' faults are said in the table."""
    faults = check_maxp(problem, solution)
    if faults and method == OURS:
        sys.exit(f"our answer failed its check: {'; '.join(faults[:3])}")
    if faults:
        return Answer(None, None, None, solution.seconds, f"failed its check: {faults[0]}")
    return Answer(solution.regions, solution.most_regions, solution.labels.tolist(), solution.seconds)


def _cells(answer: Answer, best: float | None, task: Task) -> str:
    shown = "-" if best is None else f"{best:g}"
    if answer.value is None:
        return f"{answer.remark:>34} {shown:>8} {answer.seconds:6.1f}"
    gap = "-"
    if answer.bound is not None:
        distance = answer.bound - answer.value if task.floor is not None else answer.value - answer.bound
        gap = f"{100 * distance / max(abs(answer.value), 1e-9):.2f}"
    bound = "-" if answer.bound is None else f"{answer.bound:.10g}"
    return f"{answer.value:13.10g} {bound:>13} {gap:>6} {shown:>8} {answer.seconds:6.1f}"
