"""Checks of stage relocate: persons and posts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.audit.report import Case, Violations, check, filled, shown
from merger.fields import fields

POSTED = {"placed": "establishment", "transitional": "transitional"}
WITHOUT_POST = {"contract_ends", "unplaced"}
RETIRES = "retires"
KM_TOLERANCE = 0.01
WARD_KINDS = {"phuong", "dac_khu"}


@check("staff-everybody", "Đủ mọi người trong danh sách", "Everybody of the roster is there once", "staff")
def everybody(case: Case) -> Violations:
    """The same persons as in the input, with the same side, level, field, home and workplace before."""
    rows, roster = case.tables["staff"], case.inputs.staff
    ids = rows["person_id"]
    if ids.duplicated().any():
        yield f"persons more than once: {shown(set(ids[ids.duplicated()]))}"
    if missing := set(roster["person_id"]) - set(ids):
        yield f"{len(missing)} persons are missing: {shown(missing)}"
    if unknown := set(ids) - set(roster["person_id"]):
        yield f"unknown persons: {shown(unknown)}"
    source = roster.drop_duplicates("person_id").set_index("person_id").reindex(ids)
    for column in ("side", "level", "field", "home_code"):
        off = rows[column].to_numpy() != source[column].to_numpy()
        if off.any():
            yield f"{column} differs from the roster: {shown(ids[off])}"
    body = np.where(filled(source["division_id"]), source["division_id"], source["unit_code"])
    off = rows["body_before"].to_numpy() != body
    if off.any():
        yield f"body_before differs from the roster: {shown(ids[off])}"
    return f"{len(rows)} persons"


@check(
    "posts-one-person",
    "Mỗi người một vị trí, mỗi vị trí một người",
    "One post a person, one person a post",
    "posts",
    "staff",
)
def one_post(case: Case) -> Violations:
    """posts.csv and staff.csv name each other; nothing is held twice."""
    posts, staff = case.tables["posts"], case.tables["staff"]
    held, has = posts[filled(posts["person_id"])], staff[filled(staff["post_id"])]
    for name, values in (("posts", posts["post_id"]), ("persons with several posts", held["person_id"])):
        if values.duplicated().any():
            yield f"{name} twice: {shown(set(values[values.duplicated()]))}"
    if has["post_id"].duplicated().any():
        yield f"posts of several persons: {shown(set(has.loc[has['post_id'].duplicated(), 'post_id']))}"
    by_post = set(zip(held["post_id"], held["person_id"], strict=True))
    by_staff = set(zip(has["post_id"], has["person_id"], strict=True))
    if differ := by_post ^ by_staff:
        yield f"posts.csv and staff.csv disagree: {shown('/'.join(p) for p in differ)}"
    return f"{len(posts)} posts, {len(held)} held"


@check("staff-outcomes", "Kết quả bố trí khớp với vị trí", "Outcome and post agree", "posts", "staff")
def outcomes(case: Case) -> Violations:
    """Placed: a post of the establishment; transitional: one above it; who retires: none, or one above it."""
    staff = case.tables["staff"]
    phase = staff["post_id"].map(case.tables["posts"].drop_duplicates("post_id").set_index("post_id")["phase"])
    if strange := set(staff["outcome"]) - {*POSTED, *WITHOUT_POST, RETIRES}:
        yield f"unknown outcomes: {shown(strange)}"
    for outcome, wanted in POSTED.items():
        wrong = (staff["outcome"] == outcome) & (phase != wanted)
        if wrong.any():
            yield f"{outcome} without a post of phase {wanted}: {shown(staff.loc[wrong, 'person_id'])}"
    wrong = staff["outcome"].isin(WITHOUT_POST) & filled(staff["post_id"])
    wrong |= (staff["outcome"] == RETIRES) & filled(staff["post_id"]) & (phase != "transitional")
    if wrong.any():
        yield f"a post in spite of the outcome: {shown(staff.loc[wrong, 'person_id'])}"
    wrong = (staff["outcome"] == "contract_ends") & (staff["level"] != "nonprofessional")
    if wrong.any():
        yield f"contract_ends outside the non-professionals: {shown(staff.loc[wrong, 'person_id'])}"
    kept = (staff["level"] == "nonprofessional") & filled(staff["post_id"])
    end = case.law("staffing.nonprofessional_commune_posts_end")
    if kept.any() and end <= case.inputs.scenario.dates.end:
        yield f"non-professionals in posts after {end}: {shown(staff.loc[kept, 'person_id'])}"
    return ", ".join(f"{k} {v}" for k, v in staff["outcome"].value_counts().sort_index().items())


@check("staff-retirement", "Nghỉ hưu đúng tuổi", "Only who has reached the age retires", "staff")
def retirement(case: Case) -> Violations:
    """Age of law/severance: reached before the start without a post, by the end of the plan with one."""
    rows = case.tables["staff"].drop_duplicates("person_id").set_index("person_id")
    reached = retirement_month(case).reindex(rows.index)
    start, end = (
        12 * d.year + d.month - 1 for d in (case.inputs.scenario.dates.effect, case.inputs.scenario.dates.end)
    )
    retires, posted = rows["outcome"] == RETIRES, filled(rows["post_id"])
    if early := set(rows.index[retires & (reached >= np.where(posted, end, start))]):
        yield f"retire, but reach the age only later: {shown(early)}"
    if late := set(rows.index[posted & (reached < start)]):
        yield f"hold a post beyond retirement age: {shown(late)}"
    return f"{int(retires.sum())} persons retire by age"


def retirement_month(case: Case) -> pd.Series:
    """Month number (12 x year + month - 1) in which each person of the roster reaches retirement age."""
    people = case.inputs.staff.drop_duplicates("person_id").set_index("person_id")
    born = people["born"].str[:4].astype(int) * 12 + people["born"].str[5:7].astype(int) - 1
    reached = pd.Series(0, people.index)
    for age in (r.fields for r in case.inputs.law.table("severance.retirement_age")):
        inside = (people["sex"] == age["sex"]) & (people["born"] >= age["born_from"])
        inside &= (people["born"] <= age["born_to"]) | (not age["born_to"])
        reached[inside] = born[inside] + int(age["age_months"])
    return reached


@check(
    "posts-bodies",
    "Vị trí thuộc cơ quan, đơn vị và lĩnh vực có thật",
    "Posts belong to existing bodies, sites and fields",
    "posts",
)
def bodies(case: Case) -> Violations:
    """Each post is at a new division or agency, or in a new unit; its site is that of the body."""
    posts, tables = case.tables["posts"], case.tables
    provincial = ~filled(posts["new_unit_id"])
    if (filled(posts["new_unit_id"]) & filled(posts["new_agency_id"])).any():
        yield "posts at province and commune level at once"
    if unknown := set(posts["field"]) - set(fields().index) - {""}:
        yield f"unknown fields: {shown(unknown)}"
    if wrong := set(posts["role"]) - {"head", "deputy", "staff"}:
        yield f"unknown roles: {shown(wrong)}"
    if "new_divisions" in tables and "new_agencies" in tables:
        divisions = tables["new_divisions"].set_index("new_division_id")
        agencies = tables["new_agencies"].set_index("new_agency_id")
        mine = posts[provincial]
        known = mine["body_id"].isin(divisions.index) | mine["body_id"].isin(agencies.index)
        if not known.all():
            yield f"bodies that do not exist: {shown(set(mine.loc[~known, 'body_id']))}"
        inside = mine[mine["body_id"].isin(divisions.index)]
        for column, source in (("new_agency_id", "new_agency_id"), ("site_id", "site_id")):
            off = inside[column] != inside["body_id"].map(divisions[source])
            if off.any():
                yield f"{column} of the post is not that of its division: {shown(inside.loc[off, 'post_id'])}"
    if "new_units" in tables:
        local = posts[~provincial]
        known = set(tables["new_units"]["new_id"])
        off = ~local["new_unit_id"].isin(known) | (local["site_id"] != local["new_unit_id"])
        if off.any():
            yield f"posts of units that do not exist, or away from them: {shown(local.loc[off, 'post_id'])}"
    heads = posts[(posts["role"] == "head") & (posts["phase"] == "establishment")]
    several = heads.groupby(["new_unit_id", "body_id"], dropna=False).size()
    if (several > 1).any():
        yield f"bodies with several heads: {shown('/'.join(map(str, k)) for k in several.index[several > 1])}"
    return f"{int(provincial.sum())} posts in agencies, {int((~provincial).sum())} in units"


@check(
    "posts-deputies",
    "Số cấp phó trong biên chế không vượt quy định",
    "Deputies of the establishment within the caps",
    "posts",
    "new_divisions",
    "new_agencies",
)
def post_deputies(case: Case) -> Violations:
    """Deputy posts of the establishment against the cap of their division or agency."""
    posts = case.tables["posts"]
    rows = posts[(posts["role"] == "deputy") & (posts["phase"] == "establishment") & ~filled(posts["new_unit_id"])]
    caps = pd.concat(
        [
            case.tables["new_divisions"].set_index("new_division_id")["deputies_cap"],
            case.tables["new_agencies"].set_index("new_agency_id")["deputies_cap"],
        ]
    )
    for body, count in rows["body_id"].value_counts().sort_index().items():
        if count > caps[body]:
            yield f"{body}: {count} deputies, the cap is {caps[body]}"


@check(
    "posts-commune-establishment",
    "Biên chế cấp xã đúng công thức",
    "Commune establishments follow the formula",
    "posts",
    "new_units",
)
def establishment(case: Case) -> Violations:
    """Government bloc by Official Letter 09/CV-BCD; Party and Front blocs as in the scenario."""
    average, base = case.law("staffing.gov_bloc_average"), case.law("staffing.gov_bloc_base_population")
    step = case.law("staffing.gov_bloc_add_one_per_persons")
    options = case.inputs.scenario.relocate
    posts = case.tables["posts"]
    local = posts[filled(posts["new_unit_id"]) & (posts["phase"] == "establishment")]
    counts = local.groupby(["new_unit_id", "bloc"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["government", "party", "front"], fill_value=0)
    for unit in case.tables["new_units"].itertuples():
        cap = case.law(
            "staffing.gov_bloc_cap_phuong_dac_khu" if unit.kind in WARD_KINDS else "staffing.gov_bloc_cap_xa"
        )
        government = min(average + max(unit.population - base, 0) // step, cap)
        wanted = {
            "government": government,
            "party": options.party_posts_commune,
            "front": options.front_posts_commune,
        }
        found = counts.loc[unit.new_id].to_dict() if unit.new_id in counts.index else dict.fromkeys(wanted, 0)
        for bloc, number in wanted.items():
            if found[bloc] != number:
                yield f"{unit.new_id}: {found[bloc]} posts in the bloc {bloc}, the formula gives {number}"
    return f"{int(counts['government'].sum())} posts of the government bloc"


@check(
    "posts-not-above-present",
    "Tổng biên chế không vượt số có mặt",
    "No more in post than were present (Art 11(2))",
    "posts",
    "staff",
)
def not_above(case: Case) -> Violations:
    """Provincial bodies with their units: persons in posts; communes: without those sent from above.

    Non-professionals are not staff: they do not raise the number that was present.
    """
    staff = case.tables["staff"]
    level = staff["post_id"].map(case.tables["posts"].drop_duplicates("post_id").set_index("post_id")["level"])
    present = case.inputs.staff["level"]
    for name, levels in (("province", ["province", "service"]), ("commune", ["commune"])):
        came = staff["level"].isin({"province", "service", "district"}) & (name == "commune")
        there, limit = int((level.isin(levels) & ~came).sum()), int(present.isin(levels).sum())
        if there > limit:
            yield f"{name}: {there} persons in posts, {limit} were present before"
    return ", ".join(f"{k} {v}" for k, v in level.value_counts().sort_index().items())


@check(
    "staff-places",
    "Nơi làm việc, quãng đường tính lại đúng",
    "Workplaces and distances, computed again",
    "posts",
    "staff",
)
def places(case: Case) -> Violations:
    """site_after is the site of the post; km by road from home before and after."""
    staff = case.tables["staff"]
    site = staff["post_id"].map(case.tables["posts"].drop_duplicates("post_id").set_index("post_id")["site_id"])
    off = filled(staff["post_id"]) & (staff["site_after"] != site)
    if off.any():
        yield f"site_after is not that of the post: {shown(staff.loc[off, 'person_id'])}"
    for column, where in (("km_before", "site_before"), ("km_after", "site_after")):
        given = pd.to_numeric(staff[column])
        at = staff[where].where(given.notna(), "")
        computed = road_km(case, staff["home_code"], at)
        off = given.notna() & filled(at) & np.isfinite(computed) & ((given - computed).abs() > KM_TOLERANCE)
        if off.any():
            yield f"{column} differs from the road table: {shown(staff.loc[off, 'person_id'])}"
        lost = filled(staff[where]) & given.isna() & np.isfinite(road_km(case, staff["home_code"], staff[where]))
        if lost.any():
            yield f"{column} is empty although there is a road: {shown(staff.loc[lost, 'person_id'])}"


def road_km(case: Case, homes: pd.Series, places_: pd.Series) -> np.ndarray:
    """Km by road from home units to sites or units; inf where there is no way or the place is unknown."""
    unit = {c: i for i, c in enumerate(case.inputs.units.index)}
    site = {c: i for i, c in enumerate(case.inputs.sites["site_id"])}
    result = np.full(len(homes), np.inf)
    home = homes.map(unit)
    for table, index in ((case.inputs.site_travel, site), (case.inputs.unit_travel, unit)):
        column = places_.map(index)
        known = (home.notna() & column.notna()).to_numpy()
        result[known] = table.km[home[known].astype(int), column[known].astype(int)]
    return result


@check("staff-locks", "Giữ đúng vị trí đã khóa", "Locks on persons are kept", "posts", "staff")
def staff_locks(case: Case) -> Violations:
    """fixed_post: the person is in that division or unit."""
    posts = case.tables["posts"].drop_duplicates("post_id").set_index("post_id")
    post = case.tables["staff"].drop_duplicates("person_id").set_index("person_id")["post_id"]
    for person, target in sorted(case.inputs.scenario.locks.fixed_post.items()):
        held = posts.loc[post[person]] if post.get(person) in posts.index else None
        if held is None or target not in {held["body_id"], held["new_unit_id"], held["new_agency_id"]}:
            yield f"fixed_post broken: {person} is not at {target}"
