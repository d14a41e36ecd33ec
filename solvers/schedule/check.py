"""Independent check of a schedule, day by day."""

from __future__ import annotations

from collections import Counter

from solvers.problem import Status
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.solution import Cost, ScheduleSolution

TOLERANCE = 1e-6


def check_schedule(problem: ScheduleProblem, solution: ScheduleSolution) -> list[str]:
    """List every violation: work off the calendar, wrong order, resources or budgets overdrawn, hard limits, wrong
    costs."""
    if solution.status in (Status.INFEASIBLE, Status.UNKNOWN):
        return []
    n = len(problem.names)
    if len(solution.start) != n or len(solution.finish) != n:
        return [f"the schedule has {len(solution.start)} starts and {len(solution.finish)} finishes for {n} tasks"]
    if len(solution.way) != n or not all(0 <= solution.way[i] < len(_ways(problem, i)) for i in range(n)):
        return ["the schedule names a way of doing a task that does not exist"]
    faults: list[str] = []
    work = [_days_of_work(problem, solution, i, faults) for i in range(n)]
    faults += _order(problem, solution, work)
    faults += _resources(problem, solution, work)
    faults += _budgets(problem, solution)
    faults += _costs(problem, solution, work)
    return faults


def _ways(p: ScheduleProblem, i: int) -> list[tuple[int, list[int], int, tuple[int, ...], tuple[int, ...]]]:
    """Duration, units, money, use of budgets and start days of each way to do a task."""
    first = (int(p.duration[i]), [int(u) for u in p.demand[i]], 0, (), p.starts[i])
    return [first, *((w.duration, [int(u) for u in w.demand], w.cost, w.use, w.starts) for w in p.ways if w.task == i)]


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
    duration, _, _, _, starts = _ways(p, i)[s.way[i]]
    if len(days) != duration:
        faults.append(f"{name} works {len(days)} days instead of {duration}")
    if first < p.release[i]:
        faults.append(f"{name} starts on day {first}, before it may ({p.release[i]})")
    if starts and first not in starts:
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


def _units(p: ScheduleProblem, s: ScheduleSolution, work: list[list[int]]) -> list[Counter[int]]:
    """Units of each resource in use by day."""
    used: list[Counter[int]] = [Counter() for _ in p.resources]
    for i, days in enumerate(work):
        if p.fixed[i] != NONE:
            continue
        for k, units in enumerate(_ways(p, i)[s.way[i]][1]):
            if units:
                used[k].update(dict.fromkeys(days, units))
    return used


def _resources(p: ScheduleProblem, s: ScheduleSolution, work: list[list[int]]) -> list[str]:
    faults = []
    for k, used in enumerate(_units(p, s, work)):
        for day in sorted(used):
            there = int(p.capacity[k])
            for a in p.absences:
                if a.resource == k and a.first <= day <= a.last:
                    there -= a.units
            if used[day] > max(0, there):
                faults.append(f"day {day}: {used[day]} units of {p.resources[k]}, which has {max(0, there)}")
    return faults


def _budgets(p: ScheduleProblem, s: ScheduleSolution) -> list[str]:
    faults = []
    for b, name in enumerate(p.budgets):
        used = [_ways(p, i)[s.way[i]][3] for i in range(len(p.names))]
        spent = sum(int(use[b]) for use in used if use)
        if spent > p.budget[b]:
            faults.append(f"budget {name}: {spent} used of {p.budget[b]}")
    return faults


def _costs(p: ScheduleProblem, s: ScheduleSolution, work: list[list[int]]) -> list[str]:
    n = range(len(p.names))
    free = [i for i in n if p.fixed[i] == NONE]
    peak = [max(used.values(), default=0) for used in _units(p, s, work)]
    over = [max(0, peak[k] - int(p.comfort[k])) * int(p.strain_price[k]) for k in range(len(p.resources))]
    told = Cost(
        legal=sum(int(p.legal_price[i]) * _late(p, int(s.finish[i]), int(p.legal[i])) for i in n),
        target=sum(int(p.target_price[i]) * _late(p, int(s.finish[i]), int(p.target[i])) for i in n),
        money=sum(_ways(p, i)[s.way[i]][2] for i in free),
        change=sum(int(p.move_price[i]) * _moved(p, i, int(s.start[i])) for i in free if p.wanted[i] != NONE),
        strain=sum(over),
        finish=sum(
            int(p.weight[i]) * sum(1 for d in p.calendars[p.calendar[i]] if d <= s.finish[i])
            for i in free
            if p.weight[i]
        ),
    )
    faults = [] if told == s.parts else [f"the parts of the cost are {told}, not {s.parts}"]
    total = told.legal + told.target + told.money + told.change
    if s.objective is None or abs(s.objective - total) > TOLERANCE * max(1, total):
        faults.append(f"the objective is {s.objective}, not {total}")
    if s.bound is not None and s.objective is not None and s.bound > s.objective * (1 + TOLERANCE) + TOLERANCE:
        faults.append(f"the bound {s.bound} is above the objective {s.objective}")
    return faults


def _moved(p: ScheduleProblem, i: int, start: int) -> int:
    """Days of the task's calendar from the start wanted to the start, in either direction."""
    low, high = sorted((int(p.wanted[i]), start))
    return sum(1 for d in p.calendars[p.calendar[i]] if low <= d < high)


def _late(p: ScheduleProblem, finish: int, limit: int) -> int:
    if limit == NONE or finish <= limit:
        return 0
    return max(1, sum(1 for d in p.calendars[0] if limit < d <= finish))
