"""What every chapter of the Word report shares: the plan, the words, reasons and bound of a stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd

from merger.documents.letter import Letter
from merger.documents.wording import bound_sentence, finding_text, number, rules_text, synthetic_note
from merger.inputs import Inputs
from merger.plan import Plan

# A chapter names the first findings and the rules that they cite first; all of them are in the Excel annex.
FINDINGS_SHOWN, RULES_SHOWN = 12, 7


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
    c.letter.bullets(_findings(c, record.get("findings", ())))
    cited = {f.get("rule") for f in record.get("findings", ())}
    hit = sorted(record.get("rules_hit", ()), key=lambda rule: rule not in cited)
    rules = rules_text(hit, c.inputs, c.lang)
    if rules:
        title = c.say("Các quy định đã chi phối kết quả:", "Rules that decided the result:")
        c.letter.paragraph(title).runs[0].italic = True
        more = len(rules) - RULES_SHOWN
        rest = c.say(
            f"Và {more} căn cứ khác (phụ lục Excel, trang Quy định).",
            f"And {more} more sources (Excel annex, sheet of rules).",
        )
        c.letter.bullets([*rules[:RULES_SHOWN], rest] if more > 1 else rules)
    c.letter.paragraph(bound_sentence(record, c.lang))


def _findings(c: Context, findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Texts of the findings: of those that say the same of several units under one rule, the first and how many more.

    Which stand for others: those with the same rule, each about an item.
    """
    kinds = Counter(f["rule"] for f in findings if f.get("rule") and f.get("item"))
    texts, told = [], set()
    for finding in findings:
        rule = finding.get("rule") if finding.get("item") else None
        if not finding.get(c.lang) or rule in told:
            continue
        text = finding_text(finding, c.lang)
        if rule and kinds[rule] > 1:
            told.add(rule)
            more = kinds[rule] - 1
            text += c.say(
                f" Còn {more} trường hợp cùng loại (phụ lục Excel).", f" {more} more of this kind (Excel annex)."
            )
        texts.append(text)
    more = len(texts) - FINDINGS_SHOWN
    if more > 1:
        rest = c.say(f"Còn {more} nội dung khác ở phụ lục Excel.", f"{more} more in the Excel annex.")
        texts = [*texts[:FINDINGS_SHOWN], rest]
    return texts
