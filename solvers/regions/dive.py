"""A first plan: take the sets that the relaxation likes best, a few at a time, then search for the last units."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solvers.column_lp import ColumnLP
from solvers.problem import Stop
from solvers.regions.master import Master, Prices, Relaxation
from solvers.regions.sets import RegionSets, joined
from solvers.set_partition import Program, minimise_small

LIKELY, AT_ONCE = 0.95, 60  # value from which all sets are taken, else one for so many units left
PRICED, ROUNDS = 1_000, 5  # sets given to the relaxation after each step, and how often
LAST_UNITS = 60  # units left to the search at the end
FREED = (60, 100, 150, 210)  # units of that search, more and more when it finds nothing
SETS, NODES = 4_000, 2_000  # of that search
CLOSE = 1e-9


def dive(master: Master, relaxed: Relaxation, stop: Stop) -> RegionSets | None:
    """A plan near the relaxation; None when none was found. Uses up `relaxed.lp`."""
    began = time.perf_counter()
    n = master.ground.problem.n
    lp, taken, used, fixed = relaxed.lp, relaxed.taken, np.zeros(n + 1, dtype=bool), []
    while time.perf_counter() - began < stop.seconds:
        solved = lp.solve(stop)
        if solved is None:
            return None
        units_left = int(len(master.ground.free) - used[:n].sum())
        if units_left <= LAST_UNITS:
            break
        chosen = _likely(master, taken, solved[2], used, 1 + units_left // AT_ONCE)
        if not chosen:
            break
        for k in chosen:
            units = list(master.pool.row(taken[k]))
            if not used[units].any():
                used[units] = True
                fixed.append(int(taken[k]))
                lp.fix(k)
        taken = _priced(master, lp, taken, used, stop)
    left = replace(stop, seconds=max(1.0, stop.seconds - (time.perf_counter() - began)))
    return _completed(master, relaxed.prices, master.pool.take(np.array(fixed, dtype=int)), left)


def completion(master: Master, kept: RegionSets, sets: RegionSets) -> Program:
    """The program over `sets` that completes the sets kept."""
    program, done = master.program(sets), np.asarray(master.program(kept).matrix.sum(axis=1)).ravel()
    rows = np.ones(len(done), dtype=bool)
    rows[master.row_of[kept.members[kept.members < master.ground.problem.n]]] = False
    return Program(
        program.matrix[rows], program.lower[rows] - done[rows], program.upper[rows] - done[rows], program.cost
    )


def _likely(master: Master, taken: np.ndarray, x: np.ndarray, used: np.ndarray, at_once: int) -> list[int]:
    """Columns to take: all that are nearly whole, else the largest few."""
    order = np.argsort(-x, kind="stable")
    open_to = [k for k in order[x[order] > 1e-6].tolist() if not used[list(master.pool.row(taken[k]))].any()]
    return [k for k in open_to if x[k] > LIKELY] or open_to[:at_once]


def _priced(master: Master, lp: ColumnLP, taken: np.ndarray, used: np.ndarray, stop: Stop) -> np.ndarray:
    """Give the relaxation what the units left can gain from; a row that nothing meets asks for more rounds."""
    for _ in range(ROUNDS):
        solved = lp.solve(stop)
        if solved is None:
            return taken
        extra = master.known_cheaper(master.prices(solved[1]), taken)
        extra = extra[~used[master.pool.members[extra]].any(axis=1)][:PRICED]
        if not len(extra):
            return taken
        master.extend(lp, extra)
        taken = np.concatenate([taken, extra])
        if solved[3] < CLOSE:
            return taken
    return taken


def _completed(master: Master, prices: Prices, fixed: RegionSets, stop: Stop) -> RegionSets | None:
    """Search for the units left; when nothing is found, sets around them are given up again, more and more."""
    began = time.perf_counter()
    n = master.ground.problem.n
    for most in FREED:
        kept = _far_from_the_rest(master, fixed, most)
        used = np.zeros(n + 1, dtype=bool)
        used[kept.members] = True
        used[n] = False
        own = master.pool.take(np.flatnonzero(~used[master.pool.members].any(axis=1)))
        sets = own.take(np.sort(np.argsort(prices.reduced(own), kind="stable")[: 2 * SETS]))
        left = stop.seconds - (time.perf_counter() - began)
        if left <= 0:
            return None
        choice = minimise_small(completion(master, kept, sets), replace(stop, work=NODES, seconds=max(1.0, left)))
        if choice.objective is not None:
            return joined(kept, sets.take(choice.chosen))
    return None


def _far_from_the_rest(master: Master, fixed: RegionSets, most: int) -> RegionSets:
    """The sets without those next to the units left, ring by ring, until so many units are free."""
    n, near = master.ground.problem.n, master.ground.near
    place = np.full(n + 1, -1)
    place[fixed.members] = np.arange(len(fixed))[:, None]
    free = ~master.ground.taken & (place[:n] < 0)
    kept = np.ones(len(fixed), dtype=bool)
    while free.sum() < most and kept.any():
        beside = place[np.flatnonzero(near[free].any(axis=0) & ~free)]
        beside = np.unique(beside[beside >= 0])
        if not len(beside):
            break
        for r in beside.tolist():
            if free.sum() < most:
                kept[r] = False
                units = list(fixed.row(r))
                free[units], place[units] = True, -1
    return fixed.take(np.flatnonzero(kept))
