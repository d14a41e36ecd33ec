"""Items of two plans that differ: units, bodies, divisions, mandates, posts, routes, limits, tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from merger.comparison.difference import Change, Words, both
from merger.disclosure import is_masked
from merger.documents.wording import LANGUAGES, MISSING, day, empty, number, term
from merger.plan import Plan

Names = Mapping[str, str]
NOTHING = both(MISSING)


def item_changes(a: Plan, b: Plan, names: Names) -> Iterator[Change]:
    """Changes of every table that both plans have; `names` of codes of units and sites."""
    yield from unit_changes(a, b, names)
    for table, compare in COMPARED.items():
        if table in a.tables and table in b.tables:
            yield from compare(a.tables[table], b.tables[table], names)


def unit_changes(a: Plan, b: Plan, names: Names) -> Iterator[Change]:
    """An old unit changes when its partners, its seat or its name change, not when only the id of the new unit does.

    Its people count where their own unit or seat is another. A seat without a code (a point, as in reality) is not
    compared; km and minutes are shown where the table has them.
    """
    if "units" not in a.tables or "units" not in b.tables:
        return
    left, right = (p.tables["units"].set_index("old_code") for p in (a, b))
    partners = [t.index.to_series().groupby(t["new_id"]).agg(frozenset) for t in (left, right)]
    for code, x, y in _pairs(left, right):
        if x is not None and y is not None:
            together = partners[0][x["new_id"]] == partners[1][y["new_id"]]
            seats = {s for s in (x["seat_code"], y["seat_code"]) if s}
            if together and len(seats) < 2 and x["new_name"] == y["new_name"] and not y.get("divided", ""):
                continue
        some = x if x is not None else y
        km = [0.0 if r is None or empty(r.get("km_to_seat")) else float(r["km_to_seat"]) for r in (x, y)]
        before, after = _unit(x, names), _unit(y, names)
        people, size = int(some["population"]), abs(km[1] - km[0])
        if before == after:  # the same new unit and seat for these people, with other members
            after, people = _members(partners[0][x["new_id"]], partners[1][y["new_id"]], names), 0
        yield Change("unit", code, both(some["old_name"]), before, after, people, size)


def _members(before: frozenset[str], after: frozenset[str], names: Names) -> Words:
    """Which members a new unit gains and loses."""
    gained, lost = (", ".join(names.get(c, c) for c in sorted(s)) for s in (after - before, before - after))
    vi = [f"{word} {told}" for word, told in (("thêm", gained), ("bớt", lost)) if told]
    en = [f"{word} {told}" for word, told in (("with", gained), ("without", lost)) if told]
    return {"vi": "; ".join(vi), "en": "; ".join(en)}


def _unit(row: pd.Series | None, names: Names) -> Words:
    if row is None:
        return NOTHING
    seat = names.get(row["seat_code"], row["seat_code"])
    km = row.get("km_to_seat")
    told = {}
    for lang in LANGUAGES:
        where = f"trụ sở {seat}" if lang == "vi" else f"seat {seat}"
        parts = ([where] if seat else []) + ([] if empty(km) else [f"{number(km, lang, 1)} km"])
        more = row.get("divided", "") or ""
        told[lang] = row["new_name"] + (f" ({', '.join(parts)})" if parts else "") + (f"; {more}" if more else "")
    return told


def _agencies(left: pd.DataFrame, right: pd.DataFrame, names: Names) -> Iterator[Change]:
    for item, x, y in _pairs(left.set_index("new_agency_id"), right.set_index("new_agency_id")):
        before, after = (NOTHING if r is None else _agency(r, names) for r in (x, y))
        if before != after:
            some = x if x is not None else y
            people = max(_people(r["staff"]) for r in (x, y) if r is not None)
            name = {"vi": some["new_agency"], "en": some["new_agency_en"] or some["new_agency"]}
            yield Change("agency", item, name, before, after, people)


def _agency(row: pd.Series, names: Names) -> Words:
    site = names.get(row["site_id"], row["site_id"])
    n = {lang: [number(row[c], lang) for c in ("divisions", "staff")] for lang in LANGUAGES}
    return {
        "vi": f"{n['vi'][0]} phòng, {n['vi'][1]} người, {site}",
        "en": f"{n['en'][0]} divisions, {n['en'][1]} people, {site}",
    }


def _divisions(left: pd.DataFrame, right: pd.DataFrame, names: Names) -> Iterator[Change]:
    def words(r: pd.Series) -> Words:
        return both(f"{r['new_division']}, {r['new_agency']}, {names.get(r['site_id'], r['site_id'])}")

    for item, x, y, before, after in _differing(left, right, words):
        some = x if x is not None else y
        yield Change(
            "division", item, both(f"{some['division']}, {some['agency']}"), before, after, _people(some["staff"])
        )


def _mandates(left: pd.DataFrame, right: pd.DataFrame, _: Names) -> Iterator[Change]:
    for item, x, y, before, after in _differing(left, right, lambda r: both(r["successor"] or MISSING)):
        yield Change("mandate", item, _title(x if x is not None else y), before, after)


def _posts(left: pd.DataFrame, right: pd.DataFrame, _: Names) -> Iterator[Change]:
    keys = ["level", "bloc", "role", "phase"]
    frames = (t.set_index(t[keys].astype(str).agg("/".join, axis=1)) for t in (left, right))
    for item, x, y in _pairs(*frames):
        before, after = (NOTHING if r is None else {g: _post_count(r, g) for g in LANGUAGES} for r in (x, y))
        if before != after:
            some = x if x is not None else y
            name = {g: ", ".join(term(k, some[k], g) for k in keys if some[k]) for g in LANGUAGES}
            counts = [0 if r is None else _people(r["posts"]) for r in (x, y)]
            yield Change("post", item, name, before, after, abs(counts[1] - counts[0]))


def _post_count(row: pd.Series, lang: str) -> str:
    posts, vacant = number(row["posts"], lang), number(row["vacant"], lang)
    return f"{posts} vị trí, trống {vacant}" if lang == "vi" else f"{posts} posts, {vacant} vacant"


def _routes(left: pd.DataFrame, right: pd.DataFrame, _: Names) -> Iterator[Change]:
    def words(r: pd.Series) -> Words:
        times = f"{r['depart']}–{r['arrive']}"
        seats, riders = r["vehicle"], r["riders"]
        return {
            "vi": f"{times}, xe {seats}, {number(riders, 'vi')} người",
            "en": f"{times}, vehicle {seats}, {number(riders, 'en')} people",
        }

    for item, x, y, before, after in _differing(left, right, words):
        some = x if x is not None else y
        people = max(_people(r["riders"]) for r in (x, y) if r is not None)
        yield Change("route", item, both(some["name_vi"]), before, after, people)


def _limits(left: pd.DataFrame, right: pd.DataFrame, _: Names) -> Iterator[Change]:
    frames = (t.set_index(t["deadline"] + "/" + t["force"]) for t in (left, right))
    for item, x, y in _pairs(*frames):
        before, after = (NOTHING if r is None else {g: _limit(r, g) for g in LANGUAGES} for r in (x, y))
        if before != after:
            size = _days(*(None if r is None else r["finish"] for r in (x, y)))
            yield Change("limit", item, _title(x if x is not None else y), before, after, size=size)


def _limit(row: pd.Series, lang: str) -> str:
    late, text = row["late_days"], f"{day(row['finish'], lang)} / {day(row['date'], lang)}"
    if empty(late) or float(late) <= 0:
        return text
    return text + (f", trễ {number(late, lang)} ngày làm việc" if lang == "vi" else f", {number(late, lang)} days late")


def _tasks(left: pd.DataFrame, right: pd.DataFrame, _: Names) -> Iterator[Change]:
    def words(r: pd.Series) -> Words:
        return {g: f"{day(r['start'], g)} – {day(r['finish'], g)}" for g in LANGUAGES}

    for item, x, y, before, after in _differing(left, right, words, ("start", "finish")):
        size = _days(*(None if r is None else r["finish"] for r in (x, y)))
        yield Change("task", item, _title(x if x is not None else y), before, after, size=size)


# Tables in which every row is an item.
COMPARED: dict[str, Callable[[pd.DataFrame, pd.DataFrame, Names], Iterator[Change]]] = {
    "new_agencies": _agencies,
    "structure": _divisions,
    "mandates": _mandates,
    "post_counts": _posts,
    "routes": _routes,
    "deadlines": _limits,
    "timetable": _tasks,
}


def _differing(
    left: pd.DataFrame, right: pd.DataFrame, words: Callable[[pd.Series], Words], columns: tuple[str, ...] = ()
) -> Iterator[tuple[str, pd.Series | None, pd.Series | None, Words, Words]]:
    """Rows of two tables by their first column whose words differ; rows with equal `columns` are passed over."""
    key = left.columns[0]
    for item, x, y in _pairs(left.set_index(key), right.set_index(key), columns):
        before, after = (NOTHING if r is None else words(r) for r in (x, y))
        if before != after:
            yield item, x, y, before, after


def _pairs(
    left: pd.DataFrame, right: pd.DataFrame, columns: tuple[str, ...] = ()
) -> Iterator[tuple[str, pd.Series | None, pd.Series | None]]:
    """Rows of either table with the row of the same index in the other, or None."""
    if columns:
        common = left.index.intersection(right.index)
        same = (left.loc[common, list(columns)] == right.loc[common, list(columns)]).all(axis=1)
        left, right = (t.drop(index=common[same.to_numpy()]) for t in (left, right))
    for item in [*left.index, *(i for i in right.index if i not in left.index)]:
        yield (
            str(item),
            left.loc[item] if item in left.index else None,
            right.loc[item] if item in right.index else None,
        )


def _title(row: pd.Series) -> Words:
    return {"vi": str(row["title_vi"]), "en": str(row["title_en"] or row["title_vi"])}


def _days(a: Any, b: Any) -> float:
    """Days between two ISO dates, 0 where one is missing."""
    return 0.0 if empty(a) or empty(b) else float(abs((date.fromisoformat(b) - date.fromisoformat(a)).days))


def _people(value: Any) -> int:
    """A count of persons, 0 where it is not shown."""
    return 0 if is_masked(value) or empty(value) else int(value)
