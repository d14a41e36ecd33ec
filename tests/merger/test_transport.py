"""Lines along roads, the GTFS feed, GPX files, timetables and lists of passengers, from tables small enough to read."""

import json
import re
import zipfile
import zlib
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as Xml

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from geodata.roads import RoadGraph
from merger.disclosure import public_tables
from merger.documents.timetables import write_timetables
from merger.plan import Plan
from merger.tables import empty
from merger.transport.gpx import write_gpx
from merger.transport.gtfs import feed, stop_ids, write_gtfs
from merger.transport.lines import Way, lines_of, ways_of
from merger.transport.passengers import ListsError, passenger_lists
from merger.transport.roads import Tracer, route_lines
from merger.transport.service_days import months_later, services


def ring(ferry: frozenset = frozenset()) -> RoadGraph:
    """Nodes 10, 20, 30 in a triangle of one-way roads 10 > 20 > 30 > 10, and a quick link 10 - 30 both ways."""
    minutes = np.zeros((3, 3))
    minutes[0, 1], minutes[1, 2], minutes[2, 0] = 5.0, 5.0, 5.0
    minutes[0, 2] = 1.0
    return RoadGraph(
        node_ids=np.array([10, 20, 30]),
        lon=np.array([106.0, 106.1, 106.2]),
        lat=np.array([20.0, 20.1, 20.0]),
        in_main=np.array([True] * 3),
        minutes=csr_matrix(minutes),
        metres=csr_matrix(minutes * 1000),
        is_ferry=ferry,
    )


def edges() -> gpd.GeoDataFrame:
    rows = {"u": [10, 20, 20], "v": [20, 30, 30], "oneway": [True, True, True], "minutes_free_flow": [5.0, 9.0, 5.0]}
    bends = [[(106.0, 20.0), (106.05, 20.08), (106.1, 20.1)], [(0, 0), (1, 1)], [(106.1, 20.1), (106.2, 20.0)]]
    return gpd.GeoDataFrame(rows, geometry=[shapely.LineString(b) for b in bends], crs="EPSG:4326")


def test_lines_follow_the_bends_of_the_quickest_road():
    """10 > 20 > 30 by stops; of two parallel edges 20 > 30 the quicker one; back on the road 30 > 10, straight."""
    tracer = Tracer.of_edges(ring(), edges())
    assert tracer.line([10, 20, 30]) == [(106.0, 20.0), (106.05, 20.08), (106.1, 20.1), (106.2, 20.0)]
    assert tracer.line([30, 10]) == [(106.2, 20.0), (106.0, 20.0)]
    assert tracer.line([10]) == tracer.line([]) == []


def test_coaches_keep_off_ferries():
    """With the quick link 10 > 30 as a ferry, the way goes around over 20."""
    afloat = ring(frozenset({(0, 2), (2, 0)}))
    assert len(Tracer.of_edges(afloat, edges()).line([10, 30])) == 2
    # The ferry went both ways in `is_ferry`, so the road 30 > 10 of this sample is gone with it.
    assert Tracer.of_edges(afloat.without_ferries(), edges()).line([10, 30])[1] == (106.05, 20.08)


def test_a_road_open_both_ways_is_drawn_backwards():
    both = edges().assign(oneway=False)
    graph = replace(ring(), minutes=csr_matrix(np.array([[0.0, 5, 0], [5, 0, 0], [0, 0, 0]])))
    assert Tracer.of_edges(graph, both).line([20, 10]) == [(106.1, 20.1), (106.05, 20.08), (106.0, 20.0)]


def stops_of(route: str, calls: list[tuple], direction: str = "morning") -> pd.DataFrame:
    """Calls as (stop_id, time, boarding, load)."""
    rows = [
        {"route_id": route, "direction": direction, "sequence": i, "stop_id": s, "name": f"Điểm {s}", "time": t}
        | {"boarding": b, "load": x, "lon": 106.0 + "abs".index(s) / 10, "lat": 20.8, "road_node": 0, "km": np.nan}
        for i, (s, t, b, x) in enumerate(calls, start=1)
    ]
    return pd.DataFrame(rows)


