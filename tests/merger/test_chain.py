"""The whole chain on the real data: every file is there, honest about itself, and the same when made again."""

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from geodata.faults import InputError
from merger.compare import compare_plans
from merger.explain import explain_item
from merger.inputs import inputs_of, load_inputs
from merger.network import doubled_mandates, orphaned_mandates, read_graphml
from merger.pipeline import (
    STAGES,
    plan_layers,
    publish_plan,
    solve_stages,
    write_data,
    write_documents,
    write_feeds,
    write_maps,
)
from merger.plan import Plan, read_plan, table_path
from merger.tables import TABLES

pytestmark = pytest.mark.xdist_group("plan")

DOCUMENTS = ("report.vi.docx", "report.en.docx", "annex.xlsx", "dashboard.html")
OTHERS = (
    "plan.json",
    "plan.gpkg",
    "internal/network.graphml",
    "internal/README.txt",
    "timetable.ics",
    "transport/gtfs.zip",
    "transport/gpx/shuttle-001.gpx",
    "transport/timetables.vi.docx",
    "transport/timetables.en.docx",
    "workplans/gantt.vi.docx",
    "workplans/gantt.en.docx",
    "workplans/weekly.xlsx",
    "workplans/project.xml",
    "workplans/calendars/index.csv",
    "workplans/calendars/so-y-te-hai-phong.ics",
)


def test_every_file_of_a_plan_is_there(shipped_plan):
    """The tables of the contract, the documents, the graph, the calendar, the maps: none missing, none empty."""
    # Written on demand; what must give has only its header where every limit can hold.
    absent = ("schedule_changes", "alternatives", "settled", "relief")
    own = {t: x for t, x in TABLES.items() if t not in absent}
    assert table_path(shipped_plan.path, "relief", public=True).stat().st_size > 0
    tables = [table_path(shipped_plan.path, t, public=p) for t, x in own.items() for p in {False, x.grouped}]
    names = [*DOCUMENTS, *OTHERS, "maps/units_after.geojson", "maps/routes.geojson"]
    sizes = {p: p.stat().st_size for p in [*tables, *(shipped_plan.path / n for n in names)]}
    assert min(sizes.values()) > 200, sizes


def test_every_stage_reports_honestly(shipped_plan):
    """Status, objective, bound, gap and seconds of five stages; a bound never above the objective."""
    stages = shipped_plan.manifest["stages"]
    assert list(stages) == list(STAGES)
    for name, s in stages.items():
        assert s["status"] in ("optimal", "feasible"), name
        assert s["bound"] is not None, name
        assert s["bound"] <= s["objective"] + 1e-6 * max(1.0, abs(s["objective"])), name
        assert s["seconds"] > 0, name
        if s["status"] == "optimal":
            assert s["gap"] <= 1e-6, name


def test_the_plan_beats_the_real_arrangement_by_the_same_score(shipped_plan):
    """Fewer person-km than 2025 even with the best seats, more units at standard, none that needs a decision."""
    plan, real = (shipped_plan.manifest["headline"][k] for k in ("plan", "reference"))
    assert plan["units"] == real["units"] == 114
    assert plan["best_seat_person_km"] < real["best_seat_person_km"]
    assert plan["meets"] > real["meets"]
    assert plan["needs_decision"] == 0


def test_every_mandate_has_one_successor_in_the_graph(shipped_plan):
    """GraphML reads back; no mandate is orphaned or doubled."""
    graph = read_graphml(shipped_plan.path / "internal" / "network.graphml")
    assert len(graph) > 10_000
    assert orphaned_mandates(graph) == []
    assert doubled_mandates(graph) == []


@pytest.mark.parametrize("table", ["structure", "new_divisions", "posts", "staff", "commute", "routes", "stops"])
def test_what_rests_on_synthetic_data_says_so(shipped_plan, table):
    """Each row of a table that rests on generated divisions or staff carries the label."""
    assert set(shipped_plan.tables[table]["label"]) == {"SYNTHETIC"}


