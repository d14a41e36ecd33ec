"""Independent check of a structure: rules and cost are recomputed from the problem, person by person."""

from __future__ import annotations

from collections import Counter, defaultdict

from solvers.problem import Status
from solvers.structure.problem import StructureProblem, StructureSolution

TOLERANCE = 1e-6


def check_structure(problem: StructureProblem, solution: StructureSolution) -> list[str]:
    """Violations of the problem's rules by a solution, in words; empty when it keeps them all."""
    if solution.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return []
    slot_of, site_of = solution.slot_of_item.tolist(), solution.site_of_slot.tolist()
    if len(slot_of) != len(problem.size) or len(site_of) != len(problem.slot_host):
        return ["the decision arrays have the wrong length"]
    members: dict[int, list[int]] = defaultdict(list)
    for item, slot in enumerate(slot_of):
        members[slot].append(item)
    faults = _assignment(problem, members, site_of)
    if faults:
        return faults
    faults += _sizes(problem, members) + _sites(problem, members, site_of) + _hosts(problem, members)
    faults += _decided(problem, slot_of, site_of)
    cost = _cost(problem, members, site_of)
    if abs(cost - solution.objective) > TOLERANCE:
        faults.append(f"the objective is {solution.objective:.0f}, the cost of the structure is {cost}")
    if solution.bound is not None and solution.bound > solution.objective + TOLERANCE:
        faults.append(f"the bound {solution.bound} lies above the objective {solution.objective}")
    if solution.status is Status.OPTIMAL and (solution.bound is None or solution.gap > TOLERANCE):
        faults.append("called optimal with a gap between objective and bound")
    return faults


def _assignment(problem: StructureProblem, members, site_of) -> list[str]:
    allowed = set(map(tuple, problem.arcs.tolist()))
    faults = []
    for slot, items in members.items():
        faults += [f"item {i} may not enter slot {slot}" for i in items if (i, slot) not in allowed]
    for slot, site in enumerate(site_of):
        anchor = int(problem.slot_anchor[slot])
        if (slot in members) != (site >= 0):
            faults.append(f"slot {slot} has a site exactly when it holds items: violated")
        elif slot in members and anchor >= 0 and anchor not in members[slot]:
            faults.append(f"slot {slot} is open without its anchor {anchor}")
    return faults


def _sizes(problem: StructureProblem, members) -> list[str]:
    faults = []
    for slot, items in sorted(members.items()):
        persons = sum(int(problem.size[i]) for i in items)
        if persons > problem.slot_max[slot]:
            faults.append(f"slot {slot} holds {persons} persons, more than {problem.slot_max[slot]}")
        if persons < problem.slot_min[slot] and problem.small_cost is None:
            faults.append(f"slot {slot} holds {persons} persons, fewer than {problem.slot_min[slot]}")
    return faults


def _sites(problem: StructureProblem, members, site_of) -> list[str]:
    faults, load, equipment = [], Counter(), Counter()
    decided = {(slot, site) for i, site in problem.fixed_item_site for slot in members if i in members[slot]}
    counted = second = 0
    for slot, items in sorted(members.items()):
        site = site_of[slot]
        load[site] += sum(int(problem.floor[i]) for i in items)
        for kind, needed in enumerate(problem.equipment_use.tolist()):
            equipment[kind, site] += sum(needed[i] for i in items)
        if not problem.slot_site_allowed[slot, site] and (slot, site) not in decided:
            faults.append(f"slot {slot} may not sit at site {site}")
        located = {i for i, _ in problem.fixed_item_site} & set(items)
        if problem.slot_counted[slot] and not located and problem.slot_host[slot] not in dict(problem.fixed_site):
            counted += 1
            second += bool(problem.second_site[site])
    for site, area in sorted(load.items()):
        if 0 <= problem.site_capacity[site] < area:
            faults.append(f"site {site} needs {area} of floor and has {problem.site_capacity[site]}")
    for (kind, site), needed in sorted(equipment.items()):
        if 0 <= problem.equipment_room[kind, site] < needed:
            there = problem.equipment_room[kind, site]
            faults.append(f"site {site} needs {needed} of equipment {kind} and has {there}")
    if second > problem.second_share * counted + TOLERANCE:
        faults.append(f"{second} of {counted} slots sit at second sites, share above {problem.second_share}")
    return faults


def _hosts(problem: StructureProblem, members) -> list[str]:
    faults = []
    counted = Counter(int(problem.slot_host[s]) for s in members if problem.slot_counted[s])
    open_hosts = {int(problem.slot_host[s]) for s in members}
    for host, limit in enumerate(problem.host_max_slots.tolist()):
        if 0 <= limit < counted[host]:
            faults.append(f"host {host} has {counted[host]} slots, more than {limit}")
        if problem.host_mandatory[host] and host not in open_hosts:
            faults.append(f"mandatory host {host} is closed")
    groups = Counter(int(problem.host_group[h]) for h in open_hosts)
    for group, limit in enumerate(problem.group_max.tolist()):
        if groups[group] > limit:
            faults.append(f"group {group} has {groups[group]} open hosts, more than {limit}")
    return faults


def _decided(problem: StructureProblem, slot_of, site_of) -> list[str]:
    faults = [
        f"item {item} was decided for host {host}"
        for item, host in problem.fixed_host
        if problem.slot_host[slot_of[item]] != host
    ]
    for item, site in problem.fixed_item_site:
        if site_of[slot_of[item]] != site:
            faults.append(f"item {item} was decided for site {site}")
    faults += [
        f"items {list(group)} were decided to share a slot"
        for group in problem.together
        if len({slot_of[i] for i in group}) > 1
    ]
    faults += [
        f"items {list(group)} were decided to stay apart"
        for group in problem.apart
        if len({slot_of[i] for i in group}) < len(group)
    ]
    for host, site in problem.fixed_site:
        may = [j for j in range(len(site_of)) if problem.slot_host[j] == host and problem.slot_site_allowed[j, site]]
        at = {site_of[j] for j in may if site_of[j] >= 0}
        if at - {site}:
            faults.append(f"host {host} was decided for site {site}")
    return faults


def _cost(problem: StructureProblem, members, site_of) -> int:
    price = {(i, j): int(c) for (i, j), c in zip(problem.arcs.tolist(), problem.arc_cost.tolist(), strict=True)}
    total = 0
    slots_of_team: Counter = Counter()
    for slot, items in members.items():
        site = site_of[slot]
        persons = sum(int(problem.size[i]) for i in items)
        total += int(problem.slot_site_cost[slot, site])
        total += sum(price[i, slot] + int(problem.item_site_cost[i, site]) for i in items)
        if problem.slot_schedule[slot] >= 0:
            steps = problem.schedules[problem.slot_schedule[slot]]
            total += problem.post_cost * [posts for low, posts in steps if low <= persons][-1]
        if persons < problem.slot_min[slot]:
            total += problem.small_cost or 0
        teams = {int(problem.team[i]) for i in items} - {-1}
        total += problem.mixed_cost * max(len(teams) - 1, 0)
        slots_of_team.update(teams)
    total += sum(problem.split_cost * (n - 1) for n in slots_of_team.values())
    return total + sum(int(problem.host_cost[h]) for h in {int(problem.slot_host[s]) for s in members})
