"""What the committee should know about the placement, in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.communes import CommunePlacement, CommunePosts
from merger.relocation.divisions import DivisionPlacement
from merger.relocation.severance_lines import number
from merger.relocation.staffing import commune_bodies, party_posts_limits
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
    """Findings in order of weight: surplus, end of the five years, no place, scarce posts, open choices."""
    found = [_surplus(figures)]
    if figures["surplus_at_end_people"]:
        n = figures["surplus_at_end_people"]
        found.append(
            Finding(
                f"Dự kiến đến hết 5 năm vẫn còn {number(n, 'vi')} người ngoài khung biên chế: cần điều"
                " chuyển hoặc tăng tỷ lệ nghỉ theo Nghị định 178.",
                f"By the end of the five years {number(n, 'en')} people are still expected above the"
                " establishment: transfers elsewhere or more leavers under Decree 178 are needed.",
                "staffing.roadmap_years",
            )
        )
    if figures["unplaced_people"]:
        n, km = figures["unplaced_people"], f"{inputs.scenario.relocate.max_commune_move_km:g}"
        found.append(
            Finding(
                f"{n} người chưa có vị trí trong cự ly {km} km hoặc trong khung cho phép.",
                f"{n} people have no place within {km} km or the caps.",
            )
        )
    found += _scarce(*communes, new_units)
    if follow.equal_heads:
        found.append(
            Finding(
                f"{follow.equal_heads} vị trí cấp trưởng có từ hai người cùng đang giữ chức: phương án chỉ"
                " xếp theo thâm niên, việc lựa chọn thuộc thẩm quyền của cấp ủy, người đứng đầu.",
                f"{follow.equal_heads} head posts have two or more present heads as candidates: the plan only"
                " orders them by seniority, the choice is for the competent level.",
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
    names = ("placed_people", "kept_above_establishment_people", "contract_ends_people")
    vi, en = ([number(figures[name], lang) for name in names] for lang in ("vi", "en"))
    return Finding(
        f"{vi[0]} người có vị trí trong khung biên chế; {vi[1]} người ngoài khung được giữ và giảm dần trong"
        f" 5 năm; {vi[2]} người hoạt động không chuyên trách kết thúc nhiệm vụ.",
        f"{en[0]} people hold an establishment post; {en[1]} above it are kept and trimmed over five years;"
        f" the use of {en[2]} non-professional staff ends.",
        "staffing.initial_rule",
    )


def _scarce(grid: CommunePosts, near: CommunePlacement, new_units: pd.DataFrame) -> list[Finding]:
    """Units where one more post would save most (dual prices), one finding a unit."""
    price = near.post_price[:, :-1]
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
                f"{name_of[code]}: thêm một vị trí {ROLE_VI[row['role']]} của"
                f" {bodies.at[row['body'], 'title_vi']} giảm chi phí cả phương án {number(saved, 'vi')}"
                " đồng/năm.",
                f"{name_of[code]}: one more post ({row['role']}, {bodies.at[row['body'], 'title_en']})"
                f" would save VND {number(saved, 'en')} a year over the whole plan.",
                "staffing.gov_bloc_average",
                code,
            )
        )
    return found


def _vacant(posts: pd.DataFrame) -> Finding | None:
    vacant = posts[(posts["phase"] == "establishment") & (posts["person_id"] == "") & (posts["level"] == "commune")]
    if vacant.empty:
        return None
    return Finding(
        f"{len(vacant)} chỉ tiêu cấp xã chưa có người phù hợp trong cự ly cho phép, cần bổ nhiệm hoặc điều động.",
        f"{len(vacant)} commune posts have no suitable person within distance: to be filled by appointment.",
    )
