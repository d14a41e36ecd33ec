"""What the timetable says to the committee: figures, the critical chain, late work, the tightest
resources."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from merger.stages.stage import Finding
from merger.timetabling.tasks import Task
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.slack import resource_order
from solvers.schedule.solution import ScheduleSolution, peaks

SHOWN = 12  # tasks of the critical chain and kinds of late work named in the record
RESOURCES = {
    "working_group": ("nhóm giúp việc sắp xếp tổ chức", "working groups"),
    "audit_team": ("tổ kiểm kê, kiểm toán", "audit teams"),
    "asset_team": ("tổ xử lý tài sản", "asset teams"),
    "trainers": ("nhóm tập huấn", "training teams"),
    "contract_team": ("nhóm hợp đồng vận chuyển", "contract teams"),
    "it_team": ("đội công nghệ thông tin", "IT teams"),
    "digitisation_lines": ("dây chuyền số hóa", "digitisation lines"),
    "trucks": ("xe tải chuyển trụ sở cấp thành phố", "trucks for city bodies"),
    "commune_groups": ("nhóm hỗ trợ cấp xã", "commune support groups"),
    "commune_trucks": ("xe tải cấp xã", "commune trucks"),
    "works_crew": ("đội thi công trụ sở", "building crews"),
}


def critical_chain(p: ScheduleProblem, s: ScheduleSolution, slack: np.ndarray) -> list[int]:
    """Chain of tasks behind the tightest limit: from the last task of least slack back through what it waited
    for."""
    free = [k for k in range(len(p.names)) if not p.is_fixed(k)]
    if not free:
        return []
    least = min(int(slack[k]) for k in free)
    waits: dict[int, list[int]] = {}
    for i, j in [
        *zip(p.before.tolist(), p.after.tolist(), strict=True),
        *resource_order(p, s.start, s.finish),
    ]:
        waits.setdefault(j, []).append(i)
    last = max((k for k in free if slack[k] == least), key=lambda k: (int(s.finish[k]), -k))
    chain = [last]
    while True:
        earlier = [i for i in waits.get(chain[-1], []) if not p.is_fixed(i) and slack[i] <= least]
        if not earlier:
            return chain[::-1]
        chain.append(max(earlier, key=lambda i: (int(s.finish[i]), -i)))


def figures(table: pd.DataFrame, p: ScheduleProblem, s: ScheduleSolution) -> dict:
    """Headline numbers of the timetable, JSON-able."""
    slack = table.set_index("task_id")["slack_days"].reindex(p.names).to_numpy()
    free = table[~table["fixed"]]
    chain = critical_chain(p, s, slack)
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
        "critical_chain": [p.names[k] for k in chain[-SHOWN:]],
        "critical_chain_slack_days": int(slack[chain[-1]]) if chain else None,
        "resource_peak_ratio": load,
        "legal_late_cost_vnd": s.parts.legal,
        "legal_late_bound_vnd": s.bounds.legal,
        "target_late_cost_vnd": s.parts.target,
        "contractors_vnd": s.parts.money,
        "strain_vnd": s.parts.strain,
        "strain_bound_vnd": s.bounds.strain,
        "early_finish_gap": _tie_gap(s),
    }


def _makespan(p: ScheduleProblem, s: ScheduleSolution) -> int:
    free = p.fixed == NONE
    if not free.any():
        return 0
    return p.index_after(0, int(s.finish[free].max())) - p.first_index(0, int(s.start[free].min()))


def _tie_gap(s: ScheduleSolution) -> float | None:
    if s.parts.finish == 0:
        return None
    return round((s.parts.finish - s.bounds.finish) / s.parts.finish, 4)


def findings(tasks: list[Task], table: pd.DataFrame, p: ScheduleProblem, s: ScheduleSolution) -> list[Finding]:
    """Legal limits first, then targets, then the moves and what the slack hangs on."""
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
    return found + _late_targets(tasks, rows) + _moves(table) + _tightest(table, p) + _what_is_proven(s)


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
                    f"“{task.title_vi}” ({task.owner}) xong ngày {_vi(finish)}, "
                    f"chậm {late} ngày làm việc so với thời hạn theo luật {_vi(task.legal)}.",
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
                f"xong ngày {_vi(finish)}, sau mục tiêu {_vi(worst.target)} là {days} ngày làm việc.",
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
            f"từ {_vi(first)} đến {_vi(last)}.",
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


def _vi(day: date | str) -> str:
    """A date as Vietnamese documents write it."""
    return date.fromisoformat(str(day)).strftime("%d/%m/%Y")
