"""Leaving benefits at the edges of the law, each worked by hand down to the đồng.

Salaries used (base wage 2,340,000): 2.34 -> 5,475,600; 3.00 -> 7,020,000; 3.33 -> 7,792,200; 4.98 -> 11,653,200;
6.78 -> 15,865,200. Men born from 1966-04 retire at 62 years, so from the month after: born June 1966 -> July 2028.
The four worked cases of law/severance.toml are in test_severance.py.
"""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from merger.relocation.severance import Leaver, SeveranceLaw
from scenarios.law import read_law

PROVINCE = date(2025, 6, 12)
JULY_25, JULY_26 = date(2025, 7, 1), date(2026, 7, 1)


@pytest.fixture(scope="module")
def law():
    return SeveranceLaw(read_law(Path(str(files("scenarios").joinpath("shipped/hai-phong-2025/law")))))


def person(born, leaves, insured, coefficient, **more):
    """A man, civil servant of the province, unless `more` says otherwise."""
    return Leaver(**{"sex": "m", "decision": PROVINCE} | more, born=born, leaves=leaves, insurance_months=insured,
                  coefficient=coefficient)  # fmt: skip


EARLY, RESIGN, NONE = "early_retirement", "resignation", "none"
NOT_AFFECTED, NOT_RE_ELECTED = {"ground": "not_directly_affected"}, {"ground": "not_re_elected"}
LEADER, COMMUNE = {"leadership_coefficient": 0.6, "public_duty": True}, {"decision": date(2025, 6, 16)}


def june_26(day):
    return date(2026, 6, day)


