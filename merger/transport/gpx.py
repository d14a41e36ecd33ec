"""One GPX 1.1 file a route, for a driver's device (https://www.topografix.com/GPX/1/1/)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pandas as pd

from merger.plan import Plan
from merger.transport.lines import DIRECTIONS, Place, Way, places_of, ways_of

NAMESPACE = "http://www.topografix.com/GPX/1/1"
LICENCE = "https://opendatacommons.org/licenses/odbl/1-0/"
WORDS = {"morning": "Buổi sáng", "evening": "Buổi chiều"}
NOTE = "Đề xuất, chưa phải lịch chạy chính thức."
# What XML 1.0 cannot hold.
ILLEGAL = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_gpx(view: Plan, layers: Mapping[str, gpd.GeoDataFrame], folder: Path) -> list[Path]:
    """Write `ROUTE.gpx` for each route of the public tables into a folder; returns the paths.

    Waypoints are the stops with their times in Vietnamese, tracks the way along roads in the morning and in the
    evening. No count of persons is in them.
    """
    ways, stops = ways_of(layers), view.tables["stops"]
    paths = []
    for route in view.tables["routes"].sort_values("route_id").itertuples():
        path = Path(folder) / f"{route.route_id}.gpx"
        path.write_bytes(_document(route, stops[stops["route_id"] == route.route_id], ways))
        paths.append(path)
    return paths


def _document(route, stops: pd.DataFrame, ways: Mapping[tuple[str, str], Way]) -> bytes:
    root = Xml.Element("gpx", {"xmlns": NAMESPACE, "version": "1.1", "creator": "merger-planning"})
    head = Xml.SubElement(root, "metadata")
    _texts(head, name=route.name_vi, desc=f"{NOTE} Xe {route.vehicle}.")
    _texts(Xml.SubElement(head, "copyright", {"author": "OpenStreetMap contributors"}), license=LICENCE)
    for place in places_of(stops):
        point = Xml.SubElement(root, "wpt", _coordinates(place.lon, place.lat))
        _texts(point, name=place.name, desc=_times(place))
    for direction in DIRECTIONS:
        way = ways.get((route.route_id, direction))
        if way is not None:
            track = Xml.SubElement(root, "trk")
            _texts(track, name=f"{route.name_vi} – {WORDS[direction].lower()}", desc=NOTE)
            segment = Xml.SubElement(track, "trkseg")
            for lon, lat in way.points:
                Xml.SubElement(segment, "trkpt", _coordinates(lon, lat, 5))
    Xml.indent(root, " ")
    return Xml.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _times(place: Place) -> str:
    told = {"sáng": place.morning, "chiều": place.evening}
    return "; ".join(f"{word} {time}" for word, time in told.items() if time)


def _texts(parent: Xml.Element, **texts: str) -> None:
    for tag, text in texts.items():
        Xml.SubElement(parent, tag).text = ILLEGAL.sub("", str(text))


def _coordinates(lon: float, lat: float, decimals: int = 6) -> dict[str, str]:
    return {"lat": f"{lat:.{decimals}f}", "lon": f"{lon:.{decimals}f}"}
