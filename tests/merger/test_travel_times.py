"""Tables of travel times on the shipped data: every home area and site, and the train door to door."""

import numpy as np
import pytest

from geodata.travel import travel_table
from merger.inputs import load_geography
from merger.travel_times import travel_checks, travel_times
from scenarios.loader import load_scenario

CENTRE = "bac-song-cam"


@pytest.fixture(scope="module")
def geography():
    loaded = load_scenario("hai-phong-2025")
    return load_geography(loaded.scenario, loaded.folder)


@pytest.fixture(scope="module")
def times(geography):
    return travel_times(geography)


def test_every_home_area_and_site_once(geography, times):
    """375 x 30 rows; Bạch Long Vĩ (318), which no road or ferry reaches, is listed with empty cells but for itself."""
    assert len(times) == len(geography.units) * len(geography.sites)
    assert not times.duplicated(["old_code", "site_id"]).any()
    island = times[(times["old_code"] == "318") & (times["site_id"] != "district-bach-long-vi")]
    assert len(island) == len(geography.sites) - 1
    assert island[["km", "minutes_free_flow", "minutes_normal", "minutes_peak"]].isna().all(axis=None)


def test_traffic_slows_roads_and_not_ferries(geography, times):
    """By road alone, minutes are free flow times the factors; from Cát Bà, over a ferry, they are fewer."""
    at = times.set_index(["old_code", "site_id"])
    free, normal, peak = at.loc[("10507", CENTRE), ["minutes_free_flow", "minutes_normal", "minutes_peak"]]
    traffic = geography.traffic
    assert (normal, peak) == (
        pytest.approx(free * traffic.normal, abs=0.2),
        pytest.approx(free * traffic.peak, abs=0.2),
    )
    free, _, peak = at.loc[("11914", CENTRE), ["minutes_free_flow", "minutes_normal", "minutes_peak"]]
    # The ferry of 27.2 minutes keeps its time, so its share of the factor is missing.
    assert peak == pytest.approx((free - 27.2) * traffic.peak + 27.2, abs=0.3)


def test_the_train_by_hand(geography, times):
    """Own way in peak traffic to the station of Hải Dương, 10 minutes there, the train, 10 to change, the bus.

    HP15 of 2025-09-22 leaves Hải Dương (node 55009) at 06:00 and is at Thượng Lý (node 39629) at 06:55, where the bus
    to the centre waits: 55 minutes. The way to the station is 2 km and more, so not on foot.
    """
    at = times.set_index(["old_code", "site_id"])
    roads, home, site = geography.roads, geography.unit_nodes["10507"], geography.site_nodes[CENTRE]
    station, bus = roads.index_of([55009, 39629])
    peak = geography.traffic.peak
    access = travel_table(roads, [home], [station], factor=peak)
    link = travel_table(roads, [bus], [site], factor=peak).minutes[0, 0]
    assert access.km[0, 0] > geography.scenario.commute.walk_to_stop_km
    door = access.minutes[0, 0] + 5 + 10 + 55 + 10 + link  # 5 minutes to park
    assert at.at[("10507", CENTRE), "minutes_by_train"] == pytest.approx(door, abs=0.06)
    assert set(times.loc[times["minutes_by_train"].notna(), "site_id"]) == {CENTRE}


def test_the_fit_is_a_table_of_all_checks(geography):
    """Twelve rows; the factor in force stands in each; held out, the one peak check has no prediction."""
    checks = travel_checks(geography)
    assert len(checks) == 12
    peak = checks[checks["traffic"] == "peak"]
    assert peak["factor"].tolist() == [round(geography.traffic.peak, 4)]
    assert np.isnan(peak["minutes_held_out"].iloc[0])
    assert checks["inside"].all()
