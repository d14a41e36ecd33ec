"""Many-to-many travel times and distances on the road graph, exact (Dijkstra), cached by the hash of the inputs."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import dijkstra

from geodata.roads import RoadGraph


@dataclass(frozen=True)
class TravelTable:
    """Times (minutes) and road lengths of the quickest paths (km) from `origins` (rows) to `targets` (columns).

    Node positions refer to the graph. Unreachable pairs are inf in both tables.
    """

    origins: np.ndarray
    targets: np.ndarray
    minutes: np.ndarray
    km: np.ndarray


def travel_table(graph: RoadGraph, origins, targets, *, factor: float = 1.0, cache: Path | None = None) -> TravelTable:
    """Quickest paths from every origin to every target.

    Parameters: `origins`, `targets` are node positions; `factor` multiplies the free-flow minutes (1.13 normal
    traffic, 1.3 peak hours by travel_time_checks.csv). Ferries are not slowed by traffic, but they are so few that
    the factor is applied to the whole path.
    """
    origins, targets = np.asarray(origins, int), np.asarray(targets, int)
    key = _key(graph, origins, targets)
    stored = _load(cache, key)
    if stored is None:
        # Search from the smaller side: fewer runs of Dijkstra; targets are searched on the reversed graph.
        forward = len(origins) <= len(targets)
        stored = _search(graph, origins, targets) if forward else _search_reversed(graph, origins, targets)
        _store(cache, key, stored)
    minutes, km = stored
    return TravelTable(origins, targets, minutes * factor, km)


def path_nodes(graph: RoadGraph, origin: int, target: int) -> list[int]:
    """Node positions of the quickest path, ends included; empty when there is none."""
    _, before = dijkstra(graph.minutes, indices=origin, return_predecessors=True)
    if origin != target and before[target] < 0:
        return []
    nodes = [target]
    while nodes[-1] != origin:
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]


def default_cache() -> Path:
    """Folder for travel tables that may be deleted at any time (MERGER_CACHE, else the user's cache folder)."""
    base = os.environ.get("MERGER_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "merger-planning"
    )
    return Path(base)


def _search(graph: RoadGraph, origins: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return _lengths(graph.minutes, graph.metres, origins, targets)


def _search_reversed(graph: RoadGraph, origins: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    minutes, km = _lengths(graph.minutes.T.tocsr(), graph.metres.T.tocsr(), targets, origins)
    return minutes.T.copy(), km.T.copy()


def _lengths(times, metres, starts, ends) -> tuple[np.ndarray, np.ndarray]:
    """Minutes and km of the quickest paths; km is summed along the tree of predecessors, in order of time."""
    unique, back = np.unique(starts, return_inverse=True)
    minutes = np.empty((len(unique), len(ends)))
    km = np.empty_like(minutes)
    for i, start in enumerate(unique):
        time, before = dijkstra(times, indices=start, return_predecessors=True)
        length = _along_tree(metres, before, time, ends)
        minutes[i], km[i] = time[ends], length / 1000.0
    return minutes[back], km[back]


def _along_tree(metres, before, time, ends) -> np.ndarray:
    """Metres from the root to each end: pointer jumping over the predecessors, so cost is log(depth) passes."""
    n = len(before)
    has = before >= 0
    parent = np.where(has, before, np.arange(n))
    step = np.zeros(n)
    child = np.flatnonzero(has)
    step[child] = np.asarray(metres[parent[child], child]).ravel()
    while True:
        grand = parent[parent]
        if np.array_equal(grand, parent):
            break
        step = step + step[parent]
        parent = grand
    total = step
    return np.where(np.isfinite(time[ends]), total[ends], np.inf)


def _key(graph: RoadGraph, origins: np.ndarray, targets: np.ndarray) -> str:
    h = hashlib.sha256()
    for part in (graph.minutes.indptr, graph.minutes.indices, graph.minutes.data, graph.metres.data, origins, targets):
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
