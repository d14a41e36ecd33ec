"""Wishes of the SYNTHETIC roster: where district and commune staff would like to work, and with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from merger.fields import fields
from merger.synthetic.tables import assumptions

if TYPE_CHECKING:
    from merger.inputs import Inputs


def wish_codes(people: pd.DataFrame, inputs: Inputs, random: np.random.Generator) -> np.ndarray:
    """Old unit in whose successor a person wishes to work, or "": the home unit, a neighbour of it, or any of its side.

    `people` needs level, side and home_code; only district and commune staff have a wish.
    """
    ours = assumptions()["wishes"]
    neighbours = _neighbours(inputs.adjacency)
    codes_of_side = {side: np.sort(own.to_numpy(object)) for side, own in inputs.units.groupby("side")["code"]}
    wishes, kind, pick = random.random((3, len(people)))
    asked = people["level"].isin(["district", "commune"]).to_numpy() & (wishes < ours["share"])
    result = np.full(len(people), "", object)
    for i in np.flatnonzero(asked):
        home = people["home_code"].iat[i]
        near = neighbours.get(home, [home])
        if kind[i] < ours["home"]:
            result[i] = home
        elif kind[i] < ours["home"] + ours["neighbour"]:
            result[i] = near[int(pick[i] * len(near))]
        else:
            own = codes_of_side[people["side"].iat[i]]
            result[i] = own[int(pick[i] * len(own))]
    return result


def draw_teams(people: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
    """Label of the team of each person, or "": commune staff of one unit and family of fields."""
    ours = assumptions()["teams"]
    eligible = people[(people["level"] == "commune") & (people["role"] == "staff")]
    family = eligible["field"].map(fields()["family"])
    groups = [
        rows.to_numpy()
        for _, rows in eligible.index.to_series().groupby([eligible["unit_code"], family], sort=True)
        if len(rows) >= ours["smallest"]
    ]
    result = np.full(len(people), "", object)
    chosen = np.sort(random.permutation(len(groups))[: ours["number"]])
    for number, group in enumerate(chosen, start=1):
        members = groups[group]
        size = min(int(random.integers(ours["smallest"], ours["largest"] + 1)), len(members))
        result[people.index.get_indexer(random.permutation(members)[:size])] = f"nhom-{number:03d}"
    return result


def _neighbours(adjacency: pd.DataFrame) -> dict[str, list[str]]:
    """Neighbouring units of each unit, sorted."""
    pairs = adjacency[["code_a", "code_b"]].to_numpy(object)
    found: dict[str, set[str]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return {code: sorted(near) for code, near in found.items()}
