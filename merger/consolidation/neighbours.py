"""Where a mandate goes by its neighbours in the graph of mandates: the body that answers for most of them.

Neighbours of a programme, task or IT system: its parent and its parts, other parts of the same parent, what the same
body leads, and fields of divisions and functions of bodies whose words are alike. What the source says officially
stays; a body that our table names for the subject stays too, and is told apart where most neighbours are elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import combinations

import networkx as nx

from merger.consolidation.divisions import similarity

# Weights of the links.
PARENT, SIBLING, LEADER, ALIKE = 2.0, 0.25, 1.0, 2.0
# Share of syllables in common from which words are alike; so many of the most like are linked.
LIKENESS, MOST_ALIKE = 0.3, 3
NAMED = 2


def mandate_graph(rows: list[dict], parents: Mapping[str, str], leaders: Mapping[str, str]) -> nx.Graph:
    """Links between mandates (rows with mandate_id, kind, title_vi) with their weight.

    `parents`, `leaders`: parent mandate and leading body of a mandate, where it has one.
    """
    graph = nx.Graph()
    graph.add_nodes_from(row["mandate_id"] for row in rows)
    _link_families(graph, parents)
    _link_groups(graph, leaders, LEADER)
    anchors = [(r["mandate_id"], r["title_vi"]) for r in rows if r["kind"] in ("field", "function")]
    for row in rows:
        if row["kind"] in ("field", "function", "service", "archive"):
            continue
        likeness = sorted(
            ((similarity(row["title_vi"], title), a) for a, title in anchors), key=lambda x: (-x[0], x[1])
        )
        for value, anchor in likeness[:MOST_ALIKE]:
            if value >= LIKENESS:
                _add(graph, row["mandate_id"], anchor, ALIKE * value)
    return graph


def _link_families(graph: nx.Graph, parents: Mapping[str, str]) -> None:
    for child, parent in parents.items():
        if parent in graph and child in graph:
            _add(graph, child, parent, PARENT)
    _link_groups(graph, parents, SIBLING)


def _link_groups(graph: nx.Graph, group_of: Mapping[str, str], weight: float) -> None:
    members = defaultdict(list)
    for mandate, group in sorted(group_of.items()):
        if group and mandate in graph:
            members[group].append(mandate)
    for own in members.values():
        for a, b in combinations(own, 2):
            _add(graph, a, b, weight)


def _add(graph: nx.Graph, a: str, b: str, weight: float) -> None:
    before = graph.get_edge_data(a, b, {"weight": 0.0})["weight"]
    graph.add_edge(a, b, weight=before + weight)


def settle(
    rows: list[dict],
    graph: nx.Graph,
    open_ids: set[str],
    *,
    listed: Mapping[str, str],
    agency_of: Callable[[str], str],
    names: Mapping[str, str],
) -> int:
    """Give the open mandates their successor and every row a reason; returns how many are away from their neighbours.

    `listed`: body that the table names for an open mandate; `agency_of`: the agency of a body or division after;
    `names` of bodies. All vote with the body they have at the start, so the order does not matter.
    """
    body = {row["mandate_id"]: agency_of(row["successor_id"]) for row in rows}
    titles = {row["mandate_id"]: row["title_vi"] for row in rows}
    away = 0
    for row in rows:
        mandate = row["mandate_id"]
        if mandate not in open_ids:
            row["reason_vi"], row["reason_en"] = _given(row)
            continue
        votes: dict[str, float] = defaultdict(float)
        known = [n for n in graph[mandate] if n not in open_ids or n in listed]
        for n in known:
            votes[body[n]] += graph[mandate][n]["weight"]
        most = max(sorted(votes), key=votes.get) if votes else ""
        winner = listed.get(mandate) or most
        if not winner:
            row["reason_vi"] = "chưa có đầu mối liên quan: Ủy ban nhân dân phân công"
            row["reason_en"] = "nothing related yet: the People's Committee assigns it"
            continue
        row["successor_id"] = winner
        beside = sorted((n for n in known if body[n] == winner), key=lambda n: (-graph[mandate][n]["weight"], n))
        elsewhere = most if most != winner else ""
        row["reason_vi"], row["reason_en"] = _reason(
            mandate in listed, [titles[n] for n in beside], names.get(elsewhere)
        )
        away += bool(elsewhere)
    return away


def _given(row: dict) -> tuple[str, str]:
    if row["basis"] == "official":
        return "theo văn bản, nguồn đã nêu", "as the source says"
    return "đi theo cơ quan, phòng kế thừa", "goes with the body or division that takes over"


def _reason(by_table: bool, beside: list[str], elsewhere: str | None) -> tuple[str, str]:
    """Why a mandate goes where it goes; `elsewhere`: the body where most of its neighbours are, if it is another."""
    named = "; ".join(f"“{t}”" for t in beside[:NAMED])
    more = f" (+{len(beside) - NAMED})" if len(beside) > NAMED else ""
    vi = ["theo lĩnh vực, bảng phân công của dự án"] if by_table else []
    en = ["by its subject, this project's table of holders"] if by_table else []
    if beside:
        vi.append(f"cùng đầu mối với nội dung liên quan: {named}{more}")
        en.append(f"same body as related mandates: {named}{more}")
    if elsewhere:
        vi.append(f"phần lớn nội dung liên quan do {elsewhere} phụ trách, cần phối hợp")
        en.append(f"most related mandates are with {elsewhere}: coordination needed")
    return "; ".join(vi), "; ".join(en)
