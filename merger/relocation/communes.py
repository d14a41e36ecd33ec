"""Commune-level placement: district and commune staff to the posts of the new units, with a bound over all posts.

Arcs left out of the flow are priced all at once (merger.relocation.pricing), those that could help are added, and the
flow is solved again until none can. Then the rules that a flow cannot say (couples, teams: merger.relocation.rules)
are put on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.kept_pay import KeptPay
from merger.relocation.people import Travel, transitional_costs
from merger.relocation.pricing import COST_UNIT_VND, CommuneArcs
from merger.relocation.rules import CommuneRules
from merger.relocation.staffing import commune_bodies, commune_posts
from merger.stages.stage import InfeasibleError, Tables
from scenarios.schema import Relocate
from solvers.assignment.check_ruled import check_ruled
from solvers.assignment.ruled import RuledProblem, RuledSolution, solve_ruled, value_of_rules
from solvers.assignment.solve import chosen_post, next_best, solve_assignment
from solvers.problem import Stop

# Levels of rank of leading posts: bodies that lead the unit, and the others.
LEADING_BODIES = {"hdnd", "ubnd", "dang-uy"}
POST_LEVEL = {("head", True): 4, ("deputy", True): 3, ("head", False): 2, ("deputy", False): 1}
TRANSITIONAL = "transitional"
# Rounds of pricing; unused arcs leave the flow in the first ones, later rounds only add, so the loop ends.
MOST_ROUNDS, DROP_ROUNDS = 40, 6
# Persons in a rule choose among so many of the nearest units and of the cheapest slots.
RULED_UNITS, RULED_SLOTS = 12, 3
# Solutions under the rules; between two of them the arcs grow to those that the bound over all posts needs.
RULED_ROUNDS = 3


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
    elsewhere, VND a year. `post_price` (U, K + 1): what one more post would save, VND a year. `room` (U, K + 1):
    posts, and the places above the establishment that are really open. `costs` are the
    tables that the placement rests on. `objective` and `bound` (valid for all posts) in COST_UNIT_VND a year.
    """

    unit: np.ndarray
    slot: np.ndarray
    solution: RuledSolution
    post_price: np.ndarray
    extra_cost: np.ndarray
    rounds: int
    objective: float
    bound: float
    arcs: int
    room: np.ndarray
    own_unit: np.ndarray = field(repr=False)
    costs: CommuneCosts = field(repr=False)
    rules: CommuneRules = field(repr=False)


@dataclass(frozen=True)
class CommuneCosts:
    """Costs of persons in the communes, VND a year, inf where closed.

    `near` (P, U): of person and unit; `km` (P, U); `type_of` (P,); `typed` (T, K): of a type of person in a slot;
    `stay` (P,): of a place above the establishment; `own_unit`, `wish_unit` (P,): successor of the person's own
    unit and of the one wished for, -1 none.
    """

    near: np.ndarray
    km: np.ndarray
    type_of: np.ndarray
    typed: np.ndarray
    stay: np.ndarray
    own_unit: np.ndarray
    wish_unit: np.ndarray


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


