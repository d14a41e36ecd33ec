"""Where the shipped geographic files are, inside the installed package."""

from __future__ import annotations

from pathlib import Path

PREFIX = "geodata:"


def shipped_path(name: str) -> Path:
    """Return the path of a shipped geographic file, e.g. `units_before.gpkg`."""
    return Path(__file__).parent / "data" / name


def resolve(reference: str, folder: Path) -> Path:
    """Path of a scenario's data reference: `geodata:NAME` is shipped, anything else lies beside the scenario."""
    if reference.startswith(PREFIX):
        return shipped_path(reference[len(PREFIX) :])
    path = Path(reference).expanduser()
    return path if path.is_absolute() else folder / path
