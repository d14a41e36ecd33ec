"""A drawing as an Enhanced Metafile ([MS-EMF]): vectors for programs that do not read SVG, such as older Word."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

import matplotlib

from merger.documents.drawing import Drawing, Shape, Words

UNITS = 20  # device units a point: 1,440 an inch, so that coordinates are small whole numbers
PER_INCH = 72 * UNITS
DEVICE_INCHES = 20
# Record types of [MS-EMF] 2.1.1.
HEADER, POLYGON, POLYLINE, EOF, TEXT_ALIGN, BACK_MODE = 1, 86, 87, 14, 22, 18
TEXT_COLOUR, SELECT, PEN, BRUSH, FONT, TEXT_OUT = 24, 37, 38, 39, 82, 84
NO_BRUSH, NO_PEN = 0x80000005, 0x80000008
BASELINE = 24
ALIGN = {"start": BASELINE, "middle": BASELINE | 6, "end": BASELINE | 2}
SOLID, DASHED, TRANSPARENT = 0, 1, 1
FACE = "Arial"
# Widths of letters that are wider than their base letter, thousandths of the size.
HORN = 60
BASE = {"Đ": "D", "đ": "d", "–": "endash", "…": "ellipsis", "»": "guillemotright", "“": "quotedblleft"}


def emf(drawing: Drawing) -> bytes:
    """The drawing as the bytes of an EMF file."""
    return _Metafile(drawing).data()


class _Metafile:
    def __init__(self, drawing: Drawing):
        self.drawing = drawing
        self.records: list[bytes] = []
        self.handles: dict[tuple, int] = {}
        self.state: dict[str, object] = {}
        self._set(BACK_MODE, TRANSPARENT)
        for item in drawing.items:
            if isinstance(item, Words):
                self._words(item)
            else:
                self._shape(item)
        self._record(EOF, struct.pack("<III", 0, 16, 20))

    def data(self) -> bytes:
        """Header and records."""
        width, height = (round(v * UNITS) for v in (self.drawing.width, self.drawing.height))
        frame = [round(v * 2540 / PER_INCH) for v in (width, height)]
        device, millimetres = PER_INCH * DEVICE_INCHES, round(25.4 * DEVICE_INCHES)
        size = 88 + sum(map(len, self.records))
        header = struct.pack(
            "<II4i4i4sIIIHHIIIiiii",
            *(HEADER, 88, 0, 0, width, height, 0, 0, *frame, b" EMF", 0x10000, size, len(self.records) + 1),
            *(len(self.handles) + 1, 0, 0, 0, 0, device, device, millimetres, millimetres),
        )
        return header + b"".join(self.records)

    def _record(self, kind: int, body: bytes) -> None:
        body += b"\0" * (-len(body) % 4)
        self.records.append(struct.pack("<II", kind, 8 + len(body)) + body)

    def _set(self, kind: int, value: int) -> None:
        """A record of one number, where it changes something."""
        if self.state.get(kind) != value:
            self.state[kind] = value
            self._record(kind, struct.pack("<I", value))

    def _select(self, sort: str, handle: int) -> None:
        if self.state.get(sort) != handle:
            self.state[sort] = handle
            self._record(SELECT, struct.pack("<I", handle))

    def _object(self, kind: int, key: tuple, body: bytes) -> int:
        """Handle of a pen, brush or font, made when first used."""
        if (kind, key) not in self.handles:
            handle = self.handles[kind, key] = len(self.handles) + 1
            self._record(kind, struct.pack("<I", handle) + body)
        return self.handles[kind, key]

    def _shape(self, s: Shape) -> None:
        points = [(round(x * UNITS), round(y * UNITS)) for x, y in s.points]
        pen = NO_PEN
        if s.line:
            width, style = max(1, round(s.width * UNITS)), DASHED if s.dash else SOLID
            pen = self._object(
                PEN,
                (s.line, width, style),
                struct.pack("<IiiI", style if width <= 1 else SOLID, width, 0, _rgb(s.line)),
            )
        if s.closed:
            brush = self._object(BRUSH, (s.fill,), struct.pack("<III", SOLID, _rgb(s.fill), 0)) if s.fill else NO_BRUSH
            self._select("brush", brush)
        self._select("pen", pen)
        if s.closed or not s.dash:
            self._points(POLYGON if s.closed else POLYLINE, points)
            return
        for part in _dashes(points, s.dash * UNITS):
            self._points(POLYLINE, part)

    def _points(self, kind: int, points: list[tuple[int, int]]) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        body = struct.pack("<4iI", min(xs), min(ys), max(xs), max(ys), len(points))
        self._record(kind, body + b"".join(struct.pack("<hh", x, y) for x, y in points))

    def _words(self, w: Words) -> None:
        height = round(w.size * UNITS)
        weight = 700 if w.bold else 400
        face = FACE.encode("utf-16-le").ljust(64, b"\0")
        font = struct.pack("<5i8B", -height, 0, 0, 0, weight, 0, 0, 0, 1, 0, 0, 0, 0) + face
        self._select("font", self._object(FONT, (height, weight), font.ljust(320, b"\0")))
        self._set(TEXT_COLOUR, _rgb(w.fill))
        self._set(TEXT_ALIGN, ALIGN[w.anchor])
        text = w.text.encode("utf-16-le")
        count = len(text) // 2
        steps = [round(_width(c) * height / 1000) for c in w.text for _ in range(len(c.encode("utf-16-le")) // 2)]
        start = 8 + 28 + 40  # record head, box and scales, description of the text
        padded = text + b"\0" * (-len(text) % 4)
        x, y = round(w.x * UNITS), round(w.y * UNITS)
        scale = 2540 / PER_INCH
        body = struct.pack("<4iIff", 0, 0, -1, -1, 1, scale, scale)
        body += struct.pack("<iiIII4iI", x, y, count, start, 0, 0, 0, -1, -1, start + len(padded))
        self._record(TEXT_OUT, body + padded + struct.pack(f"<{len(steps)}I", *steps))


def _dashes(points: list[tuple[int, int]], step: float) -> list[list[tuple[int, int]]]:
    """A straight line as dashes of a length with gaps as long."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = max(abs(x1 - x0), abs(y1 - y0), 1)
    parts = []
    for k in range(0, int(length // step) + 1, 2):
        a, b = k * step / length, min(1.0, (k + 1) * step / length)
        parts.append([(round(x0 + t * (x1 - x0)), round(y0 + t * (y1 - y0))) for t in (a, b)])
    return parts


def _rgb(colour: str) -> int:
    """#rrggbb as a COLORREF (0x00bbggrr)."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red | green << 8 | blue << 16


@cache
def _widths() -> dict[str, int]:
    """Width of glyphs by PostScript name, thousandths of the size: Helvetica, which Arial follows."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "afm" / "phvr8a.afm"
    rows = [line.split(";") for line in path.read_text(encoding="latin-1").splitlines() if line.startswith("C ")]
    names = {row[2].split()[1]: (int(row[0].split()[1]), int(row[1].split()[1])) for row in rows}
    return {name: width for name, (_, width) in names.items()} | {
        chr(code): width for code, width in names.values() if 32 <= code < 127
    }


@cache
def _width(letter: str) -> int:
    marks = unicodedata.normalize("NFD", letter)
    base = BASE.get(letter, marks[0])
    return _widths().get(base, 556) + (HORN if "\u031b" in marks else 0)
