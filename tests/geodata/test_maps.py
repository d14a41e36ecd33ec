"""Map export: what the standards ask for, checked on squares that can be drawn by hand and on the shipped
units."""

from __future__ import annotations

import json
import sqlite3
import xml.dom.minidom

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geodata.maps import WGS84, plain, rounded, simplify_polygons, write_geojson, write_geopackage
from geodata.shipped import shipped_path
from geodata.tables import read_units


def squares() -> gpd.GeoDataFrame:
    """Two neighbouring squares of 0.1 degree; the left one runs clockwise and has a hole."""
    hole = [(106.02, 20.02), (106.04, 20.02), (106.04, 20.04), (106.02, 20.04)]
    left = shapely.Polygon([(106, 20), (106, 20.1), (106.1, 20.1), (106.1, 20)], [hole])
    right = shapely.Polygon([(106.1, 20), (106.2, 20), (106.2, 20.1), (106.1, 20.1)])
    frame = gpd.GeoDataFrame(
        {
            "code": ["00001", "00002"],
            "name": ["Xã Đông", "Phường Tây"],
            "people": [5, 7],
            "km": [1.25, np.nan],
        },
        geometry=[left, right],
        crs=WGS84,
    )
    frame.attrs = {
        "title": "Thử",
        "attribution": "© ai đó",
        "style": {"fill": "#d9ead3", "line": "#222222", "width_mm": 0.4, "label": "name"},
    }
    return frame


def signed_area(ring) -> float:
    """Shoelace formula: positive when counter-clockwise."""
    xy = np.asarray(ring)
    return float(np.sum(xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]) / 2)


