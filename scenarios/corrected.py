"""A corrected copy of a planner's own tables: our columns, safe corrections made and listed, the rest marked.

Beside the tables stand corrections.csv (every cell that differs from the file, with the reason) and faults.csv (every
fault of the check). Nothing is decided for a person: a cell at fault stays as it is, and its row says so in the column
`needs_attention`; a row that is no record (a heading, a total, shifted cells) is copied without any correction.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geodata.columns import NUMBER, Column, TextTable, check_table
from geodata.faults import Fault
from geodata.sheets import cell_text, clean
from geodata.text import neutralise
from scenarios.cells import CELLS_OF_DATES, is_day, mended
from scenarios.roster_checks import Surroundings, check_own_tables
from scenarios.rosters import Reading

ATTENTION = "needs_attention"
FAULT_COLUMNS = ("file", "row", "column", "kind", "fault", "remedy")
CHANGE_COLUMNS = ("table", "row", "column", "before", "after", "why")


@dataclass(frozen=True)
class Copied:
    """One table of the copy: its file name, rows, rows that need attention, and cells changed."""

    file: str
    rows: int
    attention: int
    changes: int


def write_corrected(
    readings: Mapping[str, Reading], around: Surroundings, faults: Iterable[Fault], folder: Path
) -> list[Copied]:
    """Write the copy of all tables into an empty folder; every reading must have a complete mapping."""
    repaired = {name: _repair(reading) for name, reading in readings.items()}
    tables = {name: table for name, (table, _) in repaired.items()}
    left = check_own_tables(tables, around)
    copied = []
    with _writer(folder / "corrections.csv", CHANGE_COLUMNS) as changes:
        for name, reading in readings.items():
            table, why = repaired[name]
            own = [*check_table(table, reading.schema, told=None), *(f for f in left if f.path == table.path)]
            attention = _attention(reading, [f for f in own if reading.concerns_record(f)])
            with _writer(folder / f"{name}.csv", (*table.header, ATTENTION)) as out:
                for line, row in zip(table.lines, table.rows, strict=True):
                    out.writerow([*map(_safe, row), _safe(attention.get(line, ""))])
            count = 0
            for change in _changes(reading, table, why):
                changes.writerow([name, *change])
                count += 1
            copied.append(Copied(f"{name}.csv", len(table.rows), len(attention), count))
    write_faults(faults, folder / "faults.csv")
    return copied


def write_faults(faults: Iterable[Fault], path: Path) -> None:
    """Write every fault as a row of a CSV file."""
    with _writer(path, FAULT_COLUMNS) as out:
        for f in sorted(faults):
            out.writerow([_safe(str(v)) for v in (f.path, f.line or "", f.field, f.kind, f.message, f.remedy)])


def _repair(reading: Reading) -> tuple[TextTable, dict[tuple[str, str], str]]:
    """The table with safe corrections made, and the reason by column and corrected cell; odd rows as they stand."""
    why: dict[tuple[str, str], str] = {}
    columns = []
    for name in reading.draft.header:
        column, seen = reading.schema.columns[name], {}
        for cell in set(reading.draft.column(name)):
            seen[cell], reason = mended(column, cell)
            if reason:
                why[name, cell] = reason
        cells = [seen[c] for c in reading.draft.column(name)]
        for i in reading.rows_at_fault:
            cells[i] = cell_text(reading.raw[name][i]) if name in reading.raw else ""
        columns.append(cells)
    return replace(reading.draft, rows=tuple(zip(*columns, strict=True))), why


def _attention(reading: Reading, faults: Sequence[Fault]) -> dict[int, str]:
    """By row of the file: what a person has to decide."""
    found: dict[int, list[str]] = {}
    for fault in sorted({*faults, *reading.rows_at_fault.values()}):
        if fault.line:
            found.setdefault(fault.line, []).append(f"{fault.field}: {fault.message}".removeprefix(": "))
    return {line: "; ".join(told) for line, told in found.items()}


def _changes(
    reading: Reading, table: TextTable, why: Mapping[tuple[str, str], str]
) -> Iterator[tuple[int | str, str, str, str, str]]:
    """Row, column, before, after and reason of every cell that is not as in the file; columns added stand first."""
    for name, value in reading.match.constants.items():
        yield "", name, "", _safe(value), "constant of the scenario, all rows"
    for name, value in reading.match.absent.items():
        if value:
            yield "", name, "", _safe(value), "default of a column that the file lacks, all rows"
    names = [name for name in table.header if name in reading.raw]
    columns = [(name, reading.raw[name], reading.draft.column(name), table.column(name)) for name in names]
    for i, line in enumerate(table.lines):
        for name, raw, read, after in columns:
            before = cell_text(raw[i])
            if before != after[i] or _safe(after[i]) != after[i]:
                label = reading.header.label(reading.match.columns[name], name)
                reason = _reason(reading, reading.schema.columns[name], raw[i], read[i], why)
                yield line, label, _safe(before), _safe(after[i]), reason


def _reason(reading: Reading, column: Column, raw: Any, read: str, why: Mapping[tuple[str, str], str]) -> str:
    """Why a cell is not as in the file: what the scenario says, what was tidied, what was safe to correct."""
    tidy = clean(cell_text(raw))
    reasons = ["stray blanks or decomposed letters"] if tidy != cell_text(raw) else []
    if read != tidy:
        said = {clean(word) for word in reading.spec.values.get(column.name, {})}
        if tidy in said or column.type == "list":
            reasons.append("word of the scenario (values)" if said else "list separated by ;")
        elif is_day(raw) or column.type in CELLS_OF_DATES:
            reasons.append("date in ISO form" + (", month kept" if column.type == "month" else ""))
        elif column.is_number:
            reasons.append("decimal sign of the scenario")
        else:
            reasons.append("known word (accept_proposed)")
    if (column.name, read) in why:
        reasons.append(why[column.name, read])
    return "; ".join(reasons) or "apostrophe before a sign that begins a formula"


def _safe(text: str) -> str:
    """Text that no spreadsheet runs as a formula; a number stays one."""
    return text if NUMBER.fullmatch(text) else neutralise(text)


@contextmanager
def _writer(path: Path, header: Sequence[str]) -> Iterator[Any]:
    """A CSV file with its header, in UTF-8 with the mark by which Excel knows it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        yield out
