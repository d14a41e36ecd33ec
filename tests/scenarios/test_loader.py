"""Loading of scenarios: what they resolve to, and where each fault is."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from scenarios.loaded import Loaded, data_hashes, impersonal, shipped_folder, shipped_names
from scenarios.loader import load_partial, load_scenario
from scenarios.options import all_paths, fields_of
from scenarios.reopened import loaded_from
from scenarios.schema import Scenario

BASE = "extends: hai-phong-2025\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder, so that faults show short paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = "scenario.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def faults(ref, overrides=()) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_scenario(ref, overrides)
    return [str(f) for f in caught.value.faults]


def test_the_shipped_scenario_loads_by_name_folder_and_file():
    """A shipped name, its folder and its file mean the same scenario."""
    by_name = load_scenario("hai-phong-2025")
    path = shipped_folder() / "hai-phong-2025"
    assert "hai-phong-2025" in shipped_names()
    assert by_name.scenario == load_scenario(path).scenario == load_scenario(path / "scenario.yaml").scenario
    assert by_name.folder == path
    assert by_name.sources == (path / "scenario.yaml",)
    assert by_name.scenario.arrange.regions == {"hai_duong": 64, "hai_phong": 50}


def test_extends_merges_maps_and_replaces_lists(folder):
    """A child changes one key of a map and replaces a list; all else comes from the bases below."""
    write(
        folder,
        BASE + "name: middle\nlocks: {must_join: [['10507', '10510']]}\nseed: 1\n",
        "middle/scenario.yaml",
    )
    write(
        folder,
        "extends: ../middle\nname: top\nlocks: {must_join: [['10513', '10514']]}\n"
        "arrange: {regions: {hai_phong: 49}}\n",
        "top/scenario.yaml",
    )
    loaded = load_scenario("top")
    assert loaded.scenario.locks.must_join == (("10513", "10514"),)
    assert loaded.scenario.arrange.regions == {"hai_duong": 64, "hai_phong": 49}
    assert loaded.scenario.seed == 1
    assert [p.parent.name for p in loaded.sources] == ["hai-phong-2025", "middle", "top"]


def test_paths_are_relative_to_the_file_that_writes_them(folder):
    """A base's table stays beside the base, the child's beside the child, --set's in the working folder."""
    write(folder, BASE + "name: base\ndata: {housing: mine/housing.csv}\n", "base/scenario.yaml")
    write(folder, "extends: ../base\nname: child\ndata: {staff: roster.csv}\n", "child/scenario.yaml")
    loaded = load_scenario("child", ["data.sites=sites.xlsx"])
    assert loaded.data_path("housing") == folder / "base" / "mine" / "housing.csv"
    assert loaded.data_path("staff") == folder / "child" / "roster.csv"
    assert loaded.data_path("sites") == folder / "sites.xlsx"
    assert loaded.data_path("agencies") == shipped_folder() / "hai-phong-2025" / "agencies.csv"
    assert loaded.data_path("units").name == "units_before.gpkg"


VARIANTS = BASE + "name: v\noverrides:\n  few: {arrange: {max_members: 4}, seed: 5}\n  late: {seed: 6}\n"


def test_variants_are_chosen_by_use_and_later_ones_win(folder):
    """`use` lays variants over the file in order; --set use replaces the choice, and --set beats variants."""
    write(folder, VARIANTS + "use: [few, late]\n")
    assert (load_scenario(".").scenario.arrange.max_members, load_scenario(".").scenario.seed) == (4, 6)
    assert load_scenario(".", ["use=few"]).scenario.seed == 5
    assert load_scenario(".", ["use=[late, few]"]).scenario.seed == 5
    assert load_scenario(".", ["use=[]"]).scenario.seed == 2025
    assert load_scenario(".", ["seed=9"]).scenario.seed == 9


