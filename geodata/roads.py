"""The road graph with ferries, as sparse matrices ready for shortest paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix, csr_matrix
from scipy.spatial import cKDTree

# A zero in a sparse matrix is "no edge", so an edge never gets less than this (metres, minutes).
SMALLEST = 1e-6
# Farther than this from the main component (metres), a place belongs to an island with roads of its own.
ISLAND_M = 5000.0
# Roads on which a coach can stop: not motorways and their links, not streets between houses.
MAIN_CLASSES = ("trunk", "primary", "secondary", "tertiary")


@dataclass(frozen=True)
class RoadGraph:
    """Directed road graph; nodes are numbered 0..n-1 in the order of `node_ids`.

    `minutes` and `metres` hold the same edges (of parallel edges, the quickest one). `lon`, `lat` in degrees
    (WGS 84).
    """

    node_ids: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    in_main: np.ndarray
    minutes: csr_matrix
    metres: csr_matrix
    is_ferry: frozenset[tuple[int, int]]

    def index_of(self, node_ids) -> np.ndarray:
        """Positions of the given node ids; raises KeyError naming the unknown ones."""
        ids = np.asarray(node_ids, dtype=np.int64)
        order = np.argsort(self.node_ids)
        pos = np.searchsorted(self.node_ids, ids, sorter=order)
        found = order[np.clip(pos, 0, len(order) - 1)]
        bad = self.node_ids[found] != ids
        if bad.any():
            raise KeyError(f"road nodes not in the graph: {sorted(set(ids[bad].tolist()))[:10]}")
        return found

    def nearest(self, lon, lat) -> tuple[np.ndarray, np.ndarray]:
        """Nearest road node to each point: (positions, metres as the crow flies).

        A node of the main component is taken unless it is more than `ISLAND_M` away: an island has its own
        roads.
        """
        scale = np.array([111_320.0 * np.cos(np.radians(float(np.mean(self.lat)))), 110_700.0])
        xy = np.column_stack([self.lon, self.lat]) * scale
        points = np.column_stack([np.atleast_1d(lon), np.atleast_1d(lat)]) * scale
        main = np.flatnonzero(self.in_main)
        distance, hit = cKDTree(xy[main]).query(points)
        node = main[hit]
        far = distance > ISLAND_M
        if far.any():
            distance[far], node[far] = cKDTree(xy).query(points[far])
        return node, distance

    def without_ferries(self) -> RoadGraph:
        """The same nodes without ferry links: for vehicles that ferries may not carry."""
        if not self.is_ferry:
            return self
        arcs = self.minutes.tocoo()
        pairs = np.array(sorted(self.is_ferry))
        width = len(self.node_ids)
        keep = ~np.isin(arcs.row.astype(np.int64) * width + arcs.col, pairs[:, 0] * width + pairs[:, 1])

        def matrix(values) -> csr_matrix:
            return coo_matrix((values[keep], (arcs.row[keep], arcs.col[keep])), shape=arcs.shape).tocsr()

        return replace(self, minutes=matrix(arcs.data), metres=matrix(self.metres.tocoo().data), is_ferry=frozenset())


def read_roads(
    nodes: Path,
    edges: Path,
    ferries: Path | None = None,
    projects: Path | None = None,
    enabled_projects: tuple[str, ...] = (),
) -> RoadGraph:
    """Read the road graph. Ferries that are enabled by default and the named projects are added,
    both ways.
    """
    n = pd.read_parquet(nodes, columns=["node", "lon", "lat", "main_component"])
    e = pd.read_parquet(edges, columns=["u", "v", "length_m", "oneway", "minutes_free_flow"])
    ids = n["node"].to_numpy(np.int64)
    place = pd.Series(np.arange(len(ids)), index=ids)
    links = [e.rename(columns={"minutes_free_flow": "minutes", "length_m": "metres"})]
    ferry_pairs: list[tuple[int, int]] = []
    if ferries is not None:
        f = pd.read_csv(ferries)
        replaced = f["replaced_by"].isin(enabled_projects)
        f = f[(f["enabled_default"].astype(str).str.lower() == "true") & ~replaced]
        links.append(
            pd.DataFrame(
                {
                    "u": f["u"],
                    "v": f["v"],
                    "metres": f["length_m"],
                    "minutes": f["assumed_minutes"],
                    "oneway": False,
                }
            )
        )
        ferry_pairs += zip(f["u"], f["v"], strict=True)
    if projects is not None and enabled_projects:
        p = pd.read_csv(projects)
        p = p[p["project_id"].isin(enabled_projects)]
        of_ferry = p[p["kind"] == "ferry"]
        ferry_pairs += zip(of_ferry["node_u"], of_ferry["node_v"], strict=True)
        links.append(
            pd.DataFrame(
                {
                    "u": p["node_u"],
                    "v": p["node_v"],
                    "metres": p["length_m"],
                    "minutes": p["minutes"],
                    "oneway": False,
                }
            )
        )
    all_links = pd.concat(links, ignore_index=True)
    forward = all_links[["u", "v", "metres", "minutes"]]
    back = all_links.loc[~all_links["oneway"].astype(bool), ["v", "u", "metres", "minutes"]]
    back = back.rename(columns={"v": "u", "u": "v"})
    arcs = pd.concat([forward, back], ignore_index=True)
    arcs = arcs[arcs["u"] != arcs["v"]]
    arcs = arcs.sort_values(["u", "v", "minutes", "metres"]).drop_duplicates(["u", "v"])
    row, col = place.loc[arcs["u"]].to_numpy(), place.loc[arcs["v"]].to_numpy()
    shape = (len(ids), len(ids))

    def matrix(values) -> csr_matrix:
        return coo_matrix((np.maximum(values.to_numpy(float), SMALLEST), (row, col)), shape=shape).tocsr()

    both = {(int(place[u]), int(place[v])) for u, v in ferry_pairs}
    return RoadGraph(
        node_ids=ids,
        lon=n["lon"].to_numpy(),
        lat=n["lat"].to_numpy(),
        in_main=n["main_component"].to_numpy(bool),
        minutes=matrix(arcs["minutes"]),
        metres=matrix(arcs["metres"]),
        is_ferry=frozenset(both | {(v, u) for u, v in both}),
    )


def main_road_nodes(graph: RoadGraph, edges: Path, classes: tuple[str, ...] = MAIN_CLASSES) -> np.ndarray:
    """Positions (ascending) of nodes on roads wide enough for a coach, by OpenStreetMap class."""
    e = pd.read_parquet(edges, columns=["u", "v", "highway"])
    e = e[e["highway"].isin(classes)]
    return np.unique(graph.index_of(np.concatenate([e["u"], e["v"]])))


def street_names(graph: RoadGraph, edges: Path, nodes) -> list[str]:
    """Name (else reference) of the widest named street at each node position, "" where none has one."""
    rank = {name: i for i, name in enumerate(MAIN_CLASSES)}
    e = pd.read_parquet(edges, columns=["u", "v", "highway", "name", "ref"])
    at = graph.node_ids[np.asarray(nodes, int)]
    e = e[e["u"].isin(at) | e["v"].isin(at)]
    name = e["name"].fillna("").where(e["name"].fillna("") != "", e["ref"].fillna(""))
    e = e.assign(name=name, rank=e["highway"].map(rank).fillna(len(rank)))[name != ""]
    ends = pd.concat(
        [e[["u", "name", "rank"]].rename(columns={"u": "node"}), e[["v", "name", "rank"]].rename(columns={"v": "node"})]
    )
    best = ends.sort_values(["node", "rank", "name"]).drop_duplicates("node").set_index("node")["name"]
    return [str(best.get(node, "")) for node in at]
