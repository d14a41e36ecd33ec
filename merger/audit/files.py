"""Checks that the files of a plan are complete, agree with each other and give nothing away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import networkx as nx
import pandas as pd
import pyogrio

from merger.audit.report import Case, Violations, check, filled, items, shown
from merger.plan import INTERNAL, SCHEMA_VERSION, TRANSPORT, WORKPLANS, table_path
from merger.tables import TABLES
from scenarios.loaded import READ_ONCE, data_hashes
from scenarios.reopened import loaded_from

# Kind of the edge from the body that answers for a mandate to the mandate.
ACCOUNTABLE = "accountable_for"
LABELS = {"official", "estimated", "reconstructed", "SYNTHETIC", "proposed"}
# Tables whose rows rest on the roster or on the divisions.
ON_SYNTHETIC = {
    "divisions": ("structure", "new_divisions", "new_agencies"),
    "staff": ("posts", "staff", "commune", "routes", "stops", "passengers", "projects"),
}
# Files of a whole plan besides the tables; plan.json is needed to read it at all.
WHOLE = (
    "timetable.ics",
    "plan.gpkg",
    "report.vi.docx",
    "annex.xlsx",
    "dashboard.html",
    *(f"{WORKPLANS}/{name}" for name in ("gantt.vi.docx", "weekly.xlsx", "project.xml", "calendars/index.csv")),
)
# Files of a plan with routes, besides one of the kind GPX a route.
FEEDS = (f"{TRANSPORT}/gtfs.zip", f"{TRANSPORT}/timetables.vi.docx")
NETWORK = f"{INTERNAL}/network.graphml"
# Layers with exactly one feature a row of a table, and the column that identifies it.
LAYERS = {"units_before": ("units", "code", "old_code"), "units_after": ("new_units", "code", "new_id")}
# Columns that point into another table: (table, column, table, column), empty cells allowed.
REFERENCES = (
    ("units", "new_id", "new_units", "new_id"),
    ("structure", "new_division_id", "new_divisions", "new_division_id"),
    ("structure", "new_agency_id", "new_agencies", "new_agency_id"),
    ("new_divisions", "new_agency_id", "new_agencies", "new_agency_id"),
    ("posts", "new_unit_id", "new_units", "new_id"),
    ("posts", "new_agency_id", "new_agencies", "new_agency_id"),
    ("posts", "person_id", "staff", "person_id"),
    ("staff", "post_id", "posts", "post_id"),
    ("commute", "route_id", "routes", "route_id"),
    ("stops", "route_id", "routes", "route_id"),
    ("passengers", "route_id", "routes", "route_id"),
    ("passengers", "person_id", "staff", "person_id"),
)


@check("files-tables", "Bảng đúng cột, khóa và nhãn", "Tables have their columns, keys and labels")
def tables(case: Case) -> Violations:
    """Columns as in the contract, unique keys, filled keys, known labels, SYNTHETIC where it must be."""
    for name, frame in sorted(case.tables.items()):
        contract = TABLES[name]
        if list(frame.columns) != list(contract.columns):
            yield f"{name}: columns {shown(set(frame.columns) ^ set(contract.columns)) or 'in another order'}"
            continue
        if frame.duplicated(list(contract.key)).any():
            yield f"{name}: rows with the same {', '.join(contract.key)}"
        if strange := set(frame["label"]) - LABELS:
            yield f"{name}: unknown labels {shown(strange)}"
    for source in sorted(case.inputs.synthetic):
        for name in ON_SYNTHETIC[source]:
            if name in case.tables and (case.tables[name]["label"] != "SYNTHETIC").any():
                yield f"{name} rests on synthetic {source}, but is not labelled SYNTHETIC throughout"
    return f"{len(case.tables)} tables"


@check("files-references", "Mã tham chiếu giữa các bảng tồn tại", "Ids that tables refer to exist")
def references(case: Case) -> Violations:
    """Every id in a column that points into another table is there."""
    for table, column, other, key in REFERENCES:
        if table not in case.tables or other not in case.tables:
            continue
        cells = case.tables[table][column]
        if lost := set(cells[filled(cells)]) - set(case.tables[other][key]):
            yield f"{table}.{column} points to rows that {other} lacks: {shown(lost)}"


@check("files-rules", "Căn cứ pháp lý được dẫn có trong bộ quy định", "Rules that rows cite exist")
def rules(case: Case) -> Violations:
    """Ids in the columns `rules` and `rule` are rules of law, allowances or locks."""
    known = set(case.inputs.law) | set(case.inputs.allowances["allowance_id"])
    for name, frame in sorted(case.tables.items()):
        for column in {"rules", "rule"} & set(frame.columns):
            cited = {i for cell in frame[column].dropna().unique() for i in items(cell)}
            if unknown := {i for i in cited if i not in known and not i.startswith("locks.")}:
                yield f"{name}: unknown rules {shown(unknown)}"


@check("files-complete", "Đủ các tệp của phương án", "All files of a whole plan are there", folder=True)
def complete(case: Case) -> Violations:
    """Tables and documents; a plan of one stage only needs the tables it has."""
    there = case.shown if case.public else case.tables
    whole = {"units", "structure", "commute", "timetable"} <= set(there)
    for name in (*WHOLE, *(() if case.public else (NETWORK, f"{INTERNAL}/README.txt"))) if whole else ():
        if not (case.path / name).exists():
            yield f"{name} is missing"
    routes = [] if "routes" not in there or not whole else there["routes"]["route_id"].tolist()
    for name in (*FEEDS, *(f"{TRANSPORT}/gpx/{r}.gpx" for r in routes)) if routes else ():
        if not (case.path / name).exists():
            yield f"{name} is missing"
    for name in there:
        for public in {case.public, case.public or TABLES[name].grouped}:
            path = table_path(case.path, name, public=public)
            if not path.exists():
                yield f"{path.relative_to(case.path)} is missing"
    if whole and not list((case.path / "maps").glob("*.geojson")):
        yield "maps/ holds no layer"


@check(
    "files-manifest",
    "plan.json khớp với các bảng và kịch bản",
    "plan.json agrees with the tables and the scenario",
    folder=True,
)
def manifest(case: Case) -> Violations:
    """Version, number of rows, data unchanged since the run, headline figures computed again."""
    told = case.manifest
    if told.get("schema_version") != SCHEMA_VERSION:
        yield f"schema version {told.get('schema_version')}"
    for name, rows in sorted(told.get("rows", {}).items()):
        found = len((case.shown if case.public else case.tables).get(name, ()))
        if found != rows:
            yield f"{name}: {found} rows, plan.json says {rows}"
    loaded = loaded_from(told["scenario"], case.path)
    if loaded.public_digest != told.get("scenario_digest"):
        yield "the scenario in plan.json is not the one of its digest"
    if not case.public and loaded.digest != told.get("full_scenario_digest"):
        yield "the scenario in the folder internal is not the one of its digest"
    now, then = data_hashes(loaded), told.get("data_hashes", {})
    gone = {name for name in READ_ONCE if name not in now}
    if changed := {k for k in (now.keys() | then.keys()) - gone if now.get(k) != then.get(k)}:
        yield f"data changed since the plan was made: {shown(changed)}"
    yield from _headline(case, told.get("headline", {}).get("plan", {}))
    yield from _figures(case, told.get("stages", {}))


def _headline(case: Case, told: dict) -> Iterator[str]:
    """Headline figures that follow from new_units.csv, by the names that plan.json uses."""
    if not told or "new_units" not in case.tables:
        return
    new = case.tables["new_units"]
    standard = new["standard"].value_counts()
    computed = {
        "units": len(new),
        "new_units": len(new),
        "person_km": float(new["person_km"].sum()),
        "person_minutes": float(new["person_minutes"].sum()),
        "meets": int(standard.get("meets", 0)),
        "exempt": int(standard.get("exempt", 0)),
        "needs_decision": int(standard.get("needs_decision", 0)),
        "special": int(standard.get("special", 0)),
    }
    for name in sorted(computed.keys() & told.keys()):
        if told[name] is not None and abs(float(told[name]) - computed[name]) > 0.001 * abs(computed[name]) + 0.5:
            yield f"headline {name} is {told[name]}, computed {computed[name]}"


def _figures(case: Case, stages: dict) -> Iterator[str]:
    """Figures of the stages that are plain counts or sums of the tables."""
    t = case.tables
    counted: dict[tuple[str, str], float] = {}
    if "mandates" in t and "new_agencies" in t:
        counted["consolidate", "agencies_after"] = len(t["new_agencies"])
        counted["consolidate", "mandates"] = len(t["mandates"])
        counted["consolidate", "departments_after"] = int((t["new_agencies"]["kind"] == "department").sum())
    if "staff" in t:
        counted["relocate", "people"] = len(t["staff"])
        for outcome in ("placed", "transitional", "retires", "contract_ends", "unplaced"):
            counted["relocate", f"{outcome}_people"] = int((t["staff"]["outcome"] == outcome).sum())
    if "commute" in t:
        counted["commute", "concerned_people"] = int(t["commute"]["riders"].sum())
        for column in ("public_vnd_month", "private_vnd_month", "time_vnd_month"):
            counted["commute", column] = float(t["commute"][column].sum())
    if "timetable" in t:
        counted["timetable", "tasks"] = len(t["timetable"])
        for column in ("legal_late_days", "target_late_days"):
            counted["timetable", column] = float(t["timetable"][column].sum())
    for (stage, name), value in counted.items():
        told = stages.get(stage, {}).get("figures", {}).get(name)
        if isinstance(told, str):  # masked: "<5", or "*" that says nothing
            if told.startswith("<") and not 0 < value < float(told[1:]):
                yield f"{stage}: {name} is {told}, the tables give {value:g}"
        elif told is not None and abs(float(told) - value) > 1e-6 * abs(value) + 0.5:
            yield f"{stage}: {name} is {told}, the tables give {value:g}"


@check(
    "files-maps",
    "Bản đồ khớp với các bảng, đúng RFC 7946",
    "Maps agree with the tables and follow RFC 7946",
    folder=True,
)
def maps(case: Case) -> Violations:
    """One feature a row, the same codes, degrees in range, no crs member; GeoPackage layers alike."""
    counts = {}
    for path in sorted((case.path / "maps").glob("*.geojson")):
        content = json.loads(path.read_text(encoding="utf-8"))
        features = content["features"]
        counts[path.stem] = len(features)
        if "crs" in content:
            yield f"{path.name}: RFC 7946 has no crs member"
        for feature in features:
            lon, lat = _first_point(feature["geometry"]["coordinates"])
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                yield f"{path.name}: coordinates {lon}, {lat} are not degrees"
                break
        if path.stem in LAYERS:
            table, key, column = LAYERS[path.stem]
            if table in case.tables:
                codes = sorted(str(f["properties"][key]) for f in features)
                if codes != sorted(case.tables[table][column]):
                    yield f"{path.name}: {len(codes)} features do not match the rows of {table}.csv"
    package = case.path / "plan.gpkg"
    if package.exists():
        layers = {str(name) for name, _ in pyogrio.list_layers(package)} - {"layer_styles"}
        if layers != set(counts):
            yield f"layers of plan.gpkg and maps/ differ: {shown(layers ^ set(counts))}"
        for name in sorted(layers & set(counts)):
            found = pyogrio.read_info(package, layer=name)["features"]
            if found != counts[name]:
                yield f"plan.gpkg {name}: {found} features, the GeoJSON has {counts[name]}"
    return f"{len(counts)} layers"


def _first_point(coordinates: list) -> tuple[float, float]:
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return coordinates[0], coordinates[1]


@check(
    "files-network",
    "network.graphml đọc lại được và đủ đối tượng",
    "network.graphml reads back and holds everything",
    folder=True,
)
def network(case: Case) -> Violations:
    """Every new unit, agency, division and mandate occurs in the graph."""
    path = case.path / NETWORK
    if not path.exists():
        return "no network.graphml"
    graph = nx.read_graphml(path)
    names = {str(node) for node in graph} | {str(v) for _, data in graph.nodes(data=True) for v in data.values()}
    names |= {n.partition(":")[2] for n in names if ":" in n}
    wanted = (
        ("new_units", "new_id"),
        ("new_agencies", "new_agency_id"),
        ("new_divisions", "new_division_id"),
        ("mandates", "mandate_id"),
    )
    for table, column in wanted:
        if table in case.tables and (lost := set(case.tables[table][column]) - names):
            yield f"{table}: not in the graph: {shown(lost)}"
    if "mandates" in case.tables:
        told = {f"mandate:{r.mandate_id}": [r.successor_id] for r in case.tables["mandates"].itertuples()}
        drawn: dict[str, list[str]] = {mandate: [] for mandate in told}
        for body, mandate, kind in graph.edges(data="kind"):
            if kind == ACCOUNTABLE:
                drawn.setdefault(mandate, []).append(body.partition(":")[2])
        if differ := {m for m in drawn if drawn[m] != told.get(m)}:
            yield f"mandates without exactly their one successor in the graph: {shown(differ)}"
    return f"{graph.number_of_nodes()} nodes, {graph.number_of_edges()} links"


@check("files-calendar", "timetable.ics đủ các việc", "timetable.ics holds every task", folder=True)
def calendar(case: Case) -> Violations:
    """One event a row of the timetable."""
    path = case.path / "timetable.ics"
    if not path.exists() or "timetable" not in case.tables:
        return "no timetable.ics"
    events = len(re.findall(r"^BEGIN:VEVENT\s*$", path.read_text(encoding="utf-8"), re.MULTILINE))
    if events != len(case.tables["timetable"]):
        yield f"{events} events, the timetable has {len(case.tables['timetable'])} tasks"
    return f"{events} events"


@check("files-totals", "Số liệu giữa các bảng cộng khớp nhau", "Sums agree between the tables", "posts", "staff")
def totals(case: Case) -> Violations:
    """As many posts held as persons with a post; support in staff.csv and commute.csv is the same money."""
    staff, posts = case.tables["staff"], case.tables["posts"]
    held = int(filled(posts["person_id"]).sum())
    if held != int(filled(staff["post_id"]).sum()):
        yield f"{held} posts are held, {int(filled(staff['post_id']).sum())} persons have one"
    if "commute" in case.tables and filled(staff["support"]).any():
        paid = pd.to_numeric(staff["support_vnd_month"]).fillna(0).sum()
        public_money = case.tables["commute"]["public_vnd_month"].sum()
        if abs(paid - public_money) > 0.001 * public_money + len(staff):
            yield f"support of {paid:,.0f} VND a month in staff.csv, {public_money:,.0f} in commute.csv"
    return f"{held} persons in posts"
