"""Styles of map layers as QGIS keeps them in a GeoPackage: the table `layer_styles` with one default style a layer.

A style is a mapping: `fill`, `line` (#rrggbb), `width_mm`, `size_mm`, `marker` (circle, square, diamond), `alpha`
(0 to 1), `label` (column), `label_scale` (labels show at 1 : label_scale and nearer). With `by` (column) and `classes`
(value: mapping with `title` and what differs from the style), every value has a symbol of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

# The form of styles since this version; later ones read it.
QGIS_VERSION = "3.28.0"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
TABLE = (
    "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),"
    " f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30),"
    " styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),"
    " update_time DATETIME DEFAULT '{time}')"
)
# Geometry: (type of symbol, class of its layer, number of QGIS for the geometry, placement of labels: horizontal in
# polygons, along lines, around points).
POLYGON, LINE, POINT = ("fill", "SimpleFill", 2, 4), ("line", "SimpleLine", 1, 3), ("marker", "SimpleMarker", 0, 6)


def write_styles(layers: Mapping[str, Mapping[str, Any]], path: Path, time: str) -> None:
    """Write the styles of layers ({name: attrs with `style`, `title`}) into a GeoPackage; `time` of the change."""
    with sqlite3.connect(path) as base:
        base.execute(TABLE.format(time=time))
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
            (time,),
        )
        found = base.execute("SELECT table_name, column_name, geometry_type_name FROM gpkg_geometry_columns")
        geometry = {name: (column, kind) for name, column, kind in found}
        for name, attrs in layers.items():
            if name in geometry and attrs.get("style"):
                column, kind = geometry[name]
                row = (name, column, name[:30], qml(kind, attrs["style"]), str(attrs.get("title", name)))
                base.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
                    " styleName, styleQML, styleSLD, useAsDefault, description, owner)"
                    " VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '')",
                    row,
                )
    base.close()


def qml(geometry: str, style: Mapping[str, Any]) -> str:
    """A style as QGIS writes it (QML); `geometry` is a type such as MULTIPOLYGON."""
    shape = POLYGON if "POLYGON" in geometry else LINE if "LINE" in geometry else POINT
    labelled = style.get("label")
    root = Xml.Element(
        "qgis", version=QGIS_VERSION, styleCategories="Symbology|Labeling", labelsEnabled="1" if labelled else "0"
    )
    root.append(_renderer(shape, style))
    if labelled:
        root.append(_labels(shape, style))
    Xml.SubElement(root, "layerGeometryType").text = str(shape[2])
    return DOCTYPE + Xml.tostring(root, encoding="unicode")


def _renderer(shape: tuple[str, str, int, int], style: Mapping[str, Any]) -> Xml.Element:
    """One symbol, or one for each value of a column and a last one for all other values."""
    common = {"forceraster": "0", "symbollevels": "0", "enableorderby": "0"}
    if not style.get("by"):
        renderer = Xml.Element("renderer-v2", type="singleSymbol", **common)
        Xml.SubElement(renderer, "symbols").append(_symbol(shape, "0", style))
        return renderer
    renderer = Xml.Element("renderer-v2", type="categorizedSymbol", attr=style["by"], **common)
    categories, symbols = Xml.SubElement(renderer, "categories"), Xml.SubElement(renderer, "symbols")
    others = {"": {"title": style.get("others", "")}}
    for number, (value, own) in enumerate({**style["classes"], **others}.items()):
        told = {"value": value, "symbol": str(number), "label": own["title"], "render": "true", "type": "string"}
        Xml.SubElement(categories, "category", told)
        symbols.append(_symbol(shape, str(number), {**style, **own}))
    return renderer


def _symbol(shape: tuple[str, str, int, int], name: str, style: Mapping[str, Any]) -> Xml.Element:
    kind, layer_class, _, _ = shape
    symbol = Xml.Element(
        "symbol", type=kind, name=name, alpha=str(style.get("alpha", 1)), clip_to_extent="1", force_rhr="0"
    )
    layer = Xml.SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"})
    options = Xml.SubElement(layer, "Option", type="Map")
    for key, value in _properties(kind, style).items():
        Xml.SubElement(options, "Option", type="QString", name=key, value=value)
    return symbol


def _properties(kind: str, style: Mapping[str, Any]) -> dict[str, str]:
    """Properties of the one layer of a symbol."""
    line, width = style.get("line", "#444444"), str(style.get("width_mm", 0.3))
    if kind == "fill":
        fill = style.get("fill")
        return {
            "color": _rgba(fill) if fill else "0,0,0,0",
            "style": "solid" if fill else "no",
            "outline_color": _rgba(line),
            "outline_style": "solid",
            "outline_width": width,
            "outline_width_unit": "MM",
            "joinstyle": "round",
        }
    if kind == "line":
        return {
            "line_color": _rgba(line),
            "line_style": "solid",
            "line_width": width,
            "line_width_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        }
    return {
        "name": style.get("marker", "circle"),
        "color": _rgba(style.get("fill", line)),
        "outline_color": _rgba("#ffffff"),
        "outline_style": "solid",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
        "size": str(style.get("size_mm", 2)),
        "size_unit": "MM",
    }


def _labels(shape: tuple[str, str, int, int], style: Mapping[str, Any]) -> Xml.Element:
    labeling = Xml.Element("labeling", type="simple")
    settings = Xml.SubElement(labeling, "settings", calloutType="simple")
    text = Xml.SubElement(
        settings, "text-style", fieldName=style["label"], isExpression="0", fontFamily="Arial", fontSize="8",
        fontSizeUnit="Point", textColor="40,40,40,255", textOpacity="1",
    )  # fmt: skip
    Xml.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.7", bufferSizeUnits="MM", bufferColor="255,255,255,255",
        bufferOpacity="0.85", bufferNoFill="1",
    )  # fmt: skip
    Xml.SubElement(settings, "text-format", autoWrapLength="14" if shape == POLYGON else "0", multilineAlign="1")
    Xml.SubElement(
        settings, "placement", placement=str(shape[3]), dist="0.8" if shape == POINT else "0", distUnits="MM",
        priority="5", centroidInside="1", overlapHandling="PreventOverlap",
    )  # fmt: skip
    scale = style.get("label_scale")
    Xml.SubElement(
        settings, "rendering", drawLabels="1", obstacle="1", scaleVisibility="1" if scale else "0", scaleMin="0",
        scaleMax=str(scale or 0),
    )  # fmt: skip
    return labeling


def _rgba(colour: str) -> str:
    """#rrggbb as red, green, blue, opacity."""
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
