"""Ceilings of the law against a plan: limits, use and what binds on a small plan by hand, then on the shipped one."""

import pandas as pd
import pytest

from merger.audit import Case, audit_tables
from merger.ceilings import binding_rules, ceilings_table
from merger.relocation import staffing
from merger.tables import conform


@pytest.fixture
def small(small_case):
    """The small plan of conftest with the rules of its agencies and divisions written in."""
    tables = dict(small_case.tables)
    agencies = tables["new_agencies"].copy()
    agencies["rules"] = "staffing.department_deputies_extra_two_provinces;staffing.province_departments_mandatory_list"
    divisions = tables["new_divisions"].copy()
    divisions["rules"] = "staffing.division_min_posts_class_1;staffing.division_deputies_lt10"
    tables |= {"new_agencies": agencies, "new_divisions": divisions}
    return small_case.inputs, tables


def row(table, rule, subject):
    (found,) = table[(table["rule"] == f"staffing.{rule}") & (table["subject_id"] == subject)].to_dict("records")
    return found


def test_departments_by_hand(small):
    """Twelve departments: two of 14 left, and the twelve that every province has are just met."""
    table = ceilings_table(small[1], small[0])
    most = row(table, "province_departments_max", "city")
    assert (most["limit"], most["used"], most["slack"], most["binding"]) == (14, 12, 2, False)
    least = row(table, "province_departments_mandatory", "city")
    assert (least["sense"], least["slack"], least["binding"]) == ("least", 0, True)


def test_communes_by_hand(small):
    """24,000 people: 32 + 8,000 / 2,000 = 36 of a cap of 50; a ward of 50,000: 32 + 17 = 49 of 70; an island 32."""
    table = ceilings_table(small[1], small[0])
    formula = row(table, "gov_bloc_add_one_per_persons", "10001")
    assert (formula["limit"], formula["used"], formula["binding"]) == (36, 36, True)
    cap = row(table, "gov_bloc_cap_xa", "10001")
    assert (cap["limit"], cap["slack"], cap["binding"]) == (50, 14, False)
    ward = row(table, "gov_bloc_cap_phuong_dac_khu", "20001")
    assert (ward["limit"], ward["used"]) == (70, 49)
    assert row(table, "gov_bloc_average", "30001")["binding"]
    # Two Party posts in the small scenario: below the 15 of the guidance, which the slack says.
    assert row(table, "party_bloc_low", "10001")["slack"] == 2 - 15


def test_a_capped_unit_binds_at_the_cap_and_not_at_the_formula(small):
    """60,000 people in a xã: the formula gives 32 + 22 = 54, the cap 50; who is above counts at the cap."""
    inputs, tables = small
    units = tables["new_units"].copy()
    units.loc[units["new_id"] == "10001", "population"] = 60_000
    local = tables["posts"][tables["posts"]["new_unit_id"] == "10001"]
    government = local[local["bloc"] == "government"]
    more = pd.concat([government.head(14).assign(person_id="", phase="establishment"),
                      government.head(6).assign(phase="transitional")])  # fmt: skip
    posts = pd.concat([tables["posts"], more], ignore_index=True)
    table = ceilings_table(tables | {"new_units": units, "posts": posts}, inputs)
    formula, cap = (row(table, r, "10001") for r in ("gov_bloc_add_one_per_persons", "gov_bloc_cap_xa"))
    assert (formula["limit"], formula["used"], formula["binding"], formula["above"]) == (54, 50, False, 0)
    assert (cap["limit"], cap["used"], cap["binding"], cap["above"]) == (50, 50, True, 6)


def test_few_people_above_a_ceiling_are_not_shown(small):
    """3 above in one unit, 9 in another: the 3 would follow from the 12 of the rule, so both are empty."""
    inputs, tables = small
    local = tables["posts"][tables["posts"]["bloc"] == "party"]
    counts = {"10001": 3, "20001": 9}
    parts = [local[local["new_unit_id"] == u].iloc[[0] * n].assign(phase="transitional") for u, n in counts.items()]
    table = ceilings_table(tables | {"posts": pd.concat([tables["posts"], *parts], ignore_index=True)}, inputs)
    own = table[table["rule"] == "staffing.party_bloc_high"].set_index("subject_id")
    assert own["above"].isna().to_dict() == {"10001": True, "20001": True, "30001": False}
    assert own["above_all"].tolist() == [12, 12, 12]


