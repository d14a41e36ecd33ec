"""Looks of the layers: a class for each value that a layer holds, with its name in both languages."""

import geopandas as gpd
import pytest
import shapely

from geodata.qgis import qml
from merger.layer_styles import STYLES, layer_style


def layer(**columns):
    points = [shapely.Point(106, 20)] * len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326")


def test_units_are_coloured_by_their_standard():
    """Two of four standards occur: two classes in the fixed order, and one for whatever else comes."""
    style = layer_style("units_after", layer(name=["a", "b"], standard=["exempt", "meets"]))
    assert list(style["classes"]) == ["meets", "exempt"]
    assert style["classes"]["meets"]["title"] == "Đạt tiêu chuẩn / Meets the standard"
    assert style["others"]


@pytest.mark.parametrize("name", STYLES)
def test_every_style_can_be_written(name):
    """Also for a layer without the column of its classes."""
    assert "renderer-v2" in qml("MULTIPOLYGON", layer_style(name, layer(name=["a"])))
