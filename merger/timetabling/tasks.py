"""The task network of a merger: dated steps, programmes, and the tasks that the plan itself creates.

What is done, by whom, how long a unit of work takes, after what and by when stands in task_types.csv, one row
a type of task (merger.timetabling.task_types). Here the rows are laid over the items of their scope.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from merger.inputs import Inputs
from merger.timetabling.bodies import lead_and_partners
from merger.timetabling.items import Item, days_of_work
from merger.timetabling.task import Task, Way
from merger.timetabling.task_scopes import all_items
from merger.timetabling.task_types import days_after, task_types, tokens

WEEKEND_DAYS = 2
RULES = ("staffing.pay_and_position_allowance_kept_months",)  # rules that set a limit (task_types.csv, months:RULE)
PROGRAMME_KINDS = ("task", "programme")
OTHER = "other-task"  # type of a programme's task that task_types.csv does not name
COUNCIL = "council"  # calendar of tasks that need a sitting of the People's Council: working days, but only those
TAKERS = ("agency", "party")  # scopes whose items take over a mandate; it waits for the tasks of its own successor


def build_tasks(inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> list[Task]:
    """All tasks of the plan in the order of their ids, without any `after` that this plan does not have."""
    network = _Network(inputs, tables)
    tasks = [*network.deadlines(), *network.programmes(), *network.plan()]
    known = {task.id for task in tasks}
    return sorted((_known_only(task, known) for task in tasks), key=lambda task: task.id)


def _known_only(task: Task, known: set[str]) -> Task:
    after = tuple(sorted({i for i in task.after if i in known and i != task.id}))
    within, lags = (tuple((i, days) for i, days in pairs if i in after) for pairs in (task.within, task.lags))
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
        self.sittings = tuple(sorted(sitting.day for sitting in self.options.council_sittings))

    def deadlines(self) -> Iterable[Task]:
        """Rows of deadlines.csv: events on their day, the others as the closing step of work with a limit."""
        for key, row in self.steps.items():
            day = date.fromisoformat(str(row["date"]))
            role = row.get("role") or ("event" if "law" in str(row["basis"]) else "target")
            days = row.get("working_days")
            lead, partner = lead_and_partners(_text(row, "owner_vi", "owner"), [_text(row, "partner_vi")])
            yield Task(
                id=key,
                title_vi=_text(row, "task_vi", "task"),
                title_en=str(row["task"]),
                owner=lead,
                kind=str(row["kind"]),
                origin="deadline",
                days=1 if role == "event" or pd.isna(days) or not days else int(days),
                after=tuple(self._after(_text(row, "after_ids"), None)),
                starts=self.sittings if row.get("calendar") == COUNCIL and role != "event" else (),
                release=self.dates.start,
                fixed=day if role == "event" else None,
                legal=day if role == "legal" else None,
                target=day if role == "target" else None,
                deadline_id=key,
                label="official",
                partner=partner,
                place=_text(row, "place_vi"),
                documents=_text(row, "documents_vi"),
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
            owner = _text(row, "leader_vi") or successor.get(key) or kind["owner_vi"] or row["leader"]
            lead, partner = lead_and_partners(str(owner), [_text(row, "partner_vi", "partner"), kind["partner_vi"]])
            papers = [_text(row, "document_vi", "document"), kind["documents_vi"]]
            yield Task(
                id=key,
                title_vi=_text(row, "title_vi", "title"),
                title_en=str(row["title"]),
                owner=lead,
                kind="programme",
                origin="programme",
                days=int(kind["min_days"]),
                after=tuple(self._after(kind["after"], Item(key, {}, {}), "programme")),
                resources=self._resources(kind, 0.0)[0],
                release=self._release(kind["release"]),
                target=target,
                deadline_id=deadline,
                partner=partner,
                place=kind["place_vi"],
                documents="; ".join(filter(None, papers)),
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
        chosen = {kind for items in self.items.values() for item in items for kind in item.only}
        for kind in self.types.to_dict("records"):
            if kind["scope"] == "programme":
                continue
            for item in self.items[kind["scope"]]:
                one_of_several = kind["type"] in chosen or kind["scope"] == "mandate"
                if one_of_several and kind["type"] not in item.only:
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
        words = {**item.words, "sites": f"{amount:.0f}"}
        english = {**words, **{k.removesuffix("_en"): v for k, v in words.items() if k.endswith("_en")}}
        lead, partner = lead_and_partners(kind["owner_vi"].format_map(words), [kind["partner_vi"].format_map(words)])
        return Task(
            id=_task_id(kind["type"], item),
            title_vi=kind["title_vi"].format_map(words),
            title_en=kind["title_en"].format_map(english),
            owner=lead,
            kind=kind["kind"],
            origin="plan",
            days=days,
            calendar="working" if kind["calendar"] == COUNCIL else kind["calendar"],
            after=tuple(self._after(kind["after"], item, kind["scope"])),
            within=self._days_after(kind["within"], item, kind["scope"]),
            lags=self._days_after(kind["lags"], item, kind["scope"]),
            starts=self.sittings if kind["calendar"] == COUNCIL else (),
            resources=resources,
            ways=_contractor(kind, amount, days, resources),
            release=self._release(kind["release"]),
            legal=legal,
            target=target,
            deadline_id=legal_id or target_id,
            label=item.label,
            partner=partner,
            place=kind["place_vi"].format_map(words),
            documents=kind["documents_vi"].format_map(words),
            low=kind["low"],
            high=kind["high"],
        )

    def _resources(self, kind: Mapping, amount: float) -> tuple[tuple[tuple[str, int], ...], int]:
        """Units of each resource; a resource named without a number is sized so that the work fits a
        weekend."""
        wanted, days = [], 0
        for token in tokens(kind["resources"]):
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
        """Task ids for the tokens of an `after` cell: same item, its district's or successor's, the city's, or all
        items'."""
        for token in tokens(text):
            target = self.scope.get(token)
            if target is None or target == "programme":
                yield token
            elif item is not None and (target == scope or (scope, target) == ("programme", "mandate")):
                yield _task_id(token, item)
            elif item is not None and scope == "mandate" and target in TAKERS:
                yield f"{token}:{item.group}"
            elif item is not None and {scope, target} == {"unit", "district"}:
                yield from (_task_id(token, other) for other in self.items[target] if other.group == item.group)
            else:
                yield from (_task_id(token, other) for other in self.items[target])

    def _days_after(self, cell: str, item: Item, scope: str) -> tuple[tuple[str, int], ...]:
        """Days of a `within` or `lags` cell for each task that its types stand for."""
        return tuple((i, days) for name, days in days_after(cell) for i in self._after(name, item, scope))

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


def _contractor(kind: Mapping, amount: float, days: int, resources: tuple[tuple[str, int], ...]) -> tuple[Way, ...]:
    """The contractor of the type as a further way; nothing when it has none."""
    if not kind["contractor_share"]:
        return ()
    freed = tokens(kind["contractor_frees"])
    kept = tuple((name, units) for name, units in resources if name not in freed)
    faster = max(1, math.ceil(kind["contractor_share"] * days - 1e-9))
    return (Way("contractor", faster, round(kind["contractor_vnd"] * amount), kept),)


def _text(row: Mapping, *columns: str) -> str:
    """The first of the columns that is not empty."""
    return next((str(row[c]) for c in columns if c in row and not pd.isna(row[c]) and row[c] != ""), "")


def months_after(day: date, months: int) -> date:
    """Last day of a period of whole months that begins on `day`."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(day.day, length)) - timedelta(days=1)


def _task_id(kind: str, item: Item) -> str:
    return f"{kind}:{item.id}" if item.id else kind
