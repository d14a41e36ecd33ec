"""The plan folder: read, and written whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.faults import InputError
from geodata.text import neutralise, restored
from merger.tables import TABLES, conform
from scenarios.loaded import impersonal

SCHEMA_VERSION = 3
MANIFEST = "plan.json"
# Folder of what holds rows about single persons, and in it the scenario with what it says of them.
INTERNAL = "internal"
SCENARIO = "scenario.json"
# Folder of what a transport office needs of the routes; anybody may see it.
TRANSPORT = "transport"
# Folder of what the bodies work with: charts, weekly lists, calendars, the project file; anybody may see it.
WORKPLANS = "workplans"
# SHA-256 of the scenario with what it says of persons. Who knows the rest could try guesses against it.
FULL_DIGEST = "full_scenario_digest"
PUBLIC_NOTICE = "this plan is a public copy without personal rows; ask with the full plan"

# Decimals written by type: enough for people and for re-computation, few enough to be stable.
TEXT = ("text", "list", "date", "time")
DECIMALS = {"km": 3, "minutes": 2, "km2": 3, "m2": 1, "degrees": 6, "ratio": 4}


@dataclass(frozen=True)
class Plan:
    """A finished plan: its folder, manifest (plan.json) and tables by name (columns as in merger.tables).

    `public`: the tables hold no personal rows (grouped ones are in their form for the public).
    """

    path: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    public: bool = False


def table_path(folder: Path, name: str, *, public: bool = False) -> Path:
    """File of a table: full rows of internal ones in the folder `internal`, else the form for the public."""
    return folder / INTERNAL / f"{name}.csv" if TABLES[name].internal and not public else folder / f"{name}.csv"


def read_plan(folder: Path) -> Plan:
    """Read a plan folder; raises InputError when it is not one, or of another version."""
    folder = Path(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError.single(
            folder, "not a plan: it has no plan.json", "give the folder that `merger plan` wrote"
        ) from None
    except json.JSONDecodeError as e:
        raise InputError.single(folder / MANIFEST, f"damaged: {e.msg}", "run `merger plan` again", e.lineno) from None
    if manifest.get("schema_version") != SCHEMA_VERSION:
        found = manifest.get("schema_version")
        raise InputError.single(
            folder / MANIFEST,
            f"plan of version {found}, this program reads {SCHEMA_VERSION}",
            "run `merger plan` again",
        )
    public = bool(manifest.get("public"))
    whole = folder / INTERNAL / SCENARIO
    if not public and whole.exists():
        manifest |= json.loads(whole.read_text(encoding="utf-8"))
    return Plan(folder, manifest, read_tables(folder, public=public), public)


def read_tables(folder: Path, *, public: bool) -> dict[str, pd.DataFrame]:
    """Tables of a plan folder: all with their full rows, or only those for the public."""
    paths = {
        name: table_path(folder, name, public=public)
        for name, table in TABLES.items()
        if not public or table.grouped or not table.internal
    }
    return {name: read_csv(name, path) for name, path in paths.items() if path.exists()}


def read_csv(name: str, path: Path) -> pd.DataFrame:
    """Read one table of a plan with the types of its contract; text is never a number, empty text is "".

    Counts are numbers where none of the column is masked, else numbers and marks as they are shown.
    """
    columns = TABLES[name].columns
    text = {c for c, (kind, _) in columns.items() if kind in TEXT}
    frame = pd.read_csv(
        path,
        dtype=dict.fromkeys(text, str),
        keep_default_na=False,
        na_values={c: [""] for c in set(columns) - text},
    )
    for c, (kind, _) in columns.items():
        if c in frame and kind in TEXT:
            frame[c] = frame[c].map(restored)
        if c in frame and kind == "count":
            frame[c] = frame[c].map(_count)
        if c in frame and kind in ("int", "vnd", "count") and frame[c].notna().all() and not _marked(frame[c]):
            frame[c] = frame[c].astype("int64")
        if c in frame and kind == "bool":
            frame[c] = frame[c].astype(str).str.lower().eq("true")
    return frame


def write_csv(name: str, frame: pd.DataFrame, path: Path) -> None:
    """Write one table: columns and rows in order, numbers rounded by type, so that equal plans are equal bytes.

    Text that a spreadsheet would take for a formula gets an apostrophe, which `read_csv` takes away again.
    """
    out = conform(name, frame).copy()
    for c, (kind, _) in TABLES[name].columns.items():
        if kind in ("int", "vnd"):
            out[c] = pd.to_numeric(out[c]).round().astype("Int64")
        elif kind == "count":
            out[c] = ["" if pd.isna(v) else v if isinstance(v, str) else str(round(v)) for v in out[c]]
        elif kind in DECIMALS:
            out[c] = [_number(v, DECIMALS[kind]) for v in out[c]]
        elif kind == "bool":
            out[c] = ["true" if v else "false" for v in out[c]]
        else:
            out[c] = ["" if pd.isna(v) else neutralise(str(v)) for v in out[c]]
    # The writer leaves a lone carriage return unquoted, which readers take for the end of a row.
    returns = any("\r" in v for c in out.columns if TABLES[name].columns[c][0] in TEXT for v in out[c])
    quoting = csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL
    out.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", quoting=quoting)


def as_written(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its numbers rounded by type as `write_csv` rounds them, so that what is made from it in memory and
    from the file is the same."""
    out = frame.copy()
    for c, (kind, _) in TABLES[name].columns.items():
        if kind in DECIMALS:
            out[c] = [float(_number(v, DECIMALS[kind]) or "nan") for v in out[c]]
    return out


def write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write plan.json, readable and in a stable order; what the scenario says of persons goes to the folder internal.

    So does its digest. `read_plan` puts the two together again.
    """
    if not manifest.get("public"):
        (folder / INTERNAL).mkdir(parents=True, exist_ok=True)
        whole = {k: manifest[k] for k in (FULL_DIGEST, "scenario") if k in manifest}
        _write_json(whole, folder / INTERNAL / SCENARIO)
    _write_json(public_part(manifest), folder / MANIFEST)


def public_part(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest without what the scenario says of persons, and without the digest that covers it."""
    shown = {k: v for k, v in manifest.items() if k != FULL_DIGEST}
    return {**shown, "scenario": impersonal(manifest["scenario"])}


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def refuse_foreign(target: Path) -> None:
    """Refuse a target folder that holds something else than a plan: it would be lost."""
    if target.exists() and not target.is_dir():
        raise InputError.single(target, "is a file", "name a folder for the plan")
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).exists():
        raise InputError.single(target, "is not empty and holds no plan", "name an empty or new folder")


@contextmanager
def whole_or_nothing(target: Path) -> Iterator[Path]:
    """Give a fresh folder beside `target`; it takes the target's place only if the block ends without an error."""
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".unfinished", dir=target.parent))
    building.chmod(0o755)
    try:
        yield building
        _take_place(building, target)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _take_place(building: Path, target: Path) -> None:
    if not target.exists():
        os.replace(building, target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".previous", dir=target.parent))
    os.replace(target, aside / "plan")
    try:
        os.replace(building, target)
    except BaseException:
        os.replace(aside / "plan", target)
        raise
    finally:
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)


def _count(value: Any) -> Any:
    """A count as read: a number where it is one."""
    text = str(value)
    if value is None or pd.isna(value):
        return None
    return int(float(text)) if text.replace(".", "", 1).isdigit() else text


def _marked(values: pd.Series) -> bool:
    return any(isinstance(v, str) for v in values)


def _number(value: Any, decimals: int) -> str:
    if value is None or pd.isna(value):
        return ""
    text = f"{float(value):.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    return str(value)
