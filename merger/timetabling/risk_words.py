"""The risk of the timetable in words: findings for the committee, and what to do about a task."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from merger.stages.stage import Finding
from merger.timetabling.findings import RESOURCES
from merger.timetabling.tasks import Task
from solvers.schedule.simulate import Network

SHOWN = 3  # limits and tasks named in a finding
# Words at which the shared part of titles does not end.
DANGLING = {"Xã", "Phường", "Đặc", "khu", "của", "cho", "đến", "tại", "to", "of", "for", "at", "in", "the"}
LIKELY = 0.8  # a limit that holds less often than this is named as weak


def family_titles(tasks: list[Task]) -> tuple[str, str]:
    """Titles of one task, or the words with which the titles of several begin and how many they are."""
    if len(tasks) == 1:
        return tasks[0].title_vi, tasks[0].title_en
    vi, en = (_head([getattr(task, name) for task in tasks]) for name in ("title_vi", "title_en"))
    kind = tasks[0].id.partition(":")[0]
    return f"{vi or kind} … ({len(tasks)} việc)", f"{en or kind} … ({len(tasks)} tasks)"


def _head(titles: list[str]) -> str:
    words = [title.split() for title in titles]
    count = 0
    while all(len(own) > count and own[count] == words[0][count] for own in words):
        count += 1
    while count and words[0][count - 1].strip(":,") in DANGLING:
        count -= 1
    return " ".join(words[0][:count]).rstrip(" :,(–-")


def advice(net: Network, days: NDArray[np.int32], own: NDArray[np.int64], tasks: list[Task]) -> tuple[str, str]:
    """What to do so that a task, or a family of them, takes no longer than planned, and how long it else takes."""
    over = days[own] - net.planned_days[own][:, None]
    more = float(over[over > 0].mean()) if (over > 0).any() else 0.0
    usual_vi = f"Nếu kéo dài: bình quân thêm {_number_vi(more)} ngày. "
    usual_en = f"If it overruns: {more:.1f} days on average. "
    if len(own) == 1 and (early := _head_start(net, int(own[0]))):
        return (
            f"{usual_vi}Có thể bắt đầu sớm hơn tối đa {early} ngày (việc trước đã xong).",
            f"{usual_en}It can start up to {early} days earlier (what it waits for has ended).",
        )
    used = Counter(name for task in tasks for name, _ in task.resources)
    if used:
        name = max(sorted(used), key=used.__getitem__)
        vi, en = RESOURCES.get(name, (name, name))
        return (
            f"{usual_vi}Dự phòng thêm {vi}; kiểm tra hằng tuần.",
            f"{usual_en}Keep more {en} in reserve; check progress every week.",
        )
    return (
        f"{usual_vi}Chuẩn bị trước hồ sơ, cử người thay thế; kiểm tra hằng tuần.",
        f"{usual_en}Prepare the papers beforehand, name a stand-in; check progress every week.",
    )


def _head_start(net: Network, i: int) -> int:
    """Days of its calendar by which a task could start before its planned day, all that it waits for as planned."""
    p = net.problem
    if net.start_table[i] is not None:
        return 0  # bound to certain days
    before, lag = net.into[i]
    ready = p.first_index(p.calendar[i], int(p.release[i]))
    for j, least in zip(before.tolist(), lag.tolist(), strict=True):
        ready = max(ready, p.index_after(p.calendar[i], int(net.finish[j])) + least)
    return max(0, int(net.planned_index[i]) - ready)


def risk_findings(limits: pd.DataFrame, protect: pd.DataFrame, figures: dict[str, Any]) -> list[Finding]:
    """The chance of all limits by law, the weakest limits, the tasks to protect, and what all this rests on."""
    if limits.empty:
        return []
    found = []
    if (limits["kind"] != "target").any():
        found.append(_all_by_law(figures))
    weak = limits[(limits["kind"] != "target") & (limits["hold_share"] < 1)]
    found += _weakest(weak, "Thời hạn theo luật, sự kiện dễ lỡ nhất", "Limits by law and events most likely missed")
    targets = limits[limits["kind"] == "target"]
    likely = int((targets["hold_share"] >= LIKELY).sum())
    if len(targets):
        found.append(
            Finding(
                f"{likely} trong {len(targets)} mốc mục tiêu có xác suất giữ được từ {_percent_vi(LIKELY)} trở lên.",
                f"{likely} of {len(targets)} target dates hold with a probability of at least {100 * LIKELY:.0f} %.",
            )
        )
    found += _weakest(targets[targets["hold_share"] < LIKELY], "Mốc mục tiêu dễ lỡ nhất", "Targets most likely missed")
    return found + _protected(protect)


def _all_by_law(figures: dict[str, Any]) -> Finding:
    share, (low, high) = figures["law_hold_share"], figures["law_hold_interval"]
    runs, correlation = figures["runs"], figures["correlation"]
    thousands = f"{runs:,}"
    return Finding(
        f"Xác suất giữ được mọi thời hạn theo luật và sự kiện là {_percent_vi(share)} (khoảng tin cậy 95 % của mô "
        f"phỏng: {_percent_vi(low)} đến {_percent_vi(high)}; {thousands.replace(',', '.')} lần chạy). Thời lượng ngắn "
        "nhất, dài nhất là giả định, cũng như tương quan giữa các việc cùng loại, cùng cơ quan "
        f"({_number_vi(correlation)}).",
        f"The probability that all limits by law and events hold is {100 * share:.1f} % (95 % interval of the "
        f"simulation: {100 * low:.1f} to {100 * high:.1f} %; {thousands} runs). Shortest and longest durations are "
        f"assumptions, as is the correlation of tasks of one kind and owner ({correlation:.1f}).",
    )


def _weakest(limits: pd.DataFrame, vi: str, en: str) -> list[Finding]:
    """One finding that names the limits that hold least often."""
    if limits.empty:
        return []
    shown = limits.sort_values(["hold_share", "limit_id"], kind="stable").head(SHOWN).to_dict("records")
    parts = [
        (
            f"{row['title_vi']} ({_day_vi(row['limit_date'])}): {_percent_vi(row['hold_share'])}",
            f"{row['title_en']} ({row['limit_date']}): {100 * row['hold_share']:.1f} %",
        )
        for row in shown
    ]
    return [
        Finding(
            f"{vi} (xác suất giữ được): {'; '.join(p[0] for p in parts)}.",
            f"{en} (probability to hold): {'; '.join(p[1] for p in parts)}.",
            item=str(shown[0]["limit_id"]),
        )
    ]


def _protected(protect: pd.DataFrame) -> list[Finding]:
    own = protect[protect["scope"] == "task"].sort_values("rank").head(SHOWN)
    if own.empty:
        return []
    vi = "; ".join(f"“{r.title_vi}” ({r.owner})" for r in own.itertuples())
    en = "; ".join(f"“{r.title_en}”" for r in own.itertuples())
    return [
        Finding(
            f"Việc cần giữ tiến độ nhất: {vi}.",
            f"Tasks to protect first: {en}.",
            item=str(own["item"].iloc[0]),
        )
    ]


def _percent_vi(share: float) -> str:
    return f"{_number_vi(100 * share)} %"


def _number_vi(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _day_vi(day: str) -> str:
    return date.fromisoformat(day).strftime("%d/%m/%Y")
