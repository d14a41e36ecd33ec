"""The options of the scenario schema, listed: path, meaning, default. Read by suggestions and template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scenarios.schema import OwnTable, Scenario

# Keys that the loader reads and removes before the schema sees the file: key: (meaning, unit or form).
LOADER_KEYS = {
    "extends": "scenario to start from: a shipped name, or a path relative to this file",
    "overrides": "named variants, each a part of a scenario: name: {section: {option: value}}",
    "use": "names of the variants in force, in order; also --set use=NAME",
}


@dataclass(frozen=True)
class Option:
    """One field of the schema. `model` is the section class when the field is a section of its own."""

    path: tuple[str, ...]
    field: FieldInfo
    model: type[BaseModel] | None

    @property
    def meaning(self) -> str:
        """Meaning and unit, as the schema states them; of a section, the first line of its docstring."""
        if self.field.description:
            return self.field.description
        return (self.model.__doc__ or "").strip().splitlines()[0] if self.model else ""


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The section class inside an annotation (plain, optional or in a tuple), or None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is dict:
        return None
    return next((found for a in get_args(annotation) if (found := section_of(a))), None)


def is_map(annotation: Any) -> bool:
    """Whether a field is a map with free keys."""
    return get_origin(annotation) is dict


def fields_of(model: type[BaseModel], prefix: tuple[str, ...] = ()) -> Iterator[Option]:
    """All fields of a section, each section before its own fields; list members are not entered."""
    for name, field in model.model_fields.items():
        path = (*prefix, name)
        nested = section_of(field.annotation)
        yield Option(path, field, nested)
        if nested is not None and field.annotation is nested and not issubclass(nested, OwnTable):
            yield from fields_of(nested, path)


def option_at(path: Sequence[str | int]) -> Option | None:
    """The field that a path of keys and list positions belongs to; inside a free map, the map itself."""
    model: type[BaseModel] | None = Scenario
    found: Option | None = None
    for step in path:
        if isinstance(step, int):
            continue
        if model is None or step not in model.model_fields:
            return found if found is not None and model is None else None
        field = model.model_fields[step]
        model = section_of(field.annotation)
        found = Option((*(found.path if found else ()), step), field, model)
    return found


def known_keys(path: Sequence[str | int]) -> list[str]:
    """The keys allowed in the section at a path; at the top also those of the loader."""
    if not path:
        return [*LOADER_KEYS, *Scenario.model_fields]
    option = option_at(path)
    return list(option.model.model_fields) if option and option.model else []


def all_paths() -> list[str]:
    """Every option as a dotted path, as `--set` takes it."""
    return [*LOADER_KEYS, *(".".join(o.path) for o in fields_of(Scenario))]
