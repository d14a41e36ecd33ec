"""From the solver's choice to the tables commute, routes and stops, and to each person's support."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from geodata.rail import TrainRide, clock, minute_of_day
from merger.commuting import limits
from merger.commuting.prices import Price, time_vnd
from merger.commuting.routes import ShuttleNetwork, route_day_vnd, route_ids, route_tables, train_tables
from merger.inputs import Inputs
from solvers.routing.solve import RoutingSolution

# Order in which the people of a group are given their modes, those with protection first.
ORDER = ("shuttle", "train", "flat", "rent", "second_site", "own", "none")
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Choice:
    """What was chosen, with all that explains it."""

    inputs: Inputs
    groups: pd.DataFrame
    prices: dict[str, Price]
    network: ShuttleNetwork
    solution: RoutingSolution
    label: str

    @cached_property
    def riding(self) -> frozenset[int]:
        """Groups of which some ride a shuttle."""
        return frozenset(g for route in self.solution.routes for g, _, _ in route.riders)

    @cached_property
    def train_ids(self) -> dict[tuple[TrainRide, str], str]:
        """Route id of each ride and site that the train is used for."""
        used = {
            (self.prices["train"].ride[g], self.groups["site_id"].iat[g]) for g in np.flatnonzero(self.by_mode("train"))
        }
        ordered = sorted(used, key=lambda k: (k[0].board_id, k[0].alight_id, k[1]))
        return {key: f"train-{i:02d}" for i, key in enumerate(ordered, start=1)}

    def by_mode(self, mode: str) -> np.ndarray:
        """Persons of each group in a mode other than the shuttle."""
        names = list(self.prices)
        if mode not in names:
            return np.zeros(len(self.groups), int)
        return self.solution.by_mode[names.index(mode)]


def commute_rows(choice: Choice) -> tuple[pd.DataFrame, dict[Key, list[int]]]:
    """Rows of `commute`, and for each (group, mode, route) the public money of each of its riders, VND a
    month.
    """
    rows: dict[Key, dict] = {}
    shares: dict[Key, list[int]] = {}
    for mode, price in choice.prices.items():
        for g in np.flatnonzero(choice.by_mode(mode)):
            n = int(choice.by_mode(mode)[g])
            route = choice.train_ids[price.ride[g], choice.groups["site_id"].iat[g]] if mode == "train" else ""
            key = (choice.groups["group_id"].iat[g], mode, route)
            shares[key] = [round(float(price.public[g]))] * n
            rows[key] = _row(
                choice,
                g,
                key,
                n,
                private=price.private[g],
                time=price.time[g],
                minutes=price.minutes[g],
                rules=price.rules[g],
            )
            limit = _limit(choice, g, mode)
            rows[key]["reason_vi"], rows[key]["reason_en"] = _reasons(choice, g, mode, limit)
            rows[key]["limit"] = limit
    _shuttle_rows(choice, rows, shares)
    for key, row in rows.items():
        row["public_vnd_month"] = sum(shares[key])
    return pd.DataFrame(list(rows.values())), shares


def route_rows(choice: Choice, commute: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables `routes` and `stops`, shuttles and trains."""
    routes, stops = route_tables(choice.inputs, choice.network, choice.solution, choice.label)
    trains = commute[commute["mode"] == "train"].groupby("route_id")[["riders", "public_vnd_month"]].sum()
    riders = {key: int(trains.at[i, "riders"]) for key, i in choice.train_ids.items()}
    public = {key: int(trains.at[i, "public_vnd_month"]) for key, i in choice.train_ids.items()}
    more_routes, more_stops = train_tables(choice.inputs, riders, public, choice.label)
    parts = [(routes, more_routes), (stops, more_stops)]
    joined = [
        pd.concat([f for f in pair if len(f)], ignore_index=True) if any(map(len, pair)) else None for pair in parts
    ]
    return tuple(frame if frame is not None else pd.DataFrame() for frame in joined)


