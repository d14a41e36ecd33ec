"""Readers of public instances: OR-Library assignment files and generalised assignment files.

Both hold whole numbers separated by white space. An assignment file (Beasley, OR-Library) has n and an n x n matrix of
costs; a generalised assignment file the numbers of agents and jobs, costs and weights (agents x jobs), capacities.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from solvers.assignment.generalised import GeneralisedAssignmentProblem


class InstanceError(ValueError):
    """A file is no instance; the message names it and says why."""


def read_instance(path: Path) -> np.ndarray | GeneralisedAssignmentProblem:
    """Costs (n, n) of an assignment file, or the problem of a generalised assignment file, told by their lengths."""
    numbers = _numbers(path)
    n = int(numbers[0]) if len(numbers) else 0
    if n > 0 and len(numbers) == 1 + n * n:
        return numbers[1:].reshape(n, n)
    if len(numbers) < 2:
        raise InstanceError(f"{path}: holds {len(numbers)} numbers, no instance")
    agents, jobs = int(numbers[0]), int(numbers[1])
    expected = 2 + 2 * agents * jobs + agents
    if min(agents, jobs) < 1 or len(numbers) != expected:
        raise InstanceError(
            f"{path}: {len(numbers)} numbers; an assignment of {n} needs {1 + n * n}, "
            f"a generalised one of {agents} agents and {jobs} jobs {expected}"
        )
    cost, weight, capacity = np.split(numbers[2:], [agents * jobs, 2 * agents * jobs])
    return GeneralisedAssignmentProblem(cost.reshape(agents, jobs), weight.reshape(agents, jobs), capacity)


def _numbers(path: Path) -> np.ndarray:
    try:
        words = path.read_text(encoding="ascii").split()
        return np.array([int(w) for w in words], np.int64)
    except (UnicodeDecodeError, ValueError) as e:
        raise InstanceError(f"{path}: not whole numbers only ({e})") from None


def best_known(folder: Path) -> dict[str, float]:
    """Best known value by instance, from best_known.csv in the folder or the one above; for display only."""
    for place in (folder, folder.parent):
        table = place / "best_known.csv"
        if table.exists():
            with table.open(encoding="utf-8") as file:
                return {r["instance"]: float(r["best_known"]) for r in csv.DictReader(file) if r["best_known"]}
    return {}
