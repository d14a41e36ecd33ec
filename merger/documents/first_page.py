"""First page of the report, which stands alone: proposal, five figures, cost, what is certain and what is not,
decisions."""

from __future__ import annotations

import pandas as pd

from merger.documents import chapters_units
from merger.documents.context import Context, lower_first, say
from merger.documents.facts import Fact, benefit_of, column, count_sum, headline, people_of
from merger.documents.wording import WEAK_GAP, money, number, percent, term

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
FACTS_ON_FIRST_PAGE = 5
# What a figure rests on, by its key; figures on generated staff or divisions say so themselves.
LABELS = {"units": "proposed", "mean_km": "estimated", "standards": "estimated"}


def first_page(c: Context) -> None:
    """Everything the committee needs to decide."""
    lang, letter = c.lang, c.letter
    letter.compact = True
    letter.paragraph(_proposal(c), bold_until=say(lang, "Đề xuất:", "Proposal:"))
    facts = headline(c.plan, c.inputs)[:FACTS_ON_FIRST_PAGE]
    letter.table(
        [
            say(lang, "Chỉ tiêu chính", "Key figure"),
            say(lang, "Phương án", "Plan"),
            say(lang, "So với", "Against"),
            say(lang, "Loại số liệu", "Data"),
        ],
        [(f.title[lang], f.plan[lang], f.reference[lang], _label(f, lang)) for f in facts],
        (6.3, 3.0, 4.1, 2.6),
        numeric=(1, 2),
    )
    cost = _cost(c)
    if cost:
        letter.paragraph(cost, bold_until=say(lang, "Chi phí:", "Cost:"))
    letter.paragraph(_certainty(c), bold_until=say(lang, "Mức độ tối ưu:", "Optimality:"))
    letter.paragraph(_open(c), bold_until=say(lang, "Chưa chắc chắn:", "Uncertain:"))
    asked = letter.paragraph(say(lang, "Đề nghị Ban Chỉ đạo quyết định:", "The committee is asked to decide:"))
    asked.runs[0].bold = True
    asked.paragraph_format.keep_with_next = True
    letter.bullets(_decisions(c))
    if any(f.synthetic for f in facts):
        note = say(
            lang,
            "* Có dùng số liệu GIẢ LẬP về nhân sự và cơ cấu phòng (xem phần cuối).",
            "* Rests on SYNTHETIC data on staff and divisions (see the last part).",
        )
        letter.paragraph(note).runs[0].italic = True
    letter.compact = False


def _label(fact: Fact, lang: str) -> str:
    """What a figure rests on, in a word."""
    if fact.synthetic:
        return f"{term('label', 'SYNTHETIC', lang)} *"
    return term("label", LABELS.get(fact.key, "proposed"), lang)


def _proposal(c: Context) -> str:
    lang, tables, parts = c.lang, c.plan.tables, []
    if "new_units" in tables:
        kinds = tables["new_units"]["kind"].value_counts()
        detail = ", ".join(
            f"{number(kinds[k], lang)} {term('kind', k, lang)}{'s' if lang == 'en' and kinds[k] > 1 else ''}"
            for k in ("xa", "phuong", "dac_khu")
            if k in kinds
        )
        before, after = chapters_units.units_before(c), len(tables["new_units"])
        parts.append(
            say(
                lang,
                f"sắp xếp {before} thành {after} đơn vị ({detail})",
                f"arrange {before} into {after} units ({detail})",
            )
        )
    if "new_agencies" in tables and len(tables["new_agencies"]):
        agencies = tables["new_agencies"]
        before = len({p for row in agencies["predecessors"] for p in str(row).split(";") if p})
        parts.append(
            say(
                lang,
                f"hợp nhất {before} cơ quan, tổ chức thành {len(agencies)}",
                f"merge {before} bodies into {len(agencies)}",
            )
        )
    if "headcount" in tables and len(tables["headcount"]):
        people = number(people_of(tables["headcount"], "outcome"), lang)
        parts.append(
            say(
                lang, f"bố trí, giải quyết chế độ cho {people} người", f"place {people} people or settle their benefits"
            )
        )
    if "commute" in tables and len(tables["commute"]):
        riders = number(count_sum(tables["commute"]["riders"]), lang)
        parts.append(
            say(
                lang,
                f"hỗ trợ đi lại cho {riders} người có nơi làm việc thay đổi",
                f"support {riders} people whose workplace moves",
            )
        )
    if "timetable" in tables and len(tables["timetable"]):
        tasks = number(len(tables["timetable"]), lang)
        parts.append(
            say(
                lang,
                f"thực hiện {tasks} việc theo tiến độ kèm theo",
                f"carry out {tasks} tasks on the attached timetable",
            )
        )
    joined = "; ".join(parts)
    return say(lang, f"Đề xuất: {joined}.", f"Proposal: {joined}.")


