"""Answers to "why?": what was decided about an item, by which rule, and what the best alternative would cost."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from geodata.faults import InputError
from merger.arrangement.alternatives import best_other_unit
from merger.documents.cells import Cells
from merger.documents.wording import empty, heading, number, plain_value, term
from merger.inputs import Inputs
from merger.plan import Plan
from merger.tables import empty as empty_table

# Table: (kind in Vietnamese, kind in English, columns that name an item).
ITEMS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "units": ("đơn vị hành chính cũ", "old unit", ("old_code", "old_name")),
    "new_units": ("đơn vị hành chính mới", "new unit", ("new_id", "new_name")),
    "new_agencies": ("cơ quan mới", "new agency", ("new_agency_id", "new_agency")),
    "structure": ("phòng, ban trước sắp xếp", "division before", ("division_id", "division")),
    "new_divisions": ("phòng, ban mới", "new division", ("new_division_id", "new_division")),
    "mandates": ("nhiệm vụ", "mandate", ("mandate_id", "title_vi", "title_en")),
    "posts": ("vị trí việc làm", "post", ("post_id",)),
    "staff": ("cán bộ, công chức, viên chức", "person", ("person_id",)),
    "routes": ("tuyến xe", "route", ("route_id", "name_vi")),
    "timetable": ("công việc", "task", ("task_id", "title_vi", "title_en")),
}

# Columns that are told in another part of the answer, or that only the program needs.
HIDDEN = {
    "reason_vi",
    "reason_en",
    "rules",
    "rule",
    "label",
    "seat_lon",
    "seat_lat",
    "new_id",
    "site_before_id",
}


@dataclass(frozen=True)
class Answer:
    """What an item is, its facts, reasons, rules in words, the best alternative, and the label of the data."""

    kind: str
    item: str
    name: str
    facts: dict[str, str]
    reasons: tuple[str, ...]
    rules: tuple[str, ...]
    alternative: str
    label: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    def as_text(self) -> str:
        """Lines for the terminal."""
        lines = [f"{self.name} [{self.item}] ({self.kind}; {self.label})"]
        lines += [f"  {k}: {v}" for k, v in self.facts.items()]
        lines += [f"  - {r}" for r in self.reasons]
        lines += [f"  § {r}" for r in self.rules]
        return "\n".join([*lines, f"  ~ {self.alternative}"] if self.alternative else lines)


def explain_item(plan: Plan, inputs: Inputs, item: str, lang: str) -> list[Answer]:
    """Explain every item of the plan with that id, else with that name (diacritics do not matter), or a rule."""
    if item in inputs.law:
        return [_explain_rule(plan, inputs, item, lang)]
    for match in (_has_id(item), _has_name(item)):
        found = [(t, row) for t in ITEMS if t in plan.tables for _, row in match(t, plan.tables[t]).iterrows()]
        if found:
            return [_explain_row(plan, inputs, table, row, lang) for table, row in found[:10]]
    bodies = inputs.agencies[inputs.agencies["period"] == "before"]
    named = bodies[(bodies["agency_id"] == item) | bodies["name_vi"].map(plain).str.contains(plain(item), regex=False)]
    if len(named):
        return [_explain_body(plan, inputs, row, lang) for _, row in named.head(10).iterrows()]
    raise InputError.single(
        plan.path,
        f"nothing in this plan is called {item!r}",
        "give a code, an id or a name as in the plan's tables",
    )


def _has_id(item: str) -> Callable[[str, pd.DataFrame], pd.DataFrame]:
    return lambda table, frame: frame[frame[ITEMS[table][2][0]] == item]


def _has_name(item: str) -> Callable[[str, pd.DataFrame], pd.DataFrame]:
    wanted = plain(item)

    def match(table: str, frame: pd.DataFrame) -> pd.DataFrame:
        hit = pd.Series(False, index=frame.index)
        for c in ITEMS[table][2][1:]:
            hit |= frame[c].map(plain).str.contains(wanted, regex=False)
        return frame[hit]

    return match


def plain(text: str) -> str:
    """Lower case without diacritics: "Hải Dương" -> "hai duong", so that names are found as they are typed."""
    marks = unicodedata.normalize("NFD", str(text).lower().replace("đ", "d"))
    return "".join(c for c in marks if not unicodedata.combining(c))


def _explain_row(plan: Plan, inputs: Inputs, table: str, row: pd.Series, lang: str) -> Answer:
    vi, en, names = ITEMS[table]
    cells = Cells(plan, inputs)
    reason = row.get(f"reason_{lang}", "")
    own = [str(reason)] if reason else []
    ids = [r for r in str(row.get("rules", row.get("rule", ""))).split(";") if r]
    return Answer(
        kind=vi if lang == "vi" else en,
        item=str(row[names[0]]),
        name=str(row[names[1]]) if len(names) > 1 else (vi if lang == "vi" else en).capitalize(),
        facts=_facts(cells, table, row, lang),
        reasons=(*own, *_reasons(table, row, lang)),
        rules=tuple(_titled(cells, r, lang) for r in ids),
        alternative=_alternative(plan, inputs, table, row, lang),
        label=cells.words(table, "label", row.get("label", ""), lang),
    )


def _facts(cells: Cells, table: str, row: pd.Series, lang: str) -> dict[str, str]:
    """Heading and words of every cell that says something; a title in the other language does not."""
    names, other = ITEMS[table][2], "_en" if lang == "vi" else "_vi"
    shown = [c for c in row.index if c not in names and c not in HIDDEN and not c.endswith(other) and not empty(row[c])]
    return {heading(c, lang, table): cells.words(table, c, row[c], lang) for c in shown}


def _explain_body(plan: Plan, inputs: Inputs, body: pd.Series, lang: str) -> Answer:
    """A body before the merger: where its divisions go, and why the first of them does."""
    cells = Cells(plan, inputs)
    structure = plan.tables.get("structure", empty_table("structure"))
    own = structure[structure["agency_id"] == body["agency_id"]]
    goes = own["new_agency_id"].unique().tolist() or [s for s in [body["successor_id"]] if s]
    rules = dict.fromkeys(r for ids in own["rules"] for r in ids.split(";") if r)
    return Answer(
        kind="cơ quan trước sắp xếp" if lang == "vi" else "body before",
        item=body["agency_id"],
        name=body["name_vi"] if lang == "vi" else f"{body['name_en']} ({body['name_vi']})",
        facts={
            heading("new_agency", lang): "; ".join(cells.name(g) for g in goes),
            heading("divisions_before", lang): number(len(own), lang),
            heading("staff", lang): number(own["staff"].sum(), lang),
        },
        reasons=tuple(dict.fromkeys(own[f"reason_{lang}"]))[:5],
        rules=tuple(_titled(cells, r, lang) for r in rules),
        alternative="",
        label=term("label", own["label"].iloc[0] if len(own) else "official", lang),
    )


def _reasons(table: str, row: pd.Series, lang: str) -> tuple[str, ...]:
    """Reasons that follow from the item's own figures."""
    if table == "timetable" and row["critical"]:
        return ("Không còn dự trữ: chậm một ngày là chậm hạn.",) if lang == "vi" else ("No slack: a day late is late.",)
    return ()


