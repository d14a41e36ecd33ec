"""Independent check of districts: shares no code with the solver, counts again in plain Python."""

from __future__ import annotations

from solvers.districting.problem import DistrictingProblem, DistrictingSolution
from solvers.problem import Status


def check_districting(problem: DistrictingProblem, solution: DistrictingSolution) -> list[str]:
    """Violations in plain sentences; empty when the solution keeps the conditions and its own claims."""
    if solution.objective is None:
        silent = solution.status in (Status.INFEASIBLE, Status.UNKNOWN)
        faults = [] if silent else ["a solution is claimed without labels"]
        if solution.status is Status.INFEASIBLE and not solution.conflict:
            faults.append("infeasible without a reason")
        return faults
    labels = [int(x) for x in solution.labels]
    if len(labels) != len(problem.weight):
        return [f"{len(labels)} labels for {len(problem.weight)} nodes"]
    if sorted(set(labels)) != list(range(problem.districts)):
        return [f"the labels are {sorted(set(labels))}, not 0 to {problem.districts - 1}"]
    faults, leader = [], list(range(len(labels)))

    def lead(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    cost = 0
    for (a, b), price in zip(problem.edges.tolist(), problem.edge_cost.tolist(), strict=True):
        if labels[a] == labels[b]:
            leader[lead(a)] = lead(b)
        else:
            cost += price
    for district in range(problem.districts):
        members = [i for i, label in enumerate(labels) if label == district]
        weight = sum(int(problem.weight[i]) for i in members)
        if not problem.lower <= weight <= problem.upper:
            faults.append(f"district {district} weighs {weight}, not {problem.lower} to {problem.upper}")
        if len({lead(i) for i in members}) > 1:
            faults.append(f"district {district} does not hang together")
    if cost != solution.objective:
        faults.append(f"objective {solution.objective} is not the cost {cost} of the cut edges")
    if solution.bound is not None and solution.bound > solution.objective:
        faults.append(f"bound {solution.bound} exceeds the objective {solution.objective}")
    return faults
