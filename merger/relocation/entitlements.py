"""Who may leave with a benefit, what it would cost, and how the surplus shrinks over the five years.

Eligibility of persons and expected totals of groups: never a decision about a person.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.people import take_up
from merger.relocation.severance import (
    ARRANGED,
    EARLY,
    MONTHS,
    NONE,
    NOT_AFFECTED,
    RESIGNATION,
    Leaver,
    SeveranceLaw,
)

COLUMNS = ("entitlement", "entitlement_vnd", "entitlement_rules", "later_vnd")


def read_entitlements(people: pd.DataFrame, merged: np.ndarray, inputs: Inputs, law: SeveranceLaw) -> pd.DataFrame:
    """Entitlement of each person with COLUMNS, if it is chosen on the day the new units start.

    `merged` (P,): whether the person's body is merged or ends (Art 7, 9, 10); staff of a body that stays
    may only retire early under Art 7a. `later_vnd` is the amount when leaving 12 months later. Non-
    professional staff have regimes of their own outside the law data, so none here.
    """
    dates = inputs.scenario.dates
    later = dates.effect.replace(year=dates.effect.year + 1)
    counted = people["level"].ne("nonprofessional").to_numpy()
    rows = []
    columns = ["level", "sex", "born", "insurance_months", "coefficient", "leadership_coefficient"]
    plain = people[columns].astype(object).itertuples(index=False)
    for person, is_merged, counts in zip(plain, merged.tolist(), counted.tolist(), strict=True):
        if not counts:
            rows.append((NONE, 0, (), 0))
            continue
        decision = dates.province_decision if person.level in ("province", "service") else dates.commune_decision
        now, then = (_benefit(person, is_merged, decision, day, law) for day in (dates.effect, later))
        rows.append((now.kind, now.vnd, now.rules if now.kind != NONE else (), then.vnd))
    return pd.DataFrame(rows, columns=list(COLUMNS), index=people.index)


def _benefit(person, is_merged: bool, decision: date, day: date, law: SeveranceLaw):
    civil = person.level != "service"
    return law.entitlement(
        Leaver(
            sex=person.sex,
            born=person.born,
            leaves=day,
            insurance_months=int(person.insurance_months),
            coefficient=float(person.coefficient),
            leadership_coefficient=float(person.leadership_coefficient),
            decision=decision,
            civil_servant=civil,
            # Public employees draw no public-duty allowance; cadres and civil servants do.
            public_duty=civil,
            ground=ARRANGED if is_merged else NOT_AFFECTED,
        )
    )


def budget(entitlements: pd.DataFrame, inputs: Inputs) -> dict[str, Any]:
    """Expected leavers and money: take-up share x eligible persons, with the formula in words."""
    options = inputs.scenario.relocate
    figures: dict[str, Any] = {}
    total = 0
    for kind, share in (
        (EARLY, options.take_up_early_retirement),
        (RESIGNATION, options.take_up_resignation),
    ):
        rows = entitlements[entitlements["entitlement"] == kind]
        people, vnd = len(rows), int(rows["entitlement_vnd"].sum())
        figures |= {
            f"{kind}_eligible_people": people,
            f"{kind}_eligible_vnd": vnd,
            f"{kind}_eligible_later_vnd": int(rows["later_vnd"].sum()),
            f"{kind}_expected_people": round(share * people),
            f"{kind}_expected_vnd": round(share * vnd),
            f"{kind}_average_vnd": round(vnd / people) if people else 0,
            f"{kind}_take_up_ratio": share,
        }
        total += round(share * vnd)
    figures["leaving_budget_vnd"] = total
    figures["leaving_budget_formula"] = (
        "relocate.take_up_early_retirement x early_retirement_eligible_vnd"
        " + relocate.take_up_resignation x resignation_eligible_vnd"
    )
    return figures


def trim_path(people: pd.DataFrame, vacant: dict[str, int], inputs: Inputs) -> list[dict[str, Any]]:
    """Persons above the establishment on each 1 July, by level group, expected values.

    Each year the surplus falls by those of it who retire by age, by take-up of Decree 178 in the first
    year, and by transfer into posts that retirement and take-up of others free. `people` has `group`
    (province, commune), `outcome`, `entitlement`, `retires`; `vacant` holds posts without a holder at the
    start, by group.
    """
    options, dates = inputs.scenario.relocate, inputs.scenario.dates
    stays = 1 - take_up(people["entitlement"], options)
    start = MONTHS * dates.effect.year + dates.effect.month - 1
    year_of = np.maximum((people["retires"].to_numpy() - start - 1) // MONTHS, 0)
    placed = people["outcome"].eq("placed").to_numpy()
    surplus = people["surplus"].to_numpy()
    # Surplus leaders of the province wait for leading posts; at commune level any freed post helps.
    frees = placed & (people["role"].ne("staff") | people["group"].eq("commune")).to_numpy()
    rows = []
    for group in sorted(vacant):
        own = people["group"].eq(group).to_numpy()
        left, free = float((own & surplus).sum()), float(vacant[group])
        for year in range(dates.end.year - dates.effect.year):
            due = own & (year_of == year)
            # Whoever takes the benefit in the first year no longer retires by age later.
            by_age = float((stays * (due & surplus)).sum())
            taken = float(((1 - stays) * (own & surplus)).sum()) if year == 0 else 0.0
            freed = float((stays * (due & frees)).sum())
            freed += float(((1 - stays) * (own & frees)).sum()) if year == 0 else 0.0
            before = left
            left = max(left - by_age - taken, 0.0)
            moved = min(left, free + freed)
            free, left = free + freed - moved, left - moved
            rows.append(
                {
                    "group": group,
                    "year": dates.effect.year + year + 1,
                    "before_people": round(before),
                    "retired_by_age_people": round(by_age),
                    "take_up_people": round(taken),
                    "transferred_people": round(moved),
                    "after_people": round(left),
                }
            )
    return rows
