"""Readers of vehicle routing instances and the table of the benchmark, on small files written here."""

import pytest

from benchmarks.instances import InstanceError
from benchmarks.routing import instances
from benchmarks.vehicle_instances import read_vehicle_instance, solution_text
from solvers.vehicle_routing.problem import Route

PLANE = """NAME : \tT-n4\t
COMMENT : "three clients: on an axis, beside it"
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 5
NODE_COORD_SECTION
1\t0\t0
2\t3\t4
3\t1\t1
4\t0\t2.5
DEMAND_SECTION
1\t0
2\t3
3\t2
4\t4
DEPOT_SECTION
\t1
\t-1
EOF
"""
LISTED = """NAME: L-n3
TYPE: CVRP
DIMENSION: 3
EDGE_WEIGHT_TYPE: EXPLICIT
EDGE_WEIGHT_FORMAT: {form}
CAPACITY: 9
EDGE_WEIGHT_SECTION
{weights}
DEMAND_SECTION
1 0
2 4
3 5
DEPOT_SECTION
1
-1
EOF
"""
SOLOMON = """T1

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      0          0          0          0        100          0
    1      1          1          4          5         50         10
    2      3          4          7          0         60         10
"""


def test_plane_distances_are_rounded_to_the_nearest(tmp_path):
    """5 from (0,0) to (3,4); 1.41 is 1; 2.5 is 3 (halves go up); (3,4)-(1,1) is 3.61, so 4."""
    path = tmp_path / "T-n4.vrp"
    path.write_text(PLANE)
    read = read_vehicle_instance(path)
    assert read.problem.distances[0].tolist() == [0, 5, 1, 3]
    assert read.problem.distances[1, 2] == 4
    assert (read.problem.demands.tolist(), read.problem.vehicles[0].capacity) == ([0, 3, 2, 4], 5)
    assert (read.problem.durations, read.unit, read.cost(17.0)) == (None, 1, "17")


@pytest.mark.parametrize(
    ("form", "weights"),
    [
        ("FULL_MATRIX", "0 6 7 6 0 8 7 8 0"),
        ("LOWER_ROW", "6 7 8"),
        ("UPPER_ROW", "6 7 8"),
        ("LOWER_DIAG_ROW", "0 6 0 7 8 0"),
        ("UPPER_DIAG_ROW", "0 6 7 0 8 0"),
        ("LOWER_COL", "6 7 8"),
    ],
)
def test_listed_distances_come_in_several_forms(tmp_path, form, weights):
    """6 from the depot to the first client, 7 to the second, 8 between them."""
    path = tmp_path / "L-n3.vrp"
    path.write_text(LISTED.format(form=form, weights=weights))
    assert read_vehicle_instance(path).problem.distances.tolist() == [[0, 6, 7], [6, 0, 8], [7, 8, 0]]


def test_a_limit_of_the_route_counts_service(tmp_path):
    """DISTANCE 40 with SERVICE_TIME 10 is a longest duration with ten at each client."""
    path = tmp_path / "C.vrp"
    path.write_text(PLANE.replace("CAPACITY : 5", "CAPACITY : 5\nDISTANCE : 40\nSERVICE_TIME : 10"))
    read = read_vehicle_instance(path).problem
    assert (read.vehicles[0].max_duration, read.service.tolist()) == (40, [0, 10, 10, 10])


