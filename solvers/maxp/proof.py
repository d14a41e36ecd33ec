"""Whether a packing of a given number of sets exists: the integer programme after what the bound rules out.

With prices of total u, a packing of t sets leaves u - t for all it wastes: the sets' cost above 1, and the prices of
areas in no set. Sets that cost more are out, areas that are worth more lie in a set.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solvers.linear import LinearModel, solve_linear
from solvers.maxp.relaxation import ROUNDING, Relaxation
from solvers.problem import Status, Stop


@dataclass(frozen=True)
class Proof:
    """No packing has more than `most` sets; `chosen` is one with `most`, or None."""

    most: int
    chosen: np.ndarray | None = None


def prove(relaxation: Relaxation, found: Callable[[], int], stop: Stop) -> Proof:
    """Bring the bound down one by one until `found()` sets are the most, a packing turns up, or `stop`."""
    began, most = time.perf_counter(), relaxation.most
    while most > found():
        left = stop.seconds - (time.perf_counter() - began)
        if left <= 0:
            break
        status, chosen = _decide(relaxation, most, Stop(left, stop.work, seed=stop.seed))
        if status is not Status.INFEASIBLE:
            return Proof(most, chosen)
        most -= 1
    return Proof(most)


def _decide(relaxation: Relaxation, target: int, stop: Stop) -> tuple[Status, np.ndarray | None]:
    waste = relaxation.bound - target + ROUNDING
    columns = np.flatnonzero(relaxation.reduced <= waste)
    count, areas = len(columns), relaxation.areas
    kept = np.ones(len(relaxation.price), bool)
    kept[areas:] = relaxation.price[areas:] > 0
    cells = relaxation.rows[np.flatnonzero(kept)][:, columns].tocoo()
    model = LinearModel()
    x = model.add_columns(np.full(count, -1.0), lower=0.0, upper=1.0, integer=True)
    model.add_rows(np.where(relaxation.price[kept] > waste, 1.0, -np.inf), np.ones(kept.sum()))
    model.add_entries(cells.row, x[cells.col], cells.data)
    total = model.add_rows(float(target), np.inf)
    model.add_entries(np.full(count, total[0]), x, np.ones(count))
    answer = solve_linear(model, stop)
    return answer.status, None if answer.values is None else columns[answer.values > 0.5]
