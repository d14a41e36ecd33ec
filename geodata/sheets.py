"""Rows of a CSV file or of a sheet of a workbook, as they stand there, one after the other."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from math import isnan
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from geodata.faults import InputError, did_you_mean, shown
from geodata.text import decode, undecodable

DELIMITERS = (",", ";", "\t")
WORKBOOKS = (".xlsx", ".xlsm")
LAYERS = (".gpkg", ".shp", ".geojson", ".json", ".fgb")
# The delimiter is told from so many lines: the first may be a title with commas in it.
SAMPLE_LINES = 30
ENCODINGS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1258": "cp1258"}
# Blanks that look like none or like a space: no-break spaces, zero-width signs, a byte order mark inside.
BLANKS = re.compile(r"[\s\u00a0\u2007\u202f\u3000]+")
INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


def is_workbook(path: Path) -> bool:
    """Whether a file is read as an Excel workbook, by its ending."""
    return path.suffix.lower() in WORKBOOKS


def is_layer(path: Path) -> bool:
    """Whether a file is read as a vector layer, by its ending."""
    return path.suffix.lower() in LAYERS


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets of a workbook; [] for a CSV file. Raises InputError when it is no workbook."""
    if not is_workbook(path):
        return []
    with _workbook(path) as book:
        return [sheet.title for sheet in book.worksheets]


@contextmanager
def open_rows(path: Path, sheet: str | None = None, encoding: str | None = None) -> Iterator[Iterator[Sequence[Any]]]:
    """Give the rows of a table one after the other; the first is row 1, as a spreadsheet counts.

    The rows of a layer are its features, after one with the names of the fields.
    Cells of a CSV file are text, cells of a workbook what Excel holds (text, number, day, truth value, None). Rows are
    given and forgotten: a caller that takes only some cells of a row never holds the others (texts of a workbook are
    in memory while it is open, as the format keeps them in one list). Raises InputError, also while the rows are read,
    for what cannot be decoded or is no table.
    """
    if is_layer(path):
        yield iter(_attribute_rows(path, encoding))
        return
    if is_workbook(path):
        with _workbook(path) as book:
            names = [s.title for s in book.worksheets]
            if sheet is not None and sheet not in names:
                raise InputError.single(shown(path), f'there is no sheet "{sheet}"', did_you_mean(sheet, names))
            chosen = book[sheet] if sheet is not None else book.worksheets[0]
            # The extent that a workbook states for a sheet can be wrong; the rows themselves cannot.
            chosen.reset_dimensions()
            try:
                yield chosen.iter_rows(values_only=True)
            except (ParseError, zipfile.BadZipFile, zlib.error) as e:
                remedy = "open it in Excel and save it again"
                raise InputError.single(shown(path), f"the workbook is damaged: {e}", remedy) from None
        return
    try:
        if encoding is None:
            decode(_start(path), path, partial=True)
        with path.open(encoding=ENCODINGS[encoding] if encoding else _encoding(path), newline="") as file:
            yield _csv_rows(file, path)
    except UnicodeError:
        raise undecodable(path) from None


def cell_text(value: Any) -> str:
    """A cell as the text it would have in our CSV files, with the blanks around it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def clean(text: str) -> str:
    """Text composed (NFC), without blanks around it, invisible signs, or more than one space between words."""
    return BLANKS.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def letter(position: int) -> str:
    """The letter of a column of a spreadsheet: A for 0, Z for 25, AA for 26."""
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def position_of(letters: str) -> int:
    """The position of a column by its letter: 0 for A."""
    position = 0
    for sign in letters.upper():
        position = position * 26 + ord(sign) - ord("A") + 1
    return position - 1


def merged_cells(path: Path, sheet: str | None = None) -> dict[tuple[int, int], str]:
    """The cells of a workbook that are empty only because they are merged: (row, column from 0): range, e.g. B5:B12."""
    if not is_workbook(path):
        return {}
    with _workbook(path) as book, zipfile.ZipFile(path) as archive:
        chosen = book[sheet] if sheet is not None else book.worksheets[0]
        text = archive.read(chosen._worksheet_path)
    found = {}
    for a, top, b, bottom in re.findall(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"', text):
        left, right = position_of(a.decode()), position_of(b.decode())
        name = f"{a.decode()}{top.decode()}:{b.decode()}{bottom.decode()}"
        cells = ((r, c) for r in range(int(top), int(bottom) + 1) for c in range(left, right + 1))
        found.update(dict.fromkeys(islice(cells, 1, None), name))
    return found


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    # Only planners with workbooks pay for this import.
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as e:
        raise InputError.single(shown(path), f"not an Excel workbook: {e}", "save it again as .xlsx") from None
    try:
        yield book
    finally:
        book.close()


def _attribute_rows(path: Path, encoding: str | None) -> list[tuple[Any, ...]]:
    """The attributes of the features of a layer, after a first row with the names of the fields."""
    # Only planners with layers of their own pay for this import.
    from pyogrio.errors import DataSourceError  # noqa: PLC0415
    from pyogrio.raw import read  # noqa: PLC0415

    try:
        meta, _, _, fields = read(path, read_geometry=False, encoding=ENCODINGS[encoding] if encoding else None)
    except (DataSourceError, UnicodeDecodeError) as e:
        message = f"cannot be read as a layer: {str(e).splitlines()[0]}"
        raise InputError.single(shown(path), message, "give a GeoPackage, GeoJSON or Shapefile") from None
    columns = [[None if isinstance(v, float) and isnan(v) else v for v in values.tolist()] for values in fields]
    return [tuple(str(f) for f in meta["fields"]), *zip(*columns, strict=True)]


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(400)
    except OSError as e:
        raise InputError.single(shown(path), f"cannot be read: {e.strerror}", "check the path and the rights") from None


def _encoding(path: Path) -> str:
    return "utf-16" if _start(path)[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _csv_rows(file: io.TextIOBase, path: Path) -> Iterator[list[str]]:
    lines = list(islice(file, SAMPLE_LINES))
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == len("sep=;"):
        # A hint for Excel, which does not show it as a row.
        delimiter = lines.pop(0).strip()[-1]
    else:
        delimiter = max(DELIMITERS, key="".join(lines).count)
    try:
        yield from csv.reader(_chained(lines, file), delimiter=delimiter, strict=False)
    except csv.Error as e:
        raise InputError.single(shown(path), f"not a CSV table: {e}", "save it again as CSV UTF-8") from None


def _chained(lines: list[str], file: io.TextIOBase) -> Iterator[str]:
    yield from lines
    yield from file
