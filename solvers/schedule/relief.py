"""What must give where a limit does not hold: for each remedy the least amount, its price and what stays late.

A remedy changes the problem in one place (more units, an earlier start, one order less, a shorter task, a later limit).
Its least amount is searched in rising steps; a lower bound tells where no amount does, and that a smaller one cannot.
Trials are serial schedules, so the answer depends on their number and not on the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from solvers.schedule.bounds import ancestors, earliest, latest_finish
from solvers.schedule.drivers import Drivers
from solvers.schedule.problem import NONE, Ints, ScheduleProblem, Way
from solvers.schedule.remedies import KINDS, Candidate, Case, Missed, Remedy, Schedule
from solvers.schedule.slack import limits, units_in_use
from solvers.schedule.solution import cost_of
from solvers.schedule.start import schedule_by

RULES = (2, 1, 0)  # priority rules of the trials, the one that does best as a rule first
STEPS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)


@dataclass(frozen=True)
class Trial:
    """A schedule of a changed problem: days late, money of the other limits above the plan's, days, and its rule."""

    late: int
    others: int
    schedule: Schedule
    rule: int


class _Trials:
    """Serial schedules of changed problems, counted."""

    def __init__(self, case: Case, most: int):
        self.case, self.left = case, most
        self.late = case.missed.days(case.p, case.finish)
        self.others, self.other_legal = self._others(case.p, case.start, case.finish)
        again = self.best(case.p)  # what another sequence of the same tasks gains is not a remedy's merit
        self.late = again.late if again else self.late

    def best(self, p: ScheduleProblem, rules: tuple[int, ...] = RULES) -> Trial | None:
        """Best of the serial schedules by some rules; None: nothing better than the plan.

        The other limits together never cost more than in the plan, and no other legal limit is missed by more.
        """
        found = None
        for rule in rules:
            if self.left <= 0:
                break
            self.left -= 1
            result = schedule_by(p, self._priority(p, rule))
            if result is None:
                continue
            start, finish, _ = result
            late = self.case.missed.days(p, finish)
            others, legal = self._others(p, start, finish)
            harmless = legal <= self.other_legal and others <= self.others
            if late < self.late and harmless and (found is None or (late, others) < (found.late, found.others)):
                found = Trial(late, others - self.others, (start, finish), rule)
                if late == 0:
                    break
        return found

    def _others(self, p: ScheduleProblem, start: Ints, finish: Ints) -> tuple[int, int]:
        """Lateness of the other limits, and of the legal ones among them."""
        missed = self.case.missed
        cost = cost_of(p, start, finish)
        own = np.flatnonzero((missed.limit != NONE) & (missed.limit == p.legal)).tolist()
        own_legal = sum(int(p.legal_price[i]) * p.late(int(finish[i]), int(p.legal[i])) for i in own)
        return cost.legal + cost.target - missed.cost(p, finish), cost.legal - own_legal

    def _priority(self, p: ScheduleProblem, rule: int) -> Ints:
        """As in the plan (0); or what touches the missed limit by its latest start for it (1) or for all limits (2)."""
        if rule == 0:
            return self.case.start
        latest = latest_finish(p, self.case.missed.limit if rule == 1 else limits(p)) - p.duration
        return np.where(self.near, latest, self.case.start)

    @cached_property
    def near(self) -> NDArray[np.bool_]:
        """Tasks that miss the limit, all that come before them, and the users of the resources on the chain."""
        p, missed = self.case.p, self.case.missed
        own = np.array([_days_late(p, missed, self.case.finish, i) > 0 for i in range(len(p.names))])
        handed = sorted({link.resource for link in self.case.chain if link.resource >= 0})
        return own | ancestors(p)[own].any(axis=0) | p.demand[:, handed].any(axis=1)


