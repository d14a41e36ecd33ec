"""`python -m benchmarks travel`: all homes to all homes on the shipped roads, ours beside plain searches.

One run, one process: only the ratios and the differences of a run mean anything on a shared machine. CPU time stands
beside wall time, as other work on the machine stretches the latter alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import dijkstra

from geodata.columns import geodata_schemas
from geodata.roads import RoadGraph, read_links, read_roads
from geodata.shipped import shipped_path
from geodata.tables import read_units
from geodata.travel import MINUTE_UNIT, travel_table, with_link

# networkx is too slow for all origins: so many are searched and the time is scaled up.
NETWORKX_ORIGINS = 3
# Each edge is rounded to this, so a path of E edges differs from one in floating point by at most E / 2 of it.
EDGES_MOST = 5000


def travel(factor: float) -> None:
    """Print one row a way to search; SystemExit when two of them differ by more than rounding."""
    files = [shipped_path(n) for n in ("roads_nodes.parquet", "roads_edges.parquet", "ferries.csv")]
    projects = shipped_path("transport_projects.csv")
    roads = read_roads(*files, projects)
    units = read_units(shipped_path("units_before.gpkg"), geodata_schemas()["units"])
    homes, _ = roads.nearest(units["centre_lon"], units["centre_lat"])
    size = f"{len(homes)} x {len(homes)} ways, {len(roads.lon):,} nodes, {roads.minutes.nnz:,} edges, factor {factor:g}"
    print(f"{size}\n{'search':34} {'wall s':>8} {'CPU s':>8} {'x ours':>8} {'most minutes apart':>20}")
    table, ours = _timed(lambda: travel_table(roads, homes, homes, factor=factor))
    _row("ours", ours, ours)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        travel_table(roads, homes, homes, factor=factor, cache=cache)
        again, spent = _timed(lambda: travel_table(roads, homes, homes, factor=factor, cache=cache))
    _row("ours, cached", spent, ours, _apart(again.minutes, table.minutes))
    slowed = roads.in_traffic(factor).minutes
    plain, spent = _timed(lambda: np.vstack([dijkstra(slowed, indices=h)[homes] for h in homes]))
    _row("scipy dijkstra, minutes only", spent, ours, _apart(plain, table.minutes))
    graph = _networkx_graph(roads, factor)
    found, spent = _timed(lambda: _networkx(graph, homes[:NETWORKX_ORIGINS], homes))
    scale = len(homes) / NETWORKX_ORIGINS
    apart = _apart(found, table.minutes[:NETWORKX_ORIGINS])
    _row(f"networkx ({NETWORKX_ORIGINS} origins, scaled)", (spent[0] * scale, spent[1] * scale), ours, apart)
    link = read_links(projects, roads)["ew_axis"]
    opened = read_roads(*files, projects, ("ew_axis",))
    real, searched = _timed(lambda: travel_table(opened, homes, homes, factor=factor))
    quick, spent = _timed(lambda: with_link(roads, table, link, factor=factor))
    _row("one more link, searched again", searched, ours)
    _row("one more link, closed form", spent, ours, _apart(quick.minutes, real.minutes))


def _timed(work: Callable):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, (time.perf_counter() - wall, time.process_time() - cpu)


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference; SystemExit when it is more than rounding, or one knows a way that the other does not."""
    if not np.array_equal(np.isfinite(a), np.isfinite(b)):
        sys.exit("the searches disagree on which places are joined")
    both = np.isfinite(a)
    most = float(np.abs(a[both] - b[both]).max(initial=0.0))
    if most > EDGES_MOST / 2 * MINUTE_UNIT:
        sys.exit(f"the searches differ by {most} minutes")
    return most


def _row(name: str, spent: tuple[float, float], ours: tuple[float, float], apart: float | None = None) -> None:
    shown = "" if apart is None else f"{apart:.6f}"
    print(f"{name:34} {spent[0]:8.2f} {spent[1]:8.2f} {spent[1] / ours[1]:8.2f} {shown:>20}", flush=True)


def _networkx_graph(roads: RoadGraph, factor: float) -> nx.DiGraph:
    arcs = roads.in_traffic(factor).minutes.tocoo()
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(roads.lon)))
    graph.add_weighted_edges_from(zip(arcs.row.tolist(), arcs.col.tolist(), arcs.data.tolist(), strict=True))
    return graph


def _networkx(graph: nx.DiGraph, origins: np.ndarray, targets: np.ndarray) -> np.ndarray:
    reached = [nx.single_source_dijkstra_path_length(graph, int(o)) for o in origins]
    return np.array([[found.get(int(t), np.inf) for t in targets] for found in reached])
