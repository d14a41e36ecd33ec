"""Maps for print, A3, PNG at 300 dpi and SVG, in both languages: before, proposed, real, differences, seats, travel."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from merger.documents import cartography as carto
from merger.documents.print_sheet import Labels, finish, print_sheet, save
from merger.documents.wording import map_source, term

Layers = Mapping[str, gpd.GeoDataFrame]
FOLDER = "print"
KIND_FILLS = {
    "xa": "#e6efd9",
    "phuong": "#f7d9b8",
    "thi_tran": "#f2e6a4",
    "dac_khu": "#c4daf3",
    "huyen_dao": "#c4daf3",
}
SAME, OTHER = "#d9ead3", "#fde3b5"
MINUTE_CLASSES = (5, 10, 15, 20)
MINUTE_FILLS = ("#edf8e9", "#bae4b3", "#74c476", "#fdae61", "#d73027")
SEAT, REAL, ROUTE, FLOW, SITE, ROAD = "#b3202c", "#c0392b", "#7a3b9c", "#5aa6c4", "#0b5394", "#c08a3e"
DASHED, RAIL = (0, (3, 1.5)), (0, (5, 2))


@dataclass(frozen=True)
class Print:
    """What every map needs: layers in metres, the proposed units that are as in reality, the language, labels."""

    layers: Layers
    identical: frozenset[str]
    lang: str
    own_units: str
    synthetic: bool

    def say(self, vi: str, en: str) -> str:
        """The text of the language."""
        return vi if self.lang == "vi" else en


def write_print_maps(
    layers: Layers, folder: Path, lang: str, *, identical: set[str], synthetic: bool, only: str = ""
) -> list[Path]:
    """Write every map that the layers allow into `folder` as NAME.LANG.png and .svg; returns the paths.

    Parameters
    ----------
    layers : of merger.layers.build_layers.
    identical : codes of proposed units made of the same old units as a real one.
    synthetic : whether divisions or staff are generated, which is said below the map.
    only : one map by its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = layers["units_before"].attrs.get("own_units", "")
    metric = {name: carto.metric(layer) for name, layer in layers.items()}
    about = Print(metric, frozenset(identical), lang, own, synthetic)
    paths = []
    for name in available(layers):
        if only in ("", name):
            paths += save(MAPS[name][0](about), folder / f"{name}.{lang}")
    return paths


def available(layers: Layers) -> list[str]:
    """Names of the maps whose layers are there."""
    return [name for name, (_, needed) in MAPS.items() if all(n in layers for n in needed)]


def _before(p: Print) -> carto.Sheet:
    units = p.layers["units_before"]
    drawn = p.say("dựng lại", "reconstructed")
    on = _sheet(p, units, f"Đơn vị hành chính cấp xã trước sắp xếp ({len(units)})", f"Units before ({len(units)})")
    carto.polygons(on, units, units["kind"].map(KIND_FILLS).fillna("#eeeeee"), line="#7d7d7d", width=0.35)
    handles = _kinds(p, units)
    handles += (
        [carto.stroke("#7d7d7d", p.say(f"Ranh giới ({drawn})", f"Borders ({drawn})"), 0.6)] if not p.own_units else []
    )
    finish(on, [*handles, *_roads(p, on)], _source(p, "units_before"), _names(units, 4.6))
    return on


def _proposed(p: Print) -> carto.Sheet:
    units = p.layers["units_after"]
    on = _sheet(p, units, f"Phương án đề xuất: {len(units)} đơn vị", f"Proposed arrangement: {len(units)} units")
    _tinted(on, units)
    handles = [carto.stroke(carto.INK, p.say("Ranh giới đề xuất", "Proposed borders"), 1.0), *_roads(p, on)]
    seats, handle = _seats(p, on)
    finish(on, [*handles, handle], _source(p, "units_after"), _names(units, 6.6, seats))
    return on


def _real(p: Print) -> carto.Sheet:
    units = p.layers["units_real_2025"]
    on = _sheet(p, units, f"Thực tế từ 01/7/2025: {len(units)} đơn vị", f"Reality from 1 July 2025: {len(units)} units")
    _tinted(on, units)
    handles = [carto.stroke(carto.INK, p.say("Ranh giới thực tế", "Real borders"), 1.0), *_roads(p, on)]
    finish(on, handles, _source(p, "units_real_2025"), _names(units, 6.6))
    return on


