"""Connected regions over a planar graph: which units join, and which of them holds the seat.

Set partitioning over connected sets. A column is a connected set of at most `max_members` units of one group with its
best allowed seat; its cost is the sum over units of population times minutes to the seat. The master takes every unit
once, the wanted number of regions in every group, and at most `max_undecided` regions that neither meet the floors
nor are exempt from them. All columns are enumerated and priced, so the bound holds for all regions of that size.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csc_matrix, vstack

from solvers.connected_sets import connected_sets
from solvers.problem import ProblemError, Solution, Status, Stop
from solvers.set_partition import Program, is_feasible, minimise

# Areas and populations are sums of rounded figures: a floor is met when missed by no more than this share.
FLOOR_TOLERANCE = 1e-9
MEETS, EXEMPT, UNDECIDED, FIXED = "meets", "exempt", "undecided", "fixed"


@dataclass(frozen=True)
class FixedRegion:
    """A region given in advance, outside all floors; counts towards its group. `connected`: refuse it otherwise."""

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
    edges : (m, 2) pairs of neighbours.
    minutes : (n, n) from a unit (row) to a seat in another (column); inf where there is no way.
    regions : (g,) wanted number of regions of each group, fixed ones included.
    area_floor, population_floor : by class; a region meets the standard when it reaches both.
    exempt_from_members : from this number of members on, floors are not examined; None for never.
    max_undecided : regions that may neither meet the floors nor be exempt.
    max_members, max_area : largest region (km2).
    must_join : sets that end in one region. must_not_join : sets of which no two share a region.
    keep_whole : units that are a region alone. fixed_seat, forbidden_seat : units that must, must not hold the seat.
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

    `region` (n,) region number of each unit; `seat` (r,) unit that holds the seat; `standing` (r,) meets, exempt,
    undecided or fixed; `cost` (r,) population times minutes. Unreachable pairs inside a fixed region cost nothing.
    `columns` is the number of legal sets; `uncovered` lists units that no legal set contains (when infeasible).
    Objective and bound are in population times minutes.
    """

    region: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    seat: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    standing: tuple[str, ...] = ()
    cost: np.ndarray = field(default_factory=lambda: np.empty(0))
    columns: int = 0
    uncovered: tuple[int, ...] = ()


def solve_regions(problem: RegionProblem, stop: Stop) -> RegionSolution:
    """Cheapest regions. `conflict` of an infeasible problem holds names as given by `rule_names`."""
    began = time.perf_counter()
    contradiction = _fixed_contradiction(problem)
    if contradiction:
        return RegionSolution(Status.INFEASIBLE, seconds=time.perf_counter() - began, conflict=contradiction)
    columns = _Columns(problem)
    active = rule_names(problem)
    legal, cost, seat = columns.legal(active)
    choice = minimise(columns.program(legal, cost[legal], active), replace(stop, seconds=_left(stop, began)))
    said = f"regions of at most {problem.max_members} units"
    if choice.status is Status.INFEASIBLE:
        conflict = _conflict(columns, active, stop)
        alone = tuple(np.setdiff1d(columns.free, np.unique(columns.members[legal])).tolist())
        return RegionSolution(
            Status.INFEASIBLE,
            seconds=time.perf_counter() - began,
            restriction=said,
            conflict=conflict,
            columns=len(legal),
            uncovered=alone,
        )
    fixed = [(r.members, *_fixed_seat(problem, r.members), FIXED) for r in problem.fixed]
    constant = sum(f[2] for f in fixed)
    shared = {
        "bound": None if choice.bound is None else choice.bound + constant,
        "seconds": time.perf_counter() - began,
        "restriction": said,
        "columns": len(legal),
    }
    if choice.objective is None:
        return RegionSolution(choice.status, **shared)
    chosen = legal[choice.chosen]
    open_regions = [
        (columns.row(i), int(seat[i]), float(cost[i]), columns.standing(i)) for i in chosen
    ]
    return _solution(problem, choice.status, sorted([*fixed, *open_regions], key=lambda r: min(r[0])), shared)


