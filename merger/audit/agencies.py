"""Checks of stage consolidate: divisions, agencies, sites, mandates."""

from __future__ import annotations

import pandas as pd

from merger.audit.report import Case, Violations, check, filled, items, shown

ORDINARY = {"division", "sub_department"}
PARTY_KINDS = {"party_advisory_body", "front"}
# Programme rows that somebody has to carry on (the others are texts, figures and structure of the documents).
CARRIED = ("programme", "model", "task", "duty", "register")


@check(
    "structure-successors",
    "Mỗi phòng, ban cũ có đúng một đơn vị kế thừa",
    "Every division before has exactly one successor",
    "structure",
    "new_divisions",
    "new_agencies",
)
def successors(case: Case) -> Violations:
    """All divisions, each once; the successor exists and belongs to the agency named beside it."""
    rows, divisions = case.tables["structure"], case.tables["new_divisions"].set_index("new_division_id")
    ids = rows["division_id"]
    for division in sorted(set(ids[ids.duplicated()])):
        yield f"division {division} occurs more than once"
    if missing := set(case.inputs.divisions["division_id"]) - set(ids):
        yield f"divisions without a successor: {shown(missing)}"
    if unknown := set(ids) - set(case.inputs.divisions["division_id"]):
        yield f"unknown divisions: {shown(unknown)}"
    if orphans := set(rows["new_division_id"]) - set(divisions.index):
        yield f"successors that do not exist: {shown(orphans)}"
    if empty := set(divisions.index) - set(rows["new_division_id"]):
        yield f"new divisions without predecessors: {shown(empty)}"
    known = rows[rows["new_division_id"].isin(divisions.index)]
    wrong = known["new_agency_id"] != known["new_division_id"].map(divisions["new_agency_id"])
    if wrong.any():
        yield f"division and agency do not fit: {shown(known.loc[wrong, 'division_id'])}"
    if foreign := set(rows["new_agency_id"]) - set(case.tables["new_agencies"]["new_agency_id"]):
        yield f"agencies that do not exist: {shown(foreign)}"
    return f"{len(rows)} divisions before, {len(divisions)} after"


@check(
    "structure-predecessors",
    "Cơ quan mới kế thừa đúng các cơ quan cũ",
    "New agencies name their predecessors",
    "structure",
    "new_agencies",
)
def predecessors(case: Case) -> Violations:
    """Predecessors are the agencies whose divisions came; every new agency is one of the scenario."""
    came = case.tables["structure"].groupby("new_agency_id")["agency_id"].agg(set).to_dict()
    for row in case.tables["new_agencies"].itertuples():
        named = set(items(row.predecessors))
        if absent := came.get(row.new_agency_id, set()) - named:
            yield f"{row.new_agency_id}: predecessors not named: {shown(absent)}"
        if row.new_agency_id not in set(case.inputs.agencies["agency_id"]):
            yield f"{row.new_agency_id} is not in the table of agencies"
    before = case.inputs.agencies[case.inputs.agencies["period"] == "before"].set_index("agency_id")["successor_id"]
    for old, new in case.tables["structure"].groupby("agency_id")["new_agency_id"]:
        if before.get(old) and before[old] not in set(new) and old not in case.inputs.scenario.locks.fixed_successor:
            yield f"{old}: nothing went to its successor {before[old]}"


@check(
    "structure-departments",
    "Số sở không vượt trần; đủ 12 sở bắt buộc",
    "Departments within the ceiling, the mandatory ones present",
    "new_agencies",
)
def departments(case: Case) -> Violations:
    """At most the legal number of departments; each of the mandatory list once."""
    names = case.tables["new_agencies"].query("kind == 'department'")["new_agency_en"]
    most = case.law("staffing.province_departments_max")
    if len(names) > most:
        yield f"{len(names)} departments, the ceiling is {most}"
    wanted = case.law("staffing.province_departments_mandatory_list")
    for name in wanted:
        found = int(names.map(lambda n, name=name: _is_department(n, name)).sum())
        if found != 1:
            yield f"mandatory department {name}: {found} found"
    return f"{len(names)} departments, {len(wanted)} mandatory"


def _is_department(full: str, short: str) -> bool:
    return full.startswith("Office") if short == "Office" else full.removeprefix("Department of ").startswith(short)


