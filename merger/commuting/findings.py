"""Headline figures of commute support, its comparison with other policies, and what the committee should
know.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geodata.rail import clock
from merger.commuting.budget import RIDERS_SEEN
from merger.commuting.money import Sums
from merger.commuting.prices import Tariff
from merger.commuting.ridership import registered
from merger.commuting.rows import ORDER, Choice
from merger.disclosure import in_words, is_masked
from merger.stages.stage import Finding


def figures_of(
    choice: Choice,
    people: pd.DataFrame,
    commute: pd.DataFrame,
    routes: pd.DataFrame,
    *,
    compared: dict[str, Sums],
    risk: pd.DataFrame,
) -> dict[str, Any]:
    """Figures of the record; money in VND a month, minutes one way from door to door in the morning."""
    groups, solution = choice.groups, choice.solution
    modes = commute.groupby("mode")[["riders", "public_vnd_month", "private_vnd_month", "time_vnd_month"]].sum()
    modes = modes.reindex(ORDER, fill_value=0)
    shuttles = routes[routes["mode"] == "shuttle"] if len(routes) else routes
    entitled = np.isfinite(choice.prices["own"].public)
    unserved = commute[commute["mode"].eq("none")]
    entitled_ids = set(groups.loc[entitled, "group_id"])
    reached = commute["minutes"].notna()
    limited = commute[commute["limit"] != ""].groupby("limit")["riders"].sum()
    figures: dict[str, Any] = {
        "concerned_people": len(people),
        "listed_people": int((people["wish"] != "").sum()),
        "entitled_people": int(groups.loc[entitled, "people"].sum()),
        "unserved_people": int(unserved.loc[unserved["group_id"].isin(entitled_ids), "riders"].sum()),
        "not_entitled_people": int(groups.loc[~entitled, "people"].sum()),
        "by_mode_people": {mode: int(modes.at[mode, "riders"]) for mode in ORDER},
        "by_mode_public_vnd_month": {mode: int(modes.at[mode, "public_vnd_month"]) for mode in ORDER},
        "public_vnd_month": int(modes["public_vnd_month"].sum()),
        "private_vnd_month": int(modes["private_vnd_month"].sum()),
        "time_vnd_month": int(modes["time_vnd_month"].sum()),
        "before_mean_minutes": _mean(pd.to_numeric(people["minutes_before"]), pd.Series(1, index=people.index)),
        "after_mean_minutes": _mean(commute.loc[reached, "minutes"], commute.loc[reached, "riders"]),
        "after_own_vehicle_mean_minutes": _mean(groups["minutes"], groups["people"]),
        "vehicles": {k: int(n) for k, n in shuttles.groupby("vehicle").size().items()} if len(shuttles) else {},
        "driver_hours_day": round(float(shuttles["driver_minutes"].sum()) / 60, 1) if len(shuttles) else 0.0,
        "seat_use_ratio": round(float(shuttles["riders"].sum() / shuttles["seats"].sum()), 3)
        if len(shuttles)
        else None,
        "pool_routes": solution.pool_size,
        "pool_complete": solution.pool_complete,
        "by_limit_people": {k: int(n) for k, n in limited.items()},
        "take_up_ratio": choice.inputs.scenario.commute.take_up,
        "registered_people": round(registered(choice)),
        "wrong_forecast_vnd_month": _wrong(risk),
        "co2_t_month": round(compared["plan"].co2_t, 1),
        "policies": _policies(compared, modes),
    }
    return figures


def _wrong(risk: pd.DataFrame) -> dict[str, int]:
    """What vehicles for one demand alone cost above the plan's, expected over all, by demand."""
    expected = risk.drop_duplicates("planned").set_index("planned")["expected_vnd_month"]
    return {k: int(v - expected["plan"]) for k, v in expected.items() if k != "plan"} if len(expected) > 2 else {}


def _policies(compared: dict[str, Sums], modes: pd.DataFrame) -> dict[str, dict[str, int]]:
    """The plan beside other policies; the plan's money as its table has it."""
    found = {name: (sums.public, sums.private, sums.time) for name, sums in compared.items()}
    found["plan"] = tuple(modes[f"{kind}_vnd_month"].sum() for kind in ("public", "private", "time"))
    return {
        name: {
            "public_vnd_month": round(public),
            "private_vnd_month": round(private),
            "time_vnd_month": round(time),
            "total_vnd_month": round(public) + round(private) + round(time),
        }
        for name, (public, private, time) in found.items()
    }


def _mean(values: pd.Series, weights: pd.Series) -> float | None:
    known = np.isfinite(values.to_numpy(float))
    if not known.any():
        return None
    return round(float(np.average(values.to_numpy(float)[known], weights=weights.to_numpy(float)[known])), 1)


