"""Checks of the audit on the files of a plan folder: each passes a sound folder and fails a damaged one."""

import json
import zipfile
from dataclasses import replace
from datetime import date

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
import shapely

from merger.audit import audit_plan, audit_tables
from merger.audit.report import REGISTRY
from merger.disclosure import public_tables
from merger.documents.letter import Letter
from merger.plan import SCHEMA_VERSION, read_tables, table_path, write_csv, write_manifest
from merger.tables import TABLES
from scenarios.loaded import data_hashes
from scenarios.loader import load_scenario

LAYERS = {"units_before": ("units", "old_code"), "units_after": ("new_units", "new_id")}


@pytest.fixture
def folder_case(small_case, write_feeds, write_plans, tmp_path):
    """The small plan written out, with the manifest of the shipped scenario."""
    loaded = load_scenario("hai-phong-2025")
    (tmp_path / "maps").mkdir()
    (tmp_path / "internal").mkdir()
    for name, frame in small_case.tables.items():
        write_csv(name, frame, table_path(tmp_path, name))
    for name, frame in public_tables(small_case.tables, small_case.inputs.units, 5).items():
        write_csv(name, frame, table_path(tmp_path, name, public=True))
    (tmp_path / "internal" / "README.txt").write_text("không chuyển", encoding="utf-8")
    for layer, (table, column) in LAYERS.items():
        codes = small_case.tables[table][column].tolist()
        shapes = [shapely.box(106 + i, 20, 106.5 + i, 20.5) for i in range(len(codes))]
        write_layer(tmp_path, layer, gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs="EPSG:4326"))
    graph = nx.DiGraph()
    for table, column in (
        ("new_units", "new_id"),
        ("new_agencies", "new_agency_id"),
        ("new_divisions", "new_division_id"),
        ("mandates", "mandate_id"),
    ):
        graph.add_nodes_from(f"{table}:{i}" for i in small_case.tables[table][column])
    for row in small_case.tables["mandates"].itertuples():
        kind = "new_divisions" if row.successor_id.endswith("phong") else "new_agencies"
        graph.add_edge(f"{kind}:{row.successor_id}", f"mandate:{row.mandate_id}", kind="accountable_for")
    nx.write_graphml(graph, tmp_path / "internal" / "network.graphml")
    write_feeds(small_case, tmp_path)
    write_plans(small_case, tmp_path)
    for name in ("report.vi.docx", "annex.xlsx"):
        write_archive(tmp_path / name, "48 người")
    (tmp_path / "dashboard.html").write_text("<p>48 người đi xe đưa đón</p>", encoding="utf-8")
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "scenario": loaded.describe(),
        "scenario_digest": loaded.public_digest,
        "full_scenario_digest": loaded.digest,
        "data_hashes": data_hashes(loaded),
        "rows": {name: len(frame) for name, frame in small_case.tables.items()},
        "headline": {"plan": {"units": 3, "meets": 2, "person_km": 8_000 * 5.0 + 7_000 * 10.0 + 20_000 * 5.0}},
    }
    write_manifest(manifest, tmp_path)
    return replace(small_case, path=tmp_path, manifest=manifest, shown=read_tables(tmp_path, public=True))


