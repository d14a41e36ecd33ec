"""CP-SAT model of a schedule: the whole problem, a part of it with the rest in place, or a relaxation of
it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Stop
from solvers.schedule.problem import NONE, Ints, ScheduleProblem


def cp_solver(stop: Stop, work: float, seconds: float) -> cp_model.CpSolver:
    """Solver with explicit seed, threads and a deterministic limit (`work`)."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = stop.threads
    solver.parameters.random_seed = stop.seed
    solver.parameters.max_deterministic_time = work
    solver.parameters.max_time_in_seconds = max(1.0, seconds)
    solver.parameters.relative_gap_limit = stop.gap
    solver.parameters.catch_sigint_signal = False  # Ctrl-C ends the program, it does not shorten a search
    return solver


class ScheduleModel:
    """One start-index variable for each free task; `parts` are the three parts of the cost in `units` of
    money.

    Parameters
    ----------
    off : rule groups left out, named as in `solvers.schedule.solve.rule_groups`.
    free : tasks that may move; None for all but the events. The others stay where `start` (days) has them.
    """

    def __init__(
        self,
        p: ScheduleProblem,
        off: frozenset[str] = frozenset(),
        free: frozenset[int] | None = None,
        start: Ints | None = None,
    ):
        self.p, self.cp, self.off = p, cp_model.CpModel(), off
        self._tables: dict[tuple[int, int], cp_model.IntVar] = {}
        self.start: dict[int, cp_model.IntVar] = {}
        self._place: dict[int, int] = {}
        for i in range(len(p.names)):
            if p.is_fixed(i):
                continue
            if free is None or i in free:
                self.start[i] = self._variable(i)
            else:
                self._place[i] = p.first_index(p.calendar[i], int(start[i]))
        if "order" not in off:
            for i in self.start if free is not None else range(len(p.names)):
                for k in p.into[i]:
                    self._order(k)
                if free is not None:
                    for k in p.out[i]:
                        if int(p.after[k]) not in self.start:
                            self._order(k)
        for k, name in enumerate(p.resources):
            if f"resource {name}" not in off:
                self._resource(k)
        for i in np.flatnonzero(p.hard & (p.legal != NONE)).tolist():
            if f"limit of {p.names[i]}" not in off:
                self._hard(i)
        # Each part in its own unit of money, so that the numbers of the model stay small.
        prices = (p.legal_price, p.target_price, p.weight)
        self.units = tuple(max(1, int(np.gcd.reduce(price))) for price in prices)
        legal, target, weight = (price // unit for price, unit in zip(prices, self.units, strict=True))
        self.parts = (self._lateness(p.legal, legal), self._lateness(p.target, target), self._ends(weight))

    def hint(self, days: Ints) -> None:
        """Offer a schedule (start days) as the place to begin."""
        self.cp.clear_hints()
        for i, variable in self.start.items():
            self.cp.add_hint(variable, self.p.first_index(self.p.calendar[i], int(days[i])))

    def days(self, solver: cp_model.CpSolver) -> tuple[Ints, Ints]:
        """Start and finish days of the solution found."""
        p = self.p
        start, finish = p.fixed.copy(), p.fixed.copy()
        indexes = {i: solver.value(v) for i, v in self.start.items()} | self._place
        for i, index in indexes.items():
            start[i] = p.days(i)[index]
            finish[i] = p.days(i)[index + p.duration[i] - 1]
        return start, finish

    def _variable(self, i: int) -> cp_model.IntVar:
        allowed = self.p.allowed(i)
        if len(allowed) == 0:
            self._never()
            return self.cp.new_constant(0)
        if len(allowed) == allowed[-1] - allowed[0] + 1:
            return self.cp.new_int_var(int(allowed[0]), int(allowed[-1]), f"s{i}")
        return self.cp.new_int_var_from_domain(cp_model.Domain.from_values(allowed.tolist()), f"s{i}")

    def _never(self) -> None:
        self.cp.add_bool_or([])

    def _first(self, i: int) -> cp_model.LinearExprT:
        return self.start[i] if i in self.start else self._place[i]

    def _end(self, i: int) -> cp_model.LinearExprT:
        return self._first(i) + int(self.p.duration[i])

    def _require(self, condition: cp_model.BoundedLinearExpression | bool) -> None:
        if isinstance(condition, (bool, np.bool_)):
            if not condition:
                self._never()
        else:
            self.cp.add(condition)

    def _order(self, k: int) -> None:
        p, i, j = self.p, int(self.p.before[k]), int(self.p.after[k])
        lag, largest = int(p.lag[k]), int(p.max_lag[k])
        if (p.is_fixed(i) and self._ignored(i)) or (p.is_fixed(j) and self._ignored(j)):
            return
        if p.is_fixed(j):
            if p.is_fixed(i):
                self._require(p.fixed[i] < p.fixed[j])
            else:
                self._require(self._end(i) <= p.first_index(p.calendar[i], int(p.fixed[j])))
            return
        earliest = self._next_index(i, int(p.calendar[j]))
        self._require(self._first(j) >= earliest + lag)
        if largest != NONE:
            self._require(self._first(j) <= earliest + largest)

    def _ignored(self, i: int) -> bool:
        return f"day of {self.p.names[i]}" in self.off

    def _next_index(self, i: int, c: int) -> cp_model.LinearExprT:
        """Index of the first day of calendar c after task i has ended."""
        p = self.p
        if p.is_fixed(i):
            return p.index_after(c, int(p.fixed[i]))
        if p.calendar[i] == c:
            return self._end(i)
        if i in self._place:
            return p.index_after(c, int(p.days(i)[self._place[i] + p.duration[i] - 1]))
        return self._table(i, np.searchsorted(p.calendars[c], p.days(i), side="right"), c)

    def _table(self, i: int, table: Ints, key: int) -> cp_model.LinearExprT:
        """Value of the table at the index of the task's last day."""
        allowed, d = self.p.allowed(i), int(self.p.duration[i])
        if len(allowed) == 0:
            return 0
        cached = self._tables.get((i, key))
        if cached is None:
            low, high = int(allowed[0]) + d - 1, int(allowed[-1]) + d - 1
            values = table[low : high + 1].tolist()
            cached = self.cp.new_int_var(min(values), max(values), f"t{i}_{key}")
            self.cp.add_element(self.start[i] + d - 1 - low, values, cached)
            self._tables[i, key] = cached
        return cached

    def _resource(self, k: int) -> None:
        p = self.p
        for c in range(len(p.calendars)):
            users = [i for i in self.start if p.demand[i, k] and p.calendar[i] == c]
            kept = [i for i in self._place if p.demand[i, k] and p.calendar[i] == c]
            if not users or sum(int(p.demand[i, k]) for i in users + kept) <= p.capacity[k]:
                continue
            spans = [self.cp.new_fixed_size_interval_var(self.start[i], int(p.duration[i]), f"v{i}_{k}") for i in users]
            demands = [int(p.demand[i, k]) for i in users]
            for first, last, units in self._profile(k, c, kept):
                spans.append(self.cp.new_fixed_size_interval_var(first, last - first, f"k{k}_{c}_{first}"))
                demands.append(units)
            self.cp.add_cumulative(spans, demands, int(p.capacity[k]))

    def _profile(self, k: int, c: int, kept: list[int]) -> list[tuple[int, int, int]]:
        """Use by the tasks that stay in place, as (first index, end index, units) with units above 0."""
        load = np.zeros(len(self.p.calendars[c]) + 1, dtype=np.int64)
        for i in kept:
            load[self._place[i] : self._place[i] + self.p.duration[i]] += self.p.demand[i, k]
        edges = np.flatnonzero(np.diff(np.concatenate([[0], load])))
        return [(int(a), int(b), int(load[a])) for a, b in pairwise(edges) if load[a] > 0]

    def _hard(self, i: int) -> None:
        p = self.p
        if p.is_fixed(i):
            self._require(p.fixed[i] <= p.legal[i] or self._ignored(i))
        else:
            self._require(self._end(i) <= p.index_after(p.calendar[i], int(p.legal[i])))

    def _lateness(self, limit: Ints, price: Ints) -> cp_model.LinearExprT:
        terms = [
            int(price[i]) * self._late(i, int(limit[i])) for i in np.flatnonzero((limit != NONE) & (price > 0)).tolist()
        ]
        return self.cp.new_constant(0) + sum(terms)

    def _late(self, i: int, limit: int) -> cp_model.LinearExprT:
        p, days = self.p, self.p.days(i)
        if i not in self.start:
            last = p.fixed[i] if p.is_fixed(i) else days[self._place[i] + p.duration[i] - 1]
            return p.late(int(last), limit)
        allowed = p.allowed(i)
        high = int(allowed[-1] + p.duration[i] - 1) if len(allowed) else 0
        if days[high] <= limit:
            return 0
        if p.calendar[i] == 0:
            late = self.cp.new_int_var(0, high + 1, f"l{i}_{limit}")
            self.cp.add(late >= self._end(i) - p.index_after(0, limit))
            return late
        table = np.array([p.late(int(day), limit) for day in days[: high + 1]], dtype=np.int64)
        return self._table(i, table, NONE + limit)

    def _ends(self, weight: Ints) -> cp_model.LinearExprT:
        ends = [int(weight[i]) * self._end(i) for i in [*self.start, *self._place] if weight[i]]
        return self.cp.new_constant(0) + sum(ends)
