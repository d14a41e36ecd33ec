"""Check of the objectives of stage arrange: their values, counted again from the tables, and their bounds."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from merger.audit.report import Case, Violations, check
from scenarios.schema import ends_of

# Tables carry rounded figures: share of a value that their sum may be off, and less than one unit of a count.
SHARE, LESS_THAN_ONE = 0.001, 0.5
MOST = ("standard_met",)


@check(
    "units-objectives",
    "Giá trị và cận của các mục tiêu sắp xếp tính lại đúng",
    "Values and bounds of the objectives of the arrangement, computed again",
    "units",
    "new_units",
)
def objectives(case: Case) -> Violations:
    """As the record of the stage tells them: each value as the tables have it, no bound worse than the value."""
    figures = (case.manifest.get("stages", {}).get("arrange") or {}).get("figures") or {}
    told = figures.get("objectives", [])
    wanted = case.inputs.scenario.arrange.objectives
    if told and len(told) != len(wanted):
        yield f"{len(told)} objectives are told, the scenario has {len(wanted)}"
        return ""
    for objective, row in zip(wanted, told, strict=False):
        weights = {objective: 1.0} if isinstance(objective, str) else dict(objective)
        single = len(weights) == 1
        value = sum(
            (1.0 if single else weight * (-1 if name in MOST else 1)) * COUNTED[name](case)
            for name, weight in weights.items()
        )
        name, most = row["objective"], single and next(iter(weights)) in MOST
        if abs(row["value"] - value) > SHARE * abs(value) + LESS_THAN_ONE:
            yield f"{name} is told as {row['value']:g}, the tables have {value:g}"
        bound = row["bound"]
        slack = 1e-6 * abs(row["value"]) + 0.001
        if bound is not None and (bound < row["value"] - slack if most else bound > row["value"] + slack):
            yield f"{name}: the bound {bound:g} is worse than the value {row['value']:g}"
        if row["proven"] and (bound is None or abs(bound - row["value"]) > slack):
            yield f"{name} is told as proven without its bound"
    return f"{len(told)} objectives"


def _plain(case: Case) -> pd.DataFrame:
    new = case.tables["new_units"]
    return new[new["standard"] != "special"]


def _members(case: Case) -> pd.DataFrame:
    """Rows of units outside the special zones, with their district by the input."""
    units = case.tables["units"]
    plain = units[units["standard"] != "special"]
    return plain.assign(district=plain["old_code"].map(case.inputs.units["district"]))


def _imbalance(case: Case) -> float:
    new, total = _plain(case), 0.0
    for side, number in case.inputs.scenario.arrange.regions.items():
        own = new.loc[new["side"] == side, "population"].astype(float)
        everything = case.tables["new_units"]
        special = int(((everything["side"] == side) & (everything["standard"] == "special")).sum())
        total += float((own - own.sum() / max(ends_of(number)[0] - special, 1)).abs().sum())
    return total


def _borders(case: Case) -> float:
    """Metres between new units; the border of a special zone counts half, for it is no choice of the zone."""
    units, options = case.tables["units"].set_index("old_code"), case.inputs.scenario.arrange
    table = case.inputs.adjacency
    table = table[table["kind"].isin(list(options.neighbour_kinds))]
    if options.require_road_link:
        table = table[table["road_links"].fillna(0) > 0]
    pairs: dict[frozenset[str], float] = {}
    for row in table.itertuples():
        key = frozenset((row.code_a, row.code_b))
        if key <= set(units.index):
            metres = 0.0 if pd.isna(row.shared_border_m) else float(row.shared_border_m)
            pairs[key] = max(pairs.get(key, 0.0), metres)
    home, special = units["new_id"], units["standard"] == "special"
    return sum(
        metres * (2 - int(special[list(key)].sum())) / 2
        for key, metres in pairs.items()
        if home[list(key)].nunique() > 1
    )


def _changed(case: Case) -> float:
    units = _members(case)
    before = case.inputs.arrangement_before.set_index("old_code")["seat_code"]
    seat = units["old_code"].map(before).fillna("")
    return float(units.loc[(seat != "") & (seat != units["seat_code"]), "population"].sum())


def _crossings(case: Case) -> float:
    return float((_members(case).groupby("new_id")["district"].nunique() - 1).sum())


def _elsewhere(case: Case) -> float:
    return float((~_plain(case)["seat_code"].isin(case.inputs.scenario.arrange.seats_available)).sum())


def _divided(case: Case) -> float:
    """New units beyond the first of every old unit that the table gives in parts."""
    source, units = case.inputs.units, _members(case)
    if "part_of" not in source:
        return 0.0
    part_of = units["old_code"].map(source["part_of"]).fillna("").astype(str).str.strip()
    parts = units.assign(part_of=part_of)[part_of != ""]
    return float((parts.groupby("part_of")["new_id"].nunique() - 1).sum())


COUNTED: dict[str, Callable[[Case], float]] = {
    "travel": lambda case: float(case.tables["new_units"]["person_minutes"].sum()),
    "standard_met": lambda case: float((_plain(case)["standard"] == "meets").sum()),
    "needs_decision": lambda case: float((_plain(case)["standard"] == "needs_decision").sum()),
    "population_balance": _imbalance,
    "compactness": _borders,
    "district_crossings": _crossings,
    "seats_reused": _elsewhere,
    "least_change": _changed,
    "divided_units": _divided,
}
