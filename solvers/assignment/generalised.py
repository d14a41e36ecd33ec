"""Generalised assignment: every job to one agent, within the agents' capacities, at least cost.

The bound comes from prices of jobs (`prices`), a first assignment from tabu search (`tabu`), improvement from exact
re-assignment of a few agents at a time (`neighbourhood`), and proof from exact models (`models`) on what the bound and
the best assignment leave open, as in Posta, Ferland and Michelon 2012 (doi:10.1007/s10589-011-9432-0).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace

import numpy as np

from solvers.assignment.models import TINY, all_patterns, kept_pairs, search_pairs, solve_pairs, solve_patterns
from solvers.assignment.neighbourhood import Neighbourhood
from solvers.assignment.prices import Arrays, Prices, best_prices, linear_relaxation
from solvers.assignment.tabu import tabu_search
from solvers.problem import ProblemError, Solution, Status, Stop

# Beyond this a sum of costs on the grid of prices would not be exact in 64-bit floats.
LARGEST_TOTAL = 2**38
LARGEST_WEIGHT = 2**40
# Share of the time for prices and for a first assignment.
PRICING, STARTING = 0.15, 0.1
# Turns of improvement and proof: what, and its share of the time that is left by then.
TURNS = (("improve", 0.15), ("prove", 0.35), ("improve", 0.35), ("search", 0.5), ("improve", 0.5), ("prove", 1.0))
# The exact models are tried when no more pairs or sets of jobs than these are open.
MOST_PAIRS, MOST_SETS = 2500, 6000
# Of one unit of Stop.work: branch-and-bound nodes, CP-SAT deterministic seconds.
NODES, EFFORT = 20, 0.1
# Starts of the tabu search.
STARTS = 3


@dataclass(frozen=True)
class GeneralisedAssignmentProblem:
    """Jobs to agents at least cost; all arrays hold integers.

    Parameters
    ----------
    cost : (m, n) cost of job j on agent i, of either sign.
    weight : (m, n) what job j takes of the capacity of agent i, not negative.
    capacity : (m,) not negative.
    forbidden : pairs (agent, job) that may not be used.
    """

    cost: np.ndarray
    weight: np.ndarray
    capacity: np.ndarray
    forbidden: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        name = type(self).__name__
        for part, dimensions in (("cost", 2), ("weight", 2), ("capacity", 1)):
            values = np.asarray(getattr(self, part))
            if values.ndim != dimensions or (values.size and not np.issubdtype(values.dtype, np.integer)):
                raise ProblemError(f"{name}.{part} must be an array of integers with {dimensions} dimension(s).")
            object.__setattr__(self, part, values.astype(np.int64))
        m, n = self.cost.shape
        if not m or not n:
            raise ProblemError(f"{name} needs at least one agent and one job.")
        if self.weight.shape != (m, n) or self.capacity.shape != (m,):
            raise ProblemError(f"{name}: cost is {m} x {n}, so weight must be {m} x {n} and capacity {m} long.")
        for part in ("weight", "capacity"):
            if getattr(self, part).min() < 0:
                raise ProblemError(f"{name}.{part} must not be negative.")
            if getattr(self, part).max() > LARGEST_WEIGHT:
                raise ProblemError(f"{name}.{part} must not exceed {LARGEST_WEIGHT}; use a larger unit.")
        if int(np.abs(self.cost).max()) * n > LARGEST_TOTAL:
            raise ProblemError(f"{name}.cost is too large: jobs x largest cost exceeds {LARGEST_TOTAL}.")
        for agent, job in self.forbidden:
            if not (0 <= agent < m and 0 <= job < n):
                raise ProblemError(f"{name}.forbidden pair ({agent}, {job}) is outside {m} agents x {n} jobs.")


@dataclass(frozen=True)
class GeneralisedAssignmentSolution(Solution):
    """`agent` (n,) of each job; None without a solution."""

    agent: np.ndarray | None = field(default=None, repr=False)


def solve_generalised(problem: GeneralisedAssignmentProblem, stop: Stop) -> GeneralisedAssignmentSolution:
    """Best assignment found and a valid bound for the problem as stated.

    A unit of `stop.work` is one part of the neighbourhood search, 20 branch-and-bound nodes or 0.1 deterministic
    seconds of CP-SAT, spent in turns; without it only the wall clock counts. Infeasible: `conflict` names the jobs
    that fit no agent, or the capacities, with the forbidden pairs where these are part of the conflict.
    """
    return _Solver(problem, stop).run()


class _Solver:
    """One run: the best assignment, the bound, and the time and work left."""

    def __init__(self, problem: GeneralisedAssignmentProblem, stop: Stop):
        self.began, self.problem, self.stop = time.perf_counter(), problem, stop
        self.arrays = _arrays(problem)
        self.agent: np.ndarray | None = None
        self.value, self.bound = math.inf, -math.inf

    def run(self) -> GeneralisedAssignmentSolution:
        alone = np.flatnonzero((self.arrays.weight > self.arrays.capacity[:, None]).all(axis=0))
        if len(alone):
            return self._infeasible(tuple(f"job {j} fits no agent" for j in alone))
        status, price, shares = linear_relaxation(self.arrays, replace(self.stop, seconds=self._left()))
        if status is Status.INFEASIBLE:
            return self._infeasible(self._conflict())
        prices = best_prices(self.arrays, price, PRICING * self.stop.seconds)
        self.bound = math.ceil(prices.bound - TINY)
        if self._start(shares, prices) is Status.INFEASIBLE:
            return self._infeasible(self._conflict())
        if self.agent is not None:
            self._improve_and_prove(prices)
        if self.agent is None:
            return GeneralisedAssignmentSolution(Status.UNKNOWN, None, float(self.bound), self._seconds())
        status = Status.OPTIMAL if self.bound >= self.value else Status.FEASIBLE
        bound = float(min(self.bound, self.value))
        return GeneralisedAssignmentSolution(status, float(self.value), bound, self._seconds(), agent=self.agent.copy())

    def _start(self, shares: np.ndarray, prices: Prices) -> Status:
        """A first assignment: by tabu search from the relaxations, failing that by CP-SAT."""
        seconds = STARTING * self.stop.seconds / STARTS
        for k, likely in enumerate((shares, -prices.lost_in, -self.arrays.weight)[:STARTS]):
            start = np.where(self.arrays.weight <= self.arrays.capacity[:, None], likely, -np.inf).argmax(axis=0)
            self._take(tabu_search(self.arrays, start, self.stop.seed + k, seconds))
        if self.agent is not None:
            return Status.FEASIBLE
        fits = self.arrays.weight <= self.arrays.capacity[:, None]
        limit = replace(self.stop, seconds=self._left(), work=self._work(1.0, EFFORT), gap=1.0)
        status, found = search_pairs(self.arrays, fits, math.inf, limit)
        self._take(found)
        return status

    def _improve_and_prove(self, prices: Prices) -> None:
        neighbourhood = Neighbourhood(self.arrays, prices, self.stop.seed)
        for turn, share in TURNS:
            if self._close() or self._left() <= 0.05:
                return
            seconds = share * self._left()
            if turn == "improve":
                tries = math.inf if self.stop.work is None else self.stop.work * share
                self._take(neighbourhood.improve(self.agent, self.bound, seconds, tries))
            elif not self._exact(prices, turn, share, seconds):
                continue
        if self.stop.work is None:
            while not self._close() and self._left() > 0.05 and len(self.problem.capacity) > 1:
                self._take(neighbourhood.improve(self.agent, self.bound, self._left(), math.inf))

    def _exact(self, prices: Prices, turn: str, share: float, seconds: float) -> bool:
        """Look for anything cheaper on the pairs that are still open; whether that was small enough to try."""
        most = self.value - 1
        keep = kept_pairs(self.arrays, prices, most)
        limit = replace(self.stop, seconds=max(seconds, 0.1))
        if turn == "search":
            if keep.sum() > MOST_PAIRS:
                return False
            status, found = search_pairs(
                self.arrays, keep, most, replace(limit, work=self._work(share, EFFORT)), self.agent
            )
            proven = None
        else:
            limit = replace(limit, work=self._work(share, NODES))
            sets = all_patterns(self.arrays, prices.price, most - prices.bound, MOST_SETS)
            if sets is not None:
                status, found, proven = solve_patterns(self.arrays, sets, most, limit)
            elif keep.sum() <= MOST_PAIRS:
                status, found, proven = solve_pairs(self.arrays, keep, most, limit)
            else:
                return False
        self._take(found)
        # Whatever costs at most `most` is on the open pairs, so the bound of the model holds up to there.
        if status is Status.INFEASIBLE:
            self.bound = max(self.bound, most + 1)
        elif status is Status.OPTIMAL and self.stop.gap == 0:
            self.bound = max(self.bound, self.value)
        elif proven is not None:
            self.bound = max(self.bound, min(math.ceil(proven - 1e-4), most + 1))
        return True

    def _take(self, agent: np.ndarray | None) -> None:
        """Keep an assignment that is complete, fits and costs less."""
        if agent is None or (agent < 0).any() or (self.arrays.load(agent) > self.arrays.capacity).any():
            return
        value = self.arrays.value(agent)
        if value < self.value:
            self.agent, self.value = agent, value

    def _conflict(self) -> tuple[str, ...]:
        """Names of what cannot hold together: the forbidden pairs too if without them there is an answer."""
        if self.problem.forbidden:
            free = _Solver(
                replace(self.problem, forbidden=()), replace(self.stop, seconds=max(self._left(), 0.1), gap=1)
            )
            if free.run().agent is not None:
                return ("capacities of the agents", "forbidden pairs")
        return ("capacities of the agents",)

    def _infeasible(self, conflict: tuple[str, ...]) -> GeneralisedAssignmentSolution:
        return GeneralisedAssignmentSolution(Status.INFEASIBLE, seconds=self._seconds(), conflict=conflict)

    def _close(self) -> bool:
        return self.value - self.bound <= self.stop.gap * abs(self.value)

    def _work(self, share: float, unit: float) -> float | None:
        return None if self.stop.work is None else max(self.stop.work * share * unit, unit)

    def _seconds(self) -> float:
        return time.perf_counter() - self.began

    def _left(self) -> float:
        return max(self.stop.seconds - self._seconds(), 0.01)


def _arrays(problem: GeneralisedAssignmentProblem) -> Arrays:
    """The problem with forbidden pairs as jobs too heavy for the agent."""
    weight = np.minimum(problem.weight, problem.capacity[:, None] + 1)
    for agent, job in problem.forbidden:
        weight[agent, job] = problem.capacity[agent] + 1
    return Arrays(problem.cost, weight, problem.capacity)
