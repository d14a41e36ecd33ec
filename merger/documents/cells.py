"""One cell of a plan's table in words: codes, ids and fields get their names, in either language."""

from __future__ import annotations

from typing import Any

from merger.documents.wording import day, known, number, plain_name, term
from merger.fields import fields
from merger.inputs import Inputs
from merger.plan import Plan
from merger.tables import TABLES
from merger.timetabling.words import resource_words, split_cause

# Columns whose codes have words, and the group of terms.csv that holds them.
CODED = {
    "side": "side",
    "sides": "side",
    "kind": "kind",
    "standard": "standard",
    "grouping": "grouping",
    "label": "label",
    "mode": "mode",
    "support": "mode",
    "wish": "wish",
    "direction": "direction",
    "origin": "origin",
    "basis": "basis",
    "level": "level",
    "outcome": "outcome",
    "role": "role",
    "bloc": "bloc",
    "phase": "phase",
    "status": "status",
    "entitlement": "entitlement",
    "dimension": "dimension",
    "measure": "measure",
    "sense": "sense",
    "unit": "unit",
    "limit": "limit",
    "scope": "protect_scope",
    "planned": "level_of_demand",
    "realised": "level_of_demand",
    "traffic": "traffic",
    "coordinate_quality": "coordinate_quality",
    "force": "force",
    "remedy": "remedy",
    "state": "state",
    "change": "schedule_change",
}
# `kind` means something else in these tables.
KINDS_OF = {
    "timetable": "task_kind",
    "mandates": "mandate_kind",
    "new_agencies": "agency_kind",
    "projects": "project_kind",
    "deadline_risk": "limit_kind",
    "protect": "limit_kind",
}
# Columns that hold ids of units, sites, bodies or divisions.
NAMED = {
    "site_id",
    "site_before",
    "site_after",
    "stay_site_id",
    "seat_code",
    "always_with",
    "found_with",
    "sometimes_with",
    "home_code",
    "body_before",
    "members",
    "predecessors",
    "holders_before",
    "parent_id",
    "new_agency_id",
    "from_sites",
    "to_sites",
}
# Columns that hold ids of rules or allowances.
RULES = {"rules", "rule"}
# Columns that hold what a task waits for, as `units=trucks`.
CAUSES = {"cause", "causes"}
DECIMALS = {"int": 0, "count": 0, "vnd": 0, "km": 1, "minutes": 1, "km2": 2, "m2": 0, "ratio": 2, "degrees": 5}


def _cause(part: str, lang: str) -> str:
    """`units=trucks` as words."""
    kind, resource = split_cause(part)
    return f"{term('cause', kind, lang)}: {resource_words(resource, lang)}" if resource else term("cause", kind, lang)


class Cells:
    """Words for the cells of one plan."""

    def __init__(self, plan: Plan, inputs: Inputs):
        bodies = inputs.agencies
        self.names: dict[str, str] = {
            **dict(zip(inputs.sites["site_id"], inputs.sites["name"], strict=True)),
            **dict(zip(bodies["agency_id"], bodies["name_vi"].map(plain_name), strict=True)),
            **inputs.units["name_full"].to_dict(),
        }
        for table, key, name in (
            ("new_divisions", "new_division_id", "new_division"),
            ("structure", "division_id", "division"),
        ):
            if table in plan.tables:
                frame = plan.tables[table]
                self.names |= dict(zip(frame[key].astype(str), frame[name].astype(str), strict=True))
        self.law = inputs.law
        self.allowances = inputs.allowances.set_index("allowance_id")
        self.fields = {f.field: {"vi": f.title_vi, "en": f.title_en} for f in fields().itertuples()}

    def name(self, item: str) -> str:
        """Name of a unit, site, body or division; an unknown id comes back as it is."""
        return self.names.get(item, item)

    def _floor(self, part: str, lang: str) -> str:
        """`site=m2` as the name of the site and its area."""
        site, _, area = part.partition("=")
        return f"{self.name(site)}: {number(float(area), lang)} m²" if area else part

    def cite(self, rule_id: str, lang: str) -> str:
        """Article and document of a rule, or the decision behind an allowance."""
        if rule_id in self.law:
            return self.law[rule_id].cite(lang)
        if rule_id in self.allowances.index:
            return str(self.allowances.loc[rule_id, "scheme_vi" if lang == "vi" else "scheme"])
        return rule_id

    def words(self, table: str, column: str, value: Any, lang: str) -> str:
        """A cell as a reader sees it; "" for an empty one."""
        kind = TABLES[table].columns[column][0] if column in TABLES[table].columns else "text"
        if kind == "count" or (kind in DECIMALS and not isinstance(value, str)):
            return number(value, lang, DECIMALS[kind])
        text = str(value)
        if kind == "date":
            return day(text, lang)
        if column in RULES:
            return "; ".join(dict.fromkeys(self.cite(part, lang) for part in text.split(";")))
        if column == "field":
            return self.fields.get(text, {}).get(lang, text)
        if column in NAMED and not (table == "timetable" and column == "predecessors"):
            return "; ".join(self.name(part) for part in text.split(";"))
        if column in CAUSES:
            return "; ".join(_cause(part, lang) for part in text.split(";"))
        if column == "floors":
            return "; ".join(self._floor(part, lang) for part in text.split(";"))
        group = KINDS_OF.get(table, "kind") if column == "kind" else CODED.get(column)
        if (table, column) == ("trim_path", "group"):
            group = "group"
        if (table, column) == ("timetable", "mode"):
            group = "task_mode"
        if (table, column) == ("commute_budget", "key"):
            return self._budget_item(text, lang)
        return "; ".join(term(group, part, lang) for part in text.split(";")) if group else text

    def _budget_item(self, key: str, lang: str) -> str:
        """A policy, modes, a side or a body."""
        for group in ("policy", "side", "budget_item"):
            if known(group, key):
                return term(group, key, lang)
        if all(known("mode", part) for part in key.split(";")):
            return "; ".join(term("mode", part, lang) for part in key.split(";"))
        return self.name(key)
