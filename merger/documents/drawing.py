"""A drawing of plain shapes and text, written as SVG; text stays text.

Lengths are points, from the top left corner. Equal drawings give equal bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

import matplotlib
from PIL import ImageFont

# The first fonts are narrower than the last, by which text is measured: it fits in every one of them.
FONTS = "Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """A filled and outlined polygon, or an open line; "" draws nothing. `dash` are points on and off, 0: unbroken."""

    points: tuple[Point, ...]
    fill: str = ""
    line: str = ""
    width: float = 0.5
    dash: float = 0.0
    hint: str = ""

    @property
    def closed(self) -> bool:
        """Whether it has an inside."""
        return bool(self.fill) or len(self.points) > 2


@dataclass(frozen=True)
class Words:
    """One line of text; (x, y) lies on its base line."""

    x: float
    y: float
    text: str
    size: float
    anchor: str = "start"
    bold: bool = False
    fill: str = "#000000"


@dataclass
class Drawing:
    """Shapes and texts in the order in which they are drawn; `title` is for readers who cannot see it."""

    width: float
    height: float
    title: str = ""
    items: list[Shape | Words] = field(default_factory=list)

    def box(self, at: Point, size: Point, fill: str, line: str = "", *, hint: str = "") -> None:
        """A rectangle from its top left corner; `hint` shows when pointed at."""
        (x, y), (width, height) = at, size
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        self.items.append(Shape(corners, fill, line, hint=hint))

    def line(self, start: Point, end: Point, colour: str, width: float = 0.5, *, dash: float = 0) -> None:
        """A straight line."""
        self.items.append(Shape((start, end), "", colour, width, dash))

    def shape(self, *points: Point, fill: str, line: str = "", width: float = 0.6) -> None:
        """A polygon."""
        self.items.append(Shape(points, fill, line, width))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        anchor: str = "start",
        bold: bool = False,
        fill: str = "#000000",
    ) -> None:
        """One line of text."""
        self.items.append(Words(x, y, text, size, anchor, bold, fill))

    def svg(self) -> bytes:
        """The drawing as SVG 1.1."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(self.width)}pt" height="{_n(self.height)}pt" '
            f'viewBox="0 0 {_n(self.width)} {_n(self.height)}" font-family="{FONTS}" role="img">'
        )
        body = "\n".join(_svg_words(i) if isinstance(i, Words) else _svg_shape(i) for i in self.items)
        return f"{head}\n<title>{escape(self.title)}</title>\n{body}\n</svg>\n".encode()


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a text in the widest of the fonts, points."""
    return _font(100, bold).getlength(text) * size / 100


def wrapped(text: str, width: float, size: float, lines: int) -> list[str]:
    """The text in at most so many lines of a width; what does not fit ends in "…"."""
    out: list[str] = []
    rest = text.split()
    while rest and len(out) < lines:
        count = 1
        while count < len(rest) and text_width(" ".join(rest[: count + 1]), size) <= width:
            count += 1
        out.append(" ".join(rest[:count]))
        rest = rest[count:]
    if out and (rest or text_width(out[-1], size) > width):
        last = out[-1]
        while last and text_width(f"{last}…", size) > width:
            last = last[:-1].rstrip(" ,;:–-")
        out[-1] = f"{last}…"
    return out


def _svg_shape(s: Shape) -> str:
    style = f' fill="{s.fill or "none"}"'
    if s.line:
        style += f' stroke="{s.line}" stroke-width="{_n(s.width)}"'
    if s.dash:
        style += f' stroke-dasharray="{_n(s.dash)}"'
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in s.points) + ("Z" if s.closed else "")
    if s.hint:
        return f'<path d="{path}"{style}><title>{escape(s.hint)}</title></path>'
    return f'<path d="{path}"{style}/>'


def _svg_words(w: Words) -> str:
    more = "" if w.anchor == "start" else f' text-anchor="{w.anchor}"'
    more += ' font-weight="bold"' if w.bold else ""
    more += "" if w.fill == "#000000" else f' fill="{w.fill}"'
    return f'<text x="{_n(w.x)}" y="{_n(w.y)}" font-size="{_n(w.size)}"{more}>{escape(w.text)}</text>'


@cache
def _font(pixels: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)


def _n(value: float) -> str:
    """A length with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
