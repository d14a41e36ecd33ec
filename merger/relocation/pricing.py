"""Arcs of the commune-level flow, grown by pricing.

The cost of a person on a post splits into a part of person and unit (travel, leaving one's area) and a part of the
person's type (field, level of rank) and post, so all arcs left out are priced at once with the prices of the posts.
"""

from __future__ import annotations

from copy import copy

import numpy as np

from solvers.assignment.solve import AssignmentProblem, AssignmentSolution

# Costs inside the flow are whole multiples of this many VND: smaller numbers make cost scaling quicker.
COST_UNIT_VND = 10_000
# First arcs: a person's cheapest slots in so many nearest units; the rest comes by pricing.
NEAREST_UNITS, SLOTS_A_UNIT = 4, 2
# Arcs of one person added in one round of pricing.
ADDED_UNITS = 4
# Unused arcs dearer than their person's place by so much (VND a year) may leave the flow again.
DROP_VND = 15_000_000


class CommuneArcs:
    """Allowed (person, unit, slot); posts are numbered unit x width + slot, the last slot is above the establishment.

    `near` (P, U) cost of person and unit, `type_of` (P,), `costs` (T, K) of type and slot, `stay` (P,) of a place
    above the establishment, all VND a year, inf where closed; `capacity` (U, K + 1).
    """

    def __init__(self, near, type_of, costs, stay, capacity):
        self.near, self.costs, self.stay = (np.rint(a / COST_UNIT_VND) for a in (near, costs, stay))
        self.type_of, self.capacity = type_of, capacity
        self.persons, self.units = near.shape
        self.width = capacity.shape[1]
        self.keys = np.zeros(0, np.int64)

    def start(self) -> None:
        """The cheapest slots in the nearest units, and the place above the establishment there, for everybody."""
        self.widen(np.arange(self.persons), NEAREST_UNITS, SLOTS_A_UNIT)

    def widen(self, persons: np.ndarray, units: int, slots: int) -> None:
        """The same for some persons, with so many of the nearest units and of the cheapest slots."""
        order = np.argsort(self.near[persons], axis=1, kind="stable")[:, :units]
        best = np.argsort(self.costs, axis=1, kind="stable")[:, :slots][self.type_of[persons]]
        chosen = np.concatenate([best, np.full((len(persons), 1), self.width - 1)], axis=1)
        self._add(*np.broadcast_arrays(persons[:, None, None], order[:, :, None], chosen[:, None, :]))

    def _add(self, person, unit, slot) -> int:
        person, unit, slot = (np.asarray(a).ravel() for a in (person, unit, slot))
        cost = self._cost(person, unit, slot)
        keep = np.isfinite(cost) & (self.capacity[unit, slot] > 0)
        keys = ((person * self.units + unit) * self.width + slot)[keep]
        merged = np.union1d(self.keys, keys)
        new = len(merged) - len(self.keys)
        self.keys = merged
        return new

    def _cost(self, person, unit, slot) -> np.ndarray:
        own = slot == self.width - 1
        typed = self.costs[self.type_of[person], np.minimum(slot, self.width - 2)]
        return self.near[person, unit] + np.where(own, self.stay[person], typed)

    def places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Person, unit and slot of each present arc, in their order in the flow."""
        person, post = np.divmod(self.keys, self.units * self.width)
        return person, *np.divmod(post, self.width)

    def problem(self, unplaced: int) -> AssignmentProblem:
        """The flow over the present arcs."""
        person, unit, slot = self.places()
        post = unit * self.width + slot
        return AssignmentProblem(
            supply=np.ones(self.persons, np.int64),
            capacity=self.capacity.ravel(),
            arc_person=person,
            arc_post=post,
            arc_cost=self._cost(person, unit, slot).astype(np.int64),
            surplus_cost=np.full(self.persons, unplaced, np.int64),
        )

    def drop(self, problem: AssignmentProblem, solution: AssignmentSolution) -> None:
        """Forget unused arcs far dearer than their person's place at the prices."""
        dearer = problem.arc_cost + solution.post_price[problem.arc_post] - solution.person_price[problem.arc_person]
        self.keys = self.keys[(solution.flow > 0) | (dearer <= DROP_VND / COST_UNIT_VND)]

    def discounted(self, worth: np.ndarray) -> CommuneArcs:
        """The same arcs at costs less `worth` (P, U), rounded down so that their value stays a lower bound."""
        other = copy(self)
        other.near = np.floor(self.near - worth)
        return other

    def _value(self, reach: np.ndarray, price: np.ndarray, unplaced: int) -> float:
        """Value of the dual at post prices (U, K + 1) with every person at the best of *all* posts: a valid bound."""
        least = np.minimum(reach.min(axis=1), unplaced)
        return float(least.sum() - (price * np.where(self.capacity <= 0, 0, self.capacity)).sum())

    def _reach(self, price: np.ndarray):
        """Cost and price (P, U) of the best post in each unit and of the place above it; best slot (T, U)."""
        asked = np.where(self.capacity <= 0, np.inf, price)
        # Best slot of each type in each unit, then of each person over units: small tables instead of all arcs.
        typed = self.costs[:, None, :] + asked[None, :, :-1]
        return (
            self.near + typed.min(axis=2)[self.type_of],
            self.near + self.stay[:, None] + asked[None, :, -1],
            typed.argmin(axis=2),
        )

    def price(self, price: np.ndarray, person_price: np.ndarray, unplaced: int) -> tuple[float, int]:
        """Add arcs that beat the person's own place at the prices; return a valid bound and the number added."""
        post, above, best_slot = self._reach(price)
        reach = np.minimum(post, above)
        bound = self._value(reach, price, unplaced)
        gain = np.where(reach < person_price[:, None], reach, np.inf)
        helped = np.flatnonzero(np.isfinite(gain).any(axis=1))
        if not len(helped):
            return bound, 0
        unit = np.argsort(gain[helped], axis=1, kind="stable")[:, :ADDED_UNITS]
        person = np.broadcast_to(helped[:, None], unit.shape)
        good = np.isfinite(gain[person, unit])
        person, unit = person[good], unit[good]
        slot = np.where(
            post[person, unit] <= above[person, unit], best_slot[self.type_of[person], unit], self.width - 1
        )
        return bound, self._add(person, unit, slot)
