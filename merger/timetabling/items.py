"""Items that tasks are about, and how long an amount of work takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

NEW_SUFFIX = " (mới)"


@dataclass(frozen=True)
class Item:
    """One thing that tasks are about. `words` fill titles, `amounts` are units of work.

    `group` is its district (communes, districts) or the body that takes it over (mandates).
    """

    id: str
    words: Mapping[str, str]
    amounts: Mapping[str, float]
    label: str = "proposed"
    group: str = ""
    only: frozenset[str] = field(default_factory=frozenset)  # task types of a choice that apply, e.g. unit.repair


def records(tables: Mapping[str, pd.DataFrame], name: str) -> list[dict]:
    """Rows of a table; none when its stage did not run."""
    frame = tables.get(name)
    if frame is None or frame.empty:
        return []
    return frame.to_dict("records")


def in_sentence(name: str) -> str:
    """Name of a territory inside a sentence: "Phường Hồng Bàng" is written "phường Hồng Bàng"."""
    return name[:1].lower() + name[1:]


def days_of_work(amount: float, per_day: float, shortest: int, longest: int) -> int:
    """Whole days for an amount of work at a daily rate, within the given shortest and longest duration."""
    days = math.ceil(amount / per_day - 1e-9) if per_day else shortest
    days = max(days, shortest, 1)
    return min(days, longest) if longest else days
