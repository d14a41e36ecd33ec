"""Stage arrange: which old units form each new one, its kind and name, and which of them holds the seat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.contiguity import border_pairs
from geodata.faults import InputError
from merger.arrangement.findings import findings_of
from merger.arrangement.names import Candidate, NameChoice, choose_names
from merger.arrangement.standards import (
    CROSSING,
    DECIDER,
    EXEMPT,
    EXEMPTION,
    ISLAND,
    KIND_WORDS,
    MEETS,
    NAMING,
    NEEDS_DECISION,
    SPECIAL,
    Standards,
    standards_of,
    unit_classes,
)
from merger.inputs import Inputs
from merger.stages.stage import InfeasibleError, Record, StageResult, Tables
from merger.tables import conform
from scenarios.schema import Special
from solvers.problem import Status, Stop
from solvers.regions.check import check_regions
from solvers.regions.solve import FixedRegion, RegionProblem, RegionSolution, solve_regions

STANDING = {"meets": MEETS, "exempt": EXEMPT, "undecided": NEEDS_DECISION, "fixed": SPECIAL}


@dataclass(frozen=True)
class ArrangeModel:
    """The region problem of a scenario with what is needed to read its answer back into codes and words."""

    problem: RegionProblem
    codes: tuple[str, ...]
    sides: tuple[str, ...]
    zones: tuple[Special, ...]
    standards: Standards


def run(inputs: Inputs, tables: Tables, stop: Stop) -> StageResult:
    """Arrange the old units. Raises InfeasibleError with the locks and rules that cannot hold together."""
    model = build_model(inputs)
    solution = solve_regions(model.problem, stop)
    violations = check_regions(model.problem, solution)
    if violations:
        raise RuntimeError("the arrangement fails its independent check: " + "; ".join(violations[:5]))
    if solution.objective is None:
        raise InfeasibleError("arrange", reasons_of(inputs, model, solution, stop))
    regions, names = _regions(inputs, model, solution)
    new_units = _new_units(inputs, model, regions)
    units = _units(inputs, new_units)
    rules_hit = tuple(sorted({rule for rules in new_units["rules"] for rule in rules.split(";")}))
    findings, figures = findings_of(
        inputs, model=model, solution=solution, units=units, new_units=new_units, names=names
    )
    record = Record.of(solution, "person-minutes", rules_hit=rules_hit, findings=tuple(findings), figures=figures)
    return StageResult({"units": conform("units", units), "new_units": conform("new_units", new_units)}, record)


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
            inputs.scenario.data.units,
            f"sides {foreign} have no number of new units",
            "add them to arrange.regions",
        )
    unknown = _unknown_codes(inputs, place)
    if unknown:
        raise InputError.single(
            inputs.scenario.data.units,
            f"locks or special zones name units that do not exist: {', '.join(unknown)}",
            "correct the codes in the scenario",
        )
    standards = standards_of(inputs.law, options.ward_target)

    def at(group) -> tuple[int, ...]:
        return tuple(place[code] for code in group)

    problem = RegionProblem(
        population=units["population"].to_numpy(float),
        area=units["area_km2"].to_numpy(float),
        unit_class=unit_classes(units),
        group=units["side"].map({side: g for g, side in enumerate(sides)}).to_numpy(int),
        edges=border_pairs(inputs.adjacency, codes, require_road_link=options.require_road_link),
        minutes=inputs.unit_minutes,
        regions=tuple(options.regions[side] for side in sides),
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
    )
    return ArrangeModel(problem, codes, sides, options.special_zones, standards)


def zone_members(zone: Special, units: pd.DataFrame) -> tuple[str, ...]:
    """Codes of the old units of a special zone, in the order of `units`."""
    named = set(zone.members)
    inside = units.index.isin(named) | ((units["district"] == zone.district) if zone.district else False)
    return tuple(units.index[inside])


def _unknown_codes(inputs: Inputs, place: dict[str, int]) -> list[str]:
    locks = inputs.scenario.locks
    named = [c for group in (*locks.must_join, *locks.must_not_join) for c in group]
    named += [*locks.keep_whole, *locks.fixed_seat, *locks.forbidden_seat]
    named += [c for zone in inputs.scenario.arrange.special_zones for c in zone.members]
    return sorted({c for c in named if c not in place})


def _regions(inputs: Inputs, model: ArrangeModel, solution: RegionSolution) -> tuple[list[dict], dict[str, NameChoice]]:
    """One dictionary a new unit with its members, class, seat, standing and name; and the choice of names."""
    p, units = model.problem, inputs.units
    fixed = {tuple(sorted(f.members)): zone for f, zone in zip(p.fixed, model.zones, strict=True)}
    regions = []
    for r, seat in enumerate(solution.seat):
        members = np.flatnonzero(solution.region == r)
        regions.append(
            {
                "members": members,
                "seat": int(seat),
                "zone": fixed.get(tuple(members.tolist())),
                "class": int(p.unit_class[members].max()),
                "standing": STANDING[solution.standing[r]],
                "population": float(p.population[members].sum()),
            }
        )
    candidates = []
    for region in regions:
        if region["zone"] is None:
            others = [m for m in region["members"] if m != region["seat"]]
            others.sort(key=lambda m: (-p.population[m], model.codes[m]))
            seat = units.iloc[region["seat"]]
            names = tuple(units["name"].iloc[others])
            candidates.append(Candidate(seat.name, region["population"], seat["name"], names, seat["district"]))
    chosen = dict(choose_names(candidates, [zone.name for zone in model.zones]))
    for region in regions:
        zone, code = region["zone"], model.codes[region["seat"]]
        region["kind"] = "dac_khu" if zone else model.standards.kinds[region["class"]]
        region["choice"] = NameChoice(zone.name) if zone else chosen[code]
        region["name"] = f"{KIND_WORDS[region['kind']]} {region['choice'].name}"
    return regions, chosen


def _new_units(inputs: Inputs, model: ArrangeModel, regions: list[dict]) -> pd.DataFrame:
    p, units, standards = model.problem, inputs.units, model.standards
    km = inputs.unit_travel.km
    rows = []
    for region in regions:
        members, seat = region["members"], region["seat"]
        area, special = float(p.area[members].sum()), region["zone"] is not None
        rows.append(
            {
                "new_id": model.codes[seat],
                "new_name": region["name"],
                "kind": region["kind"],
                "side": model.sides[p.group[seat]],
                "seat_code": model.codes[seat],
                "seat_lon": float(units["centre_lon"].iloc[seat]),
                "seat_lat": float(units["centre_lat"].iloc[seat]),
                "members": ";".join(model.codes[m] for m in members),
                "n_members": len(members),
                "area_km2": round(area, 3),
                "population": round(region["population"]),
                "area_ratio": np.nan if special else round(area / standards.area_km2[region["class"]], 3),
                "population_ratio": np.nan
                if special
                else round(region["population"] / standards.population[region["class"]], 3),
                "standard": region["standing"],
                "person_minutes": round(_weighted(p.population[members], p.minutes[members, seat]), 1),
                "person_km": round(_weighted(p.population[members], km[members, seat]), 1),
                "rules": ";".join(_rules(inputs, model, region)),
                "label": "proposed",
            }
        )
    return pd.DataFrame(rows)


def _weighted(people: np.ndarray, value: np.ndarray) -> float:
    """Sum over people with a way; those of a special zone without one are told in the findings."""
    return float((people * np.where(np.isfinite(value), value, 0.0)).sum())


def _rules(inputs: Inputs, model: ArrangeModel, region: dict) -> list[str]:
    if region["zone"] is not None:
        return [ISLAND]
    standards = model.standards
    rules = [standards.type_rules[region["class"]], standards.target_rules[region["class"]]]
    rules += {EXEMPT: [EXEMPTION], NEEDS_DECISION: [DECIDER]}.get(region["standing"], [])
    if inputs.units["district"].iloc[region["members"]].nunique() > 1:
        rules.append(CROSSING)
    if region["choice"].clash:
        rules.append(NAMING)
    return rules


def _units(inputs: Inputs, new_units: pd.DataFrame) -> pd.DataFrame:
    member = new_units.assign(old_code=new_units["members"].str.split(";")).explode("old_code").set_index("old_code")
    old = inputs.units
    new = member.reindex(old.index)
    place = {code: i for i, code in enumerate(old.index)}
    row, seat = np.arange(len(old)), new["seat_code"].map(place).to_numpy(int)
    minutes = inputs.unit_minutes[row, seat]
    km = inputs.unit_travel.km[row, seat]
    return pd.DataFrame(
        {
            "old_code": old.index,
            "old_name": old["name_full"].to_numpy(),
            "district": old["district"].to_numpy(),
            "side": old["side"].to_numpy(),
            "new_id": new["new_id"].to_numpy(),
            "new_name": new["new_name"].to_numpy(),
            "kind": new["kind"].to_numpy(),
            "seat_code": new["seat_code"].to_numpy(),
            "population": old["population"].round().astype(int).to_numpy(),
            "area_km2": old["area_km2"].to_numpy(),
            "minutes_to_seat": np.where(np.isfinite(minutes), minutes.round(2), np.nan),
            "km_to_seat": np.where(np.isfinite(km), km.round(3), np.nan),
            "standard": new["standard"].to_numpy(),
            "rules": new["rules"].to_numpy(),
            "label": "proposed",
        }
    )


def reasons_of(inputs: Inputs, model: ArrangeModel, solution: RegionSolution, stop: Stop) -> tuple[str, ...]:
    """Conflict of the solver in plain words with names and codes."""
    if solution.status is Status.UNKNOWN:
        return (f"no arrangement found within the limit of {stop.seconds:g} seconds (arrange.stop)",)
    reasons = [_reason(inputs, model, name) for name in solution.conflict]
    if "max_members" not in solution.conflict:
        # Larger new units were not tried, so the cap is part of the answer even where no test can blame it.
        reasons[-1] += f", with at most {model.problem.max_members} old units in a new one (arrange.max_members)"
    if solution.uncovered:
        listed = ", ".join(_named(inputs, model, u) for u in solution.uncovered[:10])
        more = f" and {len(solution.uncovered) - 10} more" if len(solution.uncovered) > 10 else ""
        reasons.append(f"units that no permitted new unit can contain: {listed}{more}")
    return tuple(reasons)


def _reason(inputs: Inputs, model: ArrangeModel, name: str) -> str:
    options, p = inputs.scenario.arrange, model.problem
    kind, _, inner = name.rstrip("]").partition("[")
    index = int(inner) if inner else -1
    if kind in ("must_join", "must_not_join"):
        group = ", ".join(_named(inputs, model, u) for u in getattr(p, kind)[index])
        return f"locks.{kind}: {group}"
    if kind in ("keep_whole", "fixed_seat", "forbidden_seat"):
        return f"locks.{kind}: {_named(inputs, model, index)}"
    if kind == "regions":
        return f"arrange.regions: {p.regions[index]} new units on side {model.sides[index]}"
    if kind == "fixed":
        return f"arrange.special_zones: {model.zones[index].name}"
    if kind == "floors":
        most, article = options.max_needs_decision, inputs.law[DECIDER].article
        return f"arrange.max_needs_decision: at most {most} new units below the floors ({article})"
    if kind == "max_area":
        return f"arrange.max_area_km2: no new unit above {options.max_area_km2:g} km2"
    if kind == "max_population":
        return f"arrange.max_population: no new unit above {options.max_population:g} people"
    if kind == "max_members":
        return f"arrange.max_members: no new unit of more than {options.max_members} old ones"
    return f"arrange.special_zones must be contiguous ({name})"


def _named(inputs: Inputs, model: ArrangeModel, unit: int) -> str:
    return f"{model.codes[unit]} {inputs.units['name_full'].iloc[unit]}"
