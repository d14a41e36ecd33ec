"""How the layers of a plan look in QGIS: one symbol, or one for each kind, standard or class, in both languages."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from merger.documents.wording import LANGUAGES, term

# Labels of communes at 1 : 250 000 and nearer, of the many old ones nearer.
LABELS, OLD_LABELS, STOP_LABELS = 250_000, 120_000, 60_000
STANDARD_FILLS = {"meets": "#b7d7a8", "exempt": "#fff2cc", "needs_decision": "#ea9999", "special": "#a4c2f4"}
KIND_FILLS = {
    "xa": "#eef3e2",
    "phuong": "#f7dfc4",
    "thi_tran": "#f3e9b6",
    "dac_khu": "#cfe0f5",
    "huyen_dao": "#cfe0f5",
}
GROUPING_FILLS = {"certain": "#8fbf9f", "found": "#d5e8c8", "open": "#fbe3b5"}
ROAD_WIDTHS = {"motorway": 0.9, "trunk": 0.7, "primary": 0.5, "secondary": 0.3}
ROAD_TITLES = {
    "motorway": "Đường cao tốc / Motorway",
    "trunk": "Quốc lộ / Trunk road",
    "primary": "Đường tỉnh chính / Primary road",
    "secondary": "Đường tỉnh / Secondary road",
}
MODE_LINES = {"shuttle": "#7a3b9c", "train": "#222222"}

STYLES: dict[str, dict[str, Any]] = {
    "units_before": {"line": "#9a9a9a", "width_mm": 0.15, "label": "name", "label_scale": OLD_LABELS, "by": "kind"},
    "units_after": {"line": "#2f5d3a", "width_mm": 0.45, "label": "name", "label_scale": LABELS, "by": "standard"},
    "units_settled": {"line": "#5b6b7a", "width_mm": 0.2, "by": "grouping"},
    "units_real_2025": {"line": "#a8481f", "width_mm": 0.45, "label": "name", "label_scale": LABELS, "by": "kind"},
    "seats": {"fill": "#b3202c", "size_mm": 2.0, "marker": "circle"},
    "sites": {"fill": "#1f4e8c", "size_mm": 2.6, "marker": "square", "label": "name"},
    "stations": {"fill": "#222222", "size_mm": 2.2, "marker": "diamond", "label": "name"},
    "railway": {"line": "#222222", "width_mm": 0.5},
    "roads": {"line": "#c9a66b", "width_mm": 0.35, "by": "highway"},
    "routes": {"line": "#7a3b9c", "width_mm": 0.7, "label": "name", "label_scale": LABELS, "by": "mode"},
    "routes_evening": {"line": "#b07cc6", "width_mm": 0.5, "label": "name", "label_scale": LABELS, "by": "mode"},
    "stops": {"fill": "#7a3b9c", "size_mm": 1.8, "marker": "circle", "label": "name", "label_scale": STOP_LABELS},
    "commute_flows": {"line": "#2a7f9e", "width_mm": 0.4, "alpha": 0.5},
    "projects": {"line": "#e07b00", "width_mm": 0.6, "label": "name"},
}
# Column of a style: (colours or widths of its values, the property that they set).
CLASSES: dict[str, tuple[dict[str, Any], str]] = {
    "standard": (STANDARD_FILLS, "fill"),
    "kind": (KIND_FILLS, "fill"),
    "grouping": (GROUPING_FILLS, "fill"),
    "highway": (ROAD_WIDTHS, "width_mm"),
    "mode": (MODE_LINES, "line"),
}


def layer_style(name: str, layer: gpd.GeoDataFrame) -> dict[str, Any]:
    """Style of a layer (see geodata.qgis) with a class for each value that it holds, in a fixed order."""
    style = dict(STYLES[name])
    column = style.get("by")
    if column not in layer.columns:
        style.pop("by", None)
        return style
    values, key = CLASSES[column]
    held = set(layer[column])
    style["classes"] = {v: {"title": _title(column, v), key: look} for v, look in values.items() if v in held}
    style["others"] = "khác / other"
    return style


def _title(column: str, value: str) -> str:
    if column == "highway":
        return ROAD_TITLES[value]
    return " / ".join(dict.fromkeys(term(column, value, lang) for lang in LANGUAGES))
