"""Regions by several objectives, of any size, with more rules: hand-worked paths, random graphs against brute force."""

import math
from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.problem import ProblemError, Status, Stop
from solvers.regions.cheap_sets import Growth, cheap_sets
from solvers.regions.check import check_regions
from solvers.regions.problem import Objective, Quantity, RegionProblem
from solvers.regions.solve import solve_regions

STOP = Stop(seconds=30)


def path(**changes):
    """Four units in a row, one minute apart, 10, 20, 30, 50 people, no floors, two regions."""
    at = np.arange(4.0)
    values = {
        "population": [10, 20, 30, 50],
        "area": [1, 1, 1, 1],
        "unit_class": [0, 0, 0, 0],
        "group": [0, 0, 0, 0],
        "edges": [(0, 1), (1, 2), (2, 3)],
        "minutes": np.abs(at[:, None] - at[None, :]),
        "regions": (2,),
        "area_floor": (0.0,),
        "population_floor": (0.0,),
        "exempt_from_members": None,
        "max_undecided": 9,
    }
    return RegionProblem(**(values | changes))


def members(s):
    return [np.flatnonzero(s.region == r).tolist() for r in range(len(s.seat))]


def test_a_region_may_have_any_size():
    """No cap: nine of ten units in one region where that is cheapest, with a proof."""
    # Units 0..8 have 1 person each and lie together; unit 9 has 1,000 people, 60 minutes away from all others. Two
    # regions: {0..8} costs 8 x 1 minute = 8; any cut elsewhere sends somebody 60 minutes.
    minutes = np.ones((10, 10)) - np.eye(10)
    minutes[9, :9] = minutes[:9, 9] = 60
    p = RegionProblem(
        population=[1] * 9 + [1000],
        area=[1] * 10,
        unit_class=[0] * 10,
        group=[0] * 10,
        edges=[(i, i + 1) for i in range(9)],
        minutes=minutes,
        regions=(2,),
        area_floor=(0.0,),
        population_floor=(0.0,),
    )
    s = solve_regions(p, STOP)
    assert (members(s), s.status, s.objective, s.bound) == ([[*range(9)], [9]], Status.OPTIMAL, 8.0, 8.0)


def test_first_the_standard_then_the_way():
    """As many regions above the floor as possible, and among these plans the one with the least travel."""
    # Floor of 50 people, two regions. {0}{1,2,3}: 0 and 1 meet: one. {0,1}{2,3}: 30 and 80: one. {0,1,2}{3}: 60 and 50:
    # both, at 10 + 30 = 40 person-minutes (seat 1).
    p = path(population_floor=(50.0,), objectives=(Objective({"met": -1.0}), Objective({"travel": 1.0})))
    s = solve_regions(p, STOP)
    assert (members(s), s.values, s.bounds) == ([[0, 1, 2], [3]], (-2.0, 40.0), (-2.0, 40.0))
    assert check_regions(p, s) == []
    # Travel alone agrees here; with a floor of 55 nothing but {0,1}{2,3} or {0}{1,2,3} has one region above it, and
    # {0,1,2}{3} one too: then travel decides, 40 < 70 < 80.
    low = replace(p, population_floor=(55.0,))
    assert solve_regions(low, STOP).values == (-1.0, 40.0)


def test_each_measure_by_hand():
    """Objectives other than travel lead to the cut worked out for each."""
    # Balance: 110 people, 55 each: {0,1,2}{3} is 5 + 5 off, {0,1}{2,3} 25 + 25.
    balanced = solve_regions(path(objectives=(Objective({"balance": 1.0}),)), STOP)
    assert (members(balanced), balanced.objective) == ([[0, 1, 2], [3]], 10.0)
    # Border: lengths 5, 1, 9: the cut goes through the middle, whatever the travel.
    short = path(objectives=(Objective({"border": 1.0}), Objective({"travel": 1.0})), border_length=[5, 1, 9])
    s = solve_regions(short, STOP)
    assert (members(s), s.values) == ([[0, 1], [2, 3]], (1.0, 40.0))
    # Districts {0} and {1,2,3}: only {0}{1,2,3} crosses none.
    s = solve_regions(path(objectives=(Objective({"crossed": 1.0}),), district=[0, 1, 1, 1]), STOP)
    assert (members(s), s.objective) == ([[0], [1, 2, 3]], 0.0)
    # A seat costs 100 except in 0 and 3: {0,1,2} from 0: 20 + 60 = 80 (seat 1: 40 + 100), and {3}: 0; in all 80.
    # {0,1}{2,3}: seats 0 and 3: 20 + 30 = 50.
    seats = path(objectives=(Objective({"travel": 1.0, "seats": 1.0}),), seat_cost=[0, 100, 100, 0])
    s = solve_regions(seats, STOP)
    assert (members(s), s.seat.tolist(), s.objective) == ([[0, 1], [2, 3]], [0, 3], 50.0)
    # Before, all went to 3 but 0: {0}{1,2,3} with seats 0 and 3 changes nothing for anybody.
    before = path(objectives=(Objective({"changed": 1.0}), Objective({"travel": 1.0})), seat_before=[0, 3, 3, 3])
    s = solve_regions(before, STOP)
    assert (members(s), s.seat.tolist(), s.values) == ([[0], [1, 2, 3]], [0, 3], (0.0, 70.0))


