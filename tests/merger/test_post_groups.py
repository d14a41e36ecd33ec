"""Groups of posts: counts by hand, reasons of vacancy, prices; other posts of a person against a run with a lock."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from merger.plan import Plan
from merger.relocation.choices import other_posts
from merger.relocation.communes import CommunePosts
from merger.relocation.findings import _impossible
from merger.relocation.post_groups import commune_groups, vacancies
from merger.stages import relocate
from solvers.problem import Stop
from tests.merger.relocation_sample import earlier_tables, locked, sample_of


@pytest.fixture(scope="module")
def sample(inputs):
    return sample_of(inputs)


@pytest.fixture(scope="module")
def tables(inputs):
    return earlier_tables(inputs)


@pytest.fixture(scope="module")
def result(sample, tables):
    return relocate.run(sample, tables, Stop())


def test_why_a_post_is_vacant():
    """Two units, three slots, two persons: a head post without a leader, one out of reach, one left for a better."""
    slots = pd.DataFrame(
        [("ubnd", "head", "government", 4), ("kinh-te", "staff", "government", 0), ("mttq", "staff", "front", 0)],
        columns=["body", "role", "bloc", "level"],
    )
    # Unit u1: one post of each; unit u2: one head post. The last column is above the establishment.
    capacity = np.array([[1, 1, 1, 2], [1, 0, 0, 0]])
    posts = CommunePosts(pd.Index(["u1", "u2"]), slots, capacity, pd.DataFrame())
    people = pd.DataFrame({"commune_body": ["kinh-te", "kinh-te"], "person_id": ["A", "B"]})
    costs = SimpleNamespace(
        near=np.array([[0.0, np.inf], [5.0, np.inf]]),
        type_of=np.array([0, 0]),
        typed=np.array([[np.inf, 0.0, 15.0]]),
    )
    placement = SimpleNamespace(
        unit=np.array([0, 0]),
        slot=np.array([1, 3]),
        costs=costs,
        room=capacity,
        post_price=np.arange(8).reshape(2, 4) * 1e6,
    )
    units = pd.DataFrame({"new_id": ["u1", "u2"], "kind": ["xa", "phuong"], "new_name": ["Xã Một", "Phường Hai"]})
    groups = commune_groups(people, posts, placement, units, "SYNTHETIC").set_index("group_id")
    # Nobody leads anything today; both reach u1, nobody reaches u2; the Front post stays free though both could.
    assert groups["missing"].to_dict() == {
        "u1--ubnd--head": "rank",
        "u1--kinh-te--staff": "",
        "u1--mttq--staff": "elsewhere",
        "u1--transitional": "",
        "u2--ubnd--head": "distance",
    }
    assert groups["candidates"].to_dict()["u1--mttq--staff"] == 2
    assert groups["specialists"].to_dict() == {
        "u1--ubnd--head": 0,
        "u1--kinh-te--staff": 2,
        "u1--mttq--staff": 0,
        "u1--transitional": 0,
        "u2--ubnd--head": 0,
    }
    assert groups.loc["u1--transitional", ["posts", "held", "price_vnd_year"]].tolist() == [2, 1, 3e6]
    assert vacancies(groups) == {"rank": 1, "elsewhere": 1, "distance": 1}
    words = [f.vi for f in _impossible(groups.reset_index(), units)]
    assert len(words) == 2
    assert "Xã Một" in words[0]
    assert "thiếu người giữ chức vụ phù hợp" in words[0]
    assert "Phường Hai" in words[1]
    assert "không có người trong cự ly" in words[1]


def test_groups_agree_with_the_posts(result):
    """Held persons by group are those of the posts, and nobody is above the room."""
    groups, posts = result.tables["post_groups"], result.tables["posts"]
    assert groups["held"].sum() == (posts["person_id"] != "").sum()
    assert (groups["held"] <= groups["posts"]).all()
    assert (groups["price_vnd_year"] >= 0).all()
    # A post group that is not full has no price: one more post would save nothing.
    assert (groups.loc[groups["held"] < groups["posts"], "price_vnd_year"] == 0).all()


def test_the_loss_of_another_post_is_a_bound_on_what_a_lock_costs(sample, tables, result):
    """A person locked into the first unit that is offered costs the plan at least the loss that was named."""
    plan = Plan(sample.folder, {}, {**tables, **result.tables})
    staff = result.tables["staff"].set_index("person_id")
    posts = result.tables["posts"].set_index("post_id")
    names = tables["new_units"].set_index("new_name")["new_id"]
    person = staff.index[(staff["level"] == "commune") & (staff["outcome"] == "placed")][7]
    lines = other_posts(plan, sample, person, "vi")
    assert 1 <= len(lines) <= 3
    elsewhere = [(line, code) for line in lines for name, code in names.items() if f", {name}, " in line]
    line, code = next((x, c) for x, c in elsewhere if c != posts.loc[staff.at[person, "post_id"], "new_unit_id"])
    named = line.split("thiệt ít nhất ")
    loss = float(named[1].split(" ")[0].replace(".", "").replace(",", ".")) * 1e6 if len(named) > 1 else 0.0
    again = relocate.run(locked(sample, {person: code}), tables, Stop())
    # Numbers are shown to 0.1 million, costs inside the flow are multiples of 10,000 VND.
    assert again.record.objective - result.record.objective >= loss - 100_000


def test_staff_of_divisions_follow_them(sample, tables, result):
    """Who leads nothing has no other post in the province; a leader is offered leading posts of the family."""
    plan = Plan(sample.folder, {}, {**tables, **result.tables})
    staff = result.tables["staff"].set_index("person_id")
    roster = sample.staff.set_index("person_id")
    province = staff.index[(staff["level"] == "province") & (staff["outcome"] == "placed")]
    plain = next(p for p in province if roster.at[p, "role"] == "staff")
    assert "đi theo phòng" in other_posts(plan, sample, plain, "vi")[0]
    leader = next(p for p in province if roster.at[p, "role"] == "head")
    assert all("km" in line for line in other_posts(plan, sample, leader, "en"))
    gone = staff.index[staff["outcome"] == "contract_ends"][0]
    assert other_posts(plan, sample, gone, "vi") == []


def test_rules_with_and_without_a_price_change_only_what_they_say(sample, tables, result):
    """Without rules the placement is cheaper or equal; with the balance forbidden to fail it still holds."""
    options = sample.scenario.relocate
    free = options.model_copy(update={"keep_team_vnd_year": 0.0, "side_balance_share": 0.0, "wish_vnd_year": 0.0})
    looser = replace(sample, scenario=sample.scenario.model_copy(update={"relocate": free}))
    without = relocate.run(looser, tables, Stop()).record
    assert without.objective <= result.record.objective
    assert without.figures["balance_targets"] == 0