def _cost(c: Context) -> str:
    """Public money: commuting, the path of those above the establishment, and the most that benefits could cost."""
    lang, tables, parts = c.lang, c.plan.tables, []
    if "commute" in tables and len(tables["commute"]):
        month = money(column(tables["commute"], "public_vnd_month").sum(), lang)
        parts.append(say(lang, f"hỗ trợ đi lại, nhà ở {month}/tháng", f"commuting and housing {month} a month"))
    path = tables.get("trim_path")
    if path is not None and len(path):
        benefits, pay = (pd.to_numeric(path[k], errors="coerce").sum() for k in ("benefit_vnd", "pay_vnd"))
        years = path["year"].nunique()
        parts.append(
            say(
                lang,
                f"trong {years} năm (kỳ vọng): chế độ nghỉ {money(benefits, lang)}, lương người ngoài khung biên chế "
                f"{money(pay, lang)}",
                f"over {years} years (expected): leaving benefits {money(benefits, lang)}, pay of those above the "
                f"establishment {money(pay, lang)}",
            )
        )
    if "headcount" in tables and len(tables["headcount"]):
        able, total = benefit_of(tables["headcount"], "early_retirement")
        if able:
            parts.append(
                say(
                    lang,
                    f"mức cao nhất nếu cả {number(able, lang)} người đủ điều kiện đều nghỉ hưu trước tuổi: "
                    f"{money(total, lang)} (trả một lần)",
                    f"at most, if all {number(able, lang)} people eligible for early retirement took it: "
                    f"{money(total, lang)} (once)",
                )
            )
    return say(lang, "Chi phí: ", "Cost: ") + "; ".join(parts) + "." if parts else ""


def _certainty(c: Context) -> str:
    """How far each stage is from the best possible; stages that say the same are named together."""
    lang, stages = c.lang, c.plan.manifest["stages"]
    said: dict[str, list[str]] = {}
    for name, record in stages.items():
        said.setdefault(_proven(record, lang), []).append(lower_first(term("stage", name, lang)))
    parts = [f"{', '.join(names)}: {text}" for text, names in said.items()]
    within = say(lang, " (trong phạm vi và giả định nêu ở từng phần)", " (within the limits told in each part)")
    return say(lang, "Mức độ tối ưu: ", "Optimality: ") + "; ".join(parts) + within + "."


def _proven(record: dict, lang: str) -> str:
    gap = record.get("gap")
    if record.get("status") == "optimal" or (gap is not None and gap <= 1e-9):
        return say(lang, "không phương án nào tốt hơn (đã chứng minh)", "no plan is better (proven)")
    if gap is not None and gap < WEAK_GAP:
        return say(
            lang,
            f"không phương án nào tốt hơn quá {percent(gap, lang, 2)}",
            f"no plan is better by more than {percent(gap, lang, 2)}",
        )
    return say(lang, "đạt mọi quy định, chưa chứng minh được mức tối ưu", "keeps every rule, how good is not proven")


