"""The Word report: one page to decide on, a chapter a stage, what the data can bear, and the list of
units."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd

from merger.disclosure import public_view
from merger.documents import chapters_bodies, chapters_running, chapters_schedule, chapters_staff, chapters_units
from merger.documents.context import Context, lower_first, say
from merger.documents.facts import benefit_of, column, count_sum, headline, people_of
from merger.documents.letter import Letter
from merger.documents.wording import WEAK_GAP, money, number, percent, term, unbroken
from merger.inputs import Inputs
from merger.layers import build_layers
from merger.plan import Plan

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
FACTS_ON_FIRST_PAGE = 5
CHAPTERS = {
    "arrange": chapters_units.arrange,
    "consolidate": chapters_bodies.consolidate,
    "relocate": chapters_staff.relocate,
    "commute": chapters_running.commute,
    "timetable": chapters_schedule.timetable,
}


def write_report(
    plan: Plan, inputs: Inputs, path: Path, lang: str, layers: Mapping[str, gpd.GeoDataFrame] | None = None
) -> None:
    """Write the report in one language ("vi" or "en"); stages that the plan lacks leave no trace.

    `layers` (merger.layers.build_layers) may be given to save building them again.
    """
    plan = public_view(plan, inputs)
    layers = build_layers(inputs, plan.tables) if layers is None else layers
    letter = Letter(lang)
    context = Context(plan, inputs, layers, lang, letter)
    _first_page(context)
    done = [name for name in CHAPTERS if name in plan.manifest["stages"]]
    for roman, name in zip(ROMAN, done, strict=False):
        letter.chapter(f"{roman}. {term('stage', name, lang)}")
        CHAPTERS[name](context)
    letter.chapter(f"{ROMAN[len(done)]}. {say(lang, 'Dữ liệu, phương pháp và giới hạn', 'Data, method and limits')}")
    chapters_running.limits(context)
    heads = inputs.scenario.documents
    head_of = say(lang, "Giám đốc", "Director")
    letter.signature([getattr(r, lang) for r in heads.recipients], head_of)
    if "new_units" in plan.tables:
        letter.chapter(
            say(
                lang,
                "Phụ lục. Danh sách đơn vị hành chính cấp xã đề xuất",
                "Appendix. List of proposed units",
            )
        )
        chapters_units.unit_list(context)
    if "timetable" in plan.tables and len(plan.tables["timetable"]):
        letter.chapter(
            say(lang, "Phụ lục. Tiến độ của các cơ quan có nhiều việc nhất", "Appendix. Charts of the busiest bodies")
        )
        chapters_schedule.body_charts(context)
    letter.save(
        path,
        title=_subject(context),
        author=getattr(heads.issuer, lang),
        created=inputs.scenario.dates.commune_decision,
    )


def _subject(context: Context) -> str:
    title = unbroken(getattr(context.inputs.scenario.title, context.lang))
    return say(context.lang, f"Đề xuất phương án: {title}", f"Proposed plan: {title}")


def _first_page(c: Context) -> None:
    """Everything the committee needs to decide: proposal, five figures, cost, certainty, decisions."""
    heads, lang, letter = c.inputs.scenario.documents, c.lang, c.letter
    letter.heads(
        superior=getattr(heads.superior, lang),
        issuer=getattr(heads.issuer, lang),
        symbol=heads.symbol,
        place=heads.place,
        year=c.inputs.scenario.dates.effect.year,
    )
    letter.title(say(lang, "Báo cáo", "Report"), _subject(c), getattr(heads.addressee, lang))
    letter.compact = True
    letter.paragraph(_proposal(c), bold_until=say(lang, "Đề xuất:", "Proposal:"))
    facts = headline(c.plan, c.inputs)[:FACTS_ON_FIRST_PAGE]
    rows = [(f.title[lang] + (" *" if f.synthetic else ""), f.plan[lang], f.reference[lang]) for f in facts]
    letter.table(
        [
            say(lang, "Chỉ tiêu chính", "Key figure"),
            say(lang, "Phương án", "Plan"),
            say(lang, "So với", "Against"),
        ],
        rows,
        (8.8, 3.6, 3.6),
        numeric=(1, 2),
    )
    cost = _cost(c)
    if cost:
        letter.paragraph(cost, bold_until=say(lang, "Chi phí:", "Cost:"))
    letter.paragraph(_certainty(c), bold_until=say(lang, "Mức độ chắc chắn:", "Certainty:"))
    letter.paragraph(say(lang, "Đề nghị Ban Chỉ đạo quyết định:", "The committee is asked to decide:")).runs[
        0
    ].bold = True
    letter.bullets(_decisions(c))
    if any(f.synthetic for f in facts):
        note = say(
            lang,
            "* Có dùng số liệu GIẢ LẬP về nhân sự và cơ cấu phòng (xem phần cuối).",
            "* Rests on SYNTHETIC data on staff and divisions (see the last part).",
        )
        letter.paragraph(note).runs[0].italic = True
    letter.compact = False


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
        parts.append(say(lang, f"bố trí {people} người", f"place {people} people"))
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
    lang, tables, parts = c.lang, c.plan.tables, []
    if "commute" in tables and len(tables["commute"]):
        public = column(tables["commute"], "public_vnd_month").sum()
        parts.append(
            say(
                lang,
                f"hỗ trợ đi lại, nhà ở {money(public, lang)}/tháng",
                f"commuting and housing {money(public, lang)} a month",
            )
        )
    if "headcount" in tables and len(tables["headcount"]):
        able, total = benefit_of(tables["headcount"], "early_retirement")
        if able:
            parts.append(
                say(
                    lang,
                    f"nếu toàn bộ {number(able, lang)} người đủ điều kiện nghỉ hưu trước tuổi: "
                    f"{money(total, lang)} (trả một lần)",
                    f"if all {number(able, lang)} people eligible for early retirement took it: "
                    f"{money(total, lang)} (once)",
                )
            )
    if not parts:
        return ""
    return say(lang, "Chi phí: ", "Cost: ") + "; ".join(parts) + "."


def _certainty(c: Context) -> str:
    lang, parts = c.lang, []
    for name, record in c.plan.manifest["stages"].items():
        gap = record.get("gap")
        if record.get("status") == "optimal" or (gap is not None and gap <= 1e-9):
            text = say(lang, "tối ưu, đã chứng minh", "proven optimal")
        elif gap is not None and gap < WEAK_GAP:
            text = say(
                lang,
                f"cách mức tốt nhất không quá {percent(gap, lang, 2)}",
                f"at most {percent(gap, lang, 2)} from the best",
            )
        else:
            text = say(lang, "khả thi, chưa có cận đủ chặt", "feasible, no useful bound")
        parts.append(f"{lower_first(term('stage', name, lang))}: {text}")
    tail = say(
        lang,
        " Ranh giới, diện tích, dân số đơn vị cũ là số ước tính.",
        " Borders, areas and populations of old units are estimates.",
    )
    return say(lang, "Mức độ chắc chắn: ", "Certainty: ") + "; ".join(parts) + "." + tail


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
                f"Thông qua {n} đơn vị cấp xã, tên gọi và nơi đặt trụ sở (Phụ lục){extra}.",
                f"Adopt the {n} units, their names and seats (Appendix){extra}.",
            )
        )
    if "new_agencies" in tables:
        items.append(
            say(
                lang,
                "Thông qua cơ cấu bên trong và trụ sở của các cơ quan (phần II).",
                "Adopt the structure and sites of the agencies.",
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
