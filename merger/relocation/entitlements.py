"""Who may leave with a benefit and what it would cost.

Eligibility of persons and expected totals of groups: never a decision about a person.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.severance import (
    ARRANGED,
    EARLY,
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
