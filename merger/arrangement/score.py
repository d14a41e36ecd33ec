"""Score any arrangement of old units by the same rules: travel to seats, standards, contiguity, sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geodata.contiguity import border_pairs, is_contiguous
from geodata.travel import default_cache, travel_table
from geodata.units import wholes_of
from merger.arrangement.assignments import plan_assignment, read_assignment, reference_assignment
from merger.arrangement.standards import EXEMPT, MEETS, NEEDS_DECISION, SPECIAL, standards_of, unit_classes
from merger.inputs import Inputs

__all__ = ["plan_assignment", "read_assignment", "reference_assignment", "score_units"]

# A part of this share or more of the old unit's people and land counts as the whole unit.
WHOLE = 0.999
EARTH_KM = 6371.0


@dataclass(frozen=True)
class _Rows:
    """An assignment as arrays: one entry a row, regions numbered in the order of their ids.

    `unit`: position in the table of units; `old`: number of the old unit, one for all parts of a divided one.
    """

    ids: list[str]
    region: np.ndarray
    unit: np.ndarray
    old: np.ndarray
    people: np.ndarray
    area: np.ndarray
    whole: np.ndarray
    origin: np.ndarray
    main: np.ndarray


def score_units(
    inputs: Inputs, assignment: pd.DataFrame, seats: pd.DataFrame | None = None
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Score an assignment (columns: see merger.arrangement.assignments).

    Parameters: `seats` gives new_id with seat_lon, seat_lat where the assignment has none.
    Returns (figures, one row a new unit). Travel: sums over residents to the given seat and to the best one,
    the
    member centre with the least person-minutes; normal traffic, km along the quickest road. People without a
    way to
    the seat (special zones) are left out of the sums and counted in `without_road_people`. Standards:
    `meets`,
    `exempt` and `needs_decision` count every contributor of a new unit; the `_strict` count only whole old
    units.
    """
    rows = _rows(inputs, assignment)
    travel = _Travel(inputs, rows, _given_seats(inputs, assignment, rows, seats))
    table = pd.DataFrame({"new_id": rows.ids})
    table = table.assign(**_standards(inputs, assignment, rows), **_shape(inputs, rows), **travel.columns())
    special = table["standard"] == SPECIAL
    table.loc[special, "contiguous"] = True
    return _figures(rows, table), table


def _rows(inputs: Inputs, frame: pd.DataFrame) -> _Rows:
    units = inputs.units
    place = {code: i for i, code in enumerate(units.index)}
    unit = frame["old_code"].map(place).to_numpy(int)
    ids, region = np.unique(frame["new_id"].to_numpy(str), return_inverse=True)
    share = frame["share"].to_numpy(float) if "share" in frame else np.ones(len(frame))
    by_people = frame["share_population"].to_numpy(float) if "share_population" in frame else share
    by_area = frame["share_area"].to_numpy(float) if "share_area" in frame else share
    people = units["population"].to_numpy(float)[unit] * by_people
    area = units["area_km2"].to_numpy(float)[unit] * by_area
    if "population" in frame:
        people = frame["population"].to_numpy(float)
    if "area_km2" in frame:
        area = frame["area_km2"].to_numpy(float)
    origin = inputs.unit_nodes.to_numpy()[unit].copy()
    if "origin_lon" in frame:
        moved = frame["origin_lon"].notna().to_numpy()
        if moved.any():
            points = frame.loc[moved, ["origin_lon", "origin_lat"]].to_numpy(float)
            origin[moved] = inputs.roads.nearest(points[:, 0], points[:, 1])[0]
    rank = np.lexsort((region, -by_area, -by_people, unit))
    main = np.zeros(len(frame), bool)
    main[rank[np.unique(unit[rank], return_index=True)[1]]] = True
    wholes = wholes_of(units)
    old = pd.factorize(wholes)[0][unit]
    part = (wholes != wholes.index).to_numpy()[unit]
    whole = (by_people >= WHOLE) & (by_area >= WHOLE) & ~part
    return _Rows([str(i) for i in ids], region, unit, old, people, area, whole, origin, main)


