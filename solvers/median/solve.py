"""Exact p-median: prices give a bound and fix most sites, a small integer programme settles the rest.

The programme states for each customer how far away the nearest open site is (Cornuejols, Nemhauser and Wolsey 1980;
Elloumi 2010, doi:10.1007/s10878-008-9170-6), over the distances and sites that the prices have left.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np

from solvers.linear import LinearModel, solve_linear
from solvers.median.branch import branch, forced
from solvers.median.interchange import greedy, interchange
from solvers.median.prices import Prices, Sites, ascend, first_prices
from solvers.median.problem import MedianBound, MedianProblem, MedianSolution
from solvers.problem import Status, Stop

# Share of the time for the prices.
PRICE_SHARE = 0.5
# Up to so many sites to choose, branching by prices; above, the programme.
FEW_SITES = 15


def solve_median(problem: MedianProblem, stop: Stop) -> MedianSolution:
    """Sites and assignment of least cost. Stop.work counts rounds of the prices and nodes of branch and bound."""
    began = time.perf_counter()
    conflict = _plain_conflict(problem)
    if conflict:
        return MedianSolution(Status.INFEASIBLE, conflict=conflict, seconds=time.perf_counter() - began)
    stated, step = _sites(problem), 1.0 if problem.whole else 0.0
    found = first_prices(stated, _start(stated))
    ascend(stated, found, stop, step=step, deadline=began + PRICE_SHARE * stop.seconds)
    bound, proven = _rounded(found.bound, step), _closed(found, step, stop.gap)
    if not proven:
        left = max(began + stop.seconds - time.perf_counter(), 0.5)
        bound, proven = _settle(stated, found, step, replace(stop, seconds=left))
    return _answer(problem, stated, found, bound=bound, proven=proven, stop=stop, began=began)


def median_bound(problem: MedianProblem, stop: Stop) -> MedianBound:
    """Only the lower bound and its prices; +inf when no solution exists for a plain reason. Stop.work: rounds."""
    began = time.perf_counter()
    if _plain_conflict(problem):
        return MedianBound(math.inf, np.zeros(len(problem.cost)), time.perf_counter() - began)
    stated, step = _sites(problem), 1.0 if problem.whole else 0.0
    found = first_prices(stated, _start(stated))
    ascend(stated, found, stop, step=step, deadline=began + stop.seconds, improve=False)
    return MedianBound(_rounded(found.bound, step), found.prices, time.perf_counter() - began)


def _sites(problem: MedianProblem) -> Sites:
    finite = np.isfinite(problem.cost)
    # No solution without such a pair costs as much as one penalty.
    penalty = float(np.where(finite, problem.cost, 0).max(axis=1).sum() + np.abs(problem.site_cost).sum() * 2 + 1)
    allowed = np.ones(problem.cost.shape[1], dtype=bool)
    allowed[list(problem.forbidden_sites)] = False
    return Sites(
        np.where(finite, problem.cost, penalty),
        problem.site_cost,
        np.array(sorted(problem.fixed_sites), dtype=int),
        allowed,
        problem.fewest,
        min(problem.most, int(allowed.sum())),
        penalty,
    )


def _start(stated: Sites) -> np.ndarray:
    """Sites by greedy opening and interchanges, for the fewest and the most that may be open; the better of both."""
    starts = []
    for count in sorted({max(stated.fewest, len(stated.fixed)), stated.most}):
        sites = greedy(stated.cost, stated.opening, stated.fixed, stated.allowed, count)
        starts.append(interchange(stated.cost, stated.opening, sites, stated.fixed, stated.allowed))
    return min(starts, key=stated.value)


def _rounded(bound: float, step: float) -> float:
    return float(math.ceil(bound - 1e-6)) if step else bound


def _closed(found: Prices, step: float, gap: float) -> bool:
    slack = max(step * (1 - 1e-6), gap * abs(found.value), 1e-9 * abs(found.value))
    return found.value - found.bound < slack


def _settle(stated: Sites, found: Prices, step: float, stop: Stop) -> tuple[float, bool]:
    """Solve what the prices leave open, improving `found`; (valid bound, whether `found` is proven best)."""
    # Only solutions at least this good are of interest: those that are not better than the best are left out.
    goal = found.value - step * (1 - 1e-6) if step else found.value + 1e-12 * abs(found.value)
    open_sites, must, reach = _left_open(stated, found, goal)
    if stated.most - int(must.sum()) <= FEW_SITES:
        return _branched(stated, found, open_sites, must, step=step, stop=stop)
    model, y = _programme(stated, open_sites, must, reach)
    answer = solve_linear(model, stop)
    if answer.status is Status.INFEASIBLE:
        return found.value, True
    if answer.values is not None:
        sites = open_sites[answer.values[y] > 0.5]
        value = stated.value(sites)
        if value < found.value:
            found.sites, found.value = sites, value
    if answer.status is Status.OPTIMAL and stop.gap == 0:
        return found.value, True
    if answer.bound is None:
        return _rounded(found.bound, step), False
    bound = max(found.bound, min(found.value, answer.bound - 1e-9 * abs(answer.bound)))
    bound = min(found.value, _rounded(bound, step))
    return bound, found.value - bound <= stop.gap * abs(found.value)


def _branched(
    stated: Sites, found: Prices, open_sites: np.ndarray, must: np.ndarray, *, step: float, stop: Stop
) -> tuple[float, bool]:
    """Branch over the sites that are left, in numbers of their own."""
    cost, opening = stated.cost[:, open_sites], stated.opening[open_sites]
    part = replace(
        stated, cost=cost, opening=opening, fixed=np.flatnonzero(must), allowed=np.ones(len(open_sites), bool)
    )
    inner = Prices(found.prices, found.bound, np.empty(0, int), found.value)
    bound = branch(part, inner, stop, step=step)
    if inner.value < found.value:
        found.sites, found.value = open_sites[inner.sites], inner.value
    proven = bound >= found.value or found.value - bound <= stop.gap * abs(found.value)
    return min(_rounded(max(bound, found.bound), step), found.value), proven


def _left_open(stated: Sites, found: Prices, goal: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sites that may be open, which of them must be, and the longest way of each customer, up to the goal.

    A way is too long when the bound, raised by cost less price, passes the goal.
    """
    bound, to_open, to_shut = forced(stated, found.prices)
    must = stated.allowed & (bound + to_shut > goal)
    usable = (stated.allowed & (bound + to_open <= goal)) | must
    extra = np.maximum(stated.cost - found.prices[:, None], 0) + to_open
    keep = usable & (bound + extra <= goal) & (stated.cost < stated.penalty)
    reach = np.where(keep, stated.cost, -np.inf).max(axis=1)
    if must.any():
        # Nobody goes past a site that is open for sure.
        reach = np.minimum(reach, stated.cost[:, must].min(axis=1))
    ids = np.flatnonzero(usable)
    return ids, must[ids], reach


