"""Factors of traffic: a fit worked by hand, ferries that traffic does not slow, and one more link by closed form."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from geodata.columns import geodata_schemas
from geodata.roads import Link, RoadGraph, ferries_replaced, read_links, read_roads
from geodata.shipped import shipped_path
from geodata.tables import read_table
from geodata.traffic import Traffic, calibrate, fit_factor, fit_table, held_out, measure, root_mean_square
from geodata.travel import travel_table, with_link


def graph_of(n: int, arcs: dict[tuple[int, int], tuple[float, float]], ferries=()) -> RoadGraph:
    """Graph with arcs {(from, to): (minutes, metres)}."""
    u, v = (np.array([pair[i] for pair in arcs], int) for i in (0, 1))
    minutes, metres = (np.array([value[i] for value in arcs.values()], float) for i in (0, 1))
    return RoadGraph(
        node_ids=np.arange(n) + 100,
        lon=106 + np.arange(n) / 100,
        lat=np.full(n, 20.9),
        in_main=np.ones(n, bool),
        minutes=csr_matrix((minutes, (u, v)), shape=(n, n)),
        metres=csr_matrix((metres, (u, v)), shape=(n, n)),
        is_ferry=frozenset(ferries),
    )


def checks_of(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    """Measured checks: (traffic, free-flow minutes, published from, to)."""
    frame = pd.DataFrame(
        rows, columns=["traffic", "minutes_free_flow", "published_minutes_low", "published_minutes_high"]
    )
    return frame.assign(check_id=[f"t-{i}" for i in range(len(rows))], origin="A", destination="B", km=10.0)


def test_a_fit_by_hand():
    """Bands 40 +- 2 on 40 minutes and 66 +- 6 on 50.

    w = 1/4 and 1/36: sum w m y = 400 + 91.667 = 491.667, sum w m2 = 400 + 69.444 = 469.444: f = 1.047337. Residuals
    y - f m = -1.89349 and 13.63314: weighted squares 0.896325 + 5.162901 = 6.059226 on 1 degree of freedom; standard
    error sqrt(6.059226 / 469.444) = 0.113609.
    """
    fit = fit_factor([40, 50], [38, 60], [42, 72])
    assert fit.factor == pytest.approx(1.047337, abs=1e-6)
    assert fit.standard_error == pytest.approx(0.113609, abs=1e-5)
    assert fit.checks == 2


def test_one_check_is_met_exactly_and_has_no_error():
    """65 / 50 = 1.3; a time without a band counts like one known to a minute."""
    fit = fit_factor([50], [65], [65])
    assert (fit.factor, fit.checks) == (pytest.approx(1.3), 1)
    assert np.isnan(fit.standard_error)


def test_narrow_bands_weigh_more():
    """The wide band asks for 2.0, the narrow one for 1.0: the fit stays near 1 (weights 1 and 1/100)."""
    fit = fit_factor([10, 10], [10, 10], [10, 30])
    assert fit.factor == pytest.approx((100 + 0.01 * 200) / (100 + 0.01 * 100))


def test_each_state_has_its_own_factor_and_the_planner_s_counts():
    """55 / 50 = 1.1 normal, 65 / 50 = 1.3 peak; a given peak factor replaces the fitted one, which stays known."""
    checks = checks_of(("normal", 50, 50, 60), ("peak", 50, 60, 70))
    fitted, own = calibrate(checks), calibrate(checks, peak=1.5)
    assert (fitted.normal, fitted.peak, fitted.given) == (pytest.approx(1.1), pytest.approx(1.3), frozenset())
    assert (own.normal, own.peak, own.given) == (pytest.approx(1.1), 1.5, {"peak"})
    assert own.fits["peak"].factor == pytest.approx(1.3)


def test_a_state_without_checks_needs_a_factor():
    """Only normal checks: peak must be given."""
    checks = checks_of(("normal", 50, 50, 60))
    with pytest.raises(ValueError, match="for peak traffic"):
        calibrate(checks)
    assert calibrate(checks, peak=1.2).peak == 1.2
    assert calibrate(checks.iloc[:0], 1.0, 1.2).normal == 1.0


def test_the_table_of_the_fit_by_hand():
    """Factor 1.1: 55 lies in 50-60; 44 lies 4 below 48-52 and 6 below its middle. Without itself: 1.25 and 1.1."""
    checks = checks_of(("normal", 50, 50, 60), ("normal", 40, 48, 52))
    table = fit_table(checks, Traffic(1.1, 1.3))
    assert table["minutes_model"].tolist() == pytest.approx([55, 44])
    assert table["minutes_peak"].tolist() == pytest.approx([65, 52])
    assert table["outside"].tolist() == pytest.approx([0, -4])
    assert table["residual"].tolist() == pytest.approx([0, -6])
    assert root_mean_square(table["residual"]) == pytest.approx(np.sqrt(18))
    assert held_out(checks).tolist() == pytest.approx([50 * 1.25, 40 * 1.1])
    assert np.isnan(held_out(checks.iloc[:1]).iloc[0])


def test_the_shipped_checks_give_these_factors():
    """Golden: 1.105 +- 0.022 from 11 normal checks, all inside their bands; peak from one."""
    roads = read_roads(shipped_path("roads_nodes.parquet"), shipped_path("roads_edges.parquet"))
    checks = read_table(shipped_path("travel_time_checks.csv"), geodata_schemas()["travel_time_checks"])
    measured = measure(roads, checks)
    traffic = calibrate(measured)
    table = fit_table(measured, traffic)
    normal = table[table["traffic"] == "normal"]
    assert (traffic.normal, traffic.peak) == (pytest.approx(1.1048, abs=1e-4), pytest.approx(1.3094, abs=1e-4))
    assert traffic.fits["normal"].standard_error == pytest.approx(0.0224, abs=1e-4)
    assert (traffic.fits["normal"].checks, traffic.fits["peak"].checks) == (11, 1)
    assert (normal["outside"] == 0).all()
    assert root_mean_square(normal["residual"]) == pytest.approx(3.71, abs=0.01)


def test_checks_that_no_road_joins_are_named():
    """Node 2 has no road."""
    roads = graph_of(3, {(0, 1): (10, 1000), (1, 0): (10, 1000)})
    checks = pd.DataFrame({"check_id": ["far"], "from_node": [100], "to_node": [102]})
    with pytest.raises(ValueError, match="far"):
        measure(roads, checks)


def test_traffic_does_not_slow_a_ferry():
    """Road 10 min, ferry 20 min with its wait, road 10 min: 2 * 10 * 1.5 + 20 = 50."""
    arcs = {(0, 1): (10, 5000), (1, 2): (20, 500), (2, 3): (10, 5000)}
    graph = graph_of(4, arcs, ferries=[(1, 2), (2, 1)])
    assert travel_table(graph, [0], [3], factor=1.5).minutes[0, 0] == pytest.approx(50)
    assert travel_table(graph, [0], [3]).minutes[0, 0] == pytest.approx(40)
    assert graph.in_traffic(1) is graph


def test_in_traffic_the_ferry_may_become_the_quicker_way():
    """By road 30 min, by ferry 40 min; at 1.5 the road takes 45: now the ferry is quicker, and its 2 km count."""
    graph = graph_of(3, {(0, 1): (30, 30_000), (0, 2): (39, 1_500), (2, 1): (1, 500)}, ferries=[(0, 2)])
    assert travel_table(graph, [0], [1]).km[0, 0] == pytest.approx(30)
    slow = travel_table(graph, [0], [1], factor=1.5)
    assert (slow.minutes[0, 0], slow.km[0, 0]) == (pytest.approx(40.5), pytest.approx(2.0))


arcs_of_ten = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] != pair[1]),
    st.tuples(st.integers(1, 40), st.integers(1, 9000)),
    min_size=4,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(
    arcs=arcs_of_ten,
    ends=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    length=st.tuples(st.integers(1, 40), st.integers(1, 9000)),
    is_ferry=st.booleans(),
    factor=st.sampled_from([1.0, 1.3]),
)
def test_one_more_link_by_closed_form_is_the_real_search(arcs, ends, length, is_ferry, factor):
    """On random graphs: minutes and km of all pairs agree to the last bit with a search on the graph with the link."""
    u, v = ends
    assume(u != v and (u, v) not in arcs and (v, u) not in arcs)
    everything = np.arange(10)
    graph = graph_of(10, arcs)
    both = [(u, v), (v, u)]
    opened = graph_of(10, {**arcs, **dict.fromkeys(both, length)}, ferries=both if is_ferry else ())
    before = travel_table(graph, everything, everything, factor=factor)
    quick = with_link(graph, before, Link(u, v, *map(float, length), is_ferry), factor=factor)
    real = travel_table(opened, everything, everything, factor=factor)
    assert np.array_equal(quick.minutes, real.minutes)
    assert np.array_equal(quick.km, real.km)


def test_shipped_projects_by_closed_form_are_the_real_search():
    """Each link that replaces no ferry in force, in peak traffic, from some places to some others."""
    files = [shipped_path(f"{name}") for name in ("roads_nodes.parquet", "roads_edges.parquet", "ferries.csv")]
    projects = shipped_path("transport_projects.csv")
    roads = read_roads(*files, projects)
    links = read_links(projects, roads)
    rng = np.random.default_rng(1)
    origins, targets = rng.choice(len(roads.lon), 6), rng.choice(len(roads.lon), 4)
    before = travel_table(roads, origins, targets, factor=1.3)
    replacing = [p for p in links if ferries_replaced(files[2], p)]
    assert replacing == ["dong_bai_ferry"]
    for project in links.keys() - replacing:
        quick = with_link(roads, before, links[project], factor=1.3)
        real = travel_table(read_roads(*files, projects, (project,)), origins, targets, factor=1.3)
        assert np.array_equal(quick.minutes, real.minutes)
        assert np.array_equal(quick.km, real.km)


def test_a_ferry_is_replaced_once():
    """ferry-14 stops with the landing of Đồng Bài; if that is open already, nothing more stops."""
    ferries = shipped_path("ferries.csv")
    assert ferries_replaced(ferries, "dong_bai_ferry") == ["ferry-14"]
    assert ferries_replaced(ferries, "dong_bai_ferry", ("dong_bai_ferry",)) == []
