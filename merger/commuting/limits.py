"""Which limit keeps a group from a shuttle, or from any support, in a planner's words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from merger.commuting.prices import FROM_KM, Tariff
from merger.commuting.routes import ShuttleNetwork, least_riders
from merger.inputs import Inputs

# Limits in the order in which they are looked at; the first that binds is told.
NO_ROAD, BELOW_KM, BUDGET = "no_road", "below_km", "budget"
FEW_AT_SITE, NO_STOP, RIDE, FEW_ON_ROUTE = "few_at_site", "no_stop", "longest_ride", "few_on_route"
TAKE_UP, COST = "take_up", "cost"
NONE = ""


def shuttle_limit(network: ShuttleNetwork, inputs: Inputs, groups: pd.DataFrame, g: int, served: bool) -> str:
    """Why people of group g do not ride a shuttle; `served` tells that others of the group do.

    few_at_site: fewer registered for the workplace than a route needs; no_stop: none within reach; longest_ride: even
    the direct ride from every stop within reach is too long; few_on_route: the stops within reach, with all that can
    board along the longest route from them, do not fill a vehicle; take_up: the share of the registered who are
    expected to go their own way; cost: a seat costs more than the allowance.
    """
    options, problem = inputs.scenario.commute, network.problem
    site = groups["site_id"].iat[g]
    if groups.loc[groups["site_id"] == site, "people"].sum() < options.min_riders_route:
        return FEW_AT_SITE
    if served:
        return TAKE_UP
    reached = np.flatnonzero(np.isfinite(network.reach[g]))
    if not len(reached):
        return NO_STOP
    depot = int(problem.depot[g])
    runnable = [s for s in reached if problem.is_runnable((int(s),), depot)]
    if not runnable:
        return RIDE
    if _most_riders(network, depot, runnable) < least_riders(options):
        return FEW_ON_ROUTE
    return COST


def _most_riders(network: ShuttleNetwork, depot: int, stops: list[int]) -> int:
    """Riders that a vehicle by way of one of the stops can have at most: those who reach it or one that fits."""
    problem = network.problem
    own = problem.depot == depot
    out, back = problem.minutes, problem.minutes.T
    most, end = 0, problem.n_stops
    for s in stops:
        before = np.maximum(out[:end, s] + out[s, depot], back[:end, s] + back[s, depot])
        after = np.maximum(out[s, :end] + out[:end, depot], back[s, :end] + back[:end, depot])
        with_it = np.minimum(before, after) + 2 * problem.dwell <= problem.max_ride
        with_it[s] = True
        near = np.isfinite(problem.access_cost[:, with_it]).any(axis=1)
        most = max(most, int(problem.riders_max[own & near].sum()))
    return most


def support_limit(inputs: Inputs, km: float) -> str:
    """Why a group gets no support at all."""
    if not np.isfinite(km):
        return NO_ROAD
    if km < least_km(inputs)[0]:
        return BELOW_KM
    return BUDGET if inputs.scenario.commute.budget_vnd_month is not None else COST


def least_km(inputs: Inputs) -> tuple[float, str]:
    """Distance from which support is paid, and the first tier."""
    tariff = Tariff(inputs)
    floors = {name: tariff.floor_km(name) for name in inputs.scenario.commute.travel_allowances}
    first = min(floors, key=lambda name: (floors[name], name), default="")
    return max(inputs.law.value(FROM_KM), floors.get(first, 0.0)), first


def in_words(limit: str, inputs: Inputs, km: float) -> tuple[str, str]:
    """The limit as a sentence in Vietnamese and English."""
    options = inputs.scenario.commute
    least, first = least_km(inputs)
    budget = f"{options.budget_vnd_month or 0:,.0f}"
    registered, ride, feeder = options.min_riders_route, options.longest_ride_minutes, options.feeder_km
    others = 1 - options.take_up
    return {
        NO_ROAD: (
            "Dữ liệu không có đường bộ hoặc phà tới nơi làm việc.",
            "No road or ferry to the workplace in the data.",
        ),
        BELOW_KM: (
            f"Nhà cách nơi làm việc mới {km:.1f} km, dưới {least:g} km: chưa thuộc diện hỗ trợ ({first}).",
            f"Home is {km:.1f} km from the new workplace, below {least:g} km: not entitled ({first}).",
        ),
        BUDGET: (
            f"Trần kinh phí {budget.replace(',', '.')} đồng một tháng đã hết chỗ cho nhóm này.",
            f"The budget ceiling of {budget} VND a month leaves no room for this group.",
        ),
        FEW_AT_SITE: (
            f"Chưa đủ {registered} người cùng đến nơi làm việc này để mở tuyến xe.",
            f"Fewer than {registered} people travel to this workplace: too few for a shuttle.",
        ),
        NO_STOP: (
            f"Không có điểm đón trong {feeder:g} km.",
            f"No shuttle stop within {feeder:g} km.",
        ),
        RIDE: (
            f"Từ mọi điểm đón gần nhà, xe chạy quá {ride:g} phút.",
            f"From every stop near home the ride is longer than {ride:g} minutes.",
        ),
        FEW_ON_ROUTE: (
            f"Dọc các tuyến qua điểm đón gần nhà không đủ {registered} người đăng ký một xe.",
            f"Along the routes by the stops near home fewer than {registered} people would register for a vehicle.",
        ),
        TAKE_UP: (
            f"Cả nhóm được mời đi xe; kịch bản tính bình quân {others:.0%} không đi và hưởng mức theo khoảng cách.",
            f"The whole group is offered a seat; {others:.0%} are expected not to ride and draw the allowance.",
        ),
        COST: (
            "Ghế trên xe đưa đón hoặc tàu tốn hơn.",
            "A seat on a shuttle or the train costs more.",
        ),
    }[limit]
