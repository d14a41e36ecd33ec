"""Documents of a plan, on a fabricated plan over the real units: every figure below comes from the real
crosswalk."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from docx import Document
from docx.shared import Pt

from geodata.shipped import resolve
from geodata.tables import read_table, read_units
from merger.disclosure import public_view
from merger.documents import pictures
from merger.documents.annex import write_annex
from merger.documents.facts import grouped_tasks, identical_units
from merger.documents.letter_template import copy_templates
from merger.documents.page import write_page
from merger.documents.page_answers import clause_text
from merger.documents.page_differences import differing_units
from merger.documents.report import write_report
from merger.documents.wording import bound_sentence, day, empty, finding_text, money, number, percent, quantity, term
from merger.inputs import Inputs
from merger.layers import build_layers
from merger.plan import Plan
from merger.tables import TABLES, conform
from scenarios.law import read_law
from scenarios.schema import Scenario

# The fixtures are costly: all tests of this file run in one worker.
pytestmark = pytest.mark.xdist_group("documents")

SHIPPED = Path(__file__).parents[2] / "scenarios" / "shipped" / "hai-phong-2025"


def shipped_inputs() -> Inputs:
    """Inputs of the shipped scenario without its synthetic tables (they are not needed here and cost
    time)."""
    scenario = Scenario(
        name="hai-phong-2025",
        title={
            "vi": "Hợp nhất tỉnh Hải Dương và thành phố Hải Phòng, 1-7-2025",
            "en": "Merger of Hải Dương into Hải Phòng",
        },
    )
    names = [
        "adjacency",
        "sites",
        "stations",
        "agencies",
        "programmes",
        "deadlines",
        "allowances",
        "totals",
        "housing",
    ]
    names += ["surplus_offices", "it_systems", "crosswalk"]
    return Inputs(
        scenario=scenario,
        folder=SHIPPED,
        law=read_law(SHIPPED / "law"),
        units=read_units(resolve(scenario.data.units.file, SHIPPED)),
        reference=read_units(resolve(scenario.data.units_reference, SHIPPED)),
        synthetic=frozenset({"divisions", "staff"}),
        **{n: read_table(resolve(getattr(scenario.data, n), SHIPPED)) for n in names},
    )


def fabricated_plan(inputs: Inputs, folder: Path) -> Plan:
    """A plan whose units are the real ones (each old unit to the unit with most of its people), the rest
    made up."""
    tables = {**_arranged(inputs), **_structure(inputs), **_commute(inputs), **_timetable()}
    tables = {name: conform(name, frame.reindex(columns=list(TABLES[name].columns))) for name, frame in tables.items()}
    stages = {
        "arrange": _record(
            "optimal", 58_100_000.0, 58_100_000.0, "person-minutes", ["standards.target.phuong_central_city"]
        ),
        "consolidate": _record("optimal", 4.2e9, 4.2e9, "VND", ["staffing.province_departments_max"]),
        "relocate": _record("feasible", 9.1e9, 9.0e9, "VND", ["staffing.gov_bloc_average"]),
        "commute": _record(
            "feasible",
            2.4e9,
            2.3e9,
            "VND/month",
            ["hp-travel-45"],
            said="the given stops and demands; every sequence of stops is covered by the bound",
        ),
        "timetable": _record("feasible", 120.0, None, "working days", []),
    }
    score = {
        "units": 114,
        "person_km": 9_812_000.0,
        "person_minutes": 16_200_000.0,
        "mean_km": 2.09,
        "mean_minutes": 3.45,
    }
    manifest = {
        "schema_version": 1,
        "scenario": {
            "name": "hai-phong-2025",
            "title": inputs.scenario.title.model_dump(),
            "created": "2025-06-12",
        },
        "scenario_digest": "0123456789abcdef" * 4,
        "data_hashes": {"units": "ab" * 32},
        "versions": {"merger-planning": "0.1.0", "ortools": "9.15"},
        "seed": 2025,
        "threads": 1,
        "stages": stages,
        "headline": {
            "plan": {**score, "meets": 71, "exempt": 41, "needs_decision": 0, "special": 2},
            "reference": {
                **score,
                "person_km": 10_500_000.0,
                "mean_km": 2.24,
                "meets": 66,
                "exempt": 46,
                "special": 2,
            },
        },
        "synthetic": sorted(inputs.synthetic),
    }
    return Plan(folder, manifest, tables)


def _record(status: str, objective: float, bound: float | None, unit: str, rules: list[str], *, said: str = "") -> dict:
    gap = None if bound is None else (objective - bound) / objective
    finding = {
        "vi": "Một phát hiện cần Ban Chỉ đạo biết.",
        "en": "A finding for the committee.",
        "rule": "",
        "item": "",
    }
    return {
        "status": status, "objective": objective, "bound": bound, "gap": gap, "seconds": 3.2, "unit": unit,
        "restriction": said, "rules_hit": rules, "findings": [finding], "figures": {},
    }  # fmt: skip


def _arranged(inputs: Inputs) -> dict[str, pd.DataFrame]:
    most = inputs.crosswalk.sort_values(["old_code", "population", "new_code"]).drop_duplicates("old_code", keep="last")
    home = most.set_index("old_code")["new_code"].reindex(inputs.units.index)
    old, real = inputs.units, inputs.reference
    units = pd.DataFrame({
        "old_code": old.index, "old_name": old["name_full"], "district": old["district"], "side": old["side"],
        "new_id": home.to_numpy(), "new_name": real["name_full"].reindex(home).to_numpy(),
        "kind": real["kind"].reindex(home).to_numpy(), "population": old["population"],
        "area_km2": old["area_km2"],
        "minutes_to_seat": 4.5, "km_to_seat": 2.5, "rules": "standards.target.xa_other", "label": "proposed",
    })  # fmt: skip
    biggest = units.sort_values("population").drop_duplicates("new_id", keep="last").set_index("new_id")["old_code"]
    units["seat_code"] = units["new_id"].map(biggest)
    units["standard"] = np.where(units["kind"] == "dac_khu", "special", "meets")
    rows = []
    for new_id, group in units.groupby("new_id"):
        seat = old.loc[group["seat_code"].iloc[0]]
        exempt = len(group) >= 3
        kind = group["kind"].iloc[0]
        rows.append({
            "new_id": new_id, "new_name": group["new_name"].iloc[0], "kind": kind,
            "side": group["side"].iloc[0],
            "seat_code": seat.name, "seat_lon": seat["centre_lon"], "seat_lat": seat["centre_lat"],
            "members": ";".join(group["old_code"]), "n_members": len(group),
            "area_km2": group["area_km2"].sum(),
            "population": int(group["population"].sum()), "area_ratio": 1.2, "population_ratio": 1.1,
            "standard": "special" if kind == "dac_khu" else ("exempt" if exempt else "meets"),
            "person_minutes": float(group["population"].sum() * 4.5),
            "person_km": float(group["population"].sum() * 2.5),
            "rules": "standards.target.xa_other", "label": "proposed",
        })  # fmt: skip
    return {"units": units, "new_units": pd.DataFrame(rows)}


def _structure(inputs: Inputs) -> dict[str, pd.DataFrame]:
    after = inputs.agencies[(inputs.agencies["period"] == "after") & (inputs.agencies["kind"] == "department")]
    agencies, structure = [], []
    for agency in after.itertuples():
        before = inputs.agencies[inputs.agencies["successor_id"] == agency.agency_id]
        agencies.append({
            "new_agency_id": agency.agency_id, "new_agency": agency.name_vi, "new_agency_en": agency.name_en,
            "kind": agency.kind, "predecessors": ";".join(before["agency_id"]), "divisions": 8,
            "divisions_before": 14,
            "staff": 180, "leaders": 6, "deputies_cap": 8, "site_id": "bac-song-cam", "floor_m2": 2160.0,
            "label": "SYNTHETIC",
        })  # fmt: skip
        for old in before.itertuples():
            for i in range(3):
                structure.append({
                    "division_id": f"{old.agency_id}-{i}", "division": f"Phòng nghiệp vụ {i + 1}",
                    "agency_id": old.agency_id,
                    "agency": old.name_vi, "side": old.side, "field": "noi-vu", "staff": 12,
                    "site_before": "hd-provincial-centre-old",
                    "new_division_id": f"{agency.agency_id}-{i}", "new_division": f"Phòng Nghiệp vụ {i + 1}",
                    "new_agency_id": agency.agency_id, "new_agency": agency.name_vi,
                    "site_id": "bac-song-cam",
                    "reason_vi": "Cùng lĩnh vực, đủ số biên chế tối thiểu.",
                    "reason_en": "Same field, large enough.",
                    "rules": "", "label": "SYNTHETIC",
                })  # fmt: skip
    return {"new_agencies": pd.DataFrame(agencies), "structure": pd.DataFrame(structure)}


def _commute(inputs: Inputs) -> dict[str, pd.DataFrame]:
    homes = inputs.units[inputs.units["side"] == "hai_duong"].iloc[::6]
    site = "bac-song-cam"
    commute, routes, stops, staff = [], [], [], []
    for i, (code, home) in enumerate(homes.iterrows()):
        route = f"shuttle-{i // 6 + 1:02d}"
        riders = 2 if i == 0 else 9 + i % 7
        commute.append({
            "group_id": f"{code}|{site}|daily", "home_code": code, "home": home["name_full"], "site_id": site,
            "wish": "daily",
            "mode": "shuttle", "route_id": route, "riders": riders, "km": 45.0 + i % 20, "minutes": 62.0,
            "public_vnd_month": 1_200_000 * riders, "private_vnd_month": 0,
            "time_vnd_month": 2_000_000 * riders,
            "reason_vi": "Rẻ nhất trong các cách đi đến trước 7 giờ 30.",
            "reason_en": "Cheapest way that arrives by 07:30.",
            "rules": "hp-travel-45", "label": "SYNTHETIC",
        })  # fmt: skip
        for n in range(riders):
            staff.append({
                "person_id": f"P{i:02d}{n:02d}", "side": "hai_duong", "level": "province",
                "outcome": "placed", "home_code": code,
                "support": "shuttle", "km_before": 6.0, "km_after": 48.0, "support_vnd_month": 1_200_000,
                "entitlement": "none",
                "label": "SYNTHETIC",
            })  # fmt: skip
        for direction in ("morning", "evening"):
            stops.append({
                "route_id": route, "direction": direction, "sequence": i % 6 + 1, "stop_id": f"s{i}",
                "name": home["name_full"],
                "lon": home["centre_lon"], "lat": home["centre_lat"],
                "road_node": int(inputs.roads.node_ids[inputs.unit_nodes[code]]), "time": "06:10",
                "boarding": riders,
                "load": riders, "km": 3.0, "label": "SYNTHETIC",
            })  # fmt: skip
    for i in range((len(homes) + 5) // 6):
        routes.append({
            "route_id": f"shuttle-{i + 1:02d}", "name_vi": f"Tuyến {i + 1}", "mode": "shuttle",
            "site_id": site,
            "vehicle": "45", "seats": 45, "riders": 40, "stops": 6, "km": 52.0, "minutes": 70.0,
            "depart": "06:05",
            "arrive": "07:20", "return_depart": "17:05", "cost_vnd_day": 2_900_000, "label": "SYNTHETIC",
        })  # fmt: skip
    return {
        "commute": pd.DataFrame(commute),
        "routes": pd.DataFrame(routes),
        "stops": pd.DataFrame(stops),
        "staff": pd.DataFrame(staff),
    }


def _timetable() -> dict[str, pd.DataFrame]:
    days = pd.bdate_range("2025-04-14", "2025-12-31")
    kinds = ["law", "organisation", "staff", "move", "archive", "digital", "commute", "assets"]
    rows = []
    for i in range(40):
        start = i * 4
        rows.append({
            "task_id": f"T{i:02d}", "title_vi": f"Nhiệm vụ số {i + 1}: bàn giao hồ sơ, tài liệu",
            "title_en": f"Task {i + 1}: hand over files",
            "owner": "Sở Nội vụ", "kind": kinds[i % 8], "origin": "plan", "start": str(days[start].date()),
            "finish": str(days[start + 9 + i % 9].date()), "working_days": 10 + i % 9,
            "predecessors": f"T{i - 1:02d}" if i else "",
            "resources": "trucks=2", "deadline_id": "",
            "legal_limit": str(days[start + 20].date()) if i % 5 == 0 else "",
            "target": "", "legal_late_days": 0, "target_late_days": 1 if i == 7 else 0, "slack_days": i % 6,
            "critical": i % 6 == 0, "fixed": False, "label": "proposed",
        })  # fmt: skip
    return {"timetable": pd.DataFrame(rows), **_timetable_answers()}


def _timetable_answers() -> dict[str, pd.DataFrame]:
    """A missed target with two remedies, one body that signs on the day of effect, one agency that moves."""
    limit = {
        "deadline": "2025-06-20", "force": "target", "title_vi": "Mốc 20/06/2025 của phương án", "title_en": "Date",
        "date": "2025-06-20", "tasks": 1, "last_task": "T07", "finish": "2025-06-23", "late_days": 1,
        "spare_days": 0, "slack_days": -1, "chain": "T05;T07", "causes": "release;units=trucks", "resources": "trucks",
    }  # fmt: skip
    remedy = {"deadline": "2025-06-20", "force": "target", "late_days": 1, "late_after_days": 0, "proven": True,
              "amount": 1, "text_en": "text"}  # fmt: skip
    remedies = [
        {**remedy, "rank": 1, "remedy": "units", "item": "trucks", "price_vnd": 5_000_000,
         "text_vi": "Thêm 1 xe tải chuyển trụ sở cấp thành phố: kịp thời hạn"},
        {**remedy, "rank": 2, "remedy": "order", "item": "T05>T07", "price_vnd": None,
         "text_vi": "Không buộc “T07” chờ “T05”"},
    ]  # fmt: skip
    body = {"body_id": "x", "body_vi": "Sở Y tế", "body_en": "Health", "level": "province", "decision": "2025-06-18",
            "leaders": "2025-06-20", "seal": "2025-06-25", "can_sign": "2025-07-01",
            "earliest": "2025-07-01"}  # fmt: skip
    move = {"task_id": "agency.move:x", "new_agency_id": "x", "agency_vi": "Sở Y tế", "agency_en": "Health",
            "files_m": 7, "trucks": 3, "from_sites": "hd-provincial-centre-old",
            "to_sites": "bac-song-cam"}  # fmt: skip
    days = [{**move, "day": f"2025-06-{day}", "persons": n, "desks": n} for day, n in ((28, 20), (29, 21))]
    rows = {"deadlines": [limit], "relief": remedies, "signing": [body], "moves": days}
    return {name: pd.DataFrame(own).assign(label="proposed") for name, own in rows.items()}


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return shipped_inputs()


@pytest.fixture(scope="module")
def plan(inputs, tmp_path_factory) -> Plan:
    return fabricated_plan(inputs, tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def layers(inputs, plan):
    return build_layers(inputs, public_view(plan, inputs).tables)


@pytest.fixture(scope="module")
def report(plan, inputs, layers, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.vi.docx"
    write_report(plan, inputs, path, "vi", layers)
    return Document(str(path))


@pytest.fixture(scope="module")
def book(plan, inputs, tmp_path_factory):
    path = tmp_path_factory.mktemp("annex") / "annex.xlsx"
    write_annex(plan, inputs, path)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def page(plan, inputs, layers, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("page") / "dashboard.html"
    write_page(plan, inputs, layers, path)
    return path.read_text(encoding="utf-8")


def all_text(document) -> str:
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (number(1234567.891, "vi", 1), "1.234.567,9"),
        (number(1234567.891, "en", 1), "1,234,567.9"),
        (number(-0.0001, "vi", 2), "0,00"),
        (number(None, "vi"), "–"),
        (number(float("nan"), "en"), "–"),
        (percent(0.0315, "vi", 2), "3,15%"),
        (money(4_130_000_000, "vi"), "4,1 tỷ đồng"),
        (money(4_130_000_000, "en"), "VND 4.1 billion"),
        (money(27_500, "vi"), "27.500 đồng"),
        (quantity(2.4e9, "VND/month", "vi"), "2,4 tỷ đồng/tháng"),
        (quantity(2.4e9, "VND a year, weighted", "en"), "VND 2.4 billion a year"),
        (quantity(58_100_000, "person-minutes", "vi"), "58.100.000 phút·người"),
        (day("2025-07-01", "vi"), "01/7/2025"),
        (day(date(2025, 2, 9), "vi"), "09/02/2025"),
        (day("2025-11-12", "en"), "12 November 2025"),
        (finding_text({"vi": "xong ngày 2027-03-05."}, "vi"), "xong ngày 05/3/2027."),
        (term("kind", "dac_khu", "vi"), "đặc khu"),
        (term("kind", "unheard-of", "vi"), "unheard-of"),
    ],
)
def test_numbers_and_dates_are_written_as_each_language_writes_them(made, expected):
    """Vietnamese: 1.234,5 and 01/7/2025; English: 1,234.5 and 1 July 2025; nothing is a dash, never "nan"."""
    assert made == expected


@pytest.mark.parametrize(
    ("cell", "nothing"),
    [
        (None, True),
        ("", True),
        (pd.NA, True),
        (float("nan"), True),
        (pd.NaT, True),
        (0, False),
        ("0", False),
        ([], False),
    ],
)
def test_cells_that_hold_nothing(cell, nothing):
    """Missing values of every kind that tables in memory or read from a file have; a zero is a figure."""
    assert empty(cell) is nothing


def test_bound_says_only_what_is_proven():
    """Proven: nothing better; a gap of 4 %: not better by more; a bound that says nothing is not dressed
    up."""
    record = {
        "status": "feasible",
        "objective": 100.0,
        "bound": 96.0,
        "gap": 0.04,
        "unit": "people",
        "restriction": "",
    }
    assert "không phương án nào" in bound_sentence({**record, "status": "optimal", "gap": 0.0}, "vi")
    assert "quá 4,00%" in bound_sentence(record, "vi")
    assert "not been proven" in bound_sentence({**record, "bound": 1.0, "gap": 0.99}, "en")
    assert "not been proven" in bound_sentence({**record, "bound": None, "gap": None}, "en")
    limited = bound_sentence({**record, "restriction": "regions of at most 6 units"}, "vi")
    assert limited.endswith("trong phạm vi: mỗi đơn vị mới gồm không quá 6 đơn vị cũ.")


def test_layers_leave_out_small_groups(inputs, plan, layers):
    """The fabricated commute has one home with two riders. With nine of another it is told as several homes: two
    lines fewer. Its boardings are masked, and a second stop of the route with them."""
    riders = plan.tables["commute"].groupby("home_code")["riders"].sum()
    assert (riders < inputs.scenario.documents.smallest_group).sum() == 1
    assert len(layers["commute_flows"]) == len(riders) - 2
    assert layers["commute_flows"]["people"].min() == 9
    assert sorted(v for v in layers["stops"]["boarding"] if not v.isdigit()) == ["*", "<5"]


def test_layers_cover_the_same_ground(layers):
    """Proposed units are the old ones joined: same area, no overlap; every layer is in EPSG:4326."""
    before, after = (layers[n].to_crs("EPSG:32648") for n in ("units_before", "units_after"))
    assert after.area.sum() == pytest.approx(before.area.sum(), rel=1e-9)
    assert after.geometry.union_all().area == pytest.approx(after.area.sum(), rel=1e-6)
    assert {layer.crs.to_epsg() for layer in layers.values()} == {4326}


def test_routes_follow_roads(inputs, layers):
    """A route is no straight line: longer than the way from its first stop to the site as the crow flies."""
    routes = layers["routes"].to_crs("EPSG:32648")
    for line in routes.geometry:
        straight = np.hypot(line.coords[-1][0] - line.coords[0][0], line.coords[-1][1] - line.coords[0][1])
        assert line.length > 1.05 * straight
        assert len(line.coords) > 100


def test_layers_of_a_partial_plan(inputs):
    """Without any table the layers are those of the inputs."""
    assert set(build_layers(inputs, {})) == {
        "units_before", "units_real_2025", "sites", "stations", "railway", "roads", "projects",
    }  # fmt: skip


def test_report_has_the_form_of_an_administrative_document(report):
    """A4, margins of Decree 30/2020, Times New Roman, name of the state and motto, number line,
    recipients."""
    section = report.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert 3.0 <= round(section.left_margin.cm, 2) <= 3.5
    assert 1.5 <= round(section.right_margin.cm, 2) <= 2.0
    assert report.styles["Normal"].font.name == "Times New Roman"
    text = all_text(report)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Nơi nhận:",
        "/BC-SNV",
        "SỞ NỘI VỤ",
    ):
        assert part in text


def test_report_is_vietnamese_and_composed(report):
    """No English word of a code, no raw id and no decomposed letter in the Vietnamese report."""
    text = all_text(report)
    assert unicodedata.is_normalized("NFC", text)
    for wrong in (
        "needs_decision",
        "person-minutes",
        "SYNTHETIC",
        "nan",
        "None",
        "hp-travel",
        "bac-song-cam",
        "Art 5",
    ):
        assert not re.search(rf"\b{wrong}\b", text), wrong


def test_report_marks_synthetic_figures(report):
    """Each chapter on divisions or staff opens with the warning, and the first page has the mark."""
    text = all_text(report)
    assert text.count("SỐ LIỆU GIẢ LẬP") >= 4
    assert "* Có dùng số liệu GIẢ LẬP" in text


def test_report_compares_with_reality_and_cites_the_law(report, inputs):
    """The real figure of 2025 (2,24 km) stands beside the plan's (2,09), and the rule hit is cited by its
    article."""
    text = all_text(report)
    assert "2,09" in text
    assert "thực tế 2025: 2,24" in text
    assert inputs.law["standards.target.phuong_central_city"].cite("vi") in text


def test_report_tells_deadlines_remedies_weekends_and_signing_days(report):
    """The missed target with its chain, its remedies with prices, 41 persons on the weekend of 28 June, the seals."""
    text = all_text(report)
    assert "1/1 thời hạn chậm hoặc sát nhất" in text
    assert "2 việc, từ “Nhiệm vụ số 6: bàn giao hồ sơ, tài liệu”; chờ xe tải chuyển trụ sở cấp thành phố" in text
    assert "Thêm 1 xe tải chuyển trụ sở cấp thành phố: kịp thời hạn" in text
    assert "5,0 triệu đồng" in text
    assert "Cấp tỉnh: 1/1 từ 01/7/2025; con dấu cuối cùng 25/6/2025." in text
    weekend = next(row for t in report.tables for row in t.rows if row.cells[0].text == "28/6/2025")
    assert [cell.text for cell in weekend.cells] == ["28/6/2025", "Sở Y tế", "41", "14", "3"]


def test_report_opens_with_one_page_that_stands_alone(report):
    """Before the first chapter, which begins a new page: proposal, five figures with what they rest on, cost, how good,
    what is open, decisions."""
    paragraphs = report.paragraphs
    chapters = [i for i, p in enumerate(paragraphs) if p.style.name == "Heading 1"]
    assert paragraphs[chapters[0]].paragraph_format.page_break_before
    first = [p.text for p in paragraphs[: chapters[0]]]
    for part in ("Đề xuất:", "Chi phí:", "Mức độ tối ưu:", "Chưa chắc chắn:", "Đề nghị Ban Chỉ đạo quyết định:"):
        assert sum(text.startswith(part) for text in first) == 1, part
    figures = [[cell.text for cell in row.cells] for row in report.tables[1].rows]
    assert figures[0] == ["Chỉ tiêu chính", "Phương án", "So với", "Loại số liệu"]
    assert figures[1] == ["Số đơn vị cấp xã (trước sắp xếp: 374)", "114", "thực tế 2025: 114", "đề xuất"]
    assert len(figures) == 6
    assert sum(map(len, first)) < 2_200  # what fits on a page beside the letterhead and the table


def test_report_has_its_parts_in_order(report):
    """Chapters by stage, the signature, then the draft resolution and the list of bodies as appendices."""
    told = [p.text for p in report.paragraphs if p.style.name in ("Heading 1", "Appendix Title", "Article")]
    assert told == [
        "I. SẮP XẾP ĐƠN VỊ HÀNH CHÍNH CẤP XÃ",
        "II. HỢP NHẤT CƠ QUAN VÀ TỔ CHỨC BÊN TRONG",
        "III. BỐ TRÍ CÁN BỘ CÔNG CHỨC VIÊN CHỨC",
        "IV. HỖ TRỢ ĐI LẠI VÀ NHÀ Ở",
        "V. TIẾN ĐỘ THỰC HIỆN",
        "VI. DỮ LIỆU, PHƯƠNG PHÁP VÀ GIỚI HẠN",
        "Phụ lục I",
        "Điều 1. Sắp xếp các đơn vị hành chính cấp xã của thành phố Hải Phòng",
        "Điều 2. Hiệu lực thi hành",
        "Điều 3. Tổ chức thực hiện",
        "Phụ lục II",
    ]
    clauses = [p.text for p in report.paragraphs if p.style.name == "Draft Clause"]
    assert sum(text.split(". ", 1)[1].startswith(("Sắp xếp", "Giữ nguyên")) for text in clauses[:114]) == 114
    assert "chính thức hoạt động từ ngày 01 tháng 7 năm 2025" in all_text(report)
    assert "{{" not in all_text(report)


def test_report_shows_names_and_vietnamese_numbers(report, inputs):
    """No id of a body, site or rule, no field of a template; a figure in a cell is 1.234,5."""
    text = all_text(report)
    ids = {*inputs.agencies["agency_id"], *inputs.sites["site_id"], *inputs.law}
    words = set(re.findall(r"[\w.-]+", text))
    assert not {i for i in ids if "-" in i or "." in i} & words
    assert not re.findall(r"\br\d+-\d|\b(?:phong|so|ban)-[a-z-]+", text)
    cells = [c.text for t in report.tables for row in t.rows for c in row.cells]
    figures = [c for c in cells if re.fullmatch(r"-?[\d.,]+", c)]
    assert len(figures) > 100
    assert not [c for c in figures if not re.fullmatch(r"-?(\d{1,3}(\.\d{3})*|\d{4})(,\d+)?", c)]


def test_report_uses_the_template_of_the_planner(plan, inputs, layers, tmp_path):
    """Another head signs and the text is of 14 points, both changed in Word; the program's words stand in between."""
    copy_templates(tmp_path / "templates")
    path = tmp_path / "templates" / "letter.vi.docx"
    word = Document(str(path))
    word.styles["Normal"].font.size = Pt(14)
    for cell in (c for t in word.tables for row in t.rows for c in row.cells):
        for paragraph in cell.paragraphs:
            for run in paragraph.runs:
                run.text = run.text.replace("GIÁM ĐỐC", "KT. GIÁM ĐỐC")
    word.save(str(path))
    heads = inputs.scenario.documents.model_copy(update={"templates": "templates"})
    scenario = inputs.scenario.model_copy(update={"documents": heads})
    own = replace(inputs, scenario=scenario, folder=tmp_path)
    record = {"arrange": plan.manifest["stages"]["arrange"]}
    partial = Plan(plan.path, {**plan.manifest, "stages": record, "synthetic": []}, {})
    partial.tables.update({n: plan.tables[n] for n in ("units", "new_units")})
    write_report(partial, own, tmp_path / "report.docx", "vi", layers)
    made = Document(str(tmp_path / "report.docx"))
    assert "KT. GIÁM ĐỐC" in all_text(made)
    assert made.styles["Normal"].font.size.pt == 14
    assert "I. SẮP XẾP ĐƠN VỊ HÀNH CHÍNH CẤP XÃ" in all_text(made)


