"""Neighbours derived from polygons and from centres, units completed, ways without roads: worked by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geodata.distance import straight_graph, straight_table
from geodata.maps import METRIC
from geodata.neighbours import borders_of_polygons, cells_around
from geodata.travel import travel_table
from geodata.units import CELL, INSIDE, MEASURED, complete_units

# South-west corner of the squares: metres in UTM 48N, near Hải Phòng.
EAST, NORTH = 650_000, 2_300_000


def squares(*corners, size=1000.0):
    """Squares with south-west corners given in metres from the common corner."""
    shapes = [box(EAST + x, NORTH + y, EAST + x + size, NORTH + y + size) for x, y in corners]
    return gpd.GeoSeries(shapes, crs=METRIC)


def pairs(frame):
    return list(zip(frame["code_a"], frame["code_b"], strict=True))


def test_squares_that_share_a_side_border_each_other():
    """C B over A D: sides of 1,000 m are borders, corners are none; codes are sorted in a pair and among pairs."""
    shapes = squares((0, 0), (1000, 1000), (0, 1000), (1000, 0))
    found = borders_of_polygons(shapes, ["A", "B", "C", "D"], min_border_m=60, gap_m=5)
    assert pairs(found) == [("A", "C"), ("A", "D"), ("B", "C"), ("B", "D")]
    assert found["shared_border_m"].tolist() == pytest.approx([1000] * 4, abs=0.1)
    assert (found["gap_m"] == 0).all()


def test_a_short_border_is_none():
    """Two squares shifted by 950 m share 50 m: neighbours at 40 m, not at 60 m."""
    shapes = squares((0, 0), (1000, 950))
    assert pairs(borders_of_polygons(shapes, ["1", "2"], min_border_m=40)) == [("1", "2")]
    assert pairs(borders_of_polygons(shapes, ["1", "2"], min_border_m=60)) == []


def test_a_gap_is_closed_only_within_the_tolerance_and_told():
    """A strip of 4 m between two squares: no border at 0 and 3 m, one at 5 m with its gap."""
    shapes = squares((0, 0), (1004, 0))
    for tolerance in (0, 3):
        assert borders_of_polygons(shapes, ["1", "2"], min_border_m=60, gap_m=tolerance).empty
    found = borders_of_polygons(shapes, ["1", "2"], min_border_m=60, gap_m=5)
    assert found["gap_m"].tolist() == pytest.approx([4.0], abs=0.1)
    # Along the gap 1,000 m of outline and a little of the two sides, less what a corner alone would give.
    assert found["shared_border_m"].iloc[0] == pytest.approx(1000, abs=25)


def test_overlapping_slivers_are_a_border_and_not_a_gap():
    """Lines drawn 2 m into each other."""
    found = borders_of_polygons(squares((0, 0), (998, 0)), ["1", "2"], min_border_m=60, gap_m=5)
    assert (pairs(found), found["gap_m"].tolist()) == ([("1", "2")], [0.0])


def test_meeting_at_a_corner_is_no_border_whatever_the_tolerance():
    """Within 20 m of the corner lie 20 m of each side, which count for nothing."""
    found = borders_of_polygons(squares((0, 0), (1000, 1000)), ["1", "2"], min_border_m=60, gap_m=20)
    assert found.empty


@given(st.integers(2, 5), st.integers(2, 5))
def test_a_grid_has_the_pairs_of_a_grid(rows, columns):
    """r x c squares: r (c - 1) + c (r - 1) borders."""
    corners = [(1000 * c, 1000 * r) for r in range(rows) for c in range(columns)]
    codes = [f"{i:02d}" for i in range(len(corners))]
    found = borders_of_polygons(squares(*corners), codes, min_border_m=60, gap_m=5)
    assert len(found) == rows * (columns - 1) + columns * (rows - 1)
    assert (found["code_a"] < found["code_b"]).all()


def test_cells_hold_their_centre_and_do_not_reach_over_a_wide_sea():
    """Four places 1 km apart and two beyond 30 km of sea: the groups do not touch, neighbours inside do."""
    lon = np.array([106.00, 106.01, 106.00, 106.01, 106.30, 106.31])
    lat = np.array([20.50, 20.50, 20.51, 20.51, 20.50, 20.50])
    cells = cells_around(lon, lat)
    assert all(cell.contains(point) for cell, point in zip(cells, gpd.points_from_xy(lon, lat), strict=True))
    found = borders_of_polygons(cells, list("ABCDEF"), min_border_m=60, gap_m=1)
    assert {p for p in pairs(found) if p not in (("B", "C"), ("A", "D"))} == {
        ("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("E", "F"),
    }  # fmt: skip


def frame(**columns):
    """Rows of table units with what the reader always gives."""
    rows = len(columns["code"])
    empty = {c: [np.nan] * rows for c in ("area_km2", "centre_lon", "centre_lat", "x", "y")}
    empty |= {c: [""] * rows for c in ("name_full", "side", "area_basis", "centre_basis", "geometry_basis")}
    empty |= {"mountain": [False] * rows, "border": [False] * rows, "island": [False] * rows}
    return pd.DataFrame({**empty, "name": ["Một", "Hai"], "kind": ["xa", "thi_tran"], **columns})


def test_units_are_completed_from_their_polygons():
    """Two squares of 1 km2 in UTM 48N: the area is that on the ellipsoid (grid scale 0.9998), the centre inside."""
    shapes = squares((0, 0), (1000, 0))
    units = complete_units(frame(code=["2", "1"], mountain=["True", ""]), shapes, side="tinh")
    assert list(units.index) == ["1", "2"]
    assert units["name_full"].tolist() == ["Thị trấn Hai", "Xã Một"]
    assert units["area_km2"].tolist() == pytest.approx([1.0, 1.0], abs=0.001)
    assert set(units["area_basis"]) == {MEASURED}
    assert set(units["centre_basis"]) == {INSIDE}
    assert units["mountain"].tolist() == [False, True]
    assert set(units["side"]) == {"tinh"}
    centres = gpd.GeoSeries(
        gpd.points_from_xy(units["centre_lon"], units["centre_lat"]), index=units.index, crs=units.crs
    )
    assert units.geometry.contains(centres).all()


def test_units_with_points_in_vn2000_get_degrees_and_cells_to_draw():
    """VN-2000 / UTM 48N (EPSG:3405): x 500,000 is the meridian of 105 degrees; the two datums differ by metres."""
    units = complete_units(
        frame(code=["1", "2"], area_km2=[3.0, 4.0], x=[500_000.0, 510_000.0], y=[2_300_000.0] * 2),
        None,
        crs="EPSG:3405",
    )
    assert units["centre_lon"].iloc[0] == pytest.approx(105.0, abs=0.003)
    assert units["centre_lat"].iloc[0] == pytest.approx(20.8, abs=0.02)
    assert set(units["geometry_basis"]) == {CELL}
    assert units["area_km2"].tolist() == [3.0, 4.0]


def test_a_way_without_roads():
    """One degree of latitude at 20 to 21 degrees north is 110.71 km: x 1.3 = 143.9 km, at 50 km/h 172.7 minutes."""
    table = straight_table([105, 105], [20, 21], detour_factor=1.3, speed_kmh=50)
    assert table.km[0, 1] == pytest.approx(143.9, abs=0.1)
    assert table.minutes[1, 0] == pytest.approx(table.km[0, 1] / 50 * 60)
    assert np.diag(table.km).tolist() == [0.0, 0.0]


def test_the_graph_of_straight_lines_has_the_same_ways():
    """No detour over a third place is shorter than the straight line."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(105, 106, 12), rng.uniform(20, 21, 12)
    table = straight_table(lon, lat, detour_factor=1.3, speed_kmh=25)
    graph = straight_graph(lon, lat, detour_factor=1.3, speed_kmh=25)
    found = travel_table(graph, np.arange(12), np.arange(12))
    assert np.allclose(found.km, table.km, atol=0.001)
    assert np.allclose(found.minutes, table.minutes, atol=0.001)
