"""Readers of project scheduling instances: Patterson (.rcp) and PSPLIB's own form (.sm), one mode each activity.

Both list the activities with a dummy one first and last. An .rcp file holds numbers alone: activities and resources,
the capacities, then for each activity its duration, its demands, the number of its successors and the successors
(counted from 1). An .sm file has the same under headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.instances import InstanceError
from solvers.problem import ProblemError
from solvers.schedule.problem import NONE, ScheduleProblem

SUFFIXES = (".rcp", ".sm")


@dataclass(frozen=True)
class ProjectInstance:
    """Activities as in the file, dummies included.

    Parameters
    ----------
    duration : (n,) days, 0 allowed. successors : per activity, counted from 0.
    demand : (n, r) units a day. capacity : (r,) units on every day.
    """

    name: str
    duration: tuple[int, ...]
    successors: tuple[tuple[int, ...], ...]
    demand: tuple[tuple[int, ...], ...]
    capacity: tuple[int, ...]

    def problem(self) -> tuple[ScheduleProblem, list[int]]:
        """The problem of the activities that take time, and which these are.

        Days count from 1, so the day on which the last task ends is the makespan. Activities of no length only
        pass the order on: what waits for them waits for what they wait for.
        """
        tasks = [i for i, d in enumerate(self.duration) if d > 0]
        number = {i: k for k, i in enumerate(tasks)}
        arcs = sorted({(number[i], number[j]) for i in tasks for j in self._next_tasks(i)})
        n, m = len(tasks), len(arcs)
        horizon = max(1, sum(self.duration))
        return ScheduleProblem(
            names=tuple(str(i + 1) for i in tasks),
            calendars=(np.arange(1, horizon + 1),),
            calendar=np.zeros(n, np.int64),
            duration=np.array([self.duration[i] for i in tasks], np.int64),
            release=np.ones(n, np.int64),
            fixed=np.full(n, NONE),
            legal=np.full(n, NONE),
            target=np.full(n, NONE),
            hard=np.zeros(n, bool),
            legal_price=np.zeros(n, np.int64),
            target_price=np.zeros(n, np.int64),
            weight=np.zeros(n, np.int64),
            starts=((),) * n,
            before=np.array([i for i, _ in arcs], np.int64),
            after=np.array([j for _, j in arcs], np.int64),
            lag=np.zeros(m, np.int64),
            max_lag=np.full(m, NONE),
            resources=tuple(f"R{k + 1}" for k in range(len(self.capacity))),
            capacity=np.array(self.capacity, np.int64),
            demand=np.array([self.demand[i] for i in tasks], np.int64).reshape(n, len(self.capacity)),
        ), tasks

    def starts(self, task_starts: dict[int, int]) -> list[int]:
        """Start of every activity (day 0 first), those of no length as soon as what they wait for has ended."""
        start = [task_starts.get(i, 0) for i in range(len(self.duration))]
        for i in self.topological():
            for j in self.successors[i]:
                if self.duration[j] == 0:
                    start[j] = max(start[j], start[i] + self.duration[i])
        return start

    def topological(self) -> list[int]:
        """Activities, each after all that it waits for; shorter than n when the order has a cycle."""
        waiting = [0] * len(self.duration)
        for j in (j for after in self.successors for j in after):
            waiting[j] += 1
        ready = [i for i, w in enumerate(waiting) if w == 0]
        for i in ready:
            for j in self.successors[i]:
                waiting[j] -= 1
                if waiting[j] == 0:
                    ready.append(j)
        return ready

    def faults(self, start: list[int]) -> list[str]:
        """What is wrong with a schedule given as start days (from 0): order, capacities; empty when sound."""
        found = [f"activity {i + 1} starts before day 0" for i, s in enumerate(start) if s < 0]
        for i, after in enumerate(self.successors):
            late = [j for j in after if start[j] < start[i] + self.duration[i]]
            found += [f"activity {j + 1} starts before {i + 1} has ended" for j in late]
        use: dict[tuple[int, int], int] = {}
        for i, d in enumerate(self.duration):
            for day in range(start[i], start[i] + d):
                for k, units in enumerate(self.demand[i]):
                    use[day, k] = use.get((day, k), 0) + units
        over = [(day, k) for (day, k), units in sorted(use.items()) if units > self.capacity[k]]
        return found + [f"day {day}: {use[day, k]} units of resource {k + 1} of {self.capacity[k]}" for day, k in over]

    def _next_tasks(self, i: int) -> set[int]:
        """Activities with a length that follow i directly or through activities of no length."""
        found, stack, seen = set(), list(self.successors[i]), set()
        while stack:
            j = stack.pop()
            if self.duration[j] > 0:
                found.add(j)
            elif j not in seen:
                seen.add(j)
                stack += self.successors[j]
        return found


def read_project(path: Path) -> ProjectInstance:
    """The instance of a file. Raises InstanceError naming the file when it is no sound instance."""
    try:
        text = path.read_text(encoding="ascii")
        parts = _native(text) if path.suffix == ".sm" else _patterson(text)
        instance = ProjectInstance(path.stem, *parts)
        n = len(instance.duration)
        if any(not 0 <= j < n for after in instance.successors for j in after):
            raise ValueError(f"a successor is none of the {n} activities")
        if min((*instance.duration, *instance.capacity, *(u for row in instance.demand for u in row))) < 0:
            raise ValueError("a duration, demand or capacity is negative")
        if len(instance.topological()) < n:
            raise ValueError("the order has a cycle")
        instance.problem()
    except (UnicodeDecodeError, ValueError, ProblemError) as e:
        raise InstanceError(f"{path}: {e}") from None
    return instance


class _Numbers:
    """Whole numbers of a file, taken one after another."""

    def __init__(self, words: list[str]):
        self._words: Iterator[str] = iter(words)

    def take(self, count: int, what: str) -> list[int]:
        found = []
        for _ in range(count):
            word = next(self._words, None)
            if word is None:
                raise ValueError(f"the file ends within {what}")
            if not re.fullmatch(r"[+-]?\d+", word):
                raise ValueError(f"{word!r} in {what} is no whole number")
            found.append(int(word))
        return found

    def end(self) -> None:
        word = next(self._words, None)
        if word is not None:
            raise ValueError(f"{word!r} follows after the last activity")


def _patterson(text: str) -> tuple[tuple, ...]:
    numbers = _Numbers(text.split())
    n, r = numbers.take(2, "the head")
    if n < 1 or r < 0:
        raise ValueError(f"{n} activities and {r} resources")
    capacity = numbers.take(r, "the capacities")
    duration, successors, demand = [], [], []
    for i in range(n):
        what = f"activity {i + 1}"
        row = numbers.take(2 + r, what)
        duration.append(row[0])
        demand.append(tuple(row[1:-1]))
        successors.append(tuple(j - 1 for j in numbers.take(row[-1], f"the successors of {what}")))
    numbers.end()
    return tuple(duration), tuple(successors), tuple(demand), tuple(capacity)


def _native(text: str) -> tuple[tuple, ...]:
    head = re.search(r"jobs[^:\n]*:\s*(\d+)", text)
    renewable = re.search(r"-\s*renewable\s*:\s*(\d+)", text)
    if head is None or renewable is None:
        raise ValueError("the numbers of jobs or of renewable resources are missing")
    for kind in ("nonrenewable", "doubly constrained"):
        other = re.search(rf"-\s*{kind}\s*:\s*(\d+)", text)
        if other and int(other[1]):
            raise ValueError(f"{kind} resources are not read")
    n, r = int(head[1]), int(renewable[1])
    order, work, capacity = (_section(text, name) for name in ("PRECEDENCE RELATIONS", "REQUESTS", "AVAILABILITIES"))
    successors, duration, demand = [], [], []
    for i in range(n):
        what = f"job {i + 1} of the precedence relations"
        job, modes, count = order.take(3, what)
        if job != i + 1:
            raise ValueError(f"job {job} stands where job {i + 1} is wanted")
        if modes != 1:
            raise ValueError(f"job {job} has {modes} modes, only one is read")
        successors.append(tuple(j - 1 for j in order.take(count, what)))
        job, _, days, *units = work.take(3 + r, f"job {i + 1} of the requests")
        if job != i + 1:
            raise ValueError(f"the requests of job {job} stand where those of job {i + 1} are wanted")
        duration.append(days)
        demand.append(tuple(units))
    units = capacity.take(r, "the availabilities")
    for part in (order, work, capacity):
        part.end()
    return tuple(duration), tuple(successors), tuple(demand), tuple(units)


def _section(text: str, name: str) -> _Numbers:
    """Numbers of the lines of a section that hold nothing else."""
    found = re.search(rf"^[A-Z]*{name}[^\n]*\n(.*?)(?=^\*\*\*|\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError(f"the section {name} is missing")
    lines = [
        line for line in found[1].splitlines() if re.match(r"\s*[-+\d]", line) and not re.match(r"\s*-+\s*$", line)
    ]
    return _Numbers(" ".join(lines).split())
