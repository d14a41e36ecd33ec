"""Neighbours of the units: is it said who borders whom, do the pairs name units, and does each side hang together?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geodata.columns import TextTable
from geodata.faults import Fault
from geodata.tables import typed_frame
from geodata.units import has_polygons
from scenarios.connectivity import Part, parts_apart
from scenarios.locks import special_members
from scenarios.province import POLYGONS, TABLE, adjacency_source, neighbours_of
from scenarios.tables import schema_of

if TYPE_CHECKING:
    from scenarios.checks import Sources

PAIRS = ("adjacency", "links")
JOIN_THEM = "add the pair that joins them (bridge or ferry) to data.links, or fix them as a special zone"


def check_neighbours(sources: Sources) -> tuple[list[Fault], list[str]]:
    """Faults of the pairs and of sides in several parts; notes on what was derived and on parts that may stay apart."""
    tables = {name: sources.tables[name] for name in PAIRS if name in sources.tables}
    faults = [f for table in tables.values() for f in _self_pairs(table)]
    data, units = sources.loaded.scenario.data, sources.units
    unread = [n for n in PAIRS if getattr(data, n) is not None and n not in tables]
    if units is None or unread or {f.path for f in sources.faults} & {t.path for t in tables.values()}:
        return faults, []  # what is wrong with the tables comes first
    options = sources.loaded.scenario.arrange
    source = adjacency_source(options, table="adjacency" in tables, polygons=has_polygons(units))
    problem = _no_source(source, "adjacency" in tables, has_polygons(units))
    if problem:
        return [*faults, sources.loaded.place("arrange", "adjacency").fault(*problem)], []
    frames = {name: typed_frame(table, schema_of(name)) for name, table in tables.items()}
    found = neighbours_of(units, options, frames.get("adjacency"), frames.get("links"))
    if options.require_road_link and not found["road_links"].notna().any():
        at = sources.loaded.place("arrange", "require_road_link")
        message = '"require_road_link" needs to know which borders a road crosses'
        faults.append(at.fault(message, "give data.adjacency with a column road_links, or take the option out"))
    more, notes = _connected(sources, found)
    return [*faults, *more], [*_derived(source, found), *notes]


def _self_pairs(table: TextTable) -> list[Fault]:
    return [
        Fault(table.path, line, 0, "code_b", f"unit {a} is its own neighbour", "delete the row, or correct a code")
        for a, b, line in zip(table.column("code_a"), table.column("code_b"), table.lines, strict=True)
        if a and a == b
    ]


def _no_source(source: str, table: bool, polygons: bool) -> tuple[str, str] | None:
    """Why nothing says who borders whom; None when something does."""
    give = "give data.adjacency: a table code_a, code_b"
    if source == TABLE and not table:
        return '"arrange.adjacency: table", but data.adjacency names no table', give
    if source == POLYGONS and not polygons:
        return '"arrange.adjacency: polygons", but the units have no polygons', f"{give}, or a layer with polygons"
    if not source:
        message = "nothing says who borders whom: the units have no polygons, and data.adjacency names no table"
        remedy = f"{give}, or a layer with polygons; or write arrange.adjacency: voronoi to have neighbours ESTIMATED"
        return message, remedy
    return None


def _derived(source: str, found: pd.DataFrame) -> list[str]:
    if source == TABLE:
        return []
    if source != POLYGONS:
        return [f"neighbours: {len(found)} pairs ESTIMATED from the centres alone (arrange.adjacency: voronoi)"]
    closed = found[found["gap_m"].fillna(0) > 0]
    notes = [f"neighbours: {len(found)} pairs from the polygons"]
    if len(closed):
        pairs = ", ".join(f"{r.code_a}-{r.code_b}" for r in closed.head(8).itertuples())
        more = " ..." if len(closed) > 8 else ""
        notes.append(
            f"neighbours: {len(closed)} pairs only across gaps of up to {closed['gap_m'].max():.1f} m between the "
            f"drawn borders (arrange.border_gap_m): {pairs}{more}"
        )
    return notes


def _connected(sources: Sources, found: pd.DataFrame) -> tuple[list[Fault], list[str]]:
    """Each side in one piece, special zones and units kept whole aside, or in parts that can be new units each."""
    loaded, units = sources.loaded, sources.units
    options, zones = loaded.scenario.arrange, special_members(loaded, sources.known())
    apart = set(loaded.scenario.locks.keep_whole).union(*zones)
    parts, counts = parts_apart(units, found, apart, sources.law, options)
    where = sources.tables.get("adjacency", sources.tables["units"]).path
    faults = [_cut_off(part, where, units) for part in parts if not part.able]
    for side, count in counts.items():
        free = options.regions.get(side, count) - sum(
            bool(zone & set(units.index[units["side"] == side])) for zone in zones
        )
        if count > free > 0 and not any(p.side == side and not p.able for p in parts):
            message = f"side {side} falls into {count} parts, more than its {free} new units"
            faults.append(Fault(where, message=message, remedy="join parts in data.links, or raise arrange.regions"))
    notes = [
        f"side {part.side}: no pair joins these to the rest, so they form new units among themselves "
        f"(a link in data.links would change that): {part.named(units)}"
        for part in parts
        if part.able
    ]
    return faults, notes


def _cut_off(part: Part, where: str, units) -> Fault:
    message = (
        f"side {part.side} is not connected: {part.named(units)} cannot be reached from the rest, and cannot form a "
        "permitted new unit alone"
    )
    remedy = JOIN_THEM
    if part.across:
        remedy = f"let pairs of kind {' and '.join(part.across)} join units (arrange.neighbour_kinds), or " + remedy
    return Fault(where, message=message, remedy=remedy)
