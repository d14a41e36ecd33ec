"""Every shipped table against its schema, its neighbours and the published totals."""

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from geodata.columns import check_table
from geodata.shipped import shipped_path
from geodata.tables import read_table, read_text_table, read_units
from scenarios.law import read_law
from scenarios.loaded import shipped_folder
from scenarios.tables import all_schemas

SCENARIO = shipped_folder() / "hai-phong-2025"
# A planner's own, or of the plan before.
OWN = ("divisions", "staff", "links", "progress", "timetable_before", "arrangement_before")
TABLES = sorted(name for name, s in all_schemas().items() if s.file.endswith(".csv") and name not in OWN)


def path_of(name):
    """Path of a shipped table: geography in geodata, the rest beside the scenario."""
    file = all_schemas()[name].file
    return shipped_path(file) if shipped_path(file).exists() else SCENARIO / file


@pytest.fixture(scope="module")
def table():
    """Reader of shipped tables by name."""
    return lambda name: read_table(path_of(name), all_schemas()[name])


@pytest.fixture(scope="module")
def units():
    """Units before."""
    return read_units(shipped_path("units_before.gpkg"))


@pytest.fixture(scope="module")
def after():
    """Units after."""
    return read_units(shipped_path("units_after_2025.gpkg"))


@pytest.fixture(scope="module")
def totals(table):
    """Published totals by key."""
    return table("totals").set_index("key")["value"]


@pytest.fixture(scope="module")
def law():
    """The shipped law."""
    return read_law(SCENARIO / "law")


def test_every_shipped_file_has_a_schema():
    """No table is shipped without a description of its columns."""
    files = {
        p.name
        for folder in (shipped_path("."), SCENARIO)
        for p in folder.iterdir()
        if p.suffix in (".csv", ".gpkg", ".parquet")
    }
    assert files == {s.file for n, s in all_schemas().items() if n not in OWN}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_fits_its_schema(name):
    """No fault in any cell, and no column that the schema does not know."""
    text = read_text_table(path_of(name))
    assert [str(f) for f in check_table(text, all_schemas()[name])] == []
    assert set(text.header) <= set(all_schemas()[name].columns)


@pytest.mark.parametrize("name", ["units", "units_reference"])
def test_layers_have_the_columns_of_their_schema(name):
    """The layers carry the columns described, but for those that only a planner's own units may have."""
    may_be_missing = {"x", "y", "mountain", "border", "part_of"} if name == "units" else set()
    assert set(gpd.read_file(path_of(name), rows=1).columns) == set(all_schemas()[name].columns) - may_be_missing


@pytest.mark.parametrize("name", ["roads_nodes", "roads_edges"])
def test_parquet_files_have_the_columns_of_their_schema(name):
    """The road files carry exactly the columns described."""
    assert set(pq.read_schema(path_of(name)).names) == set(all_schemas()[name].columns)


def test_old_units(units, totals):
    """374 units (232 communes, 125 wards, 17 townships; 167 + 207) and the island district Bạch Long Vĩ."""
    kinds = units["kind"].value_counts().to_dict()
    assert kinds == {"xa": 232, "phuong": 125, "thi_tran": 17, "huyen_dao": 1}
    communes = units[units["kind"] != "huyen_dao"]
    assert len(communes) == totals["communes_before_total"] == 374
    assert communes["side"].value_counts().to_dict() == {"hai_duong": 207, "hai_phong": 167}
    assert units.loc[units["kind"] == "huyen_dao", "name"].tolist() == ["Bạch Long Vĩ"]
    # 15 + 12 districts; Bạch Long Vĩ is one of the 15.
    assert units.groupby("side")["district"].nunique().to_dict() == {"hai_duong": 12, "hai_phong": 15}


def test_new_units(after, totals):
    """114 units: 67 communes, 45 wards, 2 special zones; 50 on the side of Hải Phòng, 64 of Hải Dương."""
    assert len(after) == totals["communes_after_total"] == 114
    assert after["kind"].value_counts().to_dict() == {"xa": 67, "phuong": 45, "dac_khu": 2}
    assert after["side"].value_counts().to_dict() == {"hai_duong": 64, "hai_phong": 50}
    hai_phong = after[after["side"] == "hai_phong"]["kind"].value_counts().to_dict()
    assert hai_phong == {"phuong": 24, "xa": 24, "dac_khu": 2}


