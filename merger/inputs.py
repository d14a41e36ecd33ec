"""Everything a scenario plans with, read once and handed to every stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.roads import RoadGraph, read_roads
from geodata.shipped import resolve
from geodata.tables import read_table, read_units
from geodata.travel import TravelTable, default_cache, travel_table
from scenarios.law import RuleBook, read_law
from scenarios.schema import Scenario


@dataclass(frozen=True)
class Inputs:
    """A scenario with its tables.

    `units` and `reference` are GeoDataFrames in EPSG:4326 indexed by code (text); the other tables are plain frames
    with the columns of their README. `divisions` and `staff` are SYNTHETIC unless the scenario names files for them
    (`synthetic` tells which are).
    """

    scenario: Scenario
    folder: Path
    law: RuleBook
    units: gpd.GeoDataFrame
    reference: gpd.GeoDataFrame | None
    crosswalk: pd.DataFrame | None
    adjacency: pd.DataFrame
    sites: pd.DataFrame
    stations: pd.DataFrame
    agencies: pd.DataFrame
    programmes: pd.DataFrame
    deadlines: pd.DataFrame
    allowances: pd.DataFrame
    totals: pd.DataFrame
    housing: pd.DataFrame
    surplus_offices: pd.DataFrame
    it_systems: pd.DataFrame
    divisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    staff: pd.DataFrame = field(default_factory=pd.DataFrame)
    synthetic: frozenset[str] = frozenset()

    def path(self, name: str) -> Path:
        """Path of a table of the scenario's `data` section."""
        return resolve(getattr(self.scenario.data, name), self.folder)

    @cached_property
    def roads(self) -> RoadGraph:
        """Road graph with ferries and the transport projects that the scenario takes as open."""
        return read_roads(
            self.path("roads_nodes"),
            self.path("roads_edges"),
            self.path("ferries"),
            self.path("projects"),
            self.scenario.commute.projects,
        )

    @cached_property
    def unit_nodes(self) -> pd.Series:
        """Road-node position of each unit's settlement centre, indexed by unit code."""
        nodes, _ = self.roads.nearest(self.units["centre_lon"], self.units["centre_lat"])
        return pd.Series(nodes, index=self.units.index)

    @cached_property
    def site_nodes(self) -> pd.Series:
        """Road-node position of each site, indexed by site_id."""
        return pd.Series(self.roads.index_of(self.sites["road_node"]), index=self.sites["site_id"])

    @cached_property
    def unit_travel(self) -> TravelTable:
        """Free-flow travel between all unit centres (rows and columns in the order of `units`)."""
        nodes = self.unit_nodes.to_numpy()
        return travel_table(self.roads, nodes, nodes, cache=default_cache())

    @cached_property
    def site_travel(self) -> TravelTable:
        """Free-flow travel from unit centres (rows) to sites (columns, in the order of `sites`)."""
        return travel_table(self.roads, self.unit_nodes.to_numpy(), self.site_nodes.to_numpy(), cache=default_cache())


def load_inputs(scenario: Scenario, folder: Path) -> Inputs:
    """Read all tables of a checked scenario; generates divisions and staff where the scenario names no files."""
    from dataclasses import replace

    from merger.synthetic import generate_divisions, generate_staff

    def table(name: str) -> pd.DataFrame:
        return read_table(resolve(getattr(scenario.data, name), folder))

    def optional(name: str) -> pd.DataFrame | None:
        return table(name) if getattr(scenario.data, name) else None

    reference = scenario.data.units_reference
    base = Inputs(
        scenario=scenario,
        folder=folder,
        law=read_law(resolve(scenario.data.law, folder), scenario.rules),
        units=read_units(resolve(scenario.data.units, folder)),
        reference=read_units(resolve(reference, folder)) if reference else None,
        crosswalk=optional("crosswalk"),
        adjacency=table("adjacency"),
        sites=table("sites"),
        stations=table("stations"),
        agencies=table("agencies"),
        programmes=table("programmes"),
        deadlines=table("deadlines"),
        allowances=table("allowances"),
        totals=table("totals"),
        housing=table("housing"),
        surplus_offices=table("surplus_offices"),
        it_systems=table("it_systems"),
    )
    divisions = optional("divisions")
    synthetic = {name for name in ("divisions", "staff") if not getattr(scenario.data, name)}
    if divisions is None:
        divisions = generate_divisions(base)
    base = replace(base, divisions=divisions, synthetic=frozenset(synthetic))
    staff = optional("staff")
    if staff is None:
        staff = generate_staff(base)
    return replace(base, staff=staff)
