"""Words of stage consolidate: why a division went where it went, findings, rules in conflict."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from merger.consolidation.divisions import LEADERSHIP, SERVICE, SUB_DEPARTMENT
from merger.consolidation.equipment import ARCHIVE
from merger.consolidation.limits import DEPARTMENT
from merger.consolidation.problem import Structure, years
from merger.fields import fields
from merger.inputs import Inputs
from merger.stages.stage import Finding

if TYPE_CHECKING:
    from merger.stages.consolidate import NewDivision

CEILING = "staffing.province_departments_max"
SUB_DEPUTIES = "staffing.sub_department_deputies_1_to_3_divisions"
# A reason: Vietnamese, English, rule ids.
Reason = tuple[str, str, tuple[str, ...]]


class Reasons:
    """Why each division before went where it went; names are looked up once for all rows."""

    def __init__(self, inputs: Inputs, structure: Structure):
        self._law, self._main = inputs.law, inputs.scenario.consolidate.main_site
        self._rows = list(structure.items.itertuples())
        self._paired, self._placed = structure.decisions.paired, structure.decisions.site_of
        self._forced, self._apart = structure.forced, {i for group in structure.decisions.apart for i in group}
        self._team_size = Counter(row.team for row in self._rows if row.team >= 0)
        self._second = set(inputs.scenario.consolidate.stay_sites.values())
        agencies = inputs.agencies.set_index("agency_id")
        self._names = dict(agencies["name_vi"]), dict(agencies["name_en"])
        self._inferred = set(agencies.index[agencies["status"] != "verified"])
        self._sites = dict(inputs.sites.set_index("site_id")["name"])
        titles = fields()
        self._fields = dict(titles["title_vi"]), dict(titles["title_en"])

    def of(self, new: NewDivision, item: int) -> Reason:
        """Reason for one predecessor of a new division."""
        parts = [self._agency(new, item), self._division(new, item), self._site(new, item)]
        vi, en = ("; ".join(p[n] for p in parts) for n in (0, 1))
        rules = tuple(r for p in parts for r in p[2])
        return vi[:1].upper() + vi[1:] + ".", en[:1].upper() + en[1:] + ".", rules

    def _agency(self, new: NewDivision, item: int) -> Reason:
        row = self._rows[item]
        vi, en = (names[new.host] for names in self._names)
        if row.locked:
            return f"về {vi} theo quyết định đã khóa trong kịch bản", f"to {en} by a lock of the scenario", ()
        if new.host != row.published and item in self._paired:
            return f"về {vi} theo cặp ghép đã khóa", f"to {en} by a locked pairing", ()
        if new.host != row.published:
            text = f"về {vi} vì cùng nhóm lĩnh vực và ít tốn kém hơn"
            return text, f"to {en}: same family of fields, cheaper", ()
        if row.agency_id in self._inferred:
            text = f"{vi} kế thừa {row.agency} (cơ quan tương ứng, suy ra từ tổ chức hai bên)"
            return text, f"{en} is the corresponding body of the other side (inferred, not published)", ()
        text = f"{vi} kế thừa {row.agency} theo phương án đã công bố"
        return text, f"{en} is the published successor of its agency", ()

    def _division(self, new: NewDivision, item: int) -> Reason:
        row = self._rows[item]
        others = [self._rows[i] for i in new.members if i != item]
        if row.kind == LEADERSHIP:
            return (
                "lãnh đạo cơ quan, số cấp phó theo quy định",
                "leaders of the agency, deputies by the law",
                (),
            )
        if row.kind == SERVICE and not others:
            vi = "đơn vị sự nghiệp chuyển nguyên trạng, việc sắp xếp theo đề án riêng"
            return vi, "service unit moves whole; its arrangement is a project of its own", ()
        if not others and item in self._apart:
            vi = "giữ riêng theo quyết định đã khóa trong kịch bản"
            return vi, "stays a division of its own by a lock", new.rules
        if not others and self._team_size[row.team] > 1:
            vi = "giữ riêng vì ghép với đơn vị tương ứng của bên kia tốn kém hơn"
            return vi, "stays a division of its own: joining its counterpart would cost more", new.rules
        if not others:
            vi = "chuyển nguyên trạng vì bên kia không có đơn vị tương ứng"
            return vi, "moves whole, the other side has no counterpart", new.rules
        names = ", ".join(f"{o.division} ({o.agency})" for o in others)
        if item in self._paired:
            return *self._pairing(new, item, names), new.rules
        if any(o.team == row.team for o in others):
            vi, en = (titles.get(row.field, row.field) for titles in self._fields)
            text = f"hợp nhất với {names}, cùng lĩnh vực “{vi}”"
            return text, f"joined with its counterpart of the other side in “{en}”", new.rules
        if row.staff < new.min_posts:
            cite = self._law[new.rules[0]].cite
            return (
                f"ghép với {names} để đủ tối thiểu {new.min_posts} biên chế ({cite('vi')})",
                f"joined with others to reach the smallest size of {new.min_posts} posts ({cite('en')})",
                new.rules,
            )
        return f"ghép với {names} để giảm đầu mối", "joined with others to save leading posts", new.rules

    def _pairing(self, new: NewDivision, item: int, names: str) -> tuple[str, str]:
        """Words for a pairing of the planner; said outright where the usual rules would not have joined them."""
        vi, en = f"ghép với {names} theo cặp ghép đã khóa trong kịch bản", "joined by a pairing locked in the scenario"
        anchor = new.members[0]
        joins = [(i, anchor) for i in new.members[1:]] if item == anchor else [(item, anchor)]
        if any(pair in self._forced for pair in joins):
            vi += " (quy tắc ghép thông thường không cho phép, ưu tiên quyết định của người lập phương án)"
            en += " (the usual rules would not join them: the planner's decision wins)"
        return vi, en

    def _site(self, new: NewDivision, item: int) -> Reason:
        row, name = self._rows[item], self._sites[new.site]
        if item in self._placed:
            return f"làm việc tại {name} theo quyết định đã khóa trong kịch bản", f"works at {name} by a lock", ()
        if row.kind == SERVICE or row.local:
            return "làm việc tại chỗ như hiện nay", "stays at its present place", ()
        if new.site == self._main:
            return f"làm việc tại {name}", "works at the main site", ()
        if new.site not in self._second:
            return f"làm việc tại {name} cùng đơn vị được ghép", f"works at {name} with those it is joined to", ()
        vi = f"làm việc tại {name}: chi phí đi lại của người lao động lớn hơn chi phí phối hợp"
        return vi, "works at a second site: travel of its people would cost more than coordination", ()


def findings_of(inputs: Inputs, structure: Structure, figures: dict[str, Any]) -> tuple[Finding, ...]:
    """What the committee should know about the structure."""
    found = [_departments(inputs, figures), _divisions(inputs, figures), _class(inputs)]
    found += [_second_site(inputs, figures), *_floor(inputs, structure, figures), *_equipment(inputs, figures)]
    return (
        *found,
        *_service_units(structure),
        *_unregulated(inputs, structure),
        *_sub_departments(inputs, structure),
    )


def _departments(inputs: Inputs, figures) -> Finding:
    law, number = inputs.law[CEILING], figures["departments_after"]
    return Finding(
        f"Có {number} sở và cơ quan tương đương sở, trong trần {law.value} ({law.cite('vi')}); "
        "đủ các cơ quan bắt buộc.",
        f"{number} departments, within the ceiling of {law.value} ({law.cite('en')}); all mandatory ones.",
        CEILING,
    )


def _divisions(inputs: Inputs, figures) -> Finding:
    before, after = figures["divisions_before"], figures["divisions_after"]
    fewer = figures["leading_posts_before"] - figures["leading_posts_after"]
    return Finding(
        f"{before} phòng, ban, chi cục sắp xếp thành {after}; định mức trưởng, phó phòng giảm {fewer} vị "
        "trí, "
        f"thực hiện trong {years(inputs)} năm.",
        f"{before} divisions become {after}; the law gives them {fewer} fewer posts of heads and deputies, "
        f"to be reached within {years(inputs)} years.",
        "staffing.roadmap_years",
    )


def _class(inputs: Inputs) -> Finding:
    rule = f"staffing.division_min_posts_{inputs.scenario.consolidate.province_class}"
    law = inputs.law[rule]
    vi, en = {
        "class_1": (
            "đơn vị hành chính cấp tỉnh loại I, không phải Hà Nội hoặc Thành phố Hồ Chí Minh",
            "a province-level unit of class I, neither Hanoi nor Ho Chi Minh City",
        ),
        "class_2_3": ("đơn vị hành chính cấp tỉnh loại II, III", "a province-level unit of class II or III"),
        "hanoi_hcmc": ("Hà Nội hoặc Thành phố Hồ Chí Minh", "Hanoi or Ho Chi Minh City"),
    }[inputs.scenario.consolidate.province_class]
    return Finding(
        f"Phòng thuộc sở có tối thiểu {law.value} biên chế ({law.cite('vi')}): {vi}.",
        f"A division of a department has at least {law.value} posts ({law.cite('en')}): {en}.",
        rule,
    )


def _second_site(inputs: Inputs, figures) -> Finding:
    staying, now = figures["divisions_at_second_site_without_limit"], figures["divisions_at_second_site"]
    billion, share = figures["single_site_price_vnd"] / 1e9, inputs.scenario.consolidate.second_site_share
    amount = f"{billion:,.0f}".replace(",", ".")
    return Finding(
        f"{now} phòng làm việc ở cơ sở 2 (tối đa {share:.0%}). Nếu không giới hạn, {staying} phòng ở lại "
        "trụ sở cũ "
        f"và tổng chi phí {years(inputs)} năm giảm {amount} tỷ đồng (đi lại, trừ chi phí phối hợp).",
        f"{now} divisions sit at a second site (at most {share:.0%}). Without that limit {staying} would "
        "stay at "
        f"the old seats and the cost over {years(inputs)} years would fall by VND {billion:,.0f} billion.",
    )


def _floor(inputs: Inputs, structure: Structure, figures) -> list[Finding]:
    found, names = [], inputs.sites.set_index("site_id")["name"]
    for k, site in enumerate(structure.sites):
        need, area = figures["floor_needed_m2"].get(site, 0.0), int(structure.problem.site_capacity[k])
        if need and area >= 0:
            vi = f"{names[site]}: cần {_thousands(need)} m² trên {_thousands(area)} m² sàn ({need / area:.0%})."
            found.append(
                Finding(
                    vi,
                    f"{names[site]}: {need:,.0f} m2 needed of {area:,.0f} m2 ({need / area:.0%}).",
                    item=site,
                )
            )
        elif need and structure.problem.second_site[k]:
            vi = f"{names[site]}: cần {_thousands(need)} m²; chưa có diện tích sàn nên chưa kiểm tra được sức chứa."
            en = f"{names[site]}: {need:,.0f} m2 needed; its floor area is unknown, so its room is not checked."
            found.append(Finding(vi, en, item=site))
    return found


def _equipment(inputs: Inputs, figures) -> list[Finding]:
    names = inputs.sites.set_index("site_id")["name"]
    found = []
    for e in figures["equipment"]:
        site, (vi, en) = names[e["site"]], kind_title(e["kind"])
        found.append(
            Finding(
                f"{site}: cần {_thousands(e['needed'])}, có {_thousands(e['there'])} {vi}.",
                f"{site}: {e['needed']:,} needed, {e['there']:,} there: {en}.",
                item=e["site"],
            )
        )
    return found


def kind_title(kind: str) -> tuple[str, str]:
    """Words for a kind of equipment: metres of files have them, others are the planner's own."""
    return ("mét hồ sơ", "metres of files") if kind == ARCHIVE else (f"“{kind}”", f'"{kind}"')


