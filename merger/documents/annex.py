"""The Excel annex: a sheet a table with Vietnamese and English heads, sums instead of persons, rules and
sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from merger.disclosure import is_masked, public_view
from merger.documents.annex_frames import Sheets, frames
from merger.documents.cells import RULES, Cells
from merger.documents.facts import headline
from merger.documents.wording import (
    LANGUAGES,
    credit,
    empty,
    heading,
    number,
    plain_name,
    synthetic_note,
    term,
)
from merger.inputs import Inputs
from merger.layers import own_units
from merger.plan import Plan
from merger.tables import TABLES

NUMBER_FORMATS = {
    "int": "#,##0", "count": "#,##0", "vnd": "#,##0",
    "km": "#,##0.0", "minutes": "#,##0.0", "km2": "#,##0.00", "m2": "#,##0",
    "ratio": "0.00", "degrees": "0.00000", "number": "#,##0.00##", "percent": "0.00%",
}  # fmt: skip
# No text becomes a formula, a link or a number, whatever it begins with.
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# First sheet: contents and what the workbook is.
CONTENTS = "Mục lục"
# Codes that stay codes, because the name has a column of its own beside them.
KEPT_CODES = {"home_code", "new_agency_id"}
# Characters: the width at which text and citations wrap, the narrowest column, a number; points: the height of a line.
WRAPPED, CITED, NARROWEST, NUMBER_WIDTH, LINE_HEIGHT = 45, 60, 8, 10, 15


def write_annex(plan: Plan, inputs: Inputs, path: Path) -> None:
    """Write the bilingual workbook. Text is never taken for a formula or a link; equal plans give equal
    bytes.

    Persons appear only in sums: the tables are those that the public may see (merger.disclosure).
    """
    plan = public_view(plan, inputs)
    book = xlsxwriter.Workbook(str(path), TEXT_ONLY)
    created = inputs.scenario.dates.commune_decision
    book.set_properties(
        {
            "title": f"{inputs.scenario.title.vi} / {inputs.scenario.title.en}",
            "author": inputs.scenario.documents.issuer.vi,
            "created": datetime(created.year, created.month, created.day),
        }
    )
    writer = _Writer(book, plan, inputs)
    sheets = frames(plan, inputs)
    writer.readme(sheets)
    for name, (frame, types) in sheets.items():
        writer.sheet(name, frame, types)
    book.close()


class _Writer:
    """Writes frames into one workbook with its formats."""

    def __init__(self, book: xlsxwriter.Workbook, plan: Plan, inputs: Inputs):
        self.book, self.plan, self.inputs = book, plan, inputs
        base = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
        self.text = book.add_format({**base, "text_wrap": True, "num_format": "@"})
        self.head = book.add_format(
            {
                **base,
                "bold": True,
                "bg_color": "#DCE6F1",
                "border": 1,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
            }
        )
        self.head_en = book.add_format(
            {
                **base,
                "italic": True,
                "bg_color": "#EEF3F9",
                "border": 1,
                "text_wrap": True,
                "align": "center",
                "font_size": 10,
            }
        )
        self.title = book.add_format({**base, "bold": True, "font_size": 14})
        self.warn = book.add_format({**base, "bold": True, "bg_color": "#FFF3CD", "text_wrap": True})
        self.day = book.add_format({**base, "num_format": "dd/mm/yyyy", "align": "center"})
        self.numbers = {k: book.add_format({**base, "num_format": f}) for k, f in NUMBER_FORMATS.items()}
        self.cells = Cells(plan, inputs)

    def readme(self, sheets: Sheets) -> None:
        """First sheet: what the workbook is, its labels, the headline, a list of sheets with links inside
        the file."""
        sheet = self.book.add_worksheet(CONTENTS)
        sheet.set_column(0, 0, 64, self.text)
        sheet.set_column(1, 1, 60, self.text)
        sheet.set_column(2, 3, 24, self.text)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        title = self.inputs.scenario.title
        lines: list[tuple[Any, ...]] = [(f"PHỤ LỤC: {title.vi}",), (f"ANNEX: {title.en}",), ()]
        for row, line in enumerate(lines):
            for col, text in enumerate(line):
                sheet.write_string(row, col, text, self.title)
        row = len(lines)
        if self.plan.manifest.get("synthetic"):
            for lang in ("vi", "en"):
                sheet.merge_range(row, 0, row, 3, synthetic_note(lang), self.warn)
                sheet.set_row(row, 36)
                row += 1
        row = self._block(sheet, row + 1, ("Chỉ tiêu chính / Key figure", "", "Phương án / Plan",
        "So với / Against"),
                          [(f.title["vi"], f.title["en"], f.plan["vi"],
                          f.reference["vi"]) for f in headline(self.plan, self.inputs)])  # fmt: skip
        labels = [(f"{term('label', k, 'vi')} / {k}", LABEL_MEANING[k]) for k in LABEL_MEANING]
        row = self._block(sheet, row + 1, ("Nhãn dữ liệu / Label", "Nghĩa / Meaning"), labels)
        self._heads(sheet, row + 1, ("Trang / Sheet", "Nội dung / Content", "Số dòng / Rows"))
        row += 2
        for name, (frame, _) in sheets.items():
            sheet.write_url(row, 0, f"internal:'{_tab(name)}'!A1", self.text, _tab(name))
            sheet.write_string(row, 1, term("sheet", name, "en"), self.text)
            sheet.write_number(row, 2, len(frame), self.numbers["int"])
            row += 1
        manifest = self.plan.manifest
        digest = f"{manifest['scenario']['name']} · {manifest['scenario_digest'][:16]} · seed {manifest['seed']}"
        self._block(
            sheet,
            row + 1,
            ("Lập lại / Reproduce", digest),
            [tuple(credit(lang, own_units(self.inputs), self.inputs.has_roads) for lang in LANGUAGES)],
        )

    def sheet(self, name: str, frame: pd.DataFrame, types: Mapping[str, str]) -> None:
        """One table: two rows of heads, filter, frozen panes, formats by type."""
        sheet = self.book.add_worksheet(_tab(name))
        lines = [1] * len(frame)
        for col, key in enumerate(frame.columns):
            sheet.write_string(0, col, heading(key, "vi", _singular(name)), self.head)
            sheet.write_string(1, col, heading(key, "en", _singular(name)), self.head_en)
            kind = types.get(key, "text")
            cells = enumerate(frame[key].tolist(), start=2)
            lengths = [self._cell(sheet, (row, col), (name, key, kind), value) for row, value in cells]
            widest = CITED if key in RULES else WRAPPED
            width = max([NARROWEST, *(min(n, widest) for n in lengths)]) + 2
            sheet.set_column(col, col, width)
            lines = [max(a, -(-n // width)) for a, n in zip(lines, lengths, strict=True)]
        for row, count in enumerate(lines, start=2):
            if count > 1:  # said outright, because not every program fits rows to wrapped text
                sheet.set_row(row, count * LINE_HEIGHT)
        sheet.set_row(0, 32)
        sheet.set_row(1, 28)
        if len(frame):
            sheet.autofilter(1, 0, len(frame) + 1, len(frame.columns) - 1)
        sheet.freeze_panes(2, min(2, len(frame.columns) - 1))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, 1)

    def _cell(self, sheet, at: tuple[int, int], about: tuple[str, str, str], value: Any) -> int:
        """Write one cell (table, column, type in `about`); returns the length of its text."""
        (row, col), (table, key, kind) = at, about
        if empty(value):
            return 0
        if kind in NUMBER_FORMATS and not isinstance(value, str):
            sheet.write_number(row, col, float(value), self.numbers[kind])
            return max(NUMBER_WIDTH, len(f"{value:,.0f}") + 1)
        if kind == "date":
            try:
                sheet.write_datetime(
                    row, col, datetime.combine(date.fromisoformat(str(value)), datetime.min.time()), self.day
                )
                return 11
            except ValueError:
                pass  # not a date: kept as the text that it is
        masked = kind == "count" and is_masked(value)
        text = number(value, "en") if masked else self._words(table, key, value)
        sheet.write_string(row, col, text, self.text)
        return len(text)

    def _words(self, table: str, key: str, value: Any) -> str:
        """Words of a cell in both languages, once where they are the same."""
        text = str(value)
        if text in ("True", "False"):
            return " / ".join(term("bool", text, lang) for lang in LANGUAGES)
        if table not in TABLES or key in KEPT_CODES:
            return text
        if key in RULES:  # the sheet of rules has both languages
            return self.cells.words(table, key, text, "vi")
        return " / ".join(dict.fromkeys(plain_name(self.cells.words(table, key, text, lang)) for lang in LANGUAGES))

    def _block(self, sheet, row: int, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> int:
        self._heads(sheet, row, heads)
        for line in rows:
            row += 1
            for col, text in enumerate(line):
                sheet.write_string(row, col, text, self.text)
        return row + 1

    def _heads(self, sheet, row: int, heads: tuple[str, ...]) -> None:
        for col, text in enumerate(heads):
            sheet.write_string(row, col, text, self.head)


LABEL_MEANING = {
    "official": "công bố chính thức / published officially or in the press",
    "estimated": "ước tính từ số liệu công bố / estimated from published figures",
    "reconstructed": "dựng lại gần đúng / rebuilt approximately",
    "proposed": "đề xuất của chương trình / proposed by the engine",
    "SYNTHETIC": "sinh ngẫu nhiên theo tổng số công bố, không phải số liệu thật / generated to match "
    "published totals, not real",
}


def _tab(name: str) -> str:
    return term("sheet", name, "vi")[:31]


def _singular(name: str) -> str:
    return "task" if name == "timetable" else name
