"""Candidate stops of the shuttles, on real road nodes, and the way to them from the home areas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.roads import main_road_nodes, street_names
from geodata.travel import default_cache, travel_table
from merger.commuting.prices import access_minutes_and_vnd
from merger.inputs import Inputs

COLUMNS = {"stop_id": str, "name": str, "node": int, "lon": float, "lat": float}


def candidate_stops(inputs: Inputs, groups: pd.DataFrame) -> pd.DataFrame:
    """Stops on main roads near the home areas of the groups, none within the spacing of another; stations too.

    Areas with most people come first; a stop that fewer than `min_people_stop` people can reach is left out. Columns:
    stop_id, name, node (position in the graph), lon, lat (degrees); in order of stop_id.
    """
    if groups.empty:
        return pd.DataFrame({c: pd.Series(dtype=t) for c, t in COLUMNS.items()})
    stops = _spaced(inputs, _places(inputs, groups))
    reach, _ = access_to_stops(inputs, groups, stops)
    near = np.isfinite(reach).T @ groups["people"].to_numpy(int)
    stops = stops[near >= inputs.scenario.commute.min_people_stop].reset_index(drop=True)
    stops["name"] = _told_apart(stops["name"])
    return stops


def _places(inputs: Inputs, groups: pd.DataFrame) -> pd.DataFrame:
    """Stations, then home areas with most people first; moved to a near main road, with the name of its street."""
    roads = inputs.roads
    weight = groups.groupby(["home_code", "area", "home_node"])["people"].sum().reset_index()
    weight = weight.sort_values(["people", "home_code", "area"], ascending=[False, True, True], kind="stable")
    stations = inputs.stations.sort_values("station_id")
    at_station, _ = roads.nearest(stations["lon"], stations["lat"])
    nodes = np.concatenate([at_station, weight["home_node"].to_numpy(int)])
    edges = inputs.path("roads_edges")
    nodes = _onto_main_roads(inputs, nodes, main_road_nodes(roads, edges))
    streets = street_names(roads, edges, nodes)[len(stations) :]
    homes = inputs.units["name_full"].reindex(weight["home_code"])
    several = weight.groupby("home_code")["area"].transform("size") > 1
    names = [
        f"{home} – {street}" if many and street else home
        for home, street, many in zip(homes, streets, several, strict=True)
    ]
    ids = [
        f"{code}-{area + 1}" if many else code
        for code, area, many in zip(weight["home_code"], weight["area"], several, strict=True)
    ]
    return pd.DataFrame(
        {
            "stop_id": ["ga-" + s for s in stations["station_id"]] + ids,
            "name": ["Ga " + s for s in stations["name"]] + names,
            "node": nodes,
            "lon": roads.lon[nodes],
            "lat": roads.lat[nodes],
        }
    )


def _spaced(inputs: Inputs, places: pd.DataFrame) -> pd.DataFrame:
    """Places in their order without those too near to one before, then in order of stop_id."""
    kept: list[int] = []
    nodes = places["node"].to_numpy(int)
    for i, node in enumerate(nodes):
        if not kept or (_crow_km(inputs.roads, node, nodes[kept]) >= inputs.scenario.commute.stop_spacing_km).all():
            kept.append(i)
    return places.iloc[kept].sort_values("stop_id").reset_index(drop=True)


def _told_apart(names: pd.Series) -> list[str]:
    """Names of which none occurs twice: the second and further ones carry a number."""
    number = names.groupby(names).cumcount() + 1
    return [name if n == 1 else f"{name} ({n})" for name, n in zip(names, number, strict=True)]


def _onto_main_roads(inputs: Inputs, nodes: np.ndarray, main: np.ndarray) -> np.ndarray:
    """Nearest node of a main road within the allowed distance, else the node itself."""
    result = nodes.copy()
    for i, node in enumerate(nodes if len(main) else []):
        away = _crow_km(inputs.roads, node, main)
        if away.min() <= inputs.scenario.commute.main_road_km:
            result[i] = main[int(np.argmin(away))]
    return result


def _crow_km(roads, node: int, others) -> np.ndarray:
    """Distance as the crow flies, km (flat earth, good to 0.1 % over a province)."""
    dy = (roads.lat[others] - roads.lat[node]) * 110.7
    dx = (roads.lon[others] - roads.lon[node]) * 111.32 * np.cos(np.radians(roads.lat[node]))
    return np.hypot(dx, dy)


def access_to_stops(inputs: Inputs, groups: pd.DataFrame, stops: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """One way minutes (peak) and VND a month from each group's home area to each stop, inf where out of reach."""
    if not len(stops):
        return np.empty((len(groups), 0)), np.empty((len(groups), 0))
    homes, row = np.unique(groups["home_node"].to_numpy(int), return_inverse=True)
    peak, at = inputs.traffic.peak, stops["node"].to_numpy(int)
    way = travel_table(inputs.roads, homes, at, factor=peak, cache=default_cache())
    days = groups["days"].to_numpy(float)[:, None]
    reach, vnd = access_minutes_and_vnd(inputs, way.minutes[row], way.km[row], days, inputs.scenario.commute.feeder_km)
    return reach, np.where(np.isfinite(reach), vnd, np.inf)
