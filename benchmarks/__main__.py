"""`python -m benchmarks speed [FOLDER]`: wall time, CPU time and peak memory of the commands a planner waits for.

`python -m benchmarks assignment DIR [--time S]` and `--scale N ...`: see benchmarks/assignment.py.
`python -m benchmarks travel [--factor F]`: see benchmarks/travel.py.
`python -m benchmarks routing DIR [--time S] [--threads N] [--out DIR]`: see benchmarks/routing.py.
`python -m benchmarks simulate PLAN [--runs N]`: see benchmarks/simulation.py.
`python -m benchmarks schedule DIR [--time S] [--threads N] [--solutions DIR]`: see benchmarks/schedule.py.
`python -m benchmarks provinces [--time S]`: see benchmarks/provinces.py.
`python -m benchmarks median DIR [--time S] [--solutions OUT.json]`: see benchmarks/median.py.
`python -m benchmarks regions DIR [--time S] [--threads N] [--floor-column C --floor V | --regions K] [--only NAME]
[--solutions FILE]`: see benchmarks/regions.py.

Each command of `speed` runs as a process of its own, the light ones several times (the median counts). Times on a
shared machine wander; compare runs of one session only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

LIGHT_RUNS = 5


def measure(arguments: list[str]) -> tuple[float, float, float]:
    """Run `merger ARGUMENTS`: (wall seconds, CPU seconds, peak memory in MB). Raises SystemExit when it fails."""
    started = time.perf_counter()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "merger", *arguments],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"merger {' '.join(arguments)} failed")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def speed(folder: Path) -> None:
    """Print one row a command."""
    plan = str(folder / "plan")
    rows = [
        (["--help"], LIGHT_RUNS),
        (["check", "hai-phong-2025"], LIGHT_RUNS),
        (["plan", "hai-phong-2025", "-o", plan], 1),
        (["audit", plan], 1),
        (["report", plan], 1),
        (["explain", plan, "10507"], 1),
    ]
    print(f"{'command':34} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}")
    for arguments, runs in rows:
        walls, cpus, peaks = zip(*(measure(arguments) for _ in range(runs)), strict=True)
        shown = " ".join(a.replace(plan, "PLAN") for a in arguments)
        print(f"{shown:34} {statistics.median(walls):8.2f} {statistics.median(cpus):8.2f} {max(peaks):8.0f}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    kinds = parser.add_subparsers(dest="what", required=True)
    commands = kinds.add_parser("speed", help="the commands a planner waits for")
    commands.add_argument("folder", nargs="?", type=Path, help="where to put the plan; none: a temporary folder")
    posts = kinds.add_parser("assignment", help="OR-Library assign and GAP files, or persons to posts at scale")
    posts.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="folder of instances")
    posts.add_argument("--time", type=float, default=30, metavar="S", help="seconds an instance (30)")
    posts.add_argument("--out", type=Path, metavar="DIR", help="write the solutions there")
    posts.add_argument("--scale", type=int, nargs="+", metavar="N", help="numbers of persons, e.g. 28543 100000")
    ways = kinds.add_parser("travel", help="travel times of all homes beside plain searches")
    ways.add_argument("--factor", type=float, default=1.3, metavar="F", help="traffic over free flow (1.3)")
    routes = kinds.add_parser("routing", help="CVRPLIB .vrp and Solomon .txt files: ours, PyVRP, OR-Tools")
    routes.add_argument("folder", type=Path, metavar="DIR", help="folder of instances")
    routes.add_argument("--time", type=float, default=30, metavar="S", help="seconds an instance and solver (30)")
    routes.add_argument("--threads", type=int, default=2, metavar="N", help="processes of our solver (2)")
    routes.add_argument("--out", type=Path, metavar="DIR", help="write the routes there")
    risk = kinds.add_parser("simulate", help="simulated risk of the timetable of a finished plan")
    risk.add_argument("folder", type=Path, metavar="PLAN", help="folder of the plan")
    risk.add_argument("--runs", type=int, default=1_000, metavar="N", help="simulated runs (1000)")
    projects = kinds.add_parser("schedule", help="PSPLIB .rcp and .sm files: ours beside a bare CP-SAT model")
    projects.add_argument("folder", type=Path, metavar="DIR", help="folder of instances")
    projects.add_argument("--time", type=float, default=30, metavar="S", help="seconds an instance and method (30)")
    projects.add_argument("--threads", type=int, default=2, metavar="N", help="threads of both (2)")
    projects.add_argument("--solutions", type=Path, metavar="DIR", help="write the starts there")
    places = kinds.add_parser("median", help="OR-Library p-median files: ours beside greedy with interchanges")
    places.add_argument("folder", type=Path, metavar="DIR", help="folder of instances")
    places.add_argument("--time", type=float, default=60, metavar="S", help="seconds an instance (60)")
    places.add_argument("--solutions", type=Path, metavar="OUT.json", help="write sites and assignments there")
    areas = kinds.add_parser("regions", help="max-p and other regions of areas: ours, spopt, a plain greedy")
    areas.add_argument("folder", type=Path, metavar="DIR", help="folder of .shp, .gpkg, .csv with _edges.csv, .json")
    areas.add_argument("--time", type=float, default=60, metavar="S", help="seconds an instance and method (60)")
    areas.add_argument("--threads", type=int, default=2, metavar="N", help="threads of our solver (2)")
    areas.add_argument("--floor-column", metavar="C", help="column of the floor (max-p)")
    areas.add_argument("--floor", type=float, metavar="V", help="least sum of the column in a region (max-p)")
    areas.add_argument("--regions", type=int, metavar="K", help="number of regions instead of a floor")
    areas.add_argument("--only", metavar="NAME", help="this instance only")
    areas.add_argument("--solutions", type=Path, metavar="FILE", help="write the labels there, as JSON")
    made_up = kinds.add_parser("provinces", help="made-up provinces of 30 to 600 units")
    made_up.add_argument("--time", type=float, default=180, metavar="S", help="seconds a province (180)")
    options = parser.parse_args()
    if options.what == "provinces":
        from benchmarks.provinces import provinces

        provinces(options.time)
        return
    if options.what == "median":
        from benchmarks import median

        if not options.folder.is_dir():
            places.error(f"{options.folder} is no folder")
        if options.time <= 0:
            places.error("--time must be positive")
        median.instances(options.folder, options.time, options.solutions)
        return
    if options.what == "travel":
        from benchmarks.travel import travel

        travel(options.factor)
        return
    if options.what == "simulate":
        from benchmarks.simulation import timing

        if options.runs < 1:
            risk.error("--runs must be at least 1")
        timing(options.folder, options.runs)
        return
    if options.what == "assignment":
        from benchmarks import assignment

        if options.folder is None and not options.scale:
            posts.error("give a folder of instances or --scale")
        if options.folder is not None and not options.folder.is_dir():
            posts.error(f"{options.folder} is no folder")
        if options.folder is not None:
            assignment.instances(options.folder, options.time, options.out)
        if options.scale:
            assignment.scale(options.scale)
    elif options.what == "routing":
        from benchmarks import routing

        if not options.folder.is_dir():
            routes.error(f"{options.folder} is no folder")
        if options.time <= 0 or options.threads < 1:
            routes.error("--time must be positive and --threads at least 1")
        routing.instances(options.folder, options.time, options.threads, options.out)
    elif options.what == "schedule":
        from benchmarks import schedule

        if not options.folder.is_dir():
            projects.error(f"{options.folder} is no folder")
        if options.time <= 0 or options.threads < 1:
            projects.error("--time must be positive and --threads at least 1")
        schedule.instances(options.folder, options.time, options.threads, options.solutions)
    elif options.what == "regions":
        from benchmarks import regions
        from benchmarks.region_instances import Task

        if not options.folder.is_dir():
            areas.error(f"{options.folder} is no folder")
        if options.time <= 0 or options.threads < 1:
            areas.error("--time must be positive and --threads at least 1")
        if (options.floor_column is None) != (options.floor is None):
            areas.error("--floor-column and --floor belong together")
        if options.floor is not None and (options.floor <= 0 or options.regions is not None):
            areas.error("--floor must be positive, and goes without --regions")
        if options.regions is not None and options.regions < 1:
            areas.error("--regions must be at least 1")
        asked = Task(options.floor_column, options.floor, options.regions)
        regions.instances(
            options.folder, options.time, options.threads, asked, only=options.only, out=options.solutions
        )
    elif options.folder:
        speed(options.folder)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            speed(Path(temporary))


main()
