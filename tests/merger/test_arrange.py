"""Stage arrange on the shipped data: tables, law, names, the independent score, reasons when infeasible."""

from dataclasses import replace

import numpy as np
import pytest

from geodata.faults import InputError
from merger.arrangement.model import zone_members
from merger.arrangement.names import spelling
from merger.arrangement.score import plan_assignment, score_units
from merger.stages.arrange import run
from merger.stages.stage import InfeasibleError
from solvers.problem import Stop

STOP = Stop(seconds=60)
pytestmark = pytest.mark.xdist_group("arrange")


def changed(inputs, locks=None, **options):
    """Inputs with other options of the stage and other locks; the travel table is shared."""
    scenario = inputs.scenario
    arrange = scenario.arrange.model_copy(update={"max_members": 4, **options})
    held = scenario.locks.model_copy(update=locks or {})
    other = replace(inputs, scenario=scenario.model_copy(update={"arrange": arrange, "locks": held}))
    other.__dict__["unit_travel"], other.__dict__["unit_minutes"] = inputs.unit_travel, inputs.unit_minutes
    return other


@pytest.fixture(scope="module")
def arranged(geography):
    """The shipped case with at most four old units in a new one, to be quick."""
    inputs = changed(geography)
    return inputs, run(inputs, {}, STOP)


def test_every_old_unit_once_and_as_many_new_ones_as_asked(arranged):
    """374 units and the island district form 64 + 50 new units, none across the old province line."""
    inputs, result = arranged
    units, new = result.tables["units"], result.tables["new_units"]
    assert sorted(units["old_code"]) == sorted(inputs.units.index)
    assert new["side"].value_counts().to_dict() == inputs.scenario.arrange.regions
    assert (units["side"] == units["new_id"].map(new.set_index("new_id")["side"])).all()
    assert (new["n_members"] == units["new_id"].value_counts().reindex(new["new_id"]).to_numpy()).all()
    assert sorted(new.loc[new["kind"] == "dac_khu", "new_name"]) == [
        "Đặc khu Bạch Long Vĩ",
        "Đặc khu Cát Hải",
    ]
    assert result.record.status == "optimal"
    assert result.record.gap == 0
    assert result.record.restriction == ""


def test_the_score_function_finds_the_same(arranged):
    """The independent score of the plan equals the solver's objective and the stage's figures."""
    inputs, result = arranged
    figures, table = score_units(inputs, plan_assignment(result.tables["units"]))
    assert figures["person_minutes"] == pytest.approx(result.record.objective, rel=1e-6)
    for key in ("meets", "exempt", "needs_decision", "special"):
        assert figures[key] == result.record.figures[key]
    assert (figures["not_contiguous"], figures["across_sides"]) == (0, 0)
    # Without a fixed seat, every seat is already the best member centre.
    assert table["seat_code"].tolist() == table["best_seat_code"].tolist()


def test_names_are_unique_in_the_city(arranged):
    """No two new units share a name, whatever the tone placement; a changed name is told with its rule."""
    _, result = arranged
    new = result.tables["new_units"]
    bare = new["new_name"].str.replace(r"^(Xã|Phường|Đặc khu) ", "", regex=True)
    assert bare.map(spelling).is_unique
    told = [f for f in result.record.findings if f.rule == "standards.naming"]
    renamed = new[new["rules"].str.contains("standards.naming")]
    assert len(renamed) == len(told) == result.record.figures["names_changed"]


def test_kinds_and_standing_follow_the_law(arranged):
    """A member ward makes a ward; ratios and standing agree with the floors; every row cites its rules."""
    inputs, result = arranged
    new, old_kind = result.tables["new_units"], inputs.units["kind"]
    plain = new[new["kind"] != "dac_khu"]
    for row in plain.itertuples():
        wards = any(old_kind[c] == "phuong" for c in row.members.split(";"))
        assert row.kind == ("phuong" if wards else "xa")
        meets = row.area_ratio >= 1 and row.population_ratio >= 1
        assert row.standard == ("meets" if meets else "exempt")
        assert meets or row.n_members >= 3
        assert all(rule in inputs.law for rule in row.rules.split(";"))
    assert new.loc[new["kind"] == "dac_khu", ["area_ratio", "population_ratio"]].isna().all(axis=None)
    assert all(f.vi and f.en for f in result.record.findings)


def test_locks_and_options_are_kept(geography):
    """Joined, separated, kept-whole units and seats come out as locked, on the real data."""
    locks = {
        "must_join": (("10507", "10660"),),
        "must_not_join": (("10507", "10510"),),
        "fixed_seat": ("10660",),
        "keep_whole": ("10525",),
    }
    result = run(changed(geography, locks, max_needs_decision=3), {}, STOP)
    home = result.tables["units"].set_index("old_code")
    assert home.loc["10507", "new_id"] == home.loc["10660", "new_id"] == "10660"
    assert home.loc["10507", "new_id"] != home.loc["10510", "new_id"]
    assert (home["new_id"] == "10525").sum() == 1
    assert result.record.figures["needs_decision"] <= 3


def test_infeasible_comes_with_reasons_in_words(geography):
    """Two locks that contradict, and a unit below the floors kept whole, are named with code and name."""
    with pytest.raises(InfeasibleError) as raised:
        run(changed(geography, {"keep_whole": ("10507",)}), {}, STOP)
    text = " ".join(raised.value.reasons)
    assert "locks.keep_whole: 10507 Phường Cẩm Thượng" in text
    assert "arrange.max_needs_decision" in text
    assert "arrange.regions" not in text
    with pytest.raises(InfeasibleError, match="special_zones: Cát Hải"):
        run(changed(geography, {"must_join": (("10507", "11914"),)}), {}, STOP)


def test_wrong_codes_and_sides_are_input_errors(geography):
    """A lock on an unknown unit, or a side without a number of new units, is refused before any work."""
    with pytest.raises(InputError, match="99999"):
        run(changed(geography, {"keep_whole": ("99999",)}), {}, STOP)
    with pytest.raises(InputError, match="hai_duong"):
        run(changed(geography, regions={"hai_phong": 50}), {}, STOP)


def test_zone_by_district_and_by_codes(geography):
    """A special zone takes all units of its district, or the units it names."""
    zones = geography.scenario.arrange.special_zones
    assert [len(zone_members(z, geography.units)) for z in zones] == [12, 1]
    assert np.all(geography.units.loc[list(zone_members(zones[0], geography.units)), "island"])


def test_further_plans_of_a_scenario(geography):
    """One further plan within 0.2 %: two tables, every old unit in both, and two findings in both languages."""
    inputs = changed(geography, alternatives=1, alternatives_gap=0.002)
    result = run(inputs, {}, Stop(seconds=25))
    table, settled = result.tables["alternatives"], result.tables["settled"]
    assert sorted(table["old_code"]) == sorted(settled["old_code"]) == sorted(inputs.units.index)
    assert not table["same"].all()
    figures, _ = score_units(inputs, plan_assignment(table))
    assert 0 <= figures["person_minutes"] - result.record.objective <= 0.002 * result.record.objective + 1
    # The islands are fixed as they are, whatever else there is.
    islands = result.tables["new_units"].query("kind == 'dac_khu'")["new_id"]
    assert set(settled.loc[settled["new_id"].isin(islands), "grouping"]) == {"certain"}
    told = [f for f in result.record.findings if "0,2%" in f.vi and "0.2%" in f.en]
    assert len(told) == 2
