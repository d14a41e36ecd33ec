"""Cells of a planner's file in our form: by what the scenario says, or as what alone they can mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from geodata.columns import COMMA_DECIMAL, GROUPED, NUMBER, Column, cell_fault
from geodata.sheets import cell_text, clean
from geodata.text import fold

CELLS_OF_DATES = ("date", "month", "period")
SEPARATOR = r"\s*[/.\-]\s*"
DAY, MONTH, YEAR = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})", r"(?P<y>\d{4})"
FORMS = {
    "dd/mm/yyyy": re.compile(DAY + SEPARATOR + MONTH + SEPARATOR + YEAR),
    "mm/dd/yyyy": re.compile(MONTH + SEPARATOR + DAY + SEPARATOR + YEAR),
    "mm/yyyy": re.compile(MONTH + SEPARATOR + YEAR),
    "yyyy/mm/dd": re.compile(YEAR + SEPARATOR + MONTH + SEPARATOR + DAY),
    "yyyy/mm": re.compile(YEAR + SEPARATOR + MONTH),
}
ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)(-(?P<d>\d\d))?")
EXCEL = "excel"
# Excel counts days from here (from March 1900 on, which is all that matters for dates of birth).
EXCEL_ZERO = date(1899, 12, 30)
SERIAL = re.compile(r"\d{4,5}")
SERIALS = range(3654, 54789)  # 1910 to 2049
YEAR_ALONE = re.compile(r"\d{4}")
LIST_SIGNS = re.compile(r"\s*[;,/+|]\s*")


def forms_of(text: str) -> tuple[list[str], list[str]]:
    """The forms of dates in a text such as `dd/mm/yyyy, excel`: those we know, and the others."""
    words = [w for w in re.split(r"\s*(?:,|;|\bor\b|\bhoặc\b)\s*", text.strip().lower().replace("-", "/")) if w]
    return [w for w in words if w in (*FORMS, EXCEL)], [w for w in words if w not in (*FORMS, EXCEL)]


def converter(
    column: Column, values: Mapping[str, str], formats: str, decimal: str, words: Mapping[str, str]
) -> Callable[[Any], str]:
    """Build the reader of a column: raw cell to text in our form.

    `values`: the scenario's words for this column. `formats`, `decimal`: as in the scenario. `words`: known words
    (folded) that the scenario has accepted. What none of these covers stays as it is, and is checked afterwards.
    """
    said = {clean(word): value for word, value in values.items()}
    forms = forms_of(formats)[0]

    def word(text: str) -> str:
        if text in said:
            return said[text]
        return words.get(fold(text), text) if text and text not in column.values else text

    def convert(raw: Any) -> str:
        text = clean(cell_text(raw))
        if text in said:
            return said[text]
        if column.type in CELLS_OF_DATES:
            return read_date(column, text, forms) or text
        if column.is_number:
            return _number(text) if decimal == "," and isinstance(raw, str) else text
        if column.type == "list" and text:
            return ";".join(word(item) for item in LIST_SIGNS.split(text) if item)
        return word(text)

    return convert


def read_date(column: Column, text: str, forms: list[str]) -> str:
    """A date in ISO form, cut to the month where the column wants one; "" when no form fits or there is no such day."""
    for pattern in (ISO, *(FORMS[f] for f in forms if f in FORMS)):
        found = pattern.fullmatch(text)
        if found:
            return _iso(column, found.groupdict())
    if EXCEL in forms and is_serial(text):
        day = EXCEL_ZERO + timedelta(days=int(text))
        return day.isoformat()[: 7 if column.type == "month" else 10]
    return ""


def is_serial(text: str) -> bool:
    """Whether a text is the number of a day as Excel counts, of 1910 to 2049, and no year."""
    return bool(SERIAL.fullmatch(text)) and int(text) in SERIALS and len(text) > 4


def likely_forms(cells: list[str]) -> tuple[list[str], bool]:
    """Forms that would read cells that are no ISO dates, and whether some day above 12 tells days from months."""
    found: set[str] = set()
    first = second = 0
    for cell in cells:
        triple = FORMS["dd/mm/yyyy"].fullmatch(cell)
        if triple:
            first, second = max(first, int(triple["d"])), max(second, int(triple["m"]))
        for form in ("mm/yyyy", "yyyy/mm/dd", "yyyy/mm"):
            if FORMS[form].fullmatch(cell):
                found.add(form)
        if is_serial(cell):
            found.add(EXCEL)
    if first:
        found.add("mm/dd/yyyy" if second > 12 >= first else "dd/mm/yyyy")
    order = (*FORMS, EXCEL)
    return sorted(found, key=order.index), not first or (first > 12) != (second > 12)


def mended(column: Column, text: str) -> tuple[str, str]:
    """A cell at fault with what is safe to correct, and why; unchanged with "" when a person has to decide.

    Safe is what can mean one thing only: a decimal comma, a date whose day is above 12, a month, a word in capitals.
    """
    if cell_fault(column, text) is None:
        return text, ""
    if column.type == "number" and COMMA_DECIMAL.fullmatch(text) and not GROUPED.fullmatch(text):
        return _if_right(column, text, text.replace(",", "."), "decimal comma")
    if column.type in CELLS_OF_DATES:
        triple = FORMS["dd/mm/yyyy"].fullmatch(text)
        forms = ["mm/yyyy", "yyyy/mm/dd", "yyyy/mm"] + (["dd/mm/yyyy"] if triple and int(triple["d"]) > 12 else [])
        return _if_right(column, text, read_date(column, text, forms), "date in ISO form")
    if column.type == "list":
        items = [_same_word(column, item) for item in LIST_SIGNS.split(text) if item]
        return _if_right(column, text, ";".join(items), "list separated by ;")
    if column.values:
        return _if_right(column, text, _same_word(column, text), "spelling of a known value")
    return text, ""


def advice(column: Column, cell: str, kind: str, words: Mapping[str, str]) -> str:
    """Remedy in the scenario for a cell at fault: a word, a form of dates, the decimal sign; "" when there is none."""
    if kind in ("no date", "impossible date") and column.type in CELLS_OF_DATES:
        forms, sure = likely_forms([cell])
        read = read_date(column, cell, forms)
        if forms and read:
            doubt = "" if sure else f" if {cell} means {read}"
            return f"formats: {{{column.name}: {forms[0]}}} in the scenario{doubt}, or write {read}"
        return "write YYYY-MM, with the month" if YEAR_ALONE.fullmatch(cell) and column.type == "month" else ""
    if kind == "decimal comma" and column.type == "number":
        return f'decimal: "," in the scenario, or write {cell.replace(",", ".")}'
    if kind == "unknown value" and fold(cell) in words:
        return f'values: {{{column.name}: {{"{cell}": {words[fold(cell)]}}}}} in the scenario'
    return ""


def _if_right(column: Column, text: str, changed: str, why: str) -> tuple[str, str]:
    return (changed, why) if changed and changed != text and cell_fault(column, changed) is None else (text, "")


def _same_word(column: Column, text: str) -> str:
    alike = [v for v in column.values if fold(v.replace("_", " ")) == fold(text.replace("_", " "))]
    return alike[0] if len(alike) == 1 else text


def _iso(column: Column, parts: Mapping[str, str | None]) -> str:
    try:
        day = date(int(parts["y"] or 0), int(parts["m"] or 0), int(parts.get("d") or 1))
    except ValueError:
        return ""
    whole = bool(parts.get("d"))
    if column.type == "date" and not whole:
        return ""
    return day.isoformat()[: 10 if whole and column.type != "month" else 7]


def _number(text: str) -> str:
    """A number written with a decimal comma (and dots or spaces between thousands) as 1234.5."""
    plain = text.replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", plain):
        plain = plain.replace(".", "")
    dotted = plain.replace(",", ".", 1)
    return dotted if NUMBER.fullmatch(dotted) else text


def is_day(raw: Any) -> bool:
    """Whether a raw cell is a full day (of a workbook), of which a month column keeps the month."""
    return isinstance(raw, (date, datetime))