def _open(c: Context) -> str:
    """What the figures cannot promise: limits in the simulation, estimates, figures of law to check."""
    lang, parts = c.lang, []
    risk = c.plan.manifest["stages"].get("timetable", {}).get("figures", {}).get("risk", {})
    if risk.get("law_hold_share") is not None:
        share = percent(risk["law_hold_share"], lang)
        parts.append(
            say(
                lang,
                f"xác suất giữ được mọi thời hạn theo luật, sự kiện chỉ {share} (mô phỏng)",
                f"all limits by law and events hold with a probability of {share} only (simulation)",
            )
        )
    parts.append(
        say(
            lang,
            "ranh giới, diện tích, dân số đơn vị cũ là số ước tính",
            "borders, areas and populations of old units are estimates",
        )
    )
    recalled = sum(rule.status == "recalled" for rule in c.inputs.law.values())
    if recalled:
        parts.append(
            say(
                lang,
                f"{recalled}/{len(c.inputs.law)} chỉ tiêu pháp lý chưa đối chiếu với văn bản gốc",
                f"{recalled} of {len(c.inputs.law)} legal figures are not yet checked against their source",
            )
        )
    return say(lang, "Chưa chắc chắn: ", "Uncertain: ") + "; ".join(parts) + "."


def _decisions(c: Context) -> list[str]:
    lang, tables, items = c.lang, c.plan.tables, []
    if "new_units" in tables:
        need = int((tables["new_units"]["standard"] == "needs_decision").sum())
        extra = (
            say(
                lang,
                f"; trình UBTVQH quyết định {need} đơn vị chưa đạt tiêu chuẩn",
                f"; submit {need} units below the standard to the Standing Committee",
            )
            if need
            else ""
        )
        n = len(tables["new_units"])
        items.append(
            say(
                lang,
                f"Thông qua {n} đơn vị cấp xã, tên gọi và nơi đặt trụ sở (dự thảo nghị quyết ở Phụ lục I){extra}.",
                f"Adopt the {n} units, their names and seats (draft resolution in Appendix I){extra}.",
            )
        )
    if "new_agencies" in tables:
        items.append(
            say(
                lang,
                f"Thông qua cơ cấu bên trong và trụ sở của các cơ quan (phần {_part(c, 'consolidate')}).",
                f"Adopt the structure and sites of the agencies (part {_part(c, 'consolidate')}).",
            )
        )
    above = people_of(tables["headcount"], "outcome", group="transitional") if "headcount" in tables else 0
    if above:
        items.append(
            say(
                lang,
                f"Chấp thuận {number(above, lang)} người vượt định mức trong lộ trình 5 năm và nguyên tắc bố trí.",
                f"Accept {number(above, lang)} people above the establishment for five years, and the placement rules.",
            )
        )
    left = _left_after_years(c)
    if left:
        items.append(
            say(
                lang,
                f"Cho ý kiến về {left} người dự kiến còn ngoài khung biên chế khi hết lộ trình (phần "
                f"{_part(c, 'relocate')}).",
                f"Say what is to become of {left} people expected to be above the establishment at the end (part "
                f"{_part(c, 'relocate')}).",
            )
        )
    if "commute" in tables:
        items.append(
            say(
                lang,
                "Bố trí kinh phí hỗ trợ đi lại, nhà ở hằng tháng.",
                "Fund commuting and housing support.",
            )
        )
    if "timetable" in tables:
        critical = int(tables["timetable"]["critical"].astype(bool).sum())
        first = number(critical, lang)
        items.append(
            say(
                lang,
                f"Giao cơ quan chủ trì thực hiện tiến độ, ưu tiên {first} việc găng.",
                f"Assign the timetable, the {first} critical tasks first.",
            )
        )
    return items


def _part(c: Context, stage: str) -> str:
    """Roman number of a stage's chapter."""
    stages = list(c.plan.manifest["stages"])
    return ROMAN[stages.index(stage)] if stage in stages else ""


def _left_after_years(c: Context) -> str:
    """People still above the establishment at the end of the path, in digits; empty without any."""
    path = c.plan.tables.get("trim_path")
    if path is None or path.empty:
        return ""
    left = count_sum(path.loc[path["year"] == path["year"].max(), "after_people"])
    return number(left, c.lang) if left else ""
