"""Parts of the Word report on travel times: what traffic is fitted to, and what each transport project would save."""

from __future__ import annotations

import pandas as pd

from geodata.traffic import NORMAL, PEAK, root_mean_square
from merger.documents.context import Context
from merger.documents.wording import money, percent, term

# Pay-back times beyond this say nothing, years.
LONGEST_PAYBACK = 100


def projects(c: Context, number_of: int) -> int:
    """A table that ranks the transport projects, if the plan has one; the number of the next heading."""
    table = c.plan.tables.get("projects")
    if table is None or table.empty:
        return number_of
    head = c.say("Dự án giao thông: tiết kiệm cho người đi làm", "Transport projects: savings of commuters")
    c.letter.heading(f"{number_of}. {head}")
    rows = [_project(c, r) for r in table.sort_values("rank", kind="stable").to_dict("records")]
    c.letter.table(
        [
            c.say("Dự án", "Project"),
            c.say("Trong phương án", "In this plan"),
            c.say("Người đi nhanh hơn", "People quicker"),
            c.say("Phút/ người/ ngày", "Min a person a day"),
            c.say("Tiết kiệm/tháng, nếu đều tự lái xe", "Saved a month if all drove"),
            c.say("Tiết kiệm/tháng, theo phương án", "Saved a month, as planned"),
            c.say("Số năm hoàn vốn", "Years to pay back"),
        ],
        rows,
        (4.0, 2.0, 1.6, 1.7, 2.6, 2.6, 1.5),
        numeric=range(2, 7),
        caption=c.say(
            "Các dự án giao thông theo mức tiết kiệm (thời gian và km xe) của người đi làm",
            "Transport projects by what they save commuters (time and vehicle km)",
        ),
    )
    c.letter.paragraph(
        c.say(
            "Chỉ tính những người thuộc phương án đi lại này, là một phần rất nhỏ số người dùng đường, nên không đủ để "
            "quyết định đầu tư. Cột theo phương án giữ nguyên điểm đón và thứ tự "
            "của xe đưa đón nên là mức tối thiểu; lập lại phương án có dự án đó sẽ cho mức đầy đủ. Vị trí đầu cầu, đầu "
            "đường là gần đúng; số âm: phà dời bến làm đường đi dài hơn.",
            "Only people of this commute plan are counted, a very small part of a road's users, so this is no ground "
            "to decide on an investment. As planned, shuttles keep their stops and their order: a lower bound of what "
            "planning again with the project would save. Ends of the links are approximate; below 0: a ferry that "
            "moved makes ways longer.",
        )
    )
    return number_of + 1


def _project(c: Context, r: dict) -> tuple[str, ...]:
    years = r["payback_years"]
    return (
        r["name_vi"] if c.lang == "vi" else r["name_en"],
        term("bool", bool(r["enabled"]), c.lang),
        c.n(r["all_people"]),
        c.n(r["all_minutes_person"], 1),
        money(r["all_vnd_month"], c.lang),
        money(r["plan_vnd_month"], c.lang),
        f"> {LONGEST_PAYBACK}" if years > LONGEST_PAYBACK else c.n(years),
    )


def traffic(c: Context, number_of: int) -> int:
    """What the travel times are fitted to, if the plan has the fit; the number of the next heading."""
    checks = c.plan.tables.get("travel_checks")
    if checks is None or checks.empty:
        return number_of
    c.letter.heading(
        f"{number_of}. {c.say('Thời gian đi đường so với công bố', 'Travel times against published ones')}"
    )
    rows = [_state(c, state, checks[checks["traffic"] == state]) for state in (NORMAL, PEAK)]
    c.letter.table(
        [
            c.say("Giao thông", "Traffic"),
            c.say("Hệ số", "Factor"),
            c.say("Sai số chuẩn", "Standard error"),
            c.say("Số lần đối chiếu", "Checks"),
            c.say("Lệch bình quân (phút)", "RMS difference (min)"),
            c.say("Trong khoảng công bố", "Inside the band"),
            c.say("Nếu hiệu chỉnh không có chính lần đó", "If fitted without the check itself"),
            c.say("Cơ sở", "Basis"),
        ],
        rows,
        (2.4, 1.5, 1.7, 1.7, 2.1, 2.1, 2.5, 2.0),
        numeric=range(1, 7),
        caption=c.say(
            "Hệ số thời gian so với đường thông thoáng (phà không đổi)",
            "Factors over free flow (ferries keep their times)",
        ),
    )
    fits = c.inputs.traffic.fits
    peak = fits[PEAK].checks if PEAK in fits else 0
    few = [
        c.say(
            f"Hệ số giờ cao điểm chỉ dựa trên {peak} thời gian công bố: chưa có sai số, cần đo thêm.",
            f"The peak factor rests on {peak} published time alone: its error is unknown; more should be measured.",
        )
    ]
    c.letter.bullets(
        [
            c.say(
                "Hệ số là bình phương tối thiểu của thời gian công bố (giữa khoảng, trọng số theo độ rộng) trên thời "
                "gian tính ở tốc độ giả định; từng lần đối chiếu ở phụ lục Excel.",
                "A factor is the least-squares fit of published times (middle of the band, weighted by its width) over "
                "the model's at assumed speeds; each check is in the Excel annex.",
            ),
            *(few if peak <= 1 and PEAK not in c.inputs.traffic.given else ()),
        ]
    )
    return number_of + 1


def _state(c: Context, state: str, checks: pd.DataFrame) -> tuple[str, ...]:
    traffic = c.inputs.traffic
    fitted = traffic.fits.get(state)
    given = state in traffic.given
    # A factor fitted to one check meets it exactly, which proves nothing.
    told = len(checks) > 1 or (given and len(checks) == 1)
    held = checks["minutes_held_out"].between(checks["published_low"], checks["published_high"])
    return (
        term("traffic", state, c.lang),
        c.n(traffic.factor(state), 3),
        "–" if given or fitted is None else c.n(fitted.standard_error, 3),
        c.n(len(checks)),
        c.n(root_mean_square(checks["residual"]), 1) if told else "–",
        percent(checks["inside"].astype(bool).mean(), c.lang, 0) if told else "–",
        percent(held.mean(), c.lang, 0) if told and not given else "–",
        c.say("kịch bản quy định", "given by the scenario") if given else c.say("hiệu chỉnh", "fitted"),
    )
