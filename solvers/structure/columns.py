"""Columns of solvers.structure.solve: every set of items that one slot may hold, at every site where the slot may
sit.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix, csc_matrix

from solvers.set_partition import Program

if TYPE_CHECKING:
    from solvers.structure.problem import StructureProblem

# Shares are taken as the nearest fraction with at most this denominator.
PARTS = 10_000


@dataclass(frozen=True)
class Columns:
    """`members[c]` items (tuple) of column c, its `slot`, `site` and `cost`; `complete`: none was left out.

    `shared[c]`: the column counts for the share of second sites (its site was not decided beforehand).
    """

    members: list[tuple[int, ...]]
    slot: np.ndarray
    site: np.ndarray
    cost: np.ndarray
    shared: np.ndarray
    complete: bool


def leading_posts(problem: StructureProblem, slot: int, size: int) -> int:
    """Head and deputies of an open slot of a given size."""
    schedule = problem.slot_schedule[slot]
    if schedule < 0:
        return 0
    return max(posts for threshold, posts in problem.schedules[schedule] if size >= threshold)


def enumerate_columns(problem: StructureProblem, limit: int) -> Columns:
    """All columns within the sizes and decisions taken; sets are cut to fewer items where there are over
    `limit`.
    """
    sets, complete = _sets(problem, limit)
    arc_cost = dict(zip(map(tuple, problem.arcs.tolist()), problem.arc_cost.tolist(), strict=True))
    fixed_site, item_site = dict(problem.fixed_site), dict(problem.fixed_item_site)
    members, slots, sites, costs, shared = [], [], [], [], []
    for slot, items in sets:
        base = _cost(problem, slot, items, arc_cost)
        decided = {item_site[i] for i in items if i in item_site}
        allowed = np.flatnonzero(problem.slot_site_allowed[slot]).tolist()
        host = int(problem.slot_host[slot])
        counts = bool(problem.slot_counted[slot]) and not decided and host not in fixed_site
        wanted = fixed_site.get(host, -1)
        bound = wanted >= 0 and bool(problem.slot_site_allowed[slot, wanted])
        for site in sorted(decided) if decided else allowed:
            if len(decided) > 1 or (bound and site != wanted):
                continue
            if problem.second_share == 0 and counts and problem.second_site[site]:
                continue
            members.append(items)
            slots.append(slot)
            sites.append(site)
            shared.append(counts)
            at_site = int(problem.item_site_cost[list(items), site].sum())
            costs.append(base + at_site + int(problem.slot_site_cost[slot, site]))
    where = np.array(slots, int), np.array(sites, int)
    return Columns(members, *where, np.array(costs, np.int64), np.array(shared, bool), complete)


def _sets(problem: StructureProblem, limit: int) -> tuple[list[tuple[int, tuple[int, ...]]], bool]:
    fixed = dict(problem.fixed_host)
    joins = defaultdict(list)
    for i, j in problem.arcs.tolist():
        if fixed.get(i, problem.slot_host[j]) == problem.slot_host[j]:
            joins[j].append(i)
    largest = len(problem.size)
    while True:
        found: list[tuple[int, tuple[int, ...]]] = []
        for slot in sorted(joins):
            found += [(slot, items) for items in _grow(problem, slot, joins[slot], largest, limit - len(found))]
            if len(found) > limit:
                break
        else:
            return found, largest == len(problem.size)
        largest = min(largest - 1, 8)


def _grow(problem: StructureProblem, slot: int, candidates: list[int], largest: int, limit: int) -> list[tuple]:
    """Sets of items that a slot may hold, of at most `largest` items; stops when there are more than
    `limit`.
    """
    anchor = int(problem.slot_anchor[slot])
    if anchor >= 0 and anchor not in candidates:
        return []
    low = 0 if problem.small_cost is not None else int(problem.slot_min[slot])
    high = int(problem.slot_max[slot])
    others = [i for i in candidates if i != anchor]
    start = () if anchor < 0 else (anchor,)
    stack = [(start, sum(int(problem.size[i]) for i in start), 0)]
    found: list[tuple] = []
    while stack and len(found) <= limit:
        items, size, position = stack.pop()
        if items and low <= size <= high and _agreed(problem, items):
            found.append(items)
        if len(items) < largest:
            for q in range(len(others) - 1, position - 1, -1):
                grown = size + int(problem.size[others[q]])
                if grown <= high:
                    stack.append(((*items, others[q]), grown, q + 1))
    return found


def _agreed(problem: StructureProblem, items: tuple[int, ...]) -> bool:
    """Whether a set keeps what was decided on items that go together or stay apart."""
    inside = set(items)
    return all(len(inside & set(group)) in (0, len(group)) for group in problem.together) and all(
        len(inside & set(group)) < 2 for group in problem.apart
    )


def _cost(problem: StructureProblem, slot: int, items: tuple[int, ...], arc_cost: dict) -> int:
    """Cost of a column without its site. A team pays for each slot that holds it; the first is given back."""
    size = int(problem.size[list(items)].sum())
    teams = {int(problem.team[i]) for i in items} - {-1}
    cost = sum(arc_cost[i, slot] for i in items) + problem.post_cost * leading_posts(problem, slot, size)
    cost += problem.mixed_cost * max(len(teams) - 1, 0) + problem.split_cost * len(teams)
    return cost + (problem.small_cost or 0) * (size < problem.slot_min[slot])


def program_of(problem: StructureProblem, columns: Columns) -> tuple[Program, int]:
    """Binary program over the columns and the hosts that may stay closed; and the constant part of the
    cost.
    """
    n_items = problem.shape[0]
    rows = _Rows()
    host = problem.slot_host[columns.slot]
    cells = [(i, c) for c, items in enumerate(columns.members) for i in items]
    rows.add_block(n_items, cells, np.ones(n_items), np.ones(n_items))
    for slot in np.flatnonzero(problem.slot_anchor < 0).tolist():
        rows.add(np.flatnonzero(columns.slot == slot), 1.0, -np.inf, 1.0)
    certain, doubtful = _certainly_open(problem), doubtful_hosts(problem)
    for position, h in enumerate(doubtful):
        switch = len(columns.cost) + position
        for slot in np.flatnonzero(problem.slot_host == h).tolist():
            mine = np.flatnonzero(columns.slot == slot)
            rows.add(np.append(mine, switch), np.append(np.ones(len(mine)), -1.0), -np.inf, 0.0)
        if problem.host_mandatory[h]:
            rows.add(np.flatnonzero(host == h), 1.0, 1.0, np.inf)
    for g, ceiling in enumerate(problem.group_max.tolist()):
        switches = [len(columns.cost) + n for n, h in enumerate(doubtful) if problem.host_group[h] == g]
        taken = sum(1 for h in certain if problem.host_group[h] == g)
        rows.add(np.array(switches, int), 1.0, -np.inf, float(ceiling - taken))
    counted = problem.slot_counted.astype(bool)[columns.slot]
    for h in np.flatnonzero(problem.host_max_slots >= 0).tolist():
        rows.add(np.flatnonzero(counted & (host == h)), 1.0, -np.inf, float(problem.host_max_slots[h]))
    for use, room in zip(*problem.resources, strict=True):
        limited = np.flatnonzero(room >= 0).tolist()
        needed = np.array([int(use[list(items)].sum()) for items in columns.members], float) if limited else None
        for k in limited:
            here = np.flatnonzero(columns.site == k)
            scale = max(float(room[k]), 1.0)
            rows.add(here, needed[here] / scale, -np.inf, float(room[k]) / scale)
    if 0 < problem.second_share < 1:
        share = Fraction(problem.second_share).limit_denominator(PARTS)
        mine = np.flatnonzero(columns.shared)
        weight = problem.second_site[columns.site[mine]].astype(float) - float(share)
        rows.add(mine, weight, -np.inf, 0.0)
    cost = np.concatenate([columns.cost, problem.host_cost[doubtful]]).astype(float)
    constant = int(sum(problem.host_cost[h] for h in certain)) - problem.split_cost * len(
        set(problem.team[problem.team >= 0].tolist())
    )
    return rows.program(cost), constant


def doubtful_hosts(problem: StructureProblem) -> list[int]:
    """Hosts that may stay closed, in the order of their switches behind the columns of a program."""
    certain = _certainly_open(problem)
    return [h for h in range(problem.shape[3]) if h not in certain]


def _certainly_open(problem: StructureProblem) -> list[int]:
    """Hosts that hold some item wherever it goes."""
    fixed = dict(problem.fixed_host)
    choices = defaultdict(set)
    for i, j in problem.arcs.tolist():
        choices[i].add(int(problem.slot_host[j]))
    choices.update({i: {h} for i, h in fixed.items()})
    return sorted({next(iter(hosts)) for hosts in choices.values() if len(hosts) == 1})


class _Rows:
    """Rows of a sparse program, added one by one; an open side gets the value that no choice can pass."""

    def __init__(self):
        self._cells: list[np.ndarray] = []
        self._columns: list[np.ndarray] = []
        self._values: list[np.ndarray] = []
        self._lower: list[float] = []
        self._upper: list[float] = []

    def add(self, columns: np.ndarray, values, lower: float, upper: float) -> None:
        """One row with the given columns and values."""
        self._cells.append(np.full(len(columns), len(self._lower)))
        self._columns.append(np.asarray(columns, int))
        self._values.append(np.broadcast_to(np.asarray(values, float), len(columns)))
        self._lower.append(max(lower, float(np.minimum(self._values[-1], 0.0).sum())))
        self._upper.append(min(upper, float(np.maximum(self._values[-1], 0.0).sum())))

    def add_block(self, count: int, cells: list[tuple[int, int]], lower: np.ndarray, upper: np.ndarray) -> None:
        """`count` rows with ones at the (row, column) cells."""
        table = np.array(cells, int).reshape(-1, 2)
        self._cells.append(table[:, 0] + len(self._lower))
        self._columns.append(table[:, 1])
        self._values.append(np.ones(len(table)))
        self._lower += lower.tolist()
        self._upper += upper.tolist()

    def program(self, cost: np.ndarray) -> Program:
        """The program with these rows."""
        where = (np.concatenate(self._cells), np.concatenate(self._columns))
        shape = (len(self._lower), len(cost))
        matrix: csc_matrix = coo_matrix((np.concatenate(self._values), where), shape=shape).tocsc()
        return Program(matrix, np.array(self._lower), np.array(self._upper), cost)
