"""The generator's data tables: bodies, divisions, positions, assumptions (this project's, not official)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.tables import read_table

LABEL = "SYNTHETIC"
DIVISION_COLUMNS = (
    "division_id",
    "division",
    "division_en",
    "agency_id",
    "kind",
    "field",
    "staff",
    "site_id",
    "archive_m",
    "label",
)
STAFF_COLUMNS = (
    "person_id",
    "side",
    "level",
    "division_id",
    "unit_code",
    "field",
    "role",
    "rank",
    "coefficient",
    "leadership_coefficient",
    "sex",
    "born",
    "insurance_months",
    "home_code",
    "site_id",
    "partner_id",
    "protected",
    "wish",
    "wish_code",
    "team",
    "label",
)
LEVELS = ("province", "service", "district", "commune", "nonprofessional")


@cache
def _read(name: str) -> pd.DataFrame:
    return read_table(Path(str(files("merger.synthetic").joinpath(name))))


def bodies() -> pd.DataFrame:
    """Bodies with staff: agency id on each side, name of the leadership, number of deputies before."""
    return _read("bodies.csv").copy()


def division_templates() -> pd.DataFrame:
    """Divisions of each body; columns named after a side hold staff before scaling (0: not on that side)."""
    return _read("divisions.csv").copy()


def positions() -> pd.DataFrame:
    """Positions of district and commune bodies: heads and deputies once a unit, staff by weight."""
    return _read("positions.csv").copy()


@cache
def assumptions() -> dict[str, Any]:
    """Assumptions of the generator, by section."""
    return tomllib.loads(files("merger.synthetic").joinpath("assumptions.toml").read_text(encoding="utf-8"))


def apportion(weights, total: int, floor=0) -> np.ndarray:
    """Whole numbers that add up to `total`, at least `floor` (number or array), the rest by `weights`.

    Largest remainders; ties go to the earlier entry. Raises ValueError when the floors exceed the total.
    """
    weights = np.asarray(weights, float)
    low = np.broadcast_to(np.asarray(floor, int), weights.shape).copy()
    if low.sum() > total:
        raise ValueError(f"{total} cannot cover the smallest sizes, which add up to {low.sum()}")
    free = np.ones(len(weights), bool)
    while True:
        share = np.zeros(len(weights))
        rest = total - low[~free].sum()
        share[free] = rest * weights[free] / max(weights[free].sum(), 1e-12)
        short = free & (share < low)
        if not short.any():
            break
        free &= ~short
    result = np.where(free, np.floor(share + 1e-9).astype(int), low)
    left = int(total - result.sum())
    order = np.argsort(-np.where(free, share - result, -1.0), kind="stable")
    result[order[:left]] += 1
    return result
