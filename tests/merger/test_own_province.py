"""A province of a planner's own, stage arrange alone: planned, checked, scored, explained, audited, documented."""

import json
import sys
from zipfile import ZipFile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geodata.faults import InputError
from geodata.units import ELLIPSOID, complete_units
from merger.arrangement.estimates import estimate_findings
from merger.arrangement.score import plan_assignment, score_units
from merger.arrangement.standards import standards_of, unit_classes
from merger.audit import audit_plan
from merger.cli import main
from merger.explain import explain_item
from merger.inputs import inputs_of, load_inputs
from merger.pipeline import make_plan
from merger.plan import read_plan
from merger.synthetic.province import sample_province
from scenarios.checks import load_checked
from scenarios.loaded import shipped_folder
from scenarios.loader import load_scenario
from scenarios.template import new_scenario


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """The sample province, planned."""
    target = tmp_path_factory.mktemp("own") / "plan"
    make_plan(load_checked("own-units"), target, only="arrange", languages=("en",))
    return read_plan(target)


@pytest.fixture(scope="module")
def inputs(plan):
    """Its inputs, read back from the manifest."""
    return inputs_of(plan)


def test_the_shipped_sample_is_what_its_generator_makes():
    """SYNTHETIC tables come from the seed, byte by byte."""
    for name, table in sample_province().items():
        text = (shipped_folder() / "own-units" / f"{name}.csv").read_text(encoding="utf-8")
        assert table.to_csv(index=False, lineterminator="\n") == text


def test_the_sample_is_arranged_and_proven(plan):
    """44 units to 13, none below its floors without an exemption; the two islands form one unit of their own."""
    record = plan.manifest["stages"]["arrange"]
    new = plan.tables["new_units"].set_index("new_id")
    assert (record["status"], record["gap"], len(new)) == ("optimal", 0, 13)
    assert not (new["standard"] == "needs_decision").any()
    islands = new[new["members"] == "M043;M044"].iloc[0]
    assert (islands["standard"], np.isnan(islands["area_ratio"])) == ("meets", True)
    assert "standards.target.island" in islands["rules"]
    assert set(plan.tables) == {"units", "new_units"}


def test_ways_are_straight_lines_and_said_to_be_estimated(plan, inputs):
    """km = 1.3 x the line on the ellipsoid, minutes at 25 km/h; findings and the chapter on limits say ESTIMATED."""
    row = plan.tables["units"].sort_values("km_to_seat").iloc[-1]
    here, seat = inputs.units.loc[row["old_code"]], inputs.units.loc[row["seat_code"]]
    line = ELLIPSOID.inv(here["centre_lon"], here["centre_lat"], seat["centre_lon"], seat["centre_lat"])[2]
    assert row["km_to_seat"] == pytest.approx(line / 1000 * 1.3, abs=0.001)
    assert row["minutes_to_seat"] == pytest.approx(row["km_to_seat"] / 25 * 60, abs=0.01)
    told = [f.en for f in estimate_findings(inputs)]
    assert len(told) == 2
    assert all("ESTIMATED" in t for t in told)
    assert set(told) <= {f["en"] for f in plan.manifest["stages"]["arrange"]["findings"]}
    with ZipFile(plan.path / "report.en.docx") as report:
        text = report.read("word/document.xml").decode()
    assert text.count("without road data, a way is the straight line times 1.3, at 25 km/h") == 2
    assert "OpenStreetMap" not in text


def test_the_plan_passes_its_audit_and_a_changed_table_does_not(plan, tmp_path):
    """The audit reads neighbours, links and ways again; a unit moved to the island is found out."""
    assert all(c.passed for c in audit_plan(plan.path).checks)
    copy = tmp_path / "plan"
    make_plan(load_checked("own-units"), copy, only="arrange", languages=())
    units = pd.read_csv(copy / "units.csv", dtype=str)
    island = units.loc[units["old_code"] == "M044"].iloc[0]
    moved = units["old_code"] == "M001"
    for column in ("new_id", "new_name", "kind", "seat_code", "standard", "rules"):
        units.loc[moved, column] = island[column]
    units.to_csv(copy / "units.csv", index=False)
    failed = {c.title_en for c in audit_plan(copy).checks if not c.passed}
    assert "Every new unit is contiguous" in failed
    assert "Travel to the seats, computed again" in failed


