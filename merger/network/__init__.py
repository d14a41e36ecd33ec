"""The graph model: units, sites, bodies, divisions, mandates, posts, staff groups and links, and its questions."""

from merger.network.graph import (
    accountable,
    build_network,
    chain_of_command,
    commute_links,
    doubled_mandates,
    holders,
    mandates_of,
    node_of,
    orphaned_mandates,
    predecessors,
    read_graphml,
    ride_links,
    successors,
    write_graphml,
)

__all__ = [
    "accountable",
    "build_network",
    "chain_of_command",
    "commute_links",
    "doubled_mandates",
    "holders",
    "mandates_of",
    "node_of",
    "orphaned_mandates",
    "predecessors",
    "read_graphml",
    "ride_links",
    "successors",
    "write_graphml",
]
