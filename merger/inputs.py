"""Everything a scenario plans with, read once and handed to every stage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.distance import straight_graph, straight_table
from geodata.faults import InputError
from geodata.roads import RoadGraph, read_roads
from geodata.shipped import resolve
from geodata.tables import read_table, read_units
from geodata.traffic import Traffic, calibrate, measure
from geodata.travel import TravelTable, default_cache, travel_table
from merger.plan import Plan
from merger.synthetic import generate_divisions, generate_staff
from scenarios.law import RuleBook, read_law
from scenarios.province import neighbours_of, read_province
from scenarios.reopened import loaded_from
from scenarios.rosters import read_own_table
from scenarios.schema import Scenario
from scenarios.tables import schema_of

# Tables of the scenario's `data` section, under the same name here; empty where the scenario has none.
TABLE_NAMES = (
    "sites",
    "stations",
    "agencies",
    "programmes",
    "deadlines",
    "allowances",
    "totals",
    "housing",
    "surplus_offices",
    "it_systems",
)


@dataclass(frozen=True)
class Inputs:
    """A scenario with its tables.

    `units` and `reference` are GeoDataFrames in EPSG:4326 indexed by code (text); the other tables are plain frames
    with the columns of their README. `adjacency` holds the pairs of data.adjacency or those that are derived from the
    shapes of the units, and those of data.links. `divisions` and `staff` are SYNTHETIC unless the scenario names files
    for them (`synthetic` tells which are).
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

    @property
    def has_roads(self) -> bool:
        """Whether ways go by road; else along straight lines with a detour factor and a speed, all ESTIMATED."""
        return self.scenario.data.roads_nodes is not None

    def path(self, name: str) -> Path:
        """Path of a table of the scenario's `data` section; raises InputError where the scenario has none."""
        reference = self.scenario.data.reference(name)
        if reference is None:
            raise InputError.single(self.scenario.name, f"data.{name} is null, and this needs it", "give the table")
        return resolve(reference, self.folder)

    @cached_property
    def roads(self) -> RoadGraph:
        """Road graph with ferries and the transport projects that the scenario takes as open, at free flow."""
        return self.roads_with(self.scenario.commute.projects)

    def roads_with(self, projects: tuple[str, ...]) -> RoadGraph:
        """Road graph with ferries and the given transport projects, at free flow; without roads, straight lines."""
        if not self.has_roads:
            return straight_graph(*self._centres, **self._straight)
        ferries, links = (self.path(n) if self.scenario.data.reference(n) else None for n in ("ferries", "projects"))
        return read_roads(self.path("roads_nodes"), self.path("roads_edges"), ferries, links, projects)

    @property
    def _centres(self) -> tuple[np.ndarray, np.ndarray]:
        return self.units["centre_lon"].to_numpy(float), self.units["centre_lat"].to_numpy(float)

    @property
    def _straight(self) -> dict[str, float]:
        options = self.scenario.arrange
        return {"detour_factor": options.detour_factor, "speed_kmh": options.speed_kmh}

    @cached_property
    def travel_time_checks(self) -> pd.DataFrame:
        """Published travel times with the model's free-flow minutes and km (geodata.traffic.measure).

        By road only and on the roads of today, whatever projects the scenario takes as open. Empty when the scenario
        names no file. Raises InputError for checks that no road joins.
        """
        if self.scenario.data.travel_time_checks is None or not self.has_roads:
            return pd.DataFrame(columns=[*schema_of("travel_time_checks").columns, "minutes_free_flow", "km"])
        path = self.path("travel_time_checks")
        checks = read_table(path, schema_of("travel_time_checks"))
        try:
            return measure(read_roads(self.path("roads_nodes"), self.path("roads_edges")), checks)
        except ValueError as error:
            raise InputError.single(path, str(error), "correct from_node and to_node, or take the rows out") from None

    @cached_property
    def progress(self) -> pd.DataFrame:
        """Tasks that have begun or are done; empty when the scenario names no file."""
        return self._optional("progress")

    @cached_property
    def arrangement_before(self) -> pd.DataFrame:
        """Arrangement to change as little as possible (old_code, new_id, seat_code); empty without a file."""
        return self._optional("arrangement_before")

    @cached_property
    def timetable_before(self) -> pd.DataFrame:
        """Timetable of the plan before, for re-planning; empty when the scenario names no file."""
        return self._optional("timetable_before")

    def _optional(self, name: str) -> pd.DataFrame:
        schema = schema_of(name)
        if getattr(self.scenario.data, name) is None:
            return pd.DataFrame(columns=list(schema.columns), dtype=object)
        return read_table(self.path(name), schema)

    @cached_property
    def traffic(self) -> Traffic:
        """Factors of traffic in force: the scenario's own, else fitted to the published travel times.

        Without roads they are 1: arrange.speed_kmh is the speed in whatever traffic there is.
        """
        if not self.has_roads:
            return Traffic(1.0, 1.0, {}, frozenset())
        normal, peak = self.scenario.arrange.traffic_factor, self.scenario.commute.peak_factor
        try:
            return calibrate(self.travel_time_checks, normal, peak)
        except ValueError as error:
            place = self.scenario.data.travel_time_checks or "data.travel_time_checks"
            remedy = "add one, or write arrange.traffic_factor and commute.peak_factor"
            raise InputError.single(place, str(error), remedy) from None

    @cached_property
    def unit_nodes(self) -> pd.Series:
        """Road-node position of each unit's settlement centre, indexed by unit code."""
        if not self.has_roads:
            return pd.Series(np.arange(len(self.units)), index=self.units.index)
        nodes, _ = self.roads.nearest(self.units["centre_lon"], self.units["centre_lat"])
        return pd.Series(nodes, index=self.units.index)

    @cached_property
    def site_nodes(self) -> pd.Series:
        """Road-node position of each site, indexed by site_id."""
        return pd.Series(self.roads.index_of(self.sites["road_node"]), index=self.sites["site_id"])

    @cached_property
    def unit_travel(self) -> TravelTable:
        """Free-flow travel between all unit centres (rows and columns in the order of `units`)."""
        if not self.has_roads:
            return straight_table(*self._centres, **self._straight)
        nodes = self.unit_nodes.to_numpy()
        return travel_table(self.roads, nodes, nodes, cache=default_cache())

    @cached_property
    def site_travel(self) -> TravelTable:
        """Free-flow travel from unit centres (rows) to sites (columns, in the order of `sites`)."""
        return travel_table(self.roads, self.unit_nodes.to_numpy(), self.site_nodes.to_numpy(), cache=default_cache())

    # Distances are always those of the tables at free flow: what depends on them, as an allowance does, must not change
    # with the traffic assumed.

    @cached_property
    def unit_minutes(self) -> np.ndarray:
        """Minutes in normal traffic between all unit centres, as in `unit_travel`."""
        return self._unit_minutes(self.traffic.normal)

    @cached_property
    def site_minutes(self) -> np.ndarray:
        """Minutes in normal traffic from unit centres to sites, as in `site_travel`."""
        return self._site_minutes(self.traffic.normal)

    @cached_property
    def unit_minutes_peak(self) -> np.ndarray:
        """Minutes in peak traffic between all unit centres, as in `unit_travel`."""
        return self._unit_minutes(self.traffic.peak)

    @cached_property
    def site_minutes_peak(self) -> np.ndarray:
        """Minutes in peak traffic from unit centres to sites, as in `site_travel`."""
        return self._site_minutes(self.traffic.peak)

    def _unit_minutes(self, factor: float) -> np.ndarray:
        if not self.has_roads:
            return self.unit_travel.minutes * factor
        nodes = self.unit_nodes.to_numpy()
        return travel_table(self.roads, nodes, nodes, factor=factor, cache=default_cache()).minutes

    def _site_minutes(self, factor: float) -> np.ndarray:
        nodes = self.unit_nodes.to_numpy(), self.site_nodes.to_numpy()
        return travel_table(self.roads, *nodes, factor=factor, cache=default_cache()).minutes


