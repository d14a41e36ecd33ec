"""Checks of the audit on GTFS and GPX files: each passes sound ones and fails damaged ones."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from merger.audit.report import REGISTRY
from merger.disclosure import public_tables

CHECKS = ("gtfs-files", "gtfs-times", "gtfs-places", "gtfs-service", "gpx-files")


@pytest.fixture
def case(small_case, write_feeds, tmp_path):
    """The small plan with its folder `transport`."""
    write_feeds(small_case, tmp_path)
    return replace(small_case, path=tmp_path, shown=public_tables(small_case.tables, small_case.inputs.units, 5))


def run(check_id: str, case):
    return next(r for r in REGISTRY if r.id == check_id).run(case)


def read(case) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(case.path / "transport" / "gtfs.zip") as archive:
        texts = {n: archive.read(n).decode() for n in archive.namelist()}
    return {n.removesuffix(".txt"): list(csv.DictReader(io.StringIO(t))) for n, t in texts.items()}


def write(case, feed) -> None:
    with zipfile.ZipFile(case.path / "transport" / "gtfs.zip", "w") as archive:
        for name, rows in feed.items():
            out = io.StringIO()
            writer = csv.DictWriter(out, list(rows[0]) if rows else ["x"])
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(f"{name}.txt", out.getvalue())


def put(name: str, row: int, **cells):
    """A damage: cells of one row of a file."""
    return lambda feed: feed[name][row].update(cells)


def every(name: str, **cells):
    """A damage: a field of all rows of a file."""
    return lambda feed: [row.update(cells) for row in feed[name]]


def drop(name: str, row: int = 0):
    """A damage: a row that is lost."""
    return lambda feed: feed[name].pop(row)


# Morning 06:20 to 07:20, evening 17:05 to 18:05; 1 and 2 September 2025 are the first holidays.
BROKEN = {
    "gtfs-files": [
        lambda f: f.pop("agency"),
        lambda f: f.update(shapes=[]),
        lambda f: f.update(persons=[{"person_id": "HD-00001"}]),
        every("trips", person_id="HD-00001"),
        put("stops", 0, stop_name=""),
        lambda f: f["stops"].append(dict(f["stops"][0])),
        put("trips", 0, route_id="s-2"),
        put("trips", 0, service_id="sundays"),
        put("stop_times", 0, stop_id="nowhere"),
        lambda f: f["stops"].append({**f["stops"][0], "stop_id": "unused"}),
        put("routes", 0, route_desc="Chạy hằng ngày"),
        put("feed_info", 0, feed_publisher_name="Sở Nội vụ"),
    ],
    "gtfs-times": [
        drop("trips"),
        lambda f: f["trips"].append({**f["trips"][0], "trip_id": "s-9-morning"}),
        put("trips", 0, direction_id="1"),
        put("routes", 0, route_type="2"),
        put("stop_times", 0, departure_time="06:25:00"),
        put("stop_times", 1, arrival_time="06:10:00", departure_time="06:10:00"),
        drop("stop_times"),
    ],
    "gtfs-places": [
        put("stops", 0, stop_lon="16.0"),
        put("stops", 0, stop_lat="20.81"),
        put("shapes", 1, shape_pt_lat="40.0"),
        put("shapes", 1, shape_dist_traveled="0.0"),
        put("shapes", 2, shape_dist_traveled="80.0"),
        put("stop_times", 1, shape_dist_traveled="20.9"),
        put("stop_times", 0, shape_dist_traveled="50.0"),
        every("trips", shape_id=""),
    ],
    "gtfs-service": [
        drop("calendar_dates"),
        put("calendar", 0, start_date="20250630"),
        put("calendar", 0, end_date="20250629"),
        put("calendar", 0, saturday="1"),
        put("calendar", 0, **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "0")),
        lambda f: f["calendar_dates"].append({**f["calendar_dates"][0], "date": "20200101"}),
        put("feed_info", 0, feed_end_date="20300101"),
    ],
}
CASES = [(name, i) for name, ways in BROKEN.items() for i in range(len(ways))]


@pytest.mark.parametrize("check_id", CHECKS)
def test_sound_files_pass(case, check_id):
    """Nothing is found, and each check says what it looked at."""
    result = run(check_id, case)
    assert result.violations == ()
    assert result.detail


@pytest.mark.parametrize(("check_id", "way"), CASES)
def test_a_damaged_feed_is_found(case, check_id, way):
    """The right check reports the damage, in a sentence."""
    feed = read(case)
    BROKEN[check_id][way](feed)
    write(case, feed)
    found = run(check_id, case).violations
    assert found
    assert not any("could not be examined" in v for v in found)


def test_hours_of_work(case):
    """Arriving at 07:20 is too late for work that begins at 07:15, leaving at 17:05 too early before 17:10."""
    hours = case.inputs.scenario.commute.model_copy(update={"arrive_by": "07:15", "leave_from": "17:10"})
    scenario = case.inputs.scenario.model_copy(update={"commute": hours})
    found = run("gtfs-times", replace(case, inputs=replace(case.inputs, scenario=scenario))).violations
    assert found == (
        "s-1-morning: 06:20:00 to 07:20:00 is outside the hours of work",
        "s-1-evening: 17:05:00 to 18:05:00 is outside the hours of work",
    )


def test_a_plan_with_routes_needs_a_feed(case):
    """Without the file the first check says so; a plan without routes needs none."""
    (case.path / "transport" / "gtfs.zip").unlink()
    assert run("gtfs-files", case).violations == ("transport/gtfs.zip is missing",)
    assert run("gtfs-files", replace(case, shown={})).passed


GPX = {
    "<wpt": ("<wpx", "not well-formed"),
    'version="1.1"': ('version="1.0"', "not a GPX 1.1 document"),
    "<trkseg>": ("<trkseg><time>x</time>", "trkseg may not hold time"),
    "<name>Xã An Bình Đông</name>\n  <desc>sáng 06:20; chiều 18:05</desc>": (
        "<desc>sáng 06:20; chiều 18:05</desc><name>Xã An Bình Đông</name>",
        "elements of wpt are not in order",
    ),
    "sáng 06:20": ("sáng 06:30", "no waypoint Xã An Bình Đông with 06:20"),
    'lon="106.20000"': ('lon="16.20000"', "trkpt outside the map"),
    "</metadata>": ("</metadata><trk><name>x</name></trk>", "elements of gpx are not in order"),
}


@pytest.mark.parametrize("told", GPX)
def test_a_damaged_gpx_file_is_found(case, told):
    """Form, order of elements, waypoints and places."""
    path = case.path / "transport" / "gpx" / "s-1.gpx"
    text = path.read_text(encoding="utf-8")
    assert told in text
    wrong, words = GPX[told]
    path.write_text(text.replace(told, wrong), encoding="utf-8")
    assert any(words in v for v in run("gpx-files", case).violations)


def test_gpx_files_and_routes_are_the_same(case):
    """A file of no route, and a route without a file."""
    folder = case.path / "transport" / "gpx"
    (folder / "s-1.gpx").rename(folder / "s-2.gpx")
    assert run("gpx-files", case).violations == ("files without a route, or routes without a file: s-1, s-2",)
