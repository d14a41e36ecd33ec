"""p-median files: the last of edges given twice counts; what is no instance is refused with its name."""

from __future__ import annotations

import json

import pytest

from benchmarks.instances import InstanceError
from benchmarks.median import instances, read_median


def test_the_last_of_two_edges_counts(tmp_path):
    # 1 - 2 first 9, then (given from the other end) 4; 2 - 3 is 5: from 1 to 3 it is 9.
    path = tmp_path / "small.txt"
    path.write_text("3 3 1\n1 2 9\n2 3 5\n2 1 4\n", encoding="ascii")
    problem = read_median(path)
    assert problem.fewest == 1
    assert problem.cost.tolist() == [[0, 4, 9], [4, 0, 5], [9, 5, 0]]


@pytest.mark.parametrize("text", ["", "3 1 1\n1 2", "2 1 1\n1 3 5", "2 1 3\n1 2 5", "a b"])
def test_what_is_no_instance_is_refused(tmp_path, text):
    path = tmp_path / "wrong.txt"
    path.write_text(text, encoding="ascii")
    with pytest.raises(InstanceError, match=r"wrong\.txt"):
        read_median(path)


def test_table_and_solutions(tmp_path, capsys):
    # A path of three nodes: the middle one serves all at 4 + 5.
    (tmp_path / "path.txt").write_text("3 2 1\n1 2 4\n2 3 5\n", encoding="ascii")
    instances(tmp_path, 10, tmp_path / "out.json")
    (answer,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    expected = {"instance": "path", "value": 9, "bound": 9, "sites": [1], "assignment": [1, 1, 1]}
    assert answer == expected
    assert capsys.readouterr().out.count("\n") == 2
