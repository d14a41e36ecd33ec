"""What giving way at one rule of a conflict leads to: the least loosening, and the best regions then."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solvers.problem import Stop
from solvers.regions.problem import FIXED, OPEN, REGIONS, TRAVEL, Objective, RegionProblem, RegionSolution
from solvers.regions.sets import Ground, RegionSets
from solvers.regions.solve import solve_regions
from solvers.regions.start import first_sets

LOCKS = ("keep_whole", "fixed_seat", "forbidden_seat")
# Weight of a step away from the rule, in mean travel of a set: travel keeps the sets in the search compact.
STEP = 10.0


@dataclass(frozen=True)
class Relief:
    """One rule loosened, all others kept.

    `number`: where the rule is a number, what it is in `solution` (regions, regions that need a decision, members,
    area, population): the nearest that was found; None for a lock, which is dropped. `solution` is without regions when
    nothing was found within the limit. `values` of the objectives of the problem.
    """

    rule: str
    number: float | None
    solution: RegionSolution
    values: tuple[float, ...]

    @property
    def helps(self) -> bool:
        """Whether regions were found."""
        return self.solution.objective is not None


def reliefs(problem: RegionProblem, conflict: tuple[str, ...], stop: Stop) -> tuple[Relief, ...]:
    """Every way to give way at one rule of `conflict` (as named by `rule_names`), the best objectives first.

    A number of regions may give way to the nearest larger and to the nearest smaller one. Ways that lead to no regions
    within `stop`, which holds for each way, come last. Given regions do not give way.
    """
    step = STEP * _mean_travel(problem)
    found = [_relief(problem, rule, way, stop) for rule in conflict for way in _loosened(problem, rule, step)]
    helps = {r.rule for r in found if r.helps}
    kept = {r.rule: r for r in found if not r.helps and r.rule not in helps}
    return (*sorted((r for r in found if r.helps), key=lambda r: r.values), *kept.values())


def _relief(p: RegionProblem, rule: str, loosened: RegionProblem, stop: Stop) -> Relief:
    """The next number is tried first; where it does not do, the nearest that does is looked for."""
    if loosened.objectives != p.objectives:
        number = _next(p, rule, loosened)
        solution = solve_regions(_at(p, rule, number), stop, explain=False)
        if solution.objective is not None:
            found = _number(p, rule, solution) if rule == "floors" else number
            return Relief(rule, float(found or 0.0), solution, solution.values)
    solution = solve_regions(loosened, stop, explain=False)
    if solution.objective is None:
        return Relief(rule, None, solution, ())
    number = _number(p, rule, solution)
    if loosened.objectives != p.objectives:  # near the rule first: now the objectives, at the number found
        best = solve_regions(_at(p, rule, int(number)), stop, solution.region, explain=False)
        solution = solution if best.objective is None else best
    return Relief(rule, number, solution, solution.values)


def _next(p: RegionProblem, rule: str, loosened: RegionProblem) -> int:
    """The number next to what the rule allows, in the direction of the loosened problem."""
    if rule == "floors":
        return p.max_undecided + 1
    total = rule == "total_regions"
    group = 0 if total else int(rule.rstrip("]").partition("[")[2])
    now, ends = (p.total, loosened.total) if total else (p.counts[group].tolist(), loosened.counts[group].tolist())
    return int(ends[0] if ends[0] > now[1] else ends[1])


def _at(p: RegionProblem, rule: str, number: int) -> RegionProblem:
    """The problem with another number in a rule that is one."""
    kind, _, inner = rule.rstrip("]").partition("[")
    if kind == "floors":
        return replace(p, max_undecided=number)
    if kind == "total_regions":
        return replace(p, total_regions=number)
    return replace(p, regions=tuple(number if g == int(inner) else r for g, r in enumerate(p.regions)))


def _mean_travel(p: RegionProblem) -> float:
    sets = RegionSets(ground := Ground(p, ()), first_sets(ground))
    travel = sets.measure(TRAVEL)[sets.seat >= 0]
    return max(float(travel.mean()), 1.0) if len(travel) else 1.0


def _loosened(p: RegionProblem, rule: str, step: float) -> list[RegionProblem]:
    """The problem with a rule dropped; where it is a number, the first objective is to stay near it."""
    kind, _, inner = rule.rstrip("]").partition("[")
    if kind in ("must_join", "must_not_join"):
        sets = getattr(p, kind)
        return [replace(p, **{kind: sets[: int(inner)] + sets[int(inner) + 1 :]})]
    if kind in LOCKS:
        return [replace(p, **{kind: tuple(u for u in getattr(p, kind) if u != int(inner))})]
    if kind in ("max_members", "max_area", "max_population"):
        return [replace(p, **{kind: None})]
    if kind == "ceiling":
        return [replace(p, quantities=tuple(replace(q, ceiling=None) if q.name == inner else q for q in p.quantities))]
    if kind == "floors":
        return [replace(p, max_undecided=p.n, objectives=(Objective({OPEN: step, TRAVEL: 1.0}),))]
    if kind in ("regions", "total_regions"):
        return _other_numbers(p, int(inner) if inner else None, step)
    return []


def _other_numbers(p: RegionProblem, group: int | None, step: float) -> list[RegionProblem]:
    """More regions than the most, as few as can be; and fewer than the least, as many as can be."""
    least, most = p.total if group is None else p.counts[group].tolist()
    largest = p.n if group is None else int((p.group == group).sum())
    ways = [(step, (most + 1, largest)), (-step, (1, least - 1))]
    changed = []
    for near, ends in ways:
        if ends[0] > ends[1]:
            continue
        if group is None:
            numbers = {"total_regions": ends}
        else:
            numbers = {"regions": tuple(ends if g == group else r for g, r in enumerate(p.regions))}
        changed.append(replace(p, **numbers, objectives=(Objective({REGIONS: near, TRAVEL: 1.0}),)))
    return changed


def _number(p: RegionProblem, rule: str, s: RegionSolution) -> float | None:
    """What the loosened rule is in the regions found."""
    kind, _, inner = rule.rstrip("]").partition("[")
    if kind == "regions":
        return float(sum(int(p.group[seat]) == int(inner) for seat in s.seat))
    if kind == "total_regions":
        return float(len(s.seat))
    if kind == "floors":
        return float(s.standing.count("undecided"))
    free = [r for r, standing in enumerate(s.standing) if standing != FIXED]
    if kind == "max_members":
        origin = np.arange(p.n) if p.origin is None else p.origin
        return float(max(len(set(origin[s.region == r].tolist())) for r in free))
    value = {"max_area": p.area, "max_population": p.population} | {f"ceiling[{q.name}]": q.value for q in p.quantities}
    return max(float(value[rule][s.region == r].sum()) for r in free) if rule in value else None
