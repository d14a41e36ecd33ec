"""Which named rules of a schedule cannot hold together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Stop
from solvers.schedule.model import ScheduleModel, cp_solver
from solvers.schedule.problem import NONE, ScheduleProblem

CONFLICT_WORK = 2.0  # deterministic seconds for one test of the deletion filter


def rule_groups(p: ScheduleProblem) -> Iterator[str]:
    """Names of the rule groups that a conflict can be made of, in the order in which the filter tries to drop
    them."""
    yield from (f"resource {name}" for name in p.resources)
    yield from (f"budget {name}" for name in p.budgets)
    yield from (f"limit of {p.names[i]}" for i in np.flatnonzero(p.hard & (p.legal != NONE)))
    touched = set(p.before.tolist()) | set(p.after.tolist())
    yield from (f"day of {p.names[i]}" for i in np.flatnonzero(p.fixed != NONE).tolist() if i in touched)
    yield "order"


def smallest_conflict(p: ScheduleProblem, stop: Stop) -> tuple[str, ...]:
    """Deletion filter: drop groups (halves first, then one by one) while what remains is proven
    infeasible."""
    kept = list(rule_groups(p))
    off: frozenset[str] = frozenset()
    size = max(1, len(kept) // 2)
    while True:
        k = 0
        while k < len(kept):
            trial = off | frozenset(kept[k : k + size])
            solver = cp_solver(stop, CONFLICT_WORK, stop.seconds)
            if solver.solve(ScheduleModel(p, off=trial).cp) == cp_model.INFEASIBLE:
                off = trial
                del kept[k : k + size]
            else:
                k += size
        if size == 1:
            return tuple(kept)
        size //= 2
