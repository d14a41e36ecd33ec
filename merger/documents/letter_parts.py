"""Cells and lines of a Word document, below what python-docx offers."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph


def composed(text: str) -> str:
    """Text with one code point a letter, as fonts and searches expect it; names of roads come in either form."""
    return normalize("NFC", text)


def write_cell(cell: _Cell, text: str, style: str, *, bold: bool, align: WD_ALIGN_PARAGRAPH | None = None) -> None:
    """Text of a cell in a style of the template; `align` where it differs from the style."""
    p = cell.paragraphs[0]
    p.style = style
    p.add_run(composed(text)).bold = bold or None
    if align is not None:
        p.alignment = align


def rule_below(paragraph: Paragraph, length_cm: float, within: Emu) -> None:
    """A short line below a paragraph: an empty paragraph whose indents leave `length_cm` for its border."""
    line = paragraph._p.makeelement(qn("w:p"), {})
    paragraph._p.addnext(line)
    p = Paragraph(line, paragraph._parent)
    indent = max(0, int((within - Cm(length_cm)) / 2))
    form = p.paragraph_format
    form.first_line_indent, form.left_indent, form.right_indent = Cm(0), Emu(indent), Emu(indent)
    form.space_before, form.space_after, form.line_spacing = Pt(0), Pt(4), Pt(3)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{key}"), value)
    border.append(top)
    p._p.get_or_add_pPr().append(border)


def shade(cell: _Cell, colour: str) -> None:
    """Fill a cell with a colour, rrggbb."""
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def mark(properties, name: str) -> None:
    """Set a property that is true by being there."""
    properties.append(OxmlElement(name))


def fix_widths(table: Table, widths_cm: Sequence[float]) -> None:
    """Give the columns of a table their widths, whatever they hold."""
    table.autofit = False
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths_cm, strict=True):
            cell.width = Cm(width)
