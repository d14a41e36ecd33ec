"""Leaving benefits by Decree 178/2024 with Decree 67/2025, computed as in Circular 01/2025.

Eligibility and amounts only: whether anyone leaves is a decision of people. Months are months of current
salary. Leaving takes effect on the first day of a month; retirement on the first day of the month after the
one in which the retirement age is reached. Words of a computation: merger.relocation.severance_lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from merger.relocation.retirement import LOWEST, MONTHS, RetirementAges, half_years
from scenarios.law import Rule, RuleBook

ARRANGED, NOT_AFFECTED, NOT_RE_ELECTED = "arranged", "not_directly_affected", "not_re_elected"
EARLY, RESIGNATION, NONE = "early_retirement", "resignation", "none"


@dataclass(frozen=True)
class Leaver:
    """What the decrees ask about a person; no name, no decision.

    Parameters
    ----------
    sex, born : `m` or `f`; month of birth as YYYY-MM.
    leaves : day of leaving.
    insurance_months : months of compulsory social insurance.
    coefficient, leadership_coefficient : multiples of the base wage.
    decision : day on which the arranging decision takes effect (start of the first 12 months).
    civil_servant : True for cadres and civil servants (Art 9), False for public employees (Art 10).
    public_duty : whether the public-duty allowance is paid; its rate is a recalled rule.
    ground : `arranged` (Art 7), `not_directly_affected` (Art 7a) or `not_re_elected` (Art 7b).
    hard_work : whether the years of hard and toxic work or in especially difficult areas reach those of Art 7(2):
        then the age of Appendix II counts for whoever is within five years of it, that of Appendix I otherwise.
    """

    sex: str
    born: str
    leaves: date
    insurance_months: int
    coefficient: float
    decision: date
    leadership_coefficient: float = 0.0
    civil_servant: bool = True
    public_duty: bool = False
    ground: str = ARRANGED
    hard_work: bool = False


@dataclass(frozen=True)
class Item:
    """One benefit: `rate` months of salary for each of `quantity`, by the rule `rule`.

    `also` are rules that shaped the quantity: rounding, a cap, the bound between two groups.
    """

    kind: str
    rate: float
    quantity: float
    rule: str
    also: tuple[str, ...] = ()

    @property
    def months(self) -> float:
        """Months of current salary."""
        return round(self.rate * self.quantity, 6)


@dataclass(frozen=True)
class Benefit:
    """An entitlement: `kind` is early_retirement, resignation or none; `why` says which condition decided.

    `rules` are the rule ids behind it; `recalled` those of them that were recalled and need a check before
    use.
    """

    kind: str
    salary_vnd: int
    months_early: int
    items: tuple[Item, ...]
    why: str
    rules: tuple[str, ...] = ()
    recalled: tuple[str, ...] = ()

    @property
    def months(self) -> float:
        """Months of current salary in all."""
        return round(sum(i.months for i in self.items), 6)

    @property
    def vnd(self) -> int:
        """The whole benefit, VND: the sum of its rounded lines."""
        return sum(round(i.months * self.salary_vnd) for i in self.items)


class SeveranceLaw:
    """The figures of severance.* read once from the rule book, and the computations that use them."""

    def __init__(self, book: RuleBook):
        self.book = book
        self.figures: dict[str, Any] = {r.id.removeprefix("severance."): r.value for r in book.table("severance")}
        self.short, self.middle, self.longest = (MONTHS * y for y in self.figures["early_bounds_years"])
        self._ages, self._lowest = RetirementAges(book), RetirementAges(book, LOWEST)

    @cached_property
    def counts_public_duty(self) -> bool:
        """Whether the public-duty allowance is part of the current salary."""
        return "public duty" in self.figures["allowances_counted"]

    def retirement_rule(self, sex: str, born: str) -> Rule:
        """Row of Decree 135/2020, Appendix I, for a month of birth."""
        return self._ages.of(sex, born)[0]

    def retirement_month(self, sex: str, born: str) -> int:
        """Month number (12 x year + month - 1) from which the person is retired by age, normal conditions."""
        return self._ages.of(sex, born)[1]

    def age_that_counts(self, leaver: Leaver) -> tuple[Rule, int]:
        """Row of Decree 135/2020 and month number of retirement that months early are counted to."""
        if leaver.hard_work:
            rule, month = self._lowest.of(leaver.sex, leaver.born)
            if 0 < month - _start(leaver.leaves) <= self.middle:
                return rule, month
        return self._ages.of(leaver.sex, leaver.born)

    def months_early(self, leaver: Leaver) -> int:
        """Whole months from leaving to retirement by age; a part of a month at the start does not count."""
        return self.age_that_counts(leaver)[1] - _start(leaver.leaves)

    def salary(self, coefficient: float, leadership: float = 0.0, *, public_duty: bool = False) -> int:
        """Current monthly salary, VND (Circular 01/2025 Art 3)."""
        pay = coefficient + leadership
        if public_duty and self.counts_public_duty:
            pay *= 1 + self.figures["public_duty_allowance_pct"] / 100
        return round(pay * self.figures["base_wage_vnd"])

    def month_13(self, ground: str, decision: date) -> date:
        """First day after the first 12 months; the clock of Art 7a starts on a day of its own."""
        clock = self.figures["clock_start_7a"] if ground == NOT_AFFECTED else decision
        return year_later(clock)

    def in_first_12_months(self, leaver: Leaver) -> bool:
        """Whether the person leaves within 12 months of the clock's start: on that day a year later no more."""
        return leaver.leaves < self.month_13(leaver.ground, leaver.decision)

    def entitlement(self, leaver: Leaver) -> Benefit:
        """Early retirement where its conditions hold, else resignation where its own do, else none."""
        early = self.early_retirement(leaver)
        return early if early.kind == EARLY else self.resignation(leaver)

    def early_retirement(self, leaver: Leaver) -> Benefit:
        """Art 7, 7a or 7b: retirement before the age, without a deduction from the pension."""
        if leaver.leaves < self.figures["effect"]:
            return self._none(leaver, "before_effect")
        early = self.months_early(leaver)
        if early <= 0:
            return self._none(leaver, "past_age")
        if leaver.insurance_months < MONTHS * self.figures["insurance_15_to_20_first_years"]:
            return self._none(leaver, "insurance_short")
        if leaver.ground == NOT_AFFECTED and early > self.middle:
            return self._none(leaver, "too_early_7a")
        if early > self.longest:
            return self._none(leaver, "too_early")
        items = self._early_items(early, leaver.insurance_months, self.in_first_12_months(leaver), leaver.ground)
        return self._benefit(EARLY, leaver, items)

    @lru_cache(maxsize=65536)  # noqa: B019 - one SeveranceLaw lives as long as a run
    def _early_items(self, early: int, insurance: int, first: bool, ground: str) -> tuple[Item, ...]:
        lump = self._lump(early, first, ground)
        if early < self.short:
            band = "per_year_early_lt2"
        else:
            band = "per_year_early_2_to_5" if early <= self.middle else "per_year_early_gt5_le10"
        per_year = Item("per_year", self.figures[band], half_years(early), f"severance.{band}", _rounding(early))
        if early < self.short:  # the items for years of insurance begin at two years early
            return (lump, per_year) if per_year.rate else (lump,)
        return (lump, per_year, *self._insurance_items(insurance))

    def _lump(self, early: int, first: bool, ground: str) -> Item:
        when = "first12" if first else "from13"
        if ground == NOT_RE_ELECTED:
            factor = self.figures["early_le5_first12_factor"]
            return Item("lump", factor, early, "severance.not_re_elected_7b")
        if ground == NOT_AFFECTED:
            factor = self.figures[f"early_le5_{when}_factor"]
            return Item("lump", factor, early, "severance.not_directly_affected_7a")
        if early > self.middle:
            rule = f"early_gt5_le10_{when}_factor"
            return Item(
                "lump", self.figures[rule], self.book[f"severance.{rule}"].fields["months"], f"severance.{rule}"
            )
        rule = "early_lt2_factor" if early < self.short else f"early_le5_{when}_factor"
        return Item("lump", self.figures[rule], early, f"severance.{rule}")

    def _insurance_items(self, insurance: int) -> tuple[Item, ...]:
        """Months for the first years of insurance and for each year beyond them, in the group the years reach."""
        bound = "insurance_15_to_20_upper_bound"
        name = "insurance_ge20" if insurance >= MONTHS * self.figures[bound] else "insurance_15_to_20"
        also = (f"severance.{bound}",)
        items = [Item("insurance", self.figures[f"{name}_months"], 1, f"severance.{name}_months", also)]
        extra = half_years(insurance) - self.figures[f"{name}_first_years"]
        if extra > 0:
            rule = f"{name}_per_extra_year"
            items.append(Item("insurance_extra", self.figures[rule], extra, f"severance.{rule}", _rounding(insurance)))
        return tuple(items)

    def resignation(self, leaver: Leaver) -> Benefit:
        """Art 9 (cadres, civil servants) or Art 10 (public employees): leaving, not near retirement."""
        if leaver.leaves < self.figures["effect"]:
            return self._none(leaver, "before_effect")
        early = self.months_early(leaver)
        if early < MONTHS * self.figures["resign_civil_min_years_to_retirement"]:
            return self._none(leaver, "past_age" if early <= 0 else "near_age")
        if leaver.ground != ARRANGED:
            return self._none(leaver, "not_affected")
        if self.early_retirement(leaver).kind == EARLY:
            return self._none(leaver, "early_retirement_instead")
        if leaver.insurance_months <= 0:
            return self._none(leaver, "uninsured")
        items = self._resign_items(leaver.insurance_months, self.in_first_12_months(leaver), leaver.civil_servant)
        return self._benefit(RESIGNATION, leaver, items)

    @lru_cache(maxsize=65536)  # noqa: B019
    def _resign_items(self, insurance: int, first: bool, civil: bool) -> tuple[Item, ...]:
        f, who, cap = self.figures, "civil" if civil else "employee", "resign_lump_months_cap"
        lump, per_year = (
            f"resign_{who}_{'first12' if first else 'from13'}_factor",
            f"resign_{who}_per_insurance_year",
        )
        search = f"resign_{who}_job_search_months"
        items = [
            Item("lump", f[lump], min(insurance, f[cap]), f"severance.{lump}", (f"severance.{cap}",)),
            Item("insurance", f[per_year], half_years(insurance), f"severance.{per_year}", _rounding(insurance)),
        ]
        if f[search]:
            items.append(Item("job_search", f[search], 1, f"severance.{search}"))
        return tuple(items)

    def _benefit(self, kind: str, leaver: Leaver, items: tuple[Item, ...]) -> Benefit:
        rules = [i.rule for i in items] + [r for i in items for r in i.also] + [self.age_that_counts(leaver)[0].id]
        if leaver.public_duty and self.counts_public_duty:
            rules.append("severance.public_duty_allowance_pct")
        rules = list(dict.fromkeys(rules))
        return Benefit(
            kind=kind,
            salary_vnd=self.salary(leaver.coefficient, leaver.leadership_coefficient, public_duty=leaver.public_duty),
            months_early=self.months_early(leaver),
            items=items,
            why="eligible",
            rules=tuple(rules),
            recalled=tuple(r for r in rules if self.book[r].status == "recalled"),
        )

    def _none(self, leaver: Leaver, why: str) -> Benefit:
        age = self.age_that_counts(leaver)[0].id
        rule = {
            "before_effect": "severance.effect",
            "past_age": age,
            "insurance_short": "severance.eligibility_early_retirement",
            "too_early": "severance.early_bounds_years",
            "too_early_7a": "severance.not_directly_affected_7a",
            "near_age": "severance.resign_civil_min_years_to_retirement",
            "not_affected": "severance.not_directly_affected_7a",
            "early_retirement_instead": "severance.resign_civil_min_years_to_retirement",
            "uninsured": f"severance.resign_{'civil' if leaver.civil_servant else 'employee'}_per_insurance_year",
        }[why]
        salary = self.salary(leaver.coefficient, leaver.leadership_coefficient, public_duty=leaver.public_duty)
        recalled = tuple(r for r in (rule,) if self.book[r].status == "recalled")
        return Benefit(NONE, salary, self.months_early(leaver), (), why, (rule,), recalled)


def year_later(day: date) -> date:
    """The same day a year later; 1 March after a 29 February."""
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def first_of_month(day: date) -> date:
    """The first day of a month on or after `day`."""
    if day.day == 1:
        return day
    return date(day.year + day.month // MONTHS, day.month % MONTHS + 1, 1)


def _start(leaves: date) -> int:
    """Month number from which a person has left for a whole month."""
    return MONTHS * leaves.year + leaves.month - 1 + (leaves.day > 1)


def _rounding(months: int) -> tuple[str, ...]:
    """The rule of rounding, where there are odd months."""
    return ("severance.rounding_odd_months",) if months % MONTHS else ()
