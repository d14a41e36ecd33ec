"""Checks of stage arrange: units, their territory and the legal standards."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx
import numpy as np
import pandas as pd
from pyproj import Geod

from merger.audit.neighbours import neighbour_graph
from merger.audit.report import Case, Violations, check, items, shown
from scenarios.schema import ends_of

# Tables carry rounded figures.
AREA_TOLERANCE_KM2 = 0.01
MINUTES_TOLERANCE = 0.05
KM_TOLERANCE = 0.01
RATIO_TOLERANCE = 0.002
TYPE_WORDS = ("đặc khu", "phường", "xã", "thị trấn")


def members_of(case: Case) -> dict[str, list[str]]:
    """Old units of each new one by units.csv, codes sorted."""
    return case.tables["units"].groupby("new_id")["old_code"].agg(sorted).to_dict()


def special_zones(case: Case) -> list[tuple[str, frozenset[str]]]:
    """Special zones of the scenario: name and the old units."""
    units = case.inputs.units
    return [
        (
            z.name,
            frozenset(z.members) | frozenset(units.index[units["district"] == z.district] if z.district else ()),
        )
        for z in case.inputs.scenario.arrange.special_zones
    ]


@check(
    "units-partition",
    "Mỗi đơn vị cũ thuộc đúng một đơn vị mới",
    "Every old unit is in exactly one new unit",
    "units",
)
def partition(case: Case) -> Violations:
    """All codes of the input, each once."""
    codes = case.tables["units"]["old_code"]
    for code in sorted(set(codes[codes.duplicated()])):
        yield f"old unit {code} occurs more than once"
    if missing := set(case.inputs.units.index) - set(codes):
        yield f"old units without a new unit: {shown(missing)}"
    if unknown := set(codes) - set(case.inputs.units.index):
        yield f"unknown old units: {shown(unknown)}"
    return f"{len(codes)} old units"


@check(
    "units-members",
    "Danh sách thành viên và trụ sở khớp nhau",
    "Members and seats agree between the tables",
    "units",
    "new_units",
)
def members(case: Case) -> Violations:
    """units.csv and new_units.csv tell the same; the seat is one of the members and gives the code."""
    units, new = case.tables["units"], case.tables["new_units"].set_index("new_id", drop=False)
    groups = members_of(case)
    if set(groups) != set(new.index):
        yield f"new units in one table only: {shown(set(groups) ^ set(new.index))}"
    for row in new.itertuples():
        if sorted(items(row.members)) != groups.get(row.new_id, []) or row.n_members != len(
            whole_units(case.inputs.units, items(row.members))
        ):
            yield f"{row.new_id}: members differ from units.csv"
        if row.seat_code not in items(row.members):
            yield f"{row.new_id}: seat {row.seat_code} is not a member"
        if row.new_id != row.seat_code:
            yield f"{row.new_id}: the code is not that of the seat {row.seat_code}"
    for column in ("new_name", "kind", "seat_code", "standard", "side"):
        differs = units[column] != units["new_id"].map(new[column])
        if differs.any():
            yield f"{column} differs from new_units.csv for old units {shown(units.loc[differs, 'old_code'])}"
    return f"{len(new)} new units"


@check("units-contiguity", "Mỗi đơn vị mới liền một khối", "Every new unit is contiguous", "units")
def contiguity(case: Case) -> Violations:
    """Members hang together over land borders; a unit of islands only is excepted."""
    graph, island = neighbour_graph(case), case.inputs.units["island"].astype(bool)
    excepted = 0
    for new_id, codes in members_of(case).items():
        known = [c for c in codes if c in graph]
        if island.reindex(known).all():
            excepted += 1
            continue
        parts = nx.number_connected_components(graph.subgraph(known))
        if parts > 1:
            yield f"{new_id} falls into {parts} parts: {shown(known)}"
    return f"{excepted} units of islands excepted"


@check(
    "units-sides",
    "Không vượt ranh giới tỉnh cũ; đủ số lượng mỗi bên",
    "No unit crosses the old province line; numbers per side",
    "units",
    "new_units",
)
def sides(case: Case) -> Violations:
    """Members of one side; as many units a side as the scenario says."""
    side = case.tables["units"]["old_code"].map(case.inputs.units["side"])
    wrong = case.tables["units"]["side"] != side
    if wrong.any():
        yield f"side differs from the input: {shown(case.tables['units'].loc[wrong, 'old_code'])}"
    across = side.groupby(case.tables["units"]["new_id"]).nunique()
    for new_id in across.index[across > 1]:
        yield f"{new_id} crosses the old province line"
    counts = case.tables["new_units"]["side"].value_counts()
    arrange = case.inputs.scenario.arrange
    wanted = dict(sorted(arrange.regions.items()))
    found = {name: int(counts.get(name, 0)) for name in wanted}
    if arrange.total_regions is not None:
        wanted["all sides"], found["all sides"] = arrange.total_regions, int(counts.sum())
    for name, number in wanted.items():
        least, most = ends_of(number)
        if not least <= found[name] <= most:
            shown_number = least if least == most else f"{least} to {most}"
            yield f"{name}: {found[name]} new units, the scenario wants {shown_number}"
    return ", ".join(f"{k} {v}" for k, v in sorted(counts.items()))


@check("units-special-zones", "Đặc khu đúng như đã định", "Special zones are as fixed", "units", "new_units")
def zones(case: Case) -> Violations:
    """Each special zone is one new unit of exactly its old units, and no other unit is one."""
    kinds = case.tables["new_units"].set_index("new_id")["kind"]
    groups = {frozenset(v): k for k, v in members_of(case).items()}
    found = set()
    for name, codes in special_zones(case):
        new_id = groups.get(codes)
        if new_id is None:
            yield f"special zone {name} is not a unit of exactly its {len(codes)} old units"
        elif kinds[new_id] != "dac_khu":
            yield f"special zone {name} has kind {kinds[new_id]}"
        found.add(new_id)
    for new_id in kinds.index[kinds == "dac_khu"].difference(pd.Index([f for f in found if f])):
        yield f"{new_id} is a special zone that the scenario does not know"
    return f"{len(found)} special zones"


@check(
    "units-kind",
    "Loại đơn vị mới đúng quy định",
    "Kind of the new unit follows the law",
    "units",
    "new_units",
)
def kind(case: Case) -> Violations:
    """A ward among the members makes a ward, else a commune (Art 1(3)); special zones are fixed."""
    ward = case.law("standards.result_type_if_any_ward")
    commune = case.law("standards.result_type_if_xa_or_thi_tran")
    old, groups = case.inputs.units["kind"], members_of(case)
    for row in case.tables["new_units"].itertuples():
        if row.kind == "dac_khu":
            continue
        right = ward if (old.reindex(groups[row.new_id]) == "phuong").any() else commune
        if row.kind != right:
            yield f"{row.new_id} is {row.kind}, its members make it {right}"


@check("units-size", "Diện tích và dân số cộng đúng", "Areas and populations add up", "units", "new_units")
def size(case: Case) -> Violations:
    """Figures of the old units equal the input; new units are their sums."""
    units, source = case.tables["units"].set_index("old_code"), case.inputs.units
    for column, tolerance, sum_tolerance in (
        ("population", 0.5, 0.5),
        ("area_km2", AREA_TOLERANCE_KM2, 0.05),
    ):
        off = (units[column] - source[column].reindex(units.index)).abs() > tolerance
        if off.any():
            yield f"{column} differs from the input: {shown(units.index[off])}"
        total = source[column].reindex(units.index).groupby(units["new_id"]).sum()
        new = case.tables["new_units"].set_index("new_id")[column]
        off = (new - total.reindex(new.index)).abs() > sum_tolerance
        if off.any():
            yield f"{column} of the new unit is not the sum of its members: {shown(new.index[off])}"


def target_of(case: Case, codes: list[str]) -> dict[str, float]:
    """Floors of Art 5(1) of a new unit: a ward's with one ward inside, none (0) if all are on islands, a mountainous
    one's if all are mountainous or on islands."""
    source = case.inputs.units
    island = source.loc[codes, "island"].fillna(False).astype(bool)
    if (source.loc[codes, "kind"] == "phuong").any():
        name = case.inputs.scenario.arrange.ward_target
    else:
        if island.all():
            return {"area_min_km2": 0.0, "pop_min": 0.0}
        mountain = "mountain" in source and (source.loc[codes, "mountain"].fillna(False).astype(bool) | island).all()
        name = "xa_mountain" if mountain else "xa_other"
    rule = case.inputs.law[f"standards.target.{name}"]
    return {**rule.fields, **(rule.value or {})}


