"""Chapters of the Word report: for each stage the proposal, pictures, tables, reasons, bound and comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from merger.documents import pictures
from merger.documents.facts import (
    change,
    column,
    commute_modes,
    grouped_tasks,
    identical_units,
    outcome_counts,
)
from merger.documents.letter import Letter
from merger.documents.wording import (
    MISSING,
    bound_sentence,
    day,
    group_terms,
    money,
    number,
    percent,
    plain_name,
    quantity,
    rules_text,
    synthetic_note,
    term,
)
from merger.inputs import Inputs
from merger.plan import Plan

ROUTES_SHOWN, LIMITS_SHOWN, LONGEST_SHOWN = 24, 24, 10


@dataclass
class Context:
    """What a chapter needs."""

    plan: Plan
    inputs: Inputs
    layers: Mapping[str, gpd.GeoDataFrame]
    lang: str
    letter: Letter
    sites: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.sites = dict(zip(self.inputs.sites["site_id"], self.inputs.sites["name"], strict=True))

    def n(self, value, decimals: int = 0) -> str:
        """A number in the report's language."""
        return number(value, self.lang, decimals)

    def say(self, vi: str, en: str) -> str:
        """The text of the report's language."""
        return say(self.lang, vi, en)


def say(lang: str, vi: str, en: str) -> str:
    """The text of one language."""
    return vi if lang == "vi" else en


def lower_first(text: str) -> str:
    """First letter small, as inside a sentence."""
    return text[:1].lower() + text[1:]


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
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    c.letter.paragraph(
        c.say(
            f"{units_before(c)} được sắp xếp thành {len(new)} đơn vị; không đơn vị nào vượt qua "
            "ranh giới hai tỉnh, thành phố cũ; mỗi đơn vị mới liền một khối. Trụ sở đặt tại trung tâm có tổng thời gian đi lại "
            "của người dân ngắn nhất trong các phương án đã xét.",
            f"{units_before(c)} become {len(new)}; none crosses the old province line and each is in one piece. "
            "The seat is the centre with the shortest total travel time of residents among the plans considered.",
        )
    )
    _units_by_side(c, new)
    c.letter.picture(
        pictures.map_standard(c.layers, c.lang),
        c.say("Đơn vị hành chính cấp xã đề xuất, theo tiêu chuẩn", "Proposed units by standard"),
    )
    for side in sorted(new["side"].unique()):
        name = term("side", side, c.lang)
        caption = c.say(f"Đơn vị mới trên địa bàn {name} trước sắp xếp", f"New units on the side of {name}")
        c.letter.picture(pictures.map_side(c.layers, side, c.lang), caption)
    c.letter.heading(
        c.say("2. Thời gian đi lại của người dân đến trụ sở", "2. Travel of residents to the seat")
    )
    c.letter.picture(
        pictures.map_minutes(c.layers, c.lang),
        c.say(
            "Phút đi đường từ khu dân cư đến trụ sở đề xuất",
            "Minutes by road from settlement to the proposed seat",
        ),
    )
    _longest(c, old)
    _compare_units(c)
    _reasons(c, "arrange", 4 if "units_real_2025" in c.layers else 3)


def _units_by_side(c: Context, new: pd.DataFrame) -> None:
    kinds = [k for k in ("xa", "phuong", "dac_khu") if (new["kind"] == k).any()]
    rows = []
    for side in [*sorted(new["side"].unique()), ""]:
        own = new[new["side"] == side] if side else new
        name = term("side", side, c.lang) if side else c.say("Cộng", "Total")
        counts = [c.n((own["kind"] == k).sum()) for k in kinds]
        rows.append(
            (name, *counts, c.n(len(own)), c.n(own["area_km2"].sum(), 2), c.n(own["population"].sum()))
        )
    heads = [
        c.say("Địa bàn", "Side"),
        *(term("kind", k, c.lang).capitalize() for k in kinds),
        c.say("Cộng", "Total"),
    ]
    heads += [c.say("Diện tích (km²)", "Area (km²)"), c.say("Dân số (người)", "Population")]
    widths = (3.4, *[9.0 / (len(kinds) + 1) / 1.2] * (len(kinds) + 1), 2.7, 2.7)
    caption = c.say(
        "Số đơn vị mới theo địa bàn (diện tích, dân số: ước tính)",
        "New units by side (area, population: estimated)",
    )
    c.letter.table(
        heads, rows, widths, caption=caption, numeric=range(1, len(heads)), bold_rows=(len(rows) - 1,)
    )


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
        [c.say("Đơn vị cũ", "Old unit"), c.say("Huyện cũ", "District"), c.say("Đơn vị mới", "New unit"),
         c.say("Dân số", "Population"), "Km", c.say("Phút", "Min")],
        rows, (3.6, 4.0, 3.6, 2.0, 1.4, 1.4), numeric=(3, 4, 5),
        caption=c.say("Các đơn vị cũ xa trụ sở mới nhất", "Old units farthest from their new seat"),
    )  # fmt: skip


