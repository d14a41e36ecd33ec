"""Word templates that a planner edits: fields, marks, the draft resolution, and what is said of a faulty one."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from docx import Document
from typer.testing import CliRunner

from geodata.faults import InputError
from merger.cli import app
from merger.documents.context import say
from merger.documents.draft_resolution import clauses
from merger.documents.letter import Letter
from merger.documents.letter_template import (
    FIELDS,
    LANGUAGES,
    blank,
    copy_templates,
    cut,
    drop_marks,
    fill,
    mark,
    open_template,
    template_name,
)
from merger.documents.report import balanced
from merger.documents.wording import number

VALUES = {name: name.upper() for name in FIELDS} | {"recipients": ["Như trên;", "Lưu: VT."]}


def body_text(word) -> list[str]:
    """All paragraphs, those of tables too, in no particular order."""
    cells = [p.text for t in word.tables for row in t.rows for cell in row.cells for p in cell.paragraphs]
    return [p.text for p in word.paragraphs] + cells


@pytest.mark.parametrize("lang", LANGUAGES)
def test_copied_templates_are_complete_and_have_the_form_of_the_decree(lang, tmp_path):
    """Decree 30/2020/NĐ-CP, annex I: A4, margins 20-25, 20-25, 30-35, 15-20 mm, Times New Roman 13 or 14."""
    copy_templates(tmp_path)
    word = open_template(lang, tmp_path)
    section = word.sections[0]
    size = [round(x.mm) for x in (section.page_width, section.page_height)]
    margins = [round(x.mm) for x in (section.top_margin, section.bottom_margin, section.left_margin)]
    assert (size, margins, round(section.right_margin.mm)) == ([210, 297], [20, 20, 30], 20)
    assert (word.styles["Normal"].font.name, word.styles["Normal"].font.size.pt) == ("Times New Roman", 13)


def test_fields_are_filled_wherever_word_has_split_them(tmp_path):
    """`{{subject}}` in three runs is one field; a list's field repeats its paragraph; no brace is left at the end."""
    word = open_template("vi")
    paragraph = mark(word, "first_page").insert_paragraph_before("Về ")
    for part in ("{{sub", "ject", "}} và"):
        paragraph.add_run(part)
    fill(word, VALUES)
    drop_marks(word)
    texts = body_text(word)
    assert paragraph.text == "Về SUBJECT và"
    assert [t for t in texts if t.startswith("- ")] == ["- Như trên;", "- Lưu: VT."]
    assert not any("{{" in t for t in texts)


def test_the_draft_goes_with_everything_between_its_marks():
    """Without units nothing of the resolution is left, and what stands around it stays."""
    word = open_template("vi")
    cut(word, "resolution")
    texts = body_text(word)
    assert "QUYẾT NGHỊ:" not in texts
    assert "ỦY BAN THƯỜNG VỤ QUỐC HỘI" not in texts
    assert "{{appendices}}" in texts
    assert "GIÁM ĐỐC" in texts


def test_text_is_written_at_its_mark_in_the_styles_of_the_template():
    """A chapter and a table stand between the marks around them; a blank document holds what is written and no more."""
    letter = Letter("vi", open_template("vi"))
    letter.write_at("chapters")
    letter.chapter("Một", new_page=False)
    letter.table(["A"], [["1"]], (4.0,), numeric=(0,))
    texts = [p.text for p in letter.word.paragraphs]
    assert texts.index("{{first_page}}") < texts.index("MỘT") < texts.index("{{chapters}}")
    assert letter.word.tables[1].rows[1].cells[0].paragraphs[0].style.name == "Table Text"
    alone = Letter("en", blank("en"))
    alone.paragraph("Only this.")
    assert [p.text for p in alone.word.paragraphs] == ["Only this."]


def test_what_is_wrong_in_a_template_is_told_at_once(tmp_path):
    """An unknown field, a lost mark and a removed style: three faults with the file's name and a remedy each."""
    copy_templates(tmp_path)
    path = tmp_path / template_name("vi")
    word = Document(str(path))
    word.add_paragraph("{{suject}}")
    lost = mark(word, "clauses")._p
    lost.getparent().remove(lost)
    style = word.styles["Table Text"].element
    style.getparent().remove(style)
    word.save(str(path))
    with pytest.raises(InputError) as caught:
        open_template("vi", tmp_path)
    faults = caught.value.faults
    assert [f.message for f in faults] == [
        "the mark {{clauses}} is missing",
        'the style "Table Text" is missing',
        "unknown field {{suject}}",
    ]
    assert all(f.path.endswith("letter.vi.docx") and f.remedy for f in faults)
    assert faults[2].remedy == 'did you mean "subject"?'


