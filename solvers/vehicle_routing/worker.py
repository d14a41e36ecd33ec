"""A second process for searches: `Worker` in the parent, `python -m solvers.vehicle_routing.worker` in the child.

The child is a fresh interpreter that reads tasks from its standard input and writes answers to its standard output.
It imports this package alone, never the caller's main module, so it starts from scripts, tests and consoles alike,
and ends when the pipe closes, also when the parent is killed.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

from solvers.vehicle_routing.local_search import Found, Task, explore

ROOT = str(Path(__file__).resolve().parents[2])


class Worker:
    """One child process; `ask` returns at once, `answer` waits. To be used in a `with` block."""

    def __init__(self) -> None:
        paths = [ROOT, *(p for p in (os.environ.get("PYTHONPATH"),) if p)]
        self._child = subprocess.Popen(
            [sys.executable, "-m", "solvers.vehicle_routing.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_) -> None:
        # An answer nobody waits for any more is of no use: the child need not finish it.
        self._child.kill()
        self._child.communicate()

    def ask(self, task: Task) -> None:
        """Start a search."""
        pickle.dump(task, self._child.stdin)
        self._child.stdin.flush()

    def answer(self) -> Found:
        """The answer to the oldest open question; RuntimeError when the child ended without one."""
        try:
            return pickle.load(self._child.stdout)
        except EOFError:
            raise RuntimeError(f"the search process ended with code {self._child.wait()}") from None


def serve() -> None:
    """Answer tasks until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not get between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(explore(task), answers)
        answers.flush()


if __name__ == "__main__":
    serve()
