"""Faults of an input: collected, sorted by place, and reported together with their remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, order=True)
class Fault:
    """One problem of one input.

    `line` and `column` are 1-based; in a table `line` is the row as a spreadsheet counts it (the header is
    row 1) and `field` names the column. 0 and "" mean "the whole file". Faults of one `kind` in a column have the same
    cause; `count` is the number of problems that a summary stands for.
    """

    path: str
    line: int = 0
    column: int = 0
    field: str = ""
    message: str = ""
    remedy: str = ""
    kind: str = dataclass_field(default="", compare=False)
    count: int = dataclass_field(default=1, compare=False)

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


def summarised(faults: Iterable[Fault], told: int = 20) -> list[Fault]:
    """The faults by place; of each kind in a column the first `told`, then how many more there are like them."""
    kept: list[Fault] = []
    rest: dict[tuple[str, str, str], list[Fault]] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for fault in sorted(set(faults)):
        key = (fault.path, fault.field, fault.kind)
        seen[key] = seen.get(key, 0) + 1
        if fault.kind and seen[key] > told:
            rest.setdefault(key, []).append(fault)
        else:
            kept.append(fault)
    for more in rest.values():
        remedy = "merger check --faults FILE writes all of them"
        message = f"and {len(more):,} more like it ({more[0].kind})"
        kept.append(replace(more[0], message=message, remedy=remedy, count=len(more)))
    return sorted(kept)


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
