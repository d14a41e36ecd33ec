"""`python -m benchmarks provinces`: made-up provinces of 30 to 600 units, with proof or gap, seconds and memory.

SYNTHETIC: centres uniform in a square of 60 km, neighbours by Delaunay triangulation below a length, log-normal
populations, minutes by straight line times 1.3 at 25 km/h.
"""

from __future__ import annotations

import resource
import sys

import numpy as np
from scipy.spatial import Delaunay

from solvers.problem import Stop
from solvers.regions.check import check_regions
from solvers.regions.solve import RegionProblem, solve_regions

SIDE_KM, DETOUR, KMH = 60.0, 1.3, 25.0
FLOOR = 0.7  # of the mean population of a region
SIZES = ((30, 15), (30, 5), (100, 33), (100, 16), (300, 100), (300, 50), (600, 300), (600, 200), (600, 100))


def province(n: int, regions: int, floor: float, seed: int = 1) -> RegionProblem:
    """A made-up province; `floor`: least population of a region as a share of the mean."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, SIDE_KM, (n, 2))
    people = rng.lognormal(np.log(8000), 0.6, n).round()
    away = np.linalg.norm(centre[:, None, :] - centre[None, :, :], axis=2)
    triangles = Delaunay(centre).simplices
    pairs = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    short = away[pairs[:, 0], pairs[:, 1]] < 5 * SIDE_KM / np.sqrt(n)
    nothing = np.zeros(n)
    return RegionProblem(
        population=people,
        area=nothing,
        unit_class=nothing,
        group=nothing,
        edges=pairs[short],
        minutes=away * DETOUR / KMH * 60,
        regions=(regions,),
        area_floor=(0.0,),
        population_floor=(floor * people.sum() / regions,),
        exempt_from_members=None,
    )


def provinces(seconds: float) -> None:
    """Print one row a province."""
    print(
        f"{'units':>6} {'regions':>8} {'floor':>6} {'person-minutes':>15} {'bound':>15} {'gap %':>7} {'s':>6} {'MB':>6}"
    )
    for n, regions in SIZES:
        for floor in (0.0, FLOOR):
            problem = province(n, regions, floor)
            solution = solve_regions(problem, Stop(seconds=seconds))
            if faults := check_regions(problem, solution):
                sys.exit(f"an answer failed its check: {'; '.join(faults[:3])}")
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            value, bound, gap = solution.objective, solution.bound, solution.gap
            shown = "-" if value is None else f"{value:.0f}"
            proven = "-" if bound is None else f"{bound:.0f}"
            distance = "-" if gap is None else f"{100 * gap:.2f}"
            row = f"{n:6} {regions:8} {floor:6.1f} {shown:>15} {proven:>15} {distance:>7}"
            print(f"{row} {solution.seconds:6.1f} {memory:6.0f}", flush=True)
