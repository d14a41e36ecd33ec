"""The max-p regions problem (Duque, Anselin and Rey 2012) with a floor only, and the shape of its solution."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solvers.problem import ProblemError, Solution

ENCLAVE = -1


@dataclass(frozen=True)
class MaxPProblem:
    """Areas 0..n-1 to join into as many regions as possible, each connected and above the floor.

    Parameters
    ----------
    weight : (n,) attribute the floor speaks of (people, km2, ...), finite and not negative.
    edges : (m, 2) pairs of neighbours, in any order; a pair may stand there twice.
    floor : least sum of `weight` in a region, positive, in the unit of `weight`. A sum counts as if it were exact.
    enclaves : areas of a component of the graph that is below the floor as a whole are left out (label -1);
        otherwise they make the problem infeasible.
    """

    weight: np.ndarray
    edges: np.ndarray
    floor: float
    enclaves: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", np.asarray(self.weight, dtype=float))
        object.__setattr__(self, "edges", np.asarray(self.edges, dtype=int).reshape(-1, 2))
        if self.weight.ndim != 1 or not len(self.weight):
            raise ProblemError("weight must have one value for each area, and there must be an area.")
        if not np.all(np.isfinite(self.weight) & (self.weight >= 0)):
            raise ProblemError("weight must be finite and not negative.")
        if not (np.isfinite(self.floor) and self.floor > 0):
            raise ProblemError(f"floor must be positive, not {self.floor}.")
        if len(self.edges) and (self.edges.min() < 0 or self.edges.max() >= self.n):
            raise ProblemError("edges names an area that does not exist.")
        if np.any(self.edges[:, 0] == self.edges[:, 1]):
            raise ProblemError("edges joins an area to itself.")

    @property
    def n(self) -> int:
        """Number of areas."""
        return len(self.weight)


@dataclass(frozen=True)
class MaxPSolution(Solution):
    """Regions in the order of their smallest member.

    `labels` (n,) region of each area, -1 for an enclave. `short` lists the components of the graph below the floor
    (areas ascending). The number of regions is maximised: `objective` is its negative and `bound` the negative of an
    upper bound; `regions` and `most_regions` say both as counts.
    """

    labels: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    short: tuple[tuple[int, ...], ...] = ()

    @property
    def regions(self) -> int | None:
        """Number of regions found, None without a solution."""
        return None if self.objective is None else round(-self.objective)

    @property
    def most_regions(self) -> int | None:
        """No partition has more regions than this, None when nothing is known."""
        return None if self.bound is None else round(-self.bound)
