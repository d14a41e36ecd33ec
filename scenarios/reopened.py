"""The scenario of a finished plan, read back from its manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geodata.faults import Fault, InputError, shown
from scenarios.loaded import READ_ONCE, Loaded, absolute, scenario_digest, with_files
from scenarios.loader import MAPPED
from scenarios.marks import Node, Place
from scenarios.schema import Data, Scenario
from scenarios.wording import label_of


def loaded_from(description: Mapping[str, Any], folder: Path) -> Loaded:
    """Read back what `Loaded.describe` gave for a plan's manifest; `folder` is that of the plan."""
    content = {k: v for k, v in description.items() if k not in ("folder", "sources")}
    manifest = shown(folder / "plan.json")
    origin = Path(absolute(str(description["folder"]), folder))
    data = with_files(content["data"], lambda file: absolute(file, origin))
    content["data"] = {k: {"file": v} if k in MAPPED and isinstance(v, str) else v for k, v in data.items()}
    try:
        scenario = Scenario.model_validate_json(json.dumps(content))
    except ValidationError as e:
        faults = [Fault(manifest, message=f"scenario.{label_of(list(x['loc']))}: {x['msg']}") for x in e.errors()]
        raise InputError(faults) from None
    place = Place(manifest, folder=folder)
    sources = tuple(Path(absolute(s, origin)) for s in description["sources"])
    loaded = Loaded(scenario, origin, sources, scenario_digest(scenario), Node({}, place, place))
    wanted = [name for name in Data.model_fields if name not in READ_ONCE]
    missing = [name for name in wanted if (p := loaded.data_path(name)) is not None and not p.exists()]
    if missing:
        remedy = "put the files back, or plan again"
        raise InputError(
            Fault(manifest, field=f"data.{n}", message=f"no such file: {loaded.data_path(n)}", remedy=remedy)
            for n in missing
        )
    return loaded
