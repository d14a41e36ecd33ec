"""A planner's divisions and roster against the other tables of the scenario: references, fields of work, persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from geodata.columns import Complaints, TextTable
from geodata.faults import Fault
from geodata.references import Names, check_references
from geodata.references import unknown as unknown_id
from geodata.text import fold
from scenarios.persons import Scale, check_persons
from scenarios.tables import schema_of

# Our own tables: the key of each.
KEYS = {"divisions": "division_id", "staff": "person_id"}
FIELD = "fields.field"
RANK = "staff.rank"


@dataclass(frozen=True)
class Surroundings:
    """What a planner's tables are compared with.

    `known` maps "table.column" to the ids there, `names` to what their rows are called, `files` a table to its file.
    `ranks` are the salary scales by rank, None when the law cannot be read; fields of work are known as `fields.field`.
    `confirmed` are the ids of persons whose unusual data is right.
    """

    known: Mapping[str, frozenset[str]]
    names: Mapping[str, Names]
    files: Mapping[str, str]
    today: date
    ranks: Mapping[str, Scale] | None = None
    confirmed: Mapping[str, str] = field(default_factory=dict)

    def with_own(self, tables: Mapping[str, TextTable]) -> tuple[dict[str, frozenset[str]], dict[str, Names]]:
        """Known ids and names with those of the planner's tables themselves."""
        known, names = dict(self.known), dict(self.names)
        for name, table in tables.items():
            known[f"{name}.{KEYS[name]}"] = frozenset(table.column(KEYS[name])) - {""}
        if "divisions" in tables:
            divisions = tables["divisions"]
            ids = divisions.column("division_id")
            names["divisions.division_id"] = names_of(ids, divisions.column("division"))
        if self.ranks is not None:
            known[RANK] = frozenset(self.ranks)
        return known, names


def check_own_tables(tables: Mapping[str, TextTable], around: Surroundings) -> list[Fault]:
    """Faults that no table shows by itself, every one told; columns are named as ours."""
    known, names = around.with_own(tables)
    faults: list[Fault] = []
    for name, table in tables.items():
        faults += check_references(table, schema_of(name), known, around.files, told=None, names=names)
        faults += _fields(table, name, known, names)
        if not table.rows:
            remedy = "fill it in, or leave data.divisions and data.staff out: they are generated then"
            faults.append(Fault(table.path, message="the table has no rows", remedy=remedy))
    if "staff" in tables:
        staff = tables["staff"]
        faults += check_persons(staff, schema_of("staff"), around.today, around.ranks, around.confirmed)
    return faults


def names_of(ids: Iterable[str], *columns: Iterable[str]) -> Names:
    """Folded names to the ids that have them; several columns give several names of a row."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, *words in zip(ids, *columns, strict=True):
        for word in words:
            if code and word:
                found[fold(word)].setdefault(code, word)
    return {name: tuple(sorted(rows.items())) for name, rows in found.items()}


def _fields(
    table: TextTable, name: str, known: Mapping[str, frozenset[str]], names: Mapping[str, Names]
) -> list[Fault]:
    """Fields of work that are none; skipped when the list of fields is not at hand."""
    if FIELD not in known:
        return []
    complaints = Complaints(table, schema_of(name), told=None)
    seen: dict[str, tuple[str, str]] = {}
    for row, cell in enumerate(table.column("field")):
        if cell and cell not in known[FIELD]:
            if cell not in seen:
                _, remedy = unknown_id(cell, known[FIELD], "text", "fields.csv", names.get(FIELD))
                seen[cell] = f'unknown field of work "{cell}"', remedy
            complaints.add(row, "field", "unknown field", *seen[cell])
    return complaints.all()
