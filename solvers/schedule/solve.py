"""Resource-constrained project scheduling: legal lateness, then target lateness, money, change, strain, early ends.

A serial schedule is improved part by part of the cost: by neighbourhoods (some tasks free, the rest in place)
solved with CP-SAT, and on small problems by CP-SAT on the whole. Bounds come from order, resources and
CP-SAT.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Status, Stop
from solvers.schedule.bounds import least_cost
from solvers.schedule.conflict import smallest_conflict
from solvers.schedule.model import ScheduleModel, cp_solver
from solvers.schedule.problem import NONE, Ints, ScheduleProblem
from solvers.schedule.solution import (
    CHANGE,
    FINISH,
    LEGAL,
    MONEY,
    PRICED,
    STRAIN,
    TARGET,
    Cost,
    ScheduleSolution,
    cost_of,
    peaks,
)
from solvers.schedule.start import PASSES, serial_schedule
from solvers.schedule.strain import Peak, least_peaks, least_strain

WHOLE = 250  # free tasks up to which CP-SAT works on the whole problem as well
NEIGHBOURS = 60  # tasks freed around one task, to begin with
GROW = 1.25  # the neighbourhood grows when it is solved without gain, and shrinks when it is too hard
PATIENCE = 20  # neighbourhoods without gain after which the search of a part ends
NEIGHBOURHOOD_WORK = 0.2  # deterministic seconds for one neighbourhood
BUILD_WORK = 0.05  # charged for building a neighbourhood's model
SHARE = {LEGAL: 0.3, TARGET: 0.6, MONEY: 0.4, CHANGE: 0.4, STRAIN: 0.3, FINISH: 0.3}  # of the work still left
CALM_WORK = 1.0  # deterministic seconds to look for a schedule with fewer units of a resource
SERIAL_WORK, TRIAL_PASSES = 0.1, 4  # charged for the serial schedules of such a search; learning passes in it


def solve_schedule(problem: ScheduleProblem, stop: Stop) -> ScheduleSolution:
    """Schedule all tasks; lexicographic in the parts of `solvers.schedule.solution.Cost`.

    Returns
    -------
    status optimal when lateness, money and change are each proven to be the least for the parts before it;
    infeasible with `conflict` naming order, resources, budgets, hard limits and events that cannot hold together.
    Deterministic for a given seed, thread count and `stop.work`.
    """
    began = time.perf_counter()
    floor = (least_cost(problem) or Cost(0, 0, 0, 0, 0, 0)).key
    search = _Search(problem, stop, began)
    held, bounds = floor, []
    for part in range(len(floor)):
        if part == CHANGE and search.unpaid:
            # No money is spent, so only the first ways are open from here on: higher bounds.
            held = (least_cost(problem.chosen(search.way)) or Cost(*floor)).key
        least = max(held[part], search.calm_floor() if part == STRAIN else 0)
        bounds.append(max(least, search.improve(part, least)))
    seconds = time.perf_counter() - began
    if search.infeasible:
        return ScheduleSolution(Status.INFEASIBLE, seconds=seconds, conflict=smallest_conflict(problem, stop))
    if search.cost is None:
        return ScheduleSolution(Status.UNKNOWN, seconds=seconds)
    cost = search.cost
    reached = Cost(*(min(b, c) for b, c in zip(bounds, cost.key, strict=True)))
    proven = reached.key[:PRICED] == cost.key[:PRICED]
    return ScheduleSolution(
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        objective=float(sum(cost.key[:PRICED])),
        bound=float(_valid_sum(reached, cost, floor)),
        seconds=seconds,
        start=search.start,
        finish=search.finish,
        way=search.way,
        parts=cost,
        bounds=reached,
    )


def _valid_sum(reached: Cost, cost: Cost, floor: tuple[int, ...]) -> int:
    """Sum of the bounds of the priced parts; after the first part that is not proven only those without condition."""
    total, proven = 0, True
    for part in range(PRICED):
        total += reached.key[part] if proven else min(floor[part], cost.key[part])
        proven = proven and reached.key[part] == cost.key[part]
    return total


class _Search:
    """The best schedule so far; `improve` works on one part of the cost and keeps the earlier parts."""

    def __init__(self, p: ScheduleProblem, stop: Stop, began: float, trial: tuple[Ints | None, int] = (None, PASSES)):
        """`trial`: start days to try as priorities first, and learning passes of the first schedule."""
        self.p, self.stop, self.began = p, stop, began
        self.work = stop.work if stop.work is not None else stop.seconds
        self.rng = np.random.default_rng(stop.seed)
        self.free = [i for i in range(len(p.names)) if not p.is_fixed(i)]
        self.infeasible = False
        self.way = np.zeros(len(p.names), dtype=np.int64)
        self.peaks: dict[int, Peak] = {}
        found = serial_schedule(p, stop.seed, *trial)
        self.start, self.finish, self.cost = found if found else (None, None, None)

    def improve(self, part: int, floor: int) -> int:
        """Minimise one part of the cost with the earlier parts kept; returns a valid lower bound on the
        part."""
        if self.infeasible or (part and self.cost is None):
            return floor
        if self.cost is not None:
            if self.cost.key[part] <= floor:
                return floor
            if part == STRAIN:
                self._calm(floor)
            else:
                self._neighbourhoods(part, floor)
            if self.cost.key[part] <= floor or len(self.free) > WHOLE:
                return floor
        return self._whole(part, floor)

    def _whole(self, part: int, floor: int) -> int:
        model = self._model(self.p, part, None, strained=part >= STRAIN)
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
        p = self._held_calm() if part > STRAIN else self.p
        while self.cost.key[part] > floor and failures < PATIENCE and self.work > budget:
            if self._seconds_left() <= 0:
                return
            before = self.cost.key
            model = self._model(p, part, self._around(self._costly(part), int(size)))
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

    @property
    def unpaid(self) -> bool:
        """Whether a schedule was found that spends nothing, so that no further way can be taken without money."""
        return self.cost is not None and self.cost.money == 0 and all(way.cost for way in self.p.ways)

    def calm_floor(self) -> int:
        """Lower bound on the strain for the parts of the cost reached before it: 0 unless nothing is late."""
        if self.cost is None or any(self.cost.key[:MONEY]) or not self.p.strain_price.any():
            return 0
        self.peaks = least_peaks(self.p.chosen(self.way) if self.unpaid else self.p, self.stop)
        return least_strain(self.p, self.peaks)

    def _calm(self, floor: int) -> None:
        """Lower the peaks of resources: schedule with fewer units, as long as the earlier parts stay as they are.

        First serial schedules alone, then with a search on the lateness; the dearest resource first, each by halving
        between what may be possible and its peak.
        """
        p = self.p
        budget = self.work - self.work * SHARE[STRAIN]
        least = np.maximum(p.comfort, p.chosen(self.way).demand.max(axis=0, initial=0))
        for k, peak in self.peaks.items():
            least[k] = max(int(least[k]), peak.bound)
        priced = sorted(np.flatnonzero(p.strain_price > 0).tolist(), key=lambda k: (-int(p.strain_price[k]), k))
        for effort in (0.0, CALM_WORK):
            for k in priced:
                low, high = int(least[k]), int(peaks(p, self.start, self.finish, self.way)[k])
                while low < high and self.cost.key[STRAIN] > floor and self.work > budget and self._seconds_left() > 0:
                    middle = (low + high) // 2
                    if self._with_units(k, middle, effort):
                        high = middle
                    else:
                        low = middle + 1

    def _with_units(self, k: int, units: int, effort: float) -> bool:
        """Look for a schedule as good in the earlier parts with fewer units of a resource, and keep it.

        By serial schedules, and with `effort` by a search of so much work on the lateness.
        """
        held = self._held_calm().chosen(self.way)  # ways stay: the money is not to change
        capacity = held.capacity.copy()
        capacity[k] = min(int(capacity[k]), units)
        problem = replace(held, capacity=capacity, strain_price=np.zeros_like(capacity))
        stop = replace(self.stop, work=effort, seconds=max(1.0, self._seconds_left()))
        pattern = self.peaks[k].start if k in self.peaks else None
        trial = _Search(problem, stop, self.began, (pattern, TRIAL_PASSES))
        for part in (LEGAL, TARGET) if effort and trial.cost is not None else ():
            if trial.cost.key[part] > self.cost.key[part]:
                trial.improve(part, self.cost.key[part])
        self.work -= SERIAL_WORK + effort - trial.work
        if trial.cost is None:
            return False
        cost = cost_of(self.p, trial.start, trial.finish, self.way)
        if cost.key[:STRAIN] > self.cost.key[:STRAIN]:
            return False
        self.start, self.finish, self.cost = trial.start, trial.finish, cost
        return True

    def _held_calm(self) -> ScheduleProblem:
        """The problem without the units above the peaks reached (or what is comfortable): the strain cannot rise."""
        p = self.p
        peak = np.maximum(peaks(p, self.start, self.finish, self.way), p.comfort)
        largest = np.max([w.demand for ways in p.ways_of for w in ways], axis=0, initial=0)
        keep = np.where(p.strain_price > 0, np.minimum(p.capacity, np.maximum(peak, largest)), p.capacity)
        return p if (keep == p.capacity).all() else replace(p, capacity=keep)

    def _seconds_left(self) -> float:
        return self.stop.seconds - (time.perf_counter() - self.began)

    def _model(
        self, p: ScheduleProblem, part: int, free: frozenset[int] | None, strained: bool = False
    ) -> ScheduleModel:
        start = self.start if free is not None else None
        model = ScheduleModel(p, free=free, start=start, way=self.way, strained=strained)
        if self.cost is not None:
            for earlier in range(part):
                if earlier != STRAIN or strained:
                    model.cp.add(model.parts[earlier] <= self.cost.key[earlier] // model.units[earlier])
            model.hint(self.start, self.way)
        model.cp.minimize(model.parts[part])
        return model

    def _take(self, model: ScheduleModel, solver: cp_model.CpSolver, status: int) -> None:
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return
        start, finish, way = model.days(solver)
        cost = cost_of(self.p, start, finish, way)
        if self.cost is None or cost.key <= self.cost.key:
            self.start, self.finish, self.way, self.cost = start, finish, way, cost

    def _costly(self, part: int) -> int:
        """A task that adds to the part of the cost, drawn at random."""
        costly = [i for i in self.free if self._adds(i, part)] or self.free
        return costly[int(self.rng.integers(len(costly)))]

    def _adds(self, i: int, part: int) -> bool:
        p = self.p
        if part in (LEGAL, TARGET):
            limit, price = ((p.legal, p.legal_price), (p.target, p.target_price))[part]
            return bool(price[i] and p.late(int(self.finish[i]), int(limit[i])))
        if part == MONEY:
            return p.ways_of[i][self.way[i]].cost > 0
        if part == CHANGE:
            return bool(p.move_price[i] and p.wanted[i] not in (NONE, self.start[i]))
        return True

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
