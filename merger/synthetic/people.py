"""Attributes of the people of the SYNTHETIC roster: sex, age, insurance, rank, salary, protected cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from merger.synthetic.tables import assumptions

if TYPE_CHECKING:
    from merger.inputs import Inputs

SPREAD_MONTHS = 120  # who would be retired already is drawn again from the ten years before the retirement age


def month_number(text: str) -> int:
    """Months since year 0 of YYYY-MM."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def month_text(numbers: np.ndarray) -> np.ndarray:
    """YYYY-MM of month numbers."""
    return np.array([f"{n // 12:04d}-{n % 12 + 1:02d}" for n in numbers], object)


def retirement_month(born: np.ndarray, sex: np.ndarray, inputs: Inputs) -> np.ndarray:
    """Month number at which each person reaches retirement age (law/severance retirement_age)."""
    result = np.zeros(len(born), int)
    for rule in inputs.law.table("severance.retirement_age"):
        row = rule.fields
        last = month_number(row["born_to"]) if row["born_to"] else np.iinfo(int).max
        inside = (sex == row["sex"]) & (born >= month_number(row["born_from"])) & (born <= last)
        result[inside] = born[inside] + int(row["age_months"])
    return result


def first_month(inputs: Inputs) -> int:
    """Month number of the first day of the plan, at which ages and insurance are counted."""
    return month_number(inputs.scenario.dates.start.isoformat())


def draw_people(people: pd.DataFrame, inputs: Inputs, random: np.random.Generator) -> pd.DataFrame:
    """Add sex, born, insurance_months, rank, coefficient and protected, as of the first day of the plan."""
    today = first_month(inputs)
    ours = assumptions()["people"]
    sex = _sexes(people, ours, random)
    born = _births(people, sex, inputs, ours, random)
    age = today - born
    late = random.exponential(ours["mean_years_before_insured"] * 12, len(people)).astype(int)
    insured = np.maximum(age - ours["youngest_age"] * 12 - late, 3)
    non = (people["level"] == "nonprofessional").to_numpy()
    insured[non] = np.minimum(insured[non], today - month_number(ours["nonprofessional_insured_from"]))
    rank = _ranks(people, age, ours, random)
    near = inputs.law.value("severance.resign_civil_min_years_to_retirement") * 12
    return people.assign(
        sex=sex,
        born=month_text(born),
        age_months=age,
        insurance_months=insured,
        rank=rank,
        coefficient=_coefficients(rank, insured, inputs, ours),
        protected=_protected(sex, age, retirement_month(born, sex, inputs) - today, near, random),
    )


def _sexes(people: pd.DataFrame, ours: dict, random: np.random.Generator) -> np.ndarray:
    women = people["level"].map(ours["women"]).to_numpy(float)
    women = np.select(
        [people["role"] == "head", people["role"] == "deputy"],
        [ours["women_head"], ours["women_deputy"]],
        women,
    )
    return np.where(random.random(len(people)) < women, "f", "m").astype(object)


def _births(people, sex, inputs, ours, random) -> np.ndarray:
    """Months of birth: age bands by role, nobody past retirement age."""
    today = first_month(inputs)
    group = np.where(people["level"] == "nonprofessional", "nonprofessional", people["role"])
    born = np.zeros(len(people), int)
    for name in sorted(ours["ages"]):
        who = np.flatnonzero(group == name)
        bands = np.array(ours["ages"][name], float)
        band = random.choice(len(bands), size=len(who), p=bands[:, 2] / bands[:, 2].sum())
        years = bands[band, 0] + (bands[band, 1] - bands[band, 0]) * random.random(len(who))
        born[who] = today - np.floor(years * 12).astype(int)
    again = random.integers(0, SPREAD_MONTHS, len(people))
    for s in ("f", "m"):
        candidates = np.arange(today - 70 * 12, today - 50 * 12)
        limit = retirement_month(candidates, np.full(len(candidates), s, object), inputs)
        oldest = candidates[limit > today].min()
        retired = (sex == s) & (born < oldest)
        born[retired] = oldest + again[retired]
    return born


def _ranks(people, age, ours, random) -> np.ndarray:
    level, role = people["level"].to_numpy(), people["role"].to_numpy()
    local = np.isin(level, ["district", "commune"])
    group = np.select(
        [
            level == "nonprofessional",
            level == "commune",
            people["is_leader"],
            role == "head",
            role == "deputy",
            level == "service",
        ],
        ["", "commune", "leader", "head", "deputy", "service"],
        "staff",
    )
    group[local & np.isin(role, ["head", "deputy"]) & (level == "district")] = "deputy"
    rank = np.full(len(people), "", object)
    for name in sorted(ours["ranks"]):
        who = np.flatnonzero(group == name)
        shares = ours["ranks"][name]
        p = np.array(list(shares.values()))
        rank[who] = np.array(list(shares), object)[random.choice(len(p), size=len(who), p=p / p.sum())]
    for name, years in ours["rank_min_age"].items():
        rank[(rank == name) & (age < years * 12)] = "chuyen_vien"
    return rank


def _coefficients(rank, insured, inputs, ours) -> np.ndarray:
    """Salary step by years of service within the rank's range; a lump sum where there is no rank."""
    coefficient = np.full(len(rank), float(ours["nonprofessional_coefficient"]))
    for rule in inputs.law.table("severance.salary_rank"):
        name, row = rule.id.rsplit(".", 1)[1], rule.fields
        who = rank == name
        years = insured[who] / 12 - ours["rank_entry_years"][name]
        step = np.clip(years // ours["rank_step_years"][name], 0, row["steps"] - 1)
        coefficient[who] = np.minimum(row["min"] + step * row["step"], row["max"])
    return np.round(coefficient, 2)


def _protected(sex, age, months_left, near, random) -> np.ndarray:
    """Protected cases, joined by ";"; near retirement means at most `near` months before it."""
    ours = assumptions()["people"]
    u = random.random((3, len(sex)))
    child, pregnant = ours["small_child"], ours["pregnant"]
    of_age = (age >= child["from_age"] * 12) & (age < child["to_age"] * 12)
    fertile = (age >= pregnant["from_age"] * 12) & (age < pregnant["to_age"] * 12)
    cases = {
        "small_child": of_age & (u[0] < np.where(sex == "f", child["women"], child["men"])),
        "pregnant": fertile & (sex == "f") & (u[1] < pregnant["women"]),
        "disability": u[2] < ours["disability"],
        "near_retirement": months_left <= near,
    }
    text = np.full(len(sex), "", object)
    for name, who in cases.items():
        text[who] = [f"{t};{name}" if t else name for t in text[who]]
    return text
