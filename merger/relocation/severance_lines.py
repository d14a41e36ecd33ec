"""A computation of leaving benefits as it is printed: line by line, each with its articles, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from merger.relocation.retirement import MONTHS, half_years
from merger.relocation.severance import EARLY, NONE, RESIGNATION, Benefit, Item, Leaver, SeveranceLaw

LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Line:
    """One printed line; `vnd` is rounded to whole VND. Its text cites `rules` and says which are recalled."""

    vi: str
    en: str
    months: float = 0.0
    vnd: int = 0
    rules: tuple[str, ...] = ()
    recalled: bool = False

    def text(self, lang: str) -> str:
        """The line in one language."""
        return self.vi if lang == "vi" else self.en


def cited(law: SeveranceLaw, vi: str, en: str, rules: Iterable[str] = (), *, months: float = 0.0, vnd: int = 0) -> Line:
    """A line with its articles in brackets, each document once."""
    rules = tuple(rules)
    marks = {lang: "; ".join(dict.fromkeys(law.book[r].cite(lang) for r in rules)) for lang in LANGUAGES}
    recalled = any(law.book[r].status == "recalled" for r in rules)
    texts = {lang: f"{text} [{marks[lang]}]" if rules else text for lang, text in (("vi", vi), ("en", en))}
    return Line(texts["vi"], texts["en"], months, vnd, rules, recalled)


def benefit_lines(law: SeveranceLaw, leaver: Leaver, benefit: Benefit) -> tuple[Line, ...]:
    """Salary, age, each benefit with its articles, and the total; of none, the reason why."""
    opening = (salary_line(law, leaver), age_line(law, leaver))
    if benefit.kind == NONE:
        vi, en = WHY_NOT[benefit.why]
        return (*opening, cited(law, vi, en, benefit.rules))
    items = tuple(_item_line(law, leaver, benefit, item) for item in benefit.items)
    total = Line(
        f"Tổng cộng: {number(benefit.months, 'vi')} tháng lương = {vnd_text(benefit.vnd, 'vi')}",
        f"Total: {number(benefit.months, 'en')} months = {vnd_text(benefit.vnd, 'en')}",
        benefit.months,
        benefit.vnd,
        benefit.rules,
        bool(benefit.recalled),
    )
    return (*opening, *items, total, *_besides(law, leaver, benefit))


def salary_line(law: SeveranceLaw, leaver: Leaver) -> Line:
    """The current monthly salary and how it is composed."""
    base, duty = law.figures["base_wage_vnd"], leaver.public_duty and law.counts_public_duty
    vnd = law.salary(leaver.coefficient, leaver.leadership_coefficient, public_duty=leaver.public_duty)
    formula = {}
    for lang in LANGUAGES:
        pay = number(leaver.coefficient, lang)
        if leaver.leadership_coefficient:
            pay = f"({pay} + {number(leaver.leadership_coefficient, lang)})"
        formula[lang] = f"{pay} × {number(base, lang)}"
        formula[lang] += f" × (1 + {law.figures['public_duty_allowance_pct']} %)" if duty else ""
    rules = ["severance.current_salary", "severance.base_wage_vnd"]
    return cited(
        law,
        f"Tiền lương tháng hiện hưởng: {formula['vi']} = {number(vnd, 'vi')} đồng",
        f"Current monthly salary: {formula['en']} = VND {number(vnd, 'en')}",
        [*rules, "severance.public_duty_allowance_pct"] if duty else rules,
        months=1.0,
        vnd=vnd,
    )


def age_line(law: SeveranceLaw, leaver: Leaver) -> Line:
    """Month of retirement by age, and how many months before it the person leaves."""
    rule, month = law.age_that_counts(leaver)
    early = law.months_early(leaver)
    years, odd = divmod(int(rule.fields["age_months"]), MONTHS)
    age = {
        "vi": f"{years} tuổi" + (f" {odd} tháng" if odd else ""),
        "en": f"{years} years" + (f" {odd} months" if odd else ""),
    }
    born = f"{leaver.born[5:]}/{leaver.born[:4]}"
    when = f"{month % MONTHS + 1:02d}/{month // MONTHS}"
    if early <= 0:
        return cited(
            law,
            f"Sinh tháng {born}, tuổi nghỉ hưu {age['vi']}: nghỉ hưu từ tháng {when}",
            f"Born {born}, retirement age {age['en']}: retired from {when}",
            (rule.id,),
        )
    return cited(
        law,
        f"Sinh tháng {born}, tuổi nghỉ hưu {age['vi']}: nghỉ hưu từ tháng {when}; nghỉ sớm {spell(early, 'vi')}"
        f" ({early} tháng)",
        f"Born {born}, retirement age {age['en']}: retired from {when}; {spell(early, 'en')} early ({early} months)",
        (rule.id,),
    )


def _item_line(law: SeveranceLaw, leaver: Leaver, benefit: Benefit, item: Item) -> Line:
    text, vnd = {}, round(item.months * benefit.salary_vnd)
    for lang, unit in (("vi", "tháng lương"), ("en", "months")):
        counted = _counted(leaver, benefit, item, lang)
        text[lang] = (
            f"{TITLES[lang][benefit.kind, item.kind]}{counted}: {number(item.rate, lang)} ×"
            f" {number(item.quantity, lang)} = {number(item.months, lang)} {unit} = {vnd_text(vnd, lang)}"
        )
    return cited(law, text["vi"], text["en"], (item.rule, *item.also), months=item.months, vnd=vnd)


def _counted(leaver: Leaver, benefit: Benefit, item: Item, lang: str) -> str:
    """How odd months or a cap made the quantity, in brackets."""
    vi = lang == "vi"
    insured = leaver.insurance_months
    if benefit.kind == RESIGNATION and item.kind == "lump":
        months = f"{number(insured, lang)} tháng đóng BHXH" if vi else f"{number(insured, lang)} months insured"
        if item.quantity >= insured:
            return f" ({months})"
        most = f"tính nhiều nhất {item.quantity:g}" if vi else f"at most {item.quantity:g} count"
        return f" ({months}, {most})"
    if item.kind == "per_year":
        months = benefit.months_early
    elif item.kind == "insurance_extra" or (benefit.kind == RESIGNATION and item.kind == "insurance"):
        months = insured
    else:
        return ""
    if not months % MONTHS:
        return f" ({spell(months, lang)})"
    rounded = number(half_years(months), lang)
    return f" ({spell(months, lang)}, {'tính' if vi else 'counted as'} {rounded} {'năm' if vi else 'years'})"


def _besides(law: SeveranceLaw, leaver: Leaver, benefit: Benefit) -> tuple[Line, ...]:
    """What comes with the benefit without an amount."""
    if benefit.kind == EARLY:
        rule = "severance.pension_rate_deduction"
        share = number(law.figures["pension_rate_deduction"], "vi")
        return (
            cited(
                law,
                f"Hưởng lương hưu ngay, tỷ lệ lương hưu bị trừ do nghỉ trước tuổi: {share} %",
                f"Pension at once, deduction from its rate for retiring early: {share} %",
                (rule,),
            ),
        )
    if not leaver.civil_servant and law.figures["resign_employee_unemployment_insurance"]:
        return (
            cited(
                law,
                "Ngoài ra được hưởng bảo hiểm thất nghiệp theo quy định (không tính ở đây)",
                "Besides, unemployment insurance as the law provides (not computed here)",
                ("severance.resign_employee_unemployment_insurance",),
            ),
        )
    return ()


def spell(months: int, lang: str) -> str:
    """Months as years and months: 43 -> "3 năm 7 tháng"."""
    years, odd = divmod(months, MONTHS)
    if lang == "vi":
        parts = [f"{years} năm"] * bool(years) + [f"{odd} tháng"] * bool(odd)
    else:
        parts = [f"{years} year{'s' * (years > 1)}"] * bool(years) + [f"{odd} month{'s' * (odd > 1)}"] * bool(odd)
    return " ".join(parts) or ("0 tháng" if lang == "vi" else "0 months")


def vnd_text(vnd: int, lang: str) -> str:
    """An amount to the last đồng."""
    return f"{number(vnd, 'vi')} đồng" if lang == "vi" else f"VND {number(vnd, 'en')}"


def number(value: float, lang: str) -> str:
    """A number as written in Vietnamese (1.234,5) or English (1,234.5)."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


