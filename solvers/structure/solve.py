"""Structure of an organisation: items (units before) to slots (units after) inside hosts, and slots to sites.

What a slot may hold is bounded by its sizes and by what may join what, so all sets of items that a slot may
hold can be listed (solvers.structure.columns). Choosing among them, with the rules that tie hosts together,
is a binary program whose linear bound is nearly tight (solvers.set_partition): on the divisions of two
provinces it proves its answer in about a second, where a model of items and slots alone stays a quarter away
after a minute. A share of slots at second sites is taken apart by number (solvers.structure.second_sites). A set
of rules that cannot hold together is found with CP-SAT (solvers.structure.conflict).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from solvers.problem import Status, Stop
from solvers.structure.columns import Columns, enumerate_columns, leading_posts
from solvers.structure.conflict import find_conflict
from solvers.structure.problem import NONE, StructureProblem, StructureSolution
from solvers.structure.second_sites import Pool, minimise_share, pool_of

# More sets of items than this are not listed; larger sets are then left out, and the solution says so.
COLUMN_LIMIT = 400_000
RESTRICTED = "only small sets of divisions were considered, there are too many"


def solve_structure(problem: StructureProblem, stop: Stop) -> StructureSolution:
    """Cheapest structure; `conflict` names the rule groups that cannot hold together when there is none."""
    return solve_shares(problem, (problem.second_share,), stop)[0]


def solve_shares(
    problem: StructureProblem, shares: tuple[float, ...], stop: Stop, *, explain: bool = True
) -> list[StructureSolution]:
    """Cheapest structure for each largest share at second sites, in their order; `stop` holds for each.

    Without `explain`, an infeasible share has no conflict named.
    """
    start = time.perf_counter()
    columns = enumerate_columns(replace(problem, second_share=max(shares)), COLUMN_LIMIT)
    covered = {i for items in columns.members for i in items}
    pool = pool_of(problem, columns) if len(covered) == len(problem.size) else None
    found = []
    for share in shares:
        found.append(_solve(replace(problem, second_share=share), pool, stop, start, explain))
        start = time.perf_counter()
    return found


def _solve(problem: StructureProblem, pool: Pool | None, stop: Stop, start: float, explain: bool) -> StructureSolution:
    if pool is None:
        return _infeasible(problem, stop, start, explain)
    choice = minimise_share(pool, problem.second_share, stop)
    if choice.status is Status.INFEASIBLE and pool.columns.complete:
        return _infeasible(problem, stop, start, explain)
    restriction = "" if pool.columns.complete else RESTRICTED
    if choice.status in (Status.INFEASIBLE, Status.UNKNOWN):
        bound = None if choice.bound is None else choice.bound + pool.constant
        seconds = time.perf_counter() - start
        return StructureSolution(Status.UNKNOWN, bound=bound, seconds=seconds, restriction=restriction)
    found = read_choice(problem, pool.columns, choice.chosen)
    optimal = choice.status is Status.OPTIMAL
    return replace(
        found,
        status=choice.status,
        bound=found.objective if optimal else min(choice.bound + pool.constant, found.objective),
        seconds=time.perf_counter() - start,
        restriction=restriction,
    )


def read_choice(problem: StructureProblem, columns: Columns, chosen: np.ndarray) -> StructureSolution:
    """A feasible structure from the positions of its columns, with its cost by parts; no bound."""
    slot_of_item, site_of_slot = np.full(problem.shape[0], NONE), np.full(problem.shape[1], NONE)
    for c in chosen[chosen < len(columns.cost)].tolist():
        slot_of_item[list(columns.members[c])] = columns.slot[c]
        site_of_slot[columns.slot[c]] = columns.site[c]
    parts = _cost_parts(problem, slot_of_item, site_of_slot)
    return StructureSolution(
        Status.FEASIBLE,
        objective=float(sum(parts.values())),
        slot_of_item=slot_of_item,
        site_of_slot=site_of_slot,
        parts=parts,
        columns=len(columns.cost),
    )


def _infeasible(problem: StructureProblem, stop: Stop, start: float, explain: bool) -> StructureSolution:
    conflict, smallest = find_conflict(problem, stop) if explain else ((), True)
    return StructureSolution(
        Status.INFEASIBLE,
        seconds=time.perf_counter() - start,
        conflict=conflict,
        restriction="" if smallest else "the conflicting rules may not be the fewest: time ran out",
    )


def _cost_parts(problem: StructureProblem, slot_of_item: np.ndarray, site_of_slot: np.ndarray) -> dict[str, int]:
    n_items, n_slots, _, n_hosts = problem.shape
    items = np.arange(n_items)
    slots = np.flatnonzero(site_of_slot >= 0)
    size = np.bincount(slot_of_item, weights=problem.size, minlength=n_slots).astype(int)
    arc_cost = {tuple(arc): int(cost) for arc, cost in zip(problem.arcs.tolist(), problem.arc_cost, strict=True)}
    pairs = {(j, int(problem.team[i])) for i, j in enumerate(slot_of_item.tolist()) if problem.team[i] >= 0}
    mixed = len(pairs) - len({j for j, _ in pairs})
    split = len(pairs) - len({g for _, g in pairs})
    open_hosts = np.isin(np.arange(n_hosts), problem.slot_host[slots])
    posts = sum(leading_posts(problem, j, size[j]) for j in slots.tolist())
    small = int(np.sum(size[slots] < problem.slot_min[slots]))
    return {
        "assignment": sum(arc_cost[(i, j)] for i, j in enumerate(slot_of_item.tolist())),
        "posts": posts * problem.post_cost,
        "mixed_teams": mixed * problem.mixed_cost,
        "split_teams": split * problem.split_cost,
        "small_slots": small * (problem.small_cost or 0),
        "hosts": int(problem.host_cost[open_hosts].sum()),
        "item_sites": int(problem.item_site_cost[items, site_of_slot[slot_of_item]].sum()),
        "slot_sites": int(problem.slot_site_cost[slots, site_of_slot[slots]].sum()),
    }
