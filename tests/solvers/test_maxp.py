"""Max-p regions: golden examples worked by hand, brute force on small graphs, the checker."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.maxp.check import check_maxp
from solvers.maxp.minimal_sets import Floor, minimal_sets
from solvers.maxp.problem import MaxPProblem
from solvers.maxp.relaxation import relax
from solvers.maxp.solve import solve_maxp
from solvers.problem import ProblemError, Status, Stop

STOP = Stop(20.0, work=5)


def grid(rows: int, columns: int) -> np.ndarray:
    number = np.arange(rows * columns).reshape(rows, columns)
    across = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    down = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    return np.vstack([across, down])


def solved(problem: MaxPProblem, stop: Stop = STOP):
    solution = solve_maxp(problem, stop)
    assert check_maxp(problem, solution) == []
    return solution


def test_path_of_four():
    """2-3-1-4, floor 4: {2,3} and {1,4} are the only two disjoint sets; {4} alone is minimal, {2,3} too: p = 2."""
    solution = solved(MaxPProblem([2, 3, 1, 4], [[0, 1], [1, 2], [2, 3]], 4))
    assert (solution.status, solution.regions, solution.most_regions) == (Status.OPTIMAL, 2, 2)
    assert (solution.objective, solution.bound, solution.gap) == (-2.0, -2.0, 0.0)
    assert solution.labels[[0, 1, 3]].tolist() == [0, 0, 1]


def test_star_has_one_region():
    """A middle with four leaves of 1 and floor 2: each pair needs the middle, so p = 1 though the weights allow 2."""
    solution = solved(MaxPProblem(np.ones(5), [[0, k] for k in range(1, 5)], 2))
    assert (solution.regions, solution.most_regions) == (1, 1)
    assert solution.labels.tolist() == [0] * 5


def test_triangle_of_pairs_needs_a_cut():
    """A triangle of 1, floor 2: half of each pair makes 1.5, the cut of the three areas 1."""
    problem = MaxPProblem(np.ones(3), [[0, 1], [1, 2], [0, 2]], 2)
    assert solved(problem).most_regions == 1


def test_grid_of_pairs():
    """A 6 x 6 grid of 1, floor 2: eighteen dominoes, the most that 36 areas allow."""
    assert solved(MaxPProblem(np.ones(36), grid(6, 6), 2)).regions == 18


def test_component_below_the_floor():
    """Areas 3 and 4 together have 3 of 5: named, or left out."""
    problem = MaxPProblem([5, 1, 5, 1, 2], [[0, 1], [1, 2], [3, 4]], 5)
    solution = solved(problem)
    assert (solution.status, solution.conflict, solution.short) == (
        Status.INFEASIBLE,
        ("component[3]",),
        ((3, 4),),
    )
    solution = solved(replace(problem, enclaves=True))
    assert solution.regions == 2
    assert solution.labels[[3, 4]].tolist() == [-1, -1]


def test_nothing_but_enclaves():
    solution = solved(MaxPProblem([1.0, 1.0], [], 5, enclaves=True))
    assert (solution.status, solution.regions, solution.labels.tolist()) == (Status.OPTIMAL, 0, [-1, -1])


def test_sums_count_as_if_exact():
    """0.1 ten times adds up to less than 1 in floating point, added exactly it is above: one region."""
    problem = MaxPProblem(np.full(10, 0.1), [[k, k + 1] for k in range(9)], 1.0)
    assert solved(problem).regions == 1


def test_minimal_sets_of_a_square():
    """A square 3-1-3-1 (in a ring), floor 4: the four sides; {3,1,3} holds a side, so it isn't minimal."""
    near = np.zeros((4, 4), bool)
    for a, b in ((0, 1), (1, 2), (2, 3), (3, 0)):
        near[a, b] = near[b, a] = True
    found = minimal_sets(near, Floor(np.array([3.0, 1, 3, 1]), 4.0), 1)
    assert found.complete
    columns = found.incidence.toarray().T.astype(int).tolist()
    assert sorted(columns) == [[0, 0, 1, 1], [0, 1, 1, 0], [1, 0, 0, 1], [1, 1, 0, 0]]


