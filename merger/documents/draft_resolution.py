"""Appendices of the report: clauses of the draft resolution on units, and the list of bodies with their predecessors.

The clauses have the form of Resolution 1669/NQ-UBTVQH15: for each new unit the old units, whole or in part, that it is
made of, then its area, population and seat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from merger.documents.context import Context, lower_first
from merger.documents.wording import MISSING, plain_name, term

KINDS_OF_OLD_UNITS = ("Phường", "Xã", "Thị trấn", "Đặc khu", "Huyện")


def clauses(c: Context) -> list[str]:
    """A clause for each new unit, then one that counts them."""
    new = c.plan.tables["new_units"].sort_values(["side", "new_id"])
    members = new["members"].astype(str).str.split(";")
    times = members.explode().value_counts()
    names, plain = _old_names(c.inputs.units), c.inputs.units["name_full"].map(lower_first)
    texts = []
    for unit, own in zip(new.itertuples(), members, strict=True):
        if len(own) == 1 and times[own[0]] == 1 and plain[own[0]] == lower_first(unit.new_name):
            texts.append(_unchanged(c, unit))
            continue
        whole = [names[m] for m in own if times[m] == 1]
        part = [names[m] for m in own if times[m] > 1]
        texts.append(_formed(c, unit, whole, part, plain.get(unit.seat_code, MISSING)))
    return [*texts, _count(c, new)]


def _size(c: Context, unit) -> str:
    area, people = c.n(unit.area_km2, 2), c.n(unit.population)
    return c.say(
        f"diện tích tự nhiên {area} km², quy mô dân số {people} người", f"area {area} km², population {people}"
    )


def _unchanged(c: Context, unit) -> str:
    return c.say(
        f"Giữ nguyên {lower_first(unit.new_name)}, {_size(c, unit)}, và trụ sở hiện nay.",
        f"{unit.new_name} stays as it is, with its seat; {_size(c, unit)}.",
    )


def _formed(c: Context, unit, whole: Sequence[str], part: Sequence[str], seat: str) -> str:
    name, kind = unit.new_name, term("kind", unit.kind, c.lang)
    facts = c.say(
        f"{_size(c, unit)}; trụ sở đặt tại {seat} cũ.", f"{_size(c, unit)}; seat in the former {_proper(seat)}."
    )
    if c.lang == "vi":
        made = " và ".join(
            f"{share} diện tích tự nhiên, quy mô dân số của {_listed_vi(own)}"
            for share, own in (("toàn bộ", whole), ("một phần", part))
            if own
        )
        form = "đặc khu" if unit.kind == "dac_khu" else f"{kind} mới"
        return f"Sắp xếp {made} thành {form} có tên gọi là {lower_first(name)}; {facts}"
    made = " and ".join(
        f"{share} of the area and population of {_listed_en(own)}"
        for share, own in (("all", whole), ("part", part))
        if own
    )
    return f"{made[:1].upper()}{made[1:]} become a {kind} named {name}; {facts}"


def _old_names(units: pd.DataFrame) -> pd.Series:
    """Name of each old unit inside a sentence; of namesakes with the district."""
    names = units["name_full"].map(lower_first)
    twice = names.duplicated(keep=False) & units["district"].notna()
    return names.where(~twice, names + " (" + units["district"].fillna("").map(lower_first) + ")")


def _listed_vi(names: Iterable[str]) -> str:
    """Names by kind: "các phường A, B và xã C"."""
    by_kind: dict[str, list[str]] = {}
    for name in names:
        kind = next((k for k in KINDS_OF_OLD_UNITS if name.startswith(f"{k.lower()} ")), "")
        by_kind.setdefault(kind.lower(), []).append(name.removeprefix(kind.lower()).strip())
    parts = [
        f"{kind} {own[0]}".strip() if len(own) == 1 else f"các {kind} {', '.join(own[:-1])} và {own[-1]}"
        for kind, own in by_kind.items()
    ]
    return ", ".join(parts)


def _listed_en(names: Iterable[str]) -> str:
    return ", ".join(_proper(n) for n in names)


def _proper(name: str) -> str:
    """Name as it stands alone, its kind with a capital."""
    return name[:1].upper() + name[1:]


def _count(c: Context, new: pd.DataFrame) -> str:
    kinds = new["kind"].value_counts()
    parts = [f"{c.n(kinds[k])} {term('kind', k, c.lang)}" for k in ("xa", "phuong", "dac_khu") if k in kinds]
    kept = c.say(f"{len(new)} đơn vị hành chính cấp xã", f"{len(new)} commune-level units")
    return c.say(
        f"Sau khi sắp xếp, {territory(c)} có {kept}, gồm {', '.join(parts)}.",
        f"After the arrangement {territory(c)} has {kept}: {', '.join(parts)}.",
    )


def territory(c: Context) -> str:
    """Name of the province inside a sentence, from the name of its People's Committee."""
    heads = c.inputs.scenario.documents
    superior, before = getattr(heads.superior, c.lang), c.say("Ủy ban nhân dân ", "People's Committee of ")
    return superior.removeprefix(before) if superior.startswith(before) else heads.place


def bodies(c: Context) -> None:
    """Table of the bodies after the merger: what each continues, and where it sits."""
    known = c.inputs.agencies.set_index("agency_id")
    name = "name_vi" if c.lang == "vi" else "name_en"
    new = "new_agency" if c.lang == "vi" else "new_agency_en"
    sites = [c.sites.get(site, MISSING) for site in c.plan.tables["new_agencies"]["site_id"]]
    several = len(set(sites)) > 1
    rows = []
    for number, body in enumerate(c.plan.tables["new_agencies"].itertuples(), start=1):
        before = [p for p in str(body.predecessors or "").split(";") if p in known.index]
        rows.append(
            (
                c.n(number),
                plain_name(getattr(body, new) or body.new_agency),
                "; ".join(plain_name(known.at[p, name] or known.at[p, "name_vi"]) for p in before) or MISSING,
                *([sites[number - 1]] if several else []),
            )
        )
    heads = [c.say("TT", "No."), c.say("Cơ quan sau sắp xếp", "Body"), c.say("Tiếp nhận từ", "Continues")]
    widths = (0.9, 4.6, 7.3, 3.2) if several else (0.9, 5.6, 9.5)
    heads += [c.say("Trụ sở", "Site")] if several else []
    if not several:
        c.letter.paragraph(c.say(f"Trụ sở chính của các cơ quan: {sites[0]}.", f"Main site of all bodies: {sites[0]}."))
    c.letter.table(heads, rows, widths, numeric=(0,), small=True)
