"""The Word report: one page to decide on, a chapter a stage, what the data can bear, and the draft resolution."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd

from merger.disclosure import public_view
from merger.documents import chapters_bodies, chapters_running, chapters_schedule, chapters_staff, chapters_units
from merger.documents import draft_resolution as draft
from merger.documents.context import Context, say
from merger.documents.first_page import ROMAN, first_page
from merger.documents.letter import Letter
from merger.documents.letter_template import DRAFT, cut, fill, scenario_template
from merger.documents.wording import long_day, term, unbroken
from merger.inputs import Inputs
from merger.layers import build_layers
from merger.plan import Plan

CHAPTERS = {
    "arrange": chapters_units.arrange,
    "consolidate": chapters_bodies.consolidate,
    "relocate": chapters_staff.relocate,
    "commute": chapters_running.commute,
    "timetable": chapters_schedule.timetable,
}
# Characters of a name in the letterhead that fit on one line.
HEAD_LINE = 26


def write_report(
    plan: Plan, inputs: Inputs, path: Path, lang: str, layers: Mapping[str, gpd.GeoDataFrame] | None = None
) -> None:
    """Write the report in one language ("vi" or "en"); stages that the plan lacks leave no trace.

    `layers` (merger.layers.build_layers) may be given to save building them again. Raises InputError when the
    planner's own template (documents.templates) is missing or lacks something.
    """
    plan = public_view(plan, inputs)
    layers = build_layers(inputs, plan.tables) if layers is None else layers
    heads = inputs.scenario.documents
    word = scenario_template(inputs, lang)
    letter = Letter(lang, word)
    context = Context(plan, inputs, layers, lang, letter)
    if "new_units" not in plan.tables:
        cut(word, DRAFT)
    fill(word, _fields(context))
    letter.write_at("first_page")
    first_page(context)
    letter.write_at("chapters")
    _chapters(context)
    _appendices(context)
    letter.save(
        path,
        title=_subject(context),
        author=getattr(heads.issuer, lang),
        created=inputs.scenario.dates.commune_decision,
    )


def _chapters(c: Context) -> None:
    done = [name for name in CHAPTERS if name in c.plan.manifest["stages"]]
    for roman, name in zip(ROMAN, done, strict=False):
        c.letter.chapter(f"{roman}. {term('stage', name, c.lang)}", new_page=name == done[0])
        CHAPTERS[name](c)
    title = c.say("Dữ liệu, phương pháp và giới hạn", "Data, method and limits")
    c.letter.chapter(f"{ROMAN[len(done)]}. {title}", new_page=False)
    chapters_running.limits(c)


def _appendices(c: Context) -> None:
    number = ["I", "II"]
    if "new_units" in c.plan.tables:
        c.letter.write_at("clauses")
        c.letter.clauses(draft.clauses(c))
        number.pop(0)
    if "new_agencies" in c.plan.tables and len(c.plan.tables["new_agencies"]):
        heads = c.inputs.scenario.documents
        year, issuer = c.inputs.scenario.dates.effect.year, getattr(heads.issuer, c.lang)
        c.letter.write_at("appendices")
        c.letter.appendix(
            number[0],
            c.say("Danh sách cơ quan, tổ chức sau sắp xếp", "List of bodies after the merger"),
            c.say(
                f"(Kèm theo Báo cáo số          /{heads.symbol} ngày       tháng       năm {year} của {issuer})",
                f"(Attached to report No.          /{heads.symbol} of {year}, {issuer})",
            ),
        )
        draft.bodies(c)


def _fields(c: Context) -> dict[str, str | list[str]]:
    """Values of the template's fields."""
    heads, effect = c.inputs.scenario.documents, c.inputs.scenario.dates.effect
    issuer = getattr(heads.issuer, c.lang)
    recipients = [getattr(r, c.lang) for r in heads.recipients]
    return {
        "superior": balanced(getattr(heads.superior, c.lang).upper()),
        "issuer": issuer.upper(),
        "issuer_name": issuer,
        "symbol": heads.symbol,
        "place": heads.place,
        "year": str(effect.year),
        "subject": _subject(c),
        "addressee": getattr(heads.addressee, c.lang),
        "recipients": [f"{r}{'.' if i == len(recipients) else ';'}" for i, r in enumerate(recipients, start=1)],
        "territory": draft.territory(c),
        "effect": long_day(effect, c.lang),
    }


def balanced(name: str) -> str:
    """A name that is too long for a line, broken by a space where the longer part is shortest."""
    words = name.split()
    if len(name) <= HEAD_LINE or len(words) < 2:
        return name
    halves = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    first, second = min(halves, key=lambda pair: max(map(len, pair)))
    return f"{first}\n{second}"


def _subject(c: Context) -> str:
    title = unbroken(getattr(c.inputs.scenario.title, c.lang))
    return say(c.lang, f"Đề xuất phương án: {title}", f"Proposed plan: {title}")
