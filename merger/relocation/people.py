"""The roster as stage relocate needs it: homes, workplaces, travel, rank, protection, retirement, locks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.travel import TravelTable
from merger.fields import fields
from merger.inputs import Inputs
from merger.relocation.severance import EARLY, MONTHS, RESIGNATION, SeveranceLaw
from merger.stages.stage import InfeasibleError, Tables
from scenarios.schema import Relocate, Scenario

# Government, Party and Front blocs by the commune body that covers a field.
BLOC_OF_BODY = {"van-phong-dang-uy": "party", "xay-dung-dang": "party", "kiem-tra": "party", "mttq": "front"}
LOCAL = ("district", "commune")


@dataclass(frozen=True)
class Travel:
    """Road travel from homes to workplaces, one way, normal traffic.

    `unit_km`, `unit_minutes` (H, U): from home unit to unit centre; `site_km`, `site_minutes` (H, S): to
    site. `unit_vnd`, `site_vnd`: cost of commuting for a year by own vehicle, to a site less where stage commute
    found a cheaper way. Rows and unit columns in the order of `units`, sites in the order of `sites`;
    inf where there is no road.
    """

    units: pd.Index
    sites: pd.Index
    unit_km: np.ndarray
    unit_minutes: np.ndarray
    site_km: np.ndarray
    site_minutes: np.ndarray
    unit_vnd: np.ndarray
    site_vnd: np.ndarray


def read_travel(inputs: Inputs, commute: pd.DataFrame | None = None) -> Travel:
    """Travel tables of a scenario at normal traffic; `commute`, the table of that stage, replaces prices it knows."""
    unit: TravelTable = inputs.unit_travel
    site: TravelTable = inputs.site_travel
    travel = Travel(
        pd.Index(inputs.units.index),
        pd.Index(inputs.sites["site_id"]),
        unit.km,
        inputs.unit_minutes,
        site.km,
        inputs.site_minutes,
        yearly_travel_vnd(inputs.unit_minutes, unit.km, inputs.scenario),
        yearly_travel_vnd(inputs.site_minutes, site.km, inputs.scenario),
    )
    if commute is not None and len(commute):
        _put_commute_prices(travel, commute)
    return travel


def _put_commute_prices(travel: Travel, commute: pd.DataFrame) -> None:
    """Public and private money and time a rider and year, mean over the modes from that home to that site.

    Only where that is cheaper than one's own vehicle (ways that the stage did not price would else look better than
    those it did), and only for work sites: to a commune seat few ride together.
    """
    served = commute[(commute["mode"] != "none") & (commute["riders"] > 0)]
    month = ["public_vnd_month", "private_vnd_month", "time_vnd_month"]
    total = served.assign(vnd=served[month].sum(axis=1)).groupby(["home_code", "site_id"])[["vnd", "riders"]].sum()
    home = travel.units.get_indexer(total.index.get_level_values("home_code"))
    site = travel.sites.get_indexer(total.index.get_level_values("site_id"))
    vnd = (total["vnd"] / total["riders"] * MONTHS).to_numpy(float)
    known = (home >= 0) & (site >= 0)
    at = home[known], site[known]
    travel.site_vnd[at] = np.minimum(travel.site_vnd[at], vnd[known])


def yearly_travel_vnd(minutes, km, scenario: Scenario) -> np.ndarray:
    """Cost of commuting for a year, both ways: time and vehicle km at their prices (VND; inf: no road)."""
    prices = scenario.prices
    days = prices.working_days_month * MONTHS
    trip = np.asarray(minutes) / 60 * prices.person_hour_vnd + np.asarray(km) * prices.vehicle_km_vnd
    return 2 * days * trip


def read_people(inputs: Inputs, tables: Tables, severance: SeveranceLaw) -> pd.DataFrame:
    """The roster by person_id with derived columns.

    Adds `commune_body`, `family`, `bloc` of the field; `level_of_rank` (0 staff ... 4); `retires` (month
    number); `multiplier` of the price of travel, `most_km` (inf: none) and `beyond_vnd` of the way to a
    commune post, `surplus_multiplier`: the strictest of the person's protected cases; `lock` (target or "");
    `new_division_id` and `new_agency_id` after; `is_leader` (agency leadership); `home` position; `local`
    (competes for commune posts). Raises InfeasibleError for locks that name nobody or nothing.
    """
    people = inputs.staff.sort_values("person_id", kind="stable").reset_index(drop=True)
    people = people.assign(**{c: "" for c in ("wish_code", "team") if c not in people})
    options, locks = inputs.scenario.relocate, inputs.scenario.locks.fixed_post
    table = fields()
    for column in ("commune_body", "family"):
        people[column] = people["field"].map(table[column])
    people["bloc"] = people["commune_body"].map(BLOC_OF_BODY).fillna("government")
    rank = np.searchsorted(np.array(options.rank_levels), people["leadership_coefficient"] + 1e-9)
    people["level_of_rank"] = np.where(people["role"] == "staff", 0, np.maximum(rank, 1))
    months = {key: severance.retirement_month(*key) for key in set(zip(people["sex"], people["born"], strict=True))}
    people["retires"] = [months[key] for key in zip(people["sex"], people["born"], strict=True)]
    _protect(people, options)
    people["lock"] = [locks.get(person, "") for person in people["person_id"]]
    structure = tables["structure"].set_index("division_id")
    for column in ("new_division_id", "new_agency_id"):
        people[column] = people["division_id"].map(structure[column]).fillna("")
    kinds = inputs.divisions.set_index("division_id")["kind"]
    people["is_leader"] = people["division_id"].map(kinds).eq("leadership")
    people["home"] = inputs.units.index.get_indexer(people["home_code"])
    _apply_locks(people, locks, tables)
    return people


def _protect(people: pd.DataFrame, options: Relocate) -> None:
    """Columns of the protected cases: of several cases the strictest value of each rule counts."""
    people["multiplier"] = np.where(people["partner_id"] != "", options.couple.travel_multiplier, 1.0)
    people["most_km"], people["beyond_vnd"], people["surplus_multiplier"] = np.inf, 0.0, 1.0
    cases = people["protected"].str.split(";")
    for name in type(options.protected).model_fields:
        case = getattr(options.protected, name)
        has = cases.map(lambda own, name=name: name in own).to_numpy(bool)
        rules = {"multiplier": case.travel_multiplier, "surplus_multiplier": case.surplus_multiplier}
        if case.max_km is not None:
            rules["beyond_vnd"] = case.beyond_vnd_year
            people.loc[has, "most_km"] = np.minimum(people.loc[has, "most_km"], case.max_km)
        for column, value in rules.items():
            people.loc[has, column] = np.maximum(people.loc[has, column], value)


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


def is_merged(people: pd.DataFrame, tables: Tables) -> np.ndarray:
    """Whether the person's body merges or ends: all but service units that stay alone."""
    structure = tables["structure"]
    size = structure.groupby("new_division_id")["division_id"].nunique()
    merged = set(structure.loc[structure["new_division_id"].map(size) > 1, "division_id"])
    stays = people["level"].eq("service") & ~people["division_id"].isin(merged)
    return ~stays.to_numpy()


