"""Answers to "why?": items are found by id or name, rules are quoted, alternatives are priced."""

import pytest

from geodata.faults import InputError
from merger.arrangement.alternatives import best_other_unit
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


def test_a_person_is_explained_by_id_with_the_synthetic_label(shipped_plan, inputs):
    """Post, commute before and after, entitlement; labelled as synthetic."""
    (answer,) = explain_item(shipped_plan, inputs, "HD-00001", "vi")
    assert answer.label == "GIẢ LẬP"
    assert "Km từ nhà đến cơ quan sau" in answer.facts


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
    """The plan is optimal, so the best other placement of any unit costs person-minutes and never saves any."""
    units = shipped_plan.tables["units"]
    found = [best_other_unit(inputs, units, code) for code in units["old_code"].iloc[::12]]
    priced = [extra for move in found if move for extra in [move[1]]]
    assert priced, "no unit of the sample can move at all"
    assert min(priced) >= -1e-6


def test_a_body_of_before_tells_its_successor(shipped_plan, inputs):
    """The Department of Home Affairs of Hải Dương: goes to the new one, with the reasons of its divisions."""
    (answer,) = explain_item(shipped_plan, inputs, "so-noi-vu-hai-duong", "vi")
    assert any("Sở Nội vụ Hải Phòng" in fact for fact in answer.facts.values())
    assert answer.reasons
