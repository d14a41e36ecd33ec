"""Independent re-check of a finished plan against its scenario and the law.

Shares no code with the solvers and the stages: every figure is computed again from the plan's tables, the
inputs and the rule book. `audit_plan` reads a plan folder; `audit_tables` checks tables in memory.
"""

from __future__ import annotations

from merger.audit.report import AuditReport, Case, Check
from merger.audit.run import audit_plan, audit_tables

__all__ = ["AuditReport", "Case", "Check", "audit_plan", "audit_tables"]
