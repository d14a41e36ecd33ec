"""Divisions before the merger, seen as candidates for new ones: where each may go and its counterpart."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from merger.fields import fields
from merger.inputs import Inputs

# A counterpart in another field of the same family needs at least this likeness of names.
ALIKE = 0.75
# Families found in every body: they stay with the body that they serve.
INTERNAL_FAMILIES = frozenset({"van-phong"})
LEADERSHIP, SERVICE, SUB_DEPARTMENT = "leadership", "service_unit", "sub_department"
ORDINARY = ("division", SUB_DEPARTMENT)


def division_items(inputs: Inputs) -> pd.DataFrame:
    """Divisions before with what the stage needs, ordered by id.

    Adds `side`, `agency`, `family`, `published` (new agency by the agencies table), `hosts` (tuple of new
    agencies it may go to, the published one or the lock first), `locked` and `team` (number shared with its
    counterpart).
    """
    agencies = inputs.agencies.set_index("agency_id")
    items = inputs.divisions.sort_values("division_id", kind="stable").reset_index(drop=True)
    items["side"] = agencies["side"].reindex(items["agency_id"]).to_numpy()
    items["agency"] = agencies["name_vi"].reindex(items["agency_id"]).to_numpy()
    items["family"] = fields()["family"].reindex(items["field"]).fillna(items["field"]).to_numpy()
    items["published"] = agencies["successor_id"].reindex(items["agency_id"]).to_numpy()
    locks = inputs.scenario.locks.fixed_successor
    items["locked"] = [
        locks.get(d, locks.get(a, "")) for d, a in zip(items["division_id"], items["agency_id"], strict=True)
    ]
    items["hosts"] = _hosts(inputs, items, agencies)
    items["team"] = _teams(items)
    return items


def _hosts(inputs: Inputs, items: pd.DataFrame, agencies: pd.DataFrame) -> list[tuple[str, ...]]:
    free = inputs.scenario.consolidate.successors == "free"
    by_family: dict[tuple[str, str], list[str]] = defaultdict(list)
    served: dict[str, set[str]] = defaultdict(set)
    for row in items.itertuples():
        if row.published and row.kind != LEADERSHIP and row.family not in INTERNAL_FAMILIES:
            bloc = str(agencies.at[row.published, "parent_id"])
            by_family[bloc, row.family].append(row.published)
            served[row.agency_id].add(row.family)
    result = []
    for row in items.itertuples():
        hosts = [row.locked or row.published]
        if free and not row.locked and row.published:
            bloc = str(agencies.at[row.published, "parent_id"])
            families = served[row.agency_id] if row.kind == LEADERSHIP else {row.family}
            for family in sorted(families):
                hosts += by_family.get((bloc, family), [])
        result.append(tuple(dict.fromkeys(h for h in hosts if h)))
    return result


def _teams(items: pd.DataFrame) -> list[int]:
    """Counterparts of both sides share a number: same new agency and family, best likeness of field and name.

    Divisions that one side kept apart never share a number. Leading bodies have none (-1).
    """
    team = np.full(len(items), -1)
    number = 0
    service = items["kind"] == SERVICE
    known_items = list(items.itertuples())
    for group in items.groupby(["published", service, "family"], sort=True).indices.values():
        known: list[list[int]] = []
        rows = [int(r) for r in group if known_items[r].kind != LEADERSHIP]
        for side in sorted({known_items[r].side for r in rows}):
            _match(known_items, known, [r for r in rows if known_items[r].side == side])
        for members in known:
            team[members] = number
            number += 1
    return team.tolist()


def _match(items: list, known: list[list[int]], own: list[int]) -> None:
    """Add each row of `own` to the team that is most like it, or as a new team."""
    new = list(own)
    if known and own:
        likeness = np.array([[_likeness(items[team[0]], items[row]) for team in known] for row in own])
        for a, b in zip(*linear_sum_assignment(-likeness), strict=True):
            if likeness[a, b] > 0:
                known[b].append(own[a])
                new.remove(own[a])
    known.extend([row] for row in new)


def _likeness(a, b) -> float:
    """0: no counterparts; the same kind counts more than the same field, the field more than the name."""
    names = similarity(a.division, b.division)
    same_kind, same_field = a.kind == b.kind, a.field == b.field
    if a.kind == SERVICE or not same_field:
        return names if names >= ALIKE and same_kind else 0.0
    return 1.0 + same_kind + names


def similarity(a: str, b: str) -> float:
    """Share of syllables that two names have in common (Jaccard), 0 to 1, without case, punctuation."""
    left, right = _syllables(a), _syllables(b)
    return len(left & right) / max(len(left | right), 1)


def _syllables(name: str) -> set[str]:
    text = unicodedata.normalize("NFC", name).lower()
    return set("".join(c if c.isalnum() else " " for c in text).split())


def side_titles(agencies: pd.DataFrame) -> dict[str, str]:
    """Place name of each side: the last words that the names of its departments share, e.g. `Hải Dương`."""
    titles = {}
    before = agencies[(agencies["period"] == "before") & (agencies["kind"] == "department")]
    for side, names in before.groupby("side", sort=True)["name_vi"]:
        words = [str(n).split() for n in names]
        shared: list[str] = []
        while all(len(w) > len(shared) for w in words) and len({w[-1 - len(shared)] for w in words}) == 1:
            shared.insert(0, words[0][-1 - len(shared)])
        titles[str(side)] = " ".join(shared) or str(side)
    return titles


def new_name(members: list) -> str:
    """Name of a new division: that of its largest predecessor, or the names of its teams joined.

    `members` are rows of the predecessors with `division` and `team`, the one that it continues first.
    """
    by_team: dict[int, str] = {}
    for member in members:
        by_team.setdefault(member.team, _of_the_city(str(member.division)))
    names = list(dict.fromkeys(by_team.values()))
    if len(names) == 1:
        return names[0]
    kind = names[0].split()[0]
    rest = [n[len(kind) + 1 :] if n.split()[0] == kind else n[0].lower() + n[1:] for n in names[1:]]
    return ", ".join([names[0], *rest[:-1]]) + " và " + rest[-1]


def _of_the_city(name: str) -> str:
    return name.removesuffix(" tỉnh") + " thành phố" if name.endswith(" tỉnh") else name


def distinct_names(names: list[str], host: list[str], side: list[str], titles: dict[str, str]) -> list[str]:
    """Names made distinct within each new agency by the place name of the side, then by Roman numerals."""
    count = Counter(zip(host, names, strict=True))
    placed = [f"{n} {titles.get(s, s)}" if count[h, n] > 1 else n for n, h, s in zip(names, host, side, strict=True)]
    again, seen, result = Counter(zip(host, placed, strict=True)), Counter(), []
    for name, at in zip(placed, host, strict=True):
        seen[at, name] += 1
        result.append(f"{name} {_roman(seen[at, name])}" if again[at, name] > 1 else name)
    return result


def _roman(number: int) -> str:
    text = ""
    for value, sign in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        text += sign * (number // value)
        number %= value
    return text
