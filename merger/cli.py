"""The command line. Heavy imports happen inside the commands, so that help answers at once."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import date

    from geodata.faults import Fault
    from merger.inputs import Inputs
    from merger.plan import Plan
    from scenarios.checks import Review

# Exit codes, as in the help of the program.
BAD_INPUT, INFEASIBLE, INTERRUPTED = 1, 3, 130

app = typer.Typer(
    name="merger",
    help="Plan an administrative merger: units, agencies, staff, commuting, deadlines. "
    "SCENARIO is a file, a folder or the name of a shipped one (hai-phong-2025). "
    "Exit codes: 0 done, 1 a bad input, 2 wrong usage, 3 infeasible, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ScenarioArg = Annotated[str, typer.Argument(metavar="SCENARIO", help="file, folder or shipped name")]
PlanArg = Annotated[Path, typer.Argument(metavar="PLAN", help="folder of a finished plan")]
SetOption = Annotated[list[str], typer.Option("--set", metavar="A.B=C", help="change one value; may be repeated")]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON instead of text")]
LangOption = Annotated[str, typer.Option("--lang", help="vi or en")]


class Interrupted(BaseException):
    """The user stopped the program. Not a KeyboardInterrupt, which the command-line library would swallow."""


# Set by the first interrupt: an exception raised inside a library's callback can be swallowed there.
_stopping = threading.Event()


def _interrupt(*_: object) -> None:
    _stopping.set()
    raise Interrupted


def main() -> None:
    """Run the program; every expected failure is a few lines on stderr and an exit code."""
    from geodata.faults import InputError

    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app()
    except InputError as e:
        _faults(e.faults)
        sys.exit(BAD_INPUT)
    except Interrupted:
        _interrupted()
    except Exception as e:  # the two domain failures are imported lazily, so they are told apart here
        if _stopping.is_set():
            # A library being imported turns what stops it into an error of its own.
            _interrupted()
        code = _domain_failure(e)
        if code is None:
            raise
        sys.exit(code)


def _interrupted() -> None:
    typer.echo("Interrupted: nothing was written, an earlier plan is untouched.", err=True)
    sys.exit(INTERRUPTED)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="new or empty folder")],
    origin: Annotated[str, typer.Option("--from", help="scenario to start from")] = "hai-phong-2025",
) -> None:
    """Write a scenario of one's own to edit, every field explained."""
    from merger.documents.letter_template import copy_templates
    from scenarios.template import new_scenario

    path = new_scenario(folder, origin)
    copy_templates(path.parent / "templates")
    typer.echo(f"Wrote {path}. Edit it, then: merger check {folder} && merger plan {folder} -o PLAN")


@app.command()
def check(
    scenario: ScenarioArg,
    set_: SetOption = [],  # noqa: B006  typer copies the default
    corrected: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="also write a corrected copy of your own divisions and roster (new folder)"),
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(metavar="FILE", help="also write every problem, one a row (new CSV file)")
    ] = None,
) -> None:
    """Show all problems of a scenario and its tables at once, as file:line:col; mappings for your own tables."""
    from merger.fields import fields
    from merger.synthetic.divisions import division_ids
    from scenarios.checks import review

    _refuse_full(corrected, faults)
    found = review(scenario, set_, fields()["title_vi"].to_dict(), division_ids())
    for note in found.notes:
        typer.echo(f"- {note}")
    for text in found.proposals:
        typer.echo(f"\nProposed, not applied; check it and paste it into the scenario:\n\n{text}")
    if faults is not None:
        _write_faults(found.faults, faults)
    if corrected is not None:
        _write_corrected(found, corrected)
    typer.echo(f"{found.checked().scenario.name}: no problems found.")


@app.command()
def plan(
    scenario: ScenarioArg,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="folder for the plan")],
    set_: SetOption = [],  # noqa: B006
    only: Annotated[str | None, typer.Option(help="this stage and those it needs")] = None,
    seed: Annotated[int | None, typer.Option(help="seed of the generator and the solvers")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="threads of the solvers")] = None,
    time_limit: Annotated[float | None, typer.Option(min=1, metavar="S", help="seconds a stage, at most")] = None,
    public: Annotated[bool, typer.Option("--public", help="write no rows about persons")] = False,
    alternatives: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="further arrangements, as unlike as possible")
    ] = None,
    alternatives_gap: Annotated[
        float | None, typer.Option(min=0, max=1, metavar="X", help="most by which they may be worse (0.01: 1 %)")
    ] = None,
) -> None:
    """Plan a scenario and write the plan folder, whole or not at all."""
    from merger.fields import fields
    from merger.synthetic.divisions import division_ids
    from scenarios.checks import load_checked

    settings = [*set_]
    settings += [f"seed={seed}"] if seed is not None else []
    settings += [f"threads={threads}"] if threads is not None else []
    settings += [f"arrange.alternatives={alternatives}"] if alternatives is not None else []
    settings += [f"arrange.alternatives_gap={alternatives_gap:g}"] if alternatives_gap is not None else []
    loaded = load_checked(scenario, settings, fields()["title_vi"].to_dict(), division_ids())
    from merger.pipeline import STAGES, make_plan

    if only is not None and only not in STAGES:
        raise typer.BadParameter(f"{only!r} is no stage; stages: {', '.join(STAGES)}", param_hint="--only")
    with _progress() as progress:
        finished = make_plan(loaded, out, only=only, seconds=time_limit, public=public, progress=progress)
    _print_summary(finished)


