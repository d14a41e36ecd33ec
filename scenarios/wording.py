"""From a validation error of the schema to a fault in plain words: where, what, and what to write instead."""

from __future__ import annotations

from typing import Any

from pydantic_core import ErrorDetails

from geodata.faults import Fault, closest, did_you_mean
from scenarios.marks import Node
from scenarios.options import all_paths, known_keys, option_at

SET = "--set "

KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "date_type": "a date YYYY-MM-DD",
    "date_parsing": "a date YYYY-MM-DD",
    "date_from_datetime_parsing": "a date YYYY-MM-DD",
    "dict_type": "a map (key: value)",
    "model_type": "a map (key: value)",
    "tuple_type": "a list",
    "list_type": "a list",
    "number_or_range": "a whole number or {least: , most: }",
}
BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def fault_of(error: ErrorDetails, tree: Node) -> Fault:
    """The fault of one pydantic error, placed where the value (or the unknown key) is written."""
    path = [step for step in error["loc"] if step != "[key]"]
    kind = error["type"]
    node = tree.find(path)
    if kind == "extra_forbidden":
        return _unknown_key(path, node)
    label = label_of(path)
    if kind == "missing":
        owner = tree.find(path[:-1])
        return owner.key_place.fault(f'"{label}" is missing', f"add it: {_meaning(path)}")
    return node.place.fault(*_value(error, node, label, _meaning(path)))


def label_of(path: list[str | int]) -> str:
    """A path as written in `--set`, list positions in brackets."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else str(step))
    return text


def _value(error: ErrorDetails, node: Node, label: str, meaning: str) -> tuple[str, str]:
    """What is wrong with a value, and what to write instead."""
    kind, context, said = error["type"], error.get("ctx", {}), error["msg"]
    shown = node.text or _show(node.plain())
    meant = f" ({meaning})" if meaning else ""
    if kind.startswith("date_") and "outside expected range" in said:
        return f'"{label}": the date {shown} does not exist', f"write a day of the calendar{meant}"
    if kind in KINDS:
        return f'"{label}" must be {KINDS[kind]}, not {shown}', f"write {KINDS[kind]}{meant}"
    if kind in BOUNDS:
        key, words = BOUNDS[kind]
        negative = isinstance(node.value, (int, float)) and node.value < 0 <= context[key]
        size = "too small" if key in ("ge", "gt") else "too large"
        wrong = "must not be negative" if negative and size == "too small" else f"is {size}"
        return f'"{label}" {wrong}: {shown}', f"write {words} {context[key]:g}{meant}"
    if kind == "literal_error":
        return f'"{label}" cannot be {shown}', f"write {context['expected']}{meant}"
    if kind == "string_pattern_mismatch":
        return f'"{label}" has the wrong form: {shown}', f"it must match {context['pattern']}{meant}"
    if kind == "string_too_short":
        return f'"{label}" is empty', f"write a value{meant}"
    return f'"{label}": {said}', f"see its meaning: {meaning}" if meaning else "correct the value"


def _unknown_key(path: list[str | int], node: Node) -> Fault:
    name = str(path[-1])
    if node.key_place.path.startswith(SET):
        return node.key_place.fault(f'there is no option "{label_of(path)}"', _suggest_path(label_of(path)))
    return node.key_place.fault(f'unknown key "{name}"', did_you_mean(name, known_keys(path[:-1])))


def _suggest_path(label: str) -> str:
    paths = all_paths()
    near = closest(label, paths)
    if not near:
        last = {p.rsplit(".", 1)[-1]: p for p in reversed(paths)}
        near = last.get(closest(label.rsplit(".", 1)[-1], last), "")
    return f'did you mean "{near}"?' if near else "merger new writes a scenario with every option explained"


def _meaning(path: list[str | int]) -> str:
    option = option_at(path)
    return option.meaning if option else ""


def _show(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a map" if value else "an empty map"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return str(value)
