"""Reading tables and layers as planners have them, and what is wrong with their geometry."""

import csv
import io
import tempfile
import unicodedata
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from geodata.checks import check_layer, check_parquet, pieces, read_layer
from geodata.columns import Column, TableSchema, cell_fault, check_table, geodata_schemas
from geodata.faults import Fault, InputError, closest
from geodata.references import unknown
from geodata.shipped import shipped_path
from geodata.tables import read_table, read_text_table, read_units
from geodata.text import garbled
from scenarios.tables import all_schemas, documented

UNITS = geodata_schemas()["units"]
PLACES = TableSchema(
    "places",
    "places.csv",
    "places",
    ("code",),
    {
        "code": Column("code", "code", "code"),
        "name": Column("name", "text", "name"),
        "persons": Column("persons", "int", "persons", min=0),
        "km2": Column("km2", "number", "area", empty=True),
        "island": Column("island", "bool", "on an island"),
        "note": Column("note", "text", "remark", optional=True),
    },
)


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("code,name,persons,km2,island\n00318,Bạch Long Vĩ,1000,2.5,True\n10507,An,2,,False\n", "utf-8"),
        ("code,name,persons,km2,island\n00318,Bạch Long Vĩ,1000,2.5,True\n10507,An,2,,False\n", "utf-8-sig"),
        (
            "code;name;persons;km2;island\r\n00318;Bạch Long Vĩ;1000;2.5;TRUE\r\n10507;An;2;;FALSE\r\n",
            "utf-16",
        ),
        (
            "code\tname\tpersons\tkm2\tisland\n 00318 \tBạch Long Vĩ\t1000\t2.5\t1\n\n10507\tAn\t2\t\t0\n\t\t\t\t\n",
            "utf-8",
        ),
        ('code,name,persons,km2,island\n"00318","Bạch Long Vĩ",1000,2.5,true\n10507,An,2,,false\n', "utf-8"),
    ],
)
def test_the_same_table_in_many_forms(tmp_path, text, encoding):
    """Encodings, delimiters, line ends, blanks and decomposed letters do not change what is read, nor its types."""
    frame = read_table(write(tmp_path / "places.csv", text, encoding), PLACES)
    expected = pd.DataFrame(
        {
            "code": ["00318", "10507"],
            "name": ["Bạch Long Vĩ", "An"],
            "persons": [1000, 2],
            "km2": [2.5, np.nan],
            "island": [True, False],
            "note": ["", ""],
        }
    ).astype({"code": str, "name": str, "note": str})
    pd.testing.assert_frame_equal(frame, expected)


def test_rows_are_numbered_as_in_a_spreadsheet(tmp_path):
    """Blank rows count, and a quoted line break does not: row 4 is row 4 in Excel."""
    path = write(tmp_path / "places.csv", 'code,name\n"1","a\nb"\n\n2,c\n')
    table = read_text_table(path)
    assert table.lines == (2, 4)
    assert table.rows[0] == ("1", "a\nb")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the table is empty -> write a header row"),
        ("code,code\n1,2\n", "places.csv:1: column code: column occurs twice -> rename or delete one"),
        ("code,,name\n1,2,3\n", "places.csv:1: column 2 has no name -> write its name in the header row"),
        (
            "code,name\n1,2,3\n",
            "places.csv:2: row has 3 cells, the header 2 -> put cells with a delimiter in quotes",
        ),
        ("PK\x03\x04", "is an Excel workbook by its content -> give it the ending .xlsx"),
    ],
)
def test_what_is_no_table(tmp_path, monkeypatch, text, expected):
    """Files that cannot be read as a table say why, in one line."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        read_text_table(write(tmp_path / "places.csv", text))
    assert expected in str(caught.value)


def test_a_workbook_that_is_none(tmp_path):
    """A text file called .xlsx is refused."""
    with pytest.raises(InputError, match="not an Excel workbook"):
        read_text_table(write(tmp_path / "places.xlsx", "code\n1\n"))


CELLS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs", "Cc"]),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), st.sampled_from(",;\t"))
def test_any_text_survives_reading(rows, delimiter):
    """Whatever is written as CSV is read back composed (NFC) and trimmed; blank rows are left out."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([("first", "second"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        read = read_text_table(path).rows
    composed = [tuple(unicodedata.normalize("NFC", c).strip() for c in row) for row in rows]
    assert list(read) == [row for row in composed if any(row)]


