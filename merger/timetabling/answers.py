"""Answers of the timetable: what each task waits for, what drives each deadline, and what must give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.tables import conform, empty
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.moves import move_rows
from merger.timetabling.relief_words import relief_words
from merger.timetabling.signing import signing_rows
from merger.timetabling.tasks import Task
from merger.timetabling.words import chain_words, day_vi
from solvers.schedule.drivers import Cause, Drivers, Link
from solvers.schedule.problem import NONE, Ints, ScheduleProblem, Way
from solvers.schedule.relief import relief, units_together
from solvers.schedule.remedies import Missed
from solvers.schedule.slack import free_slack, limits
from solvers.schedule.solution import ScheduleSolution

ALL = "all"
LIMITS_RELIEVED = 4  # missed limits for which remedies are looked for, the dearest first


@dataclass(frozen=True)
class Scheduled:
    """A solved timetable: the tasks, in the order of the problem, the total slack of each, ways of doing not used."""

    inputs: Inputs
    tasks: list[Task]
    p: ScheduleProblem
    s: ScheduleSolution
    slack: Ints
    calendar: WorkCalendar
    ways: tuple[Way, ...] = ()

    @cached_property
    def drivers(self) -> Drivers:
        """Causes of the schedule."""
        return Drivers(self.p, self.s.start, self.s.finish)

    @cached_property
    def groups(self) -> dict[tuple[str, str], list[int]]:
        """Tasks of each limit: (deadline, force) in the order of dates."""
        steps = self.inputs.deadlines
        dates = dict(zip(steps["deadline_id"].astype(str), steps["date"].astype(str), strict=True))
        found: dict[tuple[str, str, str], list[int]] = {}
        for i, task in enumerate(self.tasks):
            for force, day in (("legal", task.legal), ("target", task.target)):
                if day is None or task.fixed is not None:
                    continue
                same = [key for key, own in dates.items() if own == day.isoformat()]
                own = dates.get(task.deadline_id) == day.isoformat()
                name = task.deadline_id if own else same[0] if len(same) == 1 else day.isoformat()
                found.setdefault((day.isoformat(), name, force), []).append(i)
        return {(name, force): found[day, name, force] for day, name, force in sorted(found)}

    def title(self, i: int, lang: str) -> str:
        """Title of a task."""
        return self.tasks[i].title_vi if lang == "vi" else self.tasks[i].title_en

    def cause_cell(self, link: Link) -> str:
        """Cause of a link as in table timetable."""
        return f"{link.cause}={self.p.resources[link.resource]}" if link.cause is Cause.UNITS else str(link.cause)

    def chain_cells(self, last: int) -> dict[str, str]:
        """Cells `chain`, `causes`, `chain_vi`, `chain_en`, `resources` of the chain that drives a task."""
        links = self.drivers.chain(last)[::-1]
        causes = [self.cause_cell(link) for link in links]
        return {
            "chain": ";".join(self.p.names[link.task] for link in links),
            "causes": ";".join(causes),
            "chain_vi": chain_words([self.title(link.task, "vi") for link in links], causes, "vi"),
            "chain_en": chain_words([self.title(link.task, "en") for link in links], causes, "en"),
            "resources": ";".join(dict.fromkeys(self.p.resources[k.resource] for k in links if k.resource >= 0)),
        }


def answer_tables(scheduled: Scheduled, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables `deadlines`, `relief`, `signing` and `moves` of a plan."""
    rows = {
        "deadlines": deadline_rows(scheduled),
        "relief": relief_rows(scheduled),
        "signing": signing_rows(scheduled, tables),
        "moves": move_rows(scheduled, tables),
    }
    return {name: conform(name, pd.DataFrame(own) if own else empty(name)) for name, own in rows.items()}


def task_answers(scheduled: Scheduled, task_ids: Iterable[str]) -> dict[str, list]:
    """Columns of table timetable for these tasks: free slack, cause, the task behind it, days it could be earlier."""
    p, s = scheduled.p, scheduled.s
    place = {name: i for i, name in enumerate(p.names)}
    tasks = [place[name] for name in task_ids]
    links = [scheduled.drivers.cause(i) for i in tasks]
    return {
        "free_slack_days": free_slack(p, s.start, s.finish)[tasks].tolist(),
        "cause": [scheduled.cause_cell(link) for link in links],
        "cause_task": [p.names[link.source] if link.source >= 0 else "" for link in links],
        "early_days": [_early_days(p, s, link) for link in links],
    }


