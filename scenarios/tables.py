"""Schemas of every table a scenario plans with, by the name of its option in the `data` section."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from geodata.columns import TableSchema, geodata_schemas, read_schemas


@cache
def all_schemas() -> dict[str, TableSchema]:
    """Schemas of the geographic tables and of the scenario's own, divisions and staff included."""
    return {**geodata_schemas(), **read_schemas(Path(__file__).parent / "columns.toml")}


def schema_of(name: str) -> TableSchema:
    """Schema of a table of the `data` section, e.g. `sites`."""
    return all_schemas()[name]
