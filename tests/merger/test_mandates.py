"""Mandates go where most of their neighbours in the graph are."""

from dataclasses import replace

import pytest

from merger.consolidation.divisions import division_items
from merger.consolidation.mandates import away_by_host, holders_table
from merger.consolidation.neighbours import Links, Votes, mandate_graph
from merger.stages import consolidate
from solvers.problem import Stop

STOP = Stop(seconds=60)
DIGITAL = "chuyen-doi-so"
MERIT = "so-noi-vu-hai-duong--nguoi-co-cong"


def votes(by_kind, settled, own="", body=""):
    """Votes for one open mandate `m` with the given neighbours."""
    links = {"m": Links(by_kind, own=own, body=body), **{n: Links({}) for n in settled}}
    return Votes(mandate_graph(links), links, dict(settled))


def test_most_of_the_weight_decides():
    """Field 4 at A (two divisions, 2 each) against held by 3 at B: A with 4 of 7."""
    found = votes({"field": ("f1", "f2"), "held by": ("h",)}, {"f1": "A", "f2": "A", "h": "B"})
    found.settle(["m"])
    choice = found.choice("m")
    assert (choice.body, choice.most) == ("A", "A")
    assert choice.beside == ("f1", "f2")
    assert choice.share == pytest.approx(4 / 7)


def test_a_split_field_loses_to_the_body_in_charge():
    """Field 2 at A and 2 at B, held by 3 at B: B with 5 of 7."""
    found = votes({"field": ("f1", "f2"), "held by": ("h",)}, {"f1": "A", "f2": "B", "h": "B"})
    assert found.most("m") == "B"
    assert found.of("m") == {"A": 2.0, "B": 5.0}


def test_equal_votes_go_to_the_body_of_the_table_then_by_id():
    """Twin 3 at B, held by 3 at A: A by id, or B where the table names it."""
    neighbours, settled = {"twin": ("t",), "held by": ("h",)}, {"t": "B", "h": "A"}
    assert votes(neighbours, settled).most("m") == "A"
    assert votes(neighbours, settled, own="B").most("m") == "B"


def test_a_new_body_of_the_table_votes_for_itself():
    """A body that continues none before counts as held by (3), against a parent of 1."""
    assert votes({"parent": ("p",)}, {"p": "A"}, own="N", body="N").most("m") == "N"


def test_open_mandates_look_at_each_other_in_rounds():
    """m has its parent p only, p has a field at A: p goes to A first, m follows."""
    links = {"m": Links({"parent": ("p",)}), "p": Links({"field": ("f",)}), "f": Links({})}
    found = Votes(mandate_graph(links), links, {"f": "A"})
    found.settle(["m", "p"])
    assert found.body == {"f": "A", "p": "A", "m": "A"}


def test_nothing_related_has_no_body():
    """Without neighbours there is no vote."""
    found = votes({}, {})
    found.settle(["m"])
    assert found.choice("m").body == ""


def with_locks(inputs, **locks):
    """The same inputs with locks, without the curve and the alternatives."""
    quick = inputs.scenario.consolidate.model_copy(update={"tradeoff_shares": (), "alternatives": 0})
    locks = inputs.scenario.locks.model_copy(update=locks)
    return replace(inputs, scenario=inputs.scenario.model_copy(update={"consolidate": quick, "locks": locks}))


def test_shared_systems_follow_the_divisions_of_their_field(inputs):
    """All divisions of digital transformation locked to the Office: field 4 and subject 1 beat held by 3."""
    own = inputs.divisions.loc[inputs.divisions["field"] == DIGITAL, "division_id"]
    office = "van-phong-ubnd-hai-phong-moi"
    moved = with_locks(inputs, fixed_successor=dict.fromkeys(own, office))
    mandates = consolidate.run(moved, {}, STOP).tables["mandates"].set_index("mandate_id")
    assert mandates.at["it-system--data-centre", "successor_id"] == office
    assert "Phòng Chuyển đổi số" in mandates.at["it-system--data-centre", "reason_vi"]
    assert mandates.at["jc-task-14", "successor_id"] == office
    assert mandates.at["r05-model-health-city", "successor_id"] == "so-y-te-hai-phong-moi"


def test_a_division_moved_away_is_counted_and_priced(inputs):
    """Its body (3) and its counterpart (2) stay: one mandate away, at the price of a handover; the reason says so."""
    moved = with_locks(inputs, fixed_successor={MERIT: "so-y-te-hai-phong-moi"})
    run = consolidate.run(moved, {}, STOP)
    row = run.tables["mandates"].set_index("mandate_id").loc[f"field--{MERIT}"]
    assert run.record.figures["mandates_away_from_neighbours"] == 1
    assert run.record.figures["mandates_away_price_vnd"] == inputs.scenario.prices.mandate_move_vnd
    assert "Sở Nội vụ Hải Phòng (mới) phụ trách" in row["reason_vi"]
    item = division_items(moved)
    position = item.index[item["division_id"] == MERIT][0]
    assert away_by_host(moved, item)[position, "so-y-te-hai-phong-moi"] == 1.0


def test_every_mandate_says_why(inputs):
    """Both languages, and the neighbours by name; in the shipped case none is away from its neighbours."""
    run = consolidate.run(with_locks(inputs), {}, STOP)
    rows = run.tables["mandates"]
    assert rows["reason_vi"].str.len().min() > 20
    assert rows["reason_en"].str.len().min() > 20
    assert run.record.figures["mandates_away_from_neighbours"] == 0
    music = rows.set_index("mandate_id").at["r05-model-city-of-music", "reason_vi"]
    assert "Sở Văn hóa, Thể thao và Du lịch" in music


def test_fields_of_the_table_of_holders_exist(inputs):
    """Every field named is one of the list, and some division before works in it."""
    named = {f for cell in holders_table()["fields"] for f in cell.split(";") if f}
    assert named <= set(inputs.divisions["field"])
