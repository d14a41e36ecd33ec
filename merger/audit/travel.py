"""Checks of the travel times of all homes and sites, of the fit to published times and of the ranking of projects."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geodata.rail import train_rides
from geodata.travel import default_cache, travel_table
from merger.audit.report import Case, Violations, check, shown

# Rounding of the tables: minutes to a tenth, km to a hundredth, factors to four digits.
MINUTES_TOLERANCE, KM_TOLERANCE, FACTOR_TOLERANCE = 0.06, 0.006, 0.002
# A way counts as shorter from this on, minutes; sums may differ by this share, and by so many minutes or VND.
NOTICED, SUM_SHARE, SUM_ROUNDING = 0.1, 0.001, 2.0
WEEKS_MONTH = 52 / 12


@check("travel-times", "Thời gian đi lại tính lại đúng", "Travel times, computed again", "travel")
def times(case: Case) -> Violations:
    """Every home area and site; km and minutes of the road tables; slower traffic is not quicker; the train's ride."""
    table, inputs = case.tables["travel"], case.inputs
    pairs = pd.MultiIndex.from_product([inputs.units.index, inputs.sites["site_id"]])
    given = table.set_index(["old_code", "site_id"])
    if len(table) != len(pairs) or set(given.index) != set(pairs):
        yield f"{len(table)} rows, {len(pairs)} home areas and sites"
        return ""
    given = given.loc[pairs]
    for column, values, tolerance in (
        ("km", inputs.site_travel.km, KM_TOLERANCE),
        ("minutes_free_flow", inputs.site_travel.minutes, MINUTES_TOLERANCE),
        ("minutes_normal", inputs.site_minutes, MINUTES_TOLERANCE),
        ("minutes_peak", inputs.site_minutes_peak, MINUTES_TOLERANCE),
    ):
        there, known = given[column].to_numpy(float), np.isfinite(values.ravel())
        close = np.abs(there - np.where(known, values.ravel(), 0.0)) <= tolerance
        if (off := ~np.where(known, close, np.isnan(there))).any():
            yield f"{column} differs from the road table: {shown('-'.join(p) for p in given.index[off])}"
    rides = train_rides(inputs.stations, inputs.scenario.commute.train_timetable) if len(inputs.stations) else []
    least = min((r.morning_arrives - r.morning_departs for r in rides), default=np.inf)
    if (given["minutes_by_train"].astype(float) < least + 2 * inputs.scenario.commute.transfer_minutes).any():
        yield "minutes by train below those of the ride itself and of changing"
    return f"{len(table)} ways"


@check(
    "travel-checks",
    "Hệ số giao thông khớp thời gian đã công bố",
    "Factors of traffic fit the published times",
    "travel_checks",
)
def fit(case: Case) -> Violations:
    """Factors are those of least squares or the scenario's own; model, band and distance from it agree."""
    rows, inputs = case.tables["travel_checks"], case.inputs
    own = {"normal": inputs.scenario.arrange.traffic_factor, "peak": inputs.scenario.commute.peak_factor}
    for state, group in rows.groupby("traffic"):
        half = np.maximum((group["published_high"] - group["published_low"]) / 2, 1.0)
        middle, free = (group["published_high"] + group["published_low"]) / 2, group["minutes_free_flow"]
        best = float((free * middle / half**2).sum() / (free**2 / half**2).sum())
        factor = best if own.get(str(state)) is None else own[str(state)]
        if (np.abs(group["factor"] - factor) > FACTOR_TOLERANCE).any():
            yield f"{state}: factor {group['factor'].iloc[0]}, {factor:.4f} expected"
    factors = rows["traffic"].map({"normal": inputs.traffic.normal, "peak": inputs.traffic.peak})
    model = rows["minutes_free_flow"] * factors
    if (np.abs(rows["minutes_model"] - model) > 2 * MINUTES_TOLERANCE).any():
        yield "minutes_model is not free flow times the factor"
    outside = rows["minutes_model"] - rows["minutes_model"].clip(rows["published_low"], rows["published_high"])
    wrong = np.abs(outside - rows["outside"]) > 2 * MINUTES_TOLERANCE
    wrong |= rows["inside"].astype(bool) & (np.abs(outside) > MINUTES_TOLERANCE)
    if wrong.any():
        yield f"inside or outside of the published band: {shown(rows.loc[wrong, 'check_id'])}"
    return f"{len(rows)} published times"


