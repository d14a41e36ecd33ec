"""Connected regions: hand-worked paths, locks, conflicts, and random graphs against brute force."""

from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_matrix

from solvers.problem import ProblemError, Status, Stop
from solvers.regions.check import check_regions
from solvers.regions.connected_sets import connected_sets
from solvers.regions.solve import FixedRegion, RegionProblem, solve_regions
from solvers.set_partition import Program, minimise

STOP = Stop(seconds=20)


def path_problem(**changes):
    """Four units in a row: 0 -1- 1 -1- 2 -2- 3 (minutes on the links), 10, 20, 30, 50 people, no floors."""
    at = np.array([0, 1, 2, 4.0])
    values = {
        "population": [10, 20, 30, 50],
        "area": [1, 2, 3, 4],
        "unit_class": [0, 0, 0, 0],
        "group": [0, 0, 0, 0],
        "edges": [(0, 1), (1, 2), (2, 3)],
        "minutes": np.abs(at[:, None] - at[None, :]),
        "regions": (2,),
        "area_floor": (0.0, 0.0),
        "population_floor": (0.0, 0.0),
        "max_members": 3,
    }
    return RegionProblem(**(values | changes))


def members(solution):
    """Regions as lists of units."""
    return [np.flatnonzero(solution.region == r).tolist() for r in range(len(solution.seat))]


def test_path_in_two():
    """Two regions on a path are cut where it is cheapest, and the answer carries its proof."""
    # {0,1}{2,3}: 10*1 + 30*2 = 70. {0,1,2}{3}: seat 1: 10 + 30 = 40. {0}{1,2,3}: seat 2: 20 + 100 = 120.
    s = solve_regions(path_problem(), STOP)
    assert members(s) == [[0, 1, 2], [3]]
    assert s.seat.tolist() == [1, 3]
    assert (s.status, s.objective, s.bound, s.gap) == (Status.OPTIMAL, 40.0, 40.0, 0.0)
    assert (s.restriction, s.values, s.bounds) == ("", (40.0,), (40.0,))


def test_floors_decide_unless_three_units_join():
    """A region below its floor is refused, but three units together are exempt."""
    # With a floor of 45 people, {0,1,2} (60) and {3} (50) meet; with 55, {3} fails and {1,2,3} leaves {0}
    # below:
    # only {0,1} (30) and {2,3} (80) remain, and {0,1} fails. One undecided region repairs it, at 40 as
    # before.
    assert solve_regions(path_problem(population_floor=(45, 45)), STOP).standing == ("meets", "meets")
    tight = path_problem(population_floor=(55, 55), exempt_from_members=None)
    assert solve_regions(tight, STOP).status is Status.INFEASIBLE
    loose = solve_regions(replace(tight, max_undecided=1), STOP)
    assert (loose.objective, loose.standing) == (40.0, ("meets", "undecided"))
    # A floor of 70 people: {0,1,2} (60) falls below and is exempt as three; {3} (50) is the one undecided.
    exempt = solve_regions(path_problem(population_floor=(70, 70), max_undecided=1), STOP)
    assert exempt.standing == ("exempt", "undecided")


def test_one_ward_makes_a_ward():
    """The highest class among the members sets the floor: the region of unit 3 needs 80 people."""
    # Free of floors the cut leaves {3} (50 people) alone; the ward floor of 80 forces 3 to join 2: 30 + 50 =
    # 80.
    p = path_problem(unit_class=[0, 0, 0, 1], population_floor=(0, 80), exempt_from_members=None)
    s = solve_regions(p, STOP)
    assert members(s) == [[0, 1], [2, 3]]
    assert s.objective == 70.0


