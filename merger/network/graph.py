"""The graph model of a plan: bodies, mandates, posts, people as counts, places and the links between them.

One networkx MultiDiGraph. A node is `TYPE:ID` with `kind` (its type), `name` and `period` (before, after or
both);
an edge has `kind`. Attributes are text, numbers and booleans only, so that GraphML keeps them. People occur
as
counts by home, body and level; the counts are small, so the graph is for internal use like the tables of
persons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pandas as pd

from merger.consolidation.mandates import doubled, orphaned
from merger.inputs import Inputs
from merger.network.links import add_links
from merger.network.posts import add_groups, add_posts

Tables = Mapping[str, pd.DataFrame]
SUCCEEDED_BY, HELD_BY, ACCOUNTABLE_FOR = "succeeded_by", "held_by", "accountable_for"
REPORTS_TO, LINK, SEAT_AT = "reports_to", "link", "seat_at"
# Bodies that every new unit has; the agencies table holds one row for all of them.
TEMPLATES = ("commune_office_template", "commune_party_template")
# Types under which a body may be named by its plain id, in this order.
BODY_TYPES = ("agency", "new_division", "division", "unit_after", "unit_before", "mandate", "site")
BEFORE_FIRST = ("agency", "division", "unit_before", "new_division", "unit_after")


def build_network(inputs: Inputs, tables: Tables) -> nx.MultiDiGraph:
    """Graph of a scenario with the tables of the stages that ran; what others would decide is left out."""
    graph = nx.MultiDiGraph(name=inputs.scenario.name, label="contains SYNTHETIC data" if inputs.synthetic else "")
    _add_units(graph, inputs, tables)
    _add_sites(graph, inputs)
    _add_agencies(graph, inputs, tables)
    _add_divisions(graph, inputs, tables)
    _add_mandates(graph, tables)
    add_posts(graph, tables)
    add_groups(graph, inputs, tables)
    add_links(graph, inputs, tables)
    _drop_empty(graph)
    return graph


def _drop_empty(graph: nx.MultiDiGraph) -> None:
    """Take away empty texts and missing numbers: GraphML does not tell them from missing ones."""
    for data in (
        graph.graph,
        *(d for _, d in graph.nodes(data=True)),
        *(d for *_, d in graph.edges(data=True)),
    ):
        for key in [k for k, v in data.items() if v == "" or pd.isna(v)]:
            del data[key]


def node_of(graph: nx.MultiDiGraph, body: str, types: tuple[str, ...] = BODY_TYPES) -> str:
    """Node of a body given by node name or plain id, of the first of the types that has it; KeyError if none.

    An old unit and the new unit around its seat share a code: questions about what was before ask for
    `BEFORE_FIRST`.
    """
    for name in (body, *(f"{kind}:{body}" for kind in types)):
        if name in graph:
            return name
    raise KeyError(f"no body, unit, mandate or site {body!r} in the graph")


def successors(graph: nx.MultiDiGraph, body: str) -> list[str]:
    """What a unit, agency or division was succeeded by, sorted."""
    return _targets(graph, node_of(graph, body, BEFORE_FIRST), SUCCEEDED_BY)


def predecessors(graph: nx.MultiDiGraph, body: str) -> list[str]:
    """What a unit, agency or division continues, sorted."""
    return _sources(graph, node_of(graph, body), SUCCEEDED_BY)


def holders(graph: nx.MultiDiGraph, mandate: str) -> list[str]:
    """Bodies that held a mandate before, sorted."""
    return _targets(graph, node_of(graph, mandate), HELD_BY)


def accountable(graph: nx.MultiDiGraph, mandate: str) -> list[str]:
    """Bodies that answer for a mandate afterwards (one, in a sound plan), sorted."""
    return _sources(graph, node_of(graph, mandate), ACCOUNTABLE_FOR)


def mandates_of(graph: nx.MultiDiGraph, body: str) -> list[str]:
    """Mandates that a body answers for afterwards, sorted."""
    return _targets(graph, node_of(graph, body), ACCOUNTABLE_FOR)


def orphaned_mandates(graph: nx.MultiDiGraph) -> list[str]:
    """Mandates for which nobody answers afterwards."""
    return orphaned(graph)


def doubled_mandates(graph: nx.MultiDiGraph) -> list[str]:
    """Mandates for which more than one body answers afterwards."""
    return doubled(graph)


def chain_of_command(graph: nx.MultiDiGraph, body: str) -> list[str]:
    """The body, whom it reports to, and so on to the top."""
    chain = [node_of(graph, body)]
    while above := [n for n in _targets(graph, chain[-1], REPORTS_TO) if n not in chain]:
        chain.append(above[0])
    return chain


def commute_links(graph: nx.MultiDiGraph, home: str, site: str) -> list[tuple[str, str, dict]]:
    """Links (from, to, attributes) of the quickest way from an old unit to a workplace by road and ferry.

    A workplace is a site or a new unit (its seat); the start may also be a station. Empty when no way is
    known. For the ride of a commute group by shuttle or train, see `ride_links`.
    """
    end = node_of(graph, site)
    end = next(iter(_targets(graph, end, SEAT_AT)), end)
    return _quickest(graph, node_of(graph, home, BEFORE_FIRST), end, {"road", "ferry"})


def ride_links(graph: nx.MultiDiGraph, group: str) -> list[tuple[str, str, dict]]:
    """Links that a commute group uses: those of its route if it rides one, else its quickest way by road.

    A group whose members ride different routes uses them all, in order of the routes; from a route that ends
    at a station, the way goes on by road.
    """
    node = group if group in graph else f"commute_group:{group}"
    if node not in graph:
        raise KeyError(f"no commute group {group!r} in the graph")
    routes = _targets(graph, node, "rides")
    if not routes:
        return commute_links(graph, graph.nodes[node]["home_code"], graph.nodes[node]["site_id"])
    links = []
    for route in routes:
        ridden = [e for e in graph.edges(data=True) if e[2].get("route") == route.partition(":")[2]]
        links += sorted(ridden, key=lambda e: e[2]["sequence"])
        for station in _targets(graph, links[-1][1], "at") if links else ():
            links += commute_links(graph, station, graph.nodes[node]["site_id"])
    return links


def write_graphml(graph: nx.MultiDiGraph, path: Path) -> None:
    """Write the graph with nodes and edges in sorted order, so that equal plans are equal files."""
    nx.write_graphml_xml(_sorted(graph), path, prettyprint=True)


def read_graphml(path: Path) -> nx.MultiDiGraph:
    """Read a graph that `write_graphml` wrote."""
    graph = nx.read_graphml(path, force_multigraph=True)
    for key in ("node_default", "edge_default"):
        graph.graph.pop(key, None)
    return graph


def _sorted(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    ordered = nx.MultiDiGraph(**graph.graph)
    ordered.add_nodes_from(sorted(graph.nodes(data=True), key=lambda n: n[0]))
    ordered.add_edges_from(sorted(graph.edges(keys=True, data=True), key=lambda e: e[:3]))
    return ordered


def _targets(graph: nx.MultiDiGraph, node: str, kind: str) -> list[str]:
    return sorted({v for _, v, data in graph.out_edges(node, data=True) if data["kind"] == kind})


def _sources(graph: nx.MultiDiGraph, node: str, kind: str) -> list[str]:
    return sorted({u for u, _, data in graph.in_edges(node, data=True) if data["kind"] == kind})


def _quickest(graph: nx.MultiDiGraph, start: str, end: str, modes: set[str]) -> list[tuple[str, str, dict]]:
    def minutes(_u, _v, parallel):
        times = [d["minutes"] for d in parallel.values() if d["kind"] == LINK and d.get("mode") in modes]
        return min(times, default=None)

    try:
        nodes = nx.dijkstra_path(graph, start, end, weight=minutes)
    except nx.NetworkXNoPath:
        return []
    links = []
    for u, v in pairwise(nodes):
        data = min(
            (d for d in graph[u][v].values() if d["kind"] == LINK and d.get("mode") in modes),
            key=lambda d: d["minutes"],
        )
        links.append((u, v, dict(data)))
    return links


def _add_units(graph: nx.MultiDiGraph, inputs: Inputs, tables: Tables) -> None:
    for unit in inputs.units.itertuples():
        graph.add_node(
            f"unit_before:{unit.code}",
            kind="unit_before",
            name=unit.name_full,
            period="before",
            side=unit.side,
            population=int(unit.population),
        )
    if "new_units" not in tables:
        return
    for unit in tables["new_units"].itertuples():
        node = f"unit_after:{unit.new_id}"
        graph.add_node(
            node,
            kind="unit_after",
            name=unit.new_name,
            period="after",
            side=unit.side,
            population=int(unit.population),
            unit_kind=unit.kind,
        )
        graph.add_edge(node, f"unit_before:{unit.seat_code}", kind=SEAT_AT)
    for row in tables["units"].itertuples() if "units" in tables else ():
        graph.add_edge(f"unit_before:{row.old_code}", f"unit_after:{row.new_id}", kind=SUCCEEDED_BY)
        graph.add_edge(f"unit_before:{row.old_code}", f"unit_after:{row.new_id}", kind="member_of")


def _add_sites(graph: nx.MultiDiGraph, inputs: Inputs) -> None:
    for site in inputs.sites.itertuples():
        node = f"site:{site.site_id}"
        graph.add_node(node, kind="site", name=site.name, period="both", lon=float(site.lon), lat=float(site.lat))
        if f"unit_before:{site.unit_before}" in graph:
            graph.add_edge(node, f"unit_before:{site.unit_before}", kind="located_in")


def _add_agencies(graph: nx.MultiDiGraph, inputs: Inputs, tables: Tables) -> None:
    for agency in inputs.agencies.itertuples():
        graph.add_node(
            f"agency:{agency.agency_id}",
            kind="agency",
            name=agency.name_vi,
            period=agency.period,
            side=agency.side,
            agency_kind=agency.kind,
            number=int(agency.count),
        )
    moved = set()
    if "structure" in tables:
        pairs = tables["structure"][["agency_id", "new_agency_id"]].drop_duplicates()
        for old, new in pairs.itertuples(index=False):
            moved.add(old)
            graph.add_edge(f"agency:{old}", f"agency:{new}", kind=SUCCEEDED_BY)
    sites = {}
    if "new_agencies" in tables:
        sites = dict(zip(tables["new_agencies"]["new_agency_id"], tables["new_agencies"]["site_id"], strict=True))
    for agency in inputs.agencies.itertuples():
        node = f"agency:{agency.agency_id}"
        if agency.successor_id and agency.agency_id not in moved:
            graph.add_edge(node, f"agency:{agency.successor_id}", kind=SUCCEEDED_BY)
        if agency.parent_id:
            graph.add_edge(node, f"agency:{agency.parent_id}", kind=REPORTS_TO)
        site = sites.get(agency.agency_id, agency.seat_site_id)
        if site:
            graph.add_edge(node, f"site:{site}", kind="located_at")
        if agency.kind in TEMPLATES and "new_units" in tables:
            for unit in tables["new_units"]["new_id"]:
                graph.add_edge(f"unit_after:{unit}", node, kind="has_body")


def _add_divisions(graph: nx.MultiDiGraph, inputs: Inputs, tables: Tables) -> None:
    for division in inputs.divisions.itertuples():
        node = f"division:{division.division_id}"
        _division(graph, node, "before", division.division, division)
        _under(graph, node, f"agency:{division.agency_id}", division.site_id)
    if "new_divisions" not in tables:
        return
    for division in tables["new_divisions"].itertuples():
        node = f"new_division:{division.new_division_id}"
        _division(graph, node, "after", division.new_division, division)
        _under(graph, node, f"agency:{division.new_agency_id}", division.site_id)
    for row in tables["structure"].itertuples():
        graph.add_edge(f"division:{row.division_id}", f"new_division:{row.new_division_id}", kind=SUCCEEDED_BY)


def _division(graph: nx.MultiDiGraph, node: str, period: str, name: str, row) -> None:
    data = {"kind": node.partition(":")[0], "name": name, "period": period}
    graph.add_node(node, **data, field=row.field, staff=int(row.staff), label=row.label)


def _under(graph: nx.MultiDiGraph, node: str, agency: str, site: str) -> None:
    graph.add_edge(node, agency, kind="part_of")
    graph.add_edge(node, agency, kind=REPORTS_TO)
    graph.add_edge(node, f"site:{site}", kind="located_at")


def _add_mandates(graph: nx.MultiDiGraph, tables: Tables) -> None:
    for row in tables["mandates"].itertuples() if "mandates" in tables else ():
        node = f"mandate:{row.mandate_id}"
        graph.add_node(
            node,
            kind="mandate",
            name=row.title_vi,
            period="both",
            mandate_kind=row.kind,
            basis=row.basis,
            label=row.label,
        )
        for holder in _split(row.holders_before):
            graph.add_edge(node, node_of(graph, holder), kind=HELD_BY)
        if row.successor_id:
            graph.add_edge(node_of(graph, row.successor_id), node, kind=ACCOUNTABLE_FOR)


def _split(items: str) -> Iterable[str]:
    return (item for item in str(items).split(";") if item)
