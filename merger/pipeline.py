"""From a scenario to a finished plan folder: the stages in order, the score, the files, the audit."""

from __future__ import annotations

import platform
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.faults import Fault, InputError
from merger import __version__
from merger.disclosure import public_view, shown_figures
from merger.inputs import Inputs, load_inputs
from merger.plan import (
    FULL_DIGEST,
    INTERNAL,
    SCHEMA_VERSION,
    TRANSPORT,
    Plan,
    read_plan,
    refuse_foreign,
    table_path,
    whole_or_nothing,
    write_csv,
    write_manifest,
)
from merger.publish import publish_into
from merger.stages.stage import Record
from merger.tables import TABLES, conform
from merger.timetabling.what_if import check_names
from merger.transport.passengers import passenger_lists
from merger.travel_times import travel_tables
from scenarios.loaded import Loaded, data_hashes
from scenarios.stage_needs import missing_tables
from solvers.problem import Stop

# Stage: the stages whose tables it reads. Order of the dictionary = order of the run.
STAGES: dict[str, tuple[str, ...]] = {
    "arrange": (),
    "consolidate": (),
    "relocate": ("arrange", "consolidate"),
    "commute": ("arrange", "consolidate", "relocate"),
    "timetable": ("arrange", "consolidate", "relocate", "commute"),
}

SYNTHETIC_NOTICE = (
    "SYNTHETIC: divisions or staff were generated to match published totals; not for decisions on any person. "
    "GIẢ LẬP: cơ cấu phòng hoặc nhân sự do chương trình sinh ra theo tổng số đã công bố, "
    "không dùng để quyết định với từng người."
)

INTERNAL_README = """Thư mục này có dữ liệu cá nhân (mỗi dòng một người hoặc rất ít người):
không chuyển ra ngoài cơ quan.
Bản công khai của phương án: merger publish PHƯƠNG_ÁN -o THƯ_MỤC.

This folder holds personal data (rows about one person or very few): do not pass it on.
A copy of the plan for the public: merger publish PLAN -o DIR.
"""

Progress = Callable[[str], None]


class AuditError(Exception):
    """The finished plan breaks a rule; `violations` are the failed checks in words. The last good plan is untouched."""

    def __init__(self, violations: list[str]):
        self.violations = violations
        super().__init__("\n".join(violations))


def quiet(_: str) -> None:
    """Progress that shows nothing."""


def solve_stages(
    inputs: Inputs, *, only: str | None = None, seconds: float | None = None, progress: Progress = quiet
) -> tuple[dict[str, pd.DataFrame], dict[str, Record]]:
    """Run the stages in order; with `only`, that stage and those it needs. `seconds` caps each stage's wall time.

    Tables of travel times are added, which depend on no stage.
    """
    check_names(inputs)
    wanted = list(STAGES) if only is None else [*STAGES[only], only]
    _refuse_missing(inputs, wanted)
    tables: dict[str, pd.DataFrame] = {}
    records: dict[str, Record] = {}
    for name in wanted:
        progress(name)
        if name == "commute" and inputs.scenario.relocate.commute_feedback:
            _place_again(inputs, tables, records, seconds, progress)
        _run_stage(name, inputs, tables, records, seconds)
    if "commute" in tables:
        tables["passengers"] = passenger_lists(inputs, tables)
    return {**tables, **travel_tables(inputs)}, records


def _refuse_missing(inputs: Inputs, wanted: list[str]) -> None:
    """Raise InputError when a stage that is wanted needs tables that the scenario does not have."""
    missing = {stage: names for stage, names in missing_tables(inputs.scenario).items() if stage in wanted}
    if missing:
        remedy = "give them in the scenario, or plan the units alone: --only arrange"
        raise InputError(
            Fault(
                inputs.scenario.name,
                message=f"stage {stage} needs {', '.join(f'data.{n}' for n in names)}",
                remedy=remedy,
            )
            for stage, names in missing.items()
        )