@check(
    "units-standards",
    "Tiêu chuẩn diện tích, dân số và ngoại lệ tính lại đúng",
    "Floors and waivers, computed again",
    "units",
    "new_units",
)
def standards(case: Case) -> Violations:
    """Art 5(1) targets, waiver of Art 5(2) by number of members, how many need a decision (Art 5(3))."""
    arrange, source, groups = case.inputs.scenario.arrange, case.inputs.units, members_of(case)
    waiver = case.inputs.law["standards.three_or_more_merge_exempts_from_targets"]
    undecided = 0
    for row in case.tables["new_units"].itertuples():
        codes = groups[row.new_id]
        area, population = source.loc[codes, "area_km2"].sum(), source.loc[codes, "population"].sum()
        if row.kind == "dac_khu":
            if row.standard != "special":
                yield f"{row.new_id}: a special zone has standard {row.standard}"
            continue
        target = target_of(case, codes)
        tested = target["area_min_km2"] > 0 or target["pop_min"] > 0
        area_ratio = area / target["area_min_km2"] if tested else np.nan
        population_ratio = population / target["pop_min"] if tested else np.nan
        meets = not tested or (area_ratio >= 1 - 1e-9 and population_ratio >= 1 - 1e-9)
        joined = len(whole_units(source, codes))
        exempt = bool(waiver.value) and joined >= waiver.fields["min_units"]
        right = "meets" if meets else "exempt" if exempt else "needs_decision"
        undecided += right == "needs_decision"
        if row.standard != right:
            yield f"{row.new_id}: standard {row.standard}, computed {right}"
        if (
            abs(row.area_ratio - area_ratio) > RATIO_TOLERANCE
            or abs(row.population_ratio - population_ratio) > RATIO_TOLERANCE
        ):
            computed = f"computed {area_ratio:.4f}, {population_ratio:.4f}"
            yield f"{row.new_id}: ratios {row.area_ratio}, {row.population_ratio}; {computed}"
        if arrange.max_members is not None and joined > arrange.max_members:
            yield f"{row.new_id} has {joined} members, more than {arrange.max_members}"
        if arrange.max_area_km2 is not None and area > arrange.max_area_km2 + AREA_TOLERANCE_KM2:
            yield f"{row.new_id} has {area:.1f} km2, more than {arrange.max_area_km2}"
        if arrange.max_population is not None and population > arrange.max_population + 0.5:
            yield f"{row.new_id} has {population:.0f} people, more than {arrange.max_population:g}"
    if undecided > arrange.max_needs_decision:
        yield f"{undecided} units need a decision, the scenario allows {arrange.max_needs_decision}"
    return f"{undecided} units need a decision"


