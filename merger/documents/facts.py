"""The figures that documents quote, computed once from a plan's tables and manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from merger.disclosure import HIDDEN, is_masked
from merger.documents.wording import LANGUAGES, MISSING, money, number, percent
from merger.inputs import Inputs
from merger.plan import Plan


@dataclass(frozen=True)
class Fact:
    """One headline figure in both languages; `reference` says what it compares with, e.g. "thực tế 2025:
    114"."""

    key: str
    title: Mapping[str, str]
    plan: Mapping[str, str]
    reference: Mapping[str, str]
    synthetic: bool = False


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """A numeric column, missing values as 0."""
    return pd.to_numeric(frame[name], errors="coerce").fillna(0)


def count_sum(counts: pd.Series) -> Any:
    """Sum of counts of persons; a mark where one of them is masked."""
    marks = sorted({v for v in counts if is_masked(v)})
    return (marks[0] if len(counts) == 1 else HIDDEN) if marks else int(column(counts.to_frame(), counts.name).sum())


def text_of(value: Any, decimals: int = 0) -> dict[str, str]:
    """A number in both languages."""
    return {lang: number(value, lang, decimals) for lang in LANGUAGES}


def money_of(value: Any) -> dict[str, str]:
    """An amount of VND in both languages."""
    return {lang: money(value, lang) for lang in LANGUAGES}


NOTHING = {"vi": MISSING, "en": MISSING}


def _real(texts: Mapping[str, str]) -> dict[str, str]:
    """The real outcome of 2025, named so; a dash where there is none."""
    names = {"vi": "thực tế 2025", "en": "real 2025"}
    return {lang: MISSING if text == MISSING else f"{names[lang]}: {text}" for lang, text in texts.items()}


def headline(plan: Plan, inputs: Inputs) -> list[Fact]:
    """All headline figures that the plan's tables allow, most important first."""
    facts = _unit_facts(plan, inputs)
    facts += _agency_facts(plan) + _staff_facts(plan) + _commute_facts(plan) + _time_facts(plan)
    return facts


def _unit_facts(plan: Plan, inputs: Inputs) -> list[Fact]:
    if "new_units" not in plan.tables:
        return []
    own = plan.manifest.get("headline", {}).get("plan", {})
    real = plan.manifest.get("headline", {}).get("reference", {})
    new = plan.tables["new_units"]
    communes = inputs.units[inputs.units["kind"] != "huyen_dao"]
    before = {x: number(len(communes), x) for x in LANGUAGES}
    facts = [
        Fact(
            "units",
            {
                "vi": f"Số đơn vị cấp xã (trước sắp xếp: {before['vi']})",
                "en": f"Commune-level units (before: {before['en']})",
            },
            text_of(len(new)),
            _real(text_of(len(inputs.reference))) if inputs.reference is not None else NOTHING,
        )
    ]
    if own.get("mean_km") is not None:
        facts.append(
            Fact(
                "mean_km",
                {
                    "vi": "Quãng đường bình quân của một người dân đến trụ sở (km)",
                    "en": "Mean road distance of a resident to the seat (km)",
                },
                text_of(own["mean_km"], 2),
                _real(text_of(real.get("mean_km"), 2)),
            )
        )
    if own.get("meets") is not None:
        keys = ("meets", "exempt", "needs_decision")
        facts.append(
            Fact(
                "standards",
                {
                    "vi": "Đơn vị đạt tiêu chuẩn / không phải xét / phải trình UBTVQH",
                    "en": "Units that meet the standard / are exempt / need a decision",
                },
                {lang: " / ".join(number(own.get(k, 0), lang) for k in keys) for lang in LANGUAGES},
                _real({x: " / ".join(number(real.get(k, 0), x) for k in keys) for x in LANGUAGES}) if real else NOTHING,
            )
        )
    return facts


def _agency_facts(plan: Plan) -> list[Fact]:
    if "new_agencies" not in plan.tables or plan.tables["new_agencies"].empty:
        return []
    agencies = plan.tables["new_agencies"]
    return [
        Fact(
            "divisions",
            {
                "vi": "Số phòng, đơn vị bên trong các cơ quan cấp thành phố",
                "en": "Divisions inside city agencies",
            },
            text_of(column(agencies, "divisions").sum()),
            {
                "vi": f"trước sắp xếp: {number(column(agencies, 'divisions_before').sum(), 'vi')}",
                "en": f"before: {number(column(agencies, 'divisions_before').sum(), 'en')}",
            },
            synthetic="divisions" in plan.manifest.get("synthetic", ()),
        )
    ]


