"""People in two plans: who changes place of work and by how many km, in groups. No person is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from merger.comparison.difference import Change, Words, both
from merger.comparison.items import NOTHING
from merger.disclosure import is_masked
from merger.documents.wording import LANGUAGES, MISSING, number, term
from merger.plan import Plan

PEOPLE_MISSING = {
    "vi": "Không so sánh từng người: bản công khai không có dữ liệu cá nhân; hãy so sánh các phương án đầy đủ.",
    "en": "People are not compared: a public copy holds no rows about persons; compare the full plans for that.",
}


def people_changes(a: Plan, b: Plan, names: Mapping[str, str]) -> Iterator[Change]:
    """Groups of persons whose place of work, outcome or way to work differs; of public copies, their counts."""
    if "staff" in a.tables and "staff" in b.tables:
        both_rows = a.tables["staff"].merge(b.tables["staff"], on="person_id", how="outer", suffixes=("_a", "_b"))
        yield from _offices(both_rows, names)
        for column, group in (("outcome", "outcome"), ("support", "mode")):
            if f"{column}_a" in both_rows:
                yield from _groups(both_rows, column, group)
    elif "headcount" in a.tables and "headcount" in b.tables:
        yield from _headcounts(a.tables["headcount"], b.tables["headcount"])


def _offices(rows: pd.DataFrame, names: Mapping[str, str]) -> Iterator[Change]:
    """Groups by level and the two places of work, with the mean way in km where both are known."""
    for c in ("site_after", "level"):
        for side in "ab":
            if f"{c}_{side}" not in rows:
                rows[f"{c}_{side}"] = ""
            rows[f"{c}_{side}"] = rows[f"{c}_{side}"].fillna("")
    rows["level"] = rows["level_a"].where(rows["level_a"] != "", rows["level_b"])
    moved = rows[rows["site_after_a"] != rows["site_after_b"]]
    for (level, x, y), own in moved.groupby(["level", "site_after_a", "site_after_b"], sort=True):
        km = [pd.to_numeric(own.get(f"km_after_{s}", pd.Series(dtype=float)), errors="coerce").mean() for s in "ab"]
        farther = 0.0 if pd.isna(km[0]) or pd.isna(km[1]) else float(km[1] - km[0])
        name = {lang: _office_title(level, len(own), farther, lang) for lang in LANGUAGES}
        words = (_place(site, k, names) for site, k in ((x, km[0]), (y, km[1])))
        yield Change("office", f"{level}/{x}/{y}", name, *words, people=len(own), size=abs(farther))


def _office_title(level: str, people: int, farther: float, lang: str) -> str:
    who = term("level", level, lang) if level else ("Nhân sự" if lang == "vi" else "Staff")
    count = f"{number(people, lang)} {'người' if lang == 'vi' else 'people'}"
    if not farther:
        return f"{who}: {count}"
    far = number(abs(farther), lang, 1)
    told = (("xa thêm", "gần hơn") if lang == "vi" else ("farther by", "nearer by"))[farther < 0]
    return f"{who}: {count}, {told} {far} km"


def _place(site: str, km: float, names: Mapping[str, str]) -> Words:
    if not site:
        return NOTHING
    name = names.get(site, site)
    return {g: name if pd.isna(km) else f"{name} ({number(km, g, 1)} km)" for g in LANGUAGES}


def _groups(rows: pd.DataFrame, column: str, group: str) -> Iterator[Change]:
    left, right = (rows[f"{column}_{s}"].fillna("") for s in "ab")
    for (x, y), own in rows[left != right].groupby([left, right], sort=True):
        words = ({g: term(group, v, g) if v else MISSING for g in LANGUAGES} for v in (x, y))
        name = {"vi": f"{number(len(own), 'vi')} người", "en": f"{number(len(own), 'en')} people"}
        yield Change(column, f"{x}/{y}", name, *words, people=len(own))


def _headcounts(left: pd.DataFrame, right: pd.DataFrame) -> Iterator[Change]:
    keys = ["measure", "level", "group"]
    merged = left.merge(right, on=keys, how="outer", suffixes=("_a", "_b")).sort_values(keys)
    for row in merged.to_dict("records"):
        x, y = row["people_a"], row["people_b"]
        told = [both(MISSING) if pd.isna(v) else {g: number(v, g) for g in LANGUAGES} for v in (x, y)]
        if told[0] != told[1]:
            shown = [0 if pd.isna(v) or is_masked(v) else int(v) for v in (x, y)]
            name = {g: _group_title(row, g) for g in LANGUAGES}
            item = "/".join(str(row[k]) for k in keys)
            yield Change("headcount", item, name, *told, people=abs(shown[1] - shown[0]))


def _group_title(row: Mapping[str, str], lang: str) -> str:
    measure, level = term("measure", row["measure"], lang), term("level", row["level"], lang)
    group = term("headcount_group", row["group"], lang)
    for other in ("outcome", "entitlement"):
        group = term(other, row["group"], lang) if row["measure"] == other else group
    return f"{measure}, {level}: {group}" + (" km" if str(row["measure"]).startswith("km_") else "")
