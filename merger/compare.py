"""What changes from one plan to another: units, divisions, mandates, people, routes, dates, figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from merger.disclosure import is_masked
from merger.plan import Plan, read_tables

PEOPLE_MISSING = "People are not compared: a public copy holds no rows about persons; compare the full plans for that."

# Table: (kind of item, column of its name, columns whose change matters, column that tells how many are affected).
COMPARED: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "structure": ("division", "division", ("new_division", "new_agency", "site_id"), "staff"),
    "mandates": ("mandate", "title_vi", ("successor",), ""),
    "routes": ("route", "name_vi", ("depart", "arrive", "vehicle", "riders"), "riders"),
    "timetable": ("task", "title_vi", ("start", "finish"), ""),
}


@dataclass(frozen=True)
class Change:
    """One item that differs; `people` is the number affected (0: not counted in people)."""

    kind: str
    item: str
    name: str
    before: str
    after: str
    people: int


@dataclass(frozen=True)
class Difference:
    """Figures that differ as {name: (a, b)} and the changes, most people affected first.

    `note` says what could not be compared.
    """

    figures: dict[str, tuple[Any, Any]]
    changes: tuple[Change, ...]
    note: str = ""

    @property
    def empty(self) -> bool:
        """True when the two plans say the same."""
        return not self.figures and not self.changes

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"figures": self.figures, "changes": [asdict(c) for c in self.changes], "note": self.note}

    def as_text(self, most: int = 25) -> str:
        """A page for the terminal: figures, counts by kind, then the changes that touch most people."""
        if self.empty:
            return "\n".join(["The two plans are the same.", *([self.note] if self.note else [])])
        lines = [f"  {k:48} {_show(a):>18} -> {_show(b):>18}" for k, (a, b) in self.figures.items()]
        kinds = pd.Series([c.kind for c in self.changes], dtype=object).value_counts(sort=False)
        people = pd.Series([c.people for c in self.changes], dtype=float).groupby([c.kind for c in self.changes]).sum()
        lines = ["Figures (first plan -> second plan):", *lines] if lines else []
        lines += [
            "",
            "Changes:",
            *(f"  {k:10} {n:6} items, {people[k]:12,.0f} people" for k, n in kinds.items()),
        ]
        lines += [""] + [f"  {c.kind:10} {c.name} [{c.item}]: {c.before} -> {c.after}" for c in self.changes[:most]]
        if len(self.changes) > most:
            lines.append(f"  ... and {len(self.changes) - most} more (--json lists all)")
        lines += [self.note] if self.note else []
        return "\n".join(lines)


def compare_plans(a: Plan, b: Plan) -> Difference:
    """Compare two plans item by item; a plan compared with itself gives an empty difference.

    Where one is a public copy, both are compared as the public sees them, and persons not at all.
    """
    note = PEOPLE_MISSING if a.public or b.public else ""
    if note:
        a, b = (p if p.public else replace(p, tables=read_tables(p.path, public=True), public=True) for p in (a, b))
    changes = [*_unit_changes(a, b), *_people_changes(a, b)]
    for table in COMPARED:
        changes += _row_changes(a, b, table)
    changes.sort(key=lambda c: (-c.people, c.kind, c.item, c.before))
    return Difference(_figure_changes(a, b), tuple(changes), note)


def _figure_changes(a: Plan, b: Plan) -> dict[str, tuple[Any, Any]]:
    left, right = dict(_figures(a)), dict(_figures(b))
    names = [*left, *(k for k in right if k not in left)]
    return {k: (left.get(k), right.get(k)) for k in names if left.get(k) != right.get(k)}


def _figures(plan: Plan) -> Iterator[tuple[str, Any]]:
    for key, value in plan.manifest["headline"].get("plan", {}).items():
        yield f"headline.{key}", value
    for stage, record in plan.manifest["stages"].items():
        for key, value in record["figures"].items():
            if isinstance(value, (int, float, str)) and not isinstance(value, bool):
                yield f"{stage}.{key}", value


def _unit_changes(a: Plan, b: Plan) -> Iterator[Change]:
    """An old unit changes when its partners or its seat change, not when only the id of the new unit does."""
    if "units" not in a.tables or "units" not in b.tables:
        return
    left, right = (p.tables["units"].set_index("old_code") for p in (a, b))
    partners = [t.index.to_series().groupby(t["new_id"]).agg(frozenset) for t in (left, right)]
    for code in [*left.index, *(c for c in right.index if c not in left.index)]:
        x = left.loc[code] if code in left.index else None
        y = right.loc[code] if code in right.index else None
        if x is not None and y is not None:
            same = partners[0][x["new_id"]] == partners[1][y["new_id"]]
            if same and x["seat_code"] == y["seat_code"] and x["new_name"] == y["new_name"]:
                continue
        some = x if x is not None else y
        yield Change("unit", code, some["old_name"], _unit(x), _unit(y), int(some["population"]))


def _unit(row: pd.Series | None) -> str:
    return "-" if row is None else f"{row['new_name']} (seat {row['seat_code']})"


def _people_changes(a: Plan, b: Plan) -> Iterator[Change]:
    """People who change office or support, in groups: no person is named in a comparison."""
    if "staff" not in a.tables or "staff" not in b.tables:
        return
    columns = ["outcome", "site_after", "support"]
    both = a.tables["staff"].merge(b.tables["staff"], on="person_id", how="outer", suffixes=("_a", "_b"))
    for c in columns:
        both[[f"{c}_a", f"{c}_b"]] = both[[f"{c}_a", f"{c}_b"]].fillna("-")
    for c in columns:
        moved = both[both[f"{c}_a"] != both[f"{c}_b"]]
        for (x, y), rows in moved.groupby([f"{c}_a", f"{c}_b"], sort=True):
            yield Change("people", c, f"staff by {c}", str(x) or "-", str(y) or "-", len(rows))


def _row_changes(a: Plan, b: Plan, table: str) -> list[Change]:
    kind, name, columns, people = COMPARED[table]
    if table not in a.tables or table not in b.tables:
        return []
    key = a.tables[table].columns[0]
    left, right = (p.tables[table].set_index(key) for p in (a, b))
    found = []
    for item in [*left.index, *(i for i in right.index if i not in left.index)]:
        x = left.loc[item] if item in left.index else None
        y = right.loc[item] if item in right.index else None
        before, after = (("-" if r is None else ", ".join(_show(r[c]) for c in columns)) for r in (x, y))
        if before != after:
            some = x if x is not None else y
            found.append(
                Change(kind, str(item), str(some[name]), before, after, _people(some[people]) if people else 0)
            )
    return found


def _people(value: Any) -> int:
    """A count of persons, 0 where it is not shown."""
    return 0 if is_masked(value) else int(value)


def _show(value: Any) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "-"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
