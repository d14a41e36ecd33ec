"""What the law allows a new agency and a new division: smallest size, deputies; rule ids beside each figure."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from merger.consolidation.divisions import LEADERSHIP, SERVICE, SUB_DEPARTMENT
from merger.inputs import Inputs
from merger.relocation.staffing import department_deputies, division_deputies
from scenarios.law import RuleBook

# Kinds of body whose smallest division follows the Party's regulation.
PARTY_KINDS = ("party_advisory_body", "front")
DEPARTMENT = "department"
PARTY_MINIMUM, PARTY_SHORT = "staffing.party_division_min", "staffing.party_division_min_if_short"
BELOW_ABOVE = "staffing.deputies_below_not_more_than_above"
SUB_DEPARTMENT_DEPUTIES = "staffing.sub_department_deputies_1_to_3_divisions"
Schedule = tuple[tuple[int, int], ...]


def minimum_rule(inputs: Inputs, item, agency_kind: str, *, short: bool = False) -> str:
    """Rule id of the smallest size of a division of this kind in this kind of agency; empty when none applies.

    `short`: the body has too few posts for the Party's usual smallest size (see `short_party_bodies`).
    """
    if item.kind == SUB_DEPARTMENT:
        return "staffing.sub_department_min_posts"
    if item.kind in (LEADERSHIP, SERVICE):
        return ""
    if agency_kind in PARTY_KINDS:
        return PARTY_SHORT if short else PARTY_MINIMUM
    return f"staffing.division_min_posts_{inputs.scenario.consolidate.province_class}"


def short_party_bodies(inputs: Inputs, items: pd.DataFrame) -> frozenset[str]:
    """New Party bodies whose divisions have too few persons for one of the usual smallest size in each field of work.

    Regulation 137-QĐ/TW lets divisions be smaller where posts are short and does not say when they are: this reading
    is this project's own.
    """
    kinds = inputs.agencies.set_index("agency_id")["kind"]
    own = items[(items["kind"] == "division") & items["published"].map(kinds).isin(PARTY_KINDS)]
    by_body = own.groupby("published").agg(persons=("staff", "sum"), fields=("field", "nunique"))
    usual = int(inputs.law.value(PARTY_MINIMUM))
    return frozenset(by_body.index[by_body["persons"] < usual * by_body["fields"]])


def leader_posts(inputs: Inputs, items: pd.DataFrame, host: str) -> tuple[int, tuple[str, ...]]:
    """Largest number of deputies of a new agency and the rules behind it.

    Departments: the average of Decree 370/2025 with its addition for a province made of two or more. Other
    bodies have no figure in the law tables: as many as the larger predecessor has today (no rule).
    """
    if inputs.agencies.set_index("agency_id").at[host, "kind"] == DEPARTMENT:
        return department_deputies(inputs.law, items["side"].nunique())
    leaders = items.loc[(items["published"] == host) & (items["kind"] == LEADERSHIP), "staff"]
    return max(int(leaders.max()) - 1, 0) if len(leaders) else 1, ()


def schedules(law: RuleBook, caps: list[int]) -> tuple[tuple[Schedule, ...], Mapping[tuple[str, int], int]]:
    """Head and deputies by size, and the row for (kind of division, largest number of deputies of its agency).

    Divisions by the steps of Decree 370/2025, sub-departments by their one figure; neither has more deputies than the
    agency above it where the law says so.
    """
    capped = bool(law.value(BELOW_ABOVE))
    steps = [(r.fields["staff_from"], int(r.value)) for r in law.table("staffing") if "staff_from" in r.fields]
    kinds = {"division": sorted(steps), SUB_DEPARTMENT: [(0, int(law.value(SUB_DEPARTMENT_DEPUTIES)))]}
    rows: dict[Schedule, int] = {}
    row_of = {}
    for kind, bands in kinds.items():
        for cap in sorted(set(caps)):
            schedule = tuple((size, 1 + (min(n, cap) if capped else n)) for size, n in bands)
            row_of[kind, cap] = rows.setdefault(schedule, len(rows))
    return tuple(rows), row_of


def deputies(law: RuleBook, members: list, present: Mapping[str, int], above: int) -> tuple[int, str]:
    """Largest number of deputies of a new division of these predecessors, and its rule.

    Service units keep what the larger one has today (`present`: deputies by division before); none has more than the
    agency above it (`above`).
    """
    kind = members[0].kind
    if kind == LEADERSHIP:
        return 0, ""
    if kind == SUB_DEPARTMENT:
        own = int(law.value(SUB_DEPARTMENT_DEPUTIES)), SUB_DEPARTMENT_DEPUTIES
    elif kind == SERVICE:
        own = max([present.get(m.division_id, 0) for m in members] + [1]), ""
    else:
        own = division_deputies(int(sum(m.staff for m in members)), law)
    return (above, BELOW_ABOVE) if law.value(BELOW_ABOVE) and own[0] > above else own