def rule_names(problem: RegionProblem) -> tuple[str, ...]:
    """Names of the rules that can be dropped one by one: `must_join[0]`, `keep_whole[17]` (unit 17), `regions[1]`, ..."""
    names = [f"must_join[{i}]" for i in range(len(problem.must_join))]
    names += [f"must_not_join[{i}]" for i in range(len(problem.must_not_join))]
    for kind in ("keep_whole", "fixed_seat", "forbidden_seat"):
        names += [f"{kind}[{u}]" for u in getattr(problem, kind)]
    if problem.max_area is not None:
        names.append("max_area")
    names += [f"regions[{g}]" for g in range(len(problem.regions))]
    return (*names, "floors")


class _Columns:
    """All connected sets of the free units, with the tests that tell which of them the rules allow."""

    def __init__(self, problem: RegionProblem):
        self.problem = problem
        fixed = {u for r in problem.fixed for u in r.members}
        self.free = np.array([u for u in range(problem.n) if u not in fixed], dtype=int)
        blocks = [self._enumerate(g) for g in range(len(problem.regions))]
        width = problem.max_members
        # Shorter rows are padded with n: one extra unit without people, area, class or name.
        self.members = np.vstack([b for group in blocks for b in group] or [np.empty((0, width), np.int32)])
        self.size = (self.members < problem.n).sum(axis=1)
        self.group = problem.group[self.members[:, 0]] if len(self.members) else np.empty(0, int)
        self.area = self._sum(problem.area)
        people = self._sum(problem.population)
        kind = np.append(problem.unit_class, -1)[self.members].max(axis=1, initial=-1)
        area_floor, people_floor = np.array(problem.area_floor), np.array(problem.population_floor)
        slack = 1 - FLOOR_TOLERANCE
        self.meets = (self.area >= area_floor[kind] * slack) & (people >= people_floor[kind] * slack)
        from_members = problem.exempt_from_members
        self.exempt = self.size >= from_members if from_members is not None else np.zeros(len(kind), bool)

    def _enumerate(self, group: int) -> list[np.ndarray]:
        p = self.problem
        units = self.free[p.group[self.free] == group]
        local = np.full(p.n, -1)
        local[units] = np.arange(len(units))
        edges = local[p.edges]
        sets = connected_sets(len(units), edges[(edges >= 0).all(axis=1)], p.max_members)
        padded = [np.full((len(s), p.max_members), p.n, dtype=np.int32) for s in sets]
        for target, rows in zip(padded, sets, strict=True):
            target[:, : rows.shape[1]] = units[rows]
        return padded

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.append(values, 0.0)[self.members].sum(axis=1)

    def _count(self, units: Iterable[int]) -> np.ndarray:
        inside = np.zeros(self.problem.n + 1, dtype=np.int32)
        inside[list(units)] = 1
        return inside[self.members].sum(axis=1)

    def legal(self, active: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions of the sets that the active rules allow; cost and seat of every set."""
        p, on = self.problem, set(active)
        good = np.ones(len(self.members), dtype=bool)
        for i, units in enumerate(p.must_join):
            if f"must_join[{i}]" in on:
                count = self._count(units)
                good &= (count == 0) | (count == len(units))
        for i, units in enumerate(p.must_not_join):
            if f"must_not_join[{i}]" in on:
                good &= self._count(units) <= 1
        whole = [u for u in p.keep_whole if f"keep_whole[{u}]" in on]
        if whole:
            good &= (self._count(whole) == 0) | (self.size == 1)
        if "max_area" in on:
            good &= self.area <= p.max_area * (1 + FLOOR_TOLERANCE)
        if "floors" in on and p.max_undecided == 0:
            good &= self.meets | self.exempt
        must = [u for u in p.fixed_seat if f"fixed_seat[{u}]" in on]
        must_not = [u for u in p.forbidden_seat if f"forbidden_seat[{u}]" in on]
        cost, seat = self._seats(must, must_not)
        return np.flatnonzero(good & np.isfinite(cost)), cost, seat

    def _seats(self, must: list[int], must_not: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Cheapest allowed seat of every set, the first by unit order among equals; inf without one."""
        p = self.problem
        weighted = np.zeros((p.n + 1, p.n + 1))
        # A unit without people costs nothing, but it still needs a way to its seat.
        weighted[: p.n, : p.n] = np.where(np.isinf(p.minutes), np.inf, p.population[:, None] * p.minutes)
        weighted[: p.n, p.n] = np.inf
        weighted[p.n, p.n] = np.inf
        weighted[: p.n, must_not] = np.inf
        required = np.zeros(p.n + 1, dtype=bool)
        required[must] = True
        any_required = required[self.members].any(axis=1) if must else np.zeros(len(self.members), bool)
        best = np.full(len(self.members), np.inf)
        seat = np.full(len(self.members), -1)
        for j in range(self.members.shape[1]):
            at = self.members[:, j]
            cost = np.zeros(len(at))
            for i in range(self.members.shape[1]):
                cost += weighted[self.members[:, i], at]
            cost[any_required & ~required[at]] = np.inf
            better = cost < best
            best[better], seat[better] = cost[better], at[better]
        if must:
            best[required[self.members].sum(axis=1) > 1] = np.inf
        return best, seat

    def program(self, legal: np.ndarray, cost: np.ndarray, active: tuple[str, ...]) -> Program:
        """Set partitioning over the legal sets."""
        p, on = self.problem, set(active)
        rows, keep = self.members[legal], self.members[legal] < p.n
        row_of = np.full(p.n + 1, -1)
        row_of[self.free] = np.arange(len(self.free))
        pointer = np.concatenate([[0], np.cumsum(keep.sum(axis=1))])
        cells = row_of[rows[keep]]
        parts = [csc_matrix((np.ones(len(cells)), cells, pointer), shape=(len(self.free), len(legal)))]
        lower, upper = [np.ones(len(self.free))], [np.ones(len(self.free))]
        wanted = np.array(p.regions) - np.bincount(
            [int(p.group[r.members[0]]) for r in p.fixed], minlength=len(p.regions)
        )
        for g, count in enumerate(wanted):
            if f"regions[{g}]" in on:
                parts.append(csc_matrix((self.group[legal] == g).astype(float)[None, :]))
                lower.append(np.array([float(count)]))
                upper.append(np.array([float(count)]))
        if "floors" in on and p.max_undecided > 0:
            neither = ~(self.meets | self.exempt)[legal]
            parts.append(csc_matrix(neither.astype(float)[None, :]))
            lower.append(np.array([0.0]))
            upper.append(np.array([float(p.max_undecided)]))
        return Program(vstack(parts).tocsc(), np.concatenate(lower), np.concatenate(upper), np.asarray(cost))

    def row(self, i: int) -> tuple[int, ...]:
        """Members of one set."""
        return tuple(self.members[i, : self.size[i]].tolist())

    def standing(self, i: int) -> str:
        """How one set stands to the floors."""
        return MEETS if self.meets[i] else EXEMPT if self.exempt[i] else UNDECIDED


def _fixed_seat(problem: RegionProblem, members: tuple[int, ...]) -> tuple[int, float]:
    """Seat of a fixed region: fewest people without a way to it, then the least travel."""
    ids = np.array(sorted(members))
    must = [u for u in ids if u in problem.fixed_seat]
    seats = must or [u for u in ids if u not in problem.forbidden_seat]
    block = problem.minutes[np.ix_(ids, seats)]
    cut = np.isinf(block)
    people = problem.population[ids][:, None]
    lost, cost = (people * cut).sum(axis=0), (people * np.where(cut, 0.0, block)).sum(axis=0)
    best = int(np.lexsort((np.arange(len(seats)), cost, lost))[0])
    return int(seats[best]), float(cost[best])


def _fixed_contradiction(p: RegionProblem) -> tuple[str, ...]:
    """First lock that contradicts a fixed region, with that region's name; empty without one."""
    for i, region in enumerate(p.fixed):
        inside, name = set(region.members), f"fixed[{i}]"
        for j, units in enumerate(p.must_join):
            if inside & set(units) and not set(units) <= inside:
                return (f"must_join[{j}]", name)
        for j, units in enumerate(p.must_not_join):
            if len(inside & set(units)) > 1:
                return (f"must_not_join[{j}]", name)
        for u in p.keep_whole:
            if u in inside and len(inside) > 1:
                return (f"keep_whole[{u}]", name)
        seats = [u for u in p.fixed_seat if u in inside]
        if len(seats) > 1:
            return (*(f"fixed_seat[{u}]" for u in seats), name)
        both = [u for u in seats if u in p.forbidden_seat]
        if both:
            return (f"fixed_seat[{both[0]}]", f"forbidden_seat[{both[0]}]")
        if inside <= set(p.forbidden_seat):
            return (*(f"forbidden_seat[{u}]" for u in sorted(inside)), name)
        if region.connected and not _is_connected(sorted(inside), p.edges):
            return (name, "contiguity")
    return ()


def _is_connected(members: list[int], edges: np.ndarray) -> bool:
    seen, stack, inside = {members[0]}, [members[0]], set(members)
    while stack:
        unit = stack.pop()
        touching = edges[(edges == unit).any(axis=1)]
        for other in touching.sum(axis=1) - unit:
            if int(other) in inside and int(other) not in seen:
                seen.add(int(other))
                stack.append(int(other))
    return len(seen) == len(inside)


def _conflict(columns: _Columns, names: tuple[str, ...], stop: Stop) -> tuple[str, ...]:
    """Deletion filter, without objective: drop every rule whose absence does not help; the rest cannot hold together.

    What always holds (contiguity and `max_members`) is named when no rule can be blamed.
    """
    def blocked(active: tuple[str, ...]) -> bool:
        legal, cost, _ = columns.legal(active)
        return is_feasible(columns.program(legal, cost[legal], active), stop) is False

    if blocked(()):
        return ("contiguity", "max_members")
    kept = names
    for name in names:
        without = tuple(k for k in kept if k != name)
        if blocked(without):
            kept = without
    return (*kept, "max_members") if _size_matters(columns.problem, kept) else kept


def _size_matters(p: RegionProblem, conflict: tuple[str, ...]) -> bool:
    """Whether the cap on members alone already forbids what a named rule asks."""
    for name in conflict:
        kind, _, index = name.rstrip("]").partition("[")
        if kind == "must_join" and len(p.must_join[int(index)]) > p.max_members:
            return True
        if kind == "regions":
            g = int(index)
            fixed = [r for r in p.fixed if p.group[r.members[0]] == g]
            units = int((p.group == g).sum()) - sum(len(r.members) for r in fixed)
            if (p.regions[g] - len(fixed)) * p.max_members < units:
                return True
    return False


def _left(stop: Stop, began: float) -> float:
    return max(stop.seconds - (time.perf_counter() - began), 1.0)


def _solution(problem: RegionProblem, status: Status, regions: list, shared: dict) -> RegionSolution:
    region = np.full(problem.n, -1)
    for r, (members, *_rest) in enumerate(regions):
        region[list(members)] = r
    cost = np.array([r[2] for r in regions])
    objective = float(cost.sum())
    if status is Status.OPTIMAL:
        shared = shared | {"bound": objective}
    return RegionSolution(
        status,
        objective=objective,
        region=region,
        seat=np.array([r[1] for r in regions], dtype=int),
        standing=tuple(r[3] for r in regions),
        cost=cost,
        **shared,
    )