def _staff_facts(plan: Plan) -> list[Fact]:
    rows = plan.tables.get("headcount")
    if rows is None or rows.empty:
        return []
    kept = [people_of(rows, "outcome", group=group) for group in ("placed", "transitional", "unplaced")]
    return [
        Fact(
            "placed",
            {
                "vi": "Người được bố trí trong định mức / theo lộ trình 5 năm / chưa bố trí được",
                "en": "People placed in the establishment / for five years above it / not placed",
            },
            {lang: " / ".join(number(n, lang) for n in kept) for lang in LANGUAGES},
            {
                "vi": f"tổng số: {number(people_of(rows, 'outcome'), 'vi')}",
                "en": f"in all: {number(people_of(rows, 'outcome'), 'en')}",
            },
            synthetic="staff" in plan.manifest.get("synthetic", ()),
        )
    ]


def _commute_facts(plan: Plan) -> list[Fact]:
    if "commute" not in plan.tables or plan.tables["commute"].empty:
        return []
    commute = plan.tables["commute"]
    riders = count_sum(commute["riders"])
    return [
        Fact(
            "commute",
            {
                "vi": "Ngân sách hỗ trợ đi lại, nhà ở mỗi tháng",
                "en": "Public money for commuting and housing a month",
            },
            money_of(column(commute, "public_vnd_month").sum()),
            {"vi": f"{number(riders, 'vi')} người", "en": f"{number(riders, 'en')} people"},
            synthetic="staff" in plan.manifest.get("synthetic", ()),
        )
    ]


def _time_facts(plan: Plan) -> list[Fact]:
    if "timetable" not in plan.tables or plan.tables["timetable"].empty:
        return []
    tasks = plan.tables["timetable"]
    late = int((column(tasks, "legal_late_days") > 0).sum())
    target = int((column(tasks, "target_late_days") > 0).sum())
    return [
        Fact(
            "late",
            {
                "vi": "Việc trễ hạn theo luật / trễ mục tiêu",
                "en": "Tasks late on the law / late on their target",
            },
            {lang: f"{number(late, lang)} / {number(target, lang)}" for lang in LANGUAGES},
            {"vi": f"tổng số việc: {number(len(tasks), 'vi')}", "en": f"tasks: {number(len(tasks), 'en')}"},
        )
    ]


def identical_units(plan: Plan, inputs: Inputs) -> set[str]:
    """Proposed units made of exactly the old units that a real unit of 2025 got (old units count where
    most people went)."""
    if inputs.crosswalk is None or "units" not in plan.tables:
        return set()
    ordered = inputs.crosswalk.sort_values(["old_code", "population", "new_code"])
    most = ordered.drop_duplicates("old_code", keep="last")
    real = {frozenset(group["old_code"]) for _, group in most.groupby("new_code")}
    own = plan.tables["units"].groupby("new_id")["old_code"].agg(frozenset)
    return {new_id for new_id, members in own.items() if members in real}


def people_of(headcount: pd.DataFrame, measure: str, level: str = "all", group: str = "all") -> Any:
    """A count of table headcount, a number or a mark; 0 for a group of nobody."""
    own = headcount[headcount["measure"].eq(measure) & headcount["level"].eq(level) & headcount["group"].eq(group)]
    return own["people"].iloc[0] if len(own) else 0


def benefit_of(headcount: pd.DataFrame, kind: str) -> tuple[Any, float]:
    """Persons who could leave with a benefit of a kind (a number or a mark), and what it would cost in all, VND."""
    own = headcount[headcount["measure"].eq("entitlement") & headcount["level"].eq("all") & headcount["group"].eq(kind)]
    return (own["people"].iloc[0], own["entitlement_vnd"].iloc[0]) if len(own) else (0, 0.0)


def outcome_counts(headcount: pd.DataFrame) -> pd.DataFrame:
    """Persons by level (rows) and outcome (columns), both with `all`: numbers or marks, 0 for nobody."""
    own = headcount[headcount["measure"].eq("outcome")]
    counts = own.pivot(index="level", columns="group", values="people").astype(object)
    return counts.where(counts.notna(), 0)


