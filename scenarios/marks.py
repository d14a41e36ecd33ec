"""YAML with places: every key and value remembers the file, line and column in which it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

from geodata.faults import Fault

TAG = "tag:yaml.org,2002:"
# Dates stay text here: the schema reads them, so that a day that does not exist is told with its place.
AS_TEXT = {TAG + "str", TAG + "timestamp"}


@dataclass(frozen=True)
class Place:
    """Where something is written. `folder` is what relative paths written there are relative to."""

    path: str
    line: int = 0
    column: int = 0
    folder: Path = field(default=Path(), compare=False)

    def fault(self, message: str, remedy: str = "") -> Fault:
        """A fault at this place."""
        return Fault(self.path, self.line, self.column, "", message, remedy)


@dataclass(frozen=True)
class Node:
    """A value with its place, the place of its key, and (scalars) the text as written."""

    value: Any
    place: Place
    key_place: Place
    text: str = ""

    def plain(self) -> Any:
        """The value without places: dict, list or scalar."""
        if isinstance(self.value, dict):
            return {k: v.plain() for k, v in self.value.items()}
        if isinstance(self.value, list):
            return [v.plain() for v in self.value]
        return self.value

    def find(self, path: Sequence[str | int]) -> Node:
        """The node at a path, or the deepest one on the way that exists."""
        here = self
        for step in path:
            below = here.child(step)
            if below is None:
                break
            here = below
        return here

    def child(self, step: str | int) -> Node | None:
        """The node under a key or at a position of a list; None when there is none."""
        if isinstance(self.value, dict):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None

    def without(self, path: Sequence[str | int]) -> Node:
        """A copy without the node at a path (the whole list, where the path leads into one)."""
        if not path or not isinstance(self.value, dict) or path[0] not in self.value:
            return self
        child = self.value[path[0]]
        rest = {k: v for k, v in self.value.items() if k != path[0]}
        if len(path) > 1 and isinstance(child.value, dict) and path[1] in child.value:
            rest = {k: child.without(path[1:]) if k == path[0] else v for k, v in self.value.items()}
        return replace(self, value=rest)

    def with_value(self, path: Sequence[str], node: Node) -> Node:
        """A copy with a node put at a path (in a list, a position as text); missing maps are made."""
        if not path:
            return node
        step, rest = path[0], path[1:]
        if isinstance(self.value, list) and step.isdigit() and int(step) < len(self.value):
            changed = [v.with_value(rest, node) if i == int(step) else v for i, v in enumerate(self.value)]
            return replace(self, value=changed)
        old = self.value if isinstance(self.value, dict) else {}
        child = old.get(step, Node({}, node.place, node.key_place))
        return replace(self, value={**old, step: child.with_value(rest, node)})


def merge(base: Node, over: Node) -> Node:
    """Lay one tree over another: maps merge deeply, lists and scalars replace, an empty map adds nothing."""
    if over.value is None and isinstance(base.value, dict):
        return base
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return replace(over, value=merged)


def parse_yaml(text: str, path: str, folder: Path) -> tuple[Node | None, list[Fault]]:
    """Read YAML 1.2 text; returns the tree (None when it is no YAML) and the faults found."""
    reader = _Reader(path, folder)
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        message = f"not valid YAML: {e.problem or e.context}"
        return None, [Fault(path, line, column, "", message, _yaml_remedy(str(e.problem)))]
    except YAMLError as e:
        return None, [Fault(path, message=f"not valid YAML: {str(e).splitlines()[0]}", remedy="save the file as UTF-8")]
    if root is None:
        here = Place(path, 1, 1, folder)
        return Node({}, here, here), []
    start = reader.place(root)
    node = reader.read(root, start)
    return node, reader.faults


def _yaml_remedy(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "indent with spaces, not with tabs"
    if "mapping values" in problem:
        return "put text that holds a colon in quotes, and check the indentation"
    return "check indentation, brackets and quotes on this line and the one before"


class _Reader:
    """Turns the composed YAML nodes into ours, collecting faults."""

    def __init__(self, path: str, folder: Path):
        self.path, self.folder = path, folder
        self.faults: list[Fault] = []

    def place(self, node: YamlNode) -> Place:
        return Place(self.path, node.start_mark.line + 1, node.start_mark.column + 1, self.folder)

    def read(self, node: YamlNode, key_place: Place) -> Node:
        here = self.place(node)
        if isinstance(node, MappingNode):
            return Node(self._mapping(node), here, key_place)
        if isinstance(node, SequenceNode):
            return Node([self.read(child, self.place(child)) for child in node.value], here, key_place)
        return Node(self._scalar(node, here), here, key_place, node.value)

    def _mapping(self, node: MappingNode) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, child in node.value:
            at = self.place(key)
            if not isinstance(key, ScalarNode):
                self.faults.append(at.fault("a key must be a plain word", "write key: value"))
                continue
            if key.value in found:
                first = found[key.value].key_place.line
                remedy = "keep one of the two"
                self.faults.append(at.fault(f'key "{key.value}" occurs twice, first in line {first}', remedy))
                continue
            found[key.value] = self.read(child, at)
        return found

    def _scalar(self, node: ScalarNode, here: Place) -> Any:
        tag, text = str(node.tag), node.value
        try:
            if tag in AS_TEXT:
                return text
            if tag == TAG + "null":
                return None
            if tag == TAG + "bool":
                return text.lower() == "true"
            if tag == TAG + "int":
                return _integer(text)
            if tag == TAG + "float":
                return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text
        self.faults.append(here.fault(f"tag {tag} is not supported", "write a plain value"))
        return text


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2].lower(), 10)
    return sign * int(digits[2:] if base != 10 else digits, base)