def test_set_takes_yaml_list_positions_and_rule_ids(folder):
    """A value of --set is YAML; numbers are list positions, rule ids keep their dots, null removes a key."""
    sets = [
        "arrange.special_zones.1.members=[00318]",
        "rules.staffing.gov_bloc_average=30",
        "commute.projects=[ew_axis]",
    ]
    scenario = load_scenario("hai-phong-2025", [*sets, "timetable.working_groups.trucks=null"]).scenario
    assert scenario.arrange.special_zones[1].members == ("00318",)
    assert scenario.rules == {"staffing.gov_bloc_average": 30}
    assert scenario.commute.projects == ("ew_axis",)
    assert "trucks" not in scenario.timetable.working_groups


def test_a_section_without_content_is_empty(folder):
    """A section whose lines are all switched off leaves every default, as does an empty list of variants."""
    write(folder, BASE + "name: c\narrange:\ncommute: {stop: }\noverrides:\nuse:\n")
    assert load_scenario(".").scenario.arrange == load_scenario("hai-phong-2025").scenario.arrange


def test_codes_without_quotes_stay_text(folder):
    """Codes that YAML takes for numbers are kept as written, with their leading zeros."""
    write(folder, BASE + "name: c\nlocks: {keep_whole: [00318, 10507]}\n")
    assert load_scenario(".").scenario.locks.keep_whole == ("00318", "10507")


FAULTY = """\
extends: hai-phong-2025
name: Big Case
aranging: 1
arrange:
  max_member: 6
  regions: {hai_duong: many}
  max_members: -3
  special_zones:
    - {nam: A}
dates:
  start: 2025-02-30
  effect: soon
  effect: 2025-07-01
threads: true
seed: 1.5
relocate: {take_up_resignation: 1.5}
locks: {must_join: 10507}
commute: {arrive_by: 7h30, stop: {gap: .inf}}
"""

EXPECTED = [
    'scenario.yaml:2:7: "name" has the wrong form: Big Case -> it must match ^[a-z0-9][a-z0-9-]*$ '
    "(short name, used for folders)",
    'scenario.yaml:3:1: unknown key "aranging" -> did you mean "arrange"?',
    'scenario.yaml:5:3: unknown key "max_member" -> did you mean "max_members"?',
    'scenario.yaml:6:24: "arrange.regions.hai_duong" must be a whole number or {least: , most: }, not many -> write a '
    "whole number or {least: , most: } (new units per side, special zones included: a number, or {least: , most: })",
    'scenario.yaml:7:16: "arrange.max_members" must not be negative: -3 -> write at least 1 '
    "(largest number of old units in one new unit; none: any)",
    'scenario.yaml:9:7: "arrange.special_zones[0].name" is missing -> add it: name of the new unit',
    'scenario.yaml:9:8: unknown key "nam" -> did you mean "name"?',
    'scenario.yaml:11:10: "dates.start": the date 2025-02-30 does not exist -> write a day of the calendar '
    "(first day on which planned tasks may run)",
    'scenario.yaml:12:11: "dates.effect" must be a date YYYY-MM-DD, not soon -> write a date YYYY-MM-DD '
    "(day on which the new units operate and districts end)",
    'scenario.yaml:13:3: key "effect" occurs twice, first in line 12 -> keep one of the two',
    'scenario.yaml:14:10: "threads" must be a whole number, not true -> write a whole number '
    "(threads of every solver; more than 1 may change ties between runs)",
    'scenario.yaml:15:7: "seed" must be a whole number, not 1.5 -> write a whole number '
    "(seed of the generator and of every solver)",
    'scenario.yaml:16:33: "relocate.take_up_resignation" is too large: 1.5 -> write at most 1 '
    "(share of eligible persons who choose resignation)",
    'scenario.yaml:17:20: "locks.must_join" must be a list, not 10507 -> write a list '
    "(sets of old units that stay together)",
    r'scenario.yaml:18:22: "commute.arrive_by" has the wrong form: 7h30 -> it must match ^\d\d:\d\d$ '
    "(latest arrival at the site)",
    'scenario.yaml:18:40: "commute.stop.gap" must be a finite number, not .inf -> write a finite number '
    "(relative gap at which the stage may stop)",
]


def test_all_faults_come_together_sorted_with_place_and_remedy(folder):
    """One run names every fault of the file: line, column, what is wrong, what to write instead."""
    write(folder, FAULTY)
    assert faults(".") == EXPECTED


