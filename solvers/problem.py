"""The one shape of every solver: Problem + Stop -> Solution."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What is known about a solution."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class ProblemError(ValueError):
    """The problem is not well posed; the message says which field and why, in one sentence."""


@dataclass(frozen=True)
class Stop:
    """When to stop.

    Parameters
    ----------
    seconds : wall-clock limit; reaching it makes the answer depend on the machine, so `work` is the usual limit.
    work : deterministic limit in the solver's own unit (CP-SAT deterministic seconds, HiGHS nodes, iterations);
        None means no such limit.
    gap : relative gap at which the search may stop (0 proves optimality).
    seed, threads : explicit everywhere; one thread makes runs repeatable.
    """

    seconds: float = 60.0
    work: float | None = None
    gap: float = 0.0
    seed: int = 2025
    threads: int = 1

    def __post_init__(self) -> None:
        if self.seconds <= 0:
            raise ProblemError(f"Stop.seconds must be positive, not {self.seconds}.")
        if self.gap < 0:
            raise ProblemError(f"Stop.gap must not be negative, not {self.gap}.")
        if self.threads < 1:
            raise ProblemError(f"Stop.threads must be at least 1, not {self.threads}.")


@dataclass(frozen=True)
class Solution:
    """What every solver returns; subclasses add their decision arrays.

    `objective` and `bound` are in the unit of the problem's own cost (minimised). `bound` is a valid lower bound for
    the problem as stated, or None. `restriction` says in words for which restriction of the problem the bound holds
    (empty: for the whole problem). `conflict` names the rule groups that cannot hold together when infeasible.
    """

    status: Status
    objective: float | None = None
    bound: float | None = None
    seconds: float = 0.0
    restriction: str = ""
    conflict: tuple[str, ...] = ()

    @property
    def gap(self) -> float | None:
        """Relative distance of objective and bound, (objective - bound) / |objective|; None without a bound."""
        if self.objective is None or self.bound is None:
            return None
        if abs(self.objective - self.bound) < 1e-9:
            return 0.0
        return (self.objective - self.bound) / max(abs(self.objective), 1e-9)
