"""Checks that nothing about single persons leaves the folder `internal`."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pandas as pd

from merger.audit.report import Case, Violations, check, filled, items, shown
from merger.plan import INTERNAL, MANIFEST, TRANSPORT
from merger.tables import TABLES

# Kinds of files that are archives of others.
ARCHIVES = {".docx", ".xlsx", ".zip"}
# An id of digits alone is like any number of so many digits; shorter ones cannot be told from figures.
DIGITS_TOLD = 9
# Documents print the beginning of a digest; so many digits are enough to confirm a guess.
DIGEST_TOLD = 8
# More forms of ids than this are searched by words.
FORMS = 40
COUNTS = {
    "commute": ("riders",),
    "routes": ("riders",),
    "stops": ("boarding", "load"),
    "headcount": ("people",),
    "post_counts": (),
    "trim_path": (
        "before_people",
        "retired_by_age_people",
        "take_up_people",
        "transferred_people",
        "after_people",
    ),
    "projects": ("all_people", "all_longer", "plan_people", "plan_longer"),
}
# Money of the public table of commuters, at rates that anybody may know.
MONEY = ("public_vnd_month", "private_vnd_month", "time_vnd_month")
# Properties of map layers that count persons.
LAYER_COUNTS = {
    "commute_flows": ("people",),
    "routes": ("riders",),
    "routes_evening": ("riders",),
    "stops": ("boarding", "load", "load_evening"),
}
# What may lie in the transport office's folder, and in its feed.
TRANSPORT_FILES = re.compile(r"gtfs\.zip|timetables\.(vi|en)\.docx|gpx/[\w.-]+\.gpx")
# Heads of columns of the timetables that count persons; those of one vehicle have two counts a cell.
COUNT_HEADS = re.compile(r"Lên xe|Trên xe|Khách|Boarding|On board|Riders|Điểm \d+:.*|Stop \d+:.*")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@check(
    "privacy-folder",
    "Dữ liệu cá nhân chỉ nằm trong thư mục internal, bản công khai không có thư mục này",
    "Personal rows lie in the folder internal alone; a public copy has none",
    folder=True,
)
def apart(case: Case) -> Violations:
    """No internal table beside the folder, none of its columns of persons, no such folder in a public copy."""
    if case.public and (case.path / INTERNAL).exists():
        yield f"a public copy has the folder {INTERNAL}"
    for name, table in TABLES.items():
        path = case.path / f"{name}.csv"
        if table.internal and not table.grouped and path.exists():
            yield f"{name}.csv lies outside {INTERNAL}"
    for path in _public_files(case.path):
        if path.suffix == ".graphml":
            yield f"{path.name} lies outside {INTERNAL}"
        if path.suffix == ".csv":
            with path.open(encoding="utf-8") as file:
                if "person_id" in file.readline().strip().split(","):
                    yield f"{path.name} has a column person_id"
    return "public copy" if case.public else "full plan"


@check(
    "privacy-persons",
    "Tệp công khai không chứa mã của người nào",
    "No id of a person in the files for the public",
    folder=True,
)
def persons(case: Case) -> Violations:
    """Ids of the roster and of the internal tables, searched in every file outside `internal`, archives unpacked."""
    ids = set(case.inputs.staff["person_id"].astype(str))
    for name, column in (("staff", "person_id"), ("posts", "person_id")):
        if name in case.tables:
            cells = case.tables[name][column]
            ids |= set(cells[filled(cells)].astype(str))
    told = {i for i in ids if not i.isdigit() or len(i) >= DIGITS_TOLD}
    if ids and not told:
        return "ids are short numbers, which cannot be told from other figures: not searched"
    search = _Search(told)
    files = _public_files(case.path) if told else []
    for path in files:
        for part, content in _contents(path):
            if found := search.found(content):
                where = f"{path.relative_to(case.path)}{f' ({part})' if part else ''}"
                yield f"{where} names persons: {shown(found)}"
    return f"{len(files)} files, {len(told)} ids" if told else "no ids to look for in a public copy"


@check(
    "privacy-scenario",
    "Ngoài thư mục internal không có điều gì kịch bản nói về từng người, kể cả qua mã băm",
    "Nothing the scenario says of persons leaves the folder internal, not even by a digest",
    folder=True,
)
def scenario(case: Case) -> Violations:
    """No roster and no lock of a person in plan.json; the digest that covers them, or its beginning, in no file."""
    told = json.loads((case.path / MANIFEST).read_text(encoding="utf-8"))
    if told.get("scenario", {}).get("locks", {}).get("fixed_post"):
        yield f"{MANIFEST} holds locks of persons"
    if told.get("scenario", {}).get("data", {}).get("staff"):
        yield f"{MANIFEST} names the roster"
    if "full_scenario_digest" in told:
        yield f"{MANIFEST} holds the digest of the full scenario"
    full = case.manifest.get("full_scenario_digest", "")
    # Without anything on persons both digests are the same and tell nothing.
    if not full or full == told.get("scenario_digest"):
        return "the scenario says nothing of persons" if full else "full scenario not here to compare with"
    start = full[:DIGEST_TOLD].encode()
    for path in _public_files(case.path):
        if any(start in content for _, content in _contents(path)):
            yield f"{path.relative_to(case.path)} holds the digest of the full scenario"
    return "digest of the full scenario searched"


class _Search:
    """Finds ids in bytes by their forms (letters as they are, any digits): one pass a form, whatever stands around."""

    def __init__(self, ids: Iterable[str]):
        self.ids = set(ids)
        forms = sorted({re.sub(r"\d", "0", i) for i in self.ids})
        patterns = [re.escape(f).replace("0", "[0-9]") for f in forms]
        self.patterns = [re.compile(f"(?=({p}))".encode()) for p in patterns] if len(forms) <= FORMS else []

    def found(self, content: bytes) -> set[str]:
        """Ids that occur."""
        if self.patterns:
            words = {m.group(1) for p in self.patterns for m in p.finditer(content)}
            return {w.decode() for w in words} & self.ids
        return set(re.findall(r"[\w][\w.-]*[\w]", content.decode("utf-8", errors="replace"))) & self.ids


def _public_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and INTERNAL not in p.relative_to(folder).parts)


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Bytes of a file, or of each part of an archive with its name."""
    if path.suffix not in ARCHIVES:
        content = path.read_bytes()
        # Calendars fold long lines, which may cut an id in two.
        yield "", content.replace(b"\r\n ", b"") if path.suffix == ".ics" else content
        return
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            yield part, archive.read(part)


