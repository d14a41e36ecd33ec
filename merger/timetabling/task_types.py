"""Types of task: what is done, by whom, how long a unit of work takes, after what and by when.

task_types.csv has one row a type. Rates, durations, targets that are no dated step, shares of the three-point
durations and prices of contractors are this project's own assumptions; a planner puts his own in their place.

Columns of work: a task of the type is made for each item of its `scope` (city, party, agency, mandate, system, unit,
district, route) that has an `amount` of work; it lasts amount / `per_day` days of its `calendar`, at least `min_days`
and at most `max_days` (0: no cap). `calendar` is working, weekend (days off, for moves and cut-overs) or council
(a working day on which the People's Council sits: timetable.council_sittings). `resources` are NAME=UNITS, or NAME
alone to size the units. `after` names types, deadlines or programmes; `within` is TYPE:DAYS, the most days that may
lie after it, and `lags` are TYPE:DAYS, the least days left free after it (tenders before works, papers of a council
meeting sent ahead). Both count days of the task's own calendar. `release`, `legal` and `target` are deadline ids,
dates or months:RULE.

Columns of words: `owner_vi` is the lead body (chủ trì), `partner_vi` those that take part (phối hợp), `place_vi` where
it is done, `documents_vi` what it rests on or produces; {words} are those of the item.

Columns of risk: `low` and `high` are the shortest and longest duration as shares of the planned one.

Columns of another way of doing it: a contractor takes `contractor_share` of the days, costs `contractor_vnd` for each
unit of `amount` (for the whole task when there is none) beyond what the work costs anyhow, and uses none of the
resources in `contractor_frees`. Prices assumed: 350,000 VND a metre of files listed; 18 million VND a day of a
digitisation line (15,000 pages at 1,200 VND); 6 million VND a day of a truck with its crew; 15 million VND an old
commune office moved; 400,000 VND a member of staff for an agency's audit and 20 million VND an old commune for a
district's; 45 million VND a boundary file; for faster works on an office 150 million (repair), 600 million
(renovation) and 3 billion VND (new building) more than with the city's own crews.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from geodata.tables import read_table

HANDOVER = "mandate."  # types of scope mandate: mandate.ROOT for the mandates of the document ROOT of programmes.csv
NUMBERS = {"per_day": 0.0, "min_days": 0.0, "max_days": 0.0, "low": 1.0, "high": 1.0}
WAYS = {"contractor_share": 0.0, "contractor_vnd": 0.0}


@cache
def task_types() -> pd.DataFrame:
    """Types of task, one row each, indexed by `type`; empty texts are ""."""
    frame = read_table(Path(str(files("merger.timetabling").joinpath("task_types.csv"))))
    numbers = NUMBERS | WAYS
    frame = frame.fillna(numbers)
    texts = frame.columns.difference(list(numbers))
    frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), "")
    return frame.set_index("type", drop=False)


def documents_handed_over() -> frozenset[str]:
    """Roots in programmes.csv (r05, r7, ...) whose mandates are handed to their successors one by one."""
    kinds = task_types()
    return frozenset(kind.removeprefix(HANDOVER) for kind in kinds.loc[kinds["scope"] == "mandate", "type"])


def tokens(cell: str) -> list[str]:
    """Entries of a cell, separated by semicolons."""
    return [token.strip() for token in str(cell).split(";") if token.strip()]


def days_after(cell: str) -> list[tuple[str, int]]:
    """Entries TYPE:DAYS of a cell."""
    parts = (token.rpartition(":") for token in tokens(cell))
    return [(name, int(days)) for name, _, days in parts]
