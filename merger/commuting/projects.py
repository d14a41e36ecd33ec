"""What each transport project would save the people concerned: a ranking from the finished tables of stage commute.

Every project is assessed against the same plan without it, also one that the scenario takes as open. Ways are those in
peak traffic. A link that replaces no ferry in force needs no search of its own (geodata.travel.with_link).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.roads import Link, RoadGraph, ferries_replaced, read_links
from geodata.tables import read_table
from geodata.travel import TravelTable, default_cache, travel_table, with_link
from merger.commuting.groups import days_month, site_node
from merger.disclosure.masks import is_masked, marks
from merger.inputs import Inputs
from scenarios.tables import schema_of

# A way counts as shorter or longer from this difference on, minutes one way.
NOTICED = 0.1
# Modes in which people make their whole way by own vehicle.
OWN_VEHICLE = ("own", "none")


@dataclass(frozen=True)
class Saving:
    """What a project saves some people: `people` with a shorter and `longer` with a longer way.

    `day` person-minutes, `month` person-minutes, `vnd` time and vehicle km a month, all net of what is lost;
    `gained` the person-minutes a day of those with a shorter way alone.
    """

    people: int = 0
    longer: int = 0
    day: float = 0.0
    gained: float = 0.0
    month: float = 0.0
    vnd: float = 0.0

    def __add__(self, other: Saving) -> Saving:
        return Saving(*(getattr(self, f) + getattr(other, f) for f in self.__dataclass_fields__))

    @property
    def minutes_person(self) -> float:
        """Minutes a day of each person with a shorter way; nan without any."""
        return self.gained / self.people if self.people else np.nan


@dataclass(frozen=True)
class Opening:
    """A project's link, the roads without it, and with it where it replaces a ferry in force (else None)."""

    link: Link
    without: RoadGraph
    opened: RoadGraph | None

    def tables(self, origins, targets, factor: float) -> tuple[TravelTable, TravelTable]:
        """Travel without and with the project."""
        before = travel_table(self.without, origins, targets, factor=factor, cache=default_cache())
        if self.opened is not None:
            return before, travel_table(self.opened, origins, targets, factor=factor, cache=default_cache())
        return before, with_link(self.without, before, self.link, factor=factor, cache=default_cache())

    def by_land(self) -> Opening:
        """The same for vehicles that no ferry carries."""
        return Opening(self.link, self.without.without_ferries(), None)