def test_divisions_and_totals_by_hand(small):
    """Each division: 8 of at least 6 people, no deputy of 1; 96 posts of the 96 people of the province present."""
    table = ceilings_table(small[1], small[0])
    division = "so-y-te-hai-phong-moi--phong"
    assert row(table, "division_min_posts_class_1", division)["slack"] == 2
    assert row(table, "division_deputies_lt10", division)["slack"] == 1
    province = row(table, "staff_cap_province", "city")
    assert (province["limit"], province["used"], province["binding"]) == (96, 96, True)
    assert row(table, "staff_cap_province", "hai_duong")["used"] == 48
    assert row(table, "vice_chairs_city_from_two_provinces_max", "city")["limit"] == 6
    assert pd.isna(row(table, "vice_chairs_city_from_two_provinces_max", "city")["used"])
    conform("ceilings", table)


def test_binding_rules_count_subjects(small):
    """Only rules that bind somewhere, those that bind most subjects first."""
    lines = binding_rules(ceilings_table(small[1], small[0]))
    assert lines["binding"].is_monotonic_decreasing
    assert (lines["binding"] > 0).all()
    # The formula binds in two units, at 36 and at 49 posts; the third unit is at the average.
    (formula,) = lines[lines["rule"] == "staffing.gov_bloc_add_one_per_persons"].to_dict("records")
    assert [formula[k] for k in ("subjects", "binding", "lowest", "highest")] == [2, 2, 36, 49]


def test_the_formula_on_the_114_real_units_gives_4965_posts(inputs):
    """Published computation, through the limits of the table: formula where it is not capped, else the cap."""
    real = inputs.reference
    units = pd.DataFrame({"new_id": real["code"], "kind": real["kind"], "population": real["population"]})
    posts = staffing.gov_bloc_posts(units["population"], units["kind"], inputs.law)
    assert (len(units), int(posts.sum())) == (114, 4965)


@pytest.mark.xdist_group("plan")
def test_the_shipped_plan_keeps_every_ceiling(shipped_plan, inputs):
    """Nothing beyond a limit, every rule exists, and the front page figures agree with the posts."""
    table = shipped_plan.tables["ceilings"]
    assert set(table["rule"]) <= set(inputs.law)
    assert (table["slack"].dropna() >= 0).all()
    posts = shipped_plan.tables["posts"]
    local = posts[(posts["level"] == "commune") & (posts["phase"] == "establishment")]
    assert row(table, "staff_cap_commune", "city")["used"] == len(local)
    # Vice chairs: 2.5 on average of 114 units, 285 in all, all used.
    chairs = row(table, "vice_chairs_commune_average_max", "communes")
    assert (chairs["limit"], chairs["used"]) == (285, 285)


def test_the_audit_finds_posts_beyond_those_present(small_case):
    """97 posts in the establishment where 96 people were present: Art 11(2) is broken, and the audit says so."""
    assert audit_tables(small_case)["posts-total"].passed
    posts = small_case.tables["posts"]
    extra = posts[posts["level"] == "province"].head(1).assign(post_id="one-more", person_id="")
    small_case.tables["posts"] = pd.concat([posts, extra], ignore_index=True)
    violations = audit_tables(small_case)["posts-total"].violations
    assert violations == ("province: 97 posts in the establishment, 96 people were present before",)


def test_the_audit_reads_the_table_of_ceilings(small):
    """A table that follows from the plan passes; a used figure above its limit, or a wrong mark, does not."""
    inputs, tables = small
    table = ceilings_table(tables, inputs)
    table = table[table["sense"] != "least"].reset_index(drop=True)
    assert audit_tables(Case(inputs, tables | {"ceilings": table}))["ceilings"].passed
    wrong = table.copy()
    wrong.loc[wrong["rule"] == "staffing.province_departments_max", ["used", "slack"]] = [15, -1]
    found = audit_tables(Case(inputs, tables | {"ceilings": wrong}))["ceilings"].violations
    assert any("beyond the ceiling" in v for v in found)
    assert any("binding does not follow" in v for v in found)
