"""Sides that fall into parts: which part can form new units by itself, and which needs a link or a special zone."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geodata.checks import pieces
from scenarios.law import RuleBook
from scenarios.schema import Arrange

EXEMPTION = "standards.three_or_more_merge_exempts_from_targets"
LISTED = 8


@dataclass(frozen=True)
class Part:
    """A part of a side that no pair joins to the largest one; `able` when it can form permitted new units by itself."""

    side: str
    members: tuple[str, ...]
    able: bool
    across: tuple[str, ...] = ()

    def named(self, units: gpd.GeoDataFrame) -> str:
        """Its units with codes and names."""
        told = [f"{code} {units.at[code, 'name_full']}" for code in self.members[:LISTED]]
        return ", ".join(told) + (f" ... ({len(self.members)} units)" if len(self.members) > LISTED else "")


def parts_apart(
    units: gpd.GeoDataFrame,
    adjacency: pd.DataFrame,
    apart: set[str],
    law: RuleBook | None,
    options: Arrange,
) -> tuple[list[Part], dict[str, int]]:
    """Parts of each side besides its largest, and the number of parts a side.

    Pairs of arrange.neighbour_kinds join units; a part that pairs of other kinds would join has these in `across`.
    Units in `apart` (special zones, kept whole) are left out.
    """
    taken = adjacency["kind"].isin(options.neighbour_kinds)
    pairs = list(zip(adjacency["code_a"][taken], adjacency["code_b"][taken], strict=True))
    unused = [tuple(row) for row in adjacency.loc[~taken, ["code_a", "code_b", "kind"]].itertuples(index=False)]
    found: list[Part] = []
    counts: dict[str, int] = {}
    for side in sorted(set(units["side"])):
        members = set(units.index[units["side"] == side]) - apart
        split = pieces(members, pairs)
        counts[side] = len(split)
        for piece in split[1:]:
            inside, rest = set(piece), members - set(piece)
            across = {k for a, b, k in unused if (a in inside and b in rest) or (b in inside and a in rest)}
            able = law is None or can_stand(units.loc[piece], law, options)
            found.append(Part(side, tuple(piece), able, tuple(sorted(across))))
    return found, counts


def can_stand(members: gpd.GeoDataFrame, law: RuleBook, options: Arrange) -> bool:
    """Whether a part may become new units of its own: enough units for the waiver of Art 5(2), or floors that are met.

    Necessary, not sufficient: the solver has the last word on larger parts. Units that need a decision (Art 5(3)) count
    against arrange.max_needs_decision.
    """
    waiver = law[EXEMPTION]
    if waiver.value and len(members) >= int(waiver.fields["min_units"]):
        return True
    alone = sum(not meets_floors(members.loc[[code]], law, options) for code in members.index)
    together = int(not meets_floors(members, law, options))
    return min(alone, together) <= options.max_needs_decision


def meets_floors(members: gpd.GeoDataFrame, law: RuleBook, options: Arrange) -> bool:
    """Whether units joined meet area and population of Art 5(1): a ward's floors with one ward inside (Art 1(3)), no
    numeric test when all lie on islands (d), of mountain communes when all others are (a), else of communes (b)."""
    if (members["kind"] == "phuong").any():
        name = options.ward_target
    elif members["island"].all():
        return True
    else:
        name = "xa_mountain" if (members["mountain"] | members["island"]).all() else "xa_other"
    rule = law[f"standards.target.{name}"]
    floors = {**rule.fields, **(law.value(rule.id) or {})}
    enough = members["area_km2"].sum() >= floors["area_min_km2"] and members["population"].sum() >= floors["pop_min"]
    return bool(enough)
