"""Tabu search over shifts and swaps of jobs, all evaluated at once, excess over capacities paid for by a penalty.

The penalty rises while capacities are exceeded and falls while they hold, so the search keeps crossing the border of
the feasible region, as in Yagiura, Ibaraki and Glover 2004 (doi:10.1287/ijoc.1030.0036).
"""

from __future__ import annotations

import time

import numpy as np

from solvers.assignment.prices import Arrays

# Iterations; jobs whose swaps are looked at in one iteration; iterations a moved job rests (from, below).
ITERATIONS, ROWS, REST = 3000, 120, (5, 16)
# Change of the penalty after an iteration within and beyond the capacities.
CHEAPER, DEARER = 0.96, 1.01


def tabu_search(arrays: Arrays, agent: np.ndarray, seed: int, seconds: float) -> np.ndarray | None:
    """Best assignment (n,) found within the capacities from any assignment `agent`, or None."""
    began = time.perf_counter()
    rng = np.random.default_rng(seed)
    search = _Search(arrays, agent)
    best, best_agent = np.inf, None
    for now in range(ITERATIONS):
        if search.fits() and arrays.value(search.agent) < best:
            best, best_agent = arrays.value(search.agent), search.agent.copy()
        if not search.move(now, rng) or time.perf_counter() - began > seconds:
            break
    return best_agent


class _Search:
    def __init__(self, arrays: Arrays, agent: np.ndarray):
        self.cost, self.weight = arrays.cost.astype(float), arrays.weight.astype(float)
        self.capacity = arrays.capacity.astype(float)
        self.agent, self.jobs = agent.copy(), np.arange(len(agent))
        self.load = arrays.load(agent).astype(float)
        self.rests = np.zeros(len(agent), np.int64)
        self.penalty = float(np.ptp(self.cost) + 1.0) / max(float(np.median(self.weight)), 1.0)
        self.least_penalty = self.penalty / 200

    def fits(self) -> bool:
        return bool((self.load <= self.capacity).all())

    def move(self, now: int, rng: np.random.Generator) -> bool:
        """Make the best move that is not at rest; False when there is none."""
        rows = self.jobs if len(self.jobs) <= ROWS else np.sort(rng.choice(len(self.jobs), ROWS, replace=False))
        slack = self.capacity - self.load
        excess = self.penalty * np.maximum(-slack, 0.0)
        # What each job costs where it is, and the room there would be without it.
        own = self.cost[self.agent, self.jobs] + excess[self.agent]
        room = slack[self.agent] + self.weight[self.agent, self.jobs]
        busy = self.rests > now
        shifts = self._shifts(slack, excess, own, room)
        shifts[:, busy] = np.inf
        swaps = self._swaps(rows, own, room)
        swaps[busy[rows]] = np.inf
        swaps[:, busy] = np.inf
        (i, job), (a, b) = divmod(int(shifts.argmin()), len(own)), divmod(int(swaps.argmin()), len(own))
        if not np.isfinite(min(shifts[i, job], swaps[a, b])) and not busy.any():
            return False
        if shifts[i, job] <= swaps[a, b]:
            self._shift(job, i, now, rng) if np.isfinite(shifts[i, job]) else None
        else:
            first, second = int(rows[a]), b
            to_first = int(self.agent[first])
            self._shift(first, int(self.agent[second]), now, rng)
            self._shift(second, to_first, now, rng)
        self.penalty = max(self.penalty * (CHEAPER if self.fits() else DEARER), self.least_penalty)
        return True

    def _shifts(self, slack, excess, own, room) -> np.ndarray:
        """Change of cost and penalty by each job (columns) going to each agent (rows)."""
        left = self.penalty * np.maximum(-room, 0.0)
        there = self.penalty * np.maximum(self.weight - slack[:, None], 0.0) - excess[:, None]
        change = self.cost + there + (left - own)
        change[self.agent, self.jobs] = np.inf
        return change

    def _swaps(self, rows, own, room) -> np.ndarray:
        """Change by each job of `rows` and each job (columns) changing places."""
        at = self.agent[rows]
        into_row = self.cost[at] + self.penalty * np.maximum(self.weight[at] - room[rows][:, None], 0.0)
        if len(rows) == len(own):
            into_column = into_row.T
        else:
            cells = np.ix_(self.agent, rows)
            into_column = (self.cost[cells] + self.penalty * np.maximum(self.weight[cells] - room[:, None], 0.0)).T
        change = into_row + into_column - own[rows][:, None] - own
        change[at[:, None] == self.agent] = np.inf
        return change

    def _shift(self, job: int, to: int, now: int, rng: np.random.Generator) -> None:
        self.load[self.agent[job]] -= self.weight[self.agent[job], job]
        self.load[to] += self.weight[to, job]
        self.agent[job] = to
        self.rests[job] = now + int(rng.integers(*REST))
