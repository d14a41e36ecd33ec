"""Search for many disjoint sets: a start from the relaxation, then a walk by exchanges.

The walk is that of local searches for independent sets (Andrade, Resende and Werneck 2012): a set that touches one
chosen set only takes its place, and where that frees room for a further set, the packing has grown. Exchanges towards
lighter sets are taken at once, others by chance (Metropolis): what no set uses is what a further set is made of. Sets
just removed rest for some steps; after a long time without a gain a few sets are forced in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix

from solvers.problem import Stop

# Steps a removed set rests (least, most), steps without a gain before sets are forced in, and how many (most).
REST_LEAST, REST_MOST, PATIENCE, FORCED = 7, 17, 30_000, 3
# Temperature of the exchanges, in floors, falling from the first to the second over a round of steps; tries of a step.
WARM, COLD, ROUND, TRIES = 0.05, 0.01, 20_000, 20
# A walk that has lost this many sets against its best goes back to it. Steps in one unit of `Stop.work`.
LOST, STEPS = 4, 1_000
# Lists of touching sets are remembered up to this many numbers in all.
REMEMBERED = 60_000_000


@dataclass(frozen=True)
class Sets:
    """What may be packed: `incidence` (n, C) of the sets, `load` (C,) their weight in floors."""

    incidence: csc_matrix
    load: np.ndarray


def greedy(incidence: csc_matrix, value: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Disjoint sets taken by falling `value` (C,), ties at random, until none is left; ascending columns."""
    free = np.ones(incidence.shape[0], bool)
    starts, areas = incidence.indptr, incidence.indices
    chosen = []
    for column in np.lexsort((random.random(len(value)), -value)):
        members = areas[starts[column] : starts[column + 1]]
        if free[members].all():
            free[members] = False
            chosen.append(column)
    return np.sort(np.array(chosen, dtype=int))


def walk(
    sets: Sets, chosen: np.ndarray, enough: Callable[[], int], stop: Stop, random: np.random.Generator
) -> np.ndarray:
    """The most disjoint sets met until there are `enough()`, or `stop` (work: thousands of steps); ascending."""
    state = _Walk(sets, chosen, random)
    best, last_gain, steps = chosen, 0, 0
    ends = time.perf_counter() + stop.seconds
    while len(best) < enough() and (stop.work is None or steps < stop.work * STEPS) and time.perf_counter() < ends:
        steps += 1
        before = state.count
        if steps - last_gain > PATIENCE or not state.exchange(steps):
            if state.count < len(best) - LOST:
                state = _Walk(sets, best, random)
            state.force(int(random.integers(1, FORCED + 1)), steps)
            last_gain = steps
        elif state.count > before:
            last_gain = steps
        if state.count > len(best):
            best = state.chosen()
    return best


class _Walk:
    """A packing, and for every set by how many chosen sets it is touched (a chosen set by itself)."""

    def __init__(self, sets: Sets, chosen: np.ndarray, random: np.random.Generator):
        incidence = sets.incidence
        self.random, self.load = random, sets.load
        self.starts, self.areas = incidence.indptr, incidence.indices
        rows = incidence.tocsr()
        self.holding = np.split(rows.indices, rows.indptr[1:-1])
        self.first_area = self.areas[self.starts[:-1]]
        self.columns = np.arange(incidence.shape[1])
        self.touching: dict[int, np.ndarray] = {}
        self.remembered = 0
        self.touched = np.zeros(incidence.shape[1], np.int32)
        self.rests_until = np.zeros(incidence.shape[1], np.int64)
        self.set_of = np.full(incidence.shape[0], -1)
        self.count = 0
        for column in chosen:
            self._put(int(column))

    def chosen(self) -> np.ndarray:
        return np.unique(self.set_of[self.set_of >= 0])

    def exchange(self, step: int) -> bool:
        """Try to put in a set that touches one chosen set, in its place, and what then has room; False: there is none.

        A heavier set comes in with a chance that falls with the difference and with the temperature.
        """
        ready = np.flatnonzero((self.touched == 1) & (self.rests_until <= step))
        ready = ready[self.set_of[self.first_area[ready]] != ready]
        if not len(ready):
            return False
        warmth = WARM * (COLD / WARM) ** ((step % ROUND) / ROUND)
        for place, chance in zip(self.random.integers(len(ready), size=TRIES), self.random.random(TRIES), strict=True):
            column = int(ready[place])
            removed = int(self.set_of[self._members(column)].max())
            if chance < np.exp(min((self.load[removed] - self.load[column]) / warmth, 0.0)):
                break
        else:
            return True
        self._take_out(removed, step)
        self._put(column)
        touching = self._touching(removed)
        self._fill(touching[self.touched[touching] == 0])
        return True

    def force(self, number: int, step: int) -> None:
        """Put in `number` sets at random, whatever they push out."""
        for column in self.random.integers(len(self.columns), size=number):
            held = self.set_of[self._members(column)]
            if column not in held:
                for removed in np.unique(held[held >= 0]):
                    self._take_out(int(removed), step)
                self._put(int(column))
        self._fill(np.flatnonzero(self.touched == 0))

    def _fill(self, room: np.ndarray) -> None:
        while len(room):
            self._put(int(self.random.choice(room)))
            room = room[self.touched[room] == 0]

    def _put(self, column: int) -> None:
        self.touched[self._touching(column)] += 1
        self.set_of[self._members(column)] = column
        self.count += 1

    def _take_out(self, column: int, step: int) -> None:
        self.touched[self._touching(column)] -= 1
        self.set_of[self._members(column)] = -1
        self.count -= 1
        self.rests_until[column] = step + int(self.random.integers(REST_LEAST, REST_MOST))

    def _members(self, column: int) -> np.ndarray:
        return self.areas[self.starts[column] : self.starts[column + 1]]

    def _touching(self, column: int) -> np.ndarray:
        """Sets with an area of `column`, itself among them."""
        found = self.touching.get(column)
        if found is None:
            found = np.unique(np.concatenate([self.holding[area] for area in self._members(column)]))
            if self.remembered < REMEMBERED:
                self.touching[column] = found
                self.remembered += len(found)
        return found
