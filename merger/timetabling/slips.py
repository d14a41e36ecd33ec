"""What slips when a task slips: worked out from the table of a finished plan, also of a public copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.timetabling.calendars import WorkCalendar
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.slack import slipped

MARGIN_DAYS = 730  # days after the end of the plan into which work may slip


@dataclass(frozen=True)
class Slip:
    """Tasks that end later than planned, with the new day, and limits newly missed or missed by more.

    `missed` holds (task, legal or target, working days late).
    """

    moved: tuple[tuple[str, date], ...]
    missed: tuple[tuple[str, str, int], ...]


class Slips:
    """The timetable of a plan as a problem in which tasks can only move to the right."""

    def __init__(self, timetable: pd.DataFrame, inputs: Inputs):
        rows = timetable.to_dict("records")
        last = max([inputs.scenario.dates.end, *(_day(r["finish"]) for r in rows)])
        self.calendar = WorkCalendar(min(_day(r["start"]) for r in rows), last + timedelta(days=MARGIN_DAYS))
        self.finish = self._numbers(rows, "finish")
        self.start = self._starts(rows)
        self.p = self._problem(rows, inputs.scenario.timetable.working_groups)

    def effect(self, task_id: str, days: int) -> Slip | None:
        """What happens when a task ends `days` working days later; None when no room is left for what follows."""
        p, i = self.p, self.p.names.index(task_id)
        found = slipped(p, self.start, self.finish, i, days)
        if found is None:
            return None
        finish = found[1]
        moved = [k for k in np.flatnonzero(finish > self.finish).tolist() if k != i]
        missed = []
        for force, limit in (("legal", p.legal), ("target", p.target)):
            for k in [i, *moved]:
                late = p.late(int(finish[k]), int(limit[k]))
                if late > p.late(int(self.finish[k]), int(limit[k])):
                    missed.append((p.names[k], force, late))
        moved.sort(key=lambda k: (int(self.start[k]), p.names[k]))
        return Slip(tuple((p.names[k], self.calendar.day(finish[k])) for k in moved), tuple(missed))

    def _starts(self, rows: list[dict]) -> np.ndarray:
        """First days; of work that is done the last one, of work that goes on the first of the days left."""
        start = self._numbers(rows, "start")
        for k, row in enumerate(rows):
            if row["state"] == "done":
                start[k] = self.finish[k]
            elif row["state"] == "begun":
                working = np.isin(self.finish[k], self.calendar.working)
                days = self.calendar.working if working else self.calendar.weekend
                start[k] = days[np.searchsorted(days, self.finish[k]) - int(row["working_days"]) + 1]
        return start

    def _problem(self, rows: list[dict], groups: Mapping[str, int]) -> ScheduleProblem:
        n = len(rows)
        names = tuple(str(r["task_id"]) for r in rows)
        place = {name: k for k, name in enumerate(names)}
        fixed = np.array([_true(r["fixed"]) or r["state"] == "done" for r in rows])
        weekend = ~np.isin(self.start, self.calendar.working) & ~fixed
        lags = [_lags(r["lags"]) for r in rows]
        arcs = [
            (place[b], k, *((0, NONE) if fixed[k] else lags[k].get(b, (0, NONE))))
            for k, r in enumerate(rows)
            for b in _items(r["predecessors"])
            if b in place and not (fixed[k] and self.finish[place[b]] >= self.start[k])
        ]
        columns = np.array(arcs, dtype=np.int64).reshape(len(arcs), 4).T
        units = [{w.split("=")[0]: int(w.split("=")[1]) for w in _items(r["resources"])} for r in rows]
        resources = tuple(dict.fromkeys([*groups, *(name for own in units for name in own)]))
        demand = np.array([[own.get(name, 0) for name in resources] for own in units]).reshape(n, len(resources))
        capacity = np.array([groups.get(name, 0) for name in resources], dtype=np.int64)
        none, zero = np.full(n, NONE, dtype=np.int64), np.zeros(n, dtype=np.int64)
        return ScheduleProblem(
            names=names,
            calendars=(self.calendar.working, self.calendar.weekend),
            calendar=weekend.astype(np.int64),
            duration=np.array([1 if f else int(r["working_days"]) for f, r in zip(fixed, rows, strict=True)]),
            release=self.start,
            fixed=np.where(fixed, self.start, none),
            legal=self._numbers(rows, "legal_limit"),
            target=self._numbers(rows, "target"),
            hard=np.zeros(n, dtype=bool),
            legal_price=zero,
            target_price=zero,
            weight=zero,
            starts=tuple(
                self.calendar.weekend_starts(int(r["working_days"]), int(first)) if w else ()
                for r, first, w in zip(rows, self.start, weekend, strict=True)
            ),
            before=columns[0],
            after=columns[1],
            lag=columns[2],
            max_lag=columns[3],
            resources=resources,
            capacity=np.maximum(capacity, demand.max(axis=0, initial=0)),
            demand=demand.astype(np.int64),
        )

    def _numbers(self, rows: list[dict], column: str) -> np.ndarray:
        days = [NONE if _empty(r[column]) else self.calendar.number(_day(r[column])) for r in rows]
        return np.array(days, dtype=np.int64)


def _lags(cell: object) -> dict[str, tuple[int, int]]:
    """`task=2` or `task=0..4` as {task: (least, most)}."""
    found = {}
    for part in _items(cell):
        name, _, days = part.rpartition("=")
        least, _, most = days.partition("..")
        found[name] = int(least), int(most) if most else NONE
    return found


def _items(cell: object) -> list[str]:
    return [] if _empty(cell) else [x for x in str(cell).split(";") if x]


def _empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])
