"""Binary programs with many columns: linear bound by pricing, then only the columns that can still matter.

    minimise c.x   subject to   lower <= A x <= upper,   x binary

The linear programme is solved on few columns and priced over all of them. Its duals y give, for every x,
c.x >= y.b + sum of max(0, reduced cost) over the chosen columns, so a column whose reduced cost exceeds the
distance
of a known solution from that bound is in no better solution and is left out of the integer programme.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from scipy.sparse import csc_matrix, hstack, identity

from solvers.problem import Status, Stop

# Columns of the first integer programme, columns priced in a round, start columns for each row and column
# length.
FIRST_COLUMNS, PRICED_IN, PROMISING = 4000, 3000, 12
# Reduced cost below which a column is priced in; total violation that proves infeasibility.
TOLERANCE, VIOLATED = 1e-7, 1e-6
# Relative distance at which the linear bound is good enough, and at which a solution counts as proven.
LINEAR_WITHIN, OPTIMAL_WITHIN = 1e-6, 1e-7


@dataclass(frozen=True)
class Program:
    """A binary program: sparse columns `matrix` (rows x columns), row bounds, cost a column."""

    matrix: csc_matrix
    lower: np.ndarray
    upper: np.ndarray
    cost: np.ndarray


@dataclass(frozen=True)
class Choice:
    """Chosen column positions (ascending), their cost and a valid bound.

    `columns_used` is the number of columns of the last search.
    """

    status: Status
    chosen: np.ndarray
    objective: float | None
    bound: float | None
    columns_used: int = 0


def minimise(program: Program, stop: Stop) -> Choice:
    """Solve a binary program; the bound is valid for all columns."""
    began = time.perf_counter()
    nothing = np.empty(0, int)
    ranking = _rank(program, stop)
    if ranking is None:
        return Choice(Status.INFEASIBLE, nothing, None, None)
    scaled, scale, bound, reduced, order = (
        ranking.scaled, ranking.scale, ranking.bound, ranking.reduced, ranking.order
    )  # fmt: skip
    count = min(FIRST_COLUMNS, len(order))
    while True:
        taken = np.sort(order[:count])
        cut = float(reduced[order[count]]) if count < len(order) else np.inf
        left = replace(stop, seconds=max(stop.seconds - (time.perf_counter() - began), 1.0))
        result = _solve(_part(scaled, taken), mathopt.SolverType.HIGHS, left, integer=True)
        chosen, value, proven, finished = _read(result, taken, scaled.cost)
        # A column outside `taken` brings the cost to bound + cut at least.
        proven = min(max(proven, bound), bound + max(cut, 0.0))
        more = count < len(order) and finished and time.perf_counter() - began < stop.seconds
        if value is None and more:
            count = min(4 * count, len(order))
        elif value is None:
            infeasible = finished and count == len(order)
            status = Status.INFEASIBLE if infeasible else Status.UNKNOWN
            return Choice(status, nothing, None, None if infeasible else bound * scale, count)
        elif more and value - bound > cut:
            count = int(np.searchsorted(reduced[order], value - bound, side="right"))
        else:
            optimal = value - proven <= OPTIMAL_WITHIN * max(abs(value), 1.0)
            total = float(program.cost[chosen].sum())
            status = Status.OPTIMAL if optimal else Status.FEASIBLE
            return Choice(status, chosen, total, total if optimal else proven * scale, count)


def linear_prices(program: Program, stop: Stop) -> tuple[float, np.ndarray, np.ndarray] | None:
    """Linear bound over all columns, reduced costs (C,) and duals (R,) at it, in units of cost; None when infeasible.

    No choice with a column costs less than the bound and the column's reduced cost together.
    """
    ranking = _rank(program, stop)
    if ranking is None:
        return None
    return ranking.bound * ranking.scale, ranking.reduced * ranking.scale, ranking.duals * ranking.scale


def minimise_small(program: Program, stop: Stop) -> Choice:
    """As `minimise`, for few columns: straight to the integer programme."""
    if not len(program.cost):
        met = np.all(program.lower <= TOLERANCE) and np.all(program.upper >= -TOLERANCE)
        return Choice(Status.OPTIMAL if met else Status.INFEASIBLE, np.empty(0, int), 0.0 if met else None, 0.0)
    result = _solve(program, mathopt.SolverType.HIGHS, stop, integer=True)
    chosen, value, bound, finished = _read(result, np.arange(len(program.cost)), program.cost)
    if value is None:
        return Choice(Status.INFEASIBLE if finished else Status.UNKNOWN, chosen, None, None)
    return Choice(Status.OPTIMAL if finished else Status.FEASIBLE, chosen, value, min(bound, value), len(program.cost))


def is_feasible(program: Program, stop: Stop) -> bool | None:
    """Whether any binary x satisfies the rows; None when the limit of `stop` came first.

    Costs only guide the search.
    """
    began = time.perf_counter()
    ranking = _rank(program, stop)
    if ranking is None:
        return False
    scaled, order = ranking.scaled, ranking.order
    count = min(FIRST_COLUMNS, len(order))
    while True:
        left = replace(stop, seconds=max(stop.seconds - (time.perf_counter() - began), 1.0), gap=1.0)
        result = _solve(_part(scaled, np.sort(order[:count])), mathopt.SolverType.HIGHS, left, integer=True)
        if result.has_primal_feasible_solution():
            return True
        if result.termination.reason != mathopt.TerminationReason.INFEASIBLE:
            return None
        if count == len(order):
            return False
        count = min(4 * count, len(order))


@dataclass(frozen=True)
class _Ranking:
    """Scaled program, its scale, linear bound, reduced costs, duals of the rows, columns by reduced cost."""

    scaled: Program
    scale: float
    bound: float
    reduced: np.ndarray
    duals: np.ndarray
    order: np.ndarray


def _rank(program: Program, stop: Stop) -> _Ranking | None:
    """None if not even the relaxation has a solution."""
    violation, start = _violation(program, stop)
    if violation > VIOLATED:
        return None
    scale = float(np.mean(np.abs(program.cost))) if len(program.cost) else 0.0
    scale = scale or 1.0
    scaled = Program(program.matrix, program.lower, program.upper, program.cost / scale)
    bound, reduced, duals = _linear_bound(scaled, start, stop)
    return _Ranking(scaled, scale, bound, reduced, duals, np.argsort(reduced, kind="stable"))


def _violation(program: Program, stop: Stop) -> tuple[float, np.ndarray]:
    """Smallest total violation of the rows, and the columns that were enough to reach it."""
    if not len(program.cost):
        zero = np.zeros(len(program.lower))
        return float(np.maximum(program.lower - zero, 0).sum() + np.maximum(zero - program.upper, 0).sum()), zero[:0]
    flat = Program(program.matrix, program.lower, program.upper, np.zeros(len(program.cost)))
    taken = _promising(program)
    rows = program.matrix.shape[0]
    slack = hstack([identity(rows), -identity(rows)]).tocsc()
    while True:
        part = _part(flat, taken)
        cost = np.concatenate([part.cost, np.ones(2 * rows)])
        widened = Program(hstack([part.matrix, slack]).tocsc(), part.lower, part.upper, cost)
        result = _solve(widened, mathopt.SolverType.GLOP, stop, integer=False)
        value = result.objective_value()
        if value <= TOLERANCE:
            return 0.0, taken
        extra = _to_price_in(flat, _duals(result), taken)
        if not len(extra):
            return value, taken
        taken = np.sort(np.concatenate([taken, extra]))


def _promising(program: Program) -> np.ndarray:
    """A small start: for every row and column length, the columns cheapest for the rows they take."""
    cells = program.matrix.tocoo()
    length = np.diff(program.matrix.tocsc().indptr)
    ratio = program.cost / np.maximum(length, 1)
    order = np.lexsort((cells.col, ratio[cells.col], length[cells.col], cells.row))
    key = cells.row[order].astype(np.int64) * (int(length.max()) + 1) + length[cells.col[order]]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    rank = np.arange(len(key)) - np.repeat(first, np.diff(np.append(first, len(key))))
    return np.unique(cells.col[order[rank < PROMISING]])


def _linear_bound(program: Program, taken: np.ndarray, stop: Stop) -> tuple[float, np.ndarray, np.ndarray]:
    """Valid lower bound of the relaxation, the reduced cost of every column at its duals, and these."""
    while True:
        result = _solve(_part(program, taken), mathopt.SolverType.GLOP, stop, integer=False)
        duals = _duals(result)
        reduced = program.cost - program.matrix.T @ duals
        # Valid whatever the solver's tolerances: each row by the side its dual presses on, each column at its
        # best.
        by_row = np.where(duals > 0, duals * program.lower, np.where(duals < 0, duals * program.upper, 0.0))
        bound = float(by_row.sum() + np.minimum(reduced, 0.0).sum())
        extra = _to_price_in(program, duals, taken)
        if not len(extra) or result.objective_value() - bound <= LINEAR_WITHIN * abs(bound):
            return bound, reduced, duals
        taken = np.sort(np.concatenate([taken, extra]))


def _to_price_in(program: Program, duals: np.ndarray, taken: np.ndarray) -> np.ndarray:
    reduced = program.cost - program.matrix.T @ duals
    reduced[taken] = 0.0
    cheap = np.flatnonzero(reduced < -TOLERANCE)
    return cheap[np.argsort(reduced[cheap], kind="stable")[:PRICED_IN]]


def _part(program: Program, columns: np.ndarray) -> Program:
    return Program(program.matrix[:, columns], program.lower, program.upper, program.cost[columns])


def _solve(program: Program, solver: mathopt.SolverType, stop: Stop, *, integer: bool):
    """Pass the program to MathOpt as one protocol buffer (building it by expressions costs as much as the
    solve).

    The relaxation leaves out x <= 1, which keeps every column's reduced cost in the duals of the rows.
    """
    rows, columns = program.matrix.shape
    upper = np.ones(columns) if integer else np.full(columns, np.inf)
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(columns))
    proto.variables.lower_bounds.extend([0.0] * columns)
    proto.variables.upper_bounds.extend(upper.tolist())
    proto.variables.integers.extend([integer] * columns)
    used = np.flatnonzero(program.cost)
    proto.objective.linear_coefficients.ids.extend(used.tolist())
    proto.objective.linear_coefficients.values.extend(program.cost[used].tolist())
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(program.lower.tolist())
    proto.linear_constraints.upper_bounds.extend(program.upper.tolist())
    cells = program.matrix.tocsr()
    cells.sort_indices()
    cells = cells.tocoo()
    proto.linear_constraint_matrix.row_ids.extend(cells.row.tolist())
    proto.linear_constraint_matrix.column_ids.extend(cells.col.tolist())
    proto.linear_constraint_matrix.coefficients.extend(cells.data.tolist())
    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=stop.seconds))
    if integer:
        # Presolve of HiGHS spends several times the solve on set partitioning and takes nothing away.
        parameters.presolve = mathopt.Emphasis.OFF
        # HiGHS inside MathOpt takes no number of threads: it is kept on one, whatever `stop` allows.
        parameters.highs.string_options["parallel"] = "off"
        parameters.random_seed = stop.seed
        parameters.relative_gap_tolerance, parameters.absolute_gap_tolerance = stop.gap, 0.0
        parameters.node_limit = int(stop.work) if stop.work is not None else None
    wanted = mathopt.ModelSolveParameters(
        variable_values_filter=mathopt.VariableFilter(skip_zero_values=True),
        reduced_costs_filter=mathopt.VariableFilter(skip_zero_values=True, filtered_items=()),
    )
    return mathopt.solve(mathopt.Model.from_model_proto(proto), solver, params=parameters, model_params=wanted)


def _duals(result) -> np.ndarray:
    values = result.dual_values()
    return np.array([values[row] for row in sorted(values, key=lambda r: r.id)])


def _read(result, taken: np.ndarray, cost: np.ndarray) -> tuple[np.ndarray, float | None, float, bool]:
    """Chosen columns, their cost, the solver's bound, and whether the search was finished."""
    reason = result.termination.reason
    finished = reason in (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.INFEASIBLE)
    if not result.has_primal_feasible_solution():
        return np.empty(0, int), None, -np.inf, finished
    values = result.variable_values()
    chosen = np.sort(np.array([taken[variable.id] for variable, x in values.items() if x > 0.5], dtype=int))
    bound = result.termination.objective_bounds.dual_bound
    return chosen, float(cost[chosen].sum()), float(bound), finished


def relaxation(program: Program, stop: Stop) -> tuple[float, np.ndarray, np.ndarray]:
    """Value of the relaxation without x <= 1, its duals (rows,) and values (columns,).

    Raises RuntimeError when the relaxation has no solution or the limit came first.
    """
    result = _solve(program, mathopt.SolverType.GLOP, stop, integer=False)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        raise RuntimeError(f"the relaxation ended as {result.termination.reason.name}")
    values = np.zeros(len(program.cost))
    for variable, x in result.variable_values().items():
        values[variable.id] = x
    return result.objective_value(), _duals(result), values
