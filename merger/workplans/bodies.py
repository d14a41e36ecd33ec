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


@dataclass(frozen=True)
class Body:
    """A body with the rows of the timetable that it answers for, alone or with others; `slug` names its files."""

    name: str
    slug: str
    local: bool
    tasks: pd.DataFrame


def bodies_of(timetable: pd.DataFrame, place: str) -> list[Body]:
    """All owners: those of the city by most tasks, then the local ones by name.

    `place` is the name of the merged province or city: "Sở Tài chính" and "Sở Tài chính {place}" are one body.
    """
    names: dict[str, dict[str, None]] = {}
    rows: dict[str, list[int]] = {}
    for at, cell in enumerate(timetable["owner"].fillna("").astype(str)):
        for key, name in {_key(n, place): n for n in owners(cell)}.items():
            names.setdefault(key, {})[name] = None
            rows.setdefault(key, []).append(at)
    found = []
    for key, own in rows.items():
        # The fullest form; a local body goes by its unit.
        name = max(names[key], key=lambda n: (len(n), n))
        local = bool(LOCAL.fullmatch(name))
        found.append((LOCAL_PREFIX.sub("", name) if local else name, local, timetable.iloc[own]))
    found.sort(key=lambda b: (b[1], 0 if b[1] else -len(b[2]), b[0]))
    slugs = _unique([slug(name) for name, *_ in found])
    return [Body(name, s, local, tasks) for (name, local, tasks), s in zip(found, slugs, strict=True)]


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