def whole_units(source, codes) -> set[str]:
    """Old units behind the rows of the table: a part of a divided unit stands for the unit."""
    if "part_of" not in source:
        return set(codes)
    return {str(source["part_of"].get(code) or "").strip() or code for code in codes}


def bare_name(name: str) -> str:
    """Name without the type of unit, lower case."""
    lower = name.casefold().strip()
    for word in TYPE_WORDS:
        if lower.startswith(word + " "):
            return lower.removeprefix(word + " ").strip()
    return lower


@check("units-names", "Tên đơn vị mới không trùng", "Names of the new units are unique", "new_units")
def names(case: Case) -> Violations:
    """No name twice in the new province (Art 7), whatever the type of unit."""
    bare = case.tables["new_units"]["new_name"].map(bare_name)
    for name in sorted(set(bare[bare.duplicated()])):
        yield f"name {name} is used {int((bare == name).sum())} times"
    if (bare == "").any():
        yield "a new unit has no name"


@check("units-locks", "Giữ đúng các quyết định đã khóa", "Locks on units are kept", "units", "new_units")
def locks(case: Case) -> Violations:
    """must_join, must_not_join, fixed_seat, forbidden_seat, keep_whole."""
    lock = case.inputs.scenario.locks
    home = case.tables["units"].drop_duplicates("old_code").set_index("old_code")["new_id"]
    seats = set(case.tables["new_units"]["seat_code"])
    size_of = home.value_counts()
    for group in lock.must_join:
        if home.reindex(list(group)).nunique(dropna=False) != 1:
            yield f"must_join broken: {shown(group)}"
    for group in lock.must_not_join:
        if home.reindex(list(group)).duplicated().any():
            yield f"must_not_join broken: {shown(group)}"
    for code in lock.fixed_seat:
        if code not in seats:
            yield f"fixed_seat broken: {code} is not a seat"
    for code in lock.forbidden_seat:
        if code in seats:
            yield f"forbidden_seat broken: {code} is a seat"
    for code in lock.keep_whole:
        if size_of[home[code]] != 1:
            yield f"keep_whole broken: {code} was joined"


