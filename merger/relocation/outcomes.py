"""Rows of table staff: outcome, travel before and after, entitlement, and a short reason."""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.people import Travel, lookup, lookup_vnd, travel_before
from merger.relocation.posts import COMMUNE_SURPLUS_RULE, PROVINCE_SURPLUS_RULE
from merger.relocation.severance import MONTHS

# Reason by situation: (Vietnamese, English).
REASONS = {
    "contract_ends": (
        "Kết thúc sử dụng người hoạt động không chuyên trách cấp xã theo thời hạn của Ban Chỉ đạo",
        "Use of non-professional commune staff ends by the Steering Committee's date",
    ),
    "retired": ("Đủ tuổi nghỉ hưu trước ngày sắp xếp", "Retirement age reached before the units start"),
    "locked": ("Giữ theo quyết định đã có của kịch bản", "Kept by a decision locked in the scenario"),
    "same": (
        "Giữ đúng lĩnh vực, giữ chức vụ tương đương, làm việc tại đơn vị kế thừa địa bàn cũ",
        "Same field, equivalent rank, in the unit that succeeds the old one",
    ),
    "near": (
        "Giữ đúng lĩnh vực và chức vụ tương đương; đơn vị mới còn chỉ tiêu thuận tiện nhất cho đi lại",
        "Same field, equivalent rank; the most convenient unit with a free post",
    ),
    "changed_body": (
        "Bố trí sang bộ phận khác vì bộ phận đúng lĩnh vực đã đủ biên chế trong phạm vi đi lại",
        "Another body, because the body of the own field is full within reach",
    ),
    "lost_rank": (
        "Bố trí vị trí thấp hơn chức vụ cũ do số lãnh đạo vượt khung; bảo lưu phụ cấp chức vụ theo quy định",
        "A lower post because leaders exceed the cap; position allowance kept as the law provides",
    ),
    "follows": (
        "Chuyển nguyên trạng theo phòng, đơn vị kế thừa chức năng",
        "Follows the division into the body that takes over its functions",
    ),
    "transitional_commune": (
        "Vượt khung biên chế của đơn vị mới: giữ nguyên số hiện có, giảm dần trong 5 năm",
        "Above the new unit's establishment: kept, to be trimmed over five years",
    ),
    "transitional_province": (
        "Số cấp trưởng, cấp phó vượt khung sau hợp nhất: bố trí cấp phó, sắp xếp xong trong 5 năm",
        "More leaders than the cap after the merger: kept as deputy for up to five years",
    ),
    "retires": (
        "Vượt khung biên chế nhưng đủ tuổi nghỉ hưu trước khi hết 5 năm: giữ đến khi nghỉ hưu",
        "Above the establishment, retires by age before the five years end: kept until then",
    ),
    "unplaced": (
        "Không còn vị trí trong cự ly và khung cho phép: cần cấp có thẩm quyền xem xét",
        "No place within distance and caps: needs a decision by the competent level",
    ),
}


def staff_table(
    people: pd.DataFrame, posts: pd.DataFrame, inputs: Inputs, travel: Travel, label: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Table staff (before `conform`) and `people` with outcome, travel and cost columns for figures."""
    people = people.copy()
    defaults = {"post_id": "", "site_after": "", "surplus": False, "lost_rank": False}
    defaults |= {"changed_body": False, "left_area": False, "kept_pay_vnd": 0, "wish_granted": False}
    people = people.fillna(defaults).infer_objects()
    for column in ("surplus", "lost_rank", "changed_body", "left_area", "wish_granted"):
        people[column] = people[column].astype(bool)
    people["outcome"] = _outcomes(people, inputs)
    people["group"] = np.where(people["local"], "commune", "province")
    people["km_before"], people["minutes_before"] = travel_before(people, travel)
    people["km_after"], people["minutes_after"] = lookup(people["home"], people["site_after"], travel)
    yearly = lookup_vnd(people["home"], people["site_after"], travel)
    people["cost_vnd"] = np.rint(np.nan_to_num(yearly)).astype(np.int64)
    situation = _situations(people)
    staff = pd.DataFrame(
        {
            "person_id": people["person_id"],
            "side": people["side"],
            "level": people["level"],
            "body_before": people["division_id"].where(people["division_id"] != "", people["unit_code"]),
            "field": people["field"],
            "home_code": people["home_code"],
            "post_id": people["post_id"],
            "outcome": people["outcome"],
            "site_before": people["site_id"].where(people["site_id"] != "", people["unit_code"]),
            "site_after": people["site_after"],
            "km_before": people["km_before"].round(2),
            "km_after": people["km_after"].round(2),
            "minutes_before": people["minutes_before"].round(1),
            "minutes_after": people["minutes_after"].round(1),
            "support": "",
            "support_vnd_month": 0,
            "entitlement": people["entitlement"],
            "entitlement_vnd": people["entitlement_vnd"].astype(np.int64),
            "cost_vnd": people["cost_vnd"],
            "kept_pay_vnd": people["kept_pay_vnd"].astype(np.int64),
            "reason_vi": [REASONS[s][0] for s in situation],
            "reason_en": [REASONS[s][1] for s in situation],
            "rules": _rules(people, posts),
            "label": label,
        }
    )
    return staff, people


def _end_month(inputs: Inputs) -> int:
    return MONTHS * inputs.scenario.dates.end.year + inputs.scenario.dates.end.month - 1


def _outcomes(people: pd.DataFrame, inputs: Inputs) -> np.ndarray:
    """Ended before the start, unplaced, kept until retirement before the end, transitional, or placed."""
    surplus = people["surplus"]
    return np.select(
        [
            people["ended"] != "",
            people["post_id"] == "",
            surplus & (people["retires"] <= _end_month(inputs)),
            surplus,
        ],
        [people["ended"], "unplaced", "retires", "transitional"],
        "placed",
    )


def _situations(people: pd.DataFrame) -> np.ndarray:
    provincial = ~people["local"]
    return np.select(
        [
            people["ended"].eq("contract_ends"),
            people["ended"].eq("retires"),
            people["outcome"].eq("unplaced"),
            people["outcome"].eq("retires"),
            people["outcome"].eq("transitional") & provincial,
            people["outcome"].eq("transitional"),
            people["lock"].ne(""),
            people["lost_rank"],
            people["changed_body"],
            provincial,
            people["left_area"] | people["level"].eq("district"),
        ],
        [
            "contract_ends",
            "retired",
            "unplaced",
            "retires",
            "transitional_province",
            "transitional_commune",
            "locked",
            "lost_rank",
            "changed_body",
            "follows",
            "near",
        ],
        "same",
    )


def _rules(people: pd.DataFrame, posts: pd.DataFrame) -> list[str]:
    """Rule ids behind each outcome: of the post, of what was lost or kept, and of the entitlement."""
    rule = people["person_id"].map(posts[posts["person_id"] != ""].set_index("person_id")["rule"]).fillna("")
    out = []
    columns = ["ended", "lost_rank", "entitlement_rules"]
    for post, person in zip(rule.tolist(), people[columns].astype(object).itertuples(index=False), strict=True):
        rules = [post] if post else []
        if person.ended == "contract_ends":
            rules.append("staffing.nonprofessional_commune_posts_end")
        if post in (COMMUNE_SURPLUS_RULE, PROVINCE_SURPLUS_RULE):
            rules.append("staffing.roadmap_years")
        if person.lost_rank:
            rules.append("staffing.pay_and_position_allowance_kept_months")
        rules += person.entitlement_rules
        out.append(";".join(dict.fromkeys(rules)))
    return out
