"""What a stage gets and what it gives: tables and an honest record of how they were found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from merger.inputs import Inputs
from solvers.problem import Solution, Stop


@dataclass(frozen=True)
class Finding:
    """One thing the committee should know, in both languages; `rule` is a rule id or empty."""

    vi: str
    en: str
    rule: str = ""
    item: str = ""


@dataclass(frozen=True)
class Record:
    """How a stage was solved. `objective` and `bound` are in `unit`; `restriction` as in solvers.problem.Solution."""

    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    unit: str
    restriction: str = ""
    rules_hit: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, solution: Solution, unit: str, **more: Any) -> Record:
        """Build a record from a solver's solution."""
        return cls(
            status=str(solution.status),
            objective=solution.objective,
            bound=solution.bound,
            gap=solution.gap,
            seconds=solution.seconds,
            unit=unit,
            restriction=solution.restriction,
            **more,
        )

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Record:
        """Read back a record from the manifest of a plan."""
        texts = {name: tuple(told[name]) for name in ("rules_hit",)}
        return cls(**{**told, **texts, "findings": tuple(Finding(**f) for f in told["findings"])})


@dataclass(frozen=True)
class StageResult:
    """Tables of a stage (columns as in merger.tables) and its record."""

    tables: Mapping[str, pd.DataFrame]
    record: Record


class InfeasibleError(Exception):
    """A stage has no solution: `reasons` are the named rules or locks that cannot hold together, in plain words.

    `remedies`: ways to give way at one of them with what they lead to, the best first.
    """

    def __init__(self, stage: str, reasons: tuple[str, ...], remedies: tuple[str, ...] = ()):
        self.stage, self.reasons, self.remedies = stage, reasons, remedies
        super().__init__(f"{stage}: no plan satisfies all of: " + "; ".join(reasons))


Tables = Mapping[str, pd.DataFrame]
StageFunction = Callable[[Inputs, Tables, Stop], StageResult]
