"""What the committee should know about the placement, in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from merger.disclosure import in_words, is_masked
from merger.inputs import Inputs
from merger.relocation.communes import CommunePlacement, CommunePosts
from merger.relocation.divisions import DivisionPlacement
from merger.relocation.kept_pay import RULE
from merger.relocation.severance_lines import number
from merger.relocation.staffing import commune_bodies, party_posts_limits
from merger.stages.stage import Finding

ROLE_VI = {"head": "cấp trưởng", "deputy": "cấp phó", "staff": "chuyên viên"}
SCARCE_SHOWN = 5
IMPOSSIBLE_SHOWN = 10


def relocation_findings(
    posts: pd.DataFrame,
    communes: tuple[CommunePosts, CommunePlacement],
    follow: DivisionPlacement,
    *,
    groups: pd.DataFrame,
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
                f"Dự kiến đến hết 5 năm vẫn còn {_people(n, 'vi')} người ngoài khung biên chế: cần điều"
                " chuyển hoặc tăng tỷ lệ nghỉ theo Nghị định 178.",
                f"By the end of the five years {_people(n, 'en')} people are still expected above the"
                " establishment: transfers elsewhere or more leavers under Decree 178 are needed.",
                "staffing.roadmap_years",
            )
        )
    found += [_needed(figures), _kept_rules(figures, inputs), _protected(figures), _kept_pay(figures, inputs)]
    if figures["unplaced_people"]:
        n, km = figures["unplaced_people"], f"{inputs.scenario.relocate.max_commune_move_km:g}"
        found.append(
            Finding(
                f"{_people(n, 'vi')} người chưa có vị trí trong cự ly {km} km hoặc trong khung cho phép.",
                f"{_people(n, 'en')} people have no place within {km} km or the caps.",
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
    found.append(_vacant(posts, figures["vacant_commune_posts_because"]))
    found += _impossible(groups, new_units)
    return tuple(f for f in found if f is not None)


def _people(value: Any, lang: str) -> str:
    """A count of persons, in words where it is not shown."""
    return in_words(value, lang) if is_masked(value) else number(value, lang)


def _surplus(figures: dict[str, Any]) -> Finding:
    names = ("placed_people", "kept_above_establishment_people", "contract_ends_people")
    vi, en = ([_people(figures[name], lang) for name in names] for lang in ("vi", "en"))
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


def _needed(figures: dict[str, Any]) -> Finding | None:
    """Take-up that would bring every group into line by the end of the five years."""
    needed = figures["take_up_needed"]
    if not needed or not figures["surplus_at_end_people"]:
        return None
    if None in needed.values():
        return Finding(
            "Kể cả khi mọi người đủ điều kiện đều nghỉ theo Nghị định 178, vẫn có nhóm chưa về đúng khung sau 5 năm.",
            "Even if everybody eligible left under Decree 178, some groups would not be in line after five years.",
            "staffing.roadmap_years",
        )
    low, high = min(needed.values()), max(needed.values())
    return Finding(
        "Để về đúng khung sau 5 năm chỉ bằng nghỉ hưu, chính sách và chỉ tiêu trống, tỷ lệ người đủ điều kiện tự"
        f" nguyện nghỉ theo Nghị định 178 cần đạt {low:.0%}-{high:.0%} tùy nhóm.",
        f"To be in line after five years by age, benefits and free posts alone, {low:.0%} to {high:.0%} of those"
        " eligible would have to choose to leave under Decree 178, depending on the group.",
        "staffing.roadmap_years",
    )


def _kept_rules(figures: dict[str, Any], inputs: Inputs) -> Finding:
    """What became of couples, teams, wishes and the balance of sides, and what these rules cost the plan."""
    share = f"{inputs.scenario.relocate.side_balance_share:.0%}"
    price = figures["rules_price_vnd_year"] / 1e6
    held = figures["balance_targets"] - figures["balance_short_groups"]
    names = ("couples_both_far", "couples_both_near_choice", "wishes_granted", "wishes")
    vi, en = ([_people(figures[name], lang) for name in names] for lang in ("vi", "en"))
    return Finding(
        f"Hai vợ chồng cùng làm xa nhà: {vi[0]}/{vi[1]} cặp còn lựa"
        f" chọn ở cấp xã; nhóm giữ nguyên: {figures['teams_together']}/{figures['teams']}; nguyện vọng đơn vị được đáp"
        f" ứng: {vi[2]}/{vi[3]}; mỗi bên có ít nhất {share} lãnh đạo, trưởng phòng ở"
        f" {held}/{figures['balance_targets']} nơi cần. Các quy tắc này làm chi phí tăng"
        f" {number(round(price), 'vi')} triệu đồng/năm.",
        f"Both spouses far from home: {en[0]} of {en[1]} couples"
        f" with a choice in the communes; teams kept together: {figures['teams_together']} of {figures['teams']};"
        f" wishes for a unit granted: {en[2]} of {en[3]}; each side has at least"
        f" {share} of leaders and heads in {held} of {figures['balance_targets']} places. These rules cost VND"
        f" {number(round(price), 'en')} million a year.",
    )


def _protected(figures: dict[str, Any]) -> Finding | None:
    n = figures["protected_beyond_km_people"]
    if not n:
        return None
    return Finding(
        f"{_people(n, 'vi')} người thuộc diện cần quan tâm (nuôi con nhỏ, mang thai, khuyết tật, sắp nghỉ hưu) có nơi"
        " làm việc xa hơn mức của kịch bản: cần xem xét từng trường hợp.",
        f"{_people(n, 'en')} people in protected cases (small children, pregnancy, disability, near retirement) would"
        " work farther away than the scenario's limit: to be looked at one by one.",
    )


def _kept_pay(figures: dict[str, Any], inputs: Inputs) -> Finding | None:
    if not figures["kept_pay_people"]:
        return None
    months = inputs.law.value(RULE)
    vi, en = (_people(figures["kept_pay_people"], lang) for lang in ("vi", "en"))
    cost_vi = cost_en = ""
    if figures["kept_pay_vnd"] is not None:  # None: of too few people to tell
        million = round(figures["kept_pay_vnd"] / 1e6)
        cost_vi, cost_en = f": {number(million, 'vi')} triệu đồng", f": VND {number(million, 'en')} million"
    return Finding(
        f"{vi} người nhận chức vụ thấp hơn được bảo lưu phụ cấp {months} tháng{cost_vi}.",
        f"{en} people in lower posts keep their allowance for {months} months{cost_en}.",
        RULE,
    )


def _impossible(groups: pd.DataFrame, new_units: pd.DataFrame) -> list[Finding]:
    """Posts that nobody of the roster could fill, named with the qualification that is missing."""
    rows = groups[groups["missing"].isin(["rank", "distance"])]
    units = new_units.set_index("new_id")["new_name"]
    found = []
    for row in rows.head(IMPOSSIBLE_SHOWN).itertuples():
        vi, en = BECAUSE[row.missing]
        where = f"{row.body}, {units[row.new_unit_id]}" if row.new_unit_id else row.body
        role, number_of = ROLE_VI.get(row.role, row.role), row.posts - row.held
        found.append(
            Finding(
                f"{where}: {number_of} vị trí {role} không bố trí được từ danh sách hiện có ({vi}).",
                f"{where}: {number_of} post(s) ({row.role}) that nobody of the roster can fill ({en}).",
                item=row.new_unit_id or row.body_id,
            )
        )
    if len(rows) > IMPOSSIBLE_SHOWN:
        more = len(rows) - IMPOSSIBLE_SHOWN
        found.append(
            Finding(
                f"Còn {more} nhóm vị trí khác không bố trí được (bảng post_groups, cột missing).",
                f"{more} more groups of posts cannot be filled (table post_groups, column missing).",
            )
        )
    return found


BECAUSE = {
    "rank": ("thiếu người giữ chức vụ phù hợp", "no person of the rank"),
    "distance": ("không có người trong cự ly", "nobody within distance"),
    "elsewhere": ("người phù hợp cần hơn ở nơi khác", "those who could are needed elsewhere"),
}


def _vacant(posts: pd.DataFrame, because: dict[str, int]) -> Finding | None:
    vacant = posts[(posts["phase"] == "establishment") & (posts["person_id"] == "") & (posts["level"] == "commune")]
    if vacant.empty:
        return None
    vi, en = ("; ".join(f"{BECAUSE[k][n]}: {v}" for k, v in sorted(because.items())) for n in (0, 1))
    return Finding(
        f"{len(vacant)} chỉ tiêu cấp xã còn khuyết, cần bổ nhiệm hoặc điều động ({vi}).",
        f"{len(vacant)} commune posts stay vacant, to be filled by appointment ({en}).",
    )
