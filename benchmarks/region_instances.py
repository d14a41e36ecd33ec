"""Readers of areas with attributes and neighbours: shapefile, GeoPackage, CSV with a list of edges, graph as JSON.

Neighbours of polygons share a line, not only a point (rook contiguity). A CSV file NAME.csv stands beside
NAME_edges.csv with the two ids of each pair. A graph is what networkx writes: nodes with `adjacency` lists or `links`.
Areas keep the order of the file.
"""

from __future__ import annotations

import csv
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.instances import InstanceError

POLYGONS, TABLE, GRAPH = (".shp", ".gpkg"), ".csv", ".json"
EDGES, KNOWN = "_edges", "best_known.csv"
IDS = ("id", "geoid", "geoid10", "geoid20", "code", "fid", "name")
POPULATION = ("POP10", "TOTPOP", "POP20", "POP100", "population")
# Centre as (x, y); the columns of a table or graph that may hold it, in small letters.
CENTRES = (("c_x", "c_y"), ("x", "y"), ("lon", "lat"), ("longitude", "latitude"), ("intptlon10", "intptlat10"))
# A shared line counts from this share of the size (root of the area) of the smaller neighbour.
SHARED = 1e-7
FLOOR = re.compile(r"floor\s+([\d.]+)\s+on\s+(?:field|column)\s+(\w+)")
DISTRICTS = re.compile(r"cut edges.*\bk\s*=\s*(\d+)")