def support_of_people(
    people: pd.DataFrame, commute: pd.DataFrame, shares: dict[Key, list[int]]
) -> dict[str, tuple[str, int, str]]:
    """Mode, public money and rule ids of each person; in a group, people under protection choose first.

    Who of the others rides is not known: they follow in an order that has nothing to do with their agency.
    """
    order = {mode: i for i, mode in enumerate(ORDER)}
    rules = {(r.group_id, r.mode, r.route_id): r.rules for r in commute.itertuples()}
    places: dict[str, list[tuple[str, int, str]]] = {}
    for key in sorted(shares, key=lambda k: (k[0], order[k[1]], k[2])):
        places.setdefault(key[0], []).extend((key[1], amount, rules[key]) for amount in shares[key])
    drawn = [zlib.crc32(person.encode()) for person in people["person_id"]]
    ordered = people.assign(free=people["protected"] == "", drawn=drawn).sort_values(
        ["group_id", "free", "drawn", "person_id"], kind="stable"
    )
    support = {}
    for group, ids in ordered.groupby("group_id", sort=True)["person_id"]:
        support |= dict(zip(ids, places[group], strict=True))
    return support


def with_support(staff: pd.DataFrame, support: dict[str, tuple[str, int, str]]) -> pd.DataFrame:
    """The staff table with the support of the people concerned; all others get none."""
    staff = staff.copy()
    given = [support.get(person, ("none", 0, "")) for person in staff["person_id"]]
    staff["support"] = [mode for mode, _, _ in given]
    staff["support_vnd_month"] = [amount for _, amount, _ in given]
    had = staff["rules"].fillna("").astype(str)
    staff["rules"] = [_joined(a, rules) for a, (_, _, rules) in zip(had, given, strict=True)]
    return staff


def _joined(before: str, more: str) -> str:
    return ";".join(dict.fromkeys(rule for rule in [*before.split(";"), *more.split(";")] if rule))


def _row(choice: Choice, g: int, key: Key, n: int, *, private: float, time: float, minutes: float, rules: str) -> dict:
    group = choice.groups.iloc[g]
    return {
        "group_id": key[0],
        "home_code": group["home_code"],
        "home": group["home"],
        "site_id": group["site_id"],
        "wish": group["wish"],
        "mode": key[1],
        "route_id": key[2],
        "riders": n,
        "km": round(float(group["km"]), 2) if np.isfinite(group["km"]) else np.nan,
        "minutes": round(float(minutes), 1) if np.isfinite(minutes) else np.nan,
        "private_vnd_month": round(float(private) * n),
        "time_vnd_month": round(float(time) * n),
        "rules": rules,
        "limit": limits.NONE,
        "label": choice.label,
    }


def boarding_rows(choice: Choice) -> pd.DataFrame:
    """Table `boardings`: who gets on where, by group, route and stop."""
    stop_id = choice.network.stops["stop_id"]
    rows = [
        (choice.groups["group_id"].iat[g], route_id, stop_id.iat[s], n)
        for route_id, route in zip(route_ids(choice.solution), choice.solution.routes, strict=True)
        for g, s, n in route.riders
    ]
    train = choice.by_mode("train")
    for g in np.flatnonzero(train):
        ride = choice.prices["train"].ride[g]
        route_id = choice.train_ids[ride, choice.groups["site_id"].iat[g]]
        rows.append((choice.groups["group_id"].iat[g], route_id, f"ga-{ride.board_id}", int(train[g])))
    frame = pd.DataFrame(rows, columns=["group_id", "route_id", "stop_id", "riders"])
    return frame.groupby(["group_id", "route_id", "stop_id"], as_index=False)["riders"].sum().assign(label=choice.label)