def solve_again(
    inputs: Inputs, stage: str, earlier: Plan, *, seconds: float | None = None, progress: Progress = quiet
) -> tuple[dict[str, pd.DataFrame], dict[str, Record]]:
    """Run one stage, the last, on the tables of an earlier full plan and keep everything else of it."""
    progress(stage)
    tables = dict(earlier.tables)
    records = {name: Record.read(told) for name, told in earlier.manifest["stages"].items() if name != stage}
    _run_stage(stage, inputs, tables, records, seconds)
    return tables, records


def _run_stage(
    name: str, inputs: Inputs, tables: dict[str, pd.DataFrame], records: dict[str, Record], seconds: float | None
) -> None:
    """Run one stage and put its tables and its record in place."""
    stage = import_module(f"merger.stages.{name}")
    stop = _stop(name, inputs, seconds)
    result = stage.run(inputs, dict(tables), stop)
    _rearm_interrupts()
    tables.update({key: conform(key, frame) for key, frame in result.tables.items()})
    records[name] = result.record


def _stop(name: str, inputs: Inputs, seconds: float | None) -> Stop:
    """When a stage stops: as the scenario says, and after `seconds` at the latest."""
    options = getattr(inputs.scenario, name).stop
    limit = options.seconds if seconds is None else min(seconds, options.seconds)
    return Stop(limit, options.work, options.gap, inputs.scenario.seed, inputs.scenario.threads)


def _place_again(
    inputs: Inputs,
    tables: dict[str, pd.DataFrame],
    records: dict[str, Record],
    seconds: float | None,
    progress: Progress,
) -> None:
    """Place again at the prices of travel that a draft of the commute finds."""
    tables["commute"] = import_module("merger.stages.commute").draft(inputs, tables, _stop("commute", inputs, seconds))
    progress("relocate")
    first, spent = tables["staff"], records["relocate"].seconds
    _run_stage("relocate", inputs, tables, records, seconds)
    again = tables["staff"]
    moved = int((first["site_after"].fillna("") != again["site_after"].fillna("")).sum())
    record = records["relocate"]
    fed_back = shown_figures({"commute_feedback_moved_people": moved}, inputs.scenario.documents.smallest_group)
    figures = {**record.figures, **fed_back}
    records["relocate"] = replace(record, seconds=record.seconds + spent, figures=figures)
    progress("commute")


