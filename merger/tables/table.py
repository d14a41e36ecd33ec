"""One table of a plan: its columns with their types and meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One CSV file of a plan: columns as {name: (type, meaning)}; `key` is unique.

    `internal` means personal data; `grouped` that there is also a form for the public, with the same columns.
    """

    key: tuple[str, ...]
    columns: dict[str, tuple[str, str]]
    internal: bool = False
    grouped: bool = False


LABEL = ("text", "official, estimated, reconstructed, SYNTHETIC or proposed")
