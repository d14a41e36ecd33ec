"""CP-SAT model of a schedule: the whole problem, a part of it with the rest in place, or a relaxation of
it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Stop
from solvers.schedule.problem import NONE, Ints, ScheduleProblem, Way
from solvers.schedule.solution import MONEY


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
    """A start-index variable for each free task and a literal for each way to do it; `parts` are the parts of the cost
    in `units` of money.

    Parameters
    ----------
    off : rule groups left out, named as in `solvers.schedule.conflict.rule_groups`.
    free : tasks that may move; None for all but the events. The others stay where `start` (days) has them, in the way
        that `way` says.
    strained : whether peaks of resources are modelled; without them the strain counts as 0.
    """

    def __init__(
        self,
        p: ScheduleProblem,
        *,
        off: frozenset[str] = frozenset(),
        free: frozenset[int] | None = None,
        start: Ints | None = None,
        way: Ints | None = None,
        strained: bool = False,
    ):
        self.p, self.cp, self.off = p, cp_model.CpModel(), off
        self._tables: dict[tuple[int, int], cp_model.IntVar] = {}
        self.start: dict[int, cp_model.IntVar] = {}
        self._length: dict[int, cp_model.IntVar] = {}
        self._chosen: dict[int, list[cp_model.IntVar]] = {}
        self._place: dict[int, int] = {}
        self._way = np.zeros(len(p.names), dtype=np.int64) if way is None else way
        for i in range(len(p.names)):
            if p.is_fixed(i):
                continue
            if free is None or i in free:
                self._task(i)
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
        peaks = [self._resource(k, strained) for k, name in enumerate(p.resources) if f"resource {name}" not in off]
        for b, name in enumerate(p.budgets):
            if f"budget {name}" not in off:
                self._budget(b)
        for i in np.flatnonzero(p.hard & (p.legal != NONE)).tolist():
            if f"limit of {p.names[i]}" not in off:
                self._hard(i)
        # Each part in its own unit of money, so that the numbers of the model stay small.
        costs = np.array([w.cost for w in p.ways] or [0], dtype=np.int64)
        prices = (p.legal_price, p.target_price, costs, p.move_price, p.strain_price, p.weight)
        self.units = tuple(max(1, int(np.gcd.reduce(price, initial=0))) for price in prices)
        legal, target, _, move, strain, weight = (price // unit for price, unit in zip(prices, self.units, strict=True))
        self.parts = (
            self._lateness(p.legal, legal),
            self._lateness(p.target, target),
            self._money(self.units[MONEY]),
            self._change(move),
            self.cp.new_constant(0) + sum(int(strain[k]) * over for k, over in filter(None, peaks)),
            self._ends(weight),
        )

    def _task(self, i: int) -> None:
        p, ways = self.p, self.p.ways_of[i]
        allowed = sorted(set().union(*(p.allowed_by(i, w).tolist() for w in ways)))
        self.start[i] = self._variable(i, np.array(allowed, dtype=np.int64))
        if len(ways) == 1:
            return
        self._chosen[i] = [self.cp.new_bool_var(f"w{i}_{k}") for k in range(len(ways))]
        self.cp.add_exactly_one(self._chosen[i])
        days = [w.duration for w in ways]
        self._length[i] = self.cp.new_int_var_from_domain(cp_model.Domain.from_values(days), f"d{i}")
        for literal, way in zip(self._chosen[i], ways, strict=True):
            self.cp.add(self._length[i] == way.duration).only_enforce_if(literal)
            domain = cp_model.Domain.from_values(p.allowed_by(i, way).tolist())
            self.cp.add_linear_expression_in_domain(self.start[i], domain).only_enforce_if(literal)

    def hint(self, days: Ints, way: Ints) -> None:
        """Offer a schedule (start days, ways) as the place to begin."""
        self.cp.clear_hints()
        for i, variable in self.start.items():
            self.cp.add_hint(variable, self.p.first_index(self.p.calendar[i], int(days[i])))
            for k, literal in enumerate(self._chosen.get(i, ())):
                self.cp.add_hint(literal, int(k == way[i]))

    def days(self, solver: cp_model.CpSolver) -> tuple[Ints, Ints, Ints]:
        """Start days, finish days and ways of the solution found."""
        p = self.p
        start, finish, chosen = p.fixed.copy(), p.fixed.copy(), self._way.copy()
        indexes = {i: solver.value(v) for i, v in self.start.items()} | self._place
        for i, literals in self._chosen.items():
            chosen[i] = next(k for k, literal in enumerate(literals) if solver.boolean_value(literal))
        for i, index in indexes.items():
            start[i] = p.days(i)[index]
            finish[i] = p.days(i)[index + p.ways_of[i][chosen[i]].duration - 1]
        return start, finish, chosen

    def _variable(self, i: int, allowed: Ints) -> cp_model.IntVar:
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

    def _placed_days(self, i: int) -> int:
        """Days of a task that stays in place."""
        return self.p.ways_of[i][self._way[i]].duration

    def _end(self, i: int) -> cp_model.LinearExprT:
        if i in self._place:
            return self._place[i] + self._placed_days(i)
        return self.start[i] + self._length.get(i, int(self.p.duration[i]))

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
            return p.index_after(c, int(p.days(i)[self._end(i) - 1]))
        return self._table(i, np.searchsorted(p.calendars[c], p.days(i), side="right"), c)

    def _table(self, i: int, table: Ints, key: int) -> cp_model.LinearExprT:
        """Value of the table at the index of the task's last day."""
        cached = self._tables.get((i, key))
        if cached is None:
            low, high = self._last_days(i)
            if high < low:
                return 0
            values = table[low : high + 1].tolist()
            cached = self.cp.new_int_var(min(values), max(values), f"t{i}_{key}")
            self.cp.add_element(self._end(i) - 1 - low, values, cached)
            self._tables[i, key] = cached
        return cached

    def _last_days(self, i: int) -> tuple[int, int]:
        """Smallest and largest index of the last day of a free task; the second is smaller when it has no room."""
        ends = [(a[0] + w.duration - 1, a[-1] + w.duration - 1) for w, a in self._rooms(i) if len(a)]
        return (int(min(e[0] for e in ends)), int(max(e[1] for e in ends))) if ends else (0, -1)

    def _rooms(self, i: int) -> list[tuple[Way, Ints]]:
        return [(way, self.p.allowed_by(i, way)) for way in self.p.ways_of[i]]

    def _resource(self, k: int, strained: bool) -> tuple[int, cp_model.IntVar] | None:
        """Keep resource k within its units; with a price of strain also (k, units of its peak above comfort)."""
        p = self.p
        priced = strained and p.strain_price[k] > 0
        peak = self.cp.new_int_var(0, int(p.capacity[k]), f"peak{k}") if priced else int(p.capacity[k])
        for c in range(len(p.calendars)):
            spans, demands = self._use(k, c)
            away = self._profile(k, c, absences=True)
            if not spans and not priced:
                continue
            for first, last, units in self._profile(k, c):
                spans.append(self.cp.new_fixed_size_interval_var(first, last - first, f"k{k}_{c}_{first}"))
                demands.append(units)
            if priced or sum(demands) > p.capacity[k]:
                self.cp.add_cumulative(spans, demands, peak)
            if away:
                gone = [self.cp.new_fixed_size_interval_var(a, b - a, f"a{k}_{c}_{a}") for a, b, _ in away]
                self.cp.add_cumulative(spans + gone, demands + [units for *_, units in away], int(p.capacity[k]))
        if not priced:
            return None
        over = self.cp.new_int_var(0, int(max(0, p.capacity[k] - p.comfort[k])), f"over{k}")
        self.cp.add(over >= peak - int(p.comfort[k]))
        return k, over

    def _use(self, k: int, c: int) -> tuple[list[cp_model.IntervalVar], list[int]]:
        """Intervals and units of the free tasks on calendar c that may use resource k."""
        p, spans, demands = self.p, [], []
        for i, start in self.start.items():
            if p.calendar[i] != c:
                continue
            for n, way in enumerate(p.ways_of[i]):
                if not way.demand[k]:
                    continue
                span = (start, way.duration, f"v{i}_{k}_{n}")
                if i in self._chosen:
                    literal = self._chosen[i][n]
                    spans.append(self.cp.new_optional_fixed_size_interval_var(*span[:2], literal, span[2]))
                else:
                    spans.append(self.cp.new_fixed_size_interval_var(*span))
                demands.append(int(way.demand[k]))
        return spans, demands

    def _profile(self, k: int, c: int, absences: bool = False) -> list[tuple[int, int, int]]:
        """Use by the tasks that stay in place, or units that are away, as (first index, end index, units above 0)."""
        p = self.p
        load = np.zeros(len(p.calendars[c]) + 1, dtype=np.int64)
        if absences:
            for a in p.absences:
                if a.resource == k:
                    load[p.first_index(c, a.first) : p.index_after(c, a.last)] += a.units
            load = np.minimum(load, p.capacity[k])
        else:
            for i, place in self._place.items():
                if p.calendar[i] == c:
                    load[place : place + self._placed_days(i)] += p.ways_of[i][self._way[i]].demand[k]
        edges = np.flatnonzero(np.diff(np.concatenate([[0], load])))
        return [(int(a), int(b), int(load[a])) for a, b in pairwise(edges) if load[a] > 0]

    def _hard(self, i: int) -> None:
        p = self.p
        if p.is_fixed(i):
            self._require(p.fixed[i] <= p.legal[i] or self._ignored(i))
        else:
            self._require(self._end(i) <= p.index_after(p.calendar[i], int(p.legal[i])))

    def _budget(self, b: int) -> None:
        p = self.p
        terms = [
            int(way.use[b]) * self._in_way(i, n)
            for i, ways in enumerate(p.ways_of)
            for n, way in enumerate(ways)
            if way.use and way.use[b]
        ]
        self._require(sum(terms) <= int(p.budget[b]))

    def _in_way(self, i: int, n: int) -> cp_model.LinearExprT:
        """Whether task i is done in its way n."""
        return self._chosen[i][n] if i in self._chosen else int(self._way[i] == n)

    def _money(self, unit: int) -> cp_model.LinearExprT:
        terms = [
            way.cost // unit * self._in_way(i, n)
            for i, ways in enumerate(self.p.ways_of)
            for n, way in enumerate(ways)
            if way.cost
        ]
        return self.cp.new_constant(0) + sum(terms)

    def _change(self, price: Ints) -> cp_model.LinearExprT:
        p, terms = self.p, []
        for i in np.flatnonzero((p.wanted != NONE) & (price > 0) & (p.fixed == NONE)).tolist():
            wanted = p.first_index(p.calendar[i], int(p.wanted[i]))
            if i in self._place:
                terms.append(int(price[i]) * abs(self._place[i] - wanted))
                continue
            moved = self.cp.new_int_var(0, len(p.days(i)), f"m{i}")
            self.cp.add(moved >= self.start[i] - wanted)
            self.cp.add(moved >= wanted - self.start[i])
            terms.append(int(price[i]) * moved)
        return self.cp.new_constant(0) + sum(terms)

    def _lateness(self, limit: Ints, price: Ints) -> cp_model.LinearExprT:
        terms = [
            int(price[i]) * self._late(i, int(limit[i])) for i in np.flatnonzero((limit != NONE) & (price > 0)).tolist()
        ]
        return self.cp.new_constant(0) + sum(terms)

    def _late(self, i: int, limit: int) -> cp_model.LinearExprT:
        p, days = self.p, self.p.days(i)
        if i not in self.start:
            last = p.fixed[i] if p.is_fixed(i) else days[self._end(i) - 1]
            return p.late(int(last), limit)
        low, high = self._last_days(i)
        if high < low or days[high] <= limit:
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