def test_faults_are_placed_in_the_file_that_writes_the_value(folder):
    """A wrong value that comes through extends is reported in the base that writes it."""
    write(folder, BASE + "name: base\nseed: abc\n", "base/scenario.yaml")
    write(folder, "extends: ../base\nname: top\n", "top/scenario.yaml")
    assert faults("top")[0].startswith('base/scenario.yaml:3:7: "seed" must be a whole number, not abc')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "name: [\n",
            "scenario.yaml:2:1: not valid YAML: expected the node content, but found '<stream end>'",
        ),
        ("a: b: c\n", "scenario.yaml:1:5: not valid YAML: mapping values are not allowed here -> put text"),
        ("arrange:\n\tseed: 1\n", "scenario.yaml:2:1: not valid YAML: found character '\\t'"),
        ("- 1\n", "scenario.yaml:1:1: a scenario is a map of sections"),
        ("", 'scenario.yaml:1:1: "name" is missing -> add it: short name, used for folders'),
        (
            "extends: hai-phong-2024\n",
            'scenario.yaml:1:10: "extends": no scenario "hai-phong-2024" here and none',
        ),
        ("extends: .\n", 'scenario.yaml:1:10: "extends" runs in a circle: case -> case -> remove one'),
        (
            BASE + "name: x\nuse: fast\n",
            'scenario.yaml:3:6: "use": there is no variant "fast" -> use one of: equipment, quick',
        ),
        (
            VARIANTS + "use: [fwe]\n",
            'scenario.yaml:6:7: "use": there is no variant "fwe" -> did you mean "few"?',
        ),
        (BASE + "name: x\noverrides: 3\n", 'scenario.yaml:3:12: "overrides" must be a map of variants'),
        (
            BASE + "name: x\noverrides: {a: {sed: 1}}\n",
            'scenario.yaml:3:17: unknown key "sed" -> did you mean "seed"?',
        ),
        (BASE + "name: !x y\n", "scenario.yaml:2:7: tag !x is not supported"),
    ],
)
def test_single_faults(folder, monkeypatch, text, expected):
    """Files that are no YAML, no scenario, or refer to nothing: the first fault has place and words."""
    write(folder, text, "case/scenario.yaml")
    monkeypatch.chdir(folder / "case")
    assert faults(".")[0].startswith(expected)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (
            "arrange.max_member=3",
            '--set arrange.max_member=3: there is no option "arrange.max_member" '
            '-> did you mean "arrange.max_members"?',
        ),
        (
            "max_members=3",
            '--set max_members=3: there is no option "max_members" -> did you mean "arrange.max_members"?',
        ),
        (
            "commute.budget=5",
            '--set commute.budget=5: there is no option "commute.budget" -> did you mean "commute.budget_vnd_month"?',
        ),
        (
            "seed",
            "--set seed: not of the form OPTION=VALUE -> write for instance --set arrange.max_members=6",
        ),
        ("seed=[", "--set seed=[: the value is not valid YAML"),
        ("threads=-1", '--set threads=-1: "threads" must not be negative: -1 -> write at least 1'),
        (
            "dates.end=2030-13-01",
            '--set dates.end=2030-13-01: "dates.end": the date 2030-13-01 does not exist',
        ),
    ],
)
def test_faults_of_settings(setting, expected):
    """A wrong --set is reported as it was typed, with the option that was probably meant."""
    assert faults("hai-phong-2025", [setting])[0].startswith(expected)


def test_an_unknown_scenario_suggests_the_shipped_one():
    """A name that is neither file nor folder nor shipped is told with the nearest shipped name."""
    expected = 'hai-phong-2026: no such scenario file, folder or shipped name -> did you mean "hai-phong-2025"?'
    assert faults("hai-phong-2026") == [expected]


