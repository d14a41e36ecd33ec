"""Uncertain take-up: what the vehicles do when fewer or more people ride, what being wrong costs, week by week rules.

The vehicles are chosen for three weighed demands at once (sample average; routes.py). Here the chosen ones are held
against each demand, against the weeks of the ramp, and against vehicles that are best for one demand alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from merger.commuting.money import sums_of
from merger.commuting.routes import riders_of, route_ids
from merger.commuting.rows import Choice
from solvers.problem import Stop
from solvers.routing.master import choose
from solvers.routing.problem import RoutingSolution
from solvers.routing.recourse import in_demand

LEVELS = ("expected", "low", "high")
ORDER = ("low", "expected", "high")
# Nodes of a search that only compares: the plan's own search goes further.
COMPARED = 1


@dataclass(frozen=True)
class Ridership:
    """A choice of vehicles held against other demands."""

    choice: Choice
    stop: Stop

    @property
    def shares(self) -> dict[str, float]:
        """Take-up of each demand of the problem by name: the share of all who may ride."""
        problem = self.choice.network.problem
        people = int(problem.people.sum())
        return {
            name: float(demand.riders_max.sum()) / people for name, demand in zip(LEVELS, problem.demands, strict=False)
        }

    @cached_property
    def answers(self) -> dict[str, RoutingSolution]:
        """The plan's vehicles in each demand."""
        problem = self.choice.network.problem
        return {name: self.at(demand.riders_max) for name, demand in zip(LEVELS, problem.demands, strict=False)}

    def at(self, riders_max: np.ndarray, solution: RoutingSolution | None = None) -> RoutingSolution:
        """The vehicles of the plan (or of another solution) when so many people of each group ride with others."""
        routes = (solution or self.choice.solution).routes
        found = in_demand(self.choice.network.problem, routes, riders_max, self.stop)
        if found is None:
            raise RuntimeError("commute: nobody could be sent in a demand in the time given")
        return found


def risk_rows(ridership: Ridership) -> pd.DataFrame:
    """Table `demand_risk`: vehicles hired for one demand in every other, and what that costs above the best."""
    choice, problem = ridership.choice, ridership.choice.network.problem
    demands = dict(zip(LEVELS, problem.demands, strict=False))
    plans: dict[str, RoutingSolution | None] = {"plan": choice.solution}
    for name, demand in demands.items():
        alone = replace(
            problem,
            riders_max=demand.riders_max,
            others=(),
            min_riders=_least(problem.min_riders, demand.riders_max, problem.riders_max),
        )
        plans[name] = choose(alone, choice.solution.columns, replace(ridership.stop, work=COMPARED))
    rows = []
    for planned in [*(n for n in ORDER if plans.get(n)), "plan"]:
        answers = ridership.answers if planned == "plan" else None
        for realised in (n for n in ORDER if n in demands):
            answer = answers[realised] if answers else ridership.at(demands[realised].riders_max, plans[planned])
            sums = sums_of(choice, answer)
            rows.append({
                "planned": planned,
                "realised": realised,
                "planned_take_up": np.nan if planned == "plan" else round(ridership.shares[planned], 3),
                "realised_take_up": round(ridership.shares[realised], 3),
                "probability": round(demands[realised].probability, 4),
                "vehicles": len(plans[planned].routes),
                "riders": sums.shuttle,
                "public_vnd_month": round(sums.public),
                "total_vnd_month": round(answer.objective),
            })  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["regret_vnd_month"] = frame["total_vnd_month"] - frame.groupby("realised")["total_vnd_month"].transform("min")
    weighed = frame["total_vnd_month"] * frame["probability"]
    frame["expected_vnd_month"] = weighed.groupby(frame["planned"]).transform("sum").round().astype("int64")
    return frame.assign(label=choice.label)


def _least(least: int, riders: np.ndarray, planned: np.ndarray) -> int:
    """Riders that as many registered give at another take-up."""
    return max(int(np.ceil(least * riders.sum() / max(planned.sum(), 1) - 1e-9)), 1)