def test_report_has_no_empty_sections(plan, inputs, layers, tmp_path):
    """A plan of stage arrange alone has chapter I and the chapter on data, and no word of commuting."""
    names = ("units", "new_units")
    tables = {n: plan.tables[n] for n in names}
    manifest = {**plan.manifest, "stages": {"arrange": plan.manifest["stages"]["arrange"]}, "synthetic": []}
    partial = Plan(plan.path, manifest, tables)
    some = {n: layers[n] for n in ("units_before", "units_after", "units_real_2025", "seats", "roads", "sites")}
    write_report(partial, inputs, tmp_path / "report.docx", "en", some)
    headings = [p.text for p in Document(str(tmp_path / "report.docx")).paragraphs if p.style.name == "Heading 1"]
    assert headings == [
        "I. ARRANGEMENT OF COMMUNE-LEVEL UNITS", "II. DATA, METHOD AND LIMITS",
    ]  # fmt: skip
    assert "SYNTHETIC" not in all_text(Document(str(tmp_path / "report.docx")))


def test_equal_plans_give_equal_documents(plan, inputs, layers, tmp_path):
    """Neither annex nor page nor picture carries the clock."""
    for name in ("a", "b"):
        write_annex(plan, inputs, tmp_path / f"{name}.xlsx")
        write_page(plan, inputs, layers, tmp_path / f"{name}.html")
    for kind in ("xlsx", "html"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    assert pictures.map_standard(layers, "vi") == pictures.map_standard(layers, "vi")


def test_annex_holds_no_person(book, plan):
    """Of the internal tables only sums are there: no person_id anywhere, the home of two people told with another."""
    texts = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None}
    assert not texts & set(plan.tables["staff"]["person_id"])
    sheet = book["Đi lại"]
    heads = [c.value for c in sheet[2]]
    people, home = heads.index("People"), heads.index("Home")
    joined = [r for r in sheet.iter_rows(min_row=3, values_only=True) if "small groups" in r[home]]
    assert [(r[home].split(" / ")[0], r[people]) for r in joined] == [("Nhiều nơi ở", 11)]


