"""Units of a planner's own table or layer made complete: full names, centres, areas, shapes to draw."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer

from geodata.maps import METRIC, WGS84
from geodata.neighbours import cells_around

ELLIPSOID = Geod(ellps="WGS84")
KIND_WORDS = {"xa": "Xã", "phuong": "Phường", "thi_tran": "Thị trấn", "huyen_dao": "Huyện đảo"}
# Longitudes and latitudes of Vietnam with its islands, Hoàng Sa and Trường Sa included: west, south, east, north.
VIETNAM = (102.0, 6.0, 118.0, 24.0)
# What the columns *_basis say of what the table did not give.
CELL = "cell around the centre, for drawing only, no border (ESTIMATED)"
INSIDE = "point inside the polygon (ESTIMATED)"
MEASURED = "area of the polygon on the ellipsoid (ESTIMATED)"
FLAGS = ("mountain", "border", "island")


def in_vietnam(lon, lat) -> np.ndarray:
    """Whether points (degrees) lie in the frame around Vietnam."""
    west, south, east, north = VIETNAM
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)


def degrees_of(x, y, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of points in a CRS, x to the east; inf where there is none."""
    ways = Transformer.from_crs(crs, WGS84, always_xy=True)
    return tuple(np.asarray(v, float) for v in ways.transform(np.asarray(x, float), np.asarray(y, float)))


def places_of(frame: pd.DataFrame, shapes: gpd.GeoSeries | None, crs: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre of each unit: longitude, latitude (nan where nothing gives one), and whether it comes from its shape.

    First centre_lon and centre_lat, then x and y in `crs`, then the shape (WGS 84): a point itself, or a point inside
    the polygon, which the centre of gravity need not be.
    """
    lon, lat = frame["centre_lon"].to_numpy(float).copy(), frame["centre_lat"].to_numpy(float).copy()
    x, y = frame["x"].to_numpy(float), frame["y"].to_numpy(float)
    by_xy = np.isnan(lon + lat) & ~np.isnan(x + y)
    lon[by_xy], lat[by_xy] = degrees_of(x[by_xy], y[by_xy], crs)
    inside = np.isnan(lon + lat)
    if shapes is not None:
        inside &= ~(shapes.isna() | shapes.is_empty).to_numpy()
        points = shapes[inside].to_crs(METRIC).representative_point().to_crs(WGS84)
        lon[inside], lat[inside] = points.x.to_numpy(), points.y.to_numpy()
    else:
        inside[:] = False
    return lon, lat, inside


def complete_units(
    frame: pd.DataFrame, shapes: gpd.GeoSeries | None, *, crs: str = WGS84, side: str = ""
) -> gpd.GeoDataFrame:
    """Units as the stages want them, in EPSG:4326, indexed by code and sorted.

    `frame` has the columns of table `units`, checked; `shapes` are its polygons or points in its order, in any CRS,
    None without. `crs` is that of columns x and y, `side` the one side of a table without that column. What the table
    lacks is derived and named in centre_basis, area_basis and geometry_basis.
    """
    out = frame.copy()
    if shapes is not None:
        shapes = gpd.GeoSeries(shapely.force_2d(shapes.to_numpy()), crs=shapes.crs).to_crs(WGS84)
    lon, lat, inside = places_of(out, shapes, crs)
    out["centre_lon"], out["centre_lat"] = lon, lat
    polygons = shapes is not None and shapes.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    if polygons:
        missing = out["area_km2"].isna().to_numpy()
        out.loc[missing, "area_km2"] = [_km2(shape) for shape in shapes[missing]]
        out["area_basis"] = np.where(missing, MEASURED, out["area_basis"])
        out["centre_basis"] = np.where(inside, INSIDE, out["centre_basis"])
    else:
        shapes = cells_around(lon, lat)
        out["geometry_basis"] = CELL
    own = out["kind"].map(KIND_WORDS).fillna("") + " " + out["name"]
    out["name_full"] = out["name_full"].where(out["name_full"] != "", own.str.strip())
    out["side"] = out["side"].where(out["side"] != "", side)
    for flag in FLAGS:
        # A column with empty cells is text; an empty cell says no.
        out[flag] = out[flag].astype(str).str.lower().isin(["true", "1", "1.0"])
    whole = gpd.GeoDataFrame(out, geometry=shapes.to_numpy(), crs=WGS84)
    return whole.set_index("code", drop=False).sort_index()


def wholes_of(units: pd.DataFrame) -> pd.Series:
    """Code of the old unit that each row is, or is a part of (column part_of), by code."""
    codes = pd.Series(units.index, index=units.index)
    if "part_of" not in units:
        return codes
    part_of = units["part_of"].fillna("").astype(str).str.strip()
    return codes.where((part_of == "").to_numpy(), part_of.to_numpy())


def has_polygons(units: gpd.GeoDataFrame) -> bool:
    """Whether the units have polygons of their own, not only cells around their centres."""
    return not (units["geometry_basis"] == CELL).any()


def _km2(shape) -> float:
    return round(abs(ELLIPSOID.geometry_area_perimeter(shape)[0]) / 1e6, 4)
