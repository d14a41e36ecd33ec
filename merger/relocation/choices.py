"""Other posts for a person: what the whole plan would lose by each, and why the person is not there.

The loss is the cost of the person on the other post, with the price of the post (what one more post of its group would
save), less the same for the post held. It is what the plan loses at least; seniority, which only breaks ties, is left
out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from merger.documents.wording import number, term
from merger.inputs import Inputs
from merger.plan import Plan
from merger.relocation import communes, divisions
from merger.relocation.entitlements import read_entitlements
from merger.relocation.people import Travel, far_spouses, is_merged, lookup, read_people, read_travel
from merger.relocation.severance import SeveranceLaw

SHOWN = 3
MILLION = 1e6
# Parts of the loss: (Vietnamese, English).
PARTS = {
    "travel": ("đi lại", "travel"),
    "place": ("rời địa bàn, nguyện vọng, quy định bảo vệ", "leaving the area, wishes, protection"),
    "duty": ("khác lĩnh vực, chức vụ", "other field or rank"),
    "full": ("vị trí đang có người khác cần", "the post is needed by others"),
    "above": ("ở ngoài khung biên chế", "above the establishment"),
}


@dataclass(frozen=True)
class OtherPost:
    """A post that the person could take: name of the body, role, way to work, loss and its parts (VND a year)."""

    body: str
    role: str
    km: float
    minutes: float
    loss_vnd: float
    parts: dict[str, float]

    def line(self, lang: str) -> str:
        """One sentence; the parts that weigh most come first."""
        n = 0 if lang == "vi" else 1
        weighty = sorted((v, k) for k, v in self.parts.items() if v > MILLION / 2)[::-1]
        why = ", ".join(f"{PARTS[k][n]} {number(v / MILLION, lang, 1)}" for v, k in weighty)
        tie = self.loss_vnd < MILLION / 20
        role, km = term("role", self.role, lang), number(self.km, lang, 1)
        minutes, loss = number(self.minutes, lang), number(self.loss_vnd / MILLION, lang, 1)
        if lang == "vi":
            text = f"{self.body}, {role}: {km} km, {minutes} phút; "
            text += "ngang nhau về chi phí" if tie else f"cả phương án thiệt ít nhất {loss} triệu đồng/năm"
            return f"{text} ({why})." if why else f"{text}."
        text = f"{self.body}, {role}: {km} km, {minutes} minutes; "
        text += "equal in cost" if tie else f"the plan loses at least VND {loss} million a year"
        return f"{text} ({why})." if why else f"{text}."


def other_posts(plan: Plan, inputs: Inputs, person_id: str, lang: str) -> list[str]:
    """Sentences on the next best posts of a person, or on why there is none."""
    row = plan.tables["staff"].set_index("person_id").loc[person_id]
    if not row["post_id"]:
        return []
    case = _read(plan, inputs, person_id)
    found = _in_communes(case) if case.local else _in_divisions(case)
    if found:
        return [o.line(lang) for o in sorted(found, key=lambda o: (o.loss_vnd, o.body, o.role))[:SHOWN]]
    if lang == "vi":
        return ["Không có vị trí khác: người không giữ chức vụ đi theo phòng, đơn vị kế thừa chức năng."]
    return ["No other post is open: staff follow the division that takes over its functions."]


@dataclass(frozen=True)
class _Case:
    """A person with what the costs rest on; `own` is the row of post_groups where the person is."""

    plan: Plan
    inputs: Inputs
    people: pd.DataFrame
    person: pd.DataFrame
    travel: Travel
    groups: pd.DataFrame
    own: str

    @property
    def local(self) -> bool:
        return bool(self.person["local"].iloc[0])

    def way(self, place: str) -> tuple[float, float]:
        """Km and minutes from the person's home."""
        km, minutes = lookup(self.person["home"], [place], self.travel)
        return float(np.nan_to_num(km[0])), float(np.nan_to_num(minutes[0]))


def _read(plan: Plan, inputs: Inputs, person_id: str) -> _Case:
    law, tables = SeveranceLaw(inputs.law), plan.tables
    options = inputs.scenario.relocate
    travel = read_travel(inputs, tables.get("commute") if options.commute_feedback else None)
    people = read_people(inputs, tables, law)
    person = people[people["person_id"] == person_id].reset_index(drop=True)
    person = pd.concat([person, read_entitlements(person, is_merged(person, tables), inputs, law)], axis=1)
    staff = tables["staff"].assign(home=inputs.units.index.get_indexer(tables["staff"]["home_code"]))
    spouses = staff[~staff["person_id"].isin(people.loc[people["local"], "person_id"])]
    person["far_spouse"] = far_spouses(person, spouses, travel, options.couple.far_km)
    post = plan.tables["posts"].set_index("post_id").loc[staff.set_index("person_id").at[person_id, "post_id"]]
    above = post["phase"] == communes.TRANSITIONAL
    role = communes.TRANSITIONAL if above else post["role"]
    unit = post["new_unit_id"]
    own = f"{unit if unit and above else post['body_id']}--{role}"
    return _Case(plan, inputs, people, person, travel, tables["post_groups"].set_index("group_id"), own)