def test_the_same_scenario_gives_the_same_bytes(shipped_plan, loaded, tmp_path):
    """Same scenario, seed and threads: every CSV and GeoJSON file is byte-identical when planned again."""
    inputs = load_inputs(loaded.scenario, loaded.folder)
    tables, _ = solve_stages(inputs)
    again = Plan(tmp_path, dict(shipped_plan.manifest), tables)
    write_data(again, inputs)
    write_maps(again, plan_layers(again, inputs))
    first = [p for p in shipped_plan.path.rglob("*") if p.suffix in (".csv", ".geojson")]
    assert len(first) > 20
    differing = [p.name for p in first if p.read_bytes() != (tmp_path / p.relative_to(shipped_plan.path)).read_bytes()]
    assert differing == []


def test_another_seed_gives_other_people(loaded, shipped_plan):
    """The seed drives the generator: the test above would notice if it were ignored."""
    other = load_inputs(loaded.scenario.model_copy(update={"seed": 7}), loaded.folder)
    homes = shipped_plan.tables["staff"].set_index("person_id")["home_code"]
    assert (other.staff.set_index("person_id")["home_code"].reindex(homes.index) != homes).mean() > 0.5


def test_a_public_copy_gives_the_same_documents_and_no_person(shipped_plan, inputs, tmp_path):
    """Published, then written anew from the copy alone: equal bytes of page, annex and maps, no id in any file, and an
    audit that passes. Word files carry the pictures; their text is the same by the same tables."""
    copy = tmp_path / "copy"
    publish_plan(shipped_plan, copy)
    assert not (copy / "internal").exists()
    assert json.loads((copy / "plan.json").read_text(encoding="utf-8"))["public"] is True
    ids = re.compile(rb"H[DP]-\d{5}")
    assert ids.search((shipped_plan.path / "internal" / "staff.csv").read_bytes())
    for path in (p for p in copy.rglob("*") if p.is_file()):
        archive = zipfile.ZipFile(path) if path.suffix in (".docx", ".xlsx", ".zip") else None
        contents = [archive.read(n) for n in archive.namelist()] if archive else [path.read_bytes()]
        assert not any(ids.search(c) for c in contents), path.name
    written = (copy / "annex.xlsx", copy / "dashboard.html", *(p for p in copy.rglob("transport/**/*") if p.is_file()))
    before = {p: p.read_bytes() for p in (*written, *maps(shipped_plan, copy))}
    opened = read_plan(copy)
    known = inputs_of(opened)
    layers = plan_layers(opened, known)
    write_maps(opened, layers)
    write_feeds(opened, known, layers)
    write_documents(opened, known, layers, ())
    assert {p.name for p, content in before.items() if p.read_bytes() != content} == set()
    assert len(known.staff) == 0
    with pytest.raises(InputError, match="public copy without personal rows"):
        explain_item(opened, known, "HD-00001", "en")
    assert "People are not compared" in compare_plans(opened, shipped_plan).note["en"]
    with pytest.raises(InputError, match="public copy already"):
        publish_plan(opened, tmp_path / "again")


def maps(plan, folder: Path | None = None) -> list[Path]:
    return sorted(((folder or plan.path) / "maps").glob("*.geojson"))


def test_geojson_is_where_it_should_be(shipped_plan):
    """RFC 7946: WGS 84 in longitude, latitude; all units lie in the frame of Hải Phòng, Bạch Long Vĩ included."""
    for path in maps(shipped_plan):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert "crs" not in document
        xy = pd.DataFrame(coordinates([f["geometry"]["coordinates"] for f in document["features"]]))
        assert xy[0].between(105.8, 107.9).all(), path.name
        assert xy[1].between(20.0, 21.4).all(), path.name


def coordinates(nested) -> list[list[float]]:
    if nested and isinstance(nested[0], (int, float)):
        return [nested[:2]]
    return [xy for part in nested for xy in coordinates(part)]
