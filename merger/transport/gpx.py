"""One GPX 1.1 file a route, for a driver's device (https://www.topografix.com/GPX/1/1/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pandas as pd

from merger.plan import Plan
from merger.transport.lines import DIRECTIONS, Way, ways_of

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
    for row in _waypoints(stops):
        point = Xml.SubElement(root, "wpt", _place(row.lon, row.lat))
        _texts(point, name=row.name, desc=_times(row))
    for direction in DIRECTIONS:
        way = ways.get((route.route_id, direction))
        if way is not None:
            track = Xml.SubElement(root, "trk")
            _texts(track, name=f"{route.name_vi} – {WORDS[direction].lower()}", desc=NOTE)
            segment = Xml.SubElement(track, "trkseg")
            for lon, lat in way.points:
                Xml.SubElement(segment, "trkpt", _place(lon, lat, 5))
    Xml.indent(root, " ")
    return Xml.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _waypoints(stops: pd.DataFrame) -> Iterable:
    """Places in order of the morning, each once, with the time of both directions ("" where it is not called at)."""
    key = ["stop_id", "lon", "lat"]
    by = {d: stops[stops["direction"] == d].sort_values("sequence").set_index(key) for d in DIRECTIONS}
    places = list(dict.fromkeys([*by["morning"].index, *by["evening"].index[::-1]]))
    names = stops.drop_duplicates(key).set_index(key)["name"]
    times = {d: own["time"].groupby(level=key).first().to_dict() for d, own in by.items()}
    frame = pd.DataFrame(places, columns=key).assign(name=[names[p] for p in places])
    for direction in DIRECTIONS:
        frame[direction] = [times[direction].get(p, "") for p in places]
    return frame.itertuples(index=False)


def _times(row) -> str:
    told = {"sáng": row.morning, "chiều": row.evening}
    return "; ".join(f"{word} {time}" for word, time in told.items() if time)


def _texts(parent: Xml.Element, **texts: str) -> None:
    for tag, text in texts.items():
        Xml.SubElement(parent, tag).text = ILLEGAL.sub("", str(text))


def _place(lon: float, lat: float, decimals: int = 6) -> dict[str, str]:
    return {"lat": f"{lat:.{decimals}f}", "lon": f"{lon:.{decimals}f}"}