def _programme(stated: Sites, ids: np.ndarray, must: np.ndarray, reach: np.ndarray) -> tuple[LinearModel, np.ndarray]:
    """The programme by distances, and the positions of the sites' columns.

    For a customer with distances d[0] < d[1] < ... within reach, z[k] = 1 when no site up to d[k] is open; his cost
    is d[0] + sum_k (d[k+1] - d[k]) z[k], and z[k] + (open sites at d[k]) >= z[k-1].
    """
    model = LinearModel()
    y = model.add_columns(stated.opening[ids], lower=must.astype(float), upper=1.0, integer=True)
    chosen = model.add_rows(stated.fewest, stated.most)
    model.add_entries(np.repeat(chosen, len(ids)), y, 1.0)
    constant = 0.0
    for i, limit in enumerate(reach):
        cost = stated.cost[i, ids]
        inside = np.flatnonzero(cost <= limit)
        ways, level = np.unique(cost[inside], return_inverse=True)
        rows = model.add_rows(np.r_[1.0, np.zeros(max(len(ways) - 1, 0))], np.inf)
        if len(ways) == 0:
            continue
        constant += ways[0]
        z = model.add_columns(np.diff(ways), upper=1.0)
        model.add_entries(rows[level], y[inside], 1.0)
        model.add_entries(rows[:-1], z, 1.0)
        model.add_entries(rows[1:], z, -1.0)
    fixed = model.add_columns(constant, lower=1.0, upper=1.0)
    model.add_entries(model.add_rows(1.0, 1.0), fixed, 1.0)
    return model, y