def test_geojson_follows_rfc_7946(tmp_path):
    """No crs member, outer rings counter-clockwise, holes clockwise, missing numbers as null, codes keep
    their zeros."""
    [path] = write_geojson({"squares": squares()}, tmp_path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in document
    assert document["attribution"] == "© ai đó"
    first = document["features"][0]
    outer, hole = first["geometry"]["coordinates"]
    assert signed_area(outer) > 0 > signed_area(hole)
    assert outer[0] == outer[-1]
    assert first["properties"]["code"] == "00001"
    assert document["features"][1]["properties"]["km"] is None


def test_geojson_of_equal_layers_is_equal_bytes(tmp_path):
    """Writing the same layer twice gives the same bytes."""
    once = write_geojson({"squares": squares()}, tmp_path)[0].read_bytes()
    assert write_geojson({"squares": squares()}, tmp_path)[0].read_bytes() == once


def test_layer_in_metres_comes_out_in_degrees(tmp_path):
    """A layer in UTM 48N lands on the same place as the same layer in WGS 84."""
    degrees = gpd.GeoDataFrame({"n": [1]}, geometry=gpd.points_from_xy([106.683], [20.885]), crs=WGS84)
    metres = degrees.to_crs("EPSG:32648")
    [path] = write_geojson({"point": metres}, tmp_path)
    assert json.loads(path.read_text())["features"][0]["geometry"]["coordinates"] == [106.683, 20.885]


def test_layer_without_reference_system_is_refused(tmp_path):
    """Unknown coordinates are no map: the message names the layer."""
    with pytest.raises(ValueError, match="layer nowhere has no coordinate reference system"):
        write_geojson({"nowhere": squares().set_crs(None, allow_override=True)}, tmp_path)


def test_missing_geometry_is_refused(tmp_path):
    """A row without geometry would be lost in a map without a word."""
    frame = squares()
    frame.loc[0, "geometry"] = None
    with pytest.raises(ValueError, match="1 rows without geometry"):
        write_geopackage({"squares": frame}, tmp_path / "x.gpkg")


def test_simplified_neighbours_do_not_tear(tmp_path):
    """After simplifying and rounding, the shipped units still are a coverage, and each file stays below 1
    MB."""
    units = read_units(shipped_path("units_before.gpkg"))[["code", "name_full", "geometry"]]
    [path] = write_geojson({"units_before": units}, tmp_path)
    assert path.stat().st_size < 1_000_000
    back = gpd.read_file(path)
    assert len(back) == len(units)
    assert back.geometry.is_valid.all()
    assert shapely.coverage_is_valid(back.geometry.to_numpy())
    metres = "EPSG:32648"
    assert back.to_crs(metres).area.sum() == pytest.approx(units.to_crs(metres).area.sum(), rel=1e-3)


def test_overlapping_polygons_are_simplified_one_by_one():
    """Layers that are no coverage are kept, not refused: two squares that overlap come back as two
    squares."""
    one = shapely.box(106, 20, 106.1, 20.1)
    frame = gpd.GeoDataFrame(geometry=[one, shapely.box(106.05, 20, 106.15, 20.1)], crs=WGS84)
    simple = simplify_polygons(frame)
    assert simple.geometry.is_valid.all()
    assert simple.geometry.iloc[0].equals_exact(one, 1e-6, normalize=True)


def test_rounding_takes_more_decimals_rather_than_break_a_polygon():
    """A sliver of 2e-6 degree collapses at 5 decimals (0.000002 -> 0.0) and lives at 6; a large square
    needs 5."""
    sliver = shapely.Polygon([(0, 0), (1, 0), (1, 2e-6), (0, 2e-6)])
    assert rounded(np.array([shapely.box(0, 0, 1, 1)]))[1] == 5
    kept, decimals = rounded(np.array([shapely.box(2, 2, 3, 3), sliver]))
    assert decimals == 6
    assert kept[1].equals(sliver)


def test_geopackage_opens_in_place_with_styles(tmp_path):
    """The GeoPackage is in EPSG:4326, holds one QGIS style a layer, and the style is well-formed XML."""
    path = tmp_path / "plan.gpkg"
    points = gpd.GeoDataFrame({"name": ["Ga"]}, geometry=gpd.points_from_xy([106.1], [20.05]), crs=WGS84)
    points.attrs = {"style": {"fill": "#b3202c", "size_mm": 2}}
    line = gpd.GeoDataFrame({"name": ["A"]}, geometry=[shapely.LineString([(106, 20), (106.1, 20)])], crs=WGS84)
    line.attrs = {"style": {"line": "#7a3b9c", "width_mm": 0.7}}
    write_geopackage({"squares": squares(), "points": points, "line": line}, path)
    assert {name for name, _ in pyogrio.list_layers(path) if name != "layer_styles"} == {
        "squares",
        "points",
        "line",
    }
    back = gpd.read_file(path, layer="squares")
    assert back.crs.to_epsg() == 4326
    assert back["code"].tolist() == ["00001", "00002"]
    with sqlite3.connect(path) as base:
        styles = dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles"))
        kinds = dict(base.execute("SELECT f_table_name, f_geometry_column FROM layer_styles"))
    assert set(styles) == {"squares", "points", "line"}
    assert set(kinds.values()) == {"geom"}
    symbols = {n: xml.dom.minidom.parseString(q).getElementsByTagName("symbol")[0] for n, q in styles.items()}
    assert {n: s.getAttribute("type") for n, s in symbols.items()} == {
        "squares": "fill",
        "points": "marker",
        "line": "line",
    }


def test_geopackage_of_equal_layers_is_equal_bytes(tmp_path):
    """No clock gets into the file."""
    write_geopackage({"squares": squares()}, tmp_path / "a.gpkg")
    write_geopackage({"squares": squares()}, tmp_path / "b.gpkg")
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.nan, None),
        (float("inf"), None),
        (np.bool_(True), True),
        (None, None),
        ("Xa\u0303", "Xã"),
        (0.1234567, 0.123457),
    ],
)
def test_cells_become_plain_json_values(value, expected):
    """numpy becomes Python, nothing becomes null, decomposed letters become composed ones."""
    assert plain(value) == expected


def test_rings_of_every_exported_unit_follow_the_right_hand_rule(tmp_path):
    """Outer rings counter-clockwise, holes clockwise, closed; at most 6 decimals; longitude first, in the country."""
    units = read_units(shipped_path("units_before.gpkg"))[["code", "geometry"]]
    [path] = write_geojson({"units_before": units}, tmp_path)
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        for rings in [coordinates] if kind == "Polygon" else coordinates:
            assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)
            assert signed_area(rings[0]) > 0
            assert all(signed_area(hole) < 0 for hole in rings[1:])
            xy = np.asarray(rings[0])
            assert ((xy > (102, 8)) & (xy < (110, 24))).all()
            assert (np.round(xy, 6) == xy).all()
