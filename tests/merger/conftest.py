"""A plan so small that it can be read: five communes, an island, twelve departments, one shuttle."""

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_matrix

from geodata.roads import RoadGraph
from geodata.traffic import Traffic
from geodata.travel import TravelTable
from merger.audit import Case
from merger.disclosure import public_tables
from merger.inputs import Inputs
from merger.plan import Plan
from merger.tables import TABLES
from merger.transport.gpx import write_gpx
from merger.transport.gtfs import write_gtfs
from merger.workplans.write import write_workplans
from scenarios.law import read_law
from scenarios.schema import Arrange, Commute, Data, Relocate, Scenario, Special, Timetable, Title, Vehicle

SHIPPED = Path(__file__).parents[2] / "scenarios" / "shipped" / "hai-phong-2025"
# code: side, kind, population, area. Squares of 0.05 degrees in a row; the island lies apart.
UNITS = {
    "10001": ("hai_duong", "xa", 9_000, 12.0),
    "10002": ("hai_duong", "xa", 8_000, 12.0),
    "10003": ("hai_duong", "xa", 7_000, 12.0),
    "20001": ("hai_phong", "phuong", 30_000, 8.0),
    "20002": ("hai_phong", "xa", 20_000, 8.0),
    "30001": ("hai_phong", "xa", 600, 3.0),
}
GROUPS = {"10001": ["10001", "10002", "10003"], "20001": ["20001", "20002"], "30001": ["30001"]}
KINDS = {"10001": "xa", "20001": "phuong", "30001": "dac_khu"}
NAMES = {"10001": "Xã An Bình", "20001": "Phường Hồng Hà", "30001": "Đặc khu Đảo Xa"}
# 24,000 / 16,000 = 1.5 and 36 / 30 = 1.2; 50,000 / 45,000 = 1.11 and 16 / 5.5 = 2.9: both meet Art 5(1).
STANDARD = {"10001": "meets", "20001": "meets", "30001": "special"}
# Government posts: 32 + (24,000 - 16,000) / 2,000 = 36; 32 + 34,000 / 2,000 = 49; 32 below the base.
GOVERNMENT = {"10001": 36, "20001": 49, "30001": 32}
BODIES = (
    "van-phong-ubnd",
    "so-noi-vu",
    "so-tu-phap",
    "so-tai-chinh",
    "so-cong-thuong",
    "so-nong-nghiep-va-moi-truong",
    "so-xay-dung",
    "so-khoa-hoc-va-cong-nghe",
    "so-van-hoa-the-thao-va-du-lich",
    "so-giao-duc-va-dao-tao",
    "so-y-te",
    "thanh-tra",
)
SITES = ("old-hd", "main")
# Km from each unit (rows) to the sites; the island has no road.
SITE_KM = np.array([[2.0, 48.0], [6.0, 44.0], [10.0, 40.0], [45.0, 3.0], [50.0, 8.0], [np.inf, np.inf]])


def travel(km: np.ndarray) -> TravelTable:
    rows, columns = (np.arange(n) for n in km.shape)
    return TravelTable(rows, columns, km * 1.5, km)


def put_travel(inputs: Inputs, unit: TravelTable, site: TravelTable) -> None:
    """Tables at free flow, and minutes 1.1 times those in normal and 1.3 times in peak traffic; no ferries."""
    inputs.__dict__["traffic"] = traffic = Traffic(1.1, 1.3)
    for name, table in (("unit", unit), ("site", site)):
        inputs.__dict__[f"{name}_travel"] = table
        inputs.__dict__[f"{name}_minutes"] = table.minutes * traffic.normal
        inputs.__dict__[f"{name}_minutes_peak"] = table.minutes * traffic.peak


