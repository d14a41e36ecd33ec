"""Leaving benefits: the worked examples of the law data as golden cases, and edges worked by hand.

Base wage 2,340,000. Retirement ages used: men born from 1966-04 62 years, 1965-07 to 1966-03 61y9m; women
born 1972-01 to 1972-08 58y4m, from 1975-05 60 years. Retirement is the month after the age is reached.
"""

from datetime import date
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merger.relocation.retirement import half_years, month_number
from merger.relocation.severance import Leaver, SeveranceLaw, first_of_month, year_later
from merger.relocation.severance_lines import benefit_lines, number
from scenarios.law import read_law

DECISION = date(2025, 6, 12)
FIRST, LATER = date(2025, 7, 1), date(2026, 7, 1)


@pytest.fixture(scope="module")
def law():
    return SeveranceLaw(read_law(Path(str(files("scenarios").joinpath("shipped/hai-phong-2025/law")))))


# Men's ages in months by month of birth (Decree 135/2020), for persons at a wanted distance from retirement.
AGES = [
    ("1963-04", 732),
    ("1964-01", 735),
    ("1964-10", 738),
    ("1965-07", 741),
    ("1966-04", 744),
    ("9999-12", 0),
]


def man(months_early, leaves=FIRST, **more):
    """A man who leaves `months_early` months before retirement (the month after his age)."""
    for (since, age), (until, _) in pairwise(AGES):
        month = 12 * leaves.year + leaves.month - 1 + months_early - 1 - age
        born = f"{month // 12}-{month % 12 + 1:02d}"
        if since <= born < until:
            fields = {"insurance_months": 360, "coefficient": 4.98, "decision": DECISION} | more
            return Leaver("m", born, leaves, **fields)
    raise ValueError(f"no man retires {months_early} months after {leaves}")


def months(benefit):
    """Months by item, for short assertions."""
    return {i.kind: i.months for i in benefit.items}


def test_golden_example_1(law):
    """ex1: 3 years early, 30 years insured, first 12 months: 36 + 15 + (5 + 5) = 61 months = 710,845,200."""
    golden = law.book["severance.example.ex1"].fields
    b = law.entitlement(man(36))
    assert b.salary_vnd == golden["salary_vnd"] == 11_653_200
    got = months(b)
    assert got["lump"] == golden["lump_months"]
    assert got["per_year"] == golden["per_year_months"]
    assert got["insurance"] + got["insurance_extra"] == golden["insurance_months"]
    assert (b.kind, b.months, b.vnd) == ("early_retirement", golden["total_months"], golden["total_vnd"])


def test_golden_example_2(law):
    """ex2: the same person from month 13: 18 + 15 + 10 = 43 months = 501,087,600."""
    golden = law.book["severance.example.ex2"].fields
    b = law.entitlement(man(36, LATER))
    assert (b.months, b.vnd) == (golden["total_months"], golden["total_vnd"]) == (43.0, 501_087_600)


def test_golden_example_3(law):
    """ex3: 8 years early, coefficient 6.78, 25 years insured: 0.9 x 60 + 32 + 7.5 = 93.5 months."""
    golden = law.book["severance.example.ex3"].fields
    b = law.entitlement(man(96, insurance_months=300, coefficient=6.78))
    got = months(b)
    assert (b.salary_vnd, got["lump"], got["per_year"]) == (15_865_200, 54.0, 32.0)
    assert got["insurance"] + got["insurance_extra"] == golden["insurance_months"] == 7.5
    assert (b.months, b.vnd) == (golden["total_months"], golden["total_vnd"]) == (93.5, 1_483_396_200)


def test_golden_example_4(law):
    """ex4: resigns with 10 years insured: 0.8 x 60 + 1.5 x 10 + 3 = 66 months = 514,285,200."""
    golden = law.book["severance.example.ex4"].fields
    b = law.entitlement(man(240, insurance_months=120, coefficient=3.33))
    assert months(b) == {"lump": 48.0, "insurance": 15.0, "job_search": 3.0}
    assert (b.kind, b.salary_vnd) == ("resignation", golden["salary_vnd"])
    assert (b.months, b.vnd) == (golden["total_months"], golden["total_vnd"]) == (66.0, 514_285_200)