def test_annex_keeps_codes_as_text_and_has_both_heads(book, plan):
    """Row 1 is Vietnamese, row 2 English, panes are frozen below; codes stay text, areas numbers."""
    sheet = book["Đơn vị mới"]
    assert [c.value for c in sheet[1]][:2] == ["Mã đơn vị mới", "Đơn vị sau sắp xếp"]
    assert [c.value for c in sheet[2]][:2] == ["New unit code", "Unit after"]
    assert sheet.freeze_panes == "C3"
    assert sheet.auto_filter.ref.startswith("A2:")
    heads = [c.value for c in sheet[2]]
    first = [c.value for c in sheet[3]]
    assert first[0] == plan.tables["new_units"]["new_id"].iloc[0]
    assert isinstance(first[heads.index("Area (km²)")], float)
    assert "Phường" in first[heads.index("Members")]


def test_annex_has_its_form_on_every_sheet(book):
    """Contents that link to every sheet; each with a filter and frozen heads, sources and findings, no formula, no path
    of a machine."""
    names = book.sheetnames
    assert names[0] == "Mục lục"
    assert {"Nhận định", "Căn cứ pháp lý", "Nguồn"} <= set(names)
    links = {c.hyperlink.location for row in book["Mục lục"].iter_rows() for c in row if c.hyperlink}
    assert links == {f"'{name}'!A1" for name in names[1:]}
    for name in names[1:]:
        sheet = book[name]
        assert sheet.auto_filter.ref, name
        assert sheet.freeze_panes == "C3", name
        assert all(c.value for c in sheet[1]), name
        cells = [c for row in sheet.iter_rows() for c in row if c.value is not None]
        assert not [c.coordinate for c in cells if c.data_type == "f"], name
        assert not [c.value for c in cells if isinstance(c.value, str) and str(SHIPPED.parent) in c.value], name