@pytest.mark.parametrize("layer", ["units", "after"])
def test_area_and_population_add_up(layer, totals, request):
    """Both layers sum to 3,194.72 km2 and 4,692,669 persons (the sum of the 114 units)."""
    frame = request.getfixturevalue(layer)
    # Areas are rounded to a thousandth of a km2: 375 x 0.0005 is the most that rounding can add up to.
    assert frame["area_km2"].sum() == pytest.approx(3194.72, abs=0.19 if layer == "units" else 0.001)
    assert frame["population"].sum() == totals["population_total_units"] == 4_692_669
    assert totals["area_total"] == 3194.72


def test_posts_formula(after, totals, law):
    """Government posts by the formula of the letters: 4,965 = 2,353 + 2,612, recomputed from the law data."""
    posts = after.groupby("side")["gov_staff_formula"].sum().to_dict()
    assert posts == {"hai_phong": 2353, "hai_duong": 2612}
    assert sum(posts.values()) == totals["gov_staff_formula_114"] == 4965
    figure = {k: law.value(f"staffing.gov_bloc_{k}") for k in ("average", "base_population", "add_one_per_persons")}
    cap = {"xa": law.value("staffing.gov_bloc_cap_xa")}
    other = law.value("staffing.gov_bloc_cap_phuong_dac_khu")
    more = (after["population"] - figure["base_population"]).clip(lower=0) // figure["add_one_per_persons"]
    computed = (figure["average"] + more).clip(upper=after["kind"].map(lambda k: cap.get(k, other)))
    assert (computed == after["gov_staff_formula"]).all()


def test_standards_of_the_new_units(after, law):
    """36 units meet Art 5(1), 74 pass by Art 5(2) alone, 2 need a decision, as the law data count them."""
    tests = after[after["kind"] != "dac_khu"][["meets_art5_1", "exempt_art5_2", "needs_art5_3"]] == "True"
    assert tests["meets_art5_1"].sum() == law.value("standards.outcome.units_meeting_art5_1") == 36
    only_exempt = tests["exempt_art5_2"] & ~tests["meets_art5_1"]
    assert only_exempt.sum() == law.value("standards.outcome.units_passing_only_by_art5_2") == 74
    assert tests["needs_art5_3"].sum() == len(law.value("standards.outcome.units_needing_art5_3")) == 2
    # Recomputed: a ward needs 5.5 km2 and 45,000 persons.
    ward = law["standards.target.phuong_central_city"].fields
    wards = after[after["kind"] == "phuong"]
    meets = (wards["area_km2"] >= ward["area_min_km2"]) & (wards["population"] >= ward["pop_min"])
    assert (meets == (wards["meets_art5_1"] == "True")).all()


def test_outcome_of_the_law_data(units, after, law):
    """The counts in the law data are those of the layers."""
    out = {r.id.rsplit(".", 1)[-1]: r.value for r in law.table("standards.outcome")}
    kinds = units["kind"].value_counts()
    assert [out["old_xa"], out["old_phuong"], out["old_thi_tran"]] == [
        kinds["xa"],
        kinds["phuong"],
        kinds["thi_tran"],
    ]
    assert out["old_units"] - out["new_units"] == out["reduction"] == 260
    assert (out["new_units"], out["old_units_split"]) == (len(after), (units["n_parts"] > 1).sum())
    # 1 - 50/167 is 70.06 %, 1 - 64/207 is 69.08 %.
    assert out["reduction_pct_hai_phong"] == round(100 * (1 - 50 / 167), 2)
    assert out["reduction_pct_hai_duong"] == round(100 * (1 - 64 / 207), 2)


def test_both_layers_are_valid_coverages_that_nest(units, after):
    """Polygons are valid, do not overlap and leave no gaps; the old pieces fill the new outlines."""
    for frame in (units, after):
        assert frame.crs.to_epsg() == 4326
        assert shapely.is_valid(frame.geometry.to_numpy()).all()
        assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    before_all, after_all = (shapely.coverage_union_all(f.geometry.to_numpy()) for f in (units, after))
    assert before_all.symmetric_difference(after_all).area < 1e-6 * after_all.area


def test_settlement_centres_and_seats_lie_inside(units, after):
    """Every centre lies in its unit, every seat in its new unit."""
    for frame, point in ((units, "centre"), (after, "seat")):
        points = shapely.points(frame[f"{point}_lon"], frame[f"{point}_lat"])
        # A point moved to the border may miss it by the rounding of coordinates: 2e-5 degree, 2 m.
        assert shapely.distance(frame.geometry.to_numpy(), points).max() < 2e-5