def test_locks_change_the_answer():
    """Each lock is kept, at the cost worked out by hand."""
    assert members(solve_regions(path_problem(must_join=((2, 3),)), STOP)) == [[0, 1], [2, 3]]
    assert members(solve_regions(path_problem(must_not_join=((0, 2),)), STOP)) == [[0, 1], [2, 3]]
    assert members(solve_regions(path_problem(keep_whole=(0,)), STOP)) == [[0], [1, 2, 3]]
    # Seat 1 and seat 2 cost the same (10 + 30 = 40, 2*10 + 20 = 40): forbidding 1 moves the seat at no cost.
    moved = solve_regions(path_problem(forbidden_seat=(1,)), STOP)
    assert (moved.objective, moved.seat.tolist()) == (40.0, [2, 3])
    # Seat fixed at 0: 20*1 + 30*2 = 80 for {0,1,2}; {0,1}{2,3} costs 20 + 60 = 80; {0}{1,2,3} costs 120.
    assert solve_regions(path_problem(fixed_seat=(0,)), STOP).objective == 80.0
    # {0,1,2} has 6 km2 and 60 people: both ceilings leave {0,1}{2,3}.
    assert members(solve_regions(path_problem(max_area=7.5), STOP)) == [[0, 1, 2], [3]]
    assert members(solve_regions(path_problem(max_population=95, must_not_join=((0, 2),)), STOP)) == [
        [0, 1],
        [2, 3],
    ]


def test_no_way_to_the_seat():
    """Neighbours without a way between them do not share a region, unless it is given in advance."""
    minutes = path_problem().minutes.copy()
    minutes[3, :3] = minutes[:3, 3] = np.inf
    s = solve_regions(path_problem(minutes=minutes, regions=(2,)), STOP)
    assert members(s) == [[0, 1, 2], [3]]
    zone = solve_regions(path_problem(minutes=minutes, fixed=(FixedRegion((2, 3)),)), STOP)
    # Seat of the zone: 3, because a seat in 2 would leave 50 people without a way, in 3 only 30.
    assert (members(zone), zone.seat.tolist(), zone.standing) == (
        [[0, 1], [2, 3]],
        [1, 3],
        ("meets", "fixed"),
    )
    assert zone.objective == 10.0


@pytest.mark.parametrize(
    ("changes", "conflict"),
    [
        # 0 and 2 only meet through 1.
        ({"must_join": ((0, 2),), "must_not_join": ((0, 1),)}, {"must_join[0]", "must_not_join[0]"}),
        ({"keep_whole": (0,), "must_join": ((0, 1),)}, {"keep_whole[0]", "must_join[0]"}),
        ({"fixed_seat": (0, 1), "must_join": ((0, 1),)}, {"fixed_seat[0]", "fixed_seat[1]", "must_join[0]"}),
        # Four units in one region of at most three.
        ({"regions": (1,)}, {"regions[0]", "max_members"}),
        ({"max_members": 2, "must_join": ((0, 1, 2),)}, {"must_join[0]", "max_members"}),
        # Two regions of 60 people each, of 110 in all; one region of all four would do.
        ({"population_floor": (60, 60), "exempt_from_members": None}, {"floors", "regions[0]"}),
        ({"fixed": (FixedRegion((2, 3)),), "must_join": ((1, 2),)}, {"fixed[0]", "must_join[0]"}),
        ({"fixed": (FixedRegion((0, 3), connected=True),)}, {"fixed[0]", "contiguity"}),
    ],
)
def test_conflict_names_what_cannot_hold_together(changes, conflict):
    """An infeasible problem names the smallest set of rules behind it, and innocent locks stay out."""
    s = solve_regions(path_problem(**changes, forbidden_seat=(3,) if "fixed" in changes else ()), STOP)
    assert s.status is Status.INFEASIBLE
    assert set(s.conflict) == conflict
    assert check_regions(path_problem(**changes), s) == []


def test_a_side_that_cannot_be_connected():
    """An isolated unit below the floor makes no crash: it is named as the unit no permitted region holds."""
    p = path_problem(edges=[(0, 1), (1, 2)], population_floor=(55, 55))
    s = solve_regions(p, STOP)
    assert (s.status, s.uncovered, s.conflict) == (Status.INFEASIBLE, (3,), ("floors",))
    assert members(solve_regions(replace(p, max_undecided=1), STOP)) == [[0, 1, 2], [3]]


