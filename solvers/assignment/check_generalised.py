"""Independent check of a generalised assignment: shares no code with the solver, counts again in plain Python."""

from __future__ import annotations

from solvers.assignment.generalised import GeneralisedAssignmentProblem, GeneralisedAssignmentSolution
from solvers.problem import Status


def check_generalised(problem: GeneralisedAssignmentProblem, solution: GeneralisedAssignmentSolution) -> list[str]:
    """Violations in plain sentences; empty when the solution keeps the conditions and its own claims."""
    if solution.agent is None:
        silent = solution.status in (Status.INFEASIBLE, Status.UNKNOWN)
        return [] if silent else ["a solution is claimed without an assignment"]
    cost, weight, capacity = problem.cost.tolist(), problem.weight.tolist(), problem.capacity.tolist()
    agents, jobs = len(capacity), len(cost[0])
    chosen = solution.agent.tolist()
    if len(chosen) != jobs or any(not 0 <= i < agents for i in chosen):
        return [f"{len(chosen)} choices for {jobs} jobs, or an agent that does not exist"]
    forbidden = set(problem.forbidden)
    faults = [f"job {j} is with agent {i}, which is forbidden" for j, i in enumerate(chosen) if (i, j) in forbidden]
    load = [0] * agents
    for job, agent in enumerate(chosen):
        load[agent] += weight[agent][job]
    faults += [f"agent {i} carries {n} of {c}" for i, (n, c) in enumerate(zip(load, capacity, strict=True)) if n > c]
    value = sum(cost[agent][job] for job, agent in enumerate(chosen))
    if solution.objective != value:
        faults.append(f"objective {solution.objective} is not the cost {value}")
    if solution.bound is not None and solution.bound > value + 1e-6:
        faults.append(f"bound {solution.bound} lies above the cost {value}")
    if solution.status is Status.OPTIMAL and solution.bound != solution.objective:
        faults.append("optimality is claimed although bound and objective differ")
    return faults
