"""Who may leave with a benefit and what it would cost.

Eligibility of persons and expected totals of groups: never a decision about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from merger.inputs import Inputs
from merger.relocation.retirement import MONTHS
from merger.relocation.severance import (
    ARRANGED,
    EARLY,
    NONE,
    NOT_AFFECTED,
    RESIGNATION,
    Leaver,
    SeveranceLaw,
    first_of_month,
)
from scenarios.schema import Dates

COLUMNS = ("entitlement", "entitlement_vnd", "entitlement_rules", "later_vnd")
# What the roster tells about a leaver.
ASKED = (
    "level",
    "sex",
    "born",
    "insurance_months",
    "coefficient",
    "leadership_coefficient",
    "hard_months",
)


def read_entitlements(people: pd.DataFrame, merged: np.ndarray, inputs: Inputs, law: SeveranceLaw) -> pd.DataFrame:
    """Entitlement of each person with COLUMNS, if it is chosen on the day the new units start.

    `merged` (P,): whether the person's body is merged or ends (Art 7, 9, 10); staff of a body that stays
    may only retire early under Art 7a. `later_vnd` is the amount on the first day of a month after the first
    12 months. Non-professional staff have regimes of their own outside the law data, so none here.
    """
    dates = inputs.scenario.dates
    rows = []
    for person, is_merged in zip(asked(people), merged.tolist(), strict=True):
        if person["level"] == "nonprofessional":
            rows.append((NONE, 0, (), 0))
            continue
        ground = ARRANGED if is_merged else NOT_AFFECTED
        first, later = leaving_days(person["level"], ground, dates, law)
        now, then = (law.entitlement(leaver_of(person, ground, day, dates, law)) for day in (first, later))
        rows.append((now.kind, now.vnd, now.rules if now.kind != NONE else (), then.vnd))
    return pd.DataFrame(rows, columns=list(COLUMNS), index=people.index)


def asked(people: pd.DataFrame) -> list[dict[str, Any]]:
    """The columns ASKED of each person; a roster without `hard_months` has none."""
    frame = people if "hard_months" in people else people.assign(hard_months=0)
    frame = frame[list(ASKED)].fillna({"hard_months": 0})
    return frame.astype(object).to_dict("records")


def decision_day(level: str, dates: Dates) -> date:
    """Day from which the first 12 months run: the decision on the province, or on the communes."""
    return dates.province_decision if level in ("province", "service") else dates.commune_decision


def leaving_days(level: str, ground: str, dates: Dates, law: SeveranceLaw) -> tuple[date, date]:
    """Days on which leaving is priced: the start of the new units, and the first of a month after the 12 months."""
    over = law.month_13(ground, decision_day(level, dates))
    return dates.effect, first_of_month(max(over, dates.effect))


def leaver_of(person: Mapping[str, Any], ground: str, day: date, dates: Dates, law: SeveranceLaw) -> Leaver:
    """A person of the roster (columns ASKED) who leaves on `day`.

    Public employees draw no public-duty allowance; cadres and civil servants do.
    """
    civil = person["level"] != "service"
    return Leaver(
        sex=person["sex"],
        born=person["born"],
        leaves=day,
        insurance_months=int(person["insurance_months"]),
        coefficient=float(person["coefficient"]),
        leadership_coefficient=float(person["leadership_coefficient"]),
        decision=decision_day(person["level"], dates),
        civil_servant=civil,
        public_duty=civil,
        ground=ground,
        hard_work=person["hard_months"] >= MONTHS * law.figures["hard_work_min_years"],
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
