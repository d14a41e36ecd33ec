"""Units of a planner's own: read from tables and layers, and every fault with file, row, column and remedy at once."""

# ruff: noqa: E501  the messages stand here on one line, as they are printed

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import Point, box

from scenarios.checks import review
from scenarios.loader import load_scenario
from scenarios.province import neighbours_of, read_province
from scenarios.template import new_scenario

HEAD = "code,name,kind,district,population,area_km2,lon,lat\n"
# A row of four communes that meet the floors of Art 5(1)(b) each: 30 km2 and 16,000 persons.
ROWS = [f"{i},Số {i},xa,Huyện A,20000,40,{105.5 + 0.05 * i:.2f},20.5" for i in range(1, 5)]
CHAIN = "code_a,code_b\n1,2\n2,3\n3,4\n"
NULLS = [
    "units_reference",
    "crosswalk",
    "roads_nodes",
    "roads_edges",
    "ferries",
    "stations",
    "projects",
    "travel_time_checks",
    "sites",
    "agencies",
    "programmes",
    "deadlines",
    "allowances",
    "totals",
    "housing",
    "surplus_offices",
    "it_systems",
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a scenario of four units and a table of neighbours."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "units.csv").write_text(HEAD + "\n".join(ROWS) + "\n", encoding="utf-8")
    (tmp_path / "adjacency.csv").write_text(CHAIN)
    return tmp_path


def scenario(folder, data="units: units.csv, adjacency: adjacency.csv", arrange="regions: {tinh: 2}"):
    """Write the scenario and review it."""
    nulls = "\n".join(f"  {name}: null" for name in NULLS)
    given = "\n".join(f"  {entry}" for entry in data.split(", "))
    (folder / "scenario.yaml").write_text(
        f"name: own\ntitle: {{vi: a, en: a}}\ndata:\n{given}\n{nulls}\n  law: shipped:hai-phong-2025/law\narrange: {{{arrange}}}\n",
        encoding="utf-8",
    )
    return review(folder)


def faults(folder, *args, **more):
    return [str(f) for f in scenario(folder, *args, **more).faults]


def units_in(folder):
    loaded = load_scenario(folder)
    return read_province(loaded.data_path("units"), loaded.scenario)


def test_a_table_of_units_and_a_table_of_pairs_is_enough(folder):
    """No agency, no person, no road: clean, and the notes say which stages that leaves out."""
    found = scenario(folder)
    assert found.faults == ()
    assert any(
        "stages consolidate, relocate, commute, timetable cannot be planned (plan with --only arrange)" in n
        for n in found.notes
    )
    assert any('"lon" (centre_lon)' in n for n in found.notes)
    units = units_in(folder)
    assert units["name_full"].tolist() == ["Xã Số 1", "Xã Số 2", "Xã Số 3", "Xã Số 4"]
    assert set(units["side"]) == {"tinh"}


def test_vietnamese_headers_and_kinds_in_a_workbook(folder):
    """Headers and words as in the tables of a department; codes stay text."""
    book = openpyxl.Workbook()
    book.active.append(
        ["Mã xã", "Tên xã", "Loại", "Huyện", "Dân số", "Diện tích (km2)", "Kinh độ", "Vĩ độ", "Miền núi"]
    )
    for i, kind in enumerate(["Xã", "phường", "Thị trấn", "XÃ"], start=1):
        book.active.append(
            [str(i), f"Số {i}", kind, "Huyện A", 20000, 40.5, 105.5 + 0.05 * i, 20.5, "có" if i == 1 else None]
        )
    book.save(folder / "units.xlsx")
    assert (
        faults(
            folder,
            "units: units.xlsx, adjacency: adjacency.csv",
            arrange="regions: {tinh: 2}, ward_target: phuong_other",
        )
        == []
    )
    units = units_in(folder)
    assert units["kind"].tolist() == ["xa", "phuong", "thi_tran", "xa"]
    assert units["mountain"].tolist() == [True, False, False, False]
    # Art 5(1)(c) is about the province: the flag of a unit is no more than a question.
    assert any("if the province itself is one, write arrange.ward_target" in n for n in review(folder).notes)


def test_every_fault_of_the_table_at_once(folder):
    """A missing column, a code twice, a number that is none, places outside Vietnam and swapped, a self pair, unknown codes."""
    rows = [
        "1,Số 1,xa,20000,40,105.55,20.5",
        "1,Số 2,xa,20000,40,20.5,105.60",
        "3,Số 3,thon,nhiều,40,5.5,20.5",
        "4,Số 4,xa,-5,,105.70,20.5",
    ]
    (folder / "units.csv").write_text(
        "code,name,kind,population,area_km2,lon,lat\n" + "\n".join(rows), encoding="utf-8"
    )
    (folder / "adjacency.csv").write_text("code_a,code_b\n1,1\n1,9\n3,4\n")
    assert sorted(faults(folder)) == sorted([
        "adjacency.csv:2: column code_b: unit 1 is its own neighbour -> delete the row, or correct a code",
        'adjacency.csv:3: column code_b: unknown unit code "9" -> use one of the 3 in units.csv, e.g. 1',
        "units.csv:1: column district: column is missing -> add it: district before the merger; or in the scenario columns: {district: HEADER}, constants: {district: VALUE}",
        'units.csv:3: column "lon" (centre_lon): 20.5, 105.6 lies outside Vietnam in EPSG:4326 -> did you swap centre_lon and centre_lat? centre_lon runs to the east',
        'units.csv:3: column "lat" (centre_lat): too large: 105.60 -> write at most 90',
        'units.csv:3: column code: duplicate code "1", first in row 2 -> delete or correct one of the two rows',
        'units.csv:4: column "lon" (centre_lon): 5.5, 20.5 lies outside Vietnam in EPSG:4326 -> write degrees; for metres use columns x and y with data.units.crs',
        'units.csv:4: column kind: "thon" is no value of this column -> did you mean "phuong"?',
        'units.csv:4: column population: "nhiều" is not a whole number -> write digits only, unit persons',
        "units.csv:5: column area_km2: the unit has neither an area nor a polygon -> write it in km2",
        "units.csv:5: column population: negative number -5 -> write at least 0",
    ])  # fmt: skip


def test_metres_without_their_coordinate_system(folder):
    """x and y of VN-2000 are read once the scenario says so; x to the north is told."""
    table = pd.read_csv(folder / "units.csv", dtype=str).drop(columns=["lon", "lat"])
    table["x"], table["y"] = [555_000, 560_000, 565_000, 570_000], 2_267_000
    table.to_csv(folder / "units.csv", index=False)
    told = faults(folder)
    assert len(told) == 4
    assert told[0].startswith("units.csv:2: column x: 555000, 2267000 lies outside Vietnam in EPSG:4326")
    assert "write in data.units.crs the coordinate system, e.g. EPSG:3405" in told[0]
    own = "units: {file: units.csv; crs: 'EPSG:3405'}, adjacency: adjacency.csv".replace(";", ",")
    text = f"name: own\ntitle: {{vi: a, en: a}}\ndata:\n  {own.split(', adjacency')[0]}\n  adjacency: adjacency.csv\n"
    text += (
        "".join(f"  {n}: null\n" for n in NULLS) + "  law: shipped:hai-phong-2025/law\narrange: {regions: {tinh: 2}}\n"
    )
    (folder / "scenario.yaml").write_text(text)
    assert [str(f) for f in review(folder).faults] == []
    assert units_in(folder)["centre_lon"].iloc[0] == pytest.approx(105.53, abs=0.01)
    (folder / "scenario.yaml").write_text(text.replace("EPSG:3405", "EPSG:99"))
    assert '"data.units.crs": unknown coordinate system "EPSG:99"' in str(review(folder).faults[0])
    table["x"], table["y"] = table["y"], table["x"]
    table.to_csv(folder / "units.csv", index=False)
    (folder / "scenario.yaml").write_text(text)
    assert "did you swap x and y? x runs to the east" in str(review(folder).faults[0])


def test_points_without_neighbours_are_a_fault_with_what_to_give(folder):
    """Neighbours are estimated from the centres only when the scenario says so in so many words, and that is told."""
    (told,) = faults(folder, "units: units.csv, adjacency: null")
    assert told.endswith(
        "nothing says who borders whom: the units have no polygons, and data.adjacency names no table -> give data.adjacency: a table code_a, code_b, or a layer with polygons; or write arrange.adjacency: voronoi to have neighbours ESTIMATED"
    )
    found = scenario(folder, "units: units.csv, adjacency: null", "regions: {tinh: 2}, adjacency: voronoi")
    assert found.faults == ()
    assert "neighbours: 3 pairs ESTIMATED from the centres alone (arrange.adjacency: voronoi)" in found.notes
    loaded = load_scenario(folder)
    pairs = neighbours_of(units_in(folder), loaded.scenario.arrange, None, None)
    assert list(zip(pairs["code_a"], pairs["code_b"], strict=True)) == [("1", "2"), ("2", "3"), ("3", "4")]
    assert (
        "names no table"
        in faults(folder, "units: units.csv, adjacency: null", arrange="regions: {tinh: 2}, adjacency: table")[0]
    )
    assert "no polygons" in faults(folder, arrange="regions: {tinh: 2}, adjacency: polygons")[0]


def layer(folder, gap=0.0, crs="EPSG:3405", name="units.gpkg"):
    """Four squares of 6.5 km in a row, `gap` metres apart."""
    shapes = [
        box(555_000 + i * (6_500 + gap), 2_267_000, 555_000 + i * (6_500 + gap) + 6_500, 2_273_500) for i in range(4)
    ]
    frame = gpd.GeoDataFrame(
        {"code": list("1234"), "name": list("ABCD"), "kind": "Xã", "district": "A", "population": 20000},
        geometry=shapes, crs="EPSG:3405",
    )  # fmt: skip
    frame.to_crs(crs).to_file(folder / name)


@pytest.mark.parametrize("name", ["units.gpkg", "units.shp", "units.geojson"])
def test_a_layer_with_polygons_needs_neither_area_nor_centre_nor_neighbours(folder, name):
    """Shapefile, GeoPackage, GeoJSON: areas are 42.25 km2 by the grid, 42.28 on the ellipsoid (scale 0.9996)."""
    layer(folder, crs="EPSG:4326" if name.endswith("json") else "EPSG:3405", name=name)
    found = scenario(folder, f"units: {name}, adjacency: null")
    assert [str(f) for f in found.faults] == []
    assert "neighbours: 3 pairs from the polygons" in found.notes
    assert units_in(folder)["area_km2"].tolist() == pytest.approx([42.28] * 4, abs=0.02)


def test_gaps_between_polygons_are_told(folder):
    """3 m are closed (arrange.border_gap_m: 5) and reported; 50 m leave the units apart, and each may stay alone."""
    layer(folder, gap=3)
    notes = scenario(folder, "units: units.gpkg, adjacency: null").notes
    assert any("3 pairs only across gaps of up to 3.0 m" in n and "1-2, 2-3, 3-4" in n for n in notes)
    layer(folder, gap=50)
    told = faults(folder, "units: units.gpkg, adjacency: null")
    assert told == [
        "units.gpkg: side tinh falls into 4 parts, more than its 2 new units -> join parts in data.links, or raise arrange.regions"
    ]
    assert faults(folder, "units: units.gpkg, adjacency: null", arrange="regions: {tinh: 2}, border_gap_m: 60") == []


def test_a_layer_of_points_and_a_layer_without_crs_or_elsewhere(folder):
    """Points are centres; a layer must say where it lies."""
    points = [Point(105.5 + 0.05 * i, 20.5) for i in range(4)]
    columns = {
        "code": list("1234"),
        "name": list("ABCD"),
        "kind": "xa",
        "district": "A",
        "population": 20000,
        "area_km2": 40,
    }
    gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326").to_file(folder / "points.gpkg")
    assert faults(folder, "units: points.gpkg, adjacency: adjacency.csv") == []
    gpd.GeoDataFrame(columns, geometry=points, crs=None).to_file(folder / "none.shp")
    assert (
        "none.shp: column geometry: has no coordinate reference system"
        in faults(folder, "units: none.shp, adjacency: adjacency.csv")[0]
    )
    swapped = [Point(p.y, p.x - 20) for p in points]
    gpd.GeoDataFrame(columns, geometry=swapped, crs="EPSG:4326").to_file(folder / "away.gpkg")
    assert (
        "away.gpkg: column geometry: lies outside Vietnam"
        in faults(folder, "units: away.gpkg, adjacency: adjacency.csv")[0]
    )


def test_a_part_that_can_be_no_new_unit_is_a_fault_and_one_that_can_is_a_note(folder):
    """Unit 4 cut off: with 20,000 persons on 40 km2 it may stay alone; with 900 persons it needs a link."""
    (folder / "adjacency.csv").write_text("code_a,code_b,kind\n1,2,land\n2,3,land\n3,4,ferry\n")
    found = scenario(folder)
    assert found.faults == ()
    assert any("side tinh: no pair joins these to the rest" in n and "4 Xã Số 4" in n for n in found.notes)
    text = (folder / "units.csv").read_text(encoding="utf-8")
    (folder / "units.csv").write_text(
        text.replace("4,Số 4,xa,Huyện A,20000", "4,Số 4,xa,Huyện A,900"), encoding="utf-8"
    )
    assert faults(folder) == [
        "adjacency.csv: side tinh is not connected: 4 Xã Số 4 cannot be reached from the rest, and cannot form a permitted new unit alone -> let pairs of kind ferry join units (arrange.neighbour_kinds), or add the pair that joins them (bridge or ferry) to data.links, or fix them as a special zone"
    ]
    assert faults(folder, arrange="regions: {tinh: 2}, neighbour_kinds: [land, bridge, ferry]") == []
    assert faults(folder, arrange="regions: {tinh: 2}, special_zones: [{name: Z, members: ['4']}]") == []
    assert faults(folder, arrange="regions: {tinh: 2}, max_needs_decision: 1") == []
    (folder / "links.csv").write_text("code_a,code_b,kind\n3,4,bridge\n")
    (folder / "adjacency.csv").write_text("code_a,code_b\n1,2\n2,3\n")
    assert faults(folder, "units: units.csv, adjacency: adjacency.csv, links: links.csv") == []
    (folder / "links.csv").write_text("code_a,code_b,kind\n3,44,tunnel\n")
    told = faults(folder, "units: units.csv, adjacency: adjacency.csv, links: links.csv")
    assert [t.split(" -> ")[0] for t in told] == [
        'links.csv:2: column code_b: unknown unit code "44"',
        'links.csv:2: column kind: "tunnel" is no value of this column',
    ]


def test_two_sides_need_a_column(folder):
    """With one side a column is not needed; with two it is, or a constant."""
    (told,) = [t for t in faults(folder, arrange="regions: {a: 1, b: 1}") if "column side" in t]
    assert (
        told
        == "units.csv: column side: 4 units have no side, and there are 2 -> add it, or in the scenario data.units.constants: {side: NAME}, or give arrange.regions one side alone"
    )


def test_the_sample_province_is_copied_to_be_filled_in(tmp_path):
    """`merger new --from own-units`: tables, guide and a scenario that stands for itself and checks clean."""
    path = new_scenario(tmp_path / "mine", "own-units")
    assert {p.name for p in path.parent.glob("*.*")} == {
        "scenario.yaml",
        "units.csv",
        "adjacency.csv",
        "links.csv",
        "README.md",
    }
    assert "extends" not in path.read_text(encoding="utf-8").split("title:")[0].split("version")[1]
    found = review(path)
    assert found.faults == ()
    own, origin = found.loaded.scenario, load_scenario("own-units").scenario
    assert own.model_copy(update={"name": origin.name, "data": origin.data}) == origin
    assert own.data.units.file == str(tmp_path / "mine" / "units.csv")
