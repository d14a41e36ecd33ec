"""Chapter of the Word report on the timetable: deadlines, what must give, weekends of moves, first signing days."""

from __future__ import annotations

import textwrap
from datetime import date, timedelta

import pandas as pd

from merger.documents import chapters_schedule_risk
from merger.documents.context import Context, reasons
from merger.documents.facts import column, grouped_tasks
from merger.documents.gantt import overall_gantt
from merger.documents.wording import day, money, term
from merger.timetabling.words import resource_words

# Rows of each table; all of them stand in the Excel annex.
LIMITS_SHOWN, REMEDIES_SHOWN, WEEKENDS_SHOWN, BODIES_NAMED = 6, 2, 12, 6
TITLE_CHARS = 60  # of a title inside a sentence or a narrow cell


def timetable(c: Context) -> None:
    """When each task runs, which limits hold, what drives them, and what must give."""
    c.letter.heading(c.say("1. Tiến độ đề xuất", "1. Proposed timetable"))
    _overview(c)
    _deadlines(c)
    _missed_targets(c)
    _relief(c)
    _moves(c)
    _gantt(c)
    _signing(c)
    reasons(c, "timetable", chapters_schedule_risk.risk(c, 2))


def _overview(c: Context) -> None:
    tasks = c.plan.tables["timetable"]
    late, soft = (int((column(tasks, f"{limit}_late_days") > 0).sum()) for limit in ("legal", "target"))
    first, last = tasks["start"].min(), tasks["finish"].max()
    critical = c.n(tasks["critical"].astype(bool).sum())
    c.letter.paragraph(
        c.say(
            f"{c.n(len(tasks))} việc, từ {day(first, 'vi')} đến {day(last, 'vi')}; {critical} việc găng; "
            f"{late or 'không có'} việc trễ hạn theo luật, {soft or 'không có'} việc trễ mục tiêu.",
            f"{c.n(len(tasks))} tasks from {day(first, 'en')} to {day(last, 'en')}; {critical} critical; "
            f"{late or 'none'} late on the law, {soft or 'none'} late on their target.",
        )
    )


def _gantt(c: Context) -> None:
    c.letter.drawing(
        overall_gantt(c.plan.tables["timetable"], c.inputs.scenario.dates.effect, c.lang),
        c.say(
            "Tiến độ các nhóm việc chính (trong ngoặc: số việc). Tiến độ của từng cơ quan: tập tin "
            "workplans/gantt.vi.docx",
            "Main groups of tasks (in brackets: how many). Charts of each body: workplans/gantt.en.docx",
        ),
    )


def _rows(c: Context, name: str) -> pd.DataFrame | None:
    frame = c.plan.tables.get(name)
    return frame if frame is not None and len(frame) else None


def _deadlines(c: Context) -> None:
    """The limits that are missed or tightest, each with what drives it."""
    deadlines = _rows(c, "deadlines")
    if deadlines is None:
        return
    shown = deadlines.sort_values(["slack_days", "force", "date"], kind="stable").head(LIMITS_SHOWN)
    rows = [
        (
            _short(r[f"title_{c.lang}"], 2 * TITLE_CHARS),
            f"{day(r['date'], c.lang)} ({term('force', r['force'], c.lang)})",
            day(r["finish"], c.lang),
            c.n(r["late_days"]),
            c.n(r["slack_days"]),
            _chain(c, r),
        )
        for r in shown.to_dict("records")
    ]
    c.letter.table(
        [
            c.say("Thời hạn", "Deadline"),
            c.say("Ngày", "Date"),
            c.say("Việc cuối xong", "Last task done"),
            c.say("Chậm (ngày)", "Late (days)"),
            c.say("Dự phòng (ngày)", "Slack (days)"),
            c.say("Phụ thuộc vào", "Hangs on"),
        ],
        rows,
        (4.2, 2.1, 2.0, 1.5, 1.5, 4.7),
        numeric=(3, 4),
        small=True,
        caption=c.say(
            f"{len(shown)}/{len(deadlines)} thời hạn chậm hoặc sát nhất (ngày làm việc; đầy đủ ở phụ lục Excel)",
            f"{len(shown)} of {len(deadlines)} deadlines, missed or tightest (working days; all in the Excel annex)",
        ),
    )


def _chain(c: Context, row: dict) -> str:
    """How many tasks the chain has, where it begins, and the resources handed over on it."""
    chain = str(row["chain"]).split(";")
    titles = c.plan.tables["timetable"].set_index("task_id")[f"title_{c.lang}"]
    first = _short(str(titles.get(chain[0], chain[0])), TITLE_CHARS)
    text = c.say(f"{len(chain)} việc, từ “{first}”", f"{len(chain)} tasks, from “{first}”")
    resources = [resource_words(name, c.lang) for name in str(row["resources"] or "").split(";") if name]
    return text + (c.say("; chờ ", "; waiting for ") + ", ".join(resources) if resources else "")


def _short(text: str, most: int) -> str:
    """The first whole words of a text, with an ellipsis where some are cut."""
    return textwrap.shorten(str(text), most, placeholder=" …")


