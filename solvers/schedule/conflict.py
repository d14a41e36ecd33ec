"""Which named rules of a schedule cannot hold together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Stop
from solvers.schedule.bounds import earliest
from solvers.schedule.model import ScheduleModel, cp_solver
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.start import serial_schedule

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
            if _impossible(p, trial, stop):
                off = trial
                del kept[k : k + size]
            else:
                k += size
        if size == 1:
            return tuple(kept)
        size //= 2


def _impossible(p: ScheduleProblem, off: frozenset[str], stop: Stop) -> bool:
    """Whether no schedule keeps the rules that are left: by order alone, by a schedule found, else by CP-SAT."""
    if _order_fails(without(p.relaxed, off)):
        return True
    if serial_schedule(without(p, off), stop.seed) is not None:
        return False
    solver = cp_solver(stop, CONFLICT_WORK, stop.seconds)
    return solver.solve(ScheduleModel(p, off=off).cp) == cp_model.INFEASIBLE


def without(p: ScheduleProblem, off: frozenset[str]) -> ScheduleProblem:
    """The problem, each task in its first way, without some rule groups; no price matters any more."""
    events = np.array([f"day of {name}" in off for name in p.names]) & (p.fixed != NONE)
    keep = ~(events[p.before] | events[p.after]) if "order" not in off else np.zeros(len(p.before), dtype=bool)
    demand = p.demand.copy()
    demand[:, [f"resource {name}" in off for name in p.resources]] = 0
    hard = p.hard & np.array([f"limit of {name}" not in off for name in p.names])
    zero = np.zeros(len(p.names), dtype=np.int64)
    return replace(
        p,
        **{name: getattr(p, name)[keep] for name in ("before", "after", "lag", "max_lag")},
        demand=demand,
        hard=hard,
        legal=np.where(hard, p.legal, NONE),
        target=np.full(len(p.names), NONE, dtype=np.int64),
        legal_price=zero,
        ways=(),
    )


def _order_fails(p: ScheduleProblem) -> bool:
    """Whether earliest ends by order and work, as they stand, already miss an event or a hard limit."""
    days = earliest(p)
    if days is None:
        return True
    finish = days[1]
    late = p.hard & (p.legal != NONE) & (finish > p.legal)
    events = (p.fixed[p.after] != NONE) & (finish[p.before] >= p.fixed[p.after])
    return bool(late.any() or events.any())
