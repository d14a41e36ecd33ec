"""Lists of passengers: which person boards which vehicle at which stop, from the finished tables (internal)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from geodata.travel import default_cache, travel_table
from merger.inputs import Inputs
from merger.stages.stage import Tables
from merger.tables import conform, empty

BY_ROUTE = ("shuttle", "train")
# A place that nobody may be given, in km: more than all ways of a vehicle together.
OUT_OF_REACH = 1e6


class ListsError(RuntimeError):
    """The tables of stage commute contradict each other: no lists of passengers fit them."""


def passenger_lists(inputs: Inputs, tables: Tables, boardings: pd.DataFrame | None = None) -> pd.DataFrame:
    """Table `passengers`: one row a person who rides a shuttle or a train.

    Parameters
    ----------
    tables : those of a finished stage commute: staff (with support), commute, routes, stops.
    boardings : group_id, route_id, stop_id, riders: who of a group boards where. Without it, the split of a route's
        groups over its stops with the fewest km to the stops, each stop within reach of the home.

    Persons of a group are alike but for their protection: those under protection come first, in the order in which
    stage commute gives out modes and routes, so that a person's share of the money is that of the route listed. Raises
    ListsError where riders, boardings and persons do not add up.
    """
    routes = tables["routes"]
    if routes.empty:
        return empty("passengers")
    riders = _riders(tables["commute"])
    split = stop_split(inputs, riders, tables) if boardings is None else boardings
    split = split[split["riders"].astype(int) > 0].sort_values(["group_id", "route_id", "stop_id"])
    _agrees(riders, split)
    people = _people(inputs, tables["staff"])
    mode = routes.set_index("route_id")["mode"]
    rows = []
    for group, own in split.assign(mode=split["route_id"].map(mode)).groupby("group_id", sort=True):
        for kind, places in own.groupby("mode", sort=True):
            ids = people.get((group, kind), [])
            seats = [(r.route_id, r.stop_id) for r in places.itertuples() for _ in range(int(r.riders))]
            if len(ids) != len(seats):
                raise ListsError(f"{group}: {len(ids)} persons go by {kind}, {len(seats)} places are planned")
            rows += [(p, group, route, stop, kind) for p, (route, stop) in zip(ids, seats, strict=True)]
    found = pd.DataFrame(rows, columns=["person_id", "group_id", "route_id", "stop_id", "mode"])
    if lost := {p for ids in people.values() for p in ids} - set(found["person_id"]):
        raise ListsError(f"persons with a shuttle or train but no route: {', '.join(sorted(lost)[:5])}")
    return conform("passengers", _with_calls(found, tables["stops"]).assign(label=routes["label"].iloc[0]))


def _riders(commute: pd.DataFrame) -> pd.DataFrame:
    """Riders of each group and route."""
    rows = commute[commute["mode"].isin(BY_ROUTE) & (commute["riders"].astype(int) > 0)]
    return rows.groupby(["group_id", "home_code", "route_id"], as_index=False)["riders"].sum()


def _agrees(riders: pd.DataFrame, split: pd.DataFrame) -> None:
    wanted = riders.groupby(["group_id", "route_id"])["riders"].sum()
    given = split.groupby(["group_id", "route_id"])["riders"].sum()
    off = wanted.sub(given, fill_value=0)
    if (off != 0).any():
        told = ", ".join(f"{g} on {r}" for g, r in off.index[off != 0][:5])
        raise ListsError(f"boardings are not the riders of the table commute: {told}")


def _people(inputs: Inputs, staff: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Persons by group and mode, those under protection first, then by id."""
    roster = inputs.staff.set_index("person_id")
    rides = staff[staff["support"].isin(BY_ROUTE)].copy()
    for column in ("wish", "protected"):
        given = roster[column] if column in roster else pd.Series("", index=roster.index)
        rides[column] = rides["person_id"].map(given).fillna("")
    rides["group_id"] = rides["home_code"] + "|" + rides["site_after"] + "|" + rides["wish"]
    rides["free"] = rides["protected"] == ""
    ordered = rides.sort_values(["group_id", "free", "person_id"], kind="stable")
    return {key: ids.tolist() for key, ids in ordered.groupby(["group_id", "support"])["person_id"]}


