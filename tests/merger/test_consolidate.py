"""Stage consolidate and the mandates on the shipped data."""

from dataclasses import replace

import pandas as pd
import pytest

from merger.consolidation.divisions import distinct_names, division_items, new_name, side_titles, similarity
from merger.consolidation.mandates import CARRIED, holders_table
from merger.consolidation.problem import build_structure
from merger.stages import consolidate
from merger.stages.stage import InfeasibleError
from solvers.problem import Stop

STOP = Stop(seconds=60)


@pytest.fixture(scope="module")
def result(inputs):
    """The stage on the shipped scenario."""
    return consolidate.run(inputs, {}, STOP)


def with_options(inputs, locks=None, **options):
    """The same inputs under other options of the stage."""
    scenario = inputs.scenario.model_copy(
        update={
            "consolidate": inputs.scenario.consolidate.model_copy(update=options),
            "locks": inputs.scenario.locks.model_copy(update=locks or {}),
        }
    )
    return replace(inputs, scenario=scenario)


def test_every_division_has_one_successor(inputs, result):
    """All divisions before occur once and lead to a new division of the agency named beside it."""
    structure, divisions = result.tables["structure"], result.tables["new_divisions"]
    assert sorted(structure["division_id"]) == sorted(inputs.divisions["division_id"])
    agency = divisions.set_index("new_division_id")["new_agency_id"]
    assert (structure["new_division_id"].map(agency) == structure["new_agency_id"]).all()
    assert structure["staff"].sum() == divisions["staff"].sum() == inputs.divisions["staff"].sum()


def test_result_is_proven(result):
    """The shipped case is solved to optimality and says so with equal objective and bound."""
    record = result.record
    assert record.status == "optimal"
    assert record.gap == 0.0
    assert record.unit == "VND"
    assert record.figures["departments_after"] == 13


def test_counterparts_are_joined_and_smallest_sizes_kept(inputs, result):
    """The two sides' offices of a department become one; no ordinary division is below its legal size."""
    structure = result.tables["structure"].set_index("division_id")
    offices = [f"so-noi-vu-{side}--van-phong" for side in ("hai-duong", "hai-phong")]
    assert structure.loc[offices, "new_division_id"].nunique() == 1
    small = result.tables["new_divisions"].query("staff < min_posts")
    assert small.empty


def test_published_pairing_is_kept(inputs, result):
    """Without locks each agency's divisions all go to its published successor."""
    published = inputs.agencies.set_index("agency_id")["successor_id"]
    rows = result.tables["structure"]
    assert (rows["agency_id"].map(published) == rows["new_agency_id"]).all()


def test_service_units_stay_where_they_are(inputs, result):
    """Service units keep their site; everybody else of the centre works at the main site by default."""
    rows = result.tables["structure"].merge(inputs.divisions[["division_id", "kind"]], on="division_id")
    service = rows[rows["kind"] == "service_unit"]
    assert (service["site_id"] == service["site_before"]).all()
    central = rows[
        (rows["kind"] != "service_unit") & rows["site_before"].isin(inputs.scenario.consolidate.stay_sites.values())
    ]
    assert set(central["site_id"]) == {inputs.scenario.consolidate.main_site}


def test_reasons_and_names(result):
    """Each row has a reason in both languages; names differ within a new agency."""
    rows, divisions = result.tables["structure"], result.tables["new_divisions"]
    assert rows["reason_vi"].str.len().min() > 20
    assert rows["reason_en"].str.len().min() > 20
    assert not divisions.duplicated(["new_agency_id", "new_division"]).any()


def test_lock_wins_over_published_successor(inputs):
    """A locked division goes to the agency of the lock; the others of its agency do not follow."""
    division, target = "so-noi-vu-hai-duong--nguoi-co-cong", "so-y-te-hai-phong-moi"
    run = consolidate.run(with_options(inputs, {"fixed_successor": {division: target}}), {}, STOP)
    rows = run.tables["structure"].set_index("division_id")
    assert rows.at[division, "new_agency_id"] == target
    assert "khóa" in rows.at[division, "reason_vi"]
    assert rows.at["so-noi-vu-hai-duong--van-phong", "new_agency_id"] == "so-noi-vu-hai-phong-moi"


def test_second_site_is_cheaper_where_it_is_allowed(inputs, result):
    """Allowing a tenth of the divisions to stay lowers the cost, and not more than a tenth stays."""
    run = consolidate.run(with_options(inputs, second_site_share=0.1), {}, STOP)
    assert run.record.status == "optimal"
    assert run.record.objective < result.record.objective
    figures = run.record.figures
    assert 0 < figures["divisions_at_second_site"] <= 0.1 * figures["divisions_after"]


def test_too_little_floor_is_explained(inputs):
    """40 m2 a person do not fit into the main site: the conflict names its floor and the single-site rule."""
    with pytest.raises(InfeasibleError) as error:
        consolidate.run(with_options(inputs, floor_m2_person=40), {}, STOP)
    words = " ".join(error.value.reasons)
    assert "Bắc Sông Cấm" in words
    assert "cơ sở 2" in words
    assert len(error.value.reasons) == 2


