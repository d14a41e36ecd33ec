"""Words and numbers for people, in Vietnamese and in English: terms, formats, citations, sentences on
bounds."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

import pandas as pd

from merger.disclosure import HIDDEN, is_masked
from merger.inputs import Inputs

LANGUAGES = ("vi", "en")
MISSING = "–"
BILLION = 1e9
MILLION = 1e6
# A bound farther away than this says nothing that helps a decision.
WEAK_GAP = 0.5
# Rules of one article that are named one by one; the annex lists all.
TITLES_SHOWN = 4


@lru_cache(maxsize=1)
def _terms() -> dict[tuple[str, str], dict[str, str]]:
    text = files("merger.documents").joinpath("templates", "terms.csv").read_text(encoding="utf-8")
    return {(row["group"], row["key"]): row for row in csv.DictReader(text.splitlines())}


def term(group: str, key: Any, lang: str) -> str:
    """Word for a code of a table, e.g. ("kind", "xa"); a code without an entry comes back as it is."""
    entry = _terms().get((group, str(key)))
    return entry[lang] if entry else str(key)


def known(group: str, key: Any) -> bool:
    """Whether a code has a word."""
    return (group, str(key)) in _terms()


def group_terms(group: str, lang: str) -> dict[str, str]:
    """All words of a group, in the order of the file."""
    return {key: row[lang] for (own, key), row in _terms().items() if own == group}


def empty(value: Any) -> bool:
    """Whether a cell holds nothing."""
    if isinstance(value, str):
        return value == ""
    return value is None or (not isinstance(value, list | dict) and bool(pd.isna(value)))


# Mark of a count that would give away another one, which is too small to show.
SUPPRESSED = "•"


def modes_text(modes: str, lang: str) -> str:
    """Modes of travel in words; modes that are shown together are joined by "/"."""
    return " / ".join(term("mode", mode, lang) for mode in str(modes).split(";"))


def number(value: Any, lang: str, decimals: int = 0) -> str:
    """1.234,5 in Vietnamese, 1,234.5 in English; a dash where there is nothing; "<5" or • for a count not shown."""
    if is_masked(value):
        return SUPPRESSED if value == HIDDEN else value
    if empty(value) or (isinstance(value, float) and not math.isfinite(value)):
        return MISSING
    text = f"{float(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def percent(share: Any, lang: str, decimals: int = 1) -> str:
    """Share of 1 as a percentage."""
    if empty(share):
        return MISSING
    return number(100 * float(share), lang, decimals) + ("%" if lang == "vi" else " %")


def money(value: Any, lang: str) -> str:
    """VND in a size that people read: tỷ đồng, triệu đồng."""
    if empty(value):
        return MISSING
    amount = float(value)
    if abs(amount) >= BILLION:
        figure = number(amount / BILLION, lang, 1 if abs(amount) < 1000 * BILLION else 0)
        return f"{figure} tỷ đồng" if lang == "vi" else f"VND {figure} billion"
    if abs(amount) >= MILLION:
        figure = number(amount / MILLION, lang, 1)
        return f"{figure} triệu đồng" if lang == "vi" else f"VND {figure} million"
    return f"{number(amount, lang)} đồng" if lang == "vi" else f"VND {number(amount, lang)}"


def day(value: Any, lang: str) -> str:
    """ISO date as 01/7/2025 (Vietnamese administrative form) or 1 July 2025."""
    if empty(value):
        return MISSING
    d = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    if lang == "vi":
        # Decree 30/2020: a zero before days under 10 and before months 1 and 2.
        month = f"{d.month:02d}" if d.month < 3 else str(d.month)
        return f"{d.day:02d}/{month}/{d.year}"
    return f"{d.day} {MONTHS[d.month - 1]} {d.year}"


def long_day(value: date, lang: str) -> str:
    """Date as a legal text writes it: 01 tháng 7 năm 2025, or 1 July 2025."""
    if lang != "vi":
        return day(value, lang)
    d, month, year = day(value, lang).split("/")
    return f"{d} tháng {month} năm {year}"


MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


PERIODS_VI = {"year": "năm", "month": "tháng", "day": "ngày"}


def unit_word(unit: str, lang: str) -> str:
    """Unit of an objective in words; of a longer description ("VND a year, weighted") the unit alone."""
    if known("unit", unit) or not unit.startswith("VND"):
        return term("unit", unit, lang)
    period = re.search(r"year|month|day", unit)
    if lang == "vi":
        return f"đồng/{PERIODS_VI[period.group()]}" if period else "đồng"
    return f"VND a {period.group()}" if period else "VND"


def quantity(value: Any, unit: str, lang: str) -> str:
    """A figure with its unit as the stages write it ("VND/year", "person-minutes", ...)."""
    if empty(value):
        return MISSING
    word = unit_word(unit, lang)
    if unit.startswith("VND"):  # money() says đồng or VND itself
        return money(value, lang) + word.removeprefix("đồng").removeprefix("VND")
    decimals = 0 if abs(float(value)) >= 100 or float(value).is_integer() else 2
    return f"{number(value, lang, decimals)} {word}".strip()


def heading(column: str, lang: str, table: str = "") -> str:
    """Heading of a table's column; a column of the same name may have another meaning in one table."""
    special = f"{column}_{table}"
    return term("column", special if known("column", special) else column, lang)


