"""Check of the lists of passengers against persons, groups, routes and stops."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.maps import METRIC, WGS84
from geodata.travel import default_cache, travel_table
from merger.audit.report import Case, Violations, check, shown

RIDES = ("shuttle", "train")
KM_TOLERANCE = 0.02
# Streets of a unit may run along its border, which is a reconstruction.
PARTED_TOLERANCE_KM = 0.5


@check(
    "passengers-lists",
    "Mỗi người đi xe đưa đón hoặc tàu có tên đúng một lần, đúng tuyến, điểm và giờ",
    "Each rider of a shuttle or train is on exactly one list, of the right route, stop and times",
    "passengers",
    "staff",
    "commute",
    "routes",
    "stops",
)
def lists(case: Case) -> Violations:
    """Persons with a shuttle or train each once; riders of groups and routes, boardings and seats; times of the stops;
    stops of shuttles near enough to the homes."""
    rows = case.tables["passengers"]
    yield from _persons(case, rows)
    yield from _counts(case, rows)
    yield from _times(case, rows)
    yield from _reach(case, rows)
    return f"{len(rows)} passengers"


def _persons(case: Case, rows: pd.DataFrame) -> Violations:
    staff = case.tables["staff"].set_index("person_id")
    if rows["person_id"].duplicated().any():
        yield f"on two lists: {shown(set(rows.loc[rows['person_id'].duplicated(), 'person_id']))}"
    riders = staff.index[staff["support"].isin(RIDES)]
    if off := set(riders) ^ set(rows["person_id"]):
        yield f"on no list, or without a shuttle or train: {shown(off)}"
    known = rows[rows["person_id"].isin(staff.index)]
    own = staff.loc[known["person_id"]]
    wish = known["person_id"].map(case.inputs.staff.set_index("person_id")["wish"]).fillna("").to_numpy()
    group = own["home_code"].to_numpy() + "|" + own["site_after"].to_numpy() + "|" + wish
    # A home unit of many commuters is several areas: its code, "#" and a number.
    if (wrong := group != known["group_id"].str.replace(r"#\d+", "", regex=True).to_numpy()).any():
        yield f"in another group than theirs: {shown(known.loc[wrong, 'person_id'])}"
    if (wrong := own["support"].to_numpy() != known["mode"].to_numpy()).any():
        yield f"another mode than in staff.csv: {shown(known.loc[wrong, 'person_id'])}"
    mode = known["route_id"].map(case.tables["routes"].set_index("route_id")["mode"])
    if (wrong := mode.to_numpy() != known["mode"].to_numpy()).any():
        yield f"another mode than that of the route: {shown(known.loc[wrong, 'person_id'])}"


def _counts(case: Case, rows: pd.DataFrame) -> Violations:
    commute, stops = case.tables["commute"], case.tables["stops"]
    told = commute[commute["mode"].isin(RIDES) & (pd.to_numeric(commute["riders"]) > 0)]
    wanted = told.groupby(["group_id", "route_id"])["riders"].sum()
    off = wanted.sub(rows.groupby(["group_id", "route_id"]).size(), fill_value=0)
    if (off != 0).any():
        yield f"not the riders of commute.csv: {shown(' on '.join(k) for k in off.index[off != 0])}"
    listed = rows.groupby(["route_id", "stop_id"]).size()
    for direction in ("morning", "evening"):
        calls = stops[(stops["direction"] == direction) & (pd.to_numeric(stops["boarding"]) > 0)]
        off = calls.groupby(["route_id", "stop_id"])["boarding"].sum().sub(listed, fill_value=0)
        if (off != 0).any():
            yield f"{direction}: not the boardings of stops.csv: {shown(' at '.join(k) for k in off.index[off != 0])}"
    seats = case.tables["routes"].set_index("route_id")["seats"]
    size = rows.groupby("route_id").size()
    if (full := size > seats.reindex(size.index)).any():
        yield f"more passengers than seats: {shown(size.index[full])}"


def _times(case: Case, rows: pd.DataFrame) -> Violations:
    stops = case.tables["stops"]
    for direction in ("morning", "evening"):
        own = stops[stops["direction"] == direction].drop_duplicates(["route_id", "stop_id"])
        time = own.set_index(["route_id", "stop_id"])["time"].to_dict()
        keys = zip(rows["route_id"], rows["stop_id"], strict=True)
        wrong = [time.get(k) != t for k, t in zip(keys, rows[direction], strict=True)]
        if any(wrong):
            yield f"{direction}: another time than in stops.csv: {shown(rows.loc[wrong, 'person_id'])}"


def _reach(case: Case, rows: pd.DataFrame) -> Violations:
    """Stops of shuttles lie within `feeder_km` (or walking) of the home: by road from the centre of its unit, of a unit
    with several areas as the crow flies from its land, which is never more."""
    options, stops, units = case.inputs.scenario.commute, case.tables["stops"], case.inputs.units
    places = stops.drop_duplicates(["route_id", "stop_id"])[["route_id", "stop_id", "road_node", "lon", "lat"]]
    ways = rows.loc[rows["mode"] == "shuttle", ["group_id", "route_id", "stop_id"]].drop_duplicates()
    ways = ways.merge(places, on=["route_id", "stop_id"])
    area = ways["group_id"].str.split("|").str[0]
    ways = ways.assign(home=area.str.split("#").str[0], parted=area.str.contains("#"))
    ways = ways[ways["home"].isin(units.index)]
    limit = max(options.feeder_km, options.walk_to_stop_km)
    for parted, own in ways.groupby("parted"):
        km, more = (_crow_km(units, own), PARTED_TOLERANCE_KM) if parted else (_road_km(case, own), KM_TOLERANCE)
        far = ~(km <= limit + more)
        if far.any():
            yield f"stops too far from home: {shown(f'{w.group_id} at {w.stop_id}' for w in own[far].itertuples())}"


def _road_km(case: Case, ways: pd.DataFrame) -> np.ndarray:
    roads = case.inputs.roads
    at = roads.index_of(ways["road_node"].to_numpy(int))
    home = case.inputs.unit_nodes.reindex(ways["home"]).to_numpy(int)
    (origins, row), (targets, column) = (np.unique(x, return_inverse=True) for x in (home, at))
    return travel_table(roads, origins, targets, cache=default_cache()).km[row, column]


def _crow_km(units: gpd.GeoDataFrame, ways: pd.DataFrame) -> np.ndarray:
    land = units.geometry.to_crs(METRIC).reindex(ways["home"])
    points = gpd.GeoSeries(gpd.points_from_xy(ways["lon"], ways["lat"]), crs=WGS84).to_crs(METRIC)
    return land.distance(points, align=False).to_numpy() / 1000