def test_trips_off_the_road_graph_go_straight():
    lines = route_lines(Tracer(ring(), {}), stops_of("train-1", [("a", "06:00", 1, 1), ("b", "06:30", 0, 0)]))
    assert lines == {("train-1", "morning"): [(106.0, 20.8), (106.1, 20.8)]}


def both_ways(route: str, time: str = "06:00", seats: int = 29) -> tuple[dict, pd.DataFrame]:
    out = stops_of(route, [("a", time, 5, 5), ("b", "06:10", 2, 7), ("s", "07:00", 0, 0)])
    back = stops_of(route, [("s", "17:00", 0, 7), ("b", "17:50", 2, 5), ("a", "18:00", 5, 0)], "evening")
    row = {"route_id": route, "name_vi": "A – S, xe 2", "mode": "shuttle", "site_id": "s", "seats": seats, "riders": 7}
    return row, pd.concat([out, back])


def test_vehicles_over_the_same_stops_are_one_line():
    """r-1 and r-2 run alike; r-3 starts earlier and is a line of its own. The number of the vehicle leaves the name."""
    made = [both_ways("r-2"), both_ways("r-1"), both_ways("r-3", "05:55")]
    lines = lines_of(pd.DataFrame([r for r, _ in made]), pd.concat([s for _, s in made]))
    assert [(x.line_id, x.name, x.vehicles["route_id"].tolist()) for x in lines] == [
        ("r-1", "A – S", ["r-1", "r-2"]),
        ("r-3", "A – S", ["r-3"]),
    ]
    first = lines[0].places()[0]
    assert (first.stop_id, first.morning, first.evening, first.boarding, first.load) == ("a", "06:00", "18:00", 5, 5)


def test_a_way_that_passes_a_stop_twice():
    """Out 10 km and back 10 km over the middle: the km of the table tell that the halt is on the way back."""
    points = np.array([[106.0, 20.8], [106.1, 20.8], [106.2, 20.8], [106.1, 20.8], [106.0, 20.9]])
    way = Way(points, np.array([0.0, 10.4, 20.8, 31.2, 46.0]))
    calls = pd.DataFrame({"lon": [106.0, 106.1, 106.0], "lat": [20.8, 20.8, 20.9], "km": [0.0, 31.0, 46.0]})
    assert way.km_at(calls).tolist() == [0.0, 31.2, 46.0]
    assert way.km_at(calls.assign(km=[0.0, 10.0, 46.0])).tolist() == [0.0, 10.4, 46.0]
    assert way.km_at(calls.assign(km=np.nan)).tolist() == [0.0, 10.4, 46.0]


def test_a_stop_id_at_two_places_becomes_two():
    frame = pd.DataFrame({"stop_id": ["x", "y", "x", "x"], "lon": [1.0, 3, 1, 2], "lat": [1.0, 3, 1, 1]})
    assert stop_ids(frame) == {("x", 1.0, 1.0): "x", ("x", 2.0, 1.0): "x-2", ("y", 3.0, 3.0): "y"}


def test_days_of_service(small_case):
    """24 months from 1 July 2025: closed on National Day (1 and 2 September 2025), open on the Saturday 22 August 2026
    that is worked for 31 August; trains run since their tickets are sold (22 September 2025)."""
    found = services(small_case.inputs)
    bus = found["shuttle"]
    assert (bus.start, bus.end) == (date(2025, 7, 1), date(2027, 6, 30))
    assert bus.closed[:2] == (date(2025, 9, 1), date(2025, 9, 2))
    assert bus.added == (date(2026, 8, 22),)
    assert date(2026, 8, 31) in bus.closed
    assert found["train"].start == date(2025, 9, 22)


def test_months_later_ends_with_the_month():
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_later(date(2025, 10, 31), 1) == date(2025, 11, 30)
    assert months_later(date(2025, 7, 1), 24) == date(2027, 7, 1)


@pytest.fixture
def view(small_case, tmp_path):
    return Plan(tmp_path, {}, public_tables(small_case.tables, small_case.inputs.units, 5), public=True)


