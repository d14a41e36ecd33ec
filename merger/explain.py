"""Answers to "why?": what was decided about an item, by which rule, and what the best alternative would cost."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pandas as pd

from geodata.faults import InputError
from merger.documents.cells import Cells
from merger.documents.wording import empty, heading, plain_value, term
from merger.explanations import bodies, persons, routes, tasks
from merger.explanations.answer import Answer, Question, Section
from merger.explanations.units import UnitAnswer, unit_answer
from merger.inputs import Inputs
from merger.plan import PUBLIC_NOTICE, Plan

# Table: (kind in Vietnamese, kind in English, columns that name an item).
ITEMS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "units": ("đơn vị hành chính cũ", "old unit", ("old_code", "old_name")),
    "new_units": ("đơn vị hành chính mới", "new unit", ("new_id", "new_name")),
    "new_agencies": ("cơ quan mới", "new agency", ("new_agency_id", "new_agency")),
    "structure": ("phòng, ban trước sắp xếp", "division before", ("division_id", "division")),
    "new_divisions": ("phòng, ban mới", "new division", ("new_division_id", "new_division")),
    "mandates": ("nhiệm vụ", "mandate", ("mandate_id", "title_vi", "title_en")),
    "posts": ("vị trí việc làm", "post", ("post_id",)),
    "staff": ("cán bộ, công chức, viên chức", "person", ("person_id",)),
    "routes": ("tuyến xe", "route", ("route_id", "name_vi")),
    "timetable": ("công việc", "task", ("task_id", "title_vi", "title_en")),
    "deadlines": ("thời hạn", "deadline", ("deadline", "title_vi", "title_en")),
}

# Columns that are told in another part of the answer, or that only the program needs.
HIDDEN = {
    "reason_vi",
    "reason_en",
    "alternative_vi",
    "alternative_en",
    "alternative_vnd",
    "rules",
    "rule",
    "label",
    "seat_lon",
    "seat_lat",
    "new_id",
    "site_before_id",
    "successor_id",
}
# Tables whose facts are only these columns: their sections tell the rest.
FACTS: dict[str, tuple[str, ...]] = {
    "staff": persons.FACTS,
    "new_agencies": ("kind", "parent_id"),
    "new_divisions": ("new_agency_id", "field", "site_id"),
    "timetable": tasks.TASK_FACTS,
    "deadlines": tasks.DEADLINE_FACTS,
}
# First word of a question about old units only.
UNIT_WORD = "unit"
# Tables of the bodies that sign.
SIGNING = ("new_agencies", "new_units")


def explain_item(plan: Plan, inputs: Inputs, item: str, lang: str) -> list[Answer]:
    """Explain every item of the plan with that id, else with that name (diacritics do not matter), or a rule.

    `item` may begin with the word "unit": then only old units are looked for.
    """
    q = Question(plan, inputs, lang, Cells(plan, inputs))
    first, _, rest = item.strip().partition(" ")
    only_units = first == UNIT_WORD and bool(rest)
    item = rest.strip() if only_units else item
    if item in inputs.law and not only_units:
        return [_explain_rule(q, item)]
    if item in q.cells.allowances.index and not only_units:
        return [_explain_allowance(q, item)]
    tables = [t for t in (("units",) if only_units else ITEMS) if t in plan.tables]
    for match in (_has_id(item), _has_name(item)):
        found = [(t, row) for t in tables for _, row in match(t, plan.tables[t]).iterrows()]
        if found:
            alone = sum(t == "units" for t, _ in found) == 1
            return [_explain_row(q, table, row, solve=alone) for table, row in found[:10]]
    if only_units:
        raise InputError.single(
            plan.path, f"no old unit of this plan is called {item!r}", "give a code or a name as in units.csv"
        )
    before = inputs.agencies[inputs.agencies["period"] == "before"]
    named = before[(before["agency_id"] == item) | before["name_vi"].map(plain).str.contains(plain(item), regex=False)]
    if len(named):
        return [_explain_body(q, row) for _, row in named.head(10).iterrows()]
    titled = [r for r in inputs.law if plain(item) in plain(inputs.law[r].title(lang) or "")]
    if titled:
        return [_explain_rule(q, r) for r in titled[:10]]
    if plan.public:
        raise InputError.single(
            plan.path, f"nothing in this plan is called {item!r}", f"if it is a person: {PUBLIC_NOTICE}"
        )
    raise InputError.single(
        plan.path,
        f"nothing in this plan is called {item!r}",
        "give a code, an id or a name as in the plan's tables",
    )


def explain_rows(plan: Plan, inputs: Inputs, table: str, lang: str) -> list[Answer]:
    """Explain every row of a table of the plan, in its order."""
    q = Question(plan, inputs, lang, Cells(plan, inputs))
    return [_explain_row(q, table, row, solve=False) for _, row in q.table(table).iterrows()]


def _has_id(item: str) -> Callable[[str, pd.DataFrame], pd.DataFrame]:
    return lambda table, frame: frame[frame[ITEMS[table][2][0]] == item]


def _has_name(item: str) -> Callable[[str, pd.DataFrame], pd.DataFrame]:
    wanted = plain(item)

    def match(table: str, frame: pd.DataFrame) -> pd.DataFrame:
        hit = pd.Series(False, index=frame.index)
        for c in ITEMS[table][2][1:]:
            hit |= frame[c].map(plain).str.contains(wanted, regex=False)
        return frame[hit]

    return match


def plain(text: str) -> str:
    """Lower case without diacritics: "Hải Dương" -> "hai duong", so that names are found as they are typed."""
    marks = unicodedata.normalize("NFD", str(text).lower().replace("đ", "d"))
    return "".join(c for c in marks if not unicodedata.combining(c))


def _explain_row(q: Question, table: str, row: pd.Series, *, solve: bool) -> Answer:
    """`solve`: of an old unit, also the best plan in which it goes elsewhere, which takes seconds."""
    vi, en, names = ITEMS[table]
    kind = q.say(vi, en)
    told = table == "staff"  # the section on the post has the reason
    reason = "" if told else row.get(f"reason_{q.lang}", "")
    own = [str(reason)] if reason else []
    options = persons.person_choices(q, row) if table == "staff" else ()
    unit = unit_answer(q, row["old_code"], solve=solve) if table == "units" else UnitAnswer((), "", {})
    ids = [r for r in str(row.get("rules", row.get("rule", ""))).split(";") if r]
    # The lines of a person's choices cite the law of leaving themselves.
    ids = [r for r in ids if not (told and r.startswith("severance."))]
    return Answer(
        kind=kind,
        item=str(row[names[0]]),
        name=str(row[names[1]]) if len(names) > 1 else kind.capitalize(),
        facts=_facts(q, table, row),
        reasons=(*own, *_reasons(q, table, row)),
        rules=tuple(q.titled(r) for r in ids),
        alternative=bodies.alternative(q, row) if table == "structure" else unit.alternative,
        label=q.cells.words(table, "label", row.get("label", ""), q.lang),
        sections=(*unit.sections, *_sections(q, table, row, options), *_absent(q, table)),
        choices=tuple(persons.choice_data(c, q.lang) for c in options),
        other=unit.data,
    )


def _absent(q: Question, table: str) -> tuple[Section, ...]:
    """What a public copy cannot tell of an item whose answer would count people in its posts."""
    if not q.plan.public or table not in ("new_agencies", "new_divisions", "new_units"):
        return ()
    title = q.say("Bản công khai", "Public copy")
    told = "Không có dữ liệu từng người, từng vị trí: hỏi trên phương án đầy đủ."
    return (Section(title, (q.say(told, "No rows about persons and posts: ask with the full plan."),)),)


def _sections(q: Question, table: str, row: pd.Series, options) -> tuple[Section, ...]:
    if table == "staff":
        return persons.person_sections(q, row, options)
    parts = {
        "new_agencies": bodies.agency_sections,
        "new_divisions": bodies.division_sections,
        "new_units": bodies.unit_sections,
        "routes": routes.route_sections,
        "timetable": tasks.task_sections,
        "deadlines": tasks.deadline_sections,
    }
    found = parts[table](q, row) if table in parts else ()
    return (*found, *tasks.signing_section(q, row[ITEMS[table][2][0]])) if table in SIGNING else found


def _facts(q: Question, table: str, row: pd.Series) -> dict[str, str]:
    """Heading and words of every cell that says something; a title in the other language does not."""
    names, other = ITEMS[table][2], "_en" if q.lang == "vi" else "_vi"
    columns = FACTS.get(table, row.index)
    shown = [c for c in columns if c not in names and c not in HIDDEN and not c.endswith(other) and not empty(row[c])]
    return {heading(c, q.lang, table): q.cells.words(table, c, row[c], q.lang) for c in shown}


def _explain_body(q: Question, body: pd.Series) -> Answer:
    """A body before the merger: where its divisions go, and why the first of them does."""
    structure = q.table("structure")
    own = structure[structure["agency_id"] == body["agency_id"]]
    goes = own["new_agency_id"].unique().tolist() or [s for s in [body["successor_id"]] if s]
    rules = dict.fromkeys(r for ids in own["rules"] for r in ids.split(";") if r)
    divisions = [
        f"{d.division} → {d.new_division} ({q.cells.name(d.new_agency_id)})" for d in own.itertuples(index=False)
    ]
    return Answer(
        kind=q.say("cơ quan trước sắp xếp", "body before"),
        item=body["agency_id"],
        name=q.say(body["name_vi"], f"{body['name_en']} ({body['name_vi']})"),
        facts={
            heading("new_agency", q.lang): "; ".join(q.cells.name(g) for g in goes),
            heading("divisions_before", q.lang): q.n(len(own)),
            heading("staff", q.lang): q.n(own["staff"].sum()),
        },
        reasons=tuple(dict.fromkeys(own[f"reason_{q.lang}"]))[:5],
        rules=tuple(q.titled(r) for r in rules),
        alternative="",
        label=term("label", own["label"].iloc[0] if len(own) else "official", q.lang),
        sections=(Section(q.say("Phòng, đơn vị đi đâu", "Where its divisions go"), tuple(q.cut(divisions, 30))),)
        if divisions
        else (),
    )


def _reasons(q: Question, table: str, row: pd.Series) -> tuple[str, ...]:
    """Reasons that follow from the item's own figures."""
    if table == "timetable" and row["critical"]:
        return (q.say("Không còn dự trữ: chậm một ngày là chậm hạn.", "No slack: a day late is late."),)
    return ()


