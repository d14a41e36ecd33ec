"""How the surplus shrinks over the five years: by age, by leaving with a benefit, by transfer into freed posts.

Expected values of groups, with the take-up rates that the scenario states: never a decision about a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.people import take_up
from merger.relocation.severance import MONTHS, NONE

# A group: province (both sides share its bodies, so side is "both") or commune with its side.
Group = tuple[str, str]
# Steps in which the needed take-up is searched.
STEPS = 100


@dataclass(frozen=True)
class _Numbers:
    """Sums of one group: surplus and holders of posts that help it, by year of retirement; money."""

    surplus: np.ndarray
    surplus_eligible: np.ndarray
    freeing: np.ndarray
    freeing_eligible: np.ndarray
    benefit_vnd: float
    pay_vnd: float


def trim_path(people: pd.DataFrame, vacant: dict[Group, int], inputs: Inputs, label: str) -> pd.DataFrame:
    """Table `trim_path`: persons above the establishment from 1 July to 1 July, expected values, and their cost.

    Each year the surplus falls by those of it who retire by age, by take-up of Decree 178 in the first year, and by
    transfer into posts that are vacant or that retirement and take-up of others free. `people` has `group`, `side`,
    `role`, `outcome`, `surplus`, `entitlement`, `entitlement_vnd`, `retires`, `pay_vnd` (a month); `vacant` holds
    posts without a holder at the start.
    """
    dates = inputs.scenario.dates
    rate = take_up(people["entitlement"], inputs.scenario.relocate)
    rows = []
    for group in sorted(vacant):
        numbers = _numbers(people, _members(people, group), rate, inputs)
        for year, row in enumerate(_simulate(numbers, vacant[group])):
            rows.append(
                {
                    "group": group[0],
                    "side": group[1],
                    "year": dates.effect.year + year + 1,
                    **{name: round(value) for name, value in row.items()},
                    "label": label,
                }
            )
    return pd.DataFrame(rows)


def needed_take_up(people: pd.DataFrame, vacant: dict[Group, int], inputs: Inputs) -> dict[str, float | None]:
    """Smallest share of eligible persons that brings each group into line in time; None where all would not do."""
    needed: dict[str, float | None] = {}
    eligible = people["entitlement"].ne(NONE).to_numpy()
    for group in sorted(vacant):
        members = _members(people, group)
        needed["|".join(group)] = next(
            (
                step / STEPS
                for step in range(STEPS + 1)
                if _simulate(_numbers(people, members, eligible * step / STEPS, inputs), vacant[group])[-1][
                    "after_people"
                ]
                < 0.5
            ),
            None,
        )
    return needed


def _members(people: pd.DataFrame, group: Group) -> np.ndarray:
    own = people["group"].eq(group[0])
    return (own & people["side"].eq(group[1]) if group[1] != "both" else own).to_numpy()


def _numbers(people: pd.DataFrame, members: np.ndarray, rate: np.ndarray, inputs: Inputs) -> _Numbers:
    dates = inputs.scenario.dates
    start, years = MONTHS * dates.effect.year + dates.effect.month - 1, dates.end.year - dates.effect.year
    # Year 0 is the first one; who retires after the last year counts in none of them.
    year = np.clip((people["retires"].to_numpy() - start - 1) // MONTHS, 0, years)
    surplus = members & people["surplus"].to_numpy()
    # Surplus leaders of the province wait for leading posts; at commune level any freed post helps.
    helps = (people["role"].ne("staff") | people["group"].eq("commune")).to_numpy()
    frees = members & people["outcome"].eq("placed").to_numpy() & helps

    def by_year(who: np.ndarray, weight: np.ndarray) -> np.ndarray:
        return np.bincount(year[who], weight[who], minlength=years + 1)

    number = max(int(surplus.sum()), 1)
    return _Numbers(
        surplus=by_year(surplus, 1 - rate),
        surplus_eligible=by_year(surplus, rate),
        freeing=by_year(frees, 1 - rate),
        freeing_eligible=by_year(frees, rate),
        benefit_vnd=float((rate * people["entitlement_vnd"].to_numpy())[surplus].sum()),
        pay_vnd=float(people["pay_vnd"].to_numpy()[surplus].sum()) * MONTHS / number,
    )


def _simulate(numbers: _Numbers, vacant: float) -> list[dict[str, float]]:
    """One row a year; whoever takes the benefit in the first year no longer retires by age later.

    A transfer takes from all who still wait alike, whatever year they would retire in: who has moved into a post is no
    longer above the establishment when he retires.
    """
    waiting = numbers.surplus.astype(float)
    left = float(waiting.sum() + numbers.surplus_eligible.sum())
    free, rows = float(vacant), []
    for year in range(len(numbers.surplus) - 1):
        first = year == 0
        before, by_age = left, float(waiting[year])
        taken = float(numbers.surplus_eligible.sum()) if first else 0.0
        freed = float(numbers.freeing[year]) + (float(numbers.freeing_eligible.sum()) if first else 0.0)
        left = float(waiting[year + 1 :].sum())
        moved = min(left, free + freed)
        if left > 0:
            waiting[year + 1 :] *= (left - moved) / left
        free, left = free + freed - moved, left - moved
        rows.append(
            {
                "before_people": before,
                "retired_by_age_people": by_age,
                "take_up_people": taken,
                "transferred_people": moved,
                "after_people": left,
                "benefit_vnd": numbers.benefit_vnd if first else 0.0,
                # Paid on average to the mean of those above the establishment at both ends of the year.
                "pay_vnd": numbers.pay_vnd * (before + left) / 2,
            }
        )
    return rows


def surplus_at_end(path: pd.DataFrame) -> dict[str, Any]:
    """Persons still above the establishment at the end, in all and by group."""
    last = path[path["year"] == path["year"].max()]
    by_group = {f"{r.group}|{r.side}": int(r.after_people) for r in last.itertuples()}
    return {"surplus_at_end_people": sum(by_group.values()), "surplus_at_end_by_group_people": by_group}
