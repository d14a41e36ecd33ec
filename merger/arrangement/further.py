"""Further plans of an arrangement: nearly as good and as unlike as possible, and what all of them share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from merger.arrangement.aims import number
from merger.arrangement.model import ArrangeModel
from merger.inputs import Inputs
from merger.stages.stage import Finding
from merger.tables import conform
from solvers.problem import Stop
from solvers.regions.alternatives import Alternatives, find_alternatives
from solvers.regions.check import check_regions
from solvers.regions.problem import RegionSolution

CERTAIN, FOUND, OPEN = "certain", "found", "open"


@dataclass(frozen=True)
class FurtherPlans:
    """Tables `alternatives` and `settled`, what the committee should know of them, and figures of the stage."""

    tables: dict[str, pd.DataFrame]
    findings: tuple[Finding, ...]
    figures: dict[str, Any]


def further_plans(inputs: Inputs, model: ArrangeModel, solution: RegionSolution, stop: Stop) -> FurtherPlans:
    """Look for as many further plans as the scenario asks for (`arrange.alternatives`)."""
    options = inputs.scenario.arrange
    found = find_alternatives(model.problem, solution, options.alternatives, options.alternatives_gap, stop)
    for plan in found.plans:
        if faults := check_regions(model.problem, plan):
            raise RuntimeError("a further arrangement fails its independent check: " + "; ".join(faults[:5]))
    alternatives, settled = _alternatives(inputs, model, found), _settled(inputs, model, found)
    counts = settled["grouping"].value_counts()
    figures = {
        "alternatives": len(found.plans) - 1,
        "alternatives_looked_at": len(found.plans) - 1 + found.tested,
        **{f"grouping_{k}": int(counts.get(k, 0)) for k in (CERTAIN, FOUND, OPEN)},
    }
    for k, plan in enumerate(found.plans[1:], start=1):
        figures[f"alternative_{k}_objective"] = round(plan.values[-1], 1)
        figures[f"alternative_{k}_new_people"] = round(float(found.new_people[k]))
    findings = tuple(_findings(inputs, model, found, figures))
    return FurtherPlans({"alternatives": alternatives, "settled": settled}, findings, figures)


def _alternatives(inputs: Inputs, model: ArrangeModel, found: Alternatives) -> pd.DataFrame:
    """One row a further plan and old unit."""
    codes, names = np.array(model.codes), inputs.units["name_full"].to_numpy()
    first = found.plans[0].region
    company = first[:, None] == first[None, :]
    frames = []
    for k, plan in enumerate(found.plans[1:], start=1):
        seat = plan.seat[plan.region]
        minutes = model.problem.minutes[np.arange(len(codes)), seat]
        frames.append(
            pd.DataFrame(
                {
                    "alternative": k,
                    "old_code": codes,
                    "old_name": names,
                    "new_id": codes[seat],
                    "seat_code": codes[seat],
                    "minutes_to_seat": np.where(np.isfinite(minutes), minutes.round(2), np.nan),
                    "same": ((plan.region[:, None] == plan.region[None, :]) == company).all(axis=1),
                    "label": "proposed",
                }
            )
        )
    columns = ["alternative", "old_code", "old_name", "new_id", "seat_code", "minutes_to_seat", "same", "label"]
    return conform("alternatives", pd.concat(frames) if frames else pd.DataFrame(columns=columns))


def _settled(inputs: Inputs, model: ArrangeModel, found: Alternatives) -> pd.DataFrame:
    """One row an old unit: whom it is with in every plan, in all plans found, in some of them."""
    first, n = found.plans[0], len(model.codes)
    company = first.region[:, None] == first.region[None, :]
    ever = np.logical_or.reduce([p.region[:, None] == p.region[None, :] for p in found.plans])
    other = ~np.eye(n, dtype=bool)
    # A unit that the plan leaves alone has no company that could be proven.
    proven = (found.certain | ~company).all(axis=1) & (company & other).any(axis=1)
    fixed = np.zeros(n, dtype=bool)
    fixed[[u for f in model.problem.fixed for u in f.members]] = True
    grouping = np.where(proven | fixed, CERTAIN, np.where(found.settled, FOUND, OPEN))
    seats = np.array(model.codes)[first.seat[first.region]]
    return conform(
        "settled",
        pd.DataFrame(
            {
                "old_code": list(model.codes),
                "old_name": inputs.units["name_full"].to_numpy(),
                "new_id": seats,
                "grouping": grouping,
                "always_with": _lists(model, found.certain & other),
                "found_with": _lists(model, found.together & ~found.certain & other),
                "sometimes_with": _lists(model, ever & ~found.together & ~found.certain & other),
                "label": "proposed",
            }
        ),
    )


def _lists(model: ArrangeModel, pairs: np.ndarray) -> list[str]:
    return [";".join(model.codes[v] for v in np.flatnonzero(row)) for row in pairs]


def _findings(inputs: Inputs, model: ArrangeModel, found: Alternatives, figures: dict[str, Any]) -> Iterable[Finding]:
    gap, count = 100 * inputs.scenario.arrange.alternatives_gap, len(found.plans) - 1
    share = {lang: number(gap, lang, 2).rstrip("0").rstrip(",.") + "%" for lang in ("vi", "en")}
    if not count:
        yield Finding(
            vi=f"Không tìm được phương án nào khác kém không quá {share['vi']}.",
            en=f"No other plan at most {share['en']} worse was found.",
        )
        return
    people = float(model.problem.population.sum())
    new = [100 * x / people for x in found.new_people[1:]]
    listed = {lang: "; ".join(f"{number(x, lang)}%" for x in new) for lang in ("vi", "en")}
    yield Finding(
        vi=f"Đã tìm {count} phương án khác, mỗi mục tiêu kém không quá {share['vi']} so với phương án đề xuất và khác "
        f"nhau nhiều nhất có thể; phần dân số thuộc đơn vị mới chưa có trong các phương án trước: {listed['vi']}.",
        en=f"{count} further plans were found, each objective at most {share['en']} worse than in the proposal and as "
        f"unlike as possible; share of people in new units that no earlier plan has: {listed['en']}.",
    )
    looked = figures["alternatives_looked_at"]
    sure, same, rest = (figures[f"grouping_{k}"] for k in (CERTAIN, FOUND, OPEN))
    yield Finding(
        vi=f"Đã ngã ngũ: {sure} đơn vị cũ được chứng minh là ở cùng đúng các đơn vị như đề xuất trong mọi phương án "
        f"kém không quá {share['vi']}; {same} đơn vị khác ở trong cùng một đơn vị mới trong cả {looked + 1} phương án "
        f"đã xét (chưa chứng minh cho mọi phương án). Còn để ngỏ, có thể thảo luận: {rest} đơn vị.",
        en=f"Settled: {sure} old units are proven to be with the same units as proposed in every plan within "
        f"{share['en']}; {same} more are in the same new unit in all {looked + 1} plans looked at (not proven for "
        f"every plan). Open to discussion: {rest} units.",
    )