def _given_seats(
    inputs: Inputs, frame: pd.DataFrame, rows: _Rows, seats: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray]:
    """Given seats: degrees (regions, 2), nan without; and the units that hold them, -1 without."""
    points, holder = np.full((len(rows.ids), 2), np.nan), np.full(len(rows.ids), -1)
    if "seat_lon" in frame:
        points[rows.region] = frame[["seat_lon", "seat_lat"]].to_numpy(float)
    if "seat_code" in frame:
        place = {code: i for i, code in enumerate(inputs.units.index)}
        named = frame["seat_code"].map(place).fillna(-1).to_numpy(int)
        members = set(zip(rows.region.tolist(), rows.unit.tolist(), strict=True))
        for region, unit in sorted(set(zip(rows.region.tolist(), named.tolist(), strict=True)) & members):
            # A unit moved by a what-if still names its old seat; only a member can be the seat.
            holder[region] = unit
            points[region] = inputs.units[["centre_lon", "centre_lat"]].iloc[unit].to_numpy(float)
    if seats is not None:
        found = seats.set_index("new_id")[["seat_lon", "seat_lat"]].reindex(rows.ids).to_numpy(float)
        points = np.where(np.isfinite(found), found, points)
    return points, holder


class _Travel:
    """Travel of all rows to the given and to the best seats."""

    def __init__(self, inputs: Inputs, rows: _Rows, given: tuple[np.ndarray, np.ndarray]):
        self.rows, self.inputs = rows, inputs
        self.points, self.holder = given
        self.has_seat = np.isfinite(self.points[:, 0])
        centre = inputs.unit_nodes.to_numpy()
        self.seat_node = np.zeros(len(rows.ids), int)
        by_unit = self.holder >= 0
        self.seat_node[by_unit] = centre[self.holder[by_unit]]
        by_point = self.has_seat & ~by_unit
        if by_point.any():
            self.seat_node[by_point] = inputs.roads.nearest(self.points[by_point, 0], self.points[by_point, 1])[0]
        self.minutes, self.km = self._tables(centre, by_point)
        self.best = self._best_units()

    def _tables(self, centre: np.ndarray, by_point: np.ndarray):
        """Lookups (origin nodes, target nodes) -> minutes and km.

        The units' own table serves when it has all nodes.
        """
        origins, targets = np.unique(self.rows.origin), np.unique(self.seat_node[by_point])
        if np.isin(origins, centre).all() and np.isin(targets, centre).all():
            table, minutes = self.inputs.unit_travel, self.inputs.unit_minutes
        else:
            origins, targets = np.union1d(origins, centre), np.union1d(targets, centre)
            roads, normal = self.inputs.roads, self.inputs.traffic.normal
            table = travel_table(roads, origins, targets, cache=default_cache())
            minutes = travel_table(roads, origins, targets, factor=normal, cache=default_cache()).minutes
        from_order, to_order = (
            np.argsort(table.origins, kind="stable"),
            np.argsort(table.targets, kind="stable"),
        )

        def lookup(values: np.ndarray):
            def at(start, end):
                i = from_order[np.searchsorted(table.origins, start, sorter=from_order)]
                return values[i, to_order[np.searchsorted(table.targets, end, sorter=to_order)]]

            return at

        return lookup(minutes), lookup(table.km)

    def _best_units(self) -> np.ndarray:
        """Best seat of each region: the member centre with the fewest people cut off, then the least person-
        minutes.

        Members are old units whose largest part lies in the region; if there is none, all its contributors.
        """
        rows, centre = self.rows, self.inputs.unit_nodes.to_numpy()
        best = np.empty(len(rows.ids), int)
        for r in range(len(rows.ids)):
            own = np.flatnonzero(rows.region == r)
            seats = rows.unit[own[rows.main[own]]] if rows.main[own].any() else rows.unit[own]
            seats = np.sort(seats)
            minutes = self.minutes(rows.origin[own][:, None], centre[seats][None, :])
            people, cut = rows.people[own][:, None], np.isinf(minutes)
            lost, cost = (people * cut).sum(axis=0), (people * np.where(cut, 0.0, minutes)).sum(axis=0)
            best[r] = seats[np.lexsort((seats, cost, lost))[0]]
        return best

    def columns(self) -> dict[str, Any]:
        """Columns of the table of regions on travel; the given seat is the best one where none is given."""
        rows, units = self.rows, self.inputs.units
        centre = self.inputs.unit_nodes.to_numpy()
        best_node = centre[self.best]
        seat_node = np.where(self.has_seat, self.seat_node, best_node)
        best_points = units[["centre_lon", "centre_lat"]].to_numpy(float)[self.best]
        points = np.where(self.has_seat[:, None], self.points, best_points)
        minutes, km = self._to(seat_node)
        best_minutes, best_km = self._to(best_node)
        reached = np.isfinite(minutes)
        start = np.column_stack([self.inputs.roads.lon[rows.origin], self.inputs.roads.lat[rows.origin]])
        straight = _straight_km(start, points[rows.region])
        holder = np.where(self.has_seat, self.holder, self.best)
        codes = np.append(units.index.to_numpy(str), "")
        return {
            "seat_code": codes[holder],
            "seat_lon": points[:, 0],
            "seat_lat": points[:, 1],
            "person_minutes": self._sum(rows.people * np.where(reached, minutes, 0.0)),
            "person_km": self._sum(rows.people * np.where(reached, km, 0.0)),
            "person_straight_km": self._sum(rows.people * straight),
            "longest_minutes": self._max(np.where(reached & (rows.people > 0), minutes, 0.0)),
            "without_road_people": self._sum(rows.people * ~reached),
            "best_seat_code": codes[self.best],
            "best_seat_person_minutes": self._sum(rows.people * np.where(np.isfinite(best_minutes), best_minutes, 0.0)),
            "best_seat_person_km": self._sum(rows.people * np.where(np.isfinite(best_km), best_km, 0.0)),
        }

    def _to(self, node: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = self.rows
        return self.minutes(rows.origin, node[rows.region]), self.km(rows.origin, node[rows.region])

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.rows.region, weights=values, minlength=len(self.rows.ids))

    def _max(self, values: np.ndarray) -> np.ndarray:
        out = np.zeros(len(self.rows.ids))
        np.maximum.at(out, self.rows.region, values)
        return out


