"""What the committee should know about an arrangement, in both languages, with the headline figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.contiguity import border_pairs, is_contiguous
from merger.arrangement.aims import objective_finding, reached
from merger.arrangement.estimates import estimate_findings
from merger.arrangement.names import NameChoice
from merger.arrangement.standards import (
    CROSSING,
    DECIDER,
    EXEMPT,
    EXEMPTION,
    ISLAND,
    KIND_WORDS,
    MEETS,
    NAMING,
    NEEDS_DECISION,
    SPECIAL,
)
from merger.inputs import Inputs
from merger.stages.stage import Finding
from solvers.regions.solve import RegionSolution

if TYPE_CHECKING:
    from merger.arrangement.model import ArrangeModel

# A new unit this near a floor could fall on the other side when official counts replace the estimates.
NEAR_FLOOR = 0.05
LISTED = 8


def findings_of(
    inputs: Inputs,
    *,
    model: ArrangeModel,
    solution: RegionSolution,
    units: pd.DataFrame,
    new_units: pd.DataFrame,
    names: dict[str, NameChoice],
) -> tuple[list[Finding], dict[str, Any]]:
    """Findings, most important first, and figures of the stage record."""
    counts = {k: int((new_units["standard"] == k).sum()) for k in (MEETS, EXEMPT, NEEDS_DECISION, SPECIAL)}
    reached_seat = units["minutes_to_seat"].notna()
    people = units["population"].to_numpy(float)
    minutes = units["minutes_to_seat"].fillna(0.0).to_numpy()
    figures: dict[str, Any] = {
        "new_units": len(new_units),
        **counts,
        "person_minutes": round(float(new_units["person_minutes"].sum()), 1),
        "person_km": round(float(new_units["person_km"].sum()), 1),
        "mean_minutes": round(float((people * minutes).sum() / people.sum()), 3),
        "longest_minutes": round(float(minutes.max()), 1),
        "without_road_people": int(people[~reached_seat].sum()),
        "permitted_sets": solution.columns,
    }
    findings = [_standing_finding(counts, inputs), *estimate_findings(inputs)]
    findings += _decision_findings(new_units)
    aims = reached(inputs.scenario.arrange.objectives, solution)
    figures["objectives"] = [aim.figure() for aim in aims]
    plain, with_way = len(new_units) - counts[SPECIAL], float(people[reached_seat].sum())
    findings += [objective_finding(aim, plain, with_way, later=i > 0) for i, aim in enumerate(aims)]
    findings += _longest_trip(units) + _size_finding(new_units)
    findings += _near_floor(new_units, figures)
    findings += _crossing_finding(inputs, new_units, figures)
    findings += _river_finding(inputs, model, new_units, figures)
    findings += _name_findings(new_units, names, figures)
    findings += _special_findings(new_units, units[~reached_seat])
    return findings, figures


def _standing_finding(counts: dict[str, int], inputs: Inputs) -> Finding:
    total = counts[MEETS] + counts[EXEMPT] + counts[NEEDS_DECISION]
    at_least = inputs.law[EXEMPTION].fields["min_units"]
    return Finding(
        vi=f"Trong {total} xã, phường mới: {counts[MEETS]} đơn vị đạt cả tiêu chuẩn diện tích và quy mô "
        f"dân số; "
        f"{counts[EXEMPT]} đơn vị không phải xét tiêu chuẩn do sắp xếp từ {at_least} đơn vị trở lên; "
        f"{counts[NEEDS_DECISION]} đơn vị phải báo cáo Ủy ban Thường vụ Quốc hội xem xét, quyết định.",
        en=f"Of {total} new communes and wards, {counts[MEETS]} meet both the area and the population "
        f"standard; "
        f"{counts[EXEMPT]} are exempt because they join {at_least} or more units; {counts[NEEDS_DECISION]} "
        f"need a "
        "decision of the National Assembly Standing Committee.",
        rule=EXEMPTION,
    )


def _decision_findings(new_units: pd.DataFrame) -> list[Finding]:
    return [
        Finding(
            vi=f"{u.new_name} chưa đạt tiêu chuẩn (diện tích {_pct(u.area_ratio, 'vi')}, dân số "
            f"{_pct(u.population_ratio, 'vi')} mức quy định) và chỉ gồm {u.n_members} đơn vị cũ: cần "
            f"phương án trình.",
            en=f"{u.new_name} is below the standard (area {_pct(u.area_ratio, 'en')}, population "
            f"{_pct(u.population_ratio, 'en')} of the floor) and joins only {u.n_members} old units: needs "
            f"a decision.",
            rule=DECIDER,
            item=u.new_id,
        )
        for u in new_units[new_units["standard"] == NEEDS_DECISION].itertuples()
    ]


def _longest_trip(units: pd.DataFrame) -> list[Finding]:
    plain = units[units["standard"] != SPECIAL]
    if plain.empty:
        return []
    far = plain.sort_values(["minutes_to_seat", "old_code"], ascending=[False, True], na_position="last").iloc[0]
    text = Finding(
        vi=f"Quãng đường đến trụ sở lâu nhất (ngoài đặc khu): {far.old_name} ({far.district}) đến trụ sở "
        f"{far.new_name}, "
        f"{_num(far.minutes_to_seat, 'vi')} phút, {_num(far.km_to_seat, 'vi')} km.",
        en=f"Longest trip to a seat (special zones apart): {far.old_name} ({far.district}) to "
        f"{far.new_name}, "
        f"{_num(far.minutes_to_seat, 'en')} minutes, {_num(far.km_to_seat, 'en')} km.",
        item=far.old_code,
    )
    return [text]


def _size_finding(new_units: pd.DataFrame) -> list[Finding]:
    plain = new_units[new_units["standard"] != SPECIAL]
    if plain.empty:
        return []
    ranked = plain.sort_values(["population", "new_id"])
    big, small = ranked.iloc[-1], ranked.iloc[0]
    wide = plain.sort_values(["area_km2", "new_id"]).iloc[-1]
    text = Finding(
        vi=f"Đông dân nhất: {big.new_name} ({_int(big.population, 'vi')} người, ước tính); ít dân nhất: "
        f"{small.new_name} ({_int(small.population, 'vi')} người); rộng nhất: {wide.new_name} "
        f"({_num(wide.area_km2, 'vi')} km²).",
        en=f"Most populous: {big.new_name} ({_int(big.population, 'en')} people, estimated); least: "
        f"{small.new_name} "
        f"({_int(small.population, 'en')}); largest: {wide.new_name} ({_num(wide.area_km2, 'en')} km²).",
        item=big.new_id,
    )
    return [text]


def _near_floor(new_units: pd.DataFrame, figures: dict[str, Any]) -> list[Finding]:
    """Units that meet the standard by a hair and would not be exempt: the estimates decide."""
    tight = new_units[["area_ratio", "population_ratio"]].min(axis=1) < 1 + NEAR_FLOOR
    risky = new_units[(new_units["standard"] == MEETS) & tight]
    figures["near_floor"] = len(risky)
    if risky.empty:
        return []
    listed = _list(risky["new_name"])
    return [
        Finding(
            vi=f"{len(risky)} đơn vị đạt tiêu chuẩn nhưng chỉ vượt ngưỡng dưới {_pct(NEAR_FLOOR, 'vi')}: "
            f"{listed}. Diện "
            "tích, dân số đơn vị cũ là số ước tính, cần đối chiếu số liệu chính thức trước khi trình.",
            en=f"{len(risky)} units meet the standard by less than {_pct(NEAR_FLOOR, 'en')}: {listed}. "
            f"Areas and "
            "populations of old units are estimates: check them against official figures first.",
        )
    ]


def _crossing_finding(inputs: Inputs, new_units: pd.DataFrame, figures: dict[str, Any]) -> list[Finding]:
    crossing = new_units[new_units["rules"].str.split(";").map(lambda r: CROSSING in r)]
    figures["across_old_districts"] = len(crossing)
    if crossing.empty:
        return []
    return [
        Finding(
            vi=f"{len(crossing)} đơn vị mới gồm các đơn vị của từ hai quận, huyện cũ trở lên (được phép): "
            f"{_list(crossing['new_name'])}.",
            en=f"{len(crossing)} new units join units of two or more old districts (permitted): "
            f"{_list(crossing['new_name'])}.",
            rule=CROSSING,
        )
    ]


def _river_finding(
    inputs: Inputs, model: ArrangeModel, new_units: pd.DataFrame, figures: dict[str, Any]
) -> list[Finding]:
    """New units whose parts border each other but are joined by no road across their common borders."""
    if not inputs.adjacency["road_links"].notna().any():
        return []  # nobody has counted the roads that cross the borders
    kinds = inputs.scenario.arrange.neighbour_kinds
    linked = border_pairs(inputs.adjacency, model.codes, kinds=kinds, require_road_link=True)
    place = {code: i for i, code in enumerate(model.codes)}
    apart = new_units[
        [
            u.standard != SPECIAL and not is_contiguous([place[c] for c in u.members.split(";")], linked)
            for u in new_units.itertuples()
        ]
    ]
    figures["no_road_inside"] = len(apart)
    if apart.empty:
        return []
    return [
        Finding(
            vi=f"{len(apart)} đơn vị mới liền ranh giới nhưng không có đường bộ nối trực tiếp giữa các "
            f"phần (thường do "
            f"sông): {_list(apart['new_name'])}. Có thể yêu cầu có đường bộ nối trực tiếp trong kịch bản.",
            en=f"{len(apart)} new units are contiguous but no road joins their parts directly (mostly "
            f"across a river): "
            f"{_list(apart['new_name'])}. A scenario can require a direct road link.",
        )
    ]


def _name_findings(new_units: pd.DataFrame, names: dict[str, NameChoice], figures: dict[str, Any]) -> list[Finding]:
    changed = {key: choice for key, choice in sorted(names.items()) if choice.clash}
    figures["names_changed"] = len(changed)
    by_id = new_units.set_index("new_id")
    return [
        Finding(
            vi=f"Trụ sở đặt tại {choice.clash} nhưng tên này đã có đơn vị khác dùng, nên đề xuất tên "
            f"{by_id.loc[key, 'new_name']}.",
            en=f"The seat is in {choice.clash}, but another new unit has that name; proposed: "
            f"{by_id.loc[key, 'new_name']}.",
            rule=NAMING,
            item=key,
        )
        for key, choice in changed.items()
    ]


def _special_findings(new_units: pd.DataFrame, cut_off: pd.DataFrame) -> list[Finding]:
    special = new_units[new_units["standard"] == SPECIAL]
    if special.empty:
        return []
    found = [
        Finding(
            vi=f"{_list(special['new_name'])}: {KIND_WORDS['dac_khu'].lower()} theo định hướng, không xét "
            f"tiêu chuẩn số.",
            en=f"{_list(special['new_name'])}: special zones by orientation, no numeric test.",
            rule=ISLAND,
        )
    ]
    if len(cut_off):
        found.append(
            Finding(
                vi=f"Chưa có đường bộ hoặc phà đến trụ sở: {_list(cut_off['old_name'])}.",
                en=f"No road or ferry to the seat: {_list(cut_off['old_name'])}.",
            )
        )
    return found


def _list(names: pd.Series) -> str:
    shown = ", ".join(sorted(names)[:LISTED])
    return shown + (", ..." if len(names) > LISTED else "")


def _int(value: float, lang: str) -> str:
    text = f"{round(value):,}"
    return text.replace(",", ".") if lang == "vi" else text


def _num(value: float, lang: str) -> str:
    text = f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def _pct(share: float, lang: str, decimals: int = 0) -> str:
    text = f"{100 * share:.{decimals}f}%" if np.isfinite(share) else "-"
    return text.replace(".", ",") if lang == "vi" else text
