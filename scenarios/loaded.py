"""A scenario after loading: the resolved options, where each was written, and the files it plans with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from geodata.shipped import PREFIX, resolve
from scenarios.marks import Node, Place
from scenarios.schema import OwnTable, OwnUnits, Scenario

SHIPPED = "shipped:"
# Read once, when planning: a plan can be used when the plan before is gone.
READ_ONCE = ("timetable_before",)


def shipped_folder() -> Path:
    """Folder of the shipped scenarios."""
    return Path(__file__).parent / "shipped"


def shipped_names() -> list[str]:
    """Names of the shipped scenarios, sorted."""
    return sorted(p.parent.name for p in shipped_folder().glob("*/scenario.yaml"))


@dataclass(frozen=True)
class Loaded:
    """A scenario with its origin.

    `folder` is that of the scenario file; paths in `scenario.data` are absolute or `geodata:NAME`. `sources`
    are the files read, the base of all first. `digest` is the SHA-256 of the resolved options, the same on
    every machine. `tree` holds the place of every value.
    """

    scenario: Scenario
    folder: Path
    sources: tuple[Path, ...]
    digest: str
    tree: Node

    @property
    def public_digest(self) -> str:
        """`digest` without what the scenario says of persons: with the rest known, that would confirm a guess of it."""
        return scenario_digest(self.scenario, persons=False)

    def place(self, *path: str | int) -> Place:
        """Where an option is written; the nearest section above it when it is a default."""
        return self.tree.find(path).place

    def written(self, *path: str) -> bool:
        """Whether an option is written somewhere, not left at its default."""
        node = self.tree
        for step in path:
            if not isinstance(node.value, dict) or step not in node.value:
                return False
            node = node.value[step]
        return True

    def data_path(self, name: str) -> Path | None:
        """Path of a table of the `data` section; None when the scenario names none."""
        reference = self.scenario.data.reference(name)
        return resolve(reference, self.folder) if reference else None

    def describe(self) -> dict[str, Any]:
        """The resolved scenario as JSON data for a plan's manifest; `loaded_from` reads it back.

        Shipped files appear as `geodata:NAME` and `shipped:SCENARIO/FILE`, so the text is the same on every
        machine; a planner's own files appear with their path.
        """
        described = self.scenario.model_dump(mode="json")
        described["data"] = with_files(described["data"], portable)
        return {
            **described,
            "folder": portable(str(self.folder)),
            "sources": [portable(str(p)) for p in self.sources],
        }


def portable(reference: str) -> str:
    """A path as it can be kept: `shipped:...` inside the shipped scenarios, else unchanged."""
    if reference.startswith((PREFIX, SHIPPED)):
        return reference
    try:
        return SHIPPED + Path(reference).relative_to(shipped_folder()).as_posix()
    except ValueError:
        return reference


def absolute(reference: str, folder: Path) -> str:
    """A data reference as the scenario holds it: `geodata:NAME`, or an absolute path."""
    if reference.startswith(PREFIX):
        return reference
    if reference.startswith(SHIPPED):
        return str(shipped_folder() / reference.removeprefix(SHIPPED))
    return os.path.abspath(folder / Path(reference).expanduser())


def scenario_digest(scenario: Scenario, *, persons: bool = True) -> str:
    """SHA-256 of the resolved options. Of data files only the name counts: they have hashes of their own.

    `persons`: whether the roster and the locks of persons count.
    """
    content = scenario.model_dump(mode="json")
    content = content if persons else impersonal(content)
    content["data"] = with_files(content["data"], lambda file: portable(file).rsplit("/", 1)[-1])
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def impersonal(content: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario as JSON data without the roster and its remarks on persons, and without locks of persons."""
    data = {**content["data"], "staff": None}
    return {**content, "data": data, "locks": {**content["locks"], "fixed_post": {}}}


def with_files(data: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The `data` section as JSON data with changed paths; a table of one's own that is but a file is its path."""

    def changed(name: str, value: Any) -> Any:
        if not isinstance(value, dict):
            return change(value) if value else None
        fields = (OwnUnits if name == "units" else OwnTable).model_fields
        told = {k: v for k, v in value.items() if v != fields[k].default}
        return change(value["file"]) if set(told) == {"file"} else {**told, "file": change(value["file"])}

    return {name: changed(name, value) for name, value in data.items()}


def data_files(loaded: Loaded) -> dict[str, tuple[Path, ...]]:
    """Every data file of a scenario by the name of its option; a folder gives its *.toml files, sorted."""
    found: dict[str, tuple[Path, ...]] = {}
    for name in type(loaded.scenario.data).model_fields:
        path = loaded.data_path(name)
        if path is not None and (name not in READ_ONCE or path.exists()):
            found[name] = tuple(sorted(path.glob("*.toml"))) if path.is_dir() else (path,)
    return found


def data_hashes(loaded: Loaded) -> dict[str, str]:
    """SHA-256 of every data file: {option or option/file: hex digest}, in the order of the schema."""
    hashes: dict[str, str] = {}
    for name, paths in data_files(loaded).items():
        for path in paths:
            key = name if len(paths) == 1 else f"{name}/{path.name}"
            hashes[key] = sha256(path.read_bytes()).hexdigest()
    return hashes


def nodes_of(node: Node, path: Sequence[str | int] = ()) -> list[tuple[tuple[str | int, ...], Node]]:
    """All scalars of a tree with their path, in the order written."""
    if isinstance(node.value, dict):
        return [item for k, v in node.value.items() for item in nodes_of(v, (*path, k))]
    if isinstance(node.value, list):
        return [item for i, v in enumerate(node.value) for item in nodes_of(v, (*path, i))]
    return [(tuple(path), node)]
