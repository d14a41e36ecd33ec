"""The problem of a structure and its solution, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solvers.problem import ProblemError, Solution

NONE = -1


@dataclass(frozen=True)
class StructureProblem:
    """Items to slots to sites at least cost; costs are integers in one unit of money over the whole horizon.

    Parameters
    ----------
    size, floor : (I,) persons and floor area of each item (area in the unit of `site_capacity`).
    team : (I,) team of each item, -1 none; a team in several slots is split, teams in one slot are mixed.
    slot_host : (J,) host of each slot.
    slot_anchor : (J,) item that a slot continues: the slot is open exactly when it holds its anchor; -1 none.
    slot_min, slot_max : (J,) smallest and largest size of an open slot, persons.
    slot_schedule : (J,) row of `schedules` that gives the leading posts of the slot, -1 none.
    slot_counted : (J,) whether the slot counts for `host_max_slots` and `second_share`.
    schedules : each a tuple of (size from which it holds, leading posts), sizes increasing from 0.
    arcs, arc_cost : (A, 2) allowed pairs (item, slot) and (A,) their cost.
    item_site_cost : (I, K) cost of working at a site; slot_site_cost : (J, K) cost of a slot that sits there.
    slot_site_allowed : (J, K); site_capacity : (K,) floor area, -1 unlimited; second_site : (K,) bool.
    second_share : largest share of the counted open slots that may sit at second sites; slots whose site was decided
        beforehand do not count for it.
    host_max_slots : (H,) largest number of counted open slots, -1 none; host_cost : (H,) of an open host.
    host_mandatory : (H,) must be open; host_group : (H,) ceiling that the host counts for, -1 none.
    group_max : (G,) largest number of open hosts of each group.
    post_cost, mixed_cost, split_cost : cost of a leading post, of each further team in a slot, of each
        further slot of a team.
    small_cost : cost of an open slot below its smallest size; None forbids it.
    fixed_host : pairs (item, host) already decided; fixed_site : pairs (host, site) already decided, for the
        slots of the host that may sit there (others are tied to a place of their own).
    fixed_item_site : pairs (item, site): the slot of the item sits there, also where slots like it may not.
    together, apart : sets of items that share one slot, or of which no two share a slot.
    equipment_use, equipment_room : (E, I) units of each kind of equipment that an item needs where it works, and
        (E, K) units that a site has, -1 unlimited; floor area is a resource of the same kind, kept apart by name.
    """

    size: np.ndarray
    floor: np.ndarray
    team: np.ndarray
    slot_host: np.ndarray
    slot_anchor: np.ndarray
    slot_min: np.ndarray
    slot_max: np.ndarray
    slot_schedule: np.ndarray
    slot_counted: np.ndarray
    schedules: tuple[tuple[tuple[int, int], ...], ...]
    arcs: np.ndarray
    arc_cost: np.ndarray
    item_site_cost: np.ndarray
    slot_site_cost: np.ndarray
    slot_site_allowed: np.ndarray
    site_capacity: np.ndarray
    second_site: np.ndarray
    host_max_slots: np.ndarray
    host_cost: np.ndarray
    host_mandatory: np.ndarray
    host_group: np.ndarray
    group_max: np.ndarray
    post_cost: int
    mixed_cost: int
    split_cost: int
    small_cost: int | None = None
    second_share: float = 1.0
    fixed_host: tuple[tuple[int, int], ...] = ()
    fixed_site: tuple[tuple[int, int], ...] = ()
    fixed_item_site: tuple[tuple[int, int], ...] = ()
    together: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()
    equipment_use: np.ndarray | None = None
    equipment_room: np.ndarray | None = None

    def __post_init__(self) -> None:
        n_items, n_slots, n_sites, n_hosts = self.shape
        if self.equipment_use is None or self.equipment_room is None:
            object.__setattr__(self, "equipment_use", np.zeros((0, n_items), np.int64))
            object.__setattr__(self, "equipment_room", np.zeros((0, n_sites), np.int64))
        kinds = len(self.equipment_use)
        shapes = {
            "floor": (n_items,),
            "team": (n_items,),
            "slot_anchor": (n_slots,),
            "slot_min": (n_slots,),
            "slot_max": (n_slots,),
            "slot_schedule": (n_slots,),
            "slot_counted": (n_slots,),
            "arcs": (len(self.arc_cost), 2),
            "item_site_cost": (n_items, n_sites),
            "slot_site_cost": (n_slots, n_sites),
            "slot_site_allowed": (n_slots, n_sites),
            "second_site": (n_sites,),
            "host_cost": (n_hosts,),
            "host_mandatory": (n_hosts,),
            "host_group": (n_hosts,),
            "equipment_use": (kinds, n_items),
            "equipment_room": (kinds, n_sites),
        }
        for name, shape in shapes.items():
            if np.shape(getattr(self, name)) != shape:
                raise ProblemError(f"{name} has shape {np.shape(getattr(self, name))}, expected {shape}.")
        ranges = {
            "slot_host": (self.slot_host, 0, n_hosts),
            "slot_anchor": (self.slot_anchor, NONE, n_items),
            "slot_schedule": (self.slot_schedule, NONE, len(self.schedules)),
            "host_group": (self.host_group, NONE, len(self.group_max)),
            "arcs (items)": (self.arcs[:, 0], 0, n_items),
            "arcs (slots)": (self.arcs[:, 1], 0, n_slots),
            "fixed_host": (np.array(self.fixed_host).reshape(-1, 2), 0, max(n_items, n_hosts)),
            "fixed_site": (np.array(self.fixed_site).reshape(-1, 2), 0, max(n_hosts, n_sites)),
            "fixed_item_site": (np.array(self.fixed_item_site).reshape(-1, 2), 0, max(n_items, n_sites)),
            "together": (np.array([i for group in self.together for i in group], int), 0, n_items),
            "apart": (np.array([i for group in self.apart for i in group], int), 0, n_items),
        }
        for name, (values, low, high) in ranges.items():
            if len(values) and (np.min(values) < low or np.max(values) >= high):
                raise ProblemError(f"{name} has an index outside {low}..{high - 1}.")
        for name in (
            "size",
            "floor",
            "slot_min",
            "arc_cost",
            "item_site_cost",
            "slot_site_cost",
            "host_cost",
            "equipment_use",
        ):
            if np.size(getattr(self, name)) and np.min(getattr(self, name)) < 0:
                raise ProblemError(f"{name} must not be negative.")
        if min(self.post_cost, self.mixed_cost, self.split_cost, self.small_cost or 0) < 0:
            raise ProblemError("Costs of posts, mixed or split teams and small slots must not be negative.")
        if np.any(self.slot_max < self.slot_min):
            raise ProblemError("slot_max must not be below slot_min.")
        if not 0 <= self.second_share <= 1:
            raise ProblemError(f"second_share must lie in 0..1, not {self.second_share}.")
        for schedule in self.schedules:
            sizes = [step[0] for step in schedule]
            posts = [step[1] for step in schedule]
            if not schedule or sizes[0] != 0 or sizes != sorted(set(sizes)) or posts != sorted(posts):
                raise ProblemError("A schedule of leading posts starts at size 0; its sizes and posts increase.")
        if len({tuple(arc) for arc in self.arcs.tolist()}) != len(self.arcs):
            raise ProblemError("arcs holds a pair twice.")
        lonely = sorted(set(range(n_items)) - set(self.arcs[:, 0].tolist()))
        if lonely:
            raise ProblemError(f"Items without any allowed slot: {lonely[:10]}.")
        present = {tuple(arc) for arc in self.arcs.tolist()}
        hosts_of = {(i, int(self.slot_host[j])) for i, j in present}
        outside = [pair for pair in self.fixed_host if tuple(pair) not in hosts_of]
        if outside:
            raise ProblemError(f"fixed_host names pairs (item, host) without an allowed slot: {outside[:10]}.")
        for slot, anchor in enumerate(self.slot_anchor.tolist()):
            if anchor != NONE and (anchor, slot) not in present:
                raise ProblemError(f"Slot {slot} is anchored on item {anchor}, but that pair is not allowed.")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Number of items, slots, sites and hosts."""
        return len(self.size), len(self.slot_host), len(self.site_capacity), len(self.host_max_slots)

    @property
    def resources(self) -> tuple[np.ndarray, np.ndarray]:
        """What items need and what sites have, floor area first: (1 + E, I) and (1 + E, K), -1 unlimited."""
        return np.vstack([self.floor, self.equipment_use]), np.vstack([self.site_capacity, self.equipment_room])


@dataclass(frozen=True)
class StructureSolution(Solution):
    """`slot_of_item` (I,); `site_of_slot` (J,), -1 closed; `parts`: cost by name; `columns`: sets
    considered.
    """

    slot_of_item: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    site_of_slot: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    parts: dict[str, int] = field(default_factory=dict)
    columns: int = 0
