"""Parts of the report on the placement: how the surplus shrinks over the five years, and what it costs."""

from __future__ import annotations

import pandas as pd

from merger.documents.context import Context
from merger.documents.facts import count_sum
from merger.documents.wording import money, term

FLOWS = ("retired_by_age_people", "take_up_people", "transferred_people")


def trim_path(c: Context) -> None:
    """One row a year over all groups, and one line a group at the end of the five years."""
    if "trim_path" not in c.plan.tables or c.plan.tables["trim_path"].empty:
        return
    path = c.plan.tables["trim_path"]
    counts = ["before_people", *FLOWS, "after_people"]
    years = path.groupby("year")
    by_year = years[counts].agg(count_sum).join(years[["benefit_vnd", "pay_vnd"]].agg(_sum)).reset_index()
    c.letter.table(
        [
            c.say("Đến 01/7 năm", "By 1 July of"),
            c.say("Ngoài khung đầu năm", "Above at the start"),
            c.say("Nghỉ hưu đúng tuổi", "Retired by age"),
            c.say("Nghỉ theo NĐ 178", "Decree 178"),
            c.say("Chuyển vào chỉ tiêu trống", "Into free posts"),
            c.say("Ngoài khung cuối năm", "Above at the end"),
            c.say("Chi trả chế độ", "Benefits"),
            c.say("Lương người ngoài khung", "Pay of those above"),
        ],
        [_row(c, row) for row in by_year.itertuples(index=False)],
        (1.8, 1.9, 1.8, 1.8, 2.0, 1.9, 2.4, 2.4),
        numeric=range(1, 8),
        caption=c.say(
            "Lộ trình giảm người ngoài khung biên chế (giá trị kỳ vọng, người)",
            "Path of those above the establishment (expected values, people)",
        ),
    )
    c.letter.paragraph(_end(c, path))


def _sum(amounts: pd.Series) -> float:
    """Sum of amounts, NaN where one is not shown."""
    return float(pd.to_numeric(amounts).sum(skipna=False))


def _row(c: Context, row) -> tuple[str, ...]:
    people = (row.before_people, *(getattr(row, name) for name in FLOWS), row.after_people)
    return (str(row.year), *(c.n(n) for n in people), money(row.benefit_vnd, c.lang), money(row.pay_vnd, c.lang))


def _end(c: Context, path: pd.DataFrame) -> str:
    """Groups at the end, and what the take-up means."""
    last = path[path["year"] == path["year"].max()]
    groups = "; ".join(
        f"{term('group', r.group, c.lang)} ({term('side', r.side, c.lang)}): {c.n(r.after_people)}"
        for r in last.itertuples()
    )
    options = c.inputs.scenario.relocate
    early, resign = (f"{x:.0%}" for x in (options.take_up_early_retirement, options.take_up_resignation))
    return c.say(
        f"Còn ngoài khung sau 5 năm: {groups}. Tỷ lệ tự nguyện nghỉ là giả định của kịch bản (nghỉ hưu trước tuổi"
        f" {early}, thôi việc {resign} số người đủ điều kiện), không phải quyết định đối với từng người.",
        f"Still above the establishment after five years: {groups}. The take-up is an assumption of the scenario (early"
        f" retirement {early}, resignation {resign} of those eligible), not a decision about any person.",
    )
