"""Checks of take-up, weekly rules, risk and budget of the commute: sums and ratios, computed again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.audit.report import Case, Violations, check, shown

LEVELS = {"low", "expected", "high"}
PLAN = "plan"
MONTHS = (6, 12, 24)
# Sums of persons by side and agency are told in millions of VND.
ROUNDED_VND = 1_000_000


@check(
    "boardings-add-up",
    "Số người lên xe theo nhóm, tuyến và điểm khớp hai bảng",
    "Boardings by group, route and stop agree with both tables",
    "boardings",
    "commute",
    "stops",
)
def boardings(case: Case) -> Violations:
    """Sums by group and route are the riders of commute, sums by route and stop those who board in the morning."""
    rows = case.tables["boardings"]
    if (rows["riders"] < 1).any():
        yield "rows without riders"
    commute = case.tables["commute"]
    ride = commute[(commute["mode"].isin(["shuttle", "train"])) & (commute["riders"] > 0)]
    stops = case.tables["stops"]
    board = stops[(stops["direction"] == "morning") & (stops["boarding"] > 0)]
    for keys, frame, column in (
        (["group_id", "route_id"], ride, "riders"),
        (["route_id", "stop_id"], board, "boarding"),
    ):
        told = rows.groupby(keys)["riders"].sum().to_dict()
        wanted = frame.groupby(keys)[column].sum().to_dict()
        for key in sorted(k for k in set(told) | set(wanted) if told.get(k, 0) != wanted.get(k, 0)):
            yield f"{' '.join(key)}: {told.get(key, 0)} board, expected {wanted.get(key, 0)}"
    return f"{int(rows['riders'].sum())} riders"


@check(
    "route-rules",
    "Ngưỡng giữ, thêm, bớt xe của mỗi tuyến tính lại đúng",
    "Thresholds of each vehicle, computed again",
    "route_rules",
    "routes",
)
def rules(case: Case) -> Violations:
    """One row a shuttle; seats and riders as in routes; registered from the take-up; money from the cost of the day."""
    options, days = case.inputs.scenario.commute, case.inputs.scenario.prices.working_days_month
    routes = case.tables["routes"].query("mode == 'shuttle'").set_index("route_id")
    rows = case.tables["route_rules"]
    if set(rows["route_id"]) != set(routes.index) or rows["route_id"].duplicated().any():
        yield f"not one row a shuttle: {shown(set(rows['route_id']) ^ set(routes.index))}"
        return None
    seats = {v.id: v.seats for v in options.vehicles}
    highest = max((a.amount_vnd for a in _allowances(case)), default=np.inf)
    for row in rows.itertuples():
        route = routes.loc[row.route_id]
        if (row.seats, row.riders_expected) != (route["seats"], route["riders"]):
            told = f"{route['riders']} of {route['seats']}"
            yield f"{row.route_id}: {row.riders_expected} of {row.seats}, routes has {told}"
        if abs(row.registered * options.take_up - row.riders_expected) > options.take_up:
            yield f"{row.route_id}: {row.registered} registered for {row.riders_expected} riders"
        if max(row.riders_low, row.riders_high) > row.seats or min(row.keep_from, row.pays_from, row.add_from) < 0:
            yield f"{row.route_id}: more riders than seats, or a threshold below 0"
        if row.pays_from < row.seats and row.pays_from < route["cost_vnd_day"] * days / highest - 1:
            yield f"{row.route_id}: {row.pays_from} allowances do not make {route['cost_vnd_day']:,.0f} VND a day"
        if seats.get(row.smallest_vehicle, 0) < row.riders_expected:
            yield f"{row.route_id}: vehicle {row.smallest_vehicle} for {row.riders_expected} riders"
    return f"{len(rows)} vehicles"


def _allowances(case: Case) -> list:
    table = case.inputs.allowances
    wanted = set(case.inputs.scenario.commute.travel_allowances)
    return [row for row in table.itertuples() if row.allowance_id in wanted]


@check(
    "ridership-weeks",
    "Số người đi theo tuần khớp giả định và số ghế",
    "Riders by week keep to the stated ramp and the seats",
    "ridership",
    "routes",
)
def weeks(case: Case) -> Violations:
    """Weeks 1, 2, ... with the take-up of the ramp; seats and vehicles of routes; nobody without one rides."""
    options = case.inputs.scenario.commute
    rows, routes = case.tables["ridership"], case.tables["routes"].query("mode == 'shuttle'")
    if rows["week"].tolist() != list(range(1, len(rows) + 1)) or len(rows) not in (0, len(options.ramp)):
        yield f"weeks {rows['week'].tolist()}, the ramp has {len(options.ramp)}"
        return None
    for row, factor in zip(rows.itertuples(), options.ramp, strict=False):
        if abs(row.take_up - min(options.take_up * factor, 1.0)) > 0.001:
            yield f"week {row.week}: take-up {row.take_up}, stated {min(options.take_up * factor, 1.0):.3f}"
        if (row.seats, row.vehicles) != (routes["seats"].sum(), len(routes)):
            yield f"week {row.week}: {row.vehicles} vehicles with {row.seats} seats, routes has others"
        if row.shuttle_riders > row.seats or max(row.vehicles_full, row.vehicles_below) > row.vehicles:
            yield f"week {row.week}: more riders than seats, or more vehicles counted than there are"
    return f"{len(rows)} weeks"


@check(
    "demand-risk",
    "Cái giá khi dự báo sai tính lại đúng",
    "What a wrong forecast costs, computed again",
    "demand_risk",
)
def risk(case: Case) -> Violations:
    """Regret is the distance to the best of each column; expected totals are weighed by probabilities that add to 1."""
    rows = case.tables["demand_risk"]
    best = rows.groupby("realised")["total_vnd_month"].transform("min")
    if ((rows["total_vnd_month"] - best - rows["regret_vnd_month"]).abs() > 1).any():
        yield "regret is not the distance to the best"
    for planned, own in rows.groupby("planned"):
        if abs(own["probability"].sum() - 1) > 0.001:
            yield f"{planned}: probabilities add up to {own['probability'].sum():.3f}"
        weighed = float((own["total_vnd_month"] * own["probability"]).sum())
        if (own["expected_vnd_month"] - weighed).abs().max() > 1e-4 * abs(weighed):
            yield f"{planned}: expected {own['expected_vnd_month'].iloc[0]:,.0f}, weighed {weighed:,.0f}"
    if len(rows) and PLAN not in set(rows["planned"]):
        yield "the plan itself is missing"
    if strange := (set(rows["planned"]) - LEVELS - {PLAN}) | (set(rows["realised"]) - LEVELS):
        yield f"unknown demands: {shown(strange)}"
    return f"{len(rows)} pairs"


@check(
    "commute-budget",
    "Ngân sách theo phương án, hình thức, bên và cơ quan cộng đúng",
    "The budget by policy, mode, side and agency adds up",
    "commute_budget",
    "commute",
)
def budget(case: Case) -> Violations:
    """Modes, sides and agencies each add up to the plan; months add up; no group of too few persons."""
    rows, smallest = case.tables["commute_budget"], case.inputs.scenario.documents.smallest_group
    if rows.empty:
        return "nobody concerned"
    plan = rows[(rows["dimension"] == "policy") & (rows["key"] == PLAN)]
    if len(plan) != 1:
        yield "the policy `plan` is missing"
        return None
    plan = plan.iloc[0]
    total = int(pd.to_numeric(plan["people"]))
    for dimension, own in rows[rows["dimension"] != "policy"].groupby("dimension"):
        slack = 1.0 + len(own) + plan["public_vnd_month"] * 1e-5
        slack += ROUNDED_VND * len(own) if dimension != "mode" else 0
        if pd.to_numeric(own["people"]).sum() != total:
            yield f"{dimension}: {pd.to_numeric(own['people']).sum()} people, the plan has {total}"
        if abs(own["public_vnd_month"].sum() - plan["public_vnd_month"]) > slack:
            yield f"{dimension}: {own['public_vnd_month'].sum():,.0f} VND, the plan has {plan['public_vnd_month']:,.0f}"
        few = own[pd.to_numeric(own["people"]) < min(smallest, total)]
        if len(few):
            yield f"{dimension}: groups of fewer than {smallest}: {shown(few['key'])}"
    for row in rows.itertuples():
        for months in MONTHS:
            due = row.public_vnd_first_month + (months - 1) * row.public_vnd_month
            slack = 2.0 if row.dimension in ("policy", "mode") else months * ROUNDED_VND
            if abs(getattr(row, f"public_vnd_{months}_months") - due) > slack + months:
                yield f"{row.dimension} {row.key}: {months} months do not add up"
    by_mode = float(case.tables["commute"]["public_vnd_month"].sum())
    if abs(by_mode - plan["public_vnd_month"]) > 1e-5 * max(by_mode, 1) + len(case.tables["commute"]):
        yield f"the plan costs {plan['public_vnd_month']:,.0f} VND, commute.csv has {by_mode:,.0f}"
    return f"{len(rows)} rows"


@check(
    "budget-curve",
    "Đường đánh đổi kinh phí và thời gian đánh dấu đúng",
    "The curve of budget against minutes marks what is beaten",
    "budget_curve",
)
def curve(case: Case) -> Violations:
    """A row is efficient when no other has less money and fewer minutes; prices of time do not repeat."""
    rows = case.tables["budget_curve"]
    if rows["time_price"].duplicated().any():
        yield "a price of time occurs twice"
    for row in rows.itertuples():
        beaten = rows[
            (rows["public_vnd_month"] <= row.public_vnd_month)
            & (rows["mean_minutes"] <= row.mean_minutes)
            & ((rows["public_vnd_month"] < row.public_vnd_month) | (rows["mean_minutes"] < row.mean_minutes))
        ]
        if bool(row.efficient) == bool(len(beaten)):
            yield f"price of time {row.time_price}: efficient is {row.efficient}"
    return f"{len(rows)} points"
