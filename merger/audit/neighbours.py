"""Who borders whom, found again for the audit: from the polygons, or from a planner's own tables."""

from __future__ import annotations

from functools import cache

import networkx as nx
import numpy as np
import shapely

from geodata.tables import read_text_table
from merger.audit.report import Case

METRIC = "EPSG:32648"
# Units are neighbours when their common border is at least this long, as in adjacency_before.csv.
BORDER_M = 60.0


def neighbour_graph(case: Case) -> nx.Graph:
    """Old units joined where their polygons share a border (from the shipped polygons, not from the table).

    A planner's own table of neighbours is his word, and is taken; so are his links of the kinds that join units.
    """
    codes, options = case.inputs.units.index, case.inputs.scenario.arrange
    graph = nx.Graph()
    graph.add_nodes_from(codes)
    adjacency = case.inputs.scenario.data.adjacency
    if options.adjacency in (None, "table") and adjacency is not None and not adjacency.startswith("geodata:"):
        graph.add_edges_from(_table_pairs(case, "adjacency"))
    elif options.adjacency == "voronoi":
        graph.add_edges_from(zip(case.inputs.adjacency["code_a"], case.inputs.adjacency["code_b"], strict=True))
    else:
        metric = case.inputs.units.geometry.to_crs(METRIC).to_numpy()
        closed = options.border_gap_m if adjacency is None or options.adjacency == "polygons" else 0.0
        least = BORDER_M if not closed else options.min_border_m
        pairs = _neighbours_of(tuple(shapely.to_wkb(metric)), least, closed)
        graph.add_edges_from((codes[a], codes[b]) for a, b in pairs)
    graph.add_edges_from(_table_pairs(case, "links"))
    if case.inputs.scenario.arrange.require_road_link:
        table = case.inputs.adjacency
        linked = table[table["road_links"].fillna(0) > 0]
        roads = nx.Graph(list(zip(linked["code_a"], linked["code_b"], strict=True)))
        graph.remove_edges_from([e for e in graph.edges if not roads.has_edge(*e)])
    return graph


@cache
def _neighbours_of(wkb: tuple[bytes, ...], least: float, closed: float) -> tuple[tuple[int, int], ...]:
    """Pairs with a common border of at least `least` metres, across gaps of up to `closed` metres."""
    shapes = shapely.from_wkb(np.array(wkb, object))
    if closed:
        # Each shape grown by half the gap: neighbours overlap in a strip as long as their border.
        shapes = shapely.buffer(shapes, closed / 2 + 0.5, join_style="mitre")
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    # A border is a line; a strip of overlap has two long sides.
    border = shapely.length(shapely.intersection(shapes[left], shapes[right])) / (2 if closed else 1)
    return tuple((int(a), int(b)) for a, b in zip(left[border >= least], right[border >= least], strict=True))


def _table_pairs(case: Case, name: str) -> list[tuple[str, str]]:
    """Pairs of a table of neighbours or links, of the kinds that join units, read from the file once more."""
    if getattr(case.inputs.scenario.data, name) is None:
        return []
    table = read_text_table(case.inputs.path(name))
    kinds = table.column("kind") if "kind" in table.header else ["land"] * len(table.rows)
    rows = zip(table.column("code_a"), table.column("code_b"), kinds, strict=True)
    return [(a, b) for a, b, kind in rows if (kind or "land") in case.inputs.scenario.arrange.neighbour_kinds]
