"""Tables that each stage needs: a scenario may leave out those of the stages that it does not plan."""

from __future__ import annotations

from scenarios.schema import Scenario

ROADS = ("roads_nodes", "roads_edges")
BODIES = ("sites", "agencies", "programmes", "totals")
# Stage: tables of the `data` section that it cannot do without. Stage arrange needs units and law, which all have.
NEEDS: dict[str, tuple[str, ...]] = {
    "consolidate": (*ROADS, *BODIES),
    "relocate": (*ROADS, *BODIES),
    "commute": (*ROADS, *BODIES, "allowances", "housing", "stations", "ferries", "projects"),
    "timetable": (*ROADS, *BODIES, "deadlines", "surplus_offices"),
}


def missing_tables(scenario: Scenario) -> dict[str, list[str]]:
    """Tables that are null and that a stage needs, by stage; stages that have all of theirs are left out."""
    missing = {s: [n for n in names if scenario.data.reference(n) is None] for s, names in NEEDS.items()}
    return {stage: names for stage, names in missing.items() if names}
