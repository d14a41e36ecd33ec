"""Codes and ids that must occur in another table, and what may be meant by those that do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from geodata.columns import TOLD, Complaints, TableSchema, TextTable
from geodata.faults import Fault, closest, did_you_mean
from geodata.text import fold

# Among more ids than this the nearest one is not looked for.
MANY = 2000
# Folded name (`geodata.text.fold`): the ids that have it, each with the name as written.
Names = Mapping[str, "tuple[tuple[str, str], ...]"]


def check_references(
    table: TextTable,
    schema: TableSchema,
    known: Mapping[str, frozenset[str]],
    files: Mapping[str, str],
    *,
    told: int | None = TOLD,
    names: Mapping[str, Names] | None = None,
) -> list[Fault]:
    """Values that must occur in another table and do not.

    `known` maps "table.column" to the values there; what it lacks is not checked. `files` names the file of a
    table, `names` what its rows are called, for a remedy when a name stands in the place of the id.
    """
    complaints = Complaints(table, schema, told)
    for column in schema.columns.values():
        if column.to not in known or column.name not in table.header:
            continue
        values, where = known[column.to], files.get(column.to.partition(".")[0], "")
        called = (names or {}).get(column.to, {})
        seen: dict[str, tuple[str, str]] = {}
        for row, cell in enumerate(table.column(column.name)):
            for item in cell.split(";") if column.type == "list" else [cell]:
                if item and item not in values:
                    if item not in seen:
                        seen[item] = unknown(item, values, column.type, where, called)
                    complaints.add(row, column.name, "unknown", *seen[item])
    return complaints.all()


def unknown(item: str, known: Iterable[str], kind: str, where: str, names: Names | None = None) -> tuple[str, str]:
    """Message and remedy for a code or id that no table has; lost leading zeros and names are recognised."""
    words = list(known)
    if kind == "list":
        kind = "code" if item.replace(".", "").isdigit() else "text"
    what = "unit code" if kind == "code" else "node" if kind == "int" else "value"
    message = f'unknown {what} "{item}"'
    bare = item.removesuffix(".0").lstrip("0")
    same = [w for w in words if w.lstrip("0") == bare and bare]
    if same:
        return message, f'write "{same[0]}": leading zeros were lost or added (format the column as text)'
    called = _called(item, names or {})
    if called:
        return message, called
    if kind in ("code", "int"):
        example = f", e.g. {min(words)}" if words and kind == "code" else ""
        return message, f"use one of the {len(words)} in {where}{example}"
    if len(words) > MANY:
        return message, f"use one of the {len(words)} in {where}"
    return message, did_you_mean(item, words)


def _called(item: str, names: Names) -> str:
    """Remedy for a name in the place of an id: the ids of that name, else of the nearest one."""
    if not names or item.isdigit():
        return ""
    near = names.get(fold(item)) or names.get(closest(fold(item), names), ())
    if not near:
        return ""
    ids = " or ".join(f'"{code}" ({name})' for code, name in near[:3])
    return f"write {ids}" if fold(item) in names else f"did you mean {ids}?"
