"""Chapter of the Word report on staff, in sums only: outcomes, entitlements, ceilings that bind, equity."""

from __future__ import annotations

import pandas as pd

from merger.ceilings import binding_rules
from merger.disclosure import is_masked
from merger.documents import pictures
from merger.documents.chapters_relocation import trim_path
from merger.documents.context import Context, reasons, synthetic_warning
from merger.documents.equity_facts import differences, measures, shown_groups
from merger.documents.equity_picture import chart_equity
from merger.documents.facts import benefit_of, outcome_counts
from merger.documents.wording import SUPPRESSED, group_terms, known, money, term

CEILINGS_SHOWN = 10


def relocate(c: Context) -> None:
    """Persons and posts, in sums only."""
    people = c.plan.tables["headcount"]
    counts = outcome_counts(people)
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    synthetic_warning(c, "staff")
    order = [o for o in group_terms("outcome", c.lang) if o in counts.columns]
    levels = [v for v in group_terms("level", c.lang) if v in counts.index and v != "all"]
    rows = [
        (term("level", v, c.lang), *(c.n(counts.loc[v, o]) for o in order), c.n(counts.loc[v, "all"])) for v in levels
    ]
    rows.append((c.say("Cộng", "Total"), *(c.n(counts.loc["all", o]) for o in [*order, "all"])))
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
        bold_rows=(len(rows) - 1,),
        caption=c.say("Kết quả bố trí theo cấp (người)", "Outcome by level (people)"),
    )
    told = people["measure"].isin(["km_before", "km_after"]) & people["group"].ne("unknown")
    ways = people[told & people["level"].eq("province")]
    if len(ways):
        c.letter.picture(
            pictures.chart_distance(ways, c.lang),
            c.say(
                "Khoảng cách từ nơi ở đến nơi làm việc, cấp tỉnh",
                "Distance from home to work, province level",
            ),
        )
    _entitlements(c, people)
    trim_path(c)
    number_of = 2
    for section in (ceilings, equity):
        number_of += section(c, number_of)
    reasons(c, "relocate", number_of)


def _entitlements(c: Context, people: pd.DataFrame) -> None:
    rows = []
    for kind in ("early_retirement", "resignation"):
        able, amount = benefit_of(people, kind)
        if able:
            mean = None if is_masked(able) else amount / able
            name = term("entitlement", kind, c.lang).capitalize()
            rows.append((name, c.n(able), money(mean, c.lang), money(amount, c.lang)))
    if not rows:
        return
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


def ceilings(c: Context, number_of: int) -> int:
    """Ceilings that bind, each with its article; returns the number of headings written (0 without the table)."""
    table = c.plan.tables.get("ceilings")
    if table is None or table.empty:
        return 0
    c.letter.heading(f"{number_of}. {c.say('Các khung, giới hạn đã dùng hết', 'Ceilings that bind')}")
    lines = binding_rules(table)
    rows = []
    for r in lines.head(CEILINGS_SHOWN).itertuples():
        rule = c.inputs.law[r.rule]
        named = term("ceiling", r.rule, c.lang) if known("ceiling", r.rule) else rule.title(c.lang) or r.rule
        limit = c.n(r.lowest) if r.lowest == r.highest else f"{c.n(r.lowest)}–{c.n(r.highest)}"
        rows.append(
            (
                named,
                rule.cite(c.lang),
                f"{c.n(r.binding)}/{c.n(r.subjects)}",
                f"{limit} {term('unit', r.unit, c.lang)}",
                SUPPRESSED if pd.isna(r.above) else c.n(r.above) if r.above else "",
            )
        )
    c.letter.table(
        [
            c.say("Quy định", "Rule"),
            c.say("Căn cứ", "Article"),
            c.say("Số nơi hết mức", "Binds at"),
            c.say("Mức mỗi nơi", "Limit at each"),
            c.say("Người vượt mức", "People above"),
        ],
        rows,
        (5.2, 4.9, 1.8, 2.3, 1.8),
        numeric=(2, 3, 4),
        small=True,
        caption=c.say("Khung, giới hạn đã dùng hết", "Ceilings of which nothing is left"),
    )
    free = sorted(set(table["rule"]) - set(lines["rule"]))
    more = max(len(lines) - CEILINGS_SHOWN, 0)
    c.letter.paragraph(
        c.say(
            f"Ngoài ra {more} quy định đã hết mức và {len(free)} quy định chưa dùng hết ở nơi nào; từng đơn vị có "
            "trong phụ lục Excel.",
            f"Besides, {more} rules bind and {len(free)} bind nowhere; every subject is in the Excel annex.",
        )
    )
    return 1


def equity(c: Context, number_of: int) -> int:
    """Who bears what, by group; returns the number of headings written (0 without the table)."""
    table = c.plan.tables.get("equity")
    if table is None or table.empty:
        return 0
    c.letter.heading(f"{number_of}. {c.say('Tác động giữa các nhóm', 'What the plan means for each group')}")
    if "staff" in c.plan.manifest.get("synthetic", ()):
        c.letter.paragraph(
            c.say(
                "Số liệu nhân sự là GIẢ LẬP: chênh lệch dưới đây cho thấy cách phương án tác động lên các nhóm như"
                " trong danh sách giả lập, không phải kết luận về người thật. Nhóm quá nhỏ không công bố (•).",
                "Staff data are SYNTHETIC: the differences show how the plan works on groups such as those of the"
                " generated roster and are no finding about real people. Groups too small to show are marked •.",
            )
        )
    c.letter.bullets(differences(table, c.lang))
    groups = shown_groups(table)
    figures = measures(groups)
    c.letter.picture(
        chart_equity(groups, figures, c.lang),
        c.say(
            "Tác động theo nhóm so với bình quân (đường đứt: bình quân; số liệu đầy đủ ở phụ lục Excel)",
            "Outcome by group against the average (dashed: average; all figures in the Excel annex)",
        ),
    )
    return 1
