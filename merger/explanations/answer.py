"""What an answer holds, and the pieces that all answers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from merger.documents.cells import Cells
from merger.documents.wording import empty, known, number, term
from merger.inputs import Inputs
from merger.plan import Plan
from merger.tables import empty as empty_table

# Titles of a list that are printed; the rest is counted.
TITLES_SHOWN = 12


@dataclass(frozen=True)
class Section:
    """A part of an answer: a heading and its lines; a line that begins with spaces belongs to the one above it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What an item is, its facts, parts, reasons, rules in words, the best alternative, and the label of the data.

    `choices`: of a person, every choice with its entitlement as plain data. `other`: of an old unit, what moving it
    alone would do and the best plan in which it goes elsewhere, as plain data.
    """

    kind: str
    item: str
    name: str
    facts: Mapping[str, Any]
    reasons: tuple[str, ...]
    rules: tuple[str, ...]
    alternative: str
    label: str
    sections: tuple[Section, ...] = ()
    choices: tuple[dict[str, Any], ...] = field(default=())
    other: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    def as_text(self) -> str:
        """Lines for the terminal."""
        lines = [f"{self.name} [{self.item}] ({self.kind}; {self.label})"]
        lines += [f"  {k}: {v}" for k, v in self.facts.items()]
        lines += [f"  - {r}" for r in self.reasons]
        for section in self.sections:
            lines += [f"  {section.title}", *(f"    {line}" for line in section.lines)]
        lines += [f"  § {r}" for r in self.rules]
        return "\n".join([*lines, f"  ~ {self.alternative}"] if self.alternative else lines)


@dataclass(frozen=True)
class Question:
    """What an explanation needs: the plan, its inputs, the language, and the words of cells."""

    plan: Plan
    inputs: Inputs
    lang: str
    cells: Cells

    def say(self, vi: str, en: str) -> str:
        """The text of the language asked for."""
        return vi if self.lang == "vi" else en

    def n(self, value: Any, decimals: int = 0) -> str:
        """A number in that language."""
        return number(value, self.lang, decimals)

    def cite(self, *rules: str) -> str:
        """Articles in brackets, "" without any."""
        cited = "; ".join(dict.fromkeys(self.cells.cite(r, self.lang) for r in rules if r))
        return f" [{cited}]" if cited else ""

    def titled(self, rule_id: str) -> str:
        """Title of a rule and where it stands."""
        cited = self.cells.cite(rule_id, self.lang)
        if rule_id not in self.cells.law:
            return cited
        return f"{self.cells.law[rule_id].title(self.lang) or rule_id}: {cited}"

    def table(self, name: str) -> pd.DataFrame:
        """A table of the plan, empty where the plan lacks it."""
        return self.plan.tables[name] if name in self.plan.tables else empty_table(name)

    def cut(self, items: Iterable[str], most: int = TITLES_SHOWN) -> list[str]:
        """The first items, and how many more there are."""
        items = list(items)
        more = len(items) - most
        if more <= 0:
            return items
        return [*items[:most], self.say(f"và {self.n(more)} nội dung khác", f"and {self.n(more)} more")]


def split(cell: Any) -> list[str]:
    """Items of a list cell."""
    return [] if empty(cell) else [x for x in str(cell).split(";") if x]


def people_en(count: int) -> str:
    """A number of people in English."""
    return "1 person" if count == 1 else f"{number(count, 'en')} people"


def ceiling_lines(
    q: Question, subjects: Iterable[str], *, binding_only: bool = False, about: tuple[str, ...] = ("",)
) -> list[str]:
    """Ceilings of some subjects whose rule begins with one of `about`: limit, use, who is above, the article."""
    ceilings = q.table("ceilings")
    own = ceilings["subject_id"].isin(list(subjects))
    own = ceilings[own & ceilings["rule"].str.removeprefix("staffing.").str.startswith(about)]
    if binding_only:
        own = own[own["binding"].astype(bool)]
    return [_ceiling(q, row) for row in own.itertuples(index=False)]


def _ceiling(q: Question, row: Any) -> str:
    rule = q.inputs.law[row.rule]
    title = term("ceiling", row.rule, q.lang) if known("ceiling", row.rule) else rule.title(q.lang)
    sense, unit = term("sense", row.sense, q.lang), term("unit", row.unit, q.lang)
    used = q.say("chưa đưa vào phương án", "not planned here") if empty(row.used) else q.n(row.used)
    text = f"{title}: {used}, {sense} {q.n(row.limit)} {unit}"
    if row.binding:
        text += q.say(", đã hết mức", ", nothing left") if row.sense != "least" else q.say(", vừa đủ", ", just met")
    if empty(row.above):
        text += q.say("; có người vượt mức", "; some people above it")
    elif row.above:
        text += q.say(f"; vượt mức {q.n(row.above)} người", f"; {people_en(row.above)} above it")
    if row.subject_id in ("city", "communes"):
        text = f"{row.subject_vi if q.lang == 'vi' else row.subject_en}: {text[:1].lower() + text[1:]}"
    return text + q.cite(row.rule)