def _in_communes(case: _Case) -> list[OtherPost]:
    """The best other post of each unit within distance."""
    posts = communes.read_posts(case.plan.tables["new_units"], case.inputs)
    costs = communes.read_costs(case.person, posts, case.plan.tables, case.inputs, case.travel)
    width = posts.capacity.shape[1]
    unit_ids, last = posts.units.to_numpy(), width - 1
    names = [f"{b}--{r}" for b, r in zip(posts.slots["body"], posts.slots["role"], strict=True)]
    ids = np.array([[f"{u}--{n}" for n in [*names, communes.TRANSITIONAL]] for u in unit_ids], dtype=object)
    price = case.groups["price_vnd_year"].reindex(ids.ravel()).to_numpy(float).reshape(ids.shape)
    duty = np.concatenate([costs.typed[costs.type_of[0]], [costs.stay[0]]])
    seats = case.travel.units.get_indexer(
        case.plan.tables["new_units"].set_index("new_id").loc[posts.units, "seat_code"]
    )
    travel = case.travel.unit_vnd[case.person["home"].iloc[0], seats] * case.person["multiplier"].iloc[0]
    total = costs.near[0][:, None] + duty[None, :] + price
    total[~np.isfinite(total)] = np.inf
    at = np.argwhere(ids == case.own)
    if not len(at):
        return []
    u0, s0 = at[0]
    total[u0, s0], held = np.inf, total[u0, s0]
    title = case.groups["body"]
    unit_name = case.plan.tables["new_units"].set_index("new_id")["new_name"]
    found = []
    for u, s in enumerate(total.argmin(axis=1).tolist()):
        if not np.isfinite(total[u, s]):
            continue
        km, minutes = case.way(str(case.plan.tables["new_units"].set_index("new_id").at[unit_ids[u], "seat_code"]))
        body = unit_name[unit_ids[u]] if s == last else f"{title[ids[u, s]]}, {unit_name[unit_ids[u]]}"
        parts = {
            "travel": travel[u] - travel[u0],
            "place": (costs.near[0, u] - travel[u]) - (costs.near[0, u0] - travel[u0]),
            "above" if s == last else "duty": duty[s] - duty[s0],
            "full": price[u, s] - price[u0, s0],
        }
        role = communes.TRANSITIONAL if s == last else str(posts.slots["role"].iloc[s])
        found.append(OtherPost(body, role, km, minutes, max(total[u, s] - held, 0.0), parts))
    return found


def _in_divisions(case: _Case) -> list[OtherPost]:
    """Other leading posts open to a leader, and the place above the establishment."""
    others = case.people[~case.people["local"]].reset_index(drop=True)
    bodies, own = divisions.read_bodies(others, case.plan.tables, case.inputs)
    at = int(np.flatnonzero(others["person_id"] == case.person["person_id"].iloc[0])[0])
    _, body, slot, cost = divisions.division_arcs(case.person, bodies, own[at : at + 1], case.inputs, case.travel)
    ids = bodies.bodies.index.to_numpy(dtype=object)[body] + "--" + np.array(divisions.SLOTS, dtype=object)[slot]
    price = case.groups["price_vnd_year"].reindex(ids).to_numpy(float)
    total = cost * divisions.COST_UNIT_VND + price
    held = np.flatnonzero(ids == case.own)
    if not len(held):
        return []
    found = []
    for n in np.flatnonzero((ids != case.own) & np.isfinite(total)).tolist():
        about = bodies.bodies.iloc[body[n]]
        km, minutes = case.way(str(about["site_id"]))
        name = divisions.SLOTS[slot[n]]
        parts = {
            "above" if name == communes.TRANSITIONAL else "duty": float(cost[n] - cost[held[0]])
            * divisions.COST_UNIT_VND,
            "full": float(price[n] - price[held[0]]),
        }
        loss = max(float(total[n] - total[held[0]]), 0.0)
        found.append(OtherPost(str(about["title"]), name, km, minutes, loss, parts))
    return found