def _rearm_interrupts() -> None:
    """Put the handlers of Ctrl-C and termination back: solvers written in C++ leave the system's own behind."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.getsignal(number) or signal.SIG_DFL)


def make_plan(
    loaded: Loaded,
    target: Path,
    *,
    only: str | None = None,
    seconds: float | None = None,
    languages: tuple[str, ...] = ("vi", "en"),
    public: bool = False,
    earlier: Plan | None = None,
    progress: Progress = quiet,
) -> Plan:
    """Plan a checked scenario and write the folder, whole or not at all; `public` without any personal rows.

    With an `earlier` plan only the timetable is planned again (merger.replan makes the scenario).

    Raises InfeasibleError when a stage has no solution and AuditError when the finished plan fails its audit; in both
    cases, as when interrupted, a plan that is already at `target` stays as it is.
    """
    from merger.documents.letter_template import scenario_template

    target = Path(target)
    refuse_foreign(target)
    started = time.perf_counter()
    progress("read")
    inputs = load_inputs(loaded.scenario, loaded.folder)
    for lang in languages:  # a faulty template is told now, not after the work of all stages
        scenario_template(inputs, lang)
    if earlier is not None:
        tables, records = solve_again(inputs, "timetable", earlier, seconds=seconds, progress=progress)
    else:
        tables, records = solve_stages(inputs, only=only, seconds=seconds, progress=progress)
    with whole_or_nothing(target) as folder:
        # A public plan is made from a full one, which only lives until it has passed its audit.
        full = folder / ".full" if public else folder
        progress("write")
        manifest = build_manifest(loaded, inputs, tables, records)
        plan = Plan(full, manifest, tables)
        layers = plan_layers(plan, inputs)
        write_data(plan, inputs)
        write_maps(plan, layers)
        write_feeds(plan, inputs, layers)
        progress("documents")
        write_documents(plan, inputs, layers, languages)
        progress("audit")
        manifest["audit"] = _audited(full)
        manifest["seconds"] = round(time.perf_counter() - started, 1)
        write_manifest(manifest, full)
        if public:
            publish_into(plan, folder)
            shutil.rmtree(full)
            _audited(folder)
            return replace(read_plan(folder), path=target)
    return Plan(target, manifest, tables)


def publish_plan(plan: Plan, target: Path) -> None:
    """Write the public copy of a finished full plan, whole or not at all.

    Raises InputError when the plan is a public copy itself or the target holds something else, AuditError when the
    full plan or the copy fails its audit: then something in it must not go out, or cannot be relied on.
    """
    target = Path(target)
    if plan.public:
        raise InputError.single(plan.path, "is a public copy already", "copy the folder, or name the full plan")
    if target.resolve() == plan.path.resolve():
        raise InputError.single(target, "is the full plan itself", "name another folder for the public copy")
    refuse_foreign(target)
    _audited(plan.path)
    with whole_or_nothing(target) as folder:
        publish_into(plan, folder)
        _audited(folder)


def build_manifest(
    loaded: Loaded, inputs: Inputs, tables: dict[str, pd.DataFrame], records: dict[str, Record]
) -> dict[str, Any]:
    """Everything about a plan that is not a table."""
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": loaded.describe(),
        "scenario_digest": loaded.public_digest,
        FULL_DIGEST: loaded.digest,
        "data_hashes": data_hashes(loaded),
        "versions": {
            "merger-planning": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("ortools", "networkx", "geopandas", "shapely", "pandas", "numpy")},
        },
        "seed": loaded.scenario.seed,
        "threads": loaded.scenario.threads,
        "synthetic": sorted(inputs.synthetic),
        "notice": SYNTHETIC_NOTICE if inputs.synthetic else "",
        "stages": {name: asdict(record) for name, record in records.items()},
        "headline": _headline(inputs, tables),
        "rows": {name: len(frame) for name, frame in tables.items()},
    }


def plan_layers(plan: Plan, inputs: Inputs) -> dict[str, Any]:
    """Build the map layers of a plan (GeoDataFrames by name) from what the public may see."""
    from merger.layers import build_layers

    return build_layers(inputs, public_view(plan, inputs).tables)


def write_data(plan: Plan, inputs: Inputs) -> None:
    """Write the manifest, the tables, the work plans and, among the personal rows, the graph with its small counts."""
    from merger.network import build_network, write_graphml
    from merger.workplans.write import write_workplans

    write_tables(plan, inputs)
    write_workplans(plan, inputs)
    write_graphml(build_network(inputs, plan.tables), plan.path / INTERNAL / "network.graphml")


def write_tables(plan: Plan, inputs: Inputs) -> None:
    """Write the manifest and the tables of a full plan: those for the public, and the personal rows apart."""
    (plan.path / INTERNAL).mkdir(parents=True, exist_ok=True)
    for name, frame in public_view(plan, inputs).tables.items():
        write_csv(name, frame, table_path(plan.path, name, public=True))
    for name, frame in plan.tables.items():
        if TABLES[name].internal:
            write_csv(name, frame, table_path(plan.path, name))
    write_manifest(plan.manifest, plan.path)
    (plan.path / INTERNAL / "README.txt").write_text(INTERNAL_README, encoding="utf-8")


def write_maps(plan: Plan, layers: dict[str, Any]) -> None:
    """Write the map layers as GeoJSON files and as one GeoPackage."""
    from geodata.maps import write_geojson, write_geopackage

    (plan.path / "maps").mkdir(exist_ok=True)
    write_geojson(layers, plan.path / "maps")
    write_geopackage(layers, plan.path / "plan.gpkg")


def write_print_maps(plan: Plan, inputs: Inputs, layers: dict[str, Any], languages: tuple[str, ...]) -> None:
    """Write the maps for print (PNG and SVG, A3) into maps/print, in two processes."""
    from merger.documents import print_maps
    from merger.documents.facts import identical_units
    from merger.parallel import run_all

    named = {"identical": identical_units(plan, inputs), "synthetic": bool(inputs.synthetic)}
    names = print_maps.available(layers)
    folder = plan.path / "maps" / print_maps.FOLDER
    run_all(
        [
            (print_maps.write_print_maps, (layers, folder, lang), {**named, "only": name})
            for name in names
            for lang in languages
        ]
    )


def write_feeds(plan: Plan, inputs: Inputs, layers: dict[str, Any]) -> None:
    """Write the routes for a transport office, from what the public may see: the GTFS feed and a GPX file a route."""
    from merger.transport.gpx import write_gpx
    from merger.transport.gtfs import write_gtfs

    folder = transport_folder(plan)
    if folder is not None:
        view = public_view(plan, inputs)
        write_gtfs(view, inputs, layers, folder / "gtfs.zip")
        shutil.rmtree(folder / "gpx", ignore_errors=True)
        (folder / "gpx").mkdir()
        write_gpx(view, layers, folder / "gpx")


def transport_folder(plan: Plan) -> Path | None:
    """Folder of what a transport office needs, made if it is not there; None for a plan without routes."""
    if not all(name in plan.tables and len(plan.tables[name]) for name in ("routes", "stops")):
        return None
    folder = plan.path / TRANSPORT
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_documents(
    plan: Plan, inputs: Inputs, layers: dict[str, Any], languages: tuple[str, ...] = ("vi", "en")
) -> None:
    """Write the Word report, the timetables of the lines and the charts of the bodies in each language, the Excel annex
    and the HTML page, from what the public may see."""
    from merger.documents.annex import write_annex
    from merger.documents.gantt_booklet import write_gantt_booklet
    from merger.documents.page import write_page
    from merger.documents.report import write_report
    from merger.documents.timetables import write_timetables
    from merger.parallel import run_all
    from merger.workplans.write import workplans_folder

    # Masked once for all documents.
    view, jobs = public_view(plan, inputs), []
    folder, charts = transport_folder(plan), workplans_folder(plan)
    if folder is not None and languages:
        jobs.append((write_timetables, (view, inputs, layers, folder, languages), {}))
    for lang in languages:
        jobs.append((write_report, (view, inputs, plan.path / f"report.{lang}.docx", lang), {"layers": layers}))
    jobs.append((write_annex, (view, inputs, plan.path / "annex.xlsx"), {}))
    if charts is not None:
        jobs += [(write_gantt_booklet, (view, inputs, charts / f"gantt.{lang}.docx", lang), {}) for lang in languages]
    jobs.append((write_page, (view, inputs, layers, plan.path / "dashboard.html"), {}))
    run_all(jobs)


def _headline(inputs: Inputs, tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Score of the plan beside the real arrangement of 2025, by one function."""
    from merger.arrangement.score import plan_assignment, reference_assignment, score_units

    headline: dict[str, Any] = {}
    if "units" in tables:
        headline["plan"] = score_units(inputs, plan_assignment(tables["units"]))[0]
        if inputs.crosswalk is not None and inputs.reference is not None:
            headline["reference"] = score_units(inputs, reference_assignment(inputs))[0]
    return headline


def _audited(folder: Path) -> dict[str, Any]:
    from merger.audit import audit_plan

    report = audit_plan(folder)
    failed = [f"{c.title_en}: {v}" for c in report.checks if not c.passed for v in (c.violations or ["failed"])]
    if failed:
        raise AuditError(failed)
    return {"checks": len(report.checks), "passed": sum(c.passed for c in report.checks)}
