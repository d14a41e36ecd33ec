"""Days of work: Vietnamese working days and weekends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import holidays
import numpy as np


@dataclass(frozen=True)
class WorkCalendar:
    """Days from `origin` to `last`, numbered from 0, split into working days and weekend days for moves.

    Working days are Monday to Friday without public holidays, and the Saturdays worked in their place.
    Weekend days are the other Saturdays and Sundays that are not public holidays.
    """

    origin: date
    last: date

    @cached_property
    def public_holidays(self) -> holidays.HolidayBase:
        """Vietnamese public holidays, with days moved by decision of the Government as far as they are
        known."""
        years = range(self.origin.year, self.last.year + 1)
        return holidays.country_holidays("VN", years=years, language="vi")

    def number(self, day: date) -> int:
        """Number of a day; days before the origin are negative."""
        return (day - self.origin).days

    def day(self, number: int) -> date:
        """Day of a number."""
        return self.origin + timedelta(days=int(number))

    def is_working(self, day: date) -> bool:
        """Whether offices work on the day."""
        if day in self.public_holidays.weekend_workdays:
            return True
        return day.weekday() < 5 and day not in self.public_holidays

    @cached_property
    def working(self) -> np.ndarray:
        """Numbers of all working days."""
        return self._numbers(self.is_working)

    @cached_property
    def weekend(self) -> np.ndarray:
        """Numbers of all days off on which furniture and files can be moved."""
        return self._numbers(lambda d: d.weekday() >= 5 and not self.is_working(d) and d not in self.public_holidays)

    def weekend_starts(self, days: int, first: int) -> tuple[int, ...]:
        """Days from `first` on where a move of `days` weekend days may begin: so that it crosses no working
        week.

        A move of one day may be on any weekend day; a longer one begins on the first day of a weekend.
        """
        weekend = self.weekend
        if days == 1:
            return tuple(int(d) for d in weekend if d >= first)
        opens = np.concatenate([[True], np.diff(weekend) > 1])
        return tuple(int(d) for d, o in zip(weekend, opens, strict=True) if o and d >= first)

    def working_days_between(self, first: date, last: date) -> int:
        """Number of working days from first to last, both included."""
        return self._between(self.working, first, last)

    def days_between(self, first: date, last: date) -> int:
        """Number of days of the calendar that holds `last` from first to last, both included."""
        return self._between(self.working if self.is_working(last) else self.weekend, first, last)

    def _between(self, days: np.ndarray, first: date, last: date) -> int:
        low, high = np.searchsorted(days, [self.number(first), self.number(last) + 1])
        return int(high - low)

    def _numbers(self, keep) -> np.ndarray:
        total = (self.last - self.origin).days + 1
        return np.array([k for k in range(total) if keep(self.day(k))], dtype=np.int64)
