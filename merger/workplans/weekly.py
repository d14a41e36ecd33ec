"""Weekly work lists (XLSX): what each body begins, goes on with and ends in each week, and what it waits for.

One sheet a body of the city, one for all local bodies with a filter; a row is one task in one week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from merger.documents.annex import TEXT_ONLY
from merger.documents.wording import heading, term
from merger.inputs import Inputs
from merger.workplans.bodies import Body, owners

# Column: width in characters, and how it is written. Together they are what A4 can hold in a size that can be read.
COLUMNS: dict[str, tuple[float, str]] = {
    "week_start": (9.5, "day"),
    "week": (7.5, "text"),
    "body": (15, "text"),
    "title_vi": (29, "text"),
    "title_en": (18, "small"),
    "partner": (16, "small"),
    "place": (12, "small"),
    "documents": (23, "small"),
    "start": (9.5, "day"),
    "finish": (9.5, "day"),
    "this_week": (9, "text"),
    "limit_day": (9.5, "day"),
    "limit_kind": (8, "text"),
    "slack_days": (7, "int"),
    "late_share": (6.5, "percent"),
    "waits_for": (27, "small"),
    "contact": (11, "text"),
    "done": (5, "text"),
}
LONG = 26  # weeks of a task that are listed one by one; a longer one is listed at both ends and once a month between
WAITED_SHOWN = 4
# Characters of a text a unit of width; text breaks at words, so some room is left.
FITTING = {"text": 1.15, "small": 1.45, "day": 1.0, "int": 1.0, "percent": 1.0}
LINE_POINTS = {"text": 13.0, "small": 11.6, "day": 13.0, "int": 13.0, "percent": 13.0}
OVERVIEW, LOCAL = "Tổng hợp", "Xã, phường, đặc khu"
BAD_IN_TAB = re.compile(r"[\[\]:*?/\\']")


def write_weekly(timetable: pd.DataFrame, bodies: list[Body], inputs: Inputs, path: Path) -> None:
    """Write the workbook; text is never a formula, equal tables give equal bytes."""
    book = xlsxwriter.Workbook(str(path), TEXT_ONLY)
    made = inputs.scenario.dates.commune_decision
    book.set_properties(
        {
            "title": f"Danh mục công việc hằng tuần: {inputs.scenario.title.vi}",
            "author": inputs.scenario.documents.issuer.vi,
            "created": datetime(made.year, made.month, made.day),
        }
    )
    sheets = _Sheets(book, timetable)
    city, local = [b for b in bodies if not b.local], [b for b in bodies if b.local]
    names = _tabs([b.name for b in city], inputs.scenario.documents.place)
    sheets.overview(list(zip(names, city, strict=True)), local)
    for name, body in zip(names, city, strict=True):
        sheets.sheet(name, body.name, [body])
    if local:
        sheets.sheet(LOCAL, LOCAL, local)
    book.close()


class _Sheets:
    """Writes the sheets with common formats."""

    def __init__(self, book: xlsxwriter.Workbook, timetable: pd.DataFrame):
        self.book = book
        self.rows = {r["task_id"]: r for r in timetable.to_dict("records")}
        base = {
            "font_name": "Times New Roman",
            "font_size": 10,
            "valign": "top",
            "border": 4,
            "border_color": "#999999",
        }
        head = {**base, "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1}
        self.head = book.add_format({**head, "bg_color": "#DCE6F1"})
        self.head_en = book.add_format({**head, "bold": False, "italic": True, "bg_color": "#EEF3F9", "font_size": 9})
        self.title = book.add_format({"font_name": "Times New Roman", "font_size": 14, "bold": True})
        self.formats = {
            "text": book.add_format({**base, "text_wrap": True, "num_format": "@"}),
            "small": book.add_format({**base, "text_wrap": True, "num_format": "@", "font_size": 9}),
            "day": book.add_format({**base, "num_format": "dd/mm/yyyy", "align": "center"}),
            "int": book.add_format({**base, "num_format": "#,##0", "align": "center"}),
            "percent": book.add_format({**base, "num_format": "0%", "align": "center"}),
        }
        self.late = book.add_format({"bg_color": "#F8D7DA", "bold": True})
        self.tight = book.add_format({"bg_color": "#FFF3CD"})

    def overview(self, city: list[tuple[str, Body]], local: list[Body]) -> None:
        """First sheet: what the columns mean, and the bodies with links to their sheets."""
        sheet = self.book.add_worksheet(OVERVIEW)
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 4, 15)
        _page(sheet)
        sheet.write_string(0, 0, "DANH MỤC CÔNG VIỆC HẰNG TUẦN CỦA TỪNG CƠ QUAN / WEEKLY WORK LISTS", self.title)
        for row, text in enumerate(NOTES, start=1):
            sheet.merge_range(row, 0, row, 4, text, self.formats["text"])
            sheet.set_row(row, 16 if len(text) < 115 else 28)
        first = len(NOTES) + 2
        for col, text in enumerate(("Cơ quan / Body", "Số việc / Tasks", "Việc găng / Critical",
                                    "Bắt đầu / From", "Kết thúc / To")):  # fmt: skip
            sheet.write_string(first, col, text, self.head)
        sheet.set_row(first, 30)
        links = [(tab, body) for tab, body in city] + [(LOCAL, body) for body in local]
        for row, (tab, body) in enumerate(links, start=first + 1):
            sheet.write_url(row, 0, f"internal:'{tab}'!A1", self.formats["text"], body.name)
            sheet.write_number(row, 1, len(body.tasks), self.formats["int"])
            sheet.write_number(row, 2, int(body.tasks["critical"].astype(bool).sum()), self.formats["int"])
            self._cell(sheet, (row, 3), "day", body.tasks["start"].min())
            self._cell(sheet, (row, 4), "day", body.tasks["finish"].max())
        sheet.freeze_panes(first + 1, 1)
        sheet.repeat_rows(first)
        sheet.autofilter(first, 0, first + max(1, len(links)), 4)

    def sheet(self, tab: str, title: str, bodies: list[Body]) -> None:
        """Rows of some bodies by week, with filters, and marks for what is late or has no slack."""
        sheet = self.book.add_worksheet(tab)
        _page(sheet)
        sheet.set_header("&C&A&R&P/&N")
        sheet.write_string(0, 0, title, self.title)
        for col, (name, (width, _)) in enumerate(COLUMNS.items()):
            # On the sheet of one body its name is the title; the column is there for who joins sheets.
            sheet.set_column(col, col, width, None, {"hidden": name == "body" and len(bodies) == 1})
            for row, (lang, style) in enumerate((("vi", self.head), ("en", self.head_en)), start=1):
                sheet.write_string(row, col, heading(name, lang, "weekly"), style)
        sheet.set_row(1, 42)
        sheet.set_row(2, 36)
        rows = sorted(
            (r for b in bodies for task in b.tasks["task_id"] for r in self._weeks(self.rows[task], b)),
            key=lambda r: (r["week_start"], r["body"] if len(bodies) > 1 else "", r["start"], r["title_vi"]),
        )
        for at, row in enumerate(rows, start=3):
            height = LINE_POINTS["text"]
            for col, (name, (width, kind)) in enumerate(COLUMNS.items()):
                length = self._cell(sheet, (at, col), kind, row[name])
                height = max(height, LINE_POINTS[kind] * -(-length // (width * FITTING[kind])))
            sheet.set_row(at, height + 2)
        last = max(3, len(rows) + 2)
        sheet.autofilter(2, 0, last, len(COLUMNS) - 1)
        sheet.freeze_panes(3, 4)
        sheet.repeat_rows(1, 2)
        self._marks(sheet, last)

    def _marks(self, sheet, last: int) -> None:
        """Colours: what ends after its limit, what has no slack; a list to tick in the last column."""
        at = {name: col for col, name in enumerate(COLUMNS)}
        finish, limit, slack = (xlsxwriter.utility.xl_col_to_name(at[c]) for c in ("finish", "limit_day", "slack_days"))
        late = f'=AND(${limit}4<>"",${finish}4>${limit}4)'
        for test, style, stop in ((late, self.late, True), (f'=AND(${slack}4<>"",${slack}4<=0)', self.tight, False)):
            sheet.conditional_format(
                3,
                at["finish"],
                last,
                at["slack_days"],
                {"type": "formula", "criteria": test, "format": style, "stop_if_true": stop},
            )
        sheet.data_validation(3, at["done"], last, at["done"], {"validate": "list", "source": ["x"]})

    def _cell(self, sheet, at: tuple[int, int], kind: str, value: Any) -> int:
        """Write a cell; returns the length of its text."""
        style = self.formats[kind]
        if value is None or value == "" or (isinstance(value, float) and pd.isna(value)):
            sheet.write_blank(*at, None, style)
            return 0
        if kind == "day":
            when = value if isinstance(value, date) else date.fromisoformat(str(value))
            sheet.write_datetime(*at, datetime(when.year, when.month, when.day), style)
            return 0
        if kind in ("int", "percent"):
            sheet.write_number(*at, float(value), style)
            return 0
        sheet.write_string(*at, str(value), style)
        return len(str(value)) + 14 * str(value).count("\n")

    def _weeks(self, row: dict[str, Any], body: Body) -> Iterator[dict[str, Any]]:
        """Rows of one task: a week each."""
        start, finish = date.fromisoformat(row["start"]), date.fromisoformat(row["finish"])
        limit, kind = _limit(row)
        common = {c: row[c] for c in ("title_vi", "title_en", "place", "documents", "slack_days", "late_share")}
        common |= {"body": body.name, "partner": _partners(row, body), "start": start, "finish": finish}
        common |= {"limit_day": limit, "limit_kind": kind, "contact": "", "done": "x" if row["state"] == "done" else ""}
        for monday in listed_weeks(start, finish):
            year, week, _ = monday.isocalendar()
            yield common | {
                "week_start": monday,
                "week": f"{week:02d}/{year}",
                "this_week": _state(start, finish, monday),
                "waits_for": self._waits(row, monday),
            }

    def _waits(self, row: dict[str, Any], monday: date) -> str:
        """Predecessors that have not ended before the week, each with its owner and its last day."""
        before = [self.rows[i] for i in str(row["predecessors"] or "").split(";") if i in self.rows]
        open_ones = sorted((b for b in before if b["finish"] >= monday.isoformat()), key=lambda b: b["finish"])
        told = [
            f"{b['title_vi']} ({'; '.join(owners(b['owner']))}, xong {date.fromisoformat(b['finish']):%d/%m/%Y})"
            for b in open_ones[:WAITED_SHOWN]
        ]
        rest = len(open_ones) - WAITED_SHOWN
        return "\n".join([*told, f"và {rest} việc khác"] if rest > 0 else told)


NOTES = (
    "Mỗi dòng là một việc trong một tuần (tuần bắt đầu từ thứ Hai). Lọc theo tuần hoặc theo cơ quan; cột liên hệ và "
    "cột đã xong để cơ quan tự ghi (x).",
    "One row is one task in one week, from Monday. Filter by week or body; contact and done are for the body to fill.",
    "Nền đỏ: kết thúc sau thời hạn. Nền vàng: không còn ngày dự phòng. Việc dài hơn nửa năm: chỉ ghi tuần đầu, tuần "
    "cuối và tuần đầu mỗi tháng.",
    "Red: ends after its limit. Yellow: no slack. Tasks longer than half a year: first and last week, and the first "
    "week of each month.",
)


def listed_weeks(start: date, finish: date) -> list[date]:
    """Mondays of the weeks in which a task is listed: all; of a very long one the ends and the first of each month."""
    first = start - timedelta(days=start.weekday())
    last = finish - timedelta(days=finish.weekday())
    weeks = [first + timedelta(weeks=k) for k in range((last - first).days // 7 + 1)]
    return weeks if len(weeks) <= LONG else [w for w in weeks if w in (first, last) or w.day <= 7]


def _state(start: date, finish: date, monday: date) -> str:
    """What a task does in a week, in Vietnamese."""
    begins, ends = start >= monday, finish <= monday + timedelta(days=6)
    key = "whole" if begins and ends else "begins" if begins else "ends" if ends else "goes_on"
    return term("this_week", key, "vi")


def _limit(row: dict[str, Any]) -> tuple[date | None, str]:
    """The earlier of legal limit and target, and which it is; the legal one where both are the same day."""
    both = [(row[c], c) for c in ("legal_limit", "target") if isinstance(row[c], str) and row[c]]
    if not both or row["fixed"]:
        return None, ""
    day, kind = min(both, key=lambda b: b[0])
    return date.fromisoformat(day), term("limit_kind", kind, "vi")


def _partners(row: dict[str, Any], body: Body) -> str:
    """Those who take part: the task's partners and its other owners."""
    others = [o for o in owners(row["owner"]) if o not in body.names]
    partners = [p.strip() for p in str(row["partner"] or "").split(";") if p.strip()]
    return "; ".join(dict.fromkeys([*others, *partners]))


def _page(sheet) -> None:
    """A4 landscape, as wide as one page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.5)


def _tabs(names: list[str], place: str) -> list[str]:
    """Names of sheets: whole words of at most 31 characters, without the place, none twice, none that is taken."""
    taken = {OVERVIEW.casefold(), LOCAL.casefold()}
    out = []
    for name in names:
        short = BAD_IN_TAB.sub(" ", name)
        if len(short) > 31:
            short = short.removesuffix(f" {place}")
        base, n = (short if len(short) <= 31 else short[:32].rpartition(" ")[0] or short[:31]).strip(" ,"), 2
        tab = base
        while tab.casefold() in taken or not tab:
            tab, n = f"{base[:27].strip()} {n}", n + 1
        taken.add(tab.casefold())
        out.append(tab)
    return out
