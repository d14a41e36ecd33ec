"""The region problem of a scenario: units, rules, locks and objectives as the solver of regions takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.contiguity import border_pairs
from geodata.faults import InputError
from geodata.units import wholes_of
from merger.arrangement.aims import solver_objectives
from merger.arrangement.standards import Standards, standards_of, unit_classes
from merger.inputs import Inputs
from scenarios.objectives import weights_of
from scenarios.schema import Special, ends_of
from solvers.regions.problem import FixedRegion, RegionProblem


@dataclass(frozen=True)
class ArrangeModel:
    """The region problem of a scenario with what is needed to read its answer back into codes and words."""

    problem: RegionProblem
    codes: tuple[str, ...]
    sides: tuple[str, ...]
    zones: tuple[Special, ...]
    standards: Standards


def build_model(inputs: Inputs) -> ArrangeModel:
    """Region problem of the scenario: units in the order of `inputs.units`, one group a side.

    Raises InputError for a side without a number of new units, and for locks or zones with unknown units.
    """
    units, options, locks = inputs.units, inputs.scenario.arrange, inputs.scenario.locks
    codes = tuple(units.index)
    place = {code: i for i, code in enumerate(codes)}
    sides = tuple(options.regions)
    foreign = sorted(set(units["side"]) - set(sides))
    if foreign:
        raise InputError.single(
            inputs.scenario.data.units.file,
            f"sides {foreign} have no number of new units",
            "add them to arrange.regions",
        )
    unknown = _unknown_codes(inputs, place)
    if unknown:
        raise InputError.single(
            inputs.scenario.data.units.file,
            f"locks or special zones name units that do not exist: {', '.join(unknown)}",
            "correct the codes in the scenario",
        )
    standards = standards_of(inputs.law, options.ward_target)
    edges = border_pairs(
        inputs.adjacency, codes, kinds=options.neighbour_kinds, require_road_link=options.require_road_link
    )

    def at(group) -> tuple[int, ...]:
        return tuple(place[code] for code in group)

    problem = RegionProblem(
        population=units["population"].to_numpy(float),
        area=units["area_km2"].to_numpy(float),
        unit_class=unit_classes(units),
        group=units["side"].map({side: g for g, side in enumerate(sides)}).to_numpy(int),
        edges=edges,
        minutes=inputs.unit_minutes,
        regions=tuple(ends_of(options.regions[side]) for side in sides),
        total_regions=None if options.total_regions is None else ends_of(options.total_regions),
        area_floor=standards.area_km2,
        population_floor=standards.population,
        exempt_from_members=standards.exempt_from,
        max_undecided=options.max_needs_decision,
        max_members=options.max_members,
        max_area=options.max_area_km2,
        max_population=options.max_population,
        must_join=tuple(at(group) for group in locks.must_join),
        must_not_join=tuple(at(group) for group in locks.must_not_join),
        keep_whole=at(locks.keep_whole),
        fixed_seat=at(locks.fixed_seat),
        forbidden_seat=at(locks.forbidden_seat),
        fixed=tuple(FixedRegion(at(zone_members(zone, units))) for zone in options.special_zones),
        origin=_origin(units),
        objectives=solver_objectives(options.objectives),
        **_measured_by(inputs, codes, edges),
    )
    return ArrangeModel(problem, codes, sides, options.special_zones, standards)


def _origin(units: pd.DataFrame) -> np.ndarray | None:
    """(n,) number of the old unit that each entry is a part of; None when all are whole."""
    wholes = wholes_of(units)
    return pd.factorize(wholes)[0] if wholes.duplicated().any() else None


def _measured_by(inputs: Inputs, codes: tuple[str, ...], edges: np.ndarray) -> dict[str, np.ndarray]:
    """What the objectives of the scenario are measured by, besides what every arrangement needs."""
    units, options = inputs.units, inputs.scenario.arrange
    aims = {name for objective in options.objectives for name in weights_of(objective)}
    found: dict[str, np.ndarray] = {}
    if "population_balance" in aims:
        found["population_target"] = population_targets(inputs)
    if "compactness" in aims:
        found["border_length"] = _border_lengths(inputs, codes, edges)
    if "district_crossings" in aims:
        found["district"] = pd.factorize(units["district"])[0]
    if "seats_reused" in aims:
        found["seat_cost"] = np.where(units.index.isin(options.seats_available), 0.0, 1.0)
    if "least_change" in aims:
        seat = inputs.arrangement_before.drop_duplicates("old_code").set_index("old_code")["seat_code"]
        place = {code: i for i, code in enumerate(codes)}
        found["seat_before"] = seat.reindex(units.index).map(place).fillna(-1).to_numpy(int)
    return found


def population_targets(inputs: Inputs) -> np.ndarray:
    """(sides,) mean population of a new unit, special zones apart, at the least number of new units."""
    units, options = inputs.units, inputs.scenario.arrange
    zones = [zone_members(zone, units) for zone in options.special_zones]
    free = units.drop(index=[code for zone in zones for code in zone])
    means = []
    for side, number in options.regions.items():
        special = sum(units.loc[zone[0], "side"] == side for zone in zones if zone)
        least = max(ends_of(number)[0] - special, 1)
        means.append(float(free.loc[free["side"] == side, "population"].sum()) / least)
    return np.array(means)


def _border_lengths(inputs: Inputs, codes: tuple[str, ...], edges: np.ndarray) -> np.ndarray:
    """(m,) metres of the common border of each pair; a bridge or ferry has none. Raises InputError without any."""
    table = inputs.adjacency
    if "shared_border_m" not in table or not table["shared_border_m"].notna().any():
        raise InputError.single(
            inputs.scenario.data.adjacency or inputs.scenario.name,
            "the objective compactness needs the lengths of the borders",
            "add the column shared_border_m, or derive neighbours from polygons (arrange.adjacency: polygons)",
        )
    length: dict[frozenset[str], float] = {}
    for a, b, metres in zip(table["code_a"], table["code_b"], table["shared_border_m"].fillna(0.0), strict=True):
        length[frozenset((a, b))] = max(length.get(frozenset((a, b)), 0.0), float(metres))
    return np.array([length[frozenset((codes[a], codes[b]))] for a, b in edges.tolist()])


def zone_members(zone: Special, units: pd.DataFrame) -> tuple[str, ...]:
    """Codes of the old units of a special zone, in the order of `units`."""
    named = set(zone.members)
    inside = units.index.isin(named) | ((units["district"] == zone.district) if zone.district else False)
    return tuple(units.index[inside])


def _unknown_codes(inputs: Inputs, place: dict[str, int]) -> list[str]:
    locks = inputs.scenario.locks
    named = [c for group in (*locks.must_join, *locks.must_not_join) for c in group]
    named += inputs.scenario.arrange.seats_available
    named += [*locks.keep_whole, *locks.fixed_seat, *locks.forbidden_seat]
    named += [c for zone in inputs.scenario.arrange.special_zones for c in zone.members]
    return sorted({c for c in named if c not in place})
