# ruff: noqa: E501  the messages stand here on one line, as they are printed
"""A planner's own roster as it comes: Vietnamese workbooks and CSV files, mapped, checked, proposed."""

import csv
import io
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from geodata.faults import Fault, InputError, summarised
from geodata.text import fold, neutralise
from scenarios import checks
from scenarios.checks import review
from scenarios.headers import _content as headers_content
from scenarios.headers import columns_called, is_personal, is_total
from scenarios.loader import load_scenario
from scenarios.marks import Place
from scenarios.reopened import loaded_from
from scenarios.rosters import read_own_table, read_roster
from scenarios.schema import OwnTable
from scenarios.tables import schema_of

READ_LAYER, READ_VALUES = cache(checks.read_layer), cache(checks.parquet_values)
FIELDS = {"kinh-te": "Kinh tế", "van-hoa": "Văn hóa"}
STAFF = schema_of("staff")
# One correct person in our own words; the tests spoil it.
PERSON = {
    "person_id": "P1",
    "side": "hai_phong",
    "level": "commune",
    "division_id": "",
    "unit_code": "11311",
    "field": "kinh-te",
    "role": "staff",
    "rank": "chuyen_vien",
    "coefficient": "3.0",
    "leadership_coefficient": "0",
    "sex": "f",
    "born": "1980-05",
    "insurance_months": "200",
    "home_code": "11311",
    "site_id": "",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder; the shipped maps are read once for all tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checks, "read_layer", READ_LAYER)
    monkeypatch.setattr(checks, "parquet_values", READ_VALUES)
    monkeypatch.setattr(checks, "check_layer", lambda layer, schema: [])
    return tmp_path


def people(*changes: dict) -> list[dict]:
    """Persons P1, P2, ... that differ from PERSON in what is given."""
    return [{**PERSON, "person_id": f"P{i}", **change} for i, change in enumerate(changes, start=1)]


def write_csv(path: Path, rows: list[dict], delimiter=",", before="", encoding="utf-8") -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes((before + out.getvalue()).encode(encoding))


def look(folder: Path, staff: str):
    """The review of a scenario whose data.staff is this YAML."""
    text = f"extends: hai-phong-2025\nname: case\ndata:\n  staff: {staff}\n"
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return review(folder, (), FIELDS)


def told(folder: Path, staff: str) -> list[str]:
    return [str(f) for f in look(folder, staff).faults]


def read(path: Path, spec: dict) -> pd.DataFrame:
    return read_own_table(path, OwnTable(file=str(path), **spec), STAFF)


# A workbook as an office keeps it: titles above, a header with a line break, names and phones, words and dates of its own,
# a heading between the persons, a total and a signature below.
HEADER = [
    "STT", "Mã số", "Họ và tên", "Điện thoại", "Giới tính", "Ngày, tháng,\nnăm sinh", "Cấp", "Mã xã", "Lĩnh vực",
    "Chức vụ", "Ngạch", "Hệ số lương", "Số tháng\u00a0BHXH", "Nơi ở", "Trụ sở", "Phòng",
]  # fmt: skip
MESSY = [
    ["DANH SÁCH CÁN BỘ, CÔNG CHỨC"],
    ["(Kèm theo Công văn, ngày 01/4/2025)"],
    [],
    HEADER,
    [1, "P1", "Bí Mật Một", "0912000001", "Nữ", "15/05/1980", "Xã", "11311", "Kinh tế", "Chuyên viên", "Chuyên viên", "3,0", 200, "11311"],
    ["I. Khối văn phòng"],
    [],
    [2, " P2\u00a0", "Bí Mật Hai", "0912000002", "Nam", datetime(1975, 1, 20), "Xã", 11311, "Kinh tế", "Trưởng phòng", "01.002", 4.4, 240, "Phường Cẩm Thượng"],
    [3, "P3", "Bí Mật Ba", "0912000003", "Nam", "07/1990", "Xã", "00318", unicodedata.normalize("NFD", "Kinh tế"), "Chuyên viên", "Cán sự", "1,86", 90, "11311"],
    [None, "Tổng cộng", None, None, None, None, None, None, None, None, None, "9,26"],
    [None, None, "Người lập: Bí Mật Bốn"],
]  # fmt: skip


