"""Why a route runs: where it stops, who rides, from how many riders it pays, and what the next best way would cost."""

from __future__ import annotations

import pandas as pd

from merger.documents.wording import empty, term
from merger.explanations.answer import Question, Section


def route_sections(q: Question, row: pd.Series) -> tuple[Section, ...]:
    """Stops of the morning and the evening, riders and the numbers from which it pays, why its groups ride."""
    sections = [_stops(q, row, direction) for direction in ("morning", "evening")]
    return tuple(s for s in (*sections, _pays(q, row), _groups(q, row)) if s.lines)


def _stops(q: Question, row: pd.Series, direction: str) -> Section:
    stops = q.table("stops")
    own = stops[(stops["route_id"] == row["route_id"]) & (stops["direction"] == direction)].sort_values("sequence")
    lines = []
    for stop in own.itertuples(index=False):
        verb = q.say("lên xe", "board") if direction == "morning" else q.say("xuống xe", "get off")
        people = "" if empty(stop.boarding) or stop.boarding == 0 else f", {q.n(stop.boarding)} {verb}"
        lines.append(f"{stop.time} {stop.name}{people}")
    title = q.say("Các điểm dừng", "Stops")
    return Section(f"{title}, {term('direction', direction, q.lang)}", tuple(lines))


def _pays(q: Question, row: pd.Series) -> Section:
    """Riders expected, and from how many the vehicle pays."""
    rules = q.table("route_rules")
    own = rules[rules["route_id"] == row["route_id"]]
    lines = []
    for r in own.itertuples(index=False):
        low, mean, high, asked = (q.n(v) for v in (r.riders_low, r.riders_expected, r.riders_high, r.registered))
        lines.append(
            q.say(
                f"{asked} người đăng ký; dự kiến {mean} người đi (ít {low}, nhiều {high}), {q.n(r.seats)} chỗ",
                f"{asked} registered; {mean} expected to ride (low {low}, high {high}), {q.n(r.seats)} seats",
            )
        )
        if not empty(r.keep_from):
            n = q.n(r.keep_from)
            vi, en = f"Từ {n} người: rẻ hơn cách đi tốt kế tiếp", f"From {n} riders: cheaper than their next best way"
            lines.append(q.say(f"{vi}, tính mọi chi phí; ít hơn thì bỏ xe", f"{en} in all; below that it is dropped"))
        if not empty(r.pays_from):
            n = q.n(r.pays_from)
            vi, en = f"Từ {n} người: tốn ít ngân sách hơn tiền hỗ trợ", f"From {n} riders: less public money"
            lines.append(q.say(f"{vi} tự đi", f"{en} than their allowances"))
    return Section(q.say("Vì sao có xe này", "Why this vehicle runs"), tuple(lines))


def _groups(q: Question, row: pd.Series) -> Section:
    """Where its riders live, and the reason of each group; of full plans only, where rows name the route."""
    commute = q.table("commute")
    own = commute[commute["route_id"].fillna("") == row["route_id"]]
    lines = [
        f"{g.home}, {q.n(g.riders)} {q.say('người', 'people')}: {getattr(g, f'reason_{q.lang}')}"
        for g in own.itertuples(index=False)
        if not empty(getattr(g, f"reason_{q.lang}"))
    ]
    return Section(q.say("Người đi từ đâu", "Where its riders live"), tuple(q.cut(lines)))
