"""Rides of the published timetable."""

from __future__ import annotations

import pandas as pd
import pytest

from geodata.rail import clock, minute_of_day, train_rides
from geodata.shipped import shipped_path
from geodata.tables import read_table


def stations() -> pd.DataFrame:
    return read_table(shipped_path("railway_stations.csv"))


def test_the_first_timetable_gives_the_published_times():
    """HP15 Hải Dương 06:00 to Thượng Lý 06:55; HP16 leaves Thượng Lý 17:51 and arrives 18:35; 5 cars of 64
    seats.
    """
    ride = next(
        r for r in train_rides(stations(), "2025_09_22") if (r.board_id, r.alight_id) == ("hai_duong", "thuong_ly")
    )
    assert (clock(ride.morning_departs), clock(ride.morning_arrives)) == ("06:00", "06:55")
    assert (clock(ride.evening_departs), clock(ride.evening_arrives)) == ("17:51", "18:35")
    assert ride.seats == 320


def test_stations_without_a_published_stop_offer_no_ride():
    """Tiền Trung and Phú Thái are on the line, but no notice names them as stops."""
    named = {s for r in train_rides(stations(), "2025_09_22") for s in (r.board_id, r.alight_id)}
    assert named == {"hai_duong", "thuong_ly", "hai_phong"}


def test_an_edition_without_evening_times_offers_none():
    """Of November 2025 only the morning train is known."""
    assert train_rides(stations(), "2025_11") == []


@pytest.mark.parametrize(("minutes", "text"), [(0, "00:00"), (360.4, "06:00"), (360.5, "06:01"), (1439.6, "00:00")])
def test_times_are_rounded_to_the_nearest_minute(minutes, text):
    """Half a minute counts up; after midnight the clock starts again."""
    assert clock(minutes) == text


def test_minute_of_day_reads_hours_and_minutes():
    """17:51 is 17 x 60 + 51 = 1071."""
    assert minute_of_day("17:51") == 1071
