"""Maps and charts of the documents as PNG bytes; the same plan gives the same bytes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import geopandas as gpd
import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from geodata.maps import dissolved
from merger.disclosure import is_masked
from merger.documents import cartography as carto
from merger.documents.wording import map_source, number, plain_name, term

Layers = Mapping[str, gpd.GeoDataFrame]
WIDTH_CM = 16.0
STANDARD_FILLS = {"meets": "#b7d7a8", "exempt": "#fff2cc", "needs_decision": "#ea9999", "special": "#a4c2f4"}
MINUTE_CLASSES = (5, 10, 15, 20)
MINUTE_FILLS = ("#edf8e9", "#bae4b3", "#74c476", "#fdae61", "#d73027")
BEFORE, AFTER, ACCENT, WARN = "#a8b8c8", "#2f5d8a", "#7a3b9c", "#b3202c"


def map_standard(layers: Layers, lang: str) -> bytes:
    """Proposed units by legal standard, with seats, main roads and the old province line."""
    units = carto.metric(layers["units_after"])
    on = carto.sheet(units, WIDTH_CM, inset_title=remote_names(units))
    present = [s for s in STANDARD_FILLS if (units["standard"] == s).any()]
    carto.polygons(on, units, units["standard"].map(STANDARD_FILLS).fillna("#eeeeee"), width=0.5)
    _roads(on, layers)
    _province_line(on, layers)
    carto.points(on, carto.metric(layers["seats"]), WARN, size=7)
    handles = [
        carto.patch(STANDARD_FILLS[s], f"{term('standard', s, lang)} ({(units['standard'] == s).sum()})")
        for s in present
    ]
    handles += [_seat_handle(lang), *_line_handles(layers, lang)]
    carto.furniture(on, handles, _source(layers, lang))
    return carto.png(on.drawn)


def map_side(layers: Layers, side: str, lang: str) -> bytes:
    """Proposed units of one side with names, seats and the old borders inside."""
    units = carto.metric(layers["units_after"])
    own = units[units["side"] == side]
    old = carto.metric(layers["units_before"])
    on = carto.sheet(own, WIDTH_CM, inset_title=remote_names(own), max_height_cm=21.5)
    fills = pd.Series([carto.NEIGHBOUR_FILLS[c] for c in carto.neighbour_classes(units)], index=units.index)
    carto.polygons(on, units[units["side"] != side], "#f2f2f2", line="#cccccc", width=0.3)
    carto.polygons(on, own, fills[own.index], line="none", width=0)
    carto.polygons(on, old[old["side"] == side], "none", line="#8f8f8f", width=0.2, z=2)
    _roads(on, layers, alpha=0.55)
    carto.polygons(on, own, "none", width=0.7, z=3)
    _province_line(on, layers)
    seats = carto.metric(layers["seats"])
    seats = seats[seats["code"].isin(own["code"])]
    carto.points(on, seats, WARN, size=6)
    near = own[~carto.far_away(own)].set_index("code")
    spots = near.geometry.representative_point()
    order = near["area_km2"].sort_values(kind="stable").index
    xy = np.column_stack([spots.loc[order].x, spots.loc[order].y])
    texts = [textwrap.fill(_short(n), 13) for n in near.loc[order, "name"]]
    clear = np.column_stack([seats.geometry.x, seats.geometry.y])
    handles = [carto.stroke(carto.INK, _say(lang, "Ranh giới đơn vị mới đề xuất", "Proposed borders"), 1.0)]
    basis = ("", "") if _own(layers) else (" (dựng lại)", " (reconstructed)")
    handles += [carto.stroke("#8f8f8f", _say(lang, f"Ranh giới cũ{basis[0]}", f"Old borders{basis[1]}"), 0.5)]
    handles += [_seat_handle(lang), *_line_handles(layers, lang)]
    carto.furniture(on, handles, _source(layers, lang))
    carto.labels(on, xy, texts, size=4.9, keep_clear=clear)
    return carto.png(on.drawn)


def map_difference(layers: Layers, identical: set[str], lang: str) -> bytes:
    """Proposed units against the real ones of 2025; `identical` are the proposed units made of the same
    old units."""
    units, real = carto.metric(layers["units_after"]), carto.metric(layers["units_real_2025"])
    on = carto.sheet(units, WIDTH_CM, inset_title=remote_names(units))
    same = units["code"].isin(identical)
    carto.polygons(on, units, np.where(same, "#d9ead3", "#fde9c9").tolist(), width=0.5)
    outline = gpd.GeoDataFrame(geometry=real.boundary)
    carto.lines(on, outline, "#c0392b", width=0.7, style=(0, (3, 1.5)), z=3)
    handles = [
        carto.patch(
            "#d9ead3",
            _say(lang, f"Trùng với thực tế 2025 ({same.sum()})", f"As in reality, 2025 ({same.sum()})"),
        ),
        carto.patch("#fde9c9", _say(lang, f"Khác thực tế 2025 ({(~same).sum()})", f"Different ({(~same).sum()})")),
        carto.stroke(carto.INK, _say(lang, "Ranh giới đề xuất", "Proposed borders"), 0.8),
        carto.stroke(
            "#c0392b",
            _say(lang, "Ranh giới thực tế 01/7/2025", "Real borders, 1 July 2025"),
            0.9,
            (0, (3, 1.5)),
        ),
    ]
    carto.furniture(on, handles, _source(layers, lang))
    return carto.png(on.drawn)


def map_minutes(layers: Layers, lang: str) -> bytes:
    """Minutes from each old unit's settlement centre to the proposed seat."""
    old, new = carto.metric(layers["units_before"]), carto.metric(layers["units_after"])
    on = carto.sheet(old, WIDTH_CM, inset_title=remote_names(new))
    group = np.searchsorted(MINUTE_CLASSES, old["minutes_to_seat"].fillna(0).to_numpy(float), side="left")
    carto.polygons(on, old, [MINUTE_FILLS[g] for g in group], line="#b5b5b5", width=0.2)
    carto.polygons(on, new, "none", width=0.5, z=3)
    carto.points(on, carto.metric(layers["seats"]), carto.INK, size=5)
    edges = [0, *MINUTE_CLASSES]
    handles = []
    for i, fill in enumerate(MINUTE_FILLS):
        over = _say(lang, f"trên {edges[i]} phút", f"over {edges[i]} min")
        text = f"{edges[i]}–{edges[i + 1]} {_say(lang, 'phút', 'min')}" if i < len(MINUTE_CLASSES) else over
        handles.append(carto.patch(fill, f"{text} ({int((group == i).sum())})", "#b5b5b5"))
    handles.append(carto.dot(carto.INK, _say(lang, "Trụ sở đề xuất", "Proposed seat")))
    title = _say(lang, "Thời gian đến trụ sở (số đơn vị cũ)", "Time to the seat (old units)")
    carto.furniture(on, handles, _source(layers, lang), legend_title=title)
    return carto.png(on.drawn)


