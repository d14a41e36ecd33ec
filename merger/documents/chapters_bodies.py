"""Chapters of the Word report on agencies, divisions and staff (in sums only)."""

from __future__ import annotations

import pandas as pd

from merger.documents import pictures
from merger.documents.chapters_relocation import trim_path
from merger.documents.context import Context, reasons, synthetic_warning
from merger.documents.facts import column, outcome_counts
from merger.documents.wording import MISSING, group_terms, money, plain_name, term


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
        size=10,
        caption=c.say("Cơ quan sau sắp xếp", "Bodies after the merger"),
    )
    shown = agencies[column(agencies, "divisions_before") > 0]
    if len(shown):
        c.letter.picture(
            pictures.chart_divisions(shown, c.lang),
            c.say("Số phòng trước và sau sắp xếp", "Divisions before and after"),
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
    reasons(c, "consolidate", 3 if "mandates" in c.plan.tables else 2)


def relocate(c: Context) -> None:
    """Persons and posts, in sums only."""
    staff = c.plan.tables["staff"]
    counts = outcome_counts(staff)
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    synthetic_warning(c, "staff")
    order = [o for o in group_terms("outcome", c.lang) if o in counts.columns]
    levels = [v for v in group_terms("level", c.lang) if v in counts.index]
    rows = [
        (term("level", v, c.lang), *(c.n(counts.loc[v, o]) for o in order), c.n(counts.loc[v].sum())) for v in levels
    ]
    rows.append((c.say("Cộng", "Total"), *(c.n(counts[o].sum()) for o in order), c.n(counts.to_numpy().sum())))
    each = 11.8 / (len(order) + 1)
    c.letter.table(
        [
            c.say("Cấp trước sắp xếp", "Level before"),
            *(term("outcome", o, c.lang) for o in order),
            c.say("Cộng", "Total"),
        ],
        rows,
        (4.2, *[each] * (len(order) + 1)),
        numeric=range(1, len(order) + 2),
        size=10,
        bold_rows=(len(rows) - 1,),
        caption=c.say("Kết quả bố trí theo cấp (người)", "Outcome by level (people)"),
    )
    c.letter.picture(pictures.chart_outcomes(counts, c.lang), c.say("Kết quả bố trí theo cấp", "Outcome by level"))
    placed = staff[staff["km_after"].notna() & (staff["level"] == "province")]
    if len(placed):
        c.letter.picture(
            pictures.chart_distance(placed["km_before"], placed["km_after"], c.lang),
            c.say(
                "Khoảng cách từ nơi ở đến nơi làm việc, cấp tỉnh",
                "Distance from home to work, province level",
            ),
        )
    _entitlements(c, staff)
    trim_path(c)
    reasons(c, "relocate", 2)


def _entitlements(c: Context, staff: pd.DataFrame) -> None:
    able = staff[staff["entitlement"].isin(["early_retirement", "resignation"])]
    if able.empty:
        return
    rows = []
    for kind, own in able.groupby("entitlement"):
        amounts = column(own, "entitlement_vnd")
        rows.append(
            (
                term("entitlement", kind, c.lang).capitalize(),
                c.n(len(own)),
                money(amounts.mean(), c.lang),
                money(amounts.sum(), c.lang),
            )
        )
    c.letter.table(
        [
            c.say(
                "Chính sách (mới xét điều kiện, chưa phải quyết định)",
                "Benefit (eligibility, not a decision)",
            ),
            c.say("Số người", "People"),
            c.say("Bình quân", "Mean"),
            c.say("Nếu tất cả đều hưởng", "If all took it"),
        ],
        rows,
        (6.4, 2.4, 3.4, 3.8),
        numeric=(1, 2, 3),
        caption=c.say("Người đủ điều kiện hưởng chính sách", "People eligible for leaving benefits"),
    )
