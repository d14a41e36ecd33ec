"""Units of a planner's own: where they lie, what their table leaves to be derived, and whether that can be done."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.checks import Layer
from geodata.columns import NUMBER, Complaints, TextTable
from geodata.faults import Fault, shown
from geodata.maps import WGS84
from geodata.units import degrees_of, in_vietnam
from scenarios.loaded import Loaded
from scenarios.province import UnitSource

SET_CRS = f"in QGIS: Layer > Layer CRS > Set Layer CRS, then export as {WGS84}"
GIVE_PLACES = "give polygons, or columns x and y (data.units.crs says in which coordinate system), or lon and lat"
MOUNTAIN_PROVINCE = "phuong_mountain_border_province"
# The pairs of columns that place a unit, the first to the east.
PLACES = (("centre_lon", "centre_lat"), ("x", "y"))


def crs_fault(source: UnitSource, loaded: Loaded) -> Fault | None:
    """The fault of a coordinate system that is missing or that nobody knows."""
    if source.layer is not None and source.layer.crs is None:
        message = "has no coordinate reference system"
        return Fault(shown(source.layer.path), field="geometry", message=message, remedy=SET_CRS)
    crs = loaded.scenario.data.units.crs
    try:
        CRS.from_user_input(crs)
    except CRSError:
        at = loaded.place("data", "units", "crs")
        remedy = "write a code such as EPSG:4326 (degrees) or EPSG:3405 (VN-2000 / UTM 48N)"
        return at.fault(f'"data.units.crs": unknown coordinate system "{crs}"', remedy)
    return None


def in_degrees(layer: Layer) -> Layer:
    """A layer with a known CRS in EPSG:4326, without heights."""
    flat = gpd.GeoSeries(shapely.force_2d(layer.geometries), crs=layer.crs).to_crs(WGS84)
    return replace(layer, geometries=flat.to_numpy(), crs=WGS84)


def is_points(layer: Layer) -> bool:
    """Whether a layer holds points alone: the centres of units without polygons."""
    there = ~(shapely.is_missing(layer.geometries) | shapely.is_empty(layer.geometries))
    return bool(there.any() and (shapely.get_type_id(layer.geometries[there]) == 0).all())


def check_units(source: UnitSource, loaded: Loaded) -> list[Fault]:
    """Faults of places, areas and sides; coordinate systems must be known, cells that are no numbers are skipped."""
    reading, table = source.reading, source.reading.draft
    complaints = Complaints(table, reading.schema)
    faults = _sides(table, loaded)
    shaped = np.zeros(len(table.rows), bool)
    drawn = shaped.copy()
    if source.layer is not None:
        shapes = in_degrees(source.layer).geometries
        shaped = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        drawn = shaped & np.isin(shapely.get_type_id(shapes), (3, 6))
        faults += _outside(source.layer, shapes[shaped])
    placed = shaped | _placed(table, loaded.scenario.data.units.crs, complaints)
    if not placed.any():
        return [*faults, *complaints.all(), Fault(table.path, message="no unit has a place", remedy=GIVE_PLACES)]
    key = next((c for pair in PLACES for c in pair if c in reading.match.columns), reading.schema.key[0])
    for row in np.flatnonzero(~placed):
        complaints.add(row, key, "no place", "the unit has no place", GIVE_PLACES)
    for row, cell in enumerate(table.column("area_km2")):
        if not cell and not drawn[row]:
            complaints.add(row, "area_km2", "no area", "the unit has neither an area nor a polygon", "write it in km2")
    if not drawn.all():
        _same_place(table, complaints)
    _parts(table, complaints)
    return [*faults, *complaints.all()]


def ward_note(units: gpd.GeoDataFrame, ward_target: str) -> list[str]:
    """A note where units are mountainous or on the border and wards are held to the floors of other provinces.

    Art 5(1)(c) speaks of wards of mountainous, highland or border provinces: of the province, not of the unit, so the
    flags of units decide nothing here.
    """
    flagged, wards = int((units["mountain"] | units["border"]).sum()), int((units["kind"] == "phuong").sum())
    if not flagged or not wards or ward_target == MOUNTAIN_PROVINCE:
        return []
    return [
        f"{flagged} units are mountainous or on the border, and the floors of the {wards} wards are those of "
        f"{ward_target}: if the province itself is one, write arrange.ward_target: {MOUNTAIN_PROVINCE}"
    ]


def _sides(table: TextTable, loaded: Loaded) -> list[Fault]:
    """A table may do without sides where there is but one."""
    sides, regions = table.column("side"), loaded.scenario.arrange.regions
    if all(sides) or len(regions) == 1:
        return []
    empty = sum(not side for side in sides)
    remedy = "add it, or in the scenario data.units.constants: {side: NAME}, or give arrange.regions one side alone"
    return [Fault(table.path, 0, 0, "side", f"{empty} units have no side, and there are {len(regions)}", remedy)]


def _outside(layer: Layer, shapes: np.ndarray) -> list[Fault]:
    """A layer that lies elsewhere as a whole: another CRS than it says, or x and y changed."""
    if not len(shapes):
        return []
    west, south, east, north = shapely.total_bounds(shapes)
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    if in_vietnam(middle_lon, middle_lat):
        return []
    seen = f"longitude {west:.6g} to {east:.6g}, latitude {south:.6g} to {north:.6g}"
    remedy = f"set the CRS it is drawn in, {SET_CRS}"
    if in_vietnam(middle_lat, middle_lon):
        remedy = "did you swap x and y? x is the longitude (to the east)"
    return [Fault(shown(layer.path), field="geometry", message=f"lies outside Vietnam ({seen})", remedy=remedy)]


def _placed(table: TextTable, crs: str, complaints: Complaints) -> np.ndarray:
    """Which rows have coordinates; those outside Vietnam are told."""
    placed = np.zeros(len(table.rows), bool)
    for (east, north), system in zip(PLACES, (WGS84, crs), strict=True):
        x, y = _numbers(table.column(east)), _numbers(table.column(north))
        given = ~np.isnan(x + y)
        placed |= given
        wrong = given.copy()
        wrong[given] = ~in_vietnam(*degrees_of(x[given], y[given], system))
        swapped = wrong.copy()
        swapped[wrong] = in_vietnam(*degrees_of(y[wrong], x[wrong], system))
        for row in np.flatnonzero(wrong):
            remedy = f"correct it, or write the coordinate system of {east} and {north} in data.units.crs"
            if swapped[row]:
                remedy = f"did you swap {east} and {north}? {east} runs to the east"
            elif system == WGS84:
                remedy = "write degrees; for metres use columns x and y with data.units.crs"
                if (east, north) == ("x", "y"):
                    remedy = "write in data.units.crs the coordinate system, e.g. EPSG:3405 (VN-2000 / UTM 48N)"
            message = f"{x[row]:.10g}, {y[row]:.10g} lies outside Vietnam in {system}"
            complaints.add(row, east, "outside", message, remedy)
    return placed


def _parts(table, complaints: Complaints) -> None:
    """A divided unit is given by its parts alone: the code in `part_of` has no row."""
    codes = set(table.column("code"))
    for row, whole in enumerate(table.column("part_of")):
        if whole and whole in codes:
            message = f"unit {whole} is divided and has a row of its own"
            complaints.add(row, "part_of", "part of a whole row", message, "give a divided unit by its parts alone")


def _same_place(table: TextTable, complaints: Complaints) -> None:
    """Two units at one point have no cell each; with polygons that would not matter."""
    first: dict[tuple[str, ...], int] = {}
    for row, cells in enumerate(zip(*(table.column(c) for pair in PLACES for c in pair), strict=True)):
        if not any(cells):
            continue
        if cells in first:
            message = f"the same place as unit {table.column('code')[first[cells]]}"
            complaints.add(row, next(c for p in PLACES for c in p if table.column(c)[row]), "same place", message,
                           "write the centre of each")  # fmt: skip
        first.setdefault(cells, row)


def _numbers(cells: list[str]) -> np.ndarray:
    return np.array([float(c) if NUMBER.fullmatch(c) else np.nan for c in cells], float)
