"""Many-to-many travel times and distances on the road graph, exact (Dijkstra), cached by the hash of the
inputs.

Minutes and metres of an edge are packed into one whole number (minutes in the high bits), so one search finds
the quickest path and, among equally quick ones, the shortest, and both figures come out of the same label
without a tree of predecessors. Whole numbers below 2**53 add up without rounding in floating point.

Many searches on one graph go over an overlay: the nodes are cut into cells, each cell is replaced by the
complete graph of its boundary nodes (with the terminals counted as boundary), and the searches run on that
much smaller graph. The result is exact: a quickest path is a chain of pieces inside cells and of edges
between them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import dijkstra

from geodata.roads import Link, RoadGraph

# Units of the packed label: 1e-5 minutes and 0.1 metres; 25 bits hold paths up to 3,355 km.
MINUTE_UNIT, METRE_UNIT, METRE_BITS = 1e-5, 0.1, 25
# From this many searches on, building the overlay costs less than it saves.
OVERLAY_FROM = 60
# Largest number of nodes in one cell of the overlay; anything from 400 to 2,600 takes about the same time.
CELL_NODES = 1000


@dataclass(frozen=True)
class TravelTable:
    """Times (minutes) and road lengths of the quickest paths (km) from `origins` (rows) to `targets`
    (columns).

    Node positions refer to the graph. Unreachable pairs are inf in both tables.
    """

    origins: np.ndarray
    targets: np.ndarray
    minutes: np.ndarray
    km: np.ndarray


def travel_table(graph: RoadGraph, origins, targets, *, factor: float = 1.0, cache: Path | None = None) -> TravelTable:
    """Quickest paths from every origin to every target; of equally quick paths, the shortest.

    Parameters: `origins`, `targets` are node positions; `factor` multiplies the free-flow minutes of roads
    (geodata.traffic fits it), not those of ferries, so the quickest path may change with it. `cache` is a folder for
    finished tables, or None.
    Raises ValueError when a path is too long for the packed label (beyond some 1,600 minutes).
    """
    origins, targets = np.asarray(origins, int), np.asarray(targets, int)
    graph = graph.in_traffic(factor)
    key = _key(graph, origins, targets)
    stored = _load(cache, key)
    if stored is None:
        stored = _search(graph, origins, targets)
        _store(cache, key, stored)
    minutes, km = stored
    return TravelTable(origins, targets, minutes, km)


def with_link(
    graph: RoadGraph, table: TravelTable, link: Link, *, factor: float = 1.0, cache: Path | None = None
) -> TravelTable:
    """The table of a graph, at a factor, once one more link is open: exact, and without another search of all pairs.

    No quickest path takes the link twice, so with w its time d'(i, j) is the least of d(i, j), d(i, u) + w + d(v, j)
    and d(i, v) + w + d(u, j): dynamic updates by the ends of a new edge, as in Ausiello et al. (1991), Incremental
    algorithms for minimal length paths. Minutes and km are compared as one label, as in the search.
    Raises ValueError as `travel_table`.
    """
    ends = [link.u, link.v]
    to = travel_table(graph, table.origins, ends, factor=factor, cache=cache)
    on = travel_table(graph, ends, table.targets, factor=factor, cache=cache)
    here, arrive, leave = (_label(t.minutes, t.km * 1000) for t in (table, to, on))
    minutes = max(link.minutes_in(factor), MINUTE_UNIT)
    over = _label(minutes, link.metres)
    for start, end in ((0, 1), (1, 0)):
        here = np.minimum(here, arrive[:, [start]] + over + leave[[end], :])
    fastest = max(_fastest(graph.in_traffic(factor)), link.metres / minutes)
    return TravelTable(table.origins, table.targets, *_unpack(here, fastest))


def path_nodes(graph: RoadGraph, origin: int, target: int) -> list[int]:
    """Node positions of the quickest path, ends included; empty when there is none."""
    _, before = dijkstra(_pack(graph), indices=origin, return_predecessors=True)
    if origin != target and before[target] < 0:
        return []
    nodes = [target]
    while nodes[-1] != origin:
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]


def default_cache() -> Path:
    """Folder for travel tables that may be deleted at any time (MERGER_CACHE,
    else the user's cache folder).
    """
    base = os.environ.get("MERGER_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "merger-planning"
    )
    return Path(base)


def _search(graph: RoadGraph, origins: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minutes and km, each pair of distinct nodes searched once, from the side with fewer nodes."""
    starts, row = np.unique(origins, return_inverse=True)
    ends, column = np.unique(targets, return_inverse=True)
    labels = _pack(graph)
    reverse = len(ends) < len(starts)
    if reverse:
        labels, starts, ends = labels.T.tocsr(), ends, starts
    if len(starts) >= OVERLAY_FROM and len(graph.lon) > 2 * CELL_NODES:
        labels, starts, ends = _overlay(graph, labels, starts, ends)
    found = np.vstack([dijkstra(labels, indices=start)[ends] for start in starts])
    minutes, km = _unpack(found.T if reverse else found, _fastest(graph))
    return minutes[np.ix_(row, column)], km[np.ix_(row, column)]


def _pack(graph: RoadGraph) -> csr_matrix:
    """One whole number an edge: minutes above, metres below; never 0, which would mean "no edge"."""
    labels = _label(np.maximum(graph.minutes.data, MINUTE_UNIT), graph.metres.data)
    return csr_matrix((labels, graph.minutes.indices, graph.minutes.indptr), graph.minutes.shape)


def _label(minutes, metres):
    """Minutes and metres as one whole number; inf where there is no way."""
    return np.rint(minutes / MINUTE_UNIT) * 2.0**METRE_BITS + np.rint(metres / METRE_UNIT)


def _fastest(graph: RoadGraph) -> float:
    """Metres a minute on the fastest edge; 0 without edges."""
    return float((graph.metres.data / np.maximum(graph.minutes.data, MINUTE_UNIT)).max(initial=0.0))


def _unpack(labels: np.ndarray, fastest: float) -> tuple[np.ndarray, np.ndarray]:
    """Minutes and km of labels; `fastest` in metres a minute."""
    finite = np.isfinite(labels)
    high, low = np.divmod(np.where(finite, labels, 0.0), 2.0**METRE_BITS)
    minutes, km = high * MINUTE_UNIT, low * METRE_UNIT / 1000.0
    if fastest:
        # Nobody covers more metres in a path's minutes than at the speed of the fastest edge: below the
        # limit, no metres can have spilled over into the minutes.
        limit = min(2.0**METRE_BITS * METRE_UNIT / fastest, 2.0 ** (53 - METRE_BITS) * MINUTE_UNIT)
        if minutes.max(initial=0.0) >= limit:
            raise ValueError(f"a path takes {minutes.max():.0f} minutes; travel tables hold paths below {limit:.0f}")
    return np.where(finite, minutes, np.inf), np.where(finite, km, np.inf)


def _overlay(graph: RoadGraph, labels: csr_matrix, starts: np.ndarray, ends: np.ndarray):
    """Overlay graph with the terminals at their new positions: (labels, starts, ends)."""
    cells = _cells(np.column_stack([graph.lon, graph.lat]), CELL_NODES)
    cell_of = np.empty(len(graph.lon), int)
    for i, members in enumerate(cells):
        cell_of[members] = i
    arcs = labels.tocoo()
    crossing = cell_of[arcs.row] != cell_of[arcs.col]
    kept = np.zeros(len(graph.lon), bool)
    for nodes in (arcs.row[crossing], arcs.col[crossing], starts, ends):
        kept[nodes] = True
    rows, columns, data = [arcs.row[crossing]], [arcs.col[crossing]], [arcs.data[crossing]]
    for members in cells:
        boundary = np.flatnonzero(kept[members])
        inside = dijkstra(labels[members][:, members], indices=boundary)[:, boundary]
        i, j = np.nonzero(np.isfinite(inside) & (inside > 0))
        rows.append(members[boundary[i]])
        columns.append(members[boundary[j]])
        data.append(inside[i, j])
    position = np.cumsum(kept) - 1
    size = int(kept.sum())
    entries = (np.concatenate(data), (position[np.concatenate(rows)], position[np.concatenate(columns)]))
    return coo_matrix(entries, shape=(size, size)).tocsr(), position[starts], position[ends]


def _cells(xy: np.ndarray, largest: int) -> list[np.ndarray]:
    """Cut the nodes at the median of the wider side until no cell is larger than `largest`."""
    todo, done = [np.arange(len(xy))], []
    while todo:
        members = todo.pop()
        if len(members) <= largest:
            done.append(members)
            continue
        axis = int(np.ptp(xy[members, 1]) > np.ptp(xy[members, 0]))
        order = members[np.argsort(xy[members, axis], kind="stable")]
        todo += [order[: len(order) // 2], order[len(order) // 2 :]]
    return done


def _key(graph: RoadGraph, origins: np.ndarray, targets: np.ndarray) -> str:
    h = hashlib.sha256(f"{MINUTE_UNIT} {METRE_UNIT} quickest, then shortest".encode())
    for part in (
        graph.minutes.indptr,
        graph.minutes.indices,
        graph.minutes.data,
        graph.metres.data,
        origins,
        targets,
    ):
        h.update(np.ascontiguousarray(part).tobytes())
    return h.hexdigest()[:32]


def _load(cache: Path | None, key: str) -> tuple[np.ndarray, np.ndarray] | None:
    if cache is None or not (cache / f"{key}.npz").exists():
        return None
    try:
        with np.load(cache / f"{key}.npz") as z:
            return z["minutes"], z["km"]
    except (OSError, ValueError, KeyError):
        return None  # a damaged cache file is only a lost shortcut


def _store(cache: Path | None, key: str, tables: tuple[np.ndarray, np.ndarray]) -> None:
    if cache is None:
        return
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache, suffix=".npz", delete=False) as f:
            np.savez(f, minutes=tables[0], km=tables[1])
        os.replace(f.name, cache / f"{key}.npz")
    except OSError:
        pass  # a read-only home must not stop a plan