def _explain_allowance(q: Question, allowance_id: str) -> Answer:
    """A decision on travel or rent support: amount, for whom, and how many people draw it."""
    row, commute = q.cells.allowances.loc[allowance_id], q.table("commute")
    drawn = commute[[allowance_id in str(ids).split(";") for ids in commute["rules"].fillna("")]]
    amount = f"{q.n(row['amount_vnd'])} {q.say('đồng', 'VND')}/{row['per_vi' if q.lang == 'vi' else 'per']}"
    low, high = row["min_km"], row["max_km"]
    km = q.say(f"từ {q.n(low)}", f"from {q.n(low)}") if empty(high) else f"{q.n(low)}–{q.n(high)}"
    facts = {heading("value", q.lang): amount}
    facts |= {} if empty(low) else {"km": km}
    facts |= {q.say("Nhóm người hưởng", "Groups that draw it"): q.n(len(drawn))}
    return Answer(
        kind=q.say("mức hỗ trợ", "allowance"),
        item=allowance_id,
        name=q.cells.cite(allowance_id, q.lang),
        facts=facts,
        reasons=(str(row["condition_vi" if q.lang == "vi" else "condition"]),),
        rules=(q.cells.cite(allowance_id, q.lang),),
        alternative="",
        label=term("rule_status", row["status"], q.lang),
    )


