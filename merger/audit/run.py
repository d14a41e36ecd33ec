"""Run every check over a plan."""

from __future__ import annotations

from pathlib import Path

# The modules of checks register themselves when imported; their order is the order of the report.
from merger.audit import (  # noqa: F401
    agencies,
    alternatives,
    ceilings,
    decisions,
    feeds,
    files,
    objectives,
    passengers,
    people,
    placement,
    privacy,
    rescheduling,
    ridership,
    schedule_answers,
    schedule_risk,
    territory,
    timing,
    transport,
    travel,
    workplans,
)
from merger.audit.report import REGISTRY, AuditReport, Case
from merger.inputs import inputs_of
from merger.plan import read_plan, read_tables
from merger.tables import TABLES


def audit_plan(plan_dir: Path) -> AuditReport:
    """Re-check a plan folder; raises InputError when it is not one or its scenario cannot be read.

    Of a public copy only what it holds can be checked: tables with a form for the public are looked at in the checks
    of privacy alone.
    """
    plan = read_plan(Path(plan_dir))
    inputs = inputs_of(plan)
    whole = {name: frame for name, frame in plan.tables.items() if not (plan.public and TABLES[name].internal)}
    shown = read_tables(plan.path, public=True)
    return audit_tables(Case(inputs, whole, plan.path, plan.manifest, shown))


def audit_tables(case: Case) -> AuditReport:
    """Run every check over a case; checks whose tables are missing pass and say so."""
    return AuditReport(tuple(registered.run(case) for registered in REGISTRY))
