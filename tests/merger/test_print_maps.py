"""Maps for print: what a sheet holds, at which size, and that equal layers give equal bytes."""

from xml.etree import ElementTree as Xml

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image

from merger.documents import print_maps, print_sheet
from merger.documents.print_maps import available, write_print_maps


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


@pytest.fixture
def layers():
    """Four units of 0.1 degree in a row, two new ones, their seats, the real ones, a route between two sites."""
    squares = [shapely.box(106 + 0.1 * i, 20.8, 106.1 + 0.1 * i, 20.9) for i in range(4)]
    pairs = [shapely.union_all(squares[:2]), shapely.union_all(squares[2:])]
    names = ["Xã Một", "Xã Hai", "Phường Ba", "Phường Bốn"]
    kinds = ["xa", "xa", "phuong", "phuong"]
    before = frame(squares, code=list("1234"), name=names, kind=kinds, side="a", area_km2=[1.0, 2.0, 3.0, 4.0],
                   minutes_to_seat=[0.0, 6.0, 12.0, 30.0], label="reconstructed")  # fmt: skip
    new = {"code": ["1", "3"], "name": ["Xã Một", "Phường Ba"], "area_km2": [3.0, 7.0], "standard": "meets"}
    points = [shapely.Point(106.05, 20.85), shapely.Point(106.25, 20.85)]
    line = shapely.LineString(points)
    return {
        "units_before": before,
        "units_after": frame(pairs, **new, label="proposed"),
        "units_real_2025": frame(pairs, **new, label="official"),
        "seats": frame(points, code=["1", "3"], label="proposed"),
        "sites": frame(points, site_id=["s1", "s2"], name=["Trụ sở cũ", "Trung tâm mới"], label="estimated"),
        "routes": frame([line], route_id=["r"], mode=["shuttle"], site_id=["s2"], label=["SYNTHETIC"]),
        "stops": frame(points[:1], stop_id=["1"], name=["Xã Một"]),
        "commute_flows": frame([line], site_id=["s2"], people=[9], label=["SYNTHETIC"]),
    }


def drawn(layers, tmp_path, lang="vi", only="2-proposed"):
    return write_print_maps(layers, tmp_path, lang, identical={"1"}, synthetic=True, only=only)


def test_every_map_is_written_in_both_languages(layers, tmp_path, monkeypatch):
    """Six maps, PNG and SVG, named by language (at few dots, for speed)."""
    monkeypatch.setattr(print_sheet, "PRINT_DPI", 20)
    paths = [p for lang in ("vi", "en") for p in drawn(layers, tmp_path, lang, "")]
    assert len({p.name for p in paths}) == 6 * 2 * 2
    assert all(p.stat().st_size > 1000 for p in paths)


def test_a_sheet_is_a3_at_300_dots_an_inch(layers, tmp_path):
    """42 cm / 2.54 x 300 = 4960 dots across, 29.7 cm 3507; the SVG is as large in points, and has no day."""
    png, svg = drawn(layers, tmp_path)
    with Image.open(png) as image:
        assert image.size == (4960, 3507)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    root = Xml.fromstring(svg.read_text(encoding="utf-8"))
    assert float(root.get("width").removesuffix("pt")) == pytest.approx(42 / 2.54 * 72, abs=0.1)
    assert "<dc:date>" not in svg.read_text(encoding="utf-8")


def test_equal_layers_are_equal_bytes(layers, tmp_path, monkeypatch):
    """Neither the clock nor chance gets into a map."""
    monkeypatch.setattr(print_sheet, "PRINT_DPI", 20)
    first = [p.read_bytes() for p in drawn(layers, tmp_path)]
    assert [p.read_bytes() for p in drawn(layers, tmp_path)] == first


def sheet_of(layers, name, lang):
    metric = {n: print_maps.carto.metric(layer) for n, layer in layers.items()}
    about = print_maps.Print(metric, frozenset({"1"}), lang, "", True)
    return print_maps.MAPS[name][0](about)


@pytest.mark.parametrize("name", print_maps.MAPS)
def test_a_map_has_title_legend_scale_north_source_and_labels(layers, name):
    """Everything that a printed map needs is on the sheet, in Vietnamese and in English."""
    for lang, source, labelled in (("vi", "Nguồn:", "Nhãn số liệu:"), ("en", "Source:", "Labels of the data:")):
        sheet = sheet_of(layers, name, lang)
        page = [t.get_text() for t in sheet.drawn.texts]
        assert len(page[0]) > 10
        assert any(source in t and labelled in t for t in page)
        inside = [t.get_text() for t in sheet.main.texts]
        assert "B / N" in inside
        assert any(t.endswith(" km") for t in inside)
        assert sheet.main.get_legend() is not None


def test_generated_data_are_named_so(layers):
    """The map of routes rests on generated staff."""
    page = " ".join(t.get_text() for t in sheet_of(layers, "6-sites-and-routes", "vi").drawn.texts)
    assert "GIẢ LẬP" in page


def test_names_do_not_touch(layers):
    """Boxes of the names are apart; seats stay visible."""
    sheet = sheet_of(layers, "1-before", "vi")
    renderer = sheet.drawn.canvas.get_renderer()
    names = {"Một", "Hai", "Ba", "Bốn"}
    boxes = [t.get_window_extent(renderer) for t in sheet.main.texts if t.get_text() in names]
    assert len(boxes) == 4
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_maps_without_their_layers_are_left_out(layers):
    """A plan of the units alone has no map of routes, and without real units no difference."""
    few = {n: layer for n, layer in layers.items() if n in ("units_before", "units_after", "seats")}
    assert available(few) == ["1-before", "2-proposed", "5-seats-and-travel"]


def test_classes_of_minutes_count_every_old_unit(layers):
    """0, 6, 12 and 30 minutes: one unit in each of four classes, none from 15 to 20."""
    legend = sheet_of(layers, "5-seats-and-travel", "en").main.get_legend()
    counts = [t.get_text().rsplit("(")[-1].rstrip(")") for t in legend.get_texts()[:5]]
    assert counts == ["1", "1", "1", "0", "1"]
    assert np.sum([int(c) for c in counts]) == 4
