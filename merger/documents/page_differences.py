"""Where the proposal and the real arrangement of 2025 put an old unit into different company."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from merger.inputs import Inputs
from merger.plan import Plan


def real_homes(inputs: Inputs) -> pd.Series:
    """Code of the real unit of 2025 that got most people of each old unit, indexed by old code."""
    if inputs.crosswalk is None:
        return pd.Series(dtype=object)
    ordered = inputs.crosswalk.sort_values(["old_code", "population", "new_code"])
    return ordered.drop_duplicates("old_code", keep="last").set_index("old_code")["new_code"]


def differing_units(plan: Plan, inputs: Inputs) -> set[str]:
    """Old units that do not go with the real counterpart of their proposed unit.

    Counterparts are the pairs, one to one, that share most people: the fewest people are then told to differ.
    """
    homes = real_homes(inputs)
    if homes.empty or "units" not in plan.tables:
        return set()
    units = plan.tables["units"]
    units = units.assign(real=units["old_code"].map(homes)).dropna(subset="real")
    shared = units.pivot_table(index="new_id", columns="real", values="population", aggfunc="sum", fill_value=0)
    rows, columns = linear_sum_assignment(shared.to_numpy(dtype=float), maximize=True)
    pairs = dict(zip(np.asarray(shared.index)[rows], np.asarray(shared.columns)[columns], strict=True))
    return set(units.loc[units["new_id"].map(pairs) != units["real"], "old_code"])