def test_annex_takes_no_text_for_a_formula(plan, inputs, tmp_path):
    """A name that begins with "=" stays a name: the cell is text, not a formula."""
    evil = '=HYPERLINK("file:///x","y")'
    tables = dict(plan.tables)
    tables["new_units"] = tables["new_units"].assign(new_name=evil)
    write_annex(Plan(plan.path, plan.manifest, tables), inputs, tmp_path / "annex.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "annex.xlsx")["Đơn vị mới"]["B3"]
    assert (cell.value, cell.data_type) == (evil, "s")


def test_page_stands_alone(page):
    """No address of the network, no outside file, a policy that forbids both, and less than 8 MB."""
    assert not re.search(r"https?:|//[a-z0-9-]+\.[a-z]|<link|<img|@import|url\(", page, re.IGNORECASE)
    assert "default-src 'none'" in page
    assert len(page.encode()) < 8_000_000
    assert "{{" not in page


def test_page_data_hold_no_person_and_small_groups(page, plan):
    """The embedded data parse, hold every proposed unit, no person and no flow of fewer than five."""
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL).group(1))
    assert len(data["layers"]["units_after"]) == 114
    assert not any(p in page for p in plan.tables["staff"]["person_id"])
    assert min(f["p"]["people"] for f in data["layers"]["commute_flows"]) >= 5
    assert sum(t["tasks"] for t in data["tasks"]) == len(plan.tables["timetable"])
    assert all(both["vi"] and both["en"] for both in data["rules"].values())


