"""Deadlines with their chains, what must give, signing days, moves, and the answers to why and what if."""

from dataclasses import replace
from datetime import date

import pytest

from merger.explain import explain_item
from merger.plan import Plan
from merger.stages import timetable
from merger.timetabling.slips import Slips
from merger.timetabling.words import chain_words
from tests.merger.test_timetable import STOP, frames, planner  # noqa: F401 - fixtures

HOME, JUSTICE = "so-noi-vu-hai-phong-moi", "so-tu-phap-hai-phong-moi"


@pytest.fixture(scope="module")
def tables(planner, frames):  # noqa: F811
    """Tables of the small organisation with its timetable."""
    return {**frames, **timetable.run(planner, frames, STOP).tables}


@pytest.fixture(scope="module")
def one_truck(planner, frames):  # noqa: F811
    """One truck for the 7 truck days of the first body to move: 28 June to 19 July, due on 30 June."""
    options = planner.scenario.timetable
    groups = {**options.working_groups, "trucks": 1}
    # No money for contractors, who would help out.
    options = options.model_copy(
        update={"working_groups": groups, "first_to_move": (HOME,), "contractor_budget_vnd": 0}
    )
    inputs = replace(planner, scenario=planner.scenario.model_copy(update={"timetable": options}))
    return inputs, {**frames, **timetable.run(inputs, frames, STOP).tables}


def answers(inputs, tables, item, lang):
    told = ("timetable", "deadlines", "relief", "signing", "new_units")
    plan = Plan(inputs.folder, {"stages": {}}, {name: tables[name] for name in told})
    return "\n".join(answer.as_text() for answer in explain_item(plan, inputs, item, lang))


def test_every_limit_has_a_row_and_a_chain(tables):
    """Each task's limit is told, and its chain ends with its last task."""
    deadlines, rows = tables["deadlines"], tables["timetable"]
    free = rows[~rows["fixed"]]
    for force, column in (("legal", "legal_limit"), ("target", "target")):
        own = deadlines[deadlines["force"] == force]
        assert set(own["date"]) == set(free.loc[free[column] != "", column])
        assert own["tasks"].sum() == (free[column] != "").sum()
    for row in deadlines.itertuples():
        assert row.chain.split(";")[-1] == row.last_task
        assert len(row.chain.split(";")) == len(row.causes.split(";"))
    assert tables["relief"].empty  # nothing is late


def test_free_slack_and_causes_are_filled(tables):
    """Set-up of the new office waits for the move; no free slack is above the total slack."""
    rows = tables["timetable"].set_index("task_id")
    setup = rows.loc[f"agency.setup:{HOME}"]
    assert (setup["cause"], setup["cause_task"], setup["early_days"]) == ("order", f"agency.move:{HOME}", 0)
    assert (rows["free_slack_days"] <= rows["slack_days"].clip(lower=0)).all()
    assert rows["free_slack_days"].max() > 0
    assert (rows.loc[rows["fixed"], "cause"] == "fixed").all()


def test_a_body_signs_after_its_seal_and_the_day_of_effect(tables):
    """Two agencies and three communes, all ready in June, sign from Tuesday 1 July 2025."""
    signing = tables["signing"].set_index("body_id")
    assert set(signing.index) == {HOME, JUSTICE, "10516", "11311", "10606"}
    assert (signing["seal"] < "2025-07-01").all()
    assert set(signing["can_sign"]) == set(signing["earliest"]) == {"2025-07-01"}
    # After 1 July up to 15 September: 22 days in July, 21 in August, and 3 to 5, 8 to 12 and 15 September: 9.
    assert signing.at[HOME, "spare_days"] == 22 + 21 + 9


def test_a_move_is_told_by_day(tables):
    """100 persons and 0.2 x 600 m of files of one agency in two days, 50 and 60 a day with 4 trucks."""
    moves = tables["moves"]
    assert moves["new_agency_id"].tolist() == [HOME, HOME]
    assert moves["persons"].tolist() == moves["desks"].tolist() == [50, 50]
    assert moves["files_m"].tolist() == [60, 60]
    assert moves["trucks"].tolist() == [4, 4]
    assert set(moves["from_sites"]) == {"hd-provincial-centre-old"}
    assert all(date.fromisoformat(day).weekday() >= 5 for day in moves["day"])


