"""What the committee should know about the placement, in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.communes import COST_UNIT_VND, CommunePlacement, CommunePosts
from merger.relocation.divisions import DivisionPlacement
from merger.severance import number
from merger.staffing import commune_bodies, party_posts_limits
from merger.stages.stage import Finding

ROLE_VI = {"head": "cấp trưởng", "deputy": "cấp phó", "staff": "chuyên viên"}
SCARCE_SHOWN = 5


def relocation_findings(
    posts: pd.DataFrame,
    communes: tuple[CommunePosts, CommunePlacement],
    follow: DivisionPlacement,
    *,
    figures: dict[str, Any],
    inputs: Inputs,
    new_units: pd.DataFrame,
) -> tuple[Finding, ...]:
    """Findings in order of weight: surplus, end of the five years, people without a place, scarce posts, open choices."""
    found = [_surplus(figures)]
    if figures["surplus_at_end_people"]:
        n = figures["surplus_at_end_people"]
        found.append(
            Finding(
                f"Dự kiến đến hết 5 năm vẫn còn {number(n, 'vi')} người ngoài khung biên chế: cần điều chuyển hoặc"
                " tăng tỷ lệ nghỉ theo Nghị định 178.",
                f"By the end of the five years {number(n, 'en')} people are still expected above the establishment:"
                " transfers elsewhere or more leavers under Decree 178 are needed.",
                "staffing.roadmap_years",
            )
        )
    if figures["unplaced_people"]:
        n = figures["unplaced_people"]
        found.append(
            Finding(
                f"{n} người chưa có vị trí trong cự ly {inputs.scenario.relocate.max_commune_move_km:g} km hoặc trong"
                " khung cho phép.",
                f"{n} people have no place within {inputs.scenario.relocate.max_commune_move_km:g} km or the caps.",
            )
        )
    found += _scarce(*communes, new_units)
    if follow.equal_heads:
        found.append(
            Finding(
                f"{follow.equal_heads} vị trí cấp trưởng có từ hai người cùng đang giữ chức: phương án chỉ xếp theo hệ"
                " số lương, việc lựa chọn thuộc thẩm quyền của cấp ủy, người đứng đầu.",
                f"{follow.equal_heads} head posts have two or more present heads as candidates: the plan only orders"
                " them by salary coefficient, the choice is for the competent level.",
                "staffing.excess_deputies_years",
            )
        )
    low, high = party_posts_limits(inputs.law)
    chosen = inputs.scenario.relocate.party_posts_commune
    if not low <= chosen <= high:
        found.append(
            Finding(
                f"Khối Đảng {chosen} biên chế mỗi đơn vị nằm ngoài khoảng {low}-{high} theo hướng dẫn.",
                f"A Party bloc of {chosen} posts a unit lies outside {low}-{high} of the guidance.",
                "staffing.party_bloc_with_political_centre_max",
            )
        )
    found.append(_vacant(posts))
    return tuple(f for f in found if f is not None)


def _surplus(figures: dict[str, Any]) -> Finding:
    kept = figures["kept_above_establishment_people"]
    return Finding(
        f"{number(figures['placed_people'], 'vi')} người có vị trí trong khung biên chế; {number(kept, 'vi')} người"
        f" ngoài khung được giữ và giảm dần trong 5 năm; {number(figures['contract_ends_people'], 'vi')} người hoạt"
        " động không chuyên trách kết thúc nhiệm vụ.",
        f"{number(figures['placed_people'], 'en')} people hold an establishment post; {number(kept, 'en')} above it are"
        f" kept and trimmed over five years; {number(figures['contract_ends_people'], 'en')} non-professionals end.",
        "staffing.initial_rule",
    )


def _scarce(grid: CommunePosts, near: CommunePlacement, new_units: pd.DataFrame) -> list[Finding]:
    """Units where one more post would save most (dual prices), one finding a unit."""
    price = near.post_price[:, :-1] * COST_UNIT_VND
    slot_of = price.argmax(axis=1)
    most = price.max(axis=1)
    bodies, name_of = commune_bodies().set_index("body"), new_units.set_index("new_id")["new_name"]
    found = []
    for unit in np.argsort(-most, kind="stable")[:SCARCE_SHOWN]:
        if most[unit] <= 0:
            break
        row, saved, code = grid.slots.iloc[slot_of[unit]], int(most[unit]), str(grid.units[unit])
        found.append(
            Finding(
                f"{name_of[code]}: thêm một vị trí {ROLE_VI[row['role']]} của {bodies.at[row['body'], 'title_vi']}"
                f" giảm chi phí cả phương án {number(saved, 'vi')} đồng/năm.",
                f"{name_of[code]}: one more post ({row['role']}, {bodies.at[row['body'], 'title_en']}) would save"
                f" VND {number(saved, 'en')} a year over the whole plan.",
                "staffing.gov_bloc_average",
                code,
            )
        )
    return found


def _vacant(posts: pd.DataFrame) -> Finding | None:
    vacant = posts[
        (posts["phase"] == "establishment") & (posts["person_id"] == "") & (posts["level"] == "commune")
    ]
    if vacant.empty:
        return None
    return Finding(
        f"{len(vacant)} chỉ tiêu cấp xã chưa có người phù hợp trong cự ly cho phép, cần bổ nhiệm hoặc điều động.",
        f"{len(vacant)} commune posts have no suitable person within distance: to be filled by appointment.",
    )