def small_inputs() -> Inputs:
    codes = list(UNITS)
    squares = [shapely.box(106 + 0.05 * i, 20.8, 106.05 + 0.05 * i, 20.85) for i in range(5)]
    squares.append(shapely.box(107.5, 20.1, 107.55, 20.15))
    side, kind, population, area = zip(*UNITS.values(), strict=True)
    units = gpd.GeoDataFrame(
        {
            "code": codes,
            "side": side,
            "kind": kind,
            "population": population,
            "area_km2": area,
            "district": ["Huyện Một"] * 3 + ["Huyện Hai"] * 2 + ["Huyện Đảo"],
            "island": [False] * 5 + [True],
        },
        geometry=squares,
        crs="EPSG:4326",
    ).set_index("code", drop=False)
    scenario = Scenario(
        name="small",
        title=Title(vi="Nhỏ", en="Small"),
        arrange=Arrange(
            regions={"hai_duong": 1, "hai_phong": 2},
            special_zones=(Special(name="Đảo Xa", members=("30001",)),),
        ),
        consolidate={"stay_sites": {"hai_duong": "old-hd"}, "main_site": "main"},
        relocate=Relocate(party_posts_commune=2, front_posts_commune=1),
        commute=Commute(
            vehicles=(Vehicle(id="48", seats=48, fixed_vnd_day=1, km_vnd=1, fleet=1),),
            min_riders_route=3,
            take_up=1.0,
            take_up_sd=0.0,
            area_people=60,  # the 48 of 10002 are one home area
        ),
        timetable=Timetable(working_groups={"working_group": 2, "trucks": 1}),
        data=Data(),
    )
    agencies = pd.read_csv(SHIPPED / "agencies.csv", keep_default_na=False)
    divisions = pd.DataFrame(
        [
            {
                "division_id": f"{b}-{s}--phong",
                "division": "Phòng",
                "division_en": "Division",
                "agency_id": f"{b}-{s}",
                "kind": "division",
                "field": "du-lich",
                "staff": 4,
                "site_id": "old-hd" if s == "hai-duong" else "main",
                "archive_m": 10,
                "label": "SYNTHETIC",
            }
            for b in BODIES
            for s in ("hai-duong", "hai-phong")
        ]
    )
    inputs = Inputs(
        scenario=scenario,
        folder=SHIPPED,
        law=read_law(SHIPPED / "law"),
        units=units,
        reference=None,
        crosswalk=None,
        adjacency=pd.DataFrame(columns=["code_a", "code_b", "road_links"]),
        sites=pd.DataFrame({"site_id": SITES, "floor_m2": [1_000.0, 3_000.0], "kind": "office"}),
        stations=pd.DataFrame(),
        agencies=agencies,
        programmes=pd.DataFrame({"programme_id": ["p-1", "p-2"], "kind": ["programme", "pillar"]}),
        deadlines=pd.DataFrame({"deadline_id": ["d-event", "d-legal"], "date": ["2025-07-01", "2025-09-15"]}),
        allowances=pd.read_csv(SHIPPED / "commute_allowances.csv"),
        totals=pd.DataFrame(),
        housing=pd.DataFrame(),
        surplus_offices=pd.DataFrame(),
        it_systems=pd.DataFrame(),
        divisions=divisions,
        synthetic=frozenset({"divisions", "staff"}),
    )
    inputs = replace(inputs, staff=small_roster(divisions))
    unit_km = np.abs(np.subtract.outer(np.arange(6), np.arange(6))) * 5.0
    unit_km[5, :5] = unit_km[:5, 5] = np.inf
    put_travel(inputs, travel(unit_km), travel(SITE_KM))
    inputs.__dict__["roads"], inputs.__dict__["roads_with"] = small_roads(), small_roads
    inputs.__dict__["unit_nodes"] = pd.Series(0, index=codes)
    inputs.__dict__["site_nodes"] = pd.Series([0, 1], index=SITES)
    # 55 / 50 = 1.1 and 65 / 50 = 1.3
    inputs.__dict__["travel_time_checks"] = pd.DataFrame({
        "check_id": ["t-1", "t-2"], "traffic": ["normal", "peak"], "minutes_free_flow": 50.0, "km": 40.0,
        "published_minutes_low": [50, 60], "published_minutes_high": [60, 70],
    })  # fmt: skip
    return inputs


def small_roads(projects: tuple[str, ...] = ()) -> RoadGraph:
    """One road of 44 km and 45 minutes between the stop (node 1) and the main site (node 2).

    With the project ew_axis it has 40 km and takes 30 minutes; the others are elsewhere.
    """
    values = (30.0, 40_000.0) if "ew_axis" in projects else (45.0, 44_000.0)
    minutes, metres = (csr_matrix(np.array([[0.0, v], [v, 0.0]])) for v in values)
    return RoadGraph(
        node_ids=np.array([1, 2]),
        lon=np.array([106.0, 106.4]),
        lat=np.array([20.8, 20.8]),
        in_main=np.array([True, True]),
        minutes=minutes,
        metres=metres,
        is_ferry=frozenset(),
    )


def small_roster(divisions: pd.DataFrame) -> pd.DataFrame:
    """Four persons a division (Hai Duong's live in 10002, 44 km from the main site), then local staff."""
    rows = []
    for d in divisions.itertuples():
        side = "hai_duong" if "hai-duong" in d.agency_id else "hai_phong"
        home, wish = ("10002", "daily") if side == "hai_duong" else ("20001", "")
        rows += [(side, "province", d.division_id, "", home, d.site_id, wish, "1980-01")] * 4
    rows += [
        ("hai_duong", "commune", "", "10001", "10001", "", "", "1985-05"),
        ("hai_phong", "commune", "", "20001", "20001", "", "", "1964-03"),
        ("hai_phong", "nonprofessional", "", "20002", "20002", "", "", "1990-02"),
    ]
    # Present before and retired on the day of effect: as many as the communes' 126 posts, with the two above.
    rows += [("hai_phong", "commune", "", "20001", "20001", "", "", "1960-01")] * 124
    columns = ["side", "level", "division_id", "unit_code", "home_code", "site_id", "wish", "born"]
    frame = pd.DataFrame(rows, columns=columns).assign(field="du-lich", role="staff", sex="m", label="SYNTHETIC")
    frame = frame.assign(leadership_coefficient=0.0, partner_id="")
    frame["person_id"] = [f"HD-{i:05d}" if s == "hai_duong" else f"HP-{i:05d}" for i, s in enumerate(frame["side"])]
    return frame


