"""Assignment of persons (or groups of like persons) to groups of posts: exact min-cost flow with dual prices.

Every unit of supply takes one post or goes to the surplus at a price of its own, so an answer always exists
unless fixed pairs alone exceed a capacity. The flow is solved by OR-Tools (`SimpleMinCostFlow`, cost
scaling, integers). Dual prices are then read off the residual graph; their value equals the cost of the
flow, which proves the optimum independently of the solver's own word.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from ortools.graph.python import min_cost_flow

from solvers.problem import ProblemError, Solution, Status, Stop

# Cost scaling multiplies costs by the number of nodes; beyond this product 64-bit integers would overflow.
LARGEST_SCALED_COST = 2**60
# Stands for "no way from the sink" in the search for prices; its sums with costs still fit into 64 bits.
FAR = 2**61


@dataclass(frozen=True)
class AssignmentProblem:
    """Persons to post groups at least cost; all arrays hold integers.

    Parameters
    ----------
    supply : (P,) persons in each group of persons, 1 for a single person.
    capacity : (G,) posts in each post group.
    arc_person, arc_post, arc_cost : (A,) allowed pairs and the cost of one person on one such post.
    surplus_cost : (P,) cost of leaving one person of the group without a post.
    fixed : pairs (person, post) that hold for the whole supply of the person; each must be among the arcs.
    """

    supply: np.ndarray
    capacity: np.ndarray
    arc_person: np.ndarray
    arc_post: np.ndarray
    arc_cost: np.ndarray
    surplus_cost: np.ndarray
    fixed: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        for name in ("supply", "capacity", "arc_person", "arc_post", "arc_cost", "surplus_cost"):
            values = np.asarray(getattr(self, name))
            if values.ndim != 1 or (values.size and not np.issubdtype(values.dtype, np.integer)):
                raise ProblemError(f"AssignmentProblem.{name} must be a one-dimensional array of integers.")
            object.__setattr__(self, name, values.astype(np.int64))
        persons, posts = len(self.supply), len(self.capacity)
        if len(self.surplus_cost) != persons:
            raise ProblemError(
                f"AssignmentProblem.surplus_cost has {len(self.surplus_cost)} values for {persons} persons."
            )
        if not len(self.arc_person) == len(self.arc_post) == len(self.arc_cost):
            raise ProblemError("AssignmentProblem.arc_person, arc_post and arc_cost differ in length.")
        for name, size in (("arc_person", persons), ("arc_post", posts)):
            ends = getattr(self, name)
            if ends.size and (ends.min() < 0 or ends.max() >= size):
                raise ProblemError(f"AssignmentProblem.{name} points outside 0..{size - 1}.")
        for name in ("supply", "capacity"):
            if getattr(self, name).size and getattr(self, name).min() < 0:
                raise ProblemError(f"AssignmentProblem.{name} must not be negative.")
        keys = self.arc_person * max(posts, 1) + self.arc_post
        if (np.diff(np.sort(keys)) == 0).any():
            raise ProblemError("AssignmentProblem has the same pair of person and post twice among its arcs.")
        largest = max((int(np.abs(c).max()) for c in (self.arc_cost, self.surplus_cost) if c.size), default=0)
        if largest * (persons + posts + 2) >= LARGEST_SCALED_COST:
            raise ProblemError(f"AssignmentProblem costs up to {largest} are too large; use a larger unit.")
        self._check_fixed(keys, max(posts, 1))

    def _check_fixed(self, keys: np.ndarray, posts: int) -> None:
        fixed_persons = [p for p, _ in self.fixed]
        if len(set(fixed_persons)) != len(fixed_persons):
            raise ProblemError("AssignmentProblem.fixed names a person twice.")
        for person, post in self.fixed:
            if not np.any(keys == person * posts + post):
                raise ProblemError(f"AssignmentProblem.fixed pair ({person}, {post}) is not among the arcs.")


@dataclass(frozen=True)
class AssignmentSolution(Solution):
    """Decisions and prices.

    `flow` (A,) persons on each arc, `surplus` (P,) persons without a post. `post_price` (G,) is what one
    more post in the group would save, `person_price` (P,) what the person's place costs at these prices, in
    the unit of the costs. All are None when there is no solution.
    """

    flow: np.ndarray | None = field(default=None, repr=False)
    surplus: np.ndarray | None = field(default=None, repr=False)
    post_price: np.ndarray | None = field(default=None, repr=False)
    person_price: np.ndarray | None = field(default=None, repr=False)


def solve_assignment(problem: AssignmentProblem, stop: Stop) -> AssignmentSolution:
    """Solve to proven optimality; the algorithm is polynomial, deterministic and single-threaded.

    `stop` is accepted for the common shape of all solvers; a flow of this kind ends long before any limit.
    Infeasible only when fixed pairs exceed a capacity; `conflict` then names the post groups by position.
    """
    start = time.perf_counter()
    fixed_arc = _fixed_arcs(problem)
    left = problem.capacity.copy()
    np.subtract.at(left, problem.arc_post[fixed_arc], problem.supply[problem.arc_person[fixed_arc]])
    if (left < 0).any():
        over = np.flatnonzero(left < 0)
        names = tuple(f"capacity of post group {g} with the fixed pairs on it" for g in over)
        return AssignmentSolution(Status.INFEASIBLE, seconds=time.perf_counter() - start, conflict=names)
    free = np.ones(len(problem.supply), bool)
    free[problem.arc_person[fixed_arc]] = False
    # One order of arcs whatever the caller's: ties then fall the same way, and arcs of a person lie together.
    order = np.lexsort((problem.arc_post, problem.arc_person))
    order = order[free[problem.arc_person[order]]]
    flow = np.zeros(len(problem.arc_cost), np.int64)
    flow[fixed_arc] = problem.supply[problem.arc_person[fixed_arc]]
    supply = np.where(free, problem.supply, 0)
    flow[order], surplus = _flow(problem, order, supply, left)
    post_price, person_price = _prices(problem, order, flow[order], supply, surplus)
    constant = int((flow[fixed_arc] * problem.arc_cost[fixed_arc]).sum())
    objective = int((flow * problem.arc_cost).sum() + (surplus * problem.surplus_cost).sum())
    bound = int((supply * person_price).sum() - (left * post_price).sum()) + constant
    return AssignmentSolution(
        status=Status.OPTIMAL if bound == objective else Status.FEASIBLE,
        objective=float(objective),
        bound=float(bound),
        seconds=time.perf_counter() - start,
        flow=flow,
        surplus=surplus,
        post_price=post_price,
        person_price=person_price,
    )


def chosen_post(problem: AssignmentProblem, solution: AssignmentSolution) -> np.ndarray:
    """Post group of each single person (P,), -1 for the surplus; ProblemError when a supply exceeds 1."""
    if problem.supply.size and problem.supply.max() > 1:
        raise ProblemError("chosen_post needs single persons: every supply must be 0 or 1.")
    chosen = np.full(len(problem.supply), -1, np.int64)
    used = solution.flow > 0
    chosen[problem.arc_person[used]] = problem.arc_post[used]
    return chosen


def next_best(problem: AssignmentProblem, solution: AssignmentSolution) -> tuple[np.ndarray, np.ndarray]:
    """Best other choice of each single person: (post group (P,), -1 for the surplus; extra cost to all (P,)).

    The extra cost is the reduced cost at the dual prices: a lower bound on how much the whole plan loses when
    this person is overruled, exact where a spare post is taken.
    """
    persons = len(problem.supply)
    chosen = chosen_post(problem, solution)
    best_post = np.full(persons, -1, np.int64)
    best = np.where(chosen < 0, FAR, problem.surplus_cost).astype(np.int64)
    other = solution.flow == 0
    person, post = problem.arc_person[other], problem.arc_post[other]
    cost = problem.arc_cost[other] + solution.post_price[post]
    order = np.lexsort((post, cost, person))
    first = order[np.unique(person[order], return_index=True)[1]]
    better = first[cost[first] < best[person[first]]]
    best[person[better]], best_post[person[better]] = cost[better], post[better]
    return best_post, np.where(best >= FAR, FAR, best - solution.person_price)


def _fixed_arcs(problem: AssignmentProblem) -> np.ndarray:
    if not problem.fixed:
        return np.zeros(0, np.int64)
    width = max(len(problem.capacity), 1)
    keys = problem.arc_person * width + problem.arc_post
    return np.flatnonzero(np.isin(keys, [p * width + g for p, g in problem.fixed]))


def _flow(
    problem: AssignmentProblem, order: np.ndarray, supply: np.ndarray, left: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Flows on the arcs in `order` and the surplus of each person."""
    persons, posts = len(supply), len(left)
    sink = persons + posts
    everyone, groups = np.arange(persons), persons + np.arange(posts)
    tail, head = problem.arc_person[order], persons + problem.arc_post[order]
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([tail, everyone, groups]),
        np.concatenate([head, np.full(persons, sink), np.full(posts, sink)]),
        np.concatenate([supply[tail], supply, left]),
        np.concatenate([problem.arc_cost[order], problem.surplus_cost, np.zeros(posts, np.int64)]),
    )
    solver.set_nodes_supplies(np.arange(sink + 1), np.concatenate([supply, np.zeros(posts, np.int64), [-supply.sum()]]))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"min-cost flow ended with {status} although a surplus sink makes it feasible")
    flows = np.asarray(solver.flows(np.arange(len(order) + persons)))
    return flows[: len(order)], flows[len(order) :]


