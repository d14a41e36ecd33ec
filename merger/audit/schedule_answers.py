"""Checks of what the timetable answers: slack, causes and chains, what must give, signing days, moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd

from merger.audit.report import Case, Violations, check, filled, items, shown
from merger.audit.timing import dated, days_of_work, is_working, working_days_after

STEPS = {
    "province": ("agency.decision", "agency.leaders", "agency.seal"),
    "commune": ("unit.organisation", "unit.organisation", "unit.seal"),
}


def between(first: date, last: date) -> int:
    """Working days after first and before last."""
    return len(days_of_work(first + timedelta(days=1), last - timedelta(days=1), True)) if last > first else 0


@check(
    "timetable-slack",
    "Dự trữ riêng không quá dự trữ chung và không lấn việc sau",
    "Free slack is within total slack and reaches no later task",
    "timetable",
)
def slack(case: Case) -> Violations:
    """Free slack is at most the total slack, and ends before the tasks after it and its own limits."""
    rows = dated(case)
    room: dict[str, int] = {}
    for row in rows.itertuples():
        for before in items(row.predecessors):
            if before in rows.index and not rows.at[before, "fixed"]:
                room[before] = min(room.get(before, 10**6), between(rows.at[before, "finish"], row.start))
    for row in rows.itertuples():
        free, total = int(row.free_slack_days), int(row.slack_days)
        if row.fixed and (free or total):
            yield f"{row.task_id} is an event and has slack {free}, {total}"
        if not 0 <= free <= max(0, total):
            yield f"{row.task_id}: free slack {free}, total slack {total}"
        if free > room.get(row.task_id, free):
            yield f"{row.task_id}: free slack {free}, the next task leaves {room[row.task_id]}"
        limits = [limit for limit in (row.legal_limit, row.target) if limit]
        own = min((between(row.finish, limit + timedelta(days=1)) for limit in limits), default=free)
        if free > own:
            yield f"{row.task_id}: free slack {free}, its limit leaves {own}"
    return f"{len(rows)} tasks"


@check(
    "timetable-causes",
    "Mỗi việc chờ đúng việc, nguồn lực có trong tiến độ",
    "What a task waits for is in the timetable",
    "timetable",
)
def causes(case: Case) -> Violations:
    """The cause of each task holds between it and the task named."""
    rows = dated(case)
    for row in rows.itertuples():
        if fault := _broken_link(rows, row.task_id, row.cause, "" if pd.isna(row.cause_task) else str(row.cause_task)):
            yield fault
        if int(row.early_days) < 0:
            yield f"{row.task_id}: earlier by {row.early_days} days"


@check(
    "timetable-chains",
    "Mỗi thời hạn có chuỗi việc quyết định, đúng từng mắt xích",
    "Each limit has its driving chain, link by link",
    "timetable",
    "deadlines",
)
def chains(case: Case) -> Violations:
    """Each limit of a task has a row; its last task, lateness and chain are those of the timetable."""
    rows, told = dated(case), case.tables["deadlines"]
    yield from _every_limit(rows, told)
    for row in told.itertuples():
        name = f"{row.deadline} ({row.force})"
        chain, why = items(row.chain), items(row.causes)
        if not chain or chain[-1] != row.last_task or len(chain) != len(why) or not set(chain) <= set(rows.index):
            yield f"{name}: chain of {len(chain)} tasks and {len(why)} causes to {row.last_task}"
            continue
        last, day = rows.loc[row.last_task], date.fromisoformat(str(row.date))
        if last["legal_limit" if row.force == "legal" else "target"] != day:
            yield f"{name}: {row.last_task} has another limit than {row.date}"
        if str(row.finish) != last["finish"].isoformat() or row.late_days != working_days_after(day, last["finish"]):
            yield f"{name}: {row.finish}, {row.late_days} days late; {row.last_task} ends on {last['finish']}"
        if row.spare_days != between(last["finish"], day + timedelta(days=1)):
            yield f"{name}: {row.spare_days} days to spare"
        for k, (task, cause) in enumerate(zip(chain, why, strict=True)):
            if fault := _broken_link(rows, task, cause, chain[k - 1] if k else ""):
                yield f"{name}: {fault}"
    return f"{len(told)} limits"


def _every_limit(rows: pd.DataFrame, told: pd.DataFrame) -> Iterator[str]:
    """As many tasks in the rows of a date as the timetable has with that limit."""
    free = rows[~rows["fixed"].astype(bool)]
    for force, column in (("legal", "legal_limit"), ("target", "target")):
        wanted = Counter(d.isoformat() for d in free[column] if d)
        own = told[told["force"] == force]
        found = Counter(dict(own.groupby("date")["tasks"].sum()))
        if wrong := {day for day in {*wanted, *found} if wanted[day] != found[day]}:
            yield f"{force} limits with other tasks than the timetable has: {shown(wrong)}"
        for row in own.itertuples():
            same = free[[d is not None and d.isoformat() == row.date for d in free[column]]]
            latest = same["finish"].max() if len(same) else None
            if latest and len(own[own["date"] == row.date]) == 1 and latest.isoformat() != row.finish:
                yield f"{row.deadline} ({force}): a task ends on {latest}, the row says {row.finish}"


def _broken_link(rows: pd.DataFrame, task: str, cause: str, before: str) -> str:
    """What is wrong with a cause; "" when it holds."""
    kind, _, resource = str(cause).partition("=")
    own = rows.loc[task]
    if kind in ("release", "start_day", "fixed"):
        wrong = bool(before) or bool(own["fixed"]) != (kind == "fixed")
        return f"{task}: cause {cause}, task {before or 'none'}" if wrong else ""
    if before not in rows.index:
        return f"{task}: cause {cause} without a task"
    other = rows.loc[before]
    if kind == "follower":
        close = any(x.startswith(f"{task}=") and ".." in x for x in items(other["lags"]))
        return "" if close else f"{task} need not be followed closely by {before}"
    if other["finish"] >= own["start"]:
        return f"{task} starts on {own['start']}, {before} that it waits for ends on {other['finish']}"
    if kind == "units":
        both = [{x.split("=")[0] for x in items(r["resources"])} for r in (own, other)]
        return "" if resource in both[0] & both[1] else f"{task} and {before} do not both use {resource}"
    if kind not in ("order", "lag", "event") or before not in items(own["predecessors"]):
        return f"{task}: {before} is no predecessor (cause {cause})"
    return "" if bool(other["fixed"]) == (kind == "event") or kind == "lag" else f"{task}: {before} and cause {cause}"


@check(
    "timetable-relief",
    "Chỉ nêu phải nhường gì cho thời hạn bị chậm; số ngày đúng",
    "What must give is told for missed limits, with the right days",
    "deadlines",
    "relief",
)
def relief(case: Case) -> Violations:
    """Remedies belong to limits that are missed, start from their lateness, and leave no more of it."""
    told = case.tables["relief"]
    late = {(r.deadline, r.force): r.late_days for r in case.tables["deadlines"].itertuples() if r.late_days}
    late["all", "all"] = max(late.values(), default=0)
    for row in told.itertuples():
        name = f"{row.deadline} ({row.force}), {row.remedy} {row.item}"
        if row.late_days != late.get((row.deadline, row.force), 0) or not row.late_days:
            yield f"{name}: {row.late_days} days late, the limit is {late.get((row.deadline, row.force), 0)}"
        if not 0 <= row.late_after_days <= row.late_days or row.amount < 1:
            yield f"{name}: {row.amount} leaves {row.late_after_days} of {row.late_days} days"
        if row.remedy == "limit" and (row.amount != row.late_days or row.late_after_days):
            yield f"{name}: the limit moves by {row.amount} days"
    return f"{len(told)} remedies"


@check(
    "timetable-signing",
    "Không cơ quan nào ký trước quyết định, bổ nhiệm, con dấu và ngày hoạt động",
    "No body signs before decision, appointment, seal and the day of effect",
    "timetable",
    "signing",
)
def signing(case: Case) -> Violations:
    """Dates are those of the tasks; the first signing day is the first working day after them, none sooner."""
    rows, effect = dated(case), case.inputs.scenario.dates.effect
    told = case.tables["signing"]
    for row in told.itertuples():
        ends = [rows.at[f"{kind}:{row.body_id}", "finish"] for kind in STEPS[row.level]]
        if [str(row.decision), str(row.leaders), str(row.seal)] != [d.isoformat() for d in ends]:
            yield f"{row.body_id}: {row.decision}, {row.leaders}, {row.seal} are not the days of its tasks"
        first = max(max(ends) + timedelta(days=1), effect)
        while not is_working(first):
            first += timedelta(days=1)
        if str(row.can_sign) != first.isoformat():
            yield f"{row.body_id} can sign from {first}, not from {row.can_sign}"
        if not effect.isoformat() <= str(row.earliest) <= str(row.can_sign):
            yield f"{row.body_id}: earliest {row.earliest}, in the timetable {row.can_sign}"
    wanted = {t.partition(":")[2] for t in rows.index if t.startswith(("agency.seal:", "unit.seal:"))}
    if missing := wanted - set(told["body_id"].astype(str)):
        yield f"bodies without a signing day: {shown(missing)}"
    return f"{len(told)} bodies"


@check(
    "timetable-moves",
    "Bảng chuyển trụ sở khớp tiến độ và cơ cấu",
    "Moves agree with the timetable and the structure",
    "timetable",
    "moves",
    "structure",
)
def moves(case: Case) -> Violations:
    """Every day of every move, with the trucks of its task and the persons whose division changes site."""
    rows, told = dated(case), case.tables["moves"]
    structure = case.tables["structure"]
    moving = structure[filled(structure["site_before"]) & (structure["site_before"] != structure["site_id"])]
    own_moves = [r for r in rows.itertuples() if r.task_id.startswith("agency.move:")]
    wanted = {(r.task_id, d.isoformat()) for r in own_moves for d in days_of_work(r.start, r.finish, False)}
    found = set(zip(told["task_id"], told["day"].astype(str), strict=True))
    if wanted != found:
        yield f"days that the timetable has and the moves have not, or the reverse: {shown(wanted ^ found)}"
    for row in told.itertuples():
        units = dict(x.split("=") for x in items(rows.at[row.task_id, "resources"]))
        if int(units.get("trucks", 0)) != row.trucks:
            yield f"{row.task_id}: {row.trucks} trucks, its task has {units.get('trucks', 0)}"
        if row.desks != row.persons:
            yield f"{row.task_id} on {row.day}: {row.persons} persons, {row.desks} desks"
    for agency, own in told.groupby("new_agency_id"):
        divisions = moving[moving["new_agency_id"] == agency]
        if own["persons"].sum() != divisions["staff"].sum():
            yield f"{agency}: {own['persons'].sum()} persons move, its divisions have {divisions['staff'].sum()}"
        for column, site in (("from_sites", "site_before"), ("to_sites", "site_id")):
            if set(items(own[column].iloc[0])) != set(divisions[site]):
                yield f"{agency}: {column} {own[column].iloc[0]}"
    trucks = case.inputs.scenario.timetable.working_groups.get("trucks", 0)
    for day, units in told.groupby("day")["trucks"].sum().items():
        if units > trucks:
            yield f"{units} trucks on {day}, there are {trucks}"
    return f"{len(told)} days of moves"