def _compare_units(c: Context) -> None:
    if "units_real_2025" not in c.layers:
        return
    same = identical_units(c.plan, c.inputs)
    c.letter.heading(
        c.say("3. So sánh với phương án thực tế năm 2025", "3. Comparison with the real arrangement of 2025")
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
    rows = [
        (title[c.lang], c.n(own.get(key), d), c.n(real.get(key), d))
        for key, title, d in SCORE_ROWS
        if own.get(key) is not None
    ]
    if rows:
        c.letter.table(
            [c.say("Chỉ tiêu", "Figure"), c.say("Phương án", "Plan"), c.say("Thực tế 2025", "Real 2025")],
            rows, (9.0, 3.5, 3.5), numeric=(1, 2),
            caption=c.say("Phương án và thực tế, cùng một cách tính", "Plan and reality by the same score"),
        )  # fmt: skip
    c.letter.picture(
        pictures.map_difference(c.layers, same, c.lang),
        c.say("Ranh giới đề xuất và ranh giới thực tế", "Proposed and real borders"),
    )


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


def consolidate(c: Context) -> None:
    """Agencies and divisions."""
    agencies = c.plan.tables["new_agencies"]
    before, after = column(agencies, "divisions_before").sum(), column(agencies, "divisions").sum()
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    _synthetic(c, "divisions")
    c.letter.paragraph(
        c.say(
            f"{len(agencies)} cơ quan, tổ chức sau sắp xếp; số phòng và đơn vị bên trong giảm từ {c.n(before)} xuống {c.n(after)}.",
            f"{len(agencies)} bodies after the merger; divisions go from {c.n(before)} to {c.n(after)}.",
        )
    )
    name = "new_agency" if c.lang == "vi" else "new_agency_en"
    rows = [
        (plain_name(getattr(a, name) or a.new_agency), c.n(a.divisions_before), c.n(a.divisions), c.n(a.staff), c.n(a.deputies_cap),
         c.n(a.floor_m2), c.sites.get(a.site_id, MISSING))
        for a in agencies.itertuples()
    ]  # fmt: skip
    c.letter.table(
        [c.say("Cơ quan sau sắp xếp", "Body"), c.say("Phòng trước", "Div. before"), c.say("Phòng sau", "Div. after"),
         c.say("Số người", "Staff"), c.say("Cấp phó tối đa", "Deputies at most"), "m²", c.say("Trụ sở", "Site")],
        rows, (4.6, 1.5, 1.5, 1.6, 1.7, 1.6, 3.5), numeric=range(1, 6), size=10,
        caption=c.say("Cơ quan sau sắp xếp", "Bodies after the merger"),
    )  # fmt: skip
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
                f"{c.n(len(mandates))} chức năng, chương trình, nhiệm vụ, hệ thống của hai bên được giao, mỗi nội dung cho đúng một "
                "đầu mối chịu trách nhiệm; không nội dung nào bị bỏ sót hoặc trùng lặp (danh mục ở phụ lục Excel).",
                f"{c.n(len(mandates))} functions, programmes, tasks and systems of both sides each go to exactly one accountable "
                "successor; none is orphaned or doubled (list in the Excel annex).",
            )
        )
    _reasons(c, "consolidate", 3 if "mandates" in c.plan.tables else 2)


