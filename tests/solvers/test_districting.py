"""Districting: worked examples, brute force, answers to what cannot be."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.districting import solve as module
from solvers.districting.check import check_districting
from solvers.districting.planar import two_districts
from solvers.districting.problem import DistrictingProblem, DistrictingSolution
from solvers.districting.solve import solve_districting
from solvers.problem import ProblemError, Status, Stop

# Nodes of a grid of 2 rows and 4 columns:  0 1 2 3 / 4 5 6 7.
GRID = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7), (0, 4), (1, 5), (2, 6), (3, 7)]


def best_by_hand(problem: DistrictingProblem) -> int | None:
    """Least cost over all labellings; None when none keeps the rules."""
    best = None
    graph = nx.Graph(problem.edges.tolist())
    graph.add_nodes_from(range(problem.n))

    def weight(part: list[int]) -> int:
        return int(problem.weight[part].sum())

    for labels in itertools.product(range(problem.districts), repeat=problem.n):
        parts = [[i for i in range(problem.n) if labels[i] == d] for d in range(problem.districts)]
        if all(
            part and nx.is_connected(graph.subgraph(part)) and problem.lower <= weight(part) <= problem.upper
            for part in parts
        ):
            pairs = zip(problem.edges.tolist(), problem.edge_cost.tolist(), strict=True)
            cost = sum(c for (a, b), c in pairs if labels[a] != labels[b])
            best = cost if best is None else min(best, cost)
    return best


def test_a_grid_is_cut_across_its_short_side():
    # Two halves of four nodes: left and right cut 2 edges, top and bottom 4.
    problem = DistrictingProblem(np.ones(8), GRID, 2, 4, 4)
    solution = solve_districting(problem, Stop())
    assert (solution.status, solution.objective, solution.bound) == (Status.OPTIMAL, 2, 2)
    assert solution.labels.tolist() == [0, 0, 1, 1, 0, 0, 1, 1]
    assert not check_districting(problem, solution)


def test_contiguity_costs_more():
    # A path a-b-c-d-e of weights 2 3 2 3 2, two districts of 6: {a, c, e} and {b, d} do, but the prefixes of the path
    # weigh 2, 5, 7, 10, and what is beside them 10, 7, 5, 2: one district always weighs more than 6.
    path = [(0, 1), (1, 2), (2, 3), (3, 4)]
    problem = DistrictingProblem([2, 3, 2, 3, 2], path, 2, 6, 6)
    solution = solve_districting(problem, Stop())
    assert (solution.status, solution.conflict) == (Status.INFEASIBLE, ("districts", "upper", "contiguity"))
    # From 5 to 7 a cut after b does: districts of 5 and 7.
    problem = DistrictingProblem([2, 3, 2, 3, 2], path, 2, 5, 7)
    assert solve_districting(problem, Stop()).objective == 1


def test_edge_costs_count():
    # The middle cut of the grid costs 20; halves of the upper and lower row cost 4.
    cost = [10 if edge in ((1, 2), (5, 6)) else 1 for edge in GRID]
    problem = DistrictingProblem(np.ones(8), GRID, 2, 4, 4, cost)
    assert solve_districting(problem, Stop()).objective == 4


@pytest.mark.parametrize(
    ("problem", "conflict"),
    [
        (DistrictingProblem([1, 1], [(0, 1)], 3, 0, 2), ("districts",)),
        (DistrictingProblem([1, 1], [(0, 1)], 2, 2, 3), ("districts", "lower")),
        (DistrictingProblem([2, 2], [(0, 1)], 2, 1, 1), ("districts", "upper")),
        (DistrictingProblem([5, 1, 1], [(0, 1), (1, 2)], 2, 1, 4), ("node[0]", "upper")),
        (DistrictingProblem([1, 1, 1], [(0, 1)], 1, 1, 3), ("districts", "contiguity")),
        # Two of three nodes of weight 3 make 6, more than 5.
        (DistrictingProblem([3, 3, 3], [(0, 1), (1, 2), (0, 2)], 2, 4, 5), ("districts", "upper")),
    ],
)
def test_infeasible_problems_name_the_reason(problem, conflict):
    solution = solve_districting(problem, Stop())
    assert (solution.status, solution.conflict) == (Status.INFEASIBLE, conflict)
    assert not check_districting(problem, solution)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight": [1, 0.5]},
        {"weight": [1, -1]},
        {"edges": [(0, 2)]},
        {"edges": [(1, 1)]},
        {"edge_cost": [-1]},
        {"districts": 0},
        {"lower": 3},
    ],
)
def test_ill_posed_problems_are_refused(wrong):
    with pytest.raises(ProblemError):
        DistrictingProblem(**({"weight": [1, 1], "edges": [(0, 1)], "districts": 2, "lower": 1, "upper": 1} | wrong))


@st.composite
def small_problems(draw) -> DistrictingProblem:
    n, k = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    pairs = [p for p in itertools.combinations(range(n), 2) if p[1] == p[0] + 1 or random.random() < 0.25]
    weight = random.integers(0, 6, n)
    mean, slack = weight.sum() / k, draw(st.integers(0, 4))
    lower = max(int(mean) - slack, 0)
    # Without edges that cost nothing two districts are sought as cycles first.
    cost = random.integers(draw(st.integers(0, 1)), 4, len(pairs))
    return DistrictingProblem(weight, pairs, k, lower, int(mean) + 1 + slack, cost)


@settings(max_examples=80, deadline=None)
@given(small_problems(), st.booleans(), st.booleans())
def test_as_good_as_brute_force(problem, with_start, with_cycles):
    """With the start by trees and from nothing, with the search by cycles and without."""
    best = best_by_hand(problem)
    with pytest.MonkeyPatch.context() as patch:
        if not with_start:
            patch.setattr(module, "start", lambda _problem, _seed: None)
        if not with_cycles:
            patch.setattr(module, "two_districts", lambda _problem, _limit, _deadline: None)
        solution = solve_districting(problem, Stop())
    assert not check_districting(problem, solution)
    if best is None:
        assert solution.status is Status.INFEASIBLE
    else:
        assert (solution.status, solution.objective, solution.bound) == (Status.OPTIMAL, best, best)


@settings(max_examples=80, deadline=None)
@given(small_problems())
def test_cycles_alone_are_as_good_as_brute_force(problem):
    answer = two_districts(replace(problem, districts=2), None, time.perf_counter() + 60)
    best = best_by_hand(replace(problem, districts=2))
    if answer is None:
        return
    labels, bound = answer
    if best is None:
        assert labels is None
    else:
        assert bound == best
        assert not check_districting(
            replace(problem, districts=2), DistrictingSolution(Status.OPTIMAL, bound, bound, labels=labels)
        )


def test_too_many_paths_leave_a_valid_bound(monkeypatch):
    # The grid is cut at cost 2; with five paths a level even cost 1 is not searched to its end.
    problem = DistrictingProblem(np.ones(8), GRID, 2, 4, 4)
    monkeypatch.setattr("solvers.districting.planar.PATHS", 5)
    labels, bound = two_districts(problem, None, time.perf_counter() + 60)
    assert labels is None
    assert bound <= 2
    assert solve_districting(problem, Stop()).objective == 2


def test_same_answer_twice():
    graph = nx.grid_2d_graph(6, 6)
    number = {node: i for i, node in enumerate(graph)}
    edges = [(number[a], number[b]) for a, b in graph.edges]
    problem = DistrictingProblem(np.arange(36) % 5 + 1, edges, 3, 30, 40)
    first, second = (solve_districting(problem, Stop(work=0.5)) for _ in range(2))
    assert (first.objective, first.bound, first.cuts) == (second.objective, second.bound, second.cuts)
    assert first.labels.tolist() == second.labels.tolist()


def test_the_checker_finds_faults():
    problem = DistrictingProblem(np.ones(8), GRID, 2, 4, 4)
    good = solve_districting(problem, Stop())
    for wrong in (
        {"objective": 3.0},
        {"bound": 3.0},
        {"labels": np.array([0, 0, 0, 1, 0, 0, 1, 1])},
        {"labels": np.array([0, 1, 0, 1, 0, 1, 0, 1])},
        {"labels": np.zeros(8, int)},
        {"labels": np.zeros(3, int)},
        {"objective": None},
    ):
        assert check_districting(problem, replace(good, **wrong))
