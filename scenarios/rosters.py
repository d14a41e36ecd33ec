"""A planner's own divisions or roster, read as the scenario says it is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.columns import Column, TableSchema, TextTable, check_table
from geodata.faults import Fault, InputError, shown
from geodata.sheets import cell_text, clean, is_layer, is_workbook, merged_cells, open_rows, sheet_names
from geodata.tables import typed_frame
from scenarios.cells import advice, converter
from scenarios.headers import columns_called, is_personal, known_words
from scenarios.mapping import At, Header, Match, match_columns
from scenarios.marks import Place
from scenarios.records import Records
from scenarios.schema import OwnTable

# So many rows at the top are searched for the header, and so many known headers make a row one.
TOP_ROWS, ENOUGH = 40, 3


@dataclass(frozen=True)
class Reading:
    """What a planner's table says.

    `table` has our columns in the order of the schema (None: the mapping is not complete); `draft` is the table as the
    proposals would read it. `raw` are the cells of its rows as they stand in the file, by our column. `rows_at_fault`
    are rows that are no record, by position; `skipped` counts those left out. `found` is where the header was
    found, when the scenario does not say. `rows` are the rows of the file (a layer has no lines in faults). Faults name
    our columns; `labelled` gives them the column of the file.
    """

    name: str
    spec: OwnTable
    schema: TableSchema
    header: Header
    match: Match
    draft: TextTable
    raw: Mapping[str, Sequence[Any]]
    faults: tuple[Fault, ...]
    rows_at_fault: Mapping[int, Fault] = field(default_factory=dict)
    skipped: int = 0
    found: Mapping[str, Any] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    @property
    def table(self) -> TextTable | None:
        """The table in our columns, when the mapping is complete and without faults of its own."""
        said = self.spec.accept_proposed or not self.found
        return self.draft if said and not self.match.faults else None

    @property
    def sheet(self) -> str | None:
        """The sheet that is read; None: the first."""
        return self.spec.sheet or self.found.get("sheet")

    @property
    def found_text(self) -> str:
        """Where the header was found, as options of the mapping."""
        return ", ".join(f"{key}: {value}" for key, value in self.found.items())

    def labelled(self, fault: Fault) -> Fault:
        """A fault of this table with the letter and header of its column in the file."""
        if fault.path != self.draft.path or fault.field not in self.match.columns or fault.line <= self.header.row:
            return fault
        return replace(fault, field=self.header.label(self.match.columns[fault.field], fault.field))

    def concerns_record(self, fault: Fault) -> bool:
        """Whether a fault is not merely one of the cells of a row that is no record at all."""
        return fault.path != self.draft.path or fault.line not in self._odd_lines or not fault.field

    @cached_property
    def _odd_lines(self) -> set[int]:
        return {self.draft.lines[i] for i in self.rows_at_fault} - {0}


def read_own_table(path: Path, spec: OwnTable, schema: TableSchema) -> pd.DataFrame:
    """A checked table of one's own with the types of its schema, in our columns alone.

    Raises InputError with every fault of the mapping and of the cells.
    """
    reading = read_roster(path, spec, schema, lambda *steps: Place(f"data.{schema.name}"))
    if reading.table is None or reading.faults:
        raise InputError(reading.labelled(f) for f in reading.faults)
    return typed_frame(reading.table, schema)


def read_roster(path: Path, spec: OwnTable, schema: TableSchema, at: At) -> Reading:
    """Read a table of one's own; `at` tells where an option of its mapping is written.

    Cells of columns that are not ours are dropped as the rows go by. Raises InputError for what is no table at all.
    """
    found: dict[str, Any] = {}
    header = _header(path, spec, schema, found)
    match = match_columns(header, spec, schema, at)
    records = Records(header, spec, schema, match.columns | match.proposed)
    with open_rows(path, spec.sheet or found.get("sheet"), spec.encoding) as rows:
        records.read(rows)
    draft, raw = _converted(records, match, spec, schema)
    if is_layer(path):
        # Features have no rows that a planner can see: faults name them by their key.
        draft = replace(draft, lines=(0,) * len(draft.lines))
    reading = Reading(
        schema.name,
        spec,
        schema,
        header,
        match,
        draft,
        raw,
        tuple(match.faults),
        records.faults,
        records.skipped,
        found,
        tuple(sheet_names(path)),
        tuple(records.lines),
    )
    return replace(reading, faults=(*_faults(reading, path), *records.faults.values()))


def _faults(reading: Reading, path: Path) -> list[Fault]:
    """Faults of the mapping; when it is complete, those of the cells."""
    schema = reading.schema
    faults = list(reading.match.faults)
    if reading.found and not reading.spec.accept_proposed:
        message = f"the header is not where the scenario says: {reading.found_text} has known headers"
        faults.append(Fault(shown(path), 1, 0, "", message, f"write {reading.found_text} in data.{schema.name}"))
    if reading.table is None:
        return faults
    words = {c: known_words(schema.name, c) for c in schema.columns}

    def advise(column: Column, cell: str, kind: str) -> str:
        return advice(column, cell, kind, words[column.name])

    cells = check_table(reading.table, schema, told=None, advise=advise)
    return faults + _merged([f for f in cells if reading.concerns_record(f)], path, reading)


def _header(path: Path, spec: OwnTable, schema: TableSchema, found: dict[str, Any]) -> Header:
    """The header where the scenario says, else the first filled row; `found` gets where a better one is."""
    row, names, known = _header_of_sheet(path, spec, schema, spec.sheet, found)
    if spec.sheet is None and known < ENOUGH:
        for sheet in sheet_names(path)[1:]:
            elsewhere: dict[str, Any] = {}
            other = _header_of_sheet(path, spec, schema, sheet, elsewhere)
            if other[2] >= ENOUGH:
                found.update({"sheet": sheet, **elsewhere})
                row, names, known = other
                break
    if not names and spec.header_row is not None:
        message = f"there is no header in row {spec.header_row}"
        raise InputError.single(shown(path), message, f"correct data.{schema.name}.header_row", spec.header_row)
    if not names:
        remedy = "write a header row with the names of the columns"
        raise InputError.single(shown(path), "the table is empty", remedy)
    return Header(shown(path), row, tuple(names), is_workbook(path))


def _header_of_sheet(
    path: Path, spec: OwnTable, schema: TableSchema, sheet: str | None, found: dict[str, Any]
) -> tuple[int, list[str], int]:
    """Row, names and number of known headers of one sheet."""
    first: tuple[int, list[str], int] = (0, [], 0)
    with open_rows(path, sheet, spec.encoding) as rows:
        if spec.header_row is not None:
            top = list(islice(rows, spec.header_row - 1, spec.header_row - 1 + spec.header_rows))
            names = _joined([[clean(cell_text(c)) for c in row] for row in top])
            return spec.header_row + spec.header_rows - 1, names, _known(names, spec, schema)
        for number, row in enumerate(islice(rows, TOP_ROWS), start=1):
            names = [clean(cell_text(c)) for c in row]
            if not any(names):
                continue
            known = _known(names, spec, schema)
            if not first[0]:
                first = (number, _joined([names]), known)
            if known >= ENOUGH:
                if number != first[0]:
                    found["header_row"] = number
                return number, _joined([names]), known
    return first


def _known(names: Sequence[str], spec: OwnTable, schema: TableSchema) -> int:
    said = {clean(h) for h in spec.columns.values()}
    return sum(
        name in schema.columns or name in said or bool(columns_called(schema.name, name)) or is_personal(name)
        for name in {n for n in names if n}
    )


def _joined(rows: list[list[str]]) -> list[str]:
    """The names of a header of one or more rows: UPPER / LOWER, the upper one also where it is merged over several."""
    width = max((len(r) for r in rows), default=0)
    padded = [r + [""] * (width - len(r)) for r in rows]
    for upper, lower in pairwise(padded):
        for i in range(1, width):
            if not upper[i] and lower[i] and lower[i - 1]:
                upper[i] = upper[i - 1]
    names = [" / ".join(part for part in parts if part) for parts in zip(*padded, strict=True)]
    while names and not names[-1]:
        names.pop()
    return names


def _converted(
    records: Records, match: Match, spec: OwnTable, schema: TableSchema
) -> tuple[TextTable, dict[str, Sequence[Any]]]:
    """The table in our columns and order, and the raw cells by column."""
    size = len(records.cells)
    by_column = zip(*records.cells, strict=True) if size else [()] * len(records.positions)
    raw = dict(zip(records.positions, by_column, strict=True))
    columns: dict[str, Sequence[str]] = {}
    for name, column in schema.columns.items():
        if name in raw:
            words = known_words(schema.name, name) if spec.accept_proposed else {}
            convert = converter(column, spec.values.get(name, {}), spec.formats.get(name, ""), spec.decimal, words)
            columns[name] = _each(convert, raw[name])
        elif name in match.constants or name in match.absent:
            columns[name] = [match.constants.get(name, match.absent.get(name, ""))] * size
    rows = tuple(zip(*columns.values(), strict=True))
    return TextTable(records.header.path, tuple(columns), rows, tuple(records.lines)), raw


def _each(convert: Callable[[Any], str], cells: Sequence[Any]) -> list[str]:
    """Convert cells, each different one once (1, 1.0 and True are different)."""
    seen: dict[tuple[type, Any], str] = {}
    result = []
    for cell in cells:
        key = (type(cell), cell)
        if key not in seen:
            seen[key] = convert(cell)
        result.append(seen[key])
    return result


def _merged(faults: list[Fault], path: Path, reading: Reading) -> list[Fault]:
    """Empty cells that are part of a merged range of the workbook say so."""
    if not is_workbook(path) or not any(f.kind == "empty cell" for f in faults):
        return faults
    merged = merged_cells(path, reading.sheet)

    def told(fault: Fault) -> Fault:
        area = (
            merged.get((fault.line, reading.match.columns.get(fault.field, -1))) if fault.kind == "empty cell" else None
        )
        if area is None:
            return fault
        remedy = "unmerge the cells in the workbook and write the value in each row"
        return replace(fault, message=f"empty cell, part of the merged {area}", remedy=remedy, kind="merged cell")

    return [told(f) for f in faults]
