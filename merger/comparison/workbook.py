"""A comparison as an Excel workbook: headline, a sheet a kind of change, every figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from merger.comparison.difference import GROUPS, KINDS, Difference
from merger.documents.annex import TEXT_ONLY
from merger.documents.wording import empty

# The file carries a time of creation; a fixed one makes equal comparisons equal files.
CREATED = datetime(2025, 7, 1)
WIDTHS = (40, 10, 50, 50, 40, 50, 50)
HEADS = (
    ("Tên / Name (vi)", "Số người / People", "A (vi)", "B (vi)", "Name (en)", "A (en)", "B (en)"),
    ("Chỉ tiêu (vi)", "Nhóm / Group", "A (vi)", "B (vi)", "Figure (en)", "A (en)", "B (en)"),
    ("Mã / Key", "", "A", "B"),
)
SHEETS = {
    "unit": "Đơn vị - Units", "agency": "Cơ quan - Bodies", "division": "Phòng - Divisions",
    "mandate": "Nhiệm vụ - Mandates", "post": "Vị trí - Posts", "office": "Nơi làm việc - Offices",
    "outcome": "Kết quả - Outcomes", "support": "Đi lại - Travel", "headcount": "Số người - Headcount",
    "route": "Tuyến - Routes", "limit": "Thời hạn - Limits", "task": "Công việc - Tasks",
}  # fmt: skip


def write_workbook(difference: Difference, path: Path) -> None:
    """Write the workbook; text is never taken for a formula or a link, equal comparisons give equal bytes."""
    with xlsxwriter.Workbook(str(path), TEXT_ONLY) as book:
        named = [" / ".join(dict.fromkeys(n.values())) for n in difference.names]
        book.set_properties({"title": " - ".join(named), "created": CREATED})
        below = [f"{side}: {name}" for side, name in zip("AB", named, strict=True)]
        below += difference.note.values() if difference.note else []
        rows = [
            (f.title["vi"], " / ".join(GROUPS[f.group]), f.a_text["vi"], f.b_text["vi"], f.title["en"],
             f.a_text["en"], f.b_text["en"])
            for f in difference.headline
        ]  # fmt: skip
        _sheet(book, "Tóm tắt - Summary", HEADS[1], rows, below=below)
        for kind, changes in difference.by_kind():
            told = ((c.name, c.people or None, c.before, c.after) for c in changes)
            rows = [(n["vi"], p, x["vi"], y["vi"], n["en"], x["en"], y["en"]) for n, p, x, y in told]
            _sheet(book, SHEETS[kind], HEADS[0], rows, title=" / ".join(KINDS[kind]))
        every = [(key, "", a, b) for key, (a, b) in difference.figures.items()]
        _sheet(book, "Mọi số liệu - All figures", HEADS[2], every)


def _sheet(
    book: Any,
    name: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "",
    below: Sequence[str] = (),
) -> None:
    """One table with a filter and frozen heads; lines `below` it."""
    sheet = book.add_worksheet(name[:31])
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#dfe8f1", "border": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    figure = book.add_format({"num_format": "#,##0.###", "valign": "top"})
    for col, (word, width) in enumerate(zip(heads, WIDTHS, strict=False)):
        sheet.write_string(0, col, word, head)
        sheet.set_column(col, col, width)
    last = 0
    for last, row in enumerate(rows, start=1):
        for col, value in enumerate(row):
            if isinstance(value, (int, float)) and not isinstance(value, bool) and not empty(value):
                sheet.write_number(last, col, value, figure)
            elif not empty(value):
                sheet.write_string(last, col, str(value), text)
    sheet.freeze_panes(1, 1)
    if last:
        sheet.autofilter(0, 0, last, len(heads) - 1)
    for offset, line in enumerate(below, start=2):
        sheet.write_string(last + offset, 0, line)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if title:
        sheet.set_header(f"&L{title.replace('&', '&&')}")
