"""What holds an old unit where it is: the rules that its move alone into a neighbouring new unit would break."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np

from merger.arrangement.model import ArrangeModel
from merger.arrangement.standards import DECIDER, EXEMPTION, ISLAND, NEEDS_DECISION
from solvers.regions.problem import RegionProblem

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Hold:
    """A rule that a move would break, in both languages, and its id where it stands in the law."""

    vi: str
    en: str
    rule: str = ""


@dataclass(frozen=True)
class Move:
    """One unit into a neighbouring region: what it breaks, and the extra person-minutes with the best seats (inf where
    a region would have no seat that all can reach)."""

    target: int
    extra: float
    holds: tuple[Hold, ...]


def moves_of(model: ArrangeModel, region: np.ndarray, unit: int) -> list[Move]:
    """Every region with a neighbour of the unit, those that may take it first, the cheapest first.

    `region` (n,): region of each unit in the plan. Neighbours count as in the problem: by land border, or with a road.
    """
    p = model.problem
    beside = {b if a == unit else a for a, b in p.edges.tolist() if unit in (a, b)}
    home = np.flatnonzero(region == region[unit])
    rest = home[home != unit]
    staying = _staying(model, region, unit, rest)
    moves = []
    for target in sorted({int(region[b]) for b in beside} - {int(region[unit])}):
        taking = np.flatnonzero(region == target)
        joined = np.sort(np.append(taking, unit))
        holds = (*staying, *_taking(model, region, unit, taking, rest))
        extra = _travel(model, joined) + _travel(model, rest) - _travel(model, taking) - _travel(model, home)
        moves.append(Move(target, extra if np.isfinite(extra) else np.inf, tuple(dict.fromkeys(holds))))
    return sorted(moves, key=lambda m: (len(m.holds) > 0, m.extra, m.target))


def _staying(model: ArrangeModel, region: np.ndarray, unit: int, rest: np.ndarray) -> list[Hold]:
    """What any move of the unit breaks in its present region."""
    p, code = model.problem, model.codes
    holds = []
    zone = [z.name for z, f in zip(model.zones, p.fixed, strict=True) if unit in f.members]
    if zone:
        return [Hold(f"đặc khu {zone[0]} đã định trước", f"special zone {zone[0]} is fixed", ISLAND)]
    for group in p.must_join:
        if unit in group:
            names = ", ".join(code[u] for u in group)
            holds.append(Hold(f"khóa: phải cùng một đơn vị ({names})", f"lock: must join ({names})"))
    if not len(rest):
        holds.append(Hold("bớt một đơn vị mới so với số lượng đã định", "one new unit fewer than the number wanted"))
        if unit in p.keep_whole:
            holds.append(Hold("khóa: giữ nguyên đơn vị", "lock: kept whole"))
        return holds
    graph = nx.Graph(p.edges.tolist())
    graph.add_nodes_from(range(p.n))
    if not nx.is_connected(graph.subgraph(rest.tolist())):
        holds.append(
            Hold("các đơn vị còn lại không liền một khối", "the units that stay would not be in one piece"),
        )
    return holds


def _taking(model: ArrangeModel, region: np.ndarray, unit: int, taking: np.ndarray, rest: np.ndarray) -> list[Hold]:
    """What the move breaks in the region that takes the unit, and the floors of both."""
    p = model.problem
    joined = np.append(taking, unit)
    fixed = [f for f in p.fixed if set(taking.tolist()) & set(f.members)]
    if fixed:
        return [Hold("đặc khu đã định trước", "a fixed special zone", ISLAND)]
    if p.group[unit] != p.group[taking[0]]:
        return [Hold("ở bên kia ranh giới tỉnh cũ", "across the old province line")]
    holds = []
    for group in p.must_not_join:
        if len(set(group) & set(joined.tolist())) > 1 and unit in group:
            holds.append(Hold("khóa: không được cùng một đơn vị", "lock: must not join"))
    if set(p.keep_whole) & set(joined.tolist()):
        holds.append(Hold("khóa: giữ nguyên đơn vị", "lock: kept whole"))
    if len(set(p.fixed_seat) & set(joined.tolist())) > 1:
        holds.append(Hold("khóa: hai trụ sở cố định", "lock: two fixed seats"))
    if p.max_members is not None and len(joined) > p.max_members:
        holds.append(
            Hold(
                f"quá {p.max_members} đơn vị cũ (arrange.max_members)",
                f"more than {p.max_members} old units (arrange.max_members)",
            )
        )
    for total, most, vi, en in (
        (p.area[joined].sum(), p.max_area, "quá diện tích cho phép", "above the ceiling on the area"),
        (p.population[joined].sum(), p.max_population, "quá dân số cho phép", "above the ceiling on the population"),
    ):
        if most is not None and total > most * (1 + TOLERANCE):
            holds.append(Hold(vi, en))
    return holds + _floors(model, region, unit, joined, rest)


def _floors(model: ArrangeModel, region: np.ndarray, unit: int, joined: np.ndarray, rest: np.ndarray) -> list[Hold]:
    """Floors that the move breaks, when more regions need a decision than may."""
    others = [np.flatnonzero(region == r) for r in np.unique(region)]
    touched = {int(region[unit]), int(region[joined[0]])}
    free = [m for r, m in zip(np.unique(region), others, strict=True) if r not in touched and not _is_fixed(model, m)]
    open_before = sum(standing_of(model, m) == NEEDS_DECISION for m in free)
    new = [(rest, "phần còn lại", "the part that stays"), (joined, "đơn vị tiếp nhận", "the unit that takes it")]
    short = [(vi, en) for m, vi, en in new if len(m) and standing_of(model, m) == NEEDS_DECISION]
    if not short or open_before + len(short) <= model.problem.max_undecided:
        return []
    rule = EXEMPTION if model.problem.exempt_from_members is not None else DECIDER
    return [
        Hold(
            f"{vi} không đạt tiêu chuẩn diện tích, dân số và không thuộc trường hợp không phải xét",
            f"{en} would be below the floors of area and population and not exempt",
            rule,
        )
        for vi, en in short
    ]


def _is_fixed(model: ArrangeModel, members: np.ndarray) -> bool:
    return any(int(members[0]) in f.members for f in model.problem.fixed)


def standing_of(model: ArrangeModel, members: np.ndarray) -> str:
    """Standing of a region by the law: meets, exempt or needs_decision."""
    p = model.problem
    kind = int(p.unit_class[members].max())
    area, people = float(p.area[members].sum()), float(p.population[members].sum())
    return str(model.standards.standing([kind], [area], [people], [_whole_units(p, members)])[0])


def _whole_units(p: RegionProblem, members: np.ndarray) -> int:
    """Old units among the members; parts of one count once."""
    return len(members) if p.origin is None else len(np.unique(p.origin[members]))


def _travel(model: ArrangeModel, members: np.ndarray) -> float:
    """Person-minutes with the best seat that the locks allow; inf without one."""
    p = model.problem
    if not len(members):
        return 0.0
    seats = [u for u in members if u in p.fixed_seat] or [u for u in members if u not in p.forbidden_seat]
    if not seats:
        return np.inf
    return float((p.population[members][:, None] * p.minutes[np.ix_(members, seats)]).sum(axis=0).min())