def test_crosswalk(table, units, after):
    """451 rows: 304 whole, 76 parts, 71 remainders; shares sum to 1 and figures to those of both layers."""
    cross = table("crosswalk")
    assert len(cross) == 451
    assert cross["share_kind"].value_counts().to_dict() == {"whole": 304, "part": 76, "remainder": 71}
    assert cross["area_only"].sum() == 18
    assert set(cross["old_code"]) == set(units.index)
    assert set(cross["new_code"]) == set(after.index)
    shares = cross.groupby("old_code")[["share_area", "share_population"]].sum()
    assert (shares - 1).abs().to_numpy().max() <= 0.0005
    assert cross.groupby("new_code")["population"].sum().sub(after["population"]).abs().max() == 0
    assert cross.groupby("old_code").size().sub(units["n_parts"]).abs().max() == 0
    # No new unit crosses the old province line.
    sides = cross["old_code"].map(units["side"]) == cross["new_code"].map(after["side"])
    assert sides.all()


def test_members_are_those_of_the_crosswalk(table, after):
    """The list of members of each new unit is that of the crosswalk."""
    cross = table("crosswalk").groupby("new_code")["old_code"].agg(set)
    members = after["members"].str.split(";").map(set)
    assert (members == cross[members.index]).all()
    assert (members.map(len) == after["n_members"]).all()


def test_adjacency(table, units):
    """1,018 land pairs and one ferry pair between known units; only Bạch Long Vĩ has no neighbour."""
    pairs = table("adjacency")
    assert pairs["kind"].value_counts().to_dict() == {"land": 1018, "ferry": 1}
    assert (pairs["code_a"] < pairs["code_b"]).all()
    assert set(units.index) - set(pairs["code_a"]) - set(pairs["code_b"]) == {"318"}


def test_roads_match_their_nodes_and_ferries(table):
    """80,627 nodes, 120,016 edges between them; ferries, sites, stations and projects sit on nodes."""
    nodes = set(pq.read_table(shipped_path("roads_nodes.parquet"), columns=["node"]).column(0).to_pylist())
    edges = pq.read_table(shipped_path("roads_edges.parquet"), columns=["u", "v", "length_m", "minutes_free_flow"])
    assert (len(nodes), edges.num_rows) == (80_627, 120_016)
    assert set(edges.column("u").to_pylist()) | set(edges.column("v").to_pylist()) <= nodes
    assert min(edges.column("length_m").to_pylist()) > 0
    used = [("ferries", "u"), ("ferries", "v"), ("sites", "road_node"), ("stations", "road_node")]
    used += [("projects", "node_u"), ("projects", "node_v")]
    for name, column in used:
        assert set(table(name)[column]) <= nodes, (name, column)


def test_edges_have_an_assumed_speed(table):
    """The classes of the edges are those of the speed table, with the same number of edges each."""
    classes = pd.Series(pq.read_table(shipped_path("roads_edges.parquet"), columns=["highway"]).column(0).to_pylist())
    speeds = table("road_speeds").set_index("highway")["edges"]
    assert classes.value_counts().sort_index().to_dict() == speeds.sort_index().to_dict()


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        # 28,543 = 15,372 + 13,171
        ("staff_present_total", ["staff_present_hai_phong", "staff_present_hai_duong"]),
        # 2,582 = 1,400 + 700 + 482
        ("staff_to_move", ["commuters_daily", "commuters_irregular_min", "commuters_not_stated"]),
        # 458 = 360 + 98
        ("leavers_total", ["leavers_early_retirement", "leavers_resignation"]),
        # 7,319 = 1,771 + 3,779 + 1,769
        (
            "district_commune_present",
            ["district_staff_present", "commune_staff_present", "commune_nonprofessional"],
        ),
        ("communes_before_total", ["communes_before_hai_phong", "communes_before_hai_duong"]),
        ("communes_after_total", ["communes_after_hai_phong", "communes_after_hai_duong"]),
    ],
)
def test_published_totals_add_up(totals, whole, parts):
    """A published total is the sum of its published parts."""
    assert totals[whole] == sum(totals[p] for p in parts)


def test_published_totals_are_the_known_ones(totals):
    """The headline figures themselves, and those that are products of others."""
    assert totals["staff_present_total"] == 28_543
    assert totals["staff_to_move"] == 2_582
    # 59 posts in each of 50 units.
    assert totals["new_commune_quota"] == 59 * totals["communes_after_hai_phong"] == 2950
    # 456 bn VND for 458 leavers is 995,633,187 VND on average.
    assert int(totals["leavers_cost"] / totals["leavers_total"]) == 995_633_187