def project_savings(inputs: Inputs, commute: pd.DataFrame, routes: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """Table `projects`: one row a transport project, with what it saves if all drove and in the plan as chosen.

    `commute`, `routes`, `stops` are the full (internal) tables of a plan; empty ones give zeros. In the plan, riders of
    shuttles keep their vehicle, stops and their order, and train riders and people who live near the site are left
    out, so these savings are a lower bound of those after planning again. Numbers of people from 1 to below
    `documents.smallest_group` are masked, with the figures that rest on them.
    """
    projects = read_table(inputs.path("projects"), schema_of("projects"))
    links, enabled = read_links(inputs.path("projects"), inputs.roads), inputs.scenario.commute.projects
    people = _with_nodes(inputs, commute)
    rows = []
    for p in projects.to_dict("records"):
        opening = _opening(inputs, p["project_id"], links[p["project_id"]])
        everybody, own = _driving(inputs, opening, people)
        chosen = own + _shuttles(inputs, opening, commute, routes, stops)
        rows.append({
            **{c: p.get(c, "") for c in ("project_id", "name_vi", "kind", "status", "status_vi", "coordinate_quality")},
            "name_en": p["name"], "enabled": p["project_id"] in enabled, "cost_vnd": p["cost_vnd"],
            **_figures("all", everybody), **_figures("plan", chosen),
            "payback_years": _payback(p["cost_vnd"], everybody),
            "label": "SYNTHETIC" if "staff" in inputs.synthetic else "estimated",
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["rank"] = frame["all_vnd_month"].rank(method="min", ascending=False).astype(int)
    return _masked(frame, inputs.scenario.documents.smallest_group)


def _opening(inputs: Inputs, project: str, link: Link) -> Opening:
    others = tuple(p for p in inputs.scenario.commute.projects if p != project)
    without = inputs.roads if len(others) == len(inputs.scenario.commute.projects) else inputs.roads_with(others)
    replaces = ferries_replaced(inputs.path("ferries"), project, others)
    return Opening(link, without, inputs.roads_with((*others, project)) if replaces else None)


def _with_nodes(inputs: Inputs, commute: pd.DataFrame) -> pd.DataFrame:
    """Rows of `commute` with people in them: mode, riders, days a month, node of home and of workplace."""
    rows = commute[pd.to_numeric(commute["riders"]) > 0]
    working_days = inputs.scenario.prices.working_days_month
    return pd.DataFrame({
        "mode": rows["mode"], "riders": rows["riders"].astype(int),
        "days": [days_month(inputs.scenario.commute, working_days, w) for w in rows["wish"]],
        "home": [int(inputs.unit_nodes[code]) for code in rows["home_code"]],
        "work": [site_node(inputs, site) for site in rows["site_id"]],
    })  # fmt: skip


def _driving(inputs: Inputs, opening: Opening, people: pd.DataFrame) -> tuple[Saving, Saving]:
    """Savings on the way from home centre to workplace and back: of everybody as if all drove, of those who do."""
    if people.empty:
        return Saving(), Saving()
    homes, row = np.unique(people["home"].to_numpy(int), return_inverse=True)
    works, column = np.unique(people["work"].to_numpy(int), return_inverse=True)
    before, after = opening.tables(homes, works, inputs.traffic.peak)
    minutes = _less(before.minutes, after.minutes)[row, column]
    km = _less(before.km, after.km)[row, column]
    own = people["mode"].isin(OWN_VEHICLE).to_numpy()
    return _drivers(inputs, people, minutes, km), _drivers(inputs, people[own], minutes[own], km[own])


def _less(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """What is saved; 0 where there is no way before or after: a way that did not exist has no time to compare."""
    known = np.isfinite(before) & np.isfinite(after)
    return np.where(known, before, 0.0) - np.where(known, after, 0.0)


def _drivers(inputs: Inputs, people: pd.DataFrame, minutes: np.ndarray, km: np.ndarray) -> Saving:
    riders, days, prices = people["riders"].to_numpy(int), people["days"].to_numpy(float), inputs.scenario.prices
    shorter = minutes >= NOTICED
    month = float(2 * minutes @ (riders * days))
    vehicle = float(2 * km @ (riders * days)) * prices.vehicle_km_vnd
    return Saving(
        people=int(riders[shorter].sum()),
        longer=int(riders[minutes <= -NOTICED].sum()),
        day=float(2 * minutes @ riders),
        gained=float(2 * minutes[shorter] @ riders[shorter]),
        month=month,
        vnd=month * prices.person_hour_vnd / 60 + vehicle,
    )


def _shuttles(
    inputs: Inputs, opening: Opening, commute: pd.DataFrame, routes: pd.DataFrame, stops: pd.DataFrame
) -> Saving:
    """Savings of the shuttles' riders and vehicles: each leg timed again, stops and their order unchanged."""
    shuttles = routes[routes["mode"] == "shuttle"].set_index("route_id")
    if shuttles.empty or opening.link.is_ferry:
        return Saving()
    prices, options = inputs.scenario.prices, inputs.scenario.commute
    km_vnd = {v.id: v.km_vnd for v in options.vehicles}
    every_leg = _legs(inputs, opening.by_land(), stops[stops["route_id"].isin(shuttles.index)])
    total = Saving()
    for route_id, legs in every_leg.groupby("route_id"):
        day = float(legs["minutes"] @ legs["load"])
        month = day * _days_of_riders(inputs, commute[commute["route_id"] == route_id])
        vehicle = float(legs["km"].sum()) * km_vnd[str(shuttles.at[route_id, "vehicle"])] * prices.working_days_month
        # On board of a shorter leg: those of the fullest one, out or back.
        people = int(legs["load"].where(legs["minutes"] >= NOTICED, 0).max())
        gained = day if people else 0.0
        total += Saving(people, 0, day, gained, month, month * prices.person_hour_vnd / 60 + vehicle)
    return total


def _legs(inputs: Inputs, land: Opening, stops: pd.DataFrame) -> pd.DataFrame:
    """Legs of the shuttles: route_id, persons on board, minutes and km that the project saves."""
    stops = stops.sort_values(["route_id", "direction", "sequence"], kind="stable")
    nodes, place = np.unique(inputs.roads.index_of(stops["road_node"].to_numpy(int)), return_inverse=True)
    before, after = land.tables(nodes, nodes, inputs.traffic.peak)
    trip = (stops["route_id"] + " " + stops["direction"]).to_numpy()
    at = np.flatnonzero(trip[1:] == trip[:-1])
    leg = place[at], place[at + 1]
    return pd.DataFrame({
        "route_id": stops["route_id"].to_numpy()[at], "load": pd.to_numeric(stops["load"]).to_numpy(float)[at],
        "minutes": _less(before.minutes, after.minutes)[leg], "km": _less(before.km, after.km)[leg],
    })  # fmt: skip


def _days_of_riders(inputs: Inputs, riders: pd.DataFrame) -> float:
    """Mean days a month of the riders of a route: who gets on where is not in the tables."""
    working_days = inputs.scenario.prices.working_days_month
    if riders.empty:
        return working_days
    days = [days_month(inputs.scenario.commute, working_days, w) for w in riders["wish"]]
    return float(np.average(days, weights=riders["riders"].astype(float)))


def _figures(who: str, s: Saving) -> dict[str, float]:
    """Columns of one way to assess a project."""
    return {
        f"{who}_people": s.people, f"{who}_longer": s.longer,
        f"{who}_minutes_day": round(s.day, 1), f"{who}_minutes_person": round(s.minutes_person, 1),
        f"{who}_minutes_month": round(s.month), f"{who}_vnd_month": round(s.vnd),
    }  # fmt: skip


def _payback(cost: float, s: Saving) -> float:
    """Years in which these people's savings alone add up to the cost; nan without a cost or a saving."""
    return round(cost / (12 * s.vnd), 1) if cost > 0 and s.vnd > 0 else np.nan


def _masked(frame: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Small numbers of people as marks, and without the figures that rest on them."""
    out = frame.copy()
    for who in ("all", "plan"):
        few = np.zeros(len(frame), bool)
        for column in (f"{who}_people", f"{who}_longer"):
            counts = frame[column].to_numpy(int)
            small = (counts > 0) & (counts < smallest)
            out[column] = pd.Series(marks(counts, small, smallest), index=out.index, dtype=object)
            few |= out[column].map(is_masked).to_numpy(bool)
        rest = [f"{who}_{c}" for c in ("minutes_day", "minutes_person", "minutes_month", "vnd_month")]
        out[rest] = out[rest].astype(float)
        out.loc[few, rest] = np.nan
        if who == "all":
            out["payback_years"] = out["payback_years"].mask(few)
    return out
