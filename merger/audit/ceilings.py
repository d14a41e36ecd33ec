"""Checks of the totals, of the table of ceilings and of the table of equity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.audit.report import Case, Violations, check, filled, items, shown

# Groupings of table equity that part everybody, and its counts of persons.
PARTITIONS = ("side", "level", "role", "rank", "sex", "age", "district")
COUNTS = ("people", "contract_ends", "change_site", "farther_15_km", "leaders_before", "lost_leading_post",
          "above_establishment", "retires")  # fmt: skip


@check(
    "posts-total",
    "Tổng số vị trí trong định mức không vượt tổng số người có mặt trước sắp xếp",
    "No more posts in the establishment than people were present (Art 11(2))",
    "posts",
)
def post_totals(case: Case) -> Violations:
    """Posts of the establishment, held or vacant: provincial bodies with their units, and communes."""
    posts, present = case.tables["posts"], case.inputs.staff["level"]
    within = posts[posts["phase"] == "establishment"]["level"]
    counts = []
    for name, levels in (("province", ["province", "service"]), ("commune", ["commune"])):
        there, limit = int(within.isin(levels).sum()), int(present.isin(levels).sum())
        counts.append(f"{name} {there} of {limit}")
        if there > limit:
            yield f"{name}: {there} posts in the establishment, {limit} people were present before"
    return ", ".join(counts)


@check("ceilings", "Bảng giới hạn khớp với các bảng khác", "The table of ceilings agrees with the others", "ceilings")
def ceilings(case: Case) -> Violations:
    """Nothing above a ceiling or below a floor; the marks follow from the figures; the sums are those of the posts."""
    rows = case.tables["ceilings"]
    limit, used = (pd.to_numeric(rows[c]) for c in ("limit", "used"))
    least = rows["sense"] == "least"
    off = (least & (used < limit)) | ((rows["sense"] == "most") & (used > limit))
    if off.any():
        yield f"beyond the ceiling: {shown(rows.loc[off, 'rule'] + '/' + rows.loc[off, 'subject_id'])}"
    tight = np.where(least, used <= limit, used >= limit)
    wrong = rows["binding"].astype(bool) != tight
    if wrong.any():
        yield f"binding does not follow from the figures: {shown(rows.loc[wrong, 'subject_id'])}"
    above = pd.to_numeric(rows["above"])
    few = (above > 0) & (above < case.inputs.scenario.documents.smallest_group)
    if few.any():
        yield f"few people above a ceiling are shown: {shown(rows.loc[few, 'subject_id'])}"
    if strange := set(rows["rule"]) - set(case.inputs.law):
        yield f"unknown rules: {shown(strange)}"
    if "posts" in case.tables:
        yield from _ceilings_of_posts(case, rows, used)
    return f"{len(rows)} ceilings, {int(tight.sum())} bind"


def _ceilings_of_posts(case: Case, rows: pd.DataFrame, used: pd.Series) -> Violations:
    posts = case.tables["posts"]
    within = posts[posts["phase"] == "establishment"]
    wanted = {
        ("staffing.staff_cap_province", "city"): within["level"].isin(["province", "service"]).sum(),
        ("staffing.staff_cap_commune", "city"): (within["level"] == "commune").sum(),
    }
    found = dict(zip(zip(rows["rule"], rows["subject_id"], strict=True), used, strict=True))
    for key, number in wanted.items():
        if found.get(key) != number:
            yield f"{'/'.join(key)}: {found.get(key)} in the table, {number} posts"
    caps = rows[rows["rule"].isin(["staffing.gov_bloc_cap_xa", "staffing.gov_bloc_cap_phuong_dac_khu"])]
    government = within[within["bloc"].eq("government") & filled(within["new_unit_id"])]
    by_unit = government.groupby("new_unit_id").size()
    off = caps["subject_id"].map(by_unit).fillna(0) != pd.to_numeric(caps["used"])
    if off.any():
        yield f"posts of the government bloc differ: {shown(caps.loc[off, 'subject_id'])}"


@check("equity", "Bảng tác động theo nhóm không lộ nhóm nhỏ", "The table of equity gives away no small group", "equity")
def equity(case: Case) -> Violations:
    """No small count; in each grouping several cells are hidden or none, and what is hidden is no small sum."""
    rows = case.tables["equity"]
    counts = rows[list(COUNTS)].apply(pd.to_numeric)
    smallest = case.inputs.scenario.documents.smallest_group
    small = (counts > 0) & (counts < smallest)
    if small.any(axis=None):
        yield f"small counts are shown: {shown(rows.loc[small.any(axis=1), 'group'])}"
    total = counts[rows["dimension"] == "all"].iloc[0]
    for dimension in PARTITIONS:
        own = counts[rows["dimension"] == dimension]
        for column in COUNTS if len(own) else ():
            rest, gone = total[column] - own[column].sum(), int(own[column].isna().sum())
            nothing = pd.isna(total[column]) or total[column] == 0
            if nothing or (not gone and rest == 0) or (gone > 1 and rest >= smallest):
                continue
            yield f"{dimension}, {column}: {gone} cells hidden, {rest:g} left of the total"
    named = rows["suppressed"].map(lambda cell: {c for c in items(cell) if c in COUNTS})
    if (named != counts.isna().apply(lambda row: set(row.index[row]), axis=1)).any():
        yield "the empty counts are not those named as suppressed"
    return f"{len(rows)} groups, {int(counts.isna().to_numpy().sum())} counts hidden"
