"""A linear relaxation that keeps its basis while columns are added: the master of column generation."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from ortools.math_opt.python import mathopt
from scipy.sparse import csc_matrix

from solvers.problem import Stop


class ColumnLP:
    """minimise cost.x subject to lower <= A x <= upper, x >= 0; a slack of price `penalty` for each row that 0 breaks.

    GLOP (primal simplex) goes on from its last basis after each `add`.
    """

    def __init__(self, lower: np.ndarray, upper: np.ndarray, penalty: float):
        self.model = mathopt.Model()
        self.rows = [
            self.model.add_linear_constraint(lb=float(a), ub=float(b)) for a, b in zip(lower, upper, strict=True)
        ]
        self.columns: list[mathopt.Variable] = []
        self.slack: list[mathopt.Variable] = []
        for row, least, most in zip(self.rows, lower.tolist(), upper.tolist(), strict=True):
            if least > 0 or most < 0:
                variable = self.model.add_variable(lb=0.0)
                row.set_coefficient(variable, 1.0 if least > 0 else -1.0)
                self.model.objective.set_linear_coefficient(variable, penalty)
                self.slack.append(variable)
        self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)

    def set_penalty(self, penalty: float) -> None:
        """Another price of the slacks: no dual exceeds it."""
        for variable in self.slack:
            self.model.objective.set_linear_coefficient(variable, penalty)

    def add(self, matrix: csc_matrix, cost: np.ndarray) -> None:
        """Append columns."""
        matrix = matrix.tocsc()
        pointer, row, value = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
        for j, c in enumerate(cost.tolist()):
            variable = self.model.add_variable(lb=0.0)
            self.columns.append(variable)
            if c:
                self.model.objective.set_linear_coefficient(variable, c)
            for k in range(pointer[j], pointer[j + 1]):
                self.rows[row[k]].set_coefficient(variable, value[k])

    def fix(self, column: int) -> None:
        """Take a column once."""
        self.columns[column].lower_bound = 1.0

    def solve(self, stop: Stop) -> tuple[float, np.ndarray, np.ndarray, float] | None:
        """Value, duals (rows,), values (columns,), sum of slacks; None when the limit came first."""
        result = self.solver.solve(params=mathopt.SolveParameters(time_limit=timedelta(seconds=stop.seconds)))
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return None
        duals = np.array(result.dual_values(self.rows))
        x = np.array(result.variable_values(self.columns)) if self.columns else np.empty(0)
        return result.objective_value(), duals, x, float(sum(result.variable_values(self.slack)))
