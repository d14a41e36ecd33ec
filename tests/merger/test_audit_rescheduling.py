"""The audit sees when a timetable does not keep what the scenario sets by hand, or the progress reported."""

from datetime import date

import pandas as pd
import pytest

from scenarios.schema import Absence
from tests.merger.test_audit import put, run, with_options


def with_timetable(case, **options):
    return with_options(case, timetable=case.inputs.scenario.timetable.model_copy(update=options))


@pytest.mark.parametrize(
    ("check_id", "options", "kept"),
    [
        ("timetable-settings", {"duration": {"review": 5}}, {"duration": {"review": 4}}),
        (
            "timetable-settings",
            {"not_before": {"review": date(2025, 9, 3)}},
            {"not_before": {"review": date(2025, 8, 29)}},
        ),
        ("timetable-settings", {"mode": {"review": "contractor"}}, {"mode": {"review": "own"}}),
        ("timetable-settings", {"status_date": date(2025, 7, 7)}, {"status_date": date(2025, 6, 16)}),
        # The review needs both groups on 29 August.
        (
            "timetable-resources",
            {"absences": (Absence(resource="working_group", first="2025-08-29", last="2025-08-29", units=1),)},
            {"absences": (Absence(resource="working_group", first="2025-08-28", last="2025-08-28", units=1),)},
        ),
    ],
)
def test_settings_are_checked(small_case, check_id, options, kept):
    assert not run(check_id, with_timetable(small_case, **options)).passed
    assert run(check_id, with_timetable(small_case, **kept)).passed


def test_contractors_stay_within_their_budget(small_case):
    put(small_case, "timetable", 2, mode="contractor", cost_vnd=5)
    assert run("timetable-settings", with_timetable(small_case, contractor_budget_vnd=5)).passed
    assert not run("timetable-settings", with_timetable(small_case, contractor_budget_vnd=4)).passed


def test_progress_is_kept_as_reported(small_case):
    """The move is done on its days; the review goes on since 29 August."""
    rows = [("move", "2025-07-05", "2025-07-06"), ("review", "2025-08-29", "")]
    small_case.inputs.__dict__["progress"] = pd.DataFrame(rows, columns=["task_id", "started", "finished"])
    assert not run("timetable-progress", small_case).passed
    put(small_case, "timetable", 1, state="done")
    put(small_case, "timetable", 2, state="begun")
    assert run("timetable-progress", small_case).passed
    put(small_case, "timetable", 2, start="2025-08-28")
    assert not run("timetable-progress", small_case).passed


def test_what_is_not_reported_has_the_days_of_the_plan_before(small_case):
    put(small_case, "timetable", 1, state="done")
    assert not run("timetable-progress", small_case).passed  # no status date
    case = with_timetable(small_case, status_date=date(2025, 7, 7))
    for start, passed in (("2025-07-05", True), ("2025-07-06", False)):
        rows = [("move", start, "2025-07-06")]
        case.inputs.__dict__["timetable_before"] = pd.DataFrame(rows, columns=["task_id", "start", "finish"])
        assert run("timetable-progress", case).passed == passed
