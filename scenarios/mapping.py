"""Which column of a planner's file is which of ours: said by the scenario, or by our own name; else only proposed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from geodata.columns import TableSchema, cell_fault
from geodata.faults import Fault, closest, did_you_mean
from geodata.sheets import clean, letter, position_of
from geodata.text import fold
from scenarios.cells import CELLS_OF_DATES, forms_of
from scenarios.headers import columns_called, is_personal
from scenarios.marks import Place
from scenarios.schema import OwnTable

# Where an option of the table's mapping is written, for a fault.
At = Callable[..., Place]
LETTER = re.compile(r"(?:column|cột) ([A-Z]{1,3})", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """The header of a table: file as shown, row, names of the columns ("" for none), whether it is a workbook."""

    path: str
    row: int
    names: tuple[str, ...]
    workbook: bool

    def label(self, position: int, column: str = "") -> str:
        """How messages name a column: letter (workbook), header, and our name where it differs."""
        name = self.names[position] if position < len(self.names) else ""
        parts = [letter(position)] if self.workbook else []
        parts += [json.dumps(name, ensure_ascii=False)] if name != column else [column]
        return " ".join(parts) + (f" ({column})" if column and name != column else "")


@dataclass
class Match:
    """Positions in the file by our column: `columns` are in force, `proposed` are known headers not in force.

    `absent` take their default. `missing` are needed and nowhere, `disputed` are at fault in a way of their own.
    `personal` and `unused` are positions left out.
    """

    columns: dict[str, int] = field(default_factory=dict)
    proposed: dict[str, int] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    disputed: set[str] = field(default_factory=set)
    personal: list[int] = field(default_factory=list)
    unused: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def match_columns(header: Header, spec: OwnTable, schema: TableSchema, at: At) -> Match:
    """Match the columns of a file with ours; every fault of the mapping and of the header."""
    match = Match()
    _explicit(match, header, spec, schema, at)
    _constants(match, spec, schema, at)
    _options(match, spec, schema, at)
    _own_names(match, header, schema)
    _known(match, header, schema)
    if spec.accept_proposed:
        match.columns |= match.proposed
        match.proposed = {}
    for name, column in schema.columns.items():
        if name in match.columns or name in match.constants or name in match.disputed or column.type == "geometry":
            continue
        if column.optional or column.default is not None:
            match.absent[name] = column.default or ""
        elif name in match.proposed:
            position = match.proposed[name]
            remedy = f"columns: {{{name}: {_quoted(header.names[position])}}} (merger check prints the whole mapping)"
            message = f"not mapped; {header.label(position)} is a known header of it"
            match.faults.append(_head_fault(header, name, message, remedy))
        else:
            match.missing.append(name)
    _missing(match, header, schema)
    return match


def _explicit(match: Match, header: Header, spec: OwnTable, schema: TableSchema, at: At) -> None:
    for name, wanted in spec.columns.items():
        place = at("columns", name)
        if name not in schema.columns:
            match.faults.append(place.fault(f'unknown column "{name}"', did_you_mean(name, schema.columns)))
            continue
        by_letter = LETTER.fullmatch(wanted.strip())
        found = [i for i, h in enumerate(header.names) if h and h == clean(wanted)]
        if by_letter and not found:
            found = [position_of(by_letter[1])]
        if not found or found[0] >= len(header.names):
            match.faults.append(place.fault(*_no_header(header, wanted)))
        elif len(found) > 1:
            letters = ", ".join(letter(i) for i in found)
            remedy = f'write the column by its letter: {name}: "column {letter(found[0])}"'
            match.faults.append(place.fault(f'the header "{wanted}" stands {len(found)} times: {letters}', remedy))
        elif is_personal(header.names[found[0]]) and name not in columns_called(schema.name, header.names[found[0]]):
            message = f'the column "{header.names[found[0]]}" tells who a person is: personal data is not read'
            match.faults.append(place.fault(message, "use a number that means nothing outside your office"))
        else:
            match.columns[name] = found[0]
            continue
        match.disputed.add(name)


def _no_header(header: Header, wanted: str) -> tuple[str, str]:
    names = [h for h in header.names if h and not is_personal(h)]
    alike = [h for h in names if fold(h) == fold(wanted)]
    near = alike[0] if alike else closest(wanted, names)
    remedy = f'did you mean "{near}"?' if near else "write a header as it stands in the file, or header_row"
    return f'{header.path} has no header "{wanted}" in row {header.row}', remedy


def _constants(match: Match, spec: OwnTable, schema: TableSchema, at: At) -> None:
    for name, value in spec.constants.items():
        place = at("constants", name)
        if name not in schema.columns:
            match.faults.append(place.fault(f'unknown column "{name}"', did_you_mean(name, schema.columns)))
        elif name in spec.columns:
            match.faults.append(place.fault(f'"{name}" stands under columns and constants', "keep one of the two"))
        else:
            wrong = cell_fault(schema.columns[name], value)
            if wrong:
                match.faults.append(place.fault(f'constant of "{name}": {wrong[1]}', wrong[2]))
            match.constants[name] = value


def _options(match: Match, spec: OwnTable, schema: TableSchema, at: At) -> None:
    """Faults of options that name our columns, and of forms of dates."""
    for option in ("values", "formats"):
        for name in getattr(spec, option):
            if name not in schema.columns:
                fault = at(option, name).fault(f'unknown column "{name}"', did_you_mean(name, schema.columns))
                match.faults.append(fault)
    if spec.skip_without is not None and spec.skip_without not in schema.columns:
        remedy = did_you_mean(spec.skip_without, schema.columns)
        match.faults.append(at("skip_without").fault(f'unknown column "{spec.skip_without}"', remedy))
    for name, text in spec.formats.items():
        if name in schema.columns and schema.columns[name].type not in CELLS_OF_DATES:
            match.faults.append(at("formats", name).fault(f'"{name}" holds no dates', "remove this line"))
        for form in forms_of(text)[1]:
            remedy = "use dd/mm/yyyy, mm/dd/yyyy, mm/yyyy, yyyy/mm/dd or excel, several with commas between"
            match.faults.append(at("formats", name).fault(f'unknown form of a date "{form}"', remedy))


def _own_names(match: Match, header: Header, schema: TableSchema) -> None:
    """A header that is our own name of a column, exactly, needs no mapping."""
    for name in schema.columns:
        if name in match.columns or name in match.constants or name in match.disputed:
            continue
        found = [i for i, h in enumerate(header.names) if h == name]
        if len(found) > 1:
            letters = ", ".join(letter(i) for i in found)
            remedy = f'rename or delete one, or say which: columns: {{{name}: "column {letter(found[0])}"}}'
            match.faults.append(_head_fault(header, name, f"column occurs twice ({letters})", remedy))
        if found:
            match.columns[name] = found[0]


def _known(match: Match, header: Header, schema: TableSchema) -> None:
    """Known headers among those left over: proposals, and faults where two fit."""
    used = set(match.columns.values())
    settled = {*match.columns, *match.constants, *match.disputed}
    open_ = [c for c in schema.columns if c not in settled]
    called: dict[int, list[str]] = {}
    for i, name in enumerate(header.names):
        if not name or i in used:
            continue
        meant = columns_called(schema.name, name)
        if not meant and is_personal(name):
            match.personal.append(i)
            continue
        called[i] = [c for c in meant if c in open_]
    for i, meant in called.items():
        if not meant:
            match.unused.append(i)
        elif len(meant) > 1:
            said = " or ".join(f"columns: {{{c}: {_quoted(header.names[i])}}}" for c in meant)
            message = f"column {header.label(i)} may be {' or '.join(meant)}"
            match.faults.append(Fault(header.path, header.row, 0, "", message, f"say which: {said}"))
    for column in open_:
        fits = [i for i, meant in called.items() if column in meant]
        if len(fits) == 1 and len(called[fits[0]]) == 1:
            match.proposed[column] = fits[0]
        elif len(fits) > 1:
            message = f"two headers fit: {' and '.join(header.label(i) for i in fits)}"
            match.faults.append(_head_fault(header, column, message, _say_which(header, column, fits)))
        if fits and column not in match.proposed:
            match.disputed.add(column)


def _say_which(header: Header, column: str, fits: Sequence[int]) -> str:
    twice = len({header.names[i] for i in fits}) < len(fits)
    words = [_quoted(f"column {letter(i)}" if twice else header.names[i]) for i in fits]
    return "say which: " + " or ".join(f"columns: {{{column}: {w}}}" for w in words)


def _missing(match: Match, header: Header, schema: TableSchema) -> None:
    strangers = [header.names[i] for i in match.unused]
    for name in match.missing:
        near = closest(name, strangers)
        meaning = schema.columns[name].meaning
        if near:
            message, remedy = f'unknown column "{near}"', f'rename it to "{name}" ({meaning})'
            match.faults.append(_head_fault(header, near, message, remedy))
        else:
            remedy = f"add it: {meaning}; or in the scenario columns: {{{name}: HEADER}}, constants: {{{name}: VALUE}}"
            match.faults.append(_head_fault(header, name, "column is missing", remedy))


def _head_fault(header: Header, column: str, message: str, remedy: str) -> Fault:
    return Fault(header.path, header.row, 0, column, message, remedy)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
