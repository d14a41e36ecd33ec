"""Checks of what the planner decided on bodies and divisions, of equipment, and of the other structures shown."""

from __future__ import annotations

import pandas as pd

from merger.audit.agencies import ORDINARY, PARTY_KINDS, short_of_posts, stay_service
from merger.audit.report import Case, Violations, check, items, shown

# The metres of files of a division are equipment that it needs without being told.
FILES = "archive_m"
ROUNDING_VND = 1_000


@check(
    "structure-locks",
    "Giữ đúng cơ quan kế thừa, trụ sở, cặp ghép đã khóa",
    "Locks on successors, sites and pairings are kept",
    "structure",
    "new_agencies",
)
def structure_locks(case: Case) -> Violations:
    """fixed_successor, fixed_site, pair, keep_apart, and the share of divisions at a second site."""
    rows, lock = case.tables["structure"], case.inputs.scenario.locks
    for item, agency in sorted(lock.fixed_successor.items()):
        mine = rows[(rows["division_id"] == item) | (rows["agency_id"] == item)]
        if mine.empty or (mine["new_agency_id"] != agency).any():
            yield f"fixed_successor broken: {item} is not wholly at {agency}"
    yield from _share(case)
    new, site = rows.set_index("division_id")["new_division_id"], rows.set_index("division_id")["site_id"]
    agencies = case.tables["new_agencies"].set_index("new_agency_id")["site_id"]
    for body, wanted in sorted(lock.fixed_site.items()):
        at = site.get(body, agencies.get(body))
        if at != wanted:
            yield f"fixed_site broken: {body} is at {at}"
    for group in lock.pair:
        if len({new.get(d) for d in group}) > 1:
            yield f"pair broken: {shown(group)} are in different divisions"
    for group in lock.keep_apart:
        if len({new.get(d) for d in group}) < len(set(group)):
            yield f"keep_apart broken: {shown(group)} share a division"


def _share(case: Case) -> Violations:
    """Divisions of the centre at second sites, those aside whose site a lock decided."""
    rows, lock = case.tables["structure"], case.inputs.scenario.locks
    own_site = rows["division_id"].map(case.inputs.divisions.set_index("division_id")["site_id"])
    options = case.inputs.scenario.consolidate
    second = set(options.stay_sites.values()) - {options.main_site}
    central = {options.main_site, *options.stay_sites.values()}
    central |= {s for body, s in lock.fixed_site.items() if body in set(case.inputs.agencies["agency_id"])}
    free = rows[rows["division_id"].map(case.division_kind).isin(ORDINARY) & own_site.isin(central)]
    decided = rows["division_id"].isin(lock.fixed_site) | rows["new_agency_id"].isin(lock.fixed_site)
    free = free[~free["new_division_id"].isin(rows.loc[decided, "new_division_id"])].drop_duplicates("new_division_id")
    stay = int(free["site_id"].isin(second).sum())
    if stay > options.second_site_share * len(free) + 1e-9:
        yield f"{stay} of {len(free)} divisions at a second site, more than {options.second_site_share:.0%}"
    return None


@check(
    "structure-equipment",
    "Trang thiết bị, kho lưu trữ của trụ sở đủ cho các đơn vị",
    "Sites have the equipment of those who work there",
    "structure",
)
def equipment(case: Case) -> Violations:
    """Each kind that the scenario names: what divisions need at each site against what is there."""
    options, rows = case.inputs.scenario.consolidate, case.tables["structure"]
    files = case.inputs.divisions.set_index("division_id")["archive_m"]
    centre = {options.main_site, *options.stay_sites.values()}
    needed: dict[tuple[str, str], int] = {}
    for row, service in zip(rows.itertuples(), stay_service(case), strict=True):
        own = {FILES: 0 if service else int(files.get(row.division_id, 0))}
        own |= options.division_equipment.get(row.field, {}) | options.division_equipment.get(row.division_id, {})
        for kind, number in own.items():
            needed[row.site_id, kind] = needed.get((row.site_id, kind), 0) + number
    kinds = {kind for there in options.site_equipment.values() for kind in there}
    for (site, kind), number in sorted(needed.items()):
        there = options.site_equipment.get(site, {}).get(kind, 0 if site in centre else None)
        if kind in kinds and there is not None and number > there:
            yield f"{site}: {number} {kind} needed, there are {there}"
    return f"{len(kinds)} kinds" if kinds else "the scenario names no equipment"


