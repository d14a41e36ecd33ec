"""Law as data: every legal figure with its article, source and status, looked up by id."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from geodata.faults import Fault, InputError, did_you_mean, shown
from geodata.text import read_text

STATUSES = ("verified", "recalled", "computed")
NEEDED = ("article", "source", "status")
# Arrays whose entries have the id FILE.ID; entries of the others have FILE.ARRAY.ID.
PLAIN = ("figure", "rule")


@dataclass(frozen=True)
class Rule:
    """One legal figure. `id` is FILE.ID, or FILE.ARRAY.ID for arrays other than figure and rule.

    `status` is verified (read in a text of the source), recalled (from memory, check before use) or computed.
    `fields` holds the further figures of the entry, for instance `pop_min`. `document` names the legal
    document (or other source) in each language. `overridden` holds the value of the law where a scenario put
    another one in its place: the value itself, or {field: value}.
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
    article_vi: str = ""
    article_en: str = ""
    document: Mapping[str, str] = field(default_factory=dict)

    def title(self, lang: str = "vi") -> str:
        """What the rule says, in a few words."""
        return self.title_vi if lang == "vi" else self.title_en

    def cite(self, lang: str = "vi") -> str:
        """Short citation, e.g. `Điểm b khoản 1 Điều 5 Nghị quyết số 76/2025/UBTVQH15`.

        Says when the figure is recalled or computed by this project, or replaced by the scenario.
        """
        vietnamese = lang == "vi"
        article = self.article_vi if vietnamese else self.article_en
        document = self.document.get(lang, self.source)
        text = (f"{article} {document}" if vietnamese else f"{article}, {document}") if article else document
        marks = []
        if self.status == "recalled":
            marks.append("nhớ lại, cần kiểm tra" if vietnamese else "recalled, check before use")
        if self.status == "computed":
            marks.append("dự án tính toán" if vietnamese else "computed by this project")
        if self.overridden is not None:
            old = _old_value(self.overridden)
            marks.append(f"kịch bản thay giá trị {old}" if vietnamese else f"scenario replaces {old}")
        text = text[:1].upper() + text[1:]
        return f"{text} ({'; '.join(marks)})" if marks else text


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

    def figures(self) -> dict[str, Any]:
        """Everything a scenario may override: {rule id or rule id.field: value}."""
        plain = {k: r.value for k, r in self._rules.items() if r.value is not None}
        return plain | {f"{k}.{name}": v for k, r in self._rules.items() for name, v in r.fields.items()}

    def override_faults(self, overrides: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """What is wrong with overrides: (key, message, remedy) of those that name no figure or misfit it."""
        figures = self.figures()
        faults = []
        for key, value in overrides.items():
            if key not in figures:
                several = [k for k in figures if k.startswith(key + ".")]
                remedy = f"use one of its figures: {', '.join(several)}" if several else did_you_mean(key, figures)
                faults.append((key, f'unknown rule "{key}"' if not several else f'rule "{key}" is a table', remedy))
            elif problem := _misfit(figures[key], value):
                faults.append((key, f'rule "{key}" {problem}', f"in law it is {figures[key]}"))
        return faults

    def overridden(self, overrides: Mapping[str, Any]) -> RuleBook:
        """A copy with values put in place of those in law; keys are rule ids, or rule id.field."""
        rules = dict(self._rules)
        for key, value in overrides.items():
            if key in rules:
                old = rules[key]
                rules[key] = replace(old, value=_like(old.value, value), overridden=old.value)
            else:
                rule_id, _, name = key.rpartition(".")
                old = rules[rule_id]
                fields = {**old.fields, name: _like(old.fields[name], value)}
                before = {**(old.overridden or {}), name: old.fields[name]}
                rules[rule_id] = replace(old, fields=fields, overridden=before)
        return RuleBook(rules)


def read_law(folder: Path, overrides: Mapping[str, Any] | None = None) -> RuleBook:
    """Read every *.toml of the folder; `overrides` as `RuleBook.overridden`. Raises InputError."""
    rules, faults = _read(folder)
    book = RuleBook(rules)
    wrong = book.override_faults(overrides or {})
    faults += [Fault(shown(folder), message=message, remedy=remedy) for _, message, remedy in wrong]
    if faults:
        raise InputError(faults)
    return book.overridden(overrides or {})


def law_faults(folder: Path) -> list[Fault]:
    """All faults of the law files of a folder, with file and line."""
    return _read(folder)[1]


def _read(folder: Path) -> tuple[dict[str, Rule], list[Fault]]:
    rules: dict[str, Rule] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            text = read_text(path)
            document = tomllib.loads(text)
        except InputError as e:
            faults += e.faults
        except tomllib.TOMLDecodeError as e:
            faults.append(_not_toml(path, e))
        else:
            _read_file(path, text, document, rules, faults)
    if not rules and not faults:
        remedy = "point data.law to a folder of *.toml files"
        faults.append(Fault(shown(folder), message="no legal figures found", remedy=remedy))
    return rules, faults


def _read_file(path: Path, text: str, document: dict[str, Any], rules: dict[str, Rule], faults: list[Fault]) -> None:
    documents = document.get("meta", {}).get("documents", {})
    lines = _entry_lines(text)
    for array, entries in document.items():
        if array == "meta":
            continue
        for i, entry in enumerate(entries):
            rule = _rule(path.stem, array, i, entry, documents)
            line = lines.get((array, i), 0)
            for message, remedy in _problems(rule, entry, rules, documents):
                faults.append(Fault(shown(path), line, message=message, remedy=remedy))
            rules[rule.id] = rule


def _problems(
    rule: Rule, entry: dict[str, Any], rules: Mapping[str, Rule], documents: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    if rule.id in rules:
        yield f"rule id {rule.id} occurs twice", "rename one of the two"
    for key in NEEDED:
        if not entry.get(key):
            yield f"rule {rule.id}: {key} is missing", f"add {key} = ..."
    if entry.get("status") and rule.status not in STATUSES:
        yield f'rule {rule.id}: status "{rule.status}"', did_you_mean(rule.status, STATUSES)
    name = entry.get("document")
    if name and name not in documents:
        yield f'rule {rule.id}: unknown document "{name}"', did_you_mean(name, documents)


def _entry_lines(text: str) -> dict[tuple[str, int], int]:
    """Line of each array entry: {(array, position): line}."""
    lines: dict[tuple[str, int], int] = {}
    count: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = re.match(r"\s*\[\[\s*([\w-]+)\s*\]\]", line)
        if found:
            name = found[1]
            lines[name, count.get(name, 0)] = number
            count[name] = count.get(name, 0) + 1
    return lines


def _not_toml(path: Path, error: tomllib.TOMLDecodeError) -> Fault:
    found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    line, column = (int(found[1]), int(found[2])) if found else (0, 0)
    said = re.sub(r" \(at .*", "", str(error))
    return Fault(shown(path), line, column, "", f"not a TOML file: {said}", "correct this line: key = value")


def _rule(stem: str, array: str, index: int, entry: dict[str, Any], documents: Mapping[str, Any]) -> Rule:
    own = {"id", "value", "article", "source", "status", "title_vi", "title_en", "unit", "note"}
    own |= {"document", "article_vi", "article_en"}
    name = entry.get("id", f"{index:02d}")
    return Rule(
        id=f"{stem}.{name}" if array in PLAIN else f"{stem}.{array}.{name}",
        value=entry.get("value"),
        article=entry.get("article", ""),
        source=entry.get("source", ""),
        status=entry.get("status", "recalled"),
        title_vi=entry.get("title_vi", ""),
        title_en=entry.get("title_en", ""),
        unit=entry.get("unit", ""),
        note=entry.get("note", ""),
        fields={k: v for k, v in entry.items() if k not in own},
        article_vi=entry.get("article_vi", ""),
        article_en=entry.get("article_en", ""),
        document=documents.get(entry.get("document", ""), {}),
    )


def _misfit(law: Any, value: Any) -> str:
    if isinstance(law, bool):
        return "" if isinstance(value, bool) else f"must be true or false, not {value}"
    if isinstance(law, (int, float)):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"must be a number, not {value}"
        return f"must not be negative: {value}" if value < 0 <= law else ""
    if isinstance(law, date):
        try:
            _like(law, value)
        except (TypeError, ValueError):
            return f"must be a date YYYY-MM-DD, not {value}"
        return ""
    if isinstance(law, list):
        return "" if isinstance(value, list) else f"must be a list, not {value}"
    return "" if isinstance(value, str) else f"must be text, not {value}"


def _like(law: Any, value: Any) -> Any:
    """A value in the type of the one in law: dates come as text from a scenario."""
    if isinstance(law, date) and not isinstance(value, date):
        return date.fromisoformat(value)
    return value


def _old_value(old: Any) -> str:
    return ", ".join(f"{k} = {v}" for k, v in old.items()) if isinstance(old, dict) else str(old)
