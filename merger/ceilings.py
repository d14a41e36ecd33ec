"""Ceilings of the law against the plan: for each rule and subject the limit, what is used, and whether it binds.

A ceiling binds when nothing is left of it. `above` counts persons kept beyond it for the five years of Resolution
76/2025 Art 11(3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.staffing import commune_bodies, department_deputies, gov_bloc_posts
from merger.relocation.suppression import suppress
from merger.tables import empty

MOST, LEAST, ABOUT = "most", "least", "about"
CITY = ("city", "Toàn thành phố", "The whole city")
SIDES = {"hai_duong": ("phía Hải Dương", "Hải Dương side"), "hai_phong": ("phía Hải Phòng", "Hải Phòng side")}
PROVINCE_LEVELS, COMMUNE_LEVELS = ("province", "service"), ("commune",)
Tables = Mapping[str, pd.DataFrame]
Rows = Iterator[dict[str, Any]]


def ceilings_table(tables: Tables, inputs: Inputs, smallest: int = 5) -> pd.DataFrame:
    """Rows of table ceilings that the tables of the plan so far allow (columns in merger.tables).

    `smallest`: fewer people above the ceiling of one subject (but not none) are not shown, as in table equity.
    """
    rows: list[dict[str, Any]] = []
    if "new_agencies" in tables:
        rows += _departments(tables, inputs)
    if "posts" in tables and "staff" in tables:
        rows += [*_leaders(tables, inputs), *_divisions(tables)]
        rows += [*_communes(tables, inputs), *_totals(tables, inputs), *_time(tables, inputs)]
    frame = pd.DataFrame(rows)
    if frame.empty:
        return empty("ceilings")
    frame["slack"] = np.where(frame["sense"] == LEAST, frame["used"] - frame["limit"], frame["limit"] - frame["used"])
    frame["binding"] = frame["slack"].le(0) & frame["limit"].notna()
    _hide_few(frame, smallest)
    return frame.assign(label="SYNTHETIC" if inputs.synthetic else "proposed")


def binding_rules(ceilings: pd.DataFrame) -> pd.DataFrame:
    """One line a rule that binds somewhere.

    Columns: `rule`, `unit`, `subjects`, `binding` (how many of them), `lowest` and `highest` limit where it binds,
    `above` (persons, empty where they are too few to show). Rules that bind most subjects come first.
    """
    subjects = ceilings.groupby("rule").size()
    tight = ceilings[ceilings["binding"].astype(bool)]
    sums = tight.groupby("rule", sort=False).agg(
        unit=("unit", "first"),
        binding=("subject_id", "size"),
        lowest=("limit", "min"),
        highest=("limit", "max"),
        above=("above_all", "first"),
    )
    sums["subjects"] = subjects.reindex(sums.index)
    return sums.reset_index().sort_values(["binding", "above"], ascending=False, kind="stable").reset_index(drop=True)


def _hide_few(frame: pd.DataFrame, smallest: int) -> None:
    """Column `above_all`, the people above by rule; `above` stays empty where it, or a difference, would be small."""
    city = frame["subject_id"] == CITY[0]
    above = pd.Series(0, frame.index)
    hidden = pd.Series(False, frame.index)
    for _, own in frame.groupby("rule", sort=False):
        whole = own[city[own.index]]
        above[own.index] = int(whole["above"].sum() if len(whole) else own["above"].sum())
        counts = own["above"].to_numpy()
        hidden[own.index] = suppress(counts, [range(len(counts))] if counts.sum() >= smallest else [], smallest)
    frame["above_all"] = above.mask((above > 0) & (above < smallest)).astype("Int64")
    frame["above"] = frame["above"].astype("Int64").mask(hidden)


def _row(rule: str, subject: tuple[str, str, str], limit, used, *, sense=MOST, above=0, unit="posts") -> dict[str, Any]:
    subject_id, vi, en = subject
    return {
        "rule": f"staffing.{rule}",
        "subject_id": subject_id,
        "subject_vi": vi,
        "subject_en": en,
        "unit": unit,
        "sense": sense,
        "limit": limit,
        "used": used,
        "above": int(above),
    }


def _departments(tables: Tables, inputs: Inputs) -> Rows:
    agencies, law = tables["new_agencies"], inputs.law
    departments = agencies[agencies["kind"] == "department"]
    most = law.value("staffing.province_departments_max")
    yield _row("province_departments_max", CITY, most, len(departments), unit="departments")
    listed = departments["rules"].str.contains("province_departments_mandatory_list", regex=False)
    needed = law.value("staffing.province_departments_mandatory")
    yield _row("province_departments_mandatory", CITY, needed, int(listed.sum()), sense=LEAST, unit="departments")


def _leaders(tables: Tables, inputs: Inputs) -> Rows:
    """Deputies of departments (3 on average, one more after the merger of two provinces), and of the city."""
    agencies, posts = tables["new_agencies"], tables["posts"]
    own = agencies[agencies["rules"].str.contains("department_deputies", regex=False)]
    deputies = _count(posts, "deputy", "establishment")
    above = _count(posts, None, "transitional")
    most, rules = department_deputies(inputs.law)
    for a in own.itertuples():
        subject = (a.new_agency_id, a.new_agency, a.new_agency_en or a.new_agency)
        used = deputies.get(a.new_agency_id, 0)
        yield _row(rules[-1].split(".")[1], subject, a.deputies_cap, used, above=above.get(a.new_agency_id, 0))
    used = sum(deputies.get(a, 0) for a in own["new_agency_id"])
    yield _row("department_deputies_average", CITY, most * len(own), used)
    # The leaders of the People's Committee are elected by the Council: no post of theirs is planned here.
    city = inputs.law.value("staffing.vice_chairs_city_from_two_provinces_max")
    led = posts[posts["new_agency_id"].str.startswith("ubnd-") & (posts["role"] == "deputy")]
    yield _row("vice_chairs_city_from_two_provinces_max", CITY, city, len(led) or np.nan)


def _divisions(tables: Tables) -> Rows:
    """Deputies of each new division by its size, and the smallest size."""
    deputies = _count(tables["posts"], "deputy", "establishment")
    above = _count(tables["posts"], None, "transitional")
    agency = tables["new_agencies"].set_index("new_agency_id")["new_agency"]
    for d in tables["new_divisions"].itertuples():
        name = f"{d.new_division} ({agency.get(d.new_agency_id, d.new_agency_id)})"
        subject = (d.new_division_id, name, name)
        for rule in (r.removeprefix("staffing.") for r in str(d.rules).split(";") if r):
            if "deputies" in rule:
                used = deputies.get(d.new_division_id, 0)
                yield _row(rule, subject, d.deputies_cap, used, above=above.get(d.new_division_id, 0))
            else:
                yield _row(rule, subject, d.min_posts, d.staff, sense=LEAST)


def _communes(tables: Tables, inputs: Inputs) -> Rows:
    """Government, Party and Front posts of each unit, and leaders whose number is an average of all units."""
    law, posts = inputs.law, tables["posts"]
    units = tables["new_units"].sort_values("new_id")
    local = posts[posts["level"] == "commune"]
    size = local.groupby(["new_unit_id", "bloc", "phase"]).size()

    def count(unit: str, bloc: str, phase: str = "establishment") -> int:
        return int(size.get((unit, bloc, phase), 0))

    average = law.value("staffing.gov_bloc_average")
    base, step = (law.value(f"staffing.gov_bloc_{x}") for x in ("base_population", "add_one_per_persons"))
    by_law = gov_bloc_posts(units["population"], units["kind"], law)
    for u, formula in zip(units.itertuples(), by_law, strict=True):
        subject = (u.new_id, u.new_name, u.new_name)
        uncapped = average + max(int(u.population) - base, 0) // step
        rule = "gov_bloc_add_one_per_persons" if uncapped > average else "gov_bloc_average"
        used, above = count(u.new_id, "government"), count(u.new_id, "government", "transitional")
        capped = formula < uncapped
        cap = "gov_bloc_cap_xa" if u.kind == "xa" else "gov_bloc_cap_phuong_dac_khu"
        yield _row(rule, subject, uncapped, used, above=0 if capped else above)
        yield _row(cap, subject, law.value(f"staffing.{cap}"), used, above=above if capped else 0)
        used, above = count(u.new_id, "party"), count(u.new_id, "party", "transitional")
        high, low = law.value("staffing.party_bloc_high"), law.value("staffing.party_bloc_low")
        top = "party_bloc_high" if used <= high else "party_bloc_with_political_centre_max"
        yield _row(top, subject, law.value(f"staffing.{top}"), used, above=above)
        yield _row("party_bloc_low", subject, low, used, sense=LEAST)
        about = law.value("staffing.front_bloc_about")
        front, above = count(u.new_id, "front"), count(u.new_id, "front", "transitional")
        yield _row("front_bloc_about", subject, about, front, sense=ABOUT, above=above)
        council = int(((local["body_id"] == f"{u.new_id}--hdnd") & (local["phase"] == "establishment")).sum())
        yield _row("council_posts_of_32", subject, law.value("staffing.council_posts_of_32"), council)
    yield from _commune_leaders(local, len(units), inputs)


def _commune_leaders(local: pd.DataFrame, units: int, inputs: Inputs) -> Rows:
    body = local["body_id"].str.split("--").str[1]
    deputies = (local["role"] == "deputy") & (local["phase"] == "establishment")
    chairs = "vice_chairs_commune_average_max"
    most = int(inputs.law.value(f"staffing.{chairs}") * units)
    communes = ("communes", "Các đơn vị cấp xã", "All commune-level units")
    yield _row(chairs, communes, most, int((deputies & (body == "ubnd")).sum()))
    average = "commune_division_deputies_average"
    ruled = commune_bodies().query("deputies_rule == @rule", local_dict={"rule": f"staffing.{average}"})["body"]
    own = body.isin(ruled)
    divisions = local.loc[own, "body_id"].nunique()
    most = int(inputs.law.value(f"staffing.{average}") * divisions)
    above = (local["phase"] == "transitional") & own & local["role"].ne("staff")
    yield _row(average, communes, most, int((deputies & own).sum()), above=above.sum())


def _totals(tables: Tables, inputs: Inputs) -> Rows:
    """Posts of the establishment against the persons present (Art 11(2)): province and communes, and of each side.

    Posts of a side are those that its people hold; present at commune level are commune staff alone, without those
    whom province and districts send.
    """
    posts, present = tables["posts"], inputs.staff
    side = posts["person_id"].map(tables["staff"].set_index("person_id")["side"])
    level_before = posts["person_id"].map(tables["staff"].set_index("person_id")["level"])
    for rule, levels in (("staff_cap_province", PROVINCE_LEVELS), ("staff_cap_commune", COMMUNE_LEVELS)):
        there = posts["level"].isin(levels)
        own = there & (posts["phase"] == "establishment")
        above = there & (posts["phase"] == "transitional")
        before = present["level"].isin(levels)
        yield _row(rule, CITY, int(before.sum()), int(own.sum()), above=above.sum(), unit="people")
        for name in sorted(present["side"].unique()):
            vi, en = SIDES.get(name, (name, name))
            held = own & (side == name) & level_before.isin(levels)
            kept = above & (side == name) & level_before.isin(levels)
            limit = int((before & (present["side"] == name)).sum())
            yield _row(rule, (name, vi, en), limit, int(held.sum()), above=kept.sum(), unit="people")


def _time(tables: Tables, inputs: Inputs) -> Rows:
    """Five years to come into line, and the months for which pay and allowance are kept."""
    staff, dates, law = tables["staff"], inputs.scenario.dates, inputs.law
    kept = tables["posts"]["phase"].eq("transitional").sum()
    years = law.value("staffing.roadmap_years")
    used = (dates.end - dates.effect).days / 365.25 if kept else 0
    yield _row("roadmap_years", CITY, years, round(used), above=kept, unit="years")
    rule = "pay_and_position_allowance_kept_months"
    lost = staff["rules"].str.contains(f"staffing.{rule}", regex=False).sum()
    months = law.value(f"staffing.{rule}")
    yield _row(rule, CITY, months, months if lost else 0, above=lost, unit="months")


def _count(posts: pd.DataFrame, role: str | None, phase: str) -> dict[str, int]:
    """Posts by body: of one role (None: of any) and phase."""
    own = posts["phase"].eq(phase) & (posts["role"].eq(role) if role else True)
    return posts[own].groupby("body_id").size().to_dict()