@check(
    "structure-sums",
    "Số người và số phòng cộng đúng",
    "Staff and numbers of divisions add up",
    "structure",
    "new_divisions",
    "new_agencies",
)
def sums(case: Case) -> Violations:
    """Staff before as in the input; new divisions and agencies hold the sums."""
    rows = case.tables["structure"]
    present = case.inputs.divisions.set_index("division_id")["staff"]
    off = rows["staff"] != rows["division_id"].map(present)
    if off.any():
        yield f"staff differs from the input: {shown(rows.loc[off, 'division_id'])}"
    divisions = case.tables["new_divisions"].set_index("new_division_id")
    total = rows.groupby("new_division_id")["staff"].sum()
    off = divisions["staff"] != total.reindex(divisions.index)
    if off.any():
        yield f"staff is not the sum of the predecessors: {shown(divisions.index[off])}"
    agencies = case.tables["new_agencies"].set_index("new_agency_id")
    total = rows.groupby("new_agency_id")["staff"].sum().reindex(agencies.index, fill_value=0)
    off = agencies["staff"] != total
    if off.any():
        yield f"staff of the agency is not the sum of its divisions: {shown(agencies.index[off])}"


@check(
    "structure-division-size",
    "Quy mô phòng không dưới mức tối thiểu",
    "No division below the legal size",
    "structure",
    "new_divisions",
    "new_agencies",
)
def division_size(case: Case) -> Violations:
    """The smallest size of each new division by the law; leadership and service units excepted.

    A scenario may allow smaller ones at a price (`small_division_vnd_year`): then only the figure is checked.
    """
    kind = case.tables["new_agencies"].set_index("new_agency_id")["kind"]
    options = case.inputs.scenario.consolidate
    small, short = 0, short_of_posts(case)
    for row in case.tables["new_divisions"].itertuples():
        kinds = case.new_division_kinds.get(row.new_division_id, set())
        if not kinds & ORDINARY:
            continue
        party = kind.get(row.new_agency_id) in PARTY_KINDS
        rule = "party_division_min" if party else f"division_min_posts_{options.province_class}"
        if party and row.new_agency_id in short:
            rule = "party_division_min_if_short"
        floor = case.law(f"staffing.{rule}")
        figures = {floor, case.law("staffing.sub_department_min_posts")} if "sub_department" in kinds else {floor}
        if row.min_posts not in figures:
            yield f"{row.new_division_id}: smallest size {row.min_posts}, the law says {shown(figures)}"
        if row.staff < row.min_posts:
            small += 1
            if options.small_division_vnd_year is None:
                yield f"{row.new_division_id} has {row.staff} persons, fewer than {row.min_posts}"
    return f"{small} divisions below the smallest size"


def short_of_posts(case: Case) -> set[str]:
    """New bodies whose divisions before have fewer persons than the Party's smallest division for each field."""
    bodies = case.inputs.agencies.set_index("agency_id")["successor_id"]
    before = case.inputs.divisions[case.inputs.divisions["kind"] == "division"]
    grouped = before.groupby(before["agency_id"].map(bodies))
    need = grouped["field"].nunique() * case.law("staffing.party_division_min")
    return set(need.index[grouped["staff"].sum() < need])


def band(case: Case, staff: int) -> int:
    """Largest number of deputies of a division with so many persons."""
    if staff < 10:
        return case.law("staffing.division_deputies_lt10")
    return case.law("staffing.division_deputies_10_14" if staff < 15 else "staffing.division_deputies_15_plus")


@check(
    "structure-deputies",
    "Số cấp phó không vượt quy định",
    "Deputies within the legal numbers",
    "structure",
    "new_divisions",
    "new_agencies",
)
def deputies(case: Case) -> Violations:
    """Caps are those of the law; leaders fit under the cap of their agency, and no division has more deputies."""
    most = case.law("staffing.department_deputies_average") + case.law(
        "staffing.department_deputies_extra_two_provinces"
    )
    for row in case.tables["new_agencies"].itertuples():
        if row.deputies_cap > most and row.kind == "department":
            yield f"{row.new_agency_id}: cap of {row.deputies_cap} deputies, the law allows {most}"
        if row.leaders > row.deputies_cap + 1:
            yield f"{row.new_agency_id}: {row.leaders} leaders, the cap is 1 + {row.deputies_cap}"
    of_agency = case.tables["new_agencies"].set_index("new_agency_id")["deputies_cap"].to_dict()
    for row in case.tables["new_divisions"].itertuples():
        if case.new_division_kinds.get(row.new_division_id, set()) & ORDINARY and row.deputies_cap > band(
            case, row.staff
        ):
            yield f"{row.new_division_id}: cap of {row.deputies_cap} deputies for {row.staff} persons"
        above = of_agency.get(row.new_agency_id, row.deputies_cap)
        if case.law("staffing.deputies_below_not_more_than_above") and row.deputies_cap > above:
            yield f"{row.new_division_id}: cap of {row.deputies_cap} deputies, its agency has {above}"


