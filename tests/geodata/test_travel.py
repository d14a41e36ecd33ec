"""Road graph and travel tables: hand-worked graph, ferries, islands, cache, and the shipped calibration."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from geodata import travel
from geodata.roads import RoadGraph, read_roads
from geodata.shipped import shipped_path
from geodata.travel import path_nodes, travel_table


def graph_of(n: int, arcs: list[tuple[int, int, float, float]], ferries=frozenset()) -> RoadGraph:
    """Graph with arcs (from, to, minutes, metres); node k lies at longitude 106 + k/100."""
    u, v, minutes, metres = (np.array(x) for x in zip(*arcs, strict=True))
    return RoadGraph(
        node_ids=np.arange(n) + 100,
        lon=106 + np.arange(n) / 100,
        lat=np.full(n, 20.9),
        in_main=np.ones(n, bool),
        minutes=csr_matrix((minutes, (u, v)), shape=(n, n)),
        metres=csr_matrix((metres, (u, v)), shape=(n, n)),
        is_ferry=ferries,
    )


@cache
def shipped_roads(ferries: bool = True) -> RoadGraph:
    return read_roads(
        shipped_path("roads_nodes.parquet"),
        shipped_path("roads_edges.parquet"),
        shipped_path("ferries.csv") if ferries else None,
        shipped_path("transport_projects.csv"),
    )


# 0 -> 1 -> 3 takes 2 + 3 = 5 min over 1000 + 2000 m; 0 -> 2 -> 3 takes 4 + 2 = 6 min over 500 + 500 m; 3 -> 0
# takes 9 min.
DIAMOND = [
    (0, 1, 2.0, 1000.0),
    (1, 3, 3.0, 2000.0),
    (0, 2, 4.0, 500.0),
    (2, 3, 2.0, 500.0),
    (3, 0, 9.0, 7000.0),
]


def test_the_quickest_path_gives_both_minutes_and_km():
    """Distance is that of the quickest path, not of the shortest;
    one-way arcs count in their direction only.
    """
    table = travel_table(graph_of(5, DIAMOND), [0, 3], [3, 0])
    assert table.minutes == pytest.approx(np.array([[5.0, 0.0], [0.0, 9.0]]))
    assert table.km == pytest.approx(np.array([[3.0, 0.0], [0.0, 7.0]]))


def test_of_equally_quick_paths_the_shortest_counts():
    """With both ways taking 6 min, the way over node 2 (1.0 km) beats the one over node 1 (3.0 km)."""
    arcs = [(0, 1, 3.0, 1000.0), *DIAMOND[1:]]
    assert travel_table(graph_of(4, arcs), [0], [3]).km[0, 0] == pytest.approx(1.0)
    assert path_nodes(graph_of(4, arcs), 0, 3) == [0, 2, 3]


def test_unreachable_places_are_infinite_in_both_tables_and_have_no_path():
    """Node 4 has no roads."""
    graph = graph_of(5, DIAMOND)
    table = travel_table(graph, [0, 4], [4, 0])
    assert table.minutes[1, 0] == 0.0
    assert np.isinf(table.minutes[0, 0])
    assert np.isinf(table.km[0, 0])
    assert path_nodes(graph, 0, 4) == []
    assert path_nodes(graph, 4, 4) == [4]


def test_factor_slows_minutes_and_leaves_km():
    """Peak traffic of 1.3: 5 min become 6.5 min on the same 3 km."""
    table = travel_table(graph_of(4, DIAMOND), [0], [3], factor=1.3)
    assert (table.minutes[0, 0], table.km[0, 0]) == pytest.approx((6.5, 3.0))


def test_searching_from_the_side_with_fewer_nodes_gives_the_same_table():
    """Three origins and one target are searched backwards; repeated nodes keep their rows."""
    graph = graph_of(4, DIAMOND)
    back = travel_table(graph, [0, 1, 2, 0], [3])
    forward = np.vstack([travel_table(graph, [o], [3]).minutes for o in (0, 1, 2, 0)])
    assert back.minutes == pytest.approx(forward)


def test_ferries_can_be_taken_out():
    """Without the ferry 1 -> 3 the quickest way is 0 -> 2 -> 3, 6 min."""
    graph = graph_of(4, DIAMOND, ferries=frozenset({(1, 3), (3, 1)}))
    land = graph.without_ferries()
    assert travel_table(graph, [0], [3]).minutes[0, 0] == pytest.approx(5.0)
    assert travel_table(land, [0], [3]).minutes[0, 0] == pytest.approx(6.0)
    assert travel_table(land, [0], [3]).km[0, 0] == pytest.approx(1.0)
    assert land.is_ferry == frozenset()


def test_a_path_beyond_the_packed_label_is_refused():
    """Two arcs of 3,000 km each exceed 25 bits of 0.1 m; a wrong figure would be worse than an error."""
    graph = graph_of(3, [(0, 1, 2000.0, 3e6), (1, 2, 2000.0, 3e6)])
    with pytest.raises(ValueError, match="travel tables hold paths below"):
        travel_table(graph, [0], [2])


def test_cache_is_used_and_a_damaged_file_is_only_a_lost_shortcut(tmp_path):
    """The second call reads the stored file; after damage the table is computed again."""
    graph = graph_of(4, DIAMOND)
    first = travel_table(graph, [0], [3], cache=tmp_path)
    (stored,) = tmp_path.glob("*.npz")
    np.savez(stored, minutes=np.array([[42.0]]), km=np.array([[1.0]]))
    assert travel_table(graph, [0], [3], cache=tmp_path).minutes[0, 0] == 42.0
    stored.write_bytes(b"damaged")
    assert travel_table(graph, [0], [3], cache=tmp_path).minutes == pytest.approx(first.minutes)


def test_a_changed_graph_does_not_read_the_old_cache(tmp_path):
    """One minute more on an arc makes another key."""
    travel_table(graph_of(4, DIAMOND), [0], [3], cache=tmp_path)
    slower = [(0, 1, 3.0, 1000.0), *DIAMOND[1:]]
    assert travel_table(graph_of(4, slower), [0], [3], cache=tmp_path).minutes[0, 0] == pytest.approx(6.0)


def test_a_cache_folder_that_cannot_be_written_does_not_stop_the_search(tmp_path):
    """A file where the folder should be."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert travel_table(graph_of(4, DIAMOND), [0], [3], cache=blocked).minutes[0, 0] == pytest.approx(5.0)


