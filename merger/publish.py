"""A copy of a plan for the public: the files without personal rows, and a manifest that names no person."""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

from merger.plan import TRANSPORT, WORKPLANS, Plan, public_part, read_tables, write_manifest
from merger.tables import TABLES

# What a public copy is made of, besides tables and maps: a list of what may go out, not of what must stay.
FILES = ("timetable.ics", "plan.gpkg", "report.vi.docx", "report.en.docx", "annex.xlsx", "dashboard.html")
MAPS = "maps"
# Of the folders of maps for print, of the transport office and of all bodies.
FOLDERS = {
    "maps/print": ("*.png", "*.svg"),
    TRANSPORT: ("gtfs.zip", "timetables.vi.docx", "timetables.en.docx", "gpx/*.gpx"),
    WORKPLANS: (
        "gantt.vi.docx",
        "gantt.en.docx",
        "weekly.xlsx",
        "project.xml",
        "calendars/index.csv",
        "calendars/*.ics",
    ),
}


def publish_into(plan: Plan, folder: Path) -> None:
    """Copy what anybody may see of a finished full plan into an empty folder; its manifest says `public`.

    Documents and maps hold only what the public tables hold (merger.disclosure), so they are copied as they are. Files
    that the program did not write stay behind.
    """
    names = [f"{name}.csv" for name, table in TABLES.items() if table.grouped or not table.internal]
    for name in (*names, *FILES):
        if (plan.path / name).is_file():
            shutil.copyfile(plan.path / name, folder / name)
    wanted = [(plan.path / folder_of).glob(pattern) for folder_of, own in FOLDERS.items() for pattern in own]
    for path in sorted(p for found in wanted for p in found):
        target = folder / path.relative_to(plan.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (folder / MAPS).mkdir(exist_ok=True)
    for path in sorted((plan.path / MAPS).glob("*.geojson")):
        shutil.copyfile(path, folder / MAPS / path.name)
    write_manifest(public_manifest(plan, folder), folder)


def public_manifest(plan: Plan, folder: Path) -> dict[str, Any]:
    """The manifest of a public copy in `folder`: without the roster's path and what the scenario says of persons."""
    manifest = deepcopy(public_part(plan.manifest))
    manifest["public"] = True
    manifest["data_hashes"] = {k: v for k, v in manifest["data_hashes"].items() if k != "staff"}
    manifest["rows"] = {name: len(frame) for name, frame in read_tables(folder, public=True).items()}
    return manifest
