"""The graph model: questions, partial tables, GraphML."""

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from merger import network
from merger.network.links import _chains
from merger.stages import consolidate
from solvers.problem import Stop


@pytest.fixture(scope="module")
def tables(inputs):
    """Tables of stage consolidate, and small ones in the shape of the later stages."""
    made = dict(consolidate.run(inputs, {}, Stop(seconds=60)).tables)
    made["new_units"] = pd.DataFrame(
        [
            {
                "new_id": "10507",
                "new_name": "Phường Thử",
                "kind": "phuong",
                "side": "hai_duong",
                "population": 1,
                "seat_code": "10507",
            }
        ]
    )
    made["units"] = pd.DataFrame([{"old_code": "10507", "new_id": "10507"}, {"old_code": "10510", "new_id": "10507"}])
    station = inputs.stations.set_index("station_id").loc["hai_duong"]
    made["routes"] = pd.DataFrame(
        [
            {
                "route_id": "r1",
                "name_vi": "Tuyến 1",
                "mode": "shuttle",
                "site_id": "bac-song-cam",
                "seats": 29,
                "riders": 2,
                "label": "SYNTHETIC",
            }
        ]
    )
    place = inputs.sites.set_index("site_id").loc["bac-song-cam"]
    stop = {"route_id": "r1", "direction": "morning", "label": "SYNTHETIC"}
    made["stops"] = pd.DataFrame(
        [
            stop
            | {
                "sequence": 1,
                "stop_id": "a",
                "name": "A",
                "lon": station.lon,
                "lat": station.lat,
                "time": "06:10",
                "km": 0.0,
                "load": 2,
            },
            stop
            | {
                "sequence": 2,
                "stop_id": "b",
                "name": "B",
                "lon": place.lon,
                "lat": place.lat,
                "time": "07:20",
                "km": 46.5,
                "load": 0,
            },
        ]
    )
    made["commute"] = pd.DataFrame(
        [
            {
                "group_id": "g1",
                "home_code": "10507",
                "home": "Nhà",
                "site_id": "bac-song-cam",
                "wish": "daily",
                "route_id": "r1",
                "mode": "shuttle",
                "riders": 2,
                "label": "SYNTHETIC",
            },
            {
                "group_id": "g2",
                "home_code": "10510",
                "home": "Nhà",
                "site_id": "10507",
                "wish": "",
                "route_id": "",
                "mode": "own",
                "riders": 1,
                "label": "SYNTHETIC",
            },
        ]
    )
    made["posts"] = pd.DataFrame(
        {
            "body_id": ["so-y-te-hai-phong-moi--van-phong"] * 3,
            "body": ["Văn phòng Sở"] * 3,
            "new_agency_id": ["so-y-te-hai-phong-moi"] * 3,
            "new_unit_id": [""] * 3,
            "role": ["staff", "staff", "head"],
            "field": ["van-phong-co-quan"] * 3,
            "phase": ["establishment"] * 3,
            "person_id": ["HD-1", "", "HD-2"],
        }
    )
    return made


@pytest.fixture(scope="module")
def graph(inputs, tables):
    """The whole graph of these tables."""
    return network.build_network(inputs, tables)


def test_bodies_and_their_succession(graph):
    """Successors and predecessors agree, for agencies, divisions and units, by plain ids."""
    assert network.successors(graph, "so-y-te-hai-duong") == ["agency:so-y-te-hai-phong-moi"]
    assert network.predecessors(graph, "so-y-te-hai-phong-moi") == [
        "agency:so-y-te-hai-duong",
        "agency:so-y-te-hai-phong",
    ]
    new = network.successors(graph, "division:so-y-te-hai-duong--van-phong")
    assert new == ["new_division:so-y-te-hai-phong-moi--van-phong"]
    assert network.successors(graph, "10507") == ["unit_after:10507"]
    assert network.predecessors(graph, "10507") == ["unit_before:10507", "unit_before:10510"]
    assert network.successors(graph, "hdnd-tinh-hai-duong") == ["agency:hdnd-tp-hai-phong-moi"]


def test_mandates_of_the_shipped_case(graph):
    """Nothing is orphaned or doubled; a mandate of both sides has its holders and its one accountable
    body.
    """
    assert network.orphaned_mandates(graph) == []
    assert network.doubled_mandates(graph) == []
    assert network.holders(graph, "jc-task-12") == [
        "agency:so-xay-dung-hai-duong",
        "agency:so-xay-dung-hai-phong",
    ]
    assert network.accountable(graph, "jc-task-12") == ["agency:so-xay-dung-hai-phong-moi"]
    assert "mandate:jc-task-12" in network.mandates_of(graph, "so-xay-dung-hai-phong-moi")


