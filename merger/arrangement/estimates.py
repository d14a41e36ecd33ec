"""What an arrangement rests on where a planner's files say nothing: ways, neighbours, centres, areas, ESTIMATED."""

from __future__ import annotations

from geodata.units import CELL, INSIDE, MEASURED
from merger.inputs import Inputs
from merger.stages.stage import Finding
from scenarios.province import VORONOI

LISTED = 8


def estimate_findings(inputs: Inputs) -> list[Finding]:
    """One finding for each kind of estimate in use; none where roads, neighbours, centres and areas are all given."""
    return [*_ways(inputs), *_neighbours(inputs), *_links(inputs), *_derived(inputs)]


def _ways(inputs: Inputs) -> list[Finding]:
    if inputs.has_roads:
        return []
    options = inputs.scenario.arrange
    detour, speed = f"{options.detour_factor:g}", f"{options.speed_kmh:g}"
    return [
        Finding(
            vi="ƯỚC TÍNH (ESTIMATED): không có dữ liệu đường bộ; quãng đường là đường thẳng nhân hệ số "
            f"{detour.replace('.', ',')}, thời gian tính theo {speed.replace('.', ',')} km/giờ (arrange.detour_factor, "
            "arrange.speed_kmh); sông, núi, phà không được tính đến.",
            en=f"ESTIMATED: without road data, a way is the straight line times {detour}, at {speed} km/h "
            "(arrange.detour_factor, arrange.speed_kmh); rivers, hills and ferries are not considered.",
        )
    ]


def _neighbours(inputs: Inputs) -> list[Finding]:
    pairs = inputs.adjacency
    if inputs.scenario.arrange.adjacency == VORONOI:
        return [
            Finding(
                vi=f"ƯỚC TÍNH (ESTIMATED): {len(pairs)} cặp đơn vị liền kề suy từ vị trí trung tâm (ô Voronoi), không "
                "phải từ ranh giới; phải đối chiếu bản đồ địa giới trước khi trình.",
                en=f"ESTIMATED: {len(pairs)} pairs of neighbours come from the centres alone (Voronoi cells), not from "
                "borders; check them against a map of boundaries first.",
            )
        ]
    closed = pairs[pairs["gap_m"].fillna(0) > 0] if "gap_m" in pairs else pairs.iloc[:0]
    if closed.empty:
        return []
    told = ", ".join(f"{r.code_a}-{r.code_b}" for r in closed.head(LISTED).itertuples())
    told += ", ..." if len(closed) > LISTED else ""
    widest = f"{closed['gap_m'].max():.1f}"
    return [
        Finding(
            vi=f"{len(closed)} cặp đơn vị được coi là liền kề dù đường ranh vẽ hở tới {widest.replace('.', ',')} m "
            f"(arrange.border_gap_m): {told}.",
            en=f"{len(closed)} pairs count as neighbours across gaps of up to {widest} m between the drawn borders "
            f"(arrange.border_gap_m): {told}.",
        )
    ]


def _links(inputs: Inputs) -> list[Finding]:
    """Pairs that join units across water: the committee should see them."""
    taken = inputs.adjacency[inputs.adjacency["kind"].isin(inputs.scenario.arrange.neighbour_kinds)]
    ferries = taken[taken["kind"] == "ferry"]
    if ferries.empty:
        return []
    names = inputs.units["name_full"]
    pairs = list(zip(ferries["code_a"], ferries["code_b"], strict=True))
    told = "; ".join(f"{names[a]} - {names[b]}" for a, b in pairs[:LISTED]) + ("; ..." if len(pairs) > LISTED else "")
    return [
        Finding(
            vi=f"{len(ferries)} cặp đơn vị chỉ nối bằng phà được coi là liền kề (arrange.neighbour_kinds): {told}.",
            en=f"{len(ferries)} pairs joined by a ferry alone count as neighbours (arrange.neighbour_kinds): {told}.",
        )
    ]


def _derived(inputs: Inputs) -> list[Finding]:
    units = inputs.units
    inside, measured = int((units["centre_basis"] == INSIDE).sum()), int((units["area_basis"] == MEASURED).sum())
    drawn = int((units["geometry_basis"] == CELL).sum())
    found = []
    if inside:
        found.append(
            Finding(
                vi=f"ƯỚC TÍNH (ESTIMATED): trung tâm của {inside} đơn vị cũ là một điểm bên trong ranh giới.",
                en=f"ESTIMATED: the centres of {inside} old units are points inside their polygons.",
            )
        )
    if measured:
        found.append(
            Finding(
                vi=f"ƯỚC TÍNH (ESTIMATED): diện tích của {measured} đơn vị cũ đo trên bản đồ, không phải số liệu thống "
                "kê đất đai.",
                en=f"ESTIMATED: the areas of {measured} old units are measured on the map, not land statistics.",
                rule="standards.area_definition",
            )
        )
    if drawn:
        found.append(
            Finding(
                vi="Không có ranh giới: bản đồ vẽ mỗi đơn vị cũ là ô quanh trung tâm, chỉ để minh họa (ESTIMATED).",
                en="There are no borders: maps draw each old unit as a cell around its centre, for illustration only "
                "(ESTIMATED).",
            )
        )
    return found
