"""Checks of the rules of the placement: groups of posts, kept pay, trim path, balance of sides, wishes, couples."""

from __future__ import annotations

import pandas as pd

from merger.audit.report import Case, Violations, check, filled, shown


@check(
    "posts-groups",
    "Nhóm vị trí khớp với từng vị trí",
    "Groups of posts agree with the posts",
    "posts",
    "post_groups",
)
def post_groups(case: Case) -> Violations:
    """Held posts of each group counted again; no group holds more than it has."""
    posts, groups = case.tables["posts"], case.tables["post_groups"]
    held = posts[filled(posts["person_id"])]
    above = held["phase"] == "transitional"
    unit = above & filled(held["new_unit_id"])
    key = held["body_id"].where(~unit, held["new_unit_id"]) + "--" + held["role"].where(~above, "transitional")
    counted = key.value_counts()
    if unknown := set(counted.index) - set(groups["group_id"]):
        yield f"posts of groups that are not listed: {shown(unknown)}"
    off = groups["held"] != groups["group_id"].map(counted).fillna(0).astype(int)
    if off.any():
        yield f"held differs from the posts: {shown(groups.loc[off, 'group_id'])}"
    over = groups["held"] > groups["posts"]
    if over.any():
        yield f"more persons than posts: {shown(groups.loc[over, 'group_id'])}"
    return f"{len(groups)} groups, {int(counted.sum())} persons"


@check(
    "staff-kept-pay",
    "Bảo lưu phụ cấp chức vụ tính lại đúng",
    "Kept allowances, computed again",
    "posts",
    "staff",
)
def kept_pay(case: Case) -> Violations:
    """Nobody keeps more than the whole allowance for the months of the law; only leaders keep any."""
    staff = case.tables["staff"].drop_duplicates("person_id").set_index("person_id")
    roster = case.inputs.staff.drop_duplicates("person_id").set_index("person_id").reindex(staff.index)
    months = case.law("staffing.pay_and_position_allowance_kept_months")
    most = roster["leadership_coefficient"] * case.law("severance.base_wage_vnd") * months
    over = staff["kept_pay_vnd"] > most + 1
    if over.any():
        yield f"more than {months} months of the allowance: {shown(staff.index[over])}"
    role = staff["post_id"].map(case.tables["posts"].drop_duplicates("post_id").set_index("post_id")["role"])
    plain = (roster["role"] != "staff") & (role == "staff") & filled(staff["post_id"])
    off = plain & ((staff["kept_pay_vnd"] - most).abs() > 1)
    if off.any():
        yield f"a leader in a post without allowance keeps another sum: {shown(staff.index[off])}"
    return f"{int((staff['kept_pay_vnd'] > 0).sum())} persons keep pay"


@check(
    "staff-trim-path",
    "Lộ trình giảm cân đối từng năm",
    "The trim path balances year by year",
    "trim_path",
    "staff",
    "posts",
)
def trim_balance(case: Case) -> Violations:
    """It starts with those above the establishment and never grows; each year follows from the one before."""
    path = case.tables["trim_path"]
    posts = case.tables["posts"]
    above = posts[(posts["phase"] == "transitional") & filled(posts["person_id"])]
    first = path[path["year"] == path["year"].min()]
    if int(first["before_people"].sum()) != len(above):
        yield f"the path starts with {int(first['before_people'].sum())} people, {len(above)} are above"
    for (group, side), rows in path.sort_values("year").groupby(["group", "side"]):
        gone = rows["retired_by_age_people"] + rows["take_up_people"] + rows["transferred_people"]
        # Expected values are shown rounded: each of the five may be off by half a person.
        if ((rows["before_people"] - gone - rows["after_people"]).abs() > 2.5).any():
            yield f"{group} {side}: a year does not balance"
        if (rows["before_people"].iloc[1:].to_numpy() != rows["after_people"].iloc[:-1].to_numpy()).any():
            yield f"{group} {side}: a year does not start where the last one ended"
    return f"{len(path)} rows"


@check("staff-balance", "Cân đối lãnh đạo giữa hai bên", "Balance of sides among leaders", "posts", "staff")
def side_balance(case: Case) -> Violations:
    """Leaders of each new agency by side, counted again against the scenario's share.

    A side is asked for the whole part of its share of the posts held, at most for those whom it had: a side that is
    above the establishment there could have held one. Where the scenario gives a price, a shortfall is allowed.
    """
    options = case.inputs.scenario.relocate
    posts = case.tables["posts"]
    sides = case.inputs.staff.drop_duplicates("person_id").set_index("person_id")["side"]
    held = posts[filled(posts["person_id"]) & (posts["level"] == "province")]
    leaders = held[(held["role"] != "staff") & (held["body_id"] == held["new_agency_id"])]
    leaders = leaders.assign(side=leaders["person_id"].map(sides), stays=leaders["phase"] == "establishment")
    short = []
    for agency, rows in leaders.groupby("new_agency_id"):
        wanted = int(options.side_balance_share * rows["stays"].sum() + 1e-9)
        for side, own in rows.groupby("side"):
            if own["stays"].sum() < min(wanted, len(own)):
                short.append(f"{agency}/{side}")
    if short and options.side_balance_vnd_year is None:
        yield f"a side has fewer leaders than its share: {shown(short)}"
    return f"{leaders['new_agency_id'].nunique()} agencies, {len(short)} below the share"


@check(
    "staff-wishes",
    "Nguyện vọng, vợ chồng: số liệu tính lại đúng",
    "Wishes and couples, counted again",
    "units",
    "staff",
)
def wishes(case: Case) -> Violations:
    """Wishes granted and couples with both far from home, against the figures of the stage."""
    staff = case.tables["staff"].drop_duplicates("person_id").set_index("person_id")
    roster = case.inputs.staff.drop_duplicates("person_id").set_index("person_id").reindex(staff.index)
    told = case.manifest.get("stages", {}).get("relocate", {}).get("figures", {})
    successor = dict(zip(case.tables["units"]["old_code"], case.tables["units"]["new_id"], strict=True))
    units = set(successor.values())
    local = staff["site_after"].isin(units)
    if "wish_code" in roster:
        granted = int((local & (staff["site_after"] == roster["wish_code"].map(successor))).sum())
        if (given := told.get("wishes_granted")) is not None and int(given) != granted:
            yield f"wishes_granted is {given}, the tables give {granted}"
    km = pd.to_numeric(staff["km_after"])
    far = local & (km > case.inputs.scenario.relocate.couple.far_km)
    partner = roster["partner_id"]
    both = far & partner.isin(staff.index[far])
    # Couples without a nearer unit in reach have no choice and are not counted by the stage.
    if (given := told.get("couples_both_far")) is not None and int(given) > int(both.sum()) // 2:
        yield f"couples_both_far is {given}, the tables give {int(both.sum()) // 2} at most"
    return f"{int(both.sum()) // 2} couples far from home in the communes"
