"""What the page tells of an agency and of a route when it is chosen: figures, parts, reasons and articles."""

from __future__ import annotations

import re
from typing import Any

from merger.documents.wording import LANGUAGES, empty, number, rules_text
from merger.explain import explain_rows
from merger.inputs import Inputs
from merger.plan import Plan


def agency_answers(plan: Plan, inputs: Inputs) -> list[dict[str, Any]]:
    """Each new agency as `merger explain` answers for it, in both languages.

    `plan` holds the public tables alone. Items: name and answer by language (kind, facts, reasons, sections, rules,
    label), the site, and whether its figures are synthetic.
    """
    rows = plan.tables.get("new_agencies")
    if rows is None or rows.empty:
        return []
    answers = {lang: explain_rows(plan, inputs, "new_agencies", lang) for lang in LANGUAGES}
    items = []
    for i, row in enumerate(rows.itertuples(index=False)):
        own = {lang: answers[lang][i] for lang in LANGUAGES}
        items.append(
            {
                "name": row.new_agency,
                "name_en": row.new_agency_en,
                "site": row.site_id,
                "synthetic": row.label == "SYNTHETIC",
                "answer": {lang: _told(a, _heirs(plan, row.new_agency_id, lang)) for lang, a in own.items()},
            }
        )
    return items


def _told(answer, heirs: list[str]) -> dict[str, Any]:
    return {
        "kind": answer.kind,
        "facts": [[k, str(v)] for k, v in answer.facts.items()],
        "reasons": [*heirs, *answer.reasons],
        "sections": [[s.title, [line.strip() for line in s.lines]] for s in answer.sections],
        "rules": list(answer.rules),
    }


def _heirs(plan: Plan, agency: str, lang: str) -> list[str]:
    """Why it takes over from each body before: the first clause of the reasons of that body's divisions."""
    rows = plan.tables.get("structure")
    if rows is None:
        return []
    first = rows[rows["new_agency_id"] == agency].drop_duplicates("agency_id")[f"reason_{lang}"]
    return list(dict.fromkeys(f"{str(text).split(';')[0].rstrip('.')}." for text in first if not empty(text)))


def route_reasons(plan: Plan, inputs: Inputs) -> dict[str, dict[str, list[str]]]:
    """Why each route runs: how many riders pay for it, and the allowances it replaces with where they stand."""
    routes, rules = plan.tables.get("routes"), plan.tables.get("route_rules")
    if routes is None or routes.empty:
        return {}
    cited = _replaced(plan, inputs)
    limits = {} if rules is None else {row.route_id: row for row in rules.itertuples(index=False)}
    return {
        route: {lang: [*_limits(limits.get(route), lang), *cited[lang]] for lang in LANGUAGES}
        for route in routes["route_id"]
    }


def project_answers(plan: Plan) -> dict[str, dict[str, dict[str, str]]]:
    """Name and state of each transport project in both languages, by id."""
    rows = plan.tables.get("projects")
    if rows is None:
        return {}
    return {
        row.project_id: {
            "name": {"vi": row.name_vi, "en": row.name_en},
            "status": {"vi": row.status_vi, "en": row.status},
        }
        for row in rows.itertuples(index=False)
    }


def clause_text(clause: str | None) -> dict[str, str]:
    """A clause of a resolution as the tables write it ("1669/NQ-UBTVQH15 Art.1(30)") in words of both languages."""
    found = re.fullmatch(r"(\S+) Art\.(\d+)\((\d+)\)", clause or "")
    if found is None:
        return dict.fromkeys(LANGUAGES, clause or "")
    resolution, article, number_of = found.groups()
    return {
        "vi": f"Khoản {number_of} Điều {article} Nghị quyết số {resolution}",
        "en": f"Art {article}({number_of}), Resolution {resolution}",
    }


def _replaced(plan: Plan, inputs: Inputs) -> dict[str, list[str]]:
    """The allowances by distance that stage commute applied: a seat on a vehicle replaces them."""
    hit = plan.manifest.get("stages", {}).get("commute", {}).get("rules_hit", ())
    schemes = inputs.allowances
    own = set(schemes.loc[schemes["kind"] == "travel", "allowance_id"]) if len(schemes) else set()
    says = {"vi": "Thay cho hỗ trợ theo khoảng cách: ", "en": "Replaces the allowance by distance: "}
    return {
        lang: [says[lang] + line for line in rules_text([r for r in hit if r in own], inputs, lang)]
        for lang in LANGUAGES
    }


def _limits(row: Any, lang: str) -> list[str]:
    if row is None:
        return [
            {"vi": "Thuộc phương án có tổng chi phí thấp nhất tìm được.", "en": "In the cheapest plan found."}[lang]
        ]
    keep, pays, add = (number(n, lang) for n in (row.keep_from, row.pays_from, row.add_from))
    if lang == "vi":
        return [
            f"Tổng chi phí thấp hơn các cách đi khác khi có từ {keep} khách; ít hơn thì dừng hoặc ghép xe.",
            f"Ngân sách chi ít hơn mức hỗ trợ theo khoảng cách khi có từ {pays} khách.",
            f"Thêm xe khi có từ {add} người chờ.",
        ]
    return [
        f"Costs less in all than any other way from {keep} riders on; with fewer it stops or joins another.",
        f"Costs less public money than the allowances by distance from {pays} riders on.",
        f"A further vehicle pays from {add} people waiting.",
    ]
