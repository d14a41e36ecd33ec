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


ROSTER = (
    "Mã cán bộ;Họ và tên;side;level;division_id;unit_code;field;role;rank;coefficient;leadership_coefficient;sex;born;"
    "insurance_months;home_code;site_id\n"
    "P1;Bí Mật;hai_phong;commune;;11311;ho-tich-chung-thuc;staff;chuyen_vien;3,0;0;f;1980-05;200;11311;\n"
)


def test_an_own_roster_is_proposed_then_corrected(run, tmp_path):
    """Unmapped: the mapping to paste on stdout, exit 1. Mapped: a copy beside, corrected, and the file as it was."""
    (tmp_path / "mine.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text("extends: hai-phong-2025\nname: mine\ndata: {staff: mine.csv}\n")
    code, out, err = run("check", tmp_path, "--corrected", tmp_path / "copy")
    assert code == 1
    assert 'person_id: "Mã cán bộ"' in out
    assert "No corrected copy: the mapping of staff is not complete." in err
    said = f"data.staff={{file: {tmp_path / 'mine.csv'}, columns: {{person_id: Mã cán bộ}}}}"
    code, out, err = run(
        "check", tmp_path, "--set", said, "--corrected", tmp_path / "copy", "--faults", tmp_path / "f.csv"
    )
    assert code == 1
    assert 'mine.csv:2: column coefficient: "3,0" has a decimal comma' in err
    assert "staff.csv (1 rows, 0 need attention, 2 cells changed)" in out
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == ROSTER
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy", "f.csv", "mine.csv", "scenario.yaml"]
    assert run("check", tmp_path, "--set", f"data.staff={tmp_path / 'copy' / 'staff.csv'}")[0] == 0
    assert "Bí Mật" not in out + err + (tmp_path / "copy" / "staff.csv").read_text(encoding="utf-8")


def test_check_writes_over_nothing(run, tmp_path):
    """A folder with something in it and a file that exists are refused before any work."""
    (tmp_path / "mine.csv").write_text("mine")
    assert run("check", "hai-phong-2025", "--corrected", tmp_path)[0] == 1
    code, _, err = run("check", "hai-phong-2025", "--faults", tmp_path / "mine.csv")
    assert (code, (tmp_path / "mine.csv").read_text()) == (1, "mine")
    assert "name a new file" in err


def test_an_unknown_field_of_work_is_told_by_the_check(run, tmp_path):
    """A field that the engine does not know is a bad input, not a failure in the middle of a plan."""
    text = (
        ROSTER.replace("Mã cán bộ", "person_id").replace("3,0", "3.0").replace("ho-tich-chung-thuc", "Quản lý đất đai")
    )
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    code, out, err = run("check", "hai-phong-2025", "--set", f"data.staff={tmp_path / 'mine.csv'}")
    assert code == 1
    assert 'unknown field of work "Quản lý đất đai" -> write "quan-ly-dat-dai"' in err
    assert 'field: {"Quản lý đất đai": quan-ly-dat-dai}' in out


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