def findings_of(choice: Choice, commute: pd.DataFrame, figures: dict[str, Any]) -> list[Finding]:
    """Findings in the order a committee asks: who, how much, by what right, what is uncertain."""
    found = [_headline(figures), _saving(figures)]
    found += _train_findings(choice, figures)
    found += _entitlement_findings(choice, commute, figures)
    found += _vehicle_findings(figures)
    found += _demand_findings(choice, figures)
    if figures["unserved_people"]:
        n = figures["unserved_people"]
        found.append(
            Finding(
                f"{_n(n)} người đủ điều kiện nhưng chưa được bố trí hỗ trợ vì vướng giới hạn (xem lý do từng nhóm).",
                f"{_n(n, 'en')} entitled people are left without support by a limit (see the reason of each group).",
            )
        )
    return found


def _headline(figures: dict[str, Any]) -> Finding:
    by = figures["by_mode_people"]
    near = _together(by["flat"], by["rent"])
    told = (
        figures["concerned_people"],
        figures["listed_people"],
        by["shuttle"],
        by["train"],
        by["own"],
        near,
        by["none"],
    )
    vi, en = ([_n(value, lang) for value in told] for lang in ("vi", "en"))
    return Finding(
        f"{vi[0]} người đổi nơi làm việc ({vi[1]} thuộc danh sách phải chuyển): {vi[2]} đi xe đưa đón,"
        f" {vi[3]} đi tàu, {vi[4]} tự túc có hỗ trợ, {vi[5]} ở gần nơi làm việc, {vi[6]} không hỗ trợ. Thời gian đi"
        f" một lượt bình quân {_dec(figures['after_mean_minutes'])} phút (trước đây"
        f" {_dec(figures['before_mean_minutes'])} phút).",
        f"{en[0]} people change workplace ({en[1]} on the list of those who must move): {en[2]} by shuttle,"
        f" {en[3]} by train, {en[4]} by own vehicle with an allowance, {en[5]} live near the site, {en[6]} without"
        f" support. Mean way {figures['after_mean_minutes']} minutes (before {figures['before_mean_minutes']}).",
    )


def _together(a: Any, b: Any) -> Any:
    """Sum of two counts; the mark of the masked one."""
    masked = [v for v in (a, b) if is_masked(v)]
    return max(masked) if masked else a + b


def _saving(figures: dict[str, Any]) -> Finding:
    plan, only = figures["policies"]["plan"], figures["policies"]["allowances_only"]
    nothing = figures["policies"]["nothing"]
    less = only["public_vnd_month"] - plan["public_vnd_month"]
    vi = "thấp hơn" if less >= 0 else "cao hơn"
    en = "less" if less >= 0 else "more"
    return Finding(
        f"Ngân sách một tháng {_bn(plan['public_vnd_month'])} tỷ đồng, {vi} {_bn(abs(less))} tỷ so với chỉ "
        "chi hỗ trợ theo "
        f"khoảng cách ({_bn(only['public_vnd_month'])} tỷ). Tổng chi phí (ngân sách, cá nhân, thời gian): "
        f"{_bn(plan['total_vnd_month'])} tỷ, so với {_bn(only['total_vnd_month'])} tỷ và "
        f"{_bn(nothing['total_vnd_month'])} tỷ "
        "nếu không hỗ trợ.",
        f"Public money {plan['public_vnd_month'] / 1e9:.2f} bn VND a month, {abs(less) / 1e9:.2f} bn {en} "
        "than distance "
        f"allowances only ({only['public_vnd_month'] / 1e9:.2f} bn). Total of public, private and time "
        f"{plan['total_vnd_month'] / 1e9:.2f} bn, against {only['total_vnd_month'] / 1e9:.2f} bn and "
        f"{nothing['total_vnd_month'] / 1e9:.2f} bn with nothing.",
    )


def _train_findings(choice: Choice, figures: dict[str, Any]) -> list[Finding]:
    train = choice.prices.get("train")
    if train is None:
        return [Finding("Không có chuyến tàu nào phù hợp giờ làm việc.", "No train fits the working hours.")]
    options, tariff = choice.inputs.scenario.commute, Tariff(choice.inputs)
    start = tariff.row(options.train_single_fare)["start"]
    month = tariff.row(options.train_month_fare)
    ride = next(r for r in train.ride if r is not None)
    seen = choice.inputs.totals[choice.inputs.totals["key"].astype(str).str.startswith(RIDERS_SEEN)]
    counts = ", ".join(str(int(v)) for v in seen["value"])
    riders = figures["by_mode_people"]["train"]
    return [
        Finding(
            f"Tàu HP15/HP16 chạy từ {_date(start)}; trước ngày đó chỉ có xe đưa đón và hỗ trợ theo khoảng "
            "cách. Vé tháng "
            f"{_n(int(month['amount_vnd']))} đồng áp dụng từ {_date(month['start'])}. Phương án dùng "
            f"{_n(riders)} chỗ; thực tế "
            f"đếm được {counts} khách. Kế hoạch tính theo biểu đồ "
            f"{options.train_timetable.replace('_', '-')}: giờ đến "
            f"{clock(ride.morning_arrives)}, giờ về {clock(ride.evening_departs)} ga trung chuyển cần "
            "đường sắt xác nhận "
            "tàu HP16 có đỗ đón khách.",
            f"Trains HP15/HP16 run since {start}; before that day there are only shuttles and allowances. "
            "The monthly ticket of "
            f"{int(month['amount_vnd']):,} VND holds from {month['start']}. The plan uses {_n(riders, 'en')} seats; "
            f"{counts} passengers "
            "were counted in fact. Times are those of timetable "
            f"{options.train_timetable.replace('_', '-')}: the railway "
            "should confirm that HP16 takes passengers at the transfer station at "
            f"{clock(ride.evening_departs)}.",
            rule=options.train_month_fare,
        )
    ]