def type_costs(types: pd.DataFrame, slots: pd.DataFrame, options: Relocate, kept_pay: KeptPay) -> np.ndarray:
    """Cost (T, K) of a type of person in a slot, VND a year; inf: not open.

    Leading posts are not open to persons who lead nothing today: an appointment is a decision of its own. Who loses
    rank keeps the allowance for the months of the law, spread over the years of the plan.
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
    pay = kept_pay.year_vnd(types["leadership_coefficient"].to_numpy()[:, None], kept_pay.levels[level], level < rank)
    return np.where((rank == 0) & (level > 0), np.inf, change + lost + gained + pay)


def read_costs(
    people: pd.DataFrame, posts: CommunePosts, tables: Tables, inputs: Inputs, travel: Travel
) -> CommuneCosts:
    """Costs of the local part of the roster; InfeasibleError for locks beyond the largest distance."""
    near, km, own_unit, wish_unit = _unit_costs(people, posts, tables, inputs, travel)
    types, type_of = _types(people)
    typed = type_costs(types, posts.slots, inputs.scenario.relocate, KeptPay.read(inputs))
    return CommuneCosts(near, km, type_of, typed, transitional_costs(people, inputs), own_unit, wish_unit)


def place(
    people: pd.DataFrame, posts: CommunePosts, tables: Tables, inputs: Inputs, *, travel: Travel, stop: Stop
) -> CommunePlacement:
    """Place all persons of `people` (the local part of the roster) on posts of the new units.

    Raises InfeasibleError for locks beyond the largest distance and RuntimeError when the independent check
    finds a fault.
    """
    costs = read_costs(people, posts, tables, inputs, travel)
    arcs = CommuneArcs(costs.near, costs.type_of, costs.typed, costs.stay, _room(costs.near, posts.capacity))
    unplaced = round(inputs.scenario.relocate.unplaced_vnd_year / COST_UNIT_VND)
    arcs.start()
    _, rounds = _grow(arcs, unplaced, stop)
    rules = CommuneRules(people, costs, inputs.scenario.relocate)
    arcs.widen(rules.persons, RULED_UNITS, RULED_SLOTS)
    best = -np.inf
    for _ in range(RULED_ROUNDS):
        problem = RuledProblem(arcs.problem(unplaced), rules.rows(arcs, COST_UNIT_VND))
        solution = solve_ruled(problem, stop)
        bound, more = _bound(arcs, rules, problem, solution, unplaced=unplaced, stop=stop)
        best, rounds = max(best, bound), rounds + more
        if solution.objective - best <= stop.gap * abs(solution.objective):
            break
    faults = check_ruled(problem, solution)
    if faults:
        raise RuntimeError("assignment of commune staff failed its check: " + "; ".join(faults[:3]))
    chosen = chosen_post(problem.flow, solution)
    _, extra = next_best(problem.flow, solution)
    width = posts.capacity.shape[1]
    return CommunePlacement(
        unit=np.where(chosen < 0, -1, chosen // width),
        slot=np.where(chosen < 0, -1, chosen % width),
        solution=solution,
        post_price=solution.post_price.reshape(posts.capacity.shape) * COST_UNIT_VND,
        extra_cost=np.maximum(extra, 0) * COST_UNIT_VND,
        rounds=rounds,
        objective=solution.objective - rules.constant(COST_UNIT_VND),
        bound=min(best, solution.objective) - rules.constant(COST_UNIT_VND),
        arcs=len(problem.flow.arc_cost),
        room=arcs.capacity,
        own_unit=costs.own_unit,
        costs=costs,
        rules=rules,
    )


def _grow(arcs: CommuneArcs, unplaced: int, stop: Stop) -> tuple[float, int]:
    """Add arcs until none of all posts can help a flow without rules, or the gap is small; best bound, rounds."""
    best = -np.inf
    for rounds in range(1, MOST_ROUNDS + 1):
        problem = arcs.problem(unplaced)
        solution = solve_assignment(problem, stop)
        price = solution.post_price.reshape(arcs.capacity.shape)
        if rounds <= DROP_ROUNDS:
            arcs.drop(problem, solution)
        bound, added = arcs.price(price, solution.person_price, unplaced)
        best = max(best, bound)
        if not added or solution.objective - best <= stop.gap / 2 * abs(solution.objective):
            break
    return best, rounds


def _bound(
    arcs: CommuneArcs, rules: CommuneRules, problem: RuledProblem, solution: RuledSolution, *, unplaced: int, stop: Stop
) -> tuple[float, int]:
    """Bound over all posts, not only over the arcs of the problem, and the rounds it took; `arcs` grows on the way.

    At fixed prices of the rules the placement is a flow again, so its own pricing gives the value over all posts.
    """
    relaxed = arcs.discounted(rules.worth(arcs, solution.rule_price, COST_UNIT_VND))
    value, rounds = _grow(relaxed, unplaced, stop)
    arcs.keys = np.union1d(arcs.keys, relaxed.keys)
    return value + value_of_rules(problem, solution.rule_price), rounds


def _unit_costs(people, posts, tables, inputs, travel) -> tuple[np.ndarray, ...]:
    """Cost (P, U) of work in a new unit, VND a year (inf: too far, locked out); km; successor and wished unit (P,)."""
    options = inputs.scenario.relocate
    units, new_units = tables["units"], tables["new_units"]
    seats = travel.units.get_indexer(new_units.set_index("new_id").loc[posts.units, "seat_code"])
    home = people["home"].to_numpy()
    km = travel.unit_km[home][:, seats]
    cost = travel.unit_vnd[home][:, seats] * people["multiplier"].to_numpy()[:, None]
    new_of = units.set_index("old_code")["new_id"]
    own = posts.units.get_indexer(people["unit_code"].map(new_of).fillna(""))
    every = np.arange(len(posts.units))[None, :]
    same_area = every == own[:, None]
    district = people["level"].eq("district").to_numpy()
    if district.any():
        districts = units.groupby("district")["new_id"].agg(set)
        member = np.array([[u in units_of for u in posts.units] for units_of in districts], dtype=bool)
        at = districts.index.get_indexer(people["unit_code"].map(units.set_index("old_code")["district"]).fillna(""))
        same_area[district] = member[at[district]] & (at[district] >= 0)[:, None]
    cost = cost + np.where(same_area, 0.0, options.leave_area_vnd_year)
    wish = posts.units.get_indexer(people["wish_code"].map(new_of).fillna(""))
    cost = cost + np.where((wish >= 0)[:, None] & (wish[:, None] != every), options.wish_vnd_year, 0.0)
    beyond = km > people["most_km"].to_numpy()[:, None]
    cost = cost + np.where(beyond, people["beyond_vnd"].to_numpy()[:, None], 0.0)
    far_spouse = people["far_spouse"].to_numpy()[:, None] & (km > options.couple.far_km)
    price = options.couple.both_far_vnd_year
    cost = cost + np.where(far_spouse, options.unplaced_vnd_year if price is None else price, 0.0)
    cost[~(km <= options.max_commune_move_km)] = np.inf
    locked = people["lock"].ne("").to_numpy()
    if locked.any():
        target = posts.units.get_indexer(people["lock"])
        only = every == target[:, None]
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
    return cost, km, own, wish


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
    columns = ["commune_body", "bloc", "level_of_rank", "leadership_coefficient"]
    number = people.groupby(columns, sort=True).ngroup().to_numpy()
    return people[columns].drop_duplicates().sort_values(columns).reset_index(drop=True), number