def test_bad_problems_say_what_is_wrong():
    """A problem that is not well posed is refused with the field in a sentence."""
    for changes, word in (
        ({"area": [1, 2]}, "area"),
        ({"population": [1, -2, 3, 4]}, "population"),
        ({"minutes": np.zeros((2, 2))}, "minutes"),
        ({"edges": [(0, 9)]}, "edges"),
        ({"group": [0, 0, 0, 1]}, "group"),
        ({"unit_class": [0, 0, 0, 5]}, "unit_class"),
        ({"must_join": ((0, 9),)}, "must_join"),
        ({"keep_whole": (1, 1)}, "keep_whole"),
        ({"fixed": (FixedRegion((0, 1)), FixedRegion((1, 2)))}, "two fixed regions"),
        ({"max_members": 0}, "max_members"),
    ):
        with pytest.raises(ProblemError, match=word):
            path_problem(**changes)


@pytest.mark.parametrize(
    ("tamper", "word"),
    [
        ({"region": np.array([0, 1, 0, 1]), "seat": np.array([0, 3])}, "not connected"),
        ({"region": np.array([0, 0, 0, 0])}, "has no unit"),
        ({"seat": np.array([3, 3])}, "another region"),
        ({"objective": 39.0, "bound": 39.0}, "the last of them"),
        ({"objective": 39.0, "values": (39.0,), "bound": 39.0}, "objective 0 is 40"),
        ({"bound": 41.0}, "above the objective"),
        ({"standing": ("exempt", "meets")}, "said to be exempt"),
        ({"cost": np.array([0.0, 40.0])}, "said to cost"),
        ({"bound": 30.0}, "with a gap"),
    ],
)
def test_checker_catches_a_tampered_answer(tamper, word):
    """The independent check finds each single falsification."""
    p = path_problem()
    good = solve_regions(p, STOP)
    assert check_regions(p, good) == []
    assert any(word in fault for fault in check_regions(p, replace(good, **tamper)))


def test_checker_knows_the_locks():
    """An answer to the free problem is faulted under each lock that it breaks."""
    s = solve_regions(path_problem(), STOP)
    for lock, word in (
        ({"must_join": ((2, 3),)}, "must join"),
        ({"must_not_join": ((0, 1),)}, "must not join"),
        ({"keep_whole": (0,)}, "alone"),
        ({"fixed_seat": (2,)}, "must be the seat"),
        ({"forbidden_seat": (1,)}, "forbidden"),
        ({"regions": (3,)}, "3 to 3 wanted"),
        ({"max_members": 2}, "more than 2 units"),
        ({"max_area": 5.0}, "more area than 5"),
        ({"max_population": 55.0}, "more population than 55"),
        ({"fixed": (FixedRegion((0, 1)),)}, "changed"),
        ({"population_floor": (100, 100)}, "need a decision"),
    ):
        assert any(word in fault for fault in check_regions(path_problem(**lock), s)), lock


def random_graph(seed, n, density):
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for i, j in combinations(range(n), 2) if rng.random() < density]
    return rng, np.array(pairs, int).reshape(-1, 2)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 9), density=st.sampled_from([0.2, 0.4, 0.8]))
def test_every_connected_set_exactly_once(seed, n, density):
    """The enumeration equals the connected subsets found one by one."""
    _, edges = random_graph(seed, n, density)
    graph = nx.Graph(edges.tolist())
    graph.add_nodes_from(range(n))
    for size, found in enumerate(connected_sets(n, edges, 4), start=1):
        expected = [c for c in combinations(range(n), size) if nx.is_connected(graph.subgraph(c))]
        assert [tuple(row) for row in found.tolist()] == expected


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


