"""Risk of the timetable: how likely each limit holds when tasks take longer or shorter, and which tasks to protect.

Low and high durations are assumptions (task_types.csv), so are all shares made from them. Tasks of one kind of work
and tasks of one owner run late together (`timetable.risk_correlation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from merger.inputs import Inputs
from merger.stages.stage import Finding
from merger.tables import conform, empty
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.risk_limits import NamedLimit, named_limits
from merger.timetabling.risk_words import advice, family_titles, risk_findings
from merger.timetabling.tasks import Task
from solvers.schedule.durations import ThreePoint, draw_days
from solvers.schedule.problem import NONE
from solvers.schedule.protect import Protection, likely_candidates, limit_lateness, rank_protection
from solvers.schedule.simulate import (
    LIMITS,
    Network,
    Runs,
    beyond,
    driving,
    lags_exceeded,
    late_days,
    lateness_cost,
    limit_days,
    missed,
    simulate,
)

CANDIDATES, PROTECTED, FAMILIES = 60, 20, 10  # tasks simulated again; rows of tasks and of families in `protect`
WEAKEST = 5  # tasks named behind the misses of one limit
TOLD = 0.005  # gain in the chance of a limit by law that is worth telling
Z95 = 1.959964  # normal quantile of a two-sided 95 % interval


@dataclass(frozen=True)
class Risk:
    """What the simulation adds: columns of `timetable` (index: task id), tables, findings and figures."""

    columns: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    findings: list[Finding]
    figures: dict[str, Any]

    def added_to(self, timetable: pd.DataFrame) -> pd.DataFrame:
        """The table `timetable` with its columns on risk filled."""
        own = self.columns.loc[timetable["task_id"]].reset_index(drop=True)
        return timetable.reset_index(drop=True).assign(**{name: own[name] for name in own.columns})


@dataclass(frozen=True)
class _Simulated:
    tasks: list[Task]
    net: Network
    days: NDArray[np.int32]
    runs: Runs
    limits: list[NamedLimit]
    lateness: NDArray[np.int32]  # (limits, runs) of the last task
    late: NDArray[np.bool_]  # (tasks, runs)
    behind: NDArray[np.bool_]
    weight: NDArray[np.float32]
    cost: NDArray[np.float64]

    @property
    def law(self) -> NDArray[np.bool_]:
        """Limits by law and events, as against targets."""
        return np.array([x.limit.kind != "target" for x in self.limits], dtype=bool)


def assess(tasks: list[Task], net: Network, calendar: WorkCalendar, inputs: Inputs) -> Risk:
    """Simulate the plan `timetable.risk_runs` times; the same scenario and seed give the same figures.

    `net` is the solved problem, each task in the way chosen for it, with its starts and finishes.
    """
    options = inputs.scenario.timetable
    points = three_points(tasks, net, options.risk_correlation)
    days = draw_days(points, options.risk_runs, inputs.scenario.seed)
    runs = simulate(net, days)
    limits = named_limits(tasks, net, inputs.deadlines)
    late, cost = missed(net, runs), lateness_cost(net, runs)
    lateness = limit_lateness(net, runs, [x.limit for x in limits])
    simulated = _Simulated(tasks, net, days, runs, limits, lateness, late, *driving(net, runs, late, cost), cost)
    tables = {"deadline_risk": _deadline_frame(simulated, calendar), "protect": _protect_frame(simulated)}
    figures = _figures(simulated, options.risk_correlation)
    found = risk_findings(tables["deadline_risk"], tables["protect"], figures)
    return Risk(_task_columns(simulated, calendar), tables, found, figures)


def three_points(tasks: list[Task], net: Network, correlation: float) -> ThreePoint:
    """Durations around the planned ones by the shares of each type; events, and work done, are certain."""
    likely, free = net.planned_days, net.problem.fixed == NONE
    low = np.array([max(1, round(t.low * d)) for t, d in zip(tasks, likely, strict=True)])
    high = np.array([np.ceil(t.high * d - 1e-9) for t, d in zip(tasks, likely, strict=True)]).astype(np.int64)
    low, high = np.where(free, np.minimum(low, likely), likely), np.where(free, np.maximum(high, likely), likely)
    groups = np.stack([_numbered([t.kind for t in tasks]), _numbered([t.owner for t in tasks])], axis=1)
    return ThreePoint(low, likely, high, groups, correlation)


def wilson(share: float, runs: int) -> tuple[float, float]:
    """Two-sided 95 % interval of a share found in `runs` independent runs (Wilson 1927)."""
    z2 = Z95 * Z95
    centre = (share + z2 / (2 * runs)) / (1 + z2 / runs)
    half = Z95 / (1 + z2 / runs) * np.sqrt(share * (1 - share) / runs + z2 / (4 * runs * runs))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def _numbered(words: list[str]) -> NDArray[np.int64]:
    place = {word: k for k, word in enumerate(sorted(set(words)))}
    return np.array([place[word] for word in words], dtype=np.int64)


def _by_share(days: NDArray[np.int32], share: float) -> NDArray[np.int32]:
    """Per row the first day by which at least `share` of the runs have ended."""
    at = max(0, int(np.ceil(share * days.shape[1] - 1e-9)) - 1)
    return np.partition(days, at, axis=1)[:, at]


def _task_columns(s: _Simulated, calendar: WorkCalendar) -> pd.DataFrame:
    limited = np.any([limit_days(s.net, kind) != NONE for kind in LIMITS], axis=0)
    return pd.DataFrame(
        {
            "late_share": np.where(limited, s.late.mean(axis=1), np.nan),
            "driving_share": s.behind.mean(axis=1),
            "finish_p80": [calendar.day(d).isoformat() for d in _by_share(s.runs.finish, 0.8)],
        },
        index=[task.id for task in s.tasks],
    )


def _deadline_frame(s: _Simulated, calendar: WorkCalendar) -> pd.DataFrame:
    rows, runs = [], s.days.shape[1]
    for named, late in zip(s.limits, s.lateness, strict=True):
        own = named.limit.tasks
        last = s.runs.finish[own].max(axis=0)[None, :]
        if named.limit.kind == "event":
            before = s.net.into[own[0]][0]
            last, planned = s.runs.finish[before].max(axis=0)[None, :], s.net.finish[before].max()
        else:
            planned = s.net.finish[own].max()
        hold = float((late == 0).mean())
        low, high = wilson(hold, runs)
        rows.append(
            {
                "limit_id": named.id,
                "kind": named.limit.kind,
                "title_vi": named.title_vi,
                "title_en": named.title_en,
                "limit_date": named.day.isoformat(),
                "tasks": len(own),
                "hold_share": hold,
                "hold_low": low,
                "hold_high": high,
                "late_to_5_share": float(((late >= 1) & (late <= 5)).mean()),
                "late_6_20_share": float(((late >= 6) & (late <= 20)).mean()),
                "late_over_20_share": float((late > 20).mean()),
                "planned_finish": calendar.day(planned).isoformat(),
                **{f"finish_p{q}": calendar.day(_by_share(last, q / 100)[0]).isoformat() for q in (50, 80, 95)},
                "expected_late_days": float(late.mean()),
                "weakest": ";".join(_weakest(s, named)),
                "runs": runs,
                "label": _label([s.tasks[i] for i in own]),
            }
        )
    return conform("deadline_risk", pd.DataFrame(rows) if rows else empty("deadline_risk"))


def _weakest(s: _Simulated, named: NamedLimit) -> list[str]:
    """Tasks that overrun while they lie on the chain behind a miss of this limit, most often first."""
    late = np.zeros_like(s.late)
    own = named.limit.tasks
    late[own] = late_days(s.net, s.runs, own, named.limit.kind) > 0
    if not late.any():
        return []
    behind, _ = driving(s.net, s.runs, late, s.cost)
    often = (behind & (s.days > s.net.planned_days[:, None])).sum(axis=1)
    ranked = sorted(np.flatnonzero(often).tolist(), key=lambda i: (-often[i], i))
    return [s.tasks[i].id for i in ranked[:WEAKEST]]


def _protect_frame(s: _Simulated) -> pd.DataFrame:
    """Single tasks and whole families (all tasks of a type), by the cost of lateness that protecting them saves."""
    singles = likely_candidates(s.net, s.days, s.weight, CANDIDATES)
    types = [task.id.partition(":")[0] for task in s.tasks]
    members: dict[str, list[int]] = {}
    for i, kind in enumerate(types):
        members.setdefault(kind, []).append(i)
    families = [kind for kind in dict.fromkeys(types[i] for i in singles) if len(members[kind]) > 1]
    rows = []
    for scope, items, most in (
        ("task", {s.tasks[i].id: [i] for i in singles}, PROTECTED),
        ("family", {kind: members[kind] for kind in families}, FAMILIES),
    ):
        sets = [np.array(own) for own in items.values()]
        found = rank_protection(s.net, s.days, [x.limit for x in s.limits], s.law, sets)
        for rank, kept in enumerate(found[:most], start=1):
            name = list(items)[kept.candidate]
            rows.append({"scope": scope, "rank": rank, "item": name, **_protect_row(s, sets[kept.candidate], kept)})
    return conform("protect", pd.DataFrame(rows) if rows else empty("protect"))


def _protect_row(s: _Simulated, own: NDArray[np.int64], kept: Protection) -> dict[str, Any]:
    tasks = [s.tasks[i] for i in own]
    hold = (s.lateness == 0).mean(axis=1)
    # The limit whose chance it raises most, or that it brings nearest; one by law, if it gains at all to speak of.
    gain = kept.hold - hold
    best = max(range(len(hold)), key=lambda k: (s.law[k] and gain[k] >= TOLD, gain[k], kept.days_saved[k], -k))
    title_vi, title_en = family_titles(tasks)
    advice_vi, advice_en = advice(s.net, s.days, own, tasks)
    owners = {task.owner for task in tasks}
    return {
        "title_vi": title_vi,
        "title_en": title_en,
        "owner": owners.pop() if len(owners) == 1 else "",
        "tasks": len(tasks),
        "driving_share": float(s.behind[own].any(axis=0).mean()),
        "overrun_share": float((s.days[own] > s.net.planned_days[own][:, None]).any(axis=0).mean()),
        "limit_id": s.limits[best].id,
        "kind": s.limits[best].limit.kind,
        "hold_share": float(hold[best]),
        "hold_share_kept": float(kept.hold[best]),
        "law_hold_share_kept": kept.hold_watched,
        "days_saved": float(kept.days_saved.sum()),
        "saved_vnd": kept.cost_saved,
        "advice_vi": advice_vi,
        "advice_en": advice_en,
        "label": _label(tasks),
    }


def _label(tasks: list[Task]) -> str:
    """Durations are estimates; what rests on generated data says so."""
    return "SYNTHETIC" if any(task.label == "SYNTHETIC" for task in tasks) else "estimated"


def _figures(s: _Simulated, correlation: float) -> dict[str, Any]:
    runs = s.days.shape[1]
    on_time = {
        "law": float((s.lateness[s.law] == 0).all(axis=0).mean()),
        "targets": float((s.lateness[~s.law] == 0).all(axis=0).mean()),
    }
    told = {f"{name}_hold_share": share for name, share in on_time.items()}
    told |= {f"{name}_hold_interval": [round(x, 4) for x in wilson(share, runs)] for name, share in on_time.items()}
    lags = lags_exceeded(s.net, s.runs)
    kinds = np.array([x.limit.kind for x in s.limits])
    hold = (s.lateness == 0).mean(axis=1)
    return {
        "runs": runs,
        "correlation": correlation,
        **told,
        "limits": {kind: int((kinds == kind).sum()) for kind in LIMITS},
        "limits_below_80_percent": {kind: int(((kinds == kind) & (hold < 0.8)).sum()) for kind in LIMITS},
        "expected_late_vnd": float(s.cost.sum(axis=0).mean()),
        "largest_lags": int((s.net.problem.max_lag != NONE).sum()),
        "largest_lag_exceeded_share": float(lags.max(initial=0.0)),
        "beyond_calendar_share": beyond(s.net, s.runs),
    }
