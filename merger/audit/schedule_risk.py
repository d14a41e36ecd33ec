"""Checks of the simulated risk of the timetable: shares, intervals and days fit each other and the timetable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil, sqrt

import pandas as pd

from merger.audit.report import Case, Violations, check, filled, items, shown
from merger.audit.timing import dated, days_of_work, is_working

ROUNDED = 1e-4  # half a unit of the fourth decimal, twice
QUANTILES = {"finish_p50": 0.5, "finish_p80": 0.8, "finish_p95": 0.95}
SIZES = {"late_to_5_share": 1, "late_6_20_share": 6, "late_over_20_share": 21}  # least working days late
SHARES = {
    "deadline_risk": ("hold_share", "hold_low", "hold_high", *SIZES),
    "protect": ("driving_share", "overrun_share", "hold_share", "hold_share_kept", "law_hold_share_kept"),
    "timetable": ("late_share", "driving_share"),
}
Z95 = 1.96


def limited(case: Case) -> dict[tuple[str, str], list[str]]:
    """Tasks of each limit (id, kind) as the timetable has them."""
    dates = {str(r["deadline_id"]): str(r["date"]) for r in case.inputs.deadlines.to_dict("records")}
    roles = {str(r["deadline_id"]): r.get("role") for r in case.inputs.deadlines.to_dict("records")}
    found: dict[tuple[str, str], list[str]] = {}
    for row in dated(case).itertuples():
        if row.fixed and items(row.predecessors):
            found.setdefault((row.task_id, "event"), []).append(row.task_id)
        for kind, day in (("legal", row.legal_limit), ("target", row.target)):
            if day is None or row.fixed:
                continue
            of_day = [key for key, text in dates.items() if text == str(day)]
            own = [row.deadline_id] if row.deadline_id in of_day else [k for k in of_day if roles[k] == kind]
            found.setdefault((own[0] if len(own) == 1 else str(day), kind), []).append(row.task_id)
    return found


@check(
    "risk-limits",
    "Mọi thời hạn của tiến độ đều có xác suất",
    "Every limit of the timetable has its probability",
    "timetable",
    "deadline_risk",
)
def limits(case: Case) -> Violations:
    """One row a limit, with its number of tasks and date; no row for a limit that the timetable does not have."""
    rows = case.tables["deadline_risk"]
    wanted = {key: len(tasks) for key, tasks in limited(case).items()}
    told = dict(zip(zip(rows["limit_id"], rows["kind"], strict=True), rows["tasks"], strict=True))
    if lost := set(wanted) - set(told):
        yield f"limits without a row: {shown(' '.join(key) for key in lost)}"
    if strange := set(told) - set(wanted):
        yield f"rows for limits that are not in the timetable: {shown(' '.join(key) for key in strange)}"
    for key in sorted(set(wanted) & set(told)):
        if int(told[key]) != wanted[key]:
            yield f"{' '.join(key)}: {told[key]} tasks, the timetable has {wanted[key]}"
    known = set(case.tables["timetable"]["task_id"])
    for row in rows.itertuples():
        if unknown := set(items(row.weakest)) - known:
            yield f"{row.limit_id}: unknown tasks {shown(unknown)}"
    return f"{len(rows)} limits"


@check(
    "risk-shares",
    "Xác suất hợp lệ, khớp nhau và khớp khoảng tin cậy",
    "Shares lie between 0 and 1, fit each other and their intervals",
    "timetable",
    "deadline_risk",
    "protect",
)
def shares(case: Case) -> Violations:
    """Holding and lateness by size make up all runs; the interval is Wilson's; days of quantiles fit the shares."""
    for name, columns in SHARES.items():
        for column in columns:
            values = case.tables[name][column].dropna().astype(float)
            if ((values < 0) | (values > 1)).any():
                yield f"{name}.{column} has shares outside 0 to 1"
    for row in case.tables["deadline_risk"].itertuples():
        hold, sizes = float(row.hold_share), [float(getattr(row, name)) for name in SIZES]
        if abs(hold + sum(sizes) - 1) > 4 * ROUNDED:
            yield f"{row.limit_id} {row.kind}: shares add up to {hold + sum(sizes):.4f}"
        least = sum(share * days for share, days in zip(sizes, SIZES.values(), strict=True))
        if float(row.expected_late_days) < least - 30 * ROUNDED:
            yield f"{row.limit_id} {row.kind}: {row.expected_late_days} late days expected, by size {least:.3f} or more"
        if int(row.runs) != case.inputs.scenario.timetable.risk_runs:
            yield f"{row.limit_id} {row.kind}: {row.runs} runs, the scenario asks for another number"
        low, high = wilson(hold, int(row.runs))
        if abs(low - float(row.hold_low)) > 2 * ROUNDED or abs(high - float(row.hold_high)) > 2 * ROUNDED:
            yield f"{row.limit_id} {row.kind}: interval {row.hold_low} to {row.hold_high}, not {low:.4f} to {high:.4f}"
        yield from _quantiles(row, hold)
    return f"{len(case.tables['deadline_risk'])} limits"


def wilson(share: float, runs: int) -> tuple[float, float]:
    """The two solutions p of |share - p| = 1.96 sqrt(p (1 - p) / runs)."""
    a, b, c = 1 + Z95**2 / runs, -(2 * share + Z95**2 / runs), share**2
    root = sqrt(max(0.0, b * b - 4 * a * c))
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))


