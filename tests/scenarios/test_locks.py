"""Locks that contradict each other or name nothing: told at the later one, with the line of the other."""

# ruff: noqa: E501  the messages stand here on one line, as they are printed
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.loader import load_scenario
from scenarios.locks import Known, check_locks

# Seven units: 1 to 5 on side a (4 and 5 an island district), 6 and 7 on side b.
KNOWN = Known(
    sides={"1": "a", "2": "a", "3": "a", "4": "a", "5": "a", "6": "b", "7": "b"},
    districts={c: "Island" if c in "45" else "Land" for c in "1234567"},
    agencies=frozenset({"old-1", "new-1"}),
    new_agencies=frozenset({"new-1"}),
    sites=frozenset({"centre"}),
    divisions=frozenset({"d1"}),
    persons=frozenset({"p1"}),
)
HEAD = "extends: hai-phong-2025\nname: case\n"


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Faults of a scenario with the given locks; the special zones are the island district unless given."""
    monkeypatch.chdir(tmp_path)

    def faults(locks: str, zones: str = "[{name: Isle, district: Island}]", more: str = "") -> list[str]:
        text = f"{HEAD}arrange: {{special_zones: {zones}{more}}}\nlocks:\n{locks}"
        (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
        return [str(f) for f in sorted(check_locks(load_scenario(tmp_path), KNOWN))]

    return faults


CASES = [
    # must_join is transitive: 1-2 and 2-3 tie 1 to 3.
    (
        "  must_join: [['1', '2'], ['2', '3']]\n  must_not_join: [['1', '3']]\n",
        ["scenario.yaml:6:25: must_not_join 1 and 3 contradicts must_join (line 5) -> remove one of the two"],
    ),
    (
        "  must_join: [['1', '2']]\n  keep_whole: ['2']\n",
        ["scenario.yaml:6:16: keep_whole 2 contradicts must_join with 1 (line 5) -> remove one of the two"],
    ),
    (
        "  fixed_seat: ['1']\n  forbidden_seat: ['3', '1']\n",
        ["scenario.yaml:6:25: forbidden_seat 1 contradicts fixed_seat (line 5) -> remove one of the two"],
    ),
    (
        "  keep_whole: ['1']\n  forbidden_seat: ['1']\n",
        [
            "scenario.yaml:6:20: forbidden_seat 1 contradicts keep_whole (line 5): alone, it holds the seat -> remove one of the two"
        ],
    ),
    (
        "  must_join: [['1', '2']]\n  fixed_seat: ['1', '2']\n",
        ["scenario.yaml:6:21: fixed_seat 2 and 1 must join, and a new unit has one seat -> keep one of the two seats"],
    ),
    (
        "  must_join: [['1', '6']]\n",
        [
            "scenario.yaml:5:15: must_join joins units of a and b -> no new unit crosses the old province line: split the set"
        ],
    ),
    (
        "  must_join: [['3', '4']]\n",
        ['scenario.yaml:5:14: must_join ties 4 of the special zone "Isle" to 3 outside it -> remove one of the two'],
    ),
    (
        "  must_not_join: [['4', '5']]\n",
        ['scenario.yaml:5:19: must_not_join 4 and 5: both belong to the special zone "Isle" -> remove one of the two'],
    ),
    (
        "  fixed_seat: ['4', '5']\n",
        ['scenario.yaml:5:21: fixed_seat 4 and 5: both belong to the special zone "Isle" -> keep one of the two seats'],
    ),
    (
        "  keep_whole: ['4']\n",
        ['scenario.yaml:5:16: keep_whole 4: it belongs to the special zone "Isle" -> remove one of the two'],
    ),
    (
        "  keep_whole: ['8']\n",
        ['scenario.yaml:5:16: unknown unit code "8" -> use one of the 7 in units_before.gpkg, e.g. 1'],
    ),
    (
        "  keep_whole: ['01']\n",
        [
            'scenario.yaml:5:16: unknown unit code "01" -> write "1": leading zeros were lost or added (format the column as text)'
        ],
    ),
    (
        "  fixed_site: {new-1: center, new-2: centre}\n",
        [
            'scenario.yaml:5:23: "fixed_site": unknown site "center" -> did you mean "centre"?',
            'scenario.yaml:5:38: "fixed_site": unknown new agency or division "new-2" -> did you mean "new-1"?',
        ],
    ),
    (
        "  fixed_successor: {d2: old-1}\n",
        [
            'scenario.yaml:5:25: "fixed_successor": unknown division or agency "d2" -> use one of: d1, new-1, old-1',
            'scenario.yaml:5:25: "fixed_successor": unknown new agency "old-1" -> use one of: new-1',
        ],
    ),
    (
        "  pair: [[d1, d2]]\n",
        ['scenario.yaml:5:15: "pair": unknown division "d2" -> use one of: d1'],
    ),
    (
        "  keep_apart: [[d1, d2]]\n",
        ['scenario.yaml:5:21: "keep_apart": unknown division "d2" -> use one of: d1'],
    ),
    (
        "  pair: [[d1, d3]]\n  keep_apart: [[d1, d3]]\n",
        [
            'scenario.yaml:5:15: "pair": unknown division "d3" -> use one of: d1',
            'scenario.yaml:6:21: "keep_apart": unknown division "d3" -> use one of: d1',
            "scenario.yaml:6:21: keep_apart d1 and d3 contradicts pair (line 5) -> remove one of the two",
        ],
    ),
    (
        "  fixed_post: {p2: x}\n",
        ['scenario.yaml:5:20: "fixed_post": unknown person "p2" -> use one of: p1'],
    ),
]


@pytest.mark.parametrize(("locks", "expected"), CASES, ids=lambda v: str(v)[:40])
def test_contradictions(check, locks, expected):
    """Each pair of locks that cannot hold together, and each lock on a thing that does not exist."""
    assert check(locks) == expected


def test_locks_that_hold_together_are_no_fault(check):
    """Joins on one side, seats outside them, a unit kept whole that holds its own seat."""
    locks = (
        "  must_join: [['1', '2']]\n  must_not_join: [['1', '3']]\n  fixed_seat: ['1', '3']\n  keep_whole: ['3', '7']\n"
    )
    assert check(locks) == []


def test_more_units_joined_than_a_new_unit_may_hold(check):
    """must_join of three where max_members is two: told with the number that would do."""
    expected = "scenario.yaml:5:15: must_join keeps 3 units together, max_members is 2 -> raise arrange.max_members to 3, or split the set"
    assert check("  must_join: [['1', '2', '3']]\n", more=", max_members: 2") == [expected]


def test_special_zones(check):
    """Zones that overlap, that hold nothing, or whose district is not there."""
    assert check("  keep_whole: []\n", "[{name: A, members: ['1', '2']}, {name: B, members: ['2']}]") == [
        'scenario.yaml:3:59: special zones "A" and "B" share 2 -> remove one of the two'
    ]
    assert check("  keep_whole: []\n", "[{name: A}]") == [
        'scenario.yaml:3:27: special zone "A" has no units -> give members or a district'
    ]
    assert check("  keep_whole: []\n", "[{name: A, district: Iland}]") == [
        'scenario.yaml:3:47: unknown district "Iland" -> did you mean "Island"?'
    ]


CODES = st.sampled_from("123")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CODES, CODES), max_size=3), st.lists(st.tuples(CODES, CODES), max_size=3))
def test_joins_contradict_exactly_when_no_partition_keeps_them(check, joins, bans):
    """Against all partitions of three units: a fault if and only if none satisfies every lock."""
    joins = [p for p in joins if p[0] != p[1]]
    bans = [p for p in bans if p[0] != p[1]]
    partitions = [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (0, 1, 2)]
    possible = any(
        all(p[int(a) - 1] == p[int(b) - 1] for a, b in joins) and all(p[int(a) - 1] != p[int(b) - 1] for a, b in bans)
        for p in partitions
    )
    found = check(f"  must_join: {[list(p) for p in joins]}\n  must_not_join: {[list(p) for p in bans]}\n")
    assert (found == []) == possible
