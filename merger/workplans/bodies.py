"""Bodies that answer for tasks: one name for the several ways in which the tables write it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from merger.documents.wording import plain_name

# Party committee and People's Committee of a commune or district are one body here: they share their people.
LOCAL = re.compile(r"(?:Đảng ủy, )?UBND (Xã|Phường|Đặc khu|Thị trấn|Thị xã|Quận|Huyện|Thành phố|các xã)\b.*")
LOCAL_PREFIX = re.compile(r"^(?:Đảng ủy, )?UBND (?=Xã|Phường|Đặc khu|Thị trấn|Thị xã|Quận|Huyện|Thành phố)")
LONGEST_SLUG = 60
NOBODY = "Chưa phân công"


@dataclass(frozen=True)
class Body:
    """A body with the rows of the timetable that it answers for, alone or with others; `slug` names its files.

    `leads` are the tasks of which it is the first owner: every task has one such body.
    """

    name: str
    slug: str
    local: bool
    tasks: pd.DataFrame
    leads: tuple[str, ...] = ()


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
        local = bool(LOCAL.fullmatch(name))
        shown = LOCAL_PREFIX.sub("", name) if local else name
        found.append((shown, local, timetable.iloc[own], tuple(leads.get(key, ()))))
    found.sort(key=lambda b: (b[1], 0 if b[1] else -len(b[2]), b[0]))
    slugs = _unique([slug(name) for name, *_ in found])
    return [Body(name, s, local, tasks, lead) for (name, local, tasks, lead), s in zip(found, slugs, strict=True)]


def owners(cell: str) -> list[str]:
    """Bodies of a cell `owner`, the leading one first."""
    return list(dict.fromkeys(plain_name(part.strip()) for part in str(cell).split(";") if part.strip()))


def slug(name: str) -> str:
    """A name as a file name of lower-case ASCII letters, digits and hyphens: "Sở Y tế" -> "so-y-te"."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    return (words if len(words) <= LONGEST_SLUG else words[: LONGEST_SLUG + 1].rpartition("-")[0]) or "body"


def _key(name: str, place: str) -> str:
    if LOCAL.fullmatch(name):
        return LOCAL_PREFIX.sub("", name)
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