def plain_value(value: Any, lang: str) -> str:
    """A legal figure as text."""
    if isinstance(value, bool):
        return term("bool", value, lang)
    if isinstance(value, int | float):
        return number(value, lang, 0 if float(value).is_integer() else 2)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def rules_text(ids: list[str], inputs: Inputs, lang: str) -> list[str]:
    """One line a rule: its title, then where it stands; rules cited alike are joined; unknown ids are
    left out.

    An id of commute_allowances.csv is cited by the scheme's name.
    """
    schemes = inputs.allowances.set_index("allowance_id") if len(inputs.allowances) else pd.DataFrame()
    titles: dict[str, list[str]] = {}
    for rule_id in ids:
        if rule_id in inputs.law:
            rule = inputs.law[rule_id]
            titles.setdefault(rule.cite(lang), []).append(rule.title(lang))
        elif rule_id in schemes.index:
            column = "scheme_vi" if lang == "vi" and "scheme_vi" in schemes else "scheme"
            titles.setdefault(str(schemes.loc[rule_id, column]), []).append("")
    lines = []
    for cited, own in titles.items():
        named = list(dict.fromkeys(t for t in own if t))
        more = len(named) - TITLES_SHOWN
        if more > 1:
            rest = f"và {more} chỉ tiêu khác" if lang == "vi" else f"and {more} more figures"
            named = [*named[:TITLES_SHOWN], rest]
        lines.append(f"{_upper_first(cited)}: {'; '.join(named)}." if named else f"{_upper_first(cited)}.")
    return lines


def finding_text(finding: Mapping[str, Any], lang: str) -> str:
    """Text of a finding with its dates and percentages written as people write them."""
    text = re.sub(r"\b\d{4}-\d{2}-\d{2}\b", lambda m: day(m.group(), lang), str(finding.get(lang, "")))
    if lang == "vi":
        text = re.sub(r"(?<=\d)[ \u00a0]%", "%", text)
        text = re.sub(r"\b(\d{2}/)0([3-9]/\d{4})\b", r"\1\2", text)
    return text


def bound_sentence(record: Mapping[str, Any], lang: str) -> str:
    """What is proven about a stage's result, in one sentence or two."""
    vi = lang == "vi"
    unit = record.get("unit", "")
    bound, gap, status = record.get("bound"), record.get("gap"), record.get("status")
    restriction = restriction_text(record.get("restriction", ""), lang)
    if status == "optimal" or (gap is not None and gap <= 1e-9):
        text = (
            "Đã chứng minh: không phương án nào theo các quy định và giả định này tốt hơn phương án đề xuất."
            if vi
            else "Proven: no plan under these rules and assumptions is better than the one proposed."
        )
    elif bound is not None and gap is not None and gap < WEAK_GAP:
        text = (
            "Không phương án nào theo các quy định và giả định này tốt hơn phương án đề xuất quá "
            f"{percent(gap, lang, 2)} "
            f"(giá trị của phương án: {quantity(record.get('objective'), unit, lang)}; cận dưới đã chứng "
            "minh: "
            f"{quantity(bound, unit, lang)})."
            if vi
            else f"No plan under these rules and assumptions is better than the one proposed by more than "
            f"{percent(gap, lang, 2)} (this plan: {quantity(record.get('objective'), unit, lang)}; proven "
            "lower bound: "
            f"{quantity(bound, unit, lang)})."
        )
    else:
        text = (
            "Phương án thỏa mãn mọi quy định; chưa chứng minh được mức độ gần với phương án tốt nhất."
            if vi
            else "The plan keeps every rule; how close it is to the best possible has not been proven."
        )
    if restriction:
        text += f" Kết luận này đúng trong phạm vi: {restriction}." if vi else f" This holds for: {restriction}."
    return text


