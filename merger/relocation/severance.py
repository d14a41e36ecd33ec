"""Leaving benefits by Decree 178/2024 with Decree 67/2025, computed as in Circular 01/2025, line by line.

Eligibility and amounts only: whether anyone leaves is a decision of people. Months are months of current
salary. Leaving takes effect on the first day of a month; retirement on the first day of the month after the
one in which the retirement age is reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from scenarios.law import Rule, RuleBook

MONTHS = 12
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


@dataclass(frozen=True)
class Item:
    """One benefit: `rate` months of salary for each of `quantity`, by the rule `rule`."""

    kind: str
    rate: float
    quantity: float
    rule: str

    @property
    def months(self) -> float:
        """Months of current salary."""
        return round(self.rate * self.quantity, 6)


@dataclass(frozen=True)
class Line:
    """One printed line of a computation; `vnd` is rounded to whole VND."""

    vi: str
    en: str
    months: float
    vnd: int
    rule: str


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
        figures = {r.id.removeprefix("severance."): r.value for r in book.table("severance")}
        self._figure = figures
        self.short, self.middle, self.longest = (MONTHS * y for y in figures["early_bounds_years"])
        self._rule_of_birth: dict[tuple[str, str], tuple[Rule, int]] = {}
        self._ages = {
            sex: [r for r in book.table("severance.retirement_age") if r.fields["sex"] == sex] for sex in ("m", "f")
        }

    @cached_property
    def _counts_public_duty(self) -> bool:
        return "public duty" in self._figure["allowances_counted"]

    def retirement_rule(self, sex: str, born: str) -> Rule:
        """Row of Decree 135/2020 for a month of birth; those born before the first row take the first."""
        return self._retirement(sex, born)[0]

    def _retirement(self, sex: str, born: str) -> tuple[Rule, int]:
        key = (sex, born)
        if key not in self._rule_of_birth:
            rows = [r for r in self._ages[sex] if r.fields["born_from"] <= born]
            rule = rows[-1] if rows else self._ages[sex][0]
            self._rule_of_birth[key] = rule, month_number(born) + int(rule.fields["age_months"]) + 1
        return self._rule_of_birth[key]

    def retirement_month(self, sex: str, born: str) -> int:
        """Month number (12 x year + month - 1) from which the person is retired by age."""
        return self._retirement(sex, born)[1]

    def months_early(self, leaver: Leaver) -> int:
        """Whole months from leaving to retirement by age; a part of a month at the start does not count."""
        start = MONTHS * leaver.leaves.year + leaver.leaves.month - 1 + (leaver.leaves.day > 1)
        return self.retirement_month(leaver.sex, leaver.born) - start

    def salary(self, coefficient: float, leadership: float = 0.0, *, public_duty: bool = False) -> int:
        """Current monthly salary, VND (Circular 01/2025 Art 3)."""
        pay = coefficient + leadership
        if public_duty and self._counts_public_duty:
            pay *= 1 + self._figure["public_duty_allowance_pct"] / 100
        return round(pay * self._figure["base_wage_vnd"])

    def in_first_12_months(self, leaver: Leaver) -> bool:
        """Whether the person leaves within 12 months of the clock's start (Art 7a has a clock of its own)."""
        clock = self._figure["clock_start_7a"] if leaver.ground == NOT_AFFECTED else leaver.decision
        leap_day = (clock.month, clock.day) == (2, 29)
        last = date(clock.year + 1, 3, 1) if leap_day else clock.replace(year=clock.year + 1)
        return leaver.leaves < last

    def entitlement(self, leaver: Leaver) -> Benefit:
        """Early retirement where its conditions hold, else resignation where its own do, else none."""
        early = self.early_retirement(leaver)
        return early if early.kind == EARLY else self.resignation(leaver)

    def early_retirement(self, leaver: Leaver) -> Benefit:
        """Art 7, 7a or 7b: retirement before the age, without a deduction from the pension."""
        early = self.months_early(leaver)
        if early <= 0:
            return self._none(leaver, "past_age")
        if leaver.insurance_months < MONTHS * self._figure["insurance_15_to_20_first_years"]:
            return self._none(leaver, "insurance_short")
        if early > (self.middle if leaver.ground == NOT_AFFECTED else self.longest):
            return self._none(leaver, "too_early")
        items = self._early_items(early, leaver.insurance_months, self.in_first_12_months(leaver), leaver.ground)
        return self._benefit(EARLY, leaver, items, "eligible")

    @lru_cache(maxsize=65536)  # noqa: B019 - one SeveranceLaw lives as long as a run
    def _early_items(self, early: int, insurance: int, first: bool, ground: str) -> tuple[Item, ...]:
        f = self._figure
        when = "first12" if first else "from13"
        if ground == NOT_RE_ELECTED:
            factor, quantity, rule = f["early_le5_first12_factor"], early, "not_re_elected_7b"
        elif ground == NOT_AFFECTED:
            factor, quantity, rule = f[f"early_le5_{when}_factor"], early, "not_directly_affected_7a"
        elif early < self.short:
            factor, quantity, rule = f["early_lt2_factor"], early, "early_lt2_factor"
        elif early <= self.middle:
            factor, quantity, rule = f[f"early_le5_{when}_factor"], early, f"early_le5_{when}_factor"
        else:
            rule = f"early_gt5_le10_{when}_factor"
            factor, quantity = f[rule], self.book[f"severance.{rule}"].fields["months"]
        items = [Item("lump", factor, quantity, f"severance.{rule}")]
        if early < self.short:
            return tuple(items)
        band = "per_year_early_2_to_5" if early <= self.middle else "per_year_early_gt5_le10"
        items.append(Item("per_year", f[band], half_years(early), f"severance.{band}"))
        full = insurance >= MONTHS * f["insurance_15_to_20_upper_bound"]
        name = "insurance_ge20" if full else "insurance_15_to_20"
        items.append(Item("insurance", f[f"{name}_months"], 1, f"severance.{name}_months"))
        extra = half_years(insurance) - f[f"{name}_first_years"]
        if extra > 0:
            rule = f"{name}_per_extra_year"
            items.append(Item("insurance_extra", f[rule], extra, f"severance.{rule}"))
        return tuple(items)

    def resignation(self, leaver: Leaver) -> Benefit:
        """Art 9 (cadres, civil servants) or Art 10 (public employees): leaving, not near retirement."""
        early = self.months_early(leaver)
        if early < MONTHS * self._figure["resign_civil_min_years_to_retirement"]:
            return self._none(leaver, "past_age" if early <= 0 else "near_age")
        if leaver.ground != ARRANGED:
            return self._none(leaver, "not_affected")
        if self.early_retirement(leaver).kind == EARLY:
            return self._none(leaver, "early_retirement_instead")
        if leaver.insurance_months <= 0:
            return self._none(leaver, "insurance_short")
        items = self._resign_items(leaver.insurance_months, self.in_first_12_months(leaver), leaver.civil_servant)
        return self._benefit(RESIGNATION, leaver, items, "eligible", "severance.resign_lump_months_cap")

    @lru_cache(maxsize=65536)  # noqa: B019
    def _resign_items(self, insurance: int, first: bool, civil: bool) -> tuple[Item, ...]:
        f, who = self._figure, "civil" if civil else "employee"
        lump, per_year = (
            f"resign_{who}_{'first12' if first else 'from13'}_factor",
            f"resign_{who}_per_insurance_year",
        )
        search = f"resign_{who}_job_search_months"
        items = [
            Item("lump", f[lump], min(insurance, f["resign_lump_months_cap"]), f"severance.{lump}"),
            Item("insurance", f[per_year], half_years(insurance), f"severance.{per_year}"),
        ]
        if f[search]:
            items.append(Item("job_search", f[search], 1, f"severance.{search}"))
        return tuple(items)

    def _benefit(self, kind: str, leaver: Leaver, items: tuple[Item, ...], why: str, *more: str) -> Benefit:
        rules = [i.rule for i in items] + list(more) + [self.retirement_rule(leaver.sex, leaver.born).id]
        quantities = {"per_year": self.months_early(leaver), "insurance": leaver.insurance_months}
        if any(i.kind in quantities and quantities[i.kind] % MONTHS for i in items):
            rules.append("severance.rounding_odd_months")
        if leaver.public_duty and self._counts_public_duty:
            rules.append("severance.public_duty_allowance_pct")
        if any(r.startswith("severance.insurance_15_to_20") for r in rules):
            rules.append("severance.insurance_15_to_20_upper_bound")
        return Benefit(
            kind=kind,
            salary_vnd=self.salary(leaver.coefficient, leaver.leadership_coefficient, public_duty=leaver.public_duty),
            months_early=self.months_early(leaver),
            items=items,
            why=why,
            rules=tuple(rules),
            recalled=tuple(r for r in rules if self.book[r].status == "recalled"),
        )

    def _none(self, leaver: Leaver, why: str) -> Benefit:
        rule = {
            "past_age": self.retirement_rule(leaver.sex, leaver.born).id,
            "insurance_short": "severance.eligibility_early_retirement",
            "too_early": "severance.early_bounds_years",
            "near_age": "severance.resign_civil_min_years_to_retirement",
            "not_affected": "severance.not_directly_affected_7a",
            "early_retirement_instead": "severance.resign_civil_min_years_to_retirement",
        }[why]
        salary = self.salary(leaver.coefficient, leaver.leadership_coefficient, public_duty=leaver.public_duty)
        return Benefit(NONE, salary, self.months_early(leaver), (), why, (rule,))

    def _citer(self, lang: str):
        return lambda rule: self.book[rule].cite(lang)

    def lines(self, leaver: Leaver, benefit: Benefit) -> tuple[Line, ...]:
        """The computation as printed: salary, each benefit with its article, and the total."""
        cite = {lang: self._citer(lang) for lang in ("vi", "en")}
        pay = leaver.coefficient + leaver.leadership_coefficient
        base = self._figure["base_wage_vnd"]
        duty = self._figure["public_duty_allowance_pct"] if leaver.public_duty and self._counts_public_duty else 0
        formula = {
            "vi": f"{number(pay, 'vi')} × {number(base, 'vi')}" + (f" × (1 + {duty} %)" if duty else ""),
            "en": f"{number(pay, 'en')} × {number(base, 'en')}" + (f" × (1 + {duty} %)" if duty else ""),
        }
        rule = "severance.current_salary"
        out = [
            Line(
                f"Tiền lương tháng hiện hưởng: {formula['vi']} = {number(benefit.salary_vnd, 'vi')} đồng"
                f" ({cite['vi'](rule)})",
                f"Current monthly salary: {formula['en']} = VND {number(benefit.salary_vnd, 'en')}"
                f" ({cite['en'](rule)})",
                1.0,
                benefit.salary_vnd,
                rule,
            )
        ]
        for item in benefit.items:
            text = {
                lang: f"{titles[benefit.kind, item.kind]}: {number(item.rate, lang)}"
                f" × {number(item.quantity, lang)} = {number(item.months, lang)}"
                f" {'tháng lương' if lang == 'vi' else 'months'} ({cite[lang](item.rule)})"
                for lang, titles in (("vi", TITLES_VI), ("en", TITLES_EN))
            }
            out.append(Line(text["vi"], text["en"], item.months, round(item.months * benefit.salary_vnd), item.rule))
        if benefit.kind == NONE:
            vi, en = WHY_NOT[benefit.why]
            rule = benefit.rules[0]
            return (*out, Line(f"{vi} ({cite['vi'](rule)})", f"{en} ({cite['en'](rule)})", 0.0, 0, rule))
        total = Line(
            f"Tổng cộng: {number(benefit.months, 'vi')} tháng lương = {number(benefit.vnd, 'vi')} đồng",
            f"Total: {number(benefit.months, 'en')} months = VND {number(benefit.vnd, 'en')}",
            benefit.months,
            benefit.vnd,
            "",
        )
        return (*out, total)


