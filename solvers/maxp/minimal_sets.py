"""Minimal feasible sets: connected sets of areas that reach the floor while no connected part of them does.

Every region contains one, so the largest number of regions is the largest number of disjoint minimal feasible sets.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csc_matrix

# Sets below the floor that are grown in all, and minimal sets kept, before the enumeration is cut short.
MOST_GROWN, MOST_SETS = 4_000_000, 1_500_000
# Bytes of the masks of one batch of roots; roots and sets of a batch once the enumeration is cut short.
BATCH_BYTES, THINNED_ROOTS, THINNED_SETS = 200_000_000, 50, 20_000
# Sums closer than this to the floor (relative) are added again exactly.
DOUBTFUL = 1e-9


@dataclass(frozen=True)
class Floor:
    """The floor over the `weight` (n,) of areas; sums count as if they were exact."""

    weight: np.ndarray
    value: float

    def reached(self, sets: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Whether each set (rows of `sets`, sums `total`) reaches the floor; a sum in doubt is added exactly."""
        enough = total >= self.value
        if not self._whole:
            for row in np.flatnonzero(np.abs(total - self.value) <= DOUBTFUL * self.value):
                enough[row] = math.fsum(self.weight[sets[row]]) >= self.value
        return enough

    def surely_reached(self, total: np.ndarray) -> np.ndarray:
        """As `reached` by sums alone, False in doubt."""
        return total >= (self.value if self._whole else self.value * (1 + DOUBTFUL))

    @cached_property
    def _whole(self) -> bool:
        return bool(np.all(self.weight == np.round(self.weight)) and self.weight.sum() < 2**52)


@dataclass(frozen=True)
class MinimalSets:
    """Incidence matrix (n areas, number of sets) with ones; `complete` when no minimal set is missing."""

    incidence: csc_matrix
    complete: bool

    @property
    def size(self) -> np.ndarray:
        """Areas of each set."""
        return np.diff(self.incidence.indptr)


@dataclass(frozen=True)
class _Partial:
    """Connected sets below the floor: members (k, s), their sums, masks (k, n) of barred and of adjacent areas."""

    sets: np.ndarray
    total: np.ndarray
    barred: np.ndarray
    reach: np.ndarray

    def pick(self, rows: np.ndarray) -> _Partial:
        return _Partial(self.sets[rows], self.total[rows], self.barred[rows], self.reach[rows])


@dataclass(frozen=True)
class _Batch:
    """Minimal sets by size, the most sets below the floor of one size, and how many of all sizes."""

    sets: list[np.ndarray]
    widest: int
    grown: int


def minimal_sets(near: np.ndarray, floor: Floor, seed: int) -> MinimalSets:
    """All minimal feasible sets of a graph, or, when there are too many, a random part of them.

    A set is grown from its first area by one adjacent area at a time; the adjacent areas of lower number are barred
    from that branch for good, so no set is met twice. A set that reaches the floor isn't grown further: what contains
    it isn't minimal.

    Parameters
    ----------
    near : (n, n) symmetric boolean matrix of neighbours.
    """
    n, most = len(near), max(1, BATCH_BYTES // (2 * len(near)))
    random = np.random.default_rng(seed)
    found: list[np.ndarray] = []
    first, step, grown, kept = 0, max(1, 2_000 // n), 0, 0
    while first < n:
        batch = _grow(near, floor, np.arange(first, min(first + step, n)), most, None)
        if batch is None and step > 1:
            step = max(1, step // 4)
            continue
        if batch is not None:
            found += batch.sets
            grown, kept = grown + batch.grown, kept + sum(map(len, batch.sets))
        if batch is None or grown > MOST_GROWN or kept > MOST_SETS:
            return MinimalSets(_incidence(_thinned(near, floor, random), n), complete=False)
        first += step
        step = step * 2 if batch.widest < most // 8 else step
    return MinimalSets(_incidence(found, n), complete=True)


def _thinned(near: np.ndarray, floor: Floor, random: np.random.Generator) -> list[np.ndarray]:
    """Minimal sets grown from a random part of the sets of each size."""
    batches = np.array_split(np.arange(len(near)), -(-len(near) // THINNED_ROOTS))
    return [sets for roots in batches for sets in _grow(near, floor, roots, THINNED_SETS, random).sets]


def _grow(near, floor: Floor, roots, most: int, random: np.random.Generator | None) -> _Batch | None:
    """Minimal sets of the roots by size. With more than `most` at once: a random part, or None without `random`."""
    number = np.arange(len(near))
    sets = roots[:, None].astype(np.int32)
    partial = _Partial(sets, floor.weight[roots], number[None, :] <= roots[:, None], near[roots])
    enough = floor.reached(sets, partial.total)
    found, widest, grown = [sets[enough]], len(roots), len(roots)
    partial = partial.pick(~enough)
    while len(partial.sets):
        frontier = partial.reach & ~partial.barred
        parent, node = np.nonzero(frontier)
        sets = np.column_stack([partial.sets[parent], node.astype(np.int32)])
        total = partial.total[parent] + floor.weight[node]
        enough = floor.reached(sets, total)
        ready = sets[enough]
        found.append(ready[_is_minimal(near, floor, ready, total[enough])])
        kept = np.flatnonzero(~enough)
        widest, grown = max(widest, len(kept)), grown + len(kept)
        if len(kept) > most:
            if random is None:
                return None
            kept = np.sort(random.choice(kept, most, replace=False))
        parent, node = parent[kept], node[kept]
        barred = partial.barred[parent] | (frontier[parent] & (number[None, :] <= node[:, None]))
        partial = _Partial(sets[kept], total[kept], barred, partial.reach[parent] | near[node])
    return _Batch(found, widest, grown)


def _is_minimal(near: np.ndarray, floor: Floor, sets: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Whether no area can leave a set so that the rest hangs together and reaches the floor.

    It is enough to try one area: a connected part of a connected set grows to the whole by one area at a time, so
    one area can be left out last. In doubt a set stays: a set that isn't minimal does no harm.
    """
    minimal = np.ones(len(sets), bool)
    if sets.shape[1] == 1:
        return minimal
    for j in range(sets.shape[1]):
        rows = np.flatnonzero(minimal & floor.surely_reached(total - floor.weight[sets[:, j]]))
        minimal[rows[_is_connected(near, np.delete(sets[rows], j, axis=1))]] = False
    return minimal


def _is_connected(near: np.ndarray, sets: np.ndarray) -> np.ndarray:
    joined = near[sets[:, :, None], sets[:, None, :]]
    reached = np.zeros(sets.shape, bool)
    reached[:, 0] = True
    for _ in range(sets.shape[1] - 1):
        reached |= (joined & reached[:, :, None]).any(axis=1)
    return reached.all(axis=1)


def _incidence(found: list[np.ndarray], n: int) -> csc_matrix:
    size = np.concatenate([np.full(len(rows), rows.shape[1]) for rows in found])
    areas = np.concatenate([np.sort(rows, axis=1).ravel() for rows in found])
    starts = np.concatenate([[0], np.cumsum(size)])
    matrix = csc_matrix((np.ones(len(areas)), areas, starts), shape=(n, len(size)))
    matrix.has_sorted_indices = True
    return matrix
