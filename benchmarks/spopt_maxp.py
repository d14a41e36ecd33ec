"""`python -m benchmarks.spopt_maxp < PROBLEM`: spopt's MaxPHeuristic again and again, one line of JSON an answer.

A process of its own, because the heuristic takes no time limit: whoever starts it ends it and keeps the best line. Its
local search only lessens the differences within regions, so it is kept short; the number of regions comes from the
construction, at spopt's own number of tries.
"""

from __future__ import annotations

import json
import sys
import warnings
from itertools import count

import numpy as np
import pandas as pd


def main() -> None:
    """Read weight, floor, edges and seed from standard input; write {"regions", "labels"} lines."""
    import libpysal
    from spopt.region import MaxPHeuristic

    warnings.filterwarnings("ignore")
    problem = json.load(sys.stdin)
    neighbours: dict[int, list[int]] = {area: [] for area in range(len(problem["weight"]))}
    for a, b in problem["edges"]:
        neighbours[a].append(b)
        neighbours[b].append(a)
    graph = libpysal.weights.W(neighbours, silence_warnings=True)
    frame = pd.DataFrame({"weight": problem["weight"]})
    for seed in count(problem["seed"]):
        np.random.seed(seed)
        found = MaxPHeuristic(frame, graph, ["weight"], "weight", problem["floor"], top_n=2, max_iterations_sa=1)
        found.solve()
        print(json.dumps({"regions": int(found.p), "labels": [int(v) for v in found.labels_]}), flush=True)


if __name__ == "__main__":
    main()
