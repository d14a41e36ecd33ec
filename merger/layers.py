"""Map layers of a plan: tables and inputs in, GeoDataFrames out. No layer holds personal data."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from geodata.maps import METRIC, WGS84
from geodata.roads import RoadGraph
from merger.disclosure import amount
from merger.inputs import Inputs

ATTRIBUTION_OSM = "© OpenStreetMap contributors, ODbL 1.0; tile schema © OpenMapTiles, CC-BY 4.0"
ATTRIBUTION_UNITS = (
    "Outlines 2025: vietnamese-provinces-database (MIT, © 2021 Thang Le Quoc), read from "
    "sapnhap.bando.com.vn; "
    "areas and populations 2025: vietnamadminunits (MIT, © 2025 Tran Ngoc Minh Hieu); crosswalk: dvhcvn "
    "(MIT, © 2025); "
    "inner borders before 2025 are a reconstruction, not official; " + ATTRIBUTION_OSM
)
MAIN_ROADS = ("motorway", "trunk", "primary", "secondary")
ROAD_TOLERANCE_M = 25.0
# How far around a leg its quickest path is looked for, minutes of free flow: most legs are short, so a
# short reach
# is tried first.
LEG_REACH_MINUTES = (12.0, 40.0, 150.0)

STYLES: dict[str, dict[str, object]] = {
    "units_before": {"line": "#9a9a9a", "width_mm": 0.15},
    "units_after": {"fill": "#dbe9d3", "line": "#2f5d3a", "width_mm": 0.45, "label": "name"},
    "units_real_2025": {"line": "#a8481f", "width_mm": 0.45, "label": "name"},
    "seats": {"fill": "#b3202c", "size_mm": 2.0, "marker": "circle"},
    "sites": {"fill": "#1f4e8c", "size_mm": 2.6, "marker": "square", "label": "name"},
    "stations": {"fill": "#222222", "size_mm": 2.2, "marker": "diamond", "label": "name"},
    "railway": {"line": "#222222", "width_mm": 0.5},
    "roads": {"line": "#c9a66b", "width_mm": 0.35},
    "routes": {"line": "#7a3b9c", "width_mm": 0.7, "label": "name"},
    "stops": {"fill": "#7a3b9c", "size_mm": 1.8, "marker": "circle"},
    "commute_flows": {"line": "#2a7f9e", "width_mm": 0.4},
    "projects": {"line": "#e07b00", "width_mm": 0.6, "label": "name"},
}
TITLES = {
    "units_before": "Đơn vị hành chính trước sắp xếp (ranh giới bên trong dựng lại) / Units before (inner "
    "borders reconstructed)",
    "units_after": "Đơn vị hành chính theo phương án đề xuất / Proposed units",
    "units_real_2025": "Đơn vị hành chính thực tế từ 01/7/2025 / Real units from 1 July 2025",
    "seats": "Trụ sở xã, phường, đặc khu theo phương án / Proposed seats",
    "sites": "Trụ sở làm việc / Work sites",
    "stations": "Ga đường sắt / Railway stations",
    "railway": "Đường sắt (sơ đồ qua các ga) / Railway (schematic, through the stations)",
    "roads": "Đường bộ chính / Main roads",
    "routes": "Tuyến đưa đón / Commute routes",
    "stops": "Điểm đón / Stops",
    "commute_flows": "Luồng đi lại, không vẽ nhóm nhỏ / Commuting flows without small groups",
    "projects": "Dự án giao thông (vị trí gần đúng) / Transport projects (approximate)",
}


def build_layers(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Build every layer that the tables allow, in EPSG:4326, rows in a fixed order.

    `tables` are those for the public (merger.disclosure): commuting flows are the rows of one home unit each, summed
    over their modes. `attrs` of each layer holds title, attribution and style. Layers without rows are left out.
    """
    units = tables.get("units")
    edges = gpd.read_parquet(
        inputs.path("roads_edges"), columns=["u", "v", "highway", "ref", "minutes_free_flow", "geometry"]
    )
    layers: dict[str, gpd.GeoDataFrame | None] = {
        "units_before": _units_before(inputs, units),
        "units_after": _units_after(inputs, tables),
        "units_real_2025": _units_real(inputs),
        "seats": _seats(inputs, tables.get("new_units")),
        "sites": _points(
            inputs.sites, ["site_id", "name", "kind", "district", "side", "position_quality"], "estimated"
        ),
        "stations": _points(inputs.stations, ["station_id", "name", "position_basis"], "estimated"),
        "railway": _railway(inputs.stations),
        "roads": _roads(edges),
        "routes": _routes(inputs, tables, edges),
        "stops": _stops(tables.get("stops")),
        "commute_flows": _flows(inputs, tables.get("commute")),
        "projects": _projects(inputs),
    }
    built = {name: layer for name, layer in layers.items() if layer is not None and len(layer)}
    for name, layer in built.items():
        by_units = name.startswith("units_")
        layer.attrs = {
            "title": TITLES[name],
            "attribution": ATTRIBUTION_UNITS if by_units else ATTRIBUTION_OSM,
            "style": STYLES[name],
        }
    return built


