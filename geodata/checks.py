"""Checks of layers: coordinate system, valid polygons that do not overlap, units in one piece."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import shapely
from pyogrio.raw import read
from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.columns import TableSchema, TextTable
from geodata.faults import Fault, shown

WGS84 = "EPSG:4326"
QGIS_FIX = "repair it in QGIS: Processing > Fix geometries"
# Metres of one degree of latitude; of longitude at the equator.
DEGREE_M = 110_700.0, 111_320.0
# Overlaps below this are drawing noise: square metres, and share of the smaller unit.
NOISE_M2, NOISE_SHARE = 10_000.0, 0.005


@dataclass(frozen=True)
class Layer:
    """A layer as read: attributes as text, geometries (shapely, None where missing), CRS or None."""

    path: Path
    attributes: TextTable
    geometries: np.ndarray
    crs: str | None


def read_layer(path: Path) -> Layer:
    """Read the first layer of a vector file without interpreting it. Raises DataSourceError of pyogrio."""
    meta, _, geometry, fields = read(path)
    cells = [[_as_text(v) for v in values] for values in fields]
    rows = tuple(zip(*cells, strict=True)) if cells else ()
    table = TextTable(shown(path), tuple(str(f) for f in meta["fields"]), rows, (0,) * len(rows))
    return Layer(path, table, shapely.from_wkb(geometry), meta["crs"])


def _as_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def check_layer(layer: Layer, schema: TableSchema) -> list[Fault]:
    """Faults of the CRS and the geometries. With a wrong CRS the geometries are not looked at further."""
    crs_faults = check_crs(layer)
    if crs_faults:
        return crs_faults
    names = _names(layer, schema)
    faults = check_polygons(layer, names)
    return faults or check_overlaps(layer, names)


def _names(layer: Layer, schema: TableSchema) -> list[str]:
    return [f"unit {code}" if code else f"feature {i + 1}" for i, code in enumerate(_codes(layer, schema))]


def _codes(layer: Layer, schema: TableSchema) -> list[str]:
    return layer.attributes.column(schema.key[0])


def check_crs(layer: Layer) -> list[Fault]:
    """The layer must say EPSG:4326, and its coordinates must be degrees, longitude first."""
    where = shown(layer.path)
    if layer.crs is None:
        remedy = f"in QGIS: Layer > Layer CRS > Set Layer CRS, then export as {WGS84}"
        return [Fault(where, field="geometry", message="has no coordinate reference system", remedy=remedy)]
    if layer.crs not in (WGS84, "OGC:CRS84"):
        return _other_crs(where, layer.crs)
    bounds = _bounds(layer.geometries)
    if bounds is None:
        return []
    x0, y0, x1, y1 = bounds
    seen = f"x {x0:.6g} to {x1:.6g}, y {y0:.6g} to {y1:.6g}"
    if max(abs(x0), abs(x1)) > 180 or max(abs(y0), abs(y1)) > 180:
        message = f"says {WGS84}, but its coordinates are not degrees ({seen})"
        remedy = f"set the CRS it is drawn in (VN-2000, for instance EPSG:3405), then export as {WGS84}"
        return [Fault(where, field="geometry", message=message, remedy=remedy)]
    if max(abs(y0), abs(y1)) > 90:
        message = f"latitude and longitude look swapped ({seen})"
        return [Fault(where, field="geometry", message=message, remedy="swap x and y: x is the longitude")]
    return []


def _other_crs(where: str, crs: str) -> list[Fault]:
    name = Path(where).name
    remedy = f"in QGIS: Export > Save Features As, CRS {WGS84}; or ogr2ogr -t_srs {WGS84} new.gpkg {name}"
    try:
        known = CRS.from_user_input(crs)
        code = known.to_epsg(min_confidence=20)
        kind = "projected" if known.is_projected else "geographic"
        seen = f"{f'EPSG:{code} ' if code else ''}{known.name}, {kind}"
    except CRSError:
        seen = crs[:60]
    message = f"is in {seen}; {WGS84} is expected"
    return [Fault(where, field="geometry", message=message, remedy=remedy)]


def _bounds(geometries: np.ndarray) -> tuple[float, float, float, float] | None:
    bounds = shapely.total_bounds(geometries)
    return None if np.isnan(bounds).any() else tuple(float(v) for v in bounds)


def check_polygons(layer: Layer, names: list[str]) -> list[Fault]:
    """Every geometry must be there, a polygon, and valid."""
    geometries, where = layer.geometries, shown(layer.path)
    faults = []
    for i in np.flatnonzero(shapely.is_missing(geometries) | shapely.is_empty(geometries)):
        message = f"{names[i]}: no polygon (empty geometry)"
        faults.append(Fault(where, field="geometry", message=message, remedy="draw it, or delete the row"))
    kinds = shapely.get_type_id(geometries)
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    for i in np.flatnonzero(there & ~np.isin(kinds, (3, 6))):
        message = f"{names[i]}: {geometries[i].geom_type}, not a polygon"
        faults.append(Fault(where, field="geometry", message=message, remedy="a unit is a Polygon or MultiPolygon"))
    for i in np.flatnonzero(there & ~shapely.is_valid(geometries)):
        reason = shapely.is_valid_reason(geometries[i]).replace("[", " at ").replace("]", "")
        message = f"{names[i]}: invalid polygon ({reason})"
        faults.append(Fault(where, field="geometry", message=message, remedy=QGIS_FIX))
    return faults


def check_overlaps(layer: Layer, names: list[str]) -> list[Fault]:
    """No two units may cover the same ground, apart from the noise of drawing. Geometries must be valid."""
    geometries, where = layer.geometries, shown(layer.path)
    if not len(geometries) or shapely.coverage_is_valid(geometries):
        return []
    left, right = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    scale = DEGREE_M[0] * DEGREE_M[1] * np.cos(np.radians(_middle_latitude(geometries)))
    shared = shapely.area(shapely.intersection(geometries[left], geometries[right])) * scale
    smaller = np.minimum(shapely.area(geometries[left]), shapely.area(geometries[right])) * scale
    faults = []
    for k in np.flatnonzero((shared > NOISE_M2) | (shared > NOISE_SHARE * smaller)):
        message = f"{names[left[k]]} and {names[right[k]]} overlap by {shared[k] / 1e6:.3f} km2"
        remedy = "cut one along the other in QGIS (Vector > Geoprocessing > Difference)"
        faults.append(Fault(where, field="geometry", message=message, remedy=remedy))
    return faults


def _middle_latitude(geometries: np.ndarray) -> float:
    bounds = _bounds(geometries)
    return (bounds[1] + bounds[3]) / 2 if bounds else 0.0


def pieces(members: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Connected pieces of a set of units, the largest first, codes sorted; pairs with others are ignored."""
    parent = {m: m for m in sorted(members)}

    def root(x: str) -> str:
        while parent[x] != x:
            parent[x] = x = parent[parent[x]]
        return x

    for a, b in pairs:
        if a in parent and b in parent:
            low, high = sorted((root(a), root(b)))
            parent[high] = low
    groups: dict[str, list[str]] = {}
    for m in parent:
        groups.setdefault(root(m), []).append(m)
    return sorted(groups.values(), key=lambda g: (-len(g), g))


