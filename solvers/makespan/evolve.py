"""Evolution of schedules in two populations, one pushed left and one pushed right.

After Debels and Vanhoucke (2005), with lists of tasks in place of keys: the children of schedules pushed left are
made by serial generation from the end of the project and are pushed right, and the other way round, so every child is
half of a justification. A child keeps a stretch of one parent's list whole; the tasks before and after that stretch
stand in the order of the other parent.
"""

from __future__ import annotations

import random
import sys
from typing import NamedTuple

from solvers.makespan.project import Project
from solvers.makespan.serial import Generator

POPULATION = 160
STRETCH = (0.25, 0.75)  # share of the tasks in the stretch that stays whole
MOVE = 0.25  # chance that a task of a child moves in its list
TWIN_MOVES = 0.1  # share of the tasks that move when both parents are equal
REACH = 6  # a task moves by at most 1/REACH of the list
REGRET = 1.5  # exponent of the weights in sampling: latest starts against chance
STALE = 40  # generations without gain after which the search begins anew


class Member(NamedTuple):
    """A schedule on the axis of its side, and the list that rebuilds it from the other end."""

    makespan: int
    order: list[int]
    start: list[int]


class Evolution:
    """Both populations of one project; `generation` makes children for one of them. Repeatable for a seed."""

    def __init__(self, p: Project, seed: int, population: int = POPULATION):
        self.p, self.size = p, population
        self.random = random.Random(seed)
        self.generators = Generator(p), Generator(p.backward())
        self.best: list[int] = []
        self.makespan = sys.maxsize
        self.schedules = 0  # built so far
        self._sides: list[list[Member]] = [[], []]
        self._turn = self._since = 0
        self._latest = [t + d for t, d in zip(p.tail, p.duration, strict=True)]

    def generation(self) -> None:
        """One generation on the side whose turn it is; the first of a side fills it."""
        side, before = self._turn, self.makespan
        source, target = self._sides[1 - side], self._sides[side]
        if not target:
            orders = [m.order for m in source] if source else [self._sampled() for _ in range(self.size)]
        else:
            orders = [self._child(one, source, side) for one in source]
        children = [self._made(side, order) for order in orders]
        self._sides[side] = self._survivors(target + children)
        self._turn = 1 - side
        self._since = 0 if self.makespan < before else self._since + 1
        if self._since > STALE:
            self._sides, self._turn, self._since = [[], []], 0, 0

    def add(self, start: list[int]) -> None:
        """Take a schedule (starts on the forward axis) into the next parents, in place of the worst one."""
        self._record(self.p.makespan(start), start)
        ends = [s + d for s, d in zip(start, self.p.duration, strict=True)]
        order = sorted(range(self.p.n), key=ends.__getitem__, reverse=True)
        member = Member(self.p.makespan(start), order, start)
        if len(self._sides[0]) == self.size:
            worst = max(range(self.size), key=lambda k: self._sides[0][k].makespan)
            self._sides[0][worst] = member

    def elite(self, count: int) -> list[list[int]]:
        """The shortest schedules pushed left, at most `count` (forward axis)."""
        members = sorted(self._sides[0], key=lambda m: m.makespan)[:count]
        return [m.start for m in members] or [self.best]

    def justified(self, start: list[int]) -> list[int]:
        """The schedule pushed right and then left: never longer (double justification)."""
        ends = [s + d for s, d in zip(start, self.p.duration, strict=True)]
        mirrored = self.generators[1].forward(sorted(range(self.p.n), key=ends.__getitem__, reverse=True))
        return self._unmirrored(mirrored)

    def _unmirrored(self, mirrored: list[int]) -> list[int]:
        ends = [s + d for s, d in zip(mirrored, self.p.duration, strict=True)]
        return self.generators[0].forward(sorted(range(self.p.n), key=ends.__getitem__, reverse=True))

    def _made(self, side: int, order: list[int]) -> Member:
        start = self.generators[side].forward(order)
        self.schedules += 1
        ends = [s + d for s, d in zip(start, self.p.duration, strict=True)]
        makespan = max(ends)
        if makespan < self.makespan:
            forward = start if side == 0 else self._unmirrored(start)
            self._record(self.p.makespan(forward), forward)
        return Member(makespan, sorted(range(self.p.n), key=ends.__getitem__, reverse=True), start)

    def _record(self, makespan: int, start: list[int]) -> None:
        if makespan < self.makespan:
            self.best, self.makespan = start, makespan

    def _survivors(self, members: list[Member]) -> list[Member]:
        """The shortest, each schedule once, in random places."""
        kept: list[Member] = []
        seen = set()
        for member in sorted(members, key=lambda m: m.makespan):
            key = tuple(member.start)
            if key not in seen:
                seen.add(key)
                kept.append(member)
        kept = kept[: self.size]
        kept += [kept[-1]] * (self.size - len(kept))
        self.random.shuffle(kept)
        return kept

    def _child(self, one: Member, source: list[Member], side: int) -> list[int]:
        rand, n = self.random, self.p.n
        two = min(rand.choice(source), rand.choice(source), key=lambda m: m.makespan)
        if rand.random() < 0.5:
            one, two = two, one
        length = max(1, int(n * rand.uniform(*STRETCH)))
        at = rand.randrange(n - length + 1)
        head, middle = set(one.order[:at]), one.order[at : at + length]
        tail = set(one.order[at + length :])
        order = [i for i in two.order if i in head] + middle + [i for i in two.order if i in tail]
        moves = max(3, int(n * TWIN_MOVES)) if one.start == two.start else sum(rand.random() < MOVE for _ in range(2))
        for _ in range(moves):
            self._move(order, side)
        return order

    def _move(self, order: list[int], side: int) -> None:
        """Move a task along the list, as far as the order of the project lets it."""
        n, ancestors = len(order), self.p.ancestors
        at = self.random.randrange(n)
        to = self.random.randint(max(0, at - n // REACH), min(n - 1, at + n // REACH))
        task, step = order[at], 1 if to > at else -1
        while at != to:
            other = order[at + step]
            first, second = (task, other) if step > 0 else (other, task)
            if side == 1:
                first, second = second, first
            if ancestors[second] >> first & 1:
                break
            order[at] = other
            at += step
        order[at] = task

    def _sampled(self) -> list[int]:
        """A list by latest starts, with chance."""
        waiting = [len(arcs) for arcs in self.p.before]
        ready = [i for i, w in enumerate(waiting) if w == 0]
        order: list[int] = []
        while ready:
            low = min(self._latest[i] for i in ready)
            weights = [(self._latest[i] - low + 1) ** REGRET for i in ready]
            i = self.random.choices(ready, weights)[0]
            ready.remove(i)
            order.append(i)
            for j, _ in self.p.after[i]:
                waiting[j] -= 1
                if waiting[j] == 0:
                    ready.append(j)
        return order
