"""The page in a real browser: opened from the disk, used by mouse, finger and keyboard, in both themes and languages.

The page is the one of a finished plan of the shipped scenario. Without a Chromium these tests are skipped.
"""

import re

import pytest

from merger.documents.page import write_page
from merger.layers import build_layers
from merger.plan import Plan
from tests.merger.page_driver import CONTRAST, chromium

pytestmark = [pytest.mark.xdist_group("plan"), pytest.mark.slow]
OPEN_ALL = "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
UNNAMED = """() => [...document.querySelectorAll("section, aside, canvas, button, input, select, [role=region]")]
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
  .map((e) => e.outerHTML.slice(0, 80))"""
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 812}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def dashboard(browser, shipped_plan):
    return shipped_plan.path / "dashboard.html"


@pytest.fixture
def open_page(browser, dashboard):
    """Opens the page in a window of its own; at the end of the test nothing may have been asked of a network, and
    nothing said on the console."""
    contexts, wrong = [], []

    def opened(size=DESK, scheme="light", **more):
        context = browser.new_context(viewport=size, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url == dashboard.as_uri() else wrong.append(asked.url))
        page.goto(dashboard.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def picture(page) -> str:
    """What the map shows now."""
    return page.evaluate("() => { draw(); return canvas.toDataURL(); }")


def box(page, name):
    return page.evaluate_handle("(name) => [...$('overlays').querySelectorAll('input')][name]", name).as_element()


def test_opens_without_a_network(open_page, record_property):
    """Title, map and figures are there; no request, no word on the console (the fixture looks)."""
    page = open_page(offline=True)
    assert "Hải Phòng" in page.title()
    assert page.locator(".fact").count() >= 5
    record_property("interactive_ms", page.evaluate("performance.getEntriesByName('ready')[0].startTime"))
    colours = "new Set(new Uint32Array(ctx.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"
    assert page.evaluate(colours) > 100


def test_each_layer_changes_the_map(open_page):
    """Every base, every fill and every overlay draws something of its own, and goes away again."""
    page = open_page()
    names = page.locator("#overlays label").all_inner_texts()
    assert len(names) == 11
    for i in range(len(names)):
        was = picture(page)
        box(page, i).click()
        assert picture(page) != was, names[i]
        box(page, i).click()
        assert picture(page) == was, names[i]
    shown = set()
    for i in range(3):
        page.locator("#bases input").nth(i).check()
        for fill in page.locator("#fill option").evaluate_all("(all) => all.map((o) => o.value)"):
            page.select_option("#fill", fill)
            shown.add(picture(page))
    assert len(shown) == 6


@pytest.mark.parametrize("typed", ["hai an", "Hải An", "HAI AN"])
def test_search_with_and_without_diacritics(open_page, typed):
    """The ward Hải An comes first, its number of results is told, and choosing it shows its figures."""
    page = open_page()
    page.fill("#query", typed)
    assert page.locator("#hits li").first.inner_text().startswith("Phường Hải An")
    page.wait_for_function("document.getElementById('said').textContent.endsWith('kết quả')")
    page.press("#query", "Enter")
    assert page.locator("#detail h2").inner_text() == "Phường Hải An"
    assert "km²" in page.locator("#detail").inner_text()
    page.fill("#query", "khong co don vi nay")
    assert page.locator("#hits").inner_text() == "Không tìm thấy"


def test_reasons_with_articles(open_page):
    """A unit, an agency and a route each tell why, and where it is written."""
    page = open_page()
    page.evaluate("select(layers.units_after.find((f) => f.p.rules))")
    assert re.search(r"Điều \d+ Nghị quyết", page.locator("#detail").inner_text())
    page.fill("#query", "so noi vu")
    page.press("#query", "Enter")
    told = page.locator("#detail").inner_text()
    assert "kế thừa" in told
    assert re.search(r"Nghị định số \d+/2025", told)
    page.evaluate("select(layers.routes[0])")
    told = page.locator("#detail").inner_text()
    assert "khi có từ" in told
    assert "Nghị quyết" in told


def test_pointing_at_a_unit_chooses_it(open_page):
    """A click in the middle of a unit without anything else around shows it."""
    page = open_page()
    for name in ("routes", "sites", "seats"):
        page.evaluate("(name) => state.on.delete(name)", name)
    x, y = page.evaluate("() => toScreen(...layers.units_after.find((f) => f.p.kind === 'dac_khu').label)")
    page.locator("#map").click(position={"x": x, "y": y})
    assert "đặc khu" in page.locator("#detail dl").inner_text().lower()


def test_both_languages(open_page):
    """All words change, numbers too, and no control is left without words."""
    page = open_page()
    page.evaluate("select(layers.units_after[0])")
    vietnamese = page.locator("main").inner_text()
    page.click("#lang")
    english = page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "Made of" in english
    assert "Gồm các đơn vị cũ" in vietnamese
    assert not set(vietnamese.split("\n")) & {"Proven bound", "Timetable"}
    assert not re.search(r"Trạng thái|Lý do|Chủ trì|Hợp nhất|undefined|\bnull\b|NaN", english)
    assert not re.search(r"undefined|\bnull\b|NaN|\[object", vietnamese)
    assert page.evaluate("Object.keys(T.vi).sort()") == page.evaluate("Object.keys(T.en).sort()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_contrast_of_all_text(open_page, scheme, size):
    """WCAG 2.1 AA: 4.5 to 1, large text 3 to 1, names on every colour of the map included."""
    page = open_page(size, scheme)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.evaluate("select(layers.units_after[0])")
    page.evaluate(OPEN_ALL)
    page.fill("#query", "hai")
    measured = page.evaluate(CONTRAST)
    assert measured["seen"] > 500
    assert measured["bad"] == []
    page.evaluate("selectAgency(0)")
    assert page.evaluate(CONTRAST)["bad"] == []


def test_theme_by_hand(open_page):
    page = open_page()
    light = page.evaluate("getComputedStyle(document.body).color"), picture(page)
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).color") != light[0]
    assert picture(page) != light[1]


def tab_to(page, wanted: str, most: int = 80) -> None:
    """Press Tab until the element with that selector has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def test_all_by_keyboard(open_page):
    """Layers, map, search and the list of units, in the order in which they stand, without a mouse."""
    page = open_page()
    tab_to(page, "#lang")
    tab_to(page, "#bases input")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("state.base") == "units_before"
    assert page.evaluate("document.activeElement.matches('#bases input')")
    page.keyboard.press("ArrowLeft")
    tab_to(page, "#overlays input")
    page.keyboard.press("Space")
    assert not page.evaluate("state.on.has('names')")
    tab_to(page, "#map")
    before = page.evaluate("view.x")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("view.x") > before
    page.keyboard.press("Enter")
    assert page.locator("#detail h2").count() == 1
    tab_to(page, "#query")
    page.keyboard.type("cat hai")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#query", "aria-activedescendant") == "hit1"
    page.keyboard.press("Enter")
    tab_to(page, "#filter-kind")
    tab_to(page, "#unit-summary")
    page.keyboard.press("Enter")
    tab_to(page, "#unit-table tbody button")
    name = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert page.locator("#detail h2").inner_text() == name
    assert page.evaluate("document.activeElement.id") == "detail"


def test_skip_links_and_landmarks(open_page):
    """The first Tab leads to the search; every region and control has a name."""
    page = open_page()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "query"
    for landmark in ("header", "main", "aside", "footer", "[role=search]", "[role=status][aria-live=polite]", "h1"):
        assert page.locator(landmark).count() == 1, landmark
    assert page.evaluate(UNNAMED) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_filters(open_page):
    """Wards of Hải Dương alone: in the list as many as the data have, told aloud; the map fades the others."""
    page = open_page()
    was = picture(page)
    page.select_option("#filter-side", "hai_duong")
    page.select_option("#filter-kind", "phuong")
    wanted = page.evaluate("layers.units_after.filter((f) => f.p.side === 'hai_duong' && f.p.kind === 'phuong').length")
    assert page.locator("#unit-table tbody tr").count() == wanted
    assert picture(page) != was
    page.wait_for_function("(n) => document.getElementById('said').textContent.startsWith(`${n} trên`)", arg=wanted)
    page.click("#filters button")
    assert page.locator("#unit-table tbody tr").count() == 114
    page.click("#unit-summary")
    page.click("#unit-table thead th:nth-child(6) button")
    people = page.locator("#unit-table tbody tr td:nth-child(6)").all_inner_texts()
    counts = [int(text.replace(".", "")) for text in people]
    assert counts == sorted(counts)


def test_on_a_phone(open_page):
    """Nothing is wider than the screen, fingers move the map, and targets are large enough."""
    page = open_page(PHONE, has_touch=True, is_mobile=True)
    page.evaluate(OPEN_ALL)
    page.evaluate("select(layers.routes[0])")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    session = page.context.new_cdp_session(page)
    page.locator("#map").scroll_into_view_if_needed()
    frame = page.locator("#map").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2

    def touch(kind, *points):
        session.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": a, "y": b, "id": i} for i, (a, b) in enumerate(points)]},
        )

    at, scale = page.evaluate("[view.x, view.k]")
    touch("touchStart", (x, y))
    touch("touchMove", (x - 60, y))
    touch("touchEnd")
    assert page.evaluate("view.x") > at
    touch("touchStart", (x - 20, y), (x + 20, y))
    touch("touchMove", (x - 60, y), (x + 60, y))
    touch("touchEnd")
    assert page.evaluate("view.k") > 1.5 * scale
    assert min(page.locator("#in").bounding_box()[side] for side in ("width", "height")) >= 40


def test_of_a_plan_with_units_alone(browser, geography, tmp_path):
    """Before any stage has run there are old units and nothing else: the page opens and every control works."""
    manifest = {"scenario": {"name": "a"}, "scenario_digest": "b", "seed": 1, "threads": 1, "stages": {}}
    layers = {"units_before": build_layers(geography, {})["units_before"]}
    path = tmp_path / "dashboard.html"
    write_page(Plan(tmp_path, manifest, {}, public=True), geography, layers, path)
    page, wrong = browser.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())
    for control in ("#lang", "#theme", "#unit-summary", "#in", "#home"):
        page.click(control)
    for i in range(page.locator("#overlays input").count()):
        page.locator("#overlays input").nth(i).click()
    page.fill("#query", "an")
    page.press("#query", "Enter")
    assert page.locator("#detail h2").count() == 1
    page.close()
    assert wrong == []


def test_print(open_page):
    """A4 on few sheets; what only a screen can use is not printed."""
    page = open_page(scheme="dark")
    pdf = page.pdf(prefer_css_page_size=True)
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 8
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    assert not page.locator(".search").is_visible()
    assert page.locator("#map").is_visible()