@check(
    "units-travel",
    "Thời gian, quãng đường đến trụ sở tính lại đúng",
    "Travel to the seats, computed again",
    "units",
    "new_units",
)
def travel(case: Case) -> Violations:
    """Minutes and km from the road table; sums over residents of each new unit."""
    units = case.tables["units"]
    place = {c: i for i, c in enumerate(case.inputs.units.index)}
    here, seat = units["old_code"].map(place), units["seat_code"].map(place)
    new = case.tables["new_units"].set_index("new_id")
    if not case.inputs.has_roads:
        yield from _straight_ways(case, units)
    for column, sum_column, values, tolerance in (
        ("minutes_to_seat", "person_minutes", case.inputs.unit_minutes[here, seat], MINUTES_TOLERANCE),
        ("km_to_seat", "person_km", case.inputs.unit_travel.km[here, seat], KM_TOLERANCE),
    ):
        off = ~_close(units[column], values, tolerance)
        if off.any():
            yield f"{column} differs from the road table: {shown(units.loc[off, 'old_code'])}"
        reached = np.where(np.isfinite(values), values, 0.0)
        total = (units["population"] * reached).groupby(units["new_id"]).sum().reindex(new.index)
        off = (new[sum_column] - total).abs() > 0.001 * total.abs() + 1
        if off.any():
            yield f"{sum_column} is not the sum over residents: {shown(new.index[off])}"


def _straight_ways(case: Case, units: pd.DataFrame) -> Violations:
    """Without roads: km are straight lines on the ellipsoid times the detour factor, minutes km over the speed."""
    source, options = case.inputs.units, case.inputs.scenario.arrange
    here, seat = source.loc[units["old_code"]], source.loc[units["seat_code"]]
    ends = (here["centre_lon"], here["centre_lat"], seat["centre_lon"], seat["centre_lat"])
    km = Geod(ellps="WGS84").inv(*(e.to_numpy(float) for e in ends))[2] / 1000 * options.detour_factor
    for column, values, tolerance in (
        ("km_to_seat", km, KM_TOLERANCE),
        ("minutes_to_seat", km / options.speed_kmh * 60, MINUTES_TOLERANCE),
    ):
        off = ~_close(units[column], values, tolerance)
        if off.any():
            yield f"{column} is no straight line with the detour: {shown(units.loc[off, 'old_code'])}"
    return ""


def _close(given: pd.Series, computed: Iterable[float], tolerance: float) -> np.ndarray:
    """Equal within a tolerance; an empty cell stands for "no way"."""
    given, computed = given.to_numpy(float), np.asarray(computed, float)
    finite = np.isfinite(computed)
    return np.where(finite, np.abs(given - np.where(finite, computed, 0)) <= tolerance, ~np.isfinite(given))
