"""Resource-constrained project scheduling with CP-SAT: legal lateness first, then target lateness, then early ends.

Each calendar has its own axis of day indexes, so a task is an interval of fixed length; order between tasks of
different calendars goes through tables that count the days of one calendar before a day of the other.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Status, Stop
from solvers.schedule_problem import NONE, Cost, Ints, ScheduleProblem, ScheduleSolution, cost_of
from solvers.schedule_start import least_cost, serial_schedule

WORK_SHARE = (0.2, 0.5, 1.0)  # of the work still left: legal lateness, target lateness, early ends
CONFLICT_WORK = 2.0  # deterministic seconds for one test of the deletion filter


def solve_schedule(problem: ScheduleProblem, stop: Stop) -> ScheduleSolution:
    """Schedule all tasks; lexicographic in legal lateness, target lateness and weighted ends.

    Returns
    -------
    status optimal when no schedule has less legal lateness, nor, with as little, less target lateness (the tie-break
    has its own bound); infeasible with `conflict` naming order, resources, hard limits and events that cannot hold
    together. Deterministic for a given seed, thread count and `stop.work`.
    """
    began = time.perf_counter()
    floor = least_cost(problem)
    found = serial_schedule(problem, stop.seed)
    search = _Search(problem, stop, began, found)
    floor_legal = floor.legal if floor else 0
    floor_target = floor.target if floor else 0
    legal_bound = search.improve(0, floor_legal)
    if search.infeasible:
        conflict = _conflict(problem, stop)
        return ScheduleSolution(Status.INFEASIBLE, seconds=time.perf_counter() - began, conflict=conflict)
    if search.cost is None:
        return ScheduleSolution(Status.UNKNOWN, seconds=time.perf_counter() - began)
    target_bound = search.improve(1, floor_target)
    finish_bound = search.improve(2, floor.finish if floor else 0)
    cost, start, finish = search.cost, search.start, search.finish
    proven = legal_bound >= cost.legal and target_bound >= cost.target
    return ScheduleSolution(
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        objective=float(cost.legal + cost.target),
        bound=float(legal_bound + target_bound),
        seconds=time.perf_counter() - began,
        start=start,
        finish=finish,
        legal_cost=cost.legal,
        legal_bound=legal_bound,
        target_cost=cost.target,
        finish_cost=cost.finish,
        finish_bound=float(min(finish_bound, cost.finish)),
    )


class _Search:
    """The model and the best schedule so far; `improve` works on one part of the cost and then keeps it."""

    def __init__(self, p: ScheduleProblem, stop: Stop, began: float, found: tuple[Ints, Ints, Cost] | None):
        self.p, self.stop, self.began = p, stop, began
        self.work = stop.work if stop.work is not None else stop.seconds
        self.infeasible = False
        self.start, self.finish, self.cost = found if found else (None, None, None)
        self._model: _Model | None = None

    @property
    def model(self) -> _Model:
        if self._model is None:
            self._model = _Model(self.p)
        return self._model

    def improve(self, part: int, floor: int) -> int:
        """Minimise one part of the cost with the earlier parts kept; returns a valid lower bound on the part."""
        if self.cost is not None and self.cost.key[part] <= floor:
            return self.cost.key[part]
        model = self.model
        expr, unit = model.parts[part], model.units[part]
        if self.cost is not None:
            for earlier in range(part):
                model.cp.add(model.parts[earlier] <= self.cost.key[earlier] // model.units[earlier])
            model.hint(self.start)
        model.cp.minimize(expr)
        solver = self._solver(part)
        status = solver.solve(model.cp)
        self.work -= solver.response_proto.deterministic_time
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            start, finish = model.days(solver)
            cost = cost_of(self.p, start, finish)
            if self.cost is None or cost.key <= self.cost.key:
                self.start, self.finish, self.cost = start, finish, cost
        elif status == cp_model.INFEASIBLE:
            self.infeasible = self.cost is None
        if status == cp_model.UNKNOWN:
            return floor
        return (
            max(floor, unit * math.ceil(solver.best_objective_bound - 1e-6)) if not self.infeasible else floor
        )

    def _solver(self, part: int) -> cp_model.CpSolver:
        left = self.stop.seconds - (time.perf_counter() - self.began)
        return _solver(self.stop, max(1.0, self.work * WORK_SHARE[part]), max(1.0, left))


def _solver(stop: Stop, work: float, seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = stop.threads
    solver.parameters.random_seed = stop.seed
    solver.parameters.max_deterministic_time = work
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.relative_gap_limit = stop.gap
    # Several strategies take turns on one thread: repeatable, and large neighbourhoods improve the serial schedule.
    solver.parameters.interleave_search = stop.threads == 1
    return solver


class _Model:
    """CP-SAT model; `off` names rule groups left out (see `_groups`)."""

    def __init__(self, p: ScheduleProblem, off: frozenset[str] = frozenset()):
        self.p, self.cp, self.off = p, cp_model.CpModel(), off
        self._tables: dict[tuple[int, int], cp_model.IntVar] = {}
        self.start: dict[int, cp_model.IntVar] = {}
        self.horizon = [len(c) for c in p.calendars]
        for i in range(len(p.names)):
            if not p.is_fixed(i):
                allowed = p.allowed(i)
                if len(allowed) == 0:
                    self.cp.add_bool_or([])
                    allowed = np.zeros(1, dtype=np.int64)
                self.start[i] = self.cp.new_int_var_from_domain(_domain(allowed), f"s{i}")
        self.order = [k for k in range(len(p.before)) if "order" not in off]
        for k in self.order:
            self._order(k)
        for k, name in enumerate(p.resources):
            if f"resource {name}" not in off:
                self._resource(k)
        # Each part in its own unit of money, so that the numbers of the model stay small.
        prices = (p.legal_price, p.target_price, p.weight)
        self.units = tuple(max(1, int(np.gcd.reduce(price))) for price in prices)
        legal, target, weight = (price // unit for price, unit in zip(prices, self.units, strict=True))
        self.parts = (self._lateness(p.legal, legal), self._lateness(p.target, target), self._ends(weight))
        for i in np.flatnonzero(p.hard & (p.legal != NONE)).tolist():
            if f"limit of {p.names[i]}" not in off:
                self._hard(i)

    def end(self, i: int) -> cp_model.LinearExprT:
        return self.start[i] + int(self.p.duration[i])

    def hint(self, days: Ints) -> None:
        """Offer a schedule (start days) as the place to begin."""
        self.cp.clear_hints()
        for i, variable in self.start.items():
            self.cp.add_hint(variable, self.p.first_index(self.p.calendar[i], int(days[i])))

    def days(self, solver: cp_model.CpSolver) -> tuple[Ints, Ints]:
        """Start and finish days of the solution found."""
        start, finish = self.p.fixed.copy(), self.p.fixed.copy()
        for i, variable in self.start.items():
            index = solver.value(variable)
            start[i] = self.p.days(i)[index]
            finish[i] = self.p.days(i)[index + self.p.duration[i] - 1]
        return start, finish

    def _order(self, k: int) -> None:
        p, i, j = self.p, int(self.p.before[k]), int(self.p.after[k])
        lag, largest = int(p.lag[k]), int(p.max_lag[k])
        if (p.is_fixed(i) and self._free(i)) or (p.is_fixed(j) and self._free(j)):
            return
        if p.is_fixed(j):
            if p.is_fixed(i):
                if p.fixed[i] >= p.fixed[j]:
                    self.cp.add_bool_or([])
            else:
                self.cp.add(self.end(i) <= p.first_index(p.calendar[i], int(p.fixed[j])))
            return
        earliest = self._next_index(i, int(p.calendar[j]))
        self.cp.add(self.start[j] >= earliest + lag)
        if largest != NONE:
            self.cp.add(self.start[j] <= earliest + largest)

    def _free(self, i: int) -> bool:
        return f"day of {self.p.names[i]}" in self.off

    def _next_index(self, i: int, c: int) -> cp_model.LinearExprT:
        """Index of the first day of calendar c after task i has ended."""
        p = self.p
        if p.is_fixed(i):
            return p.index_after(c, int(p.fixed[i]))
        if p.calendar[i] == c:
            return self.end(i)
        allowed = p.allowed(i)
        lasts = allowed + p.duration[i] - 1 if len(allowed) else np.zeros(1, dtype=np.int64)
        table = np.searchsorted(p.calendars[c], p.days(i), side="right")
        return self._table(i, table, int(lasts[0]), int(lasts[-1]), c)

    def _table(self, i: int, table: Ints, low: int, high: int, key: int) -> cp_model.LinearExprT:
        """Value of the table at the index of the task's last day, which lies in [low, high]."""
        cached = self._tables.get((i, key))
        if cached is None:
            values = [int(v) for v in table[low : high + 1]]
            cached = self.cp.new_int_var(min(values), max(values), f"t{i}_{key}")
            self.cp.add_element(self.start[i] + int(self.p.duration[i]) - 1 - low, values, cached)
            self._tables[i, key] = cached
        return cached

    def _resource(self, k: int) -> None:
        p = self.p
        for c in range(len(p.calendars)):
            users = [i for i in self.start if p.demand[i, k] and p.calendar[i] == c]
            if sum(int(p.demand[i, k]) for i in users) <= p.capacity[k]:
                continue
            spans = [
                self.cp.new_fixed_size_interval_var(self.start[i], int(p.duration[i]), f"v{i}_{k}")
                for i in users
            ]
            self.cp.add_cumulative(spans, [int(p.demand[i, k]) for i in users], int(p.capacity[k]))

    def _hard(self, i: int) -> None:
        p = self.p
        if p.is_fixed(i):
            if p.fixed[i] > p.legal[i] and not self._free(i):
                self.cp.add_bool_or([])
        else:
            self.cp.add(self.end(i) <= p.index_after(p.calendar[i], int(p.legal[i])))

    def _lateness(self, limit: Ints, price: Ints) -> cp_model.LinearExprT:
        p, terms = self.p, []
        for i in np.flatnonzero((limit != NONE) & (price > 0)).tolist():
            if p.is_fixed(i):
                terms.append(int(price[i]) * p.late(int(p.fixed[i]), int(limit[i])))
            else:
                terms.append(int(price[i]) * self._late(i, int(limit[i])))
        return sum(terms) if terms else self.cp.new_constant(0) + 0

    def _late(self, i: int, limit: int) -> cp_model.LinearExprT:
        p, days = self.p, self.p.days(i)
        allowed = p.allowed(i)
        if len(allowed) == 0:
            return 0
        low, high = int(allowed[0] + p.duration[i] - 1), int(allowed[-1] + p.duration[i] - 1)
        if days[high] <= limit:
            return 0
        if p.calendar[i] == 0:
            on_time = p.index_after(0, limit)
            late = self.cp.new_int_var(0, high + 1, f"l{i}_{limit}")
            self.cp.add(late >= self.end(i) - on_time)
            return late
        table = np.array([p.late(int(d), limit) for d in days[: high + 1]], dtype=np.int64)
        return self._table(i, table, low, high, NONE + limit)

    def _ends(self, weight: Ints) -> cp_model.LinearExprT:
        terms = [int(weight[i]) * self.end(i) for i in self.start if weight[i]]
        return sum(terms) if terms else self.cp.new_constant(0) + 0


