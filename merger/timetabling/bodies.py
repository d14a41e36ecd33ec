"""Names of bodies, each written in one way, and who leads where several are named.

bodies.csv lists the Vietnamese names with the other ways in which tables write them. A way of writing may stand for two
bodies ("UBND hai bên"); bodies that the list does not have keep the name they come with.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from geodata.tables import read_table
from merger.timetabling.items import NEW_SUFFIX
from merger.timetabling.task_types import tokens

OLD_SUFFIX = " (cũ)"


@cache
def names_of_bodies() -> dict[str, tuple[str, ...]]:
    """Bodies by each way of writing them."""
    frame = read_table(Path(str(files("merger.timetabling").joinpath("bodies.csv")))).fillna("")
    names: dict[str, tuple[str, ...]] = {}
    for row in frame.to_dict("records"):
        bodies = tuple(tokens(row["body"]))
        ways = [way for way in str(row["written"]).split("|") if way]
        names |= dict.fromkeys([*ways, row["body"]], bodies)
    return names


def bodies_in(text: str) -> list[str]:
    """Bodies named in a cell, separated by semicolons, each once and in the order of the cell."""
    known = names_of_bodies()
    plain = [name.removesuffix(NEW_SUFFIX).removesuffix(OLD_SUFFIX) for name in tokens(text)]
    found = [body for name in plain for body in known.get(name, (name,))]
    return list(dict.fromkeys(found))


def lead_and_partners(owner: str, partners: Iterable[str] = ()) -> tuple[str, str]:
    """The body that leads and, joined by semicolons, those that take part: co-owners first, then `partners`."""
    owners = bodies_in(owner)
    others = [*owners[1:], *(body for text in partners for body in bodies_in(text))]
    lead = owners[0] if owners else ""
    return lead, "; ".join(body for body in dict.fromkeys(others) if body != lead)