def _entitlement_findings(choice: Choice, commute: pd.DataFrame, figures: dict[str, Any]) -> list[Finding]:
    options, tariff = choice.inputs.scenario.commute, Tariff(choice.inputs)
    ids = sorted(options.travel_allowances, key=tariff.floor_km)
    if not ids:
        return []
    first = ids[0]
    allowance = dict(zip(choice.groups["group_id"], choice.prices["own"].public, strict=True))
    carried = commute[commute["mode"].isin(["shuttle", "train"])]
    double = round(sum(allowance[r.group_id] * r.riders for r in carried.itertuples()))
    row, under = tariff.row(first), figures["not_entitled_people"]
    return [
        Finding(
            f"{_n(under)} người ở cách nơi làm việc mới dưới {tariff.floor_km(first):g} km nên không thuộc "
            "diện hỗ trợ. "
            f"Mức hỗ trợ theo {row['scheme_vi']}; chưa rõ ngày bắt đầu và số tháng "
            "hưởng.",
            f"{_n(under, 'en')} people live less than {tariff.floor_km(first):g} km from the new workplace and are "
            "not entitled. "
            f"Amounts by {row['scheme']}; its first day and number of months "
            "are not known.",
            rule=first,
        ),
        Finding(
            "Phương án coi xe đưa đón và vé tàu là thay cho mức hỗ trợ theo khoảng cách; nghị quyết chưa "
            "nói rõ, cần quyết "
            f"định. Nếu được hưởng cả hai, ngân sách tăng thêm {_bn(double)} tỷ đồng một tháng.",
            "The plan takes shuttle and train as replacing the distance allowance; the resolution does not "
            "say, so a decision "
            f"is needed. If both were paid, public money would rise by {double / 1e9:.2f} bn VND a month.",
            rule=ids[-1],
        ),
    ]


def _vehicle_findings(figures: dict[str, Any]) -> list[Finding]:
    if not figures["vehicles"]:
        return []
    vi = ", ".join(f"{n} xe {kind} chỗ" for kind, n in figures["vehicles"].items())
    en = ", ".join(f"{n} of {kind} seats" for kind, n in figures["vehicles"].items())
    return [
        Finding(
            f"Cần {vi}; giá thuê xe là giả định, cần chào giá. Mỗi người một ghế mọi ngày, kể cả người đi "
            "không thường xuyên.",
            f"Vehicles: {en}; their prices are assumptions to be checked by quotations. Every rider holds "
            "a seat every day, "
            "irregular ones too.",
        )
    ]


def _demand_findings(choice: Choice, figures: dict[str, Any]) -> list[Finding]:
    """What the take-up is taken to be, and what a wrong forecast costs."""
    options = choice.inputs.scenario.commute
    found = [
        Finding(
            f"{_n(figures['registered_people'])} người được mời đi xe hoặc tàu; kịch bản giả định bình quân"
            f" {options.take_up:.0%} đi (độ lệch chuẩn {options.take_up_sd:.0%}), số còn lại tự túc và hưởng mức theo"
            f" khoảng cách. Một xe cần {options.min_riders_route} người đăng ký.",
            f"{_n(figures['registered_people'], 'en')} people are offered a seat on shuttle or train; on average"
            f" {options.take_up:.0%} are taken to ride (standard deviation {options.take_up_sd:.0%}), the others drive"
            f" and draw the allowance. A vehicle needs {options.min_riders_route} registered.",
        )
    ]
    wrong = figures.get("wrong_forecast_vnd_month", {})
    if wrong:
        low, high = (wrong.get(k, 0) for k in ("low", "high"))
        found.append(
            Finding(
                f"Nếu đặt xe theo mức nhu cầu thấp hoặc cao thay cho cả ba mức, chi phí kỳ vọng mỗi tháng tăng"
                f" {_bn(low)} hoặc {_bn(high)} tỷ đồng.",
                f"Vehicles hired for low or for high demand alone would cost {low / 1e9:.2f} or {high / 1e9:.2f} bn VND"
                " a month more, expected over all three.",
            )
        )
    return found


def _n(value: Any, lang: str = "vi") -> str:
    """A whole number, or words for a count of persons that is not shown."""
    if is_masked(value):
        return in_words(value, lang)
    return f"{value:,}".replace(",", ".") if lang == "vi" else f"{value:,}"


def _dec(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}".replace(".", ",")


def _bn(value: float) -> str:
    return f"{value / 1e9:.2f}".replace(".", ",")


def _date(iso: str) -> str:
    year, month, day = str(iso).split("-")
    return f"{int(day)}-{int(month)}-{year}"
