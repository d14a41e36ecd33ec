"""The second site: what the best structure costs for each share of divisions that may stay at an old seat."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from merger.consolidation.problem import UNIT_VND, Structure
from merger.tables import TABLES
from solvers.problem import Stop
from solvers.structure.check import check_structure
from solvers.structure.problem import StructureSolution
from solvers.structure.solve import solve_shares, solve_structure


def checked(structure: Structure, stop: Stop) -> StructureSolution:
    """Solve, and let the independent check look at the answer; RuntimeError when it finds a fault."""
    return _passed(structure, solve_structure(structure.problem, stop))


def _passed(structure: Structure, solution: StructureSolution) -> StructureSolution:
    faults = check_structure(structure.problem, solution)
    if faults:
        raise RuntimeError("structure failed its check: " + "; ".join(faults[:3]))
    return solution


def with_share(structure: Structure, share: float) -> Structure:
    """The same case with another largest share of divisions at second sites."""
    return replace(structure, problem=replace(structure.problem, second_share=share))


def second_site_curve(structure: Structure, shares: Iterable[float], stop: Stop) -> dict[float, StructureSolution]:
    """The best structure for each largest share, and for no limit (1); each has passed the independent check."""
    wanted = sorted({*shares, 1.0})
    found = solve_shares(structure.problem, tuple(wanted), stop, explain=False)
    return {share: _passed(with_share(structure, share), s) for share, s in zip(wanted, found, strict=True)}


def curve_points(structure: Structure, curve: Mapping[float, StructureSolution]) -> list[dict]:
    """Figures of each point, by share: costs over the horizon in VND, what stays, floor needed at each site in m2.

    A share that no structure keeps has its status only.
    """
    return [
        {"share": share, "status": str(s.status)} | (_point(structure, s) if s.objective is not None else {})
        for share, s in sorted(curve.items())
    ]


def site_tradeoff(points: list[dict], shares: Collection[float], label: str) -> pd.DataFrame:
    """Table `site_tradeoff`: the points of the shares asked for that have a structure."""
    shown = [p for p in points if p["share"] in shares and "total_vnd" in p]
    rows = [p | {"floors": [f"{s}={area}" for s, area in p["floors"].items()], "label": label} for p in shown]
    frame = pd.DataFrame(rows, columns=list(TABLES["site_tradeoff"].columns))
    return frame.assign(floors=frame["floors"].map(";".join))


def _point(structure: Structure, solution: StructureSolution) -> dict:
    problem = structure.problem
    items, site = np.arange(len(problem.size)), solution.site_of_slot[solution.slot_of_item]
    stays = stays_at_second_site(structure, solution)
    floors = np.bincount(site, weights=problem.floor, minlength=problem.shape[2]).astype(int)
    return {
        "divisions_after": int(((solution.site_of_slot >= 0) & problem.slot_counted).sum()),
        "divisions_staying": int(stays.sum()),
        "people_staying": int(problem.size[stays[solution.slot_of_item]].sum()),
        "total_vnd": int(solution.objective) * UNIT_VND,
        "travel_vnd": int(structure.travel_cost[items, site].sum()) * UNIT_VND,
        "coordination_vnd": solution.parts["slot_sites"] * UNIT_VND,
        "moves_vnd": int(structure.move_cost[items, site].sum()) * UNIT_VND,
        "people_moving": int(problem.size[structure.move_cost[items, site] > 0].sum()),
        "floor_main_m2": int(floors[0]),
        "floors": {s: int(a) for s, a in zip(structure.sites, floors, strict=True) if a},
        "gap": solution.gap,
    }


def stays_at_second_site(structure: Structure, solution: StructureSolution) -> np.ndarray:
    """(J,) open slots that count and sit at a second site."""
    problem, site = structure.problem, solution.site_of_slot
    return (site >= 0) & problem.slot_counted & problem.second_site[site]


def equipment_used(structure: Structure, solution: StructureSolution) -> list[dict]:
    """What is needed of each kind of equipment at each site that has a limit: kind, site, needed, there."""
    problem, site = structure.problem, solution.site_of_slot[solution.slot_of_item]
    return [
        {
            "kind": structure.equipment[e],
            "site": structure.sites[k],
            "needed": int(problem.equipment_use[e][site == k].sum()),
            "there": int(problem.equipment_room[e, k]),
        }
        for e, k in np.argwhere(problem.equipment_room >= 0).tolist()
    ]


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