def test_shipped_tables_have_the_types_of_their_schema():
    """Reading with a schema gives what inference gives for the tables we ship: nothing changes for the stages."""
    for name in ("crosswalk", "adjacency", "ferries", "stations", "projects", "sites"):
        path = shipped_path(all_schemas()[name].file)
        inferred = read_table(path)
        typed = read_table(path, all_schemas()[name])
        pd.testing.assert_frame_equal(typed[inferred.columns], inferred)


def test_the_readme_lists_the_columns_of_the_schemas():
    """The README of the data is written from the schemas: call scenarios.tables.update_readme() after a change."""
    text = shipped_path("README.md").read_text(encoding="utf-8")
    assert text == documented(text)


def test_garbled_text_is_recognised_and_vietnamese_is_not():
    """UTF-8 read as Windows-1252 is put right; real Vietnamese is left alone."""
    for word in ("Hải Phòng", "Đông Hưng", "Sở Nội vụ", "Ủy ban nhân dân", "Lê Chân"):
        broken = word.encode("utf-8").decode("cp1252", errors="ignore")
        assert garbled(word) == ""
        if broken.encode("cp1252").decode("utf-8", errors="replace") == word:
            assert garbled(broken) == word
    assert garbled("Sá»Ÿ Ná»™i vá»¥") == "Sở Nội vụ"


def test_unknown_codes():
    """Lost zeros and the .0 of a spreadsheet are recognised; else the list is named."""
    assert unknown("318", ["00318"], "code", "units")[1].startswith('write "00318"')
    assert unknown("10507.0", ["10507"], "code", "units")[1].startswith('write "10507"')
    assert unknown("10508", ["10507", "10510"], "code", "units") == (
        'unknown unit code "10508"',
        "use one of the 2 in units, e.g. 10507",
    )


def test_faults_sort_by_place_and_print_like_a_compiler():
    """File, line, column; a table's column by name; the remedy after an arrow."""
    faults = [
        Fault("b"),
        Fault("a", 10),
        Fault("a", 2, 5, "", "wrong", "right"),
        Fault("a", 2, 0, "x", "bad"),
    ]
    assert [str(f) for f in sorted(faults)] == [
        "a:2: column x: bad",
        "a:2:5: wrong -> right",
        "a:10: ",
        "b: ",
    ]
    assert closest("Arange", ["arrange", "commute"]) == "arrange"
    assert closest("zzz", ["arrange", "commute"]) == ""


# Two squares side by side near Hải Phòng, each about 1 km wide.
LEFT, RIGHT = box(106.60, 20.80, 106.61, 20.81), box(106.61, 20.80, 106.62, 20.81)
BOW_TIE = Polygon([(106.60, 20.80), (106.61, 20.81), (106.61, 20.80), (106.60, 20.81)])


def layer(tmp_path, geometries, crs="EPSG:4326", codes=("1", "2", "3")):
    path = tmp_path / "units.gpkg"
    gpd.GeoDataFrame({"code": list(codes)[: len(geometries)]}, geometry=geometries, crs=crs).to_file(path)
    return read_layer(path)


def geometry_faults(tmp_path, monkeypatch, geometries, crs="EPSG:4326"):
    monkeypatch.chdir(tmp_path)
    return [str(f) for f in check_layer(layer(tmp_path, geometries, crs), UNITS)]


def test_good_geometry_has_no_faults(tmp_path, monkeypatch):
    """Neighbours that share a border are fine."""
    assert geometry_faults(tmp_path, monkeypatch, [LEFT, RIGHT]) == []


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_layer_without_crs(tmp_path, monkeypatch):
    """No coordinate reference system: what to click in QGIS."""
    assert geometry_faults(tmp_path, monkeypatch, [LEFT], None) == [
        "units.gpkg: column geometry: has no coordinate reference system -> in QGIS: Layer > Layer CRS > Set Layer "
        "CRS, then export as EPSG:4326"
    ]


@pytest.mark.parametrize(
    ("crs", "seen"),
    [
        ("EPSG:3405", "EPSG:3405 VN-2000 / UTM zone 48N, projected"),
        ("EPSG:4756", "EPSG:4756 VN-2000, geographic"),
        ("EPSG:32648", "EPSG:32648 WGS 84 / UTM zone 48N, projected"),
    ],
)
def test_another_crs(tmp_path, monkeypatch, crs, seen):
    """Projected or geographic, another system than WGS 84 is named with its code and the command that helps."""
    square = gpd.GeoSeries([LEFT], crs="EPSG:4326").to_crs(crs)
    assert geometry_faults(tmp_path, monkeypatch, list(square), crs) == [
        f"units.gpkg: column geometry: is in {seen}; EPSG:4326 is expected -> in QGIS: Export > Save Features As, CRS "
        "EPSG:4326; or ogr2ogr -t_srs EPSG:4326 new.gpkg units.gpkg"
    ]


