"""The generator of synthetic divisions and staff against the published totals and the law."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from merger.fields import family_of, fields, title_of
from merger.synthetic import generate_divisions, generate_staff, roster
from merger.synthetic.counts import headcounts
from merger.synthetic.divisions import generate_divisions as divisions_of
from merger.synthetic.people import month_number, month_text, retirement_month
from merger.synthetic.roster import deputies_of
from merger.synthetic.tables import DIVISION_COLUMNS, STAFF_COLUMNS, apportion, assumptions


def home_km(inputs, staff):
    unit = {c: i for i, c in enumerate(inputs.units.index)}
    site = {c: i for i, c in enumerate(inputs.sites["site_id"])}
    home = staff["home_code"].map(unit).to_numpy()
    at_site = (staff["site_id"] != "").to_numpy()
    km = np.zeros(len(staff))
    km[at_site] = inputs.site_travel.km[home[at_site], staff.loc[at_site, "site_id"].map(site)]
    km[~at_site] = inputs.unit_travel.km[home[~at_site], staff.loc[~at_site, "unit_code"].map(unit)]
    return km


def test_fields_have_titles_families_and_a_commune_body():
    """Every field of work is complete, and the look-ups answer from it."""
    table = fields()
    assert table.index.is_unique
    assert (table[["title_vi", "title_en", "family", "commune_body"]] != "").all().all()
    assert title_of("du-lich") == "Du lịch"
    assert title_of("du-lich", "en") == "Tourism"
    assert family_of("du-lich") == family_of("di-san-van-hoa")


def test_roster_adds_up_to_the_published_totals(inputs):
    """28,543 people: 15,372 + 13,171, with every published level exact."""
    staff = inputs.staff
    assert list(staff.columns) == list(STAFF_COLUMNS)
    counts = staff.groupby(["side", "level"]).size()
    assert len(staff) == 28_543
    assert counts["hai_phong"].sum() == 15_372
    assert counts["hai_duong"].sum() == 13_171
    assert counts["hai_phong", "district"] == 1_771
    assert counts["hai_phong", "commune"] == 3_779
    assert counts["hai_phong", "nonprofessional"] == 1_769
    assert counts["hai_duong", "province"] == 2_582
    assert staff.loc[staff["wish"] != "", "level"].eq("province").all()
    assert staff.loc[staff["side"] == "hai_duong", "wish"].value_counts().reindex(
        ["daily", "irregular", "not_stated"]
    ).tolist() == [1_400, 700, 482]


def test_levels_without_published_number_follow_the_other_side(inputs):
    """Hai Duong gets Hai Phong's staff per commune and per district."""
    counts = headcounts(inputs)["hai_duong"]
    # 207 communes x 3,779 / 167 = 4,684.2; 207 x 1,769 / 167 = 2,192.7; 12 districts x 1,771 / 15 = 1,416.8
    assert (counts["commune"], counts["nonprofessional"], counts["district"]) == (4_684, 2_193, 1_417)


def test_everything_is_labelled_and_nobody_has_a_name(inputs):
    """Each row says SYNTHETIC, and a person is an id."""
    assert inputs.synthetic == {"divisions", "staff"}
    assert inputs.staff["label"].eq("SYNTHETIC").all()
    assert inputs.divisions["label"].eq("SYNTHETIC").all()
    assert inputs.staff["person_id"].is_unique
    assert inputs.staff["person_id"].str.fullmatch(r"H[DP]-\d{5}").all()


def test_divisions_hold_their_staff_and_real_references(inputs):
    """Staff per division equals the roster; agencies, sites, fields exist; no division is too small."""
    divisions = inputs.divisions
    assert list(divisions.columns) == list(DIVISION_COLUMNS)
    assert divisions["division_id"].is_unique
    before = inputs.agencies[inputs.agencies["period"] == "before"]
    assert divisions["agency_id"].isin(before["agency_id"]).all()
    assert divisions["site_id"].isin(inputs.sites["site_id"]).all()
    assert divisions["field"].isin(fields().index).all()
    present = inputs.staff[inputs.staff["division_id"] != ""].groupby("division_id").size()
    assert present.to_dict() == divisions.set_index("division_id")["staff"].to_dict()
    departments = before.loc[before["kind"] == "department", "agency_id"]
    assert set(departments) <= set(divisions["agency_id"])
    for kind, smallest in assumptions()["divisions"]["min_staff"].items():
        assert divisions.loc[divisions["kind"] == kind, "staff"].min() >= smallest
    assert (divisions["archive_m"] > 0).all()


