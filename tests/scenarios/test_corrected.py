# ruff: noqa: E501  the messages stand here on one line, as they are printed
"""What rows say about persons, and the corrected copy: safe corrections made and listed, the rest marked."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.columns import TextTable, cell_fault
from scenarios.cells import mended
from scenarios.corrected import write_corrected, write_faults
from scenarios.persons import Scale, check_persons
from scenarios.roster_checks import Surroundings, check_own_tables, names_of
from scenarios.rosters import read_own_table, read_roster
from scenarios.schema import OwnTable
from scenarios.tables import schema_of

STAFF = schema_of("staff")
TODAY = date(2025, 4, 14)
RANKS = {"chuyen_vien": Scale(2.34, 4.98), "can_su": Scale(1.86, 4.06)}
PERSON = {
    "person_id": "P1", "side": "hai_phong", "level": "commune", "division_id": "", "unit_code": "11311", "field": "kinh-te",
    "role": "staff", "rank": "chuyen_vien", "coefficient": "3.0", "leadership_coefficient": "0", "sex": "f",
    "born": "1980-05", "insurance_months": "200", "home_code": "11311", "site_id": "", "partner_id": "",
}  # fmt: skip
AROUND = Surroundings(
    known={"units.code": frozenset({"11311", "00318"}), "units.side": frozenset({"hai_phong"}), "sites.site_id": frozenset({"s"})},
    names={"units.code": names_of(["11311", "00318"], ["Phường Minh Khai", "Bạch Long Vĩ"])},
    files={"units": "units.gpkg", "staff": "staff.csv"},
    today=TODAY,
    ranks=RANKS,
)  # fmt: skip


def table(*changes: dict) -> TextTable:
    rows = [{**PERSON, "person_id": f"P{i}", **change} for i, change in enumerate(changes, start=1)]
    return TextTable("staff.csv", tuple(PERSON), tuple(tuple(r.values()) for r in rows), tuple(range(2, len(rows) + 2)))


def persons(*changes: dict, confirmed=None) -> list[str]:
    return [str(f) for f in check_persons(table(*changes), STAFF, TODAY, RANKS, confirmed or {})]


PEOPLE = [
    # Born May 2007: 17 years and 11 months on 14 April 2025; April 2007: 18 years.
    ({"born": "2007-05", "insurance_months": "0"}, "column born: born 2007-05: 17 years old on 2025-04-14, not 18 to 70 -> correct the date, or confirmed: {P1: WHY} in the scenario"),
    ({"born": "2007-04", "insurance_months": "0"}, None),
    ({"born": "1955-04"}, "column born: born 1955-04: 70 years old on 2025-04-14"),
    ({"born": "1955-05"}, None),
    ({"born": "2031-01"}, "column born: born 2031-01: not born yet on 2025-04-14"),
    # Born May 1980: 539 months old, 180 of them before the age of 15, so at most 359 insured.
    ({"insurance_months": "359"}, None),
    ({"insurance_months": "360"}, "column insurance_months: 360 months of insurance, at most 359 since the age of 15 (born 1980-05)"),
    ({"coefficient": "4.98"}, None),
    ({"coefficient": "5.02"}, "column coefficient: 5.02 is outside the scale of chuyen_vien, 2.34 to 4.98 -> correct the coefficient or the rank, or confirmed: {P1: WHY}"),
    ({"rank": "can_so"}, 'column rank: unknown rank "can_so" -> did you mean "can_su"?'),
    ({"rank": ""}, None),
    ({"level": "province"}, "column division_id: no division, though the level is province"),
    ({"unit_code": ""}, "column unit_code: no unit, though the level is commune"),
    ({"partner_id": "P1"}, "column partner_id: P1 is their own spouse -> correct or clear the cell"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), PEOPLE, ids=lambda v: str(v)[:40])
def test_what_one_row_says_of_a_person(change, expected):
    """Ages from 18 to below 70, insurance since 15, the scale of the rank, a workplace of the level: to the month and cent."""
    found = persons(change)
    assert len(found) == (expected is not None)
    assert all(f.startswith(f"staff.csv:2: {expected}") for f in found)


def test_spouses_point_at_each_other():
    """P1 and P2 are a couple; P3 claims P1, P4 claims P5 who claims nobody."""
    found = persons({"partner_id": "P2"}, {"partner_id": "P1"}, {"partner_id": "P1"}, {"partner_id": "P5"}, {})
    assert [f.split(" -> ")[0] for f in found] == [
        "staff.csv:4: column partner_id: P1 does not point back at P3, but at P2",
        "staff.csv:5: column partner_id: P5 does not point back at P4, but at nobody",
    ]
    assert "write P4 in row 6" in found[1]


def test_a_person_confirmed_may_be_unusual():
    """Who is confirmed by id passes; others do not, and other faults of the person stay."""
    change = {"born": "1950-01", "coefficient": "9.9", "rank": "none"}
    assert len(persons(change)) == 2
    assert [f.split(" -> ")[0] for f in persons(change, {"born": "1950-01"}, confirmed={"P1": "seen"})] == [
        'staff.csv:2: column rank: unknown rank "none"',
        "staff.csv:3: column born: born 1950-01: 75 years old on 2025-04-14, not 18 to 70",
    ]


def test_codes_without_their_zeros_are_not_padded():
    """318 is not 00318: told with what to write; a name is told with its code."""
    found = check_own_tables({"staff": table({"home_code": "318"}, {"home_code": "phuong minh khai"})}, AROUND)
    assert [str(f) for f in found] == [
        'staff.csv:2: column home_code: unknown unit code "318" -> write "00318": leading zeros were lost or added (format the column as text)',
        'staff.csv:3: column home_code: unknown unit code "phuong minh khai" -> write "11311" (Phường Minh Khai)',
    ]


MENDED = [
    ("coefficient", "2,34", "2.34", "decimal comma"),
    # 2,345 may be two thousand; 5 June may be 6 May; 1980 has no month: a person decides.
    ("coefficient", "2,345", "2,345", ""),
    ("born", "15/05/1980", "1980-05", "date in ISO form"),
    ("born", "05/06/1980", "05/06/1980", ""),
    ("born", "05/1980", "1980-05", "date in ISO form"),
    ("born", "31/02/1980", "31/02/1980", ""),
    ("born", "1980", "1980", ""),
    ("born", "29356", "29356", ""),
    ("sex", "F", "f", "spelling of a known value"),
    ("sex", "Nữ", "Nữ", ""),
    ("protected", "Pregnant, small child", "pregnant;small_child", "list separated by ;"),
    ("home_code", "318", "318", ""),
]


@pytest.mark.parametrize(("column", "cell", "after", "why"), MENDED)
def test_only_what_means_one_thing_is_corrected(column, cell, after, why):
    """Each safe correction, and each that is left to a person."""
    assert mended(STAFF.columns[column], cell) == (after, why)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(STAFF.columns)), st.text("0123456789,./- abcmf", max_size=10))
def test_a_correction_makes_a_right_cell_of_a_wrong_one(column, cell):
    """A right cell is never touched, and what is changed is right afterwards."""
    after, why = mended(STAFF.columns[column], cell)
    assert bool(why) == (after != cell)
    if after != cell:
        assert cell_fault(STAFF.columns[column], cell) is not None
        assert cell_fault(STAFF.columns[column], after) is None


SPEC = {
    "columns": {"born": "Ngày sinh", "sex": "Giới tính"},
    "values": {"sex": {"Nữ": "f", "Nam": "m"}},
    "constants": {"team": "một"},
}
ROWS = [
    "P1,Bí Mật,hai_phong,commune,,11311,kinh-te,staff,chuyen_vien,\"3,0\",0,Nữ,15/05/1980,200,11311,,",
    "P2,Bí Mật,hai_phong,commune,,11311, kinh-te ,staff,chuyen_vien,2.34,0,Nam,05/06/1980,200,318,,",
    "=P3,Bí Mật,hai_phong,commune,,11311,kinh-te,staff,chuyen_vien,2.34,0,m,1990-01,200,11311,,",
    "Tổng cộng,,,,,,,,,\"5,34\",,,,,,,",
]  # fmt: skip


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The corrected copy of a spoilt roster: the folder, the roster's bytes before, and what was told."""
    monkeypatch.chdir(tmp_path)
    header = ",".join({"born": "Ngày sinh", "sex": "Giới tính"}.get(c, c) for c in PERSON).replace(
        "person_id", "person_id,Họ và tên"
    )
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([header, *ROWS]), encoding="utf-8")
    reading = read_roster(path, OwnTable(file="mine.csv", **SPEC), STAFF, lambda *steps: None)
    assert reading.table is not None
    (tmp_path / "copy").mkdir()
    before = path.read_bytes()
    copied = write_corrected({"staff": reading}, AROUND, reading.faults, tmp_path / "copy")
    assert path.read_bytes() == before
    return tmp_path / "copy", copied