def test_number_of_regions_in_a_range():
    """Between one and three regions: as few or as many as the objective wants, and the total over groups is kept."""
    wide = path(regions=((1, 3),))
    assert len(solve_regions(replace(wide, objectives=(Objective({"regions": 1.0}),)), STOP).seat) == 1
    # Three regions: {0,1}{2}{3} costs 10 with its seat in 1; any other pair costs 20 or more.
    s = solve_regions(wide, STOP)
    assert (members(s), s.objective) == ([[0, 1], [2], [3]], 10.0)
    sides = path(group=[0, 0, 1, 1], regions=((1, 2), (1, 2)), total_regions=3)
    assert members(solve_regions(sides, STOP)) == [[0, 1], [2], [3]]
    # Five regions of four units: the total alone is to blame.
    impossible = solve_regions(replace(sides, total_regions=5), STOP)
    assert (impossible.status, impossible.conflict) == (Status.INFEASIBLE, ("total_regions",))


def test_waivers_quantities_and_parts():
    """A class without floors, a further attribute with floor and ceiling, and a unit given in two parts."""
    # Floor of 60 people: 50 of unit 3 fall short, unless its class is waived.
    strict = path(population_floor=(60.0, 60.0), area_floor=(0.0, 0.0), max_undecided=0, unit_class=[0, 0, 0, 1])
    assert solve_regions(strict, STOP).status is Status.INFEASIBLE
    waived = solve_regions(replace(strict, waived_class=(False, True)), STOP)
    assert (members(waived), waived.standing) == ([[0, 1, 2], [3]], ("meets", "exempt"))
    # Schools 1, 0, 0, 1: at least one in each region, and no more than 45 people for each teacher set apart.
    schools = Quantity("schools", np.array([1, 0, 0, 1.0]), (1.0,))
    assert len(solve_regions(path(quantities=(schools,), max_undecided=0), STOP).seat) == 2
    crowded = Quantity("load", np.array([1, 2, 3, 1.0]), (0.0,), ceiling=4.0)
    assert members(solve_regions(path(quantities=(crowded,)), STOP)) == [[0, 1], [2, 3]]
    # Entries 1 and 2 are parts of one unit: {0,1,2} counts two units, and nothing is divided.
    parts = path(origin=[0, 1, 1, 2], objectives=(Objective({"parts": 1.0}), Objective({"travel": 1.0})), max_members=2)
    s = solve_regions(parts, STOP)
    assert (members(s), s.values) == ([[0, 1, 2], [3]], (0.0, 40.0))
    assert check_regions(parts, s) == []


def test_what_an_objective_may_weigh():
    """Unknown measures, missing data and negative weights of costs are refused with the name."""
    with pytest.raises(ProblemError, match="speed"):
        Objective({"speed": 1.0})
    for weights, word in (({"border": 1.0}, "border_length"), ({"travel": -1.0}, "negative")):
        with pytest.raises(ProblemError, match=word):
            path(objectives=(Objective(weights),))
    with pytest.raises(ProblemError, match="above the most"):
        path(regions=((3, 2),))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000), n=st.integers(1, 8), rewarded=st.booleans())
def test_all_cheap_sets_and_no_other(seed, n, rewarded):
    """The sets found are those that a test of all connected subsets finds, reward and ceiling included."""
    rng = np.random.default_rng(seed)
    near = np.zeros((n, n), bool)
    for i, j in combinations(range(n), 2):
        near[i, j] = near[j, i] = rng.random() < 0.5
    amount, kind = rng.integers(1, 9, (2, n)).astype(float), rng.integers(0, 2, n)
    growth = Growth(
        near=near,
        root=np.arange(n),
        weight=rng.integers(-6, 9, (n, n)).astype(float),
        threshold=rng.integers(-4, 6, n).astype(float),
        amount=amount,
        limit=np.array([20.0, np.inf]),
        kind=kind,
        floor=np.array([[5.0, 9.0], [9.0, 4.0]]),
        reward=5.0 if rewarded else 0.0,
    )
    found = cheap_sets(growth)
    got = {(int(r), tuple(u for u in row if u < n)) for r, row in zip(found.root, found.members.tolist(), strict=True)}
    graph = nx.from_numpy_array(near)
    expected = set()
    for size in range(1, n + 1):
        for units in combinations(range(n), size):
            if not nx.is_connected(graph.subgraph(units)) or amount[0, list(units)].sum() > 20:
                continue
            reached = (amount[:, list(units)].sum(axis=1) >= growth.floor[kind[list(units)].max()]).all()
            for root in units:
                cost = growth.weight[root, list(units)].sum()
                if cost <= growth.threshold[root] + (growth.reward if reached else 0.0):
                    expected.add((root, units))
    assert found.complete
    assert got == expected
    assert len(found.cost) == len(got)


