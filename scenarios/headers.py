"""Known headers and words of rosters (headers.toml), for proposals: never applied unless the scenario says so."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from geodata.text import fold

BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def columns_called(table: str, header: str) -> tuple[str, ...]:
    """Our columns that a header may mean, in the order of headers.toml: none, one, or several (ambiguous)."""
    known = _headers(table)
    return next((known[form] for form in _forms(header) if form in known), ())


def is_personal(header: str) -> bool:
    """Whether a header says that its column tells who a person is: a name, a phone, an identity number ..."""
    forms = {*_forms(header), fold(header), fold(BRACKETS.sub(" ", header))}
    return not forms.isdisjoint(_personal())


def known_words(table: str, column: str) -> Mapping[str, str]:
    """Known words of a column, folded, with our value of each."""
    return _words(table).get(column, {})


def is_total(text: str) -> bool:
    """Whether a cell names a sum (tổng cộng, total ...), alone or before a colon or a number."""
    return bool(text) and re.sub(r"[\d ]+$", "", fold(text.partition(":")[0])).strip() in _totals()


def _forms(header: str) -> tuple[str, str]:
    """What a header is looked up as: whole, then without what is in brackets.

    Its diacritics count (mã số is not mã sở); a header without any is found among the known ones without them.
    """
    return fold(header, marks=True), fold(BRACKETS.sub(" ", header), marks=True)


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "headers.toml").read_text(encoding="utf-8"))


@cache
def _headers(table: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for column, synonyms in _content()["columns"].get(table, {}).items():
        exact = {fold(word, marks=True) for word in (column, *synonyms)}
        for form in exact | {fold(word) for word in exact}:
            found[form].append(column)
    return {form: tuple(columns) for form, columns in found.items()}


@cache
def _personal() -> frozenset[str]:
    return frozenset(map(fold, _content()["personal"]["headers"]))


@cache
def _totals() -> frozenset[str]:
    return frozenset(map(fold, _content()["words"]["totals"]))


@cache
def _words(table: str) -> dict[str, dict[str, str]]:
    columns = _content()["values"].get(table, {})
    return {
        column: {fold(word): value for value, words in values.items() for word in [value, *words]}
        for column, values in columns.items()
    }
