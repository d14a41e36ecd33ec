"""The routes as a GTFS Schedule feed (https://gtfs.org/documentation/schedule/reference/), from public tables alone."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from merger.inputs import Inputs
from merger.plan import Plan
from merger.transport.lines import DIRECTIONS, Line, Way, lines_of, ways_of
from merger.transport.service_days import Service, services

AGENCY = "transport-office"
ROUTE_TYPES = {"shuttle": 3, "train": 2}  # bus, rail
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PROPOSED = {
    "shuttle": "Đề xuất, chưa phải lịch chạy chính thức; dành cho cán bộ, công chức đổi nơi làm việc. "
    "Proposed, not an official service; for staff whose workplace moves.",
    "train": "Tàu theo biểu đồ đã công bố; việc dùng làm phương tiện đi làm là đề xuất. "
    "Train by its published timetable; its use for the commute is proposed.",
}
# Morning: only boarding on the way, only leaving at the last stop; evening the other way round (GTFS: 1 is "not").
YES, NO = 0, 1
Rows = list[dict[str, Any]]


def write_gtfs(view: Plan, inputs: Inputs, layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write the feed as a zip of CSV files, the same bytes for the same plan.

    `view`: the public tables (merger.disclosure). One GTFS route is a line, one trip a vehicle in one direction.
    """
    files = {name: rows for name, rows in feed(view, inputs, layers).items() if rows}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            # A fixed date, so that equal feeds are equal bytes.
            info = zipfile.ZipInfo(f"{name}.txt", (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, _text(files[name]))


def feed(view: Plan, inputs: Inputs, layers: Mapping[str, gpd.GeoDataFrame]) -> dict[str, Rows]:
    """Files of the feed by name without ".txt", each as rows of {field: value}."""
    lines = lines_of(view.tables["routes"], view.tables["stops"])
    ways = ways_of(layers)
    known = services(inputs)
    used = [known[mode] for mode in sorted({line.mode for line in lines})]
    places = stop_ids(view.tables["stops"])
    return {
        "agency": [_agency(inputs)],
        "feed_info": [_feed_info(view, inputs, used)],
        "calendar": [_calendar(s) for s in used],
        "calendar_dates": [row for s in used for row in _exceptions(s)],
        "stops": _stops(view.tables["stops"], places),
        "routes": [_route(line, order) for order, line in enumerate(lines)],
        "trips": [row for line in lines for row in _trips(line, known[line.mode], ways)],
        "stop_times": [row for line in lines for row in _stop_times(line, places, ways)],
        "shapes": [row for line in lines for d in DIRECTIONS for row in _shape(line, d, ways)],
    }


def stop_ids(stops: pd.DataFrame) -> dict[tuple[str, float, float], str]:
    """Id of each place: the plan's stop_id, with a number where it stands for several places."""
    places = stops[["stop_id", "lon", "lat"]].drop_duplicates().sort_values(["stop_id", "lon", "lat"])
    number = places.groupby("stop_id").cumcount()
    ids = [s if n == 0 else f"{s}-{n + 1}" for s, n in zip(places["stop_id"], number, strict=True)]
    return dict(zip(places.itertuples(index=False, name=None), ids, strict=True))


def _agency(inputs: Inputs) -> dict[str, Any]:
    heads = inputs.scenario.documents
    zone = "Asia/Ho_Chi_Minh"
    return {
        "agency_id": AGENCY,
        "agency_name": heads.superior.vi,
        "agency_url": heads.website,
        "agency_timezone": zone,
        "agency_lang": "vi",
    }


def _feed_info(view: Plan, inputs: Inputs, used: list[Service]) -> dict[str, Any]:
    heads = inputs.scenario.documents
    return {
        "feed_publisher_name": f"{heads.issuer.vi} (đề xuất / proposed)",
        "feed_publisher_url": heads.website,
        "feed_lang": "vi",
        "feed_start_date": min((s.start for s in used), default=inputs.scenario.dates.effect).strftime("%Y%m%d"),
        "feed_end_date": max((s.end for s in used), default=inputs.scenario.dates.effect).strftime("%Y%m%d"),
        "feed_version": f"{inputs.scenario.name} {str(view.manifest.get('scenario_digest', ''))[:12]}".strip(),
        "feed_contact_url": heads.website,
    }


def _calendar(service: Service) -> dict[str, Any]:
    week = {day: int(i < 5) for i, day in enumerate(WEEK)}
    ends = {"start_date": service.start.strftime("%Y%m%d"), "end_date": service.end.strftime("%Y%m%d")}
    return {"service_id": service.service_id, **week, **ends}


def _exceptions(service: Service) -> Rows:
    days = sorted([*((d, 2) for d in service.closed), *((d, 1) for d in service.added)])
    return [
        {"service_id": service.service_id, "date": day.strftime("%Y%m%d"), "exception_type": kind} for day, kind in days
    ]


def _stops(stops: pd.DataFrame, ids: Mapping[tuple[str, float, float], str]) -> Rows:
    names = stops.drop_duplicates(["stop_id", "lon", "lat"]).set_index(["stop_id", "lon", "lat"])["name"]
    rows = [
        {"stop_id": ids[key], "stop_name": name, "stop_lat": f"{key[2]:.6f}", "stop_lon": f"{key[1]:.6f}"}
        for key, name in names.items()
    ]
    return sorted(rows, key=lambda r: r["stop_id"])


def _route(line: Line, order: int) -> dict[str, Any]:
    return {
        "route_id": line.line_id,
        "agency_id": AGENCY,
        "route_short_name": "",
        "route_long_name": line.name,
        "route_desc": PROPOSED[line.mode],
        "route_type": ROUTE_TYPES[line.mode],
        "route_sort_order": order,
    }


def _trips(line: Line, service: Service, ways: Mapping[tuple[str, str], Way]) -> Rows:
    return [
        {
            "route_id": line.line_id,
            "service_id": service.service_id,
            "trip_id": trip_id(route, direction),
            "trip_headsign": line.calls[route, direction]["name"].iloc[-1],
            "direction_id": DIRECTIONS.index(direction),
            "shape_id": trip_id(line.line_id, direction) if (line.line_id, direction) in ways else "",
        }
        for route in line.vehicles["route_id"]
        for direction in DIRECTIONS
    ]


def trip_id(route: str, direction: str) -> str:
    """Id of the trip of a vehicle; of the first vehicle of a line also of the shape."""
    return f"{route}-{direction}"


def _stop_times(line: Line, ids: Mapping[tuple[str, float, float], str], ways: Mapping[tuple[str, str], Way]) -> Rows:
    rows = []
    for (route, direction), calls in line.calls.items():
        way = ways.get((line.line_id, direction))
        km = way.km_at(calls) if way is not None else [None] * len(calls)
        last = len(calls) - 1
        for i, (call, at) in enumerate(zip(calls.itertuples(), km, strict=True)):
            boards = i < last if direction == "morning" else i == 0
            rows.append(
                {
                    "trip_id": trip_id(route, direction),
                    "arrival_time": f"{call.time}:00",
                    "departure_time": f"{call.time}:00",
                    "stop_id": ids[call.stop_id, call.lon, call.lat],
                    "stop_sequence": call.sequence,
                    "pickup_type": YES if boards else NO,
                    "drop_off_type": NO if boards else YES,
                    "shape_dist_traveled": "" if at is None else f"{at:.4f}",
                    "timepoint": int(line.mode == "train"),
                }
            )
    return rows


def _shape(line: Line, direction: str, ways: Mapping[tuple[str, str], Way]) -> Rows:
    way = ways.get((line.line_id, direction))
    return [
        {
            "shape_id": trip_id(line.line_id, direction),
            "shape_pt_lat": f"{lat:.5f}",
            "shape_pt_lon": f"{lon:.5f}",
            "shape_pt_sequence": i,
            "shape_dist_traveled": f"{km:.4f}",
        }
        for i, ((lon, lat), km) in enumerate(zip(way.points, way.km, strict=True) if way is not None else (), start=1)
    ]


def _text(rows: Rows) -> str:
    if not rows:
        return ""
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    # Line breaks and tabs in a name would break readers that take lines for rows.
    writer.writerows({k: " ".join(v.split()) if isinstance(v, str) else v for k, v in row.items()} for row in rows)
    return out.getvalue()
