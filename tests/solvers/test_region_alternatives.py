"""Further plans of a region problem: a path worked by hand, and random graphs against all partitions."""

from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.problem import Stop
from solvers.regions.alternatives import find_alternatives, likeness
from solvers.regions.check import check_regions
from solvers.regions.problem import MET, TRAVEL, Objective, RegionProblem, rule_names
from solvers.regions.sets import Ground, RegionSets
from solvers.regions.solve import solve_regions

STOP = Stop(seconds=60)


def path_problem(**changes):
    """Four units in a row: 0 -1- 1 -1- 2 -2- 3 (minutes on the links), 10, 20, 30, 50 people, two regions."""
    at = np.array([0, 1, 2, 4.0])
    values = {
        "population": [10, 20, 30, 50],
        "area": [1, 2, 3, 4],
        "unit_class": [0, 0, 0, 0],
        "group": [0, 0, 0, 0],
        "edges": [(0, 1), (1, 2), (2, 3)],
        "minutes": np.abs(at[:, None] - at[None, :]),
        "regions": (2,),
        "area_floor": (0.0,),
        "population_floor": (0.0,),
        "max_members": 3,
    }
    return RegionProblem(**(values | changes))


def members(solution):
    """Regions as lists of units."""
    return [np.flatnonzero(solution.region == r).tolist() for r in range(len(solution.seat))]


def pairs(table):
    """Pairs of different units that a table holds."""
    return [(a, b) for a, b in combinations(range(len(table)), 2) if table[a, b]]


# {0,1,2}{3} costs 10 + 30 = 40; {0,1}{2,3} costs 10 + 60 = 70; {0}{1,2,3} costs 20 + 100 = 120.
@pytest.mark.parametrize(
    ("allowed", "further", "certain", "settled"),
    [
        (0.5, [], [(0, 1), (0, 2), (1, 2)], [True, True, True, True]),
        (0.75, [[[0, 1], [2, 3]]], [(0, 1)], [False, False, False, False]),
        (2.0, [[[0, 1], [2, 3]], [[0], [1, 2, 3]]], [], [False, False, False, False]),
    ],
)
def test_path_in_two(allowed, further, certain, settled):
    """Plans up to the limit, and the pairs that all of them have, known for certain."""
    p = path_problem()
    found = find_alternatives(p, solve_regions(p, STOP), 5, allowed, STOP)
    assert sorted(members(plan) for plan in found.plans[1:]) == sorted(further)
    assert pairs(found.certain) == certain
    assert found.settled.tolist() == settled
    assert found.limits == (40 * (1 + allowed),)


def test_people_in_new_regions():
    """Both regions of {0,1}{2,3} are new: all 110 people. Then {0}{1,2,3} is new to everybody again."""
    p = path_problem()
    found = find_alternatives(p, solve_regions(p, STOP), 5, 2.0, STOP)
    assert found.new_people.tolist() == [0, 110, 110]


def test_the_least_like_comes_first():
    """{0}{1,2,3} is less like {0,1,2}{3} than {0,1}{2,3} is, or the reverse: by the shares of people in common."""
    # Likeness to the most like region. {0,1} in {0,1,2}: 30/60; {2,3} with {3}: 50/80. 30*.5 + 80*.625 = 65.
    # {0} in {0,1,2}: 10/60; {1,2,3} with {0,1,2}: 50/110, with {3}: 50/100. 10/6 + 100*.5 = 51.7: less like.
    p = path_problem()
    ground = Ground(p, rule_names(p))
    plan = RegionSets(ground, np.array([[0, 1, 2], [3, 4, 4]], np.int32))
    sets = RegionSets(ground, np.array([[0, 1, 4], [2, 3, 4], [0, 4, 4], [1, 2, 3]], np.int32))
    assert likeness(sets, [plan], p.population).tolist() == pytest.approx([15, 50, 10 / 6, 50])
    found = find_alternatives(p, solve_regions(p, STOP), 1, 2.0, STOP)
    assert members(found.plans[1]) == [[0], [1, 2, 3]]


