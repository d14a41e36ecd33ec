"""Chapters of the Word report on commuting, and on data and method."""

from __future__ import annotations

import re

import pandas as pd

from merger.arrangement.estimates import estimate_findings
from merger.disclosure import amount
from merger.documents import chapters_ridership, pictures
from merger.documents.chapters_travel import projects, traffic
from merger.documents.context import Context, reasons, synthetic_warning
from merger.documents.facts import column, commute_modes, count_sum
from merger.documents.wording import modes_text, money, percent, quantity, synthetic_note, term

ROUTES_SHOWN = 12


def commute(c: Context) -> None:
    """Support for people whose workplace moves."""
    modes = commute_modes(c.plan.tables["commute"])
    c.letter.heading(c.say("1. Phương án đề xuất", "1. Proposal"))
    synthetic_warning(c, "staff")
    rows = [
        (
            modes_text(m.mode, c.lang),
            c.n(m.riders),
            c.n(m.km, 1),
            c.n(m.minutes, 0),
            money(m.public_vnd_month, c.lang),
            money(m.private_vnd_month, c.lang),
        )
        for m in modes.itertuples()
    ]
    total = modes[["public_vnd_month", "private_vnd_month"]].sum(min_count=1)
    rows.append(
        (
            c.say("Cộng", "Total"),
            c.n(count_sum(c.plan.tables["commute"]["riders"])),
            "",
            "",
            money(total["public_vnd_month"], c.lang),
            money(total["private_vnd_month"], c.lang),
        )
    )
    c.letter.table(
        [
            c.say("Hình thức", "Mode"),
            c.say("Số người", "People"),
            c.say("Km bình quân", "Mean km"),
            c.say("Phút bình quân", "Mean min"),
            c.say("Ngân sách/tháng", "Public a month"),
            c.say("Cá nhân/tháng", "Private a month"),
        ],
        rows,
        (4.4, 1.9, 1.9, 1.9, 3.0, 2.9),
        numeric=range(1, 6),
        bold_rows=(len(rows) - 1,),
        caption=c.say("Hình thức hỗ trợ", "Modes of support"),
    )
    if "routes" in c.layers or "commute_flows" in c.layers:
        c.letter.picture(
            pictures.map_commute(c.layers, c.lang), c.say("Tuyến đưa đón và luồng đi lại", "Routes and flows")
        )
    routes = c.plan.tables.get("routes")
    if routes is not None and len(routes):
        _routes_table(c, routes)
    chapters_ridership.budget(c)
    chapters_ridership.risk(c)
    chapters_ridership.not_carried(c)
    reasons(c, "commute", projects(c, 5))


def _routes_table(c: Context, routes: pd.DataFrame) -> None:
    """Routes of one name are one line: how many vehicles, their riders and seats together."""
    ends = {c.sites[s] for s in routes["site_id"] if s in c.sites}
    name = routes["name_vi"].astype(str).str.replace(r",\s*xe \d+$", "", regex=True)
    if len(ends) == 1:  # the only destination is said once, in the caption
        name = name.str.replace(rf"\s*[–-]\s*{re.escape(next(iter(ends)))}$", "", regex=True)
    frame = routes.assign(name=name, vehicles=1, **{x: column(routes, x) for x in ("seats", "stops", "cost_vnd_day")})
    lines = frame.groupby(["name", "mode"], as_index=False).agg(
        vehicles=("vehicles", "sum"),
        riders=("riders", count_sum),
        seats=("seats", "sum"),
        stops=("stops", "max"),
        km=("km", "mean"),
        minutes=("minutes", "mean"),
        depart=("depart", "min"),
        arrive=("arrive", "max"),
        cost=("cost_vnd_day", "sum"),
    )
    lines = lines.assign(size=amount(lines["riders"]).fillna(0))
    lines = lines.sort_values(["size", "name"], ascending=[False, True]).head(ROUTES_SHOWN)
    rows = [
        (
            r.name,
            term("mode", r.mode, c.lang),
            c.n(r.vehicles),
            c.n(r.riders),
            c.n(r.seats),
            c.n(r.stops),
            c.n(r.km, 1),
            c.n(r.minutes),
            f"{r.depart}–{r.arrive}",
            money(r.cost, c.lang),
        )
        for r in lines.itertuples(index=False)
    ]
    to = c.say(f" đến {next(iter(ends))}", f" to {next(iter(ends))}") if len(ends) == 1 else ""
    c.letter.table(
        [
            c.say("Tuyến từ", "Route from") if to else c.say("Tuyến", "Route"),
            c.say("Loại", "Mode"),
            c.say("Xe", "Vehicles"),
            c.say("Khách", "Riders"),
            c.say("Chỗ", "Seats"),
            c.say("Số điểm", "Stops"),
            "Km",
            c.say("Phút", "Min"),
            c.say("Giờ sáng", "Morning"),
            c.say("Chi phí/ngày", "Cost a day"),
        ],
        rows,
        (3.2, 1.5, 0.9, 1.5, 1.2, 1.4, 1.2, 1.2, 2.2, 2.2),
        numeric=(2, 3, 4, 5, 6, 7, 9),
        small=True,
        caption=c.say(
            f"Các tuyến đông khách nhất{to} (đầy đủ ở phụ lục Excel)",
            f"Busiest routes{to} (all of them in the Excel annex)",
        ),
    )


