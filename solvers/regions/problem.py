"""The problem of joining units into connected regions, and the shape of its solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from solvers.problem import ProblemError, Solution

MEETS, EXEMPT, UNDECIDED, FIXED = "meets", "exempt", "undecided", "fixed"

# What a region is measured by; an objective weighs them. TRAVEL, SEATS and CHANGED depend on the seat.
TRAVEL = "travel"  # population times minutes to the seat
SEATS = "seats"  # seat_cost of the seat
CHANGED = "changed"  # population whose seat is another than `seat_before`
MET = "met"  # 1 for a region that meets the standard
UNMET = "unmet"  # 1 for a region that does not, exempt or not
OPEN = "open"  # 1 for a region that needs a decision: neither above the floors nor exempt
REGIONS = "regions"  # 1
BALANCE = "balance"  # distance of the population from `population_target` of its group
BORDER = "border"  # half of the border with other regions: `border_length` of the pairs it cuts
CROSSED = "crossed"  # districts it has members of, less one
PARTS = "parts"  # divided units (several entries of one `origin`) it has a part of; over all regions less one for each
MEASURES = (TRAVEL, SEATS, CHANGED, MET, UNMET, OPEN, REGIONS, BALANCE, BORDER, CROSSED, PARTS)
BY_SEAT = (TRAVEL, SEATS, CHANGED)


@dataclass(frozen=True)
class Objective:
    """A weighted sum of measures to minimise; a negative weight maximises."""

    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.weights) - set(MEASURES))
        if unknown:
            raise ProblemError(f"An objective weighs {unknown}, which are no measures.")
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))


@dataclass(frozen=True)
class Quantity:
    """A further attribute with floors by class, as area and population have, and a ceiling."""

    name: str
    value: np.ndarray
    floor: tuple[float, ...]
    ceiling: float | None = None


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
    unit_class : (n,) class of each unit; a region has the highest class among its members (one ward makes a ward).
    group : (n,) group of each unit, 0..g-1; a region stays inside one group.
    edges : (m, 2) pairs of neighbours. Pairs that must not mix are simply left out.
    minutes : (n, n) from a unit (row) to a seat in another (column); inf where there is no way.
    regions : (g,) wanted number of regions of each group, fixed ones included: a number, or (least, most).
    total_regions : number of regions of all groups together: a number, or (least, most); None for any.
    area_floor, population_floor : by class; a region meets the standard when it reaches both.
    quantities : further attributes with floors and ceilings.
    waived_class : by class; True where floors are not examined. Empty for none.
    exempt_from_members : from this number of members on, floors are not examined; None for never.
    max_undecided : regions that may neither meet the floors nor be exempt.
    max_members, max_area, max_population : largest region (units, km2, persons); None for any.
    must_join : sets that end in one region. must_not_join : sets of which no two share a region.
    keep_whole : units that are a region alone. fixed_seat, forbidden_seat : units that must, must not hold the seat.
    fixed : regions given in advance.
    origin : (n,) number of the unit that each entry is a part of; None when every entry is a whole unit. Members are
        counted by origin.
    objectives : minimised one after the other, each with the earlier ones kept.
    seat_cost : (n,) cost of a seat in each unit. seat_before : (n,) unit that held the seat for each, -1 for none.
    border_length : (m,) length of the border of each pair. district : (n,) number of the district of each unit.
    population_target : (g,) population aimed at by BALANCE; None: the mean of the group at its least number of regions.
    """

    population: np.ndarray
    area: np.ndarray
    unit_class: np.ndarray
    group: np.ndarray
    edges: np.ndarray
    minutes: np.ndarray
    regions: tuple[int | tuple[int, int], ...]
    area_floor: tuple[float, ...]
    population_floor: tuple[float, ...]
    total_regions: int | tuple[int, int] | None = None
    quantities: tuple[Quantity, ...] = ()
    waived_class: tuple[bool, ...] = ()
    exempt_from_members: int | None = 3
    max_undecided: int = 0
    max_members: int | None = None
    max_area: float | None = None
    max_population: float | None = None
    must_join: tuple[tuple[int, ...], ...] = ()
    must_not_join: tuple[tuple[int, ...], ...] = ()
    keep_whole: tuple[int, ...] = ()
    fixed_seat: tuple[int, ...] = ()
    forbidden_seat: tuple[int, ...] = ()
    fixed: tuple[FixedRegion, ...] = ()
    origin: np.ndarray | None = None
    objectives: tuple[Objective, ...] = (Objective({TRAVEL: 1.0}),)
    seat_cost: np.ndarray | None = None
    seat_before: np.ndarray | None = None
    border_length: np.ndarray | None = None
    district: np.ndarray | None = None
    population_target: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name, kind in (("population", float), ("area", float), ("unit_class", int), ("group", int)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind))
        optional = (("origin", int), ("seat_cost", float), ("seat_before", int), ("border_length", float))
        for name, kind in (*optional, ("district", int), ("population_target", float)):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind))
        object.__setattr__(self, "minutes", np.asarray(self.minutes, dtype=float))
        object.__setattr__(self, "edges", np.asarray(self.edges, dtype=int).reshape(-1, 2))
        self._check_arrays()
        self._check_counts()
        self._check_members()
        self._check_objectives()

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.population)

    @property
    def counts(self) -> np.ndarray:
        """(g, 2) least and most regions of each group, fixed ones included."""
        pairs = [r if isinstance(r, tuple) else (r, r) for r in self.regions]
        return np.array(pairs, dtype=int).reshape(-1, 2)

    @property
    def total(self) -> tuple[int, int]:
        """Least and most regions of all groups together."""
        if self.total_regions is None:
            return int(self.counts[:, 0].sum()), int(self.counts[:, 1].sum())
        return self.total_regions if isinstance(self.total_regions, tuple) else (self.total_regions,) * 2

    @property
    def measured(self) -> tuple[Quantity, ...]:
        """Population, area and the further quantities, each with floors by class and ceiling."""
        people = Quantity("population", self.population, tuple(self.population_floor), self.max_population)
        return (people, Quantity("area", self.area, tuple(self.area_floor), self.max_area), *self.quantities)

    @property
    def targets(self) -> np.ndarray:
        """(g,) population that BALANCE aims at."""
        if self.population_target is not None:
            return self.population_target
        people = np.bincount(self.group, weights=self.population, minlength=len(self.regions))
        return people / np.maximum(self.counts[:, 0], 1)

    def _check_arrays(self) -> None:
        n = self.n
        for name in ("area", "unit_class", "group", "origin", "seat_cost", "seat_before", "district"):
            if getattr(self, name) is not None and getattr(self, name).shape != (n,):
                raise ProblemError(f"{name} must have one value for each of the {n} units.")
        if self.minutes.shape != (n, n):
            raise ProblemError(f"minutes must have shape ({n}, {n}), not {self.minutes.shape}.")
        for q in self.measured:
            if np.shape(q.value) != (n,) or not np.all(np.isfinite(q.value) & (np.asarray(q.value) >= 0)):
                raise ProblemError(f"{q.name} must be finite and not negative, one value a unit.")
            if len(q.floor) != len(self.area_floor):
                raise ProblemError(f"{q.name}: floors must have one value for each class.")
        if np.isnan(self.minutes).any() or (self.minutes < 0).any():
            raise ProblemError("minutes must not be negative or missing (inf means no way).")
        if len(self.edges) and (self.edges.min() < 0 or self.edges.max() >= n):
            raise ProblemError("edges names a unit that does not exist.")
        if self.border_length is not None and self.border_length.shape != (len(self.edges),):
            raise ProblemError("border_length must have one value for each pair of neighbours.")
        if n and (self.unit_class.min() < 0 or self.unit_class.max() >= len(self.area_floor)):
            raise ProblemError("unit_class names a class without floors.")
        if self.waived_class and len(self.waived_class) != len(self.area_floor):
            raise ProblemError("waived_class must have one value for each class.")
        if self.population_target is not None and self.population_target.shape != (len(self.regions),):
            raise ProblemError("population_target must have one value for each group.")

    def _check_counts(self) -> None:
        if self.n and (self.group.min() < 0 or self.group.max() >= len(self.regions)):
            raise ProblemError("group names a group without a number of regions.")
        if self.max_members is not None and self.max_members < 1:
            raise ProblemError(f"max_members must be at least 1, not {self.max_members}.")
        counts = np.vstack([self.counts, np.array([self.total])])
        if self.max_undecided < 0 or (counts < 0).any():
            raise ProblemError("regions and max_undecided must not be negative.")
        if (counts[:, 0] > counts[:, 1]).any():
            raise ProblemError("regions: the least number is above the most.")

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

    def _check_objectives(self) -> None:
        if not self.objectives:
            raise ProblemError("At least one objective is needed.")
        needs = {SEATS: "seat_cost", CHANGED: "seat_before", BORDER: "border_length", CROSSED: "district"}
        for name in {m for o in self.objectives for m in o.weights}:
            if name in needs and getattr(self, needs[name]) is None:
                raise ProblemError(f"The measure {name} needs {needs[name]}.")
        if any(w < 0 and m not in (MET, UNMET, REGIONS) for o in self.objectives for m, w in o.weights.items()):
            raise ProblemError("Only met, unmet and regions may have a negative weight.")


@dataclass(frozen=True)
class RegionSolution(Solution):
    """Regions in the order of their smallest member.

    `region` (n,) region number of each unit; `seat` (r,) unit that holds the seat; `standing` (r,) meets, exempt,
    undecided or fixed; `cost` (r,) population times minutes. Unreachable pairs inside a fixed region cost nothing.
    `values` and `bounds`: value of each objective and a valid lower bound on it for the values before it; `objective`
    and `bound` are the last of them.
    `columns` is the number of sets the last search had; `uncovered` lists units that no legal set contains (when
    infeasible).
    """

    region: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    seat: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    standing: tuple[str, ...] = ()
    cost: np.ndarray = field(default_factory=lambda: np.empty(0))
    values: tuple[float, ...] = ()
    bounds: tuple[float | None, ...] = ()
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
    names += [k for k in ("max_members", "max_area", "max_population") if getattr(problem, k) is not None]
    names += [f"ceiling[{q.name}]" for q in problem.quantities if q.ceiling is not None]
    names += [f"regions[{g}]" for g in range(len(problem.regions))]
    names += ["total_regions"] if problem.total_regions is not None else []
    return (*names, "floors")
