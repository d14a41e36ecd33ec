"""Independent check of max-p regions: shares no code with the solver, walks and sums again in plain Python."""

from __future__ import annotations

import math

from solvers.maxp.problem import MaxPProblem, MaxPSolution
from solvers.problem import Status


def check_maxp(problem: MaxPProblem, solution: MaxPSolution) -> list[str]:
    """Violations in plain sentences; empty when the solution keeps the conditions and its own claims."""
    neighbours: dict[int, set[int]] = {area: set() for area in range(problem.n)}
    for a, b in problem.edges.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    short = [part for part in _parts(set(neighbours), neighbours) if not _reaches(problem, part)]
    faults = []
    if sorted(map(list, solution.short)) != short:
        faults.append("the components below the floor are not those that are named")
    if solution.status is Status.INFEASIBLE:
        if not short or problem.enclaves:
            faults.append("the problem is said to be infeasible and is not")
        return faults
    if not len(solution.labels):
        return faults if solution.status is Status.UNKNOWN else [*faults, "a solution is claimed without labels"]
    if len(solution.labels) != problem.n:
        return [*faults, "not every area has a label"]
    outside = {area for part in short for area in part} if problem.enclaves else set()
    members: dict[int, list[int]] = {}
    for area, label in enumerate(solution.labels.tolist()):
        if (label == -1) != (area in outside):
            faults.append(f"area {area} is {'left out' if label == -1 else 'in a region'}")
        if label != -1:
            members.setdefault(label, []).append(area)
    if sorted(members) != list(range(len(members))):
        faults.append("the regions are not numbered from 0 on")
    for label, areas in sorted(members.items()):
        if len(_parts(set(areas), neighbours)) > 1:
            faults.append(f"region {label} ({areas}) is not connected")
        if not _reaches(problem, areas):
            faults.append(f"region {label} ({areas}) is below the floor {problem.floor}")
    return faults + _claim_faults(solution, len(members))


def _parts(areas: set[int], neighbours: dict[int, set[int]]) -> list[list[int]]:
    parts, left = [], set(areas)
    while left:
        reached = {min(left)}
        stack = list(reached)
        while stack:
            fresh = (neighbours[stack.pop()] & areas) - reached
            reached |= fresh
            stack += fresh
        parts.append(sorted(reached))
        left -= reached
    return parts


def _reaches(problem: MaxPProblem, areas: list[int]) -> bool:
    return math.fsum(problem.weight[area] for area in areas) >= problem.floor


def _claim_faults(solution: MaxPSolution, count: int) -> list[str]:
    faults = []
    if solution.regions != count:
        faults.append(f"{solution.regions} regions are claimed, there are {count}")
    if solution.most_regions is None or solution.most_regions < count:
        faults.append(f"the bound {solution.most_regions} is below the {count} regions")
    elif (solution.status is Status.OPTIMAL) != (solution.most_regions == count):
        faults.append(f"status {solution.status} does not go with {count} regions and the bound")
    return faults
