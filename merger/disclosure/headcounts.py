"""Sums over persons and posts for the public: outcomes, benefits, distances, posts held, the path of the surplus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from merger.disclosure.masks import is_masked, masked

ALL = "all"
OUTCOME, ENTITLEMENT, BEFORE, AFTER = "outcome", "entitlement", "km_before", "km_after"
KEPT = ("placed", "transitional")
# Lower ends of the classes of km; neighbouring classes are joined where one of few people would show.
KM_EDGES = (0, 5, 15, 30, 45, 60)
UNKNOWN = "unknown"
FLOWS = ("retired_by_age_people", "take_up_people", "transferred_people")
Cell = tuple[str, str, str]


def headcount(staff: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Table `headcount`: persons by level before and outcome, benefit, class of km before and after (of those kept).

    Levels and groups sum up to `all`; all cells of outcome and benefit are masked together, as both part the same
    persons. Classes of km part those placed or transitional: levels of which these are masked have none.
    """
    cells = _cells(staff, {m: v for m, v in _groups(staff).items() if len(staff)})
    cells |= {(OUTCOME, at, ALL): int(n) for at, n in staff["level"].value_counts().items()}
    cells[OUTCOME, ALL, ALL] = len(staff)
    shown = _masked(cells, smallest, lambda measure, level: [(OUTCOME, level, ALL)])
    told = {level for _, level, _ in cells}
    told -= {level for (m, level, g), n in shown.items() if m == OUTCOME and g in (*KEPT, ALL) and is_masked(n)}
    shown |= _km_cells(staff, told, smallest)
    keys = sorted(shown)
    frame = pd.DataFrame(keys, columns=["measure", "level", "group"])
    frame["people"] = pd.Series([shown[k] for k in keys], dtype=object)
    frame["entitlement_vnd"] = [_benefit(staff, k, shown[k]) for k in keys]
    return frame.assign(label=staff["label"].iloc[0] if len(staff) else "")


def _groups(staff: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        OUTCOME: staff["outcome"].fillna(""),
        ENTITLEMENT: staff["entitlement"].fillna("").replace("", "none"),
    }


def _cells(staff: pd.DataFrame, groups: dict[str, pd.Series]) -> dict[Cell, int]:
    """Persons of each measure, level and group that has any, and of all levels together."""
    cells: dict[Cell, int] = {}
    for measure, values in groups.items():
        own = values[values.ne("")]
        for (at, group), n in own.groupby([staff.loc[own.index, "level"], own]).size().items():
            cells[measure, at, group] = int(n)
            cells[measure, ALL, group] = cells.get((measure, ALL, group), 0) + int(n)
    return cells


def _masked(cells: dict[Cell, int], smallest: int, whole: Callable[[str, str], list[Cell]]) -> dict[Cell, Any]:
    """Cells as they are shown; `whole` tells which cells the groups of a measure and level add up to."""
    keys = sorted(cells)
    at = {k: i for i, k in enumerate(keys)}
    levels = [*sorted({level for _, level, _ in keys} - {ALL}), ALL]
    sums = [[at[OUTCOME, level, ALL] for level in levels if (OUTCOME, level, ALL) in at]]
    for measure in sorted({m for m, _, _ in keys}):
        groups = sorted({g for m, _, g in keys if m == measure} - {ALL})
        sums += [[at[measure, x, g] for x in levels if (measure, x, g) in at] for g in groups]
        for level in levels:
            parts = [(measure, level, g) for g in groups]
            sums.append([at[k] for k in (*parts, *whole(measure, level)) if k in at])
    return dict(zip(keys, masked([cells[k] for k in keys], sums, smallest), strict=True))


def _km_cells(staff: pd.DataFrame, levels: set[str], smallest: int) -> dict[Cell, Any]:
    """Cells of both measures of km for those kept of some levels; of `all` only where no level is left out."""
    kept = staff[staff["outcome"].isin(KEPT) & staff["level"].isin(levels)]
    km = {m: pd.to_numeric(kept[m]) for m in (BEFORE, AFTER)}
    known = km[BEFORE].notna() & km[AFTER].notna()
    edges = list(KM_EDGES)
    while True:
        cells = _cells(kept, {m: _km_class(v, edges).where(known, UNKNOWN) for m, v in km.items()})
        few = [k for k, n in cells.items() if n < smallest and k[2] != UNKNOWN]
        if not few or len(edges) == 1:
            break
        # The class of the fewest people goes with the one below it, the lowest with the one above.
        lower = int(min(few, key=lambda k: (cells[k], k))[2].split("-")[0])
        edges.remove(lower if lower else edges[1])
    if ALL not in levels or not set(staff["level"]) <= levels:
        cells = {k: n for k, n in cells.items() if k[1] != ALL}
    return _masked(cells, smallest, lambda measure, level: []) if cells else {}


