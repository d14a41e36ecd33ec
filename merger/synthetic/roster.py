"""SYNTHETIC staff roster: who works where. Personal attributes are drawn in `merger.synthetic.people`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from merger.synthetic.counts import communes_of, headcounts, published, sides_of
from merger.synthetic.homes import draw_homes, pair_couples
from merger.synthetic.people import draw_people
from merger.synthetic.tables import LABEL, LEVELS, STAFF_COLUMNS, apportion, assumptions, positions
from merger.synthetic.wishes import draw_teams, wish_codes

if TYPE_CHECKING:
    from merger.inputs import Inputs

# Streams of random numbers: one a purpose, so that a change in one does not move the others.
# New streams go to the end: a stream is seeded by its position.
STREAMS = ("fields", "people", "homes", "couples", "wishes", "wish_codes", "teams")


def generate_staff(inputs: Inputs) -> pd.DataFrame:
    """One row a person with the columns of `STAFF_COLUMNS`, ordered by person_id.

    Provincial and service staff fill `inputs.divisions` (the planner's own, where the scenario names them);
    district, commune and non-professional staff follow `headcounts`. Drawn with PCG64 from the scenario's
    seed: the same scenario gives the same roster, whatever the order of rows in its tables.
    """
    random = {name: np.random.Generator(np.random.PCG64([inputs.scenario.seed, i])) for i, name in enumerate(STREAMS)}
    people = pd.concat([_division_posts(inputs), _local_posts(inputs, random["fields"])], ignore_index=True)
    people["level"] = pd.Categorical(people["level"], LEVELS, ordered=True)
    order = ["side", "level", "division_id", "unit_code", "rank_in_body"]
    people = people.sort_values(order, kind="stable").reset_index(drop=True)
    people["level"] = people["level"].astype(str)
    number = people.groupby("side").cumcount() + 1
    people["person_id"] = people["side"].map(_initials) + "-" + number.astype(str).str.zfill(5)

    people = draw_people(people, inputs, random["people"])
    people["home_code"] = draw_homes(people, inputs, random["homes"])
    people["partner_id"] = pair_couples(people, random["couples"])
    people["wish"] = _wishes(people, inputs, random["wishes"])
    people["wish_code"] = wish_codes(people, inputs, random["wish_codes"])
    people["team"] = draw_teams(people, random["teams"])
    people["label"] = LABEL
    return people[list(STAFF_COLUMNS)].sort_values("person_id", kind="stable").reset_index(drop=True)


def _initials(side: str) -> str:
    return "".join(word[0] for word in side.split("_")).upper()


def _division_posts(inputs: Inputs) -> pd.DataFrame:
    """Provincial and service staff: heads and deputies of each division first, then the others."""
    divisions = inputs.divisions.sort_values("division_id", kind="stable")
    side_of = inputs.agencies.set_index("agency_id")["side"]
    rows = divisions.loc[divisions.index.repeat(divisions["staff"].astype(int))].reset_index(drop=True)
    place = rows.groupby("division_id").cumcount().to_numpy()
    deputies = np.where(
        rows["kind"] == "leadership",
        rows["staff"].astype(int) - 1,
        deputies_of(rows["staff"].to_numpy(int), inputs),
    )
    # The office that only lends its people to a body without leaders of its own still has a head.
    role = np.where(place == 0, "head", np.where(place <= deputies, "deputy", "staff"))
    leader = rows["kind"] == "leadership"
    allowance = {
        r.id.rsplit(".", 1)[1]: float(r.fields["coefficient"]) for r in inputs.law.table("severance.position_allowance")
    }
    side = rows["agency_id"].map(side_of)
    ours = assumptions()["people"]
    lead = np.select(
        [leader & (role == "head"), leader, role == "head", role == "deputy"],
        [
            allowance["so_director_central_city"],
            allowance["so_deputy"],
            allowance["division_head"],
            allowance["division_deputy"],
        ],
        0.0,
    )
    lower = side.isin(ours["allowance_deduction_sides"]).to_numpy() & (lead > 0)
    return pd.DataFrame(
        {
            "side": side,
            "level": np.where(rows["kind"] == "service_unit", "service", "province"),
            "division_id": rows["division_id"],
            "unit_code": "",
            "site_id": rows["site_id"],
            "field": rows["field"],
            "role": role,
            "is_leader": leader,
            "leadership_coefficient": np.round(lead - ours["province_allowance_deduction"] * lower, 2),
            "rank_in_body": place,
        }
    )


def deputies_of(staff: np.ndarray, inputs: Inputs) -> np.ndarray:
    """Largest number of deputies of divisions with so many persons, by the bands of the law."""
    law = inputs.law
    return np.select(
        [staff < 10, staff < 15],
        [law.value("staffing.division_deputies_lt10"), law.value("staffing.division_deputies_10_14")],
        law.value("staffing.division_deputies_15_plus"),
    )


def _local_posts(inputs: Inputs, random: np.random.Generator) -> pd.DataFrame:
    """District, commune and non-professional staff with their units, sites, fields and roles."""
    counts = headcounts(inputs)
    ours = assumptions()["counts"]
    communes = communes_of(inputs.units)
    seats = inputs.sites[inputs.sites["kind"] == "former district seat"].sort_values("site_id")
    by_district = inputs.units.groupby("district")["population"].sum()
    parts = []
    for side in sides_of(inputs):
        own = communes[communes["side"] == side]
        own_seats = seats[seats["side"] == side]
        people = by_district.reindex(own_seats["district"]).to_numpy(float)
        share = ours["district_even_share"] / len(own_seats) + (1 - ours["district_even_share"]) * people / people.sum()
        party = round(ours["district_party_share"] * counts[side]["district"])
        for bloc, total in (("party", party), ("government", counts[side]["district"] - party)):
            staff = apportion(share, total)
            parts.append(_fill(own_seats["unit_before"], own_seats["site_id"], staff, (side, "district", bloc), random))
        for level in ("commune", "nonprofessional"):
            even = ours[f"{level}_even_share"]
            weight = even / len(own) + (1 - even) * own["population"] / own["population"].sum()
            staff = apportion(weight.to_numpy(), counts[side][level])
            parts.append(_fill(own["code"], pd.Series("", index=own.index), staff, (side, level, ""), random))
    return pd.concat(parts, ignore_index=True)


def _fill(codes, sites, staff: np.ndarray, body: tuple[str, str, str], random: np.random.Generator) -> pd.DataFrame:
    """Fill the positions of bodies of one kind: leaders in table order, then fields drawn by weight.

    `body` is (side, level, bloc); an empty bloc means all blocs of the level.
    """
    side, level, bloc = body
    table = positions()
    table = table[(table["level"] == level) & ((table["bloc"] == bloc) | (bloc == ""))]
    leaders, others = table[table["role"] != "staff"], table[table["role"] == "staff"]
    unit = np.repeat(np.arange(len(staff)), staff)
    place = np.arange(len(unit)) - np.repeat(np.cumsum(staff) - staff, staff)
    weight = others["weight"].to_numpy(float)
    drawn = random.choice(len(others), size=len(unit), p=weight / weight.sum())
    field, role = others["field"].to_numpy(object)[drawn], np.full(len(unit), "staff", object)
    allowance = np.zeros(len(unit))
    leads = place < len(leaders)
    field[leads] = leaders["field"].to_numpy(object)[place[leads]]
    role[leads] = leaders["role"].to_numpy(object)[place[leads]]
    allowance[leads] = leaders["leadership_coefficient"].to_numpy(float)[place[leads]]
    return pd.DataFrame(
        {
            "side": side,
            "level": level,
            "division_id": "",
            "unit_code": np.asarray(codes, object)[unit],
            "site_id": np.asarray(sites, object)[unit],
            "field": field,
            "role": role,
            "is_leader": False,
            "leadership_coefficient": allowance,
            "rank_in_body": place + (1000 if bloc == "government" else 0),
        }
    )


def _wishes(people: pd.DataFrame, inputs: Inputs, random: np.random.Generator) -> np.ndarray:
    """Travel wishes of the provincial staff who must move, in exactly the published numbers.

    Heads travel irregularly more often (meetings), people with small children return daily (assumption).
    """
    wish = np.full(len(people), "", object)
    for side in sides_of(inputs):
        daily, irregular = (
            published(inputs, "commuters_daily", side),
            published(inputs, "commuters_irregular_min", side),
        )
        who = np.flatnonzero((people["side"] == side) & (people["level"] == "province"))
        if daily is None or irregular is None or not len(who):
            continue
        movers = published(inputs, "staff_to_move", side) or len(who)
        n_daily, n_irregular, _ = apportion([daily, irregular, max(movers - daily - irregular, 0)], len(who))
        row = people.iloc[who]
        ease = (
            random.gumbel(size=len(who))
            + 0.8 * row["protected"].str.contains("small_child")
            - 0.6 * (row["role"] == "head")
        )
        order = who[np.argsort(-ease.to_numpy(), kind="stable")]
        rest = order[n_daily:]
        lead = random.gumbel(size=len(rest)) + 0.8 * (people.iloc[rest]["role"] != "staff").to_numpy()
        rest = rest[np.argsort(-lead, kind="stable")]
        wish[order[:n_daily]] = "daily"
        wish[rest[:n_irregular]] = "irregular"
        wish[rest[n_irregular:]] = "not_stated"
    return wish
