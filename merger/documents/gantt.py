"""Gantt charts as vector drawings: all families of tasks, or the tasks of one body.

Critical work is dark and work with slack light, so that both tell apart in black and white too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from merger.documents.drawing import Drawing, Point, text_width, wrapped
from merger.documents.facts import grouped_tasks
from merger.documents.wording import day, number
from merger.timetabling.calendars import WorkCalendar

GANTT_ROWS, BODY_ROWS, ALIKE = 42, 40, 6  # rows at most; tasks of a family that still get a row each
WIDTH = 453.5  # 16 cm
NAMES, TAIL = 196.0, 33.0  # columns at the left and at the right
SIZE, LINE, ROW = 5.9, 7.0, 10.6  # size of the names, height of one line and of a row of one line
BAR = 6.0
LIGHT, LIGHT_LINE, DARK = "#a9c8e8", "#2f5d8a", "#8e1b27"
HOLIDAY, GRID, EFFECT, INK = "#dcdcdc", "#bdbdbd", "#1b5e20", "#000000"
AFTER_EFFECT = 183  # days after the day of effect that a chart shows at least, if there is work


@dataclass(frozen=True)
class Row:
    """One line of a chart: parts of work as (first day, last day, critical) with their limits, or days of events."""

    title: str
    parts: tuple[tuple[date, date, bool], ...]
    start: date
    finish: date
    legal: date | None
    target: date | None
    events: tuple[date, ...] = ()


def overall_gantt(timetable: pd.DataFrame, effect: date, lang: str, *, rows: int = GANTT_ROWS) -> Drawing:
    """Families of tasks with limits, targets and the day on which the merger takes effect; all events in one row.

    Long plans show the families of most weight: those of many tasks, of this plan, or with a legal limit.
    """
    fixed = timetable["fixed"].astype(bool)
    work = timetable[~fixed] if not fixed.all() else timetable
    chosen = list(_families(_weightiest(grouped_tasks(work), rows), work, lang))
    if fixed.any() and not fixed.all():
        chosen.insert(0, _events(timetable[fixed], chosen, lang))
    title = "Tiến độ chung" if lang == "vi" else "Timetable of all bodies"
    return _drawing(chosen, effect, lang, title)


def _events(events: pd.DataFrame, work: list[Row], lang: str) -> Row:
    """One row of the events that fall into the time of the work."""
    first, last = min(r.start for r in work), max(r.finish for r in work)
    days = tuple(sorted(d for d in map(_date, events["start"]) if first <= d <= last))
    word = (
        "Mốc: nghị quyết, kỳ họp, ngày hiệu lực" if lang == "vi" else "Events: resolutions, sittings, entry into force"
    )
    return Row(f"{word} ({number(len(days), lang)})", (), first, first, None, None, days)


def body_gantt(tasks: pd.DataFrame, effect: date, lang: str, title: str) -> Drawing:
    """Tasks of one body, each its own row; more than a few of one family share one, in a long chart all families."""
    family = tasks["task_id"].astype(str).str.split(":").str[0]
    sizes = family.map(family.value_counts())
    joined = sizes > ALIKE if (sizes > ALIKE).sum() + BODY_ROWS >= len(tasks) else sizes > 0
    together, single = tasks[joined], tasks[~joined]
    rows = list(_families(_weightiest(grouped_tasks(together), BODY_ROWS), together, lang)) if len(together) else []
    for r in single.to_dict("records"):
        rows.append(_row(r, ((_date(r["start"]), _date(r["finish"]), bool(r["critical"])),), str(r[f"title_{lang}"])))
    rows.sort(key=lambda r: (r.start, r.finish, r.title))
    return _drawing(rows, effect, lang, title)


def _weightiest(groups: pd.DataFrame, most: int) -> pd.DataFrame:
    """Families that a chart shows, in order of time."""
    if len(groups) > most:
        rank = (
            (groups["legal_late_days"] > 0) * 16
            + (groups["tasks"] > 1) * 8
            + (groups["origin"] == "plan") * 4
            + groups["legal_limit"].ne("") * 2
            + groups["critical"] * 1
            - groups["fixed"] * 6
        )
        order = groups.assign(rank=rank).sort_values(["rank", "start", "family"], ascending=[False, True, True])
        groups = order.head(most).drop(columns="rank")
    return groups.sort_values(["start", "finish", "family"]).reset_index(drop=True)


def _families(groups: pd.DataFrame, tasks: pd.DataFrame, lang: str) -> Iterator[Row]:
    family = tasks["task_id"].astype(str).str.split(":").str[0]
    for group in groups.to_dict("records"):
        own = tasks[family == group["family"]]
        count = f" ({number(group['tasks'], lang)})" if group["tasks"] > 1 else ""
        yield _row(group, tuple(_busy(own)), f"{group[f'title_{lang}']}{count}")


def _row(record: dict, parts: tuple[tuple[date, date, bool], ...], title: str) -> Row:
    limits = {c: _date(record[c]) if isinstance(record[c], str) and record[c] else None for c in LIMITS}
    return Row(
        title,
        () if record["fixed"] else parts,
        _date(record["start"]),
        _date(record["finish"]),
        limits["legal_limit"],
        limits["target"],
        (_date(record["start"]),) if record["fixed"] else (),
    )


LIMITS = ("legal_limit", "target")


def _busy(tasks: pd.DataFrame) -> Iterator[tuple[date, date, bool]]:
    """Spans of days on which some task goes on, those with slack first: what is critical is drawn over them."""
    for critical in (False, True):
        own = tasks[tasks["critical"].astype(bool) == critical]
        spans = sorted((_date(s), _date(f)) for s, f in zip(own["start"], own["finish"], strict=True))
        joined: list[tuple[date, date]] = []
        for first, last in spans:
            if joined and first <= joined[-1][1] + timedelta(days=1):
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        yield from ((first, last, critical) for first, last in joined)


@dataclass(frozen=True)
class _Scale:
    """Days to points; work after `last` is cut."""

    first: date
    last: date

    def x(self, when: date) -> float:
        """Left edge of a day, within the chart."""
        share = (min(max(when, self.first), self.last) - self.first).days / max(1, (self.last - self.first).days)
        return NAMES + share * (WIDTH - NAMES - TAIL)

    def end(self, when: date) -> float:
        """Right edge of a day."""
        return self.x(when + timedelta(days=1))


def _scale(rows: list[Row], effect: date) -> _Scale:
    """From the month of the first day; the few tasks that end years later are cut, so that months stay readable."""
    ends = sorted(r.finish for r in rows)
    horizon = max(ends[int(0.8 * (len(ends) - 1))], effect + timedelta(days=AFTER_EFFECT))
    last = min(horizon, ends[-1]) + timedelta(days=4)
    first = min(r.start for r in rows)
    return _Scale(first.replace(day=1), max(last, first + timedelta(days=27)))


def _drawing(rows: list[Row], effect: date, lang: str, title: str) -> Drawing:
    scale = _scale(rows, effect)
    names = [wrapped(r.title, NAMES - 7, SIZE, 2) for r in rows]
    heights = [ROW + LINE * (len(n) - 1) for n in names]
    top = 18.0
    bottom = top + sum(heights)
    chart = Drawing(WIDTH, bottom + 26, title)
    y = top
    for k, height in enumerate(heights):
        if k % 2:
            chart.box((0, y), (WIDTH, height), "#f4f6f8")
        y += height
    _days_off(chart, scale, top, bottom)
    _months(chart, scale, top, bottom)
    y = top
    for row, name, height in zip(rows, names, heights, strict=True):
        middle = y + height / 2
        for i, line in enumerate(name):
            chart.text(2, middle + SIZE * 0.36 + (i - (len(name) - 1) / 2) * LINE, line, SIZE)
        _work(chart, scale, row, middle, lang)
        y += height
    _effect(chart, scale, effect, (top, bottom), lang)
    _legend(chart, rows, scale, bottom + 11, lang)
    return chart


def _days_off(chart: Drawing, scale: _Scale, top: float, bottom: float) -> None:
    """Shade the public holidays."""
    off = WorkCalendar(scale.first, scale.last).public_holidays
    days = (scale.first + timedelta(days=k) for k in range((scale.last - scale.first).days))
    for when in days:
        if when in off:
            chart.box((scale.x(when), top), (scale.end(when) - scale.x(when), bottom - top), HOLIDAY)


def _months(chart: Drawing, scale: _Scale, top: float, bottom: float) -> None:
    starts = [scale.first]
    while starts[-1] < scale.last:
        following = (starts[-1] + timedelta(days=32)).replace(day=1)
        if following >= scale.last:
            break
        starts.append(following)
    room = (WIDTH - NAMES - TAIL) / max(1, len(starts))
    every = next((n for n in (1, 2, 3, 6, 12) if n * room >= 26), 12)
    for when in starts:
        told = (when.month - 1) % every == 0
        x = scale.x(when)
        chart.line((x, top - (4 if told else 0)), (x, bottom), GRID, 0.5 if told else 0.25)
        if told and x < WIDTH - TAIL - 12:
            chart.text(x + 1.5, top - 2, f"{when.month}/{when.year}", 5.4, fill="#333333")
    chart.line((NAMES, top), (WIDTH - TAIL, top), INK)
    chart.line((NAMES, top), (NAMES, bottom), INK)


def _work(chart: Drawing, scale: _Scale, row: Row, y: float, lang: str) -> None:
    for event in row.events:
        if event < scale.last:
            _diamond(chart, (scale.x(event) + scale.end(event)) / 2, y)
    if row.events or not row.parts:
        return
    if len(row.parts) > 1:
        chart.line((scale.x(row.start), y), (scale.end(row.finish), y), LIGHT_LINE, 0.7)
    hint = f"{day(row.start, lang)} – {day(row.finish, lang)}"
    for first, last, critical in row.parts:
        x, width = scale.x(first), max(scale.end(last) - scale.x(first), 1.6)
        if first < scale.last:
            _bar(chart, (x, y), width, critical, hint)
    if row.finish >= scale.last:
        chart.text(WIDTH - 1, y + 2, f"» {row.finish:%m/%Y}", 5.4, anchor="end")
    if row.target and scale.first <= row.target < scale.last:
        _target(chart, scale.end(row.target), y)
    if row.legal and scale.first <= row.legal < scale.last:
        _limit(chart, scale.end(row.legal), y)


def _bar(chart: Drawing, at: Point, width: float, critical: bool, hint: str = "") -> None:
    fill, line = (DARK, DARK) if critical else (LIGHT, LIGHT_LINE)
    chart.box((at[0], at[1] - BAR / 2), (width, BAR), fill, line, hint=hint)


def _diamond(chart: Drawing, x: float, y: float) -> None:
    chart.shape((x, y - 3.3), (x + 3.3, y), (x, y + 3.3), (x - 3.3, y), fill=INK)


def _limit(chart: Drawing, x: float, y: float) -> None:
    """A bar over the whole row under a full triangle."""
    chart.line((x, y - 4.6), (x, y + 4.6), INK, 1.1)
    chart.shape((x - 2.4, y - 5.0), (x + 2.4, y - 5.0), (x, y - 1.6), fill=INK)


def _target(chart: Drawing, x: float, y: float) -> None:
    """A hollow triangle from below: it can stand at the same day as a limit."""
    chart.shape((x - 2.6, y + 5.0), (x + 2.6, y + 5.0), (x, y + 0.8), fill="#ffffff", line="#b35900", width=0.8)


def _effect(chart: Drawing, scale: _Scale, effect: date, span: tuple[float, float], lang: str) -> None:
    if scale.first <= effect < scale.last:
        x = scale.x(effect)
        chart.line((x, span[0] - 9), (x, span[1]), EFFECT, 0.9, dash=3)
        word = "Hiệu lực" if lang == "vi" else "Effect"
        chart.text(x, span[0] - 11, f"{word} {effect:%d/%m/%Y}", 5.4, anchor="middle", bold=True, fill=EFFECT)


def _legend(chart: Drawing, rows: list[Row], scale: _Scale, y: float, lang: str) -> None:
    """Only the signs that the chart has, in up to two lines."""
    parts = [p for r in rows for p in r.parts]
    signs = [
        (any(c for *_, c in parts), lambda x, y: _bar(chart, (x, y), 11, True), "Việc găng", "Critical"),
        (any(not c for *_, c in parts), lambda x, y: _bar(chart, (x, y), 11, False), "Có dự phòng", "With slack"),
        (any(r.events for r in rows), lambda x, y: _diamond(chart, x + 6, y), "Mốc", "Event"),
        (_inside(scale, (r.legal for r in rows if not r.events)), lambda x, y: _limit(chart, x + 6, y),
         "Thời hạn theo luật", "Legal limit"),
        (_inside(scale, (r.target for r in rows if not r.events)), lambda x, y: _target(chart, x + 6, y - 1.5),
         "Mục tiêu", "Target"),
        (True, lambda x, y: chart.box((x, y - 3), (11, 6), HOLIDAY), "Nghỉ lễ", "Public holiday"),
        (any(r.finish >= scale.last for r in rows), lambda x, y: chart.text(x + 3, y + 2, "»", 6),
         "Kết thúc sau khung, tháng/năm", "Ends later, month/year"),
    ]  # fmt: skip
    x = 4.0
    for there, draw, vi, en in signs:
        if not there:
            continue
        text = vi if lang == "vi" else en
        width = 15 + text_width(text, 5.6) + 8
        if x + width > WIDTH:
            x, y = 4.0, y + 10
        draw(x, y)
        chart.text(x + 15, y + 2, text, 5.6)
        x += width


def _inside(scale: _Scale, days: Iterable[date | None]) -> bool:
    return any(d is not None and scale.first <= d < scale.last for d in days)


def _date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
