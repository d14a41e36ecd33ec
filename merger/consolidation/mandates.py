"""Mandates: everything that a body of either side answers for, and the one body that answers for it
afterwards.

Functions of bodies and fields of divisions follow the structure; programmes, tasks and IT systems go where their
neighbours in the graph of mandates are (merger.consolidation.neighbours). A table of ours (mandate_holders.csv) says
who holds them before, as the body after that continues it, and their fields of work; its basis is `official` only where
the source names who leads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import networkx as nx
import pandas as pd

from geodata.tables import read_table
from merger.consolidation.divisions import LEADERSHIP, SERVICE
from merger.consolidation.mandate_links import FOLLOWING, mandate_links
from merger.consolidation.mandate_words import MandateWords
from merger.consolidation.neighbours import Votes, mandate_graph
from merger.fields import fields
from merger.inputs import Inputs
from merger.tables import conform

# Kinds of programme rows that somebody carries on; the others name bodies, levels, checks and counts.
CARRIED = frozenset(
    {
        "resolution",
        "pillar",
        "model",
        "duty",
        "task",
        "task_group",
        "programme",
        "act",
        "register",
        "register_field",
        "weak_point",
    }
)
COMMITTEE = "peoples_committee"


@cache
def _holders() -> pd.DataFrame:
    return read_table(Path(str(files("merger.consolidation").joinpath("mandate_holders.csv"))))


def holders_table() -> pd.DataFrame:
    """Who holds what: source (programme, it_system, body), item, agency_id after, fields, sides, basis, note."""
    return _holders().copy()


@dataclass(frozen=True)
class Mandates:
    """The table `mandates`, and how many mandates are with another body than most of their neighbours."""

    table: pd.DataFrame
    away: int


def mandates_after(inputs: Inputs, items: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> Mandates:
    """Every mandate of both sides with exactly one accountable successor and the reason why.

    `items` as of division_items; `tables` hold `structure` and `new_divisions`. Functions, fields, services and
    archives follow the structure, what a source assigns stays there, all else goes where most of its neighbours in the
    graph of mandates are. What none of these places goes to the People's Committee after, with basis `ours`.
    """
    divisions = tables["new_divisions"].set_index("new_division_id")
    rows, votes = mandate_votes(inputs, items, tables["structure"], divisions["new_agency_id"].to_dict())
    names = dict(zip(inputs.agencies["agency_id"], inputs.agencies["name_vi"], strict=True))
    words = MandateWords(inputs, rows, names)
    before, committee, away = _Predecessors(inputs), _committee(inputs), 0
    for row in rows:
        mandate, choice = row["mandate_id"], votes.choice(row["mandate_id"])
        if _is_open(row):
            row["successor_id"] = choice.body or committee
            row["holders_before"] = row["holders_before"] or before.of(row["successor_id"], row["sides"])
        row["reason_vi"], row["reason_en"] = words.reason(row, choice, votes.graph[mandate])
        away += choice.most != choice.body
    frame = pd.DataFrame(rows)
    frame["successor"] = frame["successor_id"].map(names | divisions["new_division"].to_dict())
    return Mandates(conform("mandates", frame), away)


def mandate_votes(
    inputs: Inputs, items: pd.DataFrame, structure: pd.DataFrame, agency_of: Mapping[str, str]
) -> tuple[list[dict], Votes]:
    """Rows of all mandates under a structure, and the votes of their neighbours, all settled.

    `agency_of`: agency of a new division; bodies it does not hold stand for themselves.
    """
    tables = {"structure": structure}
    rows = [*_functions(inputs, tables), *_fields(inputs, tables), *_programmes(inputs), *_systems(inputs)]
    rows += _archives(inputs, tables)
    links = mandate_links(inputs, items, rows, holders_table())
    settled = {r["mandate_id"]: agency_of.get(r["successor_id"], r["successor_id"]) for r in rows if not _is_open(r)}
    votes = Votes(mandate_graph(links), links, settled)
    votes.settle(r["mandate_id"] for r in rows if _is_open(r))
    return rows, votes


def away_by_host(inputs: Inputs, items: pd.DataFrame) -> dict[tuple[int, str], float]:
    """Mandates that a division in one of its possible agencies would hold away from most of their neighbours.

    By row of `items` and agency; all other divisions are taken where they are published or locked to go. A programme
    counts for its divisions by their share of its links.
    """
    first = items["hosts"].str[0].fillna("")
    rows, votes = mandate_votes(inputs, items, items.assign(new_agency_id=first, new_division_id=first), {})
    programmes = {r["mandate_id"] for r in rows if r["kind"] not in FOLLOWING}
    away = {}
    for i, item in enumerate(items.itertuples()):
        own = f"field--{item.division_id}"
        if item.kind == LEADERSHIP:
            away |= {(i, h): float(h != item.published) for h in item.hosts}
            continue
        here = votes.of(own)
        most = max(here.values(), default=0.0)
        carried = {
            m: votes.graph[m][own]["weight"] / votes.graph.out_degree(m, weight="weight")
            for m in votes.graph.predecessors(own)
            if m in programmes
        }
        for h in item.hosts:
            apart = here.get(h, 0.0) < most - 1e-9
            away[i, h] = apart + sum(share for m, share in sorted(carried.items()) if votes.body.get(m, h) != h)
    return away


def _is_open(row: Mapping[str, str]) -> bool:
    return row["kind"] not in FOLLOWING and row["basis"] != "official"


def orphaned(graph: nx.MultiDiGraph) -> list[str]:
    """Mandates of the graph for which no body answers afterwards, sorted."""
    return sorted(m for m, n in _accountable(graph).items() if n == 0)


def doubled(graph: nx.MultiDiGraph) -> list[str]:
    """Mandates of the graph for which more than one body answers afterwards, sorted."""
    return sorted(m for m, n in _accountable(graph).items() if n > 1)


def _accountable(graph: nx.MultiDiGraph) -> dict[str, int]:
    count = {node: 0 for node, data in graph.nodes(data=True) if data.get("kind") == "mandate"}
    for _, mandate, data in graph.edges(data=True):
        if data.get("kind") == "accountable_for" and mandate in count:
            count[mandate] += 1
    return count


def _row(mandate_id: str, kind: str, vi: str, en: str, **more) -> dict:
    base = {
        "mandate_id": mandate_id,
        "kind": kind,
        "title_vi": vi,
        "title_en": en,
        "due": "",
        "label": "official",
    }
    return base | more


def _label(inputs: Inputs) -> str:
    return "SYNTHETIC" if "divisions" in inputs.synthetic else "proposed"


def _main_successor(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Agency before to the new agency that took most of its staff."""
    total = tables["structure"].groupby(["agency_id", "new_agency_id"])["staff"].sum().reset_index()
    total = total.sort_values(["agency_id", "staff", "new_agency_id"], ascending=[True, False, True])
    first = total.drop_duplicates("agency_id")
    return dict(zip(first["agency_id"], first["new_agency_id"], strict=True))


