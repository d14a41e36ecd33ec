# ruff: noqa: E501  the messages stand here on one line, as they are printed
"""The check of a scenario with its tables: each fault with its file, row, column and remedy."""

import csv
import shutil
import unicodedata
from functools import cache
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

import geodata.checks
from geodata.faults import InputError
from geodata.shipped import shipped_path
from scenarios import checks
from scenarios.checks import check_scenario, load_checked
from scenarios.loaded import shipped_folder
from scenarios.loader import load_scenario

SHIPPED = shipped_folder() / "hai-phong-2025"
HEAD = "extends: hai-phong-2025\nname: case\n"
PEOPLE = (
    "person_id,side,level,division_id,unit_code,field,role,rank,coefficient,leadership_coefficient,sex,born,"
    "insurance_months,home_code,site_id,partner_id,protected,wish,label\n"
)
PERSON = "p1,hai_phong,commune,,11311,kinh-te,staff,chuyen_vien,3.0,0,f,1980-05,200,11311,,,,,official\n"


READ_LAYER, READ_VALUES = cache(checks.read_layer), cache(checks.parquet_values)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder, so that faults show short paths; the shipped maps are read once for all tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checks, "read_layer", READ_LAYER)
    monkeypatch.setattr(checks, "parquet_values", READ_VALUES)
    monkeypatch.setattr(checks, "check_layer", lambda layer, schema: [])
    return tmp_path


def copy(name: str, folder: Path) -> Path:
    """A shipped table beside the scenario, to be spoilt."""
    source = shipped_path(name) if shipped_path(name).exists() else SHIPPED / name
    return Path(shutil.copy(source, folder / name))


def check(folder: Path, text: str) -> list[str]:
    """Faults of a scenario with this text after its head."""
    (folder / "scenario.yaml").write_text(HEAD + text, encoding="utf-8")
    return [str(f) for f in check_scenario(load_scenario(folder))]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_scenario_has_no_faults():
    """What we ship passes its own checks."""
    assert load_checked("hai-phong-2025").scenario.name == "hai-phong-2025"


def test_faults_of_file_and_tables_come_together(folder):
    """A wrong key in the file does not hide a wrong cell in a table: both are told, sorted by place."""
    edit(copy("housing.csv", folder), ",400,", ",-400,")
    (folder / "scenario.yaml").write_text(HEAD + "seeed: 1\ndata: {housing: housing.csv}\n")
    with pytest.raises(InputError) as caught:
        load_checked(folder)
    assert [str(f) for f in caught.value.faults] == [
        "housing.csv:2: column flats: negative number -400 -> write at least 0",
        'scenario.yaml:3:1: unknown key "seeed" -> did you mean "seed"?',
    ]


def test_a_missing_file_is_told_where_it_is_named(folder):
    """The place is the line of the scenario that names it; a file of nearly that name is suggested."""
    copy("housing.csv", folder)
    assert check(folder, "data: {housing: housng.csv, sites: nowhere/sites.csv}\n") == [
        'scenario.yaml:3:17: no such file: housng.csv -> did you mean "housing.csv"?',
        "scenario.yaml:3:36: no such file: nowhere/sites.csv -> put it in nowhere or change the path",
    ]


