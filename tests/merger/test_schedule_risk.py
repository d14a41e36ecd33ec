"""Risk of a small timetable whose chances are known by hand: limits, tasks to protect, words, report."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from docx import Document

from merger.audit import Case
from merger.audit.report import REGISTRY
from merger.documents.chapters_schedule_risk import risk as chapter
from merger.documents.context import Context
from merger.documents.letter import Letter
from merger.documents.risk_pictures import chart_limits, weakest_limits
from merger.timetabling.calendars import WorkCalendar
from merger.timetabling.risk import assess, three_points, wilson
from merger.timetabling.risk_limits import limit_id
from merger.timetabling.tasks import Task
from solvers.schedule.problem import NONE, ScheduleProblem
from solvers.schedule.simulate import Network

CALENDAR = WorkCalendar(date(2025, 6, 30), date(2025, 12, 31))  # day 0 is a Monday
RUNS = 20_000
NEAR = 0.011  # four standard errors of a share near 5/32


def task(name, days=1, **more):
    """A task of one office."""
    common = {"title_vi": f"Việc {name}", "title_en": f"Task {name}", "owner": "Sở Nội vụ", "kind": "move"}
    return Task(id=name, days=days, origin="plan", **{**common, **more})


# draft (1/2/3 days, planned for Monday and Tuesday), then sign (one day, limit Wednesday 2 July): late with the chance
# of three days, 5/32. papers (one day, two with the chance 1/6) for the event of Tuesday 1 July: missed in 1/6.
TASKS = [
    task("d-event", fixed=date(2025, 7, 1), after=("papers",), deadline_id="d-event", kind="law"),
    task("draft", 2, low=0.5, high=1.5, owner="Sở Tư pháp", resources=(("working_group", 1),)),
    task("papers", high=2.0, kind="dossier"),
    task("sign", after=("draft",), legal=date(2025, 7, 2), owner="UBND", kind="approval"),
]
STARTS = [1, 0, 0, 2]


def network(tasks, starts):
    """The plan as planned."""
    n, place = len(tasks), {t.id: k for k, t in enumerate(tasks)}
    arcs = [(place[i], k) for k, t in enumerate(tasks) for i in t.after]
    numbers = {
        name: np.array([NONE if d is None else CALENDAR.number(d) for d in (getattr(t, name) for t in tasks)])
        for name in ("fixed", "legal", "target")
    }
    working = CALENDAR.working
    problem = ScheduleProblem(
        names=tuple(place),
        calendars=(working, CALENDAR.weekend),
        calendar=np.zeros(n, dtype=int),
        duration=np.array([t.days for t in tasks]),
        release=np.zeros(n, dtype=int),
        hard=np.zeros(n, dtype=bool),
        legal_price=np.full(n, 1_000),
        target_price=np.full(n, 10),
        weight=np.ones(n, dtype=int),
        starts=((),) * n,
        before=np.array([i for i, _ in arcs], dtype=int),
        after=np.array([j for _, j in arcs], dtype=int),
        lag=np.zeros(len(arcs), dtype=int),
        max_lag=np.full(len(arcs), NONE),
        resources=(),
        capacity=np.zeros(0, dtype=int),
        demand=np.zeros((n, 0), dtype=int),
        **numbers,
    )
    finish = [working[np.searchsorted(working, d) + t.days - 1] for d, t in zip(starts, tasks, strict=True)]
    return Network(problem, np.array(starts), np.array(finish))


@pytest.fixture
def inputs(small_case):
    """The small inputs with many runs."""
    scenario = small_case.inputs.scenario
    options = scenario.timetable.model_copy(update={"risk_runs": RUNS})
    named = small_case.inputs.deadlines.assign(task="Step", task_vi="Mốc")
    sites = small_case.inputs.sites.assign(name="Trụ sở")
    scenario = scenario.model_copy(update={"timetable": options})
    return replace(small_case.inputs, scenario=scenario, deadlines=named, sites=sites)


@pytest.fixture
def result(inputs):
    return assess(TASKS, network(TASKS, STARTS), CALENDAR, inputs)


def test_limits_hold_as_often_as_by_hand(result):
    """The limit of `sign` in 27/32, the event in 5/6; three days put `sign` off by one day, so the mean is 5/32."""
    rows = result.tables["deadline_risk"].set_index("limit_id")
    sign, event = rows.loc["2025-07-02"], rows.loc["d-event"]
    assert (sign["kind"], event["kind"]) == ("legal", "event")
    assert sign["hold_share"] == pytest.approx(27 / 32, abs=NEAR)
    assert event["hold_share"] == pytest.approx(5 / 6, abs=NEAR)
    assert sign["late_to_5_share"] == sign["expected_late_days"] == pytest.approx(1 - sign["hold_share"])
    assert (sign["finish_p80"], sign["finish_p95"]) == ("2025-07-02", "2025-07-03")
    assert sign["weakest"] == "draft"
    assert event["planned_finish"] == "2025-06-30"
    assert sign["hold_low"] < 27 / 32 < sign["hold_high"]


def test_columns_of_the_tasks(result):
    """`draft` drives every miss of `sign`; it has no limit itself; by Tuesday it has ended in 27/32 of the runs."""
    rows = result.columns
    assert np.isnan(rows.at["draft", "late_share"])
    assert rows.at["draft", "driving_share"] == rows.at["sign", "late_share"] == rows.at["sign", "driving_share"]
    assert rows.at["draft", "finish_p80"] == "2025-07-01"
    assert rows.at["papers", "driving_share"] == rows.at["d-event", "late_share"] == pytest.approx(1 / 6, abs=NEAR)


def test_what_to_protect(result):
    """papers saves 1,000 x 1/6 and draft 1,000 x 5/32; the limit of each then always holds."""
    rows = result.tables["protect"].set_index("rank")
    assert rows["item"].tolist() == ["papers", "draft"]
    assert rows["saved_vnd"].tolist() == pytest.approx([1_000 / 6, 1_000 * 5 / 32], abs=11)
    assert rows["limit_id"].tolist() == ["d-event", "2025-07-02"]
    assert rows["hold_share_kept"].tolist() == [1, 1]
    assert rows.at[1, "law_hold_share_kept"] == pytest.approx(27 / 32, abs=NEAR)
    assert "nhóm giúp việc" in rows.at[2, "advice_vi"]
    assert "working groups" in rows.at[2, "advice_en"]


def test_figures_and_findings(result):
    """Independent owners and kinds: both hold with 27/32 x 5/6 = 45/64."""
    assert result.figures["law_hold_share"] == pytest.approx(45 / 64, abs=0.015)
    assert result.figures["limits"] == {"legal": 1, "target": 0, "event": 1}
    first = result.findings[0]
    told = f"{100 * result.figures['law_hold_share']:.1f}"
    assert f"{told.replace('.', ',')} %" in first.vi
    assert f"{told} %" in first.en
    assert "20.000 lần chạy" in first.vi
    assert "Việc papers" in result.findings[-1].vi


def test_equal_seeds_give_equal_tables(inputs, result):
    again = assess(TASKS, network(TASKS, STARTS), CALENDAR, inputs)
    for name, frame in result.tables.items():
        assert frame.to_csv() == again.tables[name].to_csv()
    assert result.columns.to_csv() == again.columns.to_csv()
    other = replace(inputs, scenario=inputs.scenario.model_copy(update={"seed": 7}))
    assert result.columns.to_csv() != assess(TASKS, network(TASKS, STARTS), CALENDAR, other).columns.to_csv()


def test_work_of_one_office_slips_together(inputs):
    """Two equal drafts of one owner and kind: with all variance shared, both are late or none; P(both hold) = 27/32."""
    pair = [task(n, 2, low=0.5, high=1.5, legal=date(2025, 7, 1)) for n in ("a", "b")]
    shares = {}
    for correlation in (0.0, 1.0):
        options = inputs.scenario.timetable.model_copy(update={"risk_correlation": correlation})
        own = replace(inputs, scenario=inputs.scenario.model_copy(update={"timetable": options}))
        shares[correlation] = assess(pair, network(pair, [0, 0]), CALENDAR, own).figures["law_hold_share"]
    assert shares[1.0] == pytest.approx(27 / 32, abs=NEAR)
    assert shares[0.0] == pytest.approx((27 / 32) ** 2, abs=0.014)


def test_a_family_is_protected_together(inputs):
    """Four moves due together: one alone saves little, all of them everything."""
    moves = [task(f"unit.move:{k}", 2, low=0.5, high=1.5, legal=date(2025, 7, 1), owner=f"UBND {k}") for k in range(4)]
    rows = assess(moves, network(moves, [0] * 4), CALENDAR, inputs).tables["protect"].set_index(["scope", "rank"])
    family, single = rows.loc[("family", 1)], rows.loc[("task", 1)]
    assert (family["item"], family["tasks"], family["owner"]) == ("unit.move", 4, "")
    assert family["hold_share_kept"] == 1
    assert single["hold_share"] < single["hold_share_kept"] < 1


def test_durations_around_the_plan():
    """Half and one and a half of two days, twice one day; an event is certain."""
    points = three_points(TASKS, network(TASKS, STARTS), 0.3)
    assert points.low.tolist() == [1, 1, 1, 1]
    assert points.likely.tolist() == [1, 2, 1, 1]
    assert points.high.tolist() == [1, 3, 2, 1]


@pytest.mark.parametrize(
    ("share", "runs", "interval"), [(0.5, 100, (0.4038, 0.5962)), (0.0, 10, (0.0, 0.2775)), (1.0, 10, (0.7225, 1.0))]
)
def test_wilson(share, runs, interval):
    """Values of Newcombe's tables (1998) for 50 of 100 and for 0 and 10 of 10."""
    assert wilson(share, runs) == pytest.approx(interval, abs=1e-4)