def relief(
    p: ScheduleProblem,
    start: Ints,
    finish: Ints,
    missed: Missed,
    unit_price: Ints,
    *,
    schedules: int = 60,
    ways: tuple[Way, ...] = (),
) -> list[Remedy]:
    """Remedies for limits missed in a schedule: those that do come first, the cheapest before the dearer.

    Parameters
    ----------
    start, finish : (n,) days of the schedule. unit_price : (r,) price of a unit of each resource a day.
    schedules : serial schedules that may be tried for this limit.
    ways : further ways to do tasks; those of `p` are decided.
    """
    late = missed.days(p, finish)
    if not late:
        return []
    last = max(np.flatnonzero(missed.limit != NONE).tolist(), key=lambda i: (_days_late(p, missed, finish, i), -i))
    chain = tuple(Drivers(p, start, finish).chain(last))
    case = Case(p, start, finish, missed, chain, unit_price, ways)
    trials = _Trials(case, schedules)
    found = [_later_limit(case, late)]
    if trials.late == 0:
        return [Remedy("sequence", missed.name, 1, late, 0, 0, 0, True), *found]
    for kind in KINDS:
        for candidate in kind(case):
            remedy = _least(candidate, trials, late)
            if remedy is not None:
                found.append(remedy)
    return sorted(found, key=lambda r: (not r.holds, r.price is None, r.price or 0, r.late_after, r.kind, r.item))


def _days_late(p: ScheduleProblem, missed: Missed, finish: Ints, i: int) -> int:
    return p.late(int(finish[i]), int(missed.limit[i])) if missed.limit[i] != NONE else 0


def _later_limit(case: Case, late: int) -> Remedy:
    """The limit moved: proven where no schedule ends its latest task sooner."""
    days = earliest(case.p)
    proven = days is not None and case.missed.days(case.p, days[1]) == late
    cost = case.missed.cost(case.p, case.finish)
    return Remedy("limit", case.missed.name, late, late, 0, cost, 0, proven)


def _least(candidate: Candidate, trials: _Trials, late: int) -> Remedy | None:
    """Least amount with which the limit holds; else the largest amount, if it helps or is proven not to do."""
    missed = trials.case.missed
    kind, item, most = candidate.kind, candidate.item, candidate.most

    def ruled_out(amount: int) -> bool:
        return missed.bound(candidate.apply(amount)) > 0

    found = trials.best(candidate.apply(most))
    if found is None or found.late > 0:
        if found is None and not candidate.telling:
            return None
        never = ruled_out(most)
        if found is None and not never:
            return None
        found = found or Trial(trials.late, 0, (trials.case.start, trials.case.finish), 0)
        return Remedy(kind, item, most, late, found.late, candidate.price(most, found.schedule), found.others, never)
    # The rule that did with the most is tried with less, in rising steps, then between the last two.
    amount, low, rules = most, 0, (found.rule,)
    steps = iter(s for s in STEPS if s < most)
    while amount - low > 1:
        step = next(steps, None) if amount == most else (amount + low) // 2
        if step is None or step <= low:
            step = (amount + low) // 2
        tried = trials.best(candidate.apply(step), rules)
        if tried is not None and tried.late == 0:
            amount, found = step, tried
        else:
            low = step
    proven = amount == 1 or ruled_out(amount - 1)
    return Remedy(kind, item, amount, late, 0, candidate.price(amount, found.schedule), found.others, proven)


def units_together(
    p: ScheduleProblem, schedule: Schedule, missed: Missed, unit_price: Ints, units: Ints
) -> Remedy | None:
    """More units (r,) of several resources at once for several limits; None when it does not help."""
    case = Case(p, *schedule, missed, (), unit_price)
    found = _Trials(case, 2 * len(RULES)).best(replace(p, capacity=p.capacity + units))
    if found is None:
        return None
    use = units_in_use(p, *found.schedule)
    price = sum(int((np.maximum(u - p.capacity, 0).sum(axis=0) * unit_price).sum()) for u in use)
    item = "+".join(f"{p.resources[k]}={units[k]}" for k in np.flatnonzero(units))
    late = missed.days(p, schedule[1])
    return Remedy("together", item, int(units.sum()), late, found.late, price, found.others, False)