def rule_rows(ridership: Ridership) -> pd.DataFrame:
    """Table `route_rules`: for each vehicle, riders from which it is worth keeping, and waiting people that add one."""
    choice, options = ridership.choice, ridership.choice.inputs.scenario.commute
    problem = choice.network.problem
    loads = {name: [route.load for route in answer.routes] for name, answer in ridership.answers.items()}
    loads["expected"] = [route.load for route in choice.solution.routes]
    rows = []
    for i, (route_id, route) in enumerate(zip(route_ids(choice.solution), choice.solution.routes, strict=True)):
        kind = problem.vehicles[route.vehicle]
        gain, allowance = _worth_of_a_rider(choice, route)
        month = problem.vehicle_vnd_month(route.vehicle, route.sequence, route.depot)
        public = problem.public_vnd_month(route.vehicle, route.sequence, route.depot)
        fits = [v for v in problem.vehicles if v.seats >= loads["expected"][i]]
        further = min(problem.vehicle_vnd_month(v, route.sequence, route.depot) for v in range(len(problem.vehicles)))
        rows.append({
            "route_id": route_id,
            "registered": round(loads["expected"][i] / options.take_up),
            "seats": kind.seats,
            "riders_low": loads.get("low", loads["expected"])[i],
            "riders_expected": loads["expected"][i],
            "riders_high": loads.get("high", loads["expected"])[i],
            "keep_from": int(np.ceil(month / gain)) if gain > 0 else kind.seats,
            "pays_from": int(np.ceil(public / allowance)) if allowance > 0 else kind.seats,
            "add_from": int(np.ceil(further / gain)) if gain > 0 else kind.seats,
            "smallest_vehicle": min(fits, key=lambda v: v.seats).id,
            "label": choice.label,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _worth_of_a_rider(choice: Choice, route) -> tuple[float, float]:
    """What a rider of the route saves a month against the next best way, and the allowance that he does not draw."""
    problem = choice.network.problem
    free = [m for m in problem.modes if m.capacity is None]
    morning, evening = problem.ride_minutes(route.sequence, route.depot)
    ride = dict(zip(route.sequence, morning + evening, strict=True))
    gain = allowance = 0.0
    for g, s, n in route.riders:
        best = min(free, key=lambda m: m.cost[g])
        gain += n * float(best.cost[g] - problem.access_cost[g, s] - problem.minute_cost[g] * ride[s])
        allowance += n * float(best.public[g])
    return gain / max(route.load, 1), allowance / max(route.load, 1)


def week_rows(ridership: Ridership, rules: pd.DataFrame) -> pd.DataFrame:
    """Table `ridership`: the weeks of the ramp with the plan's vehicles as they are."""
    choice, options = ridership.choice, ridership.choice.inputs.scenario.commute
    problem = choice.network.problem
    seats = sum(problem.vehicles[route.vehicle].seats for route in choice.solution.routes)
    offered = registered(choice)
    rows, known = [], {}
    for week, factor in enumerate(options.ramp, start=1):
        share = min(options.take_up * factor, 1.0)
        if share not in known:
            known[share] = ridership.at(riders_of(problem.people, share))
        sums, routes = sums_of(choice, known[share]), known[share].routes
        loads = np.array([route.load for route in routes], int)
        fills = np.array([problem.vehicles[route.vehicle].seats for route in routes], int)
        rows.append({
            "week": week,
            "take_up": round(share, 3),
            "shuttle_riders": sums.shuttle,
            "train_riders": sums.train,
            "seats": seats,
            "vehicles": len(loads),
            "vehicles_full": int((loads >= fills).sum()),
            "vehicles_below": int((loads < rules["keep_from"].to_numpy(int)).sum()) if len(rules) else 0,
            "without_seat": max(round(share * offered) - sums.shuttle - sums.train, 0),
            "public_vnd_month": round(sums.public),
            "label": choice.label,
        })  # fmt: skip
    return pd.DataFrame(rows)


def registered(choice: Choice) -> float:
    """People who are offered a seat on a shuttle or a train: the expected riders over the take-up."""
    riders = sum(route.load for route in choice.solution.routes) + int(choice.by_mode("train").sum())
    return riders / choice.inputs.scenario.commute.take_up
