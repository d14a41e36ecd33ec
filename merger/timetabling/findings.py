"""What the timetable says to the committee: figures, the critical chain, late work, the tightest
resources."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from merger.stages.stage import Finding
from merger.timetabling.tasks import Task
from merger.timetabling.words import RESOURCES, day_vi
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.solution import ScheduleSolution, peaks

SHOWN = 12  # tasks of the critical chain and kinds of late work named in the record


def figures(table: pd.DataFrame, p: ScheduleProblem, s: ScheduleSolution, answers: Mapping[str, pd.DataFrame]) -> dict:
    """Headline numbers of the timetable, JSON-able."""
    free = table[~table["fixed"]]
    tightest = _tightest_limit(answers["deadlines"])
    signing = answers["signing"]
    peak = peaks(p, s.start, s.finish, s.way)
    load = {name: round(float(peak[k]) / float(p.capacity[k]), 2) for k, name in enumerate(p.resources) if peak[k]}
    return {
        "tasks": len(table),
        "events": int(table["fixed"].sum()),
        "tasks_by_origin": {str(k): int(v) for k, v in table["origin"].value_counts().sort_index().items()},
        "legal_late_tasks": int((table["legal_late_days"] > 0).sum()),
        "legal_late_days": int(table["legal_late_days"].sum()),
        "target_late_tasks": int((table["target_late_days"] > 0).sum()),
        "target_late_days": int(table["target_late_days"].sum()),
        "critical_tasks": int(table["critical"].sum()),
        "first_start": str(free["start"].min()) if len(free) else "",
        "last_finish": str(free["finish"].max()) if len(free) else "",
        "makespan_working_days": _makespan(p, s),
        "tightest_limit": tightest["deadline"] if tightest else "",
        "critical_chain": tightest["chain"].split(";")[-SHOWN:] if tightest else [],
        "critical_chain_slack_days": int(tightest["slack_days"]) if tightest else None,
        "last_body_can_sign": str(signing["can_sign"].max()) if len(signing) else "",
        "remedies": len(answers["relief"]),
        "resource_peak_ratio": load,
        "legal_late_cost_vnd": s.parts.legal,
        "legal_late_bound_vnd": s.bounds.legal,
        "target_late_cost_vnd": s.parts.target,
        "contractors_vnd": s.parts.money,
        "strain_vnd": s.parts.strain,
        "strain_bound_vnd": s.bounds.strain,
        "early_finish_gap": _tie_gap(s),
    }


def _tightest_limit(deadlines: pd.DataFrame) -> dict | None:
    """Row of the limit with the least slack; of several a legal one, then the earliest."""
    if deadlines.empty:
        return None
    return min(deadlines.to_dict("records"), key=lambda r: (r["slack_days"], r["force"], r["date"], r["deadline"]))


def _makespan(p: ScheduleProblem, s: ScheduleSolution) -> int:
    free = p.fixed == NONE
    if not free.any():
        return 0
    return p.index_after(0, int(s.finish[free].max())) - p.first_index(0, int(s.start[free].min()))


def _tie_gap(s: ScheduleSolution) -> float | None:
    if s.parts.finish == 0:
        return None
    return round((s.parts.finish - s.bounds.finish) / s.parts.finish, 4)


def findings(
    tasks: list[Task],
    table: pd.DataFrame,
    p: ScheduleProblem,
    s: ScheduleSolution,
    answers: Mapping[str, pd.DataFrame],
) -> list[Finding]:
    """Legal limits first, then targets and what must give, then moves, signing and what the slack hangs on."""
    rows = table.set_index("task_id")
    found = _late_by_law(tasks, rows)
    limits = int((table["legal_limit"] != "").sum())
    if limits and not found:
        found.append(
            Finding(
                f"Toàn bộ {limits} việc có thời hạn theo luật đều kịp thời hạn.",
                f"All {limits} tasks with a legal limit meet it.",
            )
        )
    found += _late_targets(tasks, rows) + _what_gives(answers) + _moves(table)
    return found + _signing(answers["signing"]) + _chain(answers) + _tightest(table, p) + _what_is_proven(s)


def _what_gives(answers: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """The first remedy with which each missed limit holds; a later limit only where there is no other."""
    holding = answers["relief"][answers["relief"]["late_after_days"] == 0]
    if holding.empty:
        return []
    dates = {(row.deadline, row.force): row.date for row in answers["deadlines"].itertuples()}
    holding = holding.assign(last=holding["remedy"] == "limit", unknown=holding["price_vnd"].isna())
    first = holding.sort_values(["deadline", "force", "last", "unknown", "rank"], kind="stable")
    found = []
    for row in first.drop_duplicates(["deadline", "force"]).itertuples():
        day = dates.get((row.deadline, row.force))
        vi = f"Để kịp thời hạn {day_vi(day)}" if day else "Để kịp mọi thời hạn đang chậm"
        en = f"To meet {day}" if day else "To meet all limits that are missed"
        found.append(Finding(f"{vi}: {row.text_vi}", f"{en}: {row.text_en}", item=str(row.deadline)))
    return found


def _signing(signing: pd.DataFrame) -> list[Finding]:
    if signing.empty:
        return []
    last = max(signing.itertuples(), key=lambda row: (row.can_sign, row.body_id))
    first = signing["can_sign"].min()
    ready = int((signing["can_sign"] == first).sum())
    vi = f"{ready}/{len(signing)} cơ quan, đơn vị mới ký được văn bản từ {day_vi(first)}"
    en = f"{ready} of {len(signing)} new bodies can sign from {first}"
    if ready < len(signing):
        vi += f"; muộn nhất là {last.body_vi}, từ {day_vi(last.can_sign)}"
        en += f"; the last is {last.body_en}, from {last.can_sign}"
    return [Finding(f"{vi}.", f"{en}.", item=str(last.body_id))]


def _chain(answers: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """What drives the tightest limit."""
    row = _tightest_limit(answers["deadlines"])
    if row is None:
        return []
    return [
        Finding(
            f"Thời hạn sát nhất {day_vi(row['date'])} (dự phòng {row['slack_days']} ngày làm việc) phụ thuộc chuỗi "
            f"việc: {row['chain_vi']}.",
            f"The tightest limit, {row['date']} ({row['slack_days']} working days of slack), hangs on: "
            f"{row['chain_en']}.",
            item=str(row["last_task"]),
        )
    ]


def _percent_vi(share: float) -> str:
    return f"{100 * share:.1f}".replace(".", ",")


def _what_is_proven(s: ScheduleSolution) -> list[Finding]:
    """Finishing early comes after lateness and has a gap of its own, which the gap of the stage does not tell."""
    gap = _tie_gap(s)
    if not gap:
        return []
    return [
        Finding(
            "Cận dưới chỉ nói về việc chậm hạn. Trong các phương án chậm hạn như nhau, tổng thời điểm hoàn thành "
            f"còn cách mức tốt nhất không quá {_percent_vi(gap)} %.",
            "The bound speaks of lateness only. Among plans of equal lateness, the sum of finishing days is at most "
            f"{100 * gap:.1f} % from the best.",
        )
    ]


def _late_by_law(tasks: list[Task], rows: pd.DataFrame) -> list[Finding]:
    found = []
    for task in tasks:
        late, finish = int(rows.at[task.id, "legal_late_days"]), rows.at[task.id, "finish"]
        if late:
            found.append(
                Finding(
                    f"“{task.title_vi}” ({task.owner}) xong ngày {day_vi(finish)}, "
                    f"chậm {late} ngày làm việc so với thời hạn theo luật {day_vi(task.legal)}.",
                    f"“{task.title_en}” ends on {finish}, {late} working days after its legal limit {task.legal}.",
                    item=task.id,
                )
            )
    return found


def _late_targets(tasks: list[Task], rows: pd.DataFrame) -> list[Finding]:
    """One finding for each kind of late work: how many tasks, how late, the latest of them."""
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        if rows.at[task.id, "target_late_days"] > 0:
            groups.setdefault(task.id.split(":")[0], []).append(task)
    late = {kind: [(int(rows.at[t.id, "target_late_days"]), t.id, t) for t in group] for kind, group in groups.items()}
    found = []
    for kind in sorted(late, key=lambda k: (-max(late[k])[0], k))[:SHOWN]:
        days, _, worst = max(late[kind], key=lambda entry: entry[:2])
        finish = rows.at[worst.id, "finish"]
        found.append(
            Finding(
                f"{len(late[kind])} việc chậm so với mục tiêu; chậm nhất “{worst.title_vi}”: "
                f"xong ngày {day_vi(finish)}, sau mục tiêu {day_vi(worst.target)} là {days} ngày làm việc.",
                f"{len(late[kind])} tasks miss their target; the latest, “{worst.title_en}”, "
                f"ends on {finish}, {days} working days after its target {worst.target}.",
                item=worst.id,
            )
        )
    return found


def _moves(table: pd.DataFrame) -> list[Finding]:
    moves = table[table["task_id"].str.startswith("agency.move:")]
    if moves.empty:
        return []
    first, last = moves["start"].min(), moves["finish"].max()
    return [
        Finding(
            f"{len(moves)} cơ quan cấp thành phố chuyển trụ sở vào các ngày cuối tuần, "
            f"từ {day_vi(first)} đến {day_vi(last)}.",
            f"{len(moves)} city bodies move at weekends, from {first} to {last}.",
        )
    ]


def _tightest(table: pd.DataFrame, p: ScheduleProblem) -> list[Finding]:
    """The resource that most tasks without slack use."""
    tight = table.set_index("task_id").reindex(p.names)["critical"].to_numpy(dtype=bool)
    users = [int(((p.demand[:, k] > 0) & tight).sum()) for k in range(len(p.resources))]
    if not users or max(users) == 0:
        return []
    k = int(np.argmax(users))
    vi, en = RESOURCES.get(p.resources[k], (p.resources[k], p.resources[k]))
    return [
        Finding(
            f"{int(tight.sum())} việc không còn ngày dự phòng; {users[k]} việc trong số đó dùng chung {vi} "
            f"(có {int(p.capacity[k])}), là nguồn lực căng nhất.",
            f"{int(tight.sum())} tasks have no slack; {users[k]} of them share the {en} "
            f"({int(p.capacity[k])}), the tightest resource.",
            item=p.resources[k],
        )
    ]
