"""Tasks and deadlines: why on these days, who does it, what slips with it, what drives a limit and what must give."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from merger.documents.wording import day, empty, term
from merger.explanations.answer import Question, Section, split
from merger.timetabling.slips import Slips
from merger.timetabling.words import cause_words, resource_words, split_cause

# Cells of the row that are told as facts; the sections tell the rest.
TASK_FACTS = ("start", "finish", "working_days", "place", "documents", "kind", "mode", "cost_vnd")
DEADLINE_FACTS = ("date", "force", "tasks", "finish", "late_days", "spare_days", "slack_days")
SLIPS = (1, 5, 10)  # working days whose effect is told
BACK = 4  # steps back that an earlier start is looked for
CHAIN_SHOWN, REMEDIES_SHOWN = 30, 12


def task_sections(q: Question, row: pd.Series) -> tuple[Section, ...]:
    """Parts of an answer about a row of table timetable."""
    return _filled(
        Section(q.say("Vì sao vào những ngày này", "Why on these days"), tuple(_why(q, row))),
        Section(q.say("Ai làm", "Who does it"), tuple(_who(q, row))),
        Section(q.say("Thời hạn", "Limits"), tuple(_limits(q, row))),
        Section(q.say("Dự trữ", "Slack"), tuple(_slack(q, row))),
        Section(q.say("Nếu chậm", "If it slips"), tuple(_slips(q, row))),
        Section(q.say("Muốn bắt đầu sớm hơn", "To begin earlier"), tuple(_earlier(q, row))),
    )


def deadline_sections(q: Question, row: pd.Series) -> tuple[Section, ...]:
    """Parts of an answer about a row of table deadlines."""
    relief = q.table("relief")
    own = relief[(relief["deadline"] == row["deadline"]) & (relief["force"] == row["force"])]
    gives = [str(r[f"text_{q.lang}"]) for r in own.sort_values("rank").to_dict("records")]
    if not gives and not row["late_days"]:
        gives = [q.say("Không phải nhường gì: thời hạn được giữ.", "Nothing: the limit holds.")]
    return _filled(
        Section(q.say("Căn cứ", "Basis"), tuple(_basis(q, str(row["deadline"])))),
        Section(
            q.say("Chuỗi việc quyết định (từ việc cuối trở về trước)", "What drives it (from the last task back)"),
            tuple(q.cut(_chain(q, row), CHAIN_SHOWN)),
        ),
        Section(q.say("Phải nhường gì", "What must give"), tuple(q.cut(gives, REMEDIES_SHOWN))),
    )


def signing_section(q: Question, body: str) -> tuple[Section, ...]:
    """From when a new agency or commune-level unit can sign."""
    signing = q.table("signing")
    lines = []
    for row in signing[signing["body_id"] == body].to_dict("records"):
        can, earliest = day(row["can_sign"], q.lang), day(row["earliest"], q.lang)
        lines += [
            q.say(
                f"Từ {can} (sớm nhất có thể: {earliest}); quyết định {day(row['decision'], 'vi')}, bổ nhiệm lãnh đạo "
                f"{day(row['leaders'], 'vi')}, con dấu {day(row['seal'], 'vi')}",
                f"From {can} (earliest possible: {earliest}); decision {day(row['decision'], 'en')}, leaders "
                f"{day(row['leaders'], 'en')}, seal {day(row['seal'], 'en')}",
            ),
            q.say("Chờ: ", "Waits for: ") + str(row[f"waits_{q.lang}"]),
        ]
    return _filled(Section(q.say("Được ký văn bản từ ngày", "Can sign from"), tuple(lines)))


def _filled(*sections: Section) -> tuple[Section, ...]:
    return tuple(s for s in sections if s.lines)


def _by_id(q: Question) -> dict[str, dict[str, Any]]:
    return {str(r["task_id"]): r for r in q.table("timetable").to_dict("records")}


def _title(q: Question, rows: dict[str, dict[str, Any]], task: str) -> str:
    return str(rows[task][f"title_{q.lang}"]) if task in rows else task


def _span(q: Question, row: dict[str, Any] | pd.Series) -> str:
    first, last = day(row["start"], q.lang), day(row["finish"], q.lang)
    return first if first == last else f"{first} – {last}"


def _cause(q: Question, rows: dict[str, dict[str, Any]], cause: Any, before: Any) -> str:
    title = "" if empty(before) else f"“{_title(q, rows, str(before))}” ({_span(q, rows[before])})"
    return cause_words(str(cause), title, q.lang)


def _why(q: Question, row: pd.Series) -> list[str]:
    if empty(row["cause"]):
        return []
    told = _cause(q, _by_id(q), row["cause"], row["cause_task"])
    lines = [told[:1].upper() + told[1:]]
    if row["early_days"]:
        n = q.n(row["early_days"])
        lines.append(
            q.say(
                f"Có thể xong sớm hơn {n} ngày làm việc mà không việc nào khác phải dời",
                f"Could end {n} working days earlier with all other tasks in place",
            )
        )
    return lines


def _who(q: Question, row: pd.Series) -> list[str]:
    lines = [str(row["owner"])] if not empty(row["owner"]) else []
    if not empty(row["partner"]):
        lines.append(q.say("Phối hợp: ", "With: ") + str(row["partner"]))
    units = [part.partition("=") for part in split(row["resources"])]
    if units:
        told = ", ".join(f"{number} {resource_words(name, q.lang)}" for name, _, number in units)
        lines.append(q.say("Nguồn lực mỗi ngày: ", "Units a day: ") + told)
    return lines


def _limits(q: Question, row: pd.Series) -> list[str]:
    lines = []
    for column, late, vi, en in (
        ("legal_limit", "legal_late_days", "Theo luật", "By law"),
        ("target", "target_late_days", "Mục tiêu", "Target"),
    ):
        if empty(row[column]):
            continue
        text = f"{q.say(vi, en)}: {day(row[column], q.lang)}"
        if row[late]:
            text += q.say(f", chậm {q.n(row[late])} ngày làm việc", f", {q.n(row[late])} working days late")
        lines.append(text)
    return lines + (_basis(q, str(row["deadline_id"])) if lines and not empty(row["deadline_id"]) else [])


def _basis(q: Question, deadline: str) -> list[str]:
    """Title of a dated step, and the document it stands in."""
    steps = q.inputs.deadlines
    own = steps[steps["deadline_id"] == deadline].to_dict("records")
    if not own:
        return []
    vi, en = own[0].get("task_vi", ""), own[0].get("task", "")
    source = own[0].get("source", "")
    title = q.say(str(vi or en), str(en or vi))
    return [f"{title} [{source}]" if not empty(source) else title] if title else []


def _slack(q: Question, row: pd.Series) -> list[str]:
    if row["fixed"]:
        return []
    free, total = row["free_slack_days"], row["slack_days"]
    lines = [
        q.say(
            f"Riêng việc này: {q.n(free)} ngày làm việc, không việc nào khác phải dời",
            f"Alone: {q.n(free)} working days, no other task has to move",
        )
    ]
    if total >= 0:
        lines.append(
            q.say(
                f"Cả chuỗi: {q.n(total)} ngày làm việc, đẩy lùi các việc sau mà chưa chậm hạn nào",
                f"In all: {q.n(total)} working days, pushing later tasks, before a limit is missed",
            )
        )
    else:
        lines.append(
            q.say(
                f"Đã thiếu {q.n(-total)} ngày làm việc so với thời hạn của việc này hoặc việc sau",
                f"Short of {q.n(-total)} working days for its own or a later limit",
            )
        )
    return lines


def _slips(q: Question, row: pd.Series) -> list[str]:
    if row["fixed"]:
        return []
    slips, rows = Slips(q.table("timetable"), q.inputs), _by_id(q)
    return [_slip(q, rows, n, slips.effect(row["task_id"], n)) for n in SLIPS]


def _slip(q: Question, rows: dict[str, dict[str, Any]], n: int, slip: Any) -> str:
    head = q.say(f"{n} ngày làm việc: ", f"{n} working day{'s' if n > 1 else ''}: ")
    if slip is None:
        return head + q.say("không còn chỗ cho việc sau", "no room is left for what follows")
    if not slip.moved:
        text = q.say("không việc nào khác phải dời", "no other task moves")
    else:
        first = f"“{_title(q, rows, slip.moved[0][0])}” → {_day(q, slip.moved[0][1])}"
        text = q.say(f"dời {len(slip.moved)} việc, trước hết {first}", f"{len(slip.moved)} tasks move, first {first}")
    if not slip.missed:
        return head + text + q.say("; không chậm hạn nào", "; no limit is missed")
    task, force, late = max(slip.missed, key=lambda m: (m[1] == "legal", m[2], m[0]))
    worst = f"“{_title(q, rows, task)}” ({term('force', force, q.lang)}, {late})"
    return (
        head
        + text
        + q.say(
            f"; chậm thêm {len(slip.missed)} thời hạn, nặng nhất {worst}",
            f"; {len(slip.missed)} limits missed by more, the worst {worst}",
        )
    )


def _day(q: Question, value: date) -> str:
    return day(value.isoformat(), q.lang)


def _earlier(q: Question, row: pd.Series) -> list[str]:
    """Causes behind the cause, a few steps back: each would have to come earlier, or another way be found."""
    rows, lines, seen = _by_id(q), [], set()
    own: Any = row
    while len(lines) < BACK and own is not None and not empty(own["cause"]) and own["task_id"] not in seen:
        seen.add(own["task_id"])
        cause, resource = split_cause(own["cause"])
        before = None if empty(own["cause_task"]) else str(own["cause_task"])
        lines.append(_way(q, rows, cause, resource, before))
        own = rows.get(before) if before else None
    return [line for line in lines if line]


def _way(q: Question, rows: dict[str, dict[str, Any]], cause: str, resource: str, before: str | None) -> str:
    title = f"“{_title(q, rows, before)}”" if before else ""
    unit = resource_words(resource, q.lang)
    vi, en = {
        "order": (f"xong sớm hơn: {title}", f"an earlier end of {title}"),
        "lag": (f"rút số ngày tối thiểu sau {title}", f"fewer days after {title}"),
        "event": (f"mốc sớm hơn: {title}", f"an earlier event: {title}"),
        "units": (f"thêm {unit}, hoặc xong sớm hơn: {title}", f"more {unit}, or an earlier end of {title}"),
        "follower": (f"làm sớm hơn cả việc sau: {title}", f"an earlier follower: {title}"),
        "release": ("cho phép bắt đầu sớm hơn", "a first day that is earlier"),
        "start_day": ("cho làm ngoài cuối tuần", "days other than weekends"),
        "fixed": ("", ""),
    }[cause]
    return q.say(vi, en)


def _chain(q: Question, row: pd.Series) -> list[str]:
    rows = _by_id(q)
    chain, causes = split(row["chain"])[::-1], split(row["causes"])[::-1]
    lines = []
    for k, (task, cause) in enumerate(zip(chain, causes, strict=True)):
        before = chain[k + 1] if k + 1 < len(chain) else ""
        told = cause_words(cause, f"“{_title(q, rows, before)}”" if before else "", q.lang)
        lines.append(f"“{_title(q, rows, task)}” ({_span(q, rows[task])}): {told}")
    return lines
