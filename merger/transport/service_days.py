"""Days on which shuttles and trains are to run: working days of the Vietnamese calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from merger.inputs import Inputs
from merger.timetabling.calendars import WorkCalendar

# Months from the day of effect that a feed covers; lunar holidays that are far away are computed, not yet decided.
MONTHS = 24


@dataclass(frozen=True)
class Service:
    """Monday to Friday from `start` to `end`, without the days `closed` and with the days `added`."""

    service_id: str
    start: date
    end: date
    closed: tuple[date, ...]
    added: tuple[date, ...]


def services(inputs: Inputs) -> dict[str, Service]:
    """Service of shuttles and of trains (mode); trains run from the day that their tickets are sold, if it is later."""
    first, last = inputs.scenario.dates.effect, months_later(inputs.scenario.dates.effect, MONTHS) - timedelta(days=1)
    return {
        "shuttle": _service("working-days", first, last),
        "train": _service("working-days-train", max(first, _train_start(inputs) or first), last),
    }


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(years, month + 1, number)
        except ValueError:
            continue
    return date(years, month + 1, day.day)


def _service(name: str, first: date, last: date) -> Service:
    calendar = WorkCalendar(first, last)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    closed = tuple(d for d in days if d.weekday() < 5 and not calendar.is_working(d))
    return Service(name, first, last, closed, tuple(d for d in days if d.weekday() >= 5 and calendar.is_working(d)))


def _train_start(inputs: Inputs) -> date | None:
    fares = inputs.allowances.set_index("allowance_id")["start"]
    told = str(fares.get(inputs.scenario.commute.train_single_fare, "") or "")
    return date.fromisoformat(told) if told not in ("", "nan", "NaT") else None
