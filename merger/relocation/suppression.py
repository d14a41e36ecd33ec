"""Suppression of small counts, so that no hidden cell can be computed from the cells and totals that are shown.

First every count below the smallest one that may be shown is hidden (primary); then further cells (complementary),
until in every published sum the hidden cells are several, together hold enough people, and no hidden cell is
determined by the sums taken together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# A hidden cell moves freely where the null space of the sums moves it by more than this.
FREE = 1e-9


def suppress(
    counts: np.ndarray, sums: Sequence[Sequence[int]], smallest: int, already: np.ndarray | None = None
) -> np.ndarray:
    """Which cells to hide.

    Parameters
    ----------
    counts : (n,) non-negative whole numbers.
    sums : sets of cells whose sum a reader knows: a total that is shown, or a cell that is the sum of others.
    smallest : counts from 1 to `smallest` - 1 are hidden.
    already : (n,) cells that are hidden for another reason.

    Returns
    -------
    (n,) bool. A sum that holds no cell which could be hidden too leaves its cell alone.
    """
    counts = np.asarray(counts)
    hidden = (counts > 0) & (counts < smallest)
    if already is not None:
        hidden |= already
    groups = [np.asarray(s, int) for s in sums]
    while True:
        unsafe = [g for g in groups if _unsafe(g, counts, hidden, smallest)]
        if not unsafe:
            determined = determined_cells(hidden, groups)
            unsafe = [g for g in groups if determined[g].any() and (~hidden[g]).any()]
        if not unsafe:
            return hidden
        group = min(unsafe, key=lambda g: hidden[g].sum())
        shown = group[~hidden[group]]
        # The smallest count that holds somebody hides most for the least; an empty cell where there is no other.
        order = np.lexsort((shown, counts[shown], counts[shown] == 0))
        hidden[shown[order[0]]] = True


def determined_cells(hidden: np.ndarray, sums: Sequence[Sequence[int]]) -> np.ndarray:
    """Hidden cells whose value follows from the sums and the cells that are shown."""
    at = np.flatnonzero(hidden)
    out = np.zeros(len(hidden), bool)
    if not len(at):
        return out
    matrix = np.array([np.isin(at, np.asarray(s, int)) for s in sums], float).reshape(len(sums), len(at))
    if not len(sums):
        return out
    _, singular, right = np.linalg.svd(matrix)
    rank = int((singular > FREE).sum())
    out[at] = (np.abs(right[rank:]) < FREE).all(axis=0)
    return out


def _unsafe(group: np.ndarray, counts: np.ndarray, hidden: np.ndarray, smallest: int) -> bool:
    """A lone hidden cell in a sum, or hidden cells that are too few people in all; safe with nothing left to hide."""
    inside = hidden[group]
    if not inside.any() or inside.all():
        return False
    return inside.sum() == 1 or counts[group][inside].sum() < smallest
