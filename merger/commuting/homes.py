"""Home areas: where in a commune its commuters live, estimated by its streets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.cluster.vq import kmeans2

from merger.inputs import Inputs

# Fractional part of the golden ratio: its multiples spread persons evenly over the areas, whatever their number.
GOLDEN = 0.6180339887498949


def home_areas(inputs: Inputs, people: pd.Series) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Areas of each commune with more than `commute.area_people` commuters: (road nodes, shares that add up to 1).

    `people` holds commuters by unit code. Street nodes stand for houses, since homes are known by commune only: the
    nodes of a commune are cut into areas by k-means, an area lies at the street node nearest to its middle, and its
    share is that of its nodes. Smaller communes, and those whose streets the road table does not tell, are absent:
    they are one area at the settlement centre.
    """
    largest = inputs.scenario.commute.area_people
    wanted = people[people > largest]
    if wanted.empty:
        return {}
    streets = _streets(inputs)
    areas = {}
    for code in sorted(wanted.index):
        nodes = streets.get(code, np.empty(0, int))
        number = int(np.ceil(wanted[code] / largest))
        if len(nodes) > number > 1:
            areas[code] = _areas(inputs, nodes, number)
    return areas


def area_of_people(people: pd.DataFrame, areas: dict[str, tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Area of each row of `people` (home_code), 0 in a commune that is one area.

    Who lives where is not known: persons of a commune are spread over its areas in order, by the shares.
    """
    order = people.groupby("home_code").cumcount().to_numpy()
    result = np.zeros(len(people), int)
    for code, (_, shares) in areas.items():
        own = people["home_code"].eq(code).to_numpy()
        result[own] = np.searchsorted(np.cumsum(shares), ((order[own] + 0.5) * GOLDEN) % 1.0)
        result[own] = np.minimum(result[own], len(shares) - 1)
    return result


def _streets(inputs: Inputs) -> dict[str, np.ndarray]:
    """Road nodes (positions in the graph) of each commune on the connected network."""
    try:
        table = pd.read_parquet(inputs.path("roads_nodes"), columns=["node", "unit_before", "main_component"])
    except (KeyError, ValueError):
        return {}  # a road table of one's own without communes: each is one area
    table = table[table["main_component"].to_numpy(bool) & table["unit_before"].fillna("").ne("")]
    nodes = inputs.roads.index_of(table["node"])
    return {code: np.sort(nodes[rows]) for code, rows in table.groupby("unit_before").indices.items()}


def _areas(inputs: Inputs, nodes: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    roads = inputs.roads
    scale = np.array([111.32 * np.cos(np.radians(float(roads.lat[nodes].mean()))), 110.7])
    xy = np.column_stack([roads.lon[nodes], roads.lat[nodes]]) * scale
    seed = np.random.default_rng(inputs.scenario.seed)
    middle, label = kmeans2(xy, number, minit="++", seed=seed)
    used = np.unique(label)
    places = [nodes[int(np.argmin(((xy - middle[k]) ** 2).sum(axis=1)))] for k in used]
    shares = np.array([(label == k).mean() for k in used])
    order = np.lexsort((places, -shares))
    return np.array(places)[order], shares[order]