@pytest.fixture
def layers(small_case):
    """The way of s-1 both ways, with units and roads for the background."""
    way = [(106.0, 20.8), (106.2, 20.82), (106.4, 20.8)]
    made = {
        name: gpd.GeoDataFrame({"route_id": ["s-1"]}, geometry=[shapely.LineString(line)], crs="EPSG:4326")
        for name, line in (("routes", way), ("routes_evening", way[::-1]))
    }
    units = small_case.inputs.units[["code", "geometry"]].reset_index(drop=True)
    return {"units_before": units.assign(name=units["code"]), **made}


def test_the_feed_reads_as_it_should(view, small_case, layers):
    """One line, two trips; nobody may get off in the morning before work, nor on in the evening after it."""
    files = feed(view, small_case.inputs, layers)
    assert [r["trip_id"] for r in files["trips"]] == ["s-1-morning", "s-1-evening"]
    assert [(r["departure_time"], r["pickup_type"], r["drop_off_type"]) for r in files["stop_times"]] == [
        ("06:20:00", 0, 1),
        ("07:20:00", 1, 0),
        ("17:05:00", 0, 1),
        ("18:05:00", 1, 0),
    ]
    assert files["calendar"][0]["start_date"] == "20250701"
    assert ways_of(layers)["s-1", "morning"].km[-1] == pytest.approx(41.8, abs=0.2)


def notices(path, out) -> dict[str, str]:
    """Codes of a third-party validator with their severity."""
    from gtfs_validator.cli import main as validate

    validate(["-i", str(path), "-o", str(out), "-c", "VN", "-d", "2025-07-15"])
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return {n["code"]: n["severity"] for n in report["notices"]}


def test_a_validator_of_others_finds_nothing(view, small_case, layers, tmp_path):
    """Neither an error nor a warning; it does find a time that runs backwards."""
    path = tmp_path / "gtfs.zip"
    write_gtfs(view, small_case.inputs, layers, path)
    assert notices(path, tmp_path / "good") == {}
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"07:20:00", b"06:10:00"))
    assert "ERROR" in notices(damaged, tmp_path / "bad").values()


def test_equal_plans_give_equal_files(view, small_case, layers, tmp_path):
    """Feed and GPX files have no date of writing."""
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        write_gtfs(view, small_case.inputs, layers, folder / "gtfs.zip")
        write_gpx(view, layers, folder)
    first = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()}
    assert first == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}
    assert set(first) == {"gtfs.zip", "s-1.gpx"}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10))
