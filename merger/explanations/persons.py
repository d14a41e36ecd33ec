"""A person: post, way to work, what each choice would give by law, the limits that bound, other posts.

Never a decision about a named person: what the plan proposes, and what the law would allow.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from merger.documents.wording import empty, money, term
from merger.explanations.answer import Question, Section, ceiling_lines
from merger.relocation.choices import other_posts
from merger.relocation.entitlements import asked
from merger.relocation.leaving import Choice, Standing, choices
from merger.relocation.people import is_merged
from merger.relocation.severance import SeveranceLaw

FACTS = ("side", "level", "body_before", "field", "home_code", "outcome")
SALARY = "severance.current_salary"
REASONS_SHOWN, UNCHANGED_KM = 2, 0.05


def person_choices(q: Question, row: pd.Series) -> tuple[Choice, ...]:
    """Every choice of a row of table staff, from the row of the roster behind it; () when the roster lacks it."""
    people = q.inputs.staff[q.inputs.staff["person_id"] == row["person_id"]].reset_index(drop=True)
    if people.empty:
        return ()
    merged = bool(is_merged(people, q.plan.tables)[0])
    kept = row.get("kept_pay_vnd", 0)
    kept = 0 if empty(kept) else int(kept)
    standing = Standing(merged, row["outcome"], bool(row["post_id"]), kept > 0, kept)
    who = asked(people)[0] | {"role": people["role"].iloc[0]}
    return choices(who, standing, q.inputs.scenario, SeveranceLaw(q.inputs.law))


def person_sections(q: Question, row: pd.Series, options: tuple[Choice, ...]) -> tuple[Section, ...]:
    """The parts of an answer about a row of table staff."""
    post = q.table("posts").set_index("post_id")
    own = post.loc[row["post_id"]] if row["post_id"] in post.index else None
    parts = [
        Section(q.say("Vị trí đề xuất", "Post proposed"), tuple(_post(q, row, own))),
        Section(q.say("Đi lại", "Way to work"), tuple(_commute(q, row))),
        Section(
            q.say(
                "Quyền lợi theo từng lựa chọn (điều kiện và mức theo quy định; việc lựa chọn do cá nhân và cấp có thẩm"
                " quyền quyết định)",
                "Entitlement under each choice (conditions and amounts by law; the choice is for the person and the"
                " competent level)",
            ),
            tuple(_entitlements(q, options)),
        ),
    ]
    bound = _bound(q, own)
    if bound:
        parts.append(Section(q.say("Giới hạn đã hết tại nơi bố trí", "Limits that bound there"), tuple(bound)))
    others = other_posts(q.plan, q.inputs, row["person_id"], q.lang)
    if others:
        parts.append(Section(q.say("Vị trí khác", "Other posts"), tuple(others)))
    return tuple(parts)


def choice_data(choice: Choice, lang: str) -> dict[str, Any]:
    """A choice as plain data for JSON."""
    return {
        "kind": choice.kind,
        "title": choice.title(lang),
        "open": choice.open,
        "condition": choice.condition[0 if lang == "vi" else 1],
        "day": choice.day.isoformat() if choice.day else "",
        "months": choice.months,
        "vnd": choice.vnd,
        "recalled": choice.recalled,
        "lines": [
            {"text": x.text(lang), "months": x.months, "vnd": x.vnd, "rules": list(x.rules), "recalled": x.recalled}
            for x in choice.lines
        ],
    }


def _post(q: Question, row: pd.Series, post: pd.Series | None) -> list[str]:
    lines = []
    if post is not None:
        above = q.cells.name(post["new_agency_id"] or post["new_unit_id"])
        place = f"{post['body']}, {above}" if above != post["body"] else above
        role = term("role", post["role"], q.lang)
        lines.append(f"{role[:1].upper() + role[1:]}: {place} [{row['post_id']}]")
        lines.append(term("phase", post["phase"], q.lang).capitalize() + q.cite(post["rule"]))
        lines.append(q.say("Nơi làm việc: ", "Site: ") + q.cells.name(row["site_after"]))
    lines.append(str(row[f"reason_{q.lang}"]))
    return lines


def _commute(q: Question, row: pd.Series) -> list[str]:
    def way(when: str) -> str:
        if empty(row[f"km_{when}"]):
            return q.say("không có đường bộ hoặc chưa rõ", "no road, or unknown")
        km, minutes = q.n(row[f"km_{when}"], 1), q.n(row[f"minutes_{when}"])
        place = q.cells.name(row[f"site_{when}"])
        return q.say(f"{km} km, {minutes} phút đến {place}", f"{km} km, {minutes} minutes to {place}")

    lines = [q.say("Trước: ", "Before: ") + way("before")]
    if not row["site_after"]:
        return lines
    lines.append(q.say("Sau: ", "After: ") + way("after"))
    if not empty(row["km_before"]) and not empty(row["km_after"]):
        lines.append(_farther(q, row["km_after"] - row["km_before"]))
    if row["support"] and row["support"] != "none":
        text = q.say("Hỗ trợ: ", "Support: ") + term("mode", row["support"], q.lang)
        cost = money(row["support_vnd_month"], q.lang)
        lines.append(text + q.say(f", ngân sách {cost}/tháng", f", public money {cost} a month") + _rules(q, row))
        lines += _ride(q, row) or _why(q, row)
    else:
        lines.append(q.say("Không thuộc diện cần hỗ trợ đi lại", "No support of travel is needed"))
    return lines


def _ride(q: Question, row: pd.Series) -> list[str]:
    """Where and when a rider gets on and off, from the internal list of passengers."""
    lists = q.table("passengers")
    own = lists[lists["person_id"] == row["person_id"]]
    if own.empty:
        return []
    ride = own.iloc[0]
    route = q.table("routes").set_index("route_id")["name_vi"].get(ride["route_id"], ride["route_id"])
    seat = q.say("Tuyến", "Route") + f" {route} [{ride['route_id']}]: "
    return [
        seat
        + q.say(
            f"lên xe tại {ride['stop']} lúc {ride['morning']}, chiều về đến {ride['evening']}",
            f"boards at {ride['stop']} at {ride['morning']}, back at {ride['evening']}",
        )
    ]


def _why(q: Question, row: pd.Series) -> list[str]:
    """The limit that keeps people of this home and workplace from a shuttle, as the stage told it."""
    own = _group(q, row)
    return list(dict.fromkeys(str(reason) for reason in own[f"reason_{q.lang}"] if reason))[:REASONS_SHOWN]


def _group(q: Question, row: pd.Series) -> pd.DataFrame:
    """Rows of commute for the person's home, workplace and mode."""
    commute = q.table("commute")
    return commute[
        (commute["home_code"] == row["home_code"])
        & (commute["site_id"] == row["site_after"])
        & (commute["mode"] == row["support"])
    ]


