"""Readers of project instances and the table of the benchmark, on small files written here."""

import json

import pytest

from benchmarks.instances import InstanceError
from benchmarks.project_instances import read_project
from benchmarks.schedule import instances

# Four activities between two dummies, 2 units of a resource: 2 (3 days, 1 unit), 3 (2 days, 2 units) before 5 (1 day).
PATTERSON = "6 1\n2\n0 0 3 2 3 4\n3 1 1 6\n2 2 1 5\n2 1 1 6\n1 0 1 6\n0 0 0\n"
NATIVE = """************************************************************************
jobs (incl. supersource/sink ):  6
horizon                       :  8
RESOURCES
  - renewable                 :  1   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          3           2   3   4
   2        1          1           6
   3        1          1           5
   4        1          1           6
   5        1          1           6
   6        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1
------------------------------------------------------------------------
  1      1     0       0
  2      1     3       1
  3      1     2       2
  4      1     2       1
  5      1     1       0
  6      1     0       0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1
    2
************************************************************************
"""


@pytest.mark.parametrize(("name", "text"), [("a.rcp", PATTERSON), ("a.sm", NATIVE)])
def test_both_forms_give_the_same_project(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    read = read_project(path)
    assert read.name == "a"
    assert read.duration == (0, 3, 2, 2, 1, 0)
    assert read.successors == ((1, 2, 3), (5,), (4,), (5,), (5,), ())
    assert read.demand == ((0,), (1,), (2,), (1,), (0,), (0,))
    assert read.capacity == (2,)
    problem, tasks = read.problem()
    assert tasks == [1, 2, 3, 4]
    assert (problem.before.tolist(), problem.after.tolist()) == ([1], [3])


def test_activities_of_no_length_pass_the_order_on(tmp_path):
    """1 -> 2 (2 days) -> 3 (no length) -> 4 (1 day): 4 waits for 2, and 3 stands where 2 ends."""
    path = tmp_path / "a.rcp"
    path.write_text("4 0\n0 1 2\n2 1 3\n0 1 4\n1 0\n")
    read = read_project(path)
    problem, tasks = read.problem()
    assert tasks == [1, 3]
    assert (problem.before.tolist(), problem.after.tolist()) == ([0], [1])
    assert read.starts({1: 0, 3: 2}) == [0, 0, 2, 2]


def test_faults_of_a_schedule(tmp_path):
    """2 and 4 together, then 3, then 5 is sound; 3 beside 2 overdraws, 5 before 3 breaks the order."""
    path = tmp_path / "a.rcp"
    path.write_text(PATTERSON)
    read = read_project(path)
    assert read.faults([0, 0, 3, 0, 5, 6]) == []
    assert read.faults([0, 0, 0, 3, 2, 5])[0] == "day 0: 3 units of resource 1 of 2"
    assert read.faults([0, 0, 3, 0, 4, 6]) == ["activity 5 starts before 3 has ended"]
    assert read.faults([0, -1, 3, 0, 5, 6])[0] == "activity 2 starts before day 0"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.rcp", "", "ends within the head"),
        ("a.rcp", PATTERSON[:-3], "ends within activity 6"),
        ("a.rcp", PATTERSON + "7", "follows after the last"),
        ("a.rcp", PATTERSON.replace("3 1 1 6", "x 1 1 6"), "'x' in activity 2"),
        ("a.rcp", PATTERSON.replace("3 1 1 6", "3 1 1 9"), "none of the 6"),
        ("a.rcp", PATTERSON.replace("3 1 1 6", "3 1 1 2"), "cycle"),
        ("a.rcp", PATTERSON.replace("3 1 1 6", "-3 1 1 6"), "negative"),
        ("a.rcp", PATTERSON.replace("3 1 1 6", "3 4 1 6"), "needs 4 units"),
        ("a.sm", NATIVE.replace("jobs (", "tasks ("), "numbers of jobs"),
        ("a.sm", NATIVE.replace("REQUESTS", "WISHES"), "section REQUESTS is missing"),
        ("a.sm", NATIVE.replace("   2        1          1           6\n", ""), "job 3 stands where job 2"),
        ("a.sm", NATIVE.replace("   2        1          1 ", "   2        3          1 "), "3 modes"),
        ("a.sm", NATIVE.replace("nonrenewable              :  0", "nonrenewable              :  2"), "not read"),
    ],
)
def test_broken_files_are_refused_by_name(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InstanceError, match=message) as told:
        read_project(path)
    assert name in str(told.value)


def test_rows_means_and_starts(tmp_path, capsys):
    """Least makespan 5: 3 takes the whole resource for two days, 2 takes three more. Best known 4 is made up, to see
    the gap of a quarter."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "j4_1_1.rcp").write_text(PATTERSON)
    (folder / "j5_1_1.sm").write_text(NATIVE)
    (tmp_path / "best_known.csv").write_text(
        "set,instance,best_known,lower_bound,convention\npsplib,j4_1_1,4,4,made up\n"
    )
    instances(folder, 5, 1, tmp_path / "out")
    rows = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines()}
    assert rows["j4_1_1"][1:7] == ["4", "4", "5", "5", "0.00", "25.00"]
    assert rows["j4_1_1"][8:12] == ["5", "5", "0.00", "25.00"]
    assert rows["j5_1_1"][1:7] == ["4", "-", "5", "5", "0.00", "-"]
    assert rows["mean"] == ["mean", "j5", "(1)", "0.000", "-", "0.000", "-"]
    written = json.loads((tmp_path / "out" / "j4_1_1.json").read_text())
    assert written["instance"] == "j4_1_1"
    assert read_project(folder / "j4_1_1.rcp").faults(written["starts"]) == []
    assert max(written["starts"]) == 5
    assert (tmp_path / "out" / "j5_1_1.bare.json").exists()


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(SystemExit, match="no instance"):
        instances(tmp_path, 1, 1, None)