def rows_of(path: Path) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def test_the_copy_has_our_columns_and_marks_what_is_left(copy):
    """P1 is corrected throughout; P2 keeps its undecided cells and says so; the total is copied as it stands."""
    folder, copied = copy
    rows = rows_of(folder / "staff.csv")
    assert list(rows[0]) == [*STAFF.columns, "needs_attention"]
    wanted = {**PERSON, "person_id": "P1", "team": "một", "label": "official", "needs_attention": ""}
    assert {k: rows[0][k] for k in wanted} == wanted
    assert (rows[1]["born"], rows[1]["home_code"], rows[1]["sex"], rows[1]["field"]) == (
        "05/06/1980",
        "318",
        "m",
        "kinh-te",
    )
    assert (
        rows[1]["needs_attention"]
        == 'born: "05/06/1980" is not of the form YYYY-MM; home_code: unknown unit code "318"'
    )
    assert rows[2]["person_id"] == "'=P3"
    assert rows[2]["needs_attention"] == ""
    assert (rows[3]["person_id"], rows[3]["coefficient"]) == ("Tổng cộng", "5,34")
    assert rows[3]["needs_attention"] == 'a sum ("Tổng cộng"), no record'
    assert [(c.file, c.rows, c.attention) for c in copied] == [("staff.csv", 4, 2)]


