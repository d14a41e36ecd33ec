"""Connected districts found by cutting random spanning trees: recursively, then again over two neighbours at a time.

Recombination over the tree of two merged districts: DeFord, Duchin and Solomon (2021, doi:10.1162/99608f92.eb30390f).
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from solvers.districting.problem import DistrictingProblem

# Trees a cut may try at first, and recombinations without success before the search ends.
TREES, PATIENCE = 300, 250


def neighbours(problem: DistrictingProblem) -> list[list[int]]:
    """Neighbours of each node."""
    near: list[set[int]] = [set() for _ in range(problem.n)]
    for a, b in problem.edges.tolist():
        near[a].add(b)
        near[b].add(a)
    return [sorted(s) for s in near]


def cut_cost(problem: DistrictingProblem, labels: np.ndarray) -> int:
    """Cost of the edges between districts."""
    a, b = problem.edges.T
    return int(problem.edge_cost[labels[a] != labels[b]].sum())


def start(problem: DistrictingProblem, seed: int) -> np.ndarray | None:
    """Labels of good connected districts within the window, or None when the trees give none."""
    random = np.random.default_rng(seed)
    labels = np.zeros(problem.n, dtype=int)
    if not _divide(problem, labels, 0, problem.districts, random):
        return None
    best, waited = cut_cost(problem, labels), 0
    while waited < PATIENCE and problem.districts > 1:
        waited += 1
        ends = labels[problem.edges]
        crossing = ends[ends[:, 0] != ends[:, 1]]
        if len(crossing) == 0:
            break
        a, b = crossing[random.integers(len(crossing))]
        nodes = np.flatnonzero((labels == a) | (labels == b))
        side = _tree_cut(problem, nodes, (1, 1), random)
        if side is None:
            continue
        trial = labels.copy()
        trial[nodes] = np.where(side, a, b)
        _flip(problem, trial)
        value = cut_cost(problem, trial)
        if value < best:
            best, waited = value, 0
        if value <= best:
            labels = trial
    return labels


def _divide(problem: DistrictingProblem, labels: np.ndarray, first: int, parts: int, random) -> bool:
    """Divide district `first` into `parts` districts numbered from `first`."""
    nodes = np.flatnonzero(labels == first)
    if parts == 1:
        return problem.lower <= problem.weight[nodes].sum() <= problem.upper
    left = parts // 2
    for _ in range(TREES):
        side = _tree_cut(problem, nodes, (left, parts - left), random)
        if side is None:
            continue
        labels[nodes] = np.where(side, first, first + left)
        if _divide(problem, labels, first, left, random) and _divide(
            problem, labels, first + left, parts - left, random
        ):
            return True
        labels[nodes] = first
        if parts > 2:
            break
    return False


def _tree_cut(problem: DistrictingProblem, nodes: np.ndarray, parts: tuple[int, int], random) -> np.ndarray | None:
    """Sides (bool for each of `nodes`) of the best cut of one random spanning tree; None when none fits the window."""
    position = np.full(problem.n, -1)
    position[nodes] = np.arange(len(nodes))
    ends = position[problem.edges]
    inside = (ends >= 0).all(axis=1)
    ends, cost = ends[inside], problem.edge_cost[inside]
    drawn = csr_matrix((random.random(len(ends)) + 0.01, ends.T), shape=(len(nodes), len(nodes)))
    tree = minimum_spanning_tree(drawn)
    order, parent = breadth_first_order(tree, 0, directed=False)
    if len(order) < len(nodes):
        return None
    below = problem.weight[nodes].copy()
    for node in order[:0:-1]:
        below[parent[node]] += below[node]
    total = below[order[0]]
    fits = np.zeros(len(nodes), dtype=bool)
    for first, second in (parts, parts[::-1]):
        inner, outer = below, total - below
        fits |= (
            (inner >= first * problem.lower)
            & (inner <= first * problem.upper)
            & (outer >= second * problem.lower)
            & (outer <= second * problem.upper)
        )
    fits[order[0]] = False
    best, best_cost = None, None
    for root in np.flatnonzero(fits):
        side = _subtree(order, parent, root)
        price = int(cost[side[ends[:, 0]] != side[ends[:, 1]]].sum())
        if best_cost is None or price < best_cost:
            best, best_cost = side, price
    if best is None:
        return None
    weight = int(problem.weight[nodes][best].sum())
    if parts[0] * problem.lower <= weight <= parts[0] * problem.upper:
        return best
    return ~best


def _subtree(order: np.ndarray, parent: np.ndarray, root: int) -> np.ndarray:
    inside = np.zeros(len(parent), dtype=bool)
    inside[root] = True
    for node in order:
        if parent[node] >= 0 and inside[parent[node]]:
            inside[node] = True
    return inside


def _flip(problem: DistrictingProblem, labels: np.ndarray) -> None:
    """Move single nodes at the border to a neighbouring district while that saves and keeps the rules."""
    near = neighbours(problem)
    weight = np.bincount(labels, problem.weight, minlength=problem.districts)
    value, improved = cut_cost(problem, labels), True
    while improved:
        improved = False
        for node in range(problem.n):
            own, w = labels[node], problem.weight[node]
            for other in sorted({int(labels[j]) for j in near[node]} - {int(own)}):
                if weight[own] - w < problem.lower or weight[other] + w > problem.upper:
                    continue
                labels[node] = other
                saved = value - cut_cost(problem, labels)
                if saved > 0 and _holds(near, labels, own):
                    weight[own], weight[other] = weight[own] - w, weight[other] + w
                    value, improved = value - saved, True
                    break
                labels[node] = own


def _holds(near: list[list[int]], labels: np.ndarray, label: int) -> bool:
    return len(components(near, labels, label)) == 1


def components(near: list[list[int]], labels: np.ndarray, label: int) -> list[list[int]]:
    """Connected parts of a district, in the order of their first node."""
    parts, seen = [], set()
    for node in np.flatnonzero(labels == label).tolist():
        if node in seen:
            continue
        part, seen = [node], seen | {node}
        for at in part:
            for other in near[at]:
                if labels[other] == label and other not in seen:
                    seen.add(other)
                    part.append(other)
        parts.append(part)
    return parts
