"""Answers to "why?": items are found by id or name, rules are quoted, alternatives are priced."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from geodata.faults import InputError
from merger.arrangement.model import build_model
from merger.arrangement.moves import moves_of
from merger.arrangement.otherwise import plan_regions
from merger.explain import explain_item, plain

pytestmark = pytest.mark.xdist_group("plan")


@pytest.mark.parametrize(("name", "found"), [("Hải Dương", "hai duong"), ("ĐỒ SƠN", "do son"), ("Uông", "uong")])
def test_names_are_found_without_diacritics(name, found):
    """Lower case, no tone marks, đ is d."""
    assert plain(name) == found


def test_a_unit_quotes_the_article_that_decided(shipped_plan, inputs):
    """A unit by its code: the standard in words and Art 5 of Resolution 76/2025 in Vietnamese and in English."""
    (vi,) = [a for a in explain_item(shipped_plan, inputs, "10507", "vi") if a.kind == "đơn vị hành chính cũ"]
    assert "Điều 5 Nghị quyết số 76/2025/UBTVQH15" in vi.as_text()
    (en,) = [a for a in explain_item(shipped_plan, inputs, "10507", "en") if a.kind == "old unit"]
    assert "76/2025" in en.as_text()
    assert "Cẩm Thượng" in en.name


def test_a_name_typed_in_a_hurry_is_found(shipped_plan, inputs):
    """ "so noi vu" finds the new Department of Home Affairs."""
    names = [a.name for a in explain_item(shipped_plan, inputs, "so noi vu hai phong", "vi")]
    assert any(n.startswith("Sở Nội vụ") for n in names)


def people_of(plan, **wanted):
    """Ids of table staff whose columns have these values."""
    staff = plan.tables["staff"]
    return staff[(staff[list(wanted)] == pd.Series(wanted)).all(axis=1)]["person_id"].tolist()


def part(answer, title):
    """Lines of the section whose title begins so."""
    (section,) = [s for s in answer.sections if s.title.startswith(title)]
    return "\n".join(section.lines)


def test_a_person_is_explained_by_id_with_the_synthetic_label(shipped_plan, inputs):
    """Post, way to work before and after, entitlements; labelled as synthetic, and worded as eligibility."""
    (answer,) = explain_item(shipped_plan, inputs, "HD-00001", "vi")
    assert answer.label == "GIẢ LẬP"
    assert "Sau: " in part(answer, "Đi lại")
    assert "[" in part(answer, "Vị trí đề xuất")
    assert any("điều kiện và mức theo quy định" in s.title for s in answer.sections)
    assert "Vị trí khác" in [s.title for s in answer.sections]


def test_the_choices_of_a_person_agree_with_the_table(shipped_plan, inputs):
    """The open choice of the first 12 months is the entitlement of table staff, to the đồng, for some people."""
    staff = shipped_plan.tables["staff"]
    for row in staff.iloc[:: len(staff) // 40].to_dict("records"):
        (answer,) = explain_item(shipped_plan, inputs, row["person_id"], "en")
        now = {c["kind"].removesuffix("_first_12_months"): c for c in answer.choices if c["kind"].endswith("12_months")}
        opened = {kind: c["vnd"] for kind, c in now.items() if c["open"]}
        wanted = {row["entitlement"]: row["entitlement_vnd"]} if row["entitlement"] != "none" else {}
        assert opened == wanted
        closed = [c for c in answer.choices if not c["open"]]
        assert all(c["lines"] for c in closed), "a closed choice must say why"


def test_a_leader_near_retirement_reads_line_by_line_with_articles(shipped_plan, inputs):
    """Every benefit of an open choice cites an article; what is recalled is marked in the line and the heading."""
    person = people_of(shipped_plan, level="province", entitlement="early_retirement")[0]
    for lang, mark in (("vi", "nhớ lại"), ("en", "recalled")):
        (answer,) = explain_item(shipped_plan, inputs, person, lang)
        early = next(c for c in answer.choices if c["kind"] == "early_retirement_first_12_months")
        amounts = [x for x in early["lines"] if x["vnd"] and not x["text"].startswith(("Total", "Tổng cộng"))]
        assert all("[" in x["text"] and x["rules"] for x in amounts)
        assert all((mark in x["text"]) == x["recalled"] for x in amounts)
        assert sum(x["vnd"] for x in amounts[1:]) == early["vnd"]
        assert mark in part(answer, "Quyền lợi" if lang == "vi" else "Entitlement")


def test_a_public_employee_is_told_of_art_7a_and_a_clerk_of_the_five_years(shipped_plan, inputs):
    """Public service: Art 7a, not Art 7; above the establishment of a commune: kept, and the bound that decided."""
    employee = people_of(shipped_plan, level="service", outcome="placed")[0]
    (answer,) = explain_item(shipped_plan, inputs, employee, "en")
    assert "(Art 7a)" in part(answer, "Entitlement")
    clerk = people_of(shipped_plan, level="commune", outcome="transitional")[0]
    (answer,) = explain_item(shipped_plan, inputs, clerk, "en")
    assert "Art 11(3)" in part(answer, "Entitlement")
    assert "nothing left" in part(answer, "Limits that bound")


def test_who_loses_rank_keeps_the_allowance_of_the_table(shipped_plan, inputs):
    """Pay kept for six months under Art 11(4), the amount of table staff."""
    staff = shipped_plan.tables["staff"]
    row = staff[staff["kept_pay_vnd"].fillna(0) > 0].iloc[0]
    (answer,) = explain_item(shipped_plan, inputs, row["person_id"], "en")
    stay = answer.choices[0]
    assert (stay["kind"], stay["vnd"]) == ("stay", row["kept_pay_vnd"])
    assert "6 months" in part(answer, "Entitlement")
    assert "Art 11(4)" in part(answer, "Entitlement")


def test_non_professionals_have_a_regime_of_their_own(shipped_plan, inputs):
    """No figure is invented for them: the day on which their work ends, and that the law data says no more."""
    person = people_of(shipped_plan, level="nonprofessional")[0]
    (answer,) = explain_item(shipped_plan, inputs, person, "en")
    assert [c["open"] for c in answer.choices] == [False, False]
    assert "1 August 2025" in part(answer, "Entitlement")


def test_a_new_agency_answers_for_predecessors_people_mandates_and_sites(shipped_plan, inputs):
    """Home Affairs: both old departments, deputies 3 + 1 with their article, divisions with their least size."""
    (vi,) = [a for a in explain_item(shipped_plan, inputs, "so-noi-vu-hai-phong-moi", "vi") if a.kind == "cơ quan mới"]
    assert "Sở Nội vụ Hải Dương" in part(vi, "Hình thành từ")
    assert "không quá 4 vị trí" in part(vi, "Số người và giới hạn")
    assert "370/2025" in part(vi, "Số người và giới hạn")
    assert "Khoản 2 Điều 11 Nghị quyết số 76/2025/UBTVQH15" in part(vi, "Số người và giới hạn")
    assert "(ít nhất 6), cấp phó" in part(vi, "Phòng, đơn vị")
    mandates = shipped_plan.tables["mandates"]
    divisions = shipped_plan.tables["new_divisions"]
    own = {vi.item, *divisions.loc[divisions["new_agency_id"] == vi.item, "new_division_id"]}
    n = int(mandates["successor_id"].isin(own).sum())
    assert part(vi, f"Nhiệm vụ tiếp nhận ({n})").endswith(f"và {n - 12} nội dung khác")
    assert "Bắc Sông Cấm" in part(vi, "Nơi làm việc")
    (en,) = [a for a in explain_item(shipped_plan, inputs, "so-noi-vu-hai-phong-moi", "en") if a.kind == "new agency"]
    assert f"and {n - 12} more" in part(en, "Mandates")


def test_a_new_division_and_a_commune_show_their_ceilings(shipped_plan, inputs):
    """A division: least size and deputies; a commune: the formula with its population, Party, Front, vice chairs."""
    divisions = shipped_plan.tables["new_divisions"]
    row = divisions[divisions["rules"].str.contains("division_min_posts_class_1")].iloc[0]
    answer = explain_item(shipped_plan, inputs, row["new_division_id"], "en")[0]
    assert f"{row['staff']}, at least 6 posts [Art 5, Decree 45/2025" in part(answer, "People and ceilings")
    unit = shipped_plan.tables["new_units"].iloc[0]
    (answer,) = [a for a in explain_item(shipped_plan, inputs, unit["new_id"], "en") if a.kind == "new unit"]
    extra = max(unit["population"] - 16_000, 0) // 2_000
    assert f"= 32 + {extra} (1 for each full 2,000" in part(answer, "Posts by bloc")
    assert "at most 285 posts" in part(answer, "Ceilings")
    assert "head 1" in part(answer, "Bodies")


def test_columns_of_consolidation_are_shown_when_present(shipped_plan, inputs):
    """Reason of a mandate and alternative of a division appear where table mandates and structure carry them."""
    tables = dict(shipped_plan.tables)
    mandates = tables["mandates"].assign(reason_vi="vì cùng lĩnh vực", reason_en="same field")
    structure = tables["structure"].assign(alternative_vi="về Sở Tài chính", alternative_en="to Finance",
                                           alternative_vnd=1_500_000)  # fmt: skip
    plan = replace(shipped_plan, tables=tables | {"mandates": mandates, "structure": structure})
    agency = explain_item(plan, inputs, "so-noi-vu-hai-phong-moi", "en")[0]
    assert ": same field" in part(agency, "Mandates")
    division = structure["division_id"].iloc[0]
    (answer,) = [a for a in explain_item(plan, inputs, division, "en") if a.kind == "division before"]
    assert answer.alternative == "to Finance"


def test_answers_are_plain_data_for_json(shipped_plan, inputs):
    """Every answer can be written as JSON, choices and sections included."""
    for item in ("HD-00001", "so-noi-vu-hai-phong-moi", "staffing.gov_bloc_cap_xa"):
        text = json.dumps([a.as_dict() for a in explain_item(shipped_plan, inputs, item, "vi")], ensure_ascii=False)
        assert "sections" in text


def test_a_rule_tells_its_value_and_where_it_decided(shipped_plan, inputs):
    """A rule by its id: value in force, article, number of items it decided."""
    (answer,) = explain_item(shipped_plan, inputs, "standards.three_or_more_merge_exempts_from_targets", "en")
    exempt = (shipped_plan.tables["units"]["standard"] == "exempt").sum()
    assert answer.facts["old unit"] >= exempt > 0
    assert "76/2025" in answer.rules[0]


def test_an_unknown_item_is_a_bad_input(shipped_plan, inputs):
    """Nothing of that name: says so instead of answering about something else."""
    with pytest.raises(InputError, match="nothing in this plan is called 'atlantis'"):
        explain_item(shipped_plan, inputs, "atlantis", "vi")


def test_no_single_move_improves_a_proven_plan(shipped_plan, inputs):
    """The plan is optimal, so moving any unit alone within the rules costs person-minutes and never saves any."""
    model = build_model(inputs)
    place = plan_regions(model, shipped_plan.tables["units"])
    allowed = [m for u in range(0, len(model.codes), 12) for m in moves_of(model, place.region, u) if not m.holds]
    assert allowed, "no unit of the sample can move at all"
    assert min(m.extra for m in allowed) >= -1e-6


def test_the_best_plan_without_a_unit_where_it_is(shipped_plan, inputs):
    """Solved anew: the unit is with another seat, no better than the plan, no worse than its best move alone."""
    (answer,) = explain_item(shipped_plan, inputs, "unit 10507", "en")
    other = answer.other["best_otherwise"]
    home = shipped_plan.tables["units"].set_index("old_code")["seat_code"]
    assert other["not_with"] == home["10507"]
    assert other["not_with"] not in other["members"]
    assert "10507" in other["members"]
    assert other["proven_best"]
    moves = [m["extra_person_minutes"] for m in answer.other["moves"] if not m["breaks"]]
    assert 0 < other["extra_person_minutes"] <= min(moves, default=float("inf")) + 0.1
    assert answer.alternative.startswith("The best plan in which Phường Cẩm Thượng is not in one unit with")
    assert "proven best" in answer.alternative
    # Everybody whose seat changes is named, and the plan is another one exactly there.
    assert all(home[code] != seat for code, seat in other["changed"].items())
    assert json.loads(json.dumps(answer.as_dict()))["other"] == answer.other


def test_only_units_are_looked_for_when_asked(shipped_plan, inputs):
    """A seat's code names an old and a new unit; after "unit" it names the old one."""
    seat = shipped_plan.tables["new_units"]["seat_code"].iloc[0]
    assert {a.kind for a in explain_item(shipped_plan, inputs, f"unit {seat}", "en")} == {"old unit"}
    with pytest.raises(InputError, match="no old unit"):
        explain_item(shipped_plan, inputs, "unit so-noi-vu-hai-duong", "en")


def test_a_body_of_before_tells_its_successor(shipped_plan, inputs):
    """The Department of Home Affairs of Hải Dương: goes to the new one, with the reasons of its divisions."""
    (answer,) = explain_item(shipped_plan, inputs, "so-noi-vu-hai-duong", "vi")
    assert any("Sở Nội vụ Hải Phòng" in fact for fact in answer.facts.values())
    assert answer.reasons