def _quantiles(row, hold: float) -> Iterator[str]:
    """The day by which a share of runs has ended lies within the limit exactly when the limit holds as often."""
    days = [date.fromisoformat(getattr(row, name)) for name in QUANTILES]
    limit = date.fromisoformat(row.limit_date) - timedelta(days=1 if row.kind == "event" else 0)
    if days != sorted(days):
        yield f"{row.limit_id} {row.kind}: the days of P50, P80 and P95 do not rise"
    for day, (name, share) in zip(days, QUANTILES.items(), strict=True):
        if (day <= limit and hold < share - ROUNDED) or (day > limit and hold > share + ROUNDED):
            yield f"{row.limit_id} {row.kind}: {name} is {day}, but it holds by {limit} in {hold:.4f} of the runs"


@check(
    "risk-tasks",
    "Rủi ro từng việc khớp với thời hạn và kế hoạch",
    "The risk of each task fits its limits and its planned days",
    "timetable",
    "deadline_risk",
)
def tasks(case: Case) -> Violations:
    """Late shares where there are limits, chains at least as often as misses, P80 no earlier than possible; the chance
    that a limit is missed lies between the largest and the sum of its tasks' late shares."""
    rows, by_limit = dated(case), limited(case)
    due = {task for own in by_limit.values() for task in own}
    for row in rows.itertuples():
        if pd.isna(row.late_share) == (row.task_id in due):
            yield f"{row.task_id}: a late share {'is missing' if row.task_id in due else 'without a limit'}"
        if not pd.isna(row.late_share) and row.late_share > row.driving_share + ROUNDED:
            yield f"{row.task_id} is late in {row.late_share} of the runs, behind a miss in {row.driving_share}"
        p80 = date.fromisoformat(row.finish_p80)
        if p80 < _earliest(row):
            yield f"{row.task_id}: P80 {p80} is before it can end"
        limit = min((d for d in (row.legal_limit, row.target) if d is not None), default=None)
        if limit is not None and not row.fixed and (p80 <= limit) != (row.late_share <= 0.2 + ROUNDED):
            yield f"{row.task_id}: P80 {p80}, limit {limit}, late in {row.late_share} of the runs"
    told = case.tables["deadline_risk"].set_index(["limit_id", "kind"])["hold_share"].astype(float)
    for (key, kind), own in by_limit.items():
        late = 1 - told.get((key, kind), float("nan"))
        several = rows.loc[own]
        only = several[filled(several["legal_limit"]) != filled(several["target"])]["late_share"]
        if late > several["late_share"].sum() + ROUNDED * (1 + len(own)) or late < only.max() - 2 * ROUNDED:
            yield f"{key} {kind}: missed in {late:.4f} of the runs, which its tasks' late shares do not allow"
    return f"{len(rows)} tasks"


def _earliest(row) -> date:
    """Day on which the task ends with its fewest days, from its planned start (or the planned end, if earlier)."""
    if row.fixed:
        return row.start
    least = row.working_days if pd.isna(row.low_days) else min(int(row.low_days), int(row.working_days))
    work = days_of_work(row.start, row.finish, is_working(row.start))
    return work[max(0, ceil(least) - 1)] if len(work) >= least else row.start


@check(
    "risk-protect",
    "Việc cần bảo vệ có thật, xếp đúng thứ tự, khớp xác suất",
    "Tasks to protect exist, are in order and fit the probabilities",
    "timetable",
    "deadline_risk",
    "protect",
)
def protect(case: Case) -> Violations:
    """Ranks follow the saving; the limit told is a row and holds no less often; shares are those of the tasks."""
    behind = case.tables["timetable"].set_index("task_id")["driving_share"].astype(float)
    hold = case.tables["deadline_risk"].set_index(["limit_id", "kind"])["hold_share"].astype(float)
    for scope, own in case.tables["protect"].sort_values("rank").groupby("scope", sort=True):
        if own["rank"].astype(int).tolist() != list(range(1, len(own) + 1)) or (own["saved_vnd"].diff() > 0.5).any():
            yield f"{scope}: ranks are not those of the saving"
        for row in own.itertuples():
            members = [i for i in behind.index if i == row.item or (scope == "family" and _type(i) == row.item)]
            if not members or len(members) != row.tasks:
                yield f"{row.item}: {row.tasks} tasks, the timetable has {len(members)}"
                continue
            shares = behind[members]
            if not shares.max() - ROUNDED <= row.driving_share <= min(1.0, shares.sum()) + ROUNDED * len(members):
                yield f"{row.item}: behind a miss in {row.driving_share}, its tasks in {shares.max()} to {shares.sum()}"
            if (row.limit_id, row.kind) not in hold.index:
                yield f"{row.item}: unknown limit {row.limit_id} {row.kind}"
            elif abs(hold[row.limit_id, row.kind] - row.hold_share) > ROUNDED:
                yield f"{row.item}: {row.limit_id} holds in {row.hold_share}, its row says otherwise"
            if row.hold_share_kept < row.hold_share - ROUNDED or row.saved_vnd <= 0:
                yield f"{row.item}: protecting it saves nothing or makes {row.limit_id} hold less often"
    return f"{len(case.tables['protect'])} rows"


def _type(task_id: str) -> str:
    return task_id.partition(":")[0]