def _straight_km(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Great-circle distance of points (lon, lat in degrees), km."""
    a, b = np.radians(start), np.radians(end)
    half = np.sin((b[:, 1] - a[:, 1]) / 2) ** 2
    half += np.cos(a[:, 1]) * np.cos(b[:, 1]) * np.sin((b[:, 0] - a[:, 0]) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half))


def _pairs(rows: _Rows) -> np.ndarray:
    """(m, 2) new unit and old unit that has land or people in it, each pair once."""
    return np.unique(np.column_stack([rows.region, rows.old]), axis=0)


def _standards(inputs: Inputs, frame: pd.DataFrame, rows: _Rows) -> dict[str, Any]:
    standards = standards_of(inputs.law, inputs.scenario.arrange.ward_target)
    count = len(rows.ids)
    kind_class = np.zeros(count, int)
    np.maximum.at(kind_class, rows.region, unit_classes(inputs.units)[rows.unit])
    area = np.bincount(rows.region, weights=rows.area, minlength=count)
    people = np.bincount(rows.region, weights=rows.people, minlength=count)
    contributors = np.bincount(_pairs(rows)[:, 0], minlength=count)
    whole = np.bincount(rows.region, weights=rows.whole, minlength=count).astype(int)
    special = _special(inputs, frame, rows)
    kinds = np.where(special, "dac_khu", np.array(standards.kinds)[kind_class])
    return {
        "kind": kinds,
        "n_contributors": contributors,
        "n_whole": whole,
        "area_km2": area.round(3),
        "population": people.round().astype(int),
        "area_ratio": _ratio(area, np.array(standards.area_km2)[kind_class], special),
        "population_ratio": _ratio(people, np.array(standards.population)[kind_class], special),
        "standard": np.where(special, SPECIAL, standards.standing(kind_class, area, people, contributors)),
        "standard_strict": np.where(special, SPECIAL, standards.standing(kind_class, area, people, whole)),
    }


def _ratio(values: np.ndarray, floors: np.ndarray, special: np.ndarray) -> np.ndarray:
    """Shares of the floors; nan where the law has no numeric test."""
    tested = ~special & (floors > 0)
    return np.where(tested, values / np.where(tested, floors, 1.0), np.nan).round(3)


def _special(inputs: Inputs, frame: pd.DataFrame, rows: _Rows) -> np.ndarray:
    """Regions that are special zones: by column `kind`, or with all members in one zone of the scenario."""
    special = np.zeros(len(rows.ids), bool)
    if "kind" in frame:
        special[rows.region[(frame["kind"] == "dac_khu").to_numpy()]] = True
    units = inputs.units
    for zone in inputs.scenario.arrange.special_zones:
        inside = units.index.isin(zone.members) | ((units["district"] == zone.district) if zone.district else False)
        outside = np.bincount(rows.region, weights=~np.asarray(inside)[rows.unit], minlength=len(rows.ids))
        special |= outside == 0
    return special


def _shape(inputs: Inputs, rows: _Rows) -> dict[str, Any]:
    units = inputs.units
    options = inputs.scenario.arrange
    pairs = border_pairs(
        inputs.adjacency,
        tuple(units.index),
        kinds=options.neighbour_kinds,
        require_road_link=options.require_road_link,
    )
    side = units["side"].to_numpy(str)
    members = [rows.unit[rows.region == r] for r in range(len(rows.ids))]
    return {
        "side": [";".join(sorted(set(side[m]))) for m in members],
        "members": [";".join(units.index[np.sort(m)]) for m in members],
        "contiguous": [is_contiguous(m.tolist(), pairs) for m in members],
    }


def _figures(rows: _Rows, table: pd.DataFrame) -> dict[str, Any]:
    people = float(rows.people.sum())
    reached = people - float(table["without_road_people"].sum())
    standard, strict = table["standard"].value_counts(), table["standard_strict"].value_counts()
    plain = table[table["standard"] != SPECIAL]

    def mean(column: str) -> float:
        return round(float(table[column].sum()) / max(reached, 1e-9), 3)

    return {
        "units": len(table),
        "meets": int(standard.get(MEETS, 0)),
        "exempt": int(standard.get(EXEMPT, 0)),
        "needs_decision": int(standard.get(NEEDS_DECISION, 0)),
        "needs_decision_strict": int(strict.get(NEEDS_DECISION, 0)),
        "special": int(standard.get(SPECIAL, 0)),
        "person_minutes": round(float(table["person_minutes"].sum()), 1),
        "person_km": round(float(table["person_km"].sum()), 1),
        "mean_minutes": mean("person_minutes"),
        "mean_km": mean("person_km"),
        "mean_straight_km": round(float(table["person_straight_km"].sum()) / max(people, 1e-9), 3),
        "longest_minutes": round(float(table["longest_minutes"].max()), 1),
        "best_seat_person_minutes": round(float(table["best_seat_person_minutes"].sum()), 1),
        "best_seat_person_km": round(float(table["best_seat_person_km"].sum()), 1),
        "best_seat_mean_minutes": mean("best_seat_person_minutes"),
        "best_seat_mean_km": mean("best_seat_person_km"),
        "without_road_people": round(people - reached),
        "not_contiguous": int((~table["contiguous"].astype(bool)).sum()),
        "across_sides": int(table["side"].str.contains(";").sum()),
        "divided_old_units": int((np.bincount(_pairs(rows)[:, 1]) > 1).sum()),
        "population_min_people": int(plain["population"].min()) if len(plain) else 0,
        "population_median_people": int(plain["population"].median()) if len(plain) else 0,
        "population_max_people": int(plain["population"].max()) if len(plain) else 0,
        "area_min_km2": float(plain["area_km2"].min()) if len(plain) else 0.0,
        "area_median_km2": round(float(plain["area_km2"].median()), 2) if len(plain) else 0.0,
        "area_max_km2": float(plain["area_km2"].max()) if len(plain) else 0.0,
    }


def row_ways(inputs: Inputs, assignment: pd.DataFrame) -> pd.DataFrame:
    """Way of each row of an assignment to its seat: old_code, new_id, people, minutes, km (normal traffic; inf without
    a road)."""
    rows = _rows(inputs, assignment)
    travel = _Travel(inputs, rows, _given_seats(inputs, assignment, rows, None))
    best = inputs.unit_nodes.to_numpy()[travel.best]
    minutes, km = travel._to(np.where(travel.has_seat, travel.seat_node, best))
    own = assignment[["old_code", "new_id"]].reset_index(drop=True)
    return own.assign(people=rows.people, minutes=minutes, km=km)
