"""Tables as planners have them: CSV or XLSX of any delimiter, codes as text, numbers as numbers."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.columns import TRUTH, Column, TableSchema, TextTable
from geodata.faults import Fault, InputError, shown
from geodata.sheets import DELIMITERS, cell_text, is_workbook, open_rows
from geodata.text import read_text

# Columns that hold codes or ids where no schema says so: text, never a number that loses its zeros.
TEXT = {"code", "old_code", "new_code", "code_a", "code_b", "unit_before", "unit_after", "unit_u", "unit_v"}
TEXT |= {"unit_code", "home_code", "members", "new_id", "seat_code"}


def read_table(path: Path, schema: TableSchema | None = None) -> pd.DataFrame:
    """Read a CSV or XLSX table; empty cells of text columns become "", of number columns NaN.

    With a schema, columns have its types (text; int64, or float64 where cells are empty; float64; bool) and
    optional columns that the file lacks are empty. Without one, types are inferred, except the codes in
    `TEXT`.
    """
    table = read_text_table(path)
    return _inferred(table) if schema is None else typed_frame(table, schema)


def typed_frame(table: TextTable, schema: TableSchema) -> pd.DataFrame:
    """A checked table as a frame with the types of its schema; optional columns that it lacks are empty."""
    frame = {c: _typed(schema.columns.get(c), table.column(c)) for c in table.header}
    rows = len(table.rows)
    absent = {
        c: _typed(col, [col.default or ""] * rows)
        for c, col in schema.columns.items()
        if c not in frame and col.type != "geometry"
    }
    return pd.DataFrame({**frame, **absent})


def read_units(path: Path, schema: TableSchema | None = None) -> gpd.GeoDataFrame:
    """Read a layer of units, indexed by code (text) and sorted; text composed (NFC), in the CRS of the file.

    With a schema, optional columns that the layer lacks are there, empty.
    """
    frame = gpd.read_file(path)
    frame["code"] = frame["code"].astype(str)
    for name in frame.select_dtypes(include=["object", "str"]).columns:
        frame[name] = frame[name].str.normalize("NFC")
    for name, column in (schema.columns if schema else {}).items():
        if name not in frame.columns and column.optional:
            frame[name] = _typed(column, [""] * len(frame))
    return frame.set_index("code", drop=False).sort_index()


def read_text_table(path: Path) -> TextTable:
    """Read a CSV or XLSX table as text, composed (NFC), without blank rows and without blanks around cells.

    The delimiter (comma, semicolon, tab) is the one that splits the header. Raises InputError for what is no
    table: an encoding that cannot be told, an empty file, a header with the same name twice, a row with too
    many cells.
    """
    rows = _excel_rows(path) if is_workbook(path) else _csv_rows(path)
    cleaned = [[cell.strip() for cell in row] for row in rows]
    filled = [(i, row) for i, row in enumerate(cleaned, start=1) if any(row)]
    if not filled:
        raise InputError.single(shown(path), "the table is empty", "write a header row with the names of the columns")
    header_line, header = filled[0]
    while header and not header[-1]:
        header.pop()
    faults = _header_faults(path, header_line, header)
    width = len(header)
    for line, row in filled[1:]:
        if any(row[width:]):
            message = f"row has {len(row)} cells, the header {width}"
            faults.append(Fault(shown(path), line, message=message, remedy="put cells with a delimiter in quotes"))
    if faults:
        raise InputError(faults)
    body = [(line, tuple((row + [""] * width)[:width])) for line, row in filled[1:]]
    return TextTable(shown(path), tuple(header), tuple(row for _, row in body), tuple(line for line, _ in body))


def _header_faults(path: Path, line: int, header: list[str]) -> list[Fault]:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    faults = [Fault(shown(path), line, 0, name, "column occurs twice", "rename or delete one") for name in twice]
    if "" in header:
        message = f"column {header.index('') + 1} has no name"
        faults.append(Fault(shown(path), line, message=message, remedy="write its name in the header row"))
    return faults


def _csv_rows(path: Path) -> list[list[str]]:
    text = read_text(path)
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error as e:
        raise InputError.single(shown(path), f"not a CSV table: {e}", "save it again as CSV UTF-8") from None


def _excel_rows(path: Path) -> list[list[str]]:
    with open_rows(path) as rows:
        return [[unicodedata.normalize("NFC", cell_text(v)) for v in row] for row in rows]


def _typed(column: Column | None, cells: list[str]) -> pd.Series:
    """Cells of a checked column as a series of its type."""
    if column is not None and column.is_number:
        numbers = pd.Series([float(c) if c else float("nan") for c in cells], dtype="float64")
        return numbers.astype("int64") if column.type == "int" and all(cells) else numbers
    if column is not None and column.type == "bool" and all(cells):
        return pd.Series([TRUTH[c.lower()] for c in cells], dtype=bool)
    return pd.Series(cells, dtype=str)


def _inferred(table: TextTable) -> pd.DataFrame:
    """A frame with inferred types."""
    text = io.StringIO()
    csv.writer(text).writerows([table.header, *table.rows])
    text.seek(0)
    frame = pd.read_csv(text, dtype=dict.fromkeys(TEXT, str), keep_default_na=False, na_values=[""])
    for c in frame.columns:
        if frame[c].dtype == object or str(frame[c].dtype) in ("str", "string"):
            frame[c] = frame[c].fillna("")
    return frame