def holes(units) -> int:
    """Number of holes in the ground that polygons cover."""
    return sum(len(part.interiors) for part in shapely.get_parts(shapely.union_all(units)))


def test_units_of_the_page_never_tear(page, layers):
    """Rounded as they are, the polygons of each layer are a coverage, and no hole opens where there is none."""
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL).group(1))
    for name in ("units_before", "units_after", "units_real_2025"):
        units = []
        for feature in data["layers"][name]:
            rings = [np.cumsum(np.reshape(flat, (-1, 2)), axis=0) for flat in feature["g"]]
            units.append(shapely.build_area(shapely.MultiLineString([r for r in rings if len(r) > 3])))
        assert shapely.coverage_is_valid(np.array(units)), name
        assert holes(units) <= holes(layers[name].geometry.to_numpy()), name


@pytest.mark.parametrize(
    ("written", "vietnamese", "english"),
    [
        (
            "1669/NQ-UBTVQH15 Art.1(30)",
            "Khoản 30 Điều 1 Nghị quyết số 1669/NQ-UBTVQH15",
            "Art 1(30), Resolution 1669/NQ-UBTVQH15",
        ),
        ("Quyết định 5", "Quyết định 5", "Quyết định 5"),
        (None, "", ""),
    ],
)
def test_clauses_are_told_in_words(written, vietnamese, english):
    assert clause_text(written) == {"vi": vietnamese, "en": english}