def _units_before(inputs: Inputs, units: pd.DataFrame | None) -> gpd.GeoDataFrame:
    frame = inputs.units[["code", "name_full", "kind", "district", "side", "area_km2", "population", "geometry"]]
    frame = frame.rename(columns={"name_full": "name"}).reset_index(drop=True)
    if units is not None:
        more = ["new_id", "new_name", "seat_code", "minutes_to_seat", "km_to_seat", "standard"]
        frame = frame.merge(units[["old_code", *more]], left_on="code", right_on="old_code", how="left")
        frame = frame.drop(columns="old_code")
    frame["label"] = "reconstructed"
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=WGS84)


def _units_after(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    if "units" not in tables or "new_units" not in tables:
        return None
    home = tables["units"].set_index("old_code")["new_id"]
    parts = inputs.units[["geometry"]].assign(new_id=home.reindex(inputs.units.index))
    whole = parts.dropna(subset="new_id").dissolve("new_id", method="coverage")
    columns = [
        "new_id",
        "new_name",
        "kind",
        "side",
        "seat_code",
        "members",
        "n_members",
        "area_km2",
        "population",
    ]
    columns += ["area_ratio", "population_ratio", "standard", "person_minutes", "person_km", "rules", "label"]
    frame = tables["new_units"][columns].sort_values("new_id").rename(columns={"new_id": "code", "new_name": "name"})
    geometry = whole.geometry.reindex(frame["code"]).to_numpy()
    return gpd.GeoDataFrame(frame.reset_index(drop=True), geometry=geometry, crs=WGS84)


def _units_real(inputs: Inputs) -> gpd.GeoDataFrame | None:
    if inputs.reference is None:
        return None
    columns = [
        "code",
        "name_full",
        "kind",
        "side",
        "area_km2",
        "population",
        "members",
        "n_members",
        "law_clause",
    ]
    frame = inputs.reference[[*columns, "seat_text", "geometry"]].rename(columns={"name_full": "name"})
    return frame.assign(label="official").reset_index(drop=True)


def _seats(inputs: Inputs, new_units: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    if new_units is None:
        return None
    frame = new_units[["new_id", "new_name", "seat_code", "label"]].rename(
        columns={"new_id": "code", "new_name": "name"}
    )
    frame.insert(3, "seat_unit", inputs.units["name_full"].reindex(frame["seat_code"]).to_numpy())
    points = gpd.points_from_xy(new_units["seat_lon"], new_units["seat_lat"])
    return gpd.GeoDataFrame(frame, geometry=points, crs=WGS84).sort_values("code").reset_index(drop=True)


def _points(table: pd.DataFrame, columns: list[str], label: str) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table[columns].assign(label=label), geometry=points, crs=WGS84).reset_index(drop=True)


def _railway(stations: pd.DataFrame) -> gpd.GeoDataFrame | None:
    if len(stations) < 2:
        return None
    ordered = stations.sort_values("lon")
    line = shapely.LineString(ordered[["lon", "lat"]].to_numpy())
    names = {"name": f"{ordered['name'].iloc[0]} - {ordered['name'].iloc[-1]}", "label": "estimated"}
    return gpd.GeoDataFrame([names], geometry=[line], crs=WGS84)


def _roads(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Main roads, one row a class and reference, joined end to end and simplified."""
    main = edges[edges["highway"].isin(MAIN_ROADS)].copy()
    main["ref"] = main["ref"].fillna("")
    rows, lines = [], []
    for (highway, ref), group in main.groupby(["highway", "ref"], sort=True):
        unique = group.geometry.normalize().drop_duplicates()
        rows.append({"highway": highway, "ref": ref, "label": "estimated"})
        lines.append(shapely.line_merge(shapely.union_all(unique.to_numpy())))
    frame = gpd.GeoDataFrame(rows, geometry=lines, crs=edges.crs)
    return frame.set_geometry(frame.geometry.to_crs(METRIC).simplify(ROAD_TOLERANCE_M).to_crs(WGS84))


def _routes(inputs: Inputs, tables: Mapping[str, pd.DataFrame], edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    """Each route along real roads from stop to stop and on to its site; trains straight from station to
    station."""
    routes, stops = tables.get("routes"), tables.get("stops")
    if routes is None or stops is None or routes.empty:
        return None
    morning = stops[stops["direction"] == "morning"].sort_values(["route_id", "sequence"])
    tracer = _Tracer(inputs.roads, edges)
    lines = {}
    for route in routes.itertuples():
        own = morning[morning["route_id"] == route.route_id]
        nodes = [int(n) for n in own["road_node"] if n > 0]
        if route.mode == "train" or len(nodes) < len(own):
            line = list(zip(own["lon"], own["lat"], strict=True))
        else:
            end = int(inputs.site_nodes[route.site_id]) if route.site_id in inputs.site_nodes.index else None
            line = tracer.line(inputs.roads.index_of(nodes).tolist() if nodes else [], end)
        if len(line) > 1:
            lines[route.route_id] = shapely.LineString(line)
    columns = [
        "route_id",
        "name_vi",
        "mode",
        "site_id",
        "vehicle",
        "seats",
        "riders",
        "stops",
        "km",
        "minutes",
        "depart",
    ]
    frame = routes[routes["route_id"].isin(lines)][[*columns, "arrive", "label"]].rename(columns={"name_vi": "name"})
    # Text, because some may be masked, and a layer has one type a column.
    frame["riders"] = frame["riders"].astype(str)
    geometry = [lines[r] for r in frame["route_id"]]
    return gpd.GeoDataFrame(frame.reset_index(drop=True), geometry=geometry, crs=WGS84)


class _Tracer:
    """Draws quickest paths of the road graph with the bends of the edges."""

    def __init__(self, graph: RoadGraph, edges: gpd.GeoDataFrame):
        self.graph = graph
        ordered = edges.sort_values(["u", "v", "minutes_free_flow"]).drop_duplicates(["u", "v"])
        self.bends = dict(zip(zip(ordered["u"], ordered["v"], strict=True), ordered.geometry, strict=True))

    def line(self, stops: list[int], end: int | None) -> list[tuple[float, float]]:
        """Coordinates through the stops (graph positions) and on to `end`."""
        points = [*stops, *([end] if end is not None and (not stops or stops[-1] != end) else [])]
        path: list[tuple[float, float]] = []
        for a, b in pairwise(points):
            nodes = _leg(self.graph, a, b)
            for u, v in pairwise(nodes):
                path += self._bend(u, v)
        return [p for i, p in enumerate(path) if i == 0 or p != path[i - 1]]

    def _bend(self, u: int, v: int) -> list[tuple[float, float]]:
        a, b = int(self.graph.node_ids[u]), int(self.graph.node_ids[v])
        if (a, b) in self.bends:
            return list(self.bends[a, b].coords)
        if (b, a) in self.bends:
            return list(self.bends[b, a].coords)[::-1]
        at = [(float(self.graph.lon[n]), float(self.graph.lat[n])) for n in (u, v)]
        return at


def _leg(graph: RoadGraph, origin: int, target: int) -> list[int]:
    """Quickest path between neighbouring stops; both ends alone where no path is found."""
    for reach in LEG_REACH_MINUTES:
        _, before = dijkstra(graph.minutes, indices=origin, return_predecessors=True, limit=reach)
        nodes = [target]
        while nodes[-1] != origin and before[nodes[-1]] >= 0:
            nodes.append(int(before[nodes[-1]]))
        if nodes[-1] == origin:
            return nodes[::-1]
    return [origin, target]


def _stops(stops: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    """Morning stops with their times; boardings as text, some masked."""
    if stops is None or stops.empty:
        return None
    own = stops[stops["direction"] == "morning"].sort_values(["route_id", "sequence"]).reset_index(drop=True)
    frame = own[["route_id", "sequence", "stop_id", "name", "time", "label"]].copy()
    frame.insert(5, "boarding", own["boarding"].astype(str))
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(own["lon"], own["lat"]), crs=WGS84)


def _flows(inputs: Inputs, commute: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    if commute is None or commute.empty:
        return None
    # A workplace is a site of the city or, for posts in communes, the settlement centre of a unit.
    sites = inputs.sites.set_index("site_id")[["name", "lon", "lat"]]
    centres = inputs.units[["name_full", "centre_lon", "centre_lat"]].set_axis(sites.columns, axis=1)
    places = pd.concat([sites, pd.DataFrame(centres)])
    known = commute[commute["home_code"].isin(inputs.units.index) & commute["site_id"].isin(places.index)]
    known = known.assign(riders=amount(known["riders"])).dropna(subset="riders")
    weighted = known.assign(km_sum=known["km"] * known["riders"])
    flows = weighted.groupby(["home_code", "home", "site_id"], as_index=False)[["riders", "km_sum"]].sum()
    flows = flows.sort_values(["home_code", "site_id"]).reset_index(drop=True)
    start = inputs.units.loc[flows["home_code"], ["centre_lon", "centre_lat"]].to_numpy(float)
    end = places.loc[flows["site_id"], ["lon", "lat"]].to_numpy(float)
    frame = flows[["home_code", "home", "site_id"]].assign(
        site=places["name"].reindex(flows["site_id"]).to_numpy(),
        people=flows["riders"].astype(int),
        km=(flows["km_sum"] / flows["riders"]).round(2),
        label="SYNTHETIC" if "staff" in inputs.synthetic else "proposed",
    )
    lines = shapely.linestrings(np.stack([start, end], axis=1)) if len(flows) else []
    return gpd.GeoDataFrame(frame, geometry=lines, crs=WGS84)


def _projects(inputs: Inputs) -> gpd.GeoDataFrame | None:
    projects = pd.read_csv(inputs.path("projects"))
    if projects.empty:
        return None
    ends = projects[["lon_u", "lat_u", "lon_v", "lat_v"]].to_numpy(float).reshape(-1, 2, 2)
    frame = projects[["project_id", "name", "kind", "status", "minutes"]].assign(
        open=projects["project_id"].isin(inputs.scenario.commute.projects), label="estimated"
    )
    return gpd.GeoDataFrame(frame, geometry=shapely.linestrings(ends), crs=WGS84)
