"""Why there is no arrangement, and what giving way at one rule leads to, in a planner's words in both languages."""

from __future__ import annotations

from dataclasses import replace

from merger.arrangement.aims import number, told
from merger.arrangement.model import ArrangeModel
from merger.arrangement.standards import DECIDER
from merger.inputs import Inputs
from scenarios.objectives import AIMS, weights_of
from solvers.problem import Status, Stop
from solvers.regions.problem import RegionSolution
from solvers.regions.relief import Relief, reliefs

# Seconds and neighbourhoods for each way to give way: enough to find an arrangement, not to prove it the best.
RELIEF = Stop(seconds=6, work=10, gap=0.02)
UNITS_LISTED = 10
LOCKS = {
    "must_join": ("phải nằm trong cùng một đơn vị mới", "stay together"),
    "must_not_join": ("không được nằm trong cùng một đơn vị mới", "no two of them together"),
    "keep_whole": ("giữ nguyên, không sáp nhập", "stays a unit of its own"),
    "fixed_seat": ("phải là trụ sở", "must be a seat"),
    "forbidden_seat": ("không được là trụ sở", "must not be a seat"),
}


def reasons(inputs: Inputs, model: ArrangeModel, solution: RegionSolution, stop: Stop) -> tuple[str, ...]:
    """The rules and locks that cannot hold together, each as 'option: Vietnamese / English'."""
    if solution.status is Status.UNKNOWN:
        return (
            f"arrange.stop: chưa tìm được phương án trong {stop.seconds:g} giây / no arrangement found within the "
            f"limit of {stop.seconds:g} seconds",
        )
    found = [_reason(inputs, model, name) for name in solution.conflict]
    if solution.uncovered:
        listed = ", ".join(_named(inputs, model, u) for u in solution.uncovered[:UNITS_LISTED])
        more = len(solution.uncovered) - UNITS_LISTED
        listed += f" (+{more})" if more > 0 else ""
        found.append(
            f"{listed}: không thể thuộc đơn vị mới nào được phép / units that no permitted new unit can contain"
        )
    if solution.restriction:
        largest = "".join(ch for ch in solution.restriction if ch.isdigit())
        found.append(
            f"mới xét các đơn vị mới gồm không quá {largest} đơn vị cũ / "
            f"new units of at most {largest} old ones were examined"
        )
    return tuple(found)


def remedies(inputs: Inputs, model: ArrangeModel, solution: RegionSolution, stop: Stop) -> tuple[str, ...]:
    """What giving way at one rule of the conflict leads to, the best first; empty when there is no conflict."""
    limit = replace(RELIEF, seconds=min(RELIEF.seconds, stop.seconds), seed=stop.seed, threads=stop.threads)
    return tuple(_remedy(inputs, model, relief) for relief in reliefs(model.problem, solution.conflict, limit))


def _reason(inputs: Inputs, model: ArrangeModel, name: str) -> str:
    options, p = inputs.scenario.arrange, model.problem
    kind, _, inner = name.rstrip("]").partition("[")
    if kind in LOCKS:
        vi, en = LOCKS[kind]
        return f"locks.{kind}: {_locked(inputs, model, kind, int(inner))}: {vi} / {en}"
    if kind == "regions":
        side, wanted = model.sides[int(inner)], _range(*p.counts[int(inner)].tolist())
        return f"arrange.regions: {wanted} đơn vị mới phía {side} / {wanted} new units on side {side}"
    if kind == "total_regions":
        wanted = _range(*p.total)
        return f"arrange.total_regions: {wanted} đơn vị mới tổng cộng / {wanted} new units in all"
    if kind == "fixed":
        zone = model.zones[int(inner)].name
        return f"arrange.special_zones: {zone}: đặc khu cố định / fixed as a special zone"
    if kind == "floors":
        most, rule = options.max_needs_decision, inputs.law[DECIDER]
        return (
            f"arrange.max_needs_decision: nhiều nhất {most} đơn vị mới dưới tiêu chuẩn ({rule.cite('vi')}) / "
            f"at most {most} new units below the floors ({rule.cite('en')})"
        )
    return f"arrange.{_ceiling(inputs, kind)}"