def relocate(c: Context) -> None:
    """Persons and posts, in sums only."""
    staff = c.plan.tables["staff"]
    counts = outcome_counts(staff)
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    _synthetic(c, "staff")
    order = [o for o in group_terms("outcome", c.lang) if o in counts.columns]
    levels = [v for v in group_terms("level", c.lang) if v in counts.index]
    rows = [
        (term("level", v, c.lang), *(c.n(counts.loc[v, o]) for o in order), c.n(counts.loc[v].sum()))
        for v in levels
    ]
    rows.append(
        (c.say("Cộng", "Total"), *(c.n(counts[o].sum()) for o in order), c.n(counts.to_numpy().sum()))
    )
    each = 11.8 / (len(order) + 1)
    c.letter.table(
        [c.say("Cấp trước sắp xếp", "Level before"), *(term("outcome", o, c.lang) for o in order), c.say("Cộng", "Total")],
        rows, (4.2, *[each] * (len(order) + 1)), numeric=range(1, len(order) + 2), size=10, bold_rows=(len(rows) - 1,),
        caption=c.say("Kết quả bố trí theo cấp (người)", "Outcome by level (people)"),
    )  # fmt: skip
    c.letter.picture(
        pictures.chart_outcomes(counts, c.lang), c.say("Kết quả bố trí theo cấp", "Outcome by level")
    )
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
    _reasons(c, "relocate", 2)


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
        [c.say("Chính sách (mới xét điều kiện, chưa phải quyết định)", "Benefit (eligibility, not a decision)"),
         c.say("Số người", "People"), c.say("Bình quân", "Mean"), c.say("Nếu tất cả đều hưởng", "If all took it")],
        rows, (6.4, 2.4, 3.4, 3.8), numeric=(1, 2, 3),
        caption=c.say("Người đủ điều kiện hưởng chính sách", "People eligible for leaving benefits"),
    )  # fmt: skip


def commute(c: Context) -> None:
    """Support for people whose workplace moves."""
    modes = commute_modes(c.plan.tables["commute"])
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    _synthetic(c, "staff")
    rows = [
        (
            term("mode", m.mode, c.lang),
            c.n(m.riders),
            c.n(m.km, 1),
            c.n(m.minutes, 0),
            money(m.public_vnd_month, c.lang),
            money(m.private_vnd_month, c.lang),
        )
        for m in modes.itertuples()
    ]
    total = modes[["riders", "public_vnd_month", "private_vnd_month"]].sum()
    rows.append(
        (
            c.say("Cộng", "Total"),
            c.n(total["riders"]),
            "",
            "",
            money(total["public_vnd_month"], c.lang),
            money(total["private_vnd_month"], c.lang),
        )
    )
    c.letter.table(
        [c.say("Hình thức", "Mode"), c.say("Số người", "People"), c.say("Km bình quân", "Mean km"),
         c.say("Phút bình quân", "Mean min"), c.say("Ngân sách/tháng", "Public a month"), c.say("Cá nhân/tháng", "Private a month")],
        rows, (4.4, 1.9, 1.9, 1.9, 3.0, 2.9), numeric=range(1, 6), bold_rows=(len(rows) - 1,),
        caption=c.say("Hình thức hỗ trợ", "Modes of support"),
    )  # fmt: skip
    if "routes" in c.layers or "commute_flows" in c.layers:
        c.letter.picture(
            pictures.map_commute(c.layers, c.lang), c.say("Tuyến đưa đón và luồng đi lại", "Routes and flows")
        )
    routes = c.plan.tables.get("routes")
    if routes is not None and len(routes):
        shown = routes.sort_values(["riders", "route_id"], ascending=[False, True]).head(ROUTES_SHOWN)
        rows = [
            (r.name_vi, term("mode", r.mode, c.lang), c.n(r.riders), c.n(r.seats), c.n(r.stops), c.n(r.km, 1), r.depart, r.arrive,
             money(r.cost_vnd_day, c.lang))
            for r in shown.itertuples()
        ]  # fmt: skip
        c.letter.table(
            [c.say("Tuyến", "Route"), c.say("Loại", "Mode"), c.say("Khách", "Riders"), c.say("Chỗ", "Seats"), c.say("Điểm", "Stops"),
             "Km", c.say("Đi", "Departs"), c.say("Đến", "Arrives"), c.say("Chi phí/ngày", "Cost a day")],
            rows, (3.9, 1.9, 1.3, 1.3, 1.2, 1.3, 1.3, 1.3, 2.6), numeric=(2, 3, 4, 5, 8), size=10,
            caption=c.say("Các tuyến (đầy đủ ở phụ lục Excel)", "Routes (all of them in the Excel annex)"),
        )  # fmt: skip
    _reasons(c, "commute", 2)


