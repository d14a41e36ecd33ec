"""Separate parts under common limits: prices on the limits, columns of the parts, one column chosen for each.

A linear program over the columns found so far gives a price to each common limit; each part is solved again
with its use of the limits priced in, and its answer is a new column. For any prices, the sum of the parts'
bounds less the priced limits bounds the whole from below. At the end one column a part is chosen by CP-SAT.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

# Prices are rounded to this fraction of the unit of cost, so that the parts keep integer objectives.
PRICE_PARTS = 1_000
ROUNDS = 60
# Prices around the last ones at which further columns are sought for the choice, as factors.
NEARBY = (0.7, 0.9, 0.97, 1.03, 1.1, 1.4)


@dataclass(frozen=True)
class Column:
    """One solution of a part: its cost, its use of each common limit, what the caller needs to rebuild it."""

    cost: int
    use: tuple[int, ...]
    payload: Any


@dataclass(frozen=True)
class Priced:
    """Answer of a part at given prices: its best column and a valid lower bound of cost plus priced use."""

    column: Column
    bound: float


# (part, prices in 1/PRICE_PARTS) -> answer; the objective of the part is PRICE_PARTS * cost + prices . use.
Oracle = Callable[[int, Sequence[int]], Priced | None]


def solve_by_prices(
    parts: int,
    limits: Sequence[int],
    start: Sequence[Column],
    oracle: Oracle,
    out_of_time: Callable[[], bool],
) -> tuple[list[Column] | None, float]:
    """Choose one column a part within the limits at least cost: (columns or None if none fit, lower bound).

    `start` holds one column a part, in order. The bound is in the unit of cost and valid even if time ran
    out.
    """
    pool: list[list[Column]] = [[column] for column in start]
    penalty = 10 * (sum(abs(c.cost) for c in start) + 1)
    bound = -np.inf
    prices: tuple[int, ...] = (0,) * len(limits)
    for _ in range(ROUNDS):
        if out_of_time():
            break
        value, prices = _master(pool, limits, penalty)
        found, lower = _price_all(pool, prices, limits, oracle, parts)
        bound = max(bound, lower)
        if not found or value - bound < 0.5:
            break
    for factor in NEARBY:
        if out_of_time():
            break
        near = tuple(round(p * factor) for p in prices)
        _, lower = _price_all(pool, near, limits, oracle, parts)
        bound = max(bound, lower)
    return _choose(pool, limits), bound


def _price_all(pool, prices, limits, oracle: Oracle, parts: int) -> tuple[bool, float]:
    """Add each part's best column at these prices; (whether any is new, Lagrangian bound)."""
    found, total = False, 0.0
    for part in range(parts):
        answer = oracle(part, prices)
        if answer is None:
            return found, -np.inf
        total += answer.bound
        known = {(c.cost, c.use) for c in pool[part]}
        if (answer.column.cost, answer.column.use) not in known:
            pool[part].append(answer.column)
            found = True
    return found, (total - sum(p * limit for p, limit in zip(prices, limits, strict=True))) / PRICE_PARTS


def _master(pool, limits, penalty: float) -> tuple[float, tuple[int, ...]]:
    """Linear program over the columns; value and the prices of the limits, rounded down to whole parts."""
    lp = pywraplp.Solver.CreateSolver("GLOP")
    rows = [lp.Constraint(-lp.infinity(), float(limit)) for limit in limits]
    objective = lp.Objective()
    for row, limit in zip(rows, limits, strict=True):
        over = lp.NumVar(0, lp.infinity(), "")
        row.SetCoefficient(over, -1.0)
        objective.SetCoefficient(over, penalty / max(abs(limit), 1))
    for columns in pool:
        one = lp.Constraint(1.0, 1.0)
        for column in columns:
            var = lp.NumVar(0, lp.infinity(), "")
            one.SetCoefficient(var, 1.0)
            objective.SetCoefficient(var, float(column.cost))
            for row, use in zip(rows, column.use, strict=True):
                row.SetCoefficient(var, float(use))
    objective.SetMinimization()
    lp.Solve()
    prices = tuple(max(int(-row.dual_value() * PRICE_PARTS), 0) for row in rows)
    return objective.Value(), prices


def _choose(pool, limits) -> list[Column] | None:
    cp = cp_model.CpModel()
    picks = [[cp.NewBoolVar("") for _ in columns] for columns in pool]
    for variables in picks:
        cp.AddExactlyOne(variables)
    pairs = [
        (var, column)
        for variables, columns in zip(picks, pool, strict=True)
        for var, column in zip(variables, columns, strict=True)
    ]
    for row, limit in enumerate(limits):
        cp.Add(sum(column.use[row] * var for var, column in pairs) <= int(limit))
    cp.Minimize(sum(column.cost * var for var, column in pairs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 20.0
    if solver.Solve(cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [
        next(c for var, c in zip(v, cs, strict=True) if solver.BooleanValue(var))
        for v, cs in zip(picks, pool, strict=True)
    ]
