"""Documents of a plan, on a fabricated plan over the real units: every figure below comes from the real crosswalk."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx import Document

from geodata.shipped import resolve
from geodata.tables import read_table, read_units
from merger.inputs import Inputs
from merger.plan import Plan
from merger.tables import TABLES, conform
from scenarios.law import read_law
from scenarios.schema import Scenario

SHIPPED = Path(__file__).parents[2] / "scenarios" / "shipped" / "hai-phong-2025"


def shipped_inputs() -> Inputs:
    """Inputs of the shipped scenario without its synthetic tables (they are not needed here and cost time)."""
    scenario = Scenario(
        name="hai-phong-2025",
        title={"vi": "Hợp nhất tỉnh Hải Dương và thành phố Hải Phòng, 1-7-2025", "en": "Merger of Hải Dương into Hải Phòng"},
    )
    names = ["adjacency", "sites", "stations", "agencies", "programmes", "deadlines", "allowances", "totals", "housing"]
    names += ["surplus_offices", "it_systems", "crosswalk"]
    return Inputs(
        scenario=scenario,
        folder=SHIPPED,
        law=read_law(SHIPPED / "law"),
        units=read_units(resolve(scenario.data.units, SHIPPED)),
        reference=read_units(resolve(scenario.data.units_reference, SHIPPED)),
        synthetic=frozenset({"divisions", "staff"}),
        **{n: read_table(resolve(getattr(scenario.data, n), SHIPPED)) for n in names},
    )


def fabricated_plan(inputs: Inputs, folder: Path) -> Plan:
    """A plan whose units are the real ones (each old unit to the unit with most of its people), the rest made up."""
    tables = {**_arranged(inputs), **_structure(inputs), **_commute(inputs), **_timetable()}
    tables = {name: conform(name, frame.reindex(columns=list(TABLES[name].columns))) for name, frame in tables.items()}
    stages = {
        "arrange": _record("optimal", 58_100_000.0, 58_100_000.0, "person-minutes", ["standards.target.phuong_central_city"]),
        "consolidate": _record("optimal", 4.2e9, 4.2e9, "VND", ["staffing.departments_max"]),
        "relocate": _record("feasible", 9.1e9, 9.0e9, "VND", ["staffing.gov_bloc_average"]),
        "commute": _record("feasible", 2.4e9, 2.3e9, "VND/month", [], "routes of at most 5 stops"),
        "timetable": _record("feasible", 120.0, None, "working days", []),
    }
    score = {"units": 114, "person_km": 9_812_000.0, "person_minutes": 16_200_000.0, "mean_km": 2.09, "mean_minutes": 3.45}
    manifest = {
        "schema_version": 1,
        "scenario": {"name": "hai-phong-2025", "title": inputs.scenario.title.model_dump(), "created": "2025-06-12"},
        "scenario_digest": "0123456789abcdef" * 4,
        "data_hashes": {"units": "ab" * 32},
        "versions": {"merger-planning": "0.1.0", "ortools": "9.15"},
        "seed": 2025,
        "threads": 1,
        "stages": stages,
        "headline": {
            "plan": {**score, "meets": 71, "exempt": 41, "needs_decision": 0, "special": 2},
            "reference": {**score, "person_km": 10_500_000.0, "mean_km": 2.24, "meets": 66, "exempt": 46, "special": 2},
        },
        "synthetic": sorted(inputs.synthetic),
    }
    return Plan(folder, manifest, tables)


def _record(status: str, objective: float, bound: float | None, unit: str, rules: list[str], restriction: str = "") -> dict:
    gap = None if bound is None else (objective - bound) / objective
    finding = {"vi": "Một phát hiện cần Ban Chỉ đạo biết.", "en": "A finding for the committee.", "rule": "", "item": ""}
    return {
        "status": status, "objective": objective, "bound": bound, "gap": gap, "seconds": 3.2, "unit": unit,
        "restriction": restriction, "rules_hit": rules, "findings": [finding], "figures": {},
    }  # fmt: skip


def _arranged(inputs: Inputs) -> dict[str, pd.DataFrame]:
    most = inputs.crosswalk.sort_values(["old_code", "population", "new_code"]).drop_duplicates("old_code", keep="last")
    home = most.set_index("old_code")["new_code"].reindex(inputs.units.index)
    old, real = inputs.units, inputs.reference
    units = pd.DataFrame({
        "old_code": old.index, "old_name": old["name_full"], "district": old["district"], "side": old["side"],
        "new_id": home.to_numpy(), "new_name": real["name_full"].reindex(home).to_numpy(),
        "kind": real["kind"].reindex(home).to_numpy(), "population": old["population"], "area_km2": old["area_km2"],
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
            "new_id": new_id, "new_name": group["new_name"].iloc[0], "kind": kind, "side": group["side"].iloc[0],
            "seat_code": seat.name, "seat_lon": seat["centre_lon"], "seat_lat": seat["centre_lat"],
            "members": ";".join(group["old_code"]), "n_members": len(group), "area_km2": group["area_km2"].sum(),
            "population": int(group["population"].sum()), "area_ratio": 1.2, "population_ratio": 1.1,
            "standard": "special" if kind == "dac_khu" else ("exempt" if exempt else "meets"),
            "person_minutes": float(group["population"].sum() * 4.5), "person_km": float(group["population"].sum() * 2.5),
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
            "kind": agency.kind, "predecessors": ";".join(before["agency_id"]), "divisions": 8, "divisions_before": 14,
            "staff": 180, "leaders": 6, "deputies_cap": 8, "site_id": "bac-song-cam", "floor_m2": 2160.0, "label": "SYNTHETIC",
        })  # fmt: skip
        for old in before.itertuples():
            for i in range(3):
                structure.append({
                    "division_id": f"{old.agency_id}-{i}", "division": f"Phòng nghiệp vụ {i + 1}", "agency_id": old.agency_id,
                    "agency": old.name_vi, "side": old.side, "field": "noi-vu", "staff": 12, "site_before": "hd-provincial-centre-old",
                    "new_division_id": f"{agency.agency_id}-{i}", "new_division": f"Phòng Nghiệp vụ {i + 1}",
                    "new_agency_id": agency.agency_id, "new_agency": agency.name_vi, "site_id": "bac-song-cam",
                    "reason_vi": "Cùng lĩnh vực, đủ số biên chế tối thiểu.", "reason_en": "Same field, large enough.",
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
            "group_id": f"{code}|{site}|daily", "home_code": code, "home": home["name_full"], "site_id": site, "wish": "daily",
            "mode": "shuttle", "route_id": route, "riders": riders, "km": 45.0 + i % 20, "minutes": 62.0,
            "public_vnd_month": 1_200_000 * riders, "private_vnd_month": 0, "time_vnd_month": 2_000_000 * riders,
            "reason_vi": "Rẻ nhất trong các cách đi đến trước 7 giờ 30.", "reason_en": "Cheapest way that arrives by 07:30.",
            "rules": "hp-travel-45", "label": "SYNTHETIC",
        })  # fmt: skip
        for n in range(riders):
            staff.append({
                "person_id": f"P{i:02d}{n:02d}", "side": "hai_duong", "level": "province", "outcome": "placed", "home_code": code,
                "support": "shuttle", "km_before": 6.0, "km_after": 48.0, "support_vnd_month": 1_200_000, "entitlement": "none",
                "label": "SYNTHETIC",
            })  # fmt: skip
        for direction in ("morning", "evening"):
            stops.append({
                "route_id": route, "direction": direction, "sequence": i % 6 + 1, "stop_id": f"s{i}", "name": home["name_full"],
                "lon": home["centre_lon"], "lat": home["centre_lat"],
                "road_node": int(inputs.roads.node_ids[inputs.unit_nodes[code]]), "time": "06:10", "boarding": riders,
                "load": riders, "km": 3.0, "label": "SYNTHETIC",
            })  # fmt: skip
    for number in range((len(homes) + 5) // 6):
        routes.append({
            "route_id": f"shuttle-{number + 1:02d}", "name_vi": f"Tuyến {number + 1}", "mode": "shuttle", "site_id": site,
            "vehicle": "45", "seats": 45, "riders": 40, "stops": 6, "km": 52.0, "minutes": 70.0, "depart": "06:05",
            "arrive": "07:20", "return_depart": "17:05", "cost_vnd_day": 2_900_000, "label": "SYNTHETIC",
        })  # fmt: skip
    return {"commute": pd.DataFrame(commute), "routes": pd.DataFrame(routes), "stops": pd.DataFrame(stops), "staff": pd.DataFrame(staff)}


def _timetable() -> dict[str, pd.DataFrame]:
    days = pd.bdate_range("2025-04-14", "2025-12-31")
    kinds = ["law", "organisation", "staff", "move", "archive", "digital", "commute", "assets"]
    rows = []
    for i in range(40):
        start = i * 4
        rows.append({
            "task_id": f"T{i:02d}", "title_vi": f"Nhiệm vụ số {i + 1}: bàn giao hồ sơ, tài liệu", "title_en": f"Task {i + 1}: hand over files",
            "owner": "Sở Nội vụ", "kind": kinds[i % 8], "origin": "plan", "start": str(days[start].date()),
            "finish": str(days[start + 9 + i % 9].date()), "working_days": 10 + i % 9, "predecessors": f"T{i - 1:02d}" if i else "",
            "resources": "trucks=2", "deadline_id": "", "legal_limit": str(days[start + 20].date()) if i % 5 == 0 else "",
            "target": "", "legal_late_days": 0, "target_late_days": 1 if i == 7 else 0, "slack_days": i % 6,
            "critical": i % 6 == 0, "fixed": False, "label": "proposed",
        })  # fmt: skip
    return {"timetable": pd.DataFrame(rows)}


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    return shipped_inputs()


@pytest.fixture(scope="session")
def plan(inputs, tmp_path_factory) -> Plan:
    return fabricated_plan(inputs, tmp_path_factory.mktemp("plan"))
