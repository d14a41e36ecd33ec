"""The problem of dividing a graph into connected districts of even weight, and the shape of its solution."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solvers.problem import ProblemError, Solution


@dataclass(frozen=True)
class DistrictingProblem:
    """Give each of n nodes one of k labels: every district connected and within the window, least cost of cut edges.

    Parameters
    ----------
    weight : (n,) whole numbers, not negative (persons).
    edges : (e, 2) pairs of neighbours; an edge is cut when its ends lie in different districts.
    districts : k, at least 1. Every district has at least one node.
    lower, upper : window of the weight of each district.
    edge_cost : (e,) whole numbers, not negative, of cutting an edge; None: 1 each.
    """

    weight: np.ndarray
    edges: np.ndarray
    districts: int
    lower: int
    upper: int
    edge_cost: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name in ("weight", "edges"):
            object.__setattr__(self, name, _whole(getattr(self, name), name))
        object.__setattr__(self, "edges", self.edges.reshape(-1, 2))
        cost = np.ones(len(self.edges), int) if self.edge_cost is None else _whole(self.edge_cost, "edge_cost")
        object.__setattr__(self, "edge_cost", cost)
        if self.weight.ndim != 1 or len(self.weight) == 0 or (self.weight < 0).any():
            raise ProblemError("weight must have one value, not negative, for each node, and there must be a node.")
        if len(self.edges) and (self.edges.min() < 0 or self.edges.max() >= self.n):
            raise ProblemError("edges names a node that does not exist.")
        if (self.edges[:, 0] == self.edges[:, 1]).any():
            raise ProblemError("edges joins a node with itself.")
        if cost.shape != (len(self.edges),) or (cost < 0).any():
            raise ProblemError("edge_cost must have one value, not negative, for each edge.")
        if self.districts < 1:
            raise ProblemError(f"districts must be at least 1, not {self.districts}.")
        if not 0 <= self.lower <= self.upper:
            raise ProblemError(f"the window must be 0 <= lower <= upper, not {self.lower} to {self.upper}.")

    @property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.weight)


def _whole(values: object, name: str) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if not (np.isfinite(array) & (array == np.floor(array))).all():
        raise ProblemError(f"{name} must hold whole numbers only.")
    return array.astype(np.int64)


@dataclass(frozen=True)
class DistrictingSolution(Solution):
    """`labels` (n,) district of each node, numbered 0..k-1 in the order of their first node.

    When infeasible, `conflict` names rules out of `districts`, `lower`, `upper`, `contiguity` and `node[i]` (node i
    is too heavy) that cannot hold together. `cuts` is the number of separator inequalities that were needed.
    """

    labels: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    cuts: int = 0
