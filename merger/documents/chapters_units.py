"""Chapter of the Word report on new units, its comparison with reality, and the list of units."""

from __future__ import annotations

import pandas as pd

from merger.documents import pictures
from merger.documents.context import Context, reasons
from merger.documents.facts import change, identical_units
from merger.documents.settled_picture import map_settled
from merger.documents.wording import term

LONGEST_SHOWN = 8


def units_before(c: Context) -> str:
    """Commune-level units before in words; island districts without communes are named apart."""
    kinds = c.inputs.units["kind"].reindex(c.plan.tables["units"]["old_code"])
    islands = int((kinds == "huyen_dao").sum())
    communes = c.n(len(kinds) - islands)
    if not islands:
        return c.say(f"{communes} đơn vị hành chính cấp xã", f"{communes} commune-level units")
    return c.say(
        f"{communes} đơn vị hành chính cấp xã và {islands} huyện đảo",
        f"{communes} commune-level units and {islands} island district{'s' if islands > 1 else ''}",
    )


def arrange(c: Context) -> None:
    """Old units to new ones."""
    new, old = c.plan.tables["new_units"], c.plan.tables["units"]
    sides = sorted(new["side"].unique())
    across = ("không đơn vị nào vượt qua ranh giới hai tỉnh, thành phố cũ; ", "none crosses the old province line and ")
    across = across if len(sides) > 1 else ("", "")
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    c.letter.paragraph(
        c.say(
            f"{units_before(c)} được sắp xếp thành {len(new)} đơn vị; {across[0]}mỗi đơn vị mới liền một khối. "
            "Trụ sở đặt tại trung tâm có tổng thời gian đi lại của người dân ngắn nhất trong các phương án đã xét.",
            f"{units_before(c)} become {len(new)}; {across[1]}each is in one piece. "
            "The seat is the centre with the shortest total travel time of residents among the plans "
            "considered.",
        )
    )
    _units_by_side(c, new)
    c.letter.picture(
        pictures.map_standard(c.layers, c.lang),
        c.say("Đơn vị hành chính cấp xã đề xuất, theo tiêu chuẩn", "Proposed units by standard"),
    )
    for side in sides:
        name = term("side", side, c.lang)
        caption = c.say(f"Đơn vị mới trên địa bàn {name} trước sắp xếp", f"New units on the side of {name}")
        c.letter.picture(pictures.map_side(c.layers, side, c.lang), caption)
    c.letter.heading(c.say("2. Thời gian đi lại của người dân đến trụ sở", "2. Travel of residents to the seat"))
    c.letter.picture(
        pictures.map_minutes(c.layers, c.lang),
        c.say(
            "Phút đi đường từ khu dân cư đến trụ sở đề xuất",
            "Minutes by road from settlement to the proposed seat",
        )
        if c.inputs.has_roads
        else c.say(
            "Phút đến trụ sở đề xuất, theo đường thẳng và hệ số vòng (ESTIMATED)",
            "Minutes to the proposed seat, by straight line and detour factor (ESTIMATED)",
        ),
    )
    _longest(c, old)
    number = 3
    for part in (_compare_units, _further_plans):
        number += part(c, number)
    reasons(c, "arrange", number)


def _units_by_side(c: Context, new: pd.DataFrame) -> None:
    kinds = [k for k in ("xa", "phuong", "dac_khu") if (new["kind"] == k).any()]
    rows = []
    for side in [*sorted(new["side"].unique()), ""]:
        own = new[new["side"] == side] if side else new
        name = term("side", side, c.lang) if side else c.say("Cộng", "Total")
        counts = [c.n((own["kind"] == k).sum()) for k in kinds]
        rows.append((name, *counts, c.n(len(own)), c.n(own["area_km2"].sum(), 2), c.n(own["population"].sum())))
    heads = [
        c.say("Địa bàn", "Side"),
        *(term("kind", k, c.lang).capitalize() for k in kinds),
        c.say("Cộng", "Total"),
    ]
    heads += [c.say("Diện tích (km²)", "Area (km²)"), c.say("Dân số (người)", "Population")]
    widths = (2.6, *[8.4 / (len(kinds) + 1)] * (len(kinds) + 1), 2.7, 2.7)
    caption = c.say(
        "Số đơn vị mới theo địa bàn (diện tích, dân số: ước tính)",
        "New units by side (area, population: estimated)",
    )
    c.letter.table(heads, rows, widths, caption=caption, numeric=range(1, len(heads)), bold_rows=(len(rows) - 1,))


def _longest(c: Context, old: pd.DataFrame) -> None:
    far = old.sort_values(["minutes_to_seat", "old_code"], ascending=[False, True]).head(LONGEST_SHOWN)
    rows = [
        (
            u.old_name,
            u.district,
            u.new_name,
            c.n(u.population),
            c.n(u.km_to_seat, 1),
            c.n(u.minutes_to_seat, 0),
        )
        for u in far.itertuples()
    ]
    c.letter.table(
        [
            c.say("Đơn vị cũ", "Old unit"),
            c.say("Huyện cũ", "District"),
            c.say("Đơn vị mới", "New unit"),
            c.say("Dân số", "Population"),
            "Km",
            c.say("Phút", "Min"),
        ],
        rows,
        (3.6, 4.0, 3.6, 2.0, 1.4, 1.4),
        numeric=(3, 4, 5),
        caption=c.say("Các đơn vị cũ xa trụ sở mới nhất", "Old units farthest from their new seat"),
    )


