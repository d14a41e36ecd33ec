"""A Word document in the form of Vietnamese administrative documents (Decree 30/2020/NĐ-CP).

Page, styles and letterhead are those of a template (merger.documents.letter_template); this module adds paragraphs,
tables and pictures in those styles.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.shape import CT_Inline
from docx.shared import Cm, Emu, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from merger.documents.drawing import Drawing
from merger.documents.letter_parts import composed, fix_widths, mark, rule_below, shade, write_cell
from merger.documents.letter_template import blank, drop_marks
from merger.documents.letter_template import mark as place_of
from merger.documents.metafile import emf

TEXT_WIDTH_CM = 16.0
TABLE, SMALL_TABLE = "Table Text", "Small Table Text"
KEPT_TOGETHER = 15
SHADE, WARN_SHADE = "E8EEF4", "FFF3CD"
TALLEST_CM = 23.0  # picture that leaves room for its caption on a page
# The picture as SVG beside its EMF: an extension of DrawingML ([MS-ODRAWXML] 2.26, asvg:svgBlip).
SVG_BLIP = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">'
    '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="{link}"/>'
    "</a:ext></a:extLst>"
)


class Letter:
    """Builds the document top to bottom; every method adds at the end."""

    def __init__(self, lang: str, word: WordDocument | None = None):
        """Write into an opened template, by default into an empty one."""
        self.lang = lang
        self.word = blank(lang) if word is None else word
        self._mark: Paragraph | None = None
        self._figures = 0
        self._drawings = 0
        self._tables = 0
        # Tighter text, for the page that must hold the whole decision.
        self.compact = False

    def write_at(self, place: str) -> None:
        """Go on before the template's mark of a place."""
        self._mark = place_of(self.word, place)

    def title(self, kind: str, subject: str, addressee: str) -> None:
        """Kind of document, subject, a short line, and whom it is for."""
        self._text(kind.upper(), "Document Kind")
        rule_below(self._text(subject, "Document Subject"), 4.5, Cm(TEXT_WIDTH_CM))
        if addressee:
            self._text(f"{'Kính gửi' if self.lang == 'vi' else 'To'}: {addressee}", "Document Line")

    def chapter(self, text: str, *, new_page: bool = True) -> None:
        """Heading of a chapter, e.g. I. SẮP XẾP ..."""
        self._text(text.upper(), "Heading 1").paragraph_format.page_break_before = new_page

    def appendix(self, number: str, title: str, source: str) -> None:
        """Heads of an appendix on a new page: its number, its title, and the document that it belongs to."""
        word = "Phụ lục" if self.lang == "vi" else "Appendix"
        self._text(f"{word} {number}", "Appendix Title").paragraph_format.page_break_before = True
        self._text(title.upper(), "Document Subject")
        self._text(source, "Document Line").runs[0].italic = True

    def heading(self, text: str, level: int = 2) -> None:
        """Heading inside a chapter."""
        self._text(text, f"Heading {level}")

    def paragraph(self, text: str, *, bold_until: str = "") -> Paragraph:
        """A justified paragraph; the part up to and with `bold_until` is bold."""
        p = self._text("", "Normal")
        if bold_until and bold_until in text:
            head, rest = text.split(bold_until, 1)
            p.add_run(head + bold_until).bold = True
            p.add_run(rest)
        else:
            p.add_run(text)
        self._tighten(p)
        return p

    def bullets(self, items: Iterable[str]) -> None:
        """A list, with hyphens as administrative documents use them."""
        for item in items:
            self._tighten(self._text(f"- {item}", "List Item"))

    def clauses(self, items: Iterable[str]) -> None:
        """Numbered clauses of a draft resolution."""
        for number, item in enumerate(items, start=1):
            self._text(f"{number}. {item}", "Draft Clause")

    def warning(self, text: str) -> None:
        """A shaded box, for what nobody may overlook (synthetic data)."""
        table = self._table(1)
        table.style = "Table Grid"
        fix_widths(table, (TEXT_WIDTH_CM,))
        cell = table.rows[0].cells[0]
        mark(table.rows[0]._tr.get_or_add_trPr(), "w:cantSplit")
        shade(cell, WARN_SHADE)
        write_cell(cell, text, "Warning", bold=False)
        self.gap(4)

    def table(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths_cm: Sequence[float],
        *,
        caption: str = "",
        numeric: Sequence[int] = (),
        small: bool = False,
        bold_rows: Sequence[int] = (),
    ) -> None:
        """A ruled table; its head repeats on each page and rows do not split. `numeric` columns align
        right."""
        if caption:
            self._tables += 1
            word = "Bảng" if self.lang == "vi" else "Table"
            self._text(f"{word} {self._tables}. {caption}", "Table Caption")
        style = SMALL_TABLE if small else TABLE
        table = self._table(len(headers))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, text in zip(table.rows[0].cells, headers, strict=True):
            write_cell(cell, text, style, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
            shade(cell, SHADE)
        mark(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
        for i, row in enumerate(rows):
            cells = table.add_row().cells
            for j, text in enumerate(row):
                side = WD_ALIGN_PARAGRAPH.RIGHT if j in numeric else WD_ALIGN_PARAGRAPH.LEFT
                write_cell(cells[j], str(text), style, bold=i in bold_rows, align=side)
        # A short table stays in one piece, a long one at least keeps its head with its first rows.
        together = len(rows) if len(rows) <= KEPT_TOGETHER else 3
        for i, row in enumerate(table.rows):
            mark(row._tr.get_or_add_trPr(), "w:cantSplit")
            if i < together:
                for cell in row.cells:
                    cell.paragraphs[0].paragraph_format.keep_with_next = True
        fix_widths(table, widths_cm)
        self.gap(4)

    def drawing(self, drawing: Drawing, caption: str) -> None:
        """A vector picture as wide as the text, smaller where it would be too tall for a page.

        It lies in the file twice: as SVG for Word 2016 and later and LibreOffice 24.2 and later, and as EMF for others.
        """
        self._drawings += 1
        width = Cm(min(TEXT_WIDTH_CM, TALLEST_CM * drawing.width / drawing.height))
        height = Emu(round(width * drawing.height / drawing.width))
        links = [
            self._part(f"drawing{self._drawings}.{kind}", content, data)
            for kind, content, data in (
                ("emf", "image/x-emf", emf(drawing)),
                ("svg", "image/svg+xml", drawing.svg()),
            )
        ]
        number = self.word.part.next_id
        inline = CT_Inline.new_pic_inline(number, links[0], f"drawing{self._drawings}.emf", width, height)
        inline.graphic.graphicData.pic.blipFill.blip.append(parse_xml(SVG_BLIP.format(link=links[1])))
        inline.docPr.set("descr", caption)
        self._picture_line().add_run()._r.add_drawing(inline)
        self._caption(caption)

    def _part(self, name: str, content: str, data: bytes) -> str:
        """Put a picture into the file; returns its relationship id."""
        part = Part(PackURI(f"/word/media/{name}"), content, data, self.word.part.package)
        return self.word.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)

    def picture(self, png: bytes, caption: str, width_cm: float = TEXT_WIDTH_CM, *, numbered: bool = True) -> None:
        """A picture with its caption below, numbered or small; both stay on one page. The caption is the
        alternative text too."""
        shape = self._picture_line().add_run().add_picture(BytesIO(png), width=Cm(width_cm))
        shape._inline.docPr.set("descr", caption)
        self._caption(caption, numbered=numbered)

    def _picture_line(self) -> Paragraph:
        """A centred paragraph for a picture that stays with its caption."""
        p = self._text("", "Caption")
        p.paragraph_format.keep_with_next = True
        p.paragraph_format.space_after = Pt(0)
        return p

    def _caption(self, caption: str, *, numbered: bool = True) -> None:
        self._figures += numbered
        word = f"{'Hình' if self.lang == 'vi' else 'Figure'} {self._figures}. " if numbered else ""
        self._text(f"{word}{caption}", "Caption" if numbered else "Small Caption")

    def gap(self, points: float) -> None:
        """Small distance after a table."""
        p = self._text("", "Normal")
        p.paragraph_format.space_after = Pt(0)
        p.paragraph_format.line_spacing = Pt(points)

    def page_break(self) -> None:
        """Go on at a new page."""
        self._text("", "Normal").add_run().add_break(WD_BREAK.PAGE)

    def save(self, path: Path, *, title: str, author: str, created: date) -> None:
        """Write the file with fixed dates, so that equal content gives equal bytes."""
        drop_marks(self.word)
        core = self.word.core_properties
        moment = datetime(created.year, created.month, created.day)
        core.title, core.author, core.last_modified_by, core.comments = title, author, author, ""
        core.created = core.modified = core.last_printed = moment
        core.revision, core.language = 1, "vi-VN" if self.lang == "vi" else "en-GB"
        out = BytesIO()
        self.word.save(out)
        Path(path).write_bytes(fixed_zip(out.getvalue(), created))

    def _tighten(self, p: Paragraph) -> None:
        if self.compact:
            p.paragraph_format.line_spacing, p.paragraph_format.space_after = 1.0, Pt(3)

    def _text(self, text: str, style: str) -> Paragraph:
        """A paragraph of a style at the place of writing."""
        p = self.word.add_paragraph(composed(text), style)
        if self._mark is not None:
            self._mark._p.addprevious(p._p)
        return p

    def _table(self, columns: int) -> Table:
        """A table of one row at the place of writing."""
        table = self.word.add_table(rows=1, cols=columns)
        if self._mark is not None:
            self._mark._p.addprevious(table._tbl)
        return table


def fixed_zip(data: bytes, created: date) -> bytes:
    """The same archive with one date on every entry."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, (max(created.year, 1980), created.month, created.day, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(info, old.read(entry.filename))
    return out.getvalue()