def _rules(q: Question, row: pd.Series) -> str:
    return q.cite(*dict.fromkeys(r for cell in _group(q, row)["rules"] for r in str(cell or "").split(";") if r))


def _farther(q: Question, km: float) -> str:
    change = q.n(abs(km), 1)
    if abs(km) < UNCHANGED_KM:
        return q.say("Quãng đường không đổi", "The way does not change")
    if km > 0:
        return q.say(f"Xa thêm {change} km mỗi lượt", f"{change} km farther each way")
    return q.say(f"Gần hơn {change} km mỗi lượt", f"{change} km nearer each way")


def _entitlements(q: Question, options: tuple[Choice, ...]) -> list[str]:
    """Each choice with its lines; the composition of the salary is printed once."""
    lines: list[str] = []
    told = False
    for choice in options:
        lines.append(_head(q, choice))
        for line in choice.lines:
            if SALARY in line.rules:
                if told:
                    continue
                told = True
            lines.append(f"  {line.text(q.lang)}")
    if told:
        lines.append(
            q.say(
                "Chưa tính: phụ cấp thâm niên vượt khung, thâm niên nghề, ưu đãi, trách nhiệm theo nghề, công tác đảng,"
                " đoàn thể (danh sách không có)",
                "Not counted, as the roster lacks them: allowances for seniority beyond the frame, career seniority,"
                " occupation, Party and mass work",
            )
            + q.cite("severance.allowances_counted")
        )
    return lines


def _head(q: Question, choice: Choice) -> str:
    title = choice.title(q.lang)
    if not choice.open:
        return title + q.say(": không áp dụng", ": does not apply")
    parts = []
    if choice.vnd and choice.kind != "stay":
        amount = f"{q.n(choice.vnd)} đồng" if q.lang == "vi" else f"VND {q.n(choice.vnd)}"
        months = q.n(choice.months, 0 if float(choice.months).is_integer() else 2)
        parts.append(f"{amount} ({months} {q.say('tháng lương', 'months')})" if choice.months else amount)
    condition = choice.condition[0 if q.lang == "vi" else 1]
    parts += [condition] if condition else []
    if choice.months and choice.recalled:
        parts.append(
            q.say("có chỉ tiêu nhớ lại, cần kiểm tra văn bản", "rests on recalled figures: check the texts before use")
        )
    return f"{title}: {'; '.join(parts)}" if parts else title


def _bound(q: Question, post: pd.Series | None) -> list[str]:
    """Ceilings of the person's body, agency or unit of which nothing is left."""
    if post is None:
        return []
    if post["new_unit_id"]:
        bloc = {"government": ("gov_bloc", "council"), "party": ("party",), "front": ("front",)}[post["bloc"]]
        return ceiling_lines(q, [post["new_unit_id"]], binding_only=True, about=bloc)
    subjects = dict.fromkeys([post["body_id"], *([post["new_agency_id"]] if post["role"] != "staff" else [])])
    return ceiling_lines(q, subjects, binding_only=True)
