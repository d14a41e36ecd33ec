"""Lists of passengers: which person boards which vehicle at which stop, from the finished tables (internal)."""

from __future__ import annotations

import zlib

import pandas as pd

from merger.commuting.groups import people_concerned
from merger.inputs import Inputs
from merger.stages.stage import Tables
from merger.tables import conform, empty

BY_ROUTE = ("shuttle", "train")


class ListsError(RuntimeError):
    """The tables of stage commute contradict each other: no lists of passengers fit them."""


def passenger_lists(inputs: Inputs, tables: Tables) -> pd.DataFrame:
    """Table `passengers`: one row a person who rides a shuttle or a train, by `boardings` of stage commute.

    Persons of a group are alike but for their protection: they get routes and stops in the order in which the stage
    gives out modes and money (`support_of_people`), so that a person's money is the share of the route listed. Raises
    ListsError where persons and boardings do not add up.
    """
    routes, boardings = tables["routes"], tables["boardings"]
    if routes.empty:
        return empty("passengers")
    people = _people(inputs, tables["staff"])
    places = boardings.assign(mode=boardings["route_id"].map(routes.set_index("route_id")["mode"]))
    places = places.sort_values(["group_id", "route_id", "stop_id"], kind="stable")
    rows: list[tuple[str, str, str, str, str]] = []
    for (group, mode), own in places.groupby(["group_id", "mode"], sort=True):
        seats = [(r.route_id, r.stop_id) for r in own.itertuples() for _ in range(int(r.riders))]
        ids = people.pop((group, mode), [])
        if len(ids) != len(seats):
            raise ListsError(f"{group}: {len(ids)} persons go by {mode}, {len(seats)} places are planned")
        rows += [(person, group, route, stop, mode) for person, (route, stop) in zip(ids, seats, strict=True)]
    if people:
        lost = sorted(p for ids in people.values() for p in ids)
        raise ListsError(f"persons with a shuttle or train but no route: {', '.join(lost[:5])}")
    found = pd.DataFrame(rows, columns=["person_id", "group_id", "route_id", "stop_id", "mode"])
    return conform("passengers", _with_calls(found, tables["stops"]).assign(label=routes["label"].iloc[0]))


def _people(inputs: Inputs, staff: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Riders by group and mode, in the order of `support_of_people`."""
    people = people_concerned(inputs, staff)
    rides = people[people["support"].isin(BY_ROUTE)]
    drawn = [zlib.crc32(person.encode()) for person in rides["person_id"]]
    ordered = rides.assign(free=rides["protected"] == "", drawn=drawn)
    ordered = ordered.sort_values(["group_id", "free", "drawn", "person_id"], kind="stable")
    return {key: ids.tolist() for key, ids in ordered.groupby(["group_id", "support"])["person_id"]}


def _with_calls(found: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """The lists with the name of the stop and the times of boarding and of getting off."""
    key = ["route_id", "stop_id"]
    morning = stops[stops["direction"] == "morning"].rename(columns={"name": "stop", "time": "morning"})
    evening = stops[stops["direction"] == "evening"].rename(columns={"time": "evening"})
    out = found.merge(morning.drop_duplicates(key)[[*key, "stop", "morning"]], on=key, how="left")
    out = out.merge(evening.drop_duplicates(key)[[*key, "evening"]], on=key, how="left")
    return out.fillna({"stop": "", "morning": "", "evening": ""})