@dataclass(frozen=True)
class RegionInstance:
    """Areas 0..n-1: `ids` as text, numeric `columns` by name (n,), `edges` (m, 2), `centres` (n, 2) or None."""

    name: str
    ids: tuple[str, ...]
    columns: dict[str, np.ndarray]
    edges: np.ndarray
    centres: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Number of areas."""
        return len(self.ids)

    def column(self, name: str) -> np.ndarray:
        """Numbers of a column; InstanceError when there is none of this name."""
        if name not in self.columns:
            raise InstanceError(f"{self.name}: no numeric column {name}; there are {', '.join(self.columns)}")
        return self.columns[name]

    @property
    def has_population(self) -> bool:
        """Whether there is a column of population."""
        return any(name in self.columns for name in POPULATION)

    @property
    def population(self) -> np.ndarray:
        """Persons of each area, from the first of `POPULATION` there is."""
        found = [name for name in POPULATION if name in self.columns]
        if not found:
            raise InstanceError(f"{self.name}: no column of population ({', '.join(POPULATION)})")
        return self.columns[found[0]]


@dataclass(frozen=True)
class Task:
    """What is asked: max-p with a floor on a column; K regions; or K districts within a window of population."""

    floor_column: str | None = None
    floor: float | None = None
    regions: int | None = None
    districts: int | None = None

    def window(self, instance: RegionInstance) -> tuple[int, int]:
        """Least and largest population of a district: half a percent around the mean."""
        mean = instance.population.sum() / self.districts
        return math.ceil(0.995 * mean), math.floor(1.005 * mean)


def instance_files(folder: Path) -> list[Path]:
    """Files of instances in a folder, by name."""
    suffixes = (*POLYGONS, TABLE, GRAPH)
    files = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in suffixes and p.name != KNOWN]
    return [p for p in files if not (p.suffix.lower() == TABLE and p.stem.endswith(EDGES))]


def stated_tasks(folder: Path) -> dict[str, Task]:
    """Tasks by instance, where the `convention` of best_known.csv (in the folder or the one above) states them."""
    for place in (folder, folder.parent):
        if (place / KNOWN).exists():
            with (place / KNOWN).open(encoding="utf-8") as file:
                rows = {row["instance"]: row.get("convention") or "" for row in csv.DictReader(file)}
            return {name: task for name, text in rows.items() if (task := _task(text))}
    return {}


def _task(convention: str) -> Task | None:
    if floor := FLOOR.search(convention):
        return Task(floor_column=floor[2], floor=float(floor[1]))
    if districts := DISTRICTS.search(convention):
        return Task(districts=int(districts[1]))
    return None


def read_regions(path: Path) -> RegionInstance:
    """Read one instance; InstanceError names the file and what is wrong."""
    suffix = path.suffix.lower()
    try:
        if suffix in POLYGONS:
            return _read_polygons(path)
        return _read_table(path) if suffix == TABLE else _read_graph(path)
    except (KeyError, OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as e:
        raise InstanceError(f"{path}: cannot be read as areas with neighbours ({type(e).__name__}: {e})") from None


def _read_polygons(path: Path) -> RegionInstance:
    import geopandas
    from pyogrio.errors import DataSourceError

    try:
        frame = geopandas.read_file(path)
    except DataSourceError as e:
        raise InstanceError(f"{path}: {e}") from None
    if not isinstance(frame, geopandas.GeoDataFrame) or not len(frame):
        raise InstanceError(f"{path}: no polygons")
    shapes = frame.geometry
    if not shapes.geom_type.isin(("Polygon", "MultiPolygon")).all() or shapes.is_empty.any():
        raise InstanceError(f"{path}: every row must have a polygon")
    shapes = shapes.make_valid()
    columns = {name: frame[name].to_numpy(float) for name in frame.select_dtypes("number").columns}
    named = _id_column(list(frame.columns), lambda name: frame[name].astype(str).tolist())
    ids = frame[named].astype(str) if named else frame.index.astype(str)
    centres = np.column_stack([shapes.centroid.x, shapes.centroid.y])
    return RegionInstance(path.stem, tuple(ids), columns, rook(np.asarray(shapes)), centres)


def rook(shapes: np.ndarray) -> np.ndarray:
    """Pairs (m, 2) of polygons that share a line, the lower number first."""
    import shapely

    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    size = np.sqrt(shapely.area(shapes))
    shared = shapely.length(shapely.intersection(shapes[a], shapes[b]))
    edges = np.column_stack([a, b])[shared > SHARED * np.minimum(size[a], size[b])]
    return edges[np.lexsort(edges.T[::-1])]


def _read_table(path: Path) -> RegionInstance:
    rows = _rows(path)
    pairs_path = path.with_name(f"{path.stem}{EDGES}{path.suffix}")
    if not pairs_path.exists():
        raise InstanceError(f"{path}: needs its pairs of neighbours in {pairs_path.name}")
    if not rows:
        raise InstanceError(f"{path}: no rows")
    named = _id_column(list(rows[0]), lambda name: [row[name] for row in rows])
    if named is None:
        raise InstanceError(f"{path}: no column of ids (one text for each row, none twice)")
    ids = tuple(row[named].strip() for row in rows)
    columns = {name: values for name in rows[0] if (values := _numbers([row[name] for row in rows])) is not None}
    place = {area: k for k, area in enumerate(ids)}
    pairs = [[text.strip() for text in list(row.values())[:2]] for row in _rows(pairs_path)]
    unknown = sorted({area for pair in pairs for area in pair} - set(place))
    if unknown:
        raise InstanceError(f"{pairs_path}: {', '.join(unknown[:3])} not among the ids of {path.name} ({named})")
    edges = _unique([(place[a], place[b]) for a, b in pairs])
    return RegionInstance(path.stem, ids, columns, edges, _centres(columns))


def _rows(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    return [
        {k: v or "" for k, v in row.items() if k is not None}
        for row in csv.DictReader(text.splitlines(), delimiter=delimiter)
    ]


def _id_column(names: list[str], values) -> str | None:
    """The column called like an id, else the first, if its texts differ."""
    wanted = [name for known in IDS for name in names if name.lower() == known] + names[:1]
    for name in wanted:
        texts = values(name)
        if all(texts) and len(set(texts)) == len(texts):
            return name
    return None


def _numbers(texts: list) -> np.ndarray | None:
    try:
        return np.array([float(text) for text in texts])
    except (TypeError, ValueError):
        return None


def _read_graph(path: Path) -> RegionInstance:
    graph = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(graph, dict) or not graph.get("nodes"):
        raise InstanceError(f"{path}: no nodes")
    nodes = graph["nodes"]
    keys = [node.get("id", k) for k, node in enumerate(nodes)]
    place = {key: k for k, key in enumerate(keys)}
    if "adjacency" in graph:
        pairs = [(k, place[other["id"]]) for k, near in enumerate(graph["adjacency"]) for other in near]
    else:
        links = graph.get("links", graph.get("edges", []))
        pairs = [(place[link["source"]], place[link["target"]]) for link in links]
    names = [name for name in nodes[0] if all(name in node for node in nodes)]
    columns = {name: values for name in names if (values := _numbers([node[name] for node in nodes])) is not None}
    return RegionInstance(path.stem, tuple(map(str, keys)), columns, _unique(pairs), _centres(columns))


def _unique(pairs: list[tuple[int, int]]) -> np.ndarray:
    distinct = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    return np.array(distinct, int).reshape(-1, 2)


def _centres(columns: dict[str, np.ndarray]) -> np.ndarray | None:
    small = {name.lower(): values for name, values in columns.items()}
    return next((np.column_stack([small[x], small[y]]) for x, y in CENTRES if x in small and y in small), None)
