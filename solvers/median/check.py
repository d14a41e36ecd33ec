"""Independent check of a median solution: shares no code with the solver, counts again in plain Python."""

from __future__ import annotations

import math

from solvers.median.problem import MedianProblem, MedianSolution
from solvers.problem import Status


def check_median(problem: MedianProblem, solution: MedianSolution) -> list[str]:
    """Violations in plain sentences; empty when the solution keeps the conditions and its own claims."""
    if solution.objective is None:
        silent = solution.status in (Status.INFEASIBLE, Status.UNKNOWN)
        faults = [] if silent else ["a solution is claimed without sites"]
        if solution.status is Status.INFEASIBLE and not solution.conflict:
            faults.append("infeasible without a reason")
        return faults
    sites, assignment = [int(s) for s in solution.sites], [int(s) for s in solution.assignment]
    customers, places = problem.cost.shape
    if len(assignment) != customers or any(not 0 <= s < places for s in sites):
        return ["a customer has no site, or a site does not exist"]
    faults = []
    if len(set(sites)) != len(sites):
        faults.append("a site is open twice")
    if not problem.fewest <= len(sites) <= problem.most:
        faults.append(f"{len(sites)} sites are open, not {problem.fewest} to {problem.most}")
    faults += [f"site {s} must be open" for s in problem.fixed_sites if s not in sites]
    faults += [f"site {s} must not be open" for s in problem.forbidden_sites if s in sites]
    total = math.fsum(float(problem.site_cost[s]) for s in sites)
    for customer, site in enumerate(assignment):
        if site not in sites:
            faults.append(f"customer {customer} goes to site {site}, which is not open")
        elif math.isinf(problem.cost[customer, site]):
            faults.append(f"customer {customer} may not go to site {site}")
        else:
            total += float(problem.cost[customer, site])
    tolerance = 1e-6 * max(1.0, abs(total))
    if not faults and abs(total - solution.objective) > tolerance:
        faults.append(f"objective {solution.objective} is not the cost {total}")
    if solution.bound is not None and solution.bound > solution.objective + tolerance:
        faults.append(f"bound {solution.bound} exceeds the objective {solution.objective}")
    return faults
