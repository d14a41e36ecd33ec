"""`merger new`: a scenario that checks clean, and whose listed options are those of the schema."""

import re

import pytest

from geodata.faults import InputError
from geodata.tables import read_text_table
from scenarios.checks import load_checked
from scenarios.loader import load_scenario
from scenarios.options import fields_of
from scenarios.schema import Scenario
from scenarios.tables import schema_of
from scenarios.template import new_scenario, slug


def test_a_new_scenario_is_its_origin_under_another_name(tmp_path, loaded):
    """Written anew, the scenario checks clean and differs from its origin in the name alone."""
    path = new_scenario(tmp_path / "Kịch bản 1", "hai-phong-2025")
    own = load_checked(path.parent).scenario
    assert own.name == "kich-ban-1"
    assert own.model_copy(update={"name": loaded.scenario.name}) == loaded.scenario


def test_every_option_is_listed_and_right_when_switched_on(tmp_path, loaded):
    """Deleting one # from every line gives a scenario with the very values of the origin: no drift."""
    path = new_scenario(tmp_path / "own", "hai-phong-2025")
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not re.match(r"# \S|#$", line) and "templates/" not in line]
    path.write_text("\n".join(re.sub("^#", "", line) for line in lines), encoding="utf-8")
    own = load_scenario(path.parent)
    assert own.scenario.model_copy(update={"name": loaded.scenario.name}) == loaded.scenario
    assert all(
        own.written(*o.path) for o in fields_of(Scenario) if o.path not in (("data", "divisions"), ("data", "staff"))
    )


def test_the_tables_to_fill_in_have_the_columns_of_their_schema(tmp_path):
    """Header-only tables that Excel opens as UTF-8, and a guide to each column in both languages."""
    new_scenario(tmp_path, "hai-phong-2025")
    guide = (tmp_path / "templates" / "README.md").read_text(encoding="utf-8")
    for name in ("divisions", "staff"):
        path = tmp_path / "templates" / f"{name}.csv"
        table = read_text_table(path)
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        assert (table.header, table.rows) == (tuple(schema_of(name).columns), ())
        assert all(f"| {c} |" in guide for c in table.header)
    assert "danh sách nhân sự" in guide


def test_a_scenario_of_a_scenario(tmp_path):
    """The origin may be a folder of one's own: it is named by a path relative to the new folder."""
    new_scenario(tmp_path / "first", "hai-phong-2025")
    path = new_scenario(tmp_path / "second", str(tmp_path / "first"))
    assert "extends: ../first" in path.read_text(encoding="utf-8") or 'extends: "../first"' in path.read_text(
        encoding="utf-8"
    )
    assert [p.parent.name for p in load_scenario(path).sources] == ["hai-phong-2025", "first", "second"]


def test_nothing_is_overwritten(tmp_path):
    """A folder with anything in it, a file, or an unknown origin: refused, and nothing is written."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="the folder is not empty -> name a new or an empty folder"):
        new_scenario(tmp_path / "full", "hai-phong-2025")
    with pytest.raises(InputError, match="is a file -> name a new or an empty folder"):
        new_scenario(tmp_path / "file", "hai-phong-2025")
    with pytest.raises(InputError, match="no such scenario"):
        new_scenario(tmp_path / "new", "nowhere")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "full", "notes.txt"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Đề án số 2", "de-an-so-2"), ("hai-phong-2025", "hai-phong-2025"), ("!!", "scenario")],
)
def test_names_from_folders(text, expected):
    """Vietnamese folder names become plain short names."""
    assert slug(text) == expected
