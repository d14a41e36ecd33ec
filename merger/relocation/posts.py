"""Rows of table posts: one a post, with its holder; persons get their post back as columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.communes import TRANSITIONAL, CommunePlacement, CommunePosts
from merger.relocation.divisions import SLOTS, DivisionPlacement, DivisionPosts, carried_allowance
from merger.relocation.kept_pay import KeptPay
from merger.relocation.people import BLOC_OF_BODY
from merger.relocation.staffing import commune_bodies, department_deputies, division_deputies

COMMUNE_SURPLUS_RULE = "staffing.initial_rule"
PROVINCE_SURPLUS_RULE = "staffing.excess_deputies_years"
PROVINCE_STAFF_RULE = "staffing.staff_cap_province"


def _number(frame: pd.DataFrame, by: list[str]) -> pd.Series:
    """1, 2, ... inside each group, as two digits or more."""
    return (frame.groupby(by, sort=False).cumcount() + 1).astype(str).str.zfill(2)


def _attach(seats: pd.DataFrame, holders: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Give the posts of each group (`key`) to its holders, in order of the person id."""
    seats = seats.assign(place=seats.groupby(key, sort=False).cumcount())
    holders = holders.sort_values("person_id", kind="stable")
    holders = holders.assign(place=holders.groupby(key, sort=False).cumcount())[[*key, "place", "person_id"]]
    return seats.merge(holders, on=[*key, "place"], how="left").fillna({"person_id": ""}).drop(columns="place")


