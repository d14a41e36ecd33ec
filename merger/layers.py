"""Map layers of a plan: tables and inputs in, GeoDataFrames out. No layer holds personal data."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.maps import METRIC, WGS84, dissolved
from geodata.shipped import PREFIX
from geodata.units import has_polygons
from merger.disclosure import amount
from merger.inputs import Inputs
from merger.layer_styles import layer_style
from merger.transport.roads import Tracer, read_edges, route_lines

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

TITLES = {
    "units_before": "Đơn vị hành chính trước sắp xếp (ranh giới bên trong dựng lại) / Units before (inner "
    "borders reconstructed)",
    "units_after": "Đơn vị hành chính theo phương án đề xuất / Proposed units",
    "units_settled": "Cách ghép đã ngã ngũ và còn để ngỏ / Groupings settled and open to discussion",
    "units_real_2025": "Đơn vị hành chính thực tế từ 01/7/2025 / Real units from 1 July 2025",
    "seats": "Trụ sở xã, phường, đặc khu theo phương án / Proposed seats",
    "sites": "Trụ sở làm việc / Work sites",
    "stations": "Ga đường sắt / Railway stations",
    "railway": "Đường sắt (sơ đồ qua các ga) / Railway (schematic, through the stations)",
    "roads": "Đường bộ chính / Main roads",
    "routes": "Tuyến đưa đón, buổi sáng / Commute routes, morning",
    "routes_evening": "Tuyến đưa đón, buổi chiều / Commute routes, evening",
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
    edges = read_edges(inputs.path("roads_edges")) if inputs.has_roads else None
    lines = _lines(inputs, tables.get("stops"), edges)
    layers: dict[str, gpd.GeoDataFrame | None] = {
        "units_before": _units_before(inputs, units),
        "units_after": _units_after(inputs, tables),
        "units_settled": _units_settled(inputs, tables.get("settled")),
        "units_real_2025": _units_real(inputs),
        "seats": _seats(inputs, tables.get("new_units")),
        "sites": _points(
            inputs.sites, ["site_id", "name", "kind", "district", "side", "position_quality"], "estimated"
        ),
        "stations": _points(inputs.stations, ["station_id", "name", "position_basis"], "estimated"),
        "railway": _railway(inputs.stations),
        "roads": None if edges is None else _roads(edges),
        "routes": _routes(tables, lines, "morning"),
        "routes_evening": _routes(tables, lines, "evening"),
        "stops": _stops(tables.get("stops")),
        "commute_flows": _flows(inputs, tables.get("commute")),
        "projects": _projects(inputs),
    }
    built = {name: layer for name, layer in layers.items() if layer is not None and len(layer)}
    for name, layer in built.items():
        by_units = name.startswith("units_")
        layer.attrs = {
            "title": _title(name, inputs),
            "attribution": attribution(inputs) if by_units or not inputs.has_roads else ATTRIBUTION_OSM,
            "style": layer_style(name, layer),
            "own_units": own_units(inputs),
        }
    return built


def _title(name: str, inputs: Inputs) -> str:
    if name != "units_before" or not own_units(inputs):
        return TITLES[name]
    drawn = "" if has_polygons(inputs.units) else " (ô quanh trung tâm, chỉ để minh họa / cells around centres)"
    return f"Đơn vị hành chính trước sắp xếp / Units before{drawn}"


def attribution(inputs: Inputs) -> str:
    """Whose data the outlines of the units are."""
    return own_units(inputs) or ATTRIBUTION_UNITS


def own_units(inputs: Inputs) -> str:
    """Name of the planner's own file of units; "" where they are the shipped ones."""
    return "" if inputs.scenario.data.units.file.startswith(PREFIX) else inputs.path("units").name


