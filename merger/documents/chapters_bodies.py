"""Chapter of the Word report on agencies and divisions."""

from __future__ import annotations

from merger.documents import pictures
from merger.documents.chapters_sites import alternatives, second_site
from merger.documents.context import Context, reasons, synthetic_warning
from merger.documents.facts import column
from merger.documents.wording import MISSING, plain_name

CHART_CM = 11.5


def consolidate(c: Context) -> None:
    """Agencies and divisions."""
    agencies = c.plan.tables["new_agencies"]
    before, after = column(agencies, "divisions_before").sum(), column(agencies, "divisions").sum()
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    synthetic_warning(c, "divisions")
    c.letter.paragraph(
        c.say(
            f"{len(agencies)} cơ quan, tổ chức sau sắp xếp; số phòng và đơn vị bên trong giảm từ "
            f"{c.n(before)} xuống {c.n(after)}.",
            f"{len(agencies)} bodies after the merger; divisions go from {c.n(before)} to {c.n(after)}.",
        )
    )
    name = "new_agency" if c.lang == "vi" else "new_agency_en"
    used = sorted(set(agencies["site_id"].fillna("")) - {""})
    if len(used) == 1:
        site = c.sites.get(used[0], MISSING)
        c.letter.paragraph(c.say(f"Tất cả đặt trụ sở chính tại: {site}.", f"All have their main site at: {site}."))
    several = len(used) > 1
    rows = []
    for a in agencies.itertuples():
        numbers = (a.divisions_before, a.divisions, a.staff, a.leaders, a.deputies_cap, a.floor_m2)
        site = (c.sites.get(a.site_id, MISSING),) if several else ()
        rows.append((plain_name(getattr(a, name) or a.new_agency), *map(c.n, numbers), *site))
    heads = [
        c.say("Cơ quan sau sắp xếp", "Body"),
        c.say("Phòng trước", "Div. before"),
        c.say("Phòng sau", "Div. after"),
        c.say("Số người", "Staff"),
        c.say("Cấp trưởng, phó", "Heads, deputies"),
        c.say("Cấp phó tối đa", "Deputies at most"),
        "m²",
    ]
    widths = (4.0, 1.4, 1.4, 1.6, 1.7, 1.6, 1.5, 2.8) if several else (6.0, 1.6, 1.6, 1.7, 1.7, 1.7, 1.7)
    c.letter.table(
        [*heads, *([c.say("Trụ sở", "Site")] if several else [])],
        rows,
        widths,
        numeric=range(1, 7),
        caption=c.say("Cơ quan sau sắp xếp", "Bodies after the merger"),
    )
    shown = agencies[column(agencies, "divisions_before") > 0]
    if len(shown):
        c.letter.picture(
            pictures.chart_divisions(shown, c.lang),
            c.say("Số phòng trước và sau sắp xếp", "Divisions before and after"),
            CHART_CM,
        )
    if "mandates" in c.plan.tables:
        mandates = c.plan.tables["mandates"]
        c.letter.heading(c.say("2. Chức năng, nhiệm vụ", "2. Mandates"))
        c.letter.paragraph(
            c.say(
                f"{c.n(len(mandates))} chức năng, chương trình, nhiệm vụ, hệ thống của hai bên được giao, "
                "mỗi nội dung cho đúng một "
                "đầu mối chịu trách nhiệm; không nội dung nào bị bỏ sót hoặc trùng lặp (danh mục ở phụ "
                "lục Excel).",
                f"{c.n(len(mandates))} functions, programmes, tasks and systems of both sides each go to "
                "exactly one accountable "
                "successor; none is orphaned or doubled (list in the Excel annex).",
            )
        )
        away = c.plan.manifest["stages"]["consolidate"]["figures"].get("mandates_away_from_neighbours")
        if away is not None:
            c.letter.paragraph(
                c.say(
                    "Mỗi nội dung theo đầu mối của phần lớn nội dung liên quan (phòng cùng lĩnh vực, cơ quan phụ trách"
                    " trước sắp xếp, chương trình chứa nội dung đó), trừ khi văn bản nguồn đã nêu cơ quan chủ trì."
                    f" Số nội dung ở khác đầu mối với phần lớn nội dung liên quan: {c.n(away)}.",
                    "Each goes where most of its neighbours are (divisions of its field, the body in charge before, its"
                    f" programme), unless a source names who leads. Away from most of its neighbours: {c.n(away)}.",
                )
            )
    number = 3 if "mandates" in c.plan.tables else 2
    if "site_tradeoff" in c.plan.tables:
        c.letter.heading(f"{number}. " + c.say("Cơ sở 2 và các phương án khác", "Second site and other structures"))
        second_site(c)
        alternatives(c)
        number += 1
    reasons(c, "consolidate", number)
