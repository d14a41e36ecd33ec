"""Which tasks to protect: what it is worth that a task, or a set of them, takes no longer than planned.

Each candidate is simulated again with the same random numbers and its own overruns left out, so the difference is
that of the candidate alone and needs no model of dependence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.schedule.problem import Ints
from solvers.schedule.simulate import Network, Runs, Table, late_days, lateness_cost, simulate


@dataclass(frozen=True)
class Limit:
    """A limit that several tasks share: it holds when all of them keep it. `kind` is one of simulate.LIMITS."""

    kind: str
    tasks: Ints


@dataclass(frozen=True)
class Protection:
    """What keeping a candidate's tasks within their planned days changes.

    candidate : its number. cost_saved : price of all tasks' lateness, mean over the runs. days_saved : (l,) late days
    of the last task of each limit, mean. hold : (l,) share of runs in which each limit then holds. hold_watched :
    share in which all watched limits then hold.
    """

    candidate: int
    cost_saved: float
    days_saved: NDArray[np.float64]
    hold: NDArray[np.float64]
    hold_watched: float


def rank_protection(
    net: Network,
    days: Table,
    limits: Sequence[Limit],
    watched: NDArray[np.bool_],
    candidates: Sequence[Ints],
) -> list[Protection]:
    """Candidates (sets of tasks) by the cost that protecting each would save, largest first; those that save nothing
    are left out.

    `days` are the drawn durations, `watched` marks the limits whose joint chance is told. Only runs in which a
    candidate overruns, and only tasks that wait for it, are simulated again; nothing else can change.
    """
    base = simulate(net, days)
    cost, late = lateness_cost(net, base), limit_lateness(net, base, limits)
    over = days > net.planned_days[:, None]
    found = []
    for number, tasks in enumerate(candidates):
        cols = np.flatnonzero(over[tasks].any(axis=0))
        kept = days[:, cols]
        kept[tasks] = np.minimum(kept[tasks], net.planned_days[tasks][:, None])
        touched = np.array(net.followers(tasks), dtype=np.int64)
        runs = simulate(net, kept, Runs(base.start[:, cols], base.finish[:, cols], base.arrival[:, cols]), tasks)
        saved = (cost[np.ix_(touched, cols)] - lateness_cost(net, runs, touched)).sum() / days.shape[1]
        if saved <= 0:
            continue
        after = late.copy()
        after[:, cols] = limit_lateness(net, runs, limits)
        found.append(
            Protection(
                candidate=number,
                cost_saved=float(saved),
                days_saved=(late - after).mean(axis=1),
                hold=(after == 0).mean(axis=1),
                hold_watched=float((after[watched] == 0).all(axis=0).mean()),
            )
        )
    return sorted(found, key=lambda x: (-x.cost_saved, -x.days_saved.sum(), x.candidate))


def likely_candidates(net: Network, days: Table, weight: NDArray[np.float32], most: int) -> list[int]:
    """Tasks that overrun in runs where lateness hangs on them, at most `most`, by the cost that hangs on them then.

    `weight` is that of `simulate.driving`.
    """
    score = (weight * (days > net.planned_days[:, None])).sum(axis=1, dtype=np.float64)
    ranked = sorted(np.flatnonzero(score > 0).tolist(), key=lambda i: (-score[i], i))
    return ranked[:most]


def limit_lateness(net: Network, runs: Runs, limits: Sequence[Limit]) -> Table:
    """(l, runs) days by which the last task of each limit is late."""
    late = np.zeros((len(limits), runs.finish.shape[1]), dtype=np.int32)
    for k, limit in enumerate(limits):
        late[k] = late_days(net, runs, limit.tasks, limit.kind).max(axis=0, initial=0)
    return late