def messy(path: Path, rows=None) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Bìa"
    sheet = book.create_sheet("Cán bộ")
    for row in rows or MESSY:
        sheet.append(row)
    sheet.merge_cells("A1:L1")
    book.save(path)


def test_an_unmapped_workbook_is_proposed_not_guessed(folder):
    """Every needed column is named with the header it may be, nothing is read in, and the YAML to paste is printed."""
    messy(folder / "danh-sach.xlsx")
    found = look(folder, "danh-sach.xlsx")
    faults = [str(f) for f in found.faults]
    assert (
        "danh-sach.xlsx:1: the header is not where the scenario says: sheet: Cán bộ, header_row: 4 has known headers -> write sheet: Cán bộ, header_row: 4 in data.staff"
        in faults
    )
    assert (
        'danh-sach.xlsx:4: column born: not mapped; F "Ngày, tháng, năm sinh" is a known header of it -> columns: {born: "Ngày, tháng, năm sinh"} (merger check prints the whole mapping)'
        in faults
    )
    assert (
        "danh-sach.xlsx:4: column side: column is missing -> add it: side before; or in the scenario columns: {side: HEADER}, constants: {side: VALUE}"
        in faults
    )
    assert found.readings["staff"].table is None
    (text,) = found.proposals
    staff = YAML(typ="safe").load(text)["data"]["staff"]
    assert staff["file"] == "danh-sach.xlsx"
    assert (staff["sheet"], staff["header_row"], staff["last_row"]) == ("Cán bộ", 4, 9)
    assert staff["columns"]["insurance_months"] == "Số tháng BHXH"
    assert staff["values"]["role"] == {"Chuyên viên": "staff", "Trưởng phòng": "head"}
    assert staff["values"]["rank"] == {"Chuyên viên": "chuyen_vien", "01.002": "chuyen_vien_chinh", "Cán sự": "can_su"}
    assert staff["values"]["field"] == {"Kinh tế": "kinh-te"}
    assert staff["values"]["home_code"] == {"Phường Cẩm Thượng": "10507"}
    assert staff["formats"] == {"born": "dd/mm/yyyy, mm/yyyy"}
    assert staff["decimal"] == ","
    assert "# side: which header?" in text


def test_the_proposal_pasted_leaves_only_real_faults(folder):
    """With the proposed mapping and the side said, what is left is what a person has to decide, with letter and value."""
    messy(folder / "danh-sach.xlsx")
    (text,) = look(folder, "danh-sach.xlsx").proposals
    staff = YAML(typ="safe").load(text)["data"]["staff"] | {
        "constants": {"side": "hai_duong", "site_id": "", "division_id": ""}
    }
    staff["columns"] = {k: v for k, v in staff["columns"].items() if k not in ("site_id", "division_id")}
    out = io.StringIO()
    YAML(typ="safe").dump({"extends": "hai-phong-2025", "name": "case", "data": {"staff": staff}}, out)
    (folder / "scenario.yaml").write_text(out.getvalue(), encoding="utf-8")
    found = review(folder, (), FIELDS)
    assert [str(f) for f in found.faults] == [
        "danh-sach.xlsx:6: no person_id and mostly empty: heading, total or remark? -> leave out rows without person_id: skip_without: person_id; or end above: last_row",
        'danh-sach.xlsx:9: column H "Mã xã" (unit_code): unknown unit code "00318" -> write "318": leading zeros were lost or added (format the column as text)',
    ]
    assert not found.proposals
    table = found.readings["staff"].table
    assert table.lines == (5, 6, 8, 9)
    assert table.column("person_id") == ["P1", "", "P2", "P3"]
    assert table.column("born") == ["1980-05", "", "1975-01", "1990-07"]
    assert table.column("coefficient") == ["3.0", "", "4.4", "1.86"]
    assert table.column("rank") == ["chuyen_vien", "", "chuyen_vien_chinh", "can_su"]
    assert found.notes == (
        'staff: sheet "Cán bộ" is read, 1 more are not',
        "staff: columns that the file lacks, with the default taken: leadership_coefficient 0, hard_months empty, partner_id empty, protected empty, wish empty, wish_code empty, team empty, label official",
        'staff: personal data, not needed, neither kept nor written: C "Họ và tên", D "Điện thoại"',
        'staff: columns not used: A "STT", O "Trụ sở", P "Phòng"',
        "staff: 2 cells read without stray blanks or with composed letters",
        "staff: born: 1 full dates, of which the month is kept",
    )


