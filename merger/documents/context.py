"""What every chapter of the Word report shares: the plan, the words, reasons and bound of a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd

from merger.documents.letter import Letter
from merger.documents.wording import bound_sentence, finding_text, number, rules_text, synthetic_note
from merger.inputs import Inputs
from merger.plan import Plan

# A chapter names the first findings; all of them are on the map page.
FINDINGS_SHOWN = 14


@dataclass
class Context:
    """What a chapter needs."""

    plan: Plan
    inputs: Inputs
    layers: Mapping[str, gpd.GeoDataFrame]
    lang: str
    letter: Letter
    sites: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.sites = dict(zip(self.inputs.sites["site_id"], self.inputs.sites["name"], strict=True))

    def n(self, value, decimals: int = 0) -> str:
        """A number in the report's language."""
        return number(value, self.lang, decimals)

    def say(self, vi: str, en: str) -> str:
        """The text of the report's language."""
        return say(self.lang, vi, en)


def say(lang: str, vi: str, en: str) -> str:
    """The text of one language."""
    return vi if lang == "vi" else en


def lower_first(text: str) -> str:
    """First letter small, as inside a sentence."""
    return text[:1].lower() + text[1:]


def synthetic_warning(c: Context, table: str) -> None:
    """A box where a chapter rests on generated divisions or staff."""
    if table in c.plan.manifest.get("synthetic", ()):
        c.letter.warning(synthetic_note(c.lang))


def reasons(c: Context, stage: str, number_of: int) -> None:
    """Findings, rules and bound of a stage, under one numbered heading."""
    record = c.plan.manifest["stages"][stage]
    c.letter.heading(f"{number_of}. {c.say('Lý do, căn cứ và mức độ tối ưu', 'Reasons, rules and bound')}")
    findings = [finding_text(f, c.lang) for f in record.get("findings", ()) if f.get(c.lang)]
    more = len(findings) - FINDINGS_SHOWN
    if more > 1:
        rest = c.say(
            f"Còn {more} nội dung khác trên trang bản đồ (dashboard.html).",
            f"{more} more on the map page (dashboard.html).",
        )
        findings = [*findings[:FINDINGS_SHOWN], rest]
    c.letter.bullets(findings)
    rules = rules_text(list(record.get("rules_hit", ())), c.inputs, c.lang)
    if rules:
        c.letter.paragraph(c.say("Các quy định đã chi phối kết quả:", "Rules that decided the result:")).runs[
            0
        ].italic = True
        c.letter.bullets(rules)
    c.letter.paragraph(bound_sentence(record, c.lang))
