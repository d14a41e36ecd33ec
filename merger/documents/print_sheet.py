"""A sheet of paper with one map: title above, frame, furniture, source and labels below; saved for print."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import matplotlib
import numpy as np
import shapely

from merger.documents import cartography as carto

# A3 across, cm; the margin that office printers need; space of the title and of the lines below the map.
PAGE_CM, MARGIN_CM, HEAD_CM, FOOT_CM = (42.0, 29.7), 0.8, 1.5, 1.25
PRINT_DPI = 300
# Letters against those of a picture in a report.
LETTERS = 1.5
INSET = (0.13, 0.15)


@dataclass(frozen=True)
class Labels:
    """Names to write: metres (names, 2), texts, points; `clear` are points that no name may cover."""

    xy: np.ndarray
    texts: Sequence[str]
    size: float
    clear: np.ndarray | None = None


def print_sheet(units: gpd.GeoDataFrame, title: str, inset_title: str) -> carto.Sheet:
    """Empty map around `units` (metres) on a page; units far away get an inset at the lower right."""
    width, height = PAGE_CM
    drawn = carto.figure(width, height)
    left, bottom = MARGIN_CM / width, (MARGIN_CM + FOOT_CM) / height
    wide, high = 1 - 2 * left, 1 - bottom - (MARGIN_CM + HEAD_CM) / height
    main = drawn.add_axes((left, bottom, wide, high))
    remote = carto.far_away(units)
    carto.plain_frame(main, _around(units[~remote], 0.02, wide * width, high * height), carto.BACKGROUND)
    family = carto.FONT["font.family"]
    drawn.text(0.5, 1 - (MARGIN_CM + 0.45 * HEAD_CM) / height, title, ha="center", va="center", fontsize=17,
               fontweight="bold", color=carto.INK, fontfamily=family)  # fmt: skip
    sheet = carto.Sheet(drawn, main, shapely.union_all(units[~remote].geometry.to_numpy()))
    if remote.any():
        share = INSET[0] * wide, INSET[1] * high
        sheet.inset = drawn.add_axes((left + 0.99 * wide - share[0], bottom + 0.015 * high, *share))
        carto.plain_frame(
            sheet.inset, _around(units[remote], 0.25, share[0] * width, share[1] * height), carto.BACKGROUND
        )
        sheet.inset.set_title(inset_title, fontsize=7, pad=2, color=carto.INK, fontfamily=family)
    return sheet


def finish(on: carto.Sheet, handles: list, source: str, labels: Labels | None, *, legend_title: str = "") -> int:
    """Furniture, source line inside the margin, names that do not touch; returns how many found no place."""
    carto.furniture(on, handles, "", legend_title=legend_title, scale=LETTERS)
    on.drawn.text(
        MARGIN_CM / PAGE_CM[0], (MARGIN_CM + FOOT_CM - 0.2) / PAGE_CM[1], source, ha="left", va="top", fontsize=7.5,
        color=carto.RULE, fontfamily=carto.FONT["font.family"], linespacing=1.35,
    )  # fmt: skip
    if labels is None or not len(labels.texts):
        return 0
    return carto.labels(on, labels.xy, list(labels.texts), size=labels.size, keep_clear=labels.clear)


def save(on: carto.Sheet, path: Path) -> list[Path]:
    """Write `path` as PNG (300 dpi) and SVG without the day and the program, so that equal maps are equal bytes."""
    paths = [path.with_name(f"{path.name}.{kind}") for kind in ("png", "svg")]
    look = {**carto.FONT, "svg.hashsalt": path.name, "svg.fonttype": "path"}
    with matplotlib.rc_context(look), warnings.catch_warnings():
        out = BytesIO()
        on.drawn.savefig(out, format="png", dpi=PRINT_DPI, metadata={"Software": None})
        paths[0].write_bytes(out.getvalue())
        on.drawn.savefig(paths[1], format="svg", metadata={"Date": None, "Creator": None})
    return paths


def _around(units: gpd.GeoDataFrame, pad: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Extent of units with a margin, in the proportions of a frame."""
    x0, y0, x1, y1 = units.total_bounds
    more = pad * max(x1 - x0, y1 - y0)
    return carto.widened((x0 - more, y0 - more, x1 + more, y1 + more), width, height)
