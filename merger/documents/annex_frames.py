"""Sheets of the Excel annex as frames: the plan's tables, results and findings of the stages, law and sources."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from merger.documents.wording import (
    LANGUAGES,
    finding_text,
    known,
    plain_value,
    restriction_text,
    synthetic_note,
    term,
    unit_word,
)
from merger.inputs import Inputs
from merger.layers import attribution, own_units
from merger.plan import Plan
from merger.tables import TABLES

Sheets = dict[str, tuple[pd.DataFrame, Mapping[str, str]]]


def frames(plan: Plan, inputs: Inputs) -> Sheets:
    """Every sheet's frame with the type of each column, in the order of the workbook."""
    sheets: Sheets = {"stages": _stages(plan)}
    findings = _findings(plan, inputs)
    if len(findings):
        sheets["findings"] = (findings, {})
    for name, table in TABLES.items():
        if name not in plan.tables or plan.tables[name].empty:
            continue
        frame, types = plan.tables[name], {c: kind for c, (kind, _) in table.columns.items()}
        if name == "ceilings":
            frame = _ceilings(frame, inputs)
        elif name == "equity":
            frame = _equity(frame)
        elif name == "headcount":
            frame = frame.assign(group=[_group(m, g) for m, g in zip(frame["measure"], frame["group"], strict=True)])
        sheets[name] = (frame, types)
    sheets["law"] = _law(plan, inputs)
    sheets["sources"] = _sources(plan, inputs)
    return sheets


def _stages(plan: Plan) -> tuple[pd.DataFrame, Mapping[str, str]]:
    rows = []
    for name, r in plan.manifest["stages"].items():
        rows.append(
            {
                "stage": _both("stage", name),
                "status": _both("status", r["status"]),
                "objective": r.get("objective"),
                "bound": r.get("bound"),
                "law_unit": " / ".join(unit_word(r.get("unit", ""), lang) for lang in LANGUAGES),
                "gap": r.get("gap"),
                "seconds": r.get("seconds"),
                "restriction": " / ".join(
                    dict.fromkeys(restriction_text(r.get("restriction", ""), x) for x in ("vi", "en"))
                ),
            }
        )
    types = {"objective": "vnd", "bound": "vnd", "gap": "percent", "seconds": "minutes"}
    return pd.DataFrame(rows), types


def _both(group: str, key: str) -> str:
    """Word of a code in both languages, once where they are the same."""
    return " / ".join(dict.fromkeys(term(group, key, lang) for lang in LANGUAGES))


def _findings(plan: Plan, inputs: Inputs) -> pd.DataFrame:
    """What each stage found, in both languages, with the rule that it cites."""
    rows = []
    for name, record in plan.manifest["stages"].items():
        for f in record.get("findings", ()):
            rule = inputs.law.get(f.get("rule", ""))
            rows.append(
                {
                    "stage": _both("stage", name),
                    "finding_vi": finding_text(f, "vi"),
                    "finding_en": finding_text(f, "en"),
                    "article": rule.cite("vi") if rule else "",
                }
            )
    return pd.DataFrame(rows)


def _group(measure: str, group: str) -> str:
    """Words of a group of table headcount: an outcome, a benefit, or a class of km as it is."""
    words = "headcount_group" if known("headcount_group", group) else measure
    return " / ".join(dict.fromkeys(term(words, group, lang) for lang in LANGUAGES))


def _ceilings(ceilings: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Ceilings that bind first, each with what its rule says."""
    titles = [f"{rule.title_vi} / {rule.title_en}" for rule in map(inputs.law.get, ceilings["rule"])]
    marked = {c: ceilings[c].astype(object).where(ceilings[c].notna(), "•") for c in ("above", "above_all")}
    frame = ceilings.assign(titles=titles, **marked).drop(columns="subject_id")
    first = ["titles", "subject_vi", "subject_en"]
    frame = frame[[*first, *(c for c in frame.columns if c not in first)]]
    return frame.sort_values("binding", ascending=False, kind="stable")


def _equity(equity: pd.DataFrame) -> pd.DataFrame:
    """Counts that are suppressed are marked, so that nobody takes them for nothing."""
    frame = equity.astype({c: object for c in equity.columns if TABLES["equity"].columns[c][0] in ("int", "km")})
    for row, names in zip(frame.index, frame["suppressed"].fillna(""), strict=True):
        frame.loc[row, [n for n in names.split(";") if n]] = "•"
    return frame.drop(columns=["group", "suppressed"])


def _law(plan: Plan, inputs: Inputs) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Every figure of law, with the stages whose result it decided."""
    rows, stages = [], plan.manifest["stages"]
    for rule in inputs.law.values():
        value = rule.value if rule.value is not None else "; ".join(f"{k} = {v}" for k, v in rule.fields.items())
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        rows.append(
            {
                "rule_id": rule.id,
                "title_vi": rule.title_vi,
                "title_en": rule.title_en,
                "value": value if plain else plain_value(value, "vi"),
                "law_unit": rule.unit,
                "article": rule.cite("vi"),
                "source": rule.cite("en"),
                "status": f"{term('rule_status', rule.status, 'vi')} / {rule.status}",
                "decided": "; ".join(
                    _both("stage", name) for name, r in stages.items() if rule.id in r.get("rules_hit", ())
                ),
                "note": rule.note,
            }
        )
    return pd.DataFrame(rows), {"value": "number"}


def _sources(plan: Plan, inputs: Inputs) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Every table of the scenario by the name of its file (no path: that says nothing elsewhere), and whose data it
    is."""
    hashes = plan.manifest.get("data_hashes", {})
    rows = []
    for name in type(inputs.scenario.data).model_fields:
        reference, row = inputs.scenario.data.reference(name), {"titles": _both("data", name)}
        if reference:
            file = str(reference).removeprefix("geodata:").replace("\\", "/").rsplit("/", 1)[-1]
            rows.append({**row, "source": file, "digest": str(hashes.get(name, "")), "note": ""})
        elif name in inputs.synthetic:
            rows.append({**row, "source": "GIẢ LẬP / SYNTHETIC", "digest": "", "note": synthetic_note("vi")})
    licences = "" if own_units(inputs) else "ODbL 1.0, MIT, CC-BY 4.0"
    rows.append({"titles": "©", "source": attribution(inputs), "digest": "", "note": licences})
    return pd.DataFrame(rows), {}
