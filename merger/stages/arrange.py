"""Stage arrange: which old units form each new one, its kind and name, and which of them holds the seat."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from geodata.units import wholes_of
from merger.arrangement.aims import reached
from merger.arrangement.conflicts import reasons, remedies
from merger.arrangement.findings import findings_of
from merger.arrangement.further import further_plans
from merger.arrangement.model import ArrangeModel, build_model
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
)
from merger.inputs import Inputs
from merger.stages.stage import InfeasibleError, Record, StageResult, Tables
from merger.tables import conform
from solvers.problem import Stop
from solvers.regions.check import check_regions
from solvers.regions.solve import RegionSolution, solve_regions

EARLIER_KEPT = "arrangements with the earlier objectives as good as here"
STANDING = {"meets": MEETS, "exempt": EXEMPT, "undecided": NEEDS_DECISION, "fixed": SPECIAL}


def run(inputs: Inputs, tables: Tables, stop: Stop) -> StageResult:
    """Arrange the old units. Raises InfeasibleError with the locks and rules that cannot hold together."""
    model = build_model(inputs)
    solution = solve_regions(model.problem, stop)
    violations = check_regions(model.problem, solution)
    if violations:
        raise RuntimeError("the arrangement fails its independent check: " + "; ".join(violations[:5]))
    if solution.objective is None:
        raise InfeasibleError(
            "arrange", reasons(inputs, model, solution, stop), remedies(inputs, model, solution, stop)
        )
    regions, names = _regions(inputs, model, solution)
    new_units = _new_units(inputs, model, regions)
    units = _units(inputs, new_units)
    rules_hit = tuple(sorted({rule for rules in new_units["rules"] for rule in rules.split(";")}))
    findings, figures = findings_of(
        inputs, model=model, solution=solution, units=units, new_units=new_units, names=names
    )
    tables = {"units": conform("units", units), "new_units": conform("new_units", new_units)}
    if inputs.scenario.arrange.alternatives:
        further = further_plans(inputs, model, solution, stop)
        tables |= further.tables
        findings += further.findings
        figures |= further.figures
    record = _record(inputs, solution, rules_hit=rules_hit, findings=tuple(findings), figures=figures)
    return StageResult(tables, record)


def _record(inputs: Inputs, solution: RegionSolution, **more: Any) -> Record:
    """Record of the stage: value and bound of the last objective, as people count it."""
    last = reached(inputs.scenario.arrange.objectives, solution)[-1]
    record = Record.of(solution, last.unit, **more)
    restriction = EARLIER_KEPT if len(solution.values) > 1 else ""
    return replace(record, objective=last.value, bound=last.bound, restriction=restriction)


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
    wholes = wholes_of(units)
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
                "n_members": int(wholes.iloc[members].nunique()),
                "area_km2": round(area, 3),
                "population": round(region["population"]),
                "area_ratio": np.nan if special else _ratio(area, standards.area_km2[region["class"]]),
                "population_ratio": np.nan
                if special
                else _ratio(region["population"], standards.population[region["class"]]),
                "standard": region["standing"],
                "person_minutes": round(_weighted(p.population[members], p.minutes[members, seat]), 1),
                "person_km": round(_weighted(p.population[members], km[members, seat]), 1),
                "rules": ";".join(_rules(inputs, model, region)),
                "label": "proposed",
            }
        )
    return pd.DataFrame(rows)


def _ratio(value: float, floor: float) -> float:
    """Share of a floor; nan where the law has no numeric test."""
    return round(value / floor, 3) if floor else np.nan


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