def test_a_scenario_in_another_encoding_is_refused_not_garbled(folder):
    """Windows-1258 in a scenario is told as such, with the line; UTF-8 with a byte order mark is read."""
    text = "extends: hai-phong-2025\nname: x\ntitle: {vi: Sa\u0306\u0301p xe\u0302\u0301p, en: x}\n"
    (folder / "scenario.yaml").write_bytes(
        "extends: hai-phong-2025\nname: x\ntitle: {vi: H\u00f4\u0323i, en: x}\n".encode("cp1258")
    )
    assert faults(".")[0].startswith("scenario.yaml:3: is in Windows-1258, not UTF-8")
    (folder / "scenario.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_scenario(".").scenario.title.vi == "Sắp xếp"


def test_a_plan_can_read_its_scenario_back():
    """describe() is JSON without paths of this machine, and loaded_from() gives the same scenario again."""
    loaded = load_scenario("hai-phong-2025", ["seed=7"])
    text = json.dumps(loaded.describe())
    assert str(shipped_folder()) not in text
    again = loaded_from(json.loads(text), Path("plans/x"))
    assert (again.scenario, again.digest) == (loaded.scenario, loaded.digest)


def test_a_plan_whose_data_are_gone_says_so(folder):
    """Reading back fails with the manifest's place and the missing file."""
    (folder / "own.csv").write_text("x\n")
    description = load_scenario("hai-phong-2025", ["data.housing=own.csv"]).describe()
    (folder / "own.csv").unlink()
    with pytest.raises(InputError, match=r"plan\.json: column data\.housing: no such file: .*own\.csv"):
        loaded_from(description, folder)


def test_the_digest_depends_on_options_not_on_the_folder(folder):
    """The same scenario in two folders has one digest; another seed has another."""
    for name in ("a", "b"):
        write(folder, BASE + "name: same\ndata: {housing: h.csv}\n", f"{name}/scenario.yaml")
    assert load_scenario("a").digest == load_scenario("b").digest
    assert load_scenario("a").digest != load_scenario("a", ["seed=1"]).digest


def test_the_public_digest_says_nothing_of_persons(folder):
    """Locks of two different persons, and a remark on one, change the digest and not the public one, which is that of
    the scenario without them; a lock of a body changes both."""
    staff = "{file: r.csv, confirmed: {HD-2: checked}}"
    for name, more in {
        "none": "", "one": "locks: {fixed_post: {HD-1: x}}\n", "two": "locks: {fixed_post: {HD-2: x}}\n",
        "remark": f"data: {{staff: {staff}}}\n", "body": "locks: {fixed_site: {x: y}}\n",
    }.items():  # fmt: skip
        write(folder, BASE + "name: same\n" + more, f"{name}/scenario.yaml")
    none, *personal = (load_scenario(n) for n in ("none", "one", "two", "remark"))
    assert len({none.digest, *(p.digest for p in personal)}) == 4
    assert {p.public_digest for p in personal} == {none.public_digest} == {none.digest}
    body = load_scenario("body")
    assert body.digest == body.public_digest != none.digest
    described = json.loads(json.dumps(personal[0].describe()))
    assert loaded_from(impersonal(described), folder).digest == loaded_from(none.describe(), folder).digest


def test_every_data_file_has_a_hash(loaded: Loaded):
    """Each file that is planned with appears once with a SHA-256, the law files one by one."""
    hashes = data_hashes(loaded)
    assert {"units", "sites", "law/standards.toml", "law/staffing.toml", "law/severance.toml"} <= set(hashes)
    assert all(len(h) == 64 for h in hashes.values())
    assert "staff" not in hashes


def test_every_option_has_a_meaning():
    """No option of the schema is without a description, for messages and template show it."""
    assert [".".join(o.path) for o in fields_of(Scenario) if not o.meaning] == []


NUMBERS = [p for p in all_paths() if p.split(".")[-1] in ("seconds", "max_members", "seed", "threads", "min_km")]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(NUMBERS), st.integers(1, 12))
def test_settings_arrive_where_they_point(path, value):
    """Any numeric option set by its dotted path has that value after loading, without faults."""
    loaded, found = load_partial("hai-phong-2025", [f"{path}={value}"])
    assert found == []
    here = loaded.scenario
    for step in path.split("."):
        here = getattr(here, step)
    assert here == value
