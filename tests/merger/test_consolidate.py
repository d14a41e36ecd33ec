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


NURSES, MERIT = "so-y-te-hai-phong--van-phong", "so-noi-vu-hai-duong--nguoi-co-cong"
OFFICES = ("so-noi-vu-hai-duong--van-phong", "so-noi-vu-hai-phong--van-phong")


def quick(**options):
    """Options that leave out the curve and the alternatives, which these tests do not look at."""
    return {"tradeoff_shares": (), "alternatives": 0} | options


def test_pairing_across_agencies_is_honoured_and_said_so(inputs):
    """An office of Health and a division of Home Affairs become one, though no rule would join them."""
    run = consolidate.run(with_options(inputs, {"pair": ((NURSES, MERIT),)}, **quick()), {}, STOP)
    rows = run.tables["structure"].set_index("division_id")
    assert rows.at[NURSES, "new_division_id"] == rows.at[MERIT, "new_division_id"]
    assert "không cho phép" in rows.at[MERIT, "reason_vi"]
    assert "planner" in rows.at[MERIT, "reason_en"]


def test_counterparts_kept_apart_by_a_lock(inputs):
    """The two offices, joined otherwise, stay two; the reason names the lock."""
    run = consolidate.run(with_options(inputs, {"keep_apart": (OFFICES,)}, **quick()), {}, STOP)
    rows = run.tables["structure"].set_index("division_id")
    assert rows.loc[list(OFFICES), "new_division_id"].nunique() == 2
    assert "khóa" in rows.at[OFFICES[0], "reason_vi"]


def test_site_of_a_division_by_a_lock(inputs):
    """The division and what joins it work at the old seat though the share of second sites is 0; no other does."""
    site = "hd-provincial-centre-old"
    run = consolidate.run(with_options(inputs, {"fixed_site": {MERIT: site}}, **quick()), {}, STOP)
    rows = run.tables["structure"].set_index("division_id")
    new = run.tables["new_divisions"].query("min_posts > 0").set_index("new_division_id")["site_id"]
    assert rows.at[MERIT, "site_id"] == site
    assert new[new == site].index.tolist() == [rows.at[MERIT, "new_division_id"]]


def test_contradicting_decisions_are_named_in_words(inputs):
    """Exactly the pairing and the lock that keeps the two apart, by name."""
    with pytest.raises(InfeasibleError) as error:
        consolidate.run(with_options(inputs, {"pair": (OFFICES,), "keep_apart": (OFFICES,)}, **quick()), {}, STOP)
    assert len(error.value.reasons) == 2
    assert all("Văn phòng Sở (Sở Nội vụ Hải Dương)" in r for r in error.value.reasons)


def test_unknown_divisions_of_decisions_are_named(inputs):
    """Every unknown id at once, before anything is solved."""
    locks = {"pair": (("nowhere", OFFICES[0]),), "fixed_site": {"no-body": "bac-song-cam"}}
    with pytest.raises(InfeasibleError) as error:
        consolidate.run(with_options(inputs, locks), {}, STOP)
    assert [("nowhere" in r, "no-body" in r) for r in error.value.reasons] == [(True, False), (False, True)]


def test_files_beyond_the_store_of_the_main_site_are_explained(inputs):
    """The centre's divisions have more than 15,000 m of files: all of them do not fit where all have to sit."""
    store = {"bac-song-cam": {"archive_m": 15_000}}
    store |= {site: {"archive_m": 50_000} for site in inputs.scenario.consolidate.stay_sites.values()}
    with pytest.raises(InfeasibleError) as error:
        consolidate.run(with_options(inputs, **quick(site_equipment=store)), {}, STOP)
    words = " ".join(error.value.reasons)
    assert "15.000 mét hồ sơ" in words
    assert "cơ sở 2" in words


def test_no_division_has_more_deputies_than_its_agency(inputs, result):
    """The Internal Affairs board has two deputies, so its divisions of 15 persons and more have two, not three."""
    divisions = result.tables["new_divisions"]
    above = divisions["new_agency_id"].map(result.tables["new_agencies"].set_index("new_agency_id")["deputies_cap"])
    assert (divisions["deputies_cap"] <= above).all()
    own = divisions[divisions["new_agency_id"] == "ban-noi-chinh-thanh-uy-hai-phong-moi"]
    capped = own[own["staff"] >= 15]
    assert len(capped)
    assert set(capped["deputies_cap"]) == {2}
    assert capped["rules"].str.contains("deputies_below_not_more_than_above").all()


def test_curve_of_the_second_site(result):
    """Each point is proven, more freedom never costs more, and no more stay than the share allows."""
    curve = result.tables["site_tradeoff"]
    assert set(curve["status"]) == {"optimal"}
    assert curve["total_vnd"].is_monotonic_decreasing
    assert curve["travel_vnd"].iloc[-1] < curve["travel_vnd"].iloc[0]
    assert curve["coordination_vnd"].iloc[-1] > curve["coordination_vnd"].iloc[0] == 0
    assert (curve["divisions_staying"] <= curve["share"] * curve["divisions_after"] + 1e-9).all()
    assert curve["total_vnd"].iloc[0] == result.record.objective
    assert len(result.record.figures["second_site_curve"]) == len(curve)


def test_alternatives_differ_within_the_gap(inputs, result):
    """Each alternative differs from the proposal, costs at most 1 % more, and holds every division once."""
    table = result.tables["structure_alternatives"]
    assert table["alternative"].nunique() == inputs.scenario.consolidate.alternatives
    for _, rows in table.groupby("alternative"):
        assert sorted(rows["division_id"]) == sorted(inputs.divisions["division_id"])
        assert (~rows["same"]).any()
        assert 0 <= rows["extra_vnd"].iloc[0] <= 0.01 * result.record.objective
    settled = table[table["settled"]]
    assert settled["same"].all()


def test_next_best_place_of_each_division(result):
    """Divisions that could go elsewhere say where and for how much; leaders say that they follow their agency."""
    rows = result.tables["structure"].set_index("division_id")
    joined = rows.loc[list(OFFICES)].nlargest(1, "alternative_vnd").iloc[0]
    assert joined["alternative_vnd"] > 0
    assert "giữ riêng trong Sở Nội vụ" in joined["alternative_vi"]
    assert "đi theo cơ quan" in rows.at["so-noi-vu-hai-duong--lanh-dao", "alternative_vi"]