def table(name: str, rows: list[dict], **common) -> pd.DataFrame:
    """Rows as a table of the plan; cells that are not given are empty."""
    frame = pd.DataFrame(rows).assign(**common)
    for column, (kind, _) in TABLES[name].columns.items():
        if column not in frame:
            frame[column] = "" if kind in ("text", "list", "date", "time") else np.nan
    return frame[list(TABLES[name].columns)]


def small_tables(inputs: Inputs) -> dict[str, pd.DataFrame]:
    people = _people(inputs)
    return {
        **_units(inputs),
        **_structure(inputs),
        **people,
        **_limits(),
        **_travel(),
        **_passengers(people["staff"]),
        **_roads(),
        **_timetable(),
        **_timetable_risk(),
    }


def _units(inputs: Inputs) -> dict[str, pd.DataFrame]:
    place, factor = list(UNITS), inputs.traffic.normal
    old, new = [], []
    for new_id, codes in GROUPS.items():
        people, area, person_km = 0, 0.0, 0.0
        for code in codes:
            side, _, population, km2 = UNITS[code]
            km = 5.0 * abs(place.index(code) - place.index(new_id))
            old.append(
                {
                    "old_code": code,
                    "side": side,
                    "new_id": new_id,
                    "new_name": NAMES[new_id],
                    "kind": KINDS[new_id],
                    "seat_code": new_id,
                    "population": population,
                    "area_km2": km2,
                    "km_to_seat": km,
                    "minutes_to_seat": km * 1.5 * factor,
                    "standard": STANDARD[new_id],
                }
            )
            people, area, person_km = people + population, area + km2, person_km + population * km
        floor = {"xa": (30, 16_000), "phuong": (5.5, 45_000), "dac_khu": (np.nan, np.nan)}[KINDS[new_id]]
        new.append(
            {
                "new_id": new_id,
                "new_name": NAMES[new_id],
                "kind": KINDS[new_id],
                "side": side,
                "seat_code": new_id,
                "members": ";".join(codes),
                "n_members": len(codes),
                "area_km2": area,
                "population": people,
                "area_ratio": area / floor[0],
                "population_ratio": people / floor[1],
                "standard": STANDARD[new_id],
                "person_km": person_km,
                "person_minutes": person_km * 1.5 * factor,
            }
        )
    return {
        "units": table("units", old, label="proposed"),
        "new_units": table("new_units", new, label="proposed"),
        **_further_plans(old),
    }


def _further_plans(old: list[dict]) -> dict[str, pd.DataFrame]:
    """One further plan, the same as the proposal: each side has one new unit but the island. All is proven but that
    the units of the other side are together."""
    rows = [
        {**{k: row[k] for k in ("old_code", "new_id", "seat_code", "minutes_to_seat")}, "alternative": 1, "same": True}
        for row in old
    ]
    settled = []
    for code, fellows in ((c, [x for x in codes if x != c]) for codes in GROUPS.values() for c in codes):
        (new_id,) = [n for n, codes in GROUPS.items() if code in codes]
        proven = new_id != "20001"
        told = {
            "grouping": "certain" if proven else "found",
            "always_with" if proven else "found_with": ";".join(fellows),
        }
        settled.append({"old_code": code, "new_id": new_id, **told})
    text = table("settled", settled, label="proposed").fillna("")
    return {"alternatives": table("alternatives", rows, label="proposed"), "settled": text}


def _structure(inputs: Inputs) -> dict[str, pd.DataFrame]:
    names = inputs.agencies.set_index("agency_id")
    rows, divisions, agencies = [], [], []
    for body in BODIES:
        new = f"{body}-hai-phong-moi"
        for side in ("hai-duong", "hai-phong"):
            rows.append(
                {
                    "division_id": f"{body}-{side}--phong",
                    "agency_id": f"{body}-{side}",
                    "field": "du-lich",
                    "staff": 4,
                    "site_before": "old-hd" if side == "hai-duong" else "main",
                    "new_division_id": f"{new}--phong",
                    "new_agency_id": new,
                    "site_id": "main",
                }
            )
        divisions.append(
            {
                "new_division_id": f"{new}--phong",
                "new_agency_id": new,
                "field": "du-lich",
                "site_id": "main",
                "staff": 8,
                "deputies_cap": 1,
                "min_posts": 6,
            }
        )
        agencies.append(
            {
                "new_agency_id": new,
                "new_agency": names.at[new, "name_vi"],
                "new_agency_en": names.at[new, "name_en"],
                "kind": "department",
                "predecessors": f"{body}-hai-duong;{body}-hai-phong",
                "divisions": 1,
                "divisions_before": 2,
                "staff": 8,
                "leaders": 4,
                "deputies_cap": 4,
                "site_id": "main",
            }
        )
    carried = {"mandate_id": "p-1", "title_vi": "Chương trình", "successor_id": "so-y-te-hai-phong-moi"}
    work = [
        {
            "mandate_id": f"field--{body}",
            "title_vi": "Du lịch",
            "successor_id": f"{body}-hai-phong-moi--phong",
            "holders_before": f"{body}-hai-duong--phong;{body}-hai-phong--phong",
        }
        for body in BODIES
    ]
    mandates = [carried, *work]
    return {
        "structure": table("structure", rows, label="SYNTHETIC"),
        "new_divisions": table("new_divisions", divisions, label="SYNTHETIC"),
        "new_agencies": table("new_agencies", agencies, label="SYNTHETIC"),
        "mandates": table("mandates", mandates, label="proposed"),
        **_other_structures(rows),
    }


