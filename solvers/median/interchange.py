"""Good sets of sites: greedy opening, then the best interchange of an open and a closed site while it helps.

The gain of all interchanges at once is that of Resende and Werneck (2007, doi:10.1016/j.ejor.2005.05.055): what opening
saves, less what closing costs, plus what closing costs too much where the new site stands in.
"""

from __future__ import annotations

import numpy as np


def greedy(cost: np.ndarray, opening: np.ndarray, fixed: np.ndarray, allowed: np.ndarray, count: int) -> np.ndarray:
    """Open the site that saves most, one after the other, until `count` are open; cost (n, m) is finite."""
    sites = list(fixed)
    nearest = cost[:, fixed].min(axis=1) if len(fixed) else np.full(len(cost), cost.max() * 2 + 1)
    closed = allowed.copy()
    closed[fixed] = False
    while len(sites) < count and closed.any():
        saving = np.maximum(nearest[:, None] - cost, 0).sum(axis=0) - opening
        best = int(np.argmax(np.where(closed, saving, -np.inf)))
        sites.append(best)
        closed[best] = False
        nearest = np.minimum(nearest, cost[:, best])
    return np.sort(np.array(sites, dtype=int))


def interchange(
    cost: np.ndarray,
    opening: np.ndarray,
    sites: np.ndarray,
    fixed: np.ndarray,
    allowed: np.ndarray,
    *,
    rounds: int = 400,
) -> np.ndarray:
    """Swap the best pair of an open, not fixed site and a closed one until none helps or `rounds` are spent."""
    sites = np.array(sites, dtype=int)
    movable = ~np.isin(sites, fixed)
    if not movable.any():
        return sites
    for _ in range(rounds):
        gain = _gains(cost, opening, sites)
        closed = allowed.copy()
        closed[sites] = False
        gain = np.where(movable[:, None] & closed[None, :], gain, -np.inf)
        leave, enter = np.unravel_index(int(np.argmax(gain)), gain.shape)
        if gain[leave, enter] <= 1e-9 * max(1.0, cost.max()):
            break
        sites[leave] = enter
    return np.sort(sites)


def _gains(cost: np.ndarray, opening: np.ndarray, sites: np.ndarray) -> np.ndarray:
    """(p, m) what closing an open site (row) and opening another (column) saves."""
    n, p = len(cost), len(sites)
    served = cost[:, sites]
    own = served.argmin(axis=1)
    first = served[np.arange(n), own]
    served[np.arange(n), own] = np.inf
    # A single site has no second one: whoever enters serves all, so any large cost will do.
    second = served.min(axis=1) if p > 1 else np.maximum(first, cost.max()) + 1.0
    order = np.argsort(own, kind="stable")
    reach = np.maximum(cost, first[:, None])
    stands_in = np.maximum(second[:, None] - reach, 0)[order]
    used, begins = np.unique(own[order], return_index=True)
    gain = np.zeros((p, cost.shape[1]))
    gain[used] = np.add.reduceat(stands_in, begins, axis=0)
    gain += np.maximum(first[:, None] - cost, 0).sum(axis=0) - opening
    gain += (opening[sites] - np.bincount(own, second - first, minlength=p))[:, None]
    return gain