def commute_modes(commute: pd.DataFrame) -> pd.DataFrame:
    """Riders, public and private money a month, mean km and minutes, one row a mode, most riders first.

    Of too few persons to show, riders and money are empty.
    """
    frame = commute.assign(**{c: column(commute, c) for c in ("riders", "km", "minutes")})
    frame["km_sum"], frame["minutes_sum"] = frame["km"] * frame["riders"], frame["minutes"] * frame["riders"]
    money_columns = ["public_vnd_month", "private_vnd_month", "time_vnd_month"]
    for name in money_columns:
        frame[name] = column(frame, name)
    sums = frame.groupby("mode")[["riders", *money_columns, "km_sum", "minutes_sum"]].sum()
    many = sums["riders"].where(sums["riders"] > 0)
    sums["km"], sums["minutes"] = sums["km_sum"] / many, sums["minutes_sum"] / many
    masked = commute.loc[commute["riders"].map(is_masked), "mode"]
    sums.loc[sums.index.isin(masked), ["riders", *money_columns]] = np.nan
    return (
        sums.drop(columns=["km_sum", "minutes_sum"]).sort_values("riders", ascending=False, kind="stable").reset_index()
    )


def change(own: float, real: float) -> dict[str, str]:
    """How far `own` is below or above `real`, in words."""
    if not real:
        return NOTHING
    share = own / real - 1
    if abs(share) < 0.0005:
        return {"vi": "bằng thực tế", "en": "as in reality"}
    return {
        "vi": f"{'giảm' if share < 0 else 'tăng'} {percent(abs(share), 'vi')}",
        "en": f"{percent(abs(share), 'en')} {'less' if share < 0 else 'more'}",
    }


def grouped_tasks(timetable: pd.DataFrame) -> pd.DataFrame:
    """One row a family of like tasks ("unit.move:11518" belongs to "unit.move"), from the first start to
    the last finish.

    Columns: family, title_vi, title_en (the words the titles share), owner (empty when several), tasks,
    start, finish, legal_limit and target (the last ones), legal_margin_days (least calendar days between
    the end of a task and its legal limit), legal_late_days and target_late_days (the worst), late_tasks
    (after their target), critical, fixed, origin, kind.
    """
    frame = timetable.assign(family=timetable["task_id"].astype(str).str.split(":").str[0])
    for name in ("legal_limit", "target"):
        frame[name] = frame[name].fillna("").astype(str)
    limit, finish = (pd.to_datetime(frame[c].replace("", None)) for c in ("legal_limit", "finish"))
    frame["margin"] = (limit - finish).dt.days
    rows = []
    for family, own in frame.groupby("family", sort=True):
        rows.append(
            {
                "family": family,
                "title_vi": _shared_title(own["title_vi"]),
                "title_en": _shared_title(own["title_en"]),
                "owner": own["owner"].iloc[0] if own["owner"].nunique() == 1 else "",
                "tasks": len(own),
                "start": own["start"].min(),
                "finish": own["finish"].max(),
                "legal_limit": own["legal_limit"].max(),
                "target": own["target"].max(),
                "legal_margin_days": own["margin"].min(),
                "legal_late_days": column(own, "legal_late_days").max(),
                "target_late_days": column(own, "target_late_days").max(),
                "late_tasks": int((column(own, "target_late_days") > 0).sum()),
                "critical": bool(own["critical"].astype(bool).any()),
                "fixed": bool(own["fixed"].astype(bool).all()),
                "origin": own["origin"].iloc[0],
                "kind": own["kind"].iloc[0],
            }
        )
    return pd.DataFrame(rows).sort_values(["start", "finish", "family"]).reset_index(drop=True)


# Words that belong to the name which differs from task to task, when they end the shared part of a title.
_DANGLING = frozenset(
    (
        "Xã", "Phường", "Đặc", "Quận", "Huyện", "Thành", "phố", "UBND", "Sở", "Ban", "Văn", "Tuyến", "của",
        "cho", "vào",
        "tới", "về", "tại", "đến", "thuộc", "trên", "địa", "bàn", "of", "to", "on", "for", "at", "in", "from",
        "the",
    )
)  # fmt: skip


def _shared_title(titles: pd.Series) -> str:
    """Words that all titles begin with, "…", and the words that all end with; a lone title as it is."""
    words = [str(t).split() for t in titles]
    if len(words) == 1:
        return str(titles.iloc[0])
    head = _shared(words)
    while head and head[-1].strip(":,") in _DANGLING:
        head.pop()
    tail = _shared([w[::-1] for w in words])[::-1]
    plain = (
        tail and len(head) + len(tail) < min(map(len, words)) and not any(set("()0123456789") & set(w) for w in tail)
    )
    text = " ".join(head).rstrip(" :,(")
    return f"{text} … {' '.join(tail)}" if plain and text else text or str(titles.iloc[0])


def _shared(lists: list[list[str]]) -> list[str]:
    """Items that all lists begin with."""
    count = 0
    while all(len(x) > count and x[count] == lists[0][count] for x in lists):
        count += 1
    return lists[0][:count]
