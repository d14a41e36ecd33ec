"""Independent jobs in two processes, where the system can fork; else one after the other, with the same result."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

Job = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
# Jobs of a running pool, which the forked processes read: their arguments need not be copied or pickled.
_jobs: list[Job] = []


def run_all(jobs: Sequence[Job], processes: int = 2) -> list[Any]:
    """Results of jobs (function, arguments, named arguments) in their order; the first error is raised."""
    count = min(processes, len(jobs), os.cpu_count() or 1)
    if count < 2 or "fork" not in multiprocessing.get_all_start_methods() or _jobs:
        return [job(*args, **named) for job, args, named in jobs]
    _jobs.extend(jobs)
    try:
        with ProcessPoolExecutor(count, multiprocessing.get_context("fork")) as pool:
            return list(pool.map(_run, range(len(jobs))))
    finally:
        _jobs.clear()


def _run(number: int) -> Any:
    job, args, named = _jobs[number]
    return job(*args, **named)