def _units_before(inputs: Inputs, units: pd.DataFrame | None) -> gpd.GeoDataFrame:
    frame = inputs.units[["code", "name_full", "kind", "district", "side", "area_km2", "population", "geometry"]]
    frame = frame.rename(columns={"name_full": "name"}).reset_index(drop=True)
    if units is not None:
        more = ["new_id", "new_name", "seat_code", "minutes_to_seat", "km_to_seat", "standard"]
        frame = frame.merge(units[["old_code", *more]], left_on="code", right_on="old_code", how="left")
        frame = frame.drop(columns="old_code")
    frame["label"] = "estimated" if own_units(inputs) else "reconstructed"
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=WGS84)


def _units_after(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    if "units" not in tables or "new_units" not in tables:
        return None
    home = tables["units"].set_index("old_code")["new_id"]
    parts = inputs.units[["geometry"]].assign(new_id=home.reindex(inputs.units.index))
    whole = dissolved(parts.dropna(subset="new_id"), "new_id")
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


def _units_settled(inputs: Inputs, settled: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    """Old units by how sure their grouping is."""
    if settled is None or settled.empty:
        return None
    columns = ["old_code", "old_name", "new_id", "grouping", "always_with", "found_with", "sometimes_with", "label"]
    frame = settled[columns].sort_values("old_code").rename(columns={"old_code": "code", "old_name": "name"})
    lists = ["always_with", "found_with", "sometimes_with"]
    frame[lists] = frame[lists].fillna("")
    geometry = inputs.units.geometry.reindex(frame["code"]).to_numpy()
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


def _routes(tables: Mapping[str, pd.DataFrame], lines: Mapping[tuple[str, str], list], direction: str):
    """Each route of one direction along real roads, in the order of its stops; trains straight between stations."""
    routes = tables.get("routes")
    if routes is None or routes.empty:
        return None
    own = routes[[(r, direction) in lines for r in routes["route_id"]]].rename(columns={"name_vi": "name"})
    columns = ["route_id", "name", "mode", "site_id", "vehicle", "seats", "riders", "stops", "km", "minutes"]
    columns += ["depart", "arrive"] if direction == "morning" else ["return_depart"]
    frame = own[[*columns, "label"]].reset_index(drop=True)
    # Text, because some may be masked, and a layer has one type a column.
    frame["riders"] = frame["riders"].astype(str)
    geometry = [shapely.LineString(lines[r, direction]) for r in frame["route_id"]]
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=WGS84)


def _lines(inputs: Inputs, stops: pd.DataFrame | None, edges: gpd.GeoDataFrame) -> dict[tuple[str, str], list]:
    """Lines of all trips; coaches keep to roads, as in the stage."""
    if stops is None or stops.empty:
        return {}
    return route_lines(Tracer.of_edges(inputs.roads.without_ferries(), edges), stops)


def _stops(stops: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    """Stops of each route in order of the morning, with the times of both directions; boardings and loads as text,
    some masked.

    `load`: on board when leaving in the morning; `load_evening` in the evening.
    """
    if stops is None or stops.empty:
        return None
    own = stops[stops["direction"] == "morning"].sort_values(["route_id", "sequence"])
    back = stops[stops["direction"] == "evening"].drop_duplicates(["route_id", "stop_id"])
    back = back[["route_id", "stop_id", "time", "load"]].rename(columns={"time": "evening", "load": "load_evening"})
    own = own.merge(back, on=["route_id", "stop_id"], how="left").reset_index(drop=True)
    frame = own[["route_id", "sequence", "stop_id", "name", "time", "evening"]].copy()
    frame["evening"] = frame["evening"].fillna("")
    for column in ("boarding", "load", "load_evening"):
        frame[column] = ["" if pd.isna(v) else str(v) for v in own[column]]
    frame["label"] = own["label"]
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
    if inputs.scenario.data.projects is None:
        return None
    projects = pd.read_csv(inputs.path("projects"))
    if projects.empty:
        return None
    ends = projects[["lon_u", "lat_u", "lon_v", "lat_v"]].to_numpy(float).reshape(-1, 2, 2)
    frame = projects[["project_id", "name", "kind", "status", "minutes"]].assign(
        open=projects["project_id"].isin(inputs.scenario.commute.projects), label="estimated"
    )
    return gpd.GeoDataFrame(frame, geometry=shapely.linestrings(ends), crs=WGS84)