SPOILT = [
    (
        "housing.csv",
        "flats,",
        "flat,",
        ['housing.csv:1: column flat: unknown column "flat" -> rename it to "flats" (number of flats)'],
    ),
    (
        "deadlines.csv",
        ",2025-02-20",
        ",2025-02-30",
        ["deadlines.csv:3: column date: the date 2025-02-30 does not exist -> write a day of the calendar"],
    ),
    (
        "deadlines.csv",
        ",2025-02-20,",
        ",20/02/2025,",
        ['deadlines.csv:3: column date: "20/02/2025" is not of the form YYYY-MM-DD -> write 2025-02-20'],
    ),
    (
        "housing.csv",
        ",400,",
        ',"400,5",',
        ['housing.csv:2: column flats: "400,5" has a decimal comma -> write 400.5 (a dot as decimal sign)'],
    ),
    (
        "commute_allowances.csv",
        "1800000",
        '"1,800,000"',
        ['commute_allowances.csv:2: column amount_vnd: "1,800,000" has a sign for thousands -> write 1800000'],
    ),
    (
        "commute_allowances.csv",
        "1800000",
        "1.800.000",
        ['commute_allowances.csv:2: column amount_vnd: "1.800.000" has a sign for thousands -> write 1800000'],
    ),
    (
        "commute_allowances.csv",
        "1800000",
        "many",
        ['commute_allowances.csv:2: column amount_vnd: "many" is not a whole number -> write digits only, unit VND'],
    ),
    (
        "commute_allowances.csv",
        "1800000",
        "1800000.5",
        [
            "commute_allowances.csv:2: column amount_vnd: 1800000.5 is not a whole number -> write 1800000, without sign for thousands or fraction"
        ],
    ),
    (
        "sites.csv",
        "hai_phong,106.683,",
        "hai_phong,206.683,",
        ["sites.csv:2: column lon: too large: 206.683 -> write at most 180"],
    ),
    (
        "sites.csv",
        "45337",
        "45338999",
        ['sites.csv:2: column road_node: unknown node "45338999" -> use one of the 80627 in roads_nodes.parquet'],
    ),
    (
        "sites.csv",
        "11578,11560",
        "11578,1156",
        [
            'sites.csv:2: column unit_after: unknown unit code "1156" -> use one of the 114 in units_after_2025.gpkg, e.g. 10507'
        ],
    ),
    (
        "agencies.csv",
        "ubnd-tinh-hai-duong,van-phong",
        "ubnd-tinh-hai-duon,van-phong",
        ['agencies.csv:2: column parent_id: unknown value "ubnd-tinh-hai-duon" -> did you mean "ubnd-tinh-hai-duong"?'],
    ),
    (
        "agencies.csv",
        ",before,",
        ",befor,",
        ['agencies.csv:2: column period: "befor" is no value of this column -> did you mean "before"?'],
    ),
    (
        "agencies.csv",
        "Văn phòng UBND Hải Dương",
        "V\u00c4\u0192n ph\u00c3\u00b2ng",
        [
            'agencies.csv:2: column name_vi: garbled text "VÄƒn phÃ²ng" -> it reads "Văn phòng": open the file as UTF-8 and save it again'
        ],
    ),
    (
        "agencies.csv",
        "Văn phòng UBND Hải Dương",
        "#N/A",
        [
            "agencies.csv:2: column name_vi: error value #N/A of a formula -> correct the formula, or write the value itself"
        ],
    ),
    (
        "agencies.csv",
        "Văn phòng UBND Hải Dương",
        "",
        ["agencies.csv:2: column name_vi: empty cell -> fill it in: Vietnamese name"],
    ),
    (
        "crosswalk.csv",
        "whole,False",
        "whole,maybe",
        ['crosswalk.csv:2: column area_only: "maybe" is neither True nor False -> write True or False'],
    ),
    (
        "crosswalk.csv",
        "1.0,1.0",
        "0.9,1.0",
        [
            "crosswalk.csv:2: column share_area: the shares of unit 10507 sum to 0.9, not to 1 -> correct the rows of this unit"
        ],
    ),
    (
        "crosswalk.csv",
        "\n318,",
        "\n00318,",
        [
            "crosswalk.csv: column old_code: unit 318 has no row -> say which new unit it goes to",
            'crosswalk.csv:452: column old_code: unknown unit code "00318" -> write "318": leading zeros were lost or added (format the column as text)',
        ],
    ),
    (
        "adjacency_before.csv",
        "10507,10531",
        "10507,10510",
        [
            'adjacency_before.csv:3: column code_b: duplicate code "10507 10510", first in row 2 -> delete or correct one of the two rows'
        ],
    ),
    (
        "adjacency_before.csv",
        "10507,10510",
        "10507,10507",
        ["adjacency_before.csv:2: column code_b: unit 10507 is its own neighbour -> delete the row, or correct a code"],
    ),
    (
        "railway_stations.csv",
        "06:00",
        "6h00",
        ['railway_stations.csv:2: column hp15_2025_09_22: "6h00" is not a time -> write HH:MM, for instance 07:30'],
    ),
]
OPTIONS = {
    "crosswalk.csv": "crosswalk",
    "adjacency_before.csv": "adjacency",
    "railway_stations.csv": "stations",
    "commute_allowances.csv": "allowances",
}


@pytest.mark.parametrize(("name", "old", "new", "expected"), SPOILT, ids=lambda v: str(v)[:24])
def test_spoilt_cells(folder, name, old, new, expected):
    """One wrong cell in a shipped table gives exactly its own faults: row, column, what and remedy."""
    edit(copy(name, folder), old, new)
    option = OPTIONS.get(name, name.removesuffix(".csv"))
    assert check(folder, f"data: {{{option}: {name}}}\n") == expected


