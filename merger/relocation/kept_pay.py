"""Pay kept by those who lose rank: the position allowance goes on for the months of Resolution 76/2025, Art 11(4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from merger.inputs import Inputs

RULE = "staffing.pay_and_position_allowance_kept_months"
BASE_WAGE = "severance.base_wage_vnd"
ALLOWANCES = "severance.position_allowance"


@dataclass(frozen=True)
class KeptPay:
    """Months and base wage of the law, and what posts carry themselves.

    `levels`: allowance that a commune post of level 0, 1, ... carries (relocate.rank_levels); `deputy`: that of a
    deputy head of division; `agency_deputy`: that of a deputy head of an agency; `years` that a yearly cost is spread
    over.
    """

    months: int
    base_wage_vnd: int
    levels: np.ndarray
    deputy: float
    agency_deputy: float
    years: float

    @classmethod
    def read(cls, inputs: Inputs) -> KeptPay:
        """Figures of a scenario."""
        dates, law = inputs.scenario.dates, inputs.law
        allowance = {r.id.rsplit(".", 1)[1]: float(r.fields["coefficient"]) for r in law.table(ALLOWANCES)}
        return cls(
            months=int(law.value(RULE)),
            base_wage_vnd=int(law.value(BASE_WAGE)),
            levels=np.array([0.0, *inputs.scenario.relocate.rank_levels]),
            deputy=allowance["division_deputy"],
            agency_deputy=allowance["so_deputy"],
            years=max((dates.end - dates.effect).days / 365.25, 1.0),
        )

    def vnd(self, coefficient, carried, lost) -> np.ndarray:
        """Money in all (VND): the part of the allowance before that the new post does not carry, for those months.

        `coefficient`: leadership coefficient before; `carried`: that of the new post; `lost`: whether rank is lost.
        """
        rest = np.where(lost, np.maximum(np.asarray(coefficient) - carried, 0.0), 0.0)
        return np.rint(rest * self.base_wage_vnd * self.months)

    def year_vnd(self, coefficient, carried, lost) -> np.ndarray:
        """The same, spread over the years of the plan (VND a year)."""
        return self.vnd(coefficient, carried, lost) / self.years
