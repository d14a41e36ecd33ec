"""Comparison of two plans: nothing for a plan with itself, and each kind of change is found, told and written."""

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from geodata.faults import InputError
from geodata.maps import write_geojson
from merger.compare import compare_plans, write_comparison
from merger.comparison.terminal import as_text
from merger.disclosure import public_tables
from merger.plan import Plan


def units(groups):
    """Units table from {new id: [(old code, population)]}; the first member is the seat."""
    rows = [
        {
            "old_code": c,
            "old_name": f"Xã {c}",
            "new_id": new,
            "new_name": f"Xã {new}",
            "seat_code": members[0][0],
            "population": p,
        }
        for new, members in groups.items()
        for c, p in members
    ]
    return pd.DataFrame(rows)


def plan(path=Path("p"), **tables):
    manifest = {"headline": {"plan": {"mean_km": 10.0}}, "stages": {"arrange": {"figures": {"regions": 2}}}}
    return Plan(Path(path), manifest, tables)


@pytest.fixture
def base():
    staff = pd.DataFrame(
        {
            "person_id": ["a", "b", "c"],
            "level": "province",
            "outcome": "placed",
            "site_after": "s1",
            "km_after": [2.0, 4.0, 9.0],
            "support": "own",
        }
    )
    return plan(units=units({"1": [("1", 100), ("2", 50)], "3": [("3", 70)]}), staff=staff)


def test_a_plan_compared_with_itself_shows_nothing(base):
    """No figure and no item differs, in both languages."""
    same = compare_plans(base, base)
    assert same.empty
    assert as_text(same, "en") == "The two plans are the same."
    assert as_text(same, "vi") == "Hai phương án giống nhau."


def test_a_small_plan_compared_with_itself_shows_nothing(small_case):
    """Every table of a whole plan, in the full and in the public form."""
    whole = plan(**small_case.tables)
    assert compare_plans(whole, whole).empty
    public = replace(whole, tables=public_tables(small_case.tables, small_case.inputs.units, 5), public=True)
    assert compare_plans(public, public).empty


def test_a_moved_unit_changes_its_partners_too(base):
    """Unit 2 goes from 1 to 3: only its 50 people get another office; 1 and 3 lose and gain a partner."""
    other = replace(base, tables={**base.tables, "units": units({"1": [("1", 100)], "3": [("3", 70), ("2", 50)]})})
    changes = compare_plans(base, other).changes
    assert [(c.item, c.people) for c in changes] == [("2", 50), ("1", 0), ("3", 0)]
    assert changes[1].after == {"vi": "bớt 2", "en": "without 2"}


def test_renumbering_alone_is_no_change(base):
    """The same members, seat and name under another id is not a change for anybody."""
    renamed = base.tables["units"].assign(new_id=lambda t: "x" + t["new_id"])
    assert compare_plans(base, replace(base, tables={**base.tables, "units": renamed})).empty


def test_people_are_counted_never_listed(base):
    """Two people change site: one group with its mean ways, (2 + 4) / 2 = 3 and (20 + 30) / 2 = 25 km: 22 farther."""
    staff = base.tables["staff"].assign(site_after=["s2", "s2", "s1"], km_after=[20.0, 30.0, 9.0])
    (change,) = compare_plans(base, replace(base, tables={**base.tables, "staff": staff})).changes
    assert (change.kind, change.people, change.size) == ("office", 2, 22.0)
    assert change.before["en"] == "s1 (3.0 km)"
    assert change.after["vi"] == "s2 (25,0 km)"
    assert change.name["en"].endswith("2 people, farther by 22.0 km")
    assert not {"a", "b"} & {change.item, *change.name.values()}


def test_what_affects_people_most_comes_first(base):
    """Two people with 1 km more weigh 2 x 2 = 4; one with 8 km more weighs 1 x 9 = 9 and comes first."""
    staff = base.tables["staff"].assign(site_after=["s2", "s2", "s3"], km_after=[3.0, 5.0, 17.0])
    changes = compare_plans(base, replace(base, tables={**base.tables, "staff": staff})).changes
    assert [(c.people, c.size) for c in changes] == [(1, 8.0), (2, 1.0)]


