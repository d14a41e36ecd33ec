"""The task network of a merger: dated steps, programmes, and the tasks that the plan itself creates.

What is done, by whom, how long a unit of work takes, after what and by when stands in task_types.csv, one row
a type of task (durations and targets there are this project's own). Here the rows are laid over the items of
their scope.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from geodata.tables import read_table
from merger.inputs import Inputs
from merger.timetabling.task_scopes import NEW_SUFFIX, Item, all_items, days_of_work

WEEKEND_DAYS = 2
RULES = ("staffing.pay_and_position_allowance_kept_months",)  # rules that set a limit (task_types.csv, months:RULE)
PROGRAMME_KINDS = ("task", "programme")
OTHER = "other-task"  # type of a programme's task that task_types.csv does not name


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
    move, or on which work already done has ended. `ways` are further ways to do it. When planning again, `state` is
    planned, begun or done, `started` the day on which it began and `wanted` its start in the plan before.
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
    lags: tuple[tuple[str, int], ...] = ()
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


@cache
def task_types() -> pd.DataFrame:
    """Types of task, one row each, indexed by `type`.

    A task of the type is made for each item of its `scope` that has an `amount` of work; it lasts amount /
    `per_day` days of its `calendar`, at least `min_days` and at most `max_days` (0: no cap). `resources` are
    NAME=UNITS, or NAME alone to size the units. `after` names types, deadlines or programmes; `within` is
    TYPE:DAYS, the most days that may lie after it. `release`, `legal` and `target` are deadline ids, dates or
    months:RULE. `low` and `high` are the shortest and longest duration as shares of the planned one.
    """
    frame = read_table(Path(str(files("merger.timetabling").joinpath("task_types.csv"))))
    numbers = ["per_day", "min_days", "max_days"]
    frame[numbers] = frame[numbers].fillna(0)
    frame[["low", "high"]] = frame[["low", "high"]].fillna(1.0)
    texts = frame.columns.difference([*numbers, "low", "high"])
    frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), "")
    return frame.set_index("type", drop=False)


def build_tasks(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Task]:
    """All tasks of the plan in the order of their ids, without any `after` that this plan does not have."""
    network = _Network(inputs, tables)
    tasks = [*network.deadlines(), *network.programmes(), *network.plan()]
    known = {task.id for task in tasks}
    return sorted((_known_only(task, known) for task in tasks), key=lambda task: task.id)


def _known_only(task: Task, known: set[str]) -> Task:
    after = tuple(sorted({i for i in task.after if i in known and i != task.id}))
    within = tuple((i, days) for i, days in task.within if i in after)
    lags = tuple((i, days) for i, days in task.lags if i in after)
    return replace(task, after=after, within=within, lags=lags)


class _Network:
    def __init__(self, inputs: Inputs, tables: Mapping[str, pd.DataFrame]):
        self.inputs, self.tables = inputs, tables
        self.options = inputs.scenario.timetable
        self.dates = inputs.scenario.dates
        self.steps = {str(row["deadline_id"]): row for row in inputs.deadlines.to_dict("records")}
        self.items = all_items(inputs, tables)
        self.types = task_types()
        self.scope = dict(zip(self.types["type"], self.types["scope"], strict=True))

    def deadlines(self) -> Iterable[Task]:
        """Rows of deadlines.csv: events on their day, the others as the closing step of work with a limit."""
        for key, row in self.steps.items():
            day = date.fromisoformat(str(row["date"]))
            role = row.get("role") or ("event" if "law" in str(row["basis"]) else "target")
            days = row.get("working_days")
            yield Task(
                id=key,
                title_vi=str(row.get("task_vi") or row["task"]),
                title_en=str(row["task"]),
                owner=str(row.get("owner_vi") or row["owner"]),
                kind=str(row["kind"]),
                origin="deadline",
                days=1 if role == "event" or pd.isna(days) or not days else int(days),
                after=tuple(self._after(str(row.get("after_ids") or ""), None)),
                release=self.dates.start,
                fixed=day if role == "event" else None,
                legal=day if role == "legal" else None,
                target=day if role == "target" else None,
                deadline_id=key,
                label="official",
            )

    def programmes(self) -> Iterable[Task]:
        """Tasks of programmes.csv. Owner: the leader named there, else the successor of the mandate, else our
        own."""
        mandates = self.tables.get("mandates")
        successor = {} if mandates is None else dict(zip(mandates["mandate_id"], mandates["successor"], strict=True))
        for row in self.inputs.programmes.to_dict("records"):
            if row["kind"] not in PROGRAMME_KINDS:
                continue
            key = str(row["programme_id"])
            kind = self.types.loc[self._programme_type(key)]
            due = date.fromisoformat(str(row["due"])) if row["due"] else None
            target, deadline = (due, "") if due else self._limit(kind["target"])
            owner = row.get("leader_vi") or successor.get(key) or kind["owner_vi"] or row["leader"]
            yield Task(
                id=key,
                title_vi=str(row.get("title_vi") or row["title"]),
                title_en=str(row["title"]),
                owner=str(owner).removesuffix(NEW_SUFFIX),
                kind="programme",
                origin="programme",
                days=int(kind["min_days"]),
                after=tuple(self._after(kind["after"], None)),
                resources=self._resources(kind, 0.0)[0],
                release=self._release(kind["release"]),
                target=target,
                deadline_id=deadline,
                partner=str(row.get("partner") or ""),
                low=kind["low"],
                high=kind["high"],
            )

    def _programme_type(self, key: str) -> str:
        if key in self.types.index:
            return key
        family = key.rsplit("-", 1)[0]
        return family if family in self.types.index else OTHER

    def plan(self) -> Iterable[Task]:
        """Tasks that the plan itself creates: every type laid over the items of its scope."""
        chosen = {kind for item in self.items["unit"] for kind in item.only}
        for kind in self.types.to_dict("records"):
            if kind["scope"] == "programme":
                continue
            for item in self.items[kind["scope"]]:
                if kind["type"] in chosen and kind["type"] not in item.only:
                    continue
                task = self._task(kind, item)
                if task is not None:
                    yield task

    def _task(self, kind: dict, item: Item) -> Task | None:
        amount = item.amounts.get(kind["amount"], 0.0) if kind["amount"] else 1.0
        if amount <= 0:
            return None
        resources, days = self._resources(kind, amount)
        days = days or days_of_work(amount, kind["per_day"], int(kind["min_days"]), int(kind["max_days"]))
        legal, legal_id = self._limit(kind["legal"])
        target, target_id = self._target(kind["target"], item)
        within, _, most = kind["within"].partition(":")
        words = {**item.words, "sites": f"{amount:.0f}"}
        english = {**words, **{k.removesuffix("_en"): v for k, v in words.items() if k.endswith("_en")}}
        return Task(
            id=_task_id(kind["type"], item),
            title_vi=kind["title_vi"].format_map(words),
            title_en=kind["title_en"].format_map(english),
            owner=kind["owner_vi"].format_map(words),
            kind=kind["kind"],
            origin="plan",
            days=days,
            calendar=kind["calendar"],
            after=tuple(self._after(kind["after"], item, kind["scope"])),
            within=((_task_id(within, item), int(most)),) if within else (),
            resources=resources,
            release=self._release(kind["release"]),
            legal=legal,
            target=target,
            deadline_id=legal_id or target_id,
            label=item.label,
            partner=kind["partner_vi"].format_map(words),
            place=kind["place_vi"].format_map(words),
            documents=kind["documents_vi"].format_map(words),
            low=kind["low"],
            high=kind["high"],
        )

    def _resources(self, kind: Mapping, amount: float) -> tuple[tuple[tuple[str, int], ...], int]:
        """Units of each resource; a resource named without a number is sized so that the work fits a
        weekend."""
        wanted, days = [], 0
        for token in _tokens(kind["resources"]):
            name, _, number = token.partition("=")
            capacity = self.options.working_groups.get(name, 0)
            if capacity == 0:
                continue
            if not number:
                most = min(capacity, self.options.trucks_per_move) if name == "trucks" else capacity
                units = min(most, math.ceil(amount / (int(kind["max_days"]) or WEEKEND_DAYS) - 1e-9))
                days = math.ceil(amount / units - 1e-9)
            else:
                units = min(int(number), capacity)
            wanted.append((name, units))
        return tuple(wanted), days

    def _after(self, text: str, item: Item | None, scope: str = "") -> Iterable[str]:
        """Task ids for the tokens of an `after` cell: same item, its district's items, the city's, or all
        items."""
        for token in _tokens(text):
            target = self.scope.get(token)
            if target is None or target == "programme":
                yield token
            elif item is not None and target == scope:
                yield _task_id(token, item)
            elif item is not None and {scope, target} == {"unit", "district"}:
                yield from (_task_id(token, other) for other in self.items[target] if other.group == item.group)
            else:
                yield from (_task_id(token, other) for other in self.items[target])

    def _target(self, token: str, item: Item) -> tuple[date | None, str]:
        """As a limit; first_to_move|LIMIT puts the agencies of that option before the day of effect."""
        first, bar, rest = token.partition("|")
        if not bar:
            return self._limit(token)
        if item.id in getattr(self.options, first):
            return self.dates.effect - timedelta(days=1), ""
        return self._limit(rest)

    def _limit(self, token: str) -> tuple[date | None, str]:
        """Day of a limit: a deadline id, an ISO date, or months:RULE counted from the day of effect."""
        if not token:
            return None, ""
        if token in self.steps:
            return date.fromisoformat(str(self.steps[token]["date"])), token
        if token.startswith("months:"):
            return months_after(self.dates.effect, int(self.inputs.law.value(token.removeprefix("months:")))), ""
        try:
            return date.fromisoformat(token), ""
        except ValueError:
            return None, ""  # a deadline that this scenario does not have

    def _release(self, token: str) -> date:
        day, _ = self._limit(token)
        return self.dates.start if day is None else max(day, self.dates.start)


def months_after(day: date, months: int) -> date:
    """Last day of a period of whole months that begins on `day`."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(day.day, length)) - timedelta(days=1)


def _task_id(kind: str, item: Item) -> str:
    return f"{kind}:{item.id}" if item.id else kind


def _tokens(text: str) -> list[str]:
    return [token.strip() for token in str(text).split(";") if token.strip()]
