"""Who borders whom where no table says so: from the polygons of the units, or estimated from their centres alone."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.maps import METRIC, WGS84

COLUMNS = ["code_a", "code_b", "kind", "shared_border_m", "gap_m"]
# A cell reaches no farther than so many distances to the nearest centre, its own and (at least) the usual one.
REACH, USUAL_REACH = 2.0, 1.5


def borders_of_polygons(
    shapes: gpd.GeoSeries, codes: Sequence[str], *, min_border_m: float, gap_m: float = 0.0
) -> pd.DataFrame:
    """Pairs of polygons with a common border of at least `min_border_m`, sorted by codes; the smaller code first.

    `shapes` are valid polygons in any CRS, one a code. Columns: code_a, code_b, kind ("land"), shared_border_m, gap_m.
    The border of a pair is the part of one outline that lies in the other polygon, so slivers of overlap do no harm.
    Where that is too short, outlines at most `gap_m` apart count as one (`gap_m` > 0 in the row): a gap between lines
    drawn twice. Length that two outlines have in common only by meeting in one point is not counted.
    """
    areas = shapes.to_crs(METRIC).to_numpy()
    outlines = shapely.boundary(areas)
    left, right = shapely.STRtree(areas).query(areas, predicate="dwithin", distance=gap_m)
    once = left < right
    left, right = left[once], right[once]
    border = shapely.length(shapely.intersection(outlines[left], areas[right]))
    gap = np.zeros(len(left))
    if gap_m > 0:
        near = np.flatnonzero(border < min_border_m)
        wide = shapely.intersection(outlines[left[near]], shapely.buffer(areas[right[near]], gap_m))
        # Around a point where two outlines meet, up to two edges of each run within the tolerance.
        across = shapely.length(wide) - 4 * gap_m
        better = across >= min_border_m
        border[near[better]] = across[better]
        gap[near[better]] = np.maximum(shapely.distance(areas[left], areas[right])[near[better]], 0.1)
    kept = border >= min_border_m
    names = np.asarray(codes, dtype=object)
    pairs = np.sort(np.column_stack([names[left[kept]], names[right[kept]]]).astype(str), axis=1).reshape(-1, 2)
    frame = pd.DataFrame({
        "code_a": pairs[:, 0], "code_b": pairs[:, 1], "kind": "land",
        "shared_border_m": border[kept].round(1), "gap_m": gap[kept].round(1),
    }, columns=COLUMNS)  # fmt: skip
    return frame.sort_values(["code_a", "code_b"], ignore_index=True)


def cells_around(lon, lat) -> gpd.GeoSeries:
    """One polygon around each centre (degrees in and out, WGS 84): what lies nearer to it than to all others.

    Voronoi cells, each cut at `REACH` times the distance to the nearest centre, so that a bay or a sea between two
    centres is not filled. They are no borders of anything: for drawing, and for neighbours a planner wants
    estimated. Centres must be different from each other.
    """
    points = gpd.points_from_xy(lon, lat, crs=WGS84).to_crs(METRIC)
    if len(points) == 1:
        return gpd.GeoSeries([points[0].buffer(1000.0)], crs=METRIC).to_crs(WGS84)
    around = np.asarray(points)
    nearest = shapely.STRtree(around).query_nearest(around, exclusive=True, return_distance=True, all_matches=False)[1]
    reach = np.maximum(REACH * nearest, USUAL_REACH * float(np.median(nearest)))
    frame = shapely.box(*shapely.buffer(shapely.multipoints(around), reach.max()).bounds)
    drawn = np.asarray(shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(around), extend_to=frame)))
    holder, cell = shapely.STRtree(drawn).query(around, predicate="intersects")
    own = drawn[cell[np.unique(holder, return_index=True)[1]]]
    return gpd.GeoSeries(shapely.intersection(own, shapely.buffer(around, reach)), crs=METRIC).to_crs(WGS84)
