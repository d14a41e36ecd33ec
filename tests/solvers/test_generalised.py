"""Generalised assignment: hand-worked cases, every assignment tried on small random ones, infeasibility, the check."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.assignment.check_generalised import check_generalised
from solvers.assignment.generalised import GeneralisedAssignmentProblem, solve_generalised
from solvers.problem import ProblemError, Status, Stop

STOP = Stop(seconds=5)


def problem(cost, weight, capacity, forbidden=()):
    return GeneralisedAssignmentProblem(np.array(cost), np.array(weight), np.array(capacity), tuple(forbidden))


def test_two_agents_three_jobs_by_hand():
    """Agent 0 is cheaper for all jobs but has room for two of them."""
    # Costs 1, 2, 3 on agent 0 and 9, 5, 4 on agent 1; each job takes 1, agent 0 has 2, agent 1 has 3. One job at least
    # goes to agent 1: job 0 adds 8, job 1 adds 3, job 2 adds 1. So job 2 goes: 1 + 2 + 4 = 7.
    p = problem([[1, 2, 3], [9, 5, 4]], [[1, 1, 1], [1, 1, 1]], [2, 3])
    s = solve_generalised(p, STOP)
    assert (s.status, s.objective, s.bound, s.agent.tolist()) == (Status.OPTIMAL, 7.0, 7.0, [0, 0, 1])
    assert check_generalised(p, s) == []
    # If job 2 must not go to agent 1, job 1 does: 1 + 5 + 3 = 9.
    barred = solve_generalised(replace(p, forbidden=((1, 2),)), STOP)
    assert (barred.status, barred.objective, barred.agent.tolist()) == (Status.OPTIMAL, 9.0, [0, 1, 0])


def test_no_room_is_an_answer():
    """A job too large for every agent is named; capacities that are too small together are too."""
    large = solve_generalised(problem([[1, 1]], [[2, 9]], [5]), STOP)
    assert (large.status, large.agent) == (Status.INFEASIBLE, None)
    assert any("job 1" in name for name in large.conflict)
    # Three jobs of 2 on two agents of 3: each takes one, the third fits nowhere.
    tight = solve_generalised(problem([[1] * 3] * 2, [[2] * 3] * 2, [3, 3]), STOP)
    assert tight.status is Status.INFEASIBLE
    assert tight.conflict


@st.composite
def small(draw):
    """Two or three agents, three to five jobs, capacities from loose to impossible."""
    agents, jobs = draw(st.integers(2, 3)), draw(st.integers(3, 5))
    table = st.lists(st.integers(1, 20), min_size=agents * jobs, max_size=agents * jobs)
    cost, weight = (np.reshape(draw(table), (agents, jobs)) for _ in range(2))
    capacity = np.array(draw(st.lists(st.integers(5, 60), min_size=agents, max_size=agents)))
    return GeneralisedAssignmentProblem(cost, weight, capacity)


@given(small())
@settings(max_examples=30, deadline=None)
def test_as_good_as_trying_everything(p):
    """Value, bound, status and check agree with all assignments."""
    agents, jobs = p.cost.shape
    best = min(
        (
            sum(p.cost[i, j] for j, i in enumerate(choice))
            for choice in product(range(agents), repeat=jobs)
            if all(sum(p.weight[i, j] for j, a in enumerate(choice) if a == i) <= p.capacity[i] for i in range(agents))
        ),
        default=None,
    )
    s = solve_generalised(p, STOP)
    if best is None:
        assert s.status is Status.INFEASIBLE
        return
    assert (s.status, s.objective, s.bound) == (Status.OPTIMAL, best, best)
    assert check_generalised(p, s) == []


def test_a_harder_case_has_a_valid_bound_and_is_the_same_each_time():
    """Type e (costs fall as weights grow), 5 agents and 30 jobs: two runs of the same work agree."""
    random = np.random.default_rng(7)
    weight = np.rint(1 - 10 * np.log(random.uniform(0.0001, 1, (5, 30)))).astype(int)
    cost = np.rint(1000 / weight - 10 * random.uniform(0, 1, (5, 30))).astype(int)
    p = GeneralisedAssignmentProblem(cost, weight, np.full(5, int(0.8 * weight.sum() / 25)))
    first, again = (solve_generalised(p, Stop(seconds=60, work=20)) for _ in range(2))
    assert first.agent.tolist() == again.agent.tolist()
    assert first.bound <= first.objective
    assert first.gap <= 0.05
    assert check_generalised(p, first) == []


def test_the_check_sees_a_tampered_answer():
    """An overload, a false value, a bound above it and a forbidden pair are named."""
    p = problem([[1, 2, 3], [9, 5, 4]], [[1, 1, 1], [1, 1, 1]], [2, 3])
    s = solve_generalised(p, STOP)
    assert any("carries 3 of 2" in f for f in check_generalised(p, replace(s, agent=np.zeros(3, int), objective=6.0)))
    assert any("is not the cost" in f for f in check_generalised(p, replace(s, objective=6.0)))
    assert any("above the cost" in f for f in check_generalised(p, replace(s, bound=8.0)))
    assert any("forbidden" in f for f in check_generalised(replace(p, forbidden=((1, 2),)), s))


def test_bad_problems_are_refused_in_words():
    """Shapes, signs and pairs that do not exist."""
    with pytest.raises(ProblemError, match="weight must be"):
        problem([[1, 2]], [[1]], [3])
    with pytest.raises(ProblemError, match="negative"):
        problem([[1, 2]], [[1, 1]], [-3])
    with pytest.raises(ProblemError, match="outside"):
        problem([[1, 2]], [[1, 1]], [3], [(0, 5)])
