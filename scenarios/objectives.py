"""What an arrangement may be aimed at: the names that a planner writes, what each counts, and how it is told.

A further objective is one line here, and its measure one in the solver of regions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from geodata.faults import did_you_mean

Written = str | Mapping[str, float]


@dataclass(frozen=True)
class Aim:
    """One thing to be aimed at.

    `measure` of the solver of regions, of which `sign` 1 wants less and -1 wants more; a weight is a price of one
    `unit` of it. For people it is told as `vi` or `en`, in `shown` units of which each is `per` units.
    """

    measure: str
    sign: int
    unit: str
    vi: str
    en: str
    shown: tuple[str, str] = ("", "")
    per: float = 1.0


HOURS = ("người-giờ một lượt", "person-hours one way")
AIMS: dict[str, Aim] = {
    "travel": Aim(
        "travel", 1, "person-minutes", "Thời gian đi từ trung tâm đơn vị cũ đến trụ sở mới",
        "Travel from old centres to new seats", HOURS, 60.0,
    ),
    "standard_met": Aim(
        "met", -1, "new units", "Số đơn vị mới đạt cả hai tiêu chuẩn diện tích và dân số",
        "New units that meet both floors of Article 5(1)", ("đơn vị", "units"),
    ),
    "needs_decision": Aim(
        "open", 1, "new units", "Số đơn vị mới phải báo cáo Ủy ban Thường vụ Quốc hội",
        "New units that need a decision of the Standing Committee", ("đơn vị", "units"),
    ),
    "population_balance": Aim(
        "balance", 1, "persons", "Tổng chênh lệch dân số của các đơn vị mới so với mức bình quân mỗi bên",
        "Distance of the new units' populations from the mean of their side, summed", ("người", "persons"),
    ),
    "compactness": Aim(
        "border", 1, "m of border", "Chiều dài ranh giới giữa các đơn vị mới",
        "Length of the borders between new units", ("km", "km"), 1000.0,
    ),
    "district_crossings": Aim(
        "crossed", 1, "old districts beyond the first in a new unit",
        "Số lần đơn vị mới vượt ranh giới cấp huyện cũ", "Borders of old districts crossed inside new units",
    ),
    "seats_reused": Aim(
        "seats", 1, "seats outside arrange.seats_available", "Số trụ sở mới đặt ngoài các công sở có sẵn",
        "Seats of new units outside the offices available", ("trụ sở", "seats"),
    ),
    "least_change": Aim(
        "changed", 1, "persons whose seat is another than in data.arrangement_before",
        "Số người đổi trụ sở so với phương án trước", "People whose seat is another than in the plan before",
        ("người", "persons"),
    ),
    "divided_units": Aim(
        "parts", 1, "new units beyond the first that an old unit given in parts is divided between",
        "Số lần chia đơn vị cũ giữa các đơn vị mới (tính từ đơn vị mới thứ hai)",
        "Divisions of old units between new ones, counted from the second new unit on",
    ),
}  # fmt: skip


def meaning() -> str:
    """The names with the unit of their weights, for the description of the option."""
    return ", ".join(f"{name} ({aim.unit})" for name, aim in AIMS.items())


def read_objective(value: object) -> Written:
    """An objective as a scenario has it: a name, or a map of names with weights above 0."""
    if isinstance(value, str):
        _known(value)
        return value
    if not isinstance(value, Mapping) or not value:
        raise PydanticCustomError("objective", "is neither the name of an objective nor a map of name: weight")
    for name, weight in value.items():
        _known(str(name))
        number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if not number or weight <= 0:
            raise PydanticCustomError("objective", "the weight of {name} must be a number above 0", {"name": name})
    return dict(value)


def weights_of(objective: Written) -> dict[str, float]:
    """{name: weight}; one name alone weighs 1, as any weight of it means the same."""
    if isinstance(objective, str):
        return {objective: 1.0}
    return {name: 1.0 if len(objective) == 1 else float(weight) for name, weight in objective.items()}


def _known(name: str) -> None:
    if name not in AIMS:
        near = did_you_mean(name, AIMS)
        said = {"name": name, "near": near or "known: " + ", ".join(AIMS)}
        raise PydanticCustomError("objective", 'no objective "{name}", {near}', said)