def test_missing_mandatory_department_is_named(inputs):
    """A scenario without a Department of Health after the merger is refused with the rule."""
    agencies = inputs.agencies[inputs.agencies["agency_id"] != "so-y-te-hai-phong-moi"]
    with pytest.raises(InfeasibleError, match="Health"):
        consolidate.run(replace(inputs, agencies=agencies), {}, STOP)


def test_each_mandate_has_one_accountable_body(inputs, result):
    """Mandates are unique, their successors exist, and all programmes and systems of the input are there."""
    mandates = result.tables["mandates"]
    after = set(inputs.agencies.loc[inputs.agencies["period"] == "after", "agency_id"])
    after |= set(result.tables["new_divisions"]["new_division_id"])
    assert mandates["mandate_id"].is_unique
    assert set(mandates["successor_id"]) <= after
    assert (mandates[["title_vi", "title_en", "successor", "holders_before"]] != "").all(axis=None)
    programmes = inputs.programmes[inputs.programmes["kind"].isin(CARRIED)]
    assert set(programmes["programme_id"]) <= set(mandates["mandate_id"])
    assert {f"it-system--{s}" for s in inputs.it_systems["system_id"]} <= set(mandates["mandate_id"])
    music = mandates.set_index("mandate_id").loc["r05-model-city-of-music"]
    assert music["successor_id"] == "so-van-hoa-the-thao-va-du-lich-hai-phong-moi"


def test_holders_table_fits_the_shipped_scenario(inputs):
    """Every row of the table of ours names an item and an agency that exist, once; `official` has a leader
    named.
    """
    rows = holders_table()
    assert not rows.duplicated(["source", "item"]).any()
    assert set(rows["agency_id"]) <= set(inputs.agencies.query("period == 'after'")["agency_id"])
    programmes = inputs.programmes.set_index("programme_id")
    items = rows[rows["source"] == "programme"]
    assert set(items["item"]) <= set(programmes.index)
    official = items[items["basis"] == "official"]["item"]
    named = (programmes.loc[official, "leader"] != "") | (official.to_numpy() == "jc-task-05")
    assert named.all()


def test_labels(result):
    """Rows that rest on the synthetic divisions say so; published pairings of bodies are official."""
    for name in ("structure", "new_agencies", "new_divisions"):
        assert set(result.tables[name]["label"]) == {"SYNTHETIC"}
    mandates = result.tables["mandates"].set_index("mandate_id")
    assert mandates.at["function--so-y-te-hai-duong", "label"] == "official"
    assert mandates.at["function--ban-noi-chinh-tinh-uy-hai-duong", "label"] == "proposed"


def test_problem_counts_floor_of_persons_and_files(inputs):
    """A division of 12 persons with 100 m of files needs 12 x 12 + 100 x 0.2 = 164 m2."""
    items = division_items(inputs)
    first = items.index[items["kind"] == "division"][0]
    items.loc[first, ["staff", "archive_m"]] = [12, 100]
    assert build_structure(inputs, items).problem.floor[first] == 164


def test_counterparts_by_field_and_name(inputs):
    """Divisions of one side never share a team; counterparts of equal name do."""
    items = division_items(inputs)
    teams = items[items["team"] >= 0]
    assert not teams.duplicated(["team", "side"]).any()
    by_id = items.set_index("division_id")["team"]
    assert by_id["thanh-tra-hai-duong--nghiep-vu-2"] == by_id["thanh-tra-hai-phong--nghiep-vu-2"]
    assert by_id["thanh-tra-hai-duong--nghiep-vu-1"] != by_id["thanh-tra-hai-phong--nghiep-vu-2"]


def test_names_of_new_divisions():
    """One team keeps its name, the province becomes a city, several teams are joined, equal names get the
    side.
    """
    one = pd.DataFrame({"division": ["Trung tâm Phục vụ hành chính công tỉnh"], "team": [1]})
    assert new_name(list(one.itertuples())) == "Trung tâm Phục vụ hành chính công thành phố"
    two = pd.DataFrame({"division": ["Phòng Pháp chế", "Phòng Thanh tra"], "team": [1, 2]})
    assert new_name(list(two.itertuples())) == "Phòng Pháp chế và Thanh tra"
    same = distinct_names(["Bảo tàng", "Bảo tàng"], ["a", "a"], ["x", "y"], {"x": "Hải Dương", "y": "Hải Phòng"})
    assert same == ["Bảo tàng Hải Dương", "Bảo tàng Hải Phòng"]
    assert distinct_names(["P", "P"], ["a", "a"], ["x", "x"], {"x": "Đông"}) == ["P Đông I", "P Đông II"]


def test_similarity_of_names():
    """Two of the four syllables are shared: 0.5; the order does not matter."""
    assert similarity("Phòng Tổng hợp", "Hợp tổng PHÒNG") == 1.0
    assert similarity("Phòng Nội vụ", "Phòng Nội chính") == 0.5


def test_side_titles(inputs):
    """The place name of a side is what the names of its departments end with."""
    assert side_titles(inputs.agencies) == {"hai_duong": "Hải Dương", "hai_phong": "Hải Phòng"}
