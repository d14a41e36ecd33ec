"""The second site: what the best structure costs for each share of divisions that may stay at an old seat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from merger.consolidation.problem import UNIT_VND, Structure
from solvers.problem import Stop
from solvers.structure.check import check_structure
from solvers.structure.solve import StructureSolution, solve_structure

# Points of the curve are proven to this relative gap: finer than the steps between them.
CURVE_GAP = 0.001


def checked(structure: Structure, stop: Stop) -> StructureSolution:
    """Solve, and let the independent check look at the answer; RuntimeError when it finds a fault."""
    solution = solve_structure(structure.problem, stop)
    faults = check_structure(structure.problem, solution)
    if faults:
        raise RuntimeError("structure failed its check: " + "; ".join(faults[:3]))
    return solution


def with_share(structure: Structure, share: float) -> Structure:
    """The same case with another largest share of divisions at second sites."""
    return replace(structure, problem=replace(structure.problem, second_share=share))


def site_tradeoff(structure: Structure, shares: tuple[float, ...], stop: Stop, label: str) -> pd.DataFrame:
    """Table `site_tradeoff`: the best structure for each share, with travel, coordination and moves apart."""
    rows = []
    for share in sorted(set(shares)):
        solution = checked(with_share(structure, share), replace(stop, gap=max(stop.gap, CURVE_GAP)))
        if solution.objective is None:
            continue
        rows.append({"share": share, **_point(structure, solution), "label": label})
    return pd.DataFrame(rows)


def _point(structure: Structure, solution: StructureSolution) -> dict:
    """Figures of one structure; money over the horizon."""
    problem = structure.problem
    items, site = np.arange(len(problem.size)), solution.site_of_slot[solution.slot_of_item]
    open_slots = solution.site_of_slot >= 0
    stays = open_slots & problem.slot_counted & problem.second_site[solution.site_of_slot]
    people = int(problem.size[stays[solution.slot_of_item]].sum())
    main_floor = int(problem.floor[site == 0].sum())
    return {
        "divisions_staying": int(stays.sum()),
        "people_staying": people,
        "total_vnd": int(solution.objective) * UNIT_VND,
        "travel_vnd": int(structure.travel_cost[items, site].sum()) * UNIT_VND,
        "coordination_vnd": solution.parts["slot_sites"] * UNIT_VND,
        "moves_vnd": int(structure.move_cost[items, site].sum()) * UNIT_VND,
        "floor_main_m2": main_floor,
        "status": str(solution.status),
        "gap": solution.gap,
    }


def stay_gains(structure: Structure, solution: StructureSolution) -> tuple[np.ndarray, np.ndarray]:
    """For each open slot that counts: second site where staying pays most (-1: none allowed), and the gain, VND.

    The gain is over the horizon, for this division alone; below 0 staying costs more than moving.
    """
    problem = structure.problem
    n_slots = problem.shape[1]
    best, gain = np.full(n_slots, -1), np.zeros(n_slots)
    for slot in np.flatnonzero((solution.site_of_slot >= 0) & problem.slot_counted).tolist():
        inside = np.flatnonzero(solution.slot_of_item == slot)
        seconds = np.flatnonzero(problem.slot_site_allowed[slot] & problem.second_site)
        if not len(seconds) or not problem.slot_site_allowed[slot, 0]:
            continue
        cost = problem.item_site_cost[inside].sum(axis=0) + problem.slot_site_cost[slot]
        best[slot] = seconds[np.argmin(cost[seconds])]
        gain[slot] = float(cost[0] - cost[best[slot]]) * UNIT_VND
    return best, gain
