"""The plan folder is written whole or not at all, and reads back as it was written."""

import csv
import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from merger.plan import read_csv, read_plan, refuse_foreign, whole_or_nothing, write_csv
from merger.tables import TABLES, conform


def leftovers(folder):
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


def test_new_folder_appears_only_at_the_end(tmp_path):
    """While the plan is built the target does not exist; afterwards it holds everything."""
    target = tmp_path / "plan"
    with whole_or_nothing(target) as folder:
        (folder / "plan.json").write_text("{}")
        assert not target.exists()
    assert (target / "plan.json").read_text() == "{}"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_failure_leaves_the_last_plan_untouched(tmp_path, failure):
    """An error or an interrupt while writing keeps the earlier plan and leaves no rest behind."""
    target = tmp_path / "plan"
    target.mkdir()
    (target / "plan.json").write_text("last good")
    with pytest.raises(failure), whole_or_nothing(target) as folder:
        (folder / "plan.json").write_text("half")
        raise failure
    assert (target / "plan.json").read_text() == "last good"
    assert leftovers(tmp_path) == []


def test_second_plan_replaces_the_first_wholly(tmp_path):
    """Files of the earlier plan do not survive in the new one."""
    target = tmp_path / "plan"
    for name in ("first.csv", "second.csv"):
        with whole_or_nothing(target) as folder:
            (folder / name).write_text("x")
    assert [p.name for p in target.iterdir()] == ["second.csv"]
    assert leftovers(tmp_path) == []


def test_foreign_folder_is_refused(tmp_path):
    """A folder with somebody's files and no plan is never replaced."""
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match="not empty and holds no plan"):
        refuse_foreign(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        refuse_foreign(tmp_path / "thesis.docx")


def test_reading_what_is_no_plan_says_so(tmp_path):
    """A missing, damaged or foreign manifest gives one clear sentence each."""
    with pytest.raises(InputError, match=r"no plan\.json"):
        read_plan(tmp_path)
    (tmp_path / "plan.json").write_text("{oops")
    with pytest.raises(InputError, match="damaged"):
        read_plan(tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps({"schema_version": 99}))
    with pytest.raises(InputError, match="version 99"):
        read_plan(tmp_path)


def units_row(**values):
    row = dict.fromkeys(TABLES["units"].columns, "")
    row |= {"population": 0, "area_km2": 0.0, "minutes_to_seat": 0.0, "km_to_seat": 0.0}
    return row | values


def test_codes_stay_text_and_numbers_are_rounded_by_type(tmp_path):
    """A code with leading zeros survives; km get 3 decimals, minutes 2; rows are in order of the key."""
    frame = pd.DataFrame(
        [
            units_row(old_code="10507", population=12, km_to_seat=1.23456, minutes_to_seat=2.0),
            units_row(old_code="00318", population=7, km_to_seat=0.1 + 0.2, minutes_to_seat=-0.0001),
        ]
    )
    write_csv("units", frame, tmp_path / "units.csv")
    text = (tmp_path / "units.csv").read_text(encoding="utf-8").splitlines()
    assert text[1].startswith("00318,")
    back = read_csv("units", tmp_path / "units.csv")
    assert list(back["old_code"]) == ["00318", "10507"]
    assert list(back["km_to_seat"]) == [0.3, 1.235]
    assert list(back["minutes_to_seat"]) == [0.0, 2.0]
    assert "-0" not in text[1].split(",")


def test_a_table_keeps_its_contract():
    """A missing or extra column, or a key that occurs twice, is refused."""
    good = pd.DataFrame([units_row(old_code="1")])
    with pytest.raises(ValueError, match=r"missing columns \['kind'\]"):
        conform("units", good.drop(columns="kind"))
    with pytest.raises(ValueError, match=r"unexpected \['colour'\]"):
        conform("units", good.assign(colour="red"))
    with pytest.raises(ValueError, match="not unique"):
        conform("units", pd.concat([good, good]))


FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\u00a0=1",
    "\uff1d1",
    "\uff0b1",
    "'=1",
    "''@x",
    " '-",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_cells_that_begin_like_a_formula_are_text_in_the_file(tmp_path, text):
    """The cell in the file begins with an apostrophe; read back it is as before. Numbers keep their sign."""
    frame = pd.DataFrame([units_row(old_code="1", old_name=text, km_to_seat=-1.5)])
    write_csv("units", frame, tmp_path / "units.csv")
    with (tmp_path / "units.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["old_name"] == "'" + text
    assert row["km_to_seat"] == "-1.5"
    assert read_csv("units", tmp_path / "units.csv")["old_name"].tolist() == [text]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12))
def test_any_text_reads_back_as_it_was(tmp_path, text):
    """Quotes, apostrophes, line breaks, signs in any order; no cell in the file begins like a formula."""
    write_csv("units", pd.DataFrame([units_row(old_code="1", old_name=text)]), tmp_path / "units.csv")
    assert read_csv("units", tmp_path / "units.csv")["old_name"].tolist() == [text]
    with (tmp_path / "units.csv").open(encoding="utf-8", newline="") as file:
        assert not next(csv.DictReader(file))["old_name"].lstrip().startswith(("=", "+", "-", "@"))


def test_masked_counts_read_back(tmp_path):
    """A column of counts with a mark keeps numbers and marks; without one it is whole numbers."""
    row = dict.fromkeys(TABLES["headcount"].columns, "") | {"measure": "m", "level": "l", "entitlement_vnd": 1}
    rows = [row | {"group": g, "people": n} for g, n in (("a", "<5"), ("b", "*"), ("c", 12))]
    write_csv("headcount", pd.DataFrame(rows), tmp_path / "h.csv")
    assert read_csv("headcount", tmp_path / "h.csv")["people"].tolist() == ["<5", "*", 12]
    write_csv("headcount", pd.DataFrame(rows[2:]), tmp_path / "h.csv")
    assert read_csv("headcount", tmp_path / "h.csv")["people"].dtype == "int64"
