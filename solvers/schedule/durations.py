"""Three-point durations: whole days drawn from a beta-PERT distribution, with risks that several tasks share.

Beta-PERT (Malcolm, Roseboom, Clark and Fazar 1959): between the least and the largest number of days lies a beta
distribution whose mode is the likely one and whose mean is (low + 4 likely + high) / 6. A drawn duration between
two whole days becomes the lower or the upper one, with chances by its distance, so the mean of the whole days is
exactly that of the distribution; plain rounding would make most overruns of short tasks disappear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr

from solvers.problem import ProblemError
from solvers.schedule.problem import Ints

Shares = NDArray[np.float64]


@dataclass(frozen=True)
class ThreePoint:
    """Days of work of each task: if all goes well, most likely, if much goes wrong.

    Parameters
    ----------
    low, likely, high : (n,) days, 1 <= low <= likely <= high. Equal low and high: the duration is certain.
    groups : (n, f) numbers of the groups to which a task belongs, one a factor (by owner, by kind of work, ...);
        -1 for none. Tasks of one group run late together.
    correlation : share of the variance of a task's (normal) score that its groups carry, in equal parts a factor.
        Two tasks that share all groups have this correlation, two that share none have none.
    """

    low: Ints
    likely: Ints
    high: Ints
    groups: Ints
    correlation: float

    def __post_init__(self) -> None:
        n = len(self.likely)
        if len(self.low) != n or len(self.high) != n or self.groups.ndim != 2 or len(self.groups) != n:
            raise ProblemError("ThreePoint needs low, likely, high and rows of groups for the same tasks.")
        if (self.low < 1).any() or (self.low > self.likely).any() or (self.likely > self.high).any():
            raise ProblemError("ThreePoint needs 1 <= low <= likely <= high.")
        if not 0 <= self.correlation <= 1:
            raise ProblemError("ThreePoint.correlation must be between 0 and 1.")


def draw_days(points: ThreePoint, runs: int, seed: int) -> NDArray[np.int32]:
    """(n, runs) whole days of each task in each run; the same seed gives the same draws.

    Draws are by inversion, task by task: a task's other limits leave the draws of all other tasks as they are.
    """
    chance = ndtr(_scores(points, runs, seed))
    days = np.empty(chance.shape, dtype=np.int32)
    known: dict[tuple[int, int, int], Shares] = {}
    for i, key in enumerate(zip(points.low.tolist(), points.likely.tolist(), points.high.tolist(), strict=True)):
        if key not in known:
            known[key] = day_shares(*key)
        days[i] = key[0] + np.searchsorted(known[key], chance[i], side="right")
    return days


def day_shares(low: int, likely: int, high: int) -> Shares:
    """Chance that the task takes at most low, low + 1, ..., high - 1 days.

    The chance of at most d days after rounding to a neighbour is E[(d + 1 - X)+] - E[(d - X)+], where
    E[(x - X)+] follows from the incomplete beta function.
    """
    width = high - low
    if width == 0:
        return np.zeros(0)
    a, b = 1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width
    x = np.arange(width + 1)
    below = x * betainc(a, b, x / width) - width * a / (a + b) * betainc(a + 1, b, x / width)
    return np.diff(below)


def _scores(points: ThreePoint, runs: int, seed: int) -> NDArray[np.float64]:
    """Standard normal scores, (n, runs): a part of each factor's group and a part of the task's own."""
    n, factors = points.groups.shape
    own = np.random.default_rng((seed, 0)).standard_normal((n, runs))
    if factors == 0 or points.correlation == 0:
        return own
    share = points.correlation / factors
    rest = np.ones(n)
    scores = np.zeros((n, runs))
    for f in range(factors):
        group = points.groups[:, f]
        shared = np.random.default_rng((seed, f + 1)).standard_normal((int(group.max(initial=-1)) + 1, runs))
        inside = group >= 0
        scores[inside] += np.sqrt(share) * shared[group[inside]]
        rest[inside] -= share
    return scores + np.sqrt(np.maximum(rest, 0.0))[:, None] * own