def test_sides_are_similar_but_not_identical(inputs):
    """The two home-affairs departments share most fields of work, not all divisions."""
    names = inputs.divisions.groupby("agency_id")["division"].apply(set)
    own, other = names["so-noi-vu-hai-duong"], names["so-noi-vu-hai-phong"]
    assert own & other
    assert own - other
    assert other - own


def test_every_division_has_one_head_and_legal_deputies(inputs):
    """One head a division; deputies by the bands of the law; leaderships hold only leaders."""
    posts = inputs.staff[inputs.staff["division_id"] != ""]
    roles = posts.groupby(["division_id", "role"]).size().unstack(fill_value=0)
    kind = inputs.divisions.set_index("division_id")["kind"].reindex(roles.index)
    size = inputs.divisions.set_index("division_id")["staff"].reindex(roles.index)
    assert roles["head"].eq(1).all()
    ordinary = (kind != "leadership").to_numpy()
    assert (roles["deputy"][ordinary] <= deputies_of(size.to_numpy(int), inputs)[ordinary]).all()
    assert roles.loc[~ordinary, "staff"].eq(0).all()


def test_salaries_and_ages_stay_inside_the_law(inputs):
    """Coefficients are steps of their rank; nobody is past retirement age or insured before 18."""
    staff = inputs.staff
    ranks = {r.id.rsplit(".", 1)[1]: r.fields for r in inputs.law.table("severance.salary_rank")}
    for rank, row in ranks.items():
        steps = {round(min(row["min"] + i * row["step"], row["max"]), 2) for i in range(row["steps"])}
        assert set(staff.loc[staff["rank"] == rank, "coefficient"]) <= steps
    assert set(staff["rank"]) == {*ranks, ""}
    assert staff.loc[staff["rank"] == "", "level"].eq("nonprofessional").all()
    start = inputs.scenario.dates.start
    today = start.year * 12 + start.month - 1
    born = staff["born"].map(month_number).to_numpy()
    age = today - born
    assert (retirement_month(born, staff["sex"].to_numpy(), inputs) > today).all()
    assert age.min() >= 22 * 12
    assert (age - staff["insurance_months"] >= 18 * 12).all()
    assert staff["insurance_months"].min() >= 0
    assert set(staff.loc[staff["role"] == "staff", "leadership_coefficient"]) == {0.0}


def test_retirement_month_follows_the_table(inputs):
    """Women of May 1975 retire at 60, men of April 1966 at 62, women of January 1968 at 56 and 4 months."""
    born = np.array([month_number(b) for b in ("1975-05", "1966-04", "1968-01")])
    months = retirement_month(born, np.array(["f", "m", "f"], object), inputs)
    assert month_text(months).tolist() == ["2035-05", "2028-04", "2024-05"]


def test_homes_lie_near_the_workplace(inputs):
    """Nobody lives over 60 km away; half of the provincial staff within 10 km, of commune staff within 5."""
    staff = inputs.staff
    km = home_km(inputs, staff)
    island = ~np.isfinite(km)
    assert (staff.loc[island, "home_code"] == staff.loc[island, "unit_code"]).all()
    assert km[~island].max() <= assumptions()["homes"]["max_km"]
    median = pd.Series(km).groupby(staff["level"]).median()
    assert 2 < median["province"] < 10
    assert median["commune"] < 5
    assert median["nonprofessional"] < 2


def test_couples_are_mutual_and_share_a_home(inputs):
    """My partner's partner is me, and we live together."""
    staff = inputs.staff.set_index("person_id")
    pair = staff[staff["partner_id"] != ""]
    partner = staff.loc[pair["partner_id"]]
    assert 0.02 < len(pair) / len(staff) < 0.15
    assert partner["partner_id"].tolist() == pair.index.tolist()
    assert (partner["home_code"].to_numpy() == pair["home_code"].to_numpy()).all()
    assert (partner["sex"].to_numpy() != pair["sex"].to_numpy()).all()


def test_protected_cases_have_plausible_shares(inputs):
    """Pregnant persons are women below 40; small children are the commonest case."""
    staff = inputs.staff
    pregnant = staff["protected"].str.contains("pregnant")
    assert staff.loc[pregnant, "sex"].eq("f").all()
    assert 0.02 < staff["protected"].str.contains("small_child").mean() < 0.2
    near = staff["protected"].str.contains("near_retirement")
    assert 0 < near.mean() < 0.05


