"""The page of a comparison in a real browser: it runs without an error, swipes, switches language and searches."""

import json
import re
import shutil
import subprocess

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geodata.maps import write_geojson
from merger.compare import compare_plans, write_comparison
from merger.plan import Plan

BROWSER = next((b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b)), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
# Errors are gathered before the script of the page runs; afterwards the page is used as a reader would.
BEFORE = "<script>window.faults = []; window.onerror = m => { window.faults.push(String(m)); };</script>"
AFTER = """<script>
const told = { faults: window.faults, start: at("bar").style.left };
at("range").value = 250; at("range").oninput();
told.moved = at("bar").style.left;
told.cut = Number(at("right").getAttribute("x"));
at("lang").click();
told.lang = document.documentElement.lang;
told.hidden = getComputedStyle(document.querySelector("h1 [lang=vi]")).display;
at("find").value = "xa hai"; at("find").oninput();
told.rows = [...document.querySelectorAll("details tbody tr:not([hidden]) td:first-child")].map(c => c.textContent);
svg.querySelector("path").onclick();
told.fact = at("fact").textContent;
const wide = svg.viewBox.baseVal.width; at("nearer").click();
told.wide = svg.viewBox.baseVal.width / wide;
document.title = JSON.stringify(told);
</script></body>"""


def made(folder, groups):
    """A plan folder with maps of unit squares in a row; {new unit: old units}."""
    names = {"1": "Xã Một", "2": "Xã Hai", "3": "Phường Ba"}
    rows = [{"code": n, "name": names[n], "members": ";".join(own), "area_km2": 1.0, "population": 9}
            for n, own in groups.items()]  # fmt: skip
    shapes = [shapely.union_all([shapely.box(106 + int(c) / 10, 20, 106.1 + int(c) / 10, 20.1) for c in own])
              for own in groups.values()]  # fmt: skip
    (folder / "maps").mkdir(parents=True)
    write_geojson({"units_after": gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4326")}, folder / "maps")
    units = [{"old_code": c, "old_name": names[c], "new_id": n, "new_name": names[n], "seat_code": n, "population": 10}
             for n, own in groups.items() for c in own]  # fmt: skip
    return Plan(folder, {"headline": {}, "stages": {}}, {"units": pd.DataFrame(units)})


def test_the_page_works_in_a_browser(tmp_path):
    """Unit 2 moves from 1 to 3: the bar follows the slider, English shows alone, the search finds one row."""
    a, b = made(tmp_path / "a", {"1": ["1", "2"], "3": ["3"]}), made(tmp_path / "b", {"1": ["1"], "3": ["2", "3"]})
    write_comparison(compare_plans(a, b), (a, b), tmp_path / "out")
    page = tmp_path / "out" / "compare.html"
    html = page.read_text(encoding="utf-8").replace("<head>", f"<head>{BEFORE}")
    page.write_text(html.replace("</body>", AFTER), encoding="utf-8")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", f"file://{page}"]
    seen = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    told = json.loads(re.search(r"<title>(.*?)</title>", seen, re.DOTALL)[1].replace("&amp;", "&"))
    assert told["faults"] == []
    assert (told["start"], told["moved"]) == ("50%", "25%")
    assert (told["lang"], told["hidden"]) == ("en", "none")
    assert told["rows"] == ["Xã Hai"]
    assert told["fact"].startswith("Xã Một")
    assert told["wide"] == pytest.approx(1 / 1.6, abs=0.01)
