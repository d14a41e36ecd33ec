"""Bodies that answer for tasks: one name for the several ways in which the tables write it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from merger.documents.wording import plain_name

# Party committee and People's Committee of a commune or district are one body here: they share their people.
LOCAL = re.compile(
    r"(?:Đảng ủy, )?UBND "
    r"(?P<unit>(?P<kind>xã|phường|đặc khu|thị trấn|thị xã|quận|huyện|thành phố) (?P<name>.+)|các xã.+)",
    re.IGNORECASE,
)
LONGEST_SLUG = 60
NOBODY = "Chưa phân công"


@dataclass(frozen=True)
class Body:
    """A body with the rows of the timetable that it answers for, alone or with others; `slug` names its files.

    `leads` are the tasks of which it is the first owner: every task has one such body. `names` are the ways in which
    the table writes it.
    """

    name: str
    slug: str
    local: bool
    tasks: pd.DataFrame
    leads: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()


def bodies_of(timetable: pd.DataFrame, place: str) -> list[Body]:
    """All owners: those of the city by most tasks, then the local ones by name.

    `place` is the name of the merged province or city: "Sở Tài chính" and "Sở Tài chính {place}" are one body.
    """
    names: dict[str, dict[str, None]] = {}
    rows: dict[str, list[int]] = {}
    leads: dict[str, list[str]] = {}
    for at, (task, cell) in enumerate(
        zip(timetable["task_id"], timetable["owner"].fillna("").astype(str), strict=True)
    ):
        keys = {_key(n, place): n for n in reversed(owners(cell) or [NOBODY])}
        for key, name in keys.items():
            names.setdefault(key, {})[name] = None
            rows.setdefault(key, []).append(at)
        leads.setdefault(list(keys)[-1], []).append(task)
    found = []
    for key, own in rows.items():
        # The fullest form; a local body goes by its unit.
        name = max(names[key], key=lambda n: (len(n), n))
        local = bool(_unit(name, place))
        shown = _unit(name, place) or name
        found.append((shown, local, timetable.iloc[own], tuple(leads.get(key, ())), frozenset(names[key])))
    found.sort(key=lambda b: (b[1], 0 if b[1] else -len(b[2]), b[0]))
    slugs = _unique([slug(name) for name, *_ in found])
    return [Body(name, s, *rest) for (name, *rest), s in zip(found, slugs, strict=True)]


def owners(cell: str) -> list[str]:
    """Bodies of a cell `owner`, the leading one first."""
    return list(dict.fromkeys(plain_name(part.strip()) for part in str(cell).split(";") if part.strip()))


def slug(name: str) -> str:
    """A name as a file name of lower-case ASCII letters, digits and hyphens: "Sở Y tế" -> "so-y-te"."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    return (words if len(words) <= LONGEST_SLUG else words[: LONGEST_SLUG + 1].rpartition("-")[0]) or "body"


def _unit(name: str, place: str) -> str:
    """The commune or district that a body governs ("UBND xã An" -> "Xã An"); "" for bodies of the merged city."""
    found = LOCAL.fullmatch(name)
    if not found or (place and found["name"] == place):
        return ""
    return name if not found["kind"] else found["unit"][:1].upper() + found["unit"][1:]


def _key(name: str, place: str) -> str:
    if unit := _unit(name, place):
        return unit.casefold()
    short = re.sub(r"\bthành phố\b", "TP", name)
    return short.removesuffix(f" {place}").strip() if place else short


def _unique(slugs: list[str]) -> list[str]:
    """Slugs with a number behind those that would come twice."""
    seen: set[str] = set()
    out = []
    for base in slugs:
        free, n = base, 2
        while free in seen:
            free, n = f"{base}-{n}", n + 1
        seen.add(free)
        out.append(free)
    return out