def _shuttle_rows(choice: Choice, rows: dict[Key, dict], shares: dict[Key, list[int]]) -> None:
    """Each rider bears an equal share of the vehicle's cost in whole VND, the first riders the odd ones."""
    network, options = choice.network, choice.inputs.scenario.commute
    problem = network.problem
    for route_id, route in zip(route_ids(choice.solution), choice.solution.routes, strict=True):
        month = round(route_day_vnd(network, route) * problem.days)
        each, odd = divmod(month, route.load)
        amounts = iter([each + 1] * odd + [each] * (route.load - odd))
        morning, evening = problem.ride_minutes(route.sequence, route.depot)
        arrive = minute_of_day(options.arrive_by) - options.wait_minutes
        for g, s, n in route.riders:
            at = route.sequence.index(s)
            reach = float(network.reach[g, s])
            door = reach + options.wait_minutes + morning[at]
            day = np.array([2 * reach + options.wait_minutes + morning[at] + evening[at]])
            time = float(time_vnd(choice.inputs, day, np.array([choice.groups["days"].iat[g]]))[0])
            key = (choice.groups["group_id"].iat[g], "shuttle", route_id)
            row = _row(choice, g, key, n, private=network.access_vnd[g, s], time=time, minutes=door, rules="")
            stop = network.stops["name"].iat[s]
            row["reason_vi"] = (
                f"Lên xe tại {stop} lúc {clock(arrive - morning[at])}, đến nơi {clock(arrive)}; "
                "thuộc phương án có tổng chi phí thấp nhất tìm được."
            )
            row["reason_en"] = (
                f"Boards at {stop} at {clock(arrive - morning[at])}, arrives {clock(arrive)}; "
                "part of the plan with the least total cost found."
            )
            share = [next(amounts) for _ in range(n)]
            if key in rows:
                old = rows[key]
                row["minutes"] = round((old["minutes"] * old["riders"] + row["minutes"] * n) / (old["riders"] + n), 1)
                for column in ("riders", "private_vnd_month", "time_vnd_month"):
                    row[column] += old[column]
            rows[key] = row
            shares.setdefault(key, []).extend(share)


def _reasons(choice: Choice, g: int, mode: str, limit: str) -> tuple[str, str]:
    """Why the people of a group go this way, naming the limit that binds."""
    options, group = choice.inputs.scenario.commute, choice.groups.iloc[g]
    if mode == "train":
        ride = choice.prices["train"].ride[g]
        out, back = clock(ride.morning_departs), clock(ride.evening_departs)
        return (
            f"Tàu HP15 lúc {out}, về HP16 lúc {back}; thuộc phương án có tổng chi phí thấp nhất đã tìm.",
            f"Train HP15 at {out}, back on HP16 at {back}; part of the plan with the least total cost found.",
        )
    if mode in ("rent", "flat"):
        vi = "Ở căn hộ thành phố bố trí" if mode == "flat" else "Thuê nhà gần nơi làm việc"
        en = "Lives in a flat reserved by the city" if mode == "flat" else "Rents near the workplace"
        return (
            f"{vi} các ngày làm việc: đi lại hằng ngày {group['km']:.0f} km tốn hơn.",
            f"{en} on working days: travelling {group['km']:.0f} km every day costs more.",
        )
    if mode == "second_site":
        days = f"{options.second_site_days_week:g}"
        return (
            f"Làm việc {days} ngày một tuần tại trụ sở gần nhà hoặc từ xa; các ngày còn lại tự túc phương tiện.",
            f"Works {days} days a week at the site nearest home or from home; by own vehicle on the others.",
        )
    vi, en = limits.in_words(limit, choice.inputs, float(group["km"]))
    if mode == "none":
        return vi, en
    return (
        f"{vi} Tự túc phương tiện, hưởng mức hỗ trợ theo khoảng cách.",
        f"{en} Own vehicle with the allowance by distance.",
    )


def _limit(choice: Choice, g: int, mode: str) -> str:
    """The limit that keeps people of a group who go this way from a shuttle, or from any support."""
    if mode == "none":
        return limits.support_limit(choice.inputs, float(choice.groups["km"].iat[g]))
    if mode not in ("own", "rent", "flat", "second_site"):
        return limits.NONE
    return limits.shuttle_limit(choice.network, choice.inputs, choice.groups, g, g in choice.riding)
