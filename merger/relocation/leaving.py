"""What a person is entitled to under each choice: stay, retire early, resign, and what else the decrees offer.

Eligibility and amounts by law, never a recommendation: who stays and who leaves is for the person and the
competent level to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from merger.documents.wording import day as _day
from merger.relocation.entitlements import leaver_of, leaving_days
from merger.relocation.retirement import MONTHS, half_years, month_number
from merger.relocation.severance import ARRANGED, NONE, NOT_AFFECTED, NOT_RE_ELECTED, Benefit, Leaver, SeveranceLaw
from merger.relocation.severance_lines import (
    Line,
    benefit_lines,
    cited,
    number,
    salary_line,
    vnd_text,
)
from scenarios.schema import Scenario

ROADMAP, KEPT_PAY, ENDS = (
    "staffing.roadmap_years",
    "staffing.pay_and_position_allowance_kept_months",
    "staffing.nonprofessional_commune_posts_end",
)
ONCE = "severance.double_benefit"
# Reasons against a benefit that the age gives.
OF_AGE = ("past_age", "too_early", "too_early_7a", "near_age")


@dataclass(frozen=True)
class Standing:
    """Where the plan leaves a person.

    `merged`: the body before merges or ends; `outcome`: as in table staff; `lost_rank`: the new post is below the
    present one; `kept_pay_vnd`: position allowance that goes on for the months of Resolution 76/2025 Art 11(4).
    """

    merged: bool
    outcome: str
    has_post: bool
    lost_rank: bool = False
    kept_pay_vnd: int = 0


@dataclass(frozen=True)
class Choice:
    """One choice with its lines. `open`: the conditions that can be read from the roster hold; `vnd` its amount.

    `day`: the day of leaving that the amount is computed for. `condition`: what else must hold, or why it is closed.
    """

    kind: str
    vi: str
    en: str
    open: bool
    lines: tuple[Line, ...]
    day: date | None = None
    months: float = 0.0
    vnd: int = 0
    condition: tuple[str, str] = ("", "")

    def title(self, lang: str) -> str:
        """Name of the choice."""
        return self.vi if lang == "vi" else self.en

    @property
    def recalled(self) -> bool:
        """Whether a figure behind it was recalled and needs a check before use."""
        return any(line.recalled for line in self.lines)


def choices(person: Mapping[str, Any], standing: Standing, scenario: Scenario, law: SeveranceLaw) -> tuple[Choice, ...]:
    """Every choice of one row of the roster (columns `role` and those of `entitlements.ASKED`), open or not."""
    stay = _stay(person, standing, scenario, law)
    if person["level"] == "nonprofessional":
        return stay, _nonprofessional(law)
    ground = ARRANGED if standing.merged else NOT_AFFECTED
    days = leaving_days(person["level"], ground, scenario.dates, law)
    leavers = [leaver_of(person, ground, day, scenario.dates, law) for day in days]
    out = [stay]
    out += [_early(leaver, first, law) for leaver, first in zip(leavers, (True, False), strict=True)]
    out += [_resign(leaver, first, law) for leaver, first in zip(leavers, (True, False), strict=True)]
    if standing.merged:
        out.append(_not_needed_7a(law))
    out.append(_not_re_elected(person, scenario, law))
    if law.months_early(leavers[0]) > 0:
        out += [_downsizing(leavers[0], law), _secondment(leavers[0], law)]
    return tuple(out)


def _stay(person: Mapping[str, Any], standing: Standing, scenario: Scenario, law: SeveranceLaw) -> Choice:
    vi, en = "Tiếp tục công tác theo phương án", "Stay, as the plan places"
    if standing.outcome == "contract_ends":
        end = law.book.value(ENDS)
        line = cited(law, f"Kết thúc sử dụng từ {_day(end, 'vi')}", f"Use ends on {_day(end, 'en')}", (ENDS,))
        return Choice("stay", vi, en, False, (line,))
    if not standing.has_post:
        why = {
            "retires": ("Đủ tuổi nghỉ hưu trước ngày sắp xếp", "Retirement age reached before the start"),
        }.get(standing.outcome, ("Chưa có vị trí trong phương án", "No post in this plan"))
        return Choice("stay", vi, en, False, (Line(*why),))
    leaver = leaver_of(person, ARRANGED, scenario.dates.effect, scenario.dates, law)
    lines = [salary_line(law, leaver)]
    if standing.lost_rank:
        months = law.book.value(KEPT_PAY)
        lines.append(
            cited(
                law,
                f"Vị trí mới thấp hơn: giữ lương và phụ cấp chức vụ cũ {months} tháng; phần phụ cấp chênh lệch"
                f" {vnd_text(standing.kept_pay_vnd, 'vi')}",
                f"A lower post: pay and position allowance are kept for {months} months; the difference of"
                f" allowances is {vnd_text(standing.kept_pay_vnd, 'en')}",
                (KEPT_PAY,),
                vnd=standing.kept_pay_vnd,
            )
        )
    month = law.retirement_month(person["sex"], person["born"])
    end = scenario.dates.end
    if standing.outcome in ("transitional", "retires"):
        until = min(12 * end.year + end.month - 1, month)
        lines.append(
            cited(
                law,
                f"Ngoài khung biên chế: được giữ nhiều nhất đến {until % 12 + 1:02d}/{until // 12}, trong thời gian đó"
                " sắp xếp vào vị trí khác",
                f"Above the establishment: kept until {until % 12 + 1:02d}/{until // 12} at most, to be given"
                " another post by then",
                (ROADMAP,),
            )
        )
    lines.append(
        cited(
            law,
            f"Nghỉ hưu đúng tuổi từ {month % 12 + 1:02d}/{month // 12}",
            f"Retires by age from {month % 12 + 1:02d}/{month // 12}",
            (law.retirement_rule(person["sex"], person["born"]).id,),
        )
    )
    return Choice("stay", vi, en, True, tuple(lines), vnd=standing.kept_pay_vnd)


def _early(leaver: Leaver, first: bool, law: SeveranceLaw) -> Choice:
    article = {ARRANGED: ("Điều 7", "Art 7"), NOT_AFFECTED: ("Điều 7a", "Art 7a")}[leaver.ground]
    when = _when(leaver, first, law)
    vi, en = f"Nghỉ hưu trước tuổi ({article[0]}), {when[0]}", f"Early retirement ({article[1]}), {when[1]}"
    kind = "early_retirement_first_12_months" if first else "early_retirement_later"
    condition = ("", "")
    if leaver.ground == NOT_AFFECTED:
        condition = (
            "chỉ khi đơn vị phải tinh giản biên chế, cơ cấu lại",
            "only where the unit has to streamline",
        )
    return _leaving(kind, (vi, en), leaver, law.early_retirement(leaver), law=law, first=first, condition=condition)


def _resign(leaver: Leaver, first: bool, law: SeveranceLaw) -> Choice:
    article = ("Điều 9", "Art 9") if leaver.civil_servant else ("Điều 10", "Art 10")
    when = _when(leaver, first, law)
    vi, en = f"Thôi việc ({article[0]}), {when[0]}", f"Resignation ({article[1]}), {when[1]}"
    kind = "resignation_first_12_months" if first else "resignation_later"
    return _leaving(kind, (vi, en), leaver, law.resignation(leaver), law=law, first=first)


def _leaving(
    kind, title, leaver: Leaver, benefit: Benefit, *, law: SeveranceLaw, first: bool, condition=("", "")
) -> Choice:
    """A choice from its computation; closed where the first 12 months are over on that day."""
    if first and not law.in_first_12_months(leaver):
        over = law.month_13(leaver.ground, leaver.decision)
        line = cited(
            law,
            f"Đã hết 12 tháng đầu (trước {_day(over, 'vi')})",
            f"The first 12 months are over (before {_day(over, 'en')})",
            ("severance.clock_start",),
        )
        return Choice(kind, *title, False, (line,), leaver.leaves)
    lines = benefit_lines(law, leaver, benefit)
    if benefit.kind == NONE:  # the age is told where it is the reason
        return Choice(kind, *title, False, lines[1 if benefit.why in OF_AGE else 2 :], leaver.leaves)
    return Choice(kind, *title, True, lines, leaver.leaves, benefit.months, benefit.vnd, condition)


def _when(leaver: Leaver, first: bool, law: SeveranceLaw) -> tuple[str, str]:
    """Day of leaving and the period it lies in."""
    over = law.month_13(leaver.ground, leaver.decision)
    vi, en = (_day(leaver.leaves, lang) for lang in ("vi", "en"))
    if first:
        return f"nghỉ từ {vi}, trước {_day(over, 'vi')} (12 tháng đầu)", (
            f"leaving on {en}, before {_day(over, 'en')} (first 12 months)"
        )
    return f"nghỉ từ {vi} (từ tháng thứ 13)", f"leaving on {en} (from month 13)"


def _not_needed_7a(law: SeveranceLaw) -> Choice:
    line = cited(
        law,
        "Cơ quan, đơn vị trực tiếp sắp xếp nên áp dụng Điều 7, không áp dụng Điều 7a",
        "The body itself is arranged, so Art 7 applies and not Art 7a",
        ("severance.not_directly_affected_7a",),
    )
    title = "Nghỉ hưu trước tuổi khi không trực tiếp sắp xếp (Điều 7a)", "Early retirement, not affected (Art 7a)"
    return Choice("early_retirement_7a", *title, False, (line,))


def _not_re_elected(person: Mapping[str, Any], scenario: Scenario, law: SeveranceLaw) -> Choice:
    """Art 7b is for those who hold an elected or appointed post and are not elected or appointed again."""
    title = (
        "Nghỉ hưu trước tuổi khi không tái cử, tái bổ nhiệm (Điều 7b)",
        "Early retirement when not re-elected or re-appointed (Art 7b)",
    )
    kind = "early_retirement_7b"
    if person["role"] == "staff":
        line = cited(
            law,
            "Không giữ chức vụ bầu cử, bổ nhiệm",
            "Holds no elected or appointed post",
            ("severance.not_re_elected_7b",),
        )
        return Choice(kind, *title, False, (line,))
    leaver = leaver_of(person, NOT_RE_ELECTED, scenario.dates.effect, scenario.dates, law)
    condition = (
        "chỉ với cán bộ mà cấp có thẩm quyền quyết định không tái cử, tái bổ nhiệm",
        "only for cadres whom the competent level does not re-elect or re-appoint",
    )
    return _leaving(kind, title, leaver, law.early_retirement(leaver), law=law, first=False, condition=condition)


def _downsizing(leaver: Leaver, law: SeveranceLaw) -> Choice:
    """Decree 154/2025, Art 8, for comparison: instead of Decree 178/2024, never with it."""
    title = "Tinh giản biên chế, thôi việc ngay (Nghị định 154/2025)", "Downsizing, leaving at once (Decree 154/2025)"
    search, per_year = "severance.decree154_job_search_months", "severance.decree154_per_insurance_year"
    months = law.book.value(search) + law.book.value(per_year) * half_years(leaver.insurance_months)
    salary = salary_line(law, leaver)
    vnd = round(months * salary.vnd)
    rules = [search, per_year]
    rules += ["severance.rounding_odd_months"] if leaver.insurance_months % MONTHS else []
    years = number(half_years(leaver.insurance_months), "vi"), number(half_years(leaver.insurance_months), "en")
    rate = law.book.value(per_year)
    lines = [
        cited(
            law,
            f"{law.book.value(search)} + {number(rate, 'vi')} × {years[0]} = {number(months, 'vi')} tháng lương"
            f" = {vnd_text(vnd, 'vi')}",
            f"{law.book.value(search)} + {number(rate, 'en')} × {years[1]} = {number(months, 'en')} months"
            f" = {vnd_text(vnd, 'en')}",
            rules,
            months=months,
            vnd=vnd,
        ),
        cited(
            law,
            "Chỉ một trong các chính sách, không hưởng hai lần",
            "One of the policies only, never two",
            (ONCE,),
        ),
    ]
    age = (12 * leaver.leaves.year + leaver.leaves.month - 1 - month_number(leaver.born)) // 12
    below, most = "severance.decree154_retrain_age_below", "severance.decree154_retrain_max_months"
    if age < law.book.value(below):
        lines.append(
            cited(
                law,
                f"Dưới {law.book.value(below)} tuổi: có thể học nghề trước khi thôi việc, hưởng nguyên lương nhiều"
                f" nhất {law.book.value(most)} tháng",
                f"Below {law.book.value(below)} years of age: may retrain first on full pay for at most"
                f" {law.book.value(most)} months",
                (below, most),
            )
        )
    condition = "chỉ khi thuộc diện tinh giản biên chế", "only for those whom downsizing covers"
    return Choice("downsizing", *title, True, tuple(lines), leaver.leaves, months, vnd, condition)


def _secondment(leaver: Leaver, law: SeveranceLaw) -> Choice:
    rule, least = "severance.secondment_first_time_base_wages", "severance.secondment_min_months"
    wages, base = law.book.value(rule), law.figures["base_wage_vnd"]
    vnd = wages * base
    line = cited(
        law,
        f"Trợ cấp lần đầu {wages} × {number(base, 'vi')} = {vnd_text(vnd, 'vi')}; ít nhất {law.book.value(least)}"
        " tháng",
        f"First-time allowance {wages} × {number(base, 'en')} = {vnd_text(vnd, 'en')}; at least"
        f" {law.book.value(least)} months",
        (rule, least),
        vnd=vnd,
    )
    share = number(100 * law.book.value("severance.secondment_share_of_staff_about"), "vi")
    condition = (
        f"chỉ khi được cử tăng cường về cơ sở (khoảng {share} % số người)",
        f"only if sent to the grass roots (about {share} % of the staff)",
    )
    title = "Tăng cường về cơ sở", "Secondment to the grass roots"
    return Choice("secondment", *title, True, (line,), None, 0.0, vnd, condition)


def _nonprofessional(law: SeveranceLaw) -> Choice:
    title = "Chế độ khi kết thúc", "Benefits at the end"
    line = Line(
        "Người hoạt động không chuyên trách có chế độ riêng, chưa có trong dữ liệu pháp lý của kịch bản",
        "Non-professional staff have a regime of their own that the law data of this scenario does not hold",
    )
    return Choice("nonprofessional", *title, False, (line,))