def brute_force(p):
    """Least cost over all partitions, inf when none is allowed; checks regions by definition."""
    graph = nx.Graph(p.edges.tolist())
    graph.add_nodes_from(range(p.n))

    def price(part):
        if len(part) > p.max_members or not nx.is_connected(graph.subgraph(part)) or len(set(p.group[part])) > 1:
            return np.inf, 0
        kind = p.unit_class[part].max()
        meets = p.area[part].sum() >= p.area_floor[kind] and p.population[part].sum() >= p.population_floor[kind]
        seats = [u for u in part if u in p.fixed_seat] or [u for u in part if u not in p.forbidden_seat]
        if not seats or len([u for u in part if u in p.fixed_seat]) > 1:
            return np.inf, 0
        return min((p.population[part] * p.minutes[part, s]).sum() for s in seats), not (meets or len(part) >= 3)

    best = np.inf
    for parts in partitions(list(range(p.n))):
        where = {u: i for i, part in enumerate(parts) for u in part}
        if any(len({where[u] for u in s}) > 1 for s in p.must_join):
            continue
        if any(len({where[u] for u in s}) < len(s) for s in p.must_not_join):
            continue
        if any(sum(p.group[part[0]] == g for part in parts) != r for g, r in enumerate(p.regions)):
            continue
        prices = [price(sorted(part)) for part in parts]
        if sum(undecided for _, undecided in prices) <= p.max_undecided:
            best = min(best, sum(c for c, _ in prices))
    return best


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000), n=st.integers(2, 7))
def test_equals_brute_force(seed, n):
    """Objective and feasibility equal those of trying all partitions; twice gives the same."""
    rng, edges = random_graph(seed, n, 0.6)
    groups = 1 + int(rng.random() < 0.3)
    p = RegionProblem(
        population=rng.integers(1, 30, n),
        area=rng.integers(1, 10, n),
        unit_class=rng.integers(0, 2, n),
        group=np.sort(rng.integers(0, groups, n)),
        edges=edges,
        minutes=rng.integers(1, 20, (n, n)) * (1 - np.eye(n)),
        regions=tuple(int(rng.integers(1, 3)) for _ in range(groups)),
        area_floor=(4.0, 6.0),
        population_floor=(10.0, 20.0),
        max_undecided=int(rng.integers(0, 3)),
        max_members=4,
        must_join=((0, 1),) if rng.random() < 0.3 else (),
        must_not_join=((0, n - 1),) if n > 2 and rng.random() < 0.3 else (),
        fixed_seat=(0,) if rng.random() < 0.3 else (),
        forbidden_seat=(n - 1,) if rng.random() < 0.3 else (),
    )
    s, expected = solve_regions(p, STOP), brute_force(p)
    assert check_regions(p, s) == []
    assert (s.status is Status.INFEASIBLE) == bool(np.isinf(expected))
    if s.objective is None:
        assert s.conflict
    else:
        assert s.status is Status.OPTIMAL
        assert s.objective == pytest.approx(expected)
        again = solve_regions(p, STOP)
        assert again.region.tolist() == s.region.tolist()
        assert again.seat.tolist() == s.seat.tolist()


def test_bound_holds_when_columns_are_left_out():
    """Columns beyond those of the first search are ruled out by their reduced cost only."""
    # 12 items, all 4,095 subsets as columns, cost = size squared + a deterministic disturbance.
    n = 12
    subsets = [np.flatnonzero([(k >> i) & 1 for i in range(n)]) for k in range(1, 2**n)]
    cells = np.concatenate(subsets)
    pointer = np.concatenate([[0], np.cumsum([len(s) for s in subsets])])
    matrix = csc_matrix((np.ones(len(cells)), cells, pointer), shape=(n, len(subsets)))
    cost = np.array([len(s) ** 2 + 0.01 * (s.sum() % 7) for s in subsets])
    choice = minimise(Program(matrix, np.ones(n), np.ones(n), cost), STOP)
    # Alone every item costs 1 + 0.01 * (i % 7), any pair costs 4 or more: 12 + 0.01 * (0+1+..+6 + 0+1+..+4) =
    # 12.31.
    assert choice.status is Status.OPTIMAL
    assert choice.objective == pytest.approx(12.31)
    assert len(choice.chosen) == n
