"""Improvement by re-assigning all jobs of a few agents exactly, the few growing when nothing improves.

A mixed-integer neighbourhood search; agents that take few jobs are solved by their sets of jobs within the
distance of the part's own bound, others by CP-SAT on the promising pairs.
"""

from __future__ import annotations

import math
import time

import numpy as np

from solvers.assignment.models import TINY, all_patterns, search_pairs, solve_patterns
from solvers.assignment.prices import Arrays, Prices, subproblem_prices
from solvers.problem import Status, Stop

# Jobs of a first part; jobs an agent up to which sets of jobs are listed; how many sets at most.
FIRST_JOBS, SHORT_PATTERN, MOST_PATTERNS = 24, 12, 3000
# Limits of one part: rounds of pricing, nodes, CP-SAT deterministic seconds, wall-clock seconds.
ROUNDS, NODES, EFFORT, SECONDS = 60, 200, 0.2, 10.0
# Tries for each agent without improvement before parts grow; share of pairs CP-SAT may use (from, to).
TRIES, PROMISING = 1.5, (0.15, 0.6)


class Neighbourhood:
    """Keeps the size of the parts between calls, so that later calls go on where earlier ones stopped."""

    def __init__(self, arrays: Arrays, prices: Prices, seed: int):
        self.arrays, self.prices = arrays, prices
        self.rng = np.random.default_rng(seed)
        m, n = arrays.cost.shape
        self.agents = min(m, max(2, math.ceil(FIRST_JOBS * m / max(n, 1))))
        self.failed = self.tries = 0

    def improve(self, agent: np.ndarray, least: float, seconds: float, tries: float) -> np.ndarray:
        """Best assignment (n,) found from `agent`; ends at cost `least`, after the seconds or the tries."""
        end, m = time.perf_counter() + seconds, len(self.arrays.capacity)
        value = self.arrays.value(agent)
        while value > least and tries > 0 and time.perf_counter() < end and m > 1:
            tries -= 1
            self.tries += 1
            other = self._part(agent, end - time.perf_counter())
            if other is not None:
                new = self.arrays.value(other)
                self.failed = 0 if new < value else self.failed + 1
                agent, value = other, new
            else:
                self.failed += 1
            if self.failed > TRIES * m and self.agents < m:
                self.agents, self.failed = self.agents + 1, 0
        return agent

    def _part(self, agent: np.ndarray, seconds: float) -> np.ndarray | None:
        """An assignment as good or better with the jobs of some agents re-assigned, or None."""
        chosen = self._choose(agent)
        jobs = np.flatnonzero(np.isin(agent, chosen))
        if not len(jobs):
            return None
        part = self.arrays.part(chosen, jobs)
        now = np.searchsorted(chosen, agent[jobs])
        stop = Stop(max(min(seconds, SECONDS), 0.1), work=NODES, seed=1 + self.tries)
        if len(jobs) <= SHORT_PATTERN * len(chosen):
            solved, new = self._by_patterns(part, jobs, part.value(now), stop)
        else:
            solved, new = False, None
        if not solved:
            new = self._by_pairs(part, chosen, jobs, now, stop)
        if new is None:
            return None
        changed = agent.copy()
        changed[jobs] = chosen[new]
        return changed

    def _choose(self, agent: np.ndarray) -> np.ndarray:
        """Agents of a part: by chance, every second time those that could take over jobs of one agent cheaply."""
        m = len(self.arrays.capacity)
        if self.tries % 2:
            return np.sort(self.rng.choice(m, self.agents, replace=False))
        first = int(self.rng.integers(m))
        theirs = agent == first
        taking = np.where(theirs, self.prices.lost_in, np.inf).min(axis=1)
        theft = np.full(m, np.inf)
        np.minimum.at(theft, agent, self.prices.lost_in[first])
        near = np.minimum(taking, theft) * self.rng.uniform(0.3, 1.7, m)
        near[first] = -np.inf
        return np.sort(np.argsort(near, kind="stable")[: self.agents])

    def _by_patterns(self, part: Arrays, jobs: np.ndarray, value: int, stop: Stop) -> tuple[bool, np.ndarray | None]:
        """Whether the part was settled, and a better assignment of it if there is one."""
        prices = subproblem_prices(part, self.prices.price[jobs], ROUNDS)
        if math.ceil(prices.bound - TINY) >= value:
            return True, None
        found = all_patterns(part, prices.price, value - 1 - prices.bound, MOST_PATTERNS)
        if found is None:
            return False, None
        status, new, _ = solve_patterns(part, found, value - 1, stop)
        return status is not Status.UNKNOWN, new

    def _by_pairs(
        self, part: Arrays, chosen: np.ndarray, jobs: np.ndarray, now: np.ndarray, stop: Stop
    ) -> np.ndarray | None:
        lost = self.prices.lost_in[np.ix_(chosen, jobs)]
        keep = part.weight <= part.capacity[:, None]
        keep &= lost <= np.quantile(lost[keep], self.rng.uniform(*PROMISING))
        keep[now, np.arange(len(jobs))] = True
        # Every second time as cheap is good enough: moves sideways open other ways down.
        most = part.value(now) - self.tries % 4 // 2
        return search_pairs(part, keep, most, Stop(stop.seconds, EFFORT, seed=stop.seed), now)[1]