def _other_structures(rows: list[dict]) -> dict[str, pd.DataFrame]:
    """One alternative, the same as the plan; two points of the curve of the second site: 96 persons x 12 m2 a site."""
    other = [
        {
            "alternative": 1,
            "division_id": r["division_id"],
            "new_division_key": r["new_division_id"],
            "new_agency_id": r["new_agency_id"],
            "site_id": "main",
            "same": True,
            "settled": True,
            "extra_vnd": 0,
        }
        for r in rows
    ]
    point = {"divisions_after": 12, "people_staying": 0, "gap": 0.0, "status": "optimal"}
    points = [
        point
        | {"share": 0.0, "divisions_staying": 0, "total_vnd": 9_000_000, "floor_main_m2": 1152, "floors": "main=1152"},
        point
        | {"share": 1.0, "divisions_staying": 12, "total_vnd": 8_000_000, "floor_main_m2": 0, "floors": "old-hd=1152"},
    ]
    return {
        "structure_alternatives": table("structure_alternatives", other, label="SYNTHETIC"),
        "site_tradeoff": table("site_tradeoff", points, label="SYNTHETIC"),
    }


def _people(inputs: Inputs) -> dict[str, pd.DataFrame]:
    posts, staff = [], []
    for p in inputs.staff.itertuples():
        moved = p.level == "province"
        base = {
            "person_id": p.person_id,
            "side": p.side,
            "level": p.level,
            "body_before": p.division_id or p.unit_code,
            "field": p.field,
            "home_code": p.home_code,
            "site_before": p.site_id or p.unit_code,
        }
        row, column = list(UNITS).index(p.home_code), SITES.index(p.site_id) if p.site_id else 0
        base["km_before"] = SITE_KM[row, column] if moved else 0.0
        if moved:
            agency = (
                p.division_id.split("--")[0].removesuffix("-hai-duong").removesuffix("-hai-phong") + "-hai-phong-moi"
            )
            posts.append(
                {
                    "post_id": f"post-{p.person_id}",
                    "body_id": f"{agency}--phong",
                    "new_agency_id": agency,
                    "level": "province",
                    "role": "staff",
                    "field": "du-lich",
                    "bloc": "government",
                    "site_id": "main",
                    "phase": "establishment",
                    "person_id": p.person_id,
                }
            )
            rides = p.side == "hai_duong"
            base |= {
                "post_id": f"post-{p.person_id}",
                "outcome": "placed",
                "site_after": "main",
                "km_after": SITE_KM[row, 1],
                "support": "shuttle" if rides else "",
                "support_vnd_month": 1_000_000 if rides else np.nan,
            }
        elif p.level == "nonprofessional":
            base |= {"outcome": "contract_ends"}
        elif p.person_id.startswith("HP"):
            base |= {"outcome": "retires"}
        else:
            base |= {
                "post_id": "xa-10001-government-00",
                "outcome": "placed",
                "site_after": "10001",
                "km_after": 0.0,
            }
        staff.append(base)
    for new_id, government in GOVERNMENT.items():
        for bloc, count in (("government", government), ("party", 2), ("front", 1)):
            for i in range(count):
                post = f"xa-{new_id}-{bloc}-{i:02d}"
                holder = "HD-00096" if post == "xa-10001-government-00" else ""
                posts.append(
                    {
                        "post_id": post,
                        "body_id": f"{new_id}-{bloc}",
                        "new_unit_id": new_id,
                        "level": "commune",
                        "role": "staff",
                        "field": "du-lich",
                        "bloc": bloc,
                        "site_id": new_id,
                        "phase": "establishment",
                        "person_id": holder,
                    }
                )
    return {
        "posts": table("posts", posts, label="SYNTHETIC"),
        "staff": table("staff", staff, label="SYNTHETIC"),
        "post_groups": table("post_groups", _post_groups(posts), label="SYNTHETIC"),
        "trim_path": table("trim_path", TRIM_PATH, label="SYNTHETIC"),
    }


# Nobody is above the establishment.
TRIM_PATH = [
    {"group": "province", "side": "both", "year": year}
    | dict.fromkeys(
        ("before_people", "retired_by_age_people", "take_up_people", "transferred_people", "after_people"), 0
    )
    for year in range(2026, 2031)
]


def _post_groups(posts: list[dict]) -> list[dict]:
    """One group a body: all its posts are of role staff."""
    groups: dict[str, dict] = {}
    for post in posts:
        group_id = f"{post['body_id']}--staff"
        empty = {"group_id": group_id, "body_id": post["body_id"], "role": "staff", "posts": 0, "held": 0}
        group = groups.setdefault(group_id, empty)
        group["posts"] += 1
        group["held"] += bool(post["person_id"])
    return list(groups.values())