def test_a_missing_template_is_told(tmp_path):
    """A folder without the file, and a file that is no Word document."""
    (tmp_path / "letter.en.docx").write_text("text", encoding="utf-8")
    for lang in LANGUAGES:
        with pytest.raises(InputError, match="no such Word document"):
            open_template(lang, tmp_path)


def test_a_faulty_template_is_told_before_any_stage_is_solved(tmp_path):
    """Planning with a folder without templates stops at once, and writes nothing."""
    arguments = ["plan", "hai-phong-2025", "-o", str(tmp_path / "plan"), "--set", "documents.templates=nowhere"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code != 0
    assert "no such Word document" in f"{result.output}{result.exception}"
    assert not (tmp_path / "plan").exists()


def test_new_scenario_brings_the_templates(tmp_path):
    """`merger new` writes both beside the empty tables, ready to edit."""
    result = CliRunner().invoke(app, ["new", str(tmp_path / "own")])
    assert result.exit_code == 0, result.output
    for lang in LANGUAGES:
        open_template(lang, tmp_path / "own" / "templates")


def test_long_names_break_in_balance():
    """21 + 13 letters would leave a short second line; 16 + 19 is the best split."""
    assert balanced("ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG") == "ỦY BAN NHÂN DÂN\nTHÀNH PHỐ HẢI PHÒNG"
    assert balanced("SỞ NỘI VỤ") == "SỞ NỘI VỤ"


def _case(lang: str) -> SimpleNamespace:
    """Five old units, two of one name; b is divided between two new units, e stays as it is."""
    units = pd.DataFrame(
        {
            "name_full": ["Xã An", "Xã Bình", "Thị trấn Cầu", "Xã An", "Phường Em"],
            "district": ["Huyện Một", "Huyện Một", "Huyện Một", "Huyện Hai", "Quận Ba"],
        },
        index=list("abcde"),
    )
    new = pd.DataFrame(
        {
            "new_id": ["n1", "n2", "n3"],
            "new_name": ["Xã Cầu", "Phường An Bình", "Phường Em"],
            "kind": ["xa", "phuong", "phuong"],
            "side": ["x", "x", "y"],
            "members": ["a;b;c", "b;d", "e"],
            "seat_code": ["c", "d", "e"],
            "area_km2": [12.5, 3.0, 1.25],
            "population": [21_000, 9_500, 45_914],
        }
    )
    name = SimpleNamespace(vi="Ủy ban nhân dân tỉnh X", en="People's Committee of X province")
    heads = SimpleNamespace(superior=name, place="X")
    return SimpleNamespace(
        lang=lang,
        plan=SimpleNamespace(tables={"new_units": new}),
        inputs=SimpleNamespace(units=units, scenario=SimpleNamespace(documents=heads)),
        n=lambda value, decimals=0: number(value, lang, decimals),
        say=lambda vi, en: say(lang, vi, en),
    )


def test_clauses_have_the_form_of_resolution_1669():
    """Whole and in part, by kind, namesakes with their district, area, population and seat; then the count."""
    assert clauses(_case("vi")) == [
        "Sắp xếp toàn bộ diện tích tự nhiên, quy mô dân số của xã An (huyện Một), thị trấn Cầu và một phần diện tích "
        "tự nhiên, quy mô dân số của xã Bình thành xã mới có tên gọi là xã Cầu; diện tích tự nhiên 12,50 km², quy mô "
        "dân số 21.000 người; trụ sở đặt tại thị trấn Cầu cũ.",
        "Sắp xếp toàn bộ diện tích tự nhiên, quy mô dân số của xã An (huyện Hai) và một phần diện tích tự nhiên, quy "
        "mô dân số của xã Bình thành phường mới có tên gọi là phường An Bình; diện tích tự nhiên 3,00 km², quy mô dân "
        "số 9.500 người; trụ sở đặt tại xã An cũ.",
        "Giữ nguyên phường Em, diện tích tự nhiên 1,25 km², quy mô dân số 45.914 người, và trụ sở hiện nay.",
        "Sau khi sắp xếp, tỉnh X có 3 đơn vị hành chính cấp xã, gồm 1 xã, 2 phường.",
    ]


def test_clauses_in_english():
    """The same order of facts."""
    assert clauses(_case("en"))[1:3] == [
        "All of the area and population of Xã An (huyện Hai) and part of the area and population of Xã Bình become a "
        "ward named Phường An Bình; area 3.00 km², population 9,500; seat in the former Xã An.",
        "Phường Em stays as it is, with its seat; area 1.25 km², population 45,914.",
    ]
