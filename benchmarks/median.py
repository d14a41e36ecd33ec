"""`python -m benchmarks median DIR`: p-median files of OR-Library, our solver beside greedy with interchanges.

A file (Beasley) has the numbers of nodes, edges and sites, then an edge a line: two nodes and a length. Of edges given
twice the last counts; costs are the shortest ways between all nodes.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import shortest_path

from benchmarks.instances import InstanceError, best_known
from solvers.median.check import check_median
from solvers.median.interchange import greedy, interchange
from solvers.median.problem import MedianProblem
from solvers.median.solve import solve_median
from solvers.problem import Stop


def read_median(path: Path) -> MedianProblem:
    """The problem of a file; InstanceError when it is none."""
    try:
        numbers = np.array([int(w) for w in path.read_text(encoding="ascii").split()])
    except (UnicodeDecodeError, ValueError) as e:
        raise InstanceError(f"{path}: not whole numbers only ({e})") from None
    if len(numbers) < 3 or len(numbers) != 3 + 3 * numbers[1]:
        raise InstanceError(f"{path}: {len(numbers)} numbers; needs nodes, edges, sites and 3 numbers an edge")
    nodes, _, sites = (int(x) for x in numbers[:3])
    edges = numbers[3:].reshape(-1, 3)
    ends = np.sort(edges[:, :2], axis=1) - 1
    if not 1 <= sites <= nodes or (len(ends) and (ends.min() < 0 or ends.max() >= nodes)):
        raise InstanceError(f"{path}: an edge names a node outside 1..{nodes}, or {sites} sites of {nodes} nodes")
    lengths = {(int(a), int(b)): int(w) for (a, b), w in zip(ends, edges[:, 2], strict=True)}
    pairs = np.array(list(lengths), dtype=int).reshape(-1, 2)
    graph = csr_matrix((np.array(list(lengths.values()), float), pairs.T), shape=(nodes, nodes))
    return MedianProblem(shortest_path(graph, directed=False), sites)


def instances(folder: Path, seconds: float, out: Path | None) -> None:
    """One row an instance of the folder; `out` gets a JSON list of {instance, value, sites, assignment}."""
    files = sorted((p for p in folder.glob("*.txt") if p.stem.lower() != "readme"), key=lambda p: (len(p.stem), p.stem))
    if not files:
        sys.exit(f"{folder}: no instance in this folder")
    known, answers = best_known(folder), []
    heads = ("instance", "n", "p", "value", "bound", "gap %", "best known", "s", "greedy", "s")
    widths = (12, 5, 5, 8, 10, 8, 11, 7, 8, 7)
    print(" ".join(f"{h:>{w}}" if i else f"{h:{w}}" for i, (h, w) in enumerate(zip(heads, widths, strict=True))))
    for path in files:
        try:
            problem = read_median(path)
        except InstanceError as e:
            sys.exit(str(e))
        plain, plain_seconds = _plain(problem)
        solution = solve_median(problem, Stop(seconds))
        faults = check_median(problem, solution)
        if faults:
            sys.exit("the answer failed its check: " + "; ".join(faults[:3]))
        gap = "-" if solution.gap is None else f"{100 * solution.gap:.3f}"
        shown = ["-" if v is None else f"{v:.0f}" for v in (solution.objective, solution.bound, known.get(path.stem))]
        cells = (path.stem, len(problem.cost), problem.fewest, shown[0], shown[1], gap, shown[2])
        cells += (f"{solution.seconds:.1f}", f"{plain:.0f}", f"{plain_seconds:.1f}")
        print(" ".join(f"{c:>{w}}" if i else f"{c:{w}}" for i, (c, w) in enumerate(zip(cells, widths, strict=True))))
        sys.stdout.flush()
        row = {"instance": path.stem, "value": solution.objective, "bound": solution.bound}
        answers.append(row | {"sites": solution.sites.tolist(), "assignment": solution.assignment.tolist()})
    if out is not None:
        out.write_text(json.dumps(answers) + "\n", encoding="utf-8")


def _plain(problem: MedianProblem) -> tuple[float, float]:
    """Value and seconds of greedy opening followed by the best interchanges, and nothing else."""
    started = time.perf_counter()
    m = problem.cost.shape[1]
    nothing, everything, free = np.empty(0, int), np.ones(m, bool), np.zeros(m)
    # Nodes out of reach count as very far, for the comparison only.
    cost = np.where(np.isfinite(problem.cost), problem.cost, 1e9)
    sites = greedy(cost, free, nothing, everything, problem.fewest)
    sites = interchange(cost, free, sites, nothing, everything)
    return float(cost[:, sites].min(axis=1).sum()), time.perf_counter() - started