@app.command()
def reschedule(
    plan: PlanArg,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="folder for the new plan")],
    status_date: Annotated[
        str | None, typer.Option(metavar="DAY", help="YYYY-MM-DD: what has not begun starts on this day or later")
    ] = None,
    progress_file: Annotated[
        Path | None,
        typer.Option(
            "--progress", metavar="FILE", help="tasks begun or done: CSV task_id,started[,finished,days_left]"
        ),
    ] = None,
    set_: SetOption = [],  # noqa: B006
    time_limit: Annotated[float | None, typer.Option(min=1, metavar="S", help="seconds for the timetable")] = None,
) -> None:
    """Plan the timetable of a finished plan again: slips (--set timetable.duration.TASK=DAYS), progress, other means.

    Dates move as little as possible; all other parts of the plan stay as they are.
    """
    from geodata.faults import InputError
    from merger.pipeline import make_plan
    from merger.plan import read_plan
    from merger.replan import replanned

    opened = read_plan(plan)
    if out.resolve() == plan.resolve():
        raise InputError.single(out, "is the plan itself", "name another folder; the plan before stays as it is")
    loaded = replanned(opened, set_, _date(status_date, "--status-date"), progress_file)
    with _progress() as progress:
        finished = make_plan(loaded, out, earlier=opened, seconds=time_limit, progress=progress)
    _print_changes(finished)


@app.command()
def publish(
    plan: PlanArg,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="folder for the public copy")],
) -> None:
    """Make a copy of a finished plan for the public: no rows about persons, documents and maps as they are."""
    from merger.pipeline import publish_plan
    from merger.plan import read_plan

    publish_plan(read_plan(plan), out)
    typer.echo(f"Wrote {out}: no rows about persons. The full plan stays in {plan}.")


@app.command()
def score(
    scenario: ScenarioArg,
    units: Annotated[
        Path | None, typer.Option(help="CSV old_code,new_id[,share]; none: the real arrangement of 2025")
    ] = None,
    set_: SetOption = [],  # noqa: B006
    as_json: JsonOption = False,
) -> None:
    """Score someone else's arrangement of units by the same rules."""
    from geodata.faults import InputError
    from merger.arrangement.score import read_assignment, reference_assignment, score_units
    from merger.inputs import load_geography
    from scenarios.loader import load_scenario

    loaded = load_scenario(scenario, set_)
    inputs = load_geography(loaded.scenario, loaded.folder)
    if units is None and inputs.crosswalk is None:
        raise InputError.single(scenario, "the scenario has no reference arrangement", "give one with --units FILE")
    assignment = reference_assignment(inputs) if units is None else read_assignment(units, inputs)
    figures, _ = score_units(inputs, assignment)
    _print_figures(figures, as_json)


@app.command()
def compare(
    plan_a: PlanArg,
    plan_b: Annotated[Path | None, typer.Argument(metavar="[PLAN]", help="folder of the second plan")] = None,
    real: Annotated[bool, typer.Option("--real", help="compare with the real arrangement instead")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="also write compare.html, .xlsx and .json there")
    ] = None,
    lang: LangOption = "vi",
    as_json: JsonOption = False,
) -> None:
    """Show what changes from one plan to another, or to reality: units, posts, people, money, dates."""
    from merger.compare import compare_plans, compare_with_real, write_comparison
    from merger.comparison.terminal import as_text
    from merger.inputs import inputs_of
    from merger.plan import read_plan

    if (plan_b is None) != real:
        raise typer.BadParameter("name a second plan, or --real, not both", param_hint="PLAN")
    a, b = read_plan(plan_a), None if plan_b is None else read_plan(plan_b)
    difference = compare_with_real(a, inputs_of(a)) if b is None else compare_plans(a, b)
    if out is not None:
        write_comparison(difference, (a, b), out)
    told = json.dumps(difference.as_dict(), ensure_ascii=False, indent=1) if as_json else None
    typer.echo(told if told is not None else as_text(difference, _language(lang)))


