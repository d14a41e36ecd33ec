"""Columns of a table as data: what each means, which values it takes, and what is wrong with those it has."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from math import isfinite
from pathlib import Path
from typing import Any

from geodata.faults import Fault, closest, did_you_mean, shown
from geodata.text import garbled

# At most this many faults of one kind in one column are told one by one; the rest are counted.
TOLD = 10
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
COMMA_DECIMAL = re.compile(r"[+-]?\d+,\d+")
GROUPED = re.compile(r"[+-]?\d{1,3}([., \u00a0]\d{3})+")
# A day as Vietnamese documents write it: 31/12/2025.
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
TRUTH = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}
EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}


@dataclass(frozen=True)
class Column:
    """One column; the words are explained in the head of data/columns.toml."""

    name: str
    type: str
    meaning: str
    unit: str = ""
    to: str = ""
    values: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    empty: bool = False
    optional: bool = False
    default: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether the cells are numbers."""
        return self.type in ("int", "number")


@dataclass(frozen=True)
class TableSchema:
    """The columns of a table; `key` tells its rows apart, `file` is the usual file name."""

    name: str
    file: str
    meaning: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]


@dataclass(frozen=True)
class TextTable:
    """A table as text: `lines` are the rows of a spreadsheet (header: 1).

    Lines are 0 in a layer: its features have no rows and are named by their key instead.
    """

    path: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def column(self, name: str) -> list[str]:
        """The cells of a column; all empty when there is no such column."""
        if name not in self.header:
            return [""] * len(self.rows)
        at = self.header.index(name)
        return [row[at] for row in self.rows]