def test_cut_short_keeps_a_valid_bound(monkeypatch):
    monkeypatch.setattr("solvers.maxp.minimal_sets.MOST_GROWN", 50)
    monkeypatch.setattr("solvers.maxp.minimal_sets.THINNED_SETS", 20)
    problem = MaxPProblem(np.ones(36), grid(6, 6), 4)
    solution = solved(problem, Stop(20.0, work=1))
    assert solution.regions <= 9 <= solution.most_regions


def test_same_answer_for_the_same_seed():
    random = np.random.default_rng(3)
    problem = MaxPProblem(random.integers(5, 15, 64), grid(8, 8), 33)
    first, second = solved(problem), solved(problem)
    assert first.labels.tolist() == second.labels.tolist()
    assert solved(problem, replace(STOP, threads=2)).most_regions >= first.regions


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weight": []}, "there must be an area"),
        ({"weight": [1, -1]}, "not negative"),
        ({"floor": 0}, "floor must be positive"),
        ({"edges": [[0, 2]]}, "does not exist"),
        ({"edges": [[1, 1]]}, "to itself"),
    ],
)
def test_problem_not_well_posed(change, said):
    given_problem = {"weight": [1.0, 2.0], "edges": [[0, 1]], "floor": 1.0} | change
    with pytest.raises(ProblemError, match=said):
        MaxPProblem(**given_problem)


def test_checker_sees_what_is_broken():
    """A path 1-1-1-1, floor 2: {0, 2} hangs together by nothing, {0} is below the floor."""
    problem = MaxPProblem(np.ones(4), [[0, 1], [1, 2], [2, 3]], 2)
    good = solved(problem)
    assert any("not connected" in f for f in check_maxp(problem, replace(good, labels=np.array([0, 1, 0, 1]))))
    assert any("below the floor" in f for f in check_maxp(problem, replace(good, labels=np.array([0, 1, 1, 1]))))
    assert any("left out" in f for f in check_maxp(problem, replace(good, labels=np.array([-1, 0, 1, 1]))))
    assert any("claimed" in f for f in check_maxp(problem, replace(good, labels=np.zeros(4, int))))
    assert any("bound" in f for f in check_maxp(problem, replace(good, bound=-1.0)))


@st.composite
def small_problems(draw) -> MaxPProblem:
    n = draw(st.integers(1, 8))
    pairs = list(combinations(range(n), 2))
    edges = [pair for pair in pairs if draw(st.booleans())]
    weight = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    return MaxPProblem(weight, edges, draw(st.integers(1, 9)), enclaves=draw(st.booleans()))


def hangs_together(areas: frozenset[int], pairs: set[frozenset[int]]) -> bool:
    reached = {min(areas)}
    for _ in areas:
        reached |= {a for a in areas for b in reached if frozenset((a, b)) in pairs}
    return reached == areas


def most_by_force(problem: MaxPProblem) -> int:
    """Most disjoint connected sets above the floor, over all sets of areas."""
    pairs = {frozenset(pair) for pair in problem.edges.tolist()}
    every = [frozenset(s) for size in range(1, problem.n + 1) for s in combinations(range(problem.n), size)]
    fine = [s for s in every if problem.weight[list(s)].sum() >= problem.floor and hangs_together(s, pairs)]
    fine = [s for s in fine if not any(t < s for t in fine)]

    def most(start: int, taken: frozenset[int]) -> int:
        return max((1 + most(k + 1, taken | s) for k, s in enumerate(fine[start:], start) if not s & taken), default=0)

    return most(0, frozenset())


@settings(max_examples=60, deadline=None)
@given(small_problems())
def test_against_brute_force(problem):
    solution = solved(problem)
    if solution.status is not Status.INFEASIBLE:
        assert solution.regions == solution.most_regions == most_by_force(problem)


@settings(max_examples=20, deadline=None)
@given(small_problems())
def test_relaxation_is_above_every_packing(problem):
    near = np.zeros((problem.n, problem.n), bool)
    near[problem.edges[:, 0], problem.edges[:, 1]] = near[problem.edges[:, 1], problem.edges[:, 0]] = True
    found = minimal_sets(near, Floor(problem.weight, problem.floor), 1)
    if found.incidence.shape[1]:
        relaxation = relax(found.incidence, 0, STOP)
        assert relaxation.most >= most_by_force(problem)
        assert relaxation.bound == pytest.approx(relaxation.price.sum())