@settings(max_examples=25, deadline=None)
@given(
    arcs=st.lists(
        st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(1, 30), st.integers(1, 9000)),
        min_size=5,
        max_size=40,
    )
)
def test_the_overlay_gives_what_plain_searches_give(arcs):
    """On random graphs cut into cells of three nodes, tables agree to the last bit,
    unreachable pairs included.
    """
    distinct = {(u, v): (u, v, float(m), float(d)) for u, v, m, d in arcs if u != v}
    if not distinct:
        return
    graph = graph_of(12, list(distinct.values()))
    some = np.array([0, 3, 5, 11])
    plain = travel_table(graph, some, some)
    kept = travel.OVERLAY_FROM, travel.CELL_NODES
    try:
        travel.OVERLAY_FROM, travel.CELL_NODES = 1, 3
        overlay = travel_table(graph, some, some)
    finally:
        travel.OVERLAY_FROM, travel.CELL_NODES = kept
    assert np.array_equal(plain.minutes, overlay.minutes)
    assert np.array_equal(plain.km, overlay.km)


def test_the_shipped_graph_gives_the_shipped_calibration():
    """Minutes and km of all twelve published checks agree with the file to its rounding (0.1),
    by road only.
    """
    checks = pd.read_csv(shipped_path("travel_time_checks.csv"))
    roads = shipped_roads(ferries=False)
    origins, targets = roads.index_of(checks["from_node"]), roads.index_of(checks["to_node"])
    table = travel_table(roads, origins[:1], targets)
    assert len(set(origins.tolist())) == 1
    assert np.abs(table.minutes[0] - checks["model_minutes_free_flow"]).max() <= 0.0501
    assert np.abs(table.km[0] - checks["fastest_route_km"]).max() <= 0.0501


def test_the_sum_along_a_real_path_is_the_table_entry():
    """Hải Dương to Bắc Sông Cấm: minutes and metres of the arcs on the path add up to the table,
    ferries included.
    """
    roads = shipped_roads()
    origin, target = roads.index_of([52127, 45337])
    table = travel_table(roads, [origin], [target])
    nodes = path_nodes(roads, origin, target)
    arcs = list(pairwise(nodes))
    assert sum(roads.minutes[a] for a in arcs) == pytest.approx(table.minutes[0, 0], abs=0.01)
    assert sum(roads.metres[a] for a in arcs) / 1000 == pytest.approx(table.km[0, 0], abs=0.05)


def test_shipped_ferries_join_cat_hai_and_bach_long_vi_stays_apart():
    """Without ferries Cát Bà cannot be reached from the centre;
    Bạch Long Vĩ has no ferry in the data at all.
    """
    roads = shipped_roads()
    cat_ba, centre, far_island = roads.index_of([15747, 45337, 25])
    assert np.isfinite(travel_table(roads, [cat_ba], [centre]).minutes[0, 0])
    assert np.isinf(travel_table(roads.without_ferries(), [cat_ba], [centre]).minutes[0, 0])
    assert np.isinf(travel_table(roads, [far_island], [centre]).minutes[0, 0])


def test_an_enabled_project_shortens_the_way_and_replaces_its_ferry():
    """Quang Thanh bridge: its ends are 0.6 min apart once open."""
    open_bridge = read_roads(
        shipped_path("roads_nodes.parquet"),
        shipped_path("roads_edges.parquet"),
        shipped_path("ferries.csv"),
        shipped_path("transport_projects.csv"),
        ("quang_thanh_bridge",),
    )
    u, v = open_bridge.index_of([31533, 31538])
    assert travel_table(open_bridge, [u], [v]).minutes[0, 0] == pytest.approx(0.6, abs=0.001)
    assert travel_table(shipped_roads(), [u], [v]).minutes[0, 0] > 5.0


def test_a_place_on_an_island_takes_the_island_s_own_road():
    """The nearest node of Bạch Long Vĩ lies off the main component; the city centre's lies on it."""
    roads = shipped_roads()
    nodes, metres = roads.nearest([107.7293, 106.6835], [20.1295, 20.8655])
    assert roads.in_main[nodes].tolist() == [False, True]
    assert metres.max() < 1000


def test_an_unknown_node_id_is_named():
    """A wrong id in a table must be found by its number."""
    with pytest.raises(KeyError, match="999"):
        graph_of(4, DIAMOND).index_of([100, 999])
