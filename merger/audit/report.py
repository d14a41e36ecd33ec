"""What a check is: a function over a case that yields violations, with a title in both languages."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from merger.inputs import Inputs

# So many violations of one check are listed; the rest is counted.
LISTED = 20


@dataclass(frozen=True)
class Check:
    """Result of one check: `violations` are sentences that name the item, `detail` what was looked at."""

    id: str
    title_vi: str
    title_en: str
    passed: bool
    violations: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class AuditReport:
    """All checks, in a fixed order."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether no check found a violation."""
        return all(c.passed for c in self.checks)

    @property
    def failed(self) -> list[Check]:
        """Checks with violations."""
        return [c for c in self.checks if not c.passed]

    def __getitem__(self, check_id: str) -> Check:
        """The check of an id; raises KeyError for an unknown one."""
        return {c.id: c for c in self.checks}[check_id]


@dataclass(frozen=True)
class Case:
    """What is audited: inputs of the scenario, tables of the plan; folder and manifest when there are.

    `shown`: the tables for the public as they lie in the folder.
    """

    inputs: Inputs
    tables: Mapping[str, pd.DataFrame]
    path: Path | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def public(self) -> bool:
        """Whether the plan says that it is a public copy."""
        return bool(self.manifest.get("public"))

    def law(self, rule_id: str) -> Any:
        """Legal figure in force."""
        return self.inputs.law.value(rule_id)

    @cached_property
    def agencies_after(self) -> pd.DataFrame:
        """Bodies after the merger, by id."""
        agencies = self.inputs.agencies
        return agencies[agencies["period"] == "after"].set_index("agency_id", drop=False)

    @cached_property
    def division_kind(self) -> pd.Series:
        """Kind of each division before, by id."""
        return self.inputs.divisions.set_index("division_id")["kind"]

    @cached_property
    def new_division_kinds(self) -> dict[str, set[str]]:
        """Kinds of the divisions before that went into each new division."""
        rows = self.tables["structure"]
        kinds = rows["division_id"].map(self.division_kind).fillna("")
        return kinds.groupby(rows["new_division_id"]).agg(set).to_dict()


Violations = Generator[str, None, str | None]
CheckFunction = Callable[[Case], Violations]


@dataclass(frozen=True)
class Registered:
    """A check as registered: `needs` are tables of the plan, `needs_folder` a plan folder on disk."""

    id: str
    title_vi: str
    title_en: str
    needs: tuple[str, ...]
    needs_folder: bool
    function: CheckFunction

    def run(self, case: Case) -> Check:
        """Run the check; without its tables it passes and says that it had nothing to examine."""
        missing = [t for t in self.needs if t not in case.tables]
        if missing or (self.needs_folder and case.path is None):
            return Check(
                self.id,
                self.title_vi,
                self.title_en,
                True,
                (),
                f"not in this {'public copy' if case.public else 'plan'}: " + ", ".join(missing or ["files"]),
            )
        found: list[str] = []
        detail = ""
        steps = self.function(case)
        try:
            while True:
                found.append(next(steps))
        except StopIteration as end:
            detail = end.value or ""
        except (KeyError, ValueError, IndexError, TypeError, AttributeError, OSError) as e:
            # Broken references make look-ups fail: that is a finding about the plan, never a reason to stop.
            found.append(f"could not be examined to the end: {type(e).__name__}: {e}")
        more = [f"and {len(found) - LISTED} more"] if len(found) > LISTED else []
        return Check(self.id, self.title_vi, self.title_en, not found, (*found[:LISTED], *more), detail)


REGISTRY: list[Registered] = []


def check(
    check_id: str, title_vi: str, title_en: str, *needs: str, folder: bool = False
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check; `needs` are the tables without which there is nothing to examine."""

    def register(function: CheckFunction) -> CheckFunction:
        REGISTRY.append(Registered(check_id, title_vi, title_en, needs, folder, function))
        return function

    return register


def items(cell: Any) -> list[str]:
    """Items of a list cell."""
    return [] if pd.isna(cell) else [x for x in str(cell).split(";") if x]


def shown(values: Iterable[Any], most: int = 5) -> str:
    """First few of some ids, for a sentence."""
    ordered = sorted(map(str, values))
    return ", ".join(ordered[:most]) + (f" and {len(ordered) - most} more" if len(ordered) > most else "")


def filled(values: pd.Series) -> pd.Series:
    """Which cells hold something."""
    return values.notna() & (values.astype(str) != "")
