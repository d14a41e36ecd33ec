"""Run every check over a plan."""

from __future__ import annotations

from pathlib import Path

# The modules of checks register themselves when imported; their order is the order of the report.
from merger.audit import agencies, ceilings, files, people, placement, territory, timing, transport  # noqa: F401
from merger.audit.report import REGISTRY, AuditReport, Case
from merger.inputs import load_inputs
from merger.plan import read_plan
from scenarios.loader import loaded_from


def audit_plan(plan_dir: Path) -> AuditReport:
    """Re-check a plan folder; raises InputError when it is not one or its scenario cannot be read."""
    plan = read_plan(Path(plan_dir))
    loaded = loaded_from(plan.manifest["scenario"], plan.path)
    inputs = load_inputs(loaded.scenario, loaded.folder)
    return audit_tables(Case(inputs, plan.tables, plan.path, plan.manifest))


def audit_tables(case: Case) -> AuditReport:
    """Run every check over a case; checks whose tables are missing pass and say so."""
    return AuditReport(tuple(registered.run(case) for registered in REGISTRY))