def stop_split(inputs: Inputs, riders: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """How many of each group board at each stop of their route: group_id, route_id, stop_id, riders.

    Fewest km from homes to stops in all, one route after the other, as an assignment of persons to places. A stop
    beyond `commute.feeder_km` (or walking) of the home takes nobody of it; trains have one station to board at.
    """
    morning = tables["stops"].query("direction == 'morning'").sort_values(["route_id", "sequence"])
    calls = {r: own[own["boarding"].astype(int) > 0] for r, own in morning.groupby("route_id")}
    reach = _Reach(inputs, tables["stops"])
    rows = []
    for route, own in riders.groupby("route_id", sort=True):
        stops = calls.get(route, morning.iloc[:0])
        counts, places = own["riders"].to_numpy(int), stops["boarding"].to_numpy(int)
        if counts.sum() != places.sum():
            raise ListsError(f"{route}: {counts.sum()} riders, {places.sum()} board at its stops")
        km = reach.km(own["home_code"].tolist(), stops)
        who, where = np.repeat(np.arange(len(own)), counts), np.repeat(np.arange(len(stops)), places)
        chosen = linear_sum_assignment(km[np.ix_(who, where)])[1]
        table = np.zeros(km.shape, int)
        np.add.at(table, (who, where[chosen]), 1)
        if (km[table > 0] >= OUT_OF_REACH).any():
            raise ListsError(f"{route}: its stops are not within reach of all homes")
        groups, ids = own["group_id"].tolist(), stops["stop_id"].tolist()
        rows += [(groups[g], route, ids[s], int(table[g, s])) for g, s in np.argwhere(table > 0)]
    return pd.DataFrame(rows, columns=["group_id", "route_id", "stop_id", "riders"])


class _Reach:
    """Km by road from homes to stops, all computed at once; `OUT_OF_REACH` beyond the limit."""

    def __init__(self, inputs: Inputs, stops: pd.DataFrame):
        options = inputs.scenario.commute
        self.limit = max(options.feeder_km, options.walk_to_stop_km)
        self.row = {code: i for i, code in enumerate(inputs.units.index)}
        nodes = sorted(set(stops.loc[stops["road_node"].astype(int) > 0, "road_node"].astype(int)))
        self.column = {node: i for i, node in enumerate(nodes)}
        at = inputs.roads.index_of(nodes) if nodes else np.empty(0, int)
        homes = inputs.unit_nodes.to_numpy()
        self.table = travel_table(inputs.roads, homes, at, cache=default_cache()).km if nodes else None

    def km(self, homes: list[str], stops: pd.DataFrame) -> np.ndarray:
        """Km (homes, stops); 0 where a route has a single stop or none of its stops is on the road graph."""
        out = np.zeros((len(homes), len(stops)))
        if len(stops) < 2:
            return out
        for j, node in enumerate(stops["road_node"].astype(int)):
            if node in self.column:
                way = self.table[[self.row[h] for h in homes], self.column[node]]
                out[:, j] = np.where(way <= self.limit, way, OUT_OF_REACH)
        return out


def _with_calls(found: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """The lists with the name of the stop and the times of boarding and of getting off."""
    key = ["route_id", "stop_id"]
    morning = stops[stops["direction"] == "morning"].rename(columns={"name": "stop", "time": "morning"})
    evening = stops[stops["direction"] == "evening"].rename(columns={"time": "evening"})
    out = found.merge(morning.drop_duplicates(key)[[*key, "stop", "morning"]], on=key, how="left")
    out = out.merge(evening.drop_duplicates(key)[[*key, "evening"]], on=key, how="left")
    return out.fillna({"stop": "", "morning": "", "evening": ""})
