"""All connected sets of nodes of a graph up to a given size, each exactly once, as numpy arrays."""

from __future__ import annotations

import numpy as np

# Roots are handled in batches so that the masks of one batch stay within some hundred megabytes.
BATCH_BYTES = 150_000_000


def adjacency_matrix(n: int, edges: np.ndarray) -> np.ndarray:
    """Symmetric boolean matrix (n, n) of an undirected edge list of shape (m, 2)."""
    matrix = np.zeros((n, n), dtype=bool)
    if len(edges):
        matrix[edges[:, 0], edges[:, 1]] = matrix[edges[:, 1], edges[:, 0]] = True
    np.fill_diagonal(matrix, False)
    return matrix


def connected_sets(n: int, edges: np.ndarray, max_size: int) -> list[np.ndarray]:
    """Enumerate connected sets by size.

    A set is built from its smallest node. Each step adds one frontier node and bars the frontier nodes of
    lower
    number from that branch for good, so no set is met twice and none needs to be looked up.

    Returns
    -------
    One array per size s = 1..max_size, shape (number of sets, s), nodes ascending in each row, rows in
    lexicographic order.
    """
    near = adjacency_matrix(n, edges)
    found: list[list[np.ndarray]] = [[] for _ in range(max_size)]
    step = _batch(n, max_size)
    for first in range(0, n, step):
        roots = np.arange(first, min(first + step, n))
        for size, sets in enumerate(_grow(near, roots, max_size)):
            found[size].append(sets)
    return [
        _ordered(np.concatenate(parts)) if parts else np.empty((0, s + 1), np.int32) for s, parts in enumerate(found)
    ]


def _batch(n: int, max_size: int) -> int:
    """Roots whose branches fit in `BATCH_BYTES`, guessing 3.5 times the sets for each further node."""
    sets_per_root = 3.5 ** max(max_size - 2, 0)
    return max(1, min(n, int(BATCH_BYTES / (2 * max(n, 1) * sets_per_root))))


def _grow(near: np.ndarray, roots: np.ndarray, max_size: int) -> list[np.ndarray]:
    n = len(near)
    sets = roots.reshape(-1, 1).astype(np.int32)
    barred = np.arange(n)[None, :] <= roots[:, None]
    reach = near[roots]
    levels = [sets]
    for size in range(2, max_size + 1):
        frontier = reach & ~barred
        parent, node = np.nonzero(frontier)
        sets = np.column_stack([sets[parent], node]).astype(np.int32)
        levels.append(sets)
        if size < max_size:
            barred = barred[parent] | (frontier[parent] & (np.arange(n)[None, :] <= node[:, None]))
            reach = reach[parent] | near[node]
    return levels


def _ordered(sets: np.ndarray) -> np.ndarray:
    rows = np.sort(sets, axis=1)
    return rows[np.lexsort(rows.T[::-1])]