ACCEPT = (
    "{file: danh-sach.xlsx, accept_proposed: true, constants: {side: hai_duong}, decimal: ',', skip_without: person_id, "
    "last_row: 9, formats: {born: 'dd/mm/yyyy, mm/yyyy'}, values: {field: {Kinh tế: kinh-te}, home_code: {Phường Cẩm Thượng: '10507'}}}"
)


def test_known_headers_are_taken_only_when_the_scenario_says_so(folder):
    """accept_proposed takes the known headers, words and header row, and the check prints each of them."""
    messy(folder / "danh-sach.xlsx")
    found = look(folder, ACCEPT)
    assert [f.message for f in found.faults] == ['unknown unit code "00318"']
    assert "staff: taken by its known headers (accept_proposed): sheet: Cán bộ, header_row: 4" in found.notes
    assert any('B "Mã số" (person_id)' in n and 'N "Nơi ở" (home_code)' in n for n in found.notes)
    assert 'staff: sex: known words taken (accept_proposed): "Nam" = m (2), "Nữ" = f (1)' in found.notes
    assert "staff: 1 rows without person_id left out (skip_without)" in found.notes


def test_personal_columns_are_nowhere(folder):
    """Names and phones are in no message, note, proposal or table; nobody can map a column to them."""
    messy(folder / "danh-sach.xlsx")
    for spec in ("danh-sach.xlsx", ACCEPT):
        assert "Bí Mật" not in repr(look(folder, spec))
        assert "091200000" not in repr(look(folder, spec))
    found = told(folder, "{file: danh-sach.xlsx, sheet: Cán bộ, header_row: 4, columns: {person_id: Họ và tên}}")
    assert (
        'scenario.yaml:4:84: the column "Họ và tên" tells who a person is: personal data is not read -> use a number that means nothing outside your office'
        in found
    )


@pytest.mark.parametrize("person", ["031080001234", "0912345678", "Nguyễn Văn An"])
def test_an_id_that_is_a_person_is_refused_without_repeating_it(folder, person):
    """An identity number, a phone number or a name as person_id is personal data."""
    write_csv(folder / "s.csv", people({"person_id": person}))
    (fault,) = told(folder, "s.csv")
    assert fault.startswith("s.csv:2: column person_id: looks like")
    assert person not in fault


def test_two_headers_that_fit_are_named_both(folder):
    """Two known headers of one column, and one header of two columns, are faults also when proposals are accepted."""
    rows = [
        {
            "Mã cán bộ": "P1",
            "Số hiệu": "7",
            "Đơn vị": "x",
            **{k: v for k, v in PERSON.items() if k not in ("person_id", "unit_code", "division_id")},
        }
    ]
    write_csv(folder / "s.csv", rows)
    assert told(folder, "{file: s.csv, accept_proposed: true}") == [
        's.csv:1: column "Đơn vị" may be division_id or unit_code -> say which: columns: {division_id: "Đơn vị"} or columns: {unit_code: "Đơn vị"}',
        's.csv:1: column person_id: two headers fit: "Mã cán bộ" and "Số hiệu" -> say which: columns: {person_id: "Mã cán bộ"} or columns: {person_id: "Số hiệu"}',
    ]
    said = "columns: {person_id: Mã cán bộ, unit_code: Đơn vị}, values: {unit_code: {x: '11311'}}, constants: {division_id: ''}"
    assert told(folder, f"{{file: s.csv, {said}}}") == []