def _limits() -> dict[str, pd.DataFrame]:
    """Totals of Art 11(2): 12 bodies x 8 posts and 36 + 49 + 32 + 3 x (2 + 1) = 126; caps of 50 and 70; all are men."""
    rows = [("staff_cap_province", "city", 96, 96), ("staff_cap_commune", "city", 126, 126)]
    rows += [("gov_bloc_cap_xa", "10001", 50, 36)]
    rows += [("gov_bloc_cap_phuong_dac_khu", "20001", 70, 49), ("gov_bloc_cap_phuong_dac_khu", "30001", 70, 32)]
    ceilings = [
        {"rule": f"staffing.{rule}", "subject_id": subject, "limit": limit, "used": used, "slack": limit - used}
        for rule, subject, limit, used in rows
    ]
    for row in ceilings:
        row |= {"sense": "most", "binding": row["slack"] == 0, "above": 0, "above_all": 0, "unit": "posts"}
    counts = {"people": 223, "contract_ends": 0, "change_site": 48, "farther_15_km": 48, "leaders_before": 0}
    counts |= {"lost_leading_post": 0, "above_establishment": 0, "retires": 125, "suppressed": ""}
    equity = [{"dimension": "all", "group": "all", **counts}, {"dimension": "sex", "group": "m", **counts}]
    return {
        "ceilings": table("ceilings", ceilings, label="SYNTHETIC"),
        "equity": table("equity", equity, label="SYNTHETIC"),
    }


def _travel() -> dict[str, pd.DataFrame]:
    """12 bodies with 4 people each: 48 people of 10002 ride 44 km to the main site, one hour."""
    common = {
        "group_id": "10002|main|daily",
        "home_code": "10002",
        "site_id": "main",
        "wish": "daily",
        "km": 44.0,
    }
    commute = [{**common, "mode": "shuttle", "route_id": "s-1", "riders": 48, "public_vnd_month": 48_000_000}]
    routes = [
        {
            "route_id": "s-1",
            "name_vi": "Xã An Bình Đông – Trung tâm hành chính",
            "mode": "shuttle",
            "site_id": "main",
            "vehicle": "48",
            "seats": 48,
            "riders": 48,
            "stops": 1,
            "km": 44.0,
            "minutes": 60.0,
            "depart": "06:20",
            "arrive": "07:20",
            "return_depart": "17:05",
        }
    ]
    stops = []
    for direction, way in (
        ("morning", [("10002", "06:20", 48, 48), ("main", "07:20", 0, 0)]),
        ("evening", [("main", "17:05", 0, 48), ("10002", "18:05", 48, 0)]),
    ):
        for i, (stop, time, boarding, load) in enumerate(way):
            stops.append(
                {
                    "route_id": "s-1",
                    "direction": direction,
                    "sequence": i + 1,
                    "stop_id": stop,
                    "time": time,
                    "boarding": boarding,
                    "load": load,
                    "km": 44.0 * i,
                    "road_node": 1 if stop == "10002" else 2,
                    "name": "Xã An Bình Đông" if stop == "10002" else "Trung tâm hành chính",
                    "lon": 106.0 if stop == "10002" else 106.4,
                    "lat": 20.8,
                }
            )
    return {
        "commute": table("commute", commute, label="SYNTHETIC"),
        "routes": table("routes", routes, label="SYNTHETIC"),
        "stops": table("stops", stops, label="SYNTHETIC"),
        **_ridership(),
    }


def _ridership() -> dict[str, pd.DataFrame]:
    """All 48 ride from the second week on, three of four in the first: 36. One vehicle of 48 million a month."""
    boardings = [{"group_id": "10002|main|daily", "route_id": "s-1", "stop_id": "10002", "riders": 48}]
    # An allowance of 2.7 million at 44 km: 18 riders make 48 million.
    rules = [
        {
            "route_id": "s-1",
            "registered": 48,
            "seats": 48,
            "riders_low": 48,
            "riders_expected": 48,
            "riders_high": 48,
            "keep_from": 10,
            "pays_from": 18,
            "add_from": 10,
            "smallest_vehicle": "48",
        }
    ]
    weeks = [
        {"week": week, "take_up": share, "shuttle_riders": riders, "seats": 48, "vehicles": 1, "vehicles_full": full}
        | {"train_riders": 0, "vehicles_below": 0, "without_seat": 0, "public_vnd_month": 48_000_000}
        for week, share, riders, full in ((1, 0.75, 36, 0), (2, 1.0, 48, 1), (3, 1.0, 48, 1))
    ]
    risk = [
        {"planned": planned, "realised": "expected", "probability": 1.0, "vehicles": 1, "total_vnd_month": total}
        | {"regret_vnd_month": total - 90, "expected_vnd_month": total, "realised_take_up": 1.0}
        for planned, total in (("expected", 90), ("plan", 100))
    ]
    money = {
        "people": 48,
        "public_vnd_first_month": 48_000_000,
        "public_vnd_month": 48_000_000,
        **{f"public_vnd_{n}_months": n * 48_000_000 for n in (6, 12, 24)},
    }
    keys = (("policy", "plan"), ("mode", "shuttle"), ("side", "hai_duong"))
    budget = [{"dimension": dimension, "key": key, **money} for dimension, key in keys]
    # 12 agencies of 4 persons are too small to show: all of them together.
    budget.append({"dimension": "agency", "key": "other", **money})
    curve = [
        {"time_price": 0.5, "public_vnd_month": 40_000_000, "mean_minutes": 70.0, "efficient": True},
        {"time_price": 1.0, "public_vnd_month": 48_000_000, "mean_minutes": 60.0, "efficient": True},
        {"time_price": 2.0, "public_vnd_month": 50_000_000, "mean_minutes": 61.0, "efficient": False},
    ]
    return {
        name: table(name, rows, label="SYNTHETIC")
        for name, rows in (
            ("boardings", boardings),
            ("route_rules", rules),
            ("ridership", weeks),
            ("demand_risk", risk),
            ("commute_budget", budget),
            ("budget_curve", curve),
        )
    }