def map_commute(layers: Layers, lang: str) -> bytes:
    """Shuttle and train routes, stops, sites and the flows of people (small groups are not drawn)."""
    base = carto.metric(layers.get("units_after", layers["units_before"]))
    on = carto.sheet(base, WIDTH_CM, inset_title=remote_names(base))
    carto.polygons(on, base, "#f7f5ef", line="#d0ccc0", width=0.3)
    _roads(on, layers, alpha=0.6)
    handles = []
    if "commute_flows" in layers:
        flows = carto.metric(layers["commute_flows"])
        people = flows["people"].to_numpy(float)
        width = 0.2 + 1.8 * np.sqrt(people / people.max())
        carto.lines(on, flows, "#5aa6c4", width=width, z=3, alpha=0.3)
        text = _say(lang, "Luồng đi lại (không vẽ nhóm nhỏ)", "Flows (without small groups)")
        handles.append(carto.stroke("#5aa6c4", text, 1.6))
    if "railway" in layers:
        carto.lines(on, carto.metric(layers["railway"]), carto.INK, width=0.9, style=(0, (5, 2)), z=4)
        handles.append(
            carto.stroke(carto.INK, _say(lang, "Đường sắt (sơ đồ)", "Railway (schematic)"), 0.9, (0, (5, 2)))
        )
    if "routes" in layers:
        routes = carto.metric(layers["routes"])
        shuttles = routes[routes["mode"] != "train"]
        carto.lines(on, shuttles, ACCENT, width=0.9, z=5)
        handles.append(
            carto.stroke(
                ACCENT,
                _say(lang, f"Tuyến xe đưa đón ({len(shuttles)})", f"Shuttle routes ({len(shuttles)})"),
                1.2,
            )
        )
    if "stops" in layers:
        carto.points(on, carto.metric(layers["stops"]), ACCENT, size=6, z=6)
        handles.append(carto.dot(ACCENT, _say(lang, "Điểm đón", "Stops")))
    sites = _used_sites(layers)
    carto.points(on, sites, "#0b5394", size=34, marker="s", z=7)
    handles.append(carto.dot("#0b5394", _say(lang, "Trụ sở làm việc", "Work sites"), "s", 5))
    carto.furniture(on, handles, _source(layers, lang))
    xy = np.column_stack([sites.geometry.x, sites.geometry.y])
    carto.labels(on, xy, [textwrap.fill(n, 22) for n in sites["name"]], size=5.6, keep_clear=xy)
    return carto.png(on.drawn)


