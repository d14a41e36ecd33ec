"""Who borders whom: pairs from the adjacency table, connected parts of a set of units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

# A border on land or in the middle of a river; a ferry crosses water without any common border.
BORDER_KINDS = ("land", "bridge")


def border_pairs(
    adjacency: pd.DataFrame,
    codes: Sequence[str],
    *,
    kinds: Iterable[str] = BORDER_KINDS,
    require_road_link: bool = False,
) -> np.ndarray:
    """Positions in `codes` of the pairs that border each other, shape (m, 2), sorted, each pair once.

    Pairs with a unit outside `codes` are left out. With `require_road_link` a pair counts only when a road,
    not
    counting motorways, crosses the border.
    """
    place = {code: i for i, code in enumerate(codes)}
    taken = adjacency[adjacency["kind"].isin(list(kinds))]
    if require_road_link:
        taken = taken[taken["road_links"].fillna(0) > 0]
    taken = taken[taken["code_a"].isin(place) & taken["code_b"].isin(place)]
    pairs = np.column_stack([taken["code_a"].map(place), taken["code_b"].map(place)]).astype(int).reshape(-1, 2)
    return np.unique(np.sort(pairs, axis=1), axis=0)


def parts(n: int, pairs: np.ndarray, group: Sequence[int] | None = None) -> np.ndarray:
    """Label of the connected part of each of n units; with `group`, pairs across groups do not connect."""
    pairs = np.asarray(pairs, int).reshape(-1, 2)
    if group is not None:
        labels = np.asarray(group)
        pairs = pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]]
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1]


def is_contiguous(members: Iterable[int], pairs: np.ndarray) -> bool:
    """Whether the members hang together through pairs among themselves; one unit alone does."""
    inside = np.array(sorted(set(members)), int)
    if len(inside) <= 1:
        return True
    pairs = np.asarray(pairs, int).reshape(-1, 2)
    own = pairs[np.isin(pairs, inside).all(axis=1)]
    return len(np.unique(parts(len(inside), np.searchsorted(inside, own)))) == 1
