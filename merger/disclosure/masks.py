"""How a count that is not shown looks, and which counts those are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from merger.relocation.suppression import suppress

# Mark of a count too small to show (with the bound, "<5"), and of one that would give such a count away.
FEWER, HIDDEN = "<", "*"


def is_masked(value: Any) -> bool:
    """Whether a count is a mark instead of a number."""
    return isinstance(value, str) and (value == HIDDEN or value.startswith(FEWER))


def marks(counts: np.ndarray, hidden: np.ndarray, smallest: int) -> list[Any]:
    """Counts as they are shown: numbers, "<5" for the small ones, "*" for others that are hidden."""
    small = (counts > 0) & (counts < smallest)
    shown = zip(counts.tolist(), hidden.tolist(), small.tolist(), strict=True)
    return [(f"{FEWER}{smallest}" if few else HIDDEN) if gone else int(n) for n, gone, few in shown]


def masked(counts: Sequence[int], sums: Sequence[Sequence[int]], smallest: int) -> list[Any]:
    """Counts as they are shown; `sums` are sets of positions whose sum a reader knows, or of parts with their sum."""
    values = np.asarray(counts, dtype=np.int64)
    known = [s for s in sums if len(s)]
    return marks(values, suppress(values, known, smallest), smallest)


def amount(values: pd.Series) -> pd.Series:
    """Numbers of a column of counts; NaN where one is masked or empty."""
    return pd.to_numeric(values, errors="coerce")


def in_words(value: Any, lang: str) -> str:
    """A masked count inside a sentence: "fewer than 5", or "some" where only another count is protected by it."""
    if value == HIDDEN:
        return "một số" if lang == "vi" else "some"
    return f"{'dưới' if lang == 'vi' else 'fewer than'} {str(value).removeprefix(FEWER)}"