def _functions(inputs: Inputs, tables) -> list[dict]:
    """One function a body before: to the new agency that took its divisions, else to its published
    successor.
    """
    by_structure = _main_successor(tables)
    ours = _mapped(inputs, "body")
    locks, committee = inputs.scenario.locks.fixed_successor, _committee(inputs)
    rows = []
    for body in inputs.agencies[inputs.agencies["period"] == "before"].itertuples():
        moved = by_structure.get(body.agency_id) or locks.get(body.agency_id) or body.successor_id
        published = moved == body.successor_id and body.status == "verified"
        successor = moved or ours.get(body.agency_id, (committee,))[0]
        basis = "official" if moved and published else "ours"
        what = f" ({body.function})" if body.function else ""
        rows.append(
            _row(
                f"function--{body.agency_id}",
                "function",
                f"Chức năng, nhiệm vụ, quyền hạn của {body.name_vi}",
                f"Functions of {body.name_en}{what}, {body.side}",
                holders_before=body.agency_id,
                sides=body.side,
                successor_id=successor,
                basis=basis,
                label="official" if basis == "official" else "proposed",
            )
        )
    return rows


def _fields(inputs: Inputs, tables) -> list[dict]:
    """One field of work a division before, one service a service unit before: to the new division."""
    kinds = inputs.divisions.set_index("division_id")["kind"]
    english = inputs.divisions.set_index("division_id")["division_en"]
    titles = fields()
    agencies = inputs.agencies.set_index("agency_id")["name_en"]
    rows = []
    for row in tables["structure"].itertuples():
        kind = kinds[row.division_id]
        if kind == LEADERSHIP:
            continue
        vi = titles["title_vi"].get(row.field, row.field)
        en = titles["title_en"].get(row.field, row.field)
        service = kind == SERVICE
        rows.append(
            _row(
                f"field--{row.division_id}",
                "service" if service else "field",
                f"Dịch vụ công của {row.division} ({row.agency})"
                if service
                else f"{vi} ({row.division}, {row.agency})",
                f"{english[row.division_id] if service else en} ({agencies[row.agency_id]}, {row.side})",
                holders_before=row.division_id,
                sides=row.side,
                successor_id=row.new_division_id,
                basis="ours",
                label=_label(inputs),
            )
        )
    return rows


