"""Gantt charts: what a chart shows, and that SVG, EMF and Word hold it as vectors."""

import struct
import zipfile
from datetime import date
from xml.etree import ElementTree as Xml

import pandas as pd
import pytest

from merger.documents.drawing import Drawing, text_width, wrapped
from merger.documents.gantt import DARK, LIGHT, NAMES, WIDTH, body_gantt, overall_gantt
from merger.documents.letter import Letter
from merger.documents.metafile import emf
from merger.tables import TABLES

SVG = "{http://www.w3.org/2000/svg}"
EFFECT = date(2025, 7, 1)


def tasks(*rows: dict) -> pd.DataFrame:
    """A timetable of some rows."""
    blank = dict.fromkeys(TABLES["timetable"].columns, "")
    blank |= {"legal_late_days": 0, "target_late_days": 0, "slack_days": 3, "critical": False, "fixed": False}
    return pd.DataFrame([blank | {"origin": "plan", "title_en": r["title_vi"]} | r for r in rows])


@pytest.fixture
def table():
    """Two tasks of one family, a critical one, an event, and one that ends years later."""
    return tasks(
        {"task_id": "unit.move:1", "title_vi": "Di chuyển Xã An", "start": "2025-06-28", "finish": "2025-06-29"},
        {"task_id": "unit.move:2", "title_vi": "Di chuyển Xã Bình", "start": "2025-07-05", "finish": "2025-07-06"},
        {"task_id": "seal", "title_vi": "Khắc dấu & mở <tài khoản>", "start": "2025-06-16", "finish": "2025-06-20",
         "critical": True, "legal_limit": "2025-06-30", "target": "2025-06-25"},
        {"task_id": "vote", "title_vi": "Kỳ họp", "start": "2025-06-17", "finish": "2025-06-17", "fixed": True},
        {"task_id": "late", "title_vi": "Xử lý nhà đất", "start": "2025-07-01", "finish": "2028-12-29"},
    )  # fmt: skip


def texts(drawing: Drawing) -> list[str]:
    return [t.text for t in Xml.fromstring(drawing.svg()).iter(f"{SVG}text")]


def test_families_share_a_row_and_events_too(table):
    """Both moves are one row with their number; the event stands in the row of events."""
    said = texts(overall_gantt(table, EFFECT, "vi"))
    assert "Di chuyển (2)" in said
    assert not any("Xã An" in t for t in said)
    assert "Mốc: nghị quyết, kỳ họp, ngày hiệu lực (1)" in said
    assert "Hiệu lực 01/07/2025" in said


def test_each_task_of_a_body_has_a_row(table):
    """The chart of a body names its tasks; text with marks of XML comes back whole."""
    said = texts(body_gantt(table, EFFECT, "vi", "Sở Nội vụ"))
    assert {"Di chuyển Xã An", "Di chuyển Xã Bình", "Khắc dấu & mở <tài khoản>", "Kỳ họp"} <= set(said)


def test_more_than_six_alike_tasks_share_a_row():
    """Seven tasks of a family are one row, the lone task keeps its own."""
    many = [
        {"task_id": f"decision:{k}", "title_vi": f"Quyết định về Sở {k}", "start": "2025-06-16", "finish": "2025-06-20"}
        for k in range(7)
    ]
    alone = {"task_id": "alone", "title_vi": "Việc riêng", "start": "2025-06-16", "finish": "2025-06-20"}
    said = texts(body_gantt(tasks(*many, alone), EFFECT, "vi", "UBND"))
    assert "Việc riêng" in said
    assert "Quyết định (7)" in said


def test_long_work_is_cut_and_says_when_it_ends(table):
    """Work that ends in 2028 stays inside the picture, with the month of its end."""
    drawing = overall_gantt(table, EFFECT, "vi")
    assert "» 12/2028" in texts(drawing)
    assert all(0 <= x <= WIDTH for s in drawing.items if hasattr(s, "points") for x, _ in s.points)


def test_critical_work_is_dark_and_work_with_slack_light(table):
    """One dark bar (the seal) and its sign in the legend; the brightness differs by far, so that print tells them."""
    fills = [p.get("fill") for p in Xml.fromstring(body_gantt(table, EFFECT, "vi", "").svg()).iter(f"{SVG}path")]
    assert fills.count(DARK) == 2

    def brightness(colour: str) -> float:
        return sum(w * v for w, v in zip((0.299, 0.587, 0.114), bytes.fromhex(colour[1:]), strict=True))

    assert brightness(LIGHT) - brightness(DARK) > 100


def test_names_fit_their_column(table):
    """No line of a name is wider than the column, even in the widest font."""
    long = table.assign(title_vi=[f"{t} rất dài nên phải xuống dòng " * 4 for t in table["title_vi"]])
    drawing = body_gantt(long, EFFECT, "vi", "")
    names = [w for w in drawing.items if hasattr(w, "text") and w.x == 2]
    assert len(names) == 2 * len(table)
    assert max(text_width(w.text, w.size) for w in names) <= NAMES - 4


def test_wrapping_keeps_the_words():
    """What fits is whole; what does not ends in an ellipsis."""
    assert wrapped("một hai", 1000, 6, 2) == ["một hai"]
    assert " ".join(wrapped("một hai ba bốn", text_width("một hai", 6), 6, 2)) == "một hai ba bốn"
    assert wrapped("một hai ba bốn năm", text_width("một hai", 6), 6, 1)[0].endswith("…")


def test_the_metafile_is_whole(table):
    """Header of [MS-EMF]: signature, size, number of records and handles; the records fill the file exactly."""
    drawing = overall_gantt(table, EFFECT, "vi")
    data = emf(drawing)
    assert data[40:44] == b" EMF"
    size, records = struct.unpack_from("<II", data, 48)
    assert size == len(data)
    at, count, kinds = 0, 0, []
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length % 4 == 0
        kinds.append(kind)
        at, count = at + length, count + 1
    assert (at, count, kinds[0], kinds[-1]) == (len(data), records, 1, 14)
    # As many texts (record 84) as the SVG has.
    assert kinds.count(84) == len(texts(drawing))


def test_a_letter_holds_both_forms(table, tmp_path):
    """The picture of the Word file is an EMF whose extension names an SVG; equal content gives equal bytes."""
    files = []
    for name in ("a.docx", "b.docx"):
        letter = Letter("vi")
        letter.drawing(overall_gantt(table, EFFECT, "vi"), "Tiến độ")
        letter.save(tmp_path / name, title="x", author="y", created=EFFECT)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        links = archive.read("word/_rels/document.xml.rels").decode()
        body = archive.read("word/document.xml").decode()
        types = archive.read("[Content_Types].xml").decode()
        assert archive.read("word/media/drawing1.svg").startswith(b"<svg ")
    assert "media/drawing1.emf" in links
    assert "svgBlip" in body
    assert "image/svg+xml" in types
    assert "image/x-emf" in types
