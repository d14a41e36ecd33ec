"""Resource-constrained project scheduling: legal lateness first, then target lateness, then early ends.

A serial schedule is improved part by part of the cost: by neighbourhoods (some tasks free, the rest in place)
solved with CP-SAT, and on small problems by CP-SAT on the whole. Bounds come from order, resources and
CP-SAT.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Status, Stop
from solvers.schedule.bounds import least_cost
from solvers.schedule.model import ScheduleModel, cp_solver
from solvers.schedule.problem import NONE, Cost, Ints, ScheduleProblem, ScheduleSolution, cost_of
from solvers.schedule.start import serial_schedule

WHOLE = 250  # free tasks up to which CP-SAT works on the whole problem as well
NEIGHBOURS = 60  # tasks freed around one task, to begin with
GROW = 1.25  # the neighbourhood grows when it is solved without gain, and shrinks when it is too hard
PATIENCE = 20  # neighbourhoods without gain after which the search of a part ends
NEIGHBOURHOOD_WORK = 0.2  # deterministic seconds for one neighbourhood
BUILD_WORK = 0.05  # charged for building a neighbourhood's model
SHARE = (0.3, 0.6, 0.3)  # of the work still left: legal lateness, target lateness, early ends
CONFLICT_WORK = 2.0  # deterministic seconds for one test of the deletion filter


def solve_schedule(problem: ScheduleProblem, stop: Stop) -> ScheduleSolution:
    """Schedule all tasks; lexicographic in legal lateness, target lateness and weighted ends.

    Returns
    -------
    status optimal when no schedule has less legal lateness, nor, with as little, less target lateness (the
    tie-break has its own bound); infeasible with `conflict` naming order, resources, hard limits and events
    that cannot hold together. Deterministic for a given seed, thread count and `stop.work`.
    """
    began = time.perf_counter()
    floor = least_cost(problem) or Cost(0, 0, 0)
    search = _Search(problem, stop, began)
    bounds = [max(floor.key[part], search.improve(part, floor.key[part])) for part in range(3)]
    seconds = time.perf_counter() - began
    if search.infeasible:
        return ScheduleSolution(Status.INFEASIBLE, seconds=seconds, conflict=_conflict(problem, stop))
    if search.cost is None:
        return ScheduleSolution(Status.UNKNOWN, seconds=seconds)
    cost = search.cost
    legal_bound, target_bound, finish_bound = (min(b, c) for b, c in zip(bounds, cost.key, strict=True))
    proven = legal_bound == cost.legal and target_bound == cost.target
    return ScheduleSolution(
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        objective=float(cost.legal + cost.target),
        bound=float(legal_bound + target_bound),
        seconds=seconds,
        start=search.start,
        finish=search.finish,
        legal_cost=cost.legal,
        legal_bound=legal_bound,
        target_cost=cost.target,
        finish_cost=cost.finish,
        finish_bound=float(finish_bound),
    )


class _Search:
    """The best schedule so far; `improve` works on one part of the cost and keeps the earlier parts."""

    def __init__(self, p: ScheduleProblem, stop: Stop, began: float):
        self.p, self.stop, self.began = p, stop, began
        self.work = stop.work if stop.work is not None else stop.seconds
        self.rng = np.random.default_rng(stop.seed)
        self.free = [i for i in range(len(p.names)) if not p.is_fixed(i)]
        self.infeasible = False
        found = serial_schedule(p, stop.seed)
        self.start, self.finish, self.cost = found if found else (None, None, None)

    def improve(self, part: int, floor: int) -> int:
        """Minimise one part of the cost with the earlier parts kept; returns a valid lower bound on the
        part."""
        if self.infeasible or (part and self.cost is None):
            return floor
        if self.cost is not None:
            self._neighbourhoods(part, floor)
            if self.cost.key[part] <= floor or len(self.free) > WHOLE:
                return floor
        return self._whole(part, floor)

    def _whole(self, part: int, floor: int) -> int:
        model = self._model(part, None)
        model.cp.add(model.parts[part] * model.units[part] >= floor)
        solver = cp_solver(self.stop, max(0.1, self.work * SHARE[part]), self._seconds_left())
        # Several strategies take turns on one thread: repeatable, with neighbourhoods and bounds among them.
        solver.parameters.interleave_search = self.stop.threads == 1
        status = solver.solve(model.cp)
        self.work -= solver.response_proto.deterministic_time
        self._take(model, solver, status)
        self.infeasible = status == cp_model.INFEASIBLE and self.cost is None
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return floor
        return max(floor, model.units[part] * math.ceil(solver.best_objective_bound - 1e-6))

    def _neighbourhoods(self, part: int, floor: int) -> None:
        """Free some tasks around one that costs, solve, keep what is no worse; ends by work or patience."""
        budget = self.work - self.work * SHARE[part]
        failures, size = 0, float(NEIGHBOURS)
        while self.cost.key[part] > floor and failures < PATIENCE and self.work > budget:
            if self._seconds_left() <= 0:
                return
            before = self.cost.key
            model = self._model(part, self._around(self._costly(part), int(size)))
            solver = cp_solver(self.stop, NEIGHBOURHOOD_WORK, self._seconds_left())
            status = solver.solve(model.cp)
            self.work -= BUILD_WORK + solver.response_proto.deterministic_time
            self._take(model, solver, status)
            gained = self.cost.key < before
            failures = 0 if gained else failures + 1
            if status != cp_model.OPTIMAL:
                size = max(NEIGHBOURS / 4, size / GROW)
            elif not gained:
                size = min(float(len(self.free)), size * GROW)

    def _seconds_left(self) -> float:
        return self.stop.seconds - (time.perf_counter() - self.began)

    def _model(self, part: int, free: frozenset[int] | None) -> ScheduleModel:
        model = ScheduleModel(self.p, free=free, start=self.start if free is not None else None)
        if self.cost is not None:
            for earlier in range(part):
                model.cp.add(model.parts[earlier] <= self.cost.key[earlier] // model.units[earlier])
            model.hint(self.start)
        model.cp.minimize(model.parts[part])
        return model

    def _take(self, model: ScheduleModel, solver: cp_model.CpSolver, status: int) -> None:
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return
        start, finish = model.days(solver)
        cost = cost_of(self.p, start, finish)
        if self.cost is None or cost.key <= self.cost.key:
            self.start, self.finish, self.cost = start, finish, cost

    def _costly(self, part: int) -> int:
        """A task that adds to the part of the cost, drawn at random."""
        p = self.p
        if part < 2:
            limit, price = ((p.legal, p.legal_price), (p.target, p.target_price))[part]
            late = [i for i in self.free if price[i] and p.late(int(self.finish[i]), int(limit[i]))]
            if late:
                return late[int(self.rng.integers(len(late)))]
        return self.free[int(self.rng.integers(len(self.free)))]

    def _around(self, i: int, size: int) -> frozenset[int]:
        """The task, some tasks before it, those that share a resource with one of them, and some of their
        followers."""
        p = self.p
        chain = self._reach(i, p.into, p.before, size // 4)
        pivots = [j for j in chain if p.demand[j].any()]
        chosen = set(chain)
        if pivots:
            pivot = pivots[int(self.rng.integers(len(pivots)))]
            shared = [
                j for j in self.free if (p.demand[j] * p.demand[pivot]).any() and p.calendar[j] == p.calendar[pivot]
            ]
            middle = int(self.start[pivot]) + int(self.rng.integers(-60, 1))
            shared.sort(key=lambda j: (max(0, int(self.start[j]) - middle, middle - int(self.finish[j])), j))
            chosen |= set(shared[:size])
        for j in sorted(chosen):
            chosen |= set(self._reach(j, p.out, p.after, size // 8))
        return frozenset(chosen)

    def _reach(self, i: int, arcs: tuple[tuple[int, ...], ...], ends: Ints, most: int) -> list[int]:
        """Up to `most` tasks that can be reached from i along arcs, i first, nearest first."""
        found, k = [i], 0
        while k < len(found) and len(found) < most:
            for arc in arcs[found[k]]:
                j = int(ends[arc])
                if j not in found and not self.p.is_fixed(j):
                    found.append(j)
            k += 1
        return found[:most]


def rule_groups(p: ScheduleProblem) -> Iterator[str]:
    """Names of the rule groups that a conflict can be made of, in the order in which the filter tries to drop
    them."""
    yield from (f"resource {name}" for name in p.resources)
    yield from (f"limit of {p.names[i]}" for i in np.flatnonzero(p.hard & (p.legal != NONE)))
    touched = set(p.before.tolist()) | set(p.after.tolist())
    yield from (f"day of {p.names[i]}" for i in np.flatnonzero(p.fixed != NONE).tolist() if i in touched)
    yield "order"


def _conflict(p: ScheduleProblem, stop: Stop) -> tuple[str, ...]:
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
            if solver.solve(ScheduleModel(p, trial).cp) == cp_model.INFEASIBLE:
                off = trial
                del kept[k : k + size]
            else:
                k += size
        if size == 1:
            return tuple(kept)
        size //= 2
