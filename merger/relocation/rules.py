"""Rules of the placement that a flow cannot say, as rows of solvers.assignment.ruled.

Couples: not both far from home. Teams of the roster: not spread over many units. Balance: each side has its share of
the leaders of a new agency and of its heads of division. Each has a price in the scenario, or must hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from merger.relocation.pricing import CommuneArcs
from scenarios.schema import Relocate
from solvers.assignment.ruled import LinearRules

COUPLE, TEAM, BALANCE = "couple", "team", "side_balance"


@dataclass
class Rows:
    """Rows and extra columns gathered one by one."""

    sides: list[tuple[float, float]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    arcs: list[tuple[int, np.ndarray]] = field(default_factory=list)
    columns: list[tuple[float, float, bool]] = field(default_factory=list)
    extras: list[tuple[int, int, float]] = field(default_factory=list)

    def add(self, group: str, lower: float, upper: float, arcs: np.ndarray) -> int:
        """A row lower <= number of persons on `arcs` <= upper; its position."""
        self.sides.append((lower, upper))
        self.groups.append(group)
        self.arcs.append((len(self.sides) - 1, np.asarray(arcs, np.int64)))
        return len(self.sides) - 1

    def column(self, cost: float, upper: float, *, whole: bool = False) -> int:
        """An extra column; its position."""
        self.columns.append((cost, upper, whole))
        return len(self.columns) - 1

    def rules(self) -> LinearRules:
        """All rows as arrays."""
        arc = np.concatenate([a for _, a in self.arcs]) if self.arcs else np.zeros(0, np.int64)
        row = np.repeat([r for r, _ in self.arcs], [len(a) for _, a in self.arcs]).astype(np.int64)
        sides, columns = np.array(self.sides, float).reshape(-1, 2), np.array(self.columns, float).reshape(-1, 3)
        extras = np.array(self.extras, float).reshape(-1, 3)
        return LinearRules(
            lower=sides[:, 0],
            upper=sides[:, 1],
            arc_row=row,
            arc=arc,
            arc_value=np.ones(len(arc)),
            extra_cost=columns[:, 0],
            extra_upper=columns[:, 1],
            extra_integer=columns[:, 2].astype(bool),
            extra_row=extras[:, 0].astype(np.int64),
            extra=extras[:, 1].astype(np.int64),
            extra_value=extras[:, 2],
            group=tuple(self.groups),
        )


def couples(people: pd.DataFrame) -> list[tuple[int, int]]:
    """Positions of both spouses where both are in `people`, the first by position once."""
    at = {person: n for n, person in enumerate(people["person_id"])}
    pairs = ((n, at.get(partner, -1)) for n, partner in enumerate(people["partner_id"]) if partner)
    return [(a, b) for a, b in pairs if a < b]


def teams(people: pd.DataFrame) -> list[np.ndarray]:
    """Positions of the members of each team of two or more: same label, same unit before."""
    labelled = people[people["team"] != ""]
    groups = labelled.groupby(["unit_code", "division_id", "team"], sort=True).indices.values()
    positions = labelled.index.to_numpy()
    return [np.sort(positions[rows]) for rows in groups if len(rows) > 1]


class CommuneRules:
    """Couples and teams whose members all compete for commune posts."""

    def __init__(self, people: pd.DataFrame, costs, options: Relocate):
        self._options = options
        far = costs.km > options.couple.far_km
        # A couple without a unit far from home for both needs no row.
        may_be_far = (far & np.isfinite(costs.near)).any(axis=1)
        self.far = far
        self.couples = [(a, b) for a, b in couples(people) if may_be_far[a] and may_be_far[b]]
        if options.couple.both_far_vnd_year == 0:
            self.couples = []
        self.teams = teams(people) if options.keep_team_vnd_year != 0 else []
        concerned = [p for pair in self.couples for p in pair] + [int(p) for team in self.teams for p in team]
        self.persons = np.unique(np.array(concerned, np.int64))
        self._team_rows: list[tuple[int, int, int, int]] = []

    def rows(self, arcs: CommuneArcs, unit_vnd: float) -> LinearRules:
        """Rows over the present arcs; prices in multiples of `unit_vnd`."""
        person, unit, _ = arcs.places()
        first = np.searchsorted(person, np.arange(arcs.persons + 1))
        rows = Rows()
        price = self._options.couple.both_far_vnd_year
        for a, b in self.couples:
            own = np.concatenate([np.arange(first[p], first[p + 1]) for p in (a, b)])
            row = rows.add(COUPLE, -np.inf, 1, own[self.far[person[own], unit[own]]])
            if price is not None:
                rows.extras.append((row, rows.column(price / unit_vnd, 1.0), -1.0))
        self._team_rows = []
        for number, team in enumerate(self.teams):
            self._team(rows, number, [np.arange(first[p], first[p + 1]) for p in team], unit, unit_vnd)
        return rows.rules()

    def constant(self, unit_vnd: float) -> float:
        """What the first unit of each team costs in the rows: only further ones have a price."""
        return len(self.teams) * (self._options.keep_team_vnd_year or 0.0) / unit_vnd

    def kept(self, unit: np.ndarray) -> dict[str, int]:
        """How many couples and teams there are, and how many of them the placement (unit of each person) keeps."""
        away = np.array([u >= 0 and self.far[p, u] for p, u in enumerate(unit.tolist())], bool)
        apart = sum(bool(away[a] and away[b]) for a, b in self.couples)
        together = sum(len(set(unit[team].tolist())) == 1 for team in self.teams)
        return {
            "couples_both_near_choice": len(self.couples),
            "couples_both_far": apart,
            "teams": len(self.teams),
            "teams_together": together,
        }

    def worth(self, arcs: CommuneArcs, price: np.ndarray, unit_vnd: float) -> np.ndarray:
        """What the prices of the rows take off the cost (P, U) of a person in a unit, for all units, not only arcs.

        A couple's row counts all far units. For units where members of a team have no arc the rows that would stand
        there get the prices that the price of the unit leaves: any such prices give a valid bound.
        """
        worth = np.zeros(arcs.near.shape)
        price = np.minimum(price, 0.0)
        for row, pair in enumerate(self.couples):
            for p in pair:
                worth[p, self.far[p]] += price[row]
        own = [np.full((len(team), arcs.units), np.nan) for team in self.teams]
        for row, team, member, unit in self._team_rows:
            own[team][member, unit] = price[row]
        for team, table in zip(self.teams, own, strict=True):
            open_rows = np.isnan(table)
            left = (self._options.keep_team_vnd_year or 0.0) / unit_vnd + np.nansum(table, axis=0)
            share = np.maximum(left, 0.0) / np.maximum(open_rows.sum(axis=0), 1)
            worth[team] += np.where(open_rows, -share[None, :], table)
        return worth

    def _team(self, rows: Rows, number: int, members: list[np.ndarray], unit: np.ndarray, unit_vnd: float) -> None:
        """A column for each unit that the team may use: its price is due for each, or one only is allowed."""
        price = self._options.keep_team_vnd_year
        used = np.unique(np.concatenate([unit[own] for own in members]))
        column = {u: rows.column((price or 0.0) / unit_vnd, 1.0, whole=True) for u in used.tolist()}
        for member, own in enumerate(members):
            for u in np.unique(unit[own]).tolist():
                row = rows.add(TEAM, -np.inf, 0, own[unit[own] == u])
                self._team_rows.append((row, number, member, u))
                rows.extras.append((row, column[u], -1.0))
        if price is None:
            row = rows.add(TEAM, -np.inf, 1, np.zeros(0, np.int64))
            rows.extras += [(row, c, 1.0) for c in column.values()]


def balance_rows(
    arcs: pd.DataFrame, posts: pd.Series, options: Relocate, unit_vnd: float
) -> tuple[LinearRules, pd.DataFrame]:
    """Rows that give each side its share of leading posts, and what each asks for.

    `arcs`, one row an arc of the flow in its order: `person`, `side`, `group` (name of a group of leading posts; empty:
    none). `posts`: leading posts by group. A side is asked for the whole part of its share, at most for as many as it
    has candidates; a group with candidates of one side only asks nothing.
    """
    rows, asked = Rows(), []
    if options.side_balance_share > 0 and options.side_balance_vnd_year != 0:
        leading = arcs[arcs["group"] != ""]
        for name, inside in leading.groupby("group", sort=True):
            candidates = inside.groupby("side", sort=True)["person"].nunique()
            filled = min(int(posts[name]), int(candidates.sum()))
            wanted = int(options.side_balance_share * filled + 1e-9)
            for side, there in candidates.items() if len(candidates) > 1 else ():
                target = min(wanted, int(there))
                if target == 0:
                    continue
                own = inside.index[inside["side"] == side].to_numpy()
                row = rows.add(f"{BALANCE}:{name}", target, np.inf, own)
                if options.side_balance_vnd_year is not None:
                    short = rows.column(options.side_balance_vnd_year / unit_vnd, float(target))
                    rows.extras.append((row, short, 1.0))
                asked.append((name, side, filled, target))
    return rows.rules(), pd.DataFrame(asked, columns=["group", "side", "posts", "target"])