def test_differing_units(plan, inputs):
    """The fabricated plan is the real one by majority: nothing differs, until an old unit goes to another unit."""
    assert differing_units(plan, inputs) == set()
    units = plan.tables["units"].copy()
    moved = units[units["new_id"].map(units["new_id"].value_counts()) > 2]["population"].idxmin()
    units.loc[moved, "new_id"] = next(u for u in units["new_id"] if u != units.loc[moved, "new_id"])
    changed = Plan(plan.path, plan.manifest, {**plan.tables, "units": units})
    assert differing_units(changed, inputs) == {units.loc[moved, "old_code"]}


def test_page_cannot_be_broken_out_of(plan, inputs, layers, tmp_path):
    """A name with a closing script tag stays data."""
    evil = "Xã </script><script>alert(1)</script>"
    changed = {**layers, "units_after": layers["units_after"].assign(name=evil)}
    write_page(plan, inputs, changed, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("</script>") == 2
    assert "<\\/script>" in page


def test_identical_units_are_found(plan, inputs):
    """The fabricated plan is the real one by majority, so every unit is found; moving one old unit spoils
    two."""
    assert len(identical_units(plan, inputs)) == 114
    units = plan.tables["units"].copy()
    ids = units["new_id"].unique()
    first = units.index[units["new_id"] == ids[0]][0]
    units.loc[first, "new_id"] = ids[1]
    moved = Plan(plan.path, plan.manifest, {**plan.tables, "units": units})
    assert len(identical_units(moved, inputs)) == 112


def test_tasks_are_grouped_by_family():
    """Two moves end on 4 and 9 July, the law wants them by 10 July: one row, one day to spare, the shared
    words as title."""
    task = {
        "title_en": "Move", "owner": "Sở Nội vụ", "kind": "move", "origin": "plan",
        "legal_limit": "2025-07-10", "target": "",
        "legal_late_days": 0, "target_late_days": 0, "slack_days": 3, "critical": False, "fixed": False,
    }  # fmt: skip
    rows = [
        {**task, "task_id": "unit.move:1", "title_vi": "Di chuyển hồ sơ của Xã An", "start": "2025-07-01",
        "finish": "2025-07-04"},
        {**task, "task_id": "unit.move:2", "title_vi": "Di chuyển hồ sơ của Xã Bình", "start": "2025-07-02",
        "finish": "2025-07-09"},
        {**task, "task_id": "alone", "title_vi": "Việc riêng", "start": "2025-07-03", "finish": "2025-07-03"},
    ]  # fmt: skip
    groups = grouped_tasks(pd.DataFrame(rows)).set_index("family")
    moves = groups.loc["unit.move"]
    assert (moves["tasks"], moves["start"], moves["finish"]) == (2, "2025-07-01", "2025-07-09")
    assert moves["title_vi"] == "Di chuyển hồ sơ"
    assert moves["legal_margin_days"] == 1
    assert groups.loc["alone", "title_vi"] == "Việc riêng"
