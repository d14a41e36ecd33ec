"""Text files as planners have them: which encoding, and never a silently garbled name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

from geodata.faults import InputError, shown

VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", letter + mark + tone)
    for letter in "aăâeêioôơuưydđbcghklmnpqrstvxfjwz"
    for mark in ("",)
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)
PUNCTUATION = frozenset("–—‘’“”…«»°²³½×·•₫\u00a0")
EXCEL_REMEDY = 'in Excel choose Save As, type "CSV UTF-8 (Comma delimited)", or keep it as .xlsx'
LEGACY_REMEDY = "convert it to Unicode (for instance with the UniKey toolkit), then save it as UTF-8"
# Signs with which a spreadsheet lets a formula begin, full-width forms too; blanks and apostrophes may stand before.
FORMULA = re.compile(r"['\s\ufeff\u200b]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
# What the bytes of UTF-8 Vietnamese look like when a program took them for Windows-1252.
TELLTALE = ("á»", "áº", "Ã", "Æ°", "Æ¡", "Ä‘", "Ä\u0090", "Äƒ", "Â")


def read_text(path: Path) -> str:
    """Text of a file in UTF-8 (with or without BOM) or UTF-16 with BOM, composed (NFC).

    Other encodings are refused with the line of the first byte that does not fit: guessing would risk garbled
    names.
    """
    try:
        data = path.read_bytes()
    except OSError as e:
        raise InputError.single(shown(path), f"cannot be read: {e.strerror}", "check the path and the rights") from None
    return decode(data, path)


def decode(data: bytes, path: Path, *, partial: bool = False) -> str:
    """Decode the bytes of a text file as `read_text` does; `path` is for the message.

    `partial`: these are only its first bytes, for a look at the kind of file; a cut or foreign letter is no fault yet.
    """
    if data[:4] == b"PK\x03\x04":
        raise InputError.single(shown(path), "is an Excel workbook by its content", "give it the ending .xlsx")
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError.single(shown(path), "is an old Excel workbook (.xls)", "save it as .xlsx or as CSV UTF-8")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if encoding != "utf-16" and b"\0" in data[:400]:
        raise InputError.single(shown(path), "looks like UTF-16 without a byte order mark", EXCEL_REMEDY)
    try:
        text = data.decode(encoding, errors="ignore" if partial else "strict")
    except UnicodeDecodeError as e:
        raise _undecodable(data, e.start, path) from None
    return unicodedata.normalize("NFC", text)


def garbled(text: str) -> str:
    """The right spelling of UTF-8 text once read as Windows-1252 and saved again; "" when not garbled."""
    if not any(sign in text for sign in TELLTALE):
        return ""
    for encoding in ("cp1252", "latin-1"):
        try:
            repaired = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return unicodedata.normalize("NFC", repaired) if repaired != text else ""
    return ""


def undecodable(path: Path) -> InputError:
    """The error of a file that is not in the encoding it was read in, without a sample, which may be a name."""
    try:
        decode(path.read_bytes(), path)
    except InputError as e:
        return InputError(replace(f, message=f.message.partition(", e.g.")[0]) for f in e.faults)
    return InputError.single(shown(path), "is not in the encoding that the scenario states", "leave encoding out")


def fold(text: str, *, marks: bool = False) -> str:
    """Words without case, signs and (unless `marks`) diacritics: `Ngày, tháng  SINH` is `ngay thang sinh`."""
    text = unicodedata.normalize("NFC", text).casefold()
    if not marks:
        plain = unicodedata.normalize("NFD", text.replace("đ", "d"))
        text = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", text))


def neutralise(text: str) -> str:
    """Text that a spreadsheet does not take for a formula: an apostrophe before a leading = + - @ tab or return.

    Also where blanks or apostrophes lead, so that `restored` gives every text back as it was.
    """
    return "'" + text if FORMULA.match(text) else text


def restored(text: str) -> str:
    """Text as it was before `neutralise`."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def _undecodable(data: bytes, at: int, path: Path) -> InputError:
    line = data.count(b"\n", 0, at) + 1
    try:
        old = unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        old = ""
    foreign = {c.lower() for c in old if ord(c) > 127} - VIETNAMESE - PUNCTUATION
    if not old or foreign:
        message = "is not UTF-8 and its encoding is unknown (perhaps TCVN3 or VNI)"
        return InputError.single(shown(path), message, LEGACY_REMEDY, line)
    words = [w for w in old.splitlines()[line - 1].replace(",", ";").split(";") if any(ord(c) > 127 for c in w)]
    sample = f', e.g. "{words[0].strip()}"' if words else ""
    return InputError.single(shown(path), f"is in Windows-1258, not UTF-8{sample}", EXCEL_REMEDY, line)
