"""Checks of the files for a transport office: the GTFS feed and the GPX files, read as anybody would read them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from xml.etree import ElementTree as Xml

from merger.audit.report import Case, Violations, check, shown
from merger.audit.timing import is_working
from merger.audit.transport import minute
from merger.plan import TRANSPORT

FEED = f"{TRANSPORT}/gtfs.zip"
# File: fields that must be there and filled, in files that must be there (GTFS Schedule reference).
REQUIRED = {
    "agency": ("agency_id", "agency_name", "agency_url", "agency_timezone"),
    "stops": ("stop_id", "stop_name", "stop_lat", "stop_lon"),
    "routes": ("route_id", "agency_id", "route_long_name", "route_type"),
    "trips": ("route_id", "service_id", "trip_id", "direction_id"),
    "stop_times": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
    "calendar": ("service_id", "monday", "sunday", "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "shapes": ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence", "shape_dist_traveled"),
    "feed_info": ("feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_start_date", "feed_end_date"),
}
# Other fields of the feed; nothing else may be in it.
MORE = {
    "agency": ("agency_lang",),
    "routes": ("route_short_name", "route_desc", "route_sort_order"),
    "trips": ("trip_headsign", "shape_id"),
    "stop_times": ("pickup_type", "drop_off_type", "shape_dist_traveled", "timepoint"),
    "calendar": ("tuesday", "wednesday", "thursday", "friday", "saturday"),
    "feed_info": ("feed_version", "feed_contact_url"),
}
KEYS = {
    "agency": ("agency_id",),
    "stops": ("stop_id",),
    "routes": ("route_id",),
    "trips": ("trip_id",),
    "stop_times": ("trip_id", "stop_sequence"),
    "calendar": ("service_id",),
    "calendar_dates": ("service_id", "date"),
    "shapes": ("shape_id", "shape_pt_sequence"),
}
REFERENCES = (
    ("routes", "agency_id", "agency"),
    ("trips", "route_id", "routes"),
    ("trips", "service_id", "calendar"),
    ("trips", "shape_id", "shapes"),
    ("stop_times", "trip_id", "trips"),
    ("stop_times", "stop_id", "stops"),
    ("calendar_dates", "service_id", "calendar"),
)
ROUTE_TYPES = {"shuttle": "3", "train": "2"}
DIRECTIONS = {"morning": "0", "evening": "1"}
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Degrees around the units in which places may lie; a stop from its shape, and a length from the told one, km.
AROUND, NEAR_KM, KM_TOLERANCE = 0.1, 0.1, 0.005
GPX = "{http://www.topografix.com/GPX/1/1}"
# Order of elements by GPX 1.1: children of each element that the files use.
ORDER = {
    "gpx": ("metadata", "wpt", "rte", "trk", "extensions"),
    "metadata": ("name", "desc", "author", "copyright", "link", "time", "keywords", "bounds", "extensions"),
    "copyright": ("year", "license"),
    "wpt": ("ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym", "type"),
    "trk": ("name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"),
    "trkseg": ("trkpt", "extensions"),
    "trkpt": ("ele", "time"),
}
Rows = list[dict[str, str]]


def _feed(case: Case) -> dict[str, Rows] | None:
    """Files of the feed as rows of text; None where there is none."""
    path = case.path / FEED
    if not path.exists():
        return None
    with zipfile.ZipFile(path) as archive:
        return {
            name.removesuffix(".txt"): list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"), newline="")))
            for name in archive.namelist()
        }


def _grouped(rows: Rows, key: str, order: str) -> dict[str, Rows]:
    groups: dict[str, Rows] = defaultdict(list)
    for row in sorted(rows, key=lambda r: int(r[order])):
        groups[row[key]].append(row)
    return groups


@check(
    "gtfs-files",
    "Tệp GTFS đủ tệp, trường, mã tham chiếu; không có trường lạ; ghi rõ là đề xuất",
    "The GTFS feed has its files, fields and references, no others, and says that it is proposed",
    folder=True,
)
def files(case: Case) -> Violations:
    """Required files and fields, unique keys, references in both directions; the word "proposed"."""
    feed = _feed(case)
    if feed is None:
        if len(case.shown.get("routes", ())):
            yield f"{FEED} is missing"
        return "no feed"
    if strange := set(feed) - set(REQUIRED):
        yield f"unknown files: {shown(strange)}"
    for name, fields in REQUIRED.items():
        rows = feed.get(name, [])
        if not rows:
            yield f"{name}.txt is missing or empty"
            continue
        if lost := {f for f in fields if any(not row.get(f) for row in rows)}:
            yield f"{name}.txt: empty or missing {shown(lost)}"
        if strange := {str(f) for row in rows for f in row} - set(fields) - set(MORE.get(name, ())):
            yield f"{name}.txt: unknown fields {shown(strange)}"
        keys = Counter(tuple(row.get(f) for f in KEYS.get(name, ())) for row in rows)
        if name in KEYS and max(keys.values()) > 1:
            yield f"{name}.txt: the same key twice: {shown(' '.join(map(str, k)) for k, n in keys.items() if n > 1)}"
    for name, field, other in REFERENCES:
        used, there = ({r.get(field) for r in feed.get(x, ()) if r.get(field)} for x in (name, other))
        if lost := used - there:
            yield f"{name}.{field} points to what {other}.txt lacks: {shown(lost)}"
        if name != "calendar_dates" and (unused := there - used):
            yield f"{other}.txt: not used: {shown(unused)}"
    told = [r.get("route_desc", "") for r in feed.get("routes", ())]
    told += [r.get("feed_publisher_name", "") for r in feed.get("feed_info", ())]
    if any("đề xuất" not in t.lower() or "proposed" not in t.lower() for t in told):
        yield "routes or publisher do not say that they are proposed"
    return ", ".join(f"{len(rows)} {name}" for name, rows in sorted(feed.items()))


@check(
    "gtfs-times",
    "Chuyến trong GTFS đúng giờ, đúng điểm như bảng, trong khung giờ làm việc",
    "Trips of the feed have the stops and times of the tables, within the hours of work",
    folder=True,
)
def times(case: Case) -> Violations:
    """Each route both ways as in stops.csv; times run forward; at work in time, home not before the end of work."""
    feed = _feed(case)
    if feed is None or "stops" not in case.shown:
        return "no feed"
    options, stops = case.inputs.scenario.commute, case.shown["stops"].sort_values("sequence")
    trips = {t["trip_id"]: t for t in feed["trips"]}
    kinds = {r["route_id"]: r["route_type"] for r in feed["routes"]}
    names = {s["stop_id"]: s["stop_name"] for s in feed["stops"]}
    modes = case.shown["routes"].set_index("route_id")["mode"]
    told = _grouped(feed["stop_times"], "trip_id", "stop_sequence")
    for (route, direction), calls in stops.groupby(["route_id", "direction"]):
        trip = f"{route}-{direction}"
        if trip not in trips or trips[trip]["direction_id"] != DIRECTIONS[direction]:
            yield f"{trip}: no such trip in its direction"
            continue
        if kinds.get(trips[trip]["route_id"]) != ROUTE_TYPES[modes[route]]:
            yield f"{trip}: not marked as {modes[route]}"
        given = [(names.get(r["stop_id"]), r["departure_time"]) for r in told[trip]]
        if given != [(" ".join(n.split()), f"{t}:00") for n, t in zip(calls["name"], calls["time"], strict=True)]:
            yield f"{trip}: stops or times differ from stops.csv"
    if lost := set(trips) - {f"{r}-{d}" for r, d in stops.groupby(["route_id", "direction"]).groups}:
        yield f"trips that stops.csv lacks: {shown(lost)}"
    for trip, rows in told.items():
        clock = [minute(r[f][:-3]) for r in rows for f in ("arrival_time", "departure_time")]
        if any(b < a for a, b in pairwise(clock)) or len(rows) < 2:
            yield f"{trip}: times run backwards, or one stop only"
        evening = trips.get(trip, {}).get("direction_id") == DIRECTIONS["evening"]
        if clock[0] < minute(options.leave_from) if evening else clock[-1] > minute(options.arrive_by):
            yield f"{trip}: {rows[0]['departure_time']} to {rows[-1]['arrival_time']} is outside the hours of work"
    return f"{len(told)} trips"


@check(
    "gtfs-places",
    "Điểm dừng, đường đi trong GTFS nằm trên bản đồ; chiều dài tăng dần",
    "Stops and shapes of the feed lie on the map; distances grow",
    folder=True,
)
def places(case: Case) -> Violations:
    """Coordinates inside the map; shapes grow by their own length; stops lie on their shape where they say."""
    feed = _feed(case)
    if feed is None:
        return "no feed"
    inside = _inside(case)
    at = {s["stop_id"]: (float(s["stop_lon"]), float(s["stop_lat"])) for s in feed["stops"]}
    if off := {s for s, place in at.items() if not inside(*place)}:
        yield f"stops outside the map: {shown(off)}"
    shapes = {}
    for shape, rows in _grouped(feed["shapes"], "shape_id", "shape_pt_sequence").items():
        points = [(float(r["shape_pt_lon"]), float(r["shape_pt_lat"])) for r in rows]
        km = [float(r["shape_dist_traveled"]) for r in rows]
        shapes[shape] = points, km
        if not all(inside(*p) for p in points):
            yield f"shape {shape} leaves the map"
        steps = list(zip(points, points[1:], km, km[1:], strict=False))
        if len(rows) < 2 or any(b <= a for *_, a, b in steps):
            yield f"shape {shape}: distances do not grow"
        elif abs(sum(_km(p, q) for p, q, *_ in steps) - km[-1]) > KM_TOLERANCE * km[-1] + KM_TOLERANCE:
            yield f"shape {shape}: {km[-1]} km is not its length"
    trips = {t["trip_id"]: t["shape_id"] for t in feed["trips"]}
    for trip, rows in _grouped(feed["stop_times"], "trip_id", "stop_sequence").items():
        halts = [at[r["stop_id"]] for r in rows]
        if not trips.get(trip):
            if max(_km(halts[0], p) for p in halts) > NEAR_KM:
                yield f"{trip} has no shape"
            continue
        points, km = shapes.get(trips[trip], ([], []))
        told = [float(r["shape_dist_traveled"]) for r in rows]
        if any(b < a for a, b in pairwise(told)):
            yield f"{trip}: distances do not grow"
        for row, d in zip(rows, told, strict=True):
            near = min(zip(km, points, strict=True), key=lambda p: abs(p[0] - d), default=None)
            if near is None or _km(near[1], at[row["stop_id"]]) > NEAR_KM:
                yield f"{trip}: {row['stop_id']} does not lie on the shape at {d} km"
    return f"{len(at)} stops, {len(shapes)} shapes"


@check(
    "gtfs-service",
    "Ngày chạy trong GTFS là ngày làm việc của Việt Nam, từ ngày có hiệu lực",
    "Days of service are working days of the Vietnamese calendar, from the day of effect",
    folder=True,
)
def service(case: Case) -> Violations:
    """Each service runs on exactly the working days between its ends, none before the day of effect."""
    feed = _feed(case)
    if feed is None:
        return "no feed"
    days = 0
    for row in feed["calendar"]:
        name, first, last = row["service_id"], _day(row["start_date"]), _day(row["end_date"])
        if first < case.inputs.scenario.dates.effect or last < first:
            yield f"{name}: {first} to {last} begins before the day of effect, or ends before it begins"
        told = {_day(r["date"]): r["exception_type"] for r in feed.get("calendar_dates", ()) if r["service_id"] == name}
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        runs = {d for d in span if told.get(d, row[WEEK[d.weekday()]]) == "1"}
        days += len(runs)
        if not runs:
            yield f"{name} never runs"
        if off := runs ^ {d for d in span if is_working(d)}:
            yield f"{name}: runs on a day off, or not on a working day: {shown(off)}"
        if outside := set(told) - set(span):
            yield f"{name}: exceptions outside its span: {shown(outside)}"
    for row in feed.get("feed_info", ()):
        ends = min(r["start_date"] for r in feed["calendar"]), max(r["end_date"] for r in feed["calendar"])
        if (row["feed_start_date"], row["feed_end_date"]) != ends:
            yield f"feed_info.txt: {row['feed_start_date']} to {row['feed_end_date']}, services {ends[0]} to {ends[1]}"
    return f"{days} days of service"


@check(
    "gpx-files",
    "Tệp GPX đúng cấu trúc 1.1, đủ điểm dừng, nằm trên bản đồ",
    "GPX files follow the structure of version 1.1, hold the stops and lie on the map",
    folder=True,
)
def gpx(case: Case) -> Violations:
    """One file a route: well-formed, elements in order, a waypoint a stop with its times, tracks both ways."""
    stops, inside, paths = case.shown.get("stops"), _inside(case), sorted((case.path / TRANSPORT).glob("gpx/*.gpx"))
    routes = set() if stops is None else set(case.shown["routes"]["route_id"])
    if off := {p.stem for p in paths} ^ routes:
        yield f"files without a route, or routes without a file: {shown(off)}"
    for path in (p for p in paths if p.stem in routes):
        own = stops[stops["route_id"] == path.stem]
        yield from (f"{path.name}: {fault}" for fault in _gpx_faults(path, own, inside))
    return f"{len(paths)} files"


def _gpx_faults(path: Path, stops, inside) -> Iterator[str]:
    try:
        root = Xml.parse(path).getroot()
    except Xml.ParseError as e:
        yield f"not well-formed: {e}"
        return
    if root.tag != f"{GPX}gpx" or root.get("version") != "1.1" or not root.get("creator"):
        yield "not a GPX 1.1 document with a creator"
    for element in root.iter():
        name = element.tag.removeprefix(GPX)
        tags = [child.tag.removeprefix(GPX) for child in element]
        if strange := set(tags) - set(ORDER.get(name, ())):
            yield f"{name} may not hold {shown(strange)}"
        elif tags != sorted(tags, key=ORDER.get(name, ()).index):
            yield f"elements of {name} are not in order"
        if name in ("wpt", "trkpt") and not inside(float(element.get("lon")), float(element.get("lat"))):
            yield f"{name} outside the map"
    points = {(w.findtext(f"{GPX}name") or "").strip(): w.findtext(f"{GPX}desc") or "" for w in root.iter(f"{GPX}wpt")}
    for row in stops.itertuples():
        if row.time not in points.get(row.name.strip(), ""):
            yield f"no waypoint {row.name} with {row.time}"
    if len(root.findall(f"{GPX}trk")) != 2 or any(len(list(s)) < 2 for s in root.iter(f"{GPX}trkseg")):
        yield "not two tracks with points"


def _plain(text: str | None) -> str:
    """A name without line breaks and characters that XML cannot hold."""
    return "".join(c for c in text or "" if c.isprintable() and c != " ")


def _inside(case: Case):
    """Whether a place lies near the units."""
    x0, y0, x1, y1 = case.inputs.units.total_bounds
    return lambda lon, lat: x0 - AROUND <= lon <= x1 + AROUND and y0 - AROUND <= lat <= y1 + AROUND


def _km(a: Iterable[float], b: Iterable[float]) -> float:
    """Distance of two near places (lon, lat), km, on a flat earth."""
    (x, y), (u, v) = a, b
    return hypot((x - u) * 111.32 * cos(radians(y)), (y - v) * 111.0)


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
