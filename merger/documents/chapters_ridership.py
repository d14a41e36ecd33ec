"""Parts of the report on commuting: what it costs beside other policies, who may not come, who is not carried."""

from __future__ import annotations

import pandas as pd

from merger.disclosure import is_masked
from merger.documents import pictures
from merger.documents.context import Context
from merger.documents.wording import money, term

LEVELS = ("low", "expected", "high")
MONTHS = (6, 12, 24)
BILLION = 1e9
# Policies that come first in the table, in this order; the train as it ran follows.
FIRST = ("plan", "allowances_only", "nothing")


def budget(c: Context) -> None:
    """The plan beside other policies, by month and over two years, and what more money would buy."""
    rows = c.plan.tables.get("commute_budget")
    if rows is None or rows.empty:
        return
    c.letter.heading(c.say("2. Kinh phí", "2. Budget"))
    _policies(c, rows[rows["dimension"] == "policy"])
    _curve(c)


def _policies(c: Context, rows: pd.DataFrame) -> None:
    rows = rows.assign(at=[FIRST.index(k) if k in FIRST else len(FIRST) for k in rows["key"]])
    rows = rows.sort_values(["at", "key"], kind="stable")
    c.letter.table(
        [
            c.say("Phương án", "Policy"),
            c.say("Ngân sách/ tháng", "Public a month"),
            *(c.say(f"{n} tháng", f"{n} months") for n in MONTHS),
            c.say("Cá nhân/ tháng", "Private a month"),
            c.say("Phút bình quân", "Mean min"),
            c.say("CO2, tấn/ tháng", "CO2, t a month"),
        ],
        [
            (
                term("policy", r.key, c.lang),
                _bn(c, r.public_vnd_month),
                *(_bn(c, getattr(r, f"public_vnd_{n}_months"), 1) for n in MONTHS),
                _bn(c, r.private_vnd_month),
                c.n(r.mean_minutes, 0),
                c.n(r.co2_t_month, 0),
            )
            for r in rows.itertuples()
        ],
        (4.4, 1.9, 1.9, 1.9, 1.9, 1.9, 1.4, 1.3),
        numeric=range(1, 8),
        small=True,
        bold_rows=(0,),
        caption=c.say(
            "Phương án và các lựa chọn khác (tiền: tỷ đồng)", "The plan and other policies (money: VND billion)"
        ),
    )
    plan = rows[rows["key"] == "plan"].iloc[0]
    c.letter.paragraph(
        c.say(
            f"Tháng đầu, khi lượng khách còn thay đổi, ngân sách dự kiến {money(plan['public_vnd_first_month'], 'vi')}."
            " Kinh phí theo hình thức, theo bên và theo cơ quan ở phụ lục Excel. Hệ số phát thải là giả định.",
            f"In the first month, while riders come and go, it is {money(plan['public_vnd_first_month'], 'en')}."
            " Money by mode, side and agency is in the Excel annex. Emission factors are assumptions.",
        )
    )


def _bn(c: Context, vnd: float, decimals: int = 2) -> str:
    """VND in billions."""
    return c.n(vnd / BILLION, decimals)


def _curve(c: Context) -> None:
    curve = c.plan.tables.get("budget_curve")
    if curve is None or len(curve) < 2:
        return
    c.letter.picture(
        pictures.chart_budget(curve, c.plan.tables["commute_budget"], c.lang),
        c.say(
            "Kinh phí và thời gian đi lại: chi thêm mua được bao nhiêu phút",
            "Budget against minutes: what more money buys",
        ),
    )
    c.letter.paragraph(
        c.say(
            "Mỗi điểm là phương án tốt nhất tìm được khi một giờ của người đi được tính đắt hơn hoặc rẻ hơn; xe được"
            " chọn trong các tuyến đã xét, không chứng minh cận.",
            "Each point is the best plan found when an hour of a traveller is priced higher or lower, over the routes"
            " that were searched; no bound is proven for it.",
        )
    )


def risk(c: Context) -> None:
    """What happens when fewer or more people ride, what it costs to be wrong, and the rules week by week."""
    weeks, demand = c.plan.tables.get("ridership"), c.plan.tables.get("demand_risk")
    if weeks is None or weeks.empty:
        return
    options = c.inputs.scenario.commute
    c.letter.heading(c.say("3. Khi số người đi khác dự kiến", "3. When fewer or more people ride"))
    c.letter.paragraph(
        c.say(
            f"Kịch bản giả định {options.take_up:.0%} số người đăng ký đi xe hoặc tàu, độ lệch chuẩn"
            f" {options.take_up_sd:.0%}; xe được chọn cho ba mức nhu cầu cùng lúc (xấp xỉ trung bình mẫu).",
            f"The scenario assumes that {options.take_up:.0%} of those registered ride, with a standard deviation of"
            f" {options.take_up_sd:.0%}; vehicles are chosen for three levels of demand at once (sample average).",
        )
    )
    if demand is not None and len(demand):
        _risk_table(c, demand)
    _weeks_table(c, weeks)
    _rules(c)


