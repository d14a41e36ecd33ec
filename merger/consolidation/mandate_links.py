"""Who is whose neighbour among the mandates of both sides, read from the tables of the scenario."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from merger.consolidation.divisions import similarity
from merger.consolidation.neighbours import Links
from merger.inputs import Inputs

# Share of syllables in common from which the words of a programme and of a field are alike; the most alike are linked.
LIKENESS, MOST_ALIKE = 0.3, 3
TWIN = "same_model_as:"
FOLLOWING = ("function", "field", "service", "archive")


def mandate_links(inputs: Inputs, items: pd.DataFrame, rows: list[dict], holders: pd.DataFrame) -> dict[str, Links]:
    """Neighbours of every mandate: `items` as of division_items, `rows` of the mandates, `holders`: table of ours."""
    return _Reader(inputs, items, rows, holders).links()


class _Reader:
    def __init__(self, inputs: Inputs, items: pd.DataFrame, rows: list[dict], holders: pd.DataFrame):
        self._inputs, self._rows = inputs, rows
        own = holders[holders["source"].isin(("programme", "it_system"))]
        ids = [i if s == "programme" else f"it-system--{i}" for s, i in zip(own["source"], own["item"], strict=True)]
        after = set(inputs.agencies.loc[inputs.agencies["period"] == "after", "agency_id"])
        self._listed = {m: a for m, a in zip(ids, own["agency_id"], strict=True) if a in after}
        self._fields = {m: tuple(f.split(";")) if f else () for m, f in zip(ids, own["fields"], strict=True)}
        self._items = {f"field--{r.division_id}": r for r in items.itertuples()}
        self._of_field, self._of_team, self._of_agency = defaultdict(list), defaultdict(list), defaultdict(list)
        for mandate, r in self._items.items():
            self._of_agency[r.agency_id].append(mandate)
            self._of_field[r.field].append(mandate)
            if r.team >= 0:
                self._of_team[r.team].append(mandate)
        self._programmes = {r.programme_id: r for r in inputs.programmes.itertuples()}
        self._subject = defaultdict(list)
        self._parts = defaultdict(list)
        for mandate in sorted(r["mandate_id"] for r in rows):
            for f in self._fields.get(mandate, ()):
                self._subject[f].append(mandate)
            if parent := self._parent(mandate):
                self._parts[parent].append(mandate)
        self._sides = dict(zip(inputs.agencies["agency_id"], inputs.agencies["side"], strict=True))
        self._before = defaultdict(list)
        for body in inputs.agencies[inputs.agencies["period"] == "before"].itertuples():
            self._before[body.successor_id].append(body.agency_id)

    def links(self) -> dict[str, Links]:
        """All mandates, in the order of the rows."""
        return {row["mandate_id"]: self._of(row) for row in self._rows}

    def _of(self, row: Mapping[str, str]) -> Links:
        mandate, kind = row["mandate_id"], row["kind"]
        if kind == "function":
            return Links({"parts": tuple(self._of_agency[row["holders_before"]])})
        if kind == "archive":
            return Links({"held by": (f"function--{row['holders_before']}",)})
        if kind in FOLLOWING:
            item = self._items[mandate]
            return Links(
                {
                    "held by": (f"function--{item.agency_id}",),
                    "counterpart": self._others(self._of_team.get(item.team, ()), mandate),
                    "subject": tuple(self._subject[item.field]),
                }
            )
        return self._programme(row)

    def _programme(self, row: Mapping[str, str]) -> Links:
        mandate = row["mandate_id"]
        listed, sides = self._listed.get(mandate, ""), set(row["sides"].split(";"))
        held = [f"function--{b}" for b in self._before.get(listed, ()) if self._sides[b] in sides]
        own_fields = self._fields.get(mandate, ())
        work = [m for f in own_fields for m in self._of_field[f]]
        parent = self._parent(mandate)
        by_kind = {
            "field": tuple(work) if mandate in self._fields else self._alike(row["title_vi"]),
            "held by": tuple(held),
            "named": tuple(self._named(mandate)),
            "twin": tuple(self._twins(mandate)),
            "parent": (parent,) if parent else (),
            "parts": self._others([*self._parts[mandate], *(self._parts[parent] if parent else ())], mandate),
            "subject": self._others([m for f in own_fields for m in self._subject[f]], mandate),
        }
        return Links(by_kind, own=listed, body="" if held else listed)

    def _others(self, mandates: Iterable[str], mandate: str) -> tuple[str, ...]:
        return tuple(m for m in mandates if m != mandate)

    def _parent(self, mandate: str) -> str:
        return self._programmes[mandate].parent_id if mandate in self._programmes else ""

    def _twins(self, mandate: str) -> list[str]:
        flag = str(getattr(self._programmes.get(mandate), "flag", "") or "")
        return [flag.removeprefix(TWIN).split()[0]] if flag.startswith(TWIN) else []

    def _named(self, mandate: str) -> list[str]:
        """Functions of the bodies whose whole name stands in the leader or partner of the source."""
        row = self._programmes.get(mandate)
        text = " ".join(str(getattr(row, c, "") or "") for c in ("leader_vi", "partner_vi")).lower()
        bodies = self._inputs.agencies[self._inputs.agencies["period"] == "before"]
        return [f"function--{b.agency_id}" for b in bodies.itertuples() if text.strip() and b.name_vi.lower() in text]

    def _alike(self, title: str) -> tuple[str, ...]:
        """Fields and functions whose words are most like those of a programme that our table does not know."""
        there = [r for r in self._rows if r["kind"] in ("field", "function")]
        ranked = sorted((-similarity(title, r["title_vi"]), r["mandate_id"]) for r in there)
        return tuple(m for value, m in ranked[:MOST_ALIKE] if -value >= LIKENESS)
