"""Sets to begin with: all small ones, and compact ones of every size around each unit."""

from __future__ import annotations

import heapq

import numpy as np

from solvers.regions.connected_sets import connected_sets
from solvers.regions.sets import Ground, padded

POOL = 100_000  # sets enumerated to begin with, about
LARGEST = 6  # members of an enumerated set, at most
USUAL, COMPACT = 6, 60  # members of a region where nothing is said; of a compact set, at most


def small_sets(ground: Ground) -> np.ndarray:
    """(c, w) all connected sets up to the largest size whose number stays within reach; padded with n."""
    p = ground.problem
    most = LARGEST if p.max_members is None else min(LARGEST, p.max_members)
    blocks: list[np.ndarray] = []
    for size in range(1, most + 1):
        sets = _of_size(ground, size)
        if blocks and sum(len(s) for s in sets) > POOL:
            break
        blocks = sets
    return np.concatenate(blocks) if blocks else np.full((0, 1), p.n, np.int32)


def _of_size(ground: Ground, size: int) -> list[np.ndarray]:
    """Connected sets of at most `size` units of each group."""
    p, found = ground.problem, []
    a, b = np.nonzero(np.triu(ground.near))
    for g in range(len(p.regions)):
        units = ground.free[p.group[ground.free] == g]
        local = np.full(p.n, -1)
        local[units] = np.arange(len(units))
        inside = (local[a] >= 0) & (local[b] >= 0)
        edges = np.column_stack([local[a[inside]], local[b[inside]]])
        for sets in connected_sets(len(units), edges, size):
            found.append(padded(units[sets].astype(np.int32), size, p.n))
    return found


def compact_sets(ground: Ground) -> np.ndarray:
    """(c, w) for each unit the connected sets that grow around it, nearest first, up to twice the mean size."""
    p = ground.problem
    units = np.bincount(p.group[ground.free], minlength=len(p.regions))
    # Where the number of regions is nearly free, regions of USUAL units.
    regions = np.maximum(np.minimum(p.counts[:, 1], np.maximum(p.counts[:, 0], units // USUAL)), 1)
    most = int(min(2 * np.ceil((units / regions).max(initial=1.0)) + 1, p.max_members or p.n, COMPACT))
    rows = np.full((len(ground.free), most), p.n, dtype=np.int32)
    for k, unit in enumerate(ground.free.tolist()):
        near = _nearest_first(ground, unit, most)
        rows[k, : len(near)] = near
    out = [np.where(np.arange(most) < size, rows, p.n) for size in range(1, most + 1)]
    return np.unique(np.sort(np.concatenate(out), axis=1), axis=0)


def _nearest_first(ground: Ground, unit: int, most: int) -> list[int]:
    minutes = ground.problem.minutes[:, unit]
    taken, queue, seen = [], [(0.0, unit)], {unit}
    while queue and len(taken) < most:
        away, u = heapq.heappop(queue)
        if not np.isfinite(away):
            break
        taken.append(u)
        for v in np.flatnonzero(ground.near[u]).tolist():
            if v not in seen:
                seen.add(v)
                heapq.heappush(queue, (float(minutes[v]), v))
    return taken


def first_sets(ground: Ground) -> np.ndarray:
    """(c, w) the pool that a search begins with, each set once."""
    small, compact = small_sets(ground), compact_sets(ground)
    wide = max(small.shape[1], compact.shape[1])
    n = ground.problem.n
    return np.unique(np.concatenate([padded(small, wide, n), padded(compact, wide, n)]), axis=0)
