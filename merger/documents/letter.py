"""A Word document in the form of Vietnamese administrative documents (Decree 30/2020/NĐ-CP): A4, margins,
heads, styles."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.text.paragraph import Paragraph

from merger.documents.drawing import Drawing
from merger.documents.letter_parts import cell_line, fix_widths, mark, rule_below, set_font, shade, write_cell
from merger.documents.metafile import emf

# Annex I of Decree 30/2020/NĐ-CP: margins 20-25, 20-25, 30-35 and 15-20 mm; text 13 to 14 points.
TOP, BOTTOM, LEFT, RIGHT = Cm(2), Cm(2), Cm(3), Cm(2)
TEXT_WIDTH_CM = 16.0
BODY_PT, TABLE_PT, SMALL_PT = 13, 10.5, 11
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

    def __init__(self, lang: str):
        self.lang = lang
        self.word: WordDocument = Document()
        self._figures = 0
        self._drawings = 0
        self._tables = 0
        # Tighter text and tables, for the page that must hold the whole decision.
        self.compact = False
        self._page()
        self._styles()

    def heads(self, *, superior: str, issuer: str, symbol: str, place: str, year: int) -> None:
        """Issuer at the left, name of the state and motto at the right, number and date lines left open."""
        vi = self.lang == "vi"
        table = self.word.add_table(rows=2, cols=2)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        fix_widths(table, (6.6, 10.0))
        left, right = table.rows[0].cells
        cell_line(left, superior.upper(), 12)
        rule_below(cell_line(left, issuer.upper(), 12, bold=True, first=False), 2.2, left.width)
        cell_line(
            right,
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" if vi else "SOCIALIST REPUBLIC OF VIET NAM",
            12,
            bold=True,
        )
        motto = "Độc lập - Tự do - Hạnh phúc" if vi else "Independence - Freedom - Happiness"
        rule_below(cell_line(right, motto, 13, bold=True, first=False), 5.4, right.width)
        low_left, low_right = table.rows[1].cells
        cell_line(low_left, f"{'Số' if vi else 'No.'}:          /{symbol}", 13)
        cell_line(low_left, "(DỰ THẢO)" if vi else "(DRAFT)", 12, bold=True, first=False)
        when = f"{place}, ngày       tháng       năm {year}" if vi else f"{place},                    {year}"
        cell_line(low_right, when, 13, italic=True)

    def title(self, kind: str, subject: str, addressee: str) -> None:
        """Kind of document, subject, a short line, and whom it is for."""
        self._centred(kind.upper(), 14, before=6)
        p = self._centred(subject, 14)
        rule_below(p, 4.5, Cm(TEXT_WIDTH_CM))
        if addressee:
            p = self._centred(f"{'Kính gửi' if self.lang == 'vi' else 'To'}: {addressee}", 13, bold=False)
            p.paragraph_format.space_after = Pt(6)

    def chapter(self, text: str) -> None:
        """Heading of a chapter, e.g. I. SẮP XẾP ..., on a new page."""
        p = self.word.add_heading(text.upper(), level=1)
        p.paragraph_format.page_break_before = True

    def heading(self, text: str, level: int = 2) -> None:
        """Heading inside a chapter."""
        self.word.add_heading(text, level=level)

    def paragraph(self, text: str, *, bold_until: str = "") -> Paragraph:
        """A justified paragraph; the part up to and with `bold_until` is bold."""
        p = self.word.add_paragraph()
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
            p = self.word.add_paragraph(f"- {item}")
            p.paragraph_format.space_after = Pt(3)
            self._tighten(p)

    def warning(self, text: str) -> None:
        """A shaded box, for what nobody may overlook (synthetic data)."""
        table = self.word.add_table(rows=1, cols=1)
        table.style = "Table Grid"
        fix_widths(table, (TEXT_WIDTH_CM,))
        cell = table.rows[0].cells[0]
        shade(cell, WARN_SHADE)
        write_cell(cell, text, SMALL_PT, align=WD_ALIGN_PARAGRAPH.JUSTIFY, bold=False)
        self.gap(4)

    def table(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths_cm: Sequence[float],
        *,
        caption: str = "",
        numeric: Sequence[int] = (),
        size: float = TABLE_PT,
        bold_rows: Sequence[int] = (),
    ) -> None:
        """A ruled table; its head repeats on each page and rows do not split. `numeric` columns align
        right."""
        if caption:
            self._tables += 1
            word = "Bảng" if self.lang == "vi" else "Table"
            p = self._centred(f"{word} {self._tables}. {caption}", 12, bold=True, before=6)
            p.paragraph_format.keep_with_next = True
        table = self.word.add_table(rows=1, cols=len(headers))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, text in zip(table.rows[0].cells, headers, strict=True):
            write_cell(cell, text, size, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
            shade(cell, SHADE)
        mark(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
        for i, row in enumerate(rows):
            cells = table.add_row().cells
            for j, text in enumerate(row):
                side = WD_ALIGN_PARAGRAPH.RIGHT if j in numeric else WD_ALIGN_PARAGRAPH.LEFT
                write_cell(cells[j], str(text), size, bold=i in bold_rows, align=side)
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
        p = self.word.add_paragraph()
        p.alignment = WD_ALIGN_PARAGRAPH.CENTER
        p.paragraph_format.first_line_indent = Cm(0)
        p.paragraph_format.keep_with_next = True
        p.paragraph_format.space_after = Pt(0)
        return p

    def _caption(self, caption: str, *, numbered: bool = True) -> None:
        self._figures += numbered
        word = f"{'Hình' if self.lang == 'vi' else 'Figure'} {self._figures}. " if numbered else ""
        self._centred(
            f"{word}{caption}", 12 if numbered else SMALL_PT - 1, bold=False, italic=True
        ).paragraph_format.space_after = Pt(8)

    def gap(self, points: float) -> None:
        """Small distance after a table."""
        p = self.word.add_paragraph()
        p.paragraph_format.space_after = Pt(0)
        p.paragraph_format.line_spacing = Pt(points)

    def page_break(self) -> None:
        """Go on at a new page."""
        self.word.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def signature(self, recipients: Sequence[str], issuer_head: str) -> None:
        """Recipients at the left, place of the signature at the right."""
        vi = self.lang == "vi"
        self.gap(10)
        table = self.word.add_table(rows=1, cols=2)
        fix_widths(table, (8.0, 8.0))
        left, right = table.rows[0].cells
        p = cell_line(left, "Nơi nhận:" if vi else "Recipients:", 12, bold=True, italic=True)
        p.alignment = WD_ALIGN_PARAGRAPH.LEFT
        for i, item in enumerate(recipients):
            end = "." if i == len(recipients) - 1 else ";"
            line = cell_line(left, f"- {item}{end}", SMALL_PT, first=False)
            line.alignment = WD_ALIGN_PARAGRAPH.LEFT
        cell_line(right, issuer_head.upper(), 13, bold=True)
        cell_line(
            right,
            "(Ký, ghi rõ họ tên, đóng dấu)" if vi else "(Signature, name, seal)",
            12,
            italic=True,
            first=False,
        )

    def save(self, path: Path, *, title: str, author: str, created: date) -> None:
        """Write the file with fixed dates, so that equal content gives equal bytes."""
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

    def _page(self) -> None:
        section = self.word.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.top_margin, section.bottom_margin = TOP, BOTTOM
        section.left_margin, section.right_margin = LEFT, RIGHT
        section.header_distance = Cm(1)
        section.different_first_page_header_footer = True
        p = section.header.paragraphs[0]
        p.alignment = WD_ALIGN_PARAGRAPH.CENTER
        p.paragraph_format.first_line_indent = Cm(0)
        for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
            run = p.add_run()
            run.font.size = Pt(13)
            if kind:
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
            else:
                mark = OxmlElement("w:instrText")
                mark.text = text
            run._r.append(mark)

    def _styles(self) -> None:
        body = self.word.styles["Normal"]
        set_font(body, BODY_PT)
        language = body.element.get_or_add_rPr().makeelement(qn("w:lang"), {})
        language.set(qn("w:val"), "vi-VN" if self.lang == "vi" else "en-GB")
        body.element.get_or_add_rPr().append(language)
        form = body.paragraph_format
        form.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        form.first_line_indent, form.space_before, form.space_after = Cm(1), Pt(0), Pt(6)
        form.line_spacing = 1.1
        for level, size, italic in ((1, 14, False), (2, 13, False), (3, 13, True)):
            style = self.word.styles[f"Heading {level}"]
            set_font(style, size)
            style.font.bold, style.font.italic = True, italic
            style.font.color.rgb = RGBColor(0, 0, 0)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(8), Pt(4)
            style.paragraph_format.first_line_indent = Cm(0 if level == 1 else 1)
            style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
            style.paragraph_format.keep_with_next = True
        set_font(self.word.styles["Header"], 13)

    def _centred(
        self, text: str, size: float, *, bold: bool = True, italic: bool = False, before: float = 0
    ) -> Paragraph:
        p = self.word.add_paragraph()
        run = p.add_run(text)
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)
        p.alignment = WD_ALIGN_PARAGRAPH.CENTER
        form = p.paragraph_format
        form.first_line_indent, form.space_before, form.space_after = Cm(0), Pt(before), Pt(3)
        return p


def fixed_zip(data: bytes, created: date) -> bytes:
    """The same archive with one date on every entry."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, (max(created.year, 1980), created.month, created.day, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(info, old.read(entry.filename))
    return out.getvalue()
