"""Faults of an input: collected, sorted by place, and reported together with their remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Fault:
    """One problem of one input.

    `line` and `column` are 1-based; in a table `line` is the row as a spreadsheet counts it (the header is row 1)
    and `field` names the column. 0 and "" mean "the whole file".
    """

    path: str
    line: int = 0
    column: int = 0
    field: str = ""
    message: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """`file:line:col: message (remedy)`, the form editors understand."""
        place = self.path
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        if self.field:
            place += f": column {self.field}"
        return f"{place}: {self.message}" + (f" -> {self.remedy}" if self.remedy else "")


class InputError(Exception):
    """An input cannot be used. Carries every fault found, not only the first."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(f) for f in self.faults))

    @classmethod
    def single(cls, path: str | Path, message: str, remedy: str = "", line: int = 0) -> InputError:
        """Build an error with exactly one fault."""
        return cls([Fault(str(path), line, message=message, remedy=remedy)])