def far_spouses(people: pd.DataFrame, placed: pd.DataFrame, travel: Travel, far_km: float) -> np.ndarray:
    """Whether the spouse of each of `people` is among `placed` and works farther than `far_km` from home."""
    km, _ = lookup(placed["home"], placed["site_after"], travel)
    far = set(placed.loc[np.nan_to_num(km) > far_km, "person_id"])
    return people["partner_id"].isin(far).to_numpy()


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


def lookup_vnd(home, place, travel: Travel) -> np.ndarray:
    """Cost of commuting for a year from home positions to places (site ids or unit codes), VND; NaN without a road."""
    home, place = np.asarray(home), pd.Index(place)
    vnd = np.full(len(home), np.nan)
    for column, table in (
        (travel.sites.get_indexer(place), travel.site_vnd),
        (travel.units.get_indexer(place), travel.unit_vnd),
    ):
        found = (column >= 0) & (home >= 0) & np.isnan(vnd)
        vnd[found] = table[home[found], column[found]]
    vnd[np.isinf(vnd)] = np.nan
    return vnd


def transitional_costs(people: pd.DataFrame, inputs: Inputs) -> np.ndarray:
    """Cost (P,) of keeping a person above the establishment, VND a year, averaged until the end.

    Who retires by age before the end is kept for a part of the years only, so costs less. Only where the scenario
    says so does the chance of leaving with a benefit count too. The benefit itself is the same in any post, so it is
    no cost of the placement.
    """
    start, end = (12 * d.year + d.month - 1 for d in (inputs.scenario.dates.effect, inputs.scenario.dates.end))
    years = np.clip((people["retires"].to_numpy() - start) / max(end - start, 1), 0, 1)
    options = inputs.scenario.relocate
    if options.surplus_by_eligibility:
        years = years * (1.0 - take_up(people["entitlement"], options))
    return years * people["surplus_multiplier"].to_numpy() * options.transitional_vnd_year


def take_up(entitlement: pd.Series, options: Relocate) -> np.ndarray:
    """Share (P,) of persons with this entitlement who are expected to take it: of a group, never of a person."""
    shares = {EARLY: options.take_up_early_retirement, RESIGNATION: options.take_up_resignation}
    return entitlement.map(shares).fillna(0.0).to_numpy(float)
