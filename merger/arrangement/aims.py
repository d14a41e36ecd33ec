"""The objectives of an arrangement: for the solver, and its answer told to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from merger.stages.stage import Finding
from scenarios.objectives import AIMS, Written, weights_of
from solvers.regions.problem import Objective, RegionSolution

# Relative distance of value and bound at which nothing better is left.
PROVEN_WITHIN = 1e-7


def solver_objectives(objectives: Sequence[Written]) -> tuple[Objective, ...]:
    """Objectives of a scenario as weighted sums of the solver's measures, all to be minimised."""
    return tuple(
        Objective({AIMS[name].measure: AIMS[name].sign * weight for name, weight in weights_of(written).items()})
        for written in objectives
    )


@dataclass(frozen=True)
class Reached:
    """Value of an objective and the best that any arrangement could have, in `unit`; None without a bound.

    `most`: the more the better; else the less.
    """

    name: str
    value: float
    bound: float | None
    unit: str
    most: bool

    @property
    def proven(self) -> bool:
        """Whether no arrangement is better, the earlier objectives kept."""
        return self.bound is not None and abs(self.value - self.bound) <= PROVEN_WITHIN * max(abs(self.value), 1.0)

    def figure(self) -> dict[str, Any]:
        """As the record of the stage keeps it."""
        return {
            "objective": self.name,
            "value": round(self.value, 3),
            "bound": None if self.bound is None else round(self.bound, 3),
            "unit": self.unit,
            "best": "most" if self.most else "least",
            "proven": self.proven,
        }


def reached(objectives: Sequence[Written], solution: RegionSolution) -> list[Reached]:
    """What a solution reaches of each objective, in their order."""
    return [told(*row) for row in zip(objectives, solution.values, solution.bounds, strict=True)]


def told(objective: Written, value: float, bound: float | None) -> Reached:
    """A value of the solver, which minimises, as a figure of the objective."""
    weights = weights_of(objective)
    if len(weights) > 1:
        name = " + ".join(f"{weight:g} {name}" for name, weight in weights.items())
        return Reached(name, value, bound, "weighted sum", False)
    (name,) = weights
    aim = AIMS[name]
    return Reached(name, aim.sign * value, None if bound is None else aim.sign * bound, aim.unit, aim.sign < 0)


def objective_finding(reach: Reached, plain_units: int, people: float, *, later: bool) -> Finding:
    """One objective in words. `plain_units`: new units but special zones; `later`: not the first objective."""
    value = {lang: _amount(reach, reach.value, lang) for lang in ("vi", "en")}
    if reach.name == "standard_met":
        value = {"vi": f"{value['vi']} trong số {plain_units}", "en": f"{value['en']} of {plain_units}"}
    if reach.name == "travel" and people:
        mean = reach.value / people
        value["vi"] += f" (bình quân {number(mean, 'vi', 2)} phút mỗi người)"
        value["en"] += f" ({number(mean, 'en', 2)} minutes a person)"
    return Finding(
        vi=f"{_title(reach, 'vi')}: {value['vi']}. {_proof_vi(reach, later)}",
        en=f"{_title(reach, 'en')}: {value['en']}. {_proof_en(reach, later)}",
    )


def _proof_vi(reach: Reached, later: bool) -> str:
    given = " với các mục tiêu trước giữ như ở phương án này," if later else ""
    better = "nhiều" if reach.most else "ít"
    if reach.proven:
        return f"Đã chứng minh:{given} không phương án nào có {better} hơn."
    if reach.bound is None:
        return "Chưa chứng minh được khoảng cách đến phương án tốt nhất."
    return f"Chưa chắc là tốt nhất:{given} không phương án nào có {better} hơn {_amount(reach, reach.bound, 'vi')}" + (
        f" (tốt hơn nhiều nhất {_share(reach, 'vi')})."
    )


def _proof_en(reach: Reached, later: bool) -> str:
    given = " with the earlier objectives kept as they are here," if later else ""
    better = "more" if reach.most else "less"
    if reach.proven:
        return f"Proven:{given} no arrangement has {better}."
    if reach.bound is None:
        return "No bound was proven: how far the best arrangement may be is not known."
    return f"Perhaps not the best:{given} no arrangement has {better} than {_amount(reach, reach.bound, 'en')}" + (
        f" (at most {_share(reach, 'en')} better)."
    )


def _share(reach: Reached, lang: str) -> str:
    gap = abs(reach.value - (reach.bound or 0.0)) / max(abs(reach.value), 1e-9)
    return f"{number(100 * gap, lang, 2)}%"


def _title(reach: Reached, lang: str) -> str:
    aim = AIMS.get(reach.name)
    if aim is None:
        return f"Tổng có trọng số {reach.name}" if lang == "vi" else f"Weighted sum {reach.name}"
    return aim.vi if lang == "vi" else aim.en


def _amount(reach: Reached, value: float, lang: str) -> str:
    aim = AIMS.get(reach.name)
    if aim is None:
        return number(value, lang)
    shown = value / aim.per
    unit = aim.shown[0 if lang == "vi" else 1]
    return f"{number(shown, lang, 0 if abs(shown) >= 100 or float(shown).is_integer() else 1)} {unit}".strip()


def number(value: float, lang: str, decimals: int = 0) -> str:
    """A figure with the separators of the language."""
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text
