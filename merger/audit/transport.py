"""Checks of stage commute: groups of people, routes, stops, allowances."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.travel import default_cache, travel_table
from merger.audit.people import road_km
from merger.audit.report import Case, Violations, check, filled, items, shown

MODES = {"shuttle", "train", "own", "rent", "flat", "second_site", "none"}
KM_TOLERANCE = 0.02
CLOCK_TOLERANCE = 1.0  # times are written in whole minutes
LEG_TOLERANCE_KM = 0.05


def minute(text: str) -> int:
    """Minutes after midnight of HH:MM."""
    hours, minutes = str(text).split(":")
    return int(hours) * 60 + int(minutes)


@check(
    "commute-people",
    "Đủ mọi người phải đổi nơi làm việc",
    "All who must travel are in a group",
    "commute",
    "staff",
)
def people(case: Case) -> Violations:
    """Riders by home, workplace and wish equal the persons moved who wish for transport or live far off."""
    staff = case.tables["staff"]
    wish = staff["person_id"].map(case.inputs.staff.set_index("person_id")["wish"]).fillna("")
    far = pd.to_numeric(staff["km_after"]).fillna(0) >= case.inputs.law.value("commute.support_from_km")
    moved = filled(staff["post_id"]) & (staff["site_after"] != staff["site_before"])
    concerned = staff[moved & ((wish != "") | far)]
    wanted = (
        concerned.groupby([concerned["home_code"], concerned["site_after"], wish[concerned.index]]).size().to_dict()
    )
    rows = case.tables["commute"]
    given = rows.groupby([rows["home_code"], rows["site_id"], rows["wish"]])["riders"].sum().to_dict()
    for key in sorted(set(wanted) | set(given)):
        if wanted.get(key, 0) != given.get(key, 0):
            yield f"{'|'.join(key)}: {given.get(key, 0)} riders, {wanted.get(key, 0)} persons"
    if (rows["riders"] < 0).any():
        yield "negative numbers of riders"
    if strange := set(rows["mode"]) - MODES:
        yield f"unknown modes: {shown(strange)}"
    if filled(staff["support"]).any():
        told = concerned.groupby(["home_code", "site_after", "support"]).size().to_dict()
        listed = rows[rows["riders"] > 0].groupby(["home_code", "site_id", "mode"])["riders"].sum().to_dict()
        for key in sorted(k for k in set(told) | set(listed) if told.get(k, 0) != listed.get(k, 0)):
            yield f"{'|'.join(key)}: {told.get(key, 0)} in staff.csv, {listed.get(key, 0)} in commute.csv"
    return f"{int(rows['riders'].sum())} persons"


@check(
    "commute-distance",
    "Khoảng cách đến nơi làm việc tính lại đúng",
    "Distances to work, computed again",
    "commute",
)
def distance(case: Case) -> Violations:
    """Km by road from the home unit to the workplace."""
    rows = case.tables["commute"]
    computed, given = (
        road_km(case, rows["home_code"], rows["site_id"]),
        pd.to_numeric(rows["km"]).to_numpy(float),
    )
    finite = np.isfinite(computed)
    off = np.where(finite, ~(np.abs(given - np.where(finite, computed, 0)) <= KM_TOLERANCE), np.isfinite(given))
    if off.any():
        yield f"km differs from the road table: {shown(rows.loc[off, 'group_id'])}"


@check("commute-allowances", "Mức hỗ trợ tính lại đúng", "Allowances, computed again", "commute")
def allowances(case: Case) -> Violations:
    """Own vehicle: the tier of the distance; rent: its support; none: nothing; all within the budget."""
    options = case.inputs.scenario.commute
    table = case.inputs.allowances.set_index("allowance_id")
    tiers = sorted((float(table.at[i, "min_km"]), float(table.at[i, "amount_vnd"])) for i in options.travel_allowances)
    rows = case.tables["commute"]
    least_km = case.inputs.law.value("commute.support_from_km")
    km = rows["km"].map(float)
    per_person = pd.Series(0.0, rows.index)
    for floor, amount in tiers:
        per_person = per_person.where(~((km >= floor) & (km >= least_km)), amount)
    rent = float(table.at[options.rent_allowance, "amount_vnd"]) if options.rent_allowance else 0.0
    rent_from = float(table.at[options.rent_allowance, "min_km"]) if options.rent_allowance else np.inf
    also = 0.0 if case.inputs.law.value("commute.rent_excludes_travel") else per_person
    due = {
        "own": per_person,
        "rent": pd.Series(rent, rows.index) + also,
        "second_site": per_person + options.second_site_public_vnd_month,
        "none": pd.Series(0.0, rows.index),
    }
    for mode, amount in due.items():
        off = (rows["mode"] == mode) & ((rows["public_vnd_month"] - amount * rows["riders"]).abs() > rows["riders"])
        if off.any():
            yield f"{mode}: public money is not the allowance: {shown(rows.loc[off, 'group_id'])}"
    near = (rows["mode"] == "rent") & (rows["riders"] > 0) & (km < rent_from)
    if near.any():
        yield f"rent support below {rent_from:.0f} km: {shown(rows.loc[near, 'group_id'])}"
    unsaid = rows["mode"].isin(["own", "none"]) & (rows["riders"] > 0) & ~filled(rows["limit"])
    if unsaid.any():
        yield f"no limit is named that keeps from a shuttle or from support: {shown(rows.loc[unsaid, 'group_id'])}"
    cited = {i for cell in rows["rules"] for i in items(cell)}
    if unknown := {i for i in cited if i not in table.index and i not in case.inputs.law}:
        yield f"unknown allowances or rules: {shown(unknown)}"
    total = float(rows["public_vnd_month"].sum())
    if options.budget_vnd_month is not None and total > options.budget_vnd_month + 1:
        yield f"{total:,.0f} VND a month, the ceiling is {options.budget_vnd_month:,.0f}"
    return f"{total:,.0f} VND of public money a month"


@check("routes-seats", "Số người không vượt số chỗ", "Riders within the seats", "routes", "commute")
def seats(case: Case) -> Violations:
    """Riders of each route from commute.csv, seats of its vehicle, smallest ridership, fleet."""
    options, routes = case.inputs.scenario.commute, case.tables["routes"]
    vehicles = {v.id: v for v in options.vehicles}
    boarded = case.tables["commute"].groupby("route_id")["riders"].sum()
    if unknown := {r for r in boarded.index[boarded > 0] if r} - set(routes["route_id"]):
        yield f"riders on routes that do not exist: {shown(unknown)}"
    for row in routes.itertuples():
        if row.riders > row.seats:
            yield f"{row.route_id}: {row.riders} riders for {row.seats} seats"
        if row.riders != boarded.get(row.route_id, 0):
            yield f"{row.route_id}: {row.riders} riders, commute.csv has {boarded.get(row.route_id, 0)}"
        if row.mode == "shuttle":
            vehicle = vehicles.get(row.vehicle)
            if vehicle is None or vehicle.seats != row.seats:
                yield f"{row.route_id}: vehicle {row.vehicle} with {row.seats} seats is not of the scenario"
            if row.riders + 1 <= options.min_riders_route * options.take_up:
                wanted = f"{options.min_riders_route} registered at a take-up of {options.take_up:.0%}"
                yield f"{row.route_id}: {row.riders} riders expected, wanted {wanted}"
    used = routes.loc[routes["mode"] == "shuttle", "vehicle"].value_counts()
    for name, count in used.items():
        if name in vehicles and count > vehicles[name].fleet:
            yield f"{count} vehicles of type {name}, there are {vehicles[name].fleet}"
    wrong = case.tables["commute"]["mode"].isin({"shuttle", "train"}) != filled(case.tables["commute"]["route_id"])
    if (wrong & (case.tables["commute"]["riders"] > 0)).any():
        yield "riders by shuttle or train without a route, or others with one"
    return f"{len(routes)} routes"


@check(
    "stops-load",
    "Số người trên xe cộng đúng qua từng điểm",
    "Loads add up along the stops",
    "routes",
    "stops",
)
def load(case: Case) -> Violations:
    """Sequence 1, 2, ...; load adds up who got on (or off), equals the riders, stays within the seats."""
    routes = case.tables["routes"].set_index("route_id")
    trips = {(r, d) for r in routes.index for d in ("morning", "evening")}
    for (route_id, direction), calls in case.tables["stops"].groupby(["route_id", "direction"]):
        trips.discard((route_id, direction))
        name = f"{route_id} {direction}"
        if route_id not in routes.index:
            yield f"{name}: no such route"
            continue
        stops = calls.sort_values("sequence")
        if stops["sequence"].tolist() != list(range(1, len(stops) + 1)):
            yield f"{name}: sequence {stops['sequence'].tolist()}"
        count = stops["boarding"].to_numpy(int)
        on_board = np.cumsum(count) if direction == "morning" else count.sum() - np.cumsum(count)
        if direction == "morning":
            on_board[-1] = 0  # all get off at the workplace
        if (count < 0).any() or count.sum() != routes.at[route_id, "riders"]:
            yield f"{name}: {count.sum()} persons board, the route has {routes.at[route_id, 'riders']}"
        if (stops["load"].to_numpy(int) != on_board).any():
            yield f"{name}: load {stops['load'].tolist()}, computed {on_board.tolist()}"
        if stops["load"].max() > routes.at[route_id, "seats"]:
            yield f"{name}: load {stops['load'].max()} for {routes.at[route_id, 'seats']} seats"
    if trips:
        yield f"trips without stops: {shown(' '.join(t) for t in trips)}"


@check(
    "stops-times",
    "Giờ giấc tăng dần, đến đúng giờ, không quá thời gian tối đa",
    "Times run forward, arrive in time, rides are short enough",
    "routes",
    "stops",
)
def times(case: Case) -> Violations:
    """Stops in order of time; ends agree with the route; arrival, departure and ride within bounds."""
    options, all_stops = case.inputs.scenario.commute, case.tables["stops"]
    latest, earliest = minute(options.arrive_by), minute(options.leave_from)
    for row in case.tables["routes"].itertuples():
        mine = all_stops[all_stops["route_id"] == row.route_id].sort_values("sequence")
        for direction in ("morning", "evening"):
            stops = mine[mine["direction"] == direction]
            clock = stops["time"].map(minute).to_numpy()
            if (np.diff(clock) < 0).any() or (np.diff(stops["km"].dropna()) < -1e-9).any():
                yield f"{row.route_id} {direction}: times or km run backwards"
            ride = clock[-1] - clock[0]
            if row.mode == "shuttle" and ride > options.longest_ride_minutes + CLOCK_TOLERANCE:
                yield f"{row.route_id} {direction}: a ride of {ride} minutes"
            first, last = (row.depart, row.arrive) if direction == "morning" else (row.return_depart, None)
            if clock[0] != minute(first) or (last and clock[-1] != minute(last)):
                yield f"{row.route_id} {direction}: stops and route give different times"
        if abs(minute(row.arrive) - minute(row.depart) - row.minutes) > CLOCK_TOLERANCE:
            yield f"{row.route_id}: {row.minutes} minutes, but {row.depart} to {row.arrive}"
        if minute(row.arrive) > latest or minute(row.return_depart) < earliest:
            yield f"{row.route_id}: arrives {row.arrive}, returns {row.return_depart}"
        far = mine.loc[mine["direction"] == "morning", "km"].max()
        if row.mode == "shuttle" and abs(far - row.km) > KM_TOLERANCE * 2:
            yield f"{row.route_id}: {row.km} km, its stops give {far}"


@check(
    "stops-roads",
    "Quãng đường và thời gian giữa các điểm đúng theo mạng đường",
    "Ways between the stops follow the road graph",
    "routes",
    "stops",
)
def roads(case: Case) -> Violations:
    """Each leg of a shuttle: km of the quickest road without ferries, not faster than peak traffic allows."""
    shuttles = case.tables["routes"].query("mode == 'shuttle'")["route_id"]
    stops = case.tables["stops"]
    stops = stops[stops["route_id"].isin(shuttles)].sort_values(["route_id", "direction", "sequence"])
    if stops.empty:
        return "no shuttles"
    graph, peak = case.inputs.roads.without_ferries(), case.inputs.traffic.peak
    nodes = graph.index_of(stops["road_node"].to_numpy(int))
    known, place = np.unique(nodes, return_inverse=True)
    table = travel_table(graph, known, known, cache=default_cache())
    clock, km = stops["time"].map(minute).to_numpy(), stops["km"].to_numpy(float)
    trip = (stops["route_id"] + " " + stops["direction"]).to_numpy()
    legs = np.flatnonzero(trip[1:] == trip[:-1])
    for i in legs:
        minutes, way = table.minutes[place[i], place[i + 1]] * peak, table.km[place[i], place[i + 1]]
        if abs(km[i + 1] - km[i] - way) > LEG_TOLERANCE_KM:
            yield f"{trip[i]}: {km[i + 1] - km[i]:.2f} km in a leg, the road has {way:.2f}"
        if clock[i + 1] - clock[i] < minutes - CLOCK_TOLERANCE:
            yield f"{trip[i]}: {clock[i + 1] - clock[i]} minutes for a leg of {minutes:.1f}"
    return f"{len(legs)} legs"