MAPPINGS = [
    ("columns: {bron: x}", 'scenario.yaml:4:40: unknown column "bron" -> did you mean "born"?'),
    ("columns: {born: Ngay sin}", 's.csv has no header "Ngay sin" in row 1 -> did you mean "Ngày sinh"?'),
    ("columns: {born: column Z}", 's.csv has no header "column Z" in row 1'),
    (
        "columns: {team: Ghi chú}",
        'the header "Ghi chú" stands 2 times: P, Q -> write the column by its letter: team: "column P"',
    ),
    ("constants: {sex: Nam}", 'constant of "sex": "Nam" is no value of this column -> use one of: f, m'),
    ("columns: {sex: sex}, constants: {sex: m}", '"sex" stands under columns and constants -> keep one of the two'),
    ("formats: {born: dd.mm.yy}", 'unknown form of a date "dd.mm.yy" -> use dd/mm/yyyy'),
    ("formats: {sex: dd/mm/yyyy}", '"sex" holds no dates -> remove this line'),
    ("skip_without: id", 'unknown column "id"'),
    ("header_row: 0", '"data.staff.header_row" is too small: 0 -> write at least 1'),
    ("sheets: a", 'scenario.yaml:4:24: unknown key "sheets" -> did you mean "sheet"?'),
    ("header_row: 9", "s.csv:9: there is no header in row 9 -> correct data.staff.header_row"),
]


@pytest.mark.parametrize(("option", "expected"), MAPPINGS, ids=lambda v: str(v)[:30])
def test_faults_of_the_mapping_have_their_place(folder, option, expected):
    """A mapping that names what is not there, or twice, is told where it is written."""
    head = ["Ngày sinh" if c == "born" else c for c in PERSON] + ["Ghi chú", "Ghi chú"]
    (folder / "s.csv").write_text(",".join(head) + "\n" + ",".join(PERSON.values()) + ",,\n", encoding="utf-8")
    assert any(expected in f for f in told(folder, f"{{file: s.csv, {option}}}"))