def timetable(c: Context) -> None:
    """When each task runs."""
    tasks = c.plan.tables["timetable"]
    c.letter.heading(c.say("1. Tiến độ đề xuất", "1. Proposed timetable"))
    late, soft = (
        int((column(tasks, "legal_late_days") > 0).sum()),
        int((column(tasks, "target_late_days") > 0).sum()),
    )
    first, last = tasks["start"].min(), tasks["finish"].max()
    c.letter.paragraph(
        c.say(
            f"{c.n(len(tasks))} việc, từ {day(first, 'vi')} đến {day(last, 'vi')}; {c.n(tasks['critical'].astype(bool).sum())} việc găng; "
            f"{late or 'không có'} việc trễ hạn theo luật, {soft or 'không có'} việc trễ mục tiêu.",
            f"{c.n(len(tasks))} tasks from {day(first, 'en')} to {day(last, 'en')}; {c.n(tasks['critical'].astype(bool).sum())} critical; "
            f"{late or 'none'} late on the law, {soft or 'none'} late on their target.",
        )
    )
    c.letter.picture(
        pictures.gantt(tasks, c.inputs.scenario.dates.effect, c.lang),
        c.say(
            "Tiến độ các nhóm việc chính (trong ngoặc: số việc; »: còn tiếp tục sau khung thời gian)",
            "Main groups of tasks (in brackets: how many; »: goes on beyond the picture)",
        ),
    )
    groups = grouped_tasks(tasks)
    limited = groups[groups["legal_limit"].ne("") & ~groups["fixed"]]
    limited = limited.sort_values(["legal_late_days", "slack_days", "family"], ascending=[False, True, True])
    _limits_table(
        c, limited.head(LIMITS_SHOWN), "legal",
        c.say("Nhóm việc có hạn theo luật, ít dự trữ nhất trước", "Groups of tasks with a legal limit, least slack first"),
    )  # fmt: skip
    missed = groups[groups["target_late_days"] > 0].sort_values(
        ["target_late_days", "family"], ascending=[False, True]
    )
    _limits_table(
        c,
        missed.head(LIMITS_SHOWN),
        "target",
        c.say("Nhóm việc trễ mục tiêu", "Groups of tasks late on their target"),
    )
    _reasons(c, "timetable", 2)


def _limits_table(c: Context, groups: pd.DataFrame, limit: str, caption: str) -> None:
    if groups.empty:
        return
    title = "title_vi" if c.lang == "vi" else "title_en"
    rows = [
        (
            t[title] + (f" ({c.n(t['tasks'])})" if t["tasks"] > 1 else ""),
            t["owner"] or c.say("nhiều cơ quan", "several bodies"),
            day(t["finish"], c.lang),
            day(t["legal_limit" if limit == "legal" else "target"], c.lang),
            c.n(t["slack_days"]),
            c.n(t[f"{limit}_late_days"]),
        )
        for t in groups.to_dict("records")
    ]
    bound = c.say("Hạn theo luật", "Legal limit") if limit == "legal" else c.say("Mục tiêu", "Target")
    c.letter.table(
        [c.say("Việc", "Task"), c.say("Chủ trì", "Owner"), c.say("Xong", "Done"), bound,
         c.say("Dự trữ (ngày)", "Slack (days)"), c.say("Trễ (ngày)", "Late (days)")],
        rows, (5.6, 3.0, 2.3, 2.3, 1.4, 1.4), numeric=(4, 5), size=10, caption=caption,
    )  # fmt: skip


def _synthetic(c: Context, table: str) -> None:
    if table in c.plan.manifest.get("synthetic", ()):
        c.letter.warning(synthetic_note(c.lang))


def _reasons(c: Context, stage: str, number_of: int) -> None:
    """Findings, rules and bound of a stage, under one numbered heading."""
    record = c.plan.manifest["stages"][stage]
    c.letter.heading(f"{number_of}. {c.say('Lý do, căn cứ và mức độ tối ưu', 'Reasons, rules and bound')}")
    findings = [f[c.lang] for f in record.get("findings", ()) if f.get(c.lang)]
    if findings:
        c.letter.bullets(findings)
    rules = rules_text(list(record.get("rules_hit", ())), c.inputs, c.lang)
    if rules:
        c.letter.paragraph(c.say("Các quy định đã chi phối kết quả:", "Rules that decided the result:")).runs[
            0
        ].italic = True
        c.letter.bullets(rules)
    c.letter.paragraph(bound_sentence(record, c.lang))


