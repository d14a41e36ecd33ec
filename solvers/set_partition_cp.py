"""Small set-partitioning programs by CP-SAT: predictable work where branch and bound may spend minutes."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Status, Stop
from solvers.set_partition import Choice, Program

SCALE = 1_000_000  # whole numbers that the largest cost and the largest entry of a row become
ROUNDING = 0.5  # of a row, in these units, for each column


def minimise_by_cp(program: Program, stop: Stop, hint: np.ndarray) -> Choice:
    """Solve from a known choice (`hint`, positions); `stop.work` in deterministic seconds.

    Costs are rounded to a millionth of the largest, so the choice carries no bound.
    """
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(len(program.cost))]
    rows = program.matrix.tocsr()
    for i, (least, most) in enumerate(zip(program.lower.tolist(), program.upper.tolist(), strict=True)):
        entries = slice(rows.indptr[i], rows.indptr[i + 1])
        _add_row(model, [x[c] for c in rows.indices[entries].tolist()], rows.data[entries], least, most)
    largest = float(np.abs(program.cost).max(initial=0.0)) or 1.0
    cost = np.round(program.cost / largest * SCALE).astype(np.int64).tolist()
    model.minimize(cp_model.LinearExpr.weighted_sum(x, cost))
    taken = set(hint.tolist())
    for i, variable in enumerate(x):
        model.add_hint(variable, i in taken)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = stop.seed
    solver.parameters.linearization_level = 2
    solver.parameters.max_time_in_seconds = stop.seconds
    if stop.work is not None:
        solver.parameters.max_deterministic_time = stop.work
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        chosen = np.array([i for i, variable in enumerate(x) if solver.boolean_value(variable)], dtype=int)
        reached = Status.OPTIMAL if status == cp_model.OPTIMAL else Status.FEASIBLE
        return Choice(reached, chosen, float(program.cost[chosen].sum()), None, len(x))
    infeasible = status == cp_model.INFEASIBLE
    return Choice(Status.INFEASIBLE if infeasible else Status.UNKNOWN, np.empty(0, int), None, None, len(x))


def _add_row(model: cp_model.CpModel, x: list, values: np.ndarray, least: float, most: float) -> None:
    if not len(x):
        if least > 0 or most < 0:
            model.add_bool_or([])
        return
    if np.all(values == 1.0):
        if least == most == 1.0:
            model.add_exactly_one(x)
        elif least > 0 or most < len(x):
            domain = max(0, int(np.ceil(least - 1e-6))), min(len(x), int(np.floor(most + 1e-6)))
            if domain[0] > domain[1]:
                model.add_bool_or([])
            else:
                model.add_linear_constraint(cp_model.LinearExpr.sum(x), *domain)
        return
    scale = SCALE / float(np.abs(values).max())
    whole = np.round(values * scale).astype(np.int64).tolist()
    slack = ROUNDING * len(x)
    low = -(2**60) if np.isneginf(least) else int(np.floor(least * scale - slack))
    high = 2**60 if np.isposinf(most) else int(np.ceil(most * scale + slack))
    model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(x, whole), low, high)
