"""Faults of an input: collected, sorted by place, and reported together with their remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, order=True)
class Fault:
    """One problem of one input.

    `line` and `column` are 1-based; in a table `line` is the row as a spreadsheet counts it (the header is
    row 1) and `field` names the column. 0 and "" mean "the whole file".
    """

    path: str
    line: int = 0
    column: int = 0
    field: str = ""
    message: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """`file:line:col: message -> remedy`, the form editors understand."""
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


def shown(path: Path) -> str:
    """A path as a person reads it: relative to the working folder when it lies inside, else absolute."""
    absolute = path.absolute()
    try:
        return str(absolute.relative_to(Path.cwd()))
    except ValueError:
        return str(absolute)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word most like a mistyped one, compared without case; "" when none is near."""
    by_folded = {k.casefold(): k for k in known}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Remedy for an unknown word: the nearest known one, else the list of all (at most twelve)."""
    words = sorted(known)
    near = closest(word, words)
    if near:
        return f'did you mean "{near}"?'
    return "use one of: " + ", ".join(words[:12]) + (f" ... ({len(words)} in all)" if len(words) > 12 else "")
