"""Two arrangements of units as one SVG whose halves are shown left and right of a bar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geodata.maps import METRIC, simplify_polygons
from merger.comparison.difference import Words
from merger.comparison.places import place_names
from merger.documents.cartography import far_away, neighbour_classes
from merger.documents.wording import LANGUAGES, map_source, number
from merger.plan import Plan

TOLERANCE_M = 40.0
# One unit of the drawing in metres: finer than a pixel at the largest zoom.
STEP_M = 10.0
# Zooms at which names are placed, and the width of the map on a screen at zoom 1 (1100 dots), in heights of a letter.
ZOOMS, LETTERS_WIDE = (0.25, 0.5, 0.75, 1, 1.5, 2, 4, 8), 100.0


@dataclass(frozen=True)
class SwipeMap:
    """The drawing, and the source of its data in words."""

    svg: str
    source: Words


def swipe_map(a: Plan, b: Plan | None) -> SwipeMap | None:
    """Map of the units of two plans (`b` None: reality), from their folders maps; None where one has no units."""
    layers = [_units(a, "units_after"), _units(a, "units_real_2025") if b is None else _units(b, "units_after")]
    if any(layer is None for layer in layers):
        return None
    names = place_names(a)
    left, right = (simplify_polygons(layer, TOLERANCE_M).to_crs(METRIC) for layer in layers)
    x0, y0, x1, y1 = left[~far_away(left)].total_bounds
    pad = 0.02 * (x1 - x0)
    frame = (x0 - pad, y1 + pad, x1 - x0 + 2 * pad, y1 - y0 + 2 * pad)
    groups = "".join(
        f'<g clip-path="url(#clip-{side})">{"".join(_drawn(own, other, frame, names))}</g>'
        for side, own, other in (("left", left, right), ("right", right, left))
    )
    wide, high = (round(v / STEP_M) for v in frame[2:])
    far = 40 * wide
    # The halves meet in the middle, until the script moves them.
    clips = "".join(
        f'<clipPath id="clip-{side}"><rect id="{side}" x="{x}" y="{-far}" width="{width}" height="{2 * far}"/>'
        "</clipPath>"
        for side, x, width in (("left", -far, far + wide // 2), ("right", wide // 2, 2 * far))
    )
    svg = f'<svg id="map" viewBox="0 0 {wide} {high}" role="img" aria-label="A | B"><defs>{clips}</defs>{groups}</svg>'
    return SwipeMap(svg, {x: map_source(x, layers[0].attrs["own"], False) for x in LANGUAGES})


def _units(plan: Plan, layer: str) -> gpd.GeoDataFrame | None:
    path = Path(plan.path) / "maps" / f"{layer}.geojson"
    if not path.exists():
        return None
    units = gpd.read_file(path)
    units.attrs["own"] = _own(plan)
    return units


def _own(plan: Plan) -> str:
    """The planner's own file of units, "" for shipped ones (merger.layers)."""
    attribution = (Path(plan.path) / "maps" / "units_after.geojson").read_text(encoding="utf-8")[:3000]
    return "" if "vietnamadminunits" in attribution else "units"


def _drawn(
    units: gpd.GeoDataFrame, other: gpd.GeoDataFrame, frame: tuple[float, ...], names: Mapping[str, str]
) -> Iterator[str]:
    """Paths, then names; units made of the same old units as one of the other side are grey."""
    alike = {_members(m) for m in other["members"]}
    shown = _shown_from(units, frame)
    for geometry, row, tint in zip(units.geometry, units.to_dict("records"), neighbour_classes(units), strict=True):
        kind = "same" if _members(row["members"]) in alike else f"c{tint}"
        yield f'<path class="{kind}" d="{_path(geometry, frame)}">{_facts(row, names)}</path>'
    for (x, y), name, zoom in zip(_spots(units, frame), units["name"], shown, strict=True):
        if zoom:
            yield f'<text x="{x}" y="{y}" data-z="{zoom:g}">{escape(_short(name))}</text>'


def _members(cell: str) -> frozenset[str]:
    return frozenset(str(cell).split(";"))


def _path(geometry: shapely.Geometry, frame: tuple[float, ...]) -> str:
    rings = []
    for part in shapely.get_parts(geometry):
        for ring in (part.exterior, *part.interiors):
            xy = _steps(np.asarray(ring.coords), frame)
            moves = np.diff(xy, axis=0)
            moves = moves[np.any(moves != 0, axis=1)]
            rings.append(f"M{xy[0, 0]} {xy[0, 1]}l" + " ".join(f"{dx} {dy}" for dx, dy in moves[:-1].tolist()) + "z")
    return "".join(rings)


def _steps(xy: np.ndarray, frame: tuple[float, ...]) -> np.ndarray:
    """Metres as whole steps of the drawing, y down."""
    local = np.column_stack([xy[:, 0] - frame[0], frame[1] - xy[:, 1]])
    return (local / STEP_M).round().astype(int)


def _spots(units: gpd.GeoDataFrame, frame: tuple[float, ...]) -> list[tuple[int, int]]:
    points = units.geometry.representative_point()
    return [tuple(p) for p in _steps(np.column_stack([points.x, points.y]), frame).tolist()]


def _shown_from(units: gpd.GeoDataFrame, frame: tuple[float, ...]) -> list[float]:
    """Least zoom at which each name has its own place, large units first; 0 for never."""
    spots, names = _spots(units, frame), [_short(n) for n in units["name"]]
    result = [0.0] * len(units)
    order = np.argsort(-units.geometry.area.to_numpy(), kind="stable")
    for zoom in ZOOMS:
        height = frame[2] / STEP_M / LETTERS_WIDE / zoom
        boxes = [_box(spots[i], names[i], height) for i in range(len(units)) if result[i]]
        for i in order:
            box = _box(spots[i], names[i], height)
            if not result[i] and not any(_meet(box, taken) for taken in boxes):
                result[i] = zoom
                boxes.append(box)
    return result


def _box(spot: tuple[int, int], text: str, height: float) -> tuple[float, float, float, float]:
    half = 0.32 * height * len(text)
    return spot[0] - half, spot[1] - height, spot[0] + half, spot[1] + 0.3 * height


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _facts(row: Mapping[str, object], names: Mapping[str, str]) -> str:
    """Title for the pointer, and a description that the page shows on a click."""
    members = ", ".join(escape(names.get(c, c)) for c in sorted(_members(str(row["members"]))))
    name = escape(str(row["name"]))
    area = {x: number(row["area_km2"], x, 2) for x in LANGUAGES}
    people = {x: number(row["population"], x) for x in LANGUAGES}
    vi = f"{area['vi']} km², {people['vi']} người; gồm: {members}"
    en = f"{area['en']} km², {people['en']} people; made of: {members}"
    told = f'<b>{name}</b>: <span lang="vi">{vi}</span><span lang="en">{en}</span>'
    return f"<title>{name}</title><desc>{told}</desc>"


def _short(name: str) -> str:
    for word in ("Phường ", "Xã ", "Đặc khu ", "Thị trấn "):
        name = name.removeprefix(word)
    return name
