"""Linear programs with some whole-number columns, passed in bulk to MathOpt (HiGHS); errors of MathOpt
wrapped.

minimise cost.x   subject to   row_lower <= A x <= row_upper,   lower <= x <= upper,   x whole where `integer`
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from scipy.sparse import coo_matrix

from solvers.problem import Status, Stop

# The error paths of MathOpt 9.15 may raise an AttributeError of their own instead of a status.
MATHOPT_ERRORS = (AttributeError, RuntimeError)


@dataclass
class LinearModel:
    """Columns and rows gathered in bulk; indices are positions in order of addition."""

    cost: list[np.ndarray] = field(default_factory=list)
    lower: list[np.ndarray] = field(default_factory=list)
    upper: list[np.ndarray] = field(default_factory=list)
    integer: list[np.ndarray] = field(default_factory=list)
    row_lower: list[np.ndarray] = field(default_factory=list)
    row_upper: list[np.ndarray] = field(default_factory=list)
    entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def add_columns(self, cost, *, lower=0.0, upper=np.inf, integer=False) -> np.ndarray:
        """Add one column per cost; returns their positions."""
        cost = np.atleast_1d(np.asarray(cost, float))
        n = len(cost)
        self.cost.append(cost)
        self.lower.append(np.broadcast_to(np.asarray(lower, float), n))
        self.upper.append(np.broadcast_to(np.asarray(upper, float), n))
        self.integer.append(np.full(n, integer))
        self.columns += n
        return np.arange(self.columns - n, self.columns)

    def add_rows(self, lower, upper) -> np.ndarray:
        """Add one row per bound; returns their positions."""
        lower, upper = np.broadcast_arrays(
            np.atleast_1d(np.asarray(lower, float)), np.atleast_1d(np.asarray(upper, float))
        )
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.rows += len(lower)
        return np.arange(self.rows - len(lower), self.rows)

    def add_entries(self, rows, columns, values) -> None:
        """Add coefficients; entries of the same row and column are summed."""
        rows, columns, values = np.broadcast_arrays(
            np.atleast_1d(rows), np.atleast_1d(columns), np.atleast_1d(np.asarray(values, float))
        )
        self.entries.append((rows.ravel(), columns.ravel(), values.ravel()))


@dataclass(frozen=True)
class LinearAnswer:
    """`values` per column (None without a solution); `bound` is the solver's valid lower bound or None.

    `duals` per row (None with whole-number columns): the reduced cost of a column is its cost less duals @
    its entries.
    """

    status: Status
    values: np.ndarray | None
    objective: float | None
    bound: float | None
    duals: np.ndarray | None = None


def solve_linear(model: LinearModel, stop: Stop, *, presolve: bool = True) -> LinearAnswer:
    """Solve with HiGHS. Stop.work is the number of branch-and-bound nodes."""
    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=stop.seconds), random_seed=stop.seed)
    if any(block.any() for block in model.integer):
        parameters.relative_gap_tolerance, parameters.absolute_gap_tolerance = stop.gap, 0.0
        parameters.node_limit = int(stop.work) if stop.work is not None else None
    if not presolve:
        parameters.presolve = mathopt.Emphasis.OFF
    # HiGHS inside MathOpt takes no number of threads: it is kept on one, whatever `stop` allows.
    parameters.highs.string_options["parallel"] = "off"
    stated = mathopt.Model.from_model_proto(_proto(model))
    # Only what is read comes back: values that are not zero, duals, no reduced costs.
    wanted = mathopt.ModelSolveParameters(
        variable_values_filter=mathopt.VariableFilter(skip_zero_values=True),
        reduced_costs_filter=mathopt.VariableFilter(skip_zero_values=True, filtered_items=()),
    )
    try:
        result = mathopt.solve(stated, mathopt.SolverType.HIGHS, params=parameters, model_params=wanted)
    except MATHOPT_ERRORS:
        return LinearAnswer(Status.UNKNOWN, None, None, None)
    return _read(result, model)


def _read(result, model: LinearModel) -> LinearAnswer:
    reason = result.termination.reason
    if reason in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED):
        return LinearAnswer(Status.INFEASIBLE, None, None, None)
    bound = result.termination.objective_bounds.dual_bound
    bound = float(bound) if np.isfinite(bound) else None
    if not result.has_primal_feasible_solution():
        return LinearAnswer(Status.UNKNOWN, None, None, bound)
    values = np.zeros(model.columns)
    for variable, value in result.variable_values().items():
        values[variable.id] = value
    done = reason == mathopt.TerminationReason.OPTIMAL
    status = Status.OPTIMAL if done else Status.FEASIBLE
    duals = None
    if result.has_dual_feasible_solution():
        duals = np.zeros(model.rows)
        for row, value in result.dual_values().items():
            duals[row.id] = value
    return LinearAnswer(status, values, float(np.concatenate(model.cost) @ values), bound, duals)


def _proto(model: LinearModel) -> model_pb2.ModelProto:
    """One protocol buffer: building a model by expressions costs as much as solving it."""
    proto = model_pb2.ModelProto()
    cost = np.concatenate(model.cost)
    proto.variables.ids.extend(range(model.columns))
    proto.variables.lower_bounds.extend(np.concatenate(model.lower).tolist())
    proto.variables.upper_bounds.extend(np.concatenate(model.upper).tolist())
    proto.variables.integers.extend(np.concatenate(model.integer).tolist())
    used = np.flatnonzero(cost)
    proto.objective.linear_coefficients.ids.extend(used.tolist())
    proto.objective.linear_coefficients.values.extend(cost[used].tolist())
    proto.linear_constraints.ids.extend(range(model.rows))
    proto.linear_constraints.lower_bounds.extend(np.concatenate(model.row_lower).tolist())
    proto.linear_constraints.upper_bounds.extend(np.concatenate(model.row_upper).tolist())
    row, column, value = (np.concatenate(part) for part in zip(*model.entries, strict=True))
    cells = coo_matrix((value, (row, column)), shape=(model.rows, model.columns)).tocsr()
    cells.sort_indices()
    cells = cells.tocoo()
    proto.linear_constraint_matrix.row_ids.extend(cells.row.tolist())
    proto.linear_constraint_matrix.column_ids.extend(cells.col.tolist())
    proto.linear_constraint_matrix.coefficients.extend(cells.data.tolist())
    return proto
