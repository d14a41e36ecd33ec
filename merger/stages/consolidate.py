"""Stage consolidate: agencies and divisions of both sides to new ones, each at a site with room for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from merger.consolidation.alternatives import NextBest, structure_alternatives
from merger.consolidation.divisions import (
    ORDINARY,
    SERVICE,
    distinct_names,
    division_items,
    new_name,
    side_titles,
)
from merger.consolidation.limits import DEPARTMENT, deputies, leader_posts
from merger.consolidation.mandates import mandates_after
from merger.consolidation.problem import (
    UNIT_VND,
    Structure,
    build_structure,
    mandatory_title,
    years,
)
from merger.consolidation.tradeoff import (
    checked,
    curve_points,
    equipment_used,
    second_site_curve,
    site_tradeoff,
    stay_gains,
    stays_at_second_site,
)
from merger.consolidation.words import Reasons, conflict_words, findings_of
from merger.inputs import Inputs
from merger.stages.stage import InfeasibleError, Record, StageResult, Tables
from merger.tables import conform
from solvers.problem import Status, Stop
from solvers.structure.alternatives import Surroundings
from solvers.structure.columns import leading_posts
from solvers.structure.problem import StructureSolution

CEILING = "staffing.province_departments_max"
MANDATORY = "staffing.province_departments_mandatory_list"


@dataclass(frozen=True)
class NewDivision:
    """One open slot: its agency, site, predecessors (rows of the items, the one it continues first), name,
    id.
    """

    id: str
    name: str
    host: str
    site: str
    members: tuple[int, ...]
    rules: tuple[str, ...]
    deputies: int
    min_posts: int
    stay_site: str
    stay_gain_vnd: float


def run(inputs: Inputs, tables: Tables, stop: Stop) -> StageResult:
    """Plan the new structure; needs no earlier stage. Raises InfeasibleError naming the rules in conflict."""
    missing = _missing_departments(inputs)
    if missing:
        raise InfeasibleError("consolidate", missing)
    items = division_items(inputs)
    structure = build_structure(inputs, items)
    solution = checked(structure, stop)
    if solution.status is Status.INFEASIBLE:
        raise InfeasibleError("consolidate", tuple(conflict_words(inputs, structure, c) for c in solution.conflict))
    if solution.status is Status.UNKNOWN:
        reason = "chưa tìm được phương án trong thời gian cho phép / no plan found in the time allowed"
        raise InfeasibleError("consolidate", (reason,))
    divisions = _new_divisions(inputs, structure, solution)
    around = Surroundings(structure.problem, solution, stop)
    next_best = NextBest.read(inputs, structure, solution, around.next)
    options, label = inputs.scenario.consolidate, _label(inputs)
    curve = second_site_curve(structure, options.tradeoff_shares, stop)
    points = curve_points(structure, curve)
    table = {
        "structure": _structure_table(inputs, structure, divisions, next_best),
        "new_agencies": _agency_table(inputs, structure, divisions),
        "new_divisions": _division_table(inputs, items, divisions),
        "site_tradeoff": site_tradeoff(points, options.tradeoff_shares, label),
        "structure_alternatives": structure_alternatives(inputs, structure, solution, around, label),
    }
    mandates = mandates_after(inputs, items, table)
    table["mandates"] = mandates.table
    figures = _figures(inputs, structure, solution, table, curve[1.0]) | {"second_site_curve": points}
    figures["mandates_away_from_neighbours"] = mandates.away
    figures["mandates_away_price_vnd"] = round(mandates.away * inputs.scenario.prices.mandate_move_vnd)
    rules = sorted({r for d in divisions for r in d.rules} | {CEILING, MANDATORY, "staffing.roadmap_years"})
    record = Record.of(
        replace(solution, objective=solution.objective * UNIT_VND, bound=solution.bound * UNIT_VND),
        "VND",
        rules_hit=tuple(rules),
        findings=findings_of(inputs, structure, figures),
        figures=figures,
    )
    return StageResult({name: conform(name, frame) for name, frame in table.items()}, record)


def _missing_departments(inputs: Inputs) -> tuple[str, ...]:
    """Mandatory departments that the agencies table does not have after the merger, in words."""
    after = inputs.agencies[inputs.agencies["period"] == "after"]["agency_id"]
    there = {mandatory_title(inputs, a) for a in after}
    wanted = [t for t in inputs.law.value(MANDATORY) if t not in there]
    cite = inputs.law[MANDATORY].cite
    return tuple(f"thiếu cơ quan bắt buộc: {t} ({cite('vi')}) / mandatory agency missing: {t}" for t in wanted)


def _new_divisions(inputs: Inputs, structure: Structure, solution: StructureSolution) -> list[NewDivision]:
    """Open slots in order of agency and id, with names that differ within each agency."""
    known = list(structure.items.itertuples())
    members = defaultdict(list)
    for item, slot in enumerate(solution.slot_of_item.tolist()):
        members[slot].append(item)
    rows = []
    stay, gain = stay_gains(structure, solution)
    for slot in sorted(members):
        host, anchor = structure.slots[slot]
        order = sorted(members[slot], key=lambda i: (i != anchor, -known[i].staff, i))
        site = structure.sites[solution.site_of_slot[slot]]
        second = (structure.sites[stay[slot]] if stay[slot] >= 0 else "", float(gain[slot]))
        rows.append((host, site, order, structure.minimum_rule[slot], [known[i] for i in order], second))
    hosts, sides = [row[0] for row in rows], [row[4][0].side for row in rows]
    names = distinct_names([new_name(row[4]) for row in rows], hosts, sides, side_titles(inputs.agencies))
    ids = _ids(hosts, [row[4][0] for row in rows])
    present = _deputies_present(inputs)
    above = {h: leader_posts(inputs, structure.items, h)[0] for h in set(hosts)}
    caps = [deputies(inputs.law, row[4], present, above[row[0]]) for row in rows]
    made = [
        _new_division(inputs, row, cap, id_=i, name=n) for row, cap, i, n in zip(rows, caps, ids, names, strict=True)
    ]
    return sorted(made, key=lambda d: d.id)


def _ids(hosts: list[str], first: list) -> list[str]:
    """New agency and the last part of the id before; with the side where two would be equal."""
    stem = [f"{h}--{row.division_id.split('--')[-1]}" for h, row in zip(hosts, first, strict=True)]
    count = defaultdict(int)
    for s in stem:
        count[s] += 1
    return [
        s if count[s] == 1 else f"{s}-{row.side.replace('_', '-')}-{number}"
        for number, (s, row) in enumerate(zip(stem, first, strict=True))
    ]


def _new_division(inputs: Inputs, row: tuple, cap: tuple[int, str], *, id_: str, name: str) -> NewDivision:
    host, site, order, rule, _, second = row
    return NewDivision(
        id=id_,
        name=name,
        host=host,
        site=site,
        members=tuple(order),
        rules=tuple(r for r in (rule, cap[1]) if r),
        deputies=cap[0],
        min_posts=int(inputs.law.value(rule)) if rule else 0,
        stay_site=second[0],
        stay_gain_vnd=second[1],
    )


def _deputies_present(inputs: Inputs) -> dict[str, int]:
    if not len(inputs.staff):
        return {}
    return dict(inputs.staff[inputs.staff["role"] == "deputy"].groupby("division_id").size())


def _label(inputs: Inputs) -> str:
    return "SYNTHETIC" if "divisions" in inputs.synthetic else "proposed"


def _structure_table(
    inputs: Inputs, structure: Structure, divisions: list[NewDivision], next_best: NextBest
) -> pd.DataFrame:
    reasons = Reasons(inputs, structure)
    known = list(structure.items.itertuples())
    agencies = dict(inputs.agencies.set_index("agency_id")["name_vi"])
    rows = []
    for d in divisions:
        for i in d.members:
            item = known[i]
            vi, en, rules = reasons.of(d, i)
            rows.append(
                {
                    "division_id": item.division_id,
                    "division": item.division,
                    "agency_id": item.agency_id,
                    "agency": item.agency,
                    "side": item.side,
                    "field": item.field,
                    "staff": int(item.staff),
                    "site_before": item.site_id,
                    "new_division_id": d.id,
                    "new_division": d.name,
                    "new_agency_id": d.host,
                    "new_agency": agencies[d.host],
                    "site_id": item.site_id if item.kind == SERVICE else d.site,
                    "reason_vi": vi,
                    "reason_en": en,
                    "alternative_vi": next_best.vi[i],
                    "alternative_en": next_best.en[i],
                    "alternative_vnd": int(next_best.vnd[i]),
                    "rules": ";".join(dict.fromkeys(rules)),
                    "label": _label(inputs),
                }
            )
    return pd.DataFrame(rows)


def _division_table(inputs: Inputs, items: pd.DataFrame, divisions: list[NewDivision]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "new_division_id": d.id,
                "new_division": d.name,
                "new_agency_id": d.host,
                "field": items["field"].iloc[d.members[0]],
                "site_id": d.site,
                "staff": int(items["staff"].iloc[list(d.members)].sum()),
                "deputies_cap": d.deputies,
                "min_posts": d.min_posts,
                "stay_site_id": d.stay_site,
                "stay_gain_vnd": round(d.stay_gain_vnd),
                "rules": ";".join(d.rules),
                "label": _label(inputs),
            }
            for d in divisions
        ]
    )


def _agency_table(inputs: Inputs, structure: Structure, divisions: list[NewDivision]) -> pd.DataFrame:
    agencies = inputs.agencies.set_index("agency_id")
    items, options = structure.items, inputs.scenario.consolidate
    held = defaultdict(list)
    for d in divisions:
        held[d.host].append(d)
    rows = []
    for host, mine in sorted(held.items()):
        info = agencies.loc[host]
        members = items.iloc[[i for d in mine for i in d.members]]
        ordinary = members[members["kind"].isin(ORDINARY)]
        after = [d for d in mine if items["kind"].iloc[d.members[0]] in ORDINARY]
        indoors = members[members["kind"] != SERVICE]
        floor = indoors["staff"] * options.floor_m2_person + indoors["archive_m"] * options.archive_m2_per_m
        cap, rules = leader_posts(inputs, items, host)
        if info["kind"] == DEPARTMENT:
            rules = (*rules, CEILING, *((MANDATORY,) if mandatory_title(inputs, host) else ()))
        rows.append(
            {
                "new_agency_id": host,
                "new_agency": info["name_vi"],
                "new_agency_en": info["name_en"],
                "kind": info["kind"],
                "parent_id": info["parent_id"],
                "predecessors": ";".join(sorted(set(members["agency_id"]))),
                "divisions": len(after),
                "divisions_before": len(ordinary),
                "staff": int(members["staff"].sum()),
                "leaders": 1 + cap,
                "deputies_cap": cap,
                "site_id": inputs.scenario.locks.fixed_site.get(host, options.main_site),
                "floor_m2": float(floor.sum()),
                "rules": ";".join(rules),
                "label": _label(inputs),
            }
        )
    return pd.DataFrame(rows)


def _figures(inputs: Inputs, structure: Structure, solution, tables, free: StructureSolution) -> dict:
    """Headline numbers of the stage; money over the whole horizon."""
    items, problem = structure.items, structure.problem
    ordinary = items["kind"].isin(ORDINARY)
    stays, free_stays = stays_at_second_site(structure, solution), stays_at_second_site(structure, free)
    size = np.bincount(solution.slot_of_item, weights=problem.size, minlength=len(structure.slots)).astype(int)
    load = np.bincount(
        solution.site_of_slot[solution.slot_of_item], weights=problem.floor, minlength=len(structure.sites)
    )
    kinds = tables["new_agencies"]["kind"]
    own_slot = {anchor: j for j, (_, anchor) in enumerate(structure.slots) if anchor >= 0}
    before = sum(leading_posts(problem, own_slot[i], int(problem.size[i])) for i in np.flatnonzero(ordinary))
    after = sum(leading_posts(problem, j, size[j]) for j in np.flatnonzero(solution.site_of_slot >= 0))
    return {
        "agencies_before": int(items["agency_id"].nunique()),
        "agencies_after": len(kinds),
        "departments_after": int((kinds == DEPARTMENT).sum()),
        "divisions_before": int(ordinary.sum()),
        "divisions_after": int(tables["new_agencies"]["divisions"].sum()),
        "service_units_before": int((items["kind"] == SERVICE).sum()),
        "leading_posts_before": int(before),
        "leading_posts_after": int(after),
        "horizon_years": years(inputs),
        **{f"cost_{name}_vnd": value * UNIT_VND for name, value in solution.parts.items()},
        "floor_needed_m2": {s: float(a) for s, a in zip(structure.sites, load, strict=True) if a > 0},
        "floor_main_m2": int(problem.site_capacity[0]),
        "equipment": equipment_used(structure, solution),
        "divisions_at_second_site": int(stays.sum()),
        "single_site_price_vnd": int((solution.objective - free.objective) * UNIT_VND) if free.objective else 0,
        "divisions_at_second_site_without_limit": int(free_stays.sum()),
        "mandates": len(tables["mandates"]),
        "sets_considered": solution.columns,
    }
