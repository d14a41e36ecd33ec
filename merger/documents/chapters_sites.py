"""Parts of the report on the structure: the second site, near-optimal structures."""

from __future__ import annotations

from merger.documents import pictures
from merger.documents.context import Context
from merger.documents.facts import column
from merger.documents.wording import MISSING, plain_name

FIRST_TO_STAY = 5
VARYING = 4
BILLION = 1e9


def second_site(c: Context) -> None:
    """What the best structure costs for each share of divisions that stay, and which would stay first."""
    curve = c.plan.tables.get("site_tradeoff")
    if curve is None or curve.empty:
        return
    years = c.plan.manifest["stages"]["consolidate"]["figures"]["horizon_years"]
    c.letter.table(
        [
            c.say("Tỷ lệ tối đa ở cơ sở 2", "At most at second sites"),
            c.say("Phòng ở lại", "Div. staying"),
            c.say("Người ở lại", "People staying"),
            c.say("Đi lại", "Travel"),
            c.say("Phối hợp", "Coordin."),
            c.say("Di chuyển", "Moves"),
            c.say("Tổng chi phí", "Whole cost"),
            c.say("m² ở trụ sở chính", "m² at the main site"),
        ],
        [
            (
                c.n(r.share * 100) + "%",
                c.n(r.divisions_staying),
                c.n(r.people_staying),
                *(c.n(v / BILLION, 1) for v in (r.travel_vnd, r.coordination_vnd, r.moves_vnd, r.total_vnd)),
                c.n(r.floor_main_m2),
            )
            for r in curve.sort_values("share").itertuples()
        ],
        (1.9, 1.7, 1.7, 2.2, 2.0, 1.9, 2.4, 2.2),
        numeric=range(1, 8),
        caption=c.say(
            f"Cơ sở 2: đi lại của người lao động so với phối hợp (tỷ đồng trong {years} năm)",
            f"Second site: travel of staff against coordination (VND billion over {years} years)",
        ),
    )
    c.letter.picture(
        pictures.chart_second_site(curve, c.lang),
        c.say(
            "Giảm đi lại và tăng phối hợp theo số phòng ở lại cơ sở 2",
            "Travel saved and coordination added by divisions that stay at a second site",
        ),
    )
    worst = float(curve["gap"].max()) * 100
    vi, en = ("đã chứng minh là tối ưu", "proven optimal")
    if worst >= 0.005:
        vi, en = f"đã chứng minh trong phạm vi {c.n(worst, 2)}%", f"proven to within {c.n(worst, 2)}%"
    room_vi, room_en = _unknown_room(c)
    c.letter.paragraph(
        c.say(
            f"Mỗi dòng là phương án tốt nhất cho tỷ lệ đó, {vi}. Tổng chi"
            " phí gồm cả vị trí lãnh đạo và bàn giao nhiệm vụ." + room_vi,
            f"Each row is the best structure for its share, {en}. The whole cost"
            " also holds leading posts and handovers of mandates." + room_en,
        )
    )
    _first_to_stay(c)


def _unknown_room(c: Context) -> tuple[str, str]:
    """A sentence on second sites whose floor area nobody knows, so that their room is not checked; else empty."""
    options = c.inputs.scenario.consolidate
    known = c.inputs.sites.set_index("site_id")["floor_m2"].dropna()
    unknown = [s for s in options.stay_sites.values() if s not in options.site_floor_m2 and s not in known.index]
    if not unknown:
        return "", ""
    names = ", ".join(c.sites.get(s, MISSING) for s in unknown)
    return (
        f" Chưa có diện tích sàn của {names} nên chưa kiểm tra được sức chứa ở đó.",
        f" The floor area of {names} is not known, so the room there is not checked.",
    )


def _first_to_stay(c: Context) -> None:
    divisions = c.plan.tables["new_divisions"]
    gain = column(divisions, "stay_gain_vnd")
    first = divisions.assign(gain=gain)[gain > 0].sort_values(["gain", "new_division_id"], ascending=[False, True])
    if first.empty:
        return
    agencies = c.plan.tables["new_agencies"].set_index("new_agency_id")
    name = "new_agency" if c.lang == "vi" else "new_agency_en"
    c.letter.paragraph(
        c.say(
            "Các phòng có lợi nhất khi ở lại cơ sở 2 (chi phí giảm nếu chỉ phòng đó ở lại):",
            "Divisions that gain most by staying at a second site (cost saved if that division alone stayed):",
        )
    )
    c.letter.bullets(
        f"{d.new_division} ({plain_name(agencies.at[d.new_agency_id, name])}), {c.sites.get(d.stay_site_id, '')}: "
        + c.say(f"{c.n(d.gain / BILLION, 1)} tỷ đồng", f"VND {c.n(d.gain / BILLION, 1)} billion")
        for d in first.head(FIRST_TO_STAY).itertuples()
    )


def alternatives(c: Context) -> None:
    """Structures that cost little more and differ most among those met: what is settled and what is open."""
    table = c.plan.tables.get("structure_alternatives")
    if table is None or table.empty:
        return
    one = table.drop_duplicates("alternative")
    first = table[table["alternative"] == table["alternative"].min()]
    settled, open_rows = first[first["settled"]], first[~first["settled"]]
    most = one["extra_vnd"].max() / BILLION
    c.letter.paragraph(
        c.say(
            f"{len(one)} phương án khác nhiều nhất trong số đã xét, chi phí chỉ cao hơn tới {c.n(most, 1)} tỷ đồng:"
            f" {c.n(len(settled))} phòng, đơn vị có cùng vị trí trong mọi phương án (có thể coi là thống nhất),"
            f" {c.n(len(open_rows))} phòng còn để ngỏ (danh sách ở phụ lục Excel), ví dụ:",
            f"{len(one)} structures that differ most among those examined cost up to VND {c.n(most, 1)} billion more:"
            f" {c.n(len(settled))} divisions and units are in the same place in all of them (settled),"
            f" {c.n(len(open_rows))} divisions are open to discussion (listed in the Excel annex), for example:",
        )
    )
    changed = table[~table["same"]].drop_duplicates("division_id").head(VARYING)
    c.letter.bullets(
        c.say(
            f"{r.division} ({r.agency}): có thể ghép vào {r.continues}, {c.sites.get(r.site_id, '')}",
            f"{r.division} ({r.agency}): may join {r.continues}, {c.sites.get(r.site_id, '')}",
        )
        if r.continues != f"{r.division} ({r.agency})"
        else c.say(f"{r.division} ({r.agency}): có thể giữ riêng", f"{r.division} ({r.agency}): may stay alone")
        for r in changed.itertuples()
    )