@check(
    "privacy-groups",
    "Không nhóm người nào trong bảng, bản đồ công khai nhỏ hơn mức tối thiểu",
    "No group of persons in tables and maps for the public is too small",
    folder=True,
)
def groups(case: Case) -> Violations:
    """No count from 1 to the smallest group less one, and none that the others of its route or total give away."""
    least = case.inputs.scenario.documents.smallest_group
    for name, columns in COUNTS.items():
        for column in columns if name in case.shown else ():
            few = [v for v in case.shown[name][column] if 0 < _count(v) < least]
            if few:
                yield f"{name}.csv: {column} shows {len(few)} groups of fewer than {least} persons"
    yield from _layers(case, least)
    yield from _figures(case, least)
    if "routes" in case.shown and "stops" in case.shown:
        yield from _routes(case.shown["routes"], case.shown["stops"], least)
    if "commute" in case.shown and "commute" in case.tables:
        yield from _agree(case)
        yield from _alike(case.shown["commute"])
    if "headcount" in case.shown and "staff" in case.tables:
        yield from _heads(case.shown["headcount"], case.tables["staff"])
    yield from _above(case, least)
    return f"at least {least} persons"


@check(
    "privacy-transport",
    "Thư mục transport chỉ có tệp được phép, biểu giờ không nêu nhóm người quá nhỏ",
    "The folder transport holds known files alone; no timetable shows too small a group",
    folder=True,
)
def transport(case: Case) -> Violations:
    """No stray file (a list of passengers, say); counts in the tables of the timetables at least the smallest group."""
    folder, least, counts = case.path / TRANSPORT, case.inputs.scenario.documents.smallest_group, 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if not TRANSPORT_FILES.fullmatch(name):
            yield f"{TRANSPORT}/{name} does not belong there"
        if path.suffix == ".docx":
            found = list(_printed_counts(path))
            counts += len(found)
            if few := [n for n in found if 0 < n < least]:
                yield f"{TRANSPORT}/{name} shows {len(few)} groups of fewer than {least} persons"
    return f"{counts} counts in timetables"


def _printed_counts(path: Path) -> Iterator[int]:
    """Numbers in the columns of a Word file's tables that count persons."""
    with zipfile.ZipFile(path) as archive:
        root = Xml.fromstring(archive.read("word/document.xml"))
    for table in root.iter(f"{WORD}tbl"):
        rows = [["".join(t.itertext()) for t in row.iter(f"{WORD}tc")] for row in table.iter(f"{WORD}tr")]
        columns = [i for i, head in enumerate(rows[0] if rows else []) if COUNT_HEADS.fullmatch(head.strip())]
        for cells in rows[1:]:
            for i in (c for c in columns if c < len(cells)):
                # "<5" is a mark; 1.234 and 1,234 are one number.
                yield from (int(re.sub(r"\D", "", n)) for n in re.findall(r"(?<![<\d.,])\d[\d.,]*", cells[i]))


