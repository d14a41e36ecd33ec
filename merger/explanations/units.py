"""Why an old unit is where it is: what holds it there, and the best plan in which it goes elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from merger.arrangement.conflicts import reasons
from merger.arrangement.model import ArrangeModel, build_model
from merger.arrangement.moves import Move, moves_of, standing_of
from merger.arrangement.otherwise import Otherwise, best_otherwise, plan_regions, travel
from merger.arrangement.standards import EXEMPT, MEETS, NEEDS_DECISION
from merger.documents.wording import heading, percent, term
from merger.explanations.answer import Question, Section, split
from solvers.problem import Status, Stop

SECONDS, WORK = 60.0, 150  # for the best other plan: at most, and neighbourhoods for each objective


@dataclass(frozen=True)
class UnitAnswer:
    """Parts of the answer, the best other plan in one sentence, and both as plain data."""

    sections: tuple[Section, ...]
    alternative: str
    data: dict[str, Any]


def unit_answer(q: Question, code: str, *, solve: bool) -> UnitAnswer:
    """Answer for one old unit of the plan; without `solve` only what moving it alone would do."""
    model = build_model(q.inputs)
    units = q.table("units")
    place = plan_regions(model, units)
    names = units.set_index("seat_code")["new_name"].to_dict()
    unit = model.codes.index(code)
    moves = moves_of(model, place.region, unit)
    told = [_move(q, m, names[model.codes[place.seat_of(m.target)]]) for m in moves]
    sections = _section(q.say("Chuyển riêng đơn vị này", "Moving this unit alone"), [line for line, _ in told])
    further = _section(q.say("Trong các phương án khác", "In further plans"), _further(q, code))
    data: dict[str, Any] = {"moves": [d for _, d in told]}
    if not solve:
        return UnitAnswer((*sections, *further), "", data)
    stop = Stop(SECONDS, WORK, 0.0, q.inputs.scenario.seed, q.inputs.scenario.threads)
    other = best_otherwise(model, place, unit, moves, stop)
    if other is None:
        text = q.say("Đơn vị thuộc đặc khu đã định trước.", "The unit belongs to a fixed special zone.")
        return UnitAnswer((*sections, *further), text, data)
    text, lines, data["best_otherwise"] = _otherwise(q, model, other)
    more = _section(q.say("Trong phương án tốt nhất khác đó", "In that best other plan"), lines)
    return UnitAnswer((*sections, *more, *further), text, data)


def _further(q: Question, code: str) -> list[str]:
    """Whether its grouping is settled, by table `settled`."""
    settled = q.table("settled")
    lines = []
    for row in settled[settled["old_code"] == code].to_dict("records"):
        lines.append(term("grouping", row["grouping"], q.lang))
        for column in ("always_with", "found_with", "sometimes_with"):
            if split(row[column]):
                names = ", ".join(q.cells.name(c) for c in split(row[column]))
                lines.append(f"{heading(column, q.lang)}: {names}")
    return lines


def _section(title: str, lines: list[str]) -> tuple[Section, ...]:
    return (Section(title, tuple(lines)),) if lines else ()


def _move(q: Question, move: Move, name: str) -> tuple[str, dict[str, Any]]:
    extra = None if np.isinf(move.extra) else round(move.extra, 1)
    holds = [q.say(h.vi, h.en) + q.cite(h.rule) for h in move.holds]
    data = {"to": name, "extra_person_minutes": extra, "breaks": holds, "rules": [h.rule for h in move.holds if h.rule]}
    if holds:
        return f"{name}: {q.say('không được', 'not allowed')}: {'; '.join(holds)}", data
    return f"{name}: {_person_minutes(q, move.extra)}", data


def _person_minutes(q: Question, extra: float) -> str:
    sign = "+" if extra > 0 else ""
    return q.say(f"{sign}{q.n(extra)} phút·người", f"{sign}{q.n(extra)} person-minutes")


def _otherwise(q: Question, model: ArrangeModel, other: Otherwise) -> tuple[str, list[str], dict[str, Any]]:
    """The best other plan: one sentence, further lines, plain data."""
    name = _unit_name(q, model, other.unit)
    if other.partner is None:
        demand = q.say(f"{name} không đứng riêng", f"{name} is not alone")
    else:
        partner = _unit_name(q, model, other.partner)
        demand = q.say(f"{name} không chung đơn vị với {partner}", f"{name} is not in one unit with {partner}")
    if other.solution.objective is None:
        return _none(q, other, demand)
    to = int(other.seat_after[other.unit])
    fellows = np.flatnonzero(other.seat_after == to)
    whole = travel(model, other.seat_before)
    share = percent(other.extra / whole, q.lang, 2) if whole else ""
    joins = _unit_name(q, model, to)
    text = q.say(
        f"Phương án tốt nhất trong đó {demand}: {name} về đơn vị có trụ sở tại {joins}, "
        if to != other.unit
        else f"Phương án tốt nhất trong đó {demand}: {name} giữ trụ sở của đơn vị mới, ",
        f"The best plan in which {demand}: {name} goes to the unit with its seat in {joins}, "
        if to != other.unit
        else f"The best plan in which {demand}: {name} holds the seat of its new unit, ",
    )
    text += f"{_person_minutes(q, other.extra)} ({share}; {_proof(q, other)})."
    lines = [q.say("Gồm: ", "Members: ") + ", ".join(_unit_name(q, model, u) for u in fellows)]
    lines.append(_people(q, model, other))
    lines.append(_standards(q, model, other))
    changed = [u for u in np.flatnonzero(other.seat_before != other.seat_after).tolist() if u != other.unit]
    if changed:
        lines.append(
            q.say(f"{q.n(len(changed))} đơn vị cũ khác đổi trụ sở:", f"{q.n(len(changed))} other old units change:")
        )
        lines += q.cut([f"  {_change(q, model, other, u)}" for u in changed])
    data = {
        "not_with": None if other.partner is None else model.codes[other.partner],
        "seat_code": model.codes[to],
        "members": [model.codes[u] for u in fellows],
        "extra_person_minutes": round(other.extra, 1),
        "extra_at_least": None if other.at_least is None else round(other.at_least, 1),
        "proven_best": other.solution.status is Status.OPTIMAL,
        "changed": {model.codes[u]: model.codes[int(other.seat_after[u])] for u in changed},
        "standards_before": _counts(model, other.seat_before),
        "standards_after": _counts(model, other.seat_after),
    }
    return text, lines, data


def _none(q: Question, other: Otherwise, demand: str) -> tuple[str, list[str], dict[str, Any]]:
    data: dict[str, Any] = {"extra_person_minutes": None, "proven_best": False}
    if other.solution.status is Status.INFEASIBLE:
        text = q.say(f"Không có phương án nào trong đó {demand}.", f"There is no plan in which {demand}.")
        found = reasons(q.inputs, other.model, other.solution, Stop(SECONDS))
        title = q.say("Không thể cùng thỏa mãn: ", "These cannot hold together: ")
        return text, [title + "; ".join(found)], data
    text = q.say(
        f"Chưa tìm được phương án nào trong đó {demand} (trong {q.n(SECONDS)} giây).",
        f"No plan in which {demand} was found within {q.n(SECONDS)} seconds.",
    )
    return text, [], data


def _proof(q: Question, other: Otherwise) -> str:
    if other.solution.status is Status.OPTIMAL:
        return q.say("đã chứng minh là tốt nhất", "proven best")
    if other.at_least is None or other.at_least <= 0:
        return q.say("chưa chứng minh là tốt nhất", "not proven best")
    least = q.n(other.at_least)
    return q.say(f"đã chứng minh: ít nhất +{least}", f"proven: at least +{least}")


def _people(q: Question, model: ArrangeModel, other: Otherwise) -> str:
    """People whose way to the seat grows or shrinks."""
    p = model.problem
    row = np.arange(p.n)
    before, after = p.minutes[row, other.seat_before], p.minutes[row, other.seat_after]
    longer, shorter = (float(p.population[m].sum()) for m in (after > before, after < before))
    return q.say(
        f"{q.n(longer)} người đi lâu hơn, {q.n(shorter)} người đi nhanh hơn",
        f"{q.n(longer)} people have a longer way, {q.n(shorter)} a shorter one",
    )


def _standards(q: Question, model: ArrangeModel, other: Otherwise) -> str:
    before, after = _counts(model, other.seat_before), _counts(model, other.seat_after)
    parts = [f"{term('standard', k, q.lang)} {q.n(before[k])} → {q.n(after[k])}" for k in before]
    return q.say("Theo tiêu chuẩn: ", "By standard: ") + "; ".join(parts)


def _counts(model: ArrangeModel, seat: np.ndarray) -> dict[str, int]:
    """New units by standing, special zones apart."""
    fixed = {u for f in model.problem.fixed for u in f.members}
    standings = [standing_of(model, np.flatnonzero(seat == s)) for s in np.unique(seat) if int(s) not in fixed]
    return {k: standings.count(k) for k in (MEETS, EXEMPT, NEEDS_DECISION)}


def _change(q: Question, model: ArrangeModel, other: Otherwise, u: int) -> str:
    before, after = (_unit_name(q, model, int(s[u])) for s in (other.seat_before, other.seat_after))
    return f"{_unit_name(q, model, u)}: {before} → {after}"


def _unit_name(q: Question, model: ArrangeModel, u: int) -> str:
    return str(q.inputs.units["name_full"].at[model.codes[u]])