def write_archive(path, text: str) -> None:
    """A document as Word and Excel keep it: a compressed archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<t>{text}</t>")


def write_layer(folder, name: str, frame: gpd.GeoDataFrame) -> None:
    frame.to_file(folder / "plan.gpkg", layer=name, driver="GPKG")
    frame.to_file(folder / "maps" / f"{name}.geojson", driver="GeoJSON", RFC7946="YES")


def run(check_id: str, case):
    return next(r for r in REGISTRY if r.id == check_id).run(case)


def edit(case, name: str, change) -> None:
    """Change a JSON file of the folder."""
    path = case.path / name
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_sound_folder_passes(folder_case):
    """All checks on files pass, with something to examine."""
    report = audit_tables(folder_case)
    assert {c.id: c.violations for c in report.failed} == {}
    assert report["files-maps"].detail == "2 layers"


def test_missing_files_are_named(folder_case):
    """A whole plan needs every file."""
    (folder_case.path / "annex.xlsx").unlink()
    (folder_case.path / "routes.csv").unlink()
    (folder_case.path / "transport" / "gtfs.zip").unlink()
    (folder_case.path / "transport" / "gpx" / "s-1.gpx").unlink()
    for path in (folder_case.path / "maps").iterdir():
        path.unlink()
    found = run("files-complete", folder_case).violations
    assert found == (
        "annex.xlsx is missing",
        "transport/gtfs.zip is missing",
        "transport/gpx/s-1.gpx is missing",
        "routes.csv is missing",
        "maps/ holds no layer",
    )


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("schema_version", 99, "schema version 99"),
        ("rows", {"units": 7}, "units: 6 rows, plan.json says 7"),
        ("scenario_digest", "0" * 64, "plan.json is not the one of its digest"),
        ("full_scenario_digest", "0" * 64, "internal is not the one of its digest"),
        ("data_hashes", {}, "data changed since the plan was made"),
        ("headline", {"plan": {"person_km": 1.0}}, "headline person_km is 1.0, computed 210000.0"),
        ("stages", {"timetable": {"figures": {"tasks": 6}}}, "timetable: tasks is 6, the tables give 9"),
        ("stages", {"relocate": {"figures": {"placed_people": 1}}}, "placed_people is 1, the tables give 97"),
        ("stages", {"commute": {"figures": {"public_vnd_month": 1}}}, "the tables give 4.8e+07"),
    ],
)
def test_manifest_that_disagrees(folder_case, key, value, words):
    """Wrong rows, another scenario, other data, or a wrong headline figure are reported."""
    case = replace(folder_case, manifest={**folder_case.manifest, key: value})
    assert any(words in v for v in run("files-manifest", case).violations)


def test_maps_that_disagree(folder_case):
    """A lost feature, a crs member and metres in the place of degrees are reported."""
    edit(folder_case, "maps/units_after.geojson", lambda c: c["features"].pop())
    assert "units_after.geojson: 2 features do not match" in run("files-maps", folder_case).violations[0]
    edit(folder_case, "maps/units_before.geojson", lambda c: c.update(crs={"type": "name"}))
    assert "units_before.geojson: RFC 7946 has no crs member" in run("files-maps", folder_case).violations
    edit(
        folder_case,
        "maps/units_before.geojson",
        lambda c: c["features"][0].update(geometry={"type": "Point", "coordinates": [600_000, 2_300_000]}),
    )
    assert any("are not degrees" in v for v in run("files-maps", folder_case).violations)


def test_package_that_disagrees(folder_case):
    """A layer that only the GeoPackage has, or with other features, is reported."""
    extra = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.Point(106, 20)], crs="EPSG:4326")
    extra.to_file(folder_case.path / "plan.gpkg", layer="secret", driver="GPKG")
    assert "secret" in run("files-maps", folder_case).violations[0]


def test_network_without_a_unit(folder_case):
    """A new unit that the graph lacks is reported."""
    path = folder_case.path / "internal" / "network.graphml"
    graph = nx.read_graphml(path)
    graph.remove_node("new_units:30001")
    nx.write_graphml(graph, path)
    assert run("files-network", folder_case).violations == ("new_units: not in the graph: 30001",)


def test_network_with_a_doubled_mandate(folder_case):
    """A second body that answers for a mandate is reported."""
    path = folder_case.path / "internal" / "network.graphml"
    graph = nx.read_graphml(path)
    graph.add_edge("new_agencies:so-noi-vu-hai-phong-moi", "mandate:p-1", kind="accountable_for")
    nx.write_graphml(graph, path)
    found = run("files-network", folder_case).violations
    assert found == ("mandates without exactly their one successor in the graph: mandate:p-1",)


def test_calendar_without_a_task(folder_case):
    """Fewer events than tasks are reported."""
    path = folder_case.path / "timetable.ics"
    path.write_text(path.read_text(encoding="utf-8").replace("BEGIN:VEVENT", "X", 1), encoding="utf-8")
    assert run("files-calendar", folder_case).violations == ("8 events, the timetable has 9 tasks",)


PUBLIC_FILES = ("dashboard.html", "maps/units_after.geojson", "timetable.ics", "plan.json", "units.csv", "notes.txt")


@pytest.mark.parametrize("name", PUBLIC_FILES)
def test_personal_ids_in_public_files(folder_case, name):
    """An id of a person anywhere in a file outside `internal` is reported, even inside a word; in staff.csv it is at
    home."""
    assert run("privacy-persons", folder_case).passed
    path = folder_case.path / name
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before + "xHD-00002y", encoding="utf-8")
    assert run("privacy-persons", folder_case).violations == (f"{name} names persons: HD-00002",)


def test_personal_ids_inside_archives_and_layers(folder_case):
    """Word and Excel files are unpacked, a calendar is unfolded, and a GeoPackage is searched as it lies."""
    write_archive(folder_case.path / "annex.xlsx", "HD-00003")
    (folder_case.path / "timetable.ics").write_bytes(b"SUMMARY:HD-0\r\n 0001\r\n")
    shapes = gpd.GeoDataFrame({"code": ["HD-00002"]}, geometry=[shapely.Point(106, 20)], crs="EPSG:4326")
    shapes.to_file(folder_case.path / "plan.gpkg", layer="more", driver="GPKG")
    assert run("privacy-persons", folder_case).violations == (
        "annex.xlsx (word/document.xml) names persons: HD-00003",
        "plan.gpkg names persons: HD-00002",
        "timetable.ics names persons: HD-00001",
    )


def test_short_numbers_as_ids_are_not_searched(folder_case):
    """Ids 1 to 99 would be found in any table: the check says that it did not look."""
    roster = folder_case.inputs.staff.assign(person_id=[str(i + 1) for i in range(len(folder_case.inputs.staff))])
    tables = {k: v for k, v in folder_case.tables.items() if k not in ("staff", "posts")}
    case = replace(folder_case, inputs=replace(folder_case.inputs, staff=roster), tables=tables)
    assert "not searched" in run("privacy-persons", case).detail


def test_what_the_scenario_says_of_persons(folder_case):
    """A lock of a person, the roster and the full digest in plan.json, and its first twelve digits in a document."""
    assert run("privacy-scenario", folder_case).passed
    full = "f" * 64
    write_archive(folder_case.path / "annex.xlsx", f"hai-phong-2025 {full[:12]}")

    def personal(content):
        content["scenario"]["locks"]["fixed_post"] = {"HD-00001": "x"}
        content["scenario"]["data"]["staff"] = "roster.csv"
        content["full_scenario_digest"] = full

    edit(folder_case, "plan.json", personal)
    case = replace(folder_case, manifest={**folder_case.manifest, "full_scenario_digest": full})
    assert run("privacy-scenario", case).violations == (
        "plan.json holds locks of persons",
        "plan.json names the roster",
        "plan.json holds the digest of the full scenario",
        "annex.xlsx holds the digest of the full scenario",
        "plan.json holds the digest of the full scenario",
    )


def test_internal_tables_in_the_public_folder(folder_case):
    """Every internal table without a form for the public is reported beside the folder `internal`."""
    names = [n for n, t in TABLES.items() if t.internal and not t.grouped]
    assert {"posts", "staff", "post_groups"} <= set(names)
    for name in names:
        (folder_case.path / f"{name}.csv").write_text("x\n", encoding="utf-8")
    found = run("privacy-folder", folder_case).violations
    assert found == tuple(f"{name}.csv lies outside internal" for name in names)


def test_a_table_of_persons_by_another_name(folder_case):
    """A column person_id gives a stray table away; the graph holds small counts."""
    (folder_case.path / "copy.csv").write_text("person_id,x\n", encoding="utf-8")
    (folder_case.path / "network.graphml").write_text("<graphml/>", encoding="utf-8")
    assert run("privacy-folder", folder_case).violations == (
        "copy.csv has a column person_id",
        "network.graphml lies outside internal",
    )


def test_a_public_copy_with_the_internal_folder(folder_case):
    """The manifest says public, the folder is there."""
    case = replace(folder_case, manifest={**folder_case.manifest, "public": True})
    assert run("privacy-folder", case).violations == ("a public copy has the folder internal",)


def test_small_groups_in_public_files(folder_case):
    """Four riders, a lone masked stop of a route whose riders are shown, a small flow and a small figure."""
    assert run("privacy-groups", folder_case).passed
    shown = {name: frame.copy() for name, frame in folder_case.shown.items()}
    shown["commute"] = shown["commute"].assign(riders=4)
    stops = shown["stops"].astype({"boarding": object})
    stops.loc[(stops["direction"] == "morning") & (stops["sequence"] == 1), "boarding"] = "<5"
    flows = {"type": "FeatureCollection", "features": [{"properties": {"people": 4}}]}
    (folder_case.path / "maps" / "commute_flows.geojson").write_text(json.dumps(flows), encoding="utf-8")
    figures = {"stages": {"commute": {"figures": {"by_mode_people": {"flat": 4, "own": 7}}}}}
    case = replace(folder_case, shown={**shown, "stops": stops}, manifest={**folder_case.manifest, **figures})
    assert run("privacy-groups", case).violations == (
        "commute.csv: riders shows 1 groups of fewer than 5 persons",
        "maps/commute_flows.geojson: people shows fewer than 5 persons",
        "plan.json: commute.by_mode_people shows fewer than 5 persons",
        "stops.csv: s-1 morning: what is masked follows from the riders of the route",
        "commute.csv: shuttle: 4 riders, 48 in the full table",
    )


def test_money_that_tells_a_rate(folder_case):
    """Two rows of one mode with 100 and 300 VND a head: their mean is told instead."""
    row = folder_case.shown["commute"].iloc[:1]
    two = pd.concat([row.assign(riders=24, public_vnd_month=m) for m in (2400, 7200)])
    shown = {**folder_case.shown, "commute": two.assign(private_vnd_month=0, time_vnd_month=0)}
    assert run("privacy-groups", replace(folder_case, shown=shown)).violations == (
        "commute.csv: shuttle: public_vnd_month a head differs between rows, which may tell the rate of few",
    )


def test_headcounts_that_disagree(folder_case):
    """A count that is not that of the persons; one masked group of persons whose number is shown."""
    rows = folder_case.shown["headcount"].astype({"people": object})
    whole = (rows["measure"] == "outcome") & (rows["group"] == "all") & (rows["level"] == "all")
    wrong = {**folder_case.shown, "headcount": rows.assign(people=rows["people"].mask(whole, 98))}
    found = run("privacy-groups", replace(folder_case, shown=wrong)).violations
    assert found == ("headcount.csv: outcome all all: 98, there are 223",)
    province = (rows["measure"] == "outcome") & (rows["level"] == "province")
    lone = rows.assign(people=rows["people"].mask(province & (rows["group"] == "all"), 96))
    found = run("privacy-groups", replace(folder_case, shown={**folder_case.shown, "headcount": lone})).violations
    assert found[-1] == "headcount.csv: outcome province: a lone masked count follows from the others"


def test_a_list_of_passengers_in_the_transport_folder(folder_case):
    """Any other file than the known ones is reported there, and ids inside the feed are found."""
    assert run("privacy-transport", folder_case).passed
    (folder_case.path / "transport" / "passengers.csv").write_text("x", encoding="utf-8")
    write_archive(folder_case.path / "transport" / "gtfs.zip", "HD-00003")
    assert run("privacy-transport", folder_case).violations == ("transport/passengers.csv does not belong there",)
    found = run("privacy-persons", folder_case).violations
    assert found == ("transport/gtfs.zip (word/document.xml) names persons: HD-00003",)


@pytest.mark.parametrize(
    ("head", "cell", "few"),
    [
        ("Lên xe", "4", True),
        ("On board", "<5", False),
        ("Điểm 2: lên / trên xe", "3 / 1.234", True),
        ("Stop 1: boarding / on board", "1,234 / •", False),
        ("Km", "4,4", False),
    ],
)
def test_small_groups_in_printed_timetables(folder_case, head, cell, few):
    """Counts below five in the columns of persons are reported; marks, long numbers and kilometres are not."""
    letter = Letter("vi")
    letter.table(["TT", head], [("1", cell)], (2.0, 4.0))
    path = folder_case.path / "transport" / "timetables.vi.docx"
    letter.save(path, title="x", author="x", created=date(2025, 7, 1))
    words = "transport/timetables.vi.docx shows 1 groups of fewer than 5 persons"
    assert run("privacy-transport", folder_case).violations == ((words,) if few else ())


@pytest.mark.slow
@pytest.mark.xdist_group("plan")
def test_the_shipped_plan_passes(shipped_plan):
    """A finished plan of the shipped scenario holds every rule."""
    report = audit_plan(shipped_plan.path)
    assert {c.id: c.violations for c in report.failed} == {}