def _answer(
    problem: MedianProblem, stated: Sites, found: Prices, *, bound: float, proven: bool, stop: Stop, began: float
) -> MedianSolution:
    if found.value >= stated.penalty:
        status = Status.UNKNOWN
        conflict = _cover_conflict(problem, stop)
        if conflict:
            status = Status.INFEASIBLE
        return MedianSolution(status, conflict=conflict, seconds=time.perf_counter() - began)
    sites = np.sort(found.sites)
    assignment = sites[problem.cost[:, sites].argmin(axis=1)]
    value = float(problem.cost[np.arange(len(assignment)), assignment].sum() + problem.site_cost[sites].sum())
    exact = proven and stop.gap == 0
    return MedianSolution(
        Status.OPTIMAL if proven else Status.FEASIBLE,
        objective=value,
        bound=value if exact else min(bound, value),
        seconds=time.perf_counter() - began,
        sites=sites,
        assignment=assignment,
    )


def _plain_conflict(problem: MedianProblem) -> tuple[str, ...]:
    """Rules that contradict each other at sight."""
    m, fixed, forbidden = problem.cost.shape[1], set(problem.fixed_sites), set(problem.forbidden_sites)
    if fixed & forbidden:
        return ("fixed_sites", "forbidden_sites")
    if len(fixed) > problem.most:
        return ("fixed_sites", "most")
    if m < problem.fewest:
        return ("fewest",)
    if m - len(forbidden) < problem.fewest:
        return ("forbidden_sites", "fewest")
    finite = np.isfinite(problem.cost)
    lost = np.flatnonzero(~finite.any(axis=1))
    if len(lost):
        return (f"customer[{lost[0]}]",)
    finite[:, sorted(forbidden)] = False
    lost = np.flatnonzero(~finite.any(axis=1))
    return (f"customer[{lost[0]}]", "forbidden_sites") if len(lost) else ()


def _cover_conflict(problem: MedianProblem, stop: Stop) -> tuple[str, ...]:
    """Rules because of which `most` sites cannot reach all customers; empty when they can or the search is cut off."""
    if not _out_of_reach(problem, stop):
        return ()
    kept = ["fixed_sites", "forbidden_sites"]
    for name in list(kept):
        names = [k for k in kept if k != name]
        dropped = {k: () for k in ("fixed_sites", "forbidden_sites") if k not in names}
        if _out_of_reach(replace(problem, **dropped), stop):
            kept = names
    return ("most", *kept)


def _out_of_reach(problem: MedianProblem, stop: Stop) -> bool:
    model = LinearModel()
    upper = np.ones(problem.cost.shape[1])
    upper[list(problem.forbidden_sites)] = 0.0
    lower = np.zeros_like(upper)
    lower[list(problem.fixed_sites)] = 1.0
    y = model.add_columns(np.zeros_like(upper), lower=lower, upper=upper, integer=True)
    chosen = model.add_rows(problem.fewest, problem.most)
    model.add_entries(np.repeat(chosen, len(y)), y, 1.0)
    customer, site = np.nonzero(np.isfinite(problem.cost))
    rows = model.add_rows(np.ones(len(problem.cost)), np.inf)
    model.add_entries(rows[customer], y[site], 1.0)
    return solve_linear(model, stop).status is Status.INFEASIBLE
