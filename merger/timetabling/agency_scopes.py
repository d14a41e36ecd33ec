"""Items of the city's bodies: agencies with a staff, Party committees, and mandates that change hands."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from merger.inputs import Inputs
from merger.timetabling.bodies import bodies_in
from merger.timetabling.items import NEW_SUFFIX, Item, records
from merger.timetabling.task_types import HANDOVER, documents_handed_over, tokens

# Who has a say in setting up a body, by its kind: bodies of the People's Committee ("") and the exceptions. Who
# appraises and who decides its functions and structure, who keeps the organisation, on which act, who keeps the
# archives and whose office coordinates.
AUTHORITY_WORDS = ("appraiser", "decider", "organiser", "basis", "records", "office")
PARTY = ("Ban Tổ chức Thành ủy", "Ban Thường vụ Thành ủy", "Văn phòng Thành ủy")
PARTY_OFFICES = ("Văn phòng Thành ủy", "Ban Tổ chức Thành ủy")
CITY_OFFICES = ("Sở Nội vụ", "Văn phòng UBND thành phố")
DECREES = "Nghị định số 45/2025/NĐ-CP và số 150/2025/NĐ-CP"
AUTHORITY = {
    "": ("Sở Tư pháp", "UBND thành phố", "Sở Nội vụ", DECREES, *CITY_OFFICES),
    "party_advisory_body": (*PARTY, "Quy định số 137-QĐ/TW và số 329-QĐ/TW", *PARTY_OFFICES),
    "front": (*PARTY, "Hướng dẫn số 31-HD/BTCTW", *PARTY_OFFICES),
    "council_office": (
        "Sở Nội vụ",
        "HĐND thành phố",
        "Ban Tổ chức Thành ủy",
        "Nghị quyết số 76/2025/UBTVQH15",
        *CITY_OFFICES,
    ),
}


def agency_items(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Item]:
    """New agencies with a staff of their own. Persons and files that move are those whose division changes site."""
    options = inputs.scenario.timetable
    structure = pd.DataFrame(records(tables, "structure"))
    metres = dict(zip(inputs.divisions.get("division_id", []), inputs.divisions.get("archive_m", []), strict=True))
    mandates = _mandates_by_agency(inputs, tables)
    names = _names(inputs)
    label = "SYNTHETIC" if inputs.synthetic & {"divisions", "staff"} else "proposed"
    items = []
    for row in records(tables, "new_agencies"):
        own = structure[structure["new_agency_id"] == row["new_agency_id"]] if len(structure) else structure
        if not len(own) or not own["staff"].sum():
            continue
        archive = float(sum(metres.get(d, 0.0) for d in own["division_id"]))
        moves = own[own["site_before"] != own["site_id"]]
        moving = float(moves["staff"].sum())
        moving_m = options.archive_move_share * float(sum(metres.get(d, 0.0) for d in moves["division_id"]))
        amounts = {
            "staff": float(own["staff"].sum()),
            "divisions_before": float(len(own)),
            "archive_m": archive,
            "moving_staff": moving,
            "truck_days": moving / options.desks_truck_day + moving_m / options.archive_m_truck_day,
            "digitise_lines": archive * options.digitise_share * options.pages_per_m / options.pages_line_day,
            "mandates": float(mandates.get(row["new_agency_id"], 0)),
        }
        words = {
            "agency": str(row["new_agency"]).removesuffix(NEW_SUFFIX),
            "agency_en": str(row["new_agency_en"]),
            "site": _site(inputs, row, own),
            "archive": f"{archive:.0f}",
            "moving": f"{moving:.0f}",
            "predecessors": _named(row.get("predecessors"), names) or "các cơ quan tiền thân",
        }
        authority = AUTHORITY.get(str(row.get("kind") or ""), AUTHORITY[""])
        words |= dict(zip(AUTHORITY_WORDS, authority, strict=True))
        items.append(Item(str(row["new_agency_id"]), words, amounts, label))
    return sorted(items, key=lambda item: item.id)


def _site(inputs: Inputs, agency: Mapping, own: pd.DataFrame) -> str:
    """Name of the site of the agency: that of its leaders, else the one with most staff."""
    site = agency.get("site_id") or own.groupby("site_id")["staff"].sum().idxmax()
    names = dict(zip(inputs.sites["site_id"], inputs.sites.get("name", inputs.sites["site_id"]), strict=True))
    return str(names.get(site, site))


def _homes(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    return {row["new_division_id"]: row["new_agency_id"] for row in records(tables, "new_divisions")}


def _mandates_by_agency(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Mandates that each agency takes over together, without those handed over one by one."""
    home, alone = _homes(tables), {item.id for item in mandate_items(inputs, tables)}
    count: dict[str, int] = {}
    for row in records(tables, "mandates"):
        agency = home.get(row["successor_id"], row["successor_id"])
        count[agency] = count.get(agency, 0) + (row["mandate_id"] not in alone)
    return count


def mandate_items(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Item]:
    """Mandates of the documents that task_types.csv hands over one by one (mandate.ROOT), with their successor."""
    source = {str(row["programme_id"]): row for row in inputs.programmes.to_dict("records")}
    names = _names(inputs)
    home, wanted = _homes(tables), documents_handed_over()
    items = []
    for row in records(tables, "mandates"):
        key = str(row["mandate_id"])
        root = _root(key, source)
        if root not in wanted:
            continue
        words = {
            "mandate": str(row.get("title_vi") or source[key]["title_vi"]),
            "mandate_en": str(row.get("title_en") or source[key]["title"]),
            "successor": "; ".join(bodies_in(str(row["successor"]))),
            "holders": _named(row.get("holders_before"), names),
            "document": str(source[key].get("document_vi") or source[key]["document"]),
        }
        agency = str(home.get(row["successor_id"], row["successor_id"]))
        items.append(Item(key, words, {}, group=agency, only=frozenset([f"{HANDOVER}{root}"])))
    return sorted(items, key=lambda item: item.id)


def _named(ids: object, names: Mapping[str, str]) -> str:
    return "; ".join(names.get(i, i) for i in tokens(str(ids or "")))


def _names(inputs: Inputs) -> dict[str, str]:
    """Names of bodies and divisions before, without the remark that they are old."""
    names = dict(zip(inputs.agencies["agency_id"], inputs.agencies["name_vi"], strict=True))
    frame = inputs.divisions
    if {"division", "division_id"} <= set(frame):
        names |= dict(zip(frame["division_id"], frame["division"], strict=True))
    return names


def _root(key: str, source: Mapping[str, Mapping]) -> str:
    """Document at the top of a row of programmes.csv; "" for a mandate that is none of its rows."""
    if key not in source:
        return ""
    while (above := source[key].get("parent_id")) and above in source:
        key = str(above)
    return key


def party_items(inputs: Inputs) -> list[Item]:
    """Party committees directly under the city committee, apart from those of the communes."""
    rows = inputs.agencies
    rows = rows[(rows["kind"] == "party_committee_upper") & (rows["period"] == "after")]
    items = []
    for row in rows.sort_values("agency_id").to_dict("records"):
        name = str(row["name_vi"]).removesuffix(NEW_SUFFIX)
        committee = "; ".join(bodies_in(name))
        words = {"party": committee.replace("Đảng ủy", "Đảng bộ"), "party_en": row["name_en"], "committee": committee}
        items.append(Item(str(row["agency_id"]), words, {}))
    return items
