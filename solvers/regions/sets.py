"""Connected sets as columns: what each weighs, which seat it has and whether the rules allow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from solvers.regions.problem import (
    BALANCE,
    BORDER,
    BY_SEAT,
    CHANGED,
    CROSSED,
    EXEMPT,
    MEETS,
    MET,
    OPEN,
    PARTS,
    REGIONS,
    SEATS,
    TRAVEL,
    UNDECIDED,
    UNMET,
    Objective,
    RegionProblem,
)

# Areas and populations are sums of rounded figures: a floor is met when missed by no more than this share.
FLOOR_TOLERANCE = 1e-9


class Ground:
    """What all sets of a problem share: dense tables with one extra unit n that stands for 'no unit'."""

    def __init__(self, problem: RegionProblem, active: Iterable[str]):
        """`active`: the rules that hold, named as by `rule_names`."""
        p = self.problem = problem
        self.on = frozenset(active)
        self.taken = np.zeros(p.n, dtype=bool)
        self.taken[[u for r in p.fixed for u in r.members]] = True
        self.near = np.zeros((p.n, p.n), dtype=bool)
        a, b = p.edges.T
        inside = (p.group[a] == p.group[b]) & ~self.taken[a] & ~self.taken[b] & (a != b)
        self.near[a[inside], b[inside]] = self.near[b[inside], a[inside]] = True
        self.origin = p.origin if p.origin is not None else np.arange(p.n)
        self.divided = np.bincount(self.origin, minlength=p.n)[self.origin] > 1
        self.must_seat = [u for u in p.fixed_seat if f"fixed_seat[{u}]" in self.on]
        self.no_seat = [u for u in p.forbidden_seat if f"forbidden_seat[{u}]" in self.on]
        self.changed = None if p.seat_before is None else self._changed()
        self.inner_border = None if p.border_length is None else self._borders()
        self.seat_prices = self._seat_prices()

    @property
    def must_meet(self) -> bool:
        """Whether only sets above all floors are legal."""
        p = self.problem
        return (
            "floors" in self.on and p.max_undecided == 0 and p.exempt_from_members is None and not any(p.waived_class)
        )

    @property
    def free(self) -> np.ndarray:
        """Units outside the fixed regions, ascending."""
        return np.flatnonzero(~self.taken)

    def by_seat(self, weights: Mapping[str, float]) -> np.ndarray:
        """(n, n + 1) cost of each unit (column) for a seat (row) by the measures that depend on it; inf: no way."""
        p = self.problem
        way = np.isinf(p.minutes.T)
        cost = weights.get(TRAVEL, 0.0) * np.where(way, 0.0, p.population[None, :] * np.where(way, 0.0, p.minutes.T))
        if weights.get(CHANGED):
            cost = cost + weights[CHANGED] * self.changed
        cost[way] = np.inf
        cost[self.no_seat] = np.inf
        for u in self.must_seat:
            others = np.arange(p.n) != u
            cost[others, u] = np.inf
        return np.hstack([cost, np.zeros((p.n, 1))])

    def seat_cost(self, weights: Mapping[str, float]) -> np.ndarray:
        """(n,) cost of a seat by itself."""
        weight = weights.get(SEATS, 0.0)
        return weight * self.problem.seat_cost if weight else np.zeros(self.problem.n)

    def _changed(self) -> np.ndarray:
        p = self.problem
        other = (p.seat_before[None, :] >= 0) & (p.seat_before[None, :] != np.arange(p.n)[:, None])
        return np.where(other, p.population[None, :], 0.0)

    def _borders(self) -> np.ndarray:
        p = self.problem
        length = np.zeros((p.n + 1, p.n + 1))
        a, b = p.edges.T
        length[a, b] = length[b, a] = p.border_length
        return length

    def _seat_prices(self) -> list[np.ndarray]:
        """Tables (n, n + 1) by which a set chooses its seat, one after the other: the objectives that depend on it.

        Where the earlier objectives are at their least, no other seat serves the later ones. Travel decides at last.
        """
        weights: list[Mapping[str, float]] = []
        for objective in (*self.problem.objectives, Objective({TRAVEL: 1.0})):
            if any(objective.weights.get(m) for m in BY_SEAT):
                weights.append(objective.weights)
            if objective.weights.get(TRAVEL):
                break
        prices = [self.by_seat(w) for w in weights]
        own = np.arange(self.problem.n)
        for price, w in zip(prices, weights, strict=True):
            price[own, own] += self.seat_cost(w)
        return prices


class RegionSets:
    """A batch of connected sets.

    `members` (c, w): units ascending, padded with n. `size` (c,): distinct units by origin. `seat` (c,): cheapest
    allowed seat, -1 without one. `legal` (c,): kept by the active rules.
    """

    def __init__(self, ground: Ground, members: np.ndarray):
        self.ground, self.members = ground, members
        p = ground.problem
        self.count = (members < p.n).sum(axis=1)
        self.size = self.count if p.origin is None else self._distinct(ground.origin)
        self.group = p.group[members[:, 0]] if len(members) else np.empty(0, int)
        self.sums = [self._sum(np.asarray(q.value, float)) for q in p.measured]
        self.meets, self.exempt = self._standings()
        self.seat = self._seats()
        self.legal = self._legal()

    def __len__(self) -> int:
        return len(self.members)

    def take(self, rows: np.ndarray) -> RegionSets:
        """The sets at some positions."""
        part = object.__new__(RegionSets)
        part.ground, part.members = self.ground, self.members[rows]
        for name in ("count", "size", "group", "meets", "exempt", "seat", "legal"):
            setattr(part, name, getattr(self, name)[rows])
        part.sums = [s[rows] for s in self.sums]
        return part

    def value(self, weights: Mapping[str, float]) -> np.ndarray:
        """(c,) weighted sum of the measures."""
        total = np.zeros(len(self))
        for name, weight in weights.items():
            if weight:
                total += weight * self.measure(name)
        return total

    def objective(self, objective: Objective) -> np.ndarray:
        """(c,) value of an objective."""
        return self.value(objective.weights)

    def measure(self, name: str) -> np.ndarray:
        """(c,) one measure of `solvers.regions.problem`."""
        p, g = self.ground.problem, self.ground
        if name in (TRAVEL, CHANGED):
            table = g.by_seat({name: 1.0})
            return np.array(table[self.seat[:, None], self.members].sum(axis=1))
        simple = {
            SEATS: lambda: p.seat_cost[self.seat],
            MET: lambda: self.meets.astype(float),
            UNMET: lambda: (~self.meets).astype(float),
            OPEN: lambda: self.undecided.astype(float),
            REGIONS: lambda: np.ones(len(self)),
            BALANCE: lambda: np.abs(self.sums[0] - p.targets[self.group]),
            CROSSED: lambda: self._distinct(p.district) - 1.0,
            PARTS: lambda: self._distinct(np.where(g.divided, g.origin, -1)).astype(float),
            BORDER: self._border,
        }
        return simple[name]()

    def standing(self, i: int) -> str:
        """How one set stands to the floors."""
        return MEETS if self.meets[i] else EXEMPT if self.exempt[i] else UNDECIDED

    def row(self, i: int) -> tuple[int, ...]:
        """Members of one set."""
        return tuple(self.members[i, : self.count[i]].tolist())

    @property
    def undecided(self) -> np.ndarray:
        """(c,) neither above the floors nor exempt."""
        return ~(self.meets | self.exempt)

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.append(values, 0.0)[self.members].sum(axis=1)

    def _distinct(self, label: np.ndarray) -> np.ndarray:
        """Number of different labels >= 0 among the members of each set."""
        labels = np.sort(np.append(label, -1)[self.members], axis=1)
        new = np.diff(labels, axis=1, prepend=-1) != 0
        return (new & (labels >= 0)).sum(axis=1)

    def _border(self) -> np.ndarray:
        length = self.ground.inner_border
        around = length[:-1].sum(axis=1)
        inside = np.zeros(len(self))
        for i in range(self.members.shape[1]):
            for j in range(i):
                inside += length[self.members[:, i], self.members[:, j]]
        return self._sum(around) / 2 - inside

    def _standings(self) -> tuple[np.ndarray, np.ndarray]:
        p = self.ground.problem
        kind = np.append(p.unit_class, -1)[self.members].max(axis=1, initial=-1)
        meets = np.ones(len(self), dtype=bool)
        for q, total in zip(p.measured, self.sums, strict=True):
            meets &= total >= np.array(q.floor)[kind] * (1 - FLOOR_TOLERANCE)
        exempt = np.zeros(len(self), dtype=bool)
        if p.exempt_from_members is not None:
            exempt |= self.size >= p.exempt_from_members
        if any(p.waived_class):
            exempt |= np.array(p.waived_class)[kind]
        return meets, exempt

    def _seats(self) -> np.ndarray:
        nowhere = np.full(self.ground.problem.n + 1, np.inf)
        prices = [np.vstack([price, nowhere]) for price in self.ground.seat_prices]
        best = [np.full(len(self), np.inf) for _ in prices]
        seat = np.full(len(self), -1)
        for j in range(self.members.shape[1]):
            at = self.members[:, j]
            costs = []
            for price in prices:
                cost = np.zeros(len(at))
                for i in range(self.members.shape[1]):
                    cost += price[at, self.members[:, i]]
                costs.append(cost)
            better, equal = np.zeros(len(at), dtype=bool), np.ones(len(at), dtype=bool)
            for cost, least in zip(costs, best, strict=True):
                better |= equal & (cost < least)
                equal &= cost == least
            seat[better] = at[better]
            for cost, least in zip(costs, best, strict=True):
                least[better] = cost[better]
        return seat

    def _holds(self, units: Iterable[int]) -> np.ndarray:
        inside = np.zeros(self.ground.problem.n + 1, dtype=np.int32)
        inside[list(units)] = 1
        return inside[self.members].sum(axis=1)

    def _legal(self) -> np.ndarray:
        p, on = self.ground.problem, self.ground.on
        good = self.seat >= 0
        for i, units in enumerate(p.must_join):
            if f"must_join[{i}]" in on:
                held = self._holds(units)
                good &= (held == 0) | (held == len(units))
        for i, units in enumerate(p.must_not_join):
            if f"must_not_join[{i}]" in on:
                good &= self._holds(units) <= 1
        whole = [u for u in p.keep_whole if f"keep_whole[{u}]" in on]
        if whole:
            good &= (self._holds(whole) == 0) | (self.count == 1)
        if "max_members" in on:
            good &= self.size <= p.max_members
        for q, total in zip(p.measured, self.sums, strict=True):
            if q.ceiling is not None and ceiling_rule(q.name) in on:
                good &= total <= q.ceiling * (1 + FLOOR_TOLERANCE)
        if "floors" in on and p.max_undecided == 0:
            good &= ~self.undecided
        return good


def ceiling_rule(quantity: str) -> str:
    """Name of the rule that is the ceiling of a quantity."""
    return {"population": "max_population", "area": "max_area"}.get(quantity, f"ceiling[{quantity}]")


def joined(a: RegionSets, b: RegionSets) -> RegionSets:
    """Two batches of one ground as one."""
    n, wide = a.ground.problem.n, max(a.members.shape[1], b.members.shape[1])
    part = object.__new__(RegionSets)
    part.ground = a.ground
    part.members = np.vstack([padded(a.members, wide, n), padded(b.members, wide, n)])
    for name in ("count", "size", "group", "meets", "exempt", "seat", "legal"):
        setattr(part, name, np.concatenate([getattr(a, name), getattr(b, name)]))
    part.sums = [np.concatenate(pair) for pair in zip(a.sums, b.sums, strict=True)]
    return part


def padded(members: np.ndarray, wide: int, n: int) -> np.ndarray:
    """Rows of members filled up with n to a width."""
    return np.hstack([members, np.full((len(members), wide - members.shape[1]), n, np.int32)])