def _programmes(inputs: Inputs) -> list[dict]:
    ours, before, committee = _mapped(inputs, "programme"), _Predecessors(inputs), _committee(inputs)
    rows = []
    for item in inputs.programmes.itertuples():
        if item.kind not in CARRIED and item.programme_id not in ours:
            continue
        successor, basis, sides = ours.get(item.programme_id, (committee, "ours", ""))
        rows.append(
            _row(
                item.programme_id,
                item.kind,
                item.title_vi or item.title,
                item.title,
                holders_before=before.of(successor, sides),
                sides=sides,
                successor_id=successor,
                basis=basis,
                due=item.due,
                label="official" if basis == "official" else "proposed",
            )
        )
    return rows


def _systems(inputs: Inputs) -> list[dict]:
    ours, before, committee = _mapped(inputs, "it_system"), _Predecessors(inputs), _committee(inputs)
    rows = []
    for item in inputs.it_systems.itertuples():
        successor, basis, sides = ours.get(item.system_id, (committee, "ours", ""))
        rows.append(
            _row(
                f"it-system--{item.system_id}",
                "it_system",
                getattr(item, "name_vi", "") or item.name,
                item.name,
                holders_before=before.of(successor, sides),
                sides=sides,
                successor_id=successor,
                basis=basis,
                label="proposed",
            )
        )
    return rows


def _archives(inputs: Inputs, tables) -> list[dict]:
    """Files of every body with divisions, in metres: to the new agency that took over the body."""
    metres = inputs.divisions.groupby("agency_id")["archive_m"].sum()
    successor = _main_successor(tables)
    agencies = inputs.agencies.set_index("agency_id")
    return [
        _row(
            f"archive--{agency}",
            "archive",
            f"Hồ sơ, tài liệu lưu trữ của {agencies.at[agency, 'name_vi']}",
            f"Records of {agencies.at[agency, 'name_en']}, {agencies.at[agency, 'side']}: {metres[agency]:.0f} m",
            holders_before=agency,
            sides=agencies.at[agency, "side"],
            successor_id=successor[agency],
            basis="ours",
            label=_label(inputs),
        )
        for agency in metres.index
        if agency in successor
    ]


def _mapped(inputs: Inputs, source: str) -> dict[str, tuple[str, str, str]]:
    """Item to (agency after, basis, sides) by the table of ours, for agencies that the scenario has."""
    after = set(inputs.agencies.loc[inputs.agencies["period"] == "after", "agency_id"])
    rows = holders_table()
    rows = rows[(rows["source"] == source) & rows["agency_id"].isin(after)]
    return {r.item: (r.agency_id, r.basis, r.sides) for r in rows.itertuples()}


def _committee(inputs: Inputs) -> str:
    """People's Committee after, or the first body after where the scenario has none."""
    after = inputs.agencies[inputs.agencies["period"] == "after"]
    chosen = after[after["kind"] == COMMITTEE]
    return str((chosen if len(chosen) else after)["agency_id"].iloc[0])


class _Predecessors:
    """Bodies before that a body after continues, on given sides; a body without any has its parent's."""

    def __init__(self, inputs: Inputs):
        self._before = defaultdict(list)
        self._parent = dict(zip(inputs.agencies["agency_id"], inputs.agencies["parent_id"], strict=True))
        for row in inputs.agencies[inputs.agencies["period"] == "before"].itertuples():
            self._before[row.successor_id].append((row.side, row.agency_id))

    def of(self, successor: str, sides: str) -> str:
        wanted, body = set(sides.split(";")), successor
        while body:
            found = sorted(agency for side, agency in self._before[body] if side in wanted)
            if found:
                return ";".join(found)
            body = self._parent.get(body, "")
        return ""
