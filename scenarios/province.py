"""The units of a scenario and their neighbours, from a planner's own files: read, completed, joined."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.checks import Layer, read_layer
from geodata.faults import InputError
from geodata.maps import WGS84
from geodata.neighbours import borders_of_polygons, cells_around
from geodata.sheets import is_layer
from geodata.tables import typed_frame
from geodata.units import complete_units, has_polygons
from scenarios.mapping import At
from scenarios.marks import Place
from scenarios.rosters import Reading, read_roster
from scenarios.schema import Arrange, Scenario
from scenarios.tables import schema_of

# Where neighbours may come from; `table` is data.adjacency.
TABLE, POLYGONS, VORONOI = "table", "polygons", "voronoi"
# Cells around centres are cut one by one: what is left between two of them is rounding, m.
CELL_GAP_M = 1.0


@dataclass(frozen=True)
class UnitSource:
    """A table or layer of units as read; `layer` has the shapes of the records, in their order (None: a table)."""

    reading: Reading
    layer: Layer | None

    @property
    def shapes(self) -> gpd.GeoSeries | None:
        """The shapes in the CRS that the layer states, one a record; None for a table."""
        return None if self.layer is None else gpd.GeoSeries(self.layer.geometries, crs=self.layer.crs or WGS84)


def read_unit_source(path: Path, scenario: Scenario, at: At) -> UnitSource:
    """Read the units; `at` tells where an option of their mapping is written. Raises InputError for no table at all."""
    reading = read_roster(path, scenario.data.units, schema_of("units"), at)
    if not is_layer(path):
        return UnitSource(reading, None)
    whole = read_layer(path)
    # The first row holds the names of the fields, so feature 0 is row 2.
    kept = np.array(reading.rows, int) - 2
    return UnitSource(reading, Layer(path, reading.draft, whole.geometries[kept], whole.crs))


def units_of(source: UnitSource, scenario: Scenario) -> gpd.GeoDataFrame:
    """The complete units of a source without faults, in EPSG:4326, indexed by code and sorted."""
    regions = scenario.arrange.regions
    only = next(iter(regions)) if len(regions) == 1 else ""
    frame = typed_frame(source.reading.draft, source.reading.schema)
    return complete_units(frame, source.shapes, crs=scenario.data.units.crs, side=only)


def read_province(path: Path, scenario: Scenario) -> gpd.GeoDataFrame:
    """The complete units of a checked scenario. Raises InputError with every fault of the mapping and of the cells."""
    source = read_unit_source(path, scenario, lambda *steps: Place("data.units"))
    if source.reading.table is None or source.reading.faults:
        raise InputError(source.reading.labelled(f) for f in source.reading.faults)
    return units_of(source, scenario)


def adjacency_source(options: Arrange, *, table: bool, polygons: bool) -> str:
    """Where neighbours come from: as arrange.adjacency says, else the table, else the polygons; "" when nowhere."""
    if options.adjacency is not None:
        return options.adjacency
    return TABLE if table else POLYGONS if polygons else ""


def neighbours_of(
    units: gpd.GeoDataFrame, options: Arrange, table: pd.DataFrame | None, links: pd.DataFrame | None
) -> pd.DataFrame:
    """Table of neighbouring units with the columns of `adjacency`, and gap_m where it comes from shapes.

    `table` is data.adjacency, `links` data.links, None without. Raises ValueError when nothing says who borders whom.
    """
    polygons = has_polygons(units)
    source = adjacency_source(options, table=table is not None, polygons=polygons)
    if source == TABLE and table is not None:
        found = table
    elif source == POLYGONS and polygons:
        shapes, gap = units.geometry, options.border_gap_m
        found = borders_of_polygons(shapes, units.index, min_border_m=options.min_border_m, gap_m=gap)
    elif source == VORONOI:
        found = borders_of_polygons(
            cells_around(units["centre_lon"], units["centre_lat"]),
            units.index,
            min_border_m=options.min_border_m,
            gap_m=CELL_GAP_M,
        ).drop(columns="gap_m")
    else:
        raise ValueError("no table of neighbours and no polygons")
    found = found.reindex(columns=[*schema_of("adjacency").columns, *(["gap_m"] if "gap_m" in found else [])])
    return found if links is None else pd.concat([found, links.reindex(columns=found.columns)], ignore_index=True)
