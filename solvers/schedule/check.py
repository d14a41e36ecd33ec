"""Independent check of a schedule, day by day."""

from __future__ import annotations

from collections import Counter

from solvers.problem import Status
from solvers.schedule.problem import NONE, ScheduleProblem, ScheduleSolution

TOLERANCE = 1e-6


def check_schedule(problem: ScheduleProblem, solution: ScheduleSolution) -> list[str]:
    """List every violation: work off the calendar, wrong order, resources overdrawn, hard limits, wrong
    costs."""
    if solution.status in (Status.INFEASIBLE, Status.UNKNOWN):
        return []
    n = len(problem.names)
    if len(solution.start) != n or len(solution.finish) != n:
        return [f"the schedule has {len(solution.start)} starts and {len(solution.finish)} finishes for {n} tasks"]
    faults: list[str] = []
    work = [_days_of_work(problem, solution, i, faults) for i in range(n)]
    faults += _order(problem, solution, work)
    faults += _resources(problem, work)
    faults += _costs(problem, solution)
    return faults


def _days_of_work(p: ScheduleProblem, s: ScheduleSolution, i: int, faults: list[str]) -> list[int]:
    first, last, name = int(s.start[i]), int(s.finish[i]), p.names[i]
    if p.fixed[i] != NONE:
        if first != p.fixed[i] or last != p.fixed[i]:
            faults.append(f"{name} is fixed on day {p.fixed[i]} but runs from {first} to {last}")
        return [first]
    calendar = {int(d) for d in p.calendars[p.calendar[i]]}
    if first not in calendar or last not in calendar:
        faults.append(f"{name} starts or ends on a day off its calendar ({first}, {last})")
    days = [d for d in range(first, last + 1) if d in calendar]
    if len(days) != p.duration[i]:
        faults.append(f"{name} works {len(days)} days instead of {p.duration[i]}")
    if first < p.release[i]:
        faults.append(f"{name} starts on day {first}, before it may ({p.release[i]})")
    if p.starts[i] and first not in p.starts[i]:
        faults.append(f"{name} starts on day {first}, which is not one of its start days")
    if p.hard[i] and p.legal[i] != NONE and last > p.legal[i]:
        faults.append(f"{name} ends on day {last}, after its hard limit {p.legal[i]}")
    return days


def _order(p: ScheduleProblem, s: ScheduleSolution, work: list[list[int]]) -> list[str]:
    faults = []
    for k in range(len(p.before)):
        i, j = int(p.before[k]), int(p.after[k])
        end, begin = int(s.finish[i]), int(s.start[j])
        if begin <= end:
            faults.append(f"{p.names[j]} starts on day {begin}, before {p.names[i]} has ended ({end})")
            continue
        if p.fixed[j] != NONE:
            continue
        between = sum(1 for d in p.calendars[p.calendar[j]] if end < d < begin)
        if between < p.lag[k]:
            faults.append(f"{p.names[j]} starts {between} days after {p.names[i]}, fewer than {p.lag[k]}")
        if p.max_lag[k] != NONE and between > p.max_lag[k]:
            faults.append(f"{p.names[j]} starts {between} days after {p.names[i]}, more than {p.max_lag[k]}")
    return faults


def _resources(p: ScheduleProblem, work: list[list[int]]) -> list[str]:
    faults = []
    for k, resource in enumerate(p.resources):
        used: Counter[int] = Counter()
        for i, days in enumerate(work):
            if p.demand[i, k]:
                used.update(dict.fromkeys(days, int(p.demand[i, k])))
        for day in sorted(used):
            if used[day] > p.capacity[k]:
                faults.append(f"day {day}: {used[day]} units of {resource}, which has {p.capacity[k]}")
    return faults


def _costs(p: ScheduleProblem, s: ScheduleSolution) -> list[str]:
    legal = sum(int(p.legal_price[i]) * _late(p, int(s.finish[i]), int(p.legal[i])) for i in range(len(p.names)))
    target = sum(int(p.target_price[i]) * _late(p, int(s.finish[i]), int(p.target[i])) for i in range(len(p.names)))
    faults = []
    if legal != s.legal_cost or target != s.target_cost:
        faults.append(f"lateness costs {legal} + {target}, not {s.legal_cost} + {s.target_cost}")
    if s.objective is None or abs(s.objective - legal - target) > TOLERANCE * max(1, legal + target):
        faults.append(f"the objective is {s.objective}, not {legal + target}")
    if s.bound is not None and s.objective is not None and s.bound > s.objective * (1 + TOLERANCE) + TOLERANCE:
        faults.append(f"the bound {s.bound} is above the objective {s.objective}")
    return faults


def _late(p: ScheduleProblem, finish: int, limit: int) -> int:
    if limit == NONE or finish <= limit:
        return 0
    return max(1, sum(1 for d in p.calendars[0] if limit < d <= finish))