def _risk_table(c: Context, demand: pd.DataFrame) -> None:
    told = [level for level in LEVELS if level in set(demand["realised"])]
    share = demand.drop_duplicates("realised").set_index("realised")["realised_take_up"]
    rows = []
    order = {level: i for i, level in enumerate(LEVELS)}
    for planned, own in sorted(demand.groupby("planned"), key=lambda item: order.get(item[0], len(order))):
        by = own.set_index("realised")
        rows.append(
            (
                term("level_of_demand", planned, c.lang),
                c.n(own["vehicles"].iloc[0]),
                *(_bn(c, by.at[level, "regret_vnd_month"]) for level in told),
                _bn(c, own["expected_vnd_month"].iloc[0]),
            )
        )
    c.letter.table(
        [
            c.say("Đặt xe cho mức", "Vehicles hired for"),
            c.say("Số xe", "Vehicles"),
            *(
                c.say(
                    f"Thực tế {term('level_of_demand', level, 'vi')} ({share[level]:.0%})",
                    f"{term('level_of_demand', level, 'en')} comes ({share[level]:.0%})",
                )
                for level in told
            ),
            c.say("Tổng kỳ vọng/ tháng", "Expected total a month"),
        ],
        rows,
        (3.6, 1.4, *([2.6] * len(told)), 3.2),
        numeric=range(1, len(told) + 3),
        bold_rows=(len(rows) - 1,),
        caption=c.say(
            "Cái giá khi dự báo sai: chi phí mỗi tháng cao hơn cách tốt nhất cho mức thực tế (tỷ đồng)",
            "Cost of being wrong: a month above the best for what comes about (VND billion)",
        ),
    )


def _weeks_table(c: Context, weeks: pd.DataFrame) -> None:
    rows = [
        (
            c.say(f"Tuần {r.week}", f"Week {r.week}") + (c.say(" trở đi", " on") if r.week == len(weeks) else ""),
            f"{r.take_up:.0%}",
            f"{c.n(r.shuttle_riders)} / {c.n(r.seats)}",
            c.n(r.train_riders),
            c.n(r.vehicles_full),
            c.n(r.vehicles_below),
            c.n(r.without_seat),
            _bn(c, r.public_vnd_month),
        )
        for r in weeks.itertuples()
    ]
    c.letter.table(
        [
            c.say("Tuần", "Week"),
            c.say("Tỷ lệ đi", "Take-up"),
            c.say("Khách/ghế xe", "Riders/seats"),
            c.say("Khách tàu", "By train"),
            c.say("Xe kín chỗ", "Full"),
            c.say("Xe dưới ngưỡng", "Below rule"),
            c.say("Hết chỗ (người)", "No seat"),
            c.say("Ngân sách/ tháng", "Public a month"),
        ],
        rows,
        (2.4, 1.5, 2.6, 1.6, 1.6, 1.9, 1.9, 2.5),
        numeric=range(1, 8),
        caption=c.say(
            "Những tuần đầu với số xe đã đặt (tiền: tỷ đồng)",
            "The first weeks with the vehicles as hired (VND billion)",
        ),
    )


def _rules(c: Context) -> None:
    rules = c.plan.tables.get("route_rules")
    if rules is None or rules.empty:
        return
    ramp = len(c.inputs.scenario.commute.ramp)
    keep, add = (f"{rules[k].min()}–{rules[k].max()}" for k in ("keep_from", "add_from"))
    small = int((rules["riders_low"] < rules["keep_from"]).sum())
    c.letter.bullets(
        [
            c.say(
                f"Bớt xe: từ tuần {ramp}, xe có hai tuần liền ít khách hơn ngưỡng giữ của nó ({keep} khách tùy tuyến)"
                " thì dừng hoặc ghép với xe khác cùng hướng; khách chuyển sang hỗ trợ theo khoảng cách.",
                f"Drop: from week {ramp} on, a vehicle with fewer riders than its own threshold ({keep}, by route) for"
                " two weeks running stops or joins another; its riders draw the allowance.",
            ),
            c.say(
                f"Thêm xe: khi hai tuần liền kín chỗ và số người chờ đạt ngưỡng ({add} người tùy tuyến, và đủ"
                f" {c.inputs.scenario.commute.min_riders_route} đăng ký cho một xe).",
                f"Add: when a vehicle is full for two weeks and as many wait as its threshold ({add} by route, and"
                f" {c.inputs.scenario.commute.min_riders_route} registered for a vehicle).",
            ),
            c.say(
                f"Ở mức nhu cầu thấp, {small} trong {len(rules)} xe nằm dưới ngưỡng giữ: nên thuê theo tháng, có quyền"
                " dừng. Ngưỡng của từng xe ở phụ lục Excel.",
                f"At low demand {small} of {len(rules)} vehicles are below their threshold: hire by the month, with"
                " the right to stop. Each vehicle's thresholds are in the Excel annex.",
            ),
        ]
    )


def not_carried(c: Context) -> None:
    """Who does not ride, by the limit that keeps them from it."""
    counts = c.plan.manifest["stages"]["commute"].get("figures", {}).get("by_limit_people", {})
    if not counts:
        return
    c.letter.heading(c.say("4. Ai chưa đi xe, vướng giới hạn nào", "4. Who is not carried, and which limit binds"))
    ordered = sorted(counts.items(), key=lambda item: (-1 if is_masked(item[1]) else -int(item[1]), item[0]))
    c.letter.table(
        [c.say("Giới hạn", "Limit"), c.say("Số người", "People")],
        [(term("limit", key, c.lang), c.n(n)) for key, n in ordered if n],
        (10.0, 3.0),
        numeric=(1,),
        caption=c.say(
            "Người không đi xe đưa đón hoặc tàu, theo giới hạn ràng buộc (từng nhóm nơi ở: thư mục internal)",
            "People not on a shuttle or train, by the limit that binds (each home group: folder internal)",
        ),
    )
