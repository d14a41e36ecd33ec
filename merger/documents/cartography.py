"""Parts of a printed map: frame, colours of neighbours, labels that do not collide, scale bar, north
arrow, source."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import geopandas as gpd
import matplotlib
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from geodata.maps import METRIC, simplify_polygons

CM = 1 / 2.54
# Corners for the legend, in order of preference; the right side belongs to the north arrow and the inset.
CORNERS = ("lower left", "upper left")
DPI = 200
# Six soft fills that stay apart in grey print and for colour-blind readers.
NEIGHBOUR_FILLS = ("#d9ead3", "#fbe5b9", "#cfdcf0", "#f4cfc4", "#e4d6ec", "#c9e6e3")
INK, RULE = "#222222", "#555555"
# Neither land nor sea: the data hold neither the neighbouring provinces nor the coast.
BACKGROUND = "#f3f4f2"
FONT = {"font.family": "DejaVu Sans", "font.size": 7, "axes.unicode_minus": False}


def figure(width_cm: float, height_cm: float) -> Figure:
    """A figure of a printed size, with its own canvas (no global state)."""
    drawn = Figure(figsize=(width_cm * CM, height_cm * CM), dpi=DPI)
    FigureCanvasAgg(drawn)
    return drawn


def png(drawn: Figure) -> bytes:
    """PNG bytes, without the software's name and date, so equal pictures are equal bytes."""
    out = BytesIO()
    with matplotlib.rc_context(FONT):
        drawn.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
    return out.getvalue()


@dataclass
class Sheet:
    """A map being drawn: main frame, and an inset for what lies far away (an island), metres of
    EPSG:32648."""

    drawn: Figure
    main: Axes
    subject: shapely.Geometry
    inset: Axes | None = None

    @property
    def axes(self) -> list[Axes]:
        """Main frame and inset."""
        return [self.main] + ([self.inset] if self.inset is not None else [])


