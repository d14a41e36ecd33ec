"""Independent check of an assignment under rules: shares no code with the solver, counts again in plain Python."""

from __future__ import annotations

from collections import defaultdict

from solvers.assignment.ruled import RuledProblem, RuledSolution
from solvers.problem import Status

TOLERANCE = 1e-5


def check_ruled(problem: RuledProblem, solution: RuledSolution) -> list[str]:
    """Violations in plain sentences; empty when the solution keeps flow, rules and its own claims."""
    if solution.flow is None:
        silent = solution.status in (Status.INFEASIBLE, Status.UNKNOWN)
        return [] if silent else ["a solution is claimed without flows"]
    faults, cost = _check_flow(problem, solution)
    more, extra_cost = _check_rules(problem, solution)
    faults += more
    scale = max(abs(cost), 1.0)
    if solution.objective is None or abs(cost + extra_cost - solution.objective) > TOLERANCE * scale:
        faults.append(f"objective {solution.objective} is not the cost {cost + extra_cost}")
    if solution.bound is not None:
        value = _dual_value(problem, solution)
        if solution.bound > value + TOLERANCE * scale:
            faults.append(f"bound {solution.bound} lies above the value {value} of its prices")
        if solution.bound > solution.objective + TOLERANCE * scale:
            faults.append(f"bound {solution.bound} lies above the objective {solution.objective}")
    if solution.status is Status.OPTIMAL and solution.objective - solution.bound > TOLERANCE * scale:
        faults.append("optimality is claimed although bound and objective differ")
    return faults


def _check_flow(problem: RuledProblem, solution: RuledSolution) -> tuple[list[str], float]:
    flow = problem.flow
    faults: list[str] = []
    placed, taken = [int(s) for s in solution.surplus], [0] * len(flow.capacity)
    cost = sum(n * int(c) for n, c in zip(placed, flow.surplus_cost.tolist(), strict=True))
    if min(placed, default=0) < 0 or min(solution.flow.tolist(), default=0) < 0:
        faults.append("a flow is negative")
    at = {}
    for person, post, price, n in zip(
        flow.arc_person.tolist(), flow.arc_post.tolist(), flow.arc_cost.tolist(), solution.flow.tolist(), strict=True
    ):
        if n:
            placed[person] += n
            taken[post] += n
            cost += n * price
            at[person, post] = n
    faults += [f"person {p}: {n} outcomes" for p, n in enumerate(placed) if n != int(flow.supply[p])]
    faults += [f"post group {g}: {n} persons" for g, n in enumerate(taken) if n > int(flow.capacity[g])]
    faults += [f"fixed pair ({p}, {g}) is not kept" for p, g in flow.fixed if at.get((p, g), 0) != int(flow.supply[p])]
    return faults, float(cost)


def _check_rules(problem: RuledProblem, solution: RuledSolution) -> tuple[list[str], float]:
    rules, total = problem.rules, defaultdict(float)
    for row, arc, value in zip(rules.arc_row.tolist(), rules.arc.tolist(), rules.arc_value.tolist(), strict=True):
        total[row] += value * int(solution.flow[arc])
    for row, column, value in zip(
        rules.extra_row.tolist(), rules.extra.tolist(), rules.extra_value.tolist(), strict=True
    ):
        total[row] += value * float(solution.extra[column])
    faults = [
        f"row {row} ({name}) has {total[row]:g}, outside {low:g}..{high:g}"
        for row, (low, high, name) in enumerate(zip(rules.lower, rules.upper, rules.group, strict=True))
        if total[row] < low - TOLERANCE or total[row] > high + TOLERANCE
    ]
    for column, (value, high, whole) in enumerate(
        zip(solution.extra.tolist(), rules.extra_upper.tolist(), rules.extra_integer.tolist(), strict=True)
    ):
        if value < -TOLERANCE or value > high + TOLERANCE or (whole and abs(value - round(value)) > TOLERANCE):
            faults.append(f"extra column {column} has the value {value:g}")
    return faults, sum(float(c) * float(v) for c, v in zip(rules.extra_cost, solution.extra, strict=True))


def _dual_value(problem: RuledProblem, solution: RuledSolution) -> float:
    """Value of the Lagrangian at the prices that the solution gives: no assignment costs less (weak duality)."""
    flow, rules = problem.flow, problem.rules
    price, posts = solution.rule_price.tolist(), [max(p, 0.0) for p in solution.bound_price.tolist()]
    discount, value = defaultdict(float), 0.0
    for row, y in enumerate(price):
        side = float(rules.lower[row]) if y > 0 else float(rules.upper[row])
        if y and side in (float("inf"), float("-inf")):
            price[row] = 0.0
        elif y:
            value += y * side
    for row, arc, entry in zip(rules.arc_row.tolist(), rules.arc.tolist(), rules.arc_value.tolist(), strict=True):
        discount[arc] += price[row] * entry
    fixed, least = dict(flow.fixed), [float(c) for c in flow.surplus_cost]
    for arc, (person, post, cost) in enumerate(
        zip(flow.arc_person.tolist(), flow.arc_post.tolist(), flow.arc_cost.tolist(), strict=True)
    ):
        if person in fixed:
            if fixed[person] == post:
                least[person] = cost + posts[post]
        else:
            least[person] = min(least[person], cost - discount[arc] + posts[post])
    value += sum(n * c for n, c in zip(flow.supply.tolist(), least, strict=True))
    value -= sum(n * c for n, c in zip(flow.capacity.tolist(), posts, strict=True))
    reduced = [float(c) for c in rules.extra_cost]
    for row, column, entry in zip(
        rules.extra_row.tolist(), rules.extra.tolist(), rules.extra_value.tolist(), strict=True
    ):
        reduced[column] -= price[row] * entry
    return value + sum(min(c, 0.0) * float(u) for c, u in zip(reduced, rules.extra_upper, strict=True))
