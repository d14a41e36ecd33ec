"""Bodies: a new agency, a new division, a body before, a new commune-level unit, against their ceilings."""

from __future__ import annotations

import pandas as pd

from merger.documents.wording import empty, group_terms, term
from merger.explanations.answer import Question, Section, ceiling_lines, people_en, split

BLOCS = ("government", "party", "front")
DIVISIONS_SHOWN = 40


def agency_sections(q: Question, row: pd.Series) -> tuple[Section, ...]:
    """Parts of an answer about a row of table new_agencies."""
    agency = row["new_agency_id"]
    divisions = q.table("new_divisions")
    own = divisions[divisions["new_agency_id"] == agency]
    return _filled(
        Section(q.say("Hình thành từ", "Formed from"), tuple(_predecessors(q, agency))),
        Section(q.say("Số người và giới hạn", "People and ceilings"), tuple(_agency_people(q, row))),
        Section(
            q.say(f"Phòng, đơn vị ({q.n(len(own))})", f"Divisions ({q.n(len(own))})"),
            tuple(q.cut((_division(q, d) for d in own.itertuples(index=False)), DIVISIONS_SHOWN)),
        ),
        _mandates(q, {agency, *own["new_division_id"]}),
        Section(q.say("Nơi làm việc", "Sites"), tuple(_sites(q, q.table("structure"), "new_agency_id", agency))),
    )


def division_sections(q: Question, row: pd.Series) -> tuple[Section, ...]:
    """Parts of an answer about a row of table new_divisions."""
    division = row["new_division_id"]
    structure = q.table("structure")
    own = structure[structure["new_division_id"] == division]
    came = [
        f"{d.division} ({d.agency}): {_people(q, d.staff)}, {q.say('tại', 'at')} {q.cells.name(d.site_before)}"
        for d in own.itertuples(index=False)
    ]
    people = [*ceiling_lines(q, [division]), *_posts_of(q, "body_id", division)]
    reasons = list(dict.fromkeys(own[f"reason_{q.lang}"]))
    other = [a for r in own.to_dict("records") if (a := alternative(q, r))]
    return _filled(
        Section(q.say("Hình thành từ", "Formed from"), tuple(came)),
        Section(q.say("Số người và giới hạn", "People and ceilings"), tuple(people)),
        _mandates(q, {division}),
        Section(q.say("Lý do", "Reasons"), tuple(q.cut(reasons, 5))),
        Section(q.say("Phương án khác", "Alternatives"), tuple(q.cut(dict.fromkeys(other), 5))),
    )


def alternative(q: Question, row: dict | pd.Series) -> str:
    """Next best place of a division before, where stage consolidate gives one; its words hold the cost and how it is
    known (exact, between two figures, or a bound).
    """
    text = row.get(f"alternative_{q.lang}", "")
    return "" if empty(text) else str(text)


def unit_sections(q: Question, row: pd.Series) -> tuple[Section, ...]:
    """Parts of an answer about a row of table new_units: posts by bloc against the formula and the caps."""
    posts = q.table("posts")
    own = posts[posts["new_unit_id"] == row["new_id"]]
    if own.empty and not len(ceiling_lines(q, [row["new_id"]])):
        return ()
    return _filled(
        Section(q.say("Biên chế theo khối", "Posts by bloc"), tuple(_blocs(q, row, own))),
        Section(q.say("Bộ phận", "Bodies"), tuple(_bodies(q, own))),
        Section(q.say("Giới hạn", "Ceilings"), tuple(ceiling_lines(q, [row["new_id"], "communes"]))),
    )


def _filled(*sections: Section) -> tuple[Section, ...]:
    return tuple(s for s in sections if s.lines)


def _people(q: Question, n) -> str:
    return q.say(f"{q.n(n)} người", people_en(n))


def _predecessors(q: Question, agency: str) -> list[str]:
    structure = q.table("structure")
    own = structure[structure["new_agency_id"] == agency]
    lines = []
    for (_, name, side), group in own.groupby(["agency_id", "agency", "side"], sort=True):
        count = q.n(len(group))
        lines.append(
            f"{name} ({term('side', side, q.lang)}): "
            + q.say(f"{count} phòng, đơn vị, {q.n(group['staff'].sum())} người", f"{count} divisions, ")
            + q.say("", _people(q, group["staff"].sum()))
        )
    return lines


