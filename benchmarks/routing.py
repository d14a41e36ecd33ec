"""`python -m benchmarks routing`: vehicle routing instances, three solvers side by side at equal wall time.

Ours may use several processes (`--threads`), PyVRP with its own parameters and OR-Tools routing use one. Every answer
is checked by the independent checker before it is printed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import fmean

from benchmarks.instances import InstanceError, best_known
from benchmarks.vehicle_instances import VehicleInstance, read_vehicle_instance, solution_text
from solvers.problem import Stop
from solvers.vehicle_routing.check import check_vehicle_routing
from solvers.vehicle_routing.solve import VehicleRoutingSolution, solve_vehicle_routing

# Column, engine, what its solutions are called after the instance's name.
SOLVERS = (("ours", "pool", ""), ("PyVRP", "pyvrp", ".pyvrp"), ("OR-Tools", "ortools", ".ortools"))


def instances(folder: Path, seconds: float, threads: int, out: Path | None) -> None:
    """One row an instance of the folder, then the mean gaps; routes are written to `out` in CVRPLIB .sol form."""
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix in (".vrp", ".txt") and p.stem != "README")
    if not files:
        sys.exit(f"{folder}: no instance (.vrp or .txt) in this folder")
    try:
        read = {path: read_vehicle_instance(path) for path in files}
    except InstanceError as e:
        sys.exit(str(e))
    known = best_known(folder)
    print(f"{seconds:g} s of wall time for each; ours on {threads} core(s), PyVRP and OR-Tools on one; gaps in %")
    titles = " ".join(f"{title:>10} {'gap %':>7} {'s':>6}" for title, _, _ in SOLVERS)
    print(f"{'instance':14} {'customers':>9} {'best known':>10} {titles}")
    gaps: dict[str, list[float]] = {engine: [] for _, engine, _ in SOLVERS}
    for path, instance in read.items():
        best = known.get(path.stem)
        cells = []
        for _, engine, suffix in SOLVERS:
            solution = _solve(instance, engine, Stop(seconds, threads=threads if engine == "pool" else 1))
            cells.append(_cells(instance, solution, best, gaps[engine]))
            if out is not None and solution.routes is not None:
                out.mkdir(parents=True, exist_ok=True)
                text = solution_text(solution.routes, instance.cost(solution.objective))
                (out / f"{path.stem}{suffix}.sol").write_text(text, encoding="utf-8")
        shown = "-" if best is None else instance.cost(best * instance.unit)
        print(f"{path.stem:14} {instance.problem.clients:9} {shown:>10} {' '.join(cells)}", flush=True)
    means = " ".join(f"{'':10} {fmean(g) if g else float('nan'):7.3f} {'':6}" for g in gaps.values())
    print(f"{'mean':14} {'':9} {'':10} {means}".rstrip())


def _solve(instance: VehicleInstance, engine: str, stop: Stop) -> VehicleRoutingSolution:
    """The answer of one engine; SystemExit when the checker finds a fault."""
    solution = solve_vehicle_routing(instance.problem, stop, engine=engine)
    faults = check_vehicle_routing(instance.problem, solution)
    if faults:
        sys.exit(f"the answer of {engine} failed its check: " + "; ".join(faults[:3]))
    return solution


def _cells(instance: VehicleInstance, solution: VehicleRoutingSolution, best: float | None, gaps: list[float]) -> str:
    """Cost, gap and seconds of one solver; the gap is added to `gaps`."""
    if solution.objective is None:
        return f"{'-':>10} {'':7} {solution.seconds:6.1f}"
    gap = ""
    if best:
        gaps.append(100 * (solution.objective / instance.unit - best) / best)
        gap = f"{gaps[-1]:.3f}"
    return f"{instance.cost(solution.objective):>10} {gap:>7} {solution.seconds:6.1f}"
