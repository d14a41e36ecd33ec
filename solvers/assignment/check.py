"""Independent check of an assignment: shares no code with the solver, counts again in plain Python."""

from __future__ import annotations

from solvers.assignment.solve import AssignmentProblem, AssignmentSolution
from solvers.problem import Status


def check_assignment(problem: AssignmentProblem, solution: AssignmentSolution) -> list[str]:
    """Violations in plain sentences; empty when the solution keeps the conditions and its own claims."""
    if solution.flow is None or solution.surplus is None:
        silent = solution.status in (Status.INFEASIBLE, Status.UNKNOWN)
        return [] if silent else ["a solution is claimed without flows"]
    faults: list[str] = []
    gone = [int(s) for s in solution.surplus]
    taken = [0] * len(problem.capacity)
    cost = sum(n * int(c) for n, c in zip(gone, problem.surplus_cost, strict=True))
    pairs: dict[tuple[int, int], int] = {}
    arcs = zip(
        problem.arc_person.tolist(),
        problem.arc_post.tolist(),
        problem.arc_cost.tolist(),
        solution.flow.tolist(),
        strict=True,
    )
    if min(gone, default=0) < 0:
        faults.append("a surplus is negative")
    for person, post, price, n in arcs:
        if n == 0:
            continue
        if n < 0:
            faults.append(f"person {person}: negative flow to post group {post}")
        gone[person] += n
        taken[post] += n
        cost += n * price
        pairs[person, post] = n
    faults += [
        f"person {p}: {n} outcomes for a supply of {s}"
        for p, (n, s) in enumerate(zip(gone, problem.supply.tolist(), strict=True))
        if n != s
    ]
    faults += [
        f"post group {g}: {n} persons for {c} posts"
        for g, (n, c) in enumerate(zip(taken, problem.capacity.tolist(), strict=True))
        if n > c
    ]
    faults += [
        f"fixed pair ({p}, {g}) is not kept" for p, g in problem.fixed if pairs.get((p, g), 0) != int(problem.supply[p])
    ]
    if solution.objective is None or abs(cost - solution.objective) > 0.5:
        faults.append(f"objective {solution.objective} is not the cost {cost} of the flows")
    return faults + _check_bound(problem, solution)


def _check_bound(problem: AssignmentProblem, solution: AssignmentSolution) -> list[str]:
    """Weak duality: prices must be feasible for the dual, and their value is the bound claimed."""
    if solution.bound is None:
        return []
    fixed = dict(problem.fixed)
    post_price, person_price = solution.post_price.tolist(), solution.person_price.tolist()
    room = problem.capacity.tolist()
    constant = 0
    faults: list[str] = []
    if min(post_price, default=0) < 0:
        faults.append("a post price is negative")
    for person, post, cost in zip(
        problem.arc_person.tolist(), problem.arc_post.tolist(), problem.arc_cost.tolist(), strict=True
    ):
        if person in fixed:
            if fixed[person] == post:
                constant += cost * int(problem.supply[person])
                room[post] -= int(problem.supply[person])
        elif person_price[person] > cost + post_price[post]:
            faults.append(f"the price of person {person} exceeds cost and price of post group {post}")
    value = constant
    both = zip(person_price, problem.surplus_cost.tolist(), strict=True)
    for person, (price, surplus_cost) in enumerate(both):
        if person not in fixed:
            value += price * int(problem.supply[person])
            if price > surplus_cost:
                faults.append(f"the price of person {person} exceeds the cost of the surplus")
    value -= sum(price * n for price, n in zip(post_price, room, strict=True))
    if abs(value - solution.bound) > 0.5:
        faults.append(f"bound {solution.bound} is not the value {value} of the prices")
    if solution.status is Status.OPTIMAL and abs(solution.bound - solution.objective) > 0.5:
        faults.append("optimality is claimed although bound and objective differ")
    return faults