def _agency_people(q: Question, row: pd.Series) -> list[str]:
    """Leaders, divisions and people of a new agency, each against its ceiling."""
    agency = row["new_agency_id"]
    lines = ceiling_lines(q, [agency])
    if not any("deput" in r for r in split(row["rules"])):
        lines.append(
            q.say(
                f"Cấp phó: phương án lấy nhiều nhất {q.n(row['deputies_cap'])}; dữ liệu pháp lý không có trần cho loại"
                " cơ quan này",
                f"Deputies: the plan takes at most {q.n(row['deputies_cap'])}; the law data holds no ceiling for this"
                " kind of body",
            )
        )
    lines.append(
        q.say(
            f"Số phòng: {q.n(row['divisions'])}, trước sắp xếp {q.n(row['divisions_before'])}",
            f"Divisions: {q.n(row['divisions'])}, before {q.n(row['divisions_before'])}",
        )
    )
    posts = q.table("posts")
    own = posts[posts["new_agency_id"] == agency]
    if len(own):
        held = own["person_id"].ne("")
        above = held & own["phase"].eq("transitional")
        lines.append(
            q.say(
                f"Có mặt sau sắp xếp {q.n(held.sum())} người (trong đó vượt khung {q.n(above.sum())}), trước sắp xếp"
                f" {q.n(row['staff'])} người",
                f"People after: {q.n(held.sum())} (of them above the establishment {q.n(above.sum())}), before:"
                f" {q.n(row['staff'])}",
            )
            + q.cite("staffing.staff_cap_province")
        )
    floors = q.inputs.sites.set_index("site_id")["floor_m2"]
    if not empty(row["floor_m2"]):
        there = floors.get(row["site_id"])
        have = "" if empty(there) else q.say(f"; trụ sở có {q.n(there)} m²", f"; the site has {q.n(there)} m²")
        lines.append(q.say("Diện tích cần: ", "Floor space needed: ") + f"{q.n(row['floor_m2'])} m²{have}")
    return lines


def _division(q: Question, d) -> str:
    """A new division in a line: people against the smallest size, deputies against their cap."""
    posts = q.table("posts")
    text = f"{d.new_division}: {_people(q, d.staff)}"
    if d.min_posts:
        text += q.say(f" (ít nhất {q.n(d.min_posts)})", f" (at least {q.n(d.min_posts)})")
    own = posts["body_id"].eq(d.new_division_id) & posts["role"].eq("deputy") & posts["phase"].eq("establishment")
    if d.deputies_cap:
        used = q.n(own.sum()) if len(posts) else "–"
        text += q.say(f", cấp phó {used}/{q.n(d.deputies_cap)}", f", deputies {used}/{q.n(d.deputies_cap)}")
    return text + q.cite(*split(d.rules))


def _mandates(q: Question, successors: set[str]) -> Section:
    """Counts by kind, then titles, with the reason where stage consolidate gives one."""
    mandates = q.table("mandates")
    own = mandates[mandates["successor_id"].isin(successors)]
    kinds = own["kind"].value_counts()
    order = [k for k in group_terms("mandate_kind", "vi") if k in kinds] + sorted(
        set(kinds.index) - set(group_terms("mandate_kind", "vi"))
    )
    counts = ", ".join(f"{term('mandate_kind', k, q.lang)} {q.n(kinds[k])}" for k in order)
    lines = [counts] if counts else []
    ranked = own.assign(at=own["kind"].map({k: i for i, k in enumerate(order)})).sort_values("at", kind="stable")
    titles = []
    for m in ranked.to_dict("records"):
        reason = m.get(f"reason_{q.lang}", "")
        title = m[f"title_{q.lang}"] if not empty(m[f"title_{q.lang}"]) else m["title_vi"]
        titles.append(f"{title} ({term('mandate_kind', m['kind'], q.lang)})" + ("" if empty(reason) else f": {reason}"))
    heading = q.say(f"Nhiệm vụ tiếp nhận ({q.n(len(own))})", f"Mandates ({q.n(len(own))})")
    return Section(heading, (*lines, *q.cut(titles)))


