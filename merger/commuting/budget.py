"""What commute support costs: by month and over two years, by mode, side and agency, beside other policies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from merger.commuting.money import Sums, policy_sums, sums_of
from merger.commuting.prices import is_entitled
from merger.commuting.ridership import COMPARED
from merger.commuting.rows import Choice
from merger.disclosure.commuters import modes_joined
from merger.tables import TABLES
from solvers.problem import Stop
from solvers.routing.master import choose
from solvers.routing.problem import Mode, RoutingProblem

RIDERS_SEEN = "train_riders"
MONTHS = (6, 12, 24)
WEEKS = 52 / 12
# Staff of communes work for a commune-level unit, not for an agency; agencies of too few people are joined.
COMMUNES, SMALL = "communes", "other"
COLLECTIVE = ("shuttle", "train")
# Sums over the persons of a side or an agency are told in whole millions: exact ones would tell who gets which tier.
ROUNDED = -6


def policies(choice: Choice) -> dict[str, Sums]:
    """The plan beside allowances only, the train as it ran (one policy a count), and nothing."""
    people, prices = choice.groups["people"].to_numpy(int), choice.prices
    entitled = is_entitled(choice.inputs, choice.groups)
    paid, rest = np.where(entitled, people, 0), np.where(entitled, 0, people)
    found = {
        "plan": sums_of(choice, choice.solution),
        "allowances_only": policy_sums(choice, {"own": paid, "none": rest}),
        "nothing": policy_sums(choice, {"none": people}),
    }
    totals = choice.inputs.totals
    seen = totals[totals["key"].astype(str).str.startswith(RIDERS_SEEN)] if "train" in prices else totals.iloc[:0]
    for row in seen.itertuples():
        riders = _train_riders(choice, people, int(row.value))
        left = people - riders
        parts = {"train": riders, "own": np.where(entitled, left, 0), "none": np.where(entitled, 0, left)}
        found[str(row.key)] = policy_sums(choice, parts)
    return found


def _train_riders(choice: Choice, people: np.ndarray, count: int) -> np.ndarray:
    """So many riders, from the groups that gain most by the train over their own vehicle."""
    train, own = choice.prices["train"], choice.prices["own"]
    with np.errstate(invalid="ignore"):
        gain = np.where(np.isfinite(train.total) & np.isfinite(own.total), own.total - train.total, -np.inf)
    riders = np.zeros(len(people), int)
    for g in np.argsort(-gain, kind="stable"):
        if count <= 0 or not np.isfinite(gain[g]):
            break
        riders[g] = min(people[g], count)
        count -= int(riders[g])
    return riders


def budget_rows(
    choice: Choice, compared: dict[str, Sums], commute: pd.DataFrame, staff: pd.DataFrame, weeks: pd.DataFrame
) -> pd.DataFrame:
    """Table `commute_budget`.

    `staff` has one row a person concerned: side, agency, mode, public_vnd (a month); `weeks` is the table ridership:
    the plan's first month counts its weeks, by the take-up of each; of another policy every month is alike.
    """
    month = float(compared["plan"].public)
    first = _first_month(weeks, month)
    rows = [
        _policy_row(choice, name, sums, first if name == "plan" else sums.public) for name, sums in compared.items()
    ]
    share = first / month if month else 1.0
    smallest = choice.inputs.scenario.documents.smallest_group
    rows += [_mode_row(modes, own, share) for modes, own in _by_mode(commute, smallest)]
    for dimension in ("side", "agency"):
        for key, own in staff.groupby(_large(staff[dimension], smallest), sort=True):
            rows.append(_people_row(dimension, key, own, share))
    columns = [name for name in TABLES["commute_budget"].columns if name != "label"]
    return pd.DataFrame(rows).reindex(columns=columns).assign(label=choice.label)


def _first_month(weeks: pd.DataFrame, month: float) -> float:
    """Public money of the first month: its weeks one by one, the last of the table for the rest."""
    if weeks.empty:
        return month
    money = weeks["public_vnd_month"].to_numpy(float)
    each = np.minimum(np.maximum(WEEKS - np.arange(len(money)), 0.0), 1.0)
    each[-1] += WEEKS - each.sum()
    return float(money @ each / WEEKS)


def _over(month: float, first: float) -> dict[str, Any]:
    """Public money of the first month, of a usual one, and of the first 6, 12 and 24."""
    return {
        "public_vnd_first_month": round(first),
        "public_vnd_month": round(month),
        **{f"public_vnd_{n}_months": round(first + (n - 1) * month) for n in MONTHS},
    }


def _policy_row(choice: Choice, name: str, sums: Sums, first: float) -> dict[str, Any]:
    people = int(choice.groups["people"].sum())
    return {
        "dimension": "policy",
        "key": name,
        "people": people,
        "riders": sums.shuttle + sums.train,
        **_over(sums.public, first),
        "private_vnd_month": round(sums.private),
        "time_vnd_month": round(sums.time),
        "public_vnd_person_month": round(sums.public / people),
        "mean_minutes": sums.mean_minutes,
        "co2_t_month": round(sums.co2_t, 1),
    }


def _by_mode(commute: pd.DataFrame, smallest: int) -> list[tuple[str, pd.DataFrame]]:
    """Rows of each mode; modes of few people joined, as in the public table of commuters."""
    joined = modes_joined(commute, smallest)
    used = commute[commute["mode"].isin(joined)]
    return [(key, own) for key, own in used.groupby(used["mode"].map(joined), sort=True)]


def _mode_row(modes: str, own: pd.DataFrame, share: float) -> dict[str, Any]:
    people = int(own["riders"].sum())
    public = float(own["public_vnd_month"].sum())
    minutes = own[own["minutes"].notna()]
    return {
        "dimension": "mode",
        "key": modes,
        "people": people,
        **_over(public, public * share),
        "private_vnd_month": round(float(own["private_vnd_month"].sum())),
        "time_vnd_month": round(float(own["time_vnd_month"].sum())),
        "public_vnd_person_month": round(public / people),
        "mean_minutes": float(np.average(minutes["minutes"], weights=minutes["riders"])) if len(minutes) else np.nan,
    }


def _people_row(dimension: str, key: str, own: pd.DataFrame, share: float) -> dict[str, Any]:
    public = float(own["public_vnd"].sum())
    return {
        "dimension": dimension,
        "key": key,
        "people": len(own),
        **{name: round(value, ROUNDED) for name, value in _over(public, public * share).items()},
        "public_vnd_person_month": round(public / len(own), -5),
    }


def _large(keys: pd.Series, smallest: int) -> pd.Series:
    """Keys with those of fewer than `smallest` rows joined; where that is too few still, with the smallest other."""
    size = keys.map(keys.value_counts())
    joined = keys.where(size >= smallest, SMALL)
    few = int((joined == SMALL).sum())
    if 0 < few < smallest:
        rest = joined[joined != SMALL].value_counts()
        if len(rest):
            joined = joined.where(joined != min(rest.index, key=lambda k: (rest[k], k)), SMALL)
    return joined


def curve_rows(choice: Choice, stop: Stop) -> pd.DataFrame:
    """Table `budget_curve`: the choice again at other prices of time, over the sequences that were searched."""
    options = choice.inputs.scenario.commute
    rows = []
    for factor in sorted({1.0, *options.time_prices} if options.time_prices else ()):
        solution = choice.solution
        if factor != 1.0:
            solution = choose(_at_price(choice, factor), choice.solution.columns, replace(stop, work=COMPARED))
        if solution is None:
            continue
        sums = sums_of(choice, solution)
        rows.append({
            "time_price": factor,
            "public_vnd_month": round(sums.public),
            "private_vnd_month": round(sums.private),
            "mean_minutes": sums.mean_minutes,
            "vehicles": len(solution.routes),
            "shuttle_riders": sums.shuttle,
            "train_riders": sums.train,
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    if len(frame):
        money, minutes = frame["public_vnd_month"].to_numpy(float), frame["mean_minutes"].to_numpy(float)
        better = (money[None, :] <= money[:, None]) & (minutes[None, :] <= minutes[:, None])
        strictly = (money[None, :] < money[:, None]) | (minutes[None, :] < minutes[:, None])
        frame["efficient"] = ~(better & strictly).any(axis=1)
    return frame.assign(label=choice.label)


def _at_price(choice: Choice, factor: float) -> RoutingProblem:
    """The problem with time dearer or cheaper, for the planned demand."""
    network, problem = choice.network, choice.network.problem
    waits = choice.inputs.scenario.commute.wait_minutes
    minute = problem.minute_cost * factor
    modes = tuple(
        Mode(
            m.id,
            m.cost + (factor - 1) * np.where(np.isfinite(m.cost), price.time, 0.0),
            m.public,
            m.capacity,
            m.collective,
        )
        for m, price in zip(problem.modes, choice.prices.values(), strict=True)
    )
    access = network.access_vnd + minute[:, None] * (2 * network.reach + waits)
    return replace(problem, minute_cost=minute, access_cost=access, modes=modes, others=())
