"""The commuter train: which rides the published timetable offers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

MORNING, EVENING = "hp15", "hp16"


@dataclass(frozen=True)
class TrainRide:
    """A ride out in the morning and back in the evening between two stations; times in minutes after
    midnight.
    """

    board_id: str
    alight_id: str
    morning_departs: int
    morning_arrives: int
    evening_departs: int
    evening_arrives: int
    seats: int


def train_rides(stations: pd.DataFrame, edition: str) -> list[TrainRide]:
    """Rides between stations that the timetable names as stops, in order of station ids.

    Parameters: `stations` as railway_stations.csv; `edition` is the timetable, e.g. "2025_09_22". A ride
    needs a time at both stations in both directions; an edition without the evening or without a station's
    time offers none there.
    """
    morning, evening = f"{MORNING}_{edition}", f"{EVENING}_{edition}"
    if morning not in stations or evening not in stations:
        return []
    served = stations[stations["hp15_hp16_stop_published"].astype(str).str.lower() == "true"]
    times = {
        row["station_id"]: (
            minute_of_day(row[morning]),
            minute_of_day(row[evening]),
            int(row["capacity_seats_min"]),
        )
        for _, row in served.iterrows()
        if row[morning] and row[evening]
    }
    rides = []
    for board in sorted(times):
        for alight in sorted(times):
            out, back = times[board], times[alight]
            if out[0] < back[0] and back[1] < out[1]:
                rides.append(TrainRide(board, alight, out[0], back[0], back[1], out[1], min(out[2], back[2])))
    return rides


def minute_of_day(time: str) -> int:
    """Minutes after midnight of a time HH:MM."""
    hours, minutes = time.split(":")
    return 60 * int(hours) + int(minutes)


def clock(minutes: float) -> str:
    """Time HH:MM of minutes after midnight, to the nearest minute."""
    whole = int(minutes + 0.5) % (24 * 60)
    return f"{whole // 60:02d}:{whole % 60:02d}"
