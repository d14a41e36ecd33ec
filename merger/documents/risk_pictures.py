"""Chart of the limits of the timetable: how often each holds in the simulation, and how late it is otherwise."""

from __future__ import annotations

import textwrap

import matplotlib
import numpy as np
import pandas as pd

from merger.documents import cartography as carto
from merger.documents.wording import day, heading, percent, term

WIDTH_CM, ROW_CM, SHOWN = 16.0, 0.42, 12
PARTS = {
    "hold_share": "#2f5d8a",
    "late_to_5_share": "#f2c14e",
    "late_6_20_share": "#e07b00",
    "late_over_20_share": "#b3202c",
}


def weakest_limits(risk: pd.DataFrame, most: int = SHOWN) -> pd.DataFrame:
    """Limits that do not hold in every run: by law and events first, then those that hold least often."""
    weak = risk[risk["hold_share"] < 1].assign(soft=lambda x: x["kind"].eq("target"))
    return weak.sort_values(["soft", "hold_share", "limit_id"], kind="stable").head(most).drop(columns="soft")


def chart_limits(risk: pd.DataFrame, lang: str) -> bytes:
    """PNG: one bar a limit of `risk` (rows of table deadline_risk), its runs split by lateness."""
    at = -np.arange(len(risk))
    height_cm = 1.3 + ROW_CM * len(risk)
    drawn = carto.figure(WIDTH_CM, height_cm)
    with matplotlib.rc_context(carto.FONT):
        ax = drawn.add_axes((0.47, 0.8 / height_cm, 0.465, 1 - 1.0 / height_cm))
    left = np.zeros(len(risk))
    for column, colour in PARTS.items():
        share = risk[column].to_numpy(float)
        ax.barh(at, share, 0.68, left=left, color=colour, label=heading(column, lang))
        left += share
    for y, share in zip(at, risk["hold_share"], strict=True):
        ax.text(1.012, y, percent(share, lang), va="center", fontsize=5.4, color=PARTS["hold_share"])
    ax.set_yticks(at, [limit_name(row, lang, 62) for row in risk.to_dict("records")], fontsize=5.2)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda v, _: percent(v, lang, 0))
    ax.tick_params(axis="both", length=2, width=0.4, labelsize=5.2)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_linewidth(0.5)
    drawn.legend(*ax.get_legend_handles_labels(), fontsize=5.6, frameon=False, ncol=len(PARTS), loc="lower center")
    return carto.png(drawn)


def limit_name(row: dict, lang: str, width: int) -> str:
    """Title of a limit, shortened, with its kind and date."""
    told = f" ({term('limit_kind', row['kind'], lang)}, {day(row['limit_date'], lang)})"
    return textwrap.shorten(str(row[f"title_{lang}"]), width - len(told), placeholder="…") + told