def _sites(q: Question, structure: pd.DataFrame, column: str, key: str) -> list[str]:
    """People and divisions at each site after."""
    own = structure[structure[column] == key]
    by_site = own.groupby("site_id").agg(n=("division_id", "size"), staff=("staff", "sum"))
    return [
        q.say(
            f"{q.cells.name(site)}: {q.n(s.n)} phòng, đơn vị trước đây, {q.n(s.staff)} người",
            f"{q.cells.name(site)}: {q.n(s.n)} former divisions, {q.n(s.staff)} people",
        )
        for site, s in by_site.sort_values("staff", ascending=False, kind="stable").iterrows()
    ]


def _posts_of(q: Question, column: str, key: str) -> list[str]:
    """Posts of a body by role, and who is above the establishment."""
    posts = q.table("posts")
    own = posts[posts[column] == key]
    if own.empty:
        return []
    count = own.groupby(["phase", "role"]).size()
    within = [
        f"{term('role', r, q.lang)} {q.n(count[('establishment', r)])}"
        for r in ("head", "deputy", "staff")
        if ("establishment", r) in count
    ]
    vacant = int((own["phase"].eq("establishment") & own["person_id"].eq("")).sum())
    above = int(own["phase"].eq("transitional").sum())
    text = q.say("Vị trí: ", "Posts: ") + ", ".join(within)
    text += q.say(f"; còn trống {q.n(vacant)}", f"; vacant {q.n(vacant)}") if vacant else ""
    text += q.say(f"; vượt khung {q.n(above)} người", f"; {people_en(above)} above") if above else ""
    return [text]


def _blocs(q: Question, row: pd.Series, posts: pd.DataFrame) -> list[str]:
    """The formula of the government bloc with this unit's figures; Party and Front posts as the scenario sets them."""
    law = q.inputs.law
    average, base = law.value("staffing.gov_bloc_average"), law.value("staffing.gov_bloc_base_population")
    step = law.value("staffing.gov_bloc_add_one_per_persons")
    cap_rule = "staffing.gov_bloc_cap_xa" if row["kind"] == "xa" else "staffing.gov_bloc_cap_phuong_dac_khu"
    cap, people = law.value(cap_rule), int(row["population"])
    extra = max(people - base, 0) // step
    formula = q.say(
        f"{q.n(average)} + {q.n(extra)} (đủ {q.n(step)} dân vượt {q.n(base)} thêm 1; dân số {q.n(people)})",
        f"{q.n(average)} + {q.n(extra)} (1 for each full {q.n(step)} people above {q.n(base)}; population"
        f" {q.n(people)})",
    )
    capped = q.say(f", trần {q.n(cap)}", f", cap {q.n(cap)}")
    name, total = q.say("Khối chính quyền, công thức", "Government bloc, formula"), q.n(min(average + extra, cap))
    lines = [
        f"{name}: {total} = {formula}{capped}"
        + q.cite("staffing.gov_bloc_average", "staffing.gov_bloc_add_one_per_persons", cap_rule)
    ]
    if posts.empty:
        return lines
    held, phase = posts["person_id"].ne(""), posts["phase"]
    for bloc in BLOCS:
        own = posts["bloc"] == bloc
        within = own & phase.eq("establishment")
        above = own & phase.eq("transitional")
        name = term("bloc", bloc, q.lang)
        rule = {"party": "staffing.party_bloc_high", "front": "staffing.front_bloc_about"}.get(bloc, "")
        lines.append(
            f"{name[:1].upper() + name[1:]}: "
            + q.say(
                f"{q.n(within.sum())} vị trí, đã bố trí {q.n((within & held).sum())}, vượt khung {q.n(above.sum())}",
                f"{q.n(within.sum())} posts, filled {q.n((within & held).sum())}, above {q.n(above.sum())}",
            )
            + q.cite(rule)
        )
    return lines


def _bodies(q: Question, posts: pd.DataFrame) -> list[str]:
    return [
        f"{posts.loc[posts['body_id'] == body, 'body'].iloc[0]}: {_posts_of(q, 'body_id', body)[0].split(': ', 1)[1]}"
        for body in dict.fromkeys(posts.sort_values("post_id")["body_id"])
    ]
