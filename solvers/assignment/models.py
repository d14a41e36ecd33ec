"""Exact models of generalised assignments: by sets of jobs (HiGHS) and by pairs (HiGHS, CP-SAT).

Each looks only for an assignment of at most a given cost, so that "infeasible" proves that there is none.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from solvers.assignment.knapsack import patterns
from solvers.assignment.prices import Arrays, Prices
from solvers.linear import LinearModel, solve_linear
from solvers.problem import Status, Stop

# Slack of comparisons between bounds and whole costs.
TINY = 1e-6


def kept_pairs(arrays: Arrays, prices: Prices, most: float) -> np.ndarray:
    """Pairs (m, n) that an assignment of cost at most `most` can still use, by the losses of each."""
    keep = (prices.bound + prices.lost_in <= most + TINY) & (arrays.weight <= arrays.capacity[:, None])
    forced = keep & (prices.bound + prices.lost_out > most + TINY)
    only = forced.any(axis=0)
    keep[:, only] = forced[:, only]
    # Two agents that both must have a job: no assignment is that cheap.
    keep[:, forced.sum(axis=0) > 1] = False
    return keep


def all_patterns(arrays: Arrays, price: np.ndarray, loss: float, most: int) -> list[np.ndarray] | None:
    """Sets of jobs of each agent that fit and lose at most `loss`; None when there are more than `most` in all."""
    coarse, found, count = arrays.coarse(), [], 0
    for agent, (profit, weight, capacity) in enumerate(
        zip(price - coarse.cost, coarse.weight, coarse.capacity.tolist(), strict=True)
    ):
        answer = patterns(profit, weight, capacity, loss + TINY, most - count)
        if answer is None:
            return None
        sets = answer[0][answer[0] @ arrays.weight[agent] <= arrays.capacity[agent]]
        found.append(sets)
        count += len(sets)
    return found if count <= most else None


def solve_patterns(
    arrays: Arrays, found: list[np.ndarray], most: float, stop: Stop
) -> tuple[Status, np.ndarray | None, float | None]:
    """Cheapest choice of one set an agent that covers every job once, of cost at most `most`."""
    m, n = arrays.cost.shape
    agent = np.repeat(np.arange(m), [len(sets) for sets in found])
    sets = np.vstack(found)
    cost = (sets * arrays.cost[agent]).sum(axis=1)
    model = LinearModel()
    columns = model.add_columns(cost, upper=1.0, integer=True)
    once = model.add_rows(np.ones(n), 1.0)
    one = model.add_rows(np.ones(m), 1.0)
    limit = model.add_rows(-np.inf, most)
    column, job = np.nonzero(sets)
    model.add_entries(once[job], columns[column], 1.0)
    model.add_entries(one[agent], columns, 1.0)
    model.add_entries(np.repeat(limit, len(columns)), columns, cost)
    answer = solve_linear(model, stop)
    if answer.values is None:
        return answer.status, None, answer.bound
    assigned = np.full(n, -1)
    for k in np.flatnonzero(answer.values > 0.5):
        assigned[sets[k]] = agent[k]
    return answer.status, assigned, answer.bound


def solve_pairs(
    arrays: Arrays, keep: np.ndarray, most: float, stop: Stop
) -> tuple[Status, np.ndarray | None, float | None]:
    """Cheapest assignment by the pairs of `keep` (m, n), of cost at most `most`, with HiGHS."""
    m, n = arrays.cost.shape
    if not keep.any(axis=0).all():
        return Status.INFEASIBLE, None, None
    agent, job = np.nonzero(keep)
    cost = arrays.cost[agent, job]
    model = LinearModel()
    columns = model.add_columns(cost, upper=1.0, integer=True)
    once = model.add_rows(np.ones(n), 1.0)
    room = model.add_rows(np.full(m, -np.inf), arrays.capacity)
    limit = model.add_rows(-np.inf, most)
    model.add_entries(once[job], columns, 1.0)
    model.add_entries(room[agent], columns, arrays.weight[agent, job])
    model.add_entries(np.repeat(limit, len(columns)), columns, cost)
    answer = solve_linear(model, stop)
    if answer.values is None:
        return answer.status, None, answer.bound
    assigned = np.full(n, -1)
    used = answer.values > 0.5
    assigned[job[used]] = agent[used]
    return answer.status, assigned, answer.bound


def search_pairs(
    arrays: Arrays, keep: np.ndarray, most: float, stop: Stop, hint: np.ndarray | None = None
) -> tuple[Status, np.ndarray | None]:
    """The same with CP-SAT (Stop.work in its deterministic seconds), from a hint (n,); `most` may be infinite."""
    m, n = arrays.cost.shape
    if not keep.any(axis=0).all():
        return Status.INFEASIBLE, None
    agent, job = np.nonzero(keep)
    model = cp_model.CpModel()
    pair = np.array([model.new_bool_var("") for _ in agent], dtype=object)
    for j in range(n):
        model.add_exactly_one(pair[job == j].tolist())
    total = cp_model.LinearExpr.weighted_sum
    for i in range(m):
        of = agent == i
        model.add(total(pair[of].tolist(), arrays.weight[i, job[of]].tolist()) <= int(arrays.capacity[i]))
    cost = total(pair.tolist(), arrays.cost[agent, job].tolist())
    if np.isfinite(most):
        model.add(cost <= int(most))
    model.minimize(cost)
    if hint is not None:
        for variable, value in zip(pair, (hint[job] == agent).tolist(), strict=True):
            model.add_hint(variable, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = stop.threads
    solver.parameters.random_seed = stop.seed
    solver.parameters.max_time_in_seconds = stop.seconds
    solver.parameters.relative_gap_limit = stop.gap
    if stop.work is not None:
        solver.parameters.max_deterministic_time = stop.work
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Status.INFEASIBLE, None
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Status.UNKNOWN, None
    assigned = np.full(n, -1)
    used = np.array([solver.boolean_value(variable) for variable in pair])
    assigned[job[used]] = agent[used]
    return Status.OPTIMAL if status == cp_model.OPTIMAL else Status.FEASIBLE, assigned
