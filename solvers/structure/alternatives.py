"""What else was possible: the next choice of each item, and near-optimal structures that differ as much as possible.

A structure falls into parts that share only a few limits (room, second sites, ceilings). Each part is solved
again without one item's own place, at the prices of the shared limits: that gives the next choice of every item, with a
lower bound on its cost. The same answers, one chosen for each part, make whole structures near the best: the idea is
that of modelling to generate alternatives (Brill, Chang, Hopkins 1982).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import coo_matrix, csc_matrix, vstack
from scipy.sparse.csgraph import connected_components

from solvers.problem import Stop
from solvers.set_partition import Program, linear_prices, minimise_small
from solvers.structure.columns import Columns, doubtful_hosts, enumerate_columns, program_of
from solvers.structure.problem import NONE, StructureProblem, StructureSolution
from solvers.structure.solve import COLUMN_LIMIT, read_choice

# A row that touches no more parts than this joins them; one that touches more is priced instead.
JOINED_PARTS = 3
# Columns of one part that its solutions choose from, cheapest by reduced cost.
LARGEST_PART = 500
# Charge for an item in its own place in the part solutions that differ most, as shares of the best structure's cost.
CHARGES = (1e-5, 1e-4, 1e-3)
# Distance at which a row counts as kept.
ROW_WITHIN = 1e-6


@dataclass(frozen=True)
class NextChoices:
    """Best other place of each item: `slot`, `site` (I,), -1 where it has none; `extra` (I,) a lower bound on the cost.

    `extra` says what the whole structure costs more at least when the item is anywhere else than in its own place;
    `found` (I,) what a structure with the item in that other place costs more, infinite where none was found.
    """

    slot: np.ndarray
    site: np.ndarray
    extra: np.ndarray
    found: np.ndarray

    @property
    def exact(self) -> np.ndarray:
        """(I,) whether the bound is reached."""
        return self.found - self.extra < 0.5


@dataclass(frozen=True)
class _Part:
    """Columns `inside` a part, its program at the prices of common limits, its own least cost there, and solutions of
    it (columns) met so far.
    """

    inside: np.ndarray
    program: Program
    least: float
    met: list[np.ndarray] = field(default_factory=list)


class Surroundings:
    """The parts around a solution, solved once for both questions. `stop` holds for each small search."""

    def __init__(self, problem: StructureProblem, solution: StructureSolution, stop: Stop):
        self._problem, self._solution, self._stop = problem, solution, stop
        self._columns = enumerate_columns(problem, COLUMN_LIMIT)
        self._program, self._constant = program_of(problem, self._columns)
        self._item, self._column = _cells(self._columns)
        self._own = _same_place(self._columns, solution, self._item, self._column)
        self._chosen = _chosen(problem, self._columns, solution)
        self._parts, self._bound, self._cap = _priced_parts(self._program, len(problem.size), self._chosen, stop)
        self.next = self._next_choices()

    def _next_choices(self) -> NextChoices:
        """Where each item would go next, by solving its part of the structure without its own place.

        Limits that many parts share (room, ceilings) are relaxed at the prices of the linear bound (Lagrange).
        """
        columns, item, column = self._columns, self._item, self._column
        cost = self._solution.objective - self._constant
        # What the relaxed limits leave open between bound and cost is taken off, so that the figures stay lower
        # bounds; no figure says more than what a column left out of a large part may save.
        loose, cap = max(cost - self._bound, 0.0), max(self._cap - cost, 0.0)
        n_items = len(self._problem.size)
        slot, site, extra = np.full(n_items, NONE), np.full(n_items, NONE), np.zeros(n_items)
        found = np.full(n_items, np.inf)
        for part in self._parts:
            for i in np.unique(item[np.isin(column, part.inside)]).tolist():
                left = ~np.isin(part.inside, column[self._own & (item == i)])
                if not np.isin(part.inside[left], column[item == i]).any():
                    continue
                here = part.program
                other = minimise_small(
                    Program(here.matrix[:, left], here.lower, here.upper, here.cost[left]), self._stop
                )
                if other.objective is None:
                    continue
                taken = part.inside[left][other.chosen]
                part.met.append(taken)
                goes = next(c for c in taken.tolist() if c < len(columns.cost) and i in columns.members[c])
                slot[i], site[i] = columns.slot[goes], columns.site[goes]
                extra[i] = min(max(other.bound - part.least - loose, 0.0), cap)
                whole = np.union1d(np.setdiff1d(self._chosen, part.inside), taken)
                if _keeps_rows(self._program, whole):
                    found[i] = self._program.cost[whole].sum() - self._program.cost[self._chosen].sum()
        return NextChoices(slot, site, np.minimum(extra, found), found)

    def near_optimal(self, within: float, number: int) -> list[StructureSolution]:
        """At most `number` structures that cost no more than `within` (a share) above the best.

        One after the other, each leaves as few items as possible where those before have them, among all ways to put
        together the part solutions met; the search ends when nothing can differ.
        """
        same, found, last = np.zeros(len(self._program.cost)), [], self._solution
        self._differ()
        for _ in range(number):
            began = time.perf_counter()
            own = _same_place(self._columns, last, self._item, self._column)
            same += np.bincount(self._column[own], minlength=len(same))
            chosen = self._put_together(same, self._solution.objective * within)
            last = read_choice(self._problem, self._columns, chosen)
            if any(_places(last) == _places(s) for s in [self._solution, *found]):
                break
            found.append(replace(last, bound=self._solution.bound, seconds=time.perf_counter() - began))
        return found

    def _differ(self) -> None:
        """Meet part solutions that differ in more than one place: own places are charged, little and much."""
        own = np.bincount(self._column[self._own], minlength=len(self._program.cost)).astype(float)
        for part in self._parts:
            if not part.met:
                continue
            for charge in CHARGES:
                cost = part.program.cost + charge * self._solution.objective * own[part.inside]
                other = minimise_small(replace(part.program, cost=cost), self._stop)
                if other.objective is not None:
                    part.met.append(part.inside[other.chosen])

    def _put_together(self, same: np.ndarray, slack: float) -> np.ndarray:
        """Columns of the whole structure: for each part its own solution or one met, least the same within the cost."""
        program, options, part_of = self._program, [], []
        for n, part in enumerate(self._parts):
            own = np.intersect1d(self._chosen, part.inside)
            distinct = {tuple(np.sort(o).tolist()) for o in part.met}
            for option in [tuple(own.tolist()), *sorted(distinct - {tuple(own.tolist())})]:
                options.append(np.array(option, int))
                part_of.append(n)
        pick = csc_matrix(
            (
                np.ones(sum(map(len, options))),
                (np.concatenate(options), np.repeat(np.arange(len(options)), [len(o) for o in options])),
            ),
            shape=(len(program.cost), len(options)),
        )
        one = csc_matrix((np.ones(len(options)), (part_of, np.arange(len(options)))))
        price = program.cost @ pick
        budget = program.cost[self._chosen].sum() + slack
        rows = [program.matrix @ pick, one, csc_matrix(price / budget)]
        matrix = csc_matrix(vstack(rows))
        parts = np.ones(len(self._parts))
        lower = np.concatenate([program.lower, parts, [0.0]])
        upper = np.concatenate([program.upper, parts, [1.0]])
        choice = minimise_small(Program(matrix, lower, upper, same @ pick), self._stop)
        if choice.objective is None:
            return self._chosen
        return np.concatenate([options[o] for o in choice.chosen])


def _chosen(problem: StructureProblem, columns: Columns, solution: StructureSolution) -> np.ndarray:
    """Columns of a solution, with the switches of its open hosts that may stay closed."""
    item, column = _cells(columns)
    own = _same_place(columns, solution, item, column)
    inside = np.bincount(column[own], minlength=len(columns.cost))
    size = np.bincount(solution.slot_of_item, minlength=problem.shape[1])
    held = np.flatnonzero(
        (inside == [len(m) for m in columns.members]) & (inside == size[columns.slot]) & (inside > 0)
    )  # fmt: skip
    opened = {int(h) for h in problem.slot_host[solution.site_of_slot >= 0]}
    switches = [len(columns.cost) + n for n, h in enumerate(doubtful_hosts(problem)) if h in opened]
    return np.append(held, np.array(switches, int))


def _keeps_rows(program: Program, chosen: np.ndarray) -> bool:
    used = np.asarray(program.matrix[:, chosen].sum(axis=1)).ravel()
    return bool(np.all(used >= program.lower - ROW_WITHIN) and np.all(used <= program.upper + ROW_WITHIN))


def _priced_parts(program: Program, n_items: int, chosen: np.ndarray, stop: Stop) -> tuple[list[_Part], float, float]:
    """Parts at the prices of what ties them, their bound together, and what any column left out costs at least."""
    part_of, common = _parts(program, n_items)
    linear, reduced, duals = linear_prices(program, stop)
    price = np.where(common, duals, 0.0)
    relaxed = program.cost - program.matrix.T @ price
    side = np.where(price > 0, program.lower, program.upper)
    bound, cap = float((price[price != 0] * side[price != 0]).sum()), np.inf
    by_row, parts = program.matrix.tocsr(), []
    for part in np.unique(part_of).tolist():
        inside = np.flatnonzero(part_of == part)
        if len(inside) > LARGEST_PART:
            order = inside[np.argsort(reduced[inside], kind="stable")]
            cap = min(cap, linear + reduced[order[LARGEST_PART]])
            inside = np.union1d(order[:LARGEST_PART], np.intersect1d(chosen, inside))
        rows = np.flatnonzero(~common & (np.diff(by_row[:, inside].indptr) > 0))
        here = Program(program.matrix[rows][:, inside], program.lower[rows], program.upper[rows], relaxed[inside])
        least = minimise_small(here, stop).bound
        bound += least
        parts.append(_Part(inside, here, least))
    return parts, bound, cap


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
