"""The command line as a planner in a hurry meets it: one clear line a problem, the promised exit code."""

import signal
import subprocess
import sys

import pytest

from merger.cli import main


@pytest.fixture
def run(monkeypatch, capsys):
    """Run `merger ARGS` in this process: (exit code, stdout, stderr)."""

    def call(*args):
        monkeypatch.setattr(sys, "argv", ["merger", *map(str, args)])
        with pytest.raises(SystemExit) as stop:
            main()
        out = capsys.readouterr()
        return stop.value.code or 0, out.out, out.err

    return call


def test_help_lists_every_command_without_heavy_imports():
    """`merger --help` names the nine commands and loads neither pandas nor ortools."""
    code = (
        "import sys; sys.argv = ['merger', '--help']\n"
        "from merger.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'geopandas', 'ortools', 'networkx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    for command in ("new", "check", "plan", "score", "compare", "explain", "audit", "report", "map"):
        assert f"\n  {command} " in result.stdout


def test_shipped_scenario_has_no_problem(run):
    """`merger check hai-phong-2025` is clean."""
    code, out, err = run("check", "hai-phong-2025")
    assert (code, err) == (0, "")
    assert "no problems" in out


def test_unknown_scenario_is_a_bad_input(run):
    """A name that is neither file nor shipped: exit 1, one line, what there is instead."""
    code, _, err = run("check", "hai-fong")
    assert code == 1
    assert "hai-phong-2025" in err


def test_wrong_usage_is_two(run):
    """A missing option, an unknown stage and an unknown language are wrong usage."""
    assert run("plan", "hai-phong-2025")[0] == 2
    assert run("plan", "hai-phong-2025", "-o", "x", "--only", "arange")[0] == 2
    assert run("frobnicate")[0] == 2


def test_a_plan_needs_a_plan_folder(run, tmp_path):
    """Commands on a folder that is no plan say so: exit 1."""
    for command in (("audit", tmp_path), ("explain", tmp_path, "10507"), ("compare", tmp_path, tmp_path)):
        code, _, err = run(*command)
        assert code == 1
        assert "no plan.json" in err


def test_a_foreign_folder_is_not_overwritten(run, tmp_path):
    """`merger plan` into somebody's full folder is refused before any work."""
    (tmp_path / "notes.txt").write_text("keep me")
    code, _, err = run("plan", "hai-phong-2025", "-o", tmp_path)
    assert code == 1
    assert "holds no plan" in err
    assert (tmp_path / "notes.txt").read_text() == "keep me"


def test_an_infeasible_scenario_is_three_with_reasons(run, tmp_path):
    """Three units kept whole below the floors cannot hold with no decision allowed: exit 3 and the named locks."""
    code, _, err = run(
        "plan",
        "hai-phong-2025",
        "-o",
        tmp_path / "p",
        "--only",
        "arrange",
        "--set",
        'locks.keep_whole=["10507"]',
    )
    assert code == 3
    assert "10507" in err
    assert not (tmp_path / "p").exists()


def test_score_of_the_real_arrangement(run):
    """The real 2025 units score 36 meet, 74 exempt, 2 need a decision (law/standards.toml, outcome)."""
    code, out, _ = run("score", "hai-phong-2025", "--json")
    assert code == 0
    import json

    figures = json.loads(out)
    assert (figures["meets"], figures["exempt"], figures["needs_decision"]) == (36, 74, 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_and_says_so(tmp_path, number):
    """Stopped while it plans: exit 130, one sentence, no folder, no half-written rest."""
    command = [sys.executable, "-m", "merger", "plan", "hai-phong-2025", "-o", str(tmp_path / "p"), "--only", "arrange"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=4)  # reading and enumerating take longer than this
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "nothing was written" in err
    assert list(tmp_path.iterdir()) == []