def test_solomon_figures_are_tenths_and_distances_are_cut(tmp_path):
    """1.414 is 14 tenths; (1,1)-(3,4) is 3.606: 36; times are ten times those of the file."""
    path = tmp_path / "T1.txt"
    path.write_text(SOLOMON)
    read = read_vehicle_instance(path)
    assert read.problem.distances.tolist() == [[0, 14, 50], [14, 0, 36], [50, 36, 0]]
    assert read.problem.durations.tolist() == read.problem.distances.tolist()
    assert read.problem.windows.tolist() == [[0, 1000], [50, 500], [0, 600]]
    assert read.problem.service.tolist() == [0, 100, 100]
    assert (read.problem.vehicles[0].number, read.problem.vehicles[0].capacity) == (2, 10)
    assert read.cost(1234.0) == "123.4"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.vrp", "", "DIMENSION is missing"),
        ("a.vrp", "so what", "line not understood: so what"),
        ("a.vrp", PLANE.replace("4\t0\t2.5\n", ""), "NODE_COORD_SECTION holds 9 numbers; 4 nodes need 12"),
        ("a.vrp", PLANE.replace("4\t0\t2.5", "5\t0\t2.5"), "number its rows from 1 to 4"),
        ("a.vrp", PLANE.replace("\t2.5", "\thigh"), "something else than numbers"),
        ("a.vrp", PLANE.replace("\t2.5", "\tinf"), "not finite"),
        ("a.vrp", PLANE.replace("EUC_2D", "GEO"), "EDGE_WEIGHT_TYPE is GEO"),
        ("a.vrp", PLANE.replace("TYPE : CVRP", "TYPE : ACVRPX"), "only CVRP"),
        ("a.vrp", PLANE.replace("CAPACITY : 5", "CAPACITY : much"), "CAPACITY is much"),
        ("a.vrp", PLANE.replace("CAPACITY : 5", "CAPACITY : 5.5"), "not a whole number"),
        ("a.vrp", PLANE.replace("\t1\n\t-1", "\t2\n\t-1"), "node 1 alone"),
        ("a.vrp", PLANE.replace("4\t4\nDEPOT", "4\t4.5\nDEPOT"), "demands are not whole"),
        ("a.vrp", PLANE.replace("1\t0\n2\t3\n", "1\t6\n2\t3\n"), "the depot"),
        ("a.vrp", LISTED.format(form="LOWER_ROW", weights="6 7"), "holds 2 numbers; LOWER_ROW of 3 nodes needs 3"),
        ("a.vrp", LISTED.format(form="ODD", weights="6 7"), "EDGE_WEIGHT_FORMAT is ODD"),
        ("a.txt", "", "not of Solomon's form"),
        ("a.txt", PLANE, "not of Solomon's form"),
        ("a.txt", SOLOMON.replace("60         10", "60"), "each row of CUSTOMER seven"),
        ("a.txt", SOLOMON.replace("    2      3", "    7      3"), "number its rows from 0 to 2"),
        ("a.txt", SOLOMON.replace("    7          0 ", "    x          0 "), "something else than numbers"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path, name, text, message):
    """The message names the file and says what is wrong."""
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InstanceError, match=message) as told:
        read_vehicle_instance(path)
    assert str(path) in str(told.value)


def test_binary_files_are_refused(tmp_path):
    """As by their name, not by a decoder's words."""
    (tmp_path / "a.vrp").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InstanceError, match="no text file"):
        read_vehicle_instance(tmp_path / "a.vrp")


def test_routes_are_written_as_others_read_them():
    """CVRPLIB numbers routes and clients from 1 and leaves the depot out."""
    assert solution_text((Route(0, (2, 1)), Route(0, (3,))), "17") == "Route #1: 2 1\nRoute #2: 3\nCost 17\n"


def test_rows_means_and_solutions(tmp_path, capsys):
    """T-n4: capacity 5 takes clients 1 and 2 (3 + 2) together: 5 + 4 + 1 = 10; client 3 alone: 6; in all 16.

    T1: 11 is more than one vehicle holds: 2 x 1.4 + 2 x 5.0 = 12.8. Best known 15 and 12.8: 6.667 and 0, mean 3.333.
    """
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "T-n4.vrp").write_text(PLANE)
    (folder / "T1.txt").write_text(SOLOMON)
    (tmp_path / "best_known.csv").write_text("set,instance,best_known\ncvrp,T-n4,15\nvrptw,T1,12.8\n")
    instances(folder, 0.5, 1, tmp_path / "out")
    lines = capsys.readouterr().out.splitlines()
    assert "0.5 s of wall time for each; ours on 1 core(s), PyVRP and OR-Tools on one" in lines[0]
    rows = {line.split()[0]: line.split()[1:] for line in lines[2:]}
    assert rows["T-n4"][:4] == ["3", "15", "16", "6.667"]
    assert rows["T1"][:4] == ["2", "12.8", "12.8", "0.000"]
    # Three solvers, each with cost, gap and seconds; all find the best of such small ones.
    assert rows["T-n4"][2::3] == ["16"] * 3
    assert rows["mean"] == ["3.333"] * 3
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(
        f"{name}{suffix}.sol" for name in ("T-n4", "T1") for suffix in ("", ".pyvrp", ".ortools")
    )
    assert (tmp_path / "out" / "T1.sol").read_text() == "Route #1: 1\nRoute #2: 2\nCost 12.8\n"


def test_an_empty_folder_and_a_bad_file_end_with_one_message(tmp_path):
    """Nothing is solved before all files are read."""
    with pytest.raises(SystemExit, match="no instance"):
        instances(tmp_path, 1, 1, None)
    (tmp_path / "bad.vrp").write_text("so what")
    with pytest.raises(SystemExit, match=r"bad\.vrp: line not understood"):
        instances(tmp_path, 1, 1, None)