def commune_rows(
    people: pd.DataFrame,
    posts: CommunePosts,
    placement: CommunePlacement,
    new_units: pd.DataFrame,
    *,
    kept: KeptPay,
    label: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts of the new units (establishment, transitional), and `people` with post and what changed."""
    last = posts.capacity.shape[1] - 1
    slot, unit = placement.slot, placement.unit
    own = slot == last
    safe = np.clip(slot, 0, last - 1)
    body = np.where(own, people["commune_body"], posts.slots["body"].to_numpy()[safe])
    role = np.where(own, people["role"], posts.slots["role"].to_numpy()[safe])
    level = np.where(own | (slot < 0), people["level_of_rank"], posts.slots["level"].to_numpy()[safe])
    lost = level < people["level_of_rank"].to_numpy()
    held = people.assign(
        new_id=np.where(unit < 0, "", posts.units.to_numpy()[np.clip(unit, 0, None)]),
        body=body,
        post_role=role,
        surplus=own,
        changed_body=(~own)
        & (slot >= 0)
        & (body != people["commune_body"])
        & (posts.slots["role"].to_numpy()[safe] == "staff"),
        lost_rank=lost,
        kept_pay_vnd=kept.vnd(people["leadership_coefficient"].to_numpy(), kept.levels[level], lost),
        wish_granted=(placement.costs.wish_unit >= 0) & (unit == placement.costs.wish_unit),
        left_area=(unit >= 0)
        & (placement.own_unit >= 0)
        & (unit != placement.own_unit)
        & people["level"].eq("commune"),
    )
    seats = posts.groups.loc[posts.groups.index.repeat(posts.groups["posts"])].rename(columns={"role": "post_role"})
    seats = _attach(seats, held[~own & (unit >= 0)], ["new_id", "body", "post_role"]).assign(phase="establishment")
    bodies = commune_bodies().set_index("body")
    kind = new_units.set_index("new_id")["kind"]
    above = held[own].sort_values(["new_id", "body", "person_id"], kind="stable")
    above = above[["new_id", "body", "post_role", "person_id"]].assign(
        bloc=above["body"].map(BLOC_OF_BODY).fillna("government"),
        title_vi=np.where(
            above["new_id"].map(kind) == "phuong",
            above["body"].map(bodies["title_vi_phuong"]),
            above["body"].map(bodies["title_vi"]),
        ),
        rule=COMMUNE_SURPLUS_RULE,
        phase=TRANSITIONAL,
    )
    rows = pd.concat([seats, above], ignore_index=True)
    rows["body_id"] = rows["new_id"] + "--" + rows["body"]
    mark = np.where(rows["phase"] == TRANSITIONAL, TRANSITIONAL, rows["post_role"])
    rows["post_id"] = rows["body_id"] + "--" + mark + "-" + _number(rows.assign(mark=mark), ["body_id", "mark"])
    field = people.set_index("person_id")["field"]
    frame = pd.DataFrame(
        {
            "post_id": rows["post_id"],
            "body_id": rows["body_id"],
            "body": rows["title_vi"],
            "new_agency_id": "",
            "new_unit_id": rows["new_id"],
            "level": "commune",
            "role": rows["post_role"],
            "field": rows["person_id"].map(field).fillna(""),
            "bloc": rows["bloc"],
            "site_id": rows["new_id"],
            "phase": rows["phase"],
            "person_id": rows["person_id"],
            "rule": rows["rule"],
            "label": label,
        }
    )
    return frame, _with_post(held, frame)


def division_rows(
    people: pd.DataFrame,
    posts: DivisionPosts,
    placement: DivisionPlacement,
    inputs: Inputs,
    *,
    kept: KeptPay,
    label: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts of divisions, service units, agency leaders; deputy posts nobody holds are not created."""
    law = inputs.law
    slot, body = placement.slot, placement.body
    names = np.array(SLOTS)
    ids = posts.bodies.index.to_numpy()
    level = np.array([2, 1, 0, 1])
    before = people["role"].map({"head": 2, "deputy": 1, "staff": 0}).to_numpy()
    lost = (slot >= 0) & (level[np.clip(slot, 0, None)] < before)
    carried = carried_allowance(posts, np.clip(body, 0, None), slot, kept)
    held = people.assign(
        kept_pay_vnd=kept.vnd(people["leadership_coefficient"].to_numpy(), carried, lost),
        body_id=np.where(body < 0, "", ids[np.clip(body, 0, None)]),
        slot=np.where(slot < 0, "", names[np.clip(slot, 0, None)]),
        surplus=slot == SLOTS.index("transitional"),
        lost_rank=lost,
        left_area=False,
    )
    own = np.where(people["is_leader"], people["new_agency_id"], people["new_division_id"])
    held["changed_body"] = (slot >= 0) & (held["body_id"] != own)
    used = held[slot >= 0].groupby(["body_id", "slot"]).size()
    groups = pd.DataFrame([(b, s) for b in ids for s in SLOTS], columns=["body_id", "slot"])
    count = used.reindex(pd.MultiIndex.from_frame(groups)).fillna(0).astype(int).to_numpy()
    count = np.where(groups["slot"] == "head", np.maximum(count, 1), count)
    seats = groups.loc[groups.index.repeat(count)]
    rows = _attach(seats, held[slot >= 0], ["body_id", "slot"])
    about = posts.bodies.loc[rows["body_id"]].reset_index(drop=True)
    size = held[slot >= 0].groupby("body_id").size()
    deputy_rule = {
        b: department_deputies(law)[1][-1] if row.is_leadership else division_deputies(int(size.get(b, 0)), law)[1]
        for b, row in zip(ids, posts.bodies.itertuples(), strict=True)
    }
    transitional = rows["slot"].eq("transitional").to_numpy()
    agency_kind = inputs.agencies.set_index("agency_id")["kind"]
    kind = about["new_agency_id"].map(agency_kind).fillna("")
    frame = pd.DataFrame(
        {
            "post_id": rows["body_id"] + "--" + rows["slot"] + "-" + _number(rows, ["body_id", "slot"]),
            "body_id": rows["body_id"],
            "body": about["title"],
            "new_agency_id": about["new_agency_id"],
            "new_unit_id": "",
            "level": about["level"],
            "role": np.where(transitional, "deputy", rows["slot"]),
            "field": about["field"],
            "bloc": np.select([kind.str.startswith("party"), kind.eq("front")], ["party", "front"], "government"),
            "site_id": about["site_id"],
            "phase": np.where(transitional, TRANSITIONAL, "establishment"),
            "person_id": rows["person_id"],
            "rule": np.select(
                [transitional, rows["slot"].eq("deputy")],
                [PROVINCE_SURPLUS_RULE, rows["body_id"].map(deputy_rule)],
                PROVINCE_STAFF_RULE,
            ),
            "label": label,
        }
    )
    return frame, _with_post(held, frame)


def _with_post(people: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    by_person = posts[posts["person_id"] != ""].set_index("person_id")
    return people.assign(
        post_id=people["person_id"].map(by_person["post_id"]).fillna(""),
        site_after=people["person_id"].map(by_person["site_id"]).fillna(""),
    )