def _early_days(p: ScheduleProblem, s: ScheduleSolution, link: Link) -> int:
    if not link.spare:
        return 0
    i, allowed = link.task, p.allowed(link.task)
    at = int(np.searchsorted(allowed, p.first_index(p.calendar[i], int(s.start[i]))))
    end = p.days(i)[allowed[at - link.spare] + p.duration[i] - 1]
    return p.index_after(0, int(s.finish[i])) - p.index_after(0, int(end))


def deadline_rows(a: Scheduled) -> list[dict]:
    """One row a limit: its last task, lateness, slack, and the chain that drives it."""
    steps = a.inputs.deadlines.set_index("deadline_id")
    rows = []
    for (name, force), members in a.groups.items():
        limit = int((a.p.legal if force == "legal" else a.p.target)[members[0]])
        last = max(members, key=lambda i: (int(a.s.finish[i]), -i))
        day, finish = a.calendar.day(limit), int(a.s.finish[last])
        titles = (f"Mốc {day_vi(day)} của phương án", f"Date {day} set by the plan")
        if name in steps.index:
            row = steps.loc[name]
            titles = str(row.get("task_vi") or row.get("task", name)), str(row.get("task", name))
        rows.append(
            {
                "deadline": name,
                "force": force,
                "title_vi": titles[0],
                "title_en": titles[1],
                "date": day.isoformat(),
                "tasks": len(members),
                "last_task": a.p.names[last],
                "finish": a.calendar.day(finish).isoformat(),
                "late_days": a.p.late(finish, limit),
                "spare_days": max(0, a.p.index_after(0, limit) - a.p.index_after(0, finish)),
                "slack_days": int(min(a.slack[i] for i in members)),
                **a.chain_cells(last),
                "label": a.tasks[last].label,
            }
        )
    return rows


def relief_rows(a: Scheduled) -> list[dict]:
    """Remedies for each missed limit (the dearest ones), and for all of them together when there are several."""
    options = a.inputs.scenario.timetable
    unit_price = np.array([round(options.unit_vnd_day.get(name, 0)) for name in a.p.resources], dtype=np.int64)
    missed = [(key, _missed(a, key, members)) for key, members in a.groups.items()]
    missed = [(key, m) for key, m in missed if m.days(a.p, a.s.finish)]
    missed.sort(key=lambda entry: (-entry[1].cost(a.p, a.s.finish), entry[0]))
    rows, units = [], np.zeros(len(a.p.resources), dtype=np.int64)
    for (name, force), m in missed[:LIMITS_RELIEVED]:
        share = options.relief_schedules // min(len(missed), LIMITS_RELIEVED)
        found = relief(a.p, a.s.start, a.s.finish, m, unit_price, schedules=share, ways=a.ways)
        rows += [{"deadline": name, "force": force, **relief_words(a, r, k)} for k, r in enumerate(found, 1)]
        for r in found:
            if r.kind == "units" and r.holds:
                k = a.p.resources.index(r.item)
                units[k] = max(units[k], r.amount)
    if len(missed) > 1 and units.any():
        every = units_together(a.p, (a.s.start, a.s.finish), _all_missed(a), unit_price, units)
        if every is not None:
            rows.append({"deadline": ALL, "force": ALL, **relief_words(a, every, 1)})
    return rows


def _missed(a: Scheduled, key: tuple[str, str], members: list[int]) -> Missed:
    limit, price = (a.p.legal, a.p.legal_price) if key[1] == "legal" else (a.p.target, a.p.target_price)
    inside = np.isin(np.arange(len(a.p.names)), members)
    return Missed(key[0], np.where(inside, limit, NONE), price)


def _all_missed(a: Scheduled) -> Missed:
    """Every limit that is missed now, of each task the earlier one."""
    limit = limits(a.p)
    late = (a.s.finish > limit) & (a.p.fixed == NONE)
    price = np.where(limit == a.p.legal, a.p.legal_price, a.p.target_price)
    return Missed(ALL, np.where(late, limit, NONE), price)
