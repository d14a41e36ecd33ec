"""Columns of every table of a plan folder: the contract between the stages, the audit and the documents.

Types: `text`, `int`, `km`, `minutes`, `vnd`, `km2`, `m2`, `date` (ISO 8601), `time` (HH:MM), `bool`, `ratio`, `list`
(text items joined by ";"), `degrees`. Empty means unknown or not applicable. `count` is a number of persons: in files
for the public "<5" where it is too small to show and "*" where it would give such a number away (merger.disclosure).

Internal tables hold rows about single persons or few of them. They lie in the folder `internal` of a plan and never
reach files meant for the public; a grouped one has, under the same name beside that folder, a form for the public in
which persons are joined to groups.
"""

from __future__ import annotations

import pandas as pd

from merger.tables.bodies import BODIES
from merger.tables.commuting import COMMUTING
from merger.tables.people import PEOPLE
from merger.tables.table import Table
from merger.tables.territory import TERRITORY
from merger.tables.timing import TIMING

__all__ = ["TABLES", "Table", "conform", "empty"]

TABLES: dict[str, Table] = {**TERRITORY, **BODIES, **PEOPLE, **COMMUTING, **TIMING}


def empty(name: str) -> pd.DataFrame:
    """An empty frame with the columns of a table."""
    return pd.DataFrame(columns=list(TABLES[name].columns))


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Put the columns in order and the rows in order of the key; a missing or extra column is a programming error."""
    table = TABLES[name]
    missing, extra = set(table.columns) - set(frame.columns), set(frame.columns) - set(table.columns)
    if missing or extra:
        raise ValueError(f"table {name}: missing columns {sorted(missing)}, unexpected {sorted(extra)}")
    ordered = frame[list(table.columns)].sort_values(list(table.key), kind="stable").reset_index(drop=True)
    if ordered.duplicated(list(table.key)).any():
        twice = ordered.loc[ordered.duplicated(list(table.key)), list(table.key)].head(3).to_dict("records")
        raise ValueError(f"table {name}: key {table.key} not unique, e.g. {twice}")
    return ordered