def test_any_name_gives_well_formed_files(name):
    """Quotes, ampersands, line breaks and control characters in the name of a route."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    row, stops = both_ways("r-1")
    routes = pd.DataFrame([row | {"name_vi": name, "vehicle": "29"}])
    with TemporaryDirectory() as folder:
        view = Plan(Path(folder), {}, {"routes": routes, "stops": stops.assign(name=name)}, public=True)
        (path,) = write_gpx(view, {}, Path(folder))
        told = Xml.parse(path).getroot()[0][0].text or ""
    plain = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
    assert told == plain.sub("", name).replace("\r\n", "\n").replace("\r", "\n")


def test_timetables_have_a_page_a_line(view, small_case, layers, tmp_path):
    """Heads, times and counts in both languages; the booklet is the same when made again."""
    write_timetables(view, small_case.inputs, layers, tmp_path, ("vi", "en"))
    first = (tmp_path / "timetables.vi.docx").read_bytes()
    word = Document(tmp_path / "timetables.vi.docx")
    assert [p.text for p in word.paragraphs if p.style.name == "Heading 1"] == [
        "1. XÃ AN BÌNH ĐÔNG – TRUNG TÂM HÀNH CHÍNH"
    ]
    rows = [[c.text for c in r.cells] for r in word.tables[1].rows]
    assert rows == [
        ["TT", "Điểm đón, trả", "Sáng", "Chiều", "Km", "Lên xe", "Trên xe"],
        ["1", "Xã An Bình Đông", "06:20", "18:05", "0,0", "48", "48"],
        ["2", "Trung tâm hành chính", "07:20", "17:05", "44,0", "–", "–"],
    ]
    assert len(word.inline_shapes) == 1
    english = Document(tmp_path / "timetables.en.docx")
    assert english.tables[1].rows[0].cells[5].text == "Boarding"
    assert "Proposed" in " ".join(p.text for p in english.paragraphs)
    write_timetables(view, small_case.inputs, layers, tmp_path, ("vi",))
    assert (tmp_path / "timetables.vi.docx").read_bytes() == first


def test_masked_counts_stay_masked_on_the_page(view, small_case, layers, tmp_path):
    """Two vehicles that are alike but for their riders: one row each, marks instead of small counts."""
    few = {"routes": view.tables["routes"].assign(route_id="s-2", riders="<5")}
    few["stops"] = view.tables["stops"].assign(route_id="s-2", boarding="<5", load="*")
    tables = {n: pd.concat([view.tables[n], few[n]], ignore_index=True) for n in few}
    write_timetables(replace(view, tables=tables), small_case.inputs, layers, tmp_path, ("vi",))
    word = Document(tmp_path / "timetables.vi.docx")
    assert [[c.text for c in r.cells] for r in word.tables[2].rows][1:] == [
        ["1", "s-1", "48", "48", "48 / 48"],
        ["2", "s-2", "48", "<5", "<5 / •"],
    ]


def test_lists_of_passengers(small_case):
    """48 persons, each once, at the one stop; made again from the other tables they are those of the plan."""
    lists = passenger_lists(small_case.inputs, small_case.tables)
    pd.testing.assert_frame_equal(
        lists, small_case.tables["passengers"].sort_values("person_id").reset_index(drop=True), check_dtype=False
    )


def test_nobody_travels(small_case):
    """Without routes the lists are empty and have their columns."""
    tables = {**small_case.tables, **{name: empty(name) for name in ("commute", "routes", "stops", "boardings")}}
    assert passenger_lists(small_case.inputs, tables).equals(empty("passengers"))


def test_lists_that_cannot_be_made(small_case):
    """Places without persons, and a person with a shuttle but no place, are told by name."""
    tables = small_case.tables
    few = {**tables, "boardings": tables["boardings"].assign(riders=47)}
    with pytest.raises(ListsError, match="48 persons go by shuttle, 47 places are planned"):
        passenger_lists(small_case.inputs, few)
    none = {**tables, "boardings": tables["boardings"].iloc[:0]}
    with pytest.raises(ListsError, match=r"no route: HD-\d{5}, HD-"):
        passenger_lists(small_case.inputs, none)


def test_a_group_that_boards_at_two_stops(small_case):
    """24 persons each; the first 24 in the order by which money is given out go to the first stop by id."""
    stops = small_case.tables["stops"]
    more = stops[stops["stop_id"] == "10002"].assign(stop_id="10003", time="06:30", sequence=9)
    rows = small_case.tables["boardings"].assign(riders=24)
    tables = {
        **small_case.tables,
        "stops": pd.concat([stops, more], ignore_index=True),
        "boardings": pd.concat([rows.assign(stop_id="10003"), rows], ignore_index=True),
    }
    lists = passenger_lists(small_case.inputs, tables).set_index("person_id")
    ordered = sorted(lists.index, key=lambda person: zlib.crc32(person.encode()))
    assert lists.loc[ordered[:24], "stop_id"].unique().tolist() == ["10002"]
    assert lists.loc[ordered[24:], "morning"].unique().tolist() == ["06:30"]


@pytest.mark.slow
@pytest.mark.xdist_group("plan")
def test_money_of_a_person_is_the_share_of_the_vehicle_listed(shipped_plan):
    """All on one shuttle bear the same part of its cost, to one dong."""
    lists = shipped_plan.tables["passengers"].query("mode == 'shuttle'")
    money = shipped_plan.tables["staff"].set_index("person_id")["support_vnd_month"]
    shares = lists["person_id"].map(money).groupby(lists["route_id"])
    assert (shares.max() - shares.min()).max() <= 1