def _further_plans(c: Context, number: int) -> int:
    """What further plans show to be settled and what is open; how many sections that is."""
    if "units_settled" not in c.layers:
        return 0
    c.letter.heading(
        c.say(f"{number}. Cách ghép đã ngã ngũ và còn để ngỏ", f"{number}. Groupings settled and open to discussion")
    )
    told = c.plan.manifest["stages"]["arrange"]["figures"]
    gap = c.n(100 * c.inputs.scenario.arrange.alternatives_gap, 2)
    looked, sure, same, rest = (
        c.n(told[k]) for k in ("alternatives_looked_at", "grouping_certain", "grouping_found", "grouping_open")
    )
    c.letter.paragraph(
        c.say(
            f"Ngoài phương án đề xuất, đã xét {looked} phương án khác kém không quá {gap}% theo từng mục tiêu. "
            f"{sure} đơn vị cũ được chứng minh là ở cùng đúng các đơn vị như đề xuất trong mọi phương án như vậy; "
            f"{same} đơn vị cũ ở trong cùng một đơn vị mới trong tất cả phương án đã xét; {rest} đơn vị cũ còn có "
            "thể thảo luận. Từng phương án và từng đơn vị có trong phụ lục.",
            f"Besides the proposal, {looked} other plans at most {gap} % worse in each objective were looked at. "
            f"{sure} old units are proven to be with the same units as proposed in every such plan; {same} are in "
            f"the same new unit in all plans looked at; {rest} are open to discussion. The annex lists each plan and "
            "each unit.",
        )
    )
    c.letter.picture(
        map_settled(c.layers, c.lang),
        c.say("Cách ghép đã ngã ngũ và còn để ngỏ", "Groupings settled and open to discussion"),
    )
    return 1


def _compare_units(c: Context, number: int) -> int:
    """The plan beside reality; how many sections that is."""
    if "units_real_2025" not in c.layers:
        return 0
    same = identical_units(c.plan, c.inputs)
    c.letter.heading(
        c.say(
            f"{number}. So sánh với phương án thực tế năm 2025",
            f"{number}. Comparison with the real arrangement of 2025",
        )
    )
    own, real = (c.plan.manifest.get("headline", {}).get(k, {}) for k in ("plan", "reference"))
    text = c.say(
        f"{len(same)} đơn vị đề xuất gồm đúng các đơn vị cũ như thực tế. ",
        f"{len(same)} proposed units hold exactly the old units of a real one. ",
    )
    if own.get("person_km") and real.get("person_km"):
        saving = change(own["person_km"], real["person_km"])[c.lang]
        text += c.say(
            f"Tính theo cùng một cách, tổng quãng đường của người dân đến trụ sở {saving} so với thực tế.",
            f"Measured in the same way, the residents' total distance to the seat is {saving} than in reality."
            if saving != "as in reality"
            else "Measured in the same way, the residents' total distance to the seat is as in reality.",
        )
    c.letter.paragraph(text)
    c.letter.picture(
        pictures.map_difference(c.layers, same, c.lang),
        c.say("Ranh giới đề xuất và ranh giới thực tế", "Proposed and real borders"),
    )
    rows = [
        (title[c.lang], c.n(own.get(key), d), c.n(real.get(key), d))
        for key, title, d in SCORE_ROWS
        if own.get(key) is not None
    ]
    if rows:
        c.letter.table(
            [c.say("Chỉ tiêu", "Figure"), c.say("Phương án", "Plan"), c.say("Thực tế 2025", "Real 2025")],
            rows,
            (9.0, 3.5, 3.5),
            numeric=(1, 2),
            caption=c.say("Phương án và thực tế, cùng một cách tính", "Plan and reality by the same score"),
        )
    return 1


SCORE_ROWS: tuple[tuple[str, dict[str, str], int], ...] = (
    ("units", {"vi": "Số đơn vị", "en": "Units"}, 0),
    ("mean_km", {"vi": "Km bình quân đến trụ sở", "en": "Mean km to the seat"}, 2),
    ("mean_minutes", {"vi": "Phút bình quân đến trụ sở", "en": "Mean minutes to the seat"}, 2),
    ("longest_minutes", {"vi": "Lâu nhất đến trụ sở (phút)", "en": "Longest way to the seat (minutes)"}, 0),
    ("person_km", {"vi": "Tổng km·người", "en": "Person-km"}, 0),
    ("person_minutes", {"vi": "Tổng phút·người", "en": "Person-minutes"}, 0),
    ("meets", {"vi": "Đạt tiêu chuẩn (khoản 1 Điều 5)", "en": "Meets the standard (Art 5(1))"}, 0),
    ("exempt", {"vi": "Không phải xét tiêu chuẩn (khoản 2 Điều 5)", "en": "Exempt (Art 5(2))"}, 0),
    ("needs_decision", {"vi": "Phải trình UBTVQH (khoản 3 Điều 5)", "en": "Needs a decision (Art 5(3))"}, 0),
    ("not_contiguous", {"vi": "Không liền một khối", "en": "Not in one piece"}, 0),
    ("divided_old_units", {"vi": "Đơn vị cũ bị chia tách", "en": "Old units divided"}, 0),
    ("special", {"vi": "Đặc khu", "en": "Special zones"}, 0),
)
