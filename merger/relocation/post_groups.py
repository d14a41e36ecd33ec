"""Table post_groups: like posts of a body, what one more would save, and who could fill those that are vacant."""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.relocation.communes import CommuneCosts, CommunePlacement, CommunePosts
from merger.relocation.divisions import SLOTS, DivisionPlacement, DivisionPosts
from merger.relocation.staffing import commune_bodies

TRANSITIONAL = "transitional"
# Why a post is vacant: no person of the rank, none within the distance, or those who could are needed elsewhere.
RANK, DISTANCE, ELSEWHERE = "rank", "distance", "elsewhere"


def commune_groups(
    people: pd.DataFrame, posts: CommunePosts, placement: CommunePlacement, new_units: pd.DataFrame, label: str
) -> pd.DataFrame:
    """Rows of the commune-level bodies; `people` is the local part of the roster in the order of the placement."""
    units, width = posts.capacity.shape
    held = np.zeros((units, width), np.int64)
    placed = placement.unit >= 0
    np.add.at(held, (placement.unit[placed], placement.slot[placed]), 1)
    # The last slot stands for all bodies of the unit: places above the establishment.
    candidates, specialists, in_reach = _candidates(people, posts, placement.costs)
    unit, slot = np.nonzero(placement.room > 0)
    above = slot == width - 1
    safe = np.minimum(slot, width - 2)
    kinds, bodies = new_units.set_index("new_id")["kind"], commune_bodies().set_index("body")
    new_id = posts.units.to_numpy()[unit]
    body = posts.slots["body"].to_numpy()[safe]
    ward = kinds.loc[new_id].to_numpy() == "phuong"
    title = np.where(ward, bodies["title_vi_phuong"].loc[body], bodies["title_vi"].loc[body])
    vacant = ~above & (held[unit, slot] < posts.capacity[unit, slot])
    could, reach = candidates[unit, safe], in_reach[unit]
    return pd.DataFrame(
        {
            "group_id": np.where(above, new_id + f"--{TRANSITIONAL}", new_id + "--" + body) + _role(posts, safe, above),
            "level": "commune",
            "body_id": np.where(above, new_id, new_id + "--" + body),
            "body": np.where(above, "", title),
            "new_unit_id": new_id,
            "new_agency_id": "",
            "role": np.where(above, TRANSITIONAL, posts.slots["role"].to_numpy()[safe]),
            "posts": placement.room[unit, slot],
            "held": held[unit, slot],
            "price_vnd_year": placement.post_price[unit, slot],
            "candidates": np.where(above, 0, could),
            "specialists": np.where(above, 0, specialists[unit, safe]),
            "missing": np.select([~vacant, could > 0, reach > 0], ["", ELSEWHERE, RANK], DISTANCE),
            "label": label,
        }
    )


def _role(posts: CommunePosts, slot: np.ndarray, above: np.ndarray) -> np.ndarray:
    return np.where(above, "", "--" + posts.slots["role"].to_numpy()[slot].astype(object))


def _candidates(people: pd.DataFrame, posts: CommunePosts, costs: CommuneCosts) -> tuple[np.ndarray, ...]:
    """Persons within distance and of a rank that the slot is open to (U, K), those of the body's field, in reach (U,).

    Counted by type, so no person by post table is needed.
    """
    types = costs.typed.shape[0]
    kind = np.eye(types, dtype=np.int64)[costs.type_of]
    near = np.isfinite(costs.near).T.astype(np.int64) @ kind
    is_open = np.isfinite(costs.typed)
    own_body = people.groupby(costs.type_of)["commune_body"].first().reindex(range(types)).to_numpy()
    same = own_body[:, None] == posts.slots["body"].to_numpy()[None, :]
    return near @ is_open.astype(np.int64), near @ (is_open & same).astype(np.int64), near.sum(axis=1)


def division_groups(posts: DivisionPosts, placement: DivisionPlacement, label: str) -> pd.DataFrame:
    """Rows of divisions, service units and agency leaderships."""
    held = np.zeros(posts.capacity.shape, np.int64)
    placed = placement.body >= 0
    np.add.at(held, (placement.body[placed], placement.slot[placed]), 1)
    body, slot = np.nonzero((posts.capacity > 0) | (held > 0))
    about = posts.bodies.iloc[body]
    names = np.array(SLOTS, dtype=object)[slot]
    vacant_head = (slot == 0) & (held[body, slot] < posts.capacity[body, slot])
    return pd.DataFrame(
        {
            "group_id": about.index.to_numpy(dtype=object) + "--" + names,
            "level": about["level"].to_numpy(),
            "body_id": about.index.to_numpy(),
            "body": about["title"].to_numpy(),
            "new_unit_id": "",
            "new_agency_id": about["new_agency_id"].to_numpy(),
            "role": names,
            "posts": posts.capacity[body, slot],
            "held": held[body, slot],
            "price_vnd_year": placement.post_price[body, slot],
            "candidates": 0,
            "specialists": 0,
            # Only leaders of the body or of its family may head it; deputy posts nobody holds are not created.
            "missing": np.where(vacant_head, RANK, ""),
            "label": label,
        }
    )


def vacancies(groups: pd.DataFrame) -> dict[str, int]:
    """Vacant posts of the communes by the reason why, for the findings."""
    vacant = groups[(groups["level"] == "commune") & (groups["missing"] != "")]
    open_posts = (vacant["posts"] - vacant["held"]).groupby(vacant["missing"]).sum()
    return {str(k): int(v) for k, v in open_posts.items()}
