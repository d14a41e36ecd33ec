"""What a transport project saves: worked by hand on one road, and taken away where it is open already."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from geodata.roads import RoadGraph
from merger.commuting.projects import project_savings
from merger.tables import conform, empty
from scenarios.schema import Data
from tests.merger.conftest import small_inputs, small_tables

HEAD = "project_id,name,name_vi,kind,node_u,node_v,length_m,minutes,status,status_vi,cost_vnd,coordinate_quality"
REST = ",lon_u,lat_u,lon_v,lat_v,snap_u_m,snap_v_m,straight_line_m,design_kmh,lanes,graph_minutes_without,replaces"
FERRIES = "ferry_id,u,v,length_m,assumed_minutes,enabled_default,replaced_by\n"


def road(minutes: float, metres: float, is_ferry: bool = False) -> RoadGraph:
    """One way between node 1 (all homes, the stop) and node 2 (the main site)."""
    return RoadGraph(
        node_ids=np.array([1, 2]),
        lon=np.array([106.0, 106.4]),
        lat=np.array([20.8, 20.8]),
        in_main=np.array([True, True]),
        minutes=csr_matrix(np.array([[0, minutes], [minutes, 0]])),
        metres=csr_matrix(np.array([[0, metres], [metres, 0]])),
        is_ferry=frozenset({(0, 1), (1, 0)} if is_ferry else ()),
    )


@pytest.fixture
def case(tmp_path):
    """Build inputs with one project between the two nodes: (inputs, tables)."""

    def build(*, kind="road", cost="", enabled=(), ferries="", roads=None):
        (tmp_path / "p.csv").write_text(
            f"{HEAD}{REST}\np,Bridge,Cầu,{kind},1,2,40000,30,planned,dự kiến,{cost},approximate"
            ",106,20.8,106.4,20.8,0,0,40000,60,2,,\n",
            encoding="utf-8",
        )
        (tmp_path / "f.csv").write_text(FERRIES + ferries, encoding="utf-8")
        inputs = small_inputs()
        commute = inputs.scenario.commute.model_copy(update={"projects": tuple(enabled)})
        data = Data(projects=str(tmp_path / "p.csv"), ferries=str(tmp_path / "f.csv"))
        changed = replace(inputs, scenario=inputs.scenario.model_copy(update={"commute": commute, "data": data}))
        changed.__dict__.update({k: v for k, v in inputs.__dict__.items() if k not in changed.__dict__})
        roads = roads or {(): road(45, 44_000), ("p",): road(30, 40_000)}
        changed.__dict__["roads"], changed.__dict__["roads_with"] = roads[tuple(enabled)], roads.__getitem__
        return changed, small_tables(inputs)

    return build


def savings(inputs, tables):
    table = project_savings(inputs, tables["commute"], tables["routes"], tables["stops"])
    return conform("projects", table).iloc[0]


def test_a_road_by_hand(case):
    """48 people, each way 15 * 1.3 = 19.5 minutes and 4 km less, 22 days: the sums of conftest._roads.

    By shuttle the same minutes, and 176 vehicle km at 1 VND. 798,336,000 VND a year: ten years for 7,983,360,000.
    """
    row = savings(*case(cost="7983360000"))
    assert (row["all_people"], row["all_longer"], row["plan_people"]) == (48, 0, 48)
    assert (row["all_minutes_day"], row["all_minutes_person"]) == (pytest.approx(1872), pytest.approx(39))
    assert (row["all_minutes_month"], row["all_vnd_month"]) == (pytest.approx(41_184), pytest.approx(66_528_000))
    assert (row["plan_minutes_month"], row["plan_vnd_month"]) == (pytest.approx(41_184), pytest.approx(41_184_176))
    assert row["payback_years"] == pytest.approx(10.0)
    assert (row["enabled"], row["rank"], row["name_vi"], row["name_en"]) == (False, 1, "Cầu", "Bridge")


def test_an_open_project_is_assessed_by_taking_it_away(case):
    """Open in the plan, it saves what it would save if it were not."""
    closed, opened = savings(*case()), savings(*case(enabled=["p"]))
    assert opened["enabled"]
    assert opened.drop("enabled").to_dict() == pytest.approx(closed.drop("enabled").to_dict(), nan_ok=True)


def test_own_vehicles_and_people_who_come_less_often(case):
    """Ten drive every day, ten three days a week (13 a month), the rest rent a room: 20 gain as planned.

    39 minutes a day: 390 * 22 + 390 * 13 = 13,650 a month; 8 km: 80 * 35 = 2,800 km. Those who rent are 28 more if all
    drove, every day: 39 * 28 * 22 = 24,024.
    """
    inputs, tables = case()
    row = tables["commute"].iloc[0].to_dict() | {"route_id": ""}
    people = [("own", "daily", 10), ("none", "irregular", 10), ("rent", "daily", 28)]
    tables["commute"] = pd.DataFrame([row | {"mode": m, "wish": w, "riders": n} for m, w, n in people])
    tables |= {"routes": empty("routes"), "stops": empty("stops")}
    found = savings(inputs, tables)
    assert (found["all_people"], found["plan_people"]) == (48, 20)
    assert found["plan_minutes_month"] == pytest.approx(13_650)
    assert found["plan_vnd_month"] == pytest.approx(13_650 * 1000 + 2_800 * 3000)
    assert found["all_minutes_month"] == pytest.approx(13_650 + 24_024)


def test_coaches_take_no_ferry_and_traffic_does_not_slow_it(case):
    """Ferry of 30 minutes for a road of 45 * 1.3 = 58.5: drivers save 57 minutes a day, shuttles nothing."""
    found = savings(*case(kind="ferry"))
    assert found["all_minutes_person"] == pytest.approx(57)
    assert (found["plan_people"], found["plan_minutes_day"], found["plan_vnd_month"]) == (0, 0, 0)


def test_a_bridge_in_place_of_a_ferry_is_searched_on_the_roads_without_it(case):
    """The ferry of 20 minutes stops; the new landing takes 30: 48 people lose 20 minutes a day, and km they save."""
    ferry = "f,1,2,44000,20,True,p\n"
    roads = {(): road(20, 44_000, is_ferry=True), ("p",): road(30, 40_000, is_ferry=True)}
    found = savings(*case(kind="ferry", ferries=ferry, roads=roads))
    assert (found["all_people"], found["all_longer"]) == (0, 48)
    assert found["all_minutes_day"] == pytest.approx(-48 * 20)
    assert np.isnan(found["all_minutes_person"])


def test_few_people_are_masked_with_their_figures(case):
    """Four people: fewer than five, and nothing that would tell how many."""
    inputs, tables = case(cost="1000")
    tables["commute"]["riders"] = 4
    tables["stops"][["boarding", "load"]] = tables["stops"][["boarding", "load"]].clip(upper=4)
    found = savings(inputs, tables)
    assert (found["all_people"], found["plan_people"]) == ("<5", "<5")
    hidden = [c for c in found.index if c.startswith(("all_minutes", "all_vnd", "plan_minutes", "plan_vnd", "payback"))]
    assert len(hidden) == 9
    assert found[hidden].isna().all()


def test_nobody_concerned_gives_zeros(case):
    """Empty tables of the stage: every project is listed and saves nothing."""
    inputs, _ = case()
    found = savings(inputs, {name: empty(name) for name in ("commute", "routes", "stops")})
    assert (found["all_people"], found["plan_people"], found["all_vnd_month"]) == (0, 0, 0)
