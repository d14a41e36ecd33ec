"""Schemas of every table a scenario plans with, by the name of its option in the `data` section."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from geodata.columns import TableSchema, geodata_schemas, markdown, read_schemas
from geodata.shipped import shipped_path

README = shipped_path("README.md")
MARKER = "<!-- generated -->"


@cache
def all_schemas() -> dict[str, TableSchema]:
    """Schemas of the geographic tables and of the scenario's own, divisions and staff included."""
    return {**geodata_schemas(), **read_schemas(Path(__file__).parent / "columns.toml")}


def schema_of(name: str) -> TableSchema:
    """Schema of a table of the `data` section, e.g. `sites`."""
    return all_schemas()[name]


def update_readme() -> None:
    """Write the columns of all tables into the README of the data, below its marker."""
    README.write_text(documented(README.read_text(encoding="utf-8")), encoding="utf-8")


def documented(readme: str) -> str:
    """The README of the data with the columns of all tables as the schemas have them now."""
    head = readme.partition(MARKER)[0]
    return f"{head}{MARKER}\n\n{markdown(all_schemas().values())}"
