"""The roster as stage relocate needs it: homes, workplaces, travel, rank, protection, retirement, locks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.travel import TravelTable
from merger.fields import fields
from merger.inputs import Inputs
from merger.relocation.severance import MONTHS, SeveranceLaw
from merger.stages.stage import InfeasibleError, Tables
from scenarios.schema import Scenario

# Government, Party and Front blocs by the commune body that covers a field.
BLOC_OF_BODY = {"van-phong-dang-uy": "party", "xay-dung-dang": "party", "kiem-tra": "party", "mttq": "front"}
LOCAL = ("district", "commune")


@dataclass(frozen=True)
class Travel:
    """Road travel from homes to workplaces, one way, normal traffic.

    `unit_km`, `unit_minutes` (H, U): from home unit to unit centre; `site_km`, `site_minutes` (H, S): to
    site. Rows and unit columns in the order of `units`, sites in the order of `sites`; inf where there is
    no road.
    """

    units: pd.Index
    sites: pd.Index
    unit_km: np.ndarray
    unit_minutes: np.ndarray
    site_km: np.ndarray
    site_minutes: np.ndarray


def read_travel(inputs: Inputs) -> Travel:
    """Travel tables of a scenario at normal traffic."""
    factor = inputs.scenario.arrange.traffic_factor
    unit: TravelTable = inputs.unit_travel
    site: TravelTable = inputs.site_travel
    return Travel(
        pd.Index(inputs.units.index),
        pd.Index(inputs.sites["site_id"]),
        unit.km,
        unit.minutes * factor,
        site.km,
        site.minutes * factor,
    )


def yearly_travel_vnd(minutes, km, scenario: Scenario) -> np.ndarray:
    """Cost of commuting for a year, both ways: time and vehicle km at their prices (VND; inf: no road)."""
    prices = scenario.prices
    days = prices.working_days_month * MONTHS
    trip = np.asarray(minutes) / 60 * prices.person_hour_vnd + np.asarray(km) * prices.vehicle_km_vnd
    return 2 * days * trip


def read_people(inputs: Inputs, tables: Tables, severance: SeveranceLaw) -> pd.DataFrame:
    """The roster by person_id with derived columns.

    Adds `commune_body`, `family`, `bloc` of the field; `level_of_rank` (0 staff ... 4); `retires` (month
    number); `multiplier` of the price of travel; `lock` (target or ""); `new_division_id` and
    `new_agency_id` after; `is_leader` (agency leadership); `home`, `workplace` positions; `local` (competes
    for commune posts). Raises InfeasibleError for locks that name nobody or nothing.
    """
    people = inputs.staff.sort_values("person_id", kind="stable").reset_index(drop=True)
    options, locks = inputs.scenario.relocate, inputs.scenario.locks.fixed_post
    table = fields()
    for column in ("commune_body", "family"):
        people[column] = people["field"].map(table[column])
    people["bloc"] = people["commune_body"].map(BLOC_OF_BODY).fillna("government")
    rank = np.searchsorted(np.array(options.rank_levels), people["leadership_coefficient"] + 1e-9)
    people["level_of_rank"] = np.where(people["role"] == "staff", 0, np.maximum(rank, 1))
    months = {key: severance.retirement_month(*key) for key in set(zip(people["sex"], people["born"], strict=True))}
    people["retires"] = [months[key] for key in zip(people["sex"], people["born"], strict=True)]
    people["multiplier"] = _multiplier(people, options.protected_multiplier)
    people["lock"] = [locks.get(person, "") for person in people["person_id"]]
    structure = tables["structure"].set_index("division_id")
    for column in ("new_division_id", "new_agency_id"):
        people[column] = people["division_id"].map(structure[column]).fillna("")
    kinds = inputs.divisions.set_index("division_id")["kind"]
    people["is_leader"] = people["division_id"].map(kinds).eq("leadership")
    people["home"] = inputs.units.index.get_indexer(people["home_code"])
    _apply_locks(people, locks, tables)
    return people


def _multiplier(people: pd.DataFrame, options: dict[str, float]) -> np.ndarray:
    """Largest multiplier of each person's protected cases; 1 without any."""
    largest = np.ones(len(people))
    for case, value in sorted(options.items()):
        if case == "couple":
            has = people["partner_id"].ne("").to_numpy()
        else:
            has = people["protected"].str.split(";").apply(lambda cases, case=case: case in cases).to_numpy()
        largest = np.where(has, np.maximum(largest, value), largest)
    return largest


def _apply_locks(people: pd.DataFrame, locks: dict[str, str], tables: Tables) -> None:
    """Move locked persons to the part where their target lies; refuse locks without a meaning."""
    units, divisions = (
        set(tables["new_units"]["new_id"]),
        tables["new_divisions"].set_index("new_division_id"),
    )
    known = set(people["person_id"])
    wrong = [f"lock fixed_post {p}: {t}: no such person in the roster" for p, t in locks.items() if p not in known]
    wrong += [
        f"lock fixed_post {p}: {t}: neither a new division nor a new unit of this plan"
        for p, t in locks.items()
        if t not in units and t not in divisions.index
    ]
    ended = set(people.loc[people["level"] == "nonprofessional", "person_id"])
    wrong += [
        f"lock fixed_post {p}: {t}: the use of non-professional staff ends (staffing.nonprofessional_commune_posts_end)"
        for p, t in locks.items()
        if p in ended
    ]
    if wrong:
        raise InfeasibleError("relocate", tuple(wrong))
    people["local"] = people["level"].isin(LOCAL)
    to_unit, to_division = people["lock"].isin(units), people["lock"].isin(divisions.index)
    people.loc[to_unit, "local"] = True
    people.loc[to_division, "local"] = False
    people.loc[to_division, "new_division_id"] = people.loc[to_division, "lock"]
    people.loc[to_division, "is_leader"] = False
    people.loc[to_division, "new_agency_id"] = people.loc[to_division, "lock"].map(divisions["new_agency_id"])


def travel_before(people: pd.DataFrame, travel: Travel) -> tuple[np.ndarray, np.ndarray]:
    """Km and minutes from home to the workplace before; NaN where unknown or without a road."""
    return lookup(people["home"], people["site_id"].where(people["site_id"] != "", people["unit_code"]), travel)


def lookup(home, place, travel: Travel) -> tuple[np.ndarray, np.ndarray]:
    """Km and minutes from home positions to places (site ids or unit codes); NaN where there is no road."""
    home, place = np.asarray(home), pd.Index(place)
    km, minutes = np.full(len(home), np.nan), np.full(len(home), np.nan)
    tables = (
        (travel.sites.get_indexer(place), travel.site_km, travel.site_minutes),
        (travel.units.get_indexer(place), travel.unit_km, travel.unit_minutes),
    )
    for column, table_km, table_minutes in tables:
        found = (column >= 0) & (home >= 0) & np.isnan(km)
        km[found] = table_km[home[found], column[found]]
        minutes[found] = table_minutes[home[found], column[found]]
    km[np.isinf(km)], minutes[np.isinf(minutes)] = np.nan, np.nan
    return km, minutes


def transitional_costs(people: pd.DataFrame, inputs: Inputs) -> np.ndarray:
    """Cost (P,) of keeping a person above the establishment, VND a year, averaged until the end.

    Who retires by age before the end is kept for a part of the years only, so costs less.
    """
    start, end = (12 * d.year + d.month - 1 for d in (inputs.scenario.dates.effect, inputs.scenario.dates.end))
    years = np.clip((people["retires"].to_numpy() - start) / max(end - start, 1), 0, 1)
    return years * inputs.scenario.relocate.transitional_vnd_year
