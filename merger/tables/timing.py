"""Tables of stage timetable: tasks, limits, risk."""

from __future__ import annotations

from merger.tables.table import LABEL, Table

TIMING: dict[str, Table] = {
    "timetable": Table(
        ("task_id",),
        {
            "task_id": ("text", ""),
            "title_vi": ("text", ""),
            "title_en": ("text", ""),
            "owner": ("text", "body that answers for it (Vietnamese)"),
            "partner": ("text", "bodies that take part (Vietnamese)"),
            "place": ("text", "where it is done (Vietnamese)"),
            "documents": ("text", "what it produces or rests on (Vietnamese)"),
            "kind": (
                "text",
                "law, approval, organisation, staff, assets, move, archive, digital, party, commute, ...",
            ),
            "origin": ("text", "deadline, programme or plan"),
            "state": ("text", "planned; when planning again from a day also begun or done"),
            "start": ("date", "first working day"),
            "finish": ("date", "last working day"),
            "working_days": ("int", "days of work, on working days or days off"),
            "mode": ("text", "way it is done: own (by the owner's staff) or contractor, ..."),
            "cost_vnd": ("vnd", "money that this way of doing it costs more than own staff"),
            "predecessors": ("list", "task ids"),
            "lags": ("list", "predecessor=LEAST or =LEAST..MOST days of its own calendar left free after it; none: 0"),
            "resources": ("list", "resource=units"),
            "deadline_id": ("text", "row of deadlines.csv that limits it"),
            "legal_limit": ("date", "hard"),
            "target": ("date", "soft"),
            "legal_late_days": ("int", "working days after the legal limit"),
            "target_late_days": ("int", "working days after the target"),
            "slack_days": (
                "int",
                "working days it may slip before its own or a later task's limit is missed",
            ),
            "free_slack_days": ("int", "working days it may slip before any other task must move"),
            "critical": ("bool", "no slack, and not an event"),
            "fixed": ("bool", "event with a fixed date"),
            "low_days": ("int", "days of work if all goes well (estimated)"),
            "high_days": ("int", "days of work if much goes wrong (estimated)"),
            "late_share": ("ratio", "share of simulated runs in which it misses its own limit; empty: no limit"),
            "driving_share": ("ratio", "share of simulated runs in which it lies on the chain behind a missed limit"),
            "finish_p80": ("date", "day by which it has ended in 80 % of simulated runs"),
            "label": LABEL,
        },
    ),
    "schedule_changes": Table(
        ("task_id",),
        {
            "task_id": ("text", "task whose days are not those of the plan before"),
            "title_vi": ("text", ""),
            "title_en": ("text", ""),
            "owner": ("text", "body that answers for it (Vietnamese)"),
            "change": ("text", "moved; reported (progress told); new; gone"),
            "start_before": ("date", ""),
            "finish_before": ("date", ""),
            "start": ("date", ""),
            "finish": ("date", ""),
            "days_later": ("int", "calendar days by which it ends later; negative: earlier"),
            "label": LABEL,
        },
    ),
}
