"""The problem of joining units into connected regions, and the shape of its solution."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solvers.problem import ProblemError, Solution

MEETS, EXEMPT, UNDECIDED, FIXED = "meets", "exempt", "undecided", "fixed"


@dataclass(frozen=True)
class FixedRegion:
    """A region given in advance, outside all floors, that counts towards its group.

    `connected`: it must hang together.
    """

    members: tuple[int, ...]
    connected: bool = False


@dataclass(frozen=True)
class RegionProblem:
    """Units 0..n-1 to join into regions.

    Parameters
    ----------
    population, area : (n,) persons and km2, not negative.
    unit_class : (n,) class of each unit; a region has the highest class among its members (one ward makes a
    ward).
    group : (n,) group of each unit, 0..g-1; a region stays inside one group.
    edges : (m, 2) pairs of neighbours.
    minutes : (n, n) from a unit (row) to a seat in another (column); inf where there is no way.
    regions : (g,) wanted number of regions of each group, fixed ones included.
    area_floor, population_floor : by class; a region meets the standard when it reaches both.
    exempt_from_members : from this number of members on, floors are not examined; None for never.
    max_undecided : regions that may neither meet the floors nor be exempt.
    max_members, max_area, max_population : largest region (units, km2, persons).
    must_join : sets that end in one region. must_not_join : sets of which no two share a region.
    keep_whole : units that are a region alone. fixed_seat, forbidden_seat : units that must, must not hold
    the seat.
    fixed : regions given in advance.
    """

    population: np.ndarray
    area: np.ndarray
    unit_class: np.ndarray
    group: np.ndarray
    edges: np.ndarray
    minutes: np.ndarray
    regions: tuple[int, ...]
    area_floor: tuple[float, ...]
    population_floor: tuple[float, ...]
    exempt_from_members: int | None = 3
    max_undecided: int = 0
    max_members: int = 5
    max_area: float | None = None
    max_population: float | None = None
    must_join: tuple[tuple[int, ...], ...] = ()
    must_not_join: tuple[tuple[int, ...], ...] = ()
    keep_whole: tuple[int, ...] = ()
    fixed_seat: tuple[int, ...] = ()
    forbidden_seat: tuple[int, ...] = ()
    fixed: tuple[FixedRegion, ...] = ()

    def __post_init__(self) -> None:
        for name, kind in (("population", float), ("area", float), ("unit_class", int), ("group", int)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind))
        object.__setattr__(self, "minutes", np.asarray(self.minutes, dtype=float))
        object.__setattr__(self, "edges", np.asarray(self.edges, dtype=int).reshape(-1, 2))
        self._check_arrays()
        self._check_members()

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.population)

    def _check_arrays(self) -> None:
        n = self.n
        for name in ("area", "unit_class", "group"):
            if getattr(self, name).shape != (n,):
                raise ProblemError(f"{name} must have one value for each of the {n} units.")
        if self.minutes.shape != (n, n):
            raise ProblemError(f"minutes must have shape ({n}, {n}), not {self.minutes.shape}.")
        for name in ("population", "area"):
            if not np.all(np.isfinite(getattr(self, name)) & (getattr(self, name) >= 0)):
                raise ProblemError(f"{name} must be finite and not negative.")
        if np.isnan(self.minutes).any() or (self.minutes < 0).any():
            raise ProblemError("minutes must not be negative or missing (inf means no way).")
        if len(self.edges) and (self.edges.min() < 0 or self.edges.max() >= n):
            raise ProblemError("edges names a unit that does not exist.")
        if n and (self.group.min() < 0 or self.group.max() >= len(self.regions)):
            raise ProblemError("group names a group without a number of regions.")
        if len(self.area_floor) != len(self.population_floor):
            raise ProblemError("area_floor and population_floor must have one value for each class.")
        if n and (self.unit_class.min() < 0 or self.unit_class.max() >= len(self.area_floor)):
            raise ProblemError("unit_class names a class without floors.")
        if self.max_members < 1:
            raise ProblemError(f"max_members must be at least 1, not {self.max_members}.")
        if self.max_undecided < 0 or any(r < 0 for r in self.regions):
            raise ProblemError("regions and max_undecided must not be negative.")

    def _check_members(self) -> None:
        named = [("must_join", s) for s in self.must_join] + [("must_not_join", s) for s in self.must_not_join]
        named += [(k, getattr(self, k)) for k in ("keep_whole", "fixed_seat", "forbidden_seat")]
        named += [("fixed", r.members) for r in self.fixed]
        for name, units in named:
            if any(not 0 <= u < self.n for u in units):
                raise ProblemError(f"{name} names a unit that does not exist.")
            if len(set(units)) != len(units):
                raise ProblemError(f"{name} names a unit twice.")
        taken: set[int] = set()
        for region in self.fixed:
            if not region.members:
                raise ProblemError("A fixed region needs at least one unit.")
            if taken & set(region.members):
                raise ProblemError("A unit lies in two fixed regions.")
            if len({int(self.group[u]) for u in region.members}) > 1:
                raise ProblemError("A fixed region crosses the line between groups.")
            taken |= set(region.members)


@dataclass(frozen=True)
class RegionSolution(Solution):
    """Regions in the order of their smallest member.

    `region` (n,) region number of each unit; `seat` (r,) unit that holds the seat; `standing` (r,) meets,
    exempt,
    undecided or fixed; `cost` (r,) population times minutes. Unreachable pairs inside a fixed region cost
    nothing.
    `columns` is the number of legal sets; `uncovered` lists units that no legal set contains (when
    infeasible).
    Objective and bound are in population times minutes.
    """

    region: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    seat: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    standing: tuple[str, ...] = ()
    cost: np.ndarray = field(default_factory=lambda: np.empty(0))
    columns: int = 0
    uncovered: tuple[int, ...] = ()


def rule_names(problem: RegionProblem) -> tuple[str, ...]:
    """Names of the rules that can be dropped one by one.

    For instance `must_join[0]` (the first set), `keep_whole[17]` (unit 17), `regions[1]` (group 1), `floors`.
    """
    names = [f"must_join[{i}]" for i in range(len(problem.must_join))]
    names += [f"must_not_join[{i}]" for i in range(len(problem.must_not_join))]
    for kind in ("keep_whole", "fixed_seat", "forbidden_seat"):
        names += [f"{kind}[{u}]" for u in getattr(problem, kind)]
    names += [k for k in ("max_area", "max_population") if getattr(problem, k) is not None]
    names += [f"regions[{g}]" for g in range(len(problem.regions))]
    return (*names, "floors")
