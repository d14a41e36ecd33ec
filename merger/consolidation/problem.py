"""The problem of stage consolidate: divisions before as items, possible new divisions as slots, prices and
law.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.travel import default_cache, travel_table
from merger.consolidation.decisions import Decisions, read_decisions
from merger.consolidation.divisions import LEADERSHIP, ORDINARY, SERVICE, SUB_DEPARTMENT
from merger.consolidation.equipment import central_sites, equipment
from merger.consolidation.limits import DEPARTMENT, leader_posts, minimum_rule, schedules, short_party_bodies
from merger.consolidation.mandates import away_by_host
from merger.inputs import Inputs
from solvers.structure.problem import StructureProblem

# Costs are counted in thousands of VND, so that sums stay exact integers.
UNIT_VND = 1_000
WEEKS_YEAR = 52
MONTHS_YEAR = 12
UNLIMITED = 10**6


@dataclass(frozen=True)
class Structure:
    """A problem with the meaning of its indices: items by row, slots as (host, item that it continues or -1).

    `travel_cost`, `move_cost` (I, K): parts of the cost of an item at a site, in UNIT_VND over the horizon. `forced`:
    pairs (item, item that a slot continues) that only a pairing of the planner lets join.
    """

    problem: StructureProblem
    items: pd.DataFrame
    hosts: list[str]
    slots: list[tuple[str, int]]
    sites: list[str]
    minimum_rule: list[str]
    decisions: Decisions
    equipment: list[str]
    travel_cost: np.ndarray
    move_cost: np.ndarray
    forced: frozenset[tuple[int, int]]


def kvnd(value: float) -> int:
    """VND as whole thousands."""
    return round(value / UNIT_VND)


def years(inputs: Inputs) -> int:
    """Horizon of the costs: the years that the law gives for numbers and deputies to come into line."""
    return int(inputs.law.value("staffing.roadmap_years"))


def build_structure(inputs: Inputs, items: pd.DataFrame) -> Structure:
    """Items, slots, arcs, sizes, sites and prices of a scenario as arrays for solvers.structure.solve."""
    agencies = inputs.agencies.set_index("agency_id")
    items = items.assign(local=~items["site_id"].isin(central_sites(inputs)))
    hosts = sorted({h for choice in items["hosts"] for h in choice})
    slots = [(h, -1) for h in hosts]
    slots += [(h, i) for i, row in enumerate(items.itertuples()) if row.kind != LEADERSHIP for h in row.hosts]
    rows, short = list(items.itertuples()), short_party_bodies(inputs, items)
    rules = [
        minimum_rule(inputs, rows[i], str(agencies.at[h, "kind"]), short=h in short) if i >= 0 else "" for h, i in slots
    ]
    decisions = read_decisions(inputs, items)
    sites, allowed, capacity, second = _sites(inputs, items, slots)
    arcs, cost, forced = _arcs(inputs, items, slots, rules, decisions)
    kinds_of_equipment, use, room = equipment(inputs, items, sites)
    travel, moves = _item_site_cost(inputs, items, sites)
    options, law = inputs.scenario.consolidate, inputs.law
    index = {h: n for n, h in enumerate(hosts)}
    anchors = np.array([i for _, i in slots])
    size = items["staff"].to_numpy(np.int64)
    own = np.where(anchors >= 0, size[anchors], 0)
    team_size = items.groupby("team")["staff"].transform("sum").to_numpy(np.int64)
    kinds = np.where(anchors >= 0, items["kind"].to_numpy()[anchors], LEADERSHIP)
    team = items["team"].to_numpy(np.int64)
    if not options.merge_service_units:
        team = np.where(items["kind"] == SERVICE, -1, team)
    low = np.array([int(law.value(r)) if r else 0 for r in rules])
    high = np.where(kinds == "division", np.maximum(options.largest_mixed_division, team_size[anchors]), UNLIMITED)
    for group in decisions.together:
        # A pairing of the planner may be larger than a division of several teams otherwise is.
        high = np.where(np.isin(anchors, group), np.maximum(high, size[list(group)].sum()), high)
    horizon = years(inputs)
    floor = items["staff"] * options.floor_m2_person + items["archive_m"] * options.archive_m2_per_m
    deputies = {h: leader_posts(inputs, items, h)[0] for h in hosts}
    posts_by_size, schedule_of = schedules(law, list(deputies.values()))
    problem = StructureProblem(
        size=size,
        floor=np.where(items["kind"] == SERVICE, 0, np.ceil(floor)).astype(np.int64),
        team=team,
        slot_host=np.array([index[h] for h, _ in slots]),
        slot_anchor=anchors,
        slot_min=np.minimum(low, UNLIMITED),
        slot_max=np.maximum(np.maximum(high, own), low),
        slot_schedule=np.array(
            [schedule_of.get((kind, deputies[h]), -1) for kind, (h, _) in zip(kinds, slots, strict=True)]
        ),
        slot_counted=np.isin(kinds, ORDINARY) & ~items["local"].to_numpy()[anchors],
        schedules=posts_by_size,
        arcs=arcs,
        arc_cost=cost,
        item_site_cost=travel + moves,
        slot_site_cost=_slot_site_cost(inputs, slots, sites, second, kinds),
        slot_site_allowed=allowed,
        site_capacity=capacity,
        second_site=second,
        second_share=options.second_site_share,
        host_max_slots=np.array([options.max_divisions.get(h, -1) for h in hosts]),
        host_cost=np.array(
            [kvnd((1 + deputies[h]) * inputs.scenario.prices.overhead_post_vnd_year) * horizon for h in hosts]
        ),
        host_mandatory=np.array([bool(mandatory_title(inputs, h)) for h in hosts]),
        host_group=np.array([0 if agencies.at[h, "kind"] == DEPARTMENT else -1 for h in hosts]),
        group_max=np.array([int(law.value("staffing.province_departments_max"))]),
        post_cost=kvnd(inputs.scenario.prices.overhead_post_vnd_year) * horizon,
        mixed_cost=kvnd(options.mixed_team_vnd_year) * horizon,
        split_cost=kvnd(options.split_team_vnd_year) * horizon,
        small_cost=None if options.small_division_vnd_year is None else kvnd(options.small_division_vnd_year) * horizon,
        fixed_host=tuple((i, index[h]) for i, h in enumerate(items["locked"]) if h),
        fixed_site=tuple(
            (index[h], sites.index(s)) for h, s in inputs.scenario.locks.fixed_site.items() if h in index and s in sites
        ),
        fixed_item_site=tuple((i, sites.index(s)) for i, s in decisions.site_of.items()),
        together=decisions.together,
        apart=decisions.apart,
        equipment_use=use,
        equipment_room=room,
    )
    return Structure(problem, items, hosts, slots, sites, rules, decisions, kinds_of_equipment, travel, moves, forced)


def mandatory_title(inputs: Inputs, host: str) -> str:
    """Entry of the list of departments that every province must have, for this agency; empty for others."""
    row = inputs.agencies.set_index("agency_id").loc[host]
    if row["kind"] != DEPARTMENT:
        return ""
    name = str(row["name_en"]).removeprefix("Department of ").removesuffix(" of the People's Committee")
    return name if name in inputs.law.value("staffing.province_departments_mandatory_list") else ""


def _arcs(inputs: Inputs, items: pd.DataFrame, slots, rules, decisions: Decisions):
    """Pairs (item, slot) and their cost: within a family, the smaller joins the larger.

    A family too small for a division of its own in an agency may join any other there, at the price of a
    mixed team. Mandates that would be away from most of their neighbours in the agency of the slot cost a handover
    each, and so does a division that joins another. Divisions that the planner pairs may join each other whatever
    they are; the last value returned holds the pairs (item, anchor) that only this allows.
    """
    rows = list(items.itertuples())
    reach: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        for h in row.hosts:
            reach[h, row.family] += row.staff if row.kind in ORDINARY else 0
    by_host = defaultdict(list)
    for i, row in enumerate(rows):
        for h in row.hosts:
            by_host[h].append(i)
    prices, horizon = inputs.scenario.prices, years(inputs)
    handover, other = (
        kvnd(prices.mandate_move_vnd),
        kvnd(inputs.scenario.consolidate.mixed_team_vnd_year) * horizon,
    )
    merge_services = inputs.scenario.consolidate.merge_service_units
    away = away_by_host(inputs, items)
    mates = {i: decisions.mates(i) for i in decisions.paired}
    arcs, cost, forced = [], [], set()
    for j, (h, anchor) in enumerate(slots):
        for i in sorted({*by_host[h], *mates.get(anchor, ())}):
            row = rows[i]
            if (row.kind == LEADERSHIP) != (anchor < 0):
                continue
            moved = round(handover * away[i, h]) if h in row.hosts else handover
            if anchor < 0 or i == anchor:
                arcs.append((i, j))
                cost.append(moved)
                continue
            low = int(inputs.law.value(rules[j])) if rules[j] else 0
            fits = _may_join(row, rows[anchor], merge_services, small=reach[h, row.family] < low)
            paired = i in mates.get(anchor, ())
            if paired and not (h in row.hosts and (fits or _may_join(rows[anchor], row, merge_services, small=False))):
                forced.add((i, anchor))
            if paired or (fits and _order(row, i) < _order(rows[anchor], anchor)):
                arcs.append((i, j))
                cost.append(moved + handover + other * (row.family != rows[anchor].family))
    return np.array(arcs), np.array(cost), frozenset(forced)


def _order(row, index: int) -> tuple:
    return row.kind == SUB_DEPARTMENT, row.staff, -index


def _may_join(row, anchor, merge_services: bool, small: bool) -> bool:
    if SERVICE in (row.kind, anchor.kind):
        return merge_services and row.kind == anchor.kind and row.team == anchor.team
    if row.local != anchor.local or (row.local and row.site_id != anchor.site_id):
        return False
    if row.kind != anchor.kind:
        return row.team == anchor.team
    return row.family == anchor.family or small


def _sites(inputs: Inputs, items: pd.DataFrame, slots):
    """Sites in use, which slots may sit where, floor area (-1 unknown), and which are second sites."""
    options = inputs.scenario.consolidate
    locked = inputs.scenario.locks.fixed_site.values()
    sites = list(dict.fromkeys([*central_sites(inputs), *sorted({*items["site_id"], *locked})]))
    allowed = np.zeros((len(slots), len(sites)), bool)
    for j, (host, anchor) in enumerate(slots):
        if anchor >= 0 and (items["kind"].iloc[anchor] == SERVICE or items["local"].iloc[anchor]):
            allowed[j, sites.index(items["site_id"].iloc[anchor])] = True
            continue
        choice = [options.main_site, inputs.scenario.locks.fixed_site.get(host, options.main_site)]
        choice += options.stay_sites.values() if anchor >= 0 else ()
        allowed[j, [sites.index(s) for s in choice]] = True
    published = inputs.sites.set_index("site_id")["floor_m2"]
    area = [options.site_floor_m2.get(s, published.get(s, np.nan)) for s in sites]
    capacity = np.array([-1 if pd.isna(a) or a == "" else int(float(a)) for a in area])
    second = np.array([s in options.stay_sites.values() and s != options.main_site for s in sites])
    return sites, allowed, capacity, second


def travel_year_vnd(inputs: Inputs, minutes, km):
    """Yearly cost of one person's way to work and back, VND, from one-way minutes and km."""
    prices = inputs.scenario.prices
    one_way = minutes / 60 * prices.person_hour_vnd + km * prices.vehicle_km_vnd
    return 2 * prices.working_days_month * MONTHS_YEAR * one_way


