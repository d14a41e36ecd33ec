"""Locks and fixed units: do they name things that exist, and can they hold together?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from geodata.checks import pieces
from geodata.faults import Fault, did_you_mean
from geodata.references import unknown
from scenarios.loaded import Loaded
from scenarios.marks import Place

ONE = "remove one of the two"


@dataclass(frozen=True)
class Known:
    """What the tables hold: side and district by unit code, and ids.

    None means not known here (a table was unreadable, or divisions and staff are generated): not checked.
    """

    sides: Mapping[str, str] | None
    districts: Mapping[str, str]
    agencies: frozenset[str] | None
    new_agencies: frozenset[str]
    sites: frozenset[str] | None
    divisions: frozenset[str] | None
    persons: frozenset[str] | None


def special_members(loaded: Loaded, known: Known) -> list[set[str]]:
    """Old units of each special zone, listed or by district."""
    return [
        set(z.members) | {c for c, d in known.districts.items() if z.district is not None and d == z.district}
        for z in loaded.scenario.arrange.special_zones
    ]


def check_locks(loaded: Loaded, known: Known) -> list[Fault]:
    """All faults of the locks, each at the place of the later of the two that contradict."""
    return [
        *_unknown_units(loaded, known),
        *_unknown_ids(loaded, known),
        *_joining(loaded, known),
        *_pairs(loaded),
        *_seats(loaded),
        *_zones(loaded, known),
    ]


def _listed(loaded: Loaded) -> Iterator[tuple[str, Place]]:
    """Every unit code of the locks and special zones with its place."""
    locks = loaded.scenario.locks
    for name in ("must_join", "must_not_join"):
        for i, group in enumerate(getattr(locks, name)):
            for j, code in enumerate(group):
                yield code, loaded.place("locks", name, i, j)
    for name in ("fixed_seat", "forbidden_seat", "keep_whole"):
        for i, code in enumerate(getattr(locks, name)):
            yield code, loaded.place("locks", name, i)
    for i, code in enumerate(loaded.scenario.arrange.seats_available):
        yield code, loaded.place("arrange", "seats_available", i)
    for i, zone in enumerate(loaded.scenario.arrange.special_zones):
        for j, code in enumerate(zone.members):
            yield code, loaded.place("arrange", "special_zones", i, "members", j)


def _unknown_units(loaded: Loaded, known: Known) -> list[Fault]:
    if known.sides is None:
        return []
    units = loaded.data_path("units")
    where = units.name if units else "units"
    faults = [p.fault(*unknown(c, known.sides, "code", where)) for c, p in _listed(loaded) if c not in known.sides]
    districts = set(known.districts.values())
    for i, zone in enumerate(loaded.scenario.arrange.special_zones):
        at = loaded.place("arrange", "special_zones", i, "district")
        if zone.district is not None and zone.district not in districts:
            faults.append(at.fault(f'unknown district "{zone.district}"', did_you_mean(zone.district, districts)))
        if zone.district is None and not zone.members:
            at = loaded.place("arrange", "special_zones", i)
            faults.append(at.fault(f'special zone "{zone.name}" has no units', "give members or a district"))
    return faults


def _unknown_ids(loaded: Loaded, known: Known) -> list[Fault]:
    locks = loaded.scenario.locks
    faults: list[Fault] = []

    def expect(lock: str, key: str, value: str, what: str, ids: frozenset[str] | None) -> None:
        if ids is not None and value not in ids:
            at = loaded.place("locks", lock, key)
            faults.append(at.fault(f'"{lock}": unknown {what} "{value}"', did_you_mean(value, ids)))

    new = known.new_agencies if known.agencies is not None else None
    before = None
    if known.agencies is not None and known.divisions is not None:
        before = known.agencies | known.divisions
    for key, value in locks.fixed_successor.items():
        expect("fixed_successor", key, key, "division or agency", before)
        expect("fixed_successor", key, value, "new agency", new)
    placed = new | known.divisions if new is not None and known.divisions is not None else new
    for key, value in locks.fixed_site.items():
        expect("fixed_site", key, key, "new agency" if placed is new else "new agency or division", placed)
        expect("fixed_site", key, value, "site", known.sites)
    for name in ("pair", "keep_apart"):
        for i, group in enumerate(getattr(locks, name)):
            for j, code in enumerate(group):
                if known.divisions is not None and code not in known.divisions:
                    at = loaded.place("locks", name, i, j)
                    faults.append(at.fault(f'"{name}": unknown division "{code}"', did_you_mean(code, known.divisions)))
    for key in locks.fixed_post:
        expect("fixed_post", key, key, "person", known.persons)
    return faults


def _joined(loaded: Loaded) -> dict[str, frozenset[str]]:
    """For each unit under must_join, all units it must stay with (overlapping sets are one)."""
    groups = loaded.scenario.locks.must_join
    members = {code for group in groups for code in group}
    links = [(group[0], code) for group in groups for code in group[1:]]
    return {code: frozenset(piece) for piece in pieces(members, links) for code in piece}


def _joining(loaded: Loaded, known: Known) -> list[Fault]:
    locks, arrange = loaded.scenario.locks, loaded.scenario.arrange
    joined = _joined(loaded)
    line = loaded.place("locks", "must_join").line
    faults: list[Fault] = []
    for i, group in enumerate(locks.must_not_join):
        for (_, a), (j, b) in combinations(enumerate(group), 2):
            if b in joined.get(a, ()):
                at = loaded.place("locks", "must_not_join", i, j)
                faults.append(at.fault(f"must_not_join {a} and {b} contradicts must_join (line {line})", ONE))
    for i, code in enumerate(locks.keep_whole):
        if len(joined.get(code, ())) > 1:
            others = ", ".join(sorted(joined[code] - {code}))
            at = loaded.place("locks", "keep_whole", i)
            message = f"keep_whole {code} contradicts must_join with {others} (line {line})"
            faults.append(at.fault(message, ONE))
    for i, group in enumerate(locks.must_join):
        at = loaded.place("locks", "must_join", i)
        whole = joined[group[0]] if group else frozenset()
        sides = sorted({known.sides[c] for c in group if known.sides and c in known.sides})
        if len(sides) > 1:
            remedy = "no new unit crosses the old province line: split the set"
            faults.append(at.fault(f"must_join joins units of {' and '.join(sides)}", remedy))
        if arrange.max_members is not None and len(whole) > arrange.max_members and group[0] == min(whole):
            remedy = f"raise arrange.max_members to {len(whole)}, or split the set"
            message = f"must_join keeps {len(whole)} units together, max_members is {arrange.max_members}"
            faults.append(at.fault(message, remedy))
    return faults


def _pairs(loaded: Loaded) -> list[Fault]:
    """Divisions that should become one and stay apart, or sit at different sites, at once."""
    locks = loaded.scenario.locks
    links = [(group[0], code) for group in locks.pair for code in group[1:]]
    whole = {code: set(piece) for piece in pieces({c for g in locks.pair for c in g}, links) for code in piece}
    faults: list[Fault] = []
    for i, group in enumerate(locks.keep_apart):
        for (_, a), (j, b) in combinations(enumerate(group), 2):
            if b in whole.get(a, ()):
                line = loaded.place("locks", "pair").line
                at = loaded.place("locks", "keep_apart", i, j)
                faults.append(at.fault(f"keep_apart {a} and {b} contradicts pair (line {line})", ONE))
    for key in ("fixed_site", "fixed_successor"):
        decided = getattr(locks, key)
        for a, b in combinations(decided, 2):
            if b in whole.get(a, ()) and decided[a] != decided[b]:
                message = (
                    f"{key} of {a} and {b} differ, and pair (line {loaded.place('locks', 'pair').line}) joins them"
                )
                faults.append(loaded.place("locks", key, b).fault(message, ONE))
    return faults


def _seats(loaded: Loaded) -> list[Fault]:
    locks = loaded.scenario.locks
    joined = _joined(loaded)
    faults: list[Fault] = []
    for i, code in enumerate(locks.forbidden_seat):
        at = loaded.place("locks", "forbidden_seat", i)
        if code in locks.fixed_seat:
            line = loaded.place("locks", "fixed_seat", locks.fixed_seat.index(code)).line
            faults.append(at.fault(f"forbidden_seat {code} contradicts fixed_seat (line {line})", ONE))
        if code in locks.keep_whole:
            line = loaded.place("locks", "keep_whole", locks.keep_whole.index(code)).line
            message = f"forbidden_seat {code} contradicts keep_whole (line {line}): alone, it holds the seat"
            faults.append(at.fault(message, ONE))
    for i, code in enumerate(locks.fixed_seat):
        first = next((c for c in locks.fixed_seat[:i] if c in joined.get(code, ()) and c != code), None)
        if first is not None:
            at = loaded.place("locks", "fixed_seat", i)
            message = f"fixed_seat {code} and {first} must join, and a new unit has one seat"
            faults.append(at.fault(message, "keep one of the two seats"))
    return faults


def _zones(loaded: Loaded, known: Known) -> list[Fault]:
    """Special zones are fixed units: they may not share members, nor be cut or joined by a lock."""
    zones = special_members(loaded, known)
    names = [z.name for z in loaded.scenario.arrange.special_zones]
    faults: list[Fault] = []
    for i, members in enumerate(zones):
        for k in range(i):
            if members & zones[k]:
                shared = ", ".join(sorted(members & zones[k]))
                at = loaded.place("arrange", "special_zones", i)
                faults.append(at.fault(f'special zones "{names[k]}" and "{names[i]}" share {shared}', ONE))
        faults += _zone_locks(loaded, f'the special zone "{names[i]}"', members)
    return faults


def _zone_locks(loaded: Loaded, zone: str, members: set[str]) -> list[Fault]:
    """Locks that would cut one special zone or join others to it."""
    locks = loaded.scenario.locks
    joined = _joined(loaded)
    faults: list[Fault] = []
    outside = sorted({c for m in members for c in joined.get(m, ())} - members)
    if outside:
        inside = min(m for m in members if m in joined)
        message = f"must_join ties {inside} of {zone} to {', '.join(outside)} outside it"
        faults.append(loaded.place("locks", "must_join").fault(message, ONE))
    for i, group in enumerate(locks.must_not_join):
        both = [c for c in group if c in members]
        if len(both) > 1:
            message = f"must_not_join {both[0]} and {both[1]}: both belong to {zone}"
            faults.append(loaded.place("locks", "must_not_join", i).fault(message, ONE))
    seats = [c for c in locks.fixed_seat if c in members]
    if len(seats) > 1:
        at = loaded.place("locks", "fixed_seat", locks.fixed_seat.index(seats[1]))
        message = f"fixed_seat {seats[0]} and {seats[1]}: both belong to {zone}"
        faults.append(at.fault(message, "keep one of the two seats"))
    for code in locks.keep_whole:
        if code in members and len(members) > 1:
            at = loaded.place("locks", "keep_whole", locks.keep_whole.index(code))
            faults.append(at.fault(f"keep_whole {code}: it belongs to {zone}", ONE))
    return faults