def limits(c: Context) -> None:
    """Where the figures come from, what they can bear, and how the result was found."""
    c.letter.heading(c.say("1. Nhãn dữ liệu", "1. Labels of data"))
    meaning = {
        "official": ("công bố chính thức (nghị quyết, cổng thông tin, báo chí dẫn văn bản)",
        "published officially or in the press"),
        "estimated": ("ước tính của dự án từ số liệu công bố (diện tích, dân số đơn vị cũ, thời gian đi "
                      "đường)", "estimated by this project from published figures"),
        "reconstructed": ("dựng lại gần đúng (ranh giới bên trong trước 2025), độ trùng trung vị 0,85",
        "rebuilt approximately (inner borders before 2025), median overlap 0.85"),
        "proposed": ("đề xuất của chương trình trên số liệu chính thức, ước tính",
        "proposed by the engine on official and estimated data"),
        "SYNTHETIC": ("sinh ngẫu nhiên theo tổng số công bố; không phải số liệu thật",
        "generated to match published totals; not real"),
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
        rows.append(
            (
                term("stage", name, c.lang),
                term("status", r["status"], c.lang),
                quantity(r.get("objective"), r.get("unit", ""), c.lang),
                quantity(r.get("bound"), r.get("unit", ""), c.lang),
                percent(r.get("gap"), c.lang, 2),
                c.n(r.get("seconds"), 1),
            )
        )
    c.letter.table(
        [
            c.say("Giai đoạn", "Stage"),
            c.say("Trạng thái", "Status"),
            c.say("Giá trị", "Objective"),
            c.say("Cận dưới", "Bound"),
            c.say("Sai lệch tối đa", "Gap"),
            c.say("Giây", "Seconds"),
        ],
        rows,
        (4.0, 2.6, 3.4, 3.4, 1.4, 1.2),
        numeric=(2, 3, 4, 5),
        caption=c.say("Kết quả tính từng giai đoạn", "Result of each stage"),
    )
    recalled = sum(rule.status == "recalled" for rule in c.inputs.law.values())
    manifest = c.plan.manifest
    c.letter.bullets(
        [
            *(getattr(f, c.lang) for f in estimate_findings(c.inputs)),
            *_road_limits(c),
            c.say(
                f"Trong {len(c.inputs.law)} chỉ tiêu pháp lý, {recalled} chỉ tiêu ghi theo trí nhớ, "
                "phải đối chiếu văn bản trước khi dùng.",
                f"Of {len(c.inputs.law)} legal figures, {recalled} are recalled from memory and must be "
                "checked before use.",
            ),
            c.say(
                "Đơn giá thời gian, xe, di chuyển là giả định của kịch bản, có thể thay đổi.",
                "Prices of time, vehicles and moves are assumptions of the scenario and can be changed.",
            ),
            c.say(
                f"Lập lại được: kịch bản {manifest['scenario']['name']}, mã kịch bản "
                f"{manifest['scenario_digest'][:12]}, số khởi tạo "
                f"{manifest['seed']}, số luồng {manifest['threads']}.",
                f"Reproducible: scenario {manifest['scenario']['name']}, digest "
                f"{manifest['scenario_digest'][:12]}, seed "
                f"{manifest['seed']}, threads {manifest['threads']}.",
            ),
            c.say(
                "Chương trình đề xuất; việc quyết định thuộc thẩm quyền của cơ quan, người có trách nhiệm.",
                "The engine proposes; competent bodies and people decide.",
            ),
        ]
    )
    if c.inputs.has_roads:
        traffic(c, 3)


def _road_limits(c: Context) -> list[str]:
    """What travel times by road rest on; without roads the estimates have been told."""
    if not c.inputs.has_roads:
        return []
    return [
        c.say(
            "Thời gian đi đường tính trên mạng đường OpenStreetMap năm 2021 với tốc độ giả định "
            "theo cấp đường, nhân hệ số giao thông; đường mở sau đó chưa có.",
            "Travel times use the OpenStreetMap road network of 2021 with assumed "
            "speeds by class, times a factor of traffic; newer roads are missing.",
        ),
    ]
