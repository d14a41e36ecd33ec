"""What must give, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from merger.documents.wording import money
from merger.timetabling.words import resource_words
from solvers.schedule.remedies import Remedy

if TYPE_CHECKING:
    from merger.timetabling.answers import Scheduled


def relief_words(a: Scheduled, r: Remedy, rank: int) -> dict:
    """Cells of table relief of one remedy, without its deadline."""
    return {
        "rank": rank,
        "remedy": r.kind,
        "item": r.item,
        "amount": r.amount,
        "price_vnd": r.price,
        "late_days": r.late,
        "late_after_days": r.late_after,
        "proven": r.proven,
        "text_vi": f"{_what(a, r, 'vi')}: {_gain(r, 'vi')}{_cost(r, 'vi')}.",
        "text_en": f"{_what(a, r, 'en')}: {_gain(r, 'en')}{_cost(r, 'en')}.",
        "label": "proposed",
    }


def _what(a: Scheduled, r: Remedy, lang: str) -> str:
    titles = {task.id: task.title_vi if lang == "vi" else task.title_en for task in a.tasks}
    first, _, second = r.item.partition(">")
    task, after, n = titles.get(first, first), titles.get(second, second), r.amount
    unit = resource_words(r.item, lang)
    if r.kind == "together":
        parts = [part.partition("=") for part in r.item.split("+")]
        told = ", ".join(f"{number} {resource_words(name, lang)}" for name, _, number in parts)
        return f"Thêm cùng lúc {told}" if lang == "vi" else f"At once {told} more"
    if r.kind == "units" and not r.holds and r.proven:
        return f"Thêm bao nhiêu {unit} cũng không đủ" if lang == "vi" else f"No number of {unit} is enough"
    vi, en = {
        "units": (f"Thêm {n} {unit}", f"{n} more {unit}"),
        "limit": (f"Lùi thời hạn {n} ngày làm việc", f"The limit moved by {n} working days"),
        "release": (
            f"Cho bắt đầu sớm {n} ngày làm việc “{task}”",
            f"“{task}” allowed to begin {n} working days earlier",
        ),
        "event": (f"Mốc “{task}” sớm hơn {n} ngày làm việc", f"The event “{task}” {n} working days earlier"),
        "order": (f"Không buộc “{after}” chờ “{task}”", f"“{after}” need not wait for “{task}”"),
        "duration": (f"Rút ngắn “{task}” {n} ngày", f"“{task}” done in {n} days less"),
        "way": (f"Thuê ngoài {n} việc", f"{n} tasks given to contractors"),
        "sequence": ("Làm cùng các việc theo thứ tự khác", "The same tasks in another sequence"),
    }[r.kind]
    return vi if lang == "vi" else en


def _gain(r: Remedy, lang: str) -> str:
    least = r.proven and r.kind not in ("order", "sequence")
    if r.holds:
        known = ("mức ít nhất đã chứng minh", "proven least") if least else ("tìm thấy bằng thử", "found by search")
        return f"kịp thời hạn ({known[0]})" if lang == "vi" else f"the limit holds ({known[1]})"
    if r.late_after == r.late:
        return f"vẫn chậm {r.late} ngày" if lang == "vi" else f"still {r.late} days late"
    return (
        f"chậm {r.late_after} thay vì {r.late} ngày làm việc"
        if lang == "vi"
        else f"{r.late_after} instead of {r.late} working days late"
    )


def _cost(r: Remedy, lang: str) -> str:
    if r.price is None:
        return ", cần cấp có thẩm quyền quyết định" if lang == "vi" else ", for the competent body to decide"
    return f", {money(r.price, lang)}" if r.price else ""