@check(
    "projects-savings",
    "Thời gian tiết kiệm của từng dự án tính lại đúng",
    "Savings of each project, computed again",
    "projects",
    "commute",
)
def savings(case: Case) -> Violations:
    """If all drove: searched again on the roads without and with each project. Rank, pay-back, limits of the rest."""
    table, commute = case.tables["projects"], case.tables["commute"]
    enabled = case.inputs.scenario.commute.projects
    if wrong := set(table.loc[table["enabled"].astype(bool), "project_id"]) ^ set(enabled):
        yield f"open in the plan or not: {shown(wrong)}"
    riders = int(commute["riders"].sum())
    for row in table.itertuples():
        for who in ("all", "plan"):
            counts = [getattr(row, f"{who}_{c}") for c in ("people", "longer")]
            if any(str(n).isdigit() and int(n) > riders for n in counts):
                yield f"{row.project_id}: {counts} people of {riders}"
        yield from _searched_again(case, row, commute[commute["riders"] > 0])
    told = table.dropna(subset=["all_vnd_month"]).sort_values("rank")
    if (told["all_vnd_month"].diff() > SUM_ROUNDING).any():
        yield "ranks are not in the order of the savings"
    years = table["cost_vnd"].astype(float) / (12 * table["all_vnd_month"].astype(float))
    years = years.where(table["all_vnd_month"].astype(float) > 0)
    if (~np.isclose(years, table["payback_years"].astype(float), rtol=0.01, atol=0.1, equal_nan=True)).any():
        yield "payback_years is not the cost over the savings of a year"
    return f"{len(table)} projects"


def _searched_again(case: Case, row, commute: pd.DataFrame) -> Iterator[str]:
    """People, minutes and VND if all drove, against searches on the real roads without and with the project."""
    if commute.empty:
        return
    inputs, prices = case.inputs, case.inputs.scenario.prices
    others = tuple(p for p in inputs.scenario.commute.projects if p != row.project_id)
    place = {**inputs.unit_nodes.to_dict(), **inputs.site_nodes.to_dict()}
    homes, at = np.unique([inputs.unit_nodes[c] for c in commute["home_code"]], return_inverse=True)
    works, to = np.unique([place[s] for s in commute["site_id"]], return_inverse=True)
    before, after = (
        travel_table(inputs.roads_with(open_), homes, works, factor=inputs.traffic.peak, cache=default_cache())
        for open_ in (others, (*others, row.project_id))
    )
    both = np.isfinite(before.minutes) & np.isfinite(after.minutes)
    less = np.where(both, before.minutes, 0) - np.where(both, after.minutes, 0)
    nearer = np.where(both, before.km, 0) - np.where(both, after.km, 0)
    most = prices.working_days_month
    often = min(most, inputs.scenario.commute.irregular_days_week * WEEKS_MONTH)
    days = np.where(commute["wish"] == "irregular", often, most)
    riders = commute["riders"].to_numpy(float)
    shorter = float(riders[less[at, to] >= NOTICED].sum())
    if str(row.all_people).isdigit() and int(row.all_people) != shorter:
        yield f"{row.project_id}: {row.all_people} people with a shorter way, {shorter:.0f} computed"
    month = 2 * float((less[at, to] * riders * days).sum())
    vnd = month * prices.person_hour_vnd / 60
    vnd += 2 * float((nearer[at, to] * riders * days).sum()) * prices.vehicle_km_vnd
    for column, value in (("all_minutes_month", month), ("all_vnd_month", vnd)):
        given = float(getattr(row, column))
        if np.isfinite(given) and abs(given - value) > SUM_SHARE * abs(value) + SUM_ROUNDING:
            yield f"{row.project_id}: {column} is {given:,.0f}, {value:,.0f} computed"