def check_parquet(path: Path, schema: TableSchema) -> list[Fault]:
    """Columns and CRS of a (Geo)Parquet file, from its footer alone."""
    where = shown(path)
    footer = pq.read_schema(path)
    faults = [
        Fault(where, 0, 0, c.name, "column is missing", f"add it: {c.meaning}")
        for c in schema.columns.values()
        if c.name not in footer.names and not c.optional
    ]
    geo = json.loads((footer.metadata or {}).get(b"geo", b"{}"))
    for column in geo.get("columns", {}).values():
        crs = column.get("crs")
        name = crs.get("name", "") if isinstance(crs, dict) else str(crs or "WGS 84")
        if "WGS 84" not in name or (isinstance(crs, dict) and crs.get("type") == "ProjectedCRS"):
            remedy = f"reproject it: frame.to_crs('{WGS84}').to_parquet(...)"
            faults.append(Fault(where, field="geometry", message=f"is in {name}; {WGS84} is expected", remedy=remedy))
    return faults


def parquet_values(path: Path, column: str) -> frozenset[str]:
    """The distinct values of a column of a Parquet file, as text; empty ones left out."""
    values = pq.read_table(path, columns=[column]).column(0).unique().to_pylist()
    return frozenset(str(v) for v in values if v not in (None, ""))
