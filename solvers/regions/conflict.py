"""Why no regions exist: rules that cannot hold together, and what giving up one of them costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solvers.problem import Stop
from solvers.regions.master import Master
from solvers.regions.problem import Objective, RegionProblem, rule_names
from solvers.regions.sets import Ground, RegionSets
from solvers.regions.start import first_sets
from solvers.set_partition import is_feasible


@dataclass(frozen=True)
class Conflict:
    """`rules` that cannot hold together; `uncovered`: units in no legal set; `largest`: units of a set, at most."""

    rules: tuple[str, ...]
    uncovered: tuple[int, ...]
    largest: int
    columns: int


def smallest_conflict(problem: RegionProblem, stop: Stop) -> Conflict | None:
    """Deletion filter: drop every rule whose absence does not help; the rest cannot hold together.

    Each test is a feasibility search of its own; one that meets its limit keeps the rule, so the answer may then name
    more than needed, never less. None when not even all rules together are shown to be impossible.
    """
    names = rule_names(problem)
    members = first_sets(Ground(replace(problem, max_members=None), names))
    largest = int((members < problem.n).sum(axis=1).max(initial=1))

    def legal(active: tuple[str, ...]) -> tuple[Master, RegionSets]:
        ground = Ground(problem, active)
        sets = RegionSets(ground, members)
        return Master(ground, Objective({"travel": 1.0}), (), sets), sets

    def blocked(active: tuple[str, ...]) -> bool:
        master, _ = legal(active)
        return is_feasible(master.program(master.pool), stop) is False

    if not blocked(names):
        return None
    kept = names
    for name in names:
        without = tuple(k for k in kept if k != name)
        if blocked(without):
            kept = without
    master, _ = legal(names)
    free = master.ground.free
    covered = np.unique(master.pool.members)
    return Conflict(kept, tuple(np.setdiff1d(free, covered).tolist()), largest, len(master.pool))


def fixed_contradiction(p: RegionProblem) -> tuple[str, ...]:
    """First lock that contradicts a fixed region, with that region's name; empty without one."""
    for i, region in enumerate(p.fixed):
        inside, name = set(region.members), f"fixed[{i}]"
        for j, units in enumerate(p.must_join):
            if inside & set(units) and not set(units) <= inside:
                return (f"must_join[{j}]", name)
        for j, units in enumerate(p.must_not_join):
            if len(inside & set(units)) > 1:
                return (f"must_not_join[{j}]", name)
        for u in p.keep_whole:
            if u in inside and len(inside) > 1:
                return (f"keep_whole[{u}]", name)
        seats = [u for u in p.fixed_seat if u in inside]
        if len(seats) > 1:
            return (*(f"fixed_seat[{u}]" for u in seats), name)
        both = [u for u in seats if u in p.forbidden_seat]
        if both:
            return (f"fixed_seat[{both[0]}]", f"forbidden_seat[{both[0]}]")
        if inside <= set(p.forbidden_seat):
            return (*(f"forbidden_seat[{u}]" for u in sorted(inside)), name)
        if region.connected and not _is_connected(sorted(inside), p.edges):
            return (name, "contiguity")
    return ()


def _is_connected(members: list[int], edges: np.ndarray) -> bool:
    seen, stack, inside = {members[0]}, [members[0]], set(members)
    while stack:
        unit = stack.pop()
        touching = edges[(edges == unit).any(axis=1)]
        for other in touching.sum(axis=1) - unit:
            if int(other) in inside and int(other) not in seen:
                seen.add(int(other))
                stack.append(int(other))
    return len(seen) == len(inside)
