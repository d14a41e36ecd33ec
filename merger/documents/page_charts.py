"""The bar charts of the page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from merger.disclosure import is_masked
from merger.documents.facts import column, commute_modes, people_of
from merger.documents.wording import LANGUAGES, group_terms, modes_text, money, number, term
from merger.plan import Plan

MINUTE_EDGES = (0, 5, 10, 15, 20, 30, np.inf)


def charts(plan: Plan) -> list[dict[str, Any]]:
    """Charts that the tables allow: title and bars with label and text by language, value, and `synthetic`."""
    synthetic = "staff" in plan.manifest.get("synthetic", ())
    made = []
    if "units" in plan.tables:
        title = {"vi": "Người dân theo thời gian đến trụ sở", "en": "Residents by minutes to the seat"}
        made.append({"title": title, "bars": _minutes(plan.tables["units"]), "synthetic": False})
    if "headcount" in plan.tables and len(plan.tables["headcount"]):
        title = {"vi": "Kết quả bố trí nhân sự (người)", "en": "Placement of staff (people)"}
        made.append({"title": title, "bars": _outcomes(plan.tables["headcount"]), "synthetic": synthetic})
    if "commute" in plan.tables and len(plan.tables["commute"]):
        title = {
            "vi": "Hỗ trợ đi lại (người · ngân sách mỗi tháng)",
            "en": "Commuting (people · public money a month)",
        }
        made.append({"title": title, "bars": _modes(plan.tables["commute"]), "synthetic": synthetic})
    return made


def _bar(value: float, label, text) -> dict[str, Any]:
    """A bar; `label` and `text` make words of a language."""
    return {
        "label": {lang: label(lang) for lang in LANGUAGES},
        "value": int(value),
        "text": {lang: text(lang) for lang in LANGUAGES},
    }


def _minutes(units: pd.DataFrame) -> list[dict[str, Any]]:
    people, minutes = column(units, "population"), column(units, "minutes_to_seat")
    bars = []
    for low, high in pairwise(MINUTE_EDGES):
        inside = people[(minutes > low if low else minutes >= 0) & (minutes <= high)].sum()
        words = {"vi": f"{low}–{high} phút", "en": f"{low}–{high} min"}
        if high == np.inf:
            words = {"vi": f"trên {low} phút", "en": f"over {low} min"}
        bars.append(_bar(inside, words.__getitem__, lambda lang, n=inside: number(n, lang)))
    return bars


def _outcomes(headcount: pd.DataFrame) -> list[dict[str, Any]]:
    counts = {o: people_of(headcount, "outcome", group=o) for o in group_terms("outcome", "vi")}
    return [
        _bar(
            0 if is_masked(n) else n,
            lambda lang, o=o: term("outcome", o, lang),
            lambda lang, n=n: number(n, lang),
        )
        for o, n in counts.items()
        if n
    ]


def _modes(commute: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        _bar(
            0 if pd.isna(m.riders) else m.riders,
            lambda lang, m=m: modes_text(m.mode, lang),
            lambda lang, m=m: f"{number(m.riders, lang)} · {money(m.public_vnd_month, lang)}",
        )
        for m in commute_modes(commute).itertuples()
    ]