def test_coordinates_that_belie_the_crs(tmp_path, monkeypatch):
    """Metres called degrees, and latitude before longitude."""
    (metres,) = geometry_faults(tmp_path, monkeypatch, [box(595000, 2313000, 596000, 2314000)])
    assert (
        "says EPSG:4326, but its coordinates are not degrees (x 595000 to 596000, y 2.313e+06 to 2.314e+06)" in metres
    )
    (swapped,) = geometry_faults(tmp_path, monkeypatch, [box(20.80, 106.60, 20.81, 106.61)])
    assert "latitude and longitude look swapped" in swapped
    assert swapped.endswith("-> swap x and y: x is the longitude")


def test_polygons_at_fault_are_named(tmp_path, monkeypatch):
    """Invalid, missing and wrong kinds of geometry: each with its unit, reason and remedy."""
    assert geometry_faults(tmp_path, monkeypatch, [BOW_TIE, None, Point(106.6, 20.8)]) == [
        "units.gpkg: column geometry: unit 2: no polygon (empty geometry) -> draw it, or delete the row",
        "units.gpkg: column geometry: unit 3: Point, not a polygon -> a unit is a Polygon or MultiPolygon",
        "units.gpkg: column geometry: unit 1: invalid polygon (Self-intersection at 106.605 20.805) -> repair it in "
        "QGIS: Processing > Fix geometries",
    ]


def test_overlaps_are_measured_and_noise_is_not(tmp_path, monkeypatch):
    """A real overlap is told with its area; one of a metre's width is drawing noise."""
    # 0.002 x 0.01 degree at 20.8 N: 0.002 * 111.32 km * cos(20.8) * 0.01 * 110.7 km = 0.230 km2.
    wide = box(106.608, 20.80, 106.62, 20.81)
    (found,) = geometry_faults(tmp_path, monkeypatch, [LEFT, wide])
    assert "unit 1 and unit 2 overlap by 0.230 km2 -> cut one along the other" in found
    thin = box(106.60999, 20.80, 106.62, 20.81)
    assert geometry_faults(tmp_path, monkeypatch, [LEFT, thin]) == []


def test_units_with_numbers_for_codes(tmp_path):
    """A layer whose codes are integers is read with codes as text, and its optional columns are there."""
    path = tmp_path / "units.gpkg"
    frame = gpd.GeoDataFrame({"code": [318, 10507]}, geometry=[LEFT, MultiPolygon([RIGHT])], crs="EPSG:4326")
    frame.to_file(path)
    units = read_units(path, UNITS)
    assert list(units.index) == ["10507", "318"]
    assert units["area_basis"].tolist() == ["", ""]
    needed = {c.name for c in UNITS.columns.values() if not c.optional and c.default is None} - {"code", "geometry"}
    assert {f.field for f in check_table(read_layer(path).attributes, UNITS)} == needed


def test_parquet_of_another_crs(tmp_path):
    """A projected road layer is refused from its footer alone; missing columns are named."""
    path = tmp_path / "edges.parquet"
    gpd.GeoDataFrame({"u": [1]}, geometry=[LEFT], crs="EPSG:3405").to_parquet(path)
    told = [(f.field, f.message) for f in check_parquet(path, geodata_schemas()["roads_edges"])]
    assert ("length_m", "column is missing") in told
    assert ("geometry", "is in VN-2000 / UTM zone 48N; EPSG:4326 is expected") in told


def test_pieces():
    """Three units in a row and one apart: two pieces, the larger first; pairs with strangers do not join."""
    assert pieces("abcd", [("a", "b"), ("b", "c"), ("c", "x"), ("x", "d")]) == [["a", "b", "c"], ["d"]]


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 9)), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_pieces_are_the_connected_components(members, pairs):
    """The same components as networkx finds."""
    graph = nx.Graph()
    graph.add_nodes_from(str(m) for m in members)
    graph.add_edges_from((str(a), str(b)) for a, b in pairs if a in members and b in members)
    found = pieces([str(m) for m in members], [(str(a), str(b)) for a, b in pairs])
    assert sorted(found) == sorted(sorted(c) for c in nx.connected_components(graph))


def test_a_number_without_end_is_a_fault():
    """1e400 is infinite for a computer: told, in columns of whole numbers too."""
    for kind in ("int", "number"):
        assert cell_fault(Column("n", kind, "n"), "1e400") == (
            "too large",
            "too large: 1e400",
            "write a number of usual size",
        )
