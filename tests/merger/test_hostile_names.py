"""Names with markup, quotes, line breaks and formulas stay names in every kind of file."""

from importlib.resources import files

import networkx as nx
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from icalendar import Calendar

from merger.network import read_graphml, write_graphml
from merger.tables import TABLES
from merger.workplans.ics import write_ics

HOSTILE = (
    '<script>alert("x")</script>',
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:b",
    "\"quoted\" & 'single'; a,b \\ c",
    '=HYPERLINK("x")',
)


@pytest.mark.parametrize("name", HOSTILE)
def test_calendar(tmp_path, name):
    """One event, whose title reads back as it was (a line break is a line break inside the title)."""
    row = dict.fromkeys(TABLES["timetable"].columns, "") | {
        "task_id": "t", "title_vi": name, "owner": name, "kind": "law", "start": "2025-07-01", "finish": "2025-07-01",
        "legal_late_days": 0, "target_late_days": 0, "slack_days": 0, "critical": False, "fixed": False,
    }  # fmt: skip
    write_ics(pd.DataFrame([row]), tmp_path / "t.ics", "vi")
    events = Calendar.from_ical((tmp_path / "t.ics").read_bytes()).walk("VEVENT")
    assert [str(e["summary"]).replace("\r\n", "\n") for e in events] == [name.replace("\r\n", "\n")]


@pytest.mark.parametrize("name", HOSTILE)
def test_graph(tmp_path, name):
    """GraphML reads back with the name, and has no element that the name brought."""
    graph = nx.MultiDiGraph()
    graph.add_node("a", kind="unit", name=name)
    write_graphml(graph, tmp_path / "n.graphml")
    assert read_graphml(tmp_path / "n.graphml").nodes["a"]["name"].split() == name.split()
    assert "<script" not in (tmp_path / "n.graphml").read_text(encoding="utf-8")


def test_page_writes_text_alone():
    """The script of the page makes elements and sets their text: no way for a name to become markup."""
    folder = files("merger.documents").joinpath("templates", "page")
    script = "\n".join(f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".js"))
    assert "textContent" in script or "createTextNode" in script
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in script


@pytest.mark.parametrize("name", HOSTILE)
def test_workbook(tmp_path, name):
    """The options of the annex keep every text a text."""
    from merger.documents.annex import TEXT_ONLY

    book = xlsxwriter.Workbook(str(tmp_path / "b.xlsx"), TEXT_ONLY)
    book.add_worksheet("a").write(0, 0, name)
    book.close()
    cell = openpyxl.load_workbook(tmp_path / "b.xlsx")["a"]["A1"]
    assert cell.data_type == "s"
    assert "write_formula" not in files("merger.documents").joinpath("annex.py").read_text(encoding="utf-8")
