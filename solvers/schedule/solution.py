"""A schedule and what it costs, part by part."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, fields

import numpy as np

from solvers.problem import Solution
from solvers.schedule.problem import NONE, Ints, ScheduleProblem


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Cost:
    """The parts of a schedule's cost in the order in which they are compared."""

    legal: int
    target: int
    money: int
    change: int
    strain: int
    finish: int

    @property
    def key(self) -> tuple[int, ...]:
        """Sort key."""
        return astuple(self)


PARTS = tuple(f.name for f in fields(Cost))
LEGAL, TARGET, MONEY, CHANGE, STRAIN, FINISH = range(6)
PRICED = STRAIN  # the parts before this one make up the objective; strain and early ends have bounds of their own


@dataclass(frozen=True)
class ScheduleSolution(Solution):
    """Start day, finish day and way (a number in `ScheduleProblem.ways_of`) of every task.

    `objective` is the cost of lateness, money and change, `parts` the cost by part. `bounds` has for each part a
    lower bound that holds for every schedule whose earlier parts are no worse than here; `bound` is their sum, as far
    as the earlier parts are proven, so it holds for every schedule that is best in this order.
    """

    start: Ints = field(default_factory=_no_ints)
    finish: Ints = field(default_factory=_no_ints)
    way: Ints = field(default_factory=_no_ints)
    parts: Cost = Cost(0, 0, 0, 0, 0, 0)
    bounds: Cost = Cost(0, 0, 0, 0, 0, 0)


def cost_of(p: ScheduleProblem, start: Ints, finish: Ints, way: Ints | None = None) -> Cost:
    """Cost of a schedule given as days; `way` None: the first way of every task."""
    way = np.zeros(len(p.names), dtype=np.int64) if way is None else way
    legal = target = ends = money = change = 0
    for i in range(len(p.names)):
        legal += int(p.legal_price[i]) * p.late(int(finish[i]), int(p.legal[i]))
        target += int(p.target_price[i]) * p.late(int(finish[i]), int(p.target[i]))
        if p.is_fixed(i):
            continue
        c = p.calendar[i]
        money += p.ways_of[i][way[i]].cost
        ends += int(p.weight[i]) * p.index_after(c, int(finish[i]))
        if p.wanted[i] != NONE:
            moved = p.first_index(c, int(start[i])) - p.first_index(c, int(p.wanted[i]))
            change += int(p.move_price[i]) * abs(moved)
    over = np.maximum(peaks(p, start, finish, way) - p.comfort, 0)
    return Cost(legal, target, money, change, int((over * p.strain_price).sum()), ends)


def peaks(p: ScheduleProblem, start: Ints, finish: Ints, way: Ints) -> Ints:
    """(r,) most units of each resource at work on one day."""
    demand = p.demand if not p.ways else np.array([p.ways_of[i][k].demand for i, k in enumerate(way.tolist())])
    found = np.zeros(len(p.resources), dtype=np.int64)
    for c, days in enumerate(p.calendars):
        use = np.zeros((len(days) + 1, len(p.resources)), dtype=np.int64)
        for i in np.flatnonzero((p.calendar == c) & demand.any(axis=1)):
            use[p.first_index(c, int(start[i]))] += demand[i]
            use[p.index_after(c, int(finish[i]))] -= demand[i]
        found = np.maximum(found, np.cumsum(use, axis=0).max(axis=0, initial=0))
    return found