@app.command()
def explain(
    plan: PlanArg,
    item: Annotated[
        list[str],
        typer.Argument(
            metavar="[unit] ITEM",
            help="code, id or name of a unit, body, person, route, task, rule; unit: old units only",
        ),
    ],
    lang: LangOption = "vi",
    as_json: JsonOption = False,
) -> None:
    """Say why: the reason, the rule behind it, and what the best alternative would cost."""
    from merger.explain import explain_item

    opened, inputs = _open(plan)
    answers = explain_item(opened, inputs, " ".join(item), _language(lang))
    if as_json:
        typer.echo(json.dumps([a.as_dict() for a in answers], ensure_ascii=False, indent=1))
    else:
        typer.echo("\n\n".join(a.as_text() for a in answers))


@app.command()
def audit(plan: PlanArg, lang: LangOption = "vi") -> None:
    """Check a finished plan against the rules again, independently of the solvers."""
    from merger.audit import audit_plan

    report = audit_plan(plan)
    language = _language(lang)
    for c in report.checks:
        title = c.title_vi if language == "vi" else c.title_en
        typer.echo(f"{'ok  ' if c.passed else 'FAIL'} {title}" + (f": {c.detail}" if c.detail else ""))
        for violation in c.violations[:20]:
            typer.echo(f"       {violation}")
    if not all(c.passed for c in report.checks):
        raise typer.Exit(BAD_INPUT)


@app.command()
def report(
    plan: PlanArg,
    lang: Annotated[list[str], typer.Option("--lang", help="vi or en; may be repeated")] = ["vi", "en"],  # noqa: B006
) -> None:
    """Write the documents of a plan again."""
    from merger.pipeline import plan_layers, write_documents

    languages = tuple(_language(x) for x in lang)
    opened, inputs = _open(plan)
    write_documents(opened, inputs, plan_layers(opened, inputs), languages)
    typer.echo(f"Wrote the documents in {plan}.")


@app.command("map")
def map_(
    plan: PlanArg,
    print_: Annotated[bool, typer.Option("--print", help="also maps for print: A3, PNG at 300 dpi and SVG")] = False,
    lang: Annotated[list[str], typer.Option("--lang", help="vi or en; may be repeated")] = ["vi", "en"],  # noqa: B006
) -> None:
    """Write the maps and the feeds of a plan again: GeoJSON, GeoPackage, GTFS and GPX files."""
    from merger.pipeline import plan_layers, write_feeds, write_maps, write_print_maps

    languages = tuple(_language(x) for x in lang)
    opened, inputs = _open(plan)
    layers = plan_layers(opened, inputs)
    write_maps(opened, layers)
    write_feeds(opened, inputs, layers)
    if print_:
        write_print_maps(opened, inputs, layers, languages)
    more = f", {plan / 'maps' / 'print'}" if print_ else ""
    typer.echo(f"Wrote {plan / 'maps'}, {plan / 'plan.gpkg'}{more}, and the feeds in {plan / 'transport'}.")


def _open(folder: Path) -> tuple[Plan, Inputs]:
    from merger.inputs import inputs_of
    from merger.plan import read_plan

    opened = read_plan(folder)
    return opened, inputs_of(opened)


def _date(text: str | None, option: str) -> date | None:
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2025-07-15", param_hint=option) from None


def _language(lang: str) -> str:
    if lang not in ("vi", "en"):
        raise typer.BadParameter("choose vi or en", param_hint="--lang")
    return lang


def _faults(faults: list[Fault]) -> None:
    for fault in faults:
        typer.echo(str(fault), err=True)
    number = sum(fault.count for fault in faults)
    typer.echo(f"{number:,} problem{'s' if number != 1 else ''}.", err=True)


def _refuse_full(folder: Path | None, file: Path | None) -> None:
    """Refuse to write over anything: the file named may be the roster itself."""
    from geodata.faults import InputError

    if folder is not None and (folder.is_file() or (folder.is_dir() and any(folder.iterdir()))):
        raise InputError.single(folder, "exists and is not empty", "name a new folder for the corrected copy")
    if file is not None and file.exists():
        raise InputError.single(file, "exists", "name a new file for the list of problems")