def _prices(
    problem: AssignmentProblem, order: np.ndarray, flow: np.ndarray, supply: np.ndarray, surplus: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Dual prices (post, person) by shortest residual distances from the sink (Bellman-Ford in sweeps).

    Distances from the sink give the smallest optimal post prices: the saving by one more post. An optimal
    flow has no negative residual cycle, so the sweeps end after at most as many rounds as the longest chain
    of swaps.
    """
    posts = len(problem.capacity)
    person, post, cost = problem.arc_person[order], problem.arc_post[order], problem.arc_cost[order]
    used = flow > 0
    used_person, used_post, used_cost = person[used], post[used], cost[used]
    by_post = np.flatnonzero(flow < supply[person])
    by_post = by_post[np.argsort(post[by_post], kind="stable")]
    groups, at = np.unique(post[by_post], return_index=True)
    open_person, open_cost = person[by_post], cost[by_post]
    filled = np.bincount(used_post, minlength=posts) > 0
    to_post = np.where(filled, 0, FAR)
    to_person = np.where(surplus > 0, -problem.surplus_cost, FAR)
    for _ in range(len(supply) + posts + 2):
        before = to_post.copy()
        np.minimum.at(to_person, used_person, to_post[used_post] - used_cost)
        if len(groups):
            reach = np.minimum.reduceat(to_person[open_person] + open_cost, at)
            to_post[groups] = np.minimum(to_post[groups], reach)
        if np.array_equal(before, to_post):
            break
    post_price = np.maximum(-to_post, 0)
    person_price = problem.surplus_cost.copy()
    np.minimum.at(person_price, person, cost + post_price[post])
    return post_price, person_price