def test_wishes_and_teams(inputs):
    """About 8 % of district and commune staff name a unit, most the home or a neighbour; 120 teams of one unit."""
    staff = inputs.staff
    asked = staff[staff["wish_code"] != ""]
    local = staff["level"].isin(["district", "commune"])
    assert asked.index.isin(staff.index[local]).all()
    assert 0.07 < len(asked) / local.sum() < 0.09
    side = inputs.units["side"]
    pairs = {frozenset(p) for p in inputs.adjacency[["code_a", "code_b"]].to_numpy()}
    near = [w == h or frozenset((w, h)) in pairs for w, h in zip(asked["wish_code"], asked["home_code"], strict=True)]
    assert np.mean(near) > 0.85
    away = asked[~np.array(near)]
    assert (side.reindex(away["wish_code"]).to_numpy() == away["side"].to_numpy()).all()
    members = staff[staff["team"] != ""]
    assert members["level"].eq("commune").all()
    assert members["role"].eq("staff").all()
    teams = members.assign(family=members["field"].map(family_of)).groupby("team")
    assert len(teams) == 120
    assert teams.size().between(2, 4).all()
    assert teams["unit_code"].nunique().eq(1).all()
    assert teams["family"].nunique().eq(1).all()


def test_wishes_and_teams_leave_the_other_columns_alone(inputs, monkeypatch):
    """They have streams of their own: without them, all other columns are the same to the byte."""
    nothing = np.full(len(inputs.staff), "", object)
    monkeypatch.setattr(roster, "wish_codes", lambda *_: nothing)
    monkeypatch.setattr(roster, "draw_teams", lambda *_: nothing)
    bare = generate_staff(inputs)
    new = ["wish_code", "team"]
    assert bare.drop(columns=new).to_csv() == inputs.staff.drop(columns=new).to_csv()


def test_same_seed_same_roster_whatever_the_row_order(inputs):
    """Shuffled input tables and a second run give the same people; another seed gives others."""
    shuffled = replace(
        inputs,
        units=inputs.units.sample(frac=1, random_state=3),
        sites=inputs.sites.sample(frac=1, random_state=4),
        divisions=inputs.divisions.sample(frac=1, random_state=5),
        agencies=inputs.agencies.sample(frac=1, random_state=6),
        adjacency=inputs.adjacency.sample(frac=1, random_state=7),
    )
    pd.testing.assert_frame_equal(generate_staff(shuffled), inputs.staff)
    pd.testing.assert_frame_equal(generate_divisions(shuffled), inputs.divisions)
    other = replace(inputs, scenario=inputs.scenario.model_copy(update={"seed": 7}))
    assert not generate_staff(other).equals(inputs.staff)


def test_planners_own_divisions_are_filled(inputs):
    """With other divisions the roster follows them, person by person."""
    own = inputs.divisions[inputs.divisions["agency_id"] == "so-tu-phap-hai-duong"]
    staff = generate_staff(replace(inputs, divisions=own))
    inside = staff[staff["division_id"] != ""]
    assert len(inside) == own["staff"].sum()
    assert set(inside["division_id"]) == set(own["division_id"])


def test_missing_total_is_reported_with_its_file(geography):
    """Without a published total the generator says which row to add."""
    totals = geography.totals[geography.totals["key"] != "staff_to_move"]
    with pytest.raises(InputError, match="no row staff_to_move"):
        divisions_of(replace(geography, totals=totals))


def test_unknown_bodies_ask_for_own_divisions(geography):
    """Agencies that the generator does not know cannot be given divisions."""
    agencies = geography.agencies.assign(agency_id="x-" + geography.agencies["agency_id"])
    with pytest.raises(InputError, match="give your own divisions"):
        divisions_of(replace(geography, agencies=agencies))


def test_apportion_by_hand():
    """1:1:2 of 10 gives 2.5, 2.5, 5: the first of equal remainders gets the extra one; floors come first."""
    assert apportion([1, 1, 2], 10).tolist() == [3, 2, 5]
    # floor 4 for the first: the other 6 are split 1:2
    assert apportion([1, 1, 2], 10, [4, 0, 0]).tolist() == [4, 2, 4]
    with pytest.raises(ValueError, match="smallest sizes"):
        apportion([1, 1], 3, 2)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=12), st.integers(0, 500), st.integers(0, 4))
def test_apportion_always_adds_up(weights, extra, floor):
    """The parts add up to the total and keep the floor."""
    total = floor * len(weights) + extra
    parts = apportion(weights, total, floor)
    assert parts.sum() == total
    assert parts.min() >= floor
