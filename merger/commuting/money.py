"""Money, minutes and CO2 of who goes how: the same sums for a plan, for another demand and for another policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from merger.commuting.prices import KG_TONNE, time_vnd
from merger.commuting.rows import Choice
from solvers.routing.problem import RoutingSolution


@dataclass(frozen=True)
class Sums:
    """Sums over all concerned: VND a month, persons, person-minutes one way in the morning, kg of CO2 a month."""

    public: float
    private: float
    time: float
    person_minutes: float
    reached: int
    shuttle: int
    train: int
    co2: float

    @property
    def total(self) -> float:
        """Public and private money and time priced."""
        return self.public + self.private + self.time

    @property
    def mean_minutes(self) -> float | None:
        """Mean way from door to door, None where nobody can get there."""
        return self.person_minutes / self.reached if self.reached else None

    @property
    def co2_t(self) -> float:
        """Tonnes of CO2 a month."""
        return self.co2 / KG_TONNE


def sums_of(choice: Choice, solution: RoutingSolution) -> Sums:
    """Sums of any answer to the choice's problem: its own, one in another demand, one at other prices."""
    problem, network, inputs = choice.network.problem, choice.network, choice.inputs
    kinds = {v.id: v for v in inputs.scenario.commute.vehicles}
    base = policy_sums(choice, {mode: solution.by_mode[m] for m, mode in enumerate(choice.prices)})
    public, private, time, minutes, co2 = base.public, base.private, base.time, base.person_minutes, base.co2
    shuttle = 0
    for route in solution.routes:
        public += problem.public_vnd_month(route.vehicle, route.sequence, route.depot)
        kind = kinds[problem.vehicles[route.vehicle].id]
        co2 += kind.co2_kg_km * problem.day_km(route.sequence, route.depot) * problem.days
        morning, evening = problem.ride_minutes(route.sequence, route.depot)
        at = {s: i for i, s in enumerate(route.sequence)}
        for g, s, n in route.riders:
            wait, reach = inputs.scenario.commute.wait_minutes, float(network.reach[g, s])
            day = 2 * reach + wait + morning[at[s]] + evening[at[s]]
            time += n * float(time_vnd(inputs, day, choice.groups["days"].iat[g]))
            private += n * float(network.access_vnd[g, s])
            minutes += n * (reach + wait + morning[at[s]])
            shuttle += n
    return Sums(public, private, time, minutes, base.reached + shuttle, shuttle, base.train, co2)


def policy_sums(choice: Choice, people: dict[str, np.ndarray]) -> Sums:
    """Sums of so many people of each group (G,) in each mode without a shuttle."""
    public = private = time = minutes = co2 = 0.0
    reached = train = 0
    for mode, count in people.items():
        price, used = choice.prices[mode], np.asarray(count) > 0
        n = np.asarray(count)[used]
        public += float(price.public[used] @ n)
        private += float(price.private[used] @ n)
        time += float(price.time[used] @ n)
        co2 += float(price.co2[used] @ n)
        way = price.minutes[used]
        known = np.isfinite(way)
        minutes += float(way[known] @ n[known])
        reached += int(n[known].sum())
        train += int(n.sum()) if mode == "train" else 0
    return Sums(public, private, time, minutes, reached, 0, train, co2)
