"""Posts by law: commune-level establishments, leaders of agencies and divisions, each with its rule id."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.tables import read_table
from scenarios.law import RuleBook

# Kinds of commune-level unit with the higher cap.
WARD_KINDS = ("phuong", "dac_khu")
ROLES = ("head", "deputy", "staff")


@cache
def _bodies() -> pd.DataFrame:
    return read_table(Path(str(files("merger.relocation").joinpath("commune_bodies.csv"))))


@cache
def _bodies_of(bloc: str) -> tuple:
    """Bodies of a bloc as plain tuples: the loop over units is quick with them."""
    bodies = _bodies().astype(object)
    return tuple(bodies[bodies["bloc"] == bloc].itertuples(index=False))


def commune_bodies() -> pd.DataFrame:
    """Bodies of a commune-level unit with bloc, leading posts and weight of the split (this project's own
    data).

    `deputies` empty means: the figure of `deputies_rule`. `weight` 0 means: leading posts only.
    """
    return _bodies().copy()


def gov_bloc_posts(population, kind, law: RuleBook, *, mountain=False) -> np.ndarray:
    """Posts of the government bloc of each commune-level unit by Official Letter 09/CV-BCD.

    The average plus one post for every full step of persons above the base population, at most the cap of
    the kind.

    Parameters
    ----------
    population : (n,) persons.
    kind : (n,) `xa`, `phuong` or `dac_khu`.
    mountain : bool or (n,) bool, units with the smaller step of mountainous areas.
    """
    people = np.asarray(population, dtype=np.int64)
    step = np.where(
        mountain,
        law.value("staffing.gov_bloc_add_one_per_persons_mountain"),
        law.value("staffing.gov_bloc_add_one_per_persons"),
    )
    above = np.maximum(people - law.value("staffing.gov_bloc_base_population"), 0)
    cap = np.where(
        np.isin(np.asarray(kind), WARD_KINDS),
        law.value("staffing.gov_bloc_cap_phuong_dac_khu"),
        law.value("staffing.gov_bloc_cap_xa"),
    )
    return np.minimum(law.value("staffing.gov_bloc_average") + above // step, cap)


def gov_bloc_rules(population, kind, law: RuleBook) -> list[str]:
    """The rule that decides the government bloc of each unit: average, addition by population, or cap."""
    posts = gov_bloc_posts(population, kind, law)
    rules = []
    for n, unit_kind in zip(posts, kind, strict=True):
        cap = "staffing.gov_bloc_cap_phuong_dac_khu" if unit_kind in WARD_KINDS else "staffing.gov_bloc_cap_xa"
        if n >= law.value(cap):
            rules.append(cap)
        elif n > law.value("staffing.gov_bloc_average"):
            rules.append("staffing.gov_bloc_add_one_per_persons")
        else:
            rules.append("staffing.gov_bloc_average")
    return rules


def vice_chairs(population, law: RuleBook) -> np.ndarray:
    """Vice chairs of each commune-level People's Committee: the whole part of the legal average for all.

    The posts that the average still leaves go one each to the most populous units (ties by position).
    """
    people = np.asarray(population, dtype=np.int64)
    average = law.value("staffing.vice_chairs_commune_average_max")
    posts = np.full(len(people), math.floor(average), dtype=np.int64)
    extra = math.floor(average * len(people)) - int(posts.sum())
    posts[np.argsort(-people, kind="stable")[:extra]] += 1
    return posts


def department_deputies(law: RuleBook, provinces: int = 2) -> tuple[int, tuple[str, ...]]:
    """Largest number of deputies of a provincial department after a merger, and the rules that say so."""
    rules = ["staffing.department_deputies_average"]
    if provinces == 2:
        rules.append("staffing.department_deputies_extra_two_provinces")
    elif provinces > 2:
        rules.append("staffing.department_deputies_extra_three_provinces")
    return sum(law.value(r) for r in rules), tuple(rules)


def division_deputies(staff: int, law: RuleBook) -> tuple[int, str]:
    """Largest number of deputies of a division with `staff` persons, and the rule that says so."""
    bands = [r for r in law.table("staffing") if "staff_from" in r.fields and r.fields["staff_from"] <= staff]
    band = max(bands, key=lambda r: r.fields["staff_from"])
    return int(band.value), band.id


def party_posts_limits(law: RuleBook) -> tuple[int, int]:
    """Smallest and largest Party bloc of a commune-level unit (the largest with a political centre)."""
    return law.value("staffing.party_bloc_low"), law.value("staffing.party_bloc_with_political_centre_max")


def commune_posts(new_units: pd.DataFrame, law: RuleBook, *, party_posts: int, front_posts: int) -> pd.DataFrame:
    """Post groups of every commune-level unit.

    Parameters
    ----------
    new_units : frame with `new_id`, `kind`, `population`.
    party_posts, front_posts : posts of the Party and Front blocs in each unit.

    Returns
    -------
    One row per unit, body and role with `new_id`, `body`, `title_vi`, `title_en`, `bloc`, `role`, `posts`,
    `rule`. Where a bloc is too small for all leading posts, leading posts of the last bodies are left out,
    so the total of a bloc never exceeds its legal figure.
    """
    units = new_units.sort_values("new_id", kind="stable")
    gov = gov_bloc_posts(units["population"], units["kind"], law)
    gov_rule = gov_bloc_rules(units["population"], units["kind"], law)
    chairs = vice_chairs(units["population"], law)
    rows: list[dict] = []
    for position, unit in enumerate(units[["new_id", "kind"]].astype(object).itertuples(index=False)):
        totals = {"government": int(gov[position]), "party": party_posts, "front": front_posts}
        for bloc, total in totals.items():
            bodies = _bodies_of(bloc)
            rule = gov_rule[position] if bloc == "government" else ""
            leading = {b.body: (int(b.heads), _deputies(b, int(chairs[position]), law)) for b in bodies}
            rows += _bloc(unit, bodies, total, rule, leading)
    return pd.DataFrame(rows)


def _bloc(unit, bodies: tuple, total: int, rule: str, leading: dict) -> list[dict]:
    """Posts of one bloc: fixed leading bodies first, the rest shared by weight, leaders out of each share."""
    fixed = {b.body: sum(leading[b.body]) for b in bodies if b.weight == 0}
    shares = fixed | share_by_weight(
        max(total - sum(fixed.values()), 0), {b.body: b.weight for b in bodies if b.weight > 0}
    )
    rows, left = [], total
    for b in bodies:
        size = min(shares[b.body], left)
        left -= size
        heads = min(leading[b.body][0], size)
        deputies = min(leading[b.body][1], size - heads)
        title = b.title_vi_phuong if unit.kind == "phuong" else b.title_vi
        for role, posts in zip(ROLES, (heads, deputies, size - heads - deputies), strict=True):
            if posts:
                rows.append(
                    {
                        "new_id": unit.new_id,
                        "body": b.body,
                        "title_vi": title,
                        "title_en": b.title_en,
                        "bloc": b.bloc,
                        "role": role,
                        "posts": posts,
                        "rule": b.deputies_rule if role == "deputy" and b.deputies_rule else rule or b.posts_rule,
                    }
                )
    return rows


def _deputies(body, chairs: int, law: RuleBook) -> int:
    """Deputies of a commune body: the data's own number, or the figure of its rule."""
    if not (isinstance(body.deputies, float) and math.isnan(body.deputies)) and body.deputies != "":
        return int(body.deputies)
    if body.body == "ubnd":
        return chairs
    figure = int(law.value(body.deputies_rule))
    return figure - int(body.heads) if body.body == "hdnd" else figure


def share_by_weight(total: int, weights: dict[str, float]) -> dict[str, int]:
    """Split `total` posts by weight with largest remainders (ties in order of the keys)."""
    whole = sum(weights.values())
    exact = {k: total * w / whole for k, w in weights.items()}
    shares = {k: math.floor(x) for k, x in exact.items()}
    rest = total - sum(shares.values())
    for k in sorted(weights, key=lambda k: shares[k] - exact[k])[:rest]:
        shares[k] += 1
    return shares