def _differences(p: Print) -> carto.Sheet:
    units, real = p.layers["units_after"], p.layers["units_real_2025"]
    on = _sheet(p, units, "Phương án đề xuất và thực tế 2025", "Proposed arrangement and reality of 2025")
    same = units["code"].isin(p.identical)
    carto.polygons(on, units, np.where(same, SAME, OTHER).tolist(), width=0.7)
    carto.lines(on, gpd.GeoDataFrame(geometry=real.boundary), REAL, width=1.0, style=DASHED, z=3)
    handles = [
        carto.patch(SAME, p.say(f"Trùng với thực tế ({same.sum()})", f"As in reality ({same.sum()})")),
        carto.patch(OTHER, p.say(f"Khác thực tế ({(~same).sum()})", f"Different ({(~same).sum()})")),
        carto.stroke(carto.INK, p.say("Ranh giới đề xuất", "Proposed borders"), 1.0),
        carto.stroke(REAL, p.say("Ranh giới thực tế 01/7/2025", "Real borders, 1 July 2025"), 1.1, DASHED),
    ]
    finish(on, handles, _source(p, "units_after", "units_real_2025"), _names(units, 6.2))
    return on


def _travel(p: Print) -> carto.Sheet:
    old, new = p.layers["units_before"], p.layers["units_after"]
    on = _sheet(p, old, "Trụ sở đề xuất và thời gian đến trụ sở", "Proposed seats and time to the seat")
    group = np.searchsorted(MINUTE_CLASSES, old["minutes_to_seat"].fillna(0).to_numpy(float), side="left")
    carto.polygons(on, old, [MINUTE_FILLS[g] for g in group], line="#b5b5b5", width=0.3)
    carto.polygons(on, new, "none", width=0.8, z=3)
    edges = [0, *MINUTE_CLASSES]
    handles = []
    for i, fill in enumerate(MINUTE_FILLS):
        over = p.say(f"trên {edges[i]} phút", f"over {edges[i]} min")
        text = f"{edges[i]}–{edges[i + 1]} {p.say('phút', 'min')}" if i < len(MINUTE_CLASSES) else over
        handles.append(carto.patch(fill, f"{text} ({int((group == i).sum())})", "#b5b5b5"))
    seats, handle = _seats(p, on)
    title = p.say("Thời gian đến trụ sở (số đơn vị cũ)", "Time to the seat (old units)")
    source = _source(p, "units_before", "seats", travel=True)
    finish(on, [*handles, handle], source, _names(new, 6.4, seats), legend_title=title)
    return on


def _routes(p: Print) -> carto.Sheet:
    base = p.layers.get("units_after", p.layers["units_before"])
    on = _sheet(p, base, "Trụ sở làm việc, tuyến đưa đón, luồng đi lại", "Work sites, routes and commuting flows")
    carto.polygons(on, base, "#f7f5ef", line="#c4bfb0", width=0.4)
    handles = _roads(p, on)
    if "commute_flows" in p.layers:
        flows = p.layers["commute_flows"]
        people = flows["people"].to_numpy(float)
        carto.lines(on, flows, FLOW, width=0.3 + 3.0 * np.sqrt(people / people.max()), z=3, alpha=0.3)
        text = p.say("Luồng đi lại (không vẽ nhóm nhỏ)", "Flows (without small groups)")
        handles.append(carto.stroke(FLOW, text, 2.4))
    if "railway" in p.layers:
        carto.lines(on, p.layers["railway"], carto.INK, width=1.3, style=RAIL, z=4)
        handles.append(carto.stroke(carto.INK, p.say("Đường sắt (sơ đồ)", "Railway (schematic)"), 1.2, RAIL))
    routes = p.layers["routes"]
    shuttles = routes[routes["mode"] != "train"]
    carto.lines(on, shuttles, ROUTE, width=1.3, z=5)
    text = p.say(f"Tuyến xe đưa đón ({len(shuttles)})", f"Shuttle routes ({len(shuttles)})")
    handles.append(carto.stroke(ROUTE, text, 1.6))
    used = {s for name in ("routes", "commute_flows") if name in p.layers for s in p.layers[name]["site_id"]}
    sites = p.layers["sites"][p.layers["sites"]["site_id"].isin(used)]
    stops = p.layers["stops"].drop_duplicates("stop_id")
    carto.points(on, stops, ROUTE, size=14, z=6)
    carto.points(on, sites, SITE, size=70, marker="s", z=7)
    handles.append(carto.dot(ROUTE, p.say("Điểm đón", "Stops")))
    handles.append(carto.dot(SITE, p.say("Trụ sở làm việc", "Work sites"), "s", 7))
    # Sites first: their names get the best places.
    names = pd.concat([_spots(sites, 26), _spots(stops[~stops["name"].isin(sites["name"])], 18)], ignore_index=True)
    xy = names[["x", "y"]].to_numpy(float)
    labels = Labels(xy, names["text"].tolist(), 6.2, xy)
    finish(on, handles, _source(p, "routes", "commute_flows"), labels)
    return on


