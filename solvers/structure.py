"""Structure of an organisation: items (units before) to slots (units after) inside hosts, and slots to sites.

Solved with CP-SAT. Hosts that share no item are separate problems but for the rules that span them (capacity
of sites, share at second sites, ceilings on open hosts). So each connected part is solved alone first; the
sum of the parts' bounds is a valid bound for the whole, and if the parts together keep the spanning rules,
the whole is solved. Otherwise the parts are solved again under prices on the spanning rules
(solvers.structure_prices).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from ortools.sat.python import cp_model
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from solvers.problem import ProblemError, Solution, Status, Stop
from solvers.structure_model import Model, build_model, rule_groups, spanning_limits, spanning_use
from solvers.structure_prices import PRICE_PARTS, Column, Priced, solve_by_prices

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
    second_share : largest share of the counted open slots that may sit at second sites.
    host_max_slots : (H,) largest number of counted open slots, -1 none; host_cost : (H,) of an open host.
    host_mandatory : (H,) must be open; host_group : (H,) ceiling that the host counts for, -1 none.
    group_max : (G,) largest number of open hosts of each group.
    post_cost, mixed_cost, split_cost : cost of a leading post, of each further team in a slot, of each
    further
        slot of a team.
    small_cost : cost of an open slot below its smallest size; None forbids it.
    fixed_host : pairs (item, host) already decided; fixed_site : pairs (host, site) already decided.
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

    def __post_init__(self) -> None:
        n_items, n_slots, n_sites, n_hosts = self.shape
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
                raise ProblemError(
                    "A schedule of leading posts starts at size 0; its sizes and posts increase."
                )
        if len({tuple(arc) for arc in self.arcs.tolist()}) != len(self.arcs):
            raise ProblemError("arcs holds a pair twice.")
        lonely = sorted(set(range(n_items)) - set(self.arcs[:, 0].tolist()))
        if lonely:
            raise ProblemError(f"Items without any allowed slot: {lonely[:10]}.")
        present = {tuple(arc) for arc in self.arcs.tolist()}
        hosts_of = {(i, int(self.slot_host[j])) for i, j in present}
        outside = [pair for pair in self.fixed_host if tuple(pair) not in hosts_of]
        if outside:
            raise ProblemError(
                f"fixed_host names pairs (item, host) without an allowed slot: {outside[:10]}."
            )
        for slot, anchor in enumerate(self.slot_anchor.tolist()):
            if anchor != NONE and (anchor, slot) not in present:
                raise ProblemError(f"Slot {slot} is anchored on item {anchor}, but that pair is not allowed.")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Number of items, slots, sites and hosts."""
        return len(self.size), len(self.slot_host), len(self.site_capacity), len(self.host_max_slots)


@dataclass(frozen=True)
class StructureSolution(Solution):
    """`slot_of_item` (I,); `site_of_slot` (J,), -1 closed; `parts`: cost by name; `components`: separate
    parts.
    """

    slot_of_item: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    site_of_slot: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    parts: dict[str, int] = field(default_factory=dict)
    components: int = 1


def solve_structure(problem: StructureProblem, stop: Stop) -> StructureSolution:
    """Cheapest structure; `conflict` names the rule groups that cannot hold together when there is none.

    `stop.work` limits CP-SAT's deterministic time of each part; with one thread and the wall clock not
    reached the answer is the same on every machine.
    """
    start = time.perf_counter()
    components = _components(problem)
    answers: list[_Answer] = []
    for number, hosts in enumerate(components):
        answer = _run(problem, hosts, _slice(stop, len(components) - number, start))
        if answer.status is Status.INFEASIBLE:
            return _explain(problem, hosts, stop, start)
        if answer.status is Status.UNKNOWN:
            return StructureSolution(Status.UNKNOWN, seconds=time.perf_counter() - start)
        answers.append(answer)
    bound = sum(a.bound for a in answers)
    decisions = _joined(problem, answers)
    if not _keeps_spanning_rules(problem, *decisions):
        answers, lower = _coupled(problem, components, stop, start)
        bound = max(bound, lower)
        if answers is None:
            answers = [_whole(problem, stop, start)]
            if answers[0].status is Status.INFEASIBLE:
                return _explain(problem, np.arange(problem.shape[3]), stop, start)
            if answers[0].status is Status.UNKNOWN:
                return StructureSolution(Status.UNKNOWN, bound=bound, seconds=time.perf_counter() - start)
        decisions = _joined(problem, answers)
    parts = _cost_parts(problem, *decisions)
    objective = float(sum(parts.values()))
    proven = objective - bound < 0.5
    return StructureSolution(
        Status.OPTIMAL if proven else Status.FEASIBLE,
        objective=objective,
        bound=objective if proven else bound,
        seconds=time.perf_counter() - start,
        slot_of_item=decisions[0],
        site_of_slot=decisions[1],
        parts=parts,
        components=len(components),
    )