def metric(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Layer in metres, polygons simplified for print."""
    return simplify_polygons(layer, 40.0).to_crs(METRIC)


def far_away(units: gpd.GeoDataFrame) -> np.ndarray:
    """Mask of units so far from the rest that a common frame would shrink the map (a remote island)."""
    centre = np.column_stack([units.geometry.centroid.x, units.geometry.centroid.y])
    distance = np.hypot(*(centre - np.median(centre, axis=0)).T)
    return distance > 2.0 * np.quantile(distance, 0.9)


def sheet(units: gpd.GeoDataFrame, width_cm: float, *, inset_title: str = "", max_height_cm: float = 22.0) -> Sheet:
    """Empty map around `units` (metres); far-away units get an inset at the lower right."""
    remote = far_away(units)
    x0, y0, x1, y1 = units[~remote].total_bounds
    pad = 0.025 * max(x1 - x0, y1 - y0)
    x0, y0, x1, y1 = x0 - pad, y0 - pad, x1 + pad, y1 + pad
    foot = 0.75
    height = min(width_cm * (y1 - y0) / (x1 - x0) + foot, max_height_cm)
    drawn = figure(width_cm, height)
    bottom = foot / height
    main = drawn.add_axes((0.005, bottom, 0.99, 0.995 - bottom))
    plain_frame(main, widened((x0, y0, x1, y1), 0.99 * width_cm, (0.995 - bottom) * height), BACKGROUND)
    result = Sheet(drawn, main, shapely.union_all(units[~remote].geometry.to_numpy()))
    if remote.any():
        result.inset = drawn.add_axes((0.845, bottom + 0.02, 0.14, 0.13))
        a0, b0, a1, b1 = units[remote].total_bounds
        pad = 0.25 * max(a1 - a0, b1 - b0)
        around = (a0 - pad, b0 - pad, a1 + pad, b1 + pad)
        plain_frame(result.inset, widened(around, 0.14 * width_cm, 0.13 * height), BACKGROUND)
        result.inset.set_title(inset_title, fontsize=5, pad=2, color=INK)
    return result


def widened(
    extent: tuple[float, float, float, float], width: float, height: float
) -> tuple[float, float, float, float]:
    """The extent, grown around its middle to the proportions of a frame."""
    x0, y0, x1, y1 = extent
    scale = max((x1 - x0) / width, (y1 - y0) / height)
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    return (cx - scale * width / 2, cy - scale * height / 2, cx + scale * width / 2, cy + scale * height / 2)


def plain_frame(ax: Axes, extent: tuple[float, float, float, float], sea: str) -> None:
    """Axes of a map: its extent in metres, no ticks."""
    ax.set_xlim(extent[0], extent[2])
    ax.set_ylim(extent[1], extent[3])
    ax.set_aspect("equal", adjustable="box")
    ax.set_facecolor(sea)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_linewidth(0.6)
        spine.set_color(RULE)


def polygons(on: Sheet, layer: gpd.GeoDataFrame, fills, *, line: str = INK, width: float = 0.4, z: float = 1) -> None:
    """Fill polygons (`fills`: one colour or one a row; "none" for outlines only)."""
    outlines = [_outline(g) for g in layer.geometry]
    colours = [fills] * len(outlines) if isinstance(fills, str) else list(fills)
    for ax in on.axes:
        ax.add_collection(
            PathCollection(outlines, facecolors=colours, edgecolors=line, linewidths=width, zorder=z),
            autolim=False,
        )


def lines(
    on: Sheet, layer: gpd.GeoDataFrame, colour, *, width=0.5, style="solid", z: float = 2, alpha: float = 1
) -> None:
    """Draw line layers; `width` may be one value a row."""
    parts, widths = [], []
    per_row = np.broadcast_to(width, len(layer))
    for geometry, w in zip(layer.geometry, per_row, strict=True):
        for part in shapely.get_parts(geometry):
            parts.append(np.asarray(part.coords))
            widths.append(w)
    for ax in on.axes:
        ax.add_collection(
            LineCollection(
                parts,
                colors=colour,
                linewidths=widths,
                linestyles=style,
                zorder=z,
                alpha=alpha,
                capstyle="round",
            ),
            autolim=False,
        )


def points(
    on: Sheet, layer: gpd.GeoDataFrame, colour: str, *, size: float = 8, marker: str = "o", z: float = 4
) -> None:
    """Draw point layers; `size` in square points."""
    for ax in on.axes:
        ax.scatter(
            layer.geometry.x,
            layer.geometry.y,
            s=size,
            c=colour,
            marker=marker,
            zorder=z,
            linewidths=0.3,
            edgecolors="white",
        )


def neighbour_classes(units: gpd.GeoDataFrame) -> list[int]:
    """Numbers 0 to 5 so that no two neighbours share one, in the order of rows (greedy, the rarest free
    one first)."""
    tree = shapely.STRtree(units.geometry.to_numpy())
    left, right = tree.query(units.geometry.to_numpy(), predicate="intersects")
    every = range(len(NEIGHBOUR_FILLS))
    chosen: list[int] = []
    used = [0] * len(NEIGHBOUR_FILLS)
    for i in range(len(units)):
        taken = {chosen[j] for j in right[left == i].tolist() if j < i}
        best = min([c for c in every if c not in taken] or every, key=lambda c: (used[c], c))
        used[best] += 1
        chosen.append(best)
    return chosen


def labels(
    on: Sheet, xy: np.ndarray, texts: list[str], *, size: float = 5.0, keep_clear: np.ndarray | None = None
) -> int:
    """Write labels near their points without any two touching; returns how many found no place.

    Tries the point itself, then rings around it; a label that stands off gets a thin line to its point.
    `keep_clear` are points (map units) that no label may cover. Call it last: it keeps clear of the
    legend and of the inset.
    """
    ax = on.main
    renderer = on.drawn.canvas.get_renderer()
    ax.apply_aspect()
    frame = ax.get_window_extent(renderer)
    to_px = DPI / 72
    taken = (
        [_box(p, 5 * to_px, 5 * to_px) for p in ax.transData.transform(keep_clear)] if keep_clear is not None else []
    )
    boxes = [on.inset] if on.inset is not None else []
    boxes += [ax.get_legend()] if ax.get_legend() is not None else []
    taken += [tuple(b.get_tightbbox(renderer).extents) for b in boxes]
    missing = 0
    for point, text in zip(ax.transData.transform(xy), texts, strict=True):
        probe = Text(0, 0, text, fontsize=size, fontfamily=FONT["font.family"], linespacing=1.1)
        probe.set_figure(on.drawn)
        extent = probe.get_window_extent(renderer)
        place = _free_place(point, (extent.width + 2, extent.height + 2), taken, frame, to_px)
        if place is None:
            missing += 1
            continue
        at, far = place
        taken.append(_box(at, extent.width + 2, extent.height + 2))
        ax.annotate(
            text,
            xy=ax.transData.inverted().transform(point),
            xytext=ax.transData.inverted().transform(at),
            textcoords="data",
            ha="center",
            va="center",
            fontsize=size,
            color=INK,
            zorder=9,
            linespacing=1.1,
            annotation_clip=True,
            fontfamily=FONT["font.family"],
            path_effects=[withStroke(linewidth=1.1, foreground="white", alpha=0.8)],
            arrowprops={"arrowstyle": "-", "lw": 0.3, "color": RULE, "shrinkA": 0, "shrinkB": 0} if far else None,
        )
    return missing


def _free_place(point, size: tuple[float, float], taken, frame, to_px) -> tuple[tuple[float, float], bool] | None:
    width, height = size
    for radius in (0, 4, 7, 11, 16, 22, 30, 40):
        angles = [0.0] if radius == 0 else np.radians([90, 270, 0, 180, 45, 135, 225, 315])
        for angle in angles:
            reach = radius * to_px
            off_x = np.cos(angle) * (reach + (width / 2 if radius else 0))
            off_y = np.sin(angle) * (reach + (height / 2 if radius else 0))
            at = (point[0] + off_x, point[1] + off_y)
            x0, y0, x1, y1 = _box(at, width, height)
            inside = x0 > frame.x0 and x1 < frame.x1 and y0 > frame.y0 and y1 < frame.y1
            if inside and not any(x0 < b[2] and x1 > b[0] and y0 < b[3] and y1 > b[1] for b in taken):
                return at, radius > 11
    return None


def furniture(on: Sheet, handles: list, source: str, *, legend_title: str = "", scale: float = 1.0) -> None:
    """Legend (in the corner where it hides least of the subject), scale bar, north arrow and source line.

    `scale` of the letters: 1 for a picture in a report.
    """
    if handles:
        legend = on.main.legend(
            handles=handles,
            loc=CORNERS[0],
            title=legend_title or None,
            title_fontsize=6.5 * scale,
            framealpha=0.94,
            edgecolor=RULE,
            fancybox=False,
            borderpad=0.6,
            labelspacing=0.45,
            handlelength=1.8,
            prop={"family": FONT["font.family"], "size": 6 * scale},
        )
        legend.get_frame().set_linewidth(0.4)
        legend.set_zorder(12)
        legend.set_loc(min(CORNERS, key=lambda corner: _hidden(on, legend, corner)))
    _scale_bar(on.main, scale)
    _north(on.main, scale)
    on.drawn.text(
        0.008,
        0.006,
        _wrapped(source, int(on.drawn.get_figwidth() / CM * 8.6 / scale)),
        fontsize=4.8 * scale,
        color=RULE,
        va="bottom",
        fontfamily=FONT["font.family"],
    )


def _hidden(on: Sheet, legend: Legend, corner: str) -> float:
    """Area of the subject, m2, under the legend in one corner."""
    legend.set_loc(corner)
    extent = legend.get_window_extent(on.drawn.canvas.get_renderer())
    (x0, y0), (x1, y1) = on.main.transData.inverted().transform([(extent.x0, extent.y0), (extent.x1, extent.y1)])
    return round(float(on.subject.intersection(shapely.box(x0, y0, x1, y1)).area))


def _scale_bar(ax: Axes, scale: float) -> None:
    x0, x1 = ax.get_xlim()
    y0, y1 = ax.get_ylim()
    length = max(step for step in (1e3, 2e3, 5e3, 1e4, 2e4) if step <= 0.2 * (x1 - x0) or step == 1e3)
    left, bottom, thick = x0 + 0.45 * (x1 - x0), y0 + 0.03 * (y1 - y0), 0.008 * (y1 - y0)
    for i in range(4):
        ax.add_patch(
            Rectangle(
                (left + i * length / 4, bottom),
                length / 4,
                thick,
                facecolor=INK if i % 2 == 0 else "white",
                edgecolor=INK,
                linewidth=0.4,
                zorder=11,
            )
        )
    for share, text in ((0, "0"), (0.5, f"{length / 2000:g}"), (1, f"{length / 1000:g} km")):
        ax.text(
            left + share * length,
            bottom + 1.6 * thick,
            text.replace(".", ","),
            ha="center",
            va="bottom",
            fontsize=5.5 * scale,
            color=INK,
            zorder=11,
        )


def _north(ax: Axes, scale: float) -> None:
    x0, x1 = ax.get_xlim()
    y0, y1 = ax.get_ylim()
    size = 0.045 * (y1 - y0)
    cx, top = x1 - 0.03 * (x1 - x0), y1 - 0.045 * (y1 - y0)
    left = [(cx, top), (cx - 0.32 * size, top - size), (cx, top - 0.72 * size)]
    right = [(cx, top), (cx + 0.32 * size, top - size), (cx, top - 0.72 * size)]
    ax.add_patch(Polygon(left, facecolor="white", edgecolor=INK, linewidth=0.5, zorder=11))
    ax.add_patch(Polygon(right, facecolor=INK, edgecolor=INK, linewidth=0.5, zorder=11))
    # N is the sign that Vietnamese and international maps share with the arrow.
    ax.text(cx, top + 0.006 * (y1 - y0), "B / N", ha="center", va="bottom", fontsize=5.5 * scale, color=INK, zorder=11)


def patch(colour: str, text: str, line: str = INK) -> Patch:
    """Legend entry of an area."""
    return Patch(facecolor=colour, edgecolor=line, linewidth=0.5, label=text)


def stroke(colour: str, text: str, width: float = 1.0, style: str = "solid") -> Line2D:
    """Legend entry of a line."""
    return Line2D([], [], color=colour, linewidth=width, linestyle=style, label=text)


def dot(colour: str, text: str, marker: str = "o", size: float = 4) -> Line2D:
    """Legend entry of a point."""
    return Line2D(
        [],
        [],
        color="none",
        marker=marker,
        markerfacecolor=colour,
        markeredgecolor="white",
        markersize=size,
        markeredgewidth=0.3,
        label=text,
    )


def _box(at, width: float, height: float) -> tuple[float, float, float, float]:
    return (at[0] - width / 2, at[1] - height / 2, at[0] + width / 2, at[1] + height / 2)


def _outline(geometry) -> Outline:
    """One compound path a (multi)polygon; rings wind against each other so that holes stay open."""
    rings = []
    for part in shapely.get_parts(shapely.orient_polygons(geometry)):
        rings += [Outline(np.asarray(ring.coords), closed=True) for ring in (part.exterior, *part.interiors)]
    return Outline.make_compound_path(*rings)


def _wrapped(text: str, width: int) -> str:
    words, rows = text.split(), [""]
    for word in words:
        if len(rows[-1]) + len(word) + 1 > width and rows[-1]:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return "\n".join(rows)
