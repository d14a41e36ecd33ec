"""Styles of QGIS: the table and the XML have the names and the structure that QGIS 3.28 writes."""

import sqlite3
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pytest
import shapely

from geodata.maps import write_geopackage
from geodata.qgis import DOCTYPE, qml

STYLE = {
    "fill": "#ffffff",
    "line": "#102030",
    "width_mm": 0.4,
    "label": "name",
    "label_scale": 250_000,
    "by": "standard",
    "others": "khác",
    "classes": {"meets": {"title": "Đạt <tiêu chuẩn>", "fill": "#b7d7a8"}, "exempt": {"title": "Miễn"}},
}


def parsed(geometry, style):
    text = qml(geometry, style)
    assert text.startswith(DOCTYPE)
    return Xml.fromstring(text.removeprefix(DOCTYPE))


def properties(symbol):
    return {o.get("name"): o.get("value") for o in symbol.findall("layer/Option/Option")}


def test_a_class_has_its_own_symbol():
    """Two values and the rest: three categories that point at three symbols by name; #b7d7a8 is 183, 215, 168."""
    root = parsed("MULTIPOLYGON", STYLE)
    renderer = root.find("renderer-v2")
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "standard")
    categories = renderer.findall("categories/category")
    assert [c.get("value") for c in categories] == ["meets", "exempt", ""]
    assert [c.get("label") for c in categories] == ["Đạt <tiêu chuẩn>", "Miễn", "khác"]
    symbols = {s.get("name"): s for s in renderer.findall("symbols/symbol")}
    assert set(symbols) == {c.get("symbol") for c in categories}
    assert properties(symbols["0"])["color"] == "183,215,168,255"
    assert properties(symbols["1"])["color"] == "255,255,255,255"
    assert properties(symbols["0"])["outline_width"] == "0.4"


def test_labels_show_from_their_scale():
    """Labels of a column at 1 : 250 000 and nearer, with a halo, none over another."""
    root = parsed("MULTIPOLYGON", STYLE)
    assert root.get("labelsEnabled") == "1"
    settings = root.find("labeling[@type='simple']/settings")
    assert settings.find("text-style").get("fieldName") == "name"
    assert settings.find("text-style/text-buffer").get("bufferDraw") == "1"
    rendering = settings.find("rendering")
    assert (rendering.get("scaleVisibility"), rendering.get("scaleMax")) == ("1", "250000")


@pytest.mark.parametrize(
    ("geometry", "kind", "layer", "number"),
    [
        ("MULTIPOLYGON", "fill", "SimpleFill", "2"),
        ("MULTILINESTRING", "line", "SimpleLine", "1"),
        ("GEOMETRY LINE", "line", "SimpleLine", "1"),
        ("POINT", "marker", "SimpleMarker", "0"),
    ],
)
def test_symbols_fit_the_geometry(geometry, kind, layer, number):
    """Fill, line or marker, and the number of QGIS for the geometry."""
    root = parsed(geometry, {"line": "#000000"})
    symbol = root.find("renderer-v2[@type='singleSymbol']/symbols/symbol")
    assert symbol.get("type") == kind
    assert symbol.find("layer").get("class") == layer
    assert root.find("layerGeometryType").text == number
    assert root.get("labelsEnabled") == "0"


def test_the_table_is_found_by_qgis(tmp_path):
    """One default style a layer, with empty catalog and schema, as QGIS looks it up."""
    layer = gpd.GeoDataFrame({"name": ["Ga"]}, geometry=[shapely.Point(106, 20)], crs="EPSG:4326")
    layer.attrs = {"style": {"fill": "#b3202c"}, "title": "Ga / Stations"}
    write_geopackage({"stations": layer}, tmp_path / "x.gpkg")
    with sqlite3.connect(tmp_path / "x.gpkg") as base:
        columns = "f_table_catalog, f_table_schema, f_table_name, f_geometry_column, useAsDefault, description"
        rows = base.execute(f"SELECT {columns} FROM layer_styles").fetchall()
        contents = base.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchall()
    assert rows == [("", "", "stations", "geom", 1, "Ga / Stations")]
    assert contents == [("attributes",)]


def test_single_and_multiple_lines_are_one_layer(tmp_path):
    """A road in one piece and one in two are stored as one type, and drawn as lines."""
    one = shapely.LineString([(106, 20), (106.1, 20)])
    two = shapely.MultiLineString([[(106, 20.1), (106.1, 20.1)], [(106.2, 20), (106.3, 20)]])
    layer = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[one, two], crs="EPSG:4326")
    layer.attrs = {"style": {"line": "#c9a66b"}}
    write_geopackage({"roads": layer}, tmp_path / "x.gpkg")
    with sqlite3.connect(tmp_path / "x.gpkg") as base:
        assert base.execute("SELECT geometry_type_name FROM gpkg_geometry_columns").fetchall() == [("MULTILINESTRING",)]
        assert "SimpleLine" in base.execute("SELECT styleQML FROM layer_styles").fetchone()[0]
