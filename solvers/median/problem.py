"""The p-median problem: which sites to open, and which of them serves each customer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solvers.problem import ProblemError, Solution


@dataclass(frozen=True)
class MedianProblem:
    """Open between `fewest` and `most` of m sites and assign each of n customers to one open site.

    Parameters
    ----------
    cost : (n, m) of serving a customer (row) from a site (column), not negative; inf where it is not allowed. Weights
        of customers are part of it.
    fewest, most : number of open sites; `most` None: the same as `fewest`.
    site_cost : (m,) of opening a site; None: nothing.
    fixed_sites, forbidden_sites : sites that must, must not be open.
    """

    cost: np.ndarray
    fewest: int
    most: int | None = None
    site_cost: np.ndarray | None = None
    fixed_sites: tuple[int, ...] = ()
    forbidden_sites: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "cost", np.asarray(self.cost, dtype=float))
        if self.cost.ndim != 2 or 0 in self.cost.shape:
            raise ProblemError(f"cost must have a row a customer and a column a site, not shape {self.cost.shape}.")
        object.__setattr__(self, "most", self.fewest if self.most is None else self.most)
        opening = np.zeros(self.cost.shape[1]) if self.site_cost is None else np.asarray(self.site_cost, dtype=float)
        object.__setattr__(self, "site_cost", opening)
        self._check()

    def _check(self) -> None:
        m = self.cost.shape[1]
        if np.isnan(self.cost).any() or (self.cost < 0).any():
            raise ProblemError("cost must not be negative or missing (inf means not allowed).")
        if self.site_cost.shape != (m,) or not np.isfinite(self.site_cost).all():
            raise ProblemError(f"site_cost must have one finite value for each of the {m} sites.")
        if not 1 <= self.fewest <= self.most:
            raise ProblemError(f"fewest and most must be 1 <= fewest <= most, not {self.fewest} and {self.most}.")
        for name in ("fixed_sites", "forbidden_sites"):
            sites = getattr(self, name)
            if any(not 0 <= j < m for j in sites):
                raise ProblemError(f"{name} names a site that does not exist.")
            if len(set(sites)) != len(sites):
                raise ProblemError(f"{name} names a site twice.")

    @property
    def whole(self) -> bool:
        """Whether every cost is a whole number, so that the optimum is one too."""
        finite = self.cost[np.isfinite(self.cost)]
        return bool((finite == np.floor(finite)).all() and (self.site_cost == np.floor(self.site_cost)).all())


@dataclass(frozen=True)
class MedianSolution(Solution):
    """`sites` open sites in ascending order; `assignment` (n,) site of each customer.

    When infeasible, `conflict` names rules out of `fixed_sites`, `forbidden_sites`, `fewest`, `most` and
    `customer[i]` (customer i, who is out of reach), that cannot hold together.
    """

    sites: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    assignment: np.ndarray = field(default_factory=lambda: np.empty(0, int))


@dataclass(frozen=True)
class MedianBound:
    """A valid lower bound of a median problem.

    `prices` (n,) are the multipliers of "each customer once" that give it: sum(prices) plus the least total of
    site_cost[j] + sum_i min(0, cost[i, j] - prices[i]) over admissible sets of sites.
    """

    bound: float
    prices: np.ndarray
    seconds: float
