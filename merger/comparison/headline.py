"""Figures of two plans side by side, named and in the order of figures.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from merger.comparison.difference import Figure, Words
from merger.disclosure import is_masked
from merger.documents.wording import LANGUAGES, MISSING, day, empty, number, quantity
from merger.plan import Plan


def figure_changes(a: Plan, b: Plan) -> dict[str, tuple[Any, Any]]:
    """Every figure of the two manifests that differs, as {key: (a, b)}; None where a plan lacks it."""
    left, right = dict(_figures(a)), dict(_figures(b))
    names = [*left, *(k for k in right if k not in left)]
    return {k: (left.get(k), right.get(k)) for k in names if left.get(k) != right.get(k)}


def headline(changes: dict[str, tuple[Any, Any]], stages: set[str]) -> tuple[Figure, ...]:
    """The figures that people ask for among those that differ, in words; of `stages` only and of the score."""
    found = []
    for row in _titles():
        if row["key"] in changes and row["key"].split(".")[0] in {"headline", *stages}:
            a, b = changes[row["key"]]
            words = (_words(v, row["unit"], int(row["decimals"])) for v in (a, b))
            found.append(Figure(row["group"], row["key"], {x: row[x] for x in LANGUAGES}, a, b, *words))
    return tuple(found)


@lru_cache(maxsize=1)
def _titles() -> list[dict[str, str]]:
    text = files("merger.comparison").joinpath("figures.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _figures(plan: Plan) -> Iterator[tuple[str, Any]]:
    for key, value in plan.manifest["headline"].get("plan", {}).items():
        yield f"headline.{key}", value
    for stage, record in plan.manifest["stages"].items():
        for key, value in record["figures"].items():
            if isinstance(value, (int, float, str)) and not isinstance(value, bool):
                yield f"{stage}.{key}", value


def _words(value: Any, unit: str, decimals: int) -> Words:
    return {lang: _word(value, unit, decimals, lang) for lang in LANGUAGES}


def _word(value: Any, unit: str, decimals: int, lang: str) -> str:
    if empty(value):
        return MISSING
    if is_masked(value):
        return number(value, lang)
    if isinstance(value, str):
        return day(value, lang) if unit == "date" else value
    if unit.startswith("VND"):
        return quantity(value, unit, lang)
    word = {"minutes": "phút" if lang == "vi" else "min"}.get(unit, unit)
    return f"{number(value, lang, decimals)} {word}".strip()
