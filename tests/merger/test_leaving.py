"""Every choice of a person: what is open, what is closed and why, with days, months and money worked by hand."""

import pytest

from merger.relocation.leaving import Standing, choices
from merger.relocation.severance import SeveranceLaw

PLACED = Standing(merged=True, outcome="placed", has_post=True)


@pytest.fixture(scope="module")
def law(inputs):
    return SeveranceLaw(inputs.law)


def person(**more):
    """A specialist of the province, 4.98, 30 years insured, born June 1966: retires by age in July 2028."""
    base = {"level": "province", "role": "staff", "sex": "m", "born": "1966-06", "insurance_months": 360}
    return base | {"coefficient": 4.98, "leadership_coefficient": 0.0, "hard_months": 0} | more


def by_kind(law, inputs, who, standing=PLACED):
    return {c.kind: c for c in choices(who, standing, inputs.scenario, law)}


def test_a_civil_servant_three_years_from_the_age(law, inputs):
    """With public duty 4.98 x 1.25 x 2,340,000 = 14,566,500: 61 months in 2025, 24 x 0.5 + 10 + 10 = 32 later."""
    of = by_kind(law, inputs, person())
    first, later = of["early_retirement_first_12_months"], of["early_retirement_later"]
    assert (first.open, str(first.day), first.months, first.vnd) == (True, "2025-07-01", 61.0, 61 * 14_566_500)
    assert (later.open, str(later.day), later.months, later.vnd) == (True, "2026-07-01", 32.0, 32 * 14_566_500)
    assert not of["resignation_first_12_months"].open
    assert "Entitled to early retirement" in of["resignation_first_12_months"].lines[-1].en
    assert not of["early_retirement_7a"].open
    assert not of["early_retirement_7b"].open
    # Decree 154/2025: 3 + 1.5 x 30 = 48 months, never together with the others.
    assert of["downsizing"].vnd == 48 * 14_566_500
    assert "never two" in of["downsizing"].lines[1].en
    # Secondment: 10 base wages.
    assert of["secondment"].vnd == 23_400_000


def test_the_clock_of_the_communes_ends_four_days_later(law, inputs):
    """16 June 2026 instead of 12 June, said in the title; the priced day is 1 July 2026 for both."""
    of = by_kind(law, inputs, person(level="commune"))
    assert "before 16 June 2026" in of["early_retirement_first_12_months"].en
    assert "trước 12/6/2026" in by_kind(law, inputs, person())["early_retirement_first_12_months"].vi


def test_a_public_employee_of_a_unit_that_stays_has_art_7a_only(law, inputs):
    """No public duty: 4.98 x 2,340,000 = 11,653,200; 61 months by 15 March 2026; on 1 April 27 x 0.5 + 12.5 + 10."""
    of = by_kind(law, inputs, person(level="service"), Standing(False, "placed", True))
    assert of["early_retirement_first_12_months"].vnd == 710_845_200
    # July 2028 - April 2026 = 27 months, 2y3m are 2.5 years: 13.5 + 12.5 + 10 = 36.
    assert (str(of["early_retirement_later"].day), of["early_retirement_later"].months) == ("2026-04-01", 36.0)
    assert "streamline" in of["early_retirement_first_12_months"].condition[1]
    assert not of["resignation_first_12_months"].open
    assert "early_retirement_7a" not in of


def test_a_leader_may_fall_under_art_7b(law, inputs):
    """36 months at 1.0, 15 and 10 months, on a condition that only the competent level decides."""
    choice = by_kind(law, inputs, person(role="head", leadership_coefficient=0.6))["early_retirement_7b"]
    assert (choice.open, choice.months) == (True, 61.0)
    assert "competent level" in choice.condition[1]


def test_staying_keeps_pay_and_says_until_when(law, inputs):
    """A lost rank keeps its allowance; above the establishment ends with the five years or with the age."""
    lost = Standing(True, "placed", True, lost_rank=True, kept_pay_vnd=1_404_000)
    stay = by_kind(law, inputs, person(), lost)["stay"]
    assert stay.vnd == 1_404_000
    assert any("6 months" in line.en and "Art 11(4)" in line.en for line in stay.lines)
    above = Standing(True, "transitional", True)
    assert any("07/2028" in line.en for line in by_kind(law, inputs, person(), above)["stay"].lines[1:2])
    young = by_kind(law, inputs, person(born="1980-01"), above)["stay"]
    assert "07/2030" in young.lines[1].en


def test_those_who_cannot_stay_are_told_why(law, inputs):
    """Non-professionals end on 1 August 2025 and have a regime of their own; who reached the age has no post."""
    of = by_kind(law, inputs, person(level="nonprofessional"), Standing(True, "contract_ends", False))
    assert list(of) == ["stay", "nonprofessional"]
    assert not of["stay"].open
    assert "1 August 2025" in of["stay"].lines[0].en
    gone = by_kind(law, inputs, person(born="1963-01"), Standing(True, "retires", False))
    assert not any(gone[k].open for k in ("stay", "early_retirement_first_12_months", "resignation_first_12_months"))


def test_the_first_12_months_can_be_over(law, inputs):
    """A merger in effect on 1 September 2026: the first 12 months are over and only the later choice is open."""
    dates = inputs.scenario.dates.model_copy(update={"effect": inputs.scenario.dates.effect.replace(2026, 9)})
    of = {c.kind: c for c in choices(person(), PLACED, inputs.scenario.model_copy(update={"dates": dates}), law)}
    assert not of["early_retirement_first_12_months"].open
    assert "before 12 June 2026" in of["early_retirement_first_12_months"].lines[0].en
    assert str(of["early_retirement_later"].day) == "2026-09-01"


def test_recalled_figures_show_in_the_choice(law, inputs):
    """The rate of public duty is recalled, so a civil servant's amounts are marked; whole years of an employee not."""
    of = by_kind(law, inputs, person())
    assert of["early_retirement_first_12_months"].recalled
    assert of["stay"].recalled
    assert not by_kind(law, inputs, person(level="service"), Standing(False, "placed", True))["stay"].recalled
