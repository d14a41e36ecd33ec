"""Commune-level placement: district and commune staff to the posts of the new units, exactly, by pricing.

The cost of a person on a post splits into a part of person and unit (travel, leaving one's area) and a part
of the person's type (field, level of rank) and post. So arcs left out of the flow are priced all at once
with the dual prices of the flow, those that could help are added, and the flow is solved again until none
can: the optimum then holds over all posts within the largest distance, not only over the arcs that were
built.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.people import Travel, transitional_costs, yearly_travel_vnd
from merger.relocation.staffing import commune_bodies, commune_posts
from merger.stages.stage import InfeasibleError, Tables
from scenarios.schema import Relocate
from solvers.assignment.check import check_assignment
from solvers.assignment.solve import (
    AssignmentProblem,
    AssignmentSolution,
    chosen_post,
    next_best,
    solve_assignment,
)
from solvers.problem import Stop

# Levels of rank of leading posts: bodies that lead the unit, and the others.
LEADING_BODIES = {"hdnd", "ubnd", "dang-uy"}
POST_LEVEL = {("head", True): 4, ("deputy", True): 3, ("head", False): 2, ("deputy", False): 1}
TRANSITIONAL = "transitional"
# First arcs: a person's cheapest slots in so many nearest units; the rest comes by pricing.
NEAREST_UNITS, SLOTS_A_UNIT, MOST_ROUNDS = 4, 2, 40
# Arcs of one person added in one round of pricing.
ADDED_UNITS = 4
# In the first rounds unused arcs dearer than their person's place by so much (VND a year) leave the flow
# again; later rounds only add, so the loop ends.
DROP_ROUNDS, DROP_VND = 6, 15_000_000
# Costs inside the flow are whole multiples of this many VND: smaller numbers make cost scaling quicker.
COST_UNIT_VND = 10_000


@dataclass(frozen=True)
class CommunePosts:
    """Post groups on a grid: rows are new units (in `units` order), columns are slots (body and role).

    `capacity` (U, K + 1): posts; the last slot is the place above the establishment. `slots` has one row a
    slot with `body`, `role`, `bloc`, `level`. `groups` is the frame of merger.relocation.staffing.commune_posts.
    """

    units: pd.Index
    slots: pd.DataFrame
    capacity: np.ndarray
    groups: pd.DataFrame


@dataclass(frozen=True)
class CommunePlacement:
    """Unit and slot of each person (-1: unplaced), the solution that proves it and the prices.

    `unit`, `slot`, `extra_cost` (P,): `extra_cost` is the least the plan loses if the person goes
    elsewhere, VND a year. `post_price` (U, K + 1): what one more post would save, VND a year.
    """

    unit: np.ndarray
    slot: np.ndarray
    solution: AssignmentSolution
    post_price: np.ndarray
    extra_cost: np.ndarray
    rounds: int
    bound: float
    arcs: int
    own_unit: np.ndarray = field(repr=False)


def read_posts(new_units: pd.DataFrame, inputs: Inputs) -> CommunePosts:
    """Post groups of the new units by law, and the places above the establishment by the scenario's share."""
    options = inputs.scenario.relocate
    groups = commune_posts(
        new_units,
        inputs.law,
        party_posts=options.party_posts_commune,
        front_posts=options.front_posts_commune,
    )
    units = pd.Index(new_units["new_id"].sort_values(kind="stable"))
    bodies = commune_bodies()
    rows = [(b.body, role, b.bloc) for b in bodies.itertuples() for role in ("head", "deputy", "staff")]
    present = set(zip(groups["body"], groups["role"], strict=True))
    slots = pd.DataFrame([r for r in rows if r[:2] in present], columns=["body", "role", "bloc"])
    leading = slots["body"].isin(LEADING_BODIES)
    slots["level"] = [POST_LEVEL.get(key, 0) for key in zip(slots["role"], leading, strict=True)]
    at = pd.MultiIndex.from_frame(slots[["body", "role"]])
    capacity = np.zeros((len(units), len(slots) + 1), np.int64)
    column = at.get_indexer(pd.MultiIndex.from_frame(groups[["body", "role"]]))
    capacity[units.get_indexer(groups["new_id"]), column] = groups["posts"]
    capacity[:, -1] = np.floor(capacity[:, :-1].sum(axis=1) * options.max_transitional_share + 1e-9)
    return CommunePosts(units, slots, capacity, groups)


