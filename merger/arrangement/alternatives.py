"""What else was possible: the best other placement of one old unit, all other decisions kept."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd

from merger.arrangement.score import plan_assignment, score_units
from merger.inputs import Inputs


def best_other_unit(inputs: Inputs, units: pd.DataFrame, old_code: str) -> tuple[str, float] | None:
    """Find the cheapest neighbouring new unit that may take `old_code` alone: (its name, extra person-minutes).

    Both new units touched must stay connected, keep to the side and the largest number of members, and be no worse in
    standard than the scenario allows; seats are chosen anew in both. None when no such move exists.
    """
    new_of = units.set_index("old_code")["new_id"]
    names = units.drop_duplicates("new_id").set_index("new_id")["new_name"]
    side = units.set_index("old_code")["side"]
    kinds = units.drop_duplicates("new_id").set_index("new_id")["kind"]
    graph = nx.Graph(list(zip(inputs.adjacency["code_a"], inputs.adjacency["code_b"], strict=True)))
    graph.add_nodes_from(new_of.index)
    home = new_of[old_code]
    rest = [c for c in new_of.index[new_of == home] if c != old_code]
    if kinds[home] == "dac_khu" or not rest or not nx.is_connected(graph.subgraph(rest)):
        return None
    options = {new_of[n] for n in graph.neighbors(old_code) if side[n] == side[old_code]} - {home}
    base, _ = score_units(inputs, plan_assignment(units))
    best: tuple[str, float] | None = None
    for target in sorted(t for t in options if kinds[t] != "dac_khu"):
        most = inputs.scenario.arrange.max_members
        if most is not None and (new_of == target).sum() + 1 > most:
            continue
        moved = units.assign(new_id=np.where(units["old_code"] == old_code, target, units["new_id"]))
        figures, _ = score_units(inputs, plan_assignment(moved))
        if figures["needs_decision"] > max(base["needs_decision"], inputs.scenario.arrange.max_needs_decision):
            continue
        extra = figures["best_seat_person_minutes"] - base["best_seat_person_minutes"]
        if best is None or extra < best[1]:
            best = (names[target], extra)
    return best
