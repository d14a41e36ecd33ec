"""Comparison of two plans: nothing for a plan with itself, and each kind of change is found."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from merger.compare import compare_plans
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


def plan(**tables):
    manifest = {"headline": {"plan": {"person_km": 10.0}}, "stages": {"arrange": {"figures": {"regions": 2}}}}
    return Plan(Path("p"), manifest, tables)


@pytest.fixture
def base():
    staff = pd.DataFrame(
        {"person_id": ["a", "b"], "outcome": "placed", "site_after": ["s1", "s1"], "support": ["own", "own"]}
    )
    return plan(units=units({"1": [("1", 100), ("2", 50)], "3": [("3", 70)]}), staff=staff)


def test_a_plan_compared_with_itself_shows_nothing(base):
    """No figure and no item differs."""
    same = compare_plans(base, base)
    assert same.empty
    assert same.as_text() == "The two plans are the same."


def test_a_moved_unit_changes_its_partners_too(base):
    """Unit 2 goes from 1 to 3: units 1, 2 and 3 all have new partners; most people first (100, 70, 50)."""
    other = replace(base, tables={**base.tables, "units": units({"1": [("1", 100)], "3": [("3", 70), ("2", 50)]})})
    changes = compare_plans(base, other).changes
    assert [(c.item, c.people) for c in changes] == [("1", 100), ("3", 70), ("2", 50)]


def test_renumbering_alone_is_no_change(base):
    """The same members, seat and name under another id is not a change for anybody."""
    renamed = base.tables["units"].assign(new_id=lambda t: "x" + t["new_id"])
    assert compare_plans(base, replace(base, tables={**base.tables, "units": renamed})).empty


def test_people_are_counted_never_listed(base):
    """One person changes site: a group of one, without the person's id."""
    staff = base.tables["staff"].assign(site_after=["s1", "s2"])
    changes = compare_plans(base, replace(base, tables={**base.tables, "staff": staff})).changes
    assert [(c.kind, c.before, c.after, c.people) for c in changes] == [("people", "s1", "s2", 1)]
    assert "b" not in [c.item for c in changes]


def test_figures_that_differ_are_shown(base):
    """A headline figure appears with both values."""
    other = replace(base, manifest={**base.manifest, "headline": {"plan": {"person_km": 12.5}}})
    difference = compare_plans(base, other)
    assert difference.figures == {"headline.person_km": (10.0, 12.5)}
    assert "12.50" in difference.as_text()
