"""`python -m benchmarks assignment`: public instances, or persons to posts at scale beside the bare flow.

Values, bounds and gaps are those of the solvers, checked by the independent checkers; costs are minimised.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from ortools.graph.python import min_cost_flow

from benchmarks.instances import InstanceError, best_known, read_instance
from solvers.assignment.check import check_assignment
from solvers.assignment.check_generalised import check_generalised
from solvers.assignment.generalised import GeneralisedAssignmentProblem, solve_generalised
from solvers.assignment.solve import AssignmentProblem, solve_assignment
from solvers.problem import Stop

# A generated person may take so many post groups, about one in ten of those near; a group has so many posts.
ARCS_A_PERSON, PERSONS_A_GROUP = 12, 30
SURPLUS_COST, SEED = 100_000, 2025


def instances(folder: Path, seconds: float, out: Path | None) -> None:
    """One row an instance of the folder; solutions are written to `out` (job or person, agent or post)."""
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix in ("", ".txt") and p.name != "README.txt")
    if not files:
        sys.exit(f"{folder}: no instance in this folder")
    known = best_known(folder)
    print(f"{'instance':14} {'value':>10} {'bound':>12} {'gap %':>8} {'best known':>11} {'over %':>8} {'s':>7}")
    for path in files:
        try:
            instance = read_instance(path)
        except InstanceError as e:
            sys.exit(str(e))
        started = time.perf_counter()
        value, bound, chosen = _solve(instance, seconds)
        spent = time.perf_counter() - started
        gap = "" if value is None or bound is None else f"{100 * (value - bound) / max(abs(value), 1):.3f}"
        best = known.get(path.stem)
        over = "" if best is None or value is None else f"{100 * (value - best) / max(abs(best), 1):.3f}"
        shown = ["-" if v is None else f"{v:.0f}" for v in (value, bound, best)]
        print(
            f"{path.stem:14} {shown[0]:>10} {shown[1]:>12} {gap:>8} {shown[2]:>11} {over:>8} {spent:7.1f}", flush=True
        )
        if out is not None and chosen is not None:
            out.mkdir(parents=True, exist_ok=True)
            lines = ["job,agent", *(f"{job},{agent}" for job, agent in enumerate(chosen.tolist()))]
            (out / f"{path.stem}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _solve(instance, seconds: float) -> tuple[float | None, float | None, np.ndarray | None]:
    """Value, bound and the choice of each job; SystemExit when a checker finds a fault."""
    if isinstance(instance, GeneralisedAssignmentProblem):
        solution = solve_generalised(instance, Stop(seconds))
        faults = check_generalised(instance, solution)
        chosen = solution.agent
    else:
        n = len(instance)
        person, post = np.divmod(np.arange(n * n), n)
        ones = np.ones(n, np.int64)
        # Leaving a person out costs more than all others together can save, so everybody is placed.
        left_out = np.full(n, int(instance.max()) * n + 1)
        problem = AssignmentProblem(ones, ones, person, post, instance.ravel(), left_out)
        solution = solve_assignment(problem, Stop(seconds))
        faults = check_assignment(problem, solution)
        chosen = solution.flow.reshape(n, n).argmax(axis=1)
    if faults:
        sys.exit("the answer failed its check: " + "; ".join(faults[:3]))
    return solution.objective, solution.bound, chosen


def scale(sizes: list[int]) -> None:
    """Our solver (flow, prices, proof) beside the bare flow on the same arcs, in one process."""
    print(f"{'persons':>9} {'groups':>8} {'arcs':>10} {'ours s':>8} {'bare s':>8} {'ratio':>6} {'check s':>8}  proof")
    for size in sizes:
        problem = persons_to_posts(size)
        bare, value = _bare_flow(problem)
        started = time.perf_counter()
        solution = solve_assignment(problem, Stop())
        ours = time.perf_counter() - started
        started = time.perf_counter()
        faults = check_assignment(problem, solution)
        checked = time.perf_counter() - started
        if faults or solution.objective != value:
            sys.exit(f"{size}: " + "; ".join(faults or [f"{solution.objective} instead of {value}"]))
        proof = "optimal" if solution.bound == solution.objective else f"bound {solution.bound:.0f}"
        groups, arcs = len(problem.capacity), len(problem.arc_cost)
        row = f"{size:9,} {groups:8,} {arcs:10,} {ours:8.2f} {bare:8.2f} {ours / bare:6.2f} {checked:8.2f}  {proof}"
        print(row, flush=True)


def persons_to_posts(persons: int) -> AssignmentProblem:
    """Persons on a plane, post groups near them, posts for 97 of 100; costs grow with the way and differ by group."""
    random = np.random.default_rng(SEED)
    groups = max(persons // PERSONS_A_GROUP, ARCS_A_PERSON)
    home, place = random.random((persons, 2)), random.random((groups, 2))
    # Nearest groups among a random tenth or 200, whichever is more: neighbours without a table of all distances.
    choice = random.integers(0, groups, (persons, 8 * ARCS_A_PERSON))
    way = np.linalg.norm(home[:, None, :] - place[choice], axis=2)
    near = np.take_along_axis(choice, np.argsort(way, axis=1)[:, :ARCS_A_PERSON], axis=1)
    person = np.repeat(np.arange(persons), ARCS_A_PERSON)
    keys = np.unique(person * groups + near.ravel())
    person, post = np.divmod(keys, groups)
    travel = np.linalg.norm(home[person] - place[post], axis=1)
    cost = np.rint(10_000 * travel + random.integers(0, 1500, groups)[post]).astype(np.int64)
    capacity = random.multinomial(int(0.97 * persons), np.full(groups, 1 / groups))
    return AssignmentProblem(
        np.ones(persons, np.int64), capacity, person, post, cost, np.full(persons, SURPLUS_COST, np.int64)
    )


def _bare_flow(problem: AssignmentProblem) -> tuple[float, float]:
    """Seconds and cost of SimpleMinCostFlow alone: arcs in, flows out, no prices."""
    started = time.perf_counter()
    persons, posts = len(problem.supply), len(problem.capacity)
    sink = persons + posts
    solver = min_cost_flow.SimpleMinCostFlow()
    everyone = np.arange(persons)
    solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([problem.arc_person, everyone, persons + np.arange(posts)]),
        np.concatenate([persons + problem.arc_post, np.full(persons, sink), np.full(posts, sink)]),
        np.concatenate([problem.supply[problem.arc_person], problem.supply, problem.capacity]),
        np.concatenate([problem.arc_cost, problem.surplus_cost, np.zeros(posts, np.int64)]),
    )
    supplies = np.concatenate([problem.supply, np.zeros(posts, np.int64), [-problem.supply.sum()]])
    solver.set_nodes_supplies(np.arange(sink + 1), supplies)
    if solver.solve() != solver.OPTIMAL:
        sys.exit("the bare flow found no optimum")
    return time.perf_counter() - started, float(solver.optimal_cost())
