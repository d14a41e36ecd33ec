"""Posts and people of the graph model, as counts."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import pandas as pd

from merger.inputs import Inputs

# Levels whose people work in a division of an agency; the others work in an old unit.
IN_AGENCIES = ("province", "service")


def add_posts(graph: nx.MultiDiGraph, tables: Mapping[str, pd.DataFrame]) -> None:
    """Post groups (body, role, field, phase) with their number and vacancies, as parts of their body."""
    if "posts" not in tables:
        return
    posts = tables["posts"].assign(vacant=tables["posts"]["person_id"].fillna("").eq(""))
    keys = ["body_id", "body", "new_agency_id", "new_unit_id", "role", "field", "phase"]
    groups = posts.fillna(dict.fromkeys(keys, "")).groupby(keys, sort=True)["vacant"].agg(number="size", empty="sum")
    for row in groups.reset_index().itertuples():
        node = f"posts:{row.body_id}|{row.new_unit_id}|{row.role}|{row.field}|{row.phase}"
        graph.add_node(
            node,
            kind="posts",
            name=row.body,
            period="after",
            role=row.role,
            field=row.field,
            phase=row.phase,
            number=int(row.number),
            vacant=int(row.empty),
        )
        homes = (
            f"new_division:{row.body_id}",
            f"agency:{row.new_agency_id}",
            f"unit_after:{row.new_unit_id}",
        )
        for body in homes:
            if body in graph:
                graph.add_edge(node, body, kind="part_of")
                break


def add_groups(graph: nx.MultiDiGraph, inputs: Inputs, tables: Mapping[str, pd.DataFrame]) -> None:
    """Staff groups (home unit, body before, level) and commute groups (home unit, site, wish), as counts."""
    staff = inputs.staff
    if len(staff):
        agency = dict(zip(inputs.divisions["division_id"], inputs.divisions["agency_id"], strict=True))
        in_agency = staff["level"].isin(IN_AGENCIES)
        body = (
            staff["division_id"]
            .map(agency)
            .map("agency:{}".format)
            .where(in_agency, "unit_before:" + staff["unit_code"])
        )
        counts = staff.assign(body=body).groupby(["home_code", "body", "level"], sort=True).size()
        for (home, where, level), number in counts.items():
            node = f"staff_group:{home}|{where.partition(':')[2]}|{level}"
            label = "SYNTHETIC" if "staff" in inputs.synthetic else "official"
            graph.add_node(node, kind="staff_group", name=level, period="before", number=int(number), label=label)
            for target, kind in ((f"unit_before:{home}", "lives_in"), (where, "works_at")):
                if target in graph:
                    graph.add_edge(node, target, kind=kind)
    if "commute" in tables:
        _commute_groups(graph, tables["commute"])


def workplace(graph: nx.MultiDiGraph, site_id: str) -> str:
    """Node of a workplace: a site, or the new (or old) unit where a commune post is."""
    for kind in ("site", "unit_after", "unit_before"):
        if f"{kind}:{site_id}" in graph:
            return f"{kind}:{site_id}"
    raise KeyError(f"no site or unit {site_id!r} in the graph")


def _commute_groups(graph: nx.MultiDiGraph, commute: pd.DataFrame) -> None:
    for row in commute.itertuples():
        node = f"commute_group:{row.group_id}"
        if node not in graph:
            graph.add_node(
                node,
                kind="commute_group",
                name=row.home,
                period="after",
                home_code=row.home_code,
                site_id=row.site_id,
                wish=row.wish,
                label=row.label,
            )
            graph.add_edge(node, f"unit_before:{row.home_code}", kind="lives_in")
            graph.add_edge(node, workplace(graph, row.site_id), kind="works_at")
        if row.route_id:
            graph.add_edge(node, f"route:{row.route_id}", kind="rides", mode=row.mode, riders=int(row.riders))