def test_a_row_with_too_many_cells_is_told(folder):
    """A comma inside a cell without quotes shifts the row: told by its row, not by wrong cells after it."""
    path = copy("housing.csv", folder)
    edit(path, '"142 Lê Lai, Hai Phong"', "142 Lê Lai, Hai Phong")
    width = path.read_text(encoding="utf-8").splitlines()[0].count(",") + 1
    expected = f"housing.csv:2: row has {width + 1} cells, the header {width} -> put cells with a delimiter in quotes"
    assert check(folder, "data: {housing: housing.csv}\n") == [expected]


def test_many_faults_of_one_kind_are_counted(folder):
    """A column wrong throughout is told ten times and then counted, not a thousand times."""
    path = copy("adjacency_before.csv", folder)
    path.write_text(path.read_text().replace(",land,", ",land,-"))
    found = check(folder, "data: {adjacency: adjacency_before.csv}\n")
    assert len(found) == 11
    assert found[0] == "adjacency_before.csv:2: column shared_border_m: negative number -2633.0 -> write at least 0"
    assert found[-1].startswith("adjacency_before.csv:12: column shared_border_m: 1008 more rows from here on")


def recode(path: Path, encoding: str, **replace: str) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in replace.items():
        text = text.replace(old, new)
    path.write_bytes(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tables_saved_by_excel_with_a_mark_are_read(folder, encoding):
    """A byte order mark, UTF-8 or UTF-16, is no fault."""
    recode(copy("sites.csv", folder), encoding)
    assert check(folder, "data: {sites: sites.csv}\n") == []


def test_decomposed_unicode_is_composed(folder):
    """Names and ids in decomposed Unicode (macOS) are the same names and ids."""
    path = copy("sites.csv", folder)
    path.write_text(unicodedata.normalize("NFD", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != shipped_path("sites.csv").read_text(encoding="utf-8")
    assert check(folder, "data: {sites: sites.csv}\n") == []


def windows_1258(text: str) -> bytes:
    """Text as old Vietnamese programs save it: hats on the letter, tones as combining marks after it."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = [unicodedata.normalize("NFD", c) for c in text]
    hats = [unicodedata.normalize("NFC", "".join(m for m in p if m not in tones)) for p in parts]
    return "".join(h + "".join(m for m in p if m in tones) for h, p in zip(hats, parts, strict=True)).encode("cp1258")


def test_windows_1258_is_named_not_garbled(folder):
    """A table in Windows-1258 is refused with the row, a sample of its text and what to do in Excel."""
    path = copy("housing.csv", folder)
    path.write_bytes(windows_1258("project_id,name\nx,Nhà ở xã hội\n"))
    assert check(folder, "data: {housing: housing.csv}\n") == [
        'housing.csv:2: is in Windows-1258, not UTF-8, e.g. "Nhà ở xã hội" -> in Excel choose Save As, type '
        '"CSV UTF-8 (Comma delimited)", or keep it as .xlsx'
    ]


def test_an_unknown_encoding_is_refused(folder):
    """Bytes that are neither UTF-8 nor Vietnamese in Windows-1258 (here TCVN3) are refused."""
    path = copy("housing.csv", folder)
    path.write_bytes(b"project_id,name\nx,Nh\xb5 \xeb x\xb7 h\xe9i\n")
    found = check(folder, "data: {housing: housing.csv}\n")
    assert found == [
        "housing.csv:2: is not UTF-8 and its encoding is unknown (perhaps TCVN3 or VNI) -> convert it to Unicode "
        "(for instance with the UniKey toolkit), then save it as UTF-8"
    ]


def test_semicolons_and_tabs_are_read(folder):
    """The delimiter of a Vietnamese Excel (;) and of a copied table (tab) is told from the header."""
    with shipped_path("sites.csv").open(encoding="utf-8") as f:
        rows = list(csv.reader(f))
    for delimiter in ";\t":
        with (folder / "sites.csv").open("w", encoding="utf-8", newline="") as f:
            csv.writer(f, delimiter=delimiter).writerows(rows)
        assert check(folder, "data: {sites: sites.csv}\n") == []


def workbook(path: Path, rows: list[list]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_workbooks_have_the_same_columns(folder):
    """A table saved as .xlsx with numbers as numbers is read like the CSV file."""
    with shipped_path("sites.csv").open(encoding="utf-8") as f:
        head, *body = list(csv.reader(f))
    numbers = {head.index(c) for c in ("lon", "lat", "road_node", "access_m", "unit_before")}
    rows = [[float(v) if i in numbers and v else v or None for i, v in enumerate(row)] for row in body]
    workbook(folder / "sites.xlsx", [head, *rows])
    assert check(folder, "data: {sites: sites.xlsx}\n") == []


def test_a_side_in_two_pieces(folder):
    """Cát Hải without its zone and its ferry hangs on by nothing: the units are named, with what to do."""
    path = copy("adjacency_before.csv", folder)
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(r for r in rows if ",ferry," not in r), encoding="utf-8")
    zones = "arrange: {special_zones: [{name: Bạch Long Vĩ, members: ['318']}]}\n"
    # Twelve units of an island can form new units among themselves.
    assert check(folder, f"data: {{adjacency: adjacency_before.csv}}\n{zones}") == []
    assert check(folder, zones.replace("{name", "{name: Cát Hải, district: Huyện Cát Hải}, {name")) == []
    # Bạch Long Vĩ has no neighbour: without its zone it is cut off, unless it is kept whole.
    alone = "arrange: {special_zones: [{name: Cát Hải, district: Huyện Cát Hải}]}\n"
    # It lies on an island, for which Art 5(1)(d) has no numeric test: it may stay alone.
    assert check(folder, alone) == []
    assert check(folder, alone + "locks: {keep_whole: ['318']}\n") == []


def test_a_wrong_file_brings_no_flood(folder):
    """Another file in the place of the sites: its columns are named, but not every reference to a site."""
    (folder / "sites.csv").write_text("site_id,nam,kind\nx,y,z\n", encoding="utf-8")
    found = check(folder, "data: {sites: sites.csv}\n")
    assert "column access_m: column is missing" in found[0]
    assert all(f.startswith("sites.csv:1: column") for f in found)


def test_faults_of_a_layer(folder, monkeypatch):
    """A layer of units of one's own: a missing column, a code twice, a wrong cell and a broken reference, at once.

    Its coordinate system is no fault: VN-2000 is read as it stands.
    """
    monkeypatch.setattr(checks, "check_layer", geodata.checks.check_layer)
    units = gpd.read_file(shipped_path("units_before.gpkg")).to_crs(3405).drop(columns="district")
    units.loc[0, "code"] = units.loc[1, "code"]
    units.loc[2, "population"] = -1
    units.to_file(folder / "units.gpkg")
    found = check(folder, "data: {units: units.gpkg}\n")
    assert [f for f in found if f.startswith("units.gpkg")] == [
        'units.gpkg: column code: unit 10510: duplicate code "10510" -> delete or correct one of the two rows',
        "units.gpkg: column population: unit 10513: negative number -1 -> write at least 0",
        "units.gpkg:1: column district: column is missing -> add it: district before the merger; or in the scenario columns: {district: HEADER}, constants: {district: VALUE}",
    ]
    assert any('crosswalk.csv:2: column old_code: unknown unit code "10507"' in f for f in found)
    (folder / "broken.gpkg").write_text("no layer")
    assert "broken.gpkg: cannot be read as a layer:" in check(folder, "data: {units: broken.gpkg}\n")[0]


def test_a_roster_of_ones_own(folder):
    """Every reference of a roster is checked against the table it points to."""
    rows = [
        PERSON,
        PERSON,
        PERSON.replace("p1", "p2").replace("11311,,,", "99999,,p9,").replace("chuyen_vien", "chuyen_vie"),
        PERSON.replace("p1", "p3").replace("1980-05", "1980-13").replace("3.0", "-3.0"),
    ]
    (folder / "staff.csv").write_text(PEOPLE + "".join(rows), encoding="utf-8")
    assert check(folder, "data: {staff: staff.csv}\n") == [
        'staff.csv:3: column person_id: duplicate id "p1", first in row 2 -> delete or correct one of the two rows',
        'staff.csv:4: column home_code: unknown unit code "99999" -> use one of the 375 in units_before.gpkg, e.g. 10507',
        'staff.csv:4: column partner_id: unknown value "p9" -> use one of: p1, p2, p3',
        'staff.csv:4: column rank: unknown rank "chuyen_vie" -> did you mean "chuyen_vien"?',
        "staff.csv:5: column born: the date 1980-13 does not exist -> write a day of the calendar",
        "staff.csv:5: column coefficient: negative number -3.0 -> write at least 0",
    ]


def test_a_roster_needs_the_divisions_it_names(folder):
    """Divisions made up by the generator cannot be named by a real roster; an empty table is no table."""
    (folder / "staff.csv").write_text(PEOPLE + PERSON.replace("commune,,", "province,d1,"), encoding="utf-8")
    assert check(folder, "data: {staff: staff.csv}\n") == [
        "scenario.yaml:3:15: the roster names divisions, but data.divisions names no table -> give data.divisions too: "
        "merger new writes an empty one"
    ]
    (folder / "staff.csv").write_text(PEOPLE, encoding="utf-8")
    assert check(folder, "data: {staff: staff.csv}\n")[0].startswith("staff.csv: the table has no rows -> fill it in")


OPTION_FAULTS = [
    (
        "rules: {staffing.gov_bloc_averag: 30}",
        'scenario.yaml:3:35: unknown rule "staffing.gov_bloc_averag" -> did you mean "staffing.gov_bloc_average"?',
    ),
    (
        "rules: {staffing.gov_bloc_average: -3}",
        'scenario.yaml:3:36: rule "staffing.gov_bloc_average" must not be negative: -3 -> in law it is 32',
    ),
    (
        "rules: {standards.effect_from: soon}",
        'scenario.yaml:3:32: rule "standards.effect_from" must be a date YYYY-MM-DD, not soon -> in law it is 2025-07-01',
    ),
    (
        "consolidate: {main_site: bac-song-can}",
        'scenario.yaml:3:26: unknown site "bac-song-can" -> did you mean "bac-song-cam"?',
    ),
    (
        "commute: {projects: [ew-axis]}",
        'scenario.yaml:3:22: unknown project "ew-axis" -> did you mean "ew_axis"?',
    ),
    (
        "data: {travel_time_checks: null}",
        '"arrange.traffic_factor" is not given, and no published travel time is for normal traffic -> ',
    ),
    (
        "data: {travel_time_checks: null}\narrange: {traffic_factor: 1.1}",
        '"commute.peak_factor" is not given, and no published travel time is for peak traffic -> write a factor, or add',
    ),
    (
        "dates: {effect: 2025-01-01}",
        'scenario.yaml:3:17: "dates.effect" (2025-01-01) is before "dates.start" (2025-04-14) -> correct one of the two',
    ),
    ("arrange: {regions: {hai_phong: 1}}", "scenario.yaml:3:32: side hai_phong: 1 new units out of"),
    (
        "arrange: {max_members: 2}",
        "side hai_duong: 64 new units of at most 2 old ones cannot hold 207 -> raise arrange.regions or arrange.max_members",
    ),
    (
        "arrange: {regions: {hai_fong: 2}}",
        'scenario.yaml:3:31: unknown side "hai_fong" -> did you mean "hai_phong"?',
    ),
]


def test_a_planner_s_own_travel_times(folder):
    """The columns that the fit needs are enough; a state of traffic nobody knows is told; without peak rows, say so."""
    head = "check_id,origin,destination,from_node,to_node,traffic,published_minutes_low,published_minutes_high\n"
    rows = "a,A,B,52127,36543,normal,50,60\nb,A,B,52127,36543,peak,60,75\n"
    text = "data: {travel_time_checks: times.csv}\n"
    (folder / "times.csv").write_text(head + rows, encoding="utf-8")
    assert check(folder, text) == []
    (folder / "times.csv").write_text(head + rows.replace("peak", "rush"), encoding="utf-8")
    faults = check(folder, text)
    assert any("times.csv:3" in f and "rush" in f for f in faults)
    assert any('"commute.peak_factor" is not given' in f for f in faults)


@pytest.mark.parametrize(("text", "expected"), OPTION_FAULTS, ids=lambda v: str(v)[:24])
def test_options_against_the_tables(folder, text, expected):
    """Options that name rows of tables, rules of the law, or counts that cannot hold."""
    assert any(expected in f for f in check(folder, text + "\n"))


def test_faults_of_the_law_have_their_line(folder):
    """A law file of one's own: no TOML, a status that is none, an id twice."""
    shutil.copytree(SHIPPED / "law", folder / "law")
    path = folder / "law" / "staffing.toml"
    text = path.read_text(encoding="utf-8")
    first = text[: text.index("[[figure]]")].count("\n") + 1
    path.write_text(text.replace('status = "verified"', 'status = "sure"', 1), encoding="utf-8")
    assert check(folder, "data: {law: law}\n")[0] == (
        f'law/staffing.toml:{first}: rule staffing.gov_bloc_average: status "sure" -> '
        "use one of: computed, recalled, verified"
    )
    path.write_text(text + "\n[[figure]\n", encoding="utf-8")
    assert f"law/staffing.toml:{text.count(chr(10)) + 2}:" in check(folder, "data: {law: law}\n")[0]