def chart_divisions(agencies: pd.DataFrame, lang: str) -> bytes:
    """Divisions before and after, one pair of bars an agency."""
    column = "new_agency" if lang == "vi" else "new_agency_en"
    frame = agencies.sort_values(["divisions_before", "new_agency_id"], ascending=[True, False])
    labels = [textwrap.fill(plain_name(str(n)), 42) for n in frame[column]]
    at = np.arange(len(frame))
    drawn, ax = _axes(max(4.0, 1.6 + 0.62 * len(frame)), left=0.40)
    ax.barh(
        at + 0.2,
        frame["divisions_before"].astype(float),
        0.36,
        color=BEFORE,
        label=_say(lang, "Trước", "Before"),
    )
    ax.barh(at - 0.2, frame["divisions"].astype(float), 0.36, color=AFTER, label=_say(lang, "Sau", "After"))
    for y, b, a in zip(at, frame["divisions_before"], frame["divisions"], strict=True):
        ax.text(float(b) + 0.2, y + 0.2, number(b, lang), va="center", fontsize=6)
        ax.text(float(a) + 0.2, y - 0.2, number(a, lang), va="center", fontsize=6)
    ax.set_yticks(at, labels, fontsize=6)
    ax.set_xlabel(_say(lang, "Số phòng và tổ chức tương đương", "Divisions"), fontsize=6.5)
    ax.set_xlim(0, 1.22 * float(frame["divisions_before"].max()))
    _legend(ax)
    return carto.png(drawn)


def chart_outcomes(counts: pd.DataFrame, lang: str) -> bytes:
    """Persons by level (rows) and outcome (columns), stacked bars."""
    fills = {
        "placed": "#2f5d8a",
        "transitional": "#8fb3d9",
        "retires": "#93c47d",
        "contract_ends": "#d9d2c5",
        "unplaced": WARN,
    }
    levels = [v for v in ("province", "service", "district", "commune", "nonprofessional") if v in counts.index][::-1]
    at, left = np.arange(len(levels)), np.zeros(len(levels))
    drawn, ax = _axes(2.5 + 0.8 * len(levels), left=0.27, bottom_cm=2.2)
    for outcome, fill in fills.items():
        if outcome not in counts.columns:
            continue
        values = counts.loc[levels, outcome].to_numpy(float)
        ax.barh(at, values, 0.62, left=left, color=fill, label=term("outcome", outcome, lang))
        for y, v, start in zip(at, values, left, strict=True):
            if v > 0.06 * counts.sum(axis=1).max():
                dark = outcome in ("placed", "unplaced")
                ax.text(
                    start + v / 2,
                    y,
                    number(v, lang),
                    ha="center",
                    va="center",
                    fontsize=6,
                    color="white" if dark else carto.INK,
                )
        left += values
    ax.set_yticks(at, [textwrap.fill(term("level", v, lang), 26) for v in levels], fontsize=6.5)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
    ax.set_xlabel(_say(lang, "Số người", "People"), fontsize=6.5)
    drawn.legend(*ax.get_legend_handles_labels(), fontsize=5.8, frameon=False, ncol=2, loc="lower center")
    return carto.png(drawn)