def _alternative(plan: Plan, inputs: Inputs, table: str, row: pd.Series, lang: str) -> str:
    if table != "units":
        return ""
    other = best_other_unit(inputs, plan.tables["units"], row["old_code"])
    if other is None:
        if lang == "vi":
            return "Không có cách ghép khác với đơn vị liền kề mà vẫn đúng quy định (chuyển riêng đơn vị này)."
        return "No neighbouring new unit can take it alone without breaking a rule."
    name, extra = other
    if lang == "vi":
        cost = number(extra, lang)
        return f"Phương án tốt nhất khác (chuyển riêng đơn vị này): ghép vào {name}, thêm {cost} người-phút tới trụ sở."
    return (
        f"Best other placement (moving this unit alone): {name}, {number(extra, lang)} more person-minutes to the seat."
    )


def _explain_rule(plan: Plan, inputs: Inputs, rule_id: str, lang: str) -> Answer:
    rule = inputs.law[rule_id]
    where = {
        ITEMS[t][0 if lang == "vi" else 1]: int(hits)
        for t in ITEMS
        if t in plan.tables
        for c in ("rules", "rule")
        if c in plan.tables[t]
        if (hits := plan.tables[t][c].str.split(";").map(lambda ids: rule_id in ids).sum())
    }
    title = rule.title_vi if lang == "vi" else rule.title_en
    return Answer(
        kind="quy định" if lang == "vi" else "rule",
        item=rule_id,
        name=title or rule_id,
        facts={heading("value", lang): plain_value(rule.value, lang), heading("law_unit", lang): rule.unit} | where,
        reasons=(rule.note,) if rule.note else (),
        rules=(rule.cite(lang),),
        alternative="",
        label=term("rule_status", rule.status, lang),
    )


def _titled(cells: Cells, rule_id: str, lang: str) -> str:
    """Title of a rule and where it stands."""
    cited = cells.cite(rule_id, lang)
    if rule_id not in cells.law:
        return cited
    rule = cells.law[rule_id]
    return f"{(rule.title_vi if lang == 'vi' else rule.title_en) or rule_id}: {cited}"
