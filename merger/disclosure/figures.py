"""Headline figures of the stages as the manifest of a plan shows them: small counts of persons masked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from merger.disclosure.commuters import modes_joined
from merger.disclosure.headcounts import ALL, OUTCOME, headcount, masked_path
from merger.disclosure.masks import is_masked, marks
from merger.relocation.suppression import suppress

# Counts of persons, or of couples, whose name does not end in `people`.
MORE = frozenset({"people", "wishes", "wishes_granted", "couples_both_near_choice", "couples_both_far"})
# Parts and the figure that is their sum; a name with a dot means every entry of a dictionary.
SUMS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("placed_people", "transitional_people", "retires_people", "contract_ends_people", "unplaced_people"), "people"),
    (("entitled_people", "not_entitled_people"), "concerned_people"),
    (("by_mode_people.",), "concerned_people"),
    (("by_limit_people.", "by_mode_people.shuttle", "by_mode_people.train"), "concerned_people"),
    (("surplus_at_end_by_group_people.",), "surplus_at_end_people"),
    (("outcomes_by_level_people.",), "people"),
)
# A part and the whole that it is told beside: their difference is a count of persons too.
PARTS = (
    ("wishes_granted", "wishes"),
    ("listed_people", "concerned_people"),
    ("couples_both_far", "couples_both_near_choice"),
    ("transitional_people", "kept_above_establishment_people"),
)
# Figures that follow from a masked count: prefix of the count, prefix of the figures.
FOLLOWS = ("early_retirement_", "resignation_", "kept_pay_")
BUDGET = "leaving_budget_vnd"


def placement_figures(figures: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], smallest: int) -> dict[str, Any]:
    """Figures of stage relocate as they are shown; what its public tables hide is hidden here too."""
    rows = headcount(tables["staff"], smallest)
    own = rows[rows["measure"].eq(OUTCOME) & rows["people"].map(is_masked)]
    hidden = {
        "people" if g == ALL else f"{g}_people" if level == ALL else f"outcomes_by_level_people.{level}.{g}"
        for level, g in zip(own["level"], own["group"], strict=True)
    }
    path = masked_path(tables["trim_path"], smallest)
    last = path[path["year"].eq(path["year"].max()) & path["after_people"].map(is_masked)] if len(path) else path
    hidden |= {f"surplus_at_end_by_group_people.{r.group}|{r.side}" for r in last.itertuples()}
    return shown_figures(figures, smallest, hidden)


def commute_figures(figures: Mapping[str, Any], commute: pd.DataFrame, smallest: int) -> dict[str, Any]:
    """Figures of stage commute as they are shown; modes that its public table joins are hidden here."""
    joined = modes_joined(commute, smallest)
    return shown_figures(figures, smallest, {f"by_mode_people.{m}" for m, told in joined.items() if told != m})


def shown_figures(figures: Mapping[str, Any], smallest: int, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Figures of a stage with small counts of persons masked, and those that would give one away.

    Keys that end in `people` are counts of persons: numbers or {name: number}. `hidden`: counts that are hidden for
    another reason, entries of a dictionary as `name.entry`. Money of a masked group is None.
    """
    flat = {k: v for k, v in _flat(figures).items() if isinstance(v, int) and not isinstance(v, bool) and _persons(k)}
    rest = {f"{part} not": flat[whole] - flat[part] for part, whole in PARTS if part in flat and whole in flat}
    cells = {**flat, **rest}
    names, counts = list(cells), np.array(list(cells.values()), dtype=np.int64)
    sums = [_members(names, parts, whole) for parts, whole in SUMS]
    sums += [[names.index(k) for k in (part, f"{part} not", whole)] for part, whole in PARTS if f"{part} not" in rest]
    gone = suppress(counts, [s for s in sums if s], smallest, np.array([n in hidden for n in names], dtype=bool))
    out = dict(zip(names, marks(counts, gone, smallest), strict=True))
    return _without_money({k: _put(k, v, out) for k, v in figures.items()})


def _persons(key: str) -> bool:
    name = key.partition(".")[0]
    return name.endswith("people") or name in MORE


def _flat(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures by name, entries of dictionaries as `name.entry`."""
    flat = {}
    for key, value in figures.items():
        flat |= {f"{key}.{k}": v for k, v in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def _members(names: Sequence[str], parts: Sequence[str], whole: str) -> list[int]:
    own = [i for i, n in enumerate(names) if n in parts or any(p.endswith(".") and n.startswith(p) for p in parts)]
    return [*own, names.index(whole)] if own and whole in names else []


def _put(key: str, value: Any, shown: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {k: shown.get(f"{key}.{k}", v) for k, v in value.items()}
    return shown.get(key, value)


def _without_money(figures: dict[str, Any]) -> dict[str, Any]:
    """Take away the money of groups whose count is masked."""
    for prefix in FOLLOWS:
        counts = [v for k, v in figures.items() if k.startswith(prefix) and k.endswith("people")]
        if any(map(is_masked, counts)):
            figures |= {k: None for k in figures if k.startswith(prefix) and "_vnd" in k}
            figures |= {BUDGET: None} if BUDGET in figures and prefix != "kept_pay_" else {}
    for key, counts in list(figures.items()):
        money = figures.get(f"{key.removesuffix('people')}public_vnd_month")
        if isinstance(counts, dict) and isinstance(money, dict):
            figures[f"{key.removesuffix('people')}public_vnd_month"] = {
                k: None if is_masked(counts.get(k)) else v for k, v in money.items()
            }
    return figures
