"""What may give where a limit does not hold: the case, and the remedies that can be tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from solvers.schedule.bounds import least_cost
from solvers.schedule.drivers import Cause, Link
from solvers.schedule.problem import NONE, Ints, ScheduleProblem, Way
from solvers.schedule.slack import units_in_use

SHORTER = 4  # tasks of a chain, the longest ones, that may be shorter


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
    """A schedule in which a limit is missed, the chain that drives it, prices of a unit of each resource a day, and
    further ways to do tasks that the schedule does not use."""

    p: ScheduleProblem
    start: Ints
    finish: Ints
    missed: Missed
    chain: tuple[Link, ...]
    unit_price: Ints
    ways: tuple[Way, ...] = ()


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


def other_ways(case: Case) -> Iterable[Candidate]:
    """Tasks done in a further way, at its cost: those of the chain first, then what uses its resources, by start."""
    p, chain = case.p, {link.task for link in case.chain}
    handed = sorted({link.resource for link in case.chain if link.resource >= 0})
    near = [w for w in case.ways if w.task in chain or p.demand[w.task, handed].any()]
    near.sort(key=lambda w: (w.task not in chain, int(case.start[w.task]), w.cost, w.task))
    own = list({w.task: w for w in reversed(near)}.values())[::-1]  # of several ways of a task the first

    def apply(amount: int) -> ScheduleProblem:
        duration, demand = p.duration.copy(), p.demand.copy()
        starts = list(p.starts)
        for way in own[:amount]:
            duration[way.task], demand[way.task], starts[way.task] = way.duration, way.demand, way.starts
        return replace(p, duration=duration, demand=demand, starts=tuple(starts))

    if own:
        yield Candidate("way", case.missed.name, len(own), apply, lambda n, _: sum(w.cost for w in own[:n]))


# To add a kind of remedy: one function from a case to its candidates, here.
KINDS: tuple[Callable[[Case], Iterable[Candidate]], ...] = (
    more_units,
    other_ways,
    earlier_start,
    one_order_less,
    shorter_task,
)