@pytest.mark.parametrize(
    ("own", "kind", "day", "found"),
    [
        ("t-1", "legal", date(2025, 7, 15), "t-1"),  # its own step has the date
        ("t-1", "target", date(2025, 8, 15), "t-2"),  # the only target of the date
        ("t-1", "legal", date(2025, 8, 15), "2025-08-15"),  # no limit by law on that date
        ("", "target", date(2025, 6, 15), "2025-06-15"),  # two of them
    ],
)
def test_name_of_a_limit(own, kind, day, found):
    steps = {
        "t-1": {"date": "2025-07-15", "role": "target"},
        "t-2": {"date": "2025-08-15", "role": "target"},
        "t-3": {"date": "2025-06-15", "role": "target"},
        "t-4": {"date": "2025-06-15", "role": "target"},
    }
    assert limit_id(own, kind, day, steps) == found


def test_the_audit_accepts_it(inputs, result):
    """Every check of the risk passes on the tables as they are made."""
    net = network(TASKS, STARTS)
    rows = pd.DataFrame(
        {
            "task_id": [t.id for t in TASKS],
            "start": [CALENDAR.day(d).isoformat() for d in net.start],
            "finish": [CALENDAR.day(d).isoformat() for d in net.finish],
            "working_days": [t.days for t in TASKS],
            "low_days": [t.low_days for t in TASKS],
            "predecessors": [";".join(t.after) for t in TASKS],
            "deadline_id": [t.deadline_id for t in TASKS],
            "legal_limit": [t.legal.isoformat() if t.legal else "" for t in TASKS],
            "target": "",
            "fixed": [t.fixed is not None for t in TASKS],
        }
    )
    case = Case(inputs, {"timetable": result.added_to(rows), **result.tables})
    checks = [check.run(case) for check in REGISTRY if check.id.startswith("risk-")]
    assert len(checks) == 4
    assert {c.id: c.violations for c in checks} == {c.id: () for c in checks}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_report_tells_it(inputs, result, lang, tmp_path):
    """Heading, chance by law, both limits and both tasks; the next heading has the next number."""
    plan = SimpleNamespace(
        tables=result.tables, manifest={"stages": {"timetable": {"figures": {"risk": result.figures}}}}
    )
    letter = Letter(lang)
    assert chapter(Context(plan, inputs, {}, lang, letter), 2) == 3
    letter.save(tmp_path / "x.docx", title="x", author="y", created=date(2025, 7, 1))
    made = Document(str(tmp_path / "x.docx"))
    text = "\n".join(p.text for p in made.paragraphs)
    cells = "\n".join(c.text for t in made.tables for row in t.rows for c in row.cells)
    share = f"{100 * result.figures['law_hold_share']:.1f}"
    assert (share.replace(".", ",") if lang == "vi" else share) in text
    assert ("Việc draft" if lang == "vi" else "Task draft") in cells
    assert len(made.inline_shapes) == 1


def test_no_part_without_the_tables(inputs):
    plan = SimpleNamespace(tables={}, manifest={"stages": {}})
    assert chapter(Context(plan, inputs, {}, "vi", Letter("vi")), 2) == 2


def test_the_picture_shows_the_weakest_limits(result):
    """Those that always hold are left out; the same table gives the same bytes."""
    risk = pd.concat([result.tables["deadline_risk"]] * 2, ignore_index=True)
    risk.loc[0, "hold_share"] = 1.0
    weak = weakest_limits(risk, most=2)
    assert len(weak) == 2
    assert weak["hold_share"].is_monotonic_increasing
    assert (weak["hold_share"] < 1).all()
    assert chart_limits(weak, "vi") == chart_limits(weak, "vi")