@pytest.mark.parametrize(
    ("months_early", "leaves", "expected"),
    [
        # Under 2 years: only months early x 1.0, the same in both periods, no other item.
        (23, FIRST, {"lump": 23.0}),
        (23, LATER, {"lump": 23.0}),
        (1, FIRST, {"lump": 1.0}),
        # Exactly 2 years: middle band. 24 + 5 x 2 + 5 + 0.5 x 10.
        (24, FIRST, {"lump": 24.0, "per_year": 10.0, "insurance": 5.0, "insurance_extra": 5.0}),
        # Exactly 5 years: still the middle band. 60 + 25.
        (60, FIRST, {"lump": 60.0, "per_year": 25.0, "insurance": 5.0, "insurance_extra": 5.0}),
        # 5 years and 1 month: 0.9 x 60 = 54; 5.5 years x 4 = 22.
        (61, FIRST, {"lump": 54.0, "per_year": 22.0, "insurance": 5.0, "insurance_extra": 5.0}),
        # From month 13: 0.45 x 60 = 27; years early do not shrink.
        (61, LATER, {"lump": 27.0, "per_year": 22.0, "insurance": 5.0, "insurance_extra": 5.0}),
        # Exactly 10 years: last month of the longest band. 4 x 10 = 40.
        (120, FIRST, {"lump": 54.0, "per_year": 40.0, "insurance": 5.0, "insurance_extra": 5.0}),
        # 3 years 6 months: 3.5 x 5 = 17.5; 3 years 7 months: 4 x 5 = 20.
        (42, FIRST, {"lump": 42.0, "per_year": 17.5, "insurance": 5.0, "insurance_extra": 5.0}),
        (43, FIRST, {"lump": 43.0, "per_year": 20.0, "insurance": 5.0, "insurance_extra": 5.0}),
    ],
)
def test_bands_of_early_retirement(law, months_early, leaves, expected):
    """Ends of the three bands and the rounding of odd months, worked by hand in the table."""
    b = law.entitlement(man(months_early, leaves))
    assert (b.kind, b.months_early) == ("early_retirement", months_early)
    assert months(b) == expected


@pytest.mark.parametrize(
    ("insurance", "expected"),
    [
        (180, {"insurance": 4.0}),  # 15 years: 4 months
        (186, {"insurance": 4.0, "insurance_extra": 0.25}),  # 15.5 years: 0.5 x 0.5
        (228, {"insurance": 4.0, "insurance_extra": 2.0}),  # 19 years: 4 + 0.5 x 4
        (240, {"insurance": 5.0}),  # 20 years: 5 months, less than at 19 years: so the decree reads
        (247, {"insurance": 5.0, "insurance_extra": 0.5}),  # 20 years 7 months count as 21
    ],
)
def test_insurance_bands(law, insurance, expected):
    """15 to under 20 years and 20 years and more have their own first months; odd months are rounded."""
    got = months(law.entitlement(man(36, insurance_months=insurance)))
    assert {k: v for k, v in got.items() if k.startswith("insurance")} == expected


def test_too_short_insurance_leads_to_resignation(law):
    """14 years 11 months are no pension: 8 years before the age the way out is Art 9."""
    b = law.entitlement(man(96, insurance_months=179))
    # 0.8 x 60 + 1.5 x 15 + 3 = 48 + 22.5 + 3 = 73.5
    assert (b.kind, b.months) == ("resignation", 73.5)
    assert law.entitlement(man(23, insurance_months=179)).why == "near_age"


def test_ten_years_and_a_month_is_resignation(law):
    """Beyond the longest band early retirement ends; 30 years insured: 48 + 45 + 3 = 96 months."""
    b = law.entitlement(man(121))
    assert (b.kind, b.months) == ("resignation", 96.0)


def test_resignation_of_a_public_employee(law):
    """Art 10 has no job-search months; from month 13 the factor is 0.4; under 60 months nothing is capped."""
    b = law.entitlement(man(240, LATER, insurance_months=50, civil_servant=False))
    # 0.4 x 50 = 20; 4 years 2 months = 4.5 years x 1.5 = 6.75
    assert months(b) == {"lump": 20.0, "insurance": 6.75}
    assert "severance.resign_lump_months_cap" in b.recalled


def test_past_the_age_nothing_is_due(law):
    """A man born in 1960 has retired by age: no benefit under either article."""
    b = law.entitlement(Leaver("m", "1960-05", FIRST, 400, 4.98, DECISION))
    assert (b.kind, b.vnd, b.why) == ("none", 0, "past_age")