def test_the_score_of_the_plan_is_that_of_the_stage(plan, inputs):
    """`merger score` on the plan's own arrangement gives its person-minutes."""
    figures, table = score_units(inputs, plan_assignment(plan.tables["units"]))
    assert figures["person_minutes"] == pytest.approx(plan.manifest["stages"]["arrange"]["objective"], rel=1e-6)
    assert (figures["units"], figures["not_contiguous"]) == (13, 0)
    assert table["area_ratio"].isna().sum() == 1


def test_a_unit_is_explained_with_its_best_alternative(plan, inputs):
    """The answer names the new unit, the rule and what another placement costs."""
    (answer,) = explain_item(plan, inputs, "M010", "en")
    text = answer.as_text()
    assert "Art 5(1)" in text
    assert "The best plan in which" in text


def test_stages_without_tables_are_refused_with_what_they_need(tmp_path):
    """Nothing is written; every stage names its tables."""
    with pytest.raises(InputError) as caught:
        make_plan(load_checked("own-units"), tmp_path / "plan")
    told = str(caught.value)
    assert "stage relocate needs data.roads_nodes" in told
    assert "plan the units alone: --only arrange" in told
    assert not (tmp_path / "plan").exists()


def test_polygons_give_the_same_plan_without_a_table(tmp_path, plan):
    """The cells of the sample as a layer in VN-2000: neighbours, areas and centres come from it, or as given."""
    tables = sample_province()
    frame = tables["units"].rename(columns={"lon": "centre_lon", "lat": "centre_lat"})
    empty = dict.fromkeys(("x", "y"), np.nan) | dict.fromkeys(("name_full", "side", "geometry_basis"), "")
    cells = complete_units(frame.assign(**empty), None).geometry
    path = new_scenario(tmp_path / "mine", "own-units")
    layer = gpd.GeoDataFrame(
        tables["units"], geometry=cells.reindex(tables["units"]["code"]).to_numpy(), crs="EPSG:4326"
    )
    layer.to_crs("EPSG:3405").to_file(path.parent / "units.gpkg")
    text = path.read_text(encoding="utf-8").replace("units: units.csv", "units: units.gpkg")
    path.write_text(text.replace("adjacency: adjacency.csv", "adjacency: null"), encoding="utf-8")
    loaded = load_checked(path)
    assert load_inputs(loaded.scenario, loaded.folder).adjacency["kind"].value_counts().to_dict() == {
        "land": len(tables["adjacency"]),
        "ferry": 1,
    }
    make_plan(loaded, tmp_path / "plan", only="arrange", languages=())
    other = read_plan(tmp_path / "plan")
    # The two islands border each other by their cells as they do in the table.
    objective = other.manifest["stages"]["arrange"]["objective"]
    assert objective == pytest.approx(plan.manifest["stages"]["arrange"]["objective"], rel=1e-6)


def test_a_ferry_joins_units_only_when_the_scenario_says_so(tmp_path):
    """With ferries as neighbours an island may join the shore, and the findings name the pair."""
    loaded = load_checked(
        "own-units", ["arrange.neighbour_kinds=[land, bridge, ferry]", "arrange.regions={tinh_mau: 12}"]
    )
    make_plan(loaded, tmp_path / "plan", only="arrange", languages=())
    told = [f["en"] for f in read_plan(tmp_path / "plan").manifest["stages"]["arrange"]["findings"]]
    assert any("joined by a ferry alone count as neighbours" in t for t in told)


def test_classes_follow_the_members():
    """Ward over other commune over mountain over island (Art 1(3), Art 5(1)): the highest class decides."""
    law = load_inputs(load_scenario("own-units").scenario, load_scenario("own-units").folder).law
    units = pd.DataFrame({
        "kind": ["phuong", "xa", "thi_tran", "xa", "xa", "phuong"],
        "mountain": [True, False, False, True, True, False],
        "island": [False, False, False, False, True, True],
    })  # fmt: skip
    assert unit_classes(units).tolist() == [3, 2, 2, 1, 0, 3]
    standards = standards_of(law, "phuong_mountain_border_province")
    assert standards.population == (0.0, 5000.0, 16000.0, 15000.0)
    assert standards.area_km2 == (0.0, 100.0, 30.0, 5.5)
    assert standards.standing([0, 1, 2, 3], [1, 99, 30, 5.5], [1, 9e4, 16e3, 15e3], [1, 2, 2, 2]).tolist() == [
        "meets", "needs_decision", "meets", "meets",
    ]  # fmt: skip


