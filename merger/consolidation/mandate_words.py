"""Why a mandate goes where it goes, in words, with the neighbours that decided."""

from __future__ import annotations

from collections.abc import Mapping

from merger.consolidation.neighbours import Choice
from merger.inputs import Inputs

# Neighbours told one by one.
TOLD = 2
LINKS = {
    "field": ("phòng làm lĩnh vực này", "a division of its field"),
    "held by": ("cơ quan phụ trách trước sắp xếp", "the body in charge before"),
    "named": ("cơ quan được nguồn nêu tên", "a body that the source names"),
    "twin": ("cùng một mô hình", "the same model"),
    "parent": ("chương trình chứa nội dung này", "the programme it is part of"),
    "parts": ("nội dung cùng chương trình", "a part of the same programme"),
    "subject": ("nội dung cùng lĩnh vực", "a mandate of the same field"),
    "counterpart": ("đơn vị tương ứng của bên kia", "the counterpart of the other side"),
}


class MandateWords:
    """Sentences on mandates; names are looked up once for all rows. `bodies`: names of agencies."""

    def __init__(self, inputs: Inputs, rows: list[dict], bodies: Mapping[str, str]):
        self._bodies, self._names = bodies, {}
        division = inputs.divisions.set_index("division_id")
        for row in rows:
            mandate, holder = row["mandate_id"], row["holders_before"]
            self._names[mandate] = f"“{row['title_vi']}”"
            if row["kind"] == "function":
                self._names[mandate] = bodies[holder]
            elif row["kind"] in ("field", "service"):
                own = division.loc[holder]
                self._names[mandate] = f"{own['division']} ({bodies[own['agency_id']]})"

    def reason(self, row: Mapping[str, str], choice: Choice, edges: Mapping[str, Mapping]) -> tuple[str, str]:
        """Reason of one mandate; `edges`: its neighbours in the graph with the kinds of link."""
        parts = [self._start(row), self._neighbours(row, choice, edges), self._away(choice)]
        vi, en = ("; ".join(filter(None, (p[n] for p in parts))) for n in (0, 1))
        return vi[:1].upper() + vi[1:] + ".", en[:1].upper() + en[1:] + "."

    def _start(self, row: Mapping[str, str]) -> tuple[str, str]:
        if row["kind"] in ("field", "service"):
            return "đi theo phòng, đơn vị kế thừa", "goes with the division that takes over"
        if row["kind"] == "function":
            return "đi theo cơ quan kế thừa phần lớn các phòng", "goes with the body that takes over most divisions"
        if row["kind"] == "archive":
            return "đi theo cơ quan kế thừa", "goes with the body that takes over"
        if row["basis"] == "official":
            return "cơ quan chủ trì theo văn bản nguồn", "led by the body that the source names"
        return "", ""

    def _neighbours(self, row, choice: Choice, edges) -> tuple[str, str]:
        if not choice.beside:
            if row["basis"] == "official" or row["kind"] in ("function", "field", "service", "archive"):
                return "", ""
            if choice.body:
                return (
                    "cơ quan mới lập, theo bảng phân công của dự án",
                    "a new body, by this project's table of holders",
                )
            return (
                "chưa có nội dung liên quan nào xác định đầu mối: Ủy ban nhân dân phân công",
                "no related mandate places it: the People's Committee assigns it",
            )
        told = choice.beside[:TOLD]
        vi, en = (
            "; ".join(f"{self._names[m]} ({LINKS[edges[m]['kinds'].split(';')[0]][n]})" for m in told) for n in (0, 1)
        )
        more = len(choice.beside) - len(told)
        vi_more, en_more = (f" và {more} nội dung khác", f" and {more} more") if more > 0 else ("", "")
        share = f"{choice.share:.0%}"
        return (
            f"cùng đầu mối với các nội dung liên quan ({share} theo trọng số): {vi}{vi_more}",
            f"same body as its neighbours ({share} by weight): {en}{en_more}",
        )

    def _away(self, choice: Choice) -> tuple[str, str]:
        if choice.most == choice.body:
            return "", ""
        other = self._bodies.get(choice.most, choice.most)
        return (
            f"phần lớn nội dung liên quan do {other} phụ trách, cần phối hợp",
            f"most of its neighbours are with {other}: coordination needed",
        )
