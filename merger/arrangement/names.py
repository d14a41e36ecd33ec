"""Names of new units: that of the seat, unique in the new city (Resolution 76/2025 Art 7)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DISTRICT_WORDS = ("Thành phố ", "Thị xã ", "Huyện ", "Quận ")
TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True)
class NameChoice:
    """Bare name of a new unit; `clash` is the seat's name when another new unit kept that one, else empty."""

    name: str
    clash: str = ""


@dataclass(frozen=True)
class Candidate:
    """A new unit that wants a name.

    `own` is the seat's name, `others` the other members' by rank, `district` that of the seat.
    """

    key: str
    population: float
    own: str
    others: Sequence[str]
    district: str


def choose_names(candidates: Sequence[Candidate], taken: Sequence[str] = ()) -> Mapping[str, NameChoice]:
    """Unique names by key. Of several with one name the most populous keeps it (then the smaller key).

    The others take the name of another member that nobody wants or has, else the name of the old district,
    else that
    name with a number, as Art 7 encourages.
    """
    used = {spelling(n) for n in taken}
    chosen: dict[str, NameChoice] = {}
    ranked = sorted(candidates, key=lambda c: (-c.population, c.key))
    losers = []
    for c in ranked:
        if spelling(c.own) in used:
            losers.append(c)
        else:
            used.add(spelling(c.own))
            chosen[c.key] = NameChoice(c.own)
    for c in losers:
        name = next(n for n in _alternatives(c) if spelling(n) not in used)
        used.add(spelling(name))
        chosen[c.key] = NameChoice(name, clash=c.own)
    return chosen


def spelling(name: str) -> str:
    """Name for comparison: composed, lower case, single blanks, tone mark at the end ("hoà" = "hòa")."""
    words = unicodedata.normalize("NFC", name).casefold().split()
    return " ".join(_untoned(w) for w in words)


def _untoned(word: str) -> str:
    """Syllable with its tone moved to the end, so that both ways of placing it compare equal."""
    parts = unicodedata.normalize("NFD", word)
    tone = "".join(ch for ch in parts if ch in TONES)
    return unicodedata.normalize("NFC", re.sub(f"[{TONES}]", "", parts)) + tone


def bare_district(district: str) -> str:
    """Name of a district without its type."""
    for word in DISTRICT_WORDS:
        if district.startswith(word):
            return district[len(word) :]
    return district


def _alternatives(c: Candidate):
    yield from c.others
    base = bare_district(c.district) or c.own
    yield base
    number = 1
    while True:
        yield f"{base} {number}"
        number += 1
