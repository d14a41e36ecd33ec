"""Provincial placement: people follow their division; leaders share the leading posts of its successor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from merger.fields import fields
from merger.inputs import Inputs
from merger.relocation.kept_pay import KeptPay
from merger.relocation.people import Travel, lookup_vnd, transitional_costs
from merger.relocation.pricing import COST_UNIT_VND
from merger.relocation.rules import BALANCE, balance_rows
from merger.relocation.severance import MONTHS
from merger.stages.stage import InfeasibleError, Tables
from solvers.assignment.check_ruled import check_ruled
from solvers.assignment.ruled import RuledProblem, RuledSolution, solve_ruled
from solvers.assignment.solve import AssignmentProblem, chosen_post, next_best
from solvers.problem import Status, Stop

SLOTS = ("head", "deputy", "staff", "transitional")
RANK = {"head": 2, "deputy": 1, "staff": 0, "transitional": 1}
# Between equal candidates for a leading post seniority decides: cost units for each 1.0 of salary
# coefficient and for each year insured that a candidate has less. Small against every other price; half as
# much for deputies.
COEFFICIENT_UNITS, SERVICE_YEAR_UNITS = 100, 2
SENIORITY_WEIGHT = {"head": 1.0, "deputy": 0.5}


@dataclass(frozen=True)
class DivisionPosts:
    """Post groups of new divisions and agency leaderships.

    `capacity` (B, 4) has the columns of SLOTS; `bodies`, indexed by body id, has `title`, `new_agency_id`,
    `field`, `site_id`, `level` (province or service), `is_leadership`.
    """

    bodies: pd.DataFrame
    capacity: np.ndarray


@dataclass(frozen=True)
class DivisionPlacement:
    """Body and slot of each person (-1: unplaced), the solution, the least loss when overruled (VND).

    `post_price` (B, 4): what one more post would save, VND a year. `balance`: leading posts asked for by side
    (`group`, `side`, `posts`, `target`, `held`).
    """

    body: np.ndarray
    slot: np.ndarray
    solution: RuledSolution
    extra_cost: np.ndarray
    equal_heads: int
    post_price: np.ndarray
    balance: pd.DataFrame


def read_bodies(people: pd.DataFrame, tables: Tables, inputs: Inputs) -> tuple[DivisionPosts, np.ndarray]:
    """Post groups for the persons of divisions, and the position of each person's own body.

    Staff posts are as many as the predecessors bring; deputies at most the cap of the law; a leading person
    beyond them is transitional in the own body.
    """
    divisions = tables["new_divisions"].set_index("new_division_id")
    agencies = tables["new_agencies"].set_index("new_agency_id")
    leads = people["is_leader"].to_numpy()
    own = np.where(leads, people["new_agency_id"], people["new_division_id"])
    frame = pd.DataFrame(
        {
            "body_id": own,
            "is_leadership": leads,
            "service": people["level"].eq("service"),
            "role": people["role"],
        }
    )
    known = np.where(leads, frame["body_id"].isin(agencies.index), frame["body_id"].isin(divisions.index))
    frame = frame[known]
    counts = (
        frame.groupby(["body_id", "role"]).size().unstack(fill_value=0).reindex(columns=list(SLOTS[:3]), fill_value=0)
    )
    about = frame.groupby("body_id").agg(is_leadership=("is_leadership", "all"), service=("service", "all"))
    lead = about["is_leadership"].to_numpy()
    ids = about.index

    def of(column: str, agency_column: str) -> np.ndarray:
        return np.where(lead, agencies[agency_column].reindex(ids), divisions[column].reindex(ids))

    bodies = pd.DataFrame(
        {
            "title": of("new_division", "new_agency"),
            "new_agency_id": np.where(lead, ids, divisions["new_agency_id"].reindex(ids)),
            "field": np.where(lead, "", divisions["field"].reindex(ids)),
            "site_id": of("site_id", "site_id"),
            "level": np.where(about["service"], "service", "province"),
            "is_leadership": lead,
            "deputies_cap": of("deputies_cap", "deputies_cap").astype(int),
        },
        index=ids,
    )
    leaders = counts["head"] + counts["deputy"]
    capacity = np.column_stack([np.ones(len(ids), int), bodies["deputies_cap"], counts["staff"], leaders])
    return DivisionPosts(bodies, capacity.astype(np.int64)), ids.get_indexer(own)


def place_in_divisions(
    people: pd.DataFrame, tables: Tables, inputs: Inputs, travel: Travel, stop: Stop
) -> tuple[DivisionPosts, DivisionPlacement]:
    """Place the provincial and service staff; RuntimeError when the independent check finds a fault."""
    posts, own = read_bodies(people, tables, inputs)
    person, body, slot, cost = division_arcs(people, posts, own, inputs, travel)
    unplaced = round(inputs.scenario.relocate.unplaced_vnd_year / COST_UNIT_VND)
    flow = AssignmentProblem(
        supply=np.ones(len(people), np.int64),
        capacity=posts.capacity.ravel(),
        arc_person=person,
        arc_post=body * len(SLOTS) + slot,
        arc_cost=cost,
        surplus_cost=np.full(len(people), unplaced),
    )
    leading, number = _leading_groups(people, posts, person, body, slot)
    rules, asked = balance_rows(leading, number, inputs.scenario.relocate, COST_UNIT_VND)
    problem = RuledProblem(flow, rules)
    solution = solve_ruled(problem, stop)
    if solution.status is Status.INFEASIBLE:
        raise InfeasibleError("relocate", tuple(_balance_words(name, posts, inputs) for name in solution.conflict))
    faults = check_ruled(problem, solution)
    if faults:
        raise RuntimeError("assignment of provincial staff failed its check: " + "; ".join(faults[:3]))
    chosen = chosen_post(flow, solution)
    _, extra = next_best(flow, solution)
    heads = people["role"].eq("head").to_numpy() & (own >= 0)
    rivals = np.bincount(own[heads], minlength=len(posts.bodies))
    held = leading[solution.flow > 0].groupby(["group", "side"]).size()
    return posts, DivisionPlacement(
        body=np.where(chosen < 0, -1, chosen // len(SLOTS)),
        slot=np.where(chosen < 0, -1, chosen % len(SLOTS)),
        solution=solution,
        extra_cost=np.maximum(extra, 0) * COST_UNIT_VND,
        equal_heads=int((rivals > 1).sum()),
        post_price=solution.post_price.reshape(posts.capacity.shape) * COST_UNIT_VND,
        balance=asked.assign(
            held=held.reindex(pd.MultiIndex.from_frame(asked[["group", "side"]])).fillna(0).astype(int).to_numpy()
        ),
    )


def _leading_groups(people, posts: DivisionPosts, person, body, slot) -> tuple[pd.DataFrame, pd.Series]:
    """Group of leading posts of each arc (empty: none), and the number of leading posts of each group.

    Two groups an agency: its leaders (head and deputies), and the heads of its divisions.
    """
    agency = posts.bodies["new_agency_id"].astype(str).to_numpy()
    leadership, service = posts.bodies["is_leadership"].to_numpy(), posts.bodies["level"].eq("service").to_numpy()
    head, deputy = SLOTS.index("head"), SLOTS.index("deputy")
    name = np.where(leadership, "leaders|", "heads|") + agency.astype(object)
    # A service unit that stays alone has one head, of its own side: nothing to balance.
    counts = ~service[body] & ((slot == head) | ((slot == deputy) & leadership[body]))
    frame = pd.DataFrame(
        {"person": person, "side": people["side"].to_numpy()[person], "group": np.where(counts, name[body], "")}
    )
    number = posts.capacity[:, head] + np.where(leadership, posts.capacity[:, deputy], 0)
    return frame, pd.Series(np.where(service, 0, number)).groupby(name).sum()


def carried_allowance(posts: DivisionPosts, body: np.ndarray, slot: np.ndarray, kept: KeptPay) -> np.ndarray:
    """Allowance (coefficient) of the post behind each arc, for those who come from a higher one."""
    deputy = np.where(posts.bodies["is_leadership"].to_numpy()[body], kept.agency_deputy, kept.deputy)
    return np.where(slot == SLOTS.index("staff"), 0.0, deputy)


def _balance_words(name: str, posts: DivisionPosts, inputs: Inputs) -> str:
    kind, _, agency = name.removeprefix(f"{BALANCE}:").partition("|")
    title = inputs.agencies.set_index("agency_id")["name_vi"].get(agency, agency)
    share = f"{inputs.scenario.relocate.side_balance_share:.0%}"
    vi, en = ("lãnh đạo", "leaders") if kind == "leaders" else ("trưởng phòng", "heads of division")
    return f"{title}: mỗi bên ít nhất {share} số {vi} / each side at least {share} of the {en} (side_balance_share)"


def division_arcs(
    people, posts: DivisionPosts, own: np.ndarray, inputs: Inputs, travel: Travel
) -> tuple[np.ndarray, ...]:
    """Allowed (person, body, slot) with cost in units of COST_UNIT_VND.

    Own body: the slots of one's role and, for leaders, every leading slot. Other bodies of the same new
    agency in the same family of fields: leading posts for leaders who are not locked.
    """
    options = inputs.scenario.relocate
    role = people["role"].to_numpy()
    leads = (role != "staff") & (own >= 0)
    staff = np.flatnonzero((role == "staff") & (own >= 0))
    leaders = np.flatnonzero(leads)
    parts = [(staff, own[staff], np.full(len(staff), SLOTS.index("staff")))]
    parts += [
        (leaders, own[leaders], np.full(len(leaders), SLOTS.index(s))) for s in ("head", "deputy", "transitional")
    ]
    movable = leaders[(people["lock"].to_numpy()[leaders] == "") & ~people["is_leader"].to_numpy()[leaders]]
    family = posts.bodies["field"].map(fields()["family"]).fillna("")
    targets = pd.DataFrame({"agency": posts.bodies["new_agency_id"].to_numpy(), "family": family.to_numpy()})
    targets["body"] = np.arange(len(targets))
    sources = pd.DataFrame({"agency": people["new_agency_id"], "family": people["family"]}).iloc[movable]
    pairs = sources.assign(person=movable).merge(
        targets[~posts.bodies["is_leadership"].to_numpy()], on=["agency", "family"]
    )
    pairs = pairs[pairs["body"].to_numpy() != own[pairs["person"].to_numpy()]]
    for name in ("head", "deputy"):
        parts.append((pairs["person"].to_numpy(), pairs["body"].to_numpy(), np.full(len(pairs), SLOTS.index(name))))
    person, body, slot = (np.concatenate([part[i] for part in parts]) for i in range(3))
    yearly = lookup_vnd(people["home"].to_numpy()[person], posts.bodies["site_id"].to_numpy()[body], travel)
    cost = np.nan_to_num(yearly) * people["multiplier"].to_numpy()[person]
    rank = pd.Series(role).map(RANK).to_numpy()[person]
    level = np.array([RANK[s] for s in SLOTS])[slot]
    cost += np.maximum(rank - level, 0) * options.loss_of_rank_vnd_year
    cost += np.maximum(level - rank, 0) * options.promotion_vnd_year
    cost += np.where(body != own[person], options.change_body_vnd_year, 0.0)
    kept, coefficient = KeptPay.read(inputs), people["leadership_coefficient"].to_numpy()[person]
    cost += kept.year_vnd(coefficient, carried_allowance(posts, body, slot, kept), level < rank)
    cost += np.where(slot == SLOTS.index("transitional"), transitional_costs(people, inputs)[person], 0.0)
    units = np.rint(cost / COST_UNIT_VND)
    junior = (people["coefficient"].max() - people["coefficient"]) * COEFFICIENT_UNITS
    junior += (people["insurance_months"].max() - people["insurance_months"]) / MONTHS * SERVICE_YEAR_UNITS
    weight = np.array([SENIORITY_WEIGHT.get(s, 0.0) for s in SLOTS])[slot]
    units += np.rint(junior.to_numpy()[person] * weight)
    return person.astype(np.int64), body.astype(np.int64), slot.astype(np.int64), units.astype(np.int64)