@cache
def read_schemas(path: Path) -> dict[str, TableSchema]:
    """The schemas of a columns.toml, by the name of the table."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _schema(name, entry) for name, entry in content.items()}


def _schema(name: str, entry: dict[str, Any]) -> TableSchema:
    columns = {
        c: Column(name=c, **{k: tuple(v) if k == "values" else v for k, v in fields.items()})
        for c, fields in entry["columns"].items()
    }
    return TableSchema(name, entry["file"], entry["meaning"], tuple(entry["key"]), columns)


class Complaints:
    """Collects the faults of one table, at most `told` of a kind in a column (None: all)."""

    def __init__(self, table: TextTable, schema: TableSchema, told: int | None = TOLD):
        self.table, self.schema, self.told = table, schema, told
        self.faults: list[Fault] = []
        self._keys = [table.column(k) for k in schema.key if k in table.header]
        self._rows: dict[tuple[str, str], list[int]] = {}

    def add(self, row: int, column: str, kind: str, message: str, remedy: str) -> None:
        """A fault of a cell; `kind` groups faults of the same cause."""
        rows = self._rows.setdefault((column, kind), [])
        rows.append(row)
        if self.told is not None and len(rows) > self.told:
            return
        line = self.table.lines[row]
        if not line:
            message = f"{self.row_name(row)}: {message}"
        self.faults.append(Fault(self.table.path, line, 0, column, message, remedy, kind))

    def row_name(self, row: int) -> str:
        """A row by its key, for layers without line numbers."""
        return " ".join(["unit", *(cells[row] for cells in self._keys)])

    def all(self) -> list[Fault]:
        """The faults, with a count of those not told."""
        more = []
        for (column, kind), rows in self._rows.items():
            left = len(rows) - (self.told if self.told is not None else len(rows))
            if left > 0:
                message = f"{left} more rows from here on: {kind}"
                line = self.table.lines[rows[len(rows) - left]]
                more.append(Fault(self.table.path, line, 0, column, message, "as in the rows before", count=left))
        return self.faults + more


def check_table(
    table: TextTable, schema: TableSchema, *, told: int | None = TOLD, advise: Advice | None = None
) -> list[Fault]:
    """Faults of a table by itself: missing columns, cells that do not suit their column, duplicate keys.

    `told`: so many faults of a kind in a column one by one, the rest counted (None: all one by one). `advise` gives the
    remedy for a cell, by column, cell and kind of fault, where it knows a better one ("": it does not).
    """
    faults = _missing_columns(table, schema)
    complaints = Complaints(table, schema, told)
    for column in schema.columns.values():
        if column.name in table.header:
            _check_column(column, table.column(column.name), complaints, advise)
    _check_key(table, schema, complaints)
    return faults + complaints.all()


def _missing_columns(table: TextTable, schema: TableSchema) -> list[Fault]:
    faults = []
    strangers = [c for c in table.header if c not in schema.columns]
    for column in schema.columns.values():
        if column.name in table.header or column.type == "geometry":
            continue
        near = closest(column.name, strangers)
        if near:
            message, remedy = f'unknown column "{near}"', f'rename it to "{column.name}" ({column.meaning})'
            faults.append(Fault(table.path, 1, 0, near, message, remedy))
        elif not column.optional and column.default is None:
            faults.append(Fault(table.path, 1, 0, column.name, "column is missing", f"add it: {column.meaning}"))
    return faults


def _check_column(column: Column, cells: list[str], complaints: Complaints, advise: Advice | None) -> None:
    seen: dict[str, tuple[str, str, str] | None] = {}
    for row, cell in enumerate(cells):
        if cell not in seen:
            wrong = cell_fault(column, cell)
            better = advise(column, cell, wrong[0]) if wrong and advise else ""
            seen[cell] = (*wrong[:2], better) if wrong and better else wrong
        wrong = seen[cell]
        if wrong is not None:
            complaints.add(row, column.name, *wrong)


def cell_fault(column: Column, cell: str) -> tuple[str, str, str] | None:
    """Kind, message and remedy of a cell that does not suit its column; None when it does."""
    return CHECKS[column.type](column, cell) if cell else _empty(column)


def _empty(column: Column) -> tuple[str, str, str] | None:
    if column.empty or column.optional:
        return None
    return "empty cell", "empty cell", f"fill it in: {column.meaning}"


def _check_text(column: Column, cell: str) -> tuple[str, str, str] | None:
    if cell in EXCEL_ERRORS:
        return (
            "error value",
            f"error value {cell} of a formula",
            "correct the formula, or write the value itself",
        )
    if "\ufffd" in cell:
        return (
            "unreadable",
            f'unreadable characters in "{cell}"',
            "open the original again and save it as UTF-8",
        )
    right = garbled(cell) if not cell.isascii() else ""
    if right:
        return (
            "garbled",
            f'garbled text "{cell}"',
            f'it reads "{right}": open the file as UTF-8 and save it again',
        )
    items = cell.split(";") if column.type == "list" else [cell]
    for item in items if column.values else ():
        if item not in column.values:
            return "unknown value", f'"{item}" is no value of this column', did_you_mean(item, column.values)
    return None


def _check_number(column: Column, cell: str) -> tuple[str, str, str] | None:
    if not NUMBER.fullmatch(cell):
        return _no_number(column, cell)
    value = float(cell)
    if not isfinite(value):
        return "too large", f"too large: {cell}", "write a number of usual size"
    if column.type == "int" and value != int(value):
        whole = cell.replace(".", "") if GROUPED.fullmatch(cell) else str(round(value))
        return (
            "not whole",
            f"{cell} is not a whole number",
            f"write {whole}, without sign for thousands or fraction",
        )
    if column.min is not None and value < column.min:
        word = "negative number" if column.min == 0 else "too small"
        return word, f"{word}: {cell}" if column.min else f"{word} {cell}", f"write at least {column.min:g}"
    if column.max is not None and value > column.max:
        return "too large", f"too large: {cell}", f"write at most {column.max:g}"
    return None


def _no_number(column: Column, cell: str) -> tuple[str, str, str]:
    if GROUPED.fullmatch(cell) and not (COMMA_DECIMAL.fullmatch(cell) and column.type == "number"):
        plain = re.sub(r"[^\d+-]", "", cell)
        return "thousands", f'"{cell}" has a sign for thousands', f"write {plain}"
    if COMMA_DECIMAL.fullmatch(cell):
        plain = cell.replace(",", ".")
        remedy = f"write {plain} (a dot as decimal sign"
        remedy += f"; if thousands are meant, {cell.replace(',', '')})" if GROUPED.fullmatch(cell) else ")"
        return "decimal comma", f'"{cell}" has a decimal comma', remedy
    kind = "a whole number" if column.type == "int" else "a number"
    return (
        "no number",
        f'"{cell}" is not {kind}',
        f"write digits only{', unit ' + column.unit if column.unit else ''}",
    )


def _check_bool(column: Column, cell: str) -> tuple[str, str, str] | None:
    if cell.lower() in TRUTH:
        return None
    return "no truth value", f'"{cell}" is neither True nor False', "write True or False"


def _check_day(column: Column, cell: str, form: str, pattern: re.Pattern[str]) -> tuple[str, str, str] | None:
    written = DAY_FIRST.fullmatch(cell)
    iso = f"{written[3]}-{int(written[2]):02d}-{int(written[1]):02d}" if written else cell
    if not written and not pattern.fullmatch(cell):
        return "no date", f'"{cell}" is not of the form {form}', f"write {form}"
    try:
        year, month, day = (iso + "-01-01")[:10].split("-")
        date(int(year), int(month), int(day))
    except ValueError:
        return "impossible date", f"the date {cell} does not exist", "write a day of the calendar"
    if written:
        short = iso[:7] if column.type == "month" else iso
        return "no date", f'"{cell}" is not of the form {form}', f"write {short}"
    return None


def _check_time(column: Column, cell: str) -> tuple[str, str, str] | None:
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", cell):
        return None
    return "no time", f'"{cell}" is not a time', "write HH:MM, for instance 07:30"


DAY = {
    "date": ("YYYY-MM-DD", re.compile(r"\d{4}-\d\d-\d\d")),
    "month": ("YYYY-MM", re.compile(r"\d{4}-\d\d")),
    "period": ("YYYY, YYYY-MM or YYYY-MM-DD", re.compile(r"\d{4}(-\d\d(-\d\d)?)?")),
}
# Column, cell and kind of fault to a remedy, or "".
Advice = Callable[[Column, str, str], str]
Check = Callable[[Column, str], "tuple[str, str, str] | None"]
CHECKS: dict[str, Check] = {
    "code": _check_text,
    "text": _check_text,
    "list": _check_text,
    "int": _check_number,
    "number": _check_number,
    "bool": _check_bool,
    "time": _check_time,
    **{kind: partial(_check_day, form=form, pattern=pattern) for kind, (form, pattern) in DAY.items()},
}


def _check_key(table: TextTable, schema: TableSchema, complaints: Complaints) -> None:
    if not schema.key or any(k not in table.header for k in schema.key):
        return
    first: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(zip(*(table.column(k) for k in schema.key), strict=True)):
        if key not in first:
            first[key] = row
        elif all(key):
            line = table.lines[first[key]]
            where = f", first in row {line}" if line else ""
            what = "code" if schema.columns[schema.key[0]].type == "code" else "id"
            message = f'duplicate {what} "{" ".join(key)}"{where}'
            complaints.add(row, schema.key[-1], "duplicate", message, "delete or correct one of the two rows")


def markdown(schemas: Iterable[TableSchema]) -> str:
    """The tables documented: one section a table, one line a column."""
    return "\n".join(_section(s) for s in schemas)


def _section(schema: TableSchema) -> str:
    lines = [f"### {schema.file}", "", f"{schema.meaning}. Key: {', '.join(schema.key) or 'none'}.", ""]
    lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
    for c in schema.columns.values():
        default = f": {c.default}" if c.default else ""
        cells = (
            f" (may be missing{default})"
            if c.optional or c.default is not None
            else " (may be empty)"
            if c.empty
            else ""
        )
        meaning = c.meaning + (f"; in {c.to}" if c.to else "")
        lines.append(f"| {c.name} | {c.type}{cells} | {c.unit} | {meaning} |")
    return "\n".join([*lines, ""])


def geodata_schemas() -> dict[str, TableSchema]:
    """Schemas of the geographic tables."""
    return read_schemas(Path(__file__).parent / "data" / "columns.toml")


def missing_file(path: Path, place: Fault | None = None) -> Fault:
    """The fault of a file that is not there, with the nearest name beside it as remedy."""
    near = closest(path.name, [p.name for p in path.parent.glob("*")]) if path.parent.is_dir() else ""
    remedy = f'did you mean "{near}"?' if near else f"put it in {shown(path.parent)} or change the path"
    at = place or Fault(shown(path))
    return Fault(at.path, at.line, at.column, at.field, f"no such file: {shown(path)}", remedy)
