"""Printable timetables of the lines, one page each, in Vietnamese or English, from the public tables alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
from docx.shared import Pt

from merger.disclosure import public_view
from merger.documents.context import say
from merger.documents.letter import TEXT_WIDTH_CM, Letter
from merger.documents.route_pictures import RoutePictures
from merger.documents.wording import MISSING, SUPPRESSED, day, number, term
from merger.inputs import Inputs
from merger.plan import Plan
from merger.transport.lines import Line, lines_of
from merger.transport.service_days import services

TRAIN = "train"
# A line with more rows of vehicles gets a smaller picture, so that its page holds all of them.
MANY_ROWS, SMALL_PICTURE_CM = 12, 10.0
NOTE_PT = 9.5


@dataclass
class Booklet:
    """What every page needs."""

    letter: Letter
    inputs: Inputs
    synthetic: bool

    def say(self, vi: str, en: str) -> str:
        """The text of the booklet's language."""
        return say(self.letter.lang, vi, en)

    def n(self, value: Any, decimals: int = 0) -> str:
        """A number, or the mark of a count that is not shown."""
        return number(value, self.letter.lang, decimals)


def write_timetables(
    plan: Plan, inputs: Inputs, layers: Mapping[str, gpd.GeoDataFrame], folder: Path, languages: tuple[str, ...]
) -> None:
    """Write `timetables.LANG.docx` into a folder for each language; the pictures are drawn once for all of them."""
    view = public_view(plan, inputs)
    lines = lines_of(view.tables["routes"], view.tables["stops"])
    drawer = RoutePictures(layers)
    pictures = {line.line_id: drawer.png(line) for line in lines} if languages else {}
    for lang in languages:
        book = Booklet(Letter(lang), inputs, "staff" in view.manifest.get("synthetic", ()))
        _contents(book, lines)
        for place, line in enumerate(lines, start=1):
            _page(book, line, place, pictures[line.line_id])
        book.letter.save(
            Path(folder) / f"timetables.{lang}.docx",
            title=book.say("Biểu giờ đưa đón (đề xuất)", "Timetables (proposed)"),
            author=getattr(inputs.scenario.documents.issuer, lang),
            created=inputs.scenario.dates.commune_decision,
        )


def _contents(book: Booklet, lines: list[Line]) -> None:
    """First page: what this is, and the lines in their order."""
    letter, effect = book.letter, day(book.inputs.scenario.dates.effect, book.letter.lang)
    letter.title(
        book.say("Biểu giờ đưa đón", "Timetables"),
        book.say(f"Đề xuất, áp dụng từ {effect}", f"Proposed, from {effect}"),
        "",
    )
    letter.compact = True
    letter.paragraph(
        book.say(
            "Mỗi trang một tuyến: các xe đi cùng điểm đón, cùng giờ. Chạy các ngày làm việc, trừ ngày nghỉ lễ; chiều "
            "về trả khách theo thứ tự ngược lại. Giờ tàu theo biểu đồ đã công bố.",
            "One page a line: vehicles over the same stops at the same times. They run on working days, not on public "
            "holidays; in the evening they set down in the opposite order. Trains run by their published timetable.",
        )
    )
    rows = [
        (
            str(i),
            line.name,
            _vehicles(book, line),
            f"{line.vehicles['depart'].iloc[0]} – {line.vehicles['arrive'].iloc[0]}",
            str(line.vehicles["return_depart"].iloc[0]),
        )
        for i, line in enumerate(lines, start=1)
    ]
    heads = [
        book.say("TT", "No."),
        book.say("Tuyến", "Line"),
        book.say("Phương tiện", "Vehicles"),
        book.say("Sáng", "Morning"),
        book.say("Chiều", "Evening"),
    ]
    letter.table(heads, rows, (1.0, 7.4, 3.4, 2.6, 1.6), small=True)
    _notes(book)


def _vehicles(book: Booklet, line: Line) -> str:
    """Vehicles of a line by type, e.g. "2 xe 29 chỗ, 1 xe 45 chỗ"."""
    if line.mode == TRAIN:
        return f"{term('mode', TRAIN, book.letter.lang)} {line.vehicles['vehicle'].iloc[0]}"
    sizes = line.vehicles["seats"].astype(int).value_counts().sort_index()
    return ", ".join(book.say(f"{n} xe {seats} chỗ", f"{n} × {seats} seats") for seats, n in sizes.items())


def _page(book: Booklet, line: Line, place: int, picture: bytes | None) -> None:
    letter, first = book.letter, line.vehicles.iloc[0]
    letter.chapter(f"{place}. {line.name}")
    km = "" if book.n(first["km"]) == MISSING else f"; {book.n(first['km'], 1)} km"
    minutes = f"{book.n(first['minutes'])} {book.say('phút', 'minutes')}"
    letter.paragraph(f"{_vehicles(book, line)}{km}; {minutes}. {_status(book, line)}")
    vehicles = _by_vehicle(book, line)
    if picture is not None:
        width = TEXT_WIDTH_CM if len(vehicles) <= MANY_ROWS else SMALL_PICTURE_CM
        letter.picture(picture, _caption(book), width, numbered=False)
    _stops(book, line)
    if len(line.vehicles) > 1:
        _vehicle_table(book, vehicles, len(line.places()) - 1)
    _notes(book)


