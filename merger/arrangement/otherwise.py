"""The best plan in which an old unit goes elsewhere: the whole arrangement solved again with that one demand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from merger.arrangement.model import ArrangeModel
from merger.arrangement.moves import Move
from solvers.problem import Status, Stop
from solvers.regions.check import check_regions
from solvers.regions.problem import TRAVEL, Objective
from solvers.regions.solve import RegionSolution, solve_regions


@dataclass(frozen=True)
class Otherwise:
    """The best plan in which `unit` is not in one region with `partner` (None: in which it is not alone).

    `seat_before`, `seat_after` (n,): seat of each unit in the plan and in the other plan (empty without one); `extra`:
    person-minutes more, `at_least`: no such plan has fewer (None without a bound). `model`: the problem solved.
    """

    unit: int
    partner: int | None
    model: ArrangeModel
    solution: RegionSolution
    seat_before: np.ndarray
    seat_after: np.ndarray
    extra: float
    at_least: float | None


@dataclass(frozen=True)
class Placement:
    """Where a plan puts each unit of a model: `region` (n,) a number, `seat` (n,) the unit that holds its seat."""

    region: np.ndarray
    seat: np.ndarray

    def seat_of(self, region: int) -> int:
        """Seat of a region."""
        return int(self.seat[self.region == region][0])


def plan_regions(model: ArrangeModel, units: pd.DataFrame) -> Placement:
    """Placement by a plan's table `units`."""
    own = units.set_index("old_code").reindex(model.codes)
    place = {code: i for i, code in enumerate(model.codes)}
    return Placement(pd.factorize(own["new_id"])[0], own["seat_code"].map(place).to_numpy(int))


def best_otherwise(model: ArrangeModel, place: Placement, unit: int, moves: list[Move], stop: Stop) -> Otherwise | None:
    """The best plan without the present company of a unit; None for a unit of a special zone.

    The company is its seat, or its most populous fellow where it holds the seat itself. A unit that is alone is joined
    to each of the neighbouring regions, and the best of these plans is taken.
    """
    p, region, seat = model.problem, place.region, place.seat
    if any(unit in f.members for f in p.fixed):
        return None
    fellows = [u for u in np.flatnonzero(region == region[unit]).tolist() if u != unit]
    if fellows:
        partner = int(seat[unit]) if seat[unit] != unit else max(fellows, key=lambda u: (p.population[u], -u))
        tries = [replace(p, must_not_join=(*p.must_not_join, (unit, partner)))]
    else:
        partner = None
        seats = dict.fromkeys(place.seat_of(m.target) for m in moves)
        same = [s for s in seats if p.group[s] == p.group[unit] and not any(s in f.members for f in p.fixed)]
        tries = [replace(p, must_join=(*p.must_join, (unit, s))) for s in same]
    share = replace(stop, seconds=stop.seconds / max(len(tries), 1))
    start = _start(region, unit, moves)
    solved = [(q, solve_regions(q, share, start=start)) for q in tries]
    for q, s in solved:
        if faults := check_regions(q, s):
            raise RuntimeError("the other arrangement fails its independent check: " + "; ".join(faults[:5]))
    return _best(model, unit, partner, seat, solved) if solved else None


def _start(region: np.ndarray, unit: int, moves: list[Move]) -> np.ndarray | None:
    """The plan with the unit moved alone, where a rule does not forbid that."""
    free = [m for m in moves if not m.holds]
    if not free:
        return None
    return np.where(np.arange(len(region)) == unit, free[0].target, region)


def _best(model: ArrangeModel, unit: int, partner: int | None, seat: np.ndarray, solved: list) -> Otherwise:
    ranked = sorted(solved, key=lambda qs: (qs[1].objective is None, qs[1].values))
    problem, best = ranked[0]
    before = travel(model, seat)
    if best.objective is None:
        nothing = np.empty(0, int)
        return Otherwise(unit, partner, replace(model, problem=problem), best, seat, nothing, np.inf, None)
    after = best.seat[best.region]
    bounds = [s.bound for _, s in solved if s.status is not Status.INFEASIBLE]
    travel_only = model.problem.objectives == (Objective({TRAVEL: 1.0}),)
    at_least = min(bounds) - before if travel_only and all(b is not None for b in bounds) else None
    extra = travel(model, after) - before
    return Otherwise(unit, partner, replace(model, problem=problem), best, seat, after, extra, at_least)


def travel(model: ArrangeModel, seat: np.ndarray) -> float:
    """Person-minutes of all units to their seats; ways that do not exist count nothing."""
    p = model.problem
    minutes = p.minutes[np.arange(p.n), seat]
    return float((p.population * np.where(np.isfinite(minutes), minutes, 0.0)).sum())