def _explain_rule(q: Question, rule_id: str) -> Answer:
    rule, tables = q.inputs.law[rule_id], q.plan.tables
    where = {
        ITEMS[t][0 if q.lang == "vi" else 1]: int(hits)
        for t in ITEMS
        if t in tables
        for c in ("rules", "rule")
        if c in tables[t]
        if (hits := tables[t][c].str.split(";").map(lambda ids: rule_id in ids).sum())
    }
    ceilings = q.table("ceilings")
    own = ceilings[(ceilings["rule"] == rule_id) & ceilings["binding"].astype(bool)]
    places = [f"{r[f'subject_{q.lang}']}: {q.n(r['used'])}/{q.n(r['limit'])}" for r in own.to_dict("records")]
    value = {heading("value", q.lang): plain_value(rule.value, q.lang), heading("law_unit", q.lang): rule.unit}
    value = {} if rule.value is None else {k: v for k, v in value.items() if v}
    heading_of = q.say(f"Nơi đã hết mức ({q.n(len(own))})", f"Where it binds ({q.n(len(own))})")
    return Answer(
        kind=q.say("quy định", "rule"),
        item=rule_id,
        name=rule.title(q.lang) or rule_id,
        facts=value | where,
        reasons=(rule.note,) if rule.note else (),
        rules=(rule.cite(q.lang),),
        alternative="",
        label=term("rule_status", rule.status, q.lang),
        sections=(Section(heading_of, tuple(q.cut(places))),) if places else (),
    )
