"""Law as data: every legal figure with its article, source and status, looked up by id."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geodata.faults import Fault, InputError


@dataclass(frozen=True)
class Rule:
    """One legal figure. `id` is FILE.ID, or FILE.ARRAY.ID for arrays other than figure and rule.

    `status` is verified (read in a text of the source), recalled (from memory, check before use) or computed.
    `overridden` holds the value of the law where a scenario put another one in its place.
    """

    id: str
    value: Any
    article: str
    source: str
    status: str
    title_vi: str = ""
    title_en: str = ""
    unit: str = ""
    note: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    overridden: Any = None

    def cite(self, lang: str = "vi") -> str:
        """Article and source as a reader sees them, marked when recalled or overridden."""
        text = f"{self.article}, {self.source.split(' (')[0]}" if self.article else self.source
        if self.status == "recalled":
            text += " (nhớ lại, cần kiểm tra)" if lang == "vi" else " (recalled, check before use)"
        if self.overridden is not None:
            text += f" (kịch bản thay {self.overridden})" if lang == "vi" else f" (scenario replaces {self.overridden})"
        return text


class RuleBook(Mapping[str, Rule]):
    """All rules of a scenario. `book.value(id)` is the figure in force."""

    def __init__(self, rules: Mapping[str, Rule]):
        self._rules = dict(rules)

    def __getitem__(self, key: str) -> Rule:
        return self._rules[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def value(self, rule_id: str) -> Any:
        """Value in force of one rule."""
        return self._rules[rule_id].value

    def table(self, prefix: str) -> list[Rule]:
        """All rules whose id starts with `prefix.`, in file order, e.g. `severance.retirement_age`."""
        return [r for k, r in self._rules.items() if k.startswith(prefix + ".")]


def read_law(folder: Path, overrides: Mapping[str, Any] | None = None) -> RuleBook:
    """Read every *.toml of the folder; `overrides` maps rule ids to values. Raises InputError with all faults."""
    rules: dict[str, Rule] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
            faults.append(Fault(str(path), message=f"not a TOML file: {e}", remedy="correct the file"))
            continue
        for array, entries in document.items():
            if array == "meta":
                continue
            for i, entry in enumerate(entries):
                rule = _rule(path.stem, array, i, entry)
                if rule.id in rules:
                    faults.append(Fault(str(path), message=f"rule id {rule.id} occurs twice", remedy="rename one"))
                rules[rule.id] = rule
    if not rules:
        faults.append(Fault(str(folder), message="no legal figures found", remedy="point data.law to a folder of *.toml"))
    for key, value in (overrides or {}).items():
        if key not in rules:
            faults.append(Fault(str(folder), message=f"unknown rule id {key}", remedy="use an id listed in the law files"))
        else:
            old = rules[key]
            rules[key] = Rule(**{**old.__dict__, "value": value, "overridden": old.value})
    if faults:
        raise InputError(faults)
    return RuleBook(rules)


def _rule(stem: str, array: str, index: int, entry: dict[str, Any]) -> Rule:
    known = {"id", "value", "article", "source", "status", "title_vi", "title_en", "unit", "note"}
    name = entry.get("id", f"{index:02d}")
    rule_id = f"{stem}.{name}" if array in ("figure", "rule") else f"{stem}.{array}.{name}"
    return Rule(
        id=rule_id,
        value=entry.get("value"),
        article=entry.get("article", ""),
        source=entry.get("source", ""),
        status=entry.get("status", "recalled"),
        title_vi=entry.get("title_vi", ""),
        title_en=entry.get("title_en", ""),
        unit=entry.get("unit", ""),
        note=entry.get("note", ""),
        fields={k: v for k, v in entry.items() if k not in known},
    )
