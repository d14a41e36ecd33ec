"""What changes from one plan to another, or from a plan to reality: units, posts, people, money, dates."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from geodata.faults import InputError
from merger.comparison.difference import Difference, Words, both, ordered
from merger.comparison.headline import figure_changes, headline
from merger.comparison.items import item_changes
from merger.comparison.page import write_page
from merger.comparison.people import PEOPLE_MISSING, people_changes
from merger.comparison.places import place_names
from merger.comparison.real import NAME, real_plan
from merger.comparison.workbook import write_workbook
from merger.documents.wording import LANGUAGES, term
from merger.inputs import Inputs
from merger.plan import MANIFEST, Plan, read_tables

ONLY_UNITS = {
    "vi": "Với thực tế 2025 chỉ so sánh đơn vị hành chính: chưa có số liệu chính thức về các phần khác.",
    "en": "Only units are compared with reality: there are no official figures on the rest.",
}


def compare_plans(a: Plan, b: Plan) -> Difference:
    """Compare two plans item by item; a plan compared with itself gives an empty difference.

    Where one is a public copy, both are compared as the public sees them, and persons not at all.
    """
    public = a.public or b.public
    if public:
        a, b = (p if p.public else replace(p, tables=read_tables(p.path, public=True), public=True) for p in (a, b))
    names = {**place_names(b), **place_names(a)}
    changes = [*item_changes(a, b, names), *people_changes(a, b, names)]
    figures = figure_changes(a, b)
    told = [PEOPLE_MISSING] if public else []
    told += _one_sided(a, b)
    note = {x: " ".join(t[x] for t in told) for x in LANGUAGES} if told else None
    common = set(a.manifest["stages"]) & set(b.manifest["stages"])
    return Difference(figures, ordered(changes), note, headline(figures, common), (_name(a), _name(b)), public)


def write_comparison(difference: Difference, plans: tuple[Plan, Plan | None], folder: Path) -> None:
    """Write compare.json, compare.xlsx and compare.html into a folder that is no plan; `plans` as compared, None for
    reality."""
    folder = Path(folder)
    if folder.is_file() or (folder / MANIFEST).exists():
        raise InputError.single(folder, "is a plan or a file", "name another folder for the comparison")
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(difference.as_dict(), ensure_ascii=False, indent=1)
    (folder / "compare.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    write_workbook(difference, folder / "compare.xlsx")
    write_page(difference, plans, folder / "compare.html")


def _one_sided(a: Plan, b: Plan) -> list[Words]:
    """What is said of stages that only one of the plans has."""
    missing = [s for s in {**a.manifest["stages"], **b.manifest["stages"]} if not _has(a, s) or not _has(b, s)]
    if not missing:
        return []
    vi, en = (", ".join(term("stage", s, x) for s in missing) for x in LANGUAGES)
    return [{"vi": f"Chỉ một phương án có: {vi}.", "en": f"Only one of the plans has: {en}."}]


def _has(plan: Plan, stage: str) -> bool:
    return stage in plan.manifest["stages"]


def compare_with_real(plan: Plan, inputs: Inputs) -> Difference:
    """Compare the units of a plan with the real arrangement of its scenario."""
    real = real_plan(plan, inputs)
    changes = item_changes(replace(plan, tables={"units": plan.tables["units"]}), real, place_names(plan))
    score = replace(plan, manifest={"headline": plan.manifest["headline"], "stages": {}})
    figures = figure_changes(score, real)
    # Units hold no persons, whoever may see the plan.
    return Difference(
        figures, ordered([*changes]), ONLY_UNITS, headline(figures, set()), (_name(plan), NAME), public=True
    )


def _name(plan: Plan) -> Words:
    title = plan.manifest.get("scenario", {}).get("name", "")
    return both(f"{plan.path.name} ({title})" if title else plan.path.name)