def test_every_change_is_listed(copy):
    """Row, column, before, after and why, by hand; what is not listed is as in the file."""
    folder, (copied,) = copy
    changes = [tuple(r.values()) for r in rows_of(folder / "corrections.csv")]
    assert changes == [
        ("staff", "", "team", "", "một", "constant of the scenario, all rows"),
        ("staff", "", "label", "", "official", "default of a column that the file lacks, all rows"),
        ("staff", "2", "coefficient", "3,0", "3.0", "decimal comma"),
        ("staff", "2", '"Giới tính" (sex)', "Nữ", "f", "word of the scenario (values)"),
        ("staff", "2", '"Ngày sinh" (born)', "15/05/1980", "1980-05", "date in ISO form"),
        ("staff", "3", "field", " kinh-te ", "kinh-te", "stray blanks or decomposed letters"),
        ("staff", "3", '"Giới tính" (sex)', "Nam", "m", "word of the scenario (values)"),
        ("staff", "4", "person_id", "'=P3", "'=P3", "apostrophe before a sign that begins a formula"),
    ]
    assert copied.changes == len(changes)


def test_the_copy_holds_no_name_and_reads_back(copy):
    """No cell of a personal column is written; the rows without a mark are a roster in our columns."""
    folder, _ = copy
    assert all("Bí Mật" not in p.read_text(encoding="utf-8") for p in folder.iterdir())
    assert sorted(p.name for p in folder.iterdir()) == ["corrections.csv", "faults.csv", "staff.csv"]
    good = [r for r in rows_of(folder / "staff.csv") if not r["needs_attention"]]
    with (folder / "good.csv").open("w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, list(good[0]))
        out.writeheader()
        out.writerows(good)
    frame = read_own_table(folder / "good.csv", OwnTable(file="good.csv"), STAFF)
    assert frame["born"].tolist() == ["1980-05", "1990-01"]
    assert frame["coefficient"].tolist() == [3.0, 2.34]


def test_the_list_of_faults_is_complete(tmp_path):
    """All 3,000 faults of one kind are rows of the file, in order."""
    faults = check_persons(table(*[{"born": "1950-01"}] * 3000), STAFF, TODAY, RANKS, {})
    write_faults(reversed(faults), tmp_path / "faults.csv")
    rows = rows_of(tmp_path / "faults.csv")
    assert [int(r["row"]) for r in rows] == list(range(2, 3002))
    assert rows[0]["column"] == "born"
