"""Score of arrangements: three units by hand, the real units of 2025, and files with every kind of fault."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_matrix

from geodata.faults import InputError
from geodata.roads import RoadGraph
from merger.arrangement.score import plan_assignment, read_assignment, reference_assignment, score_units


@pytest.fixture
def row_of_three(geography):
    """Communes 1, 2, 3 in a row, 10 minutes and 5 km apart; 100, 200, 350 people; 20 km2 each."""
    units = gpd.GeoDataFrame(
        {
            "code": ["1", "2", "3"],
            "name_full": ["Xã Một", "Xã Hai", "Xã Ba"],
            "kind": "xa",
            "district": "Huyện A",
            "side": "hai_phong",
            "population": [100, 200, 350],
            "area_km2": [20.0, 20.0, 20.0],
            "centre_lon": [106.0, 106.1, 106.2],
            "centre_lat": 20.9,
        },
        geometry=[shapely.box(x, 20.8, x + 0.1, 21) for x in (105.95, 106.05, 106.15)],
        crs="EPSG:4326",
    ).set_index("code", drop=False)
    adjacency = pd.DataFrame(
        {"code_a": ["1", "2"], "code_b": ["2", "3"], "kind": "land", "road_links": 1}, index=[0, 1]
    )
    inputs = replace(geography, units=units, adjacency=adjacency)
    links = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    inputs.__dict__["roads"] = RoadGraph(
        node_ids=np.array([1, 2, 3]),
        lon=np.array([106.0, 106.1, 106.2]),
        lat=np.full(3, 20.9),
        in_main=np.ones(3, bool),
        minutes=csr_matrix(links * 10.0),
        metres=csr_matrix(links * 5000.0),
        is_ferry=frozenset(),
    )
    return inputs


def test_one_new_unit_by_hand(row_of_three):
    """Travel to the given and to the best seat, and the standing, follow from the definition."""
    assignment = pd.DataFrame({"old_code": ["1", "2", "3"], "new_id": "A", "seat_code": "2"})
    figures, table = score_units(row_of_three, assignment)
    factor = row_of_three.traffic.normal
    # Seat 2: 100 * 10 + 350 * 10 = 4500 minutes and 450 * 5 km. Seat 3: 100 * 20 + 200 * 10 = 4000; the best.
    assert figures["person_minutes"] == pytest.approx(4500 * factor, rel=1e-4)
    assert figures["person_km"] == pytest.approx(2250, rel=1e-4)
    assert figures["best_seat_person_minutes"] == pytest.approx(4000 * factor, rel=1e-4)
    assert table["best_seat_code"].tolist() == ["3"]
    assert figures["mean_km"] == pytest.approx(2250 / 650, abs=1e-3)
    # 0.1 degree of longitude at 20.9 N is 6371 * cos(20.9) * 0.1 * pi / 180 = 10.388 km; 450 of 650 people
    # go.
    assert figures["mean_straight_km"] == pytest.approx(10.388 * 450 / 650, abs=0.01)
    # 60 km2 and 650 people: below 16,000, but three units.
    assert (figures["meets"], figures["exempt"], figures["needs_decision"]) == (0, 1, 0)


def test_parts_carry_their_share(row_of_three):
    """A divided unit counts by its share in both new units, and whole units alone in the strict reading."""
    assignment = pd.DataFrame(
        {"old_code": ["1", "2", "2", "3"], "new_id": ["A", "A", "B", "B"], "share": [1, 0.25, 0.75, 1]}
    )
    figures, table = score_units(row_of_three, assignment)
    assert table["population"].tolist() == [150, 500]
    assert table["area_km2"].tolist() == [25.0, 35.0]
    assert table["n_contributors"].tolist() == [2, 2]
    assert table["n_whole"].tolist() == [1, 1]
    assert figures["divided_old_units"] == 1
    # Best seats: A in 1 (its only main member): 50 people * 10; B in 3: 150 * 10 (in 2 it would be 350 * 10).
    assert table["seat_code"].tolist() == ["1", "3"]
    assert figures["person_minutes"] == pytest.approx(2000 * row_of_three.traffic.normal, rel=1e-4)


def test_a_gap_and_a_moved_seat_are_seen(row_of_three):
    """A new unit in two pieces is not contiguous; a seat that left its unit is chosen anew."""
    assignment = pd.DataFrame({"old_code": ["1", "2", "3"], "new_id": ["A", "B", "A"], "seat_code": ["2", "2", "2"]})
    figures, table = score_units(row_of_three, assignment)
    assert figures["not_contiguous"] == 1
    assert table["seat_code"].tolist() == ["3", "2"]


def test_the_real_units_of_2025(geography):
    """The real arrangement has the counts of law/standards.toml; areas and people are the official ones."""
    figures, table = score_units(geography, reference_assignment(geography))
    law = geography.law
    assert figures["meets"] == law.value("standards.outcome.units_meeting_art5_1")
    assert figures["exempt"] == law.value("standards.outcome.units_passing_only_by_art5_2")
    assert figures["needs_decision"] == len(law.value("standards.outcome.units_needing_art5_3"))
    strict = "standards.outcome.units_below_standard_with_fewer_than_3_whole_units"
    assert figures["needs_decision_strict"] == law.value(strict)
    assert figures["divided_old_units"] == law.value("standards.outcome.old_units_split")
    assert (figures["special"], figures["across_sides"], figures["without_road_people"]) == (2, 0, 0)
    table = table.set_index("new_id")
    assert (table["population"] == geography.reference["population"]).all()
    assert np.allclose(table["area_km2"], geography.reference["area_km2"], atol=0.002)
    assert (table["kind"] == geography.reference["kind"]).all()
    # A seat may only be better than the published one when it is the best of all.
    assert figures["best_seat_person_minutes"] < figures["person_minutes"]
    assert figures["mean_straight_km"] < figures["mean_km"]


def test_a_plan_is_read_back_from_its_file(geography, tmp_path):
    """A file of whole units without seats scores as the same frame; other columns do not disturb."""
    home = geography.crosswalk.sort_values(["old_code", "population"]).drop_duplicates("old_code", keep="last")
    frame = home[["old_code", "new_code"]].rename(columns={"new_code": "new_id"}).assign(note="x")
    frame.to_csv(tmp_path / "a.csv", index=False)
    read = read_assignment(tmp_path / "a.csv", geography)
    assert score_units(geography, read)[0] == score_units(geography, frame)[0]
    with_seats = frame.assign(seat_code=frame["old_code"])[["old_code", "new_id", "seat_code"]]
    assert plan_assignment(with_seats).columns.tolist() == ["old_code", "new_id", "seat_code"]


def test_all_faults_of_a_file_at_once(row_of_three, tmp_path):
    """Unknown, repeated, missing units, wrong shares and foreign seats come together, each with its row."""
    path = tmp_path / "bad.csv"
    path.write_text("old_code,new_id,share,seat_code\n1,A,1,3\n1,A,1,\n9,A,1,\n2,,0.5,\n2,B,-1,\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_assignment(path, row_of_three)
    found = {(f.line, f.field, f.message.split(" ")[0]) for f in raised.value.faults}
    text = str(raised.value)
    assert (4, "old_code", "no") in found
    assert (3, "old_code", "unit") in found
    assert "repeats row 2" in text
    assert "unit 3 Xã Ba is missing" in text
    assert (5, "new_id", "is") in found
    assert (6, "share", "is") in found
    assert "shares of unit 2 sum to -0.5" in text
    assert "seat 3 is no member of A" in text


def test_divided_units_need_shares(row_of_three, tmp_path):
    """A unit in two new units without shares is a fault that says what to add; so is a missing column."""
    path = tmp_path / "two.csv"
    path.write_text("old_code,new_id\n1,A\n2,A\n2,B\n3,B\n", encoding="utf-8")
    with pytest.raises(InputError, match="lies in 2 new units without shares -> keep one row, or add the column share"):
        read_assignment(path, row_of_three)
    path.write_text("old_code,unit\n1,A\n", encoding="utf-8")
    with pytest.raises(InputError, match="column new_id: column is missing"):
        read_assignment(path, row_of_three)
