"""Knapsack subproblems of the generalised assignment problem, by dynamic programming over the capacity.

With a price on every job, each agent alone takes the jobs of greatest total profit (price less cost) that fit its
capacity. Prices lie on a binary grid, so sums of prices and whole costs are exact in 64-bit floats.
"""

from __future__ import annotations

import numpy as np

# Prices are multiples of 1/GRID; with costs below 2**38 every sum of the search stays exact.
GRID = 1024


def on_grid(prices: np.ndarray) -> np.ndarray:
    """Nearest prices on the grid of exact arithmetic."""
    return np.round(prices * GRID) / GRID


def best_pattern(profit: np.ndarray, weight: np.ndarray, capacity: int) -> tuple[float, np.ndarray]:
    """Greatest profit of jobs (n,) that fit the capacity, and which they are (n,) bool."""
    useful = np.flatnonzero((profit > 0) & (weight <= capacity))
    taken = np.zeros(len(profit), bool)
    if weight[useful].sum() <= capacity:
        taken[useful] = True
        return float(profit[useful].sum()), taken
    best, trial = np.zeros(capacity + 1), np.empty(capacity + 1)
    better = np.zeros((len(useful), capacity + 1), bool)
    weights = weight[useful].tolist()
    for k, (w, p) in enumerate(zip(weights, profit[useful].tolist(), strict=True)):
        np.add(best[: capacity + 1 - w], p, out=trial[w:])
        np.greater(trial[w:], best[w:], out=better[k, w:])
        np.maximum(best[w:], trial[w:], out=best[w:])
    left = capacity
    for k in range(len(useful) - 1, -1, -1):
        if better[k, left]:
            taken[useful[k]] = True
            left -= weights[k]
    return float(best[capacity]), taken


def losses(profit: np.ndarray, weight: np.ndarray, capacity: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Best profit, and how much of it is lost with each job (n,) forced in (inf: does not fit) and forced out (n,).

    Tables of the jobs before and after each job are joined at every split of the capacity (as in Posta, Ferland
    and Michelon 2012, doi:10.1007/s10589-011-9432-0).
    """
    n = len(profit)
    before, after = np.zeros((n + 1, capacity + 1)), np.zeros((n + 1, capacity + 1))
    weights, profits = weight.tolist(), profit.tolist()
    for j in range(n):
        _take(before[j], before[j + 1], weights[j], profits[j])
    for j in range(n - 1, -1, -1):
        _take(after[j + 1], after[j], weights[j], profits[j])
    best = float(before[n, capacity])
    lost_out = best - (before[:-1] + after[1:, ::-1]).max(axis=1)
    lost_in = np.full(n, np.inf)
    for j, w in enumerate(weights):
        if w <= capacity:
            room = capacity - w
            lost_in[j] = best - profits[j] - (before[j, : room + 1] + after[j + 1, room::-1]).max()
    return best, lost_in, lost_out


def _take(old: np.ndarray, new: np.ndarray, weight: int, profit: float) -> None:
    """Best profits by capacity with one more job at choice."""
    new[:] = old
    if profit > 0 and weight < len(old):
        np.maximum(new[weight:], old[: len(old) - weight] + profit, out=new[weight:])


def patterns(
    profit: np.ndarray, weight: np.ndarray, capacity: int, loss: float, most: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """All sets of jobs that fit and lose at most `loss` of the best profit: (k, n) bool and (k,) losses.

    None when more than `most` partial sets would be held: every partial set kept has a completion within the loss,
    so the search never holds more of them than there are answers.
    """
    n = len(profit)
    after = np.zeros((n + 1, capacity + 1))
    weights, profits = weight.tolist(), profit.tolist()
    for j in range(n - 1, -1, -1):
        _take(after[j + 1], after[j], weights[j], profits[j])
    least = after[0, capacity] - loss
    value, left = np.zeros(1), np.full(1, capacity)
    sets = np.zeros((1, (n + 63) // 64), np.uint64)
    for j in range(n):
        without = value + after[j + 1][left] >= least
        fits = np.flatnonzero(left >= weights[j])
        fits = fits[value[fits] + profits[j] + after[j + 1][left[fits] - weights[j]] >= least]
        with_job = sets[fits]
        with_job[:, j // 64] |= np.uint64(1) << np.uint64(j % 64)
        value = np.concatenate([value[without], value[fits] + profits[j]])
        left = np.concatenate([left[without], left[fits] - weights[j]])
        sets = np.concatenate([sets[without], with_job])
        if len(value) > most:
            return None
    bits = np.unpackbits(sets.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    return bits[:, :n].astype(bool), after[0, capacity] - value