def test_what_must_give_when_trucks_are_missing(one_truck):
    """The move is 14 working days late (7 truck days of one truck).

    Its duration is planned for one truck, so more trucks change nothing; moving the limit by 14 days at 50 million a
    day costs 700 million; the move in 4 days instead of 7 still ends on 6 July, 4 days late.
    """
    _, tables = one_truck
    relief = tables["relief"].set_index("remedy")
    limit = relief.loc["limit"]
    assert (limit["amount"], limit["price_vnd"], limit["late_after_days"]) == (14, 700_000_000, 0)
    assert limit["proven"]
    shorter = relief.loc["duration"]
    assert (shorter["amount"], shorter["late_after_days"]) == (3, 4)
    assert sorted(tables["relief"]["rank"]) == list(range(1, len(relief) + 1))
    assert "14 ngày làm việc" in limit["text_vi"]
    # A contractor moves it in 2 weekends: 28 June to 6 July as well.
    assert (relief.loc["way"]["amount"], relief.loc["way"]["late_after_days"]) == (1, 4)
    assert "Thuê ngoài 1 việc" in relief.loc["way"]["text_vi"]


def test_explain_tells_why_who_and_what_slips(planner, tables):  # noqa: F811
    """A task: its cause, its resource, its limits and slack, and what a slip does."""
    text = answers(planner, tables, f"agency.setup:{HOME}", "vi")
    assert "Chờ việc trước hoàn thành: “Di chuyển người, bàn ghế, hồ sơ của Sở Nội vụ Hải Phòng" in text
    assert "1 đội công nghệ thông tin" in text
    assert "Theo luật: 15/9/2025" in text
    assert "1 ngày làm việc:" in text
    assert "Muốn bắt đầu sớm hơn" in text
    english = answers(planner, tables, f"agency.setup:{HOME}", "en")
    assert "Waits for the end of: “Move staff, desks and files" in english


def test_explain_a_deadline_tells_the_chain_and_what_must_give(one_truck):
    """The target of 30 June is missed: the chain, and the limit moved as one way out."""
    inputs, tables = one_truck
    missed = tables["deadlines"][tables["deadlines"]["late_days"] > 0]
    assert len(missed) == 1
    text = answers(inputs, tables, missed["deadline"].iloc[0], "vi")
    assert "Chuỗi việc quyết định" in text
    assert "Lùi thời hạn 14 ngày làm việc" in text


def test_explain_an_agency_tells_when_it_can_sign(planner, tables):  # noqa: F811
    """The first signing day of a commune stands in its answer."""
    assert "Từ 01/7/2025" in answers(planner, tables, "10606", "vi")


def test_a_slip_is_worked_out_from_the_table_alone(planner, tables):  # noqa: F811
    """A task slips by its free slack without moving another; by one day more something gives."""
    rows = tables["timetable"]
    slips = Slips(rows, planner)
    own = rows[~rows["fixed"] & (rows["free_slack_days"] > 0) & (rows["slack_days"] > rows["free_slack_days"])].iloc[0]
    within = slips.effect(own["task_id"], int(own["free_slack_days"]))
    assert within.moved == ()
    assert within.missed == ()
    beyond = slips.effect(own["task_id"], int(own["slack_days"]))
    assert beyond.moved
    assert not beyond.missed


def test_a_long_chain_is_told_by_its_ends():
    """Two tasks at the head, three at the tail, the resource between the tasks that share it."""
    titles, causes = list("ABCDEFGH"), ["release", *["order"] * 6, "units=trucks"]
    text = chain_words(titles, causes, "vi")
    assert text == "A → B → … 3 việc … → F → G → (xe tải chuyển trụ sở cấp thành phố) → H"
    assert chain_words(["A", "B"], ["fixed", "event"], "en") == "A → B"
