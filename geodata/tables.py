"""Tables as planners have them: CSV or XLSX, codes as text, numbers as numbers."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

# Columns that hold codes or ids: always text, never a number that loses its zeros.
TEXT = {"code", "old_code", "new_code", "code_a", "code_b", "unit_before", "unit_after", "unit_u", "unit_v", "unit_code"}


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV or XLSX table; empty cells of text columns become ""."""
    dtype = {c: str for c in TEXT} | {"home_code": str, "members": str}
    if path.suffix.lower() == ".xlsx":
        frame = pd.read_excel(path, dtype=dtype)
    else:
        frame = pd.read_csv(path, dtype=dtype, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    for c in frame.columns:
        if frame[c].dtype == object or str(frame[c].dtype) in ("str", "string"):
            frame[c] = frame[c].fillna("")
    return frame


def read_units(path: Path) -> gpd.GeoDataFrame:
    """Read a layer of units, indexed by code, in EPSG:4326."""
    return gpd.read_file(path).set_index("code", drop=False).sort_index()