_RESTRICTIONS_VI = (
    (
        r"arrangements with the earlier objectives as good as here",
        "các phương án giữ nguyên mức đạt các mục tiêu trước",
    ),
    (r"regions of at most (\d+) units", r"mỗi đơn vị mới gồm không quá \1 đơn vị cũ"),
    (
        r"the given stops and demands; every sequence of stops is covered by the bound",
        "các điểm đón và các mức nhu cầu đã chọn, với mọi thứ tự dừng",
    ),
    (
        r"only small sets of divisions were considered, there are too many",
        "chỉ xét các nhóm phòng nhỏ vì số nhóm quá nhiều",
    ),
)


def restriction_text(text: str, lang: str) -> str:
    """What a bound holds for; solvers say it in English, a sentence without translation stays as it is."""
    if lang == "vi":
        for pattern, new in _RESTRICTIONS_VI:
            text = re.sub(pattern, new, text)
    return text.rstrip(".")


def unbroken(text: str) -> str:
    """Text whose dates like 1-7-2025 do not break at the end of a line."""
    return re.sub(r"(?<=\d)-(?=\d)", "\u2011", text)


def plain_name(name: str) -> str:
    """Name of a body without the mark that tells it from its predecessor in the tables."""
    return name.removesuffix(" (mới)").removesuffix(" (new)")


def synthetic_note(lang: str) -> str:
    """The warning beside everything that rests on generated divisions or staff."""
    if lang == "vi":
        return (
            "SỐ LIỆU GIẢ LẬP: danh sách nhân sự và cơ cấu phòng không công bố; số liệu ở đây do chương "
            "trình sinh ra theo "
            "các tổng số đã công bố, chỉ dùng để thử phương án, không dùng để quyết định với từng người."
        )
    return (
        "SYNTHETIC DATA: rosters and divisions are not public; the figures here are generated to match "
        "published totals, "
        "serve to test the plan and must not be used to decide on any person."
    )


def map_source(lang: str, own_units: str = "", roads: bool = True) -> str:
    """Source line of every map; `own_units`: the planner's file of units where they are not the shipped ones."""
    if own_units:
        told = f"Nguồn: đơn vị hành chính theo {own_units}" if lang == "vi" else f"Source: units by {own_units}"
        return told + ("; © OpenStreetMap contributors (ODbL)." if roads else ".")
    if lang == "vi":
        return (
            "Nguồn: © OpenStreetMap contributors (ODbL); ranh giới 2025: sapnhap.bando.com.vn qua "
            "vietnamese-provinces-database (MIT); ranh giới bên trong trước 2025 do dự án dựng lại, không "
            "phải chính thức."
        )
    return (
        "Source: © OpenStreetMap contributors (ODbL); borders of 2025: sapnhap.bando.com.vn via "
        "vietnamese-provinces-database (MIT); inner borders before 2025 are a reconstruction, not official."
    )


def credit(lang: str, own_units: str = "", roads: bool = True) -> str:
    """Everybody whose data the documents show, with the licences; arguments as of `map_source`."""
    if own_units:
        return map_source(lang, own_units, roads)
    if lang == "vi":
        rest = (
            "Diện tích, dân số 2025: vietnamadminunits (MIT); đối chiếu đơn vị cũ - mới: dvhcvn (MIT); "
            "bố cục ô bản đồ: OpenMapTiles (CC-BY 4.0)."
        )
    else:
        rest = (
            "Areas, populations 2025: vietnamadminunits (MIT); old to new units: dvhcvn (MIT); "
            "tile schema: OpenMapTiles (CC-BY 4.0)."
        )
    return f"{map_source(lang)} {rest}"


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