def test_orphaned_and_doubled_are_found(graph):
    """Taking the accountable body away orphans a mandate, a second one doubles it."""
    broken = graph.copy()
    broken.remove_edges_from(
        [
            (u, v, k)
            for u, v, k, d in graph.in_edges("mandate:r05", keys=True, data=True)
            if d["kind"] == "accountable_for"
        ]
    )
    broken.add_edge("agency:so-y-te-hai-phong-moi", "mandate:r7", kind="accountable_for")
    assert network.orphaned_mandates(broken) == ["mandate:r05"]
    assert network.doubled_mandates(broken) == ["mandate:r7"]


def test_chain_of_command(graph):
    """A new division reports to its agency, that to the People's Committee."""
    assert network.chain_of_command(graph, "so-y-te-hai-phong-moi--van-phong") == [
        "new_division:so-y-te-hai-phong-moi--van-phong",
        "agency:so-y-te-hai-phong-moi",
        "agency:ubnd-tp-hai-phong-moi",
    ]


def test_commute_links_are_the_quickest_way(inputs, graph):
    """The links from an old unit to the main site add up to the time of the travel table (rounded per
    link).
    """
    row = inputs.units.index.get_loc("10507")
    column = inputs.sites["site_id"].tolist().index("bac-song-cam")
    links = network.commute_links(graph, "10507", "bac-song-cam")
    assert links[0][0] == "unit_before:10507"
    assert links[-1][1] == "site:bac-song-cam"
    assert sum(d["minutes"] for *_, d in links) == pytest.approx(inputs.site_travel.minutes[row, column], abs=0.1)
    assert sum(d["km"] for *_, d in links) == pytest.approx(inputs.site_travel.km[row, column], abs=0.1)
    assert "QL.5" in {d.get("name") for *_, d in links}


def test_links_of_a_ride(graph):
    """A group on a shuttle uses the links between its stops; one without a route, the road to its new
    unit.
    """
    (ride,) = network.ride_links(graph, "g1")
    assert ride[:2] == ("stop:a", "stop:b")
    assert (ride[2]["minutes"], ride[2]["km"]) == (70.0, 46.5)
    own = network.ride_links(graph, "g2")
    assert own[0][0] == "unit_before:10510"
    assert own[-1][1] == "unit_before:10507"
    with pytest.raises(KeyError, match="no commute group"):
        network.ride_links(graph, "g9")


def test_people_and_posts_are_counts(inputs, graph):
    """Staff groups add up to the roster and posts to the posts; no person's id is in the graph."""
    groups = [d["number"] for _, d in graph.nodes(data=True) if d["kind"] == "staff_group"]
    assert sum(groups) == len(inputs.staff)
    posts = {d["role"]: (d["number"], d["vacant"]) for _, d in graph.nodes(data=True) if d["kind"] == "posts"}
    assert posts == {"staff": (2, 1), "head": (1, 0)}
    persons = set(inputs.staff["person_id"])
    assert not persons & {part for node in graph for part in node.replace(":", "|").split("|")}


def test_every_node_is_known_and_linked(graph):
    """Each node has a kind and at least one edge; no edge created a node by the way."""
    assert all("kind" in data for _, data in graph.nodes(data=True))
    assert [n for n in graph if graph.degree(n) == 0] == []


def test_graphml_reads_back_equal_and_is_stable(inputs, tables, graph, tmp_path):
    """GraphML gives back the same graph; a graph built again gives the same bytes."""
    network.write_graphml(graph, tmp_path / "a.graphml")
    assert nx.utils.graphs_equal(graph, network.read_graphml(tmp_path / "a.graphml"))
    network.write_graphml(network.build_network(inputs, tables), tmp_path / "b.graphml")
    assert (tmp_path / "a.graphml").read_bytes() == (tmp_path / "b.graphml").read_bytes()


def test_partial_tables(inputs):
    """Without any stage the graph holds what is before, the published succession, and no mandate."""
    graph = network.build_network(inputs, {})
    kinds = {d["kind"] for _, d in graph.nodes(data=True)}
    assert {"unit_before", "agency", "division", "site", "station", "staff_group"} <= kinds
    assert not kinds & {"unit_after", "new_division", "mandate", "posts", "route"}
    assert network.successors(graph, "so-y-te-hai-duong") == ["agency:so-y-te-hai-phong-moi"]
    with pytest.raises(KeyError, match="no body"):
        network.successors(graph, "nowhere")


def test_chains_join_single_arcs():
    """Of the way 0-1-2-3 with a branch 4-2, node 1 is joined away and 2, where ways meet, is kept."""
    cells = ([1.0, 2.0, 4.0, 8.0], ([0, 1, 2, 4], [1, 2, 3, 2]))
    weights = csr_matrix(cells, shape=(5, 5))
    roads = SimpleNamespace(metres=weights, minutes=weights, is_ferry=frozenset({(2, 3)}), node_ids=np.arange(5))
    chains = list(_chains(roads, {0: [1], 1: [2], 2: [3], 4: [2]}, {0, 3, 4}, {(0, 1): "QL.5"}))
    assert chains == [
        (0, 2, 3.0, 3.0, "road", "QL.5"),
        (2, 3, 4.0, 4.0, "ferry", ""),
        (4, 2, 8.0, 8.0, "road", ""),
    ]
