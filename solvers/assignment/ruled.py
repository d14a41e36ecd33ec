"""Assignment under linear rules that a flow cannot say: couples, teams kept together, balance of sides.

    minimise  cost . flow + surplus_cost . surplus + extra_cost . extra
    subject to the flow's own conditions  and  lower <= A flow + B extra <= upper

Rules touch few persons, so nearly all of the answer is a flow. The flow without rules gives prices; around them a
kernel (all choices of the touched persons, the cheap ones of the others) is solved as a linear and then as an integer
programme; with the touched persons placed, the rest is a flow again. The duals of the rules put into the costs of the
arcs make a Lagrangian relaxation over *all* arcs, itself a flow: its value is the bound, valid whatever was left out
of the kernel.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from solvers.assignment.solve import LARGEST_SCALED_COST, AssignmentProblem, AssignmentSolution, solve_assignment
from solvers.linear import LinearModel, solve_linear
from solvers.problem import ProblemError, Status, Stop

# Free choices of untouched persons in the kernel, round by round; None: all arcs.
KERNEL_ARCS = (20_000, 80_000, None)
# Costs of the Lagrangian flow are whole multiples of 1 / this many cost units (less where they are large).
FINEST = 1024
TOLERANCE = 1e-6


@dataclass(frozen=True)
class LinearRules:
    """Rows lower <= sum of values of arcs + sum of values of extra columns <= upper.

    Parameters
    ----------
    lower, upper : (R,) sides of each row, infinite where open.
    arc_row, arc, arc_value : (N,) entries of arcs: row, position of the arc, value.
    extra_cost, extra_upper : (E,) cost (not negative) and upper end of each extra column; its lower end is 0.
    extra_integer : (E,) whether the column is a whole number.
    extra_row, extra, extra_value : (M,) entries of extra columns.
    group : (R,) name of the rule that each row belongs to, for conflicts.
    """

    lower: np.ndarray
    upper: np.ndarray
    arc_row: np.ndarray
    arc: np.ndarray
    arc_value: np.ndarray
    extra_cost: np.ndarray
    extra_upper: np.ndarray
    extra_integer: np.ndarray
    extra_row: np.ndarray
    extra: np.ndarray
    extra_value: np.ndarray
    group: tuple[str, ...]

    def __post_init__(self) -> None:
        rows, extras = len(self.lower), len(self.extra_cost)
        for names, size in (
            (("upper", "group"), rows),
            (("arc", "arc_value"), len(self.arc_row)),
            (("extra_upper", "extra_integer"), extras),
            (("extra", "extra_value"), len(self.extra_row)),
        ):
            for name in names:
                if len(getattr(self, name)) != size:
                    raise ProblemError(f"LinearRules.{name} has {len(getattr(self, name))} values, expected {size}.")
        for name, size in (("arc_row", rows), ("extra_row", rows), ("extra", extras)):
            at = np.asarray(getattr(self, name))
            if at.size and (at.min() < 0 or at.max() >= size):
                raise ProblemError(f"LinearRules.{name} points outside 0..{size - 1}.")
        if np.any(np.asarray(self.lower) > np.asarray(self.upper)):
            raise ProblemError("LinearRules.lower must not exceed upper.")
        if extras and (np.min(self.extra_cost) < 0 or not np.all(np.isfinite(self.extra_upper))):
            raise ProblemError("LinearRules.extra_cost must not be negative and extra_upper must be finite.")


@dataclass(frozen=True)
class RuledProblem:
    """A flow and the rules on it. Persons whose arcs stand in a rule must be single (supply 0 or 1)."""

    flow: AssignmentProblem
    rules: LinearRules

    def __post_init__(self) -> None:
        arc = np.asarray(self.rules.arc)
        if arc.size and (arc.min() < 0 or arc.max() >= len(self.flow.arc_cost)):
            raise ProblemError("LinearRules.arc points outside the arcs of the flow.")
        if self.flow.supply[self.touched].size and self.flow.supply[self.touched].max() > 1:
            raise ProblemError("Rules are for single persons: every supply in a rule must be 0 or 1.")
        if set(self.touched.tolist()) & {p for p, _ in self.flow.fixed}:
            raise ProblemError("A person with a fixed pair must not stand in a rule: remove the other arcs instead.")

    @property
    def touched(self) -> np.ndarray:
        """Persons with an arc in a rule, ascending."""
        return np.unique(self.flow.arc_person[np.asarray(self.rules.arc, np.int64)])


@dataclass(frozen=True)
class RuledSolution(AssignmentSolution):
    """As AssignmentSolution, with the values of the extra columns and what proves the bound.

    `rule_price` (R,) and `bound_price` (G,): prices of rows and post groups whose Lagrangian value is the bound.
    `free_objective`: cost of the best assignment without the rules, so `objective - free_objective` is their price.
    `post_price` and `person_price` are those of the flow with the touched persons in their places.
    """

    extra: np.ndarray | None = field(default=None, repr=False)
    rule_price: np.ndarray | None = field(default=None, repr=False)
    bound_price: np.ndarray | None = field(default=None, repr=False)
    free_objective: float | None = None


@dataclass(frozen=True)
class _Found:
    """A flow that keeps the rules; `cost` includes the extra columns."""

    flow: np.ndarray
    surplus: np.ndarray
    extra: np.ndarray
    cost: float
    prices: tuple[np.ndarray, np.ndarray]


def solve_ruled(problem: RuledProblem, stop: Stop) -> RuledSolution:
    """Solve to stop.gap; the bound is valid for all arcs.

    Infeasible when the flow's fixed pairs or the rules cannot hold; `conflict` then names the groups of rules.
    """
    start = time.perf_counter()
    free = solve_assignment(problem.flow, stop)
    if free.status is Status.INFEASIBLE:
        return RuledSolution(Status.INFEASIBLE, seconds=free.seconds, conflict=free.conflict)
    best = _as_found(problem, free)
    rule_price, bound_price = np.zeros(len(problem.rules.lower)), free.post_price.astype(float)
    bound = lagrangian_bound(problem, rule_price, bound_price)
    for arcs in KERNEL_ARCS:
        if best is not None and _close(best.cost, bound, stop.gap):
            break
        left = replace(stop, seconds=max(stop.seconds - (time.perf_counter() - start), 1.0), gap=stop.gap / 2)
        kernel = _Kernel(problem, free, arcs)
        price = kernel.rule_prices(left)
        if price is not None:
            relaxed_price = _relaxed_prices(problem, price)
            value = lagrangian_bound(problem, price, relaxed_price)
            if value > bound:
                bound, rule_price, bound_price = value, price, relaxed_price
        if best is None or not _close(best.cost, bound, stop.gap):
            found = kernel.solve(left)
            if found is not None and (best is None or found.cost < best.cost):
                best = found
        if time.perf_counter() - start > stop.seconds:
            break
    seconds = time.perf_counter() - start
    if best is None:
        return _without_solution(problem, free, stop, bound, start)
    return RuledSolution(
        status=Status.OPTIMAL if best.cost - bound <= TOLERANCE * max(abs(best.cost), 1.0) else Status.FEASIBLE,
        objective=best.cost,
        bound=min(bound, best.cost),
        seconds=seconds,
        flow=best.flow,
        surplus=best.surplus,
        post_price=best.prices[0],
        person_price=best.prices[1],
        extra=best.extra,
        rule_price=rule_price,
        bound_price=bound_price,
        free_objective=free.objective,
    )


def lagrangian_bound(problem: RuledProblem, rule_price: np.ndarray, post_price: np.ndarray) -> float:
    """Value of the relaxation at given prices (R,) of the rules and (G,) of the posts: a lower bound for any prices.

    A positive price leans on the lower side of a row, a negative one on the upper; a price that leans on an open side
    counts as 0. Fixed pairs keep their cost.
    """
    flow, posts = problem.flow, np.maximum(post_price, 0.0)
    cost = flow.arc_cost - worth_of_arcs(problem, rule_price) + posts[flow.arc_post]
    least = flow.surplus_cost.astype(float)
    np.minimum.at(least, flow.arc_person, cost)
    fixed = dict(flow.fixed)
    for arc in np.flatnonzero(np.isin(flow.arc_person, list(fixed))).tolist():
        person = int(flow.arc_person[arc])
        if fixed[person] == flow.arc_post[arc]:
            least[person] = cost[arc]
    return float((flow.supply * least).sum() - (flow.capacity * posts).sum()) + value_of_rules(problem, rule_price)


def value_of_rules(problem: RuledProblem, rule_price: np.ndarray) -> float:
    """Part of the Lagrangian value that the sides of the rows and the extra columns give."""
    rules, price = problem.rules, _leaning(problem.rules, rule_price)
    side = np.where(price > 0, rules.lower, rules.upper)
    value = float((price[price != 0] * side[price != 0]).sum())
    worth = price[rules.extra_row] * rules.extra_value
    extra = rules.extra_cost - np.bincount(rules.extra, worth, minlength=len(rules.extra_cost))
    return value + float((np.minimum(extra, 0.0) * rules.extra_upper).sum())


def worth_of_arcs(problem: RuledProblem, rule_price: np.ndarray) -> np.ndarray:
    """What the prices of the rules take off the cost of each arc (A,)."""
    rules = problem.rules
    worth = _leaning(rules, rule_price)[rules.arc_row] * rules.arc_value
    return np.bincount(rules.arc, worth, minlength=len(problem.flow.arc_cost))


def _leaning(rules: LinearRules, price: np.ndarray) -> np.ndarray:
    open_side = ((price > 0) & ~np.isfinite(rules.lower)) | ((price < 0) & ~np.isfinite(rules.upper))
    return np.where(open_side, 0.0, price)


def _relaxed_prices(problem: RuledProblem, rule_price: np.ndarray) -> np.ndarray:
    """Best post prices for the prices of the rules: those of the flow at the changed costs."""
    flow = problem.flow
    cost = flow.arc_cost - worth_of_arcs(problem, rule_price)
    largest = max(float(np.abs(cost).max(initial=1.0)), float(np.abs(flow.surplus_cost).max(initial=1.0)))
    room = LARGEST_SCALED_COST / (largest * (len(flow.supply) + len(flow.capacity) + 2) * 2)
    fine = max(min(FINEST, int(room)), 1)
    scaled = replace(flow, arc_cost=np.floor(cost * fine).astype(np.int64), surplus_cost=flow.surplus_cost * fine)
    return solve_assignment(scaled, Stop()).post_price / fine


def _close(cost: float, bound: float, gap: float) -> bool:
    return cost - bound <= max(gap * abs(cost), TOLERANCE * max(abs(cost), 1.0))


def _as_found(problem: RuledProblem, free: AssignmentSolution) -> _Found | None:
    """The flow without rules, with the cheapest extra columns that make it keep them; None where none do."""
    extra = _cheapest_extra(problem, free.flow)
    if extra is None:
        return None
    cost = free.objective + float(problem.rules.extra_cost @ extra)
    return _Found(free.flow, free.surplus, extra, cost, (free.post_price, free.person_price))


def _cheapest_extra(problem: RuledProblem, flow: np.ndarray) -> np.ndarray | None:
    rules = problem.rules
    done = np.bincount(rules.arc_row, rules.arc_value * flow[rules.arc], minlength=len(rules.lower))
    lower, upper = rules.lower - done, rules.upper - done
    if not len(rules.extra_cost):
        return np.zeros(0) if np.all(lower <= TOLERANCE) and np.all(upper >= -TOLERANCE) else None
    model = LinearModel()
    _add_extra(model, rules)
    rows = model.add_rows(lower, upper)
    model.add_entries(rows[rules.extra_row], rules.extra, rules.extra_value)
    answer = solve_linear(model, Stop(seconds=10))
    return None if answer.values is None else _whole(rules, answer.values)


def _add_extra(model: LinearModel, rules: LinearRules) -> np.ndarray:
    """Extra columns in their own order; returns their positions in the model."""
    first = model.columns
    for whole in np.split(np.arange(len(rules.extra_cost)), np.flatnonzero(np.diff(rules.extra_integer)) + 1):
        if len(whole):
            model.add_columns(
                rules.extra_cost[whole], upper=rules.extra_upper[whole], integer=bool(rules.extra_integer[whole[0]])
            )
    return np.arange(first, model.columns)


def _whole(rules: LinearRules, values: np.ndarray) -> np.ndarray:
    return np.clip(np.where(rules.extra_integer, np.rint(values), values), 0.0, rules.extra_upper)


class _Kernel:
    """The touched persons with all their arcs, the others with the arcs that cost little at the free prices."""

    def __init__(self, problem: RuledProblem, free: AssignmentSolution, arcs: int | None):
        self.problem = problem
        flow = problem.flow
        self.is_touched = np.zeros(len(flow.supply), bool)
        self.is_touched[problem.touched] = True
        fixed = np.zeros(len(flow.supply), bool)
        fixed[[p for p, _ in flow.fixed]] = True
        dearer = flow.arc_cost + free.post_price[flow.arc_post] - free.person_price[flow.arc_person]
        surplus = flow.surplus_cost - free.person_price
        loose = ~self.is_touched[flow.arc_person] & ~fixed[flow.arc_person]
        width = np.inf
        if arcs is not None and loose.sum() > arcs:
            width = np.partition(dearer[loose], arcs)[arcs]
        inside = self.is_touched[flow.arc_person] | (loose & ((dearer <= width) | (free.flow > 0)))
        choices = np.bincount(flow.arc_person[inside], minlength=len(flow.supply)) + (surplus <= width)
        # An untouched person with one choice left keeps it; nobody else can want more of its post than is free.
        self.person = ((choices > 1) & ~fixed) | self.is_touched
        self.arcs = np.flatnonzero(inside & self.person[flow.arc_person])
        kept = free.flow.copy()
        kept[self.person[flow.arc_person]] = 0
        self.room = flow.capacity - np.bincount(flow.arc_post, kept, minlength=len(flow.capacity)).astype(np.int64)

    def _model(self, whole: bool) -> tuple[LinearModel, np.ndarray, np.ndarray, np.ndarray]:
        """The model, positions of touched and free arcs, and its rows of the rules."""
        flow, rules = self.problem.flow, self.problem.rules
        touched = self.arcs[self.is_touched[flow.arc_person[self.arcs]]]
        loose = self.arcs[~self.is_touched[flow.arc_person[self.arcs]]]
        persons = np.flatnonzero(self.person)
        row_of = np.zeros(len(self.person), np.int64)
        row_of[persons] = np.arange(len(persons))
        model = LinearModel()
        columns = [
            model.add_columns(flow.arc_cost[touched], upper=1.0, integer=whole),
            model.add_columns(flow.arc_cost[loose], upper=flow.supply[flow.arc_person[loose]].astype(float)),
        ]
        left = model.add_columns(flow.surplus_cost[persons], upper=flow.supply[persons].astype(float))
        extra = _add_extra(model, rules) if whole else model.add_columns(rules.extra_cost, upper=rules.extra_upper)
        model.add_rows(flow.supply[persons], flow.supply[persons])
        posts = model.add_rows(-np.inf, self.room.astype(float))
        order = np.concatenate([touched, loose])
        column = np.concatenate(columns)
        model.add_entries(row_of[flow.arc_person[order]], column, 1.0)
        model.add_entries(np.arange(len(persons)), left, 1.0)
        model.add_entries(posts[flow.arc_post[order]], column, 1.0)
        rows = model.add_rows(rules.lower, rules.upper)
        at = np.full(len(flow.arc_cost), -1, np.int64)
        at[order] = column
        model.add_entries(rows[rules.arc_row], at[rules.arc], rules.arc_value)
        if len(extra):
            model.add_entries(rows[rules.extra_row], extra[rules.extra], rules.extra_value)
        return model, touched, extra, rows

    def rule_prices(self, stop: Stop) -> np.ndarray | None:
        """Duals of the rules in the linear relaxation of the kernel."""
        model, _, _, rows = self._model(whole=False)
        answer = solve_linear(model, stop)
        return None if answer.duals is None else answer.duals[rows]

    def solve(self, stop: Stop) -> _Found | None:
        """Place the touched persons by the integer programme, then everybody else by a flow."""
        model, touched, extra, _ = self._model(whole=True)
        answer = solve_linear(model, stop)
        if answer.values is None:
            return None
        problem, flow = self.problem, self.problem.flow
        taken = touched[np.rint(answer.values[: len(touched)]) > 0]
        room = flow.capacity.copy()
        np.subtract.at(room, flow.arc_post[taken], 1)
        rest = replace(flow, supply=np.where(self.is_touched, 0, flow.supply), capacity=room)
        solved = solve_assignment(rest, stop)
        if solved.flow is None:
            return None
        moved, surplus = solved.flow.copy(), solved.surplus.copy()
        moved[taken] = 1
        surplus[self.is_touched] = flow.supply[self.is_touched]
        np.subtract.at(surplus, flow.arc_person[taken], 1)
        values = _whole(problem.rules, answer.values[extra])
        cost = float((moved * flow.arc_cost).sum() + (surplus * flow.surplus_cost).sum())
        return _Found(
            moved,
            surplus,
            values,
            cost + float(problem.rules.extra_cost @ values),
            (solved.post_price, solved.person_price),
        )


def _without_solution(problem: RuledProblem, free: AssignmentSolution, stop: Stop, bound: float, start: float):
    """No answer: infeasible with the groups of rules that cannot hold together, or unknown."""
    groups = sorted(set(problem.rules.group))
    if _may_hold(problem, free, set(groups), stop):
        return RuledSolution(Status.UNKNOWN, bound=bound, seconds=time.perf_counter() - start)
    for name in list(groups):
        rest = [g for g in groups if g != name]
        if not _may_hold(problem, free, set(rest), stop):
            groups = rest
    return RuledSolution(Status.INFEASIBLE, seconds=time.perf_counter() - start, conflict=tuple(groups))


def _may_hold(problem: RuledProblem, free: AssignmentSolution, groups: set[str], stop: Stop) -> bool:
    """Whether rules of these groups can hold together; unknown counts as yes."""
    keep = np.array([g in groups for g in problem.rules.group], bool)
    rules = problem.rules
    open_rules = replace(rules, lower=np.where(keep, rules.lower, -np.inf), upper=np.where(keep, rules.upper, np.inf))
    kernel = _Kernel(replace(problem, rules=open_rules), free, None)
    model, *_ = kernel._model(whole=True)
    model.cost = [np.zeros_like(c) for c in model.cost]
    return solve_linear(model, stop).status is not Status.INFEASIBLE
