"""The picture on the page of a line: its way along roads, and the load after each stop against the seats.

It holds numbers and proper names only, so that it serves in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import geopandas as gpd
import matplotlib
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

import merger.documents.cartography as carto
from merger.disclosure import is_masked
from merger.documents.wording import SUPPRESSED
from merger.transport.lines import LAYERS, Line, Place

WIDTH_CM, HEIGHT_CM = 16.0, 9.0
# Left, bottom, width, height of map and chart as shares of the picture.
MAP_FRAME, CHART_FRAME = (0.004, 0.05, 0.66, 0.945), (0.715, 0.12, 0.275, 0.83)
SOURCE = "© OpenStreetMap contributors, ODbL 1.0"
COLOURS = {"morning": "#7a3b9c", "evening": "#f2b05e"}
LOAD, SEATS, SITE = "#7a3b9c", "#9a9a9a", "#0b5394"
# Room around the way, share of its size, and least size of the frame, metres.
MARGIN, LEAST_M = 0.12, 3_000.0
COLOURS_KEPT = 48


class RoutePictures:
    """Draws lines over one common background; the background is prepared once."""

    def __init__(self, layers: Mapping[str, gpd.GeoDataFrame]):
        self.units = carto.metric(layers.get("units_after", layers["units_before"]))
        self.roads = carto.metric(layers["roads"]) if "roads" in layers else None
        self.ways = {d: layers[n].to_crs(carto.METRIC).set_index("route_id") for d, n in LAYERS.items() if n in layers}

    def png(self, line: Line) -> bytes | None:
        """Map and chart of one line; None where it has no way."""
        ways = {d: w.geometry[line.line_id] for d, w in self.ways.items() if line.line_id in w.index}
        if not ways:
            return None
        drawn = carto.figure(WIDTH_CM, HEIGHT_CM)
        places = line.places()
        self._map(carto.Sheet(drawn, drawn.add_axes(MAP_FRAME), shapely.union_all(list(ways.values()))), ways, places)
        _chart(drawn.add_axes(CHART_FRAME), line)
        return _small(drawn)

    def _map(self, on: carto.Sheet, ways: Mapping[str, shapely.Geometry], places: list[Place]) -> None:
        frame = _frame(on.subject.bounds)
        on.main.set(xlim=frame[::2], ylim=frame[1::2], xticks=[], yticks=[], facecolor=carto.BACKGROUND)
        on.main.set_aspect("equal", adjustable="box")
        carto.lines(on, _within(self.units, frame), "#bdb8a8", width=0.4, z=1)
        if self.roads is not None:
            carto.lines(on, _within(self.roads, frame), "#c08a3e", width=0.7, z=2, alpha=0.7)
        # The evening lies wider below: where both go the same way, it shows at the rims.
        for direction, width in (("evening", 3.0), ("morning", 1.4)):
            if direction in ways:
                way = gpd.GeoDataFrame(geometry=[ways[direction]], crs=carto.METRIC)
                carto.lines(on, way, COLOURS[direction], width=width, z=4)
        points = gpd.GeoDataFrame(
            geometry=gpd.points_from_xy([p.lon for p in places], [p.lat for p in places]), crs="EPSG:4326"
        )
        points = points.to_crs(carto.METRIC)
        carto.points(on, points.iloc[:-1], COLOURS["morning"], size=22, z=6)
        carto.points(on, points.iloc[-1:], SITE, size=30, marker="s", z=7)
        carto.furniture(on, [], SOURCE)
        xy = np.column_stack([points.geometry.x, points.geometry.y])
        carto.labels(on, xy, [f"{i}. {p.name}" for i, p in enumerate(places, start=1)], size=6, keep_clear=xy)


def _small(drawn: Figure) -> bytes:
    """PNG with few colours, a quarter of the usual size: a booklet holds dozens of pictures."""
    out = BytesIO()
    with matplotlib.rc_context(carto.FONT):
        drawn.canvas.draw()
    colours = Image.fromarray(np.asarray(drawn.canvas.buffer_rgba())).convert("RGB")
    colours.quantize(COLOURS_KEPT, dither=Image.Dither.NONE).save(out, "PNG", dpi=(carto.DPI, carto.DPI))
    return out.getvalue()


def _frame(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Frame (x0, y0, x1, y1) around a way in the proportions of the map."""
    x0, y0, x1, y1 = bounds
    wide, high = MAP_FRAME[2] * WIDTH_CM, MAP_FRAME[3] * HEIGHT_CM
    scale = max((x1 - x0) * (1 + 2 * MARGIN) / wide, (y1 - y0) * (1 + 2 * MARGIN) / high, LEAST_M / high)
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    return cx - scale * wide / 2, cy - scale * high / 2, cx + scale * wide / 2, cy + scale * high / 2


def _within(layer: gpd.GeoDataFrame, frame: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """What of a layer lies in the frame, as outlines: nothing is filled."""
    near = layer.geometry.to_numpy()[np.sort(layer.sindex.query(shapely.box(*frame), predicate="intersects"))]
    lines = np.where(shapely.get_dimensions(near) == 2, shapely.boundary(near), near)
    clipped = shapely.get_parts(shapely.clip_by_rect(lines, *frame))
    return gpd.GeoDataFrame(geometry=clipped[~shapely.is_empty(clipped)], crs=layer.crs)


def _chart(ax: Axes, line: Line) -> None:
    """Bars of the load after each stop, by vehicle, within outlines of its seats; a mark where it is not shown."""
    seats = pd.to_numeric(line.vehicles["seats"]).to_numpy(float)
    width = 0.84 / len(seats)
    stops = 0
    for v, route in enumerate(line.vehicles["route_id"]):
        load = [p.load for p in line.places(route)[:-1] if p.load is not None]
        stops = max(stops, len(load))
        for i, value in enumerate(load):
            left = i + 1 - 0.42 + v * width
            ax.add_patch(Rectangle((left, 0), width, seats[v], facecolor="none", edgecolor=SEATS, linewidth=0.6))
            if is_masked(value):
                text = SUPPRESSED if not str(value).startswith("<") else value
                ax.text(left + width / 2, 0.5, text, ha="center", va="bottom", fontsize=6, color=LOAD)
            else:
                ax.add_patch(Rectangle((left + 0.1 * width, 0), 0.8 * width, float(value), facecolor=LOAD, alpha=0.75))
    ax.set(xlim=(0.4, stops + 0.6), ylim=(0, 1.08 * seats.max()))
    ax.set_xticks(range(1, stops + 1))
    ax.tick_params(labelsize=6, width=0.5, length=2)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_linewidth(0.5)
