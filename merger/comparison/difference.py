"""What a comparison holds: figures that differ and items that change, in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Kinds of changes in the order of the documents: their titles in Vietnamese and English.
KINDS: dict[str, tuple[str, str]] = {
    "unit": ("Đơn vị hành chính cũ có nơi sáp nhập hoặc trụ sở khác", "Old units with another new unit or seat"),
    "agency": ("Cơ quan có số phòng, số người hoặc trụ sở khác", "Bodies with other divisions, staff or sites"),
    "division": ("Phòng, ban có nơi chuyển đến khác", "Divisions that go elsewhere"),
    "mandate": ("Nhiệm vụ có cơ quan kế thừa khác", "Mandates with another successor"),
    "post": ("Số vị trí việc làm khác", "Numbers of posts that differ"),
    "office": ("Người có nơi làm việc khác", "People with another place of work"),
    "outcome": ("Người có kết quả bố trí khác", "People with another outcome"),
    "support": ("Người có hình thức đi lại khác", "People who travel in another way"),
    "headcount": ("Số người theo nhóm", "People by group"),
    "route": ("Tuyến đưa đón khác", "Routes that differ"),
    "limit": ("Thời hạn có ngày hoàn thành khác", "Limits met on another day"),
    "task": ("Việc có ngày khác", "Tasks on other days"),
}
GROUPS = {
    "unit": ("Đơn vị hành chính", "Units"),
    "post": ("Tổ chức, vị trí", "Bodies and posts"),
    "people": ("Con người", "People"),
    "money": ("Kinh phí", "Money"),
    "date": ("Thời gian", "Dates"),
}

Words = Mapping[str, str]


def both(text: Any) -> dict[str, str]:
    """The same words in both languages: names, codes."""
    return {"vi": str(text), "en": str(text)}


@dataclass(frozen=True)
class Figure:
    """One line of the headline: title and both values as words; `a`, `b` as the plans hold them."""

    group: str
    key: str
    title: Words
    a: Any
    b: Any
    a_text: Words
    b_text: Words


@dataclass(frozen=True)
class Change:
    """One item that differs, before and after in words.

    `people`: number affected, 0 where it is not counted in people; `size`: how much each of them is (km, days).
    """

    kind: str
    item: str
    name: Words
    before: Words
    after: Words
    people: int = 0
    size: float = 0.0


@dataclass(frozen=True)
class Difference:
    """Figures that differ as {key: (a, b)}, those of the headline in words, and the changes.

    Changes come in the order of KINDS, in each kind those first that affect people most (persons, and km for each).
    `note` says what could not be compared; `names` of the two plans; `public`: it holds no small groups of persons.
    """

    figures: dict[str, tuple[Any, Any]]
    changes: tuple[Change, ...]
    note: Words | None = None
    headline: tuple[Figure, ...] = ()
    names: tuple[Words, Words] = (both("A"), both("B"))
    public: bool = False

    @property
    def empty(self) -> bool:
        """True when the two plans say the same."""
        return not self.figures and not self.changes

    def by_kind(self) -> Iterator[tuple[str, list[Change]]]:
        """Kinds that occur with their changes, in order."""
        for kind in KINDS:
            own = [c for c in self.changes if c.kind == kind]
            if own:
                yield kind, own

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "plans": self.names,
            "headline": [asdict(f) for f in self.headline],
            "figures": self.figures,
            "changes": [asdict(c) for c in self.changes],
            "note": self.note,
        }


def ordered(changes: list[Change]) -> tuple[Change, ...]:
    """Changes in the order of a Difference."""
    rank = {kind: i for i, kind in enumerate(KINDS)}

    def weight(c: Change) -> float:
        # A person whose office changes counts even where the way stays as long.
        return c.people * (1 + c.size)

    return tuple(sorted(changes, key=lambda c: (rank[c.kind], -weight(c), -c.size, c.item, c.before["vi"])))
