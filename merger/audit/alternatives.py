"""Checks of the further plans of stage arrange: valid, within the gap, and what is said to be settled is so there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from merger.audit.report import Case, Violations, check, items, shown
from merger.audit.territory import MINUTES_TOLERANCE, contiguity, locks, members_of, sides, special_zones, target_of

CERTAIN, FOUND = "certain", "found"


@check(
    "units-alternatives",
    "Các phương án sắp xếp khác hợp lệ và trong mức cho phép",
    "Further arrangements are valid and within the gap",
    "alternatives",
    "units",
    "new_units",
)
def alternatives(case: Case) -> Violations:
    """Each with every old unit once; contiguity, sides, floors, ceilings and locks as for the plan; travel."""
    table, proposal = case.tables["alternatives"], members_of(case)
    company = {code: tuple(codes) for codes in proposal.values() for code in codes}
    for number, rows in table.groupby("alternative"):
        for violation in _violations(case, rows, company):
            yield f"alternative {number}: {violation}"
    return f"{table['alternative'].nunique()} plans"


def _violations(case: Case, rows: pd.DataFrame, company: dict[str, tuple[str, ...]]) -> Iterator[str]:
    if sorted(rows["old_code"]) != sorted(case.inputs.units.index):
        yield "its old units are not those of the input, each once"
        return
    own = replace(case, tables={**case.tables, "units": _units(case, rows), "new_units": _new_units(case, rows)})
    groups = members_of(own)
    strangers = [new for new, codes in groups.items() if new not in codes]
    if strangers or (rows["new_id"] != rows["seat_code"]).any():
        yield f"seats that are no members of their units: {shown(strangers)}"
    for rule in (contiguity, sides, locks):
        yield from rule(own)
    missing = [name for name, codes in special_zones(case) if sorted(codes) not in groups.values()]
    if missing:
        yield f"special zones changed: {shown(missing)}"
    yield from _sizes(own, groups)
    yield from _travel(case, rows)
    same = {code: tuple(codes) == company.get(code) for codes in groups.values() for code in codes}
    off = rows["same"].astype(str).eq("True") != rows["old_code"].map(same)
    if off.any():
        yield f"said to be as in the proposal, or not, wrongly: {shown(rows.loc[off, 'old_code'])}"


def _units(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    side = rows["old_code"].map(case.inputs.units["side"])
    return pd.DataFrame({"old_code": rows["old_code"], "new_id": rows["new_id"], "side": side})


def _new_units(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    seats = sorted(set(rows["seat_code"]))
    side = case.inputs.units["side"].reindex(seats).to_numpy()
    return pd.DataFrame({"new_id": seats, "seat_code": seats, "side": side})


def _sizes(case: Case, groups: dict[str, list[str]]) -> Iterator[str]:
    """Floors with the waiver of Art 5(2), and the ceilings of the scenario; special zones apart."""
    arrange, source = case.inputs.scenario.arrange, case.inputs.units
    waiver = case.inputs.law["standards.three_or_more_merge_exempts_from_targets"]
    zones, undecided = [sorted(codes) for _, codes in special_zones(case)], 0
    for new_id, codes in groups.items():
        if codes in zones:
            continue
        area, population = source.loc[codes, "area_km2"].sum(), source.loc[codes, "population"].sum()
        target = target_of(case, codes)
        low = area < target["area_min_km2"] * (1 - 1e-9) or population < target["pop_min"] * (1 - 1e-9)
        undecided += low and not (bool(waiver.value) and len(codes) >= waiver.fields["min_units"])
        for value, most in (
            (len(codes), arrange.max_members),
            (area, arrange.max_area_km2),
            (population, arrange.max_population),
        ):
            if most is not None and value > most + 0.5:
                yield f"{new_id} is above a ceiling: {value:.1f}, the scenario allows {most:g}"
    if undecided > arrange.max_needs_decision:
        yield f"{undecided} units need a decision, the scenario allows {arrange.max_needs_decision}"


def _travel(case: Case, rows: pd.DataFrame) -> Iterator[str]:
    """Minutes from the road table; where travel is the only objective, its sum within the gap."""
    place = {c: i for i, c in enumerate(case.inputs.units.index)}
    minutes = case.inputs.unit_minutes[rows["old_code"].map(place), rows["seat_code"].map(place)]
    given = rows["minutes_to_seat"].to_numpy(float)
    finite = np.isfinite(minutes)
    near = np.abs(given - np.where(finite, minutes, 0.0)) <= MINUTES_TOLERANCE
    off = ~np.where(finite, near, ~np.isfinite(given))
    if off.any():
        yield f"minutes_to_seat differs from the road table: {shown(rows.loc[off, 'old_code'])}"
    arrange = case.inputs.scenario.arrange
    if tuple(arrange.objectives) != ("travel",):
        return
    people = case.inputs.units["population"].reindex(rows["old_code"]).to_numpy(float)
    total = float((people * np.where(finite, minutes, 0.0)).sum())
    most = float(case.tables["new_units"]["person_minutes"].sum()) * (1 + arrange.alternatives_gap)
    if total > most * (1 + 1e-6) + 1:
        yield f"{total:,.0f} person-minutes, the gap allows {most:,.0f}"


@check(
    "units-settled",
    "Cách ghép gọi là đã ngã ngũ đúng trong mọi phương án",
    "Groupings called settled hold in all plans",
    "settled",
    "alternatives",
    "units",
)
def settled(case: Case) -> Violations:
    """Every old unit once; settled pairs together in the proposal and every further plan, the rest listed."""
    table = case.tables["settled"].set_index("old_code", drop=False)
    if sorted(table.index) != sorted(case.inputs.units.index):
        yield "its old units are not those of the input, each once"
        return ""
    homes = [case.tables["units"].set_index("old_code")["new_id"]]
    homes += [rows.set_index("old_code")["new_id"] for _, rows in case.tables["alternatives"].groupby("alternative")]
    company = [home.groupby(home).groups for home in homes]
    for row in table.itertuples():
        code = row.old_code
        fellows = [set(groups[home[code]]) - {code} for home, groups in zip(homes, company, strict=True)]
        always, found, some = (set(items(getattr(row, c))) for c in ("always_with", "found_with", "sometimes_with"))
        if row.new_id != homes[0][code]:
            yield f"{code}: new_id differs from units.csv"
        if not always | found <= set.intersection(*fellows):
            yield f"{code}: is apart from units that it is said to be with: {shown(always | found)}"
        if always | found | some != set.union(*fellows) or len(always) + len(found) + len(some) != len(
            set.union(*fellows)
        ):
            yield f"{code}: the units that it is with in some plan are not all listed once"
        if row.grouping == CERTAIN and not fellows[0] <= always:
            yield f"{code}: called certain, but not proven to be with all its fellows"
        if row.grouping == FOUND and any(f != fellows[0] for f in fellows):
            yield f"{code}: called the same in all plans, and is not"
    counts = table["grouping"].value_counts()
    return ", ".join(f"{k} {v}" for k, v in sorted(counts.items()))
