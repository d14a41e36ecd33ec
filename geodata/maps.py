"""Map export: frames in, files out (GeoJSON by RFC 7946, GeoPackage with styles that QGIS applies).

A layer is a GeoDataFrame. Its `attrs` may carry `title` and `attribution` (text, written into the file)
and `style` (see geodata.qgis), used for the GeoPackage.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geodata.qgis import write_styles

WGS84 = "EPSG:4326"
# Metres around the Red River delta; only used to simplify by a tolerance in metres.
METRIC = "EPSG:32648"
TOLERANCE_M = 20.0
# 1e-5 degree is about 1.1 m, finer than any line of the data; more only where a shape would break.
LINE_DECIMALS = 5
POINT_DECIMALS = 6
POLYGONS = {"Polygon", "MultiPolygon"}
# A GeoPackage carries the time of its last change; a fixed one makes equal layers equal files.
FIXED_TIME = "2025-07-01T00:00:00.000Z"


def dissolved(frame: gpd.GeoDataFrame, by: str) -> gpd.GeoDataFrame:
    """Polygons of one value of a column as one, indexed by it; other columns as those of the first row.

    Quick where common borders match point by point (a coverage); polygons of a planner's own need not, and are joined
    one by one.
    """
    method = "coverage" if shapely.coverage_is_valid(frame.geometry.to_numpy()) else "unary"
    return frame.dissolve(by, method=method)


def write_geojson(layers: Mapping[str, gpd.GeoDataFrame], folder: Path) -> list[Path]:
    """Write one `NAME.geojson` a layer into `folder`, by RFC 7946, identical bytes for identical layers.

    Coordinates are WGS 84 longitude and latitude, outer rings run counter-clockwise, there is no `crs`
    member. Polygon layers are simplified by `TOLERANCE_M` as a coverage: neighbours keep one common line.
    Raises ValueError for a layer without a coordinate reference system or with empty geometry. Returns
    the paths.
    """
    paths = []
    for name, layer in layers.items():
        frame = simplify_polygons(_checked(name, layer))
        path = Path(folder) / f"{name}.geojson"
        path.write_text(_collection(name, frame), encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


def write_geopackage(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write all layers into one GeoPackage (EPSG:4326), unsimplified, with the table `layer_styles` of QGIS.

    Replaces an existing file. Raises ValueError as `write_geojson` does.
    """
    path = Path(path)
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        for name, layer in layers.items():
            frame = _checked(name, layer)
            geometry_type = _stored_as(set(frame.geom_type))
            pyogrio.write_dataframe(
                frame,
                path,
                layer=name,
                driver="GPKG",
                promote_to_multi=geometry_type is not None,
                geometry_type=geometry_type,
                layer_metadata={"attribution": str(layer.attrs.get("attribution", ""))},
            )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    write_styles({name: dict(layer.attrs) for name, layer in layers.items()}, path, FIXED_TIME)


def _stored_as(kinds: set[str]) -> str | None:
    """One type for a layer of single and multiple geometries, which QGIS would otherwise take apart; None: as it is."""
    if kinds & POLYGONS:
        return "MultiPolygon"
    return "MultiLineString" if "MultiLineString" in kinds else None


def simplify_polygons(frame: gpd.GeoDataFrame, tolerance_m: float = TOLERANCE_M) -> gpd.GeoDataFrame:
    """Simplify a polygon layer as a coverage (common lines stay common); other layers come back unchanged.

    A layer that is no coverage (overlaps) is simplified polygon by polygon, which may open gaps of the
    tolerance.
    """
    if frame.empty or not set(frame.geom_type) <= POLYGONS:
        return frame
    metric = frame.geometry.to_crs(METRIC)
    geometries = metric.to_numpy()
    if shapely.coverage_is_valid(geometries):
        simple = shapely.coverage_simplify(geometries, tolerance_m)
    else:
        simple = shapely.simplify(geometries, tolerance_m, preserve_topology=True)
    back = gpd.GeoSeries(simple, index=frame.index, crs=METRIC).to_crs(WGS84)
    return frame.set_geometry(back)


def rounded(geometries: np.ndarray) -> tuple[np.ndarray, int]:
    """Round all coordinates of a layer to as few decimals (5 to 7) as keep every geometry valid:
    (geometries, decimals).

    One number of decimals for the whole layer keeps the vertices that neighbours share equal. At 7
    decimals (1 cm) what is still not valid was not valid before.
    """
    for decimals in range(LINE_DECIMALS, 7):
        result = _round(geometries, decimals)
        if shapely.is_valid(result).all():
            return result, decimals
    return _round(geometries, 7), 7


def _round(geometries: np.ndarray, decimals: int) -> np.ndarray:
    return shapely.transform(geometries, lambda xy: np.round(xy, decimals))


def _checked(name: str, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if layer.crs is None:
        raise ValueError(f"layer {name} has no coordinate reference system; set it before export")
    bad = layer.geometry.isna() | layer.geometry.is_empty
    if bad.any():
        raise ValueError(f"layer {name} has {int(bad.sum())} rows without geometry; drop them before export")
    return layer.to_crs(WGS84)


def _collection(name: str, frame: gpd.GeoDataFrame) -> str:
    head: dict[str, Any] = {"type": "FeatureCollection", "name": name}
    head |= {key: frame.attrs[key] for key in ("title", "attribution") if frame.attrs.get(key)}
    columns = [c for c in frame.columns if c != frame.geometry.name]
    geometries = frame.geometry.to_numpy()
    if set(frame.geom_type) == {"Point"}:
        decimals = POINT_DECIMALS
    else:
        geometries, decimals = rounded(geometries)
    geometries = shapely.orient_polygons(geometries)
    records = frame[columns].to_dict("records")
    lines = [_feature(r, g, decimals) for r, g in zip(records, geometries, strict=True)]
    start = json.dumps(head, ensure_ascii=False)[:-1]
    return f'{start}, "features": [\n' + ",\n".join(lines) + "\n]}\n"


def _feature(record: Mapping[str, Any], geometry: Any, decimals: int) -> str:
    coordinates = _round_all(shapely.geometry.mapping(geometry)["coordinates"], decimals)
    feature = {
        "type": "Feature",
        "properties": {key: plain(value) for key, value in record.items()},
        "geometry": {"type": geometry.geom_type, "coordinates": coordinates},
    }
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _round_all(coordinates: Any, decimals: int) -> Any:
    if isinstance(coordinates, float):
        return round(coordinates, decimals)
    return [_round_all(c, decimals) for c in coordinates]


def plain(value: Any) -> Any:
    """Turn a cell into a JSON value: numpy to Python, missing to None, text in NFC, floats to 6 decimals."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, bool | int):
        return value
    return None if str(value) in ("NaT", "<NA>") else str(value)
