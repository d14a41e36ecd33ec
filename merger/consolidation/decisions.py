"""Decisions of the planner on single divisions: named pairings, divisions kept apart, agencies and sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from geodata.checks import pieces
from merger.consolidation.divisions import LEADERSHIP, SERVICE
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

    def mates(self, item: int) -> set[int]:
        """Rows that a pairing joins to a row, itself included; empty without one."""
        return {i for group in self.together if item in group for i in group}


def read_decisions(inputs: Inputs, items: pd.DataFrame) -> Decisions:
    """Locks on divisions as rows of `items`; InfeasibleError names those that are unknown, or lead an agency.

    Pairings that share a division are one.
    """
    locks = inputs.scenario.locks
    row = {d: i for i, d in enumerate(items["division_id"])}
    wrong = tuple(_wrong(inputs, items, row))
    if wrong:
        raise InfeasibleError("consolidate", wrong)
    links = [(group[0], d) for group in locks.pair for d in group[1:]]
    joined = pieces({d for group in locks.pair for d in group}, links)
    together = sorted(tuple(sorted(row[d] for d in group)) for group in joined if len(group) > 1)
    apart = tuple(tuple(row[d] for d in group) for group in locks.keep_apart if len(group) > 1)
    return Decisions(tuple(together), apart, {row[d]: s for d, s in locks.fixed_site.items() if d in row})


def _wrong(inputs: Inputs, items: pd.DataFrame, row: dict[str, int]) -> Iterator[str]:
    locks = inputs.scenario.locks
    leads = set(items.loc[items["kind"] == LEADERSHIP, "division_id"])
    agencies, sites = set(inputs.agencies["agency_id"]), set(inputs.sites["site_id"])
    pairs = {"pair": locks.pair, "keep_apart": locks.keep_apart}
    for lock, d in [(lock, d) for lock, groups in pairs.items() for group in groups for d in group]:
        if d not in row:
            yield f"khóa {lock}: không có phòng “{d}” / lock {lock}: no division {d!r}"
        elif d in leads:
            yield f"khóa {lock}: “{d}” là lãnh đạo cơ quan / lock {lock}: {d!r} is the leadership of an agency"
    serves = set(items.loc[items["kind"] == SERVICE, "division_id"])
    for group in locks.pair:
        if len({d in serves for d in group}) > 1:
            names = ", ".join(group)
            yield f"khóa pair: đơn vị sự nghiệp không ghép với phòng ({names}) / a service unit and a division: {names}"
    for lock, wanted in (("fixed_successor", locks.fixed_successor), ("fixed_site", locks.fixed_site)):
        for d in wanted:
            if d not in row and d not in agencies:
                yield f"khóa {lock}: không có phòng, cơ quan “{d}” / lock {lock}: no division or agency {d!r}"
    for d, site in locks.fixed_site.items():
        if site not in sites:
            yield f"khóa fixed_site ({d}): không có trụ sở “{site}” / no site {site!r}"
