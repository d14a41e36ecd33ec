"""A small province that does not exist, from a seed: SYNTHETIC units, neighbours and a ferry, a pattern to fill in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.neighbours import borders_of_polygons, cells_around
from geodata.units import ELLIPSOID

SEED = 2025
# Rows and columns of the grid on land, spacing in degrees, and where it starts (longitude, latitude).
ROWS, COLUMNS, SPACING, ORIGIN = 6, 7, 0.045, (105.2, 20.2)
# Two islands beyond the eastern shore: longitude and latitude.
ISLANDS = ((105.92, 20.27), (105.95, 20.305))
WARDS, TOWNS = 5, 3
SIDE = "tinh_mau"


def sample_province(seed: int = SEED) -> dict[str, pd.DataFrame]:
    """Tables `units`, `adjacency` and `links` of a SYNTHETIC province of 44 units; the same seed, the same tables.

    Land units lie on a shaken grid in four districts: the west is mountainous, the north-west on a border, wards stand
    around the middle of the east. Borders are those of the cells around the centres.
    """
    rng = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    shake = rng.uniform(-0.25, 0.25, (len(row), 2))
    lon = np.r_[ORIGIN[0] + (column + 0.5 * (row % 2) + shake[:, 0]) * SPACING, [p[0] for p in ISLANDS]].round(5)
    lat = np.r_[ORIGIN[1] + (row + shake[:, 1]) * SPACING, [p[1] for p in ISLANDS]].round(5)
    land = len(row)
    row, column = np.r_[row, 0, 0], np.r_[column, COLUMNS, COLUMNS]
    cells = cells_around(lon, lat)
    codes = [f"M{i + 1:03d}" for i in range(len(lon))]
    island = np.arange(len(lon)) >= land
    mountain = (column < 3) & ~island
    kind = _kinds(lon, lat, mountain | island)
    usual = np.select([kind == "phuong", kind == "thi_tran", island, mountain], [14_000, 9_500, 2_500, 3_800], 7_500)
    population = (usual * rng.lognormal(0.0, 0.25, len(lon))).round(-1).astype(int)
    area = [abs(ELLIPSOID.geometry_area_perimeter(c)[0]) / 1e6 for c in cells]
    units = pd.DataFrame({
        "code": codes,
        "name": [f"Mẫu {i + 1:02d}" for i in range(len(lon))],
        "kind": kind,
        "district": [_district(r, c, i) for r, c, i in zip(row, column, island, strict=True)],
        "population": population,
        "area_km2": np.round(np.where(island, 6.0 + 4 * np.arange(len(lon)) % 5, area), 2),
        "lon": lon, "lat": lat,
        "mountain": mountain, "border": mountain & (row >= ROWS - 2) & (column == 0), "island": island,
    })  # fmt: skip
    borders = borders_of_polygons(cells, codes, min_border_m=300, gap_m=1.0)
    sea = set(np.array(codes)[island])
    across = borders["code_a"].isin(sea) ^ borders["code_b"].isin(sea)
    adjacency = borders.loc[~across, ["code_a", "code_b", "kind"]].reset_index(drop=True)
    nearest = codes[int(np.argmin(np.hypot(lon[:land] - lon[land], lat[:land] - lat[land])))]
    links = pd.DataFrame({"code_a": [nearest], "code_b": [codes[land]], "kind": ["ferry"], "note": ["SYNTHETIC"]})
    return {"units": units, "adjacency": adjacency, "links": links}


def _kinds(lon: np.ndarray, lat: np.ndarray, rural: np.ndarray) -> np.ndarray:
    """Wards around a town in the lowland, then townships, by the distance from its middle."""
    away = np.hypot(lon - np.median(lon[~rural]), lat - np.median(lat[~rural]))
    order = np.argsort(np.where(rural, np.inf, away), kind="stable")
    kind = np.full(len(lon), "xa", dtype=object)
    kind[order[:WARDS]] = "phuong"
    kind[order[WARDS + 4 : WARDS + 4 + 4 * TOWNS : 4]] = "thi_tran"
    return kind.astype(str)


def _district(row: int, column: int, island: bool) -> str:
    if island:
        return "Huyện Mẫu Đảo"
    return f"Huyện Mẫu {'Nam' if row < ROWS // 2 else 'Bắc'} {'Tây' if column < COLUMNS // 2 else 'Đông'}"
