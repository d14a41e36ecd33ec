"""Decisions of the planner on single divisions: named pairings, divisions kept apart, sites; equipment they need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from merger.consolidation.divisions import LEADERSHIP
from merger.inputs import Inputs
from merger.stages.stage import InfeasibleError


@dataclass(frozen=True)
class Decisions:
    """Rows of the items: `together` and `apart` (sets), `site_of` (row: site id)."""

    together: tuple[tuple[int, ...], ...]
    apart: tuple[tuple[int, ...], ...]
    site_of: dict[int, str]

    @property
    def paired(self) -> set[int]:
        """Rows that a pairing names."""
        return {i for group in self.together for i in group}


def read_decisions(inputs: Inputs, items: pd.DataFrame) -> Decisions:
    """Locks on divisions as rows of `items`; InfeasibleError names those that are unknown, or lead an agency."""
    locks = inputs.scenario.locks
    row = {d: i for i, d in enumerate(items["division_id"])}
    leads = set(items.loc[items["kind"] == LEADERSHIP, "division_id"])
    named = {"pair": [d for g in locks.pair for d in g], "keep_apart": [d for g in locks.keep_apart for d in g]}
    named["fixed_division_site"] = list(locks.fixed_division_site)
    wrong = [
        f"khóa {lock}: không có phòng “{d}” / lock {lock}: no division {d!r}"
        for lock, ids in named.items()
        for d in ids
        if d not in row
    ]
    wrong += [
        f"khóa {lock}: “{d}” là lãnh đạo cơ quan / lock {lock}: {d!r} is the leadership of an agency"
        for lock, ids in named.items()
        for d in ids
        if d in leads
    ]
    sites = set(inputs.sites["site_id"])
    wrong += [
        f"khóa fixed_division_site: không có trụ sở “{s}” / no site {s!r}"
        for s in locks.fixed_division_site.values()
        if s not in sites
    ]
    if wrong:
        raise InfeasibleError("consolidate", tuple(wrong))
    together = tuple(tuple(row[d] for d in group) for group in locks.pair if len(group) > 1)
    apart = tuple(tuple(row[d] for d in group) for group in locks.keep_apart if len(group) > 1)
    return Decisions(together, apart, {row[d]: s for d, s in locks.fixed_division_site.items()})


def equipment(inputs: Inputs, items: pd.DataFrame, sites: list[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Kinds of equipment, what each item needs (E, I), and what each site has (E, K).

    A division's own entry wins over that of its field. A site that the scenario does not name keeps what works there
    today, without a limit (-1); a site that it names has what it says, and none of the other kinds.
    """
    options = inputs.scenario.consolidate
    needs, there = options.division_equipment, options.site_equipment
    kinds = sorted({k for own in needs.values() for k in own} | {k for own in there.values() for k in own})
    own = [needs.get(r.division_id, needs.get(r.field, {})) for r in items.itertuples()]
    use = np.array([[n.get(kind, 0) for n in own] for kind in kinds], np.int64).reshape(len(kinds), len(items))
    room = np.array([[there[s].get(kind, 0) if s in there else -1 for s in sites] for kind in kinds], np.int64).reshape(
        len(kinds), len(sites)
    )
    return kinds, use, room
