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
# Kind of a transport project that traffic does not slow.
FERRY = "ferry"
# Roads on which a coach can stop: not motorways and their links, not streets between houses.
MAIN_CLASSES = ("trunk", "primary", "secondary", "tertiary")


@dataclass(frozen=True)
class Link:
    """A two-way link between two nodes (positions in the graph); `minutes` at free flow, of a ferry with its wait."""

    u: int
    v: int
    minutes: float
    metres: float
    is_ferry: bool

    def minutes_in(self, factor: float) -> float:
        """Minutes in traffic: a ferry is not slowed by it."""
        return self.minutes if self.is_ferry else self.minutes * factor


@dataclass(frozen=True)
class RoadGraph:
    """Directed road graph; nodes are numbered 0..n-1 in the order of `node_ids`.

    `minutes` (free flow; of ferries with the wait) and `metres` hold the same edges (of parallel edges, the quickest
    one). `lon`, `lat` in degrees (WGS 84). `is_ferry` has the edges that are ferries, (from, to).
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

    def in_traffic(self, factor: float) -> RoadGraph:
        """The same graph with the minutes of its roads multiplied; ferries and the wait for them keep their minutes."""
        if factor == 1:
            return self
        minutes = self.minutes.copy()
        minutes.data = minutes.data * factor
        for u, v in self.is_ferry:
            own = slice(minutes.indptr[u], minutes.indptr[u + 1])
            at = own.start + np.flatnonzero(minutes.indices[own] == v)
            minutes.data[at] = self.minutes.data[at]
        return replace(self, minutes=minutes)

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
    links = [e.rename(columns={"minutes_free_flow": "minutes", "length_m": "metres"}).assign(ferry=False)]
    if ferries is not None:
        f = pd.read_csv(ferries)
        f = f[_in_force(f, enabled_projects)]
        links.append(
            pd.DataFrame(
                {
                    "u": f["u"],
                    "v": f["v"],
                    "metres": f["length_m"],
                    "minutes": f["assumed_minutes"],
                    "oneway": False,
                    "ferry": True,
                }
            )
        )
    if projects is not None and enabled_projects:
        p = pd.read_csv(projects)
        p = p[p["project_id"].isin(enabled_projects)]
        links.append(
            pd.DataFrame(
                {
                    "u": p["node_u"],
                    "v": p["node_v"],
                    "metres": p["length_m"],
                    "minutes": p["minutes"],
                    "oneway": False,
                    "ferry": p["kind"] == FERRY,
                }
            )
        )
    all_links = pd.concat(links, ignore_index=True)
    forward = all_links[["u", "v", "metres", "minutes", "ferry"]]
    back = all_links.loc[~all_links["oneway"].astype(bool), ["v", "u", "metres", "minutes", "ferry"]]
    back = back.rename(columns={"v": "u", "u": "v"})
    arcs = pd.concat([forward, back], ignore_index=True)
    arcs = arcs[arcs["u"] != arcs["v"]]
    arcs = arcs.sort_values(["u", "v", "minutes", "metres"]).drop_duplicates(["u", "v"])
    row, col = place.loc[arcs["u"]].to_numpy(), place.loc[arcs["v"]].to_numpy()
    shape = (len(ids), len(ids))

    def matrix(values) -> csr_matrix:
        return coo_matrix((np.maximum(values.to_numpy(float), SMALLEST), (row, col)), shape=shape).tocsr()

    ferry = arcs["ferry"].to_numpy(bool)
    return RoadGraph(
        node_ids=ids,
        lon=n["lon"].to_numpy(),
        lat=n["lat"].to_numpy(),
        in_main=n["main_component"].to_numpy(bool),
        minutes=matrix(arcs["minutes"]),
        metres=matrix(arcs["metres"]),
        is_ferry=frozenset(zip(row[ferry].tolist(), col[ferry].tolist(), strict=True)),
    )


def read_links(projects: Path, graph: RoadGraph) -> dict[str, Link]:
    """The link of each transport project, by project_id, in the order of the table."""
    p = pd.read_csv(projects)
    u, v = graph.index_of(p["node_u"]).tolist(), graph.index_of(p["node_v"]).tolist()
    links = map(Link, u, v, p["minutes"].astype(float), p["length_m"].astype(float), p["kind"] == FERRY)
    return dict(zip(p["project_id"], links, strict=True))


def ferries_replaced(ferries: Path, project: str, enabled_projects: tuple[str, ...] = ()) -> list[str]:
    """Ids of the ferries that stop when the project opens, beside those that the enabled projects replace."""
    f = pd.read_csv(ferries)
    return f.loc[_in_force(f, enabled_projects) & (f["replaced_by"] == project), "ferry_id"].tolist()


def _in_force(ferries: pd.DataFrame, enabled_projects: tuple[str, ...]) -> pd.Series:
    """Ferries that run: enabled by default and not replaced by a project taken as open."""
    enabled = ferries["enabled_default"].astype(str).str.lower() == "true"
    return enabled & ~ferries["replaced_by"].isin(enabled_projects)


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