def test_figures_that_differ_are_shown(base):
    """A headline figure appears with both values, in the form of the language."""
    other = replace(base, manifest={**base.manifest, "headline": {"plan": {"mean_km": 12.5}}})
    difference = compare_plans(base, other)
    assert difference.figures == {"headline.mean_km": (10.0, 12.5)}
    assert "12.50 km" in as_text(difference, "en")
    assert "12,50 km" in as_text(difference, "vi")


def test_moved_dates_and_bodies_are_told(small_case):
    """The review ends four days later; a department loses a division; a limit is met later."""
    tables = dict(small_case.tables)
    tasks = tables["timetable"].copy()
    tasks.loc[tasks["task_id"] == "review", "finish"] = "2025-09-09"
    agencies = tables["new_agencies"].copy()
    agencies.loc[0, "divisions"] += 1
    limits = tables["deadlines"].copy()
    limits.loc[limits["deadline"] == "d-legal", "finish"] = "2025-09-16"
    changed = {**tables, "timetable": tasks, "new_agencies": agencies, "deadlines": limits}
    found = {c.kind: c for c in compare_plans(plan(**tables), plan(**changed)).changes}
    assert set(found) == {"task", "agency", "limit"}
    assert found["task"].size == 4.0  # from 5 to 9 September
    assert found["task"].after["vi"].endswith("09/9/2025")
    assert found["agency"].item == agencies.loc[0, "new_agency_id"]
    assert found["limit"].size == 1.0


def test_a_public_copy_tells_no_persons(small_case):
    """Against a public copy only counts are compared, with the reason; nobody's id is in what is written."""
    shown = public_tables(small_case.tables, small_case.inputs.units, 5)
    fewer = shown["headcount"].copy()
    counted = fewer.index[fewer["measure"].eq("outcome") & fewer["people"].map(lambda v: isinstance(v, int))]
    fewer.loc[counted[0], "people"] += 7
    a, b = (replace(plan(**t), public=True) for t in (shown, {**shown, "headcount": fewer}))
    difference = compare_plans(a, b)
    assert [c.kind for c in difference.changes] == ["headcount"]
    assert "public copy" in difference.note["en"]
    text = json.dumps(difference.as_dict(), ensure_ascii=False)
    assert not any(p in text for p in small_case.tables["staff"]["person_id"])


def drawn(folder, groups):
    """A plan folder with maps: unit squares of 0.1 degree in a row."""
    layer = gpd.GeoDataFrame(
        [{"code": g[0], "name": f"Xã <{g[0]}>", "members": ";".join(g), "area_km2": 1.0, "population": 9}
         for g in groups],
        geometry=[shapely.union_all([shapely.box(106 + int(c) / 10, 20, 106.1 + int(c) / 10, 20.1) for c in g])
                  for g in groups],
        crs="EPSG:4326",
    )  # fmt: skip
    (folder / "maps").mkdir(parents=True)
    write_geojson({"units_after": layer}, folder / "maps")
    return plan(folder, units=units({g[0]: [(c, 10) for c in g] for g in groups}))


def test_documents_of_a_comparison(tmp_path):
    """One offline page with both halves, a workbook with a sheet a kind, JSON; names are escaped."""
    a, b = drawn(tmp_path / "a", ["12", "3", "4"]), drawn(tmp_path / "b", ["1", "23", "4"])
    difference = compare_plans(a, b)
    write_comparison(difference, (a, b), tmp_path / "out")
    html = (tmp_path / "out" / "compare.html").read_text(encoding="utf-8")
    assert "http" not in html
    assert html.count("<path") == 6
    assert html.count('class="same"') == 2  # unit 4 in both halves
    assert "Xã &lt;1&gt;" in html
    assert "Xã <1>" not in html
    book = openpyxl.load_workbook(tmp_path / "out" / "compare.xlsx")
    assert [c.value for c in book["Đơn vị - Units"]["A"]][1:] == ["Xã 2", "Xã 3", "Xã 1"]
    assert json.loads((tmp_path / "out" / "compare.json").read_text())["changes"][0]["item"] == "2"
    write_comparison(difference, (a, b), tmp_path / "again")
    assert (tmp_path / "again" / "compare.html").read_text(encoding="utf-8") == html


def test_a_comparison_is_not_written_into_a_plan(tmp_path, base):
    """A plan folder stays as it is."""
    (tmp_path / "plan.json").write_text("{}")
    with pytest.raises(InputError, match="name another folder"):
        write_comparison(compare_plans(base, base), (base, base), tmp_path)
