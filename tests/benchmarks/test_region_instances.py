"""Readers of areas with neighbours and the benchmark of regions, on small files written here."""

import json

import geopandas
import numpy as np
import pytest
from shapely.geometry import box

from benchmarks import regions
from benchmarks.instances import InstanceError
from benchmarks.region_instances import Task, instance_files, read_regions, stated_tasks
from solvers.maxp.problem import MaxPProblem
from solvers.problem import Stop

SQUARE = [[0, 1], [0, 2], [1, 3], [2, 3]]


def write_polygons(path):
    """Four unit squares, 0 1 above 2 3, the last cut in two where no vertex of its neighbour lies."""
    corners = [(0, 1), (1, 1), (0, 0), (1, 0)]
    shapes = [box(x, y, x + 1, y + 1) for x, y in corners]
    shapes[3] = shapes[3].segmentize(0.3)
    frame = geopandas.GeoDataFrame({"code": list("abcd"), "people": [3, 1, 2, 2]}, geometry=shapes, crs="EPSG:3405")
    frame.to_file(path)


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_polygons_that_share_a_line(tmp_path, suffix):
    """A point in common (0 and 3) makes no neighbours; the order of the file stays."""
    write_polygons(tmp_path / f"four{suffix}")
    read = read_regions(tmp_path / f"four{suffix}")
    assert read.edges.tolist() == SQUARE
    assert read.ids == ("a", "b", "c", "d")
    assert read.column("people").tolist() == [3, 1, 2, 2]
    assert read.centres[0].tolist() == [0.5, 1.5]
    with pytest.raises(InstanceError, match="no numeric column area"):
        read.column("area")


def test_table_and_pairs(tmp_path):
    """The column `code` holds the ids though it isn't the first; pairs stand both ways; semicolons do as well."""
    (tmp_path / "t.csv").write_text("\ufeffplace;code;people\nx;7;1.5\nx;8;2\nx;9;3\n", encoding="utf-8")
    (tmp_path / "t_edges.csv").write_text("from;to;km\n7;8;1\n8;7;1\n9;8;2\n")
    read = read_regions(tmp_path / "t.csv")
    assert (read.ids, read.edges.tolist()) == (("7", "8", "9"), [[0, 1], [1, 2]])
    assert read.column("people").tolist() == [1.5, 2, 3]
    assert [p.name for p in instance_files(tmp_path)] == ["t.csv"]


@pytest.mark.parametrize(
    ("table", "pairs", "said"),
    [
        ("id,w\n1,2\n", None, "t_edges.csv"),
        ("id,w\n1,2\n", "a,b\n1,5\n", "5 not among the ids"),
        ("id,w\n1,2\n1,3\n", "a,b\n1,1\n", "no column of ids"),
        ("id,w\n", "a,b\n", "no rows"),
    ],
)
def test_broken_tables_are_refused_by_name(tmp_path, table, pairs, said):
    (tmp_path / "t.csv").write_text(table)
    if pairs is not None:
        (tmp_path / "t_edges.csv").write_text(pairs)
    with pytest.raises(InstanceError, match=said) as told:
        read_regions(tmp_path / "t.csv")
    assert "t.csv" in str(told.value) or "t_edges.csv" in str(told.value)


def test_graphs_of_both_kinds(tmp_path):
    """Adjacency lists and links say the same; ids need not be positions."""
    nodes = [{"id": k, "POP10": p, "C_X": k, "C_Y": 0} for k, p in ((5, 10), (6, 20), (7, 30))]
    lists = {"nodes": nodes, "adjacency": [[{"id": 6}], [{"id": 5}, {"id": 7}], [{"id": 6}]]}
    links = {"nodes": nodes, "links": [{"source": 5, "target": 6}, {"source": 7, "target": 6}]}
    for name, graph in (("lists", lists), ("links", links)):
        (tmp_path / f"{name}.json").write_text(json.dumps(graph))
        read = read_regions(tmp_path / f"{name}.json")
        assert read.edges.tolist() == [[0, 1], [1, 2]]
        assert read.population.tolist() == [10, 20, 30]
        assert read.centres.tolist() == [[5, 0], [6, 0], [7, 0]]
    # Half of 60 is 30: from 29.85 to 30.15.
    assert Task(districts=2).window(read) == (30, 30)


def test_tasks_in_the_conventions(tmp_path):
    (tmp_path / "best_known.csv").write_text(
        'set,instance,best_known,convention\nregions,a,3,"max-p, rook, floor 40.5 on field Uniform2"\n'
        'districting,b,9,"cut edges, minimise, k=2, L=ceil(0.995*pop/k)"\npsplib,c,5,makespan\n'
    )
    (tmp_path / "in").mkdir()
    expected = {"a": Task(floor_column="Uniform2", floor=40.5), "b": Task(districts=2)}
    assert stated_tasks(tmp_path / "in") == expected


def test_rows_and_solutions(tmp_path, capsys, monkeypatch):
    """Floor 4 on 3 1 / 2 2: {0, 1} and {2, 3} are two regions, and 8 people allow no more."""
    write_polygons(tmp_path / "four.gpkg")
    monkeypatch.setattr(regions, "spopt", lambda problem, stop: regions.Answer(None, None, None, 0.0, regions.MISSING))
    asked = Task(floor_column="people", floor=4)
    regions.instances(tmp_path, 0.2, 1, asked, out=tmp_path / "out" / "labels.json")
    rows = {line.split()[2]: line.split() for line in capsys.readouterr().out.splitlines()[2:]}
    assert rows["ours"][3:6] == ["2", "2", "0.00"]
    assert rows["spopt"][3:5] == ["not", "installed"]
    assert rows["greedy"][3:5] == ["2", "-"]
    assert json.loads((tmp_path / "out" / "labels.json").read_text()) == [{"instance": "four", "labels": [0, 0, 1, 1]}]


def test_an_area_without_neighbours_is_said(tmp_path, capsys, monkeypatch):
    (tmp_path / "t.csv").write_text("id,w\n1,5\n2,5\n3,1\n")
    (tmp_path / "t_edges.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr(regions, "spopt", lambda problem, stop: regions.Answer(None, None, None, 0.0, regions.MISSING))
    regions.instances(tmp_path, 0.1, 1, Task(floor_column="w", floor=5))
    assert "infeasible: component[2]" in capsys.readouterr().out


def test_greedy_keeps_the_floor():
    """A path 1-1-1-1-1, floor 2: two regions, the fifth area joins one of them."""
    path = np.column_stack([np.arange(4), np.arange(1, 5)])
    answer = regions.greedy(MaxPProblem(np.ones(5), path, 2), Stop(0.05))
    assert (answer.value, answer.bound) == (2, None)
