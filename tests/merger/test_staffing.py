"""Posts by law: the formula of 09/CV-BCD on the real units, leaders' caps, and the split over commune
bodies."""

from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.shipped import resolve
from geodata.tables import read_units
from merger.relocation import staffing
from scenarios.law import read_law


@pytest.fixture(scope="module")
def law():
    return read_law(Path(str(files("scenarios").joinpath("shipped/hai-phong-2025/law"))))


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return read_units(resolve("geodata:units_after_2025.gpkg", tmp_path_factory.mktemp("x")))


@pytest.mark.parametrize(
    ("population", "kind", "posts"),
    [
        (9_000, "xa", 32),  # below the base population: the average
        (16_000, "xa", 32),
        (17_999, "xa", 32),  # 1,999 above: no full step
        (18_000, "xa", 33),  # 2,000 above: one step
        (50_307, "phuong", 49),  # 34,307 / 2,000 = 17 full steps
        (60_000, "xa", 50),  # 32 + 22 = 54, capped at 50
        (60_000, "phuong", 54),
        (200_000, "phuong", 70),  # 32 + 92, capped at 70
        (700, "dac_khu", 32),
    ],
)
def test_formula_by_hand(law, population, kind, posts):
    """Average, steps and caps of the government bloc, worked by hand."""
    assert staffing.gov_bloc_posts([population], [kind], law).tolist() == [posts]


def test_mountain_units_gain_a_post_per_thousand(law):
    """In mountainous areas the step is 1,000 persons: 20,000 people give 32 + 4."""
    assert staffing.gov_bloc_posts([20_000, 20_000], ["xa", "xa"], law, mountain=[True, False]).tolist() == [
        36,
        34,
    ]


def test_the_real_114_units_have_4965_posts(law, reference):
    """The published computation, unit by unit: 2,353 posts in Hải Phòng and 2,612 in Hải Dương."""
    posts = staffing.gov_bloc_posts(reference["population"], reference["kind"], law)
    by_side = pd.Series(posts, reference.index).groupby(reference["side"]).sum()
    assert by_side.to_dict() == {"hai_duong": 2612, "hai_phong": 2353}
    assert posts.sum() == 4965
    assert (posts == reference["gov_staff_formula"]).all()


def test_rule_ids_say_what_decided(law):
    """Average, addition and the two caps are each named where they decide."""
    rules = staffing.gov_bloc_rules([9_000, 20_000, 90_000, 300_000], ["xa", "xa", "xa", "phuong"], law)
    assert [r.removeprefix("staffing.gov_bloc_") for r in rules] == [
        "average",
        "add_one_per_persons",
        "cap_xa",
        "cap_phuong_dac_khu",
    ]


def test_leaders_caps(law):
    """Two provinces: 3 + 1 deputies; divisions of 9, 10, 14, 15 persons: 1, 2, 2, 3."""
    assert staffing.department_deputies(law, 2)[0] == 4
    assert staffing.department_deputies(law, 1)[0] == 3
    assert [staffing.division_deputies(n, law)[0] for n in (0, 9, 10, 14, 15, 40)] == [1, 1, 2, 2, 3, 3]
    assert staffing.division_deputies(12, law)[1] == "staffing.division_deputies_10_14"


def test_vice_chairs_keep_the_average(law):
    """With an average of 2.5, four units have 2 each and the two most populous one more: 10 in all."""
    assert staffing.vice_chairs([10, 40, 30, 20], law).tolist() == [2, 3, 3, 2]


def test_split_of_an_average_xa(law):
    """A xã of 16,000 people: 32 + 17 + 8 posts, split over its bodies by hand."""
    unit = pd.DataFrame({"new_id": ["A"], "kind": ["xa"], "population": [16_000]})
    posts = staffing.commune_posts(unit, law, party_posts=17, front_posts=8)
    by_bloc = posts.groupby("bloc")["posts"].sum().to_dict()
    assert by_bloc == {"government": 32, "party": 17, "front": 8}
    size = posts.groupby("body")["posts"].sum()
    # 32 - 5 council - 1 chair - 2 vice chairs (one unit alone: floor(2.5)) = 24, shared 7:7:6:4 = 7, 7, 6, 4.
    assert size[["hdnd", "ubnd"]].tolist() == [5, 3]
    assert size[["van-phong", "kinh-te", "van-hoa-xa-hoi", "phuc-vu-hanh-chinh-cong"]].tolist() == [
        7,
        7,
        6,
        4,
    ]
    # 17 - 2 standing = 15, shared 6:5:4.
    assert size[["dang-uy", "van-phong-dang-uy", "xay-dung-dang", "kiem-tra"]].tolist() == [2, 6, 5, 4]
    office = posts[posts["body"] == "kinh-te"].set_index("role")["posts"]
    assert office.to_dict() == {"head": 1, "deputy": 2, "staff": 4}


def test_every_post_of_the_real_units_has_a_rule(law, reference):
    """All rules exist, wards have their own name of the economy division, and blocs add up."""
    units = pd.DataFrame(reference.rename(columns={"code": "new_id"})[["new_id", "kind", "population"]])
    posts = staffing.commune_posts(units, law, party_posts=17, front_posts=8)
    assert set(posts["rule"]) <= set(law)
    assert posts["posts"].sum() == 4965 + 114 * 25
    economy = posts[posts["body"] == "kinh-te"].merge(units, on="new_id")
    names = economy.groupby("kind")["title_vi"].unique()
    assert list(names["phuong"]) == ["Phòng Kinh tế, Hạ tầng và Đô thị"]
    assert list(names["xa"]) == ["Phòng Kinh tế"]
    # Vice chairs never exceed the legal average.
    chairs = posts.query("body == 'ubnd' and role == 'deputy'")["posts"].sum()
    assert chairs == int(2.5 * 114)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 200), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_shares_add_up(total, weights):
    """A split by weight loses no post and is never one whole post off the exact share."""
    named = {str(i): w for i, w in enumerate(weights)}
    shares = staffing.share_by_weight(total, named)
    assert sum(shares.values()) == total
    assert all(abs(shares[k] - total * w / sum(weights)) < 1 for k, w in named.items())