def stay_service(case: Case) -> pd.Series:
    """Which rows of the structure are service units (they have premises of their own)."""
    return case.tables["structure"]["division_id"].map(case.division_kind) == "service_unit"


@check(
    "structure-sites",
    "Trụ sở tồn tại và đủ diện tích",
    "Sites exist and have the floor space",
    "structure",
    "new_divisions",
)
def sites(case: Case) -> Violations:
    """Persons at each site times the area a person, against the floor area where it is known."""
    options, rows = case.inputs.scenario.consolidate, case.tables["structure"]
    known = case.inputs.sites.set_index("site_id")["floor_m2"]
    if unknown := set(rows["site_id"]) - set(known.index):
        yield f"unknown sites: {shown(unknown)}"
    site = case.tables["new_divisions"].set_index("new_division_id")["site_id"]
    merged = ~stay_service(case)
    wrong = merged & (rows["site_id"] != rows["new_division_id"].map(site))
    if wrong.any():
        yield f"site differs from that of the new division: {shown(rows.loc[wrong, 'division_id'])}"
    people = rows[merged].groupby("site_id")["staff"].sum()
    files = rows["division_id"].map(case.inputs.divisions.set_index("division_id")["archive_m"])
    shelves = files[merged].groupby(rows["site_id"]).sum()
    for site_id, staff in people.items():
        floor = options.site_floor_m2.get(site_id, known.get(site_id))
        need = staff * options.floor_m2_person + shelves[site_id] * options.archive_m2_per_m
        if pd.notna(floor) and need > floor:
            yield f"{site_id}: {staff} persons and their files need {need:.0f} m2, there are {floor:.0f}"
    moved = stay_service(case) & (rows["site_id"] != rows["site_before"])
    if moved.any():
        yield f"service units that should stay were moved: {shown(rows.loc[moved, 'division_id'])}"
    return ", ".join(f"{k} {v} persons" for k, v in sorted(people.items()))


@check(
    "mandates",
    "Mỗi nhiệm vụ có đúng một đơn vị chịu trách nhiệm",
    "Every mandate has exactly one accountable successor",
    "mandates",
)
def mandates(case: Case) -> Violations:
    """Each mandate once, its successor exists, and all programmes and tasks of the input are there."""
    rows = case.tables["mandates"]
    ids = rows["mandate_id"]
    for mandate in sorted(set(ids[ids.duplicated()])):
        yield f"mandate {mandate} occurs more than once"
    exists = set(case.agencies_after["agency_id"])
    for table, key in (("new_divisions", "new_division_id"), ("new_agencies", "new_agency_id")):
        if table in case.tables:
            exists |= set(case.tables[table][key])
    bad = ~rows["successor_id"].isin(exists)
    if bad.any():
        yield f"mandates whose successor does not exist or is not one body: {shown(ids[bad])}"
    if (~filled(rows["title_vi"])).any():
        yield f"mandates without a Vietnamese title: {shown(ids[~filled(rows['title_vi'])])}"
    programmes = case.inputs.programmes
    wanted = set(programmes.loc[programmes["kind"].isin(CARRIED), "programme_id"])
    if lost := wanted - set(ids):
        yield f"programmes and tasks of the input that nobody carries on: {shown(lost)}"
    if "structure" in case.tables:
        yield from _fields_kept(case)
    return f"{len(rows)} mandates"


def _fields_kept(case: Case) -> Violations:
    """No division's work is left out; its field is held by a division after, or is a mandate of its
    successor.
    """
    led = case.inputs.divisions.loc[case.inputs.divisions["kind"] != "leadership", "division_id"]
    mandates = case.tables["mandates"]
    holders = {i for cell in mandates["holders_before"] for i in items(cell)}
    if forgotten := set(led) - holders:
        yield f"divisions before whose work no mandate carries on: {shown(forgotten)}"
    rows = case.tables["structure"]
    rows = rows[~rows["field"].isin(case.tables["new_divisions"]["field"])]
    carried = set(zip(mandates["holders_before"], mandates["successor_id"], strict=True))
    if lost := {r.field for r in rows.itertuples() if (r.division_id, r.new_division_id) not in carried}:
        yield f"fields of work that no new division holds: {shown(lost)}"
