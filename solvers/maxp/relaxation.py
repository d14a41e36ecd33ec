"""Upper bound of a packing of disjoint sets: linear relaxation with subset-row cuts, valid by its duals.

    maximise sum of x   subject to   each area in one set at most,   x >= 0

Of the sets with two or three of three given areas a packing has one at most: these cuts (Jepsen, Petersen, Spoorendonk
and Pisinger 2008) close most of the gap. Prices y >= 0 of areas and cuts under which every set costs 1 or more prove
that no packing has more than sum(y) sets.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, vstack

from solvers.linear import LinearModel, solve_linear
from solvers.problem import Status, Stop

# Columns of the first linear programme, columns priced in a round, rounds of cuts and cuts of a round.
FIRST_COLUMNS, PRICED_IN, ROUNDS, CUTS, CUTS_OF_AN_AREA = 20_000, 20_000, 8, 250, 6
# Cuts violated by less, sets that are too cheap by less and prices below this are left alone.
VIOLATED, CHEAP, ZERO = 0.02, 1e-7, 1e-9
# A bound that falls by less in a round of cuts falls no further soon.
PROGRESS = 0.003
# Slack when a bound is rounded down.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Relaxation:
    """Bound with its proof.

    `rows` (n + cuts, C) of the `areas` n areas and of cuts; `price` (n + cuts,) of each row; `reduced` (C,) what a set
    costs above 1, not negative; `value` (C,) the fractional solution.
    """

    bound: float
    areas: int
    rows: csr_matrix
    price: np.ndarray
    reduced: np.ndarray
    value: np.ndarray

    @property
    def most(self) -> int:
        """Whole number of sets that no packing exceeds."""
        return int(np.floor(self.bound + ROUNDING))


def relax(incidence: csc_matrix, enough: int, stop: Stop) -> Relaxation | None:
    """Bound of the packing of all columns of `incidence` (n, C); None when no linear programme was solved in time.

    Cuts are added until the bound is down to `enough` sets, or falls no further, or the time is over.
    """
    began = time.perf_counter()
    rows = incidence.tocsr()
    columns = _first(incidence)
    best = None
    for _ in range(ROUNDS):
        left = stop.seconds - (time.perf_counter() - began)
        if left <= 0:
            break
        answer = _solve(rows, incidence.shape[0], columns, Stop(left, seed=stop.seed))
        if answer is None:
            break
        found, columns = answer
        progress = best is None or found.bound < best.bound - PROGRESS
        if best is None or found.bound < best.bound:
            best = found
        cuts = _violated(rows[: incidence.shape[0]], found.value) if progress and best.most > enough else []
        if not cuts:
            break
        rows = vstack([rows, _cut_rows(incidence, cuts)], format="csr")
    return best


def _first(incidence: csc_matrix) -> np.ndarray:
    """Columns to begin with: all, or for every area those of fewest areas."""
    count = incidence.shape[1]
    if count <= 2 * FIRST_COLUMNS:
        return np.arange(count)
    size = np.diff(incidence.indptr)
    order = np.lexsort((np.repeat(size, size), incidence.indices))
    area = incidence.indices[order]
    column = np.repeat(np.arange(count), size)[order]
    rank = np.arange(len(area)) - np.searchsorted(area, area)
    return np.unique(column[rank < FIRST_COLUMNS // incidence.shape[0] + 10])


def _solve(rows: csr_matrix, areas: int, columns: np.ndarray, stop: Stop) -> tuple[Relaxation, np.ndarray] | None:
    """The relaxation over all columns, those not in `columns` priced in, and the columns that were needed."""
    began = time.perf_counter()
    by_column = rows.tocsc()
    while True:
        left = stop.seconds - (time.perf_counter() - began)
        if left <= 0:
            return None
        part = by_column[:, columns].tocoo()
        model = LinearModel()
        x = model.add_columns(np.full(len(columns), -1.0))
        model.add_rows(-np.inf, np.ones(rows.shape[0]))
        model.add_entries(part.row, x[part.col], part.data)
        answer = solve_linear(model, Stop(left, seed=stop.seed))
        if answer.status is not Status.OPTIMAL or answer.duals is None:
            return None
        price = np.maximum(-answer.duals, 0.0)
        reduced = rows.T @ price - 1.0
        missing = np.setdiff1d(np.flatnonzero(reduced < -CHEAP), columns)
        if not len(missing):
            break
        columns = np.union1d(columns, missing[np.argsort(reduced[missing], kind="stable")[:PRICED_IN]])
    # Prices are scaled up until no set costs less than 1: then they prove the bound whatever the tolerances.
    scale = 1.0 / min(1.0, 1.0 + float(reduced.min(initial=0.0)))
    price = price * scale
    value = np.zeros(rows.shape[1])
    value[columns] = answer.values
    reduced = np.maximum(rows.T @ price - 1.0, 0.0)
    return Relaxation(float(price.sum()), areas, rows, price, reduced, value), columns


def _violated(areas: csr_matrix, value: np.ndarray) -> list[tuple[int, int, int]]:
    """Triples of areas whose cut the fractional solution breaks, worst first, spread over the areas."""
    used = np.flatnonzero(value > CHEAP)
    cover = areas[:, used].toarray()
    together = (cover * value[used]) @ cover.T
    np.fill_diagonal(together, 0.0)
    i, j = np.nonzero(np.triu(together > CHEAP))
    # Every broken triple has two pairs that lie in sets together; the third area is any neighbour of the pair in that
    # sense.
    third = np.maximum(together[i], together[j]) > CHEAP
    pair, k = np.nonzero(third)
    i, j = i[pair], j[pair]
    pairs = together[i, j] + together[i, k] + together[j, k]
    hopeful = (k != i) & (k != j) & (pairs > 1 + VIOLATED)
    triples = np.unique(np.sort(np.column_stack([i, j, k])[hopeful], axis=1), axis=0)
    if not len(triples):
        return []
    i, j, k = triples.T
    all_three = (cover[i] * cover[j] * cover[k]) @ value[used]
    excess = together[i, j] + together[i, k] + together[j, k] - 2 * all_three - 1
    taken, chosen = np.zeros(areas.shape[0], int), []
    for t in np.argsort(-excess, kind="stable"):
        if excess[t] <= VIOLATED or len(chosen) == CUTS:
            break
        if taken[triples[t]].max() < CUTS_OF_AN_AREA:
            taken[triples[t]] += 1
            chosen.append(tuple(triples[t].tolist()))
    return chosen


def _cut_rows(incidence: csc_matrix, cuts: list[tuple[int, int, int]]) -> csr_matrix:
    """A row a cut, 1 for the sets with at least two of its areas."""
    triple = np.array(cuts)
    pick = csr_matrix(
        (np.ones(triple.size), triple.ravel(), np.arange(0, triple.size + 1, 3)),
        shape=(len(cuts), incidence.shape[0]),
    )
    rows = (pick @ incidence).tocsr()
    rows.data = (rows.data >= 2).astype(float)
    rows.eliminate_zeros()
    return rows