def _write_faults(faults: Iterable[Fault], path: Path) -> None:
    from scenarios.corrected import write_faults

    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.unfinished")
    try:
        write_faults(faults, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    typer.echo(f"Wrote {path}.")


def _write_corrected(found: Review, folder: Path) -> None:
    """Write the corrected copy, whole or not at all; without a complete mapping there is nothing to copy."""
    from merger.plan import whole_or_nothing
    from scenarios.corrected import write_corrected

    incomplete = [name for name, reading in found.readings.items() if reading.table is None]
    if incomplete or not found.readings or found.around is None:
        why = f"the mapping of {' and '.join(incomplete)} is not complete" if incomplete else "no table of your own"
        typer.echo(f"No corrected copy: {why}.", err=True)
        return
    with whole_or_nothing(folder) as building:
        copied = write_corrected(found.readings, found.around, found.faults, building)
    told = [f"{c.file} ({c.rows:,} rows, {c.attention:,} need attention, {c.changes:,} cells changed)" for c in copied]
    typer.echo(f"Wrote {folder}: {', '.join(told)}, corrections.csv, faults.csv.")


def _domain_failure(error: Exception) -> int | None:
    """Print a failure of the planning itself and return its exit code; None for a defect of the program."""
    from merger.pipeline import AuditError
    from merger.stages.stage import InfeasibleError

    if isinstance(error, InfeasibleError):
        typer.echo(f"Infeasible in stage {error.stage}: these cannot hold together:", err=True)
        for reason in error.reasons:
            typer.echo(f"  - {reason}", err=True)
        if error.remedies:
            typer.echo("What giving way at one of them leads to, the best first:", err=True)
        for number, remedy in enumerate(error.remedies, start=1):
            typer.echo(f"  {number}. {remedy}", err=True)
        return INFEASIBLE
    if isinstance(error, AuditError):
        typer.echo("The plan failed its audit and was not written:", err=True)
        for violation in error.violations[:40]:
            typer.echo(f"  - {violation}", err=True)
        return BAD_INPUT
    return None


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show the current step on a terminal, silent otherwise; no step begins after an interrupt."""

    def step_with(show: Callable[[str], None]) -> Callable[[str], None]:
        def step(name: str) -> None:
            if _stopping.is_set():
                raise Interrupted
            show(name)

        return step

    if not sys.stderr.isatty():
        yield step_with(lambda name: None)
        return
    from rich.console import Console

    with Console(stderr=True).status("...") as status:
        yield step_with(lambda name: status.update(f"{name} ..."))


def _print_summary(finished: Plan) -> None:
    for name, s in finished.manifest["stages"].items():
        gap = "" if s["gap"] is None else f", gap {s['gap']:.2%}"
        bound = "no bound" if s["bound"] is None else f"bound {s['bound']:,.0f}"
        objective = "-" if s["objective"] is None else f"{s['objective']:,.0f}"
        typer.echo(f"{name:12} {s['status']:9} {objective} {s['unit']} ({bound}{gap}), {s['seconds']:.1f} s")
    headline = finished.manifest["headline"]
    if headline:
        typer.echo("\nHeadline (plan | real arrangement of 2025):")
        for key, value in headline["plan"].items():
            other = headline.get("reference", {}).get(key)
            typer.echo(f"  {key:36} {_figure(value):>16} | {_figure(other):>16}")
    typer.echo(
        f"\n{finished.path}: report.vi.docx, report.en.docx, annex.xlsx, dashboard.html, plan.gpkg, maps/, "
        "transport/, workplans/"
    )


def _print_changes(finished: Plan, most: int = 20) -> None:
    """What planning again has moved, the largest moves first."""
    stage = finished.manifest["stages"]["timetable"]
    gap = "no bound" if stage["gap"] is None else f"gap {stage['gap']:.2%}"
    typer.echo(f"timetable: {stage['status']}, {gap}, {stage['seconds']:.1f} s")
    changes = finished.tables["schedule_changes"]
    told = ", ".join(f"{number} {kind}" for kind, number in changes["change"].value_counts().sort_index().items())
    typer.echo(f"{len(changes)} tasks differ from the plan before" + (f": {told}" if told else ""))
    rows = changes.assign(size=changes["days_later"].abs()).sort_values(["size", "task_id"], ascending=[False, True])
    for row in rows.head(most).itertuples():
        moved = "" if row.days_later != row.days_later else f" ({row.days_later:+.0f} days)"
        typer.echo(f"  {row.task_id}: {row.start_before or '-'} -> {row.start or '-'}{moved}  {row.title_vi}")
    if len(changes) > most:
        typer.echo(f"  ... and {len(changes) - most} more: schedule_changes.csv")
    figures = stage["figures"]
    for key in ("legal_late_tasks", "target_late_tasks"):
        typer.echo(f"{key}: {figures[key]}")
    typer.echo(f"\n{finished.path}: timetable.csv, schedule_changes.csv, report, annex, calendars")


def _print_figures(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    for key, value in figures.items():
        typer.echo(f"{key:36} {_figure(value):>16}")


def _figure(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.2f}" if isinstance(value, float) and abs(value) < 1000 else f"{value:,.0f}"


if __name__ == "__main__":
    main()
