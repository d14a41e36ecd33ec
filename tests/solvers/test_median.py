"""p-median: worked examples, brute force, bounds, answers to what cannot be."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.median import solve as module
from solvers.median.check import check_median
from solvers.median.problem import MedianProblem
from solvers.median.solve import median_bound, solve_median
from solvers.problem import ProblemError, Status, Stop

INF = math.inf
# Five villages on a road at km 0, 1, 3, 7, 8; sites are the villages.
ROAD = np.abs(np.subtract.outer([0, 1, 3, 7, 8], [0, 1, 3, 7, 8])).astype(float)


def best_by_hand(problem: MedianProblem) -> float | None:
    """Least cost over all sets of sites; None when there is none."""
    values = []
    for count in range(problem.fewest, problem.most + 1):
        for sites in itertools.combinations(range(problem.cost.shape[1]), count):
            if set(problem.fixed_sites) <= set(sites) and not set(problem.forbidden_sites) & set(sites):
                value = problem.cost[:, sites].min(axis=1).sum() + problem.site_cost[list(sites)].sum()
                values.append(float(value))
    best = min(values, default=INF)
    return None if math.isinf(best) else best


def test_two_sites_on_a_road():
    # {1, 7}: 1 + 0 + 2 + 0 + 1 = 4; {1, 8} the same; any other pair costs more ({3, 7}: 3 + 2 + 0 + 0 + 1 = 6).
    solution = solve_median(MedianProblem(ROAD, 2), Stop())
    assert (solution.status, solution.objective, solution.bound) == (Status.OPTIMAL, 4, 4)
    assert solution.sites.tolist() in ([1, 3], [1, 4])
    assert not check_median(MedianProblem(ROAD, 2), solution)


def test_fixed_and_forbidden_sites():
    # Site 2 (km 3) must be open, sites 3 and 4 not. With site 0: 0+1+0+4+5 = 10; with site 1: 1+0+0+4+5 = 10.
    problem = MedianProblem(ROAD, 2, fixed_sites=(2,), forbidden_sites=(3, 4))
    solution = solve_median(problem, Stop())
    assert solution.objective == 10
    assert 2 in solution.sites
    assert not check_median(problem, solution)


def test_number_of_sites_follows_their_cost():
    # One site: 3 km + 2 + 0 + 4 + 5 = 14 and 3 to open = 17; two: 4 + 6 = 10; three: {0 or 1, 2, 3 or 4}: 2 + 9 = 11.
    problem = MedianProblem(ROAD, 1, 5, site_cost=np.full(5, 3.0))
    solution = solve_median(problem, Stop())
    assert (solution.objective, len(solution.sites)) == (10, 2)


@pytest.mark.parametrize(
    ("problem", "conflict"),
    [
        (MedianProblem(ROAD, 2, fixed_sites=(1,), forbidden_sites=(1,)), ("fixed_sites", "forbidden_sites")),
        (MedianProblem(ROAD, 1, fixed_sites=(1, 2)), ("fixed_sites", "most")),
        (MedianProblem(ROAD, 6), ("fewest",)),
        (MedianProblem(ROAD, 4, forbidden_sites=(0, 1)), ("forbidden_sites", "fewest")),
        (MedianProblem([[INF, INF], [1, 2]], 1), ("customer[0]",)),
        (MedianProblem([[INF, 1], [1, 2]], 1, forbidden_sites=(1,)), ("customer[0]", "forbidden_sites")),
        # Three customers, each near a site of his own: two sites are too few.
        (MedianProblem(np.where(np.eye(3) > 0, 1, INF), 2), ("most",)),
        # Site 1 reaches everybody, but site 0 takes its place.
        (MedianProblem([[1, 1, 1], [INF, 1, INF]], 1, fixed_sites=(0,)), ("most", "fixed_sites")),
    ],
)
def test_infeasible_problems_name_the_reason(problem, conflict):
    solution = solve_median(problem, Stop())
    assert (solution.status, solution.conflict) == (Status.INFEASIBLE, conflict)
    assert not check_median(problem, solution)


@pytest.mark.parametrize(
    "wrong",
    [
        {"fewest": 0},
        {"most": 1},
        {"cost": [[1, -1]]},
        {"cost": [1, 2]},
        {"site_cost": [1.0]},
        {"fixed_sites": (9,)},
        {"forbidden_sites": (1, 1)},
    ],
)
def test_ill_posed_problems_are_refused(wrong):
    with pytest.raises(ProblemError):
        MedianProblem(**({"cost": ROAD, "fewest": 2} | wrong))


@st.composite
def small_problems(draw) -> MedianProblem:
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    cost = random.integers(0, 20, (n, m)).astype(float)
    if draw(st.booleans()):
        cost += random.random((n, m)).round(2)
    cost[random.random((n, m)) < draw(st.sampled_from([0.0, 0.3, 0.6]))] = INF
    fewest = draw(st.integers(1, m))
    most = draw(st.integers(fewest, m))
    sites = random.permutation(m)
    fixed, forbidden = sites[: draw(st.integers(0, 1))], sites[m - draw(st.integers(0, 1)) :]
    opening = random.integers(0, 9, m).astype(float) if draw(st.booleans()) else None
    return MedianProblem(cost, fewest, most, opening, tuple(fixed.tolist()), tuple(forbidden.tolist()))


@settings(max_examples=120, deadline=None)
@given(small_problems(), st.sampled_from([0, 99]), st.sampled_from([1, 40, 2500]))
def test_as_good_as_brute_force(problem, few_sites, rounds):
    """With branching and with the programme, and with prices that stopped early."""
    best = best_by_hand(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEW_SITES", few_sites)
        patch.setattr("solvers.median.prices.ROUNDS", rounds)
        solution = solve_median(problem, Stop())
    assert not check_median(problem, solution)
    if best is None:
        assert solution.status is Status.INFEASIBLE
    else:
        assert solution.status is Status.OPTIMAL
        assert solution.objective == pytest.approx(best)
        assert median_bound(problem, Stop()).bound <= best + 1e-6


@settings(max_examples=40, deadline=None)
@given(small_problems(), st.integers(1, 5))
def test_little_work_leaves_a_valid_bound(problem, work):
    best, solution = best_by_hand(problem), solve_median(problem, Stop(work=work))
    if best is not None and solution.bound is not None:
        assert solution.bound <= best + 1e-6
    assert not check_median(problem, solution)


def test_the_prices_prove_the_bound():
    problem = MedianProblem(ROAD, 2)
    bound = median_bound(problem, Stop())
    # Weak duality, counted anew: prices paid, less what the two best sites earn on them.
    worth = sorted(np.minimum(problem.cost - bound.prices[:, None], 0).sum(axis=0))
    assert math.ceil(bound.prices.sum() + sum(worth[:2]) - 1e-6) == bound.bound <= 4


def test_same_answer_twice():
    random = np.random.default_rng(3)
    problem = MedianProblem(random.integers(1, 90, (40, 40)).astype(float), 6)
    first, second = (solve_median(problem, Stop(work=400)) for _ in range(2))
    assert (first.objective, first.bound) == (second.objective, second.bound)
    assert first.sites.tolist() == second.sites.tolist()


def test_the_checker_finds_faults():
    problem = MedianProblem(ROAD, 2, fixed_sites=(1,), forbidden_sites=(0,))
    good = solve_median(problem, Stop())
    for wrong in (
        {"objective": 3.0},
        {"bound": 99.0},
        {"sites": np.array([0, 3])},
        {"sites": np.array([1])},
        {"assignment": np.array([1, 1, 2, 3, 3])},
        {"assignment": np.array([1])},
        {"objective": None},
    ):
        assert check_median(problem, replace(good, **wrong))
