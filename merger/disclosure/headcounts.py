"""Sums over persons and posts for the public: outcomes, benefits, distances, posts held, the path of the surplus."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from merger.disclosure.masks import is_masked, masked

ALL = "all"
OUTCOME, ENTITLEMENT, BEFORE, AFTER = "outcome", "entitlement", "km_before", "km_after"
KEPT = ("placed", "transitional")
KM_EDGES = (0, 5, 15, 30, 45, 60)
KM_CLASSES = (*(f"{a}-{b}" for a, b in pairwise(KM_EDGES)), f"{KM_EDGES[-1]}-")
UNKNOWN = "unknown"
FLOWS = ("retired_by_age_people", "take_up_people", "transferred_people")
Cell = tuple[str, str, str]


def headcount(staff: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Table `headcount`: persons by level before and outcome, benefit, class of km before and after (of those kept).

    All cells are masked together: levels and groups sum up to rows and columns of `all`, outcomes and benefits of a
    level to the same persons, classes of km to those placed or transitional.
    """
    groups = _groups(staff)
    cells: dict[Cell, int] = {}
    for measure, values in groups.items():
        own = values[values.ne("")]
        level = staff.loc[own.index, "level"]
        for (at, group), n in own.groupby([level, own]).size().items():
            cells[measure, at, group] = int(n)
        for group, n in own.value_counts().items():
            cells[measure, ALL, group] = int(n)
    people = {at: int(n) for at, n in staff["level"].value_counts().items()} | {ALL: len(staff)}
    cells |= {(OUTCOME, at, ALL): n for at, n in people.items()}
    keys = sorted(cells)
    shown = masked([cells[k] for k in keys], _sums(keys), smallest)
    frame = pd.DataFrame(keys, columns=["measure", "level", "group"]).assign(people=pd.Series(shown, dtype=object))
    frame["entitlement_vnd"] = [_benefit(staff, k, n) for k, n in zip(keys, shown, strict=True)]
    return frame.assign(label=staff["label"].iloc[0] if len(staff) else "")


def _groups(staff: pd.DataFrame) -> dict[str, pd.Series]:
    """Group of each person by measure, "" where it does not apply."""
    kept = staff["outcome"].isin(KEPT)
    before, after = (pd.to_numeric(staff[c]) for c in (BEFORE, AFTER))
    known = before.notna() & after.notna()
    return {
        OUTCOME: staff["outcome"].fillna(""),
        ENTITLEMENT: staff["entitlement"].fillna("").replace("", "none"),
        **{m: _km_class(km, known).where(kept, "") for m, km in ((BEFORE, before), (AFTER, after))},
    }


def _km_class(km: pd.Series, known: pd.Series) -> pd.Series:
    at = np.searchsorted(KM_EDGES, km.fillna(0).to_numpy(float), side="right") - 1
    return pd.Series(np.array(KM_CLASSES, dtype=object)[np.clip(at, 0, None)], km.index).where(known, UNKNOWN)


def _sums(keys: list[Cell]) -> list[list[int]]:
    """Positions of cells with the cell that is their sum."""
    at = {k: i for i, k in enumerate(keys)}
    measures = sorted({m for m, _, _ in keys})
    levels = sorted({level for _, level, _ in keys} - {ALL})
    sums = [[at[OUTCOME, level, ALL] for level in [*levels, ALL]]]
    for measure in measures:
        groups = sorted({g for m, _, g in keys if m == measure} - {ALL})
        sums += [[at[measure, x, g] for x in [*levels, ALL] if (measure, x, g) in at] for g in groups]
        for level in [*levels, ALL]:
            # Classes of km part those who are kept, the others everybody of the level.
            whole = [(OUTCOME, level, g) for g in (KEPT if measure in (BEFORE, AFTER) else (ALL,))]
            sums.append([at[k] for k in [*((measure, level, g) for g in groups), *whole] if k in at])
    return sums


def _benefit(staff: pd.DataFrame, key: Cell, shown: int | str) -> float:
    measure, level, group = key
    if measure != ENTITLEMENT or group == "none" or is_masked(shown):
        return np.nan
    own = staff["entitlement"].eq(group) & (staff["level"].eq(level) | (level == ALL))
    return float(pd.to_numeric(staff.loc[own, "entitlement_vnd"]).sum())


def post_counts(posts: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Table `post_counts`: posts and holders by level, bloc, role and phase.

    Posts of the establishment are published by law; those above it are persons. Holders are masked so that the sum of
    a phase gives none away.
    """
    keys = ["level", "bloc", "role", "phase"]
    filled = posts.fillna(dict.fromkeys(keys, "")).assign(held=posts["person_id"].fillna("").ne(""))
    frame = filled.groupby(keys, as_index=False).agg(posts=("post_id", "size"), held=("held", "sum"))
    frame = frame.astype({"posts": object})
    sums = [np.flatnonzero(frame["phase"].eq(p)).tolist() for p in sorted(frame["phase"].unique())]
    frame["held"] = pd.Series(masked(frame["held"].to_list(), sums, smallest), index=frame.index, dtype=object)
    above = frame["phase"].eq("transitional")
    frame.loc[above, "posts"] = frame.loc[above, "held"]
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
