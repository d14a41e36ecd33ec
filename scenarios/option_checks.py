"""Options of a scenario against its tables: ids that rows must have, counts and dates that cannot hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.faults import Fault, did_you_mean
from scenarios.loaded import Loaded
from scenarios.locks import special_members
from scenarios.objectives import weights_of
from scenarios.schema import ends_of

if TYPE_CHECKING:
    from scenarios.checks import Sources


def check_options(sources: Sources) -> list[Fault]:
    """Options that name rows of tables, and counts and dates that cannot hold."""
    loaded, scenario = sources.loaded, sources.loaded.scenario
    faults: list[Fault] = []

    def expect(ids: frozenset[str] | set[str] | None, value: str, what: str, *path: str | int) -> None:
        if ids is not None and value not in ids:
            faults.append(loaded.place(*path).fault(f'unknown {what} "{value}"', did_you_mean(value, ids)))

    sites = sources.values.get("sites.site_id")
    expect(sites, scenario.consolidate.main_site, "site", "consolidate", "main_site")
    for side, site in scenario.consolidate.stay_sites.items():
        expect(sites, site, "site", "consolidate", "stay_sites", side)
    for site in scenario.consolidate.site_floor_m2:
        expect(sites, site, "site", "consolidate", "site_floor_m2", site)
    for site in scenario.consolidate.site_equipment:
        expect(sites, site, "site", "consolidate", "site_equipment", site)
    divisions = sources.known().divisions
    for who in scenario.consolidate.division_equipment:
        known = divisions | set(sources.fields) if divisions is not None and sources.fields else None
        expect(known, who, "division or field of work", "consolidate", "division_equipment", who)
    projects = sources.tables.get("projects")
    for i, project in enumerate(scenario.commute.projects):
        expect(
            set(projects.column("project_id")) if projects else None,
            project,
            "project",
            "commute",
            "projects",
            i,
        )
    faults += [*_regions(sources), *_objectives(loaded), *_dates(loaded), *_roads(loaded), *_traffic(sources)]
    return faults


def _regions(sources: Sources) -> list[Fault]:
    """The number of new units a side, against the units and special zones it has."""
    loaded, arrange = sources.loaded, sources.loaded.scenario.arrange
    if "units" not in sources.tables:
        return []
    sides = sources.by_code("side")
    zones = special_members(loaded, sources.known())
    fixed = set().union(*zones)
    faults = []
    for side in sorted(set(sides.values()) - set(arrange.regions)):
        at = loaded.place("arrange", "regions")
        faults.append(at.fault(f'"arrange.regions" has no number for side {side}', f"add {side}: NUMBER"))
    for side, number in arrange.regions.items():
        at = loaded.place("arrange", "regions", side)
        if side not in sides.values():
            faults.append(at.fault(f'unknown side "{side}"', did_you_mean(side, set(sides.values()))))
            continue
        least, most = ends_of(number)
        special = sum(any(sides.get(c) == side for c in zone) for zone in zones)
        free = sum(s == side and c not in fixed for c, s in sides.items())
        cap = arrange.max_members
        if most < special + (free > 0) or least > special + free:
            shown = f"{least}" if least == most else f"{least} to {most}"
            message = f"side {side}: {shown} new units out of {free} old ones and {special} special zones"
            faults.append(at.fault(message, f"write {special + 1} to {special + free}"))
        elif cap is not None and (most - special) * cap < free:
            message = f"side {side}: {most - special} new units of at most {cap} old ones cannot hold {free}"
            faults.append(at.fault(message, "raise arrange.regions or arrange.max_members"))
    return [*faults, *_total(loaded)]


def _total(loaded: Loaded) -> list[Fault]:
    """A number of new units in all that the numbers of the sides rule out."""
    arrange = loaded.scenario.arrange
    if arrange.total_regions is None:
        return []
    ends = [ends_of(number) for number in arrange.regions.values()]
    fewest, largest = sum(least for least, _ in ends), sum(most for _, most in ends)
    least, most = ends_of(arrange.total_regions)
    if most >= fewest and least <= largest:
        return []
    message = f'"arrange.total_regions": the sides have {fewest} to {largest} new units together'
    return [loaded.place("arrange", "total_regions").fault(message, "correct it, or arrange.regions")]


def _objectives(loaded: Loaded) -> list[Fault]:
    """Objectives without what they need."""
    scenario = loaded.scenario
    needs = {
        "seats_reused": ("arrange.seats_available", scenario.arrange.seats_available),
        "least_change": ("data.arrangement_before", scenario.data.arrangement_before),
    }
    return [
        loaded.place("arrange", "objectives", i).fault(f'the objective {name} needs "{needs[name][0]}"', "add it")
        for i, objective in enumerate(scenario.arrange.objectives)
        for name in weights_of(objective)
        if name in needs and not needs[name][1]
    ]


def _roads(loaded: Loaded) -> list[Fault]:
    """Nodes and edges of the road graph go together."""
    data = loaded.scenario.data
    if (data.roads_nodes is None) == (data.roads_edges is None):
        return []
    missing = "roads_nodes" if data.roads_nodes is None else "roads_edges"
    message = f'"data.{missing}" is null, the other half of the roads is not'
    return [loaded.place("data", missing).fault(message, "give both, or make both null for straight lines")]


def _traffic(sources: Sources) -> list[Fault]:
    """Factors of traffic that are neither given nor have a published travel time to be fitted to."""
    loaded, scenario = sources.loaded, sources.loaded.scenario
    if scenario.data.roads_nodes is None:
        return []  # straight lines at arrange.speed_kmh, whatever the traffic
    given = {"normal": scenario.arrange.traffic_factor, "peak": scenario.commute.peak_factor}
    checks = sources.tables.get("travel_time_checks")
    if checks is None and scenario.data.travel_time_checks is not None:
        return []  # the table cannot be read, which is told elsewhere
    known = set(checks.column("traffic")) if checks else set()
    options = {"normal": ("arrange", "traffic_factor"), "peak": ("commute", "peak_factor")}
    return [
        loaded.place(*path).fault(
            f'"{".".join(path)}" is not given, and no published travel time is for {state} traffic',
            f"write a factor, or add rows with traffic {state} to data.travel_time_checks",
        )
        for state, path in options.items()
        if given[state] is None and state not in known
    ]


def _dates(loaded: Loaded) -> list[Fault]:
    dates = loaded.scenario.dates
    faults = []
    for early, late in (("start", "effect"), ("effect", "end")):
        a, b = getattr(dates, early), getattr(dates, late)
        if a > b:
            at = loaded.place("dates", late if loaded.written("dates", late) else early)
            faults.append(at.fault(f'"dates.{late}" ({b}) is before "dates.{early}" ({a})', "correct one of the two"))
    return faults
