"""CP-SAT model of solvers.structure: variables, rules in named groups, cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from solvers.structure import StructureProblem

# Shares are taken as the nearest fraction with at most this denominator: the rule has integer coefficients.
PARTS = 10_000


def rule_groups(problem: StructureProblem, hosts: np.ndarray, spanning: bool) -> tuple[str, ...]:
    """Names of the rules that may be dropped when no structure exists, `NAME:INDEX` if they belong to one
    thing.

    `spanning` adds the rules that tie separate hosts together; without it, a share of zero stays (it splits
    by slot).
    """
    inside = set(hosts.tolist())
    names = [f"smallest_size:{h}" for h in hosts.tolist()] if problem.small_cost is None else []
    names += [f"largest_size:{h}" for h in hosts.tolist()]
    names += [f"slots_per_host:{h}" for h in hosts.tolist() if problem.host_max_slots[h] >= 0]
    names += [f"mandatory_host:{h}" for h in hosts.tolist() if problem.host_mandatory[h]]
    names += [f"fixed_host:{i}" for i, h in problem.fixed_host if h in inside]
    names += [f"fixed_site:{h}" for h, _ in problem.fixed_site if h in inside]
    if spanning:
        names += [name for name, _ in spanning_limits(problem)]
    elif problem.second_share == 0:
        names.append("second_site_share")
    return tuple(names)


@dataclass
class Model:
    """A CP-SAT model of some hosts; `x[i, j, k]`: item i in slot j at site k."""

    cp: cp_model.CpModel
    items: np.ndarray
    slots: np.ndarray
    x: dict[tuple[int, int, int], cp_model.IntVar]
    z: dict[tuple[int, int], cp_model.IntVar]
    host_open: dict[int, cp_model.IntVar] = field(default_factory=dict)
    cost: dict[int, list] = field(default_factory=lambda: defaultdict(list))

    def cost_of(self, hosts: np.ndarray):
        """Cost of a set of hosts as a linear expression (a set that shares no item with the others)."""
        return sum(term for h in hosts.tolist() for term in self.cost[h])


def build_model(
    problem: StructureProblem, hosts: np.ndarray, groups: Collection[str], *, objective: bool
) -> Model:
    """Model of the hosts with the rules of `groups`; without an objective for the search for conflicts."""
    enabled = set(groups)
    slots = np.flatnonzero(np.isin(problem.slot_host, hosts))
    rows = np.flatnonzero(np.isin(problem.arcs[:, 1], slots))
    items = np.unique(problem.arcs[rows, 0])
    cp = cp_model.CpModel()
    sites = {j: np.flatnonzero(problem.slot_site_allowed[j]).tolist() for j in slots.tolist()}
    z = {(j, k): cp.NewBoolVar(f"z{j},{k}") for j in slots.tolist() for k in sites[j]}
    x = {(i, j, k): cp.NewBoolVar(f"x{i},{j},{k}") for i, j in problem.arcs[rows].tolist() for k in sites[j]}
    model = Model(cp, items, slots, x, z)
    _assignment(problem, model)
    is_open = {j: sum(z[j, k] for k in sites[j]) for j in slots.tolist()}
    for j in slots.tolist():
        cp.Add(is_open[j] <= 1)
    inside: dict[int, list] = defaultdict(list)
    for (i, j, _), var in x.items():
        inside[j].append(int(problem.size[i]) * var)
    size = {j: sum(inside[j]) for j in slots.tolist()}
    small = _sizes(problem, model, enabled, is_open, size)
    _hosts(problem, model, enabled, hosts, is_open)
    _spanning(problem, model, enabled)
    _fixed(problem, model, enabled)
    if objective:
        _costs(problem, model, is_open, size, small)
        cp.Minimize(model.cost_of(hosts))
    return model


def _assignment(problem, model: Model) -> None:
    by_item, by_place = defaultdict(list), defaultdict(list)
    for (i, j, k), var in model.x.items():
        by_item[i].append(var)
        by_place[j, k].append(var)
        anchor = problem.slot_anchor[j]
        if anchor == i:
            model.cp.Add(var == model.z[j, k])
        else:
            model.cp.AddImplication(var, model.z[j, k])
    for i in model.items.tolist():
        model.cp.AddExactlyOne(by_item[i])
    for place, var in model.z.items():
        if problem.slot_anchor[place[0]] < 0:
            model.cp.Add(var <= sum(by_place[place]))


def _sizes(problem, model: Model, enabled: set[str], is_open, size) -> dict[int, cp_model.IntVar]:
    """Smallest and largest sizes; returns the exception variable of each slot that may be small for a
    price.
    """
    small = {}
    for j in model.slots.tolist():
        host, low = int(problem.slot_host[j]), int(problem.slot_min[j])
        if low > 0 and problem.small_cost is not None:
            small[j] = model.cp.NewBoolVar(f"small{j}")
            model.cp.Add(size[j] >= low * is_open[j] - low * small[j])
        elif low > 0 and f"smallest_size:{host}" in enabled:
            model.cp.Add(size[j] >= low * is_open[j])
        if f"largest_size:{host}" in enabled:
            model.cp.Add(size[j] <= int(problem.slot_max[j]) * is_open[j])
    return small


def _hosts(problem, model: Model, enabled: set[str], hosts: np.ndarray, is_open) -> None:
    members = defaultdict(list)
    for j in model.slots.tolist():
        members[int(problem.slot_host[j])].append(j)
    host_open = model.host_open
    for h in hosts.tolist():
        host_open[h] = model.cp.NewBoolVar(f"host{h}")
        for j in members[h]:
            model.cp.Add(is_open[j] <= host_open[h])
        model.cp.Add(host_open[h] <= sum(is_open[j] for j in members[h]))
        if f"mandatory_host:{h}" in enabled:
            model.cp.Add(host_open[h] == 1)
        if f"slots_per_host:{h}" in enabled:
            counted = [is_open[j] for j in members[h] if problem.slot_counted[j]]
            model.cp.Add(sum(counted) <= int(problem.host_max_slots[h]))


def spanning_limits(problem: StructureProblem) -> list[tuple[str, int]]:
    """Name and right-hand side of each rule that ties separate hosts together (use <= limit)."""
    limits = [(f"host_ceiling:{g}", int(ceiling)) for g, ceiling in enumerate(problem.group_max.tolist())]
    limits += [(f"site_capacity:{k}", int(c)) for k, c in enumerate(problem.site_capacity.tolist()) if c >= 0]
    if problem.second_share < 1:
        limits.append(("second_site_share", 0))
    return limits


def spanning_use(problem: StructureProblem, model: Model, name: str):
    """Use of a spanning rule by the hosts of a model, a linear expression with integer coefficients."""
    kind, _, index = name.partition(":")
    if kind == "host_ceiling":
        return sum(var for h, var in model.host_open.items() if problem.host_group[h] == int(index))
    if kind == "site_capacity":
        return sum(int(problem.floor[i]) * var for (i, _, site), var in model.x.items() if site == int(index))
    share = Fraction(problem.second_share).limit_denominator(PARTS)
    weight = {
        k: share.denominator * int(problem.second_site[k]) - share.numerator for k in range(problem.shape[2])
    }
    return sum(weight[k] * var for (j, k), var in model.z.items() if problem.slot_counted[j])


def _spanning(problem, model: Model, enabled: set[str]) -> None:
    for name, limit in spanning_limits(problem):
        if name in enabled:
            model.cp.Add(spanning_use(problem, model, name) <= limit)


def _fixed(problem, model: Model, enabled: set[str]) -> None:
    for i, h in problem.fixed_host:
        if f"fixed_host:{i}" in enabled:
            model.cp.Add(
                sum(v for (n, j, _), v in model.x.items() if n == i and problem.slot_host[j] == h) == 1
            )
    for h, site in problem.fixed_site:
        if f"fixed_site:{h}" in enabled:
            for (j, k), var in model.z.items():
                if problem.slot_host[j] == h and k != site:
                    model.cp.Add(var == 0)


def _costs(problem, model: Model, is_open, size, small) -> None:
    host = problem.slot_host
    arc_cost = dict(zip(map(tuple, problem.arcs.tolist()), problem.arc_cost.tolist(), strict=True))
    for (i, j, k), var in model.x.items():
        model.cost[int(host[j])].append((arc_cost[i, j] + int(problem.item_site_cost[i, k])) * var)
    for (j, k), var in model.z.items():
        model.cost[int(host[j])].append(int(problem.slot_site_cost[j, k]) * var)
    for j, var in small.items():
        model.cost[int(host[j])].append(int(problem.small_cost) * var)
    for h, var in model.host_open.items():
        model.cost[h].append(int(problem.host_cost[h]) * var)
    _posts(problem, model, is_open, size)
    _teams(problem, model, is_open)


def _posts(problem, model: Model, is_open, size) -> None:
    for j in model.slots.tolist():
        if problem.slot_schedule[j] < 0:
            continue
        steps = problem.schedules[problem.slot_schedule[j]]
        terms = [steps[0][1] * is_open[j]]
        anchor = problem.slot_anchor[j]
        least = max(int(problem.size[anchor]) if anchor >= 0 else 0, 0)
        largest = int(problem.size[model.items].sum())
        for (_, before), (threshold, posts) in pairwise(steps):
            if least >= threshold:
                terms.append((posts - before) * is_open[j])
                continue
            reached = model.cp.NewBoolVar(f"step{j},{threshold}")
            model.cp.Add(size[j] <= threshold - 1 + max(largest - threshold + 1, 0) * reached)
            terms.append((posts - before) * reached)
        model.cost[int(problem.slot_host[j])].extend(problem.post_cost * term for term in terms)


def _teams(problem, model: Model, is_open) -> None:
    """y[j, g] = 1 when slot j holds team g; further teams in a slot and further slots of a team cost."""
    if problem.mixed_cost == 0 and problem.split_cost == 0:
        return
    members = defaultdict(list)
    for (i, j, _), var in model.x.items():
        if problem.team[i] >= 0:
            members[j, int(problem.team[i])].append((i, var))
    slots_of, teams_of = defaultdict(list), defaultdict(list)
    for (j, g), pairs in members.items():
        anchor = problem.slot_anchor[j]
        if anchor >= 0 and problem.team[anchor] == g:
            y = is_open[j]
        else:
            y = model.cp.NewBoolVar(f"y{j},{g}")
            by_item = defaultdict(list)
            for i, var in pairs:
                by_item[i].append(var)
            for variables in by_item.values():
                model.cp.Add(sum(variables) <= y)
        slots_of[g].append((j, y))
        teams_of[j].append((g, y))
    for j, pairs in teams_of.items():
        held = model.cp.NewBoolVar(f"team{j}")
        for _, y in pairs:
            model.cp.Add(y <= held)
        model.cp.Add(held <= is_open[j])
        model.cp.Add(held <= sum(y for _, y in pairs))
        extra = sum(y for _, y in pairs) - held
        model.cost[int(problem.slot_host[j])].append(problem.mixed_cost * extra)
    for pairs in slots_of.values():
        host = int(problem.slot_host[pairs[0][0]])
        model.cost[host].append(problem.split_cost * (sum(y for _, y in pairs) - 1))