def _ceiling(inputs: Inputs, kind: str) -> str:
    options = inputs.scenario.arrange
    if kind == "max_area":
        km2 = f"{options.max_area_km2:g} km2"
        return f"max_area_km2: không đơn vị mới nào quá {km2} / no new unit above {km2}"
    if kind == "max_population":
        vi, en = (number(options.max_population, lang) for lang in ("vi", "en"))
        return f"max_population: không đơn vị mới nào quá {vi} người / no new unit above {en} people"
    if kind == "max_members":
        most = options.max_members
        return f"max_members: không đơn vị mới nào quá {most} đơn vị cũ / no new unit of more than {most} old ones"
    return f"special_zones: đặc khu phải liền một khối / must be contiguous ({kind})"


def _remedy(inputs: Inputs, model: ArrangeModel, relief: Relief) -> str:
    vi, en = _change(inputs, model, relief)
    if not relief.helps:
        return (
            f"{vi}: chưa đủ, hoặc chưa tìm được phương án trong thời gian ngắn / "
            f"{en}: not enough alone, or nothing found in the short time"
        )
    return f"{vi}: {_leads_to(inputs, relief, 'vi')} / {en}: {_leads_to(inputs, relief, 'en')}"


def _change(inputs: Inputs, model: ArrangeModel, relief: Relief) -> tuple[str, str]:
    """What is done to the rule, in both languages."""
    options, p = inputs.scenario.arrange, model.problem
    kind, _, inner = relief.rule.rstrip("]").partition("[")
    if kind in LOCKS:
        locked = _locked(inputs, model, kind, int(inner))
        return f"bỏ khóa locks.{kind} {locked}", f"without locks.{kind} {locked}"
    if kind == "regions":
        side, wanted = model.sides[int(inner)], _range(*p.counts[int(inner)].tolist())
        now = "số khác" if relief.number is None else f"{relief.number:g}"
        other = "another number of" if relief.number is None else now
        return f"{now} đơn vị mới phía {side} thay vì {wanted}", f"{other} new units on side {side} instead of {wanted}"
    if kind == "total_regions":
        wanted = _range(*p.total)
        now = "số khác" if relief.number is None else f"{relief.number:g}"
        other = "another number of" if relief.number is None else now
        return f"{now} đơn vị mới tổng cộng thay vì {wanted}", f"{other} new units in all instead of {wanted}"
    if kind == "floors":
        wanted = options.max_needs_decision
        now = "?" if relief.number is None else f"{relief.number:g}"
        return (
            f"max_needs_decision {now} thay vì {wanted} (đơn vị mới phải báo cáo Ủy ban Thường vụ Quốc hội)",
            f"max_needs_decision {now} instead of {wanted} (new units that need a decision)",
        )
    name = {"max_area": "max_area_km2"}.get(kind, kind)
    wanted = getattr(options, name, None)
    if relief.number is None or wanted is None:
        return f"bỏ {name}", f"without {name}"
    vi, en = ((number(relief.number, lang), number(wanted, lang)) for lang in ("vi", "en"))
    return f"{name} {vi[0]} thay vì {vi[1]}", f"{name} {en[0]} instead of {en[1]}"


def _leads_to(inputs: Inputs, relief: Relief, lang: str) -> str:
    """Values of the objectives then."""
    people, words = float(inputs.units["population"].sum()), []
    for written, value in zip(inputs.scenario.arrange.objectives, relief.values, strict=True):
        reach = told(written, value, None)
        if reach.name == "travel":
            each = number(reach.value / people, lang, 1)
            words.append(f"{each} phút mỗi người" if lang == "vi" else f"{each} minutes per person")
        elif len(weights_of(written)) == 1:
            aim = AIMS[reach.name]
            title, unit = (aim.vi, aim.shown[0]) if lang == "vi" else (aim.en, aim.shown[1])
            words.append(f"{title.lower()} {number(reach.value / aim.per, lang)} {unit}".strip())
        else:
            words.append(f"{reach.name} = {number(reach.value, lang)}")
    return "; ".join(words)


def _locked(inputs: Inputs, model: ArrangeModel, kind: str, index: int) -> str:
    """Names of the units of a lock: `index` is the number of a set, or else the unit itself."""
    units = getattr(model.problem, kind)[index] if kind in ("must_join", "must_not_join") else (index,)
    return ", ".join(_named(inputs, model, u) for u in units)


def _range(least: int, most: int) -> str:
    return f"{least}" if least == most else f"{least}-{most}"


def _named(inputs: Inputs, model: ArrangeModel, unit: int) -> str:
    return f"{model.codes[unit]} {inputs.units['name_full'].iloc[unit]}"