def _thousands(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


def _service_units(structure: Structure) -> list[Finding]:
    units = structure.items[structure.items["kind"] == SERVICE]
    pairs = int((units.groupby("team").size() > 1).sum())
    if not pairs or np.any(structure.problem.team[units.index] >= 0):
        return []
    return [
        Finding(
            f"{len(units)} đơn vị sự nghiệp công lập chuyển nguyên trạng; {pairs} cặp có chức năng tương "
            "ứng ở hai bên, "
            "có thể hợp nhất theo đề án riêng.",
            f"{len(units)} service units move whole; {pairs} pairs have counterparts on both sides and "
            "could be "
            "joined in a project of its own.",
        )
    ]


def _unregulated(inputs: Inputs, structure: Structure) -> list[Finding]:
    kinds = inputs.agencies.set_index("agency_id")["kind"]
    bodies = [h for h in structure.hosts if kinds[h] != DEPARTMENT]
    if not bodies:
        return []
    return [
        Finding(
            f"{len(bodies)} cơ quan không phải sở: dữ liệu pháp luật chưa có định mức cấp phó, tạm giữ "
            "mức của cơ quan cũ "
            "có nhiều cấp phó hơn; quy mô phòng và số phó phòng áp dụng tương tự quy định đối với sở.",
            f"{len(bodies)} bodies are not departments: the law tables hold no number of deputies for "
            "them, that of "
            "the larger predecessor is kept; the rules on divisions are applied by analogy.",
        )
    ]


def _sub_departments(inputs: Inputs, structure: Structure) -> list[Finding]:
    law = inputs.law[SUB_DEPUTIES]
    if not (structure.items["kind"] == SUB_DEPARTMENT).any():
        return []
    return [
        Finding(
            f"Chi cục có {law.value} phó chi cục trưởng theo mức của chi cục có 1-3 phòng "
            f"({law.cite('vi')}); "
            "chi cục có nhiều phòng hơn cần đối chiếu văn bản gốc.",
            f"Sub-departments get {law.value} deputy, the figure for 1 to 3 divisions ({law.cite('en')}); "
            "larger ones need a look at the text of the law.",
            SUB_DEPUTIES,
        )
    ]


def conflict_words(inputs: Inputs, structure: Structure, name: str) -> str:
    """A rule in conflict, in words of both languages."""
    kind, _, index = name.partition(":")
    if kind in ("site_capacity", "second_site_share", "host_ceiling"):
        return _common_words(inputs, structure, kind, int(index or 0))
    agencies = inputs.agencies.set_index("agency_id")["name_vi"]
    options = inputs.scenario.consolidate
    if kind in ("together", "apart", "fixed_item_site", "equipment"):
        return _decision_words(inputs, structure, kind, index)
    n = int(index)
    if kind == "fixed_host":
        row = structure.items.iloc[n]
        return f"khóa: {row['division']} ({row['agency']}) về {agencies[row['locked']]} / lock fixed_successor"
    host = structure.hosts[n]
    rules = sorted({r for (h, _), r in zip(structure.slots, structure.minimum_rule, strict=True) if h == host and r})
    cites = ", ".join(f"{inputs.law.value(r)}: {inputs.law[r].cite('vi')}" for r in rules)
    words = {
        "smallest_size": f"số biên chế tối thiểu của phòng, chi cục ({cites}) / smallest divisions",
        "largest_size": f"phòng ghép tối đa {options.largest_mixed_division} người / largest mixed division",
        "slots_per_host": f"tối đa {options.max_divisions.get(host)} phòng / largest number of divisions",
        "mandatory_host": "cơ quan bắt buộc phải có / mandatory agency",
        "fixed_site": f"khóa trụ sở {inputs.scenario.locks.fixed_site.get(host)} / lock fixed_site",
    }
    return f"{agencies[host]}: {words[kind]}"


def _decision_words(inputs: Inputs, structure: Structure, kind: str, index: str) -> str:
    """A decision on divisions, or equipment of a site, in words of both languages."""
    names = structure.items["division"] + " (" + structure.items["agency"] + ")"
    decisions, sites = structure.decisions, inputs.sites.set_index("site_id")["name"]
    if kind == "equipment":
        e, k = (int(part) for part in index.split(":"))
        name, there = structure.equipment[e], int(structure.problem.equipment_room[e, k])
        vi, en = kind_title(name)
        return f"{sites[structure.sites[k]]}: {_thousands(there)} {vi} / {there} {en} (consolidate.site_equipment)"
    if kind == "fixed_item_site":
        site = sites[decisions.site_of[int(index)]]
        return f"khóa: {names.iloc[int(index)]} làm việc tại {site} / lock fixed_site"
    group = (decisions.together if kind == "together" else decisions.apart)[int(index)]
    listed = ", ".join(names.iloc[list(group)])
    if kind == "together":
        return f"khóa: ghép {listed} / lock pair"
    return f"khóa: không ghép {listed} / lock keep_apart"


def _common_words(inputs: Inputs, structure: Structure, kind: str, n: int) -> str:
    options, law = inputs.scenario.consolidate, inputs.law[CEILING]
    if kind == "host_ceiling":
        return f"tối đa {law.value} sở ({law.cite('vi')}) / largest number of departments"
    if kind == "second_site_share":
        return f"tối đa {options.second_site_share:.0%} số phòng ở cơ sở 2 / largest share at second sites"
    area = _thousands(int(structure.problem.site_capacity[n]))
    name = inputs.sites.set_index("site_id")["name"][structure.sites[n]]
    need = f"{options.floor_m2_person:g} m² một người, {options.archive_m2_per_m:g} m² một mét hồ sơ"
    return f"{name}: {area} m² sàn, {need} / floor area"