def test_earlier_objectives_have_limits_too():
    """With units of 45 people wanted first, {0,1,2}{3} has two (60, 50) and no other plan has: nothing else."""
    objectives = (Objective({MET: -1.0}), Objective({TRAVEL: 1.0}))
    p = path_problem(population_floor=(45.0,), exempt_from_members=None, max_undecided=2, objectives=objectives)
    solution = solve_regions(p, STOP)
    assert solution.values == (-2.0, 40.0)
    assert len(find_alternatives(p, solution, 3, 0.45, STOP).plans) == 1
    # A loss of half of the two is allowed: one region above the floor is enough; travel up to 80 lets one plan in.
    assert [members(s) for s in find_alternatives(p, solution, 3, 1.0, STOP).plans[1:]] == [[[0, 1], [2, 3]]]


def partitions(units):
    """All partitions of a list."""
    if not units:
        yield []
        return
    first, rest = units[0], units[1:]
    for rest_parts in partitions(rest):
        yield [[first], *rest_parts]
        for i, part in enumerate(rest_parts):
            yield [*rest_parts[:i], [first, *part], *rest_parts[i + 1 :]]


def all_plans(p, limit):
    """Every partition into connected regions within the rules whose travel is at most the limit, by definition."""
    graph = nx.Graph(p.edges.tolist())
    graph.add_nodes_from(range(p.n))
    for parts in partitions(list(range(p.n))):
        if len(parts) != p.regions[0] or any(not nx.is_connected(graph.subgraph(part)) for part in parts):
            continue
        if any(p.population[part].sum() < p.population_floor[0] and len(part) < 3 for part in parts):
            continue
        where = {u: i for i, part in enumerate(parts) for u in part}
        if any(where[a] == where[b] for a, b in p.must_not_join):
            continue
        cost = sum(min((p.population[part] * p.minutes[part, s]).sum() for s in part) for part in parts)
        if cost <= limit * (1 + 1e-9):
            yield parts


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000), n=st.integers(3, 7), allowed=st.sampled_from([0.0, 0.1, 0.5, 2.0]))
def test_claims_hold_for_all_partitions(seed, n, allowed):
    """Every plan is valid, within the limit and new; what is said to be certain is in every partition within it."""
    rng = np.random.default_rng(seed)
    edges = [(i, j) for i, j in combinations(range(n), 2) if j == i + 1 or rng.random() < 0.3]
    p = RegionProblem(
        population=rng.integers(1, 30, n),
        area=np.ones(n),
        unit_class=np.zeros(n, int),
        group=np.zeros(n, int),
        edges=edges,
        minutes=rng.integers(1, 20, (n, n)) * (1 - np.eye(n)),
        regions=(int(rng.integers(1, 4)),),
        area_floor=(0.0,),
        population_floor=(float(rng.integers(0, 20)),),
        must_not_join=((0, n - 1),) if rng.random() < 0.3 else (),
    )
    solution = solve_regions(p, STOP)
    if solution.objective is None:
        return
    found = find_alternatives(p, solution, 2, allowed, STOP)
    truth = list(all_plans(p, solution.objective * (1 + allowed)))
    seen = [members(plan) for plan in found.plans]
    assert len({str(plan) for plan in seen}) == len(seen)
    assert len(seen) == min(3, len(truth))
    for plan in found.plans:
        assert check_regions(p, plan) == []
        assert plan.objective <= found.limits[0] * (1 + 1e-9)
    where = [{u: i for i, part in enumerate(parts) for u in part} for parts in truth]
    always = [(a, b) for a, b in combinations(range(n), 2) if all(w[a] == w[b] for w in where)]
    # Everything is found out on so small a problem, but that pairs hang together only through neighbours.
    assert set(pairs(found.certain)) <= set(always) <= set(pairs(found.together))
    near = {tuple(sorted(e)) for e in edges}
    assert set(always) & near <= set(pairs(found.certain))
    assert found.settled.tolist() == [
        all(any(part in parts for part in seen[0] if u in part) for parts in truth) for u in range(n)
    ]


def test_no_time_for_proofs_claims_nothing():
    """With hardly any time nothing is called certain that was not proven."""
    p = path_problem()
    found = find_alternatives(p, solve_regions(p, STOP), 2, 2.0, replace(STOP, seconds=1e-6))
    assert pairs(found.certain) == []