def _layers(case: Case, least: int) -> Iterator[str]:
    for layer, keys in LAYER_COUNTS.items():
        path = case.path / "maps" / f"{layer}.geojson"
        features = json.loads(path.read_text(encoding="utf-8"))["features"] if path.exists() else []
        for key in keys:
            if any(0 < _count(f["properties"].get(key)) < least for f in features):
                yield f"maps/{layer}.geojson: {key} shows fewer than {least} persons"


def _figures(case: Case, least: int) -> Iterator[str]:
    """Figures of the manifest whose name says that they count people."""
    for stage, record in case.manifest.get("stages", {}).items():
        for key, value in record.get("figures", {}).items():
            cells = value if isinstance(value, dict) else {"": value}
            if key.endswith("people") and any(0 < _count(v) < least for v in cells.values()):
                yield f"plan.json: {stage}.{key} shows fewer than {least} persons"


def _routes(routes: pd.DataFrame, stops: pd.DataFrame, least: int) -> Iterator[str]:
    """Masked boardings of a trip must be several, and together enough people, where the riders are shown."""
    riders = dict(zip(routes["route_id"], routes["riders"], strict=True))
    for (route, direction), trip in stops.groupby(["route_id", "direction"]):
        masked = [v for v in trip["boarding"] if isinstance(v, str)]
        total = riders.get(route)
        if not masked or isinstance(total, str):
            continue
        rest = int(total) - sum(int(v) for v in trip["boarding"] if not isinstance(v, str))
        if len(masked) == 1 or rest < least:
            yield f"stops.csv: {route} {direction}: what is masked follows from the riders of the route"


def _agree(case: Case) -> Iterator[str]:
    """Persons of the public table of commuters are those of the internal one, none lost, none of another mode."""
    full, public = case.tables["commute"], case.shown["commute"]
    if public["riders"].map(lambda v: isinstance(v, str)).any():
        return
    told = full.groupby("mode")["riders"].sum()
    for modes, own in public.groupby("mode"):
        wanted = int(told.reindex(items(modes)).fillna(0).sum())
        if int(own["riders"].sum()) != wanted:
            yield f"commute.csv: {modes}: {int(own['riders'].sum())} riders, {wanted} in the full table"


def _alike(public: pd.DataFrame) -> Iterator[str]:
    """Money a head is the same in all rows of a mode, to a unit of money a row: no rate of few can be read from it."""
    told = public[public["riders"].map(lambda v: not isinstance(v, str))]
    for mode, own in told.groupby("mode"):
        riders = own["riders"].astype(float)
        for column in MONEY:
            mean = own[column].sum() / riders.sum()
            if (own[column] - mean * riders).abs().max() > 1.5:
                yield f"commute.csv: {mode}: {column} a head differs between rows, which may tell the rate of few"


def _heads(shown_rows: pd.DataFrame, staff: pd.DataFrame) -> Iterator[str]:
    """Outcomes and benefits of the public table, counted again from the persons; rows of a level add up to it."""
    for row in shown_rows[shown_rows["measure"].isin(["outcome", "entitlement"])].itertuples():
        own = staff if row.level == "all" else staff[staff["level"].eq(row.level)]
        groups = own[row.measure].fillna("").replace({"": "none"} if row.measure == "entitlement" else {})
        n = len(own) if row.group == "all" else int(groups.eq(row.group).sum())
        if not isinstance(row.people, str) and int(row.people) != n:
            yield f"headcount.csv: {row.measure} {row.level} {row.group}: {row.people}, there are {n}"
    people = {(r.measure, r.level, r.group): r.people for r in shown_rows.itertuples()}
    for (measure, level), own in shown_rows[shown_rows["group"].ne("all")].groupby(["measure", "level"]):
        kept = ("placed", "transitional") if measure.startswith("km_") else ("all",)
        told = not any(isinstance(people.get(("outcome", level, g)), str) for g in kept)
        if told and sum(isinstance(v, str) for v in own["people"]) == 1:
            yield f"headcount.csv: {measure} {level}: a lone masked count follows from the others"


def _above(case: Case, least: int) -> Iterator[str]:
    """Posts above the establishment are as many as persons."""
    if "post_counts" in case.shown:
        rows = case.shown["post_counts"]
        if any(0 < _count(v) < least for v in rows.loc[rows["phase"].eq("transitional"), "posts"]):
            yield f"post_counts.csv: posts shows fewer than {least} persons above the establishment"


def _count(value: Any) -> float:
    """A shown count, 0 for a mark or an empty cell."""
    if isinstance(value, str):
        return float(value) if value.isdigit() else 0
    return 0 if value is None or pd.isna(value) else float(value)
