"""From a scenario file to a scenario: `extends`, `overrides` with `use`, `--set`; each value keeps its place.

Order of precedence, lowest first: defaults of the schema, the bases named by `extends` (recursively), the
file itself, its named overrides in the order of `use`, then `--set`. Maps are merged key by key, lists and
single values replaced; in maps with free keys (say `site_floor_m2`) a value of null removes the key. Variants
are chosen by the key `use` of the file or by `--set use=NAME` (or `--set use=[A,B]`), which replaces the
choice of the file.

Relative paths are relative to the file in which they are written; for `--set` to the working folder. Tables
that no file names lie beside the base of all, the one that extends nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from geodata.faults import Fault, InputError, did_you_mean, shown
from geodata.shipped import PREFIX
from geodata.text import read_text
from scenarios.loaded import (
    SHIPPED,
    Loaded,
    absolute,
    nodes_of,
    scenario_digest,
    shipped_folder,
    shipped_names,
)
from scenarios.marks import Node, Place, merge, parse_yaml
from scenarios.options import LOADER_KEYS, fields_of, is_map, option_at, section_of
from scenarios.schema import Data, OwnTable, Scenario
from scenarios.wording import SET, fault_of

FILE = "scenario.yaml"
# Rounds of repair: scalars that are text by the schema but look like numbers (codes), then what is left out
# as faulty.
ROUNDS = 8
# Options that are a path, or a map that says how the table at that path is meant; those about bodies and persons.
MAPPED = tuple(n for n, info in Data.model_fields.items() if issubclass(section_of(info.annotation) or str, OwnTable))
OWN_TABLES = tuple(name for name in MAPPED if section_of(Data.model_fields[name].annotation) is OwnTable)


def load_scenario(ref: str | Path, overrides: Sequence[str] = ()) -> Loaded:
    """Load a scenario: a file, a folder with scenario.yaml, or a shipped name; `overrides` as `--set`.

    Raises InputError with every fault of the files and settings, each with its line and column. Tables are
    not read here: see `scenarios.checks`.
    """
    loaded, faults = load_partial(ref, overrides)
    if faults or loaded is None:
        raise InputError(faults)
    return loaded


def load_partial(ref: str | Path, overrides: Sequence[str] = ()) -> tuple[Loaded | None, list[Fault]]:
    """Load what can be loaded, with the faults; values at fault keep their default (None: nothing is left).

    For checks only: it lets the tables be checked although the scenario file has faults too.
    """
    faults: list[Fault] = []
    path = locate(str(ref), Path.cwd())
    if path is None:
        remedy = did_you_mean(str(ref), shipped_names())
        return None, [Fault(str(ref), message="no such scenario file, folder or shipped name", remedy=remedy)]
    reading = _Reading(faults)
    tree = reading.chain(path, ())
    if tree is None:
        return None, faults
    settings = _parse_settings(overrides, faults)
    variants = tree.value.pop("overrides", None)
    use = tree.value.pop("use", None)
    if "use" in settings:
        use = settings.pop("use")
    base_folder = reading.sources[0].parent
    plain = tree
    tree = _apply_variants(tree, variants, use, faults)
    for dotted, node in settings.items():
        tree = tree.with_value(_steps(dotted), node)
    scenario, kept, found = _validate(_prepare(tree, base_folder), complete=reading.complete)
    faults += found
    faults += _faults_of_unused(plain, variants, use, base_folder, set(faults))
    if scenario is None:
        return None, faults
    return Loaded(scenario, path.parent, tuple(reading.sources), scenario_digest(scenario), kept), faults


def with_settings(loaded: Loaded, overrides: Sequence[str]) -> Loaded:
    """A loaded scenario with further settings as `--set`; raises InputError with every fault of them."""
    if not overrides:
        return loaded
    faults: list[Fault] = []
    settings = _parse_settings(overrides, faults)
    at = Place(loaded.tree.place.path, folder=loaded.folder)
    content = parse_yaml(json.dumps(loaded.scenario.model_dump(mode="json")), at.path, at.folder)[0]
    tree = _placed(content, at)
    for dotted, node in settings.items():
        tree = tree.with_value(_steps(dotted), node)
    scenario, kept, found = _validate(_prepare(tree, loaded.folder))
    if faults + found or scenario is None:
        raise InputError(faults + found)
    return Loaded(scenario, loaded.folder, loaded.sources, scenario_digest(scenario), kept)


def locate(ref: str, folder: Path) -> Path | None:
    """The scenario file that a reference means: a file or folder relative to `folder`, or a shipped name."""
    path = Path(os.path.abspath(folder / Path(ref).expanduser()))
    if path.is_file():
        return path
    if (path / FILE).is_file():
        return path / FILE
    shipped = shipped_folder() / ref.removeprefix(SHIPPED) / FILE
    return shipped if shipped.is_file() else None


@dataclass
class _Reading:
    """Reads a file and what it extends. `complete` is false when a base could not be read."""

    faults: list[Fault]
    sources: list[Path] = field(default_factory=list)
    complete: bool = True

    def chain(self, path: Path, above: tuple[Path, ...]) -> Node | None:
        """The tree of a file laid over that of its base; `above` are the files that led here."""
        tree = self._file(path)
        if tree is None:
            return None
        base = self._base(tree.value.pop("extends"), (*above, path.resolve())) if "extends" in tree.value else None
        self.sources.append(path)
        return tree if base is None else merge(base, tree)

    def _file(self, path: Path) -> Node | None:
        try:
            tree, found = parse_yaml(read_text(path), shown(path), path.parent)
        except InputError as e:
            self.faults.extend(e.faults)
            return None
        self.faults.extend(found)
        if tree is not None and not isinstance(tree.value, dict):
            remedy = 'write "key: value" lines; merger new shows all'
            self.faults.append(tree.place.fault("a scenario is a map of sections", remedy))
            return None
        return tree

    def _base(self, node: Node, above: tuple[Path, ...]) -> Node | None:
        base = locate(node.text, node.place.folder) if node.text else None
        tree = None
        if base is None:
            remedy = did_you_mean(node.text, shipped_names())
            message = f'"extends": no scenario "{node.text}" here and none shipped'
            self.faults.append(node.place.fault(message, remedy))
        elif base.resolve() in above:
            names = [p.parent.name if p.name == FILE else p.name for p in (*above, base.resolve())]
            message = f'"extends" runs in a circle: {" -> ".join(names)}'
            self.faults.append(node.place.fault(message, "remove one of these extends"))
        else:
            tree = self.chain(base, above)
        self.complete &= tree is not None
        return tree


def _parse_settings(overrides: Sequence[str], faults: list[Fault]) -> dict[str, Node]:
    """Read `a.b=c` settings; later ones win."""
    settings: dict[str, Node] = {}
    for text in overrides:
        at = Place(SET + text, folder=Path.cwd())
        dotted, equals, value = text.partition("=")
        if not equals or not dotted.strip():
            faults.append(at.fault("not of the form OPTION=VALUE", "write for instance --set arrange.max_members=6"))
            continue
        node, found = parse_yaml(value, at.path, at.folder)
        if node is None or found:
            problem = found[0].message if found else "no value"
            faults.append(at.fault(f"the value is {problem}", "write a YAML value, text with special signs in quotes"))
            continue
        settings[dotted.strip()] = _placed(node, at) if value.strip() else Node(None, at, at)
    return settings


def _placed(node: Node, at: Place) -> Node:
    """A tree in which everything has the same place."""
    value = node.value
    if isinstance(value, dict):
        value = {k: _placed(v, at) for k, v in value.items()}
    elif isinstance(value, list):
        value = [_placed(v, at) for v in value]
    return replace(node, value=value, place=at, key_place=at)


def _steps(dotted: str) -> list[str]:
    """The keys of a dotted path; below a map with free keys the rest is one key, for rule ids hold dots."""
    steps = dotted.split(".")
    for i in range(1, len(steps)):
        option = option_at(steps[:i])
        if option is not None and len(option.path) == i and is_map(option.field.annotation):
            return [*steps[:i], ".".join(steps[i:])]
    return steps


def _apply_variants(tree: Node, variants: Node | None, use: Node | None, faults: list[Fault]) -> Node:
    """Lay the chosen variants over the scenario."""
    known = variants.value if variants is not None and isinstance(variants.value, dict) else {}
    if variants is not None and not isinstance(variants.value, (dict, type(None))):
        faults.append(variants.place.fault('"overrides" must be a map of variants', LOADER_KEYS["overrides"]))
    for name in _chosen(use, faults):
        if name.text not in known:
            remedy = did_you_mean(name.text, known) if known else 'add it under "overrides"'
            faults.append(name.place.fault(f'"use": there is no variant "{name.text}"', remedy))
        elif isinstance(known[name.text].value, dict):
            tree = merge(tree, known[name.text])
    for name, variant in known.items():
        if not isinstance(variant.value, dict):
            faults.append(variant.place.fault(f'variant "{name}" must be a map', LOADER_KEYS["overrides"]))
    return tree


def _chosen(use: Node | None, faults: list[Fault]) -> list[Node]:
    if use is None or use.value is None:
        return []
    nodes = use.value if isinstance(use.value, list) else [use]
    for node in nodes:
        if isinstance(node.value, (dict, list)):
            faults.append(node.place.fault('"use" must be a name or a list of names', LOADER_KEYS["use"]))
    return [n for n in nodes if not isinstance(n.value, (dict, list))]


def _faults_of_unused(
    tree: Node, variants: Node | None, use: Node | None, base_folder: Path, known: set[Fault]
) -> list[Fault]:
    """Faults inside variants that are not in use now: they should not wait for the day they are needed."""
    if variants is None or not isinstance(variants.value, dict):
        return []
    chosen = {n.text for n in _chosen(use, [])}
    faults: list[Fault] = []
    for name, variant in variants.value.items():
        if name in chosen or not isinstance(variant.value, dict):
            continue
        _, _, found = _validate(_prepare(merge(tree, variant), base_folder))
        inside = {(p.path, p.line, p.column) for _, n in nodes_of(variant) for p in (n.place, n.key_place)}
        faults += [f for f in found if f not in known and (f.path, f.line, f.column) in inside]
    return faults


def _prepare(tree: Node, base_folder: Path) -> Node:
    """Make paths absolute, drop removed keys of free maps, take a section without content as an empty one."""
    for option in fields_of(Scenario):
        node = tree.find(option.path)
        if not _reaches(tree, option.path):
            continue
        if node.value is None and option.field.annotation is option.model:
            tree = tree.with_value(option.path, replace(node, value={}))
        elif is_map(option.field.annotation) and isinstance(node.value, dict):
            kept = {k: v for k, v in node.value.items() if v.value is not None}
            tree = tree.with_value(option.path, replace(node, value=kept))
    data = tree.value.get("data")
    if data is not None and not isinstance(data.value, dict):
        return tree
    at = tree.place
    paths = dict(data.value) if data is not None else {}
    for name, info in Data.model_fields.items():
        if name not in paths and isinstance(info.default, str) and not info.default.startswith(PREFIX):
            here = Place(at.path, at.line, at.column, base_folder)
            paths[name] = Node(info.default, here, here, info.default)
    paths = {k: _own_table(v) if k in MAPPED else _absolute_node(v) for k, v in paths.items()}
    return tree.with_value(("data",), replace(data or Node({}, at, at), value=paths))


def _reaches(tree: Node, path: Sequence[str]) -> bool:
    for step in path:
        if not isinstance(tree.value, dict) or step not in tree.value:
            return False
        tree = tree.value[step]
    return True


def _absolute_node(node: Node) -> Node:
    if not isinstance(node.value, str) or not node.value:
        return node
    return replace(node, value=absolute(node.value, node.place.folder))


def _own_table(node: Node) -> Node:
    """A path as the map that it stands for; the file of a map made absolute, options without a value left out."""
    if isinstance(node.value, str) and node.value:
        return replace(node, value={"file": _absolute_node(node)})
    if not isinstance(node.value, dict):
        return node
    said = {k: v for k, v in node.value.items() if v.value is not None}
    return replace(node, value={k: _absolute_node(v) if k == "file" else v for k, v in said.items()})


def _validate(tree: Node, *, complete: bool = True) -> tuple[Scenario | None, Node, list[Fault]]:
    """Check a tree against the schema. Returns the scenario, the tree it stands for, and the faults.

    With faults, the scenario is that of the tree without the values at fault, or None when that is none
    either. `told`: other faults are known already, so that options merely missing are not reported again.
    """
    faults: list[Fault] = []
    for _ in range(ROUNDS):
        try:
            content = json.dumps(tree.plain(), ensure_ascii=False)
            return Scenario.model_validate_json(content, strict=True), tree, faults
        except ValidationError as e:
            errors = e.errors()
        repaired = _codes_as_text(tree, errors)
        if repaired is not None:
            tree = repaired
            continue
        faults += [fault_of(error, tree) for error in errors if complete or error["type"] != "missing"]
        smaller = _drop(tree, errors)
        if smaller is None:
            break
        tree = smaller
    return None, tree, faults


def _codes_as_text(tree: Node, errors: list[ErrorDetails]) -> Node | None:
    """Take scalars that must be text (codes such as 00318) as they are written; None: nothing to do."""

    def is_code(error: ErrorDetails) -> bool:
        node = tree.find(error["loc"])
        return error["type"] == "string_type" and type(node.value) in (int, float) and bool(node.text)

    codes = [e["loc"] for e in errors if is_code(e)]
    for path in codes:
        tree = _replace_scalar(tree, path, lambda n: replace(n, value=n.text))
    return tree if codes else None


def _replace_scalar(tree: Node, path: Sequence[str | int], change: Callable[[Node], Node]) -> Node:
    if not path:
        return change(tree)
    value = tree.value
    if isinstance(value, dict):
        return replace(
            tree,
            value={k: _replace_scalar(v, path[1:], change) if k == path[0] else v for k, v in value.items()},
        )
    return replace(
        tree, value=[_replace_scalar(v, path[1:], change) if i == path[0] else v for i, v in enumerate(value)]
    )


def _drop(tree: Node, errors: list[ErrorDetails]) -> Node | None:
    """The tree without the values at fault; None when something needed is missing."""
    smaller = tree
    for error in errors:
        if error["type"] == "missing":
            return None
        smaller = smaller.without([s for s in error["loc"] if s != "[key]"])
    return smaller if smaller is not tree else None
