"""dashboard.html: one self-contained page of map, figures, units, agencies, stages and timetable; needs no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geodata.maps import METRIC, plain, simplify_polygons
from merger.disclosure import public_view
from merger.documents.cartography import neighbour_classes
from merger.documents.facts import headline, identical_units
from merger.documents.page_answers import agency_answers, clause_text, project_answers, route_reasons
from merger.documents.page_charts import charts
from merger.documents.page_differences import differing_units, real_homes
from merger.documents.page_tasks import timetable_data
from merger.documents.wording import (
    LANGUAGES,
    bound_sentence,
    credit,
    finding_text,
    group_terms,
    number,
    percent,
    quantity,
    rules_text,
    synthetic_note,
    term,
)
from merger.inputs import Inputs
from merger.layers import own_units
from merger.plan import Plan

# Coarse enough for a light page, fine enough for the largest zoom of the viewer; metres.
TOLERANCE_M, LINE_TOLERANCE_M = 35.0, 40.0
STEPS_A_METRE = 100
# Properties that the page shows, by layer; everything else stays in the GeoJSON files.
PROPERTIES: dict[str, tuple[str, ...]] = {
    "units_before": ("code", "name", "kind", "side", "district", "area_km2", "population", "new_id",
    "minutes_to_seat", "km_to_seat"),
    "units_after": ("code", "name", "kind", "side", "seat_code", "members", "area_km2", "population",
    "area_ratio",
                    "population_ratio", "standard", "person_minutes", "person_km", "rules", "label"),
    "units_real_2025": ("code", "name", "kind", "side", "members", "area_km2", "population", "seat_text",
    "law_clause"),
    "seats": ("code", "name", "seat_unit"),
    "sites": ("site_id", "name"),
    "stations": ("name",),
    "railway": ("name",),
    "roads": ("highway",),
    "routes": ("route_id", "name", "mode", "riders", "seats", "km", "minutes", "depart", "arrive", "label"),
    "stops": ("route_id", "name", "time", "boarding"),
    "commute_flows": ("home", "site", "people", "km", "label"),
    "projects": ("project_id", "name", "open"),
}  # fmt: skip
WORDS = ("kind", "standard", "side", "label", "mode", "task_kind", "status")
# Styles and scripts, in the order in which they stand in the page.
STYLES = ("page.css", "chart.css", "print.css")
SCRIPTS = (
    "words.js", "base.js", "map.js", "layers.js", "hand.js", "search.js", "gantt.js", "detail.js", "units.js",
    "page.js",
)  # fmt: skip


def write_page(plan: Plan, inputs: Inputs, layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write the page, of what the public may see alone (merger.disclosure); equal plans give equal bytes."""
    plan = public_view(plan, inputs)
    folder = files("merger.documents").joinpath("templates", "page")
    html, style, script = (
        "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
        for names in (("page.html",), STYLES, SCRIPTS)
    )
    data = json.dumps(_data(plan, inputs, layers), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Inside a script element only "</" and "<!--" could end or change it; U+2028/9 end a line in old parsers.
    for bad, safe in (("</", "<\\/"), ("<!--", "<\\!--"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        data = data.replace(bad, safe)
    title = f"{inputs.scenario.title.vi}"
    page = html.replace("{{title}}", _escaped(title)).replace("{{style}}", style)
    page = page.replace("{{script}}", script).replace("{{data}}", data)
    Path(path).write_text(page, encoding="utf-8", newline="\n")


def _data(plan: Plan, inputs: Inputs, layers: Mapping[str, gpd.GeoDataFrame]) -> dict[str, Any]:
    manifest = plan.manifest
    project = _Projection(layers["units_before"])
    identical = identical_units(plan, inputs)
    encoded = {name: _layer(layers[name], PROPERTIES[name], project) for name in PROPERTIES if name in layers}
    for name in ("units_after", "units_real_2025"):
        for feature, tint in zip(
            encoded.get(name, ()), neighbour_classes(layers[name]) if name in layers else (), strict=True
        ):
            feature["p"]["c"] = tint
    if "units_after" in encoded:
        for feature in encoded["units_after"]:
            feature["p"]["same"] = feature["p"]["code"] in identical
    homes, other = real_homes(inputs), differing_units(plan, inputs)
    for feature in encoded["units_before"]:
        code = feature["p"]["code"]
        feature["p"]["real"], feature["p"]["differs"] = homes.get(code), code in other
    for feature in encoded.get("units_real_2025", ()):
        feature["p"]["clause"] = clause_text(feature["p"].pop("law_clause"))
    ids = {r for f in encoded.get("units_after", ()) for r in str(f["p"]["rules"] or "").split(";") if r}
    return {
        "title": inputs.scenario.title.model_dump(),
        "layers": encoded,
        "frame": project.frame,
        "steps": STEPS_A_METRE,
        "facts": [
            {"title": f.title, "plan": f.plan, "real": f.reference, "synthetic": f.synthetic}
            for f in headline(plan, inputs)
        ],
        "stages": [_stage(name, record, inputs) for name, record in manifest["stages"].items()],
        "charts": charts(plan),
        "agencies": agency_answers(plan, inputs),
        "reasons": route_reasons(plan, inputs),
        "projects": project_answers(plan),
        **timetable_data(plan, inputs),
        "effect": inputs.scenario.dates.effect.isoformat(),
        "rules": {r: {lang: " ".join(rules_text([r], inputs, lang)) for lang in LANGUAGES} for r in sorted(ids)},
        "words": {g: {k: {lang: term(g, k, lang) for lang in LANGUAGES} for k in group_terms(g, "vi")} for g in WORDS},
        "synthetic": {lang: synthetic_note(lang) if manifest.get("synthetic") else "" for lang in LANGUAGES},
        "credit": _each(lambda lang: credit(lang, own_units(inputs), inputs.has_roads)),
        "origin": {
            "scenario": manifest["scenario"]["name"],
            "digest": manifest["scenario_digest"],
            "seed": manifest["seed"],
            "threads": manifest["threads"],
            "versions": dict(manifest.get("versions", {})),
        },
    }


class _Projection:
    """Longitude and latitude to whole centimetres around the middle of the map (x east, y south, as on a screen).

    Rounded to metres or decimetres, a corner can fall across a neighbour's border.
    """

    def __init__(self, units: gpd.GeoDataFrame):
        metric = units.to_crs(METRIC)
        centre = metric.geometry.centroid
        self.x0, self.y0 = round(float(centre.x.median())), round(float(centre.y.median()))
        # The frame of the first view leaves out what lies far away, so that a remote island does not shrink
        # the map.
        distance = np.hypot(centre.x - self.x0, centre.y - self.y0)
        near = metric[distance <= 2.0 * distance.quantile(0.9)]
        west, south, east, north = near.total_bounds
        self.frame = [
            round(west - self.x0),
            round(self.y0 - north),
            round(east - self.x0),
            round(self.y0 - south),
        ]

    def code(self, coordinates: np.ndarray) -> list[int]:
        """First point, then steps from point to point."""
        xy = np.column_stack([coordinates[:, 0] - self.x0, self.y0 - coordinates[:, 1]])
        xy = (xy * STEPS_A_METRE).round().astype(int)
        steps = np.diff(xy, axis=0)
        if len(steps):
            xy = np.vstack([xy[:1], steps[np.any(steps != 0, axis=1)]])
        return xy.ravel().tolist()


def _layer(layer: gpd.GeoDataFrame, columns: tuple[str, ...], project: _Projection) -> list[dict[str, Any]]:
    metric = simplify_polygons(layer, TOLERANCE_M).to_crs(METRIC)
    kept = [c for c in columns if c in layer.columns]
    features = []
    for record, geometry in zip(layer[kept].to_dict("records"), metric.geometry, strict=True):
        properties = {k: _short(plain(v)) for k, v in record.items()}
        features.append({"p": properties, "g": [project.code(part) for part in _parts(geometry)]})
    return features


def _parts(geometry: Any) -> list[np.ndarray]:
    """Coordinate arrays: rings of polygons, lines, or one point."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        rings = (ring for part in shapely.get_parts(geometry) for ring in (part.exterior, *part.interiors))
        return [np.asarray(ring.coords) for ring in rings]
    if geometry.geom_type == "Point":
        return [np.asarray(geometry.coords)]
    return [np.asarray(part.coords) for part in shapely.get_parts(geometry.simplify(LINE_TOLERANCE_M))]


def _short(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


def _stage(name: str, record: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    unit = record.get("unit", "")
    return {
        "name": _each(lambda lang: term("stage", name, lang)),
        "status": record["status"],
        "objective": _each(lambda lang: quantity(record.get("objective"), unit, lang)),
        "bound": _each(lambda lang: quantity(record.get("bound"), unit, lang)),
        "gap": _each(lambda lang: percent(record.get("gap"), lang, 2)),
        "seconds": _each(lambda lang: number(record.get("seconds"), lang, 1)),
        "proof": _each(lambda lang: bound_sentence(record, lang)),
        "findings": [_each(lambda lang, f=f: finding_text(f, lang)) for f in record.get("findings", ())],
        "rules": _each(lambda lang: rules_text(list(record.get("rules_hit", ())), inputs, lang)),
    }


def _each(make) -> dict[str, Any]:
    return {lang: make(lang) for lang in LANGUAGES}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
