"""How calmly each resource can be used: the least peak that its own tasks allow, whatever the other resources do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from solvers.problem import Stop
from solvers.schedule.bounds import earliest, latest_finish
from solvers.schedule.model import cp_solver
from solvers.schedule.problem import NONE, Ints, ScheduleProblem

SHARES = 12  # dual feasible functions floor((s + 1) x) / s tried, s = 1 .. SHARES
PEAK_WORK = 0.5  # deterministic seconds for the least peak of one resource


@dataclass(frozen=True)
class Peak:
    """Least peak of one resource: a valid lower bound, and start days (NONE: not a user) that reach `peak`."""

    bound: int
    peak: int
    start: Ints


def least_peaks(problem: ScheduleProblem, stop: Stop) -> dict[int, Peak]:
    """For each priced resource its `Peak` over all schedules in which nothing is late; {} when there is none.

    A relaxation: order and limits give each task its earliest start and latest end, and only this resource is shared.
    """
    p = problem.relaxed
    days = earliest(p)
    if days is None:
        return {}
    both = np.where(p.legal == NONE, p.target, np.where(p.target == NONE, p.legal, np.minimum(p.legal, p.target)))
    latest = latest_finish(p, np.where(p.legal_price + p.target_price > 0, both, NONE))
    found = {}
    for k in np.flatnonzero(p.strain_price > 0).tolist():
        users = np.flatnonzero((p.fixed == NONE) & (p.demand[:, k] > 0))
        if not len(users):
            continue
        floor = max(int(p.comfort[k]), int(p.demand[users, k].max()), _packing_bound(p, k, users, days[0], latest))
        found[k] = _solved((p, k, users), (days[0], latest), floor, stop)
    return found


def least_strain(p: ScheduleProblem, found: dict[int, Peak]) -> int:
    """Lower bound on the strain of every schedule in which nothing is late."""
    over = [int(p.strain_price[k]) * max(0, peak.bound - int(p.comfort[k])) for k, peak in found.items()]
    return sum(over)


def _packing_bound(p: ScheduleProblem, k: int, users: Ints, start: Ints, latest: Ints) -> int:
    """Units that the work which must lie within some days needs, each unit seen as a bin as long as these days.

    Dual feasible functions (Fekete and Schepers, 2001) count tasks that do not fit side by side into a bin for more
    than their length.
    """
    most = 0
    for c in np.unique(p.calendar[users]):
        own = users[p.calendar[users] == c]
        first = np.searchsorted(p.calendars[c], start[own])
        end = np.searchsorted(p.calendars[c], latest[own], side="right")
        for begin in np.unique(first):
            inside = np.flatnonzero(first >= begin)
            inside = inside[np.argsort(end[inside], kind="stable")]
            days, units = p.duration[own[inside]], p.demand[own[inside], k]
            length = np.maximum(end[inside] - begin, 1)
            last = np.flatnonzero(np.append(np.diff(length) > 0, True))  # one window for each end
            for n in last:
                most = max(most, _bins(days[: n + 1], units[: n + 1], int(length[n])))
    return min(most, int(p.capacity[k]))


def _bins(days: Ints, units: Ints, length: int) -> int:
    """Least number of bins of a length for pieces of so many days, each in so many copies."""
    s = np.arange(1, SHARES + 1)[:, None]
    grown = (s + 1) * days
    whole = grown % length == 0
    # Exact integers: shares are in 1 / (s * length) of a bin.
    share: NDArray[np.int64] = np.where(whole, s * days, (grown // length) * length)
    counted = -(-(share * units).sum(axis=1) // (s[:, 0] * length))
    plain = -(-int((days * units).sum()) // length)
    return max(int(counted.max()), plain)


def _solved(use: tuple[ScheduleProblem, int, Ints], room: tuple[Ints, Ints], floor: int, stop: Stop) -> Peak:
    """CP-SAT on the tasks of one resource alone, between their earliest start and latest end."""
    p, k, users = use
    model = cp_model.CpModel()
    peak = model.new_int_var(floor, max(floor, int(p.capacity[k])), "peak")
    starts: dict[int, cp_model.IntVar] = {}
    for c in np.unique(p.calendar[users]).tolist():
        spans, units = [], []
        for i in users[p.calendar[users] == c].tolist():
            allowed, d = p.allowed(i), int(p.duration[i])
            first, last = p.first_index(c, int(room[0][i])), p.index_after(c, int(room[1][i])) - d
            allowed = allowed[(allowed >= first) & (allowed <= last)]
            if not len(allowed):
                return Peak(floor, int(p.capacity[k]), np.full(len(p.names), NONE, dtype=np.int64))
            starts[i] = model.new_int_var_from_domain(cp_model.Domain.from_values(allowed.tolist()), f"s{i}")
            spans.append(model.new_fixed_size_interval_var(starts[i], d, f"v{i}"))
            units.append(int(p.demand[i, k]))
        model.add_cumulative(spans, units, peak)
    model.minimize(peak)
    solver = cp_solver(stop, PEAK_WORK, stop.seconds)
    status = solver.solve(model)
    start = np.full(len(p.names), NONE, dtype=np.int64)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Peak(floor, int(p.capacity[k]), start)
    for i, variable in starts.items():
        start[i] = p.days(i)[solver.value(variable)]
    return Peak(max(floor, int(np.ceil(solver.best_objective_bound - 1e-6))), int(solver.value(peak)), start)