def windows_1258(text: str) -> bytes:
    """Text as old Vietnamese programs save it: hats on the letter, tones as combining marks after it."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = [unicodedata.normalize("NFD", c) for c in text]
    hats = [unicodedata.normalize("NFC", "".join(m for m in p if m not in tones)) for p in parts]
    return "".join(h + "".join(m for m in p if m in tones) for h, p in zip(hats, parts, strict=True)).encode("cp1258")


VIETNAMESE = [{**{k: v for k, v in PERSON.items() if k != "born"}, "Ngày sinh": "05/1980", "team": "Tổ một"}]
SAID = "header_row: 3, columns: {born: Ngày sinh}, formats: {born: mm/yyyy}"


@pytest.mark.parametrize(
    ("encoding", "delimiter", "said"),
    [("utf-8", ";", ""), ("utf-8-sig", ";", ""), ("utf-16", "\t", ""), ("utf-16", ",", ", encoding: utf-16")],
)
def test_csv_files_of_excel(folder, encoding, delimiter, said):
    """A title with commas above, semicolons or tabs, a byte order mark: rows are counted as Excel shows them."""
    write_csv(folder / "s.csv", VIETNAMESE, delimiter, "Danh sách, cán bộ, công chức, viên chức\n\n", encoding)
    assert told(folder, f"{{file: s.csv, {SAID}{said}}}") == []
    rows = [{**VIETNAMESE[0], "Ngày sinh": "13/1980"}]
    write_csv(folder / "s.csv", rows, delimiter, "Danh sách, cán bộ, công chức, viên chức\n\n", encoding)
    assert [f.split(" -> ")[0] for f in told(folder, f"{{file: s.csv, {SAID}{said}}}")] == [
        's.csv:4: column "Ngày sinh" (born): "13/1980" is not of the form YYYY-MM'
    ]


def test_old_encodings_are_read_when_said_and_named_when_not(folder):
    """Windows-1258 is a clear fault without a sample of the text (it may be a name), and read when the scenario says it."""
    write_csv(folder / "s.csv", VIETNAMESE, ";", "sep=;\n\n\n")
    text = (folder / "s.csv").read_text(encoding="utf-8")
    (folder / "s.csv").write_bytes(windows_1258(text))
    (fault,) = told(folder, f"{{file: s.csv, {SAID}}}")
    assert fault.startswith("s.csv:4: is in Windows-1258, not UTF-8 -> in Excel choose Save As")
    assert told(folder, f"{{file: s.csv, encoding: windows-1258, {SAID}}}") == []
    assert look(folder, f"{{file: s.csv, encoding: windows-1258, {SAID}}}").readings["staff"].table.column("team") == [
        "Tổ một"
    ]
    (folder / "s.csv").write_bytes(text.encode("utf-16-le"))
    assert "looks like UTF-16 without a byte order mark" in told(folder, "s.csv")[0]


BORN = [
    ("15/05/1980", "", "formats: {born: dd/mm/yyyy} in the scenario, or write 1980-05"),
    ("05/06/1980", "", "formats: {born: dd/mm/yyyy} in the scenario if 05/06/1980 means 1980-06, or write 1980-06"),
    ("05/1980", "", "formats: {born: mm/yyyy} in the scenario, or write 1980-05"),
    ("29356", "", "formats: {born: excel} in the scenario, or write 1980-05"),
    ("1980", "dd/mm/yyyy, mm/yyyy, excel", "write YYYY-MM, with the month"),
    ("31/02/1980", "dd/mm/yyyy", "write a day of the calendar"),
    ("15-05-1980", "dd/mm/yyyy", None),
    ("5 / 1980", "mm/yyyy", None),
    ("29356", "excel", None),
    ("05/15/1980", "mm/dd/yyyy", None),
    ("1980-05-15", "", None),
]


@pytest.mark.parametrize(("cell", "form", "remedy"), BORN)
def test_dates_are_read_as_said(folder, cell, form, remedy):
    """A date in another form is a fault with the form to write, until the scenario names the form. 29,356 is 15 May 1980."""
    write_csv(folder / "s.csv", people({"born": cell}))
    found = look(folder, f"{{file: s.csv, formats: {{born: '{form}'}}}}")
    assert [f.remedy for f in found.faults] == ([remedy] if remedy else [])
    if remedy is None:
        assert found.readings["staff"].table.column("born") == ["1980-05"]


def test_a_header_of_two_rows_and_numbers_of_columns(folder):
    """Under a merged title the lower names count, as UPPER / LOWER; the row of (1), (2), ... below is told."""
    names = [c for c in PERSON if c not in ("coefficient", "leadership_coefficient")]
    top = [*names, "Lương", None]
    low = [*[None] * len(names), "Hệ số", "Phụ cấp"]
    numbers = [f"({i})" for i in range(1, len(top) + 1)]
    book = openpyxl.Workbook()
    for row in (top, low, numbers, [*(PERSON[c] for c in names), 3, 0.2]):
        book.active.append(row)
    book.active.merge_cells(start_row=1, start_column=len(top) - 1, end_row=1, end_column=len(top))
    book.save(folder / "s.xlsx")
    said = (
        "header_row: 1, header_rows: 2, columns: {coefficient: Lương / Hệ số, leadership_coefficient: Lương / Phụ cấp}"
    )
    assert told(folder, f"{{file: s.xlsx, {said}}}") == [
        "s.xlsx:3: the row numbers the columns, no record -> start below it: first_row: 4"
    ]
    assert told(folder, f"{{file: s.xlsx, first_row: 4, {said}}}") == []


def test_merged_cells_are_not_filled_down(folder):
    """A value merged over several rows is empty in all but the first: told with the range, never copied down."""
    book = openpyxl.Workbook()
    for row in [list(PERSON), *[list(p.values()) for p in people({}, {}, {})]]:
        book.active.append(row)
    at = list(PERSON).index("home_code") + 1
    book.active.merge_cells(start_row=2, start_column=at, end_row=4, end_column=at)
    book.save(folder / "s.xlsx")
    assert told(folder, "s.xlsx") == [
        f"s.xlsx:{row}: column N home_code: empty cell, part of the merged N2:N4 -> unmerge the cells in the workbook and write the value in each row"
        for row in (3, 4)
    ]


def test_words_of_ones_own_and_empty_cells(folder):
    """values maps words of the file, the empty cell too; names of units are offered with their code, two of a name both."""
    write_csv(
        folder / "s.csv",
        people(
            {"leadership_coefficient": "", "sex": "Nữ", "home_code": "Xã Hồng Phong", "unit_code": "Phường Cẩm Thượng"}
        ),
    )
    faults = told(folder, "s.csv")
    assert 's.csv:2: column sex: "Nữ" is no value of this column -> values: {sex: {"Nữ": f}} in the scenario' in faults
    assert (
        's.csv:2: column unit_code: unknown unit code "Phường Cẩm Thượng" -> write "10507" (Phường Cẩm Thượng)'
        in faults
    )
    assert any('unknown unit code "Xã Hồng Phong" -> write "10654" (Xã Hồng Phong) or "11224"' in f for f in faults)
    said = "{leadership_coefficient: {'': '0'}, sex: {Nữ: f}, home_code: {Xã Hồng Phong: '10654'}, unit_code: {Phường Cẩm Thượng: '10507'}}"
    assert told(folder, f"{{file: s.csv, values: {said}}}") == []


def test_a_mapping_goes_into_the_plan_and_back(folder):
    """The manifest keeps the mapping; a path alone stays a path, so that nothing changes for those who have no mapping."""
    write_csv(folder / "s.csv", people({}))
    (folder / "scenario.yaml").write_text(
        "extends: hai-phong-2025\nname: case\ndata: {staff: {file: s.csv, decimal: ','}}\n", encoding="utf-8"
    )
    loaded = load_scenario(folder)
    described = loaded.describe()
    assert described["data"]["staff"] == {"file": str(folder / "s.csv"), "decimal": ","}
    assert loaded_from(described, folder).scenario == loaded.scenario
    plain = load_scenario(folder, [f"data.staff={folder / 's.csv'}"])
    assert plain.describe()["data"]["staff"] == str(folder / "s.csv")
    assert loaded_from(plain.describe(), folder).scenario == plain.scenario


def test_the_known_headers_are_those_of_our_columns():
    """headers.toml knows every column of both tables, no column that is none, and no value that is none."""
    content = headers_content()
    for table in ("staff", "divisions"):
        columns = schema_of(table).columns
        assert set(content["columns"][table]) == set(columns)
        for name, words in content["values"][table].items():
            assert not columns[name].values or set(words) <= set(columns[name].values)
    assert columns_called("staff", "NGÀY,  tháng\u00a0năm sinh (ghi theo hồ sơ)") == ("born",)
    assert columns_called("staff", "ngay sinh") == ("born",)
    # Diacritics count: mã sở (code of a department) is not mã số (number).
    assert columns_called("divisions", "Mã sở") == ("agency_id",)
    assert columns_called("divisions", "Mã số") == ("division_id",)
    assert columns_called("divisions", "ma so") == ("division_id", "agency_id")
    assert [h for h in ("Số CCCD", "ho va ten", "Mã số") if is_personal(h)] == ["Số CCCD", "ho va ten"]
    assert [t for t in ("Tổng cộng: 45 người", "CỘNG 12", "P1") if is_total(t)] == ["Tổng cộng: 45 người", "CỘNG 12"]


NAMES = {c: [c, *headers_content()["columns"]["staff"][c]] for c in STAFF.columns}
UNIQUE = {c: [n for n in names if columns_called("staff", n) == (c,)] for c, names in NAMES.items()}
ROSTER = pd.DataFrame(
    people({}, {"sex": "m", "born": "1971-12", "coefficient": "4.98"}, {"role": "head", "protected": "pregnant"})
).fillna("")
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_any_order_of_known_headers_reads_back_equal(tmp_path, data):
    """Whatever the order, spelling and file of known headers: mapped or accepted, the roster is the same frame."""
    order = data.draw(st.permutations(list(ROSTER.columns)))
    names = {c: data.draw(st.sampled_from(UNIQUE[c])) for c in order}
    dress = data.draw(
        st.sampled_from(
            [str, str.upper, str.title, lambda t: unicodedata.normalize("NFD", t), lambda t: f" {t}\u00a0 "]
        )
    )
    workbook = data.draw(st.booleans())
    path = tmp_path / ("s.xlsx" if workbook else "s.csv")
    head = [dress(names[c]) for c in order]
    rows = ROSTER[order].to_numpy().tolist()
    if workbook:
        book = openpyxl.Workbook()
        for row in [head, *rows]:
            book.active.append(row)
        book.save(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as f:
            csv.writer(f, delimiter=data.draw(st.sampled_from(",;\t"))).writerows([head, *rows])
    ROSTER.to_csv(tmp_path / "ours.csv", index=False)
    ours = read(tmp_path / "ours.csv", {})
    spec = {"accept_proposed": True} if data.draw(st.booleans()) else {"columns": dict(zip(order, head, strict=True))}
    pd.testing.assert_frame_equal(read(path, spec), ours)
    assert list(ours.columns) == list(STAFF.columns)
    assert ours["wish_code"].tolist() == ours["team"].tolist() == ["", "", ""]


def test_without_the_mapping_nothing_is_read(tmp_path):
    """The reader of the pipeline refuses what the check refuses."""
    write_csv(tmp_path / "s.csv", [{**{k: v for k, v in PERSON.items() if k != "sex"}, "Giới tính": "m"}])
    with pytest.raises(InputError, match="not mapped"):
        read(tmp_path / "s.csv", {})
    assert read(tmp_path / "s.csv", {"accept_proposed": True})["sex"].tolist() == ["m"]
    reading = read_roster(tmp_path / "s.csv", OwnTable(file="s.csv"), STAFF, lambda *steps: Place("x"))
    assert reading.match.proposed == {"sex": list(PERSON).index("site_id")}


def test_floods_are_told_in_short():
    """Of each kind in a column the first 20 by row, then one line that counts the rest; the count of problems stays."""
    faults = [Fault("s.csv", i, 0, "born", f"wrong {i}", "", "no date") for i in range(2, 1256)] + [
        Fault("s.csv", 1, message="other")
    ]
    short = summarised(faults)
    assert len(short) == 22
    assert (
        str(short[-1])
        == "s.csv:22: column born: and 1,234 more like it (no date) -> merger check --faults FILE writes all of them"
    )
    assert sum(f.count for f in short) == len(faults) == 1255


def test_formulas_are_neutralised():
    """A text that a spreadsheet would run begins with an apostrophe; other text is left alone."""
    assert [neutralise(t) for t in ("=1+1", "+84", "-1", "@a", "\tx", "\rx", "a=1", "")] == [
        "'=1+1",
        "'+84",
        "'-1",
        "'@a",
        "'\tx",
        "'\rx",
        "a=1",
        "",
    ]
    assert fold("Đường  SỐ-1 (cũ)") == "duong so 1 cu"
