"""Names of units and sites as a plan's own maps hold them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from merger.plan import Plan

# Layer of the folder maps: (column of the code, column of the name).
NAMED = {"units_before": ("code", "name"), "sites": ("site_id", "name")}


def place_names(plan: Plan) -> dict[str, str]:
    """{code of an old unit or id of a site: its name}; empty for a plan without maps."""
    names: dict[str, str] = {}
    for layer, (code, name) in NAMED.items():
        path = plan.path / "maps" / f"{layer}.geojson"
        if path.exists():
            rows = _properties(path)
            names |= {str(r[code]): str(r[name]) for r in rows if r.get(code) and r.get(name)}
    return names


def _properties(path: Path) -> list[Mapping[str, object]]:
    return [f["properties"] for f in json.loads(path.read_text(encoding="utf-8"))["features"]]
