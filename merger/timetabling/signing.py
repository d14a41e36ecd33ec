"""From when each new agency and commune-level unit can lawfully sign.

A body acts under its seal (Decree 99/2016/NĐ-CP) after the decision on it is in force and its head is appointed, and
not before the day on which the new units come into being.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from merger.timetabling.items import NEW_SUFFIX
from merger.timetabling.words import day_vi
from solvers.schedule.bounds import earliest

if TYPE_CHECKING:
    from merger.timetabling.answers import Scheduled

# Level: types of the tasks that end with the decision, the appointments and the seal.
STEPS = {
    "province": ("agency.decision", "agency.leaders", "agency.seal"),
    "commune": ("unit.organisation", "unit.organisation", "unit.seal"),
}


def signing_rows(a: Scheduled, tables: Mapping[str, pd.DataFrame]) -> list[dict]:
    """One row a body all of whose steps are in the timetable."""
    place = {task.id: i for i, task in enumerate(a.tasks)}
    bound = earliest(a.p)
    rows = []
    for level, body, vi, en in _bodies(tables):
        steps = [place.get(f"{kind}:{body}") for kind in STEPS[level]]
        if None in steps:
            continue
        decision, leaders, seal = (a.calendar.day(a.s.finish[i]) for i in steps)
        last = max(steps, key=lambda i: (int(a.s.finish[i]), i))
        least = max(int(bound[1][i]) for i in steps) if bound else int(a.s.finish[last])
        can_sign = _first_day(a, int(a.s.finish[last]))
        limit = a.tasks[last].legal
        chain = a.chain_cells(last)
        rows.append(
            {
                "body_id": body,
                "body_vi": vi,
                "body_en": en,
                "level": level,
                "decision": decision.isoformat(),
                "leaders": leaders.isoformat(),
                "seal": seal.isoformat(),
                "can_sign": can_sign.isoformat(),
                "earliest": _first_day(a, least).isoformat(),
                "legal_limit": limit.isoformat() if limit else "",
                "spare_days": _days_between(a, can_sign, limit) if limit else np.nan,
                "chain": chain["chain"],
                **_waits(a, int(a.s.finish[last]), chain),
                "label": a.tasks[last].label,
            }
        )
    return rows


def _bodies(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str, str]]:
    """Level, id and names of each body."""
    found = []
    if "new_agencies" in tables:
        for row in tables["new_agencies"].to_dict("records"):
            name = str(row["new_agency"]).removesuffix(NEW_SUFFIX)
            found.append(("province", str(row["new_agency_id"]), name, str(row["new_agency_en"])))
    if "new_units" in tables:
        for row in tables["new_units"].to_dict("records"):
            found.append(("commune", str(row["new_id"]), str(row["new_name"]), str(row["new_name"])))
    return found


def _first_day(a: Scheduled, seal: int) -> date:
    """First working day after the seal, and not before the day of effect."""
    effect = a.calendar.number(a.inputs.scenario.dates.effect)
    return a.calendar.day(a.p.calendars[0][a.p.index_after(0, max(seal, effect - 1))])


def _waits(a: Scheduled, seal: int, chain: Mapping[str, str]) -> dict[str, str]:
    """What keeps it from signing sooner: the day of effect, or the chain of its last task."""
    effect = a.inputs.scenario.dates.effect
    if seal < a.calendar.number(effect) - 1:
        return {
            "waits_vi": f"đủ con dấu trước ngày chính quyền mới hoạt động ({day_vi(effect)})",
            "waits_en": f"sealed before the new government operates ({effect})",
        }
    return {"waits_vi": chain["chain_vi"], "waits_en": chain["chain_en"]}


def _days_between(a: Scheduled, can_sign: date, limit: date) -> int:
    """Working days after can_sign up to the limit; negative when it is later."""
    first, last = a.calendar.number(can_sign), a.calendar.number(limit)
    return a.p.index_after(0, last) - a.p.index_after(0, first)
