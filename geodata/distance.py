"""Travel without road data, ESTIMATED: straight lines on the ellipsoid, times a detour factor, at one speed."""

from __future__ import annotations

import numpy as np
from pyproj import Geod
from scipy.sparse import csr_matrix

from geodata.roads import SMALLEST, RoadGraph
from geodata.travel import TravelTable

ELLIPSOID = Geod(ellps="WGS84")


def straight_table(lon, lat, *, detour_factor: float, speed_kmh: float) -> TravelTable:
    """Ways between all pairs of points (degrees, WGS 84): km = straight line x detour, minutes = km / speed.

    Every point reaches every other, over water too. Origins and targets are the positions of the points.
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    n = len(lon)
    row, column = np.triu_indices(n, k=1)
    km = np.zeros((n, n))
    km[row, column] = ELLIPSOID.inv(lon[row], lat[row], lon[column], lat[column])[2] / 1000 * detour_factor
    km += km.T
    places = np.arange(n)
    return TravelTable(places, places, km / speed_kmh * 60, km)


def straight_graph(lon, lat, *, detour_factor: float, speed_kmh: float) -> RoadGraph:
    """The same ways as a graph: the points are its nodes, each joined to all others by its straight line."""
    table = straight_table(lon, lat, detour_factor=detour_factor, speed_kmh=speed_kmh)
    apart = ~np.eye(len(table.origins), dtype=bool)

    def matrix(values: np.ndarray) -> csr_matrix:
        return csr_matrix(np.where(apart, np.maximum(values, SMALLEST), 0.0))

    return RoadGraph(
        node_ids=table.origins.astype(np.int64),
        lon=np.asarray(lon, float),
        lat=np.asarray(lat, float),
        in_main=np.ones(len(table.origins), bool),
        minutes=matrix(table.minutes),
        metres=matrix(table.km * 1000),
        is_ferry=frozenset(),
    )
