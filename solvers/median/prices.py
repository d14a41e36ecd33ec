"""Prices of customers whose Lagrangian relaxation bounds a median problem from below.

Each customer pays a price instead of being assigned once; a site earns what it can on the prices, and the sites that
earn most are opened (Cornuejols, Fisher and Nemhauser 1977, doi:10.1287/mnsc.23.8.789). Prices move along a deflected
subgradient with Polyak's step.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from solvers.median.interchange import interchange
from solvers.problem import Stop

# Share of the new direction in the deflected one; first step length; patience before it halves; last length; rounds.
FRESH, FIRST_LENGTH, PATIENCE, LAST_LENGTH, ROUNDS = 0.6, 1.2, 15, 1e-3, 2500
# Relative safety against rounding in the sums.
SAFE = 1e-11


@dataclass
class Sites:
    """Finite costs (n, m) with a penalty for pairs that are not allowed, opening costs and what binds the sites."""

    cost: np.ndarray
    opening: np.ndarray
    fixed: np.ndarray
    allowed: np.ndarray
    fewest: int
    most: int
    penalty: float

    def value(self, sites: np.ndarray) -> float:
        """Cost of the set of sites when each customer goes to the nearest."""
        return float(self.cost[:, sites].min(axis=1).sum() + self.opening[sites].sum())

    def relaxed(self, prices: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Lower bound of the prices, worth (m,) of opening each site (negative: it earns), and the sites opened."""
        worth = self.opening + np.minimum(self.cost - prices[:, None], 0).sum(axis=0)
        free = self.allowed.copy()
        free[self.fixed] = False
        ids = np.flatnonzero(free)
        ids = ids[np.argsort(worth[ids], kind="stable")]
        earning = int((worth[ids] < 0).sum())
        count = min(max(earning, self.fewest - len(self.fixed)), self.most - len(self.fixed))
        opened = np.concatenate([self.fixed, ids[:count]])
        return float(prices.sum() + worth[opened].sum()), worth, opened


@dataclass
class Prices:
    """Best prices found, their bound, the best set of sites seen and its value."""

    prices: np.ndarray
    bound: float
    sites: np.ndarray
    value: float


def first_prices(problem: Sites, sites: np.ndarray) -> Prices:
    """Prices between the costs of the nearest and the second site of a good set."""
    return Prices(np.sort(problem.cost[:, sites], axis=1)[:, :2].mean(axis=1), -np.inf, sites, problem.value(sites))


def ascend(
    problem: Sites,
    best: Prices,
    stop: Stop,
    *,
    step: float,
    deadline: float,
    improve: bool = True,
    rounds: int = ROUNDS,
    length: float = FIRST_LENGTH,
    patience: int = PATIENCE,
) -> None:
    """Raise the bound of `best` until it meets the value, or no step helps.

    `step` is the least difference of two values (1 for whole costs, 0 otherwise); `improve`: look for better sites on
    the way; `length` of the first step, halved after `patience` rounds without success.
    """
    prices = best.prices
    direction, waited, tried = np.zeros_like(prices), 0, set()
    rounds = rounds if stop.work is None else min(rounds, int(stop.work))
    for _ in range(max(rounds, 1)):
        bound, _worth, opened = problem.relaxed(prices)
        better = bound > best.bound + 1e-4 * max(best.value - best.bound, 0.0)
        if bound > best.bound:
            best.bound, best.prices = bound, prices.copy()
        if better:
            waited = 0
        else:
            waited += 1
        if improve:
            _try_sites(problem, opened, best, tried, thorough=better)
        slack = max(step * (1 - 1e-6), stop.gap * abs(best.value), 1e-9 * abs(best.value))
        if best.value - best.bound < slack or length < LAST_LENGTH or time.perf_counter() > deadline:
            break
        if waited >= patience:
            # From the best prices again, more carefully.
            prices, direction, length, waited = best.prices.copy(), np.zeros_like(prices), length / 2, 0
            continue
        served_times = (problem.cost[:, opened] < prices[:, None]).sum(axis=1)
        direction = FRESH * (1.0 - served_times) + (1 - FRESH) * direction
        norm = float(direction @ direction)
        if norm < 1e-12:
            break
        prices = prices + length * max(best.value - bound, slack) / norm * direction
    best.bound -= SAFE * (abs(best.bound) + float(np.abs(best.prices).sum()))
    return best


def _try_sites(problem: Sites, opened: np.ndarray, best: Prices, tried: set, *, thorough: bool) -> None:
    """Take the opened sites when they are better; improve those near the best by interchanges, once each."""
    if len(opened) == 0:
        return
    value = problem.value(opened)
    near = thorough and value < best.value + 0.02 * abs(best.value)
    if value >= best.value and not near:
        return
    key = np.sort(opened).tobytes()
    if key in tried or len(tried) > 60:
        return
    tried.add(key)
    sites = interchange(problem.cost, problem.opening, opened, problem.fixed, problem.allowed, rounds=30)
    value = problem.value(sites)
    if value < best.value - 1e-12 * abs(best.value):
        best.value, best.sites = value, sites
