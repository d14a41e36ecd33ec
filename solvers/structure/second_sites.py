"""The share of slots at second sites, taken apart by number: the linear bound of a share alone is weak.

With a share s, as many as s times the open slots may sit at second sites, a fraction that no structure can use up.
For each whole number K the rules "at most K at second sites" and "at least K / s open slots" say the same, and their
linear bound is nearly tight. As a function of K that bound is convex (K stands on the right-hand sides only), so a
walk up and down from a known structure meets every K that can beat it before it meets one that cannot.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.sparse import csc_matrix, vstack

from solvers.problem import Status, Stop
from solvers.set_partition import Choice, Program, linear_prices, minimise
from solvers.structure.columns import PARTS, Columns, program_of
from solvers.structure.problem import StructureProblem

# Gap of the first search, which only has to say where to start the walk.
FIRST_GAP = 2e-3


@dataclass(frozen=True)
class Pool:
    """Columns of a problem with their program without the share: `counted` and `second` (C,) slots by column."""

    columns: Columns
    program: Program
    constant: int
    counted: np.ndarray
    second: np.ndarray


def pool_of(problem: StructureProblem, columns: Columns) -> Pool:
    """Program of all columns, whatever share of them may sit at second sites."""
    program, constant = program_of(replace(problem, second_share=1.0), columns)
    counted, second = np.zeros(len(program.cost)), np.zeros(len(program.cost))
    counted[: len(columns.cost)] = columns.shared
    second[: len(columns.cost)] = columns.shared & problem.second_site[columns.site]
    return Pool(columns, program, constant, counted, second)


def minimise_share(pool: Pool, share: float, stop: Stop) -> Choice:
    """Cheapest choice with at most a share of the counted slots at second sites; the bound is valid for all columns."""
    part = Fraction(share).limit_denominator(PARTS)
    if part == 1:
        return minimise(pool.program, stop)
    if part == 0:
        return minimise(_with_rows(pool, [(pool.second, -math.inf, 0.0)]), stop)
    row = (pool.second - float(part) * pool.counted, -math.inf, 0.0)
    began = time.perf_counter()
    first = minimise(_with_rows(pool, [row]), replace(stop, gap=max(stop.gap, FIRST_GAP)))
    if first.status is not Status.FEASIBLE or first.objective - first.bound <= stop.gap * first.objective:
        return first
    return _Walk(pool, part, stop, began, first).best()


class _Walk:
    """Numbers of slots at second sites up and down from a first choice, until the linear bound rules out the rest."""

    def __init__(self, pool: Pool, part: Fraction, stop: Stop, began: float, first: Choice):
        self._pool, self._part, self._stop = pool, part, stop
        self._end = began + stop.seconds
        self._found, self._first = first, first
        self._bounds: list[float] = []
        # Number, linear bound and its slope in the number, where it was last found.
        self._known: tuple[int, float, float] | None = None

    def best(self) -> Choice:
        """The best choice of all numbers; without time to finish, the bound of the first search stands."""
        start = round(float(self._pool.second[self._first.chosen].sum()))
        finished = self._visit(start) is not None
        for step in (1, -1):
            number = start + step
            while finished and (goes_on := self._visit(number)):
                number += step
            finished = finished and goes_on is not None
        value = self._found.objective
        bound = min([value, *self._bounds]) if finished else min(self._first.bound, value)
        bound = max(bound, self._first.bound)
        optimal = value - bound <= 1e-7 * max(abs(value), 1.0)
        return replace(self._found, status=Status.OPTIMAL if optimal else Status.FEASIBLE, bound=bound)

    def _visit(self, number: int) -> bool | None:
        """Whether numbers beyond may hold something better; None when time is up."""
        left = self._end - time.perf_counter()
        if left <= 0:
            return None
        if number < 0:
            return False
        stop = replace(self._stop, seconds=left)
        if not self._may_be_better(number, stop):
            return False
        choice = minimise(self._rules(number, math.ceil(number / self._part)), stop)
        if choice.status is Status.UNKNOWN:
            return None
        if choice.bound is not None:
            self._bounds.append(choice.bound)
        if choice.objective is not None and choice.objective < self._found.objective:
            self._found = choice
        return True

    def _may_be_better(self, number: int, stop: Stop) -> bool:
        """Whether the linear bound of a number lies below the best; the duals of another number bound it too."""
        best = self._found.objective
        if self._known is not None:
            at, bound, slope = self._known
            if bound + slope * (number - at) >= best:
                return False
        prices = linear_prices(self._rules(number, float(number / self._part)), stop)
        if prices is None:
            return False
        bound, _, duals = prices
        # The last two rows are those of the number: at most K from above, at least K / share from below.
        self._known = number, bound, min(duals[-2], 0.0) + max(duals[-1], 0.0) / float(self._part)
        return bound < best

    def _rules(self, number: int, least: float) -> Program:
        return _with_rows(self._pool, [(self._pool.second, -math.inf, number), (self._pool.counted, least, math.inf)])


def _with_rows(pool: Pool, rows: list[tuple[np.ndarray, float, float]]) -> Program:
    """The pool's program with rows (coefficients, lower, upper); an open side gets what no choice can pass."""
    base = pool.program
    matrix = vstack([base.matrix, *(csc_matrix(values) for values, *_ in rows)]).tocsc()
    lower = [max(low, float(np.minimum(values, 0.0).sum())) for values, low, _ in rows]
    upper = [min(high, float(np.maximum(values, 0.0).sum())) for values, _, high in rows]
    return Program(
        matrix, np.append(pool.program.lower, lower), np.append(pool.program.upper, upper), pool.program.cost
    )