@check(
    "structure-alternatives",
    "Các phương án khác hợp lệ và trong mức chi phí cho phép",
    "Other structures shown are valid and within the cost allowed",
    "structure_alternatives",
    "structure",
    "new_agencies",
)
def alternatives(case: Case) -> Violations:
    """Every division once in each; divisions of the legal size; locks kept; cost within the gap; `settled` true."""
    table, options = case.tables["structure_alternatives"], case.inputs.scenario.consolidate
    proposal = case.tables["structure"].set_index("division_id")
    staff, lock = proposal["staff"], case.inputs.scenario.locks
    best = (case.manifest.get("stages", {}).get("consolidate") or {}).get("objective")
    for number, rows in table.groupby("alternative"):
        if sorted(rows["division_id"]) != sorted(proposal.index):
            yield f"alternative {number}: its divisions are not those of the plan"
            continue
        new = rows.set_index("division_id")
        extra = float(new["extra_vnd"].iloc[0])
        if best is not None and not -ROUNDING_VND <= extra <= options.alternatives_gap * best + ROUNDING_VND:
            yield f"alternative {number} costs {extra:,.0f} VND more, beyond the gap of {options.alternatives_gap:.1%}"
        if options.small_division_vnd_year is None:
            yield from _sizes(case, number, new, staff)
        for group in lock.pair:
            if new["new_division_key"].reindex(list(group)).nunique() > 1:
                yield f"alternative {number}: pair of {shown(group)} broken"
        for d, agency in lock.fixed_successor.items():
            if d in new.index and new.at[d, "new_agency_id"] != agency:
                yield f"alternative {number}: {d} is not at {agency}"
    moved = table.assign(other=table["same"].astype(str) != "True").groupby("division_id")["other"].any()
    off = table["settled"].astype(str).eq("True") & table["division_id"].map(moved)
    if off.any():
        yield f"called settled, but elsewhere in an alternative: {shown(table.loc[off, 'division_id'])}"
    return f"{table['alternative'].nunique()} structures"


def _sizes(case: Case, number, new: pd.DataFrame, staff: pd.Series) -> Violations:
    kind = case.inputs.agencies.set_index("agency_id")["kind"]
    short = short_of_posts(case)
    ordinary = new[new.index.map(case.division_kind).isin(ORDINARY)]
    for key, own in ordinary.groupby("new_division_key"):
        agency = own["new_agency_id"].iloc[0]
        rule = f"division_min_posts_{case.inputs.scenario.consolidate.province_class}"
        if kind.get(agency) in PARTY_KINDS:
            rule = "party_division_min_if_short" if agency in short else "party_division_min"
        people = int(staff.reindex(own.index).sum())
        if people < case.law(f"staffing.{rule}"):
            yield f"alternative {number}: {key} has {people} persons, fewer than {case.law(f'staffing.{rule}')}"
    return None


@check(
    "site-tradeoff",
    "Đường đánh đổi cơ sở 2 hợp lý",
    "The curve of the second site holds together",
    "site_tradeoff",
)
def tradeoff(case: Case) -> Violations:
    """More freedom never costs more; no more stay than the share allows; the plan's own share costs what it says."""
    table = case.tables["site_tradeoff"].sort_values("share")
    lock, share = case.inputs.scenario.locks, case.inputs.scenario.consolidate.second_site_share
    dearer = table["total_vnd"].diff() > ROUNDING_VND
    unproven = table["gap"].fillna(1.0) > 1e-6
    if (dearer & ~unproven).any():
        yield f"a larger share costs more: {shown(table.loc[dearer & ~unproven, 'share'])}"
    over = table["divisions_staying"] > table["share"] * table["divisions_after"] + 1e-9
    if over.any() and not lock.fixed_site:
        yield f"more divisions stay than the share allows: {shown(table.loc[over, 'share'])}"
    for row in table.itertuples():
        areas = {s: float(a) for s, _, a in (cell.partition("=") for cell in items(row.floors))}
        if areas.get(case.inputs.scenario.consolidate.main_site, 0.0) != float(row.floor_main_m2):
            yield f"share {row.share}: floor of the main site differs"
    best = (case.manifest.get("stages", {}).get("consolidate") or {}).get("objective")
    own = table.loc[(table["share"] - share).abs() < 1e-9, "total_vnd"]
    if best is not None and len(own) and abs(float(own.iloc[0]) - best) > ROUNDING_VND:
        yield f"the plan's share costs {float(own.iloc[0]):,.0f} VND on the curve, the plan {best:,.0f}"
    return f"{len(table)} points"