GOLDEN = {
    # Born 1965-05, 61 years 6 months are reached in Nov 2026, retired from Dec 2026: 17 months after July 2025.
    # 17 x 1.0 = 17 months, nothing else: 17 x 11,653,200.
    "under 2 years": (person("1965-05", JULY_25, 360, 4.98), EARLY, 17.0, 198_104_400),
    # The same person from month 13: 5 months are left, still factor 1.0 (Circular 01/2025 Art 4(3)): 5 x 11,653,200.
    "under 2 years, later": (person("1965-05", JULY_26, 360, 4.98), EARLY, 5.0, 58_266_000),
    # Born 1965-09: 61y9m in June 2027, retired from July 2027: exactly 24 months. 24 + 5 x 2 + (5 + 0.5 x 10) = 44.
    "exactly 2 years": (person("1965-09", JULY_25, 360, 4.98), EARLY, 44.0, 512_740_800),
    # Born 1965-08: a month less, 23 months early, so the band below: 23 months only.
    "a month below 2 years": (person("1965-08", JULY_25, 360, 4.98), EARLY, 23.0, 268_023_600),
    # Born 1968-06: 62 in June 2030, retired from July 2030: exactly 60 months. 60 + 5 x 5 + 10 = 95.
    "exactly 5 years": (person("1968-06", JULY_25, 360, 4.98), EARLY, 95.0, 1_107_054_000),
    # Born 1968-07: 61 months, the next band. 0.9 x 60 + 4 x 5.5 + 10 = 54 + 22 + 10 = 86: less than a month nearer.
    "a month over 5 years": (person("1968-07", JULY_25, 360, 4.98), EARLY, 86.0, 1_002_175_200),
    # Exactly 5 years but from month 13 (born 1969-06): 0.5 x 60 + 25 + 10 = 65.
    "exactly 5 years, later": (person("1969-06", JULY_26, 360, 4.98), EARLY, 65.0, 757_458_000),
    # Born 1973-06: 120 months, the last of the longest band. 54 + 4 x 10 + 10 = 104.
    "exactly 10 years": (person("1973-06", JULY_25, 360, 4.98), EARLY, 104.0, 1_211_932_800),
    # Born 1973-07: 121 months, too early, so Art 9. 0.8 x 60 + 1.5 x 30 + 3 = 96.
    "a month over 10 years": (person("1973-07", JULY_25, 360, 4.98), RESIGN, 96.0, 1_118_707_200),
    # The same man leaves a year later: 109 months are 9 years 1 month, 9.5 years. 0.45 x 60 + 4 x 9.5 + 10 = 75.
    "within 10 years a year later": (person("1973-07", JULY_26, 360, 4.98), EARLY, 75.0, 873_990_000),
    # 15 years insured, 36 months early (born June 1966): 36 + 15 + 4 = 55. Coefficient 3.00.
    "15 years insured": (person("1966-06", JULY_25, 180, 3.0), EARLY, 55.0, 386_100_000),
    # A month less than 15 years is no pension; 36 months before the age: 0.8 x 60 + 1.5 x 15 + 3 = 73.5.
    "a month below 15 years": (person("1966-06", JULY_25, 179, 3.0), RESIGN, 73.5, 515_970_000),
    # 19 years 7 months count as 20, but the group is that of 15 years: 36 + 15 + 4 + 0.5 x 5 = 57.5.
    "19 years 7 months": (person("1966-06", JULY_25, 235, 3.0), EARLY, 57.5, 403_650_000),
    # 20 years: 36 + 15 + 5 = 56, less than at 19 years 7 months. The upper bound of the group is recalled.
    "20 years insured": (person("1966-06", JULY_25, 240, 3.0), EARLY, 56.0, 393_120_000),
    # 20 years 6 months count as 20.5: 36 + 15 + 5 + 0.25 = 56.25. 56.25 x 7,020,000.
    "20 years 6 months": (person("1966-06", JULY_25, 246, 3.0), EARLY, 56.25, 394_875_000),
    # 20 years 7 months count as 21: 56.5.
    "20 years 7 months": (person("1966-06", JULY_25, 247, 3.0), EARLY, 56.5, 396_630_000),
    # The clock of the province runs from 12 June 2025: on 11 June 2026 the factor is still 1.0. Leaving inside June
    # 2026 the first whole month is July 2026: born June 1966 that is 24 months. 24 + 10 + 10 = 44.
    "last day of the province's 12 months": (person("1966-06", june_26(11), 360, 4.98), EARLY, 44.0, 512_740_800),
    # A day later it is half: 12 + 10 + 10 = 32.
    "first day of the province's month 13": (person("1966-06", june_26(12), 360, 4.98), EARLY, 32.0, 372_902_400),
    # The communes' clock runs from 16 June 2025: on 15 June 2026 still 44, on the 16th 32.
    "communes' last day": (person("1966-06", june_26(15), 360, 4.98, **COMMUNE), EARLY, 44.0, 512_740_800),
    "communes' month 13": (person("1966-06", june_26(16), 360, 4.98, **COMMUNE), EARLY, 32.0, 372_902_400),
    # Month boundary: leaving on 2 July counts from August, so 35 months: 35 + 5 x 3 (2y11m are 3 years) + 10 = 60.
    "a day into the month": (person("1966-06", date(2025, 7, 2), 360, 4.98), EARLY, 60.0, 699_192_000),
    # 60-month cap: 60 and 61 months insured give the same lump sum. 48 + 1.5 x 5 + 3 = 58.5; 5y1m are 5.5: 59.25.
    "60 months insured": (person("1985-06", JULY_25, 60, 2.34), RESIGN, 58.5, 320_322_600),
    "61 months insured": (person("1985-06", JULY_25, 61, 2.34), RESIGN, 59.25, 324_429_300),
    # Below the cap: 59 months are 4y11m, 5 years. 0.8 x 59 + 7.5 + 3 = 57.7; 57.7 x 5,475,600 = 315,942,120.
    "59 months insured": (person("1985-06", JULY_25, 59, 2.34), RESIGN, 57.7, 315_942_120),
    # Later: 0.4 x 60 + 7.5 + 3 = 34.5.
    "60 months insured, later": (person("1985-06", JULY_26, 60, 2.34), RESIGN, 34.5, 188_908_200),
    # Public employee against civil servant, 10 years insured: 48 + 15 = 63, and 3 months more for the latter (ex4).
    "public employee": (person("1985-06", JULY_25, 120, 3.33, civil_servant=False), RESIGN, 63.0, 490_908_600),
    "public employee, later": (person("1985-06", JULY_26, 120, 3.33, civil_servant=False), RESIGN, 39.0, 303_895_800),
    # Not affected (Art 7a): 12 months from 15 March 2025. Born 1968-03: 62 in March 2030, from April 2030: on 1 March
    # 2026 49 months (4y1m are 4.5 years) -> 49 + 22.5 + 10 = 81.5; on 1 April 48 at half -> 24 + 20 + 10 = 54.
    "Art 7a": (person("1968-03", date(2026, 3, 1), 360, 4.98, **NOT_AFFECTED), EARLY, 81.5, 949_735_800),
    "Art 7a, later": (person("1968-03", date(2026, 4, 1), 360, 4.98, **NOT_AFFECTED), EARLY, 54.0, 629_272_800),
    # Art 7a reaches five years and no farther, and such a person cannot resign with a benefit.
    "Art 7a, a month over 5 years": (person("1968-07", JULY_25, 360, 4.98, **NOT_AFFECTED), NONE, 0.0, 0),
    # Not re-elected (Art 7b): 96 months early (born June 1971), no factor below 1.0: 96 + 32 + 10 = 138.
    "Art 7b, 8 years": (person("1971-06", JULY_25, 360, 4.98, **NOT_RE_ELECTED), EARLY, 138.0, 1_608_141_600),
    # A woman born in Sept 1972: 58y8m in May 2031, from June 2031: 71 months, 5y11m are 6 years. 54 + 24 + 10 = 88.
    "woman on the later side of a step": (person("1972-09", JULY_25, 360, 4.98, sex="f"), EARLY, 88.0, 1_025_481_600),
    # Born a month earlier: 58y4m in Dec 2030, from Jan 2031: 66 months, 5.5 years. 54 + 22 + 10 = 86.
    "woman on the earlier side of a step": (person("1972-08", JULY_25, 360, 4.98, sex="f"), EARLY, 86.0, 1_002_175_200),
    # Position and public duty: (4.98 + 0.6) x 1.25 x 2,340,000 = 16,321,500; 61 months as in ex1.
    "leader with public duty": (person("1966-06", JULY_25, 360, 4.98, **LEADER), EARLY, 61.0, 995_611_500),
    # 15 years of hard work: Appendix II, men born from 1971-04 57 years. Born June 1971: 57 in June 2028, from July
    # 2028: 36 months early instead of 96. 36 + 15 + 10 = 61.
    "hard work": (person("1971-06", JULY_25, 360, 4.98, hard_work=True), EARLY, 61.0, 710_845_200),
    # Born July 1973: 57 in July 2030, 61 months: Appendix II ends at five years; by Appendix I it is 121, so Art 9.
    "hard work, too far": (person("1973-07", JULY_25, 360, 4.98, hard_work=True), RESIGN, 96.0, 1_118_707_200),
    # Past the lowest age but not past 62: Appendix I counts. Born June 1966: 36 months.
    "hard work, past the lowest age": (person("1966-06", JULY_25, 360, 4.98, hard_work=True), EARLY, 61.0, 710_845_200),
    # Retired by age: born 1964-03, 61y3m in June 2025, retired from July 2025: nothing to retire early from.
    "on the day of the age": (person("1964-03", JULY_25, 400, 6.78), NONE, 0.0, 0),
    # A month younger: one month early, 1 x 15,865,200.
    "a month before the age": (person("1964-04", JULY_25, 400, 6.78), EARLY, 1.0, 15_865_200),
    # Less than 2 years from the age and no pension yet: neither Art 7 nor Art 9.
    "near the age, uninsured": (person("1965-08", JULY_25, 179, 4.98), NONE, 0.0, 0),
    # Before 1 January 2025 there was no such benefit.
    "before the decree": (person("1966-06", date(2024, 12, 31), 360, 4.98), NONE, 0.0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", list(GOLDEN))
def test_worked_case(law, name):
    """Kind of benefit, months of salary and VND, worked in the comment beside each case."""
    leaver, kind, months, vnd = GOLDEN[name]
    benefit = law.entitlement(leaver)
    assert (benefit.kind, benefit.months, benefit.vnd) == (kind, months, vnd)
    assert set(benefit.rules) <= set(law.book)


def test_the_group_of_insurance_years_is_marked_as_recalled(law):
    """Which group 20 years belong to is a reading of guidance: both groups name it among the recalled rules."""
    for name in ("19 years 7 months", "20 years insured"):
        assert "severance.insurance_15_to_20_upper_bound" in law.entitlement(GOLDEN[name][0]).recalled


def test_an_overridden_figure_is_applied(law):
    """A scenario that pays 2 months a year below two years early adds them: 17 + 2 x 1.5 (17 months are 1.5 years)."""
    changed = SeveranceLaw(law.book.overridden({"severance.per_year_early_lt2": 2}))
    assert changed.entitlement(GOLDEN["under 2 years"][0]).months == 20.0