def load_geography(scenario: Scenario, folder: Path) -> Inputs:
    """Read all tables of a checked scenario except divisions and staff; one that it has not is empty.

    Raises InputError when nothing says which units are neighbours.
    """

    def given(name: str) -> pd.DataFrame | None:
        reference = scenario.data.reference(name)
        return read_table(resolve(reference, folder), schema_of(name)) if reference else None

    def table(name: str) -> pd.DataFrame:
        found = given(name)
        return pd.DataFrame(columns=list(schema_of(name).columns), dtype=object) if found is None else found

    reference, data = scenario.data.units_reference, scenario.data
    units = read_province(resolve(data.units.file, folder), scenario)
    try:
        adjacency = neighbours_of(units, scenario.arrange, given("adjacency"), given("links"))
    except ValueError as error:
        remedy = "give data.adjacency, or a layer with polygons, or write arrange.adjacency: voronoi"
        raise InputError.single(data.units.file, str(error), remedy) from None
    return Inputs(
        scenario=scenario,
        folder=folder,
        law=read_law(resolve(scenario.data.law, folder), scenario.rules),
        units=units,
        reference=read_units(resolve(reference, folder), schema_of("units_reference")) if reference else None,
        crosswalk=given("crosswalk"),
        adjacency=adjacency,
        **{name: table(name) for name in TABLE_NAMES},
    )


def inputs_of(plan: Plan) -> Inputs:
    """Inputs that a finished plan was made from; of a public copy without the roster (its frame is empty).

    Raises InputError when the scenario or a table of it can no longer be read.
    """
    loaded = loaded_from(plan.manifest["scenario"], plan.path)
    if not plan.public:
        return load_inputs(loaded.scenario, loaded.folder)
    inputs = load_inputs(loaded.scenario, loaded.folder, roster=False)
    return replace(inputs, synthetic=frozenset(plan.manifest["synthetic"]))


def load_inputs(scenario: Scenario, folder: Path, *, roster: bool = True) -> Inputs:
    """Read all tables of a checked scenario; generates divisions and staff where the scenario names no files.

    `roster` False: the frame of staff stays empty.
    """
    base = load_geography(scenario, folder)

    def own(name: str) -> pd.DataFrame:
        return read_own_table(base.path(name), getattr(scenario.data, name), schema_of(name))

    synthetic = frozenset(name for name in ("divisions", "staff") if getattr(scenario.data, name) is None)
    if scenario.data.agencies is None:
        # Nothing to generate bodies and persons from: stage arrange does without.
        empty = {name: pd.DataFrame(columns=list(schema_of(name).columns), dtype=object) for name in synthetic}
        return replace(base, **empty, **{name: own(name) for name in {"divisions", "staff"} - synthetic})
    divisions = generate_divisions(base) if "divisions" in synthetic else own("divisions")
    base = replace(base, divisions=divisions, synthetic=synthetic)
    if not roster:
        return replace(base, staff=pd.DataFrame(columns=list(schema_of("staff").columns), dtype=object))
    return replace(base, staff=generate_staff(base) if "staff" in synthetic else own("staff"))