def partitions(units):
    if not units:
        yield []
        return
    first, rest = units[0], units[1:]
    for rest_parts in partitions(rest):
        yield [[first], *rest_parts]
        for i, part in enumerate(rest_parts):
            yield [*rest_parts[:i], [first, *part], *rest_parts[i + 1 :]]


def least_values(p):
    """Lexicographically least values over all partitions; None when none is allowed."""
    graph = nx.Graph(p.edges.tolist())
    graph.add_nodes_from(range(p.n))
    best = None
    for parts in partitions(list(range(p.n))):
        if not p.regions[0][0] <= len(parts) <= p.regions[0][1]:
            continue
        if any(not nx.is_connected(graph.subgraph(part)) for part in parts):
            continue
        rows = [region_values(p, sorted(part)) for part in parts]
        if sum(r[1] for r in rows) > p.max_undecided:
            continue
        values = tuple(round(math.fsum(r[0][i] for r in rows), 6) for i in range(len(p.objectives)))
        best = values if best is None else min(best, values)
    return best


def region_values(p, part):
    """Values of a region by every objective at its best seat, and whether it is undecided."""
    kind = p.unit_class[part].max()
    meets = p.area[part].sum() >= p.area_floor[kind] and p.population[part].sum() >= p.population_floor[kind]
    outside = [i for i, (a, b) in enumerate(p.edges.tolist()) if (a in part) != (b in part)]

    def at(seat):
        measures = {
            "travel": (p.population[part] * p.minutes[part, seat]).sum(),
            "seats": p.seat_cost[seat],
            "changed": sum(p.population[u] for u in part if p.seat_before[u] != seat),
            "met": float(meets),
            "unmet": float(not meets),
            "regions": 1.0,
            "balance": abs(p.population[part].sum() - p.targets[0]),
            "border": p.border_length[outside].sum() / 2,
            "crossed": len(set(p.district[part])) - 1.0,
        }
        return tuple(sum(w * measures[m] for m, w in o.weights.items()) for o in p.objectives)

    return min(at(seat) for seat in part), not (meets or len(part) >= 3)


ORDERS = [
    ({"met": -1.0}, {"travel": 1.0}),
    ({"unmet": 2.0, "regions": 1.0}, {"balance": 1.0}),
    ({"travel": 1.0, "seats": 7.0},),
    ({"crossed": 1.0}, {"border": 1.0, "balance": 0.5}, {"travel": 1.0}),
    ({"changed": 1.0}, {"regions": -1.0}),
    ({"border": 3.0, "travel": 1.0, "unmet": 20.0},),
]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000), n=st.integers(2, 7), order=st.sampled_from(ORDERS))
def test_objectives_in_order_equal_brute_force(seed, n, order):
    """Every value of the lexicographic optimum equals that of trying all partitions, and each is its own bound."""
    rng = np.random.default_rng(seed)
    edges = [(i, j) for i, j in combinations(range(n), 2) if rng.random() < 0.6]
    least = int(rng.integers(1, 4))
    p = RegionProblem(
        population=rng.integers(1, 30, n),
        area=rng.integers(1, 10, n),
        unit_class=rng.integers(0, 2, n),
        group=np.zeros(n, int),
        edges=edges,
        minutes=rng.integers(1, 20, (n, n)) * (1 - np.eye(n)),
        regions=((least, least + int(rng.integers(0, 2))),),
        area_floor=(4.0, 6.0),
        population_floor=(10.0, 20.0),
        max_undecided=int(rng.integers(0, 3)),
        objectives=tuple(Objective(w) for w in order),
        seat_cost=rng.integers(0, 5, n),
        seat_before=rng.integers(0, n, n),
        border_length=rng.integers(1, 9, len(edges)),
        district=rng.integers(0, 3, n),
    )
    s, expected = solve_regions(p, STOP), least_values(p)
    assert check_regions(p, s) == []
    if expected is None:
        assert s.status is Status.INFEASIBLE
        assert s.conflict
        return
    assert s.status is Status.OPTIMAL
    assert s.values == pytest.approx(expected)
    assert s.bounds == pytest.approx(expected)
