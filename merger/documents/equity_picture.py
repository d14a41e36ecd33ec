"""Chart of the outcomes by group against the average."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd

from merger.documents import cartography as carto
from merger.documents.equity_facts import MEASURES, SHARES
from merger.documents.wording import percent

WIDTH_CM, ROW_CM = 16.0, 0.42
DOT, LINE = "#2f5d8a", "#b3202c"


def chart_equity(groups: pd.DataFrame, figures: pd.DataFrame, lang: str) -> bytes:
    """PNG: one panel a share of `figures` (rows as in `groups`, the first is the average), one dot a group.

    Groupings are set apart by an empty row; a suppressed share has no dot.
    """
    rest = groups.index[1:]
    step = groups.loc[rest, "dimension"].ne(groups.loc[rest, "dimension"].shift()).cumsum()
    at = -(np.arange(len(rest)) + 0.6 * step.to_numpy())
    height_cm = 1.8 + ROW_CM * (len(rest) + 0.6 * step.max())
    drawn = carto.figure(WIDTH_CM, height_cm)
    with matplotlib.rc_context(carto.FONT):
        panels = drawn.subplots(1, len(SHARES), sharey=True)
    for ax, measure in zip(panels, SHARES, strict=True):
        values, average = figures.loc[rest, measure].to_numpy(float), float(figures[measure].iloc[0])
        ax.axvline(average, color=LINE, linewidth=0.7, linestyle=(0, (4, 2)))
        ax.hlines(at, np.minimum(values, average), np.maximum(values, average), color=DOT, linewidth=0.9, alpha=0.5)
        ax.plot(values, at, "o", color=DOT, markersize=3)
        ax.set_title(f"{MEASURES[measure][lang]}\n({percent(average, lang)})", fontsize=6)
        top = np.nanmax([*values, average, 0.01])
        ax.set_xlim(-0.04 * top, 1.1 * top)
        ax.xaxis.set_major_formatter(lambda v, _: percent(v, lang, 0))
        ax.locator_params(axis="x", nbins=4)
        ax.tick_params(axis="both", labelsize=5.2, length=2, width=0.4)
        ax.grid(axis="y", color="#e3e3e3", linewidth=0.3)
        for side, spine in ax.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_linewidth(0.5)
    panels[0].set_yticks(at, groups.loc[rest, f"group_{lang}"], fontsize=5.4)
    drawn.subplots_adjust(left=0.25, right=0.985, top=1 - 1.0 / height_cm, bottom=0.6 / height_cm, wspace=0.12)
    return carto.png(drawn)