def _km_class(km: pd.Series, edges: Sequence[int]) -> pd.Series:
    names = [f"{a}-{b}" for a, b in pairwise([*edges, ""])]
    at = np.searchsorted(edges, km.fillna(0).to_numpy(float), side="right") - 1
    return pd.Series(np.array(names, dtype=object)[np.clip(at, 0, None)], km.index)


def _benefit(staff: pd.DataFrame, key: Cell, shown: int | str) -> float:
    measure, level, group = key
    if measure != ENTITLEMENT or group == "none" or is_masked(shown):
        return np.nan
    own = staff["entitlement"].eq(group) & (staff["level"].eq(level) | (level == ALL))
    return float(pd.to_numeric(staff.loc[own, "entitlement_vnd"]).sum())


def post_counts(posts: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Table `post_counts`: posts by level, bloc, role and phase, and those without a holder.

    Posts of the establishment and their vacancies say something of bodies. Those above it are as many as persons: their
    blocs are joined, and they are masked so that sums give none away.
    """
    keys = ["level", "bloc", "role", "phase"]
    filled = posts.fillna(dict.fromkeys(keys, "")).assign(vacant=posts["person_id"].fillna("").eq(""))
    filled["bloc"] = filled["bloc"].mask(filled["phase"].eq("transitional"), "")
    frame = filled.groupby(keys, as_index=False).agg(posts=("post_id", "size"), vacant=("vacant", "sum"))
    above = frame["phase"].eq("transitional")
    own = frame[above].reset_index(drop=True)
    # Sums that the table of ceilings tells: of a level, and of the bodies of the city with their units.
    city = own["level"].isin(["province", "service"])
    alike = [own.groupby(k).indices.values() for k in (["level"], city)]
    sums = [range(len(own)), *(at.tolist() for found in alike for at in found)]
    shown = masked(own["posts"].to_list(), sums, smallest)
    frame = frame.astype({"posts": object})
    frame.loc[above, "posts"] = pd.Series(shown, index=frame.index[above], dtype=object)
    return frame.assign(label=posts["label"].iloc[0] if len(posts) else "")


def masked_path(path: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Table `trim_path` for the public.

    Known to a reader: before = flows + after of each year, after = before of the next, and the sum of all groups at the
    end (in the figures of the stage).
    """
    if path.empty:
        return path
    out = path.sort_values(["group", "side", "year"], kind="stable").reset_index(drop=True)
    stock, flow, sums, ends = [], [], [], []
    counts: list[int] = []

    def cell(n: float) -> int:
        counts.append(int(n))
        return len(counts) - 1

    for _, own in out.groupby(["group", "side"], sort=True):
        at = cell(own["before_people"].iloc[0])
        for row in own.itertuples():
            flows = [cell(getattr(row, c)) for c in FLOWS]
            after = cell(row.after_people)
            stock.append((at, after))
            flow.append(flows)
            sums.append([at, *flows, after])
            at = after
        ends.append(at)
    shown = masked(counts, [*sums, ends], smallest)
    for column, cells in {
        "before_people": [s[0] for s in stock],
        **{c: [f[i] for f in flow] for i, c in enumerate(FLOWS)},
        "after_people": [s[1] for s in stock],
    }.items():
        out[column] = pd.Series([shown[i] for i in cells], dtype=object)
    out["benefit_vnd"] = pd.to_numeric(out["benefit_vnd"]).mask(out["take_up_people"].map(is_masked))
    # Pay goes with the mean of both ends of the year.
    ends_masked = out["before_people"].map(is_masked) | out["after_people"].map(is_masked)
    out["pay_vnd"] = pd.to_numeric(out["pay_vnd"]).mask(ends_masked)
    return out
