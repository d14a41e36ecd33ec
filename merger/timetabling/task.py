"""One task of the timetable: what is done, by whom, when at the earliest and latest, after what, in which ways."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Way:
    """A further way to do a task: by a contractor, say. `cost_vnd` is money on top of doing it with own staff."""

    name: str
    days: int
    cost_vnd: int = 0
    resources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Task:
    """One task. `after` are task ids; `lags` maps some of them to the least, `within` to the most days between.

    `days` are days of its calendar (working or weekend). `fixed` is the day of an event that the plan cannot
    move, or on which work already done has ended. `starts` are the only days on which it may start; empty: any day
    of its calendar. `ways` are further ways to do it. `owner` is one body, `partner` the others, joined by semicolons.
    When planning again, `state` is planned, begun or done, `started` the day on which it began and `wanted` its start
    in the plan before.
    """

    id: str
    title_vi: str
    title_en: str
    owner: str
    kind: str
    origin: str
    days: int
    calendar: str = "working"
    after: tuple[str, ...] = ()
    within: tuple[tuple[str, int], ...] = ()
    lags: tuple[tuple[str, int], ...] = ()
    starts: tuple[date, ...] = ()
    resources: tuple[tuple[str, int], ...] = ()
    release: date | None = None
    fixed: date | None = None
    legal: date | None = None
    target: date | None = None
    deadline_id: str = ""
    label: str = "proposed"
    partner: str = ""
    place: str = ""
    documents: str = ""
    low: float = 1.0
    high: float = 1.0
    ways: tuple[Way, ...] = ()
    mode: str = "own"
    cost_vnd: int = 0
    state: str = "planned"
    started: date | None = None
    wanted: date | None = None

    @property
    def low_days(self) -> int:
        """Days of work if all goes well."""
        return max(1, round(self.low * self.days))

    @property
    def high_days(self) -> int:
        """Days of work if much goes wrong."""
        return max(self.days, math.ceil(self.high * self.days - 1e-9))