def type_costs(types: pd.DataFrame, slots: pd.DataFrame, options: Relocate) -> np.ndarray:
    """Cost (T, K) of a type of person in a slot, VND a year; inf: not open.

    Leading posts are not open to persons who lead nothing today: an appointment is a decision of its own.
    """
    body, bloc = types["commune_body"].to_numpy()[:, None], types["bloc"].to_numpy()[:, None]
    rank = types["level_of_rank"].to_numpy()[:, None]
    leads = slots["body"].isin(LEADING_BODIES).to_numpy()[None, :]
    level = slots["level"].to_numpy()[None, :]
    other_bloc = bloc != slots["bloc"].to_numpy()[None, :]
    other_body = (body != slots["body"].to_numpy()[None, :]) & ~leads
    change = np.where(other_bloc, options.change_bloc_vnd_year, np.where(other_body, options.change_body_vnd_year, 0))
    lost = np.maximum(rank - level, 0) * options.loss_of_rank_vnd_year
    gained = np.maximum(level - rank, 0) * options.promotion_vnd_year
    return np.where((rank == 0) & (level > 0), np.inf, change + lost + gained)


def place(
    people: pd.DataFrame, posts: CommunePosts, tables: Tables, inputs: Inputs, *, travel: Travel, stop: Stop
) -> CommunePlacement:
    """Place all persons of `people` (the local part of the roster) on posts of the new units.

    Raises InfeasibleError for locks beyond the largest distance and RuntimeError when the independent check
    finds a fault.
    """
    options = inputs.scenario.relocate
    near, own_unit = _unit_costs(people, posts, tables, inputs, travel)
    types, type_of = _types(people)
    costs = type_costs(types, posts.slots, options)
    stay = transitional_costs(people, inputs)
    builder = _Arcs(near, type_of, costs, stay, _room(near, posts.capacity))
    builder.start()
    unplaced = round(options.unplaced_vnd_year / COST_UNIT_VND)
    rounds, solution, problem, bound = 0, None, None, 0.0
    while True:
        rounds += 1
        problem = builder.problem(unplaced)
        solution = solve_assignment(problem, stop)
        price = solution.post_price.reshape(posts.capacity.shape)
        if rounds <= DROP_ROUNDS:
            builder.drop(problem, solution)
        bound, added = builder.price(price, solution.person_price, unplaced)
        close = solution.objective - bound <= stop.gap * abs(solution.objective)
        if not added or close or rounds == MOST_ROUNDS:
            break
    # Only the last flow decides anything, so only it is checked.
    faults = check_assignment(problem, solution)
    if faults:
        raise RuntimeError("assignment of commune staff failed its check: " + "; ".join(faults[:3]))
    chosen = chosen_post(problem, solution)
    _, extra = next_best(problem, solution)
    width = posts.capacity.shape[1]
    return CommunePlacement(
        unit=np.where(chosen < 0, -1, chosen // width),
        slot=np.where(chosen < 0, -1, chosen % width),
        solution=solution,
        post_price=price,
        extra_cost=extra * COST_UNIT_VND,
        rounds=rounds,
        bound=bound,
        arcs=len(problem.arc_cost),
        own_unit=own_unit,
    )


def _unit_costs(people, posts, tables, inputs, travel) -> tuple[np.ndarray, np.ndarray]:
    """Cost (P, U) of work in a new unit, VND a year (inf: too far, locked out); successor unit (P,)."""
    options = inputs.scenario.relocate
    units, new_units = tables["units"], tables["new_units"]
    seats = travel.units.get_indexer(new_units.set_index("new_id").loc[posts.units, "seat_code"])
    home = people["home"].to_numpy()
    km, minutes = travel.unit_km[home][:, seats], travel.unit_minutes[home][:, seats]
    cost = yearly_travel_vnd(minutes, km, inputs.scenario) * people["multiplier"].to_numpy()[:, None]
    new_of = units.set_index("old_code")["new_id"]
    own = posts.units.get_indexer(people["unit_code"].map(new_of).fillna(""))
    same_area = np.arange(len(posts.units))[None, :] == own[:, None]
    district = people["level"].eq("district").to_numpy()
    if district.any():
        districts = units.groupby("district")["new_id"].agg(set)
        member = np.array([[u in units_of for u in posts.units] for units_of in districts], dtype=bool)
        at = districts.index.get_indexer(people["unit_code"].map(units.set_index("old_code")["district"]).fillna(""))
        same_area[district] = member[at[district]] & (at[district] >= 0)[:, None]
    cost = cost + np.where(same_area, 0.0, options.leave_area_vnd_year)
    cost[~(km <= options.max_commune_move_km)] = np.inf
    locked = people["lock"].ne("").to_numpy()
    if locked.any():
        target = posts.units.get_indexer(people["lock"])
        only = np.arange(len(posts.units))[None, :] == target[:, None]
        cost[locked[:, None] & ~only] = np.inf
        far = locked & ~np.isfinite(cost).any(axis=1)
        if far.any():
            raise InfeasibleError(
                "relocate",
                tuple(
                    f"lock fixed_post {row.person_id}: {row.lock} together with"
                    f" relocate.max_commune_move_km = {options.max_commune_move_km:g}"
                    for row in people[far].itertuples()
                ),
            )
    return cost, own


def _room(near: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Capacity with room above the establishment for all whom only one unit can reach.

    Present staff are kept (03/CV-BCD): the scenario's share spreads the surplus, but turns nobody out on an
    island.
    """
    reach = np.isfinite(near)
    only = reach & (reach.sum(axis=1) == 1)[:, None]
    needed = only.sum(axis=0) - capacity[:, :-1].sum(axis=1)
    room = capacity.copy()
    room[:, -1] = np.maximum(room[:, -1], needed)
    return room


def _types(people: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    columns = ["commune_body", "bloc", "level_of_rank"]
    number = people.groupby(columns, sort=True).ngroup().to_numpy()
    return people[columns].drop_duplicates().sort_values(columns).reset_index(drop=True), number


class _Arcs:
    """Arcs of the flow, grown by pricing. Costs are whole VND; posts are numbered unit x width + slot."""

    def __init__(self, near, type_of, costs, stay, capacity):
        self.near, self.costs, self.stay = (np.rint(a / COST_UNIT_VND) for a in (near, costs, stay))
        self.type_of, self.capacity = type_of, capacity
        self.persons, self.units = near.shape
        self.width = capacity.shape[1]
        self.keys = np.zeros(0, np.int64)

    def start(self) -> None:
        """The cheapest slots in the nearest units, and the place above the establishment there."""
        order = np.argsort(self.near, axis=1, kind="stable")[:, :NEAREST_UNITS]
        best = np.argsort(self.costs, axis=1, kind="stable")[:, :SLOTS_A_UNIT]
        slots = np.concatenate([best[self.type_of], np.full((self.persons, 1), self.width - 1)], axis=1)
        person = np.arange(self.persons)[:, None, None]
        self._add(*np.broadcast_arrays(person, order[:, :, None], slots[:, None, :]))

    def _add(self, person, unit, slot) -> int:
        person, unit, slot = (np.asarray(a).ravel() for a in (person, unit, slot))
        cost = self._cost(person, unit, slot)
        keep = np.isfinite(cost) & (self.capacity[unit, slot] > 0)
        keys = ((person * self.units + unit) * self.width + slot)[keep]
        merged = np.union1d(self.keys, keys)
        new = len(merged) - len(self.keys)
        self.keys = merged
        return new

    def _cost(self, person, unit, slot) -> np.ndarray:
        own = slot == self.width - 1
        typed = self.costs[self.type_of[person], np.minimum(slot, self.width - 2)]
        return self.near[person, unit] + np.where(own, self.stay[person], typed)

    def problem(self, unplaced: int) -> AssignmentProblem:
        """The flow over the present arcs."""
        person, post = np.divmod(self.keys, self.units * self.width)
        unit, slot = np.divmod(post, self.width)
        return AssignmentProblem(
            supply=np.ones(self.persons, np.int64),
            capacity=self.capacity.ravel(),
            arc_person=person,
            arc_post=post,
            arc_cost=self._cost(person, unit, slot).astype(np.int64),
            surplus_cost=np.full(self.persons, unplaced, np.int64),
        )

    def drop(self, problem: AssignmentProblem, solution: AssignmentSolution) -> None:
        """Forget unused arcs far dearer than their person's place at the prices."""
        dearer = problem.arc_cost + solution.post_price[problem.arc_post] - solution.person_price[problem.arc_person]
        self.keys = self.keys[(solution.flow > 0) | (dearer <= DROP_VND / COST_UNIT_VND)]

    def price(self, price: np.ndarray, person_price: np.ndarray, unplaced: int) -> tuple[float, int]:
        """Add arcs that beat the person's own place at the prices; return a valid bound and the number added.

        The bound is the value of the dual at these post prices with every person at the best of all posts.
        """
        closed = self.capacity <= 0
        asked = np.where(closed, np.inf, price)
        # Best slot of each type in each unit, then of each person over units: small tables instead of all
        # arcs.
        typed = self.costs[:, None, :] + asked[None, :, :-1]
        best_slot, best = typed.argmin(axis=2), typed.min(axis=2)
        post = self.near + best[self.type_of]
        above = self.near + self.stay[:, None] + asked[None, :, -1]
        reach = np.minimum(post, above)
        least = np.minimum(reach.min(axis=1), unplaced)
        bound = float(least.sum() - (price * np.where(closed, 0, self.capacity)).sum())
        gain = np.where(reach < person_price[:, None], reach, np.inf)
        helped = np.flatnonzero(np.isfinite(gain).any(axis=1))
        if not len(helped):
            return bound, 0
        unit = np.argsort(gain[helped], axis=1, kind="stable")[:, :ADDED_UNITS]
        person = np.broadcast_to(helped[:, None], unit.shape)
        good = np.isfinite(gain[person, unit])
        person, unit = person[good], unit[good]
        slot = np.where(
            post[person, unit] <= above[person, unit], best_slot[self.type_of[person], unit], self.width - 1
        )
        return bound, self._add(person, unit, slot)
