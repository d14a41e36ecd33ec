"""Lines of the transport office: vehicles over the same stops at the same times, made from the plan's public tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

DIRECTIONS = ("morning", "evening")
# Layers that hold the way of each route, by direction.
LAYERS = {"morning": "routes", "evening": "routes_evening"}
VEHICLE_NUMBER = re.compile(r", xe \d+$")
EARTH_KM = 6371.0088
# Vertices of a line as near to a stop as its nearest one, km: a line may pass the same place twice.
SAME_PLACE_KM = 0.02


@dataclass(frozen=True)
class Line:
    """One line: `vehicles` are rows of `routes`, `calls` rows of `stops` of every vehicle, by (route_id, direction).

    `line_id` is the route of the first vehicle. Counts may be masked (merger.disclosure).
    """

    line_id: str
    name: str
    mode: str
    site_id: str
    vehicles: pd.DataFrame
    calls: Mapping[tuple[str, str], pd.DataFrame]

    def places(self, route_id: str = "") -> list[Place]:
        """Places of one vehicle (`places_of`); those of the first stand for all in names and times."""
        return places_of(pd.concat([self.calls[route_id or self.line_id, d] for d in DIRECTIONS]))


def lines_of(routes: pd.DataFrame, stops: pd.DataFrame) -> list[Line]:
    """Lines in order of their first route."""
    trips = {key: own.sort_values("sequence") for key, own in stops.groupby(["route_id", "direction"])}
    alike: dict[tuple, list[int]] = {}
    ordered = routes.sort_values("route_id").reset_index(drop=True)
    for i, route in enumerate(ordered.itertuples()):
        if all((route.route_id, d) in trips for d in DIRECTIONS):
            ways = [trips[route.route_id, d] for d in DIRECTIONS]
            told = tuple(tuple(zip(w["stop_id"], w["time"], strict=True)) for w in ways)
            alike.setdefault((route.mode, route.site_id, told), []).append(i)
    found = []
    for (mode, site, _), rows in alike.items():
        vehicles = ordered.iloc[rows].reset_index(drop=True)
        ids = vehicles["route_id"].tolist()
        name = VEHICLE_NUMBER.sub("", vehicles["name_vi"].iloc[0])
        calls = {(r, d): trips[r, d] for r in ids for d in DIRECTIONS}
        found.append(Line(ids[0], name, mode, site, vehicles, calls))
    return found


@dataclass(frozen=True)
class Place:
    """Where a vehicle halts: a time is "" where it is not called at in that direction.

    `boarding` and `load` (when leaving) are those of the morning, perhaps masked; None where it is not called at.
    """

    stop_id: str
    name: str
    lon: float
    lat: float
    morning: str
    evening: str
    boarding: Any
    load: Any


def places_of(stops: pd.DataFrame) -> list[Place]:
    """Places of one route, each once, in order of the morning; `stops`: its rows of the table `stops`."""
    found: dict[tuple, dict[str, Any]] = {}
    rows = stops.sort_values("sequence").to_dict("records")
    calls = {d: [r for r in rows if r["direction"] == d] for d in DIRECTIONS}
    for call in (*calls["morning"], *calls["evening"][::-1]):
        direction, place = call["direction"], tuple(call[c] for c in ("stop_id", "name", "lon", "lat"))
        times = found.setdefault(place, {"morning": "", "evening": "", "boarding": None, "load": None})
        if not times[direction]:
            times[direction] = call["time"]
            times |= {c: call[c] for c in ("boarding", "load")} if direction == "morning" else {}
    return [Place(*place, **told) for place, told in found.items()]


@dataclass(frozen=True)
class Way:
    """A line on the ground: longitudes and latitudes (N, 2), km from its start (N,), increasing."""

    points: np.ndarray
    km: np.ndarray

    def km_at(self, calls: pd.DataFrame) -> np.ndarray:
        """Km of each call along the way, never falling; the first is the start, the last the end."""
        told = pd.to_numeric(calls["km"]).to_numpy(float)
        places = calls[["lon", "lat"]].to_numpy(float)
        at = [0]
        for place, km in zip(places[1:-1], told[1:-1], strict=True):
            away = _km(self.points, place)
            away[: at[-1]] = np.inf
            near = np.flatnonzero(away <= away.min() + SAME_PLACE_KM)
            # Where the way passes a stop twice, the km from the first stop tell which time it halts.
            at.append(int(near[np.argmin(np.abs(self.km[near] - km))] if np.isfinite(km) else near[0]))
        return self.km[[*at, len(self.km) - 1]]


def ways_of(layers: Mapping[str, gpd.GeoDataFrame], decimals: int = 5) -> dict[tuple[str, str], Way]:
    """Way of each route and direction from the map layers, rounded, no point twice in a row."""
    ways = {}
    for direction, name in LAYERS.items():
        if name not in layers:
            continue
        for route, line in zip(layers[name]["route_id"], layers[name].geometry, strict=True):
            points = np.round(shapely.get_coordinates(line), decimals)
            points = points[np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]]
            ways[route, direction] = Way(points, np.r_[0.0, np.cumsum(_km(points[1:], points[:-1]))])
    return ways


def _km(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Great-circle distance of points (lon, lat) in degrees, km (haversine)."""
    (x, y), (u, v) = np.radians(np.asarray(a, float)).T, np.radians(np.asarray(b, float)).T
    h = np.sin((y - v) / 2) ** 2 + np.cos(y) * np.cos(v) * np.sin((x - u) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(h))