TITLES_VI = {
    (EARLY, "lump"): "Trợ cấp hưu trí một lần theo thời gian nghỉ sớm (tháng)",
    (EARLY, "per_year"): "Trợ cấp cho mỗi năm nghỉ sớm",
    (EARLY, "insurance"): "Trợ cấp cho những năm đầu đóng BHXH bắt buộc",
    (EARLY, "insurance_extra"): "Trợ cấp cho mỗi năm đóng BHXH tiếp theo",
    (RESIGNATION, "lump"): "Trợ cấp thôi việc theo tháng đóng BHXH (nhiều nhất theo mức trần)",
    (RESIGNATION, "insurance"): "Trợ cấp cho mỗi năm đóng BHXH bắt buộc",
    (RESIGNATION, "job_search"): "Trợ cấp tìm việc làm",
}
TITLES_EN = {
    (EARLY, "lump"): "One-off retirement benefit by months early",
    (EARLY, "per_year"): "For each year early",
    (EARLY, "insurance"): "For the first years of compulsory insurance",
    (EARLY, "insurance_extra"): "For each further year of insurance",
    (RESIGNATION, "lump"): "Severance by months of insurance (up to the cap)",
    (RESIGNATION, "insurance"): "For each year of compulsory insurance",
    (RESIGNATION, "job_search"): "Job search",
}
WHY_NOT = {
    "past_age": (
        "Đã đủ tuổi nghỉ hưu, không thuộc diện nghỉ sớm",
        "Retirement age already reached",
    ),
    "insurance_short": (
        "Chưa đủ số năm đóng BHXH để hưởng lương hưu",
        "Too few insurance years for a pension",
    ),
    "too_early": (
        "Còn quá số năm tối đa đến tuổi nghỉ hưu",
        "Farther from retirement age than the longest band",
    ),
    "near_age": (
        "Còn dưới số năm tối thiểu đến tuổi nghỉ hưu",
        "Too near to retirement age to resign with a benefit",
    ),
    "not_affected": ("Không trực tiếp chịu tác động của sắp xếp", "Not directly affected by the arrangement"),
    "early_retirement_instead": ("Đủ điều kiện nghỉ hưu trước tuổi", "Entitled to early retirement instead"),
}


def month_number(month: str) -> int:
    """YYYY-MM as 12 x year + month - 1."""
    return MONTHS * int(month[:4]) + int(month[5:7]) - 1


def half_years(months: int) -> float:
    """Years with odd months rounded by Art 5(4): 1 to 6 months count half a year, more than 6 a whole one."""
    years, odd = divmod(months, MONTHS)
    return years + (0.0 if odd == 0 else 0.5 if odd <= MONTHS // 2 else 1.0)


def number(value: float, lang: str) -> str:
    """A number as written in Vietnamese (1.234,5) or English (1,234.5)."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text
