"""Near-optimal structures that differ most among those examined, and the next best place of each division."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from merger.consolidation.divisions import LEADERSHIP, SERVICE
from merger.consolidation.problem import UNIT_VND, Structure
from merger.inputs import Inputs
from merger.tables import TABLES
from solvers.structure.alternatives import NextChoices, Surroundings
from solvers.structure.check import check_structure
from solvers.structure.problem import StructureSolution

BILLION = 1e9
# Billions of VND below which a difference is not told.
SMALL = 0.005


@dataclass(frozen=True)
class Place:
    """Words of a place: the division that it continues (with its agency before), new agency, site."""

    division: str
    agency: str
    site: str


def places(inputs: Inputs, structure: Structure, slot: np.ndarray, site: np.ndarray) -> list[Place | None]:
    """Words of the slot and site of each item; None where there is none (-1)."""
    rows, names = list(structure.items.itertuples()), inputs.agencies.set_index("agency_id")["name_vi"]
    titles = dict(inputs.sites.set_index("site_id")["name"])
    found: list[Place | None] = []
    for j, k in zip(slot.tolist(), site.tolist(), strict=True):
        if j < 0:
            found.append(None)
            continue
        host, anchor = structure.slots[j]
        division = f"{rows[anchor].division} ({rows[anchor].agency})" if anchor >= 0 else ""
        found.append(Place(division, str(names[host]), titles[structure.sites[k]]))
    return found


def structure_alternatives(
    inputs: Inputs, structure: Structure, best: StructureSolution, around: Surroundings, label: str
) -> pd.DataFrame:
    """Table `structure_alternatives`: one row an alternative and division, with what it costs more.

    `settled`: the division is in the same place in the proposal and in all alternatives.
    """
    options = inputs.scenario.consolidate
    others = around.near_optimal(options.alternatives_gap, options.alternatives)
    for other in others:
        faults = check_structure(structure.problem, other)
        if faults:
            raise RuntimeError("an alternative structure failed its check: " + "; ".join(faults[:3]))
    site = [s.site_of_slot[s.slot_of_item] for s in others]
    best_site = best.site_of_slot[best.slot_of_item]
    same = [(s.slot_of_item == best.slot_of_item) & (k == best_site) for s, k in zip(others, site, strict=True)]
    settled = np.all(same, axis=0) if others else np.ones(len(best_site), bool)
    rows = []
    for number, (other, at) in enumerate(zip(others, site, strict=True), start=1):
        words = places(inputs, structure, other.slot_of_item, at)
        for i, item in enumerate(structure.items.itertuples()):
            rows.append(
                {
                    "alternative": number,
                    "division_id": item.division_id,
                    "division": item.division,
                    "agency": item.agency,
                    "continues": words[i].division,
                    "new_division_key": _key(structure, int(other.slot_of_item[i])),
                    "new_agency_id": structure.slots[other.slot_of_item[i]][0],
                    "new_agency": words[i].agency,
                    "site_id": structure.sites[at[i]],
                    "same": bool(same[number - 1][i]),
                    "settled": bool(settled[i]),
                    "extra_vnd": int(other.objective - best.objective) * UNIT_VND,
                    "label": label,
                }
            )
    return pd.DataFrame(rows, columns=list(TABLES["structure_alternatives"].columns))


def _key(structure: Structure, slot: int) -> str:
    host, anchor = structure.slots[slot]
    return f"{host}--{structure.items['division_id'].iloc[anchor]}" if anchor >= 0 else host


@dataclass(frozen=True)
class NextBest:
    """Sentences on the next best place of each item, and the least extra cost (VND over the horizon, NaN: no place)."""

    vi: list[str]
    en: list[str]
    vnd: np.ndarray

    @classmethod
    def read(cls, inputs: Inputs, structure: Structure, best: StructureSolution, choices: NextChoices) -> NextBest:
        """The words say whether the extra cost is exact, between two figures, or a lower bound only."""
        words = places(inputs, structure, choices.slot, choices.site)
        both = [_sentence(structure, best, choices, i, place) for i, place in enumerate(words)]
        more = (np.nan if w is None else round(x * UNIT_VND) for w, x in zip(words, choices.extra, strict=True))
        extra = np.array(list(more), float)
        return cls([b[0] for b in both], [b[1] for b in both], extra)


def _sentence(
    structure: Structure, best: StructureSolution, choices: NextChoices, i: int, place: Place | None
) -> tuple[str, str]:
    if place is None:
        kind = structure.items["kind"].iloc[i]
        if kind in (LEADERSHIP, SERVICE):
            return "Không có nơi khác: đi theo cơ quan.", "No other place: it goes with its agency."
        if np.sum(best.slot_of_item == best.slot_of_item[i]) > 1 and structure.slots[best.slot_of_item[i]][1] == i:
            return (
                "Là đơn vị lớn hơn nên làm nòng cốt; phương án khác là đơn vị ghép vào tách ra (xem đơn vị đó).",
                "The larger one, which the new division continues; otherwise those joined to it leave (see them).",
            )
        return "Không có nơi khác theo các quy định và khóa của kịch bản.", "No other place under rules and locks."
    vi_cost, en_cost = _cost(choices, i)
    alone = structure.slots[choices.slot[i]][1] == i
    if choices.slot[i] == int(best.slot_of_item[i]):
        vi, en = f"làm việc tại {place.site}", f"work at {place.site}"
    elif alone:
        vi, en = f"giữ riêng trong {place.agency}", f"stay a division of its own in {place.agency}"
    else:
        vi, en = f"ghép vào {place.division} thuộc {place.agency}", f"join {place.division} in {place.agency}"
    return f"Phương án kế tiếp: {vi}, {vi_cost}.", f"Next best: {en}, {en_cost}."


def _cost(choices: NextChoices, i: int) -> tuple[str, str]:
    """Extra cost in words: exact, between a bound and a structure that was found, or at least a bound."""
    least, found = choices.extra[i] * UNIT_VND / BILLION, choices.found[i] * UNIT_VND / BILLION
    vi_least, vi_found = (f"{x:.2f}".replace(".", ",") for x in (least, found))
    if choices.exact[i] and least < SMALL:
        return "chi phí gần như ngang nhau", "about equal in cost"
    if choices.exact[i]:
        return f"thêm {vi_least} tỷ đồng", f"VND {least:.2f} billion more"
    if np.isfinite(found) and least < SMALL:
        return f"thêm nhiều nhất {vi_found} tỷ đồng", f"at most VND {found:.2f} billion more"
    if np.isfinite(found):
        return f"thêm từ {vi_least} đến {vi_found} tỷ đồng", f"VND {least:.2f} to {found:.2f} billion more"
    if least < SMALL:
        return "chi phí thêm chưa xác định được", "the extra cost is not known"
    return f"thêm ít nhất {vi_least} tỷ đồng", f"at least VND {least:.2f} billion more"
