"""Which rules of a structure cannot hold together: a deletion filter over named rules, CP-SAT, without
cost.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from solvers.problem import Stop
from solvers.structure.columns import PARTS

if TYPE_CHECKING:
    from solvers.structure.problem import StructureProblem


def find_conflict(problem: StructureProblem, stop: Stop) -> tuple[tuple[str, ...], bool]:
    """Named rules that cannot hold together, none of them superfluous, and whether that was proven in time.

    Blocks of rules are dropped first, then single ones: what is still infeasible without a block does not
    need it.
    """
    end = time.perf_counter() + stop.seconds
    needed, proven = list(rule_names(problem)), True
    block = max(len(needed) // 2, 1)
    while True:
        for first in range(0, len(needed), block)[::-1]:
            rest = needed[:first] + needed[first + block :]
            status = _status(problem, rest, replace(stop, seconds=max(end - time.perf_counter(), 1.0)))
            if status == cp_model.INFEASIBLE:
                needed = rest
            proven &= block > 1 or status != cp_model.UNKNOWN
        if block == 1:
            return tuple(needed), proven
        block = max(block // 2, 1)


def rule_names(problem: StructureProblem) -> tuple[str, ...]:
    """Names of the rules that may be dropped, `NAME:INDEX` where a rule belongs to one host, item or site."""
    hosts = range(problem.shape[3])
    names = [f"smallest_size:{h}" for h in hosts] if problem.small_cost is None else []
    names += [f"largest_size:{h}" for h in hosts]
    names += [f"slots_per_host:{h}" for h in hosts if problem.host_max_slots[h] >= 0]
    names += [f"mandatory_host:{h}" for h in hosts if problem.host_mandatory[h]]
    names += [f"host_ceiling:{g}" for g in range(len(problem.group_max))]
    names += [f"site_capacity:{k}" for k, area in enumerate(problem.site_capacity.tolist()) if area >= 0]
    names += [f"equipment:{e}:{k}" for e, k in np.argwhere(problem.equipment_room >= 0).tolist()]
    names += [f"together:{n}" for n in range(len(problem.together))]
    names += [f"apart:{n}" for n in range(len(problem.apart))]
    names += [f"fixed_item_site:{i}" for i, _ in problem.fixed_item_site]
    names += ["second_site_share"] if problem.second_share < 1 else []
    names += [f"fixed_host:{i}" for i, _ in problem.fixed_host]
    return (*names, *(f"fixed_site:{h}" for h, _ in problem.fixed_site))


def _status(problem: StructureProblem, names: Collection[str], stop: Stop) -> int:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = stop.threads
    solver.parameters.random_seed = stop.seed % (2**31)
    solver.parameters.max_time_in_seconds = stop.seconds
    solver.parameters.catch_sigint_signal = False
    return solver.Solve(_model(problem, set(names)).cp)


@dataclass
class _Model:
    """`x[i, j, k]`: item i in slot j at site k; `z[j, k]`: slot j open at site k; `is_open[j]`, `size[j]`."""

    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    x: dict[tuple[int, int, int], cp_model.IntVar] = field(default_factory=dict)
    z: dict[tuple[int, int], cp_model.IntVar] = field(default_factory=dict)
    is_open: dict[int, cp_model.LinearExpr] = field(default_factory=dict)
    size: dict[int, cp_model.LinearExpr] = field(default_factory=dict)


def _model(problem: StructureProblem, names: set[str]) -> _Model:
    m = _Model()
    sites = {j: np.flatnonzero(problem.slot_site_allowed[j]).tolist() for j in range(problem.shape[1])}
    decided = defaultdict(list)
    for i, k in problem.fixed_item_site:
        for _, j in problem.arcs[problem.arcs[:, 0] == i].tolist():
            if not problem.slot_site_allowed[j, k]:
                decided[j, k].append(i)
    for j, k in decided:
        sites[j] = sorted({*sites[j], k})
    m.z = {(j, k): m.cp.NewBoolVar("") for j, there in sites.items() for k in there}
    m.x = {(i, j, k): m.cp.NewBoolVar("") for i, j in problem.arcs.tolist() for k in sites[j]}
    for (j, k), there in decided.items():
        # Only those who were decided to sit there open the site to a slot.
        m.cp.Add(m.z[j, k] <= sum(m.x[i, j, k] for i in there))
    inside: dict[int, list] = defaultdict(list)
    for (i, j, _), var in m.x.items():
        inside[j].append(int(problem.size[i]) * var)
    m.is_open = {j: sum(m.z[j, k] for k in there) for j, there in sites.items()}
    m.size = {j: sum(inside[j]) for j in sites}
    _assign(problem, m)
    _limit_sizes(problem, m, names)
    _limit_hosts(problem, m, names)
    _limit_sites(problem, m, names)
    _keep_decisions(problem, m, names)
    return m


def _assign(problem: StructureProblem, m: _Model) -> None:
    by_item, by_place = defaultdict(list), defaultdict(list)
    for (i, j, k), var in m.x.items():
        by_item[i].append(var)
        by_place[j, k].append(var)
        if problem.slot_anchor[j] == i:
            m.cp.Add(var == m.z[j, k])
        else:
            m.cp.AddImplication(var, m.z[j, k])
    for i in range(len(problem.size)):
        m.cp.AddExactlyOne(by_item[i])
    for place, var in m.z.items():
        m.cp.Add(var <= sum(by_place[place]))
    for opened in m.is_open.values():
        m.cp.Add(opened <= 1)


def _limit_sizes(problem: StructureProblem, m: _Model, names: set[str]) -> None:
    for j, host in enumerate(problem.slot_host.tolist()):
        if f"smallest_size:{host}" in names:
            m.cp.Add(m.size[j] >= int(problem.slot_min[j]) * m.is_open[j])
        if f"largest_size:{host}" in names:
            m.cp.Add(m.size[j] <= int(problem.slot_max[j]))


def _limit_hosts(problem: StructureProblem, m: _Model, names: set[str]) -> None:
    members = defaultdict(list)
    for j, host in enumerate(problem.slot_host.tolist()):
        members[host].append(j)
    grouped = defaultdict(list)
    for h in range(problem.shape[3]):
        open_host = m.cp.NewBoolVar("")
        grouped[int(problem.host_group[h])].append(open_host)
        for j in members[h]:
            m.cp.Add(m.is_open[j] <= open_host)
        if f"mandatory_host:{h}" in names:
            m.cp.Add(sum(m.is_open[j] for j in members[h]) >= 1)
        if f"slots_per_host:{h}" in names:
            counted = sum(m.is_open[j] for j in members[h] if problem.slot_counted[j])
            m.cp.Add(counted <= int(problem.host_max_slots[h]))
    for g, ceiling in enumerate(problem.group_max.tolist()):
        if f"host_ceiling:{g}" in names:
            m.cp.Add(sum(grouped[g]) <= int(ceiling))


def _limit_sites(problem: StructureProblem, m: _Model, names: set[str]) -> None:
    rooms = [(f"site_capacity:{k}", k, problem.floor, area) for k, area in enumerate(problem.site_capacity.tolist())]
    rooms += [
        (f"equipment:{e}:{k}", k, problem.equipment_use[e], problem.equipment_room[e, k])
        for e, k in np.argwhere(problem.equipment_room >= 0).tolist()
    ]
    for name, k, use, room in rooms:
        if name in names:
            load = sum(int(use[i]) * var for (i, _, site), var in m.x.items() if site == k)
            m.cp.Add(load <= int(room))
    if "second_site_share" in names:
        share = Fraction(problem.second_share).limit_denominator(PARTS)
        use = [
            (share.denominator * int(problem.second_site[k]) - share.numerator) * _counting(problem, m, j, k)
            for (j, k) in m.z
            if problem.slot_counted[j] and problem.slot_host[j] not in dict(problem.fixed_site)
        ]
        m.cp.Add(sum(use) <= 0)


def _counting(problem: StructureProblem, m: _Model, slot: int, site: int) -> cp_model.IntVar:
    """Whether a slot sits at a site without an item whose site was decided."""
    decided = [m.x[i, slot, site] for i, _ in problem.fixed_item_site if (i, slot, site) in m.x]
    if not decided:
        return m.z[slot, site]
    counts = m.cp.NewBoolVar("")
    m.cp.Add(counts <= m.z[slot, site])
    m.cp.Add(counts >= m.z[slot, site] - sum(decided))
    for var in decided:
        m.cp.AddImplication(var, counts.Not())
    return counts


def _keep_decisions(problem: StructureProblem, m: _Model, names: set[str]) -> None:
    for item, host in problem.fixed_host:
        if f"fixed_host:{item}" in names:
            for (i, j, _), var in m.x.items():
                if i == item and problem.slot_host[j] != host:
                    m.cp.Add(var == 0)
    for item, site in problem.fixed_item_site:
        if f"fixed_item_site:{item}" in names:
            for (i, _, k), var in m.x.items():
                if i == item and k != site:
                    m.cp.Add(var == 0)
    _keep_company(problem, m, names)
    for host, site in problem.fixed_site:
        if f"fixed_site:{host}" in names:
            for (j, k), var in m.z.items():
                if problem.slot_host[j] == host and k != site and problem.slot_site_allowed[j, site]:
                    m.cp.Add(var == 0)


def _keep_company(problem: StructureProblem, m: _Model, names: set[str]) -> None:
    """Items that go together or stay apart, slot by slot."""
    inside = defaultdict(list)
    for (i, j, _), var in m.x.items():
        inside[i, j].append(var)
    for n, group in enumerate(problem.together):
        if f"together:{n}" in names:
            for j in range(problem.shape[1]):
                for other in group[1:]:
                    m.cp.Add(sum(inside[group[0], j]) == sum(inside[other, j]))
    for n, group in enumerate(problem.apart):
        if f"apart:{n}" in names:
            for j in range(problem.shape[1]):
                m.cp.Add(sum(var for i in group for var in inside[i, j]) <= 1)
