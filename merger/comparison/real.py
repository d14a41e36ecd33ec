"""The real arrangement of 2025 in the form of a plan, so that a plan is compared with it as with any other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.faults import InputError
from merger.arrangement.score import reference_assignment, row_ways
from merger.inputs import Inputs
from merger.plan import Plan

NAME = {"vi": "Thực tế từ 01/7/2025", "en": "Reality from 1 July 2025"}
# Parts with fewer of an old unit's people are not told.
SMALLEST_SHARE = 0.005


def real_plan(plan: Plan, inputs: Inputs) -> Plan:
    """Real units of the scenario of `plan`: table units (an old unit in the new one with most of its people) and score.

    Column `divided`: the shares of an old unit that was divided, "" for the others; minutes and km are means of its
    people. Raises InputError when the plan has no units, or the scenario no real arrangement.
    """
    if "units" not in plan.tables:
        raise InputError.single(plan.path, "the plan has no units", "plan the stage arrange first")
    figures = plan.manifest["headline"].get("reference")
    ways = row_ways(inputs, reference_assignment(inputs))
    ways = ways.assign(name=inputs.reference["name_full"].reindex(ways["new_id"]).to_numpy())
    rows = [_row(code, own) for code, own in ways.groupby("old_code", sort=True)]
    own = plan.tables["units"][["old_code", "old_name", "population"]]
    units = own.merge(pd.DataFrame(rows), on="old_code").assign(seat_code="")
    return Plan(plan.path, {"headline": {"plan": figures or {}}, "stages": {}}, {"units": units}, public=plan.public)


def _row(code: str, parts: pd.DataFrame) -> dict[str, object]:
    people = parts["people"].to_numpy(float)
    order = np.lexsort((parts["new_id"].to_numpy(str), -people))
    first = parts.iloc[order[0]]
    share = people / max(people.sum(), 1e-9)
    told = [f"{parts['name'].iloc[i]} {share[i]:.0%}" for i in order if share[i] >= SMALLEST_SHARE]
    reached = np.isfinite(parts["km"].to_numpy(float))
    weight = people * reached
    mean = {
        c: float((weight * np.where(reached, parts[c], 0)).sum() / weight.sum()) if weight.sum() else np.nan
        for c in ("km", "minutes")
    }
    return {
        "old_code": code,
        "new_id": first["new_id"],
        "new_name": first["name"],
        "divided": ", ".join(told) if len(told) > 1 else "",
        "km_to_seat": mean["km"],
        "minutes_to_seat": mean["minutes"],
    }