def _missed_targets(c: Context) -> None:
    """Groups of tasks that miss their target: how many, and by how much."""
    groups = grouped_tasks(c.plan.tables["timetable"])
    missed = groups[groups["target_late_days"] > 0].sort_values(["target_late_days", "family"], ascending=[False, True])
    if missed.empty:
        return
    title = f"title_{c.lang}"
    rows = [
        (
            t[title] + (f" ({c.n(t['tasks'])})" if t["tasks"] > 1 else ""),
            t["owner"] or c.say("nhiều cơ quan", "several bodies"),
            day(t["finish"], c.lang),
            day(t["target"], c.lang),
            c.n(t["late_tasks"]),
            c.n(t["target_late_days"]),
        )
        for t in missed.head(LIMITS_SHOWN).to_dict("records")
    ]
    c.letter.table(
        [
            c.say("Việc", "Task"),
            c.say("Chủ trì", "Owner"),
            c.say("Xong", "Done"),
            c.say("Mục tiêu", "Target"),
            c.say("Số việc trễ", "Tasks late"),
            c.say("Trễ nhiều nhất (ngày làm việc)", "Latest by (working days)"),
        ],
        rows,
        (5.4, 3.0, 2.2, 2.2, 1.5, 1.7),
        numeric=(4, 5),
        caption=c.say("Nhóm việc trễ mục tiêu", "Groups of tasks late on their target"),
    )


def _relief(c: Context) -> None:
    """What must give: the first remedies of each missed limit."""
    relief = _rows(c, "relief")
    if relief is None:
        return
    dates = {(r.deadline, r.force): r.date for r in c.plan.tables["deadlines"].itertuples()}
    rows = []
    groups = sorted(
        relief.sort_values("rank").groupby(["deadline", "force"]), key=lambda g: (-g[1]["late_days"].max(), *g[0])
    )
    for (name, force), own in groups[:LIMITS_SHOWN]:
        due = dates.get((name, force))
        told = f"{day(due, c.lang)} ({term('force', force, c.lang)})" if due else term("force", force, c.lang)
        for k, r in enumerate(own.head(REMEDIES_SHOWN).to_dict("records")):
            price = money(r["price_vnd"], c.lang)
            rows.append((told if k == 0 else "", r[f"text_{c.lang}"], price, c.n(r["late_after_days"])))
    c.letter.table(
        [
            c.say("Thời hạn", "Deadline"),
            c.say("Phải nhường gì", "What must give"),
            c.say("Giá", "Price"),
            c.say("Còn chậm (ngày)", "Late then (days)"),
        ],
        rows,
        (3.0, 8.4, 2.8, 1.8),
        numeric=(2, 3),
        caption=c.say(
            "Phải nhường gì để kịp thời hạn (chậm nhiều nhất trước; đầy đủ ở phụ lục Excel)",
            "What must give for a deadline to hold (latest first; all in the Excel annex)",
        ),
    )


def _moves(c: Context) -> None:
    """Moves of agencies, a line a weekend."""
    moves = _rows(c, "moves")
    if moves is None:
        return
    frame = moves.assign(weekend=[_saturday(value) for value in moves["day"]])
    rows = []
    for weekend, own in list(frame.groupby("weekend", sort=True))[:WEEKENDS_SHOWN]:
        names = list(dict.fromkeys(own.sort_values("new_agency_id")[f"agency_{c.lang}"]))
        more = len(names) - BODIES_NAMED
        told = "; ".join(names[:BODIES_NAMED]) + (
            c.say(f"; và {more} cơ quan", f"; and {more} more") if more > 0 else ""
        )
        trucks = own.groupby("day")["trucks"].sum().max()
        rows.append((day(weekend, c.lang), told, c.n(own["persons"].sum()), c.n(own["files_m"].sum()), c.n(trucks)))
    c.letter.table(
        [
            c.say("Cuối tuần từ", "Weekend of"),
            c.say("Cơ quan", "Agencies"),
            c.say("Số người", "Persons"),
            c.say("Hồ sơ (mét giá)", "Files (m)"),
            c.say("Xe mỗi ngày", "Trucks a day"),
        ],
        rows,
        (2.4, 8.2, 1.7, 1.9, 1.8),
        numeric=(2, 3, 4),
        caption=c.say("Chuyển trụ sở theo cuối tuần", "Moves by weekend"),
    )


def _saturday(value: str) -> str:
    """Saturday of the weekend; a day off within the week stands for itself."""
    own = date.fromisoformat(str(value)[:10])
    return (own - timedelta(days=1) if own.weekday() == 6 else own).isoformat()


def _signing(c: Context) -> None:
    """From when the new bodies can sign, in one sentence each level."""
    signing = _rows(c, "signing")
    if signing is None:
        return
    c.letter.paragraph(
        c.say(
            "Ngày sớm nhất được ký văn bản (sau khi quyết định có hiệu lực, bổ nhiệm người đứng đầu và đăng ký con dấu "
            "theo Nghị định số 99/2016/NĐ-CP):",
            "First day of lawful signing (decision in force, head appointed, seal registered under Decree 99/2016):",
        )
    )
    lines = []
    for level, own in signing.groupby("level", sort=False):
        first = own["can_sign"].min()
        ready = int((own["can_sign"] == first).sum())
        last = own.sort_values(["can_sign", "body_id"]).iloc[-1]
        seal = day(own["seal"].max(), c.lang)
        text = c.say(
            f"{term('level', level, 'vi')}: {ready}/{len(own)} từ {day(first, 'vi')}; con dấu cuối cùng {seal}",
            f"{term('level', level, 'en')}: {ready} of {len(own)} from {day(first, 'en')}; last seal {seal}",
        )
        if last["can_sign"] != first:
            name, can = last[f"body_{c.lang}"], day(last["can_sign"], c.lang)
            text += c.say(f"; muộn nhất {name}, từ {can}", f"; the last, {name}, from {can}")
        lines.append(text + ".")
    c.letter.bullets(lines)