TITLES = {
    "vi": {
        (EARLY, "lump"): "Trợ cấp hưu trí một lần cho thời gian nghỉ sớm",
        (EARLY, "per_year"): "Trợ cấp cho mỗi năm nghỉ sớm",
        (EARLY, "insurance"): "Trợ cấp cho những năm đầu đóng BHXH bắt buộc",
        (EARLY, "insurance_extra"): "Trợ cấp cho mỗi năm đóng BHXH tiếp theo",
        (RESIGNATION, "lump"): "Trợ cấp thôi việc theo tháng đóng BHXH",
        (RESIGNATION, "insurance"): "Trợ cấp cho mỗi năm đóng BHXH bắt buộc",
        (RESIGNATION, "job_search"): "Trợ cấp tìm việc làm",
    },
    "en": {
        (EARLY, "lump"): "One-off retirement benefit for the time early",
        (EARLY, "per_year"): "For each year early",
        (EARLY, "insurance"): "For the first years of compulsory insurance",
        (EARLY, "insurance_extra"): "For each further year of insurance",
        (RESIGNATION, "lump"): "Severance by months of insurance",
        (RESIGNATION, "insurance"): "For each year of compulsory insurance",
        (RESIGNATION, "job_search"): "Job search",
    },
}
WHY_NOT = {
    "before_effect": ("Nghỉ trước ngày chính sách có hiệu lực", "Leaves before the policy takes effect"),
    "past_age": ("Đã đủ tuổi nghỉ hưu, không thuộc diện nghỉ sớm", "Retirement age already reached"),
    "insurance_short": (
        "Chưa đủ số năm đóng BHXH để hưởng lương hưu",
        "Too few insurance years for a pension",
    ),
    "too_early": (
        "Còn quá số năm tối đa đến tuổi nghỉ hưu",
        "Farther from retirement age than the longest band",
    ),
    "too_early_7a": (
        "Không trực tiếp chịu tác động của sắp xếp và còn quá 05 năm đến tuổi nghỉ hưu",
        "Not directly affected by the arrangement and more than five years from retirement age",
    ),
    "near_age": (
        "Còn dưới số năm tối thiểu đến tuổi nghỉ hưu",
        "Too near to retirement age to resign with a benefit",
    ),
    "not_affected": ("Không trực tiếp chịu tác động của sắp xếp", "Not directly affected by the arrangement"),
    "early_retirement_instead": (
        "Đủ điều kiện nghỉ hưu trước tuổi nên không hưởng chính sách thôi việc",
        "Entitled to early retirement, so not to the benefit of resignation",
    ),
    "uninsured": ("Chưa có thời gian đóng BHXH bắt buộc", "No months of compulsory insurance"),
}