def test_the_command_line_from_new_to_audit(tmp_path, monkeypatch, capsys):
    """The commands of the README of the sample, in order."""
    monkeypatch.chdir(tmp_path)

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["merger", *args])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code or 0, capsys.readouterr().out

    assert run("new", "mine", "--from", "own-units")[0] == 0
    assert run("check", "mine")[1].endswith("mine: no problems found.\n")
    assert run("plan", "mine", "-o", "plan", "--only", "arrange")[0] == 0
    units = pd.read_csv("plan/units.csv", dtype=str)
    units[["old_code", "new_id"]].to_csv("theirs.csv", index=False)
    code, out = run("score", "mine", "--units", "theirs.csv", "--json")
    assert code == 0
    assert json.loads(out)["units"] == 13
    assert run("audit", "plan")[0] == 0
    assert run("explain", "plan", "M001")[0] == 0
    assert run("map", "plan")[0] == 0
    assert run("publish", "plan", "-o", "public")[0] == 0


def test_a_divided_unit_is_given_by_its_parts(tmp_path):
    """Two parts may go two ways, count as one old unit, and stay together when divided units are the first aim."""
    path = new_scenario(tmp_path / "parts", "own-units")
    units = pd.read_csv(path.parent / "units.csv", dtype=str).assign(part_of="")
    whole = units.loc[units["code"] == "M010"].iloc[0]
    halves = []
    for name, east in (("a", 0.004), ("b", -0.004)):
        half = whole.copy()
        half["code"], half["name"], half["part_of"] = f"M010{name}", f"{whole['name']} {name}", "M010"
        half["population"] = str(int(whole["population"]) // 2)
        half["area_km2"], half["lon"] = str(float(whole["area_km2"]) / 2), str(float(whole["lon"]) + east)
        halves.append(half)
    parts = pd.concat([units[units["code"] != "M010"], pd.DataFrame(halves)])
    parts.to_csv(path.parent / "units.csv", index=False)
    pairs = pd.read_csv(path.parent / "adjacency.csv", dtype=str)
    ends = pairs[["code_a", "code_b"]]
    with_a, with_b = (pairs.assign(**ends.replace("M010", f"M010{name}")) for name in "ab")
    between = pairs.iloc[[0]].assign(code_a="M010a", code_b="M010b")
    pd.concat([with_a, with_b, between]).drop_duplicates(["code_a", "code_b"]).to_csv(
        path.parent / "adjacency.csv", index=False
    )
    settings = ["arrange.objectives=[divided_units, travel]"]
    make_plan(load_checked(str(path), settings), tmp_path / "plan", only="arrange", languages=())
    plan = read_plan(tmp_path / "plan")
    home = plan.tables["units"].set_index("old_code")["new_id"]
    assert home["M010a"] == home["M010b"]
    new = plan.tables["new_units"].set_index("new_id").loc[home["M010a"]]
    assert new["n_members"] == len(new["members"].split(";")) - 1
    assert all(c.passed for c in audit_plan(plan.path).checks)
    # Apart, they lie in two new units, and the old unit is counted as divided.
    apart = [*settings, "locks.must_not_join=[[M010a, M010b]]"]
    make_plan(load_checked(str(path), apart), tmp_path / "apart", only="arrange", languages=())
    separate = read_plan(tmp_path / "apart")
    home = separate.tables["units"].set_index("old_code")["new_id"]
    assert home["M010a"] != home["M010b"]
    figures, _ = score_units(inputs_of(separate), plan_assignment(separate.tables["units"]))
    assert figures["divided_old_units"] == 1
    # A row for the whole beside its parts would count its people twice.
    pd.concat([units, pd.DataFrame(halves)]).to_csv(path.parent / "units.csv", index=False)
    with pytest.raises(InputError, match="unit M010 is divided and has a row of its own"):
        load_checked(str(path), settings)
