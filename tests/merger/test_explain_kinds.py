"""Every kind of item has an answer in both languages, as text and as JSON, on the small plan."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from merger.disclosure import public_tables
from merger.explain import explain_item
from merger.plan import Plan


@pytest.fixture
def question(small_case):
    """The small plan with what its words need: names of units and sites, a timetable without shared systems."""
    inputs = small_case.inputs
    units = inputs.units.assign(name_full=[f"Xã {c}" for c in inputs.units.index])
    sites = inputs.sites.assign(name=["Trung tâm cũ", "Trung tâm mới"])
    inputs = replace(inputs, units=units, sites=sites)
    stages = {"arrange": {"figures": {}}}
    return Plan(Path("p"), {"headline": {}, "stages": stages, "synthetic": ["staff"]}, small_case.tables), inputs


ITEMS = {
    "agency": "so-y-te-hai-phong-moi",
    "route": "s-1",
    "task": "review",
    "rule": "staffing.division_deputies_15_plus",
    "allowance": "hp-travel-15",
}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_an_item_is_explained_in_text_and_json(question, item, lang):
    """The answer names the item and says more than its id; JSON holds the same."""
    answers = explain_item(*question, item, lang)
    assert answers
    text = answers[0].as_text()
    assert item in text
    assert len(text.splitlines()) > 1
    assert json.loads(json.dumps([a.as_dict() for a in answers], ensure_ascii=False))[0]["item"] == item


def test_a_mandate_names_its_successor(question):
    """The name of the body that takes it over, not its id."""
    plan, inputs = question
    mandates = plan.tables["mandates"].assign(successor="Sở Y tế Hải Phòng (mới)", successor_id="so-y-te-hai-phong-moi")
    plan = replace(plan, tables={**plan.tables, "mandates": mandates})
    (answer,) = [a for a in explain_item(plan, inputs, "p-1", "vi") if a.kind == "nhiệm vụ"]
    assert "Sở Y tế Hải Phòng (mới)" in answer.facts.values()
    assert "so-y-te-hai-phong-moi" not in answer.facts.values()


def test_a_route_says_where_it_stops_and_why_it_runs(question):
    """Times of both directions; in a public copy counts are masked, and nobody's group is told."""
    plan, inputs = question
    (answer,) = explain_item(plan, inputs, "s-1", "en")
    titles = [s.title for s in answer.sections]
    assert any("morning" in t for t in titles)
    assert any("06:20" in line for s in answer.sections for line in s.lines)
    public = replace(plan, tables=public_tables(plan.tables, inputs.units, 5), public=True)
    assert explain_item(public, inputs, "s-1", "vi")


def test_a_rule_is_found_by_its_title_too(question):
    """Without diacritics, as names are."""
    plan, inputs = question
    rule = "staffing.division_deputies_15_plus"
    title = inputs.law[rule].title("en")
    assert rule in [a.item for a in explain_item(plan, inputs, title.lower(), "en")]


def test_a_rule_without_a_number_shows_none(question):
    """No line says "None"."""
    plan, inputs = question
    plain = next(r for r in inputs.law if inputs.law[r].value is None)
    text = explain_item(plan, inputs, plain, "en")[0].as_text()
    assert "None" not in text