def chart_second_site(curve: pd.DataFrame, lang: str) -> bytes:
    """Travel saved and coordination added (VND billion) by the divisions that stay, against none at a second site."""
    frame = curve.sort_values("divisions_staying")
    at, travel = frame["divisions_staying"].to_numpy(float), frame["travel_vnd"].to_numpy(float)
    added = frame["coordination_vnd"].to_numpy(float)
    drawn, ax = _axes(6.0, left=0.12)
    for values, fill, text in (
        (travel[0] - travel, AFTER, _say(lang, "Giảm chi phí đi lại", "Travel saved")),
        (added - added[0], BEFORE, _say(lang, "Tăng chi phí phối hợp", "Coordination added")),
    ):
        ax.plot(at, values / 1e9, marker="o", markersize=2.5, linewidth=1, color=fill, label=text)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
    ax.set_xlabel(_say(lang, "Số phòng ở lại cơ sở 2", "Divisions at a second site"), fontsize=6.5)
    ax.set_ylabel(_say(lang, "tỷ đồng", "VND billion"), fontsize=6.5)
    _legend(ax, "center right")
    return carto.png(drawn)


def chart_budget(curve: pd.DataFrame, budget: pd.DataFrame, lang: str) -> bytes:
    """Public money a month (VND billion) against mean minutes: the curve, the plan on it, and other policies."""
    frame = curve.sort_values("public_vnd_month")
    drawn, ax = _axes(6.4, left=0.11)
    money, minutes = frame["public_vnd_month"].to_numpy(float) / 1e9, frame["mean_minutes"].to_numpy(float)
    best = frame["efficient"].astype(bool).to_numpy()
    ax.plot(money[best], minutes[best], marker="o", markersize=3, linewidth=1, color=AFTER,
            label=_say(lang, "Phương án xe, tàu, hỗ trợ với giá thời gian khác nhau",
                       "Shuttles, train, allowances at other prices of time"))  # fmt: skip
    own = frame["time_price"].eq(1.0).to_numpy()
    ax.plot(
        money[own],
        minutes[own],
        marker="D",
        markersize=6,
        linestyle="",
        color=ACCENT,
        label=_say(lang, "Phương án đề xuất", "The plan"),
    )
    others = budget[budget["dimension"].eq("policy") & budget["key"].isin(["allowances_only", "nothing"])]
    for row, marker in zip(others.itertuples(), ("s", "^"), strict=False):
        ax.plot(
            row.public_vnd_month / 1e9,
            row.mean_minutes,
            marker=marker,
            markersize=5,
            linestyle="",
            color=BEFORE,
            label=term("policy", row.key, lang),
        )
    ax.set_ylim(0, 1.12 * max([*minutes, *others["mean_minutes"]]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
    ax.set_xlabel(_say(lang, "Ngân sách, tỷ đồng/tháng", "Public money, VND billion a month"), fontsize=6.5)
    ax.set_ylabel(_say(lang, "Phút một lượt, bình quân", "Mean minutes one way"), fontsize=6.5)
    _legend(ax, "lower left")
    return carto.png(drawn)


def chart_distance(ways: pd.DataFrame, lang: str) -> bytes:
    """How far people live from work, before and after, by class of road distance (rows of headcount of one level)."""
    people = ways.set_index(["measure", "group"])["people"]
    classes = sorted(set(ways["group"]), key=lambda k: int(k.split("-")[0]))
    over = {k: k.removesuffix("-") for k in classes if k.endswith("-")}
    names = [_say(lang, f"từ {over[k]}", f"{over[k]} and over") if k in over else k.replace("-", "–") for k in classes]
    at = np.arange(len(names))
    drawn, ax = _axes(5.6, left=0.1)
    for shift, measure, fill, text in (
        (-0.2, "km_before", BEFORE, _say(lang, "Trước", "Before")),
        (0.2, "km_after", AFTER, _say(lang, "Sau", "After")),
    ):
        told = [people.get((measure, k), 0) for k in classes]
        counts = [0 if is_masked(n) else int(n) for n in told]
        ax.bar(at + shift, counts, 0.38, color=fill, label=text)
        for x, v, n in zip(at + shift, counts, told, strict=True):
            ax.text(x, v, number(n, lang), ha="center", va="bottom", fontsize=5.8)
    ax.set_xticks(at, names)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
    ax.set_xlabel(_say(lang, "Km đường bộ từ nơi ở đến nơi làm việc", "Km by road from home to work"), fontsize=6.5)
    ax.set_ylabel(_say(lang, "Số người", "People"), fontsize=6.5)
    _legend(ax, "upper right")
    return carto.png(drawn)


def _axes(height_cm: float, left: float, *, bottom_cm: float = 1.1, top_cm: float = 0.3) -> tuple[Figure, Axes]:
    drawn = carto.figure(WIDTH_CM, height_cm)
    with matplotlib.rc_context(carto.FONT):
        ax = drawn.add_axes((left, bottom_cm / height_cm, 0.97 - left, 1 - (bottom_cm + top_cm) / height_cm))
    ax.tick_params(labelsize=6, width=0.4, length=2)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for name, spine in ax.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_linewidth(0.5)
    return drawn, ax


def _legend(ax: Axes, loc: str = "lower right") -> None:
    ax.legend(fontsize=6, frameon=True, framealpha=0.9, edgecolor="none", loc=loc)


def _roads(on: carto.Sheet, layers: Layers, alpha: float = 0.8) -> None:
    if "roads" in layers:
        roads = carto.metric(layers["roads"])
        width = roads["highway"].map({"motorway": 1.0, "trunk": 0.8, "primary": 0.55}).fillna(0.35).to_numpy()
        carto.lines(on, roads, "#c08a3e", width=width, z=2.5, alpha=alpha)


def _province_line(on: carto.Sheet, layers: Layers) -> None:
    old = layers["units_before"].to_crs(carto.METRIC)
    sides = dissolved(old, "side").geometry.simplify(40)
    if len(sides) == 2:
        common = gpd.GeoDataFrame(geometry=[sides.iloc[0].buffer(60).intersection(sides.iloc[1].boundary)], crs=old.crs)
        carto.lines(on, common, "#6a1b9a", width=1.3, style=(0, (6, 1.5, 1, 1.5)), z=6)


def _used_sites(layers: Layers) -> gpd.GeoDataFrame:
    sites = carto.metric(layers["sites"])
    used = {s for name in ("routes", "commute_flows") if name in layers for s in layers[name]["site_id"]}
    return sites[sites["site_id"].isin(used)] if used else sites


def remote_names(units: gpd.GeoDataFrame) -> str:
    """Names of units far away, which the map shows in an inset."""
    return ", ".join(_short(n) for n in units[carto.far_away(units)]["name"])


def _short(name: str) -> str:
    for word in ("Phường ", "Xã ", "Đặc khu ", "Thị trấn "):
        name = name.removeprefix(word)
    return name


def _seat_handle(lang: str):
    return carto.dot(WARN, _say(lang, "Trụ sở đề xuất", "Proposed seat"))


def _line_handles(layers: Layers, lang: str) -> list:
    """Handles of the old province line and of the main roads, where a map has them."""
    handles = []
    if layers["units_before"]["side"].nunique() == 2:
        line = _say(lang, "Ranh giới tỉnh cũ", "Old province line")
        handles.append(carto.stroke("#6a1b9a", line, 1.2, (0, (6, 1.5, 1, 1.5))))
    if "roads" in layers:
        handles.append(carto.stroke("#c08a3e", _say(lang, "Đường bộ chính", "Main roads"), 0.8))
    return handles


def _own(layers: Layers) -> str:
    """File of the planner's own units; "" for the shipped ones."""
    return layers["units_before"].attrs.get("own_units", "")


def _source(layers: Layers, lang: str) -> str:
    return map_source(lang, _own(layers), "roads" in layers)


def _say(lang: str, vi: str, en: str) -> str:
    return vi if lang == "vi" else en
