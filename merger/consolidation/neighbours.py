"""The graph of mandates, and where a mandate goes by its neighbours in it: the body that answers for most of them.

Links of a programme, task, register or IT system, each kind with one weight that its neighbours share:

    held by     functions of the bodies that held it before (the predecessors of the body that our table names)
    named       functions of the bodies that the source names as leader or partner
    field       fields of the divisions that do the work (fields of the table of holders)
    parent      the programme that it is part of
    parts       its own parts, and other parts of the same parent
    twin        the same model under another title
    subject     other programmes and systems of the same field

Fields, services, functions and archives follow the structure. A field is linked to the function of its body and to the
field of its counterpart on the other side: a division moved away from these is told apart and priced, like any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import networkx as nx

# Weight of each kind of link, shared by the neighbours of that kind.
WEIGHTS = {
    "field": 4.0,
    "held by": 3.0,
    "named": 4.0,
    "twin": 3.0,
    "parent": 1.0,
    "parts": 1.0,
    "subject": 1.0,
    "counterpart": 2.0,
}
# Rounds in which mandates without a fixed body look at each other.
ROUNDS = 20


@dataclass(frozen=True)
class Links:
    """Neighbours of one mandate by kind of link; `own`: the body that our table names, which breaks ties.

    `body`: a body that answers itself as a neighbour held by, where it continues none before.
    """

    by_kind: Mapping[str, tuple[str, ...]]
    own: str = ""
    body: str = ""


@dataclass(frozen=True)
class Choice:
    """Where a mandate goes: `body`, the neighbours there by weight, the share of the vote they are; `most`: the body
    that most neighbours are with (the same unless something else decides).
    """

    body: str
    beside: tuple[str, ...]
    share: float
    most: str


def mandate_graph(links: Mapping[str, Links]) -> nx.DiGraph:
    """Directed graph: an edge from a mandate to each neighbour with `weight` and `kinds` of the link."""
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(links)
    for mandate, own in links.items():
        for kind, neighbours in own.by_kind.items():
            there = [n for n in dict.fromkeys(neighbours) if n in graph and n != mandate]
            for n in there:
                data = graph.get_edge_data(mandate, n, {"weight": 0.0, "kinds": ""})
                kinds = ";".join(filter(None, [data["kinds"], kind]))
                graph.add_edge(mandate, n, weight=data["weight"] + WEIGHTS[kind] / len(there), kinds=kinds)
    return graph


@dataclass
class Votes:
    """Votes of the neighbours in a graph for bodies after; `body` holds what is settled so far, by mandate."""

    graph: nx.DiGraph
    links: Mapping[str, Links]
    body: dict[str, str] = field(default_factory=dict)

    def of(self, mandate: str) -> dict[str, float]:
        """Weight of the neighbours with each body; those without one yet do not vote."""
        votes: dict[str, float] = defaultdict(float)
        for n, data in self.graph[mandate].items():
            if n in self.body:
                votes[self.body[n]] += data["weight"]
        if self.links[mandate].body:
            votes[self.links[mandate].body] += WEIGHTS["held by"]
        return dict(votes)

    def most(self, mandate: str) -> str:
        """Body with most of the vote; of equals the one our table names, then the first by id. Empty without votes."""
        votes, own = self.of(mandate), self.links[mandate].own
        return min(votes, key=lambda b: (-round(votes[b], 9), b != own, b), default="")

    def settle(self, open_ids: Iterable[str]) -> None:
        """Give the open mandates the body of most neighbours: first by those that are settled, then by each other.

        All look at the round before, so the order does not matter; after `ROUNDS` rounds the last stands.
        """
        waiting = sorted(set(open_ids))
        for _ in range(ROUNDS):
            now = {m: b for m in waiting if (b := self.most(m))}
            if all(self.body.get(m) == b for m, b in now.items()):
                return
            self.body.update(now)

    def choice(self, mandate: str) -> Choice:
        """Where a mandate went, with the neighbours there."""
        body, votes = self.body.get(mandate, ""), self.of(mandate)
        beside = [n for n in self.graph[mandate] if self.body.get(n) == body]
        beside.sort(key=lambda n: (-self.graph[mandate][n]["weight"], n))
        share = votes.get(body, 0.0) / sum(votes.values()) if votes else 0.0
        most = self.most(mandate)
        # Of equals, staying where it is counts as being with them.
        tied = bool(most) and round(votes.get(body, 0.0), 9) >= round(votes[most], 9)
        return Choice(body, tuple(beside), share, body if tied or not most else most)
