"""A finished plan planned again: settings that fit, and the table of what has moved."""

from datetime import date

import pandas as pd
import pytest

from geodata.faults import InputError
from merger.plan import Plan
from merger.replan import replanned
from merger.stages.stage import Finding, Record
from merger.timetabling.replanning import change_frame
from scenarios.loader import load_scenario


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a plan of the shipped case with no more than its scenario and a timetable."""
    folder = tmp_path_factory.mktemp("plan")
    (folder / "timetable.csv").write_text("task_id,start,finish\na,2025-07-01,2025-07-02\n", encoding="utf-8")
    described = load_scenario("hai-phong-2025").describe()
    return Plan(folder, {"scenario": described}, {"timetable": pd.DataFrame({"task_id": ["a"]})})


def test_settings_are_added_to_the_scenario(finished, tmp_path):
    progress = tmp_path / "done.csv"
    progress.write_text("task_id,started\na,2025-07-01\n", encoding="utf-8")
    loaded = replanned(finished, ["timetable.duration.agency.move:x=3"], date(2025, 7, 5), progress)
    options = loaded.scenario.timetable
    assert options.duration == {"agency.move:x": 3}
    assert options.status_date == date(2025, 7, 5)
    assert loaded.scenario.data.timetable_before == str(finished.path.resolve() / "timetable.csv")
    assert loaded.scenario.data.progress == str(progress)
    assert loaded.scenario.arrange == load_scenario("hai-phong-2025").scenario.arrange


def test_wrong_settings_are_refused(finished, tmp_path):
    with pytest.raises(InputError, match="plan anew"):
        replanned(finished, ["arrange.max_members=5"])
    with pytest.raises(InputError, match="timetable"):
        replanned(finished, ["timetable.durations.x=3"])
    with pytest.raises(InputError, match="public copy"):
        replanned(Plan(finished.path, finished.manifest, finished.tables, public=True), [])
    progress = tmp_path / "done.csv"
    progress.write_text("task,started\na,2025-07-01\nb,soon\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        replanned(finished, [], date(2025, 7, 5), progress)
    told = "\n".join(map(str, error.value.faults))
    assert "task_id" in told
    assert "done.csv:3: column started" in told


def test_changes_are_told_with_their_days(geography):
    before = pd.DataFrame(
        [("a", "2025-07-01", "2025-07-02"), ("b", "2025-07-03", "2025-07-03"), ("gone", "2025-07-04", "2025-07-04")],
        columns=["task_id", "start", "finish"],
    )
    words = {"title_vi": "Việc", "title_en": "Task", "owner": "Sở", "label": "proposed"}
    rows = [
        ("a", "2025-07-01", "2025-07-02", "planned"),
        ("b", "2025-07-08", "2025-07-08", "planned"),
        ("new", "2025-07-08", "2025-07-08", "planned"),
    ]
    timetable = pd.DataFrame(
        [{**words, **dict(zip(("task_id", "start", "finish", "state"), r, strict=True))} for r in rows]
    )
    inputs = type("Before", (), {"timetable_before": before})()
    changes = change_frame(timetable, inputs).set_index("task_id")
    assert changes["change"].to_dict() == {"b": "moved", "gone": "gone", "new": "new"}
    assert changes.at["b", "days_later"] == 5


def test_a_record_is_read_back_as_it_was():
    record = Record("optimal", 1.0, 1.0, 0.0, 2.0, "VND", rules_hit=("x",), findings=(Finding("Việc", "Task"),))
    import json
    from dataclasses import asdict

    assert Record.read(json.loads(json.dumps(asdict(record)))) == record