def _status(book: Booklet, line: Line) -> str:
    if line.mode == TRAIN:
        start = day(services(book.inputs)[TRAIN].start, book.letter.lang)
        return book.say(
            f"Tàu chạy từ {start}, giờ theo biểu đồ đã công bố; đường vẽ qua các ga là sơ đồ.",
            f"Runs since {start} by its published timetable; the line drawn between the stations is schematic.",
        )
    return book.say("Tuyến đề xuất, chưa phải lịch chạy chính thức.", "Proposed, not an official service.")


def _caption(book: Booklet) -> str:
    return book.say(
        "Trái: đường đi (tím: sáng, viền cam: chiều). Phải: số người trên xe sau mỗi điểm, khung xám là số chỗ.",
        "Left: the way (violet: morning, orange rim: evening). Right: on board after each stop, grey frames are seats.",
    )


def _stops(book: Booklet, line: Line) -> None:
    """Stops with the times of both directions; of a single vehicle with its counts too."""
    places, alone = line.places(), len(line.vehicles) == 1
    km = line.calls[line.line_id, "morning"].set_index("stop_id")["km"].to_dict()
    last = len(places) - 1
    rows = []
    for i, p in enumerate(places):
        counts = [_count(book, p.boarding, i < last), _count(book, p.load, i < last)] if alone else []
        rows.append(
            (str(i + 1), p.name, p.morning or MISSING, p.evening or MISSING, book.n(km.get(p.stop_id), 1), *counts)
        )
    heads = [
        book.say("TT", "No."),
        book.say("Điểm đón, trả", "Stop"),
        book.say("Sáng", "Morning"),
        book.say("Chiều", "Evening"),
        "Km",
    ]
    heads += [book.say("Lên xe", "Boarding"), book.say("Trên xe", "On board")] if alone else []
    widths = (1.0, 6.6, 1.8, 1.8, 1.4, 1.7, 1.7) if alone else (1.0, 9.4, 2.0, 2.0, 1.6)
    book.letter.table(heads, rows, widths, numeric=range(4, len(heads)))


def _by_vehicle(book: Booklet, line: Line) -> list[tuple[str, ...]]:
    """Seats, riders, and at each stop who board and who are on board then; neighbours that are alike in one row."""
    stops = len(line.places()) - 1
    rows: list[tuple[list[int], list[str], tuple[str, ...]]] = []
    for place, v in enumerate(line.vehicles.itertuples(), start=1):
        counts = [f"{_count(book, p.boarding)} / {_count(book, p.load)}" for p in line.places(v.route_id)[:stops]]
        told = (book.n(v.seats), book.n(v.riders), *counts)
        if not rows or rows[-1][2] != told:
            rows.append(([], [], told))
        rows[-1][0].append(place)
        rows[-1][1].append(v.route_id)
    return [(_span(places), _span(ids), *told) for places, ids, told in rows]


def _vehicle_table(book: Booklet, rows: list[tuple[str, ...]], stops: int) -> None:
    heads = [book.say("Xe", "Vehicle"), book.say("Mã", "Id"), book.say("Số chỗ", "Seats"), book.say("Khách", "Riders")]
    heads += [book.say(f"Điểm {i}: lên / trên xe", f"Stop {i}: boarding / on board") for i in range(1, stops + 1)]
    fixed = (1.6, 5.0, 1.4, 1.6)
    each = min((TEXT_WIDTH_CM - sum(fixed)) / stops, 3.2)
    book.letter.table(heads, rows, (*fixed, *[each] * stops), numeric=range(2, len(heads)), small=True)


def _span(items: list) -> str:
    return str(items[0]) if len(items) == 1 else f"{items[0]} – {items[-1]}"


def _count(book: Booklet, value: Any, shown: bool = True) -> str:
    return book.n(value) if shown else MISSING


def _notes(book: Booklet) -> None:
    """Who to ask, what the marks mean, and that the figures are generated."""
    heads, lang = book.inputs.scenario.documents, book.letter.lang
    least = heads.smallest_group
    parts = [
        book.say("Đề xuất (proposed). Liên hệ: ", "Proposed (đề xuất). Contact: ")
        + f"{getattr(heads.issuer, lang)}, {heads.website}.",
        book.say(
            f"“<{least}”: ít hơn {least} người; “{SUPPRESSED}”: không nêu để giữ kín số nhỏ.",
            f"“<{least}”: fewer than {least}; “{SUPPRESSED}”: not told, to protect small counts.",
        ),
    ]
    if book.synthetic:
        parts.append(book.say("Số liệu GIẢ LẬP về nhân sự.", "SYNTHETIC data on staff."))
    p = book.letter.paragraph(" ".join(parts))
    for run in p.runs:
        run.italic, run.font.size = True, Pt(NOTE_PT)