@dataclass(frozen=True)
class _Answer:
    status: Status
    bound: float = 0.0
    items: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    slots: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    slot_of_item: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    site_of_slot: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    values: tuple[int, ...] = ()


def _run(problem: StructureProblem, hosts: np.ndarray, stop: Stop) -> _Answer:
    """Solve some hosts without the rules that span hosts."""
    return _solve(build_model(problem, hosts, rule_groups(problem, hosts, False), objective=True), stop)


def _solve(model: Model, stop: Stop, expressions: Sequence = ()) -> _Answer:
    """Solve a model; `values` of the answer are those of the expressions."""
    solver = _solver(stop)
    status = solver.Solve(model.cp)
    if status == cp_model.INFEASIBLE:
        return _Answer(Status.INFEASIBLE)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return _Answer(Status.UNKNOWN)
    chosen = {(i, j): k for (i, j, k), var in model.x.items() if solver.BooleanValue(var)}
    slot_of_item = dict(chosen.keys())
    site_of_slot = {j: k for (_, j), k in chosen.items()}
    return _Answer(
        Status.OPTIMAL if status == cp_model.OPTIMAL else Status.FEASIBLE,
        solver.BestObjectiveBound(),
        model.items,
        model.slots,
        np.array([slot_of_item[i] for i in model.items.tolist()], int),
        np.array([site_of_slot.get(j, NONE) for j in model.slots.tolist()], int),
        tuple(int(solver.Value(e)) for e in expressions),
    )


def _joined(problem: StructureProblem, answers: list[_Answer]) -> tuple[np.ndarray, np.ndarray]:
    slot_of_item, site_of_slot = np.full(problem.shape[0], NONE), np.full(problem.shape[1], NONE)
    for answer in answers:
        slot_of_item[answer.items] = answer.slot_of_item
        site_of_slot[answer.slots] = answer.site_of_slot
    return slot_of_item, site_of_slot


def _coupled(
    problem: StructureProblem, components, stop: Stop, start: float
) -> tuple[list[_Answer] | None, float]:
    """Parts that together break a spanning rule, solved under prices on it: (answers or None, bound)."""
    limits = spanning_limits(problem)
    models = [build_model(problem, h, rule_groups(problem, h, False), objective=True) for h in components]
    costs = [model.cost_of(hosts) for model, hosts in zip(models, components, strict=True)]
    uses = [[spanning_use(problem, model, name) for name, _ in limits] for model in models]

    def oracle(part: int, prices: Sequence[int]) -> Priced | None:
        priced = sum(price * use for price, use in zip(prices, uses[part], strict=True) if price)
        models[part].cp.ClearObjective()
        models[part].cp.Minimize(PRICE_PARTS * costs[part] + priced)
        answer = _solve(models[part], _slice(stop, len(models), start), (costs[part], *uses[part]))
        if answer.status is Status.UNKNOWN:
            return None
        return Priced(Column(answer.values[0], answer.values[1:], answer), answer.bound)

    first = [oracle(part, [0] * len(limits)) for part in range(len(models))]
    if any(answer is None for answer in first):
        return None, sum(answer.bound for answer in first if answer is not None) / PRICE_PARTS
    columns, bound = solve_by_prices(
        len(models),
        [limit for _, limit in limits],
        [answer.column for answer in first],
        oracle,
        lambda: time.perf_counter() - start > stop.seconds,
    )
    return (None if columns is None else [column.payload for column in columns]), bound


def _whole(problem: StructureProblem, stop: Stop, start: float) -> _Answer:
    """Any structure that keeps all rules, whatever it costs: the last resort, and the proof that there is
    none.
    """
    everything = np.arange(problem.shape[3])
    model = build_model(problem, everything, rule_groups(problem, everything, True), objective=False)
    return _solve(model, _slice(stop, 1, start))


def _solver(stop: Stop) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = stop.threads
    solver.parameters.random_seed = stop.seed % (2**31)
    solver.parameters.max_time_in_seconds = stop.seconds
    solver.parameters.relative_gap_limit = stop.gap
    if stop.work is not None:
        solver.parameters.max_deterministic_time = stop.work
    return solver


def _slice(stop: Stop, parts: int, start: float) -> Stop:
    """Share of the remaining wall clock for the next part; the deterministic limit is per part."""
    left = max(stop.seconds - (time.perf_counter() - start), 1.0)
    return replace(stop, seconds=max(left / parts, min(left, 5.0)))