def limits(c: Context) -> None:
    """Where the figures come from, what they can bear, and how the result was found."""
    c.letter.heading(c.say("1. Nhãn dữ liệu", "1. Labels of data"))
    meaning = {
        "official": ("công bố chính thức (nghị quyết, cổng thông tin, báo chí dẫn văn bản)", "published officially or in the press"),
        "estimated": ("ước tính của dự án từ số liệu công bố (diện tích, dân số đơn vị cũ, thời gian đi đường)", "estimated by this project from published figures"),
        "reconstructed": ("dựng lại gần đúng (ranh giới bên trong trước 2025), độ trùng trung vị 0,85", "rebuilt approximately (inner borders before 2025), median overlap 0.85"),
        "proposed": ("đề xuất của chương trình trên số liệu chính thức, ước tính", "proposed by the engine on official and estimated data"),
        "SYNTHETIC": ("sinh ngẫu nhiên theo tổng số công bố; không phải số liệu thật", "generated to match published totals; not real"),
    }  # fmt: skip
    rows = [
        (term("label", k, c.lang), c.say(*v))
        for k, v in meaning.items()
        if k != "SYNTHETIC" or c.plan.manifest.get("synthetic")
    ]
    c.letter.table([c.say("Nhãn", "Label"), c.say("Nghĩa", "Meaning")], rows, (3.6, 12.4))
    if c.plan.manifest.get("synthetic"):
        c.letter.warning(synthetic_note(c.lang))
    c.letter.heading(c.say("2. Cách tính và độ tin cậy", "2. Method and proof"))
    rows = []
    for name, r in c.plan.manifest["stages"].items():
        rows.append((term("stage", name, c.lang), term("status", r["status"], c.lang), quantity(r.get("objective"), r.get("unit", ""), c.lang),
                     quantity(r.get("bound"), r.get("unit", ""), c.lang), percent(r.get("gap"), c.lang, 2), c.n(r.get("seconds"), 1)))  # fmt: skip
    c.letter.table(
        [c.say("Giai đoạn", "Stage"), c.say("Trạng thái", "Status"), c.say("Giá trị", "Objective"), c.say("Cận dưới", "Bound"),
         c.say("Sai lệch tối đa", "Gap"), c.say("Giây", "Seconds")],
        rows, (4.0, 2.6, 3.4, 3.4, 1.4, 1.2), numeric=(2, 3, 4, 5), size=10,
        caption=c.say("Kết quả tính từng giai đoạn", "Result of each stage"),
    )  # fmt: skip
    recalled = sum(rule.status == "recalled" for rule in c.inputs.law.values())
    manifest = c.plan.manifest
    c.letter.bullets(
        [
            c.say("Thời gian đi đường tính trên mạng đường OpenStreetMap năm 2021 với tốc độ giả định theo cấp đường; đường mở sau đó "
                  "chưa có.", "Travel times use the OpenStreetMap road network of 2021 with assumed speeds by class; newer roads are missing."),
            c.say(f"Trong {len(c.inputs.law)} chỉ tiêu pháp lý, {recalled} chỉ tiêu ghi theo trí nhớ, phải đối chiếu văn bản trước khi dùng.",
                  f"Of {len(c.inputs.law)} legal figures, {recalled} are recalled from memory and must be checked before use."),
            c.say("Đơn giá thời gian, xe, di chuyển là giả định của kịch bản, có thể thay đổi.",
                  "Prices of time, vehicles and moves are assumptions of the scenario and can be changed."),
            c.say(f"Lập lại được: kịch bản {manifest['scenario']['name']}, mã kịch bản {manifest['scenario_digest'][:12]}, số khởi tạo "
                  f"{manifest['seed']}, số luồng {manifest['threads']}.",
                  f"Reproducible: scenario {manifest['scenario']['name']}, digest {manifest['scenario_digest'][:12]}, seed "
                  f"{manifest['seed']}, threads {manifest['threads']}."),
            c.say("Chương trình đề xuất; việc quyết định thuộc thẩm quyền của cơ quan, người có trách nhiệm.",
                  "The engine proposes; competent bodies and people decide."),
        ]
    )  # fmt: skip


def unit_list(c: Context) -> None:
    """All proposed units with members, seat and standard."""
    new, names = c.plan.tables["new_units"], c.inputs.units["name_full"]
    rows = []
    for i, u in enumerate(new.sort_values(["side", "new_id"]).itertuples(), start=1):
        members = ", ".join(names.get(m, m) for m in str(u.members).split(";"))
        rows.append(
            (
                c.n(i),
                u.new_name,
                members,
                names.get(u.seat_code, MISSING),
                c.n(u.area_km2, 2),
                c.n(u.population),
                term("standard", u.standard, c.lang),
            )
        )
    c.letter.table(
        [c.say("TT", "No."), c.say("Đơn vị mới", "New unit"), c.say("Hợp nhất từ", "Made of"), c.say("Trụ sở tại", "Seat"),
         "km²", c.say("Dân số", "Population"), c.say("Tiêu chuẩn", "Standard")],
        rows, (0.9, 2.9, 5.1, 2.4, 1.3, 1.6, 1.9), numeric=(0, 4, 5), size=9,
    )  # fmt: skip
