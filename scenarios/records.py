"""The rows of data of a planner's table: the wanted cells alone, and rows that are no record told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geodata.columns import TableSchema
from geodata.faults import Fault
from geodata.sheets import cell_text, clean
from scenarios.headers import is_total
from scenarios.mapping import Header
from scenarios.schema import OwnTable

# So many numbers side by side under the header are the numbers of its columns.
ENOUGH = 3


class Records:
    """The rows of a table, of which only the cells of the wanted columns are kept."""

    def __init__(self, header: Header, spec: OwnTable, schema: TableSchema, positions: Mapping[str, int]):
        self.header, self.spec, self.schema, self.positions = header, spec, schema, positions
        self.lines: list[int] = []
        self.cells: list[tuple[Any, ...]] = []
        self.faults: dict[int, Fault] = {}
        self.skipped = 0
        self.first = spec.first_row or header.row + 1
        self._key = list(positions).index(schema.key[0]) if schema.key[0] in positions else None
        self._needed = [
            i for i, c in enumerate(positions) if not schema.columns[c].empty and not schema.columns[c].optional
        ]

    def read(self, rows: Iterator[Sequence[Any]]) -> None:
        """Keep the wanted cells of the rows of data; rows that are no record get a fault of their own."""
        wanted = list(self.positions.values())
        least = max(wanted, default=-1) + 1
        skip = list(self.positions).index(self.spec.skip_without) if self.spec.skip_without in self.positions else None
        for number, row in enumerate(rows, start=1):
            if number < self.first:
                continue
            if self.spec.last_row is not None and number > self.spec.last_row:
                break
            if len(row) < least:
                cells = tuple(row[i] if i < len(row) else None for i in wanted)
            else:
                cells = tuple([row[i] for i in wanted])
            if all(map(_blank, cells)) and all(map(_blank, row)):
                continue
            if skip is not None and _blank(cells[skip]):
                self.skipped += 1
                continue
            odd = self._odd(number, row, cells)
            if odd is not None:
                self.faults[len(self.lines)] = odd
            self.lines.append(number)
            self.cells.append(cells)

    def _odd(self, number: int, row: Sequence[Any], cells: tuple[Any, ...]) -> Fault | None:
        """The fault of a row that is no record: shifted cells, a sum, a heading, numbers of columns."""
        width = len(self.header.names)
        if not self.header.workbook and len(row) > width and not all(map(_blank, row[width:])):
            message = f"row has {len(row)} cells, the header {width}"
            return self._fault(number, "too many cells", message, "put cells with a delimiter in quotes")
        key = None if self._key is None else clean(cell_text(cells[self._key]))
        if key and is_total(key):
            remedy = f"end the table before it: last_row: {number - 1}, or delete the row"
            return self._fault(number, "sum", f'a sum ("{key}"), no record', remedy)
        filled = sum(not _blank(cells[i]) for i in self._needed)
        if key == "" and filled * 2 < len(self._needed):
            name = self.schema.key[0]
            remedy = f"leave out rows without {name}: skip_without: {name}; or end above: last_row"
            return self._fault(number, "no record", f"no {name} and mostly empty: heading, total or remark?", remedy)
        if not self.lines and len(cells) >= ENOUGH and _counts(cells):
            remedy = f"start below it: first_row: {number + 1}"
            return self._fault(number, "numbers of columns", "the row numbers the columns, no record", remedy)
        return None

    def _fault(self, number: int, kind: str, message: str, remedy: str) -> Fault:
        return Fault(self.header.path, number, 0, "", message, remedy, kind)


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _counts(cells: Sequence[Any]) -> bool:
    """Whether the cells are (1), (2), (3) ... as under the header of official forms; gaps for columns not read."""
    texts = [clean(cell_text(c)).strip("()[] ") for c in cells if not _blank(c)]
    if len(texts) < ENOUGH or not all(t.isdigit() and len(t) <= 2 for t in texts):
        return False
    return sorted(map(int, texts)) == sorted({int(t) for t in texts})
