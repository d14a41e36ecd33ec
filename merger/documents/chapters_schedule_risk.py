"""Part of the report on the timetable: how likely each limit holds, and which tasks to protect."""

from __future__ import annotations

import textwrap

import pandas as pd

from merger.documents.context import Context
from merger.documents.risk_pictures import chart_limits, limit_name, weakest_limits
from merger.documents.wording import day, percent

LIMITS, TASKS, FAMILIES = 4, 3, 2  # rows of the tables
TITLE = 80  # characters of a title


def risk(c: Context, number: int) -> int:
    """Chance of the limits and tasks to protect under a numbered heading; returns the number of the next one."""
    limits, protect = c.plan.tables.get("deadline_risk"), c.plan.tables.get("protect")
    if limits is None or protect is None or limits.empty:
        return number
    c.letter.heading(c.say(f"{number}. Khả năng giữ thời hạn", f"{number}. How likely the limits hold"))
    _summary(c, limits)
    weak = weakest_limits(limits)
    if len(weak):
        c.letter.picture(
            chart_limits(weak, c.lang),
            c.say(
                "Tỷ lệ lần chạy mô phỏng giữ được, trễ từng thời hạn",
                "Share of simulated runs in which each limit holds or is missed",
            ),
        )
        _limits(c, weak.head(LIMITS))
    if len(protect):
        _protect(c, protect)
    return number + 1


def _summary(c: Context, limits: pd.DataFrame) -> None:
    told = c.plan.manifest["stages"].get("timetable", {}).get("figures", {}).get("risk", {})
    targets = limits[limits["kind"] == "target"]
    likely, runs = int((targets["hold_share"] >= 0.8).sum()), c.n(limits["runs"].iloc[0])
    law = ""
    if told.get("law_hold_share") is not None:
        low, high = (percent(x, c.lang) for x in told["law_hold_interval"])
        share = percent(told["law_hold_share"], c.lang)
        law = c.say(
            f"Xác suất giữ được mọi thời hạn theo luật và sự kiện là {share} (khoảng 95% do mô phỏng: {low}–{high}). ",
            f"All limits by law and events hold with a probability of {share} (95 % interval of the simulation: "
            f"{low}–{high}). ",
        )
    c.letter.paragraph(
        c.say(
            f"{law}{likely}/{len(targets)} mốc mục tiêu giữ được với xác suất từ 80%. Tính từ {runs} lần chạy mô phỏng;"
            " thời lượng ngắn nhất, dài nhất và mức cùng trễ của các việc cùng loại, cùng cơ quan là giả định.",
            f"{law}{likely} of {len(targets)} target dates hold with at least 80 %. From {runs} simulated runs; the"
            " shortest and longest durations, and how far tasks of one kind or owner slip together, are assumptions.",
        )
    )


def _limits(c: Context, rows: pd.DataFrame) -> None:
    c.letter.table(
        [
            c.say("Thời hạn", "Limit"),
            c.say("Số việc", "Tasks"),
            c.say("Xác suất (khoảng 95%)", "Probability (95 % interval)"),
            c.say("80% xong trước", "80 % done by"),
            c.say("Ngày trễ kỳ vọng", "Expected late days"),
        ],
        [
            (
                limit_name(row, c.lang, TITLE),
                c.n(row["tasks"]),
                f"{percent(row['hold_share'], c.lang)} ({percent(row['hold_low'], c.lang)}–"
                f"{percent(row['hold_high'], c.lang)})",
                day(row["finish_p80"], c.lang),
                c.n(row["expected_late_days"], 1),
            )
            for row in rows.to_dict("records")
        ],
        (6.6, 1.3, 3.7, 2.4, 2.0),
        numeric=(1, 2, 4),
        small=True,
        caption=c.say("Thời hạn dễ lỡ nhất (đủ ở phụ lục Excel)", "Limits most likely missed (all in the Excel annex)"),
    )


def _protect(c: Context, protect: pd.DataFrame) -> None:
    shown = pd.concat([protect[protect["scope"] == s].sort_values("rank").head(n) for s, n in
                       (("task", TASKS), ("family", FAMILIES))])  # fmt: skip
    c.letter.table(
        [
            c.say("Việc, nhóm việc", "Task or family"),
            c.say("Đứng sau việc trễ", "Behind a miss"),
            c.say("Thời hạn được lợi nhất", "Limit it helps most"),
            c.say("Xác suất nay → nếu đúng kế hoạch", "Probability now → if kept"),
            c.say("Việc cần làm", "What to do"),
        ],
        [
            (
                textwrap.shorten(str(row[f"title_{c.lang}"]), TITLE, placeholder="…"),
                percent(row["driving_share"], c.lang, 0),
                _limit_date(c, row),
                f"{percent(row['hold_share'], c.lang)} → {percent(row['hold_share_kept'], c.lang)}",
                row[f"advice_{c.lang}"],
            )
            for row in shown.to_dict("records")
        ],
        (4.4, 1.4, 2.1, 2.5, 5.6),
        numeric=(1, 3),
        small=True,
        caption=c.say(
            "Việc cần bảo vệ (theo giá trị trễ hạn tránh được)",
            "Tasks to protect (by the lateness saved)",
        ),
    )


def _limit_date(c: Context, row: dict) -> str:
    limits = c.plan.tables["deadline_risk"].set_index(["limit_id", "kind"])
    return day(limits.at[(row["limit_id"], row["kind"]), "limit_date"], c.lang)
