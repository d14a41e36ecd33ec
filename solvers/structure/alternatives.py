"""What else was possible: near-optimal structures that differ as much as possible, and the next choice of each item.

The idea of near-optimal alternatives is that of modelling to generate alternatives (Brill, Chang, Hopkins 1982).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix, csc_matrix, vstack
from scipy.sparse.csgraph import connected_components

from solvers.problem import Status, Stop
from solvers.set_partition import Program, linear_prices, minimise, minimise_small
from solvers.structure.columns import Columns, enumerate_columns, program_of
from solvers.structure.problem import NONE, StructureProblem, StructureSolution
from solvers.structure.solve import COLUMN_LIMIT, read_choice

# A row that touches no more parts than this joins them; one that touches more is priced instead.
JOINED_PARTS = 3
# Columns of one part that its solutions choose from, cheapest by reduced cost.
LARGEST_PART = 500


@dataclass(frozen=True)
class NextChoices:
    """Best other place of each item: `slot`, `site` (I,), -1 where it has none; `extra` (I,) a lower bound on the cost.

    `extra` says what the whole structure costs more at least when the item is anywhere else than in its own place;
    `exact`: the bound is reached, since no limit that many share presses.
    """

    slot: np.ndarray
    site: np.ndarray
    extra: np.ndarray
    exact: bool


def next_choices(problem: StructureProblem, solution: StructureSolution, stop: Stop) -> NextChoices:
    """Where each item would go next, by solving its part of the structure without its own place.

    Limits that many parts share (room, ceilings) are relaxed at the prices of the linear bound.
    """
    columns = enumerate_columns(problem, COLUMN_LIMIT)
    n_items = problem.shape[0]
    program, constant = program_of(problem, columns)
    part_of, common = _parts(program, n_items)
    bound, reduced, duals = linear_prices(program, stop)
    price = np.where(common, duals, 0.0)
    relaxed = program.cost - program.matrix.T @ price
    side = np.where(price > 0, program.lower, program.upper)
    total = float((price[price != 0] * side[price != 0]).sum()) + constant
    slot, site, extra = np.full(n_items, NONE), np.full(n_items, NONE), np.zeros(n_items)
    item, column = _cells(columns)
    own = _same_place(columns, solution, item, column)
    held = np.bincount(column[own], minlength=len(columns.cost)) == [len(m) for m in columns.members]
    chosen = np.append(np.flatnonzero(held), np.arange(len(columns.cost), len(program.cost)))
    by_row, capped = program.matrix.tocsr(), False
    for part in np.unique(part_of).tolist():
        inside = np.flatnonzero(part_of == part)
        order = np.argsort(reduced[inside], kind="stable")
        # Columns left out of a large part cost that much more than the bound, so what is told stays a lower bound.
        cap = np.inf
        if len(inside) > LARGEST_PART:
            cap = max(bound + constant + reduced[inside[order[LARGEST_PART]]] - solution.objective, 0.0)
            inside = np.union1d(inside[order[:LARGEST_PART]], chosen[np.isin(chosen, inside)])
        rows = np.flatnonzero(~common & (np.diff(by_row[:, inside].indptr) > 0))
        here = Program(program.matrix[rows][:, inside], program.lower[rows], program.upper[rows], relaxed[inside])
        base = minimise_small(here, stop)
        total += base.bound
        for i in np.unique(item[np.isin(column, inside)]).tolist():
            left = ~np.isin(inside, column[own & (item == i)])
            if not np.isin(inside[left], column[item == i]).any():
                continue
            other = minimise_small(Program(here.matrix[:, left], here.lower, here.upper, here.cost[left]), stop)
            if other.objective is None:
                continue
            taken = inside[left][other.chosen]
            goes = next(c for c in taken.tolist() if c < len(columns.cost) and i in columns.members[c])
            slot[i], site[i] = columns.slot[goes], columns.site[goes]
            extra[i] = min(other.bound - base.bound, cap)
            capped |= other.bound - base.bound > cap
    # What the relaxed limits leave open between bound and cost is taken off, so that the figures stay lower bounds.
    loose = max(solution.objective - total, 0.0)
    exact = not np.any(price) and loose < 0.5 and not capped
    return NextChoices(slot, site, np.maximum(extra - loose, 0.0), exact)


def _parts(program: Program, n_items: int) -> tuple[np.ndarray, np.ndarray]:
    """Part of each column, and which rows tie many parts together."""
    rows = program.matrix.tocsr()
    tied = [rows[r].indices for r in range(n_items)]
    while True:
        ends = [(c[0], other) for c in tied if len(c) for other in c[1:].tolist()]
        at = np.array(ends, int).reshape(-1, 2)
        links = coo_matrix((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(program.cost),) * 2)
        _, part = connected_components(links, directed=False)
        few = [
            r
            for r in range(n_items, rows.shape[0])
            if 1 < len(np.unique(part[rows[r].indices])) <= JOINED_PARTS
        ]  # fmt: skip
        if not few:
            touched = [len(np.unique(part[rows[r].indices])) for r in range(rows.shape[0])]
            return part, np.array(touched) > 1
        tied += [rows[r].indices for r in few]


def near_optimal(
    problem: StructureProblem, best: StructureSolution, *, within: float, number: int, stop: Stop
) -> list[StructureSolution]:
    """At most `number` structures that cost no more than `within` (a share) above the best.

    One after the other, each leaves as few items as possible where those before have them; the search ends when
    nothing can differ. `stop` holds for each.
    """
    columns = enumerate_columns(problem, COLUMN_LIMIT)
    program, constant = program_of(problem, columns)
    budget = best.objective * (1 + within) - constant
    scale = max(abs(budget), 1.0)
    limit = csc_matrix(program.cost / scale)
    matrix = vstack([program.matrix, limit]).tocsc()
    item, column = _cells(columns)
    same, found = np.zeros(len(program.cost)), []
    for _ in range(number):
        last = found[-1] if found else best
        own = _same_place(columns, last, item, column)
        same += np.bincount(column[own], minlength=len(same))
        lower = np.append(program.lower, 0.0)  # costs are not negative, so this side is open
        search = Program(matrix, lower, np.append(program.upper, budget / scale), same)
        began = time.perf_counter()
        choice = minimise(search, stop)
        if choice.status not in (Status.OPTIMAL, Status.FEASIBLE):
            break
        other = read_choice(problem, columns, choice.chosen)
        if any(_places(other) == _places(s) for s in [best, *found]):
            break
        found.append(replace(other, bound=best.bound, seconds=time.perf_counter() - began))
    return found


def _cells(columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (item, column) of all columns."""
    length = [len(items) for items in columns.members]
    item = np.array([i for items in columns.members for i in items], int)
    return item, np.repeat(np.arange(len(length)), length)


def _same_place(columns: Columns, solution: StructureSolution, item: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Whether a column has the item in the slot and at the site of the solution."""
    own_slot = solution.slot_of_item[item]
    return (columns.slot[column] == own_slot) & (columns.site[column] == solution.site_of_slot[own_slot])


def _places(solution: StructureSolution) -> tuple:
    return tuple(solution.slot_of_item.tolist()), tuple(solution.site_of_slot.tolist())
