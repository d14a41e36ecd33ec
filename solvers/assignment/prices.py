"""Prices of jobs that give a lower bound on a generalised assignment.

Whatever the prices, their sum less what each agent alone can earn at most is no more than the cost of any assignment
(Lagrangian relaxation of "every job once"). The best prices are sought by column generation (Dantzig and Wolfe 1960,
doi:10.1287/opre.8.1.101) smoothed towards the best prices so far (Wentges 1997, doi:10.1016/S0969-6016(97)00001-4),
or by a deflected subgradient where agents take so many jobs that columns are of little use.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from ortools.math_opt.python import mathopt

from solvers.assignment.knapsack import GRID, best_pattern, losses, on_grid
from solvers.linear import MATHOPT_ERRORS, LinearModel, solve_linear
from solvers.problem import Status, Stop

# Jobs an agent beyond which columns combine too rarely; rounds of each method; smoothing of the prices.
LONG_PATTERN, COLUMN_ROUNDS, STEP_ROUNDS, SMOOTHING = 25, 250, 400, 0.8
# Subgradient: first step as a share of the assumed distance, that distance, patience, last step.
FIRST_STEP, ASSUMED_GAP, PATIENCE, LAST_STEP = 0.3, 5e-4, 8, 1e-4
# The columns and the bound are this close: no better prices.
CLOSE = 1e-2
# A larger capacity is measured in coarser units, rounded so that the bound stays valid.
FINEST = 20_000


@dataclass(frozen=True)
class Arrays:
    """Cost (m, n), weight (m, n) and capacity (m,); a pair that is not allowed weighs more than the capacity."""

    cost: np.ndarray
    weight: np.ndarray
    capacity: np.ndarray

    def part(self, agents: np.ndarray, jobs: np.ndarray) -> Arrays:
        """Only these agents and jobs."""
        cells = np.ix_(agents, jobs)
        return Arrays(self.cost[cells], self.weight[cells], self.capacity[agents])

    def coarse(self) -> Arrays:
        """The same with capacities of at most FINEST: weights and capacities divided and rounded down.

        Every set of jobs that fits still fits, so bounds of the coarse problem hold for the fine one.
        """
        unit = np.maximum(1, -(-self.capacity // FINEST))
        fits = self.weight <= self.capacity[:, None]
        capacity = self.capacity // unit
        return Arrays(self.cost, np.where(fits, self.weight // unit[:, None], capacity[:, None] + 1), capacity)

    def value(self, agent: np.ndarray) -> int:
        """Cost of an assignment (n,)."""
        return int(self.cost[agent, np.arange(len(agent))].sum())

    def load(self, agent: np.ndarray) -> np.ndarray:
        """Weight taken by each agent (m,)."""
        load = np.zeros(len(self.capacity), np.int64)
        np.add.at(load, agent, self.weight[agent, np.arange(len(agent))])
        return load


@dataclass(frozen=True)
class Prices:
    """Prices (n,), their bound, and what the bound rises by when a pair is forced in or out, both (m, n)."""

    price: np.ndarray
    bound: float
    lost_in: np.ndarray
    lost_out: np.ndarray


def linear_relaxation(arrays: Arrays, stop: Stop) -> tuple[Status, np.ndarray, np.ndarray]:
    """Status, prices of jobs (n,) and shares (m, n) of the linear relaxation without the pairs that do not fit."""
    m, n = arrays.cost.shape
    agent, job = np.nonzero(arrays.weight <= arrays.capacity[:, None])
    model = LinearModel()
    columns = model.add_columns(arrays.cost[agent, job])
    once = model.add_rows(np.ones(n), 1.0)
    room = model.add_rows(np.full(m, -np.inf), arrays.capacity)
    model.add_entries(once[job], columns, 1.0)
    model.add_entries(room[agent], columns, arrays.weight[agent, job])
    answer = solve_linear(model, stop)
    shares = np.zeros((m, n))
    if answer.values is None or answer.duals is None:
        return answer.status, np.median(arrays.cost, axis=0), shares
    shares[agent, job] = answer.values
    return Status.OPTIMAL, answer.duals[:n], shares


def best_prices(arrays: Arrays, start: np.ndarray, seconds: float) -> Prices:
    """Prices with a bound as high as found within the seconds, from the prices `start`."""
    coarse = arrays.coarse()
    m, n = arrays.cost.shape
    climb = _by_columns if n <= LONG_PATTERN * m else _by_steps
    return measure(arrays, climb(coarse, start, seconds, COLUMN_ROUNDS if n <= LONG_PATTERN * m else STEP_ROUNDS))


def subproblem_prices(arrays: Arrays, start: np.ndarray, rounds: int) -> Prices:
    """The same for a part of a problem, by columns, in a fixed number of rounds."""
    return measure(arrays, _by_columns(arrays.coarse(), start, np.inf, rounds))


def measure(arrays: Arrays, price: np.ndarray) -> Prices:
    """The bound of given prices and the losses of every pair."""
    coarse, price = arrays.coarse(), on_grid(price)
    each = zip(price - coarse.cost, coarse.weight, coarse.capacity.tolist(), strict=True)
    earned, lost_in, lost_out = zip(*(losses(*agent) for agent in each), strict=True)
    return Prices(price, float(price.sum() - sum(earned)), np.array(lost_in), np.array(lost_out))


def _relax(arrays: Arrays, price: np.ndarray) -> tuple[float, np.ndarray]:
    """Bound at the prices and the jobs each agent takes (m, n) bool."""
    each = zip(price - arrays.cost, arrays.weight, arrays.capacity.tolist(), strict=True)
    earned, taken = zip(*(best_pattern(*agent) for agent in each), strict=True)
    return float(price.sum() - sum(earned)), np.array(taken)


def _by_steps(arrays: Arrays, start: np.ndarray, seconds: float, rounds: int) -> np.ndarray:
    """Deflected subgradient with a Polyak step towards a bound assumed a little higher."""
    began = time.perf_counter()
    at = best_at = on_grid(start)
    best, step, stale = -np.inf, FIRST_STEP, 0
    way = np.zeros(len(start))
    for _ in range(rounds):
        value, taken = _relax(arrays, at)
        stale += 1
        if value > best + 1 / GRID:
            best, best_at, stale = value, at, 0
        if stale > PATIENCE:
            at, step, stale, way = best_at, step / 1.6, 0, np.zeros(len(start))
            continue
        missing = 1.0 - taken.sum(axis=0)
        way = missing if not way.any() else 0.6 * way + 0.4 * missing
        length = float(way @ way)
        if length < 1e-9 or step < LAST_STEP or time.perf_counter() - began > seconds:
            break
        at = on_grid(at + step * max(best + ASSUMED_GAP * abs(best) - value, 0.05) / length * way)
    return best_at


def _by_columns(arrays: Arrays, start: np.ndarray, seconds: float, rounds: int) -> np.ndarray:
    """Column generation: prices of the columns known so far, smoothed towards the best prices."""
    began = time.perf_counter()
    master = _Master(arrays.cost)
    best_at = on_grid(start)
    best, taken = _relax(arrays, best_at)
    master.add(taken)
    for _ in range(rounds):
        answer = master.solve()
        if answer is None or answer[0] - best < CLOSE:
            break
        target, smoothing, added = on_grid(answer[1]), SMOOTHING, False
        while not added and smoothing >= 0.0:
            at = on_grid(smoothing * best_at + (1 - smoothing) * target)
            value, taken = _relax(arrays, at)
            added = master.add(taken)
            if value > best:
                best, best_at = value, at
            smoothing = smoothing / 2 if smoothing > 0.1 else smoothing - 0.1
        if not added or time.perf_counter() - began > seconds:
            break
    return best_at


class _Master:
    """The linear programme over the sets of jobs found so far; a dear artificial column keeps every job coverable."""

    def __init__(self, cost: np.ndarray):
        m, n = cost.shape
        self.cost, self.known = cost, set()
        self.model = mathopt.Model()
        dear = 3.0 * float(np.abs(cost).max()) + 1.0
        self.once = [self.model.add_linear_constraint(lb=1.0, ub=1.0) for _ in range(n)]
        self.agent = [self.model.add_linear_constraint(ub=1.0) for _ in range(m)]
        self.model.objective.is_maximize = False
        for row in self.once:
            column = self.model.add_variable(lb=0.0)
            self.model.objective.set_linear_coefficient(column, dear)
            row.set_coefficient(column, 1.0)
        self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)

    def add(self, taken: np.ndarray) -> bool:
        """Add the set of each agent unless it is known; whether any was new."""
        new = False
        for agent, chosen in enumerate(taken):
            key = (agent, chosen.tobytes())
            if key in self.known:
                continue
            self.known.add(key)
            new = True
            jobs = np.flatnonzero(chosen).tolist()
            column = self.model.add_variable(lb=0.0)
            self.model.objective.set_linear_coefficient(column, float(self.cost[agent, jobs].sum()))
            self.agent[agent].set_coefficient(column, 1.0)
            for job in jobs:
                self.once[job].set_coefficient(column, 1.0)
        return new

    def solve(self) -> tuple[float, np.ndarray] | None:
        """Value and prices of jobs, or None when the solver has none."""
        try:
            result = self.solver.solve()
            return result.objective_value(), np.array(result.dual_values(self.once))
        except (*MATHOPT_ERRORS, ValueError):
            return None