def _roads() -> dict[str, pd.DataFrame]:
    """Ways of 1.5 minutes a km; the project ew_axis saves 48 people 15 * 1.3 = 19.5 minutes, out and back.

    48 * 39 = 1,872 a day, 41,184 in 22 days at 1,000 VND a minute; 4 km * 2 * 48 * 22 = 8,448 km at 3,000 VND. As the
    shuttle goes: the same minutes, and 4 * 2 * 22 = 176 km at 1 VND.
    """
    km = SITE_KM.ravel()
    km = np.where(np.isfinite(km), km, np.nan)
    ways = pd.DataFrame({
        "old_code": np.repeat(list(UNITS), 2), "site_id": np.tile(SITES, len(UNITS)), "km": km,
        "minutes_free_flow": km * 1.5, "minutes_normal": km * 1.65, "minutes_peak": km * 1.95,
    })  # fmt: skip
    nothing = {"enabled": False, "rank": 2, "payback_years": np.nan}
    nothing |= {f"{w}_{c}": 0 for w in ("all", "plan") for c in ("people", "longer", "minutes_month", "vnd_month")}
    axis = {**nothing, "project_id": "ew_axis", "rank": 1, "cost_vnd": 798_336_000 * 10, "payback_years": 10.0}
    axis |= {"all_people": 48, "all_minutes_month": 41_184, "all_vnd_month": 66_528_000}
    axis |= {"plan_people": 48, "plan_minutes_month": 41_184, "plan_vnd_month": 41_184_176}
    bridge = {**nothing, "project_id": "dinh_bridge"}
    check = {"inside": True, "outside": 0.0, "residual": 0.0, "minutes_free_flow": 50.0, "km": 40.0}
    checks = [
        {**check, "check_id": "t-1", "traffic": "normal", "factor": 1.1, "minutes_model": 55.0,
         "published_low": 50, "published_high": 60},
        {**check, "check_id": "t-2", "traffic": "peak", "factor": 1.3, "minutes_model": 65.0,
         "published_low": 60, "published_high": 70},
    ]  # fmt: skip
    return {
        "travel": table("travel", ways.to_dict("records"), label="estimated"),
        "travel_checks": table("travel_checks", checks, label="estimated"),
        "projects": table("projects", [axis, bridge], label="SYNTHETIC"),
    }


