"""A comparison as one HTML page that needs no network: headline, a map to swipe, lists of what changes."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path

from merger.comparison.difference import GROUPS, KINDS, Change, Difference, Words
from merger.comparison.swipe import SwipeMap, swipe_map
from merger.documents.wording import number
from merger.plan import Plan

# Rows of a list that the page holds; the workbook holds all.
ROWS_SHOWN = 400
SAME = {"vi": "Hai phương án giống nhau.", "en": "The two plans are the same."}
HEADS = {
    "figure": {"vi": "Chỉ tiêu", "en": "Figure"},
    "name": {"vi": "Tên", "en": "Name"},
    "people": {"vi": "Số người", "en": "People"},
}
LABELS = {
    "vi": "Nhãn số liệu: ranh giới, diện tích, dân số trước 2025 là ước tính, dựng lại; nhân sự, cơ cấu phòng là GIẢ "
    "LẬP nếu phương án ghi như vậy.",
    "en": "Labels of the data: borders, areas and populations before 2025 are estimated or reconstructed; staff and "
    "divisions are SYNTHETIC where the plan says so.",
}
INTERNAL = {
    "vi": "So sánh từ phương án đầy đủ, có nhóm rất ít người: dùng nội bộ.",
    "en": "Made from full plans, with groups of very few people: for internal use.",
}


def write_page(difference: Difference, plans: tuple[Plan, Plan | None], path: Path) -> None:
    """Write the page of a comparison of two plans, the second None for reality; equal comparisons, equal bytes."""
    template = files("merger.comparison").joinpath("templates", "compare.html").read_text(encoding="utf-8")
    a, b = difference.names
    heading = {x: f"{'So sánh' if x == 'vi' else 'Compared'}: {a[x]} – {b[x]}" for x in ("vi", "en")}
    page = template.replace("{{title}}", escape(heading["vi"])).replace("{{heading}}", _said(heading))
    body = _body(difference, swipe_map(*plans))
    Path(path).write_text(page.replace("{{body}}", body), encoding="utf-8", newline="\n")


def _body(difference: Difference, swipe: SwipeMap | None) -> str:
    notes = [n for n in (difference.note, LABELS, None if difference.public else INTERNAL) if n]
    told = "".join(f'<p class="note">{_said(n)}</p>' for n in notes)
    if difference.empty:
        return f"<section><h2>{_said(SAME)}</h2>{told}</section>"
    parts = [f"<section>{_headline(difference)}{told}</section>"]
    if swipe is not None:
        parts.append(_map(difference, swipe))
    place = '<input id="find" type="search" aria-label="Tìm / Search" placeholder="Tìm trong danh sách / Search lists">'
    parts.append(f"<section>{place}</section>")
    parts += [_list(kind, changes) for kind, changes in difference.by_kind()]
    return "\n".join(parts)


def _headline(difference: Difference) -> str:
    if not difference.headline:
        return ""
    rows, group = [], ""
    for f in difference.headline:
        if f.group != group:
            group = f.group
            rows.append(f'<tr class="group"><th colspan="3">{_pair(GROUPS[group])}</th></tr>')
        cells = "".join(f'<td class="n">{_said(text)}</td>' for text in (f.a_text, f.b_text))
        rows.append(f"<tr><td>{_said(f.title)}</td>{cells}</tr>")
    heads = f"<th>{_said(HEADS['figure'])}</th>"
    heads += "".join(f'<th class="n">{_said(name)}</th>' for name in difference.names)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _map(difference: Difference, swipe: SwipeMap) -> str:
    a, b = difference.names
    hint = {
        "vi": "Kéo vạch để so sánh; đơn vị khác nhau có màu, giống nhau màu xám. Bấm vào một đơn vị để xem chi tiết. "
        + swipe.source["vi"],
        "en": "Drag the bar to compare; units that differ are coloured, those alike are grey. Click a unit for its "
        "facts. " + swipe.source["en"],
    }
    return (
        f'<section><div class="swipe">{swipe.svg}<div id="bar" class="bar"></div>'
        f'<span class="side a">A: {_said(a)}</span><span class="side b">B: {_said(b)}</span></div>'
        '<div class="controls"><input id="range" type="range" min="0" max="1000" value="500" '
        'aria-label="Vạch so sánh / Swipe bar"><button id="nearer" type="button" aria-label="Phóng to / Zoom in">+'
        '</button><button id="farther" type="button" aria-label="Thu nhỏ / Zoom out">−</button><button id="all" '
        f'type="button">{_pair(("Toàn bộ", "Whole map"))}</button></div><div id="fact" aria-live="polite"></div>'
        f'<p class="note">{_said(hint)}</p></section>'
    )


def _list(kind: str, changes: list[Change]) -> str:
    people = any(c.people for c in changes)
    heads = [HEADS["name"], *([HEADS["people"]] if people else []), {"vi": "A", "en": "A"}, {"vi": "B", "en": "B"}]
    rows = "".join(_row(c, people) for c in changes[:ROWS_SHOWN])
    more = len(changes) - ROWS_SHOWN
    rest = (f"Còn {number(more, 'vi')} mục trong compare.xlsx.", f"{number(more, 'en')} more in compare.xlsx.")
    title = f"{_pair(KINDS[kind])} ({_said({x: number(len(changes), x) for x in ('vi', 'en')})})"
    opened = " open" if kind in ("unit", "office") else ""
    head = "".join(f"<th>{_said(h)}</th>" for h in heads)
    return (
        f"<details{opened}><summary>{title}</summary><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{f'<p class=note>{_pair(rest)}</p>' if more > 0 else ''}</details>"
    )


def _row(c: Change, people: bool) -> str:
    count = {x: number(c.people, x) if c.people else "" for x in ("vi", "en")}
    affected = f'<td class="n">{_said(count)}</td>' if people else ""
    return f"<tr><td>{_said(c.name)}</td>{affected}<td>{_said(c.before)}</td><td>{_said(c.after)}</td></tr>"


def _pair(texts: tuple[str, str]) -> str:
    return _said({"vi": texts[0], "en": texts[1]})


def _said(words: Words) -> str:
    """Words in both languages, once where they are the same; the page shows one of them."""
    if words["vi"] == words["en"]:
        return escape(words["vi"])
    return f'<span lang="vi">{escape(words["vi"])}</span><span lang="en">{escape(words["en"])}</span>'