def test_last_day_of_the_first_12_months(law):
    """The clock starts with the decision: 2026-06-11 is inside, 2026-06-12 is month 13."""
    inside, after = (man(36, FIRST).__dict__ | {"leaves": date(2026, 6, day)} for day in (11, 12))
    assert law.in_first_12_months(Leaver(**inside))
    assert not law.in_first_12_months(Leaver(**after))


def test_not_directly_affected_has_its_own_clock_and_limit(law):
    """Art 7a: clock from 2025-03-15, at most 5 years early, no resignation."""
    kept = {"ground": "not_directly_affected"}
    assert months(law.entitlement(man(60, FIRST, **kept)))["lump"] == 60.0
    assert months(law.entitlement(man(60, date(2026, 4, 1), **kept)))["lump"] == 30.0
    assert law.entitlement(man(61, FIRST, **kept)).why == "not_affected"


def test_not_re_elected_has_no_shrinking(law):
    """Art 7b: 1.0 x months early whenever they leave, with the items of Art 7(2)."""
    assert months(law.entitlement(man(48, LATER, ground="not_re_elected"))) == {
        "lump": 48.0,
        "per_year": 20.0,
        "insurance": 5.0,
        "insurance_extra": 5.0,
    }


def test_salary_counts_position_and_public_duty(law):
    """(4.98 + 0.6) x 2,340,000 = 13,057,200; with 25 % public duty 16,321,500, marked as recalled."""
    assert law.salary(4.98, 0.6) == 13_057_200
    assert law.salary(4.98, 0.6, public_duty=True) == 16_321_500
    b = law.entitlement(man(36, leadership_coefficient=0.6, public_duty=True))
    assert b.salary_vnd == 16_321_500
    assert "severance.public_duty_allowance_pct" in b.recalled


@pytest.mark.parametrize(
    ("sex", "born", "retires"),
    [
        ("m", "1966-03", "2028-01"),  # 61y9m reached in 2027-12
        ("m", "1966-04", "2028-05"),  # 62y reached in 2028-04
        ("f", "1972-08", "2031-01"),  # 58y4m reached in 2030-12
        ("f", "1972-09", "2031-06"),  # 58y8m reached in 2031-05
        ("f", "1975-05", "2035-06"),  # 60y reached in 2035-05
    ],
)
def test_retirement_month_by_birth_and_sex(law, sex, born, retires):
    """Both sides of the steps of Decree 135/2020."""
    assert law.retirement_month(sex, born) == month_number(retires)


def test_a_recalled_row_of_the_age_table_is_marked(law):
    """A woman born in 1967 rests on a recalled row, which the result says."""
    b = law.entitlement(Leaver("f", "1969-04", FIRST, 400, 4.98, DECISION))
    assert not any("retirement_age" in r for r in b.recalled)
    b = law.retirement_rule("f", "1967-06")
    assert b.status == "recalled"


def test_lines_are_readable_in_both_languages(law):
    """The printed computation opens with salary and age, cites articles and ends with the total and the pension."""
    person = man(36)
    benefit = law.entitlement(person)
    lines = benefit_lines(law, person, benefit)
    assert lines[0].vi.startswith("Tiền lương tháng hiện hưởng: 4,98 × 2.340.000 = 11.653.200 đồng")
    # Retired from July 2028, 62 years: born in June 1966; 36 months after July 2025.
    assert lines[1].en.startswith(
        "Born 06/1966, retirement age 62 years: retired from 07/2028; 3 years early (36 months)"
    )
    assert "36 months = VND 419,515,200 [Art 7(1)" in lines[2].en
    assert lines[-2].vi == "Tổng cộng: 61 tháng lương = 710.845.200 đồng"
    assert sum(line.vnd for line in lines[2:-2]) == lines[-2].vnd == 710_845_200
    assert "deduction from its rate for retiring early: 0 %" in lines[-1].en
    none = Leaver("m", "1960-05", FIRST, 400, 4.98, DECISION)
    assert "Retirement age already reached" in benefit_lines(law, none, law.entitlement(none))[-1].en


def test_every_amount_cites_an_article_and_recalled_figures_are_marked(law):
    """3 years 7 months early: the rounding rule is recalled, and the line of the years says so; that of months not."""
    person = man(43)
    lump, years, *_ = benefit_lines(law, person, law.entitlement(person))[2:]
    assert (lump.recalled, years.recalled) == (False, True)
    assert "(3 năm 7 tháng, tính 4 năm): 5 × 4 = 20 tháng lương" in years.vi
    assert "recalled, check before use" in years.en
    assert "recalled" not in lump.en