def _passengers(staff: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """All 48 riders board the one shuttle at its one stop."""
    call = {"group_id": "10002|main|daily", "route_id": "s-1", "stop_id": "10002", "stop": "Xã An Bình Đông"}
    call |= {"morning": "06:20", "evening": "18:05", "mode": "shuttle"}
    rows = [{"person_id": p, **call} for p in staff.loc[staff["support"] == "shuttle", "person_id"]]
    return {"passengers": table("passengers", rows, label="SYNTHETIC")}


def _timetable() -> dict[str, pd.DataFrame]:
    """National Day and its eve are holidays: 29 August and 3 to 5 September are four working days."""
    base = {"legal_late_days": 0, "target_late_days": 0, "fixed": False, "critical": False, "origin": "plan"}
    base |= {"state": "planned", "mode": "own", "cost_vnd": 0}
    base |= {"slack_days": 5, "free_slack_days": 0, "kind": "organisation"}
    tasks = [
        {
            **base,
            "task_id": "d-event",
            "title_vi": "Ngày có hiệu lực",
            "title_en": "Day of effect",
            "owner": "Quốc hội",
            "start": date(2025, 7, 1),
            "finish": date(2025, 7, 1),
            "working_days": 1,
            "fixed": True,
            "deadline_id": "d-event",
            "origin": "deadline",
        },
        {
            **base,
            "task_id": "move",
            "title_vi": "Di chuyển trụ sở",
            "title_en": "Move",
            "owner": "Sở Y tế; Sở Xây dựng",
            "start": date(2025, 7, 5),
            "finish": date(2025, 7, 6),
            "working_days": 2,
            "predecessors": "d-event",
        },
        {
            **base,
            "task_id": "review",
            "title_vi": "Rà soát, đối chiếu",
            "title_en": "Review",
            "owner": "Sở Nội vụ",
            "start": date(2025, 8, 29),
            "finish": date(2025, 9, 5),
            "working_days": 4,
            "predecessors": "move",
            "resources": "working_group=2",
        },
        {
            **base,
            "task_id": "settle",
            "title_vi": "Thanh toán, quyết toán",
            "title_en": "Settle",
            "owner": "Sở Tài chính",
            "start": date(2025, 9, 8),
            "finish": date(2025, 9, 15),
            "working_days": 6,
            "predecessors": "review",
            "lags": "review=0..2",
            "resources": "working_group=1",
            "deadline_id": "d-legal",
            "legal_limit": date(2025, 9, 15),
        },
        {
            **base,
            "task_id": "train",
            "title_vi": "Tập huấn",
            "title_en": "Train",
            "owner": "UBND Phường Bình Hàn",
            "start": date(2025, 9, 8),
            "finish": date(2025, 9, 9),
            "working_days": 2,
            "resources": "working_group=1",
            "target": date(2025, 9, 8),
            "target_late_days": 1,
        },
    ]
    tasks += _body_tasks(base)
    tasks = [{**task, **TASK_ANSWERS[task["task_id"]]} for task in tasks]
    # Of 1,000 runs `settle` is late in 100, behind 80 of these `review` overran; `train` is late as planned.
    risk = {"d-event": ("", 0, "2025-07-01"), "move": ("", 0, "2025-07-06"), "review": ("", 0.08, "2025-09-05")}
    risk |= {"settle": (0.1, 0.1, "2025-09-15"), "train": (1, 1, "2025-09-10")}
    for row in tasks:
        late, driving, p80 = risk.get(row["task_id"], ("", 0, row["finish"].isoformat()))
        row |= {"late_share": np.nan if late == "" else late, "driving_share": driving, "finish_p80": p80}
    rows = table("timetable", tasks, label="proposed")
    for column in ("start", "finish", "legal_limit", "target"):
        rows[column] = [v.isoformat() if isinstance(v, date) else "" for v in rows[column]]
    # The review was to begin on Thursday, 28 August: one day earlier.
    moved = {"task_id": "review", "change": "moved", "start_before": "2025-08-28", "finish_before": "2025-09-04"}
    moved |= {"start": "2025-08-29", "finish": "2025-09-05", "days_later": 1}
    changes = {"schedule_changes": table("schedule_changes", [moved], label="proposed")}
    return {"timetable": rows, **changes, **_answers()}


BODY = "so-y-te-hai-phong-moi"
# Working days each task may slip alone and in all, and what it waits for. The move of 5 July may slip to the weekend
# of 23 August: 19 working days in July, 16 in August.
TASK_ANSWERS = {
    name: {"free_slack_days": free, "slack_days": total, "cause": cause, "cause_task": before, "early_days": 0}
    for name, free, total, cause, before in (
        ("d-event", 0, 0, "fixed", ""),
        ("move", 35, 35, "event", "d-event"),
        ("review", 0, 0, "release", ""),
        ("settle", 0, 0, "order", "review"),
        ("train", 0, -1, "units=working_group", "review"),
        (f"agency.decision:{BODY}", 0, 5, "release", ""),
        (f"agency.leaders:{BODY}", 0, 5, "order", f"agency.decision:{BODY}"),
        (f"agency.move:{BODY}", 5, 5, "start_day", ""),
        (f"agency.seal:{BODY}", 5, 5, "order", f"agency.leaders:{BODY}"),
    )
}


def _body_tasks(base: dict) -> list[dict]:
    """Decision (4 days), leaders (Friday and Monday) and seal of one agency in June, and its move on 12 and 13 July."""
    spans = (
        ("decision", date(2025, 6, 16), date(2025, 6, 19), 4, "", ""),
        ("leaders", date(2025, 6, 20), date(2025, 6, 23), 2, f"agency.decision:{BODY}", ""),
        ("move", date(2025, 7, 12), date(2025, 7, 13), 2, "", "trucks=1"),
        ("seal", date(2025, 6, 24), date(2025, 6, 26), 3, f"agency.leaders:{BODY}", ""),
    )
    return [
        {**base, "task_id": f"agency.{kind}:{BODY}", "start": start, "finish": finish, "working_days": days,
         "predecessors": before, "resources": units}
        for kind, start, finish, days, before, units in spans
    ]  # fmt: skip


def _answers() -> dict[str, pd.DataFrame]:
    """Two limits, one missed by a day; the agency signs from the day of effect; 4 persons and 2 m move in two days."""
    limits = [
        {"deadline": "2025-09-08", "force": "target", "date": "2025-09-08", "tasks": 1, "last_task": "train",
         "finish": "2025-09-09", "late_days": 1, "spare_days": 0, "slack_days": -1, "chain": "review;train",
         "causes": "release;units=working_group", "resources": "working_group"},
        {"deadline": "d-legal", "force": "legal", "date": "2025-09-15", "tasks": 1, "last_task": "settle",
         "finish": "2025-09-15", "late_days": 0, "spare_days": 0, "slack_days": 0, "chain": "review;settle",
         "causes": "release;order"},
    ]  # fmt: skip
    relief = {"deadline": "2025-09-08", "force": "target", "late_days": 1, "late_after_days": 0, "proven": False}
    remedies = [
        {**relief, "rank": 1, "remedy": "units", "item": "working_group", "amount": 1, "price_vnd": 8_000_000},
        {**relief, "rank": 2, "remedy": "limit", "item": "2025-09-08", "amount": 1, "price_vnd": 50_000_000},
    ]
    signing = {"body_id": BODY, "level": "province", "decision": "2025-06-19", "leaders": "2025-06-23",
               "seal": "2025-06-26", "can_sign": "2025-07-01", "earliest": "2025-07-01"}  # fmt: skip
    move = {"task_id": f"agency.move:{BODY}", "new_agency_id": BODY, "persons": 2, "desks": 2, "files_m": 1,
            "trucks": 1, "from_sites": "old-hd", "to_sites": "main"}  # fmt: skip
    moves = [{**move, "day": day} for day in ("2025-07-12", "2025-07-13")]
    rows = {"deadlines": limits, "relief": remedies, "signing": [signing], "moves": moves}
    return {name: table(name, own, label="proposed") for name, own in rows.items()}


def _timetable_risk() -> dict[str, pd.DataFrame]:
    """`settle` and its legal limit: 900 of 1,000 runs (Wilson: 0.8798 to 0.9171), else one or two working days late."""
    limits = [
        {
            "limit_id": "d-legal",
            "kind": "legal",
            "limit_date": "2025-09-15",
            "hold_share": 0.9,
            "hold_low": 0.8798,
            "hold_high": 0.9171,
            "late_to_5_share": 0.1,
            "finish_p50": "2025-09-15",
            "finish_p80": "2025-09-15",
            "finish_p95": "2025-09-16",
            "expected_late_days": 0.12,
            "weakest": "review;settle",
        },
        {
            "limit_id": "2025-09-08",
            "kind": "target",
            "limit_date": "2025-09-08",
            "hold_share": 0.0,
            "hold_low": 0.0,
            "hold_high": 0.0038,
            "late_to_5_share": 1.0,
            "finish_p50": "2025-09-09",
            "finish_p80": "2025-09-10",
            "finish_p95": "2025-09-10",
            "expected_late_days": 1.3,
            "weakest": "train",
        },
    ]
    base = {"scope": "task", "tasks": 1, "limit_id": "d-legal", "kind": "legal", "hold_share": 0.9}
    kept = [
        {**base, "rank": 1, "item": "review", "driving_share": 0.08, "hold_share_kept": 0.98, "saved_vnd": 4e8},
        {**base, "rank": 2, "item": "settle", "driving_share": 0.1, "hold_share_kept": 0.92, "saved_vnd": 1e8},
    ]
    none = {"late_6_20_share": 0.0, "late_over_20_share": 0.0, "tasks": 1, "runs": 1_000}
    return {
        "deadline_risk": table("deadline_risk", limits, label="estimated", **none),
        "protect": table(
            "protect", kept, label="estimated", overrun_share=0.3, days_saved=0.1, law_hold_share_kept=0.9
        ),
    }


def small_layers(tables: dict[str, pd.DataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """The way of the one route, a little bent, 41.9 km each way."""
    way = [(106.0, 20.8), (106.2, 20.82), (106.4, 20.8)]
    names = {"routes": way, "routes_evening": way[::-1]}
    ids = tables["routes"]["route_id"].tolist()
    return {
        name: gpd.GeoDataFrame({"route_id": ids}, geometry=[shapely.LineString(line)] * len(ids), crs="EPSG:4326")
        for name, line in names.items()
    }


@pytest.fixture
def write_feeds():
    """Writes the folder `transport` of a case into a plan folder: feed, GPX files and an empty booklet."""

    def write(case: Case, folder: Path) -> None:
        view = Plan(folder, {}, public_tables(case.tables, case.inputs.units, 5), public=True)
        layers = small_layers(view.tables)
        (folder / "transport" / "gpx").mkdir(parents=True)
        write_gtfs(view, case.inputs, layers, folder / "transport" / "gtfs.zip")
        write_gpx(view, layers, folder / "transport" / "gpx")
        with zipfile.ZipFile(folder / "transport" / "timetables.vi.docx", "w") as archive:
            archive.writestr("word/document.xml", "<t>48 người</t>")

    return write


@pytest.fixture
def write_plans():
    """Writes the folder `workplans` of a case into a plan folder, with an empty booklet, and the overall calendar."""

    def write(case: Case, folder: Path) -> None:
        view = Plan(folder, {}, public_tables(case.tables, case.inputs.units, 5), public=True)
        write_workplans(view, case.inputs)
        with zipfile.ZipFile(folder / "workplans" / "gantt.vi.docx", "w") as archive:
            archive.writestr("word/document.xml", "<t>48 người</t>")

    return write


@pytest.fixture(scope="session")
def _small():
    inputs = small_inputs()
    return inputs, small_tables(inputs)


@pytest.fixture
def small_case(_small):
    """A small plan that holds all rules, as a case of the audit with copies of its tables."""
    inputs, tables = _small
    return Case(inputs, {name: frame.copy() for name, frame in tables.items()})
