"""The tables of a plan that anybody may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from merger.disclosure.commuters import grouped_commute, masked_routes, masked_stops
from merger.disclosure.headcounts import headcount, masked_path, post_counts
from merger.inputs import Inputs
from merger.plan import Plan, as_written
from merger.tables import TABLES, conform

Tables = Mapping[str, pd.DataFrame]


def public_view(plan: Plan, inputs: Inputs) -> Plan:
    """The plan with its public tables only; a plan that is public already comes back as it is."""
    if plan.public:
        return plan
    smallest = inputs.scenario.documents.smallest_group
    return replace(plan, tables=public_tables(plan.tables, inputs.units, smallest), public=True)


def public_tables(tables: Tables, units: pd.DataFrame, smallest: int) -> dict[str, pd.DataFrame]:
    """Tables without personal rows, grouped ones in their form for the public, sums over persons added.

    Parameters
    ----------
    tables : those of a full plan.
    units : units before, indexed by code, with `district`.
    smallest : persons of the smallest group that is shown.
    """
    out = {name: frame for name, frame in tables.items() if not TABLES[name].internal}
    if "staff" in tables:
        out["headcount"] = headcount(tables["staff"], smallest)
    if "posts" in tables:
        out["post_counts"] = post_counts(tables["posts"], smallest)
    if "trim_path" in tables:
        out["trim_path"] = masked_path(tables["trim_path"], smallest)
    if "commute" in tables:
        out["commute"] = grouped_commute(tables["commute"], units["district"], smallest)
    if "routes" in tables:
        out["routes"] = masked_routes(tables["routes"], smallest)
        if "stops" in tables:
            out["stops"] = masked_stops(tables["stops"], out["routes"], smallest)
    # In the order of the contract, so that every reader meets them in the same order.
    return {name: as_written(name, conform(name, out[name])) for name in TABLES if name in out}
