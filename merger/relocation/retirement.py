"""Retirement ages by month of birth (Decree 135/2020): Appendix I for everyone, Appendix II for hard work."""

from __future__ import annotations

from scenarios.law import Rule, RuleBook

MONTHS = 12
NORMAL, LOWEST = "severance.retirement_age", "severance.retirement_age_lowest"


class RetirementAges:
    """Rows of one appendix, looked up by sex and month of birth.

    Retirement takes effect on the first day of the month after the one in which the age is reached.
    """

    def __init__(self, book: RuleBook, table: str = NORMAL):
        rows = sorted(book.table(table), key=lambda r: r.fields["born_from"])
        self._rows = {sex: [r for r in rows if r.fields["sex"] == sex] for sex in ("m", "f")}
        self._known: dict[tuple[str, str], tuple[Rule, int]] = {}

    def of(self, sex: str, born: str) -> tuple[Rule, int]:
        """Row that holds for a month of birth (YYYY-MM), and the month number from which the person is retired.

        Those born before the first row take the first: their age is the lowest of the table or below it.
        """
        key = (sex, born)
        if key not in self._known:
            since = [r for r in self._rows[sex] if r.fields["born_from"] <= born]
            rule = since[-1] if since else self._rows[sex][0]
            self._known[key] = rule, month_number(born) + int(rule.fields["age_months"]) + 1
        return self._known[key]


def month_number(month: str) -> int:
    """YYYY-MM as 12 x year + month - 1."""
    return MONTHS * int(month[:4]) + int(month[5:7]) - 1


def half_years(months: int) -> float:
    """Years with odd months rounded by Art 5(4): 1 to 6 months count half a year, more than 6 a whole one."""
    years, odd = divmod(months, MONTHS)
    return years + (0.0 if odd == 0 else 0.5 if odd <= MONTHS // 2 else 1.0)
