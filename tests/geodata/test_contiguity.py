"""Borders and connected parts on a table of six pairs."""

import pandas as pd

from geodata.contiguity import border_pairs, is_contiguous, parts

# a - b - c on land (b - c without a road), c ~ d by ferry, e - f on land; z lies outside the units asked for.
TABLE = pd.DataFrame(
    {
        "code_a": ["a", "b", "c", "e", "a"],
        "code_b": ["b", "c", "d", "f", "z"],
        "kind": ["land", "land", "ferry", "land", "land"],
        "road_links": [3, 0, 0, 1, 5],
    }
)
CODES = ("a", "b", "c", "d", "e", "f")


def test_pairs_by_kind_and_road():
    """A ferry is no border; a border without a road counts unless a road is asked for."""
    assert border_pairs(TABLE, CODES).tolist() == [[0, 1], [1, 2], [4, 5]]
    assert border_pairs(TABLE, CODES, require_road_link=True).tolist() == [[0, 1], [4, 5]]
    assert border_pairs(TABLE, CODES, kinds=("ferry",)).tolist() == [[2, 3]]
    assert border_pairs(TABLE.iloc[:0], CODES).shape == (0, 2)


def test_parts_and_contiguity():
    """Units hang together only through members of the set, and never across groups."""
    pairs = border_pairs(TABLE, CODES)
    labels = parts(len(CODES), pairs).tolist()
    assert labels[0] == labels[1] == labels[2] != labels[3]
    assert len(set(labels)) == 3
    assert len(set(parts(len(CODES), pairs, group=[0, 1, 0, 0, 0, 0]).tolist())) == 5
    assert is_contiguous([0, 1, 2], pairs)
    assert not is_contiguous([0, 2], pairs)
    assert is_contiguous([3], pairs)
    assert not is_contiguous([0, 1, 4], pairs)
