"""A finished plan planned again from its timetable on: after slips, from a status date, with the progress made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from geodata.faults import InputError
from merger.plan import Plan
from scenarios.checks import check_scenario
from scenarios.loaded import Loaded
from scenarios.loader import with_settings
from scenarios.reopened import loaded_from

STAGE = "timetable"
# Settings that bear on the timetable alone: with others the earlier stages would no longer fit.
OPEN = (f"{STAGE}.", "data.progress", "data.timetable_before", "documents.")


def replanned(
    plan: Plan, settings: Sequence[str], status_date: date | None = None, progress: Path | None = None
) -> Loaded:
    """The scenario of a plan with further settings, so that its timetable changes as little as possible.

    Raises InputError for a public copy, for settings that bear on other stages, and for every fault of the settings
    and of the table of progress.
    """
    if plan.public:
        raise InputError.single(plan.path, "is a public copy: it has no rows about staff", "name the full plan")
    if STAGE not in plan.tables:
        raise InputError.single(plan.path, "has no timetable", "plan with all stages first")
    strangers = [s for s in settings if not s.strip().startswith(OPEN)]
    if strangers:
        raise InputError.single(
            "--set", f"bears on more than the timetable: {', '.join(strangers)}", "plan anew with `merger plan`"
        )
    before = (plan.path / f"{STAGE}.csv").resolve()
    extra = [f"data.timetable_before={_quoted(before)}"]
    extra += [f"{STAGE}.status_date={status_date.isoformat()}"] if status_date else []
    extra += [f"data.progress={_quoted(progress.resolve())}"] if progress else []
    loaded = with_settings(loaded_from(plan.manifest["scenario"], plan.path), [*extra, *settings])
    faults = check_scenario(loaded)
    if faults:
        raise InputError(faults)
    return loaded


def _quoted(path: Path) -> str:
    """A path as a YAML text in single quotes."""
    return "'" + str(path).replace("'", "''") + "'"