def _domain(index: Ints) -> cp_model.Domain:
    if len(index) == index[-1] - index[0] + 1:
        return cp_model.Domain(int(index[0]), int(index[-1]))
    return cp_model.Domain.from_values([int(v) for v in index])


def _groups(p: ScheduleProblem) -> Iterator[str]:
    """Names of the rule groups that a conflict can be made of, in the order in which the filter tries to drop them."""
    yield from (f"resource {name}" for name in p.resources)
    yield from (f"limit of {p.names[i]}" for i in np.flatnonzero(p.hard & (p.legal != NONE)))
    touched = set(p.before.tolist()) | set(p.after.tolist())
    yield from (f"day of {p.names[i]}" for i in np.flatnonzero(p.fixed != NONE) if int(i) in touched)
    yield "order"


def _conflict(p: ScheduleProblem, stop: Stop) -> tuple[str, ...]:
    """Deletion filter: drop groups (halves first, then one by one) while what remains is proven infeasible."""
    kept = list(_groups(p))
    off: frozenset[str] = frozenset()
    size = max(1, len(kept) // 2)
    while True:
        k = 0
        while k < len(kept):
            trial = off | frozenset(kept[k : k + size])
            if _infeasible(p, trial, stop):
                off = trial
                del kept[k : k + size]
            else:
                k += size
        if size == 1:
            return tuple(kept)
        size //= 2


def _infeasible(p: ScheduleProblem, off: frozenset[str], stop: Stop) -> bool:
    solver = _solver(stop, CONFLICT_WORK, stop.seconds)
    return solver.solve(_Model(p, off).cp) == cp_model.INFEASIBLE
