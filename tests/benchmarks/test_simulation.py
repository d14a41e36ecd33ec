"""The timetable of a plan read back as a network to simulate."""

import pandas as pd
import pytest

from benchmarks.simulation import network
from scenarios.schema import Timetable
from solvers.schedule.problem import NONE
from solvers.schedule.simulate import late_days, simulate


@pytest.fixture
def rows():
    """Work on Thursday and Friday, the move on the weekend (at most one day off between), an event on Monday."""
    return pd.DataFrame(
        {
            "task_id": ["work", "move", "event"],
            "start": ["2025-06-05", "2025-06-07", "2025-06-09"],
            "finish": ["2025-06-06", "2025-06-08", "2025-06-09"],
            "working_days": [2, 2, 1],
            "predecessors": ["", "work", "move"],
            "lags": ["", "work=0..1", ""],
            "resources": ["", "trucks=3", ""],
            "legal_limit": ["", "2025-06-08", ""],
            "target": ["", "", ""],
            "fixed": [False, False, True],
        }
    )


def test_the_table_is_read_back(rows):
    net = network(rows, Timetable())
    p = net.problem
    assert net.planned_days.tolist() == [2, 2, 1]
    assert p.calendar.tolist() == [0, 1, 0]
    assert p.demand[1, p.resources.index("trucks")] == 3
    assert (p.max_lag.tolist(), p.lag.tolist()) == ([1, NONE], [0, 0])


def test_a_day_more_puts_the_move_off_by_a_week(rows):
    """The work ends on Monday 9, the move is on 14 and 15 June: five working days late, and the event is missed."""
    net = network(rows, Timetable())
    runs = simulate(net, net.planned_days.astype("int32")[:, None] + [[1], [0], [0]])
    assert runs.finish[1, 0] - runs.finish[2, 0] == 6
    assert late_days(net, runs, [1], "legal").tolist() == [[5]]
    assert late_days(net, runs, [2], "event").tolist() == [[5]]