def _components(problem: StructureProblem) -> list[np.ndarray]:
    """Sets of hosts linked by items that could go to either or by teams, in order of the first host."""
    n_items, _, _, n_hosts = problem.shape
    teamed = np.flatnonzero(problem.team >= 0)
    rows = np.concatenate([problem.arcs[:, 0], teamed])
    columns = n_items + np.concatenate(
        [problem.slot_host[problem.arcs[:, 1]], n_hosts + problem.team[teamed]]
    )
    n = n_items + n_hosts + int(max(problem.team, default=NONE)) + 1
    _, label = connected_components(
        coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(n, n)), directed=False
    )
    used = label[n_items : n_items + n_hosts]
    return [np.flatnonzero(used == value) for value in dict.fromkeys(used.tolist())]


def _keeps_spanning_rules(
    problem: StructureProblem, slot_of_item: np.ndarray, site_of_slot: np.ndarray
) -> bool:
    is_open = site_of_slot >= 0
    load = np.bincount(site_of_slot[slot_of_item], weights=problem.floor, minlength=problem.shape[2])
    limited = problem.site_capacity >= 0
    if np.any(load[limited] > problem.site_capacity[limited]):
        return False
    counted = is_open & problem.slot_counted.astype(bool)
    second = problem.second_site.astype(bool)[site_of_slot] & counted
    if second.sum() > problem.second_share * counted.sum() + 1e-9:
        return False
    hosts = np.unique(problem.slot_host[is_open])
    groups = problem.host_group[hosts]
    return bool(
        np.all(np.bincount(groups[groups >= 0], minlength=len(problem.group_max)) <= problem.group_max)
    )


def _cost_parts(
    problem: StructureProblem, slot_of_item: np.ndarray, site_of_slot: np.ndarray
) -> dict[str, int]:
    n_items, n_slots, _, n_hosts = problem.shape
    items = np.arange(n_items)
    slots = np.flatnonzero(site_of_slot >= 0)
    size = np.bincount(slot_of_item, weights=problem.size, minlength=n_slots).astype(int)
    arc_cost = {
        tuple(arc): int(cost) for arc, cost in zip(problem.arcs.tolist(), problem.arc_cost, strict=True)
    }
    pairs = {(j, int(problem.team[i])) for i, j in enumerate(slot_of_item.tolist()) if problem.team[i] >= 0}
    mixed = len(pairs) - len({j for j, _ in pairs})
    split = len(pairs) - len({g for _, g in pairs})
    open_hosts = np.isin(np.arange(n_hosts), problem.slot_host[slots])
    posts = sum(leading_posts(problem, j, size[j]) for j in slots.tolist())
    small = int(np.sum(size[slots] < problem.slot_min[slots]))
    return {
        "assignment": sum(arc_cost[(i, j)] for i, j in enumerate(slot_of_item.tolist())),
        "posts": posts * problem.post_cost,
        "mixed_teams": mixed * problem.mixed_cost,
        "split_teams": split * problem.split_cost,
        "small_slots": small * (problem.small_cost or 0),
        "hosts": int(problem.host_cost[open_hosts].sum()),
        "item_sites": int(problem.item_site_cost[items, site_of_slot[slot_of_item]].sum()),
        "slot_sites": int(problem.slot_site_cost[slots, site_of_slot[slots]].sum()),
    }


def leading_posts(problem: StructureProblem, slot: int, size: int) -> int:
    """Head and deputies of an open slot of a given size."""
    schedule = problem.slot_schedule[slot]
    if schedule == NONE:
        return 0
    return max(posts for threshold, posts in problem.schedules[schedule] if size >= threshold)


def _explain(problem: StructureProblem, hosts: np.ndarray, stop: Stop, start: float) -> StructureSolution:
    """Deletion filter: drop each named rule group whose absence leaves the rest still infeasible."""
    spanning = len(hosts) == problem.shape[3]
    needed = list(rule_groups(problem, hosts, spanning))
    proven = True
    for group in tuple(needed):
        rest = [g for g in needed if g != group]
        model = build_model(problem, hosts, rest, objective=False)
        status = _solver(_slice(stop, 4, start)).Solve(model.cp)
        if status == cp_model.INFEASIBLE:
            needed = rest
        proven &= status != cp_model.UNKNOWN
    return StructureSolution(
        Status.INFEASIBLE,
        seconds=time.perf_counter() - start,
        conflict=tuple(needed),
        restriction="" if proven else "the set of conflicting rules may not be the smallest: time ran out",
    )