# Map: (how it is drawn, layers that it needs).
MAPS: dict[str, tuple[Callable[[Print], carto.Sheet], tuple[str, ...]]] = {
    "1-before": (_before, ("units_before",)),
    "2-proposed": (_proposed, ("units_after", "seats")),
    "3-real-2025": (_real, ("units_real_2025",)),
    "4-differences": (_differences, ("units_after", "units_real_2025")),
    "5-seats-and-travel": (_travel, ("units_after", "seats")),
    "6-sites-and-routes": (_routes, ("sites", "routes", "stops")),
}


def _sheet(p: Print, units: gpd.GeoDataFrame, vi: str, en: str) -> carto.Sheet:
    remote = ", ".join(_short(n) for n in units[carto.far_away(units)]["name"])
    return print_sheet(units, p.say(vi, en), remote)


def _tinted(on: carto.Sheet, units: gpd.GeoDataFrame) -> None:
    """Units in soft colours, neighbours apart."""
    fills = [carto.NEIGHBOUR_FILLS[c] for c in carto.neighbour_classes(units)]
    carto.polygons(on, units, fills, width=0.8)


def _kinds(p: Print, units: gpd.GeoDataFrame) -> list:
    counts = units["kind"].value_counts()
    return [
        carto.patch(fill, f"{term('kind', k, p.lang)} ({counts[k]})") for k, fill in KIND_FILLS.items() if k in counts
    ]


def _roads(p: Print, on: carto.Sheet) -> list:
    """Draws the main roads; returns their entry of the legend."""
    if "roads" not in p.layers:
        return []
    roads = p.layers["roads"]
    width = roads["highway"].map({"motorway": 1.6, "trunk": 1.2, "primary": 0.8}).fillna(0.5).to_numpy()
    carto.lines(on, roads, ROAD, width=width, z=2.5, alpha=0.6)
    return [carto.stroke(ROAD, p.say("Đường bộ chính", "Main roads"), 1.2)]


def _seats(p: Print, on: carto.Sheet) -> tuple[np.ndarray, object]:
    """Draws the seats; returns their points and their entry of the legend."""
    seats = p.layers["seats"]
    carto.points(on, seats, SEAT, size=14)
    xy = np.column_stack([seats.geometry.x, seats.geometry.y])
    return xy, carto.dot(SEAT, p.say("Trụ sở đề xuất", "Proposed seat"))


def _names(units: gpd.GeoDataFrame, size: float, clear: np.ndarray | None = None) -> Labels:
    """Names of units inside the main frame, small units first, because they have the fewest places."""
    near = units[~carto.far_away(units)].sort_values(["area_km2", "code"], kind="stable")
    spots = near.geometry.representative_point()
    texts = [textwrap.fill(_short(n), 14) for n in near["name"]]
    return Labels(np.column_stack([spots.x, spots.y]), texts, size, clear)


def _spots(points: gpd.GeoDataFrame, width: int) -> pd.DataFrame:
    """Names of points in lines of a width in letters."""
    texts = [textwrap.fill(_short(str(n)), width) for n in points["name"]]
    return pd.DataFrame({"x": points.geometry.x.to_numpy(), "y": points.geometry.y.to_numpy(), "text": texts})


def _source(p: Print, *names: str, travel: bool = False) -> str:
    """Whose data the map shows, and how sure they are."""
    labels = {str(v) for n in names if n in p.layers and "label" in p.layers[n] for v in p.layers[n]["label"].unique()}
    labels |= {"SYNTHETIC"} if p.synthetic and "routes" in names else set()
    labels |= {"estimated"} if travel else set()
    told = "; ".join(f"{term('label', v, p.lang)} ({WHAT[v][0 if p.lang == 'vi' else 1]})" for v in WHAT if v in labels)
    source = map_source(p.lang, p.own_units, "roads" in p.layers)
    return f"{source}\n{p.say('Nhãn số liệu', 'Labels of the data')}: {told}." if told else source


# What a label of the data means on a map, in the order in which labels are told.
WHAT = {
    "official": ("công bố chính thức", "published"),
    "estimated": ("ước tính từ số liệu công bố", "from published figures"),
    "reconstructed": ("ranh giới bên trong trước 2025 dựng lại gần đúng", "inner borders before 2025, approximate"),
    "proposed": ("kết quả của chương trình", "result of the program"),
    "SYNTHETIC": ("nhân sự sinh theo tổng số công bố, không phải số liệu thật", "generated staff, not real"),
}


def _short(name: str) -> str:
    for word in ("Phường ", "Xã ", "Đặc khu ", "Thị trấn "):
        name = name.removeprefix(word)
    return name
