"""Moves of the agencies by day off: persons, desks, metres of files, trucks, from where and to where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from merger.timetabling.items import NEW_SUFFIX

if TYPE_CHECKING:
    from merger.timetabling.answers import Scheduled

MOVE = "agency.move:"


def move_rows(a: Scheduled, tables: Mapping[str, pd.DataFrame]) -> list[dict]:
    """One row an agency and day; its persons and files are shared evenly over the days of all its moves."""
    if "structure" not in tables or "new_agencies" not in tables:
        return []
    structure = tables["structure"]
    moving = structure[structure["site_before"] != structure["site_id"]]
    names = tables["new_agencies"].set_index("new_agency_id")
    days = _days_by_agency(a)
    rows = []
    for agency, own_days in days.items():
        own = moving[moving["new_agency_id"] == agency]
        persons = _shares(int(own["staff"].sum()), len(own_days))
        files = _shares(round(_files_m(a, own)), len(own_days))
        for (day, i), count, metres in zip(own_days, persons, files, strict=True):
            rows.append(
                {
                    "task_id": a.p.names[i],
                    "day": a.calendar.day(day).isoformat(),
                    "new_agency_id": agency,
                    "agency_vi": str(names.at[agency, "new_agency"]).removesuffix(NEW_SUFFIX),
                    "agency_en": str(names.at[agency, "new_agency_en"]),
                    "persons": count,
                    "desks": count,
                    "files_m": metres,
                    "trucks": dict(a.tasks[i].resources).get("trucks", 0),
                    "from_sites": ";".join(sorted(set(own["site_before"]))),
                    "to_sites": ";".join(sorted(set(own["site_id"]))),
                    "label": a.tasks[i].label,
                }
            )
    return rows


def _days_by_agency(a: Scheduled) -> dict[str, list[tuple[int, int]]]:
    """Agency: (day, task) of each day on which it moves, in order."""
    found: dict[str, list[tuple[int, int]]] = {}
    for i, task in enumerate(a.tasks):
        if task.id.startswith(MOVE):
            c = int(a.p.calendar[i])
            first, end = a.p.first_index(c, int(a.s.start[i])), a.p.index_after(c, int(a.s.finish[i]))
            found.setdefault(task.id.split(":")[1], []).extend((int(d), i) for d in a.p.calendars[c][first:end])
    return {agency: sorted(days) for agency, days in sorted(found.items())}


def _files_m(a: Scheduled, moving: pd.DataFrame) -> float:
    """Metres of files that move with these divisions."""
    divisions = a.inputs.divisions
    metres = dict(zip(divisions.get("division_id", []), divisions.get("archive_m", []), strict=True))
    held = sum(metres.get(d, 0.0) for d in moving["division_id"])
    return a.inputs.scenario.timetable.archive_move_share * float(held)


def _shares(total: int, parts: int) -> list[int]:
    """Whole numbers that add up to the total, as even as can be."""
    return np.diff([total * k // parts for k in range(parts + 1)]).tolist()