def test_surplus_offices_add_up(table):
    """101 = 39 + 32 + 20 + 10; 307 = 65 + 242; 220 - 117 = 103 = 85 + 18; works 25 + 81 + 8 = 114."""
    value = table("surplus_offices").set_index("key")["value"]
    assert value["hp_surplus"] == sum(value[f"hp_surplus_{y}"] for y in (2025, 2026, 2027, 2028)) == 101
    assert value["hp_sites_now"] == value["hp_sites_district"] + value["hp_sites_commune"] == 307
    assert value["hp_sites_now"] - value["hp_kept_at_district_seats"] - value["hp_need_other_35_units"] == 101
    assert value["hd_sites_now"] - value["hd_kept"] == value["hd_surplus"] == 103
    assert value["hd_to_health_education_community"] + value["hd_to_land_fund_centre"] == 103
    assert value["works_repair"] + value["works_renovate_extend"] + value["works_new_build"] == 114


def test_agencies(table, totals, law):
    """24 departments become 12 (Foreign Affairs stays); successors and parents exist, successors after."""
    agencies = table("agencies").set_index("agency_id")
    departments = agencies[(agencies["kind"] == "department")]
    before = departments[departments["period"] == "before"]
    after = departments[departments["period"] == "after"]
    merged = before[before.groupby("successor_id")["side"].transform("nunique") == 2]
    assert len(merged) == totals["departments_before"] == 24
    assert merged["successor_id"].nunique() == totals["departments_after"] == 12
    assert set(merged["successor_id"]) <= set(after.index)
    assert len(after) <= law.value("staffing.province_departments_max")
    for column in ("parent_id", "successor_id"):
        assert set(agencies[column]) - {""} <= set(agencies.index)
    heirs = agencies.loc[agencies.loc[agencies["period"] == "before", "successor_id"].replace("", pd.NA).dropna()]
    assert set(heirs["period"]) == {"after"}


def test_sites(table, units, after):
    """Three seats of government and the 27 former district seats, each in a unit before and after."""
    sites = table("sites")
    assert (len(sites), (sites["kind"] == "former district seat").sum()) == (30, 27)
    assert set(sites["unit_before"]) <= set(units.index)
    assert set(sites["unit_after"]) <= set(after.index)


def test_train(table, law):
    """Five stations in order; the train holds five to eight cars of 64 seats."""
    stations = table("stations").set_index("station_id")
    assert len(stations) == 5
    assert stations["capacity_seats_min"].dropna().unique().tolist() == [5 * 64]
    assert stations["capacity_seats_max"].dropna().unique().tolist() == [8 * 64]


def test_allowance_tiers_leave_no_gap(table):
    """The adopted travel tiers of Hải Phòng: 15 to 30, 30 to 45, 45 km and more."""
    tiers = table("allowances").set_index("allowance_id").loc[["hp-travel-15", "hp-travel-30", "hp-travel-45"]]
    assert tiers["min_km"].tolist() == [15, 30, 45]
    assert tiers["max_km"].tolist()[:2] == [30, 45]
    assert tiers["max_km"].isna().tolist() == [False, False, True]
    assert (tiers["decision"] == "adopted").all()


def test_vietnamese_titles_are_there_and_say_whose_they_are(table):
    """Tasks, programmes, bodies, systems: every row has a Vietnamese title, with its basis."""
    for name, column in (
        ("programmes", "title_vi"),
        ("deadlines", "task_vi"),
        ("agencies", "name_vi"),
        ("it_systems", "name_vi"),
    ):
        frame = table(name)
        assert (frame[column] != "").all(), name
        assert set(frame["title_basis"]) - {""} <= {"ours", "quoted"}, name


def test_retirement_ages_leave_no_gap(law):
    """For each sex the months of birth follow on without gap, and the age never falls (Decree 135/2020)."""
    ages = pd.DataFrame([r.fields for r in law.table("severance.retirement_age")])
    for _, rows in ages.groupby("sex"):
        starts = pd.PeriodIndex(rows["born_from"], freq="M")
        ends = pd.PeriodIndex(rows["born_to"].iloc[:-1], freq="M")
        assert list(starts[1:]) == list(ends + 1)
        assert rows["age_months"].is_monotonic_increasing
        assert rows["born_to"].iloc[-1] == ""
