"""The mapping that a planner's table seems to need, as YAML to paste into the scenario."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from geodata.columns import COMMA_DECIMAL, GROUPED, NUMBER, Column, cell_fault
from geodata.references import Names
from geodata.text import fold
from scenarios.cells import CELLS_OF_DATES, LIST_SIGNS, likely_forms
from scenarios.headers import known_words
from scenarios.loaded import with_files
from scenarios.roster_checks import FIELD, RANK
from scenarios.rosters import Reading

PLAIN = re.compile(r"[A-Za-z_][\w/-]*")
KEYWORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
# So many words without a known meaning are listed.
LISTED = 12
# Kinds of rows below a table that are no records (`scenarios.records`).
TAIL = ("sum", "no record")


def proposal(reading: Reading, known: Mapping[str, frozenset[str]], names: Mapping[str, Names], file: str) -> str:
    """YAML of the whole mapping with what the file needs besides; "" when it needs nothing more.

    `known` and `names`: ids of other tables and what their rows are called, by "table.column"; of fields of work and
    ranks by `FIELD` and `RANK`. `file`: the path as the scenario has it.
    """
    more = _Suggestions(reading, known, names)
    needed = (more.columns, more.values, more.formats, more.decimal, more.unknown, more.gaps, more.last_row)
    if not any(needed) and (reading.spec.accept_proposed or not reading.found):
        return ""
    return "\n".join(["data:", f"  {reading.name}:", *_lines(reading, more, file)]) + "\n"


class _Suggestions:
    """What is not in the scenario yet: columns, words, forms of dates, the decimal sign; gaps and unknown words."""

    def __init__(self, reading: Reading, known: Mapping[str, frozenset[str]], names: Mapping[str, Names]):
        self.reading, self.known, self.names = reading, known, names
        self.columns = dict(reading.match.proposed)
        self.gaps = [*reading.match.missing, *sorted(reading.match.disputed)]
        self.values: dict[str, dict[str, str]] = {}
        self.unknown: dict[str, list[str]] = {}
        self.formats: dict[str, tuple[str, bool]] = {}
        self.decimal = False
        self.last_row = _last_row(reading)
        for name, column in reading.schema.columns.items():
            if name in reading.raw:
                self._look(column)

    def _look(self, column: Column) -> None:
        cells = Counter(self.reading.draft.column(column.name))
        if column.type in CELLS_OF_DATES:
            forms, sure = likely_forms([c for c in cells if c and cell_fault(column, c) is not None])
            if forms:
                self.formats[column.name] = (", ".join(forms), sure)
        elif column.type == "number":
            commas = [c for c in cells if COMMA_DECIMAL.fullmatch(c) and not NUMBER.fullmatch(c)]
            self.decimal |= any(not GROUPED.fullmatch(c) for c in commas)
        elif not column.is_number:
            self._words(column, cells)

    def _words(self, column: Column, cells: Mapping[str, int]) -> None:
        """Words that have a known meaning, or are the name of exactly one row of the table pointed to."""
        name = column.name
        key = column.to or {"field": FIELD, "rank": RANK}.get(name, "")
        allowed = frozenset(column.values) or self.known.get(key)
        if allowed is None or key in (f"{self.reading.name}.{k}" for k in self.reading.schema.key):
            return
        words, called = known_words(self.reading.schema.name, name), self.names.get(key, {})
        for cell, rows in cells.items():
            for word in LIST_SIGNS.split(cell) if column.type == "list" else [cell]:
                if not word or word in allowed:
                    continue
                ids = [code for code, _ in called.get(fold(word), ())]
                meant = words.get(fold(word)) or (ids[0] if len(ids) == 1 else "")
                if meant in allowed:
                    self.values.setdefault(name, {})[word] = meant
                elif column.values or words:
                    self.unknown.setdefault(name, []).append(f"{_scalar(word)} ({rows:,})")


def _last_row(reading: Reading) -> int:
    """The row above sums and signatures at the end of the table; 0 when it ends with a record."""
    at = len(reading.draft.lines)
    while at - 1 in reading.rows_at_fault and reading.rows_at_fault[at - 1].kind in TAIL:
        at -= 1
    return reading.draft.lines[at - 1] if 0 < at < len(reading.draft.lines) else 0


def _lines(reading: Reading, more: _Suggestions, file: str) -> list[str]:
    spec = reading.spec
    told: dict[str, Any] = with_files({reading.name: spec.model_dump(mode="json")}, lambda _: file)[reading.name]
    told = {"file": told} if isinstance(told, str) else told
    told |= reading.found | ({"last_row": more.last_row} if more.last_row else {})
    if told.get("header_row") is None and reading.header.row > 1:
        told["header_row"] = reading.header.row
    lines = [f"    {k}: {_scalar(told[k])}" for k in told if not isinstance(told[k], dict)]
    columns = _columns(reading, more)
    lines += ["    columns:", *columns] if columns else []
    lines += _map("constants", spec.constants)
    values = {c: {**spec.values.get(c, {}), **more.values.get(c, {})} for c in (*spec.values, *more.values)}
    if values or more.unknown:
        lines.append("    values:")
        for name in reading.schema.columns:
            if values.get(name):
                lines.append(f"      {name}: {_flow(values[name])}")
            if more.unknown.get(name):
                rest = more.unknown[name]
                tail = f" ... ({len(rest)} in all)" if len(rest) > LISTED else ""
                lines.append(f"      # {name}, no known meaning (rows): {', '.join(rest[:LISTED])}{tail}")
    if more.formats or spec.formats:
        lines.append("    formats:")
        for name in (*spec.formats, *(c for c in more.formats if c not in spec.formats)):
            said = [spec.formats[name]] if name in spec.formats else []
            form, sure = more.formats.get(name, ("", True))
            doubt = "" if sure else "  # no day above 12 tells days from months: or mm/dd/yyyy?"
            lines.append(f"      {name}: {_scalar(', '.join([*said, *([form] if form else [])]))}{doubt}")
    if more.decimal:
        lines = [line for line in lines if not line.startswith("    decimal:")] + ['    decimal: ","']
    return lines + _map("confirmed", spec.confirmed)


def _columns(reading: Reading, more: _Suggestions) -> list[str]:
    """Lines of the columns: those said, those proposed with their meaning, and as comments those that nothing fits."""
    lines = []
    for name, column in reading.schema.columns.items():
        if name in more.columns:
            header = reading.header.names[more.columns[name]]
            lines.append(f"      {name}: {_scalar(header)}  # {column.meaning}")
        elif name in reading.spec.columns and name not in reading.match.disputed:
            lines.append(f"      {name}: {_scalar(reading.spec.columns[name])}")
        elif name in more.gaps:
            lines.append(f"      # {name}: which header? ({column.meaning})")
    return lines if any(not line.lstrip().startswith("#") for line in lines) else ["      {}", *lines] if lines else []


def _map(name: str, content: Mapping[str, str]) -> list[str]:
    return [f"    {name}: {_flow(content)}"] if content else []


def _flow(content: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_scalar(k)}: {_scalar(v)}" for k, v in content.items()) + "}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in KEYWORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
