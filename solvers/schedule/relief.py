"""What must give where a limit does not hold: for each remedy the least amount, its price and what stays late.

A remedy changes the problem in one place (more units, an earlier start, one order less, a shorter task, a later limit).
Its least amount is searched in rising steps; a lower bound tells where no amount does, and that a smaller one cannot.
Trials are serial schedules, so the answer depends on their number and not on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from solvers.schedule.bounds import ancestors, earliest, latest_finish, least_cost
from solvers.schedule.drivers import Cause, Drivers, Link
from solvers.schedule.problem import NONE, Ints, ScheduleProblem
from solvers.schedule.slack import limits, units_in_use
from solvers.schedule.solution import cost_of
from solvers.schedule.start import schedule_by

RULES = (2, 1, 0)  # priority rules of the trials, the one that does best as a rule first
SHORTER = 4  # tasks of a chain, the longest ones, that may be shorter
STEPS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)


@dataclass(frozen=True)
class Missed:
    """A limit, or several, that do not hold: `limit` (n,) is NONE for tasks outside, `price` (n,) is for a day late."""

    name: str
    limit: Ints
    price: Ints

    def days(self, p: ScheduleProblem, finish: Ints) -> int:
        """Days by which the latest of its tasks is late."""
        return max((p.late(int(finish[i]), int(self.limit[i])) for i in np.flatnonzero(self.limit != NONE)), default=0)

    def cost(self, p: ScheduleProblem, finish: Ints) -> int:
        """Price of all its lateness."""
        tasks = np.flatnonzero(self.limit != NONE).tolist()
        return sum(int(self.price[i]) * p.late(int(finish[i]), int(self.limit[i])) for i in tasks)

    def bound(self, p: ScheduleProblem) -> int:
        """Lower bound on the days late of all its tasks together, in any schedule of p; above 0: it cannot hold."""
        n = len(p.names)
        none, zero = np.full(n, NONE, dtype=np.int64), np.zeros(n, dtype=np.int64)
        one = (self.limit != NONE).astype(np.int64)
        alone = replace(
            p, legal=none, hard=np.zeros(n, dtype=bool), legal_price=zero, target=self.limit, target_price=one
        )
        floor = least_cost(alone)
        return 1 if floor is None else floor.target


@dataclass(frozen=True)
class Remedy:
    """One thing that may give.

    `kind` and `item` (name of a resource, a task, or "before>after") say what, `amount` the least found with which the
    limit holds and the others lose nothing together, or the largest tried. `late` and `late_after` are days; `price`
    None: no price is known, it is for somebody to decide. `others` is what the lateness of all other limits then costs
    more (never above 0). `proven`: no smaller amount does, or, where the limit still does not hold, no amount does.
    """

    kind: str
    item: str
    amount: int
    late: int
    late_after: int
    price: int | None
    others: int
    proven: bool

    @property
    def holds(self) -> bool:
        """Whether the limit holds then."""
        return self.late_after == 0


@dataclass(frozen=True)
class Case:
    """A schedule in which a limit is missed, the chain that drives it, and prices of a unit of each resource a day."""

    p: ScheduleProblem
    start: Ints
    finish: Ints
    missed: Missed
    chain: tuple[Link, ...]
    unit_price: Ints


Schedule = tuple[Ints, Ints]


@dataclass(frozen=True)
class Candidate:
    """A remedy to try: amounts 1 to `most`, the problem so changed, and what a schedule of it costs."""

    kind: str
    item: str
    most: int
    apply: Callable[[int], ScheduleProblem]
    price: Callable[[int, Schedule], int | None]
    telling: bool = False  # reported also when it is proven that no amount does


def more_units(case: Case) -> Iterable[Candidate]:
    """More units of each resource that is handed over on the chain, paid on the days on which they are in use."""
    p = case.p
    for k in sorted({link.resource for link in case.chain if link.resource >= 0}):

        def apply(amount: int, k: int = k) -> ScheduleProblem:
            return replace(p, capacity=p.capacity + amount * (np.arange(len(p.resources)) == k))

        def price(amount: int, schedule: Schedule, k: int = k) -> int:
            use = units_in_use(p, *schedule)
            return int(case.unit_price[k]) * sum(int(np.maximum(u[:, k] - p.capacity[k], 0).sum()) for u in use)

        yield Candidate("units", p.resources[k], int(p.demand[:, k].sum()), apply, price, telling=True)


def earlier_start(case: Case) -> Iterable[Candidate]:
    """The release or the event at the head of the chain, so many days of the first calendar earlier."""
    p, head = case.p, case.chain[-1]
    if head.cause not in (Cause.RELEASE, Cause.FIXED):
        return
    i = head.task
    field = "fixed" if head.cause is Cause.FIXED else "release"
    at = p.index_after(0, int(getattr(p, field)[i]))
    most = min(at - 1, 2 * case.missed.days(p, case.finish) + 5)
    if field == "fixed":  # an event stays after what comes before it
        before = max((int(case.finish[p.before[k]]) for k in p.into[i]), default=NONE)
        most = min(most, at - 1 - p.index_after(0, before))

    def apply(amount: int) -> ScheduleProblem:
        days = getattr(p, field).copy()
        days[i] = p.calendars[0][at - 1 - amount]
        return replace(p, **{field: days})

    if most > 0:
        yield Candidate("event" if field == "fixed" else "release", p.names[i], most, apply, lambda *_: None)


def one_order_less(case: Case) -> Iterable[Candidate]:
    """One order constraint of the chain dropped: both tasks may then overlap."""
    p = case.p
    for link in case.chain:
        if link.cause not in (Cause.ORDER, Cause.LAG, Cause.EVENT):
            continue
        keep = ~((p.before == link.source) & (p.after == link.task))

        def apply(_: int, keep: np.ndarray = keep) -> ScheduleProblem:
            fields = ("before", "after", "lag", "max_lag")
            return replace(p, **{name: getattr(p, name)[keep] for name in fields})

        yield Candidate("order", f"{p.names[link.source]}>{p.names[link.task]}", 1, apply, lambda *_: None)


def shorter_task(case: Case) -> Iterable[Candidate]:
    """A task of the chain done in fewer days, at least half; days saved are paid at the price of its resources."""
    p = case.p
    longest = sorted((k.task for k in case.chain if p.duration[k.task] > 1), key=lambda i: (-int(p.duration[i]), i))
    for i in longest[:SHORTER]:
        a_day = int((p.demand[i] * case.unit_price).sum())

        def apply(amount: int, i: int = i) -> ScheduleProblem:
            return replace(p, duration=p.duration - amount * (np.arange(len(p.names)) == i))

        def price(amount: int, _: Schedule, a_day: int = a_day) -> int | None:
            return amount * a_day or None

        yield Candidate("duration", p.names[i], int(p.duration[i]) // 2, apply, price)


# To add a kind of remedy: one function from a case to its candidates, here.
KINDS: tuple[Callable[[Case], Iterable[Candidate]], ...] = (more_units, earlier_start, one_order_less, shorter_task)


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
    p: ScheduleProblem, start: Ints, finish: Ints, missed: Missed, unit_price: Ints, *, schedules: int = 60
) -> list[Remedy]:
    """Remedies for limits missed in a schedule: those that do come first, the cheapest before the dearer.

    Parameters
    ----------
    start, finish : (n,) days of the schedule. unit_price : (r,) price of a unit of each resource a day.
    schedules : serial schedules that may be tried for this limit.
    """
    late = missed.days(p, finish)
    if not late:
        return []
    last = max(np.flatnonzero(missed.limit != NONE).tolist(), key=lambda i: (_days_late(p, missed, finish, i), -i))
    chain = tuple(Drivers(p, start, finish).chain(last))
    case = Case(p, start, finish, missed, chain, unit_price)
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