def test_the_cap_of_60_months_is_said(law):
    """10 years insured are 120 months, of which 60 count; public employees are told of unemployment insurance."""
    person = man(240, insurance_months=120, civil_servant=False)
    lines = benefit_lines(law, person, law.entitlement(person))
    assert "(120 months insured, at most 60 count): 0.8 × 60 = 48 months" in lines[2].en
    assert "unemployment insurance" in lines[-1].en


def test_days_a_year_later_and_first_of_a_month():
    """29 February has no successor: 1 March; the first of a month is that day itself or the next month's."""
    assert (year_later(date(2024, 2, 29)), year_later(date(2025, 6, 12))) == (date(2025, 3, 1), date(2026, 6, 12))
    assert (first_of_month(date(2026, 7, 1)), first_of_month(date(2026, 12, 2))) == (date(2026, 7, 1), date(2027, 1, 1))


def test_numbers_as_written_in_both_languages():
    """Thousands and decimals swap their signs between the languages."""
    assert (number(1234567, "vi"), number(1234567, "en")) == ("1.234.567", "1,234,567")
    assert (number(22.5, "vi"), number(22.0, "en")) == ("22,5", "22")


def test_half_years():
    """12 months are a year, 13 a year and a half, 18 too, 19 two years."""
    assert [half_years(m) for m in (12, 13, 18, 19, 23, 24)] == [1.0, 1.5, 1.5, 2.0, 2.0, 2.0]


@settings(max_examples=80, deadline=None)
@given(st.integers(34, 120), st.integers(180, 500), st.floats(1.86, 8.0))
def test_leaving_later_never_pays_more(law, early, insurance, coefficient):
    """From month 13 no early retirement is worth more than in the first 12 months, all else equal."""
    fields = {"insurance_months": insurance, "coefficient": round(coefficient, 2)}
    first, later = law.entitlement(man(early, FIRST, **fields)), law.entitlement(man(early, LATER, **fields))
    assert first.kind == later.kind == "early_retirement"
    assert later.months <= first.months
    assert first.vnd == sum(round(i.months * first.salary_vnd) for i in first.items)


@settings(max_examples=80, deadline=None)
@given(st.integers(34, 120), st.integers(180, 500), st.integers(0, 60))
def test_more_insurance_never_pays_less_inside_a_group(law, early, insurance, more):
    """Early retirement grows with insurance on each side of 20 years; at 20 years it falls, as the decree reads."""
    longer = insurance + more
    if (insurance < 240) == (longer < 240):
        a, b = (law.entitlement(man(early, insurance_months=m)).months for m in (insurance, longer))
        assert a <= b


@settings(max_examples=80, deadline=None)
@given(st.integers(121, 400), st.integers(1, 400), st.integers(0, 60), st.booleans())
def test_resignation_grows_with_insurance_and_civil_servants_get_three_months_more(law, early, insurance, more, later):
    """Art 9 and 10 differ by the job-search months alone, and years of insurance never cost anything."""
    day = LATER if later else FIRST
    short, long = (man(early, day, insurance_months=m) for m in (insurance, insurance + more))
    a, b = law.resignation(short), law.resignation(long)
    assert a.months <= b.months
    employee = law.resignation(man(early, day, insurance_months=insurance, civil_servant=False))
    assert a.months - employee.months == pytest.approx(3)


@settings(max_examples=80, deadline=None)
@given(st.integers(34, 500), st.integers(0, 500), st.booleans(), st.sampled_from(["arranged", "not_directly_affected"]))
def test_nobody_has_both_benefits(law, early, insurance, later, ground):
    """Whoever may retire early may not resign with a benefit, and amounts are the sum of their lines."""
    person = man(early, LATER if later else FIRST, insurance_months=insurance, ground=ground)
    kinds = {law.early_retirement(person).kind, law.resignation(person).kind} - {"none"}
    assert len(kinds) <= 1
    benefit = law.entitlement(person)
    amounts = [
        line.vnd for line in benefit_lines(law, person, benefit)[2:] if line.months and not line.en.startswith("Total")
    ]
    assert sum(amounts) == benefit.vnd