def _item_site_cost(inputs: Inputs, items: pd.DataFrame, sites: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Travel of the division's persons over the horizon (I, K), and the move of desks where the site changes."""
    unit_row = pd.Series(np.arange(len(inputs.units)), index=inputs.units.index)
    column = [inputs.sites["site_id"].tolist().index(s) for s in sites]
    yearly = travel_year_vnd(inputs, inputs.site_minutes, inputs.site_travel.km)[:, column]
    yearly = np.where(np.isfinite(yearly), yearly, np.nanmax(np.where(np.isfinite(yearly), yearly, np.nan)))
    at = inputs.sites.set_index("site_id")["unit_before"]
    homes = defaultdict(list)
    if len(inputs.staff):
        known = inputs.staff[inputs.staff["home_code"].isin(unit_row.index)]
        for division, home in zip(known["division_id"], known["home_code"], strict=True):
            homes[division].append(unit_row[home])
    moved = inputs.scenario.prices.site_move_person_vnd
    travel, moves = (np.zeros((len(items), len(sites)), np.int64) for _ in range(2))
    for i, row in enumerate(items.itertuples()):
        if row.kind == SERVICE:
            continue
        people = homes.get(row.division_id) or [unit_row[at[row.site_id]]]
        travel[i] = np.round(yearly[people].mean(axis=0) * row.staff * years(inputs) / UNIT_VND)
        moves[i] = [round(moved * row.staff * (s != row.site_id) / UNIT_VND) for s in sites]
    return travel, moves


def _slot_site_cost(inputs: Inputs, slots, sites: list[str], second: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Coordination of a division at a second site: round trips to the main site over the horizon."""
    nodes = inputs.site_nodes.loc[sites].to_numpy()
    main = inputs.site_nodes.loc[[inputs.scenario.consolidate.main_site]].to_numpy()
    table = travel_table(inputs.roads, nodes, main, factor=inputs.traffic.normal, cache=default_cache())
    prices = inputs.scenario.prices
    trip = 2 * (table.minutes[:, 0] / 60 * prices.person_hour_vnd + table.km[:, 0] * prices.vehicle_km_vnd)
    trips = inputs.scenario.consolidate.coordination_trips_week * WEEKS_YEAR * years(inputs)
    yearly = np.where(second, np.where(np.isfinite(trip), trip, 0.0) * trips, 0.0)
    counted = np.isin(kinds, ORDINARY)
    return np.round(np.outer(counted, yearly) / UNIT_VND).astype(np.int64)
