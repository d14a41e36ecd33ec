"""Word templates that a planner can edit: styles, page, letterhead and fixed texts, with fields in double braces.

A field `{{subject}}` inside a text is replaced, keeping its format; in a paragraph that holds a list's field, the
paragraph is repeated for each item. A paragraph that is only `{{chapters}}` (see BLOCKS) marks where the program
writes; what stands between `{{begin_X}}` and `{{end_X}}` goes when the plan has nothing to say there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from importlib.resources import as_file, files
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from geodata.faults import Fault, InputError, did_you_mean, shown
from merger.inputs import Inputs

LANGUAGES = ("vi", "en")
FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# Places where the program writes, and the part of the draft resolution.
BLOCKS = ("first_page", "chapters", "clauses", "appendices")
DRAFT = "resolution"
FIELDS = (
    "superior", "issuer", "issuer_name", "symbol", "place", "year", "subject", "addressee", "recipients",
    "territory", "effect",
)  # fmt: skip
MARKS = (*BLOCKS, f"begin_{DRAFT}", f"end_{DRAFT}")
# Styles that the program writes with; a planner may change how they look, not remove them.
STYLES = (
    "Normal", "Heading 1", "Heading 2", "Heading 3", "Caption", "Small Caption", "Table Caption", "Table Text",
    "Small Table Text", "List Item", "Warning", "Draft Clause", "Appendix Title", "Document Kind",
    "Document Subject", "Document Line", "Table Grid",
)  # fmt: skip


def template_name(lang: str) -> str:
    """File name of the template of a language."""
    return f"letter.{lang}.docx"


def copy_templates(folder: Path) -> None:
    """Put the program's templates into a folder, for a planner to edit."""
    folder.mkdir(parents=True, exist_ok=True)
    for lang in LANGUAGES:
        with as_file(_shipped(lang)) as path:
            shutil.copyfile(path, folder / template_name(lang))


def open_template(lang: str, folder: Path | None = None) -> WordDocument:
    """The template of a language, of a planner's folder or the program's own.

    Raises InputError with everything that is wrong in it: no such file, unknown field, missing mark or style.
    """
    if folder is None:
        with as_file(_shipped(lang)) as path:
            return Document(str(path))
    path = folder / template_name(lang)
    try:
        word = Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError):
        remedy = "save the template as a Word document (.docx) there, or leave documents.templates empty"
        raise InputError.single(shown(path), "no such Word document", remedy) from None
    faults = _faults(word, shown(path))
    if faults:
        raise InputError(faults)
    return word


def scenario_template(inputs: Inputs, lang: str) -> WordDocument:
    """The template that a scenario names (documents.templates, relative to its folder), or the program's own."""
    own = inputs.scenario.documents.templates
    return open_template(lang, inputs.folder / own if own else None)


def blank(lang: str) -> WordDocument:
    """The program's template without its content: page and styles alone."""
    word = open_template(lang)
    body = word.element.body
    for element in list(body):
        if element.tag != qn("w:sectPr"):
            body.remove(element)
    return word


def fill(word: WordDocument, fields: Mapping[str, str | Sequence[str]]) -> None:
    """Put values in place of the fields in text, tables, headers and footers."""
    for paragraph in list(_paragraphs(word)):
        for name in FIELD.findall(paragraph.text):
            value = fields.get(name)
            if isinstance(value, str):
                _replace(paragraph, name, value)
            elif value is not None:
                _repeat(paragraph, name, value)


def mark(word: WordDocument, name: str) -> Paragraph:
    """The paragraph that marks a place."""
    return next(p for p in word.paragraphs if FIELD.fullmatch(p.text.strip()) and name in p.text)


def cut(word: WordDocument, part: str) -> None:
    """Take out a part with everything between its marks."""
    element, last = mark(word, f"begin_{part}")._p, mark(word, f"end_{part}")._p
    while element is not last:
        following = element.getnext()
        element.getparent().remove(element)
        element = following
    last.getparent().remove(last)


def drop_marks(word: WordDocument) -> None:
    """Take out the paragraphs that only marked places."""
    for paragraph in list(word.paragraphs):
        found = FIELD.fullmatch(paragraph.text.strip())
        if found and found.group(1) in MARKS:
            paragraph._p.getparent().remove(paragraph._p)


def _shipped(lang: str):
    return files("merger.documents").joinpath("templates", template_name(lang))


def _faults(word: WordDocument, path: str) -> list[Fault]:
    faults, met = [], set()
    for paragraph in _paragraphs(word):
        for name in FIELD.findall(paragraph.text):
            met.add(name)
            if name not in (*FIELDS, *MARKS):
                remedy = did_you_mean(name, (*FIELDS, *MARKS))
                faults.append(Fault(path, message=f"unknown field {{{{{name}}}}}", remedy=remedy))
    alone = {m.group(1) for p in word.paragraphs if (m := FIELD.fullmatch(p.text.strip()))}
    for name in MARKS:
        if name not in alone:
            remedy = f"write {{{{{name}}}}} alone in a paragraph where that part belongs"
            faults.append(Fault(path, message=f"the mark {{{{{name}}}}} is missing", remedy=remedy))
    known = {style.name for style in word.styles}
    for name in STYLES:
        if name not in known:
            remedy = "copy the style from the template that merger new writes"
            faults.append(Fault(path, message=f'the style "{name}" is missing', remedy=remedy))
    return faults


def _paragraphs(word: WordDocument) -> Iterator[Paragraph]:
    """Paragraphs of the body, of its tables at any depth, of headers and footers."""
    stories = [word.element.body]
    for section in word.sections:
        for part in (section.header, section.first_page_header, section.footer, section.first_page_footer):
            if not part.is_linked_to_previous:
                stories.append(part._element)
    for story in stories:
        for element in story.iter(qn("w:p")):
            yield Paragraph(element, word._body)


def _replace(paragraph: Paragraph, name: str, value: str) -> None:
    """A field's value in the run where the field begins; Word may have split the field over several runs."""
    pattern = re.compile(r"\{\{\s*" + name + r"\s*\}\}")
    while found := pattern.search("".join(r.text for r in paragraph.runs)):
        at = 0
        for run in paragraph.runs:
            text, begin, end = run.text, found.start() - at, found.end() - at
            if end > 0 and begin < len(text):
                run.text = text[: max(begin, 0)] + (value if begin >= 0 else "") + text[end:]
            at += len(text)


def _repeat(paragraph: Paragraph, name: str, values: Sequence[str]) -> None:
    """The paragraph once for each value."""
    for value in values:
        copied = deepcopy(paragraph._p)
        paragraph._p.addprevious(copied)
        _replace(Paragraph(copied, paragraph._parent), name, value)
    paragraph._p.getparent().remove(paragraph._p)
